//! Does kube-proxy know the Pod CIDRs, the address families and the addresses of its node? AGREE-7, AGREE-11
//! and AGREE-12.

use std::net::IpAddr;

use super::{Finder, Found, Severity, print};
use crate::cluster::components::{Node, NodeProxy};
use crate::conflicts::consequences::Consequence;
use crate::explain::rule::Rule;
use crate::explain::text::Text;
use crate::kube_proxy::startup::LocalMode;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::source::flags::Component;
use crate::source::flags::table::{BIND_ADDRESS as BIND, CLUSTER_CIDR as CLUSTER, NODE_IP};
use crate::{facts, rules};

rules! {
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
pub(super) static TITLES: &[(&Rule, Text)] = &[
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

impl<'a> Finder<'a> {
    /// AGREE-7.
    pub(super) fn proxy_ranges(&mut self, node: &'a Node, known: &NodeProxy) {
        const WHO: Component = Component::KubeProxy;
        let pods = self.pods();
        if pods.is_empty() || !by_cluster_cidr(known) {
            return;
        }
        for family in [Family::V4, Family::V6] {
            let of = |list: &[Cidr]| list.iter().copied().find(|range| range.family() == family);
            let (severity, rule, facts, follows) = match (of(pods), of(&known.cluster)) {
                (Some(range), None) => (
                    Severity::Unexpected,
                    &PROXY_LACKS_A_RANGE,
                    facts![range],
                    Consequence::OutsideIsNotMasqueraded(family),
                ),
                (None, Some(own)) => (
                    Severity::Unexpected,
                    &PROXY_HAS_A_RANGE_TOO_MANY,
                    facts![own],
                    Consequence::StrangersCountAsPods(own),
                ),
                (Some(range), Some(own)) if own != range && own.covers(range) => (
                    Severity::Unexpected,
                    &PROXY_HAS_A_WIDER_RANGE,
                    facts![range, own],
                    Consequence::StrangersCountAsPods(own),
                ),
                (Some(range), Some(own)) if own != range => (
                    Severity::Breaks,
                    &PROXY_HAS_ANOTHER_RANGE,
                    facts![range, own],
                    Consequence::PodsAreMasqueraded(range),
                ),
                _ => continue,
            };
            let of_pods = match of(pods) {
                Some(range) => self.pods_flag(range),
                None => self.flag_ref(None, Component::KubeControllerManager, CLUSTER),
            };
            let own = match of(&known.cluster) {
                Some(own) => self.range(Some(node), WHO, CLUSTER, own),
                None => self.flag_ref(Some(node), WHO, CLUSTER),
            };
            let edit = self.set(Some(node), WHO, CLUSTER, &print(pods));
            let (flag_refs, candidate_edits) = (Vec::from([of_pods, own]), Vec::from([edit]));
            let consequences = Vec::from([follows]);
            self.add(
                Some(node),
                Found { severity, rule, facts, flag_refs, consequences, candidate_edits },
            );
        }
    }

    /// AGREE-11.
    pub(super) fn proxy_families(&mut self, node: &'a Node, known: &NodeProxy) {
        if self.api.is_none() || !node.proxy.dual_stack {
            return;
        }
        for range in self.services().iter().copied() {
            let family = range.family();
            if known.configured.serves(family) {
                continue;
            }
            let flag_refs = Vec::from([
                self.services_flag(range),
                self.flag_ref(Some(node), Component::KubeProxy, BIND),
            ]);
            self.add(
                Some(node),
                Found {
                    severity: Severity::Breaks,
                    rule: &PROXY_LACKS_A_SERVICE_FAMILY,
                    facts: facts![family],
                    flag_refs,
                    consequences: Vec::from([Consequence::FamilyIsNotProxied(family)]),
                    candidate_edits: Vec::new(),
                },
            );
        }
    }

    /// AGREE-12.
    pub(super) fn bind_address(&mut self, node: &'a Node, known: &NodeProxy) {
        const WHO: Component = Component::KubeProxy;
        let Some(agent) = node.kubelet.running().filter(|agent| !agent.host_ips.is_empty()) else {
            return;
        };
        let bind = parse_ip(&known.flags.bind_address).map(|read| read.ip);
        let is_foreign = |ip: &IpAddr| !ip.is_unspecified() && !agent.host_ips.contains(ip);
        let Some(ip) = bind.filter(is_foreign) else { return };
        let edit = self.set(Some(node), WHO, BIND, "0.0.0.0");
        let flag_refs = Vec::from([
            self.flag_ref(Some(node), WHO, BIND),
            self.flag_ref(Some(node), Component::Kubelet, NODE_IP),
        ]);
        self.add(
            Some(node),
            Found {
                severity: Severity::Unexpected,
                rule: &BIND_ADDRESS_IS_NOT_THE_NODES,
                facts: facts![ip],
                flag_refs,
                consequences: Vec::from([Consequence::WrongAddressStandsForNode(ip)]),
                candidate_edits: Vec::from([edit]),
            },
        );
    }
}

pub(super) fn by_cluster_cidr(known: &NodeProxy) -> bool {
    known.configured.detect_local == LocalMode::ClusterCidr
}
