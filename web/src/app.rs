//! The page: the store, what the core makes of it, and where the panes stand. The only component that
//! has both state and report.

use std::rc::Rc;

use dualstack_core::api::Json;
use dualstack_core::cluster::components::Components;
use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::plain;
use dualstack_core::fixes::Fix;
use dualstack_core::net::Family;
use dualstack_core::session::action::Action;
use dualstack_core::session::{DocumentReport, EventReport, Replay, Verb};
use dualstack_core::source::yaml::parse;
use yew::prelude::*;

use crate::browser::{self, address_bar};
use crate::effects::{Follow, follow};
use crate::i18n;
use crate::panes::answer::{self, Verdict, answer};
use crate::panes::cluster::{self, cluster, families};
use crate::panes::components::Seen;
use crate::panes::embed::{self, Panes, notice};
use crate::panes::fixes::fixes;
use crate::panes::frame::{footer, header, invitation, phone_bar};
use crate::panes::manifest::{self, manifest};
use crate::panes::share::{Given, Share};
use crate::panes::stored::{self, stored};
use crate::panes::tabs::Tabs;
use crate::panes::timeline::{self, timeline};
use crate::panes::why::{self, why};
use crate::state::answers::{Answers, compared, document_at};
use crate::state::store::{Focus, Form, Msg, Pane, Store, to_text};
use crate::ui::{Dispatch, Shared, click, press};

/// Properties of [`App`].
#[derive(Properties, PartialEq)]
pub struct Props {
    /// The state to start with.
    pub initial: Store,
}

/// The whole page.
#[component]
pub fn App(props: &Props) -> Html {
    let state = use_reducer(|| props.initial.clone());
    // One copy for the whole render: the handle reads the live state.
    let store = Store::clone(&state);
    let dispatch = {
        let dispatcher = state.dispatcher();
        use_callback((), move |msg: Msg, ()| dispatcher.dispatch(msg))
    };
    let replay = use_mut_ref(Replay::default);
    let owner = store.owner();
    let session = (Rc::clone(&store.events), store.seed, store.session, owner);
    let answers = use_memo((session, store.at, store.runs, store.settled), |_| {
        if !store.runs {
            return None;
        }
        browser::before_run(&to_text(&store), owner);
        let answers = Answers::of(&store, &store.session(), &mut replay.borrow_mut());
        browser::after_run();
        answers
    });
    let at = answers.as_ref().as_ref().map(|answers| document_at(&store, &answers.documents));
    let shown = answers.as_ref().as_ref().zip(at);
    let verdict = shown.map(|(answers, at)| answers.verdict(&store, at));
    let spoken = verdict.as_ref().map(|verdict| verdict.spoken(store.lang));
    let refused = shown.and_then(|(answers, at)| answers.is_refused(&store, at).then_some(at));
    let following = use_mut_ref(Follow::default);
    {
        let (store, dispatch, replay) = (store.clone(), dispatch.clone(), Rc::clone(&replay));
        use_effect(move || follow(&following, &store, spoken, refused, &replay, &dispatch));
    }
    let started = shown.filter(|_| store.shows_components());
    let started = started.map(|(answers, _)| Shared(Rc::clone(&answers.boot.start)));
    let seen = use_memo(started, |started| {
        let components = Components::clone(started.as_ref()?.components());
        Some(Shared(Rc::new(Seen::of(components))))
    });
    let given = use_state(|| None::<Given>);
    let last_good = use_mut_ref(|| (0, None::<Shared<DocumentReport>>));

    let (Some((answers, at)), Some(verdict)) = (shown, verdict) else {
        return safe_mode(&store, &dispatch);
    };
    let document = answers.documents.get(at).cloned();
    let mut good = last_good.borrow_mut();
    // What was accepted before another event or example was chosen says nothing about this one.
    if good.0 != store.turn {
        *good = (store.turn, None);
    }
    let is_accepted = document.as_ref().is_some_and(|document| document.is_accepted());
    if is_accepted {
        good.1 = document.clone().filter(|document| document.stored_json().is_some());
    }
    // What is stored all the same is nearer to the truth than what was accepted before.
    let stands = document.clone().filter(|document| document.stands.is_some());
    let stale = !is_accepted && stands.is_none();
    let shown = stands.or_else(|| good.1.clone());
    let fixes = store.fixes.as_ref().map_or(&[][..], |found| found.of(&store, refused));
    let seen = Option::clone(&seen);
    layout(
        &store,
        &dispatch,
        answers,
        &Shown { document, shown, stale, verdict, fixes, seen, given },
    )
}

/// What the panes show.
struct Shown<'a> {
    /// The document with the present answer.
    document: Option<Shared<DocumentReport>>,
    /// The document with the last answer that was accepted.
    shown: Option<Shared<DocumentReport>>,
    /// Whether these differ.
    stale: bool,
    verdict: Verdict,
    /// What would be accepted instead.
    fixes: &'a [Rc<Fix>],
    /// The components, where they are shown.
    seen: Option<Shared<Seen>>,
    /// What is given away while the dialog to share is open.
    given: UseStateHandle<Option<Given>>,
}

fn addresses(document: Option<&Shared<DocumentReport>>) -> Vec<(Family, AttrValue)> {
    let Some(service) = document.and_then(|document| document.standing()) else {
        return Vec::new();
    };
    let spec = &service.spec;
    if spec.has_no_cluster_ip() {
        return Vec::new();
    }
    let families = spec.ip_families.iter().filter_map(|name| Family::from_name(name));
    families.zip(spec.cluster_ips.iter().map(|ip| AttrValue::from(ip.clone()))).collect()
}

fn layout(store: &Store, dispatch: &Dispatch, answers: &Answers, shown: &Shown) -> Html {
    let lang = store.lang;
    let addresses = addresses(shown.shown.as_ref());
    let chosen = match &store.focus {
        Focus::Stored(field) => Some(AttrValue::from(field.clone())),
        _ => None,
    };
    let terminal = shown
        .document
        .as_ref()
        .filter(|it| !it.kubectl.is_empty())
        .filter(|it| !it.is_accepted() || it.stored_json().is_none() || it.verb == Verb::Patch)
        .map(|document| AttrValue::from(document.kubectl.clone()))
        .or_else(|| {
            (!answers.boot.is_running()).then(|| {
                let lines: Vec<String> =
                    answers.boot.problems.iter().map(ToString::to_string).collect();
                AttrValue::from(lines.join("\n"))
            })
        });
    let stands = shown.shown.as_ref().is_some_and(|document| document.stands.is_some());
    let label = match (stands, shown.stale) {
        (true, _) => Some(i18n::STANDS),
        (_, true) => Some(i18n::LAST_GOOD),
        _ => None,
    };
    let summary = summary(&shown.verdict, shown.shown.as_ref(), &addresses, label.is_some(), lang);
    let pane = match store.pane {
        Pane::Cluster => "cluster",
        Pane::Manifest => "manifest",
        Pane::Result => "result",
    };
    let share = share(store, shown, &addresses);
    let verdict = shown.verdict.clone();
    let fixes = fixes(shown.fixes, lang, dispatch);
    let answer = answer(&answer::Props { lang, verdict, addresses, label, fixes });
    let cluster = cluster(&cluster::Props {
        lang,
        flags: AttrValue::from(Rc::clone(store.flags())),
        version: store.boot().2,
        boot: Some(answers.boot.clone()),
        unfolded: store.unfolded || store.visit.embed.is_some(),
        seen: shown.seen.clone(),
        dispatch: dispatch.clone(),
    });
    let manifest = manifest(&manifest::Props {
        lang,
        event: store.request().map(|at| store.events[at].clone()),
        version: store.boot().2,
        requests: store.request().and_then(|at| match answers.events.get(at)? {
            EventReport::Requests(requests) => Some(Shared(Rc::clone(requests))),
            EventReport::Boot(_) => None,
        }),
        document: document_at(store, &answers.documents),
        dispatch: dispatch.clone(),
    });
    let stored = stored(&stored::Props {
        lang,
        document: shown.shown.clone(),
        event: store.event().clone(),
        terminal,
        label,
        stale: shown.stale,
        chosen,
        shows_server_fields: store.shows_server_fields,
        form: store.form,
        sent: sent(store, document_at(store, &answers.documents)),
        dispatch: dispatch.clone(),
    });
    let why = why(&why::Props {
        lang,
        boot: answers.boot.clone(),
        document: shown.document.clone().filter(|it| it.verb != Verb::Get),
        after: answers.after.clone(),
        focus: store.focus.clone(),
    });
    let other = store.compared.and_then(|other| compared(store, other));
    let timeline = timeline(&timeline::Props {
        store,
        events: &answers.events,
        after: answers.after.clone(),
        boot: answers.boot.clone(),
        here: side(&shown.verdict, shown.document.as_ref()),
        there: other.as_ref().map(|(answers, verdict)| {
            let at = document_at(store, &answers.documents);
            side(verdict, answers.documents.get(at))
        }),
        dispatch: dispatch.clone(),
    });
    let tabs = shown.seen.as_ref().map(|seen| {
        let (world, objects) = (Rc::clone(&answers.world.0), Rc::clone(&answers.after.objects));
        let is_about_workloads = answers.requests.documents.iter().any(|it| it.workload.is_some());
        html! { <div id="behind"><Tabs {lang} shown={store.shown()} seen={seen.clone()} {world} {objects} {is_about_workloads} dispatch={dispatch.clone()} /></div> }
    });
    let tabs = tabs.unwrap_or_default();
    if let Some(embed) = &store.visit.embed {
        let families = families(lang, store.flags(), dispatch);
        let panes = Panes { answer, families, cluster, manifest, stored, timeline, why, tabs };
        return embed::frame(store, embed, panes, dispatch);
    }
    let dialog = shown.given.as_ref().map(|given| {
        let state = shown.given.setter();
        let onclose = Callback::from(move |()| state.set(None));
        html! { <Share given={given.clone()} {onclose} /> }
    });
    html! {
        <div class="page" data-pane={pane}>
            { header(store, Some(share), dispatch) }
            { notice(store, dispatch) }
            { answer }
            <p class="unseen" role="status" id="spoken"></p>
            { invitation(store, dispatch) }
            <main>{ cluster }{ manifest }{ stored }</main>
            { timeline }
            { why }
            { tabs }
            { footer(lang) }
            { phone_bar(store, summary, dispatch) }
            { dialog }
        </div>
    }
}

/// Opens the dialog to share with what the page says now.
fn share(store: &Store, shown: &Shown, addresses: &[(Family, AttrValue)]) -> Callback<MouseEvent> {
    let (store, verdict, addresses) = (store.clone(), shown.verdict.clone(), addresses.to_vec());
    let given = shown.given.setter();
    Callback::from(move |_| {
        // Whoever copies the address from the bar gets the same.
        address_bar::flush();
        given.set(Some(Given::of(&store, &verdict, &addresses)));
    })
}

/// What the manifest that is shown sends, where the object is to be compared with it.
fn sent(store: &Store, document: usize) -> Option<Json> {
    match store.event() {
        Action::Apply(text) if store.form == Form::Diff => {
            parse(text).documents.get(document).map(|document| document.node.to_json())
        }
        _ => None,
    }
}

/// An answer, for the comparison of two releases.
fn side(verdict: &Verdict, document: Option<&Shared<DocumentReport>>) -> timeline::Side {
    timeline::Side { verdict: verdict.clone(), document: document.cloned() }
}

/// The result in one line, for the phone's bar.
fn summary(
    verdict: &Verdict,
    document: Option<&Shared<DocumentReport>>,
    addresses: &[(Family, AttrValue)],
    stale: bool,
    lang: Lang,
) -> String {
    let mark = verdict.tone.mark();
    let policy = document.and_then(|document| document.standing()).map(|it| it.spec.policy());
    let (false, [(first, _), others @ ..], Some(policy)) = (stale, addresses, policy) else {
        return format!("{mark} {}", plain(&verdict.head));
    };
    match (lang, others.is_empty()) {
        (Lang::En, true) => format!("{mark} 1 IP · {first} · {policy}"),
        (Lang::En, false) => format!("{mark} {} IPs · {first} first · {policy}", addresses.len()),
        (Lang::Zh, true) => format!("{mark} 1 个 IP · {first} · {policy}"),
        (Lang::Zh, false) => format!("{mark} {} 个 IP · {first} 在先 · {policy}", addresses.len()),
    }
}

/// After the page died while running: the text, not run, until the person says so.
fn safe_mode(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let onclick = click(dispatch, Msg::Run);
    let cluster = cluster(&cluster::Props {
        lang,
        flags: AttrValue::from(Rc::clone(store.flags())),
        version: store.boot().2,
        boot: None,
        unfolded: true,
        seen: None,
        dispatch: dispatch.clone(),
    });
    let manifest = manifest(&manifest::Props {
        lang,
        event: store.request().map(|at| store.events[at].clone()),
        version: store.boot().2,
        requests: None,
        document: 0,
        dispatch: dispatch.clone(),
    });
    html! {
        <div class="page safe" data-pane="manifest">
            { header(store, None, dispatch) }
            { notice(store, dispatch) }
            <section id="answer" tabindex="-1" class="answer look" aria-label={i18n::ANSWER.get(lang)}>
                <p class="verdict"><span>{ i18n::SAFE_MODE.get(lang) }</span></p>
                { press("btn primary", None, i18n::RUN.get(lang), None, true, onclick) }
            </section>
            <main>{ cluster }{ manifest }</main>
            { footer(lang) }
        </div>
    }
}
