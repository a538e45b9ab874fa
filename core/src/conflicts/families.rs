//! Do Services, Pods and nodes have the same address families? AGREE-6.

use super::proxy::by_cluster_cidr;
use super::{Finder, Found, Severity, families, ip_families, print};
use crate::cluster::components::{Node, NodeAgent, machine};
use crate::conflicts::consequences::Consequence;
use crate::explain::rule::Rule;
use crate::explain::text::Text;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::source::edit::Edit;
use crate::source::flags::edit::merge;
use crate::source::flags::table::{
    CLUSTER_CIDR as CLUSTER, NODE_IP, SERVICE_CLUSTER_IP_RANGE as SERVICES,
};
use crate::source::flags::{Component, table};
use crate::{facts, rules};

rules! {
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
}

/// What is found, in a few words.
pub(super) static TITLES: &[(&Rule, Text)] = &[
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
];

impl<'a> Finder<'a> {
    /// AGREE-6a to AGREE-6c: Services against Pods.
    pub(super) fn families(&mut self) {
        let (services, pods) = (families(self.services()), families(self.pods()));
        if self.api.is_none() || services.is_empty() || pods.is_empty() {
            return;
        }
        let flag_refs = Vec::from([
            self.flag_ref(None, Component::KubeApiserver, SERVICES),
            self.flag_ref(None, Component::KubeControllerManager, CLUSTER),
        ]);
        if !services.iter().any(|family| pods.contains(family)) {
            let leads = services.iter().copied().map(Consequence::ClusterIpsLeadNowhere).collect();
            self.add(
                None,
                Found {
                    severity: Severity::Breaks,
                    rule: &NO_FAMILY_IN_COMMON,
                    facts: facts![services, pods],
                    flag_refs,
                    consequences: leads,
                    candidate_edits: Vec::new(),
                },
            );
            return;
        }
        if let Some(family) = services.iter().copied().find(|family| !pods.contains(family)) {
            let edit = self.add_cluster_range(family);
            self.add(
                None,
                Found {
                    severity: Severity::Breaks,
                    rule: &PODS_LACK_A_SERVICE_FAMILY,
                    facts: facts![family],
                    flag_refs: flag_refs.clone(),
                    consequences: Vec::from([
                        Consequence::PodsLack(family),
                        Consequence::ClusterIpsLeadNowhere(family),
                    ]),
                    candidate_edits: Vec::from([edit]),
                },
            );
        }
        if let Some(family) = pods.iter().copied().find(|family| !services.contains(family)) {
            let edit = self.add_service_range(family);
            self.add(
                None,
                Found {
                    severity: Severity::Unexpected,
                    rule: &SERVICES_LACK_A_POD_FAMILY,
                    facts: facts![family],
                    flag_refs,
                    consequences: Vec::from([Consequence::ServicesLack(family)]),
                    candidate_edits: Vec::from([edit]),
                },
            );
        }
    }

    /// A cluster range more, for kube-controller-manager and each kube-proxy.
    pub(super) fn add_cluster_range(&self, family: Family) -> Option<Edit> {
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
    pub(super) fn add_service_range(&self, family: Family) -> Option<Edit> {
        const WHO: Component = Component::KubeApiserver;
        let more = table::usual(WHO, SERVICES)[family as usize];
        let value = [&print(self.services()), ",", more].concat();
        let mut edits = Vec::from([self.set(None, WHO, SERVICES, &value)?]);
        if self.controller.is_some_and(|controller| !controller.services.is_empty()) {
            edits.push(self.set(None, Component::KubeControllerManager, SERVICES, &value)?);
        }
        merge(&self.all.text, edits)
    }

    /// AGREE-6d, AGREE-6e.
    pub(super) fn node_families(&mut self, node: &'a Node, known: &NodeAgent, i: usize) {
        const WHO: Component = Component::Kubelet;
        let own = ip_families(&known.host_ips);
        let of_pods = !self.pods().is_empty();
        let ranges = if of_pods { self.pods() } else { self.services() };
        let cluster = families(ranges);
        if own.is_empty() || cluster.is_empty() {
            return;
        }
        let ranges_flag = match (of_pods, self.api) {
            (true, _) => self.flag_ref(None, Component::KubeControllerManager, CLUSTER),
            (false, Some(_)) => self.flag_ref(None, Component::KubeApiserver, SERVICES),
            (false, None) => self.flag_ref(None, Component::KubeControllerManager, SERVICES),
        };
        let flag_refs = Vec::from([ranges_flag, self.flag_ref(Some(node), WHO, NODE_IP)]);
        // An address that the network of the nodes does not route fixes nothing.
        let may_have = |family: Family| self.all.switches.provider.has(family);
        let missing = cluster.iter().copied().filter(|family| !own.contains(family));
        let missing: Vec<Family> = missing.collect();
        if own.iter().all(|family| !cluster.contains(family)) {
            let addresses: Vec<String> =
                cluster.iter().map(|family| machine(*family, i).to_string()).collect();
            let edit = self.set(Some(node), WHO, NODE_IP, &addresses.join(","));
            let edit = edit.filter(|_| cluster.iter().copied().all(may_have));
            self.add(
                Some(node),
                Found {
                    severity: Severity::Breaks,
                    rule: &NODE_IS_OF_ANOTHER_FAMILY,
                    facts: facts![cluster, node = own],
                    flag_refs,
                    consequences: missing.into_iter().map(Consequence::HostNetworkLacks).collect(),
                    candidate_edits: Vec::from([edit]),
                },
            );
            return;
        }
        if let Some(family) = missing.first().copied() {
            let mut pair = known.host_ips.clone();
            pair.push(machine(family, i));
            pair.sort_by_key(|ip| cluster.iter().position(|own| *own == Family::of(*ip)));
            let pair: Vec<String> = pair.iter().map(ToString::to_string).collect();
            let edit = self.set(Some(node), WHO, NODE_IP, &pair.join(","));
            let edit = edit.filter(|_| may_have(family));
            self.add(
                Some(node),
                Found {
                    severity: Severity::Unexpected,
                    rule: &NODE_LACKS_A_FAMILY,
                    facts: facts![family],
                    flag_refs,
                    consequences: Vec::from([Consequence::HostNetworkLacks(family)]),
                    candidate_edits: Vec::from([edit]),
                },
            );
        }
    }
}
