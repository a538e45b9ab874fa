//! Which examples are there? The files of `web/scenarios`, in the order of the picker.

use dualstack_core::explain::text::Text;
use dualstack_core::session::action::{Action, Notes, Session, Shown};

/// An example as build.rs writes it down.
struct File {
    id: &'static str,
    title: Text,
    about: Text,
    /// The list of its events, as JSON.
    events: &'static str,
    opens_at: usize,
    notes: &'static [Text],
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

thread_local! {
    // They last as long as the page.
    static ALL: &'static [Example] = FILES.iter().map(Example::read).collect::<Vec<_>>().leak();
}

/// An example.
#[derive(Clone, PartialEq, Debug)]
pub struct Example {
    /// The file's name.
    pub id: &'static str,
    /// A few words.
    pub title: Text,
    /// One sentence.
    pub about: Text,
    /// What happens: a start, an apply, and what the file says comes then.
    pub events: Vec<Action>,
    /// The event that it opens at.
    pub opens_at: usize,
    notes: &'static [Text],
}

/// The example the page opens with.
pub const OPENING: &str = "dual-stack-preferred-ipfamilies-svc";

/// All examples.
#[must_use]
pub fn all() -> &'static [Example] {
    ALL.with(|all| *all)
}

/// An example by its name.
#[must_use]
pub fn find(id: &str) -> Option<&'static Example> {
    all().iter().find(|example| example.id == id)
}

impl Example {
    /// Its session, at the event that matters.
    #[must_use]
    pub fn shown(&self) -> Shown {
        let scenario = Session { seed: 0, events: self.events.as_slice().into() };
        Shown { at: self.opens_at, scenario, notes: Notes::default() }
    }

    /// What is written beside the event at `at`.
    #[must_use]
    pub fn note(&self, at: usize) -> Text {
        self.notes.get(at).copied().unwrap_or(Text { en: "", zh: "" })
    }

    fn read(file: &File) -> Self {
        let File { id, title, about, events, opens_at, notes } = *file;
        let events = serde_json::from_str(events).expect("a test reads every example");
        Self { id, title, about, events, opens_at, notes }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use dualstack_core::explain::text::{Lang, Text};
    use dualstack_core::explain::trace::Piece;
    use dualstack_core::session::{EventReport, Replay, run};
    use serde::Deserialize;

    use super::{OPENING, all, find};
    use crate::state::answers::Answers;
    use crate::state::store::{Msg, Store};
    use crate::state::verdict::{Tone, Verdict};

    /// What a file says beyond what the page needs.
    #[derive(Deserialize)]
    struct Promise {
        order: u32,
        outcome: Outcome,
    }

    #[derive(Deserialize, PartialEq, Debug)]
    #[serde(rename_all = "kebab-case")]
    enum Outcome {
        Accepted,
        Surprising,
        Refused,
        DoesNotStart,
    }

    /// The files, re-read as they are now.
    fn promises() -> BTreeMap<String, Promise> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut promises = BTreeMap::new();
        for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
            let path = entry.expect("the folder can be listed").path();
            let text = std::fs::read_to_string(&path).expect("a scenario is UTF-8");
            let promise = serde_yaml::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            promises.insert(name, promise);
        }
        promises
    }

    /// The verdicts that an example ends with, one per document.
    fn verdicts(id: &'static str, lang: Lang) -> Vec<Verdict> {
        let store = Store::opening(lang).update(Msg::Example(id));
        let answers = Answers::of(&store, &store.session(), &mut Replay::default());
        let answers = answers.unwrap_or_else(|| panic!("{id} does not begin with a start"));
        assert!(answers.requests.problems.is_empty(), "{id}: {:?}", answers.requests.problems);
        (0..answers.documents.len().max(1)).map(|at| answers.verdict(&store, at)).collect()
    }

    /// What the page makes of an example.
    fn outcome(id: &'static str) -> Outcome {
        let store = Store::opening(Lang::En).update(Msg::Example(id));
        let EventReport::Boot(boot) = &run(&store.session()).events[store.boot().0] else {
            panic!("{id}: the start in force is one");
        };
        if !boot.is_running() {
            return Outcome::DoesNotStart;
        }
        let tones: Vec<Tone> = verdicts(id, Lang::En).iter().map(|verdict| verdict.tone).collect();
        if tones.contains(&Tone::Bad) {
            Outcome::Refused
        } else if tones.contains(&Tone::Look) {
            Outcome::Surprising
        } else {
            assert!(tones.contains(&Tone::Good), "{id}: {tones:?}");
            Outcome::Accepted
        }
    }

    #[test]
    fn every_verdict_speaks_one_language_at_a_time() {
        let is_chinese = |char: char| char > '\u{2e80}';
        for example in all() {
            for lang in [Lang::En, Lang::Zh] {
                for verdict in verdicts(example.id, lang) {
                    assert!(!verdict.head.is_empty(), "{}", example.id);
                    for piece in verdict.head.iter().chain(&verdict.because) {
                        let Piece::Words(words) = piece else { continue };
                        let fits = match lang {
                            Lang::En => !words.contains(is_chinese),
                            Lang::Zh => !words.contains([',', ';', '.', '(']),
                        };
                        assert!(fits, "{}: {words}", example.id);
                    }
                }
            }
        }
    }

    #[test]
    fn every_example_ends_as_its_file_promises() {
        for (id, promise) in promises() {
            let example = find(&id).unwrap_or_else(|| panic!("{id} is not in the picker"));
            assert_eq!(outcome(example.id), promise.outcome, "{id}");
        }
    }

    #[test]
    fn the_picker_follows_the_order_of_the_files_and_no_two_share_a_place() {
        let promises = promises();
        let orders: Vec<u32> = all().iter().map(|example| promises[example.id].order).collect();
        assert!(orders.is_sorted_by(|one, next| one < next), "{orders:?}");
        assert_eq!(all().len(), promises.len());
    }

    #[test]
    fn the_picker_begins_with_the_files_of_the_kubernetes_page() {
        let first: Vec<&str> = all().iter().take(5).map(|example| example.title.en).collect();
        assert_eq!(
            first,
            [
                "dual-stack-default-svc.yaml",
                "dual-stack-preferred-svc.yaml",
                "dual-stack-preferred-ipfamilies-svc.yaml",
                "dual-stack-ipfamilies-ipv6.yaml",
                "dual-stack-prefer-ipv6-lb-svc.yaml",
            ]
        );
        assert!(find(OPENING).is_some());
    }

    #[test]
    fn every_example_has_words_in_both_languages() {
        let chinese = |text: Text| text.zh.chars().any(|char| char > '\u{2e80}');
        for example in all() {
            assert!(!example.title.en.is_empty() && !example.about.en.is_empty(), "{}", example.id);
            assert!(chinese(example.about), "{}", example.id);
            let about = example.about;
            let is_one = !about.en.contains(". ") && about.zh.matches('。').count() == 1;
            assert!(is_one, "{}: one sentence says what it is about", example.id);
            // A file's name is the same in every language.
            let is_name = example.title.en == format!("{}.yaml", example.id);
            assert!(is_name && example.title.zh == example.title.en || chinese(example.title));
        }
    }
}
