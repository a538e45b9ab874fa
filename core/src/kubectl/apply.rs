//! What does `kubectl apply -f` do about one object?
//! Source: kubectl `pkg/cmd/apply/apply.go` applyOneObject, `patcher.go` Patch; `pkg/util/apply.go`
//! GetModifiedConfiguration; cli-runtime `pkg/resource/helper.go` Create.

use super::LAST_APPLIED;
use super::command::{Applied, Request, Sent};
use super::kinds::Kind;
use super::objects::{name_of, namespace_of};
use super::print::Failure;
use super::three_way;
use crate::api::json::{Json, Map};
use crate::api::status::{Reason, Status};
use crate::api::{go_json, quote};
use crate::apiserver::requests::{ApiServer, FieldValidation, Options, Patch, printed_json};
use crate::release::behavior::Behavior;
use crate::release::version::{KubeVersion, Versions};
use crate::source::yaml::{Node, parse};

/// How often a patch is sent that conflicts.
const TRIES: usize = 6;

/// An object of a file, as kubectl is about to send it.
pub struct Manifest {
    /// Its kind.
    pub kind: Kind,
    /// Its namespace; `default` where it names none, and empty where it lies in none.
    pub namespace: String,
    /// Its name; empty where it has none.
    pub name: String,
    /// What it says, with the namespace.
    pub json: Json,
    /// The release of kubectl and of the cluster.
    pub version: KubeVersion,
}

impl Manifest {
    /// Of a document.
    #[must_use]
    pub fn new(kind: Kind, document: &Node, version: KubeVersion) -> Self {
        let mut json = document.to_json();
        let namespace = if kind.is_namespaced {
            set(&mut json, &["metadata", "namespace"], namespace_of(document).into());
            namespace_of(document).to_owned()
        } else {
            if let Some(Json::Object(metadata)) = json.pointer_mut("/metadata") {
                metadata.remove("namespace");
            }
            String::new()
        };
        Self { kind, namespace, name: name_of(document).to_owned(), json, version }
    }

    /// The path of the object.
    #[must_use]
    pub fn path(&self) -> String {
        self.kind.path(&self.namespace, &self.name)
    }

    /// A path with what kubectl says beside the body.
    #[must_use]
    pub fn query(&self, path: &str, manager: &str) -> String {
        // Validation on the server, since kubectl 1.24.
        let validates = Versions::since(24).contains(self.version);
        let validation = if validates { "&fieldValidation=Strict" } else { "" };
        format!("{path}?fieldManager={manager}{validation}")
    }

    /// The object with the annotation in which it is remembered.
    #[must_use]
    pub fn annotated(&self) -> Json {
        let mut json = self.json.clone();
        let remembered = remember(&self.json).into();
        if !json["metadata"]["annotations"].is_object() {
            set(&mut json, &["metadata", "annotations"], Json::Object(Map::new()));
        }
        set(&mut json, &["metadata", "annotations", LAST_APPLIED], remembered);
        json
    }

    /// The object as it is created. What another server called its version is left out, and, since kubectl 1.31, so
    /// is what is null.
    #[must_use]
    pub fn created(&self) -> Json {
        let mut json = self.annotated();
        if Behavior::of(self.version).apply_drops_nulls {
            prune_nulls(&mut json);
        }
        without_version(json)
    }

    /// The reads that come before anything is sent. A namespace is looked for where the object is not found.
    pub fn look(&self, is_there: bool, did: &mut Sent) {
        did.requests.push(Request::get(self.path()));
        if !is_there && self.kind.is_namespaced && self.namespace != "default" {
            did.requests.push(Request::get(format!("/api/v1/namespaces/{}", self.namespace)));
        }
    }

    /// The create of an object that is not there.
    pub fn send_created(&self, did: &mut Sent) {
        let path = self.query(&self.kind.path(&self.namespace, ""), "kubectl-client-side-apply");
        did.requests.push(Request::with_object("POST", path, &self.created()));
    }

    /// What kubectl says of an object without a name, which it cannot look for.
    #[must_use]
    pub fn nameless(&self, file: &str) -> Option<Failure> {
        if !self.name.is_empty() {
            return None;
        }
        let prefix = self.json["metadata"]["generateName"].as_str().unwrap_or_default();
        Some(Failure::Plain(if prefix.is_empty() {
            format!(
                "error when retrieving current configuration of:\n{}\nfrom server for: {}: resource name \
                 may not be empty",
                self.kind.info(&self.namespace, ""),
                quote(file)
            )
        } else {
            format!("from {prefix}: cannot use generate name with apply")
        }))
    }

    /// The patch for an object that is there.
    ///
    /// # Errors
    /// There is none; in kubectl's words.
    pub fn patch(&self, live: &Json, file: &str) -> Result<Map<Json>, Failure> {
        let annotation = live["metadata"]["annotations"][LAST_APPLIED].as_str();
        let original = annotation
            .and_then(|text| parse(text).documents.into_iter().next())
            .map_or(Json::Null, |document| document.node.to_json());
        let modified = self.annotated();
        three_way::patch(&original, &modified, live).map_err(|error| {
            let info = self.kind.info(&self.namespace, &self.name);
            let (file, original) = (quote(file), annotation.unwrap_or_default());
            let (modified, live) = (go_json(&modified), go_json(live));
            Failure::Plain(format!(
                "error when applying patch:\n\nto:\n{info}\nfor: {file}: error when patching {file}: creating \
                 patch with:\noriginal:\n{original}\nmodified:\n{modified}\n\ncurrent:\n{live}\n\nfor:: {error}"
            ))
        })
    }

    /// The warning of an object that nobody has applied before.
    pub fn warn_of_annotation(&self, live: &Json, did: &mut Sent) {
        if live["metadata"]["annotations"][LAST_APPLIED].as_str().is_none() {
            did.warn(format!(
                "Warning: resource {}/{} is missing the {LAST_APPLIED} annotation which is required by kubectl \
                 apply. kubectl apply should only be used on resources created declaratively by either kubectl \
                 create --save-config or kubectl apply. The missing annotation will be patched automatically.",
                self.kind.plural(),
                self.name,
            ));
        }
    }

    /// The patch is sent; again and again, where it conflicts.
    pub fn send_patch(&self, patch: &Map<Json>, refused: Option<&Status>, did: &mut Sent) {
        let is_conflict = refused.is_some_and(|status| status.reason == Some(Reason::Conflict));
        let path = self.query(&self.path(), "kubectl-client-side-apply");
        for number in 0..if is_conflict { TRIES } else { 1 } {
            if number > 0 {
                did.requests.push(Request::get(self.path()));
            }
            did.requests.push(Request {
                method: "PATCH",
                path: path.clone(),
                content_type: "application/strategic-merge-patch+json",
                body: three_way::body(patch),
            });
        }
    }

    /// What is said of a patch that is refused.
    #[must_use]
    pub fn refused_patch(&self, patch: &Map<Json>, status: &Status, file: &str) -> Failure {
        let mut status = status.clone();
        status.message = format!(
            "error when applying patch:\n{}\nto:\n{}\nfor: {}: error when patching {}: {}",
            three_way::body(patch),
            self.kind.info(&self.namespace, &self.name),
            quote(file),
            quote(file),
            status.message,
        );
        Failure::Status(status)
    }

    /// The line of a command that was done.
    #[must_use]
    pub fn done(&self, name: &str, verb: &str) -> String {
        format!("{}/{name} {verb}", self.kind.printed())
    }
}

/// `kubectl apply` of one Service: create it, or patch the stored one three ways.
pub fn apply(cluster: &mut ApiServer, manifest: &Manifest, file: &str) -> Applied {
    if let Some(failure) = manifest.nameless(file) {
        return Applied { outcome: None, sent: Sent::failed(failure) };
    }
    let (namespace, name) = (manifest.namespace.clone(), manifest.name.as_str());
    let options = Options { dry_run: false, field_validation: FieldValidation::Strict, namespace };
    let mut did = Sent::default();
    let live = cluster.read_one(&options.namespace, name).map(|it| printed_json(&it));
    manifest.look(live.is_some(), &mut did);
    let Some(live) = live else {
        manifest.send_created(&mut did);
        let outcome = cluster.handle_create(&Node::from_json(&manifest.created()), &options);
        did.warn_of(&outcome);
        match &outcome.result {
            Ok(_) => did.say(manifest.done(name, "created")),
            Err(status) => {
                did.failure = Some(Failure::refused(status.clone(), "creating", file));
            }
        }
        return Applied { outcome: Some(outcome), sent: did };
    };
    manifest.warn_of_annotation(&live, &mut did);
    let patch = match manifest.patch(&live, file) {
        Ok(patch) => patch,
        Err(failure) => {
            did.failure = Some(failure);
            return Applied { outcome: None, sent: did };
        }
    };
    let (outcome, verb) = if patch.is_empty() {
        (cluster.handle_get(name, &options), "unchanged")
    } else {
        let body = Node::from_json(&Json::Object(patch.clone()));
        let outcome = cluster.handle_patch(name, &Patch::Strategic(body), &options);
        manifest.send_patch(&patch, outcome.result.as_ref().err(), &mut did);
        (outcome, "configured")
    };
    did.warn_of(&outcome);
    match &outcome.result {
        Ok(_) => did.say(manifest.done(name, verb)),
        Err(status) => did.failure = Some(manifest.refused_patch(&patch, status, file)),
    }
    Applied { outcome: Some(outcome), sent: did }
}

/// `kubectl apply` of a document that is a Service.
pub fn apply_document(cluster: &mut ApiServer, document: &Node) -> Applied {
    let version = cluster.env().version;
    let kind =
        Kind { api_version: "v1".to_owned(), kind: "Service".to_owned(), is_namespaced: true };
    apply(cluster, &Manifest::new(kind, document, version), super::FILE)
}

/// An object as the annotation remembers it: compact JSON, with annotations, but for this one.
pub fn remember(manifest: &Json) -> String {
    let mut manifest = manifest.clone();
    if !manifest["metadata"]["annotations"].is_object() {
        set(&mut manifest, &["metadata", "annotations"], Json::Object(Map::new()));
    }
    if let Some(Json::Object(annotations)) = manifest.pointer_mut("/metadata/annotations") {
        annotations.remove(LAST_APPLIED);
    }
    format!("{}\n", go_json(&manifest))
}

/// Puts a value at its place, in objects that are made where they are missing.
pub(super) fn set(target: &mut Json, path: &[&str], value: Json) {
    let Some((first, rest)) = path.split_first() else {
        *target = value;
        return;
    };
    if target.is_null() {
        *target = Json::Object(Map::new());
    }
    if let Json::Object(map) = target {
        set(map.entry((*first).to_owned()).or_insert(Json::Null), rest, value);
    }
}

/// The object without `metadata.resourceVersion`.
pub(super) fn without_version(mut json: Json) -> Json {
    if let Some(Json::Object(metadata)) = json.pointer_mut("/metadata")
        && metadata.get("resourceVersion").and_then(Json::as_str).is_some_and(|it| !it.is_empty())
    {
        metadata.remove("resourceVersion");
    }
    json
}

fn prune_nulls(json: &mut Json) {
    match json {
        Json::Object(map) => {
            map.retain(|_, value| !value.is_null());
            map.values_mut().for_each(prune_nulls);
        }
        Json::Array(list) => list.iter_mut().for_each(prune_nulls),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{Manifest, remember};
    use crate::api::go_json;
    use crate::kubectl::{LAST_APPLIED, Sent, kinds};
    use crate::release::version::KubeVersion;
    use crate::source::yaml::parse;

    fn manifest(minor: u8, kind: &str, text: &str) -> Manifest {
        let version = KubeVersion::minor(minor).expect("it is simulated");
        let kind = kinds::find(version, "v1", kind).expect("it is there");
        Manifest::new(kind, &parse(text).documents[0].node, version)
    }

    #[test]
    fn an_object_is_created_without_its_version_and_without_nulls() {
        let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a, resourceVersion: '7', annotations: {x: '<'}}\nspec: {ports: [{port: 80, nodePort: null}]}\n";
        let created = go_json(&manifest(36, "Service", text).created());
        let expect = "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"{\\\"apiVersion\\\":\\\"v1\\\",\\\"kind\\\":\\\"Service\\\",\\\"metadata\\\":{\\\"annotations\\\":{\\\"x\\\":\\\"\\\\u003c\\\"},\\\"name\\\":\\\"a\\\",\\\"namespace\\\":\\\"default\\\",\\\"resourceVersion\\\":\\\"7\\\"},\\\"spec\\\":{\\\"ports\\\":[{\\\"nodePort\\\":null,\\\"port\\\":80}]}}\\n\",\"x\":\"\\u003c\"},\"name\":\"a\",\"namespace\":\"default\"},\"spec\":{\"ports\":[{\"port\":80}]}}";
        assert_eq!(created, expect);
    }

    #[test]
    fn what_is_remembered_does_not_remember_itself() {
        let annotated = manifest(36, "Node", "metadata: {name: a, namespace: b}\n").annotated();
        assert!(annotated["metadata"].get("namespace").is_none());
        let text = annotated["metadata"]["annotations"][LAST_APPLIED].as_str();
        assert_eq!(text, Some(remember(&annotated).as_str()));
    }

    #[test]
    fn a_namespace_is_looked_for_where_the_object_is_not_found() {
        let paths = |minor: u8, text: &str, is_there: bool| {
            let mut did = Sent::default();
            let manifest = manifest(minor, "Service", text);
            manifest.look(is_there, &mut did);
            manifest.send_created(&mut did);
            did.requests.into_iter().map(|it| it.path).collect::<Vec<_>>()
        };
        assert_eq!(
            paths(36, "metadata: {name: a, namespace: shop}\n", false),
            [
                "/api/v1/namespaces/shop/services/a",
                "/api/v1/namespaces/shop",
                "/api/v1/namespaces/shop/services?fieldManager=kubectl-client-side-apply&fieldValidation=Strict",
            ]
        );
        assert_eq!(
            paths(20, "metadata: {name: a}\n", false)[1],
            "/api/v1/namespaces/default/services?fieldManager=kubectl-client-side-apply"
        );
    }
}
