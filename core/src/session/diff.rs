//! What does a cluster look like after an event, and what did the event change?

use std::net::IpAddr;
use std::rc::Rc;

use crate::api::go_json;
use crate::api::print::leaves;
use crate::api::service::Service;
use crate::apiserver::allocators::ServiceCidr;
use crate::apiserver::requests::{Cluster, Key, printed_json};
use crate::kubectl::LAST_APPLIED;
use crate::net::cidr::from_bits;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};

/// The cluster after an event.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct After {
    /// Its Services, by namespace and name; those that the event deleted stand last.
    pub services: Vec<ServiceAfter>,
    /// Its ServiceCIDR objects, where the IPAddress allocator uses them; the oldest first.
    pub service_cidrs: Vec<ServiceCidr>,
    /// Its Service ranges, those of the primary family first; none while kube-apiserver is down.
    pub ranges: Vec<RangeReport>,
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

impl After {
    /// Compares what a cluster stores with what it stored; `None` is one that never started.
    #[must_use]
    pub fn of(before: Option<&Cluster>, after: Option<&Cluster>) -> Self {
        let read = |cluster: Option<&Cluster>| -> Vec<_> {
            let all = cluster.into_iter().flat_map(Cluster::read_all);
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
                    let change = change(&was, &service);
                    services.push(after_of(key, service, change));
                }
                None => deleted.push(after_of(key, was, Change::Deleted)),
            }
        }
        services.extend(new.map(|(key, service)| after_of(key, service, Change::Created)));
        services.extend(deleted);
        let service_cidrs = after.map(|it| it.service_cidrs().to_vec()).unwrap_or_default();
        Self { services, service_cidrs, ranges: after.map(ranges).unwrap_or_default() }
    }
}

fn after_of((namespace, name): Key, service: Rc<Service>, change: Change) -> ServiceAfter {
    ServiceAfter { namespace, name, service, change }
}

fn change(before: &Rc<Service>, after: &Rc<Service>) -> Change {
    if Rc::ptr_eq(before, after) || before == after {
        return Change::Kept;
    }
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
fn leaves_of(service: &Service) -> Vec<(String, String)> {
    let mut found = Vec::new();
    leaves(&printed_json(service), &mut |_, field, value| {
        if field != "metadata.resourceVersion" && !field.contains(LAST_APPLIED) {
            found.push((field.to_owned(), go_json(value)));
        }
    });
    found
}

fn ranges(cluster: &Cluster) -> Vec<RangeReport> {
    let env = cluster.env();
    let mut reports = Vec::new();
    for family in env.ranges.families() {
        for (cidr, usable) in cluster.pools().ready_ranges(env, family) {
            let bits = cluster.pools().taken(family).iter();
            let ips = bits.filter_map(|bits| from_bits(family, bits));
            let taken = ips.filter(|ip| cidr.contains(*ip)).map(|ip| (ip, String::new())).collect();
            let static_band = usable.band;
            reports.push(RangeReport { cidr, family, usable: usable.count, static_band, taken });
        }
    }
    for ((namespace, name), service) in cluster.services() {
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
