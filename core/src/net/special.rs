//! Which special range does an address lie in, so that no endpoint can have it?
//! Source: pkg/apis/core/validation/validation.go ValidateEndpointIP.

use std::fmt;
use std::net::IpAddr;

/// A special range: its name, and how upstream writes it for each family. It is shown as upstream refuses it.
pub struct SpecialRange {
    /// As in `may not be in the loopback range`.
    pub name: &'static str,
    /// The IPv4 range.
    pub v4: &'static str,
    /// The IPv6 range.
    pub v6: &'static str,
}

impl fmt::Display for SpecialRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, v4, v6 } = self;
        write!(f, "may not be in the {name} range ({v4}, {v6})")
    }
}

/// The special ranges that `ip` lies in.
pub fn special_ranges(ip: IpAddr) -> impl Iterator<Item = SpecialRange> {
    let (link_local, link_local_multicast) = match ip {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => {
            let first = v6.segments()[0];
            (first & 0xffc0 == 0xfe80, first & 0xff0f == 0xff02)
        }
    };
    let range = |name, v4, v6| SpecialRange { name, v4, v6 };
    [
        (ip.is_loopback(), range("loopback", "127.0.0.0/8", "::1/128")),
        (link_local, range("link-local", "169.254.0.0/16", "fe80::/10")),
        (link_local_multicast, range("link-local multicast", "224.0.0.0/24", "ff02::/10")),
    ]
    .into_iter()
    .filter_map(|(is, range)| is.then_some(range))
}
