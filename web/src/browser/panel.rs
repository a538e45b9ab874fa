//! The panel that stands in the page (web/buttons.js) and is filled with HTML.

use wasm_bindgen::prelude::wasm_bindgen;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fillPanel)]
    fn fill_panel(html: &str, opens: bool);
}

/// Fills the panel, and opens it if `opens`.
pub fn fill(html: &str, opens: bool) {
    if cfg!(target_arch = "wasm32") {
        fill_panel(html, opens);
    }
}
