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
        evidence: Recorded,
        facts: [],
        en: "`sessionAffinity` is not set, so it defaults to `None`: each connection may reach a different Pod.",
        zh: "未设置 `sessionAffinity`，因此默认为 `None`：每个连接可能路由到不同的 Pod。",
    }
    /// A config without the affinity it configures.
    AFFINITY_CONFIG_NEEDS_CLIENT_IP {
        id: "DEF-2", slug: "affinity-config-needs-client-ip",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "`sessionAffinityConfig` applies only to `ClientIP` affinity, so it is removed.",
        zh: "`sessionAffinityConfig` 仅适用于 `ClientIP` 会话亲和性，因此被移除。",
    }
    /// `ClientIP` without a timeout.
    AFFINITY_TIMEOUT_IS_THREE_HOURS {
        id: "DEF-3", slug: "affinity-timeout-is-three-hours",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "The timeout of `ClientIP` affinity is not set, so it defaults to 10800 seconds (three hours).",
        zh: "未设置 `ClientIP` 会话亲和性的超时，因此默认为 10800 秒（三小时）。",
    }
    /// No type was asked for.
    TYPE_IS_CLUSTER_IP {
        id: "DEF-4", slug: "type-is-cluster-ip",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "`type` is not set, so it defaults to `ClusterIP`.",
        zh: "未设置 `type`，因此默认为 `ClusterIP`。",
    }
    /// No protocol was asked for.
    PROTOCOL_IS_TCP {
        id: "DEF-5", slug: "protocol-is-tcp",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "`protocol` of the port is not set, so it defaults to `TCP`.",
        zh: "未设置端口的 `protocol`，因此默认为 `TCP`。",
    }
    /// No target port was asked for.
    TARGET_PORT_IS_PORT {
        id: "DEF-6", slug: "target-port-is-port",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "`targetPort` is not set, so it defaults to the value of `port`.",
        zh: "未设置 `targetPort`，因此默认为 `port` 的值。",
    }
    /// Reached from outside, but nothing said about how.
    EXTERNAL_POLICY_IS_CLUSTER {
        id: "DEF-7", slug: "external-policy-is-cluster",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "The Service accepts traffic from outside the cluster and `externalTrafficPolicy` is not set, so it defaults to `Cluster`.",
        zh: "该 Service 可从集群外部访问且未设置 `externalTrafficPolicy`，因此默认为 `Cluster`。",
    }
    /// Nothing said about traffic from inside.
    INTERNAL_POLICY_IS_CLUSTER {
        id: "DEF-8", slug: "internal-policy-is-cluster",
        versions: Versions::since(21),
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "`internalTrafficPolicy` is not set, so it defaults to `Cluster`: traffic may go to any endpoint.",
        zh: "未设置 `internalTrafficPolicy`，因此默认为 `Cluster`：流量可以路由到任何端点。",
    }
    /// A load balancer that says nothing about node ports.
    BALANCER_TAKES_NODE_PORTS {
        id: "DEF-9", slug: "load-balancer-takes-node-ports",
        versions: Versions::ALL,
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: Recorded,
        facts: [],
        en: "A Service of `type: LoadBalancer` is allocated node ports unless `allocateLoadBalancerNodePorts` is false.",
        zh: "除非 `allocateLoadBalancerNodePorts` 为 false，否则会为 LoadBalancer 类型的 Service 分配节点端口。",
    }
    /// An address of a load balancer that says nothing about its mode.
    INGRESS_MODE_IS_VIP {
        id: "DEF-10", slug: "ingress-mode-is-vip",
        versions: Versions::since(29),
        source: "pkg/apis/core/v1/defaults.go SetDefaults_Service",
        evidence: SourceRead,
        facts: [],
        en: "`ipMode` of the load balancer's address is not set, so it defaults to `VIP`.",
        zh: "未设置负载均衡器地址的 `ipMode`，因此默认为 `VIP`。",
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
