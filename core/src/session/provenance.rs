//! Where does each value of a stored object come from? Whoever wrote, defaulted, picked or copied it.

use crate::api::json::Json;
use crate::api::print::{PathPart, leaves};
use crate::api::service::Service;
use crate::apiserver::requests::printed_json;
use crate::explain::trace::{Effect, Step, StepId};
use crate::source::decode::WrittenField;
use crate::source::span::Span;

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
    /// It was stored before, and nothing in this request changed it.
    Kept,
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

/// The leaves of a stored object, in the order in which it is printed; `before` is what was stored, if
/// the request changed an object.
#[must_use]
pub fn provenance(
    service: &Service,
    before: Option<&Service>,
    trace: &[Step],
    fields: &[WrittenField],
) -> Vec<Leaf> {
    let mut found = Vec::new();
    let written: Vec<(String, Span)> =
        fields.iter().map(|field| (field.path.to_string(), field.value)).collect();
    let steps: Vec<String> = trace.iter().map(|step| step.at.to_string()).collect();
    let mut old: Vec<(String, Json)> = Vec::new();
    if let Some(before) = before {
        let mut keep = |_: &[PathPart], field: &str, value: &Json| {
            old.push((field.to_owned(), value.clone()));
        };
        leaves(&printed_json(before), &mut keep);
    }
    leaves(&printed_json(service), &mut |path, field, value| {
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
            None if old.iter().any(|(at, was)| at == field && was == value) => Provenance::Kept,
            None => about.iter().rev().find_map(came_from).unwrap_or(Provenance::Server),
        };
        found.push(Leaf { path: path.to_vec(), field: field.to_owned(), provenance, steps: about });
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
