//! Which object does a command name, and how does kubectl print it?

use super::print::print_error;
use crate::api::json::Json;
use crate::api::quote;
use crate::api::status::Status;
use crate::apiserver::requests::{Key, key};
use crate::release::behavior::Behavior;
use crate::source::yaml::Node;

/// An object as it is named behind `kubectl patch` and `kubectl delete`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ObjectName {
    /// The type, as typed; `service` where none was.
    pub resource: String,
    /// Of a namespaced object.
    pub namespace: String,
    /// Empty if none was typed.
    pub name: String,
}

impl ObjectName {
    /// An object of a resource.
    #[must_use]
    pub fn of(resource: &str, namespace: &str, name: &str) -> Self {
        let text = str::to_owned;
        Self { resource: text(resource), namespace: text(namespace), name: text(name) }
    }

    /// Reads `web`, `service/web`, `svc web` and `service/web -n shop`.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut namespace = "default".to_owned();
        let mut named: Vec<&str> = Vec::new();
        let mut words = text.split_whitespace();
        while let Some(word) = words.next() {
            let value = word.strip_prefix("--namespace=").or_else(|| word.strip_prefix("-n="));
            if let Some(value) = value {
                namespace = value.to_owned();
            } else if matches!(word, "-n" | "--namespace") {
                namespace = words.next().unwrap_or_default().to_owned();
            } else {
                named.extend(word.split('/'));
            }
        }
        let (resource, name) = match named.as_slice() {
            [] => ("service", ""),
            [name] => ("service", *name),
            [resource, name, ..] => (*resource, *name),
        };
        Self { resource: resource.to_owned(), namespace, name: name.to_owned() }
    }

    /// Whether a Service is named.
    #[must_use]
    pub fn is_service(&self) -> bool {
        ["service", "services", "svc"].contains(&&*self.resource.to_ascii_lowercase())
    }

    /// Namespace and name.
    #[must_use]
    pub fn key(&self) -> Key {
        key(&self.namespace, &self.name)
    }

    /// Whether a Node, a Pod or a Deployment is named, and which.
    #[must_use]
    pub fn workload(&self) -> Option<Workload> {
        let resource = self.resource.to_ascii_lowercase();
        Workload::ALL.into_iter().find(|kind| kind.words().contains(&&*resource))
    }

    /// Whether a ServiceCIDR is named.
    #[must_use]
    pub fn is_service_cidr(&self) -> bool {
        let resource = self.resource.to_ascii_lowercase();
        let resource = resource.strip_suffix(".networking.k8s.io").unwrap_or(&resource);
        ["servicecidr", "servicecidrs"].contains(&resource)
    }

    /// Whether it lies in a namespace.
    fn is_namespaced(&self) -> bool {
        !self.is_service_cidr() && self.workload().is_none_or(Workload::is_namespaced)
    }

    /// As it stands behind a verb of kubectl's: `service web -n shop`.
    #[must_use]
    pub fn words(&self) -> String {
        let Self { resource, namespace, name } = self;
        let mut words = format!("{resource} {name}");
        if self.is_namespaced() && namespace != "default" {
            words.push_str(" -n ");
            words.push_str(namespace);
        }
        words
    }

    /// What kubectl says where there is no such object.
    #[must_use]
    pub fn not_found(&self) -> String {
        let resource = match self.workload() {
            Some(kind) => kind.plural(),
            None if self.is_service_cidr() => "servicecidrs.networking.k8s.io",
            None => "services",
        };
        print_error(&Status::not_found(resource, &self.name))
    }

    /// What kubectl says if it cannot ask for such an object.
    #[must_use]
    pub fn problem(&self, behavior: &Behavior) -> Option<String> {
        let known = self.is_service()
            || self.workload().is_some()
            || self.is_service_cidr() && behavior.service_cidr_api;
        if !known {
            let resource = quote(&self.resource);
            return Some(format!("error: the server doesn't have a resource type {resource}"));
        }
        let nameless = self.name.is_empty();
        nameless.then(|| "error: resource(s) were provided, but no name was specified".to_owned())
    }
}

/// A kind of object that says where things run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Workload {
    /// A Node.
    Node,
    /// A Pod.
    Pod,
    /// A Deployment.
    Deployment,
}

impl Workload {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Node, Self::Pod, Self::Deployment];

    /// As a manifest names it: `apiVersion` and `kind`.
    #[must_use]
    pub const fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Node => ("v1", "Node"),
            Self::Pod => ("v1", "Pod"),
            Self::Deployment => ("apps/v1", "Deployment"),
        }
    }

    /// The kind of an object as it is printed.
    #[must_use]
    pub fn of_object(object: &Json) -> Option<Self> {
        let kind = object["kind"].as_str()?;
        Self::ALL.into_iter().find(|it| it.kind().1 == kind)
    }

    /// The kind of a document.
    #[must_use]
    pub fn of_document(document: &Node) -> Option<Self> {
        let wanted = (document.text_of("apiVersion")?, document.text_of("kind")?);
        Self::ALL.into_iter().find(|kind| kind.kind() == wanted)
    }

    /// As kubectl prints it in front of a name, with its group.
    #[must_use]
    pub const fn resource(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Pod => "pod",
            Self::Deployment => "deployment.apps",
        }
    }

    /// As the API server names the resource.
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Node => "nodes",
            Self::Pod => "pods",
            Self::Deployment => "deployments.apps",
        }
    }

    /// What kubectl takes as its name.
    const fn words(self) -> &'static [&'static str] {
        match self {
            Self::Node => &["node", "nodes", "no"],
            Self::Pod => &["pod", "pods", "po"],
            Self::Deployment => {
                &["deployment", "deployments", "deploy", "deployment.apps", "deployments.apps"]
            }
        }
    }

    /// Whether its objects lie in namespaces.
    #[must_use]
    pub fn is_namespaced(self) -> bool {
        self != Self::Node
    }
}

/// What `kubectl apply` did with an object.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ApplyVerb {
    /// It was not there.
    Created,
    /// It was changed.
    Configured,
    /// It was changed, and nobody had applied it before.
    Adopted,
    /// It was applied like this before.
    Unchanged,
}

/// The namespace a document asks for, or `default`.
#[must_use]
pub fn namespace_of(document: &Node) -> &str {
    document
        .entry("metadata")
        .and_then(|metadata| metadata.value.text_of("namespace"))
        .filter(|namespace| !namespace.is_empty())
        .unwrap_or("default")
}

/// The name of a document's object, or the empty text.
#[must_use]
pub fn name_of(document: &Node) -> &str {
    document.entry("metadata").and_then(|it| it.value.text_of("name")).unwrap_or_default()
}

/// The namespace of an object; those that lie in none are kept under `default`.
#[must_use]
pub fn namespace_or_default(namespace: &str) -> &str {
    if namespace.is_empty() { "default" } else { namespace }
}
