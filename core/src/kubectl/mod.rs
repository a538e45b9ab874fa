//! What does kubectl make of a manifest, and what does it print? `kubectl apply -f`, rule MSG-7.
//! Source: kubectl `pkg/cmd/apply/apply.go`, `patcher.go`; `pkg/cmd/util/helpers.go`; cli-runtime
//! `pkg/resource/visitor.go`.

use serde::{Deserialize, Serialize};

use crate::api::json::{Json, Map};
use crate::api::{go_json, quote};
use crate::apiserver::patch::merge_key;
use crate::apiserver::requests::{
    ApiServer, FieldValidation, Key, Options, Outcome, Patch, Reason, Status, key, to_json,
};
use crate::explain::rule::Fidelity;
use crate::explain::text::Text;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::span::Span;
use crate::source::yaml::{Entry, Node, Value, parse};

/// The `--type` of `kubectl patch`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PatchForm {
    /// Strategic merge patch, Kubernetes' own; kubectl's default.
    #[default]
    Strategic,
    /// JSON merge patch, RFC 7386.
    Merge,
    /// JSON patch, RFC 6902.
    Json,
    /// Server-side apply, which is not simulated.
    Apply,
}

impl PatchForm {
    /// Every form, the default first.
    pub const ALL: [Self; 4] = [Self::Strategic, Self::Merge, Self::Json, Self::Apply];

    /// As `--type` names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Strategic => "strategic",
            Self::Merge => "merge",
            Self::Json => "json",
            Self::Apply => "apply",
        }
    }
}

rules! {
    /// kubectl cannot tell what the document is.
    DOCUMENT_HAS_NO_KIND {
        id: "MSG-7a", slug: "document-has-no-kind",
        versions: Versions::ALL,
        source: "kubectl pkg/validation/validation.go getObjectKind",
        evidence: SourceRead,
        facts: [],
        en: "Without `apiVersion` and `kind` kubectl cannot determine the resource, and sends nothing.",
        zh: "没有 `apiVersion` 和 `kind`，kubectl 无法确定资源，因此不发送任何内容。",
    }
    /// Something that the playground does not know.
    KIND_IS_NOT_SIMULATED {
        id: "MSG-7b", slug: "kind-is-not-simulated",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        fidelity: Fidelity::Simplified(Text {
            en: "A real cluster would store the object.",
            zh: "真实集群会存储该对象。",
        }),
        facts: [kind],
        en: "Objects of kind {kind} are not simulated.",
        zh: "{kind} 类型的对象不在模拟范围内。",
    }
    /// kubectl cannot look for the object that it would patch.
    DOCUMENT_HAS_NO_NAME {
        id: "MSG-7d", slug: "document-has-no-name",
        versions: Versions::ALL,
        source: "kubectl pkg/cmd/apply/apply.go applyOneObject",
        evidence: SourceRead,
        facts: [],
        en: "`kubectl apply` first reads the object with this name. Without `metadata.name` it sends nothing; `generateName` works only with `kubectl create`.",
        zh: "`kubectl apply` 首先按名称读取对象。没有 `metadata.name` 时它不发送任何内容；`generateName` 只能用于 `kubectl create`。",
    }
    /// kubectl asks the API server which resource a kind is, and it has none.
    KIND_HAS_NO_RESOURCE {
        id: "MSG-7e", slug: "kind-has-no-resource",
        versions: Versions::ALL,
        source: "cli-runtime pkg/resource/mapper.go infoForData",
        evidence: SourceRead,
        facts: [kind, version],
        en: "The API server of {version} has no kind {kind}, so kubectl finds no resource to send the object to.",
        zh: "{version} 的 API 服务器没有 {kind} 类型，因此 kubectl 找不到可以接收该对象的资源。",
    }
    /// A namespace is taken to exist.
    NAMESPACE_IS_TAKEN_TO_EXIST {
        id: "MSG-7c", slug: "namespace-is-taken-to-exist",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        fidelity: Fidelity::Simplified(Text {
            en: "A real cluster rejects objects in a namespace that does not exist.",
            zh: "真实集群会拒绝不存在的命名空间中的对象。",
        }),
        facts: [namespace],
        en: "The namespace {namespace} is assumed to exist.",
        zh: "假定命名空间 {namespace} 存在。",
    }
}

/// The annotation in which `kubectl apply` remembers what was applied.
pub const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// What kubectl says when nobody listens.
pub const NOT_RUNNING: &str = "The connection to the server 192.0.2.10:6443 was refused - did you specify \
                               the right host or port?";

/// The name the page gives to the manifest in kubectl's messages.
pub const FILE: &str = "service.yaml";

/// What kubectl did with a document, and what it printed.
pub struct Applied {
    /// The server's answer; `None` where nothing was sent.
    pub outcome: Option<Outcome>,
    /// The lines of the terminal.
    pub terminal: String,
}

/// `kubectl apply` of one Service: create it, or patch the stored one three ways.
pub fn apply(cluster: &mut ApiServer, document: &Node) -> Applied {
    let namespace = namespace_of(document).to_owned();
    let options = Options { dry_run: false, field_validation: FieldValidation::Strict, namespace };
    let name = name_of(document).to_owned();
    let manifest = sorted(document);
    let mut applied = manifest.to_json();
    set(&mut applied, &["metadata", "namespace"], options.namespace.as_str().into());
    let last_applied = remember(&applied);
    let key = key(&options.namespace, &name);
    let Some(live) = cluster.service(&key).map(to_json) else {
        let body = with_annotation(manifest, &last_applied);
        let outcome = cluster.handle_create(&body, &options);
        let terminal = terminal(&outcome, &name, "created", &|message| {
            format!("error when creating {}: {message}", quote(FILE))
        });
        return Applied { outcome: Some(outcome), terminal };
    };
    let original = live["metadata"]["annotations"][LAST_APPLIED]
        .as_str()
        .and_then(|text| parse(text).documents.into_iter().next())
        .map_or(Json::Null, |document| document.node.to_json());
    set(&mut applied, &["metadata", "annotations", LAST_APPLIED], last_applied.into());
    let patch = three_way(&original, &applied, &live, &mut Vec::new());
    let is_empty = patch.is_empty();
    let patch = Json::object(patch);
    let outcome = if is_empty {
        cluster.handle_get(&name, &options)
    } else {
        cluster.handle_patch(&name, &Patch::Strategic(Node::from_json(&patch)), &options)
    };
    let verb = if is_empty { "unchanged" } else { "configured" };
    let terminal = terminal(&outcome, &name, verb, &|message| {
        format!(
            "error when applying patch:\n{}\nto:\nResource: \"/v1, Resource=services\", \
             GroupVersionKind: \"/v1, Kind=Service\"\nName: {}, Namespace: {}\nfor: {}: error when \
             patching {}: {message}",
            go_json(&patch),
            quote(&name),
            quote(&options.namespace),
            quote(FILE),
            quote(FILE),
        )
    });
    Applied { outcome: Some(outcome), terminal }
}

/// An object as it is named behind `kubectl patch` and `kubectl delete`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectName {
    /// The type, as typed; `service` where none was.
    pub resource: String,
    /// Of a namespaced object.
    pub namespace: String,
    /// Empty if none was typed.
    pub name: String,
}

impl ObjectName {
    /// An object of a resource.
    #[must_use]
    pub fn of(resource: &str, namespace: &str, name: &str) -> Self {
        let text = str::to_owned;
        Self { resource: text(resource), namespace: text(namespace), name: text(name) }
    }

    /// Reads `web`, `service/web`, `svc web` and `service/web -n shop`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut namespace = "default".to_owned();
        let mut named: Vec<&str> = Vec::new();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let value = word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n="));
            if let Some(value) = value {
                namespace = value.to_owned();
            } else if matches!(word, "-n" | "--namespace") {
                namespace = words.next().unwrap_or_default().to_owned();
            } else {
                named.extend(word.split('/'));
            }
        }
        let (resource, name) = match named.as_slice() {
            [] => ("service", ""),
            [name] => ("service", *name),
            [resource, name, ..] => (*resource, *name),
        };
        Self { resource: resource.to_owned(), namespace, name: name.to_owned() }
    }

    /// Whether a Service is named.
    #[must_use]
    pub fn is_service(&self) -> bool {
        ["service", "services", "svc"].contains(&&*self.resource.to_ascii_lowercase())
    }

    /// Namespace and name.
    #[must_use]
    pub fn key(&self) -> Key {
        key(&self.namespace, &self.name)
    }

    /// Whether a Node, a Pod or a Deployment is named, and which.
    #[must_use]
    pub fn workload(&self) -> Option<Workload> {
        let resource = self.resource.to_ascii_lowercase();
        Workload::ALL.into_iter().find(|kind| kind.words().contains(&&*resource))
    }

    /// Whether a ServiceCIDR is named.
    #[must_use]
    pub fn is_service_cidr(&self) -> bool {
        let resource = self.resource.to_ascii_lowercase();
        let resource = resource.strip_suffix(".networking.k8s.io").unwrap_or(&resource);
        ["servicecidr", "servicecidrs"].contains(&resource)
    }

    /// Whether it lies in a namespace.
    fn is_namespaced(&self) -> bool {
        !self.is_service_cidr() && self.workload().is_none_or(Workload::is_namespaced)
    }

    /// As it stands behind a verb of kubectl's: `service web -n shop`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { resource, namespace, name } = self;
        let mut words = format!("{resource} {name}");
        if self.is_namespaced() && namespace != "default" {
            words.push_str(" -n ");
            words.push_str(namespace);
        }
        words
    }

    /// What kubectl says where there is no such object.
    #[must_use]
    pub fn not_found(&self) -> String {
        let resource = match self.workload() {
            Some(kind) => kind.plural(),
            None if self.is_service_cidr() => "servicecidrs.networking.k8s.io",
            None => "services",
        };
        print_error(&Status::not_found(resource, &self.name), &str::to_owned)
    }

    /// What kubectl says if it cannot ask for such an object.
    #[must_use]
    pub fn problem(&self, behavior: &Behavior) -> Option<String> {
        let known = self.is_service()
            || self.workload().is_some()
            || self.is_service_cidr() && behavior.service_cidr_api;
        if !known {
            let resource = quote(&self.resource);
            return Some(format!("error: the server doesn't have a resource type {resource}"));
        }
        let nameless = self.name.is_empty();
        nameless.then(|| "error: resource(s) were provided, but no name was specified".to_owned())
    }
}

/// A kind of object that says where things run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Workload {
    /// A Node.
    Node,
    /// A Pod.
    Pod,
    /// A Deployment.
    Deployment,
}

impl Workload {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Node, Self::Pod, Self::Deployment];

    /// As a manifest names it: `apiVersion` and `kind`.
    #[must_use]
    pub const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Node => ("v1", "Node"),
            Self::Pod => ("v1", "Pod"),
            Self::Deployment => ("apps/v1", "Deployment"),
        }
    }

    /// The kind of an object as it is printed.
    #[must_use]
    pub fn of_object(object: &Json) -> Option<Self> {
        let kind = object["kind"].as_str()?;
        Self::ALL.into_iter().find(|it| it.kind().1 == kind)
    }

    /// The kind of a document.
    #[must_use]
    pub fn of_document(document: &Node) -> Option<Self> {
        let wanted = (document.text_of("apiVersion")?, document.text_of("kind")?);
        Self::ALL.into_iter().find(|kind| kind.kind() == wanted)
    }

    /// As kubectl prints it in front of a name, with its group.
    #[must_use]
    pub const fn resource(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Pod => "pod",
            Self::Deployment => "deployment.apps",
        }
    }

    /// As the API server names the resource.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Node => "nodes",
            Self::Pod => "pods",
            Self::Deployment => "deployments.apps",
        }
    }

    /// What kubectl takes as its name.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["node", "nodes", "no"],
            Self::Pod => &["pod", "pods", "po"],
            Self::Deployment => {
                &["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"]
            }
        }
    }

    /// Whether its objects lie in namespaces.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        self != Self::Node
    }

    /// What kubectl prints of an apply that was accepted.
    #[must_use]
    pub fn applied(self, name: &str, verb: ApplyVerb) -> String {
        let resource = self.resource();
        let word = match verb {
            ApplyVerb::Created => "created",
            ApplyVerb::Unchanged => "unchanged",
            ApplyVerb::Configured => "configured",
            // kubectl does not know what to take away.
            ApplyVerb::Adopted => {
                return format!(
                    "Warning: resource {}/{name} is missing the {LAST_APPLIED} annotation which is \
                     required by kubectl apply. kubectl apply should only be used on resources created \
                     declaratively by either kubectl create --save-config or kubectl apply. The missing \
                     annotation will be patched automatically.\n{resource}/{name} configured",
                    self.plural(),
                );
            }
        };
        format!("{resource}/{name} {word}")
    }

    /// What kubectl prints of an apply that was refused.
    #[must_use]
    pub fn refused(status: &Status) -> String {
        print_error(status, &|message| format!("error when creating {}: {message}", quote(FILE)))
    }

    /// What kubectl prints of a deletion.
    #[must_use]
    pub fn deleted(self, behavior: &Behavior, key: &Key, result: &Result<(), Status>) -> String {
        let (resource, name) = (self.resource(), quote(&key.1));
        match result {
            Ok(()) if behavior.delete_says_namespace && self.is_namespaced() => {
                format!("{resource} {name} deleted from {} namespace", key.0)
            }
            Ok(()) => format!("{resource} {name} deleted"),
            Err(status) => print_error(status, &str::to_owned),
        }
    }
}

/// What `kubectl apply` did with an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApplyVerb {
    /// It was not there.
    Created,
    /// It was changed.
    Configured,
    /// It was changed, and nobody had applied it before.
    Adopted,
    /// It was applied like this before.
    Unchanged,
}

/// `kubectl patch service`.
pub fn patch(
    cluster: &mut ApiServer,
    object: &ObjectName,
    form: PatchForm,
    body: &Node,
) -> Applied {
    let name = object.name.clone();
    let options = Options { namespace: object.namespace.clone(), ..Options::default() };
    let key = key(&options.namespace, &name);
    let version =
        |cluster: &ApiServer| cluster.service(&key).map(|it| it.metadata.resource_version.clone());
    let before = version(cluster);
    let body = body.clone();
    let patch = match form {
        PatchForm::Merge => Patch::Merge(body),
        PatchForm::Json => Patch::Json(body),
        PatchForm::Strategic | PatchForm::Apply => Patch::Strategic(body),
    };
    let outcome = cluster.handle_patch(&name, &patch, &options);
    let verb = if version(cluster) == before { "patched (no change)" } else { "patched" };
    let terminal = terminal(&outcome, &name, verb, &str::to_owned);
    Applied { outcome: Some(outcome), terminal }
}

/// `kubectl delete service`.
pub fn delete(cluster: &mut ApiServer, object: &ObjectName) -> Applied {
    let name = object.name.clone();
    let options = Options { namespace: object.namespace.clone(), ..Options::default() };
    let outcome = cluster.handle_delete(&name, &options);
    let terminal = match &outcome.result {
        Ok(_) if cluster.env().behavior.delete_says_namespace => {
            format!("service {} deleted from {} namespace", quote(&name), options.namespace)
        }
        Ok(_) => format!("service {} deleted", quote(&name)),
        Err(status) => print_error(status, &str::to_owned),
    };
    Applied { outcome: Some(outcome), terminal }
}

/// `kubectl apply` of one ServiceCIDR. The document's `spec.cidrs` is a list of texts.
pub fn apply_service_cidr(cluster: &mut ApiServer, name: &str, ranges: &[String]) -> Applied {
    if !cluster.env().behavior.service_cidr_api {
        let terminal = no_resource(name, "", "ServiceCIDR", "networking.k8s.io/v1");
        return Applied { outcome: None, terminal };
    }
    let find = |cluster: &ApiServer| {
        cluster.pools().service_cidrs.iter().find(|object| object.name == name).cloned()
    };
    let before = find(cluster);
    let outcome = match before {
        Some(_) => cluster.update_service_cidr(name, ranges),
        None => cluster.create_service_cidr(name, ranges),
    };
    let verb = match &before {
        None => "created",
        Some(_) if find(cluster) == before => "unchanged",
        Some(_) => "configured",
    };
    let terminal = match &outcome.result {
        Ok(_) => format!("servicecidr.networking.k8s.io/{name} {verb}"),
        Err(status) => print_error(status, &str::to_owned),
    };
    Applied { outcome: Some(outcome), terminal }
}

/// `kubectl delete servicecidr`.
pub fn delete_service_cidr(cluster: &mut ApiServer, name: &str) -> Applied {
    let outcome = cluster.delete_service_cidr(name);
    let terminal = match &outcome.result {
        Ok(_) => format!("servicecidr.networking.k8s.io {} deleted", quote(name)),
        Err(status) => print_error(status, &str::to_owned),
    };
    Applied { outcome: Some(outcome), terminal }
}

/// The kinds that a cluster has by itself, by the group of their API.
const BUILT_IN: [(&str, &str); 17] = [
    (
        "",
        "Binding ConfigMap Endpoints Event LimitRange List Namespace Node PersistentVolume PersistentVolumeClaim Pod \
          PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount",
    ),
    (
        "admissionregistration.k8s.io",
        "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding \
          MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding \
          ValidatingWebhookConfiguration",
    ),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("apps", "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet"),
    ("autoscaling", "HorizontalPodAutoscaler"),
    ("batch", "CronJob Job"),
    ("certificates.k8s.io", "CertificateSigningRequest ClusterTrustBundle"),
    ("coordination.k8s.io", "Lease"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("events.k8s.io", "Event"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema PriorityLevelConfiguration"),
    ("networking.k8s.io", "IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodDisruptionBudget PodSecurityPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole ClusterRoleBinding Role RoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
];

/// Whether a cluster has this kind by itself. The version of a group with a name is not looked at.
#[must_use]
pub fn is_built_in(kind: &str, api_version: &str) -> bool {
    let group = match api_version.split_once('/') {
        Some((group, _)) => group,
        None if api_version == "v1" => "",
        None => return false,
    };
    // Of these two the kinds are many, and change from release to release.
    if ["resource.k8s.io", "storage.k8s.io"].contains(&group) {
        return true;
    }
    BUILT_IN.iter().any(|(name, kinds)| *name == group && kinds.split(' ').any(|it| it == kind))
}

/// Whether any group has a kind of this name by itself.
#[must_use]
pub fn is_kind(kind: &str) -> bool {
    BUILT_IN.iter().any(|(_, kinds)| kinds.split(' ').any(|it| it == kind))
}

/// What kubectl says of an object of a kind that the API server does not have.
#[must_use]
pub fn no_resource(name: &str, namespace: &str, kind: &str, version: &str) -> String {
    let [name, namespace, kind, version, file] = [name, namespace, kind, version, FILE].map(quote);
    format!(
        "error: resource mapping not found for name: {name} namespace: {namespace} from {file}: no matches for \
         kind {kind} in version {version}\nensure CRDs are installed first"
    )
}

/// What kubectl says of a document that names no resource, and sends nowhere.
#[must_use]
pub fn missing_kind(document: &Node) -> Option<String> {
    let missing: Vec<&str> = [("apiVersion", "apiVersion not set"), ("kind", "kind not set")]
        .into_iter()
        .filter(|(field, _)| document.text_of(field).is_none_or(str::is_empty))
        .map(|(_, words)| words)
        .collect();
    let words = match missing.as_slice() {
        [] => return None,
        [one] => (*one).to_owned(),
        more => format!("[{}]", more.join(", ")),
    };
    Some(format!(
        "error: error validating {}: error validating data: {words}; if you choose to ignore these \
         errors, turn validation off with --validate=false",
        quote(FILE)
    ))
}

/// What kubectl says of a document that names no object, of a kind that it knows, and sends nowhere.
/// Source: kubectl pkg/cmd/apply/apply.go applyOneObject, cli-runtime pkg/resource/helper.go Get.
#[must_use]
pub fn missing_name(document: &Node) -> Option<String> {
    if !name_of(document).is_empty() {
        return None;
    }
    let metadata = document.entry("metadata").map(|entry| &entry.value);
    let generated = metadata.and_then(|metadata| metadata.text_of("generateName"));
    if let Some(prefix) = generated.filter(|prefix| !prefix.is_empty()) {
        return Some(format!("error: from {prefix}: cannot use generate name with apply"));
    }
    let kind = document.text_of("kind").unwrap_or_default();
    let version = document.text_of("apiVersion").unwrap_or_default();
    // The core group has no name.
    let version = if version.contains('/') { version.to_owned() } else { format!("/{version}") };
    let is_namespaced = !matches!(kind, "Node" | "ServiceCIDR");
    Some(format!(
        "error: error when retrieving current configuration of:\nResource: \"{version}, \
         Resource={}s\", GroupVersionKind: \"{version}, Kind={kind}\"\nName: \"\", Namespace: {}\nfrom \
         server for: {}: resource name may not be empty",
        kind.to_ascii_lowercase(),
        quote(if is_namespaced { namespace_of(document) } else { "" }),
        quote(FILE)
    ))
}

/// The namespace a document asks for, or `default`.
#[must_use]
pub fn namespace_of(document: &Node) -> &str {
    document
        .entry("metadata")
        .and_then(|metadata| metadata.value.text_of("namespace"))
        .filter(|namespace| !namespace.is_empty())
        .unwrap_or("default")
}

/// The name of a document's object, or the empty text.
#[must_use]
pub fn name_of(document: &Node) -> &str {
    document.entry("metadata").and_then(|it| it.value.text_of("name")).unwrap_or_default()
}

/// MSG-7: the terminal after a request.
fn terminal(outcome: &Outcome, name: &str, verb: &str, wrap: &dyn Fn(&str) -> String) -> String {
    let mut lines: Vec<String> =
        outcome.warnings.iter().map(|warning| format!("Warning: {}", warning.detail)).collect();
    match &outcome.result {
        Ok(_) => lines.push(format!("service/{name} {verb}")),
        Err(status) => lines.push(print_error(status, wrap)),
    }
    lines.join("\n")
}

/// A refusal as kubectl prints it; `wrap` is what it puts around messages that are about no field.
pub fn print_error(status: &Status, wrap: &dyn Fn(&str) -> String) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in &status.causes {
        let text = cause.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    let subject = &status.subject;
    match (status.reason, texts.as_slice()) {
        (Some(Reason::Invalid), [one]) => format!("The {subject} is invalid: {one}"),
        (Some(Reason::Invalid), [_, ..]) => {
            let list: Vec<String> = texts.iter().map(|text| format!("\n* {text}")).collect();
            format!("The {subject} is invalid: {}", list.concat())
        }
        (Some(reason), _) => {
            format!("Error from server ({}): {}", reason.name(), wrap(&status.message))
        }
        (None, _) => format!("Error from server: {}", wrap(&status.message)),
    }
}

/// kubectl sends keys sorted; the order decides which wrong type is reported.
fn sorted(node: &Node) -> Node {
    let value = match &node.value {
        Value::Map(map) => {
            let mut entries: Vec<Entry> = map
                .iter()
                .map(|entry| Entry { value: sorted(&entry.value), ..entry.clone() })
                .collect();
            // Of duplicate keys the order stays.
            entries.sort_unstable_by(|a, b| {
                a.key.cmp(&b.key).then(a.value.span.start.cmp(&b.value.span.start))
            });
            Value::Map(entries)
        }
        Value::Seq(list) => Value::Seq(list.iter().map(sorted).collect()),
        other => other.clone(),
    };
    Node { span: node.span, value }
}

/// The manifest as the annotation remembers it: compact JSON with empty annotations.
pub(crate) fn remember(manifest: &Json) -> String {
    let mut manifest = manifest.clone();
    if !manifest["metadata"]["annotations"].is_object() {
        set(&mut manifest, &["metadata", "annotations"], Json::Object(Map::new()));
    }
    format!("{}\n", go_json(&manifest))
}

fn set(target: &mut Json, path: &[&str], value: Json) {
    let Some((first, rest)) = path.split_first() else {
        *target = value;
        return;
    };
    if let Json::Object(map) = target {
        let slot = map.entry((*first).to_owned()).or_insert_with(|| Json::Object(Map::new()));
        set(slot, rest, value);
    }
}

/// Adds the annotation to the body, beside what the person wrote.
fn with_annotation(mut body: Node, text: &str) -> Node {
    let entry = |key: &str, value| Entry {
        key: key.to_owned(),
        key_span: Span::default(),
        value: Node { span: Span::default(), value },
    };
    let Value::Map(top) = &mut body.value else { return body };
    let Some(metadata) = top.iter_mut().find(|entry| entry.key == "metadata") else { return body };
    let Value::Map(metadata) = &mut metadata.value.value else { return body };
    let annotation = entry(LAST_APPLIED, Value::String(text.to_owned()));
    match metadata.iter_mut().find(|entry| entry.key == "annotations") {
        Some(annotations) => match &mut annotations.value.value {
            Value::Map(map) => map.push(annotation),
            Value::Null => annotations.value.value = Value::Map(vec![annotation]),
            _ => {}
        },
        None => metadata.push(entry("annotations", Value::Map(vec![annotation]))),
    }
    body
}

/// The strategic patch that brings `live` to `modified`, and takes away what `original` had and
/// `modified` has not. Source: strategicpatch CreateThreeWayMergePatch.
fn three_way<'a>(
    original: &Json,
    modified: &'a Json,
    live: &Json,
    path: &mut Vec<&'a str>,
) -> Vec<(String, Json)> {
    let mut patch = Vec::new();
    let Json::Object(modified) = modified else { return patch };
    for (key, wanted) in modified {
        path.push(key);
        match (wanted, live.get(key)) {
            (Json::Object(_), Some(found @ Json::Object(_))) => {
                let inner = three_way(&original[key], wanted, found, path);
                if !inner.is_empty() {
                    patch.push((key.clone(), Json::object(inner)));
                }
            }
            (Json::Array(wanted), Some(Json::Array(found))) if merge_key(path).is_some() => {
                let merge_key = merge_key(path).unwrap_or_default();
                let before = original[key].as_array().unwrap_or_default();
                let entries = three_way_list(before, wanted, found, merge_key, path);
                if !entries.is_empty() {
                    let order = wanted.iter().map(|entry| one_key(entry, merge_key)).collect();
                    patch.push((format!("$setElementOrder/{key}"), Json::Array(order)));
                    patch.push((key.clone(), Json::Array(entries)));
                }
            }
            (wanted, found) if !wanted.is_null() && found != Some(wanted) => {
                patch.push((key.clone(), wanted.clone()));
            }
            _ => {}
        }
        path.pop();
    }
    let Json::Object(original) = original else { return patch };
    for key in original.keys() {
        if modified.get(key).is_none_or(Json::is_null) && live.get(key).is_some() {
            patch.push((key.clone(), Json::Null));
        }
    }
    patch
}

fn one_key(entry: &Json, key: &str) -> Json {
    Json::object(vec![(key.to_owned(), entry[key].clone())])
}

fn three_way_list<'a>(
    original: &[Json],
    modified: &'a [Json],
    live: &[Json],
    merge_key: &str,
    path: &mut Vec<&'a str>,
) -> Vec<Json> {
    let find = |list: &[Json], entry: &Json| {
        list.iter().find(|candidate| candidate[merge_key] == entry[merge_key]).cloned()
    };
    let mut patch = Vec::new();
    for wanted in modified {
        match find(live, wanted) {
            None => patch.push(wanted.clone()),
            Some(found) => {
                let before = find(original, wanted).unwrap_or(Json::Null);
                let mut inner = three_way(&before, wanted, &found, path);
                if !inner.is_empty() {
                    inner.push((merge_key.to_owned(), wanted[merge_key].clone()));
                    patch.push(Json::object(inner));
                }
            }
        }
    }
    for gone in original {
        if find(modified, gone).is_none() && find(live, gone).is_some() {
            let key = (merge_key.to_owned(), gone[merge_key].clone());
            patch.push(Json::object(vec![("$patch".to_owned(), "delete".into()), key]));
        }
    }
    patch
}
