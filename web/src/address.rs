//! How do the state and the address bar follow each other?

use std::rc::Rc;

use crate::browser::address_bar;
use crate::state::store::Store;

/// Keeps the address bar up to date once the person has changed something.
/// What is typed changes the entry of the browser's history; an event or a session that is chosen gets one
/// of its own. A frame leaves its address alone.
pub fn follow(before: Option<&Store>, now: &Store) {
    let is_wrong = now.visit.trouble.is_some();
    let same = |before: &Store| {
        Rc::ptr_eq(&before.events, &now.events)
            && (before.turn, before.owner()) == (now.turn, now.owner())
            && before.visit.trouble.is_some() == is_wrong
    };
    if before.is_some_and(same) {
        return;
    }
    if is_wrong {
        // The person may want to repair it.
        address_bar::keep();
    }
    let is_new = before.is_none_or(|before| before.turn != now.turn);
    if is_new && now.is_opened() {
        address_bar::write_later();
        return address_bar::flush();
    }
    let Some(before) = before.filter(|before| now.has_news_since(before)) else { return };
    if before.is_left_by(now) {
        address_bar::push(before.place());
    } else {
        address_bar::write_later();
    }
}
