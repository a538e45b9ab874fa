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

/// The pane of Nodes and Pods.
pub const NODES_AND_PODS: Text = Text { en: "Nodes and Pods", zh: "节点与 Pod" };
/// Behind its title.
pub const COUNTS: Text =
    Text { en: "{nodes} Nodes, {pods} Pods", zh: "{nodes} 个节点，{pods} 个 Pod" };
/// The group of its buttons.
pub const ADD: Text = Text { en: "Add", zh: "添加" };
/// A button.
pub const ADD_NODE: Text = Text { en: "Add a node", zh: "添加节点" };
/// A button.
pub const ADD_WINDOWS: Text = Text { en: "Add a Windows node", zh: "添加 Windows 节点" };
/// A button.
pub const ADD_OVERLAY: Text = Text {
    en: "Add a Windows node with an overlay",
    zh: "添加使用 overlay 的 Windows 节点",
};
/// A button.
pub const ADD_DEPLOYMENT: Text = Text { en: "Add a Deployment", zh: "添加 Deployment" };
/// How many Pods the Deployment has.
pub const REPLICAS: Text = Text { en: "Pods", zh: "Pod 数" };
/// A button in a row.
pub const REMOVE: Text = Text { en: "Remove", zh: "移除" };
/// What kubectl printed.
pub const KUBECTL: Text =
    Text { en: "What kubectl prints of Nodes and Pods", zh: "kubectl 对节点与 Pod 的输出" };
/// Programs that exit.
pub const DOES_NOT_RUN: Text = Text { en: "What does not run", zh: "未运行的组件" };
/// The comparison with the moment before.
pub const WHAT_CHANGED: Text = Text {
    en: "What this event changed, and what it left",
    zh: "此事件更改了什么、保留了什么",
};
/// A list.
pub const CHANGES: Text = Text { en: "Changes", zh: "更改" };
/// Of the event.
pub const KEPT: Text = Text {
    en: "Left as they were: {nodes} Nodes and {pods} Pods.",
    zh: "保持原样：{nodes} 个节点和 {pods} 个 Pod。",
};
/// What became of an object.
pub const CREATED: Text = Text { en: "new", zh: "新建" };
/// What became of an object.
pub const DELETED: Text = Text { en: "gone", zh: "已删除" };
/// What became of an object.
pub const CHANGED: Text = Text { en: "changed", zh: "已更改" };
/// A list.
pub const NODES: Text = Text { en: "Nodes", zh: "节点" };
/// A list.
pub const PODS: Text = Text { en: "Pods of this node", zh: "此节点上的 Pod" };
/// A list.
pub const WITHOUT_NODE: Text = Text { en: "Pods without a node", zh: "没有节点的 Pod" };
/// A list.
pub const DEPLOYMENTS: Text = Text { en: "Deployments", zh: "Deployment 列表" };
/// A list of sentences.
pub const REASONS: Text = Text { en: "Reasons", zh: "原因" };
/// A button of a long list.
pub const EARLIER: Text = Text { en: "Earlier", zh: "前一页" };
/// A button of a long list.
pub const LATER: Text = Text { en: "Later", zh: "后一页" };
/// Which rows of a long list are in sight.
pub const ROWS: Text =
    Text { en: "{first} to {last} of {count}", zh: "第 {first} 至 {last} 个，共 {count} 个" };
/// The state of a Node.
pub const READY: Text = Text { en: "ready", zh: "就绪" };
/// The state of a Node.
pub const NOT_READY: Text = Text { en: "not ready", zh: "未就绪" };
/// How a Node came to be.
pub const OF_HEADING: Text = Text { en: "registered itself", zh: "自行注册" };
/// How a Node came to be.
pub const OF_MANIFEST: Text = Text { en: "from a manifest", zh: "来自清单" };
/// Nothing is there.
pub const NONE: Text = Text { en: "none", zh: "无" };
/// How full a Node is.
pub const PODS_OF: Text = Text { en: "{count} of {most} Pods", zh: "{count}/{most} 个 Pod" };
/// In front of the families that kube-proxy serves on Windows.
pub const SERVES: Text = Text {
    en: "Services that kube-proxy serves here:",
    zh: "此处 kube-proxy 服务的地址族：",
};
/// What the documentation says of Windows.
pub const WINDOWS_SERVICES: Text = Text {
    en: "Windows is documented for Services of a single family only.",
    zh: "文档只支持在 Windows 上使用单地址族的 Service。",
};
/// What is not as in a real cluster.
pub const CHOSEN: Text = Text {
    en: "Where a real cluster takes its time or picks at random, an order is chosen here; the reasons say so. What a manifest says beyond what is shown here is kept, and decides nothing.",
    zh: "真实集群耗时或随机选取之处，此处采用固定的顺序，原因中会说明。清单中此处未显示的内容会保留，但不起作用。",
};
