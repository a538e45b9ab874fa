//! Which addresses does the kubelet, or a cloud, report for a Node? Rules KUBELET-3 to KUBELET-5.
//! Source: pkg/kubelet/nodestatus/setters.go, cloud-provider node/helpers/address.go.

use std::fmt;
use std::net::IpAddr;

use super::startup::{Kubelet, NO_PAIR};
use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::explain::trace::{Origin, Trace};
use crate::facts;
use crate::net::Family;
use crate::net::go_parse::parse_ip;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{CLOUD_PROVIDER as CLOUD, NODE_IP};

rules! {
    /// Two addresses were given.
    NODE_HAS_THE_PAIR {
        id: "KUBELET-3a", slug: "node-has-the-pair-it-was-given",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: Recorded,
        facts: [first, second],
        en: "`--node-ip` specifies a pair: {first} and {second} become the InternalIPs of the node, in this order. Without a cloud provider this is the only way to make a node dual-stack.",
        zh: "`--node-ip` 指定了一对地址：{first} 和 {second} 按此顺序成为节点的 InternalIP。没有云提供商时，只有这样才能使节点成为双栈。",
    }
    /// One address was given.
    NODE_HAS_THE_ONE {
        id: "KUBELET-3b", slug: "node-has-the-one-address-it-was-given",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: Recorded,
        facts: [ip],
        en: "`--node-ip` specifies one address, so {ip} is the only address of the node, whatever others the host has.",
        zh: "`--node-ip` 指定了一个地址，因此 {ip} 是节点的唯一地址，无论主机还有哪些地址。",
    }
    /// An address was found.
    ADDRESS_IS_FOUND {
        id: "KUBELET-3c", slug: "node-address-is-found",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: Recorded,
        facts: [ip, family],
        en: "No address is specified, so the kubelet detects one, {family} first: the host name if it is an address, then DNS, then the interface of the default route. It finds {ip}, and never looks for a second one.",
        zh: "未指定地址，因此 kubelet 自行检测，{family} 优先：依次为主机名（如果它是地址）、DNS、默认路由的接口。检测到的是 {ip}；它从不检测第二个地址。",
    }
    /// There is none.
    ADDRESS_IS_NOT_FOUND {
        id: "KUBELET-3d", slug: "node-address-is-not-found",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: SourceRead,
        facts: [],
        en: "No address is specified and none was found: the host name, DNS and the default route yield none.",
        zh: "未指定地址，也未检测到地址：主机名、DNS 和默认路由都没有给出地址。",
    }
    /// The cloud will tell.
    NODE_WAITS_FOR_CLOUD {
        id: "KUBELET-4a", slug: "node-waits-for-the-cloud",
        versions: Versions::since(29),
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: SourceRead,
        facts: [],
        en: "With `--cloud-provider=external` and without `--node-ip` the node has no address until cloud-controller-manager sets one.",
        zh: "设置 `--cloud-provider=external` 且未设置 `--node-ip` 时，在云控制器管理器设置地址之前，节点没有地址。",
    }
    /// What the cloud controller is told.
    NODE_IS_ANNOTATED {
        id: "KUBELET-4b", slug: "node-ip-is-told-to-the-cloud",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: Recorded,
        facts: [annotation],
        en: "The annotation `alpha.kubernetes.io/provided-node-ip` passes the specified addresses to cloud-controller-manager: {annotation}.",
        zh: "注解 `alpha.kubernetes.io/provided-node-ip` 将指定的地址告知云控制器管理器：{annotation}。",
    }
    /// The cloud told already.
    CLOUD_ADDRESSES_STAY {
        id: "KUBELET-4c", slug: "addresses-of-the-cloud-stay",
        versions: Versions::ALL,
        source: "pkg/kubelet/nodestatus/setters.go NodeAddress",
        evidence: SourceRead,
        facts: [],
        en: "The node already has addresses, which cloud-controller-manager manages: the kubelet does not change them.",
        zh: "节点已有地址，这些地址由云控制器管理器管理：kubelet 不会更改。",
    }
    /// The cloud controller's choice.
    CLOUD_KEEPS_ADDRESS {
        id: "KUBELET-4d", slug: "cloud-keeps-the-annotated-address",
        versions: Versions::ALL,
        source: "cloud-provider node/helpers/address.go GetNodeAddressesFromNodeIP",
        evidence: Recorded,
        facts: [ip, kind],
        en: "The annotation specifies {ip}, so of the cloud provider's addresses of type {kind} only the specified ones are kept.",
        zh: "注解指定了 {ip}，因此在云提供商给出的 {kind} 类型地址中，只保留注解指定的那些。",
    }
    /// An address the cloud does not know.
    CLOUD_LACKS_ADDRESS {
        id: "KUBELET-4e", slug: "cloud-lacks-the-annotated-address",
        versions: Versions::ALL,
        source: "cloud-provider node/helpers/address.go GetNodeAddressesFromNodeIP",
        evidence: Recorded,
        facts: [ip],
        en: "The annotation specifies {ip}, and the cloud provider does not report this address for the node: the node stays uninitialized.",
        zh: "注解指定了 {ip}，而云提供商没有为此节点报告该地址：节点保持未初始化状态。",
    }
    /// An annotation that is none.
    ANNOTATION_IS_WRONG {
        id: "KUBELET-4f", slug: "provided-node-ip-is-wrong",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go ParseNodeIPAnnotation",
        evidence: Recorded,
        facts: [],
        en: "The annotation `alpha.kubernetes.io/provided-node-ip` is parsed strictly: one address or one per address family, no spaces, and no invalid entry is skipped.",
        zh: "注解 `alpha.kubernetes.io/provided-node-ip` 按严格规则解析：一个地址或每个地址族各一个，不含空格，也不会跳过无效的条目。",
    }
    /// An address that a node may not use.
    ADDRESS_IS_UNUSABLE {
        id: "KUBELET-5", slug: "node-address-is-unusable",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_node_status.go validateNodeIP",
        evidence: Recorded,
        facts: [ip],
        en: "{ip} cannot be a node address: it must be a unicast address that is not link-local, and one that the host has.",
        zh: "{ip} 不能作为节点地址：它必须是主机拥有的、非链路本地的单播地址。",
    }
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
    pub(super) fn new(kind: AddressKind, address: impl ToString) -> Self {
        Self { kind, address: address.to_string() }
    }

    pub(super) fn ip(&self) -> Option<IpAddr> {
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

pub(super) fn preferred_family(node_ips: &[IpAddr]) -> Family {
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

pub(super) fn print_ips(ips: &[IpAddr], comma: &str) -> String {
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

#[cfg(test)]
mod tests {
    use std::net::IpAddr;

    use super::{AddressKind, Host, NodeAddress, cloud_addresses, node_addresses};
    use crate::explain::trace::Trace;
    use crate::kubelet::startup::{Flags, start};
    use crate::net::go_parse::parse_ip;
    use crate::release::behavior::{Behavior, V1_26, V1_28, V1_29, V1_36};

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| parse_ip(text).expect("an address").ip).collect()
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
                NodeAddress::new(AddressKind::from_name(kind).expect("a type"), address)
            })
            .collect()
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
}
