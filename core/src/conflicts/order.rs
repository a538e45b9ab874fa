//! Is the primary address family the same everywhere, and does the `kubernetes` Service lead to the API server? AGREE-4,
//! AGREE-9 and AGREE-13.

use super::{Finder, Found, Severity, families, ip_families, print};
use crate::apiserver::startup as apiserver;
use crate::apiserver::startup::{MACHINE_V4, MACHINE_V6};
use crate::cluster::components::{Node, NodeAgent};
use crate::conflicts::consequences::Consequence;
use crate::explain::rule::Rule;
use crate::explain::text::Text;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::source::flags::Component;
use crate::source::flags::table::{
    ADVERTISE_ADDRESS as ADVERTISE, CLUSTER_CIDR as CLUSTER,
    ENDPOINT_RECONCILER_TYPE as RECONCILER, NODE_IP, SERVICE_CLUSTER_IP_RANGE as SERVICES,
};
use crate::{facts, rules};

rules! {
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
    /// The Service of the API has no selector, so that no controller fills it.
    API_ENDPOINT_IS_NOT_PUBLISHED {
        id: "AGREE-13", slug: "no-component-publishes-the-endpoint-of-the-api",
        versions: Versions::ALL,
        source: "pkg/controlplane/reconcilers/none.go",
        evidence: SourceRead,
        facts: [],
        en: "With `--endpoint-reconciler-type=none` kube-apiserver publishes no endpoint for the `kubernetes` Service, and no other component of the cluster does.",
        zh: "设置 `--endpoint-reconciler-type=none` 时，kube-apiserver 不为 `kubernetes` Service 发布端点，集群的其他组件也不会发布。",
    }
}

/// What is found, in a few words.
pub(super) static TITLES: &[(&Rule, Text)] = &[
    (&POD_ORDER_DIFFERS, Text { en: "different primary address families", zh: "主地址族不同" }),
    (&NODE_ORDER_DIFFERS, Text { en: "different primary address families", zh: "主地址族不同" }),
    (
        &ADVERTISE_ADDRESS_DOES_NOT_FIT,
        Text {
            en: "advertise address of the other address family",
            zh: "公告地址属于另一个地址族",
        },
    ),
    (
        &API_ENDPOINT_IS_NOT_PUBLISHED,
        Text {
            en: "the kubernetes Service has no endpoints", zh: "kubernetes Service 没有端点"
        },
    ),
];

impl<'a> Finder<'a> {
    /// AGREE-4a.
    pub(super) fn order(&mut self) {
        let (Some(_), [first, ..], [pods, ..]) = (self.api, self.services(), self.pods()) else {
            return;
        };
        let (services, others) = (first.family(), pods.family());
        if services == others || !families(self.pods()).contains(&services) {
            return;
        }
        const WHO: Component = Component::KubeControllerManager;
        let swapped: Vec<Cidr> = self.pods().iter().rev().copied().collect();
        let edit = self.set(None, WHO, CLUSTER, &print(&swapped));
        let flag_refs = Vec::from([self.services_flag(*first), self.pods_flag(*pods)]);
        self.add(
            None,
            Found {
                severity: Severity::Unexpected,
                rule: &POD_ORDER_DIFFERS,
                facts: facts![services = *first, pods],
                flag_refs,
                consequences: Vec::from([Consequence::FirstAddressesDiffer { services, others }]),
                candidate_edits: Vec::from([edit]),
            },
        );
    }

    /// AGREE-4b.
    pub(super) fn node_order(&mut self, node: &'a Node, known: &NodeAgent) {
        const WHO: Component = Component::Kubelet;
        let (Some(_), [range, ..], [ip, ..]) = (self.api, self.services(), &known.host_ips[..])
        else {
            return;
        };
        let (services, others) = (range.family(), Family::of(*ip));
        if services == others || !ip_families(&known.host_ips).contains(&services) {
            return;
        }
        let swapped: Vec<String> = known.host_ips.iter().rev().map(ToString::to_string).collect();
        let edit = self.set(Some(node), WHO, NODE_IP, &swapped.join(","));
        let flag_refs =
            Vec::from([self.services_flag(*range), self.flag_ref(Some(node), WHO, NODE_IP)]);
        self.add(
            Some(node),
            Found {
                severity: Severity::Unexpected,
                rule: &NODE_ORDER_DIFFERS,
                facts: facts![services = *range, node = *ip],
                flag_refs,
                consequences: Vec::from([Consequence::FirstAddressesDiffer { services, others }]),
                candidate_edits: Vec::from([edit]),
            },
        );
    }

    /// AGREE-9.
    pub(super) fn advertise_address(&mut self) {
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
        let (severity, follows) = if exits {
            (Severity::Exits, Consequence::ComponentExits(WHO))
        } else {
            (Severity::Breaks, Consequence::ApiServiceIsBroken)
        };
        let own = match range.family() {
            Family::V4 => MACHINE_V4.to_string(),
            Family::V6 => MACHINE_V6.to_string(),
        };
        let edit = self.set(None, WHO, ADVERTISE, &own);
        let flag_refs = Vec::from([
            self.range(None, WHO, SERVICES, range),
            self.flag_ref(None, WHO, ADVERTISE),
        ]);
        self.add(
            None,
            Found {
                severity,
                rule: &ADVERTISE_ADDRESS_DOES_NOT_FIT,
                facts: facts![range, address],
                flag_refs,
                consequences: Vec::from([follows]),
                candidate_edits: Vec::from([edit]),
            },
        );
    }

    /// AGREE-13.
    pub(super) fn api_endpoint(&mut self) {
        let report = &self.all.apiserver;
        let Some(known) = report.knows.as_ref().filter(|_| report.is_given) else { return };
        if !report.starts() || known.completed.kubernetes_endpoint.is_some() {
            return;
        }
        const WHO: Component = Component::KubeApiserver;
        let edit = self.set(None, WHO, RECONCILER, "lease");
        let flag_refs = Vec::from([self.flag_ref(None, WHO, RECONCILER)]);
        self.add(
            None,
            Found {
                severity: Severity::Breaks,
                rule: &API_ENDPOINT_IS_NOT_PUBLISHED,
                facts: facts![],
                flag_refs,
                consequences: Vec::from([Consequence::ApiServiceHasNoEndpoint]),
                candidate_edits: Vec::from([edit]),
            },
        );
    }
}
