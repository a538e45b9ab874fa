//! What is a Service? The v1 object as clients and the server exchange it.
//! Source: staging/src/k8s.io/api/core/v1/types.go.
//!
//! As upstream, optional fields stay optional: an absent list and `[]` are the same, an absent string
//! and `""` are the same, except where a field is an `Option`.

use super::json::{Json, Map};

/// A Service.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Service {
    /// Name, namespace, labels and what the server keeps about the object.
    pub metadata: ObjectMeta,
    /// What the client wants, completed by the server.
    pub spec: ServiceSpec,
    /// What load balancers report.
    pub status: ServiceStatus,
}

/// The metadata fields the simulator looks at.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ObjectMeta {
    /// Unique in the namespace.
    pub name: String,
    /// Prefix for a name the server makes.
    pub generate_name: String,
    /// The namespace; empty in a body means that of the URL.
    pub namespace: String,
    /// Assigned at creation.
    pub uid: String,
    /// Changes with every write.
    pub resource_version: String,
    /// Counts the changes of what the client wants; of a Service the server only carries it over.
    pub generation: i64,
    /// When it was created, RFC 3339.
    pub creation_timestamp: Option<String>,
    /// When deletion was asked for, while finalizers remain.
    pub deletion_timestamp: Option<String>,
    /// How long the object may still take, in seconds.
    pub deletion_grace_period_seconds: Option<i64>,
    /// Labels.
    pub labels: Map<String>,
    /// Annotations.
    pub annotations: Map<String>,
    /// Who must agree before the object disappears.
    pub finalizers: Vec<String>,
    /// Whose deletion deletes the object.
    pub owner_references: Vec<OwnerReference>,
}

/// An object to which another one belongs.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct OwnerReference {
    /// Of the owner.
    pub api_version: String,
    /// Of the owner.
    pub kind: String,
    /// Of the owner.
    pub name: String,
    /// Of the owner.
    pub uid: String,
    /// Whether the owner manages the object.
    pub controller: Option<bool>,
    /// Whether the owner waits for the object to go.
    pub block_owner_deletion: Option<bool>,
}

/// The spec of a Service.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ServiceSpec {
    /// `ClusterIP`, `ExternalName`, `LoadBalancer` or `NodePort`.
    pub type_: String,
    /// The ports.
    pub ports: Vec<ServicePort>,
    /// Labels of the Pods behind the Service.
    pub selector: Map<String>,
    /// Always the first of `cluster_ips`.
    pub cluster_ip: String,
    /// One address per family, or `None`.
    pub cluster_ips: Vec<String>,
    /// `IPv4` and `IPv6`, the primary first; texts, because a client can send anything.
    pub ip_families: Vec<String>,
    /// `SingleStack`, `PreferDualStack` or `RequireDualStack`.
    pub ip_family_policy: Option<String>,
    /// Addresses outside Kubernetes' care.
    pub external_ips: Vec<String>,
    /// `ClientIP` or `None`.
    pub session_affinity: String,
    /// How long `ClientIP` affinity sticks.
    pub session_affinity_config: Option<SessionAffinityConfig>,
    /// An address asked of the load balancer.
    pub load_balancer_ip: String,
    /// Clients the load balancer lets in.
    pub load_balancer_source_ranges: Vec<String>,
    /// The name an `ExternalName` Service stands for.
    pub external_name: String,
    /// `Cluster` or `Local`, for traffic from outside.
    pub external_traffic_policy: String,
    /// `Cluster` or `Local`, for traffic from inside.
    pub internal_traffic_policy: Option<String>,
    /// Where load balancers ask for health; 0 is none.
    pub health_check_node_port: i32,
    /// Whether addresses of Pods that are not ready are published.
    pub publish_not_ready_addresses: bool,
    /// Whether a load balancer needs node ports.
    pub allocate_load_balancer_node_ports: Option<bool>,
    /// Which load balancer implementation.
    pub load_balancer_class: Option<String>,
    /// Which endpoints to prefer.
    pub traffic_distribution: Option<String>,
    /// Lists that a request gives as `[]`, by field; not part of the object. Up to 1.22 errors print
    /// `[]string{}` for them and `[]string(nil)` for absent ones.
    pub sent_empty: Vec<&'static str>,
}

/// A port of a Service.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServicePort {
    /// Needed where there are several ports.
    pub name: String,
    /// `SCTP`, `TCP` or `UDP`.
    pub protocol: String,
    /// A hint for implementations.
    pub app_protocol: Option<String>,
    /// The port of the Service.
    pub port: i32,
    /// The port of the Pods; number or name.
    pub target_port: IntOrString,
    /// The port on every node; 0 is none.
    pub node_port: i32,
}

/// A number or a name.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum IntOrString {
    /// A number.
    Int(i32),
    /// A name.
    Str(String),
}

impl Default for IntOrString {
    fn default() -> Self {
        Self::Int(0)
    }
}

/// The settings of session affinity.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SessionAffinityConfig {
    /// Of `ClientIP` affinity.
    pub client_ip: Option<ClientIpConfig>,
}

/// The settings of `ClientIP` affinity.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClientIpConfig {
    /// Seconds.
    pub timeout_seconds: Option<i32>,
}

/// The status of a Service.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct ServiceStatus {
    /// What the load balancer got. Always printed, as upstream prints it.
    pub load_balancer: LoadBalancerStatus,
    /// Kept as sent; not looked at.
    pub conditions: Vec<Json>,
}

/// What a load balancer reports.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LoadBalancerStatus {
    /// Its addresses and names.
    pub ingress: Vec<LoadBalancerIngress>,
}

/// An address or a name of a load balancer.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LoadBalancerIngress {
    /// An address.
    pub ip: String,
    /// A name.
    pub hostname: String,
    /// `VIP` or `Proxy`.
    pub ip_mode: Option<String>,
    /// Ports and their errors, kept as sent.
    pub ports: Vec<Json>,
}

/// `type: ClusterIP`.
pub const CLUSTER_IP: &str = "ClusterIP";
/// `type: NodePort`.
pub const NODE_PORT: &str = "NodePort";
/// `type: LoadBalancer`.
pub const LOAD_BALANCER: &str = "LoadBalancer";
/// `type: ExternalName`.
pub const EXTERNAL_NAME: &str = "ExternalName";
/// The value of `clusterIP` that makes a Service headless.
pub const NONE: &str = "None";
/// `ipFamilyPolicy: SingleStack`.
pub const SINGLE_STACK: &str = "SingleStack";
/// `ipFamilyPolicy: PreferDualStack`.
pub const PREFER_DUAL_STACK: &str = "PreferDualStack";
/// `ipFamilyPolicy: RequireDualStack`.
pub const REQUIRE_DUAL_STACK: &str = "RequireDualStack";

impl ServiceSpec {
    /// Whether `clusterIPs` is `None` and nothing else: what validation calls headless.
    #[must_use]
    pub fn is_headless(&self) -> bool {
        self.cluster_ips.len() == 1 && self.has_no_cluster_ip()
    }

    /// Whether `clusterIPs` starts with `None`: what the allocation asks.
    #[must_use]
    pub fn has_no_cluster_ip(&self) -> bool {
        self.cluster_ips.first().is_some_and(|first| first == NONE)
    }

    /// Whether no Pod is selected: absent and `{}` are the same.
    #[must_use]
    pub fn is_selectorless(&self) -> bool {
        self.selector.is_empty()
    }

    /// Whether this is an `ExternalName` Service.
    #[must_use]
    pub fn is_external_name(&self) -> bool {
        self.type_ == EXTERNAL_NAME
    }

    /// A load balancer that keeps traffic local asks every node for its health.
    #[must_use]
    pub fn needs_health_check(&self) -> bool {
        self.type_ == LOAD_BALANCER && self.external_traffic_policy == "Local"
    }

    /// The policy, or the empty text.
    #[must_use]
    pub fn policy(&self) -> &str {
        self.ip_family_policy.as_deref().unwrap_or_default()
    }
}

/// The wire form of a Service, written out by hand. What serde derives for a tree of values is several
/// times as large, and the page is downloaded.
#[must_use]
pub fn to_json(service: &Service) -> Json {
    let mut top = Object::default();
    let meta = &service.metadata;
    let mut metadata = Object::default();
    metadata.text("name", &meta.name);
    metadata.text("generateName", &meta.generate_name);
    metadata.text("namespace", &meta.namespace);
    metadata.text("uid", &meta.uid);
    metadata.text("resourceVersion", &meta.resource_version);
    if meta.generation != 0 {
        metadata.put("generation", Json::Number(meta.generation.to_string()));
    }
    metadata.optional("creationTimestamp", meta.creation_timestamp.as_deref());
    metadata.optional("deletionTimestamp", meta.deletion_timestamp.as_deref());
    if let Some(seconds) = meta.deletion_grace_period_seconds {
        metadata.put("deletionGracePeriodSeconds", Json::Number(seconds.to_string()));
    }
    metadata.map("labels", &meta.labels);
    metadata.map("annotations", &meta.annotations);
    metadata.texts("finalizers", &meta.finalizers);
    let owners = meta.owner_references.iter().map(|owner| {
        let mut entry = Object::default();
        entry.put("apiVersion", owner.api_version.as_str().into());
        entry.put("kind", owner.kind.as_str().into());
        entry.put("name", owner.name.as_str().into());
        entry.put("uid", owner.uid.as_str().into());
        let switches =
            [("controller", owner.controller), ("blockOwnerDeletion", owner.block_owner_deletion)];
        for (key, switch) in switches {
            if let Some(switch) = switch {
                entry.put(key, switch.into());
            }
        }
        entry.value()
    });
    metadata.list("ownerReferences", owners.collect());
    top.put("metadata", metadata.value());
    top.put("spec", spec_to_json(&service.spec));
    if service.status != ServiceStatus::default() {
        let entries = service.status.load_balancer.ingress.iter().map(|ingress| {
            let mut entry = Object::default();
            entry.text("ip", &ingress.ip);
            entry.text("hostname", &ingress.hostname);
            entry.optional("ipMode", ingress.ip_mode.as_deref());
            entry.list("ports", ingress.ports.clone());
            entry.value()
        });
        let mut balancer = Object::default();
        balancer.list("ingress", entries.collect());
        let mut status = Object::default();
        status.put("loadBalancer", balancer.value());
        status.list("conditions", service.status.conditions.clone());
        top.put("status", status.value());
    }
    top.value()
}

fn spec_to_json(spec: &ServiceSpec) -> Json {
    let mut out = Object::default();
    out.text("type", &spec.type_);
    let ports = spec.ports.iter().map(|port| {
        let mut entry = Object::default();
        entry.text("name", &port.name);
        entry.text("protocol", &port.protocol);
        entry.optional("appProtocol", port.app_protocol.as_deref());
        entry.put("port", port.port.into());
        entry.put(
            "targetPort",
            match &port.target_port {
                IntOrString::Int(number) => (*number).into(),
                IntOrString::Str(name) => name.as_str().into(),
            },
        );
        entry.number("nodePort", port.node_port);
        entry.value()
    });
    out.list("ports", ports.collect());
    out.map("selector", &spec.selector);
    out.text("clusterIP", &spec.cluster_ip);
    out.texts("clusterIPs", &spec.cluster_ips);
    out.texts("ipFamilies", &spec.ip_families);
    out.optional("ipFamilyPolicy", spec.ip_family_policy.as_deref());
    out.texts("externalIPs", &spec.external_ips);
    out.text("sessionAffinity", &spec.session_affinity);
    if let Some(config) = &spec.session_affinity_config {
        let mut affinity = Object::default();
        if let Some(client_ip) = &config.client_ip {
            let mut inner = Object::default();
            if let Some(seconds) = client_ip.timeout_seconds {
                inner.put("timeoutSeconds", seconds.into());
            }
            affinity.put("clientIP", inner.value());
        }
        out.put("sessionAffinityConfig", affinity.value());
    }
    out.text("loadBalancerIP", &spec.load_balancer_ip);
    out.texts("loadBalancerSourceRanges", &spec.load_balancer_source_ranges);
    out.text("externalName", &spec.external_name);
    out.text("externalTrafficPolicy", &spec.external_traffic_policy);
    out.optional("internalTrafficPolicy", spec.internal_traffic_policy.as_deref());
    out.number("healthCheckNodePort", spec.health_check_node_port);
    if spec.publish_not_ready_addresses {
        out.put("publishNotReadyAddresses", true.into());
    }
    if let Some(allocates) = spec.allocate_load_balancer_node_ports {
        out.put("allocateLoadBalancerNodePorts", allocates.into());
    }
    out.optional("loadBalancerClass", spec.load_balancer_class.as_deref());
    out.optional("trafficDistribution", spec.traffic_distribution.as_deref());
    out.value()
}

/// A JSON object in the making; what is empty is left out.
#[derive(Default)]
struct Object(Vec<(String, Json)>);

impl Object {
    fn value(self) -> Json {
        Json::object(self.0)
    }

    fn put(&mut self, key: &str, value: Json) {
        self.0.push((key.to_owned(), value));
    }

    fn optional(&mut self, key: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(key, text.into());
        }
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.put(key, text.into());
        }
    }

    fn number(&mut self, key: &str, number: i32) {
        if number != 0 {
            self.put(key, number.into());
        }
    }

    fn list(&mut self, key: &str, list: Vec<Json>) {
        if !list.is_empty() {
            self.put(key, Json::Array(list));
        }
    }

    fn texts(&mut self, key: &str, list: &[String]) {
        self.list(key, list.iter().map(|text| text.as_str().into()).collect());
    }

    fn map(&mut self, key: &str, map: &Map<String>) {
        let mut object = Self::default();
        for (key, value) in map {
            object.put(key, value.as_str().into());
        }
        if !map.is_empty() {
            self.put(key, object.value());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::to_json;
    use crate::api::json::json;
    use crate::source::decode;
    use crate::source::yaml::Node;

    #[test]
    fn the_wire_form_is_what_was_decoded() {
        let full = json!({
            "metadata": {"name": "a", "generateName": "b", "namespace": "c", "uid": "d", "resourceVersion": "e",
                "generation": 2, "creationTimestamp": "2026-01-01T00:00:00Z",
                "deletionTimestamp": "2026-01-02T00:00:00Z", "deletionGracePeriodSeconds": 0,
                "labels": {"h": "i"}, "annotations": {"j": "k"}, "finalizers": ["l"], "ownerReferences":
                [{"apiVersion": "m", "kind": "n", "name": "o", "uid": "p", "controller": true}]},
            "spec": {"type": "a", "selector": {"b": "c"}, "clusterIP": "d", "clusterIPs": ["e"],
                "ports": [{"name": "f", "protocol": "g", "appProtocol": "h", "port": 1, "targetPort": "i",
                    "nodePort": 2}, {"port": 0, "targetPort": 3}],
                "ipFamilies": ["j"], "ipFamilyPolicy": "", "externalIPs": ["k"], "sessionAffinity": "l",
                "sessionAffinityConfig": {"clientIP": {"timeoutSeconds": 4}}, "loadBalancerIP": "m",
                "loadBalancerSourceRanges": ["n"], "externalName": "o", "externalTrafficPolicy": "p",
                "internalTrafficPolicy": "q", "healthCheckNodePort": 5, "publishNotReadyAddresses": true,
                "allocateLoadBalancerNodePorts": false, "loadBalancerClass": "r",
                "trafficDistribution": "s"},
            "status": {"loadBalancer": {"ingress": [{"ip": "a", "hostname": "b", "ipMode": "c",
                "ports": [{"port": 1, "protocol": "d"}]}]}, "conditions": [{"type": "e", "observedGeneration": 2}]},
        });
        for object in [full, json!({"metadata": {}, "spec": {"sessionAffinityConfig": {}}})] {
            let decoded = decode::service(&Node::from_json(&object), &[], false);
            assert_eq!(to_json(&decoded.expect("a Service").service), object);
        }
    }
}
