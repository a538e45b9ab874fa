//! What does a visit find in the browser, and where does its tab stand? Plain data, which `browser/` reads and writes.

/// Where the tab stands in its history.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Place {
    /// What stands behind `#`.
    pub fragment: String,
    /// What was written down with the entry; empty for an address that somebody typed or followed.
    pub mark: String,
}

/// Whose work the page shows: that decides where it is saved.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Owner {
    /// The person's own. Saved for good, and for this tab, where another one does not overwrite it.
    Person,
    /// That of a link, which is only looked at. Saved for this tab.
    Link,
    /// That of the page around the frame. Not saved.
    Frame,
}

impl Owner {
    /// What boot.js calls it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Link => "link",
            Self::Frame => "frame",
        }
    }
}

/// What a visit starts with.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Found {
    /// The language that boot.js chose, as a tag.
    pub lang: Option<String>,
    /// The theme that boot.js chose, by name.
    pub theme: Option<String>,
    /// What was typed into the static example before the program was there.
    pub typed: Option<String>,
    /// The work that was saved last, in whichever tab.
    pub saved: Option<String>,
    /// The work that was saved in this tab.
    pub of_tab: Option<String>,
    /// What became of the link that this tab looks at.
    pub draft: Option<String>,
    /// One's own text as it was when an example took its place last, in whichever tab.
    pub own: Option<String>,
    /// What the address asks for.
    pub place: Place,
    /// Whether the last visit died while running.
    pub died: bool,
}
