//! What do the programs of one text make of their flags? kube-apiserver and kube-controller-manager are started once
//! for a start, the kubelet and kube-proxy for each node.
//!
//! Invariants: nothing here fails, whatever the text. A program that the text does not speak of has its defaults.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::apiserver::environment::Env;
use crate::apiserver::startup as apiserver;
use crate::apiserver::startup::{Completed, MACHINE_V4, MACHINE_V6};
use crate::controller_manager::range_allocator::{NodeEvent, NodeIpam};
use crate::controller_manager::startup as controller_manager;
use crate::explain::trace::{Step, StepId, Trace};
use crate::installers::{self, Installed};
use crate::kube_proxy::startup as kube_proxy;
use crate::kube_proxy::startup::{Configured, HostFamilies};
use crate::kubelet::node_addresses::NodeStatus;
use crate::kubelet::startup::Kubelet;
use crate::kubelet::{node_addresses, pod_ips, startup as kubelet};
use crate::net::cidr::{from_bits, to_bits};
use crate::net::go_parse::parse_cidr;
use crate::net::{Cidr, Family};
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;
use crate::source::flags::{self, Component, FlagsText, table};
use crate::source::span::Span;
use crate::startup::exit::Exit;
use crate::startup::{LogLine, Phase, Severity, StartError, Unmodelled, command_line, pflag};

use super::nodes::{self, NodeText};
use crate::cluster::environment::{Environment, Families, routed};

/// Something that a component says while it starts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The component's words.
    pub message: String,
    /// What is around them where the component exits before it starts.
    pub exit: Option<Exit>,
    /// How much it matters, where it goes on.
    pub severity: Severity,
    /// The flag to look at, without dashes.
    pub flag: Option<&'static str>,
    /// Where in the text.
    pub span: Option<Span>,
    /// The decision behind it.
    pub step: StepId,
}

impl Said {
    /// The line that the component prints.
    #[must_use]
    pub fn line(&self) -> &str {
        self.exit.as_ref().map_or(&self.message, |exit| &exit.line)
    }
}

/// How a component came up.
#[derive(Clone, PartialEq, Debug)]
pub struct Report<T> {
    /// Whether the text speaks of it: it has a heading or a flag. If not, it has its defaults.
    pub is_given: bool,
    /// Why it exits, as it prints it; it starts if there is nothing.
    pub errors: Vec<Said>,
    /// What it logs, and goes on.
    pub warnings: Vec<Said>,
    /// Flags and gates that change nothing here.
    pub unmodelled: Vec<Unmodelled>,
    /// Whether it knows of two families: off only where its gate `IPv6DualStack` is.
    pub dual_stack: bool,
    /// What it knows, as far as it came.
    pub knows: Option<T>,
    /// What was decided. Origins are flags of this component.
    pub trace: Vec<Step>,
}

impl<T> Report<T> {
    /// Whether it starts.
    #[must_use]
    pub fn starts(&self) -> bool {
        self.errors.is_empty() && self.knows.is_some()
    }

    /// What it knows, if the text speaks of it and it starts: what may be compared.
    #[must_use]
    pub fn running(&self) -> Option<&T> {
        self.knows.as_ref().filter(|_| self.is_given && self.errors.is_empty())
    }

    /// Whether the text speaks of it and it exits.
    #[must_use]
    pub fn exits(&self) -> bool {
        self.is_given && !self.errors.is_empty()
    }
}

/// What kube-apiserver knows.
#[derive(Clone, PartialEq, Debug)]
pub struct ApiServer {
    /// Its flags, completed: ranges, address, ports.
    pub completed: Completed,
    /// The Service ranges, the primary first.
    pub services: Vec<Cidr>,
    /// How it behaves: as its release does, with `--feature-gates` folded in.
    pub behavior: Behavior,
}

/// What kube-controller-manager knows.
#[derive(Clone, PartialEq, Debug)]
pub struct ControllerManager {
    /// Its flags.
    pub flags: controller_manager::Flags,
    /// `--cluster-cidr`, in its order. Without `--allocate-node-cidrs` the program does not look at it;
    /// it is here all the same, as far as it can be read.
    pub cluster: Vec<Cidr>,
    /// `--service-cluster-ip-range`, read in the same way.
    pub services: Vec<Cidr>,
    /// The node CIDR controller, with the nodes of the text; `None` if it gives out no ranges.
    pub ipam: Option<NodeIpam>,
}

/// What a kubelet knows.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeAgent {
    /// Its flags, checked: the addresses of `--node-ip`, the name of the node.
    pub kubelet: Kubelet,
    /// What it says of its node.
    pub status: NodeStatus,
    /// The host IPs of the node, the first one first; none while it waits for a cloud.
    pub host_ips: Vec<IpAddr>,
}

/// What a kube-proxy knows.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeProxy {
    /// Its flags.
    pub flags: kube_proxy::Flags,
    /// Mode, primary family, addresses, what tells local Pods.
    pub configured: Configured,
    /// `--cluster-cidr`, in its order, as far as it can be read.
    pub cluster: Vec<Cidr>,
}

/// A node with the components on it.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its name and its flags.
    pub text: NodeText,
    /// The kubelet.
    pub kubelet: Report<NodeAgent>,
    /// kube-proxy.
    pub proxy: Report<NodeProxy>,
    /// `spec.podCIDRs`, if kube-controller-manager gives out ranges.
    pub pod_cidrs: Vec<String>,
    /// What is recorded of a node that got none.
    pub event: Option<NodeEvent>,
}

/// What can be said of any component, whatever it knows.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Status<'a> {
    /// The component.
    pub component: Component,
    /// The node it is on; none for the control plane.
    pub node: Option<&'a Node>,
    /// Whether the text speaks of it.
    pub is_given: bool,
    /// Why it exits.
    pub errors: &'a [Said],
    /// What it logs, and goes on.
    pub warnings: &'a [Said],
    /// What was decided.
    pub trace: &'a [Step],
}

impl<'a> Status<'a> {
    fn of<T>(component: Component, node: Option<&'a Node>, report: &'a Report<T>) -> Self {
        let Report { is_given, errors, warnings, trace, .. } = report;
        Self { component, node, is_given: *is_given, errors, warnings, trace }
    }
}

/// All components of a text.
#[derive(Clone, PartialEq, Debug)]
pub struct Components {
    /// The release.
    pub version: KubeVersion,
    /// The text.
    pub text: Rc<str>,
    /// The flags as read.
    pub flags: Rc<FlagsText>,
    /// kube-apiserver.
    pub apiserver: Rc<Report<ApiServer>>,
    /// kube-controller-manager.
    pub controller_manager: Report<ControllerManager>,
    /// The nodes, in the order of the text.
    pub nodes: Vec<Node>,
    /// What the kernels of the machines can do.
    pub host: HostFamilies,
    /// What the text says of the network of the nodes and of the network plugin.
    pub switches: Environment,
    /// What kubeadm or another tool made of the text, if the text is its config.
    pub installed: Option<Rc<Installed>>,
}

/// The programs of a text, started once: kube-apiserver and kube-controller-manager at once, the components of the
/// nodes when somebody asks for them ([`Start::components`]).
#[derive(Debug)]
pub struct Start {
    /// The release.
    pub version: KubeVersion,
    /// The text.
    pub text: Rc<str>,
    /// The flags as read.
    pub flags: Rc<FlagsText>,
    /// What the kernels of the machines can do.
    pub host: HostFamilies,
    /// What the text says of the network of the nodes and of the network plugin.
    pub switches: Environment,
    /// kube-apiserver.
    pub apiserver: Rc<Report<ApiServer>>,
    /// kube-controller-manager, in a cluster without Nodes.
    pub controller_manager: Report<ControllerManager>,
    /// What kubeadm or another tool made of the text, if the text is its config.
    pub installed: Option<Rc<Installed>>,
    components: OnceCell<Rc<Components>>,
}

impl PartialEq for Start {
    /// A start is a function of the release, the text and the host, whatever was asked of it already.
    fn eq(&self, other: &Self) -> bool {
        (self.version, self.host) == (other.version, other.host) && self.text == other.text
    }
}

impl Start {
    /// Starts the programs on machines that can do both families.
    #[must_use]
    pub fn new(version: KubeVersion, text: &Rc<str>) -> Self {
        Self::on(HostFamilies::Both, version, Rc::clone(text))
    }

    fn on(host: HostFamilies, version: KubeVersion, text: Rc<str>) -> Self {
        let installed = installers::read(&text, version).map(Rc::new);
        let flags = match &installed {
            Some(installed) => Rc::clone(&installed.flags),
            None => Rc::new(flags::parse(&text)),
        };
        let behavior = Behavior::of(version);
        let switches = Environment::of(&text);
        let provider = switches.provider;
        let programs = Programs { behavior: &behavior, host, provider, text: &text };
        let apiserver = Rc::new(match installed.as_ref().filter(|it| it.refuses()) {
            // Nothing is started.
            Some(installed) => {
                let trace = installed.trace.clone();
                Report { trace, ..Report::new(Component::KubeApiserver, &flags) }
            }
            None => programs.apiserver(&flags),
        });
        let controller_manager = programs.controller_manager(&flags);
        let components = OnceCell::new();
        Self {
            version,
            text,
            flags,
            host,
            switches,
            apiserver,
            controller_manager,
            installed,
            components,
        }
    }

    /// The environment that requests meet, if kube-apiserver runs.
    pub(crate) fn environment(&self, seed: u64, trace: &mut Trace) -> Option<Env> {
        let ApiServer { completed, behavior, .. } = self.apiserver.knows.as_ref()?;
        apiserver::environment(self.version, behavior.clone(), seed, completed, trace)
    }

    /// All components of the text. They are started when this is asked first.
    #[must_use]
    pub fn components(&self) -> &Rc<Components> {
        self.components.get_or_init(|| Rc::new(Components::of(self)))
    }
}

impl Components {
    /// Starts every component, on machines that can do both families.
    #[must_use]
    pub fn start(version: KubeVersion, text: &str) -> Self {
        Self::start_on(HostFamilies::Both, version, text)
    }

    /// Starts every component, on machines whose kernels can do these families.
    #[must_use]
    pub fn start_on(host: HostFamilies, version: KubeVersion, text: &str) -> Self {
        Self::of(&Start::on(host, version, text.into()))
    }

    /// Starts the components of the nodes. The machine of the n-th node has 192.0.2.11 and 2001:db8::11, and so
    /// on, and whatever `--node-ip` gives it, as far as the provider routes that family.
    fn of(start: &Start) -> Self {
        let Start { version, text, flags, host, switches, apiserver, .. } = start;
        let (behavior, provider) = (Behavior::of(*version), switches.provider);
        let programs = Programs { behavior: &behavior, host: *host, provider, text };
        let mut controller_manager = start.controller_manager.clone();
        let texts = nodes::nodes(flags, text);
        // What the text does not say is taken to fit what it says.
        let controller = controller_manager.running();
        let services = apiserver.running().map(|it| it.services.as_slice());
        let cluster = controller.map(|it| it.cluster.as_slice()).filter(|it| !it.is_empty());
        let first = cluster.or(services).and_then(<[Cidr]>::first);
        let first = first.map_or(Family::V4, |range| range.family());
        let nodes = texts.into_iter().enumerate();
        let nodes = nodes.map(|(i, node)| {
            let mut pod_cidrs = Vec::new();
            let mut event = None;
            if let Some(ipam) =
                controller_manager.knows.as_mut().and_then(|known| known.ipam.as_mut())
            {
                let outcome = ipam.add(&node.name, &[]);
                pod_cidrs = outcome.pod_cidrs.to_vec();
                event = outcome.event;
            }
            let kubelet = programs.kubelet(&node, i, 0, None);
            let node_ips = match &kubelet.knows {
                Some(known) if kubelet.is_given => known.host_ips.clone(),
                _ if kubelet.exits() => Vec::new(),
                _ => routed(provider, [first, first.other()].map(|family| machine(family, i))),
            };
            let pod_ranges = if controller_manager.is_given {
                ranges(pod_cidrs.iter().map(String::as_str))
            } else {
                some_pod_ranges(first)
            };
            let proxy = programs.proxy(&node, node_ips, pod_ranges);
            Node { text: node, kubelet, proxy, pod_cidrs, event }
        });
        Self {
            nodes: nodes.collect(),
            version: *version,
            text: Rc::clone(text),
            flags: Rc::clone(flags),
            apiserver: Rc::clone(apiserver),
            controller_manager,
            host: *host,
            switches: switches.clone(),
            installed: start.installed.clone(),
        }
    }

    /// Every component in one list: those of the control plane, then those of each node.
    pub fn all(&self) -> impl Iterator<Item = Status<'_>> {
        let control_plane = [
            Status::of(Component::KubeApiserver, None, &self.apiserver),
            Status::of(Component::KubeControllerManager, None, &self.controller_manager),
        ];
        let nodes = self.nodes.iter().flat_map(|node| {
            [
                Status::of(Component::KubeProxy, Some(node), &node.proxy),
                Status::of(Component::Kubelet, Some(node), &node.kubelet),
            ]
        });
        control_plane.into_iter().chain(nodes)
    }

    /// Whether a tool refuses the text, its config, so that nothing starts.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.installed.as_ref().is_some_and(|installed| installed.refuses())
    }

    /// Whether the text is still what it was after an edit: flags, or a config that the same tool accepts.
    pub(crate) fn keeps(&self, after: &Self) -> bool {
        let tool = |it: &Self| it.installed.as_ref().map(|installed| installed.tool);
        tool(self) == tool(after) && (self.is_refused() || !after.is_refused())
    }

    /// Whether every component that the text speaks of starts.
    #[must_use]
    pub fn all_start(&self) -> bool {
        self.all().all(|status| !status.is_given || status.errors.is_empty())
    }
}

/// The address of a family that the machine of the `i`-th node has. That of kube-apiserver's is one below.
pub(crate) fn machine(family: Family, i: usize) -> IpAddr {
    let first = match family {
        Family::V4 => IpAddr::V4(MACHINE_V4),
        Family::V6 => IpAddr::V6(MACHINE_V6),
    };
    let next = to_bits(first) + i as u128 + 1;
    from_bits(family, next).unwrap_or(first)
}

/// The ranges that a node is taken to have if the text does not speak of kube-controller-manager.
fn some_pod_ranges(first: Family) -> Vec<Cidr> {
    let mut some = ranges(["10.244.0.0/24", "fd00:10:244::/64"]);
    some.sort_by_key(|range| range.family() != first);
    some
}

/// Ranges as far as they can be read.
pub(crate) fn ranges<'a>(texts: impl IntoIterator<Item = &'a str>) -> Vec<Cidr> {
    let read = texts.into_iter().filter_map(|text| parse_cidr(text.trim()));
    read.map(|read| Cidr::new(read.net)).collect()
}

/// Starts programs one by one.
pub(crate) struct Programs<'a> {
    /// Of the release; the gates of each component are its own business.
    pub(crate) behavior: &'a Behavior,
    /// What the kernels of the machines can do.
    pub(crate) host: HostFamilies,
    /// The families that the network of the nodes routes.
    pub(crate) provider: Families,
    /// The text of which the flags are.
    pub(crate) text: &'a str,
}

impl Programs<'_> {
    fn error(&self, component: Component, flags: &FlagsText, error: &StartError) -> Said {
        Said {
            message: error.message.clone(),
            exit: Exit::of(component, self.behavior, error),
            severity: Severity::Error,
            flag: Some(error.flag).filter(|flag| !flag.is_empty()),
            span: error.span(component, flags, self.text),
            step: error.step,
        }
    }

    fn line(&self, component: Component, flags: &FlagsText, line: &LogLine) -> Said {
        Said {
            message: line.message.clone(),
            exit: None,
            severity: line.severity,
            flag: line.flag,
            span: line.span(component, flags, self.text),
            step: line.step,
        }
    }

    pub(crate) fn apiserver(&self, flags: &FlagsText) -> Report<ApiServer> {
        const WHO: Component = Component::KubeApiserver;
        let mut behavior = self.behavior.clone();
        let mut trace = Trace::default();
        let mut report = Report::new(WHO, flags);
        let start = match apiserver::read(flags, &mut behavior, &mut trace) {
            Err(error) => apiserver::Start::FlagError(error),
            Ok((given, unmodelled)) => {
                report.unmodelled = unmodelled;
                apiserver::start(&behavior, &given, &mut trace)
            }
        };
        match start {
            apiserver::Start::FlagError(error) => {
                let mut said = self.error(WHO, flags, &error);
                let value = flags.last(WHO, error.flag).and_then(|flag| flag.value.as_ref());
                // An error with a place of its own says all already.
                if let Some(value) = value.filter(|_| error.at.is_none()) {
                    let message = pflag::invalid_argument(error.flag, value, &error.message);
                    let error = StartError { message, phase: Phase::Flags, ..error };
                    said = self.error(WHO, flags, &error);
                }
                report.errors.push(said);
            }
            apiserver::Start::CompleteError(error) => {
                report.errors.push(self.error(WHO, flags, &error));
            }
            apiserver::Start::Completed(completed) => {
                let errors = completed.errors.iter().chain(&completed.exit);
                report.errors = errors.map(|error| self.error(WHO, flags, error)).collect();
                let defaulted = &apiserver::RANGE_HAS_A_DEFAULT;
                let step = trace.steps().iter().position(|step| step.rule == defaulted);
                report.warnings.extend(completed.warning.map(|message| Said {
                    message: message.to_owned(),
                    exit: None,
                    severity: Severity::Info,
                    flag: Some(apiserver::RANGE),
                    span: flags.last(WHO, apiserver::RANGE).map(|flag| flag.span),
                    step: StepId(step.unwrap_or(0)),
                }));
                let services = [completed.primary].into_iter().chain(completed.secondary).collect();
                report.knows = Some(ApiServer { completed, services, behavior: behavior.clone() });
            }
        }
        report.finish(self, (WHO, flags), &behavior, trace)
    }

    pub(crate) fn controller_manager(&self, flags: &FlagsText) -> Report<ControllerManager> {
        const WHO: Component = Component::KubeControllerManager;
        let mut behavior = self.behavior.clone();
        let mut trace = Trace::default();
        let mut report = Report::new(WHO, flags);
        match controller_manager::read(flags, &mut behavior, &mut trace) {
            Err(error) => report.errors.push(self.error(WHO, flags, &error)),
            Ok((given, unmodelled)) => {
                report.unmodelled = unmodelled;
                let mut known = ControllerManager {
                    cluster: ranges(given.cluster_cidr.split(',')),
                    services: ranges(given.service_cluster_ip_range.split(',')),
                    ipam: None,
                    flags: given,
                };
                match controller_manager::start(&behavior, &known.flags, &mut trace) {
                    controller_manager::Start::FlagErrors(errors) => {
                        let errors = errors.iter().map(|error| self.error(WHO, flags, error));
                        report.errors.extend(errors);
                    }
                    controller_manager::Start::Failed(error) => {
                        report.errors.push(self.error(WHO, flags, &error));
                    }
                    controller_manager::Start::Off => {}
                    controller_manager::Start::Running(running) => {
                        let warnings = running.warnings.iter();
                        report.warnings.extend(warnings.map(|it| self.error(WHO, flags, it)));
                        // There are no Nodes yet that could be in the way.
                        known.ipam = NodeIpam::start(&running.config, [], &mut trace).ok();
                    }
                }
                report.knows = Some(known);
            }
        }
        report.finish(self, (WHO, flags), &behavior, trace)
    }

    /// The kubelet on the machine of the `i`-th node. `further` is added to the addresses of `--node-ip`,
    /// where one text speaks for many machines. `exported` are the addresses of a machine that is known from its
    /// Node: both families are there because its kubelet was told both.
    pub(crate) fn kubelet(
        &self,
        node: &NodeText,
        i: usize,
        further: u128,
        exported: Option<&[IpAddr]>,
    ) -> Report<NodeAgent> {
        const WHO: Component = Component::Kubelet;
        let flags = node.flags.as_ref();
        let mut behavior = self.behavior.clone();
        let mut trace = Trace::default();
        let mut report = Report::new(WHO, flags);
        let started = kubelet::read(flags, &mut behavior, &mut trace);
        let started = started.and_then(|(given, unmodelled)| {
            report.unmodelled = unmodelled;
            kubelet::start(&behavior, &given, &node.name, &mut trace)
        });
        match started {
            Err(error) => report.errors.push(self.error(WHO, flags, &error)),
            Ok(mut kubelet) => {
                for ip in kubelet.node_ips.iter_mut().filter(|ip| !ip.is_unspecified()) {
                    let bits = to_bits(*ip).checked_add(further);
                    *ip = bits.and_then(|bits| from_bits(Family::of(*ip), bits)).unwrap_or(*ip);
                }
                let lines = kubelet.log.iter().map(|line| self.line(WHO, flags, line));
                report.warnings.extend(lines);
                let exported = exported.filter(|_| kubelet.node_ips.is_empty());
                if let Some([first, second]) = exported
                    && Family::of(*first) != Family::of(*second)
                {
                    kubelet.node_ips = vec![*first, *second];
                }
                let own = match self.host {
                    _ if exported.is_some() => exported.unwrap_or_default().to_vec(),
                    HostFamilies::Both => {
                        [Family::V4, Family::V6].map(|it| machine(it, i)).to_vec()
                    }
                    HostFamilies::Only(family) => vec![machine(family, i)],
                };
                let own = routed(self.provider, own);
                let given = routed(self.provider, kubelet.node_ips.iter().copied());
                let addresses = own.iter().copied().chain(given).collect();
                let host =
                    node_addresses::Host { addresses, resolved: Vec::new(), default_route: own };
                let status =
                    node_addresses::node_addresses(&behavior, &kubelet, &host, &[], &mut trace);
                let status = status.unwrap_or_else(|message| {
                    // It goes on without addresses, and tries again.
                    let step = StepId(trace.steps().len().saturating_sub(1));
                    let line = LogLine {
                        severity: Severity::Error,
                        message,
                        flag: Some(table::NODE_IP),
                        step,
                    };
                    report.warnings.push(self.line(WHO, flags, &line));
                    NodeStatus::default()
                });
                let host_ips = pod_ips::host_ips(&behavior, &status.addresses, &mut trace);
                let host_ips = host_ips.unwrap_or_default();
                report.knows = Some(NodeAgent { kubelet, status, host_ips });
            }
        }
        report.finish(self, (WHO, flags), &behavior, trace)
    }

    pub(crate) fn proxy(
        &self,
        node: &NodeText,
        node_ips: Vec<IpAddr>,
        pod_cidrs: Vec<Cidr>,
    ) -> Report<NodeProxy> {
        const WHO: Component = Component::KubeProxy;
        let flags = node.flags.as_ref();
        let mut behavior = self.behavior.clone();
        let mut trace = Trace::default();
        let mut report = Report::new(WHO, flags);
        match kube_proxy::read(flags, &mut behavior, &mut trace) {
            Err(error) => report.errors.push(self.error(WHO, flags, &error)),
            Ok((given, unmodelled)) => {
                report.unmodelled = unmodelled;
                let host = kube_proxy::Host {
                    name: node.name.to_string(),
                    node_ips,
                    pod_cidrs,
                    families: self.host,
                };
                match kube_proxy::start(&behavior, &given, &host, &mut trace) {
                    Err(errors) => {
                        let errors = errors.iter().map(|error| self.error(WHO, flags, error));
                        report.errors.extend(errors);
                    }
                    Ok(configured) => {
                        let lines = configured.lines().map(|line| self.line(WHO, flags, line));
                        report.warnings.extend(lines);
                        let exit = configured.exit.iter();
                        report.errors.extend(exit.map(|error| self.error(WHO, flags, error)));
                        let cluster = ranges(given.cluster_cidrs.iter().map(String::as_str));
                        report.knows = Some(NodeProxy { flags: given, configured, cluster });
                    }
                }
            }
        }
        report.finish(self, (WHO, flags), &behavior, trace)
    }
}

impl<T> Report<T> {
    fn new(component: Component, flags: &FlagsText) -> Self {
        Self {
            is_given: flags.sections.iter().any(|section| section.component == component),
            errors: Vec::new(),
            warnings: Vec::new(),
            unmodelled: Vec::new(),
            dual_stack: true,
            knows: None,
            trace: Vec::new(),
        }
    }

    fn finish(
        mut self,
        programs: &Programs<'_>,
        (component, flags): (Component, &FlagsText),
        behavior: &Behavior,
        trace: Trace,
    ) -> Self {
        // They are printed before any line of the log.
        let mut said = Vec::new();
        // The same flag a thousand times is looked for once.
        let mut places: BTreeMap<Option<&str>, Option<Span>> = BTreeMap::new();
        for line in command_line::deprecations(&trace) {
            let find = || line.span(component, flags, programs.text);
            let span = *places.entry(line.flag).or_insert_with(find);
            let LogLine { severity, message, flag, step } = line;
            said.push(Said { severity, message, exit: None, flag, step, span });
        }
        self.warnings.splice(0..0, said);
        self.dual_stack = behavior.dual_stack.on();
        self.trace = trace.into_steps();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::{Components, Said};
    use crate::net::Family;
    use crate::release::version::KubeVersion;
    use crate::source::flags::Component;

    /// `component node: what it says at which text`, of the components that say something.
    fn said(text: &str) -> Vec<String> {
        let components = Components::start(KubeVersion::LATEST, text);
        let mut lines = Vec::new();
        for status in components.all().filter(|status| status.is_given) {
            let node = status.node.map_or(String::new(), |node| format!(" {}", node.text.name));
            let at = |said: &Said| said.span.map_or("-", |span| &text[span.start..span.end]);
            let marked = [("!", status.errors), ("?", status.warnings)];
            for (mark, said) in
                marked.iter().flat_map(|(mark, all)| all.iter().map(move |it| (mark, it)))
            {
                let component = status.component.name();
                lines.push(format!("{component}{node}{mark} {} @ {}", said.message, at(said)));
            }
        }
        lines
    }

    #[test]
    fn each_component_says_itself_why_it_exits_and_where() {
        assert_eq!(
            said(
                "--service-cluster-ip-range=10.96.0.0/16,10.97.0.0/16\n\
                  kube-controller-manager\n--allocate-node-cidrs --cluster-cidr=10.244.0.0/16,x\n\
                  kube-proxy · a --proxy-mode=userspace --nodeport-addresses=primary\n\
                  kube-proxy · b --nodeport-addresses=192.0.2.0/24\n\
                  kubelet --node-ip=::,0.0.0.0\nkubelet · b --node-ip=here"
            ),
            [
                "kube-apiserver! --service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of \
                 different IP family @ 10.97.0.0/16",
                "kube-controller-manager! invalid CIDR[1]: <nil> (invalid CIDR address: x) @ x",
                "kube-proxy a! KubeProxyConfiguration.Mode.ProxyMode: Invalid value: \"userspace\": must be \
                 iptables, ipvs, nftables or blank (blank means the best-available proxy [currently iptables]) \
                 @ --proxy-mode=userspace",
                "kubelet a! bad --node-ip \"::,0.0.0.0\": dual-stack node IP cannot include '0.0.0.0' or '::' @ \
                 --node-ip=::,0.0.0.0",
                "kube-proxy b? kube-proxy running in dual-stack mode @ -",
                "kubelet b? Could not parse some node IP(s), ignoring them: \"here\" @ --node-ip=here",
            ]
        );
        let odd = said("--secure-port=x");
        assert!(
            odd[0].starts_with("kube-apiserver! invalid argument \"x\" for \"--secure-port\" flag"),
            "{odd:?}"
        );
    }

    #[test]
    fn components_know_what_their_flags_come_to() {
        let text = "--service-cluster-ip-range=10.96.5.7/16,fd00:10:96::/112 --advertise-address=192.0.2.1\n\
                    kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16,fd00::/56 \
                    --node-cidr-mask-size-ipv4=26\n\
                    kube-proxy --proxy-mode=nftables\nkube-proxy · b --bind-address=2001:db8::9\n\
                    kubelet · a --node-ip=192.0.2.7,2001:db8::7\nkubelet · b";
        let components = Components::start(KubeVersion::LATEST, text);
        assert!(components.all_start());
        let api = components.apiserver.running().expect("it starts");
        assert_eq!(
            api.services.iter().map(ToString::to_string).collect::<Vec<_>>(),
            ["10.96.0.0/16", "fd00:10:96::/112"]
        );
        assert_eq!(api.completed.advertise.to_string(), "192.0.2.1");
        let controller = components.controller_manager.running().expect("it starts");
        let ipam = controller.ipam.as_ref().expect("it gives out ranges");
        let masks: Vec<u32> =
            ipam.config().cluster.iter().map(|(_, range)| range.node_mask).collect();
        assert_eq!(masks, [26, 64]);
        // In the order in which they are named.
        let [b, a] = &components.nodes[..] else { panic!("two nodes") };
        assert_eq!(b.pod_cidrs, ["10.244.0.0/26", "fd00::/64"]);
        assert_eq!(a.pod_cidrs, ["10.244.0.64/26", "fd00:0:0:1::/64"]);
        let ips = |node: &super::Node| {
            let known = node.kubelet.running().expect("it starts");
            known.host_ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
        };
        assert_eq!((ips(a), ips(b)), ("192.0.2.7,2001:db8::7".to_owned(), "192.0.2.11".to_owned()));
        let proxies = [a, b].map(|node| {
            let known = &node.proxy.running().expect("it starts").configured;
            (known.mode.name(), known.primary)
        });
        assert_eq!(proxies, [("nftables", Family::V4), ("nftables", Family::V6)]);
    }

    #[test]
    fn what_the_text_does_not_speak_of_is_not_given() {
        let components = Components::start(KubeVersion::LATEST, "kube-proxy · a");
        let given: Vec<Component> = components
            .all()
            .filter(|status| status.is_given)
            .map(|status| status.component)
            .collect();
        assert_eq!(given, [Component::KubeProxy]);
        assert!(components.all().all(|status| status.errors.is_empty()));
        assert!(components.apiserver.running().is_none() && components.apiserver.starts());
    }
}
