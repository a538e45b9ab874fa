//! The panes about the whole cluster, of which one is shown at a time.

use std::rc::Rc;

use dualstack_core::cluster::World;
use dualstack_core::conflicts::primary_family::Resolver;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::session::diff::ObjectDiff;
use yew::prelude::*;

use super::components::{ComponentsPane, Seen};
use super::first_families::{FirstFamilies, Wish};
use super::nodes::{self, Nodes};
use super::planning::{self, Planning};
use super::prerequisites::Prerequisites;
use super::text;
use crate::browser;
use crate::state::shared::Shared;
use crate::ui::Dispatch;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The place of the event that is shown, and how many there are.
    pub event: (usize, usize),
    /// What the manifest asks for.
    pub wish: Rc<Wish>,
    /// The components of the start in force.
    pub seen: Shared<Seen>,
    /// What is there after the shown event.
    pub world: Shared<World>,
    /// What the event changed, and what it left as it was.
    pub objects: Shared<ObjectDiff>,
    /// Whether the event is about a Node, a Pod or a Deployment.
    pub is_about_workloads: bool,
    pub dispatch: Dispatch,
}

/// A state, and a callback that sets it: the same one each time.
#[hook]
fn use_kept<T: Default + 'static>() -> (UseStateHandle<T>, Callback<T>) {
    let state = use_state(T::default);
    let set = {
        let setter = state.setter();
        use_callback((), move |value, ()| setter.set(value))
    };
    (state, set)
}

/// Do the components start and agree, and one pane about the whole cluster.
#[component]
pub fn Tabs(props: &Props) -> Html {
    let Props { lang, ref seen, ref dispatch, .. } = *props;
    let (resolver, onresolver) = use_kept::<Resolver>();
    let (node, onnode) = use_kept::<usize>();
    let (kept, onkept) = use_kept::<planning::Kept>();
    let (looking, onlook) = use_kept::<nodes::Looking>();
    let tab = use_state(Tab::default);
    {
        // Whoever comes to an event about Nodes and Pods wants to see them.
        let tab = tab.setter();
        use_effect_with((props.event, props.is_about_workloads), move |(_, is_about)| {
            if *is_about {
                tab.set(Tab::Nodes);
            }
        });
    }
    let (seen, dispatch) = (seen.clone(), dispatch.clone());
    let pane = match *tab {
        Tab::FirstFamilies => {
            // A node may be gone by now.
            let node = (*node).min(seen.components.nodes.len().saturating_sub(1));
            let (wish, resolver) = (Rc::clone(&props.wish), *resolver);
            html! { <FirstFamilies {lang} {seen} {wish} {node} {onnode} {resolver} {onresolver} /> }
        }
        Tab::Nodes => {
            let (world, objects) = (props.world.clone(), props.objects.clone());
            let looking = (*looking).clone();
            html! { <Nodes {lang} {world} {objects} {looking} {onlook} {dispatch} /> }
        }
        Tab::Planning => {
            let kept = (*kept).clone();
            html! { <Planning {lang} {seen} {kept} {onkept} {dispatch} /> }
        }
        Tab::Prerequisites => html! { <Prerequisites {lang} {seen} {dispatch} /> },
    };
    html! {
        <section class="behind" aria-label={text::CLUSTER_BEHIND.get(lang)}>
            <ComponentsPane {lang} seen={props.seen.clone()} />
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
