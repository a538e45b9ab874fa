//! Does kube-apiserver start, and with which ranges? Rules API-1 to API-12.
//! Source: cmd/kube-apiserver/app/options/completion.go and validation.go.
//!
//! Parsing of flags comes first, then completion, then validation: the first of these that finds
//! something ends the start.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::apiserver::environment::{Env, PortRange};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Origin, Trace};
use crate::facts;
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::special::special_ranges;
use crate::net::{Cidr, Family, Stack};
use crate::release::behavior::{Behavior, RangeLimit};
use crate::release::version::{KubeVersion, Versions};
use crate::rules;
use crate::source::flags::table::{
    ADVERTISE_ADDRESS as ADVERTISE, BIND_ADDRESS as BIND, ENDPOINT_RECONCILER_TYPE as RECONCILER,
    FEATURE_GATES, KUBERNETES_SERVICE_NODE_PORT as NODE_PORT, SECURE_PORT,
};
pub use crate::source::flags::table::{
    SERVICE_CLUSTER_IP_RANGE as RANGE, SERVICE_NODE_PORT_RANGE as PORTS,
};
use crate::source::flags::{Component, FlagsText};
use crate::startup::command_line::{CommandLine, Given};
use crate::startup::pflag::parse_int;
pub use crate::startup::{Phase, StartError, Unmodelled};
use crate::startup::{bad_flag, default_of, note, reject, set_gates};

const WHO: Component = Component::KubeApiserver;

rules! {
    /// A range that is none.
    RANGE_DOES_NOT_PARSE {
        id: "API-1a", slug: "service-range-is-no-cidr",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/completion.go getServiceIPAndRanges",
        evidence: Recorded,
        facts: [value],
        en: "{value}, an entry of `--service-cluster-ip-range`, is not a CIDR. Whitespace is not trimmed: a space after the comma is an error.",
        zh: "`--service-cluster-ip-range` 中的 {value} 不是 CIDR。空白不会被去除：逗号后的空格也会导致错误。",
    }
    /// A range of fewer than eight addresses.
    RANGE_IS_TOO_SMALL {
        id: "API-1b", slug: "primary-range-is-too-small",
        versions: Versions::ALL,
        source: "pkg/controlplane/services.go ServiceIPRange",
        evidence: Recorded,
        facts: [range],
        en: "The first Service CIDR needs at least 8 addresses; {range} has fewer. The second has no such minimum.",
        zh: "第一个 Service CIDR 至少需要 8 个地址；{range} 不足 8 个。第二个没有此限制。",
    }
    /// No range was given.
    RANGE_HAS_A_DEFAULT {
        id: "API-2", slug: "service-range-has-a-default",
        versions: Versions::ALL,
        source: "pkg/controlplane/services.go ServiceIPRange",
        evidence: Recorded,
        facts: [cidr],
        en: "No Service CIDR is set, so {cidr} is used: IPv4 only, and deprecated.",
        zh: "未设置 Service CIDR，因此使用 {cidr}：仅支持 IPv4，且已弃用。",
    }
    /// Three ranges.
    RANGES_ARE_TWO_AT_MOST {
        id: "API-3a", slug: "service-ranges-are-two-at-most",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/validation.go validateClusterIPFlags",
        evidence: Recorded,
        facts: [count],
        en: "There is at most one Service CIDR per address family, so at most two, not {count}.",
        zh: "每个地址族最多一个 Service CIDR，因此最多两个，而不是 {count} 个。",
    }
    /// Two ranges of one family.
    RANGES_DIFFER_IN_FAMILY {
        id: "API-3b", slug: "service-ranges-differ-in-family",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/validation.go validateClusterIPFlags",
        evidence: Recorded,
        facts: [first, second],
        en: "Two Service CIDRs must be of different address families: {first} and {second} are of one family, which is not dual-stack.",
        zh: "两个 Service CIDR 必须属于不同的地址族：{first} 和 {second} 属于同一地址族，不是双栈。",
    }
    /// More addresses than the allocator can keep.
    RANGE_IS_TOO_LARGE {
        id: "API-4a", slug: "service-range-is-too-large",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/validation.go validateMaxCIDRRange",
        evidence: Recorded,
        facts: [range, most],
        en: "The allocator of this version supports a Service CIDR with at most {most} host bits; {range} has more.",
        zh: "此版本的分配器支持的 Service CIDR 最多有 {most} 个主机位；{range} 的主机位更多。",
    }
    /// A second range without the gate.
    SECOND_RANGE_NEEDS_GATE {
        id: "API-4b", slug: "second-range-needs-the-gate",
        versions: Versions::until(24),
        source: "cmd/kube-apiserver/app/options/validation.go validateClusterIPFlags",
        evidence: SourceRead,
        facts: [range],
        en: "In this version a second Service CIDR, {range}, requires the `IPv6DualStack` feature gate.",
        zh: "在此版本中，第二个 Service CIDR（{range}）需要启用特性门控 `IPv6DualStack`。",
    }
    /// The cluster's families.
    ORDER_CHOOSES_PRIMARY {
        id: "API-6", slug: "order-chooses-the-primary-family",
        versions: Versions::ALL,
        source: "pkg/registry/core/rest/storage_core.go newServiceIPAllocators",
        evidence: SourceRead,
        facts: [families],
        en: "The cluster supports {families}. The first Service CIDR is the primary one: a Service that specifies no address family gets the family of this range.",
        zh: "集群支持 {families}。第一个 Service CIDR 是主 Service CIDR：未指定地址族的 Service 使用它的地址族。",
    }
    /// The Service of the API itself.
    KUBERNETES_SERVICE {
        id: "API-7", slug: "kubernetes-service-has-the-first-address",
        versions: Versions::ALL,
        source: "pkg/controlplane/controller/kubernetesservice/controller.go",
        evidence: SourceRead,
        facts: [ip],
        en: "kube-apiserver creates the `kubernetes` Service for itself: single-stack, with {ip}, the first address of the primary Service CIDR.",
        zh: "kube-apiserver 为自身创建 `kubernetes` Service：它是单栈的，地址为 {ip}，即主 Service CIDR 的第一个地址。",
    }
    /// The Service of the API itself, on every node.
    KUBERNETES_SERVICE_ON_NODES {
        id: "API-7b", slug: "kubernetes-service-has-a-node-port",
        versions: Versions::ALL,
        source: "pkg/controlplane/controller/kubernetesservice/controller.go CreateOrUpdateMasterServiceIfNeeded",
        evidence: SourceRead,
        facts: [port],
        en: "`--kubernetes-service-node-port` makes the `kubernetes` Service a Service of `type: NodePort` with node port {port}. That happens only when it is created; a later start does not change it.",
        zh: "`--kubernetes-service-node-port` 使 `kubernetes` Service 成为 NodePort 类型的 Service，节点端口为 {port}。这只在创建时发生；之后的启动不会更改它。",
    }
    /// Where the Service of the API leads.
    KUBERNETES_ENDPOINTS {
        id: "API-8a", slug: "kubernetes-endpoints-are-of-one-family",
        versions: Versions::ALL,
        source: "pkg/controlplane/reconcilers/endpointsadapter.go",
        evidence: Recorded,
        facts: [address],
        en: "The endpoint of the `kubernetes` Service is {address}: one address per API server, in one EndpointSlice, of one address family. A second cluster IP would have no endpoints.",
        zh: "`kubernetes` Service 的端点是 {address}：每个 API 服务器一个地址，位于同一个 EndpointSlice 中，只属于一个地址族。即使它有第二个集群 IP，后面也没有端点。",
    }
    /// Nobody publishes the address.
    KUBERNETES_HAS_NO_ENDPOINTS {
        id: "API-8b", slug: "kubernetes-endpoints-are-not-published",
        versions: Versions::ALL,
        source: "pkg/controlplane/reconcilers/none.go",
        evidence: Recorded,
        facts: [],
        en: "With `--endpoint-reconciler-type=none` kube-apiserver publishes no endpoint for the `kubernetes` Service, so the address families of the Service CIDR and of `--advertise-address` are not compared.",
        zh: "设置 `--endpoint-reconciler-type=none` 时，kube-apiserver 不为 `kubernetes` Service 发布端点，因此不会比较 Service CIDR 与 `--advertise-address` 的地址族。",
    }
    /// Two families that have to be one, before anybody checked.
    ADVERTISE_FAMILY_GOES_UNNOTICED {
        id: "API-9b", slug: "advertise-address-may-differ-in-family",
        versions: Versions::until(23),
        source: "cmd/kube-apiserver/app/options/validation.go",
        evidence: Recorded,
        facts: [range, address],
        en: "The cluster IP of the `kubernetes` Service is in {range}, and its endpoint is {address}. This version starts anyway, but Pods cannot reach the API server through that Service.",
        zh: "`kubernetes` Service 的集群 IP 在 {range} 中，而端点是 {address}。此版本仍会启动，但 Pod 无法通过该 Service 访问 API 服务器。",
    }
    /// A reconciler that there is not.
    RECONCILER_IS_UNKNOWN {
        id: "API-9c", slug: "endpoint-reconciler-is-unknown",
        versions: Versions::ALL,
        source: "pkg/controlplane/instance.go createEndpointReconciler",
        evidence: SourceRead,
        facts: [value],
        en: "{value} is none of `lease`, `none` and `master-count`. `--endpoint-reconciler-type` accepts any value; the program exits when it creates the reconciler.",
        zh: "{value} 不是 `lease`、`none`、`master-count` 之一。`--endpoint-reconciler-type` 接受任何值；程序在创建协调器时才退出。",
    }
    /// Two families that have to be one.
    ADVERTISE_FAMILY_DIFFERS {
        id: "API-9", slug: "advertise-address-differs-in-family",
        versions: Versions::since(24),
        source: "cmd/kube-apiserver/app/options/validation.go validatePublicIPServiceClusterIPRangeIPFamilies",
        evidence: Recorded,
        facts: [range, address],
        en: "The `kubernetes` Service would have a cluster IP in {range} and the endpoint {address}: traffic could not reach the API server. Set `--advertise-address` to an address of the family of the first Service CIDR.",
        zh: "`kubernetes` Service 的集群 IP 将在 {range} 中，而端点是 {address}：流量无法到达 API 服务器。请将 `--advertise-address` 设为与第一个 Service CIDR 地址族相同的地址。",
    }
    /// An address that no object can hold.
    ADVERTISE_ADDRESS_IS_NO_ENDPOINT {
        id: "API-9d", slug: "advertise-address-can-be-no-endpoint",
        versions: Versions::since(37),
        source: "kubernetes/pull/138102",
        evidence: Documentation,
        fidelity: Fidelity::Simplified(Text {
            en: "The text is that of the validation of Endpoints, which this check follows; what 1.37 prints around it is not known here.",
            zh: "文本取自 Endpoints 的合法性检查，此检查与其一致；1.37 在其前后输出的内容此处未知。",
        }),
        facts: [address],
        en: "{address} is a loopback or link-local address. The endpoint of the `kubernetes` Service cannot have it, so kube-apiserver exits.",
        zh: "{address} 是本地回路（loopback）或链路本地地址。`kubernetes` Service 的端点不能使用它，因此 kube-apiserver 退出。",
    }
    /// The address other members reach this API server at.
    ADVERTISE_ADDRESS_IS_CHOSEN {
        id: "API-10", slug: "advertise-address-is-chosen",
        versions: Versions::ALL,
        source: "apimachinery pkg/util/net/interface.go ResolveBindAddress",
        evidence: SourceRead,
        fidelity: Fidelity::Chosen(Text {
            en: "A real host looks at its default route; here the host has 192.0.2.10 and 2001:db8::10.",
            zh: "真实主机会查看其默认路由；此处主机的地址为 192.0.2.10 和 2001:db8::10。",
        }),
        facts: [address],
        en: "`--advertise-address` is not set, so kube-apiserver uses the address of its default route, IPv4 first: {address}.",
        zh: "未设置 `--advertise-address`，因此 kube-apiserver 使用默认路由的地址，IPv4 优先：{address}。",
    }
    /// A port to serve at that is none.
    SECURE_PORT_IS_OUTSIDE {
        id: "API-10c", slug: "secure-port-is-no-port",
        versions: Versions::ALL,
        source: "apiserver pkg/server/options/serving.go Validate",
        evidence: SourceRead,
        facts: [port],
        en: "Port {port} lies outside 1-65535; the secure port of kube-apiserver cannot be disabled.",
        zh: "端口 {port} 不在 1-65535 之内；kube-apiserver 的安全端口不能禁用。",
    }
    /// A range of ports that is none.
    PORT_RANGE_DOES_NOT_PARSE {
        id: "API-11a", slug: "node-port-range-is-no-range",
        versions: Versions::ALL,
        source: "apimachinery pkg/util/net/port_range.go Set",
        evidence: Recorded,
        facts: [value],
        en: "`--service-node-port-range` is written as `30000-32767`, as `30000+100` or as a single port; {value} is none of them.",
        zh: "`--service-node-port-range` 写作 `30000-32767`、`30000+100` 或单个端口；{value} 不符合。",
    }
    /// The port of the Service `kubernetes` on nodes.
    KUBERNETES_NODE_PORT_IS_OUTSIDE {
        id: "API-11b", slug: "kubernetes-node-port-is-outside",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/validation.go validateServiceNodePort",
        evidence: Recorded,
        facts: [port, range],
        en: "`--kubernetes-service-node-port` {port} lies outside {range}.",
        zh: "`--kubernetes-service-node-port` 的值 {port} 不在 {range} 之内。",
    }
}

/// The flags of kube-apiserver that the simulator acts on, as given; empty means absent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `--service-cluster-ip-range`.
    pub service_cluster_ip_range: String,
    /// `--service-node-port-range`.
    pub service_node_port_range: String,
    /// `--advertise-address`.
    pub advertise_address: String,
    /// `--bind-address`.
    pub bind_address: String,
    /// `--endpoint-reconciler-type`.
    pub endpoint_reconciler_type: String,
    /// `--kubernetes-service-node-port`.
    pub kubernetes_service_node_port: i64,
    /// `--secure-port`.
    pub secure_port: i64,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            service_cluster_ip_range: String::new(),
            service_node_port_range: default_of(WHO, PORTS),
            advertise_address: String::new(),
            bind_address: default_of(WHO, BIND),
            endpoint_reconciler_type: default_of(WHO, RECONCILER),
            kubernetes_service_node_port: 0,
            secure_port: 6443,
        }
    }
}

/// Reads the flags from the text, and folds the feature gates into the behaviour. Gates and flags
/// that the simulator does not act on are named in the second list.
///
/// # Errors
/// A value that its flag does not take.
pub fn read(
    text: &FlagsText,
    behavior: &mut Behavior,
    trace: &mut Trace,
) -> Result<(Flags, Vec<Unmodelled>), StartError> {
    let mut flags = Flags::default();
    let mut gates = Vec::new();
    let mut line = CommandLine::new(WHO, behavior.version, text);
    while let Some(Given { flag, spec, value }) = line.next(trace)? {
        let name = spec.name;
        let number = |trace: &mut Trace| parse_int(value).map_err(|why| bad_flag(name, why, trace));
        match name {
            RANGE => value.clone_into(&mut flags.service_cluster_ip_range),
            PORTS => value.clone_into(&mut flags.service_node_port_range),
            ADVERTISE => value.clone_into(&mut flags.advertise_address),
            BIND => value.clone_into(&mut flags.bind_address),
            RECONCILER => value.clone_into(&mut flags.endpoint_reconciler_type),
            NODE_PORT => flags.kubernetes_service_node_port = number(trace)?,
            SECURE_PORT => flags.secure_port = number(trace)?,
            FEATURE_GATES if behavior.gates_after_flags => gates.push(flag),
            FEATURE_GATES => set_gates(WHO, behavior, flag, &mut line.unmodelled)
                .map_err(|why| bad_flag(name, why, trace))?,
            _ => {}
        }
    }
    for flag in gates {
        set_gates(WHO, behavior, flag, &mut line.unmodelled).map_err(|why| StartError {
            at: Some(flag.span),
            phase: Phase::Gates,
            ..bad_flag(FEATURE_GATES, why, trace)
        })?;
    }
    Ok((flags, line.unmodelled))
}

/// What the flags come to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Start {
    /// A flag does not parse.
    FlagError(StartError),
    /// Completion failed: nothing else was looked at.
    CompleteError(StartError),
    /// Completed; it starts if there are no errors.
    Completed(Completed),
}

/// Completed flags, with all errors of validation together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Completed {
    /// The first range.
    pub primary: Cidr,
    /// The second range, of whatever family.
    pub secondary: Option<Cidr>,
    /// The address of the Service `kubernetes`.
    pub kubernetes_ip: IpAddr,
    /// `--service-node-port-range`.
    pub node_ports: PortRange,
    /// The node port of the Service `kubernetes`, if it is to have one.
    pub kubernetes_node_port: Option<u16>,
    /// `--secure-port`, where the API is served.
    pub secure_port: i64,
    /// `--advertise-address`, or what stands in for it.
    pub advertise: IpAddr,
    /// Where the Service `kubernetes` leads; `None` if this API server does not say.
    pub kubernetes_endpoint: Option<Endpoint>,
    /// Why it does not start.
    pub errors: Vec<StartError>,
    /// Why it ends after its flags have passed.
    pub exit: Option<StartError>,
    /// The warning about a missing range.
    pub warning: Option<&'static str>,
}

/// The address of one API server in the Endpoints and the EndpointSlice `kubernetes` (API-8). The slice has
/// that very name, no suffix, and is of type IPv6 if the addresses are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Endpoint {
    /// The address type of the slice.
    pub family: Family,
    /// The address.
    pub ip: IpAddr,
    /// The port named `https`.
    pub port: i64,
}

const NO_RANGE: &str = "No CIDR for service cluster IPs specified. Default value which was \
    10.0.0.0/24 is deprecated and will be removed in future releases. Please specify it using \
    --service-cluster-ip-range on kube-apiserver.";

/// The simulated machine's IPv4 address.
pub const MACHINE_V4: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 10);
/// The simulated machine's IPv6 address.
pub const MACHINE_V6: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0x10);

/// Reads and checks the flags of kube-apiserver.
#[must_use]
pub fn start(behavior: &Behavior, flags: &Flags, trace: &mut Trace) -> Start {
    let node_ports = match parse_port_range(&flags.service_node_port_range) {
        Ok(range) => range,
        Err(message) => {
            let value = quote(&flags.service_node_port_range);
            let step = reject(trace, &PORT_RANGE_DOES_NOT_PARSE, PORTS, facts![value]);
            return Start::FlagError(StartError {
                message,
                flag: PORTS,
                entry: None,
                at: None,
                step,
                phase: Phase::Start,
            });
        }
    };
    let mut addresses = [None, None];
    let given = [(ADVERTISE, &flags.advertise_address), (BIND, &flags.bind_address)];
    for ((flag, text), slot) in given.into_iter().zip(&mut addresses) {
        if text.is_empty() {
            continue;
        }
        *slot = parse_ip(text.trim()).map(|read| read.ip);
        if slot.is_none() {
            let message = format!("failed to parse IP: {}", quote(text));
            return Start::FlagError(bad_flag(flag, message, trace));
        }
    }
    let [advertise, bind] = addresses;
    let advertise = advertise.filter(|ip| !ip.is_unspecified());
    let advertise = advertise.unwrap_or_else(|| default_address(bind, trace));
    match complete(flags, trace) {
        Err(error) => Start::CompleteError(error),
        Ok((primary, secondary, count)) => {
            let mut completed = Completed {
                primary,
                secondary,
                // A range of eight addresses has one at index 1.
                kubernetes_ip: primary.nth(1).unwrap_or(primary.network()),
                node_ports,
                kubernetes_node_port: u16::try_from(flags.kubernetes_service_node_port)
                    .ok()
                    .filter(|port| *port > 0),
                secure_port: flags.secure_port,
                advertise,
                kubernetes_endpoint: None,
                errors: Vec::new(),
                exit: None,
                warning: flags.service_cluster_ip_range.is_empty().then_some(NO_RANGE),
            };
            validate(behavior, flags, count, &mut completed, trace);
            if completed.errors.is_empty() {
                reconcile(behavior, flags, &mut completed, trace);
            }
            Start::Completed(completed)
        }
    }
}

/// API-8: who publishes the address of the API server.
fn reconcile(behavior: &Behavior, flags: &Flags, completed: &mut Completed, trace: &mut Trace) {
    let (primary, advertise) = (completed.primary, completed.advertise);
    let family = Family::of(advertise);
    let step = match flags.endpoint_reconciler_type.as_str() {
        "none" => trace.note(&KUBERNETES_HAS_NO_ENDPOINTS, FieldPath::default(), facts![]),
        "lease" | "master-count"
            if behavior.checks_advertise_endpoint && special_ranges(advertise).next().is_some() =>
        {
            let rule = &ADVERTISE_ADDRESS_IS_NO_ENDPOINT;
            let step = trace.reject(rule, FieldPath::default(), facts![address = advertise]);
            let ranges = special_ranges(advertise).map(|it| it.to_string());
            let message = ranges.collect::<Vec<_>>().join(", ");
            let flag = if flags.advertise_address.is_empty() { BIND } else { ADVERTISE };
            completed.exit = Some(StartError {
                message,
                flag,
                entry: None,
                at: None,
                step,
                phase: Phase::Start,
            });
            step
        }
        "lease" | "master-count" => {
            let port = completed.secure_port;
            completed.kubernetes_endpoint = Some(Endpoint { family, ip: advertise, port });
            if primary.family() == family {
                let facts = facts![address = advertise];
                trace.note(&KUBERNETES_ENDPOINTS, FieldPath::default(), facts)
            } else {
                let facts = facts![range = primary, address = advertise];
                trace.note(&ADVERTISE_FAMILY_GOES_UNNOTICED, FieldPath::default(), facts)
            }
        }
        other => {
            let facts = facts![value = quote(other)];
            let step = trace.reject(&RECONCILER_IS_UNKNOWN, FieldPath::default(), facts);
            let message = format!("endpoint reconciler not implemented: {other}");
            completed.exit = Some(StartError {
                message,
                flag: RECONCILER,
                entry: None,
                at: None,
                step,
                phase: Phase::Start,
            });
            step
        }
    };
    trace.because(step, Origin::Flag(RECONCILER));
}

/// API-10: the bind address, or that of the default route where nobody elsewhere reaches that.
/// Source: apimachinery pkg/util/net/interface.go ResolveBindAddress.
fn default_address(bind: Option<IpAddr>, trace: &mut Trace) -> IpAddr {
    let address = match bind {
        Some(ip) if !ip.is_unspecified() && !ip.is_loopback() => return ip,
        Some(IpAddr::V6(_)) => IpAddr::V6(MACHINE_V6),
        _ => IpAddr::V4(MACHINE_V4),
    };
    note(trace, &ADVERTISE_ADDRESS_IS_CHOSEN, BIND, facts![address]);
    address
}

/// API-1, API-2: the ranges, and how many entries there are.
fn complete(flags: &Flags, trace: &mut Trace) -> Result<(Cidr, Option<Cidr>, usize), StartError> {
    let mut error = |rule, message: &str, entry, facts| StartError {
        message: message.to_owned(),
        flag: RANGE,
        entry: Some(entry),
        at: None,
        step: reject(trace, rule, RANGE, facts),
        phase: Phase::Start,
    };
    let text = &flags.service_cluster_ip_range;
    if text.is_empty() {
        let cidr =
            Cidr::new(ipnet::IpNet::V4(ipnet::Ipv4Net::new_assert(Ipv4Addr::new(10, 0, 0, 0), 24)));
        note(trace, &RANGE_HAS_A_DEFAULT, RANGE, facts![cidr]);
        return Ok((cidr, None, 0));
    }
    let entries: Vec<&str> = text.split(',').collect();
    let Some(primary) = parse_cidr(entries[0]).map(|read| Cidr::new(read.net).unmapped()) else {
        let words = "service-cluster-ip-range[0] is not a valid cidr";
        return Err(error(&RANGE_DOES_NOT_PARSE, words, 0, facts![value = quote(entries[0])]));
    };
    // Of a range with less than two bits of prefix, upstream takes the size for nothing.
    if primary.range_size() < 8 {
        let words = "error determining service IP ranges for primary service cidr: the service \
                     cluster IP range must be at least 8 IP addresses";
        return Err(error(&RANGE_IS_TOO_SMALL, words, 0, facts![range = primary]));
    }
    let Some(second) = entries.get(1) else { return Ok((primary, None, 1)) };
    let Some(secondary) = parse_cidr(second).map(|read| Cidr::new(read.net).unmapped()) else {
        let words = "service-cluster-ip-range[1] is not an ip net";
        return Err(error(&RANGE_DOES_NOT_PARSE, words, 1, facts![value = quote(second)]));
    };
    Ok((primary, Some(secondary), entries.len()))
}

/// API-3, API-4, API-9, API-11: everything that is wrong, together.
fn validate(
    behavior: &Behavior,
    flags: &Flags,
    count: usize,
    completed: &mut Completed,
    trace: &mut Trace,
) {
    let (primary, secondary) = (completed.primary, completed.secondary);
    let most = most_host_bits(behavior).map_or(0, u64::from);
    let mut push = |rule: &'static Rule, message: String, flag, entry, facts| {
        let step = reject(trace, rule, flag, facts);
        completed.errors.push(StartError {
            message,
            flag,
            entry,
            at: None,
            step,
            phase: Phase::Start,
        });
    };
    if count > 2 {
        let words = "--service-cluster-ip-range must not contain more than two entries";
        push(&RANGES_ARE_TWO_AT_MOST, words.to_owned(), RANGE, Some(2), facts![count]);
    }
    if let Some(words) = too_large(behavior, primary, "--service-cluster-ip-range") {
        push(&RANGE_IS_TOO_LARGE, words, RANGE, Some(0), facts![range = primary, most]);
    }
    if let Some(secondary) = secondary {
        if !behavior.dual_stack.on() {
            let words = "secondary service cluster-ip range(--service-cluster-ip-range[1]) can only \
                         be used if IPv6DualStack feature is enabled";
            let facts = facts![range = secondary];
            push(&SECOND_RANGE_NEEDS_GATE, words.to_owned(), RANGE, Some(1), facts);
        }
        if primary.family() == secondary.family() {
            let words = "--service-cluster-ip-range[0] and --service-cluster-ip-range[1] must be of \
                         different IP family";
            let facts = facts![first = primary, second = secondary];
            push(&RANGES_DIFFER_IN_FAMILY, words.to_owned(), RANGE, Some(1), facts);
        }
        if let Some(words) = too_large(behavior, secondary, "--service-cluster-ip-range[1]") {
            push(&RANGE_IS_TOO_LARGE, words, RANGE, Some(1), facts![range = secondary, most]);
        }
    }
    node_port_of_kubernetes(behavior, flags, completed.node_ports, &mut push);
    let port = flags.secure_port;
    if !(1..=65535).contains(&port) {
        let words = format!(
            "--secure-port {port} must be between 1 and 65535, inclusive. It cannot be turned off with 0"
        );
        push(&SECURE_PORT_IS_OUTSIDE, words, SECURE_PORT, None, facts![port = port.to_string()]);
    }
    let advertise = completed.advertise;
    if behavior.checks_advertise_family
        && flags.endpoint_reconciler_type != "none"
        && primary.family() != Family::of(advertise)
    {
        let facts = facts![range = primary, address = advertise];
        let step = reject(trace, &ADVERTISE_FAMILY_DIFFERS, ADVERTISE, facts);
        completed.errors.push(StartError {
            message: format!(
                "service IP family {} must match public address family {}",
                quote(&primary.to_string()),
                quote(&advertise.to_string())
            ),
            flag: if flags.advertise_address.is_empty() { RANGE } else { ADVERTISE },
            entry: None,
            at: None,
            step,
            phase: Phase::Start,
        });
    }
}

fn node_port_of_kubernetes(
    behavior: &Behavior,
    flags: &Flags,
    range: PortRange,
    push: &mut impl FnMut(&'static Rule, String, &'static str, Option<usize>, Vec<Fact>),
) {
    let port = flags.kubernetes_service_node_port;
    let rule = &KUBERNETES_NODE_PORT_IS_OUTSIDE;
    if !(0..=65535).contains(&port) {
        let words = format!(
            "--kubernetes-service-node-port {port} must be between 0 and 65535, inclusive. If 0, \
             the Kubernetes master service will be of type ClusterIP"
        );
        let facts = facts![port = port.to_string(), range = "0-65535"];
        push(rule, words, NODE_PORT, None, facts);
    }
    let PortRange { first, last } = range;
    if port > 0 && !(i64::from(first)..=i64::from(last)).contains(&port) {
        let node = if behavior.says_node_port_range { "node " } else { "" };
        let words =
            format!("kubernetes service {node}port range {first}-{last} doesn't contain {port}");
        let facts = facts![port = port.to_string(), range = format!("{first}-{last}")];
        push(rule, words, NODE_PORT, None, facts);
    }
}

/// API-4: how many host bits a Service range has at most; `None` if any number will do.
#[must_use]
pub fn most_host_bits(behavior: &Behavior) -> Option<u8> {
    let allocator = behavior.multi_cidr_allocator.on();
    match behavior.range_limit {
        RangeLimit::Bits64WithAllocator if allocator => Some(64),
        RangeLimit::NoneWithAllocator if allocator => None,
        RangeLimit::NoneWithAllocatorAlone if allocator && behavior.disable_dual_write.on() => None,
        _ => Some(20),
    }
}

/// API-4: the complaint about a range with too many addresses.
#[must_use]
pub fn too_large(behavior: &Behavior, cidr: Cidr, flag: &str) -> Option<String> {
    let most = most_host_bits(behavior)?;
    if cidr.host_bits() <= most {
        return None;
    }
    let bits = cidr.family().bits();
    Some(format!(
        "specified {flag} is too large; for {bits}-bit addresses, the mask must be >= {}",
        bits.saturating_sub(most)
    ))
}

/// `a-b`, `a+n` or `a`; the empty text is the default.
///
/// # Errors
/// Upstream's words.
pub fn parse_port_range(text: &str) -> Result<PortRange, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(PortRange::default());
    }
    let number = |digits: &str| {
        let plain = digits.strip_prefix(['+', '-']).unwrap_or(digits);
        if plain.is_empty() || !plain.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("strconv.Atoi: parsing {}: invalid syntax", quote(digits)));
        }
        digits
            .parse::<i64>()
            .map_err(|_| format!("strconv.Atoi: parsing {}: value out of range", quote(digits)))
    };
    let (first, last) = match (text.split_once('-'), text.split_once('+')) {
        (None, None) => (number(text)?, number(text)?),
        (Some((first, last)), None) => (number(first)?, number(last)?),
        (None, Some((first, more))) => {
            let first = number(first)?;
            (first, first.saturating_add(number(more)?))
        }
        (Some(_), Some(_)) => return Err(format!("unable to parse port range: {text}")),
    };
    if first > 65535 || last > 65535 {
        return Err(format!("the port range cannot be greater than 65535: {text}"));
    }
    if last < first {
        return Err(format!("end port cannot be less than start port: {text}"));
    }
    let port = |number: i64| u16::try_from(number).map_err(|_| format!("no port: {number}"));
    Ok(PortRange { first: port(first)?, last: port(last)? })
}

/// The environment that requests meet, if kube-apiserver starts.
#[must_use]
pub fn environment(
    version: KubeVersion,
    behavior: Behavior,
    seed: u64,
    completed: &Completed,
    trace: &mut Trace,
) -> Option<Env> {
    if !completed.errors.is_empty() || completed.exit.is_some() {
        return None;
    }
    let primary = completed.primary;
    let ranges = match completed.secondary {
        Some(secondary) => Stack::dual(primary.family(), primary, secondary),
        None => Stack::single(primary.family(), primary),
    };
    let families: Vec<Family> = ranges.families().collect();
    note(trace, &ORDER_CHOOSES_PRIMARY, RANGE, facts![families]);
    let allocator = behavior.allocator();
    let node_ports = completed.node_ports;
    Some(Env { version, behavior, ranges, node_ports, allocator, seed })
}

/// The Service by which Pods reach the API server, as kube-apiserver creates it where it is not stored yet
/// (API-7), as a manifest.
#[must_use]
pub fn kubernetes_service(completed: &Completed) -> String {
    let Completed { kubernetes_ip: ip, secure_port, .. } = completed;
    let (kind, node_port) = match completed.kubernetes_node_port {
        Some(port) => ("NodePort", format!(", nodePort: {port}")),
        None => ("ClusterIP", String::new()),
    };
    format!(
        "metadata: {{name: kubernetes, labels: {{component: apiserver, provider: kubernetes}}}}\n\
         spec: {{clusterIP: '{ip}', clusterIPs: ['{ip}'], ipFamilyPolicy: SingleStack, sessionAffinity: \
         None, type: {kind}, ports: [{{name: https, port: 443, protocol: TCP, targetPort: \
         {secure_port}{node_port}}}]}}"
    )
}

/// Notes that the Service `kubernetes` was created.
pub fn note_kubernetes_service(completed: &Completed, trace: &mut Trace) {
    let ip = completed.kubernetes_ip;
    trace.note(&KUBERNETES_SERVICE, FieldPath::default(), facts![ip]);
    if let Some(port) = completed.kubernetes_node_port {
        let port = u64::from(port);
        note(trace, &KUBERNETES_SERVICE_ON_NODES, NODE_PORT, facts![port]);
    }
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Flags, Start, kubernetes_service, parse_port_range, read, start};
    use crate::explain::trace::Trace;
    use crate::net::Family;
    use crate::release::behavior::{Behavior, V1_23, V1_36};
    use crate::source::flags;

    fn check(ranges: &str, expect: &str) {
        let flags = Flags { service_cluster_ip_range: ranges.to_owned(), ..Flags::default() };
        let got = match start(&V1_36, &flags, &mut Trace::default()) {
            Start::FlagError(error) | Start::CompleteError(error) => error.message,
            Start::Completed(completed) => {
                let errors: Vec<&str> =
                    completed.errors.iter().map(|error| error.message.as_str()).collect();
                format!("{} {errors:?}", completed.kubernetes_ip)
            }
        };
        assert_eq!(got, expect, "{ranges}");
    }

    #[test]
    fn ranges_are_read_as_kube_apiserver_reads_them() {
        check("10.96.5.7/16,fd00:10:96::55/112", "10.96.0.1 []");
        check("010.096.0.0/16", "10.96.0.1 []");
        check("10.96.0.0/16,", "service-cluster-ip-range[1] is not an ip net");
        check("", "10.0.0.1 []");
        check(
            "fd00::/112",
            "fd00::1 [\"service IP family \\\"fd00::/112\\\" must match public address family \
             \\\"192.0.2.10\\\"\"]",
        );
    }

    #[test]
    fn a_port_range_has_three_forms() {
        let read = |text| parse_port_range(text).map(|range| (range.first, range.last));
        assert_eq!(read("30000-32767"), Ok((30000, 32767)));
        assert_eq!(read("30000+100"), Ok((30000, 30100)));
        assert_eq!(read(" 30000 "), Ok((30000, 30000)));
        for text in ["1-2+3", "a", "-", "-5", "1-", "70000", "2-1", "99999999999999999999-1", "+"] {
            assert!(read(text).is_err(), "{text}");
        }
    }

    /// The completed flags of a text, or why it cannot be read.
    fn completed(release: &Behavior, typed: &str) -> Result<super::Completed, String> {
        let (mut behavior, trace) = (release.clone(), &mut Trace::default());
        let (flags, _) =
            read(&flags::parse(typed), &mut behavior, trace).map_err(|error| error.message)?;
        match start(&behavior, &flags, trace) {
            Start::FlagError(error) | Start::CompleteError(error) => Err(error.message),
            Start::Completed(completed) => Ok(completed),
        }
    }

    #[test]
    fn a_number_is_read_as_go_reads_it() {
        let port = |text: &str| {
            let typed = format!("--kubernetes-service-node-port={text}");
            completed(&V1_36, &typed).map(|it| it.kubernetes_node_port)
        };
        assert_eq!(port("30443"), Ok(Some(30443)));
        assert_eq!(port("0x76eb"), Ok(Some(30443)));
        assert_eq!(port("0"), Ok(None));
        assert_eq!(port("x"), Err("strconv.ParseInt: parsing \"x\": invalid syntax".to_owned()));
        assert_eq!(
            completed(&V1_36, "--secure-port").err().as_deref(),
            Some("flag needs an argument: --secure-port")
        );
    }

    #[test]
    fn the_service_of_the_api_may_be_on_every_node() {
        let manifest = |typed| kubernetes_service(&completed(&V1_36, typed).expect("it completes"));
        let on_nodes = manifest("--kubernetes-service-node-port=30443 --secure-port=443");
        assert!(on_nodes.contains("type: NodePort"), "{on_nodes}");
        assert!(on_nodes.contains("targetPort: 443, nodePort: 30443"), "{on_nodes}");
        let plain = manifest("--v=2");
        assert!(plain.contains("type: ClusterIP") && !plain.contains("nodePort"), "{plain}");
    }

    #[test]
    fn the_endpoint_is_the_advertise_address() {
        let at =
            |release, typed| completed(release, typed).expect("it completes").kubernetes_endpoint;
        let v6 = "--service-cluster-ip-range=fd00::/112 --advertise-address=2001:db8::1";
        let ip = [0x2001, 0xdb8, 0, 0, 0, 0, 0, 1].into();
        let endpoint = Some(Endpoint { family: Family::V6, ip, port: 6443 });
        assert_eq!(at(&V1_36, v6), endpoint);
        let none = "--endpoint-reconciler-type=none --service-cluster-ip-range=fd00::/112";
        assert_eq!(at(&V1_36, none), None);
        // Up to 1.23 nobody compares.
        let mixed = "--service-cluster-ip-range=10.96.0.0/16 --advertise-address=2001:db8::1";
        assert_eq!(at(&V1_23, mixed), endpoint);
    }

    #[test]
    fn an_unknown_reconciler_ends_what_began_well() {
        let completed = completed(&V1_36, "--endpoint-reconciler-type=raft").expect("it completes");
        assert_eq!(completed.errors, []);
        assert_eq!(
            completed.exit.map(|error| error.message).as_deref(),
            Some("endpoint reconciler not implemented: raft")
        );
    }
}
