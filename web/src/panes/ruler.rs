//! Where do all ranges of the cluster lie, and where do they meet? A ruler per family, with a zoom down to one
//! address, and a table of the same.

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::net::cidr::to_bits;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::planning::count;
use dualstack_core::planning::ranges::{Entry, Kind, Meeting, Meets, entries, meetings};
use dualstack_core::planning::ruler::{at, beside, parts, place, whole, wider};
use yew::prelude::*;

use super::components::Seen;
use super::text;
use super::why::step;
use crate::i18n::colon;
use crate::state::shared::Shared;
use crate::ui::{badge, classed};

/// More rows than this nobody reads.
const MOST_ROWS: usize = 60;

/// What is shown.
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
    /// What is looked at, by family; everything, if nothing is said.
    pub looks: [Option<Look>; 2],
    /// Something else is to be looked at.
    pub onlook: Callback<[Option<Look>; 2]>,
}

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Look {
    /// The window: a stretch of addresses.
    pub window: Cidr,
    /// The part of it into which a zoom goes.
    pub part: usize,
}

/// What a person does with a ruler.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Do {
    /// Zoom into the marked part.
    In,
    /// Zoom into this part.
    Into(usize),
    /// Zoom out by a step.
    Out,
    /// Show everything.
    Whole,
    /// Mark the part before, or that of the window before.
    Before,
    /// Mark the part behind, or that of the window behind.
    Behind,
}

impl Look {
    /// A window, its first part that has something in it marked.
    fn at(window: Cidr, ranges: &[Cidr]) -> Self {
        let holds = |part: &Cidr| ranges.iter().any(|it| part.covers(*it) || it.covers(*part));
        let part = parts(window).iter().position(holds).unwrap_or(0);
        Self { window, part }
    }

    /// What is looked at then.
    #[must_use]
    pub fn then(self, act: Do, all: Cidr, ranges: &[Cidr]) -> Self {
        let now = parts(self.window);
        let to = |window: Option<Cidr>| window.map_or(self, |window| Self::at(window, ranges));
        match act {
            Do::In => to(now.get(self.part).map(|part| closer(*part, ranges))),
            Do::Into(part) => to(now.get(part).map(|part| closer(*part, ranges))),
            Do::Out => match wider(self.window, all) {
                // The part that one comes from is marked.
                Some(window) => {
                    let part = parts(window).iter().position(|it| it.covers(self.window));
                    Self { window, part: part.unwrap_or(0) }
                }
                None => self,
            },
            Do::Whole => to(Some(all)),
            Do::Before => match self.part.checked_sub(1) {
                Some(part) => Self { part, ..self },
                None => match beside(self.window, all, false) {
                    Some(window) => Self { window, part: parts(window).len().saturating_sub(1) },
                    None => self,
                },
            },
            Do::Behind if self.part + 1 < now.len() => Self { part: self.part + 1, ..self },
            Do::Behind => match beside(self.window, all, true) {
                Some(window) => Self { window, part: 0 },
                None => self,
            },
        }
    }
}

/// What a zoom into a part shows. Where no range reaches over the part, it goes on to those that lie in it: what
/// is between two sites of IPv6 is too wide for small steps.
fn closer(part: Cidr, ranges: &[Cidr]) -> Cidr {
    let inside = || ranges.iter().copied().filter(|it| part.covers(*it));
    if ranges.iter().any(|it| it.covers(part)) {
        return part;
    }
    let family = part.family();
    let Some(found) = whole(inside(), family) else { return part };
    // Around a single address something is to be seen.
    let prefix = found.prefix_len().min(family.bits() - 4).max(part.prefix_len());
    at(family, to_bits(found.network()), prefix).unwrap_or(part)
}

/// The rulers of both families, and the table.
#[component]
pub fn Rulers(props: &Props) -> Html {
    let lang = props.lang;
    let Props { looks, onlook, .. } = props.clone();
    let found = use_memo(props.seen.clone(), |seen| {
        let entries = entries(&seen.components);
        let meetings = meetings(&entries);
        (entries, meetings)
    });
    let (entries, meetings) = &*found;
    let version = props.seen.components.version;
    let rulers = [Family::V4, Family::V6].map(|family| {
        let ranges: Vec<Cidr> =
            entries.iter().map(|it| it.range).filter(|it| it.family() == family).collect();
        let Some(all) = whole(ranges.iter().copied(), family) else {
            return html! { <p>{ badge(family) }{ " " }{ text::NO_RANGES.get(lang) }</p> };
        };
        // What was looked at may be gone with its ranges.
        let look = looks[family as usize].filter(|look| all.covers(look.window));
        let look = look.unwrap_or_else(|| Look::at(all, &ranges));
        let act = onlook.reform(move |act: Do| {
            let mut next = looks;
            next[family as usize] = Some(look.then(act, all, &ranges));
            next
        });
        ruler(family, all, look, entries, meetings, &act, lang)
    });
    let show = onlook.reform(move |range: Cidr| {
        let mut next = looks;
        // A single address has no parts to be seen between: what lies around it is shown.
        let prefix = range.prefix_len().min(range.family().bits() - 4);
        let window = at(range.family(), to_bits(range.network()), prefix).unwrap_or(range);
        next[range.family() as usize] = Some(Look::at(window, &[range]));
        next
    });
    let wrong: Vec<&Meeting> = meetings.iter().filter(|it| it.meets != Meets::Agrees).collect();
    let list: Html = wrong.iter().take(MOST_ROWS).map(|it| step(&it.step, version, lang)).collect();
    html! {
        <div class="rulers" role="group" aria-labelledby="plan-ruler">
            <h3 id="plan-ruler">{ text::RULER.get(lang) }</h3>
            { for rulers }
            <p class="hint" id="plan-keys">{ text::KEYS.get(lang) }</p>
            if wrong.is_empty() {
                <p class="status good">{ "✓ " }{ text::NO_OVERLAP.get(lang) }</p>
            } else {
                <ul class="steps clashes">{ list }</ul>
            }
            { table(entries, meetings, &show, lang) }
        </div>
    }
}

/// The lanes of a ruler, from above.
const LANES: [Text; 3] = [text::LANE_SERVICES, text::LANE_PODS, text::LANE_NODES];

const fn lane(kind: Kind) -> usize {
    match kind {
        Kind::Services | Kind::KeptFromNodes => 0,
        Kind::Pods | Kind::ProxyPods | Kind::NodeBlock => 1,
        Kind::Machine | Kind::ApiServer => 2,
    }
}

/// The height of a lane, and the least width that can still be seen, in pixels and thousandths.
const LANE: usize = 22;
const LEAST: f64 = 4.0;
/// So many thousandths apart two words do not lie on each other, on a phone either.
const LABEL: f64 = 190.0;

/// A number of thousandths of the width, as an attribute.
fn share(thousandths: f64) -> String {
    format!("{:.2}%", thousandths / 10.0)
}

/// The place of a range in the window, in thousandths: wide enough to be seen, and inside.
fn stretch(window: Cidr, range: Cidr) -> Option<(f64, f64)> {
    let (start, width) = place(window, range)?;
    let width = (width * 1000.0).max(LEAST);
    Some(((start * 1000.0).min(1000.0 - width), width))
}

fn ruler(
    family: Family,
    all: Cidr,
    look: Look,
    entries: &[Entry],
    meetings: &[Meeting],
    act: &Callback<Do>,
    lang: Lang,
) -> Html {
    let Look { window, part } = look;
    let class = if family == Family::V4 { "v4" } else { "v6" };
    let own: Vec<&Entry> = entries.iter().filter(|it| it.range.family() == family).collect();
    let bars = own.iter().filter_map(|entry| {
        let (x, width) = stretch(window, entry.range)?;
        let lane = lane(entry.kind);
        let fill = format!("url(#{class}-lane-{lane})");
        let y = (lane * LANE + 3).to_string();
        let height = (LANE - 6).to_string();
        let title = format!("{} · {}", entry.range, entry.kind.name().get(lang));
        Some(html! { <rect class="bar" x={share(x)} width={share(width)} {y} {height} {fill}><title>{ title }</title></rect> })
    });
    let bars: Html = bars.collect();
    let mut labelled: Vec<f64> = Vec::new();
    let clashes = meetings.iter().filter(|it| it.meets != Meets::Agrees);
    let clashes = clashes.filter_map(|it| {
        let (x, width) = stretch(window, entries.get(it.other)?.range)?;
        let word = if it.meets == Meets::Clashes { text::OVERLAP } else { text::DIFFERENT };
        let middle = x + width / 2.0;
        let anchor = match middle {
            middle if middle < 80.0 => "start",
            middle if middle > 920.0 => "end",
            _ => "middle",
        };
        // Words that would lie on each other are left out; the table has all.
        let has_room = labelled.iter().all(|other| (other - middle).abs() > LABEL);
        let label = has_room.then(|| {
            labelled.push(middle);
            html! { <text x={share(middle)} y={(3 * LANE + 14).to_string()} text-anchor={anchor}>{ word.get(lang) }</text> }
        });
        let height = (3 * LANE).to_string();
        let fill = format!("url(#{class}-clash)");
        Some(html! { <><rect class="clash" x={share(x)} width={share(width)} y="0" {height} {fill}><title>{ word.get(lang) }</title></rect>{ label }</> })
    });
    let clashes: Html = clashes.collect();
    let now = parts(window);
    let count_of = now.len().max(1);
    #[expect(clippy::cast_precision_loss, reason = "at most 16 parts")]
    let width = 1000.0 / count_of as f64;
    let cells = now.iter().enumerate().map(|(i, cell)| {
        #[expect(clippy::cast_precision_loss, reason = "at most 16 parts")]
        let x = share(i as f64 * width);
        let onclick = act.reform(move |_: MouseEvent| Do::Into(i));
        let height = (3 * LANE).to_string();
        let class = if i == part { "cell marked" } else { "cell" };
        html! { <rect {class} {x} y="0" width={share(width)} {height} {onclick}><title>{ cell.to_string() }</title></rect> }
    });
    let cells: Html = cells.collect();
    let marked = now.get(part).copied();
    let [open, close, comma] =
        if lang == Lang::En { [" (", ")", ", "] } else { ["（", "）", "、"] };
    let holds = |range: Cidr| {
        let mut names: Vec<&str> = Vec::new();
        for entry in own.iter().filter(|it| it.range.covers(range) || range.covers(it.range)) {
            let name = LANES[lane(entry.kind)].get(lang);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() { text::FREE.get(lang).to_owned() } else { names.join(comma) }
    };
    let says = marked.map(|range| {
        let number = format!("{}/{count_of}", part + 1);
        html! { <>{ " · " }{ text::MARKED.get(lang) }{ " " }<code lang="en">{ range.to_string() }</code>{ open }{ number }{ close }{ colon(lang) }{ holds(range) }</> }
    });
    let says = match says {
        Some(says) => says,
        None => html! { <>{ colon(lang) }{ holds(window) }</> },
    };
    let is_whole = window == all;
    let tool = |what: Do, word: Text, mark: &'static str, is_off: bool| {
        let onclick = act.reform(move |_: MouseEvent| what);
        html! { <button type="button" class="btn" aria-disabled={is_off.then_some("true")} aria-label={word.get(lang)} title={word.get(lang)} {onclick}>{ mark }</button> }
    };
    let tools = [
        tool(Do::Before, text::BEFORE, "←", false),
        tool(Do::Behind, text::BEHIND, "→", false),
        tool(Do::In, text::IN, "+", now.is_empty()),
        tool(Do::Out, text::OUT, "−", is_whole),
    ];
    let whole_click = act.reform(|_: MouseEvent| Do::Whole);
    let onkeydown = {
        let act = act.clone();
        Callback::from(move |event: KeyboardEvent| {
            let what = match event.key().as_str() {
                "ArrowLeft" => Do::Before,
                "ArrowRight" => Do::Behind,
                "Enter" | "+" => Do::In,
                "Backspace" | "-" => Do::Out,
                "Home" => Do::Whole,
                _ => return,
            };
            event.prevent_default();
            act.emit(what);
        })
    };
    let height = (3 * LANE + 18).to_string();
    let label = format!("{} {} {}", text::RULER.get(lang), family.name(), window);
    let lanes: Html = LANES.iter().map(|name| html! { <span>{ name.get(lang) }</span> }).collect();
    let addresses = count(window.host_bits());
    let pane = html! {
        <div>
            <p class="tools">
                { badge(family) }{ " " }
                { for tools }
                <button type="button" class="btn" aria-disabled={is_whole.then_some("true")} onclick={whole_click}>{ text::WHOLE.get(lang) }</button>
            </p>
            <div class="lanes">
                <div class="names" aria-hidden="true">{ lanes }</div>
                <div class="face" role="group" tabindex="0" aria-label={label} aria-describedby="plan-keys" {onkeydown}>
                    <svg width="100%" {height} aria-hidden="true">
                        { patterns(class) }
                        { bars }{ clashes }{ cells }
                    </svg>
                </div>
            </div>
            <p class="ends"><code lang="en">{ window.network().to_string() }</code><code lang="en">{ window.last().to_string() }</code></p>
            <p class="says" aria-live="polite">{ text::SHOWN.get(lang) }{ " " }<code lang="en">{ window.to_string() }</code>{ open }{ addresses }{ close }{ says }</p>
        </div>
    };
    classed(format!("ruler {class}"), pane)
}

/// The patterns of the lanes: full, hatched, dotted; and crossed where ranges meet.
fn patterns(class: &'static str) -> Html {
    let id = |what: &str| format!("{class}-{what}");
    html! {
        <defs>
            <pattern id={id("lane-0")} width="4" height="4" patternUnits="userSpaceOnUse"><rect class="ink" width="4" height="4" /></pattern>
            <pattern id={id("lane-1")} width="6" height="6" patternUnits="userSpaceOnUse"><rect class="ground" width="6" height="6" /><path class="line" d="M0 6 6 0" /></pattern>
            <pattern id={id("lane-2")} width="5" height="5" patternUnits="userSpaceOnUse"><rect class="ground" width="5" height="5" /><circle class="ink" cx="2.5" cy="2.5" r="1.6" /></pattern>
            <pattern id={id("clash")} width="8" height="8" patternUnits="userSpaceOnUse"><path class="cross" d="M0 0 8 8M8 0 0 8" /></pattern>
        </defs>
    }
}

/// The ranges as a table; the button of a row shows it on its ruler. Its roles are written out, for on a phone
/// its cells are drawn as blocks, which would make them lose them.
fn table(entries: &[Entry], meetings: &[Meeting], show: &Callback<Cidr>, lang: Lang) -> Html {
    let row = |(i, entry): (usize, &Entry)| {
        let range = entry.range;
        let onclick = show.reform(move |_: MouseEvent| range);
        let place = match entry.flag {
            Some(flag) => format!("{} --{flag}", entry.component.name()),
            None => format!("{}: {}", entry.component.name(), text::GIVEN_OUT.get(lang)),
        };
        let nodes = entry.nodes.join(", ");
        let mut met: Vec<Html> = Vec::new();
        let mut told: Vec<(Text, Cidr)> = Vec::new();
        for meeting in meetings.iter().filter(|it| it.meets != Meets::Agrees) {
            let other = match (meeting.one == i, meeting.other == i) {
                (true, _) => &entries[meeting.other],
                (_, true) => &entries[meeting.one],
                _ => continue,
            };
            let word =
                if meeting.meets == Meets::Clashes { text::OVERLAP } else { text::DIFFERENT };
            if told.contains(&(word, other.range)) {
                continue;
            }
            told.push((word, other.range));
            met.push(html! { <li class="bad">{ "✕ " }{ word.get(lang) }{ colon(lang) }<code lang="en">{ other.range.to_string() }</code></li> });
            if met.len() >= 5 {
                break;
            }
        }
        let name = entry.kind.name().get(lang);
        html! {
            <tr role="row">
                <th scope="row" role="rowheader"><button type="button" class="link" {onclick}><code lang="en">{ range.to_string() }</code></button></th>
                <td role="cell">{ badge(range.family()) }{ " " }{ name }</td>
                <td role="cell"><code lang="en">{ place }</code>{ " " }<span lang="en">{ nodes }</span></td>
                <td role="cell"><ul>{ for met }</ul></td>
            </tr>
        }
    };
    let rows: Html = entries.iter().enumerate().take(MOST_ROWS).map(row).collect();
    let more = entries.len().saturating_sub(MOST_ROWS);
    html! {
        <>
            <table role="table">
                <caption class="unseen">{ text::RULER.get(lang) }</caption>
                <thead role="rowgroup"><tr role="row">
                    <th scope="col" role="columnheader">{ text::RANGE.get(lang) }</th>
                    <th scope="col" role="columnheader">{ text::WHAT.get(lang) }</th>
                    <th scope="col" role="columnheader">{ text::WHERE.get(lang) }</th>
                    <th scope="col" role="columnheader">{ text::MEETS.get(lang) }</th>
                </tr></thead>
                <tbody role="rowgroup">{ rows }</tbody>
            </table>
            if more > 0 { <p>{ more.to_string() }{ " " }{ text::MORE_ROWS.get(lang) }</p> }
        </>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::net::Cidr;
    use dualstack_core::net::go_parse::parse_cidr;

    use super::{Do, Look, stretch};

    fn cidr(text: &str) -> Cidr {
        Cidr::new(parse_cidr(text).expect("a range").net)
    }

    #[test]
    fn a_ruler_is_zoomed_to_one_address_and_back_by_keys_alone() {
        let all = cidr("fd00:10:96::/111");
        let ranges = [cidr("fd00:10:96::/112"), cidr("fd00:10:97::/128")];
        let start = Look::at(all, &ranges);
        let mut look = start;
        let mut steps = 0;
        loop {
            let next = look.then(Do::In, all, &ranges);
            if next == look {
                break;
            }
            assert!(look.window.covers(next.window));
            look = next;
            steps += 1;
        }
        assert_eq!((look.window.to_string().as_str(), steps), ("fd00:10:96::/128", 5));
        for _ in 0..steps {
            look = look.then(Do::Out, all, &ranges);
        }
        assert_eq!((look, look.then(Do::Out, all, &ranges)), (start, start));
    }

    #[test]
    fn a_zoom_skips_what_is_empty() {
        let ranges = ["2001:db8::11/128", "fd00:10:96::/112", "fd00:10:244::/56"].map(cidr);
        let look = Look::at(cidr("::/0"), &ranges);
        let near = look.then(Do::In, look.window, &ranges);
        assert_eq!(near.window, cidr("2001:db8::10/124"));
        assert_eq!(near.then(Do::In, look.window, &ranges).window, cidr("2001:db8::11/128"));
        let site = look.then(Do::Into(15), look.window, &ranges);
        assert_eq!(site.window, cidr("fd00:10::/38"));
        // Nothing is there, and one may look all the same.
        assert_eq!(look.then(Do::Into(5), look.window, &ranges).window, cidr("5000::/4"));
    }

    #[test]
    fn a_mark_goes_on_into_the_window_beside() {
        let all = cidr("10.0.0.0/8");
        let window = cidr("10.16.0.0/12");
        let look = Look { window, part: 0 };
        let before = look.then(Do::Before, all, &[]);
        assert_eq!((before.window, before.part), (cidr("10.0.0.0/12"), 15));
        assert_eq!(before.then(Do::Behind, all, &[]), look);
        assert_eq!(look.then(Do::Behind, all, &[]).part, 1);
        let first = Look { window: cidr("10.0.0.0/12"), part: 0 };
        assert_eq!(first.then(Do::Before, all, &[]), first);
        assert_eq!(look.then(Do::Whole, all, &[window]), Look { window: all, part: 1 });
        assert_eq!(look.then(Do::Into(3), all, &[]).window, cidr("10.19.0.0/16"));
    }

    #[test]
    fn the_narrowest_range_can_be_seen_and_lies_inside() {
        let window = cidr("::/0");
        for range in ["::/128", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128", "::/0", "8000::/1"] {
            let (x, width) = stretch(window, cidr(range)).expect("it lies in the window");
            assert!(x >= 0.0 && width >= 4.0 && x + width <= 1000.0, "{range} {x} {width}");
        }
    }
}
