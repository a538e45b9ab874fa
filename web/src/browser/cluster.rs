//! What the program of the cluster says to the page, by way of boot.js.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = clusterSays)]
    fn cluster_says(text: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = hearCluster)]
    fn hear_cluster(hear: &JsValue) -> Result<(), JsValue>;
}

/// Says something to the page.
pub fn say(text: &str) {
    if cfg!(target_arch = "wasm32") {
        let _ = cluster_says(text);
    }
}

/// From now on the page hears what is said.
pub fn hear(heard: impl Fn(String) + 'static) {
    if cfg!(target_arch = "wasm32") {
        let _ = hear_cluster(&Closure::<dyn Fn(String)>::new(heard).into_js_value());
    }
}
