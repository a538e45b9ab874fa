//! What did the API server say, in one sentence and as addresses?

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::net::Family;
use yew::prelude::*;

use super::fixes::ToFixes;
use crate::i18n::{self, colon};
use crate::state::fixes::FoundFixes;
use crate::state::shared::Shared;
use crate::state::verdict::{Tone, Verdict};
use crate::ui::links::linked;
use crate::ui::term::{Term, Word};
use crate::ui::{Dispatch, badge, classed, code};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub verdict: Verdict,
    /// The addresses to show: those of the answer, or those that are stored all the same.
    pub addresses: Vec<(Family, AttrValue)>,
    /// What to say of the addresses, where they are not of this answer.
    pub label: Option<Text>,
    /// The fixes of a refusal, or the next steps.
    pub fixes: Option<Shared<FoundFixes>>,
    pub dispatch: Dispatch,
}

/// The answer on top of the page.
#[component]
pub fn Answer(props: &Props) -> Html {
    let lang = props.lang;
    let verdict = &props.verdict;
    let class = match verdict.tone {
        Tone::Good => "answer good",
        Tone::Look => "answer look",
        Tone::Bad => "answer bad",
        Tone::None | Tone::Aside => "answer none",
    };
    let (mark, word) = (verdict.tone.mark(), verdict.tone.word());
    let head = linked(&verdict.head, lang);
    let because = linked(&verdict.because, lang);
    let ips: Html = props
        .addresses
        .iter()
        .enumerate()
        .map(|(at, (family, ip))| {
            let class = match family {
                Family::V4 => "ip v4",
                Family::V6 => "ip v6",
            };
            let (word, role) = match at {
                0 => (Word::Primary, i18n::PRIMARY),
                _ => (Word::Secondary, i18n::SECONDARY),
            };
            // The term, and what else there is to say.
            let role = role.get(lang);
            let (label, more) = role.split_at(role.find(" · ").unwrap_or(role.len()));
            classed(
                class,
                html! {
                    <li>{ badge(*family) }{ code(ip.clone()) }<small><Term {lang} {word} at="answer" {label} />{ more }</small></li>
                },
            )
        })
        .collect();
    let label = props.label.filter(|_| !props.addresses.is_empty());
    let ips = html! {
        <div>
            if let Some(label) = label { <small class="stale-note">{ label.get(lang) }</small> }
            <ul>{ ips }</ul>
        </div>
    };
    let ips = classed("ips", ips);
    let answer = html! {
        <section id="answer" tabindex="-1" aria-label={i18n::ANSWER.get(lang)}>
            <p class="verdict" tabindex="0">
                <span class="mark" aria-hidden="true">{ mark }</span>
                <span><b class="unseen">{ word.get(lang) }{ colon(lang) }</b><b>{ head }</b>{ (lang == Lang::En).then_some(" ") }{ because }</span>
            </p>
            { ips }
            if let Some(fixes) = &props.fixes { <ToFixes {lang} fixes={fixes.clone()} dispatch={props.dispatch.clone()} /> }
        </section>
    };
    classed(class, answer)
}
