//! How is a session with its branches saved in the browser, and read back?

use std::rc::Rc;

use dualstack_core::session::action::{Action, Notes, Session, Shown};
use serde::{Deserialize, Serialize};

use super::history::{Branch, Work, start};

/// The session as it is saved.
#[derive(Serialize, Deserialize)]
struct Saved {
    #[serde(default)]
    at: usize,
    #[serde(default)]
    seed: u64,
    #[serde(default)]
    session: u32,
    events: Rc<[Action]>,
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    notes: Notes,
    #[serde(default)]
    branch: usize,
    #[serde(default)]
    branches: Vec<SavedBranch>,
}

#[derive(Serialize, Deserialize)]
struct SavedBranch {
    at: usize,
    events: Rc<[Action]>,
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    notes: Notes,
    from: Option<(usize, usize)>,
}

/// The two texts of the static example, which boot.js hands over.
#[derive(Deserialize)]
struct Typed {
    flags: Rc<str>,
    manifest: Rc<str>,
}

/// The session as JSON.
#[must_use]
pub fn to_text(work: &Work) -> String {
    let branches = work.branches.iter().map(|branch| SavedBranch {
        at: branch.at,
        events: Rc::clone(&branch.events),
        notes: branch.notes.clone(),
        from: branch.from,
    });
    let saved = Saved {
        at: work.at,
        seed: work.seed,
        session: work.session,
        events: Rc::clone(&work.events),
        notes: work.notes.clone(),
        branch: work.branch,
        branches: branches.collect(),
    };
    serde_json::to_string(&saved).expect("all keys are texts")
}

/// Reads what [`to_text`] wrote, or what was typed into the static example.
#[must_use]
pub fn from_text(text: &str) -> Option<Work> {
    if let Ok(Typed { flags, manifest }) = serde_json::from_str(text) {
        let scenario = Session { seed: 0, events: start(&flags, &manifest).into() };
        return Some(Work::of(Shown { scenario, at: 1, notes: Notes::default() }));
    }
    let Saved { at, seed, session, events, notes, branch, branches } =
        serde_json::from_str(text).ok()?;
    if branch > 0 && branch >= branches.len() {
        return None;
    }
    let read = |at, events, notes: &_| Shown::new(Session { seed, events }, at, notes);
    let branches = branches.into_iter().map(|SavedBranch { at, events, notes, from }| {
        let Shown { scenario, at, notes } = read(at, events, &notes)?;
        Some(Branch { events: scenario.events, notes, at, from })
    });
    let branches = branches.collect::<Option<_>>()?;
    Some(Work { session, branch, branches, ..Work::of(read(at, events, &notes)?) })
}
