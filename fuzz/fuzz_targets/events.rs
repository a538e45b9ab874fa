//! Do the laws hold in the sessions that a fuzzer finds? Four of its bytes choose an event, so that it can
//! change one, put one in, leave one out, and join the beginning of a session with the end of another.

#![no_main]

use dualstack_tests::sessions::{PageSession, Session, event, page_event, page_start};
use libfuzzer_sys::fuzz_target;
use proptest::strategy::{BoxedStrategy, Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// The most events of a session; more find nothing that these do not, and take longer.
const LENGTH: usize = 16;

/// What a strategy makes of a few bytes.
fn chosen<T: std::fmt::Debug>(strategy: &BoxedStrategy<T>, bytes: &[u8]) -> Option<T> {
    let mut seed = [0; 32];
    seed.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let chance = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), chance);
    Some(strategy.new_tree(&mut runner).ok()?.current())
}

fuzz_target!(|data: &[u8]| {
    let Some(([form, start @ ..], rest)) = data.split_first_chunk::<4>() else { return };
    let bytes = rest.chunks(4).take(LENGTH);
    if form % 2 == 0 {
        let strategy = event().boxed();
        let events = bytes.filter_map(|it| chosen(&strategy, it)).collect();
        let session = Session::new(*start, events);
        if let Err(law) = session.check() {
            panic!("{law}\n  {}", session.print());
        }
    } else {
        let strategy = page_event().boxed();
        let events = bytes.filter_map(|it| chosen(&strategy, it)).collect();
        let Some(boot) = chosen(&page_start().boxed(), start) else { return };
        if let Some(Err(law)) = PageSession::new(boot, events, start[0]).map(|it| it.check()) {
            panic!("{law}");
        }
    }
});
