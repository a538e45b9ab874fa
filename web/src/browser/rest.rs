//! The rest of this program, which the build puts into a file of its own (xtask/src/split.rs), as boot.js
//! loads it.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = keepProgram)]
    fn keep_program(exports: &JsValue);
    #[wasm_bindgen(js_name = loadRest)]
    fn load_rest(now: bool);
}

/// Lets it come when the browser has nothing to do. What needs it before waits for it; so this comes first.
pub fn follows() {
    if cfg!(target_arch = "wasm32") {
        keep_program(&wasm_bindgen::exports());
        load_rest(false);
    }
}
