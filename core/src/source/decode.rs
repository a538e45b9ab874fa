//! Which object does a body hold? JSON (or YAML read as JSON) into a Service, as the API server's
//! strict decoder does it: rules DEC-1 to DEC-3, DEC-6.
//! Source: apimachinery `pkg/runtime/serializer/json`, sigs.k8s.io/json.
//!
//! Invariant: the first value of a wrong type, in the order of the text, decides, and hides all
//! unknown and duplicate fields.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value as Json};

use super::yaml::{Node, Value};
use crate::api::service::{
    ClientIpConfig, IntOrString, LoadBalancerIngress, LoadBalancerStatus, ObjectMeta, Service,
    ServicePort, ServiceSpec, ServiceStatus, SessionAffinityConfig,
};
use crate::path::FieldPath;
use crate::span::Span;

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

/// Decodes a Service. `unknown_spec_fields` are names the release does not know yet.
///
/// # Errors
/// The first value of a wrong type.
pub fn service(body: &Node, unknown_spec_fields: &[&str]) -> Result<Decoded, TypeError> {
    let mut reader =
        Reader { unknown_spec_fields, fields: Vec::new(), strays: Vec::new(), go_path: Vec::new() };
    let json =
        reader.object(body, &SERVICE, "Service", &FieldPath::default(), &mut String::new())?;
    Ok(Decoded { service: build(json), fields: reader.fields, strays: reader.strays })
}

/// The fields of a structure whose types were checked. Written out by hand: what serde derives for
/// this is many times as large, and the page is downloaded.
struct Fields(Map<String, Json>);

impl Fields {
    fn of(value: Option<Json>) -> Option<Self> {
        match value {
            Some(Json::Object(map)) => Some(Self(map)),
            _ => None,
        }
    }

    fn inner(&mut self, key: &str) -> Self {
        Self::of(self.0.remove(key)).unwrap_or(Self(Map::new()))
    }

    fn optional(&mut self, key: &str) -> Option<String> {
        match self.0.remove(key) {
            Some(Json::String(text)) => Some(text),
            _ => None,
        }
    }

    fn text(&mut self, key: &str) -> String {
        self.optional(key).unwrap_or_default()
    }

    fn bool(&mut self, key: &str) -> Option<bool> {
        self.0.remove(key)?.as_bool()
    }

    fn int(&mut self, key: &str) -> Option<i32> {
        small(&self.0.remove(key)?)
    }

    fn list(&mut self, key: &str) -> Vec<Json> {
        match self.0.remove(key) {
            Some(Json::Array(list)) => list,
            _ => Vec::new(),
        }
    }

    fn structures(&mut self, key: &str) -> impl Iterator<Item = Self> {
        self.list(key).into_iter().filter_map(|entry| Self::of(Some(entry)))
    }

    fn texts(&mut self, key: &str) -> Vec<String> {
        self.list(key).into_iter().map(text_of).collect()
    }

    fn labels(&mut self, key: &str) -> BTreeMap<String, String> {
        let mut labels = BTreeMap::new();
        for (key, value) in self.inner(key).0 {
            labels.insert(key, text_of(value));
        }
        labels
    }
}

fn text_of(value: Json) -> String {
    if let Json::String(text) = value { text } else { String::new() }
}

fn small(number: &Json) -> Option<i32> {
    number.as_i64().and_then(|number| i32::try_from(number).ok())
}

fn build(json: Json) -> Service {
    let mut top = Fields::of(Some(json)).unwrap_or(Fields(Map::new()));
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
        owner_references: meta.list("ownerReferences"),
    };
    let mut status = top.inner("status");
    let mut load_balancer = status.inner("loadBalancer");
    let ingress = load_balancer.structures("ingress").map(|mut entry| LoadBalancerIngress {
        ip: entry.text("ip"),
        hostname: entry.text("hostname"),
        ip_mode: entry.optional("ipMode"),
        ports: entry.list("ports"),
    });
    let load_balancer = LoadBalancerStatus { ingress: ingress.collect() };
    let status = ServiceStatus { load_balancer, conditions: status.list("conditions") };
    Service { metadata, spec: build_spec(top.inner("spec")), status }
}

fn build_spec(mut spec: Fields) -> ServiceSpec {
    let is_empty = |field: &&str| {
        spec.0.get(*field).and_then(Json::as_array).is_some_and(|list| list.is_empty())
    };
    let sent_empty = ["clusterIPs", "ipFamilies"].into_iter().filter(is_empty).collect();
    let ports = spec.structures("ports").map(|mut port| {
        let target_port = match port.0.remove("targetPort") {
            Some(Json::String(name)) => IntOrString::Str(name),
            number => IntOrString::Int(number.as_ref().and_then(small).unwrap_or_default()),
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
    let config = Fields::of(spec.0.remove("sessionAffinityConfig"));
    let session_affinity_config = config.map(|mut config| {
        let client_ip = Fields::of(config.0.remove("clientIP"));
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
    let mut strays =
        service(patch, unknown_spec_fields).map(|decoded| decoded.strays).unwrap_or_default();
    strays.retain(|stray| !stray.name.starts_with('$'));
    strays
}

struct Reader<'a> {
    unknown_spec_fields: &'a [&'a str],
    fields: Vec<WrittenField>,
    strays: Vec<Stray>,
    /// Names from the root, without indices: what a type error prints.
    go_path: Vec<&'static str>,
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
        go_type: &str,
        path: &FieldPath,
        span: Span,
    ) -> TypeError {
        let target = if self.go_path.is_empty() {
            format!("Go value of type {go_type}")
        } else {
            format!("Go struct field {holder}.{} of type {go_type}", self.go_path.join("."))
        };
        TypeError {
            message: format!("json: cannot unmarshal {got} into {target}"),
            path: path.clone(),
            span,
        }
    }

    /// Reads a structure. `printed` is its path as strict decoding prints it: dotted, with indices.
    fn object(
        &mut self,
        node: &Node,
        shape: &'static Struct,
        holder: &str,
        path: &FieldPath,
        printed: &mut String,
    ) -> Result<Json, TypeError> {
        let Value::Map(entries) = &node.value else {
            if node.value == Value::Null {
                return Ok(Json::Object(Map::new()));
            }
            return Err(self.wrong(Kind(&node.value), holder, shape.go_type, path, node.span));
        };
        let mut json = Map::new();
        let mut seen: Vec<&str> = Vec::new();
        for entry in entries {
            let length = printed.len();
            if !printed.is_empty() {
                printed.push('.');
            }
            printed.push_str(&entry.key);
            let found = shape.fields.iter().find(|(name, _)| {
                *name == entry.key
                    && !(shape.name == "ServiceSpec" && self.unknown_spec_fields.contains(name))
            });
            if seen.contains(&entry.key.as_str()) {
                self.stray("duplicate", printed, entry.key_span, &entry.key, shape);
            }
            seen.push(&entry.key);
            if let Some((name, field)) = found {
                let path = path.clone().field(name);
                self.fields.push(WrittenField {
                    path: path.clone(),
                    key: entry.key_span,
                    value: entry.value.span,
                });
                self.go_path.push(name);
                let value = self.value(&entry.value, field, shape.name, &path, printed)?;
                self.go_path.pop();
                if let Some(value) = value {
                    json.insert(entry.key.clone(), value);
                }
            } else {
                self.stray("unknown", printed, entry.key_span, &entry.key, shape);
            }
            printed.truncate(length);
        }
        Ok(Json::Object(json))
    }

    fn stray(&mut self, what: &str, path: &str, span: Span, name: &str, shape: &'static Struct) {
        self.strays.push(Stray {
            message: format!("{what} field {}", crate::api::quote(path)),
            span,
            name: name.to_owned(),
            known: shape.fields.iter().map(|(name, _)| *name).collect(),
        });
    }

    /// Reads a field; `None` where it counts as absent.
    fn value(
        &mut self,
        node: &Node,
        shape: &'static Shape,
        holder: &'static str,
        path: &FieldPath,
        printed: &mut String,
    ) -> Result<Option<Json>, TypeError> {
        if node.value == Value::Null || matches!(shape, Shape::Dropped) {
            return Ok(None);
        }
        let wrong = |reader: &Self, go_type: &str| {
            Err(reader.wrong(Kind(&node.value), holder, go_type, path, node.span))
        };
        Ok(Some(match (shape, &node.value) {
            (Shape::Str(_), Value::String(text)) => Json::String(text.clone()),
            (Shape::Str(go_type), _) => return wrong(self, go_type),
            (Shape::Bool, Value::Bool(value)) => Json::Bool(*value),
            (Shape::Bool, _) => return wrong(self, "bool"),
            (Shape::Int32, Value::Number(_)) => self.int(node, "int32", holder, path)?,
            (Shape::Int32, _) => return wrong(self, "int32"),
            (Shape::Int64, Value::Number(_)) => self.int(node, "int64", holder, path)?,
            (Shape::Int64, _) => return wrong(self, "int64"),
            (Shape::IntOrString, Value::String(text)) => Json::String(text.clone()),
            (Shape::IntOrString, Value::Number(_)) => self.int(node, "int32", holder, path)?,
            (Shape::IntOrString, _) => return wrong(self, "int32"),
            (Shape::Labels, Value::Map(entries)) => {
                let mut labels = Map::new();
                for entry in entries {
                    let path = path.clone().key(&entry.key);
                    self.fields.push(WrittenField {
                        path: path.clone(),
                        key: entry.key_span,
                        value: entry.value.span,
                    });
                    let text = self.string(&entry.value, "string", holder, &path)?;
                    labels.insert(entry.key.clone(), Json::String(text));
                }
                Json::Object(labels)
            }
            (Shape::Labels, _) => return wrong(self, "map[string]string"),
            (Shape::Strings(_, entry_type), Value::Seq(entries)) => {
                let mut list = Vec::with_capacity(entries.len());
                for (at, entry) in entries.iter().enumerate() {
                    let path = self.entry(path, at, entry.span);
                    list.push(Json::String(self.string(entry, entry_type, holder, &path)?));
                }
                Json::Array(list)
            }
            (Shape::Strings(list_type, _), _) => return wrong(self, list_type),
            (Shape::Object(inner), _) => self.object(node, inner, holder, path, printed)?,
            (Shape::Objects(_, inner), Value::Seq(entries)) => {
                let mut list = Vec::with_capacity(entries.len());
                for (at, entry) in entries.iter().enumerate() {
                    let path = self.entry(path, at, entry.span);
                    let length = printed.len();
                    printed.push_str(&format!("[{at}]"));
                    list.push(self.object(entry, inner, holder, &path, printed)?);
                    printed.truncate(length);
                }
                Json::Array(list)
            }
            (Shape::Objects(list_type, _), _) => return wrong(self, list_type),
            (Shape::Kept(_), Value::Seq(_)) => node.to_json(),
            (Shape::Kept(list_type), _) => return wrong(self, list_type),
            (Shape::Dropped, _) => return Ok(None),
        }))
    }

    fn entry(&mut self, list: &FieldPath, at: usize, span: Span) -> FieldPath {
        let path = list.clone().index(at);
        let key = Span::new(span.start, span.start);
        self.fields.push(WrittenField { path: path.clone(), key, value: span });
        path
    }

    fn string(
        &self,
        node: &Node,
        go_type: &str,
        holder: &str,
        path: &FieldPath,
    ) -> Result<String, TypeError> {
        match &node.value {
            Value::String(text) => Ok(text.clone()),
            Value::Null => Ok(String::new()),
            other => Err(self.wrong(Kind(other), holder, go_type, path, node.span)),
        }
    }

    fn int(
        &self,
        node: &Node,
        go_type: &str,
        holder: &str,
        path: &FieldPath,
    ) -> Result<Json, TypeError> {
        let Value::Number(text) = &node.value else { return Ok(Json::Null) };
        let fits = |number: &i64| go_type == "int64" || i32::try_from(*number).is_ok();
        match text.parse::<i64>().ok().filter(fits) {
            Some(number) => Ok(Json::from(number)),
            None => {
                Err(self.wrong(format_args!("number {text}"), holder, go_type, path, node.span))
            }
        }
    }
}
