//! What does `kubectl delete` do about one object?
//! Source: kubectl `pkg/cmd/delete/delete.go` DeleteResult, PrintObj; `pkg/cmd/wait/delete.go`.

use super::command::{Applied, Request, Sent};
use super::kinds::Kind;
use super::print::Failure;
use crate::api::quote;
use crate::api::status::Status;
use crate::apiserver::requests::{ApiServer, Options};
use crate::release::behavior::Behavior;

/// What is sent and printed of a deletion; `file` is the one that names the object.
#[must_use]
pub fn deleted(
    behavior: &Behavior,
    kind: &Kind,
    (namespace, name): (&str, &str),
    result: Result<(), &Status>,
    file: Option<&str>,
) -> Sent {
    let mut did = Sent::default();
    let path = kind.path(namespace, name);
    let body = "{\"propagationPolicy\":\"Background\"}\n".to_owned();
    let content_type = "application/json";
    did.requests.push(Request { method: "DELETE", path: path.clone(), content_type, body });
    match (result, file) {
        (Ok(()), _) => {
            // It waits until the object is gone.
            did.requests.push(Request::get(path));
            let resource = kind.printed();
            let place = if behavior.delete_says_namespace && kind.is_namespaced {
                format!(" from {namespace} namespace")
            } else {
                String::new()
            };
            did.say(format!("{resource} {} deleted{place}", quote(name)));
        }
        (Err(status), Some(file)) => {
            did.failure = Some(Failure::refused(status.clone(), "deleting", file));
        }
        (Err(status), None) => did.failure = Some(Failure::Status(status.clone())),
    }
    did
}

/// `kubectl delete` of one Service.
pub fn delete(
    cluster: &mut ApiServer,
    kind: &Kind,
    (namespace, name): (&str, &str),
    file: Option<&str>,
) -> Applied {
    let options = Options { namespace: namespace.to_owned(), ..Options::default() };
    let outcome = cluster.handle_delete(name, &options);
    let behavior = cluster.env().behavior.clone();
    let result = outcome.result.as_ref().map(|_| ());
    let mut sent = deleted(&behavior, kind, (namespace, name), result, file);
    // Warnings are printed as they come.
    let printed = std::mem::take(&mut sent.printed);
    sent.warn_of(&outcome);
    sent.printed.extend(printed);
    Applied { outcome: Some(outcome), sent }
}

#[cfg(test)]
mod tests {
    use super::deleted;
    use crate::api::status::Status;
    use crate::kubectl::kinds;
    use crate::release::behavior::Behavior;
    use crate::release::version::KubeVersion;

    #[test]
    fn the_namespace_is_named_by_newer_releases_and_the_file_by_errors() {
        let says = |minor: u8, kind: &str, result: Result<(), &Status>, file: Option<&str>| {
            let version = KubeVersion::minor(minor).expect("it is simulated");
            let kind = kinds::find(version, "v1", kind).expect("it is there");
            deleted(&Behavior::of(version), &kind, ("shop", "web"), result, file).terminal()
        };
        assert_eq!(says(33, "Service", Ok(()), None), "service \"web\" deleted");
        let newer = "service \"web\" deleted from shop namespace";
        assert_eq!(says(36, "Service", Ok(()), Some("f.yaml")), newer);
        assert_eq!(says(36, "Node", Ok(()), None), "node \"web\" deleted");
        let gone = Status::not_found("services", "web");
        assert_eq!(
            says(36, "Service", Err(&gone), Some("f.yaml")),
            "Error from server (NotFound): error when deleting \"f.yaml\": services \"web\" not found"
        );
    }
}
