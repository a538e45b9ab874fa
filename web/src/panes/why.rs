//! Why is it so? Every decision in order, and the ones about the field at the caret.

use dualstack_core::explain::evidence::recorded;
use dualstack_core::explain::rule::{Evidence, Fidelity, Rule};
use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::{Effect, Origin, Step};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::{BootReport, DocumentReport};
use dualstack_core::source::flags::Component;
use yew::prelude::*;

use super::rule_links;
use crate::i18n::{self, colon};
use crate::state::choices::Focus;
use crate::state::shared::Shared;
use crate::ui::links::linked;
use crate::ui::{classed, code, heading, line};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub boot: Shared<BootReport>,
    /// The document that is shown.
    pub document: Option<Shared<DocumentReport>>,
    /// What is asked about.
    pub focus: Focus,
}

/// The steps behind a field, in order: those about it, about what it is part of and what is in it, and
/// those about the fields it follows from. An address is there because its family is.
#[must_use]
pub fn chain<'a>(trace: &'a [Step], field: &str) -> Vec<&'a Step> {
    let mut behind = vec![field.to_owned()];
    if field == "spec.clusterIP" {
        behind.push("spec.clusterIPs[0]".to_owned());
        behind.push("spec.ipFamilies[0]".to_owned());
    }
    behind.extend(
        field.strip_prefix("spec.clusterIPs").map(|index| format!("spec.ipFamilies{index}")),
    );
    // Only a second family, or the number of them, is the policy's doing.
    if behind.iter().any(|at| at == "spec.ipFamilies" || at == "spec.ipFamilies[1]") {
        behind.push("spec.ipFamilyPolicy".to_owned());
    }
    let inside = |outer: &str, inner: &str| {
        let rest = inner.strip_prefix(outer);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
    };
    let around = |at: &str| {
        !at.is_empty() && behind.iter().any(|field| inside(at, field) || inside(field, at))
    };
    let is_behind = |step: &&Step| {
        let from = match &step.origin {
            Some(Origin::Manifest(path)) => path.to_string(),
            _ => String::new(),
        };
        around(&step.at.to_string()) || around(&from)
    };
    trace.iter().filter(is_behind).collect()
}

/// What is asked about, as a name, and which steps are about it.
fn asked(props: &Props) -> Option<(String, Vec<&Step>)> {
    let trace = props
        .document
        .as_ref()
        .and_then(|document| document.outcome.as_ref())
        .map(|outcome| outcome.trace.as_slice())
        .unwrap_or_default();
    let about = |field: &str| chain(trace, field);
    match &props.focus {
        Focus::None => None,
        Focus::Stored(field) => Some((field.clone(), about(field))),
        Focus::Manifest(at) => {
            let document = props.document.as_ref()?;
            // The innermost field whose name or value the caret touches.
            let field = document.fields.iter().rfind(|field| {
                field.key.start <= *at && *at <= field.value.end.max(field.key.end)
            })?;
            let name = field.path.to_string();
            let steps = about(&name);
            Some((name, steps))
        }
        Focus::Flags(at) => {
            // The other components have flags of the same names; theirs are explained with their messages.
            let mut flags = props.boot.flags.of(Component::KubeApiserver);
            let flag = flags.find(|flag| flag.span.touches(*at))?;
            let is_it = |step: &&Step| matches!(&step.origin, Some(Origin::Flag(name)) if *name == flag.name);
            let steps = props.boot.trace.iter().chain(trace).filter(is_it).collect();
            Some((format!("--{}", flag.name), steps))
        }
    }
}

/// Where a rule is known from; of a recorded one, whether it is in this version.
fn evidence(evidence: Evidence, recorded: u32, version: KubeVersion, lang: Lang) -> String {
    match evidence {
        Evidence::Recorded if recorded & version.bit() != 0 => {
            format!("{} {version}", i18n::EVIDENCE_RECORDED.get(lang))
        }
        Evidence::Recorded => format!("{} {version}", i18n::EVIDENCE_ELSEWHERE.get(lang)),
        Evidence::SourceRead => i18n::EVIDENCE_SOURCE.get(lang).to_owned(),
        Evidence::Documentation => i18n::EVIDENCE_DOCUMENTATION.get(lang).to_owned(),
        Evidence::Assumed => i18n::EVIDENCE_ASSUMED.get(lang).to_owned(),
        Evidence::Playground => i18n::EVIDENCE_PLAYGROUND.get(lang).to_owned(),
    }
}

/// What a rule was read in, as a link where there is one, and the section of the documentation.
fn read_in(rule: &Rule, version: KubeVersion, lang: Lang) -> Html {
    let source = code(rule.source);
    let source = match rule_links::source(rule, version) {
        Some((address, _)) => rule_links::external(address, source),
        None => source,
    };
    let about = rule_links::section(rule, lang).map(|link| html! { <>{ " · " }{ link }</> });
    html! { <>{ source }{ about }</> }
}

/// One decision: the sentence, then its rule, field and source.
pub fn step(step: &Step, version: KubeVersion, lang: Lang) -> Html {
    let rejected = step.effect == Effect::Rejected;
    let field = step.at.to_string();
    let words = linked(&step.render(lang), lang);
    let rule = step.rule;
    let known = evidence(rule.evidence, recorded(rule), version, lang);
    let fidelity = match rule.fidelity {
        Fidelity::Exact => Html::default(),
        Fidelity::Simplified(why) | Fidelity::Chosen(why) => {
            html! { <>{ " · " }<b>{ i18n::SIMPLIFIED.get(lang) }</b>{ " " }{ why.get(lang) }</> }
        }
    };
    let comma = i18n::COMMA_MARK.get(lang);
    let step = html! {
        <li>
            <div>
                { words }
                <details>
                    <summary><span>{ step.rule.id }</span>
                        if !field.is_empty() { { " · " }{ code(field) } }
                    </summary>
                    <small><span lang="en">{ rule.slug }</span>{ " · Kubernetes " }{ step.rule.versions.words(lang) }{ comma }{ known }{ " · " }{ i18n::SOURCE.get(lang) }{ colon(lang) }{ read_in(rule, version, lang) }{ fidelity }</small>
                </details>
            </div>
        </li>
    };
    classed(if rejected { "step rejects" } else { "step" }, step)
}

/// All decisions; a run of plain defaults takes one line, which unfolds.
fn all(steps: &[Step], version: KubeVersion, lang: Lang) -> Html {
    let is_default = |it: &Step| it.rule.id.starts_with("DEF-") && it.effect != Effect::Rejected;
    steps
        .chunk_by(|one, next| is_default(one) && is_default(next))
        .map(|group| match group {
            [first, _, ..] if is_default(first) => defaults(group, version, lang),
            _ => group.iter().map(|it| step(it, version, lang)).collect(),
        })
        .collect()
}

/// The fields that a run of defaults set, each with its step behind it.
fn defaults(group: &[Step], version: KubeVersion, lang: Lang) -> Html {
    let comma = i18n::LIST_MARK.get(lang);
    let names: Html = group
        .iter()
        .enumerate()
        .map(|(at, it)| {
            let field = it.at.to_string();
            let name = field.rsplit('.').next().unwrap_or(&field).to_owned();
            html! { <>{ (at > 0).then_some(comma) }{ code(name) }</> }
        })
        .collect();
    let steps: Html = group.iter().map(|it| step(it, version, lang)).collect();
    html! {
        <li class="step">
            <div>
                { i18n::DEFAULTS.get(lang) }{ colon(lang) }{ names }
                <details>
                    <summary>{ i18n::DEFAULTS_FIRST.get(lang) }</summary>
                    <ul class="steps">{ steps }</ul>
                </details>
            </div>
        </li>
    }
}

#[component]
pub fn Why(props: &Props) -> Html {
    let lang = props.lang;
    let version = props.boot.version;
    let asked = asked(props).map(|(name, steps)| {
        let list: Html = steps.iter().map(|it| step(it, version, lang)).collect();
        html! {
            <div class="asked">
                <h3>{ i18n::ABOUT_FIELD.get(lang) }{ " " }{ code(name) }</h3>
                if steps.is_empty() { { line(i18n::NOTHING_ABOUT.get(lang)) } } else { <ol class="steps">{ list }</ol> }
            </div>
        }
    });
    let answer = props.document.as_ref().map(|document| {
        let trace = document.outcome.as_ref().map_or(&[][..], |outcome| &outcome.trace);
        [&document.before, trace].concat()
    });
    let answer = answer.filter(|steps| !steps.is_empty());
    let list = all(answer.as_deref().unwrap_or(&props.boot.trace), version, lang);
    html! {
        <section class="pane whys" id="why" tabindex="-1" aria-label={i18n::WHY.get(lang)}>
            <h2><b>{ i18n::WHY.get(lang) }</b></h2>
            <div class="columns">
                { asked }
                { heading(i18n::ALL_STEPS.get(lang)) }
                <ol class="steps numbered">{ list }</ol>
            </div>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::session::{EventReport, run};

    use super::chain;
    use crate::state::store::{Msg, Store};

    fn ids(example: &'static str, field: &str) -> Vec<&'static str> {
        let store = Store::opening(Lang::En).update(Msg::Example(example));
        let events = run(&store.session()).events;
        let Some(EventReport::Requests(apply)) = events.get(1) else { return Vec::new() };
        let outcome = apply.documents[0].outcome.as_ref().expect("the example is applied");
        chain(&outcome.trace, field).iter().map(|step| step.rule.id).collect()
    }

    #[test]
    fn an_address_is_there_because_of_its_family_and_a_second_one_because_of_the_policy() {
        let example = "dual-stack-preferred-svc";
        assert_eq!(ids(example, "spec.clusterIPs[1]"), ["FAM-3a", "FAM-13a", "BAND-4a"]);
        assert_eq!(ids(example, "spec.clusterIPs[0]"), ["FAM-12", "BAND-4a"]);
        assert_eq!(ids(example, "spec.clusterIP"), ["FAM-12", "BAND-4a", "IP-3"]);
        assert_eq!(ids(example, "spec.type"), ["DEF-4"]);
        assert_eq!(ids(example, "spec.typ"), [""; 0]);
    }
}
