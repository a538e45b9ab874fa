//! How do the state and the address bar follow each other?

use std::rc::Rc;

use yew::prelude::*;

use crate::browser::address_bar;
use crate::store::{Msg, Store};
use crate::view::Dispatch;
use crate::visit::Step;

/// Keeps the address bar up to date, and follows Back and Forward. What is typed changes the entry of the
/// browser's history; an event or a session that is chosen gets one of its own. A frame leaves its address
/// alone.
#[hook]
pub fn use_address_bar(store: &Store, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    use_effect_with((), move |()| {
        let listeners =
            address_bar::listen(move |place| dispatch.emit(Msg::Visit(Step::Arrived(place))));
        move || drop(listeners)
    });
    let before = use_mut_ref(|| None::<Store>);
    let now = store.clone();
    let shown = (Rc::clone(&store.events), store.at, store.turn, store.visit.draft.is_some());
    use_effect_with(shown, move |_| {
        let before = before.replace(Some(now.clone()));
        if now.visit.embed.is_some() {
            address_bar::forget();
            return;
        }
        match before {
            // The address says so already, or says what the person may want to repair.
            None if now.is_opening() || now.visit.trouble.is_some() => {}
            Some(before) if now.went_on_from(&before) => {
                address_bar::push(before.place(), now.place());
            }
            Some(before) if now.turn != before.turn => {
                // An entry that has no mark yet could not be returned to.
                address_bar::write_later(move || now.place());
                address_bar::flush();
            }
            _ => address_bar::write_later(move || now.place()),
        }
    });
}
