//! What did a person do? A session is a list of events, replayed from an empty cluster; and the one text
//! in which it is saved.

use std::rc::Rc;

use serde::{Deserialize, Serialize};

use crate::kubectl::FileCommand;
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
    /// What is written beside its events.
    pub notes: Notes,
}

impl Shown {
    /// A session at an event; an event that is not there is the last one. `None` unless it begins with a start.
    #[must_use]
    pub fn new(scenario: Session, at: usize, notes: &Notes) -> Option<Self> {
        let begins = matches!(scenario.events.first(), Some(Action::Boot { .. }));
        let count = scenario.events.len();
        begins.then(|| Self { at: at.min(count - 1), notes: notes.first(count), scenario })
    }
}

/// What a person wrote beside the events of a session, event by event. It changes no answer.
///
/// Invariant: the last text is not empty, so that two sessions without notes have equal ones.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(from = "Vec<Rc<str>>", into = "Vec<Rc<str>>")]
pub struct Notes(Rc<[Rc<str>]>);

impl From<Vec<Rc<str>>> for Notes {
    fn from(mut texts: Vec<Rc<str>>) -> Self {
        texts.truncate(texts.iter().rposition(|text| !text.is_empty()).map_or(0, |last| last + 1));
        Self(texts.into())
    }
}

impl From<Notes> for Vec<Rc<str>> {
    fn from(notes: Notes) -> Self {
        notes.0.to_vec()
    }
}

impl Notes {
    /// Whether no event has a note.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The note of the event at `at`; empty where it has none.
    #[must_use]
    pub fn at(&self, at: usize) -> &str {
        self.0.get(at).map_or("", |text| text)
    }

    /// With this text for the event at `at`.
    #[must_use]
    pub fn with(&self, at: usize, text: &str) -> Self {
        self.changed(at + 1, |texts| texts[at] = text.into())
    }

    /// After an event without a note was put at `at`.
    #[must_use]
    pub fn inserted(&self, at: usize) -> Self {
        self.changed(at, |texts| texts.insert(at, "".into()))
    }

    /// After the event at `at` was taken away.
    #[must_use]
    pub fn removed(&self, at: usize) -> Self {
        self.changed(at + 1, |texts| drop(texts.remove(at)))
    }

    /// After the event at `from` moved to `to`.
    #[must_use]
    pub fn moved(&self, from: usize, to: usize) -> Self {
        self.changed(from.max(to) + 1, |texts| {
            let text = texts.remove(from);
            texts.insert(to, text);
        })
    }

    /// Those of the first events.
    #[must_use]
    pub fn first(&self, count: usize) -> Self {
        if self.0.len() <= count {
            return self.clone();
        }
        self.0[..count].to_vec().into()
    }

    /// With a change, for which there are at least so many texts.
    fn changed(&self, count: usize, change: impl FnOnce(&mut Vec<Rc<str>>)) -> Self {
        let mut texts = self.0.to_vec();
        texts.resize(texts.len().max(count), "".into());
        change(&mut texts);
        texts.into()
    }
}

/// How a [`Shown`] is written: `{"at":1,"seed":0,"events":[…],"notes":[…]}`, without notes where there are none.
#[derive(Serialize, Deserialize)]
struct Saved {
    #[serde(default)]
    at: usize,
    #[serde(default)]
    seed: u64,
    events: Rc<[Action]>,
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    notes: Notes,
}

impl TryFrom<Saved> for Shown {
    type Error = &'static str;

    fn try_from(Saved { at, seed, events, notes }: Saved) -> Result<Self, Self::Error> {
        Self::new(Session { seed, events }, at, &notes).ok_or("a session begins with a start")
    }
}

impl From<Shown> for Saved {
    fn from(Shown { scenario: Session { seed, events }, at, notes }: Shown) -> Self {
        Self { at, seed, events, notes }
    }
}

/// One thing a person did. As JSON: `{"apply":"…"}`, `{"create":"…"}`, `{"replace":"…"}`, `{"delete-file":"…"}`,
/// `{"existing":"…"}`, `{"restart":{"version":"1.36","flags":"…"}}`, `{"patch":{"service":"…","type":"…","body":"…"}}`, `{"delete":"…"}`.
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
    /// `kubectl create -f`.
    Create(Rc<str>),
    /// `kubectl replace -f`.
    Replace(Rc<str>),
    /// `kubectl delete -f`.
    #[serde(rename = "delete-file")]
    DeleteFile(Rc<str>),
    /// These objects exist: what `kubectl get -o yaml` printed of them.
    Existing(Rc<str>),
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

impl Action {
    /// What is done with a file.
    #[must_use]
    pub const fn of_file(command: FileCommand, text: Rc<str>) -> Self {
        match command {
            FileCommand::Apply => Self::Apply(text),
            FileCommand::Create => Self::Create(text),
            FileCommand::Replace => Self::Replace(text),
            FileCommand::Delete => Self::DeleteFile(text),
            FileCommand::Existing => Self::Existing(text),
        }
    }

    /// The command and the text of its file, if it is about one.
    #[must_use]
    pub const fn file(&self) -> Option<(FileCommand, &Rc<str>)> {
        Some(match self {
            Self::Apply(text) => (FileCommand::Apply, text),
            Self::Create(text) => (FileCommand::Create, text),
            Self::Replace(text) => (FileCommand::Replace, text),
            Self::DeleteFile(text) => (FileCommand::Delete, text),
            Self::Existing(text) => (FileCommand::Existing, text),
            Self::Boot { .. } | Self::Patch { .. } | Self::Delete(_) => return None,
        })
    }

    /// The text that a person edits: flags, a file, a patch, or the name of an object.
    #[must_use]
    pub const fn text(&self) -> &Rc<str> {
        match self {
            Self::Boot { flags: text, .. }
            | Self::Apply(text)
            | Self::Create(text)
            | Self::Replace(text)
            | Self::DeleteFile(text)
            | Self::Existing(text)
            | Self::Patch { body: text, .. }
            | Self::Delete(text) => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Notes, PatchForm, Session, Shown};
    use crate::release::version::KubeVersion;

    #[test]
    fn an_event_is_read_back_as_it_was_written() {
        let mut events = vec![
            Action::Boot { version: KubeVersion::OLDEST, flags: "--v=\"2\"\n# 双".into() },
            Action::Apply("a: 'b'\n---\nc: <d>\n".into()),
            Action::Create("a: 1".into()),
            Action::Replace("a: 1".into()),
            Action::DeleteFile("a: 1".into()),
            Action::Existing("a: 1".into()),
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
        let notes = Notes::default();
        let shown = Shown { scenario: Session { seed: u64::MAX, events }, at: 1, notes };
        let text = serde_json::to_string(&shown).expect("it can be written");
        let read = |text: &str| serde_json::from_str::<Shown>(text).ok();
        assert!(!text.contains("notes"), "{text}");
        assert_eq!(read(&text).as_ref(), Some(&shown));
        let noted = Shown { notes: Notes::default().with(1, "双"), ..shown };
        let of_noted = serde_json::to_string(&noted).expect("it can be written");
        assert_eq!(read(&of_noted), Some(noted));
        // Older texts have no seed; an event that is not there is the last one.
        let older = text.replace("\"at\":1,\"seed\":18446744073709551615", "\"at\":7");
        let older = read(&older).expect("it is a session");
        assert_eq!((older.scenario.seed, older.at), (0, 1));
        for text in ["", "{}", "{\"events\":[]}", "{\"events\":[{\"apply\":\"\"}]}", "[", "双"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn notes_follow_their_events() {
        let notes = Notes::default().with(2, "two");
        assert_eq!([0, 1, 2, 3].map(|at| notes.at(at)), ["", "", "two", ""]);
        assert_eq!(notes.with(2, ""), Notes::default());
        assert_eq!(notes.inserted(1).at(3), "two");
        assert_eq!(notes.inserted(3), notes);
        assert_eq!(notes.inserted(9), notes);
        assert_eq!(notes.removed(1).at(1), "two");
        assert_eq!(notes.removed(2), Notes::default());
        assert_eq!(notes.removed(5), notes);
        assert_eq!((notes.moved(2, 1).at(1), notes.moved(1, 4).at(1)), ("two", "two"));
        assert_eq!(notes.moved(2, 4).at(4), "two");
        assert_eq!((notes.first(3), notes.first(2)), (notes.clone(), Notes::default()));
    }
}
