//! What does `kubectl get` print of an object? The server makes the table, the client prints it.
//! Source: pkg/printers/internalversion printers.go.

use dualstack_core::api::Json;
use dualstack_core::kubectl::kinds::Kind;
use serde_json::{Value, json};

/// Objects as a table.
pub(super) fn table(kind: &Kind, items: &[Json]) -> Value {
    let names: &[&str] = match kind.kind.as_str() {
        "Service" => &["Name", "Type", "Cluster-IP", "External-IP", "Port(s)", "Age"],
        "Node" => &["Name", "Status", "Roles", "Age"],
        "Pod" => &["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node"],
        "Deployment" => &["Name", "Ready", "Up-to-date", "Available", "Age"],
        "ServiceCIDR" => &["Name", "CIDRs", "Age"],
        _ => &["Name", "Age"],
    };
    let columns = names.iter().map(|name| {
        let priority = i32::from(["IP", "Node"].contains(name));
        json!({"name": name, "type": "string", "format": "", "description": "", "priority": priority})
    });
    let rows = items.iter().map(|it| {
        let object = json!({
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": it["metadata"],
        });
        let cells: Vec<String> = names.iter().map(|name| cell(it, name)).collect();
        json!({"cells": cells, "object": object})
    });
    json!({
        "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": {"resourceVersion": "1"},
        "columnDefinitions": columns.collect::<Vec<_>>(), "rows": rows.collect::<Vec<_>>(),
    })
}

/// What a column says of an object.
fn cell(object: &Json, column: &str) -> String {
    let (spec, status) = (&object["spec"], &object["status"]);
    let count = |json: &Json| match json {
        Json::Number(text) => text.clone(),
        _ => "0".to_owned(),
    };
    let text = |json: &Json| json.as_str().unwrap_or("<none>").to_owned();
    match column {
        "Name" => text(&object["metadata"]["name"]),
        "Type" => text(&spec["type"]),
        "Cluster-IP" => text(&spec["clusterIP"]),
        "External-IP" => external(spec, status),
        "Port(s)" => ports(spec),
        "Roles" => "<none>".to_owned(),
        "Ready" if object["kind"].as_str() == Some("Pod") => {
            let all = spec["containers"].as_array().unwrap_or_default().len();
            let ready = if status["phase"].as_str() == Some("Running") { all } else { 0 };
            format!("{ready}/{all}")
        }
        "Ready" => format!("{}/{}", count(&status["readyReplicas"]), count(&spec["replicas"])),
        "Status" if object["kind"].as_str() == Some("Pod") => text(&status["phase"]),
        "Status" => match status["conditions"].as_array().and_then(<[Json]>::first) {
            Some(ready) if ready["status"].as_str() == Some("True") => "Ready".to_owned(),
            _ => "NotReady".to_owned(),
        },
        "Restarts" => "0".to_owned(),
        "IP" => text(&status["podIP"]),
        "Node" => text(&spec["nodeName"]),
        "Up-to-date" => count(&status["updatedReplicas"]),
        "Available" => count(&status["availableReplicas"]),
        "CIDRs" => {
            let ranges = spec["cidrs"].as_array().unwrap_or_default();
            ranges.iter().map(text).collect::<Vec<_>>().join(",")
        }
        // The time of the simulation stands still.
        _ => "0s".to_owned(),
    }
}

fn external(spec: &Json, status: &Json) -> String {
    let list = |json: &Json| -> Vec<String> {
        let items = json.as_array().unwrap_or_default().iter();
        items.filter_map(|it| it.as_str().or(it["ip"].as_str())).map(str::to_owned).collect()
    };
    let own = list(&spec["externalIPs"]);
    let given = list(&status["loadBalancer"]["ingress"]);
    match spec["type"].as_str() {
        Some("ExternalName") => spec["externalName"].as_str().unwrap_or_default().to_owned(),
        Some("LoadBalancer") if own.is_empty() && given.is_empty() => "<pending>".to_owned(),
        Some("LoadBalancer") => [given, own].concat().join(","),
        _ if own.is_empty() => "<none>".to_owned(),
        _ => own.join(","),
    }
}

fn ports(spec: &Json) -> String {
    let ports = spec["ports"].as_array().unwrap_or_default().iter();
    let one = |port: &Json| {
        let number = |key: &str| match &port[key] {
            Json::Number(text) if text != "0" => Some(text.as_str()),
            _ => None,
        };
        let protocol = port["protocol"].as_str().unwrap_or_default();
        let outside = number("nodePort").map(|it| format!(":{it}")).unwrap_or_default();
        format!("{}{outside}/{protocol}", number("port").unwrap_or("0"))
    };
    let texts: Vec<String> = ports.map(one).collect();
    if texts.is_empty() { "<none>".to_owned() } else { texts.join(",") }
}
