//! How many Nodes, Pods and Services fit into a range? Counted by the code that gives the addresses out:
//! kube-controller-manager's blocks, host-local's addresses, kube-apiserver's pools.

use super::{count, step};
use crate::apiserver::allocators::Usable;
use crate::apiserver::startup as apiserver;
use crate::controller_manager::startup as controller_manager;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Step, Trace};
use crate::facts;
use crate::net::{Cidr, Family};
use crate::network_plugin::HostLocal;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::Component;
use crate::startup::StartError;

rules! {
    /// Pods of one Node.
    NODE_LASTS_FOR_PODS {
        id: "PLAN-6a", slug: "node-block-lasts-for-so-many-pods",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go Canonicalize",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "Valid for plugins that use host-local.",
            zh: "适用于使用 host-local 的插件。",
        }),
        facts: [block, pods],
        en: "A Node with {block} has addresses for {pods} Pods: the first is used by the gateway, and the last IPv4 address is the broadcast address. (The kubelet runs at most 110 Pods unless `--max-pods` is set.)",
        zh: "拥有 {block} 的节点可为 {pods} 个 Pod 提供地址：第一个用于网关，IPv4 的最后一个是广播地址。（除非设置 `--max-pods`，kubelet 最多运行 110 个 Pod。）",
    }
    /// A block without room.
    NODE_HAS_NO_ROOM {
        id: "PLAN-6b", slug: "node-block-has-no-room",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/backend/allocator/range.go Canonicalize",
        evidence: SourceRead,
        facts: [block, message],
        en: "No Pod starts on a Node with {block}: {message}.",
        zh: "拥有 {block} 的节点上无法启动任何 Pod：{message}。",
    }
    /// Cluster IPs.
    RANGE_LASTS_FOR_SERVICES {
        id: "PLAN-6c", slug: "service-range-lasts-for-so-many-services",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator",
        evidence: SourceRead,
        facts: [range, services],
        en: "{range} has {services} cluster IPs: its first address is never allocated, nor is the last IPv4 address.",
        zh: "{range} 有 {services} 个集群 IP：第一个地址从不分配，IPv4 的最后一个地址也不分配。",
    }
    /// Two bands.
    RANGE_HAS_A_BAND {
        id: "PLAN-6d", slug: "service-range-has-a-static-band",
        versions: Versions::since(24),
        source: "pkg/registry/core/service/ipallocator/ipallocator.go calculateRangeOffset",
        evidence: SourceRead,
        facts: [band, last],
        en: "Its first {band} addresses, up to {last}, are the static band: they are allocated dynamically only when all others are in use, so choose addresses that you assign yourself from there.",
        zh: "前 {band} 个地址（至 {last}）是低段（静态分配）：只有在其余地址都已占用时才会动态分配，因此手动指定的地址应从这里选择。",
    }
    /// A range that no allocator takes.
    RANGE_HAS_NO_ALLOCATOR {
        id: "PLAN-6e", slug: "service-range-has-no-allocator",
        versions: Versions::since(27),
        source: "pkg/registry/core/service/ipallocator/ipallocator.go NewIPAllocator",
        evidence: SourceRead,
        facts: [range, message],
        en: "The flag accepts {range}, but no allocator can be created for it, and this is only logged ({message}): a Service that needs this address family fails with `range is full`.",
        zh: "标志接受 {range}，但无法为它创建分配器，且这只会记录在日志中（{message}）：需要该地址族的 Service 会失败，消息为 `range is full`。",
    }
    /// Machines.
    RANGE_LASTS_FOR_MACHINES {
        id: "PLAN-6f", slug: "node-network-lasts-for-so-many-machines",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc1122 section 3.2.1.3",
        evidence: Documentation,
        facts: [range, machines],
        en: "As the node network {range} has room for {machines} hosts, including routers.",
        zh: "作为节点网络，{range} 可容纳 {machines} 台主机，包括路由器。",
    }
    /// A link of IPv6.
    LINK_IS_A_64 {
        id: "PLAN-6g", slug: "node-network-of-ipv6-is-a-64",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc4862 section 5.5.3",
        evidence: Documentation,
        facts: [range],
        en: "Hosts configure IPv6 addresses themselves (SLAAC) only in a /64. In {range} each address must be assigned.",
        zh: "主机只在 /64 中自行配置 IPv6 地址（SLAAC）。在 {range} 中必须逐台分配地址。",
    }
}

/// What a range is to be used for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Role {
    /// `--cluster-cidr`, which gives each Node its block.
    Pods,
    /// `--service-cluster-ip-range`.
    Services,
    /// The network that the nodes are in.
    Nodes,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Pods, Self::Services, Self::Nodes];
}

/// How much fits, or which component refuses.
#[derive(Clone, PartialEq, Debug)]
pub struct Fit {
    /// For what.
    pub role: Role,
    /// How many Nodes, Services or machines it lasts for; none if a component refuses.
    pub lasts_for: Option<u128>,
    /// Who exits, and in which words.
    pub refusals: Vec<(Component, String)>,
    /// What is said of it: rules of the components and of this file.
    pub steps: Vec<Step>,
}

/// How much fits into a range, if it is used so. `mask` is the prefix length of a Node's block; 0 is the default
/// of kube-controller-manager.
#[must_use]
pub fn fit(behavior: &Behavior, range: Cidr, role: Role, mask: i32) -> Fit {
    match role {
        Role::Pods => pods(behavior, range, mask),
        Role::Services => services(behavior, range),
        Role::Nodes => nodes(range),
    }
}

fn refusal(component: Component, error: &StartError) -> (Component, String) {
    (component, error.message.clone())
}

fn note(steps: &mut Vec<Step>, rule: &'static Rule, facts: Vec<Fact>) {
    steps.push(step(rule, facts));
}

/// Source: boot/controller_manager.rs, ipam/host_local.rs.
fn pods(behavior: &Behavior, range: Cidr, mask: i32) -> Fit {
    const WHO: Component = Component::KubeControllerManager;
    let flags = controller_manager::Flags {
        allocate_node_cidrs: true,
        cluster_cidr: range.to_string(),
        node_cidr_mask_size: mask,
        ..controller_manager::Flags::default()
    };
    let mut trace = Trace::default();
    let start = controller_manager::start(behavior, &flags, &mut trace);
    let mut steps = trace.into_steps();
    let mut fit =
        Fit { role: Role::Pods, lasts_for: None, refusals: Vec::new(), steps: Vec::new() };
    match start {
        controller_manager::Start::FlagErrors(errors) => {
            fit.refusals.extend(errors.iter().map(|error| refusal(WHO, error)));
        }
        controller_manager::Start::Failed(error) => fit.refusals.push(refusal(WHO, &error)),
        controller_manager::Start::Off => {}
        controller_manager::Start::Running(running) => {
            let node = running.config.cluster.iter().map(|(_, node)| *node).next();
            fit.lasts_for = node.and_then(|node| node.blocks()).map(u128::from);
            let block = node.and_then(|node| {
                let mask = u8::try_from(node.node_mask).ok()?;
                ipnet::IpNet::new(range.network(), mask).ok().map(Cidr::new)
            });
            if let Some(block) = block {
                match HostLocal::new(&[block.to_string()]) {
                    Ok(node) => {
                        let pods = node.ranges().first().map_or(0, |range| range.capacity());
                        let facts = facts![block, pods = digits(pods)];
                        note(&mut steps, &NODE_LASTS_FOR_PODS, facts);
                    }
                    Err(error) => {
                        let facts = facts![block, message = error.to_string()];
                        note(&mut steps, &NODE_HAS_NO_ROOM, facts);
                    }
                }
            }
        }
    }
    fit.steps = steps;
    fit
}

/// A number in digits where they can be read, or else as the power of two that is next.
#[must_use]
pub fn digits(number: u128) -> String {
    if number <= 1 << 40 {
        return number.to_string();
    }
    let bits = u8::try_from(128 - number.leading_zeros()).unwrap_or(128);
    let power = |bits: u8| 1_u128.checked_shl(bits.into()).unwrap_or(0);
    match power(bits).wrapping_sub(number) {
        less if less < 100 => format!("{} − {less}", count(bits)),
        _ if number == power(bits - 1) => count(bits - 1),
        _ => format!("≈ {}", count(bits)),
    }
}

/// Source: boot/apiserver.rs, pools.rs.
fn services(behavior: &Behavior, range: Cidr) -> Fit {
    const WHO: Component = Component::KubeApiserver;
    let flags = apiserver::Flags {
        service_cluster_ip_range: range.to_string(),
        // An address of the other family would be refused for its own sake.
        advertise_address: match range.family() {
            Family::V4 => apiserver::MACHINE_V4.to_string(),
            Family::V6 => apiserver::MACHINE_V6.to_string(),
        },
        ..apiserver::Flags::default()
    };
    let mut trace = Trace::default();
    let mut refusals = Vec::new();
    match apiserver::start(behavior, &flags, &mut trace) {
        apiserver::Start::FlagError(error) | apiserver::Start::CompleteError(error) => {
            refusals.push(refusal(WHO, &error));
        }
        apiserver::Start::Completed(completed) => {
            let errors = completed.errors.iter().chain(&completed.exit);
            refusals.extend(errors.map(|error| refusal(WHO, error)));
        }
    }
    // What it says of a range that it takes is about the Service `kubernetes`.
    let mut steps = if refusals.is_empty() { Vec::new() } else { trace.into_steps() };
    let mut lasts_for = None;
    if refusals.is_empty() {
        match Usable::of(range, behavior.allocator()) {
            Some(usable) => {
                lasts_for = Some(u128::from(usable.count));
                let services = digits(usable.count.into());
                note(&mut steps, &RANGE_LASTS_FOR_SERVICES, facts![range, services]);
                let last = range.nth(usable.band.into());
                if let Some(last) =
                    last.filter(|_| usable.band > 0 && behavior.service_ip_bands.on())
                {
                    note(&mut steps, &RANGE_HAS_A_BAND, facts![band = usable.band, last]);
                }
            }
            None => {
                let message = format!(
                    "shortest allowed prefix length for service CIDR is 64, got {}",
                    range.prefix_len()
                );
                note(&mut steps, &RANGE_HAS_NO_ALLOCATOR, facts![range, message]);
            }
        }
    }
    Fit { role: Role::Services, lasts_for, refusals, steps }
}

fn nodes(range: Cidr) -> Fit {
    let last = u128::MAX.checked_shr(128 - u32::from(range.host_bits())).unwrap_or(0);
    // The first address is that of the network, or of any router; of IPv4 the last is for broadcasts.
    let machines = match range.host_bits() {
        bits @ (0 | 1) => 1 << bits,
        _ if range.family() == Family::V4 => last - 1,
        _ => last,
    };
    let facts = facts![range, machines = digits(machines)];
    let mut steps = Vec::from([step(&RANGE_LASTS_FOR_MACHINES, facts)]);
    if range.family() == Family::V6 && range.prefix_len() != 64 {
        note(&mut steps, &LINK_IS_A_64, facts![range]);
    }
    Fit { role: Role::Nodes, lasts_for: Some(machines), refusals: Vec::new(), steps }
}

#[cfg(test)]
mod tests {
    use super::{Role, digits, fit};
    use crate::explain::text::Lang;
    use crate::net::Cidr;
    use crate::net::go_parse::parse_cidr;
    use crate::release::behavior::Behavior;

    fn check(release: &str, role: Role, text: &str, expect: &str) {
        let version = release.parse().expect("a simulated release");
        let range = Cidr::new(parse_cidr(text).expect("a range").net);
        let found = fit(&Behavior::of(version), range, role, 0);
        let lasts_for = found.lasts_for.map_or("-".to_owned(), digits);
        let rules: Vec<&str> = found.steps.iter().map(|step| step.rule.id).collect();
        let refusals: Vec<&str> = found.refusals.iter().map(|(_, words)| words.as_str()).collect();
        let says = format!("{lasts_for} {} {}", rules.join(" "), refusals.join(" | "));
        assert_eq!(says.trim(), expect, "{release} {text}");
    }

    #[test]
    fn nodes_are_counted_as_kube_controller_manager_counts_blocks() {
        check("1.36", Role::Pods, "10.244.0.0/16", "256 KCM-7b PLAN-6a");
        check("1.36", Role::Pods, "fd00:10:244::/48", "65536 KCM-7b PLAN-6a");
        check("1.36", Role::Pods, "fd00:10:244::/64", "1 KCM-7b PLAN-6a");
        let big = "- KCM-7a New CIDR set failed; the node CIDR size is too big";
        check("1.36", Role::Pods, "fd00:10:244::/47", big);
        let small = "- KCM-6 Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less \
                     than or equal to --node-cidr-mask-size configured for CIDR family";
        check("1.36", Role::Pods, "fd00:10:244::/65", small);
    }

    #[test]
    fn pods_are_counted_as_host_local_counts_them() {
        let says = |mask| {
            let range = Cidr::new(parse_cidr("10.0.0.0/8").expect("a range").net);
            let found =
                fit(&Behavior::of("1.36".parse().expect("a release")), range, Role::Pods, mask);
            found.steps.last().expect("something is said").plain(Lang::En)
        };
        assert!(says(24).contains("for 253 Pods"), "{}", says(24));
        assert!(says(30).contains("for 1 Pods"), "{}", says(30));
        assert!(
            says(31).contains("Network 10.0.0.0/31 too small to allocate from"),
            "{}",
            says(31)
        );
    }

    #[test]
    fn services_are_counted_as_the_pools_count_them() {
        check("1.36", Role::Services, "10.96.0.0/16", "65534 PLAN-6c PLAN-6d");
        check("1.23", Role::Services, "10.96.0.0/16", "65534 PLAN-6c");
        check("1.36", Role::Services, "10.96.0.0/28", "14 PLAN-6c");
        check("1.36", Role::Services, "fd00:10:96::/112", "65535 PLAN-6c PLAN-6d");
        check("1.30", Role::Services, "fd00:10:96::/108", "65535 PLAN-6c PLAN-6d");
        check("1.36", Role::Services, "fd00:10:96::/64", "2^64 − 1 PLAN-6c PLAN-6d");
        check("1.36", Role::Services, "fd00:10:96::/56", "- PLAN-6e");
        check(
            "1.30",
            Role::Services,
            "fd00:10:96::/64",
            "- API-4a specified --service-cluster-ip-range is too large; for 128-bit addresses, the mask \
             must be >= 108",
        );
        check(
            "1.36",
            Role::Services,
            "10.96.0.0/30",
            "- API-1b error determining service IP ranges for primary service cidr: the service cluster \
             IP range must be at least 8 IP addresses",
        );
    }

    #[test]
    fn machines_are_all_but_the_addresses_with_a_meaning() {
        check("1.36", Role::Nodes, "192.0.2.0/24", "254 PLAN-6f");
        check("1.36", Role::Nodes, "192.0.2.0/32", "1 PLAN-6f");
        check("1.36", Role::Nodes, "2001:db8::/64", "2^64 − 1 PLAN-6f");
        check("1.36", Role::Nodes, "2001:db8::/48", "2^80 − 1 PLAN-6f PLAN-6g");
        check("1.36", Role::Nodes, "::/0", "2^128 − 1 PLAN-6f PLAN-6g");
    }

    #[test]
    fn large_numbers_are_powers_of_two() {
        assert_eq!([digits(0), digits(1 << 40)], ["0", "1099511627776"]);
        assert_eq!([digits(1 << 64), digits((1 << 64) - 2)], ["2^64", "2^64 − 2"]);
        assert_eq!(digits((1 << 64) - 1000), "≈ 2^64");
    }
}
