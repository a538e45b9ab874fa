//! Which Service does a body hold? Kind and version first, then the fields: rules DEC-1 to DEC-8.
//! Source: apimachinery pkg/runtime/serializer/json, pkg/runtime/serializer/versioning; apiserver
//! pkg/endpoints/handlers/rest.go transformDecodeError.

use crate::api::field_path::FieldPath;
use crate::api::json::Json;
use crate::api::service::Service;
use crate::api::status::Status;
use crate::api::{go_json, quote};
use crate::apiserver::requests::{ApiServer, FieldValidation, Options};
use crate::apiserver::service::default;
use crate::explain::diagnostic::Diagnostic;
use crate::explain::trace::Trace;
use crate::release::version::Versions;
use crate::source::decode::{self, Decoded, Stray};
use crate::source::yaml::{Node, Value};
use crate::{facts, rules};

rules! {
    /// A value of a wrong type.
    BODY_IS_NOT_A_SERVICE {
        id: "DEC-3", slug: "body-does-not-decode",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [field],
        en: "The type of the value of {field} does not match the field, so the body is not a Service. Nothing else was checked.",
        zh: "{field} 的值的类型与字段不符，因此请求体不是 Service。其余内容均未检查。",
    }
    /// A field the type does not have.
    FIELD_IS_UNKNOWN {
        id: "DEC-2", slug: "unknown-field-is-dropped",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [],
        en: "A Service has no such field (names are case-sensitive): the field is dropped, with a warning from 1.25 on.",
        zh: "Service 没有此字段（区分大小写）：该字段被丢弃，自 1.25 起还会发出警告。",
    }
    /// kubectl asks for strictness.
    STRICT_REFUSES_FIELD {
        id: "DEC-6", slug: "strict-validation-refuses-field",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [problem],
        en: "kubectl requests strict field validation: an unknown or duplicate field makes the request fail: {problem}. Field names are case-sensitive.",
        zh: "kubectl 要求严格的字段校验：未知的或重复的字段会使请求失败：{problem}。字段名区分大小写。",
    }
    /// The body names another namespace than the URL.
    NAMESPACES_DIFFER {
        id: "DEC-4", slug: "namespaces-differ",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/rest/create.go EnsureObjectNamespaceMatchesRequestNamespace",
        evidence: Recorded,
        facts: [sent, wanted],
        en: "The namespace in the body, {sent}, differs from the namespace of the request, {wanted}.",
        zh: "请求体中的命名空间 {sent} 与请求的命名空间 {wanted} 不一致。",
    }
    /// The body is of another kind.
    KIND_IS_ANOTHER {
        id: "DEC-7", slug: "kind-or-version-is-another",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [],
        en: "The request is about a Service of `v1`; `apiVersion` and `kind` of the body do not say that, so it is not read.",
        zh: "该请求针对 `v1` 的 Service；请求体的 `apiVersion` 和 `kind` 与此不符，因此不会读取。",
    }
}

/// The kinds that kube-apiserver can read, by group and version. A list of a kind is one, too; the options of
/// subresources are left out.
/// Source: k8s.io/api `*/register.go`.
const KINDS: &[(&str, &str)] = &[
    (
        "v1",
        "Pod PodTemplate ReplicationController Service Endpoints Node Event LimitRange ResourceQuota Namespace Secret \
         ServiceAccount PersistentVolume PersistentVolumeClaim ComponentStatus ConfigMap Binding PodStatusResult \
         SerializedReference RangeAllocation",
    ),
    ("apps/v1", "Deployment StatefulSet DaemonSet ReplicaSet ControllerRevision"),
    ("apps/v1beta1", "Deployment DeploymentRollback Scale StatefulSet ControllerRevision"),
    ("apps/v1beta2", "Deployment Scale StatefulSet DaemonSet ReplicaSet ControllerRevision"),
    ("batch/v1", "Job CronJob"),
    ("batch/v1beta1", "CronJob"),
    ("autoscaling/v1", "HorizontalPodAutoscaler Scale"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress IngressClass NetworkPolicy IPAddress ServiceCIDR"),
    ("networking.k8s.io/v1beta1", "Ingress IngressClass IPAddress ServiceCIDR"),
    (
        "extensions/v1beta1",
        "Deployment DeploymentRollback Scale DaemonSet Ingress ReplicaSet NetworkPolicy",
    ),
    ("discovery.k8s.io/v1", "EndpointSlice"),
    ("discovery.k8s.io/v1beta1", "EndpointSlice"),
    ("events.k8s.io/v1", "Event"),
    ("events.k8s.io/v1beta1", "Event"),
    ("policy/v1", "PodDisruptionBudget Eviction"),
    ("policy/v1beta1", "PodDisruptionBudget Eviction"),
    ("rbac.authorization.k8s.io/v1", "Role RoleBinding ClusterRole ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1beta1", "Role RoleBinding ClusterRole ClusterRoleBinding"),
    (
        "storage.k8s.io/v1",
        "StorageClass VolumeAttachment CSINode CSIDriver CSIStorageCapacity VolumeAttributesClass",
    ),
    ("coordination.k8s.io/v1", "Lease"),
    ("scheduling.k8s.io/v1", "PriorityClass"),
    ("node.k8s.io/v1", "RuntimeClass"),
    ("certificates.k8s.io/v1", "CertificateSigningRequest"),
    (
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy \
         ValidatingAdmissionPolicyBinding",
    ),
    ("flowcontrol.apiserver.k8s.io/v1", "FlowSchema PriorityLevelConfiguration"),
    ("resource.k8s.io/v1", "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice"),
];

/// The kinds that every group and version has; their types are those of `meta/v1`.
/// Source: apimachinery pkg/apis/meta/v1/register.go AddToGroupVersion.
const EVERYWHERE: [&str; 7] = [
    "CreateOptions",
    "DeleteOptions",
    "GetOptions",
    "ListOptions",
    "PatchOptions",
    "UpdateOptions",
    "WatchEvent",
];

/// The version in which the server holds its objects.
const INTERNAL: &str = "__internal";
/// How much of a body an error shows, in bytes.
const SUMMARY: usize = 30;

/// What a body says it is, or why nobody can tell.
enum TypeMeta {
    Read { group: String, version: String, kind: String },
    Unreadable(String),
}

/// Reads kind and version as Go's own decoder does, for which upper and lower case are the same.
/// Source: apimachinery pkg/runtime/serializer/json/meta.go Interpret.
fn type_meta(body: &Node) -> TypeMeta {
    let (mut api_version, mut kind, mut wrong) = (String::new(), String::new(), None);
    let entries = match &body.value {
        Value::Map(entries) => entries.as_slice(),
        Value::Null => &[],
        other => {
            let target = "value of type struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \
                          \"json:\\\"kind,omitempty\\\"\" }";
            return TypeMeta::Unreadable(parse_error(other, target));
        }
    };
    for entry in entries {
        let (name, text) = if entry.key.eq_ignore_ascii_case("apiVersion") {
            ("apiVersion", &mut api_version)
        } else if entry.key.eq_ignore_ascii_case("kind") {
            ("kind", &mut kind)
        } else {
            continue;
        };
        match &entry.value.value {
            Value::String(value) => text.clone_from(value),
            Value::Null => {}
            other => {
                let target = format!("struct field .{name} of type string");
                wrong.get_or_insert_with(|| parse_error(other, &target));
            }
        }
    }
    if let Some(words) = wrong {
        return TypeMeta::Unreadable(words);
    }
    let (group, version) = match api_version.split_once('/') {
        _ if api_version == "/" => ("", ""),
        None => ("", api_version.as_str()),
        Some((group, version)) if !version.contains('/') => (group, version),
        Some(_) => {
            return TypeMeta::Unreadable(format!("unexpected GroupVersion string: {api_version}"));
        }
    };
    TypeMeta::Read { group: group.to_owned(), version: version.to_owned(), kind }
}

fn parse_error(value: &Value, target: &str) -> String {
    let kind = value.kind();
    format!(
        "couldn't get version/kind; json parse error: json: cannot unmarshal {kind} into Go {target}"
    )
}

/// Why the server cannot read an object of another kind or version as a Service; `None` if it can.
fn other_kind(group: &str, version: &str, kind: &str) -> Option<String> {
    if group.is_empty() && [INTERNAL, "v1"].contains(&version) && kind == "Service" {
        return None;
    }
    let api_version =
        if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    if version == INTERNAL {
        return Some(format!(
            "no kind {} is registered for the internal version of group {} in scheme {}",
            quote(kind),
            quote(group),
            quote(SCHEME)
        ));
    }
    let of_version = KINDS.iter().filter(|(known, _)| *known == api_version);
    let mut known = of_version.flat_map(|(_, kinds)| kinds.split_whitespace());
    let single = kind.strip_suffix("List").unwrap_or(kind);
    let is_list = api_version == "v1" && kind == "List";
    let is_known = KINDS.iter().any(|(known, _)| *known == api_version);
    Some(if known.any(|known| known == single) || is_list {
        format!("converting ({version}.{kind}) to (core.Service): unknown conversion")
    } else if is_known && EVERYWHERE.contains(&kind) || api_version == "v1" && kind == "Status" {
        format!("converting (v1.{kind}) to (core.Service): unknown conversion")
    } else {
        let (kind, version, scheme) = (quote(kind), quote(&api_version), quote(SCHEME));
        format!("no kind {kind} is registered for version {version} in scheme {scheme}")
    })
}

const SCHEME: &str = "k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30";

/// The beginning of a body as an error shows it: as the client wrote it, which here is with a blank behind each
/// comma and colon; in hexadecimal digits if it is no object.
fn summary(body: &Json) -> String {
    let mut text = String::new();
    write_spaced(body, &mut text);
    let shown = &text.as_bytes()[..text.len().min(SUMMARY)];
    let more = if text.len() > SUMMARY { " ..." } else { "" };
    if text.starts_with('{') {
        return format!("{}{more}", String::from_utf8_lossy(shown));
    }
    let digits: Vec<String> = shown.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{}{more}", digits.concat())
}

fn write_spaced(value: &Json, out: &mut String) {
    match value {
        Json::Array(entries) => {
            out.push('[');
            for (i, entry) in entries.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                write_spaced(entry, out);
            }
            out.push(']');
        }
        Json::Object(members) => {
            out.push('{');
            for (i, (key, value)) in members.iter().enumerate() {
                out.push_str(if i > 0 { ", " } else { "" });
                out.push_str(&go_json(&key.as_str().into()));
                out.push_str(": ");
                write_spaced(value, out);
            }
            out.push('}');
        }
        plain => out.push_str(&go_json(plain)),
    }
}

/// What was sent or patched, and what is to be said of it.
pub(super) struct Body {
    /// The object.
    pub decoded: Decoded,
    /// Whether it was read as the server's own type, which has no defaults.
    pub is_internal: bool,
}

impl ApiServer {
    /// A Service that was sent as a whole, with the versioned defaults.
    pub(super) fn body(
        &self,
        body: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Service, Status> {
        let refuse = |words: String, trace: &mut Trace| {
            trace.reject(&KIND_IS_ANOTHER, FieldPath::default().field("kind"), facts![]);
            Err(Status::bad_request(words))
        };
        match type_meta(body) {
            TypeMeta::Unreadable(words) => {
                let summary = summary(&body.to_json());
                let words = format!(
                    "the object provided is unrecognized (must be of type Service): {words} ({summary})"
                );
                return refuse(words, trace);
            }
            TypeMeta::Read { group, mut version, mut kind } => {
                if kind.is_empty() {
                    "Service".clone_into(&mut kind);
                }
                if group.is_empty() && version.is_empty() {
                    "v1".clone_into(&mut version);
                }
                let why = if version.is_empty() {
                    let mut text = String::new();
                    write_spaced(&body.to_json(), &mut text);
                    Some(format!("Object 'apiVersion' is missing in '{text}'"))
                } else {
                    other_kind(&group, &version, &kind)
                };
                if let Some(why) = why {
                    let version = quote(&version);
                    let words = format!(
                        "{kind} in version {version} cannot be handled as a Service: {why}"
                    );
                    return refuse(words, trace);
                }
                if version == INTERNAL {
                    let words = "the API version in the data (__internal) does not match the expected API version (v1)";
                    return refuse(words.to_owned(), trace);
                }
            }
        }
        let decoded = decode::service(body, self.env.behavior.unknown_fields, false);
        let decoded = self.decoded(decoded.map_err(|error| *error), &cannot_be_handled, trace)?;
        self.check_strays(&decoded.strays, &[], options, &cannot_be_handled, warnings, trace)?;
        check_namespace(&decoded.service, options, trace)?;
        Ok(self.filled(decoded.service, options, trace))
    }

    /// What a merge or JSON patch made of an object. `wrong` says what is wrong with it.
    pub(super) fn patched_body(
        &self,
        body: &Node,
        wrong: &dyn Fn(&str) -> Status,
        trace: &mut Trace,
    ) -> Result<Body, Status> {
        let (group, version, kind) = match type_meta(body) {
            TypeMeta::Unreadable(words) => {
                trace.reject(&KIND_IS_ANOTHER, FieldPath::default().field("kind"), facts![]);
                return Err(wrong(&words));
            }
            TypeMeta::Read { group, version, kind } => (group, version, kind),
        };
        let kind = if kind.is_empty() { "Service" } else { &kind };
        let version =
            if version.is_empty() && group.is_empty() { INTERNAL } else { version.as_str() };
        if version.is_empty() {
            trace.reject(&KIND_IS_ANOTHER, FieldPath::default().field("apiVersion"), facts![]);
            let text = go_json(&body.to_json());
            return Err(wrong(&format!("Object 'apiVersion' is missing in '{text}'")));
        }
        if let Some(words) = other_kind(&group, version, kind) {
            trace.reject(&KIND_IS_ANOTHER, FieldPath::default().field("kind"), facts![]);
            return Err(wrong(&words));
        }
        let is_internal = version == INTERNAL;
        let decoded = if is_internal {
            decode::internal_service(body)
        } else {
            decode::service(body, self.env.behavior.unknown_fields, false)
        };
        let decoded = self.decoded(decoded.map_err(|error| *error), wrong, trace)?;
        Ok(Body { decoded, is_internal })
    }

    /// The Service of an object as a read printed it; fields that it does not have are dropped.
    pub(super) fn printed_body(&self, body: &Node, trace: &mut Trace) -> Result<Service, Status> {
        let decoded = decode::service(body, self.env.behavior.unknown_fields, false);
        let decoded = decoded.map_err(|error| *error);
        Ok(self.decoded(decoded, &cannot_be_handled, trace)?.service)
    }

    fn decoded(
        &self,
        decoded: Result<Decoded, decode::TypeError>,
        wrong: &dyn Fn(&str) -> Status,
        trace: &mut Trace,
    ) -> Result<Decoded, Status> {
        decoded.map_err(|error| {
            let path = error.path.to_string();
            let field = if path.is_empty() { "Service".to_owned() } else { path };
            trace.reject(&BODY_IS_NOT_A_SERVICE, error.path, facts![field]);
            let says_why = self.env.behavior.tells_what_does_not_decode;
            wrong(if says_why { &error.message } else { "" })
        })
    }

    /// A Service in the namespace of its request, with the versioned defaults.
    pub(super) fn filled(
        &self,
        mut service: Service,
        options: &Options,
        trace: &mut Trace,
    ) -> Service {
        service.metadata.namespace.clone_from(&options.namespace);
        default::set_defaults(&self.env.behavior, &mut service, trace);
        service
    }

    /// Refuses unknown and duplicate fields, warns of them, or says nothing. `before` are what a patch itself has
    /// of them.
    pub(super) fn check_strays(
        &self,
        strays: &[Stray],
        before: &[String],
        options: &Options,
        wrong: &dyn Fn(&str) -> Status,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<(), Status> {
        if strays.is_empty() && before.is_empty() {
            return Ok(());
        }
        match options.field_validation {
            FieldValidation::Strict => {
                let messages = strays.iter().map(|stray| &stray.message);
                let all: Vec<&str> = before.iter().chain(messages).map(String::as_str).collect();
                let problem = all.join(", ");
                let words = format!("strict decoding error: {problem}");
                trace.reject(&STRICT_REFUSES_FIELD, FieldPath::default(), facts![problem]);
                Err(wrong(&words))
            }
            FieldValidation::Warn if self.env.behavior.warns_of_unknown_fields => {
                for message in before {
                    let step = trace.note(&FIELD_IS_UNKNOWN, FieldPath::default(), facts![]);
                    let warning = Diagnostic::warning(message.clone());
                    warnings.push(Diagnostic { step: Some(step), ..warning });
                }
                warnings.extend(strays.iter().map(|stray| stray_warning(stray, trace)));
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Refuses an object of another namespace.
pub(super) fn check_namespace(
    service: &Service,
    options: &Options,
    trace: &mut Trace,
) -> Result<(), Status> {
    let namespace = &service.metadata.namespace;
    if namespace.is_empty() || *namespace == options.namespace {
        return Ok(());
    }
    let facts = facts![sent = namespace.as_str(), wanted = options.namespace.as_str()];
    trace.reject(&NAMESPACES_DIFFER, FieldPath::metadata("namespace"), facts);
    Err(Status::bad_request(
        "the namespace of the provided object does not match the namespace sent on the request",
    ))
}

fn cannot_be_handled(why: &str) -> Status {
    let text = format!("Service in version \"v1\" cannot be handled as a Service: {why}");
    Status::bad_request(text.trim_end())
}

fn stray_warning(stray: &Stray, trace: &mut Trace) -> Diagnostic {
    let step = trace.note(&FIELD_IS_UNKNOWN, FieldPath::default(), facts![]);
    let mut warning = Diagnostic::warning(stray.message.clone());
    warning.span = Some(stray.span);
    warning.step = Some(step);
    warning
}

#[cfg(test)]
mod tests {
    use super::{other_kind, summary};
    use crate::api::json::json;

    #[test]
    fn another_kind_is_told_from_one_that_nobody_knows() {
        assert_eq!(other_kind("", "v1", "Service"), None);
        let known = "converting (v1.DeploymentList) to (core.Service): unknown conversion";
        assert_eq!(other_kind("apps", "v1", "DeploymentList").as_deref(), Some(known));
        let unknown = "no kind \"Deployment\" is registered for version \"v1\" in scheme \
                       \"k8s.io/kubernetes/pkg/api/legacyscheme/scheme.go:30\"";
        assert_eq!(other_kind("", "v1", "Deployment").as_deref(), Some(unknown));
    }

    #[test]
    fn an_error_shows_the_beginning_of_a_body() {
        let body = json!({"kind": 5, "metadata": {"name": "a"}});
        assert_eq!(summary(&body), "{\"kind\": 5, \"metadata\": {\"name ...");
        assert_eq!(summary(&json!({"kind": 5})), "{\"kind\": 5}");
        assert_eq!(summary(&json!([1, 2])), "5b312c20325d");
    }
}
