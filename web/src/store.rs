//! What did the person type and choose? The page's whole state; everything on screen is computed
//! from it. Plain Rust: no browser here.

use std::rc::Rc;

use dualstack_core::scenario::{Event, PatchForm, Scenario};
use dualstack_core::source::yaml::{Value, parse, parse_own};
use dualstack_core::text::Lang;
use dualstack_core::version::KubeVersion;
use yew::Reducible;

use crate::browser::Found;
use crate::presets::{self, Preset};
use crate::scenarios;
use crate::words::items;

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
    pub events: Rc<[Event]>,
    /// The event that the panes show and that typing edits.
    pub at: usize,
    /// The example that was chosen last, if nothing was edited since.
    pub scenario: Option<&'static str>,
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
}

/// What a person did.
#[derive(Clone, PartialEq, Debug)]
pub enum Msg {
    /// Typed into the flags.
    EditFlags(String),
    /// Typed into the manifest.
    EditManifest(String),
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
    /// Pressed a button for families.
    Preset(Preset),
    /// Chose an example.
    Scenario(&'static str),
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
    /// Runs what safe mode only shows.
    Run,
}

/// The session as it is saved: `{"at":1,"events":[…]}`.
#[must_use]
pub fn to_text(store: &Store) -> String {
    let events: Vec<String> = store.events.iter().map(Event::to_json).collect();
    format!("{{\"at\":{},\"events\":[{}]}}", store.at, events.join(","))
}

/// Reads what [`to_text`] wrote, or the two texts of the static example that boot.js hands over; JSON
/// is YAML.
fn from_text(text: &str) -> Option<(Rc<[Event]>, usize)> {
    let parsed = parse_own(text);
    let node = &parsed.documents.first().filter(|it| it.complete)?.node;
    if let (Some(flags), Some(manifest)) = (node.text_of("flags"), node.text_of("manifest")) {
        return Some((start(flags, manifest).into(), 1));
    }
    let events: Option<Rc<[Event]>> =
        items(&node.entry("events")?.value).iter().map(Event::read).collect();
    let events = events.filter(|it| matches!(it.first(), Some(Event::Boot { .. })))?;
    let at = match &node.entry("at")?.value.value {
        Value::Number(at) => at.parse().ok()?,
        _ => 0,
    };
    let at = events.len().saturating_sub(1).min(at);
    Some((events, at))
}

/// A session of one start and one apply.
#[must_use]
pub fn start(flags: &str, manifest: &str) -> [Event; 2] {
    let version = KubeVersion::LATEST;
    [Event::Boot { version, flags: flags.into() }, Event::Apply(manifest.into())]
}

/// The Service an event names: `name`, or `namespace/name` outside `default`.
fn target(event: &Event) -> Option<String> {
    match event {
        Event::Boot { .. } => None,
        Event::Patch { service, .. } | Event::Delete(service) => Some(service.to_string()),
        Event::Apply(text) => parse(text).documents.iter().find_map(|document| {
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
        let example = scenarios::find(scenarios::OPENING);
        let events: Rc<[Event]> = match example {
            Some(example) => example.events.as_slice().into(),
            None => start("", "").into(),
        };
        Self {
            at: events.len() - 1,
            events,
            scenario: example.map(|it| it.id),
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

    /// The state of a visit that found something: the language and theme that were chosen, and what was
    /// typed into the static example, else the saved work.
    #[must_use]
    pub fn resumed(found: &Found) -> Self {
        let lang = if found.lang.as_deref() == Some(Lang::Zh.tag()) { Lang::Zh } else { Lang::En };
        let mut store = Self::opening(lang);
        let named = |theme: &Theme| found.theme.as_deref() == Some(theme.name());
        store.theme = [Theme::Dark, Theme::Light].into_iter().find(named);
        let work = [&found.typed, &found.saved].into_iter().flatten();
        if let Some((events, at)) = work.filter_map(|text| from_text(text)).next() {
            (store.events, store.at) = (events, at);
            store.scenario = None;
        }
        store.runs = !found.died;
        store
    }

    /// The session so far.
    #[must_use]
    pub fn session(&self) -> Scenario {
        Scenario { seed: 0, events: Rc::clone(&self.events) }
    }

    /// The event that the panes show.
    #[must_use]
    pub fn event(&self) -> &Event {
        &self.events[self.at]
    }

    /// Which start is in force at the event that is shown, and its flags and release.
    #[must_use]
    pub fn boot(&self) -> (usize, &Rc<str>, KubeVersion) {
        let boots = self.events[..=self.at].iter().enumerate().rev();
        let mut boots = boots.filter_map(|(at, event)| match event {
            Event::Boot { version, flags } => Some((at, flags, *version)),
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
        let is_request = |at: &usize| !matches!(self.events[*at], Event::Boot { .. });
        (0..=self.at)
            .rev()
            .find(is_request)
            .or_else(|| (self.at..self.events.len()).find(is_request))
    }

    /// What the manifest pane holds: manifests, a patch, or the name of what is deleted.
    #[must_use]
    pub fn manifest(&self) -> Rc<str> {
        match self.request().map(|at| &self.events[at]) {
            Some(Event::Apply(text) | Event::Patch { body: text, .. } | Event::Delete(text)) => {
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
    fn edit(&self, at: usize, event: Event) -> Self {
        let mut next = self.clone();
        if self.events[at] != event {
            let mut events = self.events.to_vec();
            events[at] = event;
            next.events = events.into();
            next.settled = self.at + 1 >= self.events.len();
            next.scenario = None;
        }
        next
    }

    /// Puts an event behind the one that is shown, and shows it.
    fn append(&self, event: Event) -> Self {
        let mut next = self.clone();
        let mut events = self.events.to_vec();
        next.at += 1;
        events.insert(next.at, event);
        next.events = events.into();
        next.scenario = None;
        next.turn_to(next.at);
        next
    }

    /// Shows the event at `at`.
    fn turn_to(&mut self, at: usize) {
        self.at = at.min(self.events.len() - 1);
        self.focus = Focus::None;
        self.document = None;
        self.turn += 1;
    }

    /// The state after `msg`. An unchanged text stays the same `Rc`.
    #[must_use]
    pub fn update(&self, msg: Msg) -> Self {
        let mut next = self.clone();
        match msg {
            Msg::EditFlags(text) => {
                let (at, _, version) = self.boot();
                return self.edit(at, Event::Boot { version, flags: text.into() });
            }
            Msg::EditManifest(text) => {
                let Some(at) = self.request() else {
                    return self.append(Event::Apply(text.into()));
                };
                let event = match self.events[at].clone() {
                    Event::Patch { service, form, .. } => {
                        Event::Patch { service, form, body: text.into() }
                    }
                    Event::Delete(_) => Event::Delete(text.into()),
                    _ => Event::Apply(text.into()),
                };
                return self.edit(at, event);
            }
            Msg::EditPatch(new_service, new_form) => {
                if let Some(at) = self.request()
                    && let Event::Patch { body, .. } = self.events[at].clone()
                {
                    let service = new_service.into();
                    return self.edit(at, Event::Patch { service, form: new_form, body });
                }
            }
            Msg::Version(version) => {
                let (at, flags, _) = self.boot();
                return self.edit(at, Event::Boot { version, flags: Rc::clone(flags) });
            }
            Msg::Compare(version) => next.compared = version,
            Msg::ApplyAgain => {
                let applied = |event: &Event| match event {
                    Event::Apply(text) => Some(Rc::clone(text)),
                    _ => None,
                };
                let text = self.events[..=self.at].iter().rev().find_map(applied);
                return self.append(Event::Apply(text.unwrap_or_else(|| "".into())));
            }
            Msg::Patch => {
                let body = "spec:\n  ipFamilyPolicy: SingleStack\n".into();
                let form = PatchForm::default();
                return self.append(Event::Patch { service: self.target().into(), form, body });
            }
            Msg::Delete => return self.append(Event::Delete(self.target().into())),
            Msg::Restart => {
                let (_, flags, version) = self.boot();
                return self.append(Event::Boot { version, flags: Rc::clone(flags) });
            }
            Msg::Choose(at) => next.turn_to(at),
            Msg::Remove(at) => {
                // The first start is the cluster itself.
                if at > 0 && at < self.events.len() {
                    let mut events = self.events.to_vec();
                    events.remove(at);
                    next.events = events.into();
                    next.scenario = None;
                    let shown = next.at;
                    next.turn_to(if shown >= at { shown - 1 } else { shown });
                }
            }
            Msg::Preset(preset) => {
                return self.update(Msg::EditFlags(presets::apply(self.flags(), preset)));
            }
            Msg::Scenario(id) => {
                if let Some(example) = scenarios::find(id) {
                    next.events = example.events.as_slice().into();
                    next.turn_to(usize::MAX);
                    next.scenario = Some(example.id);
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
                return self.update(Msg::EditManifest(self.manifest().replace(from, to)));
            }
            Msg::Settle => next.settled = true,
            Msg::Run => next.runs = true,
        }
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

    use dualstack_core::text::Lang;

    use super::{Msg, Store, from_text, to_text};
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
            assert_eq!(store.update(edit.clone()).scenario, None, "{edit:?}");
        }
        // Pressing what is already so is no edit.
        assert_eq!(store.update(Msg::Preset(Preset::V4V6)), store);
    }

    #[test]
    fn saved_work_is_read_again_however_long_it_is() {
        let long = format!("a: {}\n", "双\"".repeat(200_000));
        let store = Store::opening(Lang::En).update(Msg::EditManifest(long));
        let (events, at) = from_text(&to_text(&store)).expect("it was just written");
        assert_eq!((events, at), (store.events, store.at));
    }

    #[test]
    fn another_language_keeps_the_work() {
        let typed = Store::opening(Lang::En).update(Msg::EditManifest("a: 双".to_owned()));
        let switched = typed.update(Msg::Language(Lang::Zh));
        assert_eq!(switched.events, typed.events);
        assert_eq!(switched.lang, Lang::Zh);
    }
}
