//! What is stored, line by line: what the server added, and why.

use std::rc::Rc;

use dualstack_core::api::Json;
use dualstack_core::api::print::Line;
use dualstack_core::cluster::Object;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Effect, Step};
use dualstack_core::session::DocumentReport;
use dualstack_core::session::provenance::{Leaf, Provenance};
use yew::prelude::*;

use super::output::{Side, lines, text as joined, without_kept};
use crate::i18n;
use crate::panes::why;
use crate::state::choices::{Focus, Form};
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::state::terminal::{Typed, get};
use crate::ui::copy::CopyButton;
use crate::ui::highlight::{cut, manifest};
use crate::ui::links::linked;
use crate::ui::term::Word;
use crate::ui::{Dispatch, classed, click, name};

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The document whose object is stored; `None` if there is none.
    pub document: Option<Shared<DocumentReport>>,
    /// What a person at a terminal sees.
    pub terminal: Rc<[Typed]>,
    /// What to say of the object, where it is not of this answer.
    pub label: Option<Text>,
    /// What was accepted before the last edit, where nothing is stored now.
    pub earlier: Option<Shared<DocumentReport>>,
    /// The field whose decisions are unfolded.
    pub chosen: Option<AttrValue>,
    /// Whether metadata that the server keeps is shown.
    pub shows_server_fields: bool,
    /// How the object is printed.
    pub form: Form,
    /// What was sent, where the object is compared with it.
    pub sent: Option<Shared<Json>>,
    pub dispatch: Dispatch,
}

#[component]
pub fn Stored(props: &Props) -> Html {
    let (lang, form) = (props.lang, props.form);
    let object = props.document.as_ref().and_then(|document| document.stored_json());
    let leaves = props.document.as_ref().map(|document| document.provenance()).unwrap_or_default();
    let cleaned = |object| if props.shows_server_fields { object } else { without_kept(object) };
    let before = match form {
        Form::Diff => {
            let was = props.document.as_ref().and_then(|document| document.was.as_ref());
            cleaned(
                props
                    .sent
                    .as_deref()
                    .cloned()
                    .or_else(|| was.map(Object::to_json))
                    .unwrap_or_default(),
            )
        }
        _ => Json::Null,
    };
    let shown = object.clone().map(cleaned);
    let printed: Vec<(Side, Line)> = shown.iter().flat_map(|it| lines(it, form, &before)).collect();
    let list: Html = printed
        .iter()
        .enumerate()
        .map(|(number, (side, line))| print_line(number + 1, *side, line, &leaves, props))
        .collect();
    let shows = props.shows_server_fields;
    let onclick = click(&props.dispatch, Msg::ServerFields(!shows));
    let label = props.label.filter(|_| object.is_some());
    let output = if form == Form::Diff { "yaml" } else { form.name() };
    let what = props.document.as_ref().filter(|_| object.is_some());
    let what = match what.and_then(|document| get(document, output)) {
        Some(command) => name(command),
        None => html! { <b>{ i18n::STORED.get(lang) }</b> },
    };
    let is_silent = object.is_none() && props.terminal.is_empty();
    let differs = printed.iter().any(|(side, _)| *side != Side::Both);
    let about = match (&props.sent, differs) {
        _ if form != Form::Diff => None,
        (_, false) => Some(i18n::SAME_AS_SENT),
        (Some(_), true) => Some(i18n::DIFF_SENT),
        (None, true) => Some(i18n::DIFF_BEFORE),
    };
    html! {
        <section class="pane stored" aria-label={i18n::STORED.get(lang)}>
            <h2>
                { what }
                if object.is_some() {
                    <span class="switch">{ forms(props) }<CopyButton {lang} id="copy-stored" text={joined(&printed, form)} /></span>
                }
            </h2>
            { terminal(props) }
            if let Some(label) = label { <p class="stale-note">{ label.get(lang) }</p> }
            if let Some(about) = about.filter(|_| object.is_some()) { <p class="stale-note">{ about.get(lang) }</p> }
            if object.is_some() {
                <div class="code grow">
                    <div lang="en">{ list }</div>
                    <p class="server-fields"><button type="button" class="link" id="server-fields" aria-pressed={shows.to_string()} {onclick}>{ i18n::SHOW_SERVER_FIELDS.get(lang) }</button></p>
                </div>
            }
            if is_silent { <p class="later">{ i18n::NOTHING_STORED.get(lang) }</p> }
            { earlier(props) }
        </section>
    }
}

/// The forms in which the object can be printed.
fn forms(props: &Props) -> Html {
    let lang = props.lang;
    let buttons: Html = Form::ALL
        .into_iter()
        .map(|form| {
            let pressed = (form == props.form).to_string();
            let onclick = click(&props.dispatch, Msg::Form(form));
            let name = if form == Form::Diff { i18n::DIFF.get(lang) } else { form.label() };
            let id = format!("form-{}", form.name());
            let title = (form == Form::Kyaml).then(|| Word::Kyaml.meaning().get(lang));
            html! { <button type="button" {id} {title} aria-pressed={pressed} {onclick}>{ name }</button> }
        })
        .collect();
    html! { <div class="seg" role="group" aria-label={i18n::OUTPUT.get(lang)}>{ buttons }</div> }
}

/// Commands, and what they print.
fn terminal(props: &Props) -> Html {
    let lang = props.lang;
    if props.terminal.is_empty() {
        return Html::default();
    }
    let typed = props.terminal.iter().map(|Typed { command, printed }| {
        html! { <><p class="prompt">{ "$ " }{ command }</p><pre>{ printed }</pre></> }
    });
    html! {
        <div class="terminal" tabindex="0" role="group" aria-label={i18n::TERMINAL.get(lang)}>
            <div lang="en">{ for typed }</div>
        </div>
    }
}

/// What was accepted before, folded: it is not stored.
fn earlier(props: &Props) -> Html {
    let object = props.earlier.as_ref().and_then(|document| document.stored_json());
    let Some(object) = object else { return Html::default() };
    let printed = lines(&without_kept(object), Form::Yaml, &Json::Null);
    let text = joined(&printed, Form::Yaml);
    html! {
        <details class="earlier">
            <summary>{ i18n::BEFORE_EDIT.get(props.lang) }</summary>
            <pre lang="en">{ text }</pre>
        </details>
    }
}

fn print_line(number: usize, side: Side, line: &Line, leaves: &[Leaf], props: &Props) -> Html {
    let lang = props.lang;
    let text: Html = cut(&line.text, &manifest(&line.text))
        .into_iter()
        .map(|(class, text)| classed(class, html! { <span>{ text }</span> }))
        .collect();
    let is_gone = side == Side::Before;
    let leaf = leaves.iter().find(|leaf| leaf.path == line.path).filter(|_| !is_gone);
    let why = leaf.map(|leaf| (leaf, reason(leaf, trace(props), lang)));
    let added = match props.form {
        Form::Diff => side == Side::After,
        _ => matches!(&why, Some((_, Some(_)))) || leaf.is_none() && all_below_added(line, leaves),
    };
    let button = why.and_then(|(leaf, reason)| {
        let reason = reason?;
        let field = leaf.field.clone();
        let is_open = props.chosen.as_deref() == Some(&field);
        let label = format!("{field}: {reason}");
        let (short, more) = match reason.split_once(" · ") {
            Some((short, more)) => (short.to_owned(), Some(format!(" · {more}"))),
            None => (reason, None),
        };
        let focus = if is_open { Focus::None } else { Focus::Stored(field) };
        let onclick = click(&props.dispatch, Msg::Focus(focus));
        Some(html! {
            <>
                <button type="button" class="why" lang={lang.tag()} aria-label={label} aria-expanded={is_open.to_string()} {onclick}>{ short }if let Some(more) = more { <span class="more">{ more }</span> }</button>
                if is_open { { chain(leaf, props) } }
            </>
        })
    });
    let (class, sign, word) = match (added, is_gone) {
        (true, _) => ("l add", "+".to_owned(), Some(i18n::ADDED)),
        (_, true) => ("l gone", "−".to_owned(), Some(i18n::TAKEN_AWAY)),
        _ => ("l", number.to_string(), None),
    };
    let mark = word.map(
        |word| html! { <span class="unseen" lang={lang.tag()}>{ word.get(lang) }{ " " }</span> },
    );
    let line = html! {
        <div>
            <span class="n" aria-hidden="true">{ sign }</span>
            <span class="t">{ mark }{ text }</span>
            { button }
        </div>
    };
    classed(class, line)
}

/// The decisions about a leaf, right where they were asked for.
fn chain(leaf: &Leaf, props: &Props) -> Html {
    let lang = props.lang;
    let steps: Html = why::chain(trace(props), &leaf.field)
        .into_iter()
        .map(|step| html! { <li>{ linked(&step.render(lang), lang) }{ " " }<small>{ step.rule.id }</small></li> })
        .collect();
    html! { <ol class="chain" lang={lang.tag()}>{ steps }</ol> }
}

fn trace(props: &Props) -> &[Step] {
    let outcome = props.document.as_ref().and_then(|document| document.outcome.as_ref());
    outcome.map_or(&[], |outcome| outcome.trace.as_slice())
}

/// The line of a map or list is new if everything in it is.
fn all_below_added(line: &Line, leaves: &[Leaf]) -> bool {
    let mut below = leaves.iter().filter(|leaf| leaf.path.starts_with(&line.path)).peekable();
    below.peek().is_some()
        && below.all(|leaf| !matches!(leaf.provenance, Provenance::Written(_) | Provenance::Kept))
}

/// The short why of an added line; `None` for what the person wrote.
fn reason(leaf: &Leaf, trace: &[Step], lang: Lang) -> Option<String> {
    let (Provenance::Defaulted(step) | Provenance::Allocated(step) | Provenance::Copied(step)) =
        leaf.provenance
    else {
        let text = match leaf.provenance {
            Provenance::Written(_) => return None,
            Provenance::Kept => return None,
            // The one field of these that kubectl adds, from the context it runs in.
            _ if leaf.field == "metadata.namespace" => i18n::YOUR_NAMESPACE,
            _ if leaf.by.is_some() => i18n::SET_BY,
            _ => i18n::KEPT_BY_SERVER,
        };
        return Some(by(leaf, text.get(lang)));
    };
    let step = trace.get(step.0);
    if let Some(Effect::Copied { from, .. }) = step.map(|step| &step.effect) {
        let from = from.to_string();
        // Beside its line, the last name is enough.
        let name = from.rsplit('.').next().unwrap_or(&from);
        return Some(format!("{} {name}", i18n::COPY_OF.get(lang)));
    }
    let text = match (step.map_or("", |step| step.rule.id), &leaf.provenance) {
        ("BAND-4a", _) => i18n::PICKED,
        ("BAND-4b", _) => i18n::PICKED_LOW,
        ("FAM-12", _) => i18n::FIRST_RANGE,
        ("FAM-13a", _) => i18n::OTHER_FAMILY,
        ("FAM-8a", _) => i18n::FROM_ADDRESS,
        ("FAM-3c" | "FAM-9", _) => i18n::BOTH_HEADLESS,
        (_, Provenance::Allocated(_)) => i18n::ALLOCATED,
        (_, Provenance::Copied(_)) => i18n::COPIED,
        _ => i18n::BY_DEFAULT,
    };
    Some(by(leaf, text.get(lang)))
}

/// Says which program it was, where it was neither kube-apiserver nor kubectl.
fn by(leaf: &Leaf, text: &str) -> String {
    leaf.by.map_or_else(|| text.to_owned(), |program| format!("{text} · {}", program.name()))
}
