//! What is stored, line by line: what the server added, and why.

use dualstack_core::api::print::{Line, PathPart, yaml_lines};
use dualstack_core::kubectl::{FILE, LAST_APPLIED};
use dualstack_core::provenance::{Leaf, Provenance};
use dualstack_core::run::DocumentReport;
use dualstack_core::scenario::Event;
use dualstack_core::text::Lang;
use dualstack_core::trace::{Effect, Step};
use yew::prelude::*;

use super::highlight::{cut, manifest};
use super::{Dispatch, Shared, click, sentence, why};
use crate::store::{Focus, Msg};
use crate::text::{self, Word};
use crate::words::sentence as worded;

/// What [`stored`] shows.
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The document whose object is shown; `None` if there is none.
    pub document: Option<Shared<DocumentReport>>,
    /// The event that is shown.
    pub event: Event,
    /// What a person at the terminal sees, where the present answer is a refusal.
    pub terminal: Option<AttrValue>,
    /// What to say of the object, where it is not of this answer.
    pub label: Option<Word>,
    /// Whether the object is of an earlier answer.
    pub stale: bool,
    /// The field the Why pane is about.
    pub chosen: Option<AttrValue>,
    /// Whether metadata that the server keeps is shown.
    pub shows_server_fields: bool,
    /// Where messages go.
    pub dispatch: Dispatch,
}

/// Whether a line is metadata that the server or kubectl keeps about every object.
fn is_kept(line: &Line) -> bool {
    let key = |at: usize| match line.path.get(at) {
        Some(PathPart::Key(key)) => key.as_str(),
        _ => "",
    };
    match key(0) {
        "metadata" => match key(1) {
            "creationTimestamp" | "uid" | "resourceVersion" => true,
            "annotations" => line.path.len() == 2 || key(2) == LAST_APPLIED,
            _ => false,
        },
        "status" => true,
        _ => false,
    }
}

/// The Stored object pane.
pub fn stored(props: &Props) -> Html {
    let lang = props.lang;
    let name = props.document.as_ref().map(|document| format!(" {}", document.name));
    let object = props.document.as_ref().and_then(|document| document.stored_json());
    let has_annotations =
        props.document.as_ref().and_then(|it| it.standing()).is_some_and(|service| {
            service.metadata.annotations.keys().any(|key| key != LAST_APPLIED)
        });
    let lines: Html = object
        .iter()
        .flat_map(yaml_lines)
        .filter(|line| {
            let own_annotations = has_annotations && line.path.len() == 2;
            props.shows_server_fields || !is_kept(line) || own_annotations && !is_status(line)
        })
        .enumerate()
        .map(|(number, line)| print_line(number + 1, &line, props))
        .collect();
    let terminal = props.terminal.as_ref().map(|terminal| {
        html! {
            <div class="terminal" tabindex="0" role="group" aria-label={text::TERMINAL.get(lang)}>
                <p class="prompt" lang="en">{ command(&props.event) }</p>
                <pre lang="en">{ terminal.clone() }</pre>
            </div>
        }
    });
    let shown = props.shows_server_fields;
    let onclick = click(&props.dispatch, Msg::ServerFields(!shown));
    let stale = props.stale && object.is_some();
    let label = props.label.filter(|_| object.is_some());
    html! {
        <section class="pane stored" aria-label={text::STORED.get(lang)}>
            <h2><b lang="en">{ "kubectl get service" }{ name }{ " -o yaml" }</b></h2>
            { terminal }
            if let Some(label) = label { <p class="stale-note">{ label.get(lang) }</p> }
            <div class={classes!("code", "grow", stale.then_some("stale"))} lang="en">{ lines }</div>
            if object.is_none() { <p class="later">{ text::NOTHING_STORED.get(lang) }</p> }
            if object.is_some() {
                <p class="switch"><button type="button" class="btn" aria-pressed={shown.to_string()} {onclick}>{ text::SHOW_SERVER_FIELDS.get(lang) }</button></p>
            }
        </section>
    }
}

/// What the person typed into the terminal.
fn command(event: &Event) -> String {
    match event {
        Event::Boot { .. } => "$ kube-apiserver …".to_owned(),
        Event::Apply(_) => format!("$ kubectl apply -f {FILE}"),
        Event::Patch { service, form, .. } => {
            format!("$ kubectl patch {service} --type={} --patch-file=patch.yaml", form.name())
        }
        Event::Delete(object) => format!("$ kubectl delete {object}"),
    }
}

fn is_status(line: &Line) -> bool {
    matches!(line.path.first(), Some(PathPart::Key(key)) if key == "status")
}

fn print_line(number: usize, line: &Line, props: &Props) -> Html {
    let lang = props.lang;
    let text: Html = cut(&line.text, &manifest(&line.text))
        .into_iter()
        .map(|(class, text)| html! { <span class={class}>{ text }</span> })
        .collect();
    let leaf = props
        .document
        .as_ref()
        .and_then(|document| document.provenance.iter().find(|leaf| leaf.path == line.path));
    let why = leaf.map(|leaf| (leaf, reason(leaf, trace(props), lang)));
    let added =
        matches!(&why, Some((_, Some(_)))) || leaf.is_none() && all_below_added(line, props);
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
    let mark = added.then(
        || html! { <span class="unseen" lang={lang.tag()}>{ text::ADDED.get(lang) }{ " " }</span> },
    );
    html! {
        <div class={classes!("l", added.then_some("add"))}>
            <span class="n" aria-hidden="true">{ if added { "+".to_owned() } else { number.to_string() } }</span>
            <span class="t">{ mark }{ text }</span>
            { button }
        </div>
    }
}

/// The decisions about a leaf, right where they were asked for.
fn chain(leaf: &Leaf, props: &Props) -> Html {
    let lang = props.lang;
    let steps: Html = why::chain(trace(props), &leaf.field)
        .into_iter()
        .map(|step| html! { <li>{ sentence(&worded(step, lang), lang) }{ " " }<small>{ step.rule.id }</small></li> })
        .collect();
    html! { <ol class="chain" lang={lang.tag()}>{ steps }</ol> }
}

fn trace(props: &Props) -> &[Step] {
    let outcome = props.document.as_ref().and_then(|document| document.outcome.as_ref());
    outcome.map_or(&[], |outcome| outcome.trace.as_slice())
}

/// The line of a map or list is new if everything in it is.
fn all_below_added(line: &Line, props: &Props) -> bool {
    let Some(document) = &props.document else { return false };
    let mut below =
        document.provenance.iter().filter(|leaf| leaf.path.starts_with(&line.path)).peekable();
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
            _ if leaf.field == "metadata.namespace" => text::YOUR_NAMESPACE,
            _ => text::KEPT_BY_SERVER,
        };
        return Some(text.get(lang).to_owned());
    };
    let step = trace.get(step.0);
    if let Some(Effect::Copied { from, .. }) = step.map(|step| &step.effect) {
        let from = from.to_string();
        // Beside its line, the last name is enough.
        let name = from.rsplit('.').next().unwrap_or(&from);
        return Some(format!("{} {name}", text::COPY_OF.get(lang)));
    }
    let text = match (step.map_or("", |step| step.rule.id), &leaf.provenance) {
        ("BAND-4a", _) => text::PICKED,
        ("BAND-4b", _) => text::PICKED_LOW,
        ("FAM-12", _) => text::FIRST_RANGE,
        ("FAM-13a", _) => text::OTHER_FAMILY,
        ("FAM-8a", _) => text::FROM_ADDRESS,
        ("FAM-3c" | "FAM-9", _) => text::BOTH_HEADLESS,
        (_, Provenance::Allocated(_)) => text::ALLOCATED,
        (_, Provenance::Copied(_)) => text::COPIED,
        _ => text::BY_DEFAULT,
    };
    Some(text.get(lang).to_owned())
}
