//! How was the page opened, and which sessions were opened before?

use std::rc::Rc;

use super::embed::Embed;
use super::found::Place;
use super::history::{History, Work};
use super::link::Trouble;

/// How the page was opened, and what was opened before.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Visit {
    /// One's own work with its way back, while the page shows what is not one's own.
    pub(super) own: Option<Rc<(Work, History)>>,
    /// Set in a frame.
    pub embed: Option<Rc<Embed>>,
    /// Why the address could not be read.
    pub trouble: Option<Trouble>,
    /// How many sessions were opened: examples, links, one's own work.
    pub(super) sessions: u32,
    /// The sessions that Back and Forward may lead to, as they were left, and whether they are drafts.
    pub(super) left: Vec<(Work, bool)>,
    /// The turn for which the browser's history needs no entry.
    pub(super) stays: u32,
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
    /// Returns a frame to its start.
    Reset,
    /// Learned that there is no link, or has read why.
    Trouble(Option<Trouble>),
}

/// What the browser keeps with an entry of its history: which session, branch and event it shows, and
/// whether they are one's own.
pub(super) struct Mark {
    pub session: u32,
    pub branch: usize,
    pub at: usize,
    pub is_draft: bool,
}

impl Mark {
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let mut number = || words.next()?.parse::<u32>().ok();
        let (session, branch, at) = (number()?, number()? as usize, number()? as usize);
        Some(Self { session, branch, at, is_draft: words.next()? == "draft" })
    }
}
