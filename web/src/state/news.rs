//! Which tabs have something new? Those whose content the last edit changed.
//!
//! What counts is what the cluster made of the text: outcomes, address families, how many objects and addresses there
//! are. Names, and addresses that hang on them, change at every key and are no news. News waits until typing pauses, and
//! goes when its tab is shown.

use std::collections::BTreeMap;
use std::rc::Rc;

use dualstack_core::cluster::{Agent, Node, World};
use dualstack_core::explain::trace::Step;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::session::action::Action;
use dualstack_core::session::diff::{Change, Diff};

use super::answers::Answers;
use super::choices::Tab;
use super::shared::Shared;
use super::store::Store;
use super::verdict::Tone;

/// A Node: whether its kubelet runs, the families of its Pod CIDRs, and those of each of its Pods.
type NodeContent = (bool, Vec<Family>, Vec<Vec<Family>>);

/// What stands in the tabs.
#[derive(PartialEq)]
struct Contents {
    /// How each object of the shown action was answered, the families of its addresses, and how many node ports it has.
    objects: Vec<(Tone, Vec<Family>, usize)>,
    /// The rules that decided, in order.
    rules: Vec<&'static str>,
    /// How many Services have which families.
    services: BTreeMap<Vec<&'static str>, usize>,
    nodes: Vec<NodeContent>,
    /// How many Pods wait for a node, and how many each Deployment asks for.
    waiting: (usize, Vec<usize>),
    /// The Service CIDRs, and how many addresses each has allocated.
    ranges: Vec<(Cidr, usize)>,
    /// How many Services the action created, deleted, changed and kept.
    changes: [usize; 4],
    /// How many lines are printed.
    lines: usize,
}

fn nodes(world: &World) -> Vec<NodeContent> {
    let of = |node: &Rc<Node>| {
        let pods = node.pods.values();
        let pods = pods.map(|pod| world.pod_ips(pod).into_iter().map(Family::of).collect());
        let ranges = node.pod_cidrs.iter().map(|range| Family::of_text(range));
        (node.agent == Agent::Runs, ranges.collect(), pods.collect())
    };
    world.nodes.values().map(of).collect()
}

impl Contents {
    fn of(answers: &Answers, at: usize, after: &Diff) -> Self {
        let rules = |steps: &[Step]| steps.iter().map(|step| step.rule.id).collect::<Vec<_>>();
        let objects = answers.documents.iter().zip(answers.rows.iter()).map(|(document, row)| {
            let spec = document.standing().map(|service| &service.spec);
            let ips = spec.into_iter().flat_map(|spec| &spec.cluster_ips);
            let ports = spec.into_iter().flat_map(|spec| &spec.ports);
            let node_ports = ports.filter(|port| port.node_port != 0).count();
            (row.tone, ips.map(|ip| Family::of_text(ip)).collect(), node_ports)
        });
        let outcome = answers.documents.get(at).and_then(|document| document.outcome.as_ref());
        let mut services = BTreeMap::new();
        for it in &after.services {
            let families =
                it.service.spec.cluster_ips.iter().map(|ip| Family::of_text(ip).name()).collect();
            *services.entry(families).or_default() += 1;
        }
        let mut changes = [0; 4];
        for service in &after.services {
            changes[match service.change {
                Change::Created => 0,
                Change::Deleted => 1,
                Change::Changed(_) => 2,
                Change::Kept => 3,
            }] += 1;
        }
        let world = &answers.world;
        let deployments = world.deployments.values().map(|it| it.replicas);
        Self {
            objects: objects.collect(),
            rules: outcome.map_or_else(|| rules(&answers.boot.trace), |it| rules(&it.trace)),
            services,
            nodes: nodes(world),
            waiting: (world.unscheduled.len(), deployments.collect()),
            ranges: after.ranges.iter().map(|it| (it.cidr, it.taken.len())).collect(),
            changes,
            lines: answers.requests.command.terminal().lines().count(),
        }
    }

    /// The tabs whose content is not that of `before`.
    fn differing(&self, before: &Self) -> Vec<Tab> {
        let objects = self.objects != before.objects;
        let nodes = (&self.nodes, &self.waiting) != (&before.nodes, &before.waiting);
        let all = [
            (objects, Tab::Stored),
            (nodes || self.services != before.services, Tab::Picture),
            (self.rules != before.rules, Tab::Why),
            (nodes, Tab::Nodes),
            (self.ranges != before.ranges, Tab::Addresses),
            (self.changes != before.changes, Tab::Changes),
            (objects || self.lines != before.lines, Tab::Terminal),
        ];
        all.into_iter().filter(|(is_new, _)| *is_new).map(|(_, tab)| tab).collect()
    }
}

/// Of an action that was just chosen: the tabs with something that the answer does not say. These are Nodes and Pods that
/// the action changed, and Services that a start changed.
fn of_action(after: &Diff, is_start: bool) -> Vec<Tab> {
    let of = &after.objects;
    let objects = !of.nodes.changed.is_empty()
        || !of.pods.changed.is_empty()
        || !of.deployments.changed.is_empty();
    let services = is_start && after.services.iter().any(|it| it.change != Change::Kept);
    let all = [(objects, Tab::Nodes), (services, Tab::Changes)];
    all.into_iter().filter(|(is_new, _)| *is_new).map(|(_, tab)| tab).collect()
}

/// The news of the tabs, and what they had before the last edit.
#[derive(Default)]
pub struct News {
    /// The actions, and how often one of them was chosen.
    of: Option<(Shared<[Action]>, u32)>,
    before: Option<Contents>,
    found: Vec<Tab>,
}

impl News {
    /// The tabs with news; `at` is the document that is looked at, `shown` the tab.
    pub fn tabs(
        &mut self,
        store: &Store,
        answers: &Answers,
        (at, after, shown): (usize, &Diff, Tab),
    ) -> Vec<Tab> {
        let events = Shared(Rc::clone(&store.events));
        let of = self.of.as_ref();
        let is_chosen = of.is_none_or(|(_, turn)| *turn != store.turn);
        let is_edited = of.is_some_and(|(before, _)| *before != events);
        let rests = store.settled && !store.history.is_typing();
        if is_chosen || (is_edited && rests) {
            let now = Contents::of(answers, at, after);
            self.found = match &self.before {
                Some(before) if !is_chosen => now.differing(before),
                _ => of_action(after, matches!(store.event(), Action::Boot { .. })),
            };
            self.of = Some((events, store.turn));
            self.before = Some(now);
        }
        self.found.retain(|tab| *tab != shown);
        self.found.clone()
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::session::Replay;

    use super::News;
    use crate::presets::Preset;
    use crate::state::answers::Answers;
    use crate::state::choices::Tab;
    use crate::state::store::{Msg, Store};

    /// The tabs with news, while `shown` is shown.
    fn after(news: &mut News, store: &Store, shown: Tab) -> Vec<Tab> {
        let answers = Answers::of(store, &store.session(), &mut Replay::default());
        let answers = answers.expect("a session begins with a start");
        news.tabs(store, &answers, (answers.document_at(store), &answers.after, shown))
    }

    fn typed(store: &Store, from: &str, to: &str) -> Store {
        store.update(Msg::EditManifest(store.manifest().replace(from, to)))
    }

    #[test]
    fn a_tab_whose_content_an_edit_changed_has_news_once_typing_pauses() {
        let (mut news, opening) = (News::default(), Store::opening(Lang::En));
        assert_eq!(after(&mut news, &opening, Tab::Why), []);
        let refused = typed(&opening, "PreferDualStack", "SingleStack").update(Msg::Settle);
        assert_eq!(after(&mut news, &refused, Tab::Why), [], "while it is typed");
        let refused = refused.update(Msg::Pause);
        let found = after(&mut news, &refused, Tab::Why);
        let all = [Tab::Stored, Tab::Picture, Tab::Addresses, Tab::Changes, Tab::Terminal];
        assert_eq!(found, all);
        // It goes when the tab is shown, and not before.
        assert_eq!(after(&mut news, &refused, Tab::Picture).len(), 4);
        assert_eq!(after(&mut news, &refused, Tab::Why), [Tab::Stored, all[2], all[3], all[4]]);
    }

    #[test]
    fn a_name_is_no_news() {
        let (mut news, opening) = (News::default(), Store::opening(Lang::En));
        after(&mut news, &opening, Tab::Why);
        let mut store = opening;
        for name in ["name: a", "name: ab", "name: abc"] {
            let manifest = store.manifest();
            let text = manifest.lines().map(|line| {
                let line = if line.starts_with("  name: ") { &["  ", name].concat() } else { line };
                format!("{line}\n")
            });
            store = store.update(Msg::EditManifest(text.collect()));
            store = store.update(Msg::Settle).update(Msg::Pause);
            assert_eq!(after(&mut news, &store, Tab::Why), [], "{name}");
        }
    }

    #[test]
    fn what_is_typed_without_a_pause_is_one_edit() {
        let (mut news, opening) = (News::default(), Store::opening(Lang::En));
        after(&mut news, &opening, Tab::Nodes);
        let half = typed(&opening, "PreferDualStack", "Single");
        after(&mut news, &half, Tab::Nodes);
        let back = typed(&half, "Single", "PreferDualStack").update(Msg::Settle);
        let back = back.update(Msg::Pause);
        assert_eq!(after(&mut news, &back, Tab::Nodes), []);
    }

    #[test]
    fn other_flags_are_news_where_nodes_and_ranges_change() {
        let (mut news, opening) = (News::default(), Store::opening(Lang::En));
        after(&mut news, &opening, Tab::Stored);
        let single = opening.update(Msg::Preset(Preset::V4)).update(Msg::Settle);
        let found = after(&mut news, &single, Tab::Stored);
        for tab in [Tab::Picture, Tab::Nodes, Tab::Addresses] {
            assert!(found.contains(&tab), "{found:?}");
        }
        // A chosen action says what it changed itself.
        let start = single.update(Msg::Choose(0)).update(Msg::Settle);
        assert_eq!(after(&mut news, &start, Tab::Stored), [Tab::Nodes, Tab::Changes]);
    }
}
