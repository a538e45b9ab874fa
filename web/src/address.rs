//! How do the state and the address bar follow each other?

use std::rc::Rc;

use yew::prelude::*;

use crate::browser::address_bar::{self, Place};
use crate::browser::extras::{self, State};
use crate::store::{Msg, Store};
use crate::view::Dispatch;
use crate::visit::{Step, read};

/// Keeps the address bar up to date once the person has changed something, and follows Back and Forward.
/// What is typed changes the entry of the browser's history; an event or a session that is chosen gets one
/// of its own. A frame leaves its address alone.
#[hook]
pub fn use_address_bar(store: &Store, dispatch: &Dispatch) {
    let latest = use_mut_ref(|| None::<Store>);
    let (now, dispatch) = (store.clone(), dispatch.clone());
    let is_wrong = store.visit.trouble.is_some();
    let shown = (Rc::clone(&store.events), store.turn, store.owner(), store.visit.reading.clone());
    use_effect_with((shown, is_wrong), move |_| {
        let before = latest.replace(Some(now.clone()));
        if before.is_none() {
            let dispatch = dispatch.clone();
            let place = move || latest.borrow().as_ref().map_or_else(Place::default, Store::place);
            address_bar::listen(
                move |place| dispatch.emit(Msg::Visit(Step::Arrived(place, None))),
                place,
            );
        }
        if let Some(place) = now.visit.reading.clone() {
            extras::load(false, move |_| {
                let session = read(&place);
                dispatch.emit(Msg::Visit(Step::Arrived(place, Some(session))));
            });
        } else if is_wrong {
            // The person may want to repair it.
            address_bar::keep();
        }
        let is_new = before.as_ref().is_none_or(|before| before.turn != now.turn);
        if is_new && now.is_opened() {
            address_bar::write_later();
            return address_bar::flush();
        }
        let Some(before) = before.filter(|before| now.has_news_since(before)) else { return };
        if extras::state() == State::Absent {
            // Until then the entry has its mark, and the tab has the work.
            extras::load(true, |_| address_bar::write_later());
        }
        if before.is_left_by(&now) {
            address_bar::push(before.place());
        } else {
            address_bar::write_later();
        }
    });
}
