//! Does kube-controller-manager start, and from which ranges does it give Nodes theirs? Rules KCM-1 to
//! KCM-7. Source: cmd/kube-controller-manager/app/core.go newNodeIpamController.
//!
//! Parsing of flags comes first, then their validation, then the controllers start: the first of these
//! that finds something ends the process. The Nodes that are there already are asked last, in
//! `ipam/range_allocator.rs`.

use crate::api::{parse_cidrs, quote};
use crate::controller_manager::config::{NodeIpamConfig, NodeRange};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Trace};
use crate::facts;
use crate::net::go_parse::parse_cidr;
use crate::net::{Cidr, Family, Stack};
use crate::release::behavior::{Behavior, CloudAllocators, Gate};
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{
    ALLOCATE_NODE_CIDRS as ALLOCATE, CIDR_ALLOCATOR_TYPE as ALLOCATOR, CLUSTER_CIDR as CLUSTER,
    FEATURE_GATES as GATES, Kind, NODE_CIDR_MASK_SIZE as MASK, NODE_CIDR_MASK_SIZE_IPV4 as MASK_V4,
    NODE_CIDR_MASK_SIZE_IPV6 as MASK_V6, SERVICE_CLUSTER_IP_RANGE as SERVICES,
};
use crate::source::flags::{Component, FlagsText};
use crate::startup::command_line::{CommandLine, Given};
use crate::startup::pflag::{invalid_argument, parse_bool, parse_i32};
use crate::startup::{Phase, StartError, Unmodelled, default_of, note, reject, set_gates};

const WHO: Component = Component::KubeControllerManager;

rules! {
    /// Nodes get no range from here.
    ALLOCATION_IS_OFF {
        id: "KCM-1a", slug: "node-ranges-are-not-given-out",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [],
        en: "`--allocate-node-cidrs` is not set, so kube-controller-manager allocates no Pod CIDRs to nodes and ignores the other flags about them.",
        zh: "未设置 `--allocate-node-cidrs`，因此 kube-controller-manager 不会为节点分配 Pod CIDR，并忽略其他相关标志。",
    }
    /// A value that is of no use for its flag.
    FLAG_DOES_NOT_PARSE {
        id: "KCM-1b", slug: "controller-manager-flag-does-not-parse",
        versions: Versions::ALL,
        source: "spf13/pflag flag.go Set",
        evidence: SourceRead,
        facts: [flag, problem],
        en: "The value of {flag} is not valid, so kube-controller-manager exits before it checks anything else: {problem}.",
        zh: "{flag} 的值无效，因此 kube-controller-manager 在检查其他内容之前就会退出：{problem}。",
    }
    /// An allocator that nobody knows.
    ALLOCATOR_IS_UNKNOWN {
        id: "KCM-1c", slug: "cidr-allocator-type-is-unknown",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidr_allocator.go New",
        evidence: Recorded,
        facts: [kind],
        en: "This version has no allocator named {kind}. `RangeAllocator` is the one that works without a cloud provider.",
        zh: "此版本没有名为 {kind} 的分配器。没有云提供商时可用的是 `RangeAllocator`。",
    }
    /// An allocator of a cloud provider.
    ALLOCATOR_NEEDS_A_CLOUD {
        id: "KCM-1d", slug: "cidr-allocator-type-needs-a-cloud",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [kind],
        en: "{kind} gets node Pod CIDRs from a cloud provider built into kube-controller-manager, and there is none.",
        zh: "{kind} 从 kube-controller-manager 内置的云提供商获取节点 Pod CIDR，而这里没有云提供商。",
    }
    /// The allocator with ClusterCIDR objects.
    MULTI_CIDR_IS_SIMPLIFIED {
        id: "KCM-1e", slug: "cluster-cidr-objects-are-left-out",
        versions: Versions::between(25, 28),
        source: "pkg/controller/nodeipam/ipam/multi_cidr_range_allocator.go NewMultiCIDRRangeAllocator",
        evidence: Assumed,
        fidelity: Fidelity::Simplified(Text {
            en: "ClusterCIDR objects are not simulated. The one that is created from the flags allocates the same ranges as `RangeAllocator`.",
            zh: "ClusterCIDR 对象不在模拟范围内。由标志创建的那个对象分配的范围与 `RangeAllocator` 相同。",
        }),
        facts: [],
        en: "`MultiCIDRRangeAllocator` is an alpha feature of these versions. Here nodes get their Pod CIDRs as with `RangeAllocator`.",
        zh: "`MultiCIDRRangeAllocator` 是这些版本中的 Alpha 特性。此处为节点分配 Pod CIDR 的方式与 `RangeAllocator` 相同。",
    }
    /// Three Service ranges.
    SERVICE_RANGES_ARE_TWO_AT_MOST {
        id: "KCM-2", slug: "controller-manager-takes-two-service-ranges",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/options/nodeipamcontroller.go Validate",
        evidence: Recorded,
        facts: [count],
        en: "kube-controller-manager accepts at most two Service CIDRs, not {count}, and checks this even if it allocates no Pod CIDRs.",
        zh: "kube-controller-manager 最多接受两个 Service CIDR，而不是 {count} 个；即使不分配 Pod CIDR，也会检查这一点。",
    }
    /// A range that is none.
    CLUSTER_RANGE_DOES_NOT_PARSE {
        id: "KCM-3a", slug: "cluster-range-is-no-cidr",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go processCIDRs",
        evidence: Recorded,
        facts: [entry],
        en: "{entry} in `--cluster-cidr` is not a CIDR. Spaces around commas are not removed, and an empty entry counts as an entry.",
        zh: "`--cluster-cidr` 中的 {entry} 不是 CIDR。逗号两侧的空格不会被去除，空条目也算一项。",
    }
    /// Several ranges of one family.
    CLUSTER_RANGES_DIFFER_IN_FAMILY {
        id: "KCM-3b", slug: "cluster-ranges-differ-in-family",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go validateCIDRs",
        evidence: Recorded,
        facts: [first, second],
        en: "Two Pod CIDRs must be of different address families; {first} and {second} are not. A second range of the same family does not extend the first.",
        zh: "两个 Pod CIDR 必须属于不同的地址族；{first} 和 {second} 不是。同一地址族的第二个范围不会扩大地址空间。",
    }
    /// Three ranges.
    CLUSTER_RANGES_ARE_TWO_AT_MOST {
        id: "KCM-3c", slug: "cluster-ranges-are-two-at-most",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go validateCIDRs",
        evidence: Recorded,
        facts: [count],
        en: "There is at most one Pod CIDR per address family, so at most two, not {count}.",
        zh: "每个地址族最多一个 Pod CIDR，因此最多两个，而不是 {count} 个。",
    }
    /// Two ranges without the gate.
    SECOND_CLUSTER_RANGE_NEEDS_GATE {
        id: "KCM-3d", slug: "second-cluster-range-needs-the-gate",
        versions: Versions::until(22),
        source: "cmd/kube-controller-manager/app/core.go startNodeIpamController",
        evidence: SourceRead,
        facts: [range],
        en: "In this version a second Pod CIDR, {range}, requires the `IPv6DualStack` feature gate of kube-controller-manager.",
        zh: "在此版本中，第二个 Pod CIDR（{range}）需要启用 kube-controller-manager 的特性门控 `IPv6DualStack`。",
    }
    /// Two Service ranges of one family.
    SERVICE_RANGES_DIFFER_IN_FAMILY {
        id: "KCM-4a", slug: "controller-manager-service-ranges-differ-in-family",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [first, second],
        en: "The two Service CIDRs of kube-controller-manager must be of different address families; {first} and {second} are not. They may differ from those of kube-apiserver and from the order of the Pod CIDRs: no component compares them.",
        zh: "kube-controller-manager 的两个 Service CIDR 必须属于不同的地址族；{first} 和 {second} 不是。它们可以与 kube-apiserver 的不同，也可以与 Pod CIDR 的顺序不同：没有组件比较它们。",
    }
    /// A Service range that is none.
    SERVICE_RANGE_IS_IGNORED {
        id: "KCM-4b", slug: "bad-service-range-is-only-logged",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: Recorded,
        facts: [entry],
        en: "{entry} in `--service-cluster-ip-range` is not a CIDR. kube-controller-manager logs an error and ignores the entry: no node Pod CIDR is reserved for it.",
        zh: "`--service-cluster-ip-range` 中的 {entry} 不是 CIDR。kube-controller-manager 记录错误日志并忽略该项：不会为它预留节点 Pod CIDR。",
    }
    /// Two Service ranges without the gate.
    SECOND_SERVICE_RANGE_NEEDS_GATE {
        id: "KCM-4c", slug: "controller-manager-second-service-range-needs-the-gate",
        versions: Versions::until(22),
        source: "cmd/kube-controller-manager/app/core.go startNodeIpamController",
        evidence: SourceRead,
        facts: [range],
        en: "In this version a second Service CIDR, {range}, requires the `IPv6DualStack` feature gate of kube-controller-manager.",
        zh: "在此版本中，第二个 Service CIDR（{range}）需要启用 kube-controller-manager 的特性门控 `IPv6DualStack`。",
    }
    /// One mask for two families.
    ONE_MASK_IS_FOR_ONE_FAMILY {
        id: "KCM-5a", slug: "one-mask-is-for-one-family",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go setNodeCIDRMaskSizes",
        evidence: Recorded,
        facts: [mask],
        en: "`--node-cidr-mask-size` {mask} cannot apply to two address families. With two Pod CIDRs use `--node-cidr-mask-size-ipv4` and `--node-cidr-mask-size-ipv6`.",
        zh: "`--node-cidr-mask-size` 的值 {mask} 不能同时用于两个地址族。有两个 Pod CIDR 时，请使用 `--node-cidr-mask-size-ipv4` 和 `--node-cidr-mask-size-ipv6`。",
    }
    /// Both kinds of mask flags.
    MASK_IS_SAID_ONCE {
        id: "KCM-5b", slug: "mask-is-said-once",
        versions: Versions::since(23),
        source: "cmd/kube-controller-manager/app/core.go setNodeCIDRMaskSizes",
        evidence: Recorded,
        facts: [],
        en: "`--node-cidr-mask-size` and the flags per address family are mutually exclusive, even if their values agree.",
        zh: "`--node-cidr-mask-size` 与按地址族区分的标志互斥，即使取值相同。",
    }
    /// The mask of a family that is not there.
    MASK_OF_A_MISSING_FAMILY {
        id: "KCM-5c", slug: "mask-is-of-a-configured-family",
        versions: Versions::since(23),
        source: "cmd/kube-controller-manager/app/core.go setNodeCIDRMaskSizes",
        evidence: Recorded,
        facts: [family, mask],
        en: "There is no {family} Pod CIDR to which the mask size {mask} could apply.",
        zh: "没有可以使用掩码长度 {mask} 的 {family} Pod CIDR。",
    }
    /// A mask per family for one range.
    FAMILY_MASKS_ARE_FOR_TWO_RANGES {
        id: "KCM-5d", slug: "family-masks-are-for-two-ranges",
        versions: Versions::until(22),
        source: "cmd/kube-controller-manager/app/core.go setNodeCIDRMaskSizes",
        evidence: SourceRead,
        facts: [],
        en: "In this version the mask sizes per address family require two Pod CIDRs; with one, use `--node-cidr-mask-size`.",
        zh: "在此版本中，按地址族区分的掩码长度要求有两个 Pod CIDR；只有一个时请使用 `--node-cidr-mask-size`。",
    }
    /// A block that is larger than its range.
    BLOCK_IS_LARGER_THAN_RANGE {
        id: "KCM-6", slug: "node-block-is-larger-than-cluster-range",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/node_ipam_controller.go NewNodeIpamController",
        evidence: SourceRead,
        facts: [range, mask],
        en: "{range} is too small for a node Pod CIDR with a prefix length of {mask}. Use a larger Pod CIDR or a longer mask: with equal lengths there is room for one node.",
        zh: "{range} 太小，容纳不下前缀长度为 {mask} 的节点 Pod CIDR。请使用更大的 Pod CIDR 或更长的掩码：长度相等时只够一个节点使用。",
    }
    /// More blocks than are kept.
    RANGE_HOLDS_TOO_MANY_BLOCKS {
        id: "KCM-7a", slug: "ipv6-range-holds-too-many-blocks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go NewCIDRSet",
        evidence: Recorded,
        facts: [range, mask],
        en: "A node Pod CIDR of {range} with a prefix length of {mask} is more than 16 bits longer than the Pod CIDR. kube-controller-manager manages at most 65536 node Pod CIDRs per IPv6 Pod CIDR; IPv4 has no such limit.",
        zh: "{range} 中前缀长度为 {mask} 的节点 Pod CIDR 比 Pod CIDR 长 16 位以上。对于每个 IPv6 Pod CIDR，kube-controller-manager 最多管理 65536 个节点 Pod CIDR；IPv4 没有此限制。",
    }
    /// How many Nodes fit.
    RANGE_HOLDS_BLOCKS {
        id: "KCM-7b", slug: "cluster-range-holds-so-many-nodes",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go NewCIDRSet",
        evidence: Recorded,
        facts: [range, mask, blocks],
        en: "Node Pod CIDRs with a prefix length of {mask} are allocated from {range}: enough for {blocks} nodes.",
        zh: "从 {range} 中分配前缀长度为 {mask} 的节点 Pod CIDR：可供 {blocks} 个节点使用。",
    }
}

/// The flags of kube-controller-manager that the simulator acts on, as given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `--allocate-node-cidrs`.
    pub allocate_node_cidrs: bool,
    /// `--cidr-allocator-type`.
    pub cidr_allocator_type: String,
    /// `--cluster-cidr`.
    pub cluster_cidr: String,
    /// `--service-cluster-ip-range`.
    pub service_cluster_ip_range: String,
    /// `--node-cidr-mask-size`, in bits; 0 is unset.
    pub node_cidr_mask_size: i32,
    /// `--node-cidr-mask-size-ipv4`, in bits; 0 is unset.
    pub node_cidr_mask_size_ipv4: i32,
    /// `--node-cidr-mask-size-ipv6`, in bits; 0 is unset.
    pub node_cidr_mask_size_ipv6: i32,
}

impl Default for Flags {
    fn default() -> Self {
        Self {
            allocate_node_cidrs: false,
            cidr_allocator_type: default_of(WHO, ALLOCATOR),
            cluster_cidr: String::new(),
            service_cluster_ip_range: String::new(),
            node_cidr_mask_size: 0,
            node_cidr_mask_size_ipv4: 0,
            node_cidr_mask_size_ipv6: 0,
        }
    }
}

/// The prefix length of a Node's Pod CIDR where no flag gives one, by family.
pub const DEFAULT_NODE_MASKS: [i32; 2] = [24, 64];

const RANGE_ALLOCATOR: &str = "RangeAllocator";
const CLOUD_ALLOCATOR: &str = "CloudAllocator";
const MULTI_CIDR_ALLOCATOR: &str = "MultiCIDRRangeAllocator";

/// What Go says when it asks a thing that is not there.
const CRASH: &str = "panic: runtime error: invalid memory address or nil pointer dereference";

/// Reads the flags from the text, and folds the feature gates into the behaviour. Gates and flags that
/// the simulator does not act on are named in the second list.
///
/// # Errors
/// The first text that a flag does not take, in the order in which the program reads them.
pub fn read(
    text: &FlagsText,
    behavior: &mut Behavior,
    trace: &mut Trace,
) -> Result<(Flags, Vec<Unmodelled>), StartError> {
    let mut flags = Flags::default();
    let mut gates = Vec::new();
    let mut line = CommandLine::new(WHO, behavior.version, text);
    while let Some(Given { flag, spec, value }) = line.next(trace)? {
        if spec.kind == Kind::Gates && behavior.gates_after_flags {
            gates.push(flag);
            continue;
        }
        let read = match spec.kind {
            Kind::Gates => set_gates(WHO, behavior, flag, &mut line.unmodelled),
            _ => read_flag(spec.name, value, &mut flags),
        };
        let name = spec.name;
        read.map_err(|why| StartError {
            phase: Phase::Flags,
            ..refuse(name, invalid_argument(name, value, &why), trace)
        })?;
    }
    for flag in gates {
        set_gates(WHO, behavior, flag, &mut line.unmodelled)
            .map_err(|why| StartError { phase: Phase::Gates, ..refuse(GATES, why, trace) })?;
    }
    Ok((flags, line.unmodelled))
}

fn read_flag(name: &str, value: &str, flags: &mut Flags) -> Result<(), String> {
    match name {
        ALLOCATE => flags.allocate_node_cidrs = parse_bool(value)?,
        ALLOCATOR => value.clone_into(&mut flags.cidr_allocator_type),
        CLUSTER => value.clone_into(&mut flags.cluster_cidr),
        SERVICES => value.clone_into(&mut flags.service_cluster_ip_range),
        MASK => flags.node_cidr_mask_size = parse_i32(value)?,
        MASK_V4 => flags.node_cidr_mask_size_ipv4 = parse_i32(value)?,
        MASK_V6 => flags.node_cidr_mask_size_ipv6 = parse_i32(value)?,
        _ => {}
    }
    Ok(())
}

fn refuse(flag: &'static str, message: String, trace: &mut Trace) -> StartError {
    let problem = message.as_str();
    let step = reject(trace, &FLAG_DOES_NOT_PARSE, flag, facts![flag, problem]);
    StartError { message, flag, entry: None, at: None, step, phase: Phase::Start }
}

/// What the flags come to.
#[derive(Clone, PartialEq, Debug)]
pub enum Start {
    /// The process exits before it starts any controller.
    FlagErrors(Vec<StartError>),
    /// The node CIDR controller does not start, and with it the process exits.
    Failed(StartError),
    /// It runs, and gives Nodes no ranges.
    Off,
    /// It gives Nodes their ranges, if those that are there already fit
    /// ([`crate::controller_manager::range_allocator::NodeIpam::start`]).
    Running(Running),
}

/// A node CIDR controller that runs.
#[derive(Clone, PartialEq, Debug)]
pub struct Running {
    /// Its configuration.
    pub config: NodeIpamConfig,
    /// What it logs about flags it goes on without.
    pub warnings: Vec<StartError>,
}

/// Checks the flags of kube-controller-manager. Its steps' origins are flags of this component.
#[must_use]
pub fn start(behavior: &Behavior, flags: &Flags, trace: &mut Trace) -> Start {
    let mut starting = Starting { behavior, flags, trace };
    if flags.service_cluster_ip_range.split(',').count() > 2 {
        let words = "--service-cluster-ip-range can not contain more than two entries";
        let rule = &SERVICE_RANGES_ARE_TWO_AT_MOST;
        let facts = facts![count = flags.service_cluster_ip_range.split(',').count()];
        return Start::FlagErrors(vec![starting.error(rule, words, SERVICES, Some(2), facts)]);
    }
    if !flags.allocate_node_cidrs {
        note(starting.trace, &ALLOCATION_IS_OFF, ALLOCATE, facts![]);
        return Start::Off;
    }
    starting.node_ipam().map_or_else(Start::Failed, Start::Running)
}

struct Starting<'a> {
    behavior: &'a Behavior,
    flags: &'a Flags,
    trace: &'a mut Trace,
}

impl Starting<'_> {
    fn error(
        &mut self,
        rule: &'static Rule,
        message: impl Into<String>,
        flag: &'static str,
        entry: Option<usize>,
        facts: Vec<Fact>,
    ) -> StartError {
        let step = reject(self.trace, rule, flag, facts);
        StartError { message: message.into(), flag, entry, at: None, step, phase: Phase::Start }
    }

    /// Source: newNodeIpamController, NewNodeIpamController, ipam.New.
    fn node_ipam(&mut self) -> Result<Running, StartError> {
        let kind = self.flags.cidr_allocator_type.as_str();
        if kind == CLOUD_ALLOCATOR && self.behavior.cloud_allocators != CloudAllocators::Crash {
            let words = "--cidr-allocator-type is set to 'CloudAllocator' but cloud provider is not \
                         configured";
            return Err(self.needs_a_cloud(words));
        }
        let ranges = self.cluster_ranges()?;
        let (services, warnings) = self.service_ranges()?;
        let masks = self.masks(&ranges)?;
        if kind != CLOUD_ALLOCATOR {
            for (i, (range, mask)) in ranges.iter().zip(&masks).enumerate() {
                if i32::from(range.prefix_len()) > *mask {
                    let words = "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be \
                                 less than or equal to --node-cidr-mask-size configured for CIDR family";
                    let facts = facts![range = *range, mask = mask.to_string()];
                    let rule = &BLOCK_IS_LARGER_THAN_RANGE;
                    return Err(self.error(rule, words, CLUSTER, Some(i), facts));
                }
            }
        }
        self.allocator_type()?;
        let mut nodes = Vec::new();
        for (i, (cidr, mask)) in ranges.into_iter().zip(masks).enumerate() {
            let range = NodeRange { cidr, node_mask: mask.unsigned_abs() };
            let mask = u64::from(range.node_mask);
            let Some(blocks) = range.blocks() else {
                let words = "New CIDR set failed; the node CIDR size is too big";
                let facts = facts![range = cidr, mask];
                let rule = &RANGE_HOLDS_TOO_MANY_BLOCKS;
                return Err(self.error(rule, words, CLUSTER, Some(i), facts));
            };
            let facts = facts![range = cidr, mask, blocks];
            note(self.trace, &RANGE_HOLDS_BLOCKS, CLUSTER, facts);
            nodes.push(range);
        }
        let primary = nodes[0].cidr.family();
        let cluster = match nodes[..] {
            [first, second] => Stack::dual(primary, first, second),
            _ => Stack::single(primary, nodes[0]),
        };
        let behavior = self.behavior.clone();
        Ok(Running { config: NodeIpamConfig { behavior, cluster, services }, warnings })
    }

    /// KCM-3: one range, or one of each family. Source: validateCIDRs.
    fn cluster_ranges(&mut self) -> Result<Vec<Cidr>, StartError> {
        let entries: Vec<&str> = self.flags.cluster_cidr.trim().split(',').collect();
        let ranges = parse_cidrs(self.behavior, &entries).map_err(|(i, words)| {
            let facts = facts![entry = quote(entries[i])];
            self.error(&CLUSTER_RANGE_DOES_NOT_PARSE, words, CLUSTER, Some(i), facts)
        })?;
        let count = ranges.len();
        if count > 1 && !self.behavior.dual_stack.on() {
            let words = format!(
                "len of ClusterCIDRs=={count} and dualstack or EndpointSlice feature is not enabled"
            );
            let rule = &SECOND_CLUSTER_RANGE_NEEDS_GATE;
            let facts = facts![range = ranges[1]];
            return Err(self.error(rule, words, CLUSTER, Some(1), facts));
        }
        if count > 1 && ranges.iter().all(|range| family(*range) == family(ranges[0])) {
            let bracket = if self.behavior.leaves_bracket_open { "" } else { ")" };
            let words = format!(
                "len of ClusterCIDRs=={count} and they are not configured as dual stack (at least one \
                 from each IPFamily{bracket}"
            );
            let rule = &CLUSTER_RANGES_DIFFER_IN_FAMILY;
            let facts = facts![first = ranges[0], second = ranges[1]];
            return Err(self.error(rule, words, CLUSTER, Some(1), facts));
        }
        if count > 2 {
            let words = if self.behavior.leaves_bracket_open {
                format!("length of clusterCIDRs is:{count} more than max allowed of 2")
            } else {
                format!("len of clusters is:{count} > more than max allowed of 2")
            };
            let rule = &CLUSTER_RANGES_ARE_TWO_AT_MOST;
            return Err(self.error(rule, words, CLUSTER, Some(2), facts![count]));
        }
        Ok(ranges)
    }

    /// KCM-4: what Nodes must not get, as far as it can be read.
    fn service_ranges(&mut self) -> Result<(Vec<Cidr>, Vec<StartError>), StartError> {
        let (mut ranges, mut warnings) = (Vec::new(), Vec::new());
        for (i, text) in self.flags.service_cluster_ip_range.split(',').enumerate() {
            if text.trim().is_empty() {
                continue;
            }
            if let Some(read) = parse_cidr(text) {
                ranges.push(Cidr::new(read.net));
                continue;
            }
            let why = format!("invalid CIDR address: {text}");
            let message = if self.behavior.logs_names {
                let (text, why) = (quote(text), quote(&why));
                format!("\"Warning: unsuccessful parsing of service CIDR\" CIDR={text} err={why}")
            } else {
                format!("Unsuccessful parsing of service CIDR {text}: {why}")
            };
            let facts = facts![entry = quote(text)];
            let step = note(self.trace, &SERVICE_RANGE_IS_IGNORED, SERVICES, facts);
            warnings.push(StartError {
                message,
                flag: SERVICES,
                entry: Some(i),
                at: None,
                step,
                phase: Phase::Start,
            });
        }
        let [first, second] = ranges[..] else { return Ok((ranges, warnings)) };
        if !self.behavior.dual_stack.on() {
            let words =
                "secondary service cidr is provided and IPv6DualStack feature is not enabled";
            let rule = &SECOND_SERVICE_RANGE_NEEDS_GATE;
            return Err(self.error(rule, words, SERVICES, Some(1), facts![range = second]));
        }
        if family(first) == family(second) {
            let words = "serviceCIDR and secondaryServiceCIDR are not dualstack (from different \
                         IPfamiles)";
            let rule = &SERVICE_RANGES_DIFFER_IN_FAMILY;
            return Err(self.error(rule, words, SERVICES, Some(1), facts![first, second]));
        }
        Ok((ranges, warnings))
    }

    /// KCM-5: the prefix length of a Node's block, for each cluster range. Source: setNodeCIDRMaskSizes.
    fn masks(&mut self, ranges: &[Cidr]) -> Result<Vec<i32>, StartError> {
        let both = self.flags.node_cidr_mask_size;
        let (v4, v6) = (self.flags.node_cidr_mask_size_ipv4, self.flags.node_cidr_mask_size_ipv6);
        let or = |mask, default| if mask == 0 { default } else { mask };
        let [only] = ranges else {
            if both != 0 {
                let words =
                    "usage of --node-cidr-mask-size is not allowed with dual-stack clusters";
                let facts = facts![mask = both.to_string()];
                return Err(self.error(&ONE_MASK_IS_FOR_ONE_FAMILY, words, MASK, None, facts));
            }
            let mask = |range: &Cidr| {
                let family = family(*range) as usize;
                or([v4, v6][family], DEFAULT_NODE_MASKS[family])
            };
            return Ok(ranges.iter().map(mask).collect());
        };
        let given = if v4 != 0 { MASK_V4 } else { MASK_V6 };
        let any = v4 != 0 || v6 != 0;
        if any && !self.behavior.family_mask_for_one_range {
            let words = "usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 are not \
                         allowed with non dual-stack clusters";
            return Err(self.error(&FAMILY_MASKS_ARE_FOR_TWO_RANGES, words, given, None, vec![]));
        }
        if any && both != 0 {
            let words = "usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 is not \
                         allowed if --node-cidr-mask-size is set. For dual-stack clusters please unset \
                         it and use IPFamily specific flags";
            return Err(self.error(&MASK_IS_SAID_ONCE, words, MASK, None, vec![]));
        }
        let (own, other, other_flag) = match family(*only) {
            Family::V4 => (v4, v6, MASK_V6),
            Family::V6 => (v6, v4, MASK_V4),
        };
        let default = DEFAULT_NODE_MASKS[family(*only) as usize];
        if other != 0 {
            let family = family(*only);
            let words = format!(
                "usage of --{other_flag} is not allowed for a single-stack {family} cluster"
            );
            let facts = facts![family = family.other(), mask = other.to_string()];
            return Err(self.error(&MASK_OF_A_MISSING_FAMILY, words, other_flag, None, facts));
        }
        Ok(vec![or(own, or(both, default))])
    }

    /// Source: ipam.New, createLegacyIPAM.
    fn allocator_type(&mut self) -> Result<(), StartError> {
        let kind = self.flags.cidr_allocator_type.as_str();
        match kind {
            RANGE_ALLOCATOR => Ok(()),
            CLOUD_ALLOCATOR => Err(self.needs_a_cloud(CRASH)),
            "IPAMFromCluster" | "IPAMFromCloud" => {
                let words = match self.behavior.cloud_allocators {
                    CloudAllocators::Refuse => {
                        "Error trying to Init(): legacy cloud provider support disabled at build time"
                    }
                    CloudAllocators::Crash | CloudAllocators::RefuseOne => CRASH,
                };
                Err(self.needs_a_cloud(words))
            }
            MULTI_CIDR_ALLOCATOR if self.behavior.multi_cidr_ranges.on() => {
                note(self.trace, &MULTI_CIDR_IS_SIMPLIFIED, ALLOCATOR, facts![]);
                Ok(())
            }
            _ => {
                let mut words = format!("invalid CIDR allocator type: {kind}");
                let is_known = !matches!(self.behavior.multi_cidr_ranges, Gate::Absent(_));
                if kind == MULTI_CIDR_ALLOCATOR && is_known {
                    words.push_str(", feature gate MultiCIDRRangeAllocator must be enabled");
                }
                Err(self.error(&ALLOCATOR_IS_UNKNOWN, words, ALLOCATOR, None, facts![kind]))
            }
        }
    }

    fn needs_a_cloud(&mut self, words: &str) -> StartError {
        let kind = self.flags.cidr_allocator_type.as_str();
        self.error(&ALLOCATOR_NEEDS_A_CLOUD, words, ALLOCATOR, None, facts![kind])
    }
}

/// The family that Go sees: an IPv4-mapped IPv6 range is IPv4.
fn family(range: Cidr) -> Family {
    Family::of(range.network())
}

#[cfg(test)]
mod tests {
    use super::{Start, StartError, read, start};
    use crate::explain::trace::Trace;
    use crate::release::behavior::{
        Behavior, V1_20, V1_21, V1_22, V1_23, V1_25, V1_26, V1_27, V1_28, V1_29, V1_30, V1_31,
        V1_32, V1_36,
    };
    use crate::source::flags::parse;

    const DUAL: &str = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";

    /// The errors of a start, or the ranges with their masks and how many blocks they have.
    fn started(behavior: &Behavior, flags: &str) -> Result<String, Vec<StartError>> {
        let (mut behavior, mut trace) = (behavior.clone(), Trace::default());
        let text = parse(&format!("kube-controller-manager {flags}"));
        assert_eq!(text.problems, [], "{flags}");
        let (flags, _) = read(&text, &mut behavior, &mut trace).map_err(|error| vec![error])?;
        match start(&behavior, &flags, &mut trace) {
            Start::FlagErrors(errors) => Err(errors),
            Start::Failed(error) => Err(vec![error]),
            Start::Off => Ok("off".to_owned()),
            Start::Running(running) => {
                let print = |range: &crate::controller_manager::config::NodeRange| {
                    let blocks = range.blocks().expect("few enough");
                    format!("{} /{} {blocks}", range.cidr, range.node_mask)
                };
                let ranges = running.config.cluster.iter().map(|(_, range)| print(range));
                let warnings = running.warnings.into_iter().map(|warning| warning.message);
                Ok(ranges.chain(warnings).collect::<Vec<_>>().join("; "))
            }
        }
    }

    fn check(behavior: &Behavior, flags: &str, expect: &str) {
        let got = started(behavior, &format!("--allocate-node-cidrs {flags}"));
        let got = got.unwrap_or_else(|errors| errors[0].message.clone());
        assert_eq!(got, expect, "{flags}");
    }

    #[test]
    fn nothing_is_looked_at_while_no_ranges_are_given_out() {
        assert_eq!(started(&V1_36, "--cluster-cidr=x").as_deref(), Ok("off"));
        assert_eq!(started(&V1_36, "--allocate-node-cidrs=false").as_deref(), Ok("off"));
        let error = started(&V1_36, "--service-cluster-ip-range=a,b,c").expect_err("three entries");
        assert_eq!((error[0].flag, error[0].entry), ("service-cluster-ip-range", Some(2)));
    }

    #[test]
    fn a_value_its_flag_does_not_take_is_told_as_pflag_tells_it() {
        let refused = |flags: &str| {
            let error = started(&V1_36, flags).expect_err("refused").remove(0);
            (error.flag, error.message)
        };
        let argument = |flag, value, why| {
            let why = format!("strconv.{why}: parsing \"{value}\": invalid syntax");
            (flag, format!("invalid argument \"{value}\" for \"--{flag}\" flag: {why}"))
        };
        let maybe = argument("allocate-node-cidrs", "maybe", "ParseBool");
        assert_eq!(refused("--allocate-node-cidrs=maybe --cluster-cidr=x"), maybe);
        assert_eq!(
            refused("--node-cidr-mask-size-ipv6=/64"),
            argument("node-cidr-mask-size-ipv6", "/64", "ParseInt")
        );
        let needs = "flag needs an argument: --cluster-cidr".to_owned();
        assert_eq!(refused("--cluster-cidr"), ("cluster-cidr", needs));
        let words = "\"kube-controller-manager\" does not take any arguments, got [\"false\"]";
        assert_eq!(
            refused("--allocate-node-cidrs false --feature-gates=X"),
            ("allocate-node-cidrs", words.to_owned())
        );
    }

    #[test]
    fn gates_are_looked_at_with_the_flags_or_behind_them() {
        let gate = "--feature-gates=MultiCIDRRangeAllocator=true --node-cidr-mask-size=x";
        let unknown = "unrecognized feature gate: MultiCIDRRangeAllocator";
        check(
            &V1_31,
            gate,
            &format!(
                "invalid argument \"MultiCIDRRangeAllocator=true\" for \"--feature-gates\" flag: \
                 {unknown}"
            ),
        );
        let size = "strconv.ParseInt: parsing \"x\": invalid syntax";
        check(
            &V1_32,
            gate,
            &format!("invalid argument \"x\" for \"--node-cidr-mask-size\" flag: {size}"),
        );
        check(&V1_32, "--feature-gates=MultiCIDRRangeAllocator=true", unknown);
        check(&V1_36, "--feature-gates=X", "missing bool value for X");
    }

    #[test]
    fn cluster_ranges_are_told_in_the_words_of_the_release() {
        check(&V1_36, DUAL, "10.244.0.0/16 /24 256; fd00:10:244::/56 /64 256");
        check(&V1_36, "--cluster-cidr=\" 10.244.7.0/16 \"", "10.244.0.0/16 /24 256");
        check(&V1_27, "", "invalid CIDR[0]: <nil> (invalid CIDR address: )");
        check(
            &V1_26,
            "--cluster-cidr=10.244.0.0/16,",
            "failed to parse cidr value:\"\" with error:invalid CIDR address: ",
        );
        let pair = "--cluster-cidr=10.244.0.0/16,10.245.0.0/16";
        let words = "len of ClusterCIDRs==2 and they are not configured as dual stack (at least one from \
                     each IPFamily";
        check(&V1_26, pair, words);
        check(&V1_25, pair, &format!("{words})"));
        let three = "--cluster-cidr=10.244.0.0/16,fd00::/56,10.245.0.0/16";
        check(&V1_26, three, "length of clusterCIDRs is:3 more than max allowed of 2");
        check(&V1_25, three, "len of clusters is:3 > more than max allowed of 2");
    }

    #[test]
    fn two_ranges_need_the_gate_while_there_is_one() {
        let words = "len of ClusterCIDRs==2 and dualstack or EndpointSlice feature is not enabled";
        let (on, off) =
            ("--feature-gates=IPv6DualStack=true", "--feature-gates=IPv6DualStack=false");
        let running = "10.244.0.0/16 /24 256; fd00:10:244::/56 /64 256";
        check(&V1_20, DUAL, words);
        check(&V1_20, &format!("{DUAL} {on}"), running);
        check(&V1_22, DUAL, running);
        check(&V1_22, &format!("{DUAL} {off}"), words);
        let services = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
        check(
            &V1_20,
            &format!("--cluster-cidr=10.244.0.0/16 {services}"),
            "secondary service cidr is provided and IPv6DualStack feature is not enabled",
        );
        check(
            &V1_23,
            &format!("{DUAL} {off}"),
            "invalid argument \"IPv6DualStack=false\" for \"--feature-gates\" flag: cannot set feature \
             gate IPv6DualStack to false, feature is locked to true",
        );
    }

    #[test]
    fn a_service_range_that_is_none_is_logged() {
        let flags = "--cluster-cidr=10.244.0.0/16 --service-cluster-ip-range=bogus,fd00::/112";
        let range = "10.244.0.0/16 /24 256";
        let old = "Unsuccessful parsing of service CIDR bogus: invalid CIDR address: bogus";
        check(&V1_26, flags, &format!("{range}; {old}"));
        let new = "\"Warning: unsuccessful parsing of service CIDR\" CIDR=\"bogus\" err=\"invalid CIDR \
                   address: bogus\"";
        check(&V1_36, flags, &format!("{range}; {new}"));
    }

    #[test]
    fn a_single_range_takes_the_mask_of_its_family_since_1_23() {
        let flags = "--cluster-cidr=fd00::/64 --node-cidr-mask-size-ipv6=80";
        check(&V1_23, flags, "fd00::/64 /80 65536");
        let words = "usage of --node-cidr-mask-size-ipv4 and --node-cidr-mask-size-ipv6 are not allowed \
                     with non dual-stack clusters";
        check(&V1_22, flags, words);
        check(&V1_22, &format!("{flags} --node-cidr-mask-size=80"), words);
        check(&V1_21, "--cluster-cidr=fd00::/64 --node-cidr-mask-size=0x50", "fd00::/64 /80 65536");
        check(
            &V1_36,
            "--cluster-cidr=fd00::/64 --node-cidr-mask-size-ipv4=24",
            "usage of --node-cidr-mask-size-ipv4 is not allowed for a single-stack IPv6 cluster",
        );
    }

    #[test]
    fn a_block_is_at_most_as_large_as_its_range() {
        let words = "Controller: Invalid --cluster-cidr, mask size of cluster CIDR must be less than or \
                     equal to --node-cidr-mask-size configured for CIDR family";
        for flags in [
            "--cluster-cidr=10.244.0.0/25",
            "--cluster-cidr=fd00::/65",
            "--cluster-cidr=10.0.0.0/8 --node-cidr-mask-size=-1",
            "--cluster-cidr=::ffff:10.244.0.0/112",
        ] {
            check(&V1_36, flags, words);
        }
        let error =
            started(&V1_36, &format!("--allocate-node-cidrs {DUAL} --node-cidr-mask-size-ipv6=48"));
        let error = error.expect_err("the second range is smaller").remove(0);
        assert_eq!((error.flag, error.entry), ("cluster-cidr", Some(1)));
    }

    #[test]
    fn an_allocator_that_asks_a_cloud_provider_does_not_start() {
        let of = |kind: &str| format!("--cluster-cidr=10.244.0.0/16 --cidr-allocator-type={kind}");
        let crash = "panic: runtime error: invalid memory address or nil pointer dereference";
        let refused = "--cidr-allocator-type is set to 'CloudAllocator' but cloud provider is not \
                       configured";
        check(&V1_26, &of("CloudAllocator"), crash);
        check(&V1_27, &of("CloudAllocator"), refused);
        check(&V1_30, &of("IPAMFromCluster"), crash);
        check(
            &V1_31,
            &of("IPAMFromCloud"),
            "Error trying to Init(): legacy cloud provider support disabled at build time",
        );
        let unknown = "invalid CIDR allocator type: MultiCIDRRangeAllocator";
        let multi = of("MultiCIDRRangeAllocator");
        check(
            &V1_28,
            &multi,
            &format!("{unknown}, feature gate MultiCIDRRangeAllocator must be enabled"),
        );
        let on = format!("{multi} --feature-gates=MultiCIDRRangeAllocator=true");
        check(&V1_28, &on, "10.244.0.0/16 /24 256");
        check(&V1_29, &multi, unknown);
    }
}
