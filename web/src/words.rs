//! What do the rules and the examples say? Words that are shown and not decided on stand in the page,
//! as a block of JSON, so that the program that everybody waits for stays small.

use dualstack_core::rule::Rule;
use dualstack_core::source::yaml::{Node, Value, parse_own};
use dualstack_core::text::{Lang, Text};
use dualstack_core::trace::{Piece, Step, render};

use crate::scenarios::Scenario;

/// The id of the block in the page.
pub const BLOCK: &str = "words";

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

/// All words of the block.
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
    static WORDS: &'static Words = Box::leak(Box::new(Words::read(&block())));
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
    /// Reads the block. What is missing or damaged is left out: the answers do not depend on it.
    fn read(block: &str) -> Self {
        let parsed = parse_own(block);
        let list = |name: &str| match parsed.documents.first().and_then(|it| it.node.entry(name)) {
            Some(entry) => items(&entry.value),
            None => &[],
        };
        let mut rules: Vec<RuleWords> = list("rules").iter().filter_map(rule).collect();
        rules.sort_unstable_by_key(|rule| rule.id);
        let page = list("page").iter().map(|pair| {
            let mut texts = items(pair).iter().map_while(lasting);
            let mut next = || texts.next().unwrap_or_default();
            Text { en: next(), zh: next() }
        });
        let page = page.collect();
        Self {
            page,
            rules,
            scenarios: list("scenarios").iter().filter_map(Scenario::read).collect(),
        }
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
fn block() -> String {
    crate::browser::block(BLOCK)
}

/// The block, as it is written into the page.
#[cfg(feature = "words")]
#[must_use]
pub fn block() -> String {
    use dualstack_core::api::go_json;
    use dualstack_core::rule::Fidelity;

    let list = |texts: Vec<&str>| {
        let texts: Vec<String> = texts.into_iter().map(|text| go_json(&text.into())).collect();
        format!("[{}]", texts.join(","))
    };
    let page: Vec<String> =
        crate::text::ALL.iter().map(|text| list(vec![text.en, text.zh])).collect();
    let rules: Vec<String> = dualstack_core::all_rules()
        .map(|rule| {
            let recorded = dualstack_core::known::recorded(rule).to_string();
            let mut texts =
                vec![rule.id, rule.slug, rule.source, &recorded, rule.text.en, rule.text.zh];
            if let Fidelity::Simplified(why) | Fidelity::Chosen(why) = rule.fidelity {
                texts.extend([why.en, why.zh]);
            }
            list(texts)
        })
        .collect();
    format!(
        "{{\"page\":[\n{}\n],\"rules\":[\n{}\n],\"scenarios\":{}}}",
        page.join(",\n"),
        rules.join(",\n"),
        include_str!(concat!(env!("OUT_DIR"), "/scenarios.json"))
    )
}

#[cfg(test)]
mod tests {
    use dualstack_core::all_rules;

    use super::{Words, block, words};

    #[test]
    fn every_rule_has_its_words() {
        for rule in all_rules() {
            let words = words().rule(rule);
            assert_eq!((words.slug, words.source, words.text), (rule.slug, rule.source, rule.text));
        }
        assert_eq!(all_rules().count(), words().rules.len());
    }

    #[test]
    fn the_block_cannot_end_the_script_it_stands_in() {
        assert!(!block().contains('<'));
    }

    #[test]
    fn a_damaged_block_leaves_the_numbers() {
        let rule = all_rules().next().expect("there are rules");
        for block in ["", "{", "[]", "{\"rules\":[[\"FAM-1\",1]],\"scenarios\":[{}]}"] {
            let words = Words::read(block);
            assert_eq!((words.rule(rule).text.en, words.scenarios.len()), (rule.id, 0));
        }
    }
}
