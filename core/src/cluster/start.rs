//! What does a start make of the Nodes and Pods that are there? kube-apiserver, then
//! kube-controller-manager, then the kubelets of all machines.
//! Source: pkg/kubelet/kubelet_node_status.go registerWithAPIServer, setNodeStatus.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use super::{Agent, Control, MAX_NODES, Node, NodeOrigin, Os, Pod, PodState, World};
use crate::api::Json;
use crate::cluster::components::{NodeAgent, NodeProxy, Programs, Report, Said, Start, ranges};
use crate::cluster::nodes::{self, NodeText};
use crate::controller_manager::range_allocator::NodeIpam;
use crate::explain::trace::Trace;
use crate::kube_proxy::startup::HostFamilies;
use crate::kube_proxy::windows;
use crate::kubelet::{pod_ips, startup as kubelet};
use crate::net::go_parse::parse_cidr;
use crate::net::{Cidr, Family};
use crate::network_plugin::HostLocal;
use crate::release::behavior::Behavior;

use super::objects::Labels;

/// The label that says which system a machine has.
pub(super) const OS_LABEL: &str = "kubernetes.io/os";
/// The annotation in which flannel says how it connects Pods.
pub(super) const BACKEND: &str = "flannel.alpha.coreos.com/backend-type";

impl Control {
    fn behavior(&self) -> Behavior {
        Behavior::of(self.version)
    }

    /// The programs of the text, to be started one by one.
    fn programs<'a>(&'a self, behavior: &'a Behavior) -> Programs<'a> {
        let (host, provider) = (HostFamilies::Both, self.provider);
        Programs { behavior, host, provider, text: &self.start.text }
    }

    /// Whether the network plugin gives addresses of a family.
    pub(super) fn gives(&self, family: Family) -> bool {
        self.plugin.is_some_and(|families| families.has(family))
    }

    /// What the text says of the machine of a node.
    fn text_of(&self, name: &str) -> NodeText {
        let named = self.named.get(name).cloned();
        named.unwrap_or_else(|| nodes::unnamed(&self.start.flags, &self.start.text, name))
    }

    /// The kubelet of a machine. Where the text gives the addresses of a section without a name to a Node of
    /// a manifest, each machine counts further from there: two cannot have the same.
    pub(super) fn kubelet(
        &self,
        name: &str,
        machine: usize,
        exported: Option<&[IpAddr]>,
    ) -> Report<NodeAgent> {
        let behavior = self.behavior();
        let start = self.programs(&behavior);
        let further = if self.named.contains_key(name) { 0 } else { machine as u128 };
        // What the text says of a machine counts.
        let exported = exported.filter(|_| further > 0 || !self.named.contains_key(name));
        start.kubelet(&self.text_of(name), machine, further, exported)
    }
}

fn words(errors: &[Said]) -> Option<Rc<str>> {
    let list: Vec<&str> = errors.iter().map(|said| said.message.as_str()).collect();
    (!list.is_empty()).then(|| list.join("; ").into())
}

impl World {
    /// What a start makes of it: kube-apiserver, then kube-controller-manager, then the kubelets.
    pub(crate) fn start(&mut self, start: &Rc<Start>) {
        let api = &start.apiserver;
        let Some(known) = api.knows.as_ref().filter(|_| api.starts()) else {
            // Nothing new can happen, and nothing is lost.
            let apiserver = Some(words(&api.errors).unwrap_or_default());
            let control = match &self.control {
                Some(control) => Control { apiserver, ..Control::clone(control) },
                None => Control { apiserver, ..Control::new(start, Behavior::of(start.version)) },
            };
            self.control = Some(Rc::new(control));
            return;
        };
        let mut control = Control::new(start, known.behavior.clone());
        let manager = &start.controller_manager;
        control.controller_manager = words(&manager.errors);
        let mut trace = Trace::default();
        self.ipam = None;
        let known = manager.knows.as_ref().filter(|_| manager.errors.is_empty());
        if let Some(known) = known.and_then(|known| known.ipam.as_ref()) {
            let existing = self.nodes.iter().map(|(name, node)| (&**name, &*node.pod_cidrs));
            match NodeIpam::start(known.config(), existing, &mut trace) {
                Ok(ipam) => self.ipam = Some(ipam),
                Err(refusal) => control.controller_manager = Some(refusal.message.into()),
            }
        }
        control.trace = trace.into_steps();
        let texts = nodes::nodes(&start.flags, &start.text);
        control.named = texts.iter().map(|node| (Rc::clone(&node.name), node.clone())).collect();
        for node in &texts {
            self.machine(&node.name);
        }
        let mut control = Rc::new(control);
        self.control = Some(Rc::clone(&control));
        self.restart_kubelets(&control);
        for node in texts {
            if self.nodes.contains_key(&node.name) || self.nodes.len() >= MAX_NODES {
                continue;
            }
            let report = control.kubelet(&node.name, self.machine(&node.name), None);
            match words(&report.errors) {
                Some(why) => Rc::make_mut(&mut control).absent.push((node.name, why)),
                None => self.register(
                    &node.name,
                    NodeOrigin::Heading,
                    Labels::new(),
                    &Labels::new(),
                    None,
                    &[],
                ),
            }
        }
        self.control = Some(control);
        self.settle(None);
    }

    /// The number of a machine. It is found again when its Node is.
    fn machine(&mut self, name: &Rc<str>) -> usize {
        if let Some(number) = self.machines.get(name) {
            return *number;
        }
        let number = self.machines.len();
        Rc::make_mut(&mut self.machines).insert(Rc::clone(name), number);
        number
    }

    /// Every machine of a Node starts its kubelet again, and Nodes without ranges are looked at.
    fn restart_kubelets(&mut self, control: &Control) {
        let mut order: Vec<(usize, Rc<str>)> =
            self.nodes.values().map(|node| (node.number, Rc::clone(&node.name))).collect();
        order.sort_unstable();
        for (_, name) in order {
            let machine = self.machine(&name);
            let Some(slot) = self.nodes.get_mut(&name) else { continue };
            let node = Rc::make_mut(slot);
            node.outcome = None;
            if let Some(ipam) = self.ipam.as_mut().filter(|_| node.pod_cidrs.is_empty()) {
                node.take(ipam.resync(&name));
            }
            let is_there = node.origin == NodeOrigin::Manifest || control.named.contains_key(&name);
            if is_there {
                let exported = self.exported.get(&name).map(|it| &**it);
                node.post(control, &control.kubelet(&name, machine, exported));
            } else {
                node.agent = Agent::Gone;
            }
            node.configure(control);
            node.refresh_host_network();
        }
    }

    /// A Node is made.
    pub(super) fn register(
        &mut self,
        name: &Rc<str>,
        origin: NodeOrigin,
        labels: Labels,
        annotations: &Labels,
        applied: Option<Rc<Json>>,
        pod_cidrs: &[String],
    ) {
        let Some(control) = self.control.clone() else { return };
        let machine = self.machine(name);
        let os = match labels.get(OS_LABEL).map(String::as_str) {
            Some("windows") => Os::Windows(match annotations.get(BACKEND).map(String::as_str) {
                Some("vxlan") => windows::Network::Overlay,
                _ => windows::Network::L2Bridge,
            }),
            _ => Os::Linux,
        };
        // What the kubelet says of itself.
        let mut all = labels;
        all.insert("kubernetes.io/hostname".to_owned(), name.to_string());
        all.insert("kubernetes.io/arch".to_owned(), "amd64".to_owned());
        all.insert(OS_LABEL.to_owned(), os.name().to_owned());
        let mut node = Node::new(Rc::clone(name), self.made, origin, os);
        self.made += 1;
        node.labels = Rc::new(all);
        node.applied = applied;
        node.pod_cidrs = pod_cidrs.into();
        if let Some(ipam) = &mut self.ipam {
            node.take(ipam.add(name, pod_cidrs));
        }
        let exported = self.exported.get(name).map(|it| &**it);
        node.post(&control, &control.kubelet(name, machine, exported));
        node.configure(&control);
        self.nodes.insert(Rc::clone(name), Rc::new(node));
    }

    /// The kube-proxy of a Node.
    #[must_use]
    pub fn kube_proxy(&self, node: &Node) -> Option<Report<NodeProxy>> {
        let control = self.control.as_ref()?;
        let behavior = control.behavior();
        let start = control.programs(&behavior);
        let cidrs = ranges(node.pod_cidrs.iter().map(String::as_str));
        Some(start.proxy(&control.text_of(&node.name), node.host_ips.to_vec(), cidrs))
    }

    /// The kubelet of a Node, as it starts with the flags of today.
    #[must_use]
    pub fn kubelet(&self, node: &Node) -> Option<Report<NodeAgent>> {
        let machine = self.machines.get(&node.name).copied()?;
        let exported = self.exported.get(&node.name).map(|it| &**it);
        Some(self.control.as_ref()?.kubelet(&node.name, machine, exported))
    }
}

impl Control {
    fn new(start: &Rc<Start>, behavior: Behavior) -> Self {
        Self {
            version: start.version,
            behavior,
            apiserver: None,
            controller_manager: None,
            absent: Vec::new(),
            plugin: start.switches.plugin,
            provider: start.switches.provider,
            trace: Vec::new(),
            start: Rc::clone(start),
            named: BTreeMap::new(),
        }
    }
}

impl Node {
    fn new(name: Rc<str>, number: usize, origin: NodeOrigin, os: Os) -> Self {
        let none: Rc<[_]> = Rc::new([]);
        Self {
            name,
            number,
            origin,
            labels: Rc::default(),
            os,
            agent: Agent::Gone,
            posted: false,
            pod_cidrs: Rc::new([]),
            addresses: Rc::new([]),
            host_ips: Rc::clone(&none),
            max_pods: kubelet::Flags::default().max_pods.unsigned_abs() as usize,
            windows: None,
            pods: BTreeMap::new(),
            outcome: None,
            applied: None,
            node_ips: none,
            dual_stack: true,
            network: None,
            refusal: HostLocal::new(&[]).err(),
        }
    }

    /// Takes over what the node CIDR controller came to.
    pub(super) fn take(&mut self, outcome: crate::controller_manager::range_allocator::Outcome) {
        self.pod_cidrs = Rc::clone(&outcome.pod_cidrs);
        self.outcome = Some(Rc::new(outcome));
    }

    /// The kubelet starts, and posts the status of its Node if it runs.
    fn post(&mut self, control: &Control, report: &Report<NodeAgent>) {
        if let Some(why) = words(&report.errors) {
            self.agent = Agent::Exits(why);
            return;
        }
        self.agent = if control.plugin.is_none() { Agent::NoPlugin } else { Agent::Runs };
        self.posted = true;
        self.dual_stack = report.dual_stack;
        if let Some(known) = &report.knows {
            self.addresses = known.status.addresses.as_slice().into();
            self.host_ips = known.host_ips.as_slice().into();
            self.node_ips = known.kubelet.node_ips.as_slice().into();
            self.max_pods = known.kubelet.max_pods;
        }
    }

    /// The plugin reads the ranges of the Node, as far as it can give their families.
    pub(super) fn configure(&mut self, control: &Control) {
        if matches!(self.agent, Agent::Exits(_) | Agent::Gone) && self.posted {
            return;
        }
        let family = |text: &String| parse_cidr(text).map(|it| Cidr::new(it.net).family());
        let mut families: Vec<Family> = self.pod_cidrs.iter().filter_map(family).collect();
        families.retain(|it| control.gives(*it));
        self.windows = None;
        if let Os::Windows(network) = self.os {
            let host = windows::Host { network, supports_dual_stack: true };
            let behavior = control.behavior();
            let served = windows::serves(&behavior, host, &families, &mut Trace::default());
            families.clone_from(&served.pods);
            self.windows = Some(Rc::new(served));
        }
        // A text that is no range is the plugin's to refuse.
        let wanted = |text: &&String| family(text).is_none_or(|it| families.contains(&it));
        let texts: Vec<String> = self.pod_cidrs.iter().filter(wanted).cloned().collect();
        let taken = match &mut self.network {
            Some(network) => network.configure(&texts),
            none => HostLocal::new(&texts).map(|network| *none = Some(network)),
        };
        self.refusal = taken.err();
        let kept = |pod: &&Rc<Pod>| pod.kept.is_some();
        for pod in self.pods.values().filter(kept).cloned().collect::<Vec<_>>() {
            self.keep_addresses(&pod, &pod.state);
        }
    }

    /// The plugin knows of a Pod that existed before it.
    pub(super) fn keep_addresses(&mut self, pod: &Pod, state: &PodState) {
        if let (PodState::Runs(ips), Some(network)) = (state, &mut self.network)
            && !pod.spec.host_network
        {
            network.keep(&pod.sandbox(), ips);
        }
    }

    /// KUBELET-7: Pods on the host's network get the second family when their Node does.
    fn refresh_host_network(&mut self) {
        for pod in self.pods.values_mut() {
            let PodState::Runs(known) = &pod.state else { continue };
            if pod.spec.host_network && matches!(self.agent, Agent::Runs | Agent::NoPlugin) {
                let ips =
                    pod_ips::host_network_pod_ips(known, &self.host_ips, &mut Trace::default());
                if ips[..] != known[..] {
                    let pod = Rc::make_mut(pod);
                    (pod.state, pod.kept) = (PodState::Runs(ips.into()), None);
                }
            }
        }
    }
}
