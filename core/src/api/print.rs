//! How does kubectl print an object? `-o yaml`, `-o json` and `-o kyaml`.
//! Source: sigs.k8s.io/yaml (goyaml.v2 `encode.go`, `emitterc.go`, `sorter.go`; `kyaml/kyaml.go`)
//! and cli-runtime `pkg/printers`.
//!
//! Invariant: what is printed reads back as the same value under YAML 1.1 (but for a key `<<`, which
//! goyaml prints bare, too, and takes for a merge when it reads).

use std::cmp::Ordering;

use super::is_printable as is_go_printable;
use super::json::{Json, Map};
use super::scalar::{Plain, is_base_60, is_time, resolve};

/// A step from an object to a value inside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PathPart {
    /// An entry of a map.
    Key(String),
    /// An entry of a list.
    Index(usize),
}

/// A printed line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// The line, without its end.
    pub text: String,
    /// The value that starts on it, or goes on.
    pub path: Vec<PathPart>,
}

/// The object as `kubectl get -o yaml` prints it.
#[must_use]
pub fn yaml(object: &Json) -> String {
    joined(&yaml_lines(object))
}

/// The lines of [`yaml`], each with the value it holds.
#[must_use]
pub fn yaml_lines(object: &Json) -> Vec<Line> {
    let mut printer = Yaml { lines: Vec::new(), path: Vec::new() };
    match object {
        Json::Object(map) if !map.is_empty() => printer.map(map, 0, String::new()),
        Json::Array(list) if !list.is_empty() => printer.list(list, 0, String::new()),
        scalar => printer.scalar(String::new(), scalar, 2),
    }
    printer.lines
}

struct Yaml {
    lines: Vec<Line>,
    path: Vec<PathPart>,
}

/// Lines are broken at the first blank behind this column.
const BEST_WIDTH: usize = 80;

/// The longest key, in bytes, that stands in front of its colon without more ado.
const SIMPLE_KEY: usize = 128;

impl Yaml {
    /// Prints a map; `first` is what stands before its first key (the dashes of lists).
    fn map(&mut self, map: &Map<Json>, indent: usize, mut first: String) {
        for (key, value) in naturally_sorted(map) {
            let lead =
                if first.is_empty() { " ".repeat(indent) } else { std::mem::take(&mut first) };
            self.path.push(PathPart::Key(key.clone()));
            let is_simple = key.len() <= SIMPLE_KEY && !key.contains(['\n', '\r']);
            let head = if is_simple {
                format!("{lead}{}:", key_text(key))
            } else {
                self.text(format!("{lead}?"), key, indent + 2);
                format!("{}:", " ".repeat(indent))
            };
            match value {
                Json::Object(inner) if !inner.is_empty() && is_simple => {
                    self.push(head, String::new());
                    self.map(inner, indent + 2, String::new());
                }
                // Lists are not indented inside maps.
                Json::Array(inner) if !inner.is_empty() && is_simple => {
                    self.push(head, String::new());
                    self.list(inner, indent, String::new());
                }
                Json::Object(inner) if !inner.is_empty() => {
                    self.map(inner, indent + 2, format!("{head} "));
                }
                Json::Array(inner) if !inner.is_empty() => {
                    self.list(inner, indent + 2, format!("{head} "));
                }
                scalar => self.scalar(head, scalar, indent + 2),
            }
            self.path.pop();
        }
    }

    fn list(&mut self, list: &[Json], indent: usize, mut first: String) {
        for (i, value) in list.iter().enumerate() {
            let lead =
                if first.is_empty() { " ".repeat(indent) } else { std::mem::take(&mut first) };
            self.path.push(PathPart::Index(i));
            match value {
                Json::Object(inner) if !inner.is_empty() => {
                    self.map(inner, indent + 2, format!("{lead}- "));
                }
                Json::Array(inner) if !inner.is_empty() => {
                    self.list(inner, indent + 2, format!("{lead}- "));
                }
                scalar => self.scalar(format!("{lead}-"), scalar, indent + 2),
            }
            self.path.pop();
        }
    }

    /// Prints a value that is no container with entries, behind `head`.
    fn scalar(&mut self, head: String, value: &Json, indent: usize) {
        match value {
            Json::String(text) => self.text(head, text, indent),
            Json::Object(_) => self.push(head, "{}".to_owned()),
            Json::Array(_) => self.push(head, "[]".to_owned()),
            other => self.push(head, super::go_json(other)),
        }
    }

    fn push(&mut self, head: String, value: String) {
        let mut text = head;
        if !value.is_empty() && !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&value);
        self.lines.push(Line { text, path: self.path.clone() });
    }

    /// A line that goes on with a text.
    fn push_more(&mut self, indent: usize, value: &str) {
        let head = if value.is_empty() { String::new() } else { " ".repeat(indent) };
        self.lines.push(Line { text: head + value, path: self.path.clone() });
    }

    /// A text behind `head`, over as many lines as it takes.
    fn text(&mut self, head: String, text: &str, indent: usize) {
        let style = Style::of(text, false);
        if style == Style::Literal {
            return self.block(head, text, indent);
        }
        let column = head.chars().count() + usize::from(!head.is_empty());
        let mut lines = folded(text, style, column, Some(indent)).into_iter();
        self.push(head, lines.next().unwrap_or_default());
        for line in lines {
            self.push_more(indent, &line);
        }
    }

    /// A text of several lines, as it is.
    fn block(&mut self, head: String, text: &str, indent: usize) {
        let chomp = match text.strip_suffix('\n') {
            None => "-",
            Some(rest) if rest.ends_with('\n') || rest.is_empty() => "+",
            Some(_) => "",
        };
        // An indentation indicator where the text itself starts with a blank.
        let hint = if text.starts_with([' ', '\n']) { "2" } else { "" };
        self.push(head, format!("|{hint}{chomp}"));
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            self.push_more(indent, line);
        }
    }
}

/// Sorted by insertion: the order is no total one ("1" < "01" < "0a" < "1"), and the
/// sort of the standard library may panic at that.
fn naturally_sorted(map: &Map<Json>) -> Vec<(&String, &Json)> {
    let mut entries: Vec<(&String, &Json)> = Vec::with_capacity(map.len());
    for (key, value) in map {
        let before = entries.iter().rposition(|(other, _)| natural_order(other, key).is_lt());
        entries.insert(before.map_or(0, |at| at + 1), (key, value));
    }
    entries
}

/// The order of keys: numbers inside them by their value, letters behind everything else.
fn natural_order(a: &str, b: &str) -> Ordering {
    let common = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8());
    let (same, (rest_a, rest_b)) = {
        let common: usize = common.sum();
        (&a[..common], (&a[common..], &b[common..]))
    };
    let (Some(next_a), Some(next_b)) = (rest_a.chars().next(), rest_b.chars().next()) else {
        return a.len().cmp(&b.len());
    };
    // Every character outside ASCII is taken for a letter: tables of letters are large.
    let is_letter = |char: char| char.is_ascii_alphabetic() || !char.is_ascii();
    match (is_letter(next_a), is_letter(next_b)) {
        (true, true) => return next_a.cmp(&next_b),
        (false, true) => return Ordering::Less,
        (true, false) => return Ordering::Greater,
        (false, false) => {}
    }
    // A zero inside a number counts; one that leads it does not.
    let inside = (next_a == '0' || next_b == '0')
        && same.bytes().rev().take_while(u8::is_ascii_digit).any(|digit| digit != b'0');
    let number = |text: &str| {
        let count = text.bytes().take_while(u8::is_ascii_digit).count();
        let start = i64::from(inside);
        let digits = text.bytes().take(count).map(|digit| i64::from(digit - b'0'));
        (digits.fold(start, |sum, digit| sum.wrapping_mul(10).wrapping_add(digit)), count)
    };
    number(rest_a).cmp(&number(rest_b)).then(next_a.cmp(&next_b))
}

/// How a text is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
}

impl Style {
    /// The style `emitterc.go` selects. Keys stay on one line.
    fn of(text: &str, is_key: bool) -> Self {
        let is_special = text.chars().any(|char| char != '\n' && !is_yaml_printable(char));
        let has_break = text.contains('\n');
        if is_special || text.contains(" \n") || is_key && has_break {
            return Self::Double;
        }
        if has_break {
            return if text.ends_with(' ') { Self::Double } else { Self::Literal };
        }
        // An empty text and a text that reads as something else.
        if resolve(text) != Plain::Text || is_base_60(text) {
            return Self::Double;
        }
        if is_block_plain(text) { Self::Plain } else { Self::Single }
    }
}

/// What goyaml.v2 takes for printable: nothing outside the basic plane, so no emoji. It prints the
/// two separators with a break of its own, which does not read back; here they are escaped.
fn is_yaml_printable(char: char) -> bool {
    match char {
        ' '..='~' => true,
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        '\u{a0}'..='\u{fffd}' => true,
        _ => false,
    }
}

/// Whether a text without line breaks can stand without quotes in block style.
fn is_block_plain(text: &str) -> bool {
    let mut chars = text.chars();
    let first = chars.next().unwrap_or(' ');
    let before_blank = chars.next().is_none_or(|next| next == ' ');
    let is_indicator = match first {
        ' ' | '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
        | '%' | '@' | '`' => true,
        '-' | '?' | ':' => before_blank,
        _ => false,
    };
    !is_indicator
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
}

/// A key on one line.
fn key_text(key: &str) -> String {
    folded(key, Style::of(key, true), 0, None).concat()
}

/// The lines of a text in its style. The first one starts at `column`, the others at `indent`;
/// without an indent it stays on one line.
fn folded(text: &str, style: Style, mut column: usize, indent: Option<usize>) -> Vec<String> {
    let quote = match style {
        Style::Single => "'",
        Style::Double => "\"",
        Style::Plain | Style::Literal => "",
    };
    let mut lines = Vec::new();
    let mut line = quote.to_owned();
    column += quote.len();
    let mut after_blank = false;
    for (at, char) in text.char_indices() {
        let rest = &text[at + char.len_utf8()..];
        let before_blank = rest.starts_with(' ');
        let may_break = char == ' '
            && !after_blank
            && column > BEST_WIDTH
            && (style == Style::Plain || at > 0 && !rest.is_empty())
            && (style == Style::Double || !before_blank);
        after_blank = char == ' ';
        let length = line.len();
        match (indent, style) {
            (Some(indent), _) if may_break => {
                lines.push(std::mem::take(&mut line));
                column = indent;
                if before_blank {
                    line.push('\\');
                    column += 1;
                }
                continue;
            }
            (_, Style::Double) => push_escaped(char, &mut line),
            (_, Style::Single) if char == '\'' => line.push_str("''"),
            _ => line.push(char),
        }
        column += line[length..].chars().count();
    }
    line.push_str(quote);
    lines.push(line);
    lines
}

/// The escape that YAML has a letter for.
fn short_escape(char: char) -> Option<char> {
    Some(match char {
        '\0' => '0',
        '\u{7}' => 'a',
        '\u{8}' => 'b',
        '\t' => 't',
        '\n' => 'n',
        '\u{b}' => 'v',
        '\u{c}' => 'f',
        '\r' => 'r',
        '\u{1b}' => 'e',
        '"' => '"',
        '\\' => '\\',
        '\u{85}' => 'N',
        '\u{a0}' => '_',
        '\u{2028}' => 'L',
        '\u{2029}' => 'P',
        _ => return None,
    })
}

/// A character between the double quotes of goyaml.v2.
fn push_escaped(char: char, out: &mut String) {
    if is_yaml_printable(char) && char != '"' && char != '\\' {
        out.push(char);
    } else if let Some(letter) = short_escape(char) {
        out.extend(['\\', letter]);
    } else {
        let (letter, digits) = match u32::from(char) {
            0..=0xff => ("\\x", 2),
            0x100..=0xffff => ("\\u", 4),
            _ => ("\\U", 8),
        };
        out.push_str(letter);
        for digit in (0..digits).rev() {
            let digit = char::from_digit(u32::from(char) >> (4 * digit) & 15, 16);
            out.extend(digit.map(|digit| digit.to_ascii_uppercase()));
        }
    }
}

/// The object as `kubectl get -o json` prints it: four blanks, `<`, `>` and `&` escaped. Its keys
/// are in the order of their bytes, as a [`Map`] keeps them.
#[must_use]
pub fn json(object: &Json) -> String {
    joined(&json_lines(object))
}

/// The lines of [`json`], each with the value it holds.
#[must_use]
pub fn json_lines(object: &Json) -> Vec<Line> {
    let mut printer = Flow::default();
    printer.json(object, 0);
    printer.end_line();
    printer.lines
}

/// The object as `kubectl get -o kyaml` prints it: flow style with quotes and trailing commas.
#[must_use]
pub fn kyaml(object: &Json) -> String {
    joined(&kyaml_lines(object))
}

/// The lines of [`kyaml`], each with the value it holds.
#[must_use]
pub fn kyaml_lines(object: &Json) -> Vec<Line> {
    let mut printer = Flow::default();
    printer.push("---");
    printer.end_line();
    printer.kyaml(object, 0);
    printer.end_line();
    printer.lines
}

fn joined(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

/// Prints the forms with brackets. A line belongs to the value it begins with.
#[derive(Default)]
struct Flow {
    lines: Vec<Line>,
    path: Vec<PathPart>,
    text: String,
    line_path: Vec<PathPart>,
}

impl Flow {
    fn push(&mut self, text: &str) {
        if self.text.is_empty() {
            self.line_path.clone_from(&self.path);
        }
        self.text.push_str(text);
    }

    fn end_line(&mut self) {
        let (text, path) = (std::mem::take(&mut self.text), std::mem::take(&mut self.line_path));
        self.lines.push(Line { text, path });
    }

    /// A new line, indented.
    fn line(&mut self, indent: usize) {
        self.end_line();
        self.push(&" ".repeat(indent));
    }

    fn json(&mut self, value: &Json, indent: usize) {
        match value {
            Json::Object(map) if !map.is_empty() => {
                self.push("{");
                for (i, (key, value)) in map.iter().enumerate() {
                    self.push(if i > 0 { "," } else { "" });
                    self.path.push(PathPart::Key(key.clone()));
                    self.line(indent + 4);
                    self.push(&super::go_json(&key.as_str().into()));
                    self.push(": ");
                    self.json(value, indent + 4);
                    self.path.pop();
                }
                self.line(indent);
                self.push("}");
            }
            Json::Array(list) if !list.is_empty() => {
                self.push("[");
                for (i, value) in list.iter().enumerate() {
                    self.push(if i > 0 { "," } else { "" });
                    self.path.push(PathPart::Index(i));
                    self.line(indent + 4);
                    self.json(value, indent + 4);
                    self.path.pop();
                }
                self.line(indent);
                self.push("]");
            }
            scalar => self.push(&super::go_json(scalar)),
        }
    }

    fn kyaml(&mut self, value: &Json, indent: usize) {
        match value {
            Json::Object(map) if !map.is_empty() => {
                self.push("{");
                for (key, value) in map {
                    self.path.push(PathPart::Key(key.clone()));
                    self.line(indent + 2);
                    self.push(&kyaml_key(key));
                    self.push(": ");
                    self.kyaml(value, indent + 2);
                    self.push(",");
                    self.path.pop();
                }
                self.line(indent);
                self.push("}");
            }
            // Brackets cuddle the braces in a list of nothing but structures and lists.
            Json::Array(list) if list.iter().all(|value| value.is_object() || value.is_array()) => {
                self.push("[");
                for (i, value) in list.iter().enumerate() {
                    self.push(if i > 0 { ", " } else { "" });
                    self.path.push(PathPart::Index(i));
                    self.kyaml(value, indent);
                    self.path.pop();
                }
                self.push("]");
            }
            Json::Array(list) => {
                self.push("[");
                for (i, value) in list.iter().enumerate() {
                    self.path.push(PathPart::Index(i));
                    self.line(indent + 2);
                    self.kyaml(value, indent + 2);
                    self.push(",");
                    self.path.pop();
                }
                self.line(indent);
                self.push("]");
            }
            Json::String(text) if text.contains('\n') => self.kyaml_text(text, indent + 2),
            Json::String(text) => self.push(&kyaml_quoted(text)),
            scalar => self.push(&super::go_json(scalar)),
        }
    }

    /// A text of several lines: each stands on its own, and escaped breaks join them again.
    fn kyaml_text(&mut self, text: &str, indent: usize) {
        self.push("\"\\");
        for line in text.split_inclusive('\n') {
            self.line(indent);
            // Blanks in front would be lost. A tab is escaped as it is (kyaml.go puts a second
            // backslash in front of it, and so prints another text).
            let leads_blank =
                line.starts_with(|char: char| char.is_whitespace() && is_go_printable(char));
            let mut out = String::from(if leads_blank { '\\' } else { ' ' });
            line.chars().for_each(|char| push_kyaml(char, &mut out));
            out.push('\\');
            self.push(&out);
        }
        self.line(indent);
        self.push("\"");
    }
}

fn kyaml_quoted(text: &str) -> String {
    let mut out = String::from('"');
    text.chars().for_each(|char| push_kyaml(char, &mut out));
    out.push('"');
    out
}

/// A character between the double quotes of `kyaml.go`.
fn push_kyaml(char: char, out: &mut String) {
    if is_go_printable(char) && char != '"' && char != '\\' {
        out.push(char);
    } else if let Some(letter) = short_escape(char) {
        out.extend(['\\', letter]);
    } else {
        let code = u32::from(char);
        out.push_str(&match code {
            0..=0x1f | 0x7f => format!("\\x{code:02x}"),
            0..=0xffff => format!("\\u{code:04x}"),
            _ => format!("\\U{code:08x}"),
        });
    }
}

/// A key without quotes, unless some reader takes it for something else.
fn kyaml_key(key: &str) -> String {
    let free = |char: char| char.is_alphanumeric() || char == '_';
    let is_simple = key.starts_with(free)
        && key.ends_with(free)
        && key.chars().all(|char| free(char) || "-./".contains(char));
    if is_simple && !is_guessed_wrong(key) { key.to_owned() } else { kyaml_quoted(key) }
}

/// Whether some reader of YAML would not take the word for a text.
fn is_guessed_wrong(word: &str) -> bool {
    let lower = word.to_ascii_lowercase();
    let is_word = matches!(
        lower.as_str(),
        "null" | "true" | "t" | "y" | "yes" | "on" | "false" | "f" | "n" | "no" | "off"
    ) || matches!(lower.as_str(), "nan" | "inf" | "infinity");
    let digits = word.replace('_', "");
    is_word || is_time(word) || matches!(resolve(&digits), Plain::Number(_))
}

/// Visits the leaves of an object (values that hold nothing, or no more than an empty list or map) in
/// the order of its keys: with their place, their name as kubectl prints it, and the value.
pub fn leaves(object: &Json, visit: &mut dyn FnMut(&[PathPart], &str, &Json)) {
    let kind = object["kind"].as_str().unwrap_or_default();
    visit_leaves(kind, object, &mut Vec::new(), String::new(), visit);
}

/// Whether a field is a map, of which kubectl prints the keys in brackets: labels and the like.
#[must_use]
pub fn holds_keys(kind: &str, field: &str) -> bool {
    let maps = ["metadata.labels", "metadata.annotations", ".matchLabels", ".nodeSelector"];
    // The selector of a Deployment is a structure.
    field == "spec.selector" && kind != "Deployment" || maps.iter().any(|map| field.ends_with(map))
}

fn visit_leaves(
    kind: &str,
    value: &Json,
    path: &mut Vec<PathPart>,
    field: String,
    visit: &mut dyn FnMut(&[PathPart], &str, &Json),
) {
    match value {
        Json::Object(map) if !map.is_empty() => {
            let is_map = holds_keys(kind, &field);
            for (key, value) in map {
                let inner = match (field.is_empty(), is_map) {
                    (true, _) => key.clone(),
                    (false, true) => format!("{field}[{key}]"),
                    (false, false) => format!("{field}.{key}"),
                };
                path.push(PathPart::Key(key.clone()));
                visit_leaves(kind, value, path, inner, visit);
                path.pop();
            }
        }
        Json::Array(list) if !list.is_empty() => {
            for (at, value) in list.iter().enumerate() {
                path.push(PathPart::Index(at));
                visit_leaves(kind, value, path, format!("{field}[{at}]"), visit);
                path.pop();
            }
        }
        _ => visit(path, &field, value),
    }
}

#[cfg(test)]
mod tests {
    use super::{PathPart, json as print_json, kyaml, yaml};
    use crate::api::json::{Json, json};
    use crate::source::yaml::parse;

    fn check(value: &str, expect: &str) {
        assert_eq!(yaml(&json!({"a": value})), format!("a: {expect}\n"));
    }

    #[test]
    fn texts_are_quoted_where_kubectl_quotes_them() {
        for plain in
            ["my-service", "10.96.0.10", "fd00:10:96::1", "::1", "a b", "-a", "http://x", "双栈"]
        {
            check(plain, plain);
        }
        for quoted in ["", "yes", "on", "y", "NO", "null", "~", "80", "1_000", "0x1F", "1e3", "010"]
        {
            check(quoted, &format!("\"{quoted}\""));
        }
        check("2001-01-01", "\"2001-01-01\"");
        check("12:30:45", "\"12:30:45\"");
        check("a: b", "'a: b'");
        check("a #b", "'a #b'");
        check("*x", "'*x'");
        check("it's: x", "'it''s: x'");
        check("a\tb", "\"a\\tb\"");
        check("x:", "'x:'");
        check(" x", "' x'");
        check("...x", "'...x'");
    }

    #[test]
    fn texts_that_only_look_odd_stay_bare() {
        for plain in ["yEs", "nULL", "2001-13-01", "12:60", "1e400", "_1", "=", "<<", "a'b", "?x"] {
            check(plain, plain);
        }
    }

    #[test]
    fn emoji_and_controls_are_escaped_as_goyaml_escapes_them() {
        check("a🚀", "\"a\\U0001F680\"");
        check("\u{7f}\u{0}\u{1b}\u{2028}", "\"\\x7F\\0\\e\\L\"");
        check("\u{feff}é\"\\", "\"\\uFEFFé\\\"\\\\\"");
        check("\u{a0}", "\u{a0}");
    }

    #[test]
    fn long_texts_break_at_the_first_blank_behind_column_80() {
        let words = "0123456 ".repeat(20);
        let (line, more) = ("0123456 ".repeat(10), "0123456 ".repeat(9));
        check(words.trim_end(), &format!("{0}\n  {0}", line.trim_end()));
        check(&format!("#{}", words.trim_end()), &format!("'#{0}\n  {0}'", line.trim_end()));
        // In double quotes a blank that would be lost is escaped.
        let two = format!("\t{}  {}", line.trim_end(), more.trim_end());
        let expect = format!("\"\\t{}\n  \\ {}\"", line.trim_end(), more.trim_end());
        check(&two, &expect);
        let lines = super::yaml_lines(&json!({"a": [words.trim_end()]}));
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1].path, lines[2].path);
    }

    #[test]
    fn keys_are_in_goyaml_order_and_json_keys_in_byte_order() {
        let object = json!({"a10": 1, "a9": 1, "aB": 1, "a_b": 1, "a-b": 1, "v2": 1, "a": 1});
        let keys: Vec<String> = yaml(&object).lines().map(|line| line.replace(": 1", "")).collect();
        assert_eq!(keys, ["a", "a-b", "a_b", "a9", "a10", "aB", "v2"]);
        let read: Vec<String> = print_json(&object)
            .lines()
            .filter_map(|line| Some(line.trim().strip_prefix('"')?.split('"').next()?.to_owned()))
            .collect();
        assert_eq!(read, ["a", "a-b", "a10", "a9", "aB", "a_b", "v2"]);
    }

    #[test]
    fn keys_without_a_total_order_are_all_printed() {
        let object = (0..500)
            .map(|i| (format!("{}{i}", ["1", "01", "0a", "00a", "-0"][i % 5]), json!(i)))
            .collect();
        assert_eq!(yaml(&Json::Object(object)).lines().count(), 500);
    }

    #[test]
    fn a_key_too_long_for_its_line_gets_a_question_mark() {
        let (long, fits) = ("k".repeat(129), "k".repeat(128));
        let object = json!({long.clone(): {"a": [1], "b": 2}, fits.clone(): 1, "x\ny": [1]});
        assert_eq!(
            yaml(&object),
            format!("{fits}: 1\n? {long}\n: a:\n  - 1\n  b: 2\n? |-\n  x\n  y\n: - 1\n")
        );
    }

    #[test]
    fn lists_are_not_indented_inside_maps() {
        let object =
            json!({"spec": {"ports": [{"port": 80, "name": "x"}, {}], "b": [], "a": [1, [2]]}});
        let expect =
            "spec:\n  a:\n  - 1\n  - - 2\n  b: []\n  ports:\n  - name: x\n    port: 80\n  - {}\n";
        assert_eq!(yaml(&object), expect);
    }

    #[test]
    fn texts_of_several_lines_stay_so() {
        assert_eq!(yaml(&json!({"a": "x\ny\n"})), "a: |\n  x\n  y\n");
        assert_eq!(yaml(&json!({"a": "x\n\ny"})), "a: |-\n  x\n\n  y\n");
        assert_eq!(yaml(&json!({"a": " x\n\n"})), "a: |2+\n   x\n\n");
        // A tab, or a blank before a break, cannot stand in a block.
        assert_eq!(yaml(&json!({"a": "x\ty\n"})), "a: \"x\\ty\\n\"\n");
        assert_eq!(yaml(&json!({"a": "x \ny"})), "a: \"x \\ny\"\n");
    }

    #[test]
    fn json_has_four_blanks_and_kyaml_trailing_commas() {
        let object = json!({"b": [{"c": 1}, {"c": 2}], "a": ["<"], "no": {}});
        assert_eq!(
            print_json(&object),
            "{\n    \"a\": [\n        \"\\u003c\"\n    ],\n    \"b\": [\n        {\n            \"c\": 1\n        \
             },\n        {\n            \"c\": 2\n        }\n    ],\n    \"no\": {}\n}\n"
        );
        assert_eq!(
            kyaml(&object),
            "---\n{\n  a: [\n    \"<\",\n  ],\n  b: [{\n    c: 1,\n  }, {\n    c: 2,\n  }],\n  \"no\": {},\n}\n"
        );
    }

    #[test]
    fn kyaml_writes_each_line_of_a_text_on_its_own() {
        assert_eq!(
            kyaml(&json!({"a": {"b": "x\n  y\n\tz"}})),
            "---\n{\n  a: {\n    b: \"\\\n       x\\n\\\n      \\  y\\n\\\n       \\tz\\\n      \",\n  },\n}\n"
        );
    }

    #[test]
    fn a_line_with_brackets_belongs_to_the_value_it_begins_with() {
        let object = json!({"a": [{"b": 1}, {"b": 2}], "c": ["x"]});
        let shown = |lines: Vec<super::Line>| -> Vec<String> {
            let part = |part: &PathPart| match part {
                PathPart::Key(key) => format!(".{key}"),
                PathPart::Index(at) => format!("[{at}]"),
            };
            let path = |path: &[PathPart]| path.iter().map(part).collect::<String>();
            lines.iter().map(|it| format!("{} {}", it.text.trim(), path(&it.path))).collect()
        };
        assert_eq!(
            shown(super::kyaml_lines(&object)),
            [
                "--- ",
                "{ ",
                "a: [{ .a",
                "b: 1, .a[0].b",
                "}, { .a[0]",
                "b: 2, .a[1].b",
                "}], .a[1]",
                "c: [ .c",
                "\"x\", .c[0]",
                "], .c",
                "} ",
            ]
        );
        assert_eq!(
            shown(super::json_lines(&json!({"a": [{"b": 1}]}))),
            ["{ ", "\"a\": [ .a", "{ .a[0]", "\"b\": 1 .a[0].b", "} .a[0]", "] .a", "} "]
        );
    }

    #[test]
    fn kyaml_quotes_keys_that_a_reader_could_take_for_something_else() {
        for bare in ["a", "_a", "1a", "a.b/c-d", "双栈", "yes1", "1e400"] {
            assert_eq!(kyaml(&json!({bare: 1})), format!("---\n{{\n  {bare}: 1,\n}}\n"));
        }
        for quoted in ["", "t", "F", "Yes", "80", "1_0", "nan", "Inf", "2001-01-01", "a/", "-a"] {
            assert_eq!(kyaml(&json!({quoted: 1})), format!("---\n{{\n  \"{quoted}\": 1,\n}}\n"));
        }
    }

    #[test]
    fn kyaml_cuddles_lists_of_structures_only() {
        assert_eq!(kyaml(&json!([{}, []])), "---\n[{}, []]\n");
        assert_eq!(kyaml(&json!([{}, 1])), "---\n[\n  {},\n  1,\n]\n");
        assert_eq!(kyaml(&json!([])), "---\n[]\n");
    }

    /// Values made by a small deterministic generator, with the texts that are easily misread.
    fn value(state: &mut u64, depth: u32) -> Json {
        *state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let roll = (*state >> 33) as usize;
        let texts = [
            "",
            "yes",
            "010",
            "1.5",
            "1e3",
            "-",
            "- a",
            "? b",
            ": c",
            "a: b",
            "#",
            "a #",
            "'",
            "\"",
            "\\",
            "null",
            "双栈",
            "a\nb",
            "a\n",
            "\n",
            " a",
            "a ",
            "---",
            "...",
            "%a",
            "@",
            "`",
            "!x",
            "&x",
            "*x",
            "0x",
            "0b1",
            "12:30",
            "2001-01-01",
            "a\u{7}",
            "|",
            ">",
            "{",
            "]",
            "key: [",
            "<<",
            "=",
            "~",
            "+5",
            "line\n  indented\nback\n\n",
            "\u{a0}",
            "\u{feff}x",
            ".5",
            "-.inf",
            "fd00::1",
            "a:",
        ];
        match roll % if depth == 0 { 5 } else { 8 } {
            0 => json!(null),
            1 => json!(roll.is_multiple_of(2)),
            2 => json!(roll as i64 % 100_000 - 500),
            3 | 4 => json!(texts[roll / 8 % texts.len()]),
            5 => Json::Array((0..roll / 8 % 4).map(|_| value(state, depth - 1)).collect()),
            _ => Json::object(
                (0..roll / 8 % 4)
                    .map(|i| {
                        (format!("{}{i}", texts[roll / 64 % texts.len()]), value(state, depth - 1))
                    })
                    .collect(),
            ),
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_value() {
        let mut state = 1;
        for _ in 0..4000 {
            let object = Json::object(vec![("root".to_owned(), value(&mut state, 4))]);
            for text in [yaml(&object), kyaml(&object), print_json(&object)] {
                let read = parse(&text);
                assert_eq!(read.problems, [], "{text}");
                assert_eq!(read.documents[0].node.to_json(), object, "{text}");
            }
        }
    }
}
