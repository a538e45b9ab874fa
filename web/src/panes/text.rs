//! The words of the panes about the other components, and about Nodes and Pods.

use dualstack_core::explain::text::Text;

macro_rules! words {
    ($($name:ident = $en:literal, $zh:literal;)*) => {
        $(#[doc = $en] pub const $name: Text = Text { en: $en, zh: $zh };)*
    };
}

words! {
    COMPONENTS = "Components", "组件";
    COMPONENTS_ABOUT = "Startup and conflicts between components", "组件的启动和相互冲突";
    ALL_AGREE = "All components start, and their flags agree.", "所有组件都能启动，并且标志相互一致。";
    EXITS = "Exits", "退出";
    LOGS = "Logs", "日志";
    LOGS_ERROR = "Logs an error", "错误日志";
    REMARK = "Note", "说明";
    SURPRISE = "Unexpected", "出乎意料";
    BREAKS = "Does not work", "无法工作";
    AGREE = "They agree.", "相互一致。";
    DISAGREE = "Conflicts", "冲突";
    NOT_COMPARED = "Not compared: one of the components does not start.", "未作比较：其中一个组件无法启动。";
    DISAGREEMENTS = "Conflicts: {count}. Each is shown between the boxes of the flags involved.", "冲突：{count}。每一处都显示在相关标志的文本框之间。";
    DOES_NOT_START = "does not start.", "无法启动。";
    ALSO_LOGGED = "Other log lines", "其他日志";
    CHANGES_NOTHING = "is not simulated: it has no effect here.", "不在模拟范围内：在此不起作用。";
    THEN = "Consequences", "后果";
    MEND = "Fix", "修复";
    GO_TO = "Go to", "转到";
    ON = "on", "节点：";
    FIRSTS = "Primary families", "主地址族";
    FIRSTS_ABOUT = "Five places where one address family comes first", "五处以某个地址族为首的设置";
    FIRSTS_DIFFER = "The address families differ. That is allowed; each place decides something else.", "各处的地址族并不相同。这是允许的；每一处决定的内容不同。";
    FIRSTS_ALIKE = "All places have the same address family.", "各处的地址族全都相同。";
    FIRST_SERVICE_RANGE = "First Service CIDR", "第一个 Service CIDR";
    FIRST_CLUSTER_CIDR = "First Pod CIDR", "第一个 Pod CIDR";
    FIRST_NODE_IP = "First node IP", "第一个节点 IP";
    FIRST_IP_FAMILY = "First entry of `ipFamilies`", "`ipFamilies` 的第一项";
    FIRST_OF_CLIENT = "First choice of the client", "客户端的首选";
    NOT_SAID = "unknown", "未知";
    DECIDES = "Decides", "决定";
    DECIDES_DEFAULT = "the address family of a Service that specifies none", "未指定地址族的 Service 的地址族";
    DECIDES_KUBERNETES = "the address family of the `kubernetes` Service", "`kubernetes` Service 的地址族";
    DECIDES_POD_CIDR = "`spec.podCIDR` of each Node", "每个节点的 `spec.podCIDR`";
    DECIDES_POD_IP = "`status.podIP` of Pods, which probes use", "Pod 的 `status.podIP`（探针使用它）";
    DECIDES_PROXY = "the primary address family of kube-proxy", "kube-proxy 的主地址族";
    DECIDES_CLUSTER_IP = "`spec.clusterIP` of the Service", "Service 的 `spec.clusterIP`";
    DECIDES_ENDPOINTS = "which addresses the legacy Endpoints API has", "旧版 Endpoints API 包含哪些地址";
    DECIDES_VARIABLES = "the address in the environment variables of containers", "容器环境变量中的地址";
    DECIDES_CONNECTION = "the address family of the connection", "连接使用的地址族";
    NODE_OF_FIRST = "Node", "节点";
    RESOLVER = "Address sorting by the client", "客户端的地址排序";
    SERVICE_RANGE_UNKNOWN = "Service CIDR unknown to kube-controller-manager", "kube-controller-manager 不知道 Service CIDR";
    SERVICE_RANGES_DIFFER = "different Service CIDRs", "Service CIDR 不同";
    RANGES_OVERLAP = "Pod CIDR and Service CIDR overlap", "Pod CIDR 和 Service CIDR 重叠";
    SERVICES_TAKE_SOME = "Service CIDR overlaps node Pod CIDRs", "Service CIDR 与部分节点 Pod CIDR 重叠";
    SERVICES_TAKE_ALL = "Service CIDR overlaps every node Pod CIDR", "Service CIDR 与所有节点 Pod CIDR 重叠";
    MACHINE_AMONG_PODS = "node address in the Pod CIDR", "节点地址位于 Pod CIDR 内";
    MACHINE_AMONG_SERVICES = "node address in the Service CIDR", "节点地址位于 Service CIDR 内";
    OTHER_FAMILY_FIRST = "different primary address families", "主地址族不同";
    MASK_UNFIT = "node CIDR mask size does not fit the Pod CIDR", "节点 CIDR 掩码长度与 Pod CIDR 不匹配";
    TOO_FEW_BLOCKS = "too few node Pod CIDRs for the nodes", "节点 Pod CIDR 不够节点使用";
    ONE_NODE_ONLY = "room for one node only", "只够一个节点";
    PODS_LACK = "Pods lack an address family of Services", "Pod 缺少 Service 的某个地址族";
    SERVICES_LACK = "Services lack an address family of Pods", "Service 缺少 Pod 的某个地址族";
    NO_COMMON_FAMILY = "no common address family", "没有共同的地址族";
    NODE_LACKS = "node lacks an address family", "节点缺少一个地址族";
    NODE_HAS_NONE = "node has no address family of the cluster", "节点没有集群的任何地址族";
    PROXY_LACKS_RANGE = "kube-proxy lacks a Pod CIDR", "kube-proxy 缺少一个 Pod CIDR";
    PROXY_OTHER_RANGE = "different Pod CIDRs", "Pod CIDR 不同";
    PROXY_EXTRA_RANGE = "kube-proxy has a Pod CIDR without Pods", "kube-proxy 有一个没有 Pod 的 Pod CIDR";
    PROXY_WIDER_RANGE = "kube-proxy has a larger Pod CIDR", "kube-proxy 的 Pod CIDR 更大";
    NOT_GIVEN_OUT = "node Pod CIDRs are not allocated", "未分配节点 Pod CIDR";
    WAITS_FOR_RANGES = "kube-proxy waits for node Pod CIDRs", "kube-proxy 等待节点 Pod CIDR";
    ADVERTISE_UNFIT = "advertise address of the other address family", "公告地址属于另一个地址族";
    GATE_OFF = "`IPv6DualStack` is not enabled in every component", "并非所有组件都启用了 `IPv6DualStack`";
    PROXY_LACKS_FAMILY = "kube-proxy does not handle an address family", "kube-proxy 不代理某个地址族";
    BIND_UNFIT = "bind address is not a node address", "绑定地址不是节点地址";
    EXITS_WITH = "exits:", "退出：";
    NODES_AND_PODS = "Nodes and Pods", "节点和 Pod";
    COUNTS = "Nodes: {nodes}, Pods: {pods}", "节点 {nodes} 个，Pod {pods} 个";
    ADD = "Add", "添加";
    ADD_NODE = "Add a node", "添加节点";
    ADD_WINDOWS = "Add a Windows node", "添加 Windows 节点";
    ADD_OVERLAY = "Add a Windows node with an overlay network", "添加使用 Overlay 网络的 Windows 节点";
    ADD_DEPLOYMENT = "Add a Deployment", "添加 Deployment";
    REPLICAS = "Replicas", "副本数";
    REMOVE = "Remove", "移除";
    KUBECTL = "kubectl output for Nodes and Pods", "kubectl 对节点和 Pod 的输出";
    DOES_NOT_RUN = "Not running", "未运行的组件";
    WHAT_CHANGED = "Effects of this action", "此操作的影响";
    CHANGES = "Changes", "更改";
    KEPT = "Unchanged: Nodes {nodes}, Pods {pods}.", "未更改：节点 {nodes} 个，Pod {pods} 个。";
    CREATED = "created", "新建";
    DELETED = "deleted", "已删除";
    CHANGED = "changed", "已更改";
    NODES = "Nodes", "节点";
    PODS = "Pods on this node", "此节点上的 Pod";
    WITHOUT_NODE = "Unscheduled Pods", "未调度的 Pod";
    DEPLOYMENTS = "Deployments", "Deployment 列表";
    REASONS = "Reasons", "原因";
    EARLIER = "Previous page", "前一页";
    LATER = "Next page", "后一页";
    ROWS = "{first} to {last} of {count}", "第 {first} 至 {last} 个，共 {count} 个";
    READY = "ready", "就绪";
    NOT_READY = "not ready", "未就绪";
    OF_HEADING = "self-registered", "自注册";
    OF_MANIFEST = "from a manifest", "来自清单";
    NONE = "none", "无";
    PODS_OF = "{count} of {most} Pods", "{count}/{most} 个 Pod";
    SERVES = "Address families of the Services that kube-proxy handles here:", "此处 kube-proxy 代理的 Service 地址族：";
    WINDOWS_SERVICES = "According to the documentation Windows supports only single-stack Services.", "根据文档，Windows 上只支持单栈 Service。";
    CHOSEN = "Where a real cluster takes time or picks at random, the playground uses a fixed order, and the reasons say so. Other fields of a manifest are stored, but have no effect.", "在真实集群耗时或随机选取的地方，演练场采用固定的顺序，原因中会说明。清单中的其他字段会被存储，但不起作用。";
    PREREQUISITES = "Prerequisites", "先决条件";
    PREREQUISITES_ABOUT = "Requirements of the documentation, and the consequences if one is not met", "文档的要求，以及不满足时的后果";
    RELEASE = "Version", "版本";
    PROVIDER = "Cloud provider", "云提供商";
    PLUGIN = "Network plugin", "网络插件";
    DUAL_STACK = "dual-stack", "双栈";
    NO_PLUGIN = "none", "无";
    MET = "Met", "满足";
    MISSING = "Not met", "不满足";
    FOLLOWS = "Consequences", "后果";
    ASKED_BY = "Required by", "要求它的标志";
    BADGE = "Why does the page say v1.27 [alpha]?", "文档为何标有 v1.27 [alpha]？";
    PLANNING = "Address planning", "地址规划";
    PLANNING_ABOUT = "Ranges explained, generated and compared", "解释、生成和比较范围";
    EXPLAINED = "Explain a range", "解释一个范围";
    RANGE = "CIDR", "CIDR";
    WRITE = "Replace with", "改写为";
    FILL = "Fill in random digits", "填入随机数字";
    HERE = "Here:", "此处：";
    AS_RANGE = "If used", "如果使用它";
    AS_PODS = "as Pod CIDR (--cluster-cidr)", "用作 Pod CIDR（--cluster-cidr）";
    AS_SERVICES = "as Service CIDR (--service-cluster-ip-range)", "用作 Service CIDR（--service-cluster-ip-range）";
    AS_NODES = "as node network", "用作节点网络";
    SERVICES = "Services", "个 Service";
    MACHINES = "hosts", "台主机";
    FRESH = "A new plan", "新的规划";
    MAKE_PLAN = "Generate a ULA plan", "生成 ULA 规划";
    NO_CHANCE = "This browser provides no random numbers, so a unique plan cannot be generated.", "此浏览器无法提供随机数，因此无法生成唯一的规划。";
    PUT_PLAN = "Write the plan to the flags", "将规划写入标志";
    PLAN_FLAGS = "Flags of the plan", "规划的标志";
    SIZES = "From /47 to /65", "从 /47 到 /65";
    PREFIX = "Prefix length of an IPv6 Pod CIDR, with a /64 for each node", "IPv6 Pod CIDR 的前缀长度，每个节点一个 /64";
    REFUSES = "exits:", "退出：";
    RULER = "All ranges on one scale", "同一标尺上的所有范围";
    NO_RANGES = "The flags have no range of this address family.", "标志中没有此地址族的范围。";
    WHOLE = "All", "全部";
    OUT = "Zoom out", "缩小";
    IN = "Zoom in", "放大";
    BEFORE = "Previous part", "前一部分";
    CLUSTER_BEHIND = "The cluster", "集群";
    MAKE_IT_SO = "Turn on", "启用";
    COUNT_NODES = "Nodes", "个节点";
    BEHIND = "Next part", "后一部分";
    SHOWN = "Shown", "显示";
    MARKED = "Marked", "已标记";
    FREE = "free", "空闲";
    OVERLAP = "overlap", "重叠";
    DIFFERENT = "different", "不一致";
    WHAT = "Use", "用途";
    WHERE = "Location", "所在位置";
    MEETS = "Overlaps", "重叠于";
    GIVEN_OUT = "allocated", "已分配";
    MORE_ROWS = "more, not listed", "个未列出";
    LANE_SERVICES = "Services", "Service";
    LANE_PODS = "Pods", "Pod";
    LANE_NODES = "Nodes", "节点";
    NO_OVERLAP = "No ranges of different use overlap.", "用途不同的范围互不重叠。";
    KEYS = "With the scale in focus: ← → select a part, Enter zooms in, Backspace zooms out, Home shows all.", "聚焦标尺后：← → 选择部分，Enter 放大，Backspace 缩小，Home 显示全部。";
}

/// A disagreement in a few words, by the number of its rule.
#[must_use]
pub fn reason(rule: &str) -> Text {
    match rule {
        "AGREE-1a" => SERVICE_RANGE_UNKNOWN,
        "AGREE-1b" => SERVICE_RANGES_DIFFER,
        "AGREE-2a" => RANGES_OVERLAP,
        "AGREE-2b" => SERVICES_TAKE_SOME,
        "AGREE-2c" => SERVICES_TAKE_ALL,
        "AGREE-3a" => MACHINE_AMONG_PODS,
        "AGREE-3b" => MACHINE_AMONG_SERVICES,
        "AGREE-4a" | "AGREE-4b" => OTHER_FAMILY_FIRST,
        "AGREE-5a" => MASK_UNFIT,
        "AGREE-5b" => TOO_FEW_BLOCKS,
        "AGREE-5c" => ONE_NODE_ONLY,
        "AGREE-6a" => PODS_LACK,
        "AGREE-6b" => SERVICES_LACK,
        "AGREE-6c" => NO_COMMON_FAMILY,
        "AGREE-6d" => NODE_LACKS,
        "AGREE-6e" => NODE_HAS_NONE,
        "AGREE-7a" => PROXY_LACKS_RANGE,
        "AGREE-7b" => PROXY_OTHER_RANGE,
        "AGREE-7c" => PROXY_EXTRA_RANGE,
        "AGREE-7d" => PROXY_WIDER_RANGE,
        "AGREE-8a" => NOT_GIVEN_OUT,
        "AGREE-8b" => WAITS_FOR_RANGES,
        "AGREE-9" => ADVERTISE_UNFIT,
        "AGREE-10" => GATE_OFF,
        "AGREE-11" => PROXY_LACKS_FAMILY,
        "AGREE-12" => BIND_UNFIT,
        _ => Text { en: "", zh: "" },
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::all_rules;

    use super::reason;

    #[test]
    fn every_disagreement_has_a_few_words_of_its_own() {
        let ids = all_rules().map(|rule| rule.id).filter(|id| id.starts_with("AGREE-"));
        let ids: Vec<&str> = ids.collect();
        assert!(ids.len() > 20, "{ids:?}");
        for id in ids {
            let reason = reason(id);
            assert!(!reason.en.is_empty() && !reason.zh.is_empty(), "{id}");
        }
    }
}
