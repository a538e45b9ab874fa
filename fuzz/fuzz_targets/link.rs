//! Can anything stand behind the `#` of an address? What is read of it is written and read again the same, as
//! a link and as JSON.

#![no_main]

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use dualstack_core::session::action::Shown;
use dualstack_web::state::link::{pack, read, write};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // A fuzzer that has to find its way through base64 and deflate finds little behind them.
    let link = match bytes.split_first() {
        Some((b'p', packed)) => format!("0{}", URL_SAFE_NO_PAD.encode(packed)),
        Some((b's', session)) => pack(session),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    if let Ok(session) = read(&link) {
        let link = write(&session).expect("it is no longer than what was read");
        assert!(link.ends_with(|last: char| last.is_ascii_alphanumeric()), "{link}");
        let json = serde_json::to_string(&session).expect("all keys are texts");
        assert_eq!(serde_json::from_str::<Shown>(&json).ok(), Some(session.clone()), "{json}");
        assert_eq!(read(&link), Ok(session));
    }
});
