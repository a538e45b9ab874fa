//! What did the person type and choose? The page's whole state; everything on screen is computed from it.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::fixes::Fix;
use dualstack_core::kubectl::FileCommand;
use dualstack_core::kubectl::documents::objects;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Notes, PatchForm, Session};
use dualstack_core::source::flags::Component;

use super::choices::{Focus, Form, Pane, Tab, Theme, Undone};
use super::fixes::FoundFixes;
use super::history::{Branch, History, Work};
use super::pace::Pace;
use super::text_change::Pasted;
use super::visit::{Step, Visit};
use crate::examples;
use crate::presets::Preset;

/// The state.
#[derive(Clone, PartialEq, Debug)]
pub struct Store {
    /// What the person did, in order. The first is a start; there is never none.
    pub events: Rc<[Action]>,
    /// What the person wrote beside them.
    pub notes: Notes,
    /// The event that the panes show and that typing edits.
    pub at: usize,
    /// What the addresses hang on that the cluster picks.
    pub seed: u64,
    /// Which session it is ([`Work::session`]).
    pub session: u32,
    /// How the page was opened.
    pub visit: Visit,
    /// The example that was chosen last, if nothing was edited since.
    pub example: Option<&'static str>,
    /// Which of the branches the events are.
    pub branch: usize,
    /// The branches, where the session was forked ([`Work::branches`]).
    pub branches: Rc<[Branch]>,
    /// What can be undone.
    pub history: History,
    /// Where the last undo or redo changed a text, and which one it was.
    pub undone: Option<Undone>,
    /// Whether the events are shown one after the other.
    pub playing: bool,
    /// How long each of them is shown.
    pub pace: Pace,
    /// How the stored object is printed.
    pub form: Form,
    /// The fixes that were found last.
    pub fixes: Option<Rc<FoundFixes>>,
    /// The language.
    pub lang: Lang,
    /// Dark, light, or as the system says.
    pub theme: Option<Theme>,
    /// What the Why tab is asked about.
    pub focus: Focus,
    /// The pane a phone shows.
    pub pane: Pane,
    /// The tab of the result pane.
    pub tab: Tab,
    /// Which document of the manifest was chosen, if one was.
    pub document: Option<usize>,
    /// Where the caret of the manifest was last, if no document was chosen since.
    pub caret: Option<usize>,
    /// Where the caret stands behind a paste, which says nothing yet of the document that is looked at.
    pub(super) pasted: Option<Pasted>,
    /// Whether a page of middle width shows the flags in full.
    pub unfolded: bool,
    /// Whether metadata that the server keeps is shown.
    pub shows_server_fields: bool,
    /// Counts the events and examples that were chosen: what was accepted in one says nothing about
    /// another.
    pub turn: u32,
    /// Whether what follows the event that is shown is answered, too: it can wait until typing stops.
    pub settled: bool,
    /// The release that the session is compared with, if one is.
    pub compared: Option<KubeVersion>,
    /// False after the page died while running: the text is shown, not run.
    pub runs: bool,
}

/// What a person did.
#[derive(Clone, PartialEq, Debug)]
pub enum Msg {
    /// Changed the flags of all components.
    EditFlags(String),
    /// Typed into the flags of a component.
    EditPart(Component, String),
    /// Moved the caret to this byte of the flags of a component.
    Caret(Component, usize),
    /// Typed into the manifest.
    EditManifest(String),
    /// Chose the command of kubectl that the manifest is for.
    Command(FileCommand),
    /// Chose a fix.
    Fix(Rc<Fix>),
    /// Fixes were found.
    Fixes(Rc<FoundFixes>),
    /// Chose another Service or form of the patch that is shown.
    EditPatch(String, PatchForm),
    /// Chose a release for the start in force.
    Version(KubeVersion),
    /// Chose a release to compare with, or none.
    Compare(Option<KubeVersion>),
    /// Applies the last manifest once more.
    ApplyAgain,
    /// Adds a patch.
    Patch,
    /// Adds a delete.
    Delete,
    /// Adds a restart with the flags as they are.
    Restart,
    /// Chose an event.
    Choose(usize),
    /// Takes an event back.
    Remove(usize),
    /// Moves the event that is shown to this place.
    Move(usize),
    /// Keeps the session as it is, and goes on in a new one that begins with its events up to the one
    /// that is shown.
    Fork,
    /// Chose a branch.
    Branch(usize),
    /// Throws away the branch that is shown, if there are others.
    RemoveBranch,
    /// Shows the events one after the other, or stops doing so.
    Play(bool),
    /// Shows the next event, while playing.
    Tick,
    /// Chose how long an event is shown while playing.
    Pace(Pace),
    /// Wrote something beside the event that is shown.
    Note(String),
    /// Takes the last change back.
    Undo,
    /// Does what was undone last.
    Redo,
    /// Typing paused.
    Pause,
    /// Chose how the stored object is printed.
    Form(Form),
    /// Pressed a button for families.
    Preset(Preset),
    /// Chose an example.
    Example(&'static str),
    /// Chose one's own text, which an example took the place of.
    OwnText,
    /// Chose a language.
    Language(Lang),
    /// Chose a colour scheme.
    Theme(Theme),
    /// Moved the caret, or chose a stored field.
    Focus(Focus),
    /// Chose a pane on a phone.
    Pane(Pane),
    /// Chose a tab of the result pane.
    Tab(Tab),
    /// Chose a document.
    Document(usize),
    /// Shows or hides the flags on a page of middle width.
    Unfold(bool),
    /// Shows or hides what the server keeps.
    ServerFields(bool),
    /// Replaces a text of the manifest by another one: something to try with an example.
    Replace(&'static str, &'static str),
    /// Answers what follows the event that is shown.
    Settle,
    /// Puts an event behind the one that is shown.
    Append(Action),
    /// Runs what safe mode only shows.
    Run,
    /// Did something about links.
    Visit(Step),
}

/// The object an event names, as kubectl reads it: a Service of `default` by its name alone.
fn target(event: &Action) -> Option<String> {
    match event {
        Action::Boot { .. } => None,
        Action::Patch { service, .. } | Action::Delete(service) => Some(service.to_string()),
        Action::Apply(text)
        | Action::Create(text)
        | Action::Replace(text)
        | Action::DeleteFile(text)
        | Action::Existing(text) => objects(text).iter().find_map(|document| {
            let metadata = &document.node.entry("metadata")?.value;
            let (kind, name) = (document.node.text_of("kind")?, metadata.text_of("name")?);
            let namespace = metadata.text_of("namespace").filter(|it| *it != "default");
            let kind = kind.to_ascii_lowercase();
            Some(match namespace {
                Some(namespace) => format!("{kind}/{name} -n {namespace}"),
                None if kind == "service" => name.to_owned(),
                None => format!("{kind}/{name}"),
            })
        }),
    }
}

impl Store {
    /// The state with an example.
    #[must_use]
    pub fn opening(lang: Lang) -> Self {
        let Work { events, notes, at, seed, session, example, branch, branches } = Work::opening();
        Self {
            events,
            notes,
            at,
            seed,
            session,
            visit: Visit::default(),
            example,
            branch,
            branches,
            history: History::default(),
            undone: None,
            playing: false,
            pace: Pace::default(),
            form: Form::default(),
            fixes: None,
            lang,
            theme: None,
            focus: Focus::None,
            pane: Pane::default(),
            tab: Tab::default(),
            document: None,
            caret: None,
            pasted: None,
            unfolded: false,
            shows_server_fields: false,
            turn: 0,
            settled: true,
            compared: None,
            runs: true,
        }
    }

    /// What undo gives back.
    #[must_use]
    pub fn work(&self) -> Work {
        Work {
            events: Rc::clone(&self.events),
            notes: self.notes.clone(),
            at: self.at,
            seed: self.seed,
            session: self.session,
            example: self.example,
            branch: self.branch,
            branches: Rc::clone(&self.branches),
        }
    }

    pub(super) fn restore(&mut self, work: Work) {
        let is_elsewhere =
            (self.session, self.branch, self.at) != (work.session, work.branch, work.at);
        self.events = work.events;
        self.notes = work.notes;
        self.seed = work.seed;
        self.session = work.session;
        self.example = work.example;
        self.branch = work.branch;
        self.branches = work.branches;
        self.settled = true;
        self.playing = false;
        if is_elsewhere {
            self.turn_to(work.at);
        }
    }

    /// The session so far.
    #[must_use]
    pub fn session(&self) -> Session {
        Session { seed: self.seed, events: Rc::clone(&self.events) }
    }

    /// What is written beside the event at `at`: by the person, or in the example.
    #[must_use]
    pub fn note(&self, at: usize) -> &str {
        let example = self.example.and_then(examples::find);
        example.map_or_else(|| self.notes.at(at), |example| example.note(at).get(self.lang))
    }

    /// The notes with this text beside the event that is shown. Those of an example stay in the language in which
    /// they were read.
    pub(super) fn noted(&self, text: &str) -> Self {
        let mut next = self.clone();
        if text != self.note(self.at) {
            let notes =
                (0..self.events.len()).map(|at| Rc::from(self.note(at))).collect::<Vec<_>>();
            next.notes = Notes::from(notes).with(self.at, text);
            next.example = None;
        }
        next
    }

    /// The release to compare with, unless it is the one that is shown.
    #[must_use]
    pub fn other(&self) -> Option<KubeVersion> {
        self.compared.filter(|other| *other != self.boot().2)
    }

    /// The event that the panes show.
    #[must_use]
    pub fn event(&self) -> &Action {
        &self.events[self.at]
    }

    /// Which start is in force at the event that is shown, and its flags and release.
    #[must_use]
    pub fn boot(&self) -> (usize, &Rc<str>, KubeVersion) {
        let boots = self.events[..=self.at].iter().enumerate().rev();
        let mut boots = boots.filter_map(|(at, event)| match event {
            Action::Boot { version, flags } => Some((at, flags, *version)),
            _ => None,
        });
        boots.next().expect("a session begins with a start")
    }

    /// The flags of the start in force.
    #[must_use]
    pub fn flags(&self) -> &Rc<str> {
        self.boot().1
    }

    /// Which request the manifest pane shows: the one that is chosen; beside a start the last one
    /// before it, else the first behind it.
    #[must_use]
    pub fn request(&self) -> Option<usize> {
        let is_request = |at: &usize| !matches!(self.events[*at], Action::Boot { .. });
        (0..=self.at)
            .rev()
            .find(is_request)
            .or_else(|| (self.at..self.events.len()).find(is_request))
    }

    /// What the manifest pane holds: manifests, a patch, or the name of what is deleted.
    #[must_use]
    pub fn manifest(&self) -> Rc<str> {
        self.request().map_or_else(|| "".into(), |at| Rc::clone(self.events[at].text()))
    }

    /// The Service that the next patch or delete is about: the one that was named last.
    #[must_use]
    pub fn target(&self) -> String {
        let events = self.events[..=self.at].iter().rev();
        events.filter_map(target).next().unwrap_or_default()
    }

    /// Changes the event at `at`, if there is anything to change.
    pub(super) fn edit(&self, at: usize, event: Action) -> Self {
        let mut next = self.clone();
        if self.events[at] != event {
            let mut events = self.events.to_vec();
            events[at] = event;
            next.events = events.into();
            next.settled = self.at + 1 >= self.events.len();
            next.example = None;
        }
        next
    }

    /// The branches with the events of the present one as they are now; the first of them is the
    /// session that was never forked.
    fn kept_branches(&self) -> Vec<Branch> {
        let mut branches = self.branches.to_vec();
        let (events, notes, at) = (Rc::clone(&self.events), self.notes.clone(), self.at);
        match branches.get_mut(self.branch) {
            Some(branch) => (branch.events, branch.notes, branch.at) = (events, notes, at),
            None => branches.push(Branch { events, notes, at, from: None }),
        }
        branches
    }

    /// Puts an event behind the one that is shown, and shows it.
    pub(super) fn append(&self, event: Action) -> Self {
        let mut next = self.clone();
        let mut events = self.events.to_vec();
        next.at += 1;
        events.insert(next.at, event);
        next.events = events.into();
        next.notes = self.notes.inserted(next.at);
        next.example = None;
        next.turn_to(next.at);
        next
    }

    /// Shows the event at `at`.
    pub(super) fn turn_to(&mut self, at: usize) {
        self.at = at.min(self.events.len() - 1);
        self.focus = Focus::None;
        self.document = None;
        self.caret = None;
        self.pasted = None;
        self.turn += 1;
    }

    /// The state with its events in another order, or with another branch. The first start is the cluster
    /// itself: it stays first.
    pub(super) fn rearranged(&self, msg: Msg) -> Self {
        let mut next = self.clone();
        let shown = match msg {
            Msg::Move(to)
                if self.at > 0 && (1..self.events.len()).contains(&to) && to != self.at =>
            {
                let mut events = self.events.to_vec();
                let event = events.remove(self.at);
                events.insert(to, event);
                next.events = events.into();
                next.notes = self.notes.moved(self.at, to);
                to
            }
            Msg::Remove(at) if (1..self.events.len()).contains(&at) => {
                let mut events = self.events.to_vec();
                events.remove(at);
                next.events = events.into();
                next.notes = self.notes.removed(at);
                if self.at >= at { self.at - 1 } else { self.at }
            }
            Msg::Fork => {
                let mut branches = self.kept_branches();
                let events: Rc<[Action]> = self.events[..=self.at].into();
                let from = Some((self.branch, events.len()));
                let notes = self.notes.first(events.len());
                next.branch = branches.len();
                next.notes.clone_from(&notes);
                branches.push(Branch { events: Rc::clone(&events), notes, at: self.at, from });
                next.branches = branches.into();
                next.events = events;
                self.at
            }
            Msg::Branch(branch) if branch != self.branch && branch < self.branches.len() => {
                let branches = self.kept_branches();
                let chosen = &branches[branch];
                next.events = Rc::clone(&chosen.events);
                next.notes = chosen.notes.clone();
                next.branch = branch;
                let at = chosen.at;
                next.branches = branches.into();
                at
            }
            Msg::RemoveBranch if self.branches.len() > 1 => {
                let mut branches = self.kept_branches();
                branches.remove(self.branch);
                for branch in &mut branches {
                    branch.from = branch.from.and_then(|(from, common)| {
                        let is_behind = usize::from(from > self.branch);
                        (from != self.branch).then(|| (from - is_behind, common))
                    });
                }
                next.branch = self.branch.saturating_sub(1);
                let shown = &branches[next.branch];
                next.events = Rc::clone(&shown.events);
                next.notes = shown.notes.clone();
                let at = shown.at;
                next.branches = if branches.len() > 1 { branches.into() } else { Rc::default() };
                at
            }
            _ => return next,
        };
        next.example = None;
        next.turn_to(shown);
        next
    }
}
