//! The words of these panes. They are in their program, not in the page's block of words: nobody waits for it.

use dualstack_core::text::Text;

/// The pane that compares the components.
pub const COMPONENTS: Text = Text { en: "Components", zh: "组件" };
/// Nothing to complain about.
pub const ALL_AGREE: Text = Text {
    en: "All components start and agree.",
    zh: "所有组件都能启动，并且相互一致。",
};
/// Behind the name of a component.
pub const EXITS: Text = Text { en: "exits:", zh: "退出：" };
