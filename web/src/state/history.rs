//! What can be undone? Whatever changed the session: text, flags, releases, events and branches. Where a
//! person looks, and in which language, is no change.

use std::rc::Rc;

use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Notes, Session, Shown};
use dualstack_core::source::flags::Component;

use crate::examples;

/// The most steps back that are kept.
const MOST: usize = 200;

/// The session with everything that undo gives back.
#[derive(Clone, PartialEq, Debug)]
pub struct Work {
    /// What the person did, in order. The first is a start; there is never none.
    pub events: Rc<[Action]>,
    /// What the person wrote beside them.
    pub notes: Notes,
    /// The event that the panes show.
    pub at: usize,
    /// What the addresses hang on that the cluster picks.
    pub seed: u64,
    /// Which session it is: they are numbered as they are opened.
    pub session: u32,
    /// The example it is, if nothing was edited since it was chosen.
    pub example: Option<&'static str>,
    /// Which of the branches the events are; 0 if there are none.
    pub branch: usize,
    /// All branches, in the order they were made; none before the first fork. The one at `branch` is
    /// as it was when it was left last.
    pub branches: Rc<[Branch]>,
}

/// A session that was kept when another one was forked from it, or that was forked.
#[derive(Clone, PartialEq, Debug)]
pub struct Branch {
    /// Its events.
    pub events: Rc<[Action]>,
    /// What the person wrote beside them.
    pub notes: Notes,
    /// The event that was shown last.
    pub at: usize,
    /// The branch it was forked from, and how many events the two began with together.
    pub from: Option<(usize, usize)>,
}

/// A text that is typed into. What is typed into one of them without a pause is undone at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Typing {
    /// The flags of a component, of the start at this place.
    Flags(usize, Component),
    /// The manifest or patch at this place.
    Manifest(usize),
    /// The object of the patch at this place.
    Target(usize),
    /// The note of the event at this place.
    Note(usize),
}

/// The way back, and forth again.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct History {
    past: Rc<Vec<Work>>,
    future: Rc<Vec<Work>>,
    /// What was typed into last, until typing pauses.
    typing: Option<Typing>,
}

impl Work {
    /// The example that the page opens with.
    #[must_use]
    pub fn opening() -> Self {
        let example = examples::find(examples::OPENING);
        let events: Rc<[Action]> = match example {
            Some(example) => example.events.as_slice().into(),
            None => start("", "").into(),
        };
        let at = events.len() - 1;
        Self::of(Shown { scenario: Session { seed: 0, events }, at, notes: Notes::default() })
    }

    /// A session that was read.
    #[must_use]
    pub fn of(shown: Shown) -> Self {
        let Shown { scenario: Session { seed, events }, at, notes } = shown;
        let is_same = |example: &&examples::Example| example.events == *events;
        let example =
            examples::all().iter().find(is_same).filter(|_| seed == 0 && notes.is_empty());
        let example = example.map(|example| example.id);
        Self { events, notes, at, seed, example, session: 0, branch: 0, branches: Rc::default() }
    }

    pub(super) fn is_opening(&self) -> bool {
        self.example == Some(examples::OPENING)
            && self.at + 1 == self.events.len()
            && self.branches.is_empty()
    }

    pub(super) fn shows(&self, other: &Self) -> bool {
        let session = |work: &Self| (work.at, work.seed);
        session(self) == session(other) && self.events == other.events && self.notes == other.notes
    }

    /// Whether the two hold the same session, wherever a person looks.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        let same_events = Rc::ptr_eq(&self.events, &other.events) || self.events == other.events;
        same_events
            && self.notes == other.notes
            && self.branch == other.branch
            && self.branches == other.branches
    }
}

/// A session of one start and one apply.
#[must_use]
pub fn start(flags: &str, manifest: &str) -> [Action; 2] {
    let version = KubeVersion::LATEST;
    [Action::Boot { version, flags: flags.into() }, Action::Apply(manifest.into())]
}

impl History {
    /// Notes that what was `before` has changed; `typing` says into what, if it was by typing.
    pub fn note(&mut self, before: Work, typing: Option<Typing>) {
        let goes_on = typing.is_some() && self.typing == typing && !self.past.is_empty();
        if !goes_on {
            let past = Rc::make_mut(&mut self.past);
            if past.len() == MOST {
                past.remove(0);
            }
            past.push(before);
        }
        self.future = Rc::default();
        self.typing = typing;
    }

    /// Typing has paused: what comes next is undone by itself.
    pub fn pause(&mut self) {
        self.typing = None;
    }

    /// Whether something is being typed.
    #[must_use]
    pub const fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// What was before the last change; `now` can be had again by [`History::redo`].
    pub fn undo(&mut self, now: Work) -> Option<Work> {
        self.typing = None;
        let before = Rc::make_mut(&mut self.past).pop()?;
        Rc::make_mut(&mut self.future).push(now);
        Some(before)
    }

    /// What was undone last.
    pub fn redo(&mut self, now: Work) -> Option<Work> {
        self.typing = None;
        let after = Rc::make_mut(&mut self.future).pop()?;
        Rc::make_mut(&mut self.past).push(now);
        Some(after)
    }

    /// Whether there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to do again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }
}
