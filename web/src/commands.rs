//! What can be done by key? Every command has a letter on the sheet that `?` opens, and a few that are
//! needed while typing have a chord of their own. Nothing else listens, so that the browser's keys and
//! those of screen readers stay theirs. A key does what the button on the page does: it presses it.

use crate::browser::keys::Chord;
use crate::store::Msg;
use crate::text::{self, Word};

/// A line of the sheet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command {
    /// The letter that does it while the sheet is open.
    pub key: char,
    /// The chord that does it anywhere.
    pub chord: &'static str,
    /// What it is called.
    pub name: Name,
    /// The id of the element that it is about.
    pub id: &'static str,
    /// Whether that element gets the focus. If not, it is pressed.
    pub focus: bool,
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
pub type Group = (Word, &'static [Command]);

const fn press(key: char, name: Word, id: &'static str) -> Command {
    Command { key, chord: "", name: Name::Word(name), id, focus: false }
}

const fn same(key: char, name: &'static str, id: &'static str) -> Command {
    Command { name: Name::Same(name), ..press(key, text::KEYS, id) }
}

const fn focus(key: char, name: Word, id: &'static str) -> Command {
    Command { focus: true, ..press(key, name, id) }
}

/// All commands.
pub static ALL: [Group; 4] = [
    (
        text::KEYS_EDIT,
        &[
            Command { chord: "Ctrl+Z", ..press('u', text::UNDO, "undo") },
            Command { chord: "Ctrl+Shift+Z", ..press('y', text::REDO, "redo") },
            press('e', text::FIX_FIRST, "fix-0"),
            focus('m', text::MANIFEST, "manifest"),
            focus('g', text::APISERVER_FLAGS, "flags"),
            focus('s', text::SCENARIO, "scenario"),
            focus('v', text::VERSION, "version"),
            same('1', "IPv4", "preset-0"),
            same('2', "IPv6", "preset-1"),
            same('3', "IPv4 + IPv6", "preset-2"),
            same('4', "IPv6 + IPv4", "preset-3"),
        ],
    ),
    (
        text::TIMELINE,
        &[
            Command { chord: "Ctrl+Enter", ..press('a', text::APPLY_AGAIN, "apply-again") },
            press('p', text::PATCH, "patch"),
            press('d', text::DELETE, "delete"),
            press('r', text::RESTART, "restart"),
            press('b', text::STEP_BACK, "step-back"),
            press('n', text::STEP_ON, "step-on"),
            press('k', text::PLAY_OR_STOP, "play"),
            press('[', text::MOVE_EARLIER, "move-earlier"),
            press(']', text::MOVE_LATER, "move-later"),
            press('x', text::REMOVE, "remove"),
            press('f', text::FORK, "fork"),
        ],
    ),
    (
        text::STORED,
        &[
            same('5', "YAML", "form-yaml"),
            same('6', "JSON", "form-json"),
            same('7', "KYAML", "form-kyaml"),
            press('8', text::DIFF, "form-diff"),
            press('c', text::COPY, "copy-stored"),
            press('h', text::SHOW_SERVER_FIELDS, "server-fields"),
        ],
    ),
    (
        text::KEYS_PAGE,
        &[
            focus('w', text::ANSWER, "answer"),
            focus('q', text::WHY, "why"),
            same('l', "中文 / English", "language"),
            press('t', text::THEME, "theme"),
        ],
    ),
];

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

    use super::{ALL, Chord, of_chord};
    use crate::store::Msg;

    fn chord(key: &str, command: bool, in_text: bool) -> Chord {
        Chord { key: key.to_owned(), command, shift: false, alt: false, in_text }
    }

    #[test]
    fn no_two_commands_share_a_key_or_do_the_same() {
        let all = || ALL.iter().flat_map(|(_, commands)| *commands);
        let keys: BTreeSet<char> = all().map(|it| it.key).collect();
        let ids: BTreeSet<&str> = all().map(|it| it.id).collect();
        assert_eq!((keys.len(), ids.len()), (all().count(), all().count()));
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
