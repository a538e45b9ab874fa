//! What happens to a Service on its way into storage? Create and update as a list of stages in
//! upstream's order: rules PHASE-C and PHASE-U.
//! Source: pkg/registry/core/service/storage/storage.go (beginCreate, beginUpdate) and strategy.go.
//!
//! Today addresses are allocated before the object is validated: a wrong static address is reported
//! before, and instead of, a wrong port name. Up to 1.22 it was the other way round (`old.rs`).

pub mod allocate;
pub mod default;
pub mod errors;
pub mod families;
pub mod metadata;
pub mod names;
pub mod node_ports;
pub mod old;
pub mod read;
pub mod sync;
pub mod update;
pub mod validate;
pub mod warn;

use std::net::IpAddr;

use crate::api::service::{CLUSTER_IP, LOAD_BALANCER, NODE_PORT, NONE, Service, ServiceSpec};
use crate::apiserver::allocators::Pools;
use crate::explain::diagnostic::Diagnostic;
use crate::explain::trace::Trace;
use crate::net::Family;
use crate::net::go_parse::parse_ip;
use crate::release::behavior::Behavior;

use allocate::Ask;
use errors::{Errors, Refusal};

/// Reached from outside: `LoadBalancer`, `NodePort`, or a `ClusterIP` with external addresses
/// (the latter not in releases up to 1.28, REL-26).
#[must_use]
pub fn externally_accessible(behavior: &Behavior, spec: &ServiceSpec) -> bool {
    match spec.type_.as_str() {
        LOAD_BALANCER | NODE_PORT => true,
        CLUSTER_IP => behavior.external_ips_are_external_access && !spec.external_ips.is_empty(),
        _ => false,
    }
}

/// What a request took, to be given back if it fails, and what it releases if it succeeds
/// (TXN-1, TXN-2).
#[derive(Debug, Default)]
pub struct Txn {
    taken_addresses: Vec<(Family, IpAddr)>,
    taken_ports: Vec<i32>,
    released_addresses: Vec<(Family, IpAddr)>,
    released_ports: Vec<i32>,
}

impl Txn {
    /// The request took an address.
    pub fn took_address(&mut self, family: Family, ip: IpAddr) {
        self.taken_addresses.push((family, ip));
    }

    /// The addresses taken so far are not given back, whatever happens (TXN-3).
    pub fn forget_addresses(&mut self) {
        self.taken_addresses.clear();
    }

    /// The request took a node port.
    pub fn took_port(&mut self, port: i32) {
        self.taken_ports.push(port);
    }

    /// If the request succeeds this address is given back.
    pub fn release_address_on_commit(&mut self, text: &str) {
        if let Some(read) = parse_ip(text) {
            self.released_addresses.push((Family::of(read.ip), read.ip));
        }
    }

    /// If the request succeeds this node port is given back.
    pub fn release_port_on_commit(&mut self, port: i32) {
        self.released_ports.push(port);
    }

    /// The request succeeded. Addresses of families the cluster lost are passed over in silence.
    pub fn commit(self, ask_has_family: impl Fn(Family) -> bool, pools: &mut Pools) {
        for (family, ip) in self.released_addresses {
            if ask_has_family(family) {
                pools.release_address(family, ip);
            }
        }
        for port in self.released_ports {
            pools.release_port(port);
        }
    }

    /// The request failed.
    pub fn revert(self, pools: &mut Pools) {
        for (family, ip) in self.taken_addresses {
            pools.release_address(family, ip);
        }
        for port in self.taken_ports {
            pools.release_port(port);
        }
    }
}

/// Takes a decoded and defaulted Service through a create, up to storage.
///
/// # Errors
/// The first stage that refuses it. What was taken is in the transaction.
pub fn create(
    ask: &mut Ask,
    service: &mut Service,
    trace: &mut Trace,
) -> Result<Vec<Diagnostic>, Refusal> {
    let behavior = &ask.env.behavior;
    if behavior.is_old() {
        old::create(ask, service, trace)?;
        return Ok(Vec::new());
    }
    sync::drop_disabled(behavior, None, service, trace);
    sync::normalize_create(&mut service.spec, trace);
    families::init_ip_family_fields(ask.env, None, service, trace)?;
    allocate::allocate_create(ask, service, trace)?;
    node_ports::allocate_node_ports(ask, None, service, trace)?;
    service.status = Default::default();
    let mut errors = Errors::new(behavior, trace);
    validate::validate(service, None, &mut errors);
    errors.end()?;
    Ok(warn::warnings(behavior, service, trace))
}

/// Takes a decoded and defaulted Service through an update, up to storage. `old` is the stored
/// object as a read shows it.
///
/// # Errors
/// The first stage that refuses it. What was taken is in the transaction.
pub fn update(
    ask: &mut Ask,
    old: &Service,
    new: &mut Service,
    trace: &mut Trace,
) -> Result<Vec<Diagnostic>, Refusal> {
    let behavior = &ask.env.behavior;
    if behavior.is_old() {
        old::update(ask, old, new, trace)?;
        return Ok(Vec::new());
    }
    sync::drop_disabled(behavior, Some(old), new, trace);
    sync::carry_over(behavior, &old.spec, &mut new.spec, trace);
    sync::normalize_update(&old.spec, &mut new.spec, trace);
    families::init_ip_family_fields(ask.env, Some(old), new, trace)?;
    if !families::prefer_is_left_alone(old, new) {
        allocate::allocate_update(ask, old, new, trace)?;
    }
    node_ports::allocate_node_ports(ask, Some(old), new, trace)?;
    new.status.clone_from(&old.status);
    sync::drop_type_dependent(behavior, old, new, trace);
    let mut errors = Errors::new(behavior, trace);
    update::validate_update(old, new, &mut errors);
    validate::validate(new, Some(old), &mut errors);
    errors.end()?;
    Ok(warn::warnings(behavior, new, trace))
}

/// What a deletion gives back (DEL-1).
pub fn release(service: &Service, txn: &mut Txn) {
    let spec = &service.spec;
    if !spec.is_external_name() && spec.cluster_ip != NONE {
        for text in &spec.cluster_ips {
            txn.release_address_on_commit(text);
        }
    }
    // Upstream frees whatever number the object names, whoever holds it (TXN-5).
    for port in spec.ports.iter().filter(|port| port.node_port != 0) {
        txn.release_port_on_commit(port.node_port);
    }
    if spec.needs_health_check() && spec.health_check_node_port != 0 {
        txn.release_port_on_commit(spec.health_check_node_port);
    }
}
