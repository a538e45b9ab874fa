//! What does a restart change? Its flags against those of the start before, named by what they mean.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, plain, render};
use dualstack_core::facts;
use dualstack_core::installers::flags_of;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::flags::table::{
    CLUSTER_CIDR, NODE_CIDR_MASK_SIZE_IPV4, NODE_CIDR_MASK_SIZE_IPV6, NODE_IP,
    SERVICE_CLUSTER_IP_RANGE,
};
use dualstack_core::source::flags::{Component, Flag, FlagsText, Section};

use super::comparison::in_words;
use crate::i18n;

/// A longer value is not printed.
const LONGEST: usize = 20;

/// The version and the flags of a start.
#[derive(Clone, Copy)]
pub struct Start<'a> {
    /// Which version.
    pub version: KubeVersion,
    /// The flags of all components.
    pub flags: &'a str,
}

/// Lists with an entry for each family, which several components have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum List {
    Services,
    Pods,
    NodeIps,
}

impl List {
    fn of(flag: &str) -> Option<Self> {
        match flag {
            SERVICE_CLUSTER_IP_RANGE => Some(Self::Services),
            CLUSTER_CIDR => Some(Self::Pods),
            NODE_IP => Some(Self::NodeIps),
            _ => None,
        }
    }

    const fn name(self) -> Text {
        match self {
            Self::Services => i18n::SERVICE_CIDR,
            Self::Pods => i18n::POD_CIDR,
            Self::NodeIps => i18n::NODE_IP,
        }
    }
}

/// How a list changed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Turn {
    Added(bool),
    Removed(bool),
    Swapped,
    Values,
}

fn families(value: &str) -> Vec<Family> {
    let entries = value.split(',').map(str::trim).filter(|entry| !entry.is_empty());
    entries.map(Family::of_text).collect()
}

/// What became of a list.
fn turns(before: &str, after: &str) -> Vec<Turn> {
    let (old, new) = (families(before), families(after));
    let is_v6 = |family: Family| family == Family::V6;
    let of = |ahead: &[Family], behind: &[Family]| -> Vec<bool> {
        ahead.iter().filter(|it| !behind.contains(it)).map(|it| is_v6(*it)).collect()
    };
    let added = of(&new, &old).into_iter().map(Turn::Added);
    let mut turns: Vec<Turn> = added.chain(of(&old, &new).into_iter().map(Turn::Removed)).collect();
    if turns.is_empty() {
        turns.push(if old == new { Turn::Values } else { Turn::Swapped });
    }
    turns
}

/// A component of a text, and for a kubelet which of them.
type Owner = (&'static str, String);

/// What a section belongs to: kubelets have a node's name behind their own.
fn owner(section: &Section, text: &str) -> Owner {
    let name = section.component.name();
    let label = section.heading.and_then(|span| text.get(span.start..span.end)).unwrap_or_default();
    let label = label.split(name).nth(1).unwrap_or_default();
    // In the config of a tool another field names the node.
    let label = section.node.as_deref().unwrap_or(label);
    let label = label.trim_matches(|char: char| !char.is_alphanumeric()).to_owned();
    (name, if section.component == Component::Kubelet { label } else { String::new() })
}

/// What each owner says: its flags by name, of a repeated one the last, and their names in the order of the text.
#[derive(Default)]
struct Flags<'a> {
    by_name: BTreeMap<&'a str, &'a Flag>,
    names: Vec<&'a str>,
}

fn by_owner<'a>(flags: &'a FlagsText, text: &str) -> BTreeMap<Owner, Flags<'a>> {
    let mut all: BTreeMap<Owner, Flags<'a>> = BTreeMap::new();
    for section in &flags.sections {
        let of = all.entry(owner(section, text)).or_default();
        for flag in &section.flags {
            if of.by_name.insert(&flag.name, flag).is_none() {
                of.names.push(&flag.name);
            }
        }
    }
    all
}

/// The value of a flag; empty without one.
fn written(flag: Option<&Flag>) -> &str {
    flag.and_then(|flag| flag.value.as_deref()).unwrap_or_default()
}

/// A start, by its version and the text of its flags.
type Key = (KubeVersion, Rc<str>);

/// What restarts changed, kept as long as their texts are the same ones.
#[derive(Default)]
pub struct Restarts(Vec<(Key, Key, Lang, Vec<Vec<Piece>>)>);

impl Restarts {
    /// More restarts than a session has.
    const MOST: usize = 64;

    /// [`changes`], which reads both texts.
    pub fn changes(&mut self, before: &Key, after: &Key, lang: Lang) -> Vec<Vec<Piece>> {
        let same = |one: &Key, other: &Key| one.0 == other.0 && Rc::ptr_eq(&one.1, &other.1);
        let is_it =
            |it: &(Key, Key, Lang, _)| it.2 == lang && same(&it.0, before) && same(&it.1, after);
        if let Some(known) = self.0.iter().find(|it| is_it(it)) {
            return known.3.clone();
        }
        let [old, new] = [before, after].map(|(version, flags)| Start { version: *version, flags });
        let said = changes(old, new, lang);
        if self.0.len() == Self::MOST {
            self.0.remove(0);
        }
        self.0.push((before.clone(), after.clone(), lang, said.clone()));
        said
    }
}

/// What `after` changed, each in words and the most important first. Never empty: a restart that changes nothing says
/// so.
#[must_use]
pub fn changes(before: Start<'_>, after: Start<'_>, lang: Lang) -> Vec<Vec<Piece>> {
    let mut said = Vec::new();
    if before.version != after.version {
        let (before, after) = (before.version.to_string(), after.version.to_string());
        let facts = facts![before, after];
        said.push(render(i18n::VERSION_CHANGED, &facts, lang));
    }
    let [old, new] = [before, after].map(|start| flags_of(start.flags, start.version));
    let (old, new) = (by_owner(&old, before.flags), by_owner(&new, after.flags));
    let owners: BTreeSet<&Owner> = old.keys().chain(new.keys()).collect();
    let mut lists: BTreeSet<(Turn, List)> = BTreeSet::new();
    let mut flags = Vec::new();
    let mut nodes = Vec::new();
    let none = Flags::default();
    for whose in owners {
        let is_node = !whose.1.is_empty();
        if is_node && old.contains_key(whose) != new.contains_key(whose) {
            let added = new.contains_key(whose);
            let text = if added { i18n::NODE_ADDED } else { i18n::NODE_REMOVED };
            nodes.push(render(text, &facts![node = whose.1.as_str()], lang));
            continue;
        }
        let [old, new] = [&old, &new].map(|all| all.get(whose).unwrap_or(&none));
        let only_new = new.names.iter().filter(|name| !old.by_name.contains_key(*name));
        for name in old.names.iter().chain(only_new) {
            let was = old.by_name.get(name).copied();
            let is = new.by_name.get(name).copied();
            if was.map(|flag| &flag.value) == is.map(|flag| &flag.value) {
                continue;
            }
            match List::of(name) {
                Some(list) => {
                    let turns = turns(written(was), written(is));
                    lists.extend(turns.into_iter().map(|turn| (turn, list)));
                }
                None => flags.push((was, is)),
            }
        }
    }
    said.extend(lists_in_words(&lists, lang));
    said.extend(nodes);
    // A mask comes and goes with its Pod CIDR.
    let follows = |name: &str| {
        let of = |is_v6| {
            [Turn::Added(is_v6), Turn::Removed(is_v6)]
                .into_iter()
                .any(|turn| lists.contains(&(turn, List::Pods)))
        };
        match name {
            NODE_CIDR_MASK_SIZE_IPV4 => of(false),
            NODE_CIDR_MASK_SIZE_IPV6 => of(true),
            _ => false,
        }
    };
    let mut seen: BTreeSet<String> = said.iter().map(|it| plain(it)).collect();
    for (was, is) in flags {
        let is_new = was.is_none() || is.is_none();
        let Some(sentence) = flag_in_words(was, is, lang) else { continue };
        let is_known = was.or(is).is_some_and(|flag| is_new && follows(&flag.name));
        if !is_known && seen.insert(plain(&sentence)) {
            said.push(sentence);
        }
    }
    if said.is_empty() {
        said.push(render(i18n::FLAGS_UNCHANGED, &[], lang));
    }
    said
}

fn lists_in_words(lists: &BTreeSet<(Turn, List)>, lang: Lang) -> Vec<Vec<Piece>> {
    let mut said = Vec::new();
    let of = |turn: Turn| -> Vec<List> {
        lists.iter().filter(|(it, _)| *it == turn).map(|(_, list)| *list).collect()
    };
    for is_v6 in [false, true] {
        let family = if is_v6 { Family::V6 } else { Family::V4 };
        for (turn, text) in
            [(Turn::Added(is_v6), i18n::FAMILY_ADDED), (Turn::Removed(is_v6), i18n::FAMILY_REMOVED)]
        {
            let name = match of(turn).as_slice() {
                [] => continue,
                [only] => only.name().get(lang).to_owned(),
                [List::Services, List::Pods] => i18n::RANGES.get(lang).to_owned(),
                [one, other] => {
                    let facts = facts![one = one.name(), other = other.name()];
                    plain(&render(i18n::PAIR_IS, &facts, lang))
                }
                _ => i18n::RANGES_AND_NODE_IP.get(lang).to_owned(),
            };
            said.push(with_words(text, family, &name, lang));
        }
    }
    if !of(Turn::Swapped).is_empty() {
        said.push(render(i18n::ORDER_SWAPPED, &[], lang));
    }
    for list in of(Turn::Values) {
        said.push(render(i18n::LIST_CHANGED, &facts![list = list.name()], lang));
    }
    said
}

/// A sentence about a family of lists, whose names are words, not code.
fn with_words(text: Text, family: Family, lists: &str, lang: Lang) -> Vec<Piece> {
    let pieces = render(text, &facts![family, lists], lang).into_iter();
    pieces.map(in_words).collect()
}

/// A flag that differs; `None` if neither start has it.
fn flag_in_words(was: Option<&Flag>, is: Option<&Flag>, lang: Lang) -> Option<Vec<Piece>> {
    let flag = format!("--{}", was.or(is)?.name);
    let (before, after) = (written(was), written(is));
    let is_short = |value: &str| !value.is_empty() && value.len() <= LONGEST;
    let text = match (was, is) {
        (None, _) => i18n::FLAG_ADDED,
        (_, None) => i18n::FLAG_REMOVED,
        _ if is_short(before) && is_short(after) => i18n::FLAG_IS_NOW,
        _ => i18n::FLAG_CHANGED,
    };
    Some(render(text, &facts![flag, before, after], lang))
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;
    use std::time::{Duration, Instant};

    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::plain;
    use dualstack_core::release::version::KubeVersion;

    use super::{Restarts, Start, changes};

    const SINGLE: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16\n\nkube-controller-manager\n--cluster-cidr=10.244.0.0/16\n--service-cluster-ip-range=10.96.0.0/16\n--node-cidr-mask-size-ipv4=24\n\nkube-proxy\n--cluster-cidr=10.244.0.0/16\n\nkubelet · node-1\n--node-ip=192.0.2.11\n";
    const DUAL: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n\nkube-controller-manager\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n--node-cidr-mask-size-ipv4=24\n--node-cidr-mask-size-ipv6=64\n\nkube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n\nkubelet · node-1\n--node-ip=192.0.2.11,2001:db8::11\n";

    fn named(before: &str, after: &str, lang: Lang) -> Vec<String> {
        let version = KubeVersion::LATEST;
        let of = |flags| Start { version, flags };
        changes(of(before), of(after), lang).iter().map(|it| plain(it)).collect()
    }

    fn check(before: &str, after: &str, en: &[&str], zh: &[&str]) {
        assert_eq!(named(before, after, Lang::En), en, "{after}");
        assert_eq!(named(before, after, Lang::Zh), zh, "{after}");
    }

    #[test]
    fn a_family_comes_and_goes_with_all_its_lists() {
        check(SINGLE, DUAL, &["IPv6 ranges and node IP added"], &["新增 IPv6 范围和节点 IP"]);
        check(DUAL, SINGLE, &["IPv6 ranges and node IP removed"], &["移除 IPv6 范围和节点 IP"]);
        let services = SINGLE.replace("10.96.0.0/16", "10.96.0.0/16,fd00:10:96::/112");
        check(SINGLE, &services, &["IPv6 Service CIDR added"], &["新增 IPv6 Service CIDR"]);
        let node = SINGLE.replace("192.0.2.11", "192.0.2.11,2001:db8::11");
        check(SINGLE, &node, &["IPv6 node IP added"], &["新增 IPv6 节点 IP"]);
        check(&node, DUAL, &["IPv6 ranges added"], &["新增 IPv6 范围"]);
        let v6 = "--service-cluster-ip-range=fd00:10:96::/112";
        check(
            "--service-cluster-ip-range=10.96.0.0/16",
            v6,
            &["IPv4 Service CIDR removed", "IPv6 Service CIDR added"],
            &["移除 IPv4 Service CIDR", "新增 IPv6 Service CIDR"],
        );
    }

    #[test]
    fn what_a_restart_changed_is_kept_while_its_texts_stay() {
        let (version, mut restarts) = (KubeVersion::LATEST, Restarts::default());
        let [before, after] = [SINGLE, DUAL].map(|flags| (version, Rc::<str>::from(flags)));
        let said = restarts.changes(&before, &after, Lang::En);
        assert_eq!(restarts.changes(&before, &after, Lang::En), said);
        assert_eq!(restarts.0.len(), 1);
        assert_ne!(restarts.changes(&after, &before, Lang::En), said);
        assert_ne!(restarts.changes(&before, &after, Lang::Zh), said);
        assert_eq!(restarts.0.len(), 3);
    }

    #[test]
    fn ten_thousand_flags_are_compared_in_a_moment() {
        let flags = |value| (0..10_000).map(|at| format!("--a{at}={value}\n")).collect::<String>();
        let start = Instant::now();
        // As many of them as are read.
        assert!(named(&flags(1), &flags(2), Lang::En).len() > 5_000);
        // Looking through all flags for each takes minutes.
        assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
    }

    #[test]
    fn another_order_is_one_change() {
        let swapped = DUAL
            .replace("10.96.0.0/16,fd00:10:96::/112", "fd00:10:96::/112,10.96.0.0/16")
            .replace("10.244.0.0/16,fd00:10:244::/56", "fd00:10:244::/56,10.244.0.0/16");
        check(DUAL, &swapped, &["order of families swapped"], &["地址族顺序对调"]);
    }

    #[test]
    fn a_flag_is_named_with_its_values_where_they_are_short() {
        let wider = DUAL.replace("ipv6=64", "ipv6=80");
        let change = "--node-cidr-mask-size-ipv6 64 → 80";
        check(DUAL, &wider, &[change], &[change]);
        let range = DUAL.replace("10.96.0.0/16", "10.97.0.0/16");
        check(DUAL, &range, &["Service CIDR changed"], &["Service CIDR 已更改"]);
        check("--a=1", "--a=1 --b=2", &["--b added"], &["新增 --b"]);
        check("--a=1 --b=2", "--a=1", &["--b removed"], &["移除 --b"]);
        check("--a=1", "--a=a-value-of-more-than-twenty", &["--a changed"], &["--a 已更改"]);
        // The same flag of two components.
        let proxy = "kube-apiserver\n--v=1\nkube-proxy\n--v=1\n";
        check(proxy, &proxy.replace('1', "2"), &["--v 1 → 2"], &["--v 1 → 2"]);
    }

    #[test]
    fn a_node_is_added_with_its_kubelet() {
        let more = format!("{DUAL}\nkubelet · node-2\n--node-ip=192.0.2.12\n");
        check(DUAL, &more, &["node-2 added"], &["新增 node-2"]);
        check(&more, DUAL, &["node-2 removed"], &["移除 node-2"]);
    }

    #[test]
    fn a_config_of_a_tool_is_compared_as_the_flags_that_it_sets() {
        let config = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  \
                      serviceSubnet: 10.96.0.0/16\n  podSubnet: 10.244.0.0/16\n";
        let dual = config
            .replace("10.96.0.0/16", "10.96.0.0/16,fd00:10:96::/112")
            .replace("10.244.0.0/16", "10.244.0.0/16,fd00:10:244::/56");
        check(config, &dual, &["IPv6 ranges added"], &["新增 IPv6 范围"]);
        let join = "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\ndiscovery:\n  bootstrapToken:\n    \
                    apiServerEndpoint: 192.0.2.10:6443\n    token: abcdef.0123456789abcdef\n    \
                    unsafeSkipCAVerification: true\nnodeRegistration: {name: ";
        let two = format!("{config}{join}node-1}}\n{join}node-2}}\n");
        let three = format!("{two}{join}node-3}}\n");
        check(&two, &three, &["node-3 added"], &["新增 node-3"]);
    }

    #[test]
    fn a_version_comes_first_and_nothing_is_said_to_be_nothing() {
        let [old, new] = ["1.30", "1.31"].map(|it| it.parse().expect("it is simulated"));
        let (before, after) =
            (Start { version: old, flags: SINGLE }, Start { version: new, flags: DUAL });
        let said = changes(before, after, Lang::En);
        assert_eq!(plain(&said[0]), "1.30 → 1.31");
        assert_eq!(plain(&said[1]), "IPv6 ranges and node IP added");
        check(DUAL, DUAL, &["no change"], &["无更改"]);
        check(DUAL, &format!("# of today\n{DUAL}"), &["no change"], &["无更改"]);
    }
}
