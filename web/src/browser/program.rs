//! The programs that are loaded when they are needed, as boot.js lets them be asked.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

use super::root;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = loadProgram)]
    fn load_program(name: &str, done: &JsValue, later: bool) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = askProgram)]
    fn ask_program(
        name: &str,
        what: &str,
        text: &str,
        number: usize,
    ) -> Result<Option<String>, JsValue>;
}

/// A program beside that of the page.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Program {
    /// What is needed only sometimes (`web/extras`).
    Extras,
    /// The cluster behind the Service (`web/src/behind`).
    Cluster,
}

/// Whether a program is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum State {
    /// Nobody has asked for it.
    #[default]
    Absent,
    /// It is on its way.
    Loading,
    /// It answers at once.
    Ready,
    /// It did not come. The next [`Program::load`] tries again.
    Failed,
}

impl Program {
    /// What boot.js calls it.
    const fn name(self) -> &'static str {
        match self {
            Self::Extras => "extras",
            Self::Cluster => "cluster",
        }
    }

    /// Whether it is there.
    #[must_use]
    pub fn state(self) -> State {
        let attribute = ["data-", self.name()].concat();
        match root().and_then(|root| root.get_attribute(&attribute)).as_deref() {
            Some("loading") => State::Loading,
            Some("ready") => State::Ready,
            Some("failed") => State::Failed,
            _ => State::Absent,
        }
    }

    /// Loads it, unless it is there or on its way, and says when it is there, or that it did not come.
    /// Never before this returns. What can come `later` does not keep the browser from anything else.
    pub fn load(self, later: bool, done: impl FnOnce(State) + 'static) {
        // On the host there is nobody to wait for.
        if cfg!(target_arch = "wasm32") {
            let done = Closure::once_into_js(move || done(self.state()));
            let _ = load_program(self.name(), &done, later);
        }
    }

    /// Asks it something, if it is there.
    #[must_use]
    pub fn ask(self, what: &str, text: &str, number: usize) -> Option<String> {
        if cfg!(target_arch = "wasm32") {
            ask_program(self.name(), what, text, number).ok()?
        } else {
            None
        }
    }
}
