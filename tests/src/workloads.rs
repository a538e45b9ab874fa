//! Which sessions reach the rules about Nodes and Pods?

use dualstack_core::cluster::World;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, Replay};

use crate::witness::Witness;

const FLAGS: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n\
                     kube-controller-manager\n--allocate-node-cidrs\n\
                     --cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n";
const NODE_1: &str = "kubelet · node-1\n--node-ip=192.0.2.11,2001:db8::11\n";
/// Of no node in particular.
const SHARED: &str = "kubelet\n--node-ip=192.0.2.11,2001:db8::11\n";
const POD: &str = "containers: [{name: a, image: b}]";

/// What each rule is reached by: starts and manifests, one after the other. A text that begins with `+` is
/// a start with the flags above and what follows.
const SESSIONS: [(&str, &[&str]); 29] = [
    ("WORK-7a", &["+", "{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDRs: 1}}"]),
    ("WORK-7b", &["+", "{apiVersion: v1, kind: Node, metadata: {name: A}}"]),
    ("WORK-7c", &["+", "{apiVersion: v1, kind: Pod, metadata: {name: a}}"]),
    ("WORK-7d", &["+", "pod", "pod hostNetwork: true"]),
    ("WORK-7e", &["+", "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}"]),
    ("WORK-7f", &["+", "deployment -1"]),
    ("WORK-7g", &["+", "delete pod/a"]),
    ("NODE-1a", &["+"]),
    ("NODE-1b", &["+", "node"]),
    ("NODE-1c", &["shared", "node"]),
    ("NODE-2a", &["+", "+--node-ip=::,0.0.0.0"]),
    ("NODE-2b", &["+", "+kubelet · other", "other"]),
    ("NODE-2c", &["+\n# network plugin: none"]),
    ("NODE-3a", &["kube-controller-manager --cluster-cidr=x --allocate-node-cidrs"]),
    ("NODE-3b", &["kube-apiserver"]),
    (
        "NODE-4",
        &["kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.0.0.0/24", "node"],
    ),
    ("NODE-5", &["+\n# network plugin: ipv6"]),
    ("WORK-1a", &["+", "pod"]),
    ("WORK-1b", &["+", "pod nodeName: node-1"]),
    ("WORK-1c", &["+", "pod nodeSelector: {a: b}"]),
    ("WORK-1d", &["+", "pod nodeName: other"]),
    ("WORK-1e", &["+", "+--node-ip=::,0.0.0.0", "pod nodeName: node-1"]),
    ("WORK-2a", &["+--max-pods=0", "pod nodeName: node-1"]),
    ("WORK-2b", &["+\n# network plugin: none", "pod nodeName: node-1"]),
    ("WORK-3", &["+\n# network plugin: ipv4", "pod", "+"]),
    ("WORK-4a", &["+", "deployment 1"]),
    ("WORK-4b", &["+", "deployment 1"]),
    ("KUBELET-7c", &["+", "pod hostNetwork: true"]),
    ("WIN-2b", &["+", "windows"]),
];

fn event(text: &str) -> Action {
    let version = KubeVersion::LATEST;
    let boot = |flags: String| Action::Boot { version, flags: flags.into() };
    let (first, rest) = text.split_once(' ').unwrap_or((text, ""));
    let with = |fields: &str| if fields.is_empty() { String::new() } else { format!("{fields}, ") };
    let text = match first {
        "shared" => return boot(format!("{FLAGS}{SHARED}kube-proxy · other")),
        "other" => return boot(format!("{FLAGS}kubelet · other")),
        _ if first.starts_with("kube") => return boot(text.to_owned()),
        _ if text.starts_with('+') => return boot(format!("{FLAGS}{NODE_1}{}", &text[1..])),
        "delete" => return Action::Delete(rest.into()),
        "node" => "{apiVersion: v1, kind: Node, metadata: {name: node-2}}".to_owned(),
        "windows" => "{apiVersion: v1, kind: Node, metadata: {name: win, labels: {kubernetes.io/os: windows}, \
                      annotations: {flannel.alpha.coreos.com/backend-type: vxlan}}}"
            .to_owned(),
        "pod" => format!(
            "{{apiVersion: v1, kind: Pod, metadata: {{name: a}}, spec: {{{}{POD}}}}}",
            with(rest)
        ),
        "deployment" => format!(
            "{{apiVersion: apps/v1, kind: Deployment, metadata: {{name: a}}, spec: {{replicas: {rest}, \
             selector: {{matchLabels: {{a: b}}}}, template: {{metadata: {{labels: {{a: b}}}}, spec: \
             {{{POD}}}}}}}}}"
        ),
        _ => text.to_owned(),
    };
    Action::Apply(text.into())
}

/// Sees whatever can be explained of a world.
pub fn see(world: &World, witness: &mut Witness) {
    let Some(control) = &world.control else { return };
    let version = control.version;
    witness.see(version, &control.trace);
    for node in world.nodes.values() {
        witness.see(version, &world.explain_node(node));
    }
    for pod in world.pods() {
        witness.see(version, &world.explain_pod(pod));
    }
    for deployment in world.deployments.values() {
        witness.see(version, &world.explain_deployment(deployment));
    }
}

/// What the sessions of this file reach, and what they were written for.
#[must_use]
pub fn sessions() -> Vec<(&'static str, Witness)> {
    let reach = |(rule, texts): &(&'static str, &[&str])| {
        let events = texts.iter().map(|text| event(text)).collect();
        let session = Session { seed: 0, events };
        let (mut replay, mut witness) = (Replay::default(), Witness::default());
        for shown in 0..session.events.len() {
            let report = replay.run(&session, shown);
            if let EventReport::Requests(requests) = &report.events[shown] {
                for outcome in requests.documents.iter().filter_map(|it| it.outcome.as_ref()) {
                    witness.see(KubeVersion::LATEST, &outcome.trace);
                }
            }
            see(&report.world, &mut witness);
        }
        (*rule, witness)
    };
    SESSIONS.iter().map(reach).collect()
}
