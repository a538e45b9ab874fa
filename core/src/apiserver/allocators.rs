//! Which addresses and node ports are taken? The two IP allocators and the port allocator in their
//! observable behaviour: rules BAND, BMP, MULTI, PORT-1.
//! Source: pkg/registry/core/service/ipallocator (bitmap.go, ipallocator.go, cidrallocator.go) and
//! portallocator/allocator.go.

use std::net::IpAddr;

use crate::api::field_path::FieldPath;
use crate::apiserver::environment::{AllocatorKind, Env, PortRange};
use crate::explain::text::Text;
use crate::explain::trace::Trace;
use crate::facts;
use crate::net::bitmap::TakenSet;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::{Cidr, Family};
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A dynamic address from the upper band.
    DYNAMIC_FROM_UPPER_BAND {
        id: "BAND-4a", slug: "dynamic-address-from-upper-band",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator/ipallocator.go allocateFromRange",
        evidence: Recorded,
        fidelity: crate::explain::rule::Fidelity::Chosen(PICKS),
        facts: [ip, cidr, band],
        en: "{ip} was picked from {cidr}: from a random position above the first {band} usable addresses (the static band, for addresses that you specify) up to the next free one.",
        zh: "从 {cidr} 中选取了 {ip}：在前 {band} 个可用地址（低段，留给手动指定的地址）之上随机取一个位置，再向上找到下一个空闲地址。",
    }
    /// A dynamic address from the lower band, as nothing else is free.
    DYNAMIC_FROM_LOWER_BAND {
        id: "BAND-4b", slug: "dynamic-address-from-lower-band",
        versions: Versions::since(24),
        source: "pkg/registry/core/service/ipallocator/ipallocator.go allocateFromRange",
        evidence: Recorded,
        fidelity: crate::explain::rule::Fidelity::Chosen(PICKS),
        facts: [ip, cidr],
        en: "The upper band of {cidr} is full, so {ip} comes from the lower band, which is otherwise reserved for addresses that you specify.",
        zh: "{cidr} 的高段已满，因此 {ip} 取自低段；低段平时留给手动指定的地址。",
    }
    /// A named address was free.
    STATIC_IS_TAKEN_AS_NAMED {
        id: "BAND-5", slug: "static-address-is-taken-as-named",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator/ipallocator.go AllocateService",
        evidence: Recorded,
        facts: [ip, cidr],
        en: "The request specifies {ip}; it is in {cidr} and free, so it is allocated to this Service.",
        zh: "请求指定了 {ip}；它位于 {cidr} 内且空闲，因此分配给此 Service。",
    }
    /// A dry run takes nothing and shows a stand-in.
    DRY_RUN_SHOWS_NETWORK_ADDRESS {
        id: "DRY-1a", slug: "dry-run-shows-the-network-address",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/ipallocator/ipallocator.go dryRunAllocator",
        evidence: Recorded,
        facts: [ip],
        en: "A dry run allocates no address; it shows {ip}, the network address, which is never allocated to a Service.",
        zh: "试运行不分配地址；显示的 {ip} 是网络地址，从不分配给 Service。",
    }
}

/// How a pick differs from upstream's.
pub(crate) const PICKS: Text = Text {
    en: "A real cluster picks at random; here the pick is a hash of the seed and of the requester.",
    zh: "真实集群随机选取；此处由种子和请求者的哈希值决定。",
};

/// Why an address or a port could not be had; the text is upstream's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum AllocError {
    /// Somebody has it.
    Allocated,
    /// It lies outside; the text says of what.
    NotInRange(String),
    /// Nothing is free.
    Full,
    /// The range is there but serves nothing.
    NotReady,
    /// There is no range of this family to ask (1.33).
    Mismatch,
}

impl std::fmt::Display for AllocError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Allocated => f.write_str("provided IP is already allocated"),
            Self::NotInRange(text) => f.write_str(text),
            Self::Full => f.write_str("range is full"),
            Self::NotReady => f.write_str("allocator not ready"),
            Self::Mismatch => f.write_str(MISMATCH),
        }
    }
}

const MISMATCH: &str = "the provided network does not match the current range";

/// Chance, made repeatable: every pick is a hash of the seed and of what asks for it.
#[derive(Clone, Copy, Debug)]
pub struct Picker(u64);

impl Picker {
    /// A picker for a request about a Service. `creates` is how many creates of that name came
    /// before, so that a re-created Service gets other addresses.
    #[must_use]
    pub fn new(seed: u64, namespace: &str, name: &str, creates: u64) -> Self {
        let start = FNV_START ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = fnv(start, namespace.bytes().chain([0]).chain(name.bytes()));
        Self(mix(hash ^ creates.wrapping_mul(0xd6e8_feb8_6659_fd93)))
    }

    /// A number below `bound` for this resource; 0 if `bound` is 0.
    #[must_use]
    pub fn below(self, resource: u64, bound: u64) -> u64 {
        let hash = mix(self.0 ^ mix(resource.wrapping_add(0x9e37_79b9_7f4a_7c15)));
        ((u128::from(hash) * u128::from(bound)) >> 64) as u64
    }
}

/// Where FNV-1a begins.
pub(crate) const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
/// What FNV-1a multiplies by.
pub(crate) const FNV_PRIME: u64 = 0x0000_0100_0000_01b3;

/// FNV-1a, which goes on from `start`.
pub(crate) fn fnv(start: u64, bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(start, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME))
}

/// The finaliser of SplitMix64: every bit of the input moves every bit of the output.
const fn mix(mut x: u64) -> u64 {
    x ^= x >> 30;
    x = x.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x ^= x >> 27;
    x = x.wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ x >> 31
}

/// The size of the lower band of a range that holds `size` numbers (BAND-2, PORT-1).
#[must_use]
pub fn static_band(size: u64, divisor: u64, most: u64) -> u64 {
    if size <= 16 { 0 } else { (size / divisor).max(16).min(most) }
}

/// What one range can give out: addresses from `first` to `last`, numbered as BAND-3 says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Usable {
    /// The address after the network address, as a number.
    pub first: u128,
    /// How many there are.
    pub count: u64,
    /// How many of them form the lower band.
    pub band: u64,
}

impl Usable {
    /// The usable addresses of a range under an allocator; `None` if it can have no allocator.
    #[must_use]
    pub fn of(cidr: Cidr, kind: AllocatorKind) -> Option<Self> {
        let bits = cidr.host_bits();
        let count = match (cidr.family(), kind) {
            (Family::V4, AllocatorKind::Bitmap) => cidr.range_size().saturating_sub(2),
            (Family::V4, AllocatorKind::IpAddress) => (1_u64 << bits).saturating_sub(2),
            (Family::V6, AllocatorKind::Bitmap) => cidr.range_size().min(65536).saturating_sub(1),
            // MULTI-3: shorter prefixes have no allocator.
            (Family::V6, AllocatorKind::IpAddress) if bits > 64 => return None,
            (Family::V6, AllocatorKind::IpAddress) => ((1_u128 << bits) - 1) as u64,
        };
        let band = static_band(cidr.range_size(), 16, 256);
        Some(Self { first: to_bits(cidr.network()) + 1, count, band })
    }

    fn holds(&self, ip: u128) -> bool {
        ip >= self.first && ip - self.first < u128::from(self.count)
    }
}

/// A ServiceCIDR object (networking.k8s.io/v1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServiceCidr {
    /// Its name; that of the flag's object is `kubernetes`.
    pub name: String,
    /// One or two ranges, of different families.
    pub ranges: Vec<Cidr>,
    /// Deletion was asked for, but addresses in it are still in use.
    pub terminating: bool,
}

impl ServiceCidr {
    /// Whether it gives out addresses.
    #[must_use]
    pub fn state(&self) -> ServiceCidrState {
        if self.terminating { ServiceCidrState::Terminating } else { ServiceCidrState::Ready }
    }
}

/// What became of a ServiceCIDR.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ServiceCidrState {
    /// It gives out addresses.
    Ready,
    /// It was deleted and is gone.
    Gone,
    /// It was deleted, addresses in it are in use: it waits, and gives out nothing.
    Terminating,
}

/// Reason and message of the condition `Ready=False` of a ServiceCIDR that waits for its last address.
/// Source: pkg/controller/servicecidrs/servicecidrs_controller.go sync.
pub const TERMINATING: (&str, &str) = (
    "Terminating",
    "There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new \
     ServiceCIDR",
);

/// MULTI-2: the ranges that the ServiceCIDR of the flag gets, given those it has: all of the flag if there
/// is none, a second one beside the first; `None` if it stays as it is.
/// Source: pkg/controlplane/controller/defaultservicecidr sync.
#[must_use]
pub fn default_ranges(
    behavior: &Behavior,
    stored: Option<&[Cidr]>,
    wanted: &[Cidr],
) -> Option<Vec<Cidr>> {
    let gets = match (stored, wanted) {
        (None, _) => true,
        (Some([stored]), [first, _]) => behavior.extends_default_service_cidr && stored == first,
        _ => false,
    };
    gets.then(|| wanted.to_vec())
}

/// Everything that is given out.
#[derive(Clone, Debug)]
pub struct Pools {
    /// IPAddress objects, or the bits of the bitmap, per family.
    addresses: [TakenSet; 2],
    /// The bitmap that is kept beside the IPAddress objects while both are written (1.33).
    bitmap: [TakenSet; 2],
    /// Ranges of the IPAddress allocator.
    pub service_cidrs: Vec<ServiceCidr>,
    ports: TakenSet,
}

impl Pools {
    /// The pools of a cluster that starts for the first time.
    #[must_use]
    pub fn new(env: &Env) -> Self {
        let mut pools = Self {
            addresses: Default::default(),
            bitmap: Default::default(),
            service_cidrs: Vec::new(),
            ports: TakenSet::default(),
        };
        pools.sync_default_cidr(env);
        pools
    }

    /// MULTI-2: makes the object of the flag, or adds the second range to it. Any other difference
    /// is only reported, the object stays in force.
    pub fn sync_default_cidr(&mut self, env: &Env) {
        if env.allocator == AllocatorKind::Bitmap {
            return;
        }
        let wanted: Vec<Cidr> = env.ranges.iter().map(|(_, cidr)| *cidr).collect();
        let stored = self.service_cidrs.iter().position(|object| object.name == "kubernetes");
        let has = stored.map(|at| self.service_cidrs[at].ranges.as_slice());
        let Some(ranges) = default_ranges(&env.behavior, has, &wanted) else { return };
        match stored {
            Some(at) => self.service_cidrs[at].ranges = ranges,
            None => self.service_cidrs.push(ServiceCidr {
                name: "kubernetes".to_owned(),
                ranges,
                terminating: false,
            }),
        }
    }

    /// The set of one family.
    #[must_use]
    pub fn taken(&self, family: Family) -> &TakenSet {
        &self.addresses[family as usize]
    }

    /// The taken node ports.
    #[must_use]
    pub fn taken_ports(&self) -> &TakenSet {
        &self.ports
    }

    /// Marks an address as taken, whoever has it.
    pub fn mark_address(&mut self, family: Family, ip: IpAddr) {
        self.addresses[family as usize].insert(to_bits(ip));
        self.bitmap[family as usize].insert(to_bits(ip));
    }

    /// Marks a node port as taken, whoever has it.
    pub fn mark_port(&mut self, port: i32) {
        if let Ok(port) = u16::try_from(port) {
            self.ports.insert(u128::from(port));
        }
    }

    /// Forgets all node ports, and with the bitmap allocator all addresses: a restart reads both
    /// back from the stored Services. IPAddress objects persist.
    pub fn forget_what_restarts_rebuild(&mut self, env: &Env) {
        self.ports = TakenSet::default();
        self.bitmap = Default::default();
        if env.allocator == AllocatorKind::Bitmap {
            self.addresses = Default::default();
        }
    }

    /// The ranges of a family that hand out addresses, with what is usable of each.
    pub fn ready_ranges(&self, env: &Env, family: Family) -> Vec<(Cidr, Usable)> {
        let usable = |cidr: Cidr| Usable::of(cidr, env.allocator).map(|usable| (cidr, usable));
        match env.allocator {
            AllocatorKind::Bitmap => {
                env.ranges.get(family).copied().and_then(usable).into_iter().collect()
            }
            AllocatorKind::IpAddress => {
                let ready = self.service_cidrs.iter().filter(|object| !object.terminating);
                let mut ranges: Vec<(Cidr, Usable)> = ready
                    .flat_map(|object| object.ranges.iter().copied())
                    .filter(|cidr| cidr.family() == family)
                    .filter_map(usable)
                    .collect();
                ranges.dedup();
                ranges
            }
        }
    }

    /// Whether a configured range covers an address: what the repair loops ask. The ranges of
    /// ServiceCIDRs count even for a family that the flag no longer names, or while they terminate.
    #[must_use]
    pub fn has_range_for(&self, env: &Env, ip: IpAddr) -> bool {
        match env.allocator {
            AllocatorKind::Bitmap => {
                env.ranges.get(Family::of(ip)).is_some_and(|cidr| cidr.contains(ip))
            }
            AllocatorKind::IpAddress => {
                self.service_cidrs.iter().flat_map(|it| &it.ranges).any(|cidr| cidr.contains(ip))
            }
        }
    }

    /// Removes terminating ServiceCIDRs whose taken addresses all lie in another one, or that hold
    /// none (MULTI-9), and gives their names.
    pub fn sweep_service_cidrs(&mut self, env: &Env) -> Vec<String> {
        let mut gone = Vec::new();
        for object in self.service_cidrs.iter().filter(|object| object.terminating) {
            let covered = |family: Family, ip: IpAddr| {
                self.service_cidrs
                    .iter()
                    .filter(|other| other.name != object.name)
                    .flat_map(|other| &other.ranges)
                    .any(|cidr| cidr.family() == family && cidr.contains(ip))
            };
            let held = object.ranges.iter().any(|cidr| {
                let family = cidr.family();
                self.taken(family)
                    .iter()
                    .filter_map(|bits| from_bits(family, bits))
                    .any(|ip| cidr.contains(ip) && !covered(family, ip))
            });
            if !held {
                gone.push(object.name.clone());
            }
        }
        self.service_cidrs.retain(|object| !gone.contains(&object.name));
        // The API server makes the object of its flag again.
        if gone.iter().any(|name| name == "kubernetes") {
            self.sync_default_cidr(env);
        }
        gone
    }

    /// Takes an address that was named. The family is one of the cluster's.
    ///
    /// # Errors
    /// IP-11: it is taken, or no range has it to give.
    pub fn allocate_static(
        &mut self,
        env: &Env,
        family: Family,
        ip: IpAddr,
        trace: &mut Trace,
        at: FieldPath,
    ) -> Result<(), AllocError> {
        let bits = to_bits(ip);
        let ranges = self.ready_ranges(env, family);
        let found = ranges.iter().find(|(_, usable)| usable.holds(bits));
        let Some((cidr, _)) = found.filter(|_| Family::of(ip) == family) else {
            return Err(out_of_range(env, family, ip));
        };
        if self.writes_both(env) {
            self.mirror_static(env, family, bits)?;
        }
        if !self.addresses[family as usize].insert(bits) {
            return Err(AllocError::Allocated);
        }
        trace.allocated(&STATIC_IS_TAKEN_AS_NAMED, at, facts![ip, cidr], ip.to_string());
        Ok(())
    }

    /// Takes any free address.
    ///
    /// # Errors
    /// IP-12: every range of the family is full, or there is none.
    pub fn allocate_dynamic(
        &mut self,
        env: &Env,
        family: Family,
        picker: Picker,
        trace: &mut Trace,
        at: FieldPath,
    ) -> Result<IpAddr, AllocError> {
        let mut ranges = self.ready_ranges(env, family);
        if ranges.is_empty() && env.behavior.missing_range_is_mismatch && self.writes_both(env) {
            return Err(AllocError::Mismatch);
        }
        // MULTI-5: the order is not specified.
        let first = picker.below(family as u64 + 16, ranges.len() as u64) as usize;
        ranges.rotate_left(first);
        let banded = env.behavior.service_ip_bands.on();
        for (cidr, mut usable) in ranges {
            let mirrored =
                Usable::of(cidr, AllocatorKind::Bitmap).filter(|_| self.writes_both(env));
            if let Some(bitmap) = mirrored.filter(|_| env.behavior.asks_bitmap_first) {
                usable = bitmap;
            }
            let band = if banded { usable.band.min(usable.count) } else { 0 };
            let upper = (band, usable.count);
            let taken = &self.addresses[family as usize];
            let mut found = None;
            for (rule, (low, high)) in
                [(&DYNAMIC_FROM_UPPER_BAND, upper), (&DYNAMIC_FROM_LOWER_BAND, (0, band))]
            {
                if found.is_none() && low < high {
                    let start = low + picker.below(family as u64, high - low);
                    let number = |offset: u64| usable.first + u128::from(offset);
                    found = taken
                        .first_free(number(start), number(high - 1))
                        .or_else(|| taken.first_free(number(low), number(start)))
                        .map(|number| (rule, number));
                }
            }
            let Some((rule, bits)) = found else { continue };
            let Some(ip) = from_bits(family, bits) else { continue };
            self.addresses[family as usize].insert(bits);
            if let Some(bitmap) = mirrored {
                if !bitmap.holds(bits) {
                    // Up to 1.32 the address stays taken, though nobody gets it.
                    return Err(AllocError::Full);
                }
                self.bitmap[family as usize].insert(bits);
            }
            let facts = if rule == &DYNAMIC_FROM_UPPER_BAND {
                facts![ip, cidr, band]
            } else {
                facts![ip, cidr]
            };
            trace.allocated(rule, at, facts, ip.to_string());
            return Ok(ip);
        }
        Err(AllocError::Full)
    }

    /// Gives an address back. Giving back what is free is no error (BMP-4).
    pub fn release_address(&mut self, family: Family, ip: IpAddr) {
        self.addresses[family as usize].remove(to_bits(ip));
        self.bitmap[family as usize].remove(to_bits(ip));
    }

    /// Whether the bitmap is kept beside the IPAddress objects.
    #[must_use]
    pub fn writes_both(&self, env: &Env) -> bool {
        env.allocator == AllocatorKind::IpAddress && !env.behavior.disable_dual_write.on()
    }

    fn mirror_static(&mut self, env: &Env, family: Family, bits: u128) -> Result<(), AllocError> {
        let Some(cidr) = env.ranges.get(family).copied() else { return Ok(()) };
        let Some(ip) = from_bits(family, bits).filter(|ip| cidr.contains(*ip)) else {
            return Ok(());
        };
        let usable = Usable::of(cidr, AllocatorKind::Bitmap);
        if !usable.is_some_and(|usable| usable.holds(bits)) {
            return Err(AllocError::NotInRange(not_in_range(&env.behavior, ip, cidr)));
        }
        if !self.bitmap[family as usize].insert(bits) {
            return Err(AllocError::Allocated);
        }
        Ok(())
    }

    /// What a dry run shows for an address (DRY-1, DRY-3): nothing is taken.
    ///
    /// # Errors
    /// A named address lies outside, or the family has no range.
    pub fn dry_run_address(
        &self,
        env: &Env,
        family: Family,
        named: Option<IpAddr>,
        picker: Picker,
        trace: &mut Trace,
        at: FieldPath,
    ) -> Result<IpAddr, AllocError> {
        let ranges = self.ready_ranges(env, family);
        let chosen = picker.below(family as u64 + 16, ranges.len() as u64) as usize;
        let Some((cidr, usable)) = ranges.get(chosen) else { return Err(AllocError::NotReady) };
        let Some(ip) = named else {
            let ip = cidr.network();
            trace.allocated(&DRY_RUN_SHOWS_NETWORK_ADDRESS, at, facts![ip], ip.to_string());
            return Ok(ip);
        };
        if Family::of(ip) == family && usable.holds(to_bits(ip)) {
            return Ok(ip);
        }
        Err(AllocError::NotInRange(not_in_range(&env.behavior, ip, *cidr)))
    }

    /// Takes a node port that was named.
    ///
    /// # Errors
    /// It is taken, or lies outside the range.
    pub fn allocate_port(&mut self, range: PortRange, port: i32) -> Result<(), AllocError> {
        check_port(range, port)?;
        let port = port as u128;
        if self.ports.insert(port) { Ok(()) } else { Err(AllocError::Allocated) }
    }

    /// Takes any free node port, picked by `resource`.
    ///
    /// # Errors
    /// The range is full.
    pub fn allocate_any_port(
        &mut self,
        env: &Env,
        picker: Picker,
        resource: u64,
    ) -> Result<i32, AllocError> {
        let PortRange { first, last } = env.node_ports;
        let size = u64::from(last - first) + 1;
        let band = if env.behavior.node_port_bands.on() { static_band(size, 32, 128) } else { 0 };
        for (low, high) in [(band, size), (0, band)] {
            if low >= high {
                continue;
            }
            let start = low + picker.below(resource, high - low);
            let number = |offset: u64| u128::from(first) + u128::from(offset);
            let found = self
                .ports
                .first_free(number(start), number(high - 1))
                .or_else(|| self.ports.first_free(number(low), number(start)));
            if let Some(port) = found {
                self.ports.insert(port);
                return Ok(port as i32);
            }
        }
        Err(AllocError::Full)
    }

    /// Gives a node port back, whoever had it.
    pub fn release_port(&mut self, port: i32) {
        if let Ok(port) = u16::try_from(port) {
            self.ports.remove(u128::from(port));
        }
    }
}

/// Whether a number lies in the node port range.
///
/// # Errors
/// It does not.
pub fn check_port(range: PortRange, port: i32) -> Result<(), AllocError> {
    let PortRange { first, last } = range;
    if (i32::from(first)..=i32::from(last)).contains(&port) {
        return Ok(());
    }
    Err(AllocError::NotInRange(format!(
        "provided port is not in the valid range. The range of valid ports is {first}-{last}"
    )))
}

fn out_of_range(env: &Env, family: Family, ip: IpAddr) -> AllocError {
    match (env.allocator, env.ranges.get(family)) {
        (AllocatorKind::Bitmap, Some(cidr)) => {
            AllocError::NotInRange(not_in_range(&env.behavior, ip, *cidr))
        }
        _ => AllocError::NotInRange(MISMATCH.to_owned()),
    }
}

fn not_in_range(behavior: &Behavior, ip: IpAddr, cidr: Cidr) -> String {
    // REL-48: up to 1.22 the address is not named.
    let provided = if behavior.is_old() {
        "provided IP".to_owned()
    } else {
        format!("the provided IP ({ip})")
    };
    format!("{provided} is not in the valid range. The range of valid IPs is {cidr}")
}
