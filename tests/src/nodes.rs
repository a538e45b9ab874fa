//! Which nodes reach the rules of kube-proxy, the kubelet and Windows that no recording reaches?

use std::net::IpAddr;

use dualstack_core::behavior::Behavior;
use dualstack_core::boot::default_service_cidr::{self, Object};
use dualstack_core::boot::kube_proxy::{self, HostFamilies};
use dualstack_core::boot::kubelet::{self, AddressKind, NodeAddress};
use dualstack_core::boot::windows::{self, Network};
use dualstack_core::net::Family;
use dualstack_core::source::flags;
use dualstack_core::trace::Trace;
use dualstack_core::version::KubeVersion;

use crate::driver::cidr;
use crate::witness::Witness;

/// A node, and the rule that it is there for.
struct Node {
    rule: &'static str,
    k8s: &'static str,
    /// Of the kubelet and of kube-proxy.
    flags: &'static str,
    families: HostFamilies,
    has_default_route: bool,
    has_addresses_already: bool,
}

const fn node(rule: &'static str, k8s: &'static str, flags: &'static str) -> Node {
    let families = HostFamilies::Both;
    Node { rule, k8s, flags, families, has_default_route: true, has_addresses_already: false }
}

const fn only(family: Family, node: Node) -> Node {
    Node { families: HostFamilies::Only(family), ..node }
}

const NODES: [Node; 15] = [
    only(Family::V6, node("PROXY-2c", "1.36", "kubelet: --node-ip=192.0.2.11")),
    node("PROXY-3a", "1.36", "kube-proxy: --proxy-mode=userspace"),
    only(
        Family::V4,
        node("PROXY-5c", "1.27", "kube-proxy: --cluster-cidr=10.244.0.0/16,fd00:10:244::/56"),
    ),
    node("PROXY-5d", "1.36", "kube-proxy: --healthz-bind-address=0.0.0.0:0"),
    node("PROXY-5e", "1.36", "kube-proxy: --proxy-mode=ipvs --ipvs-exclude-cidrs=10.0.0.0"),
    node("PROXY-7a", "1.36", "kube-proxy: --detect-local-mode=NodeCIDR"),
    node("PROXY-7b", "1.36", "kube-proxy: --detect-local-mode=Bridge"),
    node(
        "PROXY-7d",
        "1.36",
        "kube-proxy: --detect-local-mode=BridgeInterface --pod-bridge-interface=cbr0",
    ),
    node("KUBELET-2b", "1.20", "kubelet: --node-ip=192.0.2.11,2001:db8::11"),
    Node { has_default_route: false, ..node("KUBELET-3d", "1.36", "kubelet: --v=2") },
    node("KUBELET-4a", "1.36", "kubelet: --cloud-provider=external"),
    Node {
        has_addresses_already: true,
        ..node("KUBELET-4c", "1.36", "kubelet: --cloud-provider=external")
    },
    node("KUBELET-7b", "1.36", "kubelet: --cloud-provider=external"),
    node("KUBELET-7c", "1.36", "kubelet: --node-ip=192.0.2.11"),
    node("KUBELET-7d", "1.36", "kubelet: --node-ip=192.0.2.11"),
];

/// Windows nodes: the rule, the release, the network, whether the host is recent, the families of Pods.
const WINDOWS: [(&str, &str, Network, bool, &[Family]); 5] = [
    ("WIN-1a", "1.36", Network::L2Bridge, true, &[Family::V6]),
    ("WIN-1b", "1.36", Network::L2Bridge, true, &[Family::V4, Family::V6]),
    ("WIN-2a", "1.36", Network::L2Bridge, false, &[Family::V4, Family::V6]),
    ("WIN-2b", "1.36", Network::Overlay, true, &[Family::V4, Family::V6]),
    ("WIN-3", "1.35", Network::L2Bridge, true, &[Family::V4, Family::V6]),
];

impl Node {
    /// Starts the kubelet and kube-proxy; its first Pod is on the host's network.
    fn start(&self, behavior: &Behavior, trace: &mut Trace) {
        let typed = flags::parse(self.flags);
        let v4: IpAddr = [192, 0, 2, 11].into();
        let v6: IpAddr = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x11].into();
        let own = vec![v4, v6];
        let default_route = if self.has_default_route { own.clone() } else { Vec::new() };
        let machine = kubelet::Host { addresses: own, resolved: Vec::new(), default_route };
        let address = NodeAddress { kind: AddressKind::InternalIp, address: v4.to_string() };
        let known: &[NodeAddress] = if self.has_addresses_already { &[address] } else { &[] };
        let mut node_ips = Vec::new();
        let mut gates = behavior.clone();
        if let Ok((flags, _)) = kubelet::read(&typed, &mut gates, trace)
            && let Ok(kubelet) = kubelet::start(&gates, &flags, "node-1", trace)
            && let Ok(status) = kubelet::node_addresses(&gates, &kubelet, &machine, known, trace)
            && let Ok(ips) = kubelet::host_ips(&gates, &status.addresses, trace)
        {
            drop(kubelet::host_network_pod_ips(&[], &ips, trace));
            drop(kubelet::family_mismatch(v6, &ips, trace));
            node_ips = ips;
        }
        let mut gates = behavior.clone();
        if let Ok((flags, _)) = kube_proxy::read(&typed, &mut gates, trace) {
            let (name, families) = ("node-1".to_owned(), self.families);
            let host = kube_proxy::Host { name, node_ips, pod_cidrs: Vec::new(), families };
            drop(kube_proxy::start(&gates, &flags, &host, trace));
        }
    }
}

/// What the nodes of this file reach, and what they were written for.
///
/// # Panics
/// A table names a release that is not simulated.
#[must_use]
pub fn sessions() -> Vec<(&'static str, Witness)> {
    let see = |rule, k8s: &str, work: &dyn Fn(&Behavior, &mut Trace)| {
        let version: KubeVersion = k8s.parse().expect("a simulated release");
        let mut trace = Trace::default();
        work(&Behavior::of(version), &mut trace);
        let mut witness = Witness::default();
        witness.see(version, trace.steps());
        (rule, witness)
    };
    let nodes =
        NODES.iter().map(|node| see(node.rule, node.k8s, &|it, trace| node.start(it, trace)));
    let windows = WINDOWS.iter().map(|(rule, k8s, network, supports_dual_stack, families)| {
        let (network, supports_dual_stack) = (*network, *supports_dual_stack);
        let host = windows::Host { network, supports_dual_stack };
        see(rule, k8s, &|behavior, trace| drop(windows::serves(behavior, host, families, trace)))
    });
    let extended = see("API-13b", "1.36", &|behavior, trace| {
        let ranges: Vec<_> =
            ["10.96.0.0/16", "fd00::/112"].into_iter().filter_map(|text| cidr(text).ok()).collect();
        let stored = Object { ranges: ranges[..1].to_vec(), ready: None, deleting: false };
        drop(default_service_cidr::sync(behavior, &ranges, Some(stored), trace));
    });
    nodes.chain(windows).chain([extended]).collect()
}
