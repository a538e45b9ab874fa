//! What follows when the page has been drawn: timers, what screen readers and the browser are told, fixes
//! that are looked for, and the address bar. One effect for all of it, that compares the state with the one
//! before: an effect for each would be several times the code.

use std::cell::RefCell;
use std::rc::Rc;

use dualstack_core::fixes::{Fix, fixes};
use dualstack_core::session::Replay;
use dualstack_core::session::action::Action;
use dualstack_core::source::flags::boxes as parts;

use crate::browser::address_bar::{self, Place};
use crate::browser::{self, Timer};
use crate::state::store::{Msg, Store, TextBox, Theme};
use crate::state::visit::Step;
use crate::ui::Dispatch;
use crate::{address, i18n};

/// The session, event and document that fixes were found for, and the fixes.
#[derive(Clone, PartialEq, Debug)]
pub struct Found {
    events: Rc<[Action]>,
    at: usize,
    document: usize,
    list: Vec<Rc<Fix>>,
}

impl Found {
    /// The fixes, if they are of what the page shows: of its session, and of the document that is `refused`.
    #[must_use]
    pub fn of(&self, store: &Store, refused: Option<usize>) -> &[Rc<Fix>] {
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
}

/// The page has been drawn. `spoken` is the verdict in words, `refused` the document that was refused.
pub fn follow(
    this: &Rc<RefCell<Follow>>,
    store: &Store,
    spoken: Option<String>,
    refused: Option<usize>,
    replay: &Rc<RefCell<Replay>>,
    dispatch: &Dispatch,
) {
    let before = this.borrow_mut().seen.replace(store.clone());
    if before.is_none() {
        let (dispatch, this) = (dispatch.clone(), Rc::clone(this));
        let arrived = move |place| dispatch.emit(Msg::Visit(Step::Arrived(place)));
        let place = move || this.borrow().seen.as_ref().map_or_else(Place::default, Store::place);
        address_bar::listen(arrived, place);
    }
    address::follow(before.as_ref(), store);
    this.borrow_mut().react(before.as_ref(), store, spoken, refused, replay, dispatch);
}

impl Follow {
    fn react(
        &mut self,
        before: Option<&Store>,
        store: &Store,
        spoken: Option<String>,
        refused: Option<usize>,
        replay: &Rc<RefCell<Replay>>,
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
            self.fixing = wanted.map(|document| look_for_fixes(store, document, replay, dispatch));
            self.refused = refused;
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
            let title = i18n::TITLE.get(store.lang);
            browser::remember(store.lang.tag(), store.theme.map(Theme::name), title, store.owner());
        }
    }
}

/// Looks for the fixes of a document once typing has stopped.
fn look_for_fixes(
    store: &Store,
    document: usize,
    replay: &Rc<RefCell<Replay>>,
    dispatch: &Dispatch,
) -> Timer {
    let (session, replay, dispatch) = (store.shown(), Rc::clone(replay), dispatch.clone());
    browser::after(150, move || {
        let found = fixes(&mut replay.borrow_mut(), &session.scenario, session.at, document);
        let list = found.into_iter().map(Rc::new).collect();
        let events = session.scenario.events;
        dispatch.emit(Msg::Fixes(Rc::new(Found { events, at: session.at, document, list })));
    })
}
