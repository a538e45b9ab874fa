//! What stands behind the Service: do the components agree, which Nodes and Pods are there, how are the
//! addresses planned? A program of its own (`web/src/bin/cluster.rs`), because the page can be used before it
//! has come and without it.
//!
//! The page draws empty places ([`PLACES`]) and tells the session ([`message::Told`]); this program draws its
//! panes there, and says what a person did in them ([`message::Said`]), so that the session is changed in one
//! place only. A pane is a module of its own, and a tab ([`Tab`]).
//!
//! Invariant: everything here is computed from what was told; no pane keeps what another one needs.

pub mod components;
pub mod firsts;
pub mod message;
pub mod nodes;
pub mod planning;
pub mod prerequisites;
pub mod ruler;
pub mod text;

use std::cell::RefCell;
use std::rc::Rc;

use dualstack_core::cluster::components::Components;
use dualstack_core::conflicts::primary_family::Resolver;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::session::{EventReport, Replay};
use dualstack_core::source::flags::Component;
use yew::prelude::*;

use crate::browser;
use crate::view::Shared;
use components::{Seen, between, components, says};
use firsts::Wish;
use message::{Said, Told};
use nodes::Nodes;
use planning::Planning;
use prerequisites::prerequisites;

/// The ids of the elements in which the panes stand. The page draws them, and leaves alone what is in them.
pub const PLACES: [&str; 8] = [
    MAIN,
    "behind-apiserver",
    "behind-controller-manager",
    "behind-proxy",
    "behind-kubelet",
    "below-apiserver",
    "below-controller-manager",
    "below-proxy",
];

/// Where the panes stand that are about the whole cluster.
pub const MAIN: &str = "behind";

/// Where it stands what a component says.
#[must_use]
pub const fn box_of(component: Component) -> &'static str {
    PLACES[1 + component as usize]
}

/// Between the box of a component and the next: where they are compared. There is nothing below the last.
#[must_use]
pub const fn below(component: Component) -> &'static str {
    PLACES[5 + component as usize % 3]
}

thread_local! {
    /// Who is to be told.
    static HEARS: RefCell<Option<Callback<Told>>> = const { RefCell::new(None) };
    /// What was told before anybody heard: the page may speak while the panes are being mounted.
    static UNHEARD: RefCell<Option<Told>> = const { RefCell::new(None) };
}

/// Draws the panes for what the page shows now.
pub fn show(told: &str) {
    let Some(told) = Told::read(told) else { return };
    match HEARS.with_borrow(Clone::clone) {
        Some(hears) => hears.emit(told),
        None => UNHEARD.set(Some(told)),
    }
}

/// Tells the page what a person did in a pane.
pub fn say(said: &Said) {
    browser::cluster::say(&said.to_json());
}

/// All panes, each in its place.
#[component]
pub fn Behind() -> Html {
    let told = use_state(|| None::<Told>);
    {
        let setter = told.setter();
        use_effect_with((), move |()| {
            let hears = Callback::from(move |told| setter.set(Some(told)));
            if let Some(told) = UNHEARD.take() {
                hears.emit(told);
            }
            HEARS.set(Some(hears));
        });
    }
    let resolver = use_state(Resolver::default);
    let onresolver = Callback::from({
        let resolver = resolver.setter();
        move |chosen| resolver.set(chosen)
    });
    let node = use_state(|| 0);
    let onnode = Callback::from({
        let node = node.setter();
        move |chosen| node.set(chosen)
    });
    let tab = use_state(Tab::default);
    let kept = use_state(planning::Kept::default);
    let looking = use_state(nodes::Looking::default);
    let replay = use_mut_ref(Replay::default);
    let report =
        told.as_ref().map(|told| replay.borrow_mut().run(&told.shown.scenario, told.shown.at));
    let start = told.as_ref().zip(report.as_ref()).and_then(|(told, report)| {
        let EventReport::Boot(boot) = report.events.get(told.boot().0)? else { return None };
        Some(Shared(Rc::clone(&boot.start)))
    });
    let seen = use_memo(start, |start| {
        let components = Components::clone(start.as_ref()?.components());
        Some(Shared(Rc::new(Seen::of(components))))
    });
    let problems = seen.as_ref().as_ref().map(|seen| components::problems(&seen.components));
    let is_marked = use_mut_ref(|| false);
    use_effect_with(problems, move |problems| {
        // The page draws itself anew for it, so that nothing is wrong is not said twice.
        if let Some(problems) = problems
            && is_marked.replace(!problems.list.is_empty()) | !problems.list.is_empty()
        {
            say(&Said::Problems(problems.clone()));
        }
    });
    {
        // Whoever comes to an event about Nodes and Pods wants to see them.
        let is_about = told.as_ref().zip(report.as_ref()).is_some_and(|(told, report)| {
            let Some(EventReport::Requests(requests)) = report.events.get(told.shown.at) else {
                return false;
            };
            requests.documents.iter().any(|document| document.workload.is_some())
        });
        let event = told.as_ref().map(|told| (told.shown.at, told.shown.scenario.events.len()));
        let tab = tab.setter();
        use_effect_with((event, is_about), move |(_, is_about)| {
            if *is_about {
                tab.set(Tab::Nodes);
            }
        });
    }
    let (Some(told), Some(seen), Some(report)) = (&*told, &*seen, report) else {
        return Html::default();
    };
    let lang = told.lang;
    let pane = match *tab {
        Tab::Firsts => firsts::pane(&firsts::Props {
            lang,
            components: &seen.components,
            wish: &Wish::of(&told.shown),
            // A node may be gone by now.
            node: (*node).min(seen.components.nodes.len().saturating_sub(1)),
            onnode,
            resolver: *resolver,
            onresolver,
        }),
        Tab::Nodes => {
            let (world, objects) = (report.world, report.diff.objects);
            html! { <Nodes {lang} {world} {objects} looking={looking.clone()} /> }
        }
        Tab::Planning => html! { <Planning {lang} seen={seen.clone()} kept={kept.clone()} /> },
        Tab::Prerequisites => {
            prerequisites(&prerequisites::Props { lang, components: &seen.components })
        }
    };
    let main = html! {
        <section class="behind" aria-label={text::CLUSTER_BEHIND.get(lang)}>
            { components(seen, lang) }
            { tabs(*tab, &tab.setter(), lang) }
            <div role="tabpanel" id="behind-panel" aria-labelledby={tab.id()}>{ pane }</div>
        </section>
    };
    let boxes = Component::ALL.into_iter().flat_map(|component| {
        let below = (component != Component::Kubelet)
            .then(|| (below(component), between(seen, component, lang)));
        [(box_of(component), says(seen, component, lang))].into_iter().chain(below)
    });
    let panes = std::iter::once((MAIN, main)).chain(boxes);
    panes.filter_map(|(place, pane)| Some(create_portal(pane, browser::element(place)?))).collect()
}

/// The panes of which one is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Tab {
    /// The five firsts.
    #[default]
    Firsts,
    /// Nodes and Pods.
    Nodes,
    /// The planning of addresses.
    Planning,
    /// What dual-stack needs.
    Prerequisites,
}

impl Tab {
    const ALL: [Self; 4] = [Self::Firsts, Self::Nodes, Self::Planning, Self::Prerequisites];

    const fn id(self) -> &'static str {
        match self {
            Self::Firsts => "tab-firsts",
            Self::Nodes => "tab-nodes",
            Self::Planning => "tab-planning",
            Self::Prerequisites => "tab-prerequisites",
        }
    }

    const fn name(self) -> Text {
        match self {
            Self::Firsts => text::FIRSTS,
            Self::Nodes => text::NODES_AND_PODS,
            Self::Planning => text::PLANNING,
            Self::Prerequisites => text::PREREQUISITES,
        }
    }

    /// The tab that a key leads to; the arrows go round the end.
    fn by_key(self, key: &str) -> Option<Self> {
        let (at, count) = (self as usize, Self::ALL.len());
        let to = match key {
            "ArrowRight" => (at + 1) % count,
            "ArrowLeft" => (at + count - 1) % count,
            "Home" => 0,
            "End" => count - 1,
            _ => return None,
        };
        Some(Self::ALL[to])
    }
}

/// The tabs: one is a stop of the Tab key, arrows lead to the others.
fn tabs(now: Tab, choose: &UseStateSetter<Tab>, lang: Lang) -> Html {
    let onkeydown = {
        let choose = choose.clone();
        Callback::from(move |event: KeyboardEvent| {
            if let Some(tab) = now.by_key(&event.key()) {
                event.prevent_default();
                choose.set(tab);
                browser::focus(tab.id());
            }
        })
    };
    let buttons = Tab::ALL.into_iter().map(|tab| {
        let choose = choose.clone();
        let onclick = Callback::from(move |_: MouseEvent| choose.set(tab));
        let selected = (tab == now).to_string();
        let stop = if tab == now { "0" } else { "-1" };
        html! { <button type="button" role="tab" id={tab.id()} aria-selected={selected} aria-controls="behind-panel" tabindex={stop} {onclick}>{ tab.name().get(lang) }</button> }
    });
    let buttons: Html = buttons.collect();
    html! { <div class="tabs" role="tablist" aria-label={text::CLUSTER_BEHIND.get(lang)} {onkeydown}>{ buttons }</div> }
}
