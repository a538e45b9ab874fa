//! Can any text stand in the box of the flags? Places lie inside it, and every component says whether it
//! starts.

#![no_main]

use dualstack_core::controller_manager::startup as controller_manager;
use dualstack_core::explain::trace::Trace;
use dualstack_core::kube_proxy::startup::HostFamilies;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, run};
use dualstack_core::source::flags;
use dualstack_core::source::span::Span;
use dualstack_tests::nodes;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (minor, text) = input;
    let versions: Vec<KubeVersion> = KubeVersion::all().collect();
    let version = versions[usize::from(minor) % versions.len()];
    let inside = |span: Span| {
        assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
    };
    let read = flags::parse(text);
    read.problems.iter().for_each(|it| inside(it.span));
    for flag in read.sections.iter().flat_map(|section| &section.flags) {
        [flag.span, flag.name_span, flag.value_span].into_iter().for_each(inside);
    }
    let trace = &mut Trace::default();
    let mut behavior = Behavior::of(version);
    if let Ok((flags, _)) = controller_manager::read(&read, &mut behavior, trace) {
        let _ = controller_manager::start(&behavior, &flags, trace);
    }
    let _ = nodes::start(version, text, HostFamilies::Both);
    let events = [Action::Boot { version, flags: text.into() }];
    let report = run(&Session { seed: 0, events: events.into() });
    let [EventReport::Boot(boot)] = report.events.as_slice() else { panic!("one start") };
    boot.problems.iter().filter_map(|it| it.span).for_each(inside);
});
