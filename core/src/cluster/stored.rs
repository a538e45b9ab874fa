//! What does `kubectl get -o yaml` print of a Node, a Pod or a Deployment, and who wrote each field?
//!
//! A spec is printed as it was sent, with what the programs of the cluster set; of the status what is simulated.
//! What the API server keeps about every object (`uid`, `resourceVersion`, …) is not simulated for these kinds.

use std::net::IpAddr;
use std::rc::Rc;

use super::objects::Labels;
use super::{Deployment, Key, Node, Pod, PodState, World};
use crate::api::Json;
use crate::api::json::Map;
use crate::api::service::Service;
use crate::apiserver::requests::printed_json;
use crate::explain::diagnostic::Program;
use crate::explain::trace::Step;
use crate::kubectl::Workload;
use crate::kubelet::pod_ips;

/// An object of any kind as a read shows it.
#[derive(Clone, PartialEq, Debug)]
pub enum Object {
    /// A Service.
    Service(Rc<Service>),
    /// Any other, as it is printed.
    Printed(Rc<Json>),
}

impl Object {
    pub(crate) fn printed(json: Json) -> Self {
        Self::Printed(Rc::new(json))
    }

    /// The Service, if it is one.
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        if let Self::Service(service) = self { Some(service) } else { None }
    }

    /// As a read prints it, type and all.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Service(service) => printed_json(service),
            Self::Printed(json) => Json::clone(json),
        }
    }
}

impl World {
    /// An object as it is stored now; `None` if there is no such object.
    #[must_use]
    pub fn stored(&self, kind: Workload, key: &Key) -> Option<Json> {
        match kind {
            Workload::Node => self.nodes.get(&key.1).map(|node| node_json(node)),
            Workload::Pod => self.pod(key).map(|pod| self.pod_json(pod)),
            Workload::Deployment => self.deployments.get(key).map(|it| self.deployment_json(it)),
        }
    }

    /// Why an object is as it is: the decisions of the programs that did something with it.
    #[must_use]
    pub fn explain(&self, kind: Workload, key: &Key) -> Vec<Step> {
        match kind {
            Workload::Node => self.nodes.get(&key.1).map(|node| self.explain_node(node)),
            Workload::Pod => self.pod(key).map(|pod| self.explain_pod(pod)),
            Workload::Deployment => self.deployments.get(key).map(|it| self.explain_deployment(it)),
        }
        .unwrap_or_default()
    }

    fn pod_json(&self, pod: &Pod) -> Json {
        let spec = Json::object(vec![("spec".to_owned(), pod.spec.fixed().clone())]);
        let sent = pod.applied.as_deref().unwrap_or(&spec);
        let mut json = as_sent(Workload::Pod, &pod.key, sent);
        put_labels(&mut json, &pod.spec.labels);
        if let Some(node) = &pod.node {
            put(&mut json, &["spec", "nodeName"], (&**node).into());
        }
        if let Some(status) = &pod.kept {
            put(&mut json, &["status"], Json::clone(status));
            return json;
        }
        let (phase, reason) = match &pod.state {
            PodState::Runs(_) => ("Running", None),
            PodState::Rejected { reason, message } => ("Failed", Some((*reason, message))),
            _ => ("Pending", None),
        };
        put(&mut json, &["status", "phase"], phase.into());
        if let Some((reason, message)) = reason {
            put(&mut json, &["status", "reason"], reason.into());
            put(&mut json, &["status", "message"], (&**message).into());
        }
        if let PodState::Unschedulable(message) = &pod.state {
            let condition = object([
                ("message", (&**message).into()),
                ("reason", "Unschedulable".into()),
                ("status", "False".into()),
                ("type", "PodScheduled".into()),
            ]);
            put(&mut json, &["status", "conditions"], Json::Array(vec![condition]));
        }
        let host_ips = self.host_ips(pod);
        put_ips(&mut json, "hostIP", None, &host_ips);
        let behavior = self.control.as_ref().map(|control| &control.behavior);
        if behavior.is_some_and(|it| !pod_ips::shown_host_ips(it, &host_ips).is_empty()) {
            put_ips(&mut json, "hostIP", Some("hostIPs"), &host_ips);
        }
        put_ips(&mut json, "podIP", Some("podIPs"), &self.pod_ips(pod));
        json
    }

    fn deployment_json(&self, deployment: &Deployment) -> Json {
        let mut json = deployment.object();
        let own = self.pods().filter(|pod| pod.is_of(&deployment.key));
        let (mut all, mut running, mut updated) = (0, 0, 0);
        for pod in own {
            all += 1;
            running += usize::from(matches!(pod.state, PodState::Runs(_)));
            let hash = pod.owner.as_ref().map(|(_, hash)| hash);
            updated += usize::from(hash == Some(&deployment.hash));
        }
        // Counts of zero are left out.
        let counts = [
            ("availableReplicas", running),
            ("readyReplicas", running),
            ("replicas", all),
            ("unavailableReplicas", all - running),
            ("updatedReplicas", updated),
        ];
        put(&mut json, &["status"], Json::Object(Map::new()));
        for (field, count) in counts.into_iter().filter(|(_, count)| *count > 0) {
            put(&mut json, &["status", field], number(count));
        }
        json
    }
}

impl Deployment {
    /// The Deployment without its status.
    pub(crate) fn object(&self) -> Json {
        let mut json = as_sent(Workload::Deployment, &self.key, &self.applied);
        put(&mut json, &["spec", "replicas"], number(self.replicas));
        json
    }
}

fn node_json(node: &Node) -> Json {
    let key = (Rc::from(""), Rc::clone(&node.name));
    let sent = node.applied.as_deref().unwrap_or(&Json::Null);
    let mut json = as_sent(Workload::Node, &key, sent);
    // A create keeps the status of a Node; its kubelet then posts its own.
    if let Some(status) = sent.pointer("/status").filter(|it| it.is_object()) {
        put(&mut json, &["status"], status.clone());
    }
    put_labels(&mut json, &node.labels);
    if json.pointer("/spec").is_none() {
        put(&mut json, &["spec"], Json::Object(Map::new()));
    }
    if let Some(first) = node.pod_cidrs.first() {
        put(&mut json, &["spec", "podCIDR"], first.as_str().into());
        let all = node.pod_cidrs.iter().map(|range| range.as_str().into());
        put(&mut json, &["spec", "podCIDRs"], Json::Array(all.collect()));
    }
    if !node.addresses.is_empty() {
        let addresses = node.addresses.iter().map(|it| {
            object([("address", it.address.as_str().into()), ("type", it.kind.name().into())])
        });
        put(&mut json, &["status", "addresses"], Json::Array(addresses.collect()));
    }
    if node.posted {
        for field in ["allocatable", "capacity"] {
            put(&mut json, &["status", field, "pods"], node.max_pods.to_string().into());
        }
    }
    let (status, reason, message) = match node.not_ready() {
        None => ("True", "KubeletReady", "kubelet is posting ready status"),
        Some((reason @ "KubeletNotReady", message)) => ("False", reason, message),
        Some((reason, message)) => ("Unknown", reason, message),
    };
    let ready = object([
        ("message", message.into()),
        ("reason", reason.into()),
        ("status", status.into()),
        ("type", "Ready".into()),
    ]);
    let sent = sent.pointer("/status/conditions").and_then(Json::as_array).unwrap_or_default();
    let others = sent.iter().filter(|it| it["type"].as_str() != Some("Ready")).cloned();
    let conditions = others.chain([ready]).collect();
    put(&mut json, &["status", "conditions"], Json::Array(conditions));
    json
}

/// Which program sets a field that the person did not write; `None` if kube-apiserver or kubectl does.
#[must_use]
pub fn writer(kind: Workload, field: &str) -> Option<Program> {
    let is_of = |field: &str, names: &[&str]| names.iter().any(|name| field.starts_with(name));
    match kind {
        Workload::Node if field.starts_with("spec.podCIDR") => Some(Program::KubeControllerManager),
        Workload::Node if is_of(field, &["status.", "metadata.labels[kubernetes.io/"]) => {
            Some(Program::Kubelet)
        }
        Workload::Pod if is_of(field, &["spec.nodeName", "status.conditions"]) => {
            Some(Program::KubeScheduler)
        }
        Workload::Pod if is_of(field, &["status.hostIP", "status.podIP", "status.reason"]) => {
            Some(Program::Kubelet)
        }
        Workload::Deployment if field.starts_with("status.") => {
            Some(Program::KubeControllerManager)
        }
        _ => None,
    }
}

/// An object as it was sent, without a status.
fn as_sent(kind: Workload, (namespace, name): &Key, sent: &Json) -> Json {
    let mut json = if sent.is_object() { sent.clone() } else { Json::Object(Map::new()) };
    let (version, kind_name) = kind.kind();
    put(&mut json, &["apiVersion"], version.into());
    put(&mut json, &["kind"], kind_name.into());
    put(&mut json, &["metadata", "name"], (&**name).into());
    if kind.is_namespaced() {
        put(&mut json, &["metadata", "namespace"], (&**namespace).into());
    }
    if let Json::Object(map) = &mut json {
        map.remove("status");
    }
    json
}

fn put_labels(json: &mut Json, labels: &Labels) {
    if !labels.is_empty() {
        let labels = labels.iter().map(|(key, value)| (key.clone(), value.as_str().into()));
        put(json, &["metadata", "labels"], Json::object(labels.collect()));
    }
}

/// Addresses of the status: the first one by itself, and all of them.
fn put_ips(json: &mut Json, first: &str, all: Option<&str>, ips: &[IpAddr]) {
    let Some(ip) = ips.first() else { return };
    put(json, &["status", first], ip.to_string().into());
    if let Some(all) = all {
        let list = ips.iter().map(|ip| object([("ip", ip.to_string().into())]));
        put(json, &["status", all], Json::Array(list.collect()));
    }
}

fn object<const N: usize>(entries: [(&str, Json); N]) -> Json {
    Json::object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

fn number(count: usize) -> Json {
    Json::Number(count.to_string())
}

/// Puts a value at its place, and makes the objects around it that are not there.
fn put(json: &mut Json, path: &[&str], value: Json) {
    let Some((first, rest)) = path.split_first() else {
        *json = value;
        return;
    };
    if !json.is_object() {
        *json = Json::Object(Map::new());
    }
    if let Json::Object(map) = json {
        put(map.entry((*first).to_owned()).or_insert(Json::Null), rest, value);
    }
}
