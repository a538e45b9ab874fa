//! Is a document YAML to goyaml.v2, and can JSON hold it? If not, in which words?
//! Source: go.yaml.in/yaml/v2 `scannerc.go`, `parserc.go`, `decode.go`.
//!
//! Values are not read here: [`crate::source::yaml`] does that, with places. Invariant: never panics.

use std::collections::VecDeque;

use crate::api::quote;
use crate::source::yaml::MAX_DEPTH;

/// What is said of a document, its line included; `None` where it becomes JSON, and where it is nested deeper than
/// anything that is read here. What is wrong with single values is not looked for.
#[must_use]
pub fn error(document: &str) -> Option<String> {
    if document.chars().any(is_control) {
        return Some("yaml: control characters are not allowed".to_owned());
    }
    let mut parser = Parser::new(document);
    match parser.document() {
        Ok(()) => parser.refused.map(|words| format!("yaml: {words}")).or(parser.unsupported),
        Err(Stop::Error(words)) => Some(format!("yaml: {words}")),
        Err(Stop::TooDeep) => None,
    }
}

/// What its reader refuses before anything is scanned.
#[must_use]
pub fn is_control(char: char) -> bool {
    !matches!(char, '\t' | '\n' | '\r' | ' '..='~' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'..)
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Mark {
    index: usize,
    line: usize,
    column: usize,
}

#[derive(Clone, PartialEq)]
enum Token {
    StreamStart,
    StreamEnd,
    VersionDirective {
        is_known: bool,
    },
    TagDirective(String),
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(String),
    Anchor(String),
    /// Its handle.
    Tag(String),
    /// Its text, as far as an error may name it, and whether it is plain.
    Scalar(String, bool),
}

enum Stop {
    Error(String),
    TooDeep,
}

type Step<T = ()> = Result<T, Stop>;

/// The error of a scanner, at a line that is counted from zero: on the first line none is named.
fn scanner_error<T>(problem: Mark, context: Mark, words: &str) -> Step<T> {
    let line = match (problem.line, context.line) {
        (0, context) => context,
        (problem, _) => problem + 1,
    };
    Err(Stop::Error(at_line(line, words)))
}

/// The error of a parser, which names the line before.
fn parser_error<T>(problem: Mark, context: Mark, words: &str) -> Step<T> {
    let line = if problem.line == 0 { context.line } else { problem.line };
    Err(Stop::Error(at_line(line, words)))
}

fn at_line(line: usize, words: &str) -> String {
    if line == 0 { words.to_owned() } else { format!("line {line}: {words}") }
}

const fn is_break(char: char) -> bool {
    matches!(char, '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

const fn is_blank(char: char) -> bool {
    matches!(char, ' ' | '\t')
}

const fn is_blankz(char: char) -> bool {
    is_blank(char) || is_break(char) || char == '\0'
}

const fn is_breakz(char: char) -> bool {
    is_break(char) || char == '\0'
}

const fn is_word(char: char) -> bool {
    char.is_ascii_alphanumeric() || matches!(char, '_' | '-')
}

/// A place where a key may have begun.
#[derive(Clone, Copy, Default)]
struct SimpleKey {
    is_possible: bool,
    is_required: bool,
    token: usize,
    mark: Mark,
}

struct Scanner {
    text: Vec<char>,
    mark: Mark,
    tokens: VecDeque<(Token, Mark)>,
    /// How many tokens the parser took.
    taken: usize,
    is_started: bool,
    is_key_allowed: bool,
    /// One per flow level, and one for the block context.
    keys: Vec<SimpleKey>,
    /// The columns of the open blocks; before the first one -1.
    indents: Vec<isize>,
    indent: isize,
}

impl Scanner {
    fn at(&self, ahead: usize) -> char {
        self.text.get(self.mark.index + ahead).copied().unwrap_or('\0')
    }

    fn column(&self) -> isize {
        isize::try_from(self.mark.column).unwrap_or(isize::MAX)
    }

    fn flow_level(&self) -> usize {
        self.keys.len().saturating_sub(1)
    }

    fn skip(&mut self, count: usize) {
        self.mark.index += count;
        self.mark.column += count;
    }

    fn skip_line(&mut self) {
        let width = if self.at(0) == '\r' && self.at(1) == '\n' { 2 } else { 1 };
        self.mark.index += width;
        self.mark.column = 0;
        self.mark.line += 1;
    }

    fn error<T>(&self, context: Mark, words: &str) -> Step<T> {
        scanner_error(self.mark, context, words)
    }

    /// Scans until the next token is certain to be the next one: a key may still come before it.
    fn fill(&mut self) -> Step {
        loop {
            if !self.tokens.is_empty() {
                let taken = self.taken;
                let found = self.keys.iter().position(|it| it.is_possible && it.token == taken);
                let Some(at) = found else { return Ok(()) };
                if !self.is_valid(at)? {
                    return Ok(());
                }
            }
            self.next()?;
        }
    }

    fn is_valid(&mut self, at: usize) -> Step<bool> {
        let key = self.keys[at];
        if !key.is_possible {
            return Ok(false);
        }
        if key.mark.line < self.mark.line || key.mark.index + 1024 < self.mark.index {
            if key.is_required {
                return self.error(key.mark, "could not find expected ':'");
            }
            self.keys[at].is_possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    fn save_key(&mut self) -> Step {
        if self.is_key_allowed {
            self.remove_key()?;
            let is_required = self.flow_level() == 0 && self.indent == self.column();
            let token = self.taken + self.tokens.len();
            let key = SimpleKey { is_possible: true, is_required, token, mark: self.mark };
            if let Some(last) = self.keys.last_mut() {
                *last = key;
            }
        }
        Ok(())
    }

    fn remove_key(&mut self) -> Step {
        let Some(last) = self.keys.last().copied() else { return Ok(()) };
        if last.is_possible && last.is_required {
            return self.error(last.mark, "could not find expected ':'");
        }
        if let Some(last) = self.keys.last_mut() {
            last.is_possible = false;
        }
        Ok(())
    }

    fn push(&mut self, token: Token, mark: Mark) {
        self.tokens.push_back((token, mark));
    }

    /// Opens a block at a column; its token goes before the token of that number, or behind all.
    fn roll(&mut self, column: isize, number: Option<usize>, token: Token, mark: Mark) {
        if self.flow_level() > 0 || self.indent >= column {
            return;
        }
        self.indents.push(self.indent);
        self.indent = column;
        let at = number.map_or(self.tokens.len(), |number| number - self.taken);
        self.tokens.insert(at.min(self.tokens.len()), (token, mark));
    }

    fn unroll(&mut self, column: isize) {
        while self.flow_level() == 0 && self.indent > column {
            self.push(Token::BlockEnd, self.mark);
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn next(&mut self) -> Step {
        if !self.is_started {
            self.is_started = true;
            self.is_key_allowed = true;
            self.push(Token::StreamStart, self.mark);
            return Ok(());
        }
        self.skip_to_token();
        self.unroll(self.column());
        let (start, char, next) = (self.mark, self.at(0), self.at(1));
        let is_flow = self.flow_level() > 0;
        if char == '\0' {
            if self.mark.column != 0 {
                self.mark.column = 0;
                self.mark.line += 1;
            }
            self.unroll(-1);
            self.remove_key()?;
            self.is_key_allowed = false;
            self.push(Token::StreamEnd, self.mark);
            return Ok(());
        }
        if start.column == 0 && char == '%' {
            return self.directive();
        }
        if let Some(token) = self.document_indicator() {
            self.unroll(-1);
            self.remove_key()?;
            self.is_key_allowed = false;
            self.skip(3);
            self.push(token, start);
            return Ok(());
        }
        match char {
            '[' | '{' => {
                self.save_key()?;
                self.keys.push(SimpleKey::default());
                let token =
                    if char == '[' { Token::FlowSequenceStart } else { Token::FlowMappingStart };
                self.single(token, true);
            }
            ']' | '}' => {
                self.remove_key()?;
                if self.keys.len() > 1 {
                    self.keys.pop();
                }
                let token =
                    if char == ']' { Token::FlowSequenceEnd } else { Token::FlowMappingEnd };
                self.single(token, false);
            }
            ',' => {
                self.remove_key()?;
                self.single(Token::FlowEntry, true);
            }
            '-' if is_blankz(next) => {
                if !is_flow {
                    if !self.is_key_allowed {
                        let words = "block sequence entries are not allowed in this context";
                        return self.error(start, words);
                    }
                    self.roll(self.column(), None, Token::BlockSequenceStart, start);
                }
                self.remove_key()?;
                self.single(Token::BlockEntry, true);
            }
            '?' if is_flow || is_blankz(next) => {
                if !is_flow {
                    if !self.is_key_allowed {
                        return self.error(start, "mapping keys are not allowed in this context");
                    }
                    self.roll(self.column(), None, Token::BlockMappingStart, start);
                }
                self.remove_key()?;
                self.single(Token::Key, !is_flow);
            }
            ':' if is_flow || is_blankz(next) => self.value(is_flow)?,
            '*' | '&' => {
                self.save_key()?;
                self.is_key_allowed = false;
                self.anchor(char)?;
            }
            '!' => {
                self.save_key()?;
                self.is_key_allowed = false;
                self.tag()?;
            }
            '|' | '>' if !is_flow => {
                self.remove_key()?;
                self.is_key_allowed = true;
                self.block_scalar()?;
            }
            '\'' | '"' => {
                self.save_key()?;
                self.is_key_allowed = false;
                self.quoted(char)?;
            }
            '-' if is_blank(next) => {
                return self.error(start, "found character that cannot start any token");
            }
            '?' | ':' if is_flow || is_blankz(next) => {
                return self.error(start, "found character that cannot start any token");
            }
            '#' | '%' | '@' | '`' | '|' | '>' | '\t' => {
                return self.error(start, "found character that cannot start any token");
            }
            _ => {
                self.save_key()?;
                self.is_key_allowed = false;
                self.plain()?;
            }
        }
        Ok(())
    }

    /// A token of one character.
    fn single(&mut self, token: Token, is_key_allowed: bool) {
        self.is_key_allowed = is_key_allowed;
        self.push(token, self.mark);
        self.skip(1);
    }

    fn value(&mut self, is_flow: bool) -> Step {
        let last = self.keys.len() - 1;
        if self.is_valid(last)? {
            let key = self.keys[last];
            let at = (key.token - self.taken).min(self.tokens.len());
            self.tokens.insert(at, (Token::Key, key.mark));
            let column = isize::try_from(key.mark.column).unwrap_or(isize::MAX);
            self.roll(column, Some(key.token), Token::BlockMappingStart, key.mark);
            self.keys[last].is_possible = false;
            self.is_key_allowed = false;
        } else {
            if !is_flow {
                if !self.is_key_allowed {
                    let words = "mapping values are not allowed in this context";
                    return self.error(self.mark, words);
                }
                self.roll(self.column(), None, Token::BlockMappingStart, self.mark);
            }
            self.is_key_allowed = !is_flow;
        }
        self.push(Token::Value, self.mark);
        self.skip(1);
        Ok(())
    }

    /// `---` or `...` at the start of a line.
    fn document_indicator(&self) -> Option<Token> {
        let three = [self.at(0), self.at(1), self.at(2)];
        if self.mark.column != 0 || !is_blankz(self.at(3)) {
            return None;
        }
        match three {
            ['-', '-', '-'] => Some(Token::DocumentStart),
            ['.', '.', '.'] => Some(Token::DocumentEnd),
            _ => None,
        }
    }

    fn skip_to_token(&mut self) {
        loop {
            if self.mark.column == 0 && self.at(0) == '\u{feff}' {
                self.skip(1);
            }
            let tabs = self.flow_level() > 0 || !self.is_key_allowed;
            while self.at(0) == ' ' || tabs && self.at(0) == '\t' {
                self.skip(1);
            }
            self.skip_comment();
            if !is_break(self.at(0)) {
                return;
            }
            self.skip_line();
            if self.flow_level() == 0 {
                self.is_key_allowed = true;
            }
        }
    }

    fn skip_comment(&mut self) {
        if self.at(0) == '#' {
            while !is_breakz(self.at(0)) {
                self.skip(1);
            }
        }
    }

    fn skip_blanks(&mut self) {
        while is_blank(self.at(0)) {
            self.skip(1);
        }
    }

    fn word(&mut self) -> String {
        let start = self.mark.index;
        while is_word(self.at(0)) {
            self.skip(1);
        }
        self.text[start..self.mark.index].iter().collect()
    }

    fn directive(&mut self) -> Step {
        self.unroll(-1);
        self.remove_key()?;
        self.is_key_allowed = false;
        let start = self.mark;
        self.skip(1);
        let name = self.word();
        if name.is_empty() {
            return self.error(start, "could not find expected directive name");
        }
        if !is_blankz(self.at(0)) {
            return self.error(start, "found unexpected non-alphabetical character");
        }
        self.skip_blanks();
        let token = match name.as_str() {
            "YAML" => {
                let major = self.version_number(start)?;
                if self.at(0) != '.' {
                    return self.error(start, "did not find expected digit or '.' character");
                }
                self.skip(1);
                let minor = self.version_number(start)?;
                Token::VersionDirective { is_known: (major, minor) == (1, 1) }
            }
            "TAG" => {
                let handle = self.tag_handle(start)?;
                if handle.len() < 2 && handle != "!" || handle.len() > 1 && !handle.ends_with('!') {
                    return self.error(start, "did not find URI escaped octet");
                }
                if !is_blank(self.at(0)) {
                    return self.error(start, "did not find expected whitespace");
                }
                self.skip_blanks();
                self.tag_uri(start, 0)?;
                if !is_blankz(self.at(0)) {
                    return self.error(start, "did not find expected whitespace or line break");
                }
                Token::TagDirective(handle)
            }
            _ => return self.error(start, "found unknown directive name"),
        };
        self.skip_blanks();
        self.skip_comment();
        if !is_breakz(self.at(0)) {
            return self.error(start, "did not find expected comment or line break");
        }
        if is_break(self.at(0)) {
            self.skip_line();
        }
        self.push(token, start);
        Ok(())
    }

    fn version_number(&mut self, start: Mark) -> Step<u32> {
        let (mut value, mut length) = (0, 0);
        while let Some(digit) = self.at(0).to_digit(10) {
            length += 1;
            if length > 2 {
                return self.error(start, "found extremely long version number");
            }
            value = value * 10 + digit;
            self.skip(1);
        }
        if length == 0 {
            return self.error(start, "did not find expected version number");
        }
        Ok(value)
    }

    fn anchor(&mut self, sign: char) -> Step {
        let start = self.mark;
        self.skip(1);
        let name = self.word();
        let ends = is_blankz(self.at(0))
            || matches!(self.at(0), '?' | ':' | ',' | ']' | '}' | '%' | '@' | '`');
        if name.is_empty() || !ends {
            return self.error(start, "did not find expected alphabetic or numeric character");
        }
        self.push(if sign == '*' { Token::Alias(name) } else { Token::Anchor(name) }, start);
        Ok(())
    }

    fn tag(&mut self) -> Step {
        let start = self.mark;
        let handle = if self.at(1) == '<' {
            self.skip(2);
            self.tag_uri(start, 0)?;
            if self.at(0) != '>' {
                return self.error(start, "did not find the expected '>'");
            }
            self.skip(1);
            String::new()
        } else {
            let handle = self.tag_handle(start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                self.tag_uri(start, 0)?;
                handle
            } else {
                let length = self.tag_uri(start, handle.len())?;
                // `!` alone has no handle.
                if length == 0 { String::new() } else { "!".to_owned() }
            }
        };
        if !is_blankz(self.at(0)) {
            return self.error(start, "did not find expected whitespace or line break");
        }
        self.push(Token::Tag(handle), start);
        Ok(())
    }

    fn tag_handle(&mut self, start: Mark) -> Step<String> {
        if self.at(0) != '!' {
            return self.error(start, "did not find URI escaped octet");
        }
        self.skip(1);
        let mut handle = format!("!{}", self.word());
        if self.at(0) == '!' {
            handle.push('!');
            self.skip(1);
        }
        Ok(handle)
    }

    /// Behind a head of so many bytes, of which the first one is an exclamation mark; how many bytes there are.
    fn tag_uri(&mut self, start: Mark, head: usize) -> Step<usize> {
        let mut length = head.saturating_sub(1);
        loop {
            let char = self.at(0);
            if char == '%' {
                if !self.at(1).is_ascii_hexdigit() || !self.at(2).is_ascii_hexdigit() {
                    return self.error(start, "did not find URI escaped octet");
                }
                self.skip(2);
            } else if !is_word(char) && !";/?:@&=+$,.!~*'()[]".contains(char) {
                break;
            }
            length += 1;
            self.skip(1);
        }
        if length == 0 && head == 0 {
            return self.error(start, "did not find URI escaped octet");
        }
        Ok(length)
    }

    fn block_scalar(&mut self) -> Step {
        let start = self.mark;
        self.skip(1);
        let mut increment = 0;
        for _ in 0..2 {
            match self.at(0) {
                '+' | '-' => self.skip(1),
                '0' => return self.error(start, "found an indentation indicator equal to 0"),
                digit @ '1'..='9' if increment == 0 => {
                    increment =
                        digit.to_digit(10).and_then(|it| isize::try_from(it).ok()).unwrap_or(1);
                    self.skip(1);
                }
                _ => break,
            }
        }
        self.skip_blanks();
        self.skip_comment();
        if !is_breakz(self.at(0)) {
            return self.error(start, "did not find expected comment or line break");
        }
        if is_break(self.at(0)) {
            self.skip_line();
        }
        let mut indent = if increment > 0 { self.indent.max(0) + increment } else { 0 };
        self.block_breaks(&mut indent, start)?;
        while self.column() == indent && self.at(0) != '\0' {
            while !is_breakz(self.at(0)) {
                self.skip(1);
            }
            if is_break(self.at(0)) {
                self.skip_line();
            }
            self.block_breaks(&mut indent, start)?;
        }
        self.push(Token::Scalar(String::new(), false), start);
        Ok(())
    }

    fn block_breaks(&mut self, indent: &mut isize, start: Mark) -> Step {
        let mut most = 0;
        loop {
            while (*indent == 0 || self.column() < *indent) && self.at(0) == ' ' {
                self.skip(1);
            }
            most = most.max(self.column());
            if (*indent == 0 || self.column() < *indent) && self.at(0) == '\t' {
                let words = "found a tab character where an indentation space is expected";
                return self.error(start, words);
            }
            if !is_break(self.at(0)) {
                break;
            }
            self.skip_line();
        }
        if *indent == 0 {
            *indent = most.max(self.indent + 1).max(1);
        }
        Ok(())
    }

    fn quoted(&mut self, quote: char) -> Step {
        let start = self.mark;
        self.skip(1);
        let first = self.mark.index;
        loop {
            if self.document_indicator().is_some() {
                return self.error(start, "found unexpected document indicator");
            }
            if self.at(0) == '\0' {
                return self.error(start, "found unexpected end of stream");
            }
            while !is_blankz(self.at(0)) {
                let (char, next) = (self.at(0), self.at(1));
                if char == '\'' && quote == '\'' && next == '\'' {
                    self.skip(2);
                } else if char == quote {
                    break;
                } else if char == '\\' && quote == '"' && is_break(next) {
                    self.skip(1);
                    self.skip_line();
                    break;
                } else if char == '\\' && quote == '"' {
                    self.escape(start)?;
                } else {
                    self.skip(1);
                }
            }
            if self.at(0) == quote {
                break;
            }
            while is_blank(self.at(0)) || is_break(self.at(0)) {
                if is_blank(self.at(0)) { self.skip(1) } else { self.skip_line() }
            }
        }
        let text = self.text[first..self.mark.index].iter().collect();
        self.skip(1);
        self.push(Token::Scalar(text, false), start);
        Ok(())
    }

    fn escape(&mut self, start: Mark) -> Step {
        let length = match self.at(1) {
            '0' | 'a' | 'b' | 't' | '\t' | 'n' | 'v' | 'f' | 'r' | 'e' | ' ' | '"' | '\''
            | '\\' | 'N' | '_' | 'L' | 'P' => 0,
            'x' => 2,
            'u' => 4,
            'U' => 8,
            _ => return self.error(start, "found unknown escape character"),
        };
        self.skip(2);
        let mut value = 0_u32;
        for at in 0..length {
            let Some(digit) = self.at(at).to_digit(16) else {
                return self.error(start, "did not find expected hexdecimal number");
            };
            value = (value << 4) + digit;
        }
        if length > 0 && char::from_u32(value).is_none() {
            return self.error(start, "found invalid Unicode character escape code");
        }
        self.skip(length);
        Ok(())
    }

    fn plain(&mut self) -> Step {
        let (start, indent) = (self.mark, self.indent + 1);
        let is_flow = self.flow_level() > 0;
        let mut end = start.index;
        let mut has_break = false;
        loop {
            if self.document_indicator().is_some() || self.at(0) == '#' {
                break;
            }
            while !is_blankz(self.at(0)) {
                let char = self.at(0);
                if char == ':' && is_blankz(self.at(1))
                    || is_flow && matches!(char, ',' | '?' | '[' | ']' | '{' | '}')
                {
                    break;
                }
                has_break = false;
                self.skip(1);
                end = self.mark.index;
            }
            if !is_blank(self.at(0)) && !is_break(self.at(0)) {
                break;
            }
            while is_blank(self.at(0)) || is_break(self.at(0)) {
                if is_break(self.at(0)) {
                    has_break = true;
                    self.skip_line();
                    continue;
                }
                if has_break && self.column() < indent && self.at(0) == '\t' {
                    return self.error(start, "found a tab character that violates indentation");
                }
                self.skip(1);
            }
            if !is_flow && self.column() < indent {
                break;
            }
        }
        if has_break {
            self.is_key_allowed = true;
        }
        let text = self.text[start.index..end].iter().collect();
        self.push(Token::Scalar(text, true), start);
        Ok(())
    }
}

/// A node, as far as an error may name it: as Go's `%#v` prints it where it is asked for.
struct Parsed {
    printed: String,
    is_collection: bool,
}

struct Parser {
    scanner: Scanner,
    depth: usize,
    /// Handles of `%TAG` beside those that there always are.
    handles: Vec<String>,
    anchors: Vec<String>,
    open_anchors: Vec<String>,
    /// The first thing that the decoder refuses; the whole document is parsed before.
    refused: Option<String>,
    /// The first key that JSON cannot hold: it becomes JSON after all of it was decoded.
    unsupported: Option<String>,
}

impl Parser {
    fn new(document: &str) -> Self {
        let scanner = Scanner {
            text: document.chars().collect(),
            mark: Mark::default(),
            tokens: VecDeque::new(),
            taken: 0,
            is_started: false,
            is_key_allowed: false,
            keys: vec![SimpleKey::default()],
            indents: Vec::new(),
            indent: -1,
        };
        let (handles, anchors) = (Vec::new(), Vec::new());
        Self {
            scanner,
            depth: 0,
            handles,
            anchors,
            open_anchors: Vec::new(),
            refused: None,
            unsupported: None,
        }
    }

    fn peek(&mut self) -> Step<(&Token, Mark)> {
        self.scanner.fill()?;
        match self.scanner.tokens.front() {
            Some((token, mark)) => Ok((token, *mark)),
            None => Err(Stop::TooDeep),
        }
    }

    fn is(&mut self, tokens: &[Token]) -> Step<bool> {
        let (token, _) = self.peek()?;
        Ok(tokens.contains(token))
    }

    fn mark(&mut self) -> Step<Mark> {
        Ok(self.peek()?.1)
    }

    fn take(&mut self) {
        self.scanner.tokens.pop_front();
        self.scanner.taken += 1;
    }

    fn refuse(&mut self, words: String) {
        self.refused.get_or_insert(words);
    }

    fn document(&mut self) -> Step {
        self.peek()?;
        self.take();
        let is_implicit = !matches!(
            self.peek()?.0,
            Token::VersionDirective { .. }
                | Token::TagDirective(_)
                | Token::DocumentStart
                | Token::StreamEnd
        );
        if self.is(&[Token::StreamEnd])? {
            return Ok(());
        }
        if !is_implicit {
            self.directives()?;
            if !self.is(&[Token::DocumentStart])? {
                let mark = self.mark()?;
                return parser_error(
                    mark,
                    Mark::default(),
                    "did not find expected <document start>",
                );
            }
            self.take();
            let is_empty = matches!(
                self.peek()?.0,
                Token::VersionDirective { .. }
                    | Token::TagDirective(_)
                    | Token::DocumentStart
                    | Token::DocumentEnd
                    | Token::StreamEnd
            );
            if is_empty {
                return Ok(());
            }
        }
        self.node(true, false)?;
        self.peek()?;
        Ok(())
    }

    fn directives(&mut self) -> Step {
        let mut has_version = false;
        loop {
            let (token, mark) = self.peek()?;
            match token.clone() {
                Token::VersionDirective { is_known } => {
                    if has_version {
                        let words = "found duplicate %YAML directive";
                        return parser_error(mark, Mark::default(), words);
                    }
                    if !is_known {
                        let words = "found incompatible YAML document";
                        return parser_error(mark, Mark::default(), words);
                    }
                    has_version = true;
                }
                Token::TagDirective(handle) => {
                    if self.handles.contains(&handle) {
                        let words = "found duplicate %TAG directive";
                        return parser_error(mark, Mark::default(), words);
                    }
                    self.handles.push(handle);
                }
                _ => return Ok(()),
            }
            self.take();
        }
    }

    fn node(&mut self, is_block: bool, may_be_indentless: bool) -> Step<Parsed> {
        if self.depth > MAX_DEPTH {
            return Err(Stop::TooDeep);
        }
        self.depth += 1;
        let parsed = self.inner_node(is_block, may_be_indentless);
        self.depth -= 1;
        parsed
    }

    fn inner_node(&mut self, is_block: bool, may_be_indentless: bool) -> Step<Parsed> {
        let (token, start) = self.peek()?;
        if let Token::Alias(name) = token {
            let name = name.clone();
            self.take();
            if !self.anchors.contains(&name) && !self.open_anchors.contains(&name) {
                return Err(Stop::Error(format!("unknown anchor '{name}' referenced")));
            }
            if self.open_anchors.contains(&name) {
                self.refuse(format!("anchor '{name}' value contains itself"));
            }
            return Ok(Parsed { printed: String::new(), is_collection: false });
        }
        let (mut anchor, mut tag) = (None, None);
        for _ in 0..2 {
            match self.peek()? {
                (Token::Anchor(name), _) if anchor.is_none() => anchor = Some(name.clone()),
                (Token::Tag(handle), mark) if tag.is_none() => tag = Some((handle.clone(), mark)),
                _ => break,
            }
            self.take();
        }
        if let Some((handle, mark)) = &tag
            && !["", "!", "!!"].contains(&handle.as_str())
            && !self.handles.contains(handle)
        {
            return parser_error(*mark, start, "found undefined tag handle");
        }
        let has_properties = anchor.is_some() || tag.is_some();
        if let Some(name) = &anchor {
            self.open_anchors.push(name.clone());
        }
        let (token, mark) = self.peek()?;
        let parsed = match token.clone() {
            Token::BlockEntry if may_be_indentless => self.indentless_sequence()?,
            Token::Scalar(text, is_plain) => {
                self.take();
                Parsed { printed: printed(&text, is_plain), is_collection: false }
            }
            Token::FlowSequenceStart => self.flow_sequence()?,
            Token::FlowMappingStart => self.flow_mapping()?,
            Token::BlockSequenceStart if is_block => self.block_sequence()?,
            Token::BlockMappingStart if is_block => self.block_mapping()?,
            _ if has_properties => empty(),
            _ => return parser_error(mark, start, "did not find expected node content"),
        };
        if let Some(name) = anchor {
            self.open_anchors.pop();
            self.anchors.push(name);
        }
        Ok(parsed)
    }

    fn block_sequence(&mut self) -> Step<Parsed> {
        let start = self.mark()?;
        self.take();
        let mut items = Vec::new();
        loop {
            if self.is(&[Token::BlockEntry])? {
                self.take();
                items.push(if self.is(&[Token::BlockEntry, Token::BlockEnd])? {
                    empty()
                } else {
                    self.node(true, false)?
                });
            } else if self.is(&[Token::BlockEnd])? {
                self.take();
                return Ok(sequence(&items));
            } else {
                let mark = self.mark()?;
                return parser_error(mark, start, "did not find expected '-' indicator");
            }
        }
    }

    fn indentless_sequence(&mut self) -> Step<Parsed> {
        let mut items = Vec::new();
        while self.is(&[Token::BlockEntry])? {
            self.take();
            let ends = [Token::BlockEntry, Token::Key, Token::Value, Token::BlockEnd];
            items.push(if self.is(&ends)? { empty() } else { self.node(true, false)? });
        }
        Ok(sequence(&items))
    }

    fn block_mapping(&mut self) -> Step<Parsed> {
        let start = self.mark()?;
        self.take();
        let mut entries = Vec::new();
        let ends = [Token::Key, Token::Value, Token::BlockEnd];
        loop {
            if self.is(&[Token::Key])? {
                self.take();
                let key = if self.is(&ends)? { empty() } else { self.node(true, true)? };
                self.check_key(&key);
                let value = if self.is(&[Token::Value])? {
                    self.take();
                    if self.is(&ends)? { empty() } else { self.node(true, true)? }
                } else {
                    empty()
                };
                self.check_null(&key, &value);
                entries.push((key, value));
            } else if self.is(&[Token::BlockEnd])? {
                self.take();
                return Ok(mapping(entries));
            } else {
                let mark = self.mark()?;
                return parser_error(mark, start, "did not find expected key");
            }
        }
    }

    fn flow_sequence(&mut self) -> Step<Parsed> {
        let start = self.mark()?;
        self.take();
        let mut items = Vec::new();
        loop {
            if !items.is_empty() && !self.is(&[Token::FlowSequenceEnd])? {
                if !self.is(&[Token::FlowEntry])? {
                    let mark = self.mark()?;
                    return parser_error(mark, start, "did not find expected ',' or ']'");
                }
                self.take();
            }
            if self.is(&[Token::FlowSequenceEnd])? {
                self.take();
                return Ok(sequence(&items));
            }
            items.push(if self.is(&[Token::Key])? {
                self.take();
                self.flow_pair()?
            } else {
                self.node(false, false)?
            });
        }
    }

    /// A pair as an entry of a list: `[a: b]`.
    fn flow_pair(&mut self) -> Step<Parsed> {
        let key_ends = [Token::Value, Token::FlowEntry, Token::FlowSequenceEnd];
        let key = if self.is(&key_ends)? {
            // This token is lost, whichever it is.
            self.take();
            empty()
        } else {
            self.node(false, false)?
        };
        self.check_key(&key);
        let mut value = empty();
        if self.is(&[Token::Value])? {
            self.take();
            if !self.is(&[Token::FlowEntry, Token::FlowSequenceEnd])? {
                value = self.node(false, false)?;
            }
        }
        Ok(mapping(vec![(key, value)]))
    }

    fn flow_mapping(&mut self) -> Step<Parsed> {
        let start = self.mark()?;
        self.take();
        let mut entries = Vec::new();
        let ends = [Token::FlowEntry, Token::FlowMappingEnd];
        loop {
            if !entries.is_empty() && !self.is(&[Token::FlowMappingEnd])? {
                if !self.is(&[Token::FlowEntry])? {
                    let mark = self.mark()?;
                    return parser_error(mark, start, "did not find expected ',' or '}'");
                }
                self.take();
            }
            if self.is(&[Token::FlowMappingEnd])? {
                self.take();
                return Ok(mapping(entries));
            }
            let mut value = empty();
            let key = if self.is(&[Token::Key])? {
                self.take();
                let is_empty = self.is(&ends)? || self.is(&[Token::Value])?;
                let key = if is_empty { empty() } else { self.node(false, false)? };
                if self.is(&[Token::Value])? {
                    self.take();
                    if !self.is(&ends)? {
                        self.check_key(&key);
                        value = self.node(false, false)?;
                    }
                }
                key
            } else {
                self.node(false, false)?
            };
            self.check_key(&key);
            self.check_null(&key, &value);
            entries.push((key, value));
        }
    }

    fn check_key(&mut self, key: &Parsed) {
        if key.is_collection {
            self.refuse(format!("invalid map key: {}", key.printed));
        }
    }

    /// `null` is no key of JSON.
    fn check_null(&mut self, key: &Parsed, value: &Parsed) {
        if key.printed == NIL {
            let value = if value.printed == NIL { "<nil>" } else { &value.printed };
            let words = "unsupported map key of type: %!s(<nil>), key: <nil>, value: ";
            self.unsupported.get_or_insert_with(|| format!("{words}{value}"));
        }
    }
}

/// As Go prints `null` inside a collection.
const NIL: &str = "interface {}(nil)";

fn empty() -> Parsed {
    Parsed { printed: NIL.to_owned(), is_collection: false }
}

/// A scalar as Go prints it inside a collection.
fn printed(text: &str, is_plain: bool) -> String {
    use crate::api::scalar::{Plain, resolve};
    match resolve(text) {
        Plain::Null if is_plain => NIL.to_owned(),
        Plain::Bool(value) if is_plain => value.to_string(),
        Plain::Number(number) if is_plain => number,
        _ => quote(text),
    }
}

fn sequence(items: &[Parsed]) -> Parsed {
    let items: Vec<&str> = items.iter().map(|it| it.printed.as_str()).collect();
    let printed = format!("[]interface {{}}{{{}}}", items.join(", "));
    Parsed { printed: short(printed), is_collection: true }
}

fn mapping(entries: Vec<(Parsed, Parsed)>) -> Parsed {
    let mut entries: Vec<String> = entries
        .into_iter()
        .map(|(key, value)| format!("{}:{}", key.printed, value.printed))
        .collect();
    entries.sort_unstable();
    let printed = format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "));
    Parsed { printed: short(printed), is_collection: true }
}

/// What stands in a key is short; the rest of a document is not printed again and again.
fn short(printed: String) -> String {
    const MOST: usize = 2_000;
    if printed.len() > MOST { String::new() } else { printed }
}

#[cfg(test)]
mod tests {
    use super::error;

    fn check(text: &str, expect: &str) {
        let found = error(text).unwrap_or_default();
        assert_eq!(found.strip_prefix("yaml: ").unwrap_or(&found), expect, "{text}");
    }

    #[test]
    fn what_is_yaml_has_no_error() {
        for text in [
            "",
            "# a comment\n",
            "---\na: 1\n",
            "a: [fd00::, b]\nb: {c: d, e}\n? x\n: y\n",
            "a: &x {b: [1, '双', \"\\u00e9\"]}\nc: *x\nd: |\n  文\n   more\n\ne: >-\n  x\n",
            "- - a\n  - b: c\n    d:\n    - e\n-\n",
            "a: !!str 1\nb: ! x\nc: !<tag:yaml.org,2002:int> 3\n",
            "\u{feff}a: 1\r\nb: x\r\n",
            "plain\n  text # comment\n",
            "{\"a\": [1, {\"b\": null}]}\n...\n",
            "%YAML 1.1\n---\na: 1\n",
        ] {
            check(text, "");
        }
    }

    #[test]
    fn errors_are_goyamls_with_their_lines() {
        check(
            "a:\n- x\n- *\nb: c\n",
            "line 3: did not find expected alphabetic or numeric character",
        );
        check("a: 1\nb:\n\tc: 2\n", "line 3: found character that cannot start any token");
        check("a: b: c\n", "mapping values are not allowed in this context");
        check("x: 1\na: b: c\n", "line 2: mapping values are not allowed in this context");
        check("a: 1\nb\n", "line 3: could not find expected ':'");
        check("a: 1\nb: [1, 2\nc: 3\n", "line 2: did not find expected ',' or ']'");
        check("a: \"x\nb: 1\n", "line 3: found unexpected end of stream");
        check("a: *x\n", "unknown anchor 'x' referenced");
        check("a: &x [*x]\n", "anchor 'x' value contains itself");
        check(
            "a: {{ .Values.b }}\n",
            "invalid map key: map[interface {}]interface {}{\".Values.b\":interface {}(nil)}",
        );
        check("a: {{ b }}-c\n", "did not find expected key");
        check("a:\n  b: 1\n c: 2\n", "line 2: did not find expected key");
        check("a: 1\n~: 2\n", "unsupported map key of type: %!s(<nil>), key: <nil>, value: 2");
        check("a: 1\n\0", "control characters are not allowed");
        check("a: @x\n", "found character that cannot start any token");
    }

    #[test]
    fn no_text_panics() {
        let text = "a: &x {b: [1, '双', \"\\u00e9\"]}\n---\n- <<: *x\n- |\n  文\n- ? k\n  : v\n\t- !!int x\n%TAG ! x\n{{[]}}: ]\n";
        for (end, _) in text.char_indices() {
            let _ = error(&text[..end]);
            let _ = error(&text[end..]);
        }
        let _ = error(&"[".repeat(5_000));
        let _ = error(&"- ".repeat(5_000));
    }
}
