//! Which fixes were found, and for what?

use std::rc::Rc;

use dualstack_core::fixes::Fix;
use dualstack_core::session::action::{Action, Session};

/// The session, event and document that fixes were found for, and the fixes.
#[derive(Clone, PartialEq, Debug)]
pub struct FoundFixes {
    events: Rc<[Action]>,
    at: usize,
    document: usize,
    pub list: Vec<Rc<Fix>>,
}

impl FoundFixes {
    #[must_use]
    pub fn new(session: Session, at: usize, document: usize, list: Vec<Fix>) -> Self {
        let list = list.into_iter().map(Rc::new).collect();
        Self { events: session.events, at, document, list }
    }

    /// Whether they are of this document of this event.
    #[must_use]
    pub fn is_of(&self, events: &Rc<[Action]>, at: usize, document: usize) -> bool {
        Rc::ptr_eq(&self.events, events) && (self.at, self.document) == (at, document)
    }
}
