//! What was done so far, in one line; what is done next; and what is written beside the event that is shown.

use std::rc::Rc;

use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Piece, plain, render};
use dualstack_core::facts;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::diff::Diff;
use dualstack_core::session::{BootReport, EventReport, Replay};
use yew::prelude::*;

use super::changes;
use crate::browser;
use crate::i18n;
use crate::state::answers::Answers;
use crate::state::deeds::Deed;
use crate::state::pace::Pace;
use crate::state::restarts::Restarts;
use crate::state::shared::Shared;
use crate::state::store::{Msg, Store};
use crate::ui::{Dispatch, classed, click, name, press, sentence, signed};

/// The list of events.
const LIST: &str = "events";
const MENU: &str = "event-menu";

/// An event of the list: what was done, to what, and whether it was accepted.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    deed: Deed,
    note: String,
    /// `None` until typing stops, and where kubectl sent nothing.
    is_accepted: Option<bool>,
}

/// Whether all that was asked was done; `None` if nothing was asked. What is not simulated does not count.
fn is_accepted(report: &EventReport) -> Option<bool> {
    match report {
        EventReport::Boot(boot) => Some(boot.is_running()),
        EventReport::Requests(requests) => {
            let mut counted = requests.documents.iter().filter(|it| !it.is_left_out);
            let is_sent = counted.clone().any(|it| it.outcome.is_some());
            is_sent.then(|| requests.problems.is_empty() && counted.all(|it| it.is_accepted()))
        }
    }
}

impl Row {
    /// All events, with their answers.
    #[must_use]
    pub fn all(store: &Store, reports: &[EventReport], restarts: &mut Restarts) -> Rc<[Self]> {
        let row = |at| {
            let report = reports.get(at);
            let is_accepted = report.and_then(is_accepted);
            let deed = Deed::of(&store.events, at, report, restarts, store.lang);
            Self { deed, note: store.note(at).to_owned(), is_accepted }
        };
        (0..store.events.len()).map(row).collect()
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
    pub pace: Pace,
    /// None before the first fork.
    pub branches: Rc<[BranchRow]>,
    /// The branch that is shown.
    pub branch: usize,
    /// The version of the start in force.
    pub version: KubeVersion,
    /// The version that it is compared with.
    pub compared: Option<KubeVersion>,
    pub dispatch: Dispatch,
}

/// The id of an event's button.
fn id_of(at: usize) -> String {
    format!("event-{}", at + 1)
}

#[component]
pub fn Strip(props: &Props) -> Html {
    let Props { lang, at, playing, .. } = *props;
    let count = props.rows.len();
    use_effect_with((at, count), |(at, _)| browser::scroll_into_list(LIST, &id_of(*at)));
    let button = |class, id: &'static str, name: Text, sign, msg: Msg, can: bool| {
        press(class, Some(id), name.get(lang), sign, can, click(&props.dispatch, msg))
    };
    let ghost = |id, name, sign, msg, can| button("btn ghost", id, name, Some(sign), msg, can);
    let play = if playing { (i18n::STOP, "◼") } else { (i18n::PLAY, "▶") };
    let add = format!("+ {}", i18n::APPLY_UPDATE.get(lang));
    let onadd = click(&props.dispatch, Msg::ApplyAgain);
    html! {
        <section class="strip" id="timeline" tabindex="-1" aria-label={i18n::TIMELINE.get(lang)}>
            <div class="film">
                { ghost("step-back", i18n::STEP_BACK, "◀", Msg::Choose(at.saturating_sub(1)), at > 0) }
                { ghost("play", play.0, play.1, Msg::Play(!playing), count > 1) }
                { pace(props) }
                { ghost("step-on", i18n::STEP_ON, "›", Msg::Choose(at + 1), at + 1 < count) }
            </div>
            { events(props) }
            <div class="acts">
                <button type="button" id="apply-again" class="btn" onclick={onadd}>{ add }</button>
                { button("btn", "patch", i18n::PATCH, None, Msg::Patch, true) }
                { button("btn", "delete", i18n::DELETE, None, Msg::Delete, true) }
                <button type="button" id="restart" class="btn" title={i18n::RESTART.get(lang)} onclick={click(&props.dispatch, Msg::Restart)}>{ i18n::RESTART_SHORT.get(lang) }</button>
            </div>
            <More ..props.clone() />
            { compare(props) }
        </section>
    }
}

/// How long each event is shown.
fn pace(props: &Props) -> Html {
    let lang = props.lang;
    let options: Html = Pace::ALL
        .into_iter()
        .map(|pace| {
            let seconds = pace.seconds();
            let words = plain(&render(i18n::PACE_IS, &facts![seconds = u64::from(seconds)], lang));
            html! { <option value={seconds.to_string()} selected={pace == props.pace}>{ words }</option> }
        })
        .collect();
    let onchange =
        props.dispatch.reform(|event: Event| Msg::Pace(Pace::read(&browser::choice_of(&event))));
    html! { <select id="pace" class="btn ghost" aria-label={i18n::PACE.get(lang)} {onchange}>{ options }</select> }
}

/// The events. Arrow keys move through them; the one that is shown can be reached by Tab.
fn events(props: &Props) -> Html {
    let (at, last) = (props.at, props.rows.len() - 1);
    let dispatch = props.dispatch.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.ctrl_key() || event.alt_key() || event.meta_key() {
            return;
        }
        let to = match event.key().as_str() {
            "ArrowLeft" => at.saturating_sub(1),
            "ArrowRight" => (at + 1).min(last),
            "Home" => 0,
            "End" => last,
            _ => return,
        };
        event.prevent_default();
        dispatch.emit(Msg::Choose(to));
        browser::later(move || browser::focus(&id_of(to)));
    });
    let events: Html = (0..=last).map(|at| event(at, props)).collect();
    html! { <ol id={LIST} class="events" aria-label={i18n::EVENTS.get(props.lang)} {onkeydown}>{ events }</ol> }
}

/// An event of the list: what was done, and a mark and a word for how it went.
fn event(at: usize, props: &Props) -> Html {
    let lang = props.lang;
    let Row { deed, note, is_accepted } = &props.rows[at];
    let (mark, word) = match is_accepted {
        None => ("…", i18n::NO_ANSWER),
        Some(true) => ("✓", i18n::ACCEPTED),
        Some(false) => ("✕", i18n::REFUSED),
    };
    let is_shown = props.at == at;
    let current = is_shown.then_some("step");
    let index = if is_shown { "0" } else { "-1" };
    let what = deed.words(lang);
    let title = if note.is_empty() { what } else { format!("{what}\n{note}") };
    let more = deed.changes.len().saturating_sub(1);
    let changed = deed.changes.first().map(|first| {
        let more = (more > 0).then(|| format!(" +{more}"));
        html! { <>{ i18n::colon(lang) }{ sentence(first, lang) }{ more }</> }
    });
    let object =
        (!deed.object.is_empty()).then(|| html! { <>{ " " }{ name(deed.object.clone()) }</> });
    let event = html! {
        <li>
            <button type="button" id={id_of(at)} class="btn" tabindex={index} aria-current={current} {title} onclick={click(&props.dispatch, Msg::Choose(at))}>
                <small>{ (at + 1).to_string() }</small>
                <span class="deed">{ deed.verb.get(lang) }{ object }{ changed }</span>
                { signed(mark, word.get(lang)) }
            </button>
        </li>
    };
    classed(if *is_accepted == Some(false) { "event bad" } else { "event" }, event)
}

/// A release to compare with: any but the one that is shown.
fn compare(props: &Props) -> Html {
    let Props { lang, compared, version: shown, .. } = *props;
    let options: Html = KubeVersion::all()
        .filter(|version| *version != shown)
        .map(|other| {
            let version = other.to_string();
            let words = plain(&render(i18n::COMPARE_WITH, &facts![version], lang));
            html! { <option value={version} selected={compared == Some(other)}>{ words }</option> }
        })
        .collect();
    let none = if compared.is_some() { i18n::NO_COMPARISON } else { i18n::COMPARE };
    let onchange =
        props.dispatch.reform(|event: Event| Msg::Compare(browser::choice_of(&event).parse().ok()));
    html! {
        <select id="compare" class="btn ghost" aria-label={i18n::COMPARE.get(lang)} {onchange}>
            <option value="" selected={compared.is_none()}>{ none.get(lang) }</option>
            { options }
        </select>
    }
}

/// What is done more rarely, and the note. The buttons stand in the page while the menu is closed: keys press them.
#[component]
fn More(props: &Props) -> Html {
    let Props { lang, at, .. } = *props;
    let last = props.rows.len() - 1;
    let open = use_state(|| false);
    let toggle = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    let onfocusout = {
        let open = open.setter();
        Callback::from(move |event: FocusEvent| {
            if browser::is_left(&event, ".others") {
                open.set(false);
            }
        })
    };
    let onkeydown = {
        let open = open.setter();
        Callback::from(move |event: KeyboardEvent| {
            if event.key() == "Escape" {
                open.set(false);
                browser::focus("more");
            }
        })
    };
    let item = |id: &'static str, name: Text, msg: Msg, can: bool| {
        press("btn", Some(id), name.get(lang), None, can, click(&props.dispatch, msg))
    };
    let oninput = props.dispatch.reform(|event: InputEvent| Msg::Note(browser::text_of(&event)));
    let note = props.rows[at].note.clone();
    html! {
        // What is pressed in it keeps the focus inside, even where buttons take none.
        <div class="others" tabindex="-1" {onfocusout} {onkeydown}>
            <button type="button" id="more" class="btn ghost" aria-expanded={open.to_string()} aria-controls={MENU} onclick={toggle}>{ i18n::MORE.get(lang) }{ " ▾" }</button>
            <div id={MENU} class="popup" hidden={!*open}>
                <label for="note">{ i18n::NOTE.get(lang) }</label>
                <input id="note" value={note} autocomplete="off" {oninput} />
                { item("move-earlier", i18n::MOVE_EARLIER, Msg::Move(at.saturating_sub(1)), at > 1) }
                { item("move-later", i18n::MOVE_LATER, Msg::Move(at + 1), at > 0 && at < last) }
                { item("remove", i18n::REMOVE, Msg::Remove(at), at > 0) }
                { item("fork", i18n::FORK, Msg::Fork, true) }
                if !props.branches.is_empty() { { branches(props) } }
            </div>
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
    html! {
        <>
            <select class="btn" aria-label={i18n::BRANCH.get(lang)} {onchange}>{ options }</select>
            { press("btn", None, i18n::REMOVE_BRANCH.get(lang), None, true, remove) }
        </>
    }
}

/// For paper: each event with its note and the sentence of its answer.
pub fn printed(store: &Store, rows: &[Row]) -> Html {
    let lang = store.lang;
    let mut replay = Replay::default();
    let events = rows.iter().enumerate().map(|(at, Row { deed, note, is_accepted })| {
        let mut shown = store.update(Msg::Choose(at));
        shown.settled = true;
        let answers = Answers::of(&shown, &shown.session(), &mut replay);
        let verdict = answers.map(|answers| answers.verdict(&shown, answers.document_at(&shown)));
        let verdict = verdict.map(|it| {
            let (head, because) = (sentence(&it.head, lang), sentence(&it.because, lang));
            html! { <p>{ it.tone.mark() }{ " " }<b>{ head }</b>{ (lang == Lang::En).then_some(" ") }{ because }</p> }
        });
        let item = html! {
            <li>
                <h3>{ at + 1 }{ ". " }{ deed.words(lang) }</h3>
                if !note.is_empty() { <p>{ note.clone() }</p> }
                { verdict }
            </li>
        };
        classed(if *is_accepted == Some(false) { "bad" } else { "good" }, item)
    });
    html! { <ol class="printed">{ for events }</ol> }
}

#[derive(Clone, PartialEq, Properties)]
pub struct NoteProps {
    pub lang: Lang,
    /// Which event it is, of how many.
    pub place: Vec<Piece>,
    /// What is written beside it; empty where nothing is.
    pub note: AttrValue,
    /// The cluster after the event.
    pub after: Shared<Diff>,
    /// The start, if it is one.
    pub start: Option<Shared<BootReport>>,
}

impl NoteProps {
    /// The event that is shown, while the session plays.
    #[must_use]
    pub fn of(
        store: &Store,
        rows: &[Row],
        after: &Shared<Diff>,
        start: Option<&Shared<BootReport>>,
    ) -> Option<Self> {
        let (lang, at) = (store.lang, store.at);
        let row = rows.get(at).filter(|_| store.playing)?;
        let (shown, count) = (at + 1, rows.len());
        let event = row.deed.words(lang);
        let facts = facts![at = shown, count, event];
        Some(Self {
            lang,
            place: render(i18n::POSITION_IS, &facts, lang),
            note: AttrValue::from(row.note.clone()),
            after: after.clone(),
            start: start.cloned(),
        })
    }
}

/// The note of the event that is shown while the session plays, large, and what the event changed.
#[component]
pub fn NoteShown(props: &NoteProps) -> Html {
    let lang = props.lang;
    html! {
        <aside class="note-shown">
            <small>{ plain(&props.place) }</small>
            if !props.note.is_empty() { <p>{ props.note.clone() }</p> }
            { changes::changed(&props.after, props.start.as_deref(), lang) }
        </aside>
    }
}
