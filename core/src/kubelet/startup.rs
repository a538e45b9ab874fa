//! Which addresses does a node have, and in which order do its Pods show theirs? Rules KUBELET-1 to
//! KUBELET-8.
//! Source: component-helpers node/util/ips.go, pkg/kubelet/nodestatus/setters.go, kubelet_pods.go,
//! pkg/util/node/node.go, cloud-provider node/helpers/address.go.

use std::fmt;
use std::net::IpAddr;

use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::explain::trace::{Origin, Trace};
use crate::facts;
use crate::net::Family;
use crate::net::go_parse::parse_ip;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::{Component, FlagsText};
use crate::startup::{
    LogLine, Severity, StartError, Unmodelled, bad_value, fold_gates, note, pflag, reject, value_of,
};

rules! {
    /// A part of the flag that is no address.
    PART_IS_IGNORED {
        id: "KUBELET-1a", slug: "node-ip-that-is-no-address-is-ignored",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go parseNodeIP",
        facts: [text],
        en: "{text} is not an address. The kubelet ignores it with a line in its log, and starts as if it were not set.",
        zh: "{text} 不是地址。kubelet 会忽略它并在日志中写一行，然后像未设置它一样启动。",
    }
    /// Not a pair.
    NODE_IPS_ARE_NO_PAIR {
        id: "KUBELET-1b", slug: "node-ips-are-one-or-a-pair",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go parseNodeIP",
        facts: [],
        en: "`--node-ip` accepts one address, or one per address family.",
        zh: "`--node-ip` 接受一个地址，或每个地址族各一个。",
    }
    /// A pair with a wish in it.
    PAIR_IS_SPECIFIC {
        id: "KUBELET-1c", slug: "node-ip-pair-is-specific",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go parseNodeIP",
        facts: [],
        en: "`0.0.0.0` and `::` only express which address family is preferred. In a pair both addresses must be specific.",
        zh: "`0.0.0.0` 和 `::` 只表示优先使用哪个地址族。指定一对地址时，两个都必须是具体地址。",
    }
    /// A pair with a cloud provider.
    CLOUD_ALLOWS_NO_PAIR {
        id: "KUBELET-2a", slug: "cloud-provider-allows-no-pair",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go ParseNodeIPArgument",
        facts: [provider],
        en: "With `--cloud-provider` {provider} a pair is not allowed here: with `external` it is allowed from 1.29 on (1.27 and 1.28: with the `CloudDualStackNodeIPs` feature gate), with a built-in provider never.",
        zh: "设置 `--cloud-provider` {provider} 时，此处不允许指定一对地址：`external` 自 1.29 起允许（1.27 和 1.28 需要启用特性门控 `CloudDualStackNodeIPs`），内置提供商始终不允许。",
    }
    /// A pair in a cluster of one family.
    PAIR_NEEDS_GATE {
        id: "KUBELET-2b", slug: "node-ip-pair-needs-the-gate",
        versions: Versions::until(22),
        source: "cmd/kubelet/app/server.go RunKubelet",
        facts: [],
        en: "In this version a pair in `--node-ip` requires the `IPv6DualStack` feature gate.",
        zh: "在此版本中，在 `--node-ip` 中指定一对地址需要启用特性门控 `IPv6DualStack`。",
    }
    /// Two addresses were given.
    NODE_HAS_THE_PAIR {
        id: "KUBELET-3a", slug: "node-has-the-pair-it-was-given",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [first, second],
        en: "`--node-ip` specifies a pair: {first} and {second} become the InternalIPs of the node, in this order. Without a cloud provider this is the only way to make a node dual-stack.",
        zh: "`--node-ip` 指定了一对地址：{first} 和 {second} 按此顺序成为节点的 InternalIP。没有云提供商时，只有这样才能使节点成为双栈。",
    }
    /// One address was given.
    NODE_HAS_THE_ONE {
        id: "KUBELET-3b", slug: "node-has-the-one-address-it-was-given",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [ip],
        en: "`--node-ip` specifies one address, so {ip} is the only address of the node, whatever others the host has.",
        zh: "`--node-ip` 指定了一个地址，因此 {ip} 是节点的唯一地址，无论主机还有哪些地址。",
    }
    /// An address was found.
    ADDRESS_IS_FOUND {
        id: "KUBELET-3c", slug: "node-address-is-found",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [ip, family],
        en: "No address is specified, so the kubelet detects one, {family} first: the host name if it is an address, then DNS, then the interface of the default route. It finds {ip}, and never looks for a second one.",
        zh: "未指定地址，因此 kubelet 自行检测，{family} 优先：依次为主机名（如果它是地址）、DNS、默认路由的接口。检测到的是 {ip}；它从不检测第二个地址。",
    }
    /// There is none.
    ADDRESS_IS_NOT_FOUND {
        id: "KUBELET-3d", slug: "node-address-is-not-found",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [],
        en: "No address is specified and none was found: the host name, DNS and the default route yield none.",
        zh: "未指定地址，也未检测到地址：主机名、DNS 和默认路由都没有给出地址。",
    }
    /// The cloud will tell.
    NODE_WAITS_FOR_CLOUD {
        id: "KUBELET-4a", slug: "node-waits-for-the-cloud",
        versions: Versions::since(29),
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [],
        en: "With `--cloud-provider=external` and without `--node-ip` the node has no address until cloud-controller-manager sets one.",
        zh: "设置 `--cloud-provider=external` 且未设置 `--node-ip` 时，在云控制器管理器设置地址之前，节点没有地址。",
    }
    /// What the cloud controller is told.
    NODE_IS_ANNOTATED {
        id: "KUBELET-4b", slug: "node-ip-is-told-to-the-cloud",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [annotation],
        en: "The annotation `alpha.kubernetes.io/provided-node-ip` passes the specified addresses to cloud-controller-manager: {annotation}.",
        zh: "注解 `alpha.kubernetes.io/provided-node-ip` 将指定的地址告知云控制器管理器：{annotation}。",
    }
    /// The cloud told already.
    CLOUD_ADDRESSES_STAY {
        id: "KUBELET-4c", slug: "addresses-of-the-cloud-stay",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        facts: [],
        en: "The node already has addresses, which cloud-controller-manager manages: the kubelet does not change them.",
        zh: "节点已有地址，这些地址由云控制器管理器管理：kubelet 不会更改。",
    }
    /// The cloud controller's choice.
    CLOUD_KEEPS_ADDRESS {
        id: "KUBELET-4d", slug: "cloud-keeps-the-annotated-address",
        versions: Versions::ALL,
        source: "cloud-provider node/helpers/address.go GetNodeAddressesFromNodeIP",
        facts: [ip, kind],
        en: "The annotation specifies {ip}, so of the cloud provider's addresses of type {kind} only the specified ones are kept.",
        zh: "注解指定了 {ip}，因此在云提供商给出的 {kind} 类型地址中，只保留注解指定的那些。",
    }
    /// An address the cloud does not know.
    CLOUD_LACKS_ADDRESS {
        id: "KUBELET-4e", slug: "cloud-lacks-the-annotated-address",
        versions: Versions::ALL,
        source: "cloud-provider node/helpers/address.go GetNodeAddressesFromNodeIP",
        facts: [ip],
        en: "The annotation specifies {ip}, and the cloud provider does not report this address for the node: the node stays uninitialized.",
        zh: "注解指定了 {ip}，而云提供商没有为此节点报告该地址：节点保持未初始化状态。",
    }
    /// An annotation that is none.
    ANNOTATION_IS_WRONG {
        id: "KUBELET-4f", slug: "provided-node-ip-is-wrong",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go ParseNodeIPAnnotation",
        facts: [],
        en: "The annotation `alpha.kubernetes.io/provided-node-ip` is parsed strictly: one address or one per address family, no spaces, and no invalid entry is skipped.",
        zh: "注解 `alpha.kubernetes.io/provided-node-ip` 按严格规则解析：一个地址或每个地址族各一个，不含空格，也不会跳过无效的条目。",
    }
    /// An address that a node may not use.
    ADDRESS_IS_UNUSABLE {
        id: "KUBELET-5", slug: "node-address-is-unusable",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_node_status.go validateNodeIP",
        facts: [ip],
        en: "{ip} cannot be a node address: it must be a unicast address that is not link-local, and one that the host has.",
        zh: "{ip} 不能作为节点地址：它必须是主机拥有的、非链路本地的单播地址。",
    }
    /// The order of a Pod's addresses.
    POD_IPS_ARE_SORTED {
        id: "KUBELET-6", slug: "pod-ips-follow-the-node-ip",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go sortPodIPs",
        facts: [family],
        en: "The container runtime may report addresses in any order and number. The first {family} address becomes the first, because that is the address family of the first `--node-ip` (IPv4 if it is not set); the first address of the other family follows. Pod CIDRs and Service CIDRs have no effect.",
        zh: "容器运行时可以按任意顺序报告任意数量的地址。第一个 {family} 地址排在首位，因为它属于第一个 `--node-ip` 的地址族（未设置则为 IPv4）；其后是另一个地址族的第一个地址。Pod CIDR 和 Service CIDR 不起作用。",
    }
    /// The addresses that host network Pods share.
    HOST_IPS_ARE_CHOSEN {
        id: "KUBELET-7a", slug: "host-ips-are-the-first-of-each-family",
        versions: Versions::ALL,
        source: "pkg/util/node/node.go GetNodeHostIPs",
        facts: [ips],
        en: "The host IPs of the node are {ips}: the first InternalIP (or, without one, the first ExternalIP) and the first of the other address family.",
        zh: "节点的主机 IP 为 {ips}：第一个 InternalIP（没有时为第一个 ExternalIP），以及另一个地址族的第一个。",
    }
    /// A node nobody can name an address of.
    HOST_IP_IS_UNKNOWN {
        id: "KUBELET-7b", slug: "host-ip-is-unknown",
        versions: Versions::ALL,
        source: "pkg/util/node/node.go GetNodeHostIPs",
        facts: [],
        en: "The node has neither an InternalIP nor an ExternalIP.",
        zh: "节点既没有 InternalIP 也没有 ExternalIP。",
    }
    /// A Pod on the host's network.
    HOST_NETWORK_INHERITS {
        id: "KUBELET-7c", slug: "host-network-pod-has-the-host-ips",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go generateAPIPodStatus",
        facts: [ips],
        en: "A Pod with `hostNetwork` has the host IPs of its node: {ips}. They never change, but a missing second address family is added.",
        zh: "使用 `hostNetwork` 的 Pod 拥有其节点的主机 IP：{ips}。这些地址从不更改，但会补上缺少的第二个地址族。",
    }
    /// A guess that was wrong.
    FAMILY_GUESS_WAS_WRONG {
        id: "KUBELET-7d", slug: "cloud-chose-the-other-family",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go generateAPIPodStatus",
        facts: [ip, family],
        en: "The kubelet detected {family} for its node, and the cloud provider lists {ip} first. Pods get the event `HostIPsIPFamilyMismatch`; an explicit `--node-ip` resolves this.",
        zh: "kubelet 为其节点检测到的是 {family}，而云提供商将 {ip} 列在首位。Pod 上会产生事件 `HostIPsIPFamilyMismatch`；显式设置 `--node-ip` 可以解决。",
    }
    /// The Pod's own names.
    HOSTS_FILE_HAS_EVERY_IP {
        id: "KUBELET-8", slug: "hosts-file-has-a-line-per-pod-ip",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go managedHostsFileContent",
        facts: [ips],
        en: "`/etc/hosts` of the Pod has seven fixed lines, and one line for each Pod IP: {ips}.",
        zh: "Pod 的 `/etc/hosts` 有七行固定内容，另外每个 Pod IP 各占一行：{ips}。",
    }
}

/// The flags of the kubelet that the simulator acts on, as given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `--node-ip`.
    pub node_ip: String,
    /// `--cloud-provider`.
    pub cloud_provider: String,
    /// `--hostname-override`; empty means the host's own name.
    pub hostname_override: String,
    /// `--max-pods`.
    pub max_pods: i32,
}

impl Default for Flags {
    fn default() -> Self {
        let (node_ip, cloud_provider, hostname_override) = Default::default();
        Self { node_ip, cloud_provider, hostname_override, max_pods: 110 }
    }
}

const NODE_IP: &str = "node-ip";
const CLOUD: &str = "cloud-provider";
const HOSTNAME: &str = "hostname-override";
const MAX_PODS: &str = "max-pods";
const GATES: &str = "feature-gates";

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
    let mut unmodelled = Vec::new();
    for flag in text.of(Component::Kubelet) {
        let (name, slot) = match flag.name.as_str() {
            NODE_IP => (NODE_IP, &mut flags.node_ip),
            CLOUD => (CLOUD, &mut flags.cloud_provider),
            HOSTNAME => (HOSTNAME, &mut flags.hostname_override),
            GATES => {
                fold_gates(behavior, flag, &mut unmodelled, trace)?;
                continue;
            }
            MAX_PODS => {
                let value = value_of(flag, MAX_PODS, trace)?;
                let read = pflag::parse_i32(value);
                flags.max_pods = read.map_err(|why| bad_value(MAX_PODS, value, &why, trace))?;
                continue;
            }
            name => {
                unmodelled.push(Unmodelled { span: flag.span, name: format!("--{name}") });
                continue;
            }
        };
        value_of(flag, name, trace)?.clone_into(slot);
    }
    Ok((flags, unmodelled))
}

/// A kubelet whose flags have passed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kubelet {
    /// The addresses of `--node-ip`: none, one, or a pair.
    pub node_ips: Vec<IpAddr>,
    /// `--cloud-provider=external`.
    pub external_cloud: bool,
    /// The name that the node gets: `--hostname-override`, or that of the host; in small letters.
    pub hostname: String,
    /// How many Pods it takes.
    pub max_pods: usize,
    /// What it writes on its way.
    pub log: Vec<LogLine>,
}

/// Checks the flags. `host` is the name of the machine.
///
/// # Errors
/// Why the kubelet exits.
pub fn start(
    behavior: &Behavior,
    flags: &Flags,
    host: &str,
    trace: &mut Trace,
) -> Result<Kubelet, StartError> {
    let parsed = parse_node_ip(behavior, &flags.node_ip, &flags.cloud_provider, trace)?;
    let name = flags.hostname_override.trim();
    Ok(Kubelet {
        node_ips: parsed.ips,
        external_cloud: flags.cloud_provider == "external",
        hostname: if name.is_empty() { host } else { name }.to_lowercase(),
        max_pods: usize::try_from(flags.max_pods).unwrap_or(0),
        log: parsed.log,
    })
}

/// What `--node-ip` says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeIps {
    /// The addresses: none, one, or a pair.
    pub ips: Vec<IpAddr>,
    /// The parts that are no address.
    pub ignored: Vec<String>,
    /// What is logged of them.
    pub log: Vec<LogLine>,
}

const NO_PAIR: &str = "must contain either a single IP or a dual-stack pair of IPs";

/// Reads `--node-ip` (KUBELET-1, KUBELET-2).
///
/// # Errors
/// Why the kubelet exits.
pub fn parse_node_ip(
    behavior: &Behavior,
    text: &str,
    cloud_provider: &str,
    trace: &mut Trace,
) -> Result<NodeIps, StartError> {
    let mut parsed = NodeIps::default();
    let mut steps = Vec::new();
    for part in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
        if let Some(read) = parse_ip(part) {
            parsed.ips.push(read.ip);
            continue;
        }
        let step = note(trace, &PART_IS_IGNORED, NODE_IP, facts![text = quote(part)]);
        parsed.ignored.push(part.to_owned());
        steps.push(step);
    }
    if let Some(step) = steps.first().copied() {
        let parts: Vec<String> = parsed.ignored.iter().map(|part| quote(part)).collect();
        let message = format!("{}: {}", behavior.ignored_node_ip, parts.join(", "));
        let flag = Some(NODE_IP);
        parsed.log.push(LogLine { severity: Severity::Info, message, flag, step });
    }
    let pair = match parsed.ips.as_slice() {
        [] | [_] => return Ok(parsed),
        [one, other] if Family::of(*one) != Family::of(*other) => true,
        _ => false,
    };
    let alike = behavior.node_ip_errors_begin_alike;
    let given = quote(text);
    let begin = if alike { format!("bad --node-ip {given}: ") } else { String::new() };
    let allowed = match cloud_provider {
        "" => true,
        "external" => behavior.cloud_dual_stack_node_ips.on(),
        _ => false,
    };
    let (rule, message) = if !behavior.dual_stack.on() {
        let words = format!("dual-stack --node-ip {given} not supported in a single-stack cluster");
        (&PAIR_NEEDS_GATE, words)
    } else if !pair {
        let old = format!("bad --node-ip {given}; ");
        (&NODE_IPS_ARE_NO_PAIR, format!("{}{NO_PAIR}", if alike { begin } else { old }))
    } else if !allowed {
        let words = if alike {
            format!("{begin}dual-stack not supported in this configuration")
        } else {
            format!("dual-stack --node-ip {given} not supported when using a cloud provider")
        };
        (&CLOUD_ALLOWS_NO_PAIR, words)
    } else if parsed.ips.iter().any(IpAddr::is_unspecified) {
        let words = if alike {
            format!("{begin}dual-stack node IP cannot include '0.0.0.0' or '::'")
        } else {
            format!("dual-stack --node-ip {given} cannot include '0.0.0.0' or '::'")
        };
        (&PAIR_IS_SPECIFIC, words)
    } else {
        return Ok(parsed);
    };
    let facts = match cloud_provider {
        provider if rule == &CLOUD_ALLOWS_NO_PAIR => facts![provider],
        _ => facts![],
    };
    let step = reject(trace, rule, NODE_IP, facts);
    Err(StartError { message, flag: NODE_IP, entry: None, step })
}

/// Reads the annotation `alpha.kubernetes.io/provided-node-ip`, as the cloud controller does.
///
/// # Errors
/// Upstream's words.
pub fn parse_provided_node_ip(
    behavior: &Behavior,
    text: &str,
    trace: &mut Trace,
) -> Result<Vec<IpAddr>, String> {
    let mut ips = Vec::new();
    let mut wrong = None;
    for part in text.split(',') {
        match parse_ip(part) {
            Some(read) => ips.push(read.ip),
            None => {
                wrong = Some(format!("could not parse {}", quote(part)));
                break;
            }
        }
    }
    let why = match (wrong, ips.as_slice()) {
        (Some(why), _) => why,
        (None, [_]) => return Ok(ips),
        (None, [one, other]) if Family::of(*one) != Family::of(*other) => {
            if !behavior.cloud_dual_stack_node_ips.on() {
                "dual-stack not supported in this configuration".to_owned()
            } else if ips.iter().any(IpAddr::is_unspecified) {
                "dual-stack node IP cannot include '0.0.0.0' or '::'".to_owned()
            } else {
                return Ok(ips);
            }
        }
        _ => NO_PAIR.to_owned(),
    };
    trace.reject(&ANNOTATION_IS_WRONG, FieldPath::metadata("annotations"), facts![]);
    Err(why)
}

/// The type of a node's address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum AddressKind {
    /// `InternalIP`.
    InternalIp,
    /// `ExternalIP`.
    ExternalIp,
    /// `Hostname`.
    Hostname,
    /// `InternalDNS`.
    InternalDns,
    /// `ExternalDNS`.
    ExternalDns,
}

impl AddressKind {
    const ALL: [Self; 5] =
        [Self::InternalIp, Self::ExternalIp, Self::Hostname, Self::InternalDns, Self::ExternalDns];

    /// As the API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InternalIp => "InternalIP",
            Self::ExternalIp => "ExternalIP",
            Self::Hostname => "Hostname",
            Self::InternalDns => "InternalDNS",
            Self::ExternalDns => "ExternalDNS",
        }
    }

    /// Reads the API's spelling.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// An entry of `status.addresses` of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeAddress {
    /// Its type.
    pub kind: AddressKind,
    /// An address or a name.
    pub address: String,
}

impl NodeAddress {
    fn new(kind: AddressKind, address: impl ToString) -> Self {
        Self { kind, address: address.to_string() }
    }

    fn ip(&self) -> Option<IpAddr> {
        parse_ip(&self.address).map(|read| read.ip)
    }
}

impl fmt::Display for NodeAddress {
    /// As Go prints the structure.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{} {}}}", self.kind.name(), self.address)
    }
}

/// The machine under a kubelet.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Host {
    /// The addresses of its interfaces.
    pub addresses: Vec<IpAddr>,
    /// What DNS says of the node's name.
    pub resolved: Vec<IpAddr>,
    /// The addresses of the interface of the default route, at most one of each family.
    pub default_route: Vec<IpAddr>,
}

/// What a kubelet says of its node.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeStatus {
    /// `status.addresses`.
    pub addresses: Vec<NodeAddress>,
    /// The annotation `alpha.kubernetes.io/provided-node-ip`.
    pub provided_node_ip: Option<String>,
}

/// Sets the addresses of a node (KUBELET-3 to KUBELET-5). `known` are those it has already.
///
/// # Errors
/// Upstream's words: the node stays without addresses, and the kubelet tries again.
pub fn node_addresses(
    behavior: &Behavior,
    kubelet: &Kubelet,
    host: &Host,
    known: &[NodeAddress],
    trace: &mut Trace,
) -> Result<NodeStatus, String> {
    let at = || FieldPath::default().field("status").field("addresses");
    let hostname = || NodeAddress::new(AddressKind::Hostname, &kubelet.hostname);
    let internal = |ip: IpAddr| NodeAddress::new(AddressKind::InternalIp, ip);
    let specified = |i: usize| kubelet.node_ips.get(i).copied().filter(|ip| !ip.is_unspecified());
    // A second address alone is checked, and then not used.
    let (first, second) = (specified(0), specified(1));
    for (ip, name) in [(first, "nodeIP"), (second, "secondaryNodeIP")] {
        if let Some((ip, why)) = ip.and_then(|ip| Some((ip, unusable(ip, &host.addresses)?))) {
            let step = trace.reject(&ADDRESS_IS_UNUSABLE, at(), facts![ip]);
            trace.because(step, Origin::Flag(NODE_IP));
            return Err(format!("failed to validate {name}: {why}"));
        }
    }
    let mut status = NodeStatus::default();
    if kubelet.external_cloud {
        if let Some(first) = first {
            let ips: Vec<IpAddr> = [first].into_iter().chain(second).collect();
            let annotation = print_ips(&ips, ",");
            let facts = facts![annotation = annotation.as_str()];
            let step = trace.note(&NODE_IS_ANNOTATED, FieldPath::metadata("annotations"), facts);
            trace.because(step, Origin::Flag(NODE_IP));
            status.provided_node_ip = Some(annotation);
        }
        if !known.is_empty() {
            trace.note(&CLOUD_ADDRESSES_STAY, at(), facts![]);
            status.addresses = known.to_vec();
            return Ok(status);
        }
        if kubelet.node_ips.is_empty() && behavior.waits_for_cloud_addresses {
            let step = trace.note(&NODE_WAITS_FOR_CLOUD, at(), facts![]);
            trace.because(step, Origin::Flag(CLOUD));
            status.addresses.push(hostname());
            return Ok(status);
        }
    }
    let step = match (first, second) {
        (Some(first), Some(second)) => {
            status.addresses.extend([internal(first), internal(second)]);
            trace.note(&NODE_HAS_THE_PAIR, at(), facts![first, second])
        }
        (Some(ip), None) => {
            status.addresses.push(internal(ip));
            trace.note(&NODE_HAS_THE_ONE, at(), facts![ip])
        }
        (None, _) => {
            let family = kubelet.preferred_family();
            let Some(ip) = find_address(&kubelet.hostname, family, host) else {
                trace.reject(&ADDRESS_IS_NOT_FOUND, at(), facts![]);
                return Err(format!(
                    "can't get ip address of node {}. error: no default routes found in \
                     \"/proc/net/route\" or \"/proc/net/ipv6_route\"",
                    kubelet.hostname
                ));
            };
            status.addresses.push(internal(ip));
            trace.note(&ADDRESS_IS_FOUND, at(), facts![ip, family])
        }
    };
    trace.because(step, Origin::Flag(NODE_IP));
    status.addresses.push(hostname());
    Ok(status)
}

impl Kubelet {
    /// The family that comes first where the kubelet has a choice: that of the first `--node-ip`.
    #[must_use]
    pub fn preferred_family(&self) -> Family {
        preferred_family(&self.node_ips)
    }
}

fn preferred_family(node_ips: &[IpAddr]) -> Family {
    node_ips.first().map_or(Family::V4, |ip| Family::of(*ip))
}

/// KUBELET-3: the one address of a node that was given none.
fn find_address(hostname: &str, family: Family, host: &Host) -> Option<IpAddr> {
    let prefer = |ips: &[IpAddr]| {
        let of_family = ips.iter().find(|ip| Family::of(**ip) == family);
        of_family.or(ips.first()).copied()
    };
    if let Some(read) = parse_ip(hostname) {
        return Some(read.ip);
    }
    let usable =
        host.resolved.iter().copied().filter(|ip| unusable(*ip, &host.addresses).is_none());
    let resolved: Vec<IpAddr> = usable.collect();
    prefer(&resolved).or_else(|| prefer(&host.default_route))
}

/// KUBELET-5: why a node may not use an address.
fn unusable(ip: IpAddr, own: &[IpAddr]) -> Option<String> {
    let link_local = match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_unicast_link_local(),
    };
    let kind = if ip.is_loopback() {
        "loopback address"
    } else if ip.is_multicast() {
        "a multicast address"
    } else if link_local {
        "a link-local unicast address"
    } else if ip.is_unspecified() {
        "an all zeros address"
    } else if own.contains(&ip) {
        return None;
    } else {
        let given = quote(&ip.to_string());
        return Some(format!("node IP: {given} not found in the host's network interfaces"));
    };
    Some(format!("nodeIP can't be {kind}"))
}

fn print_ips(ips: &[IpAddr], comma: &str) -> String {
    ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(comma)
}

/// What the cloud controller makes of the addresses that the cloud has for a node (KUBELET-4).
///
/// # Errors
/// Upstream's words: the node is not initialized.
pub fn cloud_addresses(
    behavior: &Behavior,
    annotation: &str,
    cloud: &[NodeAddress],
    trace: &mut Trace,
) -> Result<Vec<NodeAddress>, String> {
    let at = || FieldPath::default().field("status").field("addresses");
    let ips = parse_provided_node_ip(behavior, annotation, trace)
        .map_err(|why| format!("failed to parse node IP {}: {why}", quote(annotation)))?;
    let mut kept = Vec::new();
    let mut kinds = Vec::new();
    for ip in ips {
        let matching: Vec<&NodeAddress> =
            cloud.iter().filter(|address| address.ip() == Some(ip)).collect();
        if matching.is_empty() {
            trace.reject(&CLOUD_LACKS_ADDRESS, at(), facts![ip]);
            return Err(format!(
                "failed to get node address from cloud provider that matches ip: {ip}"
            ));
        }
        for address in matching {
            trace.note(&CLOUD_KEEPS_ADDRESS, at(), facts![ip, kind = address.kind.name()]);
            kept.push(address.clone());
            kinds.push(address.kind);
        }
    }
    kept.extend(cloud.iter().filter(|address| !kinds.contains(&address.kind)).cloned());
    Ok(kept)
}

/// The host IPs of a node: one, or one of each family (KUBELET-7).
///
/// # Errors
/// Upstream's words.
pub fn host_ips(
    behavior: &Behavior,
    addresses: &[NodeAddress],
    trace: &mut Trace,
) -> Result<Vec<IpAddr>, String> {
    let at = || FieldPath::default().field("status").field("addresses");
    let of = |kind| addresses.iter().filter(move |it| it.kind == kind).filter_map(NodeAddress::ip);
    let all: Vec<IpAddr> = of(AddressKind::InternalIp).chain(of(AddressKind::ExternalIp)).collect();
    let Some(first) = all.first().copied() else {
        trace.note(&HOST_IP_IS_UNKNOWN, at(), facts![]);
        let known: Vec<String> = addresses.iter().map(ToString::to_string).collect();
        return Err(format!("host IP unknown; known addresses: [{}]", known.join(" ")));
    };
    let other = all.into_iter().find(|ip| Family::of(*ip) != Family::of(first));
    let ips: Vec<IpAddr> =
        [first].into_iter().chain(other.filter(|_| behavior.dual_stack.on())).collect();
    trace.note(&HOST_IPS_ARE_CHOSEN, at(), facts![ips = print_ips(&ips, ", ")]);
    Ok(ips)
}

/// `status.podIPs` of a Pod whose runtime gave these addresses (KUBELET-6); `podIP` is the first.
#[must_use]
pub fn sort_pod_ips(node_ips: &[IpAddr], runtime: &[IpAddr], trace: &mut Trace) -> Vec<IpAddr> {
    let family = preferred_family(node_ips);
    let first_of = |family| runtime.iter().copied().find(|ip| Family::of(*ip) == family);
    let at = FieldPath::default().field("status").field("podIPs");
    trace.note(&POD_IPS_ARE_SORTED, at, facts![family]);
    first_of(family).into_iter().chain(first_of(family.other())).collect()
}

/// `status.podIPs` of a Pod with `hostNetwork` (KUBELET-7). `known` are those it shows already, `host` the
/// host IPs of its node.
#[must_use]
pub fn host_network_pod_ips(known: &[IpAddr], host: &[IpAddr], trace: &mut Trace) -> Vec<IpAddr> {
    let mut ips =
        if known.is_empty() { host[..host.len().min(1)].to_vec() } else { known.to_vec() };
    if let ([only], [_, second]) = (ips.as_slice(), host)
        && Family::of(*only) != Family::of(*second)
    {
        ips.push(*second);
    }
    let at = FieldPath::default().field("status").field("podIPs");
    trace.note(&HOST_NETWORK_INHERITS, at, facts![ips = print_ips(&ips, ", ")]);
    ips
}

/// The event `HostIPsIPFamilyMismatch` of a Pod, if the cloud's first address is of another family than the
/// one that the kubelet had taken the node for.
#[must_use]
pub fn family_mismatch(guessed: IpAddr, host: &[IpAddr], trace: &mut Trace) -> Option<String> {
    let first = host.first().copied().filter(|ip| Family::of(*ip) != Family::of(guessed))?;
    let at = FieldPath::default().field("status").field("hostIPs");
    let family = Family::of(guessed);
    trace.note(&FAMILY_GUESS_WAS_WRONG, at, facts![ip = first, family]);
    Some(format!(
        "Kubelet detected an {family} node IP ({guessed}), but the cloud provider selected an {} node IP \
         ({first}); pass an explicit `--node-ip` to kubelet to fix this.",
        Family::of(first)
    ))
}

/// `status.hostIPs` of a Pod; none where the release does not show them (KUBELET-8).
#[must_use]
pub fn shown_host_ips(behavior: &Behavior, host: &[IpAddr]) -> Vec<IpAddr> {
    if behavior.pod_host_ips.on() { host.to_vec() } else { Vec::new() }
}

/// Addresses as the downward API gives them to a container: `status.podIPs`, `status.hostIPs`.
#[must_use]
pub fn downward_api(ips: &[IpAddr]) -> String {
    print_ips(ips, ",")
}

/// `/etc/hosts` of a Pod that is not on the host's network (KUBELET-8). `domain` is empty for a Pod without
/// a subdomain.
#[must_use]
pub fn etc_hosts(pod_ips: &[IpAddr], hostname: &str, domain: &str, trace: &mut Trace) -> String {
    let mut file = String::from(
        "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n\
         ::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n\
         fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n",
    );
    for ip in pod_ips {
        let line = match domain {
            "" => format!("{ip}\t{hostname}\n"),
            domain => format!("{ip}\t{hostname}.{domain}\t{hostname}\n"),
        };
        file.push_str(&line);
    }
    let ips = print_ips(pod_ips, ", ");
    trace.note(&HOSTS_FILE_HAS_EVERY_IP, FieldPath::default(), facts![ips]);
    file
}

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{
        Flags, Host, Kubelet, NodeAddress, cloud_addresses, etc_hosts, family_mismatch, host_ips,
        host_network_pod_ips, node_addresses, read, shown_host_ips, sort_pod_ips, start,
    };
    use crate::explain::trace::Trace;
    use crate::net::go_parse::parse_ip;
    use crate::release::behavior::{
        Behavior, V1_20, V1_21, V1_22, V1_26, V1_27, V1_28, V1_29, V1_30, V1_36,
    };
    use crate::source::flags::{self, Component};

    const PAIR: &str = "192.0.2.11,2001:db8::11";

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| parse_ip(text).expect("an address").ip).collect()
    }

    /// The addresses of the flags, or why the kubelet exits.
    fn run(release: &Behavior, typed: &str) -> Result<Kubelet, String> {
        let mut behavior = release.clone();
        let trace = &mut Trace::default();
        let typed = flags::parse(&format!("kubelet {typed}"));
        let (flags, _) = read(&typed, &mut behavior, trace).map_err(|error| error.message)?;
        start(&behavior, &flags, "Node-1", trace).map_err(|error| error.message)
    }

    fn check(release: &Behavior, typed: &str, expect: &str) {
        let got = run(release, typed).map_or_else(
            |error| error,
            |kubelet| {
                kubelet.node_ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            },
        );
        assert_eq!(got, expect, "{typed}");
    }

    #[test]
    fn a_pair_is_allowed_where_the_release_allows_it() {
        let pair = format!("--node-ip={PAIR}");
        let two = "192.0.2.11 2001:db8::11";
        check(&V1_36, &pair, two);
        check(
            &V1_20,
            &pair,
            "dual-stack --node-ip \"192.0.2.11,2001:db8::11\" not supported in a single-stack cluster",
        );
        check(&V1_20, &format!("{pair} --feature-gates=IPv6DualStack=true"), two);
        check(&V1_21, &pair, two);
        let external = format!("{pair} --cloud-provider=external");
        let gate = "--feature-gates=CloudDualStackNodeIPs";
        let old = "dual-stack --node-ip \"192.0.2.11,2001:db8::11\" not supported when using a cloud \
                   provider";
        let new = "bad --node-ip \"192.0.2.11,2001:db8::11\": dual-stack not supported in this \
                   configuration";
        check(&V1_26, &external, old);
        check(&V1_27, &external, new);
        check(&V1_28, &format!("{external} {gate}=true"), two);
        check(&V1_29, &external, two);
        check(&V1_29, &format!("{external} {gate}=false"), new);
        check(
            &V1_30,
            &format!("{external} {gate}=false"),
            "cannot set feature gate CloudDualStackNodeIPs to false, feature is locked to true",
        );
        check(
            &V1_36,
            &format!("{external} {gate}=true"),
            "unrecognized feature gate: CloudDualStackNodeIPs",
        );
        check(&V1_30, &format!("{pair} --cloud-provider=gce"), new);
    }

    #[test]
    fn errors_begin_alike_from_1_27_on() {
        let many = "--node-ip=192.0.2.11,192.0.2.12";
        let words = "must contain either a single IP or a dual-stack pair of IPs";
        check(&V1_36, many, &format!("bad --node-ip \"192.0.2.11,192.0.2.12\": {words}"));
        check(&V1_26, many, &format!("bad --node-ip \"192.0.2.11,192.0.2.12\"; {words}"));
        let wish = "--node-ip=0.0.0.0,::";
        check(
            &V1_27,
            wish,
            "bad --node-ip \"0.0.0.0,::\": dual-stack node IP cannot include '0.0.0.0' or '::'",
        );
        check(&V1_22, wish, "dual-stack --node-ip \"0.0.0.0,::\" cannot include '0.0.0.0' or '::'");
        check(&V1_36, "--node-ip", "flag needs an argument: --node-ip");
    }

    #[test]
    fn what_is_no_address_is_only_logged() {
        let kubelet = run(&V1_36, "--node-ip=10.0.0.1/24,[2001:db8::1] --hostname-override=A");
        let kubelet = kubelet.expect("the kubelet starts");
        assert_eq!((kubelet.node_ips.len(), kubelet.hostname.as_str()), (0, "a"));
        let lines: Vec<&str> = kubelet.log.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(
            lines,
            ["Could not parse some node IP(s), ignoring them: \"10.0.0.1/24\", \"[2001:db8::1]\""]
        );
    }

    #[test]
    fn an_error_points_at_its_flag() {
        let text = "kubelet --v=2 --node-ip=::,0.0.0.0";
        let typed = flags::parse(text);
        let (mut behavior, trace) = (V1_36, &mut Trace::default());
        let (flags, unmodelled) = read(&typed, &mut behavior, trace).expect("it can be read");
        assert_eq!(unmodelled.len(), 1);
        let error = start(&behavior, &flags, "a", trace).expect_err("no wish in a pair");
        let span = error.span(Component::Kubelet, &typed, text).expect("it stands there");
        assert_eq!(&text[span.start..span.end], "--node-ip=::,0.0.0.0");
    }

    fn machine() -> Host {
        let own = ips(&["192.0.2.11", "2001:db8::11", "192.0.2.12"]);
        Host { default_route: own[..2].to_vec(), addresses: own, resolved: Vec::new() }
    }

    fn addresses(release: &Behavior, flags: &Flags, host: &Host) -> Result<String, String> {
        let trace = &mut Trace::default();
        let kubelet = start(release, flags, "node-1", trace).map_err(|error| error.message)?;
        let status = node_addresses(release, &kubelet, host, &[], trace)?;
        let printed: Vec<String> = status.addresses.iter().map(ToString::to_string).collect();
        Ok(printed.join(" "))
    }

    fn flags_of(node_ip: &str, cloud_provider: &str) -> Flags {
        let (node_ip, cloud_provider) = (node_ip.to_owned(), cloud_provider.to_owned());
        Flags { node_ip, cloud_provider, ..Flags::default() }
    }

    #[test]
    fn a_node_without_node_ip_has_one_address() {
        let found = |node_ip, host: &Host| addresses(&V1_36, &flags_of(node_ip, ""), host);
        assert_eq!(
            found("", &machine()),
            Ok("{InternalIP 192.0.2.11} {Hostname node-1}".to_owned())
        );
        assert_eq!(
            found("::", &machine()),
            Ok("{InternalIP 2001:db8::11} {Hostname node-1}".to_owned())
        );
        let resolved = Host { resolved: ips(&["203.0.113.1", "192.0.2.12"]), ..machine() };
        assert_eq!(
            found("", &resolved),
            Ok("{InternalIP 192.0.2.12} {Hostname node-1}".to_owned())
        );
        assert_eq!(
            found("", &Host::default()),
            Err("can't get ip address of node node-1. error: no default routes found in \
                 \"/proc/net/route\" or \"/proc/net/ipv6_route\""
                .to_owned())
        );
    }

    #[test]
    fn with_a_cloud_the_kubelet_waits_from_1_29_on() {
        let external = |release| addresses(release, &flags_of("", "external"), &machine());
        assert_eq!(external(&V1_29), Ok("{Hostname node-1}".to_owned()));
        assert_eq!(external(&V1_28), Ok("{InternalIP 192.0.2.11} {Hostname node-1}".to_owned()));
    }

    #[test]
    fn an_address_has_to_be_usable() {
        let why = |node_ip| {
            addresses(&V1_36, &flags_of(node_ip, ""), &machine()).expect_err("it is unusable")
        };
        assert_eq!(
            why("fe80::1"),
            "failed to validate nodeIP: nodeIP can't be a link-local unicast address"
        );
        assert_eq!(
            why("169.254.1.1"),
            "failed to validate nodeIP: nodeIP can't be a link-local unicast address"
        );
        assert_eq!(
            why("192.0.2.11,::1"),
            "failed to validate secondaryNodeIP: nodeIP can't be loopback address"
        );
        assert_eq!(
            why("203.0.113.77"),
            "failed to validate nodeIP: node IP: \"203.0.113.77\" not found in the host's network \
             interfaces"
        );
    }

    fn parsed(entries: &[&str]) -> Vec<NodeAddress> {
        let entries = entries.iter().filter_map(|entry| entry.split_once('='));
        entries
            .map(|(kind, address)| {
                NodeAddress::new(super::AddressKind::from_name(kind).expect("a type"), address)
            })
            .collect()
    }

    #[test]
    fn host_ips_are_one_of_each_family() {
        let of =
            |release, entries: &[&str]| host_ips(release, &parsed(entries), &mut Trace::default());
        let both = ["ExternalIP=203.0.113.1", "InternalIP=2001:db8::11", "Hostname=w"];
        assert_eq!(of(&V1_36, &both), Ok(ips(&["2001:db8::11", "203.0.113.1"])));
        assert_eq!(of(&V1_20, &both), Ok(ips(&["2001:db8::11"])));
        assert_eq!(
            of(&V1_36, &["Hostname=w", "InternalDNS=w.example"]),
            Err("host IP unknown; known addresses: [{Hostname w} {InternalDNS w.example}]"
                .to_owned())
        );
    }

    #[test]
    fn a_cloud_keeps_other_types_and_refuses_what_it_does_not_know() {
        let cloud = parsed(&["InternalIP=192.0.2.11", "InternalIP=192.0.2.12", "Hostname=w"]);
        let keep = |release, annotation| {
            cloud_addresses(release, annotation, &cloud, &mut Trace::default())
        };
        assert_eq!(
            keep(&V1_36, "192.0.2.12"),
            Ok(parsed(&["InternalIP=192.0.2.12", "Hostname=w"]))
        );
        assert_eq!(
            keep(&V1_26, "192.0.2.11,2001:db8::11"),
            Err("failed to parse node IP \"192.0.2.11,2001:db8::11\": dual-stack not supported in this \
                 configuration"
                .to_owned())
        );
    }

    #[test]
    fn a_pod_shows_the_first_address_of_each_family() {
        let sorted = |node: &[&str], runtime: &[&str]| {
            sort_pod_ips(&ips(node), &ips(runtime), &mut Trace::default())
        };
        let runtime = ["fd00::5", "10.244.1.5", "fd00::6", "10.244.1.6"];
        assert_eq!(sorted(&[], &runtime), ips(&["10.244.1.5", "fd00::5"]));
        assert_eq!(sorted(&["::"], &runtime), ips(&["fd00::5", "10.244.1.5"]));
        assert!(sorted(&["192.0.2.11"], &[]).is_empty());
    }

    #[test]
    fn a_host_network_pod_keeps_its_address_and_gets_the_missing_one() {
        let both = ips(&["192.0.2.11", "2001:db8::11"]);
        let of = |known: &[IpAddr]| host_network_pod_ips(known, &both, &mut Trace::default());
        assert_eq!(of(&[]), both);
        assert_eq!(of(&both[..1]), both);
        assert_eq!(of(&both[1..]), both[1..]);
        assert!(host_network_pod_ips(&[], &[], &mut Trace::default()).is_empty());
        let told = family_mismatch(both[0], &both[1..], &mut Trace::default());
        assert_eq!(
            told.as_deref(),
            Some(
                "Kubelet detected an IPv4 node IP (192.0.2.11), but the cloud provider selected an IPv6 \
                 node IP (2001:db8::11); pass an explicit `--node-ip` to kubelet to fix this."
            )
        );
        assert_eq!(family_mismatch(both[0], &both, &mut Trace::default()), None);
        assert!(shown_host_ips(&V1_28, &both).is_empty());
        assert_eq!(shown_host_ips(&V1_29, &both), both);
    }

    #[test]
    fn the_hosts_file_names_the_subdomain_first() {
        let file = etc_hosts(
            &ips(&["10.244.1.5"]),
            "web-0",
            "web.a.svc.cluster.local",
            &mut Trace::default(),
        );
        let last = file.lines().last();
        assert_eq!(last, Some("10.244.1.5\tweb-0.web.a.svc.cluster.local\tweb-0"));
        assert_eq!(file.lines().count(), 8);
    }
}
