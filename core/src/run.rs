//! From a session to everything the page shows. The only place that knows the whole order.

use std::net::IpAddr;
use std::rc::Rc;

use serde_json::{Value as Json, json};

use crate::api::print::PathPart;
use crate::api::quote;
use crate::api::service::Service;
use crate::behavior::Behavior;
use crate::boot::apiserver::{self, Start, StartError};
use crate::cluster::{Cluster, Options, Outcome, to_json};
use crate::diag::{Cause, Diagnostic, Program};
use crate::env::Env;
use crate::facts;
use crate::kubectl;
use crate::net::cidr::from_bits;
use crate::net::{Cidr, Family};
use crate::path::FieldPath;
use crate::scenario::{Event, Scenario};
pub use crate::source::decode::WrittenField;
use crate::source::decode::{self, Stray};
use crate::source::flags::{self, Component, FlagsText};
use crate::source::yaml::{self, Document, Node};
use crate::span::Span;
use crate::trace::{Effect, Origin, Step, StepId, Trace};
use crate::version::KubeVersion;

/// What the session led to.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// An answer per event.
    pub events: Vec<EventReport>,
    /// The ranges of the cluster after the last event.
    pub ranges: Vec<RangeReport>,
}

/// The answer to one event.
#[derive(Clone, PartialEq, Debug)]
#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::large_enum_variant, reason = "there is one per event of a session, not many")
)]
pub enum EventReport {
    /// Of a start.
    Boot(BootReport),
    /// Of an apply.
    Apply(ApplyReport),
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
    /// What was decided.
    pub trace: Vec<Step>,
}

/// The answers to the documents of one apply.
#[derive(Clone, PartialEq, Debug)]
pub struct ApplyReport {
    /// Problems of the text: YAML syntax and limits.
    pub problems: Vec<Diagnostic>,
    /// One per document, in order.
    pub documents: Vec<Rc<DocumentReport>>,
}

/// The answer to one document.
#[derive(Clone, PartialEq, Debug)]
pub struct DocumentReport {
    /// Where the document stands in the text.
    pub span: Span,
    /// Its kind, as far as it could be read.
    pub kind: String,
    /// Its name, as far as it could be read.
    pub name: String,
    /// The API server's answer; `None` if kubectl sends nothing.
    pub outcome: Option<Outcome>,
    /// What a person at the terminal sees.
    pub kubectl: String,
    /// Refusals, warnings and remarks with spans in the manifest, in the order they were raised.
    pub diagnostics: Vec<Diagnostic>,
    /// The fields that were written.
    pub fields: Vec<WrittenField>,
    /// Where each leaf of the stored object comes from, in the order of the printed object.
    pub provenance: Vec<Leaf>,
}

/// Where a value of the stored object comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provenance {
    /// The person wrote it, here.
    Written(Span),
    /// The server filled it in by rule.
    Defaulted(StepId),
    /// The server picked it from a range.
    Allocated(StepId),
    /// The server copied it from another field.
    Copied(StepId),
    /// The server or kubectl keeps it about every object (uid, creationTimestamp, …).
    Server,
}

/// A leaf of the stored object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Leaf {
    /// Which, as the printed lines name it.
    pub path: Vec<PathPart>,
    /// Which, as kubectl prints it.
    pub field: String,
    /// Where it comes from.
    pub provenance: Provenance,
    /// All steps that were about it, first to last.
    pub steps: Vec<StepId>,
}

/// How full a range is.
#[derive(Clone, PartialEq, Debug)]
pub struct RangeReport {
    /// The range.
    pub cidr: Cidr,
    /// Its family.
    pub family: Family,
    /// How many addresses can be given out; at most 2⁶⁴−1.
    pub usable: u64,
    /// How many of the usable ones stand in the lower, static band.
    pub static_band: u64,
    /// Taken addresses and who has them (`namespace/name`; empty for a leaked one), lowest first.
    pub taken: Vec<(IpAddr, String)>,
}

impl DocumentReport {
    /// The stored Service, if the request was accepted.
    #[must_use]
    pub fn stored(&self) -> Option<&Service> {
        self.outcome.as_ref().and_then(Outcome::service)
    }

    /// The stored object as JSON, type and all.
    #[must_use]
    pub fn stored_json(&self) -> Option<Json> {
        self.stored().map(printed_json)
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

/// Replays a session from an empty cluster.
#[must_use]
pub fn run(scenario: &Scenario) -> Report {
    let mut cluster: Option<Cluster> = None;
    let mut events = Vec::with_capacity(scenario.events.len());
    for event in scenario.events.iter() {
        events.push(match event {
            Event::Boot { version, flags } => {
                EventReport::Boot(boot(&mut cluster, *version, flags, scenario.seed))
            }
            Event::Apply(text) => EventReport::Apply(apply(&mut cluster, text)),
        });
    }
    Report { events, ranges: cluster.as_ref().map(ranges).unwrap_or_default() }
}

fn boot(cluster: &mut Option<Cluster>, version: KubeVersion, text: &str, seed: u64) -> BootReport {
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
                    format!("{} is not simulated: it changes nothing here.", flag.name),
                    format!("{} 未被模拟：在此不起作用。", flag.name),
                )
            }));
            apiserver::start(&behavior, &given, &mut trace)
        }
    };
    let mut warnings = Vec::new();
    let mut env = None;
    let mut say = |error: &StartError, message: String| {
        let mut problem = Diagnostic::plain(Program::KubeApiserver, message);
        problem.span = flag_span(&flags, text, error);
        problems.push(problem);
    };
    match &start {
        Start::FlagError(error) => {
            let value = flags.last(Component::KubeApiserver, error.flag);
            let value = value.and_then(|flag| flag.value.clone()).unwrap_or_default();
            say(
                error,
                format!(
                    "invalid argument {} for \"--{}\" flag: {}",
                    quote(&value),
                    error.flag,
                    error.message
                ),
            );
        }
        Start::CompleteError(error) => say(error, error.message.clone()),
        Start::Completed(completed) => {
            for error in &completed.errors {
                say(error, error.message.clone());
            }
            let words =
                completed.warning.map(|text| Diagnostic::plain(Program::KubeApiserver, text));
            warnings.extend(words);
            env = apiserver::environment(version, behavior, seed, completed, &mut trace);
        }
    }
    if let (Some(env), Start::Completed(completed)) = (&env, &start) {
        match cluster {
            Some(cluster) => cluster.restart(env.clone()),
            None => *cluster = Some(Cluster::new(env.clone())),
        }
        if let Some(cluster) = cluster {
            kubernetes_service(cluster, completed.kubernetes_ip, &mut trace);
        }
    } else {
        *cluster = None;
    }
    BootReport { version, flags, env, problems, warnings, trace: trace.into_steps() }
}

/// API-7: the Service by which Pods reach the API server.
fn kubernetes_service(cluster: &mut Cluster, ip: IpAddr, trace: &mut Trace) {
    let object = json!({
        "metadata": {
            "name": "kubernetes",
            "labels": {"component": "apiserver", "provider": "kubernetes"},
        },
        "spec": {
            "clusterIP": ip.to_string(),
            "clusterIPs": [ip.to_string()],
            "ipFamilyPolicy": "SingleStack",
            "ports": [{"name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443}],
            "sessionAffinity": "None",
            "type": "ClusterIP",
        },
    });
    let body = Node::from_json(&object);
    // On a restart it is there already, and stays as it is.
    if cluster.handle_create(&body, &Options::default()).result.is_ok() {
        trace.note(&apiserver::KUBERNETES_SERVICE, FieldPath::default(), facts![ip]);
    }
}

/// A remark of the playground.
fn ours(span: Span, en: String, zh: String) -> Diagnostic {
    let mut remark = Diagnostic::plain(Program::Playground, en);
    remark.detail_zh = Some(zh);
    remark.span = Some(span);
    remark
}

/// The flag an error is about, or the entry of it.
fn flag_span(flags: &FlagsText, text: &str, error: &StartError) -> Option<Span> {
    let flag = flags.last(Component::KubeApiserver, error.flag)?;
    let Some(entry) = error.entry else {
        return Some(flag.span);
    };
    let value = text.get(flag.value_span.start..flag.value_span.end)?;
    let mut start = flag.value_span.start;
    for (i, part) in value.split(',').enumerate() {
        if i == entry {
            return Some(Span::new(start, start + part.len()));
        }
        start += part.len() + 1;
    }
    Some(flag.value_span)
}

fn apply(cluster: &mut Option<Cluster>, text: &str) -> ApplyReport {
    let parsed = yaml::parse(text);
    let problems = parsed
        .problems
        .into_iter()
        .map(|problem| ours(problem.span, problem.text_en, problem.text_zh))
        .collect();
    let documents =
        parsed.documents.iter().map(|it| Rc::new(apply_document(cluster, it))).collect();
    ApplyReport { problems, documents }
}

fn apply_document(cluster: &mut Option<Cluster>, document: &Document) -> DocumentReport {
    let node = &document.node;
    let mut report = DocumentReport {
        span: document.span,
        kind: node.text_of("kind").unwrap_or_default().to_owned(),
        name: kubectl::name_of(node).to_owned(),
        outcome: None,
        kubectl: String::new(),
        diagnostics: Vec::new(),
        fields: Vec::new(),
        provenance: Vec::new(),
    };
    let refuse = |mut report: DocumentReport, diagnostic: Diagnostic| {
        report.kubectl.clone_from(&diagnostic.detail);
        report.diagnostics.push(diagnostic);
        report
    };
    let first_line = Span::new(node.span.start, (node.span.start + 1).min(document.span.end));
    if !document.complete {
        // kubectl sends nothing of a file that is not YAML; the text's problem says why.
        return report;
    }
    let Some(cluster) = cluster else {
        report.kubectl = "The connection to the server 192.0.2.10:6443 was refused - did you \
                          specify the right host or port?"
            .to_owned();
        return report;
    };
    if let Some(words) = kubectl::missing_kind(node) {
        let mut problem = Diagnostic::plain(Program::Kubectl, words);
        problem.span = Some(first_line);
        return refuse(report, problem);
    }
    let version = node.text_of("apiVersion").unwrap_or_default();
    if report.kind != "Service" || version != "v1" {
        let span = node.entry("kind").map_or(first_line, |entry| entry.value.span);
        let (en, zh) = if report.kind == "Service" {
            (
                format!("A Service has apiVersion v1, not {version}."),
                format!("Service 的 apiVersion 是 v1，而不是 {version}。"),
            )
        } else {
            (
                format!(
                    "Objects of kind {} are not simulated yet: only Services are.",
                    report.kind
                ),
                format!("{} 类型的对象尚未模拟：目前只有 Service。", report.kind),
            )
        };
        return refuse(report, ours(span, en, zh));
    }
    // Read once more for the places of fields; what the server sees is what kubectl sends.
    let decoded = decode::service(node, cluster.env().behavior.unknown_fields);
    let applied = kubectl::apply(cluster, node);
    report.kubectl = applied.terminal;
    let Some(outcome) = applied.outcome else { return report };
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
    if let Err(status) = &outcome.result {
        let place = |cause: &Diagnostic| Diagnostic {
            span: nearest_span(&report.fields, &cause.path).or(Some(first_line)),
            ..cause.clone()
        };
        if !status.causes.is_empty() {
            report.diagnostics.extend(status.causes.iter().map(place));
        } else if report.diagnostics.is_empty() {
            let mut problem = Diagnostic::plain(Program::KubeApiserver, status.message.clone());
            problem.span = Some(first_line);
            report.diagnostics.push(problem);
        }
    }
    report.diagnostics.extend(outcome.warnings.iter().map(|warning| Diagnostic {
        span: nearest_span(&report.fields, &warning.path).or(warning.span),
        ..warning.clone()
    }));
    report.diagnostics.dedup();
    if let Some(service) = outcome.service() {
        report.provenance = provenance(service, &outcome.trace, &report.fields);
    }
    report.outcome = Some(outcome);
    report
}

/// A field that the Service does not have, marked at its name, with the nearest one it does have.
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
        let found = fields.iter().find(|field| field.path.to_string() == path.to_string());
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

/// The object as a read prints it: with its type, and a status even where it is empty.
fn printed_json(service: &Service) -> Json {
    let mut object = to_json(service);
    if object.get("status").is_none() {
        object["status"] = json!({"loadBalancer": {}});
    }
    object
}

fn provenance(service: &Service, trace: &[Step], fields: &[WrittenField]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    let mut path = Vec::new();
    let written: Vec<(String, Span)> =
        fields.iter().map(|field| (field.path.to_string(), field.value)).collect();
    let steps: Vec<String> = trace.iter().map(|step| step.at.to_string()).collect();
    walk(&printed_json(service), &mut path, String::new(), &mut |path, field| {
        let about: Vec<StepId> = steps
            .iter()
            .enumerate()
            .filter(|(_, at)| is_about(at, field))
            .map(|(i, _)| StepId(i))
            .collect();
        let came_from = |id: &StepId| match &trace[id.0].effect {
            Effect::Set { .. } => Some(Provenance::Defaulted(*id)),
            Effect::Allocated { .. } => Some(Provenance::Allocated(*id)),
            Effect::Copied { .. } => Some(Provenance::Copied(*id)),
            _ => None,
        };
        let here = written.iter().find(|(at, _)| at == field).map(|(_, span)| *span);
        let provenance = match here {
            Some(span) => Provenance::Written(span),
            None => about.iter().rev().find_map(came_from).unwrap_or(Provenance::Server),
        };
        leaves.push(Leaf {
            path: path.to_vec(),
            field: field.to_owned(),
            provenance,
            steps: about,
        });
    });
    leaves
}

/// Whether a step at `at` says something about `field`: the field itself, or a list around it.
fn is_about(at: &str, field: &str) -> bool {
    !at.is_empty()
        && field
            .strip_prefix(at)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}

fn walk(
    value: &Json,
    path: &mut Vec<PathPart>,
    field: String,
    leaf: &mut impl FnMut(&[PathPart], &str),
) {
    match value {
        Json::Object(map) if !map.is_empty() => {
            // Labels and the like are maps: their keys are printed in brackets.
            let is_map = field == "spec.selector"
                || field == "metadata.labels"
                || field == "metadata.annotations";
            for (key, value) in map {
                let inner = match (field.is_empty(), is_map) {
                    (true, _) => key.clone(),
                    (false, true) => format!("{field}[{key}]"),
                    (false, false) => format!("{field}.{key}"),
                };
                path.push(PathPart::Key(key.clone()));
                walk(value, path, inner, leaf);
                path.pop();
            }
        }
        Json::Array(list) if !list.is_empty() => {
            for (i, value) in list.iter().enumerate() {
                path.push(PathPart::Index(i));
                walk(value, path, format!("{field}[{i}]"), leaf);
                path.pop();
            }
        }
        _ => leaf(path, &field),
    }
}

fn ranges(cluster: &Cluster) -> Vec<RangeReport> {
    let env = cluster.env();
    let owner = |ip: IpAddr| {
        let text = ip.to_string();
        cluster
            .services()
            .iter()
            .find(|(_, service)| service.spec.cluster_ips.contains(&text))
            .map(|((namespace, name), _)| format!("{namespace}/{name}"))
            .unwrap_or_default()
    };
    let mut reports = Vec::new();
    for family in env.ranges.families() {
        for (cidr, usable) in cluster.pools().ready_ranges(env, family) {
            let taken = cluster
                .pools()
                .taken(family)
                .iter()
                .filter_map(|bits| from_bits(family, bits))
                .filter(|ip| cidr.contains(*ip))
                .map(|ip| (ip, owner(ip)))
                .collect();
            let static_band = usable.band;
            reports.push(RangeReport { cidr, family, usable: usable.count, static_band, taken });
        }
    }
    reports
}

/// Whether a diagnostic refuses something, rather than warn or remark.
#[must_use]
pub fn is_refusal(diagnostic: &Diagnostic) -> bool {
    diagnostic.cause != Cause::Plain || diagnostic.says == Program::Kubectl
}
