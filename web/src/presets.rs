//! What do the buttons `IPv4`, `IPv6`, `IPv4 + IPv6` and `IPv6 + IPv4` change? Values of flags, and
//! nothing else of what a person wrote. In the config of a tool they change its fields; where these do not suffice, the
//! flags that it sets take its place.

use dualstack_core::apiserver::startup::{MACHINE_V4, MACHINE_V6};
use dualstack_core::cluster::components::Components;
use dualstack_core::controller_manager::startup::DEFAULT_NODE_MASKS;
use dualstack_core::installers::{self, Installed, Tool};
use dualstack_core::net::go_parse::parse_cidr;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::edit::Edit;
use dualstack_core::source::flags::edit::{
    Change, Editor, Placement, add_before, add_behind, is_alone, merge, remove, rename, set_value,
};
use dualstack_core::source::flags::table::{
    self, ADVERTISE_ADDRESS, CLUSTER_CIDR, NODE_CIDR_MASK_SIZE, NODE_CIDR_MASK_SIZE_IPV4,
    NODE_CIDR_MASK_SIZE_IPV6, SERVICE_CLUSTER_IP_RANGE,
};
use dualstack_core::source::flags::{Component, Flag, FlagsText, parse};
use dualstack_core::source::yaml;

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

/// The masks by family.
const MASKS: [&str; 2] = [NODE_CIDR_MASK_SIZE_IPV4, NODE_CIDR_MASK_SIZE_IPV6];

/// The preset that a text of flags amounts to, if it does.
#[must_use]
pub fn current(text: &str, version: KubeVersion) -> Option<Preset> {
    of_flags(&installers::flags_of(text, version))
}

/// The preset that flags amount to, if they do.
#[must_use]
pub fn of_flags(flags: &FlagsText) -> Option<Preset> {
    let value = flags.last(Component::KubeApiserver, SERVICE_CLUSTER_IP_RANGE)?.value.as_deref()?;
    let families: Option<Vec<Family>> = value
        .split(',')
        .map(|range| parse_cidr(range).map(|read| Cidr::new(read.net).family()))
        .collect();
    let families = families?;
    Preset::ALL.into_iter().find(|preset| preset.families() == families.as_slice())
}

/// The text with the values of a preset. Ranges of a person's own stay, in the new order.
#[must_use]
pub fn apply(text: &str, version: KubeVersion, preset: Preset) -> String {
    match installers::read(text, version) {
        Some(installed) => in_config(text, version, &installed, preset)
            .unwrap_or_else(|| in_flags(&installed.text(), preset)),
        None => in_flags(text, preset),
    }
}

/// The config of a tool with the values of a preset; `None` if fields that it does not have would have to change.
fn in_config(
    text: &str,
    version: KubeVersion,
    installed: &Installed,
    preset: Preset,
) -> Option<String> {
    let is_written = |flag: &&Flag| {
        flag.value.as_deref() == text.get(flag.value_span.start..flag.value_span.end)
    };
    let mut edits = Vec::new();
    for component in Component::ALL {
        for flag in installed.flags.of(component).filter(is_written) {
            let usual = table::find(component, &flag.name).and_then(|spec| spec.usual);
            let old = flag.value.as_deref().unwrap_or_default();
            match usual {
                Some(usual) => {
                    let own = |family| own_range(old, family).unwrap_or(usual[family as usize]);
                    edits.push(set_value(text, flag, &list(preset, own)));
                }
                None if flag.name == ADVERTISE_ADDRESS => {
                    edits.extend(advertise(text, flag, preset));
                }
                None => {}
            }
        }
    }
    edits.extend(ip_family(text, preset).filter(|_| installed.tool == Tool::Kind));
    let after = merge(text, edits).map_or_else(|| text.to_owned(), |edit| edit.apply(text));
    let [was, is] = [text, &after].map(|text| Components::start(version, text));
    let is_same_tool = is.installed.as_ref().is_some_and(|it| it.tool == installed.tool);
    let runs = !is.is_refused() && (is.all_start() || !was.all_start());
    (is_same_tool && runs && current(&after, version) == Some(preset)).then_some(after)
}

/// The families in the config of kind.
fn ip_family(text: &str, preset: Preset) -> Option<Edit> {
    let documents = yaml::parse(text).documents;
    let networking = documents.first()?.node.entry("networking")?;
    let span = networking.value.entry("ipFamily")?.value.span;
    let text = match preset {
        Preset::V4 => "ipv4",
        Preset::V6 => "ipv6",
        Preset::V4V6 | Preset::V6V4 => "dual",
    };
    Some(Edit { span, text: text.to_owned() })
}

/// Flags with the values of a preset.
fn in_flags(text: &str, preset: Preset) -> String {
    const API: Component = Component::KubeApiserver;
    let flags = parse(text);
    let mut edits = Vec::new();
    for component in Component::ALL {
        for flag in flags.of(component) {
            let Some(usual) = table::find(component, &flag.name).and_then(|spec| spec.usual) else {
                continue;
            };
            let old = flag.value.as_deref().unwrap_or_default();
            let own = |family| own_range(old, family).unwrap_or(usual[family as usize]);
            edits.push(set_value(text, flag, &list(preset, own)));
        }
    }
    masks(text, &flags, preset, &mut edits);
    let editor = Editor { text, flags: &flags, component: API, placement: Placement::OwnLine };
    if flags.last(API, SERVICE_CLUSTER_IP_RANGE).is_none() {
        let usual = table::usual(API, SERVICE_CLUSTER_IP_RANGE);
        let ranges = list(preset, |family| usual[family as usize]);
        edits.extend(editor.change(SERVICE_CLUSTER_IP_RANGE, Change::Set(&ranges)));
    }
    let addresses = || flags.of(API).filter(|flag| flag.name == ADVERTISE_ADDRESS);
    edits.extend(addresses().filter_map(|flag| advertise(text, flag, preset)));
    if preset.families()[0] == Family::V6 && addresses().next().is_none() {
        let own = MACHINE_V6.to_string();
        edits.extend(editor.change(ADVERTISE_ADDRESS, Change::Set(&own)));
    }
    merge(text, edits).map_or_else(|| text.to_owned(), |edit| edit.apply(text))
}

/// A value for each family of a preset.
fn list<'a>(preset: Preset, of: impl Fn(Family) -> &'a str) -> String {
    preset.families().iter().map(|family| of(*family)).collect::<Vec<_>>().join(",")
}

/// The masks of Nodes' ranges. kube-controller-manager exits for one of a family that has no cluster range, and
/// for one of no family beside two ranges.
fn masks(text: &str, flags: &FlagsText, preset: Preset, edits: &mut Vec<Edit>) {
    let last = |name: &str| flags.last(Component::KubeControllerManager, name);
    let Some(cluster) = last(CLUSTER_CIDR).and_then(|flag| flag.value.as_deref()) else { return };
    let families = preset.families();
    let mut own = MASKS.map(last);
    if let Some(flag) = last(NODE_CIDR_MASK_SIZE) {
        let of = [Family::V4, Family::V6].into_iter().find(|it| own_range(cluster, *it).is_some());
        match of {
            // It counts for the one family that there is.
            Some(family) if families.contains(&family) => {
                if families.len() > 1 {
                    edits.push(rename(flag, MASKS[family as usize]));
                    own[family as usize] = Some(flag);
                }
            }
            _ => edits.push(remove(text, flag)),
        }
    }
    for family in [Family::V4, Family::V6] {
        let at = family as usize;
        match (own[at], own[1 - at]) {
            (Some(flag), _) if !families.contains(&family) => edits.push(remove(text, flag)),
            (None, Some(other)) if families.len() > 1 => {
                let add = if family == Family::V4 { add_before } else { add_behind };
                edits.push(add(text, other, MASKS[at], &DEFAULT_NODE_MASKS[at].to_string()));
            }
            _ => {}
        }
    }
}

/// The person's own value of a family.
fn own_range(value: &str, family: Family) -> Option<&str> {
    value.split(',').find(|part| {
        let ip = part.split('/').next().unwrap_or(part);
        ip.parse().is_ok_and(|ip| Family::of(ip) == family)
    })
}

/// The address other members reach kube-apiserver at follows the first family.
fn advertise(text: &str, flag: &Flag, preset: Preset) -> Option<Edit> {
    let family = preset.families()[0];
    let value = flag.value.as_deref().unwrap_or_default();
    if own_range(value, family).is_some() {
        return None;
    }
    let own = MACHINE_V6.to_string();
    Some(match family {
        Family::V6 => set_value(text, flag, &own),
        // IPv4 is what kube-apiserver picks anyway: the line a preset added goes again.
        Family::V4 if value == own && is_alone(text, flag) => remove(text, flag),
        Family::V4 => set_value(text, flag, &MACHINE_V4.to_string()),
    })
}

#[cfg(test)]
mod tests {
    use dualstack_core::cluster::components::Components;
    use dualstack_core::conflicts::Finding;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::Action;

    use super::Preset;

    const LATEST: KubeVersion = KubeVersion::LATEST;

    fn apply(text: &str, preset: Preset) -> String {
        super::apply(text, LATEST, preset)
    }

    fn current(text: &str) -> Option<Preset> {
        super::current(text, LATEST)
    }

    const TEXT: &str = "# my cluster\nkube-apiserver\n--service-cluster-ip-range=10.0.0.0/16 # mine\n\n\
                        kube-proxy\n--cluster-cidr=10.244.0.0/16\n";

    #[test]
    fn the_fields_of_a_config_change_where_they_suffice() {
        let config = "# mine\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  \
                      serviceSubnet: 10.97.0.0/16 # services\n  podSubnet: \"10.244.0.0/16\"\n";
        assert_eq!(current(config), Some(Preset::V4));
        let dual = apply(config, Preset::V4V6);
        let ranges = |services: &str, pods: &str| {
            config.replace("10.97.0.0/16", services).replace("10.244.0.0/16", pods)
        };
        let both = ["10.97.0.0/16,fd00:10:96::/112", "10.244.0.0/16,fd00:10:244::/56"];
        assert_eq!(dual, ranges(both[0], both[1]));
        assert_eq!(apply(&dual, Preset::V4), config);
        // kubeadm finds an IPv4 address for the API server: only flags can say another one.
        let six = apply(config, Preset::V6V4);
        assert!(
            six.starts_with("kube-apiserver\n") && current(&six) == Some(Preset::V6V4),
            "{six}"
        );
        let kind =
            "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking:\n  ipFamily: ipv4\n";
        for (preset, family) in [(Preset::V6, "ipv6"), (Preset::V4V6, "dual"), (Preset::V4, "ipv4")]
        {
            assert_eq!(apply(kind, preset), kind.replace("ipv4", family));
            assert_eq!(current(&apply(kind, preset)), Some(preset));
        }
        let k3s = "cluster-cidr: 10.42.0.0/16\nservice-cidr: 10.43.0.0/16\n";
        let dual = apply(k3s, Preset::V4V6);
        assert!(dual.starts_with("cluster-cidr: 10.42.0.0/16,fd"), "{dual}");
        assert_eq!(current(&dual), Some(Preset::V4V6));
    }

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
