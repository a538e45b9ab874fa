//! What is applied, with a mark where the API server objects.

use std::rc::Rc;

use dualstack_core::explain::diagnostic::{Cause, Diagnostic, Program};
use dualstack_core::explain::text::Lang;
use dualstack_core::kubectl::FILE;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::RequestsReport;
use dualstack_core::session::action::{Action, PatchForm};

use yew::prelude::*;

use super::documents::{self, Documents};
use crate::browser;
use crate::i18n;
use crate::state::choices::Focus;
use crate::state::store::Msg;
use crate::ui::editor::{self, editor};
use crate::ui::problems::problems;
use crate::ui::{Dispatch, highlight, name};

/// What is shown of the answers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Checked {
    /// Of the text as a whole.
    problems: Vec<Diagnostic>,
    documents: Vec<CheckedDocument>,
}

#[derive(Clone, PartialEq, Debug)]
struct CheckedDocument {
    /// Whether the API server refuses it.
    is_refused: bool,
    problems: Vec<Diagnostic>,
}

impl Checked {
    #[must_use]
    pub fn of(requests: &RequestsReport) -> Self {
        let documents = requests.documents.iter().map(|document| CheckedDocument {
            is_refused: document.outcome.as_ref().is_some_and(|it| it.result.is_err()),
            problems: document.diagnostics.clone(),
        });
        Self { problems: requests.problems.clone(), documents: documents.collect() }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The request that is shown; `None` if the session has none.
    pub event: Option<Action>,
    pub version: KubeVersion,
    pub checked: Rc<Checked>,
    /// The objects, where there are several.
    pub documents: Option<documents::Props>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Manifest(props: &Props) -> Html {
    let lang = props.lang;
    let (text, label) = match &props.event {
        Some(Action::Patch { body, .. }) => (Rc::clone(body), i18n::PATCH),
        Some(Action::Delete(object)) => (Rc::clone(object), i18n::DELETE_TARGET),
        Some(Action::Apply(text)) => (Rc::clone(text), i18n::MANIFEST),
        _ => ("".into(), i18n::MANIFEST),
    };
    let text = AttrValue::from(text);
    let mut marks = highlight::manifest(&text);
    let mut list: Vec<Diagnostic> = Vec::new();
    let mut invalid = false;
    let checked = &*props.checked;
    list.extend(checked.problems.iter().cloned());
    for document in &checked.documents {
        let refused = document.is_refused;
        invalid |= refused;
        for problem in &document.problems {
            let is_note = match problem.says {
                Program::Playground => true,
                Program::Kubectl => false,
                _ => !refused && problem.cause == Cause::Plain,
            };
            invalid |= !is_note;
            let class = if is_note { "note" } else { "err" };
            marks.extend(problem.span.map(|span| (span, class)));
            list.push(problem.clone());
        }
    }
    for problem in &checked.problems {
        marks.extend(problem.span.map(|span| (span, "err")));
    }
    invalid |= !checked.problems.is_empty();
    let oninput = props.dispatch.reform(Msg::EditManifest);
    let oncaret = props.dispatch.reform(|at| Msg::Focus(Focus::Manifest(at)));
    let described = problems("manifest-problems", &list, lang);
    let box_ = editor(&editor::Props {
        label: label.get(lang),
        id: "manifest",
        described_by: "manifest-problems".into(),
        text,
        invalid,
        marks,
        problems: list,
        said: Vec::new(),
        lang,
        kind: (!matches!(props.event, Some(Action::Delete(_)))).then_some("manifest"),
        version: props.version,
        numbered: true,
        oninput,
        oncaret,
    });
    html! {
        <section class="pane manifest" aria-label={i18n::MANIFEST.get(lang)}>
            <h2>{ heading(props) }</h2>
            <div class="grow">
                { box_ }
            </div>
            if let Some(documents) = &props.documents { <Documents ..documents.clone() /> }
            { described }
        </section>
    }
}

/// What kubectl does with the text.
fn heading(props: &Props) -> Html {
    let lang = props.lang;
    let (command, about) = match &props.event {
        Some(Action::Patch { service, form, .. }) => return patch_heading(service, *form, props),
        Some(Action::Delete(_)) => ("kubectl delete", i18n::DELETE_ABOUT),
        _ => (FILE, i18n::MANIFEST_ABOUT),
    };
    html! { <>{ name(command) }{ " " }{ about.get(lang) }</> }
}

/// To which Service a patch goes, and how it is read.
fn patch_heading(service: &str, chosen: PatchForm, props: &Props) -> Html {
    let lang = props.lang;
    let target = service.to_owned();
    let oninput = props
        .dispatch
        .reform(move |event: InputEvent| Msg::EditPatch(browser::text_of(&event), chosen));
    let onchange = props.dispatch.reform(move |event: Event| {
        let chosen = browser::choice_of(&event);
        let form = PatchForm::ALL.into_iter().find(|form| form.name() == chosen);
        Msg::EditPatch(target.clone(), form.unwrap_or_default())
    });
    let options: Html = PatchForm::ALL
        .into_iter()
        .map(|form| html! { <option selected={form == chosen}>{ form.name() }</option> })
        .collect();
    html! {
        <>
            { name("kubectl patch") }
            <input class="btn" aria-label={i18n::PATCH_TARGET.get(lang)} lang="en" spellcheck="false" value={service.to_string()} {oninput} />
            <select class="btn" aria-label={i18n::PATCH_TYPE.get(lang)} lang="en" {onchange}>{ options }</select>
        </>
    }
}
