//! The words of the panes about the other components, and about Nodes and Pods.

use dualstack_core::explain::text::Text;

macro_rules! words {
    ($($name:ident = $en:literal, $zh:literal;)*) => {
        $(#[doc = $en] pub const $name: Text = Text { en: $en, zh: $zh };)*
    };
}

words! {
    COMPONENTS = "Components", "组件";
    COMPONENTS_ABOUT = "do they start, and do they agree?", "能否启动，是否一致？";
    ALL_AGREE = "All components start and agree.", "所有组件都能启动，并且相互一致。";
    EXITS = "Exits", "退出";
    LOGS = "Logs", "日志";
    LOGS_ERROR = "Logs an error", "错误日志";
    REMARK = "Note", "说明";
    SURPRISE = "Not as it looks", "与表面不符";
    BREAKS = "Does not work", "无法工作";
    AGREE = "They agree.", "相互一致。";
    DISAGREE = "Disagreements", "不一致之处";
    NOT_COMPARED = "Not compared: one of them does not start.", "未作比较：其中之一无法启动。";
    DISAGREEMENTS = "Disagreements: {count}. Each stands between the boxes of the flags that it is about.", "不一致之处：{count}。每一处都标在相关标志的文本框之间。";
    DOES_NOT_START = "does not start.", "无法启动。";
    ALSO_LOGGED = "What they log besides", "其他日志";
    CHANGES_NOTHING = "is not simulated: it changes nothing here.", "未被模拟：在此不起作用。";
    THEN = "What would happen", "会发生什么";
    MEND = "Mend it", "修正";
    GO_TO = "Go to", "转到";
    ON = "on", "节点：";
    FIRSTS = "Firsts", "五个“第一”";
    FIRSTS_ABOUT = "five orders, and what each decides", "五种顺序，各决定什么";
    FIRSTS_DIFFER = "They are not of one family. That is allowed; each decides its own things.", "它们的地址族并不相同。这是允许的；每一个各有所决定。";
    FIRSTS_ALIKE = "They are all of one family.", "它们的地址族全都相同。";
    FIRST_SERVICE_RANGE = "First Service range", "第一个 Service 范围";
    FIRST_CLUSTER_CIDR = "First cluster CIDR", "第一个集群 CIDR";
    FIRST_NODE_IP = "First node IP", "第一个节点 IP";
    FIRST_IP_FAMILY = "First of `ipFamilies`", "`ipFamilies` 的第一项";
    FIRST_OF_CLIENT = "First choice of the client", "客户端的首选";
    NOT_SAID = "not known here", "此处未知";
    DECIDES = "It decides", "它决定";
    DECIDES_DEFAULT = "the family of a Service that names none", "未指定地址族的 Service 的地址族";
    DECIDES_KUBERNETES = "the family of the Service `kubernetes`", "Service `kubernetes` 的地址族";
    DECIDES_POD_CIDR = "`spec.podCIDR` of each Node", "每个节点的 `spec.podCIDR`";
    DECIDES_POD_IP = "`status.podIP` of Pods, which probes use", "Pod 的 `status.podIP`（探针使用它）";
    DECIDES_PROXY = "the primary family of kube-proxy", "kube-proxy 的主地址族";
    DECIDES_CLUSTER_IP = "`spec.clusterIP` of the Service", "Service 的 `spec.clusterIP`";
    DECIDES_ENDPOINTS = "which addresses the legacy Endpoints have", "旧式 Endpoints 含哪些地址";
    DECIDES_VARIABLES = "the address in the variables of containers", "容器环境变量中的地址";
    DECIDES_CONNECTION = "over which family the connection goes", "连接经由哪个地址族";
    NODE_OF_FIRST = "Node", "节点";
    RESOLVER = "How the client sorts addresses", "客户端如何排序地址";
    SERVICE_RANGE_UNKNOWN = "Service range not known to the controller", "控制器不知道 Service 范围";
    SERVICE_RANGES_DIFFER = "different Service ranges", "Service 范围不同";
    RANGES_OVERLAP = "Pod and Service ranges overlap", "Pod 与 Service 范围重叠";
    SERVICES_TAKE_SOME = "Services take blocks of nodes", "Service 占用节点的块";
    SERVICES_TAKE_ALL = "Services take every block of the nodes", "Service 占用节点的所有块";
    MACHINE_AMONG_PODS = "a machine lies in the Pod range", "机器位于 Pod 范围内";
    MACHINE_AMONG_SERVICES = "a machine lies in the Service range", "机器位于 Service 范围内";
    OTHER_FAMILY_FIRST = "the other family first", "以另一个地址族开头";
    MASK_UNFIT = "node mask does not fit the range", "节点掩码与范围不符";
    TOO_FEW_BLOCKS = "too few blocks for the nodes", "块不够节点使用";
    ONE_NODE_ONLY = "room for one node only", "只够一个节点";
    PODS_LACK = "a Service family that Pods lack", "Pod 缺少某个 Service 地址族";
    SERVICES_LACK = "a Pod family that Services lack", "Service 缺少某个 Pod 地址族";
    NO_COMMON_FAMILY = "no family in common", "没有共同的地址族";
    NODE_LACKS = "the node lacks a family", "节点缺少一个地址族";
    NODE_HAS_NONE = "the node has no family of the cluster", "节点没有集群的任何地址族";
    PROXY_LACKS_RANGE = "kube-proxy lacks a Pod range", "kube-proxy 缺少一个 Pod 范围";
    PROXY_OTHER_RANGE = "different Pod ranges", "Pod 范围不同";
    PROXY_EXTRA_RANGE = "kube-proxy has a range without Pods", "kube-proxy 有一个没有 Pod 的范围";
    PROXY_WIDER_RANGE = "kube-proxy has a wider Pod range", "kube-proxy 的 Pod 范围更大";
    NOT_GIVEN_OUT = "cluster ranges are not given out", "集群范围未被分配";
    WAITS_FOR_RANGES = "kube-proxy waits for ranges of nodes", "kube-proxy 等待节点的范围";
    ADVERTISE_UNFIT = "advertise address of the other family", "通告地址属于另一个地址族";
    GATE_OFF = "dual-stack gate is not on everywhere", "双栈特性门控并非处处启用";
    PROXY_LACKS_FAMILY = "kube-proxy does not serve a family", "kube-proxy 不提供某个地址族";
    BIND_UNFIT = "bind address is none of the node’s", "绑定地址不属于节点";
    EXITS_WITH = "exits:", "退出：";
    NODES_AND_PODS = "Nodes and Pods", "节点与 Pod";
    COUNTS = "Nodes: {nodes}, Pods: {pods}", "节点 {nodes} 个，Pod {pods} 个";
    ADD = "Add", "添加";
    ADD_NODE = "Add a node", "添加节点";
    ADD_WINDOWS = "Add a Windows node", "添加 Windows 节点";
    ADD_OVERLAY = "Add a Windows node with an overlay", "添加使用 overlay 的 Windows 节点";
    ADD_DEPLOYMENT = "Add a Deployment", "添加 Deployment";
    REPLICAS = "Pods", "Pod 数";
    REMOVE = "Remove", "移除";
    KUBECTL = "What kubectl prints of Nodes and Pods", "kubectl 对节点与 Pod 的输出";
    DOES_NOT_RUN = "What does not run", "未运行的组件";
    WHAT_CHANGED = "What this event changed, and what it left", "此事件更改了什么、保留了什么";
    CHANGES = "Changes", "更改";
    KEPT = "Left as they were: Nodes {nodes}, Pods {pods}.", "保持原样：节点 {nodes} 个，Pod {pods} 个。";
    CREATED = "new", "新建";
    DELETED = "gone", "已删除";
    CHANGED = "changed", "已更改";
    NODES = "Nodes", "节点";
    PODS = "Pods of this node", "此节点上的 Pod";
    WITHOUT_NODE = "Pods without a node", "没有节点的 Pod";
    DEPLOYMENTS = "Deployments", "Deployment 列表";
    REASONS = "Reasons", "原因";
    EARLIER = "Earlier", "前一页";
    LATER = "Later", "后一页";
    ROWS = "{first} to {last} of {count}", "第 {first} 至 {last} 个，共 {count} 个";
    READY = "ready", "就绪";
    NOT_READY = "not ready", "未就绪";
    OF_HEADING = "registered itself", "自行注册";
    OF_MANIFEST = "from a manifest", "来自清单";
    NONE = "none", "无";
    PODS_OF = "{count} of {most} Pods", "{count}/{most} 个 Pod";
    SERVES = "Families of the Services that kube-proxy serves here:", "此处 kube-proxy 服务的地址族：";
    WINDOWS_SERVICES = "Windows is documented for Services of a single family only.", "文档只支持在 Windows 上使用单地址族的 Service。";
    CHOSEN = "Where a real cluster takes its time or picks at random, an order is chosen here; the reasons say so. What a manifest says beyond what is shown here is kept, and decides nothing.", "真实集群耗时或随机选取之处，此处采用固定的顺序，原因中会说明。清单中此处未显示的内容会保留，但不起作用。";
    PREREQUISITES = "Prerequisites", "前提条件";
    PREREQUISITES_ABOUT = "what the documentation asks for, and what follows where it is missing", "文档的要求，以及缺少时的后果";
    RELEASE = "Release", "版本";
    PROVIDER = "Provider", "提供商";
    PLUGIN = "Network plugin", "网络插件";
    DUAL_STACK = "dual-stack", "双栈";
    NO_PLUGIN = "none", "无";
    MET = "there", "具备";
    MISSING = "missing", "缺少";
    FOLLOWS = "What follows", "后果";
    ASKED_BY = "Asked for by", "要求它的标志";
    BADGE = "Why does the page say v1.27 [alpha]?", "文档为何标有 v1.27 [alpha]？";
    PLANNING = "Address planning", "地址规划";
    PLANNING_ABOUT = "ranges explained, made and laid side by side", "解释、生成并比较范围";
    EXPLAINED = "A range, explained", "解释一个范围";
    RANGE = "CIDR", "CIDR";
    WRITE = "Write", "改写为";
    FILL = "Put in random digits", "填入随机数字";
    HERE = "Here:", "此处：";
    AS_RANGE = "If it were used", "如果使用它";
    AS_PODS = "for Pods (--cluster-cidr)", "用于 Pod（--cluster-cidr）";
    AS_SERVICES = "for Services (--service-cluster-ip-range)", "用于 Service（--service-cluster-ip-range）";
    AS_NODES = "for the nodes", "用于节点";
    SERVICES = "Services", "个 Service";
    MACHINES = "machines", "台机器";
    FRESH = "A plan of your own", "自己的规划";
    MAKE_PLAN = "Make a ULA plan", "生成 ULA 规划";
    NO_CHANCE = "This browser gives no random bits, without which a plan would be nobody's own.", "此浏览器不提供随机位，没有它们规划就不是独有的。";
    PUT_PLAN = "Put the plan into the flags", "将规划写入标志";
    PLAN_FLAGS = "Flags of the plan", "规划的标志";
    SIZES = "From /47 to /65", "从 /47 到 /65";
    PREFIX = "Prefix length of an IPv6 cluster range, with a /64 for each Node", "IPv6 集群范围的前缀长度，每个节点一个 /64";
    REFUSES = "exits:", "退出：";
    RULER = "All ranges on one ruler", "同一标尺上的所有范围";
    NO_RANGES = "The flags have no range of this family.", "标志中没有此地址族的范围。";
    WHOLE = "Whole", "全部";
    OUT = "Zoom out", "缩小";
    IN = "Zoom in", "放大";
    BEFORE = "Part before", "前一部分";
    CLUSTER_BEHIND = "The cluster behind the Service", "Service 背后的集群";
    MAKE_IT_SO = "Make it so", "改为具备";
    COUNT_NODES = "Nodes", "个节点";
    BEHIND = "Part behind", "后一部分";
    SHOWN = "Shown", "显示";
    MARKED = "Marked", "已标记";
    FREE = "free", "空闲";
    OVERLAP = "overlap", "重叠";
    DIFFERENT = "different", "不一致";
    WHAT = "What it is", "用途";
    WHERE = "Where it stands", "所在位置";
    MEETS = "Meets", "相交";
    GIVEN_OUT = "given out", "已分配";
    MORE_ROWS = "more, not listed", "个未列出";
    LANE_SERVICES = "Services", "Service";
    LANE_PODS = "Pods", "Pod";
    LANE_NODES = "Nodes", "节点";
    NO_OVERLAP = "No two ranges of different use meet.", "用途不同的范围互不相交。";
    KEYS = "With the ruler in focus: ← → choose a part, Enter zooms in, Backspace out, Home shows the whole.", "聚焦标尺后：← → 选择部分，Enter 放大，Backspace 缩小，Home 显示全部。";
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
