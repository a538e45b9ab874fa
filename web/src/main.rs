//! Mounts the page.

use dualstack_web::app::{App, Props};
use dualstack_web::browser;
use dualstack_web::browser::program::Program;
use dualstack_web::store::{Msg, Store};
use dualstack_web::visit::{self, Step};

fn main() {
    browser::rest::begin(begin);
}

fn begin() {
    // The published program says nothing: it stops at once (xtask/src/process.rs).
    if cfg!(debug_assertions) {
        browser::report_panics();
    }
    let store = Store::resumed(&browser::found());
    match store.visit.reading.clone() {
        None => mount(store),
        // Until the link is read there is nothing to show.
        Some(place) => Program::Extras.load(false, move |_| {
            let session = visit::read(&place);
            mount(store.update(Msg::Visit(Step::Arrived(place, Some(session)))));
        }),
    }
}

fn mount(initial: Store) {
    let Some(place) = browser::element("app") else { return };
    yew::Renderer::<App>::with_root_and_props(place, Props { initial }).render();
    browser::started();
}
