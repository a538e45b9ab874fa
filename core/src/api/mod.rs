//! Kubernetes objects as plain data, and how kubectl prints them.

pub mod print;
pub mod service;

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

/// JSON as Go's `encoding/json` prints it: compact, `<`, `>` and `&` escaped.
#[must_use]
pub fn go_json(value: &serde_json::Value) -> String {
    value
        .to_string()
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

#[cfg(test)]
mod tests {
    use super::quote;

    #[test]
    fn strings_are_quoted_as_go_quotes_them() {
        assert_eq!(quote("a\"b\\"), r#""a\"b\\""#);
        assert_eq!(quote("\n\t\0\u{7f}"), r#""\n\t\x00\x7f""#);
        assert_eq!(quote("双栈"), "\"双栈\"");
        assert_eq!(quote("\u{a0}"), r#""\u00a0""#);
    }
}
