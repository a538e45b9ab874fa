//! What does YAML 1.1 read in a bare word? The one answer for reading and for printing.
//! Source: sigs.k8s.io/yaml/goyaml.v2 `resolve.go`; the floats as `encoding/json` prints them.
//!
//! Invariant: `resolve` gives `Text` exactly for the words that goyaml.v2 would read as strings.

/// What a bare word means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Plain {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on`, `y` and their opposites.
    Bool(bool),
    /// A number, as JSON prints it.
    Number(String),
    /// `.inf` or `.nan`: numbers that JSON does not have.
    NoJsonNumber,
    /// A time. It stays a text, yet a text that looks like one is printed in quotes.
    Time,
    /// Anything else.
    Text,
}

/// What a bare word means.
#[must_use]
pub fn resolve(word: &str) -> Plain {
    match word {
        "" | "~" | "null" | "Null" | "NULL" => Plain::Null,
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Plain::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Plain::Bool(false)
        }
        ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF"
        | "-.inf" | "-.Inf" | "-.INF" => Plain::NoJsonNumber,
        _ => match word.as_bytes()[0] {
            b'.' => separated(word).and_then(|it| float(&it)).map_or(Plain::Text, Plain::Number),
            b'0'..=b'9' | b'+' | b'-' if is_time(word) => Plain::Time,
            b'0'..=b'9' | b'+' | b'-' => {
                let digits = word.replace('_', "");
                integer(&digits).or_else(|| float(&digits)).map_or(Plain::Text, Plain::Number)
            }
            _ => Plain::Text,
        },
    }
}

/// The word without its underscores, if each stands between two digits: here Go itself judges them,
/// while goyaml.v2 drops those of other numbers wherever they stand.
fn separated(word: &str) -> Option<String> {
    let ends = |part: &str| part.ends_with(|char: char| char.is_ascii_digit());
    let starts = |part: &str| part.starts_with(|char: char| char.is_ascii_digit());
    let parts: Vec<&str> = word.split('_').collect();
    parts.windows(2).all(|pair| ends(pair[0]) && starts(pair[1])).then(|| parts.concat())
}

/// Go's `strconv.ParseInt(text, 0, 64)`, then `ParseUint`, which takes no sign.
fn integer(text: &str) -> Option<String> {
    let (sign, digits) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("+", &text[1..]),
        _ => ("", text),
    };
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', _, ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', _, ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', _, ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if !digits.bytes().all(|byte| char::from(byte).is_digit(radix)) {
        return None;
    }
    let number = u64::from_str_radix(digits, radix).ok()?;
    let most = match sign {
        "-" => i64::MIN.unsigned_abs(),
        "+" => i64::MIN.unsigned_abs() - 1,
        _ => u64::MAX,
    };
    let minus = if sign == "-" && number > 0 { "-" } else { "" };
    (number <= most).then(|| format!("{minus}{number}"))
}

/// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`, printed as `encoding/json` prints it:
/// without needless digits, with an exponent only below 1e-6 and from 1e21 on. `None` for other
/// words and for what no float holds. Works on digits, as the machinery for floats is large.
fn float(text: &str) -> Option<String> {
    let (sign, text) = match text.as_bytes().first()? {
        b'-' => ("-", &text[1..]),
        b'+' => ("", &text[1..]),
        _ => ("", text),
    };
    let (number, exponent) = match text.split_once(['e', 'E']) {
        Some((number, exponent)) => {
            (number, some_digits(exponent.strip_prefix(['+', '-']).unwrap_or(exponent), exponent)?)
        }
        None => (text, "0"),
    };
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let digits = format!("{whole}{fraction}");
    some_digits(&digits, &digits)?;
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let significant = digits.trim_start_matches('0');
    let leading = digits.len() - significant.len();
    let significant = significant.trim_end_matches('0');
    if significant.is_empty() {
        return Some(format!("{sign}0"));
    }
    // No text is long enough to make up for an exponent of a billion.
    let endless = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent = exponent.parse().unwrap_or(endless).clamp(-1_000_000_000, 1_000_000_000);
    // The value is 0.<significant> times ten to this power.
    let point = i64::try_from(whole.len()).ok()? - i64::try_from(leading).ok()? + exponent;
    // The largest float is 1.797…e308.
    if point > 309 || point == 309 && significant > "17976931348623158" {
        return None;
    }
    if point < -323 {
        return Some(format!("{sign}0"));
    }
    let count = i64::try_from(significant.len()).ok()?;
    let mut out = sign.to_owned();
    let zeros = |out: &mut String, count: i64| (0..count).for_each(|_| out.push('0'));
    if !(-5..=21).contains(&point) {
        out.push_str(&significant[..1]);
        out.push_str(if count > 1 { "." } else { "" });
        out.push_str(&significant[1..]);
        out.push_str(if point > 0 { "e+" } else { "e" });
        out.push_str(&(point - 1).to_string());
    } else if point <= 0 {
        out.push_str("0.");
        zeros(&mut out, -point);
        out.push_str(significant);
    } else {
        let whole = usize::try_from(point).ok()?.min(significant.len());
        out.push_str(&significant[..whole]);
        zeros(&mut out, point - count);
        out.push_str(if point < count { "." } else { "" });
        out.push_str(&significant[whole..]);
    }
    Some(out)
}

/// Gives `out` if `text` is one digit or more.
fn some_digits<'a>(text: &str, out: &'a str) -> Option<&'a str> {
    (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(out)
}

/// Whether a word is a number to the base 60, such as `12:30:45`. goyaml.v2 reads it as a text,
/// and prints it in quotes for the sake of other readers.
/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`
#[must_use]
pub fn is_base_60(word: &str) -> bool {
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digit_or_line = |byte: u8| byte.is_ascii_digit() || byte == b'_';
    let Some((first, rest)) = whole.split_once(':') else { return false };
    first.starts_with(|char: char| char.is_ascii_digit())
        && first.bytes().all(digit_or_line)
        && fraction.bytes().all(digit_or_line)
        && rest
            .split(':')
            .all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

/// The times that goyaml.v2 knows: `2001-1-2`, `2001-1-2 3:4:5.6` and `2001-1-2T3:4:5.6Z`.
#[must_use]
pub fn is_time(word: &str) -> bool {
    time(word).is_some()
}

fn time(word: &str) -> Option<()> {
    let (year, rest) = word.split_once('-')?;
    if year.len() != 4 {
        return None;
    }
    let year: u32 = some_digits(year, year)?.parse().ok()?;
    let (month, rest) = up_to(rest, 12)?;
    let rest = rest.strip_prefix('-')?;
    let (day, rest) = up_to(rest, 31)?;
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    if month == 0 || day == 0 || day > days {
        return None;
    }
    if rest.is_empty() {
        return Some(());
    }
    let with_zone = rest.starts_with(['T', 't']);
    let rest = if with_zone { &rest[1..] } else { rest.strip_prefix(' ')?.trim_start_matches(' ') };
    let (_, rest) = up_to(rest, 23)?;
    let (_, rest) = up_to(rest.strip_prefix(':')?, 59)?;
    let (_, mut rest) = up_to(rest.strip_prefix(':')?, 59)?;
    if let Some(fraction) = rest.strip_prefix(['.', ',']) {
        let digits = fraction.bytes().take(9).take_while(u8::is_ascii_digit).count();
        // A lone point is no fraction, and then no time either.
        rest = if digits > 0 { &fraction[digits..] } else { rest };
    }
    let zone = match rest.as_bytes() {
        [] => !with_zone,
        [b'Z'] => with_zone,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            with_zone && [h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit)
        }
        _ => false,
    };
    zone.then_some(())
}

/// A number of one or two digits, up to `most`, and what follows it.
fn up_to(text: &str, most: u32) -> Option<(u32, &str)> {
    let digits = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let number: u32 = text[..digits].parse().ok()?;
    (number <= most).then(|| (number, &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::{Plain, is_base_60, resolve};

    fn numbers(cases: &[(&str, &str)]) {
        for (word, expect) in cases {
            assert_eq!(resolve(word), Plain::Number((*expect).to_owned()), "{word}");
        }
    }

    fn texts(words: &[&str]) {
        for word in words {
            assert_eq!(resolve(word), Plain::Text, "{word}");
        }
    }

    #[test]
    fn only_three_spellings_of_each_word_are_more_than_a_text() {
        assert_eq!(resolve("Yes"), Plain::Bool(true));
        assert_eq!(resolve("OFF"), Plain::Bool(false));
        assert_eq!(resolve("NULL"), Plain::Null);
        assert_eq!(resolve("-.Inf"), Plain::NoJsonNumber);
        texts(&["yEs", "oN", "tRUE", "nULL", "~~", ".iNF", "nan", "inf", "=", "<<", "_1"]);
    }

    #[test]
    fn integers_have_prefixes_signs_and_underscores() {
        numbers(&[
            ("010", "8"),
            ("0o17", "15"),
            ("0O17", "15"),
            ("0x_1F", "31"),
            ("-0b11", "-3"),
            ("+1_000", "1000"),
            ("-0", "0"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("18446744073709551615", "18446744073709551615"),
        ]);
        texts(&["0x", "0b2", "1a", "0xg", "--1", "+", "-", "1 2"]);
    }

    #[test]
    fn floats_are_printed_as_json_prints_them() {
        numbers(&[
            ("80.0", "80"),
            ("80.50", "80.5"),
            ("-0.50", "-0.5"),
            ("-0.0", "-0"),
            (".5", "0.5"),
            (".5_0", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1_0.2_5", "10.25"),
            ("12345e-2", "123.45"),
            ("1.25e-3", "0.00125"),
            ("0.000001", "0.000001"),
            ("0.00000012", "1.2e-7"),
            ("1e20", "100000000000000000000"),
            ("1e21", "1e+21"),
            ("-1.5E+300", "-1.5e+300"),
            ("1.7976931348623157e308", "1.7976931348623157e+308"),
            ("1e-99999999999999999999", "0"),
            ("1e-9223372036854775807", "0"),
            // No octal number, and so a decimal one.
            ("09", "9"),
        ]);
    }

    #[test]
    fn a_number_that_no_float_holds_is_a_text() {
        texts(&[
            "1e309",
            "1e9223372036854775807",
            "0.1e2147483647",
            "-1e400",
            "1e99999999999999999999",
            "1.8e308",
        ]);
        texts(&[
            "._5",
            ".5_",
            ".5__0",
            ".5_e1",
            ".",
            ".e1",
            "1e",
            "1e+",
            "1.2.3",
            "0x1p4",
            "10.96.0.10",
            "1.5e3x",
        ]);
    }

    #[test]
    fn a_time_has_a_real_date() {
        for word in [
            "2001-01-01",
            "2001-1-1",
            "2000-02-29",
            "2001-12-14 21:59:43.10",
            "2001-12-14   1:5:3",
            "2001-12-14T21:59:43Z",
            "2001-12-14t21:59:43.123456789+05:30",
            "2001-12-14T21:59:43,5Z",
        ] {
            assert_eq!(resolve(word), Plain::Time, "{word}");
        }
        texts(&[
            "2001-13-01",
            "2001-02-29",
            "2001-00-10",
            "2001-01-00",
            "2001-01-011",
            "2001-01",
            "12001-01-01",
            "2001-01-01T",
            "2001-01-01T21:59:43",
            "2001-01-01 21:59:43Z",
            "2001-01-01 24:00:00",
            "2001-01-01T21:59:43.Z",
            "2001-01-01T1:2:3+0530",
            "2001-01-01-a",
        ]);
    }

    #[test]
    fn numbers_to_the_base_60_are_known() {
        for word in ["12:30", "-1:2:3", "1_0:59.5_", "190:20:30.15"] {
            assert!(is_base_60(word), "{word}");
            assert_eq!(resolve(word), Plain::Text, "{word}");
        }
        for word in ["12:60", ":30", "_1:30", "1:", "1:2:", "a:1", "fd00::1", "1:123", "12.5"] {
            assert!(!is_base_60(word), "{word}");
        }
    }
}
