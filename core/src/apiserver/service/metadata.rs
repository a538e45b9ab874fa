//! Is this the metadata of an object? Rules VAL-1, VAL-2 and META-1 to META-8, in upstream's order.
//! Source: apimachinery pkg/api/validation/objectmeta.go, pkg/apis/core/validation/validation.go.
//!
//! A create checks once, an update up to four times: the registry does it for objects of every kind, and the
//! Service's own validation again. Each time is a cause of its own.

use std::collections::BTreeSet;

use super::errors::Errors;
use super::names;
use crate::api::field_path::FieldPath;
use crate::api::json::Map;
use crate::api::service::{ObjectMeta, OwnerReference};
use crate::api::{go_json, print_list, quote};
use crate::explain::rule::Rule;
use crate::facts;
use crate::release::version::Versions;
use crate::rules;
use crate::source::decode::time;

rules! {
    /// Name is a label.
    NAME_IS_A_LABEL {
        id: "VAL-1", slug: "name-is-a-label",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceName",
        evidence: Recorded,
        facts: [value],
        en: "The name of a Service becomes a DNS label, and {value} is not a valid one.",
        zh: "Service 的名称会成为 DNS 标签，而 {value} 不是合法的 DNS 标签。",
    }
    /// Labels are well formed.
    LABELS_ARE_WELL_FORMED {
        id: "VAL-2", slug: "labels-are-well-formed",
        versions: Versions::ALL,
        source: "apimachinery pkg/apis/meta/v1/validation/validation.go ValidateLabels",
        evidence: Recorded,
        facts: [value],
        en: "Keys and values of labels, and keys of annotations, must have the usual format; {value} does not have it.",
        zh: "标签的键和值、注解的键必须符合通用格式；{value} 不符合。",
    }
    /// A prefix for names.
    GENERATE_NAME_IS_A_PREFIX {
        id: "META-1", slug: "generate-name-is-a-prefix",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateObjectMetaAccessor",
        evidence: Recorded,
        facts: [value],
        en: "`generateName` is the beginning of a name, and is validated even where the name is given; no valid name begins with {value}.",
        zh: "`generateName` 是名称的开头，即使已指定名称也会被校验；合法的名称不能以 {value} 开头。",
    }
    /// A counter.
    GENERATION_IS_NOT_NEGATIVE {
        id: "META-2", slug: "generation-is-not-negative",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateNonnegativeField",
        evidence: Recorded,
        facts: [value],
        en: "`generation` counts changes, so it cannot be {value}.",
        zh: "`generation` 是更改的计数，因此不能是 {value}。",
    }
    /// Annotations are kept small.
    ANNOTATIONS_ARE_SMALL {
        id: "META-3", slug: "annotations-are-256-kib-at-most",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateAnnotationsSize",
        evidence: Recorded,
        facts: [size],
        en: "All keys and values of the annotations together may have 262144 bytes (256 KiB); these have {size}.",
        zh: "所有注解的键和值合计最多 262144 字节（256 KiB）；此处为 {size} 字节。",
    }
    /// An owner is an object.
    OWNER_IS_COMPLETE {
        id: "META-4", slug: "owner-reference-is-complete",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go validateOwnerReference",
        evidence: Recorded,
        facts: [],
        en: "An owner reference must specify `apiVersion`, `kind`, `name` and `uid` of the owner; an Event owns nothing.",
        zh: "属主引用必须指定属主的 `apiVersion`、`kind`、`name` 和 `uid`；Event 不能是属主。",
    }
    /// An object is managed by one owner.
    ONE_OWNER_CONTROLS {
        id: "META-5", slug: "one-owner-is-the-controller",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateOwnerReferences",
        evidence: Recorded,
        facts: [first, second],
        en: "Only one owner can be the controller of an object, but both {first} and {second} are marked as such.",
        zh: "一个对象只能有一个属主作为控制器，但 {first} 和 {second} 都被标记为控制器。",
    }
    /// A finalizer has a name.
    FINALIZERS_HAVE_NAMES {
        id: "META-6", slug: "finalizers-have-names",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateFinalizers, pkg/apis/core/validation/validation.go validateKubeFinalizerName",
        evidence: Recorded,
        facts: [value],
        en: "A finalizer is a qualified name with a domain, or `kubernetes`, `orphan` or `foregroundDeletion`, of which the last two exclude each other; {value} is not accepted.",
        zh: "终结器（finalizer）是带有域名的限定名称，或者 `kubernetes`、`orphan`、`foregroundDeletion`，其中后两者互斥；{value} 不被接受。",
    }
    /// Too late for another finalizer.
    NO_NEW_FINALIZERS {
        id: "META-7", slug: "no-new-finalizers-while-being-deleted",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateNoNewFinalizers",
        evidence: Recorded,
        facts: [added],
        en: "The object is being deleted; finalizers can only be removed now, and {added} is new.",
        zh: "该对象正在被删除；此时只能移除终结器（finalizer），而 {added} 是新增的。",
    }
    /// What the server assigns is for life.
    METADATA_IS_IMMUTABLE {
        id: "META-8", slug: "metadata-is-immutable",
        versions: Versions::ALL,
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateObjectMetaAccessorUpdate",
        evidence: Recorded,
        facts: [field, value],
        en: "The server assigns {field}; a client cannot change it to {value}.",
        zh: "{field} 由服务器设置；客户端不能将其改为 {value}。",
    }
    /// No update without the version it is based on.
    UPDATE_NEEDS_A_VERSION {
        id: "REL-41", slug: "update-needs-a-resource-version",
        versions: Versions::until(22),
        source: "apimachinery pkg/api/validation/objectmeta.go ValidateObjectMetaAccessorUpdate",
        evidence: Recorded,
        facts: [],
        en: "A PUT request must specify the version of the object that it is based on. (Upstream checks this twice, so the cause appears twice.)",
        zh: "PUT 请求必须指定它所基于的对象版本。（上游检查两次，因此原因出现两次。）",
    }
}

const MAX_ANNOTATIONS: usize = 256 * 1024;
const STANDARD_FINALIZERS: [&str; 3] = ["foregroundDeletion", "kubernetes", "orphan"];

/// What the name of an object has to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum NameForm {
    /// A segment of a path: what the registry asks of every object.
    Segment,
    /// The name of a Service.
    Service,
}

/// Checks the metadata of a Service. Up to 1.33 an update does so, too.
/// Source: pkg/apis/core/validation/validation.go ValidateObjectMeta.
pub fn validate(meta: &ObjectMeta, errors: &mut Errors) {
    accessor(meta, NameForm::Service, errors);
    standard_finalizers(meta, errors);
}

/// Checks the metadata of an update: what the registry asks of every object, then what the validation of a
/// Service asks first.
/// Source: apiserver pkg/registry/rest/update.go validateCommonFields, then ValidateObjectMetaUpdate.
pub fn validate_update(old: &ObjectMeta, new: &ObjectMeta, errors: &mut Errors) {
    accessor(new, NameForm::Segment, errors);
    accessor_update(old, new, errors);
    accessor_update(old, new, errors);
    standard_finalizers(new, errors);
}

/// Source: apimachinery pkg/api/validation/objectmeta.go ValidateObjectMetaAccessor.
fn accessor(meta: &ObjectMeta, form: NameForm, errors: &mut Errors) {
    if !meta.generate_name.is_empty() {
        let path = FieldPath::metadata("generateName");
        for complaint in name_complaints(&meta.generate_name, true, form, errors) {
            let rule = &GENERATE_NAME_IS_A_PREFIX;
            errors.invalid_text(rule, path.clone(), &meta.generate_name, complaint);
        }
    }
    let path = FieldPath::metadata("name");
    if meta.name.is_empty() {
        errors.required(&NAME_IS_A_LABEL, path, "name or generateName is required");
    } else {
        for complaint in name_complaints(&meta.name, false, form, errors) {
            errors.invalid_text(&NAME_IS_A_LABEL, path.clone(), &meta.name, complaint);
        }
    }
    if meta.generation < 0 {
        let path = FieldPath::metadata("generation");
        let detail = "must be greater than or equal to 0";
        errors.invalid(&GENERATION_IS_NOT_NEGATIVE, path, meta.generation.to_string(), detail);
    }
    labels_and_owners(meta, errors);
    finalizers(meta, errors);
}

fn name_complaints(text: &str, is_prefix: bool, form: NameForm, errors: &Errors) -> Vec<String> {
    if form == NameForm::Segment {
        return names::path_segment(text, is_prefix);
    }
    // What is appended may follow a hyphen.
    let masked = text.strip_suffix('-').filter(|rest| is_prefix && !rest.is_empty()).map(|rest| {
        let kept: Vec<char> = rest.chars().collect();
        kept[..kept.len() - 1].iter().chain(&['a']).collect::<String>()
    });
    let text = masked.as_deref().unwrap_or(text);
    if errors.behavior().relaxed_service_name.on() {
        names::label_1123(text)
    } else {
        names::label_1035(text)
    }
}

/// Source: apimachinery pkg/api/validation/objectmeta.go ValidateObjectMetaAccessorUpdate.
fn accessor_update(old: &ObjectMeta, new: &ObjectMeta, errors: &mut Errors) {
    if old.deletion_timestamp.is_some() {
        let added: BTreeSet<&String> =
            new.finalizers.iter().filter(|it| !old.finalizers.contains(it)).collect();
        if !added.is_empty() {
            let quoted: Vec<String> = added.iter().map(|it| quote(it)).collect();
            let detail = format!(
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{{{}}}",
                quoted.join(", ")
            );
            let added = added.into_iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            let path = FieldPath::metadata("finalizers");
            errors.given(facts![added]).forbidden(&NO_NEW_FINALIZERS, path, &detail);
        }
    }
    if new.resource_version.is_empty() {
        let path = FieldPath::metadata("resourceVersion");
        let detail = "must be specified for an update";
        errors.invalid_text(&UPDATE_NEEDS_A_VERSION, path, "", detail);
    }
    let as_json = errors.behavior().prints_json_values;
    let moment = |at: &Option<String>| match at {
        Some(at) if as_json => quote(at),
        Some(at) => time::go_string(at),
        None => "null".to_owned(),
    };
    let seconds = |it: Option<i64>| it.map_or("null".to_owned(), |it| it.to_string());
    let (before, after) = (old, new);
    let fields = [
        ("uid", before.uid != after.uid, quote(&after.uid)),
        (
            "creationTimestamp",
            before.creation_timestamp != after.creation_timestamp,
            moment(&after.creation_timestamp),
        ),
        (
            "deletionTimestamp",
            before.deletion_timestamp != after.deletion_timestamp,
            moment(&after.deletion_timestamp),
        ),
        (
            "deletionGracePeriodSeconds",
            before.deletion_grace_period_seconds != after.deletion_grace_period_seconds,
            seconds(after.deletion_grace_period_seconds),
        ),
    ];
    for (field, _, printed) in fields.into_iter().filter(|(_, differs, _)| *differs) {
        let errors = errors.given(facts![field]);
        let path = FieldPath::metadata(field);
        errors.invalid(&METADATA_IS_IMMUTABLE, path, printed, "field is immutable");
    }
    labels_and_owners(new, errors);
}

fn labels_and_owners(meta: &ObjectMeta, errors: &mut Errors) {
    let rule = &LABELS_ARE_WELL_FORMED;
    labels(rule, &meta.labels, &FieldPath::metadata("labels"), errors);
    let path = FieldPath::metadata("annotations");
    for key in meta.annotations.keys() {
        for complaint in names::qualified_name(&key.to_lowercase(), errors.behavior()) {
            errors.invalid_text(rule, path.clone(), key, complaint);
        }
    }
    let size: usize = meta.annotations.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > MAX_ANNOTATIONS {
        let verb = if errors.behavior().limits_are_more_than {
            "may not be more than"
        } else {
            "must have at most"
        };
        let detail = format!("{verb} {MAX_ANNOTATIONS} bytes");
        errors.given(facts![size]).too_long(&ANNOTATIONS_ARE_SMALL, path, &detail);
    }
    owners(&meta.owner_references, errors);
}

/// Checks labels, wherever they stand.
pub(super) fn labels(
    rule: &'static Rule,
    labels: &Map<String>,
    path: &FieldPath,
    errors: &mut Errors,
) {
    for (key, value) in labels {
        for complaint in names::qualified_name(key, errors.behavior()) {
            errors.invalid_text(rule, path.clone(), key, complaint);
        }
        for complaint in names::label_value(value, errors.behavior()) {
            errors.invalid_text(rule, path.clone(), value, complaint);
        }
    }
}

fn owners(owners: &[OwnerReference], errors: &mut Errors) {
    let path = FieldPath::metadata("ownerReferences");
    let mut controller: Option<String> = None;
    let as_json = errors.behavior().prints_json_values;
    for owner in owners {
        let version = version_of(&owner.api_version);
        let names_fields = errors.behavior().owner_errors_name_fields;
        let parts = [
            ("apiVersion", version.is_empty(), owner.api_version.as_str(), "version "),
            ("kind", owner.kind.is_empty(), "", if names_fields { "kind " } else { "" }),
            ("name", owner.name.is_empty(), "", if names_fields { "name " } else { "" }),
            ("uid", owner.uid.is_empty(), "", if names_fields { "uid " } else { "" }),
        ];
        for (field, _, value, subject) in parts.into_iter().filter(|(_, is_empty, ..)| *is_empty) {
            let detail = format!("{subject}must not be empty");
            let path = path.clone().field(field);
            errors.invalid_text(&OWNER_IS_COMPLETE, path, value, detail);
        }
        if owner.api_version == "v1" && owner.kind == "Event" {
            let detail = "/v1, Kind=Event is disallowed from being an owner";
            let printed = if as_json { owner_json(owner) } else { owner_in_go(owner) };
            errors.invalid(&OWNER_IS_COMPLETE, path.clone(), printed, detail);
        }
        if owner.controller != Some(true) {
            continue;
        }
        let with_kind = errors.behavior().controllers_have_kinds;
        let name =
            if with_kind { format!("{}/{}", owner.kind, owner.name) } else { owner.name.clone() };
        match &controller {
            Some(first) if !first.is_empty() => {
                let detail = format!(
                    "Only one reference can have Controller set to true. Found \"true\" in references for {first} and {name}"
                );
                let printed = if as_json {
                    let all: Vec<String> = owners.iter().map(owner_json).collect();
                    format!("[{}]", all.join(","))
                } else {
                    let all: Vec<String> = owners.iter().map(owner_in_go).collect();
                    format!("[]v1.OwnerReference{{{}}}", all.join(", "))
                };
                let facts = facts![first = first.as_str(), second = name.as_str()];
                errors.given(facts).invalid(&ONE_OWNER_CONTROLS, path.clone(), printed, detail);
            }
            _ => controller = Some(name),
        }
    }
}

/// The version of an `apiVersion`; empty if it is none.
fn version_of(api_version: &str) -> &str {
    match api_version.split_once('/') {
        None => api_version,
        Some((_, version)) if !version.contains('/') => version,
        Some(_) => "",
    }
}

/// An owner reference as JSON, its members in the order of the Go type.
fn owner_json(owner: &OwnerReference) -> String {
    let text = |text: &str| go_json(&text.into());
    let switch = |key: &str, switch: Option<bool>| {
        switch.map(|on| format!(",\"{key}\":{on}")).unwrap_or_default()
    };
    format!(
        "{{\"apiVersion\":{},\"kind\":{},\"name\":{},\"uid\":{}{}{}}}",
        text(&owner.api_version),
        text(&owner.kind),
        text(&owner.name),
        text(&owner.uid),
        switch("controller", owner.controller),
        switch("blockOwnerDeletion", owner.block_owner_deletion),
    )
}

/// An owner reference in Go syntax (REL-14). Of a switch Go prints the address; no release prints the same one
/// twice.
fn owner_in_go(owner: &OwnerReference) -> String {
    let switch =
        |switch: Option<bool>| if switch.is_some() { "(*bool)(0x0)" } else { "(*bool)(nil)" };
    format!(
        "v1.OwnerReference{{APIVersion:{}, Kind:{}, Name:{}, UID:{}, Controller:{}, BlockOwnerDeletion:{}}}",
        quote(&owner.api_version),
        quote(&owner.kind),
        quote(&owner.name),
        quote(&owner.uid),
        switch(owner.controller),
        switch(owner.block_owner_deletion),
    )
}

/// Source: apimachinery pkg/api/validation/objectmeta.go ValidateFinalizers.
fn finalizers(meta: &ObjectMeta, errors: &mut Errors) {
    let path = FieldPath::metadata("finalizers");
    for finalizer in &meta.finalizers {
        for complaint in names::qualified_name(finalizer, errors.behavior()) {
            errors.invalid_text(&FINALIZERS_HAVE_NAMES, path.clone(), finalizer, complaint);
        }
    }
    let has = |name: &str| meta.finalizers.iter().any(|finalizer| finalizer == name);
    if has("orphan") && has("foregroundDeletion") {
        let printed = print_list(errors.behavior(), "string", &meta.finalizers, false);
        let detail = "finalizer orphan and foregroundDeletion cannot be both set";
        errors.invalid(&FINALIZERS_HAVE_NAMES, path, printed, detail);
    }
}

/// Source: pkg/apis/core/validation/validation.go validateKubeFinalizerName.
fn standard_finalizers(meta: &ObjectMeta, errors: &mut Errors) {
    for (i, finalizer) in meta.finalizers.iter().enumerate() {
        if !finalizer.contains('/') && !STANDARD_FINALIZERS.contains(&finalizer.as_str()) {
            let path = FieldPath::metadata("finalizers").index(i);
            let detail = "name is neither a standard finalizer name nor is it fully qualified";
            errors.invalid_text(&FINALIZERS_HAVE_NAMES, path, finalizer, detail);
        }
    }
}
