//! What did the person type and choose? The page's whole state; everything on screen is computed
//! from it. Plain Rust: no browser here.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::fixes::Fix;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, PatchForm, Session, Shown};
use dualstack_core::source::flags::Component;
use dualstack_core::source::flags::boxes as parts;
use dualstack_core::source::yaml::parse;
use serde::{Deserialize, Serialize};
use yew::Reducible;

use crate::effects::Found;
use crate::examples;
use crate::presets::{self, Preset};
use crate::state::history::{Branch, History, Typing, Work};
use crate::state::visit::{Step, Visit};

/// What the Why pane is asked about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Focus {
    /// Nothing in particular.
    #[default]
    None,
    /// The flag at this byte of the flags.
    Flags(usize),
    /// The field at this byte of the manifest.
    Manifest(usize),
    /// This field of the stored object.
    Stored(String),
}

/// The pane a phone shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Pane {
    /// Flags.
    Cluster,
    /// What is applied.
    #[default]
    Manifest,
    /// What is stored, and why.
    Result,
}

/// The state.
#[derive(Clone, PartialEq, Debug)]
pub struct Store {
    /// What the person did, in order. The first is a start; there is never none.
    pub events: Rc<[Action]>,
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
    /// How the stored object is printed.
    pub form: Form,
    /// The fixes that were found last.
    pub fixes: Option<Rc<Found>>,
    /// The language.
    pub lang: Lang,
    /// Dark, light, or as the system says.
    pub theme: Option<Theme>,
    /// What the Why pane is asked about.
    pub focus: Focus,
    /// The pane a phone shows.
    pub pane: Pane,
    /// Which document of the manifest was chosen, if one was.
    pub document: Option<usize>,
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

/// How the stored object is printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// As `kubectl get -o yaml` does.
    #[default]
    Yaml,
    /// As `-o json` does.
    Json,
    /// As `-o kyaml` does.
    Kyaml,
    /// Against what was sent, or what was stored before.
    Diff,
}

impl Form {
    /// All forms, in the order of the buttons.
    pub const ALL: [Self; 4] = [Self::Yaml, Self::Json, Self::Kyaml, Self::Diff];

    /// As kubectl's `-o` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Kyaml => "kyaml",
            Self::Diff => "diff",
        }
    }

    /// As people call it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Kyaml => "KYAML",
            Self::Diff => "Diff",
        }
    }
}

/// A text box of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TextBox {
    /// Of the flags of a component.
    Flags(Component),
    /// Of what is applied.
    Manifest,
}

impl TextBox {
    /// The id of its element.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::Flags(Component::KubeApiserver) => "flags",
            Self::Flags(Component::KubeControllerManager) => "flags-controller-manager",
            Self::Flags(Component::KubeProxy) => "flags-proxy",
            Self::Flags(Component::Kubelet) => "flags-kubelet",
            Self::Manifest => "manifest",
        }
    }
}

/// What an undo or a redo did to a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Undone {
    /// Counts them, so that no two are the same.
    pub count: u32,
    /// Whose text.
    pub text_box: TextBox,
    /// Where the change ends, in bytes.
    pub end: usize,
}

/// A colour scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// As the page's root names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The scheme of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Dark, Self::Light].into_iter().find(|theme| theme.name() == name)
    }
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
    /// Chose a fix.
    Fix(Rc<Fix>),
    /// Fixes were found.
    Fixes(Rc<Found>),
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
    /// Chose a language.
    Language(Lang),
    /// Chose a colour scheme.
    Theme(Theme),
    /// Moved the caret, or chose a stored field.
    Focus(Focus),
    /// Chose a pane on a phone.
    Pane(Pane),
    /// Chose a document.
    Document(usize),
    /// Shows or hides the flags on a page of middle width.
    Unfold(bool),
    /// Shows or hides what the server keeps.
    ServerFields(bool),
    /// Replaces a word of the manifest (the invitation of the first ten seconds).
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
    #[serde(default)]
    branch: usize,
    #[serde(default)]
    branches: Vec<SavedBranch>,
}

#[derive(Serialize, Deserialize)]
struct SavedBranch {
    at: usize,
    events: Rc<[Action]>,
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
pub fn to_text(store: &Store) -> String {
    let branches = store.branches.iter().map(|branch| SavedBranch {
        at: branch.at,
        events: Rc::clone(&branch.events),
        from: branch.from,
    });
    let saved = Saved {
        at: store.at,
        seed: store.seed,
        session: store.session,
        events: Rc::clone(&store.events),
        branch: store.branch,
        branches: branches.collect(),
    };
    serde_json::to_string(&saved).expect("all keys are texts")
}

/// Reads what [`to_text`] wrote, or what was typed into the static example.
pub(crate) fn from_text(text: &str) -> Option<Work> {
    if let Ok(Typed { flags, manifest }) = serde_json::from_str(text) {
        let scenario = Session { seed: 0, events: start(&flags, &manifest).into() };
        return Some(Work::of(Shown { scenario, at: 1 }));
    }
    let Saved { at, seed, session, events, branch, branches } = serde_json::from_str(text).ok()?;
    if branch > 0 && branch >= branches.len() {
        return None;
    }
    let read = |at, events| Shown::new(Session { seed, events }, at);
    let branches = branches.into_iter().map(|SavedBranch { at, events, from }| {
        let Shown { scenario, at } = read(at, events)?;
        Some(Branch { events: scenario.events, at, from })
    });
    let branches = branches.collect::<Option<_>>()?;
    Some(Work { session, branch, branches, ..Work::of(read(at, events)?) })
}

/// A session of one start and one apply.
#[must_use]
pub fn start(flags: &str, manifest: &str) -> [Action; 2] {
    let version = KubeVersion::LATEST;
    [Action::Boot { version, flags: flags.into() }, Action::Apply(manifest.into())]
}

/// Where the stretch ends in which `after` differs from `before`.
fn end_of_change(before: &str, after: &str) -> usize {
    let same = |(one, other): &(char, char)| one == other;
    let behind = before.chars().rev().zip(after.chars().rev()).take_while(same);
    let behind: usize = behind.map(|(char, _)| char.len_utf8()).sum();
    let ahead = before.chars().zip(after.chars()).take_while(same);
    let ahead: usize = ahead.map(|(char, _)| char.len_utf8()).sum();
    // Where both meet, as in `aa` after `a`, what is ahead counts.
    (after.len() - behind).max(ahead)
}

/// The Service an event names: `name`, or `namespace/name` outside `default`.
fn target(event: &Action) -> Option<String> {
    match event {
        Action::Boot { .. } => None,
        Action::Patch { service, .. } | Action::Delete(service) => Some(service.to_string()),
        Action::Apply(text) => parse(text).documents.iter().find_map(|document| {
            let metadata = &document.node.entry("metadata")?.value;
            let name = metadata.text_of("name")?;
            Some(match metadata.text_of("namespace") {
                Some(namespace) if namespace != "default" => format!("{namespace}/{name}"),
                _ => name.to_owned(),
            })
        }),
    }
}

impl Store {
    /// The state with an example.
    #[must_use]
    pub fn opening(lang: Lang) -> Self {
        let example = examples::find(examples::OPENING);
        let events: Rc<[Action]> = match example {
            Some(example) => example.events.as_slice().into(),
            None => start("", "").into(),
        };
        Self {
            at: events.len() - 1,
            events,
            seed: 0,
            session: 0,
            visit: Visit::default(),
            example: example.map(|it| it.id),
            branch: 0,
            branches: Rc::default(),
            history: History::default(),
            undone: None,
            playing: false,
            form: Form::default(),
            fixes: None,
            lang,
            theme: None,
            focus: Focus::None,
            pane: Pane::default(),
            document: None,
            unfolded: false,
            shows_server_fields: false,
            turn: 0,
            settled: true,
            compared: None,
            runs: true,
        }
    }

    /// What undo gives back.
    pub(crate) fn work(&self) -> Work {
        Work {
            events: Rc::clone(&self.events),
            at: self.at,
            seed: self.seed,
            session: self.session,
            example: self.example,
            branch: self.branch,
            branches: Rc::clone(&self.branches),
        }
    }

    pub(crate) fn restore(&mut self, work: Work) {
        let is_elsewhere = self.at != work.at || self.branch != work.branch;
        self.events = work.events;
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
        match self.request().map(|at| &self.events[at]) {
            Some(Action::Apply(text) | Action::Patch { body: text, .. } | Action::Delete(text)) => {
                Rc::clone(text)
            }
            _ => "".into(),
        }
    }

    /// The Service that the next patch or delete is about: the one that was named last.
    #[must_use]
    pub fn target(&self) -> String {
        let events = self.events[..=self.at].iter().rev();
        events.filter_map(target).next().unwrap_or_default()
    }

    /// Changes the event at `at`, if there is anything to change.
    fn edit(&self, at: usize, event: Action) -> Self {
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
        let (events, at) = (Rc::clone(&self.events), self.at);
        match branches.get_mut(self.branch) {
            Some(branch) => (branch.events, branch.at) = (events, at),
            None => branches.push(Branch { events, at, from: None }),
        }
        branches
    }

    /// Puts an event behind the one that is shown, and shows it.
    fn append(&self, event: Action) -> Self {
        let mut next = self.clone();
        let mut events = self.events.to_vec();
        next.at += 1;
        events.insert(next.at, event);
        next.events = events.into();
        next.example = None;
        next.turn_to(next.at);
        next
    }

    /// Shows the event at `at`.
    pub(crate) fn turn_to(&mut self, at: usize) {
        self.at = at.min(self.events.len() - 1);
        self.focus = Focus::None;
        self.document = None;
        self.turn += 1;
    }

    /// The text that `msg` types into.
    fn typing(&self, msg: &Msg) -> Option<Typing> {
        match msg {
            Msg::EditPart(component, _) => Some(Typing::Flags(self.boot().0, *component)),
            Msg::EditManifest(_) => self.request().map(Typing::Manifest),
            Msg::EditPatch(..) => self.request().map(Typing::Target),
            _ => None,
        }
    }

    /// The state after `msg`, with a way back. An unchanged text stays the same `Rc`.
    #[must_use]
    pub fn update(&self, msg: Msg) -> Self {
        let way: fn(&mut History, Work) -> Option<Work> = match msg {
            Msg::Undo => History::undo,
            Msg::Redo => History::redo,
            Msg::Visit(step) => return self.visited(step),
            msg => {
                let typing = self.typing(&msg);
                let mut next = self.step(msg);
                if !self.work().is_same(&next.work()) {
                    next.history.note(self.work(), typing);
                    next.playing = false;
                }
                return next;
            }
        };
        let mut next = self.clone();
        if let Some(work) = way(&mut next.history, self.work()) {
            next.restore(work);
            let count = self.undone.map_or(0, |it| it.count) + 1;
            let undone = |text_box, before: &str, after: &str| {
                let end = end_of_change(before, after);
                (before != after).then_some(Undone { count, text_box, end })
            };
            let [before, after] = [self.flags(), next.flags()].map(|flags| parts::split(flags));
            let of_flags = |component| {
                undone(TextBox::Flags(component), &before.of(component), &after.of(component))
            };
            let of_manifest = undone(TextBox::Manifest, &self.manifest(), &next.manifest());
            let found = of_manifest.or_else(|| Component::ALL.into_iter().find_map(of_flags));
            next.undone = found;
        }
        next
    }

    pub(crate) fn step(&self, msg: Msg) -> Self {
        let mut next = self.clone();
        match msg {
            Msg::EditFlags(text) => {
                let (at, _, version) = self.boot();
                return self.edit(at, Action::Boot { version, flags: text.into() });
            }
            Msg::EditPart(component, part) => {
                let text = parts::replace(self.flags(), component, &part);
                return self.step(Msg::EditFlags(text));
            }
            Msg::Caret(component, at) => {
                next.focus = Focus::Flags(parts::split(self.flags()).in_text(component, at));
            }
            Msg::EditManifest(text) => {
                let Some(at) = self.request() else {
                    return self.append(Action::Apply(text.into()));
                };
                let event = match self.events[at].clone() {
                    Action::Patch { service, form, .. } => {
                        Action::Patch { service, form, body: text.into() }
                    }
                    Action::Delete(_) => Action::Delete(text.into()),
                    _ => Action::Apply(text.into()),
                };
                return self.edit(at, event);
            }
            Msg::Fix(fix) => {
                if fix.at < self.events.len() {
                    return self.edit(fix.at, fix.event.clone());
                }
            }
            Msg::EditPatch(new_service, new_form) => {
                if let Some(at) = self.request()
                    && let Action::Patch { body, .. } = self.events[at].clone()
                {
                    let service = new_service.into();
                    return self.edit(at, Action::Patch { service, form: new_form, body });
                }
            }
            Msg::Version(version) => {
                let (at, flags, _) = self.boot();
                return self.edit(at, Action::Boot { version, flags: Rc::clone(flags) });
            }
            Msg::Compare(version) => next.compared = version,
            Msg::ApplyAgain => {
                let applied = |event: &Action| match event {
                    Action::Apply(text) => Some(Rc::clone(text)),
                    _ => None,
                };
                let text = self.events[..=self.at].iter().rev().find_map(applied);
                return self.append(Action::Apply(text.unwrap_or_else(|| "".into())));
            }
            Msg::Patch => {
                let body = "spec:\n  ipFamilyPolicy: SingleStack\n".into();
                let form = PatchForm::default();
                return self.append(Action::Patch { service: self.target().into(), form, body });
            }
            Msg::Delete => return self.append(Action::Delete(self.target().into())),
            Msg::Restart => {
                let (_, flags, version) = self.boot();
                return self.append(Action::Boot { version, flags: Rc::clone(flags) });
            }
            Msg::Choose(at) => {
                next.turn_to(at);
                next.playing = false;
            }
            msg @ (Msg::Move(_)
            | Msg::Remove(_)
            | Msg::Fork
            | Msg::Branch(_)
            | Msg::RemoveBranch) => {
                return self.rearranged(msg);
            }
            Msg::Play(playing) => {
                next.playing = playing && self.events.len() > 1;
                // Played to its end, it begins anew.
                if next.playing && self.at + 1 == self.events.len() {
                    next.turn_to(0);
                }
            }
            Msg::Tick => {
                if self.playing {
                    next.turn_to(self.at + 1);
                    next.playing = next.at + 1 < self.events.len();
                }
            }
            Msg::Pause => next.history.pause(),
            // They are answered where the way back is kept.
            Msg::Undo | Msg::Redo | Msg::Visit(_) => {}
            Msg::Fixes(found) => next.fixes = Some(found),
            Msg::Form(form) => next.form = form,
            Msg::Preset(preset) => {
                return self.step(Msg::EditFlags(presets::apply(self.flags(), preset)));
            }
            Msg::Example(id) => {
                if let Some(example) = examples::find(id) {
                    next.begin();
                    next.events = example.events.as_slice().into();
                    next.seed = 0;
                    next.turn_to(usize::MAX);
                    next.example = Some(example.id);
                    next.runs = true;
                }
            }
            Msg::Language(lang) => next.lang = lang,
            Msg::Theme(theme) => next.theme = Some(theme),
            Msg::Focus(focus) => next.focus = focus,
            Msg::Pane(pane) => next.pane = pane,
            Msg::Document(document) => {
                next.document = Some(document);
                next.focus = Focus::None;
            }
            Msg::Unfold(unfolded) => next.unfolded = unfolded,
            Msg::ServerFields(shown) => next.shows_server_fields = shown,
            Msg::Replace(from, to) => {
                return self.step(Msg::EditManifest(self.manifest().replace(from, to)));
            }
            Msg::Append(event) => return self.append(event),
            Msg::Settle => next.settled = true,
            Msg::Run => next.runs = true,
        }
        next
    }

    /// The state with its events in another order, or with another branch. The first start is the cluster
    /// itself: it stays first.
    fn rearranged(&self, msg: Msg) -> Self {
        let mut next = self.clone();
        let shown = match msg {
            Msg::Move(to)
                if self.at > 0 && (1..self.events.len()).contains(&to) && to != self.at =>
            {
                let mut events = self.events.to_vec();
                let event = events.remove(self.at);
                events.insert(to, event);
                next.events = events.into();
                to
            }
            Msg::Remove(at) if (1..self.events.len()).contains(&at) => {
                let mut events = self.events.to_vec();
                events.remove(at);
                next.events = events.into();
                if self.at >= at { self.at - 1 } else { self.at }
            }
            Msg::Fork => {
                let mut branches = self.kept_branches();
                let events: Rc<[Action]> = self.events[..=self.at].into();
                let from = Some((self.branch, events.len()));
                branches.push(Branch { events: Rc::clone(&events), at: self.at, from });
                next.branch = branches.len() - 1;
                next.branches = branches.into();
                next.events = events;
                self.at
            }
            Msg::Branch(branch) if branch != self.branch && branch < self.branches.len() => {
                let branches = self.kept_branches();
                let chosen = &branches[branch];
                next.events = Rc::clone(&chosen.events);
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

impl Reducible for Store {
    type Action = Msg;

    fn reduce(self: Rc<Self>, msg: Msg) -> Rc<Self> {
        Rc::new(self.update(msg))
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use dualstack_core::explain::text::Lang;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::source::flags::Component;
    use dualstack_core::source::flags::boxes as parts;
    use proptest::prelude::*;

    use super::{Msg, Store, TextBox, end_of_change, from_text, to_text};
    use crate::presets::Preset;

    #[test]
    fn an_unchanged_text_stays_the_same() {
        let store = Store::opening(Lang::En);
        let same = store.update(Msg::EditManifest(store.manifest().to_string()));
        assert!(Rc::ptr_eq(&store.events, &same.events));
        assert_eq!(same, store);
    }

    #[test]
    fn an_edited_example_is_your_own_whichever_way_it_was_edited() {
        let store = Store::opening(Lang::En);
        let edits = [
            Msg::EditFlags("--v=2".to_owned()),
            Msg::EditManifest("a: b".to_owned()),
            Msg::Preset(Preset::V4),
            Msg::Replace("PreferDualStack", "RequireDualStack"),
        ];
        for edit in edits {
            assert_eq!(store.update(edit.clone()).example, None, "{edit:?}");
        }
        // Pressing what is already so is no edit.
        assert_eq!(store.update(Msg::Preset(Preset::V4V6)), store);
    }

    fn typed(store: &Store, text: &str) -> Store {
        store.update(Msg::EditManifest(text.to_owned()))
    }

    #[test]
    fn what_is_typed_without_a_pause_is_undone_at_once() {
        let store = Store::opening(Lang::En);
        let once = typed(&typed(&store, "a"), "ab");
        let twice = typed(&once.update(Msg::Pause), "abc");
        assert_eq!(&*twice.update(Msg::Undo).manifest(), "ab");
        let back = twice.update(Msg::Undo).update(Msg::Undo);
        assert_eq!(back.manifest(), store.manifest());
        assert_eq!(back.example, store.example, "it is the example again");
        assert_eq!(&*back.update(Msg::Redo).update(Msg::Redo).manifest(), "abc");
        // Another text is another change, however fast.
        let both = typed(&store, "a").update(Msg::EditFlags("--v=2".to_owned()));
        assert_eq!(&*both.update(Msg::Undo).manifest(), "a");
        let part = |component, text: &str| Msg::EditPart(component, text.to_owned());
        let one = store.update(part(Component::KubeProxy, "--v=2"));
        let two =
            one.update(part(Component::KubeProxy, "--v=23")).update(part(Component::Kubelet, ""));
        assert_eq!(parts::split(two.flags()).of(Component::Kubelet), "");
        let back = two.update(Msg::Undo);
        assert_eq!(
            back.undone.expect("a text changed").text_box,
            TextBox::Flags(Component::Kubelet)
        );
        assert_eq!(parts::split(back.flags()).of(Component::KubeProxy), "--v=23");
        assert_eq!(back.update(Msg::Undo).flags(), store.flags());
    }

    /// Whatever changes a session, and where a person looks in it.
    fn message() -> impl Strategy<Value = Msg> {
        let text = "[a-c: \n双]{0,6}";
        prop_oneof![
            text.prop_map(Msg::EditManifest),
            text.prop_map(Msg::EditFlags),
            (proptest::sample::select(Component::ALL.to_vec()), text)
                .prop_map(|(component, part)| Msg::EditPart(component, part)),
            proptest::sample::select(KubeVersion::all().collect::<Vec<_>>()).prop_map(Msg::Version),
            proptest::sample::select(vec![Msg::ApplyAgain, Msg::Patch, Msg::Delete, Msg::Restart]),
            proptest::sample::select(vec![Msg::Fork, Msg::RemoveBranch]),
            proptest::sample::select(Preset::ALL.to_vec()).prop_map(Msg::Preset),
            Just(Msg::Replace("PreferDualStack", "RequireDualStack")),
            (0..5_usize).prop_map(Msg::Choose),
            (0..5_usize).prop_map(Msg::Remove),
            (0..5_usize).prop_map(Msg::Move),
            (0..4_usize).prop_map(Msg::Branch),
        ]
    }

    proptest! {
        #[test]
        fn undo_gives_every_session_back_and_redo_the_last(
            messages in proptest::collection::vec(message(), 1..40),
        ) {
            let mut store = Store::opening(Lang::En);
            let mut past = Vec::new();
            for message in messages {
                let before = store.work();
                store = store.update(message).update(Msg::Pause);
                if !store.work().is_same(&before) {
                    past.push(before);
                }
            }
            let last = store.work();
            for before in past.iter().rev() {
                prop_assert!(store.history.can_undo());
                store = store.update(Msg::Undo);
                prop_assert!(store.work().is_same(before), "{:?} is not {:?}", store.work(), before);
            }
            prop_assert!(!store.history.can_undo());
            for _ in &past {
                store = store.update(Msg::Redo);
            }
            prop_assert!(store.work().is_same(&last), "{:?} is not {:?}", store.work(), last);
        }
    }

    #[test]
    fn undo_says_where_a_text_changed() {
        let store = typed(&Store::opening(Lang::En), "双: 1\nb: 2\n").update(Msg::Pause);
        let edited = typed(&store, "双: 栈1\nb: 2\n");
        let undone = edited.update(Msg::Undo).undone.expect("a text changed");
        assert_eq!((undone.text_box, undone.end), (TextBox::Manifest, "双: ".len()));
        let redone = edited.update(Msg::Undo).update(Msg::Redo).undone.expect("a text changed");
        assert_eq!(redone.end, "双: 栈".len());
        assert_ne!(undone.count, redone.count);
        for (before, after, end) in [("a", "aa", 1), ("aa", "a", 1), ("", "x", 1), ("ab", "ab", 2)]
        {
            assert_eq!(end_of_change(before, after), end, "{before} {after}");
        }
    }

    #[test]
    fn a_fork_keeps_the_session_it_left() {
        let store = Store::opening(Lang::En).update(Msg::Delete).update(Msg::Choose(1));
        let fork = store.update(Msg::Fork).update(Msg::Patch);
        assert_eq!((fork.branch, fork.events.len()), (1, 3));
        let back = fork.update(Msg::Branch(0));
        assert_eq!((&back.events, back.at), (&store.events, 1));
        let again = back.update(Msg::Branch(1));
        assert_eq!((&again.events, again.at), (&fork.events, 2));
        let saved = from_text(&to_text(&again)).expect("it was just written");
        assert_eq!(saved, again.work());
        let removed = again.update(Msg::RemoveBranch);
        assert_eq!((&removed.events, removed.branches.len()), (&store.events, 0));
        assert_eq!(removed.update(Msg::Undo).events, fork.events);
    }

    #[test]
    fn branches_behind_a_removed_one_keep_their_origin() {
        let twice = Store::opening(Lang::En).update(Msg::Fork).update(Msg::Fork).update(Msg::Fork);
        let origins =
            |store: &Store| -> Vec<_> { store.branches.iter().map(|it| it.from).collect() };
        assert_eq!(origins(&twice), [None, Some((0, 2)), Some((1, 2)), Some((2, 2))]);
        let removed = twice.update(Msg::Branch(1)).update(Msg::RemoveBranch);
        assert_eq!(origins(&removed), [None, None, Some((1, 2))]);
    }

    #[test]
    fn events_change_places_but_the_first_start_stays_first() {
        let store = Store::opening(Lang::En).update(Msg::Delete);
        let moved = store.update(Msg::Move(1));
        assert_eq!(
            (moved.at, &moved.events[1], &moved.events[2]),
            (1, &store.events[2], &store.events[1])
        );
        for to in [0, 2, 3] {
            assert_eq!(store.update(Msg::Move(to)).events, store.events);
        }
        assert_eq!(store.update(Msg::Choose(0)).update(Msg::Move(1)).events, store.events);
    }

    #[test]
    fn playing_ends_at_the_last_event_and_with_any_edit() {
        let store = Store::opening(Lang::En).update(Msg::Play(true));
        assert_eq!((store.at, store.playing), (0, true));
        let end = store.update(Msg::Tick);
        assert_eq!((end.at, end.playing), (1, false));
        assert_eq!(end.update(Msg::Tick).at, 1);
        assert!(!typed(&store, "a").playing && !store.update(Msg::Choose(1)).playing);
    }

    #[test]
    fn saved_work_is_read_again_however_long_it_is() {
        let long = format!("a: {}\n", "双\"".repeat(200_000));
        let store = Store::opening(Lang::En).update(Msg::EditManifest(long));
        let work = from_text(&to_text(&store)).expect("it was just written");
        assert_eq!((work.events, work.at), (store.events, store.at));
    }

    #[test]
    fn another_language_keeps_the_work() {
        let typed = Store::opening(Lang::En).update(Msg::EditManifest("a: 双".to_owned()));
        let switched = typed.update(Msg::Language(Lang::Zh));
        assert_eq!(switched.events, typed.events);
        assert_eq!(switched.lang, Lang::Zh);
    }
}
