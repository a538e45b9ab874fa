//! What does the page need only sometimes? A program of its own, so that the one everybody waits for stays
//! small. The page loads it when it is first asked for (`web/src/browser/extras.rs`), and from then on it
//! answers at once.
//!
//! | module | its question |
//! |---|---|
//! | [`fixes`] | what would make a refused request succeed? |
//! | [`link`] | how does a session become the end of an address, and how is it read back? |
//!
//! Each function takes and gives text. An answer is what the function says; if there is none, it is
//! [`refusal`]: why, in both languages.
//! Invariant: no text panics; each is read as if somebody hostile had written it.

pub mod fixes;
pub mod link;

use dualstack_core::api::go_json;
use dualstack_core::scenario::Shown;
use dualstack_core::text::Text;

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
    link::write(&session).unwrap_or_else(|trouble| refusal(trouble.text()))
}

/// The session behind a link, of which this is what stands behind `#`.
#[must_use]
pub fn decode(link: &str) -> String {
    match link::read(link) {
        Ok(session) => session.to_json(),
        Err(trouble) => refusal(trouble.text()),
    }
}
