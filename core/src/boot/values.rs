//! What does a program make of the text behind a flag? Source: Go's strconv, spf13/pflag flag.go Set.

use crate::api::quote;

/// The complaint about a value that its flag does not take.
#[must_use]
pub fn invalid_argument(flag: &str, value: &str, why: &str) -> String {
    format!("invalid argument {} for \"--{flag}\" flag: {why}", quote(value))
}

/// A boolean.
///
/// # Errors
/// As `strconv.ParseBool` says it.
pub fn parse_bool(text: &str) -> Result<bool, String> {
    match text {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err(format!("strconv.ParseBool: parsing {}: invalid syntax", quote(text))),
    }
}

/// A number of 32 bits, in the base that its prefix names.
///
/// # Errors
/// As `strconv.ParseInt` says it.
pub fn parse_i32(text: &str) -> Result<i32, String> {
    let error = |why| Err(format!("strconv.ParseInt: parsing {}: {why}", quote(text)));
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = unsigned.to_ascii_lowercase();
    let (radix, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    // An underscore stands between digits, or behind the prefix.
    let spaced = if radix == 10 { digits } else { digits.strip_prefix('_').unwrap_or(digits) };
    if spaced.split('_').any(|group| !group.chars().all(|c| c.is_digit(radix)) || group.is_empty())
    {
        return error("invalid syntax");
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    i32::from_str_radix(&format!("{sign}{}", spaced.replace('_', "")), radix)
        .or_else(|_| error("value out of range"))
}

#[cfg(test)]
mod tests {
    use super::{parse_bool, parse_i32};

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

    #[test]
    fn a_boolean_has_few_spellings() {
        assert_eq!((parse_bool("T"), parse_bool("0")), (Ok(true), Ok(false)));
        let expect = "strconv.ParseBool: parsing \"yes\": invalid syntax".to_owned();
        assert_eq!(parse_bool("yes"), Err(expect));
    }
}
