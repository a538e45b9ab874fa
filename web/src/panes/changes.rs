//! What did the event that is shown change, and how does another release answer it?

use std::rc::Rc;

use dualstack_core::apiserver::requests::RepairEvent;
use dualstack_core::apiserver::service::families::known_families;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, render};
use dualstack_core::facts;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::BootReport;
use dualstack_core::session::diff::{Change, Diff, ServiceAfter};
use yew::prelude::*;

use crate::i18n;
use crate::state::comparison::{Difference, Side, differences};
use crate::state::shared::Shared;
use crate::ui::links::linked;
use crate::ui::{badge, classed, code, heading, line, name, sentence};

/// The most Services that an event kept as they were and that are listed all the same.
const MOST_KEPT: usize = 20;
/// The most objects that a note has room for.
const MOST_BESIDE: usize = 4;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The version of the start in force.
    pub version: KubeVersion,
    /// The version that it is compared with.
    pub compared: Option<KubeVersion>,
    /// The answers here and there, where both are known.
    pub sides: Option<Rc<[Side; 2]>>,
    /// The cluster after the event that is shown.
    pub after: Shared<Diff>,
    /// The start that is shown, if it is one.
    pub start: Option<Shared<BootReport>>,
}

#[component]
pub fn Changes(props: &Props) -> Html {
    let comparison = props.compared.zip(props.sides.as_deref());
    html! {
        <div class="changes">
            <h2 class="unseen">{ i18n::TAB_CHANGES.get(props.lang) }</h2>
            if let Some((other, sides)) = comparison { { compare(props, other, sides) } }
            { after(props) }
        </div>
    }
}

/// The Services after the event, and what it changed in them.
fn after(props: &Props) -> Html {
    let lang = props.lang;
    let mut kept = 0;
    let shown = props.after.services.iter().filter(|it| {
        kept += usize::from(it.change == Change::Kept);
        it.change != Change::Kept || kept <= MOST_KEPT
    });
    let services: Html = shown.map(|it| service(it, lang)).collect();
    let more = kept.saturating_sub(MOST_KEPT);
    let repairs = props.start.as_ref().map_or(&[][..], |start| &start.repairs);
    html! {
        <div class="after">
            { heading(i18n::AFTER.get(lang)) }
            if props.after.services.is_empty() { { line(i18n::NO_SERVICES.get(lang)) } }
            <ul>{ services }</ul>
            if more > 0 { <p>{ "+ " }{ more.to_string() }{ " " }{ i18n::KEPT.get(lang) }</p> }
            if !props.after.service_cidrs.is_empty() {
                { heading(i18n::SERVICE_CIDRS.get(lang)) }
                <ul>{ service_cidrs(&props.after, lang) }</ul>
            }
            if !repairs.is_empty() {
                { heading(i18n::REPAIR.get(lang)) }
                <ul class="repairs">{ repaired(repairs) }</ul>
            }
        </div>
    }
}

/// What an event changed, in a few lines. Nothing where it changed nothing.
pub fn changed(after: &Diff, start: Option<&BootReport>, lang: Lang) -> Html {
    let services = after.services.iter().filter(|it| it.change != Change::Kept);
    let services = services.map(|it| service(it, lang));
    let key = |(namespace, name): &(Rc<str>, Rc<str>)| [&**namespace, "/", &**name].concat();
    let objects = &after.objects;
    let nodes = objects.nodes.changed.iter().map(|(name, change)| (name.to_string(), change));
    let pods = objects.pods.changed.iter().map(|(it, change)| (key(it), change));
    let deployments = objects.deployments.changed.iter().map(|(it, change)| (key(it), change));
    let objects = nodes.chain(deployments).chain(pods);
    let objects = objects.map(|(object, change)| other_object(object, change, lang));
    let all: Vec<Html> = services.chain(objects).collect();
    let more = all.len().saturating_sub(MOST_BESIDE);
    let repairs = start.map_or(&[][..], |start| start.repairs.as_slice());
    html! {
        <div class="after">
            <ul>{ for all.into_iter().take(MOST_BESIDE) }</ul>
            if more > 0 { <p>{ "+ " }{ more.to_string() }</p> }
            if !repairs.is_empty() { <ul class="repairs">{ repaired(repairs) }</ul> }
        </div>
    }
}

/// A Node, a Pod or a Deployment.
fn other_object(object: String, change: &Change, lang: Lang) -> Html {
    let (class, word) = class_and_word(change);
    let object = html! {
        <li>
            { name(object) }{ " " }<span class="badge">{ word.get(lang) }</span>
            <ul lang="en">{ fields(change) }</ul>
        </li>
    };
    classed(class, object)
}

/// The ServiceCIDRs after the event.
fn service_cidrs(after: &Diff, lang: Lang) -> Html {
    after
        .service_cidrs
        .iter()
        .map(|object| {
            let ranges: Vec<String> = object.ranges.iter().map(ToString::to_string).collect();
            let (class, state) = if object.terminating {
                ("deleted", i18n::TERMINATING)
            } else {
                ("kept", i18n::READY)
            };
            classed(class, html! {
                <li>{ name(object.name.clone()) }{ " " }<span class="badge">{ state.get(lang) }</span>{ " " }{ code(ranges.join(", ")) }</li>
            })
        })
        .collect()
}

/// What the repair loops report.
fn repaired(repairs: &[RepairEvent]) -> Html {
    repairs
        .iter()
        .map(|event| {
            html! {
                <li lang="en">{ code(event.reason) }{ " " }<b>{ event.service.clone() }</b>{ ": " }{ event.message.clone() }</li>
            }
        })
        .collect()
}

const fn class_and_word(change: &Change) -> (&'static str, Text) {
    match change {
        Change::Created => ("created", i18n::CREATED),
        Change::Deleted => ("deleted", i18n::DELETED),
        Change::Kept => ("kept", i18n::KEPT),
        Change::Changed(_) => ("changed", i18n::CHANGED),
    }
}

/// The fields that read differently.
fn fields(change: &Change) -> Html {
    let Change::Changed(fields) = change else { return html! {} };
    fields
        .iter()
        .map(|change| {
            let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
            html! {
                <li>{ code(change.field.clone()) }{ ": " }{ code(side(&change.before)) }{ " → " }{ code(side(&change.after)) }</li>
            }
        })
        .collect()
}

fn service(it: &ServiceAfter, lang: Lang) -> Html {
    let (class, word) = class_and_word(&it.change);
    let spec = &it.service.spec;
    let badges: Html = known_families(&it.service).into_iter().map(badge).collect();
    let policy = spec.ip_family_policy.clone().unwrap_or_default();
    let service = html! {
        <li>
            { name([&*it.namespace, "/", &*it.name].concat()) }{ " " }
            <span class="badge">{ word.get(lang) }</span>{ " " }
            { badges }{ " " }{ code(spec.cluster_ips.join(", ")) }{ " " }<small lang="en">{ policy }</small>
            <ul lang="en">{ fields(&it.change) }</ul>
        </li>
    };
    classed(class, service)
}

/// What differs, each with the reasons on both sides; then both answers.
fn compare(props: &Props, other: KubeVersion, sides: &[Side; 2]) -> Html {
    let lang = props.lang;
    let [one, two] = sides;
    let found = differences([one, two], lang);
    let [here, there] = [props.version.to_string(), other.to_string()];
    let is_none = found.is_empty();
    let text = if is_none { i18n::NOTHING_DIFFERS } else { i18n::DIFFERS };
    let head =
        sentence(&render(text, &facts![here = here.as_str(), there = there.as_str()], lang), lang);
    let rows: Html = found.iter().map(|it| difference(it, [&here, &there], lang)).collect();
    html! {
        <section id="comparison" class="comparison">
            if is_none { <p>{ head }</p> } else {
                <h3>{ head }</h3>
                <ul class="differences">{ rows }</ul>
                <div class="sides">{ side(&here, one, lang) }{ side(&there, two, lang) }</div>
            }
        </section>
    }
}

fn difference(it: &Difference, versions: [&str; 2], lang: Lang) -> Html {
    let one = |at: usize| -> Html {
        let said: Html = it.sides[at].iter().map(|pieces| reason(pieces, lang)).collect();
        html! { <div><b>{ versions[at].to_owned() }</b>{ said }</div> }
    };
    html! { <li><h4>{ sentence(&it.about, lang) }</h4><div class="both">{ one(0) }{ one(1) }</div></li> }
}

/// A sentence; what a program prints stands as it is printed.
fn reason(pieces: &[Piece], lang: Lang) -> Html {
    match pieces {
        [Piece::Code(text)] if text.contains('\n') => {
            html! { <pre lang="en">{ text.clone() }</pre> }
        }
        _ => html! { <p>{ linked(pieces, lang) }</p> },
    }
}

fn side(version: &str, side: &Side, lang: Lang) -> Html {
    let kubectl = side.document.as_ref().map(|it| it.kubectl.clone()).filter(|it| !it.is_empty());
    let kubectl = kubectl.map(|text| html! { <pre lang="en">{ text }</pre> });
    let ips = side.document.as_ref().and_then(|document| document.stored());
    let ips = ips.map(|service| service.spec.cluster_ips.join(", "));
    html! {
        <div>
            <h3>{ "Kubernetes " }{ version.to_owned() }{ " " }{ side.verdict.tone.mark() }</h3>
            <p><b>{ linked(&side.verdict.head, lang) }</b>{ " " }{ ips.map(code) }</p>
            <p>{ linked(&side.verdict.because, lang) }</p>
            { kubectl }
        </div>
    }
}
