//! What does a patch make of a stored Service? Rules PAT-2 to PAT-5, UPD-13.
//! Source: apiserver `pkg/endpoints/handlers/patch.go`.
//!
//! One file per kind of patch. They work on the stored object with the versioned defaults, not on what a read shows
//! of it. What comes out of a merge or JSON patch is decoded like any other body, what comes out of a strategic one
//! is converted.

pub mod json;
pub mod merge;
pub mod strategic;

use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::json::Json;
use crate::api::service::Service;
use crate::api::status::{APISERVER_PANICS, Reason, Status};
use crate::api::unstructured::{NotComparable, Value as Untyped};
use crate::api::{go_json, quote};
use crate::apiserver::body::{Body, check_namespace};
use crate::apiserver::registry::{check_key, dedup_owners, not_found};
use crate::apiserver::requests::{
    Answer, ApiServer, FieldValidation, Options, Patch, key, printed_json,
};
use crate::apiserver::service::default;
use crate::explain::diagnostic::{Cause, Diagnostic};
use crate::explain::trace::Trace;
use crate::release::version::Versions;
use crate::source::decode;
use crate::source::yaml::{Node, Value};
use crate::{facts, rules};

rules! {
    /// A name is for life.
    PATCH_KEEPS_THE_NAME {
        id: "UPD-13", slug: "patch-keeps-the-name",
        versions: Versions::ALL,
        source: "apiserver pkg/endpoints/handlers/rest.go checkName",
        evidence: Recorded,
        facts: [name],
        en: "A patch cannot change the name or the namespace of the stored object {name}.",
        zh: "补丁不能更改已存储对象 {name} 的名称或命名空间。",
    }
    /// A patch that makes no sense for the object.
    PATCH_DOES_NOT_APPLY {
        id: "PAT-2", slug: "patch-does-not-apply",
        versions: Versions::ALL,
        source: "evanphx/json-patch v4 patch.go Apply",
        evidence: Recorded,
        facts: [],
        en: "An operation of the patch refers to a path that does not exist, or a `test` fails.",
        zh: "补丁中的某个操作指向不存在的路径，或者某个 `test` 失败。",
    }
    /// A body that is no patch.
    BODY_IS_NO_PATCH {
        id: "PAT-3", slug: "body-is-no-patch",
        versions: Versions::ALL,
        source: "apiserver pkg/endpoints/handlers/patch.go applyJSPatch, strategicPatchObject",
        evidence: Recorded,
        facts: [],
        en: "The body does not have the form of a patch of this type: a list of operations (`json`), or an object (`merge`, `strategic`).",
        zh: "请求体不是此类型补丁的形式：操作列表（`json`）或对象（`merge`、`strategic`）。",
    }
    /// A strategic patch that upstream cannot merge.
    PATCH_CANNOT_BE_MERGED {
        id: "PAT-4", slug: "strategic-patch-cannot-be-merged",
        versions: Versions::ALL,
        source: "apimachinery pkg/util/strategicpatch/patch.go mergeMap",
        evidence: Recorded,
        facts: [],
        en: "A strategic patch merges lists by key and obeys directives such as `$patch`; here a key is missing, or a directive is unknown or contradicts the patch.",
        zh: "策略性合并补丁（strategic merge patch）按键合并列表，并遵循 `$patch` 等指令；此处缺少键，或者指令未知，或者与补丁矛盾。",
    }
    /// A strategic patch with a value of a wrong type.
    PATCHED_OBJECT_IS_NOT_A_SERVICE {
        id: "PAT-5", slug: "patched-object-does-not-convert",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/converter.go fromUnstructured",
        evidence: Recorded,
        facts: [problem],
        en: "With the patch the object is not a Service any more, because a value does not have the type of its field: {problem}.",
        zh: "应用补丁后，该对象不再是 Service，因为某个值的类型与其字段不符：{problem}。",
    }
}

/// Why a patch cannot be applied.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Failure {
    /// 422 without a word about it.
    DoesNotApply,
    /// 400.
    BadRequest(String),
    /// 413.
    TooLarge(String),
    /// 500, and no API status.
    Error(String),
    /// The server panics.
    Panic,
}

impl From<NotComparable> for Failure {
    fn from(_: NotComparable) -> Self {
        Self::Panic
    }
}

/// What a patch made, and whether it has the versioned defaults.
struct Patched {
    service: Service,
    has_defaults: bool,
}

impl ApiServer {
    pub(super) fn patch(
        &mut self,
        name: &str,
        patch: &Patch,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        check_key(name, trace)?;
        let key = key(&options.namespace, name);
        let Some(mut current) = self.service(&key).cloned() else {
            return Err(not_found(name, trace));
        };
        default::set_defaults(&self.env.behavior, &mut current, &mut Trace::default());
        let object = printed_json(&current);
        let patched = match patch {
            Patch::Strategic(patch) => self.strategic(&object, patch, options, warnings, trace)?,
            Patch::Merge(patch) => self.merged(&object, patch, options, warnings, trace)?,
            Patch::Json(patch) => self.json_patched(&object, patch, options, warnings, trace)?,
        };
        let mut service = patched.service;
        if self.env.behavior.patch_checks_namespace_first {
            check_namespace(&service, options, trace)?;
        }
        check_name(&service, name, options, trace)?;
        if patched.has_defaults {
            service = self.filled(service, options, trace);
        } else {
            service.metadata.namespace.clone_from(&options.namespace);
        }
        dedup_owners(&mut service, " after mutating admission happens", warnings, trace);
        self.update(&key, service, options, warnings, trace)
    }

    /// Whether the server looks for unknown and duplicate fields in a patch.
    fn is_strict(&self, options: &Options) -> bool {
        match options.field_validation {
            FieldValidation::Strict => true,
            FieldValidation::Warn => self.env.behavior.warns_of_unknown_fields,
            FieldValidation::Ignore => false,
        }
    }

    fn strategic(
        &self,
        object: &Json,
        patch: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Patched, Status> {
        let json = patch.to_json();
        if !matches!(json, Json::Object(_) | Json::Null) {
            let words = no_map(&json);
            return Err(refuse(Failure::BadRequest(words), trace));
        }
        let repeated = if self.is_strict(options) { repeated_fields(patch) } else { Vec::new() };
        let map = |json: &Json| match Untyped::from(json) {
            Untyped::Map(members) => members,
            _ => Rc::default(),
        };
        let (original, patch) = (map(object), map(&json));
        let merged = strategic::strategic_merge(&original, &patch);
        let merged = merged.map_err(|failure| refuse(failure, trace))?;
        let printed = || Untyped::Map(patch.clone()).to_string();
        let decoded = decode::converted(&merged.borrow(), self.env.behavior.unknown_fields);
        let decoded = decoded.map_err(|problem| {
            let status = invalid_patch(&printed(), &problem);
            let path = FieldPath::default().field("patch");
            trace.reject(&PATCHED_OBJECT_IS_NOT_A_SERVICE, path, facts![problem]);
            status
        })?;
        let wrong = |words: &str| invalid_patch(&printed(), words);
        self.check_strays(&decoded.strays, &repeated, options, &wrong, warnings, trace)?;
        Ok(Patched { service: decoded.service, has_defaults: true })
    }

    fn merged(
        &self,
        object: &Json,
        patch: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Patched, Status> {
        let json = patch.to_json();
        let mut repeated = Vec::new();
        if self.is_strict(options) {
            if !matches!(json, Json::Object(_) | Json::Null) {
                let words = format!("error decoding patch: {}", no_map(&json));
                return Err(refuse(Failure::BadRequest(words), trace));
            }
            repeated = repeated_fields(patch);
        }
        let merged = merge::merge(object, &json).ok_or_else(|| {
            let words = "Invalid JSON Patch".to_owned();
            let is_old = self.env.behavior.is_old();
            let failure = if is_old { Failure::Error(words) } else { Failure::BadRequest(words) };
            refuse(failure, trace)
        })?;
        self.decode_patched(&merged, &repeated, options, warnings, trace)
    }

    fn json_patched(
        &self,
        object: &Json,
        patch: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Patched, Status> {
        let json = patch.to_json();
        let mut strays = Vec::new();
        if self.is_strict(options) {
            let unknown = json::check(&json).map_err(|words| {
                let words = format!("error decoding patch: {words}");
                refuse(Failure::BadRequest(words), trace)
            })?;
            let unknown = unknown.into_iter().map(|(i, member)| {
                let path = quote(&format!("[{i}].{member}"));
                format!("json patch unknown field {path}")
            });
            let repeated = repeated_fields(patch).into_iter();
            strays =
                repeated.map(|message| format!("json patch {message}")).chain(unknown).collect();
        }
        let patched = json::json_patch(object, &json).map_err(|failure| refuse(failure, trace))?;
        self.decode_patched(&patched, &strays, options, warnings, trace)
    }

    fn decode_patched(
        &self,
        patched: &Json,
        strays: &[String],
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Patched, Status> {
        // What a merge or JSON patch makes is blamed as a whole.
        let wrong = |words: &str| invalid_patch(&go_json(patched), words);
        let Body { decoded, is_internal } =
            self.patched_body(&Node::from_json(patched), &wrong, trace)?;
        self.check_strays(&decoded.strays, strays, options, &wrong, warnings, trace)?;
        Ok(Patched { service: decoded.service, has_defaults: !is_internal })
    }
}

/// A patch cannot change the name, nor the namespace.
fn check_name(
    service: &Service,
    name: &str,
    options: &Options,
    trace: &mut Trace,
) -> Result<(), Status> {
    let meta = &service.metadata;
    let words = if meta.name.is_empty() {
        format!(
            "the name of the object ({name} based on URL) was undeterminable: name must be provided"
        )
    } else if meta.name != name {
        let new = &meta.name;
        format!("the name of the object ({new}) does not match the name on the URL ({name})")
    } else if !meta.namespace.is_empty() && meta.namespace != options.namespace {
        format!(
            "the namespace of the object ({}) does not match the namespace on the request ({})",
            meta.namespace, options.namespace
        )
    } else {
        return Ok(());
    };
    trace.reject(&PATCH_KEEPS_THE_NAME, FieldPath::metadata("name"), facts![name]);
    Err(Status::bad_request(words))
}

fn refuse(failure: Failure, trace: &mut Trace) -> Status {
    let (rule, status) = match failure {
        Failure::DoesNotApply => (&PATCH_DOES_NOT_APPLY, Status::unprocessable()),
        Failure::BadRequest(words) => (&BODY_IS_NO_PATCH, Status::bad_request(words)),
        Failure::TooLarge(words) => (&BODY_IS_NO_PATCH, Status::too_large(&words)),
        Failure::Error(words) => (&PATCH_CANNOT_BE_MERGED, Status::bare_error(words)),
        Failure::Panic => (&APISERVER_PANICS, Status::panicked()),
    };
    trace.reject(rule, FieldPath::default(), facts![]);
    status
}

fn no_map(patch: &Json) -> String {
    let kind = patch.kind();
    format!("json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}")
}

/// 422: a patch, or what it made, cannot be decoded; the object has neither kind nor name then.
fn invalid_patch(value: &str, words: &str) -> Status {
    let cause = Cause::Invalid { value: quote(value) };
    let cause = Diagnostic::field(cause, FieldPath::default().field("patch"), words);
    let subject = " \"\"".to_owned();
    Status {
        code: 422,
        reason: Some(Reason::Invalid),
        message: format!("{subject} is invalid: {cause}"),
        subject,
        causes: vec![cause],
    }
}

/// The fields of a patch that stand twice, in the words of the server.
fn repeated_fields(patch: &Node) -> Vec<String> {
    fn visit(node: &Node, path: &str, found: &mut Vec<String>) {
        match &node.value {
            Value::Map(entries) => {
                for (i, entry) in entries.iter().enumerate() {
                    let dot = if path.is_empty() { "" } else { "." };
                    let path = format!("{path}{dot}{}", entry.key);
                    if entries[..i].iter().any(|before| before.key == entry.key) {
                        found.push(format!("duplicate field {}", quote(&path)));
                    }
                    visit(&entry.value, &path, found);
                }
            }
            Value::Seq(entries) => {
                for (i, entry) in entries.iter().enumerate() {
                    visit(entry, &format!("{path}[{i}]"), found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    visit(patch, "", &mut found);
    found
}
