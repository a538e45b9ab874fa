//! Which flags do the simulator and the editor know, and what is each of them? One row per flag and component;
//! the programs' start, the conflicts, the presets and the editor's completion read it from here. Its versions and its
//! default are those of `release::flags`, which has every flag of the programs.

use crate::explain::text::Text;
use crate::release::flags::{self as known, Known};
use crate::release::version::Versions;
use crate::source::flags::Component::{
    self, KubeApiserver, KubeControllerManager, KubeProxy, Kubelet,
};

/// `--advertise-address`.
pub const ADVERTISE_ADDRESS: &str = "advertise-address";
/// `--allocate-node-cidrs`.
pub const ALLOCATE_NODE_CIDRS: &str = "allocate-node-cidrs";
/// `--bind-address`.
pub const BIND_ADDRESS: &str = "bind-address";
/// `--cidr-allocator-type`.
pub const CIDR_ALLOCATOR_TYPE: &str = "cidr-allocator-type";
/// `--cloud-provider`.
pub const CLOUD_PROVIDER: &str = "cloud-provider";
/// `--cluster-cidr`.
pub const CLUSTER_CIDR: &str = "cluster-cidr";
/// `--config`.
pub const CONFIG: &str = "config";
/// `--detect-local-mode`.
pub const DETECT_LOCAL_MODE: &str = "detect-local-mode";
/// `--endpoint-reconciler-type`.
pub const ENDPOINT_RECONCILER_TYPE: &str = "endpoint-reconciler-type";
/// `--feature-gates`.
pub const FEATURE_GATES: &str = "feature-gates";
/// `--healthz-bind-address`.
pub const HEALTHZ_BIND_ADDRESS: &str = "healthz-bind-address";
/// `--hostname-override`.
pub const HOSTNAME_OVERRIDE: &str = "hostname-override";
/// `--ipvs-exclude-cidrs`.
pub const IPVS_EXCLUDE_CIDRS: &str = "ipvs-exclude-cidrs";
/// `--kubernetes-service-node-port`.
pub const KUBERNETES_SERVICE_NODE_PORT: &str = "kubernetes-service-node-port";
/// `--max-pods`.
pub const MAX_PODS: &str = "max-pods";
/// `--metrics-bind-address`.
pub const METRICS_BIND_ADDRESS: &str = "metrics-bind-address";
/// `--node-cidr-mask-size`.
pub const NODE_CIDR_MASK_SIZE: &str = "node-cidr-mask-size";
/// `--node-cidr-mask-size-ipv4`.
pub const NODE_CIDR_MASK_SIZE_IPV4: &str = "node-cidr-mask-size-ipv4";
/// `--node-cidr-mask-size-ipv6`.
pub const NODE_CIDR_MASK_SIZE_IPV6: &str = "node-cidr-mask-size-ipv6";
/// `--node-ip`.
pub const NODE_IP: &str = "node-ip";
/// `--nodeport-addresses`.
pub const NODEPORT_ADDRESSES: &str = "nodeport-addresses";
/// `--pod-bridge-interface`.
pub const POD_BRIDGE_INTERFACE: &str = "pod-bridge-interface";
/// `--pod-interface-name-prefix`.
pub const POD_INTERFACE_NAME_PREFIX: &str = "pod-interface-name-prefix";
/// `--proxy-mode`.
pub const PROXY_MODE: &str = "proxy-mode";
/// `--secure-port`.
pub const SECURE_PORT: &str = "secure-port";
/// `--service-cluster-ip-range`.
pub const SERVICE_CLUSTER_IP_RANGE: &str = "service-cluster-ip-range";
/// `--service-node-port-range`.
pub const SERVICE_NODE_PORT_RANGE: &str = "service-node-port-range";

/// What kind of value a flag takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `true` or `false`; without a value it is `true`.
    Bool,
    /// A whole number.
    Number,
    /// One text.
    Text,
    /// A text that is cut at its commas. Of repeated flags the last one counts.
    List,
    /// pflag's `StringSlice`: a list too, but repeated flags add up.
    Slice,
    /// `Name=true,Other=false`.
    Gates,
}

impl Kind {
    /// Whether commas separate entries of the value.
    #[must_use]
    pub const fn is_list(self) -> bool {
        matches!(self, Self::List | Self::Slice | Self::Gates)
    }
}

/// A flag of one component.
#[derive(Debug)]
pub struct FlagSpec {
    /// The component that has it.
    pub component: Component,
    /// Its name, without dashes.
    pub name: &'static str,
    /// What kind of value it takes.
    pub kind: Kind,
    /// The field of the component's config file that means the same; empty if there is none.
    pub field: &'static str,
    /// Whether the component's start acts on it.
    pub is_simulated: bool,
    /// The values that presets and fixes write, by family.
    pub usual: Option<[&'static str; 2]>,
    /// What it is for.
    pub help: Text,
    /// Its legal values, where they can be listed.
    pub values: &'static [(&'static str, Text)],
}

impl FlagSpec {
    fn known(&self) -> Option<&'static Known> {
        known::of_program(self.component.name(), self.name).next()
    }

    /// What it is where it is not written, as one would write it.
    #[must_use]
    pub fn default(&self) -> &'static str {
        self.known().map_or("", Known::default)
    }

    /// The versions that have it.
    #[must_use]
    pub fn versions(&self) -> Versions {
        self.known().map_or(Versions::ALL, |known| known.versions)
    }
    const fn new(
        component: Component,
        name: &'static str,
        kind: Kind,
        en: &'static str,
        zh: &'static str,
    ) -> Self {
        Self {
            component,
            name,
            kind,
            field: "",
            is_simulated: true,
            usual: None,
            help: Text { en, zh },
            values: &[],
        }
    }

    const fn field(self, field: &'static str) -> Self {
        Self { field, ..self }
    }

    const fn not_simulated(self) -> Self {
        Self { is_simulated: false, ..self }
    }

    const fn usual(self, v4: &'static str, v6: &'static str) -> Self {
        Self { usual: Some([v4, v6]), ..self }
    }

    const fn values(self, values: &'static [(&'static str, Text)]) -> Self {
        Self { values, ..self }
    }

    const fn gates(component: Component) -> Self {
        Self::new(
            component,
            FEATURE_GATES,
            Kind::Gates,
            "Feature gates: Name=true, several with commas.",
            "特性门控：Name=true，多个以逗号分隔。",
        )
    }

    const fn config(component: Component) -> Self {
        Self::new(
            component,
            CONFIG,
            Kind::Text,
            "A configuration file. Its content is not simulated.",
            "配置文件。其内容不在模拟范围内。",
        )
        .not_simulated()
    }
}

const fn value(name: &'static str, en: &'static str, zh: &'static str) -> (&'static str, Text) {
    (name, Text { en, zh })
}

/// The flag of this name that the component has, as far as it is known here.
#[must_use]
pub fn find(component: Component, name: &str) -> Option<&'static FlagSpec> {
    of(component).find(|spec| spec.name == name)
}

/// The flags of a component, in the order in which the editor offers them.
pub fn of(component: Component) -> impl Iterator<Item = &'static FlagSpec> {
    FLAGS.iter().filter(move |spec| spec.component == component)
}

/// The value that presets and fixes write for a family; empty if the flag has none.
#[must_use]
pub fn usual(component: Component, name: &str) -> [&'static str; 2] {
    find(component, name).and_then(|spec| spec.usual).unwrap_or_default()
}

/// Every flag.
pub static FLAGS: [FlagSpec; 34] = [
    FlagSpec::new(
        KubeApiserver,
        SERVICE_CLUSTER_IP_RANGE,
        Kind::List,
        "The Service CIDRs: one, or one per address family. The first one decides the primary address family.",
        "Service CIDR：一个，或每个地址族各一个。第一个决定主地址族。",
    )
    .usual("10.96.0.0/16", "fd00:10:96::/112"),
    FlagSpec::new(
        KubeApiserver,
        SERVICE_NODE_PORT_RANGE,
        Kind::Text,
        "The range from which node ports are allocated.",
        "分配节点端口的范围。",
    ),
    FlagSpec::new(
        KubeApiserver,
        ADVERTISE_ADDRESS,
        Kind::Text,
        "The endpoint of the kubernetes Service; of the same address family as the first Service CIDR.",
        "kubernetes Service 的端点；与第一个 Service CIDR 属于同一地址族。",
    ),
    FlagSpec::new(
        KubeApiserver,
        BIND_ADDRESS,
        Kind::Text,
        "The address to listen on; 0.0.0.0 and :: listen on the addresses of both families.",
        "监听地址；0.0.0.0 和 :: 会监听两个地址族的地址。",
    ),
    FlagSpec::new(
        KubeApiserver,
        ENDPOINT_RECONCILER_TYPE,
        Kind::Text,
        "How the endpoints of the kubernetes Service are maintained.",
        "如何维护 kubernetes Service 的端点。",
    )
    .values(&[
        value("lease", "Each API server renews a lease.", "每个 API 服务器续订一个租约。"),
        value("master-count", "A flag sets their number; deprecated.", "数量由标志指定；已弃用。"),
        value(
            "none",
            "No endpoints; the family of the advertise address is not checked.",
            "没有端点；也不检查公告地址的地址族。",
        ),
    ]),
    FlagSpec::new(
        KubeApiserver,
        KUBERNETES_SERVICE_NODE_PORT,
        Kind::Number,
        "The node port of the kubernetes Service; 0 for none.",
        "kubernetes Service 的节点端口；0 表示没有。",
    ),
    FlagSpec::new(
        KubeApiserver,
        SECURE_PORT,
        Kind::Number,
        "The port of the API.",
        "API 的端口。",
    ),
    FlagSpec::gates(KubeApiserver),
    FlagSpec::new(
        KubeControllerManager,
        ALLOCATE_NODE_CIDRS,
        Kind::Bool,
        "Whether node Pod CIDRs are allocated from --cluster-cidr.",
        "是否从 --cluster-cidr 分配节点 Pod CIDR。",
    )
    .values(&[
        value(
            "true",
            "Each node gets one Pod CIDR per address family.",
            "每个节点在每个地址族各得一个 Pod CIDR。",
        ),
        value("false", "Another component allocates them, or none.", "由其他组件分配，或不分配。"),
    ]),
    FlagSpec::new(
        KubeControllerManager,
        CLUSTER_CIDR,
        Kind::List,
        "The Pod CIDRs: one, or one per address family.",
        "Pod CIDR：一个，或每个地址族各一个。",
    )
    .usual("10.244.0.0/16", "fd00:10:244::/56"),
    FlagSpec::new(
        KubeControllerManager,
        SERVICE_CLUSTER_IP_RANGE,
        Kind::List,
        "The Service CIDRs, which are excluded from the node Pod CIDRs.",
        "Service CIDR，会从节点 Pod CIDR 中排除。",
    )
    .usual("10.96.0.0/16", "fd00:10:96::/112"),
    FlagSpec::new(
        KubeControllerManager,
        NODE_CIDR_MASK_SIZE,
        Kind::Number,
        "The node CIDR mask size of a single-stack cluster.",
        "单栈集群的节点 CIDR 掩码长度。",
    ),
    FlagSpec::new(
        KubeControllerManager,
        NODE_CIDR_MASK_SIZE_IPV4,
        Kind::Number,
        "The node CIDR mask size for IPv4, 24 by default.",
        "IPv4 的节点 CIDR 掩码长度，默认 24。",
    ),
    FlagSpec::new(
        KubeControllerManager,
        NODE_CIDR_MASK_SIZE_IPV6,
        Kind::Number,
        "The node CIDR mask size for IPv6, 64 by default.",
        "IPv6 的节点 CIDR 掩码长度，默认 64。",
    ),
    FlagSpec::new(
        KubeControllerManager,
        CIDR_ALLOCATOR_TYPE,
        Kind::Text,
        "What allocates the node Pod CIDRs.",
        "由什么分配节点 Pod CIDR。",
    )
    .values(&[
        value("RangeAllocator", "kube-controller-manager itself.", "kube-controller-manager 自身。"),
        value("CloudAllocator", "The cloud provider.", "云提供商。"),
    ]),
    FlagSpec::gates(KubeControllerManager),
    FlagSpec::new(
        KubeProxy,
        CLUSTER_CIDR,
        Kind::List,
        "The Pod CIDRs. Traffic from other sources to a cluster IP is masqueraded.",
        "Pod CIDR。从其他来源到集群 IP 的流量会进行 IP 伪装。",
    )
    .field("clusterCIDR")
    .usual("10.244.0.0/16", "fd00:10:244::/56"),
    FlagSpec::new(
        KubeProxy,
        PROXY_MODE,
        Kind::Text,
        "How the traffic of Services is proxied.",
        "如何代理 Service 的流量。",
    )
    .field("mode")
    .values(&[
        value(
            "iptables",
            "iptables rules, per address family.",
            "iptables 规则，每个地址族一套。",
        ),
        value(
            "nftables",
            "nftables rules, per address family.",
            "nftables 规则，每个地址族一套。",
        ),
        value(
            "ipvs",
            "The kernel’s load balancer; deprecated.",
            "内核的负载均衡器；已弃用。",
        ),
    ]),
    FlagSpec::new(
        KubeProxy,
        BIND_ADDRESS,
        Kind::Text,
        "The node’s address, despite its name. Its address family becomes the primary one.",
        "虽名为 bind，实为节点的地址。其地址族成为主地址族。",
    )
    .field("bindAddress"),
    FlagSpec::new(
        KubeProxy,
        NODEPORT_ADDRESSES,
        Kind::Slice,
        "The addresses of the node on which node ports are open.",
        "节点端口在节点的哪些地址上开放。",
    )
    .field("nodePortAddresses")
    .values(&[value(
        "primary",
        "The node’s primary address of each address family.",
        "节点在每个地址族的主地址。",
    )]),
    FlagSpec::new(
        KubeProxy,
        DETECT_LOCAL_MODE,
        Kind::Text,
        "How traffic from the node’s own Pods is recognised.",
        "如何识别来自本节点 Pod 的流量。",
    )
    .field("detectLocalMode")
    .values(&[
        value("ClusterCIDR", "By the CIDRs of --cluster-cidr.", "依据 --cluster-cidr 的 CIDR。"),
        value("NodeCIDR", "By the node Pod CIDRs.", "依据节点 Pod CIDR。"),
        value("BridgeInterface", "By the bridge that it comes from.", "依据流量来自的网桥。"),
        value(
            "InterfaceNamePrefix",
            "By the name of the interface that it comes from.",
            "依据流量来自的接口的名称。",
        ),
    ]),
    FlagSpec::new(
        KubeProxy,
        POD_BRIDGE_INTERFACE,
        Kind::Text,
        "The bridge of the Pods, for --detect-local-mode=BridgeInterface.",
        "Pod 的网桥，用于 --detect-local-mode=BridgeInterface。",
    )
    .field("detectLocal.bridgeInterface"),
    FlagSpec::new(
        KubeProxy,
        POD_INTERFACE_NAME_PREFIX,
        Kind::Text,
        "The prefix of the names of Pod interfaces, for --detect-local-mode=InterfaceNamePrefix.",
        "Pod 接口名称的前缀，用于 --detect-local-mode=InterfaceNamePrefix。",
    )
    .field("detectLocal.interfaceNamePrefix"),
    FlagSpec::new(
        KubeProxy,
        HEALTHZ_BIND_ADDRESS,
        Kind::Text,
        "The address and port of the health check.",
        "健康检查的地址和端口。",
    )
    .field("healthzBindAddress"),
    FlagSpec::new(
        KubeProxy,
        METRICS_BIND_ADDRESS,
        Kind::Text,
        "The address and port of the metrics.",
        "指标的地址和端口。",
    )
    .field("metricsBindAddress"),
    FlagSpec::new(
        KubeProxy,
        IPVS_EXCLUDE_CIDRS,
        Kind::Slice,
        "The ranges whose rules the ipvs mode does not clean up.",
        "ipvs 模式不清理这些范围的规则。",
    )
    .field("ipvs.excludeCIDRs"),
    FlagSpec::gates(KubeProxy),
    FlagSpec::config(KubeProxy),
    FlagSpec::new(
        Kubelet,
        NODE_IP,
        Kind::List,
        "The addresses of the node: one, or one per address family. The first one decides the order of Pod IPs.",
        "节点的地址：一个，或每个地址族各一个。第一个决定 Pod IP 的顺序。",
    )
    .usual("192.0.2.11", "2001:db8::11"),
    FlagSpec::new(
        Kubelet,
        CLOUD_PROVIDER,
        Kind::Text,
        "What sets the addresses of the node.",
        "由什么设置节点的地址。",
    )
    .values(&[value("external", "cloud-controller-manager.", "云控制器管理器。")]),
    FlagSpec::new(
        Kubelet,
        HOSTNAME_OVERRIDE,
        Kind::Text,
        "The name of the node, instead of the host’s own.",
        "节点的名称，取代主机自身的名称。",
    ),
    FlagSpec::new(
        Kubelet,
        MAX_PODS,
        Kind::Number,
        "How many Pods the node runs at most, 110 by default.",
        "节点最多运行的 Pod 数，默认 110。",
    )
    .field("maxPods"),
    FlagSpec::gates(Kubelet),
    FlagSpec::config(Kubelet),
];

#[cfg(test)]
mod tests {
    use super::{FLAGS, Kind, find, of};
    use crate::net::go_parse::parse_cidr;
    use crate::release::flags::{self as known, ValueKind};
    use crate::source::flags::Component;

    #[test]
    fn a_component_has_each_flag_once() {
        for spec in &FLAGS {
            let found = find(spec.component, spec.name);
            assert!(found.is_some_and(|it| std::ptr::eq(it, spec)), "{}", spec.name);
        }
        assert_eq!(Component::ALL.map(|component| of(component).count()), [8, 8, 12, 6]);
    }

    #[test]
    fn each_flag_is_explained_in_both_languages() {
        for spec in &FLAGS {
            for text in spec.values.iter().map(|(_, text)| *text).chain([spec.help]) {
                assert!(text.en.ends_with('.') && !text.en.contains('。'), "{}", text.en);
                assert!(text.zh.ends_with('。'), "{}", text.zh);
            }
        }
    }

    #[test]
    fn a_flag_is_known_once_and_its_kind_is_the_programs() {
        for spec in &FLAGS {
            let rows: Vec<_> = known::of_program(spec.component.name(), spec.name).collect();
            let [row] = rows.as_slice() else { panic!("{} has {} rows", spec.name, rows.len()) };
            let is_it = match spec.kind {
                Kind::Bool => row.kind == ValueKind::Bool,
                Kind::Number => matches!(row.kind, ValueKind::Int(_)),
                Kind::Slice => row.kind == ValueKind::Slice,
                Kind::Text => matches!(row.kind, ValueKind::Text | ValueKind::Ip),
                Kind::List | Kind::Gates => row.kind == ValueKind::Text,
            };
            assert!(is_it, "{} {:?} {:?}", spec.name, spec.kind, row.kind);
        }
    }

    #[test]
    fn a_default_and_a_usual_value_are_of_the_flags_kind() {
        for spec in &FLAGS {
            match spec.kind {
                Kind::Number => assert!(spec.default().parse::<i64>().is_ok(), "{}", spec.name),
                Kind::Bool => assert!(spec.default().parse::<bool>().is_ok(), "{}", spec.name),
                Kind::Text | Kind::List | Kind::Slice | Kind::Gates => {}
            }
            if let Some([v4, v6]) = spec.usual {
                assert!(spec.kind.is_list(), "{}", spec.name);
                let is_range = |text| parse_cidr(text).is_some();
                assert_eq!(is_range(v4), is_range(v6), "{}", spec.name);
                assert!(v4.contains('.') && v6.contains(':'), "{}", spec.name);
            }
        }
    }
}
