//! Which fields does the server fill in before it looks at the cluster? Rules DEF-1 to DEF-10.
//! Source: pkg/apis/core/v1/defaults.go SetDefaults_Service.
//!
//! Runs on every decoded Service, from clients and from storage.

use super::externally_accessible;
use crate::api::field_path::FieldPath;
use crate::api::service::{
    CLUSTER_IP, ClientIpConfig, EXTERNAL_NAME, IntOrString, LOAD_BALANCER, NODE_PORT, Service,
    SessionAffinityConfig,
};
use crate::explain::trace::Trace;
use crate::facts;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// No session affinity was asked for.
    AFFINITY_IS_NONE {
        id: "DEF-1", slug: "affinity-is-none",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "No `sessionAffinity` was given, so it is `None`: each connection may reach another Pod.",
        zh: "未指定 `sessionAffinity`，因此为 `None`：每个连接可能到达不同的 Pod。",
    }
    /// A config without the affinity it configures.
    AFFINITY_CONFIG_NEEDS_CLIENT_IP {
        id: "DEF-2", slug: "affinity-config-needs-client-ip",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "`sessionAffinityConfig` only means something with `ClientIP` affinity, so it is removed.",
        zh: "`sessionAffinityConfig` 仅在 `ClientIP` 亲和性下有意义，因此被移除。",
    }
    /// `ClientIP` without a timeout.
    AFFINITY_TIMEOUT_IS_THREE_HOURS {
        id: "DEF-3", slug: "affinity-timeout-is-three-hours",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "`ClientIP` affinity without a timeout lasts 10800 seconds, three hours.",
        zh: "未指定超时的 `ClientIP` 亲和性持续 10800 秒，即三小时。",
    }
    /// No type was asked for.
    TYPE_IS_CLUSTER_IP {
        id: "DEF-4", slug: "type-is-cluster-ip",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "No `type` was given, so the Service is a `ClusterIP` one.",
        zh: "未指定 `type`，因此该 Service 为 `ClusterIP` 类型。",
    }
    /// No protocol was asked for.
    PROTOCOL_IS_TCP {
        id: "DEF-5", slug: "protocol-is-tcp",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "No `protocol` was given for the port, so it is `TCP`.",
        zh: "端口未指定 `protocol`，因此为 `TCP`。",
    }
    /// No target port was asked for.
    TARGET_PORT_IS_PORT {
        id: "DEF-6", slug: "target-port-is-port",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "No `targetPort` was given, so Pods are reached at the number in `port`.",
        zh: "未指定 `targetPort`，因此以 `port` 中的端口号访问 Pod。",
    }
    /// Reached from outside, but nothing said about how.
    EXTERNAL_POLICY_IS_CLUSTER {
        id: "DEF-7", slug: "external-policy-is-cluster",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "The Service is reached from outside and gives no `externalTrafficPolicy`, so it is `Cluster`.",
        zh: "该 Service 可从集群外部访问且未指定 `externalTrafficPolicy`，因此为 `Cluster`。",
    }
    /// Nothing said about traffic from inside.
    INTERNAL_POLICY_IS_CLUSTER {
        id: "DEF-8", slug: "internal-policy-is-cluster",
        versions: Versions::since(21),
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "No `internalTrafficPolicy` was given, so it is `Cluster`: any endpoint may answer.",
        zh: "未指定 `internalTrafficPolicy`，因此为 `Cluster`：任何端点都可以响应。",
    }
    /// A load balancer that says nothing about node ports.
    BALANCER_TAKES_NODE_PORTS {
        id: "DEF-9", slug: "load-balancer-takes-node-ports",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "A `LoadBalancer` Service takes node ports unless `allocateLoadBalancerNodePorts` is false.",
        zh: "除非 `allocateLoadBalancerNodePorts` 为 false，`LoadBalancer` Service 会占用节点端口。",
    }
    /// An address of a load balancer that says nothing about its mode.
    INGRESS_MODE_IS_VIP {
        id: "DEF-10", slug: "ingress-mode-is-vip",
        versions: Versions::since(29),
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        facts: [],
        en: "The load balancer's address says nothing about its mode, so it is `VIP`.",
        zh: "负载均衡器地址未说明其模式，因此为 `VIP`。",
    }
}

/// Fills in the versioned defaults, in upstream's order.
pub fn set_defaults(behavior: &Behavior, service: &mut Service, trace: &mut Trace) {
    let spec = &mut service.spec;
    if spec.session_affinity.is_empty() {
        spec.session_affinity = "None".to_owned();
        trace.set(&AFFINITY_IS_NONE, FieldPath::spec("sessionAffinity"), facts![], None, "None");
    }
    let config = FieldPath::spec("sessionAffinityConfig");
    if spec.session_affinity == "None" && spec.session_affinity_config.take().is_some() {
        trace.removed(&AFFINITY_CONFIG_NEEDS_CLIENT_IP, config.clone(), facts![], "");
    }
    if spec.session_affinity == "ClientIP" {
        let given = spec.session_affinity_config.as_ref();
        let timeout = given.and_then(|it| it.client_ip.as_ref()).and_then(|it| it.timeout_seconds);
        if timeout.is_none() {
            let client_ip = Some(ClientIpConfig { timeout_seconds: Some(10800) });
            spec.session_affinity_config = Some(SessionAffinityConfig { client_ip });
            let at = config.field("clientIP").field("timeoutSeconds");
            trace.set(&AFFINITY_TIMEOUT_IS_THREE_HOURS, at, facts![], None, "10800");
        }
    }
    if spec.type_.is_empty() {
        spec.type_ = CLUSTER_IP.to_owned();
        trace.set(&TYPE_IS_CLUSTER_IP, FieldPath::spec("type"), facts![], None, CLUSTER_IP);
    }
    for (i, port) in spec.ports.iter_mut().enumerate() {
        if port.protocol.is_empty() {
            port.protocol = "TCP".to_owned();
            let at = FieldPath::port(i).field("protocol");
            trace.set(&PROTOCOL_IS_TCP, at, facts![], None, "TCP");
        }
        let absent = match &port.target_port {
            IntOrString::Int(number) => *number == 0,
            IntOrString::Str(name) => name.is_empty(),
        };
        if absent {
            port.target_port = IntOrString::Int(port.port);
            let (at, from) =
                (FieldPath::port(i).field("targetPort"), FieldPath::port(i).field("port"));
            trace.copied(&TARGET_PORT_IS_PORT, at, from, port.port.to_string());
        }
    }
    if externally_accessible(behavior, spec) && spec.external_traffic_policy.is_empty() {
        spec.external_traffic_policy = "Cluster".to_owned();
        let at = FieldPath::spec("externalTrafficPolicy");
        trace.set(&EXTERNAL_POLICY_IS_CLUSTER, at, facts![], None, "Cluster");
    }
    let serves_inside = match spec.type_.as_str() {
        CLUSTER_IP | NODE_PORT | LOAD_BALANCER => true,
        EXTERNAL_NAME => behavior.internal_policy_on_external_name,
        _ => false,
    };
    if behavior.internal_traffic_policy.on()
        && serves_inside
        && spec.internal_traffic_policy.is_none()
    {
        spec.internal_traffic_policy = Some("Cluster".to_owned());
        let at = FieldPath::spec("internalTrafficPolicy");
        trace.set(&INTERNAL_POLICY_IS_CLUSTER, at, facts![], None, "Cluster");
    }
    if spec.type_ != LOAD_BALANCER {
        return;
    }
    if behavior.lb_node_port_control.on() && spec.allocate_load_balancer_node_ports.is_none() {
        spec.allocate_load_balancer_node_ports = Some(true);
        let at = FieldPath::spec("allocateLoadBalancerNodePorts");
        trace.set(&BALANCER_TAKES_NODE_PORTS, at, facts![], None, "true");
    }
    if behavior.lb_ip_mode.on() {
        for (i, ingress) in service.status.load_balancer.ingress.iter_mut().enumerate() {
            if !ingress.ip.is_empty() && ingress.ip_mode.is_none() {
                ingress.ip_mode = Some("VIP".to_owned());
                let at = FieldPath::default().field("status").field("loadBalancer");
                let at = at.field("ingress").index(i).field("ipMode");
                trace.set(&INGRESS_MODE_IS_VIP, at, facts![], None, "VIP");
            }
        }
    }
}
