//! Where does a JSON value end, and how does Go's `encoding/json` say that it does not?
//! Source: Go `encoding/json` scanner.go, stream.go.

use crate::source::yaml::MAX_DEPTH;

/// Why a text does not begin with a JSON value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Stop {
    /// It ends too early.
    UnexpectedEof,
    /// The byte offset behind the character that is wrong, and the words.
    Syntax(usize, String),
}

impl Stop {
    /// As the decoder says it of itself.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::UnexpectedEof => "unexpected EOF".to_owned(),
            Self::Syntax(_, words) => words.clone(),
        }
    }

    /// As kubectl's decoder of streams says it, with the offset.
    #[must_use]
    pub fn with_offset(&self) -> String {
        match self {
            Self::UnexpectedEof => self.words(),
            Self::Syntax(offset, words) => format!("json: offset {offset}: {words}"),
        }
    }
}

/// The end of the JSON value that stands at `start`, behind blanks. Offsets count from the start of the text.
///
/// # Errors
/// There is no such value.
pub fn value_end(text: &str, start: usize) -> Result<usize, Stop> {
    let mut scanner = Scanner { text, at: start, depth: 0 };
    scanner.value()?;
    Ok(scanner.at)
}

struct Scanner<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    /// The next character, which is taken; it is wrong where `fits` says so.
    fn take(&mut self, context: &str, fits: impl FnOnce(char) -> bool) -> Result<char, Stop> {
        let Some(char) = self.peek() else { return Err(Stop::UnexpectedEof) };
        if !fits(char) {
            let printed = match char {
                '\'' => "'\\''".to_owned(),
                '"' => "'\"'".to_owned(),
                char => {
                    // Bytes are scanned, and the first one is named.
                    let byte = char.to_string().bytes().next().map_or(char, char::from);
                    let quoted = crate::api::quote(&byte.to_string());
                    format!("'{}'", &quoted[1..quoted.len() - 1])
                }
            };
            let words = format!("invalid character {printed} {context}");
            return Err(Stop::Syntax(self.at + 1, words));
        }
        self.at += char.len_utf8();
        Ok(char)
    }

    fn blanks(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\r' | '\n')) {
            self.at += 1;
        }
    }

    fn value(&mut self) -> Result<(), Stop> {
        self.blanks();
        let begins = |char: char| "{[\"-tfn".contains(char) || char.is_ascii_digit();
        match self.take("looking for beginning of value", begins)? {
            '{' => self.collection('}', true),
            '[' => self.collection(']', false),
            '"' => self.string(),
            't' => self.literal("true"),
            'f' => self.literal("false"),
            'n' => self.literal("null"),
            first => self.number(first),
        }
    }

    fn collection(&mut self, end: char, is_object: bool) -> Result<(), Stop> {
        if self.depth > MAX_DEPTH {
            return Err(Stop::Syntax(self.at, "exceeded max depth".to_owned()));
        }
        self.depth += 1;
        self.blanks();
        if self.peek() == Some(end) {
            self.at += 1;
            self.depth -= 1;
            return Ok(());
        }
        loop {
            self.blanks();
            if is_object {
                self.take("looking for beginning of object key string", |char| char == '"')?;
                self.string()?;
                self.blanks();
                self.take("after object key", |char| char == ':')?;
            }
            self.value()?;
            self.blanks();
            let context =
                if is_object { "after object key:value pair" } else { "after array element" };
            if self.take(context, |char| char == ',' || char == end)? == end {
                self.depth -= 1;
                return Ok(());
            }
        }
    }

    fn string(&mut self) -> Result<(), Stop> {
        loop {
            match self.take("in string literal", |char| char >= ' ')? {
                '"' => return Ok(()),
                '\\' => {
                    let known = |char: char| "bfnrt\\/\"u".contains(char);
                    if self.take("in string escape code", known)? == 'u' {
                        for _ in 0..4 {
                            let context = "in \\u hexadecimal character escape";
                            self.take(context, |char| char.is_ascii_hexdigit())?;
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn literal(&mut self, word: &str) -> Result<(), Stop> {
        for expected in word.chars().skip(1) {
            let context = format!("in literal {word} (expecting '{expected}')");
            self.take(&context, |char| char == expected)?;
        }
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|char| char.is_ascii_digit()) {
            self.at += 1;
        }
    }

    fn number(&mut self, first: char) -> Result<(), Stop> {
        let is_digit = |char: char| char.is_ascii_digit();
        let first = if first == '-' { self.take("in numeric literal", is_digit)? } else { first };
        if first != '0' {
            self.digits();
        }
        if self.peek() == Some('.') {
            self.at += 1;
            self.take("after decimal point in numeric literal", is_digit)?;
            self.digits();
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.at += 1;
            if matches!(self.peek(), Some('+' | '-')) {
                self.at += 1;
            }
            self.take("in exponent of numeric literal", is_digit)?;
            self.digits();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Stop, value_end};

    fn check(text: &str, expect: Result<usize, &str>) {
        let found = value_end(text, 0).map_err(|stop| stop.with_offset());
        assert_eq!(found, expect.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn a_value_ends_with_its_bracket() {
        check(" {\"a\": [1, -2.5e+3, \"\\u00e9双\", null, true]} {", Ok(45));
        check("{}", Ok(2));
        check("[]x", Ok(2));
    }

    #[test]
    fn errors_are_those_of_go() {
        check(
            "{apiVersion: v1",
            Err("json: offset 2: invalid character 'a' looking for beginning of object key string"),
        );
        check(
            "{\"a\": }",
            Err("json: offset 7: invalid character '}' looking for beginning of value"),
        );
        check("{\"a\" 1}", Err("json: offset 6: invalid character '1' after object key"));
        check(
            "{\"a\":1 \"",
            Err("json: offset 8: invalid character '\"' after object key:value pair"),
        );
        check("[1 '", Err("json: offset 4: invalid character '\\'' after array element"));
        check("tru", Err("unexpected EOF"));
        check("trx", Err("json: offset 3: invalid character 'x' in literal true (expecting 'u')"));
        check("--", Err("json: offset 2: invalid character '-' in numeric literal"));
        check("{\"a\nb\":1}", Err("json: offset 4: invalid character '\\n' in string literal"));
        assert_eq!(
            value_end("\"\\x", 0),
            Err(Stop::Syntax(3, "invalid character 'x' in string escape code".to_owned()))
        );
        let _ = value_end(&"[".repeat(5_000), 0);
    }
}
