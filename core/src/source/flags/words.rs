//! How does a kind of text quote? A line or a scalar into words, each character with the bytes that stand for it.

use crate::source::flags::programs;
use crate::source::span::Span;

/// A character as a program would get it, with the bytes that stand for it.
#[derive(Clone, Copy)]
pub(super) struct Glyph {
    pub(super) ch: char,
    pub(super) span: Span,
}

/// A word as a shell splits them.
pub(super) struct Word {
    pub(super) glyphs: Vec<Glyph>,
    /// With quotes.
    pub(super) span: Span,
    /// Whether the first character is a quote.
    pub(super) quoted: bool,
    /// The quote that is never closed.
    pub(super) unclosed: Option<Span>,
    /// Whether a comma of a list directly follows and was taken off.
    pub(super) comma: bool,
}

impl Word {
    pub(super) fn text(&self) -> String {
        self.glyphs.iter().map(|g| g.ch).collect()
    }

    /// The bytes of the glyphs from `from` up to `to`; empty at `fallback` when there are none.
    pub(super) fn span_of(&self, from: usize, to: usize, fallback: usize) -> Span {
        match self.glyphs.get(from..to) {
            Some([first, .., last]) => Span::new(first.span.start, last.span.end),
            Some([only]) => only.span,
            _ => Span::new(fallback, fallback),
        }
    }
}

/// The words of one line and whether the next line continues it.
#[derive(Default)]
pub(super) struct Words {
    pub(super) words: Vec<Word>,
    pub(super) continues: bool,
}

/// What separates words. Invisible characters that come with copied text count too.
pub(super) fn is_blank(ch: char) -> bool {
    ch.is_whitespace() || matches!(ch, '\u{feff}' | '\u{200b}')
}

/// Splits a line as a shell does, but also takes the brackets and commas of a JSON list off.
/// `flow` counts the open brackets of such lists and lasts from line to line.
pub(super) fn words(line: &str, base: usize, flow: &mut usize) -> Words {
    let mut out = Words::default();
    let mut at = 0;
    while let Some(ch) = line[at..].chars().next() {
        let rest = &line[at + ch.len_utf8()..];
        let opens_list = || {
            let next = rest.trim_start_matches(is_blank);
            let names_program =
                || next.split_once(',').is_some_and(|(w, _)| programs::of(w).is_some());
            next.is_empty() || next.starts_with(['"', '\'', '-', ']', '[']) || names_program()
        };
        if is_blank(ch) || ch == ',' {
            at += ch.len_utf8();
        } else if ch == '#' {
            break;
        } else if ch == '\\' && rest.chars().all(is_blank) {
            out.continues = true;
            break;
        } else if ch == '[' && opens_list() {
            *flow += 1;
            at += 1;
        } else if ch == ']' && *flow > 0 {
            *flow -= 1;
            at += 1;
        } else {
            let (word, end, continues) = word(line, at, base, flow);
            at = end;
            out.continues |= continues;
            out.words.push(word);
        }
    }
    out
}

/// Reads the word at `start`, which is never blank. Gives where it ends, and whether a backslash
/// directly behind it continues the line.
fn word(line: &str, start: usize, base: usize, flow: &mut usize) -> (Word, usize, bool) {
    let mut glyphs: Vec<Glyph> = Vec::new();
    let mut quote: Option<(char, usize)> = None;
    let mut at = start;
    let mut continues = false;
    let mut quoted_whole = line[start..].starts_with(['"', '\'']);
    let quoted = quoted_whole;
    while let Some(ch) = line[at..].chars().next() {
        let next = at + ch.len_utf8();
        let follower = line[next..].chars().next();
        let mut push = |ch, end| {
            glyphs.push(Glyph { ch, span: Span::new(base + at, base + end) });
        };
        match (quote, ch) {
            (Some((open, _)), _) if ch == open => {
                quote = None;
                // In a JSON list the comma or bracket ends the word.
                if quoted_whole && matches!(follower, Some(',' | ']')) {
                    at = next;
                    break;
                }
                quoted_whole = false;
            }
            (Some(('"', _)), '\\') | (None, '\\') => match follower {
                Some(c @ ('"' | '\\')) => {
                    push(c, next + 1);
                    at = next + 1;
                    continue;
                }
                Some(c @ ('\'' | ' ')) if quote.is_none() && !line[next..].trim().is_empty() => {
                    push(c, next + 1);
                    at = next + 1;
                    continue;
                }
                Some('\n') if quote.is_some() => {
                    at = next + 1;
                    continue;
                }
                _ if line[next..].chars().all(is_blank) => {
                    continues = true;
                    break;
                }
                _ => push(ch, next),
            },
            (Some(_), '\r' | '\n') if line[at..].trim().is_empty() => break,
            (Some(_), _) => push(ch, next),
            (None, '"' | '\'') => quote = Some((ch, at)),
            (None, _) if is_blank(ch) => break,
            (None, _) => push(ch, next),
        }
        at = next;
    }
    let mut word = Word {
        glyphs,
        span: Span::new(base + start, base + at),
        quoted,
        unclosed: quote.map(|(_, open)| Span::new(base + open, base + at)),
        comma: quoted && line[at..].starts_with(','),
    };
    if *flow > 0 && !quoted {
        take_list_marks_off(&mut word, flow);
    }
    (word, if continues { line.len() } else { at }, continues)
}

/// Takes the comma or bracket off the end of a bare word in a JSON-like list. Nothing is taken
/// off a quoted end: there the last glyph ends before the word does.
fn take_list_marks_off(word: &mut Word, flow: &mut usize) {
    let balanced = word.glyphs.iter().any(|g| g.ch == '[');
    while let Some(last) = word.glyphs.last().copied() {
        if last.span.end != word.span.end {
            return;
        }
        match last.ch {
            ',' => word.comma = true,
            ']' if *flow > 0 && !balanced => *flow -= 1,
            _ => return,
        }
        word.glyphs.pop();
        word.span.end = last.span.start;
    }
}

/// Splits a text that quotes nothing at its blanks: what `ps` prints, where every quote is of the value.
pub(super) fn literal_words(line: &str, base: usize) -> Vec<Word> {
    let glyphs: Vec<Glyph> = literal(line, base);
    glyphs
        .split(|glyph| is_blank(glyph.ch))
        .filter_map(|part| {
            let (first, last) = (part.first()?, part.last()?);
            let span = Span::new(first.span.start, last.span.end);
            Some(Word { glyphs: part.to_vec(), span, quoted: false, unclosed: None, comma: false })
        })
        .collect()
}

/// A text of which every character stands for itself, as one word.
pub(super) fn literal_word(text: &str, base: usize) -> Word {
    let span = Span::new(base, base + text.len());
    Word { glyphs: literal(text, base), span, quoted: false, unclosed: None, comma: false }
}

fn literal(text: &str, base: usize) -> Vec<Glyph> {
    let glyph = |(at, ch): (usize, char)| Glyph {
        ch,
        span: Span::new(base + at, base + at + ch.len_utf8()),
    };
    text.char_indices().map(glyph).collect()
}

/// A scalar of YAML or JSON as one word. `raw` is its text with quotes, `value` what it says.
pub(super) fn scalar(raw: &str, value: &str, base: usize) -> Word {
    let span = Span::new(base, base + raw.len());
    let quoted = raw.starts_with(['"', '\'']);
    let (from, to) = if quoted && raw.len() > 1 { (1, raw.len() - 1) } else { (0, raw.len()) };
    let inner = raw.get(from..to).unwrap_or_default();
    let glyphs = if inner == value {
        literal(inner, base + from)
    } else {
        escaped(inner, base + from).filter(|glyphs| says(glyphs, value)).unwrap_or_else(|| {
            // Folded or with rarer escapes: the place of each character is the scalar.
            let whole = Span::new(base + from, base + to);
            value.chars().map(|ch| Glyph { ch, span: whole }).collect()
        })
    };
    Word { glyphs, span, quoted, unclosed: None, comma: false }
}

fn says(glyphs: &[Glyph], value: &str) -> bool {
    glyphs.iter().map(|glyph| glyph.ch).eq(value.chars())
}

/// The inside of a quoted scalar with its usual escapes: `\"`, `\\`, `''`.
fn escaped(inner: &str, base: usize) -> Option<Vec<Glyph>> {
    let mut glyphs = Vec::new();
    let mut chars = inner.char_indices().peekable();
    while let Some((at, ch)) = chars.next() {
        let follower = match ch {
            '\\' => chars.next(),
            '\'' => chars.next_if(|(_, next)| *next == '\''),
            _ => None,
        };
        let (ch, end) = match (ch, follower) {
            ('\\', None) => return None,
            (_, Some((at, ch))) => (ch, at + ch.len_utf8()),
            (_, None) => (ch, at + ch.len_utf8()),
        };
        glyphs.push(Glyph { ch, span: Span::new(base + at, base + end) });
    }
    Some(glyphs)
}

/// The value of a variable as systemd splits it: at its blanks, with the quotes in it honoured and taken off.
pub(super) fn value_words(glyphs: &[Glyph]) -> Vec<Word> {
    let mut words = Vec::new();
    let mut word: Vec<Glyph> = Vec::new();
    let mut span: Option<Span> = None;
    let mut quote = None;
    let mut close = |word: &mut Vec<Glyph>, span: &mut Option<Span>| {
        if let Some(span) = span.take() {
            let glyphs = std::mem::take(word);
            words.push(Word { glyphs, span, quoted: false, unclosed: None, comma: false });
        }
    };
    for glyph in glyphs {
        match (quote, glyph.ch) {
            (None, ch) if is_blank(ch) => {
                close(&mut word, &mut span);
                continue;
            }
            (Some(open), ch) if ch == open => quote = None,
            (None, ch @ ('"' | '\'')) => quote = Some(ch),
            _ => word.push(*glyph),
        }
        let start = span.map_or(glyph.span.start, |span| span.start);
        span = Some(Span::new(start, glyph.span.end));
    }
    close(&mut word, &mut span);
    words
}
