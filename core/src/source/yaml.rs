//! What does a manifest say? YAML (with JSON and KYAML) into nodes with exact spans.
//!
//! Events come from `saphyr-parser`; plain scalars are read by kubectl's rules, which are those of
//! YAML 1.1 as Go's yaml.v2 has them: an unquoted `yes` is a bool, `010` is eight.
//! Invariant: never fails. What stands before a syntax error is still read, and so are the documents
//! behind it.

use std::borrow::Cow;

use saphyr_parser::{Event, Parser, ScalarStyle, ScanError, Tag};
use serde_json::{Map, Number, Value as Json};

use crate::span::Span;

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;
/// The most documents that are read.
pub const MAX_DOCUMENTS: usize = 100;
/// The deepest nesting that is read.
pub const MAX_DEPTH: usize = 100;
/// The most nodes that aliases may expand to.
pub const MAX_ALIASED_NODES: usize = 10_000;

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
    /// The value as JSON; of duplicate keys the last one wins.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(value) => Json::Bool(*value),
            Value::Number(text) => Json::Number(Number::from_string_unchecked(text.clone())),
            Value::String(text) => Json::String(text.clone()),
            Value::Seq(list) => list.iter().map(Self::to_json).collect(),
            Value::Map(map) => {
                let mut object = Map::new();
                for entry in map {
                    object.insert(entry.key.clone(), entry.value.to_json());
                }
                Json::Object(object)
            }
        }
    }

    /// A node without a place in a text.
    #[must_use]
    pub fn from_json(json: &Json) -> Self {
        let value = match json {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(number) => Value::Number(number.to_string()),
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
            format!("The text has {} bytes; {MAX_BYTES} are read at most.", text.len()),
            format!("文本有 {} 字节；最多读取 {MAX_BYTES} 字节。", text.len()),
        ));
        return parsed;
    }
    let mut from = 0;
    // After a syntax error reading goes on at the next document.
    while let Some(error_at) = Reader::new(text, from).read(&mut parsed) {
        match next_document(text, error_at) {
            Some(next) => from = next,
            None => break,
        }
    }
    parsed
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
    Problem { span, text_en, text_zh, kind: ProblemKind::Limit }
}

fn too_deep(span: Span) -> Problem {
    limit(
        span,
        format!("Values are nested more than {MAX_DEPTH} deep."),
        format!("嵌套超过 {MAX_DEPTH} 层。"),
    )
}

/// A container that is still open.
struct Open {
    node: Node,
    anchor: usize,
    /// The key that waits for its value, and whether it is a merge key.
    key: Option<(String, Span, bool)>,
    /// Values of merge keys, to be added when the map ends.
    merged: Vec<Node>,
    is_flow: bool,
}

struct Reader<'a> {
    text: &'a str,
    from: usize,
    /// Byte offset of each character, where the text is not all ASCII.
    offsets: Option<Vec<usize>>,
    stack: Vec<Open>,
    anchors: Vec<(usize, Node)>,
    aliased: usize,
    document: Option<(usize, Node)>,
    last_end: usize,
}

enum Stop {
    Limit(Problem),
    Syntax(usize, String),
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, from: usize) -> Self {
        let rest = &text[from..];
        let offsets =
            (!rest.is_ascii()).then(|| rest.char_indices().map(|(at, _)| from + at).collect());
        Self {
            text,
            from,
            offsets,
            stack: Vec::new(),
            anchors: Vec::new(),
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

    /// Reads to the end; gives the place of a syntax error from which to look for the next document.
    fn read(mut self, parsed: &mut Parsed) -> Option<usize> {
        let mut start = self.from;
        let mut parser = Parser::new_from_str(&self.text[self.from..]);
        let stop = loop {
            match parser.next_event() {
                None => break None,
                Some(Err(error)) => break Some(self.syntax_error(&error)),
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
                            if let Err(stop) = self.event(event, span) {
                                break Some(stop);
                            }
                        }
                    }
                }
            }
        };
        let stop = stop?;
        while let Some(open) = self.stack.pop() {
            self.close(open, None);
        }
        let end = match &stop {
            Stop::Limit(_) => self.last_end,
            Stop::Syntax(at, _) => (*at).max(self.last_end),
        };
        let finished = self.finish(Span::new(start, end.max(start)), false, parsed);
        let (at, problem) = match (stop, finished) {
            (Stop::Limit(problem), _) | (_, Err(problem)) => (None, problem),
            (Stop::Syntax(at, info), Ok(())) => (Some(at), explain(self.text, at, &info)),
        };
        parsed.problems.push(problem);
        at
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
            return Err(limit(
                span,
                format!("There are more than {MAX_DOCUMENTS} documents; the rest is not read."),
                format!("文档超过 {MAX_DOCUMENTS} 个；其余部分未读取。"),
            ));
        }
        parsed.documents.push(Document { span, node, complete });
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), Stop> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                let is_merge = style == ScalarStyle::Plain && text == "<<" && tag.is_none();
                let span = self.scalar_span(span, style);
                let Some(value) = resolve(&text, style, tag.as_deref()) else {
                    let words = format!("a number that JSON cannot hold: {text}");
                    return Err(Stop::Syntax(span.start, words));
                };
                self.last_end = self.last_end.max(span.end);
                self.add(Node { span, value }, anchor, is_merge)
            }
            Event::Alias(anchor) => {
                let Some(node) =
                    self.anchors.iter().rev().find(|(id, _)| *id == anchor).map(|(_, node)| node)
                else {
                    return Err(Stop::Syntax(span.start, "recursive alias".to_owned()));
                };
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
                if let Some(open) = self.stack.pop() {
                    let end = open.is_flow.then_some(span.end);
                    self.close(open, end);
                }
                Ok(())
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
    fn close(&mut self, mut open: Open, end: Option<usize>) {
        if let Some((key, key_span, false)) = open.key.take() {
            // Cut off by a syntax error: the value is still missing.
            let value = Node { span: Span::new(key_span.end, key_span.end), value: Value::Null };
            if let Value::Map(map) = &mut open.node.value {
                map.push(Entry { key, key_span, value });
            }
        }
        if let Value::Map(map) = &mut open.node.value {
            for merged in open.merged {
                let Value::Map(more) = merged.value else { continue };
                for entry in more {
                    if !map.iter().any(|own| own.key == entry.key) {
                        map.push(entry);
                    }
                }
            }
        }
        self.last_end = self.last_end.max(end.unwrap_or(self.last_end));
        open.node.span.end = end.unwrap_or(self.last_end).max(open.node.span.start);
        // A container is complete here, so nothing it holds can be refused any more.
        let _ = self.add(open.node, open.anchor, false);
    }

    fn add(&mut self, node: Node, anchor: usize, is_merge: bool) -> Result<(), Stop> {
        if anchor > 0 {
            self.anchors.push((anchor, node.clone()));
        }
        let Some(open) = self.stack.last_mut() else {
            self.document = Some((node.span.start, node));
            return Ok(());
        };
        match &mut open.node.value {
            Value::Seq(list) => list.push(node),
            Value::Map(map) => match open.key.take() {
                None => {
                    let span = node.span;
                    let Some(key) = key_text(node.value) else {
                        let words = "a key that is no text".to_owned();
                        return Err(Stop::Syntax(span.start, words));
                    };
                    open.key = Some((key, span, is_merge));
                }
                Some((_, _, true)) => match node.value {
                    Value::Seq(list) => open.merged.extend(list),
                    _ => open.merged.push(node),
                },
                Some((key, key_span, false)) => {
                    let mut value = node;
                    if value.value == Value::Null && value.span.start == value.span.end {
                        // Nothing was written: the place for it is behind the colon.
                        let at = (key_span.end + 1).min(self.text.len());
                        let at = if self.text.is_char_boundary(at) { at } else { key_span.end };
                        value.span = Span::new(at, at);
                    }
                    map.push(Entry { key, key_span, value });
                }
            },
            _ => {}
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

fn count(node: &Node) -> usize {
    1 + match &node.value {
        Value::Seq(list) => list.iter().map(count).sum(),
        Value::Map(map) => map.iter().map(|entry| count(&entry.value)).sum::<usize>(),
        _ => 0,
    }
}

/// A key as JSON prints it; `None` for lists, maps and null.
fn key_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) | Value::Number(text) => Some(text),
        Value::Bool(value) => Some(value.to_string()),
        Value::Null | Value::Seq(_) | Value::Map(_) => None,
    }
}

/// The value of a scalar; `None` for a number that JSON cannot hold.
/// Source: sigs.k8s.io/yaml/goyaml.v2 `resolve.go`.
fn resolve(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Value> {
    let core = tag.filter(|tag| tag.is_yaml_core_schema()).map(|tag| tag.suffix.as_str());
    let string = || Some(Value::String(text.to_owned()));
    match core {
        Some("str" | "binary" | "timestamp") => string(),
        Some("null") => Some(Value::Null),
        Some("bool" | "int" | "float") => resolve_plain(text),
        _ if style != ScalarStyle::Plain => string(),
        _ if tag.is_some_and(|tag| tag.handle.is_empty() && tag.suffix == "!") => string(),
        _ => resolve_plain(text),
    }
}

fn resolve_plain(text: &str) -> Option<Value> {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Some(Value::Null),
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            return Some(Value::Bool(true));
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            return Some(Value::Bool(false));
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => return None,
        _ => {}
    }
    if !text.starts_with(|char: char| char.is_ascii_digit() || "+-.".contains(char)) {
        return Some(Value::String(text.to_owned()));
    }
    let plain: Cow<'_, str> =
        if text.contains('_') { text.replace('_', "").into() } else { text.into() };
    if let Some(number) = integer(&plain) {
        return Some(Value::Number(number));
    }
    if looks_like_float(&plain) {
        return decimal(&plain).map(Value::Number);
    }
    Some(Value::String(text.to_owned()))
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`.
fn integer(text: &str) -> Option<String> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = if let Some(rest) = lower.strip_prefix("0x") {
        (16, rest)
    } else if let Some(rest) = lower.strip_prefix("0b") {
        (2, rest)
    } else if let Some(rest) = lower.strip_prefix("0o") {
        (8, rest)
    } else if lower.len() > 1 && lower.starts_with('0') {
        (8, &lower[1..])
    } else {
        (10, lower.as_str())
    };
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return None;
    }
    let number = i128::from(u64::from_str_radix(digits, radix).ok()?);
    let number = if negative { -number } else { number };
    (number >= i128::from(i64::MIN)).then(|| number.to_string())
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
fn looks_like_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)))
        }
        None => (text, None),
    };
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let some_digits = |text: &str| !text.is_empty() && all_digits(text);
    exponent.is_none_or(some_digits)
        && match number.split_once('.') {
            None => some_digits(number),
            Some(("", fraction)) => some_digits(fraction),
            Some((whole, fraction)) => some_digits(whole) && all_digits(fraction),
        }
}

/// A decimal text as Go's `encoding/json` prints the float it stands for: without needless digits,
/// with an exponent only below 1e-6 and from 1e21 on. `None` for what no float holds.
fn decimal(text: &str) -> Option<String> {
    let (sign, text) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (number, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let exponent: i32 = exponent.parse().ok()?;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    let leading = digits.len() - digits.trim_start_matches('0').len();
    let digits = digits.trim_matches('0');
    if digits.is_empty() {
        return Some(format!("{sign}0"));
    }
    // The value is 0.<digits> times ten to this power.
    let point = i32::try_from(whole.len()).ok()? - i32::try_from(leading).ok()? + exponent;
    if point > 309 {
        return None;
    }
    let count = i32::try_from(digits.len()).ok()?;
    Some(if !(-5..=21).contains(&point) {
        let (first, rest) = digits.split_at(1);
        let dot = if rest.is_empty() { "" } else { "." };
        let plus = if point > 0 { "+" } else { "" };
        format!("{sign}{first}{dot}{rest}e{plus}{:02}", point - 1)
    } else if point <= 0 {
        format!("{sign}0.{}{digits}", "0".repeat(point.unsigned_abs() as usize))
    } else if point >= count {
        format!("{sign}{digits}{}", "0".repeat((point - count) as usize))
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        format!("{sign}{whole}.{fraction}")
    })
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
            "a tab stands where YAML wants blanks. Indent with spaces.",
            "YAML 要求空格的位置出现了制表符。请用空格缩进。",
        )
    } else if info.contains("JSON cannot hold") {
        ("this number cannot be written in JSON.", "该数字无法用 JSON 表示。")
    } else if info.contains("no text") {
        ("a key has to be a text.", "键必须是文本。")
    } else if info.contains("recursive alias") {
        ("an alias stands inside the value it names.", "别名位于它所引用的值内部。")
    } else if info.contains("unknown anchor") {
        ("this alias names an anchor that does not exist.", "该别名引用了不存在的锚点。")
    } else if info.contains("quoted scalar") || info.contains("escape") {
        (
            "a quoted text does not end, or holds an escape that YAML does not know. Look for the \
             missing quote.",
            "带引号的文本没有结束，或含有 YAML 不认识的转义。请检查缺少的引号。",
        )
    } else if info.contains("flow") || info.contains("',' or ']'") || info.contains("',' or '}'") {
        (
            "a bracket or brace is not closed, or a comma is missing between its values.",
            "方括号或花括号没有闭合，或值之间缺少逗号。",
        )
    } else if info.contains("mapping values are not allowed") {
        (
            "a second colon on the line, or wrong indentation: a key cannot start here.",
            "该行有第二个冒号或缩进有误：此处不能开始新的键。",
        )
    } else if info.contains("simple key") || missing_space(line) {
        (
            "a key needs a colon and a blank behind it, as in `port: 80`.",
            "键后面需要冒号和空格，例如 `port: 80`。",
        )
    } else {
        (
            "this does not fit what stands above. Look at the indentation and the colons.",
            "此处与上文不符。请检查缩进和冒号。",
        )
    };
    let start = line_start + indent.len();
    let start = if start < at { start } else { at };
    Problem {
        span: Span::new(start, line_end.max(start)),
        text_en: format!("Line {number} is not YAML: {en}"),
        text_zh: format!("第 {number} 行不是合法的 YAML：{zh}"),
        kind: ProblemKind::Syntax,
    }
}

/// `port:80`: one word to YAML, a slip to people.
fn missing_space(line: &str) -> bool {
    let line = line.trim().trim_start_matches("- ");
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
    use serde_json::json;

    use super::{Parsed, Value, parse};

    fn one(text: &str) -> serde_json::Value {
        let parsed = parse(text);
        assert_eq!(parsed.problems, [], "{text}");
        assert_eq!(parsed.documents.len(), 1, "{text}");
        parsed.documents[0].node.to_json()
    }

    fn check(scalar: &str, expect: serde_json::Value) {
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
        assert!(problem("a: 1\nport").1.contains("colon and a blank"));
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
