//! How does kubectl print an object? `-o yaml`, `-o json` and `-o kyaml`.
//! Source: sigs.k8s.io/yaml (goyaml.v2 `encode.go`, `emitterc.go`; `kyaml/kyaml.go`) and
//! cli-runtime `pkg/printers`.
//!
//! Invariant: keys are sorted (`serde_json` keeps them so), and what is printed reads back as the same value under YAML 1.1.

use std::ops::Range;

use serde_json::{Map, Value as Json};

use super::quote;

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
    /// The value that starts on it.
    pub path: Vec<PathPart>,
    /// The value's text in the line; empty where the value stands on the lines below.
    pub value: Range<usize>,
}

/// The object as `kubectl get -o yaml` prints it.
#[must_use]
pub fn yaml(object: &Json) -> String {
    let mut text = String::new();
    for line in yaml_lines(object) {
        text.push_str(&line.text);
        text.push('\n');
    }
    text
}

/// The lines of [`yaml`], each with the value it holds.
#[must_use]
pub fn yaml_lines(object: &Json) -> Vec<Line> {
    let mut printer = Yaml { lines: Vec::new(), path: Vec::new() };
    match object {
        Json::Object(map) if !map.is_empty() => printer.map(map, 0, String::new()),
        Json::Array(list) if !list.is_empty() => printer.list(list, 0, String::new()),
        scalar => printer.scalar(String::new(), scalar, 0),
    }
    printer.lines
}

struct Yaml {
    lines: Vec<Line>,
    path: Vec<PathPart>,
}

impl Yaml {
    /// Prints a map; `first` is what stands before its first key (the dashes of lists).
    fn map(&mut self, map: &Map<String, Json>, indent: usize, mut first: String) {
        for (key, value) in map {
            let lead =
                if first.is_empty() { " ".repeat(indent) } else { std::mem::take(&mut first) };
            self.path.push(PathPart::Key(key.clone()));
            let head = format!("{lead}{}:", scalar_text(key));
            match value {
                Json::Object(inner) if !inner.is_empty() => {
                    self.push(head, String::new());
                    self.map(inner, indent + 2, String::new());
                }
                // Lists are not indented inside maps.
                Json::Array(inner) if !inner.is_empty() => {
                    self.push(head, String::new());
                    self.list(inner, indent, String::new());
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
            Json::String(text) if is_block(text) => self.block(head, text, indent),
            Json::String(text) => self.push(head, scalar_text(text)),
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
        let start = text.len();
        text.push_str(&value);
        self.lines.push(Line { value: start..text.len(), text, path: self.path.clone() });
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
            let printed = if line.is_empty() { String::new() } else { " ".repeat(indent) + line };
            self.lines.push(Line { text: printed, path: self.path.clone(), value: 0..0 });
        }
    }
}

fn is_block(text: &str) -> bool {
    text.contains('\n') && text.chars().all(|char| char == '\n' || is_printable(char))
}

fn is_printable(char: char) -> bool {
    quote(char.encode_utf8(&mut [0; 4])).len() == char.len_utf8() + 2 || char == '"' || char == '\\'
}

/// A text as goyaml.v2 prints it: plain where that reads back as the same text, else in quotes.
fn scalar_text(text: &str) -> String {
    if text.is_empty() || reads_as_something_else(text) {
        return double_quoted(text);
    }
    if !text.chars().all(is_printable) {
        return double_quoted(text);
    }
    if is_plain(text) { text.to_owned() } else { format!("'{}'", text.replace('\'', "''")) }
}

fn double_quoted(text: &str) -> String {
    quote(text)
}

/// Whether YAML 1.1 reads the bare text as null, a bool, a number or a time.
fn reads_as_something_else(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let word = matches!(
        lower.as_str(),
        "~" | "null" | "y" | "n" | "yes" | "no" | "true" | "false" | "on" | "off"
    ) || matches!(lower.as_str(), ".nan" | ".inf" | "+.inf" | "-.inf" | "<<" | "=");
    word || looks_like_number(&lower) || looks_like_time(text) || looks_like_base_60(text)
}

fn looks_like_number(lower: &str) -> bool {
    let plain = lower.replace('_', "");
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    if !lower.starts_with(|char: char| char.is_ascii_digit() || "+-.".contains(char)) {
        return false;
    }
    let radix = |prefix: &str, radix| {
        unsigned.strip_prefix(prefix).is_some_and(|digits| {
            !digits.is_empty() && digits.chars().all(|char| char.is_digit(radix))
        })
    };
    if radix("0x", 16) || radix("0b", 2) || radix("0o", 8) {
        return true;
    }
    let (number, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    !exponent.is_empty()
        && digits(exponent)
        && digits(whole)
        && digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
}

/// `12:30:45`: a number to the base 60 in YAML 1.1, quoted to be safe with other readers.
fn looks_like_base_60(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let mut parts = unsigned.split(':');
    let first = parts.next().unwrap_or_default();
    let digits = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
    };
    let rest: Vec<&str> = parts.collect();
    let Some((last, middle)) = rest.split_last() else { return false };
    let last = last.split_once('.').map_or(*last, |(whole, _)| whole);
    let sixty = |part: &str| {
        digits(part) && part.len() <= 2 && (part.len() == 1 || part.as_bytes()[0] <= b'5')
    };
    digits(first) && middle.iter().all(|part| sixty(part)) && sixty(last)
}

/// `2001-01-01` and what starts with it as a time does.
fn looks_like_time(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let day: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let tail = &rest[day.len()..];
    year.len() == 4
        && digits(year)
        && digits(month)
        && month.len() <= 2
        && (1..=2).contains(&day.len())
        && (tail.is_empty()
            || tail.starts_with(['T', 't', ' ']) && tail[1..].trim_start().contains(':'))
}

/// Whether the text can stand without quotes in block style.
fn is_plain(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let second_blank = text[first.len_utf8()..].chars().next().is_none_or(|next| next == ' ');
    let bad_start = match first {
        '#' | ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%'
        | '@' | '`' => true,
        '-' | '?' | ':' => second_blank,
        _ => false,
    };
    !bad_start
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.starts_with(' ')
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.contains('\n')
}

/// The object as `kubectl get -o json` prints it: four blanks, `<`, `>` and `&` escaped.
#[must_use]
pub fn json(object: &Json) -> String {
    let mut text = String::new();
    json_value(object, 0, &mut text);
    text.push('\n');
    text
}

fn json_value(value: &Json, indent: usize, out: &mut String) {
    let inner = " ".repeat(indent + 4);
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push_str("{\n");
            for (i, (key, value)) in map.iter().enumerate() {
                out.push_str(if i > 0 { ",\n" } else { "" });
                out.push_str(&inner);
                out.push_str(&super::go_json(&key.as_str().into()));
                out.push_str(": ");
                json_value(value, indent + 4, out);
            }
            out.push_str(&format!("\n{}}}", " ".repeat(indent)));
        }
        Json::Array(list) if !list.is_empty() => {
            out.push_str("[\n");
            for (i, value) in list.iter().enumerate() {
                out.push_str(if i > 0 { ",\n" } else { "" });
                out.push_str(&inner);
                json_value(value, indent + 4, out);
            }
            out.push_str(&format!("\n{}]", " ".repeat(indent)));
        }
        scalar => out.push_str(&super::go_json(scalar)),
    }
}

/// The object as `kubectl get -o kyaml` prints it: flow style with quotes and trailing commas.
#[must_use]
pub fn kyaml(object: &Json) -> String {
    let mut text = "---\n".to_owned();
    kyaml_value(object, 0, &mut text);
    text.push('\n');
    text
}

fn kyaml_value(value: &Json, indent: usize, out: &mut String) {
    let (outer, inner) = (" ".repeat(indent), " ".repeat(indent + 2));
    match value {
        Json::Object(map) if !map.is_empty() => {
            out.push_str("{\n");
            for (key, value) in map {
                out.push_str(&inner);
                out.push_str(&kyaml_key(key));
                out.push_str(": ");
                kyaml_value(value, indent + 2, out);
                out.push_str(",\n");
            }
            out.push_str(&outer);
            out.push('}');
        }
        // Brackets cuddle the braces of the structures in a list.
        Json::Array(list) if list.first().is_some_and(is_container) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                kyaml_value(value, indent, out);
            }
            out.push(']');
        }
        Json::Array(list) if !list.is_empty() => {
            out.push_str("[\n");
            for value in list {
                out.push_str(&inner);
                kyaml_value(value, indent + 2, out);
                out.push_str(",\n");
            }
            out.push_str(&outer);
            out.push(']');
        }
        Json::String(text) => out.push_str(&double_quoted(text)),
        scalar => out.push_str(&super::go_json(scalar)),
    }
}

fn is_container(value: &Json) -> bool {
    match value {
        Json::Object(map) => !map.is_empty(),
        Json::Array(list) => !list.is_empty(),
        _ => false,
    }
}

/// A key without quotes, unless some reader takes it for something else.
fn kyaml_key(key: &str) -> String {
    let simple = key.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_')
        && key.chars().all(|char| char.is_ascii_alphanumeric() || "_-./".contains(char));
    if simple && !reads_as_something_else(key) { key.to_owned() } else { double_quoted(key) }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{json as print_json, kyaml, yaml};
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

    /// Values made by a small deterministic generator, with the texts that are easily misread.
    fn value(state: &mut u64, depth: u32) -> Value {
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
            5 => (0..roll / 8 % 4).map(|_| value(state, depth - 1)).collect(),
            _ => (0..roll / 8 % 4)
                .map(|i| {
                    (format!("{}{i}", texts[roll / 64 % texts.len()]), value(state, depth - 1))
                })
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }

    #[test]
    fn what_is_printed_reads_back_as_the_same_value() {
        let mut state = 1;
        for _ in 0..4000 {
            let object = json!({"root": value(&mut state, 4)});
            for text in [yaml(&object), kyaml(&object), print_json(&object)] {
                let read = parse(&text);
                assert_eq!(read.problems, [], "{text}");
                assert_eq!(read.documents[0].node.to_json(), object, "{text}");
            }
        }
    }
}
