//! Which stretch of all addresses is looked at, and where in it lies a range? The stretch is itself a range, so
//! that each step in or out is one of a few bits, down to a single address.

use super::explain::cover;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::{Cidr, Family};

/// A step of the zoom goes to the next length of prefix that is a multiple of this: one hexadecimal digit.
const STEP: u8 = 4;

/// The smallest range that holds all of these that are of a family.
#[must_use]
pub fn whole(ranges: impl IntoIterator<Item = Cidr>, family: Family) -> Option<Cidr> {
    let own = ranges.into_iter().filter(|range| range.family() == family);
    own.reduce(|one, other| {
        if one.covers(other) {
            one
        } else if other.covers(one) {
            other
        } else {
            cover(one.network(), other.last()).unwrap_or(one)
        }
    })
}

/// Where a range lies in a window: the share of the window in front of it, and its own. What goes beyond is cut
/// off; `None` if it lies outside.
#[must_use]
pub fn place(window: Cidr, range: Cidr) -> Option<(f64, f64)> {
    if range.covers(window) {
        return Some((0.0, 1.0));
    }
    if !window.covers(range) {
        return None;
    }
    let share = |bits: u8| 2.0_f64.powi(-i32::from(bits));
    let ahead = to_bits(range.network()) - to_bits(window.network());
    #[expect(clippy::cast_precision_loss, reason = "a share for a picture")]
    let ahead = ahead as f64 * share(window.host_bits());
    Some((ahead, share(range.prefix_len() - window.prefix_len())))
}

/// The range of this length that an address lies in.
#[must_use]
pub fn at(family: Family, ip: u128, prefix: u8) -> Option<Cidr> {
    let ip = from_bits(family, ip)?;
    ipnet::IpNet::new(ip, prefix).ok().map(Cidr::new)
}

/// The parts into which a window falls one step further in, in order: at most 16. None of a single address.
#[must_use]
pub fn parts(window: Cidr) -> Vec<Cidr> {
    let (family, length) = (window.family(), window.prefix_len());
    let next = (length / STEP * STEP + STEP).min(family.bits());
    let count = 1_u128 << (next - length);
    if count == 1 {
        return Vec::new();
    }
    let size = family.bits() - next;
    let first = to_bits(window.network());
    (0..count).filter_map(|i| at(family, first + (i << size), next)).collect()
}

/// One step out, at most to the whole; `None` if it is all there is to see.
#[must_use]
pub fn wider(window: Cidr, whole: Cidr) -> Option<Cidr> {
    if window == whole || !whole.covers(window) {
        return None;
    }
    let length = window.prefix_len().checked_sub(1)? / STEP * STEP;
    let prefix = length.max(whole.prefix_len());
    at(window.family(), to_bits(window.network()), prefix)
}

/// The window of the same size before or behind this one, if the whole holds it.
#[must_use]
pub fn beside(window: Cidr, whole: Cidr, is_behind: bool) -> Option<Cidr> {
    let first = to_bits(window.network());
    let ip =
        if is_behind { to_bits(window.last()).checked_add(1)? } else { first.checked_sub(1)? };
    at(window.family(), ip, window.prefix_len()).filter(|found| whole.covers(*found))
}

#[cfg(test)]
mod tests {
    use super::{beside, parts, place, whole, wider};
    use crate::net::Cidr;
    use crate::net::Family::{V4, V6};
    use crate::net::go_parse::parse_cidr;

    fn cidr(text: &str) -> Cidr {
        Cidr::new(parse_cidr(text).expect("a range").net)
    }

    fn text(range: Option<Cidr>) -> String {
        range.map_or("-".to_owned(), |range| range.to_string())
    }

    #[test]
    fn the_whole_holds_all_of_a_family() {
        let ranges =
            ["10.244.0.0/16", "10.96.0.0/16", "fd00:10:96::/112", "192.0.2.11/32"].map(cidr);
        assert_eq!(text(whole(ranges, V4)), "0.0.0.0/0");
        assert_eq!(text(whole(ranges, V6)), "fd00:10:96::/112");
        assert_eq!(text(whole([cidr("10.0.0.0/8"), cidr("10.1.0.0/16")], V4)), "10.0.0.0/8");
        assert_eq!(text(whole([cidr("10.1.0.0/16"), cidr("10.0.0.0/8")], V4)), "10.0.0.0/8");
        assert_eq!(text(whole([], V4)), "-");
    }

    #[test]
    fn a_range_has_a_place_in_a_window() {
        let check = |window, range, expect| {
            assert_eq!(place(cidr(window), cidr(range)), expect, "{range} in {window}");
        };
        check("10.0.0.0/8", "10.128.0.0/9", Some((0.5, 0.5)));
        check("10.0.0.0/8", "10.64.0.0/16", Some((0.25, 1.0 / 256.0)));
        check("10.0.0.0/8", "10.0.0.0/8", Some((0.0, 1.0)));
        check("10.0.0.0/8", "0.0.0.0/0", Some((0.0, 1.0)));
        check("10.0.0.0/8", "11.0.0.0/8", None);
        check("10.0.0.0/8", "fd00::/8", None);
        check("::/0", "8000::/1", Some((0.5, 0.5)));
        check("::/0", "::/128", Some((0.0, 2.0_f64.powi(-128))));
    }

    #[test]
    fn a_zoom_goes_from_the_whole_to_one_address_and_back() {
        for (start, steps) in
            [("::/0", 32), ("fd00:10:244::/49", 20), ("0.0.0.0/0", 8), ("10.0.0.0/30", 1)]
        {
            let start = cidr(start);
            let mut window = start;
            let mut ways = 0;
            while let Some(part) = parts(window).last().copied() {
                let all = parts(window);
                assert!(all.len() <= 16 && all.iter().all(|part| window.covers(*part)));
                assert_eq!((all[0].network(), part.last()), (window.network(), window.last()));
                window = part;
                ways += 1;
            }
            assert_eq!((window.host_bits(), ways), (0, steps), "{start}");
            while let Some(out) = wider(window, start) {
                assert!(out.covers(window));
                window = out;
                ways -= 1;
            }
            assert_eq!((window, ways), (start, 0));
        }
    }

    #[test]
    fn a_window_has_neighbours_inside_the_whole() {
        let (all, window) = (cidr("10.0.0.0/14"), cidr("10.1.0.0/16"));
        assert_eq!(text(beside(window, all, true)), "10.2.0.0/16");
        assert_eq!(text(beside(window, all, false)), "10.0.0.0/16");
        assert_eq!(text(beside(cidr("10.0.0.0/16"), all, false)), "-");
        assert_eq!(text(beside(cidr("10.3.0.0/16"), all, true)), "-");
        assert_eq!(text(beside(cidr("::/1"), cidr("::/0"), false)), "-");
        assert_eq!(text(beside(cidr("ffff::/16"), cidr("::/0"), true)), "-");
    }
}
