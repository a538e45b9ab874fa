//! Keys that work wherever the focus is, and the wishes for undo that come from menus.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;
use web_sys::{HtmlDialogElement, HtmlElement, InputEvent, KeyboardEvent};

use super::window;

/// A key with what is held down beside it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Chord {
    /// The key's value, such as `z`, `?` or `Enter`.
    pub key: String,
    /// Whether Control, or Command on a Mac, is held.
    pub command: bool,
    /// Whether Shift is held.
    pub shift: bool,
    /// Whether Alt, or Option on a Mac, is held.
    pub alt: bool,
    /// Whether a text is being typed into.
    pub in_text: bool,
}

/// Listens for as long as it lives.
pub struct Listening {
    _listeners: [EventListener; 2],
}

/// Calls `heard` for each key that is pressed, unless it is part of a composition; what it takes does
/// nothing else. An undo from a menu comes as the chord for it.
pub fn on_chord(heard: impl Fn(&Chord) -> bool + Clone + 'static) -> Option<Listening> {
    let document = window()?.document()?;
    let options = EventListenerOptions::enable_prevent_default();
    let from_menu = heard.clone();
    let keys = EventListener::new_with_options(&document, "keydown", options, move |event| {
        let Some(key) = event.dyn_ref::<KeyboardEvent>().filter(|it| !it.is_composing()) else {
            return;
        };
        let target = event.target().and_then(|it| it.dyn_into::<HtmlElement>().ok());
        let in_text = target.is_some_and(|it| {
            it.is_content_editable() || matches!(&*it.tag_name(), "INPUT" | "TEXTAREA" | "SELECT")
        });
        let chord = Chord {
            key: key.key(),
            command: key.ctrl_key() || key.meta_key(),
            shift: key.shift_key(),
            alt: key.alt_key(),
            in_text,
        };
        if heard(&chord) {
            event.prevent_default();
        }
    });
    let menu = EventListener::new_with_options(&document, "beforeinput", options, move |event| {
        let wish = event.dyn_ref::<InputEvent>().map(InputEvent::input_type);
        let shift = match wish.as_deref() {
            Some("historyUndo") => false,
            Some("historyRedo") => true,
            _ => return,
        };
        let chord = Chord { key: "z".to_owned(), command: true, shift, alt: false, in_text: true };
        if from_menu(&chord) {
            event.prevent_default();
        }
    });
    Some(Listening { _listeners: [keys, menu] })
}

/// Opens a dialog above everything else, with the focus on what it holds first.
pub fn open_dialog(dialog: Option<web_sys::Element>) {
    if let Some(dialog) = dialog.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok())
        && !dialog.open()
    {
        let _ = dialog.show_modal();
    }
}

/// Gives the focus to an element.
pub fn focus(id: &str) {
    let element = || window()?.document()?.get_element_by_id(id)?.dyn_into::<HtmlElement>().ok();
    if let Some(element) = element() {
        let _ = element.focus();
    }
}

/// Gives the focus to the next (or, backwards, the previous) of the buttons beside the one that has it,
/// as menus do with arrow keys.
pub fn focus_beside(backwards: bool) {
    let step = || {
        let active = window()?.document()?.active_element()?;
        let item = active.closest("[role=none]").ok()??;
        let menu = item.parent_element()?;
        let next = if backwards {
            item.previous_element_sibling().or_else(|| menu.last_element_child())
        } else {
            item.next_element_sibling().or_else(|| menu.first_element_child())
        };
        let button = next?.query_selector("button").ok()??;
        button.dyn_into::<HtmlElement>().ok()?.focus().ok()
    };
    let _ = step();
}

/// Closes a dialog, which gives the focus back to whatever had it before.
pub fn close_dialog(dialog: Option<web_sys::Element>) {
    if let Some(dialog) = dialog.and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// Presses a button.
pub fn press(id: &str) {
    let element = || window()?.document()?.get_element_by_id(id)?.dyn_into::<HtmlElement>().ok();
    if let Some(element) = element() {
        element.click();
    }
}
