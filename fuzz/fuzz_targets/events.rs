//! Do the laws hold in the sessions that a fuzzer finds? Its bytes are the chance with which the
//! strategies of `tests/src/sessions.rs` choose.

#![no_main]

use dualstack_tests::sessions::{page_session, session};
use libfuzzer_sys::fuzz_target;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Events of a session; more find nothing that these do not, and take longer.
const LENGTH: usize = 10;

fuzz_target!(|data: &[u8]| {
    let Some((form, chance)) = data.split_first() else { return };
    let chance = TestRng::from_seed(RngAlgorithm::PassThrough, chance);
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    if form % 2 == 0 {
        let Ok(tree) = session(LENGTH).new_tree(&mut runner) else { return };
        let session = tree.current();
        if let Err(law) = session.check() {
            panic!("{law}\n  {}", session.print());
        }
    } else {
        let Ok(tree) = page_session(LENGTH).new_tree(&mut runner) else { return };
        let session = tree.current();
        if let Err(law) = session.check() {
            panic!("{law}");
        }
    }
});
