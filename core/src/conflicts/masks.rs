//! Is there a node Pod CIDR for every node? AGREE-5 and AGREE-8.

use std::rc::Rc;

use super::ranges::taken_by_services;
use super::{Finder, Found, Severity};
use crate::cluster::components::Node;
use crate::conflicts::consequences::Consequence;
use crate::controller_manager::startup as controller_manager;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::kube_proxy::startup as kube_proxy;
use crate::net::{Cidr, Family};
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::source::flags::Component;
use crate::source::flags::table::{
    ALLOCATE_NODE_CIDRS as ALLOCATE, CLUSTER_CIDR as CLUSTER, DETECT_LOCAL_MODE as DETECT,
    NODE_CIDR_MASK_SIZE as MASK, NODE_CIDR_MASK_SIZE_IPV4 as MASK_V4,
    NODE_CIDR_MASK_SIZE_IPV6 as MASK_V6,
};
use crate::{facts, rules};

rules! {
    /// No block, or too many.
    MASK_DOES_NOT_FIT {
        id: "AGREE-5a", slug: "node-mask-does-not-fit-the-range",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/node_ipam_controller.go NewNodeIpamController",
        evidence: SourceRead,
        facts: [range, mask],
        en: "{range} cannot be divided into node Pod CIDRs with a prefix length of {mask}.",
        zh: "{range} 无法划分为前缀长度为 {mask} 的节点 Pod CIDR。",
    }
    /// More Nodes than blocks.
    BLOCKS_DO_NOT_SUFFICE {
        id: "AGREE-5b", slug: "more-nodes-than-blocks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go AllocateNext",
        evidence: SourceRead,
        facts: [range, mask, nodes],
        en: "{range} has too few node Pod CIDRs with a prefix length of {mask} for the {nodes} nodes in these flags.",
        zh: "{range} 中前缀长度为 {mask} 的节点 Pod CIDR 不够这些标志中的 {nodes} 个节点使用。",
    }
    /// One Node.
    RANGE_LASTS_FOR_ONE_NODE {
        id: "AGREE-5c", slug: "range-lasts-for-one-node",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go NewCIDRSet",
        evidence: SourceRead,
        facts: [range, mask],
        en: "{range} has a single node Pod CIDR with a prefix length of {mask}, so it is enough for one node.",
        zh: "{range} 只含一个前缀长度为 {mask} 的节点 Pod CIDR，因此只够一个节点使用。",
    }
    /// Nobody gives ranges out.
    RANGES_ARE_NOT_GIVEN_OUT {
        id: "AGREE-8a", slug: "cluster-ranges-are-not-given-out",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "This is correct if the network plugin has address pools of its own, which no flag shows.",
            zh: "如果网络插件自带地址池，这样设置是正确的；但从标志中看不出这一点。",
        }),
        facts: [],
        en: "kube-controller-manager has `--cluster-cidr` without `--allocate-node-cidrs`, so `--cluster-cidr` has no effect.",
        zh: "kube-controller-manager 设置了 `--cluster-cidr`，却没有设置 `--allocate-node-cidrs`，因此 `--cluster-cidr` 不起作用。",
    }
    /// Nobody gives ranges out, and kube-proxy waits for them.
    PROXY_WAITS_FOR_RANGES {
        id: "AGREE-8b", slug: "proxy-waits-for-ranges-nobody-gives",
        versions: Versions::ALL,
        source: "pkg/proxy/node.go NewNodeManager",
        evidence: SourceRead,
        facts: [],
        en: "In `NodeCIDR` mode kube-proxy waits for the Pod CIDRs of its node, and without `--allocate-node-cidrs` kube-controller-manager allocates none.",
        zh: "`NodeCIDR` 模式的 kube-proxy 等待其节点的 Pod CIDR，而未设置 `--allocate-node-cidrs` 的 kube-controller-manager 不会分配。",
    }
}

/// What is found, in a few words.
pub(super) static TITLES: &[(&Rule, Text)] = &[
    (
        &MASK_DOES_NOT_FIT,
        Text {
            en: "node CIDR mask size does not fit the Pod CIDR",
            zh: "节点 CIDR 掩码长度与 Pod CIDR 不匹配",
        },
    ),
    (
        &BLOCKS_DO_NOT_SUFFICE,
        Text {
            en: "too few node Pod CIDRs for the nodes", zh: "节点 Pod CIDR 不够节点使用"
        },
    ),
    (&RANGE_LASTS_FOR_ONE_NODE, Text { en: "room for one node only", zh: "只够一个节点" }),
    (
        &RANGES_ARE_NOT_GIVEN_OUT,
        Text { en: "node Pod CIDRs are not allocated", zh: "未分配节点 Pod CIDR" },
    ),
    (
        &PROXY_WAITS_FOR_RANGES,
        Text { en: "kube-proxy waits for node Pod CIDRs", zh: "kube-proxy 等待节点 Pod CIDR" },
    ),
];

impl<'a> Finder<'a> {
    /// The flag that says the mask of a family's blocks.
    pub(super) fn mask_flag(
        &self,
        flags: &controller_manager::Flags,
        family: Family,
        ranges: usize,
    ) -> &'static str {
        let by_family = Behavior::of(self.all.version).family_mask_for_one_range || ranges > 1;
        match family {
            _ if flags.node_cidr_mask_size != 0 || !by_family => MASK,
            Family::V4 => MASK_V4,
            Family::V6 => MASK_V6,
        }
    }

    /// AGREE-5.
    pub(super) fn masks(&mut self) {
        const WHO: Component = Component::KubeControllerManager;
        let report = &self.all.controller_manager;
        let Some(known) = report.knows.as_ref().filter(|_| report.is_given) else { return };
        let ranges = known.cluster.len();
        let rules = [
            &controller_manager::BLOCK_IS_LARGER_THAN_RANGE,
            &controller_manager::RANGE_HOLDS_TOO_MANY_BLOCKS,
        ];
        let is_of_mask = rules
            .map(|rule| report.errors.iter().any(|said| report.trace[said.step.0].rule == rule));
        if is_of_mask.contains(&true) {
            for range in known.cluster.iter().copied() {
                let (family, prefix) = (range.family(), i32::from(range.prefix_len()));
                let flags = &known.flags;
                let own = match family {
                    Family::V4 => flags.node_cidr_mask_size_ipv4,
                    Family::V6 => flags.node_cidr_mask_size_ipv6,
                };
                let default = controller_manager::DEFAULT_NODE_MASKS[family as usize];
                let given = [own, flags.node_cidr_mask_size].into_iter().find(|mask| *mask != 0);
                let mask = given.unwrap_or(default);
                let fits = mask >= prefix && (family == Family::V4 || mask - prefix <= 16);
                if fits {
                    continue;
                }
                let flag = self.mask_flag(flags, family, ranges);
                let edit = if mask < prefix { longer_mask(range, 0) } else { Some(prefix + 16) };
                let edit = edit.and_then(|mask| self.set(None, WHO, flag, &mask.to_string()));
                let flag_refs = Vec::from([self.pods_flag(range), self.flag_ref(None, WHO, flag)]);
                self.add(
                    None,
                    Found {
                        severity: Severity::Exits,
                        rule: &MASK_DOES_NOT_FIT,
                        facts: facts![range, mask = mask.to_string()],
                        flag_refs,
                        consequences: Vec::from([
                            Consequence::ComponentExits(WHO),
                            Consequence::NoNodeRange,
                        ]),
                        candidate_edits: Vec::from([edit]),
                    },
                );
            }
            return;
        }
        let Some(ipam) = self.controller.and_then(|controller| controller.ipam.as_ref()) else {
            return;
        };
        let without: Vec<Rc<str>> = ipam.waiting().map(Rc::clone).collect();
        let nodes = self.all.nodes.len() as u64;
        for (i, it) in ipam.ranges().iter().enumerate() {
            let by_services = taken_by_services(it);
            let free = it.blocks.saturating_sub(by_services);
            // AGREE-2c has said it.
            if by_services > 0 && free == 0 {
                continue;
            }
            let (rule, severity) = if free < nodes && !without.is_empty() {
                (&BLOCKS_DO_NOT_SUFFICE, Severity::Breaks)
            } else if it.blocks == 1 {
                (&RANGE_LASTS_FOR_ONE_NODE, Severity::Unexpected)
            } else {
                continue;
            };
            let range = it.cluster;
            let flag = self.mask_flag(&known.flags, range.family(), ranges);
            let edit = longer_mask(range, nodes + by_services);
            let edit = edit.and_then(|mask| self.set(None, WHO, flag, &mask.to_string()));
            let flag_refs = Vec::from([self.pods_flag(range), self.flag_ref(None, WHO, flag)]);
            let mask = u64::from(it.node_mask);
            let (facts, mut consequences) = if severity == Severity::Breaks {
                let names = Consequence::NodesWithoutRange(without.clone());
                (facts![range, mask, nodes], Vec::from([names, Consequence::NoPodAddresses]))
            } else {
                (facts![range, mask], Vec::from([Consequence::NoFurtherNode]))
            };
            // What comes before is taken, and not given back.
            if i > 0 {
                consequences.push(Consequence::BlocksLeak(range.family().other()));
            }
            let candidate_edits = Vec::from([edit]);
            self.add(
                None,
                Found { severity, rule, facts, flag_refs, consequences, candidate_edits },
            );
        }
    }

    /// AGREE-8.
    pub(super) fn allocation(&mut self) {
        let Some(controller) = self.controller else { return };
        if controller.ipam.is_some() || controller.cluster.is_empty() {
            return;
        }
        const WHO: Component = Component::KubeControllerManager;
        let edit = self.set(None, WHO, ALLOCATE, "true");
        let all = self.all;
        let waits = |node: &&Node| {
            let rule = &kube_proxy::NODE_HAS_NO_POD_CIDR;
            node.proxy.is_given && node.proxy.trace.iter().any(|step| step.rule == rule)
        };
        let allocate = self.flag_ref(None, WHO, ALLOCATE);
        for node in all.nodes.iter().filter(waits) {
            let detect = self.flag_ref(Some(node), Component::KubeProxy, DETECT);
            self.add(
                Some(node),
                Found {
                    severity: Severity::Exits,
                    rule: &PROXY_WAITS_FOR_RANGES,
                    facts: facts![],
                    flag_refs: Vec::from([allocate.clone(), detect]),
                    consequences: Vec::from([
                        Consequence::NoNodeRange,
                        Consequence::ComponentExits(Component::KubeProxy),
                    ]),
                    candidate_edits: Vec::from([edit.clone()]),
                },
            );
        }
        if all.nodes.iter().any(|node| waits(&node)) {
            return;
        }
        let flag_refs = Vec::from([self.flag_ref(None, WHO, CLUSTER), allocate]);
        self.add(
            None,
            Found {
                severity: Severity::Note,
                rule: &RANGES_ARE_NOT_GIVEN_OUT,
                facts: facts![],
                flag_refs,
                consequences: Vec::from([Consequence::NoNodeRange, Consequence::NoPodAddresses]),
                candidate_edits: Vec::from([edit]),
            },
        );
    }
}

/// A mask with which a range lasts for so many blocks, with some to spare; none if it would leave a block
/// almost no addresses.
pub(super) fn longer_mask(range: Cidr, blocks: u64) -> Option<i32> {
    let needed = blocks.max(1).next_power_of_two().trailing_zeros();
    let (more, longest) = match range.family() {
        Family::V4 => (needed.max(2), 28),
        Family::V6 => (needed.max(8), 112),
    };
    let mask = u32::from(range.prefix_len()) + more;
    let fits = mask <= longest && (range.family() == Family::V4 || more <= 16);
    fits.then(|| i32::try_from(mask).ok()).flatten()
}
