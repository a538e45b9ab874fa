//! The program of the cluster behind the Service: mounts its panes, and is told what the page shows.

use dualstack_web::behind::Behind;
use dualstack_web::browser;
use wasm_bindgen::prelude::wasm_bindgen;

fn main() {
    if let Some(place) = browser::element("cluster-panes") {
        yew::Renderer::<Behind>::with_root(place).render();
    }
}

/// Draws the panes for what the page shows now ([`dualstack_web::behind::message::Told`]).
#[wasm_bindgen]
pub fn show(told: &str) {
    dualstack_web::behind::show(told);
}
