//! The simulated cluster: what is stored of every kind, and the programs that make something of it.
//!
//! | module | its question |
//! |---|---|
//! | [`objects`] | what does a manifest ask for, and would the API server take it? |
//! | `apply` | what is stored of it? |
//! | `kept` | what does the status of a Pod say that existed before? |
//! | [`components`] | what do the four programs make of one text? |
//! | [`nodes`] | which nodes does the text speak of? |
//! | [`environment`] | what does the text say of provider and network plugin? |
//! | `start` | what does a start make of the Nodes and Pods that are there? |
//! | `settle` | what do the controllers, the scheduler and the kubelets do afterwards? |
//! | [`stored`] | what does `kubectl get -o yaml` print? |
//! | [`why`] | by which rules? |
//!
//! Time stands still between events: what a controller does again and again is done once for each event
//! about Nodes and Pods, after all that the event asks for.
//!
//! Invariants: a Pod stands with its Node, or with those that have none, never in both. Where nothing changed
//! the same [`Rc`] is there.

pub(crate) mod apply;
pub mod components;
pub mod environment;
mod kept;
pub mod nodes;
pub mod objects;
mod settle;
mod start;
pub mod stored;
pub mod why;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::api::Json;
use crate::api::status::Status;
use crate::apiserver::requests::{ApiServer, key, printed_json};
use crate::apiserver::service_cidr;
use crate::cluster::components::Start;
use crate::cluster::environment::Families;
use crate::cluster::nodes::NodeText;
use crate::controller_manager::range_allocator::{NodeEvent, NodeIpam, Outcome, RangeUse};
use crate::explain::trace::{Step, Trace};
use crate::kube_proxy::windows::{Network, Served};
use crate::kubectl::{NOT_RUNNING, ObjectName, Workload};
use crate::kubelet::node_addresses::NodeAddress;
use crate::kubelet::pod_ips;
use crate::net::Family;
use crate::network_plugin::{ConfigError, Failure, HostLocal};
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;

use apply::Refused;
use objects::{Labels, PodSpec};
pub use stored::Object;

/// The most Nodes of a session.
pub const MAX_NODES: usize = 1_000;
/// The most Pods of a session.
pub const MAX_PODS: usize = 10_000;

pub use crate::apiserver::requests::Key;

/// A cluster at some moment of a session: one storage for the objects of every kind.
#[derive(Clone)]
pub struct Cluster {
    /// kube-apiserver, with the Services and the ServiceCIDRs; `None` before the first start that succeeded.
    pub(crate) server: Option<ApiServer>,
    /// The Nodes, Pods and Deployments, and the programs as they started last. Snapshots of a session share it.
    pub(crate) world: Rc<World>,
    /// What is read again after a restart: the Service that was asked about last; before the first one, the last
    /// Node, Pod or Deployment.
    pub(crate) last: Option<ObjectName>,
}

/// The Nodes, Pods and Deployments at some moment of a session, and the programs behind them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct World {
    /// The programs, as they came up last; none before the first start.
    pub control: Option<Rc<Control>>,
    /// The Nodes, by name.
    pub nodes: BTreeMap<Rc<str>, Rc<Node>>,
    /// The Pods that no Node has.
    pub unscheduled: BTreeMap<Key, Rc<Pod>>,
    /// The Deployments.
    pub deployments: BTreeMap<Key, Rc<Deployment>>,
    /// The node CIDR controller, where it runs.
    ipam: Option<NodeIpam>,
    /// The number of each machine that there ever was: its addresses outlive its Node.
    machines: Rc<BTreeMap<Rc<str>, usize>>,
    /// The addresses of machines whose Nodes were created with a status, as an exported Node has one.
    exported: Rc<BTreeMap<Rc<str>, Rc<[IpAddr]>>>,
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
    /// The start of which the text is.
    start: Rc<Start>,
    /// The nodes that headings name.
    named: BTreeMap<Rc<str>, NodeText>,
}

/// How a Node came to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NodeOrigin {
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
    pub origin: NodeOrigin,
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
    /// The `status` of a Pod that existed when the session began, while it holds.
    kept: Option<Rc<Json>>,
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
    /// It has ended: `Succeeded` or `Failed`, as kubectl printed it.
    Ended,
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

impl Cluster {
    /// A cluster in which nothing was started yet. Names and addresses that it picks are made of the seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let world = World { seed, ..World::default() };
        Self { server: None, world: Rc::new(world), last: None }
    }

    /// The Nodes, Pods and Deployments, and the programs behind them.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The API server, if it runs.
    pub fn running(&mut self) -> Option<&mut ApiServer> {
        self.server.as_mut().filter(|_| self.world.runs())
    }

    /// A request was about this object.
    pub(crate) fn remember(&mut self, object: ObjectName) {
        let is_kept = self.last.as_ref().is_some_and(ObjectName::is_service);
        if object.is_service() || !is_kept {
            self.last = Some(object);
        }
    }

    /// An object of any kind as a read shows it. While kube-apiserver is down it is there all the same.
    #[must_use]
    pub fn object(&self, name: &ObjectName) -> Option<Object> {
        if let Some(kind) = name.workload() {
            return self.world.stored(kind, &name.key()).map(Object::printed);
        }
        let server = self.server.as_ref()?;
        if name.is_service_cidr() {
            let object = server.service_cidrs().iter().find(|it| it.name == name.name)?;
            return Some(Object::printed(service_cidr::to_json(object)));
        }
        server.read_one(&name.namespace, &name.name).map(Object::Service)
    }

    /// Every stored object as a read prints it: Services, Nodes, Pods, Deployments, ServiceCIDRs. While
    /// kube-apiserver is down they are there all the same.
    #[must_use]
    pub fn objects(&self) -> Vec<Json> {
        let services = self.server.iter().flat_map(ApiServer::read_all);
        let ranges = self.server.iter().flat_map(ApiServer::service_cidrs);
        let pods = self.world.pods().map(|pod| (Workload::Pod, pod.key.clone()));
        let nodes = self.world.nodes.keys().map(|name| (Workload::Node, key("", name)));
        let deployments = self.world.deployments.keys().cloned();
        let deployments = deployments.map(|key| (Workload::Deployment, key));
        let workloads = nodes.chain(pods).chain(deployments);
        let services = services.map(|(_, service)| printed_json(&service));
        let workloads = workloads.filter_map(|(kind, key)| self.world.stored(kind, &key));
        services.chain(workloads).chain(ranges.map(service_cidr::to_json)).collect()
    }

    /// Stores a Node, a Pod or a Deployment as it is sent: the object as a read prints it before the controllers
    /// settle ([`Cluster::settle_all`]).
    ///
    /// # Errors
    /// In the words of the API server, or of the playground where it holds too much.
    pub fn apply_workload(
        &mut self,
        kind: Workload,
        key: &Key,
        json: Json,
    ) -> Result<Json, Status> {
        let Some(server) = &self.server else { return Err(Status::bare_error(NOT_RUNNING)) };
        let behavior = server.env().behavior.clone();
        let done = self.world.apply(kind, key, &Rc::new(json), &behavior, &mut Trace::default());
        done.map_err(|refused| match refused {
            Refused::Status(status) => status,
            Refused::Ours(words, _) => Status::bare_error(words),
        })?;
        Ok(self.world.stored(kind, key).unwrap_or_default())
    }

    /// Deletes a Node, a Pod or a Deployment.
    ///
    /// # Errors
    /// There is none.
    pub fn delete_workload(&mut self, kind: Workload, key: &Key) -> Result<(), Status> {
        self.world.delete(kind, key, &mut Trace::default())
    }

    /// The controllers, the scheduler and the kubelets do what follows from what was stored since there were so
    /// many Nodes and Pods ([`World::next_number`]).
    pub fn settle_all(&mut self, first: usize) {
        self.settle(first, None);
    }

    /// The controllers, the scheduler and the kubelets do what follows from an event. Nodes and Pods whose number
    /// is not below `first` are made by it. `known` is what comes of it, where that has been computed already.
    pub(crate) fn settle(&mut self, first: usize, known: Option<&Rc<World>>) {
        match known {
            Some(world) => self.world = Rc::clone(world),
            None => Rc::make_mut(&mut self.world).settle(Some(first)),
        }
    }
}

impl World {
    /// What made-up names and addresses are made of.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// The number of the next Node or Pod.
    pub fn next_number(&self) -> usize {
        self.made
    }

    /// The last start that succeeded, if it was of this release and text.
    pub(crate) fn start_of(&self, version: KubeVersion, text: &str) -> Option<&Rc<Start>> {
        let start = &self.control.as_ref()?.start;
        (start.version == version && *start.text == *text).then_some(start)
    }

    /// Whether kube-apiserver runs.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.control.as_ref().is_some_and(|control| control.apiserver.is_none())
    }

    /// All Pods: Node by Node, then those without one.
    pub fn pods(&self) -> impl Iterator<Item = &Rc<Pod>> {
        self.nodes.values().flat_map(|node| node.pods.values()).chain(self.unscheduled.values())
    }

    /// A Pod.
    #[must_use]
    pub fn pod(&self, key: &Key) -> Option<&Rc<Pod>> {
        let mut nodes = self.nodes.values();
        self.unscheduled.get(key).or_else(|| nodes.find_map(|node| node.pods.get(key)))
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
        if pod.spec.host_network || pod.kept.is_some() {
            return runtime.to_vec();
        }
        let mut ips = pod_ips::sort_pod_ips(&node.node_ips, runtime, &mut Trace::default());
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
        let shown = pod_ips::shown_host_ips(&control.behavior, &node.host_ips);
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
        let is_there =
            |pod: &&Rc<Pod>| !matches!(pod.state, PodState::Rejected { .. } | PodState::Ended);
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
            PodState::Waits | PodState::Ended | PodState::Runs(_) | PodState::NoFamily => {
                return None;
            }
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
