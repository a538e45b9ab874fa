//! Do ranges of different use overlap, and do both components know the Service CIDRs? AGREE-1 to AGREE-3.

use std::net::IpAddr;

use super::{Finder, FlagRef, Found, Severity, print};
use crate::cluster::components::Node;
use crate::conflicts::consequences::Consequence;
use crate::controller_manager::range_allocator::{Holder, RangeUse};
use crate::explain::rule::Rule;
use crate::explain::text::Text;
use crate::net::Cidr;
use crate::release::version::Versions;
use crate::source::flags::Component;
use crate::source::flags::table::{
    ADVERTISE_ADDRESS as ADVERTISE, CLUSTER_CIDR as CLUSTER, SERVICE_CLUSTER_IP_RANGE as SERVICES,
};
use crate::{facts, rules};

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
}

/// What is found, in a few words.
pub(super) static TITLES: &[(&Rule, Text)] = &[
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
];

impl<'a> Finder<'a> {
    /// AGREE-1.
    pub(super) fn service_ranges(&mut self) {
        let (Some(api), Some(controller)) = (self.api, self.controller) else { return };
        const WHO: Component = Component::KubeControllerManager;
        let edit = self.set(None, WHO, SERVICES, &print(&api.services));
        let known = |range: &Cidr| controller.services.iter().any(|own| own.covers(*range));
        let mut collides = false;
        for range in api.services.iter().filter(|range| !known(range)) {
            let clash =
                |pods: &&Cidr| controller.ipam.is_some() && overlap(**pods, *range).is_some();
            let Some(pods) = controller.cluster.iter().find(clash) else { continue };
            collides = true;
            let flag_refs = Vec::from([
                self.services_flag(*range),
                self.flag_ref(None, WHO, SERVICES),
                self.pods_flag(*pods),
            ]);
            let shared = overlap(*pods, *range).unwrap_or(*range);
            self.add(
                None,
                Found {
                    severity: Severity::Breaks,
                    rule: &SERVICE_RANGE_IS_NOT_KEPT_OUT,
                    facts: facts![services = *range, pods],
                    flag_refs,
                    consequences: Vec::from([Consequence::PodsMeetServices(shared)]),
                    candidate_edits: Vec::from([edit.clone()]),
                },
            );
        }
        let same = controller.services.len() == api.services.len()
            && controller.services.iter().all(|own| api.services.contains(own));
        if collides || same || controller.services.is_empty() {
            return;
        }
        let flag_refs = Vec::from([
            self.flag_ref(None, Component::KubeApiserver, SERVICES),
            self.flag_ref(None, WHO, SERVICES),
        ]);
        // A range that only this component knows is kept from Nodes for nothing.
        let alien = controller.services.iter().filter(|own| !api.services.contains(own));
        let touched = alien.flat_map(|own| {
            let pods = controller.cluster.iter().copied();
            pods.filter(|pods| overlap(*pods, *own).is_some())
        });
        let lost = touched.filter_map(|pods| cut_out(&self.range_use(pods)?)).next();
        let (severity, consequences) = match lost {
            Some((severity, _, consequences)) => (severity, consequences),
            None => (Severity::Note, Vec::from([Consequence::NothingYet])),
        };
        let (own, services) = (print(&controller.services), print(&api.services));
        self.add(
            None,
            Found {
                severity,
                rule: &SERVICE_RANGES_DIFFER,
                facts: facts![own, services],
                flag_refs,
                consequences,
                candidate_edits: Vec::from([edit]),
            },
        );
    }

    /// What became of a cluster range, if ranges are given out.
    pub(super) fn range_use(&self, range: Cidr) -> Option<RangeUse> {
        let uses = self.controller?.ipam.as_ref()?.ranges();
        uses.into_iter().find(|it| it.cluster == range)
    }

    /// AGREE-2, AGREE-3.
    pub(super) fn overlaps(&mut self) {
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
                        Severity::Breaks,
                        &PODS_AND_SERVICES_OVERLAP,
                        Vec::from([Consequence::PodsMeetServices(shared)]),
                    )),
                };
                let Some((severity, rule, consequences)) = found else { continue };
                let pods_flag = match of_proxy {
                    Some(node) => self.range(Some(node), Component::KubeProxy, CLUSTER, pods),
                    None => self.pods_flag(pods),
                };
                let flag_refs = Vec::from([self.services_flag(services), pods_flag]);
                let facts = facts![pods, services];
                self.add(
                    None,
                    Found {
                        severity,
                        rule,
                        facts,
                        flag_refs,
                        consequences,
                        candidate_edits: Vec::new(),
                    },
                );
            }
        }
        let advertise = self.api.map(|api| api.completed.advertise);
        let is_written = all.flags.last(Component::KubeApiserver, ADVERTISE).is_some();
        if let Some(ip) = advertise.filter(|_| is_written) {
            let flag_ref = self.flag_ref(None, Component::KubeApiserver, ADVERTISE);
            self.machine(None, ip, &flag_ref);
        }
    }

    /// AGREE-3: the address of a machine in one of the ranges.
    pub(super) fn machine(&mut self, node: Option<&'a Node>, ip: IpAddr, flag_ref: &FlagRef) {
        let gives_out = self.controller.is_some_and(|it| it.ipam.is_some());
        let pods = self.pods().iter().copied().find(|range| gives_out && range.contains(ip));
        if let Some(pods) = pods {
            let flag_refs = Vec::from([flag_ref.clone(), self.pods_flag(pods)]);
            self.add(
                node,
                Found {
                    severity: Severity::Breaks,
                    rule: &NODE_LIES_AMONG_PODS,
                    facts: facts![ip, pods],
                    flag_refs,
                    consequences: Vec::from([Consequence::PodsMeetNodes(ip)]),
                    candidate_edits: Vec::new(),
                },
            );
        }
        let services = self.services().iter().copied().find(|range| range.contains(ip));
        if let Some(services) = services {
            let flag_refs = Vec::from([flag_ref.clone(), self.services_flag(services)]);
            self.add(
                node,
                Found {
                    severity: Severity::Breaks,
                    rule: &NODE_LIES_AMONG_SERVICES,
                    facts: facts![ip, services],
                    flag_refs,
                    consequences: Vec::from([Consequence::ServicesMeetNodes(ip)]),
                    candidate_edits: Vec::new(),
                },
            );
        }
    }
}

/// AGREE-2b, AGREE-2c: what a Service range costs that is kept from Nodes.
pub(super) fn cut_out(it: &RangeUse) -> Option<(Severity, &'static Rule, Vec<Consequence>)> {
    let (range, of, blocks) = (it.cluster, it.blocks, taken_by_services(it));
    if blocks == 0 {
        return None;
    }
    if blocks >= of {
        let follows = Vec::from([Consequence::NoNodeRange, Consequence::NoPodAddresses]);
        return Some((Severity::Breaks, &SERVICES_TAKE_EVERY_BLOCK, follows));
    }
    let follows = Vec::from([Consequence::BlocksAreLost { range, blocks, of }]);
    Some((Severity::Unexpected, &SERVICES_TAKE_BLOCKS, follows))
}

/// How many blocks Service ranges keep from Nodes.
pub(super) fn taken_by_services(it: &RangeUse) -> u64 {
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

/// The smaller of two ranges, if they overlap: of two one lies in the other, or they share nothing.
pub(super) fn overlap(one: Cidr, other: Cidr) -> Option<Cidr> {
    if one.family() != other.family() {
        None
    } else if one.covers(other) {
        Some(other)
    } else {
        other.covers(one).then_some(one)
    }
}
