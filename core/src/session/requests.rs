//! From an event to its answer: what kubectl sends, what the API server says, what the controllers make of it.

use std::rc::Rc;

use super::existing;
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
use crate::kubectl::documents::{self, Document, Fate};
use crate::kubectl::kinds;
use crate::kubectl::{
    self, Applied, ApplyVerb, Command, FILE, Failure, FileCommand, Manifest, NOT_RUNNING,
    ObjectName, Sent, Workload,
};
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;
use crate::session::action::{Action, PatchForm};
use crate::source::decode::{self, Stray, WrittenField};
use crate::source::pasted;
use crate::source::span::Span;
use crate::source::yaml::{self, Node};

/// A document that was sent: it is not asked again while it and those before it say the same, wherever they
/// stand by now.
pub(crate) struct Asked {
    document: Document,
    command: FileCommand,
    /// Before the controllers settled.
    done: Done,
    /// The cluster behind it.
    after: Cluster,
}

impl Asked {
    /// Whether what was answered holds for a document, of the same cluster. (No place in the text is part
    /// of an answer.)
    fn answers(&self, command: FileCommand, document: &Document) -> bool {
        self.command == command && self.document.says_what(document)
    }
}

/// What was done with a document.
#[derive(Clone)]
pub(crate) struct Done {
    pub(crate) report: DocumentReport,
    sent: Sent,
    /// Whether what went wrong went wrong before anything was to be sent.
    is_unmapped: bool,
    /// Whether kubectl stops here, and sends nothing that stands behind.
    ends: bool,
}

/// Answers an event; in full where `asked` is given: what was asked when the same event was answered before.
/// `known` is what the event makes of the world, where that has been computed already.
pub(crate) fn handle(
    cluster: &mut Cluster,
    action: &Action,
    file: &str,
    asked: Option<&mut Vec<Asked>>,
    known: Option<&Rc<World>>,
) -> EventReport {
    let is_full = asked.is_some();
    let report = match action {
        Action::Boot { version, flags } => {
            return EventReport::Boot(Rc::new(start(cluster, *version, flags, known)));
        }
        Action::Apply(text)
        | Action::Create(text)
        | Action::Replace(text)
        | Action::DeleteFile(text)
        | Action::Existing(text) => {
            let command = action.file().map_or_else(FileCommand::default, |(command, _)| command);
            file_command(cluster, command, (text, file), asked, known)
        }
        Action::Patch { service, form, body } => patch(cluster, service, *form, body),
        Action::Delete(object) => delete(cluster, object, is_full, known),
    };
    let report = EventReport::Requests(Rc::new(report));
    if is_full { report } else { report.slim() }
}

/// A command about the objects of a file.
fn file_command(
    cluster: &mut Cluster,
    command: FileCommand,
    (text, file): (&str, &str),
    mut asked: Option<&mut Vec<Asked>>,
    known: Option<&Rc<World>>,
) -> RequestsReport {
    let read = documents::read(text, file, command.validates());
    let syntax = text_problems(read.problems);
    let first = cluster.world.next_number();
    let alone = cluster.running().is_none().then(|| {
        let version = cluster.world.control.as_ref().map(|control| control.version);
        let behavior = Behavior::of(version.unwrap_or_default());
        kubectl::unreachable(command, &behavior, file, &read.documents)
    });
    let mut before = asked.as_mut().map(|it| std::mem::take(*it)).unwrap_or_default().into_iter();
    let mut run = Run::default();
    let mut reports = Vec::new();
    let mut is_list_known = true;
    let mut has_ended = false;
    // A list is validated with its objects.
    let validates = |server: &mut ApiServer| !server.env().behavior.warns_of_unknown_fields;
    let is_asked = command.is_sent() && cluster.running().is_some_and(validates);
    let all = if is_asked { read.documents.clone() } else { Vec::new() };
    for (at, mut document) in read.documents.into_iter().enumerate() {
        let items = all.get(at + 1..).unwrap_or_default();
        let count = items.iter().take_while(|it| it.is_item).count();
        if has_ended {
            document.fate = Fate::Behind;
        }
        let same = before.next().filter(|it| it.answers(command, &document));
        if same.is_none() {
            // From here on the cluster may be another one.
            before = Vec::new().into_iter();
        }
        if document.is_item && !is_list_known {
            continue;
        }
        let done =
            send_one(cluster, command, (text, file), (&document, &items[..count]), same.as_ref());
        is_list_known = document.fate != Fate::List || done.sent.failure.is_none();
        has_ended |= done.ends;
        run.add(&document, &done);
        if document.fate != Fate::List || !is_list_known {
            reports.push(done.report.clone());
        }
        if let Some(asked) = &mut asked {
            let after = same.map_or_else(|| cluster.clone(), |same| same.after);
            asked.push(Asked { document, command, done, after });
        }
    }
    let is_about_workloads = |it: &DocumentReport| it.is_accepted() && it.workload.is_some();
    if reports.iter().any(is_about_workloads) {
        cluster.settle(first, known);
    }
    if asked.is_some() {
        reports.iter_mut().for_each(|report| report.settle(cluster));
    }
    let command = alone.unwrap_or_else(|| run.end(command));
    let mut problems = pasted_into(text, &syntax, &reports);
    problems.extend(syntax);
    RequestsReport { problems, documents: reports.into_iter().map(Rc::new).collect(), command }
}

/// A command as it goes on.
#[derive(Default)]
struct Run {
    command: Command,
    /// What went wrong before anything was sent: per document, or per list.
    unmapped: Vec<Failure>,
    /// The same of the list that is being taken apart.
    of_list: Vec<Failure>,
    /// What the API server refused, and what kubectl could not send.
    refused: Vec<Failure>,
    /// How many objects were found.
    count: usize,
    /// Whether something was left out here that kubectl would send.
    is_partial: bool,
}

impl Run {
    fn add(&mut self, document: &Document, done: &Done) {
        self.command.add(&done.sent);
        if !document.is_item {
            self.close_list();
        }
        self.is_partial |= done.report.is_left_out;
        match &done.sent.failure {
            Some(failure) if done.is_unmapped && document.is_item => {
                self.of_list.push(failure.clone());
            }
            Some(failure) if done.is_unmapped => self.unmapped.push(failure.clone()),
            Some(failure) => {
                self.refused.push(failure.clone());
                self.count += 1;
            }
            None if document.fate == Fate::Object => self.count += 1,
            None => {}
        }
    }

    fn close_list(&mut self) {
        if !self.of_list.is_empty() {
            self.unmapped.push(Failure::Many(std::mem::take(&mut self.of_list)));
        }
    }

    /// What is printed at the end, all errors at once.
    fn end(mut self, command: FileCommand) -> Command {
        self.close_list();
        let unmapped = (!self.unmapped.is_empty()).then_some(Failure::Many(self.unmapped));
        let mut failures: Vec<Failure> = Vec::new();
        if command == FileCommand::Apply {
            failures.extend(unmapped);
            failures.extend(self.refused);
        } else {
            failures.extend(self.refused);
            failures.extend(unmapped);
        }
        let words = match failures.len() {
            0 => None,
            1 => failures.pop().map(|only| only.alone()),
            _ => Some(Failure::Many(failures).alone()),
        };
        if command == FileCommand::Delete {
            // It waits for all objects at the end, unless something went wrong.
            let requests = std::mem::take(&mut self.command.requests);
            let (waits, sent): (Vec<_>, Vec<_>) =
                requests.into_iter().partition(|request| request.method == "GET");
            self.command.requests = sent;
            if words.is_none() {
                self.command.requests.extend(waits);
            }
        }
        match (words, command) {
            (Some(words), _) => self.command.fail(words),
            (None, _) if self.count > 0 => {}
            (None, FileCommand::Apply | FileCommand::Create) => {
                let name = command.name();
                self.command.fail(format!("error: no objects passed to {name}"));
            }
            (None, FileCommand::Delete) => self.command.say("No resources found"),
            (None, FileCommand::Replace | FileCommand::Existing) => {}
        }
        self.command
    }
}

/// What kubectl printed of one object that is named.
fn command_of(report: &DocumentReport, sent: &Sent) -> Command {
    let mut command = Command::default();
    command.add(sent);
    match &sent.failure {
        Some(failure) => command.fail(failure.alone()),
        None if sent.printed.is_empty()
            && report.outcome.is_none()
            && !report.kubectl.is_empty() =>
        {
            command.fail(report.kubectl.as_str());
        }
        None => {}
    }
    command
}

/// What was pasted into a text, where that may be why it fails: what is read as it was meant has no remark.
fn pasted_into(text: &str, syntax: &[Diagnostic], documents: &[DocumentReport]) -> Vec<Diagnostic> {
    let fails = |it: &DocumentReport| match &it.outcome {
        Some(outcome) => outcome.result.is_err(),
        None => !syntax.is_empty() || it.diagnostics.iter().any(|it| it.says == Program::Kubectl),
    };
    let any_fails = !syntax.is_empty() || documents.iter().any(fails);
    if !any_fails && !documents.iter().any(|it| it.is_left_out) {
        return Vec::new();
    }
    let is_fine = |at: usize| documents.iter().any(|it| !fails(it) && it.span.touches(at));
    let lines: Vec<usize> = syntax.iter().filter_map(|it| Some(line_of(text, it.span?))).collect();
    pasted::in_manifest(text)
        .into_iter()
        .filter(|it| !is_fine(it.span.start))
        .filter(|it| any_fails || matches!(it.kind, pasted::Kind::Config(_)))
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
        return RequestsReport { problems, ..RequestsReport::default() };
    };
    let object = ObjectName::read(service);
    let mut report = DocumentReport::about(Verb::Patch, &object, document.span);
    let first = first_of(body, document.node.span, document.span);
    let mut sent = Sent::default();
    if form == PatchForm::Apply {
        let remark = Diagnostic::remark(
            first,
            "Server-side apply is not simulated: apply the manifest, or send another type of patch."
                .to_owned(),
            "服务器端应用（server-side apply）不在模拟范围内：请应用清单，或使用其他类型的补丁。".to_owned(),
        );
        report.refuse(remark);
    } else if object.is_service_cidr() || object.workload().is_some() {
        report.refuse(Diagnostic::remark(
            first,
            "Only Services can be patched here: other objects can be applied and deleted."
                .to_owned(),
            "此处只能修补 Service：其他对象可以应用和删除。".to_owned(),
        ));
    } else if report.connect(cluster, &object)
        && let Some(server) = cluster.running()
    {
        report.was = server.read_one(&object.namespace, &object.name).map(Object::Service);
        let done = kubectl::patch(server, &object, form, &document.node, body);
        if form != PatchForm::Json
            && let Ok(decoded) = decode::service(&document.node, &[], true)
        {
            report.fields = decoded.fields;
        }
        sent = report.take(done, first);
        cluster.remember(object);
    }
    let command = command_of(&report, &sent);
    RequestsReport { problems, documents: vec![Rc::new(report)], command }
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
    let mut sent = Sent::default();
    if report.connect(cluster, &object)
        && let Some(done) = delete_object(cluster, &object, None, &mut report)
    {
        sent = report.take(done, span);
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
    let command = command_of(&report, &sent);
    RequestsReport { problems: Vec::new(), documents: vec![Rc::new(report)], command }
}

/// Deletes an object that is named, or that stands in a file.
fn delete_object(
    cluster: &mut Cluster,
    object: &ObjectName,
    file: Option<&str>,
    report: &mut DocumentReport,
) -> Option<Applied> {
    let server = cluster.running()?;
    let env = server.env();
    let (behavior, version) = (env.behavior.clone(), env.version);
    let name = (object.namespace.as_str(), object.name.as_str());
    let find = |(api_version, kind): (&str, &str)| kinds::find(version, api_version, kind);
    if object.is_service_cidr() {
        report.kind = service_cidr::KIND.to_owned();
        let kind = find(("networking.k8s.io/v1", service_cidr::KIND))?;
        let outcome = server.delete_service_cidr(&object.name);
        let result = outcome.result.as_ref().map(|_| ());
        let sent = kubectl::deleted(&behavior, &kind, name, result, file);
        return Some(Applied { outcome: Some(outcome), sent });
    }
    let Some(workload) = object.workload() else {
        return Some(kubectl::delete(server, &find(("v1", "Service"))?, name, file));
    };
    let kind = find(workload.kind())?;
    let key = object.key();
    let mut trace = Trace::of_request();
    let result = cluster.world.delete(workload, &key, &mut trace);
    let sent = kubectl::deleted(&behavior, &kind, name, result.as_ref().copied(), file);
    report.workload = Some((workload, key));
    let result = result.map(|()| Answer::Workload { created: false, changed: true });
    Some(Applied { outcome: Some(outcome(result, trace)), sent })
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
fn first_of(text: &str, node: Span, whole: Span) -> Span {
    let start = node.start;
    let first = text.get(start..whole.end).and_then(|it| it.chars().next());
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
    pub(super) fn take(&mut self, done: Applied, whole: Span) -> Sent {
        self.kubectl = done.sent.terminal();
        if let Some(outcome) = done.outcome {
            self.place(Rc::new(outcome), whole);
        }
        done.sent
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

/// What is answered to a document of a command, and nothing else of what is reported of it; `None` if
/// kubectl sends nothing.
pub(crate) fn send(server: &mut ApiServer, command: FileCommand, node: &Node) -> Option<Outcome> {
    let api_version = node.text_of("apiVersion")?;
    let kind = kinds::find(server.env().version, api_version, node.text_of("kind")?)?;
    let manifest = Manifest::new(kind, node, server.env().version);
    match (manifest.kind.kind.as_str(), command) {
        ("Service", FileCommand::Apply) => kubectl::apply(server, &manifest, FILE).outcome,
        ("Service", FileCommand::Create) => kubectl::create(server, &manifest, FILE).outcome,
        ("Service", FileCommand::Replace) => kubectl::replace(server, &manifest, FILE).outcome,
        (service_cidr::KIND, FileCommand::Apply | FileCommand::Create | FileCommand::Replace) => {
            let mut report = DocumentReport::default();
            send_service_cidr(server, command, &manifest, (node, FILE, node.span), &mut report);
            report.outcome.map(Rc::unwrap_or_clone)
        }
        _ => None,
    }
}

/// A command about one document; `items` are its objects, where it is a list. The API server has answered `same`
/// before, as a document of the same event that said the same. What the controllers do of it they do after the last
/// document.
pub(crate) fn send_one(
    cluster: &mut Cluster,
    command: FileCommand,
    (text, file): (&str, &str),
    (document, items): (&Document, &[Document]),
    same: Option<&Asked>,
) -> Done {
    let node = &document.node;
    let mut report = DocumentReport {
        verb: match command {
            FileCommand::Apply => Verb::Apply,
            FileCommand::Create => Verb::Create,
            FileCommand::Replace => Verb::Replace,
            FileCommand::Delete => Verb::Delete,
            FileCommand::Existing => Verb::Existing,
        },
        span: document.span,
        kind: node.text_of("kind").unwrap_or_default().to_owned(),
        name: kubectl::name_of(node).to_owned(),
        ..DocumentReport::default()
    };
    let first = first_of(text, node.span, document.span);
    let Some(server) = cluster.running() else {
        if !matches!(document.fate, Fate::Untyped(_) | Fate::Ends(_) | Fate::Behind) {
            report.kubectl = NOT_RUNNING.to_owned();
        }
        return Done { report, sent: Sent::default(), is_unmapped: false, ends: false };
    };
    let version = server.env().version;
    let api_version = node.text_of("apiVersion").unwrap_or_default();
    let mut trace = Trace::default();
    let fails = |mut report: DocumentReport, trace: Trace, words: &str, span: Span| {
        let failure = Failure::Plain(words.to_owned());
        let mut problem = Diagnostic::plain(Program::Kubectl, failure.alone());
        problem.span = Some(span);
        report.before = trace.into_steps();
        report.refuse(problem);
        Done { report, sent: Sent::failed(failure), is_unmapped: true, ends: false }
    };
    let behavior = &server.env().behavior;
    if command.is_sent()
        && !behavior.warns_of_unknown_fields
        && let Some((words, span)) =
            kubectl::validation::check(document, items, behavior.unknown_fields, file)
    {
        trace.reject(&kubectl::KUBECTL_VALIDATES_FIELDS, FieldPath::default(), facts![]);
        return Done { ends: true, ..fails(report, trace, &words, span) };
    }
    match &document.fate {
        Fate::Behind => {
            trace.reject(&kubectl::FILE_ENDS_HERE, FieldPath::default(), facts![]);
            report.before = trace.into_steps();
            return Done { report, sent: Sent::default(), is_unmapped: true, ends: false };
        }
        // The problem of the text says why.
        Fate::Ends(None) => {
            return Done { report, sent: Sent::default(), is_unmapped: true, ends: false };
        }
        Fate::Ends(Some(words)) => {
            let failure = Failure::Plain(words.clone());
            report.kubectl = failure.alone();
            return Done { report, sent: Sent::failed(failure), is_unmapped: true, ends: false };
        }
        Fate::Untyped(words) => {
            trace.reject(&kubectl::DOCUMENT_HAS_NO_KIND, FieldPath::default(), facts![]);
            return fails(report, trace, words, first);
        }
        Fate::Fails(words) => {
            trace.reject(&kubectl::OBJECT_IS_UNREADABLE, FieldPath::default(), facts![]);
            return fails(report, trace, words, first);
        }
        Fate::List if kinds::has_list(version, api_version, &report.kind) => {
            return Done { report, sent: Sent::default(), is_unmapped: true, ends: false };
        }
        Fate::List | Fate::Object => {}
    }
    let Some(kind) = kinds::find(version, api_version, &report.kind) else {
        let span = node.entry("kind").map_or(first, |entry| entry.value.span);
        let path = FieldPath::default().field("kind");
        let shown = report.kind.as_str();
        trace.reject(
            &kubectl::KIND_HAS_NO_RESOURCE,
            path,
            facts![kind = shown, version = api_version],
        );
        let words = no_resource(document, file, &report);
        return fails(report, trace, &words, span);
    };
    let workload = Workload::of_document(node);
    let is_range = kind.kind == service_cidr::KIND;
    let is_service = kind.kind == "Service";
    if !is_range && !is_service && workload.is_none() {
        leave_out(node, first, &mut report);
        return Done { report, sent: Sent::default(), is_unmapped: true, ends: false };
    }
    for (key, span) in &document.repeated {
        let key = key.as_str();
        trace.note(&kubectl::LAST_OF_EQUAL_KEYS_WINS, FieldPath::default(), facts![key]);
        report.diagnostics.push(Diagnostic::remark(
            *span,
            format!("The key {key} is written more than once: kubectl sends the last one."),
            format!("键 {key} 写了不止一次：kubectl 只发送最后一个。"),
        ));
    }
    let manifest = Manifest::new(kind, node, version);
    let nameless = match command {
        FileCommand::Apply => manifest.nameless(file),
        FileCommand::Replace => manifest.nameless_for("replacing", file),
        FileCommand::Delete => manifest.nameless_for("deleting", file),
        FileCommand::Create | FileCommand::Existing => None,
    };
    if let Some(failure) = nameless {
        let path = FieldPath::metadata("name");
        let span = node.entry("metadata").map_or(first, |entry| entry.key_span);
        trace.reject(&kubectl::DOCUMENT_HAS_NO_NAME, path, facts![]);
        let done = fails(report, trace, &failure.alone(), span);
        return Done { sent: Sent::failed(failure), is_unmapped: false, ..done };
    }
    let (kind, namespace) = (report.kind.to_ascii_lowercase(), kubectl::namespace_of(node));
    let resource: &str = match workload {
        Some(workload) => workload.resource(),
        None => &kind,
    };
    let object = ObjectName::of(resource, namespace, &report.name);
    report.object = Some(ObjectName::of(&kind, namespace, &report.name));
    if object.namespace != "default" && manifest.kind.is_namespaced {
        let namespace = object.namespace.as_str();
        let path = FieldPath::metadata("namespace");
        trace.note(&kubectl::NAMESPACE_IS_TAKEN_TO_EXIST, path, facts![namespace]);
    }
    if command == FileCommand::Existing {
        trace.note(&kubectl::OBJECT_EXISTS_AS_PRINTED, FieldPath::default(), facts![]);
    }
    report.before = trace.into_steps();
    let is_written = command != FileCommand::Delete;
    if is_service && is_written {
        read_service(server, node, &mut report);
    } else if workload.is_some() && is_written {
        report.fields = decode::written(node);
    }
    report.was = cluster.object(&object);
    report.workload = workload.map(|kind| (kind, object.key()));
    report.is_update = report.was.is_some() && is_written;
    if matches!(command, FileCommand::Apply | FileCommand::Create) && report.was.is_none() {
        report.diagnostics.extend(existing::hint(command, node));
    }
    if let Some((same, outcome)) =
        same.and_then(|it| Some((it, it.done.report.outcome.as_ref()?))).filter(|_| !is_range)
    {
        report.kubectl.clone_from(&same.done.report.kubectl);
        report.place(Rc::clone(outcome), first);
        *cluster = same.after.clone();
        return Done { report, sent: same.done.sent.clone(), is_unmapped: false, ends: false };
    }
    let sent = if command == FileCommand::Delete {
        delete_object(cluster, &object, Some(file), &mut report)
            .map(|done| report.take(done, first))
            .unwrap_or_default()
    } else if command == FileCommand::Existing {
        match existing::keep(cluster, &manifest, node) {
            Ok(done) => report.take(done, first),
            Err((en, zh)) => {
                report.refuse(Diagnostic::remark(first, en, zh));
                Sent::default()
            }
        }
    } else if let Some(workload) = workload {
        send_workload(cluster, command, workload, &manifest, (file, first), &mut report)
    } else if let Some(server) = cluster.running() {
        if is_range {
            send_service_cidr(server, command, &manifest, (node, file, first), &mut report)
        } else {
            let done = match command {
                FileCommand::Create => kubectl::create(server, &manifest, file),
                FileCommand::Replace => kubectl::replace(server, &manifest, file),
                _ => kubectl::apply(server, &manifest, file),
            };
            let failure = done.sent.failure.clone();
            let sent = report.take(done, first);
            if let (None, Some(failure)) = (&report.outcome, failure) {
                let mut problem = Diagnostic::plain(Program::Kubectl, failure.alone());
                problem.span = Some(first);
                report.diagnostics.push(problem);
            }
            sent
        }
    } else {
        Sent::default()
    };
    if !is_range {
        cluster.remember(object);
    }
    Done { report, sent, is_unmapped: false, ends: false }
}

/// The documents of a file that are reported, and the places of all in it: a list stands for its objects.
pub(crate) fn reported(
    documents: &[Document],
    version: KubeVersion,
) -> impl Iterator<Item = (usize, &Document)> {
    let mut is_list_known = true;
    documents.iter().enumerate().filter(move |(_, document)| {
        if document.fate != Fate::List {
            return !document.is_item || is_list_known;
        }
        let text = |key| document.node.text_of(key).unwrap_or_default();
        is_list_known = kinds::has_list(version, text("apiVersion"), text("kind"));
        !is_list_known
    })
}

/// What kubectl says of a kind that the API server does not have.
fn no_resource(document: &Document, file: &str, report: &DocumentReport) -> String {
    let quote = crate::api::quote;
    let node = &document.node;
    let version = node.text_of("apiVersion").unwrap_or_default();
    let words =
        format!("no matches for kind {} in version {}", quote(&report.kind), quote(version));
    if document.is_item {
        return format!("unable to recognize {words}");
    }
    let metadata = node.entry("metadata").map(|entry| &entry.value);
    let namespace = metadata.and_then(|it| it.text_of("namespace")).unwrap_or_default();
    // A list has no name of its own.
    let name = if document.fate == Fate::List { "" } else { report.name.as_str() };
    format!(
        "resource mapping not found for name: {} namespace: {} from {}: {words}\nensure CRDs are installed first",
        quote(name),
        quote(namespace),
        quote(file)
    )
}

/// Leaves out a document of a kind that is not simulated; a real kubectl would send it.
fn leave_out(node: &Node, first: Span, report: &mut DocumentReport) {
    let span = node.entry("kind").map_or(first, |entry| entry.value.span);
    let mut trace = Trace::default();
    let kind = report.kind.as_str();
    trace.reject(&kubectl::KIND_IS_NOT_SIMULATED, FieldPath::default(), facts![kind]);
    report.is_left_out = true;
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
    report.before = trace.into_steps();
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

/// What kubectl sends about an object before it patches one that exists.
fn send_first(command: FileCommand, manifest: &Manifest, exists: bool, did: &mut Sent) {
    match command {
        FileCommand::Create => manifest.send_plain(did),
        FileCommand::Replace => {
            manifest.replacing(None, did);
        }
        _ => {
            manifest.look(exists, did);
            if !exists {
                manifest.send_created(did);
            }
        }
    }
}

/// A document of a Node, a Pod or a Deployment, to be written.
fn send_workload(
    cluster: &mut Cluster,
    command: FileCommand,
    kind: Workload,
    manifest: &Manifest,
    (file, first): (&str, Span),
    report: &mut DocumentReport,
) -> Sent {
    let Some(server) = cluster.running() else { return Sent::default() };
    let behavior = server.env().behavior.clone();
    let name = manifest.name.as_str();
    let mut did = Sent::default();
    if name.is_empty() {
        report.refuse(Diagnostic::remark(
            first,
            format!("A {} without a name is not simulated.", report.kind),
            format!("没有名称的 {} 不在模拟范围内。", report.kind),
        ));
        return did;
    }
    let key = key(kubectl::namespace_or_default(&manifest.namespace), name);
    let live = cluster.world.stored(kind, &key);
    let (json, verb) = match command {
        FileCommand::Create => (manifest.plain(), "creating"),
        FileCommand::Replace => (manifest.json.clone(), "replacing"),
        _ => (manifest.annotated(), "creating"),
    };
    let mut trace = Trace::of_request();
    let result = match (command, &live) {
        (FileCommand::Create, Some(_)) => {
            Err(Refused::Status(Status::already_exists(kind.plural(), name)))
        }
        (FileCommand::Replace, None) => {
            Err(Refused::Status(Status::not_found(kind.plural(), name)))
        }
        _ => cluster.world.apply(kind, &key, &Rc::new(json), &behavior, &mut trace),
    };
    let patch = match (command, &live) {
        (FileCommand::Apply, Some(live)) => manifest.patch(live, file).ok(),
        _ => None,
    };
    send_first(command, manifest, live.is_some(), &mut did);
    if let Some(live) = live.as_ref().filter(|_| command == FileCommand::Apply) {
        manifest.warn_of_annotation(live, &mut did);
    }
    if let Some(patch) = patch.as_ref().filter(|patch| !patch.is_empty())
        && !matches!(result, Ok(ApplyVerb::Unchanged))
    {
        manifest.send_patch(patch, None, &mut did);
    }
    let outcome = match result {
        Ok(done) => {
            let verb = match (command, done) {
                (FileCommand::Replace, _) => "replaced",
                (FileCommand::Create, _) | (_, ApplyVerb::Created) => "created",
                (_, ApplyVerb::Unchanged) => "unchanged",
                (_, ApplyVerb::Configured | ApplyVerb::Adopted) => "configured",
            };
            did.say(manifest.done(name, verb));
            let created = done == ApplyVerb::Created;
            let answer = Answer::Workload { created, changed: done != ApplyVerb::Unchanged };
            outcome(Ok(answer), trace)
        }
        Err(Refused::Status(status)) => {
            did.failure = Some(match &patch {
                Some(patch) => manifest.refused_patch(patch, &status, file),
                None => Failure::refused(status.clone(), verb, file),
            });
            outcome(Err(status), trace)
        }
        Err(Refused::Ours(en, zh)) => {
            report.refuse(Diagnostic::remark(first, en, zh.to_owned()));
            return Sent::default();
        }
    };
    report.take(Applied { outcome: Some(outcome), sent: did }, first)
}

/// A document of kind ServiceCIDR, to be written.
fn send_service_cidr(
    server: &mut ApiServer,
    command: FileCommand,
    manifest: &Manifest,
    (node, file, first): (&Node, &str, Span),
    report: &mut DocumentReport,
) -> Sent {
    let cidrs = node.entry("spec").and_then(|spec| spec.value.entry("cidrs"));
    let items = match cidrs.map(|cidrs| &cidrs.value.value) {
        Some(yaml::Value::Seq(items)) => items.as_slice(),
        None | Some(yaml::Value::Null) => &[],
        Some(_) => {
            let span = cidrs.map_or(first, |cidrs| cidrs.value.span);
            report.refuse(not_a_list_of_texts(span));
            return Sent::default();
        }
    };
    let mut ranges = Vec::new();
    for (i, item) in items.iter().enumerate() {
        let yaml::Value::String(text) = &item.value else {
            report.refuse(not_a_list_of_texts(item.span));
            return Sent::default();
        };
        ranges.push(text.clone());
        let path = FieldPath::spec("cidrs").index(i);
        report.fields.push(WrittenField { path, key: item.span, value: item.span });
    }
    if let Some(cidrs) = cidrs {
        let (path, key) = (FieldPath::spec("cidrs"), cidrs.key_span);
        report.fields.push(WrittenField { path, key, value: cidrs.value.span });
    }
    let name = manifest.name.as_str();
    let find = |server: &ApiServer| {
        server.pools().service_cidrs.iter().find(|object| object.name == name).cloned()
    };
    let before = find(server);
    let mut did = Sent::default();
    send_first(command, manifest, before.is_some(), &mut did);
    let (outcome, verb) = match (command, &before) {
        (FileCommand::Create, _) | (FileCommand::Apply, None) => {
            (server.create_service_cidr(name, &ranges), "creating")
        }
        (FileCommand::Replace, _) => (server.update_service_cidr(name, &ranges), "replacing"),
        _ => (server.update_service_cidr(name, &ranges), "patching"),
    };
    match &outcome.result {
        Ok(_) => {
            let verb = match (command, &before) {
                (FileCommand::Replace, _) => "replaced",
                (FileCommand::Create, _) | (_, None) => "created",
                _ if find(server) == before => "unchanged",
                _ => "configured",
            };
            did.say(manifest.done(name, verb));
        }
        Err(status) => did.failure = Some(Failure::refused(status.clone(), verb, file)),
    }
    report.take(Applied { outcome: Some(outcome), sent: did }, first)
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
