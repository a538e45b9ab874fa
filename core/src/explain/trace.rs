//! What was decided, where, and from which facts? Every decision of the core is a [`Step`].

use std::borrow::Cow;
use std::net::IpAddr;

use crate::api::field_path::FieldPath;
use crate::explain::rule::Rule;
use crate::explain::text::{Lang, Text};
use crate::net::{Cidr, Family};

/// A typed value in the hole of a rule's sentence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FactValue {
    /// One family.
    Family(Family),
    /// Families in order.
    Families(Vec<Family>),
    /// A Kubernetes value, field name or message: printed as it is, in monospace.
    Code(String),
    /// A number.
    Number(u64),
    /// An address.
    Ip(IpAddr),
    /// A range.
    Cidr(Cidr),
    /// Words of ours.
    Words(Text),
}

/// A named [`FactValue`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fact {
    /// The hole it fills.
    pub name: &'static str,
    /// The value.
    pub value: FactValue,
}

macro_rules! fact_from {
    ($($from:ty => $to:expr),* $(,)?) => {
        $(impl From<$from> for FactValue {
            fn from(value: $from) -> Self {
                $to(value)
            }
        })*
    };
}
fact_from! {
    Family => Self::Family,
    Vec<Family> => Self::Families,
    String => Self::Code,
    &str => |value: &str| Self::Code(value.to_owned()),
    u64 => Self::Number,
    usize => |value| Self::Number(value as u64),
    IpAddr => Self::Ip,
    Cidr => Self::Cidr,
    Text => Self::Words,
    FieldPath => |value: FieldPath| Self::Code(value.to_string()),
}

/// Builds the facts of a step: `facts![policy, added]` or `facts![policy = text, added]`.
#[macro_export]
macro_rules! facts {
    (@one $name:ident) => { $crate::explain::trace::Fact { name: stringify!($name), value: $name.clone().into() } };
    (@one $name:ident = $value:expr) => { $crate::explain::trace::Fact { name: stringify!($name), value: $value.into() } };
    ($($name:ident $(= $value:expr)?),* $(,)?) => { Vec::from([$($crate::facts!(@one $name $(= $value)?)),*]) };
}

/// A value as kubectl prints it; mostly one of the few words that Kubernetes knows.
pub type Shown = Cow<'static, str>;

/// What a decision did.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing changed; worth knowing.
    Noted,
    /// A field was set.
    Set {
        /// The value before, if there was one.
        before: Option<Shown>,
        /// The value now.
        after: Shown,
    },
    /// A value was picked from a range.
    Allocated {
        /// The value.
        value: Shown,
    },
    /// A value was copied from another field, or from the stored object.
    Copied {
        /// The field it comes from.
        from: Box<FieldPath>,
        /// The value.
        value: Shown,
    },
    /// The field was removed or emptied.
    Removed {
        /// The value before.
        before: Shown,
    },
    /// The request was refused.
    Rejected,
}

/// What a decision goes back to: the text that would have to change for another outcome.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A field of the object that was sent.
    Manifest(FieldPath),
    /// A flag of the component whose trace this is, without dashes.
    Flag(&'static str),
}

/// One decision.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// The rule that decided.
    pub rule: &'static Rule,
    /// The field it is about.
    pub at: FieldPath,
    /// What it was decided from.
    pub facts: Vec<Fact>,
    /// What it did.
    pub effect: Effect,
    /// The text behind it, if some text is.
    pub origin: Option<Origin>,
}

/// The number of a step in its trace.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StepId(pub usize);

/// A piece of a rendered sentence: the page shows each kind its own way.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Piece {
    /// Plain words.
    Words(String),
    /// A value, field or message, in monospace and never translated.
    Code(String),
    /// A family, shown as a labelled badge.
    Family(Family),
    /// Words that name a place of the page, and the name of that place.
    Link { words: &'static str, to: &'static str },
}

impl Step {
    /// The rule's sentence with its holes filled.
    #[must_use]
    pub fn render(&self, lang: Lang) -> Vec<Piece> {
        render(self.rule.text, &self.facts, lang)
    }

    /// The sentence as plain text.
    #[must_use]
    pub fn plain(&self, lang: Lang) -> String {
        plain(&self.render(lang))
    }
}

/// The words and the place of `[words](place)`, and what comes behind it; `None` if the text does not begin so.
fn link(text: &'static str) -> Option<(Piece, &'static str)> {
    let (words, rest) = text.strip_prefix('[')?.split_once(']')?;
    let (to, rest) = rest.strip_prefix('(')?.split_once(')')?;
    Some((Piece::Link { words, to }, rest))
}

/// A sentence with the words of its links alone, and with its holes and its back quotes.
#[must_use]
pub fn unlinked(mut text: &'static str) -> String {
    let mut out = String::new();
    while let Some(at) = text.find('[') {
        let (ahead, rest) = text.split_at(at);
        out.push_str(ahead);
        let (words, behind) = match link(rest) {
            Some((Piece::Link { words, .. }, behind)) => (words, behind),
            _ => rest.split_at(1),
        };
        out.push_str(words);
        text = behind;
    }
    out + text
}

/// Fills the `{fact}` holes of a sentence. Back-quoted stretches of the sentence are code, and `[words](place)` is a link
/// to a place of the page.
#[must_use]
pub fn render(text: Text, facts: &[Fact], lang: Lang) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut words = String::new();
    let mut rest = text.get(lang);
    while let Some(at) = rest.find(['{', '`', '[']) {
        if rest[at..].starts_with('[') {
            words.push_str(&rest[..at]);
            rest = &rest[at..];
            if let Some((piece, behind)) = link(rest) {
                flush(&mut words, &mut pieces);
                pieces.push(piece);
                rest = behind;
            } else {
                words.push('[');
                rest = &rest[1..];
            }
            continue;
        }
        let close = if rest[at..].starts_with('{') { '}' } else { '`' };
        let Some(length) = rest[at + 1..].find(close) else { break };
        words.push_str(&rest[..at]);
        let inner = &rest[at + 1..at + 1 + length];
        rest = &rest[at + length + 2..];
        if close == '`' {
            flush(&mut words, &mut pieces);
            pieces.push(Piece::Code(inner.to_owned()));
        } else if let Some(fact) = facts.iter().find(|fact| fact.name == inner) {
            flush(&mut words, &mut pieces);
            push_fact(&fact.value, lang, &mut pieces);
        }
    }
    words.push_str(rest);
    flush(&mut words, &mut pieces);
    pieces
}

/// A message with its back-quoted stretches as code. As in Markdown, a stretch that holds back quotes stands between
/// longer rows of them, with a space at each side; a row without its like is words.
#[must_use]
pub fn code_spans(text: &str) -> Vec<Piece> {
    let row = |text: &str| text.len() - text.trim_start_matches('`').len();
    let (mut pieces, mut words, mut rest) = (Vec::new(), String::new(), text);
    while let Some(at) = rest.find('`') {
        let length = row(&rest[at..]);
        let (ahead, behind) = rest.split_at(at + length);
        let mut close = None;
        let mut from = 0;
        while let Some(next) = behind[from..].find('`').map(|next| from + next) {
            let count = row(&behind[next..]);
            if count == length {
                close = Some(next);
                break;
            }
            from = next + count;
        }
        let Some(close) = close else {
            words.push_str(ahead);
            rest = behind;
            continue;
        };
        words.push_str(&ahead[..at]);
        flush(&mut words, &mut pieces);
        let inner = &behind[..close];
        let stripped = inner.strip_prefix(' ').and_then(|inner| inner.strip_suffix(' '));
        pieces.push(Piece::Code(stripped.unwrap_or(inner).to_owned()));
        rest = &behind[close + length..];
    }
    words.push_str(rest);
    flush(&mut words, &mut pieces);
    pieces
}

/// A text as a code span of [`code_spans`], whatever back quotes it holds.
#[must_use]
pub fn code_span(text: &str) -> String {
    if !text.contains('`') {
        return format!("`{text}`");
    }
    let longest = text.split(|char| char != '`').map(str::len).max().unwrap_or(0);
    let row = "`".repeat(longest + 1);
    format!("{row} {text} {row}")
}

fn flush(words: &mut String, pieces: &mut Vec<Piece>) {
    if !words.is_empty() {
        pieces.push(Piece::Words(std::mem::take(words)));
    }
}

fn push_fact(value: &FactValue, lang: Lang, pieces: &mut Vec<Piece>) {
    match value {
        FactValue::Family(family) => pieces.push(Piece::Family(*family)),
        FactValue::Families(families) => {
            for (at, family) in families.iter().enumerate() {
                if at > 0 {
                    let comma = if lang == Lang::Zh { "、" } else { ", " };
                    pieces.push(Piece::Words(comma.to_owned()));
                }
                pieces.push(Piece::Family(*family));
            }
        }
        FactValue::Code(code) => pieces.push(Piece::Code(code.clone())),
        FactValue::Number(number) => pieces.push(Piece::Words(number.to_string())),
        FactValue::Ip(ip) => pieces.push(Piece::Code(ip.to_string())),
        FactValue::Cidr(cidr) => pieces.push(Piece::Code(cidr.to_string())),
        FactValue::Words(text) => pieces.push(Piece::Words(text.get(lang).to_owned())),
    }
}

/// Pieces as plain text.
#[must_use]
pub fn plain(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Words(words) => words.as_str(),
            Piece::Code(code) => code.as_str(),
            Piece::Family(family) => family.name(),
            Piece::Link { words, .. } => words,
        })
        .collect()
}

/// The decisions of one request, in order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Trace {
    steps: Vec<Step>,
}

impl Trace {
    /// A trace with room for what an ordinary request leaves.
    #[must_use]
    pub fn of_request() -> Self {
        Self { steps: Vec::with_capacity(12) }
    }

    /// Records a decision and gives its number.
    pub fn push(&mut self, step: Step) -> StepId {
        self.steps.push(step);
        StepId(self.steps.len() - 1)
    }

    /// Something worth knowing that changed nothing.
    pub fn note(&mut self, rule: &'static Rule, at: FieldPath, facts: Vec<Fact>) -> StepId {
        self.push(Step { rule, at, facts, effect: Effect::Noted, origin: None })
    }

    /// A field was set.
    pub fn set(
        &mut self,
        rule: &'static Rule,
        at: FieldPath,
        facts: Vec<Fact>,
        before: Option<Shown>,
        after: impl Into<Shown>,
    ) -> StepId {
        let effect = Effect::Set { before, after: after.into() };
        self.push(Step { rule, at, facts, effect, origin: None })
    }

    /// A value was picked from a range.
    pub fn allocated(
        &mut self,
        rule: &'static Rule,
        at: FieldPath,
        facts: Vec<Fact>,
        value: impl Into<Shown>,
    ) -> StepId {
        let effect = Effect::Allocated { value: value.into() };
        self.push(Step { rule, at, facts, effect, origin: None })
    }

    /// A value was copied from `from`.
    pub fn copied(
        &mut self,
        rule: &'static Rule,
        at: FieldPath,
        from: FieldPath,
        value: impl Into<Shown>,
    ) -> StepId {
        let effect = Effect::Copied { from: Box::new(from), value: value.into() };
        self.push(Step { rule, at, facts: Vec::new(), effect, origin: None })
    }

    /// A field was removed or emptied.
    pub fn removed(
        &mut self,
        rule: &'static Rule,
        at: FieldPath,
        facts: Vec<Fact>,
        before: impl Into<Shown>,
    ) -> StepId {
        let effect = Effect::Removed { before: before.into() };
        self.push(Step { rule, at, facts, effect, origin: None })
    }

    /// The request was refused because of `at`.
    pub fn reject(&mut self, rule: &'static Rule, at: FieldPath, facts: Vec<Fact>) -> StepId {
        self.push(Step { rule, at, facts, effect: Effect::Rejected, origin: None })
    }

    /// Says which text the step goes back to.
    pub fn because(&mut self, step: StepId, origin: Origin) {
        if let Some(step) = self.steps.get_mut(step.0) {
            step.origin = Some(origin);
        }
    }

    /// All steps so far.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Gives the steps away.
    #[must_use]
    pub fn into_steps(self) -> Vec<Step> {
        self.steps
    }
}

#[cfg(test)]
mod tests {
    use super::{Fact, FactValue, Piece, code_span, code_spans, plain, render, unlinked};
    use crate::explain::text::{Lang, Text};
    use crate::net::Family;

    #[test]
    fn a_place_of_the_page_becomes_a_link() {
        let text = Text {
            en: "See [Nodes](nodes), `a[0]`, v1 [alpha] and [x](",
            zh: "参见[节点](nodes)。",
        };
        assert_eq!(
            render(text, &[], Lang::En),
            [
                Piece::Words("See ".to_owned()),
                Piece::Link { words: "Nodes", to: "nodes" },
                Piece::Words(", ".to_owned()),
                Piece::Code("a[0]".to_owned()),
                Piece::Words(", v1 [alpha] and [x](".to_owned()),
            ]
        );
        assert_eq!(plain(&render(text, &[], Lang::Zh)), "参见节点。");
        assert_eq!(unlinked(text.en), "See Nodes, `a[0]`, v1 [alpha] and [x](");
    }

    #[test]
    fn a_code_span_may_hold_back_quotes() {
        for code in ["a", "```yaml", "`", "a`b``c", "\"", " "] {
            let text = format!("Line 3 is {}: remove it.", code_span(code));
            let pieces = code_spans(&text);
            assert_eq!(pieces.len(), 3, "{text}");
            assert_eq!(pieces[1], Piece::Code(code.to_owned()), "{text}");
            assert_eq!(plain(&pieces), format!("Line 3 is {code}: remove it."));
        }
        for words in ["", "a ` b", "```", "a `` b ` c"] {
            assert!(!code_spans(words).iter().any(|it| matches!(it, Piece::Code(_))), "{words}");
            assert_eq!(plain(&code_spans(words)), words);
        }
        assert_eq!(plain(&code_spans("type `\"` or `'`。")), "type \" or '。");
    }

    #[test]
    fn holes_and_code_become_pieces_of_their_own() {
        let text = Text { en: "{added} joins `ipFamilies`.", zh: "{added} 加入 `ipFamilies`。" };
        let added = [Fact { name: "added", value: FactValue::Family(Family::V6) }];
        assert_eq!(
            render(text, &added, Lang::Zh),
            [
                Piece::Family(Family::V6),
                Piece::Words(" 加入 ".to_owned()),
                Piece::Code("ipFamilies".to_owned()),
                Piece::Words("。".to_owned()),
            ]
        );
    }
}
