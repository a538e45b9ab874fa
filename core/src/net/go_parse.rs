//! Which texts does Go take for an address or a range?
//! Source: k8s.io/utils/net `ParseIPSloppy`, `ParseCIDRSloppy`; apimachinery
//! `util/validation/ip.go`. Go's old parser, kept there for compatibility, reads leading zeros as
//! decimal; the strict rules refuse what only that parser accepts.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use super::Cidr;

/// An address as the lenient parser read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SloppyIp {
    /// The address; an IPv4-mapped one as the IPv4 address it holds, as Go's `To4` does.
    pub ip: IpAddr,
    /// Only the lenient parser accepts it: some part has needless zeros in front.
    pub leading_zeros: bool,
    /// Written as `::ffff:1.2.3.4`.
    pub mapped: bool,
}

/// Reads an address; `None` if even the lenient parser refuses it. No zone, no blanks, no prefix.
#[must_use]
pub fn parse_ip(text: &str) -> Option<SloppyIp> {
    let (ip, leading_zeros) = parse_any(text)?;
    Some(match ip {
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => SloppyIp { ip: IpAddr::V4(v4), leading_zeros, mapped: true },
            None => SloppyIp { ip, leading_zeros, mapped: false },
        },
        IpAddr::V4(_) => SloppyIp { ip, leading_zeros, mapped: false },
    })
}

/// A range as the lenient parser read it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SloppyCidr {
    /// The range, host bits kept.
    pub net: IpNet,
    /// Needless zeros in the address or the prefix length.
    pub leading_zeros: bool,
    /// The address is an IPv4-mapped IPv6 one.
    pub mapped: bool,
}

/// Reads `address/prefix length`; `None` if even the lenient parser refuses it.
#[must_use]
pub fn parse_cidr(text: &str) -> Option<SloppyCidr> {
    let (address, length) = text.split_once('/')?;
    let (ip, leading_zeros) = parse_any(address)?;
    if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = length.trim_start_matches('0');
    let bits = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let mapped = matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some());
    let leading_zeros = leading_zeros || (length.len() > 1 && length.starts_with('0'));
    Some(SloppyCidr { net: IpNet::new(ip, bits).ok()?, leading_zeros, mapped })
}

/// What is said of a text that is no range at all.
pub const BAD_CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// What the strict reading of a range has against a text that sloppier ones accept.
/// Source: apimachinery pkg/util/validation/ip.go parseCIDR.
#[must_use]
pub fn not_strict(read: &SloppyCidr) -> Option<&'static str> {
    if read.leading_zeros {
        Some("must not have leading 0s in IP or prefix length")
    } else if read.mapped {
        Some("must not have an IPv4-mapped IPv6 address")
    } else if Cidr::new(read.net).network() != read.net.addr() {
        Some("must not have bits set beyond the prefix length")
    } else {
        None
    }
}

/// The address, and whether only the lenient parser accepts it.
fn parse_any(text: &str) -> Option<(IpAddr, bool)> {
    if let Ok(ip) = text.parse() {
        return Some((ip, false));
    }
    let ip = if text.contains(':') { parse_v6(text)?.into() } else { parse_v4(text)?.into() };
    Some((ip, true))
}

fn parse_v4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let digits = part.trim_start_matches('0');
        *octet = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    }
    parts.next().is_none().then(|| octets.into())
}

/// Rewrites the text into what Rust's parser takes: a trailing dotted quad becomes two groups, and
/// zeros in front of a group go.
fn parse_v6(text: &str) -> Option<Ipv6Addr> {
    let mut plain = String::with_capacity(text.len() + 4);
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        if part.contains('.') {
            if parts.peek().is_some() {
                return None;
            }
            let [a, b, c, d] = parse_v4(part)?.octets();
            plain.push_str(&format!("{a:x}{b:02x}:{c:x}{d:02x}"));
        } else {
            let digits = part.trim_start_matches('0');
            plain.push_str(if digits.is_empty() && !part.is_empty() { "0" } else { digits });
        }
        if parts.peek().is_some() {
            plain.push(':');
        }
    }
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{parse_cidr, parse_ip};

    fn check(text: &str, expect: &str) {
        let got = parse_ip(text).map_or("refused".to_owned(), |read| {
            let zeros = if read.leading_zeros { " zeros" } else { "" };
            let mapped = if read.mapped { " mapped" } else { "" };
            format!("{}{zeros}{mapped}", read.ip)
        });
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn addresses_are_read_as_go_once_read_them() {
        check("10.0.0.1", "10.0.0.1");
        check("010.000.00.0001", "10.0.0.1 zeros");
        check("256.0.0.1", "refused");
        check("1.2.3", "refused");
        check("1.2.3.4.5", "refused");
        check("1..2.3", "refused");
        check("", "refused");
        check(" 1.2.3.4", "refused");
        check("+1.2.3.4", "refused");
        check("FD00::1A", "fd00::1a");
        check("fd00::00001", "fd00::1 zeros");
        check("fd00::10000", "refused");
        check("::ffff:1.2.3.4", "1.2.3.4 mapped");
        check("::ffff:01.2.3.4", "1.2.3.4 zeros mapped");
        check("::1.2.3.4", "::102:304");
        check("1.2.3.4::", "refused");
        check("fe80::1%eth0", "refused");
        check("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8");
        check("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0");
        check("1:2:3:4:5:6:7:8::", "refused");
        check(":::", "refused");
        check("None", "refused");
    }

    #[test]
    fn ranges_keep_their_host_bits_and_tell_of_zeros() {
        let read = |text| {
            parse_cidr(text).map(|read| (read.net.to_string(), read.leading_zeros, read.mapped))
        };
        assert_eq!(read("10.96.5.7/16"), Some(("10.96.5.7/16".to_owned(), false, false)));
        assert_eq!(read("010.0.0.0/8"), Some(("10.0.0.0/8".to_owned(), true, false)));
        assert_eq!(read("10.0.0.0/08"), Some(("10.0.0.0/8".to_owned(), true, false)));
        assert_eq!(read("10.0.0.0/0"), Some(("10.0.0.0/0".to_owned(), false, false)));
        assert_eq!(read("10.0.0.0/33"), None);
        assert_eq!(read("10.0.0.0/+8"), None);
        assert_eq!(read("10.0.0.0"), None);
        assert_eq!(read("fd00::/64"), Some(("fd00::/64".to_owned(), false, false)));
        assert_eq!(read(" fd00::/64"), None);
    }
}
