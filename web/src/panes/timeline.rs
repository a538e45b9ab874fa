//! What was done so far, what the event that is shown changed, and how another release answers it.

use std::rc::Rc;

use dualstack_core::apiserver::requests::RepairEvent;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Step, plain, render};
use dualstack_core::facts;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, PatchForm};
use dualstack_core::session::diff::{Change, Diff, ServiceAfter};
use dualstack_core::session::{BootReport, DocumentReport, EventReport};

use yew::prelude::*;

use crate::browser;
use crate::i18n;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::state::verdict::Verdict;
use crate::ui::{
    Dispatch, badge, classed, click, code, heading, line, name, press, releases, sentence, signed,
};

/// The most Services that an event kept as they were and that are listed all the same.
const MOST_KEPT: usize = 20;

/// An answer on one of two releases.
#[derive(Clone, PartialEq)]
pub struct Side {
    pub verdict: Verdict,
    /// The request, if one is shown.
    pub document: Option<Shared<DocumentReport>>,
}

/// An event of the list: what was done, to what, and whether it was accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    verb: Text,
    object: String,
    /// `None` until typing stops.
    is_accepted: Option<bool>,
}

impl Row {
    /// The event at this place, with its answer.
    #[must_use]
    pub fn of(at: usize, event: &Action, report: Option<&EventReport>) -> Self {
        let (verb, object) = words_of(at, event, report);
        let is_accepted = report.map(|report| match report {
            EventReport::Boot(boot) => boot.is_running(),
            EventReport::Requests(requests) => {
                requests.problems.is_empty() && requests.documents.iter().all(|it| it.is_accepted())
            }
        });
        Self { verb, object, is_accepted }
    }
}

/// A branch of the session.
#[derive(Clone, PartialEq, Debug)]
pub struct BranchRow {
    /// How many events it has.
    pub count: usize,
    /// The branch it was forked from, and how many events the two began with together.
    pub from: Option<(usize, usize)>,
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub rows: Rc<[Row]>,
    /// The event that is shown.
    pub at: usize,
    pub playing: bool,
    /// None before the first fork.
    pub branches: Rc<[BranchRow]>,
    /// The branch that is shown.
    pub branch: usize,
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
    pub dispatch: Dispatch,
}

#[component]
pub fn Timeline(props: &Props) -> Html {
    let Props { lang, at, .. } = *props;
    let last = props.rows.len() - 1;
    let events: Html = (0..=last).map(|at| event(at, props)).collect();
    let edge = |id: &'static str, name: Text, msg: Msg, can: bool| {
        press("btn", Some(id), name.get(lang), None, can, click(&props.dispatch, msg))
    };
    let button = |id: &'static str, name: Text, msg: Msg| edge(id, name, msg, true);
    html! {
        <section class="pane timeline" aria-label={i18n::TIMELINE.get(lang)}>
            <h2>
                <b>{ i18n::TIMELINE.get(lang) }</b>{ " " }{ i18n::TIMELINE_ABOUT.get(lang) }
                <span class="spacer"></span>
                if !props.branches.is_empty() { { branches(props) } }
                { compare(props) }
            </h2>
            { steps(props) }
            <ol class="events" aria-label={i18n::EVENTS.get(lang)}>{ events }</ol>
            <p class="actions">
                { button("apply-again", i18n::APPLY_AGAIN, Msg::ApplyAgain) }
                { button("patch", i18n::PATCH, Msg::Patch) }
                { button("delete", i18n::DELETE, Msg::Delete) }
                { button("restart", i18n::RESTART, Msg::Restart) }
                <span class="spacer"></span>
                { edge("move-earlier", i18n::MOVE_EARLIER, Msg::Move(at.saturating_sub(1)), at > 1) }
                { edge("move-later", i18n::MOVE_LATER, Msg::Move(at + 1), at > 0 && at < last) }
                { button("fork", i18n::FORK, Msg::Fork) }
            </p>
            if let Some(both) = &props.sides { { sides(props, both) } }
            { after(props) }
        </section>
    }
}

/// The way through the events: step by step, by a slider, or as a film.
fn steps(props: &Props) -> Html {
    let Props { lang, at, playing, .. } = *props;
    let count = props.rows.len();
    let step = |id: &'static str, name: Text, sign: &'static str, msg: Msg, can: bool| {
        press("btn", Some(id), name.get(lang), Some(sign), can, click(&props.dispatch, msg))
    };
    let Row { verb, object, .. } = &props.rows[at];
    let event = format!("{} {object}", verb.get(lang));
    let (shown, of) = (at + 1, count);
    let position = render(i18n::POSITION_IS, &facts![at = shown, count = of, event], lang);
    let position = plain(&position);
    let oninput = props.dispatch.reform(|event: InputEvent| {
        Msg::Choose(browser::text_of(&event).parse::<usize>().unwrap_or(1).saturating_sub(1))
    });
    let play = if playing { (i18n::STOP, "◼") } else { (i18n::PLAY, "▶") };
    html! {
        <div class="film">
            { step("play", play.0, play.1, Msg::Play(!playing), count > 1) }
            { step("step-back", i18n::STEP_BACK, "‹", Msg::Choose(at.saturating_sub(1)), at > 0) }
            <input type="range" min="1" max={count.to_string()} value={shown.to_string()} aria-label={i18n::POSITION.get(lang)} aria-valuetext={position.clone()} {oninput} />
            { step("step-on", i18n::STEP_ON, "›", Msg::Choose(at + 1), at + 1 < count) }
            <span>{ position }</span>
        </div>
    }
}

/// The branches of a session that was forked.
fn branches(props: &Props) -> Html {
    let lang = props.lang;
    let options: Html = props
        .branches
        .iter()
        .enumerate()
        .map(|(at, branch)| {
            let is_shown = at == props.branch;
            let count = if is_shown { props.rows.len() } else { branch.count };
            let number = at + 1;
            let name = match branch.from {
                Some((from, common)) => {
                    let from = from + 1;
                    render(i18n::BRANCH_FROM, &facts![number, count, from, common], lang)
                }
                None => render(i18n::BRANCH_NAME, &facts![number, count], lang),
            };
            html! { <option value={at.to_string()} selected={is_shown}>{ plain(&name) }</option> }
        })
        .collect();
    let onchange = props
        .dispatch
        .reform(|event: Event| Msg::Branch(browser::choice_of(&event).parse().unwrap_or_default()));
    let remove = click(&props.dispatch, Msg::RemoveBranch);
    let name = i18n::REMOVE_BRANCH.get(lang);
    html! {
        <>
            <select class="btn" aria-label={i18n::BRANCH.get(lang)} {onchange}>{ options }</select>
            { press("btn ghost", None, name, Some("×"), true, remove) }
        </>
    }
}

/// A release to compare with.
fn compare(props: &Props) -> Html {
    let Props { lang, compared: chosen, .. } = *props;
    let options = releases(chosen);
    let onchange =
        props.dispatch.reform(|event: Event| Msg::Compare(browser::choice_of(&event).parse().ok()));
    html! {
        <label>
            { i18n::COMPARE.get(lang) }{ " " }
            <select class="btn" {onchange}>
                <option value="" selected={chosen.is_none()}>{ i18n::NO_COMPARISON.get(lang) }</option>
                { options }
            </select>
        </label>
    }
}

/// What an event does, and to what.
fn words_of(at: usize, event: &Action, report: Option<&EventReport>) -> (Text, String) {
    match event {
        Action::Boot { version, .. } => {
            let verb = if at == 0 { i18n::EV_START } else { i18n::EV_RESTART };
            (verb, version.to_string())
        }
        Action::Apply(_) => {
            let names: Vec<&str> = match report {
                Some(EventReport::Requests(requests)) => {
                    requests.documents.iter().map(|it| it.name.as_str()).collect()
                }
                _ => Vec::new(),
            };
            (i18n::EV_APPLY, names.join(", "))
        }
        Action::Patch { service, form, .. } if *form == PatchForm::default() => {
            (i18n::PATCH, service.to_string())
        }
        Action::Patch { service, form, .. } => {
            (i18n::PATCH, format!("{service} ({})", form.name()))
        }
        Action::Delete(object) => (i18n::DELETE, object.to_string()),
    }
}

/// An event of the list: what was done, and a mark and a word for how it went.
fn event(at: usize, props: &Props) -> Html {
    let lang = props.lang;
    let Row { verb, object, is_accepted } = props.rows[at].clone();
    let (mark, word) = match is_accepted {
        None => ("…", i18n::NO_ANSWER),
        Some(true) => ("✓", i18n::ACCEPTED),
        Some(false) => ("✕", i18n::REFUSED),
    };
    let current = (props.at == at).then_some("step");
    let choose = click(&props.dispatch, Msg::Choose(at));
    let remove = (at > 0).then(|| {
        let onclick = click(&props.dispatch, Msg::Remove(at));
        let label = format!("{} {}", i18n::REMOVE.get(lang), at + 1);
        let id = (props.at == at).then_some("remove");
        html! { <button type="button" class="btn ghost" {id} aria-label={label} {onclick}>{ "×" }</button> }
    });
    let event = html! {
        <li>
            <button type="button" class="btn" aria-current={current} onclick={choose}>
                <small>{ (at + 1).to_string() }</small>{ " " }
                { verb.get(lang) }{ " " }{ name(object) }{ " " }
                { signed(mark, word.get(lang)) }
            </button>
            { remove }
        </li>
    };
    classed(if is_accepted == Some(false) { "event bad" } else { "event" }, event)
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

fn service(it: &ServiceAfter, lang: Lang) -> Html {
    let (class, word) = match &it.change {
        Change::Created => ("created", i18n::CREATED),
        Change::Deleted => ("deleted", i18n::DELETED),
        Change::Kept => ("kept", i18n::KEPT),
        Change::Changed(_) => ("changed", i18n::CHANGED),
    };
    let spec = &it.service.spec;
    let families = spec.ip_families.iter().filter_map(|name| Family::from_name(name));
    let badges: Html = families.map(badge).collect();
    let policy = spec.ip_family_policy.clone().unwrap_or_default();
    let fields: Html = match &it.change {
        Change::Changed(fields) => fields
            .iter()
            .map(|change| {
                let side = |value: &Option<String>| value.clone().unwrap_or_else(|| "—".to_owned());
                html! {
                    <li>{ code(change.field.clone()) }{ ": " }{ code(side(&change.before)) }{ " → " }{ code(side(&change.after)) }</li>
                }
            })
            .collect(),
        _ => html! {},
    };
    let service = html! {
        <li>
            { name([&*it.namespace, "/", &*it.name].concat()) }{ " " }
            <span class="badge">{ word.get(lang) }</span>{ " " }
            { badges }{ " " }{ code(spec.cluster_ips.join(", ")) }{ " " }<small lang="en">{ policy }</small>
            <ul lang="en">{ fields }</ul>
        </li>
    };
    classed(class, service)
}

/// Both answers side by side, with the rules that decided in one of them only.
fn sides(props: &Props, [here, there]: &[Side; 2]) -> Html {
    let Some(other) = props.compared else { return html! {} };
    html! {
        <div class="sides">
            { side(props.version, here, there, props.lang) }
            { side(other, there, here, props.lang) }
        </div>
    }
}

fn trace(side: &Side) -> &[Step] {
    let outcome = side.document.as_ref().and_then(|document| document.outcome.as_ref());
    outcome.map_or(&[], |outcome| outcome.trace.as_slice())
}

fn side(version: KubeVersion, side: &Side, other: &Side, lang: Lang) -> Html {
    let elsewhere = |step: &&Step| trace(other).iter().any(|it| it.rule == step.rule);
    let mut only: Vec<&Step> = trace(side).iter().filter(|step| !elsewhere(step)).collect();
    only.dedup_by_key(|step| step.rule.id);
    let has_none = only.is_empty();
    let rules: Html = only
        .into_iter()
        .map(|step| html! { <li>{ sentence(&step.render(lang), lang) }{ " " }<small>{ step.rule.id }</small></li> })
        .collect();
    let kubectl = side.document.as_ref().map(|document| document.kubectl.clone());
    let ips = side.document.as_ref().and_then(|document| document.stored());
    let ips = ips.map(|service| service.spec.cluster_ips.join(", "));
    html! {
        <div>
            <h3>{ "Kubernetes " }{ version.to_string() }{ " " }{ side.verdict.tone.mark() }</h3>
            <p><b>{ sentence(&side.verdict.head, lang) }</b>{ " " }{ ips.map(code) }</p>
            <pre lang="en">{ kubectl }</pre>
            if has_none { { line(i18n::NO_RULES.get(lang)) } } else {
                { line(i18n::ONLY_HERE.get(lang)) }
                <ul>{ rules }</ul>
            }
        </div>
    }
}
