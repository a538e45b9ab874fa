//! Do the recorded sessions still come to the same? Replays each file of `tests/sessions`, event by event,
//! and compares what is reported. `UPDATE_SESSIONS=1` writes the files anew.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use dualstack_tests::session_report::{Action, Player};
use serde::{Deserialize, Serialize};

/// A file.
#[derive(PartialEq, Debug, Serialize, Deserialize)]
struct Session {
    seed: u64,
    events: Vec<Recorded>,
}

/// An event, and what it came to.
#[derive(PartialEq, Debug, Serialize, Deserialize)]
struct Recorded {
    #[serde(flatten)]
    action: Action,
    #[serde(default)]
    report: String,
}

/// A file, and what its events come to now.
struct Replayed {
    name: String,
    path: PathBuf,
    session: Session,
    reports: Vec<String>,
}

/// Every file, by name. Each event is answered by a replay of the whole session from the start.
static REPLAYED: LazyLock<Vec<Replayed>> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("sessions");
    let entries = std::fs::read_dir(folder).expect("the folder is part of the project");
    let paths = entries.map(|entry| entry.expect("the folder can be listed").path());
    let mut paths: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|own| own == "yaml")).collect();
    paths.sort();
    let replay = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let session = read(&path);
        let actions = actions(&session);
        let ask = |at| {
            let report = Player::default().report(session.seed, &actions, at);
            report.unwrap_or_else(|error| panic!("{name}: {error}"))
        };
        let reports = reports(ask, actions.len());
        Replayed { name, path, session, reports }
    };
    paths.into_iter().map(replay).collect()
});

fn read(path: &Path) -> Session {
    let text = std::fs::read_to_string(path).expect("a session is UTF-8");
    serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn actions(session: &Session) -> Vec<Action> {
    session.events.iter().map(|it| it.action.clone()).collect()
}

/// The reports of all events, each of a replay that `ask` makes of the event's number.
fn reports(mut ask: impl FnMut(usize) -> Vec<(&'static str, String)>, count: usize) -> Vec<String> {
    let mut before = Vec::new();
    let mut reports = Vec::new();
    for at in 0..count {
        let sections = ask(at);
        let mut report = String::new();
        for (title, lines) in &sections {
            // What stayed as it was is not written again.
            let is_same = before.contains(&(*title, lines.clone()));
            if !lines.is_empty() {
                let lines = if is_same { "(as before)\n" } else { lines };
                report.push_str(&format!("== {title}\n{lines}"));
            }
        }
        before = sections;
        reports.push(report);
    }
    reports
}

/// The first half of a text, as somebody types it.
fn half(text: &str) -> String {
    let chars = text.chars().count() / 2;
    text.chars().take(chars).collect()
}

/// Every event by one replay: each is typed, half of it first, then looked back from.
fn typed(name: &str, session: &Session) -> Vec<String> {
    let actions = actions(session);
    let mut player = Player::default();
    let mut play = |actions: &[Action], at: usize| {
        let report = player.report(session.seed, actions, at);
        report.unwrap_or_else(|error| panic!("{name}: {error}"))
    };
    let ask = |at: usize| {
        let mut begun = actions[..=at].to_vec();
        match &mut begun[at] {
            Action::Restart { flags: text, .. }
            | Action::Apply(text)
            | Action::Patch { body: text, .. }
            | Action::Delete(text) => *text = half(text),
        }
        play(&begun, at);
        play(&actions[..=at], at);
        play(&actions[..=at], at / 2);
        play(&actions, at)
    };
    reports(ask, actions.len())
}

/// The first line that differs, with what stands before it.
fn difference(expected: &str, found: &str) -> String {
    const AROUND: usize = 6;
    let (expected, found): (Vec<_>, Vec<_>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(one, other)| one == other).count();
    let title = expected[..same].iter().rev().find(|line| line.starts_with("== "));
    let mut text = format!("  line {} {}\n", same + 1, title.unwrap_or(&""));
    let mut add = |sign: char, lines: &[&str]| {
        for line in lines {
            text.push_str(&format!("  {sign} {line}\n"));
        }
    };
    add(' ', &expected[same.saturating_sub(AROUND)..same]);
    add('-', &expected[same..expected.len().min(same + AROUND)]);
    add('+', &found[same..found.len().min(same + AROUND)]);
    text
}

/// What differs between two lists of reports.
fn differences(name: &str, expected: &[&str], found: &[String]) -> Vec<String> {
    let pairs = expected.iter().zip(found).enumerate().filter(|(_, (one, other))| *one != *other);
    let say = |(at, (expected, found)): (usize, (&&str, &String))| {
        format!("{name}, event {}:\n{}", at + 1, difference(expected, found))
    };
    pairs.map(say).collect()
}

fn fail_if_any(differences: &[String]) {
    let shown = &differences[..differences.len().min(10)];
    assert!(
        differences.is_empty(),
        "{} events differ (- expected, + found):\n{}",
        differences.len(),
        shown.join("\n")
    );
}

#[test]
fn recorded_sessions_replay_to_the_same_reports() {
    assert!(REPLAYED.len() >= 60, "only {} sessions", REPLAYED.len());
    let is_update = std::env::var_os("UPDATE_SESSIONS").is_some();
    let mut found = Vec::new();
    for Replayed { name, path, session, reports } in REPLAYED.iter() {
        if is_update {
            let pairs = actions(session).into_iter().zip(reports.clone());
            let events = pairs.map(|(action, report)| Recorded { action, report }).collect();
            let session = Session { seed: session.seed, events };
            let text = serde_yaml::to_string(&session).expect("it is plain data");
            std::fs::write(path, text).expect("the file can be written");
            assert_eq!(read(path), session, "{name} is read back");
        } else {
            let expected: Vec<&str> = session.events.iter().map(|it| it.report.as_str()).collect();
            found.extend(differences(name, &expected, reports));
        }
    }
    fail_if_any(&found);
}

#[test]
fn a_session_that_is_typed_reports_what_a_replay_from_the_start_reports() {
    let mut found = Vec::new();
    for Replayed { name, session, reports, .. } in REPLAYED.iter() {
        let expected: Vec<&str> = reports.iter().map(String::as_str).collect();
        found.extend(differences(name, &expected, &typed(name, session)));
    }
    fail_if_any(&found);
}
