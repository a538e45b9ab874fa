//! What does the core make of a session, and what of it does the page show?

use std::rc::Rc;

use dualstack_core::cluster::World;
use dualstack_core::explain::text::Lang;
use dualstack_core::kubectl::Workload;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::diff::Diff;
use dualstack_core::session::{
    BootReport, DocumentReport, EventReport, Replay, RequestsReport, Verb,
};

use super::documents::{Row, document_at, of_all};
use super::errors::PastedError;
use super::pods::{NewPods, left_behind, registered};
use super::shared::Shared;
use super::store::Store;
use super::verdict::{Tone, Verdict, left_by, started, trouble, verdict};

/// What the core made of the session, each part shared with the panes that show it.
#[derive(Clone, PartialEq)]
pub struct Answers {
    /// The start in force.
    pub boot: Shared<BootReport>,
    /// The requests of the event that is shown; none if it is a start.
    pub requests: Shared<RequestsReport>,
    /// The answers to show: those of the requests, or what is read after a restart.
    pub documents: Vec<Shared<DocumentReport>>,
    /// What became of each of them.
    pub rows: Rc<[Row]>,
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
        let rows = documents.iter().map(|document| Row::of(boot, &requests, document));
        let rows = rows.collect();
        Some(Self {
            rows,
            boot: Shared(Rc::clone(boot)),
            requests: Shared(requests),
            documents: documents.into_iter().map(Shared).collect(),
            events: report.events,
            after: Shared(Rc::new(report.diff)),
            world: Shared(report.world),
            pasted: PastedError::of(scenario.events.get(store.at)?, store.flags()),
        })
    }

    /// Whether the control plane does not start, or the request for the document at `at` fails.
    #[must_use]
    pub fn is_refused(&self, store: &Store, at: usize) -> bool {
        let is_start = matches!(store.event(), Action::Boot { .. });
        !self.boot.is_running()
            || !is_start
                && self
                    .documents
                    .get(at)
                    .is_some_and(|document| !document.is_accepted() && !document.is_left_out)
    }

    /// The document that is looked at.
    #[must_use]
    pub fn document_at(&self, store: &Store) -> usize {
        document_at(store, &self.documents, &self.rows)
    }

    /// What is said on top: about the start, about the document at `at`, or about all documents.
    #[must_use]
    pub fn verdict(&self, store: &Store, at: usize) -> Verdict {
        let (boot, lang) = (&self.boot, store.lang);
        if let Some(pasted) = self.pasted.as_ref().filter(|it| it.is_request) {
            return pasted.verdict(lang);
        }
        let is_start = matches!(store.event(), Action::Boot { .. });
        if is_start && boot.is_running() {
            let verdict = started(boot, &self.after, store.at > 0, lang);
            let kept = (store.at > 0).then(|| left_behind(&self.world, lang)).flatten();
            let came = || registered(&self.world, &self.after.objects, lang);
            let verdict = match (kept, (store.at > 0).then(came).flatten()) {
                (Some(kept), _) => verdict.led_by(kept, lang).surprising(),
                (None, Some(came)) => verdict.led_by(came, lang),
                (None, None) => verdict,
            };
            return self.with_trouble(verdict, lang);
        }
        let document = self.documents.get(at).map(|it| &**it);
        let verdict = match &*self.rows {
            [_, _, ..] if boot.is_running() => {
                of_all(boot, &self.requests, &self.documents, &self.rows, lang)
            }
            _ => {
                let mut verdict = verdict(boot, &self.requests, document, lang);
                if boot.is_running() {
                    verdict
                        .because
                        .extend(document.map(|it| left_by(it, lang)).unwrap_or_default());
                }
                verdict
            }
        };
        if !boot.is_running() || !self.documents.iter().any(|document| document.is_accepted()) {
            return verdict;
        }
        let verdict = self.with_pods(verdict, lang);
        self.with_trouble(verdict, lang)
    }

    /// Says what became of the Pods that are new.
    fn with_pods(&self, verdict: Verdict, lang: Lang) -> Verdict {
        let has_both = |families: &mut dyn Iterator<Item = Family>| {
            let families: Vec<Family> = families.collect();
            families.contains(&Family::V4) && families.contains(&Family::V6)
        };
        if self.after.objects.pods.changed.is_empty() {
            return verdict;
        }
        let is_dual = self.boot.env.as_ref().is_some_and(|env| env.ranges.is_dual())
            || has_both(&mut self.world.ranges().iter().map(|range| range.cluster.family()));
        let pods = NewPods::of(&self.world, &self.after.objects, is_dual, lang);
        let Some(NewPods { head, because, is_as_expected }) = pods else { return verdict };
        let is_their_own = |document: &DocumentReport| {
            matches!(document.verb, Verb::Apply | Verb::Create | Verb::Replace)
                && document.workload.as_ref().is_some_and(|(kind, _)| *kind != Workload::Node)
        };
        let verdict = match self.documents.as_slice() {
            [document] if is_their_own(document) => verdict.led_by(head, lang),
            _ => verdict.and(head, lang),
        };
        let verdict = verdict.since(because, lang);
        if is_as_expected { verdict } else { verdict.surprising() }
    }

    /// Says what does not work of the components, unless there is worse.
    fn with_trouble(&self, verdict: Verdict, lang: Lang) -> Verdict {
        match trouble(&self.boot, lang) {
            Some(because) if verdict.tone <= Tone::Look => {
                verdict.since(because, lang).surprising()
            }
            _ => verdict,
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
