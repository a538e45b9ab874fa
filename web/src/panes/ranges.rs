//! The Service CIDRs of the cluster: how much of each is allocated, and to what.

use dualstack_core::explain::text::Lang;
use dualstack_core::net::Family;
use dualstack_core::net::cidr::to_bits;
use dualstack_core::session::diff::{Diff, RangeReport};
use yew::prelude::*;

use super::text;
use crate::i18n::{self, colon};
use crate::state::shared::Shared;
use crate::ui::term::{Term, Word};
use crate::ui::{badge, classed, code, grouped};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The cluster after the shown event.
    pub after: Shared<Diff>,
}

/// The share of a picture that the static band takes, in thousandths: wide enough to be seen. What
/// stands in it and what stands behind it are each to scale.
const BAND: f64 = 60.0;

/// The last place of a picture that still shows a tick.
const END: f64 = 996.0;

/// Where an address stands in the picture of its range, in thousandths.
fn place(offset: u64, report: &RangeReport) -> f64 {
    let (offset, usable) = (offset.min(report.usable) as f64, report.usable as f64);
    let band = report.static_band as f64;
    if band == 0.0 {
        offset * END / usable
    } else if offset <= band {
        offset * BAND / (band + 1.0)
    } else {
        BAND + (offset - band) * (END - BAND) / (usable - band)
    }
}

/// A range with what is taken, and the same in words.
fn one(report: &RangeReport, lang: Lang) -> Html {
    let class = match report.family {
        Family::V4 => "v4",
        Family::V6 => "v6",
    };
    let first = to_bits(report.cidr.network());
    let ticks: Html = report
        .taken
        .iter()
        .take(200)
        .map(|(ip, owner)| {
            let bits = to_bits(*ip);
            let offset = u64::try_from(bits - first).unwrap_or(u64::MAX);
            let x = (place(offset, report) as u32).to_string();
            classed(class, html! { <rect x={x} y="3" width="4" height="18"><title>{ format!("{ip} {owner}") }</title></rect> })
        })
        .collect();
    let taken: Html = report
        .taken
        .iter()
        .take(8)
        .map(|(ip, owner)| html! { <li>{ code(ip.to_string()) }{ " " }{ owner.clone() }</li> })
        .collect();
    let (used, usable) = (report.taken.len(), grouped(report.usable));
    let count = match lang {
        Lang::En => format!("{used} of {usable} used"),
        Lang::Zh => format!("已用 {used}，共 {usable}"),
    };
    let band = report.static_band > 0;
    let at = AttrValue::from(report.cidr.to_string());
    let picture = html! {
        <svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
            { ticks }
        </svg>
    };
    let picture = if band { classed("banded", picture) } else { picture };
    html! {
        <li class="range">
            <p>{ badge(report.family) }{ " " }{ code(report.cidr.to_string()) }<span class="count">{ count }</span></p>
            { picture }
            <p class="ends">
                if band { <span><Term {lang} word={Word::Bands} {at} label={i18n::BAND_OF_STATIC.get(lang)} />{ colon(lang) }{ grouped(report.static_band) }{ " " }{ i18n::STATIC_BAND.get(lang) }</span> }
                <span>{ grouped(report.usable - report.static_band) }{ " " }{ i18n::DYNAMIC_BAND.get(lang) }</span>
            </p>
            <ul class="taken" lang="en">{ taken }</ul>
        </li>
    }
}

#[component]
pub fn Ranges(props: &Props) -> Html {
    let lang = props.lang;
    let ranges: Html = props.after.ranges.iter().map(|it| one(it, lang)).collect();
    html! {
        <section class="pane" aria-label={text::SERVICE_RANGES.get(lang)}>
            <h2><b>{ text::SERVICE_RANGES.get(lang) }</b></h2>
            <ul class="ranges">{ ranges }</ul>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::net::Cidr;
    use dualstack_core::net::go_parse::parse_cidr;
    use dualstack_core::session::diff::RangeReport;

    use super::{BAND, END, place};

    fn range(text: &str, usable: u64, static_band: u64) -> RangeReport {
        let cidr = Cidr::new(parse_cidr(text).expect("the test names a range").net);
        RangeReport { family: cidr.family(), cidr, usable, static_band, taken: Vec::new() }
    }

    #[test]
    fn addresses_stand_in_order_and_inside_the_picture() {
        for report in [
            range("10.96.0.0/16", 65_534, 256),
            range("10.96.0.0/29", 6, 0),
            range("fd00::/64", u64::MAX, 256),
        ] {
            let (band, usable) = (report.static_band, report.usable);
            let mut offsets = [0, 1, band, band + 1, usable / 2, usable, u64::MAX];
            offsets.sort_unstable();
            let places = offsets.map(|offset| place(offset, &report));
            assert!(places.is_sorted(), "{places:?}");
            assert_eq!((places[0], places[6]), (0.0, END));
            if band > 0 {
                assert!(place(band, &report) < BAND && BAND <= place(band + 1, &report));
            }
        }
    }
}
