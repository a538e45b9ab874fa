//! What does the API server do with a Node, a Pod or a Deployment that is applied or deleted?
//!
//! A refused request changes nothing, and leaves the very same [`World`] behind: it is copied only to be changed.

use std::rc::Rc;

use super::kept;
use super::objects::{self, DeploymentObject, Reader};
use super::{Deployment, Key, MAX_NODES, MAX_PODS, NodeOrigin, Pod, PodState, World};
use crate::api::Json;
use crate::api::field_path::FieldPath;
use crate::api::status::Status;
use crate::apiserver::node as pod_cidrs;
use crate::explain::trace::Trace;
use crate::facts;
use crate::kubectl::{ApplyVerb, LAST_APPLIED, Workload};
use crate::release::behavior::Behavior;

/// Why something was not done.
#[derive(Debug)]
pub(crate) enum Refused {
    /// By the API server.
    Status(Status),
    /// By the playground: in English and in Chinese.
    Ours(String, &'static str),
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

/// Of two values that are the same the one that is there already.
fn keep<T: PartialEq>(slot: &mut Rc<T>, value: Rc<T>) {
    if *slot != value {
        *slot = value;
    }
}

impl World {
    /// Applies an object of this kind and key: creates it, or changes the stored one. While kube-apiserver runs.
    pub(crate) fn apply(
        self: &mut Rc<Self>,
        kind: Workload,
        key: &Key,
        json: &Rc<Json>,
        behavior: &Behavior,
        trace: &mut Trace,
    ) -> Result<ApplyVerb, Refused> {
        let reader = Reader { behavior, kind, name: &key.1, json };
        match kind {
            Workload::Node => self.apply_node(&reader, &key.1, json, trace),
            Workload::Pod => self.apply_pod(&reader, key, json, trace),
            Workload::Deployment => self.apply_deployment(&reader, key, json, trace),
        }
    }

    fn apply_node(
        self: &mut Rc<Self>,
        reader: &Reader<'_>,
        name: &Rc<str>,
        json: &Rc<Json>,
        trace: &mut Trace,
    ) -> Result<ApplyVerb, Refused> {
        let object = reader.node(trace)?;
        let Some(known) = self.nodes.get(name).cloned() else {
            if self.nodes.len() >= MAX_NODES {
                return Err(Refused::Ours(
                    format!("The playground can hold at most {MAX_NODES} Nodes."),
                    "演练场最多容纳 1000 个节点。",
                ));
            }
            let (labels, annotations) = (object.labels, object.annotations);
            let (origin, applied) = (NodeOrigin::Manifest, Some(Rc::clone(json)));
            let world = Rc::make_mut(self);
            if !object.addresses.is_empty() {
                let addresses = object.addresses.as_slice().into();
                Rc::make_mut(&mut world.exported).insert(Rc::clone(name), addresses);
            }
            world.register(name, origin, labels, &annotations, applied, &object.pod_cidrs);
            return Ok(ApplyVerb::Created);
        };
        // A range that was applied once and is left out now is taken away; one that never was, is not.
        let said = |json: &Json| {
            ["/spec/podCIDRs", "/spec/podCIDR"].iter().any(|it| json.pointer(it).is_some())
        };
        let before = known.applied.as_ref();
        if said(json) || before.is_some_and(|json| said(json)) {
            let causes = pod_cidrs::validate_update(&known.pod_cidrs, &object.pod_cidrs, trace);
            if !causes.is_empty() {
                return Err(Status::invalid("Node", name, causes).into());
            }
        }
        let world = Rc::make_mut(self);
        let Some(slot) = world.nodes.get_mut(name) else { return Ok(ApplyVerb::Unchanged) };
        let node = Rc::make_mut(slot);
        if node.pod_cidrs.is_empty() && !object.pod_cidrs.is_empty() {
            node.pod_cidrs = object.pod_cidrs.as_slice().into();
            if let Some(ipam) = &mut world.ipam {
                // It is as if the controller had never seen it.
                ipam.release(name);
                node.take(ipam.add(name, &object.pod_cidrs));
            }
            if let Some(control) = &world.control {
                node.configure(control);
            }
        }
        let own = |key: &String| {
            matches!(key.as_str(), "kubernetes.io/hostname" | "kubernetes.io/arch")
                || key == super::start::OS_LABEL
        };
        let mut labels = object.labels;
        labels.extend(
            node.labels
                .iter()
                .filter(|(key, _)| own(key))
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        keep(&mut node.labels, Rc::new(labels));
        node.applied = Some(Rc::clone(json));
        Ok(verb(before, json))
    }

    fn apply_pod(
        self: &mut Rc<Self>,
        reader: &Reader<'_>,
        key: &Key,
        json: &Rc<Json>,
        trace: &mut Trace,
    ) -> Result<ApplyVerb, Refused> {
        let spec = reader.pod(trace)?;
        let Some(known) = self.pod(key).cloned() else {
            if self.pods().count() >= MAX_PODS {
                return Err(too_many_pods());
            }
            let pod = Pod {
                number: self.made,
                owner: None,
                node: spec.node_name.clone(),
                spec: Rc::new(spec),
                state: PodState::Waits,
                applied: Some(Rc::clone(json)),
                kept: None,
                key: key.clone(),
            };
            let world = Rc::make_mut(self);
            world.made += 1;
            world.unscheduled.insert(key.clone(), Rc::new(pod));
            return Ok(ApplyVerb::Created);
        };
        if known.spec.would_change(&spec) {
            return Err(reader.pod_stays(trace).into());
        }
        let done = verb(known.applied.as_ref(), json);
        Rc::make_mut(self).change_pod(&known, |pod| {
            keep(&mut pod.spec, Rc::new(spec));
            pod.applied = Some(Rc::clone(json));
        });
        Ok(done)
    }

    fn apply_deployment(
        self: &mut Rc<Self>,
        reader: &Reader<'_>,
        key: &Key,
        json: &Rc<Json>,
        trace: &mut Trace,
    ) -> Result<ApplyVerb, Refused> {
        let object = reader.deployment(trace)?;
        let others: usize =
            self.deployments.iter().filter(|it| it.0 != key).map(|it| it.1.replicas).sum();
        if others.saturating_add(object.replicas) > MAX_PODS {
            return Err(too_many_pods());
        }
        let DeploymentObject { replicas, selector, template, written } = object;
        let hash: Rc<str> = super::settle::safe_encode(&written).into();
        let Some(known) = self.deployments.get(key) else {
            let (made, applied) = (0, Rc::clone(json));
            let deployment =
                Deployment { key: key.clone(), replicas, template, hash, made, selector, applied };
            Rc::make_mut(self).deployments.insert(key.clone(), Rc::new(deployment));
            return Ok(ApplyVerb::Created);
        };
        if known.selector != selector {
            return Err(reader.selector_stays(trace).into());
        }
        let done = verb(Some(&known.applied), json);
        let Some(slot) = Rc::make_mut(self).deployments.get_mut(key) else { return Ok(done) };
        let deployment = Rc::make_mut(slot);
        (deployment.replicas, deployment.hash) = (replicas, hash);
        keep(&mut deployment.template, template);
        deployment.applied = Rc::clone(json);
        Ok(done)
    }

    /// Keeps an object as a read printed it. One of the same name is gone before. While kube-apiserver runs.
    pub(crate) fn keep(
        self: &mut Rc<Self>,
        kind: Workload,
        key: &Key,
        json: &Rc<Json>,
        behavior: &Behavior,
        trace: &mut Trace,
    ) -> Result<(), Refused> {
        if kind == Workload::Deployment {
            return Err(Refused::Ours(
                "An existing Deployment is not simulated: its Pods are, and a Deployment can be applied."
                    .to_owned(),
                "已有的 Deployment 不在模拟范围内：其 Pod 在模拟范围内，Deployment 可以应用。",
            ));
        }
        let before = Rc::clone(self);
        if self.has(kind, key) {
            self.delete(kind, key, &mut Trace::default())?;
        }
        if let Err(refused) = self.apply(kind, key, json, behavior, trace) {
            *self = before;
            return Err(refused);
        }
        if kind == Workload::Pod
            && let Some(status) = json.pointer("/status").filter(|it| kept::state(it).is_some())
            && let Some(pod) = Rc::make_mut(self).unscheduled.get_mut(key)
        {
            Rc::make_mut(pod).kept = Some(Rc::new(status.clone()));
        }
        Ok(())
    }

    /// Deletes an object; a Deployment with its Pods. While kube-apiserver runs.
    pub(crate) fn delete(
        self: &mut Rc<Self>,
        kind: Workload,
        key: &Key,
        trace: &mut Trace,
    ) -> Result<(), Status> {
        if !self.has(kind, key) {
            trace.reject(&objects::OBJECT_IS_NOT_FOUND, FieldPath::metadata("name"), facts![]);
            return Err(Status::not_found(kind.plural(), &key.1));
        }
        let world = Rc::make_mut(self);
        match kind {
            Workload::Node => {
                world.nodes.remove(&key.1);
                if let Some(ipam) = &mut world.ipam {
                    ipam.release(&key.1);
                }
            }
            Workload::Pod => {
                world.remove_pod(key);
            }
            Workload::Deployment => {
                world.deployments.remove(key);
                let of = |pod: &&Rc<Pod>| pod.is_of(key);
                let own: Vec<Key> = world.pods().filter(of).map(|pod| pod.key.clone()).collect();
                for key in own {
                    world.remove_pod(&key);
                }
            }
        }
        Ok(())
    }

    /// Whether there is such an object.
    fn has(&self, kind: Workload, key: &Key) -> bool {
        match kind {
            Workload::Node => self.nodes.contains_key(&key.1),
            Workload::Pod => self.pod(key).is_some(),
            Workload::Deployment => self.deployments.contains_key(key),
        }
    }
}

fn verb(before: Option<&Rc<Json>>, after: &Rc<Json>) -> ApplyVerb {
    let is_applied = |json: &Rc<Json>| json["metadata"]["annotations"].get(LAST_APPLIED).is_some();
    match before.filter(|before| is_applied(before)) {
        None => ApplyVerb::Adopted,
        Some(before) if before == after => ApplyVerb::Unchanged,
        Some(_) => ApplyVerb::Configured,
    }
}

fn too_many_pods() -> Refused {
    Refused::Ours(
        format!("The playground can hold at most {MAX_PODS} Pods."),
        "演练场最多容纳 10000 个 Pod。",
    )
}
