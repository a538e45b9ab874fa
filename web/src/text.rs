//! The words of the page, in both languages. Terms follow one glossary: dual-stack 双栈, family
//! 地址族, headless 无头服务, selector 选择算符, cluster IP 集群 IP, node port 节点端口.

use dualstack_core::explain::text::{Lang, Text};

/// A name, label or remark of the page. What it says stands in the page's block of words.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Word(usize);

impl Word {
    /// The word in `lang`.
    #[must_use]
    pub fn get(self, lang: Lang) -> &'static str {
        self.text().get(lang)
    }

    /// The word in both languages.
    #[must_use]
    pub fn text(self) -> Text {
        crate::words::words().page(self.0)
    }
}

macro_rules! words {
    ($($name:ident = $en:literal, $zh:literal;)*) => {
        #[expect(clippy::upper_case_acronyms, non_camel_case_types, reason = "constants bear these names")]
        enum Place { $($name),* }
        $(#[doc = $en] pub const $name: Word = Word(Place::$name as usize);)*
        /// What the words say, in their order.
        #[cfg(feature = "words")]
        pub static ALL: &[dualstack_core::explain::text::Text] =
            &[$(dualstack_core::explain::text::Text { en: $en, zh: $zh }),*];
    };
}

words! {
    TITLE = "Dual-Stack Playground", "双栈演练场";
    SKIP = "Skip to the answer", "跳到答案";
    SCENARIO = "Scenario", "场景";
    EXAMPLE = "About this example", "关于此示例";
    OWN_SCENARIO = "Your own", "自定义";
    VERSION = "Kubernetes version", "Kubernetes 版本";
    THEME = "Theme", "主题";
    ANSWER = "Answer", "答案";
    CLUSTER = "Cluster", "集群";
    CLUSTER_ABOUT = "flags of the components", "各组件的标志";
    CLUSTER_FLAGS = "Cluster flags", "集群标志";
    APISERVER_FLAGS = "kube-apiserver flags", "kube-apiserver 标志";
    CONTROLLER_MANAGER_FLAGS = "kube-controller-manager flags", "kube-controller-manager 标志";
    PROXY_FLAGS = "kube-proxy flags", "kube-proxy 标志";
    KUBELET_FLAGS = "kubelet flags", "kubelet 标志";
    FAMILIES = "IP families", "IP 地址族";
    MANIFEST = "Manifest", "清单";
    MANIFEST_ABOUT = "what you apply", "要应用的内容";
    STORED = "Stored object", "已存储的对象";
    WHY = "Why", "原因";
    PANES = "Panes", "窗格";
    RESULT = "Result", "结果";
    PRIMARY = "primary · also clusterIP", "主地址 · 也是 clusterIP";
    SECONDARY = "secondary", "辅助地址";
    LAST_GOOD = "Last accepted answer", "上一次被接受的答案";
    STANDS = "Still stored as it was", "仍按原样存储";
    TERMINAL = "What kubectl prints", "kubectl 的输出";
    NOTHING_STORED = "Nothing is stored.", "没有存储任何对象。";
    SET_BY = "set", "设置";
    ADDED = "added", "新增";
    BY_DEFAULT = "default", "默认值";
    ALLOCATED = "allocated", "已分配";
    COPIED = "copied", "复制";
    PICKED = "allocated · dynamic band", "已分配 · 动态段";
    PICKED_LOW = "allocated · static band", "已分配 · 静态段";
    COPY_OF = "copy of", "复制自";
    FIRST_RANGE = "family of the first range", "第一个范围的地址族";
    OTHER_FAMILY = "the cluster’s other family", "集群的另一个地址族";
    FROM_ADDRESS = "family of the address", "该地址的地址族";
    BOTH_HEADLESS = "headless, no selector", "无头且无选择算符";
    YOUR_NAMESPACE = "your namespace", "当前命名空间";
    KEPT_BY_SERVER = "kept by the server", "由服务器维护";
    SHOW_SERVER_FIELDS = "Show what the server keeps", "显示服务器维护的字段";
    ALL_STEPS = "All decisions, in order", "全部决定（按顺序）";
    ABOUT_FIELD = "About", "关于";
    NOTHING_ABOUT = "No decision was needed for it.", "无需对它做任何决定。";
    SOURCE = "source", "来源";
    KNOWN_RECORDED = "recorded in", "有实录：";
    KNOWN_SOURCE = "read from the source of", "依据源代码：";
    KNOWN_ASSUMED = "assumed for", "推定：";
    SIMPLIFIED = "In the playground:", "在演练场中：";
    KEPT = "kept", "保持不变";
    TIMELINE = "Timeline", "时间线";
    TIMELINE_ABOUT = "what was done, in order", "按顺序发生的事";
    APPLY_AGAIN = "Apply again", "再次应用";
    PATCH = "Patch", "打补丁";
    DELETE = "Delete", "删除";
    RESTART = "Restart with these flags", "用这些标志重启";
    UNDO = "Undo", "撤销";
    REDO = "Redo", "重做";
    PLAY = "Play", "播放";
    STOP = "Stop", "停止";
    PLAY_OR_STOP = "Play or stop", "播放或停止";
    STEP_BACK = "Previous event", "上一个事件";
    STEP_ON = "Next event", "下一个事件";
    MOVE_EARLIER = "Move earlier", "前移";
    MOVE_LATER = "Move later", "后移";
    FORK = "Fork from here", "从此处分叉";
    BRANCH = "Branch", "分支";
    BRANCH_NAME = "Branch {number}: {count} events", "分支 {number}：{count} 个事件";
    BRANCH_FROM = "Branch {number}: {count} events, from branch {from} after event {common}", "分支 {number}：{count} 个事件，自分支 {from} 的事件 {common} 之后分出";
    REMOVE_BRANCH = "Remove this branch", "移除此分支";
    POSITION = "Event shown", "显示的事件";
    POSITION_IS = "{at} of {count}: {event}", "第 {at} 个，共 {count} 个：{event}";
    KEYS = "Keyboard shortcuts", "键盘快捷键";
    KEYS_ABOUT = "While this sheet is open, each key does what stands beside it. Outside text boxes `?` opens it.", "此列表打开时，按键即执行其旁边的命令。在文本框之外按 `?` 可打开它。";
    KEYS_SINGLE = "The key ? opens this sheet", "按键 ? 打开此列表";
    KEYS_EDIT = "Editing", "编辑";
    KEYS_PAGE = "Page", "页面";
    CLOSE = "Close", "关闭";
    COPY = "Copy", "复制";
    COPIED_IT = "Copied.", "已复制。";
    COPY_BY_HAND = "This page may not copy. The text is selected: copy it yourself.", "此页面无权复制。文本已选中：请自行复制。";
    SHARE = "Share", "分享";
    SHARE_ABSENT = "The part that makes links could not be loaded. Close this and try again when you are online.", "无法加载生成链接所需的部分。请关闭此面板，联网后重试。";
    FORM_ABSENT = "The part that prints this format could not be loaded. Try again when you are online.", "无法加载输出此格式所需的部分。请联网后重试。";
    LOADING = "Loading …", "正在加载……";
    SHARED_LINK = "Shared link", "分享的链接";
    DRAFT = "You are looking at a shared link.", "您正在查看分享的链接。";
    OWN_WAITS = "Your own work is kept as it is.", "您自己的内容保持不变。";
    TO_OWN = "Back to my own work", "返回我自己的内容";
    KEEP = "Keep this as mine", "保留为我的内容";
    KEEP_INSTEAD = "Replace my own work with this", "用它替换我自己的内容";
    LINKS_ABSENT = "The link could not be read: the part of the playground that does so could not be loaded. Reload the page to try again.", "无法读取此链接：演练场中负责读取的部分未能加载。请重新加载页面重试。";
    NOTHING_CHANGED = "Nothing else has changed.", "其他内容没有变化。";
    RESET = "Reset", "重置";
    OPEN = "Open in the playground", "在演练场中打开";
    UNKNOWN_SCENARIO = "There is no scenario {what}. This is the opening example.", "没有名为 {what} 的场景。这是开始时的示例。";
    UNKNOWN_PARAMETER = "{what} is not known here and changes nothing.", "此处不认识 {what}，它不起作用。";
    OUTPUT = "Output", "输出";
    DIFF = "Diff", "差异";
    DIFF_SENT = "− sent, + stored", "− 已发送，+ 已存储";
    DIFF_BEFORE = "− before, + after", "− 之前，+ 之后";
    SAME_AS_SENT = "Nothing differs.", "没有差异。";
    TAKEN_AWAY = "removed", "移除";
    REMOVE = "Remove event", "移除事件";
    EVENTS = "Events", "事件";
    AFTER = "After this event", "此事件之后";
    CREATED = "created", "新建";
    CHANGED = "changed", "已更改";
    DELETED = "deleted", "已删除";
    REPAIR = "The repair loop reports", "修复循环报告";
    COMPARE = "Compare with", "对比";
    NO_COMPARISON = "no other release", "不对比";
    ONLY_HERE = "Rules that decided only here", "仅在此处起作用的规则";
    NO_RULES = "No rule decided only here.", "没有仅在此处起作用的规则。";
    PATCH_TARGET = "Service to patch", "要打补丁的 Service";
    PATCH_TYPE = "Type of patch", "补丁类型";
    DELETE_TARGET = "What to delete", "要删除的对象";
    DELETE_ABOUT = "what you delete", "要删除的对象";
    EV_START = "Start", "启动";
    EV_RESTART = "Restart", "重启";
    EV_APPLY = "Apply", "应用";
    NO_SERVICES = "No Services.", "没有 Service。";
    STATIC_BAND = "for addresses you name", "留给您指定的地址";
    DYNAMIC_BAND = "for addresses the server picks", "由服务器选取的地址";
    DEFAULTS = "Defaults", "默认值";
    DEFAULTS_FIRST = "set before anything else is looked at", "在检查其他内容之前设置";
    SHOW_FLAGS = "Flags", "标志";
    REFUSED = "Refused", "被拒绝";
    ACCEPTED = "Accepted", "已接受";
    SURPRISING = "Accepted, but look", "已接受，但请注意";
    NO_ANSWER = "No answer yet", "尚无答案";
    WARNING = "Warning", "警告";
    REMARK = "Note", "说明";
    SAFE_MODE = "The page stopped while it was running this text last time. It is shown, not run.", "上次运行此文本时页面停止了。现在只显示文本，不运行。";
    RUN = "Run", "运行";
    TRY = "Try it:", "试一试：";
    TRY_CHANGE = "change", "将";
    TRY_TO = "to", "改为";
    TRY_THEN = ", then", "，然后";
    TRY_NOW = "Now", "现在";
    TRY_REMOVE = "remove the IPv6 range", "移除 IPv6 范围";
    DOCUMENTS = "Documents", "文档";
    FOOT_VERSION = "Checked against recorded answers of Kubernetes 1.20 to 1.36 (1.22 is assumed)", "已与 Kubernetes 1.20 至 1.36 的实录结果核对（1.22 为推定）";
    FOOT_LOCAL = "Runs in your browser; nothing is sent anywhere", "在您的浏览器中运行；不会发送任何数据";
    FOOT_NOT_AFFILIATED = "Not affiliated with the Kubernetes project", "与 Kubernetes 项目无隶属关系";
    FOOT_NOTICE = "Third-party software", "第三方软件";
    FOOT_SEED = "Addresses are picked by a fixed seed; a real cluster picks at random", "地址由固定种子选取；真实集群随机选取";
    DUAL_CLUSTER = "Dual-stack", "双栈";
    SINGLE_CLUSTER = "Single-stack", "单栈";
    BIND_FAILED = "kube-apiserver exits with an error.", "kube-apiserver 因错误退出。";
    // The verdicts, with holes for facts.
    DOES_NOT_START = "kube-apiserver does not start.", "kube-apiserver 无法启动。";
    NOTHING_TO_APPLY = "There is nothing to apply yet.", "还没有可应用的内容。";
    NOT_YAML = "This is not YAML yet.", "这还不是合法的 YAML。";
    NOT_YAML_SENDS_NOTHING = "This is not YAML yet, so kubectl sends nothing.", "这还不是合法的 YAML，因此 kubectl 不会发送任何内容。";
    SENDS_NOTHING = "kubectl sends nothing. ", "kubectl 不会发送任何内容。";
    HAS_NO_ANSWER = "The playground has no answer to this. ", "演练场对此没有答案。";
    RESTARTED = "kube-apiserver {version} has restarted and serves {families}.", "kube-apiserver {version} 已重启，提供 {families}。";
    RUNS = "kube-apiserver {version} runs and serves {families}.", "kube-apiserver {version} 正在运行，提供 {families}。";
    MADE_KUBERNETES = "It has created the Service `kubernetes`.", "它创建了 Service `kubernetes`。";
    READS_AS_BEFORE = "A restart rewrites nothing: every Service reads as before.", "重启不会改写任何内容：每个 Service 读出来都与之前相同。";
    READS_DIFFERENTLY = "A restart rewrites nothing, but Services read differently now: {changed}.", "重启不会改写任何内容，但现在有 {changed} 个 Service 读出来不同。";
    REPAIR_FINDS = "A restart rewrites nothing, but the repair loop finds addresses that fit no range any more.", "重启不会改写任何内容，但修复循环发现有地址已不属于任何范围。";
    BUT_LEAKED = " Nothing was stored, but an address leaked.", "没有存储任何内容，但泄漏了一个地址。";
    NOTHING_TAKEN = " Nothing was stored, no address was taken.", "没有存储任何内容，也没有占用地址。";
    REFUSES = "The API server refuses {name} ({answer}).", "API 服务器拒绝了 {name}（{answer}）。";
    MARKED_DELETED = "{name} is only marked as deleted.", "{name} 只是被标记为已删除。";
    FINALIZERS_WAIT = "It has finalizers: its addresses stay taken until the last one is removed.", "它有终结器：在最后一个被移除之前，其地址仍被占用。";
    IS_DELETED = "{name} is deleted.", "{name} 已删除。";
    HELD_NOTHING = "It held no cluster IP.", "它没有占用集群 IP。";
    HELD_IS_FREE = "What it held is free again.", "它所占用的一切重新空闲。";
    CIDR_IS_READY = "The ServiceCIDR {name} is ready.", "ServiceCIDR {name} 已就绪。";
    CIDR_GIVES = "Its ranges give out addresses from now on; which families the cluster serves is still the flag’s choice.", "其范围从现在起分配地址；集群提供哪些地址族仍由标志决定。";
    CIDR_IS_GONE = "The ServiceCIDR {name} is gone.", "ServiceCIDR {name} 已消失。";
    CIDR_HELD_NOTHING = "No address was held in it alone.", "没有地址仅由它覆盖。";
    CIDR_WAITS = "The ServiceCIDR {name} is terminating.", "ServiceCIDR {name} 正在终止。";
    CIDR_IS_HELD = "It gives out nothing more, and stays until the last address that lies in it alone is free.", "它不再分配地址，并保留到最后一个仅由它覆盖的地址空闲为止。";
    SERVICE_CIDRS = "ServiceCIDRs", "ServiceCIDR";
    TERMINATING = "terminating", "正在终止";
    FIXES = "Fixes", "修复建议";
    FIX_FIRST = "Apply the first fix", "采用第一个修复建议";
    READY = "ready", "就绪";
    IS_ALIAS = "{name} is an alias for {target}.", "{name} 是 {target} 的别名。";
    IS_HEADLESS = "{name} is headless: it has no cluster IP.", "{name} 是无头服务：没有集群 IP。";
    TWO_IPS = "{name} gets two cluster IPs.", "{name} 获得两个集群 IP。";
    ONE_IP = "{name} gets one cluster IP, {families}.", "{name} 获得一个集群 IP，{families}。";
    DNS_ALIAS = "DNS answers with that name; there are no addresses and no families to choose.", "DNS 返回该名称；没有地址，也没有地址族可选。";
    HEADLESS_UNCHECKED = "Without a selector nobody checks its families against the cluster: it lists {families}, although this cluster serves {served} only.", "没有选择算符时，不会对照集群检查地址族：它列出 {families}，尽管此集群只提供 {served}。";
    DNS_HEADLESS = "DNS answers with the Pods' own addresses, for {families}.", "DNS 返回 Pod 自身的地址，地址族为 {families}。";
    FIRST_BY_ADDRESS = "It asks for {policy} and the cluster serves both families; {first} comes first because the address you named is of that family.", "它请求 {policy}，集群提供两个地址族；{first} 在先，因为您指定的地址属于该地址族。";
    FIRST_BY_RANGE = "It asks for {policy} and the cluster serves both families; {first} comes first because the first range of `--service-cluster-ip-range` is of that family.", "它请求 {policy}，集群提供两个地址族；{first} 在先，因为 `--service-cluster-ip-range` 的第一个范围属于该地址族。";
    FIRST_BY_LIST = "It asks for {policy} and the cluster serves both families; {first} comes first because `ipFamilies` lists it first.", "它请求 {policy}，集群提供两个地址族；{first} 在先，因为 `ipFamilies` 将其列在首位。";
    ONLY_PREFERS = "`PreferDualStack` only prefers: this cluster serves {served} only, so there is one address and no error. It will stay so even when the cluster becomes dual-stack.", "`PreferDualStack` 只是偏好：此集群只提供 {served}，因此只有一个地址，也不报错。即使集群变为双栈，它也会保持不变。";
    SINGLE_ON_DUAL = "It gives no `ipFamilyPolicy`, and without one a Service is `SingleStack`, on a dual-stack cluster too.", "它没有指定 `ipFamilyPolicy`，缺省即为 `SingleStack`，在双栈集群上也是如此。";
    SINGLE_BY_DEFAULT = "It gives no `ipFamilyPolicy`, so it is `SingleStack`.", "它没有指定 `ipFamilyPolicy`，因此为 `SingleStack`。";
    POLICY_IS = "Its policy is {policy}.", "其策略为 {policy}。";
    ONLY_BY_RANGE = " {family} is the family of the first range of `--service-cluster-ip-range`.", "{family} 是 `--service-cluster-ip-range` 第一个范围的地址族。";
    ONLY_BY_ADDRESS = " {family} is the family of the address you named.", "{family} 是您所指定地址的地址族。";
    ONLY_BY_LIST = " {family} is the family that `ipFamilies` names.", "{family} 是 `ipFamilies` 写明的地址族。";
    OPEN_ON_NODES = " It is open on every node at port {ports}, for each of its families.", "它在每个节点的端口 {ports} 上开放，适用于其每个地址族。";
    OBJECT_IS_CREATED = "{object} is created.", "{object} 已创建。";
    OBJECT_IS_CHANGED = "{object} is configured.", "{object} 已更新。";
    OBJECT_IS_UNCHANGED = "{object} is unchanged.", "{object} 未更改。";
    NODE_HAS = "Its Pods get addresses from {ranges}; the Node itself has {addresses}.", "其 Pod 从 {ranges} 获得地址；节点自身的地址为 {addresses}。";
    NODE_HAS_NO_RANGE = "It has no `podCIDRs`, so only Pods on the host network start on it; the Node itself has {addresses}.", "它没有 `podCIDRs`，因此只有使用主机网络的 Pod 能在其上启动；节点自身的地址为 {addresses}。";
    NODE_IS_NOT_READY = " It is not ready: {reason}.", "它未就绪：{reason}。";
    POD_RUNS = "It runs on {node} with {addresses}.", "它在 {node} 上运行，地址为 {addresses}。";
    POD_RUNS_WITHOUT = "It runs on {node}.", "它在 {node} 上运行。";
    POD_WAITS = "It is `Pending`: no Node runs it yet.", "它处于 `Pending` 状态：尚无节点运行它。";
    POD_WAITS_ON = "It is `Pending` on {node}.", "它在 {node} 上处于 `Pending` 状态。";
    POD_WAITS_BECAUSE = "It is `Pending`: {message}", "它处于 `Pending` 状态：{message}";
    POD_FAILED = "It has failed: {message}", "它已失败：{message}";
    DEPLOYMENT_HAS = "{running} of its {wanted} Pods run.", "要求 {wanted} 个 Pod，其中 {running} 个在运行。";
    OBJECT_IS_GONE = "It is no longer stored.", "它不再被存储。";
    BALANCER_MISSING = " The address of the load balancer itself would come from a cloud provider, which is not simulated.", "负载均衡器自身的地址由云提供商提供，此处不模拟。";
}
