//! Chance, of which the browser has better than anybody: the core has none.

use wasm_bindgen::prelude::{JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = crypto, js_name = getRandomValues)]
    fn get_random_values(into: &mut [u8]) -> Result<JsValue, JsValue>;
}

/// 40 bits that nobody could have guessed; `None` where the browser gives none.
#[must_use]
pub fn forty_bits() -> Option<u64> {
    if !cfg!(target_arch = "wasm32") {
        return None;
    }
    let mut bytes = [0; 5];
    get_random_values(&mut bytes).ok()?;
    Some(bytes.iter().fold(0, |bits, byte| bits << 8 | u64::from(*byte)))
}
