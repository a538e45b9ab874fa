//! The address bar and the history of the tab. Where a frame may not touch them, nothing happens.

use std::cell::RefCell;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;

use super::window;

/// The least time between two writes that nobody waits for, in milliseconds: Safari refuses more than
/// a hundred in half a minute.
const PAUSE: u32 = 750;

/// Where the tab stands in its history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// What stands behind `#`.
    pub fragment: String,
    /// What was written down with the entry; empty for an address that somebody typed or followed.
    pub mark: String,
}

#[derive(Default)]
struct Bar {
    /// Where the tab stood when it was last asked, or written to.
    seen: Place,
    /// What is to be written when the timer ends.
    pending: Option<(Timeout, Box<dyn FnOnce() -> Place>)>,
}

thread_local! {
    static BAR: RefCell<Bar> = RefCell::default();
}

/// Where the tab stands.
#[must_use]
pub fn place() -> Place {
    let read = || {
        let window = window()?;
        let hash = window.location().hash().unwrap_or_default();
        let mark = window.history().ok().and_then(|history| history.state().ok()?.as_string());
        let fragment = hash.strip_prefix('#').unwrap_or_default().to_owned();
        Some(Place { fragment, mark: mark.unwrap_or_default() })
    };
    let place = read().unwrap_or_default();
    BAR.with_borrow_mut(|bar| bar.seen = place.clone());
    place
}

/// The address of the page without what stands behind `#`, and without what stands behind `?` unless
/// `whole`.
#[must_use]
pub fn page(whole: bool) -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let end = href.find(|sign| sign == '#' || sign == '?' && !whole).unwrap_or(href.len());
    href[..end].to_owned()
}

/// Tells of every move in the history, and writes what is pending before the page goes.
#[must_use]
pub fn listen(moved: impl Fn(Place) + Clone + 'static) -> Option<[EventListener; 3]> {
    let window = window()?;
    // A browser tells of one move by either event or by both.
    let listen = |name: &'static str| {
        let moved = moved.clone();
        EventListener::new(&window, name, move |_| {
            let before = BAR.with_borrow(|bar| bar.seen.clone());
            let place = place();
            if place != before {
                // What was pending belongs to an entry that cannot be written any more.
                BAR.take().pending.take();
                BAR.with_borrow_mut(|bar| bar.seen = place.clone());
                moved(place);
            }
        })
    };
    let leaves = EventListener::new(&window, "pagehide", |_| flush());
    Some([listen("popstate"), listen("hashchange"), leaves])
}

/// Changes the entry the tab stands at, in a moment: of many changes the last is written.
pub fn write_later(place: impl FnOnce() -> Place + 'static) {
    BAR.with_borrow_mut(|bar| {
        let running = bar.pending.take().map(|(timer, _)| timer);
        let timer = running.unwrap_or_else(|| Timeout::new(PAUSE, flush));
        bar.pending = Some((timer, Box::new(place)));
    });
}

/// Writes what is pending.
pub fn flush() {
    if let Some((_, place)) = BAR.with_borrow_mut(|bar| bar.pending.take()) {
        write(place(), false);
    }
}

/// Changes the entry the tab stands at to `left` and goes on to a new one.
pub fn push(left: Place, place: Place) {
    forget();
    write(left, false);
    write(place, true);
}

/// Nothing is to be written any more.
pub fn forget() {
    BAR.with_borrow_mut(|bar| bar.pending = None);
}

fn write(place: Place, pushes: bool) {
    if !pushes && BAR.with_borrow(|bar| bar.seen == place) {
        return;
    }
    let Some(history) = window().and_then(|window| window.history().ok()) else { return };
    let mark = JsValue::from_str(&place.mark);
    let url = match place.fragment.as_str() {
        "" => page(true),
        fragment => format!("#{fragment}"),
    };
    let written = if pushes {
        history.push_state_with_url(&mark, "", Some(&url))
    } else {
        history.replace_state_with_url(&mark, "", Some(&url))
    };
    if written.is_ok() {
        BAR.with_borrow_mut(|bar| bar.seen = place);
    }
}
