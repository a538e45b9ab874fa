//! Is this a Service? The checks of the whole object: rules VAL-1 to VAL-41, in upstream's order.
//! Source: pkg/apis/core/validation/validation.go ValidateService.
//!
//! The IP block runs twice: once before families are settled (FAM-4), once with the rest.

use std::net::IpAddr;

use super::errors::{Errors, listed, print_ips};
use super::{externally_accessible, metadata, names};
use crate::api::field_path::FieldPath;
use crate::api::service::{
    CLUSTER_IP, EXTERNAL_NAME, IntOrString, LOAD_BALANCER, NODE_PORT, NONE, PREFER_DUAL_STACK,
    REQUIRE_DUAL_STACK, SINGLE_STACK, Service, ServicePort,
};
use crate::api::{go_json, quote};
use crate::explain::rule::Rule;
use crate::net::Family;
use crate::net::go_parse::{BAD_CIDR, not_strict, parse_cidr, parse_ip};
use crate::net::special::{SpecialRange, special_ranges};
use crate::release::behavior::{Behavior, Gate};
use crate::release::version::Versions;
use crate::{facts, rules};

rules! {
    /// Topology annotations agree.
    TOPOLOGY_ANNOTATIONS_AGREE {
        id: "VAL-3", slug: "topology-annotations-agree",
        versions: Versions::since(27),
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value, other],
        en: "Two annotations have the same meaning under an old and a new name; their values, {other} and {value}, must agree.",
        zh: "两个注解以新旧名称表示同一含义；它们的值 {other} 和 {value} 必须一致。",
    }
    /// Ports are required.
    PORTS_ARE_REQUIRED {
        id: "VAL-4", slug: "ports-are-required",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [],
        en: "Only a headless Service or one of `type: ExternalName` may have no ports.",
        zh: "只有无头服务或 ExternalName 类型的 Service 可以没有端口。",
    }
    /// Headless is cluster ip only.
    HEADLESS_IS_CLUSTER_IP_ONLY {
        id: "VAL-5", slug: "headless-is-cluster-ip-only",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [],
        en: "A node port or a load balancer requires a cluster IP, so `None` is rejected.",
        zh: "节点端口或负载均衡器需要集群 IP，因此 `None` 被拒绝。",
    }
    /// External name has no addresses.
    EXTERNAL_NAME_HAS_NO_ADDRESSES {
        id: "VAL-6", slug: "external-name-has-no-addresses",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [],
        en: "A Service of `type: ExternalName` is only a DNS alias: it has no addresses and no address families.",
        zh: "ExternalName 类型的 Service 只是 DNS 别名：没有地址，也没有地址族。",
    }
    /// External name is a domain.
    EXTERNAL_NAME_IS_A_DOMAIN {
        id: "VAL-7", slug: "external-name-is-a-domain",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value],
        en: "`externalName` is the DNS name for which the Service is an alias; {value} is not a DNS name.",
        zh: "`externalName` 是 DNS 名称，该 Service 是它的别名；{value} 不是 DNS 名称。",
    }
    /// Port name is a unique label.
    PORT_NAME_IS_A_LABEL {
        id: "VAL-8", slug: "port-name-is-a-unique-label",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServicePort",
        evidence: Recorded,
        facts: [value],
        en: "Several ports are distinguished by name: each needs a DNS label that no other port has; {value} is not one.",
        zh: "多个端口靠名称区分：每个端口都需要一个与其他端口不同的 DNS 标签；{value} 不符合。",
    }
    /// Port is a port number.
    PORT_IS_A_PORT {
        id: "VAL-9", slug: "port-is-a-port-number",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServicePort",
        evidence: Recorded,
        facts: [value],
        en: "Port {value} lies outside 1-65535.",
        zh: "端口 {value} 不在 1-65535 之内。",
    }
    /// Protocol is known.
    PROTOCOL_IS_KNOWN {
        id: "VAL-10", slug: "protocol-is-known",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServicePort",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}, in upper case.",
        zh: "{value} 不是 {known} 之一（必须大写）。",
    }
    /// Target port is a port.
    TARGET_PORT_IS_A_PORT {
        id: "VAL-11", slug: "target-port-is-a-port",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServicePort",
        evidence: Recorded,
        facts: [value],
        en: "`targetPort` {value} is neither a port in 1-65535 nor the name of a container port.",
        zh: "`targetPort` 的值 {value} 既不是 1-65535 之内的端口号，也不是容器端口的名称。",
    }
    /// App protocol is a qualified name.
    APP_PROTOCOL_IS_A_NAME {
        id: "VAL-12", slug: "app-protocol-is-a-qualified-name",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServicePort",
        evidence: Recorded,
        facts: [value],
        en: "`appProtocol` is a name, with a domain prefix unless it is a standard one; {value} is not one.",
        zh: "`appProtocol` 是一个名称，非标准名称必须带域名前缀；{value} 不符合。",
    }
    /// Selector is well formed.
    SELECTOR_IS_WELL_FORMED {
        id: "VAL-13", slug: "selector-is-well-formed",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value],
        en: "A selector consists of labels, and {value} does not have the format of a label.",
        zh: "选择算符由标签组成，而 {value} 不符合标签格式。",
    }
    /// Affinity is known.
    AFFINITY_IS_KNOWN {
        id: "VAL-14", slug: "affinity-is-known",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}.",
        zh: "{value} 不是 {known} 之一。",
    }
    /// Affinity timeout is a day at most.
    AFFINITY_TIMEOUT_IS_A_DAY_AT_MOST {
        id: "VAL-15", slug: "affinity-timeout-is-a-day-at-most",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateClientIPAffinityConfig",
        evidence: Recorded,
        facts: [value],
        en: "Session affinity lasts from 1 to 86400 seconds, one day; {value} lies outside. (86400 itself is accepted, whatever the message says.)",
        zh: "会话亲和性的时长为 1 到 86400 秒，即最长一天；{value} 不在其内。（无论错误消息怎么写，86400 本身会被接受。）",
    }
    /// External ip is usable.
    EXTERNAL_IP_IS_USABLE {
        id: "VAL-16", slug: "external-ip-is-usable",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateNonSpecialIP",
        evidence: Recorded,
        facts: [value],
        en: "An external IP must be an address that traffic can reach from elsewhere; {value} is not.",
        zh: "外部 IP 必须是可以从其他地方访问的地址；{value} 不是。",
    }
    /// Type is known.
    TYPE_IS_KNOWN {
        id: "VAL-17", slug: "type-is-known",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}; the values are case-sensitive.",
        zh: "{value} 不是 {known} 之一；取值区分大小写。",
    }
    /// Cluster ip has no node port.
    CLUSTER_IP_HAS_NO_NODE_PORT {
        id: "VAL-18", slug: "cluster-ip-has-no-node-port",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [port],
        en: "A Service of `type: ClusterIP` has no node ports, so it cannot specify {port}.",
        zh: "ClusterIP 类型的 Service 没有节点端口，因此不能指定 {port}。",
    }
    /// Node port stands once.
    NODE_PORT_STANDS_ONCE {
        id: "VAL-19", slug: "node-port-appears-once",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value, protocol],
        en: "Two ports specify node port {value} for {protocol}.",
        zh: "有两个端口都为 {protocol} 指定了节点端口 {value}。",
    }
    /// Port and protocol stand once.
    PORT_STANDS_ONCE {
        id: "VAL-20", slug: "port-and-protocol-appear-once",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [port, protocol],
        en: "Port {port} with protocol {protocol} appears twice.",
        zh: "端口 {port} 和协议 {protocol} 的组合出现了两次。",
    }
    /// Source ranges are cidrs.
    SOURCE_RANGES_ARE_CIDRS {
        id: "VAL-21", slug: "source-ranges-are-cidrs",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateLoadBalancerSourceRanges",
        evidence: Recorded,
        facts: [value],
        en: "`loadBalancerSourceRanges` is a list of CIDRs in their canonical form, for `type: LoadBalancer` only; {value} is not accepted. (The message of the API server spells the field with a capital L.)",
        zh: "`loadBalancerSourceRanges` 是规范形式的 CIDR 列表，仅用于 LoadBalancer 类型；{value} 不被接受。（API 服务器的消息中，该字段名以大写字母 L 开头。）",
    }
    /// Source ranges annotation is cidrs.
    SOURCE_RANGES_ANNOTATION_IS_CIDRS {
        id: "VAL-22", slug: "source-ranges-annotation-is-cidrs",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [value],
        en: "The old annotation for source ranges follows the rules of the field: CIDRs, for `type: LoadBalancer` only; {value} is not accepted.",
        zh: "旧的来源范围注解遵循与字段相同的规则：CIDR，仅用于 LoadBalancer 类型；{value} 不被接受。",
    }
    /// Allocation switch is for load balancers.
    ALLOCATION_SWITCH_IS_FOR_BALANCERS {
        id: "VAL-23", slug: "allocation-switch-is-for-load-balancers",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [],
        en: "`allocateLoadBalancerNodePorts` may be set only for a load balancer.",
        zh: "只有 LoadBalancer 类型的 Service 可以设置 `allocateLoadBalancerNodePorts`。",
    }
    /// Class is for load balancers.
    CLASS_IS_FOR_BALANCERS {
        id: "VAL-24", slug: "class-is-for-load-balancers",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateLoadBalancerClassField",
        evidence: Recorded,
        facts: [value],
        en: "`loadBalancerClass` specifies which implementation provides the load balancer: a qualified name, for `type: LoadBalancer` only; {value} is not accepted.",
        zh: "`loadBalancerClass` 指定由哪个实现提供负载均衡器：它是限定名称，仅用于 LoadBalancer 类型；{value} 不被接受。",
    }
    /// External policy needs external access.
    EXTERNAL_POLICY_NEEDS_ACCESS {
        id: "VAL-25", slug: "external-policy-needs-external-access",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServiceExternalTrafficPolicy",
        evidence: Recorded,
        facts: [value],
        en: "`externalTrafficPolicy` is `Cluster` or `Local`, and only for a Service that is reachable from outside the cluster; {value} is not accepted.",
        zh: "`externalTrafficPolicy` 只能是 `Cluster` 或 `Local`，且仅用于可从集群外部访问的 Service；{value} 不被接受。",
    }
    /// Health port needs local policy.
    HEALTH_PORT_NEEDS_LOCAL {
        id: "VAL-26", slug: "health-port-needs-local-policy",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go validateServiceExternalTrafficFieldsValue",
        evidence: Recorded,
        facts: [value],
        en: "The health check node port is a port in 1-65535, only for a load balancer with `externalTrafficPolicy: Local`; {value} is not accepted.",
        zh: "健康检查节点端口是 1-65535 之内的端口，仅用于 `externalTrafficPolicy: Local` 的负载均衡器；{value} 不被接受。",
    }
    /// Internal policy is known.
    INTERNAL_POLICY_IS_KNOWN {
        id: "VAL-27", slug: "internal-policy-is-known",
        versions: Versions::since(21),
        source: "pkg/apis/core/validation/validation.go validateServiceInternalTrafficFieldsValue",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}.",
        zh: "{value} 不是 {known} 之一。",
    }
    /// Traffic distribution is known.
    DISTRIBUTION_IS_KNOWN {
        id: "VAL-28", slug: "traffic-distribution-is-known",
        versions: Versions::since(30),
        source: "pkg/apis/core/validation/validation.go validateServiceTrafficDistribution",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}.",
        zh: "{value} 不是 {known} 之一。",
    }
    /// Kubelet port stays inside.
    KUBELET_PORT_STAYS_INSIDE {
        id: "REL-25", slug: "kubelet-port-stays-inside",
        versions: Versions::until(32),
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [],
        en: "Port 10250 belongs to the kubelet; a load balancer may not expose it.",
        zh: "端口 10250 属于 kubelet，负载均衡器不得公开它。",
    }
    /// Load balancer ports share a protocol.
    BALANCER_PORTS_SHARE_A_PROTOCOL {
        id: "REL-30", slug: "load-balancer-ports-share-a-protocol",
        versions: Versions::until(27),
        source: "pkg/apis/core/validation/validation.go ValidateService",
        evidence: Recorded,
        facts: [],
        en: "Without the `MixedProtocolLBService` feature gate all ports of a load balancer must use the same protocol.",
        zh: "未启用特性门控 `MixedProtocolLBService` 时，负载均衡器的所有端口必须使用同一协议。",
    }
    /// Cluster ips start with cluster ip.
    CLUSTER_IPS_START_WITH_CLUSTER_IP {
        id: "VAL-30", slug: "cluster-ips-start-with-cluster-ip",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [ip, ips],
        en: "`clusterIP` is the first entry of `clusterIPs`; {ip} is not the first of {ips}.",
        zh: "`clusterIP` 就是 `clusterIPs` 的第一项；{ip} 不是 {ips} 的第一项。",
    }
    /// Cluster ips need cluster ip.
    CLUSTER_IPS_NEED_CLUSTER_IP {
        id: "VAL-31", slug: "cluster-ips-need-cluster-ip",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [ips],
        en: "`clusterIPs` alone is rejected: if you set it to {ips}, set `clusterIP` to the first entry too.",
        zh: "只设置 `clusterIPs` 会被拒绝：将其设为 {ips} 时，必须同时将 `clusterIP` 设为第一项。",
    }
    /// Family is known.
    FAMILY_IS_KNOWN {
        id: "VAL-32", slug: "family-is-known",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}, spelled exactly so.",
        zh: "{value} 不是 {known} 之一，写法必须完全一致。",
    }
    /// Family stands once.
    FAMILY_STANDS_ONCE {
        id: "VAL-33", slug: "family-appears-once",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value],
        en: "An address family can be listed only once; {value} is listed twice.",
        zh: "每个地址族只能列出一次；{value} 列出了两次。",
    }
    /// Policy is known.
    POLICY_IS_KNOWN {
        id: "VAL-34", slug: "policy-is-known",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value, known],
        en: "{value} is none of {known}.",
        zh: "{value} 不是 {known} 之一。",
    }
    /// None stands alone.
    NONE_STANDS_ALONE {
        id: "VAL-35", slug: "none-is-the-only-entry",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [ips],
        en: "A headless Service has no address, so `None` must be the only entry of {ips}.",
        zh: "无头服务没有地址，因此 `None` 必须是 {ips} 中唯一的条目。",
    }
    /// Cluster ip is an address.
    CLUSTER_IP_IS_AN_ADDRESS {
        id: "VAL-36", slug: "cluster-ip-is-an-address",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value],
        en: "Every entry of `clusterIPs` must be an IP address; {value} is not one.",
        zh: "`clusterIPs` 的每一项都必须是 IP 地址；{value} 不是。",
    }
    /// Cluster ip is unambiguous.
    CLUSTER_IP_IS_UNAMBIGUOUS {
        id: "VAL-37", slug: "cluster-ip-is-unambiguous",
        versions: Versions::since(33),
        source: "apimachinery pkg/util/validation/ip.go IsValidIP",
        evidence: Recorded,
        facts: [value],
        en: "Programs parse {value} in different ways (leading zeros, IPv4 inside IPv6), so it is rejected.",
        zh: "不同程序对 {value} 的解析方式不同（前导零、嵌在 IPv6 中的 IPv4），因此被拒绝。",
    }
    /// Cluster ips are two at most.
    CLUSTER_IPS_ARE_TWO_AT_MOST {
        id: "VAL-38", slug: "cluster-ips-are-two-at-most",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [count],
        en: "A Service has one address per address family, so at most two, not {count}.",
        zh: "Service 的每个地址族有一个地址，因此最多两个，而不是 {count} 个。",
    }
    /// One address per family.
    ONE_ADDRESS_PER_FAMILY {
        id: "VAL-39", slug: "one-address-per-family",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [ips],
        en: "{ips} are of the same address family; a Service has one address per family.",
        zh: "{ips} 属于同一地址族；Service 的每个地址族只有一个地址。",
    }
    /// Dual-stack check fails.
    DUAL_STACK_CHECK_FAILS {
        id: "VAL-42", slug: "dual-stack-check-fails",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value],
        en: "The stored Service has {value} too, so it is not validated as an address again; the check for two address families then fails, because it is not one.",
        zh: "已存储的 Service 中也有 {value}，因此不再校验它是否为地址；但它不是地址，因此对两个地址族的检查失败。",
    }
    /// Ipv4 family needs ipv4 address.
    IPV4_FAMILY_NEEDS_IPV4 {
        id: "VAL-40", slug: "ipv4-family-needs-ipv4-address",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value],
        en: "`ipFamilies` has IPv4 at this position, but {value} is not an IPv4 address.",
        zh: "`ipFamilies` 在此位置是 IPv4，但 {value} 不是 IPv4 地址。",
    }
    /// Ipv6 family needs ipv6 address.
    IPV6_FAMILY_NEEDS_IPV6 {
        id: "VAL-41", slug: "ipv6-family-needs-ipv6-address",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateServiceClusterIPsRelatedFields",
        evidence: Recorded,
        facts: [value],
        en: "`ipFamilies` has IPv6 at this position, but {value} is not an IPv6 address.",
        zh: "`ipFamilies` 在此位置是 IPv6，但 {value} 不是 IPv6 地址。",
    }
}

/// The old annotation for client ranges of a load balancer.
pub const SOURCE_RANGES_ANNOTATION: &str = "service.beta.kubernetes.io/load-balancer-source-ranges";
/// The annotation for topology hints.
pub const TOPOLOGY_MODE: &str = "service.kubernetes.io/topology-mode";
/// Its old name.
pub const TOPOLOGY_HINTS: &str = "service.kubernetes.io/topology-aware-hints";

const ONLY_FOR_BALANCERS: &str = "may only be used when `type` is 'LoadBalancer'";
const PORT_RANGE: &str = "must be between 1 and 65535, inclusive";

/// Checks a Service to be stored; `old` is the stored one on update.
pub fn validate(service: &Service, old: Option<&Service>, errors: &mut Errors) {
    if old.is_none() || errors.behavior().checks_metadata_again {
        metadata::validate(&service.metadata, errors);
    }
    topology_annotations(service, errors);
    let spec = &service.spec;
    ports_and_type(service, errors);
    for (i, port) in spec.ports.iter().enumerate() {
        let earlier = &spec.ports[..i];
        service_port(port, earlier, spec.ports.len() > 1, &FieldPath::port(i), errors);
    }
    selector(service, errors);
    affinity(service, errors);
    ip_block(service, old, errors);
    external_ips(service, old, errors);
    let types = [CLUSTER_IP, EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT];
    if !types.contains(&spec.type_.as_str()) {
        errors.not_supported(&TYPE_IS_KNOWN, FieldPath::spec("type"), &spec.type_, &types);
    }
    node_ports(service, errors);
    repeated_ports(service, errors);
    source_ranges(service, old, errors);
    if spec.allocate_load_balancer_node_ports.is_some() && spec.type_ != LOAD_BALANCER {
        let path = FieldPath::spec("allocateLoadBalancerNodePorts");
        errors.forbidden(&ALLOCATION_SWITCH_IS_FOR_BALANCERS, path, ONLY_FOR_BALANCERS);
    }
    load_balancer_class(service, errors);
    if errors.behavior().is_old() {
        external_traffic_values(service, errors);
    } else {
        external_traffic(service, errors);
    }
    if let Some(policy) = &spec.internal_traffic_policy {
        traffic_policy(&INTERNAL_POLICY_IS_KNOWN, "internalTrafficPolicy", policy, errors);
    }
    mixed_protocols(service, old, errors);
    traffic_distribution(service, errors);
}

/// What two annotations must agree on.
fn topology_annotations(service: &Service, errors: &mut Errors) {
    if !errors.behavior().compares_topology_annotations {
        return;
    }
    let annotations = &service.metadata.annotations;
    if let (Some(mode), Some(hints)) =
        (annotations.get(TOPOLOGY_MODE), annotations.get(TOPOLOGY_HINTS))
        && mode != hints
    {
        let detail = format!("must match annotations[{TOPOLOGY_HINTS}] when both are specified");
        let path = FieldPath::metadata("annotations").key(TOPOLOGY_MODE);
        let errors = errors.given(facts![other = hints.as_str()]);
        errors.invalid_text(&TOPOLOGY_ANNOTATIONS_AGREE, path, mode, detail);
    }
}

fn ports_and_type(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    if spec.ports.is_empty() && !spec.is_headless() && !spec.is_external_name() {
        errors.required(&PORTS_ARE_REQUIRED, FieldPath::spec("ports"), "");
    }
    kubelet_port(service, errors);
    match spec.type_.as_str() {
        LOAD_BALANCER | NODE_PORT if spec.is_headless() => {
            let detail = format!("may not be set to 'None' for {} services", spec.type_);
            let path = FieldPath::spec("clusterIPs").index(0);
            errors.invalid_text(&HEADLESS_IS_CLUSTER_IP_ONLY, path, NONE, detail);
        }
        EXTERNAL_NAME => external_name(service, errors),
        _ => {}
    }
}

fn external_name(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    let given = [
        ("clusterIPs", !spec.cluster_ips.is_empty()),
        ("ipFamilies", !spec.ip_families.is_empty()),
        ("ipFamilyPolicy", spec.ip_family_policy.is_some()),
    ];
    for (field, _) in given.into_iter().filter(|(_, given)| *given) {
        let detail = "may not be set for ExternalName services";
        errors.forbidden(&EXTERNAL_NAME_HAS_NO_ADDRESSES, FieldPath::spec(field), detail);
    }
    // A fully qualified name may end with a dot.
    let name = spec.external_name.strip_suffix('.').unwrap_or(&spec.external_name);
    let path = FieldPath::spec("externalName");
    if name.is_empty() {
        errors.required(&EXTERNAL_NAME_IS_A_DOMAIN, path, "");
        return;
    }
    for complaint in names::subdomain_1123(name) {
        errors.invalid_text(&EXTERNAL_NAME_IS_A_DOMAIN, path.clone(), name, complaint);
    }
}

fn service_port(
    port: &ServicePort,
    earlier: &[ServicePort],
    needs_name: bool,
    path: &FieldPath,
    errors: &mut Errors,
) {
    let name_path = path.clone().field("name");
    if port.name.is_empty() {
        if needs_name {
            errors.required(&PORT_NAME_IS_A_LABEL, name_path, "");
        }
    } else {
        for complaint in names::label_1123(&port.name) {
            errors.invalid_text(&PORT_NAME_IS_A_LABEL, name_path.clone(), &port.name, complaint);
        }
        if earlier.iter().any(|other| other.name == port.name) {
            errors.duplicate(&PORT_NAME_IS_A_LABEL, name_path, quote(&port.name));
        }
    }
    port_number(&PORT_IS_A_PORT, port.port, path.clone().field("port"), errors);
    let protocols = ["SCTP", "TCP", "UDP"];
    if !protocols.contains(&port.protocol.as_str()) {
        let path = path.clone().field("protocol");
        errors.not_supported(&PROTOCOL_IS_KNOWN, path, &port.protocol, &protocols);
    }
    let target = path.clone().field("targetPort");
    match &port.target_port {
        IntOrString::Int(number) => port_number(&TARGET_PORT_IS_A_PORT, *number, target, errors),
        IntOrString::Str(name) => {
            for complaint in names::port_name(name, errors.behavior().port_name_letter_or_number) {
                errors.invalid_text(&TARGET_PORT_IS_A_PORT, target.clone(), name, complaint);
            }
        }
    }
    if let Some(protocol) = &port.app_protocol {
        let path = path.clone().field("appProtocol");
        for complaint in names::qualified_name(protocol, errors.behavior()) {
            errors.invalid_text(&APP_PROTOCOL_IS_A_NAME, path.clone(), protocol, complaint);
        }
    }
}

fn port_number(rule: &'static Rule, number: i32, path: FieldPath, errors: &mut Errors) {
    if !(1..=65535).contains(&number) {
        errors.invalid(rule, path, number.to_string(), PORT_RANGE);
    }
}

fn selector(service: &Service, errors: &mut Errors) {
    let path = FieldPath::spec("selector");
    metadata::labels(&SELECTOR_IS_WELL_FORMED, &service.spec.selector, &path, errors);
}

fn affinity(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    let known = ["ClientIP", "None"];
    if !known.contains(&spec.session_affinity.as_str()) {
        let path = FieldPath::spec("sessionAffinity");
        errors.not_supported(&AFFINITY_IS_KNOWN, path, &spec.session_affinity, &known);
    }
    if spec.session_affinity != "ClientIP" {
        return;
    }
    let client_ip = spec.session_affinity_config.as_ref().and_then(|it| it.client_ip.as_ref());
    if let Some(seconds) = client_ip.and_then(|it| it.timeout_seconds)
        && !(1..=86400).contains(&seconds)
    {
        let path =
            FieldPath::spec("sessionAffinityConfig").field("clientIP").field("timeoutSeconds");
        let detail = "must be greater than 0 and less than 86400";
        let rule = &AFFINITY_TIMEOUT_IS_A_DAY_AT_MOST;
        errors.invalid(rule, path, seconds.to_string(), detail);
    }
}

/// Which of the two complaints about an address text applies: not an address at all, or one that
/// only Go's old parser accepts.
enum BadAddress {
    Malformed(&'static str),
    Ambiguous(&'static str),
}

/// Whether a text that the stored object has as well is let through: from 1.33 on, whatever it is.
fn exempts(behavior: &Behavior, bad: &BadAddress) -> bool {
    let is_legacy_field = !matches!(behavior.strict_ip_validation, Gate::Absent(_));
    is_legacy_field || matches!(bad, BadAddress::Ambiguous(_))
}

fn check_address(behavior: &Behavior, text: &str) -> Result<IpAddr, BadAddress> {
    let Some(read) = parse_ip(text) else {
        return Err(BadAddress::Malformed(
            "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)",
        ));
    };
    if behavior.strict_ip_validation.on() {
        if read.leading_zeros {
            return Err(BadAddress::Ambiguous("must not have leading 0s"));
        }
        if read.mapped {
            return Err(BadAddress::Ambiguous("must not be an IPv4-mapped IPv6 address"));
        }
    }
    Ok(read.ip)
}

/// The checks of addresses, families and policy (VAL-30 to VAL-41).
/// Source: ValidateServiceClusterIPsRelatedFields.
pub fn ip_block(service: &Service, old: Option<&Service>, errors: &mut Errors) {
    let spec = &service.spec;
    if spec.is_external_name() {
        return;
    }
    let behavior = errors.behavior();
    let path = FieldPath::spec("clusterIPs");
    let printed = || print_ips(behavior, spec);
    if spec.cluster_ip.is_empty() {
        if !spec.cluster_ips.is_empty() {
            let detail = if behavior.is_old() {
                "must be empty when clusterIP is empty"
            } else {
                "must be empty when `clusterIP` is not specified"
            };
            let errors = errors.given(facts![ips = listed(&spec.cluster_ips)]);
            errors.invalid(&CLUSTER_IPS_NEED_CLUSTER_IP, path.clone(), printed(), detail);
        }
    } else if spec.cluster_ips.is_empty() {
        let errors = errors.given(facts![ip = spec.cluster_ip.as_str(), ips = "[]"]);
        errors.required(&CLUSTER_IPS_START_WITH_CLUSTER_IP, path.clone(), "");
    } else if spec.cluster_ips[0] != spec.cluster_ip {
        let detail = if behavior.is_old() {
            "element [0] must match clusterIP"
        } else {
            "first value must match `clusterIP`"
        };
        let facts = facts![ip = spec.cluster_ip.as_str(), ips = listed(&spec.cluster_ips)];
        let errors = errors.given(facts);
        errors.invalid(&CLUSTER_IPS_START_WITH_CLUSTER_IP, path.clone(), printed(), detail);
    }
    for (i, family) in spec.ip_families.iter().enumerate() {
        let path = FieldPath::spec("ipFamilies").index(i);
        if Family::from_name(family).is_none() {
            errors.not_supported(&FAMILY_IS_KNOWN, path.clone(), family, &["IPv4", "IPv6"]);
        }
        if spec.ip_families[..i].contains(family) {
            errors.duplicate(&FAMILY_STANDS_ONCE, path, quote(family));
        }
    }
    if let Some(policy) = &spec.ip_family_policy {
        let known = [PREFER_DUAL_STACK, REQUIRE_DUAL_STACK, SINGLE_STACK];
        if !known.contains(&policy.as_str()) {
            errors.not_supported(
                &POLICY_IS_KNOWN,
                FieldPath::spec("ipFamilyPolicy"),
                policy,
                &known,
            );
        }
    }
    let mut bad_ips = false;
    let mut families = Vec::new();
    let old_ips = old.map_or(&[][..], |old| &old.spec.cluster_ips);
    for (i, text) in spec.cluster_ips.iter().enumerate() {
        if i == 0 && text == NONE {
            if spec.cluster_ips.len() > 1 {
                bad_ips = true;
                let detail = "'None' must be the first and only value";
                let errors = errors.given(facts![ips = listed(&spec.cluster_ips)]);
                errors.invalid(&NONE_STANDS_ALONE, path.clone(), printed(), detail);
            }
            continue;
        }
        match check_address(behavior, text) {
            Ok(ip) => families.push(Family::of(ip)),
            Err(bad) if old_ips.contains(text) && exempts(behavior, &bad) => {
                families.extend(parse_ip(text).map(|read| Family::of(read.ip)));
            }
            Err(bad) => {
                bad_ips = true;
                let (rule, detail) = match bad {
                    BadAddress::Malformed(detail) => (&CLUSTER_IP_IS_AN_ADDRESS, detail),
                    BadAddress::Ambiguous(detail) => (&CLUSTER_IP_IS_UNAMBIGUOUS, detail),
                };
                errors.invalid_text(rule, path.clone().index(i), text, detail);
            }
        }
    }
    if spec.cluster_ips.len() > 2 {
        let detail = "may only hold up to 2 values";
        let errors = errors.given(facts![count = spec.cluster_ips.len()]);
        errors.invalid(&CLUSTER_IPS_ARE_TWO_AT_MOST, path.clone(), printed(), detail);
    }
    if bad_ips {
        return;
    }
    if spec.cluster_ips.len() > 1
        && let Some(i) = spec.cluster_ips.iter().position(|text| parse_ip(text).is_none())
    {
        let value = spec.cluster_ips[i].as_str();
        let why = if behavior.numbers_bad_cidrs {
            format!("invalid IP[{i}]: {value}")
        } else {
            "ip <nil> is invalid".to_owned()
        };
        let detail = format!("failed to check for dual stack with error:{why}");
        errors.given(facts![value]).internal(&DUAL_STACK_CHECK_FAILS, path.clone(), &detail);
    }
    let both = families.contains(&Family::V4) && families.contains(&Family::V6);
    if spec.cluster_ips.len() > 1 && !both {
        let detail = "may specify no more than one IP for each IP family";
        let errors = errors.given(facts![ips = listed(&spec.cluster_ips)]);
        errors.invalid(&ONE_ADDRESS_PER_FAMILY, path.clone(), printed(), detail);
    }
    if spec.has_no_cluster_ip() {
        return;
    }
    for (i, (text, family)) in spec.cluster_ips.iter().zip(&spec.ip_families).enumerate() {
        let of_text = parse_ip(text).map(|read| Family::of(read.ip));
        let (rule, expected) = match Family::from_name(family) {
            Some(Family::V4) if of_text == Some(Family::V6) => (&IPV4_FAMILY_NEEDS_IPV4, "IPv4"),
            Some(Family::V6) if of_text != Some(Family::V6) => (&IPV6_FAMILY_NEEDS_IPV6, "IPv6"),
            _ => continue,
        };
        let detail = format!("expected an {expected} value as indicated by `ipFamilies[{i}]`");
        errors.invalid_text(rule, path.clone().index(i), text, detail);
    }
}

fn external_ips(service: &Service, old: Option<&Service>, errors: &mut Errors) {
    let old_ips = old.map_or(&[][..], |old| &old.spec.external_ips);
    for (i, text) in service.spec.external_ips.iter().enumerate() {
        let path = FieldPath::spec("externalIPs").index(i);
        let ip = match check_address(errors.behavior(), text) {
            Ok(ip) => ip,
            Err(BadAddress::Malformed(detail) | BadAddress::Ambiguous(detail)) => {
                let kept = parse_ip(text).filter(|_| old_ips.contains(text));
                let Some(read) = kept else {
                    errors.invalid_text(&EXTERNAL_IP_IS_USABLE, path, text, detail);
                    continue;
                };
                read.ip
            }
        };
        for detail in special_ip(errors.behavior(), ip, text) {
            errors.invalid_text(&EXTERNAL_IP_IS_USABLE, path.clone(), text, detail);
        }
    }
}

/// Why an address cannot be reached from elsewhere.
fn special_ip(behavior: &Behavior, ip: IpAddr, text: &str) -> Vec<String> {
    // Up to 1.22 only the IPv4 half of each is named (REL-48).
    let old = behavior.is_old();
    let mut complaints = Vec::new();
    if ip.is_unspecified() {
        let shown = if old { "0.0.0.0" } else { text };
        complaints.push(format!("may not be unspecified ({shown})"));
    }
    complaints.extend(special_ranges(ip).map(|range| match range {
        SpecialRange { name, v4, .. } if old => format!("may not be in the {name} range ({v4})"),
        range => range.to_string(),
    }));
    complaints
}

fn kubelet_port(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    if spec.type_ != LOAD_BALANCER || !errors.behavior().protects_kubelet_port {
        return;
    }
    for (i, _) in spec.ports.iter().enumerate().filter(|(_, port)| port.port == 10250) {
        let detail = "may not expose port 10250 externally since it is used by kubelet";
        let rule = &KUBELET_PORT_STAYS_INSIDE;
        errors.invalid(rule, FieldPath::port(i), "10250".to_owned(), detail);
    }
}

fn mixed_protocols(service: &Service, old: Option<&Service>, errors: &mut Errors) {
    let spec = &service.spec;
    if spec.type_ != LOAD_BALANCER {
        return;
    }
    let mixed = |service: &Service| {
        service.spec.ports.windows(2).any(|pair| pair[0].protocol != pair[1].protocol)
    };
    // What the stored object has already is let through.
    let new = mixed(service) && !old.is_some_and(mixed);
    if new && !errors.behavior().mixed_protocol_lb.on() {
        let printed: Vec<String> = spec.ports.iter().map(go_struct).collect();
        let value = format!("[]core.ServicePort{{{}}}", printed.join(", "));
        let detail = "may not contain more than 1 protocol when type is 'LoadBalancer'";
        let rule = &BALANCER_PORTS_SHARE_A_PROTOCOL;
        errors.invalid(rule, FieldPath::spec("ports"), value, detail);
    }
}

fn node_ports(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    if spec.type_ == CLUSTER_IP {
        for (i, port) in spec.ports.iter().enumerate().filter(|(_, port)| port.node_port != 0) {
            let path = FieldPath::port(i).field("nodePort");
            let detail = "may not be used when `type` is 'ClusterIP'";
            let errors = errors.given(facts![port = port.node_port.to_string()]);
            errors.forbidden(&CLUSTER_IP_HAS_NO_NODE_PORT, path, detail);
        }
    }
    for (i, port) in spec.ports.iter().enumerate() {
        let same = |other: &ServicePort| {
            (&other.protocol, other.node_port) == (&port.protocol, port.node_port)
        };
        if port.node_port != 0 && spec.ports[..i].iter().any(same) {
            let path = FieldPath::port(i).field("nodePort");
            let errors = errors.given(facts![protocol = port.protocol.as_str()]);
            errors.duplicate(&NODE_PORT_STANDS_ONCE, path, port.node_port.to_string());
        }
    }
}

fn repeated_ports(service: &Service, errors: &mut Errors) {
    let ports = &service.spec.ports;
    for (i, port) in ports.iter().enumerate() {
        let same =
            |other: &ServicePort| (&other.protocol, other.port) == (&port.protocol, port.port);
        if ports[..i].iter().any(same) {
            // Upstream compares, and so prints, a port with only these two fields filled in.
            let key = ServicePort {
                protocol: port.protocol.clone(),
                port: port.port,
                ..ServicePort::default()
            };
            let value = if errors.behavior().prints_json_values {
                json_struct(&key)
            } else {
                go_struct(&key)
            };
            let facts = facts![port = port.port.to_string(), protocol = port.protocol.as_str()];
            errors.given(facts).duplicate(&PORT_STANDS_ONCE, FieldPath::port(i), value);
        }
    }
}

/// A port as JSON of the internal type, which has no field tags.
fn json_struct(port: &ServicePort) -> String {
    let (kind, number, name) = target_parts(&port.target_port);
    let target = if kind == 1 { go_json(&name.into()) } else { number.to_string() };
    format!(
        "{{\"Name\":{},\"Protocol\":{},\"AppProtocol\":{},\"Port\":{},\"TargetPort\":{target},\"NodePort\":{}}}",
        go_json(&port.name.as_str().into()),
        go_json(&port.protocol.as_str().into()),
        port.app_protocol.as_deref().map_or("null".to_owned(), |text| go_json(&text.into())),
        port.port,
        port.node_port,
    )
}

/// A port in Go syntax (REL-14).
fn go_struct(port: &ServicePort) -> String {
    let (kind, number, name) = target_parts(&port.target_port);
    // Go prints the address of a string that is there; no release prints the same one twice.
    let app_protocol =
        if port.app_protocol.is_some() { "(*string)(0x0)" } else { "(*string)(nil)" };
    format!(
        "core.ServicePort{{Name:{}, Protocol:{}, AppProtocol:{app_protocol}, Port:{}, \
         TargetPort:intstr.IntOrString{{Type:{kind}, IntVal:{number}, StrVal:{}}}, NodePort:{}}}",
        quote(&port.name),
        quote(&port.protocol),
        port.port,
        quote(name),
        port.node_port,
    )
}

fn target_parts(target: &IntOrString) -> (u8, i32, &str) {
    match target {
        IntOrString::Int(number) => (0, *number, ""),
        IntOrString::Str(name) => (1, 0, name),
    }
}

fn source_ranges(service: &Service, old: Option<&Service>, errors: &mut Errors) {
    let spec = &service.spec;
    let is_balancer = spec.type_ == LOAD_BALANCER;
    if !spec.load_balancer_source_ranges.is_empty() {
        let path = FieldPath::spec("LoadBalancerSourceRanges");
        if !is_balancer {
            let errors = errors.given(facts![value = listed(&spec.load_balancer_source_ranges)]);
            errors.forbidden(&SOURCE_RANGES_ARE_CIDRS, path.clone(), ONLY_FOR_BALANCERS);
        }
        let texts: Vec<&str> =
            spec.load_balancer_source_ranges.iter().map(|text| text.trim()).collect();
        if !errors.behavior().source_ranges_one_by_one {
            if texts.iter().any(|text| parse_cidr(text).is_none()) {
                let printed = format!("[{}]", spec.load_balancer_source_ranges.join(" "));
                whole_list(&SOURCE_RANGES_ARE_CIDRS, path, &printed, errors);
            }
            return;
        }
        let kept: Vec<&str> = old
            .iter()
            .flat_map(|old| &old.spec.load_balancer_source_ranges)
            .map(|text| text.trim())
            .collect();
        for (i, text) in texts.iter().enumerate() {
            if !kept.contains(text) {
                source_range(&SOURCE_RANGES_ARE_CIDRS, &path.clone().index(i), text, errors);
            }
        }
        return;
    }
    let Some(value) = service.metadata.annotations.get(SOURCE_RANGES_ANNOTATION) else { return };
    let path = FieldPath::metadata("annotations").key(SOURCE_RANGES_ANNOTATION);
    if !is_balancer {
        let errors = errors.given(facts![value = value.as_str()]);
        errors.forbidden(&SOURCE_RANGES_ANNOTATION_IS_CIDRS, path.clone(), ONLY_FOR_BALANCERS);
    }
    let before = old.and_then(|old| old.metadata.annotations.get(SOURCE_RANGES_ANNOTATION));
    if value.trim().is_empty() {
        return;
    }
    let items = value.split(',').map(str::trim);
    if !errors.behavior().source_ranges_one_by_one {
        if items.into_iter().any(|item| parse_cidr(item).is_none()) {
            whole_list(&SOURCE_RANGES_ANNOTATION_IS_CIDRS, path, value, errors);
        }
    } else if before != Some(value) {
        for item in items {
            source_range(&SOURCE_RANGES_ANNOTATION_IS_CIDRS, &path, item, errors);
        }
    }
}

/// One error for a whole list, as releases up to 1.29 give it (REL-4).
fn whole_list(rule: &'static Rule, path: FieldPath, printed: &str, errors: &mut Errors) {
    let detail = "must be a list of IP ranges. For example, 10.240.0.0/24,10.250.0.0/24 ";
    errors.invalid_text(rule, path, printed, detail);
}

fn source_range(rule: &'static Rule, path: &FieldPath, text: &str, errors: &mut Errors) {
    let Some(read) = parse_cidr(text) else {
        errors.invalid_text(rule, path.clone(), text, BAD_CIDR);
        return;
    };
    if errors.behavior().strict_ip_validation.on()
        && let Some(detail) = not_strict(&read)
    {
        errors.invalid_text(rule, path.clone(), text, detail);
    }
}

/// VAL-24; also run among the checks of an update, so its causes can stand twice (UPD-11).
pub fn load_balancer_class(service: &Service, errors: &mut Errors) {
    let Some(class) = &service.spec.load_balancer_class else { return };
    let path = FieldPath::spec("loadBalancerClass");
    if service.spec.type_ != LOAD_BALANCER {
        let errors = errors.given(facts![value = class.as_str()]);
        errors.forbidden(&CLASS_IS_FOR_BALANCERS, path, ONLY_FOR_BALANCERS);
        return;
    }
    for complaint in names::qualified_name(class, errors.behavior()) {
        errors.invalid_text(&CLASS_IS_FOR_BALANCERS, path.clone(), class, complaint);
    }
}

/// What releases up to 1.22 say of these fields alone; how they go together is looked at later.
/// Source: validateServiceExternalTrafficFieldsValue.
fn external_traffic_values(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    let policy = &spec.external_traffic_policy;
    if !["", "Cluster", "Local"].contains(&policy.as_str()) {
        let detail = "ExternalTrafficPolicy must be empty, Cluster or Local";
        let path = FieldPath::spec("externalTrafficPolicy");
        errors.invalid_text(&EXTERNAL_POLICY_NEEDS_ACCESS, path, policy, detail);
    }
    let number = spec.health_check_node_port;
    if number < 0 {
        let detail = "HealthCheckNodePort must be not less than 0";
        let path = FieldPath::spec("healthCheckNodePort");
        errors.invalid(&HEALTH_PORT_NEEDS_LOCAL, path, number.to_string(), detail);
    }
}

/// How type, policy and port for health checks go together, in releases up to 1.22 (REL-49).
/// Source: ValidateServiceExternalTrafficFieldsCombination.
pub fn external_traffic_combination(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    let policy = &spec.external_traffic_policy;
    if !externally_accessible(errors.behavior(), spec) && !policy.is_empty() {
        let detail = "ExternalTrafficPolicy can only be set on NodePort and LoadBalancer service";
        let path = FieldPath::spec("externalTrafficPolicy");
        errors.invalid_text(&EXTERNAL_POLICY_NEEDS_ACCESS, path, policy, detail);
    }
    let number = spec.health_check_node_port;
    if !spec.needs_health_check() && number != 0 {
        let detail = "HealthCheckNodePort can only be set on LoadBalancer service with \
             ExternalTrafficPolicy=Local";
        let path = FieldPath::spec("healthCheckNodePort");
        errors.invalid(&HEALTH_PORT_NEEDS_LOCAL, path, number.to_string(), detail);
    }
}

fn external_traffic(service: &Service, errors: &mut Errors) {
    let spec = &service.spec;
    let policy = &spec.external_traffic_policy;
    if externally_accessible(errors.behavior(), spec) {
        traffic_policy(&EXTERNAL_POLICY_NEEDS_ACCESS, "externalTrafficPolicy", policy, errors);
    } else if !policy.is_empty() {
        let detail = if errors.behavior().external_ips_are_external_access {
            "may only be set for externally-accessible services"
        } else {
            "may only be set when `type` is 'NodePort' or 'LoadBalancer'"
        };
        let path = FieldPath::spec("externalTrafficPolicy");
        errors.invalid_text(&EXTERNAL_POLICY_NEEDS_ACCESS, path, policy, detail);
    }
    let path = FieldPath::spec("healthCheckNodePort");
    let number = spec.health_check_node_port;
    if spec.needs_health_check() {
        port_number(&HEALTH_PORT_NEEDS_LOCAL, number, path, errors);
    } else if number != 0 {
        let detail =
            "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
        errors.invalid(&HEALTH_PORT_NEEDS_LOCAL, path, number.to_string(), detail);
    }
}

fn traffic_policy(rule: &'static Rule, field: &'static str, policy: &str, errors: &mut Errors) {
    let known = ["Cluster", "Local"];
    if !known.contains(&policy) {
        errors.not_supported(rule, FieldPath::spec(field), policy, &known);
    }
}

fn traffic_distribution(service: &Service, errors: &mut Errors) {
    let Some(value) = &service.spec.traffic_distribution else { return };
    let mut known = vec!["PreferClose"];
    if errors.behavior().prefer_same.on() {
        known.extend(["PreferSameZone", "PreferSameNode"]);
    }
    if !known.contains(&value.as_str()) {
        let path = FieldPath::spec("trafficDistribution");
        errors.not_supported(&DISTRIBUTION_IS_KNOWN, path, value, &known);
    }
}

#[cfg(test)]
mod tests {
    use super::{POLICY_IS_KNOWN, PORT_IS_A_PORT, PORT_NAME_IS_A_LABEL, port_number};
    use crate::api::field_path::FieldPath;
    use crate::apiserver::service::errors::Errors;
    use crate::explain::text::Lang;
    use crate::explain::trace::Trace;
    use crate::release::behavior::Behavior;
    use crate::release::version::KubeVersion;

    #[test]
    fn a_reason_names_the_value_and_what_is_allowed() {
        let behavior = Behavior::of(KubeVersion::LATEST);
        let mut trace = Trace::default();
        let mut errors = Errors::new(&behavior, &mut trace);
        let path = FieldPath::spec("ipFamilyPolicy");
        errors.not_supported(&POLICY_IS_KNOWN, path.clone(), "Req", &["A", "B"]);
        errors.not_supported(&POLICY_IS_KNOWN, path, "", &["A", "B"]);
        port_number(&PORT_IS_A_PORT, 70000, FieldPath::port(0).field("port"), &mut errors);
        errors.required(&PORT_NAME_IS_A_LABEL, FieldPath::port(0).field("name"), "");
        let said: Vec<String> = trace.steps().iter().map(|step| step.plain(Lang::En)).collect();
        assert_eq!(said[0], "Req is none of A, B.");
        assert_eq!(said[1], "\"\" is none of A, B.");
        assert_eq!(said[2], "Port 70000 lies outside 1-65535.");
        assert!(said[3].ends_with("\"\" is not one."), "{}", said[3]);
    }
}
