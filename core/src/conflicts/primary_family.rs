//! Which family comes first? There are five answers, each of another part of a cluster, and they need not
//! agree: the first Service range, the first cluster range, the first address of a node, the first entry of
//! `ipFamilies`, and what the client tries first.

use std::net::IpAddr;

use crate::cluster::components::{Components, Node};
use crate::conflicts::FlagRef;
use crate::conflicts::consequences::step;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Step};
use crate::facts;
use crate::net::cidr::to_bits;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::Component;
use crate::source::flags::table::{CLUSTER_CIDR, NODE_IP, SERVICE_CLUSTER_IP_RANGE};

rules! {
    /// Of Services.
    SERVICE_RANGE_IS_FIRST {
        id: "FIRST-1", slug: "first-service-range-is-the-default-of-services",
        versions: Versions::ALL,
        source: "pkg/registry/core/rest/storage_core.go newServiceIPAllocators",
        evidence: SourceRead,
        facts: [range, family],
        en: "{range} is the first Service CIDR of kube-apiserver: a Service that specifies no address family gets {family}, and so does the `kubernetes` Service.",
        zh: "{range} 是 kube-apiserver 的第一个 Service CIDR：未指定地址族的 Service 使用 {family}，`kubernetes` Service 也是如此。",
    }
    /// Of the ranges of Nodes.
    CLUSTER_RANGE_IS_FIRST {
        id: "FIRST-2a", slug: "first-cluster-range-is-the-pod-cidr",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go updateCIDRsAllocation",
        evidence: SourceRead,
        facts: [range, family],
        en: "{range} is the first Pod CIDR of kube-controller-manager: `spec.podCIDR` of each Node is {family}. This order has no other effect.",
        zh: "{range} 是 kube-controller-manager 的第一个 Pod CIDR：每个节点的 `spec.podCIDR` 为 {family}。此顺序没有其他影响。",
    }
    /// Of nothing.
    CLUSTER_RANGE_IS_UNUSED {
        id: "FIRST-2b", slug: "first-cluster-range-decides-nothing",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [range],
        en: "{range} is the first Pod CIDR; without `--allocate-node-cidrs` it has no effect.",
        zh: "{range} 是第一个 Pod CIDR；未设置 `--allocate-node-cidrs` 时不起任何作用。",
    }
    /// Of Pods.
    NODE_IP_IS_FIRST {
        id: "FIRST-3", slug: "first-node-address-is-first-for-pods",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go sortPodIPs",
        evidence: SourceRead,
        facts: [ip, family],
        en: "{ip} is the first address of the node: `status.podIP` of its Pods, which probes use, is {family}, and {family} is the primary address family of its kube-proxy.",
        zh: "{ip} 是节点的第一个地址：其 Pod 的 `status.podIP`（探针使用它）为 {family}，{family} 也是其 kube-proxy 的主地址族。",
    }
    /// Of one Service.
    IP_FAMILIES_BEGIN {
        id: "FIRST-4a", slug: "first-ip-family-is-the-cluster-ip",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: SourceRead,
        facts: [family],
        en: "`ipFamilies` of the Service begins with {family}: so do `clusterIPs`, `clusterIP` and the environment variables of containers, and the legacy Endpoints API has only {family} addresses.",
        zh: "Service 的 `ipFamilies` 以 {family} 开头：`clusterIPs`、`clusterIP` 和容器的环境变量也是如此，旧版 Endpoints API 只包含 {family} 地址。",
    }
    /// Of one Service, which leaves it open.
    IP_FAMILIES_FOLLOW {
        id: "FIRST-4b", slug: "ip-families-follow-the-first-service-range",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: SourceRead,
        facts: [family],
        en: "The Service specifies no address family, so `ipFamilies` begins with that of the first Service CIDR: {family}.",
        zh: "Service 未指定地址族，因此 `ipFamilies` 以第一个 Service CIDR 的地址族开头：{family}。",
    }
    /// Of the connection.
    CLIENT_CHOOSES {
        id: "FIRST-5a", slug: "client-chooses-what-it-tries-first",
        versions: Versions::ALL,
        source: "golang/go src/net/addrselect.go",
        evidence: Assumed,
        fidelity: Fidelity::Chosen(Text {
            en: "Resolvers differ and can be configured, and a program may sort the addresses itself.",
            zh: "各种解析器的行为不同且可以配置，程序也可能自行排序。",
        }),
        facts: [resolver, family],
        en: "DNS returns both addresses. {resolver} sorts {family} first, whatever the order of the cluster is: it only considers the addresses.",
        zh: "DNS 返回两个地址。{resolver} 将 {family} 排在首位，与集群的顺序无关：它只考虑地址本身。",
    }
    /// Of the connection, where there is one way only.
    CLIENT_HAS_NO_CHOICE {
        id: "FIRST-5b", slug: "client-has-no-choice",
        versions: Versions::ALL,
        source: "golang/go src/net/addrselect.go",
        evidence: SourceRead,
        facts: [family],
        en: "Only {family} is available on both sides, so the client connects over {family}.",
        zh: "只有 {family} 在双方都可用，因此客户端通过 {family} 连接。",
    }
}

/// Whose first.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Which {
    /// The first range of kube-apiserver's `--service-cluster-ip-range`.
    ServiceRange,
    /// The first of kube-controller-manager's `--cluster-cidr`.
    ClusterCidr,
    /// The first of the kubelet's `--node-ip`, or the address it found.
    NodeIp,
    /// The first of a Service's `spec.ipFamilies`.
    IpFamilies,
    /// What a client in a Pod tries first.
    Client,
}

/// What a first decides.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Decides {
    /// `spec.ipFamilies` of a Service that names none.
    DefaultFamily,
    /// The Service `kubernetes`, and the only family of its endpoints.
    KubernetesService,
    /// `spec.podCIDR` of Nodes.
    PodCidr,
    /// `status.podIP` of Pods.
    PodIp,
    /// The primary family of kube-proxy.
    ProxyPrimary,
    /// `spec.clusterIP` of the Service.
    ClusterIp,
    /// The legacy Endpoints of the Service.
    Endpoints,
    /// The environment variables of containers.
    Variables,
    /// The family of the connection.
    Connection,
}

impl Which {
    /// All of them, in the order in which they come into play.
    pub const ALL: [Self; 5] =
        [Self::ServiceRange, Self::ClusterCidr, Self::NodeIp, Self::IpFamilies, Self::Client];

    /// What it decides.
    #[must_use]
    pub const fn decides(self) -> &'static [Decides] {
        match self {
            Self::ServiceRange => &[Decides::DefaultFamily, Decides::KubernetesService],
            Self::ClusterCidr => &[Decides::PodCidr],
            Self::NodeIp => &[Decides::PodIp, Decides::ProxyPrimary],
            Self::IpFamilies => &[Decides::ClusterIp, Decides::Endpoints, Decides::Variables],
            Self::Client => &[Decides::Connection],
        }
    }
}

/// How a client sorts the addresses of a name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Resolver {
    /// By the table of RFC 6724, as Go and musl do: unique local addresses stand behind IPv4.
    #[default]
    Rfc6724,
    /// By the table built into glibc, which is older: they stand before it.
    Glibc,
}

impl Resolver {
    /// What people call it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rfc6724 => "Go, musl",
            Self::Glibc => "glibc",
        }
    }

    /// Label and precedence of an address.
    fn policy(self, ip: IpAddr) -> (u8, u8) {
        if Family::of(ip) == Family::V4 {
            return (4, if self == Self::Glibc { 10 } else { 35 });
        }
        let bits = to_bits(ip);
        let begins = |with: u128, length: u32| bits >> (128 - length) == with;
        match self {
            _ if bits == 1 => (0, 50),
            _ if begins(0x2002, 16) => (2, 30),
            Self::Rfc6724 if begins(0x2001_0000, 32) => (5, 5),
            Self::Glibc if begins(0x2001_0000, 32) => (7, 40),
            Self::Rfc6724 if begins(0x7e, 7) => (13, 3),
            Self::Glibc if begins(0x7e, 7) => (6, 40),
            _ => (1, 40),
        }
    }

    /// Whether a connection from `from` to `to` is better than IPv4: rules 5 and 6 of RFC 6724, section 6.
    fn prefers_v6(self, from: IpAddr, to: IpAddr) -> bool {
        let ((own, _), (label, precedence)) = (self.policy(from), self.policy(to));
        let (_, of_v4) = self.policy(IpAddr::V4(std::net::Ipv4Addr::UNSPECIFIED));
        own == label && precedence > of_v4
    }
}

/// One of the five.
#[derive(Clone, PartialEq, Debug)]
pub struct First {
    /// Which one.
    pub which: Which,
    /// Its family; none where the text does not say it, or the component does not start.
    pub family: Option<Family>,
    /// Whether it decides anything here, or only follows another one.
    pub counts: bool,
    /// Where it comes from: a flag, if it is one.
    pub flag_ref: Option<FlagRef>,
    /// What that means, and from which values.
    pub says: Option<(&'static Rule, Vec<Fact>)>,
}

impl First {
    /// As a step, which can be rendered.
    #[must_use]
    pub fn step(&self) -> Option<Step> {
        let (rule, facts) = self.says.as_ref()?;
        Some(step(rule, facts.clone()))
    }
}

/// What the five are asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Asked<'a> {
    /// The node on which the client runs, by its place in [`Components::nodes`].
    pub node: usize,
    /// `spec.ipFamilies` as the manifest of the Service says it; empty if it names none.
    pub ip_families: &'a [Family],
    /// Whether the Service has both families, whatever it names.
    pub is_dual: bool,
    /// How the client sorts.
    pub resolver: Resolver,
}

/// The five firsts, in the order of [`Which::ALL`].
#[must_use]
pub fn firsts(components: &Components, asked: Asked<'_>) -> [First; 5] {
    let node = components.nodes.get(asked.node);
    let services = components.apiserver.running().map_or(&[][..], |known| &known.services);
    let controller = components.controller_manager.running();
    let flag_ref = |node: Option<&Node>, component, flag: &'static str| {
        let flags = node.map_or(&components.flags, |node| &node.text.flags);
        FlagRef { component, flag, span: flags.last(component, flag).map(|flag| flag.span) }
    };
    let none = |which| First { which, family: None, counts: false, flag_ref: None, says: None };

    let mut service = none(Which::ServiceRange);
    if let Some(range) = services.first() {
        let family = range.family();
        service.family = Some(family);
        service.counts = true;
        service.flag_ref = Some(flag_ref(None, Component::KubeApiserver, SERVICE_CLUSTER_IP_RANGE));
        service.says = Some((&SERVICE_RANGE_IS_FIRST, facts![range, family]));
    }
    let mut cluster = none(Which::ClusterCidr);
    if let Some((known, range)) = controller.and_then(|it| Some((it, it.cluster.first()?))) {
        let family = range.family();
        cluster.family = Some(family);
        cluster.counts = known.ipam.is_some();
        cluster.flag_ref = Some(flag_ref(None, Component::KubeControllerManager, CLUSTER_CIDR));
        cluster.says = Some(if cluster.counts {
            (&CLUSTER_RANGE_IS_FIRST, facts![range, family])
        } else {
            (&CLUSTER_RANGE_IS_UNUSED, facts![range])
        });
    }
    let mut own = none(Which::NodeIp);
    let agent = node.and_then(|node| node.kubelet.running());
    if let Some(ip) = agent.and_then(|agent| agent.host_ips.first()) {
        let family = Family::of(*ip);
        own.family = Some(family);
        own.counts = true;
        own.flag_ref = Some(flag_ref(node, Component::Kubelet, NODE_IP));
        own.says = Some((&NODE_IP_IS_FIRST, facts![ip, family]));
    }
    let mut families = none(Which::IpFamilies);
    families.family = asked.ip_families.first().copied().or(service.family);
    families.counts = !asked.ip_families.is_empty();
    families.says = families.family.map(|family| {
        let rule = if families.counts { &IP_FAMILIES_BEGIN } else { &IP_FAMILIES_FOLLOW };
        (rule, facts![family])
    });
    if !families.counts {
        families.flag_ref.clone_from(&service.flag_ref);
    }
    let mut client = none(Which::Client);
    let pods = controller.map_or(&[][..], |known| &known.cluster);
    let is_dual = asked.is_dual || asked.ip_families.len() > 1;
    client_choice(&mut client, services, pods, is_dual, families.family, asked.resolver);
    [service, cluster, own, families, client]
}

/// FIRST-5: of the addresses that the Service and the client's Pod both have.
fn client_choice(
    client: &mut First,
    services: &[Cidr],
    pods: &[Cidr],
    is_dual: bool,
    first: Option<Family>,
    resolver: Resolver,
) {
    let of = |ranges: &[Cidr], family| ranges.iter().find(|it| it.family() == family).copied();
    let usable = |family: Family| {
        let has = is_dual || first == Some(family);
        of(services, family).zip(of(pods, family)).filter(|_| has)
    };
    let (family, rule) = match (usable(Family::V4), usable(Family::V6)) {
        (Some(_), Some((to, from))) => {
            let is_v6 = resolver.prefers_v6(from.network(), to.network());
            (if is_v6 { Family::V6 } else { Family::V4 }, &CLIENT_CHOOSES)
        }
        (Some(_), None) => (Family::V4, &CLIENT_HAS_NO_CHOICE),
        (None, Some(_)) => (Family::V6, &CLIENT_HAS_NO_CHOICE),
        (None, None) => return,
    };
    client.family = Some(family);
    client.counts = rule == &CLIENT_CHOOSES;
    let facts =
        if client.counts { facts![resolver = resolver.name(), family] } else { facts![family] };
    client.says = Some((rule, facts));
}

#[cfg(test)]
mod tests {
    use super::{Asked, Resolver, Which, firsts};
    use crate::cluster::components::Components;
    use crate::net::Family::{V4, V6};
    use crate::release::version::KubeVersion;

    const SERVICES: &str =
        "kube-apiserver --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n";
    const PODS: &str = "kube-controller-manager --cluster-cidr=fd00:10:244::/56,10.244.0.0/16\n";
    const NODE: &str = "kubelet · a --node-ip=2001:db8::11,192.0.2.11\n";

    fn check(text: &str, asked: Asked<'_>, expect: &str) {
        let components = Components::start(KubeVersion::LATEST, text);
        let found = firsts(&components, asked);
        assert_eq!(found.each_ref().map(|first| first.which), Which::ALL);
        let found = found.map(|first| {
            assert_eq!(first.family.is_some(), first.step().is_some());
            let family = first.family.map_or("-", |family| family.name());
            format!("{family}{}", if first.counts { "!" } else { "" })
        });
        assert_eq!(found.join(" "), expect, "{text}");
    }

    #[test]
    fn each_first_is_another_components_business() {
        let text = [SERVICES, PODS, NODE].concat();
        let asked = Asked { is_dual: true, ..Asked::default() };
        check(&text, asked, "IPv4! IPv6 IPv6! IPv4 IPv4!");
        let text = text.replace("--cluster", "--allocate-node-cidrs --cluster");
        let asked = Asked { ip_families: &[V6, V4], ..asked };
        check(&text, asked, "IPv4! IPv6! IPv6! IPv6! IPv4!");
        check(&text, Asked { node: 7, ..asked }, "IPv4! IPv6! - IPv6! IPv4!");
    }

    #[test]
    fn what_the_text_does_not_say_has_no_family() {
        check("", Asked::default(), "- - - - -");
        check(SERVICES, Asked::default(), "IPv4! - - IPv4 -");
        check("kubelet --node-ip=::", Asked::default(), "- - IPv6! - -");
        check("--service-cluster-ip-range=x", Asked::default(), "- - - - -");
    }

    #[test]
    fn a_client_without_a_choice_takes_what_there_is() {
        let text = [SERVICES, PODS].concat();
        check(&text, Asked { ip_families: &[V6], ..Asked::default() }, "IPv4! IPv6 - IPv6! IPv6");
        check(&text, Asked { ip_families: &[V4], ..Asked::default() }, "IPv4! IPv6 - IPv4! IPv4");
        let single = text.replace("fd00:10:244::/56,", "");
        check(&single, Asked { is_dual: true, ..Asked::default() }, "IPv4! IPv4 - IPv4 IPv4");
    }

    #[test]
    fn unique_local_addresses_stand_behind_ipv4_for_some_and_before_it_for_others() {
        let choice = |from: &str, to: &str| {
            let (from, to) = (from.parse().expect("an address"), to.parse().expect("an address"));
            [Resolver::Rfc6724, Resolver::Glibc].map(|it| it.prefers_v6(from, to))
        };
        assert_eq!(choice("fd00::", "fd00::"), [false, true]);
        assert_eq!(choice("2001:db8::", "2001:db8::"), [true, true]);
        // Labels differ: IPv4, where they agree, is better.
        assert_eq!(choice("fd00::", "2001:db8::"), [false, false]);
        assert_eq!(choice("2002::", "2002::"), [false, true]);
    }
}
