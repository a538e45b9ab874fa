//! What becomes of an object that exists already, as `kubectl get -o yaml` printed it?

use std::rc::Rc;

use crate::api::json::Json;
use crate::apiserver::requests::{Answer, Options, Outcome, key};
use crate::apiserver::service_cidr;
use crate::cluster::Cluster;
use crate::cluster::apply::Refused;
use crate::explain::diagnostic::Diagnostic;
use crate::explain::trace::Trace;
use crate::kubectl::{self, Applied, Failure, FileCommand, Manifest, Sent, Workload};
use crate::source::yaml::Node;

/// Keeps an object as it was printed.
///
/// # Errors
/// The playground does not keep it: why, in English and in Chinese.
pub(super) fn keep(
    cluster: &mut Cluster,
    manifest: &Manifest,
    node: &Node,
) -> Result<Applied, (String, String)> {
    let (kind, name) = (manifest.kind.kind.as_str(), manifest.name.as_str());
    if name.is_empty() {
        let en = format!("A {kind} without a name is not simulated.");
        return Err((en, format!("没有名称的 {kind} 不在模拟范围内。")));
    }
    let Some(server) = cluster.running() else {
        return Ok(Applied { outcome: None, sent: Sent::default() });
    };
    let outcome = match Workload::of_document(node) {
        Some(workload) => {
            let behavior = server.env().behavior.clone();
            let key = key(kubectl::namespace_or_default(&manifest.namespace), name);
            let json = Rc::new(manifest.json.clone());
            let mut trace = Trace::of_request();
            let done = cluster.world.keep(workload, &key, &json, &behavior, &mut trace);
            let result = match done {
                Ok(()) => Ok(Answer::Workload { created: false, changed: false }),
                Err(Refused::Status(status)) => Err(status),
                Err(Refused::Ours(en, zh)) => return Err((en, zh.to_owned())),
            };
            Outcome { result, warnings: Vec::new(), trace: trace.into_steps() }
        }
        None if kind == service_cidr::KIND => {
            let ranges = manifest.json["spec"]["cidrs"].as_array().unwrap_or_default();
            let ranges: Vec<String> =
                ranges.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
            let is_there = server.service_cidrs().iter().any(|it| it.name == name);
            if is_there {
                server.update_service_cidr(name, &ranges)
            } else {
                server.create_service_cidr(name, &ranges)
            }
        }
        None => {
            let namespace = manifest.namespace.clone();
            server.keep_service(node, &Options { namespace, ..Options::default() })
        }
    };
    let failure = outcome.result.as_ref().err().map(|status| Failure::Status(status.clone()));
    Ok(Applied { outcome: Some(outcome), sent: Sent { failure, ..Sent::default() } })
}

/// What is said of an object that was printed, where a command makes a new one of it without its status.
pub(super) fn hint(command: FileCommand, node: &Node) -> Option<Diagnostic> {
    let metadata = &node.entry("metadata")?.value;
    let is_printed = metadata.text_of("uid").is_some_and(|it| !it.is_empty());
    let status = node.entry("status").filter(|_| is_printed)?;
    let json = status.value.to_json();
    let is_lost = match node.text_of("kind")? {
        "Service" => matches!(&json["loadBalancer"], Json::Object(map) if !map.is_empty()),
        "Pod" => json.is_object(),
        _ => false,
    };
    let command = command.name();
    is_lost.then(|| {
        Diagnostic::remark(
            status.key_span,
            format!(
                "`kubectl {command}` makes a new object and drops the status. To have the object as kubectl printed \
                 it, choose `{}` in place of `{command}`.",
                FileCommand::Existing.name()
            ),
            format!(
                "`kubectl {command}` 会创建新对象并丢弃状态。若要原样保留 kubectl 输出的对象，请将 `{command}` 换成 \
                 `{}`。",
                FileCommand::Existing.name()
            ),
        )
    })
}
