//! What did an event change, and what did it leave as it was? For objects of every kind.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::api::go_json;
use crate::api::json::Json;
use crate::api::print::leaves;
use crate::api::service::Service;
use crate::apiserver::allocators::ServiceCidr;
use crate::apiserver::requests::{ApiServer, printed_json};
use crate::cluster::{Cluster, Key, Node, Pod, World};
use crate::kubectl::LAST_APPLIED;
use crate::net::cidr::from_bits;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};

/// The cluster after an event, compared with the one before.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Diff {
    /// The Services, by namespace and name; those that the event deleted stand last.
    pub services: Vec<ServiceAfter>,
    /// The ServiceCIDR objects, where the IPAddress allocator uses them; the oldest first.
    pub service_cidrs: Vec<ServiceCidr>,
    /// The Service ranges, those of the primary family first; none while kube-apiserver is down.
    pub ranges: Vec<RangeReport>,
    /// Nodes, Pods and Deployments. Where the event did not touch them, this is the same as before.
    pub objects: Rc<ObjectDiff>,
}

/// What an event did to the Nodes, Pods and Deployments.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ObjectDiff {
    /// The Nodes, by name.
    pub nodes: Changes<Rc<str>>,
    /// The Pods, by namespace and name.
    pub pods: Changes<Key>,
    /// The Deployments, by namespace and name.
    pub deployments: Changes<Key>,
}

/// What an event did to the objects of a kind, of which there may be many.
#[derive(Clone, PartialEq, Debug)]
pub struct Changes<K> {
    /// Those that are not as they were; those that are gone stand last.
    pub changed: Vec<(K, Change)>,
    /// How many are.
    pub kept: usize,
}

impl<K> Default for Changes<K> {
    fn default() -> Self {
        Self { changed: Vec::new(), kept: 0 }
    }
}

impl<K> Changes<K> {
    fn push(&mut self, key: K, change: Change) {
        match change {
            Change::Kept => self.kept += 1,
            change => self.changed.push((key, change)),
        }
    }
}

/// A Service after an event.
#[derive(Clone, PartialEq, Debug)]
pub struct ServiceAfter {
    /// Its namespace.
    pub namespace: Rc<str>,
    /// Its name.
    pub name: Rc<str>,
    /// As a read shows it; of a deleted one as it was before.
    pub service: Rc<Service>,
    /// What the event did to it.
    pub change: Change,
}

/// What an event did to an object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// It was not there before.
    Created,
    /// It is there no more.
    Deleted,
    /// A read shows what it showed before.
    Kept,
    /// These fields read differently.
    Changed(Vec<FieldChange>),
}

/// A field that reads differently after an event.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FieldChange {
    /// Which, as kubectl prints it: `spec.clusterIPs[1]`.
    pub field: String,
    /// The JSON before; `None` if it was not there.
    pub before: Option<String>,
    /// The JSON after; `None` if it is gone.
    pub after: Option<String>,
}

/// How full a range is.
#[derive(Clone, PartialEq, Debug)]
pub struct RangeReport {
    /// The range.
    pub cidr: Cidr,
    /// Its family.
    pub family: Family,
    /// How many addresses can be given out; at most 2⁶⁴−1.
    pub usable: u64,
    /// How many of the usable ones stand in the lower, static band.
    pub static_band: u64,
    /// Taken addresses and who has them (`namespace/name`; empty for a leaked one), lowest first.
    pub taken: Vec<(IpAddr, String)>,
}

impl Diff {
    /// Compares a cluster with what it was; `objects` is the difference of their worlds.
    #[must_use]
    pub fn of(before: &Cluster, after: &Cluster, objects: Rc<ObjectDiff>) -> Self {
        let read = |cluster: &Cluster| -> Vec<_> {
            let all = cluster.server.iter().flat_map(ApiServer::read_all);
            all.map(|(key, service)| (key.clone(), service)).collect()
        };
        let mut services: Vec<ServiceAfter> = Vec::new();
        let mut deleted = Vec::new();
        // Both are in the order of their keys, so one walk passes each once.
        let mut new = read(after).into_iter().peekable();
        for (key, was) in read(before) {
            while let Some((key, service)) = new.next_if(|(new, _)| *new < key) {
                services.push(after_of(key, service, Change::Created));
            }
            match new.next_if(|(new, _)| *new == key) {
                Some((_, service)) => {
                    let change = service_change(&was, &service);
                    services.push(after_of(key, service, change));
                }
                None => deleted.push(after_of(key, was, Change::Deleted)),
            }
        }
        services.extend(new.map(|(key, service)| after_of(key, service, Change::Created)));
        services.extend(deleted);
        let server = after.server.as_ref();
        let service_cidrs = server.map(|it| it.service_cidrs().to_vec()).unwrap_or_default();
        let ranges = server.filter(|_| after.world.runs()).map(ranges).unwrap_or_default();
        Self { services, service_cidrs, ranges, objects }
    }
}

impl ObjectDiff {
    /// Compares two moments.
    #[must_use]
    pub fn of(before: &Rc<World>, after: &Rc<World>) -> Self {
        let mut diff = Self::default();
        if Rc::ptr_eq(before, after) {
            diff.nodes.kept = after.nodes.len();
            diff.pods.kept = after.pods().count();
            diff.deployments.kept = after.deployments.len();
            return diff;
        }
        for (name, node) in &after.nodes {
            let change = match before.nodes.get(name) {
                None => Change::Created,
                Some(was) if Rc::ptr_eq(was, node) => Change::Kept,
                Some(was) if was.number != node.number => Change::Created,
                Some(was) => changed(&node_fields(was), &node_fields(node)),
            };
            diff.nodes.push(Rc::clone(name), change);
        }
        for name in before.nodes.keys().filter(|name| !after.nodes.contains_key(*name)) {
            diff.nodes.push(Rc::clone(name), Change::Deleted);
        }
        diff.compare_pods(before, after);
        for (key, deployment) in &after.deployments {
            let change = match before.deployments.get(key) {
                None => Change::Created,
                Some(was) if Rc::ptr_eq(was, deployment) => Change::Kept,
                Some(was) => leaf_changes(&was.object(), &deployment.object()),
            };
            diff.deployments.push(key.clone(), change);
        }
        for key in before.deployments.keys().filter(|key| !after.deployments.contains_key(*key)) {
            diff.deployments.push(key.clone(), Change::Deleted);
        }
        diff
    }

    fn compare_pods(&mut self, before: &World, after: &World) {
        // What a release shows of host IPs may differ, and they are the Node's.
        let release = |world: &World| world.control.as_ref().map(|it| it.version);
        let alike = release(before) == release(after);
        let mut old: BTreeMap<&Key, &Rc<Pod>> = BTreeMap::new();
        let mut new = Vec::new();
        for (name, node) in &after.nodes {
            match before.nodes.get(name) {
                Some(was) if alike && Rc::ptr_eq(was, node) => self.pods.kept += node.pods.len(),
                _ => new.extend(node.pods.values()),
            }
        }
        new.extend(after.unscheduled.values());
        for (name, node) in &before.nodes {
            if !(alike && after.nodes.get(name).is_some_and(|it| Rc::ptr_eq(it, node))) {
                old.extend(node.pods.values().map(|pod| (&pod.key, pod)));
            }
        }
        old.extend(before.unscheduled.values().map(|pod| (&pod.key, pod)));
        for pod in new {
            let change = match old.remove(&pod.key) {
                Some(was) if was.number == pod.number => {
                    changed(&pod_fields(before, was), &pod_fields(after, pod))
                }
                _ => Change::Created,
            };
            self.pods.push(pod.key.clone(), change);
        }
        for key in old.into_keys() {
            self.pods.push(key.clone(), Change::Deleted);
        }
    }
}

fn after_of((namespace, name): Key, service: Rc<Service>, change: Change) -> ServiceAfter {
    ServiceAfter { namespace, name, service, change }
}

fn service_change(before: &Rc<Service>, after: &Rc<Service>) -> Change {
    if Rc::ptr_eq(before, after) || before == after {
        return Change::Kept;
    }
    leaf_changes(&printed_json(before), &printed_json(after))
}

/// Which leaves of an object differ.
#[must_use]
pub fn leaf_changes(before: &Json, after: &Json) -> Change {
    let (old, new) = (leaves_of(before), leaves_of(after));
    let mut fields: Vec<FieldChange> = Vec::new();
    for (field, value) in &new {
        let was = old.iter().find(|(other, _)| other == field).map(|(_, value)| value);
        if was != Some(value) {
            fields.push(FieldChange {
                field: field.clone(),
                before: was.cloned(),
                after: Some(value.clone()),
            });
        }
    }
    for (field, value) in old {
        if !new.iter().any(|(other, _)| *other == field) {
            fields.push(FieldChange { field, before: Some(value), after: None });
        }
    }
    if fields.is_empty() { Change::Kept } else { Change::Changed(fields) }
}

/// The leaves of an object with their JSON, without what the server and kubectl keep for themselves.
fn leaves_of(object: &Json) -> Vec<(String, String)> {
    let mut found = Vec::new();
    leaves(object, &mut |_, field, value| {
        if field != "metadata.resourceVersion" && !field.contains(LAST_APPLIED) {
            found.push((field.to_owned(), go_json(value)));
        }
    });
    found
}
fn ranges(server: &ApiServer) -> Vec<RangeReport> {
    let env = server.env();
    let mut reports = Vec::new();
    for family in env.ranges.families() {
        for (cidr, usable) in server.pools().ready_ranges(env, family) {
            let bits = server.pools().taken(family).iter();
            let ips = bits.filter_map(|bits| from_bits(family, bits));
            let taken = ips.filter(|ip| cidr.contains(*ip)).map(|ip| (ip, String::new())).collect();
            let static_band = usable.band;
            reports.push(RangeReport { cidr, family, usable: usable.count, static_band, taken });
        }
    }
    for ((namespace, name), service) in server.services() {
        for ip in service.spec.cluster_ips.iter().filter_map(|text| parse_ip(text)) {
            for report in &mut reports {
                if let Ok(at) = report.taken.binary_search_by(|(taken, _)| taken.cmp(&ip.ip)) {
                    report.taken[at].1 = format!("{namespace}/{name}");
                }
            }
        }
    }
    reports
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
