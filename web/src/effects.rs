//! What follows when the page has been drawn? Timers, what screen readers and the browser are told, the search for
//! fixes, and the address bar: a hook each, which runs when what it depends on has changed.

use std::cell::RefCell;
use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::fixes::{fixes, next_steps};
use dualstack_core::session::Replay;
use dualstack_core::source::flags::boxes as parts;
use yew::prelude::*;

use crate::browser::{self, address_bar};
use crate::i18n;
use crate::state::choices::{TextBox, Theme, Undone};
use crate::state::fixes::FoundFixes;
use crate::state::found::{Owner, Place};
use crate::state::saved::to_text;
use crate::state::shared::Shared;
use crate::state::store::{Msg, Store};
use crate::state::visit::Step;
use crate::ui::Dispatch;

/// Does `work` after so many milliseconds, unless `deps` change before.
#[hook]
pub fn use_debounced<D: PartialEq + 'static>(
    deps: D,
    milliseconds: u32,
    work: Option<impl FnOnce() + 'static>,
) {
    use_effect_with(deps, move |_| {
        let timer = work.map(|work| browser::after(milliseconds, work));
        move || drop(timer)
    });
}

/// Answers what follows the shown event once typing stops.
#[hook]
pub fn use_settle(store: &Store, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    let work = (!store.settled).then_some(move || dispatch.emit(Msg::Settle));
    use_debounced((Shared(Rc::clone(&store.events)), store.settled), 150, work);
}

/// Ends a change that is undone at once.
#[hook]
pub fn use_pause(store: &Store, dispatch: &Dispatch) {
    let (is_typing, dispatch) = (store.history.is_typing(), dispatch.clone());
    let work = is_typing.then_some(move || dispatch.emit(Msg::Pause));
    let deps = (Shared(Rc::clone(&store.events)), store.notes.clone(), is_typing);
    use_debounced(deps, 500, work);
}

/// Shows the next event while the session is played.
#[hook]
pub fn use_playback(store: &Store, dispatch: &Dispatch) {
    let dispatch = dispatch.clone();
    let work = store.playing.then_some(move || dispatch.emit(Msg::Tick));
    use_debounced((store.at, store.playing, store.pace), store.pace.milliseconds(), work);
}

/// Screen readers hear the verdict half a second after typing stops.
#[hook]
pub fn use_speech(spoken: Option<String>) {
    let text = spoken.clone().unwrap_or_default();
    use_debounced(spoken, 500, Some(move || browser::say(&text)));
}

/// Whether the page is being printed: then parts are shown that a screen has in tabs.
#[hook]
pub fn use_printing() -> bool {
    let printing = use_state(|| false);
    let setter = printing.setter();
    use_effect_with((), move |()| browser::listen_to_printing(move |now| setter.set(now)));
    *printing
}

/// How long nothing may change before fixes are looked for: a person who pauses at a word is not done yet.
const REST: u32 = 600;

/// Looks for the fixes of the document, or for its next steps if it was accepted, once typing has stopped.
#[hook]
pub fn use_fixes(
    store: &Store,
    document: Option<usize>,
    replay: &Rc<RefCell<Replay>>,
    dispatch: &Dispatch,
) {
    let (shown, replay, dispatch) = (store.shown(), Rc::clone(replay), dispatch.clone());
    let work = document.filter(|_| store.settled).map(|document| {
        move || {
            let (session, at) = (&shown.scenario, shown.at);
            let mut replay = replay.borrow_mut();
            let mut found = fixes(&mut replay, session, at, document);
            if found.is_empty() {
                found = next_steps(&mut replay, session, at, document);
            }
            drop(replay);
            let found = FoundFixes::new(shown.scenario, shown.at, document, found);
            dispatch.emit(Msg::Fixes(Rc::new(found)));
        }
    });
    use_debounced(
        (Shared(Rc::clone(&store.events)), store.at, store.settled, document),
        REST,
        work,
    );
}

/// Puts the caret where the last undo or redo changed a text.
#[hook]
pub fn use_caret(store: &Store) {
    let text = |undone: Undone| match undone.text_box {
        TextBox::Manifest => store.manifest(),
        TextBox::Flags(component) => parts::split(store.flags()).of(component).into(),
    };
    let text = store.undone.map(text);
    use_effect_with(store.undone, move |undone| {
        if let Some((undone, text)) = undone.zip(text) {
            browser::place_caret(undone.text_box.id(), &text, undone.end);
        }
    });
}

/// Tells the page its language and theme.
#[hook]
pub fn use_language_and_theme(lang: Lang, theme: Option<Theme>, owner: Owner) {
    use_effect_with((lang, theme, owner), |(lang, theme, owner)| {
        let title = i18n::TITLE.get(*lang);
        browser::remember(lang.tag(), theme.map(Theme::name), title, *owner);
    });
}

/// Keeps one's own text for the next visit, where an example has taken its place.
#[hook]
pub fn use_own_text(store: &Store) {
    let own = store.left_own().filter(|_| store.owner() == Owner::Person);
    let deps = own.map(|own| (Shared(Rc::clone(&own.events)), own.session, own.branch));
    let work = own.cloned();
    use_effect_with(deps, move |_| {
        if let Some(work) = work {
            browser::keep_own(&to_text(&work));
        }
    });
}

/// Keeps the address bar up to date, and follows it.
#[hook]
pub fn use_address_bar(store: &Store, dispatch: &Dispatch) {
    let last = use_mut_ref(|| None::<Store>);
    {
        let (dispatch, last) = (dispatch.clone(), Rc::clone(&last));
        use_effect_with((), move |()| {
            let arrived = move |place| dispatch.emit(Msg::Visit(Step::Arrived(place)));
            let place = move || last.borrow().as_ref().map_or_else(Place::default, Store::place);
            address_bar::listen(arrived, place);
        });
    }
    let deps = (
        (Shared(Rc::clone(&store.events)), store.notes.clone()),
        (store.session, store.branch, store.at),
        (store.turn, store.owner(), store.playing, store.tab),
        store.visit.trouble.is_some(),
    );
    let now = store.clone();
    use_effect_with(deps, move |_| {
        let before = last.borrow_mut().replace(now.clone());
        write_address(before.as_ref(), &now);
    });
}

/// What is typed changes the entry of the browser's history; an event or a session that is chosen gets one
/// of its own. A frame leaves its address alone.
fn write_address(before: Option<&Store>, now: &Store) {
    let is_wrong = now.visit.trouble.is_some();
    let same = |before: &Store| {
        Rc::ptr_eq(&before.events, &now.events)
            && before.notes == now.notes
            && (before.turn, before.owner(), before.tab) == (now.turn, now.owner(), now.tab)
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
        address_bar::push(before.place(), before.session != now.session);
    } else {
        address_bar::write_later();
    }
}
