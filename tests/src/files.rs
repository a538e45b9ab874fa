//! What holds of every command about a file, whatever the file says?

use dualstack_core::kubectl::{FileCommand, Stream};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, Replay, RequestsReport};
use dualstack_core::source::span::Span;

const FLAGS: &str = "--service-cluster-ip-range=10.96.0.0/24,fd00:10:96::/120";

/// What is in the cluster before.
const OBJECTS: &str = "apiVersion: v1
kind: Service
metadata: {name: a}
spec: {ports: [{port: 80}], selector: {app: a}}
---
apiVersion: v1
kind: Service
metadata: {name: b, namespace: shop, finalizers: [example.com/x]}
spec: {type: NodePort, ipFamilyPolicy: PreferDualStack, ports: [{port: 53, protocol: UDP, name: u}, {port: 53, name: t}]}
---
apiVersion: v1
kind: Node
metadata: {name: n}
spec: {podCIDR: 10.9.1.0/24, podCIDRs: [10.9.1.0/24]}
---
apiVersion: v1
kind: Pod
metadata: {name: p}
spec: {nodeName: n, containers: [{name: c, image: c}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: d}
spec:
  selector: {matchLabels: {app: d}}
  template: {metadata: {labels: {app: d}}, spec: {containers: [{name: c, image: c}]}}
";

/// The first law that a file breaks.
///
/// # Errors
/// Which one.
pub fn check(version: KubeVersion, command: FileCommand, text: &str) -> Result<(), String> {
    let boot = Action::Boot { version, flags: FLAGS.into() };
    let event = |text: &str| Action::of_file(command, text.into());
    let before = [boot, Action::Apply(OBJECTS.into())];
    let session = |text: &str| {
        // The same text twice.
        let events = before.iter().cloned().chain([event(text), event(text)]);
        Session { seed: 0, events: events.collect() }
    };
    let whole = session(text);
    let anew = |shown: usize| Replay::default().run(&whole, shown);
    let reports = [2, 3].map(anew);
    for (report, at) in reports.iter().zip([2, 3]) {
        let Some(EventReport::Requests(requests)) = report.events.get(at) else {
            return Err("a file has no answer".to_owned());
        };
        agrees(command, text, requests)?;
    }
    // Whoever types it passes through its half.
    let half = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let mut typed = Replay::default();
    let _ = typed.run(&session(&text[..half]), 2);
    for (report, shown) in reports.into_iter().zip([2, 3]) {
        if typed.run(&whole, shown) != report {
            return Err(format!("typing event {shown} is not replaying it"));
        }
    }
    Ok(())
}

/// Whether what is answered, printed and sent tells one story.
fn agrees(command: FileCommand, text: &str, report: &RequestsReport) -> Result<(), String> {
    let inside = |span: Option<Span>| match span {
        Some(span) if text.get(span.start..span.end).is_none() => {
            Err(format!("{span:?} is no place in the text"))
        }
        _ => Ok(()),
    };
    report.problems.iter().try_for_each(|it| inside(it.span))?;
    for document in &report.documents {
        inside(Some(document.span))?;
        document.diagnostics.iter().try_for_each(|it| inside(it.span))?;
    }
    let printed = &report.command;
    let of = |stream| printed.printed.iter().filter(move |it| it.stream == stream);
    let has_failed = of(Stream::Stderr).any(|it| !it.text.starts_with("Warning: "));
    if has_failed != (printed.status == 1) || printed.status > 1 {
        return Err(format!("status {} of\n{}", printed.status, printed.terminal()));
    }
    let accepted = report.documents.iter().filter(|it| it.is_accepted()).count();
    let answered = report.documents.iter().filter(|it| it.outcome.is_some()).count();
    let done = of(Stream::Stdout).filter(|it| it.text != "No resources found");
    let (done, unchanged) = done.fold((0, 0), |(done, unchanged), it| {
        (done + 1, unchanged + usize::from(it.text.ends_with(" unchanged")))
    });
    let sent = |methods: &[&str]| {
        printed.requests.iter().filter(|it| methods.contains(&it.method)).count()
    };
    let fits = match command {
        FileCommand::Apply => done == accepted && sent(&["POST", "PATCH"]) + unchanged >= accepted,
        FileCommand::Create => done == accepted && sent(&["POST"]) == answered,
        FileCommand::Replace => done == accepted && sent(&["PUT"]) == answered,
        FileCommand::Delete => done == accepted && sent(&["DELETE"]) == answered,
        FileCommand::Existing => done == 0 && printed.requests.is_empty(),
    };
    if fits {
        return Ok(());
    }
    let requests: Vec<String> =
        printed.requests.iter().map(|it| format!("{} {}", it.method, it.path)).collect();
    Err(format!(
        "{accepted} of {answered} accepted, and\n{}\n{}",
        printed.terminal(),
        requests.join("\n")
    ))
}
