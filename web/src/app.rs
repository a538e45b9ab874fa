//! The page: the store, what the core makes of it, and where the panes stand. The only component that
//! has both state and report.

use std::rc::Rc;

use dualstack_core::net::Family;
use dualstack_core::run::{ApplyReport, BootReport, DocumentReport, EventReport, RangeReport, run};
use dualstack_core::text::Lang;
use dualstack_core::trace::plain;
use yew::prelude::*;

use crate::browser;
use crate::store::{Focus, Msg, Pane, Store};
use crate::text;
use crate::view::answer::{self, Verdict, answer, verdict};
use crate::view::cluster::{self, cluster};
use crate::view::frame::{footer, header, invitation, phone_bar};
use crate::view::manifest::{self, manifest};
use crate::view::stored::{self, stored};
use crate::view::why::{self, why};
use crate::view::{Dispatch, Shared};

/// What the core made of the texts, each part shared with the panes that show it.
#[derive(Clone, PartialEq)]
struct Answers {
    boot: Shared<BootReport>,
    apply: Shared<ApplyReport>,
    documents: Vec<Shared<DocumentReport>>,
    ranges: Shared<Vec<RangeReport>>,
}

impl Answers {
    /// Runs the session; `None` if the core gave no answer to one of its two events.
    fn of(store: &Store) -> Option<Self> {
        let report = run(&store.session());
        let mut events = report.events.into_iter();
        let (Some(EventReport::Boot(boot)), Some(EventReport::Apply(apply))) =
            (events.next(), events.next())
        else {
            return None;
        };
        let documents = apply.documents.iter().map(|it| Shared(Rc::clone(it))).collect();
        let (boot, apply) = (Shared(Rc::new(boot)), Shared(Rc::new(apply)));
        Some(Self { boot, apply, documents, ranges: Shared(Rc::new(report.ranges)) })
    }
}

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
    let answers = use_memo((store.flags.clone(), store.manifest.clone(), store.runs), |_| {
        if !store.runs {
            return None;
        }
        browser::before_run(&store);
        let answers = Answers::of(&store);
        browser::after_run();
        answers
    });
    let last_good = use_mut_ref(|| None::<Shared<DocumentReport>>);
    use_effect_with((store.lang, store.theme), |(lang, theme)| {
        browser::remember(*lang, *theme, text::TITLE.get(*lang));
    });

    let lang = store.lang;
    let Some(answers) = answers.as_ref() else { return safe_mode(&store, &dispatch) };
    let at = document_at(&store, &answers.documents);
    let document = answers.documents.get(at).cloned();
    let accepted = document.as_ref().filter(|document| document.stored().is_some());
    if let Some(accepted) = accepted {
        *last_good.borrow_mut() = Some(accepted.clone());
    }
    let stale = accepted.is_none();
    let shown = last_good.borrow().clone();
    let verdict = verdict(&answers.boot, &answers.apply, document.as_deref(), lang);
    layout(&store, &dispatch, answers, &Shown { document, shown, stale, verdict })
}

/// The document at the caret of the manifest, else the one that was chosen, else the first that was
/// not accepted: a refusal must not hide behind an acceptance.
fn document_at(store: &Store, documents: &[Shared<DocumentReport>]) -> usize {
    if let Focus::Manifest(caret) = store.focus {
        let at = documents.iter().position(|document| document.span.touches(caret));
        if let Some(at) = at {
            return at;
        }
    }
    let refused = || documents.iter().position(|document| document.stored().is_none());
    let at = store.document.or_else(refused).unwrap_or_default();
    at.min(documents.len().saturating_sub(1))
}

/// What the panes show.
struct Shown {
    /// The document with the present answer.
    document: Option<Shared<DocumentReport>>,
    /// The document with the last answer that was accepted.
    shown: Option<Shared<DocumentReport>>,
    /// Whether these differ.
    stale: bool,
    verdict: Verdict,
}

fn addresses(document: Option<&Shared<DocumentReport>>) -> Vec<(Family, AttrValue)> {
    let Some(service) = document.and_then(|document| document.stored()) else { return Vec::new() };
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
        .filter(|document| !document.kubectl.is_empty() && document.stored().is_none())
        .map(|document| AttrValue::from(document.kubectl.clone()))
        .or_else(|| {
            (!answers.boot.is_running()).then(|| {
                let lines: Vec<String> =
                    answers.boot.problems.iter().map(ToString::to_string).collect();
                AttrValue::from(lines.join("\n"))
            })
        });
    let summary = summary(&shown.verdict, shown.shown.as_ref(), &addresses, shown.stale, lang);
    let spoken = AttrValue::from(shown.verdict.spoken(lang));
    let pane = match store.pane {
        Pane::Cluster => "cluster",
        Pane::Manifest => "manifest",
        Pane::Result => "result",
    };
    let answer = answer(&answer::Props {
        lang,
        verdict: shown.verdict.clone(),
        addresses,
        stale: shown.stale,
    });
    let cluster = cluster(&cluster::Props {
        lang,
        flags: AttrValue::from(Rc::clone(&store.flags)),
        boot: Some(answers.boot.clone()),
        unfolded: store.unfolded,
        dispatch: dispatch.clone(),
    });
    let manifest = manifest(&manifest::Props {
        lang,
        manifest: AttrValue::from(Rc::clone(&store.manifest)),
        apply: Some(answers.apply.clone()),
        document: document_at(store, &answers.documents),
        dispatch: dispatch.clone(),
    });
    let stored = stored(&stored::Props {
        lang,
        document: shown.shown.clone(),
        terminal,
        stale: shown.stale,
        chosen,
        shows_server_fields: store.shows_server_fields,
        dispatch: dispatch.clone(),
    });
    let why = why(&why::Props {
        lang,
        boot: answers.boot.clone(),
        document: shown.document.clone(),
        ranges: answers.ranges.clone(),
        focus: store.focus.clone(),
    });
    html! {
        <div class="page" data-pane={pane}>
            { header(store, dispatch) }
            { answer }
            <Announcer text={spoken} />
            { invitation(store, dispatch) }
            <main>{ cluster }{ manifest }{ stored }</main>
            { why }
            { footer(lang) }
            { phone_bar(store, summary, dispatch) }
        </div>
    }
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
    let policy = document.and_then(|document| document.stored()).map(|it| it.spec.policy());
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

/// Properties of [`Announcer`].
#[derive(Properties, PartialEq)]
struct AnnouncerProps {
    text: AttrValue,
}

/// Speaks the verdict to screen readers, half a second after typing stops.
#[component]
fn Announcer(props: &AnnouncerProps) -> Html {
    let spoken = use_state(AttrValue::default);
    {
        let spoken = spoken.clone();
        use_effect_with(props.text.clone(), move |text| {
            let text = text.clone();
            let timer = gloo::timers::callback::Timeout::new(500, move || spoken.set(text));
            move || drop(timer)
        });
    }
    html! { <p class="unseen" role="status">{ (*spoken).clone() }</p> }
}

/// After the page died while running: the text, not run, until the person says so.
fn safe_mode(store: &Store, dispatch: &Dispatch) -> Html {
    let lang = store.lang;
    let onclick = dispatch.reform(|_: MouseEvent| Msg::Run);
    let cluster = cluster(&cluster::Props {
        lang,
        flags: AttrValue::from(Rc::clone(&store.flags)),
        boot: None,
        unfolded: true,
        dispatch: dispatch.clone(),
    });
    let manifest = manifest(&manifest::Props {
        lang,
        manifest: AttrValue::from(Rc::clone(&store.manifest)),
        apply: None,
        document: 0,
        dispatch: dispatch.clone(),
    });
    html! {
        <div class="page safe" data-pane="manifest">
            { header(store, dispatch) }
            <section class="answer look" aria-label={text::ANSWER.get(lang)}>
                <p class="verdict"><span>{ text::SAFE_MODE.get(lang) }</span></p>
                <button type="button" class="btn primary" {onclick}>{ text::RUN.get(lang) }</button>
            </section>
            <main>{ cluster }{ manifest }</main>
            { footer(lang) }
        </div>
    }
}
