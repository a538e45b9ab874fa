//! Which examples are there? The files of `web/scenarios`, by what a person wants to do, in the order of the panel.

use dualstack_core::explain::text::Text;
use dualstack_core::explain::trace::unlinked;
use dualstack_core::session::action::{Action, Notes, Session, Shown};

use crate::presets::Preset;

/// An example as build.rs writes it down.
struct File {
    id: &'static str,
    task: Task,
    title: Text,
    about: Text,
    outcome: Outcome,
    /// The list of its events, as JSON.
    events: &'static str,
    opens_at: usize,
    notes: &'static [Text],
    tries: &'static [Try],
}

static FILES: &[File] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

thread_local! {
    // They last as long as the page.
    static ALL: &'static [Example] = FILES.iter().map(Example::read).collect::<Vec<_>>().leak();
}

/// What a person wants to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Task {
    Documentation,
    Basics,
    ChangingAService,
    Refusals,
    ClusterFlags,
    NodesAndPods,
}

impl Task {
    /// All tasks, in the order of the panel.
    pub const ALL: [Self; 6] = [
        Self::Documentation,
        Self::Basics,
        Self::ChangingAService,
        Self::Refusals,
        Self::ClusterFlags,
        Self::NodesAndPods,
    ];

    #[must_use]
    pub const fn name(self) -> Text {
        match self {
            Self::Documentation => Text { en: "From the documentation", zh: "来自文档" },
            Self::Basics => Text { en: "Basics", zh: "基础" },
            Self::ChangingAService => Text { en: "Changing a Service", zh: "更改 Service" },
            Self::Refusals => Text { en: "Rejected requests", zh: "被拒绝的请求" },
            Self::ClusterFlags => Text { en: "Cluster flags", zh: "集群标志" },
            Self::NodesAndPods => Text { en: "Nodes and Pods", zh: "节点和 Pod" },
        }
    }
}

/// How an example ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    Accepted,
    Surprising,
    Refused,
    DoesNotStart,
}

/// Something to try with an example.
#[derive(PartialEq, Eq, Debug)]
pub struct Try {
    /// What to do, as the end of a sentence.
    pub text: Text,
    pub edit: Edit,
}

/// What a try changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Edit {
    /// A text of the manifest, by another one.
    Replace(&'static str, &'static str),
    /// The address families of the cluster.
    Preset(Preset),
}

/// An example.
#[derive(Clone, PartialEq, Debug)]
pub struct Example {
    /// The file's name.
    pub id: &'static str,
    pub task: Task,
    /// A few words.
    pub title: Text,
    /// One sentence.
    pub about: Text,
    pub outcome: Outcome,
    /// What happens: a start, an apply, and what the file says comes then.
    pub events: Vec<Action>,
    /// The event that it opens at.
    pub opens_at: usize,
    notes: &'static [Text],
    /// What to try with it, one after the other.
    pub tries: &'static [Try],
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

/// The examples of each task.
pub fn groups() -> impl Iterator<Item = (Task, Vec<&'static Example>)> {
    let of = |task: Task| all().iter().filter(|example| example.task == task).collect();
    Task::ALL.into_iter().map(move |task| (task, of(task)))
}

/// The examples in which every word of `query` stands: those that speak of it, and those that have it in their flags or
/// manifests.
#[must_use]
pub fn search(query: &str) -> [Vec<&'static Example>; 2] {
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let has = |text: &str| words.iter().all(|word| text.contains(word));
    let (mut first, mut then) = (Vec::new(), Vec::new());
    for example in all() {
        let words = example.words();
        if has(&words) {
            first.push(example);
        } else if has(&(words + &example.text())) {
            then.push(example);
        }
    }
    [first, then]
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

    /// What is said of it, in small letters.
    fn words(&self) -> String {
        let Self { id, title, about, .. } = self;
        let about = [about.en, about.zh].map(unlinked);
        [id, title.en, title.zh, &about[0], &about[1]].join("\n").to_lowercase()
    }

    /// What is in it, in small letters.
    fn text(&self) -> String {
        self.events.iter().map(|event| event.text().to_lowercase()).collect::<Vec<_>>().join("\n")
    }

    fn read(file: &File) -> Self {
        let File { id, task, title, about, outcome, events, opens_at, notes, tries } = *file;
        let events = serde_json::from_str(events).expect("a test reads every example");
        Self { id, task, title, about, outcome, events, opens_at, notes, tries }
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

    use super::{OPENING, Outcome, all, find, groups, search};
    use crate::state::answers::Answers;
    use crate::state::store::{Msg, Store};
    use crate::state::verdict::{Tone, Verdict};

    /// What a file says beyond what the page needs.
    #[derive(Deserialize)]
    struct Place {
        order: u32,
    }

    /// The files, re-read as they are now.
    fn places() -> BTreeMap<String, Place> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
        let mut places = BTreeMap::new();
        for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
            let path = entry.expect("the folder can be listed").path();
            let text = std::fs::read_to_string(&path).expect("a scenario is UTF-8");
            let place = serde_yaml::from_str(&text)
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let name = path.file_stem().expect("a file has a name").to_string_lossy().into_owned();
            places.insert(name, place);
        }
        places
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
        for example in all() {
            assert_eq!(outcome(example.id), example.outcome, "{}", example.id);
        }
    }

    #[test]
    fn the_panel_follows_the_order_of_the_files_and_no_two_share_a_place() {
        let places = places();
        let orders: Vec<u32> = all().iter().map(|example| places[example.id].order).collect();
        assert!(orders.is_sorted_by(|one, next| one < next), "{orders:?}");
        assert_eq!(all().len(), places.len());
    }

    #[test]
    fn every_example_is_in_one_group_and_every_group_has_examples() {
        let groups: Vec<_> = groups().collect();
        assert_eq!(groups.iter().map(|(_, examples)| examples.len()).sum::<usize>(), all().len());
        for (task, examples) in groups {
            assert!(examples.len() > 4, "{task:?}");
        }
    }

    #[test]
    fn a_search_looks_at_what_is_said_of_an_example_and_at_what_is_in_it() {
        let ids = |query: &str| {
            let found = search(query).concat();
            found.iter().map(|it| it.id).collect::<Vec<_>>()
        };
        assert_eq!(ids("NodePort both")[0], "node-port");
        assert_eq!(ids("无头 选择算符")[0], "headless-with-selector");
        assert_eq!(ids("proxy-mode"), ["kube-proxy-mode-is-gone"]);
        let fields = ids("externalName");
        assert_eq!(fields[0], "external-name");
        assert!(ids("ipFamilies").contains(&"family-not-configured"));
        assert_eq!(ids("nothing-has-this"), [""; 0]);
        assert_eq!(ids(" ").len(), all().len());
    }

    #[test]
    fn the_panel_begins_with_the_files_of_the_kubernetes_page() {
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
