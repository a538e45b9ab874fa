//! Does a replayed recording say what the recorded one says? Strips the answers off every covered
//! line, replays it, and judges the result as the harness judges the core.

use dualstack_tests::compare::Judge;
use dualstack_tests::covered::not_covered;
use dualstack_tests::replay::replay;
use dualstack_tests::vector::{self, Line, Scenario};
use serde_json::{Value, json};

/// The scenario as somebody would ask for it.
fn without_answers(scenario: &Value) -> Value {
    let mut asked = scenario.clone();
    for step in asked["steps"].as_array_mut().into_iter().flatten() {
        if let Some(step) = step.as_object_mut() {
            step.remove("expect");
        }
    }
    asked
}

fn scenario(text: &str) -> Option<Box<Scenario>> {
    match Line::parse(text) {
        Ok(Line::Scenario(scenario)) => Some(scenario),
        _ => None,
    }
}

/// What a replayed scenario says otherwise than the recorded one.
fn differences(recorded: &Scenario, replayed: &Scenario) -> Result<Vec<String>, String> {
    let mut judge = Judge::new(recorded)?;
    let mut found = Vec::new();
    for (recorded, replayed) in recorded.steps.iter().zip(&replayed.steps) {
        let op = judge.resolve(&recorded.op);
        if op != replayed.op {
            found.push(format!("input {op:?} became {:?}", replayed.op));
        }
        if let (Some(expect), Some(got)) = (&recorded.expect, &replayed.expect) {
            found.extend(judge.step(&op, expect, got).iter().map(|found| format!("{found:?}")));
        }
        if !found.is_empty() {
            break;
        }
    }
    Ok(found)
}

#[test]
fn replayed_scenarios_agree_with_the_recorded_ones() {
    let (mut count, mut wrong) = (0, Vec::new());
    for path in vector::files(&vector::folder()).expect("the vectors are readable") {
        let text = std::fs::read_to_string(path).expect("the vectors are readable");
        for text in text.lines() {
            let Some(recorded) = scenario(text) else { continue };
            if not_covered(&Line::Scenario(recorded.clone())).is_some() {
                continue;
            }
            count += 1;
            let asked = without_answers(&serde_json::from_str(text).expect("it was read before"));
            let replayed = scenario(&replay(&asked.to_string()).to_string());
            let found = replayed.map_or(Ok(vec!["no scenario".to_owned()]), |replayed| {
                differences(&recorded, &replayed)
            });
            match found {
                Ok(found) if found.is_empty() => {}
                found => wrong.push(format!("{}: {found:?}", recorded.id)),
            }
        }
    }
    assert!(count > 0, "no covered scenario was found");
    // The harness tries other seeds where a pick is unlucky; replay has one.
    assert!(wrong.len() * 200 <= count, "{} of {count} differ: {:#?}", wrong.len(), wrong.first());
}

/// What the decoder of 1.20 and 1.21 says: of its text only the start is answered (REL-13).
const DECODER: &str = "error found in #";

#[test]
fn answers_without_picks_are_written_byte_for_byte_as_recorded() {
    let (mut count, mut wrong) = (0, Vec::new());
    for path in vector::files(&vector::folder()).expect("the vectors are readable") {
        let text = std::fs::read_to_string(path).expect("the vectors are readable");
        let is_fixed = |text: &&str| ["$", "oneOf", DECODER].iter().all(|it| !text.contains(it));
        for text in text.lines().filter(is_fixed) {
            let Some(recorded) = scenario(text) else { continue };
            if not_covered(&Line::Scenario(recorded.clone())).is_some() {
                continue;
            }
            count += 1;
            let line: Value = serde_json::from_str(text).expect("it was read before");
            let replayed = replay(&without_answers(&line).to_string());
            if replayed != line {
                wrong.push(json!({"recorded": line, "replayed": replayed}).to_string());
            }
        }
    }
    assert!(count > 100, "only {count} scenarios have no picks");
    assert!(wrong.is_empty(), "{} of {count} differ, the first: {}", wrong.len(), wrong[0]);
}
