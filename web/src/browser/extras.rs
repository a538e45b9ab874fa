//! The program that is loaded when it is needed (`web/extras`), as boot.js lets it be asked.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

use super::root;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = loadExtras)]
    fn load_extras(done: &JsValue, later: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = askExtras)]
    fn ask_extras(what: &str, text: &str, number: usize) -> Result<Option<String>, JsValue>;
}

/// Whether the program is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum State {
    /// Nobody has asked for it.
    #[default]
    Absent,
    /// It is on its way.
    Loading,
    /// It answers at once.
    Ready,
    /// It did not come. The next [`load`] tries again.
    Failed,
}

/// Whether the program is there.
#[must_use]
pub fn state() -> State {
    match root().and_then(|root| root.get_attribute("data-extras")).as_deref() {
        Some("loading") => State::Loading,
        Some("ready") => State::Ready,
        Some("failed") => State::Failed,
        _ => State::Absent,
    }
}

/// Loads the program, unless it is there or on its way, and says when it is there, or that it did not come.
/// Never before this returns. What can come `later` does not keep the browser from anything else.
pub fn load(later: bool, done: impl FnOnce(State) + 'static) {
    // On the host there is nobody to wait for.
    if cfg!(target_arch = "wasm32") {
        let _ = load_extras(&Closure::once_into_js(move || done(state())), later);
    }
}

/// Asks the program something, if it is there.
#[must_use]
pub fn ask(what: &str, text: &str, number: usize) -> Option<String> {
    if cfg!(target_arch = "wasm32") { ask_extras(what, text, number).ok()? } else { None }
}
