//! The flags of the control plane, and whether it starts with them.

use dualstack_core::diag::{Diagnostic, Program};
use dualstack_core::run::BootReport;
use dualstack_core::source::flags::Component;
use dualstack_core::text::Lang;
use dualstack_core::version::KubeVersion;
use yew::prelude::*;

use super::editor::{self, editor};
use super::{Dispatch, Shared, badge, classed, click, highlight};
use crate::presets::{self, Preset};
use crate::store::{Focus, Msg};
use crate::text;

/// What [`cluster`] shows.
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The flags, as typed.
    pub flags: AttrValue,
    /// How the start went; `None` in safe mode.
    pub boot: Option<Shared<BootReport>>,
    /// The release.
    pub version: KubeVersion,
    /// Whether a page of middle width shows the flags, not only whether it starts with them.
    pub unfolded: bool,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// How a problem is shown, and what it is called.
pub fn verdict(problem: &Diagnostic) -> (&'static str, text::Word) {
    if problem.says == Program::Playground {
        ("remark", text::REMARK)
    } else if problem.step.is_some() && is_warning(problem) {
        ("warn", text::WARNING)
    } else {
        ("bad", text::REFUSED)
    }
}

/// What a problem says, and in which language: Kubernetes' own words stay English.
pub fn said(problem: &Diagnostic, lang: Lang) -> (String, &'static str) {
    match (lang, &problem.detail_zh) {
        (Lang::Zh, Some(zh)) => (zh.clone(), lang.tag()),
        (_, Some(_)) => (problem.detail.clone(), Lang::En.tag()),
        (_, None) => (problem.to_string(), Lang::En.tag()),
    }
}

/// Problems as a list under an editor.
pub fn problems(id: &'static str, list: &[Diagnostic], lang: Lang) -> Html {
    let items: Html = list
        .iter()
        .map(|problem| {
            let (class, word) = verdict(problem);
            let (words, tag) = said(problem, lang);
            let words = match problem.detail_zh {
                Some(_) => html! { <span>{ words }</span> },
                None => html! { <code lang={tag}>{ words }</code> },
            };
            classed(class, html! { <li><b>{ word.get(lang) }</b>{ words }</li> })
        })
        .collect();
    html! { <ul class="problems" id={id}>{ items }</ul> }
}

/// Whether a diagnostic of the API server is one of its warnings.
fn is_warning(problem: &Diagnostic) -> bool {
    problem.cause == dualstack_core::diag::Cause::Plain && !problem.detail.starts_with("failed")
}

/// The buttons that choose the families of the cluster.
pub fn families(lang: Lang, flags: &str, dispatch: &Dispatch) -> Html {
    let current = presets::current(flags);
    let buttons: Html = Preset::ALL
        .into_iter()
        .enumerate()
        .map(|(at, preset)| {
            let pressed = (current == Some(preset)).to_string();
            let onclick = click(dispatch, Msg::Preset(preset));
            html! { <button type="button" id={format!("preset-{at}")} aria-pressed={pressed} {onclick}>{ preset.label() }</button> }
        })
        .collect();
    html! { <div class="seg" role="group" aria-label={text::FAMILIES.get(lang)}>{ buttons }</div> }
}

/// The Cluster pane.
pub fn cluster(props: &Props) -> Html {
    let lang = props.lang;
    let mut marks = highlight::flags(&props.flags);
    let mut status = html! {};
    let mut list: Vec<Diagnostic> = Vec::new();
    let mut later = Vec::new();
    let mut invalid = false;
    if let Some(boot) = &props.boot {
        for problem in &boot.problems {
            let class = if problem.says == Program::Playground { "note" } else { "err" };
            marks.extend(problem.span.map(|span| (span, class)));
        }
        for section in &boot.flags.sections {
            marks.extend(section.heading.map(|heading| (heading, "heading")));
        }
        invalid = !boot.is_running();
        list = boot.problems.iter().chain(&boot.warnings).cloned().collect();
        later = Component::ALL[1..]
            .iter()
            .filter(|component| boot.flags.of(**component).next().is_some())
            .map(|component| component.name())
            .collect();
        status = match &boot.env {
            Some(env) => {
                let kind =
                    if env.ranges.is_dual() { text::DUAL_CLUSTER } else { text::SINGLE_CLUSTER };
                let badges: Html = env.ranges.families().map(badge).collect();
                let ranges: Html = env
                    .ranges
                    .iter()
                    .map(|(_, range)| html! { <code class="fold-only" lang="en">{ " " }{ range.to_string() }</code> })
                    .collect();
                html! { <p class="status good">{ "✓ " }{ kind.get(lang) }{ " " }{ badges }{ ranges }</p> }
            }
            None => html! { <p class="status bad">{ "✕ " }{ text::BIND_FAILED.get(lang) }</p> },
        };
    }
    let oninput = props.dispatch.reform(Msg::EditFlags);
    let oncaret = props.dispatch.reform(|at| Msg::Focus(Focus::Flags(at)));
    let described = problems("flags-problems", &list, lang);
    let box_ = editor(&editor::Props {
        label: text::APISERVER_FLAGS.get(lang),
        id: "flags",
        described_by: "flags-problems",
        text: props.flags.clone(),
        invalid,
        marks,
        problems: list,
        lang,
        kind: Some("flags"),
        version: props.version,
        numbered: false,
        oninput,
        oncaret,
    });
    // What is refused must be seen.
    let unfolded = props.unfolded || invalid;
    let fold = click(&props.dispatch, Msg::Unfold(!unfolded));
    let pane = html! {
        <section aria-label={text::CLUSTER.get(lang)}>
            <h2>
                <b>{ text::CLUSTER.get(lang) }</b>{ " " }{ text::CLUSTER_ABOUT.get(lang) }
                <button type="button" class="btn fold" aria-expanded={unfolded.to_string()} aria-controls="flags-group" onclick={fold}>{ text::SHOW_FLAGS.get(lang) }</button>
            </h2>
            { families(lang, &props.flags, &props.dispatch) }
            <div class="grow" id="flags-group" role="group" aria-label={text::CLUSTER_FLAGS.get(lang)}>
                { box_ }
            </div>
            { status }
            { described }
            if !later.is_empty() {
                <p class="later">{ text::NOT_SIMULATED.get(lang) }{ " " }<span lang="en">{ later.join(", ") }</span></p>
            }
        </section>
    };
    classed(if unfolded { "pane cluster" } else { "pane cluster folded" }, pane)
}
