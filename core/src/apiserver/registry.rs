//! How does a Service get into storage, change there and go? The registry that objects of every kind share: rules
//! MSG-6, PUT-1, DEL-1, DEL-2, DEC-5.
//! Source: apiserver pkg/registry/generic/registry/store.go.

use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::api::service::{OwnerReference, Service};
use crate::api::status::Status;
use crate::apiserver::allocators::Picker;
use crate::apiserver::requests::{Answer, ApiServer, Key, Options, Stored, key};
use crate::apiserver::service;
use crate::apiserver::service::allocate::Ask;
use crate::apiserver::service::names::path_segment;
use crate::apiserver::service::{Txn, default, read};
use crate::explain::diagnostic::Diagnostic;
use crate::explain::trace::Trace;
use crate::release::version::Versions;
use crate::source::yaml::Node;
use crate::{facts, rules};

rules! {
    /// A new object has no version yet.
    NEW_OBJECT_HAS_A_VERSION {
        id: "DEC-5", slug: "new-object-has-a-resource-version",
        versions: Versions::ALL,
        source: "apiserver pkg/storage/etcd3/store.go Create",
        evidence: Recorded,
        facts: [version],
        en: "Only stored objects have a `resourceVersion`; a new object that sets it, here to {version}, is rejected by the storage layer.",
        zh: "只有已存储的对象才有 `resourceVersion`；存储层会拒绝设置了该字段（此处为 {version}）的新对象。",
    }
    /// A version is a number.
    VERSION_IS_UNREADABLE {
        id: "DEC-8", slug: "resource-version-is-unreadable",
        versions: Versions::ALL,
        source: "apiserver pkg/storage/api_object_versioner.go ObjectResourceVersion",
        evidence: Recorded,
        facts: [sent],
        en: "A `resourceVersion` is a number, and {sent} is not one.",
        zh: "`resourceVersion` 是数字，而 {sent} 不是。",
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
    /// The name is still taken.
    NAME_IS_BEING_DELETED {
        id: "MSG-6d", slug: "name-is-being-deleted",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Create",
        evidence: Recorded,
        facts: [name],
        en: "The Service named {name} is being deleted, but its finalizers still hold it: until it is gone, the name cannot be used again.",
        zh: "名为 {name} 的 Service 正在被删除，但仍被终结器（finalizer）保留：在它消失之前，该名称不能再次使用。",
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
    /// No key can be made of the name.
    NAME_IS_NO_KEY {
        id: "MSG-6e", slug: "name-is-no-path-segment",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go NamespaceKeyFunc",
        evidence: Recorded,
        facts: [name],
        en: "The name is part of the key in storage, and {name} cannot be.",
        zh: "名称是存储中键的一部分，而 {name} 不能作为键。",
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
    /// The object is another one of the same name.
    UID_IS_ANOTHER {
        id: "MSG-6f", slug: "uid-is-another",
        versions: Versions::since(23),
        source: "apiserver pkg/storage/interfaces.go Preconditions.Check",
        evidence: SourceRead,
        facts: [sent],
        en: "A PUT request with a `uid` is for that object only; {sent} is not the `uid` of the stored one. (It was deleted and created again after the client read it, or does not exist.)",
        zh: "带有 `uid` 的 PUT 请求仅针对该对象；{sent} 不是已存储对象的 `uid`。（客户端读取之后，该对象已被删除并重新创建，或者已不存在。）",
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
    /// Equal owner references.
    OWNERS_ARE_REPEATED {
        id: "META-9", slug: "equal-owner-references-are-one",
        versions: Versions::ALL,
        source: "apiserver pkg/endpoints/handlers/rest.go dedupOwnerReferences",
        evidence: SourceRead,
        facts: [],
        en: "Equal owner references count once; the others are removed, with a warning.",
        zh: "相同的属主引用只保留一个；其余的被移除，并发出警告。",
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
    /// Finalizers hold an object.
    FINALIZERS_HOLD {
        id: "DEL-2", slug: "finalizers-hold-the-object",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Delete",
        evidence: Recorded,
        facts: [],
        en: "The Service has finalizers, so it is only marked as deleted; nothing is released until the last finalizer is removed.",
        zh: "Service 带有终结器（finalizer），因此只是被标记为已删除；在最后一个终结器被移除之前，不会释放任何地址和端口。",
    }
}

/// What the storage layer makes of a `resourceVersion`: 0 if there is none.
fn version_number(sent: &str) -> Result<u64, String> {
    if sent.is_empty() {
        return Ok(0);
    }
    let is_number = sent.bytes().all(|byte| byte.is_ascii_digit());
    sent.parse().ok().filter(|_| is_number).ok_or_else(|| {
        let why = if is_number { "value out of range" } else { "invalid syntax" };
        format!("strconv.ParseUint: parsing {}: {why}", quote(sent))
    })
}

fn readable_version(sent: &str, trace: &mut Trace) -> Result<u64, Status> {
    version_number(sent).map_err(|words| {
        let path = FieldPath::metadata("resourceVersion");
        trace.reject(&VERSION_IS_UNREADABLE, path, facts![sent]);
        Status::bare_error(words)
    })
}

/// Refuses a name of which no key can be made.
pub(super) fn check_key(name: &str, trace: &mut Trace) -> Result<(), Status> {
    let complaints = path_segment(name, false);
    if complaints.is_empty() {
        return Ok(());
    }
    trace.reject(&NAME_IS_NO_KEY, FieldPath::metadata("name"), facts![name]);
    let complaints = complaints.join(";");
    Err(Status::bad_request(format!("Name parameter invalid: {}: {complaints}", quote(name))))
}

pub(super) fn not_found(name: &str, trace: &mut Trace) -> Status {
    trace.reject(&NAME_IS_NOT_FOUND, FieldPath::metadata("name"), facts![name]);
    Status::not_found("services", name)
}

/// Removes owner references that are there already; whoever `mutates` afterwards is named in the warning.
pub(super) fn dedup_owners(
    service: &mut Service,
    mutates: &str,
    warnings: &mut Vec<Diagnostic>,
    trace: &mut Trace,
) {
    let mut kept: Vec<OwnerReference> = Vec::new();
    let mut repeated = Vec::new();
    for owner in std::mem::take(&mut service.metadata.owner_references) {
        if kept.contains(&owner) {
            repeated.push(owner.uid);
        } else {
            kept.push(owner);
        }
    }
    service.metadata.owner_references = kept;
    if repeated.is_empty() {
        return;
    }
    let path = FieldPath::metadata("ownerReferences");
    let step = trace.note(&OWNERS_ARE_REPEATED, path, facts![]);
    let warning = Diagnostic::warning(format!(
        ".metadata.ownerReferences contains duplicate entries{mutates}; API server dedups owner references in \
         1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: {}",
        repeated.join(", ")
    ));
    warnings.push(Diagnostic { step: Some(step), ..warning });
}

impl ApiServer {
    pub(super) fn get(
        &self,
        name: &str,
        options: &Options,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        check_key(name, trace)?;
        let key = key(&options.namespace, name);
        let stored = self.service(&key).cloned();
        let Some(mut service) = stored else { return Err(not_found(name, trace)) };
        default::set_defaults(&self.env.behavior, &mut service, &mut Trace::default());
        read::default_on_read(&self.env, &mut service, trace);
        Ok(Answer::Service { service: Stored::of(Rc::new(service)), created: false })
    }

    pub(super) fn post(
        &mut self,
        body: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let mut service = self.body(body, options, warnings, trace)?;
        dedup_owners(&mut service, "", warnings, trace);
        let meta = &mut service.metadata;
        (meta.deletion_timestamp, meta.deletion_grace_period_seconds) = (None, None);
        self.create(service, options, false, warnings, trace)
    }

    pub(super) fn put(
        &mut self,
        body: &Node,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let mut service = self.body(body, options, warnings, trace)?;
        dedup_owners(&mut service, "", warnings, trace);
        check_key(&service.metadata.name, trace)?;
        let key = key(&options.namespace, &service.metadata.name);
        let is_old = self.env.behavior.is_old();
        let stored = self.service(&key);
        if stored.is_none() && is_old {
            return Err(not_found(&key.1, trace));
        }
        let sent = service.metadata.uid.as_str();
        let uid = stored.map_or("", |stored| stored.metadata.uid.as_str());
        if !sent.is_empty() && sent != uid && !is_old {
            trace.reject(&UID_IS_ANOTHER, FieldPath::metadata("uid"), facts![sent]);
            let why = format!(
                "StorageError: invalid object, Code: 4, Key: /registry/services/specs/{}/{}, ResourceVersion: 0, \
                 AdditionalErrorMsg: Precondition failed: UID in precondition: {sent}, UID in object meta: {uid}",
                key.0, key.1
            );
            return Err(Status::conflict_because("services", &key.1, &why));
        }
        if stored.is_some() {
            return self.update(&key, service, options, warnings, trace);
        }
        readable_version(&service.metadata.resource_version, trace)?;
        service.metadata.resource_version.clear();
        if !self.env.behavior.put_keeps_deletion {
            let meta = &mut service.metadata;
            (meta.deletion_timestamp, meta.deletion_grace_period_seconds) = (None, None);
        }
        trace.note(&PUT_CREATES, FieldPath::metadata("name"), facts![]);
        self.create(service, options, true, warnings, trace)
    }

    pub(super) fn delete(
        &mut self,
        name: &str,
        options: &Options,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        check_key(name, trace)?;
        let key = key(&options.namespace, name);
        let Some(service) = self.read(&key) else { return Err(not_found(name, trace)) };
        let mut service = Stored::of(service);
        if !service.metadata.finalizers.is_empty() {
            trace.note(&FINALIZERS_HOLD, FieldPath::metadata("finalizers"), facts![]);
            let (now, mut marked) = (self.now(), Service::clone(&service));
            let meta = &mut marked.metadata;
            if meta.deletion_timestamp.is_none() && meta.generation > 0 {
                meta.generation += 1;
            }
            // Both are moments in UTC, of equal form.
            if meta.deletion_timestamp.as_ref().is_none_or(|earlier| *earlier > now) {
                meta.deletion_timestamp = Some(now);
            }
            meta.deletion_grace_period_seconds = Some(0);
            service = if options.dry_run {
                self.shown(marked.into())
            } else {
                self.store_marked(&key, marked)
            };
        } else if !options.dry_run {
            trace.note(&DELETE_RELEASES, FieldPath::default(), facts![]);
            self.remove(&key);
        }
        if self.env.behavior.is_old() {
            return Ok(Answer::Success);
        }
        Ok(Answer::Service { service, created: false })
    }

    /// Stores the marks of a deletion, unless the object has them already.
    fn store_marked(&mut self, key: &Key, marked: Service) -> Stored<Service> {
        let is_same = self.service(key).is_some_and(|stored| stored.metadata == marked.metadata);
        if is_same { self.shown(marked.into()) } else { self.store(key, marked) }
    }

    /// Takes an object out of storage and gives back what it holds.
    pub(super) fn remove(&mut self, key: &Key) {
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

    fn create(
        &mut self,
        mut service: Service,
        options: &Options,
        by_put: bool,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        // The storage layer passes over a version that it cannot read.
        let version = std::mem::take(&mut service.metadata.resource_version);
        let sent_version = version_number(&version).is_ok_and(|number| number != 0);
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
                    let version = version.as_str();
                    trace.reject(&NEW_OBJECT_HAS_A_VERSION, path, facts![version]);
                    return Err(Status::bare_error(
                        "resourceVersion should not be set on objects to be created",
                    ));
                }
                match self.service(&key) {
                    Some(stored) => Err(self.name_is_taken(stored, &service, trace)),
                    None => Ok(()),
                }
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

    /// 409, in words that depend on both objects of the name.
    fn name_is_taken(&self, stored: &Service, new: &Service, trace: &mut Trace) -> Status {
        let name = new.metadata.name.as_str();
        let is_going = stored.metadata.deletion_timestamp.is_some();
        let rule = if is_going { &NAME_IS_BEING_DELETED } else { &NAME_IS_TAKEN };
        trace.reject(rule, FieldPath::metadata("name"), facts![name]);
        let generated = !new.metadata.generate_name.is_empty();
        // Up to 1.22 a generated name that is taken was no conflict.
        if generated && self.env.behavior.is_old() {
            return Status::server_timeout("POST", "Service");
        }
        let mut status = Status::already_exists("services", name);
        if generated {
            status.message += ", the server was not able to generate a unique name for the object";
        }
        if is_going {
            status.message = format!("object is being deleted: {}", status.message);
        }
        status
    }

    pub(super) fn update(
        &mut self,
        key: &Key,
        mut service: Service,
        options: &Options,
        warnings: &mut Vec<Diagnostic>,
        trace: &mut Trace,
    ) -> Result<Answer, Status> {
        let name = key.1.clone();
        let Some(old) = self.read(key) else { return Err(not_found(&name, trace)) };
        let is_old = self.env.behavior.is_old();
        // Up to 1.22 the version is validated with the rest, and compared last.
        let sent = service.metadata.resource_version.clone();
        if !is_old {
            check_version(&old, &sent, &name, trace)?;
        }
        let meta = &mut service.metadata;
        if !is_old {
            meta.resource_version.clone_from(&old.metadata.resource_version);
        }
        meta.generation = old.metadata.generation;
        if meta.uid.is_empty() {
            meta.uid.clone_from(&old.metadata.uid);
        }
        if old.metadata.creation_timestamp.is_some() {
            meta.creation_timestamp.clone_from(&old.metadata.creation_timestamp);
        }
        if old.metadata.deletion_timestamp.is_some() {
            meta.deletion_timestamp.clone_from(&old.metadata.deletion_timestamp);
        }
        if meta.deletion_grace_period_seconds.is_none() {
            meta.deletion_grace_period_seconds = old.metadata.deletion_grace_period_seconds;
        }
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
            .and_then(|found| {
                if is_old {
                    check_version(&old, &sent, &name, trace)?;
                }
                Ok(found)
            });
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
        let meta = &old.metadata;
        let is_last = meta.deletion_timestamp.is_some()
            && matches!(meta.deletion_grace_period_seconds, None | Some(0))
            && service.metadata.finalizers.is_empty();
        if is_last {
            // The stored object goes as it is: what the update took is given back.
            txn.revert(&mut self.pools);
            trace.note(&DELETE_RELEASES, FieldPath::default(), facts![]);
            self.remove(key);
            return Ok(Answer::Service { service: self.shown(service.into()), created: false });
        }
        let env = &self.env;
        txn.commit(|family| env.ranges.has(family), &mut self.pools);
        // An update that changes nothing is not written: the version stays.
        let is_same = self.service(key) == Some(&service);
        let service = if is_same { self.shown(service.into()) } else { self.store(key, service) };
        self.sweep_service_cidrs();
        Ok(Answer::Service { service, created: false })
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
        meta.creation_timestamp = Some(self.now());
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
}

/// Compares the version that a client sends with the stored one. Without one, and with 0, the update is
/// unconditional.
fn check_version(old: &Service, sent: &str, name: &str, trace: &mut Trace) -> Result<(), Status> {
    let number = readable_version(sent, trace)?;
    let stored = old.metadata.resource_version.as_str();
    if number == 0 || version_number(stored) == Ok(number) {
        return Ok(());
    }
    let path = FieldPath::metadata("resourceVersion");
    trace.reject(&VERSION_IS_STALE, path, facts![sent, stored]);
    Err(Status::conflict("services", name))
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

#[cfg(test)]
mod tests {
    use super::version_number;

    #[test]
    fn a_version_is_a_number_without_sign() {
        assert_eq!((version_number(""), version_number("007")), (Ok(0), Ok(7)));
        let failed =
            |why: &str, sent: &str| Err(format!("strconv.ParseUint: parsing \"{sent}\": {why}"));
        for sent in ["abc", "-1", "+1", " 1"] {
            assert_eq!(version_number(sent), failed("invalid syntax", sent));
        }
        let sent = "18446744073709551616";
        assert_eq!(version_number(sent), failed("value out of range", sent));
    }
}
