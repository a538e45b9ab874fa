//! Every touch of JavaScript. Each function is total: storage may be absent or refuse.

use std::rc::Rc;

use dualstack_core::scenario::Event;
use dualstack_core::source::yaml::{Value, parse};
use dualstack_core::text::Lang;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use web_sys::{HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, Storage};
use yew::{Event as DomEvent, InputEvent, TargetCast};

use crate::store::{Store, Theme, start};
use crate::words::items;

const WORK: &str = "dualstack.work";
const LANG: &str = "dualstack.lang";
const THEME: &str = "dualstack.theme";
const RUNNING: &str = "dualstack.running";

/// The session as it is saved: `{"at":1,"events":[…]}`.
fn to_text(store: &Store) -> String {
    let events: Vec<String> = store.events.iter().map(Event::to_json).collect();
    format!("{{\"at\":{},\"events\":[{}]}}", store.at, events.join(","))
}

/// Reads what [`to_text`] wrote, or the two texts of the static example that boot.js hands over; JSON
/// is YAML.
fn from_text(text: &str) -> Option<(Rc<[Event]>, usize)> {
    let parsed = parse(text);
    let node = &parsed.documents.first().filter(|it| it.complete)?.node;
    if let (Some(flags), Some(manifest)) = (node.text_of("flags"), node.text_of("manifest")) {
        return Some((start(flags, manifest).into(), 1));
    }
    let events: Option<Rc<[Event]>> =
        items(&node.entry("events")?.value).iter().map(Event::read).collect();
    let events = events.filter(|it| matches!(it.first(), Some(Event::Boot { .. })))?;
    let at = match &node.entry("at")?.value.value {
        Value::Number(at) => at.parse().ok()?,
        _ => 0,
    };
    let at = events.len().saturating_sub(1).min(at);
    Some((events, at))
}

/// The window; on the host, where the opening example is rendered, there is none.
fn window() -> Option<web_sys::Window> {
    if cfg!(target_arch = "wasm32") { web_sys::window() } else { None }
}

/// Local storage, where there is one: in sandboxed frames it throws.
fn storage() -> Option<Storage> {
    window()?.local_storage().ok()?
}

fn stored(key: &str) -> Option<String> {
    storage()?.get_item(key).ok()?
}

fn store_item(key: &str, value: &str) {
    if let Some(storage) = storage() {
        // A full or forbidden storage loses nothing but the memory of this visit.
        let _ = storage.set_item(key, value);
    }
}

fn forget(key: &str) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(key);
    }
}

fn root() -> Option<web_sys::Element> {
    window()?.document()?.document_element()
}

/// The state a visit starts with: the language and theme that boot.js chose, the saved work, and
/// what was typed into the static example before the program was there.
#[must_use]
pub fn initial() -> Store {
    let root = root();
    let attribute = |name: &str| root.as_ref().and_then(|root| root.get_attribute(name));
    let lang = if attribute("lang").as_deref() == Some("zh-CN") { Lang::Zh } else { Lang::En };
    let mut store = Store::opening(lang);
    store.theme = match attribute("data-theme").as_deref() {
        Some("dark") => Some(Theme::Dark),
        Some("light") => Some(Theme::Light),
        _ => None,
    };
    let typed = attribute("data-typed").and_then(|text| from_text(&text));
    let saved = || from_text(&stored(WORK)?);
    if let Some((events, at)) = typed.or_else(saved) {
        (store.events, store.at) = (events, at);
        store.scenario = None;
    }
    store.runs = stored(RUNNING).is_none();
    store
}

/// Saves the work and marks that it is about to run.
pub fn before_run(store: &Store) {
    // The rescue screen of boot.js shows these texts if the program dies.
    let text = to_text(store);
    if let Some(root) = root() {
        let _ = root.set_attribute("data-work", &text);
    }
    store_item(WORK, &text);
    store_item(RUNNING, "1");
}

/// The run ended well.
pub fn after_run() {
    forget(RUNNING);
}

/// Remembers language and theme, and tells the page.
pub fn remember(lang: Lang, theme: Option<Theme>, title: &str) {
    let Some(root) = root() else { return };
    if let Some(document) = window().and_then(|window| window.document()) {
        document.set_title(title);
    }
    if root.get_attribute("lang").as_deref() != Some(lang.tag()) {
        let _ = root.set_attribute("lang", lang.tag());
        store_item(LANG, lang.tag());
    }
    let Some(theme) = theme else { return };
    let name = match theme {
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    if root.get_attribute("data-theme").as_deref() != Some(name) {
        let _ = root.set_attribute("data-theme", name);
        store_item(THEME, name);
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

/// The caret of the box an event is about, in UTF-16 units.
#[must_use]
pub fn caret_of(event: &DomEvent) -> Option<usize> {
    let area: HtmlTextAreaElement = event.target()?.dyn_into().ok()?;
    area.selection_start().ok().flatten().map(|at| at as usize)
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

/// Does something later, unless what is returned is dropped before.
pub fn after(milliseconds: u32, work: impl FnOnce() + 'static) -> Timeout {
    Timeout::new(milliseconds, work)
}

/// The text of a block of data that stands in the page.
#[must_use]
pub fn block(id: &str) -> String {
    let element = || window()?.document()?.get_element_by_id(id);
    element().and_then(|it| it.text_content()).unwrap_or_default()
}

/// Where the page goes.
#[must_use]
pub fn mount_point() -> Option<web_sys::Element> {
    window()?.document()?.get_element_by_id("app")
}

/// A panic becomes an error that boot.js shows, with the text, which it finds on the root element.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|info| {
        if let Some(root) = root() {
            let _ = root.set_attribute("data-died", &info.to_string());
        }
    }));
}

/// The program has taken over from the static example.
pub fn started() {
    if let Some(root) = root() {
        let _ = root.set_attribute("data-started", "");
    }
}
