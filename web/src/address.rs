//! How do the state and the address bar follow each other?

use std::rc::Rc;

use crate::browser::address_bar::{self, Place};
use crate::browser::program::{Program, State};
use crate::embed;
use crate::store::{Msg, Store};
use crate::view::Dispatch;
use crate::visit::{Step, read};

/// What a move to another place asks for. A link is read at once if the program that reads it is there.
pub fn arrived(place: Place) -> Msg {
    let is_link = embed::link(&place.fragment).is_some();
    let session = (is_link && Program::Extras.state() == State::Ready).then(|| read(&place));
    Msg::Visit(Step::Arrived(place, session))
}

/// Keeps the address bar up to date once the person has changed something.
/// What is typed changes the entry of the browser's history; an event or a session that is chosen gets one
/// of its own. A frame leaves its address alone.
pub fn follow(before: Option<&Store>, now: &Store, dispatch: &Dispatch) {
    let is_wrong = now.visit.trouble.is_some();
    let same = |before: &Store| {
        Rc::ptr_eq(&before.events, &now.events)
            && (before.turn, before.owner()) == (now.turn, now.owner())
            && before.visit.reading == now.visit.reading
            && before.visit.trouble.is_some() == is_wrong
    };
    if before.is_some_and(same) {
        return;
    }
    if let Some(place) = now.visit.reading.clone() {
        let dispatch = dispatch.clone();
        Program::Extras.load(false, move |_| {
            let session = read(&place);
            dispatch.emit(Msg::Visit(Step::Arrived(place, Some(session))));
        });
    } else if is_wrong {
        // The person may want to repair it.
        address_bar::keep();
    }
    let is_new = before.is_none_or(|before| before.turn != now.turn);
    if is_new && now.is_opened() {
        address_bar::write_later();
        return address_bar::flush();
    }
    let Some(before) = before.filter(|before| now.has_news_since(before)) else { return };
    if Program::Extras.state() == State::Absent {
        // Until then the entry has its mark, and the tab has the work.
        Program::Extras.load(true, |_| address_bar::write_later());
    }
    if before.is_left_by(now) {
        address_bar::push(before.place());
    } else {
        address_bar::write_later();
    }
}
