//! Does a refused request have a fix? Asks for one of every recorded 422 answer to a create or an update,
//! and sends what it makes of the request; prints the share, and fails below 95 %. And of every refusal in
//! random sessions of the page: what is offered there, next steps too, is what a replay accepts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dualstack_core::api::print::yaml;
use dualstack_core::apiserver::requests::{ApiServer, FieldValidation, Options, Outcome, Request};
use dualstack_core::fixes::{Aim, Fix, Send, Trial, fixes, next_steps, of_request};
use dualstack_core::kubectl;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, Replay, Report};
use dualstack_core::source::yaml::{MAX_BYTES, Node, parse};
use dualstack_tests::compare::Judge;
use dualstack_tests::driver::Driver;
use dualstack_tests::sessions::page_session;
use dualstack_tests::vector::{self, Line, Op, Scenario, Validation};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

/// The least share of refusals that have a fix, in percent.
const LEAST: usize = 95;

/// A refusal, and whether it has a fix.
struct Seen {
    release: String,
    op: &'static str,
    /// As the person at the terminal applies it, not as the recording sent it.
    by_apply: bool,
    fixed: bool,
    repairs: usize,
    took: Duration,
    what: String,
}

/// How a recorded body reached the server.
fn send(op: &Op, cluster: &mut ApiServer, body: &Node) -> Option<Outcome> {
    let (Op::Create { field_validation, .. } | Op::Update { field_validation, .. }) = op else {
        return None;
    };
    let field_validation = match field_validation {
        Some(Validation::Strict) => FieldValidation::Strict,
        Some(Validation::Ignore) => FieldValidation::Ignore,
        Some(Validation::Warn) | None => FieldValidation::Warn,
    };
    let options = Options { dry_run: op.is_dry_run(), field_validation, ..Options::default() };
    let request = match op {
        Op::Create { .. } => Request::Create(body.clone()),
        _ => Request::Replace(body.clone()),
    };
    Some(cluster.handle(request, &options))
}

/// The body as somebody would write it, with what kubectl wants to know.
fn manifest(op: &Op, cluster: &ApiServer) -> String {
    let mut body = op.body().cloned().unwrap_or_default();
    body["apiVersion"] = "v1".into();
    body["kind"] = "Service".into();
    if matches!(op, Op::Update { with_resource_version: true, .. }) {
        let name = body["metadata"]["name"].as_str().unwrap_or_default();
        if let Some(service) = cluster.read_one("default", name) {
            body["metadata"]["resourceVersion"] = service.metadata.resource_version.as_str().into();
        }
    }
    yaml(&body.into())
}

/// Whether a cluster refuses a text with 422. Of some bodies kubectl finds no patch, and sends nothing.
fn refuses(cluster: &ApiServer, text: &str, send: &Send) -> bool {
    let root = parse(text).documents.remove(0).node;
    let outcome = send(&mut cluster.clone(), &root);
    outcome.is_some_and(|outcome| outcome.result.is_err_and(|status| status.code == 422))
}

/// What was offered keeps its promise: each edit follows the one before, and the text is accepted.
fn check(text: &str, trials: &[Trial], cluster: &ApiServer, send: &Send) {
    for trial in trials {
        let edits = trial.repairs.iter().map(|repair| &repair.edit);
        let edited = edits.fold(text.to_owned(), |text, edit| edit.apply(&text));
        assert_eq!(edited, trial.text);
        let root = parse(&edited).documents.remove(0).node;
        let outcome = send(&mut cluster.clone(), &root).expect("it is sent");
        assert!(outcome.result.is_ok(), "{edited}\n{:?}", outcome.result);
    }
}

fn walk(scenario: &Scenario, seen: &mut Vec<Seen>) {
    let (Ok(mut driver), Ok(mut judge)) = (Driver::start(scenario, 0), Judge::new(scenario)) else {
        return;
    };
    for step in &scenario.steps {
        let Some(expect) = &step.expect else { return };
        let op = judge.resolve(&step.op);
        let cluster = driver.cluster().clone();
        let Ok(got) = driver.step(&op) else { return };
        let refused = got.error.as_ref().is_some_and(|error| error.code == 422);
        if refused && matches!(op, Op::Create { .. } | Op::Update { .. }) {
            let text = manifest(&op, &cluster);
            // Nobody types so much, and the editor does not read it.
            if text.len() > MAX_BYTES {
                continue;
            }
            let as_recorded = |cluster: &mut ApiServer, body: &Node| send(&op, cluster, body);
            let applied = |cluster: &mut ApiServer, body: &Node| {
                kubectl::apply_document(cluster, body).outcome
            };
            assert!(refuses(&cluster, &text, &as_recorded), "{}: not as recorded", scenario.id);
            let ways: [&Send; 2] = [&as_recorded, &applied];
            for (at, way) in ways.into_iter().enumerate() {
                if !refuses(&cluster, &text, way) {
                    continue;
                }
                let start = Instant::now();
                let trials = of_request(&text, &cluster, None, way);
                let took = start.elapsed();
                check(&text, &trials, &cluster, way);
                seen.push(Seen {
                    release: scenario.k8s.clone(),
                    op: op.name(),
                    by_apply: at == 1,
                    fixed: !trials.is_empty(),
                    repairs: trials
                        .iter()
                        .map(|trial| trial.repairs.len())
                        .min()
                        .unwrap_or_default(),
                    took,
                    what: format!(
                        "{}: {}",
                        scenario.id,
                        got.error.as_ref().map_or("", |error| error.message.as_str())
                    ),
                });
            }
        }
        if !judge.step(&op, expect, &got).is_empty() {
            // The conformance check tells of it; what follows would be about another cluster.
            return;
        }
    }
}

fn share(seen: &[&Seen]) -> (usize, String) {
    let fixed = seen.iter().filter(|it| it.fixed).count();
    let percent = fixed as f64 * 100.0 / seen.len().max(1) as f64;
    (fixed, format!("{fixed} of {} refusals have a fix ({percent:.1} %)", seen.len()))
}

#[test]
fn nearly_every_recorded_refusal_has_a_fix() {
    let lines = vector::lines(&vector::folder()).expect("the vectors can be read");
    let next = AtomicUsize::new(0);
    let work = || {
        let mut seen = Vec::new();
        while let Some(line) = lines.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Line::Scenario(scenario) = line {
                walk(scenario, &mut seen);
            }
        }
        seen
    };
    let mut seen: Vec<Seen> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..2).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    seen.sort_by(|a, b| a.what.cmp(&b.what));
    let (applied, recorded): (Vec<&Seen>, Vec<&Seen>) = seen.iter().partition(|it| it.by_apply);
    let mut groups = BTreeMap::<(&str, &str), Vec<&Seen>>::new();
    for one in &recorded {
        groups.entry((&one.release, one.op)).or_default().push(one);
    }
    for ((release, op), group) in &groups {
        println!("{release:>5} {op}: {}", share(group).1);
    }
    let mut by_count = BTreeMap::<usize, usize>::new();
    for one in recorded.iter().filter(|it| it.fixed) {
        *by_count.entry(one.repairs).or_default() += 1;
    }
    println!("by how many fields the shortest fix changes: {by_count:?}");
    let mut times: Vec<Duration> = seen.iter().map(|it| it.took).collect();
    times.sort();
    let at = |percent: usize| times[(times.len() - 1) * percent / 100];
    println!("time per refusal: median {:.2?}, 95 % {:.2?}, most {:.2?}", at(50), at(95), at(100));
    println!("applied with kubectl: {}", share(&applied).1);
    let (fixed, words) = share(&recorded);
    println!("{words}");
    for one in recorded.iter().filter(|it| !it.fixed) {
        println!("  {} {}", one.op, one.what);
    }
    assert!(recorded.len() > 3000, "the recorded refusals are gone");
    assert!(fixed * 100 >= LEAST * recorded.len(), "fewer than {LEAST} % have a fix");
}

/// The text of an event.
fn text_of(event: &Action) -> &str {
    event.text()
}

/// Whether the API server runs at an event.
fn runs(report: &Report, at: usize) -> bool {
    let boots = report.events[..=at].iter().rev();
    let mut boots = boots.filter_map(|event| match event {
        EventReport::Boot(boot) => Some(boot.is_running()),
        EventReport::Requests(_) => None,
    });
    boots.next().unwrap_or_default()
}

/// Whether it does, and does what the document asks for if the event holds one.
fn is_accepted(report: &Report, at: usize, document: usize) -> bool {
    let requests = match &report.events[at] {
        EventReport::Boot(_) => None,
        EventReport::Requests(requests) => Some(requests),
    };
    let document = requests.map(|it| it.documents.get(document).is_some_and(|it| it.is_accepted()));
    runs(report, at) && document != Some(false)
}

/// Whether the Service of a document has both address families.
fn has_both(report: &Report, at: usize, document: usize) -> bool {
    let EventReport::Requests(requests) = &report.events[at] else { return false };
    let stored = requests.documents.get(document).and_then(|it| it.stored());
    stored.is_some_and(|service| service.spec.ip_families.len() == 2)
}

/// The fix changes one event, in it only what its edits name, or it is an event of its own; and the answer is the
/// one it promises.
fn keeps_its_word(session: &Session, at: usize, document: usize, fix: &Fix) -> Result<(), String> {
    let after = &fix.event;
    let mut events = session.events.to_vec();
    let (mut shown, mut number) = (at, document);
    if fix.is_new {
        events.insert(fix.at, after.clone());
        shown = at + 1;
        if fix.at == shown {
            number = 0;
        }
    } else {
        let before = std::mem::replace(&mut events[fix.at], after.clone());
        let edits = fix.repairs.iter().map(|repair| &repair.edit);
        let edited = edits.fold(text_of(&before).to_owned(), |text, edit| edit.apply(&text));
        let is_other_kind = std::mem::discriminant(&before) != std::mem::discriminant(after);
        if edited != text_of(after) || is_other_kind {
            return Err(format!("{before:?} became {after:?}, not {edited}"));
        }
    }
    let fixed = Session { seed: session.seed, events: events.into() };
    if fix.aim == Aim::BothFamilies {
        let report = Replay::default().run(&fixed, shown);
        let was = Replay::default().run(session, at);
        let is_refused = |number: usize| {
            let moved = number + usize::from(fix.is_new && number >= fix.at);
            number != at && is_accepted(&was, number, 0) && !is_accepted(&report, moved, 0)
        };
        // Of what comes later only so much is tried as time allows.
        let last = session.events.len().min(at + 1);
        if (fix.at..last).any(is_refused) {
            return Err(format!("{after:?} has another request refused"));
        }
        let is_done = has_both(&report, shown, number);
        return if is_done { Ok(()) } else { Err(format!("{after:?} gives one family")) };
    }
    let report = Replay::default().run(&fixed, shown);
    // Where the API server did not start, that it does now is enough.
    let started = runs(&Replay::default().run(session, at), at);
    let accepted = if started { is_accepted(&report, shown, number) } else { runs(&report, shown) };
    if accepted { Ok(()) } else { Err(format!("{after:?} is refused")) }
}

#[test]
fn what_is_offered_in_random_sessions_is_accepted() {
    let config = Config { cases: 300, failure_persistence: None, ..Config::default() };
    // The same sessions on every run.
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let (refused, offered) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let steps = AtomicUsize::new(0);
    let tried = TestRunner::new_with_rng(config, rng).run(&page_session(8), |session| {
        let session = session.scenario();
        let mut replay = Replay::default();
        for at in 0..session.events.len() {
            if is_accepted(&replay.run(&session, at), at, 0) {
                for step in next_steps(&mut replay, &session, at, 0) {
                    steps.fetch_add(1, Ordering::Relaxed);
                    keeps_its_word(&session, at, 0, &step).map_err(TestCaseError::fail)?;
                }
                continue;
            }
            refused.fetch_add(1, Ordering::Relaxed);
            for fix in fixes(&mut replay, &session, at, 0) {
                offered.fetch_add(1, Ordering::Relaxed);
                keeps_its_word(&session, at, 0, &fix).map_err(TestCaseError::fail)?;
            }
        }
        Ok(())
    });
    let (refused, offered) = (refused.into_inner(), offered.into_inner());
    let steps = steps.into_inner();
    println!("random sessions: {offered} fixes for {refused} refusals, {steps} next steps");
    tried.unwrap_or_else(|error| panic!("{error}"));
    assert!(offered > 500, "only {offered} fixes were tried");
    assert!(steps > 50, "only {steps} next steps were tried");
}
