//! What do the rules and the examples say? Words that are shown and not decided on stand in the page,
//! as a block of JSON, so that the program that everybody waits for stays small. The rules of the cluster behind
//! the Service are another block, which comes with its program.

use dualstack_core::explain::rule::Rule;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, Step, render};
use dualstack_core::source::yaml::{Node, Value, parse_own};

use crate::scenarios::Scenario;

/// The ids of the blocks in the page; boot.js puts the second one there.
#[cfg(not(feature = "words"))]
const BLOCKS: [&str; 2] = ["words", "cluster-words"];

/// What a rule says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RuleWords {
    /// The number of the rule.
    pub id: &'static str,
    /// What happens, for links and for people.
    pub slug: &'static str,
    /// Upstream file and function.
    pub source: &'static str,
    /// The releases that have recorded answers of it, a bit for each.
    pub recorded: u32,
    /// The sentence, with `{fact}` holes.
    pub text: Text,
    /// What is left out or chosen, where something is.
    pub fidelity: Option<Text>,
}

/// All words of the blocks.
#[derive(Default)]
pub struct Words {
    /// Of the page itself, by place.
    page: Vec<Text>,
    /// Of the rules, by number.
    rules: Vec<RuleWords>,
    /// The examples, in the order of the picker.
    pub scenarios: Vec<Scenario>,
}

thread_local! {
    // They last as long as the page.
    static WORDS: &'static Words = Box::leak(Box::new(Words::read(&blocks())));
}

/// The words of this page.
#[must_use]
pub fn words() -> &'static Words {
    WORDS.with(|words| *words)
}

/// The sentence of a step with its holes filled.
#[must_use]
pub fn sentence(step: &Step, lang: Lang) -> Vec<Piece> {
    render(words().rule(step.rule).text, &step.facts, lang)
}

impl Words {
    /// Reads the blocks. What is missing or damaged is left out: the answers do not depend on it.
    fn read(blocks: &[String]) -> Self {
        let mut words = Self::default();
        for block in blocks {
            words.add(block);
        }
        words.rules.sort_unstable_by_key(|rule| rule.id);
        words
    }

    fn add(&mut self, block: &str) {
        let parsed = parse_own(block);
        let list = |name: &str| match parsed.documents.first().and_then(|it| it.node.entry(name)) {
            Some(entry) => items(&entry.value),
            None => &[],
        };
        self.page.extend(list("page").iter().map(|pair| {
            let mut texts = items(pair).iter().map_while(lasting);
            let mut next = || texts.next().unwrap_or_default();
            Text { en: next(), zh: next() }
        }));
        self.rules.extend(list("rules").iter().filter_map(rule));
        self.scenarios.extend(list("scenarios").iter().filter_map(Scenario::read));
    }

    /// What a word of the page says.
    #[must_use]
    pub fn page(&self, place: usize) -> Text {
        self.page.get(place).copied().unwrap_or(Text { en: "", zh: "" })
    }

    /// What a rule says; its number alone if the page has no words for it.
    #[must_use]
    pub fn rule(&self, rule: &Rule) -> RuleWords {
        match self.rules.binary_search_by_key(&rule.id, |it| it.id) {
            Ok(at) => self.rules[at],
            Err(_) => RuleWords {
                id: rule.id,
                slug: "",
                source: "",
                recorded: 0,
                text: Text { en: rule.id, zh: rule.id },
                fidelity: None,
            },
        }
    }
}

/// The items of a list.
pub fn items(node: &Node) -> &[Node] {
    match &node.value {
        Value::Seq(list) => list,
        _ => &[],
    }
}

/// A text that lasts as long as the page.
pub fn lasting(node: &Node) -> Option<&'static str> {
    match &node.value {
        Value::String(text) => Some(text.clone().leak()),
        _ => None,
    }
}

/// `[id, slug, source, releases, en, zh]`, and the last two again for what is left out or chosen.
fn rule(node: &Node) -> Option<RuleWords> {
    let mut texts = items(node).iter().map_while(lasting);
    let mut next = || texts.next();
    let (id, slug, source) = (next()?, next()?, next()?);
    let recorded = next()?.parse().ok()?;
    let text = Text { en: next()?, zh: next()? };
    let fidelity = next().zip(next()).map(|(en, zh)| Text { en, zh });
    Some(RuleWords { id, slug, source, recorded, text, fidelity })
}

#[cfg(not(feature = "words"))]
fn blocks() -> [String; 2] {
    BLOCKS.map(crate::browser::block)
}

#[cfg(feature = "words")]
fn blocks() -> [String; 2] {
    [page_block(), cluster_block()]
}

/// The block that is written into the page.
#[cfg(feature = "words")]
#[must_use]
pub fn page_block() -> String {
    let page: Vec<String> =
        crate::text::ALL.iter().map(|text| texts(&[text.en, text.zh])).collect();
    format!(
        "{{\"page\":[\n{}\n],\"rules\":{},\"scenarios\":{}}}",
        page.join(",\n"),
        rules(dualstack_core::service_rules()),
        include_str!(concat!(env!("OUT_DIR"), "/scenarios.json"))
    )
}

/// The block that comes with the program of the cluster.
#[cfg(feature = "words")]
#[must_use]
pub fn cluster_block() -> String {
    format!("{{\"rules\":{}}}", rules(dualstack_core::cluster_rules()))
}

#[cfg(feature = "words")]
fn texts(texts: &[&str]) -> String {
    let json = |text: &&str| dualstack_core::api::go_json(&(*text).into());
    format!("[{}]", texts.iter().map(json).collect::<Vec<_>>().join(","))
}

#[cfg(feature = "words")]
fn rules(rules: impl Iterator<Item = &'static Rule>) -> String {
    use dualstack_core::explain::rule::Fidelity;

    let rules = rules.map(|rule| {
        let recorded = dualstack_core::explain::evidence::recorded(rule).to_string();
        let mut words =
            vec![rule.id, rule.slug, rule.source, &recorded, rule.text.en, rule.text.zh];
        if let Fidelity::Simplified(why) | Fidelity::Chosen(why) = rule.fidelity {
            words.extend([why.en, why.zh]);
        }
        texts(&words)
    });
    format!("[\n{}\n]", rules.collect::<Vec<_>>().join(",\n"))
}

#[cfg(test)]
mod tests {
    use dualstack_core::all_rules;
    use dualstack_core::explain::trace::Step;
    use dualstack_core::session::action::Scenario;
    use dualstack_core::session::{EventReport, Replay};

    use super::{Words, blocks, page_block, words};

    #[test]
    fn every_rule_has_its_words() {
        for rule in all_rules() {
            let words = words().rule(rule);
            assert_eq!((words.slug, words.source, words.text), (rule.slug, rule.source, rule.text));
        }
        assert_eq!(all_rules().count(), words().rules.len());
    }

    #[test]
    fn the_page_has_the_words_of_what_is_decided_in_every_example() {
        let page = Words::read(&[page_block()]);
        for example in crate::scenarios::all() {
            let scenario = Scenario { seed: 0, events: example.events.as_slice().into() };
            for shown in 0..scenario.events.len() {
                let report = Replay::default().run(&scenario, shown);
                let steps: Vec<&Step> = match &report.events[shown] {
                    EventReport::Boot(boot) => boot.trace.iter().collect(),
                    EventReport::Requests(requests) => {
                        let documents = requests.documents.iter();
                        documents
                            .flat_map(|it| {
                                let outcome = it.outcome.as_ref();
                                it.before.iter().chain(outcome.into_iter().flat_map(|it| &it.trace))
                            })
                            .collect()
                    }
                };
                assert!(!steps.is_empty() || shown > 0, "{} decides something", example.id);
                for step in steps {
                    assert_eq!(page.rule(step.rule).text, step.rule.text, "{}", example.id);
                }
            }
        }
    }

    #[test]
    fn a_block_cannot_end_the_script_it_stands_in() {
        assert!(blocks().iter().all(|block| !block.contains('<')));
    }

    #[test]
    fn a_damaged_block_leaves_the_numbers() {
        let rule = all_rules().next().expect("there are rules");
        for block in ["", "{", "[]", "{\"rules\":[[\"FAM-1\",1]],\"scenarios\":[{}]}"] {
            let words = Words::read(&[block.to_owned()]);
            assert_eq!((words.rule(rule).text.en, words.scenarios.len()), (rule.id, 0));
        }
    }
}
