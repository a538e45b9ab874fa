//! Which part of one text of flags does the box of each component show, and what becomes of the text when
//! one part is changed?
//!
//! The lines from a heading to the next one are of its component, as are flags before any heading of
//! kube-apiserver. The first heading of a component goes without saying above its box, so it is not shown where
//! it names nothing but the component and has its line to itself; every other one is content (`kubelet · node-1`).
//! Nor is the blank line shown that keeps two parts apart.
//!
//! Invariants: what [`replace`] puts in is what [`split`] then shows, and the other parts stay as they were, unless
//! headings of other components are put in: then each component gets what is behind its heading. Whatever lies
//! outside the part stays byte for byte where the text can be read with it.

use std::borrow::Cow;

use crate::source::flags::{Component, FlagsText, read};
use crate::source::span::Span;

/// What keeps two parts apart: a blank line also ends what the part before leaves open.
const BLANK_LINE: &str = "\n\n";

/// Lines of one component that stand together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    component: Component,
    /// All of it.
    span: Span,
    /// Without the heading that goes without saying and without what keeps it apart from the next.
    shown: Span,
    /// How much of the same box stands before it.
    before: usize,
}

/// A text of flags as the boxes of the components show it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Parts<'a> {
    text: Cow<'a, str>,
    /// In the order of the text, without gaps.
    stretches: Vec<Stretch>,
}

/// Splits a text. Never fails.
#[must_use]
pub fn split(text: &str) -> Parts<'_> {
    let flags = read(text);
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut add = |component, start: usize| match stretches.last_mut() {
        // What stands before the first heading and says nothing is its component's.
        Some(last) if last.component == component || last.span.start == start => {}
        _ => {
            if let Some(last) = stretches.last_mut() {
                (last.span.end, last.shown.end) = (start, start);
            }
            let span = Span::new(start, text.len());
            stretches.push(Stretch { component, span, shown: span, before: 0 });
        }
    };
    let first = flags.sections.first().map_or(Component::KubeApiserver, |it| it.component);
    add(first, 0);
    for section in &flags.sections {
        if let Some(heading) = section.heading {
            let lead = section.lead.min(heading.start);
            add(section.component, line_of(text, lead).start);
        }
    }
    let has_headings = flags.sections.iter().any(|section| section.heading.is_some());
    for component in Component::ALL {
        let of = |stretch: &Stretch| stretch.component == component;
        if let Some(first) = stretches.iter_mut().find(|it| of(it)) {
            first.shown.start += hidden_heading(text, &flags, first);
        }
        // A text without any heading is shown as it is.
        if let Some(last) = stretches.iter_mut().rfind(|it| of(it) && has_headings) {
            let body = &text[last.shown.start..last.shown.end];
            let newlines = body.len() - body.trim_end_matches('\n').len();
            last.shown.end -= newlines.min(BLANK_LINE.len());
        }
    }
    let mut before = [0; Component::ALL.len()];
    for stretch in &mut stretches {
        let so_far = &mut before[stretch.component as usize];
        stretch.before = *so_far;
        *so_far += stretch.shown.end - stretch.shown.start;
    }
    Parts { text: text.into(), stretches }
}

/// The line at a byte, with its line break.
fn line_of(text: &str, at: usize) -> Span {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    Span::new(start, text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1))
}

/// How many bytes the heading takes with which a stretch begins, if it goes without saying.
fn hidden_heading(text: &str, flags: &FlagsText, stretch: &Stretch) -> usize {
    let line = line_of(text, stretch.span.start);
    let is_bare = flags.sections.iter().filter_map(|section| section.heading).any(|heading| {
        let words = &text[heading.start..heading.end];
        heading.start >= line.start
            && heading.end <= line.end
            && text[line.start..line.end].trim() == words
            && words.trim_matches(|char: char| !char.is_ascii_alphanumeric())
                == stretch.component.name()
    });
    if is_bare { line.end - line.start } else { 0 }
}

impl Parts<'_> {
    /// With a copy of the text, to be kept without it.
    #[must_use]
    pub fn into_owned(self) -> Parts<'static> {
        Parts { text: self.text.into_owned().into(), stretches: self.stretches }
    }

    fn stretches(&self, component: Component) -> impl Iterator<Item = &Stretch> {
        self.stretches.iter().filter(move |stretch| stretch.component == component)
    }

    /// What the box of a component shows.
    #[must_use]
    pub fn of(&self, component: Component) -> String {
        self.stretches(component).map(|it| &self.text[it.shown.start..it.shown.end]).collect()
    }

    /// Where in the text a byte of a box stands.
    #[must_use]
    pub fn in_text(&self, component: Component, at: usize) -> usize {
        let mut before = 0;
        let mut place = self.text.len();
        for stretch in self.stretches(component) {
            let length = stretch.shown.end - stretch.shown.start;
            place = stretch.shown.start + (at - before).min(length);
            before += length;
            // Between two stretches a byte is behind the first.
            if at <= before {
                break;
            }
        }
        place
    }

    /// Where in the box of a component a byte of the text is. What it does not show is at the nearest place
    /// before it.
    #[cfg(test)]
    fn in_box(&self, component: Component, at: usize) -> usize {
        let lengths = self.stretches(component).filter(|it| it.shown.start <= at);
        lengths.map(|it| it.shown.end.min(at) - it.shown.start).sum()
    }

    /// A stretch of the text in the box of a component, as far as it is shown there.
    #[must_use]
    pub fn span_in(&self, component: Component, span: Span) -> Option<Span> {
        let first = self.stretches.partition_point(|it| it.shown.end < span.start);
        let near = self.stretches[first..].iter().take_while(|it| it.shown.start <= span.end);
        near.filter(|it| it.component == component).find_map(|it| {
            let Span { start, end } = it.shown;
            let (from, to) = (span.start.max(start), span.end.min(end));
            let is_shown = from < to || (from == to && span.start == span.end);
            is_shown.then(|| Span::new(it.before + from - start, it.before + to - start))
        })
    }
}

/// The text in which the box of a component shows this part instead. Headings of other components in it
/// take what is behind them to their boxes; where it was pasted, for what they held.
#[must_use]
pub fn replace(text: &str, component: Component, part: &str) -> String {
    let parts = split(text);
    let shown = Component::ALL.map(|component| parts.of(component));
    let [before, own] = [&shown[component as usize], part];
    if before == own {
        return text.to_owned();
    }
    let wanted = Component::ALL.map(|it| if it == component { part } else { &shown[it as usize] });
    let holds = |text: &String| {
        let parts = split(text);
        Component::ALL.into_iter().all(|it| parts.of(it) == wanted[it as usize])
    };
    // First, since each key in a long text comes this way: every other way reads the part as well.
    if let Some(text) = within(&parts, component, before, part).filter(holds) {
        return text;
    }
    let headed = [component.name(), "\n", part].concat();
    if split(&headed).stretches.iter().any(|stretch| stretch.component != component) {
        return distribute(&parts, component, before, part);
    }
    in_place(&parts, component, part, false)
        .filter(holds)
        .or_else(|| in_place(&parts, component, part, true).filter(holds))
        .or_else(|| Some(whole(&wanted, false)).filter(holds))
        .unwrap_or_else(|| whole(&wanted, true))
}

/// The stretch in which `after` differs from `before`, in both.
fn difference(before: &str, after: &str) -> [Span; 2] {
    let same = |(one, other): &(char, char)| one == other;
    let start = before.chars().zip(after.chars()).take_while(same);
    let start: usize = start.map(|(char, _)| char.len_utf8()).sum();
    let ends = before[start..].chars().rev().zip(after[start..].chars().rev()).take_while(same);
    let end: usize = ends.map(|(char, _)| char.len_utf8()).sum();
    [before, after].map(|text| Span::new(start, text.len() - end))
}

/// The change where it is, in one of the stretches.
fn within(parts: &Parts, component: Component, before: &str, part: &str) -> Option<String> {
    if part.is_empty() {
        return None;
    }
    let [old, new] = difference(before, part);
    let start = parts.in_text(component, old.start);
    let end = start + (old.end - old.start);
    let inside = |it: &&Stretch| it.shown.start <= start && end <= it.shown.end;
    parts.stretches(component).find(inside)?;
    Some([&parts.text[..start], &part[new.start..new.end], &parts.text[end..]].concat())
}

/// All of the part where its first stretch is; where there is none, behind the component before it. With a
/// heading and a blank line, if `anew`.
fn in_place(parts: &Parts, component: Component, part: &str, anew: bool) -> Option<String> {
    let text = &*parts.text;
    let first = parts.stretches(component).next();
    let place = |it: &Stretch| it.component as usize <= component as usize;
    let at = match first {
        Some(first) => parts.stretches.iter().position(|it| it == first)?,
        None => parts.stretches.iter().rposition(place).map_or(0, |at| at + 1),
    };
    let heading = match first {
        Some(first) if !anew => text[first.span.start..first.shown.start].to_owned(),
        _ => [component.name(), "\n"].concat(),
    };
    let rest: Vec<&Stretch> =
        parts.stretches[at..].iter().filter(|it| it.component != component).collect();
    let mut out = text[..first.map_or(text.len(), |it| it.span.start)].to_owned();
    if first.is_none() {
        let last = parts.stretches[..at].last();
        out.truncate(last.map_or(0, |it| it.shown.end));
        if !out.is_empty() {
            out.push_str(BLANK_LINE);
        }
    }
    if !part.is_empty() {
        out.push_str(&heading);
        if !heading.is_empty() && !heading.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(part);
        let behind = first.map_or("", |it| &text[it.shown.end..it.span.end]);
        let needs_more = !rest.is_empty() && behind.is_empty() || part.ends_with('\n');
        out.push_str(if anew || needs_more { BLANK_LINE } else { behind });
    }
    out.extend(rest.iter().map(|it| &text[it.span.start..it.span.end]));
    Some(out)
}

/// A text of these parts; with `all_headings` also the first one has one.
fn whole(parts: &[&str; 4], all_headings: bool) -> String {
    let mut out = String::new();
    for (component, part) in Component::ALL.into_iter().zip(parts) {
        if part.is_empty() {
            continue;
        }
        if all_headings || component != Component::KubeApiserver {
            out.push_str(component.name());
            out.push('\n');
        }
        out.push_str(part);
        out.push_str(BLANK_LINE);
    }
    let only = parts[1..].iter().all(|part| part.is_empty()) && !all_headings;
    // The last blank line keeps nothing apart, unless the part ends with one of its own.
    let unneeded = if only { 2 } else { usize::from(!out.ends_with("\n\n\n")) };
    out.truncate(out.len().saturating_sub(unneeded));
    out
}

/// A part with headings of other components.
fn distribute(parts: &Parts, component: Component, before: &str, part: &str) -> String {
    let [_, new] = difference(before, part);
    let added = read(&part[new.start..new.end]);
    // Who types a heading has nothing behind it yet, and must not lose what there is.
    let takes = Component::ALL.map(|other| {
        let of = added.sections.iter().filter(|it| it.component == other && it.heading.is_some());
        other != component && of.flat_map(|it| &it.flags).next().is_some()
    });
    let kept = parts.stretches.iter().filter(|it| !takes[it.component as usize]);
    let kept: Vec<&Stretch> = kept.collect();
    let at = kept.iter().position(|it| it.component == component);
    let at = at.unwrap_or_else(|| {
        kept.iter().filter(|it| (it.component as usize) < component as usize).count()
    });
    let begins = split(part).stretches[0];
    let is_headed =
        read(part).sections.first().is_none_or(|it| it.heading.is_some()) && begins.shown.start > 0;
    let mut pieces: Vec<String> = Vec::new();
    for (place, stretch) in kept.iter().enumerate() {
        if place == at {
            pieces.push(own(parts, component, part, is_headed));
        }
        if stretch.component != component {
            pieces.push(parts.text[stretch.span.start..stretch.span.end].to_owned());
        }
    }
    if at == kept.len() {
        pieces.push(own(parts, component, part, is_headed));
    }
    let mut out = String::new();
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        if !out.is_empty() && !out.ends_with(BLANK_LINE) {
            out.push_str(if out.ends_with('\n') { "\n" } else { BLANK_LINE });
        }
        out.push_str(piece);
    }
    out
}

/// The part with the heading that its component has, unless it begins with one.
fn own(parts: &Parts, component: Component, part: &str, is_headed: bool) -> String {
    let first = parts.stretches(component).next();
    let heading = first.map(|it| parts.text[it.span.start..it.shown.start].to_owned());
    let heading = heading.unwrap_or_else(|| [component.name(), "\n"].concat());
    if is_headed { part.to_owned() } else { [&heading, part].concat() }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::{replace, split};
    use crate::source::flags::Component;
    use crate::source::span::Span;

    use Component::{KubeApiserver, KubeControllerManager, KubeProxy, Kubelet};

    /// What the boxes show, in the order of the components.
    fn boxes(text: &str) -> [String; 4] {
        let parts = split(text);
        Component::ALL.map(|component| parts.of(component))
    }

    const WHOLE: &str = "kube-apiserver\n--a=1\n\nkube-controller-manager\n--b=2\n# mine\n\n\
                         kube-proxy\n--c=3\n\nkubelet · node-1\n--d=4\n\nkubelet · node-2\n--d=5\n";

    #[test]
    fn each_box_shows_what_is_of_its_component() {
        let nodes = "kubelet · node-1\n--d=4\n\nkubelet · node-2\n--d=5";
        assert_eq!(boxes(WHOLE), ["--a=1", "--b=2\n# mine", "--c=3", nodes]);
        assert_eq!(boxes("--a=1\n\n"), ["--a=1\n\n", "", "", ""], "a text without headings");
        assert_eq!(boxes("--a=1\n\nkubelet\n"), ["--a=1", "", "", ""]);
        assert_eq!(boxes("# all\nkube-proxy\n--c"), ["", "", "# all\nkube-proxy\n--c", ""]);
        assert_eq!(boxes("# all\n--a\nkube-proxy\n--c"), ["# all\n--a", "", "--c", ""]);
        assert_eq!(boxes("kubelet --d=4\n"), ["", "", "", "kubelet --d=4"]);
        assert_eq!(boxes("=== kubelet ===\n\n\n--d"), ["", "", "", "\n\n--d"]);
        assert_eq!(
            boxes("kubelet\n--d\n\nkube-proxy\n--c\n\nkubelet · b\n--d=5\n"),
            ["", "", "--c", "--d\n\nkubelet · b\n--d=5"],
            "what is for all nodes, and what is for one"
        );
    }

    #[test]
    fn a_change_in_a_box_changes_nothing_else() {
        let check = |component, part: &str, expect: &str| {
            assert_eq!(replace(WHOLE, component, part), expect);
        };
        check(KubeApiserver, "--a=9 # 双", &WHOLE.replace("--a=1", "--a=9 # 双"));
        check(KubeControllerManager, "--b=2\n# mine\n", &WHOLE.replace("mine\n", "mine\n\n"));
        check(KubeProxy, "", &WHOLE.replace("kube-proxy\n--c=3\n\n", ""));
        check(
            Kubelet,
            "kubelet · node-1\n--d=4\n\nkubelet · node-3\n--d=5",
            &WHOLE.replace("node-2", "node-3"),
        );
    }

    #[test]
    fn a_component_without_a_section_gets_one() {
        assert_eq!(replace("", KubeApiserver, "--a"), "--a");
        assert_eq!(replace("--a\n", Kubelet, "--d"), "--a\n\n\nkubelet\n--d");
        assert_eq!(
            replace("kube-apiserver\n--a\n\nkubelet\n--d\n", KubeProxy, "--c"),
            "kube-apiserver\n--a\n\nkube-proxy\n--c\n\nkubelet\n--d\n"
        );
        assert_eq!(
            replace("kubelet\n--d\n", KubeApiserver, "-"),
            "kube-apiserver\n-\n\nkubelet\n--d\n"
        );
    }

    #[test]
    fn a_heading_of_its_own_can_be_typed() {
        let mut text = WHOLE.replace("kubelet · node-2\n--d=5\n", "");
        for part in ["kubelet", "kubelet ·", "kubelet · c\n--d=6"] {
            text = replace(&text, Kubelet, part);
            assert_eq!(split(&text).of(Kubelet), part);
        }
        let cleared = replace("kubelet · b\n--d", Kubelet, "kubelet\n--d");
        assert_eq!(
            (&*cleared, &*boxes(&cleared)[3]),
            ("kubelet\nkubelet\n--d\n\n", "kubelet\n--d")
        );
    }

    #[test]
    fn a_pasted_text_goes_to_the_boxes_that_it_names() {
        assert_eq!(replace("", KubeProxy, WHOLE), WHOLE);
        assert_eq!(replace("kube-apiserver\n--x\n\nkubelet\n--y\n", KubeApiserver, WHOLE), WHOLE);
        assert_eq!(
            boxes(&replace(WHOLE, KubeProxy, "--c=3\nkubelet\n--d=7")),
            ["--a=1", "--b=2\n# mine", "--c=3", "--d=7"]
        );
        // Who types only comes to the heading: what its box held stays there.
        assert_eq!(
            boxes(&replace(WHOLE, KubeProxy, "--c=3\nkubelet")),
            ["--a=1", "--b=2\n# mine", "--c=3", &format!("\n{}", boxes(WHOLE)[3])]
        );
        let manifest = "kind: Pod\nspec:\n- command:\n  - kube-apiserver\n  - --a=b\n";
        assert_eq!(boxes(&replace("", KubeApiserver, manifest)), [manifest, "", "", ""]);
    }

    #[test]
    fn ten_thousands_of_headings_are_joined_in_a_moment() {
        let part = "kubelet\nkube-proxy\n".repeat(30_000);
        let start = Instant::now();
        let once = replace("", KubeApiserver, &part);
        let twice = replace(&once, KubeApiserver, &part);
        let parts = split(&twice);
        let last = Span::new(twice.len() - 4, twice.len() - 1);
        assert!(Component::ALL.into_iter().any(|it| parts.span_in(it, last).is_some()));
        // Some seconds, and on a busy machine many; looking through all headings for each takes several minutes.
        assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
    }

    #[test]
    fn places_in_the_text_are_found_in_the_boxes() {
        let text = "kubelet\n--d\n\nkube-proxy\n--c\n\nkubelet · b\n--d=5\n";
        let parts = split(text);
        for component in Component::ALL {
            let shown = parts.of(component);
            for at in 0..=shown.len() {
                let there = parts.in_text(component, at);
                if !shown.is_empty() {
                    assert_eq!(parts.in_box(component, there), at, "{component:?}");
                }
            }
        }
        let at = text.find("--c").expect("it is there");
        assert_eq!(parts.span_in(KubeProxy, Span::new(at, at + 3)), Some(Span::new(0, 3)));
        assert_eq!(parts.span_in(Kubelet, Span::new(at, at + 3)), None);
        let end = text.find("--d=5").expect("it is there");
        assert_eq!(parts.span_in(Kubelet, Span::new(end, end + 5)), Some(Span::new(18, 23)));
        assert_eq!(parts.in_box(Kubelet, 0), 0, "the heading that is not shown");
    }

    /// Whatever is typed, box by box and change by change.
    #[test]
    fn the_boxes_are_independent_whatever_is_typed() {
        const PIECES: [&str; 30] = [
            "--a=b",
            "--node-ip",
            " ",
            "\n",
            "\n",
            "\n\n",
            "\r\n",
            "\\",
            "\\\n",
            "\"",
            "'",
            "[",
            "]",
            ",",
            "#",
            "# kubelet",
            "kubelet",
            "kubelet\n",
            "kubelet · node-1\n",
            "kube-proxy\n",
            "kube-proxy --x",
            "kube-apiserver\n",
            "kube-controller-manager\n",
            "=== kubelet ===\n",
            "etcd\n",
            "双",
            "- ",
            "command:",
            "ExecStart=/bin/kubelet ",
            "zq7",
        ];
        let mut next = crate::source::chance();
        let mut independent = 0;
        for _ in 0..1_000 {
            let mut text: String = (0..next(16)).map(|_| PIECES[next(PIECES.len())]).collect();
            for _ in 0..6 {
                let parts = split(&text);
                let covered: usize =
                    parts.stretches.iter().map(|it| it.span.end - it.span.start).sum();
                assert_eq!(covered, text.len(), "{text:?}");
                let before = boxes(&text);
                for component in Component::ALL {
                    let shown = &before[component as usize];
                    assert_eq!(replace(&text, component, shown), text);
                    for at in (0..=shown.len()).filter(|at| shown.is_char_boundary(*at)) {
                        let place = parts.in_text(component, at);
                        assert!(text.is_char_boundary(place), "{text:?} {component:?} {at}");
                        assert_eq!(parts.in_box(component, place), at, "{text:?} {component:?}");
                    }
                }
                let component = Component::ALL[next(4)];
                let old = &before[component as usize];
                let cut = |at: usize| old.floor_char_boundary(at.min(old.len()));
                let (from, to) = (cut(next(old.len() + 1)), cut(next(old.len() + 1)));
                let piece = PIECES[next(PIECES.len())];
                let part = [&old[..from.min(to)], piece, &old[from.max(to)..]].concat();
                let changed = replace(&text, component, &part);
                let after = boxes(&changed);
                let headed = format!("{}\n{part}", component.name());
                if split(&headed).stretches.iter().all(|it| it.component == component) {
                    independent += 1;
                    let mut wanted = before;
                    wanted[component as usize] = part.clone();
                    assert_eq!(after, wanted, "{text:?} {component:?} {part:?} {changed:?}");
                } else {
                    assert!(!piece.contains("zq7") || changed.contains("zq7"), "{text:?} {part:?}");
                }
                text = changed;
            }
        }
        assert!(independent > 3_000, "{independent}");
    }
}
