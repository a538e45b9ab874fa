//! Panels above the page.

use wasm_bindgen::JsCast;
use web_sys::HtmlDialogElement;

use super::window;

fn dialog(id: &str) -> Option<HtmlDialogElement> {
    window()?.document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Shows a panel. The browser keeps the focus in it, and closes it on Escape.
pub fn open(id: &str) {
    if let Some(dialog) = dialog(id) {
        let _ = dialog.show_modal();
    }
}

/// Closes a panel. The browser gives the focus back to what had it before.
pub fn close(id: &str) {
    if let Some(dialog) = dialog(id) {
        dialog.close();
    }
}
