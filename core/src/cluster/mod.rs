//! Which Nodes and Pods are there after an event of a session, and which addresses have they?
//!
//! | module | its question |
//! |---|---|
//! | [`objects`] | what does a manifest ask for, and would the API server take it? |
//! | `apply` | what does kubectl print, and what is stored? |
//! | `start` | what does a start make of the Nodes and Pods that are there? |
//! | `settle` | what do the controllers, the scheduler and the kubelets do afterwards? |
//! | [`changes`] | what did an event change, and what did it leave as it was? |
//! | [`why`] | by which rules? |
//!
//! Time stands still between events: what a controller does again and again is done once for each event
//! about Nodes and Pods, after all that the event asks for. Services are none of this module's business.
//!
//! Invariants: a Pod stands with its Node, or with those that have none, never in both. What a [`Replay`]
//! reports is what a replay from an empty cluster would. Where nothing changed the same [`Rc`] is there.

mod apply;
pub mod changes;
pub mod components;
pub mod nodes;
pub mod objects;
mod settle;
mod start;
pub mod why;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::api::Json;
use crate::cluster::nodes::NodeText;
use crate::conflicts::prerequisites::Families;
use crate::controller_manager::range_allocator::{NodeEvent, NodeIpam, Outcome, RangeUse};
use crate::explain::trace::{Step, Trace};
use crate::kube_proxy::windows::{Network, Served};
use crate::kubectl::Workload;
use crate::kubelet::startup as kubelet;
use crate::kubelet::startup::NodeAddress;
use crate::net::Family;
use crate::network_plugin::{ConfigError, Failure, HostLocal};
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;
use crate::session::action::{Event, Scenario};
use crate::source::flags::FlagsText;
use crate::source::span::Span;
use crate::source::yaml;

pub use apply::{Answer, DocumentAnswer};
use changes::Changes;
use objects::{Labels, PodSpec};

/// The most Nodes of a session.
pub const MAX_NODES: usize = 1_000;
/// The most Pods of a session.
pub const MAX_PODS: usize = 10_000;

/// Namespace and name.
pub type Key = (Rc<str>, Rc<str>);

/// What is there at some moment of a session.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct World {
    /// The programs, as they came up last; none before the first start.
    pub control: Option<Rc<Control>>,
    /// The Nodes, by name.
    pub nodes: BTreeMap<Rc<str>, Rc<Node>>,
    /// The Pods that no Node has.
    pub homeless: BTreeMap<Key, Rc<Pod>>,
    /// The Deployments.
    pub deployments: BTreeMap<Key, Rc<Deployment>>,
    /// The node CIDR controller, where it runs.
    ipam: Option<NodeIpam>,
    /// The number of each machine that there ever was: its addresses outlive its Node.
    machines: Rc<BTreeMap<Rc<str>, usize>>,
    /// How many Nodes and Pods were ever made.
    made: usize,
    /// What made-up names are made of.
    seed: u64,
}

/// The programs of a cluster.
#[derive(Clone, PartialEq, Debug)]
pub struct Control {
    /// The release.
    pub version: KubeVersion,
    /// How kube-apiserver behaves.
    pub behavior: Behavior,
    /// Why kube-apiserver does not run, if it does not: all else is then as it came up before.
    pub apiserver: Option<Rc<str>>,
    /// Why kube-controller-manager does not run, if it does not.
    pub controller_manager: Option<Rc<str>>,
    /// Nodes that a heading names and that never registered, with the reason.
    pub absent: Vec<(Rc<str>, Rc<str>)>,
    /// The families that the network plugin gives Pods; none if there is no plugin.
    pub plugin: Option<Families>,
    /// The families that the network of the nodes routes.
    pub provider: Families,
    /// What the node CIDR controller decided when it came up. Origins are flags of
    /// kube-controller-manager.
    pub trace: Vec<Step>,
    text: Rc<str>,
    flags: Rc<FlagsText>,
    /// The nodes that headings name.
    named: BTreeMap<Rc<str>, NodeText>,
}

/// How a Node came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Came {
    /// A heading names it, and its kubelet registered it.
    Heading,
    /// From a manifest.
    Manifest,
}

/// The system of a machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Os {
    /// Linux.
    Linux,
    /// Windows, with Pods connected in this way.
    Windows(Network),
}

impl Os {
    /// As the label `kubernetes.io/os` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Linux => "linux",
            Self::Windows(_) => "windows",
        }
    }
}

/// How the kubelet of a Node does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Agent {
    /// It runs, and its Node is ready.
    Runs,
    /// It runs, and there is no network plugin.
    NoPlugin,
    /// It exits with these words.
    Exits(Rc<str>),
    /// The text that the programs were started with names its machine no more.
    Gone,
}

/// A Node.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its name.
    pub name: Rc<str>,
    /// Nodes and Pods in the order in which they were made.
    pub number: usize,
    /// How it came to be.
    pub came: Came,
    /// Its labels.
    pub labels: Rc<Labels>,
    /// The system of its machine.
    pub os: Os,
    /// How its kubelet does.
    pub agent: Agent,
    /// Whether its kubelet ever posted a status.
    pub posted: bool,
    /// `spec.podCIDRs`.
    pub pod_cidrs: Rc<[String]>,
    /// `status.addresses`.
    pub addresses: Rc<[NodeAddress]>,
    /// Its host IPs, the first one first.
    pub host_ips: Rc<[IpAddr]>,
    /// How many Pods its kubelet takes.
    pub max_pods: usize,
    /// What its kube-proxy serves, on Windows.
    pub windows: Option<Rc<Served>>,
    /// Its Pods.
    pub pods: BTreeMap<Key, Rc<Pod>>,
    /// What the node CIDR controller came to when it last tried to give it ranges.
    outcome: Option<Rc<Outcome>>,
    /// What `kubectl apply` remembers.
    applied: Option<Rc<Json>>,
    /// Its machine's `--node-ip`, and whether its kubelet knows of two families.
    node_ips: Rc<[IpAddr]>,
    dual_stack: bool,
    /// The plugin's addresses, once it had ranges that it takes.
    network: Option<HostLocal>,
    /// Why it takes those of today not: what it says whenever a Pod is to start.
    refusal: Option<ConfigError>,
}

/// A Pod.
#[derive(Clone, PartialEq, Debug)]
pub struct Pod {
    /// Its namespace and its name.
    pub key: Key,
    /// Nodes and Pods in the order in which they were made.
    pub number: usize,
    /// The Deployment it is of, and which of its templates.
    pub owner: Option<(Rc<str>, Rc<str>)>,
    /// What was asked for.
    pub spec: Rc<PodSpec>,
    /// The Node it is bound to.
    pub node: Option<Rc<str>>,
    /// What became of it.
    pub state: PodState,
    /// What `kubectl apply` remembers.
    applied: Option<Rc<Json>>,
}

/// What became of a Pod.
#[derive(Clone, PartialEq, Debug)]
pub enum PodState {
    /// Nobody looked at it yet: its kubelet does not run, or its Node is not there.
    Waits,
    /// kube-scheduler finds no Node for it, in its words.
    Unschedulable(Rc<str>),
    /// The kubelet waits for a network plugin.
    NoPlugin,
    /// The plugin does not take the ranges of the Node.
    BadRanges(ConfigError),
    /// The plugin has no address left.
    NoAddress(Failure),
    /// Windows needs IPv4, and the Node has none.
    NoFamily,
    /// The kubelet takes it not.
    Rejected {
        /// `status.reason`.
        reason: &'static str,
        /// `status.message`.
        message: Rc<str>,
    },
    /// It runs, with these addresses of its runtime: those of the plugin, range by range, or those of the
    /// host.
    Runs(Rc<[IpAddr]>),
}

/// A Deployment.
#[derive(Clone, PartialEq, Debug)]
pub struct Deployment {
    /// Its namespace and its name.
    pub key: Key,
    /// How many Pods it asks for.
    pub replicas: usize,
    /// What its Pods are made of, and its hash, which stands in their names.
    pub template: Rc<PodSpec>,
    /// The hash.
    pub hash: Rc<str>,
    /// How many Pods it ever made.
    made: usize,
    selector: Json,
    applied: Rc<Json>,
}

impl World {
    /// Whether kube-apiserver runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.control.as_ref().is_some_and(|control| control.apiserver.is_none())
    }

    /// All Pods: Node by Node, then those without one.
    pub fn pods(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.nodes.values().flat_map(|node| node.pods.values()).chain(self.homeless.values())
    }

    /// A Pod.
    #[must_use]
    pub fn pod(&self, key: &Key) -> Option<&Rc<Pod>> {
        let mut nodes = self.nodes.values();
        self.homeless.get(key).or_else(|| nodes.find_map(|node| node.pods.get(key)))
    }

    /// What became of each entry of `--cluster-cidr`; nothing where no ranges are given out.
    #[must_use]
    pub fn ranges(&self) -> Vec<RangeUse> {
        self.ipam.as_ref().map(NodeIpam::ranges).unwrap_or_default()
    }

    /// How many more Nodes get ranges; nothing where no ranges are given out.
    #[must_use]
    pub fn room(&self) -> Option<u64> {
        self.ipam.as_ref().map(NodeIpam::room)
    }

    /// `status.podIPs` of a Pod.
    #[must_use]
    pub fn pod_ips(&self, pod: &Pod) -> Vec<IpAddr> {
        let (PodState::Runs(runtime), Some(node)) = (&pod.state, self.node_of(pod)) else {
            return Vec::new();
        };
        if pod.spec.host_network {
            return runtime.to_vec();
        }
        let mut ips = kubelet::sort_pod_ips(&node.node_ips, runtime, &mut Trace::default());
        ips.truncate(if node.dual_stack { 2 } else { 1 });
        ips
    }

    /// `status.hostIPs` of a Pod: since its kubelet first looked at it, those of its Node. Where the release
    /// has no such field this is `hostIP`.
    #[must_use]
    pub fn host_ips(&self, pod: &Pod) -> Vec<IpAddr> {
        let is_seen = !matches!(
            pod.state,
            PodState::Waits | PodState::Unschedulable(_) | PodState::Rejected { .. }
        );
        let (true, Some(node), Some(control)) = (is_seen, self.node_of(pod), &self.control) else {
            return Vec::new();
        };
        let shown = kubelet::shown_host_ips(&control.behavior, &node.host_ips);
        if shown.is_empty() { node.host_ips.iter().take(1).copied().collect() } else { shown }
    }

    /// The Node that a Pod is bound to, if it is there.
    #[must_use]
    pub fn node_of(&self, pod: &Pod) -> Option<&Rc<Node>> {
        self.nodes.get(pod.node.as_ref()?)
    }
}

impl Node {
    /// Why it is not ready: reason and message of its condition.
    #[must_use]
    pub fn not_ready(&self) -> Option<(&'static str, &'static str)> {
        match self.agent {
            Agent::Runs => None,
            Agent::NoPlugin => Some((
                "KubeletNotReady",
                "container runtime network not ready: NetworkReady=false \
                 reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not \
                 initialized",
            )),
            Agent::Exits(_) | Agent::Gone if self.posted => {
                Some(("NodeStatusUnknown", "Kubelet stopped posting node status."))
            }
            Agent::Exits(_) | Agent::Gone => {
                Some(("NodeStatusNeverUpdated", "Kubelet never posted node status."))
            }
        }
    }

    /// What is recorded of it by the node CIDR controller.
    #[must_use]
    pub fn event(&self) -> Option<&NodeEvent> {
        self.outcome.as_ref()?.event.as_ref().filter(|_| self.pod_cidrs.is_empty())
    }

    /// The families that its Pods get, in the order of its ranges.
    #[must_use]
    pub fn pod_families(&self) -> Vec<Family> {
        let network = self.network.as_ref().filter(|_| self.refusal.is_none());
        let ranges = network.map(HostLocal::ranges).unwrap_or_default();
        ranges.iter().map(|range| range.range().family()).collect()
    }

    /// For each range that the plugin gives addresses of: its family, how many Pods have one, and for how
    /// many it lasts.
    #[must_use]
    pub fn usage(&self) -> Vec<(Family, u128, u128)> {
        let ranges = self.network.as_ref().map(HostLocal::ranges).unwrap_or_default();
        ranges.iter().map(|it| (it.range().family(), it.used(), it.capacity())).collect()
    }

    /// How many of its Pods are there for its kubelet.
    #[must_use]
    pub fn load(&self) -> usize {
        let is_there = |pod: &&Rc<Pod>| !matches!(pod.state, PodState::Rejected { .. });
        self.pods.values().filter(is_there).count()
    }
}

impl Pod {
    /// How people name it: the namespace only where it is another one.
    #[must_use]
    pub fn shown(&self) -> String {
        match (&*self.key.0, &*self.key.1) {
            ("default", name) => name.to_owned(),
            (namespace, name) => format!("{namespace}/{name}"),
        }
    }

    /// What `kubectl describe pod` shows of its last failure: reason and message of the event.
    #[must_use]
    pub fn event(&self) -> Option<(&'static str, String)> {
        Some(match &self.state {
            PodState::Waits | PodState::Runs(_) | PodState::NoFamily => return None,
            PodState::Unschedulable(message) => ("FailedScheduling", message.to_string()),
            PodState::NoPlugin => (
                "NetworkNotReady",
                "network is not ready: container runtime network not ready: NetworkReady=false \
                 reason:NetworkPluginNotReady message:Network plugin returns error: cni plugin not \
                 initialized"
                    .to_owned(),
            ),
            PodState::BadRanges(error) => ("FailedCreatePodSandBox", error.to_string()),
            PodState::NoAddress(failure) => ("FailedCreatePodSandBox", failure.to_string()),
            PodState::Rejected { reason, message } => (*reason, message.to_string()),
        })
    }
}

/// What an event came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Report {
    /// What kubectl printed.
    pub answer: Rc<Answer>,
    /// What was there before.
    pub before: Rc<World>,
    /// What is there now.
    pub after: Rc<World>,
    /// What the event changed, and what it left as it was.
    pub changes: Rc<Changes>,
}

/// Replays a session from an empty cluster, as far as its last event.
#[must_use]
pub fn run(scenario: &Scenario) -> Report {
    Replay::default().run(scenario, scenario.events.len().saturating_sub(1))
}

/// Replays sessions, and remembers the last one: what did not change is not computed again.
#[derive(Default)]
pub struct Replay {
    seed: u64,
    past: Vec<Past>,
    changes: Option<Report>,
}

/// An event that was replayed. It holds whatever comes before it, as long as it meets the same world.
struct Past {
    event: Event,
    before: Rc<World>,
    answer: Rc<Answer>,
    after: Rc<World>,
}

impl Replay {
    /// Answers the event `shown` of a session; beyond the last one there is none.
    pub fn run(&mut self, scenario: &Scenario, shown: usize) -> Report {
        if self.seed != scenario.seed {
            *self = Self { seed: scenario.seed, ..Self::default() };
        }
        let mut world = match self.past.first() {
            Some(first) => Rc::clone(&first.before),
            None => Rc::new(World { seed: scenario.seed, ..World::default() }),
        };
        let mut report = None;
        for (at, event) in scenario.events.iter().enumerate().take(shown.saturating_add(1)) {
            let known = self.past.get(at);
            let known = known.filter(|it| Rc::ptr_eq(&it.before, &world) && it.event == *event);
            if known.is_none() {
                let (answer, after) = handle(&world, event);
                let (event, before) = (event.clone(), Rc::clone(&world));
                let past = Past { event, before, answer: Rc::new(answer), after };
                // What comes later meets this world if the event makes no other one of it.
                match self.past.get_mut(at) {
                    Some(slot) => *slot = past,
                    None => self.past.push(past),
                }
            }
            if let Some(past) = self.past.get(at) {
                world = Rc::clone(&past.after);
                report = Some((Rc::clone(&past.answer), Rc::clone(&past.before)));
            }
        }
        self.past.truncate(scenario.events.len());
        let (answer, before) = report.unwrap_or_else(|| (Rc::default(), Rc::clone(&world)));
        let same = |it: &&Report| Rc::ptr_eq(&it.before, &before) && Rc::ptr_eq(&it.after, &world);
        let changes = match self.changes.as_ref().filter(same) {
            Some(known) => Rc::clone(&known.changes),
            None => Rc::new(Changes::of(&before, &world)),
        };
        let report = Report { answer, before, after: world, changes };
        self.changes = Some(report.clone());
        report
    }
}

/// Answers one event.
fn handle(before: &Rc<World>, event: &Event) -> (Answer, Rc<World>) {
    let parsed = match event {
        Event::Apply(text) => yaml::parse(text),
        _ => yaml::Parsed::default(),
    };
    let touches = match event {
        Event::Boot { .. } => true,
        Event::Apply(_) => {
            let mut documents = parsed.documents.iter().filter(|document| document.complete);
            documents.any(|document| Workload::of_document(&document.node).is_some())
        }
        Event::Patch { .. } => false,
        Event::Delete(object) => crate::kubectl::ObjectName::read(object).workload().is_some(),
    };
    if !touches {
        return (Answer::default(), Rc::clone(before));
    }
    let mut world = World::clone(before);
    let answer = match event {
        Event::Boot { version, flags } => {
            world.start(*version, flags);
            Answer::default()
        }
        Event::Apply(_) => world.apply(&parsed),
        Event::Delete(object) => world.delete(object, Span::new(0, object.len())),
        Event::Patch { .. } => Answer::default(),
    };
    // A request that was refused leaves everything as it was.
    let is_idle = !matches!(event, Event::Boot { .. }) && !answer.is_accepted();
    (answer, if is_idle { Rc::clone(before) } else { Rc::new(world) })
}

#[cfg(test)]
mod tests;
