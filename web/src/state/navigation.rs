//! Whose work is this: one's own, that of a link, or that of a page with a frame? And where do Back and
//! Forward lead?
//!
//! Invariants: a link never takes the place of one's own work, which waits until it is asked for; an
//! address that cannot be read changes nothing. Back and Forward choose sessions and their events, and
//! take back nothing that was typed.

use std::rc::Rc;

use dualstack_core::explain::text::Lang;
use dualstack_core::session::action::Shown;

use super::choices::{Tab, Theme};
use super::embed::{self, View};
use super::found::{Found, Owner, Place};
use super::history::Work;
use super::link;
use super::saved::from_text;
use super::store::{Msg, Store};
use super::visit::{Mark, Step};

/// Where one's own text is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OwnText {
    /// It is what the page shows.
    Shown,
    /// An example took its place.
    Left,
    /// A link took its place.
    Waits,
    /// Nothing was typed yet.
    None,
}

impl Store {
    /// The state of a visit that found something: the language and theme that were chosen; the work that
    /// was saved, or what was typed into the static example; and what the address asks for.
    #[must_use]
    pub fn resumed(found: &Found) -> Self {
        let lang = if found.lang.as_deref() == Some(Lang::Zh.tag()) { Lang::Zh } else { Lang::En };
        let mut store = Self::opening(lang);
        store.theme = found.theme.as_deref().and_then(Theme::named);
        store.runs = !found.died;
        let mark = Mark::read(&found.place.mark);
        let read = |text: &Option<String>| text.as_deref().and_then(from_text);
        // A reload returns to the work of its tab, a new visit to the last work of all.
        let of_tab = mark.as_ref().and_then(|_| read(&found.of_tab));
        let draft = mark.as_ref().filter(|mark| mark.is_draft).and_then(|_| read(&found.draft));
        let is_of_tab = of_tab.is_some();
        if let Some(own) = read(&found.typed).or(of_tab).or_else(|| read(&found.saved)) {
            store.restore(own);
        }
        store.visit.sessions = store.session;
        // Where an example took its place, one's own text waits across visits.
        if let Some(mut own) = read(&found.own).filter(|own| own.example.is_none())
            && store.example.is_some()
        {
            store.visit.sessions = store.visit.sessions.max(own.session);
            if own.session == store.session {
                store.visit.sessions += 1;
                own.session = store.visit.sessions;
            }
            store.visit.left.push((own, false));
        }
        // What the tab keeps is at least as new as its address, and older than what stopped the program.
        let is_here = |work: &Work| mark.as_ref().is_some_and(|mark| mark.session == work.session);
        if let Some(draft) = draft.filter(|draft| found.died || is_here(draft)) {
            store.set_draft(true);
            store.restore(draft);
            store.visit.sessions = store.visit.sessions.max(store.session);
        } else if found.place != Place::default()
            && (!(is_of_tab && (found.died || is_here(&store.work())))
                || mark.is_some_and(|mark| mark.is_draft))
        {
            store = store.visited(Step::Arrived(found.place.clone()));
        }
        store.visit.stays = store.turn;
        store
    }

    /// The session, and the event of it that is shown.
    #[must_use]
    pub fn shown(&self) -> Shown {
        Shown { scenario: self.session(), at: self.at, notes: self.notes.clone() }
    }

    /// Whether the page shows what is not one's own.
    #[must_use]
    pub const fn is_draft(&self) -> bool {
        self.visit.own.is_some()
    }

    /// Whether one's own work waits.
    #[must_use]
    pub fn has_own(&self) -> bool {
        self.visit.own.as_ref().is_some_and(|own| !own.0.is_opening())
    }

    /// Where one's own text is.
    #[must_use]
    pub fn own_text(&self) -> OwnText {
        match (self.is_draft(), self.example) {
            (true, _) if self.has_own() => OwnText::Waits,
            (true, _) => OwnText::None,
            (false, None) => OwnText::Shown,
            (false, Some(_)) if self.left_own().is_some() => OwnText::Left,
            (false, Some(_)) => OwnText::None,
        }
    }

    /// One's own text as it was when an example took its place.
    #[must_use]
    pub fn left_own(&self) -> Option<&Work> {
        let mut left = self.visit.left.iter().rev();
        let is_own = |(work, is_draft): &&(Work, bool)| work.example.is_none() && !is_draft;
        left.find(is_own).map(|(work, _)| work)
    }

    /// Shows one's own text in place of an example.
    pub(super) fn return_to_own(&mut self) {
        if let Some(work) = self.left_own().cloned() {
            self.put_aside();
            self.visit.trouble = None;
            self.show(work);
        }
    }

    /// Whether the page shows the other components, and their Nodes and Pods: a frame without a result does not.
    #[must_use]
    pub fn shows_components(&self) -> bool {
        let shows = |view: View| matches!(view, View::All | View::Result);
        self.visit.embed.as_ref().is_none_or(|embed| shows(embed.view))
    }

    /// Whose work the page shows.
    #[must_use]
    pub const fn owner(&self) -> Owner {
        match (&self.visit.embed, self.is_draft()) {
            (Some(_), _) => Owner::Frame,
            (None, true) => Owner::Link,
            (None, false) => Owner::Person,
        }
    }

    /// Where the browser's history shall find this state again. A session that is too long for an address
    /// is found in the storage of the tab.
    #[must_use]
    pub fn place(&self) -> Place {
        let whose = if self.is_draft() { "draft" } else { "own" };
        let fragment = self.fragment().unwrap_or_default();
        let mark = format!("{} {} {} {whose}", self.session, self.branch, self.at);
        Place { fragment, mark }
    }

    /// The link to what is shown, as what stands behind `#`: the session, and the tab if it is not the first.
    ///
    /// # Errors
    ///
    /// [`Trouble::TooLong`](link::Trouble::TooLong).
    pub fn fragment(&self) -> Result<String, link::Trouble> {
        let link = link::write(&self.shown())?;
        Ok(match self.tab {
            Tab::Stored => link,
            tab => format!("{link}&tab={}", tab.name()),
        })
    }

    /// Whether the address says less than what is shown. A frame leaves it alone.
    #[must_use]
    pub fn has_news_since(&self, before: &Self) -> bool {
        self.visit.embed.is_none()
            && (!Rc::ptr_eq(&self.events, &before.events)
                || self.notes != before.notes
                || (self.turn, self.owner(), self.tab) != (before.turn, before.owner(), before.tab))
    }

    /// Whether an event or a session was chosen in `next`, so that Back leads here. While events are
    /// played, nothing is chosen.
    #[must_use]
    pub fn is_left_by(&self, next: &Self) -> bool {
        let is_chosen = next.turn != self.turn && next.turn != next.visit.stays;
        is_chosen && !next.playing && !self.playing
    }

    /// Whether a link was just opened: from now on the tab keeps what becomes of it.
    #[must_use]
    pub fn is_opened(&self) -> bool {
        self.turn == self.visit.stays && self.owner() == Owner::Link
    }

    /// Begins a session; Back and Forward find the one before as it is now.
    pub(super) fn begin(&mut self) {
        self.put_aside();
        self.visit.trouble = None;
        self.visit.sessions += 1;
        self.session = self.visit.sessions;
    }

    fn put_aside(&mut self) {
        let session = self.session;
        self.visit.left.retain(|(work, _)| work.session != session);
        let left = (self.work(), self.is_draft());
        self.visit.left.push(left);
    }

    /// Shows what is one's own, or what is not; each has a way back of its own.
    fn set_draft(&mut self, is_draft: bool) {
        match (self.visit.own.take(), is_draft) {
            (None, true) => {
                let own = (self.work(), std::mem::take(&mut self.history));
                self.visit.own = Some(Rc::new(own));
            }
            (Some(own), false) => self.history = own.1.clone(),
            (own, _) => self.visit.own = own,
        }
    }

    /// Shows a session in place of the one there is.
    fn show(&mut self, work: Work) {
        let turn = self.turn;
        self.restore(work);
        if self.turn == turn {
            self.turn_to(self.at);
        }
    }

    /// Opens what an address asks for.
    fn open(&mut self, place: &Place) {
        // Where the keyboard skips to.
        if place.fragment == "answer" {
            return;
        }
        let read = embed::link(&place.fragment).map(link::read);
        let mark = Mark::read(&place.mark).filter(|_| read.is_some());
        let own = self.visit.own.as_ref().map_or_else(|| self.work(), |own| own.0.clone());
        let embed = embed::read(&place.fragment, read.as_ref());
        let work = match (&embed, read) {
            (Some(embed), _) => embed.start.clone(),
            (None, Some(Ok(shown))) => Work::of(shown),
            (None, Some(Err(trouble))) => {
                self.visit.trouble = Some(trouble);
                return;
            }
            // No link at all.
            (None, None) => own.clone(),
        };
        let is_own = embed.is_none()
            && mark.as_ref().map_or_else(|| own.shows(&work), |mark| !mark.is_draft);
        let is_shown = self.work().shows(&work) && is_own != self.is_draft();
        if let Some(embed) = &embed {
            self.lang = embed.lang.unwrap_or(self.lang);
            self.theme = embed.theme.or(self.theme);
            self.tab = embed.tab.unwrap_or_default();
            self.runs = true;
        }
        self.visit.embed = embed.map(Rc::new);
        if !is_shown {
            self.put_aside();
            self.set_draft(!is_own);
            self.visit.sessions += 1;
            let session = mark.map_or(self.visit.sessions, |mark| mark.session);
            self.visit.sessions = self.visit.sessions.max(session);
            self.show(Work { session, ..work });
        }
    }

    /// Follows the browser's history, or an address that was typed.
    fn arrive(&mut self, place: &Place) {
        self.visit.trouble = None;
        if self.visit.embed.is_none() && embed::link(&place.fragment).is_some() {
            self.tab = embed::tab(&place.fragment).unwrap_or_default();
        }
        let mark = Mark::read(&place.mark).filter(|_| self.visit.embed.is_none());
        let left = mark.as_ref().and_then(|mark| {
            let mut left = self.visit.left.iter();
            left.find(|(work, _)| work.session == mark.session).cloned()
        });
        match (mark, left) {
            (Some(mark), _) if mark.session == self.session => {
                if mark.branch != self.branch {
                    *self = self.rearranged(Msg::Branch(mark.branch));
                }
                self.turn_to(mark.at);
            }
            (Some(mark), Some((work, is_draft))) => {
                self.put_aside();
                self.set_draft(is_draft);
                let at = mark.at.min(work.events.len() - 1);
                self.show(Work { at, ..work });
            }
            _ => self.open(place),
        }
        self.visit.stays = self.turn;
    }

    /// The state after `step`.
    #[must_use]
    pub fn visited(&self, step: Step) -> Self {
        let mut next = self.clone();
        match step {
            Step::Arrived(place) => next.arrive(&place),
            Step::Keep => {
                if let Some(own) = next.visit.own.take() {
                    // Undo returns to what it takes the place of.
                    next.history.note(own.0.clone(), None);
                }
            }
            Step::Own(saved) => {
                if let Some(own) = &self.visit.own {
                    next.put_aside();
                    next.set_draft(false);
                    // Another tab may have gone on with it.
                    let saved = saved.as_deref().and_then(from_text).unwrap_or(own.0.clone());
                    next.show(Work { session: own.0.session, ..saved });
                }
            }
            Step::Reset => {
                if let Some(embed) = &self.visit.embed {
                    next.show(Work { session: self.session, ..embed.start.clone() });
                }
            }
            Step::Trouble(trouble) => next.visit.trouble = trouble,
        }
        if next.is_draft() == self.is_draft() && !next.work().is_same(&self.work()) {
            next.history.note(self.work(), None);
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;

    use super::{OwnText, Step};
    use crate::state::found::{Found, Owner, Place};
    use crate::state::store::{Msg, Store};

    fn to_text(store: &Store) -> String {
        crate::state::saved::to_text(&store.work())
    }

    fn typed(store: &Store, text: &str) -> Store {
        store.update(Msg::EditManifest(text.to_owned()))
    }

    fn own() -> Store {
        typed(&Store::opening(Lang::En), "a: own")
    }

    /// A link that somebody made, as it arrives.
    fn link() -> Place {
        let made = typed(&Store::opening(Lang::En), "a: link");
        Place { mark: String::new(), ..made.place() }
    }

    fn arrive(store: &Store, place: Place) -> Store {
        store.update(Msg::Visit(Step::Arrived(place)))
    }

    fn visit(found: Found) -> Store {
        Store::resumed(&found)
    }

    #[test]
    fn a_link_is_a_draft_beside_ones_own_work() {
        let saved = Some(to_text(&own()));
        for draft in [
            visit(Found { place: link(), saved: saved.clone(), ..Found::default() }),
            arrive(&own(), link()),
        ] {
            assert_eq!((&*draft.manifest(), draft.owner()), ("a: link", Owner::Link));
            let edited = typed(&draft, "a: edited");
            assert_eq!((edited.owner(), edited.has_own()), (Owner::Link, true));
            // With storage and without.
            for text in [saved.clone(), None] {
                let back = edited.update(Msg::Visit(Step::Own(text)));
                assert_eq!((&*back.manifest(), back.owner()), ("a: own", Owner::Person));
                assert!(edited.is_left_by(&back), "Back leads here");
            }
            let kept = edited.update(Msg::Visit(Step::Keep));
            assert_eq!((&*kept.manifest(), kept.owner()), ("a: edited", Owner::Person));
            let undone = kept.update(Msg::Undo);
            assert_eq!((&*undone.manifest(), undone.owner()), ("a: own", Owner::Person));
        }
    }

    #[test]
    fn undo_stays_on_its_side() {
        let mut draft = typed(&arrive(&own(), link()), "a: edited");
        for _ in 0..5 {
            draft = draft.update(Msg::Undo);
        }
        assert_eq!((&*draft.manifest(), draft.owner()), ("a: link", Owner::Link));
        let mut back = draft.update(Msg::Visit(Step::Own(None)));
        assert!(!back.history.can_redo() && back.history.can_undo());
        back = back.update(Msg::Undo);
        assert_eq!(back.events, Store::opening(Lang::En).events);
    }

    #[test]
    fn another_tab_may_have_gone_on_with_ones_own_work() {
        let draft = arrive(&own(), link());
        let saved = Some(to_text(&typed(&own(), "a: newer")));
        assert_eq!(&*draft.update(Msg::Visit(Step::Own(saved))).manifest(), "a: newer");
    }

    #[test]
    fn a_link_to_ones_own_work_is_no_draft() {
        let saved = Some(to_text(&own()));
        let place = Place { mark: String::new(), ..own().place() };
        let store = visit(Found { place: place.clone(), saved, ..Found::default() });
        assert_eq!(store.owner(), Owner::Person);
        // Not even when it is opened while another one is looked at.
        let store = arrive(&arrive(&own(), link()), place);
        assert_eq!((&*store.manifest(), store.owner()), ("a: own", Owner::Person));
    }

    #[test]
    fn who_has_no_work_yet_has_none_to_go_back_to() {
        let saved = Some(to_text(&Store::opening(Lang::En)));
        let store = visit(Found { place: link(), saved, ..Found::default() });
        assert_eq!((store.owner(), store.has_own()), (Owner::Link, false));
    }

    #[test]
    fn an_address_that_cannot_be_read_changes_nothing() {
        for fragment in ["0garbage", "garbage", "0", "9AAAA"] {
            let place = Place { fragment: fragment.to_owned(), mark: String::new() };
            let saved = Some(to_text(&own()));
            for store in [
                visit(Found { place: place.clone(), saved, ..Found::default() }),
                arrive(&own(), place),
            ] {
                let trouble = store.visit.trouble.as_ref().expect("it is told");
                assert!(trouble.text().en.starts_with("This link "));
                assert_eq!((&*store.manifest(), store.owner()), ("a: own", Owner::Person));
                assert_eq!(store.update(Msg::Visit(Step::Trouble(None))).visit.trouble, None);
            }
        }
    }

    #[test]
    fn the_link_to_the_answer_leaves_everything_as_it_is() {
        let place = Place { fragment: "answer".to_owned(), mark: String::new() };
        for store in [own(), arrive(&own(), link())] {
            let skipped = arrive(&store, place.clone());
            assert_eq!((skipped.manifest(), skipped.owner()), (store.manifest(), store.owner()));
            // Back again, to an address without a mark.
            let back = arrive(&skipped, Place { mark: String::new(), ..Store::place(&store) });
            assert_eq!((back.turn, back.owner()), (store.turn, store.owner()));
        }
    }

    #[test]
    fn back_chooses_the_event_before_and_keeps_what_was_typed() {
        let first = own();
        let second = first.update(Msg::ApplyAgain);
        assert!(first.is_left_by(&second));
        let second = typed(&second, "a: second");
        assert!(!second.is_left_by(&typed(&second, "a: more")));
        let back = arrive(&second, first.place());
        assert_eq!((back.at, &back.events), (1, &second.events));
        assert!(!second.is_left_by(&back));
        assert_eq!(arrive(&back, second.place()).at, 2);
        // What is played is not chosen.
        let played = second.update(Msg::Play(true)).update(Msg::Tick);
        assert!(!second.update(Msg::Play(true)).is_left_by(&played));
    }

    #[test]
    fn back_finds_the_branch_it_left() {
        let first = own().update(Msg::ApplyAgain);
        let forked = first.update(Msg::Choose(1)).update(Msg::Fork).update(Msg::Patch);
        let back = arrive(&forked, first.place());
        assert_eq!((back.branch, back.at, &back.events), (0, 2, &first.events));
        let forth = arrive(&back, forked.place());
        assert_eq!((forth.branch, forth.at, &forth.events), (1, 2, &forked.events));
    }

    #[test]
    fn back_returns_to_the_session_before_as_it_was_left() {
        let opening = Store::opening(Lang::En);
        let entry = opening.place();
        // Typed in the last moment: the entry does not know it.
        let edited = typed(&opening, "a: own");
        let example = edited.update(Msg::Example("node-port"));
        assert!(edited.is_left_by(&example));
        let back = arrive(&example, entry);
        assert_eq!(&*back.manifest(), "a: own");
        let forth = arrive(&back, example.place());
        assert_eq!(forth.example, Some("node-port"));
        // It is a change like any other.
        assert_eq!(back.update(Msg::Undo).example, Some("node-port"));
    }

    #[test]
    fn every_example_that_is_chosen_has_an_entry_of_its_own() {
        let opening = Store::opening(Lang::En);
        let second = opening.update(Msg::Example("node-port"));
        let third = second.update(Msg::Example("external-name"));
        assert!(opening.is_left_by(&second) && second.is_left_by(&third));
        assert!(second.has_news_since(&opening) && third.has_news_since(&second));
        let back = arrive(&third, second.place());
        assert_eq!(back.example, Some("node-port"));
        assert_eq!(arrive(&back, opening.place()).example, opening.example);
        // Also after Back.
        assert!(back.is_left_by(&back.update(Msg::Example("static-primary"))));
    }

    #[test]
    fn ones_own_text_comes_back_after_examples() {
        assert_eq!(Store::opening(Lang::En).own_text(), OwnText::None);
        let text = own();
        assert_eq!(text.own_text(), OwnText::Shown);
        let example = text.update(Msg::Example("node-port")).update(Msg::Example("external-name"));
        assert_eq!(example.own_text(), OwnText::Left);
        let back = example.update(Msg::OwnText);
        assert_eq!((&*back.manifest(), back.own_text()), ("a: own", OwnText::Shown));
        assert!(example.is_left_by(&back), "Back leads to the example");
        assert_eq!(back.update(Msg::Undo).example, Some("external-name"));
        // The last one that was typed, however it was left.
        let newer = typed(&back, "a: newer").update(Msg::Example("node-port"));
        assert_eq!(&*newer.update(Msg::OwnText).manifest(), "a: newer");
        // With a link in between.
        let draft = arrive(&text, link());
        assert_eq!(draft.own_text(), OwnText::Waits);
        assert_eq!(arrive(&Store::opening(Lang::En), link()).own_text(), OwnText::None);
    }

    #[test]
    fn ones_own_text_waits_in_the_next_visit_too() {
        let left = own().update(Msg::Example("node-port"));
        let kept = left.left_own().map(crate::state::saved::to_text);
        let found = Found { saved: Some(to_text(&left)), own: kept.clone(), ..Found::default() };
        let next = visit(found);
        assert_eq!((next.example, next.own_text()), (Some("node-port"), OwnText::Left));
        let back = next.update(Msg::OwnText);
        assert_eq!((&*back.manifest(), back.own_text()), ("a: own", OwnText::Shown));
        assert_eq!(arrive(&back, next.place()).example, Some("node-port"));
        // Another tab has numbered its sessions alike.
        let other = Store::opening(Lang::En).update(Msg::Example("external-name"));
        assert_eq!(other.session, 1);
        let mut own = left.left_own().cloned().expect("it was left");
        own.session = 1;
        let own = Some(crate::state::saved::to_text(&own));
        let found = Found { saved: Some(to_text(&other)), own, ..Found::default() };
        let next = visit(found).update(Msg::OwnText);
        assert_eq!(&*next.manifest(), "a: own");
        assert_eq!(arrive(&next, other.place()).example, Some("external-name"));
        // What is newer is shown already; what cannot be read is no text.
        let found = Found {
            saved: Some(to_text(&typed(&next, "a: newer"))),
            own: kept,
            ..Found::default()
        };
        assert_eq!(visit(found).own_text(), OwnText::Shown);
        let found = Found { own: Some("{".to_owned()), ..Found::default() };
        assert_eq!(visit(found).own_text(), OwnText::None);
    }

    #[test]
    fn back_crosses_from_a_link_to_ones_own_work_and_forth() {
        let draft = typed(&arrive(&own(), link()), "a: edited");
        let back = arrive(&draft, own().place());
        assert_eq!((&*back.manifest(), back.owner()), ("a: own", Owner::Person));
        let forth = arrive(&back, draft.place());
        assert_eq!((&*forth.manifest(), forth.owner()), ("a: edited", Owner::Link));
        let back = forth.update(Msg::Visit(Step::Own(None)));
        assert_eq!(&*back.manifest(), "a: own");
        let forth = arrive(&back, draft.place());
        assert_eq!((&*forth.manifest(), forth.owner()), ("a: edited", Owner::Link));
    }

    #[test]
    fn after_a_reload_back_finds_the_session_in_its_address() {
        let first = own();
        let second = first.update(Msg::Example("node-port"));
        let of_tab = Some(to_text(&second));
        // Even while the address was not written yet.
        for place in [second.place(), Place { fragment: String::new(), ..second.place() }] {
            let found = Found { place, of_tab: of_tab.clone(), ..Found::default() };
            let reloaded = Store::resumed(&found);
            assert_eq!((reloaded.example, reloaded.owner()), (Some("node-port"), Owner::Person));
            let back = arrive(&reloaded, first.place());
            assert_eq!((&*back.manifest(), back.owner()), ("a: own", Owner::Person));
            assert_eq!(arrive(&back, second.place()).example, Some("node-port"));
        }
        // The tab went back to an older session before it was left.
        let found = Found { place: first.place(), of_tab, ..Found::default() };
        assert_eq!(&*visit(found).manifest(), "a: own");
    }

    #[test]
    fn a_reload_keeps_the_work_of_its_tab() {
        let other = Some(to_text(&typed(&own(), "a: other tab")));
        let place = Place { fragment: String::new(), ..own().place() };
        let found = Found {
            place: place.clone(),
            of_tab: Some(to_text(&own())),
            saved: other.clone(),
            ..Found::default()
        };
        assert_eq!(&*visit(found).manifest(), "a: own");
        let draft = typed(&arrive(&own(), link()), "a: draft");
        let found = Found {
            place: draft.place(),
            of_tab: Some(to_text(&own())),
            draft: Some(to_text(&draft)),
            saved: other.clone(),
            ..Found::default()
        };
        let draft = visit(found);
        assert_eq!((&*draft.manifest(), draft.owner()), ("a: draft", Owner::Link));
        assert_eq!(&*draft.update(Msg::Visit(Step::Own(None))).manifest(), "a: own");
        let new = visit(Found { saved: other, ..Found::default() });
        assert_eq!(&*new.manifest(), "a: other tab");
    }

    #[test]
    fn what_stopped_the_program_is_shown_and_not_run() {
        let place = Place { fragment: link().fragment, mark: own().place().mark };
        let of_tab = Some(to_text(&own()));
        let store = visit(Found { place, of_tab, died: true, ..Found::default() });
        assert_eq!((&*store.manifest(), store.runs), ("a: own", false));
        let store = visit(Found { place: link(), died: true, ..Found::default() });
        assert_eq!((&*store.manifest(), store.runs), ("a: link", false));
    }

    #[test]
    fn the_seed_of_a_link_is_kept() {
        let mut made = own();
        made.seed = u64::MAX;
        let draft = arrive(&own(), Place { mark: String::new(), ..made.place() });
        assert_eq!(draft.session().seed, u64::MAX);
        let found =
            Found { place: draft.place(), draft: Some(to_text(&draft)), ..Found::default() };
        assert_eq!(visit(found).session(), draft.session());
        assert_eq!(draft.update(Msg::Example("node-port")).seed, 0);
    }

    #[test]
    fn a_frame_owns_nothing_and_returns_to_its_start() {
        let place = Place { fragment: "/s/node-port".to_owned(), mark: String::new() };
        let saved = Some(to_text(&own()));
        let frame = visit(Found { place, saved, died: true, ..Found::default() });
        assert_eq!((frame.example, frame.owner()), (Some("node-port"), Owner::Frame));
        assert!(frame.runs);
        let edited = typed(&frame, "a: edited");
        let reset = edited.update(Msg::Visit(Step::Reset));
        assert_eq!((&reset.events, reset.at), (&frame.events, frame.at));
        let left = arrive(&frame, Place::default());
        assert_eq!((&*left.manifest(), left.owner()), ("a: own", Owner::Person));
    }
}
