//! Does every command that the page shows run on a real cluster? All examples, event by event, through a small
//! grammar of kubectl's.

use std::collections::BTreeSet;

use dualstack_core::explain::text::Lang;
use dualstack_core::session::Replay;
use dualstack_web::examples;
use dualstack_web::page::Page;
use dualstack_web::state::answers::Answers;
use dualstack_web::state::choices::Form;
use dualstack_web::state::store::{Msg, Store};
use dualstack_web::state::terminal::get;
use yew::Callback;

/// What kubectl takes as a type.
const TYPES: [&str; 13] = [
    "service",
    "services",
    "svc",
    "node",
    "nodes",
    "no",
    "pod",
    "pods",
    "deployment",
    "deployments",
    "deployment.apps",
    "servicecidr",
    "servicecidrs",
];

/// Flags with a value that every command takes, and those of a verb.
fn values_of(verb: &str, flag: &str) -> Option<&'static [&'static str]> {
    Some(match (verb, flag) {
        (_, "-n" | "--namespace") | ("apply", "-f") | ("patch", "--patch-file") => &[],
        ("get", "-o") => &["yaml", "json", "kyaml", "wide"],
        ("patch", "--type") => &["strategic", "merge", "json"],
        _ => return None,
    })
}

/// What is wrong with a command.
fn problem(command: &str) -> Option<String> {
    if command == "kube-apiserver …" {
        return None;
    }
    let mut words = command.split(' ');
    if words.next() != Some("kubectl") {
        return Some("it is no kubectl".to_owned());
    }
    let verb = words.next().unwrap_or_default();
    let (mut named, mut flags) = (Vec::new(), BTreeSet::new());
    while let Some(word) = words.next() {
        if !word.starts_with('-') {
            named.push(word);
            continue;
        }
        let (flag, value) = match word.split_once('=') {
            Some((flag, value)) => (flag, Some(value)),
            None => (word, words.next()),
        };
        let Some(values) = values_of(verb, flag) else { return Some(format!("{flag} of {verb}")) };
        let value = value.unwrap_or_default();
        if value.is_empty() || !values.is_empty() && !values.contains(&value) {
            return Some(format!("{flag} {value}"));
        }
        flags.insert(flag);
    }
    let is_object = match named.as_slice() {
        [kind, name] => TYPES.contains(kind) && is_name(name),
        [object] => object
            .split_once('/')
            .is_some_and(|(kind, name)| TYPES.contains(&kind) && is_name(name)),
        _ => false,
    };
    let is_right = match verb {
        "apply" => named.is_empty() && flags.contains("-f"),
        "patch" => is_object && flags.contains("--patch-file"),
        "get" | "delete" => is_object,
        _ => return Some(format!("the verb {verb}")),
    };
    (!is_right).then(|| format!("{named:?} of {verb}"))
}

fn is_name(name: &str) -> bool {
    let is_plain =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
    !name.is_empty() && name.bytes().all(is_plain)
}

#[test]
fn the_grammar_knows_right_from_wrong() {
    for right in [
        "kubectl apply -f service.yaml",
        "kubectl get service web -n shop -o yaml",
        "kubectl delete node/node-1",
        "kubectl patch service web --type=merge --patch-file=patch.yaml",
    ] {
        assert_eq!(problem(right), None, "{right}");
    }
    for wrong in [
        "kubectl delete my-service",
        "kubectl patch my-service --type=merge --patch-file=patch.yaml",
        "kubectl patch service my-service --type=merge",
        "kubectl get service web -o diff",
        "kubectl get service shop/web",
        "kubectl get service  -o yaml",
        "kubectl get thing web -o yaml",
        "kubectl apply service.yaml",
    ] {
        assert!(problem(wrong).is_some(), "{wrong}");
    }
}

#[test]
fn every_command_of_every_example_runs() {
    let mut commands = BTreeSet::new();
    for example in examples::all() {
        let mut replay = Replay::default();
        let mut page = Page::default();
        let opened = Store::opening(Lang::En).update(Msg::Example(example.id));
        for at in 0..opened.events.len() {
            let turned = opened.update(Msg::Choose(at));
            let documents = Answers::of(&turned, &turned.session(), &mut replay)
                .map_or(0, |answers| answers.documents.len());
            for document in 0..documents.max(1) {
                let store = turned.update(Msg::Document(document));
                let answers = Answers::of(&store, &store.session(), &mut replay);
                let answers = answers.expect("a session begins with a start");
                let noop = Callback::noop();
                let stored = page.panes(&store, &answers, &Callback::noop(), &noop).stored;
                commands.extend(stored.terminal.iter().map(|typed| typed.command.clone()));
                for form in Form::ALL.into_iter().filter(|form| *form != Form::Diff) {
                    let document = stored.document.as_ref();
                    commands.extend(document.and_then(|it| get(it, form.name())));
                }
            }
        }
    }
    for verb in ["apply", "get", "patch", "delete"] {
        let verb = format!("kubectl {verb} ");
        assert!(commands.iter().any(|command| command.starts_with(&verb)), "{verb}");
    }
    for command in &commands {
        assert_eq!(problem(command), None, "{command}");
    }
}
