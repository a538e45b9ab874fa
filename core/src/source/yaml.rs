//! What does a manifest say? YAML (with JSON and KYAML) into nodes with exact spans.
//!
//! Events come from `saphyr-parser`; plain scalars are read by kubectl's rules, which are those of
//! YAML 1.1 as Go's yaml.v2 has them: an unquoted `yes` is a bool, `010` is eight.
//! Invariant: never fails. What stands before a syntax error is still read, and so are the documents
//! behind it.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};

use crate::api::json::Json;
use crate::api::scalar as plain;
use crate::api::scalar::Plain;
use crate::source::span::Span;

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The most documents that are read.
pub const MAX_DOCUMENTS: usize = 100;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 100;
/// The most nodes that aliases may expand to.
pub const MAX_ALIASED_NODES: usize = 10_000;
/// The most nodes that are kept for aliases to come: anchors inside anchors are kept several times.
const MAX_ANCHORED_NODES: usize = 100_000;
/// What can stand for a colon in front of a bracket or comma, as in `[fd00::, 10.0.0.0]`: characters
/// without a meaning. For YAML 1.2, which `saphyr-parser` reads, that colon ends a key; for goyaml it
/// belongs to the word before it.
const STAND_INS: std::ops::RangeInclusive<char> = '\u{f800}'..='\u{f8ff}';
/// Blanks to put in front of what YAML 1.2 wants indented and goyaml does not.
const PAD: &str = "                                                                ";
/// The most places that get such blanks: each makes its document be read again.
const MAX_PADS: usize = 50;
/// What the tags of YAML itself start with.
const CORE: &str = "tag:yaml.org,2002:";

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value's text.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// A value as JSON knows it.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number, as JSON would print it.
    Number(String),
    /// A text.
    String(String),
    /// A list.
    Seq(Vec<Node>),
    /// A map, in the order of the text; duplicates are kept.
    Map(Vec<Entry>),
}

impl Value {
    /// Its JSON kind, as Go's decoder names it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "bool",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Seq(_) => "array",
            Self::Map(_) => "object",
        }
    }
}

/// A key with its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key, as JSON would print it.
    pub key: String,
    /// The key's text.
    pub key_span: Span,
    /// The value.
    pub value: Node,
}

/// One document of a text.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Where it stands.
    pub span: Span,
    /// What it says.
    pub node: Node,
    /// Whether it was read to its end.
    pub complete: bool,
}

/// What kind of problem a text has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ProblemKind {
    /// It is not YAML at this place.
    Syntax,
    /// It is more than the playground reads.
    Limit,
}

/// A problem of a text, in our words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Where.
    pub span: Span,
    /// In English.
    pub text_en: String,
    /// In Chinese.
    pub text_zh: String,
    /// Of which kind.
    pub kind: ProblemKind,
    /// What Go says, where the document is well-formed and its values are not; they have to become JSON.
    pub goyaml: Option<String>,
}

impl Problem {
    /// The same problem of a part of a text, as one of the whole text.
    #[must_use]
    pub fn moved(mut self, text: &str, by: usize) -> Self {
        self.span = self.span.moved(by);
        if self.kind == ProblemKind::Syntax {
            let before = text[..by].matches('\n').count();
            if before > 0 {
                let number = text[..self.span.start].matches('\n').count() + 1;
                let was = number - before;
                self.text_en =
                    self.text_en.replacen(&format!("Line {was} "), &format!("Line {number} "), 1);
                self.text_zh =
                    self.text_zh.replacen(&format!("第 {was} 行"), &format!("第 {number} 行"), 1);
            }
        }
        self
    }
}

/// A text that was read.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Parsed {
    /// The documents that say something.
    pub documents: Vec<Document>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Node {
    /// Whether it says the same, wherever it stands.
    #[must_use]
    pub fn says_what(&self, other: &Self) -> bool {
        match (&self.value, &other.value) {
            (Value::Seq(one), Value::Seq(other)) => {
                one.len() == other.len()
                    && one.iter().zip(other).all(|(one, other)| one.says_what(other))
            }
            (Value::Map(one), Value::Map(other)) => {
                let same = |(one, other): (&Entry, &Entry)| {
                    one.key == other.key && one.value.says_what(&other.value)
                };
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            (one, other) => one == other,
        }
    }

    /// The value as JSON; of duplicate keys the last one wins.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(text) => Json::Number(text.clone()),
            Value::String(text) => Json::String(text.clone()),
            Value::Seq(list) => Json::Array(list.iter().map(Self::to_json).collect()),
            Value::Map(map) => Json::object(
                map.iter().map(|entry| (entry.key.clone(), entry.value.to_json())).collect(),
            ),
        }
    }

    /// A node without a place in a text.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(text) => Value::Number(text.clone()),
            Json::String(text) => Value::String(text.clone()),
            Json::Array(list) => Value::Seq(list.iter().map(Self::from_json).collect()),
            Json::Object(map) => Value::Map(
                map.iter()
                    .map(|(key, value)| Entry {
                        key: key.clone(),
                        key_span: Span::default(),
                        value: Self::from_json(value),
                    })
                    .collect(),
            ),
        };
        Self { span: Span::default(), value }
    }

    /// Moves every place by so many bytes.
    pub fn shift(&mut self, by: usize) {
        self.span = self.span.moved(by);
        match &mut self.value {
            Value::Seq(list) => list.iter_mut().for_each(|node| node.shift(by)),
            Value::Map(map) => map.iter_mut().for_each(|entry| {
                entry.key_span = entry.key_span.moved(by);
                entry.value.shift(by);
            }),
            _ => {}
        }
    }

    /// The entry of a key, if this is a map; of duplicates the last one.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        match &self.value {
            Value::Map(map) => map.iter().rev().find(|entry| entry.key == key),
            _ => None,
        }
    }

    /// The text of a key, if this is a map and the value is a string.
    #[must_use]
    pub fn text_of(&self, key: &str) -> Option<&str> {
        match &self.entry(key)?.value.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads a text.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let mut parsed = Parsed::default();
    if text.len() > MAX_BYTES {
        parsed.problems.push(limit(
            Span::new(0, text.len()),
            format!("The text has {} bytes; at most {MAX_BYTES} are read.", text.len()),
            format!("文本有 {} 字节；最多读取 {MAX_BYTES} 字节。", text.len()),
        ));
        return parsed;
    }
    let mut from = 0;
    let mut pads = Vec::new();
    loop {
        match Reader::new(text, from, &pads).read(&mut parsed) {
            Next::End => return parsed,
            Next::Padded { document, pad } => {
                from = document;
                pads.push(pad);
            }
            // After a syntax error reading goes on at the next document.
            Next::Behind(error_at) => match next_document(text, error_at) {
                // What stands behind an error is read once more, so errors are counted too.
                Some(next) if parsed.problems.len() == MAX_DOCUMENTS => {
                    parsed.problems.push(too_many_documents(Span::new(next, next + 3)));
                    return parsed;
                }
                Some(next) => from = next,
                None => return parsed,
            },
        }
    }
}

/// How reading goes on.
enum Next {
    /// Not at all.
    End,
    /// With the next document behind a syntax error.
    Behind(usize),
    /// With the same document, once it has blanks at a place where goyaml does not need them.
    Padded { document: usize, pad: usize },
}

/// The start of the first line behind `at` that opens a document.
fn next_document(text: &str, at: usize) -> Option<usize> {
    let mut line_start = text.get(at..)?.find('\n')? + at + 1;
    loop {
        let line = text.get(line_start..)?;
        if line.starts_with("---") && !line[3..].starts_with(|char: char| !char.is_whitespace()) {
            return Some(line_start);
        }
        line_start += line.find('\n')? + 1;
    }
}

fn limit(span: Span, text_en: String, text_zh: String) -> Problem {
    Problem { span, text_en, text_zh, kind: ProblemKind::Limit, goyaml: None }
}

pub(crate) fn too_many_documents(span: Span) -> Problem {
    limit(
        span,
        format!("There are more than {MAX_DOCUMENTS} documents; the rest is not read."),
        format!("文档超过 {MAX_DOCUMENTS} 个；其余部分未读取。"),
    )
}

fn too_deep(span: Span) -> Problem {
    limit(
        span,
        format!("Values are nested more than {MAX_DEPTH} levels deep."),
        format!("嵌套超过 {MAX_DEPTH} 层。"),
    )
}

/// A container that is still open.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, and whether it is a merge key.
    key: Option<(String, Span, bool)>,
    /// Keys that only a merge key brought so far.
    merged: Vec<String>,
    is_flow: bool,
}

impl Open {
    /// Adds an entry that was written out. It takes the place of a merged one, but of no other:
    /// duplicates are for the decoder to report.
    fn push(&mut self, entry: Entry) {
        if let Value::Map(map) = &mut self.node.value {
            if let Some(at) = self.merged.iter().position(|key| *key == entry.key) {
                self.merged.swap_remove(at);
                map.retain(|other| other.key != entry.key);
            }
            map.push(entry);
        }
    }

    /// Adds what a merge key brings; `None` if that is neither a map nor a list of maps. As in
    /// goyaml.v2, it takes the place of what stands before it.
    fn merge(&mut self, value: Value) -> Option<()> {
        match value {
            Value::Map(more) => {
                let Value::Map(map) = &mut self.node.value else { return None };
                for entry in more {
                    map.retain(|other| other.key != entry.key);
                    self.merged.push(entry.key.clone());
                    map.push(entry);
                }
                Some(())
            }
            // The first map of a list counts most, so it comes last.
            Value::Seq(list) => list.into_iter().rev().try_for_each(|node| match node.value {
                Value::Map(_) => self.merge(node.value),
                _ => None,
            }),
            _ => None,
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    from: usize,
    /// What is parsed: the text from there on, changed where goyaml reads another language.
    parsed_text: Cow<'a, str>,
    /// What stands there for colons of the text, if something does.
    colon: Option<char>,
    pads: &'a [usize],
    /// Byte offset of each parsed character, where characters are not simply bytes.
    offsets: Option<Vec<usize>>,
    stack: Vec<Open>,
    anchors: Vec<(usize, Node)>,
    anchored: usize,
    aliased: usize,
    document: Option<(usize, Node)>,
    last_end: usize,
}

enum Stop {
    Limit(Problem),
    Syntax(usize, String),
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, from: usize, pads: &'a [usize]) -> Self {
        let rest = &text[from..];
        let (mut parsed_text, colon) = with_whole_words(rest);
        let mut offsets = None;
        if !pads.is_empty() {
            let mut padded = String::with_capacity(parsed_text.len());
            let mut places = Vec::new();
            for ((at, _), char) in rest.char_indices().zip(parsed_text.chars()) {
                if pads.contains(&(from + at)) {
                    padded.push_str(PAD);
                    places.extend(PAD.bytes().map(|_| from + at));
                }
                padded.push(char);
                places.push(from + at);
            }
            parsed_text = padded.into();
            offsets = Some(places);
        } else if !rest.is_ascii() {
            offsets = Some(rest.char_indices().map(|(at, _)| from + at).collect());
        }
        Self {
            text,
            from,
            parsed_text,
            colon,
            pads,
            offsets,
            stack: Vec::new(),
            anchors: Vec::new(),
            anchored: 0,
            aliased: 0,
            document: None,
            last_end: from,
        }
    }

    /// The byte offset of a character of the text.
    fn byte(&self, index: usize) -> usize {
        match &self.offsets {
            None => (self.from + index).min(self.text.len()),
            Some(offsets) => offsets.get(index).copied().unwrap_or(self.text.len()),
        }
    }

    /// Reads to the end, or to the first problem.
    fn read(mut self, parsed: &mut Parsed) -> Next {
        let mut start = self.from;
        let text = std::mem::take(&mut self.parsed_text);
        let mut parser = Parser::new_from_str(&text);
        let stop = loop {
            match parser.next_event() {
                None => break None,
                Some(Err(error)) => {
                    if let Some(pad) = self.missing_pad(&error) {
                        return Next::Padded { document: start, pad };
                    }
                    break Some(self.syntax_error(&error));
                }
                Some(Ok((event, span))) => {
                    let span =
                        Span::new(self.byte(span.start.index()), self.byte(span.end.index()));
                    match event {
                        Event::DocumentStart(explicit) => {
                            start = if explicit { span.start } else { self.last_end };
                        }
                        Event::DocumentEnd => {
                            let end = self.last_end.max(start);
                            if let Err(problem) = self.finish(Span::new(start, end), true, parsed) {
                                break Some(Stop::Limit(problem));
                            }
                            start = end;
                        }
                        event => {
                            let event = match self.colon {
                                Some(colon) => restored(event, colon),
                                None => event,
                            };
                            if let Err(stop) = self.event(event, span) {
                                break Some(stop);
                            }
                        }
                    }
                }
            }
        };
        let Some(stop) = stop else { return Next::End };
        while let Some(open) = self.stack.pop() {
            // Only the first problem is told, and that is known already.
            let _ = self.close(open, None);
        }
        let end = match &stop {
            Stop::Limit(_) => self.last_end,
            Stop::Syntax(at, _) => (*at).max(self.last_end),
        };
        let finished = self.finish(Span::new(start, end.max(start)), false, parsed);
        let (next, problem) = match (stop, finished) {
            (Stop::Limit(problem), _) | (_, Err(problem)) => (Next::End, problem),
            (Stop::Syntax(at, info), Ok(())) => (Next::Behind(at), explain(self.text, at, &info)),
        };
        parsed.problems.push(problem);
        next
    }

    /// The place that lacks blanks for YAML 1.2, yet not for goyaml: the start of a line between
    /// brackets that is indented no more than its key, or a tab behind a colon.
    fn missing_pad(&self, error: &ScanError) -> Option<usize> {
        let before = &self.text[..self.byte(error.marker().index())];
        let pad = match error.info() {
            "invalid indentation" | "invalid indentation in flow construct" => {
                before.rfind('\n')? + 1
            }
            info if info.starts_with("':' must be followed") => {
                before.trim_end_matches([' ', '\t']).len()
            }
            _ => return None,
        };
        (self.pads.len() < MAX_PADS && pad >= self.from && !self.pads.contains(&pad)).then_some(pad)
    }

    fn syntax_error(&self, error: &ScanError) -> Stop {
        let at = self.byte(error.marker().index());
        // The scanner reads ahead and has a limit of its own for brackets.
        if error.info().contains("recursion limit") {
            return Stop::Limit(too_deep(Span::new(at, at)));
        }
        let flow = if self.stack.iter().any(|open| open.is_flow) { " in a flow" } else { "" };
        Stop::Syntax(at, format!("{}{flow}", error.info()))
    }

    fn finish(&mut self, span: Span, complete: bool, parsed: &mut Parsed) -> Result<(), Problem> {
        self.anchors.clear();
        let Some((_, node)) = self.document.take() else { return Ok(()) };
        if node.value == Value::Null {
            return Ok(());
        }
        if parsed.documents.len() == MAX_DOCUMENTS {
            return Err(too_many_documents(span));
        }
        parsed.documents.push(Document { span, node, complete });
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        let in_flow = self.stack.iter().any(|open| open.is_flow);
        let starts_block = match &event {
            Event::Scalar(..) => span.start < span.end,
            event => matches!(event, Event::SequenceStart(..) | Event::Alias(_)),
        };
        if starts_block && !in_flow {
            self.check_tabs(span.start)?;
        }
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain;
                let is_merge = is_plain && text == "<<" && tag.is_none();
                if in_flow && is_plain && text.starts_with(':') {
                    return syntax(span, STARTS_WITH_COLON);
                }
                let span = self.scalar_span(span, style);
                let value = match resolve(&text, style, tag.as_deref()) {
                    Ok(value) => value,
                    Err(words) => return syntax(span, words),
                };
                self.last_end = self.last_end.max(span.end);
                self.add(Node { span, value }, anchor, is_merge)
            }
            Event::Alias(anchor) => {
                let Some(node) =
                    self.anchors.iter().rev().find(|(id, _)| *id == anchor).map(|(_, node)| node)
                else {
                    return syntax(span, "recursive alias");
                };
                if self.stack.len() + depth(node) > MAX_DEPTH {
                    return Err(Stop::Limit(too_deep(span)));
                }
                self.aliased += count(node);
                if self.aliased > MAX_ALIASED_NODES {
                    return Err(Stop::Limit(limit(
                        span,
                        format!("Aliases expand to more than {MAX_ALIASED_NODES} values."),
                        format!("别名展开后超过 {MAX_ALIASED_NODES} 个值。"),
                    )));
                }
                let mut node = node.clone();
                node.span = span;
                self.last_end = self.last_end.max(span.end);
                self.add(node, 0, false)
            }
            Event::SequenceStart(anchor, _) => self.open(Value::Seq(Vec::new()), anchor, span),
            Event::MappingStart(anchor, _) => self.open(Value::Map(Vec::new()), anchor, span),
            Event::SequenceEnd | Event::MappingEnd => {
                let Some(open) = self.stack.pop() else { return Ok(()) };
                let end = open.is_flow.then_some(span.end);
                self.close(open, end)
            }
            _ => Ok(()),
        }
    }

    fn open(&mut self, value: Value, anchor: usize, span: Span) -> Result<(), Stop> {
        if self.stack.len() == MAX_DEPTH {
            return Err(Stop::Limit(too_deep(span)));
        }
        let is_flow = self.text[span.start..].starts_with(['{', '[']);
        let node = Node { span: Span::new(span.start, span.start), value };
        self.stack.push(Open { node, anchor, key: None, merged: Vec::new(), is_flow });
        Ok(())
    }

    /// A container ends: a flow one at its bracket, a block one where its last value does.
    fn close(&mut self, mut open: Open, end: Option<usize>) -> Result<(), Stop> {
        if let Some((key, key_span, false)) = open.key.take() {
            // Cut off by a syntax error: the value is still missing.
            let value = Node { span: Span::new(key_span.end, key_span.end), value: Value::Null };
            open.push(Entry { key, key_span, value });
        }
        self.last_end = self.last_end.max(end.unwrap_or(self.last_end));
        open.node.span.end = end.unwrap_or(self.last_end).max(open.node.span.start);
        self.add(open.node, open.anchor, false)
    }

    /// A tab cannot indent what starts a line or an entry.
    fn check_tabs(&self, at: usize) -> Result<(), Stop> {
        let before = &self.text[self.from..at];
        let lead = before.trim_end_matches([' ', '\t']);
        let is_indent = lead.is_empty() || lead.ends_with(['\n', '\r', '-', '?']);
        match before[lead.len()..].find('\t') {
            Some(tab) if is_indent => {
                let tab = self.from + lead.len() + tab;
                syntax(Span::new(tab, tab + 1), "a tab")
            }
            _ => Ok(()),
        }
    }

    fn add(&mut self, node: Node, anchor: usize, is_merge: bool) -> Result<(), Stop> {
        if anchor > 0 {
            self.anchored += count(&node);
            if self.anchored > MAX_ANCHORED_NODES {
                return Err(Stop::Limit(limit(
                    node.span,
                    format!("Anchors contain more than {MAX_ANCHORED_NODES} values."),
                    format!("锚点所含的值超过 {MAX_ANCHORED_NODES} 个。"),
                )));
            }
            self.anchors.push((anchor, node.clone()));
        }
        let Some(open) = self.stack.last_mut() else {
            self.document = Some((node.span.start, node));
            return Ok(());
        };
        if let Value::Seq(list) = &mut open.node.value {
            list.push(node);
            return Ok(());
        }
        match open.key.take() {
            None => {
                let span = node.span;
                if open.is_flow && is_broken_key(self.text, span) {
                    return syntax(span, "a key over several lines in a flow");
                }
                let Some(key) = key_text(node.value) else {
                    return syntax(span, "a key that is no text");
                };
                open.key = Some((key, span, is_merge));
            }
            Some((_, key_span, true)) => {
                if open.merge(node.value).is_none() {
                    return syntax(key_span, NOTHING_TO_MERGE);
                }
            }
            Some((key, key_span, false)) => {
                let mut value = node;
                if value.value == Value::Null && value.span.start == value.span.end {
                    // Nothing was written: the place for it is behind the colon.
                    let at = (key_span.end + 1).min(self.text.len());
                    let at = if self.text.is_char_boundary(at) { at } else { key_span.end };
                    value.span = Span::new(at, at);
                }
                open.push(Entry { key, key_span, value });
            }
        }
        Ok(())
    }

    /// Block scalars end with their last character that shows; quotes belong to the value.
    fn scalar_span(&self, span: Span, style: ScalarStyle) -> Span {
        if !matches!(style, ScalarStyle::Literal | ScalarStyle::Folded | ScalarStyle::Plain) {
            return span;
        }
        let text = &self.text[span.start..span.end.max(span.start)];
        Span::new(span.start, span.start + text.trim_end().len())
    }
}

fn syntax<T>(span: Span, words: &str) -> Result<T, Stop> {
    Err(Stop::Syntax(span.start, words.to_owned()))
}

/// How many containers stand inside each other.
fn depth(node: &Node) -> usize {
    match &node.value {
        Value::Seq(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
        Value::Map(map) => 1 + map.iter().map(|entry| depth(&entry.value)).max().unwrap_or(0),
        _ => 0,
    }
}

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Seq(list) => list.iter().map(count).sum(),
        Value::Map(map) => map.iter().map(|entry| count(&entry.value)).sum::<usize>(),
        _ => 0,
    }
}

/// Whether a key and its colon stand on several lines. goyaml wants them on one, unless a question
/// mark introduces the key.
fn is_broken_key(text: &str, key: Span) -> bool {
    let behind = &text[key.end..];
    let colon = behind.trim_start();
    let gap = &behind[..behind.len() - colon.len()];
    (text[key.start..key.end].contains('\n') || gap.contains('\n') && colon.starts_with(':'))
        && !text[..key.start].trim_end().ends_with('?')
}

/// A key as JSON prints it; `None` for lists, maps and null.
fn key_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) | Value::Number(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Seq(_) | Value::Map(_) => None,
    }
}

/// The text with one of the [`STAND_INS`] for each colon that stands between a bare word and a bracket or
/// comma. The number of characters stays the same, and so do all places.
fn with_whole_words(text: &str) -> (Cow<'_, str>, Option<char>) {
    let ends_word = |char: char| !char.is_whitespace() && !"\"'[]{},".contains(char);
    let mut colons = Vec::new();
    for (at, _) in text.match_indices(':') {
        let in_word = text[..at].ends_with(ends_word);
        if in_word && text[at + 1..].starts_with([',', '[', ']', '{', '}']) {
            colons.push(at);
        }
    }
    if colons.is_empty() {
        return (text.into(), None);
    }
    // One that the text has neither as it is nor by its number.
    let numbers = if text.contains('\\') { text.to_ascii_lowercase() } else { String::new() };
    let is_free = |stand_in: &char| {
        !text.contains(*stand_in) && !numbers.contains(&format!("{:x}", u32::from(*stand_in)))
    };
    let Some(colon) = STAND_INS.rev().find(is_free) else { return (text.into(), None) };
    let mut out = String::with_capacity(text.len() + 2 * colons.len());
    let mut from = 0;
    for at in colons {
        out.push_str(&text[from..at]);
        out.push(colon);
        from = at + 1;
    }
    out.push_str(&text[from..]);
    (out.into(), Some(colon))
}

/// The event as it would be for the text as it is.
fn restored(event: Event<'_>, colon: char) -> Event<'_> {
    match event {
        Event::Scalar(text, style, anchor, tag) if text.contains(colon) => {
            Event::Scalar(text.replace(colon, ":").into(), style, anchor, tag)
        }
        event => event,
    }
}

// Why goyaml refuses what YAML 1.2 would read.
const STARTS_WITH_COLON: &str = "a word that starts with a colon";
const NOTHING_TO_MERGE: &str = "nothing to merge";
const WRONG_TAG: &str = "a tag that does not fit";

/// The value of a scalar, or why it has none.
/// Source: sigs.k8s.io/yaml/goyaml.v2 `resolve.go`.
fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Result<Value, &'static str> {
    let string = || Ok(Value::String(text.to_owned()));
    let core = match tag {
        None if style == ScalarStyle::Plain => "",
        Some(tag) if tag.handle == CORE => tag.suffix.as_str(),
        Some(tag) if tag.handle.is_empty() => tag.suffix.strip_prefix(CORE).unwrap_or("str"),
        // Quoted, or of a kind that only its owner knows.
        _ => "str",
    };
    match (core, plain::resolve(text)) {
        ("" | "null", Plain::Null) => Ok(Value::Null),
        ("" | "bool", Plain::Bool(value)) => Ok(Value::Bool(value)),
        ("int", Plain::Number(number)) if number.contains(['.', 'e']) => Err(WRONG_TAG),
        ("" | "int" | "float", Plain::Number(number)) => Ok(Value::Number(number)),
        ("" | "float", Plain::NoJsonNumber) => Err("a number that JSON cannot hold"),
        ("null" | "bool" | "int" | "float", _) => Err(WRONG_TAG),
        // Other tags of YAML do not change what is written.
        _ => string(),
    }
}

/// Our words for a syntax error: where, what is wrong, and what to look at.
fn explain(text: &str, at: usize, info: &str) -> Problem {
    let mut at = at.min(text.len());
    if info.contains("tab") && !text[at..].starts_with('\t') {
        // The scanner points at what it read before it met the tab.
        at += text[at..].find('\t').unwrap_or(0);
    }
    let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[at..].find('\n').map_or(text.len(), |newline| at + newline);
    let line = &text[line_start..line_end];
    let number = text[..line_start].matches('\n').count() + 1;
    let indent = &line[..line.len() - line.trim_start().len()];
    let (en, zh) = if indent.contains('\t') || info.contains("tab") {
        (
            "YAML requires spaces here, not a tab. Indent with spaces.",
            "YAML 要求此处使用空格，而不是制表符。请用空格缩进。",
        )
    } else if info.contains("JSON cannot hold") {
        ("this number cannot be written in JSON.", "该数字无法用 JSON 表示。")
    } else if info == WRONG_TAG {
        ("the value does not match its tag.", "值与其标签不匹配。")
    } else if info == STARTS_WITH_COLON {
        (
            "inside brackets an unquoted word cannot start with a colon. Put it in quotes, as in \
             `[\"::1\"]`.",
            "括号内未加引号的词不能以冒号开头。请加引号，例如 `[\"::1\"]`。",
        )
    } else if info == NOTHING_TO_MERGE {
        ("`<<` requires a map, or a list of maps.", "`<<` 需要一个映射，或由映射组成的列表。")
    } else if info.contains("no text") {
        ("a key must be a string.", "键必须是字符串。")
    } else if info.contains("recursive alias") {
        ("an alias is inside the value that it refers to.", "别名位于它所引用的值内部。")
    } else if info.contains("unknown anchor") {
        ("this alias refers to an anchor that does not exist.", "该别名引用了不存在的锚点。")
    } else if info.contains("quoted scalar") || info.contains("escape") {
        (
            "a quoted string does not end, continues without indentation, or has an escape that YAML \
             does not support. Look for the missing quote.",
            "带引号的字符串没有结束、续行没有缩进，或含有 YAML 不支持的转义。请检查缺少的引号。",
        )
    } else if info.starts_with("invalid indentation") {
        ("this must be indented more than the key it belongs to.", "此处的缩进必须多于它所属的键。")
    } else if info.contains("flow") || info.contains("',' or ']'") || info.contains("',' or '}'") {
        (
            "a bracket or brace is not closed, or a comma is missing between its values.",
            "方括号或花括号没有闭合，或值之间缺少逗号。",
        )
    } else if info.contains("mapping values are not allowed") && line.trim_end().ends_with("::") {
        (
            "an unquoted word cannot end with a colon. Put it in quotes, as in `\"fd00::\"`.",
            "未加引号的词不能以冒号结尾。请加引号，例如 `\"fd00::\"`。",
        )
    } else if info.contains("mapping values are not allowed") {
        (
            "there is a second colon on the line, or wrong indentation: a key cannot start here.",
            "该行有第二个冒号或缩进有误：此处不能开始新的键。",
        )
    } else if info.contains("simple key") || missing_space(line) {
        (
            "a key needs a colon and a space after it, as in `port: 80`.",
            "键后面需要冒号和空格，例如 `port: 80`。",
        )
    } else {
        (
            "this does not fit the lines above. Check the indentation and the colons.",
            "此处与上面的行不符。请检查缩进和冒号。",
        )
    };
    let start = line_start + indent.len();
    let start = if start < at { start } else { at };
    Problem {
        span: Span::new(start, line_end.max(start)),
        text_en: format!("Line {number} is not YAML: {en}"),
        text_zh: format!("第 {number} 行不是合法的 YAML：{zh}"),
        kind: ProblemKind::Syntax,
        goyaml: goyaml(text, at, info),
    }
}

/// What Go says of a value that is well-formed YAML.
/// Source: go.yaml.in/yaml/v2 `resolve.go`, `decode.go`; sigs.k8s.io/yaml `yaml.go`; Go `encoding/json`.
fn goyaml(text: &str, at: usize, info: &str) -> Option<String> {
    let value = text.get(at..).unwrap_or_default();
    let word = |text: &str| {
        text.split(|it: char| it.is_whitespace() || ",]}".contains(it))
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    if info.contains("JSON cannot hold") {
        let number = match word(value).to_ascii_lowercase().as_str() {
            "-.inf" => "-Inf",
            ".nan" => "NaN",
            _ => "+Inf",
        };
        return Some(format!("json: unsupported value: {number}"));
    }
    if info == NOTHING_TO_MERGE {
        return Some("yaml: map merge requires map or sequence of maps as the value".to_owned());
    }
    if info == WRONG_TAG {
        let tag = value.strip_prefix("!!").map(word).or_else(|| {
            let before = text[..at].trim_end().rsplit("!!").next()?;
            Some(word(before))
        })?;
        let value = value.strip_prefix("!!").map_or(value, |it| it[tag.len()..].trim_start());
        let is_quoted = value.starts_with(['\'', '"']);
        let line = value.lines().next().unwrap_or_default();
        let line = line.split(" #").next().unwrap_or_default().trim_end();
        let shown = line.trim_matches(['\'', '"']);
        let found = match plain::resolve(shown) {
            _ if is_quoted => "!!str",
            Plain::Null => "!!null",
            Plain::Bool(_) => "!!bool",
            Plain::Number(number) if number.contains(['.', 'e']) => "!!float",
            Plain::Number(_) => "!!int",
            Plain::NoJsonNumber => "!!float",
            Plain::Time => "!!timestamp",
            Plain::Text => "!!str",
        };
        return Some(format!("yaml: cannot decode {found} `{shown}` as a !!{tag}"));
    }
    None
}

/// A line without the dashes of the entries that begin on it.
#[must_use]
pub fn behind_dashes(mut line: &str) -> &str {
    while let Some(rest) = line.strip_prefix("- ") {
        line = rest;
    }
    line
}

/// `port:80`: one word to YAML, a slip to people.
fn missing_space(line: &str) -> bool {
    let line = behind_dashes(line.trim());
    match line.split_once(':') {
        Some((key, rest)) => {
            !rest.is_empty()
                && !rest.starts_with(' ')
                && key.chars().all(|char| char.is_ascii_alphanumeric())
        }
        None => !line.is_empty() && line.chars().all(|char| char.is_ascii_alphanumeric()),
    }
}

#[cfg(test)]
mod tests {
    use super::{Parsed, Value, parse};
    use crate::api::json::{Json, json};

    fn one(text: &str) -> Json {
        let parsed = parse(text);
        assert_eq!(parsed.problems, [], "{text}");
        assert_eq!(parsed.documents.len(), 1, "{text}");
        parsed.documents[0].node.to_json()
    }

    fn check(scalar: &str, expect: Json) {
        assert_eq!(one(&format!("a: {scalar}"))["a"], expect, "{scalar}");
    }

    #[test]
    fn plain_scalars_are_read_as_kubectl_reads_them() {
        for text in ["yes", "on", "True", "y", "ON"] {
            check(text, json!(true));
        }
        for text in ["no", "off", "False", "n"] {
            check(text, json!(false));
        }
        for text in ["", "~", "null", "NULL"] {
            check(text, json!(null));
        }
        check("010", json!(8));
        check("0o10", json!(8));
        check("0x1F", json!(31));
        check("0b11", json!(3));
        check("1_000", json!(1000));
        check("+5", json!(5));
        check("80.5", json!(80.5));
        check("80.0", json!(80));
        check("-0.50", json!(-0.5));
        check("1.25e-3", json!(0.00125));
        check("12345e-2", json!(123.45));
        check("0.0", json!(0));
        check("1e3", json!(1000));
        check("99999999999", json!(99_999_999_999_u64));
        check("'80'", json!("80"));
        check("\"yes\"", json!("yes"));
        check("!!str 80", json!("80"));
        check("2001-01-01", json!("2001-01-01"));
        check("10.96.0.10", json!("10.96.0.10"));
        check("fd00:10:96::1", json!("fd00:10:96::1"));
        check("09", json!(9));
    }

    #[test]
    fn keys_that_are_no_texts_become_texts() {
        assert_eq!(one("80: a\nyes: b"), json!({"80": "a", "true": "b"}));
    }

    #[test]
    fn json_and_kyaml_are_read() {
        assert_eq!(one("{\"a\": [1, {\"b\": null}]}"), json!({"a": [1, {"b": null}]}));
        let kyaml =
            "---\n{\n  # a comment\n  spec: {\n    ports: [{\n      port: 80,\n    }],\n  },\n}\n";
        assert_eq!(one(kyaml), json!({"spec": {"ports": [{"port": 80}]}}));
    }

    #[test]
    fn anchors_and_merge_keys_are_expanded() {
        assert_eq!(
            one("base: &b {x: 1, y_: 2}\nuse:\n  <<: *b\n  x: 3\nlist: [*b]"),
            json!({"base": {"x": 1, "y_": 2}, "use": {"x": 3, "y_": 2}, "list": [{"x": 1, "y_": 2}]})
        );
    }

    #[test]
    fn a_merge_takes_the_place_of_what_stands_before_it() {
        let base = "b: &b {x: 1, y_: 2}\nc: &c {x: 5, z: 6}\n";
        let merged = |text: &str| one(&format!("{base}use:\n{text}"))["use"].clone();
        assert_eq!(merged("  x: 3\n  <<: *b"), json!({"x": 1, "y_": 2}));
        assert_eq!(merged("  <<: *b\n  x: 3"), json!({"x": 3, "y_": 2}));
        assert_eq!(merged("  <<: [*b, *c]"), json!({"x": 1, "y_": 2, "z": 6}));
        // An entry that replaces a merged one is no duplicate; two written ones are.
        let entries = |text: &str| match &parse(text).documents[0].node.entry("use") {
            Some(entry) => match &entry.value.value {
                Value::Map(map) => map.len(),
                _ => 0,
            },
            None => 0,
        };
        assert_eq!(entries(&format!("{base}use:\n  <<: *b\n  x: 3\n")), 2);
        assert_eq!(entries(&format!("{base}use:\n  <<: *b\n  x: 3\n  x: 4\n")), 3);
        for text in ["<<: 1", "a: {<<: [1]}", "a: &a [{b: 1}]\nb: {<<: [*a]}"] {
            assert!(problem(text).1.contains("requires a map"), "{text}");
        }
    }

    #[test]
    fn tags_say_how_a_value_is_read() {
        check("!!int '0x10'", json!(16));
        check("!!float 80", json!(80));
        check("!!bool yes", json!(true));
        check("!!null ''", json!(null));
        check("! 80", json!("80"));
        check("!<tag:yaml.org,2002:str> 80", json!("80"));
        // goyaml leaves a value with a tag it does not know as it is written.
        check("!mine 80", json!("80"));
        check("!mine {b: 1}", json!({"b": 1}));
        for wrong in ["!!int abc", "!!int 1.5", "!!bool 1", "!!null x", "!!int"] {
            assert!(problem(&format!("a: {wrong}")).1.contains("its tag"), "{wrong}");
        }
    }

    #[test]
    fn addresses_between_brackets_are_read_as_goyaml_reads_them() {
        check("[fd00::]", json!(["fd00::"]));
        check("[fd00::, '::1', fe80::1,fd00::2]", json!(["fd00::", "::1", "fe80::1", "fd00::2"]));
        check("{b: fd00::, c: 双}", json!({"b": "fd00::", "c": "双"}));
        // Whatever stands in for a colon is no letter of the text.
        let private = json!(["fd00::", "\u{f8ff}", "\u{f8fe}\u{f8fd}"]);
        check("[fd00::, \u{f8ff}, \"\\uF8FE\\U0000f8fd\"]", private);
        check("\"[fd00::]\" # ::,", json!("[fd00::]"));
        assert_eq!(one("{\"a\":[1],\"b\":{\"c\":\"::\"}}"), json!({"a": [1], "b": {"c": "::"}}));
        for text in ["a: [::1]", "a: [x, ::]", "a: {b: ::1}"] {
            assert!(problem(text).1.contains("start with a colon"), "{text}");
        }
        assert!(problem("a: 1\nb: fd00::\n").1.contains("end with a colon"));
        assert_eq!(
            spans("双: [fd00::, fd00::1]\nb: 1"),
            ["双=[fd00::, fd00::1]", "-fd00::", "-fd00::1", "b=1"]
        );
    }

    #[test]
    fn between_brackets_indentation_does_not_count() {
        assert_eq!(
            one("s:\n  p: [\n  80,\n  # 双\n90\n  ]\n  q: {\n}\n"),
            json!({"s": {"p": [80, 90], "q": {}}})
        );
        assert_eq!(spans("双: [\n甲: 1\n]\nb:\tc"), ["双=[\n甲: 1\n]", "-甲: 1", "甲=1", "b=c"]);
        let many = format!("a: [\n{}]\n", "1,\n".repeat(100));
        assert!(problem(&many).1.contains("indented more"));
    }

    #[test]
    fn a_key_between_brackets_stands_on_one_line() {
        for text in ["{a\nb: 1}", "{\"a\"\n: 1}", "{\n  x\n  spec: {a: 1}\n}"] {
            assert!(problem(text).1.contains("comma"), "{text}");
        }
        assert_eq!(one("{? a\n: 1}"), json!({"a": 1}));
        assert_eq!(one("{a,\nb}"), json!({"a": null, "b": null}));
    }

    #[test]
    fn a_tab_that_indents_is_named_and_any_other_is_a_blank() {
        for text in ["\ta: 1", "a:\n\tb: 1", "- a\n-\tb", "a:\n \t- b"] {
            assert!(problem(text).1.contains("tab"), "{text}");
        }
        assert_eq!(one("a:\tb\t# c\nd:\t[1]"), json!({"a": "b", "d": [1]}));
        assert_eq!(one("{\n\t\"a\": [\n\t\t1\n\t]\n}"), json!({"a": [1]}));
    }

    #[test]
    fn lists_and_maps_are_no_keys() {
        for text in ["? [a]\n: 1", "? {a: b}\n: 1", "[a]: 1", "~: 1", "? - a\n: 1"] {
            assert!(problem(text).1.contains("must be a string"), "{text}");
        }
    }

    #[test]
    fn a_number_that_no_float_holds_stays_a_text() {
        check("1e400", json!("1e400"));
        check("2001-13-01", json!("2001-13-01"));
        check("._5", json!("._5"));
    }

    #[test]
    fn more_digits_than_a_float_has_are_kept() {
        // Differs from goyaml, which sends 1.2345678901234568e+22.
        assert_eq!(
            one("a: 12345678901234567890123")["a"],
            Json::Number("1.2345678901234567890123e+22".to_owned())
        );
    }

    fn spans(text: &str) -> Vec<String> {
        fn walk(text: &str, node: &super::Node, out: &mut Vec<String>) {
            match &node.value {
                Value::Map(map) => {
                    for entry in map {
                        let key = &text[entry.key_span.start..entry.key_span.end];
                        let value = &entry.value.span;
                        out.push(format!("{key}={}", &text[value.start..value.end]));
                        walk(text, &entry.value, out);
                    }
                }
                Value::Seq(list) => list.iter().for_each(|node| {
                    out.push(format!("-{}", &text[node.span.start..node.span.end]));
                    walk(text, node, out);
                }),
                _ => {}
            }
        }
        let mut out = Vec::new();
        parse(text).documents.iter().for_each(|document| walk(text, &document.node, &mut out));
        out
    }

    #[test]
    fn spans_are_bytes_of_the_text_whatever_stands_before() {
        assert_eq!(
            spans("# 双栈 🚀\na: 名字\nb:\n- x: \"y\"\n- 2\nc:\n"),
            ["a=名字", "b=x: \"y\"\n- 2", "-x: \"y\"", "x=\"y\"", "-2", "c="]
        );
        assert_eq!(
            spans("a: 1\r\nb: 双\r\nc: [1, 2]\r\n"),
            ["a=1", "b=双", "c=[1, 2]", "-1", "-2"]
        );
    }

    fn problem(text: &str) -> (Parsed, String) {
        let parsed = parse(text);
        let first = parsed.problems.first().map(|it| it.text_en.clone()).unwrap_or_default();
        (parsed, first)
    }

    #[test]
    fn what_stands_before_a_syntax_error_is_still_read() {
        let (parsed, text) = problem("a: 1\nb:\n  c: 2\n  d: 3\n\te: 4\n---\ne: 4\n");
        assert!(text.starts_with("Line 5") && text.contains("tab"), "{text}");
        assert_eq!(parsed.documents.len(), 2);
        assert!(!parsed.documents[0].complete && parsed.documents[1].complete);
        assert_eq!(parsed.documents[0].node.to_json()["b"]["c"], json!(2));
        assert_eq!(parsed.documents[1].node.to_json(), json!({"e": 4}));
    }

    #[test]
    fn common_slips_are_named() {
        assert!(problem("a: 1\nport").1.contains("colon and a space"));
        assert!(problem("a: [1, 2\nb: 3").1.contains("bracket"));
        assert!(problem("a: \"x\nb: 3").1.contains("quote"));
        assert!(problem("a: b: c").1.contains("second colon"));
        assert!(problem("a: *nope").1.contains("anchor"));
        assert!(problem("a: .inf").1.contains("JSON"));
    }

    #[test]
    fn limits_are_named_and_never_panic() {
        assert!(problem(&"a".repeat(300_000)).1.contains("262144"));
        assert!(problem(&"- ".repeat(5000)).1.contains("nested"));
        assert!(problem(&"[".repeat(5000)).1.contains("nested"));
        assert!(problem(&"---\na: 1\n".repeat(101)).1.contains("100 documents"));
        let mut bomb = "a0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n".to_owned();
        for i in 1..9 {
            bomb += &format!("a{i}: &a{i} [{}]\n", vec![format!("*a{}", i - 1); 9].join(","));
        }
        assert!(problem(&bomb).1.contains("Aliases"));
        // Few nodes, but deep ones inside each other.
        let mut tower = "a0: &a0 x\n".to_owned();
        for i in 1..4 {
            let (open, close) = ("[".repeat(60), "]".repeat(60));
            tower += &format!("a{i}: &a{i} {open}*a{}{close}\n", i - 1);
        }
        assert!(problem(&tower).1.contains("nested"));
        let ones = "1,".repeat(2_000);
        let anchors: String = (0..90).map(|i| format!("[&x{i} ")).collect();
        assert!(problem(&format!("{anchors}[{ones}]{}", "]".repeat(90))).1.contains("Anchors"));
    }

    #[test]
    fn no_prefix_of_a_text_panics() {
        let text = "a: &x {b: [1, '双', \"\\u00e9\"]}\n---\n- <<: *x\n- |\n  文\n- ? k\n  : v\n\t- !!int x\n";
        for (end, _) in text.char_indices() {
            let _ = parse(&text[..end]);
            let _ = parse(&text[end..]);
        }
    }
}
