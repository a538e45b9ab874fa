//! What would really happen in such a cluster? What follows from a disagreement, and from a component that
//! does not start.

use std::net::IpAddr;
use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::cluster::components::Components;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Effect, Fact, Step};
use crate::facts;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::Component;

rules! {
    /// Nodes without ranges.
    NO_NODE_RANGE {
        id: "THEN-1", slug: "no-node-gets-a-range",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [],
        en: "No Node is allocated a Pod CIDR: `spec.podCIDRs` stays empty.",
        zh: "没有节点分配到 Pod CIDR：`spec.podCIDRs` 保持为空。",
    }
    /// Some Nodes without ranges.
    NODES_WITHOUT_RANGE {
        id: "THEN-2", slug: "these-nodes-get-no-range",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go allocateOrOccupyCIDR",
        evidence: SourceRead,
        facts: [nodes],
        en: "{nodes} are allocated no Pod CIDR of either address family; the event is `CIDRNotAvailable`.",
        zh: "{nodes} 分配不到任何地址族的 Pod CIDR；事件为 `CIDRNotAvailable`。",
    }
    /// Later Nodes without ranges.
    NO_FURTHER_NODE {
        id: "THEN-28", slug: "no-further-node-gets-a-range",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go allocateOrOccupyCIDR",
        evidence: SourceRead,
        facts: [],
        en: "The next Node is allocated no Pod CIDR of either address family; the event is `CIDRNotAvailable`.",
        zh: "下一个节点分配不到任何地址族的 Pod CIDR；事件为 `CIDRNotAvailable`。",
    }
    /// What a second family costs the first.
    BLOCKS_LEAK {
        id: "THEN-3", slug: "each-try-burns-a-block",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go allocateOrOccupyCIDR",
        evidence: SourceRead,
        facts: [family],
        en: "Each retry allocates one more {family} node Pod CIDR and does not release it, until none is left.",
        zh: "每次重试都会再分配一个 {family} 节点 Pod CIDR 且不释放，直到耗尽。",
    }
    /// Pods without addresses.
    NO_POD_ADDRESSES {
        id: "THEN-4", slug: "pods-get-no-address",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "A network plugin with address pools of its own ignores the Pod CIDRs of nodes.",
            zh: "自带地址池的网络插件会忽略节点的 Pod CIDR。",
        }),
        facts: [],
        en: "A network plugin that allocates addresses from `spec.podCIDRs` has none to allocate: Pods on such nodes stay in ContainerCreating.",
        zh: "从 `spec.podCIDRs` 分配地址的网络插件没有地址可分配：这些节点上的 Pod 停留在 ContainerCreating。",
    }
    /// Pods without a family.
    PODS_LACK_FAMILY {
        id: "THEN-5", slug: "pods-lack-a-family",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go generateAPIPodStatus",
        evidence: SourceRead,
        facts: [family],
        en: "Pods have no {family} address.",
        zh: "Pod 没有 {family} 地址。",
    }
    /// Services without a family.
    SERVICES_LACK_FAMILY {
        id: "THEN-6", slug: "services-lack-a-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: SourceRead,
        facts: [family],
        en: "No Service gets a {family} cluster IP: with `PreferDualStack` it gets one address, with `RequireDualStack` it is rejected.",
        zh: "Service 得不到 {family} 集群 IP：`PreferDualStack` 的 Service 只得到一个地址，`RequireDualStack` 的 Service 被拒绝。",
    }
    /// Cluster IPs that nobody answers on.
    CLUSTER_IPS_LEAD_NOWHERE {
        id: "THEN-7", slug: "cluster-ips-of-a-family-lead-nowhere",
        versions: Versions::ALL,
        source: "k8s.io/endpointslice reconciler.go reconcileByAddressType",
        evidence: SourceRead,
        facts: [family],
        en: "{family} cluster IPs have no endpoints: connections are refused, although DNS returns the address.",
        zh: "{family} 集群 IP 没有端点：连接会被拒绝，尽管 DNS 会返回该地址。",
    }
    /// Blocks that no Node may have.
    BLOCKS_ARE_LOST {
        id: "THEN-8", slug: "services-take-node-blocks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go filterOutServiceRange",
        evidence: SourceRead,
        facts: [blocks, of, range],
        en: "{blocks} of the {of} node Pod CIDRs of {range} are not allocated to nodes.",
        zh: "{range} 的 {of} 个节点 Pod CIDR 中有 {blocks} 个不会分配给节点。",
    }
    /// One address, two owners.
    PODS_MEET_SERVICES {
        id: "THEN-9", slug: "pod-and-service-share-an-address",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Assumed,
        facts: [range],
        en: "A Pod and a Service can get the same address in {range}: kube-proxy then sends the Pod's traffic to the Service.",
        zh: "Pod 和 Service 可能获得 {range} 中的同一地址：此时 kube-proxy 会把发往该 Pod 的流量路由到 Service。",
    }
    /// One address, two owners.
    PODS_MEET_NODES {
        id: "THEN-10", slug: "pod-and-node-share-an-address",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Assumed,
        facts: [ip],
        en: "A Pod can get {ip}, which is the address of a node: one of the two is unreachable.",
        zh: "Pod 可能获得 {ip}，而它是某个节点的地址：两者之一将不可达。",
    }
    /// One address, two owners.
    SERVICES_MEET_NODES {
        id: "THEN-11", slug: "service-and-node-share-an-address",
        versions: Versions::ALL,
        source: "pkg/proxy/iptables/proxier.go syncProxyRules",
        evidence: SourceRead,
        facts: [ip],
        en: "A Service can get {ip}, which is the address of a node: from then on nodes send traffic for that node to the Service.",
        zh: "Service 可能获得 {ip}，而它是某个节点的地址：此后各节点会把发往该节点的流量路由到 Service。",
    }
    /// Pods that count as strangers.
    PODS_ARE_MASQUERADED {
        id: "THEN-12", slug: "pods-count-as-outside",
        versions: Versions::ALL,
        source: "pkg/proxy/iptables/proxier.go writeServiceToEndpointRules",
        evidence: SourceRead,
        facts: [range],
        en: "kube-proxy treats Pods in {range} as outside the cluster: their traffic to a cluster IP is masqueraded, and the backend Pod sees a node as the client.",
        zh: "kube-proxy 把 {range} 中的 Pod 视为集群外部：它们发往集群 IP 的流量会进行 IP 伪装，后端 Pod 看到的客户端是节点。",
    }
    /// Strangers that count as themselves.
    OUTSIDE_IS_NOT_MASQUERADED {
        id: "THEN-13", slug: "outside-traffic-is-not-masqueraded",
        versions: Versions::ALL,
        source: "pkg/proxy/iptables/proxier.go writeServiceToEndpointRules",
        evidence: SourceRead,
        facts: [family],
        en: "{family} traffic to a cluster IP from outside the Pods is not masqueraded; replies may not find the way back.",
        zh: "从 Pod 之外发往集群 IP 的 {family} 流量不会进行 IP 伪装；响应可能无法返回。",
    }
    /// Strangers that count as Pods.
    STRANGERS_COUNT_AS_PODS {
        id: "THEN-14", slug: "strangers-count-as-pods",
        versions: Versions::ALL,
        source: "pkg/proxy/iptables/proxier.go writeServiceToEndpointRules",
        evidence: SourceRead,
        facts: [range],
        en: "Traffic from any address in {range} is treated as Pod traffic and not masqueraded, even if no Pod has that address.",
        zh: "来自 {range} 中任意地址的流量都视为 Pod 的流量，不进行 IP 伪装，即使没有 Pod 拥有该地址。",
    }
    /// Pods that cannot reach the API.
    API_SERVICE_IS_BROKEN {
        id: "THEN-15", slug: "pods-do-not-reach-the-api",
        versions: Versions::ALL,
        source: "pkg/controlplane/reconcilers/endpointsadapter.go",
        evidence: SourceRead,
        facts: [],
        en: "Pods cannot reach the API server through the `kubernetes` Service: its cluster IP and its endpoint are of different address families.",
        zh: "Pod 无法通过 `kubernetes` Service 访问 API 服务器：其集群 IP 与端点属于不同的地址族。",
    }
    /// A Service without an endpoint.
    API_SERVICE_HAS_NO_ENDPOINT {
        id: "THEN-35", slug: "api-service-has-no-endpoint",
        versions: Versions::ALL,
        source: "pkg/controlplane/reconcilers/none.go",
        evidence: SourceRead,
        facts: [],
        en: "Pods cannot reach the API server through the `kubernetes` Service: it has no endpoints unless another program creates its EndpointSlice.",
        zh: "Pod 无法通过 `kubernetes` Service 访问 API 服务器：除非由其他程序创建其 EndpointSlice，否则它没有端点。",
    }
    /// Pods on the host's network.
    HOST_NETWORK_LACKS_FAMILY {
        id: "THEN-16", slug: "host-network-lacks-a-family",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go generateAPIPodStatus",
        evidence: SourceRead,
        facts: [family],
        en: "Pods with `hostNetwork` have no {family} address on this node, and neither has the Node itself.",
        zh: "此节点上使用 `hostNetwork` 的 Pod 没有 {family} 地址，节点的地址中也没有。",
    }
    /// A family that a node does not proxy.
    FAMILY_IS_NOT_PROXIED {
        id: "THEN-17", slug: "family-is-not-proxied",
        versions: Versions::ALL,
        source: "pkg/proxy/serviceport.go",
        evidence: SourceRead,
        facts: [family],
        en: "{family} cluster IPs and node ports do not work from this node.",
        zh: "从此节点无法使用 {family} 集群 IP 和节点端口。",
    }
    /// An address that stands for a node without being one of its own.
    WRONG_ADDRESS_STANDS_FOR_NODE {
        id: "THEN-18", slug: "another-address-stands-for-the-node",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go detectNodeIPs",
        evidence: SourceRead,
        facts: [ip],
        en: "kube-proxy uses {ip} as the address of the node; no other component knows it.",
        zh: "kube-proxy 把 {ip} 当作节点的地址；其他组件都不知道它。",
    }
    /// Lists that begin differently.
    FIRST_ADDRESSES_DIFFER {
        id: "THEN-19", slug: "first-addresses-are-of-two-families",
        versions: Versions::ALL,
        source: "pkg/apis/core/types.go PodStatus",
        evidence: SourceRead,
        facts: [services, others],
        en: "Where only one address is shown (`kubectl get`, probes, environment variables), it is {services} for Services and {others} for everything else.",
        zh: "在只显示一个地址的地方（`kubectl get`、探针、环境变量），Service 显示 {services}，其余显示 {others}。",
    }
    /// Nothing, for now.
    NOTHING_YET {
        id: "THEN-20", slug: "nothing-follows-yet",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go filterOutServiceRange",
        evidence: SourceRead,
        facts: [],
        en: "This has no consequences as long as the ranges do not overlap: kube-controller-manager uses its Service CIDRs only to keep them out of node Pod CIDRs.",
        zh: "只要范围互不重叠就没有后果：kube-controller-manager 使用其 Service CIDR 只是为了避免将其分配给节点。",
    }
    /// The component exits.
    COMPONENT_EXITS {
        id: "THEN-21", slug: "component-exits-for-it",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/overview/components",
        evidence: Assumed,
        facts: [component],
        en: "{component} exits because of this.",
        zh: "{component} 因此退出。",
    }
    /// No API.
    API_IS_DOWN {
        id: "THEN-22", slug: "api-does-not-answer",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/overview/components",
        evidence: Documentation,
        facts: [],
        en: "kubectl and all components get no response: no object can be read, created or changed.",
        zh: "kubectl 和所有组件都得不到响应：无法读取、创建或更改任何对象。",
    }
    /// What goes on without the control plane.
    WHAT_RUNS_GOES_ON {
        id: "THEN-23", slug: "what-runs-goes-on",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/overview/components",
        evidence: Assumed,
        facts: [],
        en: "What is already running keeps running: Pods keep their addresses, and nodes keep their existing Service rules.",
        zh: "已在运行的不受影响：Pod 保留其地址，节点保留已有的 Service 规则。",
    }
    /// No controllers.
    SLICES_STAND_STILL {
        id: "THEN-24", slug: "endpoint-slices-stand-still",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/discovery.go",
        evidence: SourceRead,
        facts: [],
        en: "No component maintains EndpointSlices: a new Service has no endpoints, and added or removed Pods do not show up in existing Services.",
        zh: "没有组件维护 EndpointSlice：新建的 Service 没有端点，Pod 的增减也不会反映到已有的 Service 上。",
    }
    /// No proxy.
    NO_SERVICE_TRAFFIC {
        id: "THEN-25", slug: "node-has-no-service-traffic",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go",
        evidence: SourceRead,
        facts: [],
        en: "This node does not route cluster IPs or node ports to Pods, in either address family.",
        zh: "此节点不会将集群 IP 或节点端口的流量路由到 Pod，两个地址族均如此。",
    }
    /// No kubelet.
    NODE_RUNS_NO_PODS {
        id: "THEN-26", slug: "node-runs-no-pods",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_node_status.go registerWithAPIServer",
        evidence: SourceRead,
        facts: [],
        en: "This node does not register and runs no Pods; a Node that already exists becomes NotReady.",
        zh: "此节点不会注册，也不运行 Pod；已存在的节点会变为 NotReady。",
    }
    /// A kube-proxy on a node that nobody registered.
    PROXY_FINDS_NO_NODE {
        id: "THEN-27", slug: "proxy-finds-no-node",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go detectNodeIPs",
        evidence: SourceRead,
        facts: [],
        en: "kube-proxy on this node does not find its Node and uses the loopback address instead.",
        zh: "此节点上的 kube-proxy 找不到自己的节点，因此改用本地回路（loopback）地址。",
    }
    /// Nodes of one family.
    NODES_LACK_FAMILY {
        id: "THEN-29", slug: "nodes-lack-a-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Assumed,
        facts: [family],
        en: "No node can be reached over {family}: neither its node ports, nor a load balancer that forwards to them, nor the node itself.",
        zh: "无法通过 {family} 访问任何节点：节点端口、转发到节点端口的负载均衡器以及节点本身均不可达。",
    }
    /// A kubelet that refuses an address.
    NODES_WITHOUT_ADDRESS {
        id: "THEN-30", slug: "these-nodes-have-no-address",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: SourceRead,
        facts: [nodes, message],
        en: "The kubelet of {nodes} sets no address at all, not even a valid one: {message}. It keeps retrying.",
        zh: "{nodes} 的 kubelet 不设置任何地址，连有效的地址也不设置：{message}。它会不断重试。",
    }
    /// Pods that do not meet.
    PODS_ARE_CUT_OFF {
        id: "THEN-31", slug: "pods-of-two-nodes-are-cut-off",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Assumed,
        fidelity: Fidelity::Simplified(Text {
            en: "The flags do not show how a plugin carries packets between nodes.",
            zh: "从标志中看不出插件如何在节点之间传送数据包。",
        }),
        facts: [family, other],
        en: "{family} packets between Pods on different nodes do not arrive, unless the network plugin encapsulates them in {other}. On the same node they do.",
        zh: "不同节点上的 Pod 之间的 {family} 数据包无法到达，除非网络插件将其封装在 {other} 中。同一节点上的可以到达。",
    }
    /// No network, no Pods.
    NODES_ARE_NOT_READY {
        id: "THEN-32", slug: "nodes-stay-not-ready",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet.go updateRuntimeUp",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "The text after `message:` is that of containerd.",
            zh: "`message:` 之后的文字来自 containerd。",
        }),
        facts: [],
        en: "Every Node stays NotReady: `container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized`. It has the taint `node.kubernetes.io/not-ready`, and Pods that do not tolerate it stay Pending.",
        zh: "每个节点都停留在 NotReady：`container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not initialized`。节点带有污点 `node.kubernetes.io/not-ready`，不容忍它的 Pod 停留在 Pending。",
    }
    /// Who needs no plugin.
    ONLY_HOST_NETWORK_RUNS {
        id: "THEN-33", slug: "only-host-network-runs",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet.go SyncPod",
        evidence: SourceRead,
        facts: [],
        en: "Only Pods with `hostNetwork` start, such as kube-proxy and the Pods of the plugin. Services still get cluster IPs, but no other Pods become endpoints.",
        zh: "只有使用 `hostNetwork` 的 Pod 能启动，例如 kube-proxy 和插件自身的 Pod。Service 仍会获得集群 IP，但不会有其他 Pod 成为端点。",
    }
    /// Nobody minds.
    NOTHING_ASKS_FOR_FAMILY {
        id: "THEN-34", slug: "nothing-asks-for-the-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Assumed,
        facts: [family],
        en: "No consequences here: none of the flags requires {family}.",
        zh: "这里没有后果：这些标志都不要求 {family}。",
    }
}

/// One thing that follows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Consequence {
    /// No Node gets a range.
    NoNodeRange,
    /// These Nodes get none.
    NodesWithoutRange(Vec<Rc<str>>),
    /// The next Node gets none.
    NoFurtherNode,
    /// Tries for Nodes without a range burn blocks of this family.
    BlocksLeak(Family),
    /// Network plugins that use the ranges of Nodes have no addresses.
    NoPodAddresses,
    /// Pods have no address of this family.
    PodsLack(Family),
    /// Services have no cluster IP of this family.
    ServicesLack(Family),
    /// Cluster IPs of this family have no endpoints.
    ClusterIpsLeadNowhere(Family),
    /// Some blocks are kept from Nodes.
    BlocksAreLost {
        /// Of this cluster range.
        range: Cidr,
        /// So many.
        blocks: u64,
        /// Of so many.
        of: u64,
    },
    /// A Pod and a Service can have the same address of this range.
    PodsMeetServices(Cidr),
    /// A Pod can have this address of a machine.
    PodsMeetNodes(IpAddr),
    /// A Service can have this address of a machine.
    ServicesMeetNodes(IpAddr),
    /// Pods of this range are treated as outside.
    PodsAreMasqueraded(Cidr),
    /// Traffic of this family from outside is not masqueraded.
    OutsideIsNotMasqueraded(Family),
    /// Whatever comes from this range is treated as a Pod.
    StrangersCountAsPods(Cidr),
    /// Pods cannot reach the API server by its Service.
    ApiServiceIsBroken,
    /// The Service of the API server has no endpoint.
    ApiServiceHasNoEndpoint,
    /// Pods with `hostNetwork`, and the Node, have no address of this family.
    HostNetworkLacks(Family),
    /// The node does not proxy Services of this family.
    FamilyIsNotProxied(Family),
    /// This address stands for the node.
    WrongAddressStandsForNode(IpAddr),
    /// Where one address is shown, it is of two families.
    FirstAddressesDiffer {
        /// Of Services.
        services: Family,
        /// Of the rest.
        others: Family,
    },
    /// Nothing, as long as nothing else changes.
    NothingYet,
    /// The component ends.
    ComponentExits(Component),
    /// The API server does not answer.
    ApiIsDown,
    /// What ran before goes on.
    WhatRunsGoesOn,
    /// Nobody writes EndpointSlices.
    SlicesStandStill,
    /// The node has no Service traffic.
    NoServiceTraffic,
    /// The node runs no Pods.
    NodeRunsNoPods,
    /// kube-proxy takes the loopback address for the node's.
    ProxyFindsNoNode,
    /// No node is reached over this family.
    NodesLack(Family),
    /// The kubelets of these nodes set no address, and say why.
    NodesWithoutAddress {
        /// The nodes.
        nodes: Vec<Rc<str>>,
        /// Their kubelets' words.
        message: String,
    },
    /// Pods of two nodes do not meet over this family.
    PodsAreCutOff(Family),
    /// No Node becomes ready.
    NodesAreNotReady,
    /// Only Pods on the host's network start.
    OnlyHostNetworkRuns,
    /// Nothing, for nothing asks for this family.
    NothingAsksFor(Family),
}

impl Consequence {
    /// What it means.
    #[must_use]
    pub const fn rule(&self) -> &'static Rule {
        match self {
            Self::NoNodeRange => &NO_NODE_RANGE,
            Self::NodesWithoutRange(_) => &NODES_WITHOUT_RANGE,
            Self::NoFurtherNode => &NO_FURTHER_NODE,
            Self::BlocksLeak(_) => &BLOCKS_LEAK,
            Self::NoPodAddresses => &NO_POD_ADDRESSES,
            Self::PodsLack(_) => &PODS_LACK_FAMILY,
            Self::ServicesLack(_) => &SERVICES_LACK_FAMILY,
            Self::ClusterIpsLeadNowhere(_) => &CLUSTER_IPS_LEAD_NOWHERE,
            Self::BlocksAreLost { .. } => &BLOCKS_ARE_LOST,
            Self::PodsMeetServices(_) => &PODS_MEET_SERVICES,
            Self::PodsMeetNodes(_) => &PODS_MEET_NODES,
            Self::ServicesMeetNodes(_) => &SERVICES_MEET_NODES,
            Self::PodsAreMasqueraded(_) => &PODS_ARE_MASQUERADED,
            Self::OutsideIsNotMasqueraded(_) => &OUTSIDE_IS_NOT_MASQUERADED,
            Self::StrangersCountAsPods(_) => &STRANGERS_COUNT_AS_PODS,
            Self::ApiServiceIsBroken => &API_SERVICE_IS_BROKEN,
            Self::ApiServiceHasNoEndpoint => &API_SERVICE_HAS_NO_ENDPOINT,
            Self::HostNetworkLacks(_) => &HOST_NETWORK_LACKS_FAMILY,
            Self::FamilyIsNotProxied(_) => &FAMILY_IS_NOT_PROXIED,
            Self::WrongAddressStandsForNode(_) => &WRONG_ADDRESS_STANDS_FOR_NODE,
            Self::FirstAddressesDiffer { .. } => &FIRST_ADDRESSES_DIFFER,
            Self::NothingYet => &NOTHING_YET,
            Self::ComponentExits(_) => &COMPONENT_EXITS,
            Self::ApiIsDown => &API_IS_DOWN,
            Self::WhatRunsGoesOn => &WHAT_RUNS_GOES_ON,
            Self::SlicesStandStill => &SLICES_STAND_STILL,
            Self::NoServiceTraffic => &NO_SERVICE_TRAFFIC,
            Self::NodeRunsNoPods => &NODE_RUNS_NO_PODS,
            Self::ProxyFindsNoNode => &PROXY_FINDS_NO_NODE,
            Self::NodesLack(_) => &NODES_LACK_FAMILY,
            Self::NodesWithoutAddress { .. } => &NODES_WITHOUT_ADDRESS,
            Self::PodsAreCutOff(_) => &PODS_ARE_CUT_OFF,
            Self::NodesAreNotReady => &NODES_ARE_NOT_READY,
            Self::OnlyHostNetworkRuns => &ONLY_HOST_NETWORK_RUNS,
            Self::NothingAsksFor(_) => &NOTHING_ASKS_FOR_FAMILY,
        }
    }

    /// The values of its sentence.
    #[must_use]
    pub fn facts(&self) -> Vec<Fact> {
        match self {
            Self::NodesWithoutRange(nodes) => facts![nodes = nodes.join(", ")],
            Self::BlocksLeak(family)
            | Self::PodsLack(family)
            | Self::ServicesLack(family)
            | Self::ClusterIpsLeadNowhere(family)
            | Self::OutsideIsNotMasqueraded(family)
            | Self::HostNetworkLacks(family)
            | Self::FamilyIsNotProxied(family)
            | Self::NodesLack(family)
            | Self::NothingAsksFor(family) => facts![family],
            Self::NodesWithoutAddress { nodes, message } => {
                facts![nodes = nodes.join(", "), message]
            }
            Self::PodsAreCutOff(family) => facts![family, other = family.other()],
            Self::BlocksAreLost { range, blocks, of } => facts![range, blocks, of],
            Self::PodsMeetServices(range)
            | Self::PodsAreMasqueraded(range)
            | Self::StrangersCountAsPods(range) => facts![range],
            Self::PodsMeetNodes(ip)
            | Self::ServicesMeetNodes(ip)
            | Self::WrongAddressStandsForNode(ip) => facts![ip],
            Self::FirstAddressesDiffer { services, others } => facts![services, others],
            Self::ComponentExits(component) => facts![component = component.name()],
            _ => Vec::new(),
        }
    }

    /// As a step, which can be rendered.
    #[must_use]
    pub fn step(&self) -> Step {
        step(self.rule(), self.facts())
    }
}

/// A step about no field.
pub(crate) fn step(rule: &'static Rule, facts: Vec<Fact>) -> Step {
    Step { rule, at: FieldPath::default(), facts, effect: Effect::Noted, origin: None }
}

/// A component that does not start, and what that means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outage {
    /// The component.
    pub component: Component,
    /// The nodes on which it does not; none for the control plane.
    pub nodes: Vec<Rc<str>>,
    /// What follows.
    pub consequences: Vec<Consequence>,
}

/// What follows from components that do not start, in the order of [`Component::ALL`]. Nodes of which the
/// same is said stand together.
#[must_use]
pub fn outages(components: &Components) -> Vec<Outage> {
    use Consequence::{
        ApiIsDown, NoNodeRange, NoPodAddresses, NoServiceTraffic, NodeRunsNoPods, ProxyFindsNoNode,
        SlicesStandStill, WhatRunsGoesOn,
    };
    let mut outages = Vec::new();
    let mut add = |component, nodes, consequences: &[Consequence]| {
        let consequences = consequences.to_vec();
        outages.push(Outage { component, nodes, consequences });
    };
    if components.apiserver.exits() {
        add(Component::KubeApiserver, Vec::new(), &[ApiIsDown, WhatRunsGoesOn]);
    }
    if components.controller_manager.exits() {
        let follows = [NoNodeRange, NoPodAddresses, SlicesStandStill, WhatRunsGoesOn];
        add(Component::KubeControllerManager, Vec::new(), &follows);
    }
    let nodes = |exits: &dyn Fn(&crate::cluster::components::Node) -> bool| -> Vec<Rc<str>> {
        let nodes = components.nodes.iter().filter(|node| exits(node));
        nodes.map(|node| Rc::clone(&node.text.name)).collect()
    };
    let without_proxy = nodes(&|node| node.proxy.exits());
    if !without_proxy.is_empty() {
        add(Component::KubeProxy, without_proxy, &[NoServiceTraffic]);
    }
    let alone = nodes(&|node| node.kubelet.exits() && node.proxy.running().is_some());
    if !alone.is_empty() {
        add(Component::Kubelet, alone, &[NodeRunsNoPods, ProxyFindsNoNode]);
    }
    let dead = nodes(&|node| node.kubelet.exits() && node.proxy.running().is_none());
    if !dead.is_empty() {
        add(Component::Kubelet, dead, &[NodeRunsNoPods]);
    }
    outages
}

#[cfg(test)]
mod tests {
    use super::{Consequence, outages};
    use crate::cluster::components::Components;
    use crate::explain::text::Lang;
    use crate::release::version::KubeVersion;

    fn check(text: &str, expect: &[&str]) {
        let components = Components::start(KubeVersion::LATEST, text);
        let found: Vec<String> = outages(&components)
            .iter()
            .map(|outage| {
                let rules = outage.consequences.iter().map(|it| it.rule().slug);
                let rules: Vec<&str> = rules.collect();
                let nodes = outage.nodes.join(",");
                format!("{} {nodes}: {}", outage.component.name(), rules.join(" "))
            })
            .collect();
        assert_eq!(found, expect, "{text}");
        assert_eq!(found.is_empty(), components.all_start());
    }

    #[test]
    fn a_component_that_starts_has_no_consequences() {
        check("", &[]);
        check("--service-cluster-ip-range=10.96.0.0/16\nkubelet · a\nkube-proxy", &[]);
    }

    #[test]
    fn each_component_is_missed_in_its_own_way() {
        check("--advertise-address=x", &["kube-apiserver : api-does-not-answer what-runs-goes-on"]);
        check(
            "kube-controller-manager --allocate-node-cidrs",
            &["kube-controller-manager : no-node-gets-a-range pods-get-no-address \
               endpoint-slices-stand-still what-runs-goes-on"],
        );
        let pair = "--node-ip=192.0.2.11,192.0.2.12";
        check(
            &format!("kubelet · a {pair}\nkubelet · b {pair}\nkube-proxy · a"),
            &["kubelet a: node-runs-no-pods proxy-finds-no-node", "kubelet b: node-runs-no-pods"],
        );
        check(
            "kube-proxy · a --proxy-mode=x\nkube-proxy · b\nkube-proxy · c --proxy-mode=x",
            &["kube-proxy a,c: node-has-no-service-traffic"],
        );
    }

    #[test]
    fn a_consequence_can_be_read_in_both_languages() {
        let leak = Consequence::BlocksLeak(crate::net::Family::V4).step();
        assert!(
            leak.plain(Lang::En).starts_with("Each retry allocates one more IPv4 node Pod CIDR")
        );
        assert!(leak.plain(Lang::Zh).contains("IPv4"));
    }
}
