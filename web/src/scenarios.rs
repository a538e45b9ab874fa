//! Which examples are there? The files of `tests/scenarios`, in the order of the picker.

use dualstack_core::text::Text;

/// An example.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scenario {
    /// The file's name.
    pub id: &'static str,
    /// A few words.
    pub title: Text,
    /// One sentence.
    pub about: Text,
    /// The flags of all components.
    pub flags: &'static str,
    /// The manifests.
    pub manifest: &'static str,
}

/// All examples.
pub static ALL: &[Scenario] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// The example the page opens with.
pub const OPENING: &str = "dual-stack-preferred-ipfamilies-svc";

/// An example by its name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.id == id)
}

#[cfg(test)]
mod tests {
    use super::{ALL, OPENING, find};

    #[test]
    fn the_opening_example_is_there_and_all_have_words_in_both_languages() {
        assert!(find(OPENING).is_some());
        for scenario in ALL {
            for text in [scenario.title, scenario.about] {
                assert!(!text.en.is_empty() && !text.zh.is_empty(), "{}", scenario.id);
                assert!(text.zh.chars().any(|char| char > '\u{2e80}'), "{}", scenario.id);
            }
        }
    }
}
