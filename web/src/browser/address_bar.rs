//! The address bar and the history of the tab, as boot.js keeps them.

use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = addressBar)]
    fn here() -> String;
    #[wasm_bindgen(js_namespace = addressBar, js_name = page)]
    fn js_page(whole: bool) -> String;
    #[wasm_bindgen(js_namespace = addressBar)]
    fn follow(arrived: &JsValue, place: &JsValue);
    #[wasm_bindgen(js_namespace = addressBar)]
    fn later();
    #[wasm_bindgen(js_namespace = addressBar, js_name = flush)]
    fn js_flush();
    #[wasm_bindgen(js_namespace = addressBar, js_name = keep)]
    fn js_keep();
    #[wasm_bindgen(js_namespace = addressBar, js_name = push)]
    fn js_push(left: &str);
}

/// Where the tab stands in its history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// What stands behind `#`.
    pub fragment: String,
    /// What was written down with the entry; empty for an address that somebody typed or followed.
    pub mark: String,
}

impl Place {
    fn read(text: &str) -> Self {
        let (mark, fragment) = text.split_once('#').unwrap_or_default();
        Self { fragment: fragment.to_owned(), mark: mark.to_owned() }
    }

    fn text(self) -> String {
        self.mark + "#" + &self.fragment
    }
}

/// Where the tab stands.
#[must_use]
pub fn place() -> Place {
    if cfg!(target_arch = "wasm32") { Place::read(&here()) } else { Place::default() }
}

/// The address of the page without what stands behind `#`, and without what stands behind `?` unless
/// `whole`.
#[must_use]
pub fn page(whole: bool) -> String {
    if cfg!(target_arch = "wasm32") { js_page(whole) } else { String::new() }
}

/// Tells of every move in the history, and asks for the place to be written whenever one is.
pub fn listen(arrived: impl Fn(Place) + 'static, now: impl Fn() -> Place + 'static) {
    if cfg!(target_arch = "wasm32") {
        let arrived =
            Closure::<dyn Fn(String)>::new(move |text: String| arrived(Place::read(&text)));
        let now = Closure::<dyn Fn() -> String>::new(move || now().text());
        follow(&arrived.into_js_value(), &now.into_js_value());
    }
}

/// Changes the entry the tab stands at, in a moment: of many changes the last is written.
pub fn write_later() {
    if cfg!(target_arch = "wasm32") {
        later();
    }
}

/// Writes what waits.
pub fn flush() {
    if cfg!(target_arch = "wasm32") {
        js_flush();
    }
}

/// Changes the entry the tab stands at to `left` and goes on to a new one. Of entries that follow each
/// other within a moment the last stays.
pub fn push(left: Place) {
    if cfg!(target_arch = "wasm32") {
        js_push(&left.text());
    }
}

/// Leaves the entry the tab stands at as it is, whatever is written next.
pub fn keep() {
    if cfg!(target_arch = "wasm32") {
        js_keep();
    }
}
