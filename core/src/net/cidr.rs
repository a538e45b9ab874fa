//! A range of addresses, and which of them a Service may get.
//! Source of the arithmetic: pkg/registry/core/service/ipallocator (bitmap.go, ipallocator.go).

use std::fmt;
use std::net::IpAddr;

use ipnet::{IpNet, Ipv4Net};

use super::family::Family;

/// A network in canonical form (no host bits).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Cidr(IpNet);

impl Cidr {
    /// The network `net` lies in; host bits are masked away, as upstream does silently.
    #[must_use]
    pub fn new(net: IpNet) -> Self {
        Self(net.trunc())
    }

    /// The range as Go sorts and prints it: of IPv4-mapped IPv6 addresses, the IPv4 range they stand for.
    #[must_use]
    pub fn unmapped(self) -> Self {
        let IpNet::V6(net) = self.0 else { return self };
        let mapped = net.addr().to_ipv4_mapped().zip(net.prefix_len().checked_sub(96));
        let v4 = mapped.and_then(|(ip, bits)| Ipv4Net::new(ip, bits).ok());
        v4.map_or(self, |net| Self(net.into()))
    }

    /// IPv4 or IPv6.
    #[must_use]
    pub const fn family(self) -> Family {
        match self.0 {
            IpNet::V4(_) => Family::V4,
            IpNet::V6(_) => Family::V6,
        }
    }

    /// The network address, index 0 of the range.
    #[must_use]
    pub fn network(self) -> IpAddr {
        self.0.network()
    }

    /// The last address: for IPv4 the broadcast address.
    #[must_use]
    pub fn last(self) -> IpAddr {
        self.0.broadcast()
    }

    /// The prefix length, in bits.
    #[must_use]
    pub fn prefix_len(self) -> u8 {
        self.0.prefix_len()
    }

    /// Bits of an address that the prefix leaves free.
    #[must_use]
    pub fn host_bits(self) -> u8 {
        self.family().bits() - self.prefix_len()
    }

    /// Whether the range holds `ip`. Families never mix.
    #[must_use]
    pub fn contains(self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }

    /// Whether every address of `other` lies in this range.
    #[must_use]
    pub fn covers(self, other: Self) -> bool {
        self.0.contains(&other.0)
    }

    /// Addresses in the whole range, network and broadcast included; at most 2⁶³−1 for huge ones, and 0 for
    /// those that have at most one bit of prefix. Mirrors `netutils.RangeSize`.
    #[must_use]
    pub fn range_size(self) -> u64 {
        match self.host_bits() {
            bits if bits + 1 >= self.family().bits() => 0,
            bits if bits >= 63 => i64::MAX as u64,
            bits => 1 << bits,
        }
    }

    /// The address `index` steps above the network address, if it still lies in the range.
    #[must_use]
    pub fn nth(self, index: u128) -> Option<IpAddr> {
        let ip = match self.network() {
            IpAddr::V4(v4) => {
                let sum = u128::from(v4.to_bits()).checked_add(index)?;
                IpAddr::V4(u32::try_from(sum).ok()?.into())
            }
            IpAddr::V6(v6) => IpAddr::V6(v6.to_bits().checked_add(index)?.into()),
        };
        self.contains(ip).then_some(ip)
    }
}

/// An address as a number; IPv4 addresses are below 2³².
#[must_use]
pub fn to_bits(ip: IpAddr) -> u128 {
    match ip {
        IpAddr::V4(v4) => u128::from(v4.to_bits()),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The address of a family with this number.
#[must_use]
pub fn from_bits(family: Family, bits: u128) -> Option<IpAddr> {
    match family {
        Family::V4 => u32::try_from(bits).ok().map(|bits| IpAddr::V4(bits.into())),
        Family::V6 => Some(IpAddr::V6(bits.into())),
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
