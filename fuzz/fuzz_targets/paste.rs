//! Can any text be pasted into either box? The text of the flags is read and put together again without losing a byte,
//! and a session with both texts is answered twice alike.

#![no_main]

use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::run;
use dualstack_tests::paste;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, &str, &str)| {
    let (minor, flags, manifest) = input;
    let versions: Vec<KubeVersion> = KubeVersion::all().collect();
    let version = versions[usize::from(minor) % versions.len()];
    if let Err(law) = paste::check(flags) {
        panic!("{law}\n{flags:?}");
    }
    let boot = Action::Boot { version, flags: flags.into() };
    let events = [boot, Action::Apply(manifest.into())];
    let session = Session { seed: 0, events: events.into() };
    assert!(run(&session) == run(&session), "two reports of one session");
});
