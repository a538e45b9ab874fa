//! What does the core make of a session, and what of it does the page show?

use std::rc::Rc;

use dualstack_core::cluster::World;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::diff::Diff;
use dualstack_core::session::{BootReport, DocumentReport, EventReport, Replay, RequestsReport};

use super::choices::Focus;
use super::errors::PastedError;
use super::shared::Shared;
use super::store::Store;
use super::verdict::{Verdict, started, verdict};

/// What the core made of the session, each part shared with the panes that show it.
#[derive(Clone, PartialEq)]
pub struct Answers {
    /// The start in force.
    pub boot: Shared<BootReport>,
    /// The requests of the event that is shown; none if it is a start.
    pub requests: Shared<RequestsReport>,
    /// The answers to show: those of the requests, or what is read after a restart.
    pub documents: Vec<Shared<DocumentReport>>,
    /// The answers to all events.
    pub events: Vec<EventReport>,
    /// The cluster after the event that is shown.
    pub after: Shared<Diff>,
    /// Its Nodes, Pods and Deployments, and the programs as they started last.
    pub world: Shared<World>,
    /// The error message that is pasted in place of what is applied, or among the flags.
    pub pasted: Option<PastedError>,
}

impl Answers {
    /// Runs a session; `None` if it does not begin with a start.
    #[must_use]
    pub fn of(store: &Store, scenario: &Session, replay: &mut Replay) -> Option<Self> {
        let report = if store.settled {
            replay.run(scenario, store.at)
        } else {
            replay.run_shown(scenario, store.at)
        };
        let EventReport::Boot(boot) = report.events.get(store.boot().0)? else { return None };
        let (requests, documents) = match report.events.get(store.at)? {
            EventReport::Requests(requests) => (Rc::clone(requests), requests.documents.clone()),
            EventReport::Boot(boot) => (Rc::default(), boot.read.iter().cloned().collect()),
        };
        Some(Self {
            boot: Shared(Rc::clone(boot)),
            requests: Shared(requests),
            documents: documents.into_iter().map(Shared).collect(),
            events: report.events,
            after: Shared(Rc::new(report.diff)),
            world: Shared(report.world),
            pasted: PastedError::of(scenario.events.get(store.at)?, store.flags()),
        })
    }

    /// What is said on top, about the document at `at`.
    #[must_use]
    pub fn verdict(&self, store: &Store, at: usize) -> Verdict {
        if let Some(pasted) = self.pasted.as_ref().filter(|it| it.is_request) {
            return pasted.verdict(store.lang);
        }
        let document = self.documents.get(at).map(|it| &**it);
        match store.event() {
            Action::Boot { .. } if self.boot.is_running() => {
                started(&self.boot, &self.after, store.at > 0, store.lang)
            }
            _ => verdict(&self.boot, &self.requests, document, store.lang),
        }
    }
}

/// The same session on another release.
#[must_use]
pub fn compared(store: &Store, other: KubeVersion) -> Option<Answers> {
    let events = store.events.iter().map(|event| match event {
        Action::Boot { flags, .. } => Action::Boot { version: other, flags: Rc::clone(flags) },
        event => event.clone(),
    });
    let scenario = Session { events: events.collect(), ..store.session() };
    Answers::of(store, &scenario, &mut Replay::default())
}

/// The document at the caret of the manifest, else the one that was chosen, else the first that was
/// not accepted: a refusal must not hide behind an acceptance.
#[must_use]
pub fn document_at(store: &Store, documents: &[Shared<DocumentReport>]) -> usize {
    if let Focus::Manifest(caret) = store.focus {
        let at = documents.iter().position(|document| document.span.touches(caret));
        if let Some(at) = at {
            return at;
        }
    }
    let refused = || documents.iter().position(|document| !document.is_accepted());
    let at = store.document.or_else(refused).unwrap_or_default();
    at.min(documents.len().saturating_sub(1))
}
