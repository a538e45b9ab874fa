//! What does an update mean by what it leaves out? Rules NORM-1 to NORM-5, PATCH-1 to PATCH-3,
//! DROP-1 to DROP-7, and the fields a gate switches off.
//! Source: pkg/registry/core/service/strategy.go (patchAllocatedValues, dropTypeDependentFields,
//! dropServiceDisabledFields) and storage/storage.go (normalizeClusterIPs).

use std::mem::take;

use super::externally_accessible;
use super::node_ports::has_node_ports;
use crate::api::field_path::FieldPath;
use crate::api::service::{LOAD_BALANCER, NODE_PORT, Service, ServicePort, ServiceSpec};
use crate::explain::trace::Trace;
use crate::facts;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// `clusterIP` alone is enough.
    CLUSTER_IP_FILLS_CLUSTER_IPS {
        id: "NORM-1", slug: "cluster-ip-fills-cluster-ips",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go normalizeClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "Only `clusterIP` is set, so it becomes the first entry of `clusterIPs`. The reverse is never done.",
        zh: "只设置了 `clusterIP`，因此它成为 `clusterIPs` 的第一项。反之则不会。",
    }
    /// The addresses of an unchanged `clusterIP` stay.
    CLUSTER_IPS_FOLLOW_STORED {
        id: "NORM-2", slug: "cluster-ips-follow-the-stored-ones",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go normalizeClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "`clusterIP` is unchanged and `clusterIPs` is not set, so the stored list is kept.",
        zh: "`clusterIP` 未更改且未设置 `clusterIPs`，因此保留已存储的列表。",
    }
    /// Clearing the one clears the other.
    CLEARING_CLEARS_BOTH {
        id: "NORM-3", slug: "clearing-cluster-ip-clears-both",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go normalizeClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "`clusterIP` was cleared, so the unedited `clusterIPs` is cleared as well.",
        zh: "`clusterIP` 被清除，因此未编辑的 `clusterIPs` 也一并清除。",
    }
    /// Changing the one changes the other.
    CHANGED_CLUSTER_IP_REPLACES_LIST {
        id: "NORM-5", slug: "changed-cluster-ip-replaces-the-list",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go normalizeClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "`clusterIP` was changed and `clusterIPs` was not, so the list is replaced with the new address.",
        zh: "`clusterIP` 已更改而 `clusterIPs` 未更改，因此列表被替换为新地址。",
    }
    /// Re-sending a manifest keeps the addresses.
    ADDRESSES_ARE_CARRIED_OVER {
        id: "PATCH-1", slug: "addresses-are-carried-over",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/strategy.go patchAllocatedValues",
        evidence: Recorded,
        facts: [],
        en: "The update does not set the address, so the stored one is kept: that is why a manifest can be applied again, and why removing the field has no effect.",
        zh: "更新未设置地址，因此保留已存储的地址：这就是清单可以重复应用的原因，也是删除该字段不起作用的原因。",
    }
    /// Re-sending a manifest keeps the node ports.
    NODE_PORTS_ARE_CARRIED_OVER {
        id: "PATCH-2", slug: "node-ports-are-carried-over",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/strategy.go patchAllocatedValues",
        evidence: Recorded,
        facts: [],
        en: "The update sets no node port, so the stored node port of the port with this name is kept.",
        zh: "更新未设置节点端口，因此保留同名端口已存储的节点端口。",
    }
    /// Re-sending a manifest keeps the port for health checks.
    HEALTH_PORT_IS_CARRIED_OVER {
        id: "PATCH-3", slug: "health-check-port-is-carried-over",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/strategy.go patchAllocatedValues",
        evidence: Recorded,
        facts: [],
        en: "The update sets no health check node port, so the stored one is kept.",
        zh: "更新未设置健康检查节点端口，因此保留已存储的端口。",
    }
    /// An alias loses its unedited addresses.
    ALIAS_LOSES_ADDRESSES {
        id: "DROP-1", slug: "external-name-drops-addresses",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: Recorded,
        facts: [],
        en: "The Service becomes `type: ExternalName`: this field was not edited, so it is removed.",
        zh: "Service 变为 ExternalName 类型：该字段未被编辑，因此被移除。",
    }
    /// A type without node ports loses its unedited ones.
    TYPE_LOSES_NODE_PORTS {
        id: "DROP-2", slug: "type-change-drops-node-ports",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: Recorded,
        facts: [],
        en: "The new type has no node ports, and none was edited, so they are removed.",
        zh: "新类型没有节点端口，且这些端口未被编辑，因此被移除。",
    }
    /// No health check, no port for it.
    TYPE_LOSES_HEALTH_PORT {
        id: "DROP-3", slug: "no-health-check-drops-its-port",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: Recorded,
        facts: [],
        en: "No health check is needed any more, and its port was not edited, so it is removed.",
        zh: "不再需要健康检查，且其端口未被编辑，因此被移除。",
    }
    /// No load balancer, no switch for its ports.
    TYPE_LOSES_ALLOCATION_SWITCH {
        id: "DROP-4", slug: "type-change-drops-allocation-switch",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: Recorded,
        facts: [],
        en: "The Service is no longer a load balancer, so the unedited `allocateLoadBalancerNodePorts` is removed.",
        zh: "Service 不再是 LoadBalancer 类型，因此未编辑的 `allocateLoadBalancerNodePorts` 被移除。",
    }
    /// No load balancer, no class.
    TYPE_LOSES_CLASS {
        id: "DROP-5", slug: "type-change-drops-class",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: Recorded,
        facts: [],
        en: "The Service is no longer a load balancer, so the unedited `loadBalancerClass` is removed.",
        zh: "Service 不再是 LoadBalancer 类型，因此未编辑的 `loadBalancerClass` 被移除。",
    }
    /// Nothing from outside, no policy for it.
    TYPE_LOSES_EXTERNAL_POLICY {
        id: "DROP-6", slug: "no-external-access-drops-policy",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: Recorded,
        facts: [],
        en: "The Service is no longer reachable from outside the cluster, so the unedited `externalTrafficPolicy` is removed.",
        zh: "该 Service 不再能从集群外部访问，因此未编辑的 `externalTrafficPolicy` 被移除。",
    }
    /// No load balancer, no status of one.
    TYPE_LOSES_STATUS {
        id: "DROP-7", slug: "type-change-clears-load-balancer-status",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropTypeDependentFields",
        evidence: SourceRead,
        facts: [],
        en: "The Service is not a load balancer, so the load balancer status is cleared.",
        zh: "Service 不是 LoadBalancer 类型，因此清除其负载均衡器状态。",
    }
    /// A gate switches a field off.
    GATE_DROPS_FIELD {
        id: "REL-51", slug: "gate-drops-field",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/strategy.go dropServiceDisabledFields",
        evidence: Recorded,
        facts: [gate],
        en: "The {gate} feature gate is disabled, so the field is dropped without a warning.",
        zh: "特性门控 {gate} 已禁用，因此该字段被丢弃，且不会给出警告。",
    }
}

/// NORM-1: on create.
pub fn normalize_create(new: &mut ServiceSpec, trace: &mut Trace) {
    if !new.cluster_ip.is_empty() && new.cluster_ips.is_empty() {
        new.cluster_ips = vec![new.cluster_ip.clone()];
        let (at, from) = (FieldPath::spec("clusterIPs").index(0), FieldPath::spec("clusterIP"));
        trace.copied(&CLUSTER_IP_FILLS_CLUSTER_IPS, at, from, new.cluster_ip.clone());
    }
}

/// NORM-2 to NORM-5: on update, after [`carry_over`]. NORM-4 is to leave a list alone that was
/// edited while `clusterIP` was cleared; validation refuses it.
pub fn normalize_update(old: &ServiceSpec, new: &mut ServiceSpec, trace: &mut Trace) {
    let at = FieldPath::spec("clusterIPs");
    if !old.cluster_ips.is_empty()
        && new.cluster_ips.is_empty()
        && !new.cluster_ip.is_empty()
        && new.cluster_ip == old.cluster_ip
    {
        new.cluster_ips.clone_from(&old.cluster_ips);
        trace.copied(&CLUSTER_IPS_FOLLOW_STORED, at.clone(), at.clone(), new.cluster_ips.join(","));
    }
    let same_list = new.cluster_ips == old.cluster_ips;
    if new.cluster_ip.is_empty() {
        if !old.cluster_ip.is_empty() && same_list {
            new.cluster_ips.clear();
            trace.removed(&CLEARING_CLEARS_BOTH, at, facts![], old.cluster_ips.join(","));
        }
    } else if new.cluster_ip != old.cluster_ip && same_list {
        new.cluster_ips = vec![new.cluster_ip.clone()];
        let from = FieldPath::spec("clusterIP");
        trace.copied(&CHANGED_CLUSTER_IP_REPLACES_LIST, at.index(0), from, new.cluster_ip.clone());
    }
}

/// PATCH-1 to PATCH-3: what re-sending a manifest keeps.
pub fn carry_over(
    behavior: &Behavior,
    old: &ServiceSpec,
    new: &mut ServiceSpec,
    trace: &mut Trace,
) {
    if !old.is_external_name() && !new.is_external_name() {
        if new.cluster_ip.is_empty() && !old.cluster_ip.is_empty() {
            new.cluster_ip.clone_from(&old.cluster_ip);
            let at = FieldPath::spec("clusterIP");
            trace.copied(&ADDRESSES_ARE_CARRIED_OVER, at.clone(), at, new.cluster_ip.clone());
        }
        if new.cluster_ips.is_empty() && !old.cluster_ips.is_empty() {
            new.cluster_ips.clone_from(&old.cluster_ips);
            let at = FieldPath::spec("clusterIPs");
            for (i, text) in new.cluster_ips.iter().enumerate() {
                let at = at.clone().index(i);
                trace.copied(&ADDRESSES_ARE_CARRIED_OVER, at.clone(), at, text.clone());
            }
        }
    }
    if wants_node_ports(behavior, old) && wants_node_ports(behavior, new) {
        carry_over_node_ports(old, new, trace);
    }
    if old.needs_health_check() && new.needs_health_check() && new.health_check_node_port == 0 {
        new.health_check_node_port = old.health_check_node_port;
        let at = FieldPath::spec("healthCheckNodePort");
        let shown = new.health_check_node_port.to_string();
        trace.copied(&HEALTH_PORT_IS_CARRIED_OVER, at.clone(), at, shown);
    }
}

fn wants_node_ports(behavior: &Behavior, spec: &ServiceSpec) -> bool {
    match spec.type_.as_str() {
        NODE_PORT => true,
        LOAD_BALANCER => {
            behavior.carries_unwanted_node_ports
                || spec.allocate_load_balancer_node_ports != Some(false)
        }
        _ => false,
    }
}

fn carry_over_node_ports(old: &ServiceSpec, new: &mut ServiceSpec, trace: &mut Trace) {
    let named: Vec<i32> = new.ports.iter().map(|port| port.node_port).collect();
    for (i, port) in new.ports.iter_mut().enumerate() {
        if port.node_port != 0 {
            continue;
        }
        // Later ports of a name win, as they overwrite earlier ones in upstream's map.
        let same_name = |candidate: &&ServicePort| candidate.name == port.name;
        let node = old.ports.iter().rev().find(same_name).map_or(0, |port| port.node_port);
        if node != 0 && !named.contains(&node) {
            port.node_port = node;
            let at = FieldPath::port(i).field("nodePort");
            trace.copied(&NODE_PORTS_ARE_CARRIED_OVER, at.clone(), at, node.to_string());
        }
    }
}

/// DROP-1 to DROP-7: fields that the new type does not use go, unless the client edited them.
pub fn drop_type_dependent(
    behavior: &Behavior,
    old: &Service,
    new: &mut Service,
    trace: &mut Trace,
) {
    let (before, after) = (&old.spec, &mut new.spec);
    if !before.is_external_name() && after.is_external_name() {
        let rule = &ALIAS_LOSES_ADDRESSES;
        let removed = |field, trace: &mut Trace| {
            trace.removed(rule, FieldPath::spec(field), facts![], "");
        };
        if !after.cluster_ips.is_empty()
            && after.cluster_ip == before.cluster_ip
            && after.cluster_ips == before.cluster_ips
        {
            after.cluster_ip.clear();
            after.cluster_ips.clear();
            removed("clusterIP", trace);
            removed("clusterIPs", trace);
        }
        if !after.ip_families.is_empty() && after.ip_families == before.ip_families {
            after.ip_families.clear();
            removed("ipFamilies", trace);
        }
        if after.ip_family_policy.is_some() && after.ip_family_policy == before.ip_family_policy {
            after.ip_family_policy = None;
            removed("ipFamilyPolicy", trace);
        }
    }
    if has_node_ports(before) && !has_node_ports(after) {
        let stored: Vec<i32> = before.ports.iter().map(|port| port.node_port).collect();
        let unedited = |port: &ServicePort| port.node_port == 0 || stored.contains(&port.node_port);
        if after.ports.iter().all(unedited) {
            for (i, port) in
                after.ports.iter_mut().enumerate().filter(|(_, port)| port.node_port != 0)
            {
                let at = FieldPath::port(i).field("nodePort");
                trace.removed(&TYPE_LOSES_NODE_PORTS, at, facts![], port.node_port.to_string());
                port.node_port = 0;
            }
        }
    }
    if before.needs_health_check()
        && !after.needs_health_check()
        && after.health_check_node_port == before.health_check_node_port
        && after.health_check_node_port != 0
    {
        let at = FieldPath::spec("healthCheckNodePort");
        let shown = after.health_check_node_port.to_string();
        trace.removed(&TYPE_LOSES_HEALTH_PORT, at, facts![], shown);
        after.health_check_node_port = 0;
    }
    let was_balancer = before.type_ == LOAD_BALANCER;
    let is_balancer = after.type_ == LOAD_BALANCER;
    if was_balancer && !is_balancer {
        let switch = after.allocate_load_balancer_node_ports;
        if switch.is_some() && switch == before.allocate_load_balancer_node_ports {
            after.allocate_load_balancer_node_ports = None;
            let at = FieldPath::spec("allocateLoadBalancerNodePorts");
            trace.removed(&TYPE_LOSES_ALLOCATION_SWITCH, at, facts![], "");
        }
        if after.load_balancer_class.is_some()
            && after.load_balancer_class == before.load_balancer_class
        {
            after.load_balancer_class = None;
            trace.removed(&TYPE_LOSES_CLASS, FieldPath::spec("loadBalancerClass"), facts![], "");
        }
    }
    if !behavior.is_old()
        && externally_accessible(behavior, before)
        && !externally_accessible(behavior, after)
        && !after.external_traffic_policy.is_empty()
        && after.external_traffic_policy == before.external_traffic_policy
    {
        let dropped = take(&mut after.external_traffic_policy);
        let at = FieldPath::spec("externalTrafficPolicy");
        trace.removed(&TYPE_LOSES_EXTERNAL_POLICY, at, facts![], dropped);
    }
    let keeps_status = is_balancer || behavior.lb_status_on_non_lb.on();
    if !keeps_status && !new.status.load_balancer.ingress.is_empty() {
        new.status.load_balancer = Default::default();
        let at = FieldPath::default().field("status").field("loadBalancer");
        trace.removed(&TYPE_LOSES_STATUS, at, facts![], "");
    }
}

/// Fields whose gate is off are dropped, unless the stored object has them.
pub fn drop_disabled(
    behavior: &Behavior,
    old: Option<&Service>,
    new: &mut Service,
    trace: &mut Trace,
) {
    let spec = &mut new.spec;
    let mut dropped = |gate: &'static str, field: &'static str| {
        trace.removed(&GATE_DROPS_FIELD, FieldPath::spec(field), facts![gate], "");
    };
    let used = |has: fn(&ServiceSpec) -> bool| old.is_some_and(|old| has(&old.spec));
    if !behavior.dual_stack.on()
        && !used(|spec| {
            spec.ip_family_policy.is_some()
                || !spec.ip_families.is_empty()
                || spec.cluster_ips.len() > 1
        })
    {
        let gate = "IPv6DualStack";
        if !take(&mut spec.ip_families).is_empty() {
            dropped(gate, "ipFamilies");
        }
        if spec.ip_family_policy.take().is_some() {
            dropped(gate, "ipFamilyPolicy");
        }
        if spec.cluster_ips.len() > 1 {
            spec.cluster_ips.truncate(1);
            dropped(gate, "clusterIPs");
        }
    }
    if !behavior.lb_node_port_control.on()
        && !used(|spec| spec.allocate_load_balancer_node_ports.is_some())
        && spec.allocate_load_balancer_node_ports.take().is_some()
    {
        dropped("ServiceLBNodePortControl", "allocateLoadBalancerNodePorts");
    }
    if !behavior.load_balancer_class.on()
        && !used(|spec| spec.load_balancer_class.is_some())
        && spec.load_balancer_class.take().is_some()
    {
        dropped("ServiceLoadBalancerClass", "loadBalancerClass");
    }
    if !behavior.internal_traffic_policy.on()
        && !used(|spec| spec.internal_traffic_policy.is_some())
        && spec.internal_traffic_policy.take().is_some()
    {
        dropped("ServiceInternalTrafficPolicy", "internalTrafficPolicy");
    }
    if !behavior.traffic_distribution.on()
        && !used(|spec| spec.traffic_distribution.is_some())
        && spec.traffic_distribution.take().is_some()
    {
        dropped("ServiceTrafficDistribution", "trafficDistribution");
    }
}
