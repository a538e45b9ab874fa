//! Why is it so? Every decision in order, and the ones about the field at the caret.

use dualstack_core::net::Family;
use dualstack_core::run::{BootReport, DocumentReport, RangeReport};
use dualstack_core::source::flags::Component;
use dualstack_core::text::Lang;
use dualstack_core::trace::{Effect, Origin, Step};
use yew::prelude::*;

use super::{Shared, badge, sentence};
use crate::store::Focus;
use crate::text;

/// What [`why`] shows.
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// How the start went.
    pub boot: Shared<BootReport>,
    /// The document that is shown.
    pub document: Option<Shared<DocumentReport>>,
    /// The ranges after it.
    pub ranges: Shared<Vec<RangeReport>>,
    /// What is asked about.
    pub focus: Focus,
}

/// What is asked about, as a name, and which steps are about it.
fn asked(props: &Props) -> Option<(String, Vec<&Step>)> {
    let trace = props
        .document
        .as_ref()
        .and_then(|document| document.outcome.as_ref())
        .map(|outcome| outcome.trace.as_slice())
        .unwrap_or_default();
    let about = |field: &str| -> Vec<&Step> {
        let around = |at: &str| {
            let inside = |outer: &str, inner: &str| {
                inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['[', '.']))
            };
            !at.is_empty() && (inside(at, field) || inside(field, at))
        };
        trace
            .iter()
            .filter(|step| {
                let from = match &step.origin {
                    Some(Origin::Manifest(path)) => path.to_string(),
                    _ => String::new(),
                };
                around(&step.at.to_string()) || around(&from)
            })
            .collect()
    };
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
            let flag = Component::ALL
                .into_iter()
                .flat_map(|component| props.boot.flags.of(component))
                .find(|flag| flag.span.touches(*at))?;
            let is_it = |step: &&Step| matches!(&step.origin, Some(Origin::Flag(name)) if *name == flag.name);
            let steps = props.boot.trace.iter().chain(trace).filter(is_it).collect();
            Some((format!("--{}", flag.name), steps))
        }
    }
}

/// One decision: the sentence, then its rule, field and source.
fn step(step: &Step, lang: Lang) -> Html {
    let rejected = step.effect == Effect::Rejected;
    let field = step.at.to_string();
    let words = sentence(&step.render(lang), lang);
    html! {
        <li class={classes!("step", rejected.then_some("rejects"))}>
            <div>
                { words }
                <details>
                    <summary><span>{ step.rule.id }</span>
                        if !field.is_empty() { { " · " }<code lang="en">{ field }</code> }
                    </summary>
                    <small><span lang="en">{ step.rule.slug }</span>{ " · Kubernetes " }{ step.rule.versions.to_string() }{ " · " }{ text::SOURCE.get(lang) }{ ": " }<code lang="en">{ step.rule.source }</code></small>
                </details>
            </div>
        </li>
    }
}

/// A range with what is taken, and the same in words.
fn range(report: &RangeReport, lang: Lang) -> Html {
    let class = match report.family {
        Family::V4 => "v4",
        Family::V6 => "v6",
    };
    let first = dualstack_core::net::cidr::to_bits(report.cidr.network());
    // Thousandths of the picture's width.
    let thousandth = (report.usable / 1000).max(1);
    let place = |offset: u64| (offset / thousandth).min(996);
    let ticks: Html = report
        .taken
        .iter()
        .take(200)
        .map(|(ip, owner)| {
            let bits = dualstack_core::net::cidr::to_bits(*ip);
            let x = place(u64::try_from(bits - first).unwrap_or(u64::MAX)).to_string();
            html! { <rect class={class} x={x} y="3" width="4" height="18"><title>{ format!("{ip} {owner}") }</title></rect> }
        })
        .collect();
    let band = place(report.static_band).max(12).to_string();
    let taken: Vec<String> =
        report.taken.iter().take(8).map(|(ip, owner)| format!("{ip} {owner}")).collect();
    let count = format!("{} / {}", report.taken.len(), report.usable);
    html! {
        <li class="range">
            <p>{ badge(report.family) }{ " " }<code lang="en">{ report.cidr.to_string() }</code><span class="count">{ count }{ " " }{ text::USED.get(lang) }</span></p>
            <svg viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
                if report.static_band > 0 { <rect class="band" x="0" y="0" width={band} height="24" /> }
                { ticks }
            </svg>
            <p class="ends"><span>{ text::STATIC_BAND.get(lang) }</span><span>{ text::DYNAMIC_BAND.get(lang) }</span></p>
            <p class="taken" lang="en">{ taken.join(", ") }</p>
        </li>
    }
}

/// The Why pane.
pub fn why(props: &Props) -> Html {
    let lang = props.lang;
    let asked = asked(props).map(|(name, steps)| {
        let list: Html = steps.iter().map(|it| step(it, lang)).collect();
        html! {
            <div class="asked" role="status">
                <h3>{ text::ABOUT_FIELD.get(lang) }{ " " }<code lang="en">{ name }</code></h3>
                if steps.is_empty() { <p>{ text::NOTHING_ABOUT.get(lang) }</p> } else { <ol class="steps">{ list }</ol> }
            </div>
        }
    });
    let trace = props
        .document
        .as_ref()
        .and_then(|document| document.outcome.as_ref())
        .map(|outcome| outcome.trace.as_slice())
        .unwrap_or_default();
    let shown: Vec<&Step> =
        if trace.is_empty() { props.boot.trace.iter().collect() } else { trace.iter().collect() };
    let list: Html = shown.into_iter().map(|it| step(it, lang)).collect();
    let ranges: Html = props.ranges.iter().map(|it| range(it, lang)).collect();
    html! {
        <section class="pane whys" aria-label={text::WHY.get(lang)}>
            <h2><b>{ text::WHY.get(lang) }</b></h2>
            <div class="columns">
                <div>
                    { asked }
                    <h3>{ text::ALL_STEPS.get(lang) }</h3>
                    <ol class="steps numbered">{ list }</ol>
                </div>
                <ul class="ranges">{ ranges }</ul>
            </div>
        </section>
    }
}
