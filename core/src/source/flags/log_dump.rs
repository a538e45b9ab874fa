//! Which flags was a program started with, by its own log? Each program logs every flag it has, set or not, as
//! `I1130 10:00:00.000000 1 flags.go:64] FLAG: --name="value"`. What has its default was not set, as far as anybody can
//! tell.

use crate::release::flags as known;
use crate::release::flags::ValueKind;
use crate::source::flags::Component;
use crate::source::flags::words::{Word, literal_word, scalar};
use crate::source::span::Span;

/// One line.
struct Line {
    name: String,
    value: String,
    word: Word,
    /// `FLAG:`, which stands for a heading.
    mark: Span,
}

/// Lines behind one another, of one program.
#[derive(Default)]
pub(super) struct Dump {
    program: Option<Component>,
    lines: Vec<Line>,
}

/// What the lines come to.
pub(super) struct Read {
    /// Whose flags they are; `None` if no program has all of them.
    pub(super) component: Option<Component>,
    /// All lines.
    pub(super) span: Span,
    /// What stands for a heading.
    pub(super) heading: Span,
    /// The flags that were set, as words.
    pub(super) flags: Vec<Word>,
}

impl Dump {
    /// Whether a line of this program goes on with the lines before.
    pub(super) fn goes_on(&self, program: Option<Component>) -> bool {
        self.lines.is_empty() || self.program == program
    }

    /// Adds a line; the flag stands in `body` at `at`, and `body` in the text at `start`.
    pub(super) fn add(&mut self, program: Option<Component>, body: &str, start: usize, at: usize) {
        let written = &body[at..];
        let (name, value) = written.split_once('=').unwrap_or((written, ""));
        let base = start + at;
        let behind = base + (written.len() - value.len());
        let inner = value.strip_prefix('"').and_then(|value| value.strip_suffix('"'));
        let said = inner.unwrap_or(value).replace("\\\"", "\"").replace("\\\\", "\\");
        let mut word = literal_word(&written[..written.len() - value.len()], base);
        word.glyphs.extend(scalar(value, &said, behind).glyphs);
        word.span = Span::new(base, base + written.len());
        let name = name.trim_start_matches('-').replace('_', "-");
        let mark = Span::new(base - "FLAG: ".len(), base - 1);
        self.program = program;
        self.lines.push(Line { name, value: said, word, mark });
    }

    /// The lines so far, if there are any. `heading` is the component above them.
    pub(super) fn take(&mut self, heading: Option<Component>) -> Option<Read> {
        let lines = std::mem::take(&mut self.lines);
        let program = self.program.take().or(heading);
        let (first, last) = (lines.first()?, lines.last()?);
        let (span, heading) = (Span::new(first.mark.start, last.word.span.end), first.mark);
        let has_all = |component: &Component| {
            lines.iter().all(|it| known::of_program(component.name(), &it.name).next().is_some())
        };
        let component = program.or_else(|| Component::ALL.into_iter().find(has_all));
        let program = component.map_or("", Component::name);
        let set = lines.into_iter().filter_map(|line| set(program, line)).collect();
        Some(Read { component, span, heading, flags: set })
    }
}

/// The word of a flag that was set. A list is logged in brackets, which the flag itself does not take.
fn set(program: &str, mut line: Line) -> Option<Word> {
    let mut rows = known::of_program(program, &line.name).peekable();
    let is_list = rows.peek().is_some_and(|row| row.kind == ValueKind::Slice);
    if rows.any(|row| row.is_default(&line.value)) {
        return None;
    }
    if is_list && line.value.starts_with('[') && line.value.ends_with(']') {
        let open = line.word.glyphs.iter().position(|glyph| glyph.ch == '[')?;
        line.word.glyphs.pop();
        line.word.glyphs.remove(open);
    }
    Some(line.word)
}
