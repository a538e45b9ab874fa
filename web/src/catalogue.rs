//! What may stand in the editors? Fields and flags with one sentence each, their legal values, and the
//! editor's own words. Built into the editor's file (`web/editor`), not into the wasm.

use dualstack_core::api::go_json;
use dualstack_core::explain::text::Text;
use dualstack_core::release::behavior::{Behavior, Gate};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::flags::Component;

/// Something that may be written.
pub struct Entry {
    /// How it is written. Behind a field, `[]` says that it holds a list and `{}` that it holds a map.
    pub name: &'static str,
    /// What it is for.
    pub text: Text,
    /// The values it may have, where they can be listed.
    pub values: &'static [(&'static str, Text)],
}

macro_rules! entries {
    ($($name:literal = $en:literal, $zh:literal $([$($value:literal = $value_en:literal, $value_zh:literal;)*])?;)*) => {
        &[$(Entry {
            name: $name,
            text: Text { en: $en, zh: $zh },
            values: &[$($(($value, Text { en: $value_en, zh: $value_zh })),*)?],
        }),*]
    };
}

/// The fields that both kinds have.
pub const FIELDS: &[Entry] = entries! {
    "apiVersion" = "The group and version of the API that the object belongs to.", "对象所属 API 的组和版本。" [
        "v1" = "The core group, which Service is in.", "核心组，Service 在其中。";
        "networking.k8s.io/v1" = "The group that ServiceCIDR is in.", "ServiceCIDR 所在的组。";
    ];
    "kind" = "What the object is.", "对象的类型。" [
        "Service" = "One name and one set of addresses for a group of Pods.", "一组 Pod 共用的名称和地址。";
        "ServiceCIDR" = "More ranges from which Services take their cluster IPs.", "供 Service 取用集群 IP 的额外范围。";
    ];
    "metadata" = "Name, namespace, labels: what every object has.", "名称、命名空间和标签：每个对象都有。";
    "metadata.name" = "The name, unique among objects of this kind in the namespace; it never changes.", "名称，在命名空间内同类对象中唯一，且不可更改。";
    "metadata.generateName" = "A prefix to which the server adds a random ending, where no name is given. `kubectl apply` refuses it.", "未指定名称时，服务器在此前缀后追加随机后缀。`kubectl apply` 会拒绝它。";
    "metadata.namespace" = "The namespace of the object; without it, the one kubectl is set to.", "对象的命名空间；未指定时使用 kubectl 当前的命名空间。";
    "metadata.labels{}" = "Pairs by which selectors find the object.", "供选择算符查找对象的键值对。";
    "metadata.annotations{}" = "Pairs for tools; nothing is selected by them.", "供工具使用的键值对，不用于选择。";
    "metadata.finalizers[]" = "What has to be done before a deleted object really goes.", "对象被删除前必须完成的事项。";
    "metadata.resourceVersion" = "The version that an update is based on; an older one is refused.", "更新所依据的版本；过旧则被拒绝。";
};

/// The other fields of a Service.
pub const SERVICE: &[Entry] = entries! {
    "spec" = "What you ask for.", "您的请求。";
    "spec.type" = "From where the Service can be reached.", "从哪里可以访问该 Service。" [
        "ClusterIP" = "From inside the cluster, at its cluster IPs.", "在集群内部，通过其集群 IP。";
        "NodePort" = "Also at a port of every node.", "还可通过每个节点的一个端口。";
        "LoadBalancer" = "Also at the address of a load balancer.", "还可通过负载均衡器的地址。";
        "ExternalName" = "Not at all: its DNS name is an alias for another name.", "不提供访问：其 DNS 名称是另一名称的别名。";
    ];
    "spec.ipFamilyPolicy" = "Whether the Service has addresses of one family or of both.", "Service 拥有一个还是两个地址族的地址。" [
        "SingleStack" = "One family: the cluster’s first, or the one that ipFamilies names.", "一个地址族：集群的第一个，或 ipFamilies 写明的那个。";
        "PreferDualStack" = "Both families where the cluster has both, else one.", "集群有两个地址族时两个都要，否则一个。";
        "RequireDualStack" = "Both families; refused where the cluster has only one.", "两个地址族都要；集群只有一个时被拒绝。";
    ];
    "spec.ipFamilies[]" = "The families, the primary first; the primary cannot be changed later.", "地址族列表，主地址族在前；主地址族之后不可更改。" [
        "IPv4" = "Addresses such as 10.96.0.10.", "形如 10.96.0.10 的地址。";
        "IPv6" = "Addresses such as fd00:10:96::a.", "形如 fd00:10:96::a 的地址。";
    ];
    "spec.clusterIP" = "The first of clusterIPs; both are kept equal.", "clusterIPs 的第一个；两者保持一致。" [
        "None" = "A headless Service: DNS answers with the addresses of its Pods.", "无头服务：DNS 返回其 Pod 的地址。";
    ];
    "spec.clusterIPs[]" = "The cluster IPs, one for each family, in the order of ipFamilies.", "集群 IP，每个地址族一个，顺序与 ipFamilies 相同。" [
        "None" = "A headless Service: DNS answers with the addresses of its Pods.", "无头服务：DNS 返回其 Pod 的地址。";
    ];
    "spec.selector{}" = "The labels of the Pods that stand behind the Service.", "Service 背后 Pod 的标签。";
    "spec.ports[]" = "The ports that the Service offers, the same for each family.", "Service 提供的端口，各地址族相同。";
    "spec.ports[].name" = "The name of the port; needed as soon as there are two.", "端口名称；有两个端口时必须填写。";
    "spec.ports[].port" = "The port at the cluster IPs.", "集群 IP 上的端口。";
    "spec.ports[].targetPort" = "The port of the Pods, by number or name; without it, the same as port.", "Pod 的端口，可为数字或名称；缺省与 port 相同。";
    "spec.ports[].protocol" = "The protocol, TCP if none is given.", "协议，缺省为 TCP。" [
        "TCP" = "Connections.", "面向连接。";
        "UDP" = "Single datagrams.", "独立的数据报。";
        "SCTP" = "Several streams in one association.", "一个关联中的多个流。";
    ];
    "spec.ports[].appProtocol" = "What is spoken over the port, as a hint to proxies.", "端口上的应用协议，供代理参考。";
    "spec.ports[].nodePort" = "The port on every node; without it, one is picked.", "每个节点上的端口；未指定时自动选取。";
    "spec.externalIPs[]" = "Addresses from outside that nodes accept for the Service.", "节点为该 Service 接受的外部地址。";
    "spec.externalName" = "The DNS name that an ExternalName Service is an alias for.", "ExternalName 类型的 Service 所指向的 DNS 名称。";
    "spec.externalTrafficPolicy" = "To which Pods traffic from outside goes.", "来自外部的流量去往哪些 Pod。" [
        "Cluster" = "To any Pod; the client’s address may be hidden.", "任意 Pod；客户端地址可能被隐藏。";
        "Local" = "Only to Pods of the node that it reached; the client’s address is kept.", "仅所到达节点上的 Pod；保留客户端地址。";
    ];
    "spec.internalTrafficPolicy" = "To which Pods traffic from inside goes.", "来自内部的流量去往哪些 Pod。" [
        "Cluster" = "To any Pod.", "任意 Pod。";
        "Local" = "Only to Pods of the same node.", "仅同一节点上的 Pod。";
    ];
    "spec.trafficDistribution" = "Which Pods are preferred; without it, none.", "优先选择哪些 Pod；未指定则无偏好。" [
        "PreferSameZone" = "Pods in the zone of the client.", "与客户端处于同一区域的 Pod。";
        "PreferSameNode" = "Pods on the node of the client.", "与客户端处于同一节点的 Pod。";
        "PreferClose" = "The older name of PreferSameZone.", "PreferSameZone 的旧名称。";
    ];
    "spec.sessionAffinity" = "Whether a client stays with one Pod.", "同一客户端是否固定访问同一 Pod。" [
        "None" = "Each connection may go to another Pod.", "每个连接可以去往不同的 Pod。";
        "ClientIP" = "All connections from one address go to one Pod.", "来自同一地址的连接都去往同一 Pod。";
    ];
    "spec.sessionAffinityConfig" = "How long a client stays with one Pod.", "同一客户端固定访问同一 Pod 的时长。";
    "spec.sessionAffinityConfig.clientIP" = "For the session affinity ClientIP.", "用于会话亲和性 ClientIP。";
    "spec.sessionAffinityConfig.clientIP.timeoutSeconds" = "Seconds, at most 86400 and 10800 if none are given.", "秒数，最大 86400，缺省 10800。";
    "spec.publishNotReadyAddresses" = "Whether DNS also names Pods that are not ready.", "DNS 是否也返回尚未就绪的 Pod。" [
        "true" = "Ready or not.", "无论是否就绪。";
        "false" = "Only those that are ready.", "仅返回已就绪的 Pod。";
    ];
    "spec.allocateLoadBalancerNodePorts" = "Whether a LoadBalancer Service takes node ports, too.", "LoadBalancer 类型的 Service 是否也占用节点端口。" [
        "true" = "As most load balancers need it.", "多数负载均衡器需要如此。";
        "false" = "For load balancers that reach the Pods by themselves.", "适用于可直接访问 Pod 的负载均衡器。";
    ];
    "spec.loadBalancerClass" = "Which implementation makes the load balancer; fixed while the type is LoadBalancer.", "由哪个实现提供负载均衡器；类型为 LoadBalancer 期间不可更改。";
    "spec.loadBalancerIP" = "An address that is asked of the load balancer; deprecated, and of one family only.", "向负载均衡器请求的地址；已弃用，且只能是一个地址族的地址。";
    "spec.loadBalancerSourceRanges[]" = "The ranges of clients that may reach the load balancer.", "允许访问负载均衡器的客户端范围。";
    "spec.healthCheckNodePort" = "The port at which nodes say whether they have a Pod, where externalTrafficPolicy is Local.", "externalTrafficPolicy 为 Local 时，节点在此端口报告自己是否有 Pod。";
};

/// The other fields of a ServiceCIDR.
pub const SERVICE_CIDR: &[Entry] = entries! {
    "spec" = "What you ask for.", "您的请求。";
    "spec.cidrs[]" = "One range, or one of each family.", "一个范围，或每个地址族各一个范围。";
};

/// The flags, behind the component that has them.
pub const FLAGS: &[Entry] = entries! {
    "kube-apiserver service-cluster-ip-range" = "The ranges of the cluster IPs: one, or one of each family; the first makes its family the primary.", "集群 IP 的范围：一个，或每个地址族各一个；第一个决定主地址族。";
    "kube-apiserver service-node-port-range" = "The ports that node ports are taken from.", "节点端口的取值范围。";
    "kube-apiserver advertise-address" = "The address behind the Service kubernetes; of the family of the first range.", "Service kubernetes 背后的地址；与第一个范围属于同一地址族。";
    "kube-apiserver bind-address" = "The address to listen at; 0.0.0.0 and :: listen at those of both families.", "监听地址；0.0.0.0 和 :: 会监听两个地址族的地址。";
    "kube-apiserver endpoint-reconciler-type" = "How the endpoints of the Service kubernetes are kept.", "如何维护 Service kubernetes 的端点。" [
        "lease" = "Each API server renews a lease.", "每个 API 服务器续订一个租约。";
        "master-count" = "As many as a flag says; deprecated.", "数量由标志指定；已弃用。";
        "none" = "Not at all; the family of the advertise address is not checked.", "不维护；也不检查通告地址的地址族。";
    ];
    "kube-apiserver kubernetes-service-node-port" = "A node port for the Service kubernetes; 0 for none.", "Service kubernetes 的节点端口；0 表示没有。";
    "kube-apiserver feature-gates" = "Switches for features: Name=true, several with commas.", "特性门控：Name=true，多个以逗号分隔。";
    "kube-controller-manager allocate-node-cidrs" = "Whether nodes get ranges for their Pods from --cluster-cidr.", "是否从 --cluster-cidr 为节点分配 Pod 的范围。" [
        "true" = "Each node gets a range of each family.", "每个节点在每个地址族各得一个范围。";
        "false" = "Something else gives them out.", "由其他组件分配。";
    ];
    "kube-controller-manager cluster-cidr" = "The ranges of the Pods: one, or one of each family.", "Pod 的范围：一个，或每个地址族各一个。";
    "kube-controller-manager service-cluster-ip-range" = "The ranges of the Services, kept out of the ranges of the nodes.", "Service 的范围，会从节点的范围中排除。";
    "kube-controller-manager node-cidr-mask-size" = "The prefix length of a node’s range, in a cluster of one family.", "单栈集群中节点范围的前缀长度。";
    "kube-controller-manager node-cidr-mask-size-ipv4" = "The prefix length of a node’s IPv4 range, 24 if none is given.", "节点 IPv4 范围的前缀长度，缺省 24。";
    "kube-controller-manager node-cidr-mask-size-ipv6" = "The prefix length of a node’s IPv6 range, 64 if none is given.", "节点 IPv6 范围的前缀长度，缺省 64。";
    "kube-controller-manager cidr-allocator-type" = "What gives out the ranges of the nodes.", "由什么分配节点的范围。" [
        "RangeAllocator" = "The controller manager itself.", "控制器管理器自身。";
        "CloudAllocator" = "The cloud provider.", "云提供商。";
    ];
    "kube-controller-manager feature-gates" = "Switches for features: Name=true, several with commas.", "特性门控：Name=true，多个以逗号分隔。";
    "kube-proxy cluster-cidr" = "The ranges of the Pods: traffic from elsewhere to a cluster IP is masqueraded.", "Pod 的范围：从其他来源到集群 IP 的流量会做地址伪装。";
    "kube-proxy proxy-mode" = "What carries the traffic of Services.", "由什么转发 Service 的流量。" [
        "iptables" = "Rules of iptables, once for each family.", "iptables 规则，每个地址族一套。";
        "nftables" = "Rules of nftables, once for each family.", "nftables 规则，每个地址族一套。";
        "ipvs" = "The kernel’s load balancer; deprecated.", "内核的负载均衡器；已弃用。";
    ];
    "kube-proxy bind-address" = "The node’s address, despite its name; its family becomes the primary.", "虽名为 bind，实为节点的地址；其地址族成为主地址族。";
    "kube-proxy nodeport-addresses" = "The addresses of the node at which node ports are open.", "节点端口在节点的哪些地址上开放。" [
        "primary" = "The node’s own address of each family.", "节点在每个地址族的自身地址。";
    ];
    "kube-proxy detect-local-mode" = "How traffic from the node’s own Pods is recognised.", "如何识别来自本节点 Pod 的流量。" [
        "ClusterCIDR" = "By the ranges of --cluster-cidr.", "依据 --cluster-cidr 的范围。";
        "NodeCIDR" = "By the ranges of the node.", "依据节点的范围。";
        "BridgeInterface" = "By the bridge it comes from.", "依据流量来自的网桥。";
        "InterfaceNamePrefix" = "By the name of the interface it comes from.", "依据流量来自的接口的名称。";
    ];
    "kube-proxy feature-gates" = "Switches for features: Name=true, several with commas.", "特性门控：Name=true，多个以逗号分隔。";
    "kubelet node-ip" = "The addresses of the node: one, or one of each family; the first decides the order of Pod addresses.", "节点的地址：一个，或每个地址族各一个；第一个决定 Pod 地址的顺序。";
    "kubelet cloud-provider" = "Who knows the addresses of the node.", "由谁提供节点的地址。" [
        "external" = "A cloud controller.", "云控制器。";
    ];
    "kubelet max-pods" = "How many Pods the node takes, 110 if nothing is given.", "节点最多运行的 Pod 数，缺省 110。";
    "kubelet feature-gates" = "Switches for features: Name=true, several with commas.", "特性门控：Name=true，多个以逗号分隔。";
};

/// The feature gates that decide something here.
pub const GATES: &[Entry] = entries! {
    "IPv6DualStack" = "Two families at once.", "同时使用两个地址族。";
    "ServiceLBNodePortControl" = "The field allocateLoadBalancerNodePorts.", "字段 allocateLoadBalancerNodePorts。";
    "MixedProtocolLBService" = "Ports of different protocols at one load balancer.", "同一负载均衡器使用不同协议的端口。";
    "ServiceLoadBalancerClass" = "The field loadBalancerClass.", "字段 loadBalancerClass。";
    "ServiceInternalTrafficPolicy" = "The field internalTrafficPolicy.", "字段 internalTrafficPolicy。";
    "ServiceIPStaticSubrange" = "Addresses that are picked keep out of the lower band of a range.", "自动选取的地址避开范围的低段。";
    "ServiceNodePortStaticSubrange" = "Node ports that are picked keep out of the lower band of the range.", "自动选取的节点端口避开范围的低段。";
    "MultiCIDRServiceAllocator" = "IPAddress and ServiceCIDR objects in place of a bitmap.", "以 IPAddress 和 ServiceCIDR 对象取代位图。";
    "DisableAllocatorDualWrite" = "The bitmap is no longer kept beside the IPAddress objects.", "不再与 IPAddress 对象同时维护位图。";
    "LoadBalancerIPMode" = "The field ipMode of a load balancer’s status.", "负载均衡器状态中的字段 ipMode。";
    "AllowServiceLBStatusOnNonLB" = "The status of a load balancer on Services of other types.", "其他类型的 Service 也可带有负载均衡器状态。";
    "ServiceTrafficDistribution" = "The field trafficDistribution.", "字段 trafficDistribution。";
    "PreferSameTrafficDistribution" = "PreferSameZone and PreferSameNode in trafficDistribution.", "trafficDistribution 可取 PreferSameZone 和 PreferSameNode。";
    "StrictIPCIDRValidation" = "Only canonical addresses and ranges are accepted.", "只接受规范写法的地址和范围。";
    "CloudDualStackNodeIPs" = "A kubelet with an external cloud provider may name a node address of each family.", "使用外部云提供商的 kubelet 可为每个地址族指定一个节点地址。";
    "PodHostIPs" = "Pods list all addresses of their node in status.hostIPs.", "Pod 在 status.hostIPs 中列出其节点的所有地址。";
    "NFTablesProxyMode" = "kube-proxy may run with nftables.", "kube-proxy 可使用 nftables 模式。";
    "MultiCIDRRangeAllocator" = "Node ranges come from ClusterCIDR objects.", "节点范围来自 ClusterCIDR 对象。";
    "RelaxedServiceNameValidation" = "Names of Services may begin with a digit.", "Service 的名称可以数字开头。";
};

/// What the editor itself says: by name, and CodeMirror's own words by what they are in English.
const WORDS: &[(&str, Text)] = &[
    (
        "about",
        Text {
            en: "Tab leaves the text. Control-M makes Tab indent, and once more makes it leave. Alt-/ or Control-Space lists what may stand here, F2 explains what stands here, F8 goes to the next problem, Control-F searches.",
            zh: "Tab 离开文本。按 Control-M 后 Tab 用于缩进，再按一次恢复。Alt-/ 或 Control-Space 列出此处可写的内容，F2 解释此处的内容，F8 跳到下一个问题，Control-F 搜索。",
        },
    ),
    ("indents", Text { en: "Tab indents.", zh: "Tab 用于缩进。" }),
    ("leaves", Text { en: "Tab leaves the text.", zh: "Tab 离开文本。" }),
    ("nothing", Text { en: "There is no help for this place.", zh: "此处没有帮助。" }),
    ("chips", Text { en: "What may stand here", zh: "此处可写的内容" }),
    ("Find", Text { en: "Find", zh: "查找" }),
    ("Replace", Text { en: "Replace", zh: "替换为" }),
    ("next", Text { en: "next", zh: "下一个" }),
    ("previous", Text { en: "previous", zh: "上一个" }),
    ("all", Text { en: "all", zh: "全选" }),
    ("match case", Text { en: "match case", zh: "区分大小写" }),
    ("regexp", Text { en: "regexp", zh: "正则表达式" }),
    ("by word", Text { en: "by word", zh: "全字匹配" }),
    ("replace", Text { en: "replace", zh: "替换" }),
    ("replace all", Text { en: "replace all", zh: "全部替换" }),
    ("close", Text { en: "close", zh: "关闭" }),
    ("current match", Text { en: "current match", zh: "当前匹配" }),
    ("on line", Text { en: "on line", zh: "位于行" }),
    ("replaced $ matches", Text { en: "replaced $ matches", zh: "已替换 $ 处匹配" }),
    (
        "replaced match on line $",
        Text { en: "replaced match on line $", zh: "已替换第 $ 行的匹配" },
    ),
    ("Completions", Text { en: "Completions", zh: "补全" }),
    ("Diagnostics", Text { en: "Diagnostics", zh: "问题" }),
    ("Selection deleted", Text { en: "Selection deleted", zh: "已删除所选内容" }),
];

/// Whether a release has an entry. Only fields, values and gates come and go.
fn is_known(name: &str, behavior: &Behavior) -> bool {
    if Behavior::models_gate(name) {
        return matches!(behavior.known_gates().get(name), Some(Gate::Default(_)));
    }
    match name {
        "PreferSameZone" | "PreferSameNode" => behavior.prefer_same.on(),
        "ServiceCIDR" | "networking.k8s.io/v1" => behavior.service_cidr_api,
        _ => {
            name.strip_prefix("spec.").is_none_or(|field| !behavior.unknown_fields.contains(&field))
        }
    }
}

/// A bit for each release that has an entry, as [`KubeVersion::bit`].
fn releases(name: &str) -> u32 {
    let known = KubeVersion::all().filter(|it| is_known(name, &Behavior::of(*it)));
    known.map(KubeVersion::bit).sum()
}

fn object(pairs: impl Iterator<Item = (String, String)>) -> String {
    let pairs: Vec<String> =
        pairs.map(|(name, value)| format!("{}:{value}", go_json(&name.into()))).collect();
    format!("{{{}}}", pairs.join(",\n"))
}

fn both(text: Text) -> String {
    format!("{},{}", go_json(&text.en.into()), go_json(&text.zh.into()))
}

/// Entries by name, with `put` in place of its beginning `strip`, as `[en, zh, releases, holds,
/// values]`: `holds` is what the name ends with, and `{}`
/// of a field with fields; values only where there are some.
fn section(entries: &[&Entry], strip: &str, put: &str) -> String {
    object(entries.iter().map(|entry| {
        let bare = entry.name.trim_end_matches(['[', ']', '{', '}']);
        let inside = format!("{}.", entry.name);
        let nests = entries.iter().any(|other| other.name.starts_with(&inside));
        let holds = if nests && bare == entry.name { "{}" } else { &entry.name[bare.len()..] };
        let value = |text: Text, known| format!("[{},{known},\"\"]", both(text));
        let values = entry.values.iter();
        let values = values.map(|(name, text)| ((*name).to_owned(), value(*text, releases(name))));
        let gates = GATES.iter().filter(|_| bare.ends_with("feature-gates")).flat_map(|gate| {
            let set = |on| (format!("{}={on}", gate.name), value(gate.text, releases(gate.name)));
            [set("true"), set("false")]
        });
        let values: Vec<_> = values.chain(gates).collect();
        let values = if values.is_empty() {
            String::new()
        } else {
            format!(",{}", object(values.into_iter()))
        };
        let text = format!("[{},{},\"{holds}\"{values}]", both(entry.text), releases(entry.name));
        (bare.replace("[]", "").replacen(strip, put, 1), text)
    }))
}

/// The catalogue, as the editor's file holds it.
#[must_use]
pub fn print() -> String {
    let kinds = [("Service", SERVICE), ("ServiceCIDR", SERVICE_CIDR)];
    let fields = object(kinds.into_iter().map(|(kind, own)| {
        (kind.to_owned(), section(&FIELDS.iter().chain(own).collect::<Vec<_>>(), "", ""))
    }));
    let flags = object(Component::ALL.into_iter().map(|component| {
        let prefix = format!("{} ", component.name());
        let own: Vec<&Entry> = FLAGS.iter().filter(|it| it.name.starts_with(&prefix)).collect();
        (component.name().to_owned(), section(&own, &prefix, "--"))
    }));
    let words =
        object(WORDS.iter().map(|(name, text)| ((*name).to_owned(), format!("[{}]", both(*text)))));
    format!("{{\"fields\":{fields},\n\"flags\":{flags},\n\"words\":{words}}}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dualstack_core::apiserver::startup as apiserver;
    use dualstack_core::explain::trace::Trace;
    use dualstack_core::release::behavior::Behavior;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::Session;
    use dualstack_core::session::{EventReport, run};
    use dualstack_core::source::{decode, flags};

    use super::{FIELDS, FLAGS, GATES, SERVICE, print};
    use crate::state::history::start;

    /// What a person does not write: the server keeps it.
    const KEPT: [&str; 9] = [
        "metadata.selfLink",
        "metadata.uid",
        "metadata.generation",
        "metadata.creationTimestamp",
        "metadata.deletionTimestamp",
        "metadata.deletionGracePeriodSeconds",
        "metadata.ownerReferences",
        "metadata.managedFields",
        "status",
    ];

    #[test]
    fn every_field_that_a_service_has_is_explained_and_no_other() {
        let known: BTreeSet<String> = decode::paths().into_iter().collect();
        let kept = |path: &String| KEPT.iter().any(|kept| path.starts_with(kept));
        let written: BTreeSet<String> = known.into_iter().filter(|path| !kept(path)).collect();
        let explained = FIELDS.iter().chain(SERVICE).map(|it| it.name.to_owned()).collect();
        assert_eq!(written, explained);
    }

    /// The causes that a Service with this field meets.
    fn refusal(spec: &str) -> String {
        let manifest =
            format!("{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{{spec}}}}}");
        let events = start("--service-cluster-ip-range=10.96.0.0/16,fd00::/112", &manifest).into();
        let report = run(&Session { seed: 0, events });
        let Some(EventReport::Requests(requests)) = report.events.get(1) else {
            return String::new();
        };
        let problems = requests.documents.iter().flat_map(|document| &document.diagnostics);
        problems.map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_listed_values_are_those_that_the_api_server_names() {
        let mut compared = 0;
        for entry in SERVICE.iter().filter(|entry| !entry.values.is_empty()) {
            let path = entry.name.trim_start_matches("spec.");
            let nonsense = match path {
                "ipFamilies[]" => "ipFamilies: [x], ports: [{port: 80}]".to_owned(),
                "ports[].protocol" => "ports: [{port: 80, protocol: x}]".to_owned(),
                "externalTrafficPolicy" => {
                    "externalTrafficPolicy: x, type: NodePort, ports: [{port: 80}]".to_owned()
                }
                path => format!("{path}: x, ports: [{{port: 80}}]"),
            };
            let refused = refusal(&nonsense);
            let Some((_, named)) = refused.split_once("supported values: ") else { continue };
            let named = named.split(['\n']).next().unwrap_or_default().split(", ");
            let named: BTreeSet<&str> = named.map(|name| name.trim_matches('"')).collect();
            let listed = entry.values.iter().map(|(value, _)| *value).collect();
            assert_eq!(named, listed, "{path}");
            compared += 1;
        }
        assert_eq!(compared, 8);
    }

    #[test]
    fn every_gate_and_every_flag_of_the_api_server_is_acted_on() {
        let releases = || KubeVersion::all().map(Behavior::of);
        let known: BTreeSet<&str> =
            releases().flat_map(|it| it.known_gates().into_keys()).collect();
        assert_eq!(known, GATES.iter().map(|gate| gate.name).collect());
        for flag in FLAGS {
            let Some(name) = flag.name.strip_prefix("kube-apiserver ") else { continue };
            let text = flags::parse(&format!("--{name}=0"));
            let mut behavior = Behavior::of(KubeVersion::LATEST);
            let read = apiserver::read(&text, &mut behavior, &mut Trace::default());
            assert!(
                read.is_err() || read.is_ok_and(|(_, unmodelled)| unmodelled.is_empty()),
                "{name}"
            );
        }
    }

    #[test]
    fn an_entry_says_which_releases_have_it_and_what_it_holds() {
        let catalogue = print();
        for (name, rest) in [
            // The first three, as they can be switched there.
            ("IPv6DualStack=true", ",7,\"\"]"),
            ("metadata.labels", ",131071,\"{}\"]"),
            ("spec.ports", ",131071,\"[]\"]"),
            ("spec.ports.port", ",131071,\"\"]"),
            ("spec.sessionAffinityConfig", ",131071,\"{}\"]"),
            ("--advertise-address", ",131071,\"\"]"),
        ] {
            let start = format!("\"{name}\":[");
            let line = catalogue.lines().find(|line| line.contains(&start)).unwrap_or_default();
            assert!(line.trim_end_matches([',', '}']).ends_with(rest), "{name}: {line}");
        }
    }
}
