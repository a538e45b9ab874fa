//! What does the page need only sometimes? A program of its own, so that the one everybody waits for stays
//! small. The page loads it when it is first asked for (`web/src/browser/program.rs`), and from then on it
//! answers at once.
//!
//! | module | its question |
//! |---|---|
//! | [`fixes`] | what would make a refused request succeed? |
//! | [`forms`] | how does kubectl print an object with `-o json` and `-o kyaml`? |
//! | [`link`] | how does a session become the end of an address, and how is it read back? |
//! | [`qr`] | how does a text look as a QR code? |
//! | [`share`] | what else can be given away of a session? |
//!
//! Each function takes and gives text. An answer is what the function says; if there is none, it is
//! [`refusal`]: why, in both languages.
//! Invariant: no text panics; each is read as if somebody hostile had written it.

pub mod fixes;
pub mod forms;
pub mod link;
pub mod qr;
pub mod share;

use dualstack_core::api::go_json;
use dualstack_core::explain::text::Text;
use dualstack_core::session::action::Shown;

/// Why there is no answer: `{"en":"…","zh":"…"}`.
#[must_use]
pub fn refusal(why: Text) -> String {
    let print = |text: &str| go_json(&text.into());
    format!("{{\"en\":{},\"zh\":{}}}", print(why.en), print(why.zh))
}

/// What is said to a text that holds no session.
pub const NO_SESSION: Text = Text {
    en: "This text holds no session of the playground.",
    zh: "此文本不包含演练场的会话。",
};

/// What stands behind `#` in a link to a session.
#[must_use]
pub fn encode(session: &str) -> String {
    let Some(session) = Shown::from_text(session) else { return refusal(NO_SESSION) };
    encode_shown(&session).unwrap_or_else(refusal)
}

fn encode_shown(session: &Shown) -> Result<String, Text> {
    link::write(session).map_err(link::Trouble::text)
}

/// The session behind a link, of which this is what stands behind `#`.
#[must_use]
pub fn decode(link: &str) -> String {
    match link::read(link) {
        Ok(session) => session.to_json(),
        Err(trouble) => refusal(trouble.text()),
    }
}

/// What is said to a text that no code can hold.
const TOO_LONG_FOR_A_CODE: Text = Text {
    en: "This link is too long for a QR code, which holds 2953 characters.",
    zh: "此链接过长，无法放入二维码：二维码最多容纳 2953 个字符。",
};

/// A text as a QR code: `{"size":33,"path":"M4 4h7v1h-7z…"}`. The path draws the dark modules in a square of
/// that size, which has a margin.
#[must_use]
pub fn qr(text: &str) -> String {
    match qr::draw(text) {
        Some(qr::Drawing { size, path }) => format!("{{\"size\":{size},\"path\":\"{path}\"}}"),
        None => refusal(TOO_LONG_FOR_A_CODE),
    }
}

#[cfg(test)]
mod tests {
    use super::{decode, encode, qr};

    #[test]
    fn answers_begin_otherwise_than_refusals() {
        let session = r#"{"at":0,"seed":7,"events":[{"restart":{"version":"1.30","flags":""}}]}"#;
        let link = encode(session);
        assert!(link.starts_with('0'), "{link}");
        assert_eq!(decode(&link), session);
        assert!(qr(&link).starts_with("{\"size\":"));
        for refused in [encode("{}"), encode(""), decode("0?"), decode(""), qr(&"x".repeat(3000))] {
            assert!(refused.starts_with("{\"en\":\""), "{refused}");
        }
    }
}
