//! Which ranges do the components of a text know, and where do they meet? Two ranges are apart, or one lies in
//! the other: there is nothing between.

use std::net::IpAddr;
use std::rc::Rc;

use super::step;
use crate::cluster::components::{Components, Node};
use crate::explain::text::Text;
use crate::explain::trace::Step;
use crate::facts;
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{
    ADVERTISE_ADDRESS, CLUSTER_CIDR, NODE_IP, SERVICE_CLUSTER_IP_RANGE,
};
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;

rules! {
    /// One address, two owners.
    RANGES_CLASH {
        id: "PLAN-7a", slug: "ranges-of-two-uses-meet",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [one, as_one, other, as_other, shared],
        en: "{one} ({as_one}) and {other} ({as_other}) overlap in {shared}: an address there can be allocated twice.",
        zh: "{one}（{as_one}）和 {other}（{as_other}）在 {shared} 重叠：其中的地址可能被重复分配。",
    }
    /// Two components that do not know the same.
    RANGES_DIFFER {
        id: "PLAN-7b", slug: "ranges-of-one-use-differ",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [one, as_one, other, as_other],
        en: "{one} ({as_one}) and {other} ({as_other}) have the same purpose, but differ.",
        zh: "{one}（{as_one}）和 {other}（{as_other}）用途相同，范围却不同。",
    }
    /// Two components that agree.
    RANGES_AGREE {
        id: "PLAN-7c", slug: "ranges-of-one-use-agree",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/cluster-administration/networking",
        evidence: Documentation,
        facts: [one, as_one, as_other],
        en: "{one} is the same in both places: {as_one}, {as_other}.",
        zh: "{one} 在两处一致：{as_one}、{as_other}。",
    }
    /// Two machines with one address.
    MACHINES_SHARE_AN_ADDRESS {
        id: "PLAN-7d", slug: "two-nodes-have-one-address",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/architecture/nodes",
        evidence: Assumed,
        facts: [ip, one, other],
        en: "The nodes {one} and {other} both have {ip}.",
        zh: "节点 {one} 和 {other} 都拥有 {ip}。",
    }
}

/// What a range is to the component that has it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Kind {
    /// kube-apiserver gives Services their addresses from it.
    Services,
    /// kube-controller-manager keeps it from Nodes.
    KeptFromNodes,
    /// kube-controller-manager gives Nodes their blocks from it.
    Pods,
    /// kube-proxy takes what comes from it for Pods.
    ProxyPods,
    /// The block of a Node.
    NodeBlock,
    /// The address of a node.
    Machine,
    /// The address of kube-apiserver.
    ApiServer,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Services,
        Self::KeptFromNodes,
        Self::Pods,
        Self::ProxyPods,
        Self::NodeBlock,
        Self::Machine,
        Self::ApiServer,
    ];

    /// What it is called.
    #[must_use]
    pub const fn name(self) -> Text {
        match self {
            Self::Services => Text { en: "Services", zh: "Service" },
            Self::KeptFromNodes => Text {
                en: "Services in kube-controller-manager",
                zh: "kube-controller-manager 中的 Service",
            },
            Self::Pods => Text { en: "Pods", zh: "Pod" },
            Self::ProxyPods => Text { en: "Pods in kube-proxy", zh: "kube-proxy 中的 Pod" },
            Self::NodeBlock => Text { en: "Pods of one Node", zh: "单个节点的 Pod" },
            Self::Machine => Text { en: "a node", zh: "节点" },
            Self::ApiServer => Text { en: "kube-apiserver", zh: "kube-apiserver 地址" },
        }
    }

    /// What its addresses belong to: two ranges of one use may meet.
    const fn usage(self) -> Kind {
        match self {
            Self::Services | Self::KeptFromNodes => Self::Services,
            Self::Pods | Self::ProxyPods | Self::NodeBlock => Self::Pods,
            Self::Machine | Self::ApiServer => Self::Machine,
        }
    }
}

/// A range of the cluster.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: Kind,
    /// The range; of a machine the one address.
    pub range: Cidr,
    /// Whose flag it stands in, or who gave it out.
    pub component: Component,
    /// The flag, without dashes; none of what was given out.
    pub flag: Option<&'static str>,
    /// The nodes that it is on, if it is on nodes.
    pub nodes: Vec<Rc<str>>,
    /// Where it stands in the text.
    pub span: Option<Span>,
}

/// Every range that the components of a text know, by family and address, the wider first.
#[must_use]
pub fn entries(components: &Components) -> Vec<Entry> {
    let mut found = Vec::new();
    let text = &components.text;
    let mut add =
        |kind, range: Cidr, component, flag: Option<&'static str>, node: Option<&Node>| {
            let flags = node.map_or(&components.flags, |node| &node.text.flags);
            let span = flag.and_then(|flag| place(text, flags, component, flag, range));
            let nodes: Vec<Rc<str>> = node.iter().map(|node| Rc::clone(&node.text.name)).collect();
            let entry = Entry { kind, range, component, flag, nodes, span };
            // What one section says of several nodes stands once, unless each can only have its own.
            let same = found.iter_mut().find(|other: &&mut Entry| {
                node.is_some()
                    && kind == Kind::ProxyPods
                    && (other.kind, other.range, other.span)
                        == (entry.kind, entry.range, entry.span)
            });
            match same {
                Some(other) => other.nodes.extend(entry.nodes),
                None => found.push(entry),
            }
        };
    let (api, controller) = (Component::KubeApiserver, Component::KubeControllerManager);
    if let Some(known) =
        components.apiserver.knows.as_ref().filter(|_| components.apiserver.is_given)
    {
        for range in &known.services {
            add(Kind::Services, *range, api, Some(SERVICE_CLUSTER_IP_RANGE), None);
        }
        let is_written = components.flags.last(api, ADVERTISE_ADDRESS).is_some();
        if let Some(range) = single(known.completed.advertise).filter(|_| is_written) {
            add(Kind::ApiServer, range, api, Some(ADVERTISE_ADDRESS), None);
        }
    }
    let report = &components.controller_manager;
    if let Some(known) = report.knows.as_ref().filter(|_| report.is_given) {
        for range in &known.services {
            add(Kind::KeptFromNodes, *range, controller, Some(SERVICE_CLUSTER_IP_RANGE), None);
        }
        for range in &known.cluster {
            add(Kind::Pods, *range, controller, Some(CLUSTER_CIDR), None);
        }
    }
    for node in &components.nodes {
        for range in node.pod_cidrs.iter().filter_map(|text| parse_cidr(text)) {
            add(Kind::NodeBlock, Cidr::new(range.net), controller, None, Some(node));
        }
        if let Some(known) = node.proxy.knows.as_ref().filter(|_| node.proxy.is_given) {
            for range in &known.cluster {
                add(Kind::ProxyPods, *range, Component::KubeProxy, Some(CLUSTER_CIDR), Some(node));
            }
        }
        if let Some(known) = node.kubelet.knows.as_ref().filter(|_| node.kubelet.is_given) {
            let own = known.kubelet.node_ips.iter().filter(|ip| !ip.is_unspecified());
            for range in own.filter_map(|ip| single(*ip)) {
                add(Kind::Machine, range, Component::Kubelet, Some(NODE_IP), Some(node));
            }
        }
    }
    found.sort_by_key(|it| (it.range.family(), it.range.network(), it.range.prefix_len(), it.kind));
    found
}

/// An address as a range.
fn single(ip: IpAddr) -> Option<Cidr> {
    ipnet::IpNet::new(ip, Family::of(ip).bits()).ok().map(Cidr::new)
}

/// Where in the text of a flag a range, or an address, stands.
fn place(
    text: &str,
    flags: &FlagsText,
    component: Component,
    flag: &str,
    range: Cidr,
) -> Option<Span> {
    let is_it = |entry: &str| {
        let ip = || parse_ip(entry).and_then(|read| single(read.ip));
        parse_cidr(entry).map(|read| Cidr::new(read.net)).or_else(ip) == Some(range)
    };
    let mut entries = flags.last(component, flag)?.entries(text);
    entries.find(|(_, entry)| is_it(entry.trim())).map(|(span, _)| span)
}

/// How two ranges meet.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Meets {
    /// They are for the same, and the same.
    Agrees,
    /// They are for the same, and not the same.
    Differs,
    /// They are for two things.
    Clashes,
}

/// Two ranges that meet, by their numbers in the list of entries.
#[derive(Clone, PartialEq, Debug)]
pub struct Meeting {
    /// The wider one, or the first.
    pub one: usize,
    /// The other, which is what they share.
    pub other: usize,
    /// How.
    pub meets: Meets,
    /// What it means.
    pub step: Step,
}

/// Where ranges meet, the worst first. That the block of a Node lies in the range of the Pods goes without saying.
#[must_use]
pub fn meetings(entries: &[Entry]) -> Vec<Meeting> {
    let mut found = Vec::new();
    // In this order each range is followed by those that lie in it.
    let mut around: Vec<usize> = Vec::new();
    for (i, entry) in entries.iter().enumerate() {
        around.retain(|outer| entries[*outer].range.covers(entry.range));
        for outer in &around {
            found.extend(meeting(entries, *outer, i));
        }
        around.push(i);
    }
    found.sort_by_key(|it| std::cmp::Reverse(it.meets));
    found
}

fn meeting(entries: &[Entry], outer: usize, inner: usize) -> Option<Meeting> {
    let (one, other) = (&entries[outer], &entries[inner]);
    let kinds = [one.kind, other.kind];
    let (as_one, as_other) = (one.kind.name(), other.kind.name());
    let (meets, step) = if kinds == [Kind::Machine; 2] {
        let node = |entry: &Entry| entry.nodes.join(", ");
        let facts = facts![ip = one.range.network(), one = node(one), other = node(other)];
        (Meets::Clashes, step(&MACHINES_SHARE_AN_ADDRESS, facts))
    } else if one.kind.usage() != other.kind.usage() {
        let shared = other.range;
        let facts = facts![one = one.range, as_one, other = other.range, as_other, shared];
        (Meets::Clashes, step(&RANGES_CLASH, facts))
    } else if kinds.contains(&Kind::NodeBlock)
        || one.kind == other.kind
        || one.kind.usage() == Kind::Machine
    {
        return None;
    } else if one.range == other.range {
        (Meets::Agrees, step(&RANGES_AGREE, facts![one = one.range, as_one, as_other]))
    } else {
        let facts = facts![one = one.range, as_one, other = other.range, as_other];
        (Meets::Differs, step(&RANGES_DIFFER, facts))
    };
    Some(Meeting { one: outer, other: inner, meets, step })
}

#[cfg(test)]
mod tests {
    use super::{Meets, entries, meetings};
    use crate::cluster::components::Components;
    use crate::explain::text::Lang;
    use crate::release::version::KubeVersion;

    const DUAL: &str = "kube-apiserver --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112
kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16,fd00:10:244::/56 \\
  --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-proxy --cluster-cidr=10.244.0.0/16,fd00:10:244::/56
kubelet · a --node-ip=192.0.2.11,2001:db8::11
kubelet · b --node-ip=192.0.2.12,2001:db8::12
";

    #[test]
    fn every_range_that_a_component_knows_is_listed_with_its_place() {
        let components = Components::start(KubeVersion::LATEST, DUAL);
        let found = entries(&components);
        let line = |it: &super::Entry| {
            let text = it.span.map_or("-", |span| &DUAL[span.start..span.end]);
            format!("{} {} {:?} {}", it.range, text, it.kind, it.nodes.join(","))
        };
        let lines: Vec<String> = found.iter().map(|it| line(it).trim().to_owned()).collect();
        assert_eq!(
            lines,
            [
                "10.96.0.0/16 10.96.0.0/16 Services",
                "10.96.0.0/16 10.96.0.0/16 KeptFromNodes",
                "10.244.0.0/16 10.244.0.0/16 Pods",
                "10.244.0.0/16 10.244.0.0/16 ProxyPods a,b",
                "10.244.0.0/24 - NodeBlock a",
                "10.244.1.0/24 - NodeBlock b",
                "192.0.2.11/32 192.0.2.11 Machine a",
                "192.0.2.12/32 192.0.2.12 Machine b",
                "2001:db8::11/128 2001:db8::11 Machine a",
                "2001:db8::12/128 2001:db8::12 Machine b",
                "fd00:10:96::/112 fd00:10:96::/112 Services",
                "fd00:10:96::/112 fd00:10:96::/112 KeptFromNodes",
                "fd00:10:244::/56 fd00:10:244::/56 Pods",
                "fd00:10:244::/56 fd00:10:244::/56 ProxyPods a,b",
                "fd00:10:244::/64 - NodeBlock a",
                "fd00:10:244:1::/64 - NodeBlock b",
            ]
        );
    }

    /// The meetings that are more than agreement.
    fn check(old: &str, new: &str, expect: &[&str]) {
        assert!(DUAL.contains(old), "{old}");
        let text = DUAL.replace(old, new);
        let found = entries(&Components::start(KubeVersion::LATEST, &text));
        let met = meetings(&found);
        let mut lines = Vec::new();
        for it in met.iter().filter(|it| it.meets != Meets::Agrees) {
            assert!(found[it.one].range.covers(found[it.other].range));
            let (one, other) = (&found[it.one], &found[it.other]);
            lines.push(format!("{:?} {:?} {}", one.kind, other.kind, it.step.rule.id));
        }
        assert_eq!(lines, expect, "{text}");
        let order: Vec<Meets> = met.iter().map(|it| it.meets).collect();
        assert!(order.is_sorted_by(|a, b| a >= b));
    }

    #[test]
    fn ranges_of_two_uses_clash_and_those_of_one_differ() {
        check("", "", &[]);
        check(
            "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56 \\",
            "--cluster-cidr=10.0.0.0/8,fd00:10:244::/56 \\",
            &["Pods Services PLAN-7a", "Pods KeptFromNodes PLAN-7a", "Pods ProxyPods PLAN-7b"],
        );
        check(
            "192.0.2.12,",
            "10.96.0.12,",
            &["Services Machine PLAN-7a", "KeptFromNodes Machine PLAN-7a"],
        );
        check("192.0.2.12,", "192.0.2.11,", &["Machine Machine PLAN-7d"]);
        check(
            "192.0.2.12,",
            "10.244.1.12,",
            &["Pods Machine PLAN-7a", "ProxyPods Machine PLAN-7a", "NodeBlock Machine PLAN-7a"],
        );
        check(
            "kube-apiserver --service-cluster-ip-range=10.96.0.0/16",
            "kube-apiserver --service-cluster-ip-range=10.96.0.0/12",
            &["Services KeptFromNodes PLAN-7b"],
        );
        // kube-apiserver runs on a machine.
        check("kube-apiserver ", "kube-apiserver --advertise-address=192.0.2.11 ", &[]);
    }

    #[test]
    fn agreement_is_said_once_for_each_pair() {
        let found = entries(&Components::start(KubeVersion::LATEST, DUAL));
        let agree = meetings(&found);
        assert_eq!(agree.len(), 4);
        let says = agree[0].step.plain(Lang::En);
        assert!(says.starts_with("10.96.0.0/16 is the same in both places: Services, "), "{says}");
    }

    #[test]
    fn a_component_that_exits_still_shows_what_it_read() {
        let text = "kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00:10:244::/47";
        let found = entries(&Components::start(KubeVersion::LATEST, text));
        assert_eq!(found.len(), 1);
        assert_eq!(entries(&Components::start(KubeVersion::LATEST, "")), []);
    }
}
