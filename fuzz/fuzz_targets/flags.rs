//! Can any text stand in the box of the flags? Places lie inside it, and every component says whether it
//! starts.

#![no_main]

use dualstack_core::behavior::Behavior;
use dualstack_core::boot::{apiserver, controller_manager, kube_proxy, kubelet};
use dualstack_core::run::{EventReport, run};
use dualstack_core::scenario::{Event, Scenario};
use dualstack_core::source::flags;
use dualstack_core::span::Span;
use dualstack_core::trace::Trace;
use dualstack_core::version::KubeVersion;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str)| {
    let (minor, text) = input;
    let Some(version) = KubeVersion::minor(20 + minor % 17) else { return };
    let inside = |span: Span| {
        assert!(text.get(span.start..span.end).is_some(), "{span:?} of {text:?}");
    };
    let read = flags::parse(text);
    read.problems.iter().for_each(|it| inside(it.span));
    for flag in read.sections.iter().flat_map(|section| &section.flags) {
        [flag.span, flag.name_span, flag.value_span].into_iter().for_each(inside);
    }
    let behavior = || Behavior::of(version);
    let trace = &mut Trace::default();
    if let Ok((flags, _)) = apiserver::read(&read, &mut behavior(), trace) {
        let _ = apiserver::start(&behavior(), &flags, trace);
    }
    if let Ok((flags, _)) = controller_manager::read(&read, &mut behavior(), trace) {
        let _ = controller_manager::start(&behavior(), &flags, trace);
    }
    let _ = kube_proxy::read(&read, &mut behavior(), trace);
    let _ = kubelet::read(&read, &mut behavior(), trace);
    let events = [Event::Boot { version, flags: text.into() }];
    let report = run(&Scenario { seed: 0, events: events.into() });
    let [EventReport::Boot(boot)] = report.events.as_slice() else { panic!("one start") };
    boot.problems.iter().filter_map(|it| it.span).for_each(inside);
});
