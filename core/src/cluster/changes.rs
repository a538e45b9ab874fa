//! What did an event change about Nodes and Pods, and what did it leave as it was?

use std::collections::BTreeMap;
use std::rc::Rc;

use super::{Key, Node, Pod, World};
use crate::session::diff::{Change, FieldChange};

/// The difference between two moments.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Changes {
    /// The Nodes that are not as they were, by name; those that are gone stand last.
    pub nodes: Vec<(Rc<str>, Change)>,
    /// How many are.
    pub kept_nodes: usize,
    /// The Pods that are not as they were; those that are gone stand last.
    pub pods: Vec<(Key, Change)>,
    /// How many are.
    pub kept_pods: usize,
}

impl Changes {
    /// Compares two moments.
    #[must_use]
    pub fn of(before: &Rc<World>, after: &Rc<World>) -> Self {
        let mut changes = Self::default();
        if Rc::ptr_eq(before, after) {
            changes.kept_nodes = after.nodes.len();
            changes.kept_pods = after.pods().count();
            return changes;
        }
        let mut gone = Vec::new();
        for (name, node) in &after.nodes {
            let change = match before.nodes.get(name) {
                None => Change::Created,
                Some(was) if Rc::ptr_eq(was, node) => Change::Kept,
                Some(was) if was.number != node.number => Change::Created,
                Some(was) => changed(&node_fields(was), &node_fields(node)),
            };
            match change {
                Change::Kept => changes.kept_nodes += 1,
                change => changes.nodes.push((Rc::clone(name), change)),
            }
        }
        for name in before.nodes.keys().filter(|name| !after.nodes.contains_key(*name)) {
            gone.push((Rc::clone(name), Change::Deleted));
        }
        changes.nodes.append(&mut gone);
        changes.compare_pods(before, after);
        changes
    }

    fn compare_pods(&mut self, before: &World, after: &World) {
        // What a release shows of host IPs may differ, and they are the Node's.
        let release = |world: &World| world.control.as_ref().map(|it| it.version);
        let alike = release(before) == release(after);
        let mut old: BTreeMap<&Key, &Rc<Pod>> = BTreeMap::new();
        let mut new = Vec::new();
        for (name, node) in &after.nodes {
            match before.nodes.get(name) {
                Some(was) if alike && Rc::ptr_eq(was, node) => self.kept_pods += node.pods.len(),
                _ => new.extend(node.pods.values()),
            }
        }
        new.extend(after.homeless.values());
        for (name, node) in &before.nodes {
            if !(alike && after.nodes.get(name).is_some_and(|it| Rc::ptr_eq(it, node))) {
                old.extend(node.pods.values().map(|pod| (&pod.key, pod)));
            }
        }
        old.extend(before.homeless.values().map(|pod| (&pod.key, pod)));
        for pod in new {
            let change = match old.remove(&pod.key) {
                Some(was) if was.number == pod.number => {
                    changed(&pod_fields(before, was), &pod_fields(after, pod))
                }
                _ => Change::Created,
            };
            match change {
                Change::Kept => self.kept_pods += 1,
                change => self.pods.push((pod.key.clone(), change)),
            }
        }
        self.pods.extend(old.into_keys().map(|key| (key.clone(), Change::Deleted)));
    }
}

/// A field, and what it says; nothing where it is not there.
type Field = (&'static str, Option<String>);
type Fields = Vec<Field>;

fn list<T: ToString>(items: &[T]) -> Option<String> {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

/// What people see of a Node.
fn node_fields(node: &Node) -> Fields {
    let addresses: Vec<String> = node
        .addresses
        .iter()
        .map(|address| format!("{}: {}", address.kind.name(), address.address))
        .collect();
    let ready = node.not_ready().map_or("True", |(reason, _)| reason);
    let labels = node.labels.iter().map(|(key, value)| format!("{key}={value}"));
    vec![
        ("spec.podCIDRs", list(&node.pod_cidrs)),
        ("status.addresses", list(&addresses)),
        ("status.conditions[Ready]", Some(ready.to_owned())),
        ("status.allocatable.pods", Some(node.max_pods.to_string())),
        ("metadata.labels", list(&labels.collect::<Vec<_>>())),
    ]
}

/// What people see of a Pod.
fn pod_fields(world: &World, pod: &Pod) -> Fields {
    let labels = pod.spec.labels.iter().map(|(key, value)| format!("{key}={value}"));
    vec![
        ("spec.nodeName", pod.node.as_ref().map(ToString::to_string)),
        ("status.podIPs", list(&world.pod_ips(pod))),
        ("status.hostIPs", list(&world.host_ips(pod))),
        ("status.reason", pod.event().map(|(reason, _)| reason.to_owned())),
        ("metadata.labels", list(&labels.collect::<Vec<_>>())),
    ]
}

fn changed(before: &Fields, after: &Fields) -> Change {
    let pairs = before.iter().zip(after).filter(|(was, is)| was != is);
    let change = |(was, is): (&Field, &Field)| FieldChange {
        field: is.0.to_owned(),
        before: was.1.clone(),
        after: is.1.clone(),
    };
    let fields: Vec<FieldChange> = pairs.map(change).collect();
    if fields.is_empty() { Change::Kept } else { Change::Changed(fields) }
}
