//! Which texts reach the rules about components that do not fit each other?

use dualstack_core::cluster::components::Components;
use dualstack_core::conflicts::consequences::outages;
use dualstack_core::conflicts::prerequisites::badge;
use dualstack_core::conflicts::primary_family::{Asked, firsts};
use dualstack_core::explain::trace::Step;
use dualstack_core::kube_proxy::startup::HostFamilies;
use dualstack_core::net::Family;
use dualstack_core::release::version::KubeVersion;

use crate::witness::Witness;

/// A dual-stack cluster of two nodes in which everything fits.
pub const FITTING: &str = "kube-apiserver
--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.244.0.0/16,fd00:10:244::/56
--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-proxy
--cluster-cidr=10.244.0.0/16,fd00:10:244::/56

kubelet · node-1
--node-ip=192.0.2.11,2001:db8::11

kubelet · node-2
--node-ip=192.0.2.12,2001:db8::12
";

const API: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
const CONTROLLER: &str = "kube-controller-manager\n--allocate-node-cidrs=true\n\
                          --cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n\
                          --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
const PROXY: &str = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
const NODE: &str = "--node-ip=192.0.2.12,2001:db8::12";

/// The rule, and the change of the fitting text that reaches it.
const CHANGES: [(&str, &str, &str); 56] = [
    (
        "AGREE-1a",
        CONTROLLER,
        "kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.0.0.0/8",
    ),
    ("AGREE-1b", CONTROLLER, "kube-controller-manager --service-cluster-ip-range=10.96.0.0/12"),
    ("AGREE-2a", CONTROLLER, "kube-controller-manager --cluster-cidr=10.0.0.0/8"),
    ("AGREE-2b", "fd00:10:96::/112", "fd00:10:244:7::/112"),
    ("AGREE-2c", "fd00:10:96::/112", "fd00:10:244::/56"),
    ("AGREE-3a", NODE, "--node-ip=10.244.0.12"),
    ("AGREE-3b", NODE, "--node-ip=10.96.0.12"),
    (
        "AGREE-4a",
        CONTROLLER,
        "kube-controller-manager --cluster-cidr=fd00:10:244::/56,10.244.0.0/16",
    ),
    ("AGREE-4b", NODE, "--node-ip=2001:db8::12,192.0.2.12"),
    (
        "AGREE-5a",
        CONTROLLER,
        "kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00::/40",
    ),
    (
        "AGREE-5b",
        CONTROLLER,
        "kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00::/64",
    ),
    ("AGREE-6a", CONTROLLER, "kube-controller-manager --cluster-cidr=10.244.0.0/16"),
    ("AGREE-6b", API, "kube-apiserver --service-cluster-ip-range=10.96.0.0/16"),
    ("AGREE-6d", NODE, "--node-ip=192.0.2.12"),
    ("AGREE-7a", PROXY, "kube-proxy"),
    ("AGREE-7b", PROXY, "kube-proxy --cluster-cidr=10.245.0.0/16"),
    ("AGREE-7c", CONTROLLER, "kube-controller-manager --cluster-cidr=10.244.0.0/16"),
    ("AGREE-7d", PROXY, "kube-proxy --cluster-cidr=10.0.0.0/8"),
    ("AGREE-8a", "--allocate-node-cidrs=true", ""),
    ("AGREE-9", API, "--service-cluster-ip-range=10.96.0.0/16 --advertise-address=2001:db8::1"),
    ("AGREE-13", API, "--service-cluster-ip-range=10.96.0.0/16 --endpoint-reconciler-type=none"),
    ("AGREE-12", PROXY, "kube-proxy --bind-address=198.51.100.1"),
    ("THEN-1", "--allocate-node-cidrs=true", ""),
    (
        "THEN-2",
        CONTROLLER,
        "kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00::/64",
    ),
    ("THEN-3", "fd00:10:244::/56", "fd00:10:244::/64"),
    ("THEN-4", "--allocate-node-cidrs=true", ""),
    ("THEN-5", CONTROLLER, "kube-controller-manager --cluster-cidr=10.244.0.0/16"),
    ("THEN-6", API, "kube-apiserver --service-cluster-ip-range=10.96.0.0/16"),
    ("THEN-7", CONTROLLER, "kube-controller-manager --cluster-cidr=10.244.0.0/16"),
    ("THEN-8", "fd00:10:96::/112", "fd00:10:244:7::/112"),
    ("THEN-9", CONTROLLER, "kube-controller-manager --cluster-cidr=10.0.0.0/8"),
    ("THEN-10", NODE, "--node-ip=10.244.0.12"),
    ("THEN-11", NODE, "--node-ip=10.96.0.12"),
    ("THEN-12", PROXY, "kube-proxy --cluster-cidr=10.245.0.0/16"),
    ("THEN-13", PROXY, "kube-proxy"),
    ("THEN-14", PROXY, "kube-proxy --cluster-cidr=10.0.0.0/8"),
    ("THEN-35", API, "--service-cluster-ip-range=10.96.0.0/16 --endpoint-reconciler-type=none"),
    ("THEN-16", NODE, "--node-ip=192.0.2.12"),
    ("THEN-18", PROXY, "kube-proxy --bind-address=198.51.100.1"),
    ("THEN-19", NODE, "--node-ip=2001:db8::12,192.0.2.12"),
    ("THEN-20", CONTROLLER, "kube-controller-manager --service-cluster-ip-range=10.96.0.0/12"),
    ("THEN-21", API, "--service-cluster-ip-range=10.96.0.0/16 --advertise-address=2001:db8::1"),
    ("THEN-22", API, "--advertise-address=x"),
    ("THEN-23", API, "--advertise-address=x"),
    ("THEN-24", CONTROLLER, "kube-controller-manager --allocate-node-cidrs"),
    ("THEN-25", PROXY, "kube-proxy --proxy-mode=x"),
    ("THEN-26", NODE, "--node-ip=192.0.2.12,192.0.2.13"),
    ("THEN-27", NODE, "--node-ip=192.0.2.12,192.0.2.13"),
    ("FIRST-1", "", ""),
    ("FIRST-2a", "", ""),
    ("FIRST-2b", "--allocate-node-cidrs=true", ""),
    ("FIRST-3", "", ""),
    ("FIRST-4a", "", ""),
    ("FIRST-4b", "", ""),
    ("FIRST-5a", "", ""),
    ("FIRST-5b", CONTROLLER, "kube-controller-manager --cluster-cidr=10.244.0.0/16"),
];

/// Rules that need another text, release or host.
const TEXTS: [(&str, &str, HostFamilies, &str); 11] = [
    (
        "THEN-34",
        "1.36",
        HostFamilies::Both,
        "# provider: ipv4\n--service-cluster-ip-range=10.96.0.0/16",
    ),
    (
        "AGREE-5c",
        "1.36",
        HostFamilies::Both,
        "kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00::/64",
    ),
    (
        "THEN-28",
        "1.36",
        HostFamilies::Both,
        "kube-controller-manager --allocate-node-cidrs --cluster-cidr=fd00::/64",
    ),
    (
        "AGREE-6c",
        "1.36",
        HostFamilies::Both,
        "--service-cluster-ip-range=10.96.0.0/16\nkube-controller-manager --cluster-cidr=fd00::/56",
    ),
    (
        "AGREE-6e",
        "1.36",
        HostFamilies::Both,
        "kube-controller-manager --cluster-cidr=fd00::/56\nkubelet --node-ip=192.0.2.11",
    ),
    (
        "AGREE-8b",
        "1.36",
        HostFamilies::Both,
        "kube-controller-manager --cluster-cidr=fd00::/56\nkube-proxy --detect-local-mode=NodeCIDR",
    ),
    (
        "THEN-15",
        "1.23",
        HostFamilies::Both,
        "--service-cluster-ip-range=10.96.0.0/16 --advertise-address=2001:db8::1",
    ),
    (
        "AGREE-9",
        "1.23",
        HostFamilies::Both,
        "--service-cluster-ip-range=10.96.0.0/16 --advertise-address=2001:db8::1",
    ),
    (
        "AGREE-10",
        "1.20",
        HostFamilies::Both,
        "--service-cluster-ip-range=10.96.0.0/16,fd00::/112 --feature-gates=IPv6DualStack=true\nkube-proxy",
    ),
    (
        "AGREE-11",
        "1.36",
        HostFamilies::Only(Family::V4),
        "--service-cluster-ip-range=10.96.0.0/16,fd00::/112\nkube-proxy",
    ),
    (
        "THEN-17",
        "1.36",
        HostFamilies::Only(Family::V4),
        "--service-cluster-ip-range=10.96.0.0/16,fd00::/112\nkube-proxy",
    ),
];

/// Rules about what a cluster needs: the release, and what stands above the fitting text.
const PREREQUISITES: [(&str, &str, &str); 15] = [
    ("PRE-1a", "1.36", ""),
    ("PRE-1b", "1.21", ""),
    ("PRE-1c", "1.20", ""),
    ("PRE-2a", "1.36", ""),
    ("PRE-2b", "1.36", "# provider: ipv4\n"),
    ("PRE-3a", "1.36", "# network plugin: dual-stack\n"),
    ("PRE-3b", "1.36", "# network plugin: ipv6\n"),
    ("PRE-3c", "1.36", "# network plugin: none\n"),
    ("PRE-4", "1.36", "# provider: aws\n"),
    ("VER-3", "1.27", ""),
    ("THEN-29", "1.36", "# provider: ipv4\n"),
    ("THEN-30", "1.36", "# provider: ipv4\n"),
    ("THEN-31", "1.36", "# provider: ipv4\n"),
    ("THEN-32", "1.36", "# network plugin: none\n"),
    ("THEN-33", "1.36", "# network plugin: none\n"),
];

/// Everything that is said of a text, beside what its components decide.
#[must_use]
pub fn said(components: &Components) -> Vec<Step> {
    let mut steps = Vec::new();
    for finding in components.findings() {
        steps.push(finding.step());
        steps.extend(finding.consequences.iter().map(|it| it.step()));
    }
    for outage in outages(components) {
        steps.extend(outage.consequences.iter().map(|it| it.step()));
    }
    for prerequisite in components.prerequisites() {
        steps.push(prerequisite.step());
        steps.extend(prerequisite.consequences.iter().map(|it| it.step()));
    }
    steps.extend(components.switches.unread.iter().map(|it| it.step()));
    steps.push(badge(components.version));
    for ip_families in [&[][..], &[Family::V6], &[Family::V6, Family::V4]] {
        let asked = Asked { ip_families, ..Asked::default() };
        steps.extend(firsts(components, asked).iter().filter_map(|first| first.step()));
    }
    steps
}

/// What the texts of this file reach, and what they were written for.
///
/// # Panics
/// A table names a release that is not simulated.
#[must_use]
pub fn sessions() -> Vec<(&'static str, Witness)> {
    let see = |rule, k8s: &str, host, text: &str| {
        let version: KubeVersion = k8s.parse().expect("a simulated release");
        let mut witness = Witness::default();
        witness.see(version, &said(&Components::start_on(host, version, text)));
        (rule, witness)
    };
    let changes = CHANGES
        .iter()
        .map(|(rule, old, new)| see(*rule, "1.36", HostFamilies::Both, &FITTING.replace(old, new)));
    let texts = TEXTS.iter().map(|(rule, k8s, host, text)| see(*rule, k8s, *host, text));
    let prerequisites = PREREQUISITES.iter().map(|(rule, k8s, switches)| {
        see(*rule, k8s, HostFamilies::Both, &[*switches, FITTING].concat())
    });
    changes.chain(texts).chain(prerequisites).collect()
}
