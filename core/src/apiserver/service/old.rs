//! What happened to a Service up to 1.22? Create and update as a list of stages in upstream's order:
//! rules REL-40 to REL-53.
//! Source: pkg/registry/core/service/storage/rest.go (Create, Update) and strategy.go of those releases.
//!
//! The object is validated first, then families are settled and addresses allocated: a wrong port name
//! is reported before, and instead of, an address that is taken.

use std::mem::take;

use super::allocate::{Ask, allocate_create, allocate_update};
use super::errors::{Errors, Refusal};
use super::node_ports::{allocate_node_ports, has_node_ports};
use super::update::validate_update;
use super::validate::{external_traffic_combination, validate};
use super::{families, sync};
use crate::api::field_path::FieldPath;
use crate::api::service::{LOAD_BALANCER, Service};
use crate::explain::trace::Trace;
use crate::facts;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A dry run asks for no address.
    DRY_RUN_ASSIGNS_NO_ADDRESS {
        id: "REL-46", slug: "dry-run-assigns-no-address",
        versions: Versions::until(22),
        source: "pkg/registry/core/service/storage/rest.go Create",
        evidence: Recorded,
        facts: [],
        en: "A dry run does not use the allocators: no address is allocated, and a specified address is not checked.",
        zh: "试运行不使用分配器：不分配地址，也不检查指定的地址。",
    }
    /// A type that nothing outside reaches loses the policy.
    EXTERNAL_POLICY_GOES_WITH_THE_TYPE {
        id: "REL-49", slug: "external-policy-goes-with-the-type",
        versions: Versions::until(22),
        source: "pkg/registry/core/service/storage/rest.go externalTrafficPolicyUpdate",
        evidence: Recorded,
        facts: [],
        en: "A Service of the new type is not reachable from outside the cluster, so `externalTrafficPolicy` is removed, even if it was sent again.",
        zh: "新类型的 Service 无法从集群外部访问，因此移除 `externalTrafficPolicy`，即使请求中再次指定了它。",
    }
}

/// Takes a decoded and defaulted Service through a create, up to storage.
///
/// # Errors
/// The first stage that refuses it. What was taken is in the transaction.
pub fn create(ask: &mut Ask, service: &mut Service, trace: &mut Trace) -> Result<(), Refusal> {
    let behavior = &ask.env.behavior;
    service.status = Default::default();
    sync::normalize_create(&mut service.spec, trace);
    sync::drop_disabled(behavior, None, service, trace);
    let mut errors = Errors::new(behavior, trace);
    validate(service, None, &mut errors);
    errors.end()?;
    families::init_ip_family_fields_old(ask.env, service, trace)?;
    if ask.dry_run {
        trace.note(&DRY_RUN_ASSIGNS_NO_ADDRESS, FieldPath::spec("clusterIPs"), facts![]);
    } else {
        allocate_create(ask, service, trace)?;
    }
    allocate_node_ports(ask, None, service, trace)?;
    let mut errors = Errors::new(behavior, trace);
    external_traffic_combination(service, &mut errors);
    errors.end()
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
) -> Result<(), Refusal> {
    let behavior = &ask.env.behavior;
    new.status.clone_from(&old.status);
    sync::normalize_update(&old.spec, &mut new.spec, trace);
    sync::drop_disabled(behavior, Some(old), new, trace);
    sync::drop_type_dependent(behavior, old, new, trace);
    families::trim_for_downgrade(behavior, old, new, trace);
    let mut errors = Errors::new(behavior, trace);
    validate_update(old, new, &mut errors);
    validate(new, Some(old), &mut errors);
    errors.end()?;
    families::init_ip_family_fields_old(ask.env, new, trace)?;
    if ask.dry_run {
        trace.note(&DRY_RUN_ASSIGNS_NO_ADDRESS, FieldPath::spec("clusterIPs"), facts![]);
    } else {
        allocate_update(ask, old, new, trace)?;
    }
    allocate_node_ports(ask, Some(old), new, trace)?;
    if new.spec.type_ != LOAD_BALANCER && new.status != Default::default() {
        new.status.load_balancer = Default::default();
        let at = FieldPath::default().field("status").field("loadBalancer");
        trace.removed(&sync::TYPE_LOSES_STATUS, at, facts![], "");
    }
    if has_node_ports(&old.spec)
        && !has_node_ports(&new.spec)
        && !new.spec.external_traffic_policy.is_empty()
    {
        let dropped = take(&mut new.spec.external_traffic_policy);
        let at = FieldPath::spec("externalTrafficPolicy");
        trace.removed(&EXTERNAL_POLICY_GOES_WITH_THE_TYPE, at, facts![], dropped);
    }
    let mut errors = Errors::new(behavior, trace);
    external_traffic_combination(new, &mut errors);
    errors.end()
}
