//! Which moment does a text name? RFC 3339, as Go reads it.
//! Source: Go `src/time/format.go` (`parse`), apimachinery `pkg/apis/meta/v1/time.go`.

const LAYOUT: &str = "2006-01-02T15:04:05Z07:00";

/// The moment as the API prints it: to the second, in UTC.
///
/// # Errors
/// The text is no such time, in Go's words.
pub fn rfc3339(text: &str) -> Result<String, String> {
    let mut parser = Parser { text, rest: text };
    let moment = parser.parse()?;
    Ok(print(moment))
}

/// A moment as Go's `String` prints it: `2026-01-01 00:00:00 +0000 UTC`.
#[must_use]
pub fn go_string(rfc3339: &str) -> String {
    let text = rfc3339.replacen('T', " ", 1);
    text.strip_suffix('Z').map_or_else(|| text.clone(), |moment| format!("{moment} +0000 UTC"))
}

/// Seconds since 1970.
fn print(moment: i64) -> String {
    let (day, second) = (moment.div_euclid(86_400), moment.rem_euclid(86_400));
    let (hour, minute) = (second / 3600, second / 60 % 60);
    // The civil date of a day, by years that begin in March and eras of 400 years.
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z", second % 60)
}

/// Days since 1970 of a civil date.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let from_march = if month > 2 { month - 3 } else { month + 9 };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * from_march + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn days_in(month: i64, year: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + i64::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

struct Parser<'a> {
    text: &'a str,
    rest: &'a str,
}

impl<'a> Parser<'a> {
    /// Seconds since 1970.
    fn parse(&mut self) -> Result<i64, String> {
        let before = self.rest;
        let is_year = before.len() >= 4 && before.bytes().take(4).all(|byte| byte.is_ascii_digit());
        if !is_year {
            return Err(self.cannot("2006", before));
        }
        let (year, rest) = before.split_at(4);
        self.rest = rest;
        let year = year.parse().unwrap_or(0);
        self.skip("-")?;
        let month = self.number("01", true, 1, 12, "month")?;
        self.skip("-")?;
        let day = self.number("02", true, 0, 99, "day")?;
        self.skip("T")?;
        let hour = self.number("15", false, 0, 23, "hour")?;
        self.skip(":")?;
        let minute = self.number("04", true, 0, 59, "minute")?;
        self.skip(":")?;
        let second = self.number("05", true, 0, 59, "second")?;
        if let Some(fraction) = self.rest.strip_prefix(['.', ',']) {
            let digits = fraction.bytes().take_while(u8::is_ascii_digit).count();
            if digits > 0 {
                self.rest = &fraction[digits..];
            }
        }
        let offset = self.zone()?;
        if !self.rest.is_empty() {
            return Err(self.wrong(&format!(": extra text: {}", quote(self.rest))));
        }
        if day < 1 || day > days_in(month, year) {
            return Err(self.wrong(": day out of range"));
        }
        Ok(days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset)
    }

    /// Seconds east of UTC.
    fn zone(&mut self) -> Result<i64, String> {
        if let Some(rest) = self.rest.strip_prefix('Z') {
            self.rest = rest;
            return Ok(0);
        }
        let before = self.rest;
        let cannot = |parser: &Self| Err(parser.cannot("Z07:00", before));
        let [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2, ..] = before.as_bytes() else {
            return cannot(self);
        };
        if ![h1, h2, m1, m2].into_iter().all(u8::is_ascii_digit) {
            return cannot(self);
        }
        self.rest = &before[6..];
        let two = |tens: &u8, ones: &u8| i64::from(tens - b'0') * 10 + i64::from(ones - b'0');
        let (hours, minutes) = (two(h1, h2), two(m1, m2));
        if hours > 24 {
            return Err(self.wrong(": time zone offset hour out of range"));
        }
        if minutes > 60 {
            return Err(self.wrong(": time zone offset minute out of range"));
        }
        let offset = hours * 3600 + minutes * 60;
        Ok(if *sign == b'-' { -offset } else { offset })
    }

    fn skip(&mut self, what: &str) -> Result<(), String> {
        match self.rest.strip_prefix(what) {
            Some(rest) => {
                self.rest = rest;
                Ok(())
            }
            None => Err(self.cannot(what, self.rest)),
        }
    }

    /// A number of two digits, or of one where it is not `fixed`.
    fn number(
        &mut self,
        element: &str,
        fixed: bool,
        least: i64,
        most: i64,
        what: &str,
    ) -> Result<i64, String> {
        let before: &'a str = self.rest;
        let digits = before.bytes().take(2).take_while(u8::is_ascii_digit).count();
        if digits == 0 || fixed && digits < 2 {
            return Err(self.cannot(element, before));
        }
        let (number, rest) = before.split_at(digits);
        self.rest = rest;
        let number = number.parse().unwrap_or(0);
        if number < least || number > most {
            return Err(self.wrong(&format!(": {what} out of range")));
        }
        Ok(number)
    }

    fn cannot(&self, element: &str, value: &str) -> String {
        format!(
            "parsing time {} as {}: cannot parse {} as {}",
            quote(self.text),
            quote(LAYOUT),
            quote(value),
            quote(element)
        )
    }

    fn wrong(&self, why: &str) -> String {
        format!("parsing time {}{why}", quote(self.text))
    }
}

/// A text as `time` quotes it: what is not ASCII byte by byte.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for byte in text.bytes() {
        match byte {
            b'"' | b'\\' => out.extend(['\\', char::from(byte)]),
            b' '..=b'\x7f' => out.push(char::from(byte)),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::{go_string, rfc3339};

    #[test]
    fn a_moment_is_told_in_utc() {
        for (text, expect) in [
            ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            ("2026-01-01T00:30:00.25+01:00", "2025-12-31T23:30:00Z"),
            ("2024-02-29T23:59:59-00:01", "2024-03-01T00:00:59Z"),
            ("0001-01-01T1:02:03Z", "0001-01-01T01:02:03Z"),
            ("1969-12-31T23:59:59Z", "1969-12-31T23:59:59Z"),
            ("2000-12-31T24:00:00Z", ""),
        ] {
            assert_eq!(rfc3339(text).unwrap_or_default(), expect, "{text}");
        }
        assert_eq!(go_string("2026-01-01T00:00:00Z"), "2026-01-01 00:00:00 +0000 UTC");
    }

    #[test]
    fn what_is_no_time_is_told_as_go_tells_it() {
        let layout = "\"2006-01-02T15:04:05Z07:00\"";
        for (text, expect) in [
            ("yesterday", format!(" as {layout}: cannot parse \"yesterday\" as \"2006\"")),
            ("", format!(" as {layout}: cannot parse \"\" as \"2006\"")),
            ("2026-01-01", format!(" as {layout}: cannot parse \"\" as \"T\"")),
            ("2026-1-01", format!(" as {layout}: cannot parse \"1-01\" as \"01\"")),
            ("2026-01-01T00:00:00", format!(" as {layout}: cannot parse \"\" as \"Z07:00\"")),
            ("2026-13-01T00:00:00Z", ": month out of range".to_owned()),
            ("2026-02-30T00:00:00Z", ": day out of range".to_owned()),
            ("2026-02-01T00:00:00Z!", ": extra text: \"!\"".to_owned()),
        ] {
            assert_eq!(rfc3339(text), Err(format!("parsing time {text:?}{expect}")), "{text}");
        }
        assert_eq!(
            rfc3339("é").expect_err("it is no time"),
            format!(
                "parsing time \"\\xc3\\xa9\" as {layout}: cannot parse \"\\xc3\\xa9\" as \"2006\""
            )
        );
    }
}
