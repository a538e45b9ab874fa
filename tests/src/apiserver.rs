//! What does a client get over HTTP? The simulated cluster behind the paths of the Kubernetes API, as far as kubectl
//! asks for them: discovery, OpenAPI, tables, and the objects.
//!
//! A stand-in for the transport, not for the API server: every answer about a simulated object is the core's.

use std::collections::BTreeMap;

use dualstack_core::api::Json;
use dualstack_core::apiserver::patch::merge::merge;
use dualstack_core::apiserver::requests::{
    Answer, FieldValidation, Options, Outcome, Patch, Request, Status, key, printed_json,
};
use dualstack_core::cluster::{Cluster, Object};
use dualstack_core::kubectl::kinds::Kind;
use dualstack_core::kubectl::{LAST_APPLIED, ObjectName, Workload};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::yaml::Node;
use serde_json::{Value, json};

mod discovery;
pub mod http;
mod table;

/// A request, as it came in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Asked {
    /// The HTTP method.
    pub method: String,
    /// The path, with its query.
    pub path: String,
    /// The header `Content-Type`; empty without one.
    pub content_type: String,
    /// The header `Accept`; empty without one.
    pub accept: String,
    /// The body.
    pub body: String,
}

impl Asked {
    /// The path without its query.
    fn route(&self) -> &str {
        self.path.split('?').next().unwrap_or_default()
    }

    /// A parameter of the query, decoded; the empty text without one.
    fn query(&self, name: &str) -> String {
        let query = self.path.split_once('?').map_or("", |(_, query)| query);
        let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| decoded(value)).unwrap_or_default()
    }

    /// Whether it is about objects: neither discovery nor OpenAPI.
    #[must_use]
    pub fn is_about_objects(&self) -> bool {
        Target::of(self.route()).is_some()
    }

    fn options(&self, namespace: &str) -> Options {
        let field_validation = match self.query("fieldValidation").as_str() {
            "Strict" => FieldValidation::Strict,
            "Ignore" => FieldValidation::Ignore,
            _ => FieldValidation::Warn,
        };
        let namespace = namespace.to_owned();
        Options { dry_run: self.query("dryRun") == "All", field_validation, namespace }
    }
}

/// A part of a query without its percent signs.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: Option<u8>| byte.and_then(|it| char::from(it).to_digit(16));
        match byte {
            b'%' => {
                let (high, low) = (digit(rest.next()), digit(rest.next()));
                let code = high.zip(low).map_or(0, |(high, low)| high * 16 + low);
                bytes.push(u8::try_from(code).unwrap_or_default());
            }
            b'+' => bytes.push(b' '),
            byte => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// What is answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answered {
    /// The HTTP code.
    pub code: u16,
    /// The header `Content-Type`.
    pub content_type: &'static str,
    /// The texts of the headers `Warning`.
    pub warnings: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

const JSON: &str = "application/json";

impl Answered {
    fn json(code: u16, body: impl Into<Value>) -> Self {
        let body = body.into().to_string().into_bytes();
        Self { code, content_type: JSON, warnings: Vec::new(), body }
    }

    fn status(status: &Status, target: &Target) -> Self {
        Self::json(status.code, status_body(status, target))
    }

    fn not_found() -> Self {
        Self { content_type: "text/plain", ..Self::json(404, "404 page not found") }
    }
}

/// What a path leads to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Target {
    group: String,
    version: String,
    namespace: String,
    plural: String,
    name: String,
}

impl Target {
    /// `/api/v1/namespaces/shop/services/web`, `/apis/apps/v1/deployments`; nothing where a path leads to no resource.
    fn of(route: &str) -> Option<Self> {
        let mut parts = route.trim_matches('/').split('/');
        let group = match parts.next()? {
            "api" => "",
            "apis" => parts.next()?,
            _ => return None,
        };
        let version = parts.next()?;
        let rest: Vec<String> = parts.map(decoded).collect();
        let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
        let (namespace, plural, name) = match rest.as_slice() {
            ["namespaces", namespace, plural] => (*namespace, *plural, ""),
            ["namespaces", namespace, plural, name] => (*namespace, *plural, *name),
            [plural] => ("", *plural, ""),
            [plural, name] => ("", *plural, *name),
            _ => return None,
        };
        let [group, version, namespace, plural, name] =
            [group, version, namespace, plural, name].map(str::to_owned);
        Some(Self { group, version, namespace, plural, name })
    }

    /// As a manifest names group and version.
    fn api_version(&self) -> String {
        match self.group.as_str() {
            "" => self.version.clone(),
            group => format!("{group}/{}", self.version),
        }
    }

    /// As an error names the resource: with its group.
    fn resource(&self) -> String {
        match self.group.as_str() {
            "" => self.plural.clone(),
            group => format!("{}.{group}", self.plural),
        }
    }

    /// The same, of an object of it.
    fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }
}

/// A refusal as it is sent.
fn status_body(status: &Status, target: &Target) -> Value {
    let mut body = json!({
        "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
        "message": status.message, "code": status.code,
    });
    if let Some(reason) = status.reason {
        body["reason"] = reason.name().into();
    }
    let causes: Vec<Value> = status
        .causes
        .iter()
        .map(|cause| {
            let mut body = json!({"message": cause.body()});
            if let Some(reason) = cause.cause.reason() {
                body["reason"] = reason.into();
            }
            if !cause.path.0.is_empty() {
                body["field"] = cause.path.to_string().into();
            }
            body
        })
        .collect();
    let mut details = json!({});
    if let Some((kind, name)) = status.subject.split_once(' ') {
        let name: String = serde_json::from_str(name).unwrap_or_else(|_| name.to_owned());
        details = json!({"kind": kind, "name": name, "group": target.group});
    } else if !target.name.is_empty() {
        details = json!({"kind": target.plural, "name": target.name, "group": target.group});
    }
    if !causes.is_empty() {
        details["causes"] = causes.into();
    }
    body["details"] = details;
    body
}

/// The simulated cluster, served.
pub struct Served {
    /// The cluster. It may be restarted between two requests.
    pub cluster: Cluster,
    /// Objects of kinds that are not simulated, by their paths: kept as they were sent.
    others: BTreeMap<String, Json>,
    /// How many Nodes and Pods there were when the controllers settled last, if they have not settled since.
    unsettled: Option<usize>,
}

impl Served {
    /// Serves a cluster.
    #[must_use]
    pub const fn new(cluster: Cluster) -> Self {
        Self { cluster, others: BTreeMap::new(), unsettled: None }
    }

    /// Answers a request; nothing where it is a watch, which the time of the simulation never ends.
    pub fn answer(&mut self, asked: &Asked) -> Option<Answered> {
        let version = self.version();
        let route = asked.route();
        if let Some(found) = discovery::answer(version, route) {
            return Some(found);
        }
        let target = Target::of(route)?;
        let Some(resource) = discovery::find(version, &target) else {
            return Some(Answered::not_found());
        };
        if asked.query("watch") == "true" {
            return None;
        }
        Some(self.about(asked, &target, &resource))
    }

    /// The kind that a request is about, as kubectl prints it, if it is none that is simulated.
    #[must_use]
    pub fn left_out(&self, asked: &Asked) -> Option<String> {
        let kind = discovery::find(self.version(), &Target::of(asked.route())?)?;
        let is_simulated = workload(&kind).is_some()
            || [("v1", "Service"), ("networking.k8s.io/v1", "ServiceCIDR")]
                .contains(&(kind.api_version.as_str(), kind.kind.as_str()));
        (!is_simulated).then(|| kind.printed())
    }

    /// The controllers do what follows from the requests since this was called last.
    pub fn settle(&mut self) {
        if let Some(first) = self.unsettled.take() {
            self.cluster.settle_all(first);
        }
    }

    /// The release that runs.
    fn version(&self) -> KubeVersion {
        let control = self.cluster.world().control.as_ref();
        control.map(|control| control.version).unwrap_or_default()
    }

    /// Answers a request about objects.
    fn about(&mut self, asked: &Asked, target: &Target, resource: &Kind) -> Answered {
        let is_new = asked.method == "POST";
        let body = match serde_json::from_str::<Json>(&asked.body) {
            Ok(body) => body,
            Err(_) if asked.body.is_empty() => Json::Null,
            Err(error) => {
                return Answered::status(&Status::bad_request(error.to_string()), target);
            }
        };
        let named = match body["metadata"]["name"].as_str() {
            Some(name) if is_new => target.named(name),
            _ => target.clone(),
        };
        if asked.method == "GET" {
            return self.read(asked, target, resource);
        }
        let done = match resource.kind.as_str() {
            "Service" if resource.group().is_empty() => self.service(asked, &named, &body),
            "ServiceCIDR" => self.service_cidr(asked, &named, &body),
            _ => match workload(resource) {
                Some(kind) => self.workload(kind, asked, &named, &body),
                None => return self.other(asked, &named, resource, body),
            },
        };
        match done {
            Ok((object, warnings)) => {
                let code = if is_new { 201 } else { 200 };
                let object = object.map_or_else(success, Value::from);
                Answered { warnings, ..Answered::json(code, object) }
            }
            Err(status) => Answered::status(&status, &named),
        }
    }

    /// Answers GET: of one object, or of all that a selector leaves.
    fn read(&self, asked: &Asked, target: &Target, resource: &Kind) -> Answered {
        let all = self.all(target, resource);
        let wanted = match asked.query("fieldSelector").strip_prefix("metadata.name=") {
            Some(name) => name.to_owned(),
            None => target.name.clone(),
        };
        let is_wanted =
            |it: &Json| wanted.is_empty() || it["metadata"]["name"].as_str() == Some(&wanted);
        let items: Vec<Json> = all.into_iter().filter(is_wanted).collect();
        if !target.name.is_empty() && items.is_empty() {
            return Answered::status(&Status::not_found(&target.resource(), &target.name), target);
        }
        if asked.accept.contains("as=Table") {
            return Answered::json(200, table::table(resource, &items));
        }
        if let ([item], false) = (items.as_slice(), target.name.is_empty()) {
            return Answered::json(200, item.clone());
        }
        let list = json!({
            "apiVersion": resource.api_version, "kind": format!("{}List", resource.kind),
            "metadata": {"resourceVersion": "1"}, "items": items,
        });
        Answered::json(200, list)
    }

    /// The objects of a resource in the namespace of a path.
    fn all(&self, target: &Target, resource: &Kind) -> Vec<Json> {
        let simulated = self.cluster.objects().into_iter();
        let all = simulated.chain(self.others.values().cloned());
        all.filter(|it| {
            it["kind"].as_str() == Some(&resource.kind)
                && it["apiVersion"].as_str() == Some(&resource.api_version)
                && (target.namespace.is_empty()
                    || it["metadata"]["namespace"].as_str() == Some(&target.namespace))
        })
        .collect()
    }

    /// What is stored of an object.
    fn stored(&self, target: &Target, resource: &str) -> Option<Json> {
        let name = ObjectName::of(resource, &target.namespace, &target.name);
        self.cluster.object(&name).as_ref().map(Object::to_json)
    }

    fn service(&mut self, asked: &Asked, target: &Target, body: &Json) -> Done {
        let options = asked.options(&target.namespace);
        let node = Node::from_json(body);
        let name = target.name.clone();
        let request = match asked.method.as_str() {
            "POST" => Request::Create(node),
            "PUT" => Request::Replace(node),
            "DELETE" => Request::Delete { name },
            _ => {
                let patch = match asked.content_type.as_str() {
                    "application/json-patch+json" => Patch::Json(node),
                    "application/merge-patch+json" => Patch::Merge(node),
                    "application/apply-patch+yaml" => return Err(no_server_side_apply()),
                    _ => Patch::Strategic(node),
                };
                Request::Patch { name, patch }
            }
        };
        let Outcome { result, warnings, .. } = match self.cluster.running() {
            Some(server) => server.handle(request, &options),
            None => return Err(Status::bare_error("kube-apiserver does not run")),
        };
        let object = match result? {
            Answer::Service { service, .. } => Some(printed_json(&service)),
            _ => None,
        };
        Ok((object, warnings.into_iter().map(|it| it.detail).collect()))
    }

    fn service_cidr(&mut self, asked: &Asked, target: &Target, body: &Json) -> Done {
        let name = &target.name;
        let mut object = self.stored(target, "servicecidr").unwrap_or_default();
        match asked.method.as_str() {
            "PATCH" => object = merge(&object, body).unwrap_or_default(),
            _ => object = body.clone(),
        }
        let ranges = object["spec"]["cidrs"].as_array().unwrap_or_default();
        let ranges: Vec<String> =
            ranges.iter().filter_map(|it| it.as_str().map(str::to_owned)).collect();
        let Some(server) = self.cluster.running() else {
            return Err(Status::bare_error("kube-apiserver does not run"));
        };
        let Outcome { result, warnings, .. } = match asked.method.as_str() {
            "POST" => server.create_service_cidr(name, &ranges),
            "DELETE" => server.delete_service_cidr(name),
            _ => server.update_service_cidr(name, &ranges),
        };
        result?;
        let warnings = warnings.into_iter().map(|it| it.detail).collect();
        Ok((self.stored(target, "servicecidr"), warnings))
    }

    /// Of a Node, a Pod or a Deployment the core stores the manifest: it is in the annotation of `kubectl apply`.
    fn workload(&mut self, kind: Workload, asked: &Asked, target: &Target, body: &Json) -> Done {
        let key = key(&target.namespace, &target.name);
        let before = self.stored(target, kind.resource());
        self.unsettled.get_or_insert(self.cluster.world().next_number());
        if asked.method == "DELETE" {
            self.cluster.delete_workload(kind, &key)?;
            return Ok((before, Vec::new()));
        }
        if asked.method == "POST" && before.is_some() {
            return Err(Status::already_exists(&target.resource(), &target.name));
        }
        let applied = body["metadata"]["annotations"][LAST_APPLIED].as_str();
        let manifest = match applied.and_then(|it| serde_json::from_str::<Value>(it).ok()) {
            Some(mut manifest) => {
                manifest["metadata"]["annotations"][LAST_APPLIED] = applied.into();
                manifest.into()
            }
            None if asked.method == "PATCH" => {
                let known =
                    before.ok_or_else(|| Status::not_found(&target.resource(), &target.name));
                merge(&known?, body).unwrap_or_default()
            }
            None => body.clone(),
        };
        let object = self.cluster.apply_workload(kind, &key, manifest)?;
        Ok((Some(object), Vec::new()))
    }

    /// Of a kind that is not simulated whatever is sent is kept.
    fn other(&mut self, asked: &Asked, target: &Target, resource: &Kind, body: Json) -> Answered {
        let path = format!("{}/{}/{}", target.resource(), target.namespace, target.name);
        let known = self.others.get(&path).cloned();
        let refused = match (asked.method.as_str(), &known) {
            ("POST", Some(_)) => Some(Status::already_exists(&target.resource(), &target.name)),
            ("POST" | "PUT", _) | (_, Some(_)) => None,
            _ => Some(Status::not_found(&target.resource(), &target.name)),
        };
        if let Some(status) = refused {
            return Answered::status(&status, target);
        }
        if asked.method == "DELETE" {
            self.others.remove(&path);
            return Answered::json(200, success());
        }
        let mut object = known.unwrap_or_default();
        if asked.method == "PATCH" {
            object = merge(&object, &body).unwrap_or_default();
        } else {
            object = body;
        }
        let mut object = Value::from(object);
        object["metadata"]["uid"] = "00000000-0000-4000-8000-000000000000".into();
        if resource.is_namespaced {
            object["metadata"]["namespace"] = target.namespace.clone().into();
        }
        self.others.insert(path, object.clone().into());
        Answered::json(if asked.method == "POST" { 201 } else { 200 }, object)
    }
}

/// An object, if one is answered, with warnings; or a refusal.
type Done = Result<(Option<Json>, Vec<String>), Status>;

/// The kind of a resource, if it is a Node, a Pod or a Deployment.
fn workload(resource: &Kind) -> Option<Workload> {
    let wanted = (resource.api_version.as_str(), resource.kind.as_str());
    Workload::ALL.into_iter().find(|it| it.kind() == wanted)
}

fn success() -> Value {
    json!({"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success"})
}

fn no_server_side_apply() -> Status {
    Status::bad_request("server-side apply is not simulated")
}
