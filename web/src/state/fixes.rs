//! Which fixes and next steps were found, and for what?

use std::rc::Rc;

use dualstack_core::fixes::Fix;
use dualstack_core::session::action::{Action, Session};

use super::choices::Pane;
use super::shared::Shared;

/// A fix or next step, with its number among those that were found.
#[derive(Clone, PartialEq, Debug)]
pub struct Offer {
    pub number: usize,
    pub fix: Shared<Fix>,
}

impl Offer {
    /// The pane whose text it changes.
    #[must_use]
    pub fn pane(&self) -> Pane {
        match self.fix.event {
            Action::Boot { .. } => Pane::Cluster,
            _ => Pane::Manifest,
        }
    }
}

/// The session, event and document that fixes were found for, and the fixes.
#[derive(Clone, PartialEq, Debug)]
pub struct FoundFixes {
    events: Rc<[Action]>,
    at: usize,
    document: usize,
    list: Vec<Offer>,
}

impl FoundFixes {
    #[must_use]
    pub fn new(session: Session, at: usize, document: usize, list: Vec<Fix>) -> Self {
        let offers = list.into_iter().enumerate();
        let offers = offers.map(|(number, fix)| Offer { number, fix: Shared(Rc::new(fix)) });
        Self { events: session.events, at, document, list: offers.collect() }
    }

    /// Whether they are of this document of this event.
    #[must_use]
    pub fn is_of(&self, events: &Rc<[Action]>, at: usize, document: usize) -> bool {
        Rc::ptr_eq(&self.events, events) && (self.at, self.document) == (at, document)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The best one.
    #[must_use]
    pub fn first(&self) -> Option<&Offer> {
        self.list.first()
    }

    /// Those that change the text of a pane.
    #[must_use]
    pub fn of(&self, pane: Pane) -> Vec<Offer> {
        self.list.iter().filter(|offer| offer.pane() == pane).cloned().collect()
    }
}
