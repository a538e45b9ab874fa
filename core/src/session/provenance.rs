//! Where does each value of a stored object come from? Whoever wrote, defaulted, picked or copied it.

use crate::api::json::Json;
use crate::api::print::{PathPart, leaves};
use crate::cluster::stored::writer;
use crate::explain::diagnostic::Program;
use crate::explain::trace::{Effect, Step, StepId};
use crate::kubectl::Workload;
use crate::source::decode::WrittenField;
use crate::source::span::Span;

/// Where a value of the stored object comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Provenance {
    /// The person wrote it, here.
    Written(Span),
    /// The server filled it in by rule.
    Defaulted(StepId),
    /// It was picked from a range.
    Allocated(StepId),
    /// The server copied it from another field.
    Copied(StepId),
    /// It was stored before, and nothing in this request changed it.
    Kept,
    /// The server, kubectl or the program of [`Leaf::by`] keeps it (uid, creationTimestamp, status, …).
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
    /// Which program wrote it, where it was neither kube-apiserver nor kubectl.
    pub by: Option<Program>,
    /// All steps that were about it, first to last.
    pub steps: Vec<StepId>,
}

/// Fields of one address, and the entry of a list that they repeat.
const REPEATED: [(&str, &str); 2] =
    [("spec.podCIDR", "spec.podCIDRs[0]"), ("status.podIP", "status.podIPs[0].ip")];

/// The leaves of a stored object, in the order in which it is printed; `before` is what was stored, if
/// the request changed an object.
#[must_use]
pub fn provenance(
    object: &Json,
    before: Option<&Json>,
    trace: &[Step],
    fields: &[WrittenField],
) -> Vec<Leaf> {
    let mut found = Vec::new();
    let kind = Workload::of_object(object);
    let written: Vec<(String, Span)> =
        fields.iter().map(|field| (field.path.to_string(), field.value)).collect();
    let steps: Vec<String> = trace.iter().map(|step| step.at.to_string()).collect();
    let mut old: Vec<(String, Json)> = Vec::new();
    if let Some(before) = before {
        let mut keep = |_: &[PathPart], field: &str, value: &Json| {
            old.push((field.to_owned(), value.clone()));
        };
        leaves(before, &mut keep);
    }
    leaves(object, &mut |path, field, value| {
        let entry = REPEATED.iter().find(|(first, _)| *first == field).map(|(_, entry)| *entry);
        let about: Vec<StepId> = steps
            .iter()
            .enumerate()
            .filter(|(_, at)| is_about(at, entry.unwrap_or(field)))
            .map(|(i, _)| StepId(i))
            .collect();
        let came_from = |id: &StepId| match &trace[id.0].effect {
            Effect::Set { .. } => Some(Provenance::Defaulted(*id)),
            // Of the ranges of a Node each step is about the whole list.
            Effect::Allocated { value: other } if kind.is_some() => {
                let is_it = value.as_str() == Some(other);
                let copied = is_it && entry.is_some();
                let from = if copied { Provenance::Copied } else { Provenance::Allocated };
                is_it.then(|| from(*id))
            }
            Effect::Allocated { .. } => Some(Provenance::Allocated(*id)),
            Effect::Copied { .. } => Some(Provenance::Copied(*id)),
            _ => None,
        };
        let here = written.iter().find(|(at, _)| at == field).map(|(_, span)| *span);
        let provenance = match here {
            Some(span) => Provenance::Written(span),
            None if old.iter().any(|(at, was)| at == field && was == value) => Provenance::Kept,
            None => about.iter().rev().find_map(came_from).unwrap_or(Provenance::Server),
        };
        let by = kind.filter(|_| here.is_none()).and_then(|kind| writer(kind, field));
        let (path, field) = (path.to_vec(), field.to_owned());
        found.push(Leaf { path, field, provenance, by, steps: about });
    });
    found
}

/// Whether a step at `at` says something about `field`: the field itself, or a list around it.
fn is_about(at: &str, field: &str) -> bool {
    !at.is_empty()
        && field
            .strip_prefix(at)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
}
