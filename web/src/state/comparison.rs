//! What does another release do otherwise, and why? What differs between two answers, each with the reason on both
//! sides.

use std::collections::BTreeMap;

use dualstack_core::explain::diagnostic::Program;
use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::{Effect, Piece, Step, render};
use dualstack_core::facts;
use dualstack_core::release::behavior::Gate;
use dualstack_core::session::diff::{Change, FieldChange, leaf_changes};
use dualstack_core::session::{BootReport, DocumentReport, Verb};

use super::shared::Shared;
use super::verdict::Verdict;
use crate::i18n;

/// An answer on one of two releases.
#[derive(Clone, PartialEq)]
pub struct Side {
    /// What is said on top.
    pub verdict: Verdict,
    /// The start in force.
    pub boot: Shared<BootReport>,
    /// The request, if one is shown.
    pub document: Option<Shared<DocumentReport>>,
}

/// A sentence.
type Sentence = Vec<Piece>;

/// Something that differs.
#[derive(Clone, PartialEq, Debug)]
pub struct Difference {
    /// What: a field, a program, an error.
    pub about: Sentence,
    /// What it is, and why, here and there.
    pub sides: [Vec<Sentence>; 2],
}

impl Side {
    /// The decisions behind what is shown: those of the request, else of the start.
    fn trace(&self) -> &[Step] {
        let request = self.document.as_ref().filter(|it| it.verb != Verb::Get);
        match request {
            Some(document) => document.outcome.as_ref().map_or(&[], |it| it.trace.as_slice()),
            None => &self.boot.trace,
        }
    }

    /// The first decision that refused something, in words, and what is printed.
    fn refusal(&self, lang: Lang) -> Vec<Sentence> {
        let rejects = |step: &&Step| step.effect == Effect::Rejected;
        let trace = if self.boot.is_running() { self.trace() } else { &self.boot.trace };
        let mut said: Vec<Sentence> =
            trace.iter().find(rejects).map(|step| step.render(lang)).into_iter().collect();
        said.extend(self.errors());
        said
    }

    fn errors(&self) -> Vec<Sentence> {
        let text = |text: &str| vec![Piece::Code(text.trim_end().to_owned())];
        if !self.boot.is_running() {
            let errors = self.boot.problems.iter().filter(|it| it.says != Program::Playground);
            return errors.map(|it| text(&it.to_string())).collect();
        }
        self.document
            .iter()
            .filter(|it| !it.kubectl.is_empty())
            .map(|it| text(&it.kubectl))
            .collect()
    }

    fn is_accepted(&self) -> bool {
        self.document.as_ref().is_some_and(|it| it.is_accepted())
    }

    fn warnings(&self) -> Vec<Sentence> {
        let outcome = self.document.as_ref().and_then(|it| it.outcome.as_ref());
        let warnings = outcome.map_or(&[][..], |it| it.warnings.as_slice());
        warnings.iter().map(|it| vec![Piece::Code(it.detail.clone())]).collect()
    }

    /// A field's value, and the last decision about it.
    fn value(&self, field: &str, value: Option<&String>, lang: Lang) -> Vec<Sentence> {
        let value = match value {
            Some(value) => vec![Piece::Code(value.clone())],
            None => vec![Piece::Words(i18n::NOT_THERE.get(lang).to_owned())],
        };
        let mut said = vec![value];
        if let Some(document) = &self.document {
            let leaf = document.provenance().into_iter().find(|leaf| leaf.field == field);
            let last = leaf.and_then(|leaf| leaf.steps.last().copied());
            let trace = document.outcome.as_ref().map_or(&[][..], |it| it.trace.as_slice());
            said.extend(last.and_then(|step| trace.get(step.0)).map(|step| step.render(lang)));
        }
        said
    }

    /// The gates of the version, and whether they are on.
    fn gates(&self) -> BTreeMap<&'static str, bool> {
        let known = self.boot.env.iter().flat_map(|env| env.behavior.known_gates());
        let known = known.filter(|(_, gate)| !matches!(gate, Gate::Absent(_)));
        known.map(|(name, gate)| (name, gate.on())).collect()
    }
}

/// What differs between two answers to the same event, the most important first.
#[must_use]
pub fn differences(sides: [&Side; 2], lang: Lang) -> Vec<Difference> {
    let code = |text: &str| vec![Piece::Code(text.to_owned())];
    let words = |text: dualstack_core::explain::text::Text| render(text, &[], lang);
    let [here, there] = sides;
    let mut found = Vec::new();
    if sides.iter().any(|it| !it.boot.is_running()) {
        let said = sides.map(|side| {
            if side.boot.is_running() { vec![words(i18n::IS_RUNNING)] } else { side.refusal(lang) }
        });
        if said[0] != said[1] {
            found.push(Difference { about: code("kube-apiserver"), sides: said });
        }
        return found;
    }
    let name = here.document.as_ref().map_or("", |it| it.name.as_str());
    if here.is_accepted() != there.is_accepted() {
        let said = sides.map(|side| {
            if side.is_accepted() { vec![words(i18n::ACCEPTED)] } else { side.refusal(lang) }
        });
        found.push(Difference { about: code(name), sides: said });
    } else if !here.is_accepted() || here.errors() != there.errors() {
        let said = sides.map(Side::errors);
        if said[0] != said[1] {
            found.push(Difference { about: words(i18n::TERMINAL), sides: said });
        }
    }
    let stored = |side: &Side| side.document.as_ref().and_then(|it| it.stored_json());
    if let (Some(is), Some(other)) = (stored(here), stored(there))
        && let Change::Changed(fields) = leaf_changes(&is, &other)
    {
        let is_copied = fields.iter().any(|it| it.field == "spec.clusterIPs[0]");
        // It is the first of the list.
        let copied = |it: &FieldChange| is_copied && it.field == "spec.clusterIP";
        for FieldChange { field, before, after } in fields.into_iter().filter(|it| !copied(it)) {
            let said = [
                here.value(&field, before.as_ref(), lang),
                there.value(&field, after.as_ref(), lang),
            ];
            found.push(Difference { about: code(&field), sides: said });
        }
    }
    let warnings = sides.map(Side::warnings);
    if warnings[0] != warnings[1] {
        found.push(Difference { about: words(i18n::WARNING), sides: warnings });
    }
    for (about, said, whole) in rules(sides, &found, lang) {
        match found.iter_mut().find(|it| it.about == about) {
            Some(known) => {
                for (side, more) in known.sides.iter_mut().zip(said) {
                    side.extend(more);
                }
            }
            None => found.push(Difference { about, sides: whole }),
        }
    }
    found.extend(gates(sides, lang));
    found
}

/// What decided on one side only: what it is about, the sentences, and the sentences with a word on why there is none.
type OneSided = (Sentence, [Vec<Sentence>; 2], [Vec<Sentence>; 2]);

/// The rules that decided on one side only, unless they are among the reasons already: those about the same field
/// face each other.
fn rules(sides: [&Side; 2], found: &[Difference], lang: Lang) -> Vec<OneSided> {
    let mut fields: Vec<(String, [Vec<&Step>; 2])> = Vec::new();
    for (i, other) in [(0, 1), (1, 0)] {
        let is_elsewhere =
            |step: &&Step| sides[other].trace().iter().any(|it| it.rule == step.rule);
        let is_said = |step: &&Step| {
            let sentence = step.render(lang);
            found.iter().flat_map(|it| &it.sides[i]).any(|it| *it == sentence)
        };
        let only = sides[i].trace().iter().filter(|step| !is_elsewhere(step) && !is_said(step));
        for step in only {
            let field = step.at.to_string();
            let at = fields.iter().position(|(it, _)| *it == field).unwrap_or_else(|| {
                fields.push((field, [Vec::new(), Vec::new()]));
                fields.len() - 1
            });
            let steps = &mut fields[at].1[i];
            if !steps.iter().any(|it| it.rule == step.rule) {
                steps.push(step);
            }
        }
    }
    let mut differences = Vec::new();
    for (field, steps) in fields {
        let said = steps
            .each_ref()
            .map(|it| -> Vec<Sentence> { it.iter().map(|step| step.render(lang)).collect() });
        let sentences = |i: usize| -> Vec<Sentence> {
            let other = &steps[1 - i];
            if !said[i].is_empty() {
                return said[i].clone();
            }
            let start = &sides[i].boot;
            let is_new = other.iter().find(|step| !step.rule.versions.contains(start.version));
            vec![match is_new {
                Some(step) => {
                    let (version, versions) =
                        (start.version.to_string(), step.rule.versions.words(lang));
                    let pieces = render(i18n::RULE_NOT_IN, &facts![version, versions], lang);
                    pieces.into_iter().map(in_words).collect()
                }
                None => render(i18n::RULE_NOT_REACHED, &[], lang),
            }]
        };
        let whole = [sentences(0), sentences(1)];
        // Another rule may say the same.
        if said[0] != said[1] {
            let first = steps[0].first().or(steps[1].first());
            let name = first.map_or_else(String::new, |step| step.rule.id.to_owned());
            let about = if field.is_empty() { name } else { field };
            differences.push((vec![Piece::Code(about)], said, whole));
        }
    }
    differences
}

/// A name in a sentence as words, not as code.
pub(super) fn in_words(piece: Piece) -> Piece {
    match piece {
        Piece::Code(words) => Piece::Words(words),
        piece => piece,
    }
}

/// The gates that are not alike, of those that a decision of either side names.
fn gates(sides: [&Side; 2], lang: Lang) -> Option<Difference> {
    let known = sides.map(Side::gates);
    let steps = || sides.into_iter().flat_map(|it| it.boot.trace.iter().chain(it.trace()));
    let is_named = |gate: &str| {
        let names = |piece: &Piece| matches!(piece, Piece::Code(code) if code.contains(gate));
        steps().any(|step| step.render(lang).iter().any(names))
    };
    let names = known[0].keys().chain(known[1].keys());
    let mut names: Vec<&str> = names
        .copied()
        .filter(|gate| known[0].get(gate) != known[1].get(gate) && is_named(gate))
        .collect();
    names.sort_unstable();
    names.dedup();
    let says = |gates: &BTreeMap<&str, bool>| -> Vec<Sentence> {
        let state = |gate: &&str| {
            let text = match gates.get(gate) {
                Some(true) => i18n::GATE_IS_ON,
                Some(false) => i18n::GATE_IS_OFF,
                None => i18n::GATE_IS_ABSENT,
            };
            render(text, &facts![gate = *gate], lang)
        };
        names.iter().map(state).collect()
    };
    (!names.is_empty()).then(|| Difference {
        about: render(i18n::FEATURE_GATES, &[], lang),
        sides: [says(&known[0]), says(&known[1])],
    })
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::explain::trace::plain;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::Replay;

    use super::{Difference, Side, differences};
    use crate::presets::Preset;
    use crate::state::answers::{Answers, compared};
    use crate::state::store::{Msg, Store};

    fn side(store: &Store, answers: &Answers) -> Side {
        let at = answers.document_at(store);
        Side {
            verdict: answers.verdict(store, at),
            boot: answers.boot.clone(),
            document: answers.documents.get(at).cloned(),
        }
    }

    fn between(store: &Store, other: &str, lang: Lang) -> Vec<Difference> {
        let other: KubeVersion = other.parse().expect("it is simulated");
        let here = Answers::of(store, &store.session(), &mut Replay::default());
        let here = side(store, &here.expect("a session begins with a start"));
        let there = side(store, &compared(store, other).expect("it begins with one, too"));
        differences([&here, &there], lang)
    }

    fn abouts(found: &[Difference]) -> Vec<String> {
        found.iter().map(|it| plain(&it.about)).collect()
    }

    #[test]
    fn where_nothing_differs_nothing_is_said() {
        let store = Store::opening(Lang::En);
        assert_eq!(between(&store, "1.35", Lang::En), []);
        let refused = store.update(Msg::Preset(Preset::V4));
        let refused = refused.update(Msg::Replace("PreferDualStack", "RequireDualStack"));
        assert_eq!(between(&refused, "1.35", Lang::Zh), []);
        assert_eq!(between(&store.update(Msg::Choose(0)), "1.35", Lang::En), []);
    }

    #[test]
    fn a_start_that_fails_is_the_only_difference() {
        let store = Store::opening(Lang::En);
        let flags = store.flags().replace("fd00:10:96::/112", "fd00:10:96::/64");
        let found = between(&store.update(Msg::EditFlags(flags)), "1.30", Lang::En);
        assert_eq!(abouts(&found), ["kube-apiserver"]);
        let [here, there] = &found[0].sides;
        assert_eq!(plain(&here[0]), "is running");
        let text = plain(there.last().expect("it says why"));
        assert!(text.contains("specified --service-cluster-ip-range[1] is too large"), "{text}");
        assert!(there.len() > 1, "the reason in words as well: {there:?}");
    }

    #[test]
    fn a_gate_that_is_off_is_a_reason() {
        let single = Store::opening(Lang::En).update(Msg::Preset(Preset::V4));
        let text = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  ipFamilyPolicy: PreferDualStack\n  ports:\n  - port: 80\n";
        let single = single.update(Msg::EditManifest(text.to_owned()));
        let found = between(&single, "1.20", Lang::En);
        let about = abouts(&found);
        let once = about.iter().filter(|it| *it == "spec.ipFamilyPolicy").count();
        assert_eq!((once, about.contains(&"spec.clusterIP".to_owned())), (1, false), "{about:?}");
        let said = |about: &str, side: usize| -> String {
            let of = found.iter().find(|it| plain(&it.about) == about).expect("it differs");
            of.sides[side].iter().map(|it| plain(it) + "\n").collect()
        };
        let policy = said("spec.ipFamilyPolicy", 1);
        assert!(policy.starts_with("not set\n") && policy.contains("feature gate"), "{policy}");
        assert_eq!(said("Feature gates", 0), "this version has no feature gate IPv6DualStack\n");
        assert_eq!(said("Feature gates", 1), "IPv6DualStack is off\n");
    }

    #[test]
    fn a_field_that_differs_has_its_values_and_its_reasons() {
        let internal = "apiVersion: v1\nkind: Service\nmetadata:\n  name: a\nspec:\n  type: ExternalName\n  externalName: example.com\n";
        let store = Store::opening(Lang::En).update(Msg::EditManifest(internal.to_owned()));
        let found = between(&store, "1.22", Lang::En);
        let about = abouts(&found);
        assert!(about.iter().any(|it| it == "spec.internalTrafficPolicy"), "{about:?}");
    }
}
