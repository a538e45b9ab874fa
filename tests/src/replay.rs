//! What would a recording of the core look like? Fills the answers into lines that have none.
//!
//! Values are literal, picked with seed 0. Placeholders in inputs are resolved: as in the recordings
//! they number the values that the cluster picked, by first appearance in the answers.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};

use dualstack_core::net::Family;
use serde_json::{Value, json};

use crate::compare::stands_in;
use crate::driver::Driver;
use crate::kinds;
use crate::placeholder::Bindings;
use crate::vector::{Expect, Line, Op};
use crate::witness::Witness;

/// A line with its answers, or an object that says what is wrong with it. Never panics.
#[must_use]
pub fn replay(text: &str) -> Value {
    let answered = catch_unwind(AssertUnwindSafe(|| answer(text)));
    answered.unwrap_or_else(|_| Err("the core panicked".to_owned())).unwrap_or_else(|error| {
        let line: Option<Value> = serde_json::from_str(text).ok();
        let mut answer = json!({"error": error});
        if let Some(id) = line.as_ref().and_then(|line| line.get("id")) {
            answer["id"] = id.clone();
        }
        answer
    })
}

fn answer(text: &str) -> Result<Value, String> {
    let mut line: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let scenario = match Line::parse(text)? {
        Line::Kind { body, .. } => return kinds::answer(&body, &mut Witness::default()),
        Line::Scenario(scenario) => scenario,
    };
    let mut driver = Driver::start(&scenario, 0)?;
    let mut numbers = Numbers::default();
    for (step, raw) in scenario.steps.iter().zip(line["steps"].as_array_mut().into_iter().flatten())
    {
        let mut op = step.op.clone();
        if let Some(body) = op.body_mut() {
            numbers.bindings.resolve(body);
            numbers.name(body);
        }
        let answer = driver.step(&op)?;
        if !op.is_dry_run() {
            numbers.see(&answer);
        }
        write_body(raw, &op);
        raw["expect"] = written(answer);
    }
    Ok(line)
}

/// Writes the resolved body back into its step.
fn write_body(raw: &mut Value, op: &Op) {
    let member = if matches!(op, Op::Patch { .. }) { "patch" } else { "service" };
    if let Some(body) = op.body() {
        raw[member] = body.clone();
    }
}

/// An answer as the recordings write it: a cause's message only where the status message lacks it.
fn written(mut answer: Expect) -> Value {
    if let Some(error) = &mut answer.error {
        for cause in &mut error.causes {
            let (field, message) = (cause.field.as_deref(), cause.message.as_deref());
            if let (Some(field), Some(message)) = (field, message)
                && stands_in(&error.message, field, message)
            {
                cause.message = None;
            }
        }
    }
    json!(answer)
}

/// Numbers the values that the cluster picked.
#[derive(Default)]
struct Numbers {
    bindings: Bindings,
    /// What the client named: these are no picks.
    named_addresses: BTreeSet<IpAddr>,
    named_ports: BTreeSet<u64>,
    /// How many of each kind there are: IPv4, IPv6, ports.
    counts: [usize; 3],
}

impl Numbers {
    /// Takes note of the values in an input.
    fn name(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.named_addresses.extend(text.parse::<IpAddr>()),
            Value::Array(list) => list.iter().for_each(|value| self.name(value)),
            Value::Object(map) => {
                for (key, value) in map {
                    // `value` is where a JSON patch holds it.
                    if ["nodePort", "healthCheckNodePort", "value"].contains(&key.as_str()) {
                        self.named_ports.extend(value.as_u64());
                    }
                    self.name(value);
                }
            }
            _ => {}
        }
    }

    /// Numbers the picks in an answer, in the order that the recordings use.
    fn see(&mut self, answer: &Expect) {
        if let Some(object) = &answer.ok {
            let spec = &object["spec"];
            let list = |member: &str| spec[member].as_array().into_iter().flatten();
            for address in std::iter::once(&spec["clusterIP"]).chain(list("clusterIPs")) {
                self.see_address(address.as_str().unwrap_or_default());
            }
            let ports = list("ports").map(|port| &port["nodePort"]);
            for port in ports.chain([&spec["healthCheckNodePort"]]).filter_map(Value::as_u64) {
                if port != 0 && !self.named_ports.contains(&port) {
                    self.number(2, "$port", port.to_string());
                }
            }
        }
        // An address that was tried for a Service without a usable name, and given back.
        if let Some(error) = &answer.error {
            let (_, rest) =
                error.message.split_once("IPAddress.networking.k8s.io \"").unwrap_or_default();
            self.see_address(rest.split('"').next().unwrap_or_default());
        }
    }

    fn see_address(&mut self, text: &str) {
        let Ok(ip) = text.parse::<IpAddr>() else { return };
        if !self.named_addresses.contains(&ip) {
            let (slot, prefix) = match Family::of(ip) {
                Family::V4 => (0, "$v4"),
                Family::V6 => (1, "$v6"),
            };
            self.number(slot, prefix, text.to_owned());
        }
    }

    fn number(&mut self, slot: usize, prefix: &str, value: String) {
        if self.bindings.placeholder_of(&value).is_none() {
            self.counts[slot] += 1;
            self.bindings.assume(format!("{prefix}:{}", self.counts[slot]), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::replay;

    #[test]
    fn a_bad_line_becomes_an_error_object() {
        for text in ["", "{", "[]", "null", "1", "{\"steps\":3}", "{\"kind\":\"unheard-of\"}"] {
            assert!(replay(text)["error"].is_string(), "{text}");
        }
        let answer =
            replay(r#"{"id":"x","k8s":"9.99","cluster":{"serviceClusterIPRange":[]},"steps":[]}"#);
        assert_eq!(answer["id"], "x");
        assert!(answer["error"].is_string());
    }

    #[test]
    fn later_inputs_get_the_values_of_earlier_answers() {
        let answer = replay(
            r#"{"id":"x","k8s":"1.36","cluster":{"serviceClusterIPRange":["10.96.0.0/16"]},"steps":[
              {"op":"create","service":{"metadata":{"name":"a"},"spec":{"type":"NodePort","ports":[
                {"name":"x","port":1,"nodePort":30500},{"name":"y","port":2}]}}},
              {"op":"create","service":{"metadata":{"name":"b"},"spec":{"clusterIP":"$v4:1","ports":[
                {"port":80}]}}},
              {"op":"patch","name":"a","patchType":"json","patch":[
                {"op":"replace","path":"/spec/ports/0/nodePort","value":"$port:1"}]}]}"#,
        );
        let (steps, spec) = (&answer["steps"], &answer["steps"][0]["expect"]["ok"]["spec"]);
        assert_eq!(spec["ports"][0]["nodePort"], 30500);
        assert!(spec["clusterIP"].as_str().is_some_and(|ip| ip.starts_with("10.96.")));
        assert_eq!(steps[1]["service"]["spec"]["clusterIP"], spec["clusterIP"]);
        assert_eq!(steps[1]["expect"]["error"]["code"], 422);
        assert_eq!(steps[2]["patch"][0]["value"], spec["ports"][1]["nodePort"]);
    }
}
