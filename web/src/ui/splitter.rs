//! The bar between two panes, by which their widths change: by drag and by keyboard.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use yew::prelude::*;

use crate::browser::sizes::{self, Sizes};
use crate::i18n;

/// How much an arrow key moves a bar, and how much the keys to an end, in thousandths of the width.
const STEP: i32 = 20;
const FAR: i32 = 1000;

#[derive(PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The pane to its left, from 0.
    pub between: usize,
    /// The widths of the panes: a bar moves the one beside it, too.
    pub sizes: Sizes,
    pub onchange: Callback<Sizes>,
}

#[component]
pub fn Splitter(props: &Props) -> Html {
    let Props { lang, between, sizes, ref onchange } = *props;
    let change = {
        let onchange = onchange.clone();
        Rc::new(move |change: &dyn Fn(Sizes) -> Sizes| {
            // Several moves may come before the next is drawn.
            let next = change(sizes::now());
            sizes::set(next);
            onchange.emit(next);
        })
    };
    let onpointerdown = Callback::from(|event: PointerEvent| sizes::hold(&event));
    let onpointermove = {
        let change = Rc::clone(&change);
        Callback::from(move |event: PointerEvent| {
            if let Some(at) = sizes::held_at(&event) {
                change(&|sizes| sizes.moved_to(between, at));
            }
        })
    };
    let onkeydown = {
        let change = Rc::clone(&change);
        Callback::from(move |event: KeyboardEvent| {
            let by = match event.key().as_str() {
                "ArrowLeft" => -STEP,
                "ArrowRight" => STEP,
                "Home" => -FAR,
                "End" => FAR,
                _ => return,
            };
            event.prevent_default();
            change(&|sizes| sizes.moved_by(between, by));
        })
    };
    let ondblclick = Callback::from(move |_: MouseEvent| change(&|_| Sizes::default()));
    let share = sizes.share(between);
    html! {
        <div class="splitter" role="separator" aria-orientation="vertical" tabindex="0"
            aria-label={i18n::RESIZE.get(lang)} aria-valuemin="0" aria-valuemax="100" aria-valuenow={share.to_string()}
            {onpointerdown} {onpointermove} {onkeydown} {ondblclick}></div>
    }
}
