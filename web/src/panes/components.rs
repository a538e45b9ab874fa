//! Do the four components start, what do they say, and do they fit each other? The messages of the Cluster pane have
//! what each component says and where two do not fit; between two boxes one line says whether they agree.

use std::cmp::Reverse;
use std::rc::Rc;

use dualstack_core::cluster::components::{Components, Said, Status};
use dualstack_core::cluster::environment::{Environment, Switch};
use dualstack_core::conflicts::consequences::{Consequence, outages};
use dualstack_core::conflicts::{Finding, FlagRef, Severity};
use dualstack_core::controller_manager::range_allocator::{Held, Holder, NodeIpam, RangeUse};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Step, render};
use dualstack_core::facts;
use dualstack_core::installers;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::edit::Edit;
use dualstack_core::source::flags::boxes as parts;
use dualstack_core::source::flags::table::ALLOCATE_NODE_CIDRS;
use dualstack_core::source::flags::{Component, Flag, Section};
use dualstack_core::source::span::Span;
use dualstack_core::startup::Severity as LogSeverity;
use yew::prelude::*;

use super::text;
use crate::browser;
use crate::state::choices::TextBox;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::links::{Link, linked};
use crate::ui::problems::Problem;
use crate::ui::{self, Dispatch, classed, click};

/// The components of the shown start, and what there is to say of them together.
#[derive(PartialEq)]
pub struct Seen {
    /// The components.
    pub components: Components,
    /// Where they disagree, and what would mend it.
    pub found: Vec<(Finding, Option<Edit>)>,
    /// What each component logs about places in its flags, for its box to mark.
    problems: [Vec<Problem>; 4],
}

impl Seen {
    /// Looks at the components.
    #[must_use]
    pub fn of(components: Components, findings: &[Finding]) -> Self {
        let found = findings.iter().map(|finding| (finding.clone(), components.fix(finding)));
        let found = found.collect();
        let problems = Component::ALL.map(|component| problems(&components, component));
        Self { components, found, problems }
    }

    /// What a component logs about places in its flags.
    #[must_use]
    pub fn problems_of(&self, component: Component) -> &[Problem] {
        &self.problems[component as usize]
    }

    /// How bad the worst is that is said of a component: 3 where it exits, 2 for a conflict, 0 for anything else.
    #[must_use]
    pub fn weight(&self, component: Component) -> u8 {
        let is_alarm = |(finding, _): &(Finding, Option<Edit>)| {
            finding.is_alarm() && concerned(finding).last() == Some(&component)
        };
        match self.starts(component) {
            Some(false) => 3,
            _ if self.found.iter().any(is_alarm) => 2,
            _ => 0,
        }
    }

    /// Whether it starts, if the text speaks of it.
    fn starts(&self, component: Component) -> Option<bool> {
        let of = self.components.all().filter(|it| it.component == component && it.is_given);
        of.map(|status| status.errors.is_empty()).reduce(|one, other| one && other)
    }
}

/// The components that a finding is about, in their order.
fn concerned(finding: &Finding) -> Vec<Component> {
    let is_side =
        |component: &Component| finding.flag_refs.iter().any(|it| it.component == *component);
    Component::ALL.into_iter().filter(is_side).collect()
}

/// A sentence of a rule.
pub(super) fn told(step: &Step, lang: Lang) -> Html {
    linked(&step.render(lang), lang)
}

/// Consequences as a list.
fn follows(consequences: &[Consequence], lang: Lang) -> Html {
    let items = consequences.iter().map(|it| html! { <li>{ told(&it.step(), lang) }</li> });
    html! { <ul class="then">{ for items }</ul> }
}

/// A button that puts the caret to a flag, in the box of its component.
pub fn to_flag(lang: Lang, all: &Rc<str>, component: Component, name: &str, span: Span) -> Html {
    let all = Rc::clone(all);
    let onclick = Callback::from(move |_: MouseEvent| {
        // Splitting the text for each of many buttons would take longer than a key may.
        let parts = parts::split(&all);
        let Some(span) = parts.span_in(component, span) else { return };
        let shown = parts.of(component);
        let id = TextBox::Flags(component).id();
        browser::focus(id);
        browser::place_caret(id, &shown, span.end);
    });
    let name = name.to_owned();
    html! {
        <button type="button" class="link" {onclick}>
            <span class="unseen">{ text::GO_TO.get(lang) }{ " " }</span>{ ui::code(name) }
            <span class="unseen" lang="en">{ " " }{ component.name() }</span>
        </button>
    }
}

/// On which nodes, in words.
fn on(nodes: &[Rc<str>], lang: Lang) -> Html {
    if nodes.is_empty() {
        return Html::default();
    }
    html! { <small>{ text::ON.get(lang) }{ " " }<span lang="en">{ nodes.join(", ") }</span></small> }
}

/// The class and the words of what a component says.
const fn tone(exits: bool, severity: LogSeverity) -> (&'static str, Text) {
    match (exits, severity) {
        (true, _) => ("bad", text::EXITS),
        (_, LogSeverity::Error) => ("warn", text::LOGS_ERROR),
        (_, LogSeverity::Info) => ("remark", text::LOGS),
    }
}

/// A line that a component says: whether it exits with it, and on which nodes, if there are several.
type Line<'a> = (bool, &'a Said, Vec<Rc<str>>);

/// What a component logs while it starts. (What kube-apiserver logs is part of the answer.)
fn lines(all: &Components, component: Component) -> Vec<Line<'_>> {
    // Nodes on which the same is said stand together.
    let mut lines: Vec<Line> = Vec::new();
    let of = all.all().filter(|it| it.component == component && it.is_given);
    for Status { node, errors, warnings, .. } in
        of.filter(|_| component != Component::KubeApiserver)
    {
        let said = errors.iter().map(|it| (true, it)).chain(warnings.iter().map(|it| (false, it)));
        for (exits, said) in said {
            let node = node.filter(|_| all.nodes.len() > 1).map(|node| Rc::clone(&node.text.name));
            let same = |line: &&mut Line| {
                (line.0, &line.1.message, line.1.span) == (exits, &said.message, said.span)
            };
            match lines.iter_mut().find(same) {
                Some(line) => line.2.extend(node),
                None => lines.push((exits, said, node.into_iter().collect())),
            }
        }
    }
    lines
}

fn problems(all: &Components, component: Component) -> Vec<Problem> {
    let of_place = lines(all, component).into_iter().filter_map(|(exits, said, _)| {
        let (span, message) = (said.span?, said.line().to_owned());
        Some(Problem { span, exits, message })
    });
    of_place.collect()
}

/// Whether it is about a flag that is written there, or ends the component. What any component logs is not.
fn is_of_box((exits, said, _): &Line) -> bool {
    *exits || said.span.is_some()
}

/// A line of a component, with the flag to look at.
fn line(all: &Components, component: Component, (exits, said, nodes): &Line, lang: Lang) -> Html {
    let (class, word) = tone(*exits, said.severity);
    let message = said.line().to_owned();
    let flag = said.flag.zip(said.span);
    let to =
        flag.map(|(flag, span)| to_flag(lang, &all.text, component, &format!("--{flag}"), span));
    classed(
        class,
        html! { <li><b>{ word.get(lang) }</b>{ on(nodes, lang) }{ ui::code(message) }{ to }</li> },
    )
}

/// The flags and gates of a component that change nothing here. (Those of kube-apiserver are part of the answer.)
fn unmodelled(all: &Components, component: Component) -> Vec<(&str, Span)> {
    let of_nodes = all.nodes.iter().flat_map(|node| match component {
        Component::KubeProxy => &node.proxy.unmodelled[..],
        Component::Kubelet => &node.kubelet.unmodelled,
        _ => &[],
    });
    let of_controller = match component {
        Component::KubeControllerManager => &all.controller_manager.unmodelled[..],
        _ => &[],
    };
    // A section for all nodes is read for each.
    let mut found: Vec<(&str, Span)> = Vec::new();
    for it in of_controller.iter().chain(of_nodes) {
        if !found.iter().any(|(_, span)| *span == it.span) {
            found.push((&it.name, it.span));
        }
    }
    found
}

/// Properties of [`Messages`].
#[derive(PartialEq, Properties)]
pub struct MessagesProps {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
    /// Whose box it is.
    pub component: Component,
    pub dispatch: Dispatch,
}

/// What a component logs about its flags, and what is found of it, alone or with one before it.
#[component]
pub fn Messages(props: &MessagesProps) -> Html {
    let MessagesProps { lang, ref seen, component, ref dispatch } = *props;
    let all = &seen.components;
    let lines = lines(all, component);
    let lines = lines.iter().filter(|it| is_of_box(it)).map(|it| line(all, component, it, lang));
    let mut own: Vec<_> = seen
        .found
        .iter()
        .filter(|(finding, _)| concerned(finding).last() == Some(&component))
        .collect();
    own.sort_by_key(|(finding, _)| Reverse(finding.severity));
    let idle = unmodelled(all, component).into_iter().map(|(name, span)| {
        let to = to_flag(lang, &all.text, component, name, span);
        let item = html! { <li><b>{ text::REMARK.get(lang) }</b>{ to }{ text::CHANGES_NOTHING.get(lang) }</li> };
        classed("remark", item)
    });
    let findings = own.into_iter().map(|it| finding(seen, it, lang, dispatch));
    let items: Vec<Html> = lines.chain(findings).chain(idle).collect();
    if items.is_empty() {
        Html::default()
    } else {
        html! { <ul class="problems">{ for items }</ul> }
    }
}

/// An entry of `--cluster-cidr`: how many nodes get a Pod CIDR from it.
fn fits(range: &RangeUse) -> u64 {
    let is_node = |held: &&Held| matches!(held.by, Holder::Node(_));
    let nodes = range.held.iter().filter(is_node).count() as u64;
    range.blocks.saturating_sub(range.taken) + nodes
}

/// Under the flags of kube-controller-manager: how many nodes get a Pod CIDR from each entry of `--cluster-cidr`, and
/// which one runs out first. While kube-controller-manager exits it says that this is unknown, and stays in place.
#[component]
pub fn NodesThatFit(props: &Props) -> Html {
    let Props { lang, ref seen } = *props;
    nodes_that_fit(&seen.components, lang).unwrap_or_default()
}

fn nodes_that_fit(all: &Components, lang: Lang) -> Option<Html> {
    let report = &all.controller_manager;
    let ipam = report.knows.as_ref().and_then(|known| known.ipam.as_ref());
    let ranges = ipam.filter(|_| report.starts()).map(NodeIpam::ranges).unwrap_or_default();
    let of = |range: &RangeUse| {
        let family = range.cluster.family();
        let count = ui::grouped(fits(range));
        let range = format!("{} → /{}", range.cluster, range.node_mask);
        html! { <li>{ ui::badge(family) }{ " " }<b>{ count }</b>{ " " }<code lang="en">{ range }</code></li> }
    };
    let words = match &ranges[..] {
        [] if report.exits() && allocates(all) => text::FIT_UNKNOWN,
        [] => return None,
        [_] => text::FIT_OF_ONE,
        [one, other] if fits(one) == fits(other) => text::FIT_ALIKE,
        _ => text::FIT_RUNS_OUT,
    };
    let scarce = ranges.iter().min_by_key(|range| fits(range));
    let family = scarce.map_or(Family::V4, |range| range.cluster.family());
    let words = render(words, &facts![family], lang);
    let term = html! { <ui::term::Term {lang} word={ui::term::Word::NodePodCidr} at="controller-manager" label={text::FIT_TERM.get(lang)} /> };
    Some(html! {
        <div class="fit">
            <b>{ text::FIT.get(lang) }</b>{ " " }<small>{ text::FIT_BY.get(lang) }{ term }</small>
            if !ranges.is_empty() { <ul>{ for ranges.iter().map(of) }</ul> }
            <p>{ ui::sentence(&words, lang) }</p>
        </div>
    })
}

/// Whether the text has `--allocate-node-cidrs`, whatever else is wrong with it.
fn allocates(all: &Components) -> bool {
    let mut flags = all.flags.of(Component::KubeControllerManager);
    flags.any(|flag| flag.name == ALLOCATE_NODE_CIDRS && flag.value.as_deref() != Some("false"))
}

/// The class, the mark and the word of a severity.
const fn weighed(severity: Severity) -> (&'static str, &'static str, Text) {
    match severity {
        Severity::Note => ("remark", "i", text::REMARK),
        Severity::Unexpected => ("surprise", "!", text::SURPRISE),
        Severity::Breaks => ("breaks", "✕", text::BREAKS),
        Severity::Exits => ("exits", "■", text::EXITS),
    }
}

/// The id of a finding in the messages.
fn finding_id(finding: &Finding) -> String {
    format!("finding-{}-{}", finding.rule.id, finding.nodes.join("-"))
}

/// A disagreement: a short reason, which opens to the whole.
fn finding(
    seen: &Seen,
    (finding, edit): &(Finding, Option<Edit>),
    lang: Lang,
    dispatch: &Dispatch,
) -> Html {
    let all = &seen.components;
    let (class, mark, word) = weighed(finding.severity);
    let names: Vec<&str> = concerned(finding).into_iter().map(Component::name).collect();
    let written = |side: &FlagRef| {
        Some(to_flag(lang, &all.text, side.component, &format!("--{}", side.flag), side.span?))
    };
    let sides = finding.flag_refs.iter().filter_map(written);
    let mend = edit.as_ref().map(|edit| {
        let text = edit.apply(&all.text);
        let changes = changes(all.version, &all.text, &text).into_iter();
        let changes = changes.map(ui::code);
        let changes: Vec<Html> = changes.collect();
        let onclick = click(dispatch, Msg::EditFlags(text));
        html! { <button type="button" class="btn mend" {onclick}><b>{ text::MEND.get(lang) }</b>{ for changes }</button> }
    });
    let item = html! {
        <li key={format!("{}{}{}", finding.rule.id, finding.nodes.join(","), finding.flag_refs.len())}>
            <details>
                <summary id={finding_id(finding)}>
                    <span class="sign" aria-hidden="true">{ mark }</span>
                    <b>{ word.get(lang) }</b>{ " " }
                    <span>{ finding.title().get(lang) }</span>{ " " }
                    <small lang="en">{ names.join(" – ") }</small>
                </summary>
                <p>{ told(&finding.step(), lang) }</p>
                if !finding.nodes.is_empty() { <p>{ on(&finding.nodes, lang) }</p> }
                if !finding.consequences.is_empty() {
                    <p><b>{ text::THEN.get(lang) }</b></p>
                    { follows(&finding.consequences, lang) }
                }
                <p class="places">{ for sides }</p>
                { mend }
            </details>
        </li>
    };
    classed(format!("finding {class}"), item)
}

/// What an edit changes, flag by flag: `kube-proxy --cluster-cidr: old → new`.
fn changes(version: KubeVersion, before: &str, after: &str) -> Vec<String> {
    let read = |text: &str| {
        let flags = installers::flags_of(text, version);
        let of = |section: &Section| {
            let component = section.component;
            let flag =
                |it: &Flag| (component, it.name.clone(), it.value.clone().unwrap_or_default());
            section.flags.iter().map(flag).collect::<Vec<_>>()
        };
        flags.sections.iter().flat_map(of).collect::<Vec<_>>()
    };
    let (old, new) = (read(before), read(after));
    let is_name = |one: &(Component, String, String), other: &(Component, String, String)| {
        (one.0, &one.1) == (other.0, &other.1)
    };
    let mut lines = Vec::new();
    for flag in new.iter().filter(|flag| !old.contains(flag)) {
        let (component, name, value) = flag;
        let was = old.iter().find(|it| is_name(it, flag) && !new.contains(it));
        let value = match was {
            Some((_, _, was)) => format!(": {was} → {value}"),
            None => format!("={value}"),
        };
        lines.push(format!("{} --{name}{value}", component.name()));
    }
    let goes = |flag: &&(Component, String, String)| !new.iter().any(|it| is_name(it, flag));
    for (component, name, value) in old.iter().filter(goes) {
        lines.push(format!("− {} --{name}={value}", component.name()));
    }
    lines.dedup();
    // Switches are no flags, and change no flag.
    let [old, new] = [before, after].map(Environment::of);
    for (was, now) in [
        (Switch::Provider(old.provider), Switch::Provider(new.provider)),
        (Switch::Plugin(old.plugin), Switch::Plugin(new.plugin)),
    ] {
        if was != now {
            lines.push(format!("# {}: {} → {}", was.key(), was.value(), now.value()));
        }
    }
    lines
}

/// Properties of [`Between`].
#[derive(PartialEq, Properties)]
pub struct BetweenProps {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
    /// The component of the upper box.
    pub upper: Component,
}

/// Between the box of a component and the next, in one line: whether they agree, or the worst conflict between the next
/// and one before it. Its height never changes, so the boxes below stay where they are.
#[component]
pub fn Between(props: &BetweenProps) -> Html {
    let BetweenProps { lang, ref seen, upper } = *props;
    let Some(lower) = Component::ALL.get(upper as usize + 1).copied() else {
        return Html::default();
    };
    let is_here = |it: &&(Finding, Option<Edit>)| {
        let concerned = concerned(&it.0);
        concerned.len() > 1 && concerned.last() == Some(&lower)
    };
    let mut found: Vec<_> = seen.found.iter().filter(is_here).collect();
    found.sort_by_key(|(finding, _)| Reverse(finding.severity));
    if let [first, rest @ ..] = found.as_slice() {
        let (finding, _) = first;
        let (_, mark, word) = weighed(finding.severity);
        let class = if finding.is_alarm() { "wire broken" } else { "wire" };
        let target = finding_id(finding);
        let onclick = Callback::from(move |_: MouseEvent| browser::focus(&target));
        let names: Vec<&str> = concerned(finding).into_iter().map(Component::name).collect();
        let line = html! {
            <p>
                <button type="button" class="to-finding" {onclick}>
                    <span class="sign" aria-hidden="true">{ mark }</span>
                    <b class="unseen">{ word.get(lang) }{ " " }</b>
                    <span>{ finding.title().get(lang) }</span>
                    <span class="unseen" lang="en">{ " " }{ names.join(" – ") }</span>
                    if !rest.is_empty() { <small>{ " +" }{ rest.len() }</small> }
                </button>
            </p>
        };
        return classed(class, line);
    }
    let words = match (seen.starts(upper), seen.starts(lower)) {
        (Some(true), Some(true)) => text::AGREE,
        (Some(_), Some(_)) => text::NOT_COMPARED,
        _ => return Html::default(),
    };
    let (class, mark) =
        if words == text::AGREE { ("wire", "✓ ") } else { ("wire broken", "– ") };
    classed(
        class,
        html! {
            <p>{ mark }<span class="unseen" lang="en">{ upper.name() }{ ", " }{ lower.name() }{ ": " }</span>{ words.get(lang) }</p>
        },
    )
}

/// Properties of [`Summary`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
}

/// Of all components: which do not start and what follows, and how many disagreements there are.
#[component]
pub fn Summary(props: &Props) -> Html {
    let Props { lang, ref seen } = *props;
    let outages = outages(&seen.components);
    let alarms = seen.found.iter().filter(|(finding, _)| finding.is_alarm()).count();
    let out = outages.iter().map(|outage| {
        let name = outage.component.name();
        html! {
            <li>
                <b lang="en"><Link words={name} to={name} /></b>{ on(&outage.nodes, lang) }{ text::DOES_NOT_START.get(lang) }
                { follows(&outage.consequences, lang) }
            </li>
        }
    });
    let out: Vec<Html> = out.map(|item| classed("bad", item)).collect();
    let is_good = out.is_empty() && alarms == 0 && !seen.components.is_refused();
    let count = text::DISAGREEMENTS.get(lang).replace("{count}", &alarms.to_string());
    let logs = Component::ALL.into_iter().flat_map(|component| {
        let lines = lines(&seen.components, component).into_iter();
        lines.filter(|it| !is_of_box(it)).map(move |(_, said, nodes)| {
            let (_, word) = tone(false, said.severity);
            let message = said.message.clone();
            html! { <li><b lang="en">{ component.name() }</b>{ on(&nodes, lang) }{ word.get(lang) }{ ui::code(message) }</li> }
        })
    });
    let logs: Vec<Html> = logs.collect();
    html! {
        <div class="components">
            if is_good { <p class="status good">{ "✓ " }{ text::ALL_AGREE.get(lang) }</p> }
            if alarms > 0 { <p class="status look">{ count }</p> }
            if !out.is_empty() { <ul class="problems outages">{ for out }</ul> }
            if !logs.is_empty() {
                <details class="logs">
                    <summary>{ text::ALSO_LOGGED.get(lang) }</summary>
                    <ul class="problems">{ for logs }</ul>
                </details>
            }
        </div>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::cluster::components::Components;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::source::flags::Component;

    use super::{Seen, changes, concerned, fits};

    #[test]
    fn an_edit_is_told_flag_by_flag() {
        let before = "kube-proxy\n--a=1\n--b=2\nkubelet\n--b=2\n";
        let after = "kube-proxy\n--a=3\n--c=4\nkubelet\n--b=2\n";
        let told = ["kube-proxy --a: 1 → 3", "kube-proxy --c=4", "− kube-proxy --b=2"];
        assert_eq!(changes(KubeVersion::LATEST, before, after), told);
        assert!(changes(KubeVersion::LATEST, before, before).is_empty());
        let switched = ["# network plugin: none\n", before].concat();
        assert_eq!(
            changes(KubeVersion::LATEST, &switched, before),
            ["# network plugin: none → dual-stack"]
        );
    }

    #[test]
    fn nodes_fit_where_no_service_cidr_lies() {
        let fit = |text: &str| -> Vec<u64> {
            let components = Components::start(KubeVersion::LATEST, text);
            let known = components.controller_manager.running().expect("it starts");
            known.ipam.iter().flat_map(|it| it.ranges()).map(|range| fits(&range)).collect()
        };
        let text = "kube-controller-manager\n--allocate-node-cidrs\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/60\n";
        assert_eq!(fit(text), [256, 16]);
        // Nodes that have their Pod CIDRs count.
        assert_eq!(fit(&format!("{text}kubelet node-1\n--node-ip=192.0.2.11\n")), [256, 16]);
        let over = text.replace("--cluster", "--service-cluster-ip-range=10.244.0.0/17\n--cluster");
        assert_eq!(fit(&over), [128, 16]);
    }

    #[test]
    fn a_finding_stands_above_the_last_component_that_it_concerns() {
        let text = "--service-cluster-ip-range=fd00:10:96::/112,10.96.0.0/16\n--advertise-address=2001:db8::10\n\
                    kube-controller-manager\n--allocate-node-cidrs\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n";
        let components = Components::start(KubeVersion::LATEST, text);
        let findings = components.findings();
        let seen = Seen::of(components, &findings);
        let order = seen.found.iter().find(|(finding, _)| finding.rule.id == "AGREE-4a");
        let (finding, mend) = order.expect("the orders differ");
        assert_eq!(
            concerned(finding),
            [Component::KubeApiserver, Component::KubeControllerManager]
        );
        let mend = mend.as_ref().expect("one edit mends it").apply(text);
        assert_eq!(
            changes(KubeVersion::LATEST, text, &mend),
            [
                "kube-controller-manager --cluster-cidr: 10.244.0.0/16,fd00:10:244::/56 → fd00:10:244::/56,10.244.0.0/16"
            ]
        );
        assert_eq!(seen.starts(Component::KubeApiserver), Some(true));
        assert_eq!(seen.starts(Component::Kubelet), None);
    }
}
