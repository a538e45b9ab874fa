//! Where does an answer differ from the recorded one?

use serde_json::Value;

use crate::driver::Driver;
use crate::placeholder::{Bindings, kind_of};
use crate::vector::{CauseBody, ErrorBody, Expect, Op, Scenario};
use crate::witness::Witness;
use crate::world::World;

/// One difference.
#[derive(Clone, PartialEq, Debug)]
pub struct Mismatch {
    /// Number of the step, from 1; 0 if the scenario could not start.
    pub step: usize,
    /// What differs, to group by: `error message`, `used`, `field spec.ports[].nodePort`, …
    pub class: String,
    /// As recorded.
    pub expected: String,
    /// As answered.
    pub got: String,
}

impl Mismatch {
    fn new(class: impl Into<String>, expected: impl ToString, got: impl ToString) -> Self {
        let (expected, got) = (expected.to_string(), got.to_string());
        Self { step: 0, class: class.into(), expected, got }
    }
}

/// Judges the answers to a scenario, one step after the other.
pub struct Judge<'a> {
    scenario: &'a Scenario,
    world: World,
    bindings: Bindings,
}

impl<'a> Judge<'a> {
    /// Before the first step.
    ///
    /// # Errors
    /// A range of the scenario cannot be read.
    pub fn new(scenario: &'a Scenario) -> Result<Self, String> {
        Ok(Self { scenario, world: World::new(scenario)?, bindings: Bindings::default() })
    }

    /// What is sent in a step: placeholders stand for what earlier answers bound them to.
    #[must_use]
    pub fn resolve(&self, op: &Op) -> Op {
        let mut op = op.clone();
        if let Some(body) = op.body_mut() {
            self.bindings.resolve(body);
        }
        op
    }

    /// Compares the answer to a resolved step with the recorded one.
    pub fn step(&mut self, op: &Op, expect: &Expect, got: &Expect) -> Vec<Mismatch> {
        self.bindings.begin(got);
        let found = compare(expect, got, &mut self.bindings, &self.world, self.scenario.minor());
        self.world.after(op, got);
        found
    }
}

/// Runs a scenario and compares every answer. Stops after the first step that differs: what comes
/// later would only repeat it. `witness` learns what was decided.
pub fn run(scenario: &Scenario, seed: u64, witness: &mut Witness) -> Vec<Mismatch> {
    let started =
        Driver::start(scenario, seed).and_then(|driver| Ok((driver, Judge::new(scenario)?)));
    let (mut driver, mut judge) = match started {
        Ok(started) => started,
        Err(why) => return vec![Mismatch::new("does not start", "a running cluster", why)],
    };
    let mut found = Vec::new();
    for (number, step) in scenario.steps.iter().enumerate() {
        let op = judge.resolve(&step.op);
        match (driver.step(&op), &step.expect) {
            (Ok(got), Some(expect)) => found = judge.step(&op, expect, &got),
            (Ok(_), None) => found.push(Mismatch::new("no recorded answer", "expect", "nothing")),
            (Err(why), _) => found.push(Mismatch::new("not answered", op.name(), why)),
        }
        if !found.is_empty() {
            for mismatch in &mut found {
                mismatch.step = number + 1;
            }
            break;
        }
    }
    witness.join(driver.witness);
    found
}

/// Compares one answer; `bindings` learns the placeholders in it.
fn compare(
    expect: &Expect,
    got: &Expect,
    bindings: &mut Bindings,
    world: &World,
    minor: Option<u8>,
) -> Vec<Mismatch> {
    let Some(alternatives) = &expect.one_of else {
        return compare_one(expect, got, bindings, world, minor);
    };
    let mut nearest: Option<Vec<Mismatch>> = None;
    for alternative in alternatives {
        // Each alternative is a history of its own: what it binds is forgotten with it.
        let mut own = bindings.clone();
        let found = compare_one(alternative, got, &mut own, world, minor);
        if found.is_empty() {
            *bindings = own;
            return found;
        }
        if nearest.as_ref().is_none_or(|nearest| found.len() < nearest.len()) {
            nearest = Some(found);
        }
    }
    let mut found = nearest.unwrap_or_default();
    let count = alternatives.len();
    for mismatch in &mut found {
        mismatch.class = format!("{} (nearest of {count} alternatives)", mismatch.class);
    }
    if found.is_empty() {
        found.push(Mismatch::new("empty list of alternatives", "an alternative", "none"));
    }
    found
}

fn compare_one(
    expect: &Expect,
    got: &Expect,
    bindings: &mut Bindings,
    world: &World,
    minor: Option<u8>,
) -> Vec<Mismatch> {
    let mut found = Vec::new();
    match (&expect.ok, &expect.error, &got.ok, &got.error) {
        (Some(expected), None, Some(object), None) => {
            compare_value(expected, object, "", bindings, world, &mut found);
        }
        (None, Some(expected), None, Some(error)) => {
            compare_error(expected, error, bindings, world, minor, &mut found);
        }
        (None, None, None, None) => {}
        (expected_ok, expected_error, ok, error) => {
            let print = |ok: &Option<Value>, error: &Option<ErrorBody>| match (ok, error) {
                (Some(object), _) => format!("ok {object}"),
                (None, Some(error)) => format!("error {} {}", error.code, error.message),
                (None, None) => "neither object nor error".to_owned(),
            };
            let class = match (expected_error, ok) {
                (Some(_), Some(_)) => "ok instead of error",
                (None, None) => "error instead of ok",
                _ => "another kind of answer",
            };
            found.push(Mismatch::new(class, print(expected_ok, expected_error), print(ok, error)));
        }
    }
    if expect.warnings.len() != got.warnings.len()
        || expect
            .warnings
            .iter()
            .zip(&got.warnings)
            .any(|(pattern, text)| bindings.meet_text(pattern, text, world).is_err())
    {
        let print = |list: &[String]| format!("{list:?}");
        found.push(Mismatch::new("warnings", print(&expect.warnings), print(&got.warnings)));
    }
    if expect.created != got.created {
        found.push(Mismatch::new("created", expect.created, got.created));
    }
    if expect.used != got.used {
        let print = |used| format!("{used:?}");
        found.push(Mismatch::new("used", print(&expect.used), print(&got.used)));
    }
    if expect.service_cidr != got.service_cidr {
        let print = |state: &Option<String>| state.clone().unwrap_or_default();
        found.push(Mismatch::new(
            "serviceCIDR",
            print(&expect.service_cidr),
            print(&got.service_cidr),
        ));
    }
    if expect.service_cidrs_gone != got.service_cidrs_gone {
        let print = |list: &[String]| format!("{list:?}");
        found.push(Mismatch::new(
            "serviceCIDRsGone",
            print(&expect.service_cidrs_gone),
            print(&got.service_cidrs_gone),
        ));
    }
    for (placeholder, seen) in &expect.from {
        let value = bindings.get(placeholder).unwrap_or_default();
        if !value.parse().is_ok_and(|ip| world.comes_from(ip, seen)) {
            found.push(Mismatch::new("from", format!("{placeholder} from {seen:?}"), value));
        }
    }
    found
}

/// Compares JSON, member by member, so that a difference is named by its field.
fn compare_value(
    expect: &Value,
    got: &Value,
    path: &str,
    bindings: &mut Bindings,
    world: &World,
    found: &mut Vec<Mismatch>,
) {
    let here = if path.is_empty() { "the object" } else { path };
    match (expect, got) {
        (Value::Object(expect), Value::Object(got)) => {
            let member = |key: &str| {
                if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
            };
            for (key, value) in expect {
                match got.get(key) {
                    Some(own) => compare_value(value, own, &member(key), bindings, world, found),
                    None => {
                        let class = format!("field {} missing", member(key));
                        found.push(Mismatch::new(class, value, "nothing"));
                    }
                }
            }
            for (key, value) in got.iter().filter(|(key, _)| !expect.contains_key(*key)) {
                let class = format!("field {} unexpected", member(key));
                found.push(Mismatch::new(class, "nothing", value));
            }
        }
        (Value::Array(expect), Value::Array(got)) if expect.len() == got.len() => {
            for (value, own) in expect.iter().zip(got) {
                compare_value(value, own, &format!("{path}[]"), bindings, world, found);
            }
        }
        (Value::String(placeholder), own) if kind_of(placeholder).is_some() => {
            // A port placeholder is a text where a number belongs.
            let own = own.as_str().map_or_else(|| own.to_string(), str::to_owned);
            if let Err(why) = bindings.meet(placeholder, &own, world) {
                let rule = why.split(':').next().unwrap_or_default();
                found.push(Mismatch::new(format!("placeholder {rule}"), placeholder, &why));
            }
        }
        (expect, got) if expect == got => {}
        (expect, got) => found.push(Mismatch::new(format!("field {here}"), expect, got)),
    }
}

fn compare_error(
    expect: &ErrorBody,
    got: &ErrorBody,
    bindings: &mut Bindings,
    world: &World,
    minor: Option<u8>,
    found: &mut Vec<Mismatch>,
) {
    if expect.code != got.code {
        found.push(Mismatch::new("error code", expect.code, got.code));
    }
    if expect.reason != got.reason {
        let print = |reason: &Option<String>| format!("{reason:?}");
        found.push(Mismatch::new("error reason", print(&expect.reason), print(&got.reason)));
    }
    let expected = with_clock(&expect.message);
    let (pattern, text) = match minor {
        // The decoder of these releases prints a byte that is no text.
        Some(20 | 21) => (decoder_prefix(&expected), decoder_prefix(&got.message)),
        _ => (expected.as_str(), got.message.as_str()),
    };
    if let Err(why) = meet_message(pattern, text, bindings, world) {
        let class = if why == "the text differs" { "error message" } else { "value in a message" };
        found.push(Mismatch::new(class, &expect.message, &got.message));
    }
    let message = bindings.resolve_text(&expected);
    if expect.causes.len() != got.causes.len() {
        let print = |causes: &[CauseBody]| format!("{} causes {causes:?}", causes.len());
        found.push(Mismatch::new("causes", print(&expect.causes), print(&got.causes)));
        return;
    }
    for (expect, got) in expect.causes.iter().zip(&got.causes) {
        let field = expect.field.as_deref().unwrap_or_default();
        let agrees = match (&expect.message, &got.message) {
            (Some(pattern), Some(own)) => meet_message(pattern, own, bindings, world).is_ok(),
            (None, Some(own)) => stands_in(&message, field, own),
            // A replayed answer leaves the message out where it stands in the status message.
            (None, None) => true,
            (Some(_), None) => false,
        };
        if !agrees || expect.reason != got.reason || expect.field != got.field {
            let print = |cause: &CauseBody| format!("{cause:?}");
            found.push(Mismatch::new("causes", print(expect), print(got)));
        }
    }
}

/// A message in which the recorder took the clock of Go's layout of times, `15:04:05`, for an address.
fn with_clock(message: &str) -> String {
    let (before, after) = ("2006-01-02T", "Z07:00");
    let Some(start) = message.find(&format!("{before}$v6:")).map(|at| at + before.len()) else {
        return message.to_owned();
    };
    let Some(end) = message[start..].find(after) else { return message.to_owned() };
    format!("{}15:04:05{}", &message[..start], &message[start + end..])
}

/// Up to the first colon behind what this text has in common with that of later releases.
fn decoder_prefix(message: &str) -> &str {
    let common = "cannot be handled as a Service";
    let Some(start) = message.find(common) else { return message };
    let rest = start + common.len();
    message[rest..].find(':').map_or(message, |colon| &message[..=rest + colon])
}

/// Compares messages. IP-12: whether `range is full` names the Service differs between releases, and
/// the recordings take both.
fn meet_message(
    pattern: &str,
    text: &str,
    bindings: &mut Bindings,
    world: &World,
) -> Result<(), String> {
    bindings.meet_text(&without_service(pattern), &without_service(text), world)
}

fn without_service(message: &str) -> String {
    let (start, end) = ("failed to allocate a serviceIP for Service \"", "\": range is full");
    match message.split_once(start) {
        Some((before, rest)) if rest.ends_with(end) => {
            format!("{before}failed to allocate a serviceIP: range is full")
        }
        _ => message.to_owned(),
    }
}

/// Whether `<field>: <cause>` is one of the errors of a status message.
pub(crate) fn stands_in(message: &str, field: &str, cause: &str) -> bool {
    let error = if field.is_empty() { cause.to_owned() } else { format!("{field}: {cause}") };
    message.match_indices(&error).any(|(start, _)| {
        let (before, after) = (&message[..start], &message[start + error.len()..]);
        (before.is_empty() || before.ends_with([' ', '[']))
            && (after.is_empty() || after == "]" || after.starts_with(", "))
    })
}

#[cfg(test)]
mod tests {
    use super::{decoder_prefix, run, stands_in, with_clock, without_service};
    use crate::vector::Line;
    use crate::witness::Witness;

    /// The classes of what differs when `expect` is what was recorded for a plain create.
    fn classes(expect: &str) -> Vec<String> {
        let line = format!(
            r#"{{"id":"x","k8s":"1.36","cluster":{{"serviceClusterIPRange":["10.96.0.0/16"]}},
            "steps":[{{"op":"create","service":{{"metadata":{{"name":"a"}},
              "spec":{{"ports":[{{"port":80}}],"selector":{{"app":"x"}}}}}},"expect":{expect}}}]}}"#
        );
        let Ok(Line::Scenario(scenario)) = Line::parse(&line) else { panic!("a scenario: {line}") };
        run(&scenario, 0, &mut Witness::default()).into_iter().map(|found| found.class).collect()
    }

    const OBJECT: &str = r#"{"metadata":{"name":"a"},"spec":{"clusterIP":"$v4:1","clusterIPs":["$v4:1"],
        "internalTrafficPolicy":"Cluster","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",
        "ports":[{"port":80,"protocol":"TCP","targetPort":80}],"selector":{"app":"x"},
        "sessionAffinity":"None","type":"ClusterIP"}}"#;

    #[test]
    fn the_recorded_answer_agrees() {
        let used = r#""used":{"ports":0,"v4":1}"#;
        assert!(classes(&format!(r#"{{"ok":{OBJECT},{used}}}"#)).is_empty());
    }

    #[test]
    fn everything_that_is_recorded_is_compared() {
        let used = r#""used":{"ports":0,"v4":1}"#;
        let check = |expect: String, class: &str| {
            assert_eq!(classes(&expect), [class], "{expect}");
        };
        check(format!(r#"{{"ok":{OBJECT},"used":{{"ports":0,"v4":2}}}}"#), "used");
        check(format!(r#"{{"ok":{OBJECT},{used},"warnings":["w"]}}"#), "warnings");
        check(format!(r#"{{"ok":{OBJECT},{used},"created":true}}"#), "created");
        check(format!(r#"{{"ok":{OBJECT},{used},"from":{{"$v4:1":["10.97.0.0/16"]}}}}"#), "from");
        check(
            format!(r#"{{"ok":{OBJECT},{used},"serviceCIDRsGone":["two"]}}"#),
            "serviceCIDRsGone",
        );
        let error = r#"{"code":422,"reason":"Invalid","message":"no"}"#;
        check(format!(r#"{{"error":{error},{used}}}"#), "ok instead of error");
        let other = OBJECT.replace("SingleStack", "PreferDualStack");
        check(format!(r#"{{"ok":{other},{used}}}"#), "field spec.ipFamilyPolicy");
        let other = OBJECT.replace(r#""protocol":"TCP","#, "");
        check(format!(r#"{{"ok":{other},{used}}}"#), "field spec.ports[].protocol unexpected");
        let other = OBJECT.replace(r#""$v4:1""#, r#""$v6:1""#);
        let found = classes(&format!(r#"{{"ok":{other},{used}}}"#));
        assert_eq!(found, ["placeholder rule 2", "placeholder rule 2"]);
        let one_of =
            format!(r#"{{"oneOf":[{{"error":{error},{used}}},{{"ok":{OBJECT},{used}}}]}}"#);
        assert!(classes(&one_of).is_empty());
        let one_of = format!(r#"{{"oneOf":[{{"error":{error},{used}}}]}}"#);
        check(one_of, "ok instead of error (nearest of 1 alternatives)");
    }

    #[test]
    fn a_cause_without_message_stands_in_the_status_message() {
        let message =
            r#"Service "a" is invalid: [spec.x: Required value, spec.y: Forbidden: no, really]"#;
        assert!(stands_in(message, "spec.x", "Required value"));
        assert!(stands_in(message, "spec.y", "Forbidden: no, really"));
        assert!(!stands_in(message, "spec.y", "Forbidden: no, real"));
        assert!(!stands_in(message, "spec.y", "Required value"));
        assert!(!stands_in(message, "c.x", "Required value"));
    }

    #[test]
    fn wording_is_tolerated_only_where_the_recordings_say_so() {
        let full = r#"Internal error occurred: failed to allocate a serviceIP for Service "a": range is full"#;
        let older = "Internal error occurred: failed to allocate a serviceIP: range is full";
        assert_eq!(without_service(full), older);
        assert_eq!(without_service(older), older);
        let other = r#"failed to allocate a serviceIP for Service "a": allocator not ready"#;
        assert_eq!(without_service(other), other);
        let decoder =
            "Service in version \"v1\" cannot be handled as a Service: v1.Service.Spec: x";
        assert!(decoder_prefix(decoder).ends_with("handled as a Service:"));
        assert_eq!(decoder_prefix("another: text"), "another: text");
        let clock = "as \"2006-01-02T$v6:1Z07:00\": cannot parse $v6:1";
        assert_eq!(with_clock(clock), "as \"2006-01-02T15:04:05Z07:00\": cannot parse $v6:1");
        assert_eq!(with_clock("at $v6:1"), "at $v6:1");
    }
}
