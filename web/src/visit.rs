//! Whose work is this: one's own, that of a link, or that of a page with a frame? And where do Back and
//! Forward lead?
//!
//! Invariants: a link never takes the place of one's own work, which waits until it is asked for; an
//! address that cannot be read changes nothing. Back and Forward choose sessions and their events, and
//! take back nothing that was typed.

use std::rc::Rc;

use dualstack_core::text::Lang;

use crate::browser::address_bar::Place;
use crate::browser::{Found, Owner};
use crate::embed::{self, Embed};
use crate::link::{self, Bookmark, Trouble};
use crate::scenarios;
use crate::store::{Store, Theme, from_text};

/// How the page was opened, and what was opened before.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Visit {
    /// Set while the page shows what is not one's own.
    pub draft: Option<Draft>,
    /// Set in a frame.
    pub embed: Option<Rc<Embed>>,
    /// Why the address could not be read.
    pub trouble: Option<Trouble>,
    /// Whether the panel to share is open.
    pub sharing: bool,
    /// Which session this is. They are numbered as they are opened: examples, links, one's own work.
    session: u32,
    /// The sessions that Back and Forward may lead to, as they were left.
    left: Vec<(u32, Bookmark, Option<Draft>)>,
    /// The turn for which the browser's history needs no entry.
    stays: u32,
}

/// What is looked at and not one's own.
#[derive(Clone, PartialEq, Debug)]
pub struct Draft {
    /// One's own work, if there is any.
    pub own: Option<Bookmark>,
}

/// What a person did about links.
#[derive(Clone, PartialEq, Debug)]
pub enum Step {
    /// Went back or forward, or to another address.
    Arrived(Place),
    /// Makes the link one's own work.
    Keep,
    /// Returns to one's own work, as it is saved.
    Own(Option<String>),
    /// Opens or closes the panel to share.
    Share(bool),
    /// Returns a frame to its start.
    Reset,
    /// Has read what was wrong with the address.
    Dismiss,
}

/// What the browser keeps with an entry of its history: which session and event it shows, and whether they
/// are one's own.
struct Mark {
    session: u32,
    at: usize,
    is_draft: bool,
}

impl Mark {
    fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (session, at) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(Self { session, at, is_draft: words.next()? == "draft" })
    }
}

impl Visit {
    /// Whose work the page shows.
    #[must_use]
    pub fn owner(&self) -> Owner {
        match (&self.embed, &self.draft) {
            (Some(_), _) => Owner::Frame,
            (None, Some(_)) => Owner::Link,
            (None, None) => Owner::Person,
        }
    }
}

impl Store {
    /// The state of a visit that found something: the language and theme that were chosen; the work that
    /// was saved, or what was typed into the static example; and what the address asks for.
    #[must_use]
    pub fn resumed(found: &Found) -> Self {
        let lang = if found.lang.as_deref() == Some(Lang::Zh.tag()) { Lang::Zh } else { Lang::En };
        let mut store = Self::opening(lang);
        store.theme = found.theme.as_deref().and_then(Theme::named);
        let mark = Mark::read(&found.place.mark);
        // A reload returns to the work of its tab, a new visit to the last work of all.
        let of_tab = found.of_tab.as_ref().filter(|_| mark.is_some());
        let own = [found.typed.as_ref(), of_tab, found.saved.as_ref()];
        if let Some(own) = own.into_iter().flatten().find_map(|text| from_text(text)) {
            store.show(own, None);
        }
        // An address is empty if the work is too long for it, and older than what stopped the program.
        let by_tab = mark.filter(|_| found.died || found.place.fragment.is_empty());
        let is_draft = by_tab.as_ref().is_some_and(|mark| mark.is_draft);
        let draft = found.draft.as_ref().filter(|_| is_draft).and_then(|text| from_text(text));
        if let Some(draft) = draft {
            let own = store.own();
            store.show(draft, Some(Draft { own }));
        } else if by_tab.is_none() || is_draft || of_tab.is_none() {
            store.open(&found.place);
        }
        if let Some(mark) = by_tab {
            store.visit.session = mark.session;
        }
        store.visit.left.clear();
        store.visit.stays = store.turn;
        store.runs = !found.died;
        store
    }

    /// The session, and the event of it that is shown.
    #[must_use]
    pub fn bookmark(&self) -> Bookmark {
        Bookmark { scenario: self.session(), at: self.at }
    }

    /// Where the browser's history shall find this state again. A session that is too long for an address
    /// is found in the storage of the tab.
    #[must_use]
    pub fn place(&self) -> Place {
        let whose = if self.visit.draft.is_some() { "draft" } else { "own" };
        Place {
            fragment: link::write(&self.bookmark()).unwrap_or_default(),
            mark: format!("{} {} {whose}", self.visit.session, self.at),
        }
    }

    /// Whether this is what the page shows without an address.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        self.scenario == Some(scenarios::OPENING)
            && self.at + 1 == self.events.len()
            && self.visit.draft.is_none()
    }

    /// Whether an event or a session was chosen since `before`: Back leads there then.
    #[must_use]
    pub fn went_on_from(&self, before: &Self) -> bool {
        self.turn != before.turn && self.turn != self.visit.stays
    }

    /// One's own work, if there is any.
    fn own(&self) -> Option<Bookmark> {
        match &self.visit.draft {
            Some(draft) => draft.own.clone(),
            None => (!self.is_opening()).then(|| self.bookmark()),
        }
    }

    /// Begins a session; Back and Forward find the one before as it is now.
    pub(crate) fn begin(&mut self) {
        self.put_aside();
        let sessions = self.visit.left.iter().map(|(session, ..)| *session);
        self.visit.session = sessions.max().unwrap_or_default() + 1;
        self.visit.trouble = None;
    }

    fn put_aside(&mut self) {
        self.visit.left.retain(|(session, ..)| *session != self.visit.session);
        let left = (self.visit.session, self.bookmark(), self.visit.draft.clone());
        self.visit.left.push(left);
    }

    /// Shows a session in place of the one there is.
    fn show(&mut self, bookmark: Bookmark, draft: Option<Draft>) {
        let Bookmark { scenario, at } = bookmark;
        let is_same = |example: &&scenarios::Scenario| example.events == *scenario.events;
        let example = scenarios::all().iter().find(is_same).filter(|_| scenario.seed == 0);
        self.scenario = example.map(|example| example.id);
        self.seed = scenario.seed;
        self.events = scenario.events;
        self.settled = true;
        self.turn_to(at);
        self.visit.draft = draft;
    }

    /// Opens what an address asks for.
    fn open(&mut self, place: &Place) {
        self.visit.trouble = None;
        let own = self.own();
        let embed = embed::read(&place.fragment);
        let found = match (&embed, place.fragment.as_str()) {
            (Some(embed), _) => Ok(embed.start.clone()),
            // No link at all, or the one to the answer.
            (None, "" | "answer") => {
                if self.visit.draft.is_some() {
                    self.begin();
                    self.show(own.unwrap_or_else(scenarios::opening), None);
                }
                self.visit.embed = None;
                return;
            }
            (None, link) => link::read(link),
        };
        match found {
            Err(trouble) => self.visit.trouble = Some(trouble),
            Ok(bookmark) => {
                let mark = Mark::read(&place.mark);
                let is_same = own.as_ref() == Some(&bookmark);
                let is_own = mark.as_ref().map_or(is_same, |mark| !mark.is_draft);
                let draft = (embed.is_some() || !is_own).then_some(Draft { own });
                self.begin();
                self.show(bookmark, draft);
                if let Some(mark) = mark {
                    self.visit.session = mark.session;
                }
            }
        }
        if let Some(embed) = &embed {
            self.lang = embed.lang.unwrap_or(self.lang);
            self.theme = embed.theme.or(self.theme);
        }
        self.visit.embed = embed.map(Rc::new);
    }

    /// Follows the browser's history, or an address that was typed.
    fn arrive(&mut self, place: &Place) {
        let mark = Mark::read(&place.mark).filter(|_| self.visit.embed.is_none());
        let left = |mark: &Mark| {
            let mut left = self.visit.left.iter();
            left.find(|(session, ..)| *session == mark.session).cloned()
        };
        match mark {
            Some(mark) if mark.session == self.visit.session => {
                self.visit.trouble = None;
                self.turn_to(mark.at);
            }
            Some(mark) if let Some((session, bookmark, draft)) = left(&mark) => {
                self.put_aside();
                self.visit.trouble = None;
                self.show(Bookmark { at: mark.at, ..bookmark }, draft);
                self.visit.session = session;
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
            Step::Keep => next.visit.draft = None,
            Step::Own(saved) => {
                let saved = saved.and_then(|text| from_text(&text));
                next.begin();
                next.show(saved.or_else(|| self.own()).unwrap_or_else(scenarios::opening), None);
            }
            Step::Share(is_open) => next.visit.sharing = is_open,
            Step::Reset => {
                if let Some(embed) = &self.visit.embed {
                    next.show(embed.start.clone(), next.visit.draft.clone());
                }
            }
            Step::Dismiss => next.visit.trouble = None,
        }
        next
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::text::Lang;

    use super::{Draft, Step};
    use crate::browser::address_bar::Place;
    use crate::browser::{Found, Owner};
    use crate::link::Trouble;
    use crate::store::{Msg, Store, to_text};

    fn typed(store: &Store, text: &str) -> Store {
        store.update(Msg::EditManifest(text.to_owned()))
    }

    fn own() -> Store {
        typed(&Store::opening(Lang::En), "a: own")
    }

    /// A link that somebody made, as it arrives.
    fn link() -> Place {
        let made = typed(&Store::opening(Lang::En), "a: link");
        Place { fragment: made.place().fragment, mark: String::new() }
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
            assert_eq!((&*draft.manifest(), draft.visit.owner()), ("a: link", Owner::Link));
            let edited = typed(&draft, "a: edited");
            assert_eq!(edited.visit.owner(), Owner::Link);
            // With storage and without.
            for text in [saved.clone(), None] {
                let back = edited.update(Msg::Visit(Step::Own(text)));
                assert_eq!((&*back.manifest(), back.visit.owner()), ("a: own", Owner::Person));
            }
            let kept = edited.update(Msg::Visit(Step::Keep));
            assert_eq!((&*kept.manifest(), kept.visit.owner()), ("a: edited", Owner::Person));
        }
    }

    #[test]
    fn a_link_to_ones_own_work_is_no_draft() {
        let saved = Some(to_text(&own()));
        let place = Place { mark: String::new(), ..own().place() };
        let store = visit(Found { place, saved, ..Found::default() });
        assert_eq!(store.visit.owner(), Owner::Person);
    }

    #[test]
    fn who_has_no_work_yet_has_none_to_go_back_to() {
        let saved = Some(to_text(&Store::opening(Lang::En)));
        let store = visit(Found { place: link(), saved, ..Found::default() });
        assert_eq!(store.visit.draft, Some(Draft { own: None }));
    }

    #[test]
    fn an_address_that_cannot_be_read_changes_nothing() {
        for fragment in ["0garbage", "garbage", "0"] {
            let place = Place { fragment: fragment.to_owned(), mark: String::new() };
            let saved = Some(to_text(&own()));
            for store in [
                visit(Found { place: place.clone(), saved, ..Found::default() }),
                arrive(&own(), place),
            ] {
                assert_eq!(store.visit.trouble, Some(Trouble::Damaged));
                assert_eq!((&*store.manifest(), store.visit.owner()), ("a: own", Owner::Person));
            }
        }
    }

    #[test]
    fn back_chooses_the_event_before_and_keeps_what_was_typed() {
        let first = own();
        let second = first.update(Msg::ApplyAgain);
        assert!(second.went_on_from(&first));
        let second = typed(&second, "a: second");
        assert!(!second.went_on_from(&second.update(Msg::Settle)));
        let back = arrive(&second, first.place());
        assert_eq!((back.at, &back.events), (1, &second.events));
        assert!(!back.went_on_from(&second));
        assert_eq!(arrive(&back, second.place()).at, 2);
    }

    #[test]
    fn back_returns_to_the_session_before_as_it_was_left() {
        let opening = Store::opening(Lang::En);
        let entry = opening.place();
        // Typed in the last moment: the entry does not know it.
        let edited = typed(&opening, "a: own");
        let example = edited.update(Msg::Scenario("node-port"));
        assert!(example.went_on_from(&edited));
        let back = arrive(&example, entry);
        assert_eq!(&*back.manifest(), "a: own");
        let forth = arrive(&back, example.place());
        assert_eq!(forth.scenario, Some("node-port"));
    }

    #[test]
    fn after_a_reload_back_finds_the_session_in_its_address() {
        let first = own();
        let second = first.update(Msg::Scenario("node-port"));
        let text = Some(to_text(&second));
        let reloaded = visit(Found { place: second.place(), of_tab: text, ..Found::default() });
        assert_eq!((reloaded.scenario, reloaded.visit.owner()), (Some("node-port"), Owner::Person));
        let back = arrive(&reloaded, first.place());
        assert_eq!((&*back.manifest(), back.visit.owner()), ("a: own", Owner::Person));
        assert_eq!(arrive(&back, second.place()).scenario, Some("node-port"));
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
        let place = Place { mark: place.mark.replace("own", "draft"), ..place };
        let found = Found {
            place,
            draft: Some(to_text(&typed(&own(), "a: long draft"))),
            saved: other.clone(),
            ..Found::default()
        };
        let draft = visit(found);
        assert_eq!((&*draft.manifest(), draft.visit.owner()), ("a: long draft", Owner::Link));
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
    fn a_frame_owns_nothing_and_returns_to_its_start() {
        let place = Place { fragment: "/s/node-port".to_owned(), mark: String::new() };
        let saved = Some(to_text(&own()));
        let frame = visit(Found { place, saved, ..Found::default() });
        assert_eq!((frame.scenario, frame.visit.owner()), (Some("node-port"), Owner::Frame));
        let edited = typed(&frame, "a: edited");
        let reset = edited.update(Msg::Visit(Step::Reset));
        assert_eq!((&reset.events, reset.at), (&frame.events, frame.at));
        let left = arrive(&frame, Place::default());
        assert_eq!((&*left.manifest(), left.visit.owner()), ("a: own", Owner::Person));
    }
}
