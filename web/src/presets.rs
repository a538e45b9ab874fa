//! What do the buttons `IPv4`, `IPv6`, `IPv4 + IPv6` and `IPv6 + IPv4` change? Values of flags, and
//! nothing else of what a person wrote.

use dualstack_core::net::go_parse::parse_cidr;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::source::flags::{Component, Flag, FlagsText, line_to_add, parse};
use dualstack_core::source::span::Span;

/// Families in order: what a button asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Preset {
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
    /// Both, IPv4 first.
    V4V6,
    /// Both, IPv6 first.
    V6V4,
}

impl Preset {
    /// All presets, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::V4, Self::V6, Self::V4V6, Self::V6V4];

    /// The button's text: the same in every language.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
            Self::V4V6 => "IPv4 + IPv6",
            Self::V6V4 => "IPv6 + IPv4",
        }
    }

    fn families(self) -> &'static [Family] {
        match self {
            Self::V4 => &[Family::V4],
            Self::V6 => &[Family::V6],
            Self::V4V6 => &[Family::V4, Family::V6],
            Self::V6V4 => &[Family::V6, Family::V4],
        }
    }
}

const RANGE: &str = "service-cluster-ip-range";
const ADVERTISE: &str = "advertise-address";
const MASK: &str = "node-cidr-mask-size";
/// The masks by family, with kube-controller-manager's defaults.
const MASKS: [(&str, u8); 2] = [("node-cidr-mask-size-ipv4", 24), ("node-cidr-mask-size-ipv6", 64)];

/// The flags that name a value per family, with the values a preset puts there.
fn values(component: Component, name: &str) -> Option<[&'static str; 2]> {
    match (component, name) {
        (Component::KubeApiserver | Component::KubeControllerManager, RANGE) => {
            Some(["10.96.0.0/16", "fd00:10:96::/112"])
        }
        (Component::KubeControllerManager | Component::KubeProxy, "cluster-cidr") => {
            Some(["10.244.0.0/16", "fd00:10:244::/56"])
        }
        (Component::Kubelet, "node-ip") => Some(["192.0.2.11", "2001:db8::11"]),
        _ => None,
    }
}

/// The preset that the present flags amount to, if they do.
#[must_use]
pub fn current(text: &str) -> Option<Preset> {
    let flags = parse(text);
    let value = flags.last(Component::KubeApiserver, RANGE)?.value.as_deref()?;
    let families: Option<Vec<Family>> = value
        .split(',')
        .map(|range| parse_cidr(range).map(|read| Cidr::new(read.net).family()))
        .collect();
    let families = families?;
    Preset::ALL.into_iter().find(|preset| preset.families() == families.as_slice())
}

/// The text with the values of a preset. Ranges of a person's own stay, in the new order.
#[must_use]
pub fn apply(text: &str, preset: Preset) -> String {
    let flags = parse(text);
    let mut edits: Vec<(usize, usize, String)> = Vec::new();
    let mut has_range = false;
    for component in Component::ALL {
        for flag in flags.of(component) {
            if component == Component::KubeApiserver && flag.name == ADVERTISE {
                advertise(text, flag, preset, &mut edits);
                continue;
            }
            let Some(defaults) = values(component, &flag.name) else { continue };
            has_range |= component == Component::KubeApiserver;
            let old = flag.value.as_deref().unwrap_or_default();
            let new = preset
                .families()
                .iter()
                .map(|family| own_range(old, *family).unwrap_or(defaults[*family as usize]))
                .collect::<Vec<_>>()
                .join(",");
            if flag.value.is_some() {
                edits.push((flag.value_span.start, flag.value_span.end, new));
            } else {
                edits.push((flag.span.end, flag.span.end, format!("={new}")));
            }
        }
    }
    masks(text, &flags, preset, &mut edits);
    let needs_advertise = preset.families()[0] == Family::V6
        && flags.last(Component::KubeApiserver, ADVERTISE).is_none();
    if needs_advertise || !has_range {
        let mut lines = String::new();
        let values = values(Component::KubeApiserver, RANGE).unwrap_or_default();
        if !has_range {
            let ranges: Vec<&str> =
                preset.families().iter().map(|family| values[*family as usize]).collect();
            lines.push_str(&format!("--{RANGE}={}\n", ranges.join(",")));
        }
        if needs_advertise {
            lines.push_str(&format!("--{ADVERTISE}=2001:db8::10\n"));
        }
        let (at, lines) = line_to_add(text, &lines);
        edits.push((at, at, lines));
    }
    edits.sort_unstable_by_key(|(start, end, _)| std::cmp::Reverse((*start, *end)));
    let mut text = text.to_owned();
    for (start, end, new) in edits {
        text.replace_range(start..end, &new);
    }
    text
}

/// The masks of Nodes' ranges. kube-controller-manager exits for one of a family that has no cluster range, and
/// for one of no family beside two ranges.
fn masks(text: &str, flags: &FlagsText, preset: Preset, edits: &mut Vec<(usize, usize, String)>) {
    let last = |name: &str| flags.last(Component::KubeControllerManager, name);
    let Some(cluster) = last("cluster-cidr").and_then(|flag| flag.value.as_deref()) else { return };
    let families = preset.families();
    let mut own = MASKS.map(|(name, _)| last(name));
    if let Some(flag) = last(MASK) {
        let of = [Family::V4, Family::V6].into_iter().find(|it| own_range(cluster, *it).is_some());
        match of {
            // It counts for the one family that there is.
            Some(family) if families.contains(&family) => {
                if families.len() > 1 {
                    let Span { start, end } = flag.name_span;
                    edits.push((start, end, MASKS[family as usize].0.to_owned()));
                    own[family as usize] = Some(flag);
                }
            }
            _ => edits.push(without(text, flag)),
        }
    }
    for (at, family) in [Family::V4, Family::V6].into_iter().enumerate() {
        match (own[at], own[1 - at]) {
            (Some(flag), _) if !families.contains(&family) => edits.push(without(text, flag)),
            (None, Some(other)) if families.len() > 1 => {
                let (name, default) = MASKS[at];
                let line = line_of(text, other);
                let (lead, tail) = (&text[line.0..other.span.start], &text[other.span.end..line.1]);
                let is_alone = ["", "-"].contains(&lead.trim()) && tail.trim().is_empty();
                let flag = format!("--{name}={default}");
                edits.push(match (is_alone, family) {
                    (true, Family::V4) => (line.0, line.0, format!("{lead}{flag}\n")),
                    (true, Family::V6) => {
                        (other.span.end, other.span.end, format!("\n{lead}{flag}"))
                    }
                    (false, _) => (other.span.end, other.span.end, format!(" {flag}")),
                });
            }
            _ => {}
        }
    }
}

/// The line that a flag begins on, with its line break.
fn line_of(text: &str, flag: &Flag) -> (usize, usize) {
    let start = text[..flag.span.start].rfind('\n').map_or(0, |newline| newline + 1);
    (start, text[flag.span.end..].find('\n').map_or(text.len(), |at| flag.span.end + at + 1))
}

/// The edit that takes a flag away, with its line if it has one to itself.
fn without(text: &str, flag: &Flag) -> (usize, usize, String) {
    let (start, end) = line_of(text, flag);
    let lead = text[start..flag.span.start].trim();
    let is_alone = ["", "-"].contains(&lead) && text[flag.span.end..end].trim().is_empty();
    let (start, end) = if is_alone { (start, end) } else { (flag.span.start, flag.span.end) };
    (start, end, String::new())
}

/// The person's own value of a family.
fn own_range(value: &str, family: Family) -> Option<&str> {
    value.split(',').find(|part| {
        let ip = part.split('/').next().unwrap_or(part);
        ip.parse().is_ok_and(|ip| Family::of(ip) == family)
    })
}

/// The address other members reach kube-apiserver at follows the first family.
fn advertise(text: &str, flag: &Flag, preset: Preset, edits: &mut Vec<(usize, usize, String)>) {
    let family = preset.families()[0];
    let value = flag.value.as_deref().unwrap_or_default();
    if own_range(value, family).is_some() {
        return;
    }
    if family == Family::V6 {
        edits.push((flag.value_span.start, flag.value_span.end, "2001:db8::10".to_owned()));
        return;
    }
    // IPv4 is what kube-apiserver picks anyway: the line a preset added goes again.
    let (start, end) = line_of(text, flag);
    let alone = text[start..end].trim() == &text[flag.span.start..flag.span.end];
    if value == "2001:db8::10" && alone {
        edits.push((start, end, String::new()));
    } else {
        edits.push((flag.value_span.start, flag.value_span.end, "192.0.2.10".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::cluster::components::Components;
    use dualstack_core::conflicts::Finding;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::Action;

    use super::{Preset, apply, current};

    const TEXT: &str = "# my cluster\nkube-apiserver\n--service-cluster-ip-range=10.0.0.0/16 # mine\n\n\
                        kube-proxy\n--cluster-cidr=10.244.0.0/16\n";

    #[test]
    fn a_preset_changes_values_and_keeps_everything_else() {
        let dual = apply(TEXT, Preset::V4V6);
        assert_eq!(
            dual,
            "# my cluster\nkube-apiserver\n--service-cluster-ip-range=10.0.0.0/16,fd00:10:96::/112 # \
             mine\n\nkube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n"
        );
        assert_eq!(apply(&dual, Preset::V4), TEXT);
    }

    #[test]
    fn ipv6_first_also_sets_the_advertise_address_and_back_again() {
        let dual = apply(TEXT, Preset::V4V6);
        let six = apply(&dual, Preset::V6V4);
        assert!(
            six.contains("fd00:10:96::/112,10.0.0.0/16 # mine\n--advertise-address=2001:db8::10\n")
        );
        assert_eq!(apply(&six, Preset::V4V6), dual);
        assert_eq!(apply(&six, Preset::V6V4), six);
    }

    #[test]
    fn no_preset_makes_components_disagree() {
        let opening = crate::examples::find(crate::examples::OPENING).expect("it is there");
        let Action::Boot { flags, .. } = &opening.events[0] else {
            panic!("it begins with a start")
        };
        let old = "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16 --node-cidr-mask-size=25";
        let mut texts = vec![flags.to_string(), String::new(), "--v=2".to_owned(), old.to_owned()];
        texts.extend(Preset::ALL.map(|preset| apply(flags, preset)));
        for text in &texts {
            for preset in Preset::ALL {
                let components = Components::start(KubeVersion::LATEST, &apply(text, preset));
                assert!(components.all_start(), "{preset:?} {text}");
                let alarms = components.findings().into_iter().filter(Finding::is_alarm);
                assert_eq!(alarms.collect::<Vec<_>>(), [], "{preset:?}");
            }
        }
    }

    #[test]
    fn masks_follow_the_families_of_the_cluster_range() {
        let text = "kube-controller-manager\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n\
                    --node-cidr-mask-size-ipv4=25 # mine\n--node-cidr-mask-size-ipv6=64\n";
        let of = |text: &str, preset| {
            let text = apply(text, preset);
            text[text.find("kube-c").expect("it stays")..].to_owned()
        };
        let four = of(text, Preset::V4);
        assert_eq!(
            four,
            "kube-controller-manager\n--cluster-cidr=10.244.0.0/16\n--node-cidr-mask-size-ipv4=25 # mine\n"
        );
        assert_eq!(of(&four, Preset::V4V6).matches("--node-cidr-mask-size-ipv6=64").count(), 1);
        let plain = text.replace(" # mine", "");
        for preset in [Preset::V4, Preset::V6] {
            let back = of(&of(&plain, preset), Preset::V4V6);
            assert_eq!(
                back,
                plain.replace("=25", if preset == Preset::V4 { "=25" } else { "=24" })
            );
        }
        let old = "kube-controller-manager --cluster-cidr=10.244.0.0/16 --node-cidr-mask-size=25";
        assert!(of(old, Preset::V4).ends_with("--node-cidr-mask-size=25"));
        assert!(
            of(old, Preset::V4V6)
                .ends_with("--node-cidr-mask-size-ipv4=25 --node-cidr-mask-size-ipv6=64")
        );
        assert!(!of(old, Preset::V6).contains("mask"));
    }

    #[test]
    fn an_empty_text_gets_the_flags_it_needs() {
        for preset in Preset::ALL {
            assert_eq!(current(&apply("", preset)), Some(preset));
            assert_eq!(current(&apply("--v=2", preset)), Some(preset));
        }
    }
}
