//! What the page can call: each function of the library, with texts in and out.

use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// The changes that make the shown request succeed ([`dualstack_extras::fixes`]).
#[wasm_bindgen]
#[must_use]
pub fn fixes(session: &str, document: usize) -> String {
    dualstack_extras::fixes::of(session, document)
}

/// What stands behind `#` in a link to a session ([`dualstack_extras::link`]).
#[wasm_bindgen]
#[must_use]
pub fn encode(session: &str) -> String {
    dualstack_extras::encode(session)
}

/// The session behind a link.
#[wasm_bindgen]
#[must_use]
pub fn decode(link: &str) -> String {
    dualstack_extras::decode(link)
}

/// A text as a QR code ([`dualstack_extras::qr`]).
#[wasm_bindgen]
#[must_use]
pub fn qr(text: &str) -> String {
    dualstack_extras::qr(text)
}

/// What can be given away of a session ([`dualstack_extras::share`]).
#[wasm_bindgen]
#[must_use]
pub fn share(said: &str) -> String {
    dualstack_extras::share::of(said)
}

/// An object as `-o json` prints it ([`dualstack_extras::forms`]).
#[wasm_bindgen]
#[must_use]
pub fn json(object: &str) -> String {
    dualstack_extras::forms::json(object)
}

/// An object as `-o kyaml` prints it.
#[wasm_bindgen]
#[must_use]
pub fn kyaml(object: &str) -> String {
    dualstack_extras::forms::kyaml(object)
}
