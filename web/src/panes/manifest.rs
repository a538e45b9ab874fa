//! What is applied, with a mark where the API server objects.

use std::mem::discriminant;
use std::rc::Rc;

use dualstack_core::explain::diagnostic::{Cause, Diagnostic, Program};
use dualstack_core::explain::text::Lang;
use dualstack_core::kubectl::{FILE, FileCommand};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::RequestsReport;
use dualstack_core::session::action::{Action, PatchForm};
use dualstack_core::source::pasted::{Pasted, everywhere, in_manifest};
use dualstack_core::source::span::Span;
use yew::prelude::*;

use super::fixes::FixSlot;
use crate::browser;
use crate::i18n;
use crate::state::choices::Focus;
use crate::state::fixes::Offer;
use crate::state::store::Msg;
use crate::ui::editor::{self, editor};
use crate::ui::problems::problems;
use crate::ui::{Dispatch, click, highlight, name};

/// What is shown of the answers.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Checked {
    /// Of the text as a whole.
    problems: Vec<Diagnostic>,
    documents: Vec<CheckedDocument>,
    /// Whether it is no manifest at all, which the answer says.
    is_error: bool,
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
        let problems = requests.problems.clone();
        Self { problems, documents: documents.collect(), is_error: false }
    }

    /// Of an error message that was pasted: what is wrong with it as YAML helps nobody.
    #[must_use]
    pub fn error() -> Self {
        Self { is_error: true, ..Self::default() }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The request that is shown; `None` if the session has none.
    pub event: Option<Action>,
    pub version: KubeVersion,
    pub checked: Rc<Checked>,
    /// The fixes that change the text, or that are an event of their own.
    pub fixes: Vec<Offer>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Manifest(props: &Props) -> Html {
    let lang = props.lang;
    let (text, label) = match &props.event {
        Some(Action::Patch { body, .. }) => (Rc::clone(body), i18n::PATCH),
        Some(Action::Delete(object)) => (Rc::clone(object), i18n::DELETE_TARGET),
        event => {
            let text = event.as_ref().and_then(|event| Some(Rc::clone(event.file()?.1)));
            (text.unwrap_or_else(|| "".into()), i18n::MANIFEST)
        }
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
    marks.extend(again(&text, &checked.problems).into_iter().map(|span| (span, "err")));
    invalid |= !checked.problems.is_empty() || checked.is_error;
    let oninput = props.dispatch.reform(Msg::EditManifest);
    let oncaret = props.dispatch.reform(|at| Msg::Focus(Focus::Manifest(at)));
    let is_fine = list.is_empty() && !checked.is_error;
    let is_patch = matches!(props.event, Some(Action::Patch { .. }));
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
            <h2>
                { heading(props) }
                // Beside the two fields of a patch there is no room for it; the timeline has it too.
                if !is_patch { <button type="button" class="btn" id="update" title={i18n::APPLY_UPDATE_HINT.get(lang)} onclick={click(&props.dispatch, Msg::ApplyAgain)}>{ i18n::APPLY_UPDATE.get(lang) }</button> }
            </h2>
            <FixSlot {lang} fixes={props.fixes.clone()} dispatch={props.dispatch.clone()}>
                if is_fine { <span class="calm">{ "✓ " }{ i18n::NO_PROBLEMS.get(lang) }</span> }
            </FixSlot>
            <div class="grow">{ box_ }</div>
            <div class="messages" role="group" tabindex="0" aria-label={i18n::MESSAGES.get(lang)}>
                { described }
            </div>
        </section>
    }
}

/// Where else there is what a remark names at its first place only.
fn again(text: &str, problems: &[Diagnostic]) -> Vec<Span> {
    if problems.iter().all(|it| it.says != Program::Playground) {
        return Vec::new();
    }
    let mut named = in_manifest(text);
    named.retain(|first| problems.iter().any(|it| it.span == Some(first.span)));
    let is_other = |it: &Pasted| {
        let is_same = |first: &Pasted| discriminant(&first.kind) == discriminant(&it.kind);
        named.iter().any(|first| is_same(first) && first.span != it.span)
    };
    everywhere(text).iter().filter(|it| is_other(it)).map(|it| it.span).collect()
}

/// What kubectl does with the text.
fn heading(props: &Props) -> Html {
    match &props.event {
        Some(Action::Patch { service, form, .. }) => patch_heading(service, *form, props),
        Some(Action::Delete(_)) => name("kubectl delete"),
        event => file_heading(event.as_ref().and_then(|event| Some(event.file()?.0)), props),
    }
}

/// Which command the file is for.
fn file_heading(chosen: Option<FileCommand>, props: &Props) -> Html {
    let chosen = chosen.unwrap_or_default();
    let onchange = props.dispatch.reform(|event: Event| {
        let chosen = browser::choice_of(&event);
        let command = FileCommand::ALL.into_iter().find(|command| command.name() == chosen);
        Msg::Command(command.unwrap_or_default())
    });
    let options: Html = FileCommand::ALL
        .into_iter()
        .map(|it| html! { <option selected={it == chosen}>{ it.name() }</option> })
        .collect();
    html! {
        <>
            <select class="btn" aria-label={i18n::FILE_COMMAND.get(props.lang)} lang="en" {onchange}>{ options }</select>
            { name(FILE) }
        </>
    }
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

#[cfg(test)]
mod tests {
    use dualstack_core::source::pasted::in_manifest;

    use super::again;

    #[test]
    fn what_a_remark_names_once_is_marked_everywhere() {
        let text = "kind: “Service”\nname: “web”\na: –\n";
        let remarks: Vec<_> = in_manifest(text).into_iter().map(|it| it.remark(text)).collect();
        let marked = again(text, &remarks);
        let marked: Vec<&str> = marked.iter().map(|span| &text[span.start..span.end]).collect();
        assert_eq!(marked, ["“web”"]);
        assert!(again(text, &[]).is_empty());
    }
}
