//! What can be done by key? Every command has a letter on the sheet that `?` opens, and a few that are
//! needed while typing have a chord of their own. Nothing else listens, so that the browser's keys and
//! those of screen readers stay theirs.

use dualstack_core::text::Lang;

use crate::browser::keys::Chord;
use crate::presets::Preset;
use crate::store::{Form, Msg, Store, Theme};
use crate::text::{self, Word};

/// What a key does.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Tells the store.
    Say(Msg),
    /// Gives the focus to the element with this id.
    Focus(&'static str),
    /// Presses the button with this id.
    Press(&'static str),
}

/// A line of the sheet.
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// The letter that does it while the sheet is open.
    pub key: char,
    /// The chord that does it anywhere.
    pub chord: Option<&'static str>,
    /// What is done.
    pub name: Name,
    /// How.
    pub action: Action,
}

/// What a command is called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Name {
    /// In the language of the page.
    Word(Word),
    /// The same in every language.
    Same(&'static str),
}

/// A group of commands.
pub type Group = (Word, Vec<Command>);

/// All commands as they are now, in groups.
#[must_use]
pub fn all(store: &Store) -> Vec<Group> {
    let say = |key, name: Word, msg| Command {
        key,
        chord: None,
        name: Name::Word(name),
        action: Action::Say(msg),
    };
    let chord = |command: Command, chord| Command { chord: Some(chord), ..command };
    let focus = |key, name: Word, id| Command {
        key,
        chord: None,
        name: Name::Word(name),
        action: Action::Focus(id),
    };
    let press = |key, name: Word, id| Command {
        key,
        chord: None,
        name: Name::Word(name),
        action: Action::Press(id),
    };
    let preset = |key, preset: Preset| Command {
        key,
        chord: None,
        name: Name::Same(preset.label()),
        action: Action::Say(Msg::Preset(preset)),
    };
    let other = match store.lang {
        Lang::En => (Lang::Zh, "中文"),
        Lang::Zh => (Lang::En, "English"),
    };
    let next_form = {
        let at = Form::ALL.iter().position(|form| *form == store.form).unwrap_or_default();
        Form::ALL[(at + 1) % Form::ALL.len()]
    };
    let theme = if store.theme == Some(Theme::Dark) { Theme::Light } else { Theme::Dark };
    let at = store.at;
    vec![
        (
            text::KEYS_EDIT,
            vec![
                chord(say('u', text::UNDO, Msg::Undo), "Ctrl+Z"),
                chord(say('y', text::REDO, Msg::Redo), "Ctrl+Shift+Z"),
                focus('m', text::MANIFEST, "manifest"),
                focus('g', text::APISERVER_FLAGS, "flags"),
                focus('s', text::SCENARIO, "scenario"),
                focus('v', text::VERSION, "version"),
                preset('1', Preset::V4),
                preset('2', Preset::V6),
                preset('3', Preset::V4V6),
                preset('4', Preset::V6V4),
            ],
        ),
        (
            text::TIMELINE,
            vec![
                chord(say('a', text::APPLY_AGAIN, Msg::ApplyAgain), "Ctrl+Enter"),
                say('p', text::PATCH, Msg::Patch),
                say('d', text::DELETE, Msg::Delete),
                say('r', text::RESTART, Msg::Restart),
                say('b', text::STEP_BACK, Msg::Choose(at.saturating_sub(1))),
                say('n', text::STEP_ON, Msg::Choose(at + 1)),
                say(
                    'k',
                    if store.playing { text::STOP } else { text::PLAY },
                    Msg::Play(!store.playing),
                ),
                say('[', text::MOVE_EARLIER, Msg::Move(at.saturating_sub(1))),
                say(']', text::MOVE_LATER, Msg::Move(at + 1)),
                say('x', text::REMOVE, Msg::Remove(at)),
                say('f', text::FORK, Msg::Fork),
            ],
        ),
        (
            text::STORED,
            vec![
                press('c', text::COPY, "copy-stored"),
                say('o', text::NEXT_FORM, Msg::Form(next_form)),
                say('h', text::SHOW_SERVER_FIELDS, Msg::ServerFields(!store.shows_server_fields)),
                focus('w', text::ANSWER, "answer"),
                focus('q', text::WHY, "why"),
            ],
        ),
        (
            text::KEYS_PAGE,
            vec![
                Command {
                    key: 'l',
                    chord: None,
                    name: Name::Same(other.1),
                    action: Action::Say(Msg::Language(other.0)),
                },
                say('t', text::THEME, Msg::Theme(theme)),
            ],
        ),
    ]
}

/// What a chord does wherever the focus is.
#[must_use]
pub fn of_chord(chord: &Chord) -> Option<Msg> {
    if chord.alt {
        return None;
    }
    match (chord.command, chord.shift, chord.key.as_str()) {
        (true, false, "z") => Some(Msg::Undo),
        (true, true, "z" | "Z") | (true, false, "y") => Some(Msg::Redo),
        (true, false, "Enter") => Some(Msg::ApplyAgain),
        (false, _, "?") if !chord.in_text => Some(Msg::SheetByKey),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use dualstack_core::text::Lang;

    use super::{Chord, all, of_chord};
    use crate::store::{Msg, Store};

    fn chord(key: &str, command: bool, in_text: bool) -> Chord {
        Chord { key: key.to_owned(), command, shift: false, alt: false, in_text }
    }

    #[test]
    fn no_two_commands_share_a_key() {
        let commands = all(&Store::opening(Lang::En));
        let keys: Vec<char> = commands.iter().flat_map(|it| &it.1).map(|it| it.key).collect();
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len());
    }

    #[test]
    fn what_is_typed_into_a_text_is_no_command() {
        assert_eq!(of_chord(&chord("?", false, true)), None);
        assert_eq!(of_chord(&chord("?", false, false)), Some(Msg::SheetByKey));
        assert_eq!(of_chord(&chord("z", true, true)), Some(Msg::Undo));
        assert_eq!(of_chord(&chord("z", false, false)), None);
        // AltGr reports Control and Alt.
        assert_eq!(of_chord(&Chord { alt: true, ..chord("z", true, true) }), None);
    }
}
