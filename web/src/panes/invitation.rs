//! What is shown, and what may be tried with it? One line: the note of the event, or what the example is about, or what
//! the text does; and the edits to try as buttons, for as long as nothing else was edited.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::{Piece, render};
use yew::prelude::*;

use crate::examples::{self, Edit, Example, Try};
use crate::i18n;
use crate::state::store::{Msg, Store};
use crate::ui::links::linked;
use crate::ui::{Dispatch, click, words};

/// What there is left to try.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Offer {
    tries: Rc<[&'static Try]>,
    /// Whether some of it was done.
    is_begun: bool,
}

/// Those of the tries whose bits are set.
fn tries(example: &Example, bits: u32) -> impl Iterator<Item = (usize, &'static Try)> {
    example.tries.iter().enumerate().filter(move |(at, _)| bits & (1 << at) != 0)
}

/// What the button of a try says.
fn message(it: &Try) -> Msg {
    match it.edit {
        Edit::Replace(from, to) => Msg::Replace(from, to),
        Edit::Preset(preset) => Msg::Preset(preset),
    }
}

impl Offer {
    /// What is left, if the page shows the example, or what some of its tries made of it.
    #[must_use]
    pub fn of(example: Option<&'static str>, store: &Store) -> Self {
        let Some(example) = example.and_then(examples::find) else { return Self::default() };
        let opened = Store::opening(store.lang).update(Msg::Example(example.id));
        let makes_it = |done: &u32| {
            let mut tried = opened.clone();
            for (_, it) in tries(example, *done) {
                tried = tried.update(message(it));
            }
            (&tried.events, tried.at) == (&store.events, store.at)
        };
        let Some(done) = (0..1 << example.tries.len()).find(makes_it) else {
            return Self::default();
        };
        let left = tries(example, !done).map(|(_, it)| it).collect();
        Self { tries: left, is_begun: done != 0 }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The example that is shown, if nothing was edited since it was chosen.
    pub example: Option<&'static str>,
    /// The note of the event; without one and without an example, what the text does.
    pub says: Vec<Piece>,
    pub offer: Offer,
    pub dispatch: Dispatch,
}

#[component]
pub fn Invitation(props: &Props) -> Html {
    let Props { lang, example, ref says, ref offer, ref dispatch } = *props;
    let about = match example.and_then(examples::find).filter(|_| says.is_empty()) {
        Some(example) => linked(&render(example.about, &[], lang), lang),
        None => linked(says, lang),
    };
    let tries: Html = offer
        .tries
        .iter()
        .enumerate()
        .map(|(at, it)| {
            let then = (at > 0).then(|| i18n::TRY_THEN.get(lang));
            let onclick = click(dispatch, message(it));
            html! { <>{ then }<button type="button" class="link" {onclick}>{ words(it.text, lang) }</button></> }
        })
        .collect();
    let begin = if offer.is_begun { i18n::TRY_NOW } else { i18n::TRY };
    html! {
        <section class="invitation" aria-label={i18n::EXAMPLE.get(lang)}>
            <p>
                <span class="about">{ about }</span>
                if !offer.tries.is_empty() { <span class="try"><b>{ begin.get(lang) }</b>{ " " }{ tries }</span> }
            </p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::session::Replay;

    use super::{Offer, message};
    use crate::examples::{self, OPENING};
    use crate::state::answers::Answers;
    use crate::state::store::{Msg, Store};
    use crate::state::verdict::Verdict;

    fn verdict(store: &Store) -> Verdict {
        let answers = Answers::of(store, &store.session(), &mut Replay::default());
        let answers = answers.expect("a session begins with a start");
        answers.verdict(store, answers.document_at(store))
    }

    #[test]
    fn every_try_finds_what_it_changes_and_changes_the_verdict() {
        let mut count = 0;
        for example in examples::all() {
            let mut store = Store::opening(Lang::En).update(Msg::Example(example.id));
            for it in example.tries {
                let next = store.update(message(it));
                assert_ne!(next.events, store.events, "{}: {}", example.id, it.text.en);
                assert_ne!(verdict(&next), verdict(&store), "{}: {}", example.id, it.text.en);
                store = next;
            }
            count += usize::from(!example.tries.is_empty());
        }
        assert!(count >= 12, "{count} examples have something to try");
    }

    #[test]
    fn what_is_tried_is_offered_one_after_the_other_until_something_else_is_edited() {
        let left = |store: &Store| Offer::of(Some(OPENING), store).tries.len();
        let opening = Store::opening(Lang::En);
        assert_eq!(left(&opening), 2);
        let tries = examples::find(OPENING).expect("it is there").tries;
        let once = opening.update(message(&tries[0]));
        assert_eq!(left(&once), 1);
        assert!(Offer::of(Some(OPENING), &once).is_begun);
        assert_eq!(left(&once.update(message(&tries[1]))), 0);
        assert_eq!(left(&once.update(Msg::Undo)), 2);
        assert_eq!(left(&opening.update(message(&tries[1]))), 1, "in another order");
        assert_eq!(left(&opening.update(Msg::EditManifest("a: own".to_owned()))), 0);
        assert_eq!(Offer::of(None, &opening), Offer::default());
    }
}
