//! Where do the components disagree? Kubernetes compares almost nothing of this: each component starts with
//! its own flags, and what does not fit shows later, elsewhere.

pub mod consequences;
pub mod families;
pub mod gates;
pub mod masks;
pub mod order;
pub mod prerequisites;
pub mod primary_family;
pub mod proxy;
pub mod ranges;
#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::rc::Rc;

use crate::cluster::components::{ApiServer, Components, ControllerManager, Node};
use crate::conflicts::consequences::{Consequence, step};
use crate::explain::rule::Rule;
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Step};
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};
use crate::source::edit::Edit;
use crate::source::flags::edit::{Change, Editor, Placement};
use crate::source::flags::table::{
    CLUSTER_CIDR as CLUSTER, CONFIG, NODE_IP, SERVICE_CLUSTER_IP_RANGE as SERVICES,
};
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;

/// How much a disagreement matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// Right, if something that no flag tells sees to it; or without consequence as things are.
    Note,
    /// Everything runs, though not as the flags suggest.
    Unexpected,
    /// Something does not work.
    Breaks,
    /// A component exits for it; its own error says so as well.
    Exits,
}

/// A flag that a disagreement is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlagRef {
    /// The component that has it.
    pub component: Component,
    /// Its name, without dashes.
    pub flag: &'static str,
    /// Span of the flag or list entry; `None` if the flag is not set.
    pub span: Option<Span>,
}

/// A disagreement.
#[derive(Clone, PartialEq, Debug)]
pub struct Finding {
    /// What is found.
    pub rule: &'static Rule,
    /// The values of its sentence.
    pub facts: Vec<Fact>,
    /// How much it matters.
    pub severity: Severity,
    /// The nodes where it is so; none where it is not about nodes.
    pub nodes: Vec<Rc<str>>,
    /// The flags that do not fit each other, mostly of two components.
    pub flag_refs: Vec<FlagRef>,
    /// What would happen.
    pub consequences: Vec<Consequence>,
    /// Edits that could fix it, the best first ([`Components::fix`] tries them).
    candidate_edits: Vec<Edit>,
}

/// The titles of the rules that a finding can have.
fn titles() -> impl Iterator<Item = &'static (&'static Rule, Text)> {
    let all = [
        ranges::TITLES,
        order::TITLES,
        masks::TITLES,
        families::TITLES,
        proxy::TITLES,
        gates::TITLES,
        prerequisites::TITLES,
    ];
    all.into_iter().flatten()
}

impl Finding {
    /// What is found of the cluster as a whole, and the edit that fixes it.
    pub(super) fn of_cluster(
        rule: &'static Rule,
        facts: Vec<Fact>,
        severity: Severity,
        flag_refs: Vec<FlagRef>,
        consequences: Vec<Consequence>,
        edit: Option<Edit>,
    ) -> Self {
        let candidate_edits = Vec::from_iter(edit);
        Self { rule, facts, severity, nodes: Vec::new(), flag_refs, consequences, candidate_edits }
    }

    /// Whether it is more than a remark.
    #[must_use]
    pub fn is_alarm(&self) -> bool {
        self.severity > Severity::Note
    }

    /// What is found, in a few words.
    #[must_use]
    pub fn title(&self) -> Text {
        let own = titles().find(|(rule, _)| *rule == self.rule);
        own.map_or(Text { en: "", zh: "" }, |(_, title)| *title)
    }

    /// As a step, which can be rendered.
    #[must_use]
    pub fn step(&self) -> Step {
        step(self.rule, self.facts.clone())
    }

    fn is(&self, other: &Self) -> bool {
        self.rule == other.rule && self.facts == other.facts && self.nodes == other.nodes
    }
}

impl Components {
    /// Where the components disagree, the heaviest first. Nodes of which the same is found stand together.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let mut finder = Finder {
            all: self,
            api: self.apiserver.running(),
            controller: self.controller_manager.running(),
            found: Vec::new(),
        };
        finder.advertise_address();
        finder.api_endpoint();
        finder.service_ranges();
        finder.overlaps();
        finder.masks();
        finder.families();
        finder.order();
        finder.allocation();
        for (i, node) in self.nodes.iter().enumerate() {
            finder.node(node, i);
        }
        finder.found.extend(self.lacking());
        finder.found.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        finder.found
    }

    /// The one edit that fixes a finding: afterwards it is gone, there are no more errors than before, and no
    /// other disagreement has come for it.
    #[must_use]
    pub fn fix(&self, finding: &Finding) -> Option<Edit> {
        let before = self.score(&self.findings());
        let fixes = |edit: &&Edit| {
            let text = edit.apply(&self.text);
            let after = Self::start_on(self.host, self.version, &text);
            let found = after.findings();
            self.keeps(&after)
                && after.score(&found) < before
                && !found.iter().any(|other| other.is(finding))
        };
        finding.candidate_edits.iter().find(fixes).cloned()
    }

    /// How much is wrong: errors, then alarms, then remarks.
    fn score(&self, found: &[Finding]) -> [usize; 3] {
        let given = self.all().filter(|status| status.is_given);
        let errors = given.map(|status| status.errors.len()).sum();
        let alarms = found.iter().filter(|finding| finding.is_alarm()).count();
        [errors, alarms, found.len() - alarms]
    }
}

struct Finder<'a> {
    all: &'a Components,
    api: Option<&'a ApiServer>,
    controller: Option<&'a ControllerManager>,
    found: Vec<Finding>,
}

/// What is found of a rule, before it is known of which nodes.
struct Found {
    severity: Severity,
    rule: &'static Rule,
    facts: Vec<Fact>,
    flag_refs: Vec<FlagRef>,
    consequences: Vec<Consequence>,
    candidate_edits: Vec<Option<Edit>>,
}

impl<'a> Finder<'a> {
    fn add(&mut self, node: Option<&Node>, found: Found) {
        let Found { severity, rule, facts, flag_refs, consequences, candidate_edits } = found;
        let candidate_edits: Vec<Edit> = candidate_edits.into_iter().flatten().collect();
        let nodes = node.iter().map(|node| Rc::clone(&node.text.name)).collect();
        let finding =
            Finding { rule, facts, severity, nodes, flag_refs, consequences, candidate_edits };
        let same = self.found.iter_mut().find(|other| {
            node.is_some()
                && other.rule == finding.rule
                && other.facts == finding.facts
                && other.flag_refs == finding.flag_refs
                && other.consequences == finding.consequences
                && other.candidate_edits == finding.candidate_edits
        });
        match same {
            Some(other) => other.nodes.extend(finding.nodes),
            None => self.found.push(finding),
        }
    }

    /// The flags of a component of the control plane, or of a node.
    fn flags(&self, node: Option<&'a Node>) -> &'a FlagsText {
        node.map_or(&self.all.flags, |node| &node.text.flags)
    }

    fn flag_ref(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &'static str,
    ) -> FlagRef {
        let span = self.flags(node).last(component, flag).map(|flag| flag.span);
        FlagRef { component, flag, span }
    }

    /// The entry of a list that fits, or the flag as a whole.
    fn entry(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &'static str,
        fits: impl Fn(&str) -> bool,
    ) -> FlagRef {
        let mut flag_ref = self.flag_ref(node, component, flag);
        let Some(flag) = self.flags(node).last(component, flag) else { return flag_ref };
        let entry = flag.entries(&self.all.text).find(|(_, entry)| fits(entry.trim()));
        flag_ref.span = entry.map(|(span, _)| span).or(flag_ref.span);
        flag_ref
    }

    /// The entry of a list of ranges that is this one.
    fn range(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &'static str,
        range: Cidr,
    ) -> FlagRef {
        self.entry(node, component, flag, |part| {
            crate::cluster::components::ranges([part]) == [range]
        })
    }

    fn services_flag(&self, range: Cidr) -> FlagRef {
        match self.api {
            Some(_) => self.range(None, Component::KubeApiserver, SERVICES, range),
            None => self.range(None, Component::KubeControllerManager, SERVICES, range),
        }
    }

    fn pods_flag(&self, range: Cidr) -> FlagRef {
        self.range(None, Component::KubeControllerManager, CLUSTER, range)
    }

    fn set(
        &self,
        node: Option<&'a Node>,
        component: Component,
        flag: &str,
        value: &str,
    ) -> Option<Edit> {
        self.editor(node, component).change(flag, Change::Set(value))
    }

    fn editor(&self, node: Option<&'a Node>, component: Component) -> Editor<'a> {
        let (text, flags) = (&self.all.text, self.flags(node));
        Editor { text, flags, component, placement: Placement::LikeLast }
    }

    fn services(&self) -> &'a [Cidr] {
        match (self.api, self.controller) {
            (Some(api), _) => &api.services,
            (None, Some(controller)) => &controller.services,
            (None, None) => &[],
        }
    }

    fn pods(&self) -> &'a [Cidr] {
        self.controller.map_or(&[], |controller| &controller.cluster)
    }

    /// What is found of a node.
    fn node(&mut self, node: &'a Node, i: usize) {
        if let Some(known) = node.kubelet.running() {
            for ip in known.kubelet.node_ips.iter().copied().filter(|ip| !ip.is_unspecified()) {
                let fits = |part: &str| parse_ip(part).is_some_and(|read| read.ip == ip);
                let flag_ref = self.entry(Some(node), Component::Kubelet, NODE_IP, fits);
                self.machine(Some(node), ip, &flag_ref);
            }
            if node.kubelet.dual_stack {
                self.node_families(node, known, i);
                self.node_order(node, known);
            }
        }
        // What stands in a file is not known here, and beats the flags.
        let has_file = self.flags(Some(node)).last(Component::KubeProxy, CONFIG).is_some();
        if let Some(known) = node.proxy.running().filter(|_| !has_file) {
            self.proxy_ranges(node, known);
            self.proxy_families(node, known);
            self.bind_address(node, known);
        }
        self.gates(node);
    }
}

/// The families of ranges, in their order.
fn families(ranges: &[Cidr]) -> Vec<Family> {
    distinct(ranges.iter().map(|range| range.family()))
}

fn ip_families(ips: &[IpAddr]) -> Vec<Family> {
    distinct(ips.iter().map(|ip| Family::of(*ip)))
}

fn distinct(all: impl Iterator<Item = Family>) -> Vec<Family> {
    let mut found = Vec::new();
    for family in all {
        if !found.contains(&family) {
            found.push(family);
        }
    }
    found
}

fn print(ranges: &[Cidr]) -> String {
    ranges.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}
