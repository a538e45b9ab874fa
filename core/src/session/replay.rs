//! From a session to everything the page shows. The only place that knows the whole order.

use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::json::Json;
use crate::api::service::Service;
use crate::apiserver::allocators::{ServiceCidr, ServiceCidrState, TERMINATING};
use crate::apiserver::environment::Env;
use crate::apiserver::requests::{Answer, Cluster, Options, Outcome, RepairEvent, printed_json};
use crate::apiserver::startup as apiserver;
use crate::apiserver::startup::{Completed, Start};
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::trace::{Origin, Step, Trace};
use crate::facts;
use crate::kubectl::{self, Applied, NOT_RUNNING, ObjectName, Workload};
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;
use crate::session::action::{Event, PatchForm, Scenario};
use crate::session::diff::After;
use crate::session::provenance::{Leaf, provenance};
pub use crate::source::decode::WrittenField;
use crate::source::decode::{self, Stray};
use crate::source::flags::{self, Component, FlagsText};
use crate::source::span::Span;
use crate::source::yaml::{self, Document, Node};
use crate::startup::{StartError, pflag};

/// What the session led to.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// An answer per event, as far as was asked for. Only that of the shown event is complete
    /// ([`DocumentReport::fields`]).
    pub events: Vec<EventReport>,
    /// The cluster after the shown event.
    pub after: After,
}

/// The answer to one event.
#[derive(Clone, PartialEq, Debug)]
pub enum EventReport {
    /// Of a start.
    Boot(Rc<BootReport>),
    /// Of an apply, a patch or a delete.
    Requests(Rc<RequestsReport>),
}

/// How the control plane started.
#[derive(Clone, PartialEq, Debug)]
pub struct BootReport {
    /// The release.
    pub version: KubeVersion,
    /// The flags as read, with spans.
    pub flags: FlagsText,
    /// The running configuration; `None` if kube-apiserver exits.
    pub env: Option<Env>,
    /// Errors with which kube-apiserver exits, in the order it prints them, and remarks of the
    /// playground about the text (which do not stop it), with spans in the text.
    pub problems: Vec<Diagnostic>,
    /// Warnings it logs.
    pub warnings: Vec<Diagnostic>,
    /// What the repair loops report of the Services that are stored.
    pub repairs: Vec<RepairEvent>,
    /// The Service of the request before, as `kubectl get` shows it now.
    pub read: Option<Rc<DocumentReport>>,
    /// What was decided.
    pub trace: Vec<Step>,
}

/// The answers to the requests of one event: one per document of an apply, else one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RequestsReport {
    /// Problems of the text: YAML syntax and limits.
    pub problems: Vec<Diagnostic>,
    /// One per document, in order.
    pub documents: Vec<Rc<DocumentReport>>,
}

/// What kubectl is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Verb {
    /// `kubectl apply`.
    #[default]
    Apply,
    /// `kubectl patch`.
    Patch,
    /// `kubectl delete`.
    Delete,
    /// `kubectl get`, after a restart.
    Get,
}

/// The answer to one document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct DocumentReport {
    /// What was asked.
    pub verb: Verb,
    /// Where the document stands in the text.
    pub span: Span,
    /// Its kind, as far as it could be read.
    pub kind: String,
    /// Its name, as far as it could be read.
    pub name: String,
    /// What kubectl and the playground decided before anything was sent.
    pub before: Vec<Step>,
    /// The API server's answer; `None` if kubectl sends nothing.
    pub outcome: Option<Rc<Outcome>>,
    /// The Service that stays stored as it was, where the request was refused.
    pub stands: Option<Rc<Service>>,
    /// The Service as it was before the request.
    pub was: Option<Rc<Service>>,
    /// Whether it is about a Node, a Pod or a Deployment: what becomes of it and what kubectl prints,
    /// `crate::cluster` knows.
    pub is_behind: bool,
    /// What a person at the terminal sees.
    pub kubectl: String,
    /// Refusals, warnings and remarks with spans in the manifest, in the order they were raised.
    pub diagnostics: Vec<Diagnostic>,
    /// The fields that were written. These and the trace are kept for the shown event only: a session has
    /// many.
    pub fields: Vec<WrittenField>,
}

impl DocumentReport {
    /// The stored Service, if the request was accepted and left one.
    #[must_use]
    pub fn stored(&self) -> Option<&Service> {
        let service = self.outcome.as_ref()?.service()?;
        let is_gone = self.verb == Verb::Delete && service.metadata.finalizers.is_empty();
        (!is_gone).then_some(service)
    }

    /// The Service as it is stored after the request, whether it was accepted or not.
    #[must_use]
    pub fn standing(&self) -> Option<&Service> {
        self.stored().or(self.stands.as_deref())
    }

    /// Whether the API server did what was asked, or the request is one for [`crate::cluster`], which alone
    /// knows.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.is_behind || self.outcome.as_ref().is_some_and(|outcome| outcome.result.is_ok())
    }

    /// The object as it is stored after the request, as JSON, type and all.
    #[must_use]
    pub fn stored_json(&self) -> Option<Json> {
        match self.outcome.as_ref().map(|outcome| &outcome.result) {
            Some(Ok(Answer::ServiceCidr { object, state, .. })) => {
                (*state != ServiceCidrState::Gone).then(|| service_cidr_json(object))
            }
            _ => self.standing().map(printed_json),
        }
    }

    /// Where each leaf of the stored object comes from, in the order of the printed object. For the shown
    /// event.
    #[must_use]
    pub fn provenance(&self) -> Vec<Leaf> {
        let (Some(service), Some(outcome)) = (self.standing(), &self.outcome) else {
            return Vec::new();
        };
        // What was refused wrote nothing.
        let fields = if outcome.result.is_ok() { self.fields.as_slice() } else { &[] };
        provenance(service, self.was.as_deref(), &outcome.trace, fields)
    }

    /// Where in the manifest the text behind a step stands.
    #[must_use]
    pub fn locate(&self, origin: &Origin) -> Option<Span> {
        let Origin::Manifest(path) = origin else { return None };
        span_of(&self.fields, path)
    }
}

impl BootReport {
    /// Where in the flags the text behind a step stands.
    #[must_use]
    pub fn locate(&self, origin: &Origin) -> Option<Span> {
        let Origin::Flag(name) = origin else { return None };
        self.flags.last(Component::KubeApiserver, name).map(|flag| flag.span)
    }

    /// Whether kube-apiserver is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.env.is_some()
    }
}

/// Replays a session from an empty cluster and shows its last event.
#[must_use]
pub fn run(scenario: &Scenario) -> Report {
    Replay::default().run(scenario, scenario.events.len().saturating_sub(1))
}

/// Replays sessions, and remembers so much of the last one that typing does not begin anew.
///
/// Invariant: what it reports is what a replay from an empty cluster would.
#[derive(Default)]
pub struct Replay {
    last: Option<Last>,
}

/// How often the control plane is remembered, beside the event that was edited last.
const EVERY: usize = 25;

/// The last session.
struct Last {
    scenario: Scenario,
    events: Vec<EventReport>,
    /// The control plane before some of the events, in their order.
    before: Vec<(usize, ControlPlane)>,
    /// The event that is shown, and what it asked.
    asked: (usize, Vec<Asked>),
}

/// A document that was applied: it is not asked again while it and those before it say the same, wherever they
/// stand by now.
pub(crate) struct Asked {
    document: Document,
    report: Rc<DocumentReport>,
    /// The control plane behind it.
    after: ControlPlane,
}

impl Asked {
    /// Whether what was answered holds for a document, of the same control plane. (No place in the text is part
    /// of an answer: it could only be that of a warning of an unknown field, and kubectl asks for strictness.)
    fn answers(&self, document: &Document) -> bool {
        self.document.complete == document.complete && self.document.node.says_what(&document.node)
    }
}

/// The API server and its storage.
#[derive(Clone, Default)]
pub(crate) struct ControlPlane {
    /// What is stored; `None` before the first start that succeeded.
    cluster: Option<Cluster>,
    /// Whether kube-apiserver runs; if not, what is stored waits for it.
    runs: bool,
    /// The Service that the last request was about.
    last: Option<ObjectName>,
}

impl ControlPlane {
    /// The API server, if it runs.
    pub(crate) fn running(&mut self) -> Option<&mut Cluster> {
        self.cluster.as_mut().filter(|_| self.runs)
    }
}

impl Replay {
    /// Answers a session. `shown` is the event whose answer is wanted in full; beyond the last one
    /// there is none.
    #[must_use]
    pub fn run(&mut self, scenario: &Scenario, shown: usize) -> Report {
        self.run_until(scenario, shown, usize::MAX)
    }

    /// Answers a session as far as the event that is shown, or as far as is known already: what a
    /// keystroke has to wait for. [`Replay::run`] answers the rest.
    #[must_use]
    pub fn run_shown(&mut self, scenario: &Scenario, shown: usize) -> Report {
        self.run_until(scenario, shown, shown)
    }

    /// Answers a session; behind the event at `end` only what has not to be computed.
    fn run_until(&mut self, scenario: &Scenario, shown: usize, end: usize) -> Report {
        let shown = shown.min(scenario.events.len().saturating_sub(1));
        let (mut events, mut before, mut asked, same) = match self.last.take() {
            Some(last) if last.scenario.seed == scenario.seed => {
                let pairs = last.scenario.events.iter().zip(scenario.events.iter());
                let same = pairs.take_while(|(one, other)| one == other).count();
                let (at, asked) = last.asked;
                let is_of_shown = at == shown && at <= same;
                (last.events, last.before, if is_of_shown { asked } else { Vec::new() }, same)
            }
            _ => Default::default(),
        };
        // What is shown is answered again, for its full report, and so is all behind an edit.
        let redo = same.min(shown);
        before.retain(|(at, _)| *at <= redo && (*at % EVERY == 0 || *at == redo));
        let (start, mut plane) = before.last().cloned().unwrap_or_default();
        let later = events.split_off(start.min(events.len()));
        let mut after = After::default();
        for (at, event) in scenario.events.iter().enumerate().skip(start) {
            // The reports behind what is shown stay, if nothing before them was edited.
            if at > shown && same == scenario.events.len() && later.len() > at - start {
                events.push(later[at - start].clone());
                continue;
            }
            if at > shown && at > end {
                break;
            }
            if at > start && (at == redo || at % EVERY == 0) {
                before.push((at, plane.clone()));
            }
            let was = (at == shown).then(|| plane.clone());
            match event {
                Event::Apply(text) if at == shown => {
                    let report = apply(&mut plane, text, &mut asked);
                    events.push(EventReport::Requests(Rc::new(report)));
                }
                event => events.push(plane.handle(event, scenario.seed, at == shown)),
            }
            if let Some(was) = was {
                after = After::of(was.cluster.as_ref(), plane.cluster.as_ref());
                if !plane.runs {
                    after.ranges.clear();
                }
            }
        }
        let slim = events.iter().cloned().map(EventReport::slim).collect();
        let asked = (shown, asked);
        self.last = Some(Last { scenario: scenario.clone(), events: slim, before, asked });
        Report { events, after }
    }

    /// The control plane as it was before an event of a session.
    pub(crate) fn before(&self, scenario: &Scenario, at: usize) -> ControlPlane {
        let same = |last: &&Last| {
            last.scenario.seed == scenario.seed
                && last.scenario.events.get(..at) == scenario.events.get(..at)
        };
        let known =
            self.last.as_ref().filter(same).and_then(|last| {
                last.before.iter().rev().find(|(number, _)| *number <= at).cloned()
            });
        let (start, mut plane) = known.unwrap_or_default();
        for event in scenario.events.iter().take(at).skip(start) {
            plane.handle(event, scenario.seed, false);
        }
        plane
    }
}

impl ControlPlane {
    /// Answers an event; in full, or so much as a list of events shows.
    pub(crate) fn handle(&mut self, event: &Event, seed: u64, full: bool) -> EventReport {
        let report = match event {
            Event::Boot { version, flags } => {
                return EventReport::Boot(Rc::new(boot(self, *version, flags, seed)));
            }
            Event::Apply(text) => apply(self, text, &mut Vec::new()),
            Event::Patch { service, form, body } => patch(self, service, *form, body),
            Event::Delete(object) => delete(self, object),
        };
        let report = EventReport::Requests(Rc::new(report));
        if full { report } else { report.slim() }
    }
}

impl EventReport {
    /// So much of it as a list of events shows.
    fn slim(self) -> Self {
        let Self::Requests(mut report) = self else { return self };
        let is_full = |it: &Rc<DocumentReport>| {
            !it.fields.is_empty()
                || !it.before.is_empty()
                || it.stands.is_some()
                || it.was.is_some()
                || it.outcome.as_ref().is_some_and(|outcome| !outcome.trace.is_empty())
        };
        if report.documents.iter().any(is_full) {
            for document in &mut Rc::make_mut(&mut report).documents {
                let document = Rc::make_mut(document);
                document.fields = Vec::new();
                document.before = Vec::new();
                document.stands = None;
                document.was = None;
                document.outcome = document.outcome.as_deref().map(|outcome| {
                    let (result, warnings) = (outcome.result.clone(), outcome.warnings.clone());
                    Rc::new(Outcome { result, warnings, trace: Vec::new() })
                });
            }
        }
        Self::Requests(report)
    }
}

fn boot(plane: &mut ControlPlane, version: KubeVersion, text: &str, seed: u64) -> BootReport {
    let flags = flags::parse(text);
    let mut problems: Vec<Diagnostic> = flags
        .problems
        .iter()
        .map(|problem| ours(problem.span, problem.text_en.clone(), problem.text_zh.clone()))
        .collect();
    let mut trace = Trace::default();
    let mut behavior = Behavior::of(version);
    let start = match apiserver::read(&flags, &mut behavior, &mut trace) {
        Err(error) => Start::FlagError(error),
        Ok((given, unmodelled)) => {
            problems.extend(unmodelled.into_iter().map(|flag| {
                ours(
                    flag.span,
                    format!("{} is not simulated: it has no effect here.", flag.name),
                    format!("{} 不在模拟范围内：在此不起作用。", flag.name),
                )
            }));
            apiserver::start(&behavior, &given, &mut trace)
        }
    };
    let mut warnings = Vec::new();
    let mut env = None;
    let mut say = |error: &StartError, message: String| {
        let mut problem = Diagnostic::plain(Program::KubeApiserver, message);
        problem.span = error.span(Component::KubeApiserver, &flags, text);
        problem.step = Some(error.step);
        problems.push(problem);
    };
    match &start {
        Start::FlagError(error) => {
            let value = flags.last(Component::KubeApiserver, error.flag);
            let message = match value.and_then(|flag| flag.value.as_ref()) {
                Some(value) => pflag::invalid_argument(error.flag, value, &error.message),
                None => error.message.clone(),
            };
            say(error, message);
        }
        Start::CompleteError(error) => say(error, error.message.clone()),
        Start::Completed(completed) => {
            for error in completed.errors.iter().chain(&completed.exit) {
                say(error, error.message.clone());
            }
            warnings.extend(completed.warning.map(Diagnostic::warning));
            env = apiserver::environment(version, behavior, seed, completed, &mut trace);
        }
    }
    let last = plane.last.clone();
    let before =
        last.as_ref().and_then(|it| plane.cluster.as_ref()?.read_one(&it.namespace, &it.name));
    plane.runs = env.is_some();
    let mut repairs = Vec::new();
    if let (Some(env), Start::Completed(completed)) = (&env, &start) {
        let cluster = match &mut plane.cluster {
            Some(cluster) => {
                cluster.restart(env.clone());
                repairs = cluster.repair(&mut trace);
                cluster
            }
            none => none.insert(Cluster::new(env.clone())),
        };
        kubernetes_service(cluster, completed, &mut trace);
    }
    let read = last.and_then(|object| read(plane.running()?, &object, before.as_ref()));
    BootReport { version, flags, env, problems, warnings, repairs, read, trace: trace.into_steps() }
}

/// API-7: the Service by which Pods reach the API server.
fn kubernetes_service(cluster: &mut Cluster, completed: &Completed, trace: &mut Trace) {
    let object = apiserver::kubernetes_service(completed);
    let Some(document) = yaml::parse(&object).documents.pop() else { return };
    // On a restart it is there already, and stays as it is.
    if cluster.handle_create(&document.node, &Options::default()).result.is_ok() {
        apiserver::note_kubernetes_service(completed, trace);
    }
}

/// A remark of the playground.
fn ours(span: Span, en: String, zh: String) -> Diagnostic {
    let mut remark = Diagnostic::plain(Program::Playground, en);
    remark.detail_zh = Some(zh);
    remark.span = Some(span);
    remark
}

/// `kubectl get service`, if there is such a one.
fn read(
    cluster: &mut Cluster,
    object: &ObjectName,
    before: Option<&Rc<Service>>,
) -> Option<Rc<DocumentReport>> {
    let options = Options { namespace: object.namespace.clone(), ..Options::default() };
    let outcome = cluster.handle_get(&object.name, &options);
    let mut report = DocumentReport::about(Verb::Get, object, Span::default());
    outcome.service()?;
    let done = Applied { outcome: Some(outcome), terminal: String::new() };
    report.take(done, before, Span::default());
    Some(Rc::new(report))
}

/// `kubectl apply -f`. What was `asked` when the same event was answered before is not asked again.
fn apply(plane: &mut ControlPlane, text: &str, asked: &mut Vec<Asked>) -> RequestsReport {
    let parsed = yaml::parse(text);
    let problems = text_problems(parsed.problems);
    let mut known = std::mem::take(asked).into_iter();
    let mut documents = Vec::new();
    for document in parsed.documents {
        let same = known.next().filter(|it| it.answers(&document));
        if same.is_none() {
            // From here on the control plane may be another one.
            known = Vec::new().into_iter();
        }
        let report = Rc::new(apply_document(plane, text, &document, same.as_ref()));
        documents.push(Rc::clone(&report));
        let after = same.map_or_else(|| plane.clone(), |same| same.after);
        asked.push(Asked { document, report, after });
    }
    RequestsReport { problems, documents }
}

/// `kubectl patch`.
fn patch(plane: &mut ControlPlane, service: &str, form: PatchForm, body: &str) -> RequestsReport {
    let parsed = yaml::parse(body);
    let problems = text_problems(parsed.problems);
    let Some(document) = parsed.documents.first().filter(|it| it.complete) else {
        return RequestsReport { problems, documents: Vec::new() };
    };
    let object = ObjectName::read(service);
    let mut report = DocumentReport::about(Verb::Patch, &object, document.span);
    if form == PatchForm::Apply {
        let remark = ours(
            first_of(body, document),
            "Server-side apply is not simulated: apply the manifest, or send another type of patch."
                .to_owned(),
            "服务器端应用（server-side apply）不在模拟范围内：请应用清单，或使用其他类型的补丁。".to_owned(),
        );
        report.refuse(remark);
    } else if object.is_service_cidr() || object.workload().is_some() {
        report.refuse(ours(
            first_of(body, document),
            "Only Services can be patched here: other objects can be applied and deleted."
                .to_owned(),
            "此处只能修补 Service：其他对象可以应用和删除。".to_owned(),
        ));
    } else if let Some(cluster) = report.connect(plane, &object) {
        let before = cluster.read_one(&object.namespace, &object.name);
        let done = kubectl::patch(cluster, &object, form, &document.node);
        if form != PatchForm::Json
            && let Ok(decoded) = decode::service(&document.node, &[], true)
        {
            report.fields = decoded.fields;
        }
        report.take(done, before.as_ref(), first_of(body, document));
        plane.last = Some(object);
    }
    RequestsReport { problems, documents: vec![Rc::new(report)] }
}

/// `kubectl delete`.
fn delete(plane: &mut ControlPlane, object: &str) -> RequestsReport {
    let span = Span::new(0, object.len());
    let object = ObjectName::read(object);
    let mut report = DocumentReport::about(Verb::Delete, &object, span);
    if let Some(kind) = object.workload().filter(|_| plane.runs && !object.name.is_empty()) {
        report.kind = kind.kind().1.to_owned();
        report.is_behind = true;
    } else if let Some(cluster) = report.connect(plane, &object) {
        if object.is_service_cidr() {
            report.kind = SERVICE_CIDR.to_owned();
            report.take(kubectl::delete_service_cidr(cluster, &object.name), None, span);
        } else {
            report.take(kubectl::delete(cluster, &object), None, span);
            plane.last = Some(object);
        }
    }
    RequestsReport { problems: Vec::new(), documents: vec![Rc::new(report)] }
}

/// Problems of a text, as remarks.
fn text_problems(problems: Vec<yaml::Problem>) -> Vec<Diagnostic> {
    let ours = |it: yaml::Problem| ours(it.span, it.text_en, it.text_zh);
    problems.into_iter().map(ours).collect()
}

/// The first letter of a document, to mark what is wrong with it as a whole.
fn first_of(text: &str, document: &Document) -> Span {
    let start = document.node.span.start;
    let first = text.get(start..document.span.end).and_then(|it| it.chars().next());
    Span::new(start, start + first.map_or(0, char::len_utf8))
}

impl DocumentReport {
    fn about(verb: Verb, object: &ObjectName, span: Span) -> Self {
        let (kind, name) = ("Service".to_owned(), object.name.clone());
        Self { verb, span, kind, name, ..Self::default() }
    }

    /// kubectl or the playground stops before anything is sent.
    fn refuse(&mut self, diagnostic: Diagnostic) {
        self.kubectl.clone_from(&diagnostic.detail);
        self.diagnostics.push(diagnostic);
    }

    /// The cluster that a command about `object` goes to, unless it goes nowhere.
    fn connect<'a>(
        &mut self,
        plane: &'a mut ControlPlane,
        object: &ObjectName,
    ) -> Option<&'a mut Cluster> {
        let Some(cluster) = plane.running() else {
            self.kubectl = NOT_RUNNING.to_owned();
            return None;
        };
        if let Some(words) = object.problem(&cluster.env().behavior) {
            let mut problem = Diagnostic::plain(Program::Kubectl, words);
            problem.span = Some(self.span);
            self.refuse(problem);
            return None;
        }
        Some(cluster)
    }

    /// Takes over what was answered, with places in the text; what has none stands at `whole`. `before`
    /// is the Service as it was.
    fn take(&mut self, done: Applied, before: Option<&Rc<Service>>, whole: Span) {
        self.kubectl = done.terminal;
        self.was = before.cloned();
        if let Some(outcome) = done.outcome {
            self.place(Rc::new(outcome), whole);
        }
    }

    /// Takes over an answer of the API server.
    fn place(&mut self, outcome: Rc<Outcome>, whole: Span) {
        if let Err(status) = &outcome.result {
            self.stands.clone_from(&self.was);
            let place = |cause: &Diagnostic| Diagnostic {
                span: nearest_span(&self.fields, &cause.path).or(Some(whole)),
                ..cause.clone()
            };
            if !status.causes.is_empty() {
                let placed: Vec<_> = status.causes.iter().map(place).collect();
                self.diagnostics.extend(placed);
            } else if self.diagnostics.is_empty() {
                let mut problem = Diagnostic::plain(Program::KubeApiserver, status.message.clone());
                problem.span = Some(whole);
                self.diagnostics.push(problem);
            }
        }
        self.diagnostics.extend(outcome.warnings.iter().map(|warning| Diagnostic {
            span: nearest_span(&self.fields, &warning.path).or(warning.span),
            ..warning.clone()
        }));
        self.diagnostics.dedup();
        self.outcome = Some(outcome);
    }
}

/// A ServiceCIDR as a read prints it.
fn service_cidr_json(object: &ServiceCidr) -> Json {
    let ranges: Vec<String> = object.ranges.iter().map(|it| format!("'{it}'")).collect();
    let (ready, (reason, message)) = if object.terminating {
        ("False", TERMINATING)
    } else {
        ("True", ("", "Kubernetes Service CIDR is ready"))
    };
    let text = format!(
        "{{apiVersion: networking.k8s.io/v1, kind: {SERVICE_CIDR}, metadata: {{name: '{}'}}, spec: {{cidrs: \
         [{}]}}, status: {{conditions: [{{message: '{message}', reason: '{reason}', status: '{ready}', type: \
         Ready}}]}}}}",
        object.name,
        ranges.join(", "),
    );
    yaml::parse(&text).documents.pop().map_or(Json::Null, |document| document.node.to_json())
}

/// What is answered to a document, and nothing else of what [`apply_document`] reports of it; `None` if
/// kubectl sends nothing.
pub(crate) fn send(cluster: &mut Cluster, node: &Node) -> Option<Outcome> {
    if kubectl::missing_name(node).is_some() {
        return None;
    }
    match (node.text_of("kind"), node.text_of("apiVersion")) {
        (Some("Service"), Some("v1")) => kubectl::apply(cluster, node).outcome,
        (Some(SERVICE_CIDR), Some("networking.k8s.io/v1")) => {
            let mut report = DocumentReport {
                name: kubectl::name_of(node).to_owned(),
                ..DocumentReport::default()
            };
            apply_service_cidr(cluster, node, node.span, &mut report);
            report.outcome.map(Rc::unwrap_or_clone)
        }
        _ => None,
    }
}

/// `kubectl apply` of one document. The API server has answered `same` before, as a document of the same event
/// that said the same.
pub(crate) fn apply_document(
    plane: &mut ControlPlane,
    text: &str,
    document: &Document,
    same: Option<&Asked>,
) -> DocumentReport {
    let node = &document.node;
    let mut report = DocumentReport {
        span: document.span,
        kind: node.text_of("kind").unwrap_or_default().to_owned(),
        name: kubectl::name_of(node).to_owned(),
        ..DocumentReport::default()
    };
    let first_line = first_of(text, document);
    if !document.complete {
        // kubectl sends nothing of a file that is not YAML; the text's problem says why.
        return report;
    }
    let Some(cluster) = plane.running() else {
        report.kubectl = NOT_RUNNING.to_owned();
        return report;
    };
    let mut trace = Trace::default();
    if let Some(words) = kubectl::missing_kind(node) {
        let mut problem = Diagnostic::plain(Program::Kubectl, words);
        problem.span = Some(first_line);
        trace.reject(&kubectl::DOCUMENT_HAS_NO_KIND, FieldPath::default(), facts![]);
        report.before = trace.into_steps();
        report.refuse(problem);
        return report;
    }
    if Workload::of_document(node).is_some() {
        report.is_behind = true;
        return report;
    }
    let version = node.text_of("apiVersion").unwrap_or_default();
    let is_range = report.kind == SERVICE_CIDR && version == "networking.k8s.io/v1";
    let is_known = is_range || (report.kind == "Service" && version == "v1");
    if let Some(words) = kubectl::missing_name(node).filter(|_| is_known) {
        let path = FieldPath::metadata("name");
        let mut problem = Diagnostic::plain(Program::Kubectl, words);
        problem.span = node.entry("metadata").map(|entry| entry.key_span).or(Some(first_line));
        trace.reject(&kubectl::DOCUMENT_HAS_NO_NAME, path, facts![]);
        report.before = trace.into_steps();
        report.refuse(problem);
        return report;
    }
    if is_range {
        apply_service_cidr(cluster, node, first_line, &mut report);
        return report;
    }
    if !is_known {
        refuse_kind(node, version, first_line, &mut report);
        return report;
    }
    // Read once more for the places of fields; what the server sees is what kubectl sends.
    let decoded = decode::service(node, cluster.env().behavior.unknown_fields, true);
    let object = ObjectName::of_service(kubectl::namespace_of(node), kubectl::name_of(node));
    if object.namespace != "default" {
        let namespace = object.namespace.as_str();
        let path = FieldPath::metadata("namespace");
        trace.note(&kubectl::NAMESPACE_IS_TAKEN_TO_EXIST, path, facts![namespace]);
        report.before = trace.into_steps();
    }
    let before = cluster.read_one(&object.namespace, &object.name);
    match &decoded {
        Ok(decoded) => {
            report.fields.clone_from(&decoded.fields);
            report.diagnostics.extend(decoded.strays.iter().map(stray));
        }
        Err(error) => {
            let mut problem = Diagnostic::plain(Program::KubeApiserver, error.message.clone());
            problem.span = Some(error.span);
            problem.path.clone_from(&error.path);
            report.diagnostics.push(problem);
        }
    }
    if let Some((same, outcome)) = same.and_then(|it| Some((it, it.report.outcome.as_ref()?))) {
        report.kubectl.clone_from(&same.report.kubectl);
        report.was = before;
        report.place(Rc::clone(outcome), first_line);
        *plane = same.after.clone();
    } else {
        report.take(kubectl::apply(cluster, node), before.as_ref(), first_line);
        plane.last = Some(object);
    }
    report
}

/// Refuses a document of a kind that the API server does not have, or that is not simulated.
fn refuse_kind(node: &Node, version: &str, first_line: Span, report: &mut DocumentReport) {
    let span = node.entry("kind").map_or(first_line, |entry| entry.value.span);
    let mut trace = Trace::default();
    let kind = report.kind.as_str();
    if kubectl::is_built_in(kind, version) {
        trace.reject(&kubectl::KIND_IS_NOT_SIMULATED, FieldPath::default(), facts![kind]);
        // A real kubectl would send it.
        report.diagnostics.push(ours(
            span,
            format!(
                "Objects of kind {kind} are not simulated: Services, ServiceCIDRs, Nodes, Pods and \
                 Deployments are."
            ),
            format!(
                "{kind} 类型的对象不在模拟范围内：已模拟的有 Service、ServiceCIDR、Node、Pod 和 Deployment。"
            ),
        ));
    } else {
        let path = FieldPath::default().field("kind");
        trace.reject(&kubectl::KIND_HAS_NO_RESOURCE, path, facts![kind, version]);
        let metadata = node.entry("metadata").map(|entry| &entry.value);
        let namespace = metadata.and_then(|it| it.text_of("namespace")).unwrap_or_default();
        let words = kubectl::no_resource(&report.name, namespace, kind, version);
        let mut problem = Diagnostic::plain(Program::Kubectl, words);
        problem.span = Some(span);
        report.refuse(problem);
    }
    report.before = trace.into_steps();
}

/// A document of kind ServiceCIDR.
fn apply_service_cidr(
    cluster: &mut Cluster,
    node: &Node,
    first_line: Span,
    report: &mut DocumentReport,
) {
    let cidrs = node.entry("spec").and_then(|spec| spec.value.entry("cidrs"));
    let items = match cidrs.map(|cidrs| &cidrs.value.value) {
        Some(yaml::Value::Seq(items)) => items.as_slice(),
        None | Some(yaml::Value::Null) => &[],
        Some(_) => {
            let span = cidrs.map_or(first_line, |cidrs| cidrs.value.span);
            return report.refuse(not_a_list_of_texts(span));
        }
    };
    let mut ranges = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let yaml::Value::String(text) = &item.value else {
            return report.refuse(not_a_list_of_texts(item.span));
        };
        ranges.push(text.clone());
        let path = FieldPath::spec("cidrs").index(i);
        report.fields.push(WrittenField { path, key: item.span, value: item.span });
    }
    if let Some(cidrs) = cidrs {
        let (path, key) = (FieldPath::spec("cidrs"), cidrs.key_span);
        report.fields.push(WrittenField { path, key, value: cidrs.value.span });
    }
    let done = kubectl::apply_service_cidr(cluster, &report.name, &ranges);
    if done.outcome.is_none() {
        let mut problem = Diagnostic::plain(Program::Kubectl, done.terminal.clone());
        problem.span = Some(first_line);
        report.diagnostics.push(problem);
    }
    report.take(done, None, first_line);
}

fn not_a_list_of_texts(span: Span) -> Diagnostic {
    ours(
        span,
        "`spec.cidrs` is a list of one or two ranges.".to_owned(),
        "`spec.cidrs` 是包含一个或两个范围的列表。".to_owned(),
    )
}

/// The kind of the objects that hold Service ranges.
const SERVICE_CIDR: &str = "ServiceCIDR";

/// A field that the Service does not have, or that stands twice, marked at its name.
fn stray(stray: &Stray) -> Diagnostic {
    let mut problem = Diagnostic::plain(Program::KubeApiserver, stray.message.clone());
    problem.span = Some(stray.span);
    problem
}

fn span_of(fields: &[WrittenField], path: &FieldPath) -> Option<Span> {
    fields.iter().find(|field| field.path == *path).map(|field| field.value)
}

/// The span of a field, or of the nearest one around it that was written.
fn nearest_span(fields: &[WrittenField], path: &FieldPath) -> Option<Span> {
    let mut path = path.clone();
    while !path.0.is_empty() {
        let found = fields.iter().find(|field| field.path == path);
        if let Some(field) = found {
            let is_container = fields
                .iter()
                .any(|other| other.path != field.path && other.path.starts_with(&field.path));
            let prefer_key = is_container && field.key.start < field.key.end;
            return Some(if prefer_key { field.key } else { field.value });
        }
        path.0.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{EventReport, Replay, run};
    use crate::release::version::KubeVersion;
    use crate::session::action::{Event, PatchForm, Scenario};
    use crate::session::diff::Change;

    const DUAL: &str = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
    const SINGLE: &str = "--service-cluster-ip-range=10.96.0.0/16";

    fn boot(flags: &str) -> Event {
        Event::Boot { version: KubeVersion::LATEST, flags: flags.into() }
    }

    fn service(name: &str, policy: &str) -> Event {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  ipFamilyPolicy: \
             {policy}\n  ports: [{{port: 80}}]\n"
        );
        Event::Apply(text.into())
    }

    fn patch(service: &str, body: &str) -> Event {
        let form = PatchForm::Merge;
        Event::Patch { service: service.into(), form, body: body.into() }
    }

    fn scenario(events: Vec<Event>) -> Scenario {
        Scenario { seed: 0, events: events.into() }
    }

    /// The lines of the terminal of the last event.
    fn terminal(events: Vec<Event>) -> String {
        match run(&scenario(events)).events.pop() {
            Some(EventReport::Requests(requests)) => {
                requests.documents.iter().map(|it| it.kubectl.as_str()).collect()
            }
            _ => String::new(),
        }
    }

    #[test]
    fn typing_anywhere_reports_what_a_replay_from_the_start_reports() {
        let mut events = vec![boot(DUAL)];
        events.extend((0..70).map(|at| service(&format!("s{}", at % 30), "PreferDualStack")));
        events.insert(40, boot(SINGLE));
        events.insert(60, Event::Delete("s3".into()));
        let mut replay = Replay::default();
        let edits = [
            (71, service("new", "SingleStack")),
            (71, service("new", "RequireDualStack")),
            (30, service("other", "SingleStack")),
            (30, service("another", "SingleStack")),
            (40, boot("--service-cluster-ip-range=oops")),
            (40, boot(DUAL)),
            (0, boot(SINGLE)),
            (72, patch("s1", "spec: {type: NodePort}")),
        ];
        for (at, event) in edits {
            events[at] = event;
            let scenario = scenario(events.clone());
            for shown in [at, 0, 55, 72, 71, at] {
                let anew = Replay::default().run(&scenario, shown);
                assert_eq!(replay.run(&scenario, shown), anew, "{at} edited, {shown} shown");
            }
        }
        // Events come and go at the end, too.
        for length in [50, 73, 1, 72] {
            let scenario = scenario(events[..length].to_vec());
            assert_eq!(replay.run(&scenario, 60), Replay::default().run(&scenario, 60), "{length}");
        }
    }

    #[test]
    fn typing_into_a_document_reports_what_a_replay_from_the_start_reports() {
        let (pod, cidr) = (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
            "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: more}\nspec: {cidrs: [10.97.0.0/28]}\n",
        );
        let web = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  # two\n  \
                   ipFamilyPolicy: PreferDualStack\n  ports: [{port: 80}]\n";
        let stray = "apiVersion: v1\nkind: Service\nmetadata: {name: two}\nspec: {clusterIp: None, ports: [{port: 1}]}\n";
        let text = |documents: &[&str]| Event::Apply(documents.join("---\n").into());
        let again = web.replace("two", "three");
        let taken = web
            .replace("name: web", "name: other")
            .replace("spec:", "spec:\n  clusterIP: 10.96.0.1");
        let port = web.replace("80", "8080");
        let broken = format!("{web}]\n");
        let texts = [
            text(&[pod, web, cidr, &taken, stray]),
            text(&[pod, &again, cidr, &taken, stray]),
            text(&["# said before\n", pod, &again, cidr, &taken, stray, web]),
            text(&[pod, &port, cidr, &taken, stray, web]),
            text(&[pod, &port, cidr, "kind: [\n", web]),
            text(&[pod, &port, cidr, "kind: []\n", web]),
            text(&[&port, cidr, &taken, web, web]),
            text(&[&port, &broken]),
            text(&[&port, web, &taken]),
            text(&[&port, web, &again]),
            text(&[&broken]),
            text(&[&port]),
            Event::Apply("".into()),
            text(&[web, web, pod]),
        ];
        let versions = [KubeVersion::LATEST, "1.24".parse().expect("it is simulated")];
        for version in versions {
            let mut replay = Replay::default();
            let mut events = vec![boot(DUAL), service("web", "SingleStack"), texts[0].clone()];
            events[0] = Event::Boot { version, flags: DUAL.into() };
            for event in texts.iter().chain(texts.iter().rev()) {
                events[2] = event.clone();
                let scenario = scenario(events.clone());
                let anew = Replay::default().run(&scenario, 2);
                assert_eq!(replay.run(&scenario, 2), anew, "{event:?}");
            }
            // What stands before it decides as well.
            events[1] = service("other", "SingleStack");
            let scenario = scenario(events);
            assert_eq!(replay.run(&scenario, 2), Replay::default().run(&scenario, 2));
            assert_eq!(replay.run(&scenario, 1), Replay::default().run(&scenario, 1));
        }
    }

    #[test]
    fn kubectl_says_what_became_of_a_patch_and_a_delete() {
        let start = || vec![boot(DUAL), service("web", "SingleStack")];
        let after = |event: Event| terminal([start(), vec![event]].concat());
        assert_eq!(
            after(patch("svc/web", "spec: {ipFamilyPolicy: PreferDualStack}")),
            "service/web patched"
        );
        assert_eq!(
            after(patch("web", "spec: {type: ClusterIP}")),
            "service/web patched (no change)"
        );
        assert_eq!(
            after(patch("nobody", "{}")),
            "Error from server (NotFound): services \"nobody\" not found"
        );
        assert_eq!(
            after(Event::Delete("service/web -n default".into())),
            "service \"web\" deleted from default namespace"
        );
        assert_eq!(
            after(Event::Delete("secret/web".into())),
            "error: the server doesn't have a resource type \"secret\""
        );
        assert_eq!(
            after(Event::Delete(" ".into())),
            "error: resource(s) were provided, but no name was specified"
        );
    }

    #[test]
    fn kubectl_knows_the_kinds_of_the_api_server() {
        let apply = |text: &str| terminal(vec![boot(DUAL), Event::Apply(text.into())]);
        assert_eq!(
            apply("{apiVersion: v1, kind: Servce, metadata: {name: web, namespace: b}}"),
            "error: resource mapping not found for name: \"web\" namespace: \"b\" from \"service.yaml\": no \
             matches for kind \"Servce\" in version \"v1\"\nensure CRDs are installed first"
        );
        let of_other_version = apply("{apiVersion: apps/v1, kind: Service, metadata: {name: web}}");
        assert!(
            of_other_version.contains("no matches for kind \"Service\" in version \"apps/v1\"")
        );
        // What is not simulated would be sent: of this kubectl says nothing here.
        assert_eq!(apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}"), "");
        assert_eq!(apply("{apiVersion: storage.k8s.io/v1, kind: StorageClass}"), "");
    }

    #[test]
    fn kubectl_applies_nothing_that_has_no_name() {
        let apply = |text: &str| terminal(vec![boot(DUAL), Event::Apply(text.into())]);
        assert_eq!(
            apply("{apiVersion: v1, kind: Service, metadata: {namespace: b}, spec: {}}"),
            "error: error when retrieving current configuration of:\nResource: \"/v1, \
             Resource=services\", GroupVersionKind: \"/v1, Kind=Service\"\nName: \"\", Namespace: \
             \"b\"\nfrom server for: \"service.yaml\": resource name may not be empty"
        );
        assert_eq!(
            apply("{apiVersion: v1, kind: Service, metadata: {generateName: web-}, spec: {}}"),
            "error: from web-: cannot use generate name with apply"
        );
    }

    #[test]
    fn what_is_behind_the_service_is_left_to_its_own_replay() {
        let apply = |kind: &str| {
            Event::Apply(format!("{{apiVersion: v1, kind: {kind}, metadata: {{name: a}}}}").into())
        };
        for event in [apply("Pod"), apply("Node"), Event::Delete("pod/a".into())] {
            let report = run(&scenario(vec![boot(DUAL), event.clone()]));
            let Some(EventReport::Requests(requests)) = report.events.last() else {
                panic!("{event:?} sends requests");
            };
            let [document] = requests.documents.as_slice() else { panic!("{event:?} is one") };
            assert!(document.is_behind && document.is_accepted(), "{event:?}");
            assert_eq!(document.kubectl, "", "{event:?}");
        }
        let refused = terminal(vec![boot(DUAL), apply("Pod"), patch("pod/a", "{}")]);
        assert!(refused.starts_with("Only Services can be patched here"), "{refused}");
    }

    #[test]
    fn a_service_cidr_is_applied_held_and_gone() {
        let cidr = |ranges: &str| {
            let text = format!(
                "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {{name: two}}\nspec: \
                 {{cidrs: [{ranges}]}}\n"
            );
            Event::Apply(text.into())
        };
        let held = Event::Apply(
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.2.0.5, ports: \
             [{port: 80}]}}"
                .into(),
        );
        let mut events = vec![boot(DUAL)];
        let mut then = |event: Event| {
            events.push(event);
            let report = run(&scenario(events.clone()));
            let names = report.after.service_cidrs.iter().map(|it| it.name.clone());
            (terminal(events.clone()), names.collect::<Vec<_>>().join(" "))
        };
        let (created, unchanged) = ("servicecidr.networking.k8s.io/two created", "two unchanged");
        assert_eq!(then(cidr("10.2.0.0/24")), (created.to_owned(), "kubernetes two".to_owned()));
        assert!(then(cidr("10.2.0.0/24")).0.ends_with(unchanged));
        assert_eq!(
            then(cidr("10.3.0.0/24")).0,
            "The ServiceCIDR \"two\" is invalid: spec.cidrs[0]: Invalid value: \"10.3.0.0/24\": field is \
             immutable"
        );
        assert!(then(cidr("10.2.0.0/24, fd00:2::/112")).0.ends_with("two configured"));
        assert_eq!(then(held).0, "service/web created");
        let deleted = "servicecidr.networking.k8s.io \"two\" deleted";
        assert_eq!(
            then(Event::Delete("servicecidr/two".into())),
            (deleted.to_owned(), "kubernetes two".to_owned())
        );
        assert_eq!(then(Event::Delete("web".into())).1, "kubernetes");
        assert!(then(Event::Delete("servicecidr/two".into())).0.contains("not found"));
        assert!(then(cidr("1, 2")).0.starts_with("`spec.cidrs` is a list"));
    }

    #[test]
    fn releases_without_the_api_know_no_service_cidrs() {
        let version = KubeVersion::minor(30).expect("a simulated release");
        let start = Event::Boot { version, flags: SINGLE.into() };
        let apply = "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: a}}";
        assert!(terminal(vec![start.clone(), Event::Apply(apply.into())]).starts_with(
            "error: resource mapping not found for name: \"a\" namespace: \"\" from \"service.yaml\":"
        ));
        assert_eq!(
            terminal(vec![start, Event::Delete("servicecidr/a".into())]),
            "error: the server doesn't have a resource type \"servicecidr\""
        );
    }

    #[test]
    fn what_is_wrong_as_a_whole_is_marked_at_its_first_letter() {
        for (text, end) in [("双", "双".len()), ("a: b", 1)] {
            let report = run(&scenario(vec![boot(DUAL), Event::Apply(text.into())]));
            let Some(EventReport::Requests(requests)) = report.events.last() else { panic!() };
            let span = requests.documents[0].diagnostics[0].span.expect("it is marked");
            assert_eq!((span.start, span.end), (0, end), "{text}");
        }
    }

    #[test]
    fn a_patch_cannot_rename_a_service() {
        let rename = patch("web", "metadata: {name: other}");
        assert_eq!(
            terminal(vec![boot(DUAL), service("web", "SingleStack"), rename]),
            "Error from server (BadRequest): the name of the object (other) does not match the name on the \
             URL (web)"
        );
    }

    #[test]
    fn kubectl_names_the_object_as_the_answer_does() {
        let printed = terminal(vec![boot(DUAL), service("'a is invalid: b'", "SingleStack")]);
        assert!(printed.starts_with("The Service \"a is invalid: b\" is invalid: "), "{printed}");
    }

    #[test]
    fn server_side_apply_is_said_to_be_missing() {
        let ssa = Event::Patch { service: "web".into(), form: PatchForm::Apply, body: "{}".into() };
        assert!(terminal(vec![boot(DUAL), ssa]).starts_with("Server-side apply is not simulated"));
    }

    #[test]
    fn what_is_stored_outlives_a_start_that_failed() {
        let bad = boot("--service-cluster-ip-range=oops");
        let events = vec![boot(DUAL), service("web", "PreferDualStack"), bad, boot(DUAL)];
        for shown in [2, 3] {
            let report = Replay::default().run(&scenario(events.clone()), shown);
            assert!(report.after.services.iter().all(|it| it.change == Change::Kept));
            assert_eq!(report.after.services.len(), 2);
        }
    }

    #[test]
    fn a_restart_keeps_services_and_the_repair_loop_reports_what_fits_no_more() {
        let of = |version: u8, flags: &str| {
            let version = KubeVersion::minor(version).expect("a simulated release");
            let start = Event::Boot { version, flags: DUAL.into() };
            let again = Event::Boot { version, flags: flags.into() };
            let report = run(&scenario(vec![start, service("web", "PreferDualStack"), again]));
            assert!(report.after.services.iter().all(|it| it.change == Change::Kept));
            let Some(EventReport::Boot(boot)) = report.events.last() else { panic!("a start") };
            assert!(boot.read.is_some());
            Rc::clone(boot)
        };
        let reasons = |version, flags| -> Vec<String> {
            let boot = of(version, flags);
            boot.repairs.iter().map(|it| format!("{} {}", it.reason, it.message)).collect()
        };
        let lost = reasons(30, SINGLE);
        assert_eq!(lost.len(), 1);
        assert!(lost[0].starts_with("ClusterIPNotValid Cluster IP fd00:10:96::"), "{lost:?}");
        assert!(lost[0].ends_with("(IPv6) is of ip family that is no longer configured on cluster; please recreate service"));
        let moved = reasons(30, "--service-cluster-ip-range=10.97.0.0/16,fd00:10:96::/112");
        assert_eq!(moved.len(), 2);
        assert_eq!(
            moved[0],
            "ClusterIPOutOfRange Cluster IP [IPv4]:10.96.0.1 is not within the service CIDR \
             10.97.0.0/16; please recreate service"
        );
        // From 1.33 on the ServiceCIDR objects keep the old ranges.
        assert!(reasons(36, SINGLE).is_empty());
    }
}
