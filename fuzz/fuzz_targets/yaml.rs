//! Can any text stand in the box of the manifest? Places lie inside it, and what is printed of it reads
//! back as the same value.

#![no_main]

use dualstack_core::api::print;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, run};
use dualstack_core::source::span::Span;
use dualstack_core::source::yaml::{Node, Value, parse};
use libfuzzer_sys::fuzz_target;

/// goyaml prints the key `<<` bare, and takes it for a merge when it reads; and a `-0` is for it the integer 0,
/// though the float `-0.0` is printed so.
fn reads_differently(node: &Node) -> bool {
    match &node.value {
        Value::Map(map) => map.iter().any(|it| it.key == "<<" || reads_differently(&it.value)),
        Value::Seq(list) => list.iter().any(reads_differently),
        Value::Number(number) => number == "-0",
        _ => false,
    }
}

fuzz_target!(|text: &str| {
    let inside = |span: Span| {
        assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
    };
    let parsed = parse(text);
    parsed.problems.iter().for_each(|it| inside(it.span));
    for document in &parsed.documents {
        inside(document.span);
        let object = document.node.to_json();
        if document.complete && object.is_object() && !reads_differently(&document.node) {
            for printed in [print::yaml(&object), print::json(&object), print::kyaml(&object)] {
                let again = parse(&printed);
                let read = again.documents.first().map(|it| it.node.to_json());
                assert_eq!(read, Some(object.clone()), "{printed}");
            }
        }
    }
    let flags = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112".into();
    let start = Action::Boot { version: KubeVersion::LATEST, flags };
    let report = run(&Session { seed: 0, events: [start, Action::Apply(text.into())].into() });
    let Some(EventReport::Requests(requests)) = report.events.last() else { panic!("an apply") };
    for document in &requests.documents {
        document.diagnostics.iter().filter_map(|it| it.span).for_each(inside);
    }
});
