//! Which value does `$v4:1` stand for, and may it? Binds placeholders at first sight and checks the
//! five rules of `vectors/service/README.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use dualstack_core::net::Family;
use serde_json::{Value, json};

use crate::vector::Expect;
use crate::world::{World, ports_of};

/// What a placeholder stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// `$v4:n`, `$v6:n`.
    Address(Family),
    /// `$port:n`.
    Port,
}

const KINDS: [(&str, Kind); 3] = [
    ("$v4:", Kind::Address(Family::V4)),
    ("$v6:", Kind::Address(Family::V6)),
    ("$port:", Kind::Port),
];

/// The first placeholder of a text: where it starts and ends, and its kind.
fn find(text: &str) -> Option<(usize, usize, Kind)> {
    KINDS
        .iter()
        .flat_map(|(prefix, kind)| text.match_indices(prefix).map(move |hit| (hit, *kind)))
        .filter_map(|((start, prefix), kind)| {
            let number = start + prefix.len();
            let digits = text[number..].bytes().take_while(u8::is_ascii_digit).count();
            (digits > 0).then_some((start, number + digits, kind))
        })
        .min_by_key(|(start, ..)| *start)
}

/// The kind, if the whole text is one placeholder.
#[must_use]
pub fn kind_of(text: &str) -> Option<Kind> {
    find(text).filter(|(start, end, _)| *start == 0 && *end == text.len()).map(|(.., kind)| kind)
}

/// What the placeholders of a scenario stand for so far.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bindings {
    values: BTreeMap<String, String>,
    /// Bound since the last `begin`: they may not be equal among each other.
    fresh: Vec<String>,
    /// All node ports of the answer that is being compared.
    ports: BTreeSet<u16>,
}

impl Bindings {
    /// Begins an answer.
    pub fn begin(&mut self, answer: &Expect) {
        self.fresh.clear();
        self.ports = answer.ok.as_ref().map(ports_of).unwrap_or_default();
    }

    /// The value of a placeholder.
    #[must_use]
    pub fn get(&self, placeholder: &str) -> Option<&str> {
        self.values.get(placeholder).map(String::as_str)
    }

    /// The placeholder that stands for a value.
    #[must_use]
    pub fn placeholder_of(&self, value: &str) -> Option<&str> {
        self.values
            .iter()
            .find(|(_, own)| *own == value)
            .map(|(placeholder, _)| placeholder.as_str())
    }

    /// Says what a placeholder stands for, without any check.
    pub fn assume(&mut self, placeholder: String, value: String) {
        self.values.insert(placeholder, value);
    }

    /// Compares a value with a placeholder; at first sight binds it and checks that it may be had.
    ///
    /// # Errors
    /// Which rule the value breaks.
    pub fn meet(&mut self, placeholder: &str, value: &str, world: &World) -> Result<(), String> {
        if let Some(known) = self.values.get(placeholder) {
            return if known == value {
                Ok(())
            } else {
                Err(format!("rule 1: {placeholder} is {known}, and now {value}"))
            };
        }
        let broken =
            |rule: u8, why: &str| Err(format!("rule {rule}: {placeholder} = {value}: {why}"));
        match kind_of(placeholder) {
            None => return Err(format!("{placeholder} is no placeholder")),
            Some(Kind::Address(family)) => {
                let ip = value.parse::<IpAddr>().ok().filter(|ip| Family::of(*ip) == family);
                let Some(ip) = ip.filter(|ip| ip.to_string() == value) else {
                    return broken(2, &format!("it is no canonical {family} address"));
                };
                if world.holds_address(ip) {
                    return broken(5, "somebody has it");
                }
                if let Err(why) = world.check_address(ip) {
                    return broken(if why.contains("band") { 3 } else { 2 }, &why);
                }
            }
            Some(Kind::Port) => {
                let Ok(port) = value.parse::<u16>() else { return broken(4, "it is no port") };
                if world.holds_port(port) {
                    return broken(5, "somebody has it");
                }
                if let Err(why) = world.check_port(port, &self.ports) {
                    return broken(4, &why);
                }
            }
        }
        // What an earlier answer gave out and nobody holds any more may come again under a new
        // number; within one answer two numbers are two values.
        let twin = self.fresh.iter().find(|other| self.get(other) == Some(value));
        if let Some(twin) = twin.filter(|twin| kind_of(twin) == kind_of(placeholder)) {
            return Err(format!("rule 1: {placeholder} and {twin} are both {value}"));
        }
        self.values.insert(placeholder.to_owned(), value.to_owned());
        self.fresh.push(placeholder.to_owned());
        Ok(())
    }

    /// Compares a text with one that holds placeholders; binds those that are new.
    ///
    /// # Errors
    /// The texts differ, or a rule is broken.
    pub fn meet_text(&mut self, pattern: &str, text: &str, world: &World) -> Result<(), String> {
        let (mut pattern, mut rest) = (pattern, text);
        while let Some((start, end, kind)) = find(pattern) {
            let Some(after) = rest.strip_prefix(&pattern[..start]) else {
                return Err("the text differs".to_owned());
            };
            let length = match kind {
                Kind::Port => after.bytes().take_while(u8::is_ascii_digit).count(),
                // An address ends at the first byte that no address has. One that ends a clause is
                // followed by a colon and a blank.
                Kind::Address(_) => {
                    let bytes = after.bytes();
                    let span =
                        bytes.take_while(|b| b.is_ascii_hexdigit() || b".:".contains(b)).count();
                    if after[span..].starts_with(' ') {
                        after[..span].trim_end_matches(':').len()
                    } else {
                        span
                    }
                }
            };
            self.meet(&pattern[start..end], &after[..length], world)?;
            rest = &after[length..];
            pattern = &pattern[end..];
        }
        if pattern == rest { Ok(()) } else { Err("the text differs".to_owned()) }
    }

    /// Puts values in the place of known placeholders; a text that is one port placeholder becomes a
    /// number.
    pub fn resolve(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let (Some(Kind::Port), Some(port)) = (kind_of(text), self.get(text)) {
                    if let Ok(port) = port.parse::<u16>() {
                        *value = json!(port);
                    }
                } else if find(text).is_some() {
                    *text = self.resolve_text(text);
                }
            }
            Value::Array(list) => list.iter_mut().for_each(|value| self.resolve(value)),
            Value::Object(map) => map.values_mut().for_each(|value| self.resolve(value)),
            _ => {}
        }
    }

    /// A text with values in the place of known placeholders.
    #[must_use]
    pub fn resolve_text(&self, text: &str) -> String {
        let (mut resolved, mut rest) = (String::new(), text);
        while let Some((start, end, _)) = find(rest) {
            let placeholder = &rest[start..end];
            resolved.push_str(&rest[..start]);
            resolved.push_str(self.get(placeholder).unwrap_or(placeholder));
            rest = &rest[end..];
        }
        resolved + rest
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Bindings, Kind, kind_of};
    use crate::vector::{Expect, Line};
    use crate::world::World;

    fn world() -> World {
        let line = r#"{"id":"x","k8s":"1.36","preallocated":["10.96.9.9"],
            "cluster":{"serviceClusterIPRange":["10.96.0.0/16","fd00::/112"]},"steps":[]}"#;
        let Ok(Line::Scenario(scenario)) = Line::parse(line) else { panic!("a scenario") };
        World::new(&scenario).expect("the ranges are fine")
    }

    #[test]
    fn only_a_whole_text_is_a_placeholder() {
        assert_eq!(kind_of("$port:12"), Some(Kind::Port));
        for text in ["$port:", "$port:1 ", "a$v4:1", "$v4", "$v5:1", ""] {
            assert_eq!(kind_of(text), None, "{text}");
        }
    }

    #[test]
    fn a_placeholder_keeps_its_value_and_two_of_one_answer_differ() {
        let (world, mut bindings) = (world(), Bindings::default());
        assert!(bindings.meet("$v4:1", "10.96.7.7", &world).is_ok());
        assert!(bindings.meet("$v4:1", "10.96.7.7", &world).is_ok());
        assert!(bindings.meet("$v4:1", "10.96.7.8", &world).is_err());
        assert!(bindings.meet("$v4:2", "10.96.7.7", &world).is_err());
        bindings.begin(&Expect::default());
        assert!(bindings.meet("$v4:2", "10.96.7.7", &world).is_ok(), "given back, given again");
    }

    #[test]
    fn a_taken_value_or_one_of_another_kind_is_refused() {
        let (world, mut bindings) = (world(), Bindings::default());
        for (placeholder, value) in [
            ("$v4:1", "10.96.9.9"),
            ("$v4:1", "fd00::ffff"),
            ("$v6:1", "FD00::FFFF"),
            ("$v6:1", "fd00:0::ffff"),
            ("$port:1", "30085"),
            ("$port:1", "80"),
        ] {
            assert!(bindings.meet(placeholder, value, &world).is_err(), "{placeholder} {value}");
        }
        assert!(bindings.meet("$port:1", "30086", &world).is_ok());
    }

    #[test]
    fn messages_bind_and_compare_placeholders() {
        let (world, mut bindings) = (world(), Bindings::default());
        let meet = |bindings: &mut Bindings, pattern: &str, text: &str| {
            bindings.meet_text(pattern, text, &world).is_ok()
        };
        assert!(meet(
            &mut bindings,
            "IP \"$v6:1\" and $v4:1: no",
            "IP \"fd00::abcd\" and 10.96.3.4: no"
        ));
        assert!(!meet(&mut bindings, "[\"$v4:1\"]", "[\"10.96.3.5\"]"));
        assert!(!meet(&mut bindings, "$v4:1 more", "10.96.3.4 less"));
        let mut body = json!({"a": ["$v6:1", "$port:9"], "b": "at $v4:1!"});
        bindings.assume("$port:9".to_owned(), "30099".to_owned());
        bindings.resolve(&mut body);
        assert_eq!(body, json!({"a": ["fd00::abcd", 30099], "b": "at 10.96.3.4!"}));
    }
}
