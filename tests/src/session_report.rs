//! What does the core answer to an event of a session, as text that outlives its types? All that the
//! recorded sessions (`tests/sessions`) need of the core is asked for here.
//!
//! Words of the playground itself are left out, Kubernetes' own are not.

use std::collections::BTreeMap;
use std::fmt::Display;

use dualstack_core::api::print;
use dualstack_core::apiserver::environment::AllocatorKind;
use dualstack_core::cluster::components::{Components, Report as Started, Said};
use dualstack_core::cluster::{Agent, NodeOrigin, Os, PodState, World};
use dualstack_core::conflicts::Finding;
use dualstack_core::conflicts::consequences::{Consequence, outages};
use dualstack_core::explain::diagnostic::{Diagnostic, Program};
use dualstack_core::explain::trace::{Effect, Fact, FactValue, Origin, Step, StepId};
use dualstack_core::fixes::{Act, fixes};
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action as Event, PatchForm, Session};
use dualstack_core::session::diff::{Change, Diff};
use dualstack_core::session::provenance::Provenance;
use dualstack_core::session::{BootReport, DocumentReport, EventReport, Replay};
use dualstack_core::source::edit::Edit;
use dualstack_core::source::flags::Component;
use dualstack_core::source::span::Span;
use serde::{Deserialize, Serialize};

/// One thing a person did, as the files have it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// The control plane starts, or starts again.
    Restart {
        /// The release.
        version: String,
        /// The flags of all components.
        flags: String,
    },
    /// `kubectl apply -f`.
    Apply(String),
    /// `kubectl patch`.
    Patch {
        /// Of which Service.
        service: String,
        /// `--type`.
        #[serde(rename = "type")]
        form: String,
        /// The patch.
        body: String,
    },
    /// `kubectl delete`.
    Delete(String),
}

impl Action {
    fn event(&self) -> Result<Event, String> {
        Ok(match self {
            Self::Restart { version, flags } => Event::Boot {
                version: version.parse::<KubeVersion>()?,
                flags: flags.as_str().into(),
            },
            Self::Apply(text) => Event::Apply(text.as_str().into()),
            Self::Patch { service, form, body } => {
                let known = PatchForm::ALL.into_iter().find(|known| known.name() == form);
                let form = known.ok_or_else(|| format!("no type of patch: {form}"))?;
                Event::Patch { service: service.as_str().into(), form, body: body.as_str().into() }
            }
            Self::Delete(object) => Event::Delete(object.as_str().into()),
        })
    }
}

/// A part of a report: its title, and its lines.
pub type Section = (&'static str, String);

/// Replays sessions, and remembers the last one as the page does.
#[derive(Default)]
pub struct Player(Replay);

impl Player {
    /// What the event at `at` of a session came to.
    ///
    /// # Errors
    /// The core does not have such an event.
    pub fn report(
        &mut self,
        seed: u64,
        actions: &[Action],
        at: usize,
    ) -> Result<Vec<Section>, String> {
        let events: Result<Vec<Event>, String> = actions.iter().map(Action::event).collect();
        let session = Session { seed, events: events?.into() };
        let mut report = self.0.run(&session, at);
        let mut sections = Vec::new();
        let failed = match &report.events.remove(at) {
            EventReport::Boot(boot) => {
                sections.push(("start", start(boot)));
                let components = boot.start.components();
                sections.extend([
                    ("components", self::components(components)),
                    ("disagreements", disagreements(components)),
                ]);
                Vec::from_iter((!boot.is_running()).then_some(0))
            }
            EventReport::Requests(requests) => {
                let mut text = String::new();
                diagnostics(&mut text, "", &requests.problems, &[]);
                let mut failed = Vec::new();
                for (number, document) in requests.documents.iter().enumerate() {
                    line(
                        &mut text,
                        format_args!("document {} at {}", number + 1, span(document.span)),
                    );
                    if ["Node", "Pod", "Deployment"].contains(&document.kind.as_str()) {
                        workload(&mut text, document, &report.world);
                        continue;
                    }
                    self::document(&mut text, document);
                    if !document.is_accepted() {
                        failed.push(number);
                    }
                }
                sections.push(("answer", text));
                failed
            }
        };
        let mut offered = String::new();
        for document in failed {
            self.fixes(&mut offered, &session, at, document);
        }
        sections.extend([
            ("fixes", offered),
            ("services", services(&report.diff)),
            ("ranges", ranges(&report.diff)),
            ("nodes", nodes(&report.world)),
            ("pods", pods(&report.world)),
            ("changes", changes(&report.diff)),
            ("why", why(&report.world)),
        ]);
        Ok(sections)
    }

    fn fixes(&mut self, text: &mut String, session: &Session, at: usize, document: usize) {
        for fix in fixes(&mut self.0, session, at, document) {
            let (accepts, refuses) = (fix.gives.accepts, fix.gives.refuses);
            line(
                text,
                format_args!(
                    "document {} by event {}: others accepted {accepts}, refused {refuses}",
                    document + 1,
                    fix.at + 1
                ),
            );
            for repair in &fix.repairs {
                let act = match repair.act {
                    Act::Set => "set",
                    Act::Restore => "restore",
                    Act::Add => "add",
                    Act::Remove => "remove",
                    Act::Rename => "rename",
                    Act::AddRange(_) => "add a range",
                    Act::Patch => "patch",
                    Act::Version => "start",
                    Act::Clean(_) => "clean",
                };
                let (field, before, after) = (&repair.field, &repair.before, &repair.after);
                line(
                    text,
                    format_args!("  {act} {field}: {before:?} → {after:?}, {}", edit(&repair.edit)),
                );
            }
        }
    }
}

/// A space at the end is shown, for an editor would hide it.
fn line(text: &mut String, words: impl Display) {
    let words = words.to_string();
    let kept = words.trim_end_matches(' ');
    text.push_str(kept);
    text.push_str(&"␠".repeat(words.len() - kept.len()));
    text.push('\n');
}

fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "none".to_owned() } else { items.join(", ") }
}

/// Some text of several lines, each behind a bar.
fn block(text: &mut String, title: &str, words: &str) {
    line(text, format_args!("  {title}"));
    for words in words.lines() {
        let bar = if words.is_empty() { "|" } else { "| " };
        line(text, format_args!("    {bar}{words}"));
    }
}

fn span(span: Span) -> String {
    format!("{}..{}", span.start, span.end)
}

fn edit(edit: &Edit) -> String {
    format!("{} becomes {:?}", span(edit.span), edit.text)
}

fn fact(fact: &Fact) -> String {
    let value = match &fact.value {
        FactValue::Family(family) => family.name().to_owned(),
        FactValue::Families(families) => list(families.iter().map(|family| family.name())),
        FactValue::Code(code) => format!("{code:?}"),
        FactValue::Number(number) => number.to_string(),
        FactValue::Ip(ip) => ip.to_string(),
        FactValue::Cidr(cidr) => cidr.to_string(),
        FactValue::Words(_) => "(words)".to_owned(),
    };
    format!(" {}={value}", fact.name)
}

fn step(step: &Step) -> String {
    let mut text = step.rule.id.to_owned();
    let at = step.at.to_string();
    if !at.is_empty() {
        text.push_str(&format!(" {at}"));
    }
    match &step.effect {
        Effect::Noted => {}
        Effect::Set { before: None, after } => text.push_str(&format!(" set {after:?}")),
        Effect::Set { before: Some(before), after } => {
            text.push_str(&format!(" set {before:?} → {after:?}"));
        }
        Effect::Allocated { value } => text.push_str(&format!(" allocated {value:?}")),
        Effect::Copied { from, value } => {
            text.push_str(&format!(" copied {value:?} from {from}"));
        }
        Effect::Removed { before } => text.push_str(&format!(" removed {before:?}")),
        Effect::Rejected => text.push_str(" refused"),
    }
    text.extend(step.facts.iter().map(fact));
    match &step.origin {
        Some(Origin::Manifest(path)) => text.push_str(&format!(" ← {path}")),
        Some(Origin::Flag(flag)) => text.push_str(&format!(" ← --{flag}")),
        None => {}
    }
    text
}

fn steps(text: &mut String, steps: &[Step]) {
    for decided in steps {
        line(text, format_args!("  by {}", step(decided)));
    }
}

fn rule(steps: &[Step], id: StepId) -> &'static str {
    steps.get(id.0).map_or("no rule", |step| step.rule.id)
}

fn is_ours(diagnostic: &Diagnostic) -> bool {
    diagnostic.says == Program::Playground
}

/// `steps` are those that the diagnostics name.
fn diagnostics(text: &mut String, indent: &str, all: &[Diagnostic], steps: &[Step]) {
    for diagnostic in all {
        let weight = if diagnostic.is_warning { "warning" } else { "error" };
        let mut words = format!("{indent}{weight} of {}", diagnostic.says.name());
        if let Some(place) = diagnostic.span {
            words.push_str(&format!(" at {}", span(place)));
        }
        if let Some(id) = diagnostic.step {
            words.push_str(&format!(" by {}", rule(steps, id)));
        }
        if let Some(reason) = diagnostic.cause.reason() {
            words.push_str(&format!(" ({reason})"));
        }
        let says = if is_ours(diagnostic) { "(words)".to_owned() } else { diagnostic.to_string() };
        line(text, format_args!("{words}: {says:?}"));
    }
}

/// What a person at the terminal sees.
fn terminal(text: &mut String, words: &str, diagnostics: &[Diagnostic]) {
    let is_ours = diagnostics.iter().any(|it| is_ours(it) && it.detail == words);
    block(text, "terminal", if is_ours { "(words)" } else { words });
}

/// The answer to a document about a Service or a ServiceCIDR, or of a kind that is not simulated.
fn document(text: &mut String, document: &DocumentReport) {
    let verdict = if document.is_accepted() { "accepted" } else { "refused" };
    line(text, format_args!("  {:?} {:?} {verdict}", document.kind, document.name));
    terminal(text, &document.kubectl, &document.diagnostics);
    let decided = document.outcome.as_deref().map_or(&[][..], |outcome| &outcome.trace);
    diagnostics(text, "  ", &document.diagnostics, decided);
    if let Some(Err(status)) = document.outcome.as_deref().map(|outcome| &outcome.result) {
        let reason = status.reason.map_or("no reason", |reason| reason.name());
        line(text, format_args!("  status {} {reason}: {:?}", status.code, status.message));
    }
    steps(text, &document.before);
    steps(text, decided);
    // Of a ServiceCIDR neither was said when the sessions were recorded.
    let is_range = document.kind == "ServiceCIDR";
    let stored = document.stored_json().filter(|_| document.is_accepted() || !is_range);
    if let Some(stored) = stored {
        block(text, "stored", &print::yaml(&stored));
    }
    let mut sources: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let leaves = if is_range { Vec::new() } else { document.provenance() };
    for leaf in leaves {
        let source = match leaf.provenance {
            Provenance::Written(at) => {
                let written = format!("{} at {}", leaf.field, span(at));
                sources.entry("written".to_owned()).or_default().push(written);
                continue;
            }
            Provenance::Defaulted(id) => format!("defaulted by {}", rule(decided, id)),
            Provenance::Allocated(id) => format!("allocated by {}", rule(decided, id)),
            Provenance::Copied(id) => format!("copied by {}", rule(decided, id)),
            Provenance::Kept => "kept".to_owned(),
            Provenance::Server => "of the server".to_owned(),
        };
        sources.entry(source).or_default().push(leaf.field);
    }
    for (source, fields) in sources {
        line(text, format_args!("  {source}: {}", list(fields)));
    }
}

/// The answer to a document about a Node, a Pod or a Deployment.
fn workload(text: &mut String, answer: &DocumentReport, world: &World) {
    let verdict = if answer.is_accepted() { "accepted" } else { "refused" };
    line(text, format_args!("  {:?} {:?} {verdict}", answer.kind, answer.name));
    terminal(text, &answer.kubectl, &answer.diagnostics);
    let mut decided = answer.outcome.as_deref().map_or(&[][..], |outcome| &outcome.trace);
    // What the controllers made of it is the world's to explain.
    if let Some((kind, key)) = answer.workload.as_ref().filter(|_| answer.is_accepted()) {
        let explained = world.explain(*kind, key);
        decided = decided.strip_suffix(explained.as_slice()).unwrap_or(decided);
    }
    // Where they stand in the text was not known of these.
    let placeless = answer.diagnostics.iter().map(|it| Diagnostic { span: None, ..it.clone() });
    diagnostics(text, "  ", &placeless.collect::<Vec<_>>(), decided);
    steps(text, decided);
}

/// How kube-apiserver started.
fn start(boot: &BootReport) -> String {
    let mut text = String::new();
    match &boot.env {
        None => line(&mut text, format_args!("{} exits", boot.version)),
        Some(env) => {
            let allocator = match env.allocator {
                AllocatorKind::Bitmap => "bitmap",
                AllocatorKind::IpAddress => "IPAddress",
            };
            let (first, last) = (env.node_ports.first, env.node_ports.last);
            line(
                &mut text,
                format_args!("{} runs, {allocator}, ports {first}-{last}", env.version),
            );
            line(&mut text, list(env.ranges.iter().map(|(_, range)| range)));
        }
    }
    diagnostics(&mut text, "", &boot.problems, &boot.trace);
    diagnostics(&mut text, "", &boot.warnings, &boot.trace);
    for event in &boot.repairs {
        line(
            &mut text,
            format_args!("repair {} {}: {}", event.service, event.reason, event.message),
        );
    }
    steps(&mut text, &boot.trace);
    // Nodes, Pods and Deployments were not read again when the reports were recorded.
    if let Some(read) = boot.read.as_ref().filter(|read| read.workload.is_none()) {
        line(&mut text, "read");
        document(&mut text, read);
    }
    text
}

fn said(text: &mut String, kind: &str, all: &[Said], steps: &[Step]) {
    for said in all {
        let place = said.span.map_or_else(|| "nowhere".to_owned(), span);
        let by = rule(steps, said.step);
        line(text, format_args!("  {kind} at {place} by {by}: {}", said.message));
    }
}

fn started<T>(text: &mut String, component: Component, node: &str, report: &Started<T>) {
    let state = match (report.is_given, report.starts()) {
        (_, false) => "exits",
        (true, true) => "starts",
        (false, true) => "starts, with its defaults",
    };
    line(text, format_args!("{}{node} {state}", component.name()));
    said(text, "error", &report.errors, &report.trace);
    said(text, "log", &report.warnings, &report.trace);
    for ignored in &report.unmodelled {
        line(text, format_args!("  ignored at {}: {}", span(ignored.span), ignored.name));
    }
    // Of kube-apiserver the start has said it.
    if component != Component::KubeApiserver {
        steps(text, &report.trace);
    }
}

/// How each component started.
fn components(components: &Components) -> String {
    let mut text = String::new();
    started(&mut text, Component::KubeApiserver, "", &components.apiserver);
    started(&mut text, Component::KubeControllerManager, "", &components.controller_manager);
    for node in &components.nodes {
        let name = format!(" of {}", node.text.name);
        line(
            &mut text,
            format_args!("node {}: podCIDRs {}", node.text.name, list(&node.pod_cidrs)),
        );
        if let Some(event) = &node.event {
            line(&mut text, format_args!("  event {event}"));
        }
        started(&mut text, Component::KubeProxy, &name, &node.proxy);
        started(&mut text, Component::Kubelet, &name, &node.kubelet);
    }
    text
}

fn consequences(text: &mut String, all: &[Consequence]) {
    for consequence in all {
        line(text, format_args!("  follows {}", step(&consequence.step())));
    }
}

fn finding(text: &mut String, components: &Components, finding: &Finding) {
    let weight = if finding.is_alarm() { "alarm" } else { "remark" };
    line(text, format_args!("{weight} {}", step(&finding.step())));
    if !finding.nodes.is_empty() {
        line(text, format_args!("  on {}", list(&finding.nodes)));
    }
    for side in &finding.flag_refs {
        let place = side.span.map_or_else(|| "nowhere".to_owned(), span);
        line(text, format_args!("  {} --{} at {place}", side.component.name(), side.flag));
    }
    consequences(text, &finding.consequences);
    if let Some(offered) = components.fix(finding) {
        line(text, format_args!("  offered: {}", edit(&offered)));
    }
}

/// Where the components disagree, which of them are missing, and the prerequisites.
fn disagreements(components: &Components) -> String {
    let mut text = String::new();
    for found in components.findings() {
        finding(&mut text, components, &found);
    }
    for outage in outages(components) {
        let (component, nodes) = (outage.component.name(), list(&outage.nodes));
        line(&mut text, format_args!("outage of {component} on {nodes}"));
        consequences(&mut text, &outage.consequences);
    }
    for prerequisite in components.prerequisites() {
        let met = if prerequisite.is_met { "met" } else { "missing" };
        line(&mut text, format_args!("prerequisite {met} {}", step(&prerequisite.step())));
        consequences(&mut text, &prerequisite.consequences);
        if let Some(offered) = &prerequisite.fix {
            line(&mut text, format_args!("  offered: {}", edit(offered)));
        }
    }
    text
}

/// All Services.
fn services(after: &Diff) -> String {
    let mut text = String::new();
    for it in after.services.iter().filter(|it| it.change != Change::Deleted) {
        let spec = &it.service.spec;
        let policy = spec.ip_family_policy.as_deref().unwrap_or("no policy");
        let ports =
            spec.ports.iter().map(|port| port.node_port).chain([spec.health_check_node_port]);
        line(
            &mut text,
            format_args!(
                "{}/{} {} {policy} {} · {} · node ports {}",
                it.namespace,
                it.name,
                spec.type_,
                list(&spec.ip_families),
                list(&spec.cluster_ips),
                list(ports.filter(|port| *port != 0))
            ),
        );
    }
    text
}

/// The Service ranges and ServiceCIDRs.
fn ranges(after: &Diff) -> String {
    let mut text = String::new();
    for range in &after.ranges {
        let taken = range.taken.iter().map(|(ip, by)| format!("{ip} of {by:?}"));
        let (cidr, usable, band) = (range.cidr, range.usable, range.static_band);
        line(
            &mut text,
            format_args!("{cidr} usable {usable}, static {band}, taken {}", list(taken)),
        );
    }
    for cidr in &after.service_cidrs {
        let state = if cidr.terminating { "terminating" } else { "ready" };
        line(&mut text, format_args!("ServiceCIDR {} {} {state}", cidr.name, list(&cidr.ranges)));
    }
    text
}

fn families(has: impl Fn(Family) -> bool) -> String {
    list(
        [Family::V4, Family::V6]
            .into_iter()
            .filter(|family| has(*family))
            .map(|family| family.name()),
    )
}

/// The Nodes, and what the controller manager knows of them.
fn nodes(world: &World) -> String {
    let mut text = String::new();
    let Some(control) = &world.control else { return text };
    if let Some(reason) = &control.apiserver {
        line(&mut text, format_args!("kube-apiserver does not run: {reason}"));
    }
    if let Some(reason) = &control.controller_manager {
        line(&mut text, format_args!("kube-controller-manager does not run: {reason}"));
    }
    let plugin = control.plugin.map_or_else(|| "none".to_owned(), |it| families(|of| it.has(of)));
    let provider = families(|of| control.provider.has(of));
    line(&mut text, format_args!("plugin {plugin}, provider {provider}"));
    for (name, reason) in &control.absent {
        line(&mut text, format_args!("{name} never registered: {reason}"));
    }
    for node in world.nodes.values() {
        let os = match node.os {
            Os::Linux => "linux".to_owned(),
            Os::Windows(_) => {
                let served = node.windows.as_deref().cloned().unwrap_or_default();
                let pods = list(served.pods.iter().map(|family| family.name()));
                let services = list(served.services.iter().map(|family| family.name()));
                let log = served.log.into_iter().map(|line| line.message).collect::<Vec<_>>();
                format!("windows, Pods {pods}, Services {services}, log {log:?}")
            }
        };
        let came = match node.origin {
            NodeOrigin::Heading => "by a heading",
            NodeOrigin::Manifest => "by a manifest",
        };
        let agent = match &node.agent {
            Agent::Runs => "runs".to_owned(),
            Agent::NoPlugin => "has no plugin".to_owned(),
            Agent::Exits(words) => format!("exits: {words}"),
            Agent::Gone => "is gone".to_owned(),
        };
        line(&mut text, format_args!("{} {came}, {os}; kubelet {agent}", node.name));
        line(&mut text, format_args!("  podCIDRs {}", list(node.pod_cidrs.iter())));
        let addresses =
            node.addresses.iter().map(|it| format!("{} {}", it.kind.name(), it.address));
        line(&mut text, format_args!("  addresses {}", list(addresses)));
        let usage = node
            .usage()
            .into_iter()
            .map(|(family, used, capacity)| format!("{} {used} of {capacity}", family.name()));
        line(
            &mut text,
            format_args!(
                "  host IPs {}; Pods {} of {}, {}; addresses {}",
                list(node.host_ips.iter()),
                node.load(),
                node.max_pods,
                list(node.pod_families().into_iter().map(|family| family.name())),
                list(usage)
            ),
        );
        let labels = node.labels.iter().map(|(key, value)| format!("{key}={value}"));
        line(&mut text, format_args!("  labels {}", list(labels)));
        if let Some((reason, message)) = node.not_ready() {
            line(&mut text, format_args!("  not ready: {reason} {message}"));
        }
        if let Some(event) = node.event() {
            line(&mut text, format_args!("  event {event}"));
        }
    }
    for range in world.ranges() {
        let next = range.upcoming.map_or_else(|| "none".to_owned(), |range| range.to_string());
        let (cluster, mask, taken, blocks) =
            (range.cluster, range.node_mask, range.taken, range.blocks);
        line(
            &mut text,
            format_args!("{cluster} by /{mask}: {taken} of {blocks} taken, next {next}"),
        );
    }
    if let Some(room) = world.room() {
        line(&mut text, format_args!("room for {room} more"));
    }
    text
}

/// The Pods and the Deployments.
fn pods(world: &World) -> String {
    let mut text = String::new();
    for pod in world.pods() {
        let state = match &pod.state {
            PodState::Waits => "waits",
            PodState::Unschedulable(_) => "unschedulable",
            PodState::NoPlugin => "without a plugin",
            PodState::BadRanges(_) => "with bad ranges",
            PodState::NoAddress(_) => "without an address",
            PodState::NoFamily => "without a family",
            PodState::Rejected { .. } => "rejected",
            PodState::Ended => "ended",
            PodState::Runs(_) => "runs",
        };
        line(
            &mut text,
            format_args!(
                "{}/{} on {} {state}, podIPs {}, hostIPs {}",
                pod.key.0,
                pod.key.1,
                pod.node.as_deref().unwrap_or("no Node"),
                list(world.pod_ips(pod)),
                list(world.host_ips(pod))
            ),
        );
        if let Some((reason, message)) = pod.event() {
            line(&mut text, format_args!("  event {reason} {message}"));
        }
    }
    for it in world.deployments.values() {
        let ((namespace, name), replicas, hash) = (&it.key, it.replicas, &it.hash);
        line(&mut text, format_args!("Deployment {namespace}/{name}: {replicas} of {hash}"));
    }
    text
}

fn change(text: &mut String, what: &str, change: &Change) {
    match change {
        Change::Created => line(text, format_args!("created {what}")),
        Change::Deleted => line(text, format_args!("deleted {what}")),
        Change::Kept => {}
        Change::Changed(fields) => {
            line(text, format_args!("changed {what}"));
            for it in fields {
                let show =
                    |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
                let (before, after) = (show(&it.before), show(&it.after));
                line(text, format_args!("  {}: {before} → {after}", it.field));
            }
        }
    }
}

/// What the event changed, and how much it left as it was.
fn changes(after: &Diff) -> String {
    let objects = &after.objects;
    let mut text = String::new();
    for it in &after.services {
        change(&mut text, &format!("Service {}/{}", it.namespace, it.name), &it.change);
    }
    for (name, it) in &objects.nodes.changed {
        change(&mut text, &format!("Node {name}"), it);
    }
    for ((namespace, name), it) in &objects.pods.changed {
        change(&mut text, &format!("Pod {namespace}/{name}"), it);
    }
    let kept = after.services.iter().filter(|it| it.change == Change::Kept).count();
    let (nodes, pods) = (objects.nodes.kept, objects.pods.kept);
    line(&mut text, format_args!("kept Services {kept}, Nodes {nodes}, Pods {pods}"));
    text
}

/// Why Nodes, Pods and Deployments are as they are.
fn why(world: &World) -> String {
    let mut text = String::new();
    if let Some(control) = world.control.as_ref().filter(|control| !control.trace.is_empty()) {
        line(&mut text, "node CIDR controller");
        steps(&mut text, &control.trace);
    }
    for node in world.nodes.values() {
        line(&mut text, format_args!("Node {}", node.name));
        steps(&mut text, &world.explain_node(node));
    }
    for pod in world.pods() {
        line(&mut text, format_args!("Pod {}/{}", pod.key.0, pod.key.1));
        steps(&mut text, &world.explain_pod(pod));
    }
    for it in world.deployments.values() {
        line(&mut text, format_args!("Deployment {}/{}", it.key.0, it.key.1));
        steps(&mut text, &world.explain_deployment(it));
    }
    text
}
