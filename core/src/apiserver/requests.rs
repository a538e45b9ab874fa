//! The API server's front door: a cluster takes requests and answers them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Deref;
use std::rc::Rc;

use crate::api::json::{Json, Map};
use crate::api::service::{self as objects, Service};
use crate::apiserver::allocators::{Pools, ServiceCidr, ServiceCidrState};
use crate::apiserver::environment::{AllocatorKind, Env};
use crate::apiserver::service::{default, read};
use crate::explain::diagnostic::Diagnostic;
use crate::explain::trace::{Step, Trace};
use crate::net::Family;
use crate::source::decode;
use crate::source::yaml::Node;

pub use crate::api::status::{Reason, Status};

/// An object as the server stores and answers it. Made only where every stage has passed; storage,
/// answers and the snapshots of a session share it.
#[derive(Clone, PartialEq, Debug)]
pub struct Stored<T>(Rc<T>);

impl<T> Stored<T> {
    pub(super) const fn of(object: Rc<T>) -> Self {
        Self(object)
    }
}

impl<T> Deref for Stored<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// What the server answers when it agrees.
#[derive(Clone, PartialEq, Debug)]
pub enum Answer {
    /// An object.
    Service {
        /// As stored.
        service: Stored<Service>,
        /// Whether the request made it (201).
        created: bool,
    },
    /// A bare `Status: Success`, as DELETE answers up to 1.22.
    Success,
    /// A ServiceCIDR, once its controllers have settled.
    ServiceCidr {
        /// As stored.
        object: ServiceCidr,
        /// Whether the request made it (201).
        created: bool,
        /// What its controllers made of it.
        state: ServiceCidrState,
    },
    /// A Node, a Pod or a Deployment.
    Workload {
        /// Whether the request made it (201).
        created: bool,
        /// Whether anything of it was changed.
        changed: bool,
    },
}

/// The answer to a request.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The object, or why not.
    pub result: Result<Answer, Status>,
    /// Sent as `Warning:` headers, in order; texts are upstream's.
    pub warnings: Vec<Diagnostic>,
    /// Everything that was decided.
    pub trace: Vec<Step>,
}

impl Outcome {
    /// The Service of the answer.
    #[must_use]
    pub fn service(&self) -> Option<&Service> {
        match &self.result {
            Ok(Answer::Service { service, .. }) => Some(service),
            _ => None,
        }
    }
}

/// How strict the server is with fields it does not know (`fieldValidation`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum FieldValidation {
    /// Refuse: what kubectl asks for.
    Strict,
    /// Warn: what a plain request gets.
    #[default]
    Warn,
    /// Say nothing.
    Ignore,
}

/// What a request says beside its body.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// `dryRun=All`.
    pub dry_run: bool,
    /// `fieldValidation`.
    pub field_validation: FieldValidation,
    /// The namespace of the URL.
    pub namespace: String,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            dry_run: false,
            field_validation: FieldValidation::default(),
            namespace: "default".to_owned(),
        }
    }
}

/// A change to a stored object.
#[derive(Clone, PartialEq, Debug)]
pub enum Patch {
    /// RFC 7386.
    Merge(Node),
    /// Kubernetes' own.
    Strategic(Node),
    /// RFC 6902.
    Json(Node),
}

/// A request about Services.
#[derive(Clone, PartialEq, Debug)]
pub enum Request {
    /// POST.
    Create(Node),
    /// PUT, to the name in the body.
    Replace(Node),
    /// PATCH.
    Patch {
        /// Of which object.
        name: String,
        /// What to change.
        patch: Patch,
    },
    /// GET.
    Get {
        /// Which object.
        name: String,
    },
    /// DELETE.
    Delete {
        /// Which object.
        name: String,
    },
}

/// A Warning event of the repair loops about a Service.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepairEvent {
    /// `namespace/name`.
    pub service: String,
    /// The event's reason.
    pub reason: &'static str,
    /// The event's message.
    pub message: String,
}

/// Namespace and name.
pub type Key = (Rc<str>, Rc<str>);

/// The key of an object.
#[must_use]
pub fn key(namespace: &str, name: &str) -> Key {
    (namespace.into(), name.into())
}

/// The stored objects of a cluster and what they hold.
#[derive(Clone, Debug)]
pub struct ApiServer {
    pub(super) env: Env,
    pub(super) slots: BTreeMap<Key, Slot>,
    pub(super) pools: Pools,
    /// The resourceVersion of the last write.
    pub(super) revision: u64,
    pub(super) gone_cidrs: Vec<String>,
}

/// What is known of a name.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// Shared with the snapshots of a session.
    pub(super) service: Option<Rc<Service>>,
    /// The Service as a read shows it, once somebody has read it. The snapshots of a session share this,
    /// too: what one of them has read, all have.
    pub(super) read: Rc<OnceCell<Rc<Service>>>,
    /// How many creates of the name came before: a re-created Service gets other addresses.
    pub(super) creates: u64,
}

impl ApiServer {
    /// A cluster that has just been made: nothing stored, not even the `kubernetes` Service.
    #[must_use]
    pub fn new(env: Env) -> Self {
        let pools = Pools::new(&env);
        Self { env, slots: BTreeMap::new(), pools, revision: 0, gone_cidrs: Vec::new() }
    }

    /// The configuration of the running API server.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// What is given out.
    #[must_use]
    pub fn pools(&self) -> &Pools {
        &self.pools
    }

    /// The stored Services, by namespace and name.
    pub fn services(&self) -> impl Iterator<Item = (&Key, &Service)> {
        self.slots.iter().filter_map(|(key, slot)| Some((key, &**slot.service.as_ref()?)))
    }

    /// A Service as it is stored.
    #[must_use]
    pub fn service(&self, key: &Key) -> Option<&Service> {
        self.slots.get(key)?.service.as_deref()
    }

    /// Answers a request. A rejected one leaves no trace in pools or objects, but for TXN-3.
    pub fn handle(&mut self, request: Request, options: &Options) -> Outcome {
        match request {
            Request::Create(body) => self.handle_create(&body, options),
            Request::Get { name } => self.handle_get(&name, options),
            Request::Replace(body) => {
                self.answer(|cluster, warnings, trace| cluster.put(&body, options, warnings, trace))
            }
            Request::Patch { name, patch } => self.handle_patch(&name, &patch, options),
            Request::Delete { name } => self.handle_delete(&name, options),
        }
    }

    /// Answers a POST. (The requests that kubectl makes have functions of their own, so that the
    /// page does not carry PUT, which it does not offer.)
    pub fn handle_create(&mut self, body: &Node, options: &Options) -> Outcome {
        self.answer(|cluster, warnings, trace| cluster.post(body, options, warnings, trace))
    }

    /// Answers a GET.
    pub fn handle_get(&mut self, name: &str, options: &Options) -> Outcome {
        self.answer(|cluster, _, trace| cluster.get(name, options, trace))
    }

    /// Answers a PATCH.
    pub fn handle_patch(&mut self, name: &str, patch: &Patch, options: &Options) -> Outcome {
        self.answer(|cluster, warnings, trace| cluster.patch(name, patch, options, warnings, trace))
    }

    /// Answers a DELETE.
    pub fn handle_delete(&mut self, name: &str, options: &Options) -> Outcome {
        self.answer(|cluster, _, trace| cluster.delete(name, options, trace))
    }

    pub(super) fn answer(
        &mut self,
        work: impl FnOnce(&mut Self, &mut Vec<Diagnostic>, &mut Trace) -> Result<Answer, Status>,
    ) -> Outcome {
        let mut trace = Trace::of_request();
        let mut warnings = Vec::new();
        let result = work(self, &mut warnings, &mut trace);
        Outcome { result, warnings, trace: trace.into_steps() }
    }

    /// The stored object as a read shows it. Two clusters of one session can compare what neither has
    /// changed by address.
    pub(super) fn read(&self, key: &Key) -> Option<Rc<Service>> {
        let slot = self.slots.get(key)?;
        let stored = slot.service.as_ref()?;
        let read = slot.read.get_or_init(|| {
            let mut read = Service::clone(stored);
            default::set_defaults(&self.env.behavior, &mut read, &mut Trace::default());
            read::default_on_read(&self.env, &mut read, &mut Trace::default());
            Rc::new(read)
        });
        Some(Rc::clone(read))
    }

    /// A Service as a read shows it.
    #[must_use]
    pub fn read_one(&self, namespace: &str, name: &str) -> Option<Rc<Service>> {
        self.read(&key(namespace, name))
    }

    /// All Services as reads show them, by namespace and name.
    pub fn read_all(&self) -> impl Iterator<Item = (&Key, Rc<Service>)> {
        self.slots.keys().filter_map(|key| Some((key, self.read(key)?)))
    }

    /// Puts an object into storage, and gives it as the answer to a write shows it.
    pub(super) fn store(&mut self, key: &Key, mut service: Service) -> Stored<Service> {
        self.revision += 1;
        service.metadata.resource_version = self.revision.to_string();
        let service = Rc::new(service);
        let slot = self.slots.entry(key.clone()).or_default();
        slot.service = Some(Rc::clone(&service));
        slot.read = Rc::default();
        self.shown(service)
    }

    /// An object as the answer to a write shows it.
    pub(super) fn shown(&self, mut service: Rc<Service>) -> Stored<Service> {
        if !read::is_complete(&service) {
            let service = Rc::make_mut(&mut service);
            read::default_on_read(&self.env, service, &mut Trace::default());
        }
        Stored(service)
    }

    /// The ServiceCIDR objects, the oldest first; none where the bitmap hands out addresses.
    #[must_use]
    pub fn service_cidrs(&self) -> &[ServiceCidr] {
        match self.env.allocator {
            AllocatorKind::Bitmap => &[],
            AllocatorKind::IpAddress => &self.pools.service_cidrs,
        }
    }

    /// Puts an object into storage exactly as given, without defaults or validation, and marks what
    /// it holds. For objects that an older release stored.
    pub fn seed_service(&mut self, object: &Node) {
        let Ok(decoded) = decode::service(object, &[], false) else { return };
        let mut service = decoded.service;
        if service.metadata.namespace.is_empty() {
            service.metadata.namespace = "default".to_owned();
        }
        let key = key(&service.metadata.namespace, &service.metadata.name);
        self.store(&key, service);
        self.mark(&key);
    }

    /// Keeps an object as a read printed it, its version and all, and marks what it holds. Nothing is validated; one
    /// of the same name is gone, and what it held is free.
    pub fn keep_service(&mut self, object: &Node, options: &Options) -> Outcome {
        self.answer(|cluster, _, trace| {
            let mut service = cluster.printed_body(object, trace)?;
            let metadata = &mut service.metadata;
            metadata.namespace.clone_from(&options.namespace);
            let key = key(&metadata.namespace, &metadata.name);
            // What etcd counts, it counts as a signed number.
            let sent = metadata.resource_version.parse::<i64>().ok();
            match sent.and_then(|it| u64::try_from(it).ok()).filter(|it| *it > 0) {
                Some(revision) => cluster.revision = cluster.revision.max(revision),
                None => {
                    cluster.revision += 1;
                    metadata.resource_version = cluster.revision.to_string();
                }
            }
            cluster.remove(&key);
            let slot = cluster.slots.entry(key.clone()).or_default();
            let service = Rc::new(service);
            slot.service = Some(Rc::clone(&service));
            slot.read = Rc::default();
            cluster.mark(&key);
            cluster.misfits(&service, trace);
            Ok(Answer::Service { service: cluster.shown(service), created: true })
        })
    }

    /// Somebody else holds this address.
    pub fn preallocate_ip(&mut self, ip: IpAddr) {
        self.pools.mark_address(Family::of(ip), ip);
    }

    /// Somebody else holds this node port.
    pub fn preallocate_port(&mut self, port: u16) {
        self.pools.mark_port(i32::from(port));
    }

    /// How many addresses of a family are taken.
    #[must_use]
    pub fn used_addresses(&self, family: Family) -> u64 {
        self.pools.taken(family).len()
    }

    /// How many node ports are taken.
    #[must_use]
    pub fn used_ports(&self) -> u64 {
        self.pools.taken_ports().len()
    }

    /// Removes terminating ServiceCIDRs that nothing holds any more.
    pub(super) fn sweep_service_cidrs(&mut self) {
        let gone = self.pools.sweep_service_cidrs(&self.env);
        self.gone_cidrs.extend(gone);
    }

    /// The ServiceCIDRs that vanished since this was asked last.
    pub fn service_cidrs_gone(&mut self) -> Vec<String> {
        std::mem::take(&mut self.gone_cidrs)
    }
}

/// An object as JSON, with the type it always has.
#[must_use]
pub fn to_json(service: &Service) -> Json {
    let mut object = objects::to_json(service);
    if let Json::Object(map) = &mut object {
        map.insert("apiVersion".to_owned(), "v1".into());
        map.insert("kind".to_owned(), "Service".into());
    }
    object
}

/// The object as a read prints it: with its type, and a status even where it is empty.
#[must_use]
pub fn printed_json(service: &Service) -> Json {
    let mut object = to_json(service);
    if let Json::Object(map) = &mut object
        && !map.contains_key("status")
    {
        let empty = ("loadBalancer".to_owned(), Json::Object(Map::new()));
        map.insert("status".to_owned(), Json::object(vec![empty]));
    }
    object
}
