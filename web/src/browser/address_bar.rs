//! The address bar and the history of the tab.
//!
//! Of what waits to be written the last is, at most once in 750 milliseconds: Safari refuses more than a
//! hundred writes in half a minute.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::timers::callback::Timeout;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{Closure, JsValue};

use super::window;
use crate::state::found::Place;

/// How long what is to be written waits.
const PAUSE: u32 = 750;
/// The longest fragment that is looked at, in bytes: no link is longer.
const MOST: usize = 100_000;

#[derive(Default)]
struct Bar {
    /// The place that was read or written last.
    seen: Place,
    /// Asks for the place of the present state.
    now: Option<Rc<dyn Fn() -> Place>>,
    timer: Option<Timeout>,
    /// Whether a change waits for the timer.
    waits: bool,
    /// Whether an entry was just added: the next one takes its place.
    is_fresh: bool,
    /// Whether the present entry stays as it is.
    keeps: bool,
}

thread_local! {
    /// There is one in the browser.
    static BAR: RefCell<Bar> = RefCell::default();
}

/// Where the tab stands.
#[must_use]
pub fn place() -> Place {
    let read = || {
        let window = window()?;
        let hash = window.location().hash().ok()?;
        let mut end = hash.len().min(MOST);
        while !hash.is_char_boundary(end) {
            end -= 1;
        }
        let fragment = hash[..end].strip_prefix('#').unwrap_or_default().to_owned();
        let mark = window.history().ok()?.state().ok()?.as_string().unwrap_or_default();
        Some(Place { fragment, mark })
    };
    let place: Place = read().unwrap_or_default();
    BAR.with_borrow_mut(|bar| bar.seen = place.clone());
    place
}

/// The address of the page without what stands behind `#`, and without what stands behind `?` unless
/// `whole`.
#[must_use]
pub fn page(whole: bool) -> String {
    let href = window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let ends: &[char] = if whole { &['#'] } else { &['?', '#'] };
    href.split(ends).next().unwrap_or_default().to_owned()
}

/// Tells of every move in the history, and asks for the place to be written whenever one is.
pub fn listen(arrived: impl Fn(Place) + 'static, now: impl Fn() -> Place + 'static) {
    let Some(window) = window() else { return };
    BAR.with_borrow_mut(|bar| bar.now = Some(Rc::new(now)));
    // A browser tells of one move by either event or by both. What waits belongs to an entry that cannot be written any more.
    let moved = Closure::<dyn Fn()>::new(move || {
        let before = BAR.with_borrow(|bar| bar.seen.clone());
        let place = place();
        if place == before {
            return;
        }
        BAR.with_borrow_mut(|bar| {
            bar.settle();
            bar.keeps = false;
        });
        arrived(place);
    });
    let moved = moved.into_js_value();
    let leaves = Closure::<dyn Fn()>::new(flush).into_js_value();
    for (event, listener) in [("popstate", &moved), ("hashchange", &moved), ("pagehide", &leaves)] {
        let _ = window.add_event_listener_with_callback(event, listener.unchecked_ref());
    }
}

/// Changes the entry the tab stands at, in a moment: of many changes the last is written.
pub fn write_later() {
    if window().is_some() {
        BAR.with_borrow_mut(|bar| {
            bar.waits = true;
            bar.timer.get_or_insert_with(|| Timeout::new(PAUSE, flush));
        });
    }
}

/// Writes what waits.
pub fn flush() {
    let waits = BAR.with_borrow_mut(Bar::settle);
    if waits {
        write(now(), false);
    }
}

/// Opens the form of a new issue in a new tab, with the address of the shown session.
pub fn report(form: &str) {
    flush();
    let address = page(true) + "#" + &place().fragment;
    let form = format!("{form}?body={}", String::from(js_sys::encode_uri_component(&address)));
    if let Some(window) = window() {
        let _ = window.open_with_url_and_target_and_features(&form, "_blank", "noopener");
    }
}

/// Changes the entry the tab stands at to `left` and goes on to a new one. Of entries of one session that follow each
/// other within a moment the last stays; another session (`begins`) always has one of its own.
pub fn push(left: Place, begins: bool) {
    if !begins && BAR.with_borrow(|bar| bar.is_fresh) {
        return write_later();
    }
    write(left, false);
    write(now(), true);
    if window().is_some() {
        BAR.with_borrow_mut(|bar| {
            bar.settle();
            bar.is_fresh = true;
            bar.timer = Some(Timeout::new(PAUSE, flush));
        });
    }
}

/// Leaves the entry the tab stands at as it is, whatever is written next.
pub fn keep() {
    BAR.with_borrow_mut(|bar| bar.keeps = true);
}

fn now() -> Place {
    let now = BAR.with_borrow(|bar| bar.now.clone());
    now.map_or_else(Place::default, |now| now())
}

/// Where a frame may not, nothing happens.
fn write(place: Place, pushes: bool) {
    let (pushes, is_same) =
        BAR.with_borrow_mut(|bar| (std::mem::take(&mut bar.keeps) || pushes, bar.seen == place));
    if is_same && !pushes {
        return;
    }
    let Some(Ok(history)) = window().map(|window| window.history()) else { return };
    let mut url = page(true);
    if !place.fragment.is_empty() {
        url = url + "#" + &place.fragment;
    }
    let mark = JsValue::from_str(&place.mark);
    let written = if pushes {
        history.push_state_with_url(&mark, "", Some(&url))
    } else {
        history.replace_state_with_url(&mark, "", Some(&url))
    };
    if written.is_ok() {
        BAR.with_borrow_mut(|bar| bar.seen = place);
    }
}

impl Bar {
    /// Nothing waits any more. Whether something did.
    fn settle(&mut self) -> bool {
        self.timer = None;
        self.is_fresh = false;
        std::mem::take(&mut self.waits)
    }
}
