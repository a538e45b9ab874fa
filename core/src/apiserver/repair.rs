//! What do the repair loops do after a start? They mark what stored Services hold, and report what lies outside.
//! Source: pkg/registry/core/service/ipallocator/controller/repair.go, repairip.go.

use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::service::Service;
use crate::apiserver::allocators::{Usable, check_port};
use crate::apiserver::environment::{AllocatorKind, Env};
use crate::apiserver::requests::{ApiServer, Key, RepairEvent};
use crate::explain::trace::Trace;
use crate::net::cidr::to_bits;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::{facts, rules};

rules! {
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
}

impl ApiServer {
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
        for ((namespace, name), service) in self.services() {
            let found = self.misfits(service, trace).into_iter();
            events.extend(found.map(|(reason, message)| {
                let service = format!("{namespace}/{name}");
                RepairEvent { service, reason, message }
            }));
        }
        events
    }

    /// The cluster IPs of a stored Service that no range contains: reason and message of the event about each.
    pub(super) fn misfits(
        &self,
        service: &Service,
        trace: &mut Trace,
    ) -> Vec<(&'static str, String)> {
        let is_bitmap = self.env.allocator == AllocatorKind::Bitmap;
        let mut found = Vec::new();
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
            found.push((reason, message));
        }
        found
    }

    /// Marks what a stored Service holds, as far as the allocators cover it.
    pub(super) fn mark(&mut self, key: &Key) {
        let Some(service) = self.slots.get(key).and_then(|slot| slot.service.clone()) else {
            return;
        };
        let spec = &service.spec;
        for text in std::iter::once(&spec.cluster_ip).chain(&spec.cluster_ips) {
            let Some(read) = parse_ip(text) else { continue };
            let family = Family::of(read.ip);
            let bits = to_bits(read.ip);
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
            if check_port(self.env.node_ports, port).is_ok() {
                self.pools.mark_port(port);
            }
        }
    }
}
