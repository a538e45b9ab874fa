//! What do the buttons `IPv4`, `IPv6`, `IPv4 + IPv6` and `IPv6 + IPv4` change? Values of flags, and
//! nothing else of what a person wrote.

use dualstack_core::net::go_parse::parse_cidr;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::source::flags::{Component, Flag, line_to_add, parse};

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
                .map(|family| own(old, *family).unwrap_or(defaults[*family as usize]))
                .collect::<Vec<_>>()
                .join(",");
            if flag.value.is_some() {
                edits.push((flag.value_span.start, flag.value_span.end, new));
            } else {
                edits.push((flag.span.end, flag.span.end, format!("={new}")));
            }
        }
    }
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

/// The person's own value of a family.
fn own(value: &str, family: Family) -> Option<&str> {
    value.split(',').find(|part| {
        let ip = part.split('/').next().unwrap_or(part);
        ip.parse().is_ok_and(|ip| Family::of(ip) == family)
    })
}

/// The address other members reach kube-apiserver at follows the first family.
fn advertise(text: &str, flag: &Flag, preset: Preset, edits: &mut Vec<(usize, usize, String)>) {
    let family = preset.families()[0];
    let value = flag.value.as_deref().unwrap_or_default();
    if own(value, family).is_some() {
        return;
    }
    if family == Family::V6 {
        edits.push((flag.value_span.start, flag.value_span.end, "2001:db8::10".to_owned()));
        return;
    }
    // IPv4 is what kube-apiserver picks anyway: the line a preset added goes again.
    let line_start = text[..flag.span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[flag.span.end..].find('\n').map_or(text.len(), |at| flag.span.end + at + 1);
    let alone = text[line_start..line_end].trim() == &text[flag.span.start..flag.span.end];
    if value == "2001:db8::10" && alone {
        edits.push((line_start, line_end, String::new()));
    } else {
        edits.push((flag.value_span.start, flag.value_span.end, "192.0.2.10".to_owned()));
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::components::Components;
    use dualstack_core::components::agree::Finding;
    use dualstack_core::scenario::Event;
    use dualstack_core::version::KubeVersion;

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
        let opening = crate::scenarios::find(crate::scenarios::OPENING).expect("it is there");
        let Event::Boot { flags, .. } = &opening.events[0] else {
            panic!("it begins with a start")
        };
        for text in [flags, "", "--v=2"] {
            for preset in Preset::ALL {
                let components = Components::start(KubeVersion::LATEST, &apply(text, preset));
                assert!(components.all_start(), "{preset:?}");
                let alarms = components.findings().into_iter().filter(Finding::is_alarm);
                assert_eq!(alarms.collect::<Vec<_>>(), [], "{preset:?}");
            }
        }
    }

    #[test]
    fn an_empty_text_gets_the_flags_it_needs() {
        for preset in Preset::ALL {
            assert_eq!(current(&apply("", preset)), Some(preset));
            assert_eq!(current(&apply("--v=2", preset)), Some(preset));
        }
    }
}
