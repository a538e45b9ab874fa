//! What is applied, with a mark where the API server objects.

use dualstack_core::diag::{Cause, Diagnostic, Program};
use dualstack_core::run::ApplyReport;
use dualstack_core::text::Lang;
use yew::prelude::*;

use super::cluster::problems;
use super::editor::{self, editor};
use super::{Dispatch, Shared, highlight};
use crate::store::{Focus, Msg};
use crate::text;

/// What [`manifest`] shows.
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The manifests, as typed.
    pub manifest: AttrValue,
    /// The answers; `None` in safe mode.
    pub apply: Option<Shared<ApplyReport>>,
    /// Which document is shown.
    pub document: usize,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// The Manifest pane.
pub fn manifest(props: &Props) -> Html {
    let lang = props.lang;
    let mut marks = highlight::manifest(&props.manifest);
    let mut list: Vec<Diagnostic> = Vec::new();
    let mut documents = html! {};
    let mut invalid = false;
    if let Some(apply) = &props.apply {
        list.extend(apply.problems.iter().cloned());
        for document in &apply.documents {
            let refused = document.outcome.as_ref().is_some_and(|it| it.result.is_err());
            invalid |= refused;
            for problem in &document.diagnostics {
                let is_note = problem.says == Program::Playground
                    || !refused && problem.cause == Cause::Plain;
                let class = if is_note { "note" } else { "err" };
                marks.extend(problem.span.map(|span| (span, class)));
                list.push(problem.clone());
            }
        }
        for problem in &apply.problems {
            marks.extend(problem.span.map(|span| (span, "err")));
        }
        invalid |= !apply.problems.is_empty();
        if apply.documents.len() > 1 {
            documents = picker(apply, props);
        }
    }
    let oninput = props.dispatch.reform(Msg::EditManifest);
    let oncaret = props.dispatch.reform(|at| Msg::Focus(Focus::Manifest(at)));
    let described = problems("manifest-problems", &list, lang);
    let box_ = editor(&editor::Props {
        label: text::MANIFEST.get(lang),
        id: "manifest",
        described_by: "manifest-problems",
        text: props.manifest.clone(),
        invalid,
        marks,
        numbered: true,
        oninput,
        oncaret,
    });
    html! {
        <section class="pane manifest" aria-label={text::MANIFEST.get(lang)}>
            <h2><b lang="en">{ "service.yaml" }</b>{ " " }{ text::MANIFEST_ABOUT.get(lang) }</h2>
            { documents }
            <div class="grow">
                { box_ }
            </div>
            { described }
        </section>
    }
}

/// Buttons for several documents, each with its verdict as a mark and in words.
fn picker(apply: &ApplyReport, props: &Props) -> Html {
    let lang = props.lang;
    let buttons: Html = apply
        .documents
        .iter()
        .enumerate()
        .map(|(at, document)| {
            let accepted = document.stored().is_some();
            let (mark, word) =
                if accepted { ("✓", text::ACCEPTED) } else { ("✕", text::REFUSED) };
            let onclick = props.dispatch.reform(move |_: MouseEvent| Msg::Document(at));
            let pressed = (at == props.document).to_string();
            html! {
                <button type="button" aria-pressed={pressed} {onclick}>
                    <span lang="en">{ &document.name }</span>{ " " }
                    <span aria-hidden="true">{ mark }</span><span class="unseen">{ word.get(lang) }</span>
                </button>
            }
        })
        .collect();
    html! { <div class="seg" role="group" aria-label={text::DOCUMENTS.get(lang)}>{ buttons }</div> }
}
