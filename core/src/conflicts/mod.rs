//! Where do the components disagree? Kubernetes compares almost nothing of this: each component starts with
//! its own flags, and what does not fit shows later, elsewhere.

pub mod consequences;
pub mod prerequisites;
pub mod primary_family;

use std::net::IpAddr;
use std::rc::Rc;

use crate::apiserver::startup as apiserver;
use crate::apiserver::startup::{MACHINE_V4, MACHINE_V6};
use crate::cluster::components::{
    ApiServer, Components, ControllerManager, Node, NodeAgent, NodeProxy, machine,
};
use crate::conflicts::consequences::{Consequence, step};
use crate::controller_manager::range_allocator::{Holder, RangeUse};
use crate::controller_manager::startup as controller_manager;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Step};
use crate::facts;
use crate::kube_proxy::startup as kube_proxy;
use crate::kube_proxy::startup::LocalMode;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};
use crate::release::behavior::{Behavior, DUAL_STACK_GATE};
use crate::release::version::Versions;
use crate::rules;
use crate::source::edit::Edit;
use crate::source::flags::edit::{Change, Editor, Placement, merge};
use crate::source::flags::table::{
    self, ADVERTISE_ADDRESS as ADVERTISE, ALLOCATE_NODE_CIDRS as ALLOCATE, BIND_ADDRESS as BIND,
    CLUSTER_CIDR as CLUSTER, CONFIG, DETECT_LOCAL_MODE as DETECT, FEATURE_GATES as GATES,
    NODE_CIDR_MASK_SIZE as MASK, NODE_CIDR_MASK_SIZE_IPV4 as MASK_V4,
    NODE_CIDR_MASK_SIZE_IPV6 as MASK_V6, NODE_IP, SERVICE_CLUSTER_IP_RANGE as SERVICES,
};
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;

rules! {
    /// Nodes get blocks that are Services'.
    SERVICE_RANGE_IS_NOT_KEPT_OUT {
        id: "AGREE-1a", slug: "service-range-is-not-kept-from-nodes",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go filterOutServiceRange",
        evidence: SourceRead,
        facts: [services, pods],
        en: "kube-apiserver allocates addresses of {services} to Services. This range overlaps the Pod CIDR {pods}, and kube-controller-manager does not know that: it allocates the same addresses to nodes.",
        zh: "kube-apiserver 从 {services} 为 Service 分配地址，它与 Pod CIDR {pods} 重叠，而 kube-controller-manager 不知道这一点：它会把相同的地址分配给节点。",
    }
    /// Two lists of Service ranges.
    SERVICE_RANGES_DIFFER {
        id: "AGREE-1b", slug: "service-ranges-of-two-components-differ",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [own, services],
        en: "The Service CIDRs of kube-controller-manager are {own}; kube-apiserver, which allocates the addresses, uses {services}.",
        zh: "kube-controller-manager 的 Service CIDR 是 {own}；而分配地址的 kube-apiserver 使用 {services}。",
    }
    /// Pods and Services in one range.
    PODS_AND_SERVICES_OVERLAP {
        id: "AGREE-2a", slug: "pod-and-service-ranges-overlap",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [pods, services],
        en: "The Pod CIDR {pods} and the Service CIDR {services} overlap. Pods, Services and nodes need separate ranges.",
        zh: "Pod CIDR {pods} 与 Service CIDR {services} 重叠。Pod、Service 和节点需要各自独立的范围。",
    }
    /// Node blocks that Services keep.
    SERVICES_TAKE_BLOCKS {
        id: "AGREE-2b", slug: "service-range-takes-node-blocks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go filterOutServiceRange",
        evidence: SourceRead,
        facts: [pods, services],
        en: "The Service CIDR {services} is inside the Pod CIDR {pods}. kube-controller-manager allocates no node Pod CIDR that overlaps it, so there is no conflict, but there are fewer node Pod CIDRs.",
        zh: "Service CIDR {services} 位于 Pod CIDR {pods} 之内。kube-controller-manager 不会分配与它重叠的节点 Pod CIDR，因此没有冲突，但可分配的节点 Pod CIDR 会减少。",
    }
    /// No Node block is left.
    SERVICES_TAKE_EVERY_BLOCK {
        id: "AGREE-2c", slug: "service-range-takes-every-node-block",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go filterOutServiceRange",
        evidence: SourceRead,
        facts: [pods, services],
        en: "The Service CIDR {services} overlaps every node Pod CIDR of {pods}, so none can be allocated. kube-controller-manager starts anyway.",
        zh: "Service CIDR {services} 与 {pods} 中的每个节点 Pod CIDR 都重叠，因此没有可分配的节点 Pod CIDR。kube-controller-manager 仍会启动。",
    }
    /// A machine in the Pods' range.
    NODE_LIES_AMONG_PODS {
        id: "AGREE-3a", slug: "machine-lies-in-the-pod-range",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [ip, pods],
        en: "{ip} is the address of a node, and it is inside {pods}, from which node Pod CIDRs are allocated.",
        zh: "{ip} 是一个节点的地址，却位于 {pods} 之内，而节点 Pod CIDR 正是从中分配的。",
    }
    /// A machine in the Services' range.
    NODE_LIES_AMONG_SERVICES {
        id: "AGREE-3b", slug: "machine-lies-in-the-service-range",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [ip, services],
        en: "{ip} is the address of a node, and it is inside the Service CIDR {services}.",
        zh: "{ip} 是一个节点的地址，却位于 Service CIDR {services} 之内。",
    }
    /// Two orders.
    POD_ORDER_DIFFERS {
        id: "AGREE-4a", slug: "cluster-ranges-begin-with-the-other-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [services, pods],
        en: "The first Service CIDR is {services}, the first Pod CIDR is {pods}. The components should agree on the primary address family; no component checks this.",
        zh: "第一个 Service CIDR 是 {services}，第一个 Pod CIDR 是 {pods}。各组件应使用一致的主地址族；没有组件检查这一点。",
    }
    /// Two orders.
    NODE_ORDER_DIFFERS {
        id: "AGREE-4b", slug: "node-ip-begins-with-the-other-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [services, node],
        en: "The first Service CIDR is {services}, the first address of the node is {node}: it comes first in `status.podIPs`, and kube-proxy uses its address family as the primary one.",
        zh: "第一个 Service CIDR 是 {services}，节点的第一个地址是 {node}：它在 `status.podIPs` 中排在首位，kube-proxy 也以它的地址族为主地址族。",
    }
    /// No block, or too many.
    MASK_DOES_NOT_FIT {
        id: "AGREE-5a", slug: "node-mask-does-not-fit-the-range",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/node_ipam_controller.go NewNodeIpamController",
        evidence: SourceRead,
        facts: [range, mask],
        en: "{range} cannot be divided into node Pod CIDRs with a prefix length of {mask}.",
        zh: "{range} 无法划分为前缀长度为 {mask} 的节点 Pod CIDR。",
    }
    /// More Nodes than blocks.
    BLOCKS_DO_NOT_SUFFICE {
        id: "AGREE-5b", slug: "more-nodes-than-blocks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go AllocateNext",
        evidence: SourceRead,
        facts: [range, mask, nodes],
        en: "{range} has too few node Pod CIDRs with a prefix length of {mask} for the {nodes} nodes in these flags.",
        zh: "{range} 中前缀长度为 {mask} 的节点 Pod CIDR 不够这些标志中的 {nodes} 个节点使用。",
    }
    /// One Node.
    RANGE_LASTS_FOR_ONE_NODE {
        id: "AGREE-5c", slug: "range-lasts-for-one-node",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go NewCIDRSet",
        evidence: SourceRead,
        facts: [range, mask],
        en: "{range} has a single node Pod CIDR with a prefix length of {mask}, so it is enough for one node.",
        zh: "{range} 只含一个前缀长度为 {mask} 的节点 Pod CIDR，因此只够一个节点使用。",
    }
    /// Services of a family that Pods do not have.
    PODS_LACK_A_SERVICE_FAMILY {
        id: "AGREE-6a", slug: "cluster-ranges-lack-a-service-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [family],
        en: "There is an {family} Service CIDR, but no {family} Pod CIDR. Services can be dual-stack even if Pods are not.",
        zh: "有 {family} 的 Service CIDR，却没有 {family} 的 Pod CIDR。即使 Pod 不是双栈，Service 也可以是双栈。",
    }
    /// Pods of a family that Services do not have.
    SERVICES_LACK_A_POD_FAMILY {
        id: "AGREE-6b", slug: "service-ranges-lack-a-pod-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [family],
        en: "There is an {family} Pod CIDR, but no {family} Service CIDR. Pods can be dual-stack even if Services are not.",
        zh: "有 {family} 的 Pod CIDR，却没有 {family} 的 Service CIDR。即使 Service 不是双栈，Pod 也可以是双栈。",
    }
    /// No family in common.
    NO_FAMILY_IN_COMMON {
        id: "AGREE-6c", slug: "pods-and-services-share-no-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Assumed,
        facts: [services, pods],
        en: "Services are {services} and Pods are {pods}: no component translates between the two.",
        zh: "Service 是 {services}，Pod 是 {pods}：没有组件在两者之间转换。",
    }
    /// A node without one of the families.
    NODE_LACKS_A_FAMILY {
        id: "AGREE-6d", slug: "node-lacks-a-family-of-the-cluster",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: SourceRead,
        facts: [family],
        en: "The cluster has {family}, and the node has no {family} address. Without a cloud provider only a pair in `--node-ip` makes a node dual-stack.",
        zh: "集群有 {family}，而节点没有 {family} 地址。没有云提供商时，只有在 `--node-ip` 中指定一对地址才能使节点成为双栈。",
    }
    /// A node with neither.
    NODE_IS_OF_ANOTHER_FAMILY {
        id: "AGREE-6e", slug: "node-has-no-family-of-the-cluster",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [cluster, node],
        en: "The cluster is {cluster}, and the node is {node} only.",
        zh: "集群是 {cluster}，而节点只有 {node}。",
    }
    /// kube-proxy does not know Pods of a family.
    PROXY_LACKS_A_RANGE {
        id: "AGREE-7a", slug: "proxy-lacks-a-cluster-range",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: SourceRead,
        facts: [range],
        en: "Pods get addresses from {range}, and kube-proxy's `--cluster-cidr` has no range of this address family.",
        zh: "Pod 的地址来自 {range}，而 kube-proxy 的 `--cluster-cidr` 没有该地址族的范围。",
    }
    /// kube-proxy looks for Pods elsewhere.
    PROXY_HAS_ANOTHER_RANGE {
        id: "AGREE-7b", slug: "proxy-has-another-cluster-range",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: SourceRead,
        facts: [range, own],
        en: "Pods get addresses from {range}, but the Pod CIDR of kube-proxy is {own}.",
        zh: "Pod 的地址来自 {range}，而 kube-proxy 的 Pod CIDR 是 {own}。",
    }
    /// kube-proxy knows Pods that there are not.
    PROXY_HAS_A_RANGE_TOO_MANY {
        id: "AGREE-7c", slug: "proxy-has-a-range-without-pods",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: SourceRead,
        facts: [own],
        en: "The Pod CIDR of kube-proxy is {own}, and kube-controller-manager has no range of this address family.",
        zh: "kube-proxy 的 Pod CIDR 是 {own}，而 kube-controller-manager 没有该地址族的范围。",
    }
    /// kube-proxy's range is wider.
    PROXY_HAS_A_WIDER_RANGE {
        id: "AGREE-7d", slug: "proxy-has-a-wider-cluster-range",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: SourceRead,
        facts: [range, own],
        en: "Pods get addresses from {range}, and kube-proxy treats all of {own} as Pod addresses.",
        zh: "Pod 的地址来自 {range}，而 kube-proxy 把整个 {own} 都视为 Pod 地址。",
    }
    /// Nobody gives ranges out.
    RANGES_ARE_NOT_GIVEN_OUT {
        id: "AGREE-8a", slug: "cluster-ranges-are-not-given-out",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "This is correct if the network plugin has address pools of its own, which no flag shows.",
            zh: "如果网络插件自带地址池，这样设置是正确的；但从标志中看不出这一点。",
        }),
        facts: [],
        en: "kube-controller-manager has `--cluster-cidr` without `--allocate-node-cidrs`, so `--cluster-cidr` has no effect.",
        zh: "kube-controller-manager 设置了 `--cluster-cidr`，却没有设置 `--allocate-node-cidrs`，因此 `--cluster-cidr` 不起作用。",
    }
    /// Nobody gives ranges out, and kube-proxy waits for them.
    PROXY_WAITS_FOR_RANGES {
        id: "AGREE-8b", slug: "proxy-waits-for-ranges-nobody-gives",
        versions: Versions::ALL,
        source: "pkg/proxy/node.go NewNodeManager",
        evidence: SourceRead,
        facts: [],
        en: "In `NodeCIDR` mode kube-proxy waits for the Pod CIDRs of its node, and without `--allocate-node-cidrs` kube-controller-manager allocates none.",
        zh: "`NodeCIDR` 模式的 kube-proxy 等待其节点的 Pod CIDR，而未设置 `--allocate-node-cidrs` 的 kube-controller-manager 不会分配。",
    }
    /// The API server's two families.
    ADVERTISE_ADDRESS_DOES_NOT_FIT {
        id: "AGREE-9", slug: "advertise-address-does-not-fit-the-first-range",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/validation.go validatePublicIPServiceClusterIPRangeIPFamilies",
        evidence: SourceRead,
        facts: [range, address],
        en: "The first Service CIDR is {range}, and the advertise address of kube-apiserver is {address}, of the other address family.",
        zh: "第一个 Service CIDR 是 {range}，而 kube-apiserver 的公告地址 {address} 属于另一个地址族。",
    }
    /// A component without the gate.
    GATE_IS_NOT_EVERYWHERE {
        id: "AGREE-10", slug: "dual-stack-gate-is-not-everywhere",
        versions: Versions::until(22),
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [component],
        en: "kube-apiserver has two address families, and the `IPv6DualStack` feature gate of {component} is disabled: in this version all four components need it.",
        zh: "kube-apiserver 有两个地址族，而 {component} 的特性门控 `IPv6DualStack` 已禁用：在此版本中四个组件都需要启用它。",
    }
    /// A host without one of the families.
    PROXY_LACKS_A_SERVICE_FAMILY {
        id: "AGREE-11", slug: "proxy-lacks-a-service-family",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go platformCheckSupported",
        evidence: SourceRead,
        facts: [family],
        en: "There is an {family} Service CIDR, but kube-proxy does not handle {family} on this node: the host does not support it.",
        zh: "有 {family} 的 Service CIDR，但此节点上的 kube-proxy 不代理 {family} 流量：主机不支持它。",
    }
    /// An address of nobody's.
    BIND_ADDRESS_IS_NOT_THE_NODES {
        id: "AGREE-12", slug: "bind-address-is-none-of-the-node",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go detectNodeIPs",
        evidence: SourceRead,
        facts: [ip],
        en: "kube-proxy's `--bind-address` {ip} is not one of the node addresses that the kubelet sets.",
        zh: "kube-proxy 的 `--bind-address` {ip} 不在 kubelet 设置的节点地址之中。",
    }
}

/// What is found, in a few words.
static TITLES: &[(&Rule, Text)] = &[
    (
        &SERVICE_RANGE_IS_NOT_KEPT_OUT,
        Text {
            en: "Service CIDR unknown to kube-controller-manager",
            zh: "kube-controller-manager 不知道 Service CIDR",
        },
    ),
    (&SERVICE_RANGES_DIFFER, Text { en: "different Service CIDRs", zh: "Service CIDR 不同" }),
    (
        &PODS_AND_SERVICES_OVERLAP,
        Text { en: "Pod CIDR and Service CIDR overlap", zh: "Pod CIDR 和 Service CIDR 重叠" },
    ),
    (
        &SERVICES_TAKE_BLOCKS,
        Text {
            en: "Service CIDR overlaps node Pod CIDRs",
            zh: "Service CIDR 与部分节点 Pod CIDR 重叠",
        },
    ),
    (
        &SERVICES_TAKE_EVERY_BLOCK,
        Text {
            en: "Service CIDR overlaps every node Pod CIDR",
            zh: "Service CIDR 与所有节点 Pod CIDR 重叠",
        },
    ),
    (
        &NODE_LIES_AMONG_PODS,
        Text { en: "node address in the Pod CIDR", zh: "节点地址位于 Pod CIDR 内" },
    ),
    (
        &NODE_LIES_AMONG_SERVICES,
        Text { en: "node address in the Service CIDR", zh: "节点地址位于 Service CIDR 内" },
    ),
    (&POD_ORDER_DIFFERS, Text { en: "different primary address families", zh: "主地址族不同" }),
    (&NODE_ORDER_DIFFERS, Text { en: "different primary address families", zh: "主地址族不同" }),
    (
        &MASK_DOES_NOT_FIT,
        Text {
            en: "node CIDR mask size does not fit the Pod CIDR",
            zh: "节点 CIDR 掩码长度与 Pod CIDR 不匹配",
        },
    ),
    (
        &BLOCKS_DO_NOT_SUFFICE,
        Text {
            en: "too few node Pod CIDRs for the nodes", zh: "节点 Pod CIDR 不够节点使用"
        },
    ),
    (&RANGE_LASTS_FOR_ONE_NODE, Text { en: "room for one node only", zh: "只够一个节点" }),
    (
        &PODS_LACK_A_SERVICE_FAMILY,
        Text {
            en: "Pods lack an address family of Services", zh: "Pod 缺少 Service 的某个地址族"
        },
    ),
    (
        &SERVICES_LACK_A_POD_FAMILY,
        Text {
            en: "Services lack an address family of Pods", zh: "Service 缺少 Pod 的某个地址族"
        },
    ),
    (&NO_FAMILY_IN_COMMON, Text { en: "no common address family", zh: "没有共同的地址族" }),
    (&NODE_LACKS_A_FAMILY, Text { en: "node lacks an address family", zh: "节点缺少一个地址族" }),
    (
        &NODE_IS_OF_ANOTHER_FAMILY,
        Text {
            en: "node has no address family of the cluster", zh: "节点没有集群的任何地址族"
        },
    ),
    (
        &PROXY_LACKS_A_RANGE,
        Text { en: "kube-proxy lacks a Pod CIDR", zh: "kube-proxy 缺少一个 Pod CIDR" },
    ),
    (&PROXY_HAS_ANOTHER_RANGE, Text { en: "different Pod CIDRs", zh: "Pod CIDR 不同" }),
    (
        &PROXY_HAS_A_RANGE_TOO_MANY,
        Text {
            en: "kube-proxy has a Pod CIDR without Pods",
            zh: "kube-proxy 有一个没有 Pod 的 Pod CIDR",
        },
    ),
    (
        &PROXY_HAS_A_WIDER_RANGE,
        Text { en: "kube-proxy has a larger Pod CIDR", zh: "kube-proxy 的 Pod CIDR 更大" },
    ),
    (
        &RANGES_ARE_NOT_GIVEN_OUT,
        Text { en: "node Pod CIDRs are not allocated", zh: "未分配节点 Pod CIDR" },
    ),
    (
        &PROXY_WAITS_FOR_RANGES,
        Text { en: "kube-proxy waits for node Pod CIDRs", zh: "kube-proxy 等待节点 Pod CIDR" },
    ),
    (
        &ADVERTISE_ADDRESS_DOES_NOT_FIT,
        Text {
            en: "advertise address of the other address family",
            zh: "公告地址属于另一个地址族",
        },
    ),
    (
        &GATE_IS_NOT_EVERYWHERE,
        Text {
            en: "`IPv6DualStack` is not enabled in every component",
            zh: "并非所有组件都启用了 `IPv6DualStack`",
        },
    ),
    (
        &PROXY_LACKS_A_SERVICE_FAMILY,
        Text {
            en: "kube-proxy does not handle an address family",
            zh: "kube-proxy 不代理某个地址族",
        },
    ),
    (
        &BIND_ADDRESS_IS_NOT_THE_NODES,
        Text { en: "bind address is not a node address", zh: "绑定地址不是节点地址" },
    ),
];

/// How much a disagreement matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Weight {
    /// Right, if something that no flag tells sees to it; or without consequence as things are.
    Remark,
    /// Everything runs, though not as the flags suggest.
    Surprise,
    /// Something does not work.
    Breaks,
    /// A component exits for it; its own error says so as well.
    Exits,
}

/// A flag that a disagreement is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlagRef {
    /// The component that has it.
    pub component: Component,
    /// Its name, without dashes.
    pub flag: &'static str,
    /// Span of the flag or list entry; `None` if the flag is not set.
    pub span: Option<Span>,
}

/// A disagreement.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What is found.
    pub rule: &'static Rule,
    /// The values of its sentence.
    pub facts: Vec<Fact>,
    /// How much it matters.
    pub weight: Weight,
    /// The nodes where it is so; none where it is not about nodes.
    pub nodes: Vec<Rc<str>>,
    /// The flags that do not fit each other, mostly of two components.
    pub sides: Vec<FlagRef>,
    /// What would happen.
    pub consequences: Vec<Consequence>,
    /// Edits that could mend it, the best first ([`Components::mend`] tries them).
    ways: Vec<Edit>,
}

impl Finding {
    /// What is found of the cluster as a whole, and the edit that mends it.
    pub(super) fn of_cluster(
        rule: &'static Rule,
        facts: Vec<Fact>,
        weight: Weight,
        sides: Vec<FlagRef>,
        consequences: Vec<Consequence>,
        way: Option<Edit>,
    ) -> Self {
        let ways = Vec::from_iter(way);
        Self { rule, facts, weight, nodes: Vec::new(), sides, consequences, ways }
    }

    /// Whether it is more than a remark.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.weight > Weight::Remark
    }

    /// What is found, in a few words.
    #[must_use]
    pub fn title(&self) -> Text {
        let all = [TITLES, prerequisites::TITLES];
        let own = all.into_iter().flatten().find(|(rule, _)| *rule == self.rule);
        own.map_or(Text { en: "", zh: "" }, |(_, title)| *title)
    }

    /// As a step, which can be rendered.
    #[must_use]
    pub fn step(&self) -> Step {
        step(self.rule, self.facts.clone())
    }

    fn is(&self, other: &Self) -> bool {
        self.rule == other.rule && self.facts == other.facts && self.nodes == other.nodes
    }
}

impl Components {
    /// Where the components disagree, the heaviest first. Nodes of which the same is found stand together.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut finder = Finder {
            all: self,
            api: self.apiserver.running(),
            controller: self.controller_manager.running(),
            found: Vec::new(),
        };
        finder.advertise_address();
        finder.service_ranges();
        finder.overlaps();
        finder.masks();
        finder.families();
        finder.order();
        finder.allocation();
        for (i, node) in self.nodes.iter().enumerate() {
            finder.node(node, i);
        }
        finder.found.extend(self.lacking());
        finder.found.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
        finder.found
    }

    /// The one edit that mends a finding: afterwards it is gone, there are no more errors than before, and no
    /// other disagreement has come for it.
    #[must_use]
    pub fn mend(&self, finding: &Finding) -> Option<Edit> {
        let before = self.score(&self.findings());
        let mends = |edit: &&Edit| {
            let text = edit.apply(&self.text);
            let after = Self::start_on(self.host, self.version, &text);
            let found = after.findings();
            after.score(&found) < before && !found.iter().any(|other| other.is(finding))
        };
        finding.ways.iter().find(mends).cloned()
    }

    /// How much is wrong: errors, then alarms, then remarks.
    fn score(&self, found: &[Finding]) -> [usize; 3] {
        let given = self.all().filter(|status| status.is_given);
        let errors = given.map(|status| status.errors.len()).sum();
        let alarms = found.iter().filter(|finding| finding.is_alarm()).count();
        [errors, alarms, found.len() - alarms]
    }
}

struct Finder<'a> {
    all: &'a Components,
    api: Option<&'a ApiServer>,
    controller: Option<&'a ControllerManager>,
    found: Vec<Finding>,
}

/// What is found of a rule, before it is known of which nodes.
struct Found {
    weight: Weight,
    rule: &'static Rule,
    facts: Vec<Fact>,
    sides: Vec<FlagRef>,
    consequences: Vec<Consequence>,
    ways: Vec<Option<Edit>>,
}

impl<'a> Finder<'a> {
    fn add(&mut self, node: Option<&Node>, found: Found) {
        let Found { weight, rule, facts, sides, consequences, ways } = found;
        let ways: Vec<Edit> = ways.into_iter().flatten().collect();
        let nodes = node.iter().map(|node| Rc::clone(&node.text.name)).collect();
        let finding = Finding { rule, facts, weight, nodes, sides, consequences, ways };
        let same = self.found.iter_mut().find(|other| {
            node.is_some()
                && other.rule == finding.rule
                && other.facts == finding.facts
                && other.sides == finding.sides
                && other.consequences == finding.consequences
                && other.ways == finding.ways
        });
        match same {
            Some(other) => other.nodes.extend(finding.nodes),
            None => self.found.push(finding),
        }
    }

    /// The flags of a component of the control plane, or of a node.
    fn flags(&self, node: Option<&'a Node>) -> &'a FlagsText {
        node.map_or(&self.all.flags, |node| &node.text.flags)
    }

    fn side(&self, node: Option<&'a Node>, component: Component, flag: &'static str) -> FlagRef {
        let span = self.flags(node).last(component, flag).map(|flag| flag.span);
        FlagRef { component, flag, span }
    }

    /// The entry of a list that fits, or the flag as a whole.
    fn entry(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &'static str,
        fits: impl Fn(&str) -> bool,
    ) -> FlagRef {
        let mut side = self.side(node, component, flag);
        let Some(flag) = self.flags(node).last(component, flag) else { return side };
        let entry = flag.entries(&self.all.text).find(|(_, entry)| fits(entry.trim()));
        side.span = entry.map(|(span, _)| span).or(side.span);
        side
    }

    /// The entry of a list of ranges that is this one.
    fn range(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &'static str,
        range: Cidr,
    ) -> FlagRef {
        self.entry(node, component, flag, |part| {
            crate::cluster::components::ranges([part]) == [range]
        })
    }

    fn services_side(&self, range: Cidr) -> FlagRef {
        match self.api {
            Some(_) => self.range(None, Component::KubeApiserver, SERVICES, range),
            None => self.range(None, Component::KubeControllerManager, SERVICES, range),
        }
    }

    fn pods_side(&self, range: Cidr) -> FlagRef {
        self.range(None, Component::KubeControllerManager, CLUSTER, range)
    }

    fn set(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &str,
        value: &str,
    ) -> Option<Edit> {
        self.editor(node, component).change(flag, Change::Set(value))
    }

    fn editor(&self, node: Option<&'a Node>, component: Component) -> Editor<'a> {
        let (text, flags) = (&self.all.text, self.flags(node));
        Editor { text, flags, component, placement: Placement::LikeLast }
    }

    fn services(&self) -> &'a [Cidr] {
        match (self.api, self.controller) {
            (Some(api), _) => &api.services,
            (None, Some(controller)) => &controller.services,
            (None, None) => &[],
        }
    }

    fn pods(&self) -> &'a [Cidr] {
        self.controller.map_or(&[], |controller| &controller.cluster)
    }

    /// AGREE-9.
    fn advertise_address(&mut self) {
        let report = &self.all.apiserver;
        let Some(known) = report.knows.as_ref().filter(|_| report.is_given) else { return };
        let (range, address) = (known.completed.primary, known.completed.advertise);
        let differs = &apiserver::ADVERTISE_FAMILY_DIFFERS;
        let exits = report.errors.iter().any(|said| report.trace[said.step.0].rule == differs);
        let endpoint = known.completed.kubernetes_endpoint;
        let breaks = endpoint.is_some_and(|endpoint| endpoint.family != range.family());
        if !exits && !breaks {
            return;
        }
        const WHO: Component = Component::KubeApiserver;
        let (weight, follows) = if exits {
            (Weight::Exits, Consequence::ComponentExits(WHO))
        } else {
            (Weight::Breaks, Consequence::ApiServiceIsBroken)
        };
        let own = match range.family() {
            Family::V4 => MACHINE_V4.to_string(),
            Family::V6 => MACHINE_V6.to_string(),
        };
        let way = self.set(None, WHO, ADVERTISE, &own);
        let sides =
            Vec::from([self.range(None, WHO, SERVICES, range), self.side(None, WHO, ADVERTISE)]);
        self.add(
            None,
            Found {
                weight,
                rule: &ADVERTISE_ADDRESS_DOES_NOT_FIT,
                facts: facts![range, address],
                sides,
                consequences: Vec::from([follows]),
                ways: Vec::from([way]),
            },
        );
    }

    /// AGREE-1.
    fn service_ranges(&mut self) {
        let (Some(api), Some(controller)) = (self.api, self.controller) else { return };
        const WHO: Component = Component::KubeControllerManager;
        let way = self.set(None, WHO, SERVICES, &print(&api.services));
        let known = |range: &Cidr| controller.services.iter().any(|own| own.covers(*range));
        let mut collides = false;
        for range in api.services.iter().filter(|range| !known(range)) {
            let clash =
                |pods: &&Cidr| controller.ipam.is_some() && overlap(**pods, *range).is_some();
            let Some(pods) = controller.cluster.iter().find(clash) else { continue };
            collides = true;
            let sides = Vec::from([
                self.services_side(*range),
                self.side(None, WHO, SERVICES),
                self.pods_side(*pods),
            ]);
            let shared = overlap(*pods, *range).unwrap_or(*range);
            self.add(
                None,
                Found {
                    weight: Weight::Breaks,
                    rule: &SERVICE_RANGE_IS_NOT_KEPT_OUT,
                    facts: facts![services = *range, pods],
                    sides,
                    consequences: Vec::from([Consequence::PodsMeetServices(shared)]),
                    ways: Vec::from([way.clone()]),
                },
            );
        }
        let same = controller.services.len() == api.services.len()
            && controller.services.iter().all(|own| api.services.contains(own));
        if collides || same || controller.services.is_empty() {
            return;
        }
        let sides = Vec::from([
            self.side(None, Component::KubeApiserver, SERVICES),
            self.side(None, WHO, SERVICES),
        ]);
        // A range that only this component knows is kept from Nodes for nothing.
        let alien = controller.services.iter().filter(|own| !api.services.contains(own));
        let touched = alien.flat_map(|own| {
            let pods = controller.cluster.iter().copied();
            pods.filter(|pods| overlap(*pods, *own).is_some())
        });
        let lost = touched.filter_map(|pods| cut_out(&self.range_use(pods)?)).next();
        let (weight, consequences) = match lost {
            Some((weight, _, consequences)) => (weight, consequences),
            None => (Weight::Remark, Vec::from([Consequence::NothingYet])),
        };
        let (own, services) = (print(&controller.services), print(&api.services));
        self.add(
            None,
            Found {
                weight,
                rule: &SERVICE_RANGES_DIFFER,
                facts: facts![own, services],
                sides,
                consequences,
                ways: Vec::from([way]),
            },
        );
    }

    /// What became of a cluster range, if ranges are given out.
    fn range_use(&self, range: Cidr) -> Option<RangeUse> {
        let uses = self.controller?.ipam.as_ref()?.ranges();
        uses.into_iter().find(|it| it.cluster == range)
    }

    /// AGREE-2, AGREE-3.
    fn overlaps(&mut self) {
        let all = self.all;
        let proxy = all.nodes.iter().find(|node| node.proxy.running().is_some());
        let (pods, of_proxy) = match (self.pods(), proxy) {
            ([], Some(node)) => {
                let known = node.proxy.running().map(|known| known.cluster.as_slice());
                (known.unwrap_or_default(), Some(node))
            }
            (pods, _) => (pods, None),
        };
        for pods in pods.iter().copied() {
            for services in self.services().iter().copied() {
                let Some(shared) = overlap(pods, services) else { continue };
                let known = |own: &Cidr| own.covers(services);
                let is_known = self.controller.is_some_and(|it| it.services.iter().any(known));
                let found = match self.range_use(pods) {
                    // AGREE-1a has said it.
                    Some(_) if !is_known => continue,
                    Some(it) => cut_out(&it),
                    None => Some((
                        Weight::Breaks,
                        &PODS_AND_SERVICES_OVERLAP,
                        Vec::from([Consequence::PodsMeetServices(shared)]),
                    )),
                };
                let Some((weight, rule, consequences)) = found else { continue };
                let pods_side = match of_proxy {
                    Some(node) => self.range(Some(node), Component::KubeProxy, CLUSTER, pods),
                    None => self.pods_side(pods),
                };
                let sides = Vec::from([self.services_side(services), pods_side]);
                let facts = facts![pods, services];
                self.add(
                    None,
                    Found { weight, rule, facts, sides, consequences, ways: Vec::new() },
                );
            }
        }
        let advertise = self.api.map(|api| api.completed.advertise);
        let is_written = all.flags.last(Component::KubeApiserver, ADVERTISE).is_some();
        if let Some(ip) = advertise.filter(|_| is_written) {
            let side = self.side(None, Component::KubeApiserver, ADVERTISE);
            self.machine(None, ip, &side);
        }
    }

    /// AGREE-3: the address of a machine in one of the ranges.
    fn machine(&mut self, node: Option<&'a Node>, ip: IpAddr, side: &FlagRef) {
        let gives_out = self.controller.is_some_and(|it| it.ipam.is_some());
        let pods = self.pods().iter().copied().find(|range| gives_out && range.contains(ip));
        if let Some(pods) = pods {
            let sides = Vec::from([side.clone(), self.pods_side(pods)]);
            self.add(
                node,
                Found {
                    weight: Weight::Breaks,
                    rule: &NODE_LIES_AMONG_PODS,
                    facts: facts![ip, pods],
                    sides,
                    consequences: Vec::from([Consequence::PodsMeetNodes(ip)]),
                    ways: Vec::new(),
                },
            );
        }
        let services = self.services().iter().copied().find(|range| range.contains(ip));
        if let Some(services) = services {
            let sides = Vec::from([side.clone(), self.services_side(services)]);
            self.add(
                node,
                Found {
                    weight: Weight::Breaks,
                    rule: &NODE_LIES_AMONG_SERVICES,
                    facts: facts![ip, services],
                    sides,
                    consequences: Vec::from([Consequence::ServicesMeetNodes(ip)]),
                    ways: Vec::new(),
                },
            );
        }
    }

    /// The flag that says the mask of a family's blocks.
    fn mask_flag(
        &self,
        flags: &controller_manager::Flags,
        family: Family,
        ranges: usize,
    ) -> &'static str {
        let by_family = Behavior::of(self.all.version).family_mask_for_one_range || ranges > 1;
        match family {
            _ if flags.node_cidr_mask_size != 0 || !by_family => MASK,
            Family::V4 => MASK_V4,
            Family::V6 => MASK_V6,
        }
    }

    /// AGREE-5.
    fn masks(&mut self) {
        const WHO: Component = Component::KubeControllerManager;
        let report = &self.all.controller_manager;
        let Some(known) = report.knows.as_ref().filter(|_| report.is_given) else { return };
        let ranges = known.cluster.len();
        let rules = [
            &controller_manager::BLOCK_IS_LARGER_THAN_RANGE,
            &controller_manager::RANGE_HOLDS_TOO_MANY_BLOCKS,
        ];
        let is_of_mask = rules
            .map(|rule| report.errors.iter().any(|said| report.trace[said.step.0].rule == rule));
        if is_of_mask.contains(&true) {
            for range in known.cluster.iter().copied() {
                let (family, prefix) = (range.family(), i32::from(range.prefix_len()));
                let flags = &known.flags;
                let own = match family {
                    Family::V4 => flags.node_cidr_mask_size_ipv4,
                    Family::V6 => flags.node_cidr_mask_size_ipv6,
                };
                let default = controller_manager::DEFAULT_NODE_MASKS[family as usize];
                let given = [own, flags.node_cidr_mask_size].into_iter().find(|mask| *mask != 0);
                let mask = given.unwrap_or(default);
                let fits = mask >= prefix && (family == Family::V4 || mask - prefix <= 16);
                if fits {
                    continue;
                }
                let flag = self.mask_flag(flags, family, ranges);
                let way = if mask < prefix { longer_mask(range, 0) } else { Some(prefix + 16) };
                let way = way.and_then(|mask| self.set(None, WHO, flag, &mask.to_string()));
                let sides = Vec::from([self.pods_side(range), self.side(None, WHO, flag)]);
                self.add(
                    None,
                    Found {
                        weight: Weight::Exits,
                        rule: &MASK_DOES_NOT_FIT,
                        facts: facts![range, mask = mask.to_string()],
                        sides,
                        consequences: Vec::from([
                            Consequence::ComponentExits(WHO),
                            Consequence::NoNodeRange,
                        ]),
                        ways: Vec::from([way]),
                    },
                );
            }
            return;
        }
        let Some(ipam) = self.controller.and_then(|controller| controller.ipam.as_ref()) else {
            return;
        };
        let without: Vec<Rc<str>> = ipam.waiting().map(Rc::clone).collect();
        let nodes = self.all.nodes.len() as u64;
        for (i, it) in ipam.ranges().iter().enumerate() {
            let by_services = taken_by_services(it);
            let free = it.blocks.saturating_sub(by_services);
            // AGREE-2c has said it.
            if by_services > 0 && free == 0 {
                continue;
            }
            let (rule, weight) = if free < nodes && !without.is_empty() {
                (&BLOCKS_DO_NOT_SUFFICE, Weight::Breaks)
            } else if it.blocks == 1 {
                (&RANGE_LASTS_FOR_ONE_NODE, Weight::Surprise)
            } else {
                continue;
            };
            let range = it.cluster;
            let flag = self.mask_flag(&known.flags, range.family(), ranges);
            let way = longer_mask(range, nodes + by_services);
            let way = way.and_then(|mask| self.set(None, WHO, flag, &mask.to_string()));
            let sides = Vec::from([self.pods_side(range), self.side(None, WHO, flag)]);
            let mask = u64::from(it.node_mask);
            let (facts, mut consequences) = if weight == Weight::Breaks {
                let names = Consequence::NodesWithoutRange(without.clone());
                (facts![range, mask, nodes], Vec::from([names, Consequence::NoPodAddresses]))
            } else {
                (facts![range, mask], Vec::from([Consequence::NoFurtherNode]))
            };
            // What comes before is taken, and not given back.
            if i > 0 {
                consequences.push(Consequence::BlocksLeak(range.family().other()));
            }
            let ways = Vec::from([way]);
            self.add(None, Found { weight, rule, facts, sides, consequences, ways });
        }
    }

    /// AGREE-6a to AGREE-6c: Services against Pods.
    fn families(&mut self) {
        let (services, pods) = (families(self.services()), families(self.pods()));
        if self.api.is_none() || services.is_empty() || pods.is_empty() {
            return;
        }
        let sides = Vec::from([
            self.side(None, Component::KubeApiserver, SERVICES),
            self.side(None, Component::KubeControllerManager, CLUSTER),
        ]);
        if !services.iter().any(|family| pods.contains(family)) {
            let leads = services.iter().copied().map(Consequence::ClusterIpsLeadNowhere).collect();
            self.add(
                None,
                Found {
                    weight: Weight::Breaks,
                    rule: &NO_FAMILY_IN_COMMON,
                    facts: facts![services, pods],
                    sides,
                    consequences: leads,
                    ways: Vec::new(),
                },
            );
            return;
        }
        if let Some(family) = services.iter().copied().find(|family| !pods.contains(family)) {
            let way = self.add_cluster_range(family);
            self.add(
                None,
                Found {
                    weight: Weight::Breaks,
                    rule: &PODS_LACK_A_SERVICE_FAMILY,
                    facts: facts![family],
                    sides: sides.clone(),
                    consequences: Vec::from([
                        Consequence::PodsLack(family),
                        Consequence::ClusterIpsLeadNowhere(family),
                    ]),
                    ways: Vec::from([way]),
                },
            );
        }
        if let Some(family) = pods.iter().copied().find(|family| !services.contains(family)) {
            let way = self.add_service_range(family);
            self.add(
                None,
                Found {
                    weight: Weight::Surprise,
                    rule: &SERVICES_LACK_A_POD_FAMILY,
                    facts: facts![family],
                    sides,
                    consequences: Vec::from([Consequence::ServicesLack(family)]),
                    ways: Vec::from([way]),
                },
            );
        }
    }

    /// A cluster range more, for kube-controller-manager and each kube-proxy.
    fn add_cluster_range(&self, family: Family) -> Option<Edit> {
        const WHO: Component = Component::KubeControllerManager;
        let more = table::usual(WHO, CLUSTER)[family as usize];
        let value = |list: &[Cidr]| {
            let joined = print(list);
            if joined.is_empty() { more.to_owned() } else { [joined.as_str(), ",", more].concat() }
        };
        let mut edits = Vec::from([self.set(None, WHO, CLUSTER, &value(self.pods()))?]);
        for node in &self.all.nodes {
            let Some(known) = node.proxy.running().filter(|it| by_cluster_cidr(it)) else {
                continue;
            };
            if !families(&known.cluster).contains(&family) {
                let value = value(&known.cluster);
                edits.push(self.set(Some(node), Component::KubeProxy, CLUSTER, &value)?);
            }
        }
        merge(&self.all.text, edits)
    }

    /// A Service range more, for kube-apiserver and kube-controller-manager.
    fn add_service_range(&self, family: Family) -> Option<Edit> {
        const WHO: Component = Component::KubeApiserver;
        let more = table::usual(WHO, SERVICES)[family as usize];
        let value = [&print(self.services()), ",", more].concat();
        let mut edits = Vec::from([self.set(None, WHO, SERVICES, &value)?]);
        if self.controller.is_some_and(|controller| !controller.services.is_empty()) {
            edits.push(self.set(None, Component::KubeControllerManager, SERVICES, &value)?);
        }
        merge(&self.all.text, edits)
    }

    /// AGREE-4a.
    fn order(&mut self) {
        let (Some(_), [first, ..], [pods, ..]) = (self.api, self.services(), self.pods()) else {
            return;
        };
        let (services, others) = (first.family(), pods.family());
        if services == others || !families(self.pods()).contains(&services) {
            return;
        }
        const WHO: Component = Component::KubeControllerManager;
        let swapped: Vec<Cidr> = self.pods().iter().rev().copied().collect();
        let way = self.set(None, WHO, CLUSTER, &print(&swapped));
        let sides = Vec::from([self.services_side(*first), self.pods_side(*pods)]);
        self.add(
            None,
            Found {
                weight: Weight::Surprise,
                rule: &POD_ORDER_DIFFERS,
                facts: facts![services = *first, pods],
                sides,
                consequences: Vec::from([Consequence::FirstAddressesDiffer { services, others }]),
                ways: Vec::from([way]),
            },
        );
    }

    /// AGREE-8.
    fn allocation(&mut self) {
        let Some(controller) = self.controller else { return };
        if controller.ipam.is_some() || controller.cluster.is_empty() {
            return;
        }
        const WHO: Component = Component::KubeControllerManager;
        let way = self.set(None, WHO, ALLOCATE, "true");
        let all = self.all;
        let waits = |node: &&Node| {
            let rule = &kube_proxy::NODE_HAS_NO_POD_CIDR;
            node.proxy.is_given && node.proxy.trace.iter().any(|step| step.rule == rule)
        };
        let allocate = self.side(None, WHO, ALLOCATE);
        for node in all.nodes.iter().filter(waits) {
            let detect = self.side(Some(node), Component::KubeProxy, DETECT);
            self.add(
                Some(node),
                Found {
                    weight: Weight::Exits,
                    rule: &PROXY_WAITS_FOR_RANGES,
                    facts: facts![],
                    sides: Vec::from([allocate.clone(), detect]),
                    consequences: Vec::from([
                        Consequence::NoNodeRange,
                        Consequence::ComponentExits(Component::KubeProxy),
                    ]),
                    ways: Vec::from([way.clone()]),
                },
            );
        }
        if all.nodes.iter().any(|node| waits(&node)) {
            return;
        }
        let sides = Vec::from([self.side(None, WHO, CLUSTER), allocate]);
        self.add(
            None,
            Found {
                weight: Weight::Remark,
                rule: &RANGES_ARE_NOT_GIVEN_OUT,
                facts: facts![],
                sides,
                consequences: Vec::from([Consequence::NoNodeRange, Consequence::NoPodAddresses]),
                ways: Vec::from([way]),
            },
        );
    }

    /// What is found of a node.
    fn node(&mut self, node: &'a Node, i: usize) {
        if let Some(known) = node.kubelet.running() {
            for ip in known.kubelet.node_ips.iter().copied().filter(|ip| !ip.is_unspecified()) {
                let fits = |part: &str| parse_ip(part).is_some_and(|read| read.ip == ip);
                let side = self.entry(Some(node), Component::Kubelet, NODE_IP, fits);
                self.machine(Some(node), ip, &side);
            }
            if node.kubelet.dual_stack {
                self.node_families(node, known, i);
            }
        }
        // What stands in a file is not known here, and beats the flags.
        let has_file = self.flags(Some(node)).last(Component::KubeProxy, CONFIG).is_some();
        if let Some(known) = node.proxy.running().filter(|_| !has_file) {
            self.proxy_ranges(node, known);
            self.proxy_families(node, known);
            self.bind_address(node, known);
        }
        self.gates(node);
    }

    /// AGREE-4b, AGREE-6d, AGREE-6e.
    fn node_families(&mut self, node: &'a Node, known: &NodeAgent, i: usize) {
        const WHO: Component = Component::Kubelet;
        let own = ip_families(&known.host_ips);
        let of_pods = !self.pods().is_empty();
        let ranges = if of_pods { self.pods() } else { self.services() };
        let cluster = families(ranges);
        if own.is_empty() || cluster.is_empty() {
            return;
        }
        let ranges_side = match (of_pods, self.api) {
            (true, _) => self.side(None, Component::KubeControllerManager, CLUSTER),
            (false, Some(_)) => self.side(None, Component::KubeApiserver, SERVICES),
            (false, None) => self.side(None, Component::KubeControllerManager, SERVICES),
        };
        let sides = Vec::from([ranges_side, self.side(Some(node), WHO, NODE_IP)]);
        // An address that the network of the nodes does not route mends nothing.
        let may_have = |family: Family| self.all.switches.provider.has(family);
        let missing = cluster.iter().copied().filter(|family| !own.contains(family));
        let missing: Vec<Family> = missing.collect();
        if own.iter().all(|family| !cluster.contains(family)) {
            let addresses: Vec<String> =
                cluster.iter().map(|family| machine(*family, i).to_string()).collect();
            let way = self.set(Some(node), WHO, NODE_IP, &addresses.join(","));
            let way = way.filter(|_| cluster.iter().copied().all(may_have));
            self.add(
                Some(node),
                Found {
                    weight: Weight::Breaks,
                    rule: &NODE_IS_OF_ANOTHER_FAMILY,
                    facts: facts![cluster, node = own],
                    sides,
                    consequences: missing.into_iter().map(Consequence::HostNetworkLacks).collect(),
                    ways: Vec::from([way]),
                },
            );
            return;
        }
        if let Some(family) = missing.first().copied() {
            let mut pair = known.host_ips.clone();
            pair.push(machine(family, i));
            pair.sort_by_key(|ip| cluster.iter().position(|own| *own == Family::of(*ip)));
            let pair: Vec<String> = pair.iter().map(ToString::to_string).collect();
            let way = self.set(Some(node), WHO, NODE_IP, &pair.join(","));
            let way = way.filter(|_| may_have(family));
            self.add(
                Some(node),
                Found {
                    weight: Weight::Surprise,
                    rule: &NODE_LACKS_A_FAMILY,
                    facts: facts![family],
                    sides,
                    consequences: Vec::from([Consequence::HostNetworkLacks(family)]),
                    ways: Vec::from([way]),
                },
            );
        }
        let (Some(_), [range, ..], [ip, ..]) = (self.api, self.services(), &known.host_ips[..])
        else {
            return;
        };
        let (services, others) = (range.family(), Family::of(*ip));
        if services == others || !own.contains(&services) {
            return;
        }
        let swapped: Vec<String> = known.host_ips.iter().rev().map(ToString::to_string).collect();
        let way = self.set(Some(node), WHO, NODE_IP, &swapped.join(","));
        let sides = Vec::from([self.services_side(*range), self.side(Some(node), WHO, NODE_IP)]);
        self.add(
            Some(node),
            Found {
                weight: Weight::Surprise,
                rule: &NODE_ORDER_DIFFERS,
                facts: facts![services = *range, node = *ip],
                sides,
                consequences: Vec::from([Consequence::FirstAddressesDiffer { services, others }]),
                ways: Vec::from([way]),
            },
        );
    }

    /// AGREE-7.
    fn proxy_ranges(&mut self, node: &'a Node, known: &NodeProxy) {
        const WHO: Component = Component::KubeProxy;
        let pods = self.pods();
        if pods.is_empty() || !by_cluster_cidr(known) {
            return;
        }
        for family in [Family::V4, Family::V6] {
            let of = |list: &[Cidr]| list.iter().copied().find(|range| range.family() == family);
            let (weight, rule, facts, follows) = match (of(pods), of(&known.cluster)) {
                (Some(range), None) => (
                    Weight::Surprise,
                    &PROXY_LACKS_A_RANGE,
                    facts![range],
                    Consequence::OutsideIsNotMasqueraded(family),
                ),
                (None, Some(own)) => (
                    Weight::Surprise,
                    &PROXY_HAS_A_RANGE_TOO_MANY,
                    facts![own],
                    Consequence::StrangersCountAsPods(own),
                ),
                (Some(range), Some(own)) if own != range && own.covers(range) => (
                    Weight::Surprise,
                    &PROXY_HAS_A_WIDER_RANGE,
                    facts![range, own],
                    Consequence::StrangersCountAsPods(own),
                ),
                (Some(range), Some(own)) if own != range => (
                    Weight::Breaks,
                    &PROXY_HAS_ANOTHER_RANGE,
                    facts![range, own],
                    Consequence::PodsAreMasqueraded(range),
                ),
                _ => continue,
            };
            let of_pods = match of(pods) {
                Some(range) => self.pods_side(range),
                None => self.side(None, Component::KubeControllerManager, CLUSTER),
            };
            let own = match of(&known.cluster) {
                Some(own) => self.range(Some(node), WHO, CLUSTER, own),
                None => self.side(Some(node), WHO, CLUSTER),
            };
            let way = self.set(Some(node), WHO, CLUSTER, &print(pods));
            let (sides, ways) = (Vec::from([of_pods, own]), Vec::from([way]));
            let consequences = Vec::from([follows]);
            self.add(Some(node), Found { weight, rule, facts, sides, consequences, ways });
        }
    }

    /// AGREE-11.
    fn proxy_families(&mut self, node: &'a Node, known: &NodeProxy) {
        if self.api.is_none() || !node.proxy.dual_stack {
            return;
        }
        for range in self.services().iter().copied() {
            let family = range.family();
            if known.configured.serves(family) {
                continue;
            }
            let sides = Vec::from([
                self.services_side(range),
                self.side(Some(node), Component::KubeProxy, BIND),
            ]);
            self.add(
                Some(node),
                Found {
                    weight: Weight::Breaks,
                    rule: &PROXY_LACKS_A_SERVICE_FAMILY,
                    facts: facts![family],
                    sides,
                    consequences: Vec::from([Consequence::FamilyIsNotProxied(family)]),
                    ways: Vec::new(),
                },
            );
        }
    }

    /// AGREE-12.
    fn bind_address(&mut self, node: &'a Node, known: &NodeProxy) {
        const WHO: Component = Component::KubeProxy;
        let Some(agent) = node.kubelet.running().filter(|agent| !agent.host_ips.is_empty()) else {
            return;
        };
        let bind = parse_ip(&known.flags.bind_address).map(|read| read.ip);
        let is_foreign = |ip: &IpAddr| !ip.is_unspecified() && !agent.host_ips.contains(ip);
        let Some(ip) = bind.filter(is_foreign) else { return };
        let way = self.set(Some(node), WHO, BIND, "0.0.0.0");
        let sides = Vec::from([
            self.side(Some(node), WHO, BIND),
            self.side(Some(node), Component::Kubelet, NODE_IP),
        ]);
        self.add(
            Some(node),
            Found {
                weight: Weight::Surprise,
                rule: &BIND_ADDRESS_IS_NOT_THE_NODES,
                facts: facts![ip],
                sides,
                consequences: Vec::from([Consequence::WrongAddressStandsForNode(ip)]),
                ways: Vec::from([way]),
            },
        );
    }

    /// AGREE-10.
    fn gates(&mut self, node: &'a Node) {
        let [_, second] = self.services() else { return };
        if self.api.is_none() {
            return;
        }
        let family = second.family();
        let controller = &self.all.controller_manager;
        let (proxy, kubelet) = (&node.proxy, &node.kubelet);
        let without = [
            (
                None,
                Component::KubeControllerManager,
                controller.running().is_some() && !controller.dual_stack,
                Consequence::PodsLack(family),
            ),
            (
                Some(node),
                Component::KubeProxy,
                proxy.running().is_some() && !proxy.dual_stack,
                Consequence::FamilyIsNotProxied(family),
            ),
            (
                Some(node),
                Component::Kubelet,
                kubelet.running().is_some() && !kubelet.dual_stack,
                Consequence::PodsLack(family),
            ),
        ];
        for (node, component, is_off, follows) in without {
            let is_known = node.is_none()
                && self
                    .found
                    .iter()
                    .any(|found| found.rule == &GATE_IS_NOT_EVERYWHERE && found.nodes.is_empty());
            let has_file = self.flags(node).last(component, CONFIG).is_some();
            if !is_off || is_known || has_file {
                continue;
            }
            let way = self.editor(node, component).switch_on(DUAL_STACK_GATE);
            let sides = Vec::from([self.services_side(*second), self.side(node, component, GATES)]);
            self.add(
                node,
                Found {
                    weight: Weight::Breaks,
                    rule: &GATE_IS_NOT_EVERYWHERE,
                    facts: facts![component = component.name()],
                    sides,
                    consequences: Vec::from([follows]),
                    ways: Vec::from([way]),
                },
            );
        }
    }
}

/// AGREE-2b, AGREE-2c: what a Service range costs that is kept from Nodes.
fn cut_out(it: &RangeUse) -> Option<(Weight, &'static Rule, Vec<Consequence>)> {
    let (range, of, blocks) = (it.cluster, it.blocks, taken_by_services(it));
    if blocks == 0 {
        return None;
    }
    if blocks >= of {
        let follows = Vec::from([Consequence::NoNodeRange, Consequence::NoPodAddresses]);
        return Some((Weight::Breaks, &SERVICES_TAKE_EVERY_BLOCK, follows));
    }
    let follows = Vec::from([Consequence::BlocksAreLost { range, blocks, of }]);
    Some((Weight::Surprise, &SERVICES_TAKE_BLOCKS, follows))
}

/// How many blocks Service ranges keep from Nodes.
fn taken_by_services(it: &RangeUse) -> u64 {
    let held = it.held.iter().filter(|held| held.by == Holder::Service);
    let mut held: Vec<(u64, u64)> = held.map(|held| (held.first, held.last)).collect();
    held.sort_unstable();
    let (mut blocks, mut next) = (0, 0);
    for (first, last) in held {
        let first = first.max(next);
        blocks += (last + 1).saturating_sub(first);
        next = next.max(last + 1);
    }
    blocks
}

/// A mask with which a range lasts for so many blocks, with some to spare; none if it would leave a block
/// almost no addresses.
fn longer_mask(range: Cidr, blocks: u64) -> Option<i32> {
    let needed = blocks.max(1).next_power_of_two().trailing_zeros();
    let (more, longest) = match range.family() {
        Family::V4 => (needed.max(2), 28),
        Family::V6 => (needed.max(8), 112),
    };
    let mask = u32::from(range.prefix_len()) + more;
    let fits = mask <= longest && (range.family() == Family::V4 || more <= 16);
    fits.then(|| i32::try_from(mask).ok()).flatten()
}

fn by_cluster_cidr(known: &NodeProxy) -> bool {
    known.configured.detect_local == LocalMode::ClusterCidr
}

/// The smaller of two ranges, if they overlap: of two one lies in the other, or they share nothing.
fn overlap(one: Cidr, other: Cidr) -> Option<Cidr> {
    if one.family() != other.family() {
        None
    } else if one.covers(other) {
        Some(other)
    } else {
        other.covers(one).then_some(one)
    }
}

/// The families of ranges, in their order.
fn families(ranges: &[Cidr]) -> Vec<Family> {
    distinct(ranges.iter().map(|range| range.family()))
}

fn ip_families(ips: &[IpAddr]) -> Vec<Family> {
    distinct(ips.iter().map(|ip| Family::of(*ip)))
}

fn distinct(all: impl Iterator<Item = Family>) -> Vec<Family> {
    let mut found = Vec::new();
    for family in all {
        if !found.contains(&family) {
            found.push(family);
        }
    }
    found
}

fn print(ranges: &[Cidr]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::{Finding, Weight};
    use crate::cluster::components::Components;
    use crate::explain::text::Lang;
    use crate::kube_proxy::startup::HostFamilies;
    use crate::net::Family;
    use crate::release::version::KubeVersion;

    /// A cluster in which everything fits; cases change something of it.
    const DUAL: &str = "kube-apiserver
--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.244.0.0/16,fd00:10:244::/56
--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-proxy
--cluster-cidr=10.244.0.0/16,fd00:10:244::/56

kubelet · node-1
--node-ip=192.0.2.11,2001:db8::11

kubelet · node-2
--node-ip=192.0.2.12,2001:db8::12
";

    fn start(text: &str) -> Components {
        Components::start(KubeVersion::LATEST, text)
    }

    fn weight(finding: &Finding) -> &'static str {
        match finding.weight {
            Weight::Remark => "remark",
            Weight::Surprise => "surprise",
            Weight::Breaks => "breaks",
            Weight::Exits => "exits",
        }
    }

    /// What is found, a line each: rule, weight, nodes; the texts at its sides; what follows.
    fn print(components: &Components) -> Vec<String> {
        let text = &components.text;
        let line = |finding: &Finding| {
            let nodes = finding.nodes.join(",");
            let sides = finding.sides.iter().map(|side| match side.span {
                Some(span) => text[span.start..span.end].to_owned(),
                None => format!("({} of {})", side.flag, side.component.name()),
            });
            let follows = finding.consequences.iter().map(|it| it.rule().id);
            format!(
                "{} {} [{nodes}] {} => {}",
                finding.rule.id,
                weight(finding),
                sides.collect::<Vec<_>>().join(" | "),
                follows.collect::<Vec<_>>().join(" ")
            )
        };
        components.findings().iter().map(line).collect()
    }

    /// What is found when `old` becomes `new`. Where an edit is offered it mends its finding, and the text
    /// it gives is the one that is expected, if one is.
    fn check(old: &str, new: &str, expect: &[&str]) {
        assert!(DUAL.contains(old), "{old}");
        let components = start(&DUAL.replace(old, new));
        assert_eq!(print(&components), expect, "{new}\n{}", components.text);
    }

    /// What the first finding's edit makes of `new`.
    fn mends(old: &str, new: &str, expect: Option<&str>) {
        assert!(DUAL.contains(old), "{old}");
        let components = start(&DUAL.replace(old, new));
        let finding = components.findings().into_iter().next().expect("something is found");
        let mended = components.mend(&finding).map(|edit| edit.apply(&components.text));
        let expect = expect.map(|expect| DUAL.replace(old, expect));
        assert_eq!(mended, expect, "{new}");
        if let Some(text) = mended {
            let ids =
                |found: Vec<Finding>| -> Vec<_> { found.iter().map(|it| it.rule.id).collect() };
            assert!(!ids(start(&text).findings()).contains(&finding.rule.id), "{text}");
        }
    }

    #[test]
    fn what_fits_gives_no_finding() {
        check("", "", &[]);
        assert!(start(DUAL).all_start());
        assert_eq!(print(&start("")), [""; 0]);
    }

    #[test]
    fn half_a_text_gives_no_finding() {
        for text in DUAL.split("\n\n") {
            assert_eq!(print(&start(text)), [""; 0], "{text}");
        }
        assert!(start("kube-proxy --detect-local-mode=NodeCIDR").all_start());
        for left_out in DUAL.split("\n\n") {
            assert_eq!(print(&start(&DUAL.replace(left_out, ""))), [""; 0], "{left_out}");
        }
    }

    const CONTROLLER: &str =
        "fd00:10:244::/56\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";

    #[test]
    fn a_service_range_that_is_not_kept_from_nodes_collides() {
        let pods = "10.244.0.0/16,fd00:10:244::/56";
        let wide = DUAL.replace(pods, "10.0.0.0/8,fd00:10:244::/56");
        let controller = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n\nkube-proxy";
        let text = wide.replace(controller, "\nkube-proxy");
        let components = start(&text);
        let expect = "AGREE-1a breaks [] 10.96.0.0/16 | (service-cluster-ip-range of \
                      kube-controller-manager) | 10.0.0.0/8 => THEN-9";
        assert_eq!(print(&components), [expect]);
        // Once it is known it only costs blocks, of which there are many.
        assert_eq!(
            print(&start(&wide)),
            ["AGREE-2b surprise [] 10.96.0.0/16 | 10.0.0.0/8 => THEN-8"]
        );
        let finding = &components.findings()[0];
        assert_eq!(components.mend(finding), None, "an overlap is left");
    }

    #[test]
    fn service_ranges_that_differ_without_consequence_are_a_remark() {
        let other = "fd00:10:244::/56\n--service-cluster-ip-range=10.96.0.0/12";
        let sides = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 | \
                     --service-cluster-ip-range=10.96.0.0/12";
        check(CONTROLLER, other, &[&format!("AGREE-1b remark [] {sides} => THEN-20")]);
        mends(CONTROLLER, other, Some(CONTROLLER));
        // Where it touches the cluster ranges something follows.
        let other = "fd00:10:244::/56\n--service-cluster-ip-range=10.244.0.0/24";
        let sides = sides.replace("10.96.0.0/12", "10.244.0.0/24");
        check(CONTROLLER, other, &[&format!("AGREE-1b surprise [] {sides} => THEN-8")]);
        mends(CONTROLLER, other, Some(CONTROLLER));
        // In another order they are the same, and a flag that is not there says nothing.
        let order = "fd00:10:244::/56\n--service-cluster-ip-range=fd00:10:96::/112,10.96.0.0/16";
        check(CONTROLLER, order, &[]);
        check(CONTROLLER, "fd00:10:244::/56", &[]);
    }

    #[test]
    fn a_service_range_in_the_cluster_range_costs_blocks_or_all_of_them() {
        let text = DUAL.replace("fd00:10:96::/112", "fd00:10:244:7::/112");
        assert_eq!(
            print(&start(&text)),
            ["AGREE-2b surprise [] fd00:10:244:7::/112 | fd00:10:244::/56 => THEN-8"]
        );
        let text = DUAL.replace("fd00:10:96::/112", "fd00:10:244::/56");
        assert_eq!(
            print(&start(&text)),
            ["AGREE-2c breaks [] fd00:10:244::/56 | fd00:10:244::/56 => THEN-1 THEN-4"]
        );
        // Nobody keeps anything from anybody.
        let text = text.replace("--allocate-node-cidrs=true\n", "");
        assert_eq!(
            print(&start(&text))[0],
            "AGREE-2a breaks [] fd00:10:244::/56 | fd00:10:244::/56 => THEN-9"
        );
        // Without kube-controller-manager, kube-proxy is asked where Pods are.
        let text = "--service-cluster-ip-range=10.96.0.0/16\nkube-proxy --cluster-cidr=10.0.0.0/8";
        assert_eq!(print(&start(text)), ["AGREE-2a breaks [] 10.96.0.0/16 | 10.0.0.0/8 => THEN-9"]);
    }

    #[test]
    fn machines_have_no_addresses_of_pods_or_services() {
        check(
            "192.0.2.12",
            "10.244.3.12",
            &["AGREE-3a breaks [node-2] 10.244.3.12 | 10.244.0.0/16 => THEN-10"],
        );
        check(
            "2001:db8::12",
            "fd00:10:96::12",
            &["AGREE-3b breaks [node-2] fd00:10:96::12 | fd00:10:96::/112 => THEN-11"],
        );
        let range = "10.96.0.0/16,fd00:10:96::/112\n\nkube-c";
        let with =
            |ip| format!("10.96.0.0/16,fd00:10:96::/112\n--advertise-address={ip}\n\nkube-c");
        check(range, &with("192.0.2.10"), &[]);
        check(
            range,
            &with("10.96.7.7"),
            &["AGREE-3b breaks [] --advertise-address=10.96.7.7 | 10.96.0.0/16 => THEN-11"],
        );
    }

    #[test]
    fn all_begin_with_the_same_family() {
        let cluster = "true\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        let swapped = "true\n--cluster-cidr=fd00:10:244::/56,10.244.0.0/16";
        check(
            cluster,
            swapped,
            &["AGREE-4a surprise [] 10.96.0.0/16 | fd00:10:244::/56 => THEN-19"],
        );
        mends(cluster, swapped, Some(cluster));
        let (pair, swapped) = ("192.0.2.12,2001:db8::12", "2001:db8::12,192.0.2.12");
        let expect = "AGREE-4b surprise [node-2] 10.96.0.0/16 | --node-ip=2001:db8::12,192.0.2.12 => THEN-19";
        check(pair, swapped, &[expect]);
        mends(pair, swapped, Some(pair));
        // The order of kube-proxy's ranges plays no part.
        let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        check(proxy, "kube-proxy\n--cluster-cidr=fd00:10:244::/56,10.244.0.0/16", &[]);
    }

    #[test]
    fn masks_leave_ranges_for_nodes() {
        let allocate = "--allocate-node-cidrs=true";
        let mask = |flag: &str| format!("{allocate}\n--node-cidr-mask-size-{flag}");
        let side = |flag: &str| format!("--node-cidr-mask-size-{flag}");
        check(
            allocate,
            &mask("ipv6=48"),
            &[&format!(
                "AGREE-5a exits [] fd00:10:244::/56 | {} => THEN-21 THEN-1",
                side("ipv6=48")
            )],
        );
        mends(allocate, &mask("ipv6=48"), Some(&mask("ipv6=64")));
        check(
            allocate,
            &mask("ipv6=80"),
            &[&format!(
                "AGREE-5a exits [] fd00:10:244::/56 | {} => THEN-21 THEN-1",
                side("ipv6=80")
            )],
        );
        mends(allocate, &mask("ipv6=80"), Some(&mask("ipv6=72")));
        mends(allocate, &mask("ipv4=15"), Some(&mask("ipv4=18")));
        let of_56 = "fd00:10:244::/56 | --node-cidr-mask-size-ipv6=56 => THEN-2 THEN-4 THEN-3";
        check(allocate, &mask("ipv6=56"), &[&format!("AGREE-5b breaks [] {of_56}")]);
        mends(allocate, &mask("ipv6=56"), Some(&mask("ipv6=64")));
        // One node has its range, and the next would have none.
        let one = DUAL.split("kubelet · node-2").next().unwrap_or_default();
        let one = one.replace(allocate, &mask("ipv4=16"));
        let expect =
            "AGREE-5c surprise [] 10.244.0.0/16 | --node-cidr-mask-size-ipv4=16 => THEN-28";
        assert_eq!(print(&start(&one)), [expect]);
    }

    #[test]
    fn pods_have_the_families_of_services() {
        let text = DUAL.replace(",fd00:10:244::/56", "");
        let components = start(&text);
        let sides = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 | \
                     --cluster-cidr=10.244.0.0/16";
        assert_eq!(print(&components), [format!("AGREE-6a breaks [] {sides} => THEN-5 THEN-7")]);
        let edit =
            components.mend(&components.findings()[0]).expect("one stretch mends both flags");
        assert_eq!(edit.apply(&text), DUAL);

        let text = DUAL.replace(",fd00:10:96::/112", "");
        let components = start(&text);
        let sides = "--service-cluster-ip-range=10.96.0.0/16 | \
                     --cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        assert_eq!(print(&components), [format!("AGREE-6b surprise [] {sides} => THEN-6")]);
        let edit =
            components.mend(&components.findings()[0]).expect("one stretch mends both flags");
        assert_eq!(edit.apply(&text), DUAL);

        let text = DUAL.replace(",fd00:10:96::/112", "").replace("10.244.0.0/16,", "");
        let found = print(&start(&text));
        let sides = "--service-cluster-ip-range=10.96.0.0/16 | --cluster-cidr=fd00:10:244::/56";
        assert_eq!(found, [format!("AGREE-6c breaks [] {sides} => THEN-7")]);
    }

    #[test]
    fn nodes_have_the_families_of_the_cluster() {
        let pair = "--node-ip=192.0.2.12,2001:db8::12";
        let range = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        for one in ["--node-ip=192.0.2.12", "--node-ip=0.0.0.0"] {
            let expect = format!("AGREE-6d surprise [node-2] {range} | {one} => THEN-16");
            check(pair, one, &[&expect]);
            mends(pair, one, Some(pair));
        }
        check(
            pair,
            "",
            &[&format!("AGREE-6d surprise [node-2] {range} | (node-ip of kubelet) => THEN-16")],
        );
        // A cloud may still give it both.
        check(pair, "--cloud-provider=external", &[]);

        let six = DUAL.replace("10.96.0.0/16,", "").replace("10.244.0.0/16,", "");
        let six =
            six.replace("kube-controller", "--advertise-address=2001:db8::10\nkube-controller");
        let six = six.replace("192.0.2.11,2001:db8::11", "2001:db8::11,192.0.2.11");
        let pair = "--node-ip=2001:db8::12";
        let six = six.replace("--node-ip=192.0.2.12,2001:db8::12", pair);
        assert_eq!(print(&start(&six)), [""; 0], "a node may have more than the cluster");
        let text = six.replace(pair, "--node-ip=192.0.2.12");
        let components = start(&text);
        let sides = "--cluster-cidr=fd00:10:244::/56 | --node-ip=192.0.2.12";
        assert_eq!(print(&components), [format!("AGREE-6e breaks [node-2] {sides} => THEN-16")]);
        let edit = components.mend(&components.findings()[0]).expect("an address mends it");
        assert_eq!(edit.apply(&text), six);
    }

    #[test]
    fn nodes_of_which_the_same_is_found_stand_together() {
        let text = DUAL.replace("--node-ip=192.0.2.11,2001:db8::11", "");
        let text = text.replace("--node-ip=192.0.2.12,2001:db8::12", "");
        let found = start(&text).findings();
        assert_eq!(found.len(), 2, "each has its own section: {found:?}");
        let text = format!("{DUAL}kubelet\n--node-ip=192.0.2.12");
        assert_eq!(start(&text).findings().len(), 0, "what names a node beats what names none");
        let text = DUAL.replace(",fd00:10:244::/56\n\nkubelet", "\n\nkubelet");
        let found = start(&text).findings();
        assert_eq!(found[0].nodes.join(","), "node-1,node-2");
    }

    #[test]
    fn kube_proxy_knows_where_pods_are() {
        let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        let with = |ranges: &str| format!("kube-proxy\n--cluster-cidr={ranges}");
        let nodes = "[node-1,node-2]";
        for (ranges, expect) in [
            (
                "10.244.0.0/16",
                format!(
                    "AGREE-7a surprise {nodes} fd00:10:244::/56 | --cluster-cidr=10.244.0.0/16 => THEN-13"
                ),
            ),
            (
                "10.245.0.0/16,fd00:10:244::/56",
                format!("AGREE-7b breaks {nodes} 10.244.0.0/16 | 10.245.0.0/16 => THEN-12"),
            ),
            (
                "10.244.0.0/17,fd00:10:244::/56",
                format!("AGREE-7b breaks {nodes} 10.244.0.0/16 | 10.244.0.0/17 => THEN-12"),
            ),
            (
                "10.224.0.0/11,fd00:10:244::/56",
                format!("AGREE-7d surprise {nodes} 10.244.0.0/16 | 10.224.0.0/11 => THEN-14"),
            ),
        ] {
            check(proxy, &with(ranges), &[&expect]);
            mends(proxy, &with(ranges), Some(proxy));
        }
        let four = DUAL.replace(",fd00:10:96::/112", "").replace(
            "true\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56",
            "true\n--cluster-cidr=10.244.0.0/16",
        );
        let sides = "--cluster-cidr=10.244.0.0/16 | fd00:10:244::/56";
        assert_eq!(print(&start(&four)), [format!("AGREE-7c surprise {nodes} {sides} => THEN-14")]);
        // In another mode the flag plays no part.
        check(proxy, "kube-proxy\n--detect-local-mode=NodeCIDR", &[]);
        let bridge = "kube-proxy\n--detect-local-mode=BridgeInterface --pod-bridge-interface=cbr0";
        check(proxy, bridge, &[]);
        // kubeadm gives kube-proxy a file.
        check(proxy, "kube-proxy\n--config=/var/lib/kube-proxy/config.conf", &[]);
    }

    #[test]
    fn ranges_that_nobody_gives_out_are_a_remark_unless_somebody_waits_for_them() {
        let allocate = "--allocate-node-cidrs=true\n";
        let cluster = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        let expect = format!(
            "AGREE-8a remark [] {cluster} | (allocate-node-cidrs of kube-controller-manager) => THEN-1 THEN-4"
        );
        check(allocate, "", &[&expect]);
        mends(allocate, "--allocate-node-cidrs=false\n", Some(allocate));
        let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        let text =
            DUAL.replace(allocate, "").replace(proxy, "kube-proxy\n--detect-local-mode=NodeCIDR");
        let components = start(&text);
        let sides =
            "(allocate-node-cidrs of kube-controller-manager) | --detect-local-mode=NodeCIDR";
        let expect = format!("AGREE-8b exits [node-1,node-2] {sides} => THEN-1 THEN-21");
        assert_eq!(print(&components), [expect]);
        let edit = components.mend(&components.findings()[0]).expect("a flag mends it");
        assert!(start(&edit.apply(&text)).all_start());
    }

    #[test]
    fn the_advertise_address_is_of_the_first_family() {
        let range = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
        let address = |ip| format!("{range}\n--advertise-address={ip}");
        let expect = |weight, follows| {
            format!(
                "AGREE-9 {weight} [] 10.96.0.0/16 | --advertise-address=2001:db8::10 => {follows}"
            )
        };
        check(range, &address("2001:db8::10"), &[&expect("exits", "THEN-21")]);
        mends(range, &address("2001:db8::10"), Some(&address("192.0.2.10")));
        let text = DUAL.replace(range, &address("2001:db8::10"));
        let old = "1.23".parse().expect("a simulated release");
        let found = print(&Components::start(old, &text));
        assert_eq!(found, [expect("breaks", "THEN-15")]);
        let none = format!("{}\n--endpoint-reconciler-type=none", address("2001:db8::10"));
        check(range, &none, &[]);
    }

    #[test]
    fn the_gate_is_on_everywhere_or_nowhere() {
        let gate = "\n--feature-gates=IPv6DualStack=true";
        let old = "1.20".parse().expect("a simulated release");
        let with_gate = |text: &str| {
            text.split("\n\n")
                .map(|part| [part.trim_end(), gate].concat())
                .collect::<Vec<_>>()
                .join("\n")
        };
        let text = with_gate(DUAL);
        assert_eq!(print(&Components::start(old, &text)), [""; 0]);
        let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
        let bridge = "kube-proxy\n--detect-local-mode=ClusterCIDR";
        let text = text.replace(&[proxy, gate].concat(), bridge);
        let components = Components::start(old, &text);
        let found = components.findings();
        let gates: Vec<_> = found.iter().filter(|it| it.rule.id == "AGREE-10").collect();
        assert_eq!(gates.len(), 1, "{:?}", print(&components));
        let mended = components.mend(gates[0]).expect("the gate mends it").apply(&text);
        assert!(mended.contains(&[bridge, gate].concat()), "{mended}");
    }

    #[test]
    fn a_host_of_one_family_serves_one_family() {
        let version = KubeVersion::LATEST;
        let host = HostFamilies::Only(Family::V4);
        let text = DUAL.replace(",2001:db8::11", "").replace(",2001:db8::12", "");
        let found = Components::start_on(host, version, &text).findings();
        let of_proxy: Vec<_> = found.iter().filter(|it| it.rule.id == "AGREE-11").collect();
        assert_eq!(of_proxy.len(), 1);
        assert_eq!(of_proxy[0].nodes.len(), 2);
    }

    #[test]
    fn an_address_that_stands_for_a_node_is_one_of_its_own() {
        let proxy = "kube-proxy\n";
        let bind = "kube-proxy\n--bind-address=198.51.100.1\n";
        let own = "--bind-address=198.51.100.1 | --node-ip=192.0.2";
        let found = print(&start(&DUAL.replace(proxy, bind)));
        assert_eq!(found.len(), 2, "the sections of the two nodes differ: {found:?}");
        assert!(found.iter().all(|line| line.contains(own)), "{found:?}");
        check(proxy, "kube-proxy\n--bind-address=::\n", &[]);
    }

    #[test]
    fn every_rule_of_a_finding_has_a_title() {
        for rule in super::RULES {
            let title = super::TITLES.iter().find(|(other, _)| other == rule);
            assert!(
                title.is_some_and(|(_, it)| !it.en.is_empty() && !it.zh.is_empty()),
                "{rule:?}"
            );
        }
    }

    #[test]
    fn a_finding_can_be_read_in_both_languages() {
        let text =
            DUAL.replace("10.244.0.0/16,fd00:10:244::/56\n\nkubelet", "10.245.0.0/16\n\nkubelet");
        for finding in start(&text).findings() {
            for lang in [Lang::En, Lang::Zh] {
                let sentence = finding.step().plain(lang);
                assert!(!sentence.contains(['{', '}']), "{sentence}");
            }
        }
    }

    const PIECES: [&str; 48] = [
        "\n",
        "\n",
        "\n",
        " ",
        ",",
        "kube-apiserver\n",
        "kube-controller-manager\n",
        "kube-proxy\n",
        "kubelet\n",
        "kubelet · a\n",
        "kube-proxy · b, c\n",
        "kubelet (中 文)\n",
        "--service-cluster-ip-range=",
        "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n",
        "--cluster-cidr=",
        "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n",
        "--allocate-node-cidrs\n",
        "--allocate-node-cidrs=false\n",
        "--node-cidr-mask-size=",
        "--node-cidr-mask-size-ipv4=",
        "--node-cidr-mask-size-ipv6=",
        "--node-ip=",
        "--node-ip=192.0.2.11,2001:db8::11\n",
        "--node-ip \"",
        "--bind-address=",
        "--advertise-address=",
        "--detect-local-mode=NodeCIDR\n",
        "--feature-gates=IPv6DualStack=true\n",
        "--endpoint-reconciler-type=none\n",
        "--cloud-provider=external\n",
        "10.0.0.0/8",
        "10.244.0.0/16",
        "fd00::/40",
        "fd00:10:244::/64",
        "::/0",
        "0.0.0.0/0",
        "::ffff:10.0.0.0/104",
        "::",
        "10.244.0.7",
        "fd00::1",
        "64",
        "24",
        "0",
        "129",
        "x",
        "'",
        "\\",
        "--",
    ];

    #[test]
    fn no_text_panics_and_what_is_offered_mends() {
        let mut next = crate::source::chance();
        let versions: Vec<KubeVersion> = KubeVersion::all().collect();
        let mut mended = 0;
        for _ in 0..4000 {
            let mut text: String = (0..next(40)).map(|_| PIECES[next(PIECES.len())]).collect();
            // Half of them are a sound text with a few changes.
            if next(2) == 0 {
                text = DUAL.to_owned();
                for _ in 0..=next(3) {
                    let (old, new) = (PIECES[next(PIECES.len())], PIECES[next(PIECES.len())]);
                    text = text.replacen(old, new, 1 + next(2));
                }
            }
            let host = match next(8) {
                0 => HostFamilies::Only(Family::V4),
                1 => HostFamilies::Only(Family::V6),
                _ => HostFamilies::Both,
            };
            let components = Components::start_on(host, versions[next(versions.len())], &text);
            for status in components.all() {
                for said in status.errors.iter().chain(status.warnings) {
                    assert!(
                        said.span.is_none_or(|it| text.get(it.start..it.end).is_some()),
                        "{text:?}"
                    );
                }
            }
            let findings = components.findings();
            assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.weight)));
            for finding in &findings {
                for span in finding.sides.iter().filter_map(|side| side.span) {
                    assert!(text.get(span.start..span.end).is_some(), "{text:?} {finding:?}");
                }
                let Some(edit) = components.mend(finding) else { continue };
                mended += 1;
                let after = Components::start_on(host, components.version, &edit.apply(&text));
                assert!(!after.findings().iter().any(|other| other.is(finding)), "{text:?}");
            }
        }
        assert!(mended > 500, "only {mended} edits were offered");
    }
}
