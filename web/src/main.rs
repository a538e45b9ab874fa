//! Mounts the page.

use dualstack_web::app::{App, Props};
use dualstack_web::browser;
use dualstack_web::store::Store;

fn main() {
    let Some(place) = browser::mount_point() else { return };
    browser::report_panics();
    yew::Renderer::<App>::with_root_and_props(
        place,
        Props { initial: Store::resumed(&browser::found()) },
    )
    .render();
    browser::started();
}
