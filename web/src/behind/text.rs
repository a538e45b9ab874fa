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

/// The pane about what dual-stack needs.
pub const PREREQUISITES: Text = Text { en: "Prerequisites", zh: "前提条件" };
/// Behind that name.
pub const PREREQUISITES_ABOUT: Text = Text {
    en: "what the documentation asks for, and what follows where it is missing",
    zh: "文档的要求，以及缺少时的后果",
};
/// The first of them.
pub const RELEASE: Text = Text { en: "Release", zh: "版本" };
/// The second.
pub const PROVIDER: Text = Text { en: "Provider", zh: "提供商" };
/// The third.
pub const PLUGIN: Text = Text { en: "Network plugin", zh: "网络插件" };
/// A value of a switch.
pub const DUAL_STACK: Text = Text { en: "dual-stack", zh: "双栈" };
/// A value of a switch.
pub const NO_PLUGIN: Text = Text { en: "none", zh: "无" };
/// It is there.
pub const MET: Text = Text { en: "there", zh: "具备" };
/// It is not there.
pub const MISSING: Text = Text { en: "missing", zh: "缺少" };
/// What follows.
pub const FOLLOWS: Text = Text { en: "What follows", zh: "后果" };
/// The flags that ask for what is missing.
pub const ASKED_BY: Text = Text { en: "Asked for by", zh: "要求它的参数" };
/// A button.
pub const MEND: Text = Text { en: "Make it so", zh: "改为具备" };
/// A question.
pub const BADGE: Text =
    Text { en: "Why does the page say v1.27 [alpha]?", zh: "文档为何标有 v1.27 [alpha]？" };

/// The pane about ranges.
pub const PLANNING: Text = Text { en: "Address planning", zh: "地址规划" };
/// Behind that name.
pub const PLANNING_ABOUT: Text = Text {
    en: "ranges explained, made and laid side by side",
    zh: "解释、生成并比较范围",
};
/// A part of it.
pub const EXPLAINED: Text = Text { en: "A range, explained", zh: "解释一个范围" };
/// The field.
pub const RANGE: Text = Text { en: "CIDR", zh: "CIDR" };
/// A button before a range.
pub const WRITE: Text = Text { en: "Write", zh: "改写为" };
/// A button.
pub const FILL: Text = Text { en: "Put in random digits", zh: "填入随机数字" };
/// Where a text is wrong.
pub const HERE: Text = Text { en: "Here:", zh: "此处：" };
/// What a component says to a text.
pub const AS_RANGE: Text = Text { en: "If it were used", zh: "如果使用它" };
/// A use.
pub const AS_PODS: Text =
    Text { en: "for Pods (--cluster-cidr)", zh: "用于 Pod（--cluster-cidr）" };
/// A use.
pub const AS_SERVICES: Text = Text {
    en: "for Services (--service-cluster-ip-range)",
    zh: "用于 Service（--service-cluster-ip-range）",
};
/// A use.
pub const AS_NODES: Text = Text { en: "for the nodes", zh: "用于节点" };
/// Behind a number.
pub const NODES: Text = Text { en: "Nodes", zh: "个节点" };
/// Behind a number.
pub const SERVICES: Text = Text { en: "Services", zh: "个 Service" };
/// Behind a number.
pub const MACHINES: Text = Text { en: "machines", zh: "台机器" };
/// A part of the pane.
pub const FRESH: Text = Text { en: "A plan of your own", zh: "自己的规划" };
/// A button.
pub const MAKE_PLAN: Text = Text { en: "Make a ULA plan", zh: "生成 ULA 规划" };
/// What is missing for a plan.
pub const NO_CHANCE: Text = Text {
    en: "This browser gives no random bits, without which a plan would be nobody's own.",
    zh: "此浏览器不提供随机位，没有它们规划就不是独有的。",
};
/// A button.
pub const PUT_PLAN: Text = Text { en: "Put the plan into the flags", zh: "将规划写入参数" };
/// What the flags of a plan are called.
pub const PLAN_FLAGS: Text = Text { en: "Flags of the plan", zh: "规划的参数" };
/// A part of the pane.
pub const SIZES: Text = Text { en: "From /47 to /65", zh: "从 /47 到 /65" };
/// The slider.
pub const PREFIX: Text = Text {
    en: "Prefix length of an IPv6 cluster range, with a /64 for each Node",
    zh: "IPv6 集群范围的前缀长度，每个节点一个 /64",
};
/// Behind the name of a component.
pub const REFUSES: Text = Text { en: "exits:", zh: "退出：" };

/// A part of the pane.
pub const RULER: Text =
    Text { en: "All ranges on one ruler", zh: "同一标尺上的所有范围" };
/// No range.
pub const NO_RANGES: Text = Text {
    en: "The flags have no range of this family.",
    zh: "参数中没有此地址族的范围。",
};
/// A button.
pub const WHOLE: Text = Text { en: "Whole", zh: "全部" };
/// A button.
pub const OUT: Text = Text { en: "Zoom out", zh: "缩小" };
/// A button.
pub const IN: Text = Text { en: "Zoom in", zh: "放大" };
/// A button.
pub const BEFORE: Text = Text { en: "Part before", zh: "前一部分" };
/// A button.
pub const BEHIND: Text = Text { en: "Part behind", zh: "后一部分" };
/// The window.
pub const SHOWN: Text = Text { en: "Shown", zh: "显示" };
/// The part into which a zoom goes.
pub const MARKED: Text = Text { en: "Marked", zh: "已标记" };
/// Nothing in a part.
pub const FREE: Text = Text { en: "free", zh: "空闲" };
/// Ranges that must not meet.
pub const OVERLAP: Text = Text { en: "overlap", zh: "重叠" };
/// Ranges that should be the same.
pub const DIFFERENT: Text = Text { en: "different", zh: "不一致" };
/// A column.
pub const WHAT: Text = Text { en: "What it is", zh: "用途" };
/// A column.
pub const WHERE: Text = Text { en: "Where it stands", zh: "所在位置" };
/// A column.
pub const MEETS: Text = Text { en: "Meets", zh: "相交" };
/// What was given out and stands in no flag.
pub const GIVEN_OUT: Text = Text { en: "given out", zh: "已分配" };
/// Rows that are left out.
pub const MORE_ROWS: Text = Text { en: "more, not listed", zh: "个未列出" };
/// A lane of the ruler.
pub const LANE_SERVICES: Text = Text { en: "Services", zh: "Service" };
/// A lane of the ruler.
pub const LANE_PODS: Text = Text { en: "Pods", zh: "Pod" };
/// A lane of the ruler.
pub const LANE_NODES: Text = Text { en: "Nodes", zh: "节点" };
/// Where nothing meets that should not.
pub const NO_OVERLAP: Text =
    Text { en: "No two ranges of different use meet.", zh: "用途不同的范围互不相交。" };
/// How the ruler is used.
pub const KEYS: Text = Text {
    en: "With the ruler in focus: ← → choose a part, Enter zooms in, Backspace out, Home shows the whole.",
    zh: "聚焦标尺后：← → 选择部分，Enter 放大，Backspace 缩小，Home 显示全部。",
};
