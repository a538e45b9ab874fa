//! What does a manifest of a Node, a Pod or a Deployment ask for, and would the API server take it?
//! Source: pkg/apis/core/validation/validation.go, pkg/apis/apps/validation/validation.go.
//!
//! Only fields that decide something here are read and checked; the others are stored as they are sent.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::status::Status;
use crate::api::{Json, go_json, print_list, quote};
use crate::apiserver::node as pod_cidrs;
use crate::apiserver::service::errors::Errors;
use crate::apiserver::service::names;
use crate::explain::rule::Fidelity;
use crate::explain::text::Text;
use crate::explain::trace::Trace;
use crate::facts;
use crate::kubectl::Workload;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A value of a wrong type.
    OBJECT_DOES_NOT_DECODE {
        id: "WORK-7a", slug: "object-has-a-value-of-a-wrong-type",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Assumed,
        fidelity: Fidelity::Simplified(Text {
            en: "Fields that have no effect here are not read, so an unknown name or a wrong type among them is not reported.",
            zh: "在此不起作用的字段不会被读取，因此不会报告其中的未知名称或错误类型。",
        }),
        facts: [],
        en: "The type of a value does not match its field.",
        zh: "某个值的类型与其字段不符。",
    }
    /// Names and labels.
    METADATA_IS_WELL_FORMED {
        id: "WORK-7b", slug: "name-and-labels-are-well-formed",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateObjectMeta",
        evidence: Assumed,
        facts: [],
        en: "The name of a Node, a Pod or a Deployment must be a DNS subdomain, and labels must have the format of labels.",
        zh: "Node、Pod 和 Deployment 的名称必须是 DNS 子域名，标签必须符合标签的格式。",
    }
    /// A Pod of nothing.
    POD_HAS_CONTAINERS {
        id: "WORK-7c", slug: "pod-has-containers-with-name-and-image",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateContainers",
        evidence: Assumed,
        facts: [],
        en: "A Pod has at least one container, and each container has a name and an image.",
        zh: "Pod 至少有一个容器，且每个容器都有名称和镜像。",
    }
    /// A Pod that would change.
    POD_STAYS_AS_IT_IS {
        id: "WORK-7d", slug: "pod-keeps-its-spec",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidatePodUpdate",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "The real message ends with the difference, printed as Go structures.",
            zh: "真实的消息末尾还有以 Go 结构体形式输出的差异。",
        }),
        facts: [],
        en: "Most fields of a Pod are immutable, except the images. To move a Pod to another node or to the host network, delete it and apply it again.",
        zh: "除镜像外，Pod 的大多数字段不可变更。要将 Pod 移到其他节点或改用主机网络，请删除后重新应用。",
    }
    /// A Deployment and its Pods.
    SELECTOR_MATCHES_TEMPLATE {
        id: "WORK-7e", slug: "selector-of-a-deployment-matches-its-template",
        versions: Versions::ALL,
        source: "pkg/apis/apps/validation/validation.go ValidateDeploymentSpec",
        evidence: SourceRead,
        facts: [],
        en: "The selector of a Deployment must match the labels of its template, and is immutable.",
        zh: "Deployment 的选择算符必须与其模板的标签匹配，且不可变更。",
    }
    /// A number of Pods.
    REPLICAS_ARE_NOT_NEGATIVE {
        id: "WORK-7f", slug: "replicas-are-not-negative",
        versions: Versions::ALL,
        source: "pkg/apis/apps/validation/validation.go ValidateDeploymentSpec",
        evidence: SourceRead,
        facts: [],
        en: "`replicas` must be zero or more.",
        zh: "`replicas` 不能小于零。",
    }
    /// Nothing to delete.
    OBJECT_IS_NOT_FOUND {
        id: "WORK-7g", slug: "object-is-not-found",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Get",
        evidence: SourceRead,
        facts: [],
        en: "There is no object of this kind and name.",
        zh: "不存在该类型和名称的对象。",
    }
}

/// The internal addresses in the status of a Node.
fn internal_addresses(node: &Json) -> Vec<IpAddr> {
    let all = node["status"]["addresses"].as_array().unwrap_or_default().iter();
    let internal = all.filter(|it| it["type"].as_str() == Some("InternalIP"));
    internal.filter_map(|it| it["address"].as_str()?.parse().ok()).collect()
}

/// Labels, or a selector of them.
pub type Labels = BTreeMap<String, String>;

/// A Node as it is asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct NodeObject {
    pub(super) labels: Labels,
    pub(super) annotations: Labels,
    pub(super) pod_cidrs: Vec<String>,
    /// The internal addresses of its status: a create keeps them.
    pub(super) addresses: Vec<IpAddr>,
}

/// What a Pod asks of its place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct PodSpec {
    /// `metadata.labels`.
    pub labels: Labels,
    /// `spec.nodeName`, as it was asked for.
    pub node_name: Option<Rc<str>>,
    /// `spec.nodeSelector`.
    pub node_selector: Labels,
    /// `spec.hostNetwork`.
    pub host_network: bool,
    /// `spec.os.name`.
    pub os: Option<String>,
    /// The whole `spec`, without images: what never changes.
    fixed: Json,
}

impl PodSpec {
    /// The whole `spec`, without images.
    pub(super) fn fixed(&self) -> &Json {
        &self.fixed
    }

    /// Whether an update asks for something that does not change.
    pub(super) fn would_change(&self, other: &Self) -> bool {
        self.fixed != other.fixed
    }
}

/// A Deployment as it is asked for.
#[derive(Clone, PartialEq, Debug, Default)]
pub(super) struct DeploymentObject {
    pub(super) replicas: usize,
    pub(super) selector: Json,
    pub(super) template: Rc<PodSpec>,
    /// The template as it was written: another one makes other Pods.
    pub(super) written: String,
}

/// Reads one object.
pub(super) struct Reader<'a> {
    pub(super) behavior: &'a Behavior,
    pub(super) kind: Workload,
    pub(super) name: &'a str,
    pub(super) json: &'a Json,
}

/// A value of a wrong type.
struct Wrong(String);

impl Reader<'_> {
    /// A Node.
    pub(super) fn node(&self, trace: &mut Trace) -> Result<NodeObject, Status> {
        let read = || -> Result<NodeObject, Wrong> {
            let meta = "ObjectMeta.metadata";
            let mut pod_cidrs = self.list("/spec/podCIDRs", "NodeSpec.spec.podCIDRs")?;
            let first =
                self.text("/spec/podCIDR", "NodeSpec.spec.podCIDR")?.filter(|it| !it.is_empty());
            // The older field wins where the two disagree.
            if let Some(first) = first
                && pod_cidrs.first() != Some(&first)
            {
                pod_cidrs = vec![first];
            }
            Ok(NodeObject {
                labels: self.map("/metadata/labels", &format!("{meta}.labels"))?,
                annotations: self.map("/metadata/annotations", &format!("{meta}.annotations"))?,
                pod_cidrs,
                addresses: internal_addresses(self.json),
            })
        };
        let node = self.decoded(read(), trace)?;
        let mut errors = Errors::new(self.behavior, trace);
        self.metadata(&node.labels, &mut errors);
        let mut causes = errors.into_list();
        causes.extend(pod_cidrs::validate(self.behavior, &node.pod_cidrs, trace));
        self.valid(causes, node)
    }

    /// A Pod.
    pub(super) fn pod(&self, trace: &mut Trace) -> Result<PodSpec, Status> {
        let spec = self.decoded(self.pod_spec("", "PodSpec.spec"), trace)?;
        let mut errors = Errors::new(self.behavior, trace);
        self.metadata(&spec.labels, &mut errors);
        self.containers("/spec/containers", &FieldPath::spec("containers"), &mut errors);
        self.valid(errors.into_list(), spec)
    }

    /// A Deployment.
    pub(super) fn deployment(&self, trace: &mut Trace) -> Result<DeploymentObject, Status> {
        let read = || -> Result<(Labels, i64, PodSpec), Wrong> {
            let labels = self.map("/metadata/labels", "ObjectMeta.metadata.labels")?;
            let replicas =
                self.number("/spec/replicas", "DeploymentSpec.spec.replicas")?.unwrap_or(1);
            let template = self.pod_spec("/spec/template", "PodSpec.spec.template.spec")?;
            Ok((labels, replicas, template))
        };
        let (labels, replicas, template) = self.decoded(read(), trace)?;
        let mut errors = Errors::new(self.behavior, trace);
        self.metadata(&labels, &mut errors);
        if replicas < 0 {
            let detail = "must be greater than or equal to 0";
            let path = FieldPath::spec("replicas");
            errors.invalid(&REPLICAS_ARE_NOT_NEGATIVE, path, replicas.to_string(), detail);
        }
        let at = FieldPath::spec("template");
        let empty = Labels::new();
        let selector = self.at("/spec/selector");
        let wanted = self.map("/spec/selector/matchLabels", "").unwrap_or_default();
        let rule = &SELECTOR_MATCHES_TEMPLATE;
        if selector.is_none() {
            errors.required(rule, FieldPath::spec("selector"), "");
        } else if wanted == empty && self.at("/spec/selector/matchExpressions").is_none() {
            let detail = "empty selector is invalid for deployment";
            let value = self.selector_text(&wanted);
            errors.invalid(rule, FieldPath::spec("selector"), value, detail);
        } else if !matches(&wanted, &template.labels) {
            let value = if self.behavior.prints_json_values {
                go_json(&as_json(&template.labels))
            } else {
                format!("map[string]string{{{}}}", pairs(&template.labels))
            };
            let path = at.clone().field("metadata").field("labels");
            errors.invalid(rule, path, value, "`selector` does not match template `labels`");
        }
        let path = at.field("spec").field("containers");
        self.containers("/spec/template/spec/containers", &path, &mut errors);
        let causes = errors.into_list();
        let deployment = DeploymentObject {
            replicas: usize::try_from(replicas).unwrap_or(0),
            selector: selector.cloned().unwrap_or_default(),
            template: Rc::new(template),
            written: self.at("/spec/template").map(go_json).unwrap_or_default(),
        };
        self.valid(causes, deployment)
    }

    /// The refusal of a Deployment whose selector would change.
    pub(super) fn selector_stays(&self, trace: &mut Trace) -> Status {
        let mut errors = Errors::new(self.behavior, trace);
        let wanted = self.map("/spec/selector/matchLabels", "").unwrap_or_default();
        let value = self.selector_text(&wanted);
        let path = FieldPath::spec("selector");
        errors.invalid(&SELECTOR_MATCHES_TEMPLATE, path, value, "field is immutable");
        Status::invalid("Deployment.apps", self.name, errors.into_list())
    }

    /// The refusal of a Pod that would change.
    pub(super) fn pod_stays(&self, trace: &mut Trace) -> Status {
        let mut errors = Errors::new(self.behavior, trace);
        let detail = "pod updates may not change fields other than `spec.containers[*].image`,\
                      `spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only \
                      additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to \
                      be set to 1 if it was previously negative)";
        let path = FieldPath::default().field("spec");
        errors.forbidden(&POD_STAYS_AS_IT_IS, path, detail);
        Status::invalid("Pod", self.name, errors.into_list())
    }

    fn valid<T>(
        &self,
        causes: Vec<crate::explain::diagnostic::Diagnostic>,
        object: T,
    ) -> Result<T, Status> {
        if causes.is_empty() {
            return Ok(object);
        }
        let kind = match self.kind {
            Workload::Deployment => "Deployment.apps",
            kind => kind.kind().1,
        };
        Err(Status::invalid(kind, self.name, causes))
    }

    fn decoded<T>(&self, read: Result<T, Wrong>, trace: &mut Trace) -> Result<T, Status> {
        read.map_err(|Wrong(why)| {
            trace.reject(&OBJECT_DOES_NOT_DECODE, FieldPath::default(), facts![]);
            let (version, kind) = self.kind.kind();
            let version = version.rsplit('/').next().unwrap_or_default();
            Status::bad_request(format!(
                "{kind} in version {} cannot be handled as a {kind}: {why}",
                quote(version)
            ))
        })
    }

    fn metadata(&self, labels: &Labels, errors: &mut Errors) {
        let rule = &METADATA_IS_WELL_FORMED;
        let path = FieldPath::metadata("name");
        if self.name.is_empty() {
            errors.required(rule, path.clone(), "name or generateName is required");
        } else {
            for complaint in names::subdomain_1123(self.name) {
                errors.invalid_text(rule, path.clone(), self.name, complaint);
            }
        }
        let path = FieldPath::metadata("labels");
        for (key, value) in labels {
            for complaint in names::qualified_name(key, self.behavior) {
                errors.invalid_text(rule, path.clone(), key, complaint);
            }
            for complaint in names::label_value(value, self.behavior) {
                errors.invalid_text(rule, path.clone(), value, complaint);
            }
        }
    }

    fn containers(&self, pointer: &str, path: &FieldPath, errors: &mut Errors) {
        let rule = &POD_HAS_CONTAINERS;
        let containers = self.at(pointer).and_then(Json::as_array).unwrap_or_default();
        if containers.is_empty() {
            errors.required(rule, path.clone(), "");
        }
        for (i, container) in containers.iter().enumerate() {
            for field in ["name", "image"] {
                let text = container.pointer(&format!("/{field}")).and_then(Json::as_str);
                if text.is_none_or(str::is_empty) {
                    errors.required(rule, path.clone().index(i).field(field), "");
                }
            }
        }
    }

    fn pod_spec(&self, base: &str, holder: &str) -> Result<PodSpec, Wrong> {
        let go = |field: &str| format!("{holder}.{field}");
        let meta = holder.trim_start_matches("PodSpec.").trim_end_matches("spec");
        let mut fixed = self.at(&format!("{base}/spec")).cloned().unwrap_or_default();
        for list in ["/containers", "/initContainers"] {
            if let Some(Json::Array(containers)) = fixed.pointer_mut(list) {
                for container in containers {
                    if let Json::Object(fields) = container {
                        fields.remove("image");
                    }
                }
            }
        }
        let text = |field: &str, name: &str| self.text(&format!("{base}/spec/{field}"), name);
        Ok(PodSpec {
            labels: self.map(
                &format!("{base}/metadata/labels"),
                &format!("ObjectMeta.{meta}metadata.labels"),
            )?,
            node_name: text("nodeName", &go("nodeName"))?.filter(|it| !it.is_empty()).map(Rc::from),
            node_selector: self.map(&format!("{base}/spec/nodeSelector"), &go("nodeSelector"))?,
            host_network: self.flag(&format!("{base}/spec/hostNetwork"), &go("hostNetwork"))?,
            os: text("os/name", &go("os.name").replacen("PodSpec", "PodOS", 1))?,
            fixed,
        })
    }

    /// What stands somewhere; `null` is nothing.
    fn at(&self, pointer: &str) -> Option<&Json> {
        self.json.pointer(pointer).filter(|json| !json.is_null())
    }

    fn text(&self, pointer: &str, field: &str) -> Result<Option<String>, Wrong> {
        self.at(pointer).map(|json| text_of(json, field, "string")).transpose()
    }

    fn list(&self, pointer: &str, field: &str) -> Result<Vec<String>, Wrong> {
        match self.at(pointer) {
            None => Ok(Vec::new()),
            Some(Json::Array(list)) => {
                list.iter().map(|json| text_of(json, field, "string")).collect()
            }
            Some(json) => Err(wrong(json, field, "[]string")),
        }
    }

    fn map(&self, pointer: &str, field: &str) -> Result<Labels, Wrong> {
        match self.at(pointer) {
            None => Ok(Labels::new()),
            Some(Json::Object(map)) => map
                .iter()
                .map(|(key, json)| match json {
                    Json::Null => Ok((key.clone(), String::new())),
                    json => Ok((key.clone(), text_of(json, field, "string")?)),
                })
                .collect(),
            Some(json) => Err(wrong(json, field, "map[string]string")),
        }
    }

    fn flag(&self, pointer: &str, field: &str) -> Result<bool, Wrong> {
        match self.at(pointer) {
            None => Ok(false),
            Some(Json::Bool(on)) => Ok(*on),
            Some(json) => Err(wrong(json, field, "bool")),
        }
    }

    fn number(&self, pointer: &str, field: &str) -> Result<Option<i64>, Wrong> {
        match self.at(pointer) {
            None => Ok(None),
            Some(Json::Number(text)) => match text.parse::<i32>() {
                Ok(number) => Ok(Some(number.into())),
                Err(_) => Err(Wrong(format!(
                    "json: cannot unmarshal number {text} into Go struct field {field} of type int32"
                ))),
            },
            Some(json) => Err(wrong(json, field, "int32")),
        }
    }

    /// A selector as the release prints it.
    fn selector_text(&self, wanted: &Labels) -> String {
        if self.behavior.prints_json_values {
            return self.at("/spec/selector").map_or_else(|| "null".to_owned(), go_json);
        }
        let labels = if wanted.is_empty() {
            "map[string]string(nil)".to_owned()
        } else {
            format!("map[string]string{{{}}}", pairs(wanted))
        };
        let rest = print_list(self.behavior, "v1.LabelSelectorRequirement", &[], false);
        format!("v1.LabelSelector{{MatchLabels:{labels}, MatchExpressions:{rest}}}")
    }
}

/// Whether labels have everything that a selector asks for.
#[must_use]
pub fn matches(selector: &Labels, labels: &Labels) -> bool {
    selector.iter().all(|(key, value)| labels.get(key) == Some(value))
}

fn as_json(labels: &Labels) -> Json {
    Json::object(labels.iter().map(|(key, it)| (key.clone(), it.as_str().into())).collect())
}

fn pairs(labels: &Labels) -> String {
    let pairs = labels.iter().map(|(key, value)| format!("{}:{}", quote(key), quote(value)));
    pairs.collect::<Vec<_>>().join(", ")
}

fn text_of(json: &Json, field: &str, go_type: &str) -> Result<String, Wrong> {
    json.as_str().map(str::to_owned).ok_or_else(|| wrong(json, field, go_type))
}

fn wrong(json: &Json, field: &str, go_type: &str) -> Wrong {
    let got = json.kind();
    Wrong(format!("json: cannot unmarshal {got} into Go struct field {field} of type {go_type}"))
}
