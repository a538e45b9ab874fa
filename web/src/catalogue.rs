//! What may stand in the editors? Fields with one sentence each, their legal values, the flags and gates of the
//! core's tables, and the editor's own words. Built into the editor's file (`web/editor`).

use dualstack_core::api::go_json;
use dualstack_core::explain::text::Text;
use dualstack_core::release::behavior::{Behavior, GATES, Gate};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::flags::Component;
use dualstack_core::source::flags::table::{self, FlagSpec, Kind};

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
        "v1" = "The core group, which includes Service.", "核心组，Service 属于该组。";
        "networking.k8s.io/v1" = "The group that includes ServiceCIDR.", "ServiceCIDR 所属的组。";
    ];
    "kind" = "The kind of the object.", "对象的类型。" [
        "Service" = "One name and one set of addresses for a group of Pods.", "一组 Pod 共用的名称和地址。";
        "ServiceCIDR" = "Additional ranges from which cluster IPs are allocated.", "用于分配集群 IP 的额外范围。";
    ];
    "metadata" = "Name, namespace, labels: what every object has.", "名称、命名空间和标签：每个对象都有。";
    "metadata.name" = "The name, unique among objects of this kind in the namespace; it never changes.", "名称，在命名空间内同类对象中唯一，且不可更改。";
    "metadata.generateName" = "A prefix to which the server adds a random suffix if the name is not set. `kubectl apply` rejects it.", "未设置名称时，服务器在此前缀后追加随机后缀。`kubectl apply` 会拒绝它。";
    "metadata.namespace" = "The namespace of the object; if it is not set, the current namespace of kubectl.", "对象的命名空间；未设置时使用 kubectl 当前的命名空间。";
    "metadata.labels{}" = "Key-value pairs by which selectors find the object.", "供选择算符查找对象的键值对。";
    "metadata.annotations{}" = "Key-value pairs for tools; selectors do not use them.", "供工具使用的键值对，不用于选择。";
    "metadata.finalizers[]" = "What must be done before a deleted object is removed.", "已删除的对象在移除之前必须完成的事项。";
    "metadata.resourceVersion" = "The version that an update is based on; an older one is rejected.", "更新所依据的版本；过旧则被拒绝。";
};

/// The other fields of a Service.
pub const SERVICE: &[Entry] = entries! {
    "spec" = "The desired state.", "你期望的状态（规约）。";
    "spec.type" = "From where the Service is reachable.", "从哪里可以访问该 Service。" [
        "ClusterIP" = "From inside the cluster, at its cluster IPs.", "在集群内部，通过其集群 IP。";
        "NodePort" = "Also on a port of every node.", "还可通过每个节点的一个端口。";
        "LoadBalancer" = "Also at the address of a load balancer.", "还可通过负载均衡器的地址。";
        "ExternalName" = "Not at all: its DNS name is an alias for another name.", "不提供访问：其 DNS 名称是另一名称的别名。";
    ];
    "spec.ipFamilyPolicy" = "Whether the Service has addresses of one address family or of both.", "Service 拥有一个还是两个地址族的地址。" [
        "SingleStack" = "One address family: the primary one of the cluster, or the one that ipFamilies specifies.", "一个地址族：集群的主地址族，或 ipFamilies 指定的那个。";
        "PreferDualStack" = "Both address families if the cluster supports both, otherwise one.", "集群支持两个地址族时使用两个，否则使用一个。";
        "RequireDualStack" = "Both address families; rejected if the cluster supports only one.", "使用两个地址族；集群只支持一个时被拒绝。";
    ];
    "spec.ipFamilies[]" = "The address families, the primary first; the primary one is immutable.", "地址族列表，主地址族在前；主地址族不可变更。" [
        "IPv4" = "Addresses such as 10.96.0.10.", "形如 10.96.0.10 的地址。";
        "IPv6" = "Addresses such as fd00:10:96::a.", "形如 fd00:10:96::a 的地址。";
    ];
    "spec.clusterIP" = "The first entry of clusterIPs; the two must agree.", "clusterIPs 的第一项；两者必须一致。" [
        "None" = "A headless Service: DNS returns the addresses of its Pods.", "无头服务：DNS 返回其 Pod 的地址。";
    ];
    "spec.clusterIPs[]" = "The cluster IPs, one per address family, in the order of ipFamilies.", "集群 IP，每个地址族一个，顺序与 ipFamilies 相同。" [
        "None" = "A headless Service: DNS returns the addresses of its Pods.", "无头服务：DNS 返回其 Pod 的地址。";
    ];
    "spec.selector{}" = "The labels of the Pods that are the backends of the Service.", "该 Service 的后端 Pod 的标签。";
    "spec.ports[]" = "The ports of the Service, the same for each address family.", "Service 的端口，各地址族相同。";
    "spec.ports[].name" = "The name of the port; required if there are several ports.", "端口名称；有多个端口时必填。";
    "spec.ports[].port" = "The port of the cluster IPs.", "集群 IP 上的端口。";
    "spec.ports[].targetPort" = "The port of the Pods, a number or a name; defaults to port.", "Pod 的端口，可为数字或名称；默认与 port 相同。";
    "spec.ports[].protocol" = "The protocol; defaults to TCP.", "协议，默认为 TCP。" [
        "TCP" = "Connections.", "面向连接。";
        "UDP" = "Single datagrams.", "独立的数据报。";
        "SCTP" = "Several streams in one association.", "一个关联中的多个流。";
    ];
    "spec.ports[].appProtocol" = "The application protocol of the port, as a hint to proxies.", "端口上的应用协议，供代理参考。";
    "spec.ports[].nodePort" = "The port on every node; allocated if it is not set.", "每个节点上的端口；未设置时自动分配。";
    "spec.externalIPs[]" = "External addresses for which nodes accept traffic to the Service.", "节点为该 Service 接受流量的外部地址。";
    "spec.externalName" = "The DNS name for which a Service of type ExternalName is an alias.", "ExternalName 类型的 Service 所指向的 DNS 名称。";
    "spec.externalTrafficPolicy" = "To which Pods external traffic is routed.", "外部流量路由到哪些 Pod。" [
        "Cluster" = "To any Pod; the client’s address may be hidden.", "任意 Pod；客户端地址可能被隐藏。";
        "Local" = "Only to Pods on the node that received it; the client’s address is preserved.", "仅接收流量的节点上的 Pod；保留客户端地址。";
    ];
    "spec.internalTrafficPolicy" = "To which Pods internal traffic is routed.", "内部流量路由到哪些 Pod。" [
        "Cluster" = "To any Pod.", "任意 Pod。";
        "Local" = "Only to Pods on the same node.", "仅同一节点上的 Pod。";
    ];
    "spec.trafficDistribution" = "Which Pods are preferred; none if it is not set.", "优先选择哪些 Pod；未设置则无偏好。" [
        "PreferSameZone" = "Pods in the zone of the client.", "与客户端处于同一区域的 Pod。";
        "PreferSameNode" = "Pods on the node of the client.", "与客户端处于同一节点的 Pod。";
        "PreferClose" = "The older name of PreferSameZone.", "PreferSameZone 的旧名称。";
    ];
    "spec.sessionAffinity" = "Whether a client stays with one Pod.", "同一客户端是否固定访问同一 Pod。" [
        "None" = "Each connection may be routed to a different Pod.", "每个连接可以路由到不同的 Pod。";
        "ClientIP" = "All connections from one address are routed to the same Pod.", "来自同一地址的连接都路由到同一 Pod。";
    ];
    "spec.sessionAffinityConfig" = "How long a client stays with one Pod.", "同一客户端固定访问同一 Pod 的时长。";
    "spec.sessionAffinityConfig.clientIP" = "For the session affinity ClientIP.", "用于会话亲和性 ClientIP。";
    "spec.sessionAffinityConfig.clientIP.timeoutSeconds" = "Seconds, at most 86400; defaults to 10800.", "秒数，最大为 86400，默认为 10800。";
    "spec.publishNotReadyAddresses" = "Whether DNS also returns Pods that are not ready.", "DNS 是否也返回未就绪的 Pod。" [
        "true" = "Ready or not.", "无论是否就绪。";
        "false" = "Only those that are ready.", "仅返回已就绪的 Pod。";
    ];
    "spec.allocateLoadBalancerNodePorts" = "Whether node ports are also allocated to a Service of type LoadBalancer.", "是否也为 LoadBalancer 类型的 Service 分配节点端口。" [
        "true" = "Required by most load balancers.", "多数负载均衡器需要如此。";
        "false" = "For load balancers that reach the Pods directly.", "适用于可直接访问 Pod 的负载均衡器。";
    ];
    "spec.loadBalancerClass" = "Which implementation provides the load balancer; immutable while the type is LoadBalancer.", "由哪个实现提供负载均衡器；类型为 LoadBalancer 期间不可变更。";
    "spec.loadBalancerIP" = "The address requested for the load balancer; deprecated, and of one address family only.", "为负载均衡器请求的地址；已弃用，且只能是一个地址族的地址。";
    "spec.loadBalancerSourceRanges[]" = "The ranges of clients that may reach the load balancer.", "允许访问负载均衡器的客户端范围。";
    "spec.healthCheckNodePort" = "The port on which nodes report whether they have a Pod, if externalTrafficPolicy is Local.", "externalTrafficPolicy 为 Local 时，节点在此端口报告自己是否有 Pod。";
};

/// The other fields of a ServiceCIDR.
pub const SERVICE_CIDR: &[Entry] = entries! {
    "spec" = "The desired state.", "你期望的状态（规约）。";
    "spec.cidrs[]" = "One range, or one per address family.", "一个范围，或每个地址族各一个。";
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
    ("leaves", Text { en: "Tab leaves the text box.", zh: "Tab 离开文本框。" }),
    ("nothing", Text { en: "No help is available here.", zh: "此处没有帮助。" }),
    ("chips", Text { en: "Possible values", zh: "此处可写的内容" }),
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

/// Whether a release has a field, a value or a gate.
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

/// An entry as `[en, zh, releases, holds, values]`: `holds` is what its name ends with, and `{}` of a field with
/// fields; values only where there are some.
fn entry(text: Text, releases: u32, holds: &str, values: Vec<(String, String)>) -> String {
    let values = match values.as_slice() {
        [] => String::new(),
        _ => format!(",{}", object(values.into_iter())),
    };
    format!("[{},{releases},\"{holds}\"{values}]", both(text))
}

fn values(values: &[(&str, Text)]) -> Vec<(String, String)> {
    let value = |(name, text): &(&str, Text)| {
        ((*name).to_owned(), entry(*text, releases(name), "", Vec::new()))
    };
    values.iter().map(value).collect()
}

fn fields(entries: &[&Entry]) -> String {
    object(entries.iter().map(|it| {
        let bare = it.name.trim_end_matches(['[', ']', '{', '}']);
        let inside = format!("{}.", it.name);
        let nests = entries.iter().any(|other| other.name.starts_with(&inside));
        let holds = if nests && bare == it.name { "{}" } else { &it.name[bare.len()..] };
        let text = entry(it.text, releases(it.name), holds, values(it.values));
        (bare.replace("[]", ""), text)
    }))
}

fn flag(spec: &FlagSpec) -> (String, String) {
    let mut values = values(spec.values);
    if spec.kind == Kind::Gates {
        for gate in &GATES {
            let text = entry(gate.help, releases(gate.name), "", Vec::new());
            values.extend([true, false].map(|on| (format!("{}={on}", gate.name), text.clone())));
        }
    }
    let known = KubeVersion::all().filter(|it| spec.versions().contains(*it));
    let releases = known.map(KubeVersion::bit).sum();
    (format!("--{}", spec.name), entry(spec.help, releases, "", values))
}

/// The catalogue, as the editor's file holds it.
#[must_use]
pub fn print() -> String {
    let kinds = [("Service", SERVICE), ("ServiceCIDR", SERVICE_CIDR)];
    let kinds = object(kinds.into_iter().map(|(kind, own)| {
        (kind.to_owned(), fields(&FIELDS.iter().chain(own).collect::<Vec<_>>()))
    }));
    let flags =
        object(Component::ALL.into_iter().map(|component| {
            (component.name().to_owned(), object(table::of(component).map(flag)))
        }));
    let words =
        object(WORDS.iter().map(|(name, text)| ((*name).to_owned(), format!("[{}]", both(*text)))));
    format!("{{\"fields\":{kinds},\n\"flags\":{flags},\n\"words\":{words}}}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dualstack_core::session::action::Session;
    use dualstack_core::session::{EventReport, run};
    use dualstack_core::source::decode;

    use super::{FIELDS, SERVICE, print};
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
    fn an_entry_says_which_releases_have_it_and_what_it_holds() {
        let catalogue = print();
        for (name, rest) in [
            // The first three, as they can be switched there.
            ("IPv6DualStack=true", ",7,\"\"]"),
            ("metadata.labels", ",262143,\"{}\"]"),
            ("spec.ports", ",262143,\"[]\"]"),
            ("spec.ports.port", ",262143,\"\"]"),
            ("spec.sessionAffinityConfig", ",262143,\"{}\"]"),
            ("--advertise-address", ",262143,\"\"]"),
            // From 1.24 on.
            ("--pod-bridge-interface", ",262128,\"\"]"),
        ] {
            let start = format!("\"{name}\":[");
            let line = catalogue.lines().find(|line| line.contains(&start)).unwrap_or_default();
            assert!(line.trim_end_matches([',', '}']).ends_with(rest), "{name}: {line}");
        }
    }
}
