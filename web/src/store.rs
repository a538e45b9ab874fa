//! What did the person type and choose? The page's whole state; everything on screen is computed
//! from it. Plain Rust: no browser here.

use std::rc::Rc;

use dualstack_core::scenario::{Event, Scenario};
use dualstack_core::text::Lang;
use dualstack_core::version::KubeVersion;
use yew::Reducible;

use crate::presets::{self, Preset};
use crate::scenarios;

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
    /// The flags of all components, as typed.
    pub flags: Rc<str>,
    /// The manifests, as typed.
    pub manifest: Rc<str>,
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

/// What a person did.
#[derive(Clone, PartialEq, Debug)]
pub enum Msg {
    /// Typed into the flags.
    EditFlags(String),
    /// Typed into the manifest.
    EditManifest(String),
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
    /// Runs what safe mode only shows.
    Run,
}

impl Store {
    /// The state with an example.
    #[must_use]
    pub fn opening(lang: Lang) -> Self {
        let example = scenarios::find(scenarios::OPENING);
        Self {
            flags: example.map_or("", |it| it.flags).into(),
            manifest: example.map_or("", |it| it.manifest).into(),
            scenario: example.map(|it| it.id),
            lang,
            theme: None,
            focus: Focus::None,
            pane: Pane::default(),
            document: None,
            unfolded: false,
            shows_server_fields: false,
            runs: true,
        }
    }

    /// The session these texts amount to.
    #[must_use]
    pub fn session(&self) -> Scenario {
        let boot = Event::Boot { version: KubeVersion::LATEST, flags: self.flags.clone() };
        Scenario { seed: 0, events: [boot, Event::Apply(self.manifest.clone())].into() }
    }

    /// The state after `msg`. An unchanged text stays the same `Rc`.
    #[must_use]
    pub fn update(&self, msg: Msg) -> Self {
        let mut next = self.clone();
        match msg {
            Msg::EditFlags(text) => {
                if *text != *self.flags {
                    next.flags = text.into();
                    next.scenario = None;
                }
            }
            Msg::EditManifest(text) => {
                if *text != *self.manifest {
                    next.manifest = text.into();
                    next.scenario = None;
                }
            }
            Msg::Preset(preset) => {
                return self.update(Msg::EditFlags(presets::apply(&self.flags, preset)));
            }
            Msg::Scenario(id) => {
                if let Some(example) = scenarios::find(id) {
                    next.flags = example.flags.into();
                    next.manifest = example.manifest.into();
                    next.scenario = Some(example.id);
                    next.focus = Focus::None;
                    next.document = None;
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
                return self.update(Msg::EditManifest(self.manifest.replace(from, to)));
            }
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

    use super::{Msg, Store};
    use crate::presets::Preset;

    #[test]
    fn an_unchanged_text_stays_the_same() {
        let store = Store::opening(Lang::En);
        let same = store.update(Msg::EditManifest(store.manifest.to_string()));
        assert!(Rc::ptr_eq(&store.manifest, &same.manifest));
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
    fn another_language_keeps_the_work() {
        let typed = Store::opening(Lang::En).update(Msg::EditManifest("a: 双".to_owned()));
        let switched = typed.update(Msg::Language(Lang::Zh));
        assert_eq!(switched.manifest, typed.manifest);
        assert_eq!(switched.lang, Lang::Zh);
    }
}
