//! Can any text be the file of any command, in any release? What is answered, printed and sent agrees, and typing
//! answers what a replay answers.

#![no_main]

use dualstack_core::kubectl::FileCommand;
use dualstack_core::release::version::KubeVersion;
use dualstack_tests::files;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &str)| {
    let (minor, command, text) = input;
    let versions: Vec<KubeVersion> = KubeVersion::all().collect();
    let version = versions[usize::from(minor) % versions.len()];
    let command = FileCommand::ALL[usize::from(command) % FileCommand::ALL.len()];
    if let Err(law) = files::check(version, command, text) {
        panic!("{law}\n{version} {command:?} {text:?}");
    }
});
