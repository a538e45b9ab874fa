//! The address bar and the history of the tab. Where a frame may not touch them, nothing happens.

use std::cell::RefCell;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::JsValue;

use super::window;

/// The least time between two writes that nobody waits for, in milliseconds: Safari refuses more than
/// a hundred in half a minute.
const PAUSE: u32 = 750;
/// So much of what stands behind `#` is looked at; no link is that long.
const MOST: usize = 100_000;

/// Where the tab stands in its history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// What stands behind `#`.
    pub fragment: String,
    /// What was written down with the entry; empty for an address that somebody typed or followed.
    pub mark: String,
}

type Later = Box<dyn FnOnce() -> Place>;

#[derive(Default)]
struct Bar {
    /// Where the tab stood when it was last asked, or written to.
    seen: Place,
    /// What is to be written when the timer ends.
    pending: Option<Later>,
    /// Runs for a while after something was to be written.
    timer: Option<Timeout>,
    /// Whether an entry was added since the timer runs: another one would be one too many.
    is_new: bool,
    /// Whether the entry stays as it is: what is written next gets one of its own.
    keeps: bool,
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
        let fragment = hash.strip_prefix('#').unwrap_or_default();
        let fragment = fragment.get(..MOST).unwrap_or(fragment).to_owned();
        Some(Place { fragment, mark: mark.unwrap_or_default() })
    };
    let place = read().unwrap_or_default();
    BAR.with_borrow_mut(|bar| bar.seen = place.clone());
    place
}

/// What stood behind `#` when it was last looked at.
#[must_use]
pub fn fragment() -> String {
    BAR.with_borrow(|bar| bar.seen.fragment.clone())
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
                BAR.set(Bar { seen: place.clone(), ..Bar::default() });
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
        bar.pending = Some(Box::new(place));
        bar.timer.get_or_insert_with(|| Timeout::new(PAUSE, flush));
    });
}

/// Writes what is pending.
pub fn flush() {
    let pending = BAR.with_borrow_mut(|bar| {
        (bar.timer, bar.is_new) = (None, false);
        bar.pending.take()
    });
    if let Some(place) = pending {
        write(&place(), false);
    }
}

/// Changes the entry the tab stands at to `left` and goes on to a new one. Of entries that follow each
/// other within a moment the last stays.
pub fn push(left: impl FnOnce() -> Place, place: impl FnOnce() -> Place + 'static) {
    if BAR.with_borrow(|bar| bar.is_new) {
        return write_later(place);
    }
    write(&left(), false);
    write(&place(), true);
    BAR.with_borrow_mut(|bar| {
        (bar.pending, bar.is_new) = (None, true);
        bar.timer = Some(Timeout::new(PAUSE, flush));
    });
}

/// Leaves the entry the tab stands at as it is, whatever is written next.
pub fn keep() {
    BAR.with_borrow_mut(|bar| bar.keeps = true);
}

fn write(place: &Place, pushes: bool) {
    let pushes = BAR.with_borrow_mut(|bar| std::mem::take(&mut bar.keeps)) || pushes;
    if !pushes && BAR.with_borrow(|bar| bar.seen == *place) {
        return;
    }
    let Some(history) = window().and_then(|window| window.history().ok()) else { return };
    let mark = JsValue::from_str(&place.mark);
    let mut url = page(true);
    if !place.fragment.is_empty() {
        url = format!("{url}#{}", place.fragment);
    }
    let written = if pushes {
        history.push_state_with_url(&mark, "", Some(&url))
    } else {
        history.replace_state_with_url(&mark, "", Some(&url))
    };
    if written.is_ok() {
        BAR.with_borrow_mut(|bar| bar.seen = place.clone());
    }
}
