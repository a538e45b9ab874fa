//! What does a program make of the text of a flag? The values of spf13/pflag, of component-base's
//! `cli/flag` and of Go's library, with their errors word for word.

use crate::api::quote;

/// What pflag says to a value that the flag does not take.
#[must_use]
pub fn invalid_argument(flag: &str, value: &str, why: &str) -> String {
    // The message has the short form of a flag that has one, whichever is typed.
    let short = if flag == "v" { "-v, " } else { "" };
    format!("invalid argument {} for \"{short}--{flag}\" flag: {why}", quote(value))
}

/// `strconv.ParseInt(text, 0, 32)`.
///
/// # Errors
/// Go's words.
pub fn parse_i32(text: &str) -> Result<i32, String> {
    let error = || format!("strconv.ParseInt: parsing {}: value out of range", quote(text));
    parse_int(text)?.try_into().map_err(|_| error())
}

/// `strconv.ParseInt(text, 0, 64)`: the base is in the text, `010` is octal, `1_000` is allowed.
///
/// # Errors
/// Go's words.
pub fn parse_int(text: &str) -> Result<i64, String> {
    let fail = |why| Err(format!("strconv.ParseInt: parsing {}: {why}", quote(text)));
    let (negative, digits) = match text.as_bytes() {
        [b'-', ..] => (true, &text[1..]),
        [b'+', ..] => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase();
    let (base, rest) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some(two) if two.starts_with('0') => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    // An underscore stands between digits, or behind the mark of the base.
    let marked = rest.len() < lower.len();
    let stray = rest.ends_with('_') || rest.contains("__") || (!marked && rest.starts_with('_'));
    let plain = rest.replace('_', "");
    if stray || plain.is_empty() || !plain.chars().all(|digit| digit.is_digit(base)) {
        return fail("invalid syntax");
    }
    let signed = if negative { format!("-{plain}") } else { plain };
    i64::from_str_radix(&signed, base).or_else(|_| fail("value out of range"))
}

/// `strconv.ParseUint(text, 0, 64)`, of which only the error matters here.
///
/// # Errors
/// Go's words.
pub fn parse_uint(text: &str) -> Result<(), String> {
    let fail = |why| Err(format!("strconv.ParseUint: parsing {}: {why}", quote(text)));
    if text.starts_with(['-', '+']) {
        return fail("invalid syntax");
    }
    match parse_int(text) {
        Ok(_) => Ok(()),
        Err(why) if why.ends_with("range") && text.parse::<u64>().is_ok() => Ok(()),
        Err(why) if why.ends_with("range") => fail("value out of range"),
        Err(_) => fail("invalid syntax"),
    }
}

/// `strconv.ParseFloat`, of which only the error matters here.
///
/// # Errors
/// Go's words.
pub fn parse_float(text: &str) -> Result<(), String> {
    match text.replace('_', "").parse::<f64>() {
        Ok(_) => Ok(()),
        Err(_) => Err(format!("strconv.ParseFloat: parsing {}: invalid syntax", quote(text))),
    }
}

/// `time.ParseDuration`, of which only the error matters here.
///
/// # Errors
/// Go's words.
pub fn parse_duration(text: &str) -> Result<(), String> {
    let shown = quote(text);
    let invalid = || Err(format!("time: invalid duration {shown}"));
    let mut rest = text.strip_prefix(['-', '+']).unwrap_or(text);
    if rest == "0" {
        return Ok(());
    }
    if rest.is_empty() {
        return invalid();
    }
    let is_number = |char: char| char.is_ascii_digit() || char == '.';
    while !rest.is_empty() {
        let number = rest.find(|char| !is_number(char)).unwrap_or(rest.len());
        let digits = &rest[..number];
        let is_sound = digits.bytes().any(|byte| byte.is_ascii_digit());
        if !is_sound || digits.matches('.').count() > 1 {
            return invalid();
        }
        rest = &rest[number..];
        let unit = rest.find(is_number).unwrap_or(rest.len());
        match &rest[..unit] {
            "" => return Err(format!("time: missing unit in duration {shown}")),
            "ns" | "us" | "µs" | "μs" | "ms" | "s" | "m" | "h" => {}
            other => {
                let unit = quote(other);
                return Err(format!("time: unknown unit {unit} in duration {shown}"));
            }
        }
        rest = &rest[unit..];
    }
    Ok(())
}

/// `strconv.ParseBool`.
///
/// # Errors
/// Go's words.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quote(text))),
    }
}

/// `cli/flag.MapStringBool`: names and values, in the order of the text.
///
/// # Errors
/// Upstream's words.
pub fn map_string_bool(text: &str) -> Result<Vec<(&str, bool)>, String> {
    let mut pairs = Vec::new();
    for entry in text.split(',').filter(|entry| !entry.is_empty()) {
        let (name, value) =
            entry.split_once('=').ok_or("malformed pair, expect string=bool".to_owned())?;
        let (name, value) = (name.trim(), value.trim());
        let on = parse_bool(value)
            .map_err(|why| format!("invalid value of {name}: {value}, err: {why}"))?;
        pairs.push((name, on));
    }
    Ok(pairs)
}

/// A `StringSlice`: one line of comma-separated values, as Go's `encoding/csv` reads it.
///
/// # Errors
/// Go's words.
pub fn string_slice(text: &str) -> Result<Vec<String>, String> {
    let fail =
        |at: usize, why: &str| Err(format!("parse error on line 1, column {}: {why}", at + 1));
    const QUOTE: &str = "extraneous or missing \" in quoted-field";
    let mut fields = Vec::new();
    let mut at = 0;
    while !text.is_empty() {
        let Some(quoted) = text[at..].strip_prefix('"') else {
            let field = text[at..].split(',').next().unwrap_or_default();
            if let Some(bare) = field.find('"') {
                return fail(at + bare, "bare \" in non-quoted field");
            }
            fields.push(field.to_owned());
            at += field.len() + 1;
            if at > text.len() {
                break;
            }
            continue;
        };
        let mut field = String::new();
        let mut rest = quoted;
        loop {
            let Some((inside, behind)) = rest.split_once('"') else {
                return fail(text.len(), QUOTE);
            };
            field.push_str(inside);
            rest = behind;
            let Some(twice) = rest.strip_prefix('"') else { break };
            field.push('"');
            rest = twice;
        }
        fields.push(field);
        at = text.len() - rest.len();
        if rest.is_empty() {
            break;
        }
        if !rest.starts_with(',') {
            return fail(at - 1, QUOTE);
        }
        at += 1;
    }
    Ok(fields)
}

/// `net.SplitHostPort`: the host without its brackets, and the port.
///
/// # Errors
/// Go's words.
pub fn split_host_port(text: &str) -> Result<(&str, &str), String> {
    let fail = |why: &str| match text {
        "" => Err(why.to_owned()),
        _ => Err(format!("address {text}: {why}")),
    };
    const MISSING_PORT: &str = "missing port in address";
    const TOO_MANY_COLONS: &str = "too many colons in address";
    let Some(colon) = text.rfind(':') else { return fail(MISSING_PORT) };
    let (host, open, close) = if text.starts_with('[') {
        let Some(end) = text.find(']') else { return fail("missing ']' in address") };
        if end + 1 == text.len() {
            return fail(MISSING_PORT);
        }
        if end + 1 != colon {
            let early = text[end + 1..].starts_with(':');
            return fail(if early { TOO_MANY_COLONS } else { MISSING_PORT });
        }
        (&text[1..end], 1, end + 1)
    } else {
        if text[..colon].contains(':') {
            return fail(TOO_MANY_COLONS);
        }
        (&text[..colon], 0, 0)
    };
    if text[open..].contains('[') {
        return fail("unexpected '[' in address");
    }
    if text[close..].contains(']') {
        return fail("unexpected ']' in address");
    }
    Ok((host, &text[colon + 1..]))
}

#[cfg(test)]
mod tests {
    use super::{
        map_string_bool, parse_duration, parse_float, parse_i32, parse_int, parse_uint,
        split_host_port, string_slice,
    };

    #[test]
    fn a_whole_number_carries_its_base() {
        let read =
            |text| parse_int(text).map_err(|error| error.rsplit(": ").next().map(str::to_owned));
        assert_eq!(read("30443"), Ok(30443));
        assert_eq!(read("-1"), Ok(-1));
        assert_eq!(read("+1"), Ok(1));
        assert_eq!(read("010"), Ok(8));
        assert_eq!(read("0x1F"), Ok(31));
        assert_eq!(read("0b101"), Ok(5));
        assert_eq!(read("0o17"), Ok(15));
        assert_eq!(read("1_000"), Ok(1000));
        assert_eq!(read("0_7"), Ok(7));
        assert_eq!(read("0"), Ok(0));
        assert_eq!(read("-9223372036854775808"), Ok(i64::MIN));
        for text in ["", "-", "a", "1__0", "_1", "1_", "0x", "08", "1.5", " 1", "0x_", "+-1"] {
            assert_eq!(read(text), Err(Some("invalid syntax".to_owned())), "{text}");
        }
        assert_eq!(read("9223372036854775808"), Err(Some("value out of range".to_owned())));
    }

    #[test]
    fn spans_of_time_and_other_numbers_have_the_errors_of_go() {
        for text in ["0", "10s", "1h30m", "-1.5h", "100ms", "+.5s"] {
            assert_eq!(parse_duration(text), Ok(()), "{text}");
        }
        let failed = |text: &str| parse_duration(text).expect_err("it is no duration");
        assert_eq!(failed("abc"), "time: invalid duration \"abc\"");
        assert_eq!(failed(""), "time: invalid duration \"\"");
        assert_eq!(failed("10"), "time: missing unit in duration \"10\"");
        assert_eq!(failed("10d"), "time: unknown unit \"d\" in duration \"10d\"");
        assert_eq!(parse_uint("18446744073709551615"), Ok(()));
        let error = "strconv.ParseUint: parsing \"abc\": invalid syntax";
        assert_eq!(parse_uint("abc"), Err(error.to_owned()));
        assert!(parse_uint("-1").is_err());
        assert_eq!(parse_float("1.5e3"), Ok(()));
        assert!(parse_float("x").is_err_and(|why| why.starts_with("strconv.ParseFloat")));
    }

    #[test]
    fn a_list_is_a_line_of_comma_separated_values() {
        let read = |text| string_slice(text).map(|fields| fields.join("|"));
        assert_eq!(string_slice(""), Ok(Vec::new()));
        assert_eq!(read("a,b"), Ok("a|b".to_owned()));
        assert_eq!(read("a, b,"), Ok("a| b|".to_owned()));
        assert_eq!(read(","), Ok("|".to_owned()));
        assert_eq!(read("\"a,b\",c"), Ok("a,b|c".to_owned()));
        assert_eq!(read("\"a\"\"b\""), Ok("a\"b".to_owned()));
        assert_eq!(read("\"a\","), Ok("a|".to_owned()));
        let at = |text, column, why: &str| {
            assert_eq!(read(text), Err(format!("parse error on line 1, column {column}: {why}")));
        };
        at("a\"b", 2, "bare \" in non-quoted field");
        at("x,a\"b", 4, "bare \" in non-quoted field");
        at("\"a\"b", 3, "extraneous or missing \" in quoted-field");
        at("\"a", 3, "extraneous or missing \" in quoted-field");
    }

    #[test]
    fn a_host_and_its_port_are_told_apart_as_go_does() {
        assert_eq!(split_host_port("1.2.3.4:80"), Ok(("1.2.3.4", "80")));
        assert_eq!(split_host_port("[::1]:80"), Ok(("::1", "80")));
        assert_eq!(split_host_port(":80"), Ok(("", "80")));
        assert_eq!(split_host_port("a:"), Ok(("a", "")));
        for (text, why) in [
            ("1.2.3.4", "missing port in address"),
            ("::1", "too many colons in address"),
            ("[::1]", "missing port in address"),
            ("[::1", "missing ']' in address"),
            ("[::1]80", "missing port in address"),
            ("[::1]x:80", "missing port in address"),
            ("[::1]:80:90", "too many colons in address"),
            ("a[b:80", "unexpected '[' in address"),
            ("a]b:80", "unexpected ']' in address"),
        ] {
            assert_eq!(split_host_port(text), Err(format!("address {text}: {why}")));
        }
        assert_eq!(split_host_port(""), Err("missing port in address".to_owned()));
    }

    #[test]
    fn gates_are_pairs() {
        assert_eq!(map_string_bool("A=true, B = f ,,"), Ok(vec![("A", true), ("B", false)]));
        assert_eq!(map_string_bool("A"), Err("malformed pair, expect string=bool".to_owned()));
        assert_eq!(
            map_string_bool("A=yes"),
            Err("invalid value of A: yes, err: strconv.ParseBool: parsing \"yes\": invalid syntax"
                .to_owned())
        );
    }

    #[test]
    fn numbers_are_read_in_the_base_of_their_prefix() {
        let cases = [("24", 24), ("+24", 24), ("-1", -1), ("0x18", 24), ("030", 24), ("0", 0)];
        for (text, number) in cases.into_iter().chain([("0b1_1000", 24), ("0X_18", 24)]) {
            assert_eq!(parse_i32(text), Ok(number), "{text}");
        }
        let bounds = [("2147483647", i32::MAX), ("-2147483648", i32::MIN)];
        assert!(bounds.into_iter().all(|(text, number)| parse_i32(text) == Ok(number)));
        for text in ["", "-", "a", "24 ", "/24", "2_", "_2", "1__0", "08", "0x", "1.0", "２４"] {
            let expect = format!("strconv.ParseInt: parsing \"{text}\": invalid syntax");
            assert_eq!(parse_i32(text), Err(expect));
        }
        for text in ["2147483648", "-2147483649", "99999999999999999999"] {
            let expect = format!("strconv.ParseInt: parsing \"{text}\": value out of range");
            assert_eq!(parse_i32(text), Err(expect));
        }
    }
}
