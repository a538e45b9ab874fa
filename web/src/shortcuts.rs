//! What can be done by key? Every command has a letter on the sheet that `?` opens, and a few that are
//! needed while typing have a chord of their own. Nothing else listens, so that the browser's keys and
//! those of screen readers stay theirs. A key does what the button on the page does: it presses it.
//!
//! The sheet is printed into the page when the page is built; `web/keys.js` listens and presses.

use dualstack_core::explain::text::{Lang, Text};

use crate::i18n;

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
    Text(Text),
    /// The same in every language.
    Same(&'static str),
}

/// A group of commands.
pub type Group = (Text, &'static [Command]);

const fn press(key: char, name: Text, id: &'static str) -> Command {
    Command { key, chord: "", name: Name::Text(name), id, focus: false }
}

const fn same(key: char, name: &'static str, id: &'static str) -> Command {
    Command { name: Name::Same(name), ..press(key, i18n::KEYS, id) }
}

const fn focus(key: char, name: Text, id: &'static str) -> Command {
    Command { focus: true, ..press(key, name, id) }
}

/// All commands.
pub static ALL: [Group; 4] = [
    (
        i18n::KEYS_EDIT,
        &[
            Command { chord: "Ctrl+Z", ..press('u', i18n::UNDO, "undo") },
            Command { chord: "Ctrl+Shift+Z", ..press('y', i18n::REDO, "redo") },
            press('e', i18n::FIX_FIRST, "fix-0"),
            focus('m', i18n::MANIFEST, "manifest"),
            focus('g', i18n::APISERVER_FLAGS, "flags"),
            focus('j', i18n::CONTROLLER_MANAGER_FLAGS, "flags-controller-manager"),
            focus('z', i18n::PROXY_FLAGS, "flags-proxy"),
            focus('i', i18n::KUBELET_FLAGS, "flags-kubelet"),
            press('s', i18n::EXAMPLES, "examples"),
            focus('v', i18n::VERSION, "version"),
            same('1', "IPv4", "preset-0"),
            same('2', "IPv6", "preset-1"),
            same('3', "IPv4 + IPv6", "preset-2"),
            same('4', "IPv6 + IPv4", "preset-3"),
        ],
    ),
    (
        i18n::TIMELINE,
        &[
            Command { chord: "Ctrl+Enter", ..press('a', i18n::APPLY_UPDATE, "apply-again") },
            press('p', i18n::PATCH, "patch"),
            press('d', i18n::DELETE, "delete"),
            press('r', i18n::RESTART, "restart"),
            press('b', i18n::STEP_BACK, "step-back"),
            press('n', i18n::STEP_ON, "step-on"),
            press('k', i18n::PLAY_OR_STOP, "play"),
            press('[', i18n::MOVE_EARLIER, "move-earlier"),
            press(']', i18n::MOVE_LATER, "move-later"),
            press('x', i18n::REMOVE, "remove"),
            press('f', i18n::FORK, "fork"),
        ],
    ),
    (
        i18n::STORED,
        &[
            same('5', "YAML", "form-yaml"),
            same('6', "JSON", "form-json"),
            same('7', "KYAML", "form-kyaml"),
            press('8', i18n::DIFF, "form-diff"),
            press('c', i18n::COPY, "copy-stored"),
            press('h', i18n::SHOW_SERVER_FIELDS, "server-fields"),
        ],
    ),
    (
        i18n::KEYS_PAGE,
        &[
            focus('w', i18n::ANSWER, "answer"),
            press('q', i18n::WHY, "tab-why"),
            press('o', i18n::SHARE, "share"),
            same('l', "中文 / English", "language"),
            press('t', i18n::THEME, "theme"),
        ],
    ),
];

/// The sheets of keys in both languages, as HTML. They are menus, so that screen readers leave their letters
/// to them.
#[must_use]
pub fn sheets() -> String {
    [Lang::En, Lang::Zh].map(sheet).concat()
}

fn sheet(lang: Lang) -> String {
    let (name, tag) = (i18n::KEYS.get(lang), lang.tag());
    let about = i18n::KEYS_ABOUT.get(lang).replace("`?`", "<code>?</code>");
    let groups: String = ALL.iter().map(|group| menu(group, lang)).collect();
    let (single, close) = (i18n::KEYS_SINGLE.get(lang), i18n::CLOSE.get(lang));
    format!(
        "<dialog class=\"sheet\" lang=\"{tag}\" aria-label=\"{name}\"><p>{about}</p>\
         <div class=\"menu\" role=\"menu\" aria-label=\"{name}\">{groups}</div>\
         <p class=\"switch\"><button type=\"button\" class=\"btn\" data-single aria-pressed=\"true\">{single}</button> \
         <button type=\"button\" class=\"btn primary\" data-close>{close}</button></p></dialog>\n"
    )
}

fn menu((name, commands): &Group, lang: Lang) -> String {
    let name = name.get(lang);
    let items: String = commands.iter().map(|command| item(command, lang)).collect();
    format!(
        "<div role=\"group\" aria-label=\"{name}\"><h3 aria-hidden=\"true\">{name}</h3><ul role=\"none\">{items}</ul></div>"
    )
}

fn item(command: &Command, lang: Lang) -> String {
    let Command { key, chord, name, id, focus } = command;
    let name = match name {
        Name::Text(name) => name.get(lang),
        Name::Same(name) => name,
    };
    let does = if *focus { "focus" } else { "press" };
    let chord = if chord.is_empty() { String::new() } else { format!(" <kbd>{chord}</kbd>") };
    format!(
        "<li role=\"none\"><button type=\"button\" role=\"menuitem\" data-{does}=\"{id}\"><kbd>{key}</kbd> \
         <span>{name}</span>{chord}</button></li>"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{ALL, sheets};

    #[test]
    fn no_two_commands_share_a_key_or_do_the_same() {
        let all = || ALL.iter().flat_map(|(_, commands)| *commands);
        let keys: BTreeSet<char> = all().map(|it| it.key).collect();
        let ids: BTreeSet<&str> = all().map(|it| it.id).collect();
        assert_eq!((keys.len(), ids.len()), (all().count(), all().count()));
    }

    #[test]
    fn each_sheet_has_every_command() {
        let sheets = sheets();
        let all = ALL.iter().map(|(_, commands)| commands.len()).sum::<usize>();
        assert_eq!(sheets.matches("role=\"menuitem\"").count(), 2 * all);
        assert!(sheets.contains("<kbd>u</kbd> <span>撤销</span> <kbd>Ctrl+Z</kbd>"));
    }
}
