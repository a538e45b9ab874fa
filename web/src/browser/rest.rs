//! The rest of this program, which the build puts into a file of its own (xtask/src/split.rs), as boot.js
//! loads it.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    // With nothing for both, which is what the build's stubs say, it loads the rest before it returns.
    #[wasm_bindgen(js_name = loadRest)]
    fn load_rest(exports: &JsValue, begin: &JsValue);
}

/// Hands boot.js the exports that the rest is joined to, and begins: at once, or when the rest is there if what
/// a visit begins with may need it.
pub fn begin(begin: impl FnOnce() + 'static) {
    if cfg!(target_arch = "wasm32") {
        load_rest(&wasm_bindgen::exports(), &Closure::once_into_js(begin));
    }
}
