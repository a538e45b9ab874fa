//! Can anything stand behind the `#` of an address? What is read of it is written and read again the same, as
//! a link and as JSON.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dualstack_core::session::action::Shown;
use dualstack_extras::link::{pack, read, write};
use dualstack_extras::{decode, encode};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A fuzzer that has to find its way through base64 and deflate finds little behind them.
    let link = match bytes.split_first() {
        Some((b'p', packed)) => format!("0{}", URL_SAFE_NO_PAD.encode(packed)),
        Some((b's', session)) => pack(session),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let answer = decode(&link);
    match read(&link) {
        Ok(session) => {
            let link = write(&session).expect("it is no longer than what was read");
            assert!(link.ends_with(|last: char| last.is_ascii_alphanumeric()), "{link}");
            assert_eq!(Shown::from_text(&answer), Some(session.clone()), "{answer}");
            assert_eq!(encode(&answer), link);
            assert_eq!(read(&link), Ok(session));
        }
        Err(trouble) => assert!(answer.starts_with("{\"en\":"), "{trouble:?}"),
    }
});
