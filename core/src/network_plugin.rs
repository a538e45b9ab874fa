//! Which addresses do the Pods of a Node get? Rules POD-1 to POD-3, for network plugins that leave it to
//! host-local.
//! Source: containernetworking/plugins plugins/ipam/host-local: main.go cmdAdd, backend/allocator.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::explain::rule::Rule;
use crate::explain::trace::{Effect, Step, Trace};
use crate::facts;
use crate::net::cidr::to_bits;
use crate::net::go_parse::parse_cidr;
use crate::net::{Cidr, Family, Runs};
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A Pod gets an address.
    POD_GETS_NEXT_ADDRESS {
        id: "POD-1a", slug: "pod-gets-the-next-address",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/allocator.go Get",
        evidence: Recorded,
        facts: [pod, address, range, gateway],
        en: "{pod} gets {address}, the next free address of {range} after the last one allocated. {gateway} is the gateway, so no Pod gets it; a released address is reused last.",
        zh: "{pod} 获得 {address}，即 {range} 中上次分配的地址之后的下一个空闲地址。{gateway} 是网关，不会分配给 Pod；释放的地址最后才会再次使用。",
    }
    /// A Pod asks twice.
    POD_HAS_AN_ADDRESS {
        id: "POD-1b", slug: "pod-has-an-address-already",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/allocator.go Get",
        evidence: Recorded,
        facts: [pod, address],
        en: "{pod} already has {address}, and a sandbox is allocated an address only once.",
        zh: "{pod} 已有 {address}，一个沙箱只会分配一次地址。",
    }
    /// No address is left.
    NO_ADDRESS_IS_LEFT {
        id: "POD-2a", slug: "no-pod-address-is-left",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/main.go cmdAdd",
        evidence: Recorded,
        facts: [pod, range],
        en: "All addresses of {range} are allocated, so {pod} gets none of either address family: its sandbox is not created (`FailedCreatePodSandBox`), and the kubelet retries.",
        zh: "{range} 的所有地址均已分配，因此 {pod} 得不到任何地址族的地址：沙箱创建失败（`FailedCreatePodSandBox`），kubelet 会重试。",
    }
    /// The other family's address goes back.
    ADDRESS_IS_GIVEN_BACK {
        id: "POD-2b", slug: "address-of-the-other-family-is-given-back",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/main.go cmdAdd",
        evidence: SourceRead,
        facts: [pod, address],
        en: "{address} was allocated to {pod} before the other address family failed, and was released again. The next Pod still gets an address after it.",
        zh: "在另一个地址族分配失败之前，{address} 已分配给 {pod}，随后被释放。但下一个 Pod 仍从它之后的地址开始分配。",
    }
    /// A Node without ranges.
    NODE_HAS_NO_RANGE {
        id: "POD-3d", slug: "node-has-no-pod-range",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/config.go LoadIPAMConfig",
        evidence: SourceRead,
        facts: [],
        en: "The Node has no `podCIDRs`, so there is no range to allocate an address from, and no Pod starts on it unless it uses `hostNetwork`.",
        zh: "节点没有 `podCIDRs`，因此没有可供分配地址的范围；除了使用 `hostNetwork` 的 Pod，其他 Pod 都无法在此节点上启动。",
    }
    /// A range without room.
    RANGE_IS_TOO_SMALL {
        id: "POD-3a", slug: "pod-range-is-too-small",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go Canonicalize",
        evidence: Recorded,
        facts: [range],
        en: "{range} has no room for a gateway and a Pod besides its first and last address, so no Pod starts on this Node.",
        zh: "除首尾地址外，{range} 容纳不下网关和 Pod，因此此节点上无法启动任何 Pod。",
    }
    /// A range that is written as an address in it.
    RANGE_HAS_HOST_BITS {
        id: "POD-3b", slug: "pod-range-has-host-bits",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go Canonicalize",
        evidence: SourceRead,
        facts: [range],
        en: "{range} is an address with host bits, not the range that contains it, so no Pod starts on this Node.",
        zh: "{range} 是带有主机位的地址，而不是它所在的范围，因此此节点上无法启动任何 Pod。",
    }
    /// A text that is no range.
    RANGE_DOES_NOT_PARSE {
        id: "POD-3c", slug: "pod-range-does-not-parse",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/config.go LoadIPAMConfig",
        evidence: SourceRead,
        facts: [range],
        en: "{range} is not a CIDR, so no Pod starts on this Node.",
        zh: "{range} 不是 CIDR，因此此节点上无法启动任何 Pod。",
    }
}

/// A range that host-local does not take; printed as the plugin prints it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ConfigError {
    /// The Node has no range.
    NoRanges,
    /// Of its addresses none is left for Pods.
    TooSmall(String),
    /// The text has bits set behind the prefix of the range.
    HostBits(String, Cidr),
    /// The text is no range.
    NoRange(String),
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoRanges => f.write_str("no IP ranges specified"),
            Self::TooSmall(range) => write!(f, "Network {range} too small to allocate from"),
            Self::HostBits(_, range) => write!(
                f,
                "Network has host bits set. For a subnet mask of length {} the network address is {}",
                range.prefix_len(),
                range.network()
            ),
            Self::NoRange(text) => write!(f, "invalid CIDR address: {text}"),
        }
    }
}

impl ConfigError {
    /// Records the decision as a step.
    pub fn explain(&self, trace: &mut Trace) {
        let (rule, facts) = match self {
            Self::NoRanges => (&NODE_HAS_NO_RANGE, facts![]),
            Self::TooSmall(range) => (&RANGE_IS_TOO_SMALL, facts![range]),
            Self::HostBits(range, _) => (&RANGE_HAS_HOST_BITS, facts![range]),
            Self::NoRange(range) => (&RANGE_DOES_NOT_PARSE, facts![range]),
        };
        trace.reject(rule, FieldPath::spec("podCIDRs"), facts);
    }
}

/// An address of a Pod.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PodAddress {
    /// The address.
    pub ip: IpAddr,
    /// The range of the Node that it is of.
    pub range: Cidr,
    /// The address of the Node in that range, through which the Pod sends.
    pub gateway: IpAddr,
}

impl fmt::Display for PodAddress {
    /// `<address>/<prefix length>`, as the plugin answers.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.ip, self.range.prefix_len())
    }
}

/// Why a Pod gets no address; printed as the plugin prints it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// No address is left.
    Exhausted {
        /// The place of the range.
        index: usize,
        /// The range.
        range: Cidr,
        /// Its first and its last address for Pods and the gateway.
        span: (IpAddr, IpAddr),
        /// Addresses of ranges before it, which are free again.
        given_back: Vec<IpAddr>,
    },
    /// The Pod has an address.
    Duplicate {
        /// The place of the range.
        index: usize,
        /// The address it has.
        ip: IpAddr,
        /// The Pod.
        pod: Rc<str>,
    },
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exhausted { index, span: (first, last), .. } => write!(
                f,
                "failed to allocate for range {index}: no IP addresses available in range set: \
                 {first}-{last}"
            ),
            Self::Duplicate { index, ip, pod } => write!(
                f,
                "failed to allocate for range {index}: {ip} has been allocated to {pod}, duplicate \
                 allocation is not allowed"
            ),
        }
    }
}

/// Records what became of a Pod's request as steps. (Nobody needs that of all Pods of a large cluster,
/// so it is not done by the way.)
pub fn explain(pod: &str, result: &Result<Vec<PodAddress>, Failure>, trace: &mut Trace) {
    let mut push = |rule: &'static Rule, at, facts, effect| {
        trace.push(Step { rule, at, facts, effect, origin: None });
    };
    let pod_ips = FieldPath::default().field("status").field("podIPs");
    match result {
        Ok(addresses) => {
            for (i, PodAddress { ip, range, gateway }) in addresses.iter().enumerate() {
                let facts = facts![pod, address = *ip, range, gateway];
                let effect = Effect::Allocated { value: ip.to_string().into() };
                push(&POD_GETS_NEXT_ADDRESS, pod_ips.clone().index(i), facts, effect);
            }
        }
        Err(Failure::Exhausted { range, given_back, .. }) => {
            let facts = facts![pod, range];
            push(&NO_ADDRESS_IS_LEFT, pod_ips.clone(), facts, Effect::Rejected);
            for address in given_back {
                let effect = Effect::Removed { before: address.to_string().into() };
                push(&ADDRESS_IS_GIVEN_BACK, pod_ips.clone(), facts![pod, address], effect);
            }
        }
        Err(Failure::Duplicate { ip, .. }) => {
            let facts = facts![pod, address = *ip];
            push(&POD_HAS_AN_ADDRESS, pod_ips, facts, Effect::Rejected);
        }
    }
}

/// The addresses of a Node for its Pods. A clone shares everything until one of the two changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HostLocal(Rc<State>);

#[derive(Clone, PartialEq, Eq, Debug)]
struct State {
    ranges: Vec<PodRange>,
    /// Ranges that the plugin was configured for once: what Pods have of them is still taken.
    former: Vec<PodRange>,
    /// Each Pod's addresses: one of each range that there was when it started.
    pods: BTreeMap<Rc<str>, Vec<IpAddr>>,
}

/// One range of a Node. Numbers of addresses count from its network address.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PodRange {
    range: Cidr,
    /// The last number: for IPv4 that before the broadcast address.
    last: u128,
    taken: Runs,
    last_reserved: u128,
}

/// The gateway's number.
const GATEWAY: u128 = 1;

impl PodRange {
    fn new(text: &str) -> Result<Self, ConfigError> {
        // The plugin reads with Go's own parser, which takes no zeros in front.
        let is_plain = text.split_once('/').is_some_and(|(ip, _)| ip.parse::<IpAddr>().is_ok());
        let Some(read) = parse_cidr(text).filter(|_| is_plain) else {
            return Err(ConfigError::NoRange(text.to_owned()));
        };
        let range = Cidr::new(read.net);
        if range.host_bits() < 2 {
            return Err(ConfigError::TooSmall(read.net.to_string()));
        }
        if range.network() != read.net.addr() {
            return Err(ConfigError::HostBits(text.to_owned(), range));
        }
        let all = to_bits(range.last()) - to_bits(range.network());
        let last = if range.family() == Family::V4 { all - 1 } else { all };
        let mut taken = Runs::default();
        taken.insert(GATEWAY, GATEWAY);
        Ok(Self { range, last, taken, last_reserved: GATEWAY })
    }

    fn ip(&self, number: u128) -> IpAddr {
        self.range.nth(number).unwrap_or(self.range.network())
    }

    /// The range.
    #[must_use]
    pub fn range(&self) -> Cidr {
        self.range
    }

    /// The gateway, which is also the first address.
    #[must_use]
    pub fn gateway(&self) -> IpAddr {
        self.ip(GATEWAY)
    }

    /// The last address for a Pod.
    #[must_use]
    pub fn last(&self) -> IpAddr {
        self.ip(self.last)
    }

    /// For how many Pods it lasts.
    #[must_use]
    pub fn capacity(&self) -> u128 {
        self.last - GATEWAY
    }

    /// How many Pods have an address of it.
    #[must_use]
    pub fn used(&self) -> u128 {
        self.taken.len() - 1
    }

    /// Takes the next free address behind the last one, or else from the start.
    /// Source: GetIter, RangeIter.Next.
    fn reserve(&mut self) -> Option<PodAddress> {
        let behind = self.taken.first_free(self.last_reserved + 1, self.last);
        let number = behind.or_else(|| self.taken.first_free(GATEWAY, self.last))?;
        self.taken.insert(number, number);
        self.last_reserved = number;
        let (ip, gateway) = (self.ip(number), self.gateway());
        Some(PodAddress { ip, range: self.range, gateway })
    }

    /// Takes an address of the range, if it is free.
    fn keep(&mut self, ip: IpAddr) -> bool {
        let number = to_bits(ip) - to_bits(self.range.network());
        let is_free = !self.taken.contains(number);
        self.taken.insert(number, number);
        is_free
    }

    fn release(&mut self, ip: IpAddr) {
        let number = to_bits(ip) - to_bits(self.range.network());
        self.taken.remove(number, number);
    }
}

impl HostLocal {
    /// The ranges of a Node, in the order of its `spec.podCIDRs`, with no Pod.
    ///
    /// # Errors
    /// The first range that the plugin refuses, each time a Pod is to start.
    pub fn new(pod_cidrs: &[String]) -> Result<Self, ConfigError> {
        if pod_cidrs.is_empty() {
            return Err(ConfigError::NoRanges);
        }
        let ranges = pod_cidrs.iter().map(|text| PodRange::new(text)).collect::<Result<_, _>>()?;
        Ok(Self(Rc::new(State { ranges, former: Vec::new(), pods: BTreeMap::new() })))
    }

    /// The plugin gets another configuration. Pods keep what they have, and a range that comes back goes
    /// on where it was.
    ///
    /// # Errors
    /// The first range that the plugin refuses; the configuration stays as it was.
    pub fn configure(&mut self, pod_cidrs: &[String]) -> Result<(), ConfigError> {
        let fresh = Self::new(pod_cidrs)?;
        let alike = |one: &PodRange, other: &PodRange| one.range == other.range;
        if self.0.ranges.len() == fresh.0.ranges.len()
            && self.0.ranges.iter().zip(&fresh.0.ranges).all(|(one, other)| alike(one, other))
        {
            return Ok(());
        }
        let state = Rc::make_mut(&mut self.0);
        let mut known: Vec<PodRange> =
            state.ranges.drain(..).chain(state.former.drain(..)).collect();
        for range in &fresh.0.ranges {
            let found = known.iter().position(|it| alike(it, range));
            state.ranges.push(found.map_or_else(|| range.clone(), |at| known.remove(at)));
        }
        state.former = known;
        Ok(())
    }

    /// A Pod gets an address of every range, or of none.
    ///
    /// # Errors
    /// It has addresses already, or a range has none left.
    pub fn add(&mut self, pod: &str) -> Result<Vec<PodAddress>, Failure> {
        if let Some(ip) = self.addresses(pod).first() {
            return Err(Failure::Duplicate { index: 0, ip: *ip, pod: pod.into() });
        }
        let state = Rc::make_mut(&mut self.0);
        let mut addresses: Vec<PodAddress> = Vec::with_capacity(state.ranges.len());
        for index in 0..state.ranges.len() {
            let range = &mut state.ranges[index];
            if let Some(address) = range.reserve() {
                addresses.push(address);
                continue;
            }
            let (span, range) = ((range.gateway(), range.last()), range.range);
            let given_back: Vec<IpAddr> = addresses.iter().map(|address| address.ip).collect();
            for (range, ip) in state.ranges.iter_mut().zip(&given_back) {
                range.release(*ip);
            }
            return Err(Failure::Exhausted { index, range, span, given_back });
        }
        state.pods.insert(pod.into(), addresses.iter().map(|address| address.ip).collect());
        Ok(addresses)
    }

    /// A Pod has these addresses already. Those that are in no range, or that another Pod has, are not the plugin's.
    pub fn keep(&mut self, pod: &str, ips: &[IpAddr]) {
        if self.0.pods.contains_key(pod) {
            return;
        }
        let state = Rc::make_mut(&mut self.0);
        let mut kept = Vec::new();
        for ip in ips {
            let range = state.ranges.iter_mut().find(|range| range.range.contains(*ip));
            if range.is_some_and(|range| range.keep(*ip)) {
                kept.push(*ip);
            }
        }
        if !kept.is_empty() {
            state.pods.insert(pod.into(), kept);
        }
    }

    /// A Pod is gone; its addresses, if it had any.
    pub fn release(&mut self, pod: &str) -> Vec<IpAddr> {
        if !self.0.pods.contains_key(pod) {
            return Vec::new();
        }
        let state = Rc::make_mut(&mut self.0);
        let addresses = state.pods.remove(pod).unwrap_or_default();
        for ip in &addresses {
            let mut ranges = state.ranges.iter_mut().chain(&mut state.former);
            if let Some(range) = ranges.find(|range| range.range.contains(*ip)) {
                range.release(*ip);
            }
        }
        addresses
    }

    /// An address that was given out, with its range.
    #[must_use]
    pub fn given(&self, ip: IpAddr) -> Option<PodAddress> {
        let mut ranges = self.0.ranges.iter().chain(&self.0.former);
        let range = ranges.find(|range| range.range.contains(ip))?;
        Some(PodAddress { ip, range: range.range, gateway: range.gateway() })
    }

    /// The addresses of a Pod, one of each range.
    #[must_use]
    pub fn addresses(&self, pod: &str) -> &[IpAddr] {
        self.0.pods.get(pod).map_or(&[], |addresses| addresses)
    }

    /// The ranges.
    #[must_use]
    pub fn ranges(&self) -> &[PodRange] {
        &self.0.ranges
    }

    /// The Pods with their addresses, by name.
    pub fn pods(&self) -> impl Iterator<Item = (&Rc<str>, &[IpAddr])> {
        self.0.pods.iter().map(|(pod, addresses)| (pod, addresses.as_slice()))
    }
}

#[cfg(test)]
mod tests {
    use super::HostLocal;

    fn node(ranges: &[&str]) -> HostLocal {
        let texts: Vec<String> = ranges.iter().map(|text| (*text).to_owned()).collect();
        HostLocal::new(&texts).expect("ranges for Pods")
    }

    fn add(node: &mut HostLocal, pod: &str) -> String {
        match node.add(pod) {
            Ok(addresses) => {
                addresses.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            }
            Err(failure) => failure.to_string(),
        }
    }

    #[test]
    fn a_pod_gets_both_addresses_or_none() {
        let mut node = node(&["10.0.0.0/24", "fd00::/126"]);
        assert_eq!(add(&mut node, "a"), "10.0.0.2/24,fd00::2/126");
        assert_eq!(add(&mut node, "b"), "10.0.0.3/24,fd00::3/126");
        let full = "failed to allocate for range 1: no IP addresses available in range set: \
                    fd00::1-fd00::3";
        assert_eq!([add(&mut node, "c"), add(&mut node, "c")], [full, full]);
        assert_eq!(node.ranges()[0].used(), 2);
        // The two that were given back still moved the start.
        assert_eq!(node.release("a").len(), 2);
        assert_eq!(add(&mut node, "c"), "10.0.0.6/24,fd00::2/126");
    }

    #[test]
    fn another_configuration_leaves_pods_their_addresses() {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let mut node = node(&["10.0.0.0/24"]);
        add(&mut node, "a");
        node.configure(&texts(&["10.0.0.0/24", "fd00::/64"])).expect("ranges for Pods");
        assert_eq!(add(&mut node, "b"), "10.0.0.3/24,fd00::2/64");
        node.configure(&texts(&["fd00::/64"])).expect("a range for Pods");
        assert_eq!(add(&mut node, "c"), "fd00::3/64");
        assert!(node.configure(&texts(&["x"])).is_err());
        assert_eq!([node.release("a").len(), node.release("b").len()], [1, 2]);
        node.configure(&texts(&["10.0.0.0/24"])).expect("a range for Pods");
        assert_eq!((node.ranges()[0].used(), add(&mut node, "d")), (0, "10.0.0.4/24".to_owned()));
    }

    #[test]
    fn the_last_address_of_ipv6_is_used_and_that_of_ipv4_is_not() {
        let mut v4 = node(&["10.0.0.0/30"]);
        assert_eq!(v4.ranges()[0].capacity(), 1);
        assert_eq!(add(&mut v4, "a"), "10.0.0.2/30");
        assert!(add(&mut v4, "b").ends_with("10.0.0.1-10.0.0.2"));
        let mut v6 = node(&["fd00::/126"]);
        assert_eq!(v6.ranges()[0].capacity(), 2);
        assert_eq!([add(&mut v6, "a"), add(&mut v6, "b")], ["fd00::2/126", "fd00::3/126"]);
    }

    #[test]
    fn ranges_that_the_plugin_refuses_are_told_in_its_words() {
        let check = |text: &str, expect: &str| {
            let error = HostLocal::new(&[text.to_owned()]).expect_err("refused");
            assert_eq!(error.to_string(), expect);
        };
        check("10.0.0.1/32", "Network 10.0.0.1/32 too small to allocate from");
        check("fd00::/127", "Network fd00::/127 too small to allocate from");
        let host_bits = "Network has host bits set. For a subnet mask of length 24 the network address is \
                         10.0.0.0";
        check("10.0.0.7/24", host_bits);
        check("10.0.0.7/31", "Network 10.0.0.7/31 too small to allocate from");
        check("x", "invalid CIDR address: x");
        let nothing = HostLocal::new(&[]).expect_err("refused");
        assert_eq!(nothing.to_string(), "no IP ranges specified");
    }

    #[test]
    fn the_widest_range_is_fine() {
        let mut node = node(&["0.0.0.0/0", "::/0"]);
        assert_eq!(add(&mut node, "a"), "0.0.0.2/0,::2/0");
    }

    #[test]
    fn it_gives_out_what_the_plugins_loop_gives_out() {
        // The plugin tries one address after the other, from the last one on, until it is back.
        fn naive(taken: &mut [Option<u32>], last: &mut Option<usize>, pod: u32) -> Option<usize> {
            let end = taken.len() - 2;
            let next = |at: usize| if at == end { 1 } else { at + 1 };
            let start = last.map_or(1, next);
            let mut at = start;
            loop {
                if at != 1 && taken[at].is_none() {
                    (taken[at], *last) = (Some(pod), Some(at));
                    return Some(at);
                }
                at = next(at);
                if at == start {
                    return None;
                }
            }
        }
        let mut state = 3_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u32::try_from((state >> 33) % below).expect("small")
        };
        for bits in 2..6 {
            let mut node = node(&[&format!("10.0.0.0/{}", 32 - bits)]);
            let mut taken = vec![None; 1 << bits];
            let mut last = None;
            for _ in 0..2_000 {
                let pod = random(12);
                let name = pod.to_string();
                if taken.contains(&Some(pod)) {
                    taken.iter_mut().filter(|it| **it == Some(pod)).for_each(|it| *it = None);
                    assert_eq!(node.release(&name).len(), 1);
                } else {
                    let expect = naive(&mut taken, &mut last, pod).map(|at| format!("10.0.0.{at}"));
                    let got = node.add(&name).ok().map(|got| got[0].ip.to_string());
                    assert_eq!(got, expect);
                }
            }
        }
    }
}
