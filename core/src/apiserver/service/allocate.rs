//! Which cluster IPs does a Service get? Rules IP-1 to IP-13, TXN-1 to TXN-3.
//! Source: pkg/registry/core/service/storage/alloc.go allocClusterIPs.
//!
//! Runs after families are settled and before the whole object is validated.
//! Invariant: on Ok, every family of a Service with addresses has one, and `clusterIP` is the first.

use std::net::IpAddr;

use super::Txn;
use super::errors::{Errors, Refusal, listed, print_ips};
use super::families::known_families;
use super::names::path_segment;
use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::api::service::Service;
use crate::api::status::{APISERVER_PANICS, Status};
use crate::apiserver::allocators::{AllocError, Picker, Pools};
use crate::apiserver::environment::{AllocatorKind, Env};
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::text::Text;
use crate::explain::trace::{FactValue, Origin, Trace};
use crate::facts;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};
use crate::release::behavior::NamelessAllocation;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::SERVICE_CLUSTER_IP_RANGE;

rules! {
    /// Nothing to allocate for an alias or a headless Service.
    NO_ADDRESS_NEEDED {
        id: "IP-1", slug: "no-address-needed",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "`clusterIP: None` makes the Service headless: no address is allocated, and DNS returns the addresses of the Pods.",
        zh: "`clusterIP: None` 使该 Service 成为无头服务：不分配地址，DNS 返回 Pod 自身的地址。",
    }
    /// The first address is also `clusterIP`.
    CLUSTER_IP_IS_THE_FIRST {
        id: "IP-3", slug: "cluster-ip-is-the-first",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "`clusterIP` is always a copy of the first entry of `clusterIPs`.",
        zh: "`clusterIP` 始终是 `clusterIPs` 第一项的副本。",
    }
    /// The addresses stay as they are.
    ADDRESSES_STAY {
        id: "IP-4", slug: "addresses-stay",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocUpdate",
        evidence: Recorded,
        facts: [],
        en: "The update requests no other addresses, so the Service keeps its addresses.",
        zh: "此更新没有请求其他地址，因此 Service 保留现有地址。",
    }
    /// An alias becomes a Service with addresses.
    LEAVING_EXTERNAL_NAME_ALLOCATES {
        id: "IP-5", slug: "leaving-external-name-allocates",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocUpdate",
        evidence: Recorded,
        facts: [],
        en: "The Service was of `type: ExternalName` and had no addresses; now they are allocated as for a new Service.",
        zh: "该 Service 原为 ExternalName 类型，没有地址；现在像新建的 Service 一样分配地址。",
    }
    /// Headless is for life.
    HEADLESS_ALLOCATES_NOTHING {
        id: "IP-6", slug: "headless-allocates-nothing",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocUpdate",
        evidence: Recorded,
        facts: [],
        en: "The stored Service is headless, so no address is allocated, whatever the new object specifies.",
        zh: "已存储的 Service 是无头服务，因此无论新对象如何设置，都不分配地址。",
    }
    /// A Service with addresses becomes an alias.
    EXTERNAL_NAME_RELEASES_ADDRESSES {
        id: "IP-7", slug: "external-name-releases-addresses",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go releaseUpdate",
        evidence: Recorded,
        facts: [released],
        en: "A Service of `type: ExternalName` has no addresses: {released} is released.",
        zh: "ExternalName 类型的 Service 没有地址：释放 {released}。",
    }
    /// One family becomes two.
    UPGRADE_ALLOCATES_SECOND {
        id: "IP-8", slug: "upgrade-allocates-the-second",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocUpdate",
        evidence: Recorded,
        facts: [family],
        en: "The Service changes from one address family to two: only the second address, {family}, is allocated.",
        zh: "Service 从一个地址族变为两个：只分配第二个地址 {family}。",
    }
    /// Two families become one.
    DOWNGRADE_RELEASES_SECOND {
        id: "IP-9", slug: "downgrade-releases-the-second",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go releaseUpdate",
        evidence: Recorded,
        facts: [released],
        en: "The Service changes from two address families to one: {released} is released.",
        zh: "Service 从两个地址族变为一个：释放 {released}。",
    }
    /// A named address cannot be had.
    STATIC_ADDRESS_REFUSED {
        id: "IP-11", slug: "static-address-is-refused",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocIPs",
        evidence: Recorded,
        facts: [ip, problem, ranges],
        en: "{ip} {problem} {ranges}.",
        zh: "地址 {ip} {problem} {ranges}。",
    }
    /// Nothing is free.
    RANGE_IS_FULL {
        id: "IP-12", slug: "range-is-full",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocIPs",
        evidence: Recorded,
        facts: [family],
        en: "No {family} address is free: every Service CIDR of this address family is full, or there is none.",
        zh: "没有空闲的 {family} 地址：该地址族的所有 Service CIDR 均已满，或没有 Service CIDR。",
    }
    /// The address would belong to an object with an impossible name.
    ADDRESS_NEEDS_AN_OWNER {
        id: "IP-13", slug: "address-needs-a-named-owner",
        versions: Versions::since(31),
        source: "pkg/registry/core/service/ipallocator/ipallocator.go createIPAddress",
        evidence: Recorded,
        facts: [name],
        en: "For each address an IPAddress object is created that references the Service; with the name {name} it cannot be created. The name itself would be validated later.",
        zh: "每个地址都对应一个引用该 Service 的 IPAddress 对象；名称为 {name} 时无法创建该对象。名称本身的校验在之后进行。",
    }
    /// One address was taken, the other could not be had, and the first is not given back.
    FAILED_DUAL_STACK_LEAKS {
        id: "TXN-3", slug: "failed-dual-stack-allocation-leaks",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/storage/alloc.go allocIPs",
        evidence: Recorded,
        fidelity: crate::explain::rule::Fidelity::Chosen(ORDER),
        facts: [ip],
        en: "{ip} was already allocated to this request when the other address family failed, and upstream does not release it: the address leaks until the repair loop finds it.",
        zh: "另一个地址族分配失败时，{ip} 已经分配给此请求，但上游没有将其释放：该地址会一直泄漏，直到修复循环发现为止。",
    }
}

/// What is wrong with an address or a port, in front of the range.
pub(super) const OUTSIDE: Text = Text { en: "lies outside", zh: "不属于" };
pub(super) const TAKEN: Text =
    Text { en: "is already allocated in", zh: "已被占用，它属于" };
pub(super) const UNUSABLE: Text = Text {
    en: "is not one of the addresses that can be allocated in",
    zh: "不是可以分配的地址，尽管属于",
};

const EVERY_RANGE: Text = Text { en: "every Service CIDR", zh: "任何 Service CIDR" };

const ORDER: Text = Text {
    en: "Upstream iterates over a Go map: the primary address family is first in seven of eight cases. Here a hash of the seed decides, with the same probability.",
    zh: "上游遍历 Go map：主地址族在八次中有七次先被处理。此处由种子的哈希值以相同概率决定。",
};

/// What a request may take, and whether it is a dry run.
pub struct Ask<'a> {
    /// The configuration.
    pub env: &'a Env,
    /// What is taken.
    pub pools: &'a mut Pools,
    /// What this request took and will give back.
    pub txn: &'a mut Txn,
    /// Chance, made repeatable.
    pub picker: Picker,
    /// Whether nothing is to be taken.
    pub dry_run: bool,
}

/// Allocates the addresses of a new Service.
///
/// # Errors
/// IP-11 to IP-13. An address of the other family that was taken before stays taken (TXN-3).
pub fn allocate_create(
    ask: &mut Ask,
    service: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let spec = &mut service.spec;
    if spec.is_external_name() {
        return Ok(());
    }
    if spec.has_no_cluster_ip() {
        trace.note(&NO_ADDRESS_NEEDED, FieldPath::spec("clusterIP"), facts![]);
        return Ok(());
    }
    // Without the gate there is one address, and no list of families.
    let families = if ask.env.behavior.dual_stack.on() {
        known_families(service)
    } else {
        vec![ask.env.ranges.primary()]
    };
    allocate(ask, service, &families, 0, trace)?;
    let spec = &mut service.spec;
    if let Some(first) = spec.cluster_ips.first()
        && spec.cluster_ip != *first
    {
        spec.cluster_ip.clone_from(first);
        let (at, from) = (FieldPath::spec("clusterIP"), FieldPath::spec("clusterIPs").index(0));
        trace.copied(&CLUSTER_IP_IS_THE_FIRST, at, from, first.clone());
    }
    Ok(())
}

/// Allocates what an update adds, and remembers what it will release.
///
/// # Errors
/// As for a create.
pub fn allocate_update(
    ask: &mut Ask,
    old: &Service,
    new: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let path = FieldPath::spec("clusterIPs");
    if old.spec.is_external_name() {
        if !new.spec.is_external_name() {
            trace.note(&LEAVING_EXTERNAL_NAME_ALLOCATES, path, facts![]);
        }
        return allocate_create(ask, new, trace);
    }
    if old.spec.has_no_cluster_ip() {
        trace.note(&HEADLESS_ALLOCATES_NOTHING, path, facts![]);
        return Ok(());
    }
    if new.spec.is_external_name() {
        for text in &old.spec.cluster_ips {
            let released = text.as_str();
            trace.note(&EXTERNAL_NAME_RELEASES_ADDRESSES, path.clone(), facts![released]);
            ask.txn.release_address_on_commit(text);
        }
        return Ok(());
    }
    match (old.spec.ip_families.len(), new.spec.ip_families.len()) {
        _ if !ask.env.behavior.dual_stack.on() => {
            trace.note(&ADDRESSES_STAY, path, facts![]);
            Ok(())
        }
        (1, 2) => {
            let families = known_families(new);
            if let [_, family] = families.as_slice() {
                trace.note(&UPGRADE_ALLOCATES_SECOND, path.index(1), facts![family = *family]);
            }
            allocate(ask, new, &families, 1, trace)
        }
        (2, 1) => {
            if let Some(text) = old.spec.cluster_ips.get(1) {
                let released = text.as_str();
                let at = path.index(1);
                trace.removed(&DOWNGRADE_RELEASES_SECOND, at, facts![released], text.clone());
                ask.txn.release_address_on_commit(text);
            }
            Ok(())
        }
        _ => {
            trace.note(&ADDRESSES_STAY, path, facts![]);
            Ok(())
        }
    }
}

/// Asks for an address of each family from the `skip`th on, and writes them into `clusterIPs`.
fn allocate(
    ask: &mut Ask,
    service: &mut Service,
    families: &[Family],
    skip: usize,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    while service.spec.cluster_ips.len() < families.len() {
        service.spec.cluster_ips.push(String::new());
    }
    // Upstream walks a map of families.
    let mut order: Vec<usize> = (skip..families.len()).collect();
    if order.len() == 2 && ask.picker.below(32, 8) == 0 {
        order.reverse();
    }
    let mut leaked: Option<IpAddr> = None;
    // Nothing is written before every family has its address: an error prints the list as it was sent, with ""
    // for what was to be allocated.
    let mut picked = Vec::new();
    for at in order {
        // A headless Service without selector lists a family that the cluster does not have, and upstream does not
        // check it again: it calls an allocator that is not there.
        if !ask.env.ranges.has(families[at]) {
            let at = FieldPath::spec("ipFamilies").index(at);
            trace.reject(&APISERVER_PANICS, at, facts![]);
            return Err(Refusal::Status(Status::panicked()));
        }
        let path = FieldPath::spec("clusterIPs").index(at);
        let named = parse_ip(&service.spec.cluster_ips[at]).map(|read| read.ip);
        match one(ask, families[at], named, &path, &service.metadata.name, trace) {
            Ok(ip) => {
                if named.is_some() {
                    let origin = if at == 0 { FieldPath::spec("clusterIP") } else { path };
                    because_last(trace, origin);
                } else {
                    picked.push((at, ip));
                }
                if !ask.dry_run {
                    leaked = Some(ip);
                    ask.txn.took_address(families[at], ip);
                }
            }
            Err(failure) => {
                if let Some(ip) = leaked.filter(|_| !ask.env.behavior.is_old()) {
                    ask.txn.forget_addresses();
                    trace.note(&FAILED_DUAL_STACK_LEAKS, path.clone(), facts![ip]);
                }
                let both = ask.pools.writes_both(ask.env);
                let ranges = ask.pools.ready_ranges(ask.env, families[at]);
                let ranges: Vec<Cidr> = ranges.into_iter().map(|(range, _)| range).collect();
                let of = (families[at], ranges.as_slice());
                return Err(refuse(ask.env, both, service, of, named, failure, trace));
            }
        }
    }
    for (at, ip) in picked {
        service.spec.cluster_ips[at] = ip.to_string();
    }
    Ok(())
}

fn because_last(trace: &mut Trace, origin: FieldPath) {
    if let Some(last) = trace.steps().len().checked_sub(1) {
        trace.because(crate::explain::trace::StepId(last), Origin::Manifest(origin));
    }
}

enum Failure {
    Alloc(AllocError),
    /// The IPAddress object of this address cannot exist; with the complaints about its parent.
    Owner(IpAddr, String),
}

fn one(
    ask: &mut Ask,
    family: Family,
    named: Option<IpAddr>,
    path: &FieldPath,
    name: &str,
    trace: &mut Trace,
) -> Result<IpAddr, Failure> {
    let (env, picker) = (ask.env, ask.picker);
    if ask.dry_run {
        let result = ask.pools.dry_run_address(env, family, named, picker, trace, path.clone());
        return result.map_err(Failure::Alloc);
    }
    let mut quiet = Trace::default();
    let owner = owner_complaint(env, name);
    let trace = if owner.is_some() { &mut quiet } else { trace };
    let ip = match named {
        Some(ip) => {
            let result = ask.pools.allocate_static(env, family, ip, trace, path.clone());
            result.map(|()| ip).map_err(Failure::Alloc)?
        }
        None => {
            let result = ask.pools.allocate_dynamic(env, family, picker, trace, path.clone());
            result.map_err(Failure::Alloc)?
        }
    };
    if let Some(complaint) = owner {
        ask.pools.release_address(family, ip);
        return Err(Failure::Owner(ip, complaint));
    }
    Ok(ip)
}

/// Why no IPAddress object can name a Service of this name as its parent.
fn owner_complaint(env: &Env, name: &str) -> Option<String> {
    if env.allocator == AllocatorKind::Bitmap {
        return None;
    }
    if name.is_empty() {
        return Some("spec.parentRef.name: Required value".to_owned());
    }
    let complaints: Vec<String> = path_segment(name, false)
        .into_iter()
        .map(|complaint| {
            format!("spec.parentRef.name: Invalid value: {}: {complaint}", quote(name))
        })
        .collect();
    match complaints.len() {
        0 => None,
        1 => Some(complaints.join("")),
        _ => Some(format!("[{}]", complaints.join(", "))),
    }
}

fn refuse(
    env: &Env,
    writes_both: bool,
    service: &Service,
    (family, ranges): (Family, &[Cidr]),
    named: Option<IpAddr>,
    failure: Failure,
    trace: &mut Trace,
) -> Refusal {
    let path = FieldPath::spec("clusterIPs");
    let behavior = &env.behavior;
    let name = &service.metadata.name;
    let static_ip = named.map(|ip| ip.to_string());
    let full = |cause: &str, rule, facts, trace: &mut Trace| {
        let of = if behavior.range_full_names_service {
            format!(" for Service {}", quote(name))
        } else {
            String::new()
        };
        let step = trace.reject(rule, path.clone(), facts);
        trace.because(step, Origin::Flag(SERVICE_CLUSTER_IP_RANGE));
        let text = format!("failed to allocate a serviceIP{of}: {cause}");
        let mut inner = Diagnostic::plain(Program::KubeApiserver, text);
        inner.step = Some(step);
        Refusal::Status(Status::internal(inner))
    };
    let (rule, why) = match (&failure, &static_ip) {
        (Failure::Alloc(error), None)
            if *error == AllocError::Full || behavior.dynamic_failures_are_internal =>
        {
            return full(&error.to_string(), &RANGE_IS_FULL, facts![family], trace);
        }
        (Failure::Alloc(error), None) => (&RANGE_IS_FULL, error.to_string()),
        (Failure::Alloc(error), Some(_)) => (&STATIC_ADDRESS_REFUSED, error.to_string()),
        (Failure::Owner(ip, complaint), _) => {
            let cause = format!(
                "IPAddress.networking.k8s.io {} is invalid: {complaint}",
                quote(&ip.to_string())
            );
            let hidden = match behavior.nameless_allocation {
                NamelessAllocation::Shown => false,
                NamelessAllocation::HiddenWithoutBitmap => !writes_both,
                NamelessAllocation::Hidden => true,
            };
            if static_ip.is_none() && behavior.dynamic_failures_are_internal {
                let cause = if hidden { "range is full" } else { &cause };
                let facts = facts![name = quote(name)];
                return full(cause, &ADDRESS_NEEDS_AN_OWNER, facts, trace);
            }
            (&ADDRESS_NEEDS_AN_OWNER, cause)
        }
    };
    let facts = match &static_ip {
        Some(ip) if rule == &STATIC_ADDRESS_REFUSED => {
            let is_taken = matches!(failure, Failure::Alloc(AllocError::Allocated));
            let holds = named.is_some_and(|ip| ranges.iter().any(|range| range.contains(ip)));
            let problem = match (is_taken, holds) {
                (true, _) => TAKEN,
                (false, true) => UNUSABLE,
                (false, false) => OUTSIDE,
            };
            let ranges: Vec<String> = ranges.iter().map(ToString::to_string).collect();
            let ranges: FactValue =
                if ranges.is_empty() { EVERY_RANGE.into() } else { listed(&ranges).into() };
            facts![ip = ip.as_str(), problem, ranges]
        }
        _ if rule == &RANGE_IS_FULL => facts![family],
        _ => facts![name = quote(name)],
    };
    let detail = match static_ip {
        // The address is printed as it was sent.
        Some(ip) => {
            let mut sent = service.spec.cluster_ips.iter();
            let sent = sent.find(|text| parse_ip(text).map(|read| read.ip) == named);
            let ip = sent.unwrap_or(&ip);
            if behavior.is_old() {
                format!("failed to allocated ip:{ip} with error:{why}")
            } else {
                format!("failed to allocate IP {ip}: {why}")
            }
        }
        None => format!("failed to allocate IP: {why}"),
    };
    let printed = print_ips(behavior, &service.spec);
    let mut errors = Errors::new(behavior, trace);
    errors.invalid_with(rule, path, printed, detail, facts);
    Refusal::Invalid(errors.into_list())
}
