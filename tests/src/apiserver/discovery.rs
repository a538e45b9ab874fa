//! Which resources does a server say that it has? Discovery and OpenAPI, as far as kubectl reads them.

use std::collections::BTreeMap;

use dualstack_core::kubectl::kinds::{self, Kind};
use dualstack_core::release::version::KubeVersion;
use serde_json::{Value, json};

use super::{Answered, JSON, Target};

/// The short names that people use.
const SHORT: [(&str, &str); 5] = [
    ("Deployment", "deploy"),
    ("Namespace", "ns"),
    ("Node", "no"),
    ("Pod", "po"),
    ("Service", "svc"),
];

/// The kind that a path leads to.
pub(super) fn find(release: KubeVersion, target: &Target) -> Option<Kind> {
    kinds::all(release)
        .find(|it| it.api_version == target.api_version() && it.plural() == target.plural)
}

/// The path of a group and version.
fn root(kind: &Kind) -> String {
    let root = if kind.group().is_empty() { "api" } else { "apis" };
    format!("/{root}/{}", kind.api_version)
}

/// Answers what is asked about the server itself; nothing where a path leads to objects.
pub(super) fn answer(release: KubeVersion, route: &str) -> Option<Answered> {
    let all: Vec<Kind> = kinds::all(release).collect();
    let of_root = |path: &str| all.iter().filter(|it| root(it) == path).collect::<Vec<_>>();
    let body = match route {
        "/version" => version(release),
        "/api" => {
            json!({"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []})
        }
        "/apis" => groups(&all),
        "/openapi/v2" => return Some(openapi_v2(release)),
        "/openapi/v3" => {
            let paths = all.iter().map(root).map(|root| {
                let relative = json!({"serverRelativeURL": format!("/openapi/v3{root}?hash=0")});
                (root.trim_start_matches('/').to_owned(), relative)
            });
            json!({"paths": paths.collect::<serde_json::Map<_, _>>()})
        }
        _ => match route.strip_prefix("/openapi/v3") {
            Some(root) => openapi_v3(release, &of_root(root)),
            None if !of_root(route).is_empty() => resource_list(&of_root(route)),
            None => return None,
        },
    };
    Some(Answered::json(200, body))
}

fn version(release: KubeVersion) -> Value {
    let text = release.to_string();
    let (major, minor) = text.split_once('.').unwrap_or_default();
    json!({"major": major, "minor": minor, "gitVersion": format!("v{text}.0"), "platform": "linux/amd64"})
}

fn groups(all: &[Kind]) -> Value {
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for kind in all {
        if let Some((group, version)) = kind.api_version.split_once('/') {
            let versions = groups.entry(group).or_default();
            if !versions.contains(&version) {
                versions.push(version);
            }
        }
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(group, mut versions)| {
            // The stable ones are shorter, and are preferred.
            versions.sort_by_key(|version| (version.len(), std::cmp::Reverse(*version)));
            let of = |version: &str| json!({"groupVersion": format!("{group}/{version}"), "version": version});
            let list: Vec<Value> = versions.iter().map(|version| of(version)).collect();
            json!({"name": group, "preferredVersion": list[0], "versions": list})
        })
        .collect();
    json!({"kind": "APIGroupList", "apiVersion": "v1", "groups": groups})
}

fn resource_list(kinds: &[&Kind]) -> Value {
    let verbs = ["create", "delete", "get", "list", "patch", "update", "watch"];
    let list: Vec<Value> = kinds
        .iter()
        .map(|it| {
            let short = SHORT.iter().find(|(kind, _)| *kind == it.kind).map(|(_, short)| short);
            json!({
                "name": it.plural(), "singularName": it.kind.to_lowercase(), "kind": it.kind,
                "namespaced": it.is_namespaced, "verbs": verbs, "shortNames": Vec::from_iter(short),
            })
        })
        .collect();
    let version = kinds.first().map(|it| &it.api_version);
    json!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": list})
}

/// Whether a PATCH of each kind takes `fieldValidation`: what kubectl looks for. The schemas are those that kubectl
/// has itself.
fn openapi_v3(release: KubeVersion, kinds: &[&Kind]) -> Value {
    let paths = kinds.iter().map(|it| {
        let path = it.path("{namespace}", "{name}");
        let parameter = json!({"name": "fieldValidation", "in": "query", "schema": {"type": "string"}});
        let version = |it: &Kind| it.api_version.rsplit('/').next().unwrap_or_default().to_owned();
        let kind = json!({"group": it.group(), "version": version(it), "kind": it.kind});
        let patch = json!({"parameters": [parameter], "x-kubernetes-group-version-kind": kind, "responses": {}});
        (path, json!({"patch": patch}))
    });
    let paths = paths.collect::<serde_json::Map<_, _>>();
    let info = json!({"title": "Kubernetes", "version": format!("v{release}.0")});
    json!({"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": {}}})
}

/// A document without definitions in the one form that kubectl takes: protobuf.
fn openapi_v2(release: KubeVersion) -> Answered {
    let field = |number: u8, body: &[u8]| {
        let length = u8::try_from(body.len()).unwrap_or_default();
        [&[number << 3 | 2, length], body].concat()
    };
    let title = [field(1, b"Kubernetes"), field(2, format!("v{release}.0").as_bytes())].concat();
    let body = [field(1, b"2.0"), field(2, &title), field(8, b"")].concat();
    let content_type = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
    Answered { content_type, body, ..Answered::json(200, JSON) }
}
