//! Which object does a body hold? The fields of a Service with their types, and a Service of values whose types
//! were checked.
//!
//! `reader` reads JSON (or YAML read as JSON), `converter` the untyped values that a strategic patch leaves.

mod converter;
mod reader;
pub mod time;

use crate::api::json::{Json, Map};
use crate::api::print::holds_keys;
use crate::api::unstructured::Members;

use super::yaml::{Node, Value};
use crate::api::field_path::{FieldPath, Segment};
use crate::api::service::{
    ClientIpConfig, IntOrString, LoadBalancerIngress, LoadBalancerStatus, ObjectMeta,
    OwnerReference, Service, ServicePort, ServiceSpec, ServiceStatus, SessionAffinityConfig,
};
use crate::source::span::Span;

use reader::Reader;

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
    /// `json: cannot unmarshal …`, or that it is no time.
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
#[derive(Debug)]
pub(crate) enum Shape {
    /// A string type: `string`, `v1.IPFamilyPolicy`, …
    Str(&'static str),
    Int32,
    Int64,
    Bool,
    IntOrString,
    /// RFC 3339.
    Time,
    /// `map[string]string`.
    Labels,
    /// A list of strings: the list's type and the entry's.
    Strings(&'static str, &'static str),
    Object(&'static Struct),
    /// A list of structures: the list's type and the entry's shape.
    Objects(&'static str, &'static Struct),
    /// Any value; the server does not look at it.
    Any,
}

/// A structure of Go.
#[derive(Debug)]
pub struct Struct {
    name: &'static str,
    go_type: &'static str,
    /// In the order of the Go type.
    fields: &'static [(&'static str, Shape)],
    /// A structure whose fields count as fields of this one.
    inline: Option<&'static Self>,
}

impl Struct {
    const fn new(
        name: &'static str,
        go_type: &'static str,
        fields: &'static [(&'static str, Shape)],
    ) -> Self {
        Self { name, go_type, fields, inline: None }
    }

    /// The type's name, without its package.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// All fields, in the order of the Go type.
    fn all(&self) -> impl Iterator<Item = &'static (&'static str, Shape)> {
        self.fields.iter().chain(self.inline.iter().flat_map(|inline| inline.fields))
    }

    /// A field by its name, unless the release does not know it yet.
    pub(crate) fn field(
        &self,
        name: &str,
        unknown_spec_fields: &[&str],
    ) -> Option<&'static (&'static str, Shape)> {
        let is_unknown = self.name == "ServiceSpec" && unknown_spec_fields.contains(&name);
        self.all().find(|(known, _)| *known == name).filter(|_| !is_unknown)
    }
}

/// What a strategic patch asks about the type of a field.
#[derive(Clone, Copy, Debug)]
pub enum FieldType {
    /// A structure.
    Struct(&'static Struct),
    /// A list of structures.
    Structs(&'static Struct),
    /// A list of plain values.
    List,
    /// A map of texts.
    Map,
    /// A pointer to a plain value.
    Pointer,
    /// A plain value.
    Plain,
}

/// The fields that are pointers to plain values.
const POINTERS: [&str; 12] = [
    "allocateLoadBalancerNodePorts",
    "appProtocol",
    "blockOwnerDeletion",
    "controller",
    "deletionGracePeriodSeconds",
    "error",
    "internalTrafficPolicy",
    "ipFamilyPolicy",
    "ipMode",
    "loadBalancerClass",
    "timeoutSeconds",
    "trafficDistribution",
];

/// The type of a field; upper and lower case are the same here.
#[must_use]
pub fn field_type(holder: &Struct, field: &str) -> Option<FieldType> {
    let mut found = holder.all().filter(|(name, _)| name.eq_ignore_ascii_case(field));
    found.next().map(|(name, shape)| match shape {
        Shape::Object(inner) => FieldType::Struct(inner),
        Shape::Objects(_, inner) => FieldType::Structs(inner),
        Shape::Strings(..) => FieldType::List,
        Shape::Labels => FieldType::Map,
        _ if POINTERS.contains(name) => FieldType::Pointer,
        _ => FieldType::Plain,
    })
}

/// The type of a Service.
#[must_use]
pub const fn service_type() -> &'static Struct {
    &SERVICE
}

const STRING: Shape = Shape::Str("string");

static SERVICE: Struct = Struct::new(
    "Service",
    "v1.Service",
    &[
        ("kind", STRING),
        ("apiVersion", STRING),
        ("metadata", Shape::Object(&OBJECT_META)),
        ("spec", Shape::Object(&SERVICE_SPEC)),
        ("status", Shape::Object(&SERVICE_STATUS)),
    ],
);

static OBJECT_META: Struct = Struct::new(
    "ObjectMeta",
    "v1.ObjectMeta",
    &[
        ("name", STRING),
        ("generateName", STRING),
        ("namespace", STRING),
        ("selfLink", STRING),
        ("uid", Shape::Str("types.UID")),
        ("resourceVersion", STRING),
        ("generation", Shape::Int64),
        ("creationTimestamp", Shape::Time),
        ("deletionTimestamp", Shape::Time),
        ("deletionGracePeriodSeconds", Shape::Int64),
        ("labels", Shape::Labels),
        ("annotations", Shape::Labels),
        ("ownerReferences", Shape::Objects("[]v1.OwnerReference", &OWNER_REFERENCE)),
        ("finalizers", Shape::Strings("[]string", "string")),
        ("managedFields", Shape::Objects("[]v1.ManagedFieldsEntry", &MANAGED_FIELDS_ENTRY)),
    ],
);

static SERVICE_SPEC: Struct = Struct::new(
    "ServiceSpec",
    "v1.ServiceSpec",
    &[
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
);

static SERVICE_PORT: Struct = Struct::new(
    "ServicePort",
    "v1.ServicePort",
    &[
        ("name", STRING),
        ("protocol", Shape::Str("v1.Protocol")),
        ("appProtocol", STRING),
        ("port", Shape::Int32),
        ("targetPort", Shape::IntOrString),
        ("nodePort", Shape::Int32),
    ],
);

static SESSION_AFFINITY_CONFIG: Struct = Struct::new(
    "SessionAffinityConfig",
    "v1.SessionAffinityConfig",
    &[("clientIP", Shape::Object(&CLIENT_IP_CONFIG))],
);

static CLIENT_IP_CONFIG: Struct =
    Struct::new("ClientIPConfig", "v1.ClientIPConfig", &[("timeoutSeconds", Shape::Int32)]);

static SERVICE_STATUS: Struct = Struct::new(
    "ServiceStatus",
    "v1.ServiceStatus",
    &[
        ("loadBalancer", Shape::Object(&LOAD_BALANCER_STATUS)),
        ("conditions", Shape::Objects("[]v1.Condition", &CONDITION)),
    ],
);

static LOAD_BALANCER_STATUS: Struct = Struct::new(
    "LoadBalancerStatus",
    "v1.LoadBalancerStatus",
    &[("ingress", Shape::Objects("[]v1.LoadBalancerIngress", &LOAD_BALANCER_INGRESS))],
);

static LOAD_BALANCER_INGRESS: Struct = Struct::new(
    "LoadBalancerIngress",
    "v1.LoadBalancerIngress",
    &[
        ("ip", STRING),
        ("hostname", STRING),
        ("ipMode", Shape::Str("v1.LoadBalancerIPMode")),
        ("ports", Shape::Objects("[]v1.PortStatus", &PORT_STATUS)),
    ],
);

static PORT_STATUS: Struct = Struct::new(
    "PortStatus",
    "v1.PortStatus",
    &[("port", Shape::Int32), ("protocol", Shape::Str("v1.Protocol")), ("error", STRING)],
);

static OWNER_REFERENCE: Struct = Struct::new(
    "OwnerReference",
    "v1.OwnerReference",
    &[
        ("apiVersion", STRING),
        ("kind", STRING),
        ("name", STRING),
        ("uid", Shape::Str("types.UID")),
        ("controller", Shape::Bool),
        ("blockOwnerDeletion", Shape::Bool),
    ],
);

static MANAGED_FIELDS_ENTRY: Struct = Struct::new(
    "ManagedFieldsEntry",
    "v1.ManagedFieldsEntry",
    &[
        ("manager", STRING),
        ("operation", Shape::Str("v1.ManagedFieldsOperationType")),
        ("apiVersion", STRING),
        ("time", Shape::Time),
        ("fieldsType", STRING),
        ("fieldsV1", Shape::Any),
        ("subresource", STRING),
    ],
);

static CONDITION: Struct = Struct::new(
    "Condition",
    "v1.Condition",
    &[
        ("type", STRING),
        ("status", Shape::Str("v1.ConditionStatus")),
        ("observedGeneration", Shape::Int64),
        ("lastTransitionTime", Shape::Time),
        ("reason", STRING),
        ("message", STRING),
    ],
);

/// The type in which the server holds a Service. Only the metadata has the field names of the API, and stands
/// at the top.
static INTERNAL_SERVICE: Struct = Struct {
    inline: Some(&OBJECT_META),
    ..Struct::new(
        "Service",
        "core.Service",
        &[("kind", STRING), ("apiVersion", STRING), ("Spec", Shape::Any), ("Status", Shape::Any)],
    )
};

/// Every field that a Service has, with `[]` behind a list and `{}` behind a map of texts.
#[must_use]
pub fn paths() -> Vec<String> {
    fn list(of: &Struct, before: &str, out: &mut Vec<String>) {
        for (name, shape) in of.fields {
            let (suffix, inner) = match shape {
                Shape::Object(inner) => ("", Some(inner)),
                Shape::Objects(_, inner) => ("[]", Some(inner)),
                Shape::Strings(..) => ("[]", None),
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
/// A value of a wrong type.
pub fn service(
    body: &Node,
    unknown_spec_fields: &[&str],
    wants_fields: bool,
) -> Result<Decoded, Box<TypeError>> {
    Reader::read(body, &SERVICE, unknown_spec_fields, wants_fields, build)
}

/// Decodes an object without a version: the server then takes it for its own type, which has only the metadata
/// under the names of the API.
///
/// # Errors
/// A value of a wrong type.
pub fn internal_service(body: &Node) -> Result<Decoded, Box<TypeError>> {
    Reader::read(body, &INTERNAL_SERVICE, &[], false, |top| Service {
        metadata: build_metadata(top),
        ..Service::default()
    })
}

/// Converts the values that a strategic patch leaves.
///
/// # Errors
/// The first value of a wrong type, in upstream's words.
pub fn converted(object: &Members, unknown_spec_fields: &[&str]) -> Result<Decoded, String> {
    let (fields, strays) = converter::convert(object, &SERVICE, unknown_spec_fields)?;
    Ok(Decoded { service: build(fields), fields: Vec::new(), strays })
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
}

impl Checked {
    fn to_json(&self) -> Json {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Int(number) => Json::Number(number.to_string()),
            Self::Bool(value) => (*value).into(),
            Self::Labels(labels) => Json::object(
                labels.iter().map(|(key, text)| (key.clone(), text.as_str().into())).collect(),
            ),
            Self::List(list) => Json::Array(list.iter().map(Self::to_json).collect()),
            Self::Fields(fields) => fields.to_json(),
        }
    }
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

    fn long(&mut self, name: &str) -> Option<i64> {
        if let Checked::Int(number) = self.take(name)? { Some(number) } else { None }
    }

    fn int(&mut self, name: &str) -> Option<i32> {
        i32::try_from(self.long(name)?).ok()
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

    /// As JSON; of duplicates the last one counts.
    fn to_json(&self) -> Json {
        Json::object(
            self.0.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect(),
        )
    }
}

fn build_metadata(mut meta: Fields) -> ObjectMeta {
    let owners = meta.structures("ownerReferences").map(|mut owner| OwnerReference {
        api_version: owner.text("apiVersion"),
        kind: owner.text("kind"),
        name: owner.text("name"),
        uid: owner.text("uid"),
        controller: owner.bool("controller"),
        block_owner_deletion: owner.bool("blockOwnerDeletion"),
    });
    let owner_references = owners.collect();
    ObjectMeta {
        name: meta.text("name"),
        generate_name: meta.text("generateName"),
        namespace: meta.text("namespace"),
        uid: meta.text("uid"),
        resource_version: meta.text("resourceVersion"),
        generation: meta.long("generation").unwrap_or_default(),
        creation_timestamp: meta.optional("creationTimestamp"),
        deletion_timestamp: meta.optional("deletionTimestamp"),
        deletion_grace_period_seconds: meta.long("deletionGracePeriodSeconds"),
        labels: meta.labels("labels"),
        annotations: meta.labels("annotations"),
        finalizers: meta.texts("finalizers"),
        owner_references,
    }
}

fn build(mut top: Fields) -> Service {
    let metadata = build_metadata(top.inner("metadata"));
    let mut status = top.inner("status");
    let mut load_balancer = status.inner("loadBalancer");
    let ingress = load_balancer.structures("ingress").map(|mut entry| LoadBalancerIngress {
        ip: entry.text("ip"),
        hostname: entry.text("hostname"),
        ip_mode: entry.optional("ipMode"),
        ports: entry.structures("ports").map(|port| port.to_json()).collect(),
    });
    let load_balancer = LoadBalancerStatus { ingress: ingress.collect() };
    let conditions = status.structures("conditions").map(|it| it.to_json()).collect();
    let status = ServiceStatus { load_balancer, conditions };
    Service { metadata, spec: build_spec(top.inner("spec")), status }
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
        let wire = r#"{"metadata": {"name": "web", "labels": {"a": "b"},
                "creationTimestamp": "2026-01-01T02:00:00+01:00", "ownerReferences": [{"uid": "1"}]},
            "spec": {"ports": [{"port": 80, "targetPort": "http"}], "ipFamilies": ["IPv6"]}}"#;
        let service: Service = serde_json::from_str(wire).expect("a Service");
        assert_eq!((service.metadata.name.as_str(), service.spec.ports[0].port), ("web", 80));
        assert_eq!(service.metadata.creation_timestamp.as_deref(), Some("2026-01-01T01:00:00Z"));
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
