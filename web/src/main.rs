//! Mounts the page.

use dualstack_web::app::{App, Props};
use dualstack_web::browser;
use dualstack_web::state::store::Store;

fn main() {
    // The published program says nothing: it stops at once (xtask/src/process.rs).
    if cfg!(debug_assertions) {
        browser::report_panics();
    }
    browser::take_over(|| {
        let initial = Store::resumed(&browser::found());
        let Some(place) = browser::element("app") else { return };
        yew::Renderer::<App>::with_root_and_props(place, Props { initial }).render();
        browser::started();
    });
}
