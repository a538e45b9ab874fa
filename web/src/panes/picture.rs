//! What is where after the shown event? The cluster as a picture: Services, nodes, Pods, and which addresses lead to
//! which Pods.

mod layout;

use dualstack_core::apiserver::service::families::known_families;
use dualstack_core::cluster::{Key, World};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{plain, render};
use dualstack_core::facts;
use dualstack_core::net::Family;
use dualstack_core::session::diff::{Change, Diff, ServiceAfter};
use yew::prelude::*;

use self::layout::{Drawing, Ink, Is, Rect, WIDTH, Wire, Words, draw, shown};
use crate::browser;
use crate::state::choices::Tab;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::term::{Term, Word};
use crate::ui::{Dispatch, badge, classed, click, sentence};

const PICTURE: Text = Text { en: "Picture", zh: "图示" };
const COUNTS: Text = Text {
    en: "Services: {services}, nodes: {nodes}, Pods: {pods}",
    zh: "Service {services} 个，节点 {nodes} 个，Pod {pods} 个",
};
const LEGEND: Text = Text {
    en: "IPv4: solid lines, round labels. IPv6: dashed lines, square labels.",
    zh: "IPv4：实线、圆角标签。IPv6：虚线、直角标签。",
};
const IN_WORDS: Text = Text { en: "The picture in words", zh: "图示的文字版" };
const ALL_OF_THEM: Text = Text { en: "All nodes and Pods", zh: "全部节点和 Pod" };
const SERVICE: Text = Text { en: "Service in front", zh: "突出显示的 Service" };
const PRIMARY: Text = Text { en: "primary address family", zh: "主地址族" };
const HEADLESS: Text = Text { en: "headless", zh: "无头服务" };
const DUAL_STACK: Text = Text { en: "dual-stack", zh: "双栈" };

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// What is there after the shown event.
    pub world: Shared<World>,
    /// The Services that are stored then.
    pub after: Shared<Diff>,
    /// The Service that the answer is about.
    pub chosen: Option<Key>,
    pub dispatch: Dispatch,
}

/// The Services that are stored, and which of them is in front: this one if it is there, else the first that a
/// person made.
fn stored<'a>(after: &'a Diff, chosen: Option<&Key>) -> (Vec<&'a ServiceAfter>, usize) {
    let is_there = |it: &&ServiceAfter| it.change != Change::Deleted;
    let services: Vec<&ServiceAfter> = after.services.iter().filter(is_there).collect();
    let is_it = |it: &&ServiceAfter| {
        chosen.is_some_and(|(namespace, name)| (&it.namespace, &it.name) == (namespace, name))
    };
    let is_own = |it: &&ServiceAfter| (&*it.namespace, &*it.name) != ("default", "kubernetes");
    let at = services.iter().position(is_it).or_else(|| services.iter().position(is_own));
    (services, at.unwrap_or(0))
}

/// The class and the roundness of a shape.
const fn look(is: Is) -> (&'static str, &'static str) {
    match is {
        Is::Outer => ("outer", "8"),
        Is::Chosen => ("outer chosen", "8"),
        Is::Pod => ("pod", "6"),
        Is::Address(Family::V4) => ("v4", "10"),
        Is::Address(Family::V6) => ("v6", "2"),
        Is::Missing => ("missing", "2"),
    }
}

fn shape((is, rect): &(Is, Rect)) -> Html {
    let (class, rx) = look(*is);
    let Rect { x, y, w, h } = rect;
    classed(
        class,
        html! { <rect x={x.to_string()} y={y.to_string()} width={w.to_string()} height={h.to_string()} {rx} /> },
    )
}

fn words(Words { x, y, ink, text }: &Words) -> Html {
    let class = match ink {
        Ink::Name => "name",
        Ink::Code => "code",
        Ink::Words => "ours",
        Ink::Bad => "bad",
        Ink::Of(Family::V4) => "code v4",
        Ink::Of(Family::V6) => "code v6",
    };
    classed(class, html! { <text x={x.to_string()} y={y.to_string()}>{ text.clone() }</text> })
}

/// A line in a curve, or a stump with a cross at its end.
fn wire(Wire { family, from: (x, y), to }: &Wire) -> Html {
    let class = if *family == Family::V4 { "wire v4" } else { "wire v6" };
    let Some((to_x, to_y)) = to else {
        let (end, cross) = (x + 14, x + 10);
        let (top, bottom) = (y - 5, y + 5);
        let stump = classed(class, html! { <path d={format!("M{x} {y}H{end}")} /> });
        let cross = format!("M{cross} {top}l10 10M{cross} {bottom}l10 -10");
        return html! { <>{ stump }<path class="cross" d={cross} /></> };
    };
    // Side by side where both lead to the same Pod.
    let beside = if *family == Family::V4 { -6 } else { 6 };
    let middle = (x + to_x) / 2 + beside;
    classed(
        class,
        html! { <path d={format!("M{x} {y}C{middle} {y} {middle} {to_y} {to_x} {to_y}")} /> },
    )
}

fn svg(drawing: &Drawing, label: &str) -> Html {
    let Drawing { height, shapes, words: texts, wires, .. } = drawing;
    html! {
        <svg viewBox={format!("0 0 {WIDTH} {height}")} role="img" aria-label={label.to_owned()}>
            { for shapes.iter().map(shape) }
            { for wires.iter().map(wire) }
            { for texts.iter().map(words) }
        </svg>
    }
}

/// What the chosen Service is, in terms that explain themselves.
fn terms(lang: Lang, service: &ServiceAfter) -> Html {
    let spec = &service.service.spec;
    let families = known_families(&service.service);
    let term =
        |word, label: Text| html! { <Term {lang} {word} at="picture" label={label.get(lang)} /> };
    html! {
        <>
            if spec.has_no_cluster_ip() { <span>{ term(Word::Headless, HEADLESS) }</span> }
            if families.len() > 1 { <span>{ term(Word::DualStack, DUAL_STACK) }</span> }
            if let Some(first) = families.first() {
                <span>{ term(Word::Primary, PRIMARY) }{ " " }{ badge(*first) }</span>
            }
        </>
    }
}

/// The picture, and the same in words.
#[component]
pub fn Picture(props: &Props) -> Html {
    let Props { lang, ref world, ref after, ref chosen, ref dispatch } = *props;
    // What a person put in front, until another Service is the answer's.
    let picked = use_state(|| (None::<Key>, None::<Key>));
    let front = if picked.0 == *chosen { picked.1.as_ref() } else { None };
    let front = front.or(chosen.as_ref()).cloned();
    let deps = (lang, world.clone(), after.clone(), front.clone());
    let drawing = use_memo(deps, |(lang, world, after, front)| {
        let (services, at) = stored(after, front.as_ref());
        draw(*lang, world, &services, at)
    });
    let (services, at) = stored(after, front.as_ref());
    let count =
        facts![services = services.len(), nodes = world.nodes.len(), pods = world.pods().count()];
    let count = render(COUNTS, &count, lang);
    let onchange = {
        let keys = services.iter().map(|it| (it.namespace.clone(), it.name.clone()));
        let (keys, chosen, picked) = (keys.collect::<Vec<Key>>(), chosen.clone(), picked.setter());
        Callback::from(move |event: Event| {
            let key = browser::choice_of(&event).parse::<usize>().ok();
            let key = key.and_then(|at| keys.get(at).cloned());
            picked.set((chosen.clone(), key));
        })
    };
    let options = services.iter().enumerate().map(|(number, it)| {
        html! { <option value={number.to_string()} selected={number == at}>{ shown(it) }</option> }
    });
    let told = drawing.told.iter().map(|told| html! { <li>{ told.clone() }</li> });
    html! {
        <section class="pane picture" aria-label={PICTURE.get(lang)}>
            <h2><b>{ PICTURE.get(lang) }</b>{ " " }{ sentence(&count, lang) }</h2>
            if let Some(service) = services.get(at) {
                <p class="front">
                    if services.len() > 1 {
                        <label>{ SERVICE.get(lang) }{ " " }<select lang="en" {onchange}>{ for options }</select></label>
                    }
                    { terms(lang, service) }
                </p>
            }
            <div class="canvas" tabindex="0" role="group" aria-label={PICTURE.get(lang)}>{ svg(&drawing, &plain(&count)) }</div>
            if drawing.hidden > 0 {
                <p class="front"><button type="button" class="link" onclick={click(dispatch, Msg::Tab(Tab::Nodes))}>{ ALL_OF_THEM.get(lang) }</button></p>
            }
            <p class="legend">{ LEGEND.get(lang) }</p>
            <details>
                <summary>{ IN_WORDS.get(lang) }</summary>
                <ul>{ for told }</ul>
            </details>
        </section>
    }
}
