//! What did a person do? A session is a list of events, replayed from an empty cluster.

use std::rc::Rc;

use crate::version::KubeVersion;

/// A session: everything the page shows is computed from it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Every dynamic pick of the cluster is a hash of this and of what asks.
    pub seed: u64,
    /// What happened, in order. The first event is a [`Event::Boot`].
    pub events: Rc<[Event]>,
}

/// One thing a person did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// The control plane starts, or starts again, with these flags.
    Boot {
        /// The release.
        version: KubeVersion,
        /// The flags of all components, as typed.
        flags: Rc<str>,
    },
    /// `kubectl apply -f`: one or more documents, as typed.
    Apply(Rc<str>),
}
