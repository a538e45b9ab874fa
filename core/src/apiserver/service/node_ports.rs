//! Which node ports does a Service get? Rules PORT-1 to PORT-13, TXN-4.
//! Source: pkg/registry/core/service/storage/alloc.go allocNodePorts, initNodePorts, updateNodePorts,
//! allocHealthCheckNodePort; portallocator/operation.go.
//!
//! Runs after addresses are allocated and before the whole object is validated.

use super::allocate::{Ask, OUTSIDE, TAKEN};
use super::errors::{Errors, Refusal};
use super::update::HEALTH_PORT_IS_IMMUTABLE;
use crate::api::field_path::FieldPath;
use crate::api::service::{LOAD_BALANCER, NODE_PORT, Service, ServiceSpec};
use crate::api::status::Status;
use crate::apiserver::allocators::{AllocError, PICKS};
use crate::apiserver::environment::PortRange;
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::rule::Fidelity;
use crate::explain::text::Text;
use crate::explain::trace::{Origin, Trace};
use crate::facts;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::SERVICE_NODE_PORT_RANGE;

rules! {
    /// A load balancer that wants no node ports.
    NO_NODE_PORT_WANTED {
        id: "PORT-3", slug: "no-node-port-wanted",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initNodePorts",
        evidence: Recorded,
        facts: [],
        en: "`allocateLoadBalancerNodePorts` is false, so no node port is allocated.",
        zh: "`allocateLoadBalancerNodePorts` 为 false，因此不分配节点端口。",
    }
    /// A node port was named.
    NODE_PORT_AS_NAMED {
        id: "PORT-4a", slug: "node-port-is-taken-as-named",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initNodePorts",
        evidence: Recorded,
        facts: [port],
        en: "The requested node port {port} is free, so it is allocated. The same number is used for both address families.",
        zh: "请求指定的节点端口 {port} 空闲，因此予以分配。两个地址族使用同一端口号。",
    }
    /// A node port was picked.
    NODE_PORT_IS_PICKED {
        id: "PORT-4b", slug: "node-port-is-picked",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/portallocator/operation.go AllocateNext",
        evidence: Recorded,
        fidelity: Fidelity::Chosen(PICKS),
        facts: [port],
        en: "Node port {port} was picked from `--service-node-port-range`. The same number is used for both address families.",
        zh: "从 `--service-node-port-range` 中选取了节点端口 {port}。两个地址族使用同一端口号。",
    }
    /// The same port number under another protocol.
    PROTOCOLS_SHARE_A_NODE_PORT {
        id: "PORT-5", slug: "protocols-share-a-node-port",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initNodePorts",
        evidence: Recorded,
        facts: [port],
        en: "The port differs from another one only in its protocol: both share node port {port}. (Only on create; an update allocates a new one.)",
        zh: "此端口与另一端口只有协议不同：两者共用节点端口 {port}。（仅在创建时；更新时会另行分配。）",
    }
    /// A named node port cannot be had.
    NODE_PORT_REFUSED {
        id: "PORT-6", slug: "node-port-is-refused",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/portallocator/allocator.go Allocate",
        evidence: Recorded,
        facts: [port, problem, range],
        en: "Node port {port} {problem} {range}.",
        zh: "节点端口 {port} {problem} {range}。",
    }
    /// No node port is free.
    NODE_PORTS_ARE_FULL {
        id: "PORT-7", slug: "node-ports-are-full",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/portallocator/allocator.go AllocateNext",
        evidence: Recorded,
        facts: [range],
        en: "No port of {range}, the value of `--service-node-port-range`, is free.",
        zh: "`--service-node-port-range` 的 {range} 中没有空闲端口。",
    }
    /// The type has no node ports any more.
    NODE_PORTS_ARE_RELEASED {
        id: "PORT-9", slug: "node-ports-are-released",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go releaseUpdate",
        evidence: Recorded,
        facts: [port],
        en: "Node port {port} is no longer used and is released.",
        zh: "节点端口 {port} 不再使用，因此被释放。",
    }
    /// A protocol and node port stand twice in an update.
    NODE_PORT_REPEATED_IN_UPDATE {
        id: "PORT-10", slug: "node-port-repeated-in-update",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go updateNodePorts",
        evidence: SourceRead,
        facts: [port, protocol],
        en: "Two ports of the update specify node port {port} for {protocol}. Upstream returns only an HTTP 500 that names no field.",
        zh: "更新中有两个端口都为 {protocol} 指定了节点端口 {port}。上游只返回 HTTP 500，不指明是哪个字段。",
    }
    /// A port for health checks was picked or taken as named.
    HEALTH_PORT_IS_TAKEN {
        id: "PORT-11a", slug: "health-check-port-is-taken",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocHealthCheckNodePort",
        evidence: Recorded,
        fidelity: Fidelity::Chosen(PICKS),
        facts: [port],
        en: "A load balancer with `externalTrafficPolicy: Local` checks the health of nodes on port {port}.",
        zh: "`externalTrafficPolicy: Local` 的负载均衡器通过端口 {port} 检查节点的健康状态。",
    }
    /// No port for health checks can be had.
    HEALTH_PORT_REFUSED {
        id: "PORT-11b", slug: "health-check-port-is-refused",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go allocHealthCheckNodePort",
        evidence: Recorded,
        facts: [port, problem, range],
        en: "Health check node port {port} {problem} {range}. This step runs before validation, so even an invalid number results in a 500.",
        zh: "健康检查节点端口 {port} {problem} {range}。此步骤先于校验，因此即使是无效的端口号也会返回 500。",
    }
    /// Health checks are over.
    HEALTH_PORT_IS_RELEASED {
        id: "PORT-12", slug: "health-check-port-is-released",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go releaseUpdate",
        evidence: Recorded,
        facts: [port],
        en: "No health check is needed any more: port {port} is released.",
        zh: "不再需要健康检查：释放端口 {port}。",
    }
    /// A dry run shows stand-ins for ports.
    DRY_RUN_COUNTS_FROM_32769 {
        id: "DRY-1b", slug: "dry-run-counts-from-32769",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/portallocator/operation.go AllocateNext",
        evidence: Recorded,
        facts: [port],
        en: "A dry run allocates no port; it shows {port}, counted up from 32769.",
        zh: "试运行不分配端口；显示的 {port} 从 32769 起递增。",
    }
}

/// Whether a type has node ports at all.
#[must_use]
pub fn has_node_ports(spec: &ServiceSpec) -> bool {
    matches!(spec.type_.as_str(), NODE_PORT | LOAD_BALANCER)
}

/// PORT-2: whether missing node ports are picked.
fn may_allocate(spec: &ServiceSpec, control: bool) -> bool {
    match spec.type_.as_str() {
        NODE_PORT => true,
        // Up to 1.21 the field is dropped and every load balancer gets node ports (REL-51).
        LOAD_BALANCER => !control || spec.allocate_load_balancer_node_ports == Some(true),
        _ => false,
    }
}

/// The ports that one request takes: all or nothing.
struct Operation<'a, 'b> {
    ask: &'a mut Ask<'b>,
    taken: Vec<i32>,
}

impl Operation<'_, '_> {
    fn named(&mut self, port: i32) -> Result<(), AllocError> {
        // A dry run asks only whether somebody holds the port; outside the range nobody does (DRY-1).
        if self.ask.dry_run {
            let taken =
                u128::try_from(port).is_ok_and(|port| self.ask.pools.taken_ports().contains(port));
            if taken || self.taken.contains(&port) {
                return Err(AllocError::Allocated);
            }
        } else {
            self.ask.pools.allocate_port(self.ask.env.node_ports, port)?;
            self.ask.txn.took_port(port);
        }
        self.taken.push(port);
        Ok(())
    }

    fn any(&mut self, resource: u64) -> Result<i32, AllocError> {
        let port = if self.ask.dry_run {
            self.taken.iter().max().map_or(32769, |highest| highest + 1)
        } else {
            let (env, picker) = (self.ask.env, self.ask.picker);
            let port = self.ask.pools.allocate_any_port(env, picker, resource)?;
            self.ask.txn.took_port(port);
            port
        };
        self.taken.push(port);
        Ok(port)
    }

    fn picked(&self, trace: &mut Trace, at: FieldPath, port: i32) {
        let rule = if self.ask.dry_run { &DRY_RUN_COUNTS_FROM_32769 } else { &NODE_PORT_IS_PICKED };
        trace.allocated(rule, at, facts![port = port.to_string()], port.to_string());
    }
}

/// Chance of a port: its number and protocol, so that ports do not swap their node ports when
/// another one is added.
fn resource(port: i32, protocol: &str) -> u64 {
    let hash = |hash: u64, byte| hash.wrapping_mul(31).wrapping_add(u64::from(byte));
    let protocol = protocol.bytes().fold(7, hash);
    (port as u64) << 32 ^ protocol ^ 1 << 20
}

const UNSET: Text = Text { en: "(not set)", zh: "（未设置）" };
const NONE_FREE: Text = Text {
    en: "cannot be allocated, because no port is free in",
    zh: "无法分配，因为没有空闲端口的范围是",
};

/// What is wrong with a port that was named, in front of the range.
fn problem(error: &AllocError) -> Text {
    if *error == AllocError::Allocated { TAKEN } else { OUTSIDE }
}

/// A range of ports as its flag has it.
fn shown(PortRange { first, last }: PortRange) -> String {
    format!("{first}-{last}")
}

fn text(error: &AllocError) -> String {
    match error {
        AllocError::Allocated => "provided port is already allocated".to_owned(),
        other => other.to_string(),
    }
}

/// Allocates the node ports of a Service, and remembers what an update will release.
///
/// # Errors
/// PORT-6, PORT-7, PORT-10, PORT-11. What was taken so far is in the transaction.
pub fn allocate_node_ports(
    ask: &mut Ask,
    old: Option<&Service>,
    new: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let mut operation = Operation { ask, taken: Vec::new() };
    // What an ExternalName names counts as its own as soon as it gets node ports, whoever holds it (TXN-5).
    let before: Vec<i32> = old
        .filter(|old| has_node_ports(&old.spec) || has_node_ports(&new.spec))
        .map(|old| old.spec.ports.iter().map(|port| port.node_port).filter(|n| *n != 0).collect())
        .unwrap_or_default();
    let behavior = &operation.ask.env.behavior;
    // Up to 1.22 the ports of such a load balancer are not looked at, neither taken nor given back.
    let passed_over = behavior.is_old()
        && new.spec.type_ == LOAD_BALANCER
        && !may_allocate(&new.spec, behavior.lb_node_port_control.on());
    if passed_over {
        trace.note(&NO_NODE_PORT_WANTED, FieldPath::spec("ports"), facts![]);
    } else if has_node_ports(&new.spec) {
        match old {
            None => init_node_ports(&mut operation, new, trace)?,
            Some(_) => update_node_ports(&mut operation, &before, new, trace)?,
        }
    }
    let kept: &dyn Fn(i32) -> bool =
        &|port| has_node_ports(&new.spec) && new.spec.ports.iter().any(|new| new.node_port == port);
    for port in before.into_iter().filter(|port| !passed_over && !kept(*port)) {
        let at = FieldPath::spec("ports");
        let shown = port.to_string();
        trace.removed(&NODE_PORTS_ARE_RELEASED, at, facts![port = shown.clone()], shown);
        operation.ask.txn.release_port_on_commit(port);
    }
    health_check_port(&mut operation, old, new, trace)
}

fn refuse_port(
    operation: &Operation,
    trace: &mut Trace,
    at: FieldPath,
    port: i32,
    error: &AllocError,
) -> Refusal {
    let mut errors = Errors::new(&operation.ask.env.behavior, trace);
    let range = operation.ask.env.node_ports;
    let facts = facts![port = port.to_string(), problem = problem(error), range = shown(range)];
    errors.given(facts).invalid(&NODE_PORT_REFUSED, at, port.to_string(), text(error));
    Refusal::Invalid(errors.into_list())
}

fn refuse_any(
    operation: &Operation,
    trace: &mut Trace,
    at: FieldPath,
    error: &AllocError,
) -> Refusal {
    let range = shown(operation.ask.env.node_ports);
    let step = trace.reject(&NODE_PORTS_ARE_FULL, at, facts![range]);
    trace.because(step, Origin::Flag(SERVICE_NODE_PORT_RANGE));
    let words = format!("failed to allocate a nodePort: {error}");
    let mut inner = Diagnostic::plain(Program::KubeApiserver, words);
    inner.step = Some(step);
    Refusal::Status(Status::internal(inner))
}

fn init_node_ports(
    operation: &mut Operation,
    service: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let control = operation.ask.env.behavior.lb_node_port_control.on();
    let may_allocate = may_allocate(&service.spec, control);
    // Port number -> the node port all its protocols share.
    let mut shared: Vec<(i32, i32)> = Vec::new();
    for i in 0..service.spec.ports.len() {
        let at = FieldPath::port(i).field("nodePort");
        let (number, wanted, protocol) = {
            let port = &service.spec.ports[i];
            (port.port, port.node_port, port.protocol.clone())
        };
        if wanted == 0 && !may_allocate {
            trace.note(&NO_NODE_PORT_WANTED, at, facts![]);
            continue;
        }
        // A range with 0 in it can give out 0, which then looks like no node port.
        let known = shared.iter().find(|(port, node)| *port == number && *node != 0);
        let known = known.map(|(_, node)| *node);
        match known {
            Some(node) if wanted == 0 => {
                service.spec.ports[i].node_port = node;
                let shown = node.to_string();
                let facts = facts![port = shown.clone()];
                trace.set(&PROTOCOLS_SHARE_A_NODE_PORT, at, facts, None, shown);
            }
            Some(node) if node == wanted => {}
            Some(_) => take_named(operation, trace, at.clone(), wanted, at)?,
            None => {
                let mut ports = service.spec.ports.iter().enumerate();
                let named = ports.find(|(_, port)| port.port == number && port.node_port != 0);
                let node = match named.map(|(named, port)| (named, port.node_port)) {
                    // Taken here, and blamed where it is written.
                    Some((named, node)) => {
                        let written = FieldPath::port(named).field("nodePort");
                        take_named(operation, trace, at, node, written)?;
                        node
                    }
                    None => {
                        let picked = operation.any(resource(number, &protocol));
                        let node = picked
                            .map_err(|error| refuse_any(operation, trace, at.clone(), &error))?;
                        operation.picked(trace, at, node);
                        node
                    }
                };
                service.spec.ports[i].node_port = node;
                shared.push((number, node));
            }
        }
    }
    Ok(())
}

/// Takes the node port that stands at `written` for the port at `at`.
fn take_named(
    operation: &mut Operation,
    trace: &mut Trace,
    at: FieldPath,
    port: i32,
    written: FieldPath,
) -> Result<(), Refusal> {
    if let Err(error) = operation.named(port) {
        return Err(refuse_port(operation, trace, at, port, &error));
    }
    let shown = port.to_string();
    let step = trace.allocated(&NODE_PORT_AS_NAMED, at, facts![port = shown.clone()], shown);
    trace.because(step, Origin::Manifest(written));
    Ok(())
}

fn update_node_ports(
    operation: &mut Operation,
    before: &[i32],
    service: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let control = operation.ask.env.behavior.lb_node_port_control.on();
    let may_allocate = may_allocate(&service.spec, control);
    let mut seen: Vec<(String, i32)> = Vec::new();
    for i in 0..service.spec.ports.len() {
        let at = FieldPath::port(i).field("nodePort");
        let (number, wanted, protocol) = {
            let port = &service.spec.ports[i];
            (port.port, port.node_port, port.protocol.clone())
        };
        let mut key = (protocol.clone(), wanted);
        if wanted == 0 {
            if !may_allocate {
                trace.note(&NO_NODE_PORT_WANTED, at, facts![]);
                continue;
            }
            let picked = operation.any(resource(number, &protocol));
            let node = picked.map_err(|error| refuse_any(operation, trace, at.clone(), &error))?;
            operation.picked(trace, at, node);
            service.spec.ports[i].node_port = node;
            key.1 = node;
        } else {
            if seen.contains(&key) {
                let facts = facts![port = wanted.to_string(), protocol = protocol.as_str()];
                trace.reject(&NODE_PORT_REPEATED_IN_UPDATE, at, facts);
                let words = format!("duplicate nodePort: {{{protocol} {wanted}}}");
                return Err(Refusal::Status(Status::bare_error(words)));
            }
            if !before.contains(&wanted) && !operation.taken.contains(&wanted) {
                take_named(operation, trace, at.clone(), wanted, at)?;
            }
        }
        seen.push(key);
    }
    Ok(())
}

/// Up to 1.22 a changed port for health checks is refused here.
fn keep_health_check_port_old(
    operation: &Operation,
    old: &Service,
    new: &Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let behavior = &operation.ask.env.behavior;
    let port = new.spec.health_check_node_port;
    let mut errors = Errors::new(behavior, trace);
    if behavior.is_old() && port != old.spec.health_check_node_port {
        let path = FieldPath::spec("healthCheckNodePort");
        let detail = "cannot change healthCheckNodePort on loadBalancer service with \
                      externalTraffic=Local during update";
        let before = old.spec.health_check_node_port.to_string();
        let errors = errors.given(facts![before, after = port.to_string()]);
        errors.invalid(&HEALTH_PORT_IS_IMMUTABLE, path, port.to_string(), detail);
    }
    errors.end()
}

fn health_check_port(
    operation: &mut Operation,
    old: Option<&Service>,
    new: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let at = FieldPath::spec("healthCheckNodePort");
    let needed_before = old.is_some_and(|old| old.spec.needs_health_check());
    let needed = new.spec.needs_health_check();
    if needed_before && !needed {
        if let Some(port) = old.map(|old| old.spec.health_check_node_port).filter(|port| *port != 0)
        {
            let shown = port.to_string();
            trace.removed(&HEALTH_PORT_IS_RELEASED, at, facts![port = shown.clone()], shown);
            operation.ask.txn.release_port_on_commit(port);
        }
        if operation.ask.env.behavior.is_old() {
            new.spec.health_check_node_port = 0;
        }
        return Ok(());
    }
    if !needed {
        return Ok(());
    }
    if let Some(old) = old.filter(|_| needed_before) {
        return keep_health_check_port_old(operation, old, new, trace);
    }
    let wanted = new.spec.health_check_node_port;
    let result =
        if wanted == 0 { operation.any(8) } else { operation.named(wanted).map(|()| wanted) };
    match result {
        Ok(port) => {
            new.spec.health_check_node_port = port;
            let shown = port.to_string();
            let step = trace.allocated(
                &HEALTH_PORT_IS_TAKEN,
                at.clone(),
                facts![port = shown.clone()],
                shown,
            );
            if wanted != 0 {
                trace.because(step, Origin::Manifest(at));
            }
            Ok(())
        }
        Err(error) => {
            let range = shown(operation.ask.env.node_ports);
            let facts = if wanted == 0 {
                facts![port = UNSET, problem = NONE_FREE, range]
            } else {
                facts![port = wanted.to_string(), problem = problem(&error), range]
            };
            let step = trace.reject(&HEALTH_PORT_REFUSED, at.clone(), facts);
            trace.because(step, Origin::Manifest(at));
            let what = if wanted == 0 { "a" } else { "requested" };
            let words = format!(
                "failed to allocate {what} HealthCheck NodePort {wanted}: {}",
                text(&error)
            );
            let mut inner = Diagnostic::plain(Program::KubeApiserver, words);
            inner.step = Some(step);
            Err(Refusal::Status(Status::internal(inner)))
        }
    }
}
