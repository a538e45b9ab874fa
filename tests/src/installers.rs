//! Which configs of kubeadm, kind and k3s reach the rules about them?

use dualstack_core::installers;
use dualstack_core::release::version::KubeVersion;

use crate::witness::Witness;

const CLUSTER: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\n";
const OLD_CLUSTER: &str = "apiVersion: kubeadm.k8s.io/v1beta2\nkind: ClusterConfiguration\n";
const INIT: &str = "apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n";
const KIND: &str = "apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n";

/// A rule that no recording reaches, the release, the start of the config and its rest.
const CONFIGS: [(&str, &str, &str, &str); 38] = [
    ("KADM-1a", "1.36", CLUSTER, "networking: {podSubnet: 10.244.0.0/16}"),
    ("KADM-1b", "1.36", CLUSTER, "apiServer: {extraArgs: [{name: v, value: '2'}]}"),
    (
        "KADM-1c",
        "1.36",
        "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n",
        "maxPods: 50",
    ),
    ("KADM-2a", "1.36", CLUSTER, ""),
    ("KADM-2b", "1.36", CLUSTER, ""),
    ("KADM-3a", "1.36", CLUSTER, "networking: {podSubnet: 10.244.0.0/16}"),
    ("KADM-3b", "1.36", CLUSTER, ""),
    ("KADM-3c", "1.21", OLD_CLUSTER, "featureGates: {IPv6DualStack: true}"),
    ("KADM-3d", "1.37", CLUSTER, ""),
    ("KADM-4c", "1.36", CLUSTER, "networking: {serviceSubnet: 10.96.0.0/29}"),
    ("KADM-4e", "1.20", OLD_CLUSTER, "networking: {serviceSubnet: '10.96.0.0/16,fd00::/112'}"),
    ("KADM-5a", "1.36", CLUSTER, "networking: {podSubnet: 10.244.0.0/25}"),
    (
        "KADM-5c",
        "1.36",
        CLUSTER,
        "networking: {podSubnet: 10.244.0.0/16}\n\
         controllerManager: {extraArgs: [{name: node-cidr-mask-size-ipv4, value: x}]}",
    ),
    ("KADM-9", "1.36", INIT, "localAPIEndpoint: {advertiseAddress: here}"),
    ("KADM-9", "1.36", INIT, "localAPIEndpoint: {advertiseAddress: 'fe80::1'}"),
    ("KADM-9", "1.36", INIT, "localAPIEndpoint: {advertiseAddress: 127.0.0.1}"),
    ("KADM-9", "1.36", INIT, "localAPIEndpoint: {bindPort: 70000}"),
    ("KADM-10a", "1.36", OLD_CLUSTER, ""),
    ("KADM-10b", "1.22", CLUSTER, ""),
    ("KADM-10b", "1.29", CLUSTER, ""),
    ("KADM-10c", "1.25", OLD_CLUSTER, ""),
    ("KADM-10d", "1.36", CLUSTER, "apiServer: {extraArgs: {v: '2'}}"),
    ("KADM-10d", "1.25", OLD_CLUSTER, "apiServer: {extraArgs: {v: 2}}"),
    ("KADM-10e", "1.36", CLUSTER, "networking: {podSubnets: 10.244.0.0/16}"),
    ("KADM-11", "1.25", OLD_CLUSTER, "featureGates: {IPv6DualStack: true}"),
    (
        "KADM-13",
        "1.36",
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n",
        "discovery: {bootstrapToken: {token: abc}}",
    ),
    ("KADM-12", "1.36", "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ResetConfiguration\n", ""),
    ("KIND-1a", "1.36", KIND, "networking: {ipFamily: DualStack}"),
    ("KIND-1d", "1.36", KIND, "networking: {kubeProxyMode: eBPF}"),
    ("KIND-2a", "1.36", KIND, "networking: {podSubnet: 10.244.0.0/16}"),
    ("KIND-2b", "1.36", KIND, ""),
    ("KIND-2c", "1.36", KIND, "networking: {ipFamily: dual}"),
    ("KIND-3", "1.36", KIND, "networking: {podSubnets: 10.244.0.0/16}"),
    ("K3S-1c", "1.36", "k3s server ", "--cluster-cidr=10.42.0.0"),
    ("K3S-2b", "1.36", "k3s server ", "--node-ip=192.0.2.11"),
    ("K3S-2c", "1.36", "k3s server ", "--node-ip=192.0.2.11"),
    ("K3S-2d", "1.36", "k3s server ", "--kubelet-arg=max-pods=50"),
    ("K3S-2f", "1.28", "k3s server ", "--node-ip=192.0.2.11,2001:db8::11"),
];

/// What these configs reach, and the rules that they are there for.
#[must_use]
pub fn sessions() -> Vec<(&'static str, Witness)> {
    let detected = ("K3S-2e", "1.36", "k3s server ", "");
    let argument = ("K3S-2a", "1.36", "k3s server ", "--service-cidr=10.43.0.0/16");
    let configs = CONFIGS.into_iter().chain([detected, argument]);
    configs
        .map(|(rule, release, start, rest)| {
            let mut witness = Witness::default();
            let version: Result<KubeVersion, _> = release.parse();
            let config = [start, rest].concat();
            if let Ok(version) = version
                && let Some(installed) = installers::read(&config, version)
            {
                witness.see(version, &installed.trace);
            }
            (rule, witness)
        })
        .collect()
}
