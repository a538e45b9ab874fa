//! What became of the Pods that an event made, and which Nodes keep what they had? In a sentence each.

use std::collections::{BTreeMap, BTreeSet};

use dualstack_core::cluster::why::Lack;
use dualstack_core::cluster::{Key, World};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, render};
use dualstack_core::facts;
use dualstack_core::net::Family;
use dualstack_core::session::diff::{Change, ObjectDiff};

use crate::i18n::{self, colon};

/// The Pods that an event made.
pub struct NewPods {
    /// How many, with which families, and why not with both.
    pub head: Vec<Piece>,
    /// Why some do not run.
    pub because: Vec<Piece>,
    /// Whether all run with all families of the cluster.
    pub is_as_expected: bool,
}

/// Names in a row; many are counted.
fn names(names: &BTreeSet<&str>, lang: Lang) -> String {
    let names: Vec<&str> = names.iter().copied().collect();
    let and = match lang {
        Lang::En => " and ",
        Lang::Zh => " 和 ",
    };
    match (names.as_slice(), lang) {
        ([], _) => String::new(),
        ([one], _) => (*one).to_owned(),
        ([first @ .., last], _) if first.len() < 3 => {
            format!("{}{and}{last}", first.join(i18n::LIST_MARK.get(lang)))
        }
        (many, Lang::En) => format!("{} nodes", many.len()),
        (many, Lang::Zh) => format!("{} 个节点", many.len()),
    }
}

/// One of two forms of a sentence, by a number.
const fn form(one: Text, many: Text, count: usize) -> Text {
    if count == 1 { one } else { many }
}

impl NewPods {
    /// Looks at the Pods that are new; `None` if there are none. `is_dual` says whether the cluster has both
    /// families.
    #[must_use]
    pub fn of(world: &World, objects: &ObjectDiff, is_dual: bool, lang: Lang) -> Option<Self> {
        let new = objects.pods.changed.iter().filter(|(_, change)| *change == Change::Created);
        let new: BTreeSet<&Key> = new.map(|(key, _)| key).collect();
        let mut groups: Vec<(Vec<Family>, usize)> = Vec::new();
        let mut lacks: BTreeMap<(Lack, &str), BTreeSet<&str>> = BTreeMap::new();
        let (mut waiting, mut event) = (0_usize, None);
        for pod in world.pods().filter(|pod| new.contains(&pod.key)) {
            let ips = world.pod_ips(pod);
            let families: Vec<Family> = ips.into_iter().map(Family::of).collect();
            if let ([only], true) = (families.as_slice(), is_dual)
                && let Some(lack) = world.lack(pod, only.other())
            {
                let nodes = lacks.entry((lack, only.other().name())).or_default();
                nodes.extend(pod.node.as_deref());
            }
            if families.is_empty() {
                waiting += 1;
                event = event.or_else(|| pod.event());
            } else if let Some((_, count)) = groups.iter_mut().find(|(it, _)| *it == families) {
                *count += 1;
            } else {
                groups.push((families, 1));
            }
        }
        let count = waiting + groups.iter().map(|(_, count)| count).sum::<usize>();
        if count == 0 {
            return None;
        }
        let is_one = groups.len() + usize::from(waiting > 0) == 1;
        let mut head = render(form(i18n::NEW_POD, i18n::NEW_PODS, count), &facts![count], lang);
        for (at, (families, count)) in groups.iter().enumerate() {
            head.push(Piece::Words(separator(at, is_one, lang).to_owned()));
            if !is_one {
                head.extend(render(i18n::COUNT, &facts![count = *count], lang));
            }
            head.extend(match families.as_slice() {
                [only] if is_dual => render(i18n::FAMILY_ONLY, &facts![family = *only], lang),
                [only] => vec![Piece::Family(*only)],
                [first, second, ..] => {
                    render(i18n::FAMILY_AND, &facts![first = *first, second = *second], lang)
                }
                [] => Vec::new(),
            });
        }
        if waiting > 0 {
            head.push(Piece::Words(separator(groups.len(), is_one, lang).to_owned()));
            if !is_one {
                head.extend(render(i18n::COUNT, &facts![count = waiting], lang));
            }
            head.extend(render(i18n::NOT_RUNNING, &[], lang));
        }
        for (at, ((lack, family), nodes)) in lacks.iter().enumerate() {
            let mark = if at == 0 && is_one { colon(lang) } else { i18n::SEMICOLON_MARK.get(lang) };
            head.push(Piece::Words(mark.to_owned()));
            let text = match lack {
                Lack::PodCidr => form(i18n::HAS_NO_POD_CIDR, i18n::HAVE_NO_POD_CIDR, nodes.len()),
                Lack::NodeAddress => form(i18n::HAS_NO_ADDRESS, i18n::HAVE_NO_ADDRESS, nodes.len()),
                Lack::Plugin => i18n::PLUGIN_ASSIGNS_NONE,
            };
            head.extend(words(text, &names(nodes, lang), family, lang));
        }
        head.push(Piece::Words(i18n::STOP_MARK.get(lang).to_owned()));
        let because = match event {
            Some((_, message)) => render(i18n::POD_WAITS_BECAUSE_OF, &facts![message], lang),
            None => Vec::new(),
        };
        let lacks_one = is_dual && groups.iter().any(|(families, _)| families.len() == 1);
        let is_as_expected = waiting == 0 && !lacks_one;
        Some(Self { head, because, is_as_expected })
    }
}

/// What stands before a part of the list of Pods.
const fn separator(at: usize, is_one: bool, lang: Lang) -> &'static str {
    match (at, is_one) {
        (0, false) => colon(lang),
        _ => i18n::COMMA_MARK.get(lang),
    }
}

/// A sentence about nodes and a family, whose names are words and no code.
fn words(text: Text, nodes: &str, family: &str, lang: Lang) -> Vec<Piece> {
    let words = text.get(lang).replace("{nodes}", nodes).replace("{family}", family);
    vec![Piece::Words(words)]
}

/// The Nodes that registered, with the families of their Pod CIDRs; `None` if there are none that have any.
#[must_use]
pub fn registered(world: &World, objects: &ObjectDiff, lang: Lang) -> Option<Vec<Piece>> {
    let created = objects.nodes.changed.iter().filter(|(_, change)| *change == Change::Created);
    let mut groups: BTreeMap<Vec<Family>, BTreeSet<&str>> = BTreeMap::new();
    for (name, _) in created {
        let Some(node) = world.nodes.get(name) else { continue };
        let families: Vec<Family> = node.pod_cidrs.iter().map(|it| Family::of_text(it)).collect();
        if !families.is_empty() {
            groups.entry(families).or_default().insert(&node.name);
        }
    }
    let mut sentences = Vec::new();
    for (families, nodes) in groups {
        if !sentences.is_empty() && lang == Lang::En {
            sentences.push(Piece::Words(" ".to_owned()));
        }
        let text = form(i18n::NODE_REGISTERS, i18n::NODES_REGISTER, nodes.len());
        sentences.extend(render(text, &facts![nodes = names(&nodes, lang), families], lang));
    }
    (!sentences.is_empty()).then_some(sentences)
}

/// The Nodes that keep Pod CIDRs of one family, though both are allocated now; `None` if there are none.
#[must_use]
pub fn left_behind(world: &World, lang: Lang) -> Option<Vec<Piece>> {
    let mut kept: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (node, family) in world.left_behind() {
        kept.entry(family.name()).or_default().insert(&node.name);
    }
    let sentences = kept.iter().enumerate().flat_map(|(at, (family, nodes))| {
        let text = form(i18n::NODE_KEEPS_ONE, i18n::NODES_KEEP_ONE, nodes.len());
        let space = (at > 0 && lang == Lang::En).then(|| Piece::Words(" ".to_owned()));
        space.into_iter().chain(words(text, &names(nodes, lang), family, lang))
    });
    let sentences: Vec<Piece> = sentences.collect();
    (!sentences.is_empty()).then_some(sentences)
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::plain;
    use dualstack_core::session::Replay;
    use dualstack_core::session::action::Action;

    use crate::state::answers::Answers;
    use crate::state::store::{Msg, Store};
    use crate::state::verdict::Tone;

    const DEPLOYMENT: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  replicas: 2\n  \
        selector: {matchLabels: {app: a}}\n  template:\n    metadata: {labels: {app: a}}\n    spec: {containers: [{name: \
        web, image: nginx}]}\n";

    /// Flags of a cluster with such Pod ranges.
    fn flags(pods: &str) -> Msg {
        Msg::EditFlags(format!(
            "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\nkube-controller-manager\n\
             --allocate-node-cidrs\n--cluster-cidr={pods}\n\
             --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\nkubelet · node-1\n\
             --node-ip=192.0.2.11,2001:db8::11\nkubelet · node-2\n--node-ip=192.0.2.12,2001:db8::12\n"
        ))
    }

    const BOTH: &str = "10.244.0.0/16,fd00:10:244::/56";

    fn said(store: &Store) -> (Tone, String, String) {
        let answers = Answers::of(store, &store.session(), &mut Replay::default());
        let answers = answers.expect("a session begins with a start");
        let verdict = answers.verdict(store, answers.document_at(store));
        (verdict.tone, plain(&verdict.head), plain(&verdict.because))
    }

    fn applied(pods: &str, lang: Lang) -> Store {
        Store::opening(lang).update(flags(pods)).update(Msg::EditManifest(DEPLOYMENT.to_owned()))
    }

    #[test]
    fn new_pods_are_the_headline_with_their_families_and_the_reason() {
        let (tone, head, because) = said(&applied(BOTH, Lang::En));
        assert_eq!((tone, head.as_str()), (Tone::Good, "2 new Pods, IPv4 and IPv6."));
        assert_eq!(because, "Deployment/app is created. 2 of its 2 Pods run.");
        let (tone, head, _) = said(&applied("10.244.0.0/16", Lang::En));
        assert_eq!(
            (tone, head.as_str()),
            (Tone::Look, "2 new Pods, IPv4 only: node-1 and node-2 have no IPv6 Pod CIDR.")
        );
        let (_, head, _) = said(&applied("10.244.0.0/16", Lang::Zh));
        assert_eq!(head, "2 个新 Pod，仅有 IPv4：node-1 和 node-2 没有 IPv6 Pod CIDR。");
    }

    #[test]
    fn a_node_that_keeps_one_range_is_the_headline_of_the_restart() {
        let restarted = applied("10.244.0.0/16", Lang::En).update(Msg::Restart).update(flags(BOTH));
        let (tone, head, because) = said(&restarted);
        assert_eq!(
            (tone, head.as_str()),
            (
                Tone::Look,
                "node-1 and node-2 keep only IPv4: delete them and let them register again."
            )
        );
        assert!(because.contains("has restarted"), "{because}");
        // Of what is deleted the Pods are made again, with what is allocated now.
        let deleted = restarted.update(Msg::Append(Action::Delete("node/node-1".into())));
        let (_, head, _) = said(&deleted);
        assert!(head.starts_with("Node/node-1 is deleted. 1 new Pod"), "{head}");
    }
}
