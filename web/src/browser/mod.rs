//! Every touch of JavaScript. Each function is total: storage may be absent or refuse.

use dualstack_core::api::go_json;
use dualstack_core::source::yaml::parse;
use dualstack_core::text::Lang;
use wasm_bindgen::JsCast;
use web_sys::{HtmlSelectElement, HtmlTextAreaElement, Storage};
use yew::{Event, InputEvent, TargetCast};

use crate::store::{Store, Theme};

const WORK: &str = "dualstack.work";
const LANG: &str = "dualstack.lang";
const THEME: &str = "dualstack.theme";
const RUNNING: &str = "dualstack.running";

/// The texts that are saved.
struct Work {
    flags: String,
    manifest: String,
}

impl Work {
    fn to_text(&self) -> String {
        let text = |text: &str| go_json(&text.into());
        format!("{{\"flags\":{},\"manifest\":{}}}", text(&self.flags), text(&self.manifest))
    }

    /// Reads what [`Work::to_text`] or boot.js wrote; JSON is YAML.
    fn from_text(text: &str) -> Option<Self> {
        let parsed = parse(text);
        let node = &parsed.documents.first().filter(|it| it.complete)?.node;
        let field = |name| node.text_of(name).map(str::to_owned);
        Some(Self { flags: field("flags")?, manifest: field("manifest")? })
    }
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
    let typed = attribute("data-typed").and_then(|text| Work::from_text(&text));
    let saved = || Work::from_text(&stored(WORK)?);
    if let Some(work) = typed.or_else(saved) {
        store.flags = work.flags.into();
        store.manifest = work.manifest.into();
        store.scenario = None;
    }
    store.runs = stored(RUNNING).is_none();
    store
}

/// Saves the work and marks that it is about to run.
pub fn before_run(store: &Store) {
    let work = Work { flags: store.flags.to_string(), manifest: store.manifest.to_string() };
    // The rescue screen of boot.js shows these texts if the program dies.
    let text = work.to_text();
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
    event.target_dyn_into::<HtmlTextAreaElement>().map(|it| it.value()).unwrap_or_default()
}

/// The caret of the box an event is about, in UTF-16 units.
#[must_use]
pub fn caret_of(event: &Event) -> Option<usize> {
    let area: HtmlTextAreaElement = event.target()?.dyn_into().ok()?;
    area.selection_start().ok().flatten().map(|at| at as usize)
}

/// The value of the picker an event is about.
#[must_use]
pub fn choice_of(event: &Event) -> String {
    event.target_dyn_into::<HtmlSelectElement>().map(|it| it.value()).unwrap_or_default()
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
