//! The panes about the whole cluster, of which one is shown at a time.

use std::rc::Rc;

use dualstack_core::cluster as workloads;
use dualstack_core::conflicts::primary_family::Resolver;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::session::action::{Event as Action, Shown};
use yew::prelude::*;

use super::components::{Seen, components};
use super::first_families::{self, Wish};
use super::nodes::{self, Nodes};
use super::planning::{self, Planning};
use super::prerequisites::{self, prerequisites};
use super::text;
use crate::browser::{self, Timer};
use crate::ui::{Dispatch, Shared};

/// Properties of [`Tabs`].
#[derive(Properties)]
pub struct Props {
    /// The language.
    pub lang: Lang,
    /// The session, and the event that is shown.
    pub shown: Shown,
    /// The components of the start in force.
    pub seen: Shared<Seen>,
    /// Where messages go.
    pub dispatch: Dispatch,
}

impl PartialEq for Props {
    fn eq(&self, other: &Self) -> bool {
        self.lang == other.lang
            && is_same(&self.shown, &other.shown)
            && self.seen == other.seen
            && self.dispatch == other.dispatch
    }
}

fn is_same(one: &Shown, other: &Shown) -> bool {
    Rc::ptr_eq(&one.scenario.events, &other.scenario.events)
        && (one.at, one.scenario.seed) == (other.at, other.scenario.seed)
}

/// Whether only a text was edited in which no flags are.
fn is_edited_manifest(before: &Shown, after: &Shown) -> bool {
    let (old, new) = (&before.scenario.events, &after.scenario.events);
    let is_start = |event: &Action| matches!(event, Action::Boot { .. });
    before.at == after.at
        && before.scenario.seed == after.scenario.seed
        && old.len() == new.len()
        && old
            .iter()
            .zip(new.iter())
            .all(|(old, new)| old == new || !is_start(old) && !is_start(new))
}

/// The session as it was when typing in a manifest stopped.
#[hook]
fn use_settled(now: &Shown) -> Shown {
    let settled = use_mut_ref(|| now.clone());
    let timer = use_mut_ref(|| None::<Timer>);
    let redraw = use_force_update();
    let waits = {
        let mut settled = settled.borrow_mut();
        let waits = !is_same(&settled, now) && is_edited_manifest(&settled, now);
        if !waits {
            *settled = now.clone();
        }
        waits
    };
    let shown = settled.borrow().clone();
    let key = (Rc::as_ptr(&now.scenario.events).cast::<()>(), now.at);
    let now = now.clone();
    use_effect_with(key, move |_| {
        let settle = move || {
            *settled.borrow_mut() = now;
            redraw.force_update();
        };
        *timer.borrow_mut() = waits.then(|| browser::after(150, settle));
    });
    shown
}

/// Do the components start and agree, and one pane about the whole cluster.
#[component]
pub fn Tabs(props: &Props) -> Html {
    let Props { lang, ref seen, ref dispatch, .. } = *props;
    let shown = use_settled(&props.shown);
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
    let replay = use_mut_ref(workloads::Replay::default);
    let report = replay.borrow_mut().run(&shown.scenario, shown.at);
    {
        // Whoever comes to an event about Nodes and Pods wants to see them.
        let is_about = !report.answer.documents.is_empty();
        let event = (shown.at, shown.scenario.events.len());
        let tab = tab.setter();
        use_effect_with((event, is_about), move |(_, is_about)| {
            if *is_about {
                tab.set(Tab::Nodes);
            }
        });
    }
    let pane = match *tab {
        Tab::FirstFamilies => first_families::pane(&first_families::Props {
            lang,
            components: &seen.components,
            wish: &Wish::of(&shown),
            // A node may be gone by now.
            node: (*node).min(seen.components.nodes.len().saturating_sub(1)),
            onnode,
            resolver: *resolver,
            onresolver,
        }),
        Tab::Nodes => {
            html! { <Nodes {lang} {report} looking={looking.clone()} dispatch={dispatch.clone()} /> }
        }
        Tab::Planning => {
            html! { <Planning {lang} seen={seen.clone()} kept={kept.clone()} dispatch={dispatch.clone()} /> }
        }
        Tab::Prerequisites => {
            let components = &seen.components;
            prerequisites(&prerequisites::Props { lang, components, dispatch })
        }
    };
    html! {
        <section class="behind" aria-label={text::CLUSTER_BEHIND.get(lang)}>
            { components(seen, lang) }
            { tabs(*tab, &tab.setter(), lang) }
            <div role="tabpanel" id="behind-panel" aria-labelledby={tab.id()}>{ pane }</div>
        </section>
    }
}

/// The panes of which one is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
enum Tab {
    /// The five firsts.
    #[default]
    FirstFamilies,
    /// Nodes and Pods.
    Nodes,
    /// The planning of addresses.
    Planning,
    /// What dual-stack needs.
    Prerequisites,
}

impl Tab {
    const ALL: [Self; 4] = [Self::FirstFamilies, Self::Nodes, Self::Planning, Self::Prerequisites];

    const fn id(self) -> &'static str {
        match self {
            Self::FirstFamilies => "tab-firsts",
            Self::Nodes => "tab-nodes",
            Self::Planning => "tab-planning",
            Self::Prerequisites => "tab-prerequisites",
        }
    }

    const fn name(self) -> Text {
        match self {
            Self::FirstFamilies => text::FIRSTS,
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
