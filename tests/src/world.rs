//! Who may hold which address or port at this moment? The harness keeps its own small account of a
//! scenario, from recorded facts and answers alone, to judge the values that the core picks.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use dualstack_core::net::cidr::to_bits;
use dualstack_core::net::{Cidr, Family};
use serde_json::Value;

use crate::driver::cidr;
use crate::laws::address;
use crate::vector::{Allocator, ClusterSpec, Expect, Op, Preallocated, Scenario};

/// Ranges in force and what stored Services hold.
#[derive(Clone, Debug)]
pub struct World {
    minor: u8,
    gates: BTreeMap<String, bool>,
    allocator: Allocator,
    flag: Vec<Cidr>,
    /// ServiceCIDR objects: name, ranges, terminating.
    objects: Vec<(String, Vec<Cidr>, bool)>,
    ports: (u16, u16),
    preallocated: (BTreeSet<IpAddr>, BTreeSet<u16>),
    services: BTreeMap<String, Holding>,
    /// Ports in use: kept apart from `services`, because a stray release (TXN-5) frees a port that
    /// another Service still shows.
    taken_ports: BTreeSet<u16>,
    /// After the last step, as recorded.
    used: BTreeMap<String, u64>,
}

#[derive(Clone, Debug, Default)]
struct Holding {
    addresses: BTreeSet<IpAddr>,
    ports: BTreeSet<u16>,
    /// An ExternalName stores node ports without holding them.
    holds_ports: bool,
}

impl World {
    /// At the start of a scenario.
    ///
    /// # Errors
    /// A range cannot be read.
    pub fn new(scenario: &Scenario) -> Result<Self, String> {
        let mut world = Self {
            minor: scenario.minor().unwrap_or_default(),
            gates: BTreeMap::new(),
            allocator: Allocator::IpAddress,
            flag: Vec::new(),
            objects: Vec::new(),
            ports: (0, 0),
            preallocated: Default::default(),
            services: BTreeMap::new(),
            taken_ports: BTreeSet::new(),
            used: BTreeMap::new(),
        };
        for held in &scenario.preallocated {
            match held {
                Preallocated::Ip(ip) => {
                    world.preallocated.0.insert(*ip);
                    *world.used.entry(key(Family::of(*ip)).to_owned()).or_default() += 1;
                }
                Preallocated::Port(port) => {
                    world.preallocated.1.insert(*port);
                    world.taken_ports.insert(*port);
                    *world.used.entry("ports".to_owned()).or_default() += 1;
                }
            }
        }
        world.configure(&scenario.cluster)?;
        Ok(world)
    }

    fn configure(&mut self, spec: &ClusterSpec) -> Result<(), String> {
        self.flag = spec
            .service_cluster_ip_range
            .iter()
            .map(|text| cidr(text))
            .collect::<Result<_, _>>()?;
        self.allocator = spec.ip_allocator.unwrap_or(self.allocator);
        if let Some(gates) = &spec.feature_gates {
            self.gates.clone_from(gates);
        }
        let range = spec.service_node_port_range.as_deref().unwrap_or("30000-32767");
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        self.ports = match (first.parse(), last.parse()) {
            (Ok(first), Ok(last)) => (first, last),
            _ => return Err(format!("no port range: {range}")),
        };
        self.default_object();
        Ok(())
    }

    /// MULTI-2: the flag makes the object `kubernetes`; later it can only add a second range.
    fn default_object(&mut self) {
        if self.allocator == Allocator::Bitmap {
            return;
        }
        let flag = self.flag.clone();
        match self.objects.iter_mut().find(|(name, ..)| name == "kubernetes") {
            None => self.objects.push(("kubernetes".to_owned(), flag, false)),
            Some((_, ranges, _)) => {
                if ranges.len() == 1 && flag.len() == 2 && ranges[0] == flag[0] {
                    *ranges = flag;
                }
            }
        }
    }

    /// Takes note of a step and its answer.
    pub fn after(&mut self, op: &Op, answer: &Expect) {
        if let Some(used) = &answer.used {
            self.used.clone_from(used);
        }
        if op.is_dry_run() || answer.error.is_some() {
            return;
        }
        match op {
            Op::Create { .. } | Op::Update { .. } | Op::Patch { .. } => {
                if let Some(object) = &answer.ok {
                    self.hold(object);
                }
            }
            Op::Seed { service } => self.hold(service),
            Op::Delete { name, .. } => self.release(name),
            Op::Get { .. } => {}
            Op::Restart { cluster } => {
                // A scenario whose ranges cannot be read ends with the driver's own error.
                if self.configure(cluster).is_ok() {
                    self.taken_ports = self.preallocated.1.clone();
                    for holding in self.services.values().filter(|holding| holding.holds_ports) {
                        self.taken_ports.extend(&holding.ports);
                    }
                }
            }
            Op::AddServiceCidr { name, cidrs } => {
                let ranges = cidrs.iter().filter_map(|text| cidr(text).ok()).collect();
                self.objects.push((name.clone(), ranges, false));
            }
            Op::RemoveServiceCidr { name } => {
                if answer.service_cidr.as_deref() == Some("gone") {
                    self.gone(name);
                } else if let Some(object) = self.objects.iter_mut().find(|(own, ..)| own == name) {
                    object.2 = true;
                }
            }
        }
        for name in &answer.service_cidrs_gone {
            self.gone(name);
        }
    }

    fn gone(&mut self, name: &str) {
        self.objects.retain(|(own, ..)| own != name);
        self.default_object();
    }

    fn release(&mut self, name: &str) {
        if let Some(before) = self.services.remove(name) {
            for port in before.ports {
                self.taken_ports.remove(&port);
            }
        }
    }

    fn hold(&mut self, object: &Value) {
        let spec = &object["spec"];
        let name = object["metadata"]["name"].as_str().unwrap_or_default();
        let addresses = std::iter::once(&spec["clusterIP"])
            .chain(spec["clusterIPs"].as_array().into_iter().flatten());
        let holding = Holding {
            addresses: addresses.filter_map(|text| address(text.as_str()?)).collect(),
            ports: ports_of(object),
            holds_ports: spec["type"] != "ExternalName",
        };
        self.release(name);
        if holding.holds_ports {
            self.taken_ports.extend(&holding.ports);
        }
        self.services.insert(name.to_owned(), holding);
    }

    /// Whether somebody holds an address.
    #[must_use]
    pub fn holds_address(&self, ip: IpAddr) -> bool {
        self.preallocated.0.contains(&ip)
            || self.services.values().any(|holding| holding.addresses.contains(&ip))
    }

    /// Whether somebody holds a node port.
    #[must_use]
    pub fn holds_port(&self, port: u16) -> bool {
        self.taken_ports.contains(&port)
    }

    fn gate(&self, name: &str, default: bool) -> bool {
        self.gates.get(name).copied().unwrap_or(default)
    }

    /// The ranges that serve a family now.
    fn ranges(&self, family: Family) -> Vec<Cidr> {
        let of_family = |cidr: &&Cidr| cidr.family() == family;
        match self.allocator {
            Allocator::Bitmap => self.flag.iter().filter(of_family).copied().collect(),
            Allocator::IpAddress => {
                let ready = self.objects.iter().filter(|(.., terminating)| !terminating);
                ready.flat_map(|(_, ranges, _)| ranges).filter(of_family).copied().collect()
            }
        }
    }

    /// Rules 2 and 3: whether a dynamic address may be handed out.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check_address(&self, ip: IpAddr) -> Result<(), String> {
        let family = Family::of(ip);
        let mut why = "it lies in no range of the cluster".to_owned();
        for range in self.ranges(family) {
            if !range.contains(ip) {
                continue;
            }
            match self.check_in(range, family, ip) {
                Ok(()) => return Ok(()),
                Err(reason) => why = reason,
            }
        }
        Err(why)
    }

    fn check_in(&self, range: Cidr, family: Family, ip: IpAddr) -> Result<(), String> {
        let offset = to_bits(ip) - to_bits(range.network());
        let bits = u32::from(range.host_bits());
        // Saturates far above anything that is counted here.
        let size = 1_u128.checked_shl(bits).unwrap_or(u128::MAX);
        if offset == 0 {
            return Err(format!("it is the network address of {range}"));
        }
        if family == Family::V4 && ip == range.last() {
            return Err(format!("it is the broadcast address of {range}"));
        }
        let writes_bitmap = self.allocator == Allocator::Bitmap
            || !self.gate("DisableAllocatorDualWrite", self.minor >= 34);
        let mut usable = match family {
            Family::V4 => size.saturating_sub(2),
            Family::V6 => size - 1,
        };
        if family == Family::V6 && writes_bitmap {
            if offset >= 65536 {
                return Err(format!("it lies beyond the first 65536 addresses of {range}"));
            }
            usable = usable.min(65535);
        }
        if !self.gate("ServiceIPStaticSubrange", self.minor >= 25) {
            return Ok(());
        }
        let band = band(size, 16, 256);
        // IPv4 ranges of a /1 or /0 have no size in the allocator's arithmetic, hence no band.
        if offset > band || (family == Family::V4 && bits >= 31) {
            return Ok(());
        }
        // What others hold in the upper band; an address that leaked is known by the count alone.
        let used = u128::from(self.used.get(key(family)).copied().unwrap_or_default());
        let elsewhere = self
            .services
            .values()
            .flat_map(|holding| &holding.addresses)
            .chain(&self.preallocated.0)
            .filter(|held| Family::of(**held) == family)
            .filter(|held| {
                !range.contains(**held) || to_bits(**held) - to_bits(range.network()) <= band
            })
            .count() as u128;
        if used.saturating_sub(elsewhere) >= usable.saturating_sub(band) {
            return Ok(());
        }
        Err(format!("it lies in the static band of {range}, and others are free"))
    }

    /// Rules 2 and 4: whether a dynamic node port may be handed out in an answer that holds `others`.
    ///
    /// # Errors
    /// Why it may not.
    pub fn check_port(&self, port: u16, others: &BTreeSet<u16>) -> Result<(), String> {
        let (first, last) = self.ports;
        if !(first..=last).contains(&port) {
            return Err(format!("it lies outside {first}-{last}"));
        }
        let size = u128::from(last - first) + 1;
        let band = band(size, 32, 128);
        if !self.gate("ServiceNodePortStaticSubrange", self.minor >= 28)
            || u128::from(port - first) >= band
        {
            return Ok(());
        }
        let upper =
            |taken: &&u16| **taken <= last && u128::from(taken.saturating_sub(first)) >= band;
        if self.taken_ports.union(others).filter(upper).count() as u128 >= size - band {
            return Ok(());
        }
        Err("it lies in the static band, and others are free".to_owned())
    }

    /// `from`: whether the smallest range that holds the address is one of these.
    #[must_use]
    pub fn comes_from(&self, ip: IpAddr, seen: &[String]) -> bool {
        let holding = self.ranges(Family::of(ip)).into_iter().filter(|range| range.contains(ip));
        let smallest = holding.max_by_key(|range| range.prefix_len());
        smallest.is_some_and(|range| seen.iter().any(|text| cidr(text) == Ok(range)))
    }
}

const fn key(family: Family) -> &'static str {
    match family {
        Family::V4 => "v4",
        Family::V6 => "v6",
    }
}

/// The node ports that an object shows.
#[must_use]
pub fn ports_of(object: &Value) -> BTreeSet<u16> {
    let spec = &object["spec"];
    let ports = spec["ports"].as_array().into_iter().flatten().map(|port| &port["nodePort"]);
    let ports = ports.chain([&spec["healthCheckNodePort"]]);
    ports.filter_map(|port| u16::try_from(port.as_u64()?).ok()).collect()
}

/// How many numbers of a range of `size` are kept for those who name them.
fn band(size: u128, divisor: u128, most: u128) -> u128 {
    if size <= 16 { 0 } else { (size / divisor).max(16).min(most) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{World, band};
    use crate::vector::{Line, Scenario};

    fn scenario(text: &str) -> Box<Scenario> {
        match Line::parse(text) {
            Ok(Line::Scenario(scenario)) => scenario,
            other => panic!("not a scenario: {other:?}"),
        }
    }

    #[test]
    fn the_band_grows_with_the_range_and_stops() {
        let bands = [16, 17, 256, 512, 4096, 1 << 64].map(|size| band(size, 16, 256));
        assert_eq!(bands, [0, 16, 16, 32, 256, 256]);
        assert_eq!(band(2768, 32, 128), 86);
    }

    #[test]
    fn a_dynamic_address_outside_the_rules_is_refused() {
        let line = r#"{"id":"x","k8s":"1.36","cluster":{"serviceClusterIPRange":["10.96.0.0/24","fd00::/64"]},"steps":[]}"#;
        let world = World::new(&scenario(line)).expect("the ranges are fine");
        let check = |ip: &str| world.check_address(ip.parse().expect("an address")).is_ok();
        assert!(check("10.96.0.17") && check("10.96.0.254") && check("fd00::101"));
        assert!(!check("10.96.0.0") && !check("10.96.0.255") && !check("10.96.1.1"));
        assert!(!check("10.96.0.16"), "the last address of the static band");
        assert!(!check("fd00::") && !check("fd00::100") && !check("fd01::1:0"));
        assert!(check("fd00::ffff:ffff:ffff:ffff"), "the last IPv6 address is usable");
    }

    #[test]
    fn the_bitmap_serves_65536_addresses_and_old_releases_have_no_band() {
        let line = r#"{"id":"x","k8s":"1.24","cluster":{"ipAllocator":"bitmap","serviceClusterIPRange":["fd00::/108"]},"steps":[]}"#;
        let world = World::new(&scenario(line)).expect("the range is fine");
        let check = |ip: &str| world.check_address(ip.parse().expect("an address")).is_ok();
        assert!(check("fd00::1") && check("fd00::ffff"));
        assert!(!check("fd00::1:0") && !check("fd00::"));
        let check = |port| world.check_port(port, &BTreeSet::new()).is_ok();
        assert!(check(30000) && !check(29999));
    }
}
