//! Does the core answer as the recorded clusters did? Runs every line of every `*.jsonl` file below
//! `DUALSTACK_VECTORS` (default: `tests/vectors`).
//!
//! Arguments that are no flags choose cases whose id contains one of them; `--list` names the cases;
//! `--nocapture` prints every disagreement instead of three per group. Exit status 0 if and only if
//! everything that is covered agrees, and chance had to be called on at most once in 200 cases.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};

use dualstack_tests::compare::{self, Mismatch};
use dualstack_tests::covered::not_covered;
use dualstack_tests::kinds;
use dualstack_tests::vector::{self, Line};
use dualstack_tests::witness::Witness;

/// A pick can hit a value that a later step names; then another seed does not.
const SEEDS: [u64; 3] = [0, 1, 2];

struct Arguments {
    filters: Vec<String>,
    exact: bool,
    list: bool,
    all: bool,
}

/// Reads what `cargo test` passes to any harness; what means nothing here is taken without a word.
fn arguments() -> Arguments {
    let mut read = Arguments { filters: Vec::new(), exact: false, list: false, all: false };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--list" => read.list = true,
            "--exact" => read.exact = true,
            "--nocapture" | "--no-capture" | "--show-output" => read.all = true,
            // These carry a value behind them.
            "--test-threads" | "--format" | "--color" | "--skip" | "--logfile" | "-Z" => {
                arguments.next();
            }
            flag if flag.starts_with('-') => {}
            filter => read.filters.push(filter.to_owned()),
        }
    }
    read
}

impl Arguments {
    fn chooses(&self, id: &str) -> bool {
        self.filters.is_empty()
            || self
                .filters
                .iter()
                .any(|filter| if self.exact { id == filter } else { id.contains(filter.as_str()) })
    }
}

/// What became of a line.
enum Verdict {
    Agrees,
    /// Agrees with another seed than the first.
    Lucky(u64),
    Differs(Vec<Mismatch>),
}

fn judge(line: &Line) -> Verdict {
    match line {
        Line::Kind { body, .. } => {
            let found = guarded(|| {
                let found = kinds::differences(body, &mut Witness::default()).into_iter();
                found
                    .map(|(class, expected, got)| Mismatch { step: 0, class, expected, got })
                    .collect()
            });
            if found.is_empty() { Verdict::Agrees } else { Verdict::Differs(found) }
        }
        Line::Scenario(scenario) => {
            let run = |seed| guarded(|| compare::run(scenario, seed, &mut Witness::default()));
            let first = run(SEEDS[0]);
            if first.is_empty() {
                return Verdict::Agrees;
            }
            match SEEDS[1..].iter().find(|seed| run(**seed).is_empty()) {
                Some(seed) => Verdict::Lucky(*seed),
                None => Verdict::Differs(first),
            }
        }
    }
}

/// A panic is a disagreement of its own, and does not stop the others.
fn guarded(run: impl FnOnce() -> Vec<Mismatch>) -> Vec<Mismatch> {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let (class, expected) = ("panic".to_owned(), "an answer".to_owned());
        vec![Mismatch { step: 0, class, expected, got: text.unwrap_or_default() }]
    })
}

/// All verdicts, in the order of the lines.
fn judge_all(lines: &[&Line]) -> Vec<Verdict> {
    let next = AtomicUsize::new(0);
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    let work = || {
        let mut mine = Vec::new();
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(line) = lines.get(at) else { return mine };
            mine.push((at, judge(line)));
        }
    };
    let mut verdicts: Vec<(usize, Verdict)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap_or_default()).collect()
    });
    verdicts.sort_by_key(|(at, _)| *at);
    verdicts.into_iter().map(|(_, verdict)| verdict).collect()
}

/// Cuts a long text in the middle of nowhere, at a character.
fn short(text: &str) -> String {
    const MOST: usize = 400;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    text.chars().take(MOST).chain(['…']).collect()
}

fn main() -> ExitCode {
    let arguments = arguments();
    let folder = vector::folder();
    let (lines, mut waiting) = match vector::known_lines(&folder) {
        Ok(found) => found,
        Err(error) => {
            eprintln!("{error}");
            return ExitCode::FAILURE;
        }
    };
    let mut covered = Vec::new();
    for line in lines.iter().filter(|line| arguments.chooses(line.id())) {
        match not_covered(line) {
            None => covered.push(line),
            Some(why) => *waiting.entry(why).or_default() += 1,
        }
    }
    if arguments.list {
        for line in covered {
            println!("{}: test", line.id());
        }
        return ExitCode::SUCCESS;
    }
    // A panic is reported with its case; its own message would only stand between the lines.
    std::panic::set_hook(Box::new(|_| {}));
    let verdicts = judge_all(&covered);

    let (mut retried, mut groups) = (Vec::new(), BTreeMap::<&str, Vec<(&str, &Mismatch)>>::new());
    let mut agree = 0;
    for (line, verdict) in covered.iter().zip(&verdicts) {
        match verdict {
            Verdict::Agrees => agree += 1,
            Verdict::Lucky(seed) => {
                agree += 1;
                retried.push((line.id(), seed));
            }
            Verdict::Differs(found) => {
                for mismatch in found {
                    groups.entry(&mismatch.class).or_default().push((line.id(), mismatch));
                }
            }
        }
    }
    println!("{agree} of {} scenarios agree", covered.len());
    if !waiting.is_empty() {
        println!("Not covered yet: {}", waiting.values().sum::<usize>());
        for (why, count) in &waiting {
            println!("  {count:6} {why}");
        }
    }
    if !retried.is_empty() {
        println!("Agree only with another seed: {}", retried.len());
        for (id, seed) in &retried {
            println!("  seed {seed}: {id}");
        }
    }
    let mut groups: Vec<_> = groups.into_iter().collect();
    groups.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
    for (class, found) in &groups {
        println!("\n{class}: {}", found.len());
        let show = if arguments.all { found.len() } else { 3 };
        for (id, mismatch) in found.iter().take(show) {
            println!("  {id} (step {})", mismatch.step);
            println!("    expected {}", short(&mismatch.expected));
            println!("    got      {}", short(&mismatch.got));
        }
    }
    let too_lucky = retried.len() * 200 > covered.len();
    if too_lucky {
        println!("\nMore than 0.5 % agree only with another seed: that is not chance.");
    }
    if covered.is_empty() && arguments.filters.is_empty() {
        println!("\nThere is nothing to run below {}.", folder.display());
        return ExitCode::FAILURE;
    }
    if agree == covered.len() && !too_lucky { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
