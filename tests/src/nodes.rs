//! Which nodes reach the rules of kube-proxy, the kubelet and Windows that no recording reaches?

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use dualstack_core::apiserver::default_service_cidr;
use dualstack_core::apiserver::default_service_cidr::Object;
use dualstack_core::explain::trace::{Step, Trace};
use dualstack_core::kube_proxy::startup as kube_proxy;
use dualstack_core::kube_proxy::startup::HostFamilies;
use dualstack_core::kube_proxy::windows;
use dualstack_core::kube_proxy::windows::Network;
use dualstack_core::kubelet::node_addresses::{AddressKind, NodeAddress};
use dualstack_core::kubelet::{node_addresses, pod_ips, startup as kubelet};
use dualstack_core::net::Family;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::flags;
use dualstack_core::startup::StartError;

use crate::driver::cidr;
use crate::witness::Witness;

/// A node.
struct Node<'a> {
    /// Of the kubelet and of kube-proxy.
    flags: &'a str,
    families: HostFamilies,
    has_default_route: bool,
    has_addresses_already: bool,
}

const fn node(flags: &str) -> Node<'_> {
    let families = HostFamilies::Both;
    Node { flags, families, has_default_route: true, has_addresses_already: false }
}

const fn only(family: Family, node: Node<'_>) -> Node<'_> {
    Node { families: HostFamilies::Only(family), ..node }
}

/// The rule, the release, and the node that reaches the rule in it.
const NODES: [(&str, &str, Node<'static>); 16] = [
    ("PROXY-2c", "1.36", only(Family::V6, node("kubelet: --node-ip=192.0.2.11"))),
    ("PROXY-3a", "1.36", node("kube-proxy: --proxy-mode=userspace")),
    ("PROXY-3c", "1.37", node("")),
    (
        "PROXY-5c",
        "1.27",
        only(Family::V4, node("kube-proxy: --cluster-cidr=10.244.0.0/16,fd00:10:244::/56")),
    ),
    ("PROXY-5d", "1.36", node("kube-proxy: --healthz-bind-address=0.0.0.0:0")),
    ("PROXY-5e", "1.36", node("kube-proxy: --proxy-mode=ipvs --ipvs-exclude-cidrs=10.0.0.0")),
    ("PROXY-7a", "1.36", node("kube-proxy: --detect-local-mode=NodeCIDR")),
    ("PROXY-7b", "1.36", node("kube-proxy: --detect-local-mode=Bridge")),
    (
        "PROXY-7d",
        "1.36",
        node("kube-proxy: --detect-local-mode=BridgeInterface --pod-bridge-interface=cbr0"),
    ),
    ("KUBELET-2b", "1.20", node("kubelet: --node-ip=192.0.2.11,2001:db8::11")),
    ("KUBELET-3d", "1.36", Node { has_default_route: false, ..node("") }),
    ("KUBELET-4a", "1.36", node("kubelet: --cloud-provider=external")),
    (
        "KUBELET-4c",
        "1.36",
        Node { has_addresses_already: true, ..node("kubelet: --cloud-provider=external") },
    ),
    ("KUBELET-7b", "1.36", node("kubelet: --cloud-provider=external")),
    ("KUBELET-7c", "1.36", node("kubelet: --node-ip=192.0.2.11")),
    ("KUBELET-7d", "1.36", node("kubelet: --node-ip=192.0.2.11")),
];

/// Windows nodes: the rule, the release, the network, whether the host is recent, the families of Pods.
const WINDOWS: [(&str, &str, Network, bool, &[Family]); 5] = [
    ("WIN-1a", "1.36", Network::L2Bridge, true, &[Family::V6]),
    ("WIN-1b", "1.36", Network::L2Bridge, true, &[Family::V4, Family::V6]),
    ("WIN-2a", "1.36", Network::L2Bridge, false, &[Family::V4, Family::V6]),
    ("WIN-2b", "1.36", Network::Overlay, true, &[Family::V4, Family::V6]),
    ("WIN-3", "1.35", Network::L2Bridge, true, &[Family::V4, Family::V6]),
];

/// How the components of a node started.
#[derive(Debug, Default)]
pub struct Started {
    /// Why they exit.
    pub errors: Vec<StartError>,
    /// What was decided.
    pub trace: Vec<Step>,
}

/// Starts the kubelet and kube-proxy with flags of both, on a host that has an address of each family.
#[must_use]
pub fn start(version: KubeVersion, flags: &str, families: HostFamilies) -> Started {
    Node { families, ..node(flags) }.start(&Behavior::of(version))
}

impl Node<'_> {
    /// Starts the kubelet, then kube-proxy; the first Pod is on the host's network.
    fn start(&self, behavior: &Behavior) -> Started {
        let mut trace = Trace::default();
        let mut errors = Vec::new();
        let node_ips = self.kubelet(behavior, &mut errors, &mut trace);
        let typed = flags::parse(self.flags);
        let mut behavior = behavior.clone();
        match kube_proxy::read(&typed, &mut behavior, &mut trace) {
            Err(error) => errors.push(error),
            Ok((flags, _)) => {
                let (name, families) = ("node-1".to_owned(), self.families);
                let host = kube_proxy::Host { name, node_ips, pod_cidrs: Vec::new(), families };
                match kube_proxy::start(&behavior, &flags, &host, &mut trace) {
                    Err(found) => errors.extend(found),
                    Ok(configured) => errors.extend(configured.exit),
                }
            }
        }
        Started { errors, trace: trace.into_steps() }
    }

    /// The host IPs that the kubelet gives its node.
    fn kubelet(
        &self,
        behavior: &Behavior,
        errors: &mut Vec<StartError>,
        trace: &mut Trace,
    ) -> Vec<IpAddr> {
        let own: Vec<IpAddr> = vec![V4.into(), V6.into()];
        let default_route = if self.has_default_route { own.clone() } else { Vec::new() };
        let machine = node_addresses::Host { addresses: own, resolved: Vec::new(), default_route };
        let address = NodeAddress { kind: AddressKind::InternalIp, address: V4.to_string() };
        let known: &[NodeAddress] = if self.has_addresses_already { &[address] } else { &[] };
        let mut behavior = behavior.clone();
        let read = kubelet::read(&flags::parse(self.flags), &mut behavior, trace);
        let kubelet =
            read.and_then(|(flags, _)| kubelet::start(&behavior, &flags, "node-1", trace));
        let kubelet = match kubelet {
            Ok(kubelet) => kubelet,
            Err(error) => {
                errors.push(error);
                return Vec::new();
            }
        };
        let status = node_addresses::node_addresses(&behavior, &kubelet, &machine, known, trace);
        let ips = status.and_then(|it| pod_ips::host_ips(&behavior, &it.addresses, trace));
        let ips = ips.unwrap_or_default();
        if !ips.is_empty() {
            drop(pod_ips::host_network_pod_ips(&[], &ips, trace));
            drop(pod_ips::family_mismatch(V6.into(), &ips, trace));
        }
        ips
    }
}

const V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 11);
const V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x11);

/// What the nodes of this file reach, and what they were written for.
///
/// # Panics
/// A table names a release that is not simulated.
#[must_use]
pub fn sessions() -> Vec<(&'static str, Witness)> {
    let see = |rule, k8s: &str, work: &dyn Fn(&Behavior) -> Vec<Step>| {
        let version: KubeVersion = k8s.parse().expect("a simulated release");
        let mut witness = Witness::default();
        witness.see(version, &work(&Behavior::of(version)));
        (rule, witness)
    };
    let nodes = NODES
        .iter()
        .map(|(rule, k8s, node)| see(*rule, k8s, &|it: &Behavior| node.start(it).trace));
    let windows = WINDOWS.iter().map(|(rule, k8s, network, supports_dual_stack, families)| {
        let (network, supports_dual_stack) = (*network, *supports_dual_stack);
        let host = windows::Host { network, supports_dual_stack };
        see(*rule, k8s, &|behavior| {
            let mut trace = Trace::default();
            drop(windows::serves(behavior, host, families, &mut trace));
            trace.into_steps()
        })
    });
    let extended = see("API-13b", "1.36", &|behavior| {
        let mut trace = Trace::default();
        let ranges: Vec<_> =
            ["10.96.0.0/16", "fd00::/112"].into_iter().filter_map(|text| cidr(text).ok()).collect();
        let stored = Object { ranges: ranges[..1].to_vec(), ready: None, deleting: false };
        drop(default_service_cidr::sync(behavior, &ranges, Some(stored), &mut trace));
        trace.into_steps()
    });
    nodes.chain(windows).chain([extended]).collect()
}
