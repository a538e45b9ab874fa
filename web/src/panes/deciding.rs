//! Which decisions made the shown object what it is? The few that matter most, under the object.

use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::{Effect, Step};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::{BootReport, DocumentReport};
use yew::prelude::*;

use super::rule_links::RuleLinks;
use crate::i18n;
use crate::state::choices::Tab;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::links::linked;
use crate::ui::{Dispatch, classed, click};

/// The most steps that are shown.
const MOST: usize = 4;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub boot: Shared<BootReport>,
    /// The document that is shown; `None` for a start.
    pub document: Option<Shared<DocumentReport>>,
    pub dispatch: Dispatch,
}

/// Whether a step chose something that another Service might have got differently.
fn decides(step: &Step) -> bool {
    let field = step.at.to_string();
    let is_about_families =
        ["spec.ipFamilyPolicy", "spec.ipFamilies"].iter().any(|name| field.starts_with(name));
    is_about_families && !step.rule.id.starts_with("DEF-") && !step.rule.id.starts_with("VAL-")
}

/// The steps that decided: the refusal; else those about families; else, the first ones there are.
#[must_use]
pub fn deciding(trace: &[Step]) -> Vec<&Step> {
    let of = |is_it: &dyn Fn(&Step) -> bool| -> Vec<&Step> {
        trace.iter().filter(|step| is_it(step)).take(MOST).collect()
    };
    let refused = of(&|step| step.effect == Effect::Rejected);
    let decided = if refused.is_empty() { of(&decides) } else { refused };
    if decided.is_empty() { of(&|step| !step.rule.id.starts_with("DEF-")) } else { decided }
}

/// A step in one line: its rule, its sentence, and where to read on.
fn line(step: &Step, version: KubeVersion, lang: Lang) -> Html {
    let rejected = step.effect == Effect::Rejected;
    let step = html! {
        <li>
            <b class="rule">{ step.rule.id }</b>
            { linked(&step.render(lang), lang) }{ " " }
            <RuleLinks {lang} rule={step.rule} {version} />
        </li>
    };
    classed(if rejected { "rejects" } else { "" }, step)
}

#[component]
pub fn Deciding(props: &Props) -> Html {
    let Props { lang, ref boot, ref document, ref dispatch } = *props;
    let steps = match document.as_ref().map(|document| &document.outcome) {
        Some(Some(outcome)) => deciding(&outcome.trace),
        // It was not sent.
        Some(None) if boot.is_running() => Vec::new(),
        _ => deciding(&boot.trace),
    };
    if steps.is_empty() {
        return Html::default();
    }
    let steps: Html = steps.into_iter().map(|step| line(step, boot.version, lang)).collect();
    html! {
        <section class="deciding" aria-label={i18n::DECIDING.get(lang)}>
            <h3>
                { i18n::DECIDING.get(lang) }
                <button type="button" class="link" id="to-why" onclick={click(dispatch, Msg::Tab(Tab::Why))}>{ i18n::ALL_DECISIONS.get(lang) }</button>
            </h3>
            <ol class="steps">{ steps }</ol>
        </section>
    }
}
