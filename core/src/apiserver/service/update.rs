//! May a stored Service become this one? The checks of an update: rules UPD-1 to UPD-12.
//! Source: pkg/apis/core/validation/validation.go ValidateServiceUpdate.

use super::errors::{Errors, listed, print_families, print_ips};
use super::metadata;
use super::validate::load_balancer_class;
use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::api::service::{LOAD_BALANCER, SINGLE_STACK, Service};
use crate::explain::rule::Rule;
use crate::explain::trace::Fact;
use crate::release::version::Versions;
use crate::{facts, rules};

rules! {
    /// Addresses are for life.
    ADDRESSES_ARE_IMMUTABLE {
        id: "UPD-1", slug: "addresses-are-immutable",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateUpgradeDowngradeClusterIPs",
        evidence: Recorded,
        facts: [before, after],
        en: "A cluster IP is immutable once set: {before} cannot become {after}. A Service with addresses cannot become headless, nor the reverse.",
        zh: "集群 IP 一旦设置便不可变更：{before} 不能变为 {after}。有地址的 Service 不能变为无头服务，反之亦然。",
    }
    /// The first address cannot be given up, the second only under `SingleStack`.
    PRIMARY_ADDRESS_STAYS {
        id: "UPD-2", slug: "primary-address-cannot-be-released",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateUpgradeDowngradeClusterIPs",
        evidence: Recorded,
        facts: [before, after],
        en: "{before} cannot become {after}: the primary address cannot be released; the secondary one only under the policy `SingleStack`.",
        zh: "{before} 不能变为 {after}：主地址不能释放；次要地址只有在策略为 `SingleStack` 时才能释放。",
    }
    /// Adding an address keeps the first.
    UPGRADE_KEEPS_PRIMARY_ADDRESS {
        id: "UPD-3", slug: "upgrade-keeps-primary-address",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateUpgradeDowngradeClusterIPs",
        evidence: Recorded,
        facts: [before, after],
        en: "A second address can be added, but the first, {before}, cannot become {after}.",
        zh: "可以增加第二个地址，但第一个地址 {before} 不能变为 {after}。",
    }
    /// The order of families is for life.
    FAMILIES_ARE_IMMUTABLE {
        id: "UPD-5", slug: "families-are-immutable",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateUpgradeDowngradeIPFamilies",
        evidence: Recorded,
        facts: [before, after],
        en: "Address families and their order are immutable once set: {before} cannot become {after}. (Upstream reports every difference at index 0.)",
        zh: "地址族及其顺序一旦设置便不可变更：{before} 不能变为 {after}。（上游将每处差异都报告在索引 0 处。）",
    }
    /// The first family cannot be given up.
    PRIMARY_FAMILY_STAYS {
        id: "UPD-6", slug: "primary-family-cannot-be-released",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateUpgradeDowngradeIPFamilies",
        evidence: Recorded,
        facts: [before, after],
        en: "{before} cannot become {after}: the primary address family cannot be removed; the secondary one only under the policy `SingleStack`.",
        zh: "{before} 不能变为 {after}：主地址族不能移除；次要地址族只有在策略为 `SingleStack` 时才能移除。",
    }
    /// Adding a family keeps the first.
    UPGRADE_KEEPS_PRIMARY_FAMILY {
        id: "UPD-7", slug: "upgrade-keeps-primary-family",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateUpgradeDowngradeIPFamilies",
        evidence: Recorded,
        facts: [before, after],
        en: "A second address family can be added, but the first, {before}, cannot become {after}.",
        zh: "可以增加第二个地址族，但第一个地址族 {before} 不能变为 {after}。",
    }
    /// The class of a load balancer is for life.
    CLASS_IS_IMMUTABLE {
        id: "UPD-10", slug: "load-balancer-class-is-immutable",
        versions: Versions::since(21),
        source: "pkg/apis/core/validation/validation.go validateLoadBalancerClassField",
        evidence: Recorded,
        facts: [before, after],
        en: "While the Service is a load balancer, `loadBalancerClass` is immutable: {before} cannot become {after}.",
        zh: "Service 为 LoadBalancer 类型期间，`loadBalancerClass` 不可变更：{before} 不能变为 {after}。",
    }
    /// The port for health checks is for life.
    HEALTH_PORT_IS_IMMUTABLE {
        id: "UPD-12", slug: "health-check-port-is-immutable",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServiceExternalTrafficFieldsUpdate",
        evidence: Recorded,
        facts: [before, after],
        en: "Load balancers use the health check node port; it is immutable while it is needed: {before} cannot become {after}.",
        zh: "负载均衡器会使用健康检查节点端口；在需要它期间不可变更：{before} 不能变为 {after}。",
    }
}

/// Checks an update against the stored object, before the new one is checked as a whole.
pub fn validate_update(old: &Service, new: &Service, errors: &mut Errors) {
    metadata::validate_update(&old.metadata, &new.metadata, errors);
    if !old.spec.is_external_name() && !new.spec.is_external_name() {
        addresses(old, new, errors);
        families(old, new, errors);
    }
    let (before, after) = (&old.spec, &new.spec);
    if before.type_ == LOAD_BALANCER
        && after.type_ == LOAD_BALANCER
        && before.load_balancer_class != after.load_balancer_class
    {
        // Up to 1.33 an absent value is printed as a text.
        let absent =
            if errors.behavior().prints_json_values { "null" } else { "\"null\"" }.to_owned();
        let printed = after.load_balancer_class.as_deref().map_or(absent, quote);
        let path = FieldPath::spec("loadBalancerClass");
        let shown = |class: &Option<String>| class.clone().unwrap_or_else(|| "null".to_owned());
        let (before, after) =
            (shown(&before.load_balancer_class), shown(&after.load_balancer_class));
        let errors = errors.given(facts![before, after]);
        errors.invalid(&CLASS_IS_IMMUTABLE, path, printed, "may not change once set");
    }
    load_balancer_class(new, errors);
    health_check_port(old, new, errors);
}

fn health_check_port(old: &Service, new: &Service, errors: &mut Errors) {
    let (before, after) = (&old.spec, &new.spec);
    if before.needs_health_check()
        && after.needs_health_check()
        && before.health_check_node_port != after.health_check_node_port
    {
        let path = FieldPath::spec("healthCheckNodePort");
        let (before, after) =
            (before.health_check_node_port.to_string(), after.health_check_node_port.to_string());
        let errors = errors.given(facts![before, after]);
        errors.forbidden(&HEALTH_PORT_IS_IMMUTABLE, path, "field is immutable");
    }
}

fn addresses(old: &Service, new: &Service, errors: &mut Errors) {
    let (before, after) = (&old.spec, &new.spec);
    if before.is_headless() && after.is_headless() {
        return;
    }
    let printed = print_ips(errors.behavior(), after);
    let at = |i| FieldPath::spec("clusterIPs").index(i);
    let fixed = "may not change once set";
    let first_differs = before.cluster_ips.first() != after.cluster_ips.first();
    let facts = || facts![before = listed(&before.cluster_ips), after = listed(&after.cluster_ips)];
    match after.cluster_ips.len().cmp(&before.cluster_ips.len()) {
        std::cmp::Ordering::Equal => {
            for (i, (ip, stored)) in after.cluster_ips.iter().zip(&before.cluster_ips).enumerate() {
                if ip != stored {
                    let facts = facts![before = stored.as_str(), after = ip.as_str()];
                    let errors = errors.given(facts);
                    errors.invalid(&ADDRESSES_ARE_IMMUTABLE, at(i), printed.clone(), fixed);
                }
            }
        }
        std::cmp::Ordering::Less => {
            let rule = &PRIMARY_ADDRESS_STAYS;
            if after.cluster_ips.is_empty() {
                let errors = errors.given(facts());
                errors.invalid(rule, at(0), printed, "primary clusterIP can not be unset");
                return;
            }
            if first_differs {
                errors.given(facts()).invalid(rule, at(0), printed, fixed);
            }
            if after.cluster_ips.len() == 1 && after.policy() != SINGLE_STACK {
                policy_error(rule, new, "clusterIP", errors.given(facts()));
            }
        }
        std::cmp::Ordering::Greater => {
            if !before.cluster_ips.is_empty() && first_differs {
                let errors = errors.given(first(&before.cluster_ips, &after.cluster_ips));
                errors.invalid(&UPGRADE_KEEPS_PRIMARY_ADDRESS, at(0), printed, fixed);
            }
        }
    }
}

fn families(old: &Service, new: &Service, errors: &mut Errors) {
    let (before, after) = (&old.spec, &new.spec);
    if before.is_headless() || after.is_headless() {
        return;
    }
    let at = FieldPath::spec("ipFamilies").index(0);
    let fixed = "may not change once set";
    let first_differs = before.ip_families.first() != after.ip_families.first();
    let facts = || facts![before = listed(&before.ip_families), after = listed(&after.ip_families)];
    // Upstream prints the addresses where the number of families changes.
    let printed_ips = print_ips(errors.behavior(), after);
    match after.ip_families.len().cmp(&before.ip_families.len()) {
        std::cmp::Ordering::Equal => {
            let printed = print_families(errors.behavior(), after);
            let pairs = after.ip_families.iter().zip(&before.ip_families);
            for _ in pairs.filter(|(family, stored)| family != stored) {
                let errors = errors.given(facts());
                errors.invalid(&FAMILIES_ARE_IMMUTABLE, at.clone(), printed.clone(), fixed);
            }
        }
        std::cmp::Ordering::Less => {
            let rule = &PRIMARY_FAMILY_STAYS;
            let without_addresses = after.cluster_ips.is_empty();
            if without_addresses
                && !after.ip_families.is_empty()
                && !errors.behavior().blames_family_without_addresses
            {
                return;
            }
            // Upstream looks at the addresses here.
            if without_addresses {
                let printed = print_families(errors.behavior(), after);
                let errors = errors.given(facts());
                errors.invalid(rule, at.clone(), printed, "primary ipFamily can not be unset");
            }
            if !after.ip_families.is_empty() && first_differs {
                errors.given(facts()).invalid(rule, at, printed_ips, fixed);
            }
            if after.ip_families.len() == 1 && after.policy() != SINGLE_STACK {
                policy_error(rule, new, "ipFamily", errors.given(facts()));
            }
        }
        std::cmp::Ordering::Greater => {
            if !before.ip_families.is_empty() && first_differs {
                let errors = errors.given(first(&before.ip_families, &after.ip_families));
                errors.invalid(&UPGRADE_KEEPS_PRIMARY_FAMILY, at, printed_ips, fixed);
            }
        }
    }
}

/// The first entries of two lists.
fn first(before: &[String], after: &[String]) -> Vec<Fact> {
    let (before, after) =
        (listed(&before[..1.min(before.len())]), listed(&after[..1.min(after.len())]));
    facts![before, after]
}

fn policy_error(rule: &'static Rule, new: &Service, released: &str, errors: &mut Errors) {
    let detail = format!("must be set to 'SingleStack' when releasing the secondary {released}");
    // REL-45: up to 1.22 the addresses are blamed.
    if errors.behavior().is_old() {
        let printed = print_ips(errors.behavior(), &new.spec);
        let path = FieldPath::spec("clusterIPs").index(0);
        errors.invalid(rule, path, printed, format!("`ipFamilyPolicy` {detail}"));
        return;
    }
    let printed = new.spec.ip_family_policy.as_deref().map_or("null".to_owned(), quote);
    errors.invalid(rule, FieldPath::spec("ipFamilyPolicy"), printed, detail);
}
