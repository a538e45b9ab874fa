//! The API server's front door: a cluster takes requests and answers them.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::Deref;
use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::json::{Json, Map};
use crate::api::service::{self as objects, Service};
use crate::api::{go_json, quote};
use crate::apiserver::allocators::{Picker, Pools, ServiceCidr, ServiceCidrState, Usable};
use crate::apiserver::environment::{AllocatorKind, Env};
use crate::apiserver::patch;
use crate::apiserver::patch::NoMergeKey;
use crate::apiserver::service;
use crate::apiserver::service::allocate::Ask;
use crate::apiserver::service::errors::Errors;
use crate::apiserver::service::{Txn, default, read};
use crate::apiserver::service_cidr;
use crate::explain::diagnostic::{Cause, Diagnostic};
use crate::explain::trace::{Step, Trace};
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::source::decode::{self, Decoded, Stray};
use crate::source::yaml::Node;
use crate::{facts, rules};

pub use crate::api::status::{Reason, Status};

rules! {
    /// A value of a wrong type.
    BODY_IS_NOT_A_SERVICE {
        id: "DEC-3", slug: "body-does-not-decode",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [field],
        en: "The type of the value of {field} does not match the field, so the body is not a Service. Nothing else was checked.",
        zh: "{field} 的值的类型与字段不符，因此请求体不是 Service。其余内容均未检查。",
    }
    /// A field the type does not have.
    FIELD_IS_UNKNOWN {
        id: "DEC-2", slug: "unknown-field-is-dropped",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [],
        en: "A Service has no such field (names are case-sensitive): the field is dropped, with a warning from 1.25 on.",
        zh: "Service 没有此字段（区分大小写）：该字段被丢弃，自 1.25 起还会发出警告。",
    }
    /// kubectl asks for strictness.
    STRICT_REFUSES_FIELD {
        id: "DEC-6", slug: "strict-validation-refuses-field",
        versions: Versions::ALL,
        source: "apimachinery pkg/runtime/serializer/json/json.go Decode",
        evidence: Recorded,
        facts: [problem],
        en: "kubectl requests strict field validation: an unknown or duplicate field makes the request fail: {problem}. Field names are case-sensitive.",
        zh: "kubectl 要求严格的字段校验：未知的或重复的字段会使请求失败：{problem}。字段名区分大小写。",
    }
    /// The body names another namespace than the URL.
    NAMESPACES_DIFFER {
        id: "DEC-4", slug: "namespaces-differ",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/rest/create.go EnsureObjectNamespaceMatchesRequestNamespace",
        evidence: Recorded,
        facts: [sent, wanted],
        en: "The namespace in the body, {sent}, differs from the namespace of the request, {wanted}.",
        zh: "请求体中的命名空间 {sent} 与请求的命名空间 {wanted} 不一致。",
    }
    /// A new object has no version yet.
    NEW_OBJECT_HAS_A_VERSION {
        id: "DEC-5", slug: "new-object-has-a-resource-version",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Create",
        evidence: Recorded,
        facts: [version],
        en: "Only stored objects have a `resourceVersion`; a new object that sets it, here to {version}, is rejected by the storage layer.",
        zh: "只有已存储的对象才有 `resourceVersion`；存储层会拒绝设置了该字段（此处为 {version}）的新对象。",
    }
    /// The name is taken.
    NAME_IS_TAKEN {
        id: "MSG-6a", slug: "name-is-taken",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Create",
        evidence: Recorded,
        facts: [name],
        en: "A Service named {name} already exists; everything that was allocated to this request is released.",
        zh: "已存在名为 {name} 的 Service；分配给此请求的地址和端口均已释放。",
    }
    /// There is no such object.
    NAME_IS_NOT_FOUND {
        id: "MSG-6b", slug: "name-is-not-found",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Get",
        evidence: Recorded,
        facts: [name],
        en: "There is no Service named {name}.",
        zh: "不存在名为 {name} 的 Service。",
    }
    /// Somebody else wrote in between.
    VERSION_IS_STALE {
        id: "MSG-6c", slug: "resource-version-is-stale",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Update",
        evidence: Recorded,
        facts: [sent, stored],
        en: "The object was changed after the client read it: the client sends `resourceVersion` {sent}, and {stored} is stored. The update is rejected.",
        zh: "对象在客户端读取之后已被更改：客户端发送的 `resourceVersion` 是 {sent}，而存储的是 {stored}。更新被拒绝。",
    }
    /// A PUT to a name that is free.
    PUT_CREATES {
        id: "PUT-1", slug: "put-creates-a-missing-object",
        versions: Versions::since(23),
        source: "apiserver pkg/registry/generic/registry/store.go Update",
        evidence: Recorded,
        facts: [],
        en: "There is no Service with this name, so the PUT request creates it.",
        zh: "不存在该名称的 Service，因此 PUT 会创建它。",
    }
    /// A name is for life.
    PATCH_KEEPS_THE_NAME {
        id: "UPD-13", slug: "patch-keeps-the-name",
        versions: Versions::ALL,
        source: "apiserver pkg/endpoints/handlers/rest.go checkName",
        evidence: SourceRead,
        facts: [name],
        en: "A patch cannot change the name or the namespace of the stored object {name}.",
        zh: "补丁不能更改已存储对象 {name} 的名称或命名空间。",
    }
    /// A patch that makes no sense for the object.
    PATCH_DOES_NOT_APPLY {
        id: "PAT-2", slug: "patch-does-not-apply",
        versions: Versions::ALL,
        source: "apiserver pkg/endpoints/handlers/patch.go",
        evidence: Recorded,
        facts: [],
        en: "An operation of the patch refers to a path that does not exist.",
        zh: "补丁中的某个操作指向不存在的路径。",
    }
    /// Deleting gives everything back.
    DELETE_RELEASES {
        id: "DEL-1", slug: "delete-releases-addresses-and-ports",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go afterDelete",
        evidence: Recorded,
        facts: [],
        en: "The Service is deleted; its addresses and node ports are released.",
        zh: "Service 已删除，其地址和节点端口已被释放。",
    }
    /// A stored address whose family the cluster lost.
    FAMILY_IS_GONE {
        id: "API-17a", slug: "repair-finds-an-address-of-a-lost-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator/controller/repair.go runOnce",
        evidence: SourceRead,
        facts: [ip],
        en: "A stored Service has {ip}, and no Service CIDR of this address family is configured any more. The repair loop only reports this: the Service keeps the address.",
        zh: "某个已存储的 Service 拥有 {ip}，而该地址族已没有配置任何 Service CIDR。修复循环（repair loop）只会报告：Service 保留该地址。",
    }
    /// A stored address that no range covers.
    ADDRESS_IS_OUTSIDE {
        id: "API-17b", slug: "repair-finds-an-address-out-of-range",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator/controller/repair.go runOnce, repairip.go",
        evidence: SourceRead,
        facts: [ip],
        en: "A stored Service has {ip}, and no configured Service CIDR contains it. The repair loop only reports this: the Service keeps the address.",
        zh: "某个已存储的 Service 拥有 {ip}，而没有任何已配置的 Service CIDR 包含它。修复循环（repair loop）只会报告：Service 保留该地址。",
    }
    /// A range that was added.
    RANGE_JOINS {
        id: "MULTI-8", slug: "service-cidr-gives-out-addresses-at-once",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator/cidrallocator.go syncAllocators",
        evidence: Recorded,
        facts: [cidr],
        en: "Addresses are allocated from {cidr} immediately. Which address families the cluster supports still depends on the flag.",
        zh: "从现在起会从 {cidr} 分配地址。集群支持哪些地址族仍由标志决定。",
    }
    /// A name that is in use.
    CIDR_NAME_IS_TAKEN {
        id: "MULTI-9a", slug: "service-cidr-name-is-taken",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Create",
        evidence: Recorded,
        facts: [name],
        en: "A ServiceCIDR named {name} exists; it may only be waiting for its last address to be released. Until it is deleted the name cannot be used again.",
        zh: "名为 {name} 的 ServiceCIDR 仍存在（可能只是在等待最后一个地址被释放）：在它被删除之前，该名称不能再次使用。",
    }
    /// No such object.
    CIDR_IS_NOT_FOUND {
        id: "MULTI-9b", slug: "service-cidr-is-not-found",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Get",
        evidence: Recorded,
        facts: [name],
        en: "There is no ServiceCIDR named {name}.",
        zh: "不存在名为 {name} 的 ServiceCIDR。",
    }
    /// A deleted range without addresses of its own.
    RANGE_GOES {
        id: "MULTI-9c", slug: "service-cidr-without-addresses-goes",
        versions: Versions::ALL,
        source: "pkg/controller/servicecidrs/servicecidrs_controller.go canDeleteCIDR",
        evidence: Recorded,
        facts: [],
        en: "No Service address belongs to this ServiceCIDR alone, so it is removed after a grace period of ten seconds.",
        zh: "没有 Service 地址只属于此 ServiceCIDR，因此它在十秒宽限期后被移除。",
    }
    /// A deleted range that is still needed.
    RANGE_WAITS {
        id: "MULTI-9d", slug: "service-cidr-waits-for-its-addresses",
        versions: Versions::ALL,
        source: "pkg/controller/servicecidrs/servicecidrs_controller.go canDeleteCIDR",
        evidence: Recorded,
        facts: [],
        en: "Some addresses in use belong to no other ServiceCIDR: it remains with `Ready=False`, and no more addresses are allocated from it.",
        zh: "仍有使用中的地址不属于其他 ServiceCIDR：它会保留，状况为 `Ready=False`，并且不再从中分配地址。",
    }
    /// Finalizers hold an object.
    FINALIZERS_HOLD {
        id: "DEL-2", slug: "finalizers-hold-the-object",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Delete",
        evidence: SourceRead,
        facts: [],
        en: "The Service has finalizers, so it is only marked as deleted; nothing is released until the last finalizer is removed.",
        zh: "Service 带有终结器（finalizer），因此只是被标记为已删除；在最后一个终结器被移除之前，不会释放任何地址和端口。",
    }
}

/// An object as the server stores and answers it. Made only where every stage has passed; storage,
/// answers and the snapshots of a session share it.
#[derive(Clone, PartialEq, Debug)]
pub struct Stored<T>(Rc<T>);

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
    env: Env,
    slots: BTreeMap<Key, Slot>,
    pools: Pools,
    /// The resourceVersion of the last write.
    revision: u64,
    gone_cidrs: Vec<String>,
}

/// What is known of a name.
#[derive(Clone, Debug, Default)]
struct Slot {
    /// Shared with the snapshots of a session.
    service: Option<Rc<Service>>,
    /// The Service as a read shows it, once somebody has read it. The snapshots of a session share this,
    /// too: what one of them has read, all have.
    read: Rc<OnceCell<Rc<Service>>>,
    /// How many creates of the name came before: a re-created Service gets other addresses.
    creates: u64,
}

/// The kind and the resource of ServiceCIDRs, as messages name them.
const SERVICE_CIDR_KIND: &str = "ServiceCIDR.networking.k8s.io";
const SERVICE_CIDRS: &str = "servicecidrs.networking.k8s.io";

/// What was sent, decoded, and the warnings about its fields.
type Body = Result<(Decoded, Vec<Diagnostic>), Status>;

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

    fn answer(
        &mut self,
        work: impl FnOnce(&mut Self, &mut Vec<Diagnostic>, &mut Trace) -> Result<Answer, Status>,
    ) -> Outcome {
        let mut trace = Trace::of_request();
        let mut warnings = Vec::new();
        let result = work(self, &mut warnings, &mut trace);
        Outcome { result, warnings, trace: trace.into_steps() }
    }

    fn post(
        &mut self,
        body: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let service = self.body(body, options, warnings, trace)?;
        self.create(service, options, false, warnings, trace)
    }

    fn put(
        &mut self,
        body: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let service = self.body(body, options, warnings, trace)?;
        let key = key(&options.namespace, &service.metadata.name);
        if self.service(&key).is_some() {
            return self.update(&key, service, options, warnings, trace);
        }
        if self.env.behavior.is_old() {
            return Err(not_found(&key.1, trace));
        }
        trace.note(&PUT_CREATES, FieldPath::metadata("name"), facts![]);
        self.create(service, options, true, warnings, trace)
    }

    fn patch(
        &mut self,
        name: &str,
        patch: &Patch,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let key = key(&options.namespace, name);
        let Some(old) = self.read(&key) else { return Err(not_found(name, trace)) };
        let mut object = to_json(&old);
        match patch {
            Patch::Strategic(patch) => {
                let json = patch.to_json();
                self.check_strictly(patch, &json, options, trace)?;
                if let Err(NoMergeKey(words)) = patch::strategic_merge(&mut object, &json) {
                    trace.reject(&PATCH_DOES_NOT_APPLY, FieldPath::default(), facts![]);
                    return Err(Status::bare_error(words));
                }
            }
            Patch::Merge(patch) => patch::merge(&mut object, &patch.to_json()),
            Patch::Json(patch) => {
                if patch::json_patch(&mut object, &patch.to_json()).is_err() {
                    trace.reject(&PATCH_DOES_NOT_APPLY, FieldPath::default(), facts![]);
                    return Err(Status::unprocessable());
                }
            }
        }
        let wrong = |words: &str| match patch {
            Patch::Strategic(_) => cannot_be_handled(words),
            // What the others make is decoded as JSON, and blamed as a whole.
            _ => invalid_patch(&go_json(&object), words),
        };
        let (decoded, strays) = self.decode(&Node::from_json(&object), options, &wrong, trace)?;
        warnings.extend(strays);
        let meta = &decoded.service.metadata;
        let words = if meta.name.is_empty() {
            format!(
                "the name of the object ({name} based on URL) was undeterminable: name must be provided"
            )
        } else if meta.name != name {
            let new = &meta.name;
            format!("the name of the object ({new}) does not match the name on the URL ({name})")
        } else if !meta.namespace.is_empty() && meta.namespace != options.namespace {
            format!(
                "the namespace of the object ({}) does not match the namespace on the request ({})",
                meta.namespace, options.namespace
            )
        } else {
            return self.update(
                &key,
                self.filled(decoded.service, options, trace),
                options,
                warnings,
                trace,
            );
        };
        trace.reject(&PATCH_KEEPS_THE_NAME, FieldPath::metadata("name"), facts![name]);
        Err(Status::bad_request(words))
    }

    /// Refuses a strategic patch with fields that nobody knows, if it is to be.
    fn check_strictly(
        &self,
        patch: &Node,
        json: &Json,
        options: &Options,
        trace: &mut Trace,
    ) -> Result<(), Status> {
        if options.field_validation != FieldValidation::Strict {
            return Ok(());
        }
        let strays = decode::strays_of_patch(patch, self.env.behavior.unknown_fields);
        if strays.is_empty() {
            return Ok(());
        }
        let problem = joined(&strays);
        trace.reject(&STRICT_REFUSES_FIELD, FieldPath::default().field("patch"), facts![problem]);
        let words = format!("strict decoding error: {problem}");
        Err(invalid_patch(&patch::go_value(json), &words))
    }

    fn get(&self, name: &str, options: &Options, trace: &mut Trace) -> Result<Answer, Status> {
        let key = key(&options.namespace, name);
        let stored = self.service(&key).cloned();
        let Some(mut service) = stored else { return Err(not_found(name, trace)) };
        default::set_defaults(&self.env.behavior, &mut service, &mut Trace::default());
        read::default_on_read(&self.env, &mut service, trace);
        Ok(Answer::Service { service: Stored(Rc::new(service)), created: false })
    }

    fn delete(
        &mut self,
        name: &str,
        options: &Options,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let key = key(&options.namespace, name);
        let Some(service) = self.read(&key) else { return Err(not_found(name, trace)) };
        let mut service = Stored(service);
        if !service.metadata.finalizers.is_empty() {
            trace.note(&FINALIZERS_HOLD, FieldPath::metadata("finalizers"), facts![]);
            if !options.dry_run {
                let mut marked = Service::clone(&service);
                marked.metadata.deletion_timestamp = Some(self.now());
                service = self.store(&key, marked);
            }
        } else if !options.dry_run {
            trace.note(&DELETE_RELEASES, FieldPath::default(), facts![]);
            self.remove(&key);
        }
        if self.env.behavior.is_old() {
            return Ok(Answer::Success);
        }
        Ok(Answer::Service { service, created: false })
    }

    /// Takes an object out of storage and gives back what it holds.
    fn remove(&mut self, key: &Key) {
        let Some(service) = self.read(key) else { return };
        if let Some(slot) = self.slots.get_mut(key) {
            slot.service = None;
        }
        let mut txn = Txn::default();
        service::release(&service, &mut txn);
        let env = &self.env;
        txn.commit(|family| env.ranges.has(family), &mut self.pools);
        self.sweep_service_cidrs();
    }

    /// A Service that was sent as a whole, with the versioned defaults.
    fn body(
        &self,
        body: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Service, Status> {
        let (decoded, strays) = self.decode(body, options, &cannot_be_handled, trace)?;
        warnings.extend(strays);
        let namespace = &decoded.service.metadata.namespace;
        if !namespace.is_empty() && *namespace != options.namespace {
            let facts = facts![sent = namespace.as_str(), wanted = options.namespace.as_str()];
            trace.reject(&NAMESPACES_DIFFER, FieldPath::metadata("namespace"), facts);
            return Err(Status::bad_request(
                "the namespace of the provided object does not match the namespace sent on the \
                 request",
            ));
        }
        Ok(self.filled(decoded.service, options, trace))
    }

    /// A Service in the namespace of its request, with the versioned defaults.
    fn filled(&self, mut service: Service, options: &Options, trace: &mut Trace) -> Service {
        service.metadata.namespace.clone_from(&options.namespace);
        default::set_defaults(&self.env.behavior, &mut service, trace);
        service
    }

    /// Decodes what was sent, or what a patch made; `wrong` says what is wrong with it.
    fn decode(
        &self,
        body: &Node,
        options: &Options,
        wrong: &dyn Fn(&str) -> Status,
        trace: &mut Trace,
    ) -> Body {
        let behavior = &self.env.behavior;
        let decoded = decode::service(body, behavior.unknown_fields, false).map_err(|error| {
            let path = error.path.to_string();
            let field = if path.is_empty() { "Service".to_owned() } else { path };
            trace.reject(&BODY_IS_NOT_A_SERVICE, error.path.clone(), facts![field]);
            wrong(if behavior.tells_what_does_not_decode { &error.message } else { "" })
        })?;
        let mut warnings = Vec::new();
        if !decoded.strays.is_empty() {
            match options.field_validation {
                FieldValidation::Strict => {
                    let problem = joined(&decoded.strays);
                    trace.reject(&STRICT_REFUSES_FIELD, FieldPath::default(), facts![problem]);
                    return Err(wrong(&format!("strict decoding error: {problem}")));
                }
                FieldValidation::Warn if behavior.warns_of_unknown_fields => {
                    warnings.extend(decoded.strays.iter().map(|stray| stray_warning(stray, trace)));
                }
                _ => {}
            }
        }
        Ok((decoded, warnings))
    }

    fn create(
        &mut self,
        mut service: Service,
        options: &Options,
        by_put: bool,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let sent_version = !matches!(&*service.metadata.resource_version, "" | "0");
        let meta = &service.metadata;
        let asked_for = if meta.name.is_empty() { &meta.generate_name } else { &meta.name };
        let mut key = key(&options.namespace, asked_for);
        let creates = &mut self.slots.entry(key.clone()).or_default().creates;
        let picker = Picker::new(self.env.seed, &options.namespace, asked_for, *creates);
        *creates += 1;
        self.fill_metadata(&mut service, picker);
        let mut txn = Txn::default();
        let mut ask = Ask {
            env: &self.env,
            pools: &mut self.pools,
            txn: &mut txn,
            picker,
            dry_run: options.dry_run,
        };
        if service.metadata.name != *key.1 {
            key.1 = service.metadata.name.as_str().into();
        }
        let name = &key.1;
        let result = service::create(&mut ask, &mut service, trace)
            .map_err(|refusal| refusal.into_status("Service", name))
            .and_then(|found| {
                warnings.extend(found);
                if sent_version {
                    let path = FieldPath::metadata("resourceVersion");
                    let version = service.metadata.resource_version.as_str();
                    trace.reject(&NEW_OBJECT_HAS_A_VERSION, path, facts![version]);
                    return Err(Status::bare_error(
                        "resourceVersion should not be set on objects to be created",
                    ));
                }
                if self.service(&key).is_some() {
                    let facts = facts![name = &**name];
                    trace.reject(&NAME_IS_TAKEN, FieldPath::metadata("name"), facts);
                    return Err(Status::already_exists("services", name));
                }
                Ok(())
            });
        if let Err(status) = result {
            txn.revert(&mut self.pools);
            return Err(status);
        }
        service.spec.sent_empty.clear();
        if options.dry_run {
            return Ok(Answer::Service { service: self.shown(service.into()), created: by_put });
        }
        let env = &self.env;
        txn.commit(|family| env.ranges.has(family), &mut self.pools);
        Ok(Answer::Service { service: self.store(&key, service), created: by_put })
    }

    fn update(
        &mut self,
        key: &Key,
        mut service: Service,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let name = key.1.clone();
        let Some(old) = self.read(key) else { return Err(not_found(&name, trace)) };
        let version = &service.metadata.resource_version;
        // Without one, and with 0, the update is unconditional.
        let is_stale = !matches!(&**version, "" | "0") && *version != old.metadata.resource_version;
        let sent = version.clone();
        let stored = old.metadata.resource_version.clone();
        let conflict = |trace: &mut Trace| {
            let facts = facts![sent, stored];
            trace.reject(&VERSION_IS_STALE, FieldPath::metadata("resourceVersion"), facts);
            Status::conflict("services", &name)
        };
        let meta = &mut service.metadata;
        // Up to 1.22 the version is validated with the rest, and compared last.
        if !self.env.behavior.is_old() {
            if is_stale {
                return Err(conflict(trace));
            }
            meta.resource_version.clone_from(&old.metadata.resource_version);
        }
        meta.uid.clone_from(&old.metadata.uid);
        meta.creation_timestamp.clone_from(&old.metadata.creation_timestamp);
        meta.deletion_timestamp.clone_from(&old.metadata.deletion_timestamp);
        let creates = self.slots.get(key).map_or(0, |slot| slot.creates);
        // Another salt than that of creates: an update does not repeat the create's picks.
        let picker = Picker::new(self.env.seed ^ 1 << 63, &key.0, &name, creates);
        let mut txn = Txn::default();
        let mut ask = Ask {
            env: &self.env,
            pools: &mut self.pools,
            txn: &mut txn,
            picker,
            dry_run: options.dry_run,
        };
        let result = service::update(&mut ask, &old, &mut service, trace)
            .map_err(|refusal| refusal.into_status("Service", &service.metadata.name))
            .and_then(|found| if is_stale { Err(conflict(trace)) } else { Ok(found) });
        match result {
            Ok(found) => warnings.extend(found),
            Err(status) => {
                txn.revert(&mut self.pools);
                return Err(status);
            }
        }
        service.spec.sent_empty.clear();
        if options.dry_run {
            return Ok(Answer::Service { service: self.shown(service.into()), created: false });
        }
        let env = &self.env;
        txn.commit(|family| env.ranges.has(family), &mut self.pools);
        // An update that changes nothing is not written: the version stays.
        let is_same = self.service(key) == Some(&service);
        let service = if is_same { self.shown(service.into()) } else { self.store(key, service) };
        self.sweep_service_cidrs();
        let meta = &service.metadata;
        if meta.deletion_timestamp.is_some() && meta.finalizers.is_empty() {
            self.remove(key);
        }
        Ok(Answer::Service { service, created: false })
    }

    /// The stored object as a read shows it. Two clusters of one session can compare what neither has
    /// changed by address.
    fn read(&self, key: &Key) -> Option<Rc<Service>> {
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
    fn store(&mut self, key: &Key, mut service: Service) -> Stored<Service> {
        self.revision += 1;
        service.metadata.resource_version = self.revision.to_string();
        let service = Rc::new(service);
        let slot = self.slots.entry(key.clone()).or_default();
        slot.service = Some(Rc::clone(&service));
        slot.read = Rc::default();
        self.shown(service)
    }

    /// An object as the answer to a write shows it.
    fn shown(&self, mut service: Rc<Service>) -> Stored<Service> {
        if !read::is_complete(&service) {
            let service = Rc::make_mut(&mut service);
            read::default_on_read(&self.env, service, &mut Trace::default());
        }
        Stored(service)
    }

    /// Server-owned metadata of a new object; whatever the client sent there is wiped.
    fn fill_metadata(&self, service: &mut Service, picker: Picker) {
        let meta = &mut service.metadata;
        if meta.name.is_empty() && !meta.generate_name.is_empty() {
            // The letters of apiserver's name generator: no vowels, no digits that look like them.
            const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
            let base: String = meta.generate_name.chars().take(58).collect();
            let suffix = (0..5).map(|at| {
                let pick = picker.below(64 + at, LETTERS.len() as u64);
                char::from(LETTERS[pick as usize])
            });
            meta.name = base + &suffix.collect::<String>();
        }
        meta.uid = uid(picker);
        meta.resource_version.clear();
        meta.creation_timestamp = Some(self.now());
        meta.deletion_timestamp = None;
    }

    /// The clock of the simulation: a minute per write, so that it is the same on every machine.
    fn now(&self) -> String {
        let minutes = self.revision;
        format!(
            "2026-01-{:02}T{:02}:{:02}:00Z",
            1 + minutes / 1440 % 28,
            minutes / 60 % 24,
            minutes % 60
        )
    }

    /// The API server starts again with another configuration. Stored objects persist; what they
    /// hold is marked as taken again, as the repair loops do.
    pub fn restart(&mut self, env: Env) {
        self.env = env;
        self.pools.forget_what_restarts_rebuild(&self.env);
        self.pools.sync_default_cidr(&self.env);
        self.slots.iter_mut().for_each(|(_, slot)| slot.read = Rc::default());
        let keys: Vec<Key> = self.services().map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.mark(&key);
        }
    }

    /// What the repair loops report after a restart, by namespace and name. They change nothing in Services.
    pub fn repair(&self, trace: &mut Trace) -> Vec<RepairEvent> {
        let mut events = Vec::new();
        let is_bitmap = self.env.allocator == AllocatorKind::Bitmap;
        for ((namespace, name), service) in self.services() {
            for text in &service.spec.cluster_ips {
                let Some(read) = parse_ip(text) else { continue };
                let (ip, family) = (read.ip, Family::of(read.ip));
                let inside = self.pools.has_range_for(&self.env, ip);
                let (rule, reason, message) = match self.env.ranges.get(family) {
                    _ if inside => continue,
                    None if is_bitmap => (
                        &FAMILY_IS_GONE,
                        "ClusterIPNotValid",
                        format!(
                            "Cluster IP {ip}({family}) is of ip family that is no longer configured on \
                             cluster; please recreate service"
                        ),
                    ),
                    Some(range) if is_bitmap => (
                        &ADDRESS_IS_OUTSIDE,
                        "ClusterIPOutOfRange",
                        format!(
                            "Cluster IP [{family}]:{ip} is not within the service CIDR {range}; please \
                             recreate service"
                        ),
                    ),
                    _ => (
                        &ADDRESS_IS_OUTSIDE,
                        "ClusterIPOutOfRange",
                        format!(
                            "Cluster IP [{family}]: {ip} is not within any configured Service CIDR; \
                             please recreate service"
                        ),
                    ),
                };
                trace.note(rule, FieldPath::default(), facts![ip]);
                let service = format!("{namespace}/{name}");
                events.push(RepairEvent { service, reason, message });
            }
        }
        events
    }

    /// Marks what a stored Service holds, as far as the allocators cover it.
    fn mark(&mut self, key: &Key) {
        let Some(service) = self.slots.get(key).and_then(|slot| slot.service.clone()) else {
            return;
        };
        let spec = &service.spec;
        for text in std::iter::once(&spec.cluster_ip).chain(&spec.cluster_ips) {
            let Some(read) = parse_ip(text) else { continue };
            let family = Family::of(read.ip);
            let bits = crate::net::cidr::to_bits(read.ip);
            let covers = |(cidr, _): &(Cidr, Usable)| cidr.contains(read.ip);
            if self.env.ranges.has(family)
                && self.pools.ready_ranges(&self.env, family).iter().any(covers)
                && !self.pools.taken(family).contains(bits)
            {
                self.pools.mark_address(family, read.ip);
            }
        }
        let ports = spec.ports.iter().map(|port| port.node_port);
        for port in ports.chain([spec.health_check_node_port]).filter(|port| *port != 0) {
            if crate::apiserver::allocators::check_port(self.env.node_ports, port).is_ok() {
                self.pools.mark_port(port);
            }
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

    /// Creates a ServiceCIDR. It is ready at once (MULTI-8).
    pub fn create_service_cidr(&mut self, name: &str, ranges: &[String]) -> Outcome {
        self.answer(|cluster, _, trace| {
            let mut errors = Errors::new(&cluster.env.behavior, trace);
            let read = service_cidr::validate(name, ranges, &mut errors);
            errors.end().map_err(|refusal| refusal.into_status(SERVICE_CIDR_KIND, name))?;
            if cluster.pools.service_cidrs.iter().any(|object| object.name == name) {
                trace.reject(&CIDR_NAME_IS_TAKEN, FieldPath::metadata("name"), facts![name]);
                return Err(Status::already_exists(SERVICE_CIDRS, name));
            }
            for (i, cidr) in read.iter().enumerate() {
                let path = FieldPath::spec("cidrs").index(i);
                trace.note(&RANGE_JOINS, path, facts![cidr = *cidr]);
            }
            let object = ServiceCidr { name: name.to_owned(), ranges: read, terminating: false };
            cluster.pools.service_cidrs.push(object.clone());
            cluster.revision += 1;
            // One that waits for addresses which the new ranges cover, too, need not wait any more.
            cluster.pools.sweep_service_cidrs(&cluster.env);
            Ok(Answer::ServiceCidr { object, created: true, state: ServiceCidrState::Ready })
        })
    }

    /// Changes the ranges of a ServiceCIDR, as far as they may change (API-14).
    pub fn update_service_cidr(&mut self, name: &str, ranges: &[String]) -> Outcome {
        self.answer(|cluster, _, trace| {
            let at = cluster.find_service_cidr(name, trace)?;
            let object = &mut cluster.pools.service_cidrs[at];
            let old: Vec<String> = object.ranges.iter().map(ToString::to_string).collect();
            let mut errors = Errors::new(&cluster.env.behavior, trace);
            service_cidr::validate_update(&old, ranges, &mut errors);
            errors.end().map_err(|refusal| refusal.into_status(SERVICE_CIDR_KIND, name))?;
            if let ([_], [_, second]) = (old.as_slice(), ranges)
                && let Some(read) = parse_cidr(second)
            {
                let cidr = Cidr::new(read.net);
                object.ranges.push(cidr);
                let path = FieldPath::spec("cidrs").index(1);
                trace.note(&RANGE_JOINS, path, facts![cidr]);
                cluster.revision += 1;
            }
            let (object, state) = (object.clone(), object.state());
            Ok(Answer::ServiceCidr { object, created: false, state })
        })
    }

    /// Deletes a ServiceCIDR and lets its controller settle (MULTI-9).
    pub fn delete_service_cidr(&mut self, name: &str) -> Outcome {
        self.answer(|cluster, _, trace| {
            let at = cluster.find_service_cidr(name, trace)?;
            let object = &mut cluster.pools.service_cidrs[at];
            object.terminating = true;
            let object = object.clone();
            cluster.revision += 1;
            let gone = cluster.pools.sweep_service_cidrs(&cluster.env);
            let is_gone = gone.iter().any(|it| it == name);
            cluster.gone_cidrs.extend(gone.into_iter().filter(|it| it != name));
            let (rule, state) = if is_gone {
                (&RANGE_GOES, ServiceCidrState::Gone)
            } else {
                (&RANGE_WAITS, ServiceCidrState::Terminating)
            };
            trace.note(rule, FieldPath::default(), facts![]);
            Ok(Answer::ServiceCidr { object, created: false, state })
        })
    }

    fn find_service_cidr(&self, name: &str, trace: &mut Trace) -> Result<usize, Status> {
        let at = self.pools.service_cidrs.iter().position(|object| object.name == name);
        at.ok_or_else(|| {
            trace.reject(&CIDR_IS_NOT_FOUND, FieldPath::metadata("name"), facts![name]);
            Status::not_found(SERVICE_CIDRS, name)
        })
    }

    /// The ServiceCIDR objects, the oldest first; none where the bitmap hands out addresses.
    #[must_use]
    pub fn service_cidrs(&self) -> &[ServiceCidr] {
        match self.env.allocator {
            AllocatorKind::Bitmap => &[],
            AllocatorKind::IpAddress => &self.pools.service_cidrs,
        }
    }

    /// Removes terminating ServiceCIDRs that nothing holds any more.
    fn sweep_service_cidrs(&mut self) {
        let gone = self.pools.sweep_service_cidrs(&self.env);
        self.gone_cidrs.extend(gone);
    }

    /// The ServiceCIDRs that vanished since this was asked last.
    pub fn service_cidrs_gone(&mut self) -> Vec<String> {
        std::mem::take(&mut self.gone_cidrs)
    }
}

/// A random (version 4) UUID.
fn uid(picker: Picker) -> String {
    let mut bits = u128::from(picker.below(48, u64::MAX)) << 64;
    bits |= u128::from(picker.below(49, u64::MAX));
    let digit = |place| {
        if !matches!(place, 'x' | 'y') {
            return place;
        }
        bits = bits.rotate_left(4);
        let digit = bits as u32 & if place == 'y' { 3 } else { 15 };
        char::from_digit(if place == 'y' { digit | 8 } else { digit }, 16).unwrap_or(place)
    };
    let places = "xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx";
    let mut uid = String::with_capacity(places.len());
    uid.extend(places.chars().map(digit));
    uid
}

fn not_found(name: &str, trace: &mut Trace) -> Status {
    trace.reject(&NAME_IS_NOT_FOUND, FieldPath::metadata("name"), facts![name]);
    Status::not_found("services", name)
}

/// 422: a patch, or what it made, cannot be decoded; the object has neither kind nor name then.
fn invalid_patch(value: &str, words: &str) -> Status {
    let cause = Cause::Invalid { value: quote(value) };
    let cause = Diagnostic::field(cause, FieldPath::default().field("patch"), words);
    let subject = " \"\"".to_owned();
    Status {
        code: 422,
        reason: Some(Reason::Invalid),
        message: format!("{subject} is invalid: {cause}"),
        subject,
        causes: vec![cause],
    }
}

fn cannot_be_handled(why: &str) -> Status {
    let text = format!("Service in version \"v1\" cannot be handled as a Service: {why}");
    Status::bad_request(text.trim_end())
}

fn joined(strays: &[Stray]) -> String {
    strays.iter().map(|stray| stray.message.as_str()).collect::<Vec<_>>().join(", ")
}

fn stray_warning(stray: &Stray, trace: &mut Trace) -> Diagnostic {
    let step = trace.note(&FIELD_IS_UNKNOWN, FieldPath::default(), facts![]);
    let mut warning = Diagnostic::warning(stray.message.clone());
    warning.span = Some(stray.span);
    warning.step = Some(step);
    warning
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
