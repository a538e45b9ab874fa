//! What does `kubectl get` print of an object? The server makes the table, the client prints it.
//! Source: pkg/printers/internalversion printers.go. Where time would stand, it stands still.

use std::collections::BTreeSet;

use dualstack_core::api::Json;
use dualstack_core::kubectl::kinds::Kind;
use serde_json::{Value, json};

/// The columns of a kind: what everybody sees, and what `-o wide` adds.
fn columns(kind: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match kind {
        "Service" => {
            (&["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"], &["Selector"])
        }
        "Node" => (
            &["Name", "Status", "Roles", "Age", "Version"],
            &["Internal-IP", "External-IP", "OS-Image", "Kernel-Version", "Container-Runtime"],
        ),
        "Pod" => (
            &["Name", "Ready", "Status", "Restarts", "Age"],
            &["IP", "Node", "Nominated Node", "Readiness Gates"],
        ),
        "Deployment" => (
            &["Name", "Ready", "Up-to-date", "Available", "Age"],
            &["Containers", "Images", "Selector"],
        ),
        "ServiceCIDR" => (&["Name", "CIDRs", "Age"], &[]),
        _ => (&["Name", "Age"], &[]),
    }
}

/// Objects as a table.
pub(super) fn table(kind: &Kind, items: &[Json]) -> Value {
    let (always, wide) = columns(&kind.kind);
    let of = |name: &&str, priority: u8| {
        let format = if *name == "Name" { "name" } else { "" };
        json!({"name": name, "type": "string", "format": format, "description": "", "priority": priority})
    };
    let definitions = always.iter().map(|it| of(it, 0)).chain(wide.iter().map(|it| of(it, 1)));
    let rows = items.iter().map(|it| {
        let object = json!({
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": it["metadata"],
        });
        let cells = always.iter().chain(wide).map(|name| cell(it, &kind.kind, name));
        json!({"cells": cells.collect::<Vec<_>>(), "object": object})
    });
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "1"},
        "columnDefinitions": definitions.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>(),
    })
}

/// What a column says of an object.
fn cell(object: &Json, kind: &str, column: &str) -> String {
    let (spec, status) = (&object["spec"], &object["status"]);
    let count = |json: &Json| match json {
        Json::Number(text) => text.clone(),
        _ => "0".to_owned(),
    };
    let text = |json: &Json| json.as_str().unwrap_or("<none>").to_owned();
    match (kind, column) {
        (_, "Name") => text(&object["metadata"]["name"]),
        ("Service", "Type") => text(&spec["type"]),
        ("Service", "Cluster-IP") => text(spec.pointer("/clusterIPs/0").unwrap_or(&Json::Null)),
        ("Service", "External-IP") => external(spec, status),
        ("Service", "Port(s)") => ports(spec),
        ("Service", "Selector") => labels(&spec["selector"]),
        ("Deployment", "Selector") => labels(&spec["selector"]["matchLabels"]),
        ("Node", "Status") => node_status(spec, status),
        ("Node", "Roles") => roles(&object["metadata"]["labels"]),
        ("Node", "Version") => {
            status["nodeInfo"]["kubeletVersion"].as_str().unwrap_or_default().to_owned()
        }
        ("Node", "Internal-IP") => address(status, "InternalIP"),
        ("Node", "External-IP") => address(status, "ExternalIP"),
        ("Node", "OS-Image") => known(&status["nodeInfo"]["osImage"]),
        ("Node", "Kernel-Version") => known(&status["nodeInfo"]["kernelVersion"]),
        ("Node", "Container-Runtime") => known(&status["nodeInfo"]["containerRuntimeVersion"]),
        ("Pod", "Ready") => {
            let all = list(&spec["containers"]).len();
            let ready = if status["phase"].as_str() == Some("Running") { all } else { 0 };
            format!("{ready}/{all}")
        }
        ("Pod", "Status") => {
            status["reason"].as_str().map_or_else(|| text(&status["phase"]), str::to_owned)
        }
        ("Pod", "Restarts") => "0".to_owned(),
        ("Pod", "IP") => text(status.pointer("/podIPs/0/ip").unwrap_or(&Json::Null)),
        ("Pod", "Node") => text(&spec["nodeName"]),
        ("Pod", "Nominated Node" | "Readiness Gates") => "<none>".to_owned(),
        ("Deployment", "Ready") => {
            format!("{}/{}", count(&status["readyReplicas"]), count(&spec["replicas"]))
        }
        ("Deployment", "Up-to-date") => count(&status["updatedReplicas"]),
        ("Deployment", "Available") => count(&status["availableReplicas"]),
        ("Deployment", "Containers") => of_containers(spec, "name"),
        ("Deployment", "Images") => of_containers(spec, "image"),
        (_, "CIDRs") => list(&spec["cidrs"]).iter().map(text).collect::<Vec<_>>().join(","),
        _ => "0s".to_owned(),
    }
}

fn list(json: &Json) -> &[Json] {
    json.as_array().unwrap_or_default()
}

fn known(json: &Json) -> String {
    json.as_str().unwrap_or("<unknown>").to_owned()
}

fn labels(json: &Json) -> String {
    match json {
        Json::Object(map) if !map.is_empty() => {
            let pairs = map
                .iter()
                .map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
            pairs.collect::<Vec<_>>().join(",")
        }
        _ => "<none>".to_owned(),
    }
}

fn of_containers(spec: &Json, field: &str) -> String {
    let containers = spec.pointer("/template/spec/containers").map(list).unwrap_or_default();
    containers.iter().filter_map(|it| it[field].as_str()).collect::<Vec<_>>().join(",")
}

fn node_status(spec: &Json, status: &Json) -> String {
    let ready = list(&status["conditions"]).iter().find(|it| it["type"].as_str() == Some("Ready"));
    let word = match ready.map(|it| it["status"].as_str()) {
        None => "Unknown",
        Some(Some("True")) => "Ready",
        Some(_) => "NotReady",
    };
    let cordoned =
        if spec["unschedulable"] == Json::Bool(true) { ",SchedulingDisabled" } else { "" };
    format!("{word}{cordoned}")
}

fn roles(labels: &Json) -> String {
    let Json::Object(map) = labels else { return "<none>".to_owned() };
    let role = |(key, value): (&String, &Json)| match key.strip_prefix("node-role.kubernetes.io/") {
        Some(role) if !role.is_empty() => Some(role.to_owned()),
        _ if key == "kubernetes.io/role" => value.as_str().map(str::to_owned),
        _ => None,
    };
    let roles: BTreeSet<String> = map.iter().filter_map(role).collect();
    if roles.is_empty() { "<none>".to_owned() } else { Vec::from_iter(roles).join(",") }
}

fn address(status: &Json, kind: &str) -> String {
    let of = |it: &&Json| it["type"].as_str() == Some(kind);
    let found = list(&status["addresses"]).iter().find(of);
    found.and_then(|it| it["address"].as_str()).unwrap_or("<none>").to_owned()
}

fn external(spec: &Json, status: &Json) -> String {
    let own: Vec<&str> = list(&spec["externalIPs"]).iter().filter_map(Json::as_str).collect();
    let ingress = list(&status["loadBalancer"]["ingress"]).iter();
    let given: BTreeSet<&str> =
        ingress.filter_map(|it| it["ip"].as_str().or(it["hostname"].as_str())).collect();
    match spec["type"].as_str() {
        Some("ExternalName") => spec["externalName"].as_str().unwrap_or_default().to_owned(),
        Some("LoadBalancer") if own.is_empty() && given.is_empty() => "<pending>".to_owned(),
        Some("LoadBalancer") => given.into_iter().chain(own).collect::<Vec<_>>().join(","),
        _ if own.is_empty() => "<none>".to_owned(),
        _ => own.join(","),
    }
}

fn ports(spec: &Json) -> String {
    let one = |port: &Json| {
        let number = |key: &str| match &port[key] {
            Json::Number(text) if text != "0" => Some(text.as_str()),
            _ => None,
        };
        let protocol = port["protocol"].as_str().unwrap_or_default();
        let outside = number("nodePort").map(|it| format!(":{it}")).unwrap_or_default();
        format!("{}{outside}/{protocol}", number("port").unwrap_or("0"))
    };
    let texts: Vec<String> = list(&spec["ports"]).iter().map(one).collect();
    if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") }
}
