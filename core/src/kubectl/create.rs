//! What does `kubectl create -f` do about one object?
//! Source: kubectl `pkg/cmd/create/create.go` RunCreate; cli-runtime `pkg/resource/helper.go` Create.

use super::apply::{Manifest, without_version};
use super::command::{Applied, Request, Sent};
use super::print::Failure;
use crate::api::json::Json;
use crate::apiserver::requests::{ApiServer, FieldValidation, Options};
use crate::source::yaml::Node;

impl Manifest {
    /// The object as `kubectl create` sends it.
    #[must_use]
    pub fn plain(&self) -> Json {
        without_version(self.json.clone())
    }

    /// The request of `kubectl create`.
    pub fn send_plain(&self, did: &mut Sent) {
        let path = self.query(&self.kind.path(&self.namespace, ""), "kubectl-create");
        did.requests.push(Request::with_object("POST", path, &self.plain()));
    }
}

/// `kubectl create` of one Service.
pub fn create(cluster: &mut ApiServer, manifest: &Manifest, file: &str) -> Applied {
    let namespace = manifest.namespace.clone();
    let options = Options { dry_run: false, field_validation: FieldValidation::Strict, namespace };
    let mut did = Sent::default();
    manifest.send_plain(&mut did);
    let outcome = cluster.handle_create(&Node::from_json(&manifest.plain()), &options);
    did.warn_of(&outcome);
    match &outcome.result {
        Ok(_) => {
            let name = outcome.service().map_or(&manifest.name, |it| &it.metadata.name);
            did.say(manifest.done(name, "created"));
        }
        Err(status) => did.failure = Some(Failure::refused(status.clone(), "creating", file)),
    }
    Applied { outcome: Some(outcome), sent: did }
}
