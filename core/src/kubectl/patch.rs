//! What does `kubectl patch` do?
//! Source: kubectl `pkg/cmd/patch/patch.go`.

use serde::{Deserialize, Serialize};

use super::command::{Applied, Request, Sent};
use super::kinds;
use super::objects::ObjectName;
use super::print::Failure;
use crate::api::go_json;
use crate::apiserver::requests::{ApiServer, Options, Patch, key};
use crate::source::yaml::Node;

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

/// `kubectl patch service`. `text` is the patch as typed.
pub fn patch(
    cluster: &mut ApiServer,
    object: &ObjectName,
    form: PatchForm,
    body: &Node,
    text: &str,
) -> Applied {
    let name = object.name.clone();
    let options = Options { namespace: object.namespace.clone(), ..Options::default() };
    let key = key(&options.namespace, &name);
    let version =
        |cluster: &ApiServer| cluster.service(&key).map(|it| it.metadata.resource_version.clone());
    let before = version(cluster);
    let body = body.clone();
    let is_json = text.trim_start().starts_with('{');
    let sent = if is_json { text.to_owned() } else { go_json(&body.to_json()) };
    let (patch, content_type) = match form {
        PatchForm::Merge => (Patch::Merge(body), "application/merge-patch+json"),
        PatchForm::Json => (Patch::Json(body), "application/json-patch+json"),
        PatchForm::Strategic | PatchForm::Apply => {
            (Patch::Strategic(body), "application/strategic-merge-patch+json")
        }
    };
    let mut did = Sent::default();
    let path = kinds::find(cluster.env().version, "v1", "Service")
        .map(|kind| kind.path(&options.namespace, &name))
        .unwrap_or_default();
    did.requests.push(Request::get(path.clone()));
    if before.is_some() {
        let path = format!("{path}?fieldManager=kubectl-patch");
        did.requests.push(Request { method: "PATCH", path, content_type, body: sent });
    }
    let outcome = cluster.handle_patch(&name, &patch, &options);
    did.warn_of(&outcome);
    match &outcome.result {
        Ok(_) => {
            let verb = if version(cluster) == before { "patched (no change)" } else { "patched" };
            did.say(format!("service/{name} {verb}"));
        }
        Err(status) => did.failure = Some(Failure::Status(status.clone())),
    }
    Applied { outcome: Some(outcome), sent: did }
}
