//! Which families does a Service get, and under which policy? Rules FAM-1 to FAM-13.
//! Source: pkg/registry/core/service/storage/alloc.go initIPFamilyFields.
//!
//! Runs before addresses are allocated and before the whole object is validated.
//! Invariant: on Ok, 1 or 2 distinct families (none for ExternalName); all configured on the
//! cluster, unless the Service is headless without selector or kept as it was (FAM-2).

use super::errors::{Errors, Refusal, print_ips};
use super::validate;
use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::api::service::{
    CLUSTER_IP, LOAD_BALANCER, NODE_PORT, NONE, PREFER_DUAL_STACK, REQUIRE_DUAL_STACK,
    SINGLE_STACK, Service,
};
use crate::apiserver::environment::Env;
use crate::explain::trace::{Origin, Trace};
use crate::facts;
use crate::net::Family;
use crate::net::go_parse::parse_ip;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::SERVICE_CLUSTER_IP_RANGE;

rules! {
    /// An alias has no addresses.
    ALIAS_HAS_NO_FAMILIES {
        id: "FAM-1", slug: "external-name-has-no-families",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [],
        en: "A Service of `type: ExternalName` is only a DNS alias: it has no address families and no addresses.",
        zh: "ExternalName 类型的 Service 只是 DNS 别名：没有地址族，也没有地址。",
    }
    /// A Service that prefers two families is not looked at again.
    PREFER_IS_LEFT_ALONE {
        id: "FAM-2", slug: "prefer-dual-stack-is-left-alone",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/storage/alloc.go isMatchingPreferDualStackClusterIPFields",
        evidence: Recorded,
        facts: [families],
        en: "The policy is still `PreferDualStack`, and neither address families nor addresses changed, so the Service keeps {families}: it is not upgraded when the cluster becomes dual-stack, nor downgraded when the cluster becomes single-stack.",
        zh: "策略仍为 `PreferDualStack`，且地址族和地址均未更改，因此 Service 保持 {families}：集群变为双栈时不会升级，变为单栈时也不会降级。",
    }
    /// The client gave a policy.
    POLICY_WAS_GIVEN {
        id: "FAM-3a", slug: "policy-was-given",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [policy],
        en: "The policy {policy} is set, so it is kept.",
        zh: "已设置策略 {policy}，因此保留。",
    }
    /// An update keeps the policy of the stored object.
    POLICY_IS_CARRIED_OVER {
        id: "FAM-3b", slug: "policy-is-carried-over",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [],
        en: "The policy is not set, so the stored one is kept.",
        zh: "未设置策略，因此保留已存储的策略。",
    }
    /// Nobody knows the families of endpoints that are made by hand.
    SELECTORLESS_HEADLESS_REQUIRES_BOTH {
        id: "FAM-3c", slug: "selectorless-headless-requires-both",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [],
        en: "The endpoints of a headless Service without selectors are maintained manually and can be of any address family, so without a policy it becomes `RequireDualStack`, on every cluster.",
        zh: "无选择算符的无头服务，其端点由用户手动维护，可属于任何地址族；因此未设置策略时，在任何集群上都为 `RequireDualStack`。",
    }
    /// Two of something meant two families.
    TWO_REQUIRE_BOTH {
        id: "REL-43", slug: "two-without-a-policy-require-both",
        versions: Versions::until(22),
        source: "pkg/registry/core/service/storage/rest.go tryDefaultValidateServiceClusterIPFields",
        evidence: Recorded,
        facts: [],
        en: "The policy is not set, but two addresses or address families are, so it becomes `RequireDualStack`. (From 1.23 on this is an error.)",
        zh: "未设置策略，但指定了两个地址或地址族，因此为 `RequireDualStack`。（自 1.23 起这是错误。）",
    }
    /// The default policy.
    POLICY_IS_SINGLE_STACK {
        id: "FAM-3d", slug: "policy-is-single-stack",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [],
        en: "The policy is not set, so it defaults to `SingleStack`, even on a dual-stack cluster.",
        zh: "未设置策略，因此默认为 `SingleStack`，在双栈集群上也是如此。",
    }
    /// Asking for one family lets go of the second address.
    DOWNGRADE_DROPS_SECOND_ADDRESS {
        id: "FAM-5a", slug: "downgrade-drops-second-address",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go trimFieldsForDualStackDowngrade",
        evidence: Recorded,
        facts: [dropped],
        en: "The policy is now `SingleStack`, so the second entry of `clusterIPs`, {dropped}, is removed. (From 1.23 on only if the list was not edited.)",
        zh: "策略现为 `SingleStack`，因此移除 `clusterIPs` 的第二项 {dropped}。（自 1.23 起仅限未被编辑的列表。）",
    }
    /// Asking for one family lets go of the second family.
    DOWNGRADE_DROPS_SECOND_FAMILY {
        id: "FAM-5b", slug: "downgrade-drops-second-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go trimFieldsForDualStackDowngrade",
        evidence: Recorded,
        facts: [dropped],
        en: "The policy is now `SingleStack`, so the second entry of `ipFamilies`, {dropped}, is removed. (From 1.23 on only if the list was not edited.)",
        zh: "策略现为 `SingleStack`，因此移除 `ipFamilies` 的第二项 {dropped}。（自 1.23 起仅限未被编辑的列表。）",
    }
    /// A second address cannot be dropped while two are asked for.
    RELEASE_NEEDS_SINGLE_STACK {
        id: "FAM-6", slug: "release-needs-single-stack",
        versions: Versions::since(23),
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [value],
        en: "The second address or address family was removed from the request, but it is released only under the policy `SingleStack`, not {value}.",
        zh: "请求中去掉了第二个地址或地址族，但只有在策略为 `SingleStack` 时才会释放它，而策略是 {value}。",
    }
    /// Two of something under a policy for one.
    TWO_NEED_A_DUAL_STACK_POLICY {
        id: "FAM-7", slug: "two-need-a-dual-stack-policy",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [],
        en: "Two addresses or address families are specified, but the policy allows only one. A policy that is not set counts as `SingleStack`: to list two address families is not enough.",
        zh: "指定了两个地址或地址族，但策略只允许一个。未设置策略时视为 `SingleStack`：只列出两个地址族并不能得到双栈。",
    }
    /// The address tells its family.
    ADDRESS_TELLS_ITS_FAMILY {
        id: "FAM-8a", slug: "address-tells-its-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [ip, family],
        en: "{ip} is specified without an address family, so its own is used: {family}.",
        zh: "指定了地址 {ip} 而未指定地址族，因此使用该地址的地址族 {family}。",
    }
    /// The address is of a family the cluster does not have.
    ADDRESS_OF_MISSING_FAMILY {
        id: "FAM-8b", slug: "address-of-missing-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [ip],
        en: "`--service-cluster-ip-range` has no range of the address family of {ip}.",
        zh: "`--service-cluster-ip-range` 中没有 {ip} 所属地址族的范围。",
    }
    /// A headless Service without selector lists families without a look at the cluster.
    SELECTORLESS_HEADLESS_TAKES_BOTH {
        id: "FAM-9", slug: "selectorless-headless-takes-both",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [families],
        en: "A headless Service without selectors gets {families}; whether the cluster supports them is not checked.",
        zh: "无选择算符的无头服务使用 {families}，不检查集群是否支持。",
    }
    /// Two families are required, one is there.
    REQUIRE_NEEDS_DUAL_STACK_CLUSTER {
        id: "FAM-10", slug: "require-needs-a-dual-stack-cluster",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [served],
        en: "`RequireDualStack` requires a cluster that supports both address families; this one supports only {served}.",
        zh: "`RequireDualStack` 要求集群支持两个地址族；此集群只支持 {served}。",
    }
    /// A named family is not there.
    FAMILY_IS_NOT_CONFIGURED {
        id: "FAM-11", slug: "family-is-not-configured",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [family],
        en: "{family} is specified, but `--service-cluster-ip-range` has no range of this address family.",
        zh: "指定了 {family}，但 `--service-cluster-ip-range` 中没有该地址族的范围。",
    }
    /// The families the client named are served.
    FAMILIES_WERE_GIVEN {
        id: "FAM-11b", slug: "given-families-are-configured",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [families],
        en: "`ipFamilies` lists {families}; the cluster supports them, and the order of the list decides which address is the primary one.",
        zh: "`ipFamilies` 列出 {families}；集群支持这些地址族，列表的顺序决定哪个是主地址。",
    }
    /// Nothing was said about families.
    PRIMARY_IS_THE_CLUSTERS {
        id: "FAM-12", slug: "primary-is-the-clusters",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [primary],
        en: "No address family is specified, so the primary one of the cluster is used: {primary}, the family of the first range of `--service-cluster-ip-range`.",
        zh: "未指定地址族，因此使用集群的主地址族 {primary}，即 `--service-cluster-ip-range` 第一个范围的地址族。",
    }
    /// Two are wanted, one was named, and the cluster has both.
    DUAL_ADDS_OTHER_FAMILY {
        id: "FAM-13a", slug: "dual-adds-other-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [policy, added],
        en: "{policy} on a dual-stack cluster: {added} is added as the second address family.",
        zh: "双栈集群上的 {policy}：追加 {added} 作为第二个地址族。",
    }
    /// Two are preferred, but the cluster has one.
    PREFER_STAYS_SINGLE {
        id: "FAM-13b", slug: "prefer-stays-single",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/storage/alloc.go initIPFamilyFields",
        evidence: Recorded,
        facts: [served],
        en: "`PreferDualStack` prefers both address families, but the cluster supports only {served}: there is one address, and no error. The policy does not change.",
        zh: "`PreferDualStack` 优先使用两个地址族，但集群只支持 {served}：因此只有一个地址，也不报错。策略保持不变。",
    }
}

/// Whether an update leaves a `PreferDualStack` Service as it is, so that neither families nor
/// addresses are touched. Source: alloc.go isMatchingPreferDualStackClusterIPFields.
#[must_use]
pub fn prefer_is_left_alone(old: &Service, new: &Service) -> bool {
    let (before, after) = (&old.spec, &new.spec);
    let has_addresses = |kind: &str| [CLUSTER_IP, NODE_PORT, LOAD_BALANCER].contains(&kind);
    after.policy() == PREFER_DUAL_STACK
        && before.type_ == after.type_
        && has_addresses(&after.type_)
        && before.ip_family_policy.as_deref().is_none_or(|policy| policy == PREFER_DUAL_STACK)
        && before.cluster_ips == after.cluster_ips
        && before.ip_families == after.ip_families
}

/// Settles policy and families of a Service to be stored.
///
/// # Errors
/// 422 with everything that is wrong in the first of these phases that finds anything: the IP block
/// of the validation, policy against lists, families against the cluster.
pub fn init_ip_family_fields(
    env: &Env,
    old: Option<&Service>,
    new: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    if new.spec.is_external_name() {
        trace.note(&ALIAS_HAS_NO_FAMILIES, FieldPath::spec("type"), facts![]);
        return Ok(());
    }
    if let Some(old) = old
        && prefer_is_left_alone(old, new)
    {
        let families = known_families(new);
        trace.note(&PREFER_IS_LEFT_ALONE, FieldPath::spec("ipFamilyPolicy"), facts![families]);
        return Ok(());
    }
    init_policy(env, old, new, trace);

    let mut errors = Errors::new(&env.behavior, trace);
    validate::ip_block(new, old, &mut errors);
    errors.end()?;

    if let Some(old) = old {
        trim_for_downgrade(&env.behavior, old, new, trace);
    }
    let mut errors = Errors::new(&env.behavior, trace);
    policy_against_lists(old, new, &mut errors);
    infer_families(env, new, &mut errors);
    errors.end()?;

    settle(env, new, trace)
}

/// The same up to 1.22: nothing of the stored object is looked at, and each phase ends the request
/// with what it found. Source: rest.go tryDefaultValidateServiceClusterIPFields.
///
/// # Errors
/// 422: policy against lists, addresses against the cluster, or families against the cluster.
pub fn init_ip_family_fields_old(
    env: &Env,
    new: &mut Service,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    if new.spec.is_external_name() {
        trace.note(&ALIAS_HAS_NO_FAMILIES, FieldPath::spec("type"), facts![]);
        return Ok(());
    }
    if !env.behavior.dual_stack.on() {
        return Ok(());
    }
    let mut errors = Errors::new(&env.behavior, trace);
    policy_against_lists(None, new, &mut errors);
    errors.end()?;
    let mut errors = Errors::new(&env.behavior, trace);
    infer_families(env, new, &mut errors);
    errors.end()?;
    init_policy(env, None, new, trace);
    settle(env, new, trace)
}

/// What is left once the policy is known and addresses have told their families.
fn settle(env: &Env, new: &mut Service, trace: &mut Trace) -> Result<(), Refusal> {
    let spec = &mut new.spec;
    let path = FieldPath::spec("ipFamilies");
    let primary = env.ranges.primary();
    let wants_two = spec.policy() != SINGLE_STACK;

    if spec.cluster_ip == NONE && spec.is_selectorless() {
        let before = spec.ip_families.len();
        if spec.ip_families.is_empty() {
            spec.ip_families.push(primary.name().to_owned());
        }
        if wants_two && let [only] = spec.ip_families.as_slice() {
            let other = Family::from_name(only).unwrap_or(primary).other();
            spec.ip_families.push(other.name().to_owned());
        }
        let after = spec.ip_families.join(",");
        let families = known_families(new);
        if families.len() > before {
            trace.set(&SELECTORLESS_HEADLESS_TAKES_BOTH, path, facts![families], None, after);
        } else {
            trace.note(&SELECTORLESS_HEADLESS_TAKES_BOTH, path, facts![families]);
        }
        return Ok(());
    }

    families_against_cluster(env, new, trace)?;

    let spec = &mut new.spec;
    if spec.ip_families.is_empty() {
        spec.ip_families.push(primary.name().to_owned());
        let at = path.clone().index(0);
        let step = trace.set(&PRIMARY_IS_THE_CLUSTERS, at, facts![primary], None, primary.name());
        trace.because(step, Origin::Flag(SERVICE_CLUSTER_IP_RANGE));
    }
    if wants_two && let [only] = spec.ip_families.as_slice() {
        let policy = spec.policy().to_owned();
        if env.ranges.is_dual() {
            let added = Family::from_name(only).unwrap_or(primary).other();
            spec.ip_families.push(added.name().to_owned());
            let at = path.index(1);
            let step =
                trace.set(&DUAL_ADDS_OTHER_FAMILY, at, facts![policy, added], None, added.name());
            trace.because(step, Origin::Manifest(FieldPath::spec("ipFamilyPolicy")));
        } else {
            let served = primary;
            let at = FieldPath::spec("ipFamilyPolicy");
            let step = trace.note(&PREFER_STAYS_SINGLE, at, facts![served]);
            trace.because(step, Origin::Flag(SERVICE_CLUSTER_IP_RANGE));
        }
    }
    Ok(())
}

/// The families of a Service, as far as they are families.
#[must_use]
pub fn known_families(service: &Service) -> Vec<Family> {
    service.spec.ip_families.iter().filter_map(|name| Family::from_name(name)).collect()
}

fn init_policy(env: &Env, old: Option<&Service>, new: &mut Service, trace: &mut Trace) {
    let at = FieldPath::spec("ipFamilyPolicy");
    let spec = &mut new.spec;
    if let Some(policy) = &spec.ip_family_policy {
        let policy = policy.as_str();
        let step = trace.note(&POLICY_WAS_GIVEN, at.clone(), facts![policy]);
        trace.because(step, Origin::Manifest(at));
        return;
    }
    if let Some(policy) = old.and_then(|old| old.spec.ip_family_policy.clone()) {
        trace.copied(&POLICY_IS_CARRIED_OVER, at.clone(), at, policy.clone());
        spec.ip_family_policy = Some(policy);
        return;
    }
    let names_two = spec.cluster_ips.len() == 2 || spec.ip_families.len() == 2;
    let (rule, policy) = if env.behavior.is_old() && names_two {
        (&TWO_REQUIRE_BOTH, REQUIRE_DUAL_STACK)
    } else if spec.cluster_ip == NONE && spec.is_selectorless() {
        (&SELECTORLESS_HEADLESS_REQUIRES_BOTH, REQUIRE_DUAL_STACK)
    } else {
        (&POLICY_IS_SINGLE_STACK, SINGLE_STACK)
    };
    trace.set(rule, at, facts![], None, policy);
    spec.ip_family_policy = Some(policy.to_owned());
}

/// Drops the second address and family under the policy `SingleStack`, of lists that were not edited.
/// The two are independent: an edited list is a mistake to report, not a wish to downgrade. Up to 1.22
/// an edited list is cut as well, if the policy was another one.
pub fn trim_for_downgrade(
    behavior: &Behavior,
    old: &Service,
    new: &mut Service,
    trace: &mut Trace,
) {
    let (before, after) = (&old.spec, &mut new.spec);
    let was_dual = [PREFER_DUAL_STACK, REQUIRE_DUAL_STACK].contains(&before.policy());
    let edited_too = behavior.is_old();
    if after.policy() != SINGLE_STACK || !behavior.dual_stack.on() || edited_too && !was_dual {
        return;
    }
    if after.cluster_ips.len() > 1 && (edited_too || after.cluster_ips == before.cluster_ips) {
        let dropped = after.cluster_ips.split_off(1).join(",");
        let at = FieldPath::spec("clusterIPs").index(1);
        trace.removed(&DOWNGRADE_DROPS_SECOND_ADDRESS, at, facts![dropped], dropped.clone());
    }
    if after.ip_families.len() > 1 && (edited_too || after.ip_families == before.ip_families) {
        let dropped = after.ip_families.split_off(1).join(",");
        let at = FieldPath::spec("ipFamilies").index(1);
        trace.removed(&DOWNGRADE_DROPS_SECOND_FAMILY, at, facts![dropped], dropped.clone());
    }
}

fn policy_against_lists(old: Option<&Service>, new: &Service, errors: &mut Errors) {
    let spec = &new.spec;
    let policy = spec.policy();
    let path = || FieldPath::spec("ipFamilyPolicy");
    if policy != SINGLE_STACK {
        let Some(old) = old else { return };
        let shortened = |new: usize, old: usize| new != 0 && new < old;
        if shortened(spec.cluster_ips.len(), old.spec.cluster_ips.len()) {
            let detail = "must be 'SingleStack' to release the secondary cluster IP";
            errors.invalid_text(&RELEASE_NEEDS_SINGLE_STACK, path(), policy, detail);
        }
        if shortened(spec.ip_families.len(), old.spec.ip_families.len()) {
            let detail = "must be 'SingleStack' to release the secondary IP family";
            errors.invalid_text(&RELEASE_NEEDS_SINGLE_STACK, path(), policy, detail);
        }
        return;
    }
    let (quote, ips, families) = if errors.behavior().is_old() {
        ("", "'clusterIPs'", "'ipFamilies'")
    } else {
        ("'", "cluster IPs", "IP families")
    };
    let lists = [(spec.cluster_ips.len(), ips), (spec.ip_families.len(), families)];
    for (_, what) in lists.into_iter().filter(|(length, _)| *length == 2) {
        let detail = format!(
            "must be {quote}RequireDualStack{quote} or {quote}PreferDualStack{quote} when \
             multiple {what} are specified"
        );
        errors.invalid_text(&TWO_NEED_A_DUAL_STACK_POLICY, path(), policy, detail);
    }
}

fn infer_families(env: &Env, new: &mut Service, errors: &mut Errors) {
    let spec = &mut new.spec;
    for (i, text) in spec.cluster_ips.iter().enumerate() {
        if text == NONE {
            break;
        }
        // After an unconfigured first entry nothing was appended: the second one is compared with
        // the shorter list.
        if spec.ip_families.len() > i {
            continue;
        }
        let family = parse_ip(text).map_or(Family::V4, |read| Family::of(read.ip));
        if env.ranges.has(family) {
            let at = FieldPath::spec("ipFamilies").index(spec.ip_families.len());
            spec.ip_families.push(family.name().to_owned());
            let facts = facts![ip = text.as_str(), family];
            let trace = errors.trace();
            let step = trace.set(&ADDRESS_TELLS_ITS_FAMILY, at, facts, None, family.name());
            let source = if i == 0 {
                FieldPath::spec("clusterIP")
            } else {
                FieldPath::spec("clusterIPs").index(i)
            };
            trace.because(step, Origin::Manifest(source));
        } else {
            let printed = print_ips(&env.behavior, spec);
            let detail = if env.behavior.is_old() {
                format!("may not use {family} on a cluster which is not configured for it")
            } else {
                format!("{family} is not configured on this cluster")
            };
            let path = FieldPath::spec("clusterIPs").index(i);
            let facts = facts![ip = text.as_str()];
            errors.invalid_with(&ADDRESS_OF_MISSING_FAMILY, path, printed, detail, facts);
            if env.behavior.is_old() {
                return;
            }
        }
    }
}

fn families_against_cluster(env: &Env, new: &Service, trace: &mut Trace) -> Result<(), Refusal> {
    let spec = &new.spec;
    if !spec.ip_families.is_empty() {
        let families = known_families(new);
        if families.iter().all(|family| env.ranges.has(*family)) {
            let path = FieldPath::spec("ipFamilies");
            let step = trace.note(&FAMILIES_WERE_GIVEN, path.clone(), facts![families]);
            trace.because(step, Origin::Manifest(path));
        }
    }
    let mut errors = Errors::new(&env.behavior, trace);
    if spec.policy() == REQUIRE_DUAL_STACK && !env.ranges.is_dual() {
        let detail = if env.behavior.is_old() {
            "Cluster is not configured for dual stack services"
        } else {
            "this cluster is not configured for dual-stack services"
        };
        let path = FieldPath::spec("ipFamilyPolicy");
        let served = env.ranges.primary();
        let rule = &REQUIRE_NEEDS_DUAL_STACK_CLUSTER;
        errors.invalid_with(rule, path, quote(REQUIRE_DUAL_STACK), detail, facts![served]);
    }
    for (i, family) in spec.ip_families.iter().enumerate() {
        if !Family::from_name(family).is_some_and(|family| env.ranges.has(family)) {
            let path = FieldPath::spec("ipFamilies").index(i);
            let rule = &FAMILY_IS_NOT_CONFIGURED;
            let errors = errors.given(facts![family = family.as_str()]);
            if env.behavior.is_old() {
                let printed = print_ips(&env.behavior, spec);
                let detail = format!("ipfamily {family} is not configured on cluster");
                errors.invalid(rule, path, printed, detail);
            } else {
                errors.invalid_text(rule, path, family, "not configured on this cluster");
            }
        }
    }
    errors.end()
}
