//! Which Nodes and Pods are there after the shown event, which addresses have they and why, and what did the
//! event leave as it was?
//!
//! A list shows no more than [`WINDOW`] rows at once, however many there are; what is not in sight is not drawn.

use std::rc::Rc;

use dualstack_core::cluster::{Key, Node, NodeOrigin, Pod, World};
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Step, render};
use dualstack_core::facts;
use dualstack_core::net::go_parse::parse_cidr;
use dualstack_core::net::{Cidr, Family};
use dualstack_core::planning::capacity::digits;
use dualstack_core::session::action::Action;
use dualstack_core::session::diff::{Change, ObjectDiff};
use yew::prelude::*;

use super::text;
use crate::browser;
use crate::state::shared::Shared;
use crate::state::store::Msg;
use crate::ui::links::linked;
use crate::ui::{Dispatch, badge, click, code, sentence, words};

/// How many rows of a list are drawn.
pub const WINDOW: usize = 25;

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    /// What is there after the shown event.
    pub world: Shared<World>,
    /// What the event changed, and what it left as it was.
    pub objects: Shared<ObjectDiff>,
    /// What a person looks at: it stays while another tab is shown.
    pub looking: Looking,
    /// The person looks at something else.
    pub onlook: Callback<Looking>,
    pub dispatch: Dispatch,
}

/// What a person looks at in the pane.
#[derive(Clone, PartialEq, Default)]
pub struct Looking {
    /// The Node that is open.
    node: Option<Rc<str>>,
    /// The Pod whose reasons are shown.
    pod: Option<Key>,
    /// The first row of each list: Nodes, Pods of the open Node, Pods without one, changes, Deployments.
    first: [usize; 5],
}

/// The lists, by their place in [`Looking::first`].
const NODES: usize = 0;
const PODS: usize = 1;
const HOMELESS: usize = 2;
const CHANGES: usize = 3;
const DEPLOYMENTS: usize = 4;

/// A name that nothing has yet.
fn fresh(stem: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut names = (1_usize..).map(|number| format!("{stem}-{number}"));
    names.find(|name| !is_taken(name)).unwrap_or_default()
}

/// The manifest of one more Node.
#[must_use]
pub fn node_manifest(world: &World, backend: Option<&str>) -> String {
    let is_taken = |name: &str| world.nodes.contains_key(name);
    let head = "apiVersion: v1\nkind: Node\nmetadata:\n  name: ";
    match backend {
        None => format!("{head}{}\n", fresh("node", is_taken)),
        Some(backend) => format!(
            "{head}{}\n  labels:\n    kubernetes.io/os: windows\n  annotations:\n    \
             flannel.alpha.coreos.com/backend-type: {backend}\n",
            fresh("windows", is_taken)
        ),
    }
}

/// The manifest of one more Deployment.
#[must_use]
pub fn deployment_manifest(world: &World, replicas: &str) -> String {
    let is_taken = |name: &str| world.deployments.keys().any(|(_, taken)| &**taken == name);
    let name = fresh("app", is_taken);
    let replicas = replicas.trim().parse::<u32>().unwrap_or(1);
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  replicas: {replicas}\n  \
         selector:\n    matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        \
         app: {name}\n    spec:\n      containers:\n      - name: web\n        image: nginx\n"
    )
}

/// A sentence with numbers or names in it.
fn filled(text: Text, facts: &[dualstack_core::explain::trace::Fact], lang: Lang) -> Html {
    sentence(&render(text, facts, lang), lang)
}

/// Addresses or ranges, each with the badge of its family.
fn with_badges(items: impl Iterator<Item = (Family, String)>) -> Html {
    items
        .map(|(family, text)| html! { <span class="pair">{ badge(family) }{ code(text) }</span> })
        .collect()
}

fn ranges(node: &Node) -> Html {
    let read = |text: &String| parse_cidr(text).map(|it| Cidr::new(it.net).family());
    with_badges(node.pod_cidrs.iter().filter_map(|text| Some((read(text)?, text.clone()))))
}

fn ips(list: &[std::net::IpAddr]) -> Html {
    with_badges(list.iter().map(|ip| (Family::of(*ip), ip.to_string())))
}

/// The reasons, in order.
fn reasons(steps: &[Step], lang: Lang) -> Html {
    let rows = steps.iter().map(|step| {
        html! { <li>{ linked(&step.render(lang), lang) }{ " " }<small lang="en">{ step.rule.id }</small></li> }
    });
    html! { <ul class="reasons" aria-label={text::REASONS.get(lang)}>{ for rows }</ul> }
}

/// The rows of a list that are in sight, and the buttons to see others.
fn window(
    props: &Props,
    list: usize,
    count: usize,
    label: Text,
    row: impl FnMut(usize) -> Html,
) -> Html {
    let Props { lang, ref looking, ref onlook, .. } = *props;
    let first = looking.first[list].min(count.saturating_sub(1)) / WINDOW * WINDOW;
    let last = (first + WINDOW).min(count);
    let go = |to: usize| {
        let looking = looking.clone();
        onlook.reform(move |_: MouseEvent| {
            let mut next = looking.clone();
            next.first[list] = to;
            next
        })
    };
    let facts = facts![first = first + 1, last, count];
    html! {
        <>
            <ul class="problems rows" aria-label={label.get(lang)}>{ for (first..last).map(row) }</ul>
            if count > WINDOW {
                <p class="paging">
                    <button type="button" class="btn" disabled={first == 0} onclick={go(first.saturating_sub(WINDOW))}>{ text::EARLIER.get(lang) }</button>
                    <span>{ label.get(lang) }{ " " }{ filled(text::ROWS, &facts, lang) }</span>
                    <button type="button" class="btn" disabled={last == count} onclick={go(last)}>{ text::LATER.get(lang) }</button>
                </p>
            }
        </>
    }
}

/// A button that removes something.
fn remove(lang: Lang, what: String, dispatch: &Dispatch) -> Html {
    let label = format!("{} {what}", text::REMOVE.get(lang));
    let onclick = click(dispatch, Msg::Append(Action::Delete(what.into())));
    html! { <button type="button" class="btn" aria-label={label} {onclick}>{ text::REMOVE.get(lang) }</button> }
}

fn pod_row(props: &Props, pod: &Rc<Pod>) -> Html {
    let Props { lang, ref looking, ref dispatch, .. } = *props;
    let world = &props.world;
    let is_open = looking.pod.as_ref() == Some(&pod.key);
    let onclick = {
        let (looking, key) = (looking.clone(), pod.key.clone());
        props.onlook.reform(move |_: MouseEvent| {
            let pod = (!is_open).then(|| key.clone());
            Looking { pod, ..looking.clone() }
        })
    };
    let (pod_ips, host_ips) = (world.pod_ips(pod), world.host_ips(pod));
    let event = pod.event();
    let what = format!("pod/{} -n {}", pod.key.1, pod.key.0);
    html! {
        <li key={format!("{}/{}", pod.key.0, pod.key.1)}>
            <button type="button" class="link" aria-expanded={is_open.to_string()} {onclick}>{ code(pod.shown()) }</button>
            if pod.spec.host_network { <span>{ code("hostNetwork") }</span> }
            if !pod_ips.is_empty() { <span>{ code("podIPs") }{ " " }{ ips(&pod_ips) }</span> }
            if !host_ips.is_empty() { <span>{ code("hostIPs") }{ " " }{ ips(&host_ips) }</span> }
            if let Some((reason, message)) = event {
                <span class="bad"><b lang="en">{ "✕ " }{ reason }</b>{ " " }{ code(message) }</span>
            }
            { remove(lang, what, dispatch) }
            if is_open { { reasons(&world.explain_pod(pod), lang) } }
        </li>
    }
}

fn node_row(props: &Props, node: &Rc<Node>) -> Html {
    let Props { lang, ref looking, ref dispatch, .. } = *props;
    let world = &props.world;
    let is_open = looking.node.as_ref() == Some(&node.name);
    let onclick = {
        let (looking, name) = (looking.clone(), Rc::clone(&node.name));
        props.onlook.reform(move |_: MouseEvent| {
            let mut next = looking.clone();
            next.node = (!is_open).then(|| Rc::clone(&name));
            (next.pod, next.first[PODS]) = (None, 0);
            next
        })
    };
    let came = match node.origin {
        NodeOrigin::Heading => text::OF_HEADING,
        NodeOrigin::Manifest => text::OF_MANIFEST,
    };
    let usage: Html = node
        .usage()
        .into_iter()
        .map(|(family, used, all)| html! { <span class="pair">{ badge(family) }{ format!("{used}/{}", digits(all)) }</span> })
        .collect();
    let addresses: Html = node
        .addresses
        .iter()
        .map(|it| html! { <span class="pair">{ code(format!("{}: {}", it.kind.name(), it.address)) }</span> })
        .collect();
    let proxy = is_open.then(|| world.kube_proxy(node)).flatten();
    let proxy = proxy.filter(|report| report.exits()).map(|report| {
        let said = report.errors.iter().map(|error| code(error.line().to_owned()));
        html! { <p class="bad"><b lang="en">{ "✕ kube-proxy" }</b>{ " " }{ text::EXITS_WITH.get(lang) }{ " " }{ for said }</p> }
    });
    let pods: Vec<&Rc<Pod>> = if is_open { node.pods.values().collect() } else { Vec::new() };
    html! {
        <li key={node.name.to_string()}>
            <button type="button" class="link" aria-expanded={is_open.to_string()} {onclick}>{ code(node.name.to_string()) }</button>
            if let Some((reason, message)) = node.not_ready() {
                <span class="bad"><b>{ "✕ " }{ text::NOT_READY.get(lang) }</b>{ " " }{ code(reason) }{ " " }{ code(message) }</span>
            } else {
                <span>{ "✓ " }{ text::READY.get(lang) }</span>
            }
            <span>{ code(node.os.name()) }{ " · " }{ came.get(lang) }</span>
            <span>{ code("podCIDRs") }{ " " }
                if node.pod_cidrs.is_empty() { { text::NONE.get(lang) } } else { { ranges(node) } }
            </span>
            <span>{ filled(text::PODS_OF, &facts![count = node.load(), most = node.max_pods], lang) }{ " " }{ usage }</span>
            if let Some(event) = node.event() {
                <span class="bad"><b lang="en">{ "✕ " }{ event.reason }</b>{ " " }{ code(event.to_string()) }</span>
            }
            { remove(lang, format!("node/{}", node.name), dispatch) }
            if is_open {
                <div class="inside">
                    <p>{ code("status.addresses") }{ " " }{ addresses }</p>
                    { proxy }
                    if let Some(served) = &node.windows {
                        <p>{ text::SERVES.get(lang) }{ " " }
                            if served.services.is_empty() { { text::NONE.get(lang) } }
                            { for served.services.iter().map(|family| badge(*family)) }
                            { for served.log.iter().map(|line| html! { <>{ " " }{ code(line.message.clone()) }</> }) }
                            { " " }{ text::WINDOWS_SERVICES.get(lang) }
                        </p>
                    }
                    { reasons(&world.explain_node(node), lang) }
                    if !pods.is_empty() {
                        { window(props, PODS, pods.len(), text::PODS, |at| pod_row(props, pods[at])) }
                    }
                </div>
            }
        </li>
    }
}

/// What the event changed, and what it left as it was.
fn changes(props: &Props) -> Html {
    let lang = props.lang;
    let ObjectDiff { nodes, pods, deployments } = &*props.objects;
    let of = |kind: &'static str, name: &Rc<str>| format!("{kind}/{name}");
    let nodes_changed = nodes.changed.iter().map(|(name, change)| (of("node", name), change));
    let pods_changed = pods.changed.iter().map(|(key, change)| (of("pod", &key.1), change));
    let others = deployments.changed.iter();
    let others = others.map(|(key, change)| (of("deployment", &key.1), change));
    let changed: Vec<_> = nodes_changed.chain(pods_changed).chain(others).collect();
    let count = changed.len();
    let row = |at: usize| {
        let (object, change) = &changed[at];
        let (mark, word) = match change {
            Change::Created => ("+", text::CREATED),
            Change::Deleted => ("−", text::DELETED),
            Change::Kept | Change::Changed(_) => ("~", text::CHANGED),
        };
        let fields: Html = match change {
            Change::Changed(fields) => fields
                .iter()
                .map(|it| {
                    let value = |value: &Option<String>| match value {
                        Some(value) => code(value.clone()),
                        None => html! { { text::NONE.get(lang) } },
                    };
                    html! { <span>{ code(it.field.clone()) }{ ": " }{ value(&it.before) }{ " → " }{ value(&it.after) }</span> }
                })
                .collect(),
            _ => Html::default(),
        };
        html! { <li><span>{ mark }{ " " }<b>{ word.get(lang) }</b></span>{ code(object.clone()) }{ fields }</li> }
    };
    let kept = facts![nodes = nodes.kept, pods = pods.kept];
    html! {
        <>
            if count > 0 {
                { window(props, CHANGES, count, text::CHANGES, row) }
            }
            <p class="later">{ filled(text::KEPT, &kept, lang) }</p>
        </>
    }
}

#[component]
pub fn Nodes(props: &Props) -> Html {
    let Props { lang, ref dispatch, .. } = *props;
    let replicas = use_state(|| "3".to_owned());
    let world = &props.world;
    let apply = |text: String| click(dispatch, Msg::Append(Action::Apply(text.into())));
    let oninput = {
        let replicas = replicas.clone();
        Callback::from(move |event: InputEvent| replicas.set(browser::text_of(&event)))
    };
    let nodes: Vec<&Rc<Node>> = {
        let mut nodes: Vec<_> = world.nodes.values().collect();
        nodes.sort_unstable_by_key(|node| node.number);
        nodes
    };
    let unscheduled: Vec<&Rc<Pod>> = world.unscheduled.values().collect();
    let count = facts![nodes = nodes.len(), pods = world.pods().count()];
    let control = world.control.as_ref();
    let exits = control.into_iter().flat_map(|control| {
        let of = |name: &'static str, why: &Option<Rc<str>>| {
            why.as_ref().map(|why| (AttrValue::from(name), Rc::clone(why)))
        };
        let absent = control.absent.iter();
        let absent = absent
            .map(|(node, why)| (AttrValue::from(format!("kubelet · {node}")), Rc::clone(why)));
        let planes = [
            of("kube-apiserver", &control.apiserver),
            of("kube-controller-manager", &control.controller_manager),
        ];
        planes.into_iter().flatten().chain(absent).collect::<Vec<_>>()
    });
    let exits: Vec<Html> = exits
        .map(|(who, why)| html! { <li class="bad"><b lang="en">{ "✕ " }{ who }</b>{ " " }{ text::EXITS_WITH.get(lang) }{ " " }{ code(why.to_string()) }</li> })
        .collect();
    let deployments: Vec<_> = world.deployments.values().collect();
    let deployment = |at: usize| {
        let it = deployments[at];
        html! {
            <li key={format!("{}/{}", it.key.0, it.key.1)}>
                { code(format!("deployment/{}", it.key.1)) }
                { reasons(&world.explain_deployment(it), lang) }
                { remove(lang, format!("deployment/{} -n {}", it.key.1, it.key.0), dispatch) }
            </li>
        }
    };
    html! {
        <section class="pane nodes" aria-label={text::NODES_AND_PODS.get(lang)}>
            <h2><b>{ text::NODES_AND_PODS.get(lang) }</b>{ " " }{ filled(text::COUNTS, &count, lang) }</h2>
            <div class="tools" role="group" aria-label={text::ADD.get(lang)}>
                <button type="button" class="btn" onclick={apply(node_manifest(world, None))}>{ text::ADD_NODE.get(lang) }</button>
                <button type="button" class="btn" onclick={apply(node_manifest(world, Some("host-gw")))}>{ text::ADD_WINDOWS.get(lang) }</button>
                <button type="button" class="btn" onclick={apply(node_manifest(world, Some("vxlan")))}>{ text::ADD_OVERLAY.get(lang) }</button>
                <label>{ text::REPLICAS.get(lang) }{ " " }<input type="number" min="0" max="10000" value={replicas.to_string()} {oninput} /></label>
                <button type="button" class="btn" onclick={apply(deployment_manifest(world, &replicas))}>{ text::ADD_DEPLOYMENT.get(lang) }</button>
            </div>
            if !exits.is_empty() { <ul class="problems" aria-label={text::DOES_NOT_RUN.get(lang)}>{ for exits }</ul> }
            <details open={true}>
                <summary>{ text::WHAT_CHANGED.get(lang) }</summary>
                { changes(props) }
            </details>
            { window(props, NODES, nodes.len(), text::NODES, |at| node_row(props, nodes[at])) }
            if !unscheduled.is_empty() {
                <h3>{ text::WITHOUT_NODE.get(lang) }</h3>
                { window(props, HOMELESS, unscheduled.len(), text::WITHOUT_NODE, |at| pod_row(props, unscheduled[at])) }
            }
            if !deployments.is_empty() {
                <h3>{ text::DEPLOYMENTS.get(lang) }</h3>
                { window(props, DEPLOYMENTS, deployments.len(), text::DEPLOYMENTS, deployment) }
            }
            <p class="later">{ words(text::CHOSEN, lang) }</p>
        </section>
    }
}

#[cfg(test)]
mod tests {
    use dualstack_core::cluster::World;
    use dualstack_core::release::version::KubeVersion;
    use dualstack_core::session::action::{Action, Session};
    use dualstack_core::session::{EventReport, run};

    use super::{deployment_manifest, node_manifest};
    use crate::examples::find;

    /// What an example ends with: `node: its ranges` and `pod of which node: its addresses`.
    fn ends(id: &str) -> Vec<String> {
        let example = find(id).unwrap_or_else(|| panic!("{id} is not in the picker"));
        let world = run(&example.shown().scenario).world;
        let nodes =
            world.nodes.values().map(|it| format!("{}: {}", it.name, it.pod_cidrs.join(" ")));
        let pods = world.pods().map(|pod| {
            let ips: Vec<String> = world.pod_ips(pod).iter().map(ToString::to_string).collect();
            let said = pod.event().map_or(String::new(), |(reason, _)| format!(" {reason}"));
            format!("{}: {}{said}", pod.node.as_deref().unwrap_or("-"), ips.join(" "))
        });
        nodes.chain(pods).collect()
    }

    #[test]
    fn every_example_about_nodes_ends_as_its_sentence_says() {
        assert_eq!(
            ends("nodes-get-ranges-in-turn")[..3],
            [
                "node-1: 10.244.0.0/24 fd00:10:244::/64",
                "node-3: 10.244.2.0/24 fd00:10:244:2::/64",
                "node-4: 10.244.3.0/24 fd00:10:244:3::/64",
            ]
        );
        assert_eq!(
            ends("node-ranges-run-out"),
            [
                "node-1: 10.244.0.0/24 fd00:10:244::/64",
                "node-3: 10.244.4.0/24 fd00:10:244:1::/64",
                "node-3: 10.244.4.2 fd00:10:244:1::2",
            ]
        );
        assert_eq!(
            ends("pods-on-windows-nodes")[3..],
            [
                "windows-1: 10.244.1.2 fd00:10:244:1::2",
                "windows-1:  PodOSNotSupported",
                "windows-2: 10.244.2.2",
            ]
        );
        assert_eq!(
            ends("dual-stack-step-by-step"),
            ["node-1: 10.244.0.0/24 fd00:10:244::/64", "node-1: 10.244.0.2 fd00:10:244::2"]
        );
        let wrong = ends("dual-stack-in-the-wrong-order");
        assert_eq!(wrong[..2], ["node-1: 10.244.0.0/24", "node-2: 10.244.1.0/24"]);
        assert_eq!(wrong.len(), 6);
        assert_eq!(
            ends("going-back-to-one-family")[..2],
            ["node-1: 10.244.1.0/24", "node-2: 10.244.0.0/24"]
        );
    }

    #[test]
    fn what_the_buttons_send_is_accepted() {
        let flags = "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16";
        let mut events = vec![Action::Boot { version: KubeVersion::LATEST, flags: flags.into() }];
        let buttons: [fn(&World) -> String; 4] = [
            |world| node_manifest(world, None),
            |world| node_manifest(world, Some("vxlan")),
            |world| deployment_manifest(world, "4"),
            |world| deployment_manifest(world, "x"),
        ];
        for button in buttons.into_iter().chain(buttons) {
            let world = run(&Session { seed: 0, events: events.clone().into() }).world;
            events.push(Action::Apply(button(&world).into()));
            let report = run(&Session { seed: 0, events: events.clone().into() });
            let Some(EventReport::Requests(requests)) = report.events.last() else { panic!() };
            let kubectl = &requests.documents[0].kubectl;
            assert!(kubectl.ends_with(" created"), "{kubectl}");
        }
        let world = run(&Session { seed: 0, events: events.into() }).world;
        assert_eq!((world.nodes.len(), world.deployments.len(), world.pods().count()), (5, 4, 10));
    }
}
