//! Whose program is this? The four, those that usually stand beside them, and those that only start another one.

use crate::source::flags::Component;

/// Programs that stand beside the four, so that their flags are not taken for somebody else's.
const OTHERS: [&str; 20] = [
    "kube-scheduler",
    "cloud-controller-manager",
    "etcd",
    "kubeadm",
    "kubectl",
    "containerd",
    "containerd-shim-runc-v2",
    "dockerd",
    "crio",
    "cri-dockerd",
    "coredns",
    "flanneld",
    "cilium-agent",
    "calico-node",
    "k3s",
    "rke2",
    "kind",
    "helm",
    "minikube",
    "konnectivity-server",
];

/// Programs that start the one whose name comes behind them.
const WRAPPERS: [&str; 14] = [
    "sudo",
    "exec",
    "env",
    "nohup",
    "nice",
    "ionice",
    "time",
    "taskset",
    "nsenter",
    "tini",
    "dumb-init",
    "go-runner",
    "hyperkube",
    "command",
];

/// Names that `hyperkube` and others have for the four.
const SHORT_NAMES: [(&str, Component); 4] = [
    ("apiserver", Component::KubeApiserver),
    ("controller-manager", Component::KubeControllerManager),
    ("proxy", Component::KubeProxy),
    ("kubelet", Component::Kubelet),
];

/// Whose program it is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Owner {
    Ours(Component),
    Other,
}

/// The last part of a path.
pub(super) fn base(word: &str) -> &str {
    let bare = word.strip_prefix('[').and_then(|w| w.strip_suffix(']')).unwrap_or(word);
    let file = bare.rsplit(['/', '\\']).next().unwrap_or(bare);
    file.strip_suffix(".exe").unwrap_or(file)
}

/// Whose program a word names: bare, as a path, as an image-like `.exe`, or in `[…]`.
pub(super) fn of(word: &str) -> Option<Owner> {
    let name = base(word);
    match Component::from_name(name) {
        Some(component) => Some(Owner::Ours(component)),
        None => OTHERS.contains(&name).then_some(Owner::Other),
    }
}

/// Whether a word starts the program behind it.
pub(super) fn is_wrapper(word: &str) -> bool {
    WRAPPERS.contains(&base(word))
}

/// The component that a short name means.
pub(super) fn of_short_name(word: &str) -> Option<Component> {
    SHORT_NAMES.iter().find(|(name, _)| *name == word).map(|(_, component)| *component)
}

/// Whether a word is a shell that runs the script behind `-c`.
pub(super) fn is_shell(word: &str) -> bool {
    ["sh", "bash", "ash", "dash"].contains(&base(word))
}

/// Whose flags a variable holds, by its name: `KUBELET_EXTRA_ARGS`, `KUBE_APISERVER_OPTS`.
pub(super) fn of_variable(name: &str) -> Option<Owner> {
    let has = |part: &str| name.contains(part);
    let owner = if has("KUBELET") {
        Owner::Ours(Component::Kubelet)
    } else if has("PROXY") {
        Owner::Ours(Component::KubeProxy)
    } else if has("CONTROLLER") && !has("CLOUD") {
        Owner::Ours(Component::KubeControllerManager)
    } else if has("APISERVER") || has("API_SERVER") || has("KUBE_API") {
        Owner::Ours(Component::KubeApiserver)
    } else if [
        "SCHEDULER",
        "CLOUD",
        "ETCD",
        "FLANNEL",
        "DOCKER",
        "CONTAINERD",
        "CRIO",
        "K3S",
        "RKE2",
    ]
    .iter()
    .any(|part| has(part))
    {
        Owner::Other
    } else {
        return None;
    };
    Some(owner)
}
