//! What does the second program say (`web/extras`)? Its questions and answers, with their types.
//!
//! All answer at once, and `None` means that the program is not there: [`Program::load`] brings it, and
//! [`Program::state`] says whether it came.

use dualstack_core::api::{Json, go_json};
use dualstack_core::explain::text::Lang;
use dualstack_core::session::action::{Event, Shown};
use dualstack_core::source::edit::Edit;
use dualstack_core::source::span::Span;
use dualstack_core::source::yaml::{Node, Value, parse_own};

use crate::browser::program::Program;
use crate::words::items;

/// Words that the program made, in both languages. What is code, or a family, stands in back quotes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    en: String,
    zh: String,
}

impl Said {
    /// In one language.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.en,
            Lang::Zh => &self.zh,
        }
    }

    fn read(node: &Node) -> Option<Self> {
        let text = |key: &str| node.text_of(key).map(str::to_owned);
        Some(Self { en: text("en")?, zh: text("zh")? })
    }
}

/// A change with which a refused request, or a start that failed, succeeds.
#[derive(Clone, PartialEq, Debug)]
pub struct Fix {
    /// Which event changes.
    pub at: usize,
    /// What changes in its text, one after the other.
    pub edits: Vec<Edit>,
    /// What it does, in a few words.
    pub title: Said,
    /// The changed fields and flags: `spec.ipFamilyPolicy: RequireDualStack → PreferDualStack`.
    pub changes: Vec<String>,
    /// What it leads to.
    pub gives: Said,
}

impl Fix {
    /// The event with the fix; `None` if it is not the one that the fix was made for.
    #[must_use]
    pub fn apply(&self, event: &Event) -> Option<Event> {
        let mut event = event.clone();
        let (Event::Boot { flags: text, .. }
        | Event::Apply(text)
        | Event::Patch { body: text, .. }) = &mut event
        else {
            return None;
        };
        for edit in &self.edits {
            text.get(edit.span.start..edit.span.end)?;
            *text = edit.apply(text).into();
        }
        Some(event)
    }

    fn read(node: &Node) -> Option<Self> {
        let said = |key: &str| Said::read(&node.entry(key)?.value);
        let list = |key: &str| Some(items(&node.entry(key)?.value));
        let edit = |node: &Node| {
            let span = Span::new(number(node, "start")?, number(node, "end")?);
            Some(Edit { span, text: node.text_of("text")?.to_owned() })
        };
        let change = |node: &Node| match &node.value {
            Value::String(text) => Some(text.clone()),
            _ => None,
        };
        Some(Self {
            at: number(node, "at")?,
            edits: list("edits")?.iter().map(edit).collect::<Option<_>>()?,
            title: said("title")?,
            changes: list("changes")?.iter().filter_map(change).collect(),
            gives: said("gives")?,
        })
    }
}

/// The fixes of a document of the event that is shown, the best first.
#[must_use]
pub fn fixes(session: &Shown, document: usize) -> Option<Vec<Fix>> {
    read_fixes(&Program::Extras.ask("fixes", &session.to_json(), document)?)
}

/// What stands behind `#` in a link to a session.
///
/// # Errors
///
/// Why there is none.
#[must_use]
pub fn link(session: &Shown) -> Option<Result<String, Said>> {
    let answer = Program::Extras.ask("encode", &session.to_json(), 0)?;
    Some(refused(&answer).map_or(Ok(answer), Err))
}

/// The session behind a link, of which this is what stands behind `#`.
///
/// # Errors
///
/// Why it cannot be read.
#[must_use]
pub fn session(link: &str) -> Option<Result<Shown, Said>> {
    read_session(&Program::Extras.ask("decode", link, 0)?)
}

/// An object in a form of kubectl's, `json` or `kyaml`.
#[must_use]
pub fn form(name: &str, object: &Json) -> Option<String> {
    Program::Extras.ask(name, &go_json(object), 0)
}

/// What can be given away of what the page says, as HTML (`web/extras/src/share.rs` has the names).
#[must_use]
pub fn share(said: &str) -> Option<String> {
    Program::Extras.ask("share", said, 0)
}

fn document(text: &str) -> Option<Node> {
    parse_own(text).documents.into_iter().next().map(|it| it.node)
}

fn number(node: &Node, key: &str) -> Option<usize> {
    match &node.entry(key)?.value.value {
        Value::Number(number) => number.parse().ok(),
        _ => None,
    }
}

/// Why there is no answer, if this says so.
fn refused(answer: &str) -> Option<Said> {
    if answer.starts_with("{\"en\":") { Said::read(&document(answer)?) } else { None }
}

fn read_fixes(answer: &str) -> Option<Vec<Fix>> {
    items(&document(answer)?).iter().map(Fix::read).collect()
}

pub(crate) fn read_session(answer: &str) -> Option<Result<Shown, Said>> {
    match refused(answer) {
        Some(why) => Some(Err(why)),
        None => Shown::from_text(answer).map(Ok),
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::session::action::{Event, Shown};

    use super::{read_fixes, read_session, refused};
    use crate::presets::Preset;
    use crate::store::{Msg, Store};

    fn shown(store: &Store) -> Shown {
        Shown { scenario: store.session(), at: store.at }
    }

    #[test]
    fn what_the_second_program_writes_is_what_the_page_reads() {
        let store = Store::opening(Lang::En);
        let session = shown(&store);
        let link = dualstack_extras::encode(&session.to_json());
        assert_eq!(refused(&link), None);
        assert_eq!(read_session(&dualstack_extras::decode(&link)), Some(Ok(session)));
    }

    #[test]
    fn a_refusal_is_read_in_both_languages() {
        let answer = dualstack_extras::decode("9");
        let why = refused(&answer).expect("it is one");
        assert!(why.get(Lang::En).starts_with("This link was made by a newer playground."));
        assert!(why.get(Lang::Zh).starts_with("此链接由更新版本"));
        assert_eq!(read_session(&answer), Some(Err(why.clone())));
        for nonsense in ["", "{", "[]", "{\"en\":1}"] {
            assert_eq!(read_session(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_fix_changes_the_event_it_was_made_for() {
        let store = Store::opening(Lang::En).update(Msg::Preset(Preset::V4));
        let store = store.update(Msg::Replace("PreferDualStack", "RequireDualStack"));
        let answer = dualstack_extras::fixes::of(&shown(&store).to_json(), 0);
        let fixes = read_fixes(&answer).expect("it is a list");
        assert!(!fixes.is_empty());
        for fix in fixes {
            let before = &store.events[fix.at];
            let after = fix.apply(before).expect("it fits");
            assert_ne!(*before, after);
            assert!(!fix.title.get(Lang::En).is_empty() && !fix.changes.is_empty());
            // Not to another event.
            assert_eq!(fix.apply(&Event::Apply("a".into())), None);
        }
    }
}
