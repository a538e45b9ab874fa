//! Five things in a cluster are called "first". Which family is each of, where does it come from, and what does
//! it decide?

use std::rc::Rc;

use dualstack_core::cluster::components::Node;
use dualstack_core::conflicts::primary_family::{Asked, Decides, First, Resolver, Which, firsts};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::kubectl::FileCommand;
use dualstack_core::kubectl::documents::objects;
use dualstack_core::net::Family;
use dualstack_core::session::action::Shown;
use dualstack_core::source::yaml::{Node as YamlNode, Value};
use yew::prelude::*;

use super::components::{Seen, to_flag, told};
use super::text;
use crate::browser;
use crate::state::shared::Shared;
use crate::ui::{self, classed};

/// What the manifest that is shown says of its Service: `ipFamilies`, and whether it would have both.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wish {
    families: Vec<Family>,
    is_dual: bool,
}

impl Wish {
    /// Reads it from the last manifest with a Service up to the event that is shown.
    #[must_use]
    pub fn of(shown: &Shown) -> Self {
        let events = shown.scenario.events.iter().take(shown.at + 1).rev();
        let read = |text: &str| {
            let documents = objects(text);
            let service = documents.iter().find(|it| it.node.text_of("kind") == Some("Service"))?;
            let spec = &service.node.entry("spec")?.value;
            let families = match spec.entry("ipFamilies").map(|list| &list.value.value) {
                Some(Value::Seq(list)) => &list[..],
                _ => &[],
            };
            let name = |item: &YamlNode| match &item.value {
                Value::String(name) => Family::from_name(name),
                _ => None,
            };
            let families: Vec<Family> = families.iter().filter_map(name).collect();
            let policy = spec.text_of("ipFamilyPolicy");
            let is_dual = matches!(policy, Some("PreferDualStack" | "RequireDualStack"));
            Some(Self { families, is_dual })
        };
        let found = events.filter_map(|event| match event.file()? {
            (FileCommand::Delete, _) => None,
            (_, text) => read(text),
        });
        found.into_iter().next().unwrap_or_default()
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// The components of the shown start.
    pub seen: Shared<Seen>,
    /// What the Service asks for.
    pub wish: Rc<Wish>,
    /// The place of the node whose first address is shown, and on which the client runs.
    pub node: usize,
    /// Another one was chosen.
    pub onnode: Callback<usize>,
    /// How the client sorts.
    pub resolver: Resolver,
    /// Another one was chosen.
    pub onresolver: Callback<Resolver>,
}

/// What a first is called.
const fn name(which: Which) -> Text {
    match which {
        Which::ServiceRange => text::FIRST_SERVICE_RANGE,
        Which::ClusterCidr => text::FIRST_CLUSTER_CIDR,
        Which::NodeIp => text::FIRST_NODE_IP,
        Which::IpFamilies => text::FIRST_IP_FAMILY,
        Which::Client => text::FIRST_OF_CLIENT,
    }
}

/// What is decided.
const fn decided(decides: Decides) -> Text {
    match decides {
        Decides::DefaultFamily => text::DECIDES_DEFAULT,
        Decides::KubernetesService => text::DECIDES_KUBERNETES,
        Decides::PodCidr => text::DECIDES_POD_CIDR,
        Decides::PodIp => text::DECIDES_POD_IP,
        Decides::ProxyPrimary => text::DECIDES_PROXY,
        Decides::ClusterIp => text::DECIDES_CLUSTER_IP,
        Decides::Endpoints => text::DECIDES_ENDPOINTS,
        Decides::Variables => text::DECIDES_VARIABLES,
        Decides::Connection => text::DECIDES_CONNECTION,
    }
}

fn card(props: &Props, first: &First) -> Html {
    let lang = props.lang;
    let family = first
        .family
        .map_or_else(|| html! { <small>{ text::NOT_SAID.get(lang) }</small> }, ui::named);
    let says = first.step().map(|step| told(&step, lang));
    let flag = first.flag_ref.as_ref().and_then(|flag| {
        let to = to_flag(lang, &props.seen.components.text, flag.component, &format!("--{}", flag.flag), flag.span?);
        Some(html! { <p class="places">{ to }{ " " }<small lang="en">{ flag.component.name() }</small></p> })
    });
    let decides = first.which.decides().iter();
    let decides = decides.map(|it| html! { <li>{ ui::words(decided(*it), lang) }</li> });
    let switch = match first.which {
        Which::NodeIp => nodes(props),
        Which::Client => switch(props),
        _ => Html::default(),
    };
    let card = html! {
        <li>
            <h3>{ ui::words(name(first.which), lang) }</h3>
            <p class="is">{ family }</p>
            { flag }
            { switch }
            <p>{ says }</p>
            <p class="decides">{ text::DECIDES.get(lang) }</p>
            <ul>{ for decides }</ul>
        </li>
    };
    classed(if first.counts { "first" } else { "first idle" }, card)
}

/// Of which node, where there are several.
fn nodes(props: &Props) -> Html {
    let nodes = &props.seen.components.nodes;
    if nodes.len() < 2 {
        return Html::default();
    }
    let onchange =
        props.onnode.reform(|event: Event| browser::choice_of(&event).parse().unwrap_or_default());
    let option = |(at, node): (usize, &Node)| {
        let name = node.text.name.to_string();
        html! { <option value={at.to_string()} selected={at == props.node}>{ name }</option> }
    };
    let options = nodes.iter().enumerate().map(option);
    html! { <select class="btn" lang="en" aria-label={text::NODE_OF_FIRST.get(props.lang)} {onchange}>{ for options }</select> }
}

/// How the client sorts.
fn switch(props: &Props) -> Html {
    let button = |resolver: Resolver| {
        let pressed = (props.resolver == resolver).to_string();
        let onclick = props.onresolver.reform(move |_: MouseEvent| resolver);
        html! { <button type="button" lang="en" aria-pressed={pressed} {onclick}>{ resolver.name() }</button> }
    };
    html! {
        <div class="seg" role="group" aria-label={text::RESOLVER.get(props.lang)}>
            { button(Resolver::Rfc6724) }{ button(Resolver::Glibc) }
        </div>
    }
}

#[component]
pub fn FirstFamilies(props: &Props) -> Html {
    let lang = props.lang;
    let Wish { families, is_dual } = &*props.wish;
    let asked = Asked {
        node: props.node,
        ip_families: families,
        is_dual: *is_dual,
        resolver: props.resolver,
    };
    let firsts = firsts(&props.seen.components, asked);
    let known: Vec<Family> = firsts.iter().filter_map(|first| first.family).collect();
    let differs = known.windows(2).any(|pair| pair[0] != pair[1]);
    let words = if differs { text::FIRSTS_DIFFER } else { text::FIRSTS_ALIKE };
    html! {
        <section class="pane firsts" aria-label={text::FIRSTS.get(lang)}>
            <h2><b>{ text::FIRSTS.get(lang) }</b>{ " " }{ text::FIRSTS_ABOUT.get(lang) }</h2>
            if !known.is_empty() { <p class="count">{ words.get(lang) }</p> }
            <ol>{ for firsts.iter().map(|first| card(props, first)) }</ol>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::text::Lang;
    use dualstack_core::net::Family::{V4, V6};

    use super::Wish;
    use crate::state::store::{Msg, Store};

    #[test]
    fn the_wish_is_that_of_the_last_service_that_is_shown() {
        let wish = |text: &str| {
            let store = Store::opening(Lang::En).update(Msg::EditManifest(text.to_owned()));
            Wish::of(&store.shown())
        };
        let service = "kind: Service\nspec:\n  ipFamilies: [IPv6, IPv4]\n";
        assert_eq!(wish(service), Wish { families: vec![V6, V4], is_dual: false });
        let two = "kind: Pod\n---\nkind: Service\nspec: {ipFamilyPolicy: PreferDualStack}\n";
        assert_eq!(wish(two), Wish { families: vec![], is_dual: true });
        assert_eq!(wish(&service.replace("[IPv6, ", "[IPv5, ")).families, [V4]);
        for nothing in ["", "kind: Service", "kind: Pod", "spec: 3"] {
            assert_eq!(wish(nothing), Wish::default(), "{nothing}");
        }
    }
}
