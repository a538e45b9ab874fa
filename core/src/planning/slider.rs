//! What does kube-controller-manager make of an IPv6 Pod CIDR of each size? With a /64 for each node: from /47, where
//! it would keep too many of them, to /65, where there is none.

use super::capacity::{Fit, Role, fit};
use crate::net::Cidr;
use crate::net::go_parse::parse_cidr;
use crate::release::behavior::Behavior;

/// The prefix length of a node Pod CIDR where no flag sets one.
pub const DEFAULT_MASK: u8 = 64;

/// The shortest prefix of the slider, one bit too short for node Pod CIDRs of this length, and the longest, one bit
/// too long.
#[must_use]
pub const fn ends(mask: u8) -> (u8, u8) {
    let last = if mask < 128 { mask + 1 } else { 128 };
    (mask.saturating_sub(17), last)
}

/// The range of the examples that the slider cuts to size.
const RANGE: &str = "fd00:10:244::/48";

/// A place of the slider.
#[derive(Clone, PartialEq, Debug)]
pub struct Stop {
    /// The cluster range.
    pub range: Cidr,
    /// For how many Nodes it lasts, or why kube-controller-manager exits.
    pub fit: Fit,
}

/// What a range with this prefix length comes to, if each node gets a Pod CIDR of the length `mask`. `site` is cut to
/// size; without one that is of IPv6 it is the range of the examples.
#[must_use]
pub fn stop(behavior: &Behavior, site: Option<Cidr>, prefix: u8, mask: u8) -> Option<Stop> {
    let site = site.map(|site| site.network()).filter(|ip| ip.is_ipv6());
    let ip = match site {
        Some(ip) => ip,
        None => parse_cidr(RANGE)?.net.addr(),
    };
    let range = Cidr::new(ipnet::IpNet::new(ip, prefix).ok()?);
    Some(Stop { range, fit: fit(behavior, range, Role::Pods, mask.into()) })
}

/// Every place, the shortest prefix first.
#[must_use]
pub fn stops(behavior: &Behavior, site: Option<Cidr>, mask: u8) -> Vec<Stop> {
    let (first, last) = ends(mask);
    (first..=last).filter_map(|prefix| stop(behavior, site, prefix, mask)).collect()
}

#[cfg(test)]
mod tests {
    use super::{DEFAULT_MASK, ends, stops};
    use crate::controller_manager::startup::{
        BLOCK_IS_LARGER_THAN_RANGE, RANGE_HOLDS_TOO_MANY_BLOCKS,
    };
    use crate::net::Cidr;
    use crate::net::go_parse::parse_cidr;
    use crate::release::behavior::Behavior;
    use crate::release::version::KubeVersion;

    #[test]
    fn both_ends_are_errors_and_nodes_double_between() {
        let site = Cidr::new(parse_cidr("fde4:8dba:82e1::/48").expect("a range").net);
        for version in KubeVersion::all() {
            for (site, mask) in [(None, DEFAULT_MASK), (Some(site), DEFAULT_MASK), (None, 60)] {
                let stops = stops(&Behavior::of(version), site, mask);
                let (shortest, longest) = ends(mask);
                assert_eq!(stops.len(), usize::from(longest - shortest) + 1);
                let [first, between @ .., last] = &stops[..] else { panic!("many stops") };
                for (end, rule) in
                    [(first, &RANGE_HOLDS_TOO_MANY_BLOCKS), (last, &BLOCK_IS_LARGER_THAN_RANGE)]
                {
                    assert_eq!(
                        (end.fit.lasts_for, end.fit.refusals.len()),
                        (None, 1),
                        "{}",
                        end.range
                    );
                    assert_eq!(end.fit.steps.last().map(|step| step.rule), Some(rule));
                }
                for (i, stop) in between.iter().enumerate() {
                    assert_eq!(stop.fit.lasts_for, Some(1 << (16 - i)), "{}", stop.range);
                    assert_eq!(stop.fit.refusals, [], "{}", stop.range);
                }
            }
        }
    }
}
