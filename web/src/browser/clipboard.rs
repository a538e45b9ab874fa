//! Copying, where the page may; it may not in frames without permission.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{HtmlInputElement, HtmlTextAreaElement};

use super::window;

/// Copies a text, and says whether it could be copied.
pub fn copy(text: &str, done: impl FnOnce(bool) + 'static) {
    let clipboard = window().map(|window| window.navigator().clipboard());
    // Outside secure contexts there is none.
    let Some(clipboard) = clipboard.filter(|it| !JsValue::from(it.clone()).is_undefined()) else {
        return done(false);
    };
    let written = JsFuture::from(clipboard.write_text(text));
    spawn_local(async move { done(written.await.is_ok()) });
}

/// Selects the whole text of a box, for the person to copy.
pub fn select_all(id: &str) {
    let element = || window()?.document()?.get_element_by_id(id);
    let Some(element) = element() else { return };
    if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        let _ = area.focus();
        area.select();
    } else if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        let _ = input.focus();
        input.select();
    }
}
