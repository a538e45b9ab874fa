//! Which object does a body hold? JSON (or YAML read as JSON) into a Service, as the API server's
//! strict decoder does it: rules DEC-1 to DEC-3, DEC-6.
//! Source: apimachinery `pkg/runtime/serializer/json`, sigs.k8s.io/json.
//!
//! Invariant: the first value of a wrong type, in the order of the text, decides, and hides all
//! unknown and duplicate fields.

use std::fmt;

use crate::api::json::{Json, Map};
use crate::api::print::holds_keys;

use super::yaml::{Entry, Node, Value};
use crate::api::field_path::{FieldPath, Segment};
use crate::api::service::{
    ClientIpConfig, IntOrString, LoadBalancerIngress, LoadBalancerStatus, ObjectMeta, Service,
    ServicePort, ServiceSpec, ServiceStatus, SessionAffinityConfig,
};
use crate::source::span::Span;

/// A field of a manifest.
#[derive(Clone, PartialEq, Debug)]
pub struct WrittenField {
    /// Which.
    pub path: FieldPath,
    /// Its name in the text; empty for an entry of a list.
    pub key: Span,
    /// Its value in the text.
    pub value: Span,
}

/// A field the type does not have, or one that stands twice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stray {
    /// `unknown field "spec.foo"` or `duplicate field "spec.type"`: what upstream says of it.
    pub message: String,
    /// The field's name in the text.
    pub span: Span,
    /// The name, without its path.
    pub name: String,
    /// The names the structure does have, for a suggestion.
    pub known: Vec<&'static str>,
}

/// A value of a wrong type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TypeError {
    /// `json: cannot unmarshal …`.
    pub message: String,
    /// The field.
    pub path: FieldPath,
    /// The type it should have, as Go names it.
    pub go_type: &'static str,
    /// The value in the text.
    pub span: Span,
}

/// A decoded Service.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Decoded {
    /// The object, nothing defaulted.
    pub service: Service,
    /// Every known field that was written, in the order of the text.
    pub fields: Vec<WrittenField>,
    /// Unknown and duplicate fields, in the order of the text.
    pub strays: Vec<Stray>,
}

/// What a field holds, and what Go calls it.
enum Shape {
    /// A string type: `string`, `v1.IPFamilyPolicy`, …
    Str(&'static str),
    Int32,
    Int64,
    Bool,
    IntOrString,
    /// `map[string]string`.
    Labels,
    /// A list of strings: the list's type and the entry's.
    Strings(&'static str, &'static str),
    Object(&'static Struct),
    /// A list of structures: the list's type and the entry's shape.
    Objects(&'static str, &'static Struct),
    /// Kept as sent: a list whose type is named.
    Kept(&'static str),
    /// Read and dropped: the server does not keep what a client says here.
    Dropped,
}

struct Struct {
    name: &'static str,
    go_type: &'static str,
    fields: &'static [(&'static str, Shape)],
}

const STRING: Shape = Shape::Str("string");

static SERVICE: Struct = Struct {
    name: "Service",
    go_type: "v1.Service",
    fields: &[
        ("apiVersion", STRING),
        ("kind", STRING),
        ("metadata", Shape::Object(&OBJECT_META)),
        ("spec", Shape::Object(&SERVICE_SPEC)),
        ("status", Shape::Object(&SERVICE_STATUS)),
    ],
};

static OBJECT_META: Struct = Struct {
    name: "ObjectMeta",
    go_type: "v1.ObjectMeta",
    fields: &[
        ("name", STRING),
        ("generateName", STRING),
        ("namespace", STRING),
        ("selfLink", STRING),
        ("uid", Shape::Str("types.UID")),
        ("resourceVersion", STRING),
        ("generation", Shape::Int64),
        ("creationTimestamp", Shape::Str("v1.Time")),
        ("deletionTimestamp", Shape::Str("v1.Time")),
        ("deletionGracePeriodSeconds", Shape::Int64),
        ("labels", Shape::Labels),
        ("annotations", Shape::Labels),
        ("ownerReferences", Shape::Kept("[]v1.OwnerReference")),
        ("finalizers", Shape::Strings("[]string", "string")),
        ("managedFields", Shape::Dropped),
    ],
};

static SERVICE_SPEC: Struct = Struct {
    name: "ServiceSpec",
    go_type: "v1.ServiceSpec",
    fields: &[
        ("ports", Shape::Objects("[]v1.ServicePort", &SERVICE_PORT)),
        ("selector", Shape::Labels),
        ("clusterIP", STRING),
        ("clusterIPs", Shape::Strings("[]string", "string")),
        ("type", Shape::Str("v1.ServiceType")),
        ("externalIPs", Shape::Strings("[]string", "string")),
        ("sessionAffinity", Shape::Str("v1.ServiceAffinity")),
        ("loadBalancerIP", STRING),
        ("loadBalancerSourceRanges", Shape::Strings("[]string", "string")),
        ("externalName", STRING),
        ("externalTrafficPolicy", Shape::Str("v1.ServiceExternalTrafficPolicy")),
        ("healthCheckNodePort", Shape::Int32),
        ("publishNotReadyAddresses", Shape::Bool),
        ("sessionAffinityConfig", Shape::Object(&SESSION_AFFINITY_CONFIG)),
        ("ipFamilies", Shape::Strings("[]v1.IPFamily", "v1.IPFamily")),
        ("ipFamilyPolicy", Shape::Str("v1.IPFamilyPolicy")),
        ("allocateLoadBalancerNodePorts", Shape::Bool),
        ("loadBalancerClass", STRING),
        ("internalTrafficPolicy", Shape::Str("v1.ServiceInternalTrafficPolicy")),
        ("trafficDistribution", STRING),
    ],
};

static SERVICE_PORT: Struct = Struct {
    name: "ServicePort",
    go_type: "v1.ServicePort",
    fields: &[
        ("name", STRING),
        ("protocol", Shape::Str("v1.Protocol")),
        ("appProtocol", STRING),
        ("port", Shape::Int32),
        ("targetPort", Shape::IntOrString),
        ("nodePort", Shape::Int32),
    ],
};

static SESSION_AFFINITY_CONFIG: Struct = Struct {
    name: "SessionAffinityConfig",
    go_type: "v1.SessionAffinityConfig",
    fields: &[("clientIP", Shape::Object(&CLIENT_IP_CONFIG))],
};

static CLIENT_IP_CONFIG: Struct = Struct {
    name: "ClientIPConfig",
    go_type: "v1.ClientIPConfig",
    fields: &[("timeoutSeconds", Shape::Int32)],
};

static SERVICE_STATUS: Struct = Struct {
    name: "ServiceStatus",
    go_type: "v1.ServiceStatus",
    fields: &[
        ("loadBalancer", Shape::Object(&LOAD_BALANCER_STATUS)),
        ("conditions", Shape::Kept("[]v1.Condition")),
    ],
};

static LOAD_BALANCER_STATUS: Struct = Struct {
    name: "LoadBalancerStatus",
    go_type: "v1.LoadBalancerStatus",
    fields: &[("ingress", Shape::Objects("[]v1.LoadBalancerIngress", &LOAD_BALANCER_INGRESS))],
};

static LOAD_BALANCER_INGRESS: Struct = Struct {
    name: "LoadBalancerIngress",
    go_type: "v1.LoadBalancerIngress",
    fields: &[
        ("ip", STRING),
        ("hostname", STRING),
        ("ipMode", Shape::Str("v1.LoadBalancerIPMode")),
        ("ports", Shape::Objects("[]v1.PortStatus", &PORT_STATUS)),
    ],
};

static PORT_STATUS: Struct = Struct {
    name: "PortStatus",
    go_type: "v1.PortStatus",
    fields: &[("port", Shape::Int32), ("protocol", Shape::Str("v1.Protocol")), ("error", STRING)],
};

/// Every field that a Service has, with `[]` behind a list and `{}` behind a map of texts.
#[must_use]
pub fn paths() -> Vec<String> {
    fn list(of: &Struct, before: &str, out: &mut Vec<String>) {
        for (name, shape) in of.fields {
            let (suffix, inner) = match shape {
                Shape::Object(inner) => ("", Some(inner)),
                Shape::Objects(_, inner) => ("[]", Some(inner)),
                Shape::Strings(..) | Shape::Kept(_) => ("[]", None),
                Shape::Labels => ("{}", None),
                _ => ("", None),
            };
            let path = format!("{before}{name}{suffix}");
            out.push(path.clone());
            if let Some(inner) = inner {
                list(inner, &format!("{path}."), out);
            }
        }
    }
    let mut out = Vec::new();
    list(&SERVICE, "", &mut out);
    out
}

/// Decodes a Service. `unknown_spec_fields` are names the release does not know yet; `fields` are
/// given if they are wanted.
///
/// # Errors
/// The first value of a wrong type.
pub fn service(
    body: &Node,
    unknown_spec_fields: &[&str],
    wants_fields: bool,
) -> Result<Decoded, Box<TypeError>> {
    let (path, fields, strays) = Default::default();
    let mut reader = Reader { unknown_spec_fields, wants_fields, path, fields, strays };
    let object = reader.object(body, &SERVICE, "Service")?;
    Ok(Decoded { service: build(object), fields: reader.fields, strays: reader.strays })
}

/// The wire form, which [`to_json`](crate::api::service::to_json) writes.
impl serde::Serialize for Service {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        crate::api::service::to_json(self).serialize(serializer)
    }
}

/// Decoded as the API server decodes; members that nobody knows are left out.
impl<'de> serde::Deserialize<'de> for Service {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let body = Node::from_json(&Json::deserialize(deserializer)?);
        let decoded = service(&body, &[], false);
        decoded.map(|it| it.service).map_err(|error| serde::de::Error::custom(error.message))
    }
}

/// A value whose type was checked.
enum Checked {
    Text(String),
    Int(i64),
    Bool(bool),
    Labels(Map<String>),
    List(Vec<Checked>),
    Fields(Fields),
    Kept(Vec<Json>),
}

/// The fields of a structure, in the order of the text. Written out by hand: what serde derives for
/// this is many times as large, and the page is downloaded.
#[derive(Default)]
struct Fields(Vec<(&'static str, Checked)>);

impl Fields {
    /// Takes a field out; of duplicates the last one counts.
    fn take(&mut self, name: &str) -> Option<Checked> {
        let at = self.0.iter().rposition(|(other, _)| *other == name)?;
        Some(self.0.remove(at).1)
    }

    fn optional_inner(&mut self, name: &str) -> Option<Self> {
        if let Checked::Fields(fields) = self.take(name)? { Some(fields) } else { None }
    }

    fn inner(&mut self, name: &str) -> Self {
        self.optional_inner(name).unwrap_or_default()
    }

    fn optional(&mut self, name: &str) -> Option<String> {
        if let Checked::Text(text) = self.take(name)? { Some(text) } else { None }
    }

    fn text(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_default()
    }

    fn bool(&mut self, name: &str) -> Option<bool> {
        if let Checked::Bool(value) = self.take(name)? { Some(value) } else { None }
    }

    fn int(&mut self, name: &str) -> Option<i32> {
        if let Checked::Int(number) = self.take(name)? { i32::try_from(number).ok() } else { None }
    }

    fn list(&mut self, name: &str) -> Vec<Checked> {
        if let Some(Checked::List(list)) = self.take(name) { list } else { Vec::new() }
    }

    fn structures(&mut self, name: &str) -> impl Iterator<Item = Self> {
        self.list(name).into_iter().filter_map(|entry| {
            if let Checked::Fields(fields) = entry { Some(fields) } else { None }
        })
    }

    fn texts(&mut self, name: &str) -> Vec<String> {
        let text = |entry| if let Checked::Text(text) = entry { Some(text) } else { None };
        self.list(name).into_iter().filter_map(text).collect()
    }

    fn labels(&mut self, name: &str) -> Map<String> {
        if let Some(Checked::Labels(labels)) = self.take(name) { labels } else { Map::new() }
    }

    fn kept(&mut self, name: &str) -> Vec<Json> {
        if let Some(Checked::Kept(list)) = self.take(name) { list } else { Vec::new() }
    }
}

fn build(mut top: Fields) -> Service {
    let mut meta = top.inner("metadata");
    let metadata = ObjectMeta {
        name: meta.text("name"),
        generate_name: meta.text("generateName"),
        namespace: meta.text("namespace"),
        uid: meta.text("uid"),
        resource_version: meta.text("resourceVersion"),
        creation_timestamp: meta.optional("creationTimestamp"),
        deletion_timestamp: meta.optional("deletionTimestamp"),
        labels: meta.labels("labels"),
        annotations: meta.labels("annotations"),
        finalizers: meta.texts("finalizers"),
        owner_references: meta.kept("ownerReferences"),
    };
    let mut status = top.inner("status");
    let mut load_balancer = status.inner("loadBalancer");
    let ingress = load_balancer.structures("ingress").map(|mut entry| LoadBalancerIngress {
        ip: entry.text("ip"),
        hostname: entry.text("hostname"),
        ip_mode: entry.optional("ipMode"),
        ports: entry.structures("ports").map(port_status).collect(),
    });
    let load_balancer = LoadBalancerStatus { ingress: ingress.collect() };
    let status = ServiceStatus { load_balancer, conditions: status.kept("conditions") };
    Service { metadata, spec: build_spec(top.inner("spec")), status }
}

fn port_status(mut port: Fields) -> Json {
    let mut json = Vec::new();
    if let Some(number) = port.int("port") {
        json.push(("port".to_owned(), number.into()));
    }
    for name in ["protocol", "error"] {
        if let Some(text) = port.optional(name) {
            json.push((name.to_owned(), text.into()));
        }
    }
    Json::object(json)
}

fn build_spec(mut spec: Fields) -> ServiceSpec {
    let empty = spec
        .0
        .iter()
        .filter(|(_, value)| if let Checked::List(list) = value { list.is_empty() } else { false });
    let sent_empty = empty.map(|(name, _)| *name).collect();
    let ports = spec.structures("ports").map(|mut port| {
        let target_port = match port.take("targetPort") {
            Some(Checked::Text(name)) => IntOrString::Str(name),
            Some(Checked::Int(number)) => {
                IntOrString::Int(i32::try_from(number).unwrap_or_default())
            }
            _ => IntOrString::default(),
        };
        ServicePort {
            name: port.text("name"),
            protocol: port.text("protocol"),
            app_protocol: port.optional("appProtocol"),
            port: port.int("port").unwrap_or_default(),
            target_port,
            node_port: port.int("nodePort").unwrap_or_default(),
        }
    });
    let ports = ports.collect();
    let session_affinity_config = spec.optional_inner("sessionAffinityConfig").map(|mut config| {
        let client_ip = config.optional_inner("clientIP");
        let client_ip =
            client_ip.map(|mut it| ClientIpConfig { timeout_seconds: it.int("timeoutSeconds") });
        SessionAffinityConfig { client_ip }
    });
    ServiceSpec {
        type_: spec.text("type"),
        ports,
        selector: spec.labels("selector"),
        cluster_ip: spec.text("clusterIP"),
        cluster_ips: spec.texts("clusterIPs"),
        ip_families: spec.texts("ipFamilies"),
        ip_family_policy: spec.optional("ipFamilyPolicy"),
        external_ips: spec.texts("externalIPs"),
        session_affinity: spec.text("sessionAffinity"),
        session_affinity_config,
        load_balancer_ip: spec.text("loadBalancerIP"),
        load_balancer_source_ranges: spec.texts("loadBalancerSourceRanges"),
        external_name: spec.text("externalName"),
        external_traffic_policy: spec.text("externalTrafficPolicy"),
        internal_traffic_policy: spec.optional("internalTrafficPolicy"),
        health_check_node_port: spec.int("healthCheckNodePort").unwrap_or_default(),
        publish_not_ready_addresses: spec.bool("publishNotReadyAddresses").unwrap_or_default(),
        allocate_load_balancer_node_ports: spec.bool("allocateLoadBalancerNodePorts"),
        load_balancer_class: spec.optional("loadBalancerClass"),
        traffic_distribution: spec.optional("trafficDistribution"),
        sent_empty,
    }
}

/// The unknown and duplicate fields of a strategic merge patch, as they would be found in the
/// Service it patches. Directives such as `$patch` are not fields.
#[must_use]
pub fn strays_of_patch(patch: &Node, unknown_spec_fields: &[&str]) -> Vec<Stray> {
    let mut strays = service(patch, unknown_spec_fields, false)
        .map(|decoded| decoded.strays)
        .unwrap_or_default();
    strays.retain(|stray| !stray.name.starts_with('$'));
    strays
}

struct Reader<'a> {
    unknown_spec_fields: &'a [&'a str],
    wants_fields: bool,
    /// The value that is being read.
    path: FieldPath,
    fields: Vec<WrittenField>,
    strays: Vec<Stray>,
}

/// A JSON kind as Go's decoder names it.
struct Kind<'a>(&'a Value);

impl fmt::Display for Kind<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Seq(_) => "array",
            Value::Map(_) => "object",
        })
    }
}

impl Reader<'_> {
    fn wrong(
        &self,
        got: impl fmt::Display,
        holder: &str,
        go_type: &'static str,
        span: Span,
    ) -> Box<TypeError> {
        // Names from the root, without indices.
        let names: Vec<&str> = self.path.names().collect();
        let target = if names.is_empty() {
            format!("Go value of type {go_type}")
        } else {
            format!("Go struct field {holder}.{} of type {go_type}", names.join("."))
        };
        let message = format!("json: cannot unmarshal {got} into {target}");
        Box::new(TypeError { message, path: self.path.clone(), go_type, span })
    }

    fn object(
        &mut self,
        node: &Node,
        shape: &'static Struct,
        holder: &str,
    ) -> Result<Fields, Box<TypeError>> {
        let Value::Map(entries) = &node.value else {
            if node.value == Value::Null {
                return Ok(Fields::default());
            }
            return Err(self.wrong(Kind(&node.value), holder, shape.go_type, node.span));
        };
        let mut fields = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let found = shape.fields.iter().find(|(name, _)| {
                *name == entry.key
                    && !(shape.name == "ServiceSpec" && self.unknown_spec_fields.contains(name))
            });
            if entries[..i].iter().any(|before| before.key == entry.key) {
                self.stray("duplicate", entry, shape);
            }
            if let Some((name, field)) = found {
                self.enter(Segment::Field(name), entry.key_span, entry.value.span);
                let value = self.value(&entry.value, field, shape.name)?;
                self.path.0.pop();
                fields.extend(value.map(|value| (*name, value)));
            } else {
                self.stray("unknown", entry, shape);
            }
        }
        Ok(Fields(fields))
    }

    fn stray(&mut self, what: &str, entry: &Entry, shape: &'static Struct) {
        let name = entry.key.clone();
        let path = match self.path.0.len() {
            0 => name.clone(),
            _ => format!("{}.{name}", self.path),
        };
        self.strays.push(Stray {
            message: format!("{what} field {}", crate::api::quote(&path)),
            span: entry.key_span,
            name,
            known: shape.fields.iter().map(|(name, _)| *name).collect(),
        });
    }

    /// Reads a field; `None` where it counts as absent.
    fn value(
        &mut self,
        node: &Node,
        shape: &'static Shape,
        holder: &'static str,
    ) -> Result<Option<Checked>, Box<TypeError>> {
        if node.value == Value::Null || matches!(shape, Shape::Dropped) {
            return Ok(None);
        }
        let wrong = |reader: &Self, go_type: &'static str| {
            Err(reader.wrong(Kind(&node.value), holder, go_type, node.span))
        };
        Ok(Some(match (shape, &node.value) {
            (Shape::Str(_) | Shape::IntOrString, Value::String(text)) => {
                Checked::Text(text.clone())
            }
            (Shape::Str(go_type), _) => return wrong(self, go_type),
            (Shape::Bool, Value::Bool(value)) => Checked::Bool(*value),
            (Shape::Bool, _) => return wrong(self, "bool"),
            (Shape::Int32 | Shape::IntOrString, Value::Number(text)) => {
                self.int(text, "int32", holder, node.span)?
            }
            (Shape::Int32 | Shape::IntOrString, _) => return wrong(self, "int32"),
            (Shape::Int64, Value::Number(text)) => self.int(text, "int64", holder, node.span)?,
            (Shape::Int64, _) => return wrong(self, "int64"),
            (Shape::Labels, Value::Map(entries)) => {
                let mut labels = Vec::with_capacity(entries.len());
                for entry in entries {
                    let key = Segment::Key(entry.key.as_str().into());
                    self.enter(key, entry.key_span, entry.value.span);
                    let text = self.string(&entry.value, "string", holder)?;
                    self.path.0.pop();
                    labels.push((entry.key.clone(), text));
                }
                Checked::Labels(labels.into_iter().collect())
            }
            (Shape::Labels, _) => return wrong(self, "map[string]string"),
            (Shape::Strings(_, entry_type), Value::Seq(entries)) => self
                .list(entries, |reader, entry| {
                    Ok(Checked::Text(reader.string(entry, entry_type, holder)?))
                })?,
            (Shape::Strings(list_type, _), _) => return wrong(self, list_type),
            (Shape::Object(inner), _) => Checked::Fields(self.object(node, inner, holder)?),
            (Shape::Objects(_, inner), Value::Seq(entries)) => self
                .list(entries, |reader, entry| {
                    Ok(Checked::Fields(reader.object(entry, inner, holder)?))
                })?,
            (Shape::Objects(list_type, _), _) => return wrong(self, list_type),
            (Shape::Kept(_), Value::Seq(entries)) => {
                Checked::Kept(entries.iter().map(Node::to_json).collect())
            }
            (Shape::Kept(list_type), _) => return wrong(self, list_type),
            (Shape::Dropped, _) => return Ok(None),
        }))
    }

    fn list(
        &mut self,
        entries: &[Node],
        read: impl Fn(&mut Self, &Node) -> Result<Checked, Box<TypeError>>,
    ) -> Result<Checked, Box<TypeError>> {
        let mut list = Vec::with_capacity(entries.len());
        for (i, entry) in entries.iter().enumerate() {
            let start = Span::new(entry.span.start, entry.span.start);
            self.enter(Segment::Index(i), start, entry.span);
            list.push(read(self, entry)?);
            self.path.0.pop();
        }
        Ok(Checked::List(list))
    }

    fn enter(&mut self, segment: Segment, key: Span, value: Span) {
        self.path.0.push(segment);
        if self.wants_fields {
            self.fields.push(WrittenField { path: self.path.clone(), key, value });
        }
    }

    fn string(
        &self,
        node: &Node,
        go_type: &'static str,
        holder: &str,
    ) -> Result<String, Box<TypeError>> {
        match &node.value {
            Value::String(text) => Ok(text.clone()),
            Value::Null => Ok(String::new()),
            other => Err(self.wrong(Kind(other), holder, go_type, node.span)),
        }
    }

    fn int(
        &self,
        text: &str,
        go_type: &'static str,
        holder: &str,
        span: Span,
    ) -> Result<Checked, Box<TypeError>> {
        let fits = |number: &i64| go_type == "int64" || i32::try_from(*number).is_ok();
        let number = text.parse::<i64>().ok().filter(fits);
        let wrong = || self.wrong(format_args!("number {text}"), holder, go_type, span);
        Ok(Checked::Int(number.ok_or_else(wrong)?))
    }
}

/// The fields that a manifest of any kind writes, known or not, in the order of the text.
#[must_use]
pub fn written(document: &Node) -> Vec<WrittenField> {
    let mut fields = Vec::new();
    let kind = document.text_of("kind").unwrap_or_default();
    visit(document, kind, &mut FieldPath::default(), &mut fields);
    fields
}

/// Fields of Nodes, Pods and Deployments that decisions and refusals name.
const NAMED: [&str; 11] = [
    "containers",
    "image",
    "labels",
    "metadata",
    "name",
    "nodeName",
    "podCIDRs",
    "replicas",
    "selector",
    "spec",
    "template",
];

fn visit(node: &Node, kind: &str, path: &mut FieldPath, fields: &mut Vec<WrittenField>) {
    let at = path.to_string();
    let mut enter = |segment, key, node: &Node| {
        path.0.push(segment);
        fields.push(WrittenField { path: path.clone(), key, value: node.span });
        visit(node, kind, path, fields);
        path.0.pop();
    };
    match &node.value {
        Value::Map(entries) => {
            let is_map = holds_keys(kind, &at);
            for entry in entries {
                let name = NAMED.iter().find(|name| **name == entry.key);
                let segment = match name {
                    _ if is_map => Segment::Key(entry.key.as_str().into()),
                    Some(name) => Segment::Field(name),
                    None => Segment::Other(entry.key.as_str().into()),
                };
                enter(segment, entry.key_span, &entry.value);
            }
        }
        Value::Seq(entries) => {
            for (i, entry) in entries.iter().enumerate() {
                let start = Span::new(entry.span.start, entry.span.start);
                enter(Segment::Index(i), start, entry);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use crate::api::service::Service;

    #[test]
    fn a_service_is_read_and_written_by_serde() {
        let wire = r#"{"metadata": {"name": "web", "labels": {"a": "b"}, "ownerReferences": [{"uid": "1"}]},
            "spec": {"ports": [{"port": 80, "targetPort": "http"}], "ipFamilies": ["IPv6"]}}"#;
        let service: Service = serde_json::from_str(wire).expect("a Service");
        assert_eq!((service.metadata.name.as_str(), service.spec.ports[0].port), ("web", 80));
        let written = serde_json::to_value(&service).expect("a value");
        assert_eq!(written["spec"]["ports"][0]["targetPort"], "http");
        assert_eq!(serde_json::from_value::<Service>(written).expect("a Service"), service);
        let wrong =
            serde_json::from_str::<Service>(r#"{"spec": {"ports": 1}}"#).expect_err("no list");
        assert!(
            wrong.to_string().contains("cannot unmarshal number into Go struct field"),
            "{wrong}"
        );
    }
}
