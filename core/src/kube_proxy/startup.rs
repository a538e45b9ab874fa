//! Does kube-proxy start on a node, and for which families? Rules PROXY-1 to PROXY-7.
//! Source: cmd/kube-proxy/app (options.go, server.go, server_linux.go), pkg/proxy/apis/config/validation.
//!
//! Flags are read, completed and validated; then the node is asked for its addresses, which choose the
//! primary family; what does not fit is complained about, and rarely fatal; last comes how traffic of
//! local Pods is told from other traffic, family by family.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::api::field_path::FieldPath;
use crate::api::{go_json, quote};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Origin, StepId, Trace};
use crate::facts;
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::behavior::{Behavior, PodCidrWait};
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{
    BIND_ADDRESS as BIND, CLUSTER_CIDR, DETECT_LOCAL_MODE as DETECT,
    HEALTHZ_BIND_ADDRESS as HEALTHZ, IPVS_EXCLUDE_CIDRS as EXCLUDE, Kind,
    METRICS_BIND_ADDRESS as METRICS, NODEPORT_ADDRESSES as NODE_PORTS,
    POD_BRIDGE_INTERFACE as BRIDGE, POD_INTERFACE_NAME_PREFIX as PREFIX, PROXY_MODE as MODE,
};
use crate::source::flags::{Component, FlagsText};
use crate::startup::command_line::{CommandLine, Given};
use crate::startup::pflag::{split_host_port, string_slice};
use crate::startup::{
    LogLine, Phase, Severity, StartError, Unmodelled, bad_value, default_of, fold_gates, note,
    reject,
};

const WHO: Component = Component::KubeProxy;

rules! {
    /// The node's own order counts.
    NODE_CHOOSES_PRIMARY {
        id: "PROXY-1a", slug: "first-node-address-chooses-the-family",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go detectNodeIPs",
        evidence: Recorded,
        facts: [ip, family],
        en: "{ip} is the first address of the node, so {family} is the primary address family of kube-proxy. The order in `--cluster-cidr` has no effect.",
        zh: "{ip} 是节点的第一个地址，因此 {family} 是 kube-proxy 的主地址族。`--cluster-cidr` 中的顺序不起作用。",
    }
    /// A flag that overrules the node.
    BIND_ADDRESS_CHOOSES_PRIMARY {
        id: "PROXY-1b", slug: "bind-address-chooses-the-family",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go detectNodeIPs",
        evidence: Recorded,
        facts: [ip, family],
        en: "`--bind-address` is a specific address, so kube-proxy uses {ip} as the node IP, and {family} is its primary address family. No socket is bound to it: the name of the flag is historical.",
        zh: "`--bind-address` 是具体地址，因此 kube-proxy 以 {ip} 为节点 IP，以 {family} 为主地址族。没有套接字绑定到该地址：标志的名称是历史遗留。",
    }
    /// Nobody knows the node's address.
    LOOPBACK_IS_ASSUMED {
        id: "PROXY-1c", slug: "loopback-stands-in-for-the-node",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go detectNodeIPs",
        evidence: Recorded,
        facts: [],
        en: "The node has no address after 30 seconds, so kube-proxy uses the loopback addresses instead, and IPv4 is its primary address family.",
        zh: "30 秒后节点仍没有地址，因此 kube-proxy 改用本地回路（loopback）地址，IPv4 为主地址族。",
    }
    /// Two proxiers behind one.
    RUNS_DUAL_STACK {
        id: "PROXY-2a", slug: "proxy-serves-both-families",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go platformCheckSupported",
        evidence: Recorded,
        facts: [family],
        en: "The host supports both address families, so kube-proxy runs one proxier for each ({family} first), whatever the flags of the cluster are.",
        zh: "主机支持两个地址族，因此 kube-proxy 为每个地址族各运行一个代理（{family} 在前），与集群的标志无关。",
    }
    /// One proxier.
    RUNS_SINGLE_STACK {
        id: "PROXY-2b", slug: "proxy-serves-one-family",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go platformCheckSupported",
        evidence: Recorded,
        facts: [family],
        en: "kube-proxy handles {family} traffic only: the host does not support the other address family, or the `IPv6DualStack` feature gate is disabled.",
        zh: "kube-proxy 只代理 {family} 流量：主机不支持另一个地址族，或特性门控 `IPv6DualStack` 已禁用。",
    }
    /// The wrong host for the node's address.
    PRIMARY_IS_UNSUPPORTED {
        id: "PROXY-2c", slug: "host-lacks-the-primary-family",
        versions: Versions::since(28),
        source: "cmd/kube-proxy/app/server.go newProxyServer",
        evidence: SourceRead,
        facts: [family],
        en: "The primary address family is {family}, and the host does not support it.",
        zh: "主地址族是 {family}，而主机不支持它。",
    }
    /// A mode that there is not.
    MODE_IS_UNKNOWN {
        id: "PROXY-3a", slug: "proxy-mode-is-unknown",
        versions: Versions::ALL,
        source: "pkg/proxy/apis/config/validation/validation.go validateProxyModeLinux",
        evidence: SourceRead,
        facts: [value],
        en: "{value} is not a `--proxy-mode` of this version.",
        zh: "{value} 不是此版本支持的 `--proxy-mode`。",
    }
    /// A mode that goes.
    IPVS_IS_DEPRECATED {
        id: "PROXY-3b", slug: "proxy-mode-ipvs-is-deprecated",
        versions: Versions::since(35),
        source: "cmd/kube-proxy/app/server_linux.go createProxier",
        evidence: Recorded,
        facts: [],
        en: "The `ipvs` proxy mode is deprecated: kube-proxy logs this and emits the event `IPVSDeprecation`.",
        zh: "代理模式 `ipvs` 已弃用：kube-proxy 会记录日志，并发出事件 `IPVSDeprecation`。",
    }
    /// A default that goes.
    DEFAULT_MODE_CHANGES {
        id: "PROXY-3c", slug: "proxy-mode-is-left-to-a-default-that-changes",
        versions: Versions::since(37),
        source: "kubernetes/pull/139957",
        evidence: Documentation,
        fidelity: Fidelity::Simplified(Text {
            en: "The text of the warning is not known here.",
            zh: "此处不知道该警告的原文。",
        }),
        facts: [],
        en: "No `--proxy-mode` is set. kube-proxy uses `iptables` and warns: the default on Linux becomes `nftables` in a later version, announced for 1.40.",
        zh: "未设置 `--proxy-mode`。kube-proxy 使用 `iptables` 并发出警告：以后的版本会把 Linux 上的默认值改为 `nftables`，已宣布为 1.40。",
    }
    /// Ranges that are none, or not a pair.
    CLUSTER_CIDR_IS_WRONG {
        id: "PROXY-4a", slug: "proxy-cluster-cidr-is-wrong",
        versions: Versions::ALL,
        source: "pkg/proxy/apis/config/validation/validation.go validateDualStackCIDRStrings",
        evidence: Recorded,
        facts: [value],
        en: "`--cluster-cidr` accepts one range, or one per address family; {value} is not accepted. Whitespace is not trimmed.",
        zh: "`--cluster-cidr` 接受一个范围，或每个地址族各一个；{value} 不被接受。空白不会被去除。",
    }
    /// Nothing tells local Pods from others.
    FAMILY_HAS_NO_LOCAL_RANGE {
        id: "PROXY-4b", slug: "family-knows-no-local-pods",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: Recorded,
        facts: [family],
        en: "kube-proxy has no {family} Pod CIDR, so it cannot recognize traffic from outside the Pods: such traffic to a cluster IP of this family is not masqueraded.",
        zh: "kube-proxy 不知道 {family} 的 Pod CIDR，因此无法识别来自 Pod 之外的流量：这些流量发往该地址族的集群 IP 时不会进行 IP 伪装。",
    }
    /// Pods of a family are told by their range.
    FAMILY_HAS_A_LOCAL_RANGE {
        id: "PROXY-4c", slug: "family-knows-its-pods-by-range",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: Recorded,
        facts: [family, cidr],
        en: "{family} traffic to a cluster IP is masqueraded unless it comes from {cidr}.",
        zh: "发往集群 IP 的 {family} 流量会进行 IP 伪装，除非来自 {cidr}。",
    }
    /// Configuration of the wrong family, which is only logged.
    FAMILY_DOES_NOT_FIT {
        id: "PROXY-5a", slug: "proxy-configuration-is-of-the-wrong-family",
        versions: Versions::since(28),
        source: "cmd/kube-proxy/app/server.go checkBadIPConfig",
        evidence: Recorded,
        facts: [family],
        en: "The primary address family is {family}, and this setting only has entries of the other family. kube-proxy logs this and continues.",
        zh: "主地址族是 {family}，而此设置只有另一个地址族的条目。kube-proxy 记录日志后继续运行。",
    }
    /// Configuration of the wrong family, which ends the start.
    FAMILY_IS_FATALLY_WRONG {
        id: "PROXY-5b", slug: "proxy-exits-for-the-wrong-family",
        versions: Versions::ALL,
        source: "cmd/kube-proxy/app/server.go checkBadIPConfig",
        evidence: Recorded,
        facts: [family],
        en: "The primary address family is {family}, and the ranges that identify local Pods are only of the other family: kube-proxy exits.",
        zh: "主地址族是 {family}，而用于识别本地 Pod 的范围只属于另一个地址族：kube-proxy 退出。",
    }
    /// Two ranges for one proxier.
    SINGLE_STACK_TAKES_ONE_RANGE {
        id: "PROXY-5c", slug: "single-stack-proxy-takes-one-range",
        versions: Versions::until(27),
        source: "pkg/proxy/util/iptables/traffic.go NewDetectLocalByCIDR",
        evidence: SourceRead,
        facts: [value],
        en: "Up to 1.27 a single-stack kube-proxy reads `--cluster-cidr` as one range, so it cannot parse {value}: it exits.",
        zh: "在 1.27 及更早版本中，单栈的 kube-proxy 把 `--cluster-cidr` 当作一个范围来读取，因此无法解析 {value}：它会退出。",
    }
    /// An address to serve at that is none.
    SERVING_ADDRESS_IS_WRONG {
        id: "PROXY-5d", slug: "proxy-serving-address-is-wrong",
        versions: Versions::ALL,
        source: "pkg/proxy/apis/config/validation/validation.go validateHostPort",
        evidence: SourceRead,
        facts: [value],
        en: "The address for health checks or metrics consists of an IP address and a port in 1-65535; {value} does not fit.",
        zh: "健康检查或指标的地址由一个 IP 地址和 1-65535 之内的端口组成；{value} 不符合。",
    }
    /// A list for ipvs that is wrong.
    EXCLUDED_CIDR_IS_WRONG {
        id: "PROXY-5e", slug: "proxy-excluded-range-is-wrong",
        versions: Versions::ALL,
        source: "pkg/proxy/apis/config/validation/validation.go validateIPVSExcludeCIDRs",
        evidence: SourceRead,
        facts: [value],
        en: "{value}, an entry of `--ipvs-exclude-cidrs`, is not a CIDR.",
        zh: "`--ipvs-exclude-cidrs` 中的 {value} 不是 CIDR。",
    }
    /// Node ports on every address.
    NODE_PORTS_ARE_OPEN {
        id: "PROXY-6a", slug: "node-ports-are-open-everywhere",
        versions: Versions::since(31),
        source: "cmd/kube-proxy/app/server.go checkBadConfig",
        evidence: Recorded,
        facts: [],
        en: "Without `--nodeport-addresses` (or with `primary` on a node without addresses) node ports accept traffic on every address of the node, of both address families.",
        zh: "未设置 `--nodeport-addresses`（或在没有地址的节点上使用 `primary`）时，节点端口在节点的所有地址上接受流量，两个地址族均如此。",
    }
    /// Node ports on every address of one family.
    NODE_PORTS_OF_A_FAMILY_ARE_OPEN {
        id: "PROXY-6b", slug: "node-ports-of-a-family-are-open-everywhere",
        versions: Versions::since(31),
        source: "cmd/kube-proxy/app/server.go checkBadConfig",
        evidence: Recorded,
        facts: [family],
        en: "`--nodeport-addresses` restricts only the address families that it lists: {family} node ports accept traffic on every address.",
        zh: "`--nodeport-addresses` 只限制它列出的地址族：{family} 的节点端口在所有地址上接受流量。",
    }
    /// The one keyword of the list.
    NODE_PORTS_ARE_ON_PRIMARY {
        id: "PROXY-6c", slug: "node-ports-answer-on-the-node-addresses",
        versions: Versions::since(31),
        source: "cmd/kube-proxy/app/server.go newProxyServer",
        evidence: Recorded,
        facts: [addresses],
        en: "Node ports accept traffic only on the node's own addresses: {addresses}.",
        zh: "节点端口只在节点自身的地址上接受流量：{addresses}。",
    }
    /// A list of addresses that is wrong.
    NODE_PORT_ADDRESS_IS_WRONG {
        id: "PROXY-6d", slug: "node-port-address-is-wrong",
        versions: Versions::ALL,
        source: "pkg/proxy/apis/config/validation/validation.go validateKubeProxyNodePortAddress",
        evidence: Recorded,
        facts: [value],
        en: "`--nodeport-addresses` is a list of CIDRs; from 1.31 on it may be the single word `primary` instead. {value} is not accepted.",
        zh: "`--nodeport-addresses` 是 CIDR 列表；自 1.31 起也可以只写单词 `primary`。{value} 不被接受。",
    }
    /// A node without ranges.
    NODE_HAS_NO_POD_CIDR {
        id: "PROXY-7a", slug: "proxy-needs-the-pod-cidrs-of-its-node",
        versions: Versions::ALL,
        source: "pkg/proxy/node.go NewNodeManager",
        evidence: SourceRead,
        facts: [],
        en: "In `NodeCIDR` mode kube-proxy waits up to five minutes for the Pod CIDRs of its node, then exits.",
        zh: "在 `NodeCIDR` 模式下，kube-proxy 最多等待五分钟以获取其节点的 Pod CIDR，然后退出。",
    }
    /// A mode that there is not.
    DETECT_LOCAL_MODE_IS_UNKNOWN {
        id: "PROXY-7b", slug: "detect-local-mode-is-unknown",
        versions: Versions::ALL,
        source: "pkg/proxy/apis/config/validation/validation.go validateDetectLocalMode",
        evidence: SourceRead,
        facts: [value],
        en: "{value} is not a `--detect-local-mode` of this version.",
        zh: "{value} 不是此版本支持的 `--detect-local-mode`。",
    }
    /// A mode that needs a name.
    INTERFACE_HAS_NO_NAME {
        id: "PROXY-7c", slug: "detect-local-interface-has-no-name",
        versions: Versions::since(24),
        source: "pkg/proxy/apis/config/validation/validation.go validateInterface",
        evidence: Recorded,
        facts: [],
        en: "This `--detect-local-mode` requires the name of an interface, or a prefix of it.",
        zh: "此 `--detect-local-mode` 需要接口名称或其前缀。",
    }
    /// One name for both families.
    INTERFACE_SERVES_BOTH {
        id: "PROXY-7d", slug: "interface-tells-pods-of-both-families",
        versions: Versions::since(24),
        source: "cmd/kube-proxy/app/server_linux.go getLocalDetectors",
        evidence: SourceRead,
        facts: [interface],
        en: "Traffic is local if it enters through {interface}, for both address families.",
        zh: "从 {interface} 进入的流量视为本地流量，两个地址族均如此。",
    }
}

/// The flags of kube-proxy that the simulator acts on, with their defaults.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `--bind-address`.
    pub bind_address: String,
    /// `--cluster-cidr`, cut at its commas; empty if the flag is absent.
    pub cluster_cidrs: Vec<String>,
    /// `--proxy-mode`; empty means the default.
    pub proxy_mode: String,
    /// `--nodeport-addresses`.
    pub node_port_addresses: Vec<String>,
    /// `--detect-local-mode`; empty means the default.
    pub detect_local_mode: String,
    /// `--pod-bridge-interface`.
    pub bridge_interface: String,
    /// `--pod-interface-name-prefix`.
    pub interface_name_prefix: String,
    /// `--healthz-bind-address`.
    pub healthz_bind_address: String,
    /// `--metrics-bind-address`.
    pub metrics_bind_address: String,
    /// `--ipvs-exclude-cidrs`.
    pub ipvs_exclude_cidrs: Vec<String>,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            bind_address: default_of(WHO, BIND),
            cluster_cidrs: Vec::new(),
            proxy_mode: String::new(),
            node_port_addresses: Vec::new(),
            detect_local_mode: String::new(),
            bridge_interface: String::new(),
            interface_name_prefix: String::new(),
            healthz_bind_address: default_of(WHO, HEALTHZ),
            metrics_bind_address: default_of(WHO, METRICS),
            ipvs_exclude_cidrs: Vec::new(),
        }
    }
}

/// Reads the flags from the text, and folds the feature gates into the behaviour. Gates and flags that
/// the simulator does not act on are named in the second list.
///
/// # Errors
/// A value that its flag does not take.
pub fn read(
    text: &FlagsText,
    behavior: &mut Behavior,
    trace: &mut Trace,
) -> Result<(Flags, Vec<Unmodelled>), StartError> {
    let mut flags = Flags::default();
    let mut given: Vec<&str> = Vec::new();
    let mut line = CommandLine::new(WHO, behavior.version, text);
    while let Some(Given { flag, spec, value }) = line.next(trace)? {
        let name = spec.name;
        if spec.kind == Kind::Gates {
            fold_gates(WHO, behavior, flag, &mut line.unmodelled, trace)?;
            continue;
        }
        let fail = |why: &str, trace: &mut Trace| bad_value(name, value, why, trace);
        match name {
            CLUSTER_CIDR => flags.cluster_cidrs = value.split(',').map(str::to_owned).collect(),
            NODE_PORTS | EXCLUDE => {
                let list = match name {
                    NODE_PORTS => &mut flags.node_port_addresses,
                    _ => &mut flags.ipvs_exclude_cidrs,
                };
                if !given.contains(&name) {
                    list.clear();
                }
                list.extend(string_slice(value).map_err(|why| fail(&why, trace))?);
            }
            // An empty value leaves the default.
            BIND | HEALTHZ | METRICS if value.is_empty() => {}
            BIND => {
                parse_ip(value).ok_or_else(|| fail(&not_an_ip(value), trace))?;
                value.clone_into(&mut flags.bind_address);
            }
            HEALTHZ => {
                flags.healthz_bind_address =
                    ip_port(value, 10256).map_err(|why| fail(&why, trace))?;
            }
            METRICS => {
                flags.metrics_bind_address =
                    ip_port(value, 10249).map_err(|why| fail(&why, trace))?;
            }
            MODE => value.clone_into(&mut flags.proxy_mode),
            DETECT => value.clone_into(&mut flags.detect_local_mode),
            BRIDGE => value.clone_into(&mut flags.bridge_interface),
            PREFIX => value.clone_into(&mut flags.interface_name_prefix),
            _ => {}
        }
        given.push(name);
    }
    Ok((flags, line.unmodelled))
}

fn not_an_ip(text: &str) -> String {
    format!("{} is not a valid IP address", quote(text))
}

/// An address, with or without a port; the deprecated port flag's default is added where it has none.
/// Source: pkg/util/flag/flags.go `IPPortVar`, pkg/proxy/util `AppendPortIfNeeded`.
fn ip_port(text: &str, port: u16) -> Result<String, String> {
    if let Some(read) = parse_ip(text) {
        return Ok(match read.ip {
            IpAddr::V4(_) => format!("{text}:{port}"),
            IpAddr::V6(_) => format!("[{text}]:{port}"),
        });
    }
    let (host, port) = split_host_port(text).map_err(|why| {
        format!("{} is not in a valid format (ip or ip:port): {why}", quote(text))
    })?;
    if parse_ip(host).is_none() {
        return Err(not_an_ip(host));
    }
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    if !digits || port.parse::<u16>().is_err() {
        return Err(format!("{} is not a valid number", quote(port)));
    }
    Ok(text.to_owned())
}

/// How Services are implemented.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mode {
    /// `iptables`.
    Iptables,
    /// `ipvs`.
    Ipvs,
    /// `nftables`.
    Nftables,
    /// `userspace`, up to 1.25.
    Userspace,
}

impl Mode {
    /// As the flag spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Iptables => "iptables",
            Self::Ipvs => "ipvs",
            Self::Nftables => "nftables",
            Self::Userspace => "userspace",
        }
    }

    /// The modes of a release, by the alphabet.
    fn of(behavior: &Behavior) -> impl Iterator<Item = Self> {
        let all = [Self::Iptables, Self::Ipvs, Self::Nftables, Self::Userspace];
        let (nftables, ipvs, userspace) = (
            behavior.nftables_proxy_mode.on(),
            behavior.kube_proxy_ipvs.on(),
            behavior.has_userspace_proxy,
        );
        all.into_iter().filter(move |mode| match mode {
            Self::Iptables => true,
            Self::Nftables => nftables,
            Self::Ipvs => ipvs,
            Self::Userspace => userspace,
        })
    }
}

/// How traffic of local Pods is told from other traffic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LocalMode {
    /// By `--cluster-cidr`.
    ClusterCidr,
    /// By the Pod ranges of the node.
    NodeCidr,
    /// By a bridge.
    BridgeInterface,
    /// By the beginning of an interface's name.
    InterfaceNamePrefix,
}

impl LocalMode {
    const ALL: [Self; 4] =
        [Self::ClusterCidr, Self::NodeCidr, Self::BridgeInterface, Self::InterfaceNamePrefix];

    /// As the flag spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ClusterCidr => "ClusterCIDR",
            Self::NodeCidr => "NodeCIDR",
            Self::BridgeInterface => "BridgeInterface",
            Self::InterfaceNamePrefix => "InterfaceNamePrefix",
        }
    }
}

/// What tells local traffic of one family.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum LocalDetector {
    /// Nothing does.
    #[default]
    None,
    /// It comes from this range.
    Cidr(Cidr),
    /// It comes in by this interface.
    Interface(String),
    /// It comes in by an interface whose name begins so.
    InterfacePrefix(String),
}

impl LocalDetector {
    /// The match of iptables that means "the source is not local"; `None` if that is not known.
    #[must_use]
    pub fn if_not_local(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Cidr(cidr) => Some(format!("! -s {cidr}")),
            Self::Interface(name) => Some(format!("! -i {name}")),
            Self::InterfacePrefix(prefix) => Some(format!("! -i {prefix}+")),
        }
    }
}

/// Which families the kernel of a node can do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HostFamilies {
    /// IPv4 and IPv6.
    Both,
    /// One of them.
    Only(Family),
}

impl HostFamilies {
    const fn has(self, family: Family) -> bool {
        match (self, family) {
            (Self::Both, _) => true,
            (Self::Only(Family::V4), Family::V4) | (Self::Only(Family::V6), Family::V6) => true,
            (Self::Only(_), _) => false,
        }
    }
}

/// What kube-proxy finds on its node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    /// The name of the node.
    pub name: String,
    /// Its host IPs, at most one of each family ([`crate::kubelet::pod_ips::host_ips`]).
    pub node_ips: Vec<IpAddr>,
    /// `spec.podCIDRs`.
    pub pod_cidrs: Vec<Cidr>,
    /// What the kernel can do.
    pub families: HostFamilies,
}

/// A kube-proxy that has looked at its node. Values per family stand in the order IPv4, IPv6.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Configured {
    /// `--proxy-mode`.
    pub mode: Mode,
    /// `--detect-local-mode`.
    pub detect_local: LocalMode,
    /// The primary family.
    pub primary: Family,
    /// What stands for the node, per family.
    pub node_ips: [IpAddr; 2],
    /// Whether both families are served; if not, the primary one is.
    pub dual_stack: bool,
    /// Where node ports answer, as ranges; empty: everywhere.
    pub node_port_addresses: Vec<String>,
    /// What tells local traffic, per family.
    pub local: [LocalDetector; 2],
    /// What it writes on its way.
    pub log: Vec<LogLine>,
    /// What is open that perhaps should not be; logged as errors.
    pub warnings: Vec<LogLine>,
    /// What is of the wrong family; logged as errors.
    pub family_problems: Vec<LogLine>,
    /// One of `family_problems` ends the start.
    pub family_is_fatal: bool,
    /// Why it exits.
    pub exit: Option<StartError>,
}

impl Configured {
    /// Whether it serves a family.
    #[must_use]
    pub fn serves(&self, family: Family) -> bool {
        self.exit.is_none() && (self.dual_stack || self.primary == family)
    }

    /// What tells local traffic of a family.
    #[must_use]
    pub const fn local(&self, family: Family) -> &LocalDetector {
        &self.local[family as usize]
    }

    /// Everything it logs, in order.
    pub fn lines(&self) -> impl Iterator<Item = &LogLine> {
        self.log.iter().chain(&self.warnings).chain(&self.family_problems)
    }
}

/// Checks the flags, and what they come to on a node. It runs if there is no reason to exit.
///
/// # Errors
/// Everything that validation finds wrong, together.
pub fn start(
    behavior: &Behavior,
    flags: &Flags,
    host: &Host,
    trace: &mut Trace,
) -> Result<Configured, Vec<StartError>> {
    let mut checks = Checks { behavior, trace, errors: Vec::new() };
    let modes = checks.validate(flags);
    let (Some(mode), Some(detect_local), []) = (modes.0, modes.1, checks.errors.as_slice()) else {
        return Err(checks.errors);
    };
    let log = Vec::new();
    Ok(Server { behavior, flags, host, trace, log, mode, detect_local }.configure())
}

/// Validation. Source: pkg/proxy/apis/config/validation/validation.go.
struct Checks<'a> {
    behavior: &'a Behavior,
    trace: &'a mut Trace,
    errors: Vec<StartError>,
}

const PAIR: &str = "must be a either a single CIDR or dual-stack pair of CIDRs (e.g. [10.100.0.0/16, \
                    fde4:8dba:82e1::/48]";
const BLOCK: &str = "must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)";

impl Checks<'_> {
    fn push(
        &mut self,
        rule: &'static Rule,
        (flag, entry): (&'static str, Option<usize>),
        value: &str,
        message: String,
    ) {
        // A name that is missing is no value.
        let facts = if rule.facts.is_empty() { Vec::new() } else { facts![value] };
        let step = reject(self.trace, rule, flag, facts);
        self.errors.push(StartError { message, flag, entry, at: None, step, phase: Phase::Start });
    }

    fn invalid(
        &mut self,
        rule: &'static Rule,
        at: (&'static str, Option<usize>),
        path: &str,
        value: &str,
        detail: &str,
    ) {
        let message = format!("KubeProxyConfiguration.{path}: Invalid value: {value}: {detail}");
        self.push(rule, at, value, message);
    }

    fn print(&self, list: &[String]) -> String {
        if self.behavior.prints_json_values {
            let texts = list.iter().map(|text| go_json(&text.as_str().into()));
            return format!("[{}]", texts.collect::<Vec<_>>().join(","));
        }
        let texts: Vec<String> = list.iter().map(|text| quote(text)).collect();
        format!("[]string{{{}}}", texts.join(", "))
    }

    /// Everything that is wrong, in upstream's order; and the modes, where there are such.
    fn validate(&mut self, flags: &Flags) -> (Option<Mode>, Option<LocalMode>) {
        let behavior = self.behavior;
        let mode = match flags.proxy_mode.as_str() {
            "" => Some(Mode::Iptables),
            text => Mode::of(behavior).find(|mode| mode.name() == text),
        };
        if mode == Some(Mode::Ipvs) {
            self.excluded(&flags.ipvs_exclude_cidrs);
        }
        if mode.is_none() {
            let names: Vec<&str> = Mode::of(behavior).map(Mode::name).collect();
            let names = names.join(if behavior.spaces_proxy_modes { ", " } else { "," });
            let detail = format!(
                "must be {names} or blank (blank means the best-available proxy [currently iptables])"
            );
            let value = quote(&flags.proxy_mode);
            self.invalid(&MODE_IS_UNKNOWN, (MODE, None), "Mode.ProxyMode", &value, &detail);
        }
        self.host_port("HealthzBindAddress", HEALTHZ, &flags.healthz_bind_address);
        self.host_port("MetricsBindAddress", METRICS, &flags.metrics_bind_address);
        if !behavior.lists_proxy_cluster_cidrs {
            self.cluster_cidr_text(&flags.cluster_cidrs);
        }
        self.node_ports(&flags.node_port_addresses);
        let detect = self.detect_local_mode(&flags.detect_local_mode);
        let parent =
            if behavior.lists_proxy_cluster_cidrs { "DetectLocalConfiguration." } else { "" };
        match detect {
            Some(LocalMode::BridgeInterface) if flags.bridge_interface.is_empty() => {
                self.nameless((DETECT, None), &format!("{parent}InterfaceName"));
            }
            Some(LocalMode::InterfaceNamePrefix) if flags.interface_name_prefix.is_empty() => {
                self.nameless((DETECT, None), &format!("{parent}InterfacePrefix"));
            }
            Some(LocalMode::ClusterCidr) if behavior.lists_proxy_cluster_cidrs => {
                self.cluster_cidrs(&flags.cluster_cidrs);
            }
            _ => {}
        }
        (mode, detect)
    }

    fn excluded(&mut self, list: &[String]) {
        const PATH: &str = "KubeProxyIPVSConfiguration.ExcludeCidrs";
        for (i, text) in list.iter().enumerate().filter(|(_, text)| parse_cidr(text).is_none()) {
            let at = (EXCLUDE, Some(i));
            if self.behavior.node_port_addresses_one_by_one {
                let path = format!("{PATH}[{i}]");
                let value = quote(text);
                self.invalid(&EXCLUDED_CIDR_IS_WRONG, at, &path, &value, "must be a valid CIDR");
            } else {
                let value = self.print(list);
                self.invalid(&EXCLUDED_CIDR_IS_WRONG, at, PATH, &value, "must be a valid IP block");
            }
        }
    }

    fn host_port(&mut self, path: &str, flag: &'static str, text: &str) {
        let at = (flag, None);
        let rule = &SERVING_ADDRESS_IS_WRONG;
        let Ok((host, port)) = split_host_port(text) else {
            return self.invalid(rule, at, path, &quote(text), "must be IP:port");
        };
        if parse_ip(host).is_none() {
            self.invalid(rule, at, path, &quote(host), "must be a valid IP");
        }
        if !port.parse::<u16>().is_ok_and(|port| port > 0) {
            self.invalid(rule, at, path, &quote(port), "must be a valid port");
        }
    }

    /// Up to 1.31, in every mode: the flag as one text.
    fn cluster_cidr_text(&mut self, list: &[String]) {
        let text = list.join(",");
        let dual = self.behavior.dual_stack.on();
        let detail = match list {
            [] => return,
            [only] if only.is_empty() || parse_cidr(only).is_some() => return,
            [_] => BLOCK,
            [_, _] if dual && is_pair(list) == Some(true) => return,
            [_, _] if dual => {
                "must be a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48)"
            }
            _ if dual => {
                "only one CIDR allowed or a valid DualStack CIDR (e.g. \
                 10.100.0.0/16,fde4:8dba:82e1::/48)"
            }
            _ => "only one CIDR allowed (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)",
        };
        let at = (CLUSTER_CIDR, None);
        self.invalid(&CLUSTER_CIDR_IS_WRONG, at, "ClusterCIDR", &quote(&text), detail);
    }

    /// From 1.32 on, in mode `ClusterCIDR` only.
    fn cluster_cidrs(&mut self, list: &[String]) {
        const PATH: &str = "DetectLocalConfiguration.ClusterCIDRs";
        let rule = &CLUSTER_CIDR_IS_WRONG;
        let at = (CLUSTER_CIDR, None);
        if list.len() > 2 {
            let value = self.print(list);
            return self.invalid(rule, at, PATH, &value, PAIR);
        }
        for (i, text) in list.iter().enumerate().filter(|(_, text)| parse_cidr(text).is_none()) {
            let at = (CLUSTER_CIDR, Some(i));
            self.invalid(rule, at, &format!("{PATH}[{i}]"), &quote(text), BLOCK);
        }
        if list.len() == 2 && is_pair(list) == Some(false) {
            let value = self.print(list);
            self.invalid(rule, at, PATH, &value, PAIR);
        }
    }

    fn node_ports(&mut self, list: &[String]) {
        const PATH: &str = "NodePortAddresses";
        let rule = &NODE_PORT_ADDRESS_IS_WRONG;
        for (i, text) in list.iter().enumerate() {
            let at = (NODE_PORTS, Some(i));
            let path = format!("{PATH}[{i}]");
            if self.behavior.node_ports_on_primary && text == PRIMARY {
                if list.len() > 1 {
                    let detail = "can't use both 'primary' and CIDRs";
                    self.invalid(rule, at, &path, &quote(text), detail);
                }
                break;
            }
            if parse_cidr(text).is_some() {
                continue;
            }
            if !self.behavior.node_port_addresses_one_by_one {
                let value = self.print(list);
                self.invalid(rule, at, PATH, &value, "must be a valid IP block");
                break;
            }
            self.invalid(rule, at, &path, &quote(text), "must be a valid CIDR");
        }
    }

    fn detect_local_mode(&mut self, text: &str) -> Option<LocalMode> {
        let behavior = self.behavior;
        let known = |mode: &LocalMode| match mode {
            LocalMode::ClusterCidr | LocalMode::NodeCidr => true,
            _ => behavior.detects_local_by_interface,
        };
        if text.is_empty() {
            return Some(LocalMode::ClusterCidr);
        }
        let found = LocalMode::ALL.into_iter().filter(known).find(|mode| mode.name() == text);
        if found.is_some() {
            return found;
        }
        let message = if behavior.detects_local_by_interface {
            let mut names = LocalMode::ALL.map(LocalMode::name).to_vec();
            names.push("");
            if behavior.sorts_detect_local_modes {
                names.sort_unstable();
            }
            let names: Vec<String> = names.into_iter().map(quote).collect();
            format!(
                "KubeProxyConfiguration.DetectLocalMode: Unsupported value: {}: supported values: {}",
                quote(text),
                names.join(", ")
            )
        } else {
            format!("cannot determine detect-local-mode: unknown detect-local-mode: {text}")
        };
        self.push(&DETECT_LOCAL_MODE_IS_UNKNOWN, (DETECT, None), &quote(text), message);
        None
    }

    fn nameless(&mut self, at: (&'static str, Option<usize>), path: &str) {
        self.invalid(&INTERFACE_HAS_NO_NAME, at, path, "\"\"", "must not be empty");
    }
}

const PRIMARY: &str = "primary";

/// Whether there are ranges of both families; `None` if some text is no range.
/// Source: k8s.io/utils/net `IsDualStackCIDRStrings`.
fn is_pair(list: &[String]) -> Option<bool> {
    let families: Option<Vec<Family>> = list.iter().map(|text| family_of(text)).collect();
    families.map(|found| found.contains(&Family::V4) && found.contains(&Family::V6))
}

fn family_of(text: &str) -> Option<Family> {
    parse_cidr(text).map(|read| Family::of(read.net.addr()))
}

/// The primary family, and what stands for the node in each (PROXY-1). `bind_address` is valid.
#[must_use]
pub fn detect_node_ips(
    behavior: &Behavior,
    node_ips: &[IpAddr],
    bind_address: &str,
    trace: &mut Trace,
) -> (Family, [IpAddr; 2]) {
    const LOOPBACK: [IpAddr; 2] =
        [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
    const ANY: [IpAddr; 2] = [IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::UNSPECIFIED)];
    let both = behavior.proxy_uses_both_node_ips;
    let bind = parse_ip(bind_address).map(|read| read.ip).filter(|ip| !ip.is_unspecified());
    let first = bind.or(node_ips.first().copied());
    let primary = first.map_or(Family::V4, Family::of);
    let mut ips = if both { LOOPBACK } else { ANY };
    if both {
        for ip in node_ips {
            ips[Family::of(*ip) as usize] = *ip;
        }
    }
    let ip = first.unwrap_or(LOOPBACK[0]);
    ips[primary as usize] = ip;
    let facts = || facts![ip, family = primary];
    let step = match (bind, first) {
        (Some(_), _) => trace.note(&BIND_ADDRESS_CHOOSES_PRIMARY, FieldPath::default(), facts()),
        (None, Some(_)) => trace.note(&NODE_CHOOSES_PRIMARY, FieldPath::default(), facts()),
        (None, None) => trace.note(&LOOPBACK_IS_ASSUMED, FieldPath::default(), facts![]),
    };
    trace.because(step, Origin::Flag(BIND));
    (primary, ips)
}

/// What comes after validation. Source: cmd/kube-proxy/app/server.go `newProxyServer`.
struct Server<'a> {
    behavior: &'a Behavior,
    flags: &'a Flags,
    host: &'a Host,
    trace: &'a mut Trace,
    log: Vec<LogLine>,
    mode: Mode,
    detect_local: LocalMode,
}

impl Server<'_> {
    fn note(&mut self, rule: &'static Rule, facts: Vec<Fact>, flag: &'static str) -> StepId {
        note(self.trace, rule, flag, facts)
    }

    fn reject(&mut self, rule: &'static Rule, facts: Vec<Fact>, flag: &'static str) -> StepId {
        reject(self.trace, rule, flag, facts)
    }

    fn say(&mut self, severity: Severity, message: &str, step: StepId) {
        let message = message.to_owned();
        self.log.push(LogLine { severity, message, flag: None, step });
    }

    fn configure(mut self) -> Configured {
        let mut exit = self.wait_for_pod_cidrs();
        let (primary, node_ips) = detect_node_ips(
            self.behavior,
            &self.host.node_ips,
            &self.flags.bind_address,
            self.trace,
        );
        if node_ips[primary as usize].is_loopback() {
            let step = StepId(self.trace.steps().len() - 1);
            let assumed =
                if self.behavior.proxy_uses_both_node_ips { "loopback" } else { "127.0.0.1" };
            let message = format!(
                "Can't determine this node's IP, assuming {assumed}; if this is incorrect, please set \
                 the --bind-address flag"
            );
            self.say(Severity::Info, &message, step);
        }
        let node_port_addresses = self.node_port_addresses(node_ips);
        let warnings = self.check_bad_config(primary, &node_port_addresses);
        let dual_stack = self.host.families == HostFamilies::Both && self.behavior.dual_stack.on();
        if self.behavior.checks_proxy_families && !self.host.families.has(primary) {
            let step = self.reject(&PRIMARY_IS_UNSUPPORTED, facts![family = primary], BIND);
            let message = format!("no support for primary IP family {}", quote(primary.name()));
            exit = exit.or(Some(StartError {
                message,
                flag: BIND,
                entry: None,
                at: None,
                step,
                phase: Phase::Start,
            }));
        } else {
            let (rule, message) = if dual_stack {
                (&RUNS_DUAL_STACK, "kube-proxy running in dual-stack mode")
            } else {
                (&RUNS_SINGLE_STACK, "kube-proxy running in single-stack mode")
            };
            let step = self.note(rule, facts![family = primary], BIND);
            self.say(Severity::Info, message, step);
        }
        let (family_problems, fatal) = self.check_bad_ip_config(primary, dual_stack);
        let family_is_fatal = fatal.is_some();
        exit = exit.or(fatal);
        if self.mode == Mode::Ipvs && self.behavior.deprecates_ipvs {
            let step = self.note(&IPVS_IS_DEPRECATED, facts![], MODE);
            let message = "The ipvs proxier is now deprecated and may be removed in a future release. \
                           Please use 'nftables' instead.";
            self.say(Severity::Error, message, step);
        }
        if self.behavior.warns_of_default_mode && self.flags.proxy_mode.is_empty() {
            self.note(&DEFAULT_MODE_CHANGES, facts![], MODE);
        }
        let local = if family_is_fatal { Default::default() } else { self.local_detectors() };
        Configured {
            mode: self.mode,
            detect_local: self.detect_local,
            primary,
            node_ips,
            dual_stack,
            node_port_addresses,
            local,
            log: self.log,
            warnings,
            family_problems,
            family_is_fatal,
            exit,
        }
    }

    /// PROXY-7: in mode `NodeCIDR` nothing begins before the node has its ranges.
    fn wait_for_pod_cidrs(&mut self) -> Option<StartError> {
        if self.detect_local != LocalMode::NodeCidr || !self.host.pod_cidrs.is_empty() {
            return None;
        }
        let step = self.reject(&NODE_HAS_NO_POD_CIDR, facts![], DETECT);
        let configure =
            "timeout waiting for PodCIDR allocation to configure detect-local-mode NodeCIDR";
        let message = match self.behavior.pod_cidr_wait {
            PodCidrWait::Watch => format!("{configure}: timed out waiting for the condition"),
            PodCidrWait::Poll => format!("{configure}: context deadline exceeded"),
            PodCidrWait::NodeManager => {
                format!("timeout waiting for PodCIDR allocation on node {}", quote(&self.host.name))
            }
        };
        Some(StartError { message, flag: DETECT, entry: None, at: None, step, phase: Phase::Start })
    }

    /// PROXY-6: where node ports answer, with `primary` resolved.
    fn node_port_addresses(&mut self, node_ips: [IpAddr; 2]) -> Vec<String> {
        let given = &self.flags.node_port_addresses;
        let means_primary = match given.as_slice() {
            [] => self.mode == Mode::Nftables,
            [only] => only == PRIMARY,
            _ => false,
        };
        if !means_primary || !self.behavior.node_ports_on_primary {
            return given.clone();
        }
        let own = node_ips.into_iter().filter(|ip| !ip.is_loopback());
        let list: Vec<String> = own.map(|ip| format!("{ip}/{}", Family::of(ip).bits())).collect();
        if !list.is_empty() {
            let addresses = list.join(", ");
            self.note(&NODE_PORTS_ARE_ON_PRIMARY, facts![addresses], NODE_PORTS);
        }
        list
    }

    /// PROXY-6: what is open. Source: `checkBadConfig`.
    fn check_bad_config(&mut self, primary: Family, addresses: &[String]) -> Vec<LogLine> {
        if !self.behavior.node_ports_on_primary {
            return Vec::new();
        }
        let flags = self.flags;
        let pod_cidrs = self.pod_cidrs();
        let looks_dual =
            [flags.cluster_cidrs.as_slice(), addresses, &flags.ipvs_exclude_cidrs, &pod_cidrs]
                .into_iter()
                .any(|list| is_pair(list) == Some(true));
        let of_primary =
            addresses.iter().filter(|text| family_of(text.trim()) == Some(primary)).count();
        let other = primary.other();
        let (open, message) = if addresses.is_empty() {
            let words = "nodePortAddresses is unset; NodePort connections will be accepted on all local \
                         IPs. Consider using `--nodeport-addresses primary`";
            (None, words.to_owned())
        } else if looks_dual && of_primary == addresses.len() {
            let words = format!(
                "cluster appears to be dual-stack but nodePortAddresses contains only {primary} \
                 addresses; NodePort connections will be accepted on all local {other} IPs"
            );
            (Some(other), words)
        } else if of_primary == 0 {
            let words = format!(
                "cluster appears to be {primary}-primary but nodePortAddresses contains only {other} \
                 addresses; NodePort connections will be accepted on all local {primary} IPs"
            );
            (Some(primary), words)
        } else {
            return Vec::new();
        };
        let step = match open {
            None => self.note(&NODE_PORTS_ARE_OPEN, facts![], NODE_PORTS),
            Some(family) => self.note(&NODE_PORTS_OF_A_FAMILY_ARE_OPEN, facts![family], NODE_PORTS),
        };
        Vec::from([LogLine { severity: Severity::Error, message, flag: Some(NODE_PORTS), step }])
    }

    /// The Pod ranges as far as this release looks at them.
    fn pod_cidrs(&self) -> Vec<String> {
        let looks = self.behavior.pod_cidr_wait == PodCidrWait::NodeManager
            || self.detect_local == LocalMode::NodeCidr;
        let cidrs = self.host.pod_cidrs.iter().filter(|_| looks);
        cidrs.map(ToString::to_string).collect()
    }

    /// PROXY-5: what is of the wrong family, and whether that ends the start.
    /// Source: `checkBadIPConfig`; up to 1.27 only the detectors of a single-stack proxier look.
    fn check_bad_ip_config(
        &mut self,
        primary: Family,
        dual_stack: bool,
    ) -> (Vec<LogLine>, Option<StartError>) {
        if !self.behavior.checks_proxy_families {
            let fatal = if dual_stack { None } else { self.single_stack_detector(primary) };
            return (Vec::new(), fatal);
        }
        let flags = self.flags;
        let bad = primary.other();
        let only_bad = |list: &[String]| {
            !list.is_empty() && list.iter().all(|text| family_of(text) == Some(bad))
        };
        let is_bad = |address: &str| {
            let host = split_host_port(address).map_or("", |(host, _)| host);
            let ip = parse_ip(host).map(|read| read.ip);
            ip.is_some_and(|ip| Family::of(ip) == bad && !ip.is_unspecified())
        };
        let lists = format!("contains only {bad} addresses");
        let mut found: Vec<(&'static str, &str, bool)> = Vec::new();
        if only_bad(&flags.cluster_cidrs) {
            let fatal = self.detect_local == LocalMode::ClusterCidr && !dual_stack;
            found.push((CLUSTER_CIDR, "clusterCIDRs", fatal));
        }
        if !self.behavior.node_ports_on_primary && only_bad(&flags.node_port_addresses) {
            found.push((NODE_PORTS, "nodePortAddresses", false));
        }
        if only_bad(&self.pod_cidrs()) {
            let fatal = self.detect_local == LocalMode::NodeCidr;
            found.push((DETECT, "node.spec.podCIDRs", fatal));
        }
        if !dual_stack {
            if only_bad(&flags.ipvs_exclude_cidrs) {
                found.push((EXCLUDE, "ipvs.excludeCIDRs", false));
            }
            if is_bad(&flags.healthz_bind_address) {
                found.push((HEALTHZ, "healthzBindAddress", false));
            }
            if is_bad(&flags.metrics_bind_address) {
                found.push((METRICS, "metricsBindAddress", false));
            }
        }
        let kind = if dual_stack { "primary" } else { "only" };
        let mut exit = None;
        let mut lines: Vec<LogLine> = Vec::new();
        for (flag, what, fatal) in found {
            let is = match flag {
                HEALTHZ | METRICS => format!("is {bad}"),
                _ => lists.clone(),
            };
            let message = format!("cluster is {primary}-{kind} but {what} {is}");
            let step = if fatal {
                let step = self.reject(&FAMILY_IS_FATALLY_WRONG, facts![family = primary], flag);
                exit.get_or_insert((flag, step));
                step
            } else {
                self.note(&FAMILY_DOES_NOT_FIT, facts![family = primary], flag)
            };
            lines.push(LogLine { severity: Severity::Error, message, flag: Some(flag), step });
        }
        let exit = exit.map(|(flag, step)| {
            let messages: Vec<&str> = lines.iter().map(|line| line.message.as_str()).collect();
            let joined = match messages.as_slice() {
                [only] => (*only).to_owned(),
                several => format!("[{}]", several.join(", ")),
            };
            let message = format!("kube-proxy configuration is incorrect: {joined}");
            StartError { message, flag, entry: None, at: None, step, phase: Phase::Start }
        });
        (lines, exit)
    }

    /// Up to 1.27: a proxier of one family takes the flag as one range of that family.
    fn single_stack_detector(&mut self, primary: Family) -> Option<StartError> {
        let text = match self.detect_local {
            LocalMode::ClusterCidr => self.flags.cluster_cidrs.join(","),
            LocalMode::NodeCidr => self.host.pod_cidrs.first()?.to_string(),
            _ => return None,
        };
        if text.trim().is_empty() {
            return None;
        }
        let flag = if self.detect_local == LocalMode::NodeCidr { DETECT } else { CLUSTER_CIDR };
        let is_v6 = primary == Family::V6;
        let (rule, facts, why) = if (family_of(&text) == Some(Family::V6)) != is_v6 {
            let why = format!("CIDR {text} has incorrect IP version: expect isIPv6={is_v6}");
            (&FAMILY_IS_FATALLY_WRONG, facts![family = primary], why)
        } else if parse_cidr(&text).is_none() {
            let facts = facts![value = text.as_str()];
            (&SINGLE_STACK_TAKES_ONE_RANGE, facts, format!("invalid CIDR address: {text}"))
        } else {
            return None;
        };
        let step = self.reject(rule, facts, flag);
        let message = format!("unable to create proxier: {why}");
        Some(StartError { message, flag, entry: None, at: None, step, phase: Phase::Start })
    }

    /// PROXY-4, PROXY-7: what tells local traffic, per family. Source: `getLocalDetectors`.
    fn local_detectors(&mut self) -> [LocalDetector; 2] {
        let flags = self.flags;
        let detector = match self.detect_local {
            LocalMode::BridgeInterface => LocalDetector::Interface(flags.bridge_interface.clone()),
            LocalMode::InterfaceNamePrefix => {
                LocalDetector::InterfacePrefix(flags.interface_name_prefix.clone())
            }
            LocalMode::ClusterCidr => {
                let texts = flags.cluster_cidrs.iter().map(|text| text.trim());
                let cidrs: Vec<Cidr> = texts
                    .filter_map(parse_cidr)
                    .map(|read| Cidr::new(read.net).unmapped())
                    .collect();
                return self.detectors_of(&cidrs, CLUSTER_CIDR);
            }
            LocalMode::NodeCidr => return self.detectors_of(&self.host.pod_cidrs, DETECT),
        };
        let interface = match &detector {
            LocalDetector::Interface(name) => name.clone(),
            _ => format!("{}*", flags.interface_name_prefix),
        };
        self.note(&INTERFACE_SERVES_BOTH, facts![interface], DETECT);
        [detector.clone(), detector]
    }

    fn detectors_of(&mut self, cidrs: &[Cidr], flag: &'static str) -> [LocalDetector; 2] {
        [Family::V4, Family::V6].map(|family| {
            let Some(cidr) = cidrs.iter().find(|cidr| cidr.family() == family).copied() else {
                self.note(&FAMILY_HAS_NO_LOCAL_RANGE, facts![family], flag);
                return LocalDetector::None;
            };
            self.note(&FAMILY_HAS_A_LOCAL_RANGE, facts![family, cidr], flag);
            LocalDetector::Cidr(cidr)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Configured, Host, HostFamilies, read, start};
    use crate::explain::trace::Trace;
    use crate::net::Cidr;
    use crate::net::Family::{self, V4, V6};
    use crate::net::go_parse::{parse_cidr, parse_ip};
    use crate::release::behavior::{
        Behavior, V1_20, V1_21, V1_22, V1_23, V1_25, V1_26, V1_27, V1_28, V1_29, V1_30, V1_31,
        V1_32, V1_34, V1_35, V1_36, V1_37,
    };
    use crate::source::flags::{self, Component};

    fn host(node_ips: &[&str], pod_cidrs: &[&str], families: HostFamilies) -> Host {
        let ips = node_ips.iter().filter_map(|text| parse_ip(text)).map(|read| read.ip);
        let cidrs = pod_cidrs.iter().filter_map(|text| parse_cidr(text));
        Host {
            name: "node-1".to_owned(),
            node_ips: ips.collect(),
            pod_cidrs: cidrs.map(|read| Cidr::new(read.net)).collect(),
            families,
        }
    }

    fn v4_node() -> Host {
        host(&["192.0.2.11"], &[], HostFamilies::Both)
    }

    /// What is wrong with the flags, or what became of them.
    fn run(release: &Behavior, typed: &str, host: &Host) -> Result<Configured, Vec<String>> {
        let mut behavior = release.clone();
        let trace = &mut Trace::default();
        let typed = flags::parse(&format!("kube-proxy {typed}"));
        let (flags, _) =
            read(&typed, &mut behavior, trace).map_err(|error| Vec::from([error.message]))?;
        start(&behavior, &flags, host, trace)
            .map_err(|errors| errors.into_iter().map(|error| error.message).collect())
    }

    fn fails(release: &Behavior, typed: &str, expect: &[&str]) {
        assert_eq!(run(release, typed, &v4_node()).err().unwrap_or_default(), expect, "{typed}");
    }

    /// With which words it exits; empty if it runs.
    fn exits(release: &Behavior, typed: &str, host: &Host, expect: &str) {
        let configured = run(release, typed, host).expect("the flags are valid");
        let exit = configured.exit.map(|error| error.message).unwrap_or_default();
        assert_eq!(exit, expect, "{typed}");
    }

    #[test]
    fn a_flag_refuses_what_it_cannot_read() {
        fails(&V1_36, "--bind-address", &["flag needs an argument: --bind-address"]);
        fails(
            &V1_36,
            "--bind-address=here",
            &[
                "invalid argument \"here\" for \"--bind-address\" flag: \"here\" is not a valid IP address",
            ],
        );
        fails(
            &V1_36,
            "--metrics-bind-address=::1:80:x",
            &[
                "invalid argument \"::1:80:x\" for \"--metrics-bind-address\" flag: \"::1:80:x\" is not in \
               a valid format (ip or ip:port): address ::1:80:x: too many colons in address",
            ],
        );
        fails(
            &V1_36,
            "--healthz-bind-address=1.2.3.4:70000",
            &[
                "invalid argument \"1.2.3.4:70000\" for \"--healthz-bind-address\" flag: \"70000\" is not a \
               valid number",
            ],
        );
        fails(
            &V1_36,
            "--feature-gates=NFTablesProxyMode",
            &[
                "invalid argument \"NFTablesProxyMode\" for \"--feature-gates\" flag: malformed pair, expect \
               string=bool",
            ],
        );
        fails(
            &V1_36,
            "--feature-gates=NFTablesProxyMode=false",
            &["cannot set feature gate NFTablesProxyMode to false, feature is locked to true"],
        );
        fails(
            &V1_28,
            "--feature-gates=NFTablesProxyMode=true",
            &["unrecognized feature gate: NFTablesProxyMode"],
        );
        fails(&V1_23, "--pod-bridge-interface=a", &["unknown flag: --pod-bridge-interface"]);
    }

    #[test]
    fn a_release_knows_its_modes() {
        let modes = |release: &Behavior, gates: &str, names: &str| {
            fails(
                release,
                &format!("--proxy-mode=magic {gates}"),
                &[&format!(
                    "KubeProxyConfiguration.Mode.ProxyMode: Invalid value: \"magic\": must be {names} or \
                     blank (blank means the best-available proxy [currently iptables])"
                )],
            );
        };
        modes(&V1_25, "", "iptables,ipvs,userspace");
        modes(&V1_26, "", "iptables,ipvs");
        modes(&V1_29, "", "iptables, ipvs");
        modes(&V1_29, "--feature-gates=NFTablesProxyMode=true", "iptables, ipvs, nftables");
        modes(&V1_31, "", "iptables, ipvs, nftables");
        modes(&V1_37, "--feature-gates=KubeProxyIPVS=false", "iptables, nftables");
    }

    #[test]
    fn ranges_are_one_or_a_pair() {
        let flag = "--cluster-cidr=10.244.0.0/16,10.245.0.0/16";
        let path = "KubeProxyConfiguration.DetectLocalConfiguration.ClusterCIDRs";
        let pair = "must be a either a single CIDR or dual-stack pair of CIDRs (e.g. [10.100.0.0/16, \
                    fde4:8dba:82e1::/48]";
        let block = "must be a valid CIDR block (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)";
        let listed =
            format!("{path}: Invalid value: [\"10.244.0.0/16\",\"10.245.0.0/16\"]: {pair}");
        fails(&V1_36, flag, &[&listed]);
        fails(
            &V1_32,
            flag,
            &[&format!(
                "{path}: Invalid value: []string{{\"10.244.0.0/16\", \"10.245.0.0/16\"}}: {pair}"
            )],
        );
        fails(
            &V1_31,
            flag,
            &[
                "KubeProxyConfiguration.ClusterCIDR: Invalid value: \"10.244.0.0/16,10.245.0.0/16\": must be \
               a valid DualStack CIDR (e.g. 10.100.0.0/16,fde4:8dba:82e1::/48)",
            ],
        );
        fails(
            &V1_20,
            "--cluster-cidr=10.244.0.0/16,fd00::/56",
            &[
                "KubeProxyConfiguration.ClusterCIDR: Invalid value: \"10.244.0.0/16,fd00::/56\": only one \
               CIDR allowed (e.g. 10.100.0.0/16 or fde4:8dba:82e1::/48)",
            ],
        );
        fails(
            &V1_36,
            "'--cluster-cidr=10.244.0.0/16, fd00::/56'",
            &[&format!("{path}[1]: Invalid value: \" fd00::/56\": {block}")],
        );
        fails(&V1_36, "--cluster-cidr=", &[&format!("{path}[0]: Invalid value: \"\": {block}")]);
        exits(&V1_31, "--cluster-cidr=", &v4_node(), "");
        // In another mode the ranges are not looked at.
        exits(&V1_36, "--cluster-cidr=x --detect-local-mode=NodeCIDR", &pod_node(), "");
    }

    fn pod_node() -> Host {
        host(&["192.0.2.11"], &["10.244.1.0/24"], HostFamilies::Both)
    }

    #[test]
    fn a_wrong_family_is_fatal_where_nothing_else_is_served() {
        let flag = "--cluster-cidr=fd00:10:244::/56";
        let v4_only = host(&["192.0.2.11"], &[], HostFamilies::Only(V4));
        exits(&V1_36, flag, &v4_node(), "");
        exits(&V1_27, flag, &v4_node(), "");
        exits(
            &V1_28,
            flag,
            &v4_only,
            "kube-proxy configuration is incorrect: cluster is IPv4-only but clusterCIDRs contains only \
             IPv6 addresses",
        );
        exits(
            &V1_27,
            flag,
            &v4_only,
            "unable to create proxier: CIDR fd00:10:244::/56 has incorrect IP version: expect isIPv6=false",
        );
        exits(
            &V1_22,
            "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56",
            &v4_only,
            "unable to create proxier: invalid CIDR address: 10.244.0.0/16,fd00:10:244::/56",
        );
        exits(&V1_28, "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56", &v4_only, "");
        exits(
            &V1_36,
            "--healthz-bind-address=::1 --cluster-cidr=fd00:10:244::/56",
            &v4_only,
            "kube-proxy configuration is incorrect: [cluster is IPv4-only but clusterCIDRs contains only \
             IPv6 addresses, cluster is IPv4-only but healthzBindAddress is IPv6]",
        );
        exits(
            &V1_36,
            "",
            &host(&["2001:db8::11"], &[], HostFamilies::Only(V4)),
            "no support for primary IP family \"IPv6\"",
        );
    }

    #[test]
    fn node_ports_up_to_1_30_are_only_compared_with_the_primary_family() {
        let configured = |release: &Behavior| {
            run(release, "--nodeport-addresses=2001:db8::/32", &v4_node()).expect("it is valid")
        };
        let problems: Vec<String> =
            configured(&V1_30).family_problems.into_iter().map(|line| line.message).collect();
        assert_eq!(
            problems,
            ["cluster is IPv4-primary but nodePortAddresses contains only IPv6 addresses"]
        );
        assert_eq!(configured(&V1_30).warnings, []);
        assert_eq!(configured(&V1_31).family_problems, []);
        assert_eq!(configured(&V1_31).warnings.len(), 1);
        fails(
            &V1_30,
            "--nodeport-addresses=primary",
            &[
                "KubeProxyConfiguration.NodePortAddresses[0]: Invalid value: \"primary\": must be a valid \
               CIDR",
            ],
        );
        fails(
            &V1_22,
            "--nodeport-addresses=10.0.0.0/8,x",
            &[
                "KubeProxyConfiguration.NodePortAddresses: Invalid value: []string{\"10.0.0.0/8\", \"x\"}: \
               must be a valid IP block",
            ],
        );
    }

    #[test]
    fn lists_add_up_and_an_error_points_at_its_entry() {
        let text =
            "kube-proxy --nodeport-addresses=10.0.0.0/8,192.0.2.0/24 --nodeport-addresses=here";
        let typed = flags::parse(text);
        let (mut behavior, trace) = (V1_36, &mut Trace::default());
        let (flags, _) = read(&typed, &mut behavior, trace).expect("it can be read");
        assert_eq!(flags.node_port_addresses, ["10.0.0.0/8", "192.0.2.0/24", "here"]);
        let errors = start(&behavior, &flags, &v4_node(), trace).expect_err("it is not valid");
        assert_eq!(errors.len(), 1);
        let span = errors[0].span(Component::KubeProxy, &typed, text).expect("it stands there");
        assert_eq!(&text[span.start..span.end], "here");
        assert_eq!(trace.steps()[errors[0].step.0].rule.id, "PROXY-6d");
    }

    #[test]
    fn before_1_29_only_the_first_address_of_the_node_is_used() {
        let both = host(&["2001:db8::11", "192.0.2.11"], &[], HostFamilies::Both);
        let ips = |release: &Behavior, flags: &str, host: &Host| {
            let configured = run(release, flags, host).expect("it is valid");
            (configured.primary, configured.node_ips.map(|ip| ip.to_string()))
        };
        let of = |family: Family, v4: &str, v6: &str| (family, [v4.to_owned(), v6.to_owned()]);
        assert_eq!(ips(&V1_29, "", &both), of(V6, "192.0.2.11", "2001:db8::11"));
        assert_eq!(ips(&V1_28, "", &both), of(V6, "0.0.0.0", "2001:db8::11"));
        let none = host(&[], &[], HostFamilies::Both);
        assert_eq!(ips(&V1_28, "", &none), of(V4, "127.0.0.1", "::"));
        assert_eq!(ips(&V1_29, "", &none), of(V4, "127.0.0.1", "::1"));
        let bound = "--bind-address=192.0.2.99";
        assert_eq!(ips(&V1_28, bound, &both), of(V4, "192.0.2.99", "::"));
    }

    #[test]
    fn both_families_are_served_wherever_the_host_can() {
        let serves = |release: &Behavior, flags: &str| {
            let configured = run(release, flags, &v4_node()).expect("it is valid");
            [V4, V6].map(|family| configured.serves(family))
        };
        assert_eq!(serves(&V1_36, "--cluster-cidr=10.244.0.0/16"), [true, true]);
        assert_eq!(serves(&V1_20, ""), [true, false]);
        assert_eq!(serves(&V1_20, "--feature-gates=IPv6DualStack=true"), [true, true]);
        assert_eq!(serves(&V1_21, "--feature-gates=IPv6DualStack=false"), [true, false]);
    }

    #[test]
    fn node_cidr_waits_for_the_node() {
        let flag = "--detect-local-mode=NodeCIDR";
        let configure =
            "timeout waiting for PodCIDR allocation to configure detect-local-mode NodeCIDR";
        let timed_out = format!("{configure}: timed out waiting for the condition");
        exits(&V1_31, flag, &v4_node(), &timed_out);
        exits(&V1_32, flag, &v4_node(), &format!("{configure}: context deadline exceeded"));
        exits(
            &V1_34,
            flag,
            &v4_node(),
            "timeout waiting for PodCIDR allocation on node \"node-1\"",
        );
        exits(&V1_36, flag, &pod_node(), "");
    }

    #[test]
    fn an_interface_tells_pods_of_both_families() {
        let flags = "--detect-local-mode=InterfaceNamePrefix --pod-interface-name-prefix=cali";
        let configured = run(&V1_36, flags, &v4_node()).expect("it is valid");
        for family in [V4, V6] {
            assert_eq!(configured.local(family).if_not_local().as_deref(), Some("! -i cali+"));
        }
        fails(
            &V1_31,
            "--detect-local-mode=BridgeInterface",
            &["KubeProxyConfiguration.InterfaceName: Invalid value: \"\": must not be empty"],
        );
        fails(
            &V1_36,
            "--detect-local-mode=Bridge",
            &[
                "KubeProxyConfiguration.DetectLocalMode: Unsupported value: \"Bridge\": supported values: \
               \"ClusterCIDR\", \"NodeCIDR\", \"BridgeInterface\", \"InterfaceNamePrefix\", \"\"",
            ],
        );
        fails(
            &V1_28,
            "--detect-local-mode=Bridge",
            &[
                "KubeProxyConfiguration.DetectLocalMode: Unsupported value: \"Bridge\": supported values: \
               \"\", \"BridgeInterface\", \"ClusterCIDR\", \"InterfaceNamePrefix\", \"NodeCIDR\"",
            ],
        );
        fails(
            &V1_23,
            "--detect-local-mode=BridgeInterface",
            &["cannot determine detect-local-mode: unknown detect-local-mode: BridgeInterface"],
        );
    }

    #[test]
    fn ipvs_is_called_deprecated_from_1_35_on() {
        let lines = |release: &Behavior| {
            let configured = run(release, "--proxy-mode=ipvs", &v4_node()).expect("it is valid");
            configured.lines().filter(|line| line.message.contains("deprecated")).count()
        };
        assert_eq!((lines(&V1_34), lines(&V1_35)), (0, 1));
    }
}
