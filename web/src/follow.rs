//! What follows when the page has been drawn: timers, what screen readers and the browser are told, fixes
//! that are looked for, and the address bar. One effect for all of it, that compares the state with the one
//! before: an effect for each would be several times the code.

use std::cell::RefCell;
use std::rc::Rc;

use dualstack_core::session::action::Event;
use dualstack_core::source::flags::boxes as parts;

use crate::behind::message::{Said, Told};
use crate::browser::address_bar::{self, Place};
use crate::browser::program::{Program, State};
use crate::browser::{self, Timer, cluster};
use crate::extras::{Fix, fixes};
use crate::store::{Msg, Store, TextBox, Theme};
use crate::view::Dispatch;
use crate::{address, text};

/// The session, event and document that fixes were found for, and the fixes.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    events: Rc<[Event]>,
    at: usize,
    document: usize,
    list: Vec<Fix>,
}

impl Found {
    /// The fixes, if they are of what the page shows: of its session, and of the document that is `refused`.
    #[must_use]
    pub fn of(&self, store: &Store, refused: Option<usize>) -> &[Fix] {
        let is_same = Rc::ptr_eq(&self.events, &store.events) && self.at == store.at;
        if is_same && Some(self.document) == refused { &self.list } else { &[] }
    }
}

/// What runs until the page is drawn again.
#[derive(Default)]
pub struct Follow {
    /// The state that was drawn last.
    seen: Option<Store>,
    /// What the verdict said.
    spoken: Option<String>,
    /// The document that was refused.
    refused: Option<usize>,
    settle: Option<Timer>,
    pause: Option<Timer>,
    tick: Option<Timer>,
    speech: Option<Timer>,
    fixing: Option<Timer>,
    telling: Option<Timer>,
}

/// The page has been drawn. `spoken` is the verdict in words, `refused` the document that was refused.
pub fn follow(
    this: &Rc<RefCell<Follow>>,
    store: &Store,
    spoken: Option<String>,
    refused: Option<usize>,
    dispatch: &Dispatch,
) {
    let before = this.borrow_mut().seen.replace(store.clone());
    if before.is_none() {
        hear_cluster(this, store, dispatch);
        let (dispatch, this) = (dispatch.clone(), Rc::clone(this));
        let arrived = move |place| dispatch.emit(address::arrived(place));
        let place = move || this.borrow().seen.as_ref().map_or_else(Place::default, Store::place);
        address_bar::listen(arrived, place);
    }
    address::follow(before.as_ref(), store, dispatch);
    this.borrow_mut().react(before.as_ref(), store, spoken, refused, dispatch);
}

/// Loads the program of the cluster, unless there is no place for its panes, and listens to it.
fn hear_cluster(this: &Rc<RefCell<Follow>>, store: &Store, dispatch: &Dispatch) {
    if !store.shows_behind() {
        return;
    }
    let dispatch = dispatch.clone();
    cluster::hear(move |text| {
        if let Some(said) = Said::read(&text) {
            dispatch.emit(Msg::Behind(said));
        }
    });
    let this = Rc::clone(this);
    Program::Cluster.load(true, move |_| {
        if let Some(store) = &this.borrow().seen {
            tell_cluster(store);
        }
    });
}

/// Tells it the session, if it is there.
fn tell_cluster(store: &Store) {
    if Program::Cluster.state() != State::Ready {
        return;
    }
    let told = Told { lang: store.lang, shown: store.shown() };
    let _ = Program::Cluster.ask("show", &told.to_json(), 0);
}

impl Follow {
    fn react(
        &mut self,
        before: Option<&Store>,
        store: &Store,
        spoken: Option<String>,
        refused: Option<usize>,
        dispatch: &Dispatch,
    ) {
        let later = |milliseconds: u32, msg: Msg| {
            let dispatch = dispatch.clone();
            browser::after(milliseconds, move || dispatch.emit(msg))
        };
        let edited = before.is_none_or(|it| !Rc::ptr_eq(&it.events, &store.events));
        let settled = before.is_none_or(|it| it.settled != store.settled);
        if edited || settled {
            self.settle = (!store.settled).then(|| later(150, Msg::Settle));
        }
        let is_typing = store.history.is_typing();
        if edited || before.is_none_or(|it| it.history.is_typing() != is_typing) {
            self.pause = is_typing.then(|| later(500, Msg::Pause));
        }
        let moved = before.is_none_or(|it| it.at != store.at);
        if moved || before.is_none_or(|it| it.playing != store.playing) {
            self.tick = store.playing.then(|| later(1200, Msg::Tick));
        }
        // Screen readers hear of it half a second after typing stops.
        if self.spoken != spoken {
            let text = spoken.clone().unwrap_or_default();
            self.speech = Some(browser::after(500, move || browser::say(&text)));
            self.spoken = spoken;
        }
        if edited || settled || moved || self.refused != refused {
            let wanted = refused.filter(|_| store.settled);
            self.fixing = wanted.map(|document| look_for_fixes(store, document, dispatch));
            self.refused = refused;
        }
        // A manifest changes little behind the Service: that waits until typing stops.
        let told_at_once =
            moved || before.is_none_or(|it| it.lang != store.lang || it.flags() != store.flags());
        if edited || told_at_once {
            let store = store.clone();
            let wait = if told_at_once { 0 } else { 150 };
            self.telling = Some(browser::after(wait, move || tell_cluster(&store)));
        }
        if let Some(undone) =
            store.undone.filter(|_| before.is_none_or(|it| it.undone != store.undone))
        {
            let text = match undone.text_box {
                TextBox::Manifest => store.manifest(),
                TextBox::Flags(component) => parts::split(store.flags()).of(component).into(),
            };
            browser::place_caret(undone.text_box.id(), &text, undone.end);
        }
        let tongue = before.is_none_or(|it| it.lang != store.lang);
        if tongue || before.is_none_or(|it| it.theme != store.theme || it.owner() != store.owner())
        {
            let title = text::TITLE.get(store.lang);
            browser::remember(store.lang.tag(), store.theme.map(Theme::name), title, store.owner());
        }
    }
}

/// Looks for the fixes of a document once typing has stopped.
fn look_for_fixes(store: &Store, document: usize, dispatch: &Dispatch) -> Timer {
    let (session, dispatch) = (store.shown(), dispatch.clone());
    let look = move |_| {
        if let Some(list) = fixes(&session, document) {
            let events = session.scenario.events;
            let found = Found { events, at: session.at, document, list };
            dispatch.emit(Msg::Fixes(Rc::new(found)));
        }
    };
    browser::after(150, move || Program::Extras.load(false, look))
}
