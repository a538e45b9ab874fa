//! Kubernetes objects as plain data, and how kubectl prints them.

pub mod field_path;
pub mod json;
pub mod print;
pub mod scalar;
pub mod service;
pub mod status;
pub mod unstructured;

pub use self::json::Json;
use crate::net::Cidr;
use crate::net::go_parse::parse_cidr;
use crate::release::behavior::Behavior;

/// A text in double quotes as Go's `%q` prints it: what every error message shows of a string.
#[must_use]
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            char if !is_printable(char) => {
                let code = u32::from(char);
                let escaped = match code {
                    0..=0x7f => format!("\\x{code:02x}"),
                    0x80..=0xffff => format!("\\u{code:04x}"),
                    _ => format!("\\U{code:08x}"),
                };
                out.push_str(&escaped);
            }
            char => out.push(char),
        }
    }
    out.push('"');
    out
}

/// Nearly Go's `strconv.IsPrint`: controls, separators other than the blank, and format characters
/// are escaped.
fn is_printable(char: char) -> bool {
    match char {
        ' ' => true,
        '\u{ad}' | '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' => false,
        '\u{205f}'..='\u{206f}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}' => false,
        char => !char.is_control() && !char.is_whitespace(),
    }
}

/// A list of strings as an error prints it (MSG-4, REL-14). `element` is the Go type of an entry;
/// `sent` tells an empty list from an absent one.
#[must_use]
pub fn print_list(behavior: &Behavior, element: &str, list: &[String], sent: bool) -> String {
    if behavior.prints_json_values {
        if list.is_empty() {
            return "null".to_owned();
        }
        let quoted: Vec<String> = list.iter().map(|text| go_json(&text.as_str().into())).collect();
        return format!("[{}]", quoted.join(","));
    }
    if list.is_empty() {
        return format!("[]{element}{}", if sent { "{}" } else { "(nil)" });
    }
    let quoted: Vec<String> = list.iter().map(|text| quote(text)).collect();
    format!("[]{element}{{{}}}", quoted.join(", "))
}

/// Ranges from their texts; the first that is none is the error, with its place.
/// Source: k8s.io/utils/net ParseCIDRs.
///
/// # Errors
/// In the release's words.
pub fn parse_cidrs(behavior: &Behavior, texts: &[&str]) -> Result<Vec<Cidr>, (usize, String)> {
    let mut ranges = Vec::with_capacity(texts.len());
    for (i, text) in texts.iter().enumerate() {
        let Some(read) = parse_cidr(text) else {
            let why = format!("invalid CIDR address: {text}");
            let error = if behavior.numbers_bad_cidrs {
                format!("invalid CIDR[{i}]: <nil> ({why})")
            } else {
                format!("failed to parse cidr value:{} with error:{why}", quote(text))
            };
            return Err((i, error));
        };
        ranges.push(Cidr::new(read.net));
    }
    Ok(ranges)
}

/// JSON as Go's `encoding/json` prints it: compact, `<`, `>` and `&` escaped.
#[must_use]
pub fn go_json(value: &Json) -> String {
    let mut out = String::new();
    write_json(value, &mut out);
    out
}

fn write_json(value: &Json, out: &mut String) {
    match value {
        Json::Null => out.push_str("null"),
        Json::Bool(true) => out.push_str("true"),
        Json::Bool(false) => out.push_str("false"),
        Json::Number(text) => out.push_str(text),
        Json::String(text) => write_json_text(text, out),
        Json::Array(list) => {
            out.push('[');
            for (i, value) in list.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_json(value, out);
            }
            out.push(']');
        }
        Json::Object(map) => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_json_text(key, out);
                out.push(':');
                write_json(value, out);
            }
            out.push('}');
        }
    }
}

fn write_json_text(text: &str, out: &mut String) {
    out.push('"');
    for char in text.chars() {
        match char {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(char)));
            }
            char => out.push(char),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::json::json;
    use super::{go_json, quote};

    #[test]
    fn json_is_compact_and_escaped_as_go_does() {
        let value = json!({"b": ["<&>", null, true, 1.5], "a": "\"\\\n\u{1}双\u{2028}"});
        let expect = r#"{"a":"\"\\\n\u0001双\u2028","b":["\u003c\u0026\u003e",null,true,1.5]}"#;
        assert_eq!(go_json(&value), expect);
        assert_eq!(serde_json::from_str::<serde_json::Value>(expect).ok(), Some(value.into()));
    }

    #[test]
    fn strings_are_quoted_as_go_quotes_them() {
        assert_eq!(quote("a\"b\\"), r#""a\"b\\""#);
        assert_eq!(quote("\n\t\0\u{7f}"), r#""\n\t\x00\x7f""#);
        assert_eq!(quote("双栈"), "\"双栈\"");
        assert_eq!(quote("\u{a0}"), r#""\u00a0""#);
    }
}
