//! What the page can call: each function of the library, with texts in and out.

use wasm_bindgen::prelude::wasm_bindgen;

fn main() {}

/// The changes that make the shown request succeed ([`dualstack_extras::fixes`]).
#[wasm_bindgen]
#[must_use]
pub fn fixes(session: &str, document: usize) -> String {
    dualstack_extras::fixes::of(session, document)
}
