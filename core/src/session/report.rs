//! What is answered to a session: event by event, document by document, with places in the text.

use std::cell::OnceCell;
use std::rc::Rc;

use super::diff::Diff;
use super::provenance::{Leaf, provenance};
use crate::api::json::Json;
use crate::api::service::Service;
use crate::apiserver::allocators::ServiceCidrState;
use crate::apiserver::environment::Env;
use crate::apiserver::requests::{Answer, Outcome, RepairEvent, printed_json};
use crate::apiserver::service_cidr;
use crate::cluster::components::Start;
use crate::cluster::{Key, Object, World};
use crate::conflicts::Finding;
use crate::explain::diagnostic::Diagnostic;
use crate::explain::trace::{Origin, Step};
use crate::kubectl::{Command, ObjectName, Workload};
use crate::release::version::KubeVersion;
pub use crate::source::decode::WrittenField;
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;

/// What the session led to.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// An answer per event, as far as was asked for. Only that of the shown event is complete
    /// ([`DocumentReport::fields`]).
    pub events: Vec<EventReport>,
    /// What the shown event changed, and what it left as it was.
    pub diff: Diff,
    /// The Nodes, Pods and Deployments after the shown event, and the programs as they started last.
    pub world: Rc<World>,
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
    pub flags: Rc<FlagsText>,
    /// The programs of the text: kube-apiserver, whose start this report is about, and the others.
    pub start: Rc<Start>,
    /// The running configuration; `None` if kube-apiserver exits.
    pub env: Option<Env>,
    /// Errors with which kube-apiserver exits, in the order it prints them, and remarks of the
    /// playground about the text (which do not stop it), with spans in the text.
    pub problems: Vec<Diagnostic>,
    /// Warnings it logs.
    pub warnings: Vec<Diagnostic>,
    /// What the repair loops report of the Services that are stored.
    pub repairs: Vec<RepairEvent>,
    /// The object that was asked about last, as `kubectl get` shows it now: a Service where there is one.
    pub read: Option<Rc<DocumentReport>>,
    /// What was decided.
    pub trace: Vec<Step>,
    pub(super) findings: Findings,
}

/// Where the components disagree: looked for when it is asked first.
#[derive(Clone, Debug, Default)]
pub(super) struct Findings(OnceCell<Rc<[Finding]>>);

impl PartialEq for Findings {
    /// They are a function of the start, whatever was asked already.
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// The answers to the requests of one event: one per document of an apply, else one.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct RequestsReport {
    /// Problems of the text: YAML syntax, limits, and what was pasted where a document fails.
    pub problems: Vec<Diagnostic>,
    /// One per document, in order.
    pub documents: Vec<Rc<DocumentReport>>,
    /// What kubectl printed and sent, all in all.
    pub command: Command,
}

/// What kubectl is asked to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Verb {
    /// `kubectl apply`.
    #[default]
    Apply,
    /// `kubectl create -f`.
    Create,
    /// `kubectl replace -f`.
    Replace,
    /// `kubectl patch`.
    Patch,
    /// `kubectl delete`.
    Delete,
    /// Nothing: the object exists.
    Existing,
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
    /// The object, as kubectl names it; `None` where the document names none that is simulated.
    pub object: Option<ObjectName>,
    /// Whether a real kubectl would send it, and the playground leaves it out: its kind is not simulated.
    pub is_left_out: bool,
    /// The Node, Pod or Deployment that it is about, if it is about one.
    pub workload: Option<(Workload, Key)>,
    /// What kubectl and the playground decided before anything was sent.
    pub before: Vec<Step>,
    /// The API server's answer; `None` if kubectl sends nothing. Of a Node, a Pod or a Deployment the trace goes
    /// on with what the other programs made of it.
    pub outcome: Option<Rc<Outcome>>,
    /// The Node, Pod or Deployment as it is stored once the controllers have settled; `None` if it is gone.
    pub settled: Option<Object>,
    /// The object that stays stored as it was, where the request was refused.
    pub stands: Option<Object>,
    /// The object as it was before the request.
    pub was: Option<Object>,
    /// Whether a document that was applied is an update: there was an object of that name.
    pub is_update: bool,
    /// What a person at the terminal sees.
    pub kubectl: String,
    /// Refusals, warnings and remarks with spans in the manifest, in the order they were raised.
    pub diagnostics: Vec<Diagnostic>,
    /// The fields that were written. These, the objects and the trace are kept for the shown event only: a
    /// session has many.
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
        self.stored().or_else(|| self.stands.as_ref()?.service())
    }

    /// Whether the API server did what was asked.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| outcome.result.is_ok())
    }

    /// The object as it is stored after the request, of whatever kind, as JSON.
    #[must_use]
    pub fn stored_json(&self) -> Option<Json> {
        if let Some(service) = self.stored() {
            return Some(printed_json(service));
        }
        match self.outcome.as_ref().map(|outcome| &outcome.result) {
            Some(Ok(answer)) => match answer {
                Answer::ServiceCidr { object, state, .. } => {
                    (*state != ServiceCidrState::Gone).then(|| service_cidr::to_json(object))
                }
                Answer::Workload { .. } => self.settled.as_ref().map(Object::to_json),
                Answer::Service { .. } | Answer::Success => None,
            },
            _ => self.stands.as_ref().map(Object::to_json),
        }
    }

    /// Where each leaf of the stored object comes from, in the order of the printed object. For the shown
    /// event.
    #[must_use]
    pub fn provenance(&self) -> Vec<Leaf> {
        let (Some(object), Some(outcome)) = (self.stored_json(), &self.outcome) else {
            return Vec::new();
        };
        // What was refused wrote nothing.
        let fields = if outcome.result.is_ok() { self.fields.as_slice() } else { &[] };
        let before = self.was.as_ref().map(Object::to_json);
        provenance(&object, before.as_ref(), &outcome.trace, fields)
    }

    /// Where in the manifest the text behind a step stands.
    #[must_use]
    pub fn locate(&self, origin: &Origin) -> Option<Span> {
        let Origin::Manifest(path) = origin else { return None };
        self.fields.iter().find(|field| field.path == *path).map(|field| field.value)
    }
}

impl BootReport {
    /// Where in the flags the text behind a step stands.
    #[must_use]
    pub fn locate(&self, origin: &Origin) -> Option<Span> {
        let Origin::Flag(name) = origin else { return None };
        self.flags.last(Component::KubeApiserver, name).map(|flag| flag.span)
    }

    /// Where the components disagree, the heaviest first.
    #[must_use]
    pub fn findings(&self) -> &Rc<[Finding]> {
        self.findings.0.get_or_init(|| self.start.components().findings().into())
    }

    /// Whether kube-apiserver is running.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.env.is_some()
    }
}
