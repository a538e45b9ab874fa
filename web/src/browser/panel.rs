//! The panel that stands in the page and is filled with the HTML of the second program.

use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{Element, HtmlDialogElement, HtmlTextAreaElement};

use super::{clipboard, keys, say_in, window};

fn panel() -> Option<HtmlDialogElement> {
    window()?.document()?.get_element_by_id("panel")?.dyn_into().ok()
}

/// Fills the panel.
pub fn fill(html: &str) {
    if let Some(panel) = panel() {
        panel.set_inner_html(html);
    }
}

/// Opens the panel. A button in it that has the id of a text box as `data-copy` copies that text, and the
/// panel says one of two words: it was copied, or it is selected to be copied by hand.
pub fn open(html: &str, said: [&'static str; 2]) {
    fill(html);
    let Some(panel) = panel() else { return };
    let heard = move |event: web_sys::Event| {
        let asked = || {
            let element = event.target()?.dyn_into::<Element>().ok()?;
            let id = element.get_attribute("data-copy")?;
            let area = window()?.document()?.get_element_by_id(&id)?;
            Some((id, area.dyn_into::<HtmlTextAreaElement>().ok()?.value()))
        };
        let Some((id, text)) = asked() else { return };
        clipboard::copy(&text, move |is_copied| {
            if !is_copied {
                clipboard::select_all(&id);
            }
            say_in("panel-said", said[usize::from(!is_copied)]);
        });
    };
    let heard = Closure::<dyn Fn(web_sys::Event)>::new(heard).into_js_value();
    panel.set_onclick(Some(heard.unchecked_ref()));
    keys::open_dialog(Some(panel.into()));
}
