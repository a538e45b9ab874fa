//! What does a read show that was never written? Rules READ-1 to READ-3.
//! Source: pkg/registry/core/service/storage/storage.go defaultOnReadService.
//!
//! Runs on answers, and on the stored object before an update. Nothing is written back.

use crate::api::field_path::FieldPath;
use crate::api::service::{NONE, REQUIRE_DUAL_STACK, SINGLE_STACK, Service};
use crate::apiserver::environment::Env;
use crate::explain::trace::Trace;
use crate::facts;
use crate::net::Family;
use crate::net::go_parse::parse_ip;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// An object from before `clusterIPs` existed.
    READ_FILLS_CLUSTER_IPS {
        id: "READ-1", slug: "read-fills-cluster-ips",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go defaultOnReadClusterIPs",
        evidence: Recorded,
        facts: [],
        en: "The stored object has only `clusterIP`; when it is read, the address is shown in `clusterIPs` as well.",
        zh: "已存储的对象只有 `clusterIP`；读取时该地址也会显示在 `clusterIPs` 中。",
    }
    /// A headless Service without selector from before `ipFamilies` existed.
    READ_SELECTORLESS_HEADLESS_IS_DUAL {
        id: "READ-2a", slug: "read-selectorless-headless-is-dual",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go defaultOnReadIPFamilies",
        evidence: Recorded,
        facts: [families, policy],
        en: "A stored headless Service without selectors and without address families is read as {policy} with {families}, whatever the cluster supports.",
        zh: "对于已存储的、无选择算符且没有地址族的无头服务，读取时策略显示为 {policy}，地址族显示为 {families}，与集群支持的地址族无关。",
    }
    /// A headless Service with a selector from before `ipFamilies` existed.
    READ_HEADLESS_IS_PRIMARY {
        id: "READ-2b", slug: "read-headless-is-primary",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go defaultOnReadIPFamilies",
        evidence: Recorded,
        facts: [families, policy],
        en: "A stored headless Service with selectors and without address families is read as {policy} with {families}, according to the current cluster.",
        zh: "对于已存储的、有选择算符但没有地址族的无头服务，读取时按当前集群将策略显示为 {policy}，地址族显示为 {families}。",
    }
    /// A Service with addresses from before `ipFamilies` existed.
    READ_FAMILIES_FOLLOW_ADDRESSES {
        id: "READ-2c", slug: "read-families-follow-addresses",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/storage.go defaultOnReadIPFamilies",
        evidence: Recorded,
        facts: [families, policy],
        en: "The stored object has no address families; when it is read, those of its addresses are shown, {families}, and the policy {policy}.",
        zh: "已存储的对象没有地址族；读取时显示其地址的地址族 {families}，策略显示为 {policy}。",
    }
    /// An ExternalName Service stored with a policy for inside traffic.
    READ_DROPS_INTERNAL_POLICY {
        id: "READ-3", slug: "read-drops-internal-policy",
        versions: Versions::since(24),
        source: "pkg/registry/core/service/storage/storage.go defaultOnReadInternalTrafficPolicy",
        evidence: Recorded,
        facts: [],
        en: "`internalTrafficPolicy` does not apply to `type: ExternalName`, so it is not shown when the object is read.",
        zh: "`internalTrafficPolicy` 不适用于 ExternalName 类型的 Service，因此读取时不显示。",
    }
}

/// Whether an object has addresses and families, and so reads as it is stored.
#[must_use]
pub fn is_complete(service: &Service) -> bool {
    let spec = &service.spec;
    !spec.is_external_name() && !spec.cluster_ips.is_empty() && !spec.ip_families.is_empty()
}

/// Completes an object as a read shows it.
pub fn default_on_read(env: &Env, service: &mut Service, trace: &mut Trace) {
    if is_complete(service) {
        return;
    }
    let spec = &mut service.spec;
    if !spec.cluster_ip.is_empty() && spec.cluster_ips.is_empty() {
        spec.cluster_ips = vec![spec.cluster_ip.clone()];
        let (at, from) = (FieldPath::spec("clusterIPs").index(0), FieldPath::spec("clusterIP"));
        trace.copied(&READ_FILLS_CLUSTER_IPS, at, from, spec.cluster_ip.clone());
    }
    if spec.is_external_name() {
        if !env.behavior.internal_policy_on_external_name
            && let Some(before) = spec.internal_traffic_policy.take()
        {
            let at = FieldPath::spec("internalTrafficPolicy");
            trace.removed(&READ_DROPS_INTERNAL_POLICY, at, facts![], before);
        }
        return;
    }
    if !spec.ip_families.is_empty() || !env.behavior.dual_stack.on() {
        return;
    }
    let primary = env.ranges.primary();
    let old_layer = env.behavior.is_old();
    let (rule, families, policy) = if spec.cluster_ip == NONE && spec.is_selectorless() {
        // REL-44: up to 1.22 such an object read as PreferDualStack.
        let policy = if old_layer { "PreferDualStack" } else { REQUIRE_DUAL_STACK };
        (&READ_SELECTORLESS_HEADLESS_IS_DUAL, vec![primary, primary.other()], Some(policy))
    } else if spec.cluster_ip == NONE {
        if old_layer && env.ranges.is_dual() {
            let both = vec![primary, primary.other()];
            (&READ_HEADLESS_IS_PRIMARY, both, Some("PreferDualStack"))
        } else {
            (&READ_HEADLESS_IS_PRIMARY, vec![primary], Some(SINGLE_STACK))
        }
    } else {
        let families: Vec<Family> = spec.cluster_ips.iter().map(|ip| family_of_text(ip)).collect();
        let policy = match families.len() {
            0 => None,
            1 => Some(SINGLE_STACK),
            _ => Some(REQUIRE_DUAL_STACK),
        };
        (&READ_FAMILIES_FOLLOW_ADDRESSES, families, policy)
    };
    spec.ip_families = families.iter().map(|family| family.name().to_owned()).collect();
    if let Some(policy) = policy {
        spec.ip_family_policy = Some(policy.to_owned());
    }
    if !families.is_empty() {
        let shown = spec.ip_families.join(",");
        let policy = policy.unwrap_or_default();
        trace.set(rule, FieldPath::spec("ipFamilies"), facts![families, policy], None, shown);
    }
}

/// The family of a stored text: what does not read as IPv6 counts as IPv4.
fn family_of_text(text: &str) -> Family {
    parse_ip(text).map_or(Family::V4, |read| Family::of(read.ip))
}
