//! From an event to its answer: what kubectl sends, what the API server says, what the controllers make of it.

use std::rc::Rc;

use super::report::{DocumentReport, EventReport, RequestsReport, Verb};
use super::start::start;
use crate::api::field_path::FieldPath;
use crate::api::status::Status;
use crate::apiserver::requests::{Answer, ApiServer, Outcome, key};
use crate::apiserver::service_cidr;
use crate::cluster::apply::Refused;
use crate::cluster::{Cluster, Object, World};
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::trace::Trace;
use crate::facts;
use crate::kubectl::{self, Applied, ApplyVerb, NOT_RUNNING, ObjectName, Workload};
use crate::session::action::{Action, PatchForm};
use crate::source::decode::{self, Stray, WrittenField};
use crate::source::pasted;
use crate::source::span::Span;
use crate::source::yaml::{self, Document, Node};

/// A document that was applied: it is not asked again while it and those before it say the same, wherever they
/// stand by now.
pub(crate) struct Asked {
    document: Document,
    /// Before the controllers settled.
    report: DocumentReport,
    /// The cluster behind it.
    after: Cluster,
}

impl Asked {
    /// Whether what was answered holds for a document, of the same cluster. (No place in the text is part
    /// of an answer: it could only be that of a warning of an unknown field, and kubectl asks for strictness.)
    fn answers(&self, document: &Document) -> bool {
        self.document.complete == document.complete && self.document.node.says_what(&document.node)
    }
}

/// Answers an event; in full where `asked` is given: what was asked when the same event was answered before.
/// `known` is what the event makes of the world, where that has been computed already.
pub(crate) fn handle(
    cluster: &mut Cluster,
    action: &Action,
    asked: Option<&mut Vec<Asked>>,
    known: Option<&Rc<World>>,
) -> EventReport {
    let is_full = asked.is_some();
    let report = match action {
        Action::Boot { version, flags } => {
            return EventReport::Boot(Rc::new(start(cluster, *version, flags, known)));
        }
        Action::Apply(text) => apply(cluster, text, asked, known),
        Action::Patch { service, form, body } => patch(cluster, service, *form, body),
        Action::Delete(object) => delete(cluster, object, is_full, known),
    };
    let report = EventReport::Requests(Rc::new(report));
    if is_full { report } else { report.slim() }
}

/// `kubectl apply -f`.
fn apply(
    cluster: &mut Cluster,
    text: &str,
    mut asked: Option<&mut Vec<Asked>>,
    known: Option<&Rc<World>>,
) -> RequestsReport {
    let parsed = yaml::parse(text);
    let syntax = text_problems(parsed.problems);
    let first = cluster.world.next_number();
    let mut before = asked.as_mut().map(|it| std::mem::take(*it)).unwrap_or_default().into_iter();
    let mut documents = Vec::new();
    for document in parsed.documents {
        let same = before.next().filter(|it| it.answers(&document));
        if same.is_none() {
            // From here on the cluster may be another one.
            before = Vec::new().into_iter();
        }
        let mut report = apply_document(cluster, text, &document, same.as_ref());
        report.is_update = report.was.is_some();
        if let Some(asked) = &mut asked {
            let after = same.map_or_else(|| cluster.clone(), |same| same.after);
            asked.push(Asked { document, report: report.clone(), after });
        }
        documents.push(report);
    }
    let is_about_workloads = |it: &DocumentReport| it.is_accepted() && it.workload.is_some();
    if documents.iter().any(is_about_workloads) {
        cluster.settle(first, known);
    }
    if asked.is_some() {
        documents.iter_mut().for_each(|report| report.settle(cluster));
    }
    let mut problems = pasted_into(text, &syntax, &documents);
    problems.extend(syntax);
    RequestsReport { problems, documents: documents.into_iter().map(Rc::new).collect() }
}

/// What was pasted into a text, where that may be why it fails: what is read as it was meant has no remark.
fn pasted_into(text: &str, syntax: &[Diagnostic], documents: &[DocumentReport]) -> Vec<Diagnostic> {
    let fails = |it: &DocumentReport| match &it.outcome {
        Some(outcome) => outcome.result.is_err(),
        None => !syntax.is_empty() || it.diagnostics.iter().any(|it| it.says == Program::Kubectl),
    };
    if syntax.is_empty() && !documents.iter().any(fails) {
        return Vec::new();
    }
    let is_fine = |at: usize| documents.iter().any(|it| !fails(it) && it.span.touches(at));
    let lines: Vec<usize> = syntax.iter().filter_map(|it| Some(line_of(text, it.span?))).collect();
    pasted::in_manifest(text)
        .into_iter()
        .filter(|it| !is_fine(it.span.start))
        // The syntax error at a tab says so itself.
        .filter(|it| it.kind != pasted::Kind::Tab || !lines.contains(&line_of(text, it.span)))
        .map(|it| it.remark(text))
        .collect()
}

/// How many lines stand before a place.
fn line_of(text: &str, span: Span) -> usize {
    text.get(..span.start).unwrap_or(text).matches('\n').count()
}

/// `kubectl patch`.
fn patch(cluster: &mut Cluster, service: &str, form: PatchForm, body: &str) -> RequestsReport {
    let parsed = yaml::parse(body);
    let problems = text_problems(parsed.problems);
    let Some(document) = parsed.documents.first().filter(|it| it.complete) else {
        return RequestsReport { problems, documents: Vec::new() };
    };
    let object = ObjectName::read(service);
    let mut report = DocumentReport::about(Verb::Patch, &object, document.span);
    if form == PatchForm::Apply {
        let remark = Diagnostic::remark(
            first_of(body, document),
            "Server-side apply is not simulated: apply the manifest, or send another type of patch."
                .to_owned(),
            "服务器端应用（server-side apply）不在模拟范围内：请应用清单，或使用其他类型的补丁。".to_owned(),
        );
        report.refuse(remark);
    } else if object.is_service_cidr() || object.workload().is_some() {
        report.refuse(Diagnostic::remark(
            first_of(body, document),
            "Only Services can be patched here: other objects can be applied and deleted."
                .to_owned(),
            "此处只能修补 Service：其他对象可以应用和删除。".to_owned(),
        ));
    } else if report.connect(cluster, &object)
        && let Some(server) = cluster.running()
    {
        report.was = server.read_one(&object.namespace, &object.name).map(Object::Service);
        let done = kubectl::patch(server, &object, form, &document.node);
        if form != PatchForm::Json
            && let Ok(decoded) = decode::service(&document.node, &[], true)
        {
            report.fields = decoded.fields;
        }
        report.take(done, first_of(body, document));
        cluster.remember(object);
    }
    RequestsReport { problems, documents: vec![Rc::new(report)] }
}

/// `kubectl delete`.
fn delete(
    cluster: &mut Cluster,
    object: &str,
    is_full: bool,
    known: Option<&Rc<World>>,
) -> RequestsReport {
    let span = Span::new(0, object.len());
    let object = ObjectName::read(object);
    let mut report = DocumentReport::about(Verb::Delete, &object, span);
    let first = cluster.world.next_number();
    if report.connect(cluster, &object)
        && let Some(done) = delete_object(cluster, &object, &mut report)
    {
        report.take(done, span);
        if report.workload.is_some() && report.is_accepted() {
            cluster.settle(first, known);
            if is_full {
                report.settle(cluster);
            }
        }
        if !object.is_service_cidr() {
            cluster.remember(object);
        }
    }
    RequestsReport { problems: Vec::new(), documents: vec![Rc::new(report)] }
}

fn delete_object(
    cluster: &mut Cluster,
    object: &ObjectName,
    report: &mut DocumentReport,
) -> Option<Applied> {
    let server = cluster.running()?;
    if object.is_service_cidr() {
        report.kind = service_cidr::KIND.to_owned();
        return Some(kubectl::delete_service_cidr(server, &object.name));
    }
    let Some(kind) = object.workload() else { return Some(kubectl::delete(server, object)) };
    let behavior = server.env().behavior.clone();
    let key = object.key();
    let mut trace = Trace::of_request();
    let result = cluster.world.delete(kind, &key, &mut trace);
    let terminal = kind.deleted(&behavior, &key, &result);
    report.workload = Some((kind, key));
    let result = result.map(|()| Answer::Workload { created: false, changed: true });
    Some(Applied { outcome: Some(outcome(result, trace)), terminal })
}

fn outcome(result: Result<Answer, Status>, trace: Trace) -> Outcome {
    Outcome { result, warnings: Vec::new(), trace: trace.into_steps() }
}

/// Problems of a text, as remarks.
fn text_problems(problems: Vec<yaml::Problem>) -> Vec<Diagnostic> {
    let remark = |it: yaml::Problem| Diagnostic::remark(it.span, it.text_en, it.text_zh);
    problems.into_iter().map(remark).collect()
}

/// The first letter of a document, to mark what is wrong with it as a whole.
fn first_of(text: &str, document: &Document) -> Span {
    let start = document.node.span.start;
    let first = text.get(start..document.span.end).and_then(|it| it.chars().next());
    Span::new(start, start + first.map_or(0, char::len_utf8))
}

impl DocumentReport {
    /// A report about an object that is named, not applied.
    pub(super) fn about(verb: Verb, object: &ObjectName, span: Span) -> Self {
        let kind = object.workload().map_or("Service", |kind| kind.kind().1).to_owned();
        let (name, object) = (object.name.clone(), Some(object.clone()));
        Self { verb, span, kind, name, object, ..Self::default() }
    }

    /// kubectl or the playground stops before anything is sent.
    fn refuse(&mut self, diagnostic: Diagnostic) {
        self.kubectl.clone_from(&diagnostic.detail);
        self.diagnostics.push(diagnostic);
    }

    /// Whether a command about `object` goes to the API server.
    fn connect(&mut self, cluster: &mut Cluster, object: &ObjectName) -> bool {
        let Some(server) = cluster.running() else {
            self.kubectl = NOT_RUNNING.to_owned();
            return false;
        };
        if let Some(words) = object.problem(&server.env().behavior) {
            let mut problem = Diagnostic::plain(Program::Kubectl, words);
            problem.span = Some(self.span);
            self.refuse(problem);
            return false;
        }
        true
    }

    /// Takes over what was answered, with places in the text; what has none stands at `whole`.
    pub(super) fn take(&mut self, done: Applied, whole: Span) {
        self.kubectl = done.terminal;
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

    /// Adds what the controllers, the scheduler and the kubelets made of a Node, a Pod or a Deployment.
    pub(super) fn settle(&mut self, cluster: &Cluster) {
        let (Some((kind, key)), Some(outcome)) = (&self.workload, &mut self.outcome) else {
            return;
        };
        if outcome.result.is_ok() {
            self.settled = cluster.world.stored(*kind, key).map(Object::printed);
            Rc::make_mut(outcome).trace.extend(cluster.world.explain(*kind, key));
        }
    }
}

impl EventReport {
    /// So much of it as a list of events shows.
    pub(super) fn slim(self) -> Self {
        let Self::Requests(mut report) = self else { return self };
        let is_full = |it: &Rc<DocumentReport>| {
            !it.fields.is_empty()
                || !it.before.is_empty()
                || it.settled.is_some()
                || it.stands.is_some()
                || it.was.is_some()
                || it.outcome.as_ref().is_some_and(|outcome| !outcome.trace.is_empty())
        };
        if report.documents.iter().any(is_full) {
            for document in &mut Rc::make_mut(&mut report).documents {
                let document = Rc::make_mut(document);
                document.fields = Vec::new();
                document.before = Vec::new();
                document.settled = None;
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

/// What is answered to a document, and nothing else of what [`apply_document`] reports of it; `None` if
/// kubectl sends nothing.
pub(crate) fn send(server: &mut ApiServer, node: &Node) -> Option<Outcome> {
    if kubectl::missing_name(node).is_some() {
        return None;
    }
    match (node.text_of("kind"), node.text_of("apiVersion")) {
        (Some("Service"), Some("v1")) => kubectl::apply(server, node).outcome,
        (Some(service_cidr::KIND), Some("networking.k8s.io/v1")) => {
            let mut report = DocumentReport {
                name: kubectl::name_of(node).to_owned(),
                ..DocumentReport::default()
            };
            apply_service_cidr(server, node, node.span, &mut report);
            report.outcome.map(Rc::unwrap_or_clone)
        }
        _ => None,
    }
}

/// `kubectl apply` of one document. The API server has answered `same` before, as a document of the same event
/// that said the same. What the controllers do of it they do after the last document.
pub(crate) fn apply_document(
    cluster: &mut Cluster,
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
    let Some(server) = cluster.running() else {
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
    let version = node.text_of("apiVersion").unwrap_or_default();
    let workload = Workload::of_document(node);
    let is_range = report.kind == service_cidr::KIND && version == "networking.k8s.io/v1";
    let is_service = report.kind == "Service" && version == "v1";
    if !is_range && !is_service && workload.is_none() {
        refuse_kind(node, version, first_line, &mut report);
        return report;
    }
    if let Some(words) = kubectl::missing_name(node) {
        let path = FieldPath::metadata("name");
        let mut problem = Diagnostic::plain(Program::Kubectl, words);
        problem.span = node.entry("metadata").map(|entry| entry.key_span).or(Some(first_line));
        trace.reject(&kubectl::DOCUMENT_HAS_NO_NAME, path, facts![]);
        report.before = trace.into_steps();
        report.refuse(problem);
        return report;
    }
    let (kind, namespace) = (report.kind.to_ascii_lowercase(), kubectl::namespace_of(node));
    report.object = Some(ObjectName::of(&kind, namespace, &report.name));
    if is_range {
        let known = server.service_cidrs().iter().find(|it| it.name == report.name);
        report.was = known.map(|it| Object::printed(service_cidr::to_json(it)));
        apply_service_cidr(server, node, first_line, &mut report);
        return report;
    }
    let resource = workload.map_or("service", Workload::resource);
    let object = ObjectName::of(resource, kubectl::namespace_of(node), kubectl::name_of(node));
    if object.namespace != "default" && workload.is_none_or(Workload::is_namespaced) {
        let namespace = object.namespace.as_str();
        let path = FieldPath::metadata("namespace");
        trace.note(&kubectl::NAMESPACE_IS_TAKEN_TO_EXIST, path, facts![namespace]);
        report.before = trace.into_steps();
    }
    if workload.is_some() {
        report.fields = decode::written(node);
    } else {
        read_service(server, node, &mut report);
    }
    report.was = cluster.object(&object);
    report.workload = workload.map(|kind| (kind, object.key()));
    if let Some((same, outcome)) = same.and_then(|it| Some((it, it.report.outcome.as_ref()?))) {
        report.kubectl.clone_from(&same.report.kubectl);
        report.place(Rc::clone(outcome), first_line);
        *cluster = same.after.clone();
        return report;
    }
    match workload {
        Some(kind) => apply_workload(cluster, kind, node, first_line, &mut report),
        None => {
            if let Some(server) = cluster.running() {
                report.take(kubectl::apply(server, node), first_line);
            }
        }
    }
    cluster.remember(object);
    report
}

/// Reads a Service for the places of its fields; what the server sees is what kubectl sends.
fn read_service(server: &ApiServer, node: &Node, report: &mut DocumentReport) {
    match decode::service(node, server.env().behavior.unknown_fields, true) {
        Ok(decoded) => {
            report.fields = decoded.fields;
            report.diagnostics.extend(decoded.strays.iter().map(stray));
        }
        Err(error) => {
            let mut problem = Diagnostic::plain(Program::KubeApiserver, error.message.clone());
            problem.span = Some(error.span);
            problem.path.clone_from(&error.path);
            report.diagnostics.push(problem);
        }
    }
}

/// A document of a Node, a Pod or a Deployment.
fn apply_workload(
    cluster: &mut Cluster,
    kind: Workload,
    node: &Node,
    first_line: Span,
    report: &mut DocumentReport,
) {
    let Some(server) = cluster.running() else { return };
    let behavior = server.env().behavior.clone();
    let key = key(kubectl::namespace_of(node), kubectl::name_of(node));
    let mut trace = Trace::of_request();
    let done = match cluster.world.apply(kind, &key, node, &behavior, &mut trace) {
        Ok(verb) => {
            let created = verb == ApplyVerb::Created;
            let answer = Answer::Workload { created, changed: verb != ApplyVerb::Unchanged };
            let terminal = kind.applied(&key.1, verb);
            Applied { outcome: Some(outcome(Ok(answer), trace)), terminal }
        }
        Err(Refused::Status(status)) => {
            let terminal = Workload::refused(&status);
            Applied { outcome: Some(outcome(Err(status), trace)), terminal }
        }
        Err(Refused::Ours(en, zh)) => {
            report.refuse(Diagnostic::remark(first_line, en, zh.to_owned()));
            return;
        }
    };
    report.take(done, first_line);
}

/// Refuses a document of a kind that the API server does not have, or that is not simulated.
fn refuse_kind(node: &Node, version: &str, first_line: Span, report: &mut DocumentReport) {
    let span = node.entry("kind").map_or(first_line, |entry| entry.value.span);
    let mut trace = Trace::default();
    let kind = report.kind.as_str();
    if kubectl::is_built_in(kind, version) {
        trace.reject(&kubectl::KIND_IS_NOT_SIMULATED, FieldPath::default(), facts![kind]);
        report.is_left_out = true;
        // A real kubectl would send it.
        report.diagnostics.push(Diagnostic::remark(
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
    server: &mut ApiServer,
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
    let done = kubectl::apply_service_cidr(server, &report.name, &ranges);
    if done.outcome.is_none() {
        let mut problem = Diagnostic::plain(Program::Kubectl, done.terminal.clone());
        problem.span = Some(first_line);
        report.diagnostics.push(problem);
    }
    report.take(done, first_line);
}

fn not_a_list_of_texts(span: Span) -> Diagnostic {
    Diagnostic::remark(
        span,
        "`spec.cidrs` is a list of one or two ranges.".to_owned(),
        "`spec.cidrs` 是包含一个或两个范围的列表。".to_owned(),
    )
}

/// A field that the Service does not have, or that stands twice, marked at its name.
fn stray(stray: &Stray) -> Diagnostic {
    let mut problem = Diagnostic::plain(Program::KubeApiserver, stray.message.clone());
    problem.span = Some(stray.span);
    problem
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
