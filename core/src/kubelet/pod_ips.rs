//! Which addresses does a Pod show, and in which order? Rules KUBELET-6 to KUBELET-8.
//! Source: pkg/kubelet/kubelet_pods.go, pkg/util/node/node.go.

use std::net::IpAddr;

use super::node_addresses::{AddressKind, NodeAddress, preferred_family, print_ips};
use crate::api::field_path::FieldPath;
use crate::explain::trace::Trace;
use crate::facts;
use crate::net::Family;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// The order of a Pod's addresses.
    POD_IPS_ARE_SORTED {
        id: "KUBELET-6", slug: "pod-ips-follow-the-node-ip",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go sortPodIPs",
        evidence: Recorded,
        facts: [family],
        en: "The container runtime may report addresses in any order and number. The first {family} address becomes the first, because that is the address family of the first `--node-ip` (IPv4 if it is not set); the first address of the other family follows. Pod CIDRs and Service CIDRs have no effect.",
        zh: "容器运行时可以按任意顺序报告任意数量的地址。第一个 {family} 地址排在首位，因为它属于第一个 `--node-ip` 的地址族（未设置则为 IPv4）；其后是另一个地址族的第一个地址。Pod CIDR 和 Service CIDR 不起作用。",
    }
    /// The addresses that host network Pods share.
    HOST_IPS_ARE_CHOSEN {
        id: "KUBELET-7a", slug: "host-ips-are-the-first-of-each-family",
        versions: Versions::ALL,
        source: "pkg/util/node/node.go GetNodeHostIPs",
        evidence: Recorded,
        facts: [ips],
        en: "The host IPs of the node are {ips}: the first InternalIP (or, without one, the first ExternalIP) and the first of the other address family.",
        zh: "节点的主机 IP 为 {ips}：第一个 InternalIP（没有时为第一个 ExternalIP），以及另一个地址族的第一个。",
    }
    /// A node nobody can name an address of.
    HOST_IP_IS_UNKNOWN {
        id: "KUBELET-7b", slug: "host-ip-is-unknown",
        versions: Versions::ALL,
        source: "pkg/util/node/node.go GetNodeHostIPs",
        evidence: SourceRead,
        facts: [],
        en: "The node has neither an InternalIP nor an ExternalIP.",
        zh: "节点既没有 InternalIP 也没有 ExternalIP。",
    }
    /// A Pod on the host's network.
    HOST_NETWORK_INHERITS {
        id: "KUBELET-7c", slug: "host-network-pod-has-the-host-ips",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go generateAPIPodStatus",
        evidence: SourceRead,
        facts: [ips],
        en: "A Pod with `hostNetwork` has the host IPs of its node: {ips}. They never change, but a missing second address family is added.",
        zh: "使用 `hostNetwork` 的 Pod 拥有其节点的主机 IP：{ips}。这些地址从不更改，但会补上缺少的第二个地址族。",
    }
    /// A guess that was wrong.
    FAMILY_GUESS_WAS_WRONG {
        id: "KUBELET-7d", slug: "cloud-chose-the-other-family",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go generateAPIPodStatus",
        evidence: SourceRead,
        facts: [ip, family],
        en: "The kubelet detected {family} for its node, and the cloud provider lists {ip} first. Pods get the event `HostIPsIPFamilyMismatch`; an explicit `--node-ip` resolves this.",
        zh: "kubelet 为其节点检测到的是 {family}，而云提供商将 {ip} 列在首位。Pod 上会产生事件 `HostIPsIPFamilyMismatch`；显式设置 `--node-ip` 可以解决。",
    }
    /// The Pod's own names.
    HOSTS_FILE_HAS_EVERY_IP {
        id: "KUBELET-8", slug: "hosts-file-has-a-line-per-pod-ip",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_pods.go managedHostsFileContent",
        evidence: Recorded,
        facts: [ips],
        en: "`/etc/hosts` of the Pod has seven fixed lines, and one line for each Pod IP: {ips}.",
        zh: "Pod 的 `/etc/hosts` 有七行固定内容，另外每个 Pod IP 各占一行：{ips}。",
    }
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
        etc_hosts, family_mismatch, host_ips, host_network_pod_ips, shown_host_ips, sort_pod_ips,
    };
    use crate::explain::trace::Trace;
    use crate::kubelet::node_addresses::{AddressKind, NodeAddress};
    use crate::net::go_parse::parse_ip;
    use crate::release::behavior::{V1_20, V1_28, V1_29, V1_36};

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| parse_ip(text).expect("an address").ip).collect()
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
