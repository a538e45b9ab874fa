//! What does `kubectl replace -f` do about one object?
//! Source: kubectl `pkg/cmd/replace/replace.go` Run; cli-runtime `pkg/resource/helper.go` Replace.

use super::apply::{Manifest, set};
use super::command::{Applied, Request, Sent};
use super::print::Failure;
use crate::api::json::Json;
use crate::apiserver::requests::{self, ApiServer, FieldValidation, Options};
use crate::source::yaml::Node;

impl Manifest {
    /// What kubectl says of an object without a name.
    #[must_use]
    pub fn nameless_for(&self, verb: &str, file: &str) -> Option<Failure> {
        let file = crate::api::quote(file);
        let words = format!("error when {verb} {file}: resource name may not be empty");
        self.name.is_empty().then_some(Failure::Plain(words))
    }

    /// The object as it replaces the stored one: a document without a version gets that of the server.
    pub fn replacing(&self, live: Option<&str>, did: &mut Sent) -> Json {
        let mut json = self.json.clone();
        let own = json["metadata"]["resourceVersion"].as_str().unwrap_or_default();
        if own.is_empty() {
            did.requests.push(Request::get(self.path()));
            if let Some(version) = live {
                set(&mut json, &["metadata", "resourceVersion"], version.into());
            }
        }
        let path = self.query(&self.path(), "kubectl-replace");
        did.requests.push(Request::with_object("PUT", path, &json));
        json
    }
}

/// `kubectl replace` of one Service.
pub fn replace(cluster: &mut ApiServer, manifest: &Manifest, file: &str) -> Applied {
    if let Some(failure) = manifest.nameless_for("replacing", file) {
        return Applied { outcome: None, sent: Sent::failed(failure) };
    }
    let namespace = manifest.namespace.clone();
    let options = Options { dry_run: false, field_validation: FieldValidation::Strict, namespace };
    let mut did = Sent::default();
    let live = cluster.read_one(&options.namespace, &manifest.name);
    let version = live.map(|it| it.metadata.resource_version.clone());
    let body = manifest.replacing(version.as_deref(), &mut did);
    let request = requests::Request::Replace(Node::from_json(&body));
    let outcome = cluster.handle(request, &options);
    did.warn_of(&outcome);
    match &outcome.result {
        Ok(_) => did.say(manifest.done(&manifest.name, "replaced")),
        Err(status) => did.failure = Some(Failure::refused(status.clone(), "replacing", file)),
    }
    Applied { outcome: Some(outcome), sent: did }
}
