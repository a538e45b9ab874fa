//! What did a person do? A session is a list of events, replayed from an empty cluster; and the one text
//! in which it is saved.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

pub use crate::kubectl::PatchForm;
use crate::release::version::KubeVersion;

/// A session: everything the page shows is computed from it.
#[derive(Clone, PartialEq, Debug)]
pub struct Session {
    /// Every dynamic pick of the cluster is a hash of this and of what asks.
    pub seed: u64,
    /// What happened, in order. The first event is a [`Action::Boot`].
    pub events: Rc<[Action]>,
}

/// A session, and the event of it that is shown: what is saved and linked.
///
/// Invariant: it begins with a start, and the shown event is one of its own.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(try_from = "Saved", into = "Saved")]
pub struct Shown {
    /// The session.
    pub scenario: Session,
    /// Which event.
    pub at: usize,
}

impl Shown {
    /// A session at an event; an event that is not there is the last one. `None` unless it begins with a start.
    #[must_use]
    pub fn new(scenario: Session, at: usize) -> Option<Self> {
        let begins = matches!(scenario.events.first(), Some(Action::Boot { .. }));
        begins.then(|| Self { at: at.min(scenario.events.len() - 1), scenario })
    }
}

/// How a [`Shown`] is written: `{"at":1,"seed":0,"events":[…]}`.
#[derive(Serialize, Deserialize)]
struct Saved {
    #[serde(default)]
    at: usize,
    #[serde(default)]
    seed: u64,
    events: Rc<[Action]>,
}

impl TryFrom<Saved> for Shown {
    type Error = &'static str;

    fn try_from(Saved { at, seed, events }: Saved) -> Result<Self, Self::Error> {
        Self::new(Session { seed, events }, at).ok_or("a session begins with a start")
    }
}

impl From<Shown> for Saved {
    fn from(Shown { scenario: Session { seed, events }, at }: Shown) -> Self {
        Self { at, seed, events }
    }
}

/// One thing a person did. As JSON: `{"apply":"…"}`, `{"restart":{"version":"1.36","flags":"…"}}`,
/// `{"patch":{"service":"…","type":"…","body":"…"}}`, `{"delete":"…"}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Action {
    /// The control plane starts, or starts again, with these flags.
    #[serde(rename = "restart")]
    Boot {
        /// The release; the newest where none is named.
        #[serde(default)]
        version: KubeVersion,
        /// The flags of all components, as typed.
        flags: Rc<str>,
    },
    /// `kubectl apply -f`: one or more documents, as typed.
    Apply(Rc<str>),
    /// `kubectl patch service`.
    Patch {
        /// Of which Service: what stands behind `kubectl patch`, such as `service/web -n shop`.
        service: Rc<str>,
        /// How the patch is to be read.
        #[serde(rename = "type")]
        form: PatchForm,
        /// The patch, as typed: JSON or YAML.
        body: Rc<str>,
    },
    /// `kubectl delete`: what stands behind it, such as `service/web -n shop`.
    Delete(Rc<str>),
}

#[cfg(test)]
mod tests {
    use super::{Action, PatchForm, Session, Shown};
    use crate::release::version::KubeVersion;

    #[test]
    fn an_event_is_read_back_as_it_was_written() {
        let mut events = vec![
            Action::Boot { version: KubeVersion::OLDEST, flags: "--v=\"2\"\n# 双".into() },
            Action::Apply("a: 'b'\n---\nc: <d>\n".into()),
            Action::Delete("service/web -n shop".into()),
        ];
        events.extend(PatchForm::ALL.map(|form| Action::Patch {
            service: "web".into(),
            form,
            body: "[]".into(),
        }));
        for event in events {
            let text = serde_json::to_string(&event).expect("it can be written");
            assert_eq!(serde_json::from_str(&text).ok(), Some(event));
        }
    }

    #[test]
    fn a_session_is_read_back_with_its_seed_and_the_event_that_is_shown() {
        let start = Action::Boot { version: KubeVersion::LATEST, flags: "--v=2".into() };
        let events = [start, Action::Apply("a: 双".into())].into();
        let shown = Shown { scenario: Session { seed: u64::MAX, events }, at: 1 };
        let text = serde_json::to_string(&shown).expect("it can be written");
        let read = |text: &str| serde_json::from_str::<Shown>(text).ok();
        assert_eq!(read(&text), Some(shown));
        // Older texts have no seed; an event that is not there is the last one.
        let older = text.replace("\"at\":1,\"seed\":18446744073709551615", "\"at\":7");
        let older = read(&older).expect("it is a session");
        assert_eq!((older.scenario.seed, older.at), (0, 1));
        for text in ["", "{}", "{\"events\":[]}", "{\"events\":[{\"apply\":\"\"}]}", "[", "双"] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
