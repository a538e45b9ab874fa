//! Which ranges can a new cluster have that nobody else has? A /48 of RFC 4193 from 40 random bits, cut into a
//! network of nodes, a range of Pods and one of Services, and private IPv4 ranges beside them.
//!
//! Invariants: the ranges are apart, every component starts with them, and no two disagree. The core has no
//! chance of its own: the bits are handed in.

use crate::cluster::nodes::{ON_NODES, nodes};
use crate::explain::trace::Step;
use crate::facts;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::edit::{Change, Editor, Placement, add_section};
use crate::source::flags::table::{
    ADVERTISE_ADDRESS, ALLOCATE_NODE_CIDRS, CLUSTER_CIDR, NODE_IP, SERVICE_CLUSTER_IP_RANGE,
};
use crate::source::flags::{Component, FlagsText, parse};

use super::ruler::at;
use super::step;

rules! {
    /// The site.
    SITE_IS_UNIQUE {
        id: "PLAN-8a", slug: "plan-begins-with-a-site-of-its-own",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc4193 section 3.2.2",
        evidence: Documentation,
        facts: [site],
        en: "{site} is the site prefix: `fd` and 40 random bits. The probability that another network you connect to later has the same prefix is less than one in a million million.",
        zh: "{site} 是站点前缀：`fd` 加 40 个随机位。日后与你的网络互联的另一个网络恰好使用相同前缀的概率不到一万亿分之一。",
    }
    /// Three parts.
    SITE_IS_CUT {
        id: "PLAN-8b", slug: "plan-cuts-the-site",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        facts: [nodes, pods, services],
        en: "Its first /64, {nodes}, is the node network, in which nodes can configure their own addresses; {pods} is enough for 256 nodes with a /64 each; {services} for 65535 Services. The rest is free.",
        zh: "其第一个 /64（{nodes}）是节点网络，节点可在其中自行配置地址；{pods} 可供 256 个节点各得一个 /64；{services} 可供 65535 个 Service。其余空闲。",
    }
    /// IPv4 beside it.
    IPV4_IS_PRIVATE {
        id: "PLAN-8c", slug: "plan-has-private-ipv4-beside",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc1918 section 3",
        evidence: Documentation,
        facts: [nodes, pods, services],
        en: "IPv4 has no unique local ranges: {nodes} for the nodes, {pods} for Pods and {services} for Services are private (RFC 1918) and chosen by the same random bits, so that they rarely equal those of a neighboring network.",
        zh: "IPv4 没有唯一本地范围：节点用的 {nodes}、Pod 用的 {pods} 和 Service 用的 {services} 都是私有地址（RFC 1918），由相同的随机位选出，因此很少与相邻网络的相同。",
    }
}

/// A range of each family.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pair {
    /// Of IPv4.
    pub v4: Cidr,
    /// Of IPv6.
    pub v6: Cidr,
}

impl Pair {
    fn of(self, family: Family) -> Cidr {
        match family {
            Family::V4 => self.v4,
            Family::V6 => self.v6,
        }
    }

    /// As a flag has it, this family first.
    #[must_use]
    pub fn list(self, first: Family) -> String {
        format!("{},{}", self.of(first), self.of(first.other()))
    }

    /// The addresses of a machine by its number; `None` if the network has not that many.
    fn machine(self, first: Family, number: u128) -> Option<String> {
        // In IPv6 the number is written as it is read in IPv4.
        let hex = u128::from_str_radix(&number.to_string(), 16).ok()?;
        let ip = |family| self.of(family).nth(if family == Family::V6 { hex } else { number });
        Some(format!("{},{}", ip(first)?, ip(first.other())?))
    }
}

/// The ranges of a new cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Plan {
    /// The /48 that all IPv6 ranges are of.
    pub site: Cidr,
    /// The network of the nodes.
    pub nodes: Pair,
    /// The range of which each Node gets a block.
    pub pods: Pair,
    /// The range of the cluster IPs.
    pub services: Pair,
    /// The family that comes first everywhere.
    pub first: Family,
}

/// The number that the machine of kube-apiserver has in the network of the nodes; those of nodes follow.
const API_SERVER: u128 = 10;

/// The nodes of a plan that is not put into a text which has some.
const NODES: [&str; 2] = ["node-1", "node-2"];

impl Plan {
    /// A plan from random bits, of which the lower 40 count. `None` never comes, but a range is not made without
    /// being checked.
    #[must_use]
    pub fn new(random: u64, first: Family) -> Option<Self> {
        let id = u128::from(random & 0xff_ffff_ffff);
        let base = 0xfd << 120 | id << 80;
        let v6 = |subnet: u128, prefix| at(Family::V6, base | subnet << 64, prefix);
        let v4 = |ip: [u8; 4], prefix| at(Family::V4, u32::from_be_bytes(ip).into(), prefix);
        // Two neighbouring /16 of 10.0.0.0/8. The networks that home routers and kubeadm's examples like are
        // left out of 192.168.0.0/16.
        let [.., low, high] = (id ^ id >> 16 ^ id >> 32).to_be_bytes();
        let pods = high & 0xfe;
        let third = 2 + low % 250;
        Some(Self {
            site: v6(0, 48)?,
            nodes: Pair { v4: v4([192, 168, third, 0], 24)?, v6: v6(0, 64)? },
            pods: Pair { v4: v4([10, pods, 0, 0], 16)?, v6: v6(0x100, 56)? },
            services: Pair { v4: v4([10, pods | 1, 0, 0], 16)?, v6: v6(0x200, 112)? },
            first,
        })
    }

    /// Every range of it.
    pub fn ranges(&self) -> impl Iterator<Item = Cidr> {
        [self.nodes, self.pods, self.services].into_iter().flat_map(|pair| [pair.v4, pair.v6])
    }

    /// What it means.
    #[must_use]
    pub fn steps(&self) -> [Step; 3] {
        let Self { site, nodes, pods, services, .. } = self;
        [
            step(&SITE_IS_UNIQUE, facts![site]),
            step(&SITE_IS_CUT, facts![nodes = nodes.v6, pods = pods.v6, services = services.v6]),
            step(
                &IPV4_IS_PRIVATE,
                facts![nodes = nodes.v4, pods = pods.v4, services = services.v4],
            ),
        ]
    }

    /// A text of flags with the ranges of this plan in the place of its own, for all four components. What else it
    /// says stays; components and nodes that it does not have join it at its end.
    #[must_use]
    pub fn put_into(&self, text: &str) -> String {
        use Component::{KubeApiserver, KubeControllerManager, KubeProxy, Kubelet};
        let mut text = text.to_owned();
        for component in [KubeApiserver, KubeControllerManager] {
            if !parse(&text).sections.iter().any(|section| section.component == component) {
                add_section(&mut text, component.name());
            }
        }
        for component in ON_NODES {
            let sections = parse(&text).sections;
            if sections.iter().any(|section| section.component == component) {
                continue;
            }
            match component {
                Kubelet => {
                    // Nodes that a heading of kube-proxy names, or two new ones.
                    let known = nodes(&parse(&text), &text);
                    let named = known.iter().filter(|node| node.named_at.is_some());
                    let mut names: Vec<String> = named.map(|node| node.name.to_string()).collect();
                    if names.is_empty() {
                        names = NODES.map(str::to_owned).to_vec();
                    }
                    for name in names {
                        add_section(&mut text, &format!("{} · {name}", component.name()));
                    }
                }
                component => add_section(&mut text, component.name()),
            }
        }
        let (pods, services) = (self.pods.list(self.first), self.services.list(self.first));
        let advertise = self.nodes.machine(self.first, API_SERVER);
        let advertise = advertise.and_then(|pair| Some(pair.split_once(',')?.0.to_owned()));
        set(&parse(&text), &mut text, KubeApiserver, SERVICE_CLUSTER_IP_RANGE, &services);
        set(
            &parse(&text),
            &mut text,
            KubeApiserver,
            ADVERTISE_ADDRESS,
            &advertise.unwrap_or_default(),
        );
        set(&parse(&text), &mut text, KubeControllerManager, ALLOCATE_NODE_CIDRS, "true");
        set(&parse(&text), &mut text, KubeControllerManager, CLUSTER_CIDR, &pods);
        set(&parse(&text), &mut text, KubeControllerManager, SERVICE_CLUSTER_IP_RANGE, &services);
        let count = nodes(&parse(&text), &text).len();
        for i in 0..count {
            // Each edit moves what stands behind it.
            let all = nodes(&parse(&text), &text);
            let Some(node) = all.get(i) else { break };
            set(&node.flags, &mut text, KubeProxy, CLUSTER_CIDR, &pods);
            let all = nodes(&parse(&text), &text);
            let Some(node) = all.get(i) else { break };
            let pair = self.nodes.machine(self.first, API_SERVER + 1 + i as u128);
            let Some(pair) = pair else { continue };
            set(&node.flags, &mut text, Kubelet, NODE_IP, &pair);
        }
        text
    }

    /// The flags of all four components, as a text of its own.
    #[must_use]
    pub fn flags(&self) -> String {
        self.put_into("")
    }
}

fn set(flags: &FlagsText, text: &mut String, component: Component, name: &str, value: &str) {
    let editor = Editor { text, flags, component, placement: Placement::LikeLast };
    if let Some(edit) = editor.change(name, Change::Set(value)) {
        *text = edit.apply(text);
    }
}

#[cfg(test)]
mod tests {
    use super::Plan;
    use crate::cluster::components::Components;
    use crate::net::Family::{V4, V6};
    use crate::planning::explain::UniqueLocal;
    use crate::planning::ranges::{Meets, entries, meetings};
    use crate::release::version::KubeVersion;

    const RANDOM: u64 = 0xe4_8dba_82e1;

    fn plan(random: u64, first: crate::net::Family) -> Plan {
        Plan::new(random, first).expect("every number makes a plan")
    }

    #[test]
    fn the_text_has_the_flags_of_all_four() {
        assert_eq!(
            plan(RANDOM, V4).flags(),
            "kube-apiserver
--service-cluster-ip-range=10.191.0.0/16,fde4:8dba:82e1:200::/112
--advertise-address=192.168.17.10

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.190.0.0/16,fde4:8dba:82e1:100::/56
--service-cluster-ip-range=10.191.0.0/16,fde4:8dba:82e1:200::/112

kube-proxy
--cluster-cidr=10.190.0.0/16,fde4:8dba:82e1:100::/56

kubelet · node-1
--node-ip=192.168.17.11,fde4:8dba:82e1::11

kubelet · node-2
--node-ip=192.168.17.12,fde4:8dba:82e1::12
"
        );
    }

    /// Nothing is wrong with a text that has a plan in it.
    fn fits(version: KubeVersion, text: &str) {
        let components = Components::start(version, text);
        for status in components.all() {
            assert_eq!(status.errors, [], "{version} {}\n{text}", status.component.name());
        }
        assert_eq!(components.findings(), [], "{version}\n{text}");
        let found = entries(&components);
        let met = meetings(&found);
        assert!(met.iter().all(|it| it.meets == Meets::Agrees), "{met:#?}");
    }

    #[test]
    fn every_number_makes_a_plan_in_which_everything_fits() {
        let mut random = 1_u64;
        for round in 0..300 {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let bits = match round {
                0 => 0,
                1 => u64::MAX,
                _ => random >> 20,
            };
            let plan = plan(bits, if round % 2 == 0 { V4 } else { V6 });
            let ranges: Vec<_> = plan.ranges().collect();
            for (i, one) in ranges.iter().enumerate() {
                for other in &ranges[i + 1..] {
                    assert!(!one.covers(*other) && !other.covers(*one), "{one} {other}");
                }
            }
            let parts = UniqueLocal::of(plan.site).expect("the site is unique local");
            assert_eq!(parts.global_id, bits & 0xff_ffff_ffff);
            fits(KubeVersion::LATEST, &plan.flags());
        }
    }

    #[test]
    fn a_plan_starts_in_every_release_whose_gate_is_on() {
        for version in KubeVersion::all().filter(|version| version.to_string() != "1.20") {
            for first in [V4, V6] {
                fits(version, &plan(RANDOM, first).flags());
            }
        }
    }

    #[test]
    fn a_plan_takes_the_place_of_the_ranges_and_leaves_the_rest() {
        let text = "# provider: ipv4
--service-cluster-ip-range=10.96.0.0/16 --service-node-port-range=30000-30100

kube-proxy · worker-1
--proxy-mode=nftables --cluster-cidr=10.244.0.0/16
kube-proxy · worker-2
";
        let put = plan(RANDOM, V4).put_into(text);
        for kept in [
            "# provider: ipv4",
            "--service-node-port-range=30000-30100",
            "kube-proxy · worker-1",
            "--proxy-mode=nftables",
            "kubelet · worker-1",
            "kubelet · worker-2",
        ] {
            assert!(put.contains(kept), "{kept}\n{put}");
        }
        assert!(!put.contains("10.96.0.0") && !put.contains("10.244.0.0"), "{put}");
        let both = put.replace("# provider: ipv4\n", "");
        fits(KubeVersion::LATEST, &both);
        assert_eq!(plan(RANDOM, V4).put_into(&put), put, "once more changes nothing");
        assert_ne!(plan(RANDOM + 1, V4).put_into(&put), put);
    }
}
