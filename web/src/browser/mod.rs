//! Every touch of JavaScript. Each function is total: storage may be absent or refuse.

pub mod address_bar;
pub mod random;
pub mod sizes;

use gloo::timers::callback::Timeout;
use js_sys::{Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    HtmlDialogElement, HtmlElement, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Node,
    Storage,
};
use yew::{Event as DomEvent, FocusEvent, InputEvent, KeyboardEvent, TargetCast};

use crate::state::found::{Found, Owner};

const WORK: &str = "dualstack.work";
const DRAFT: &str = "dualstack.draft";
const OWN: &str = "dualstack.own";
const LANG: &str = "dualstack.lang";
const THEME: &str = "dualstack.theme";

/// The window; on the host, where the opening example is rendered, there is none.
fn window() -> Option<web_sys::Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

/// The storage that lasts, where there is one: in sandboxed frames it throws.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

/// The storage of this tab alone.
fn tab() -> Option<Storage> {
    window()?.session_storage().ok()?
}

fn stored(storage: Option<Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok()?
}

fn store_item(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        // A full or forbidden storage loses nothing but the memory of this visit.
        let _ = storage.set_item(key, value);
    }
}

fn root() -> Option<web_sys::Element> {
    window()?.document()?.document_element()
}

/// Looks for what a visit starts with.
#[must_use]
pub fn found() -> Found {
    let Some(root) = root() else { return Found::default() };
    Found {
        lang: root.get_attribute("lang"),
        theme: root.get_attribute("data-theme"),
        typed: root.get_attribute("data-typed"),
        saved: stored(storage(), WORK),
        of_tab: stored(tab(), WORK),
        draft: stored(tab(), DRAFT),
        own: stored(storage(), OWN),
        place: address_bar::place(),
        died: root.has_attribute("data-unfinished"),
    }
}

/// The person's own work, as it was saved in this tab, else last.
#[must_use]
pub fn own_work() -> Option<String> {
    stored(tab(), WORK).or_else(|| stored(storage(), WORK))
}

/// Saves one's own text, which an example took the place of.
pub fn keep_own(work: &str) {
    store_item(storage(), OWN, work);
}

/// Saves the work and marks that it is about to run, by way of boot.js: the mark stays until typing stops,
/// unless the program dies before.
pub fn before_run(work: &str, owner: Owner) {
    if cfg!(target_arch = "wasm32") {
        let _ = keep_work(work, owner.name());
    }
}

/// The run ended well.
pub fn after_run() {
    if cfg!(target_arch = "wasm32") {
        let _ = work_is_safe();
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = keepWork)]
    fn keep_work(work: &str, owner: &str) -> Result<(), JsValue>;
    #[wasm_bindgen(catch, js_name = workIsSafe)]
    fn work_is_safe() -> Result<(), JsValue>;
}

/// Tells the page its language and theme, and remembers them unless it stands in a frame.
pub fn remember(lang: &str, theme: Option<&str>, title: &str, owner: Owner) {
    let storage = || storage().filter(|_| owner != Owner::Frame);
    let Some(root) = root() else { return };
    if let Some(document) = window().and_then(|window| window.document()) {
        document.set_title(title);
    }
    if root.get_attribute("lang").as_deref() != Some(lang) {
        let _ = root.set_attribute("lang", lang);
        store_item(storage(), LANG, lang);
    }
    let Some(theme) = theme else { return };
    if root.get_attribute("data-theme").as_deref() != Some(theme) {
        let _ = root.set_attribute("data-theme", theme);
        store_item(storage(), THEME, theme);
    }
}

/// Whether the system asks for a dark page.
#[must_use]
pub fn prefers_dark() -> bool {
    let query = || window()?.match_media("(prefers-color-scheme: dark)").ok()?;
    query().is_some_and(|query| query.matches())
}

/// The text of the box an event is about.
#[must_use]
pub fn text_of(event: &InputEvent) -> String {
    if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
        return input.value();
    }
    event.target_dyn_into::<HtmlTextAreaElement>().map(|it| it.value()).unwrap_or_default()
}

/// The text of the box an event is about, and its caret in UTF-16 units.
#[must_use]
pub fn caret_of(event: &DomEvent) -> Option<(String, usize)> {
    let area: HtmlTextAreaElement = event.target()?.dyn_into().ok()?;
    let at = area.selection_start().ok().flatten()?;
    Some((area.value(), at as usize))
}

/// Whether CodeMirror has taken the place of the text boxes.
#[must_use]
pub fn has_editor() -> bool {
    root().is_some_and(|root| root.has_attribute("data-editor"))
}

/// The value of the picker an event is about.
#[must_use]
pub fn choice_of(event: &DomEvent) -> String {
    event.target_dyn_into::<HtmlSelectElement>().map(|it| it.value()).unwrap_or_default()
}

/// Puts a text where screen readers are told of it.
pub fn say(text: &str) {
    let element = || window()?.document()?.get_element_by_id("spoken");
    if let Some(element) = element() {
        element.set_text_content(Some(text));
    }
}

/// Something that is done later, unless this is dropped before.
pub type Timer = Timeout;

/// Does something later, unless what is returned is dropped before.
pub fn after(milliseconds: u32, work: impl FnOnce() + 'static) -> Timer {
    Timeout::new(milliseconds, work)
}

/// Does something as soon as the page has been drawn.
pub fn later(work: impl FnOnce() + 'static) {
    after(0, work).forget();
}

/// Tells before the page is printed and after, as long as the value is kept.
pub fn listen_to_printing(tell: impl Fn(bool) + Clone + 'static) -> impl FnOnce() {
    let listen = |event, now| {
        let tell = tell.clone();
        let listener = Closure::<dyn Fn()>::new(move || tell(now)).into_js_value();
        if let Some(window) = window() {
            let _ = window.add_event_listener_with_callback(event, listener.unchecked_ref());
        }
        (event, listener)
    };
    let listeners = [listen("beforeprint", true), listen("afterprint", false)];
    move || {
        for (event, listener) in listeners {
            if let Some(window) = window() {
                let listener = listener.unchecked_ref();
                let _ = window.remove_event_listener_with_callback(event, listener);
            }
        }
    }
}

/// Gives the focus to an element.
pub fn focus(id: &str) {
    let element = || window()?.document()?.get_element_by_id(id)?.dyn_into::<HtmlElement>().ok();
    if let Some(element) = element() {
        let _ = element.focus();
    }
}

/// Scrolls the flags so that the box of a component is in sight, unless all of it is: an editor does not do so by itself
/// when it gets the focus.
pub fn reveal(id: &str) {
    let part = element(id).and_then(|it| it.closest(".part").ok().flatten());
    let part = part.and_then(|it| it.dyn_into::<HtmlElement>().ok());
    let Some(part) = part else { return };
    let Some(scroller) = part.closest(".grow").ok().flatten() else { return };
    let (top, seen) = (part.offset_top(), scroller.scroll_top());
    if top < seen || top + part.offset_height() > seen + scroller.client_height() {
        scroller.set_scroll_top(top);
    }
}

/// Scrolls a list sideways so that one of its items is in its middle. The page stays where it is.
pub fn scroll_into_list(list: &str, item: &str) {
    let found = |id| element(id)?.dyn_into::<HtmlElement>().ok();
    if let Some((list, item)) = found(list).zip(found(item)) {
        let before = (list.client_width() - item.offset_width()) / 2;
        list.set_scroll_left(item.offset_left() - before);
    }
}

/// Whether the focus leaves the closest element around it that matches. Yew listens at the root: that is what
/// `current_target` says.
#[must_use]
pub fn is_left(event: &FocusEvent, around: &str) -> bool {
    let left = event.target_dyn_into::<web_sys::Element>();
    let around = left.and_then(|left| left.closest(around).ok().flatten());
    let next = event.related_target().and_then(|next| next.dyn_into::<Node>().ok());
    !around.is_some_and(|around| around.contains(next.as_ref()))
}

/// Puts the caret of a text box behind this byte of its text.
pub fn place_caret(id: &str, text: &str, byte: usize) {
    let element = || window()?.document()?.get_element_by_id(id);
    let area = element().and_then(|it| it.dyn_into::<HtmlTextAreaElement>().ok());
    if let Some(area) = area {
        let at = text.get(..byte).map_or(0, |ahead| ahead.encode_utf16().count());
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let _ = area.set_selection_range(at, at);
    }
}

/// Puts the caret of a text box behind this byte of its text, and shows its line. The focus stays where it is.
pub fn scroll_to(id: &str, text: &str, byte: usize) {
    place_caret(id, text, byte);
    let Some(scroller) = element(id).and_then(|it| it.closest(".grow").ok().flatten()) else {
        return;
    };
    // CodeMirror scrolls by itself; the text box of before is as tall as its text.
    if !has_editor() {
        let line = |text: &str| i32::try_from(text.lines().count()).unwrap_or(i32::MAX);
        let (ahead, all) = (line(text.get(..byte).unwrap_or_default()), line(text).max(1));
        let height = i64::from(scroller.scroll_height());
        let top = height * i64::from(ahead) / i64::from(all);
        scroller.set_scroll_top(i32::try_from(top).unwrap_or(i32::MAX));
    }
}

/// An element of the page.
#[must_use]
pub fn element(id: &str) -> Option<web_sys::Element> {
    window()?.document()?.get_element_by_id(id)
}

/// A panic becomes an error that boot.js shows, with the text, which it finds on the root element.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        if let Some(root) = root() {
            let _ = root.set_attribute("data-died", &info.to_string());
        }
    }));
}

/// Starts the program in place of the static example, by way of boot.js: once nothing is being composed, and with the
/// focus, the selection and the scroll positions that the person left.
pub fn take_over(start: impl FnOnce() + 'static) {
    let start = Closure::once_into_js(start);
    // boot.js shows the text where the program dies.
    if let Err(why) = hand_over(start.unchecked_ref()) {
        wasm_bindgen::throw_val(why);
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = handOver)]
    fn hand_over(start: &Function) -> Result<(), JsValue>;
}

/// The program has taken over from the static example.
pub fn started() {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-started", "");
    }
}

/// Lets a link of the page lead to an address.
pub fn lead(id: &str, address: &str) {
    let element = || window()?.document()?.get_element_by_id(id);
    if let Some(element) = element() {
        let _ = element.set_attribute("href", address);
    }
}

/// Opens a dialog of the page, unless it is open.
pub fn open_dialog(id: &str) {
    let dialog = element(id).and_then(|it| it.dyn_into::<HtmlDialogElement>().ok());
    if let Some(dialog) = dialog.filter(|dialog| !dialog.open()) {
        let _ = dialog.show_modal();
    }
}

/// Closes a dialog of the page: the browser gives the focus back to where it was before.
pub fn close_dialog(id: &str) {
    if let Some(dialog) = element(id).and_then(|it| it.dyn_into::<HtmlDialogElement>().ok()) {
        dialog.close();
    }
}

/// The id of the element that a key was pressed in.
#[must_use]
pub fn target_id(event: &KeyboardEvent) -> String {
    event.target_dyn_into::<web_sys::Element>().map(|it| it.id()).unwrap_or_default()
}

/// Gives the focus to a text box and selects what is in it.
pub fn select(id: &str) {
    if let Some(area) = element(id).and_then(|it| it.dyn_into::<HtmlTextAreaElement>().ok()) {
        let _ = area.focus();
        area.select();
    }
}

/// Copies a text, and says whether that was allowed.
pub fn copy(text: String, done: impl FnOnce(bool) + 'static) {
    wasm_bindgen_futures::spawn_local(async move {
        done(match write_text(&text) {
            Ok(promise) => JsFuture::from(promise).await.is_ok(),
            Err(_) => false,
        });
    });
}

#[wasm_bindgen]
extern "C" {
    // A sandboxed frame may have no clipboard at all: the call itself throws. (An `async fn` would not see that.)
    #[wasm_bindgen(catch, js_namespace = ["navigator", "clipboard"], js_name = writeText)]
    fn write_text(text: &str) -> Result<Promise, JsValue>;
}
