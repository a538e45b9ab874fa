//! What stands behind the Service: do the components agree, which Nodes and Pods are there, how are the
//! addresses planned? A program of its own (`web/src/bin/cluster.rs`), because the page can be used before it
//! has come and without it.
//!
//! The page draws empty places ([`PLACES`]) and tells the session ([`message::Told`]); this program draws its
//! panes there, and says what a person did in them ([`message::Said`]), so that the session is changed in one
//! place only. A pane is a component in a module of its own, and an entry in the list of [`Behind`].
//!
//! Invariant: everything here is computed from what was told; no pane keeps what another one needs.

pub mod components;
pub mod message;
pub mod planning;
pub mod prerequisites;
pub mod ruler;
pub mod text;

use std::cell::RefCell;
use std::rc::Rc;

use dualstack_core::components::Components;
use yew::prelude::*;

use crate::browser;
use crate::view::Shared;
use components::components;
use message::{Said, Told};
use planning::Planning;
use prerequisites::prerequisites;

/// The ids of the elements in which the panes stand. The page draws them, and leaves alone what is in them.
pub const PLACES: [&str; 1] = [MAIN];

/// Where the panes stand that are about the whole cluster.
pub const MAIN: &str = "behind";

thread_local! {
    /// Who is to be told.
    static HEARS: RefCell<Callback<Told>> = RefCell::new(Callback::noop());
}

/// Draws the panes for what the page shows now.
pub fn show(told: &str) {
    if let Some(told) = Told::read(told) {
        HEARS.with_borrow(Clone::clone).emit(told);
    }
}

/// Tells the page what a person did in a pane.
pub fn say(said: &Said) {
    browser::cluster::say(&said.to_json());
}

/// All panes, each in its place.
#[component]
pub fn Behind() -> Html {
    let told = use_state(|| None::<Told>);
    {
        let setter = told.setter();
        use_effect_with((), move |()| {
            HEARS.set(Callback::from(move |told| setter.set(Some(told))));
        });
    }
    let start = told.as_ref().map(Told::boot);
    let parts = use_memo(start, |start| {
        let (_, version, flags) = start.as_ref()?;
        Some(Shared(Rc::new(Components::start(*version, flags))))
    });
    let (Some(told), Some(parts)) = (&*told, &*parts) else { return Html::default() };
    let lang = told.lang;
    let panes = [
        (MAIN, components(&components::Props { lang, components: parts })),
        (MAIN, prerequisites(&prerequisites::Props { lang, components: parts })),
        (MAIN, html! { <Planning {lang} components={parts.clone()} /> }),
    ];
    panes
        .into_iter()
        .filter_map(|(place, pane)| Some(create_portal(pane, browser::element(place)?)))
        .collect()
}
