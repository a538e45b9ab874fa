//! Which range does a Node get, and who holds the others? Rules KCM-8 to KCM-14.
//! Source: pkg/controller/nodeipam/ipam/range_allocator.go.
//!
//! The real controller works on 30 Nodes at once, so that of Nodes that are made together any may come
//! first. Here they come in the order in which they are made.

use std::collections::BTreeMap;
use std::fmt;
use std::rc::Rc;

use crate::api::field_path::FieldPath;
use crate::api::status::Status;
use crate::apiserver::node as pod_cidrs;
use crate::controller_manager::cidr_set::{Block, CidrSet, CidrSetError};
use crate::controller_manager::config::NodeIpamConfig;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Effect, Origin, Step, Trace};
use crate::facts;
use crate::net::Cidr;
use crate::net::go_parse::parse_cidr;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{CLUSTER_CIDR, SERVICE_CLUSTER_IP_RANGE};

rules! {
    /// A Node gets a block.
    NODE_GETS_NEXT_BLOCK {
        id: "KCM-8a", slug: "node-gets-the-next-block",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go AllocateNext",
        evidence: Recorded,
        fidelity: Fidelity::Chosen(Text {
            en: "The real controller processes 30 Nodes at once, so Nodes that are created together may be processed in any order; here they are processed in the order of their creation.",
            zh: "真实的控制器同时处理 30 个节点，因此同时创建的节点的处理顺序不定；此处按创建顺序处理。",
        }),
        facts: [node, block, cluster],
        en: "{node} is allocated {block}, the next free node Pod CIDR of {cluster} after the last one allocated. Released ones are reused only after the end of the range is reached, and each address family is counted separately.",
        zh: "为 {node} 分配 {block}，即 {cluster} 中上次分配之后的下一个空闲节点 Pod CIDR。已释放的要等到达范围末尾后才会重新使用；两个地址族分别计数。",
    }
    /// A Node is gone.
    BLOCK_IS_FREED {
        id: "KCM-8b", slug: "block-of-a-deleted-node-is-freed",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go ReleaseCIDR",
        evidence: Recorded,
        facts: [node, block],
        en: "{node} is deleted, so {block} is released.",
        zh: "{node} 已删除，因此释放 {block}。",
    }
    /// Blocks that Services use.
    SERVICE_RANGE_IS_CUT_OUT {
        id: "KCM-9", slug: "service-range-is-cut-out",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go filterOutServiceRange",
        evidence: Recorded,
        facts: [service, cluster, blocks],
        en: "The Service CIDR {service} overlaps {cluster}: none of the {blocks} node Pod CIDRs that it overlaps is allocated, however small the overlap is.",
        zh: "Service CIDR {service} 与 {cluster} 重叠：与它重叠的 {blocks} 个节点 Pod CIDR 都不会分配给节点，无论重叠部分多小。",
    }
    /// No block is left.
    NO_BLOCK_IS_LEFT {
        id: "KCM-10a", slug: "no-node-block-is-left",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go AllocateOrOccupyCIDR",
        evidence: Recorded,
        facts: [node, cluster],
        en: "No node Pod CIDR of {cluster} is free, so {node} is allocated none of either address family. The controller keeps retrying; deleting a Node releases one.",
        zh: "{cluster} 已没有空闲的节点 Pod CIDR，因此 {node} 分配不到任何地址族的 Pod CIDR。控制器会不断重试；删除节点可以释放 Pod CIDR。",
    }
    /// Blocks that are no ranges.
    BLOCK_HAS_NO_ADDRESSES {
        id: "KCM-10b", slug: "node-mask-is-longer-than-an-address",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go updateCIDRsAllocation",
        evidence: SourceRead,
        facts: [node, cluster],
        en: "The mask size for {cluster} is longer than an address, and no component checked it. The resulting node Pod CIDRs are invalid (they print as `<nil>`), so {node} can neither get nor keep one.",
        zh: "{cluster} 的掩码长度超过了地址长度，而没有组件检查过。由此得到的节点 Pod CIDR 无效（显示为 `<nil>`），因此 {node} 既得不到也保留不了。",
    }
    /// A block that nobody holds.
    BLOCK_LEAKS {
        id: "KCM-11", slug: "block-of-the-first-family-leaks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go AllocateOrOccupyCIDR",
        evidence: Recorded,
        facts: [node, block],
        en: "{block} was allocated to {node} before the other address family failed, and is not released: every retry leaks one more. A restart of kube-controller-manager recovers them.",
        zh: "在另一个地址族分配失败之前，{block} 已分配给 {node}，且不会被释放：每次重试都会再泄漏一个。重启 kube-controller-manager 可以恢复它们。",
    }
    /// A Node with ranges.
    RANGE_IS_KEPT {
        id: "KCM-12a", slug: "range-of-an-existing-node-is-kept",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go occupyCIDRs",
        evidence: Recorded,
        facts: [node, range],
        en: "{node} already has {range}: it keeps it, and the node Pod CIDRs that it covers are marked as allocated.",
        zh: "{node} 已有 {range}：予以保留，并将其覆盖的节点 Pod CIDR 标记为已分配。",
    }
    /// More ranges than there are cluster ranges.
    RANGE_HAS_NO_CLUSTER_RANGE {
        id: "KCM-12b", slug: "node-has-more-ranges-than-the-cluster",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go occupyCIDRs",
        evidence: Recorded,
        facts: [node, range],
        en: "{node} has {range}, and `--cluster-cidr` no longer has an entry at that position. While Nodes have two Pod CIDRs the cluster cannot return to one: delete such Nodes first.",
        zh: "{node} 已有 {range}，而 `--cluster-cidr` 在该位置已没有条目。只要节点仍有两个 Pod CIDR，集群就不能退回到一个：请先删除这些节点。",
    }
    /// A range outside.
    RANGE_LIES_OUTSIDE {
        id: "KCM-12c", slug: "range-of-a-node-lies-outside",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go occupyCIDRs",
        evidence: Recorded,
        facts: [node, range, cluster],
        en: "{node} has {range}, which is not inside {cluster}, the entry of `--cluster-cidr` at that position. The order of the entries matters, and a Pod CIDR may be enlarged, but not replaced.",
        zh: "{node} 已有 {range}，它不在 {cluster}（`--cluster-cidr` 在该位置的条目）之内。条目的顺序有意义；Pod CIDR 可以扩大，但不能替换。",
    }
    /// A text that is no range.
    RANGE_DOES_NOT_PARSE {
        id: "KCM-12d", slug: "range-of-a-node-does-not-parse",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go occupyCIDRs",
        evidence: SourceRead,
        facts: [node, range],
        en: "{node} has {range}, which is not a CIDR.",
        zh: "{node} 的 {range} 不是 CIDR。",
    }
    /// A Node that keeps to one family.
    NODE_STAYS_SINGLE_STACK {
        id: "KCM-13", slug: "node-stays-single-stack",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go AllocateOrOccupyCIDR",
        evidence: SourceRead,
        facts: [node],
        en: "{node} was allocated its only Pod CIDR before the cluster had two, and never gets the second. Delete it and let it register again; new Nodes get both.",
        zh: "{node} 在集群拥有两个 Pod CIDR 之前分配到了唯一的一个，之后不会再获得第二个。请删除它并让其重新注册；新节点会获得两个。",
    }
    /// A range of another size than today's blocks.
    RANGE_HAS_ANOTHER_SIZE {
        id: "KCM-14", slug: "range-has-another-size-than-blocks",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/cidrset/cidr_set.go Occupy",
        evidence: Recorded,
        facts: [range, blocks, mask],
        en: "{range} was allocated with a different mask size. It covers {blocks} node Pod CIDRs of the current mask size {mask}, each as a whole.",
        zh: "{range} 是以不同的掩码长度分配的。它覆盖 {blocks} 个当前掩码长度 {mask} 的节点 Pod CIDR，每个都整体占用。",
    }
}

/// An event about a Node, as the controller records it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeEvent {
    /// Why.
    pub reason: &'static str,
    /// What `kubectl describe node` shows.
    pub message: String,
}

impl NodeEvent {
    /// Source: pkg/controller/util/node/controller_utils.go RecordNodeStatusChange.
    fn status_is_now(node: &str, reason: &'static str) -> Self {
        Self { reason, message: format!("Node {node} status is now: {reason}") }
    }

    /// Even a failure is `Normal`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        "Normal"
    }
}

impl fmt::Display for NodeEvent {
    /// `<type> <reason> <message>`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.kind(), self.reason, self.message)
    }
}

/// One decision about a Node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decision {
    /// It gets a block.
    Allocated {
        /// The block.
        block: Cidr,
        /// The entry of `--cluster-cidr` it is of.
        cluster: Cidr,
    },
    /// Its block is free again.
    Freed(Cidr),
    /// No block of the entry is left.
    NoneLeft(Cidr),
    /// The blocks of the entry are no ranges.
    NoAddresses(Cidr),
    /// The block was taken for nothing.
    Leaked(Cidr),
    /// It keeps its range.
    Kept(Cidr),
    /// That range is not of the size of a block.
    OtherSize {
        /// The range.
        range: Cidr,
        /// How many blocks it touches.
        blocks: u64,
        /// The prefix length of a block.
        mask: u32,
    },
    /// Its range stands where `--cluster-cidr` has no entry.
    NoClusterRange(String),
    /// Its range lies outside the entry.
    Outside {
        /// The range.
        range: Cidr,
        /// The entry.
        cluster: Cidr,
    },
    /// What it has is no range.
    NoRange(String),
    /// It has one range, and the cluster two.
    StaysSingle,
}

/// What one look at a Node came to.
#[derive(Clone, PartialEq, Debug)]
pub struct Outcome {
    /// The Node.
    pub node: Rc<str>,
    /// `spec.podCIDRs` afterwards.
    pub pod_cidrs: Rc<[String]>,
    /// What is recorded for it.
    pub event: Option<NodeEvent>,
    /// What is logged, and the reason to look again ([`NodeIpam::resync`]).
    pub error: Option<String>,
    /// How it came to that, in order.
    pub decisions: Vec<Decision>,
}

impl Outcome {
    fn new(node: Rc<str>, pod_cidrs: Rc<[String]>) -> Self {
        Self { node, pod_cidrs, event: None, error: None, decisions: Vec::new() }
    }

    fn fail(&mut self, decision: Decision, error: String) {
        self.decisions.push(decision);
        self.error = Some(error);
    }

    /// Records the decisions as steps; their origins are flags of kube-controller-manager. Nobody needs
    /// that of all Nodes of a large cluster, so it is not done by the way.
    pub fn explain(&self, trace: &mut Trace) {
        let node = self.node.as_ref();
        for decision in &self.decisions {
            let (rule, facts): (&'static Rule, _) = match decision {
                Decision::Allocated { block, cluster } => {
                    (&NODE_GETS_NEXT_BLOCK, facts![node, block, cluster])
                }
                Decision::Freed(block) => (&BLOCK_IS_FREED, facts![node, block]),
                Decision::NoneLeft(cluster) => (&NO_BLOCK_IS_LEFT, facts![node, cluster]),
                Decision::NoAddresses(cluster) => (&BLOCK_HAS_NO_ADDRESSES, facts![node, cluster]),
                Decision::Leaked(block) => (&BLOCK_LEAKS, facts![node, block]),
                Decision::Kept(range) => (&RANGE_IS_KEPT, facts![node, range]),
                Decision::OtherSize { range, blocks, mask } => {
                    (&RANGE_HAS_ANOTHER_SIZE, facts![range, blocks, mask = u64::from(*mask)])
                }
                Decision::NoClusterRange(range) => {
                    (&RANGE_HAS_NO_CLUSTER_RANGE, facts![node, range])
                }
                Decision::Outside { range, cluster } => {
                    (&RANGE_LIES_OUTSIDE, facts![node, range, cluster])
                }
                Decision::NoRange(range) => (&RANGE_DOES_NOT_PARSE, facts![node, range]),
                Decision::StaysSingle => (&NODE_STAYS_SINGLE_STACK, facts![node]),
            };
            let effect = match decision {
                Decision::Allocated { block, .. } => {
                    Effect::Allocated { value: block.to_string().into() }
                }
                Decision::NoneLeft(_)
                | Decision::NoAddresses(_)
                | Decision::NoClusterRange(_)
                | Decision::Outside { .. }
                | Decision::NoRange(_) => Effect::Rejected,
                _ => Effect::Noted,
            };
            let origin = (effect == Effect::Rejected).then_some(Origin::Flag(CLUSTER_CIDR));
            trace.push(Step { rule, at: FieldPath::spec("podCIDRs"), facts, effect, origin });
        }
    }
}

/// Why the node CIDR controller does not start.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refusal {
    /// The error with which kube-controller-manager exits.
    pub message: String,
    /// The Node whose ranges do not fit.
    pub node: Option<Rc<str>>,
}

/// The node CIDR controller, with what it has given out. A clone shares everything until one of the two
/// changes.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeIpam {
    config: Rc<NodeIpamConfig>,
    state: Rc<State>,
}

#[derive(Clone, PartialEq, Debug)]
struct State {
    /// The blocks of each entry of `--cluster-cidr`.
    sets: Vec<CidrSet>,
    /// `spec.podCIDRs` of each Node.
    nodes: BTreeMap<Rc<str>, Rc<[String]>>,
    /// Whom a block was taken for in vain, by entry and number.
    leaks: BTreeMap<(usize, u64), Rc<str>>,
}

impl NodeIpam {
    /// Starts the controller in a cluster with these Nodes and their `spec.podCIDRs`; those that have none
    /// get theirs when they are looked at ([`Self::resync`]). The trace tells of Service ranges, and of
    /// Nodes whose ranges are not simply kept.
    ///
    /// # Errors
    /// A Node whose ranges do not fit, or a range of too many blocks (which kube-controller-manager has
    /// refused before): the process exits.
    pub fn start<'a>(
        config: &NodeIpamConfig,
        existing: impl IntoIterator<Item = (&'a str, &'a [String])>,
        trace: &mut Trace,
    ) -> Result<Self, Refusal> {
        let sets = config.cluster.iter().map(|(_, range)| CidrSet::new(*range));
        let sets = sets.collect::<Result<_, _>>();
        let sets = sets.map_err(|error| Refusal { message: error.to_string(), node: None })?;
        let mut state = State { sets, nodes: BTreeMap::new(), leaks: BTreeMap::new() };
        for service in &config.services {
            state.filter_out_service_range(*service, trace);
        }
        for (name, pod_cidrs) in existing {
            let (name, pod_cidrs): (Rc<str>, Rc<[String]>) = (name.into(), pod_cidrs.into());
            state.nodes.insert(Rc::clone(&name), Rc::clone(&pod_cidrs));
            let mut outcome = Outcome::new(name, pod_cidrs);
            state.occupy_cidrs(&mut outcome);
            if !outcome.decisions.iter().all(|decision| matches!(decision, Decision::Kept(_))) {
                outcome.explain(trace);
            }
            if let Some(message) = outcome.error {
                return Err(Refusal { message, node: Some(outcome.node) });
            }
        }
        Ok(Self { config: Rc::new(config.clone()), state: Rc::new(state) })
    }

    /// A Node is made, with ranges of its own or without. One that is there already is looked at again.
    pub fn add(&mut self, name: &str, pod_cidrs: &[String]) -> Outcome {
        if self.state.nodes.contains_key(name) {
            return self.resync(name);
        }
        let (name, pod_cidrs): (Rc<str>, Rc<[String]>) = (name.into(), pod_cidrs.into());
        let state = Rc::make_mut(&mut self.state);
        state.nodes.insert(Rc::clone(&name), Rc::clone(&pod_cidrs));
        let outcome = Outcome::new(name, pod_cidrs);
        state.allocate_or_occupy_cidr(&self.config, outcome)
    }

    /// A Node is looked at again: after a failure, or because something about it changed.
    pub fn resync(&mut self, name: &str) -> Outcome {
        let Some((name, pod_cidrs)) = self.state.nodes.get_key_value(name) else {
            return Outcome::new(name.into(), Rc::default());
        };
        let outcome = Outcome::new(Rc::clone(name), Rc::clone(pod_cidrs));
        if !outcome.pod_cidrs.is_empty() && !self.config.behavior.marks_ranges_again {
            return outcome;
        }
        Rc::make_mut(&mut self.state).allocate_or_occupy_cidr(&self.config, outcome)
    }

    /// What a start makes of the ranges that a Node has: for those who ask why. Nothing changes.
    #[must_use]
    pub fn kept(&self, name: &str) -> Outcome {
        let Some((name, pod_cidrs)) = self.state.nodes.get_key_value(name) else {
            return Outcome::new(name.into(), Rc::default());
        };
        let mut outcome = Outcome::new(Rc::clone(name), Rc::clone(pod_cidrs));
        State::clone(&self.state).occupy_cidrs(&mut outcome);
        outcome
    }

    /// A Node is deleted.
    pub fn release(&mut self, name: &str) -> Outcome {
        let Some((name, pod_cidrs)) = self.state.nodes.get_key_value(name) else {
            return Outcome::new(name.into(), Rc::default());
        };
        let (name, pod_cidrs) = (Rc::clone(name), Rc::clone(pod_cidrs));
        Rc::make_mut(&mut self.state).release_cidr(name, &pod_cidrs)
    }

    /// The configuration it was started with.
    #[must_use]
    pub fn config(&self) -> &NodeIpamConfig {
        &self.config
    }

    /// The Nodes with their `spec.podCIDRs`, by name.
    pub fn nodes(&self) -> impl Iterator<Item = (&Rc<str>, &Rc<[String]>)> {
        self.state.nodes.iter()
    }

    /// The Nodes that have no ranges yet, by name.
    pub fn waiting(&self) -> impl Iterator<Item = &Rc<str>> {
        self.nodes().filter(|(_, pod_cidrs)| pod_cidrs.is_empty()).map(|(name, _)| name)
    }

    /// How many more Nodes get ranges: as many as the scarcer family has blocks left.
    #[must_use]
    pub fn room(&self) -> u64 {
        let left = |set: &CidrSet| set.blocks().saturating_sub(set.taken());
        self.state.sets.iter().map(left).min().unwrap_or(0)
    }

    /// What became of each entry of `--cluster-cidr`, in its order.
    #[must_use]
    pub fn ranges(&self) -> Vec<RangeUse> {
        let sets = self.state.sets.iter().enumerate();
        sets.map(|(index, set)| self.state.range_use(index, set, &self.config.services)).collect()
    }
}

impl State {
    /// KCM-9. Source: filterOutServiceRange.
    fn filter_out_service_range(&mut self, service: Cidr, trace: &mut Trace) {
        for set in &mut self.sets {
            let cluster = set.cluster();
            // What lies outside is passed over, and an error would only be logged.
            if let Ok(Some((first, last))) = set.indices(service)
                && set.occupy(service).is_ok()
            {
                let facts = facts![service, cluster, blocks = last - first + 1];
                let at = FieldPath::default();
                let step = trace.note(&SERVICE_RANGE_IS_CUT_OUT, at, facts);
                trace.because(step, Origin::Flag(SERVICE_CLUSTER_IP_RANGE));
            }
        }
    }

    /// KCM-12 to KCM-14. What was marked before an error stays marked. Source: occupyCIDRs.
    fn occupy_cidrs(&mut self, outcome: &mut Outcome) {
        let (node, texts) = (Rc::clone(&outcome.node), Rc::clone(&outcome.pod_cidrs));
        for (i, text) in texts.iter().enumerate() {
            let Some(range) = parse_cidr(text).map(|read| Cidr::new(read.net)) else {
                let words = format!("failed to parse node {node}, CIDR {}", texts[0]);
                return outcome.fail(Decision::NoRange(text.clone()), words);
            };
            let Some(set) = self.sets.get_mut(i) else {
                let words = no_cluster_range(&node, text, i);
                return outcome.fail(Decision::NoClusterRange(text.clone()), words);
            };
            if let Err(error) = set.occupy(range) {
                let words = format!(
                    "failed to mark cidr[{range}] at idx [{i}] as occupied for node: {node}: {error}"
                );
                return outcome.fail(outside(error, range, set.cluster()), words);
            }
            outcome.decisions.push(Decision::Kept(range));
            let mask = set.node_mask();
            if u32::from(range.prefix_len()) != mask
                && let Ok(Some((first, last))) = set.indices(range)
            {
                let blocks = last - first + 1;
                outcome.decisions.push(Decision::OtherSize { range, blocks, mask });
            }
        }
        if texts.len() == 1 && self.sets.len() > 1 {
            outcome.decisions.push(Decision::StaysSingle);
        }
    }

    /// KCM-8, KCM-10, KCM-11. Source: AllocateOrOccupyCIDR, updateCIDRsAllocation.
    fn allocate_or_occupy_cidr(
        &mut self,
        config: &NodeIpamConfig,
        mut outcome: Outcome,
    ) -> Outcome {
        if !outcome.pod_cidrs.is_empty() {
            self.occupy_cidrs(&mut outcome);
            return outcome;
        }
        let mut blocks = Vec::with_capacity(self.sets.len());
        for (i, set) in self.sets.iter_mut().enumerate() {
            match set.allocate_next() {
                Ok(block) => blocks.push(block),
                Err(error) => {
                    let cluster = set.cluster();
                    self.leak(&blocks, &mut outcome);
                    let event = NodeEvent::status_is_now(&outcome.node, "CIDRNotAvailable");
                    outcome.event = Some(event);
                    let words =
                        format!("failed to allocate cidr from cluster cidr at idx:{i}: {error}");
                    outcome.fail(Decision::NoneLeft(cluster), words);
                    return outcome;
                }
            }
        }
        let print = |block: &Block| block.cidr.map_or("<nil>".to_owned(), |cidr| cidr.to_string());
        let texts: Rc<[String]> = blocks.iter().map(print).collect();
        if blocks.iter().any(|block| block.cidr.is_none()) {
            self.take_back(&blocks, &texts, config, &mut outcome);
            return outcome;
        }
        for (set, block) in self.sets.iter().zip(&blocks) {
            let cluster = set.cluster();
            outcome
                .decisions
                .extend(block.cidr.map(|block| Decision::Allocated { block, cluster }));
        }
        self.nodes.insert(Rc::clone(&outcome.node), Rc::clone(&texts));
        outcome.pod_cidrs = texts;
        outcome
    }

    /// KCM-11: nobody gives these blocks back.
    fn leak(&mut self, blocks: &[Block], outcome: &mut Outcome) {
        for (i, block) in blocks.iter().enumerate() {
            self.leaks.insert((i, block.index), Rc::clone(&outcome.node));
            outcome.decisions.extend(block.cidr.map(Decision::Leaked));
        }
    }

    /// The API server refuses what the blocks print as, so they are given back. Source:
    /// updateCIDRsAllocation.
    fn take_back(
        &mut self,
        blocks: &[Block],
        texts: &[String],
        config: &NodeIpamConfig,
        outcome: &mut Outcome,
    ) {
        let causes = pod_cidrs::validate(&config.behavior, texts, &mut Trace::default());
        let refusal = Status::invalid("Node", &outcome.node, causes).message;
        outcome.event = Some(NodeEvent::status_is_now(&outcome.node, "CIDRAssignmentFailed"));
        outcome.error = Some(format!("failed to patch node CIDR: {refusal}"));
        for (i, (set, block)) in self.sets.iter_mut().zip(blocks).enumerate() {
            match block.cidr {
                Some(cidr) => drop(set.release(cidr)),
                // A range without a mask is taken for all of them.
                None => {
                    set.release_all();
                    self.leaks.retain(|(entry, _), _| *entry != i);
                    outcome.decisions.push(Decision::NoAddresses(set.cluster()));
                }
            }
        }
    }

    /// What was freed before an error stays free. Source: ReleaseCIDR.
    fn release_cidr(&mut self, node: Rc<str>, texts: &[String]) -> Outcome {
        self.nodes.remove(&node);
        let mut outcome = Outcome::new(Rc::clone(&node), Rc::default());
        for (i, text) in texts.iter().enumerate() {
            let Some(range) = parse_cidr(text).map(|read| Cidr::new(read.net)) else {
                let why = format!("invalid CIDR address: {text}");
                let words = format!("failed to parse CIDR {text} on Node {node}: {why}");
                outcome.fail(Decision::NoRange(text.clone()), words);
                return outcome;
            };
            let Some(set) = self.sets.get_mut(i) else {
                let words = no_cluster_range(&node, text, i);
                outcome.fail(Decision::NoClusterRange(text.clone()), words);
                return outcome;
            };
            if let Err(error) = set.release(range) {
                let words = format!("error when releasing CIDR {text}: {error}");
                outcome.fail(outside(error, range, set.cluster()), words);
                return outcome;
            }
            if let Ok(Some((first, last))) = set.indices(range) {
                self.leaks
                    .retain(|(entry, block), _| *entry != i || *block < first || last < *block);
            }
            outcome.decisions.push(Decision::Freed(range));
        }
        outcome
    }

    fn range_use(&self, index: usize, set: &CidrSet, services: &[Cidr]) -> RangeUse {
        let mut held = Vec::new();
        let mut hold = |range: Cidr, by: Holder| {
            // A Node may have freed what others still believe they hold.
            if let Ok(Some((first, last))) = set.indices(range)
                && set.is_taken(first)
            {
                held.push(Held { range, first, last, by });
            }
        };
        for service in services {
            hold(*service, Holder::Service);
        }
        for (node, texts) in &self.nodes {
            if let Some(read) = texts.get(index).and_then(|text| parse_cidr(text)) {
                hold(Cidr::new(read.net), Holder::Node(Rc::clone(node)));
            }
        }
        for ((entry, block), node) in &self.leaks {
            if *entry == index
                && let Some(range) = set.block(*block)
            {
                hold(range, Holder::Nobody { taken_for: Rc::clone(node) });
            }
        }
        held.sort_by_key(|held| held.first);
        RangeUse {
            cluster: set.cluster(),
            node_mask: set.node_mask(),
            blocks: set.blocks(),
            taken: set.taken(),
            upcoming: set.upcoming().and_then(|block| block.cidr),
            held,
        }
    }
}

fn no_cluster_range(node: &str, text: &str, i: usize) -> String {
    format!(
        "node:{node} has an allocated cidr: {text} at index:{i} that does not exist in cluster cidrs \
         configuration"
    )
}

fn outside(error: CidrSetError, range: Cidr, cluster: Cidr) -> Decision {
    match error {
        CidrSetError::OutOfRange(..) => Decision::Outside { range, cluster },
        _ => Decision::NoAddresses(cluster),
    }
}

/// What became of an entry of `--cluster-cidr`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RangeUse {
    /// The entry.
    pub cluster: Cidr,
    /// The prefix length of a block.
    pub node_mask: u32,
    /// How many blocks there are: for so many Nodes it lasts.
    pub blocks: u64,
    /// How many are taken.
    pub taken: u64,
    /// The block that the next Node gets, if one is left.
    pub upcoming: Option<Cidr>,
    /// Who holds what, by the first block; a Service range may overlap others.
    pub held: Vec<Held>,
}

/// Taken blocks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Held {
    /// What is held: mostly one block, but a Service range and the range of an old Node have any size.
    pub range: Cidr,
    /// The first block it touches.
    pub first: u64,
    /// The last block it touches.
    pub last: u64,
    /// Who holds it.
    pub by: Holder,
}

/// Who holds blocks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Holder {
    /// This Node.
    Node(Rc<str>),
    /// A Service range, which Nodes must not get.
    Service,
    /// Nobody: they leaked (KCM-11).
    Nobody {
        /// The Node they were taken for in vain.
        taken_for: Rc<str>,
    },
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Holder, NodeIpam, Refusal};
    use crate::controller_manager::config::{NodeIpamConfig, NodeRange};
    use crate::explain::trace::Trace;
    use crate::net::go_parse::parse_cidr;
    use crate::net::{Cidr, Stack};
    use crate::release::behavior::{Behavior, V1_29, V1_36};

    fn cidr(text: &str) -> Cidr {
        Cidr::new(parse_cidr(text).expect("a range").net)
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn config(behavior: &Behavior, cluster: &[(&str, u32)], services: &[&str]) -> NodeIpamConfig {
        let range = |(text, node_mask): (&str, u32)| NodeRange { cidr: cidr(text), node_mask };
        let first = range(cluster[0]);
        let family = first.cidr.family();
        let cluster = match cluster.get(1) {
            Some(second) => Stack::dual(family, first, range(*second)),
            None => Stack::single(family, first),
        };
        let services = services.iter().map(|text| cidr(text)).collect();
        NodeIpamConfig { behavior: behavior.clone(), cluster, services }
    }

    fn start(config: &NodeIpamConfig, existing: &[(&str, &[&str])]) -> Result<NodeIpam, Refusal> {
        let existing: Vec<(&str, Vec<String>)> =
            existing.iter().map(|(name, list)| (*name, texts(list))).collect();
        let existing = existing.iter().map(|(name, list)| (*name, list.as_slice()));
        NodeIpam::start(config, existing, &mut Trace::default())
    }

    const DUAL: [(&str, u32); 2] = [("10.244.0.0/16", 24), ("fd00:10:244::/56", 64)];

    /// `10.244.0.0/24 by a`, for each entry of `--cluster-cidr`.
    fn held(ipam: &NodeIpam) -> Vec<Vec<String>> {
        let by = |by: &Holder| match by {
            Holder::Node(node) => format!("by {node}"),
            Holder::Service => "by Services".to_owned(),
            Holder::Nobody { taken_for } => format!("taken for {taken_for}"),
        };
        let print = |it: &super::Held| format!("{} {}", it.range, by(&it.by));
        ipam.ranges().iter().map(|range| range.held.iter().map(print).collect()).collect()
    }

    #[test]
    fn the_families_of_a_node_need_not_have_the_same_number() {
        let mut ipam = start(&config(&V1_36, &DUAL, &["10.244.0.0/24"]), &[]).expect("it starts");
        assert_eq!(*ipam.add("a", &[]).pod_cidrs, texts(&["10.244.1.0/24", "fd00:10:244::/64"]));
        assert_eq!(
            held(&ipam),
            [
                vec!["10.244.0.0/24 by Services", "10.244.1.0/24 by a"],
                vec!["fd00:10:244::/64 by a"]
            ]
        );
        assert_eq!(ipam.room(), 254);
        assert_eq!(ipam.ranges()[0].upcoming, Some(cidr("10.244.2.0/24")));
    }

    #[test]
    fn a_node_that_fails_burns_a_block_each_time_until_a_restart() {
        let ranges = [("10.244.0.0/22", 24), ("fd00:10:244::/64", 64)];
        let config = config(&V1_36, &ranges, &[]);
        let mut ipam = start(&config, &[]).expect("it starts");
        ipam.add("a", &[]);
        let before = ipam.clone();
        assert!(ipam.add("b", &[]).error.is_some());
        assert!(ipam.resync("b").pod_cidrs.is_empty());
        assert_eq!(
            held(&ipam)[0],
            ["10.244.0.0/24 by a", "10.244.1.0/24 taken for b", "10.244.2.0/24 taken for b"]
        );
        assert_eq!(before.ranges()[0].taken, 1, "a clone is not touched");
        ipam.resync("b");
        let error = ipam.resync("b").error.expect("the first family is used up as well");
        assert!(
            error.starts_with("failed to allocate cidr from cluster cidr at idx:0: "),
            "{error}"
        );

        let nodes: Vec<_> = ipam.nodes().map(|(name, list)| (&**name, &**list)).collect();
        let again = NodeIpam::start(&config, nodes, &mut Trace::default()).expect("it starts");
        assert_eq!(held(&again)[0], ["10.244.0.0/24 by a"]);
    }

    #[test]
    fn a_node_of_one_family_keeps_to_it() {
        let config = config(&V1_36, &DUAL, &[]);
        let mut ipam = start(&config, &[("old", &["10.244.3.0/24"])]).expect("it starts");
        let outcome = ipam.resync("old");
        assert_eq!((outcome.pod_cidrs.len(), outcome.error), (1, None));
        ipam.release("old");
        assert_eq!(ipam.add("old", &[]).pod_cidrs.len(), 2);
    }

    #[test]
    fn nodes_that_do_not_fit_keep_the_controller_from_starting() {
        let refused = |cluster: &[(&str, u32)], pod_cidrs: &[&str]| {
            let started = start(&config(&V1_36, cluster, &[]), &[("old-1", pod_cidrs)]);
            started.expect_err("a refusal").message
        };
        let both = ["10.244.0.0/24", "fd00:10:244::/64"];
        assert_eq!(
            refused(&DUAL[..1], &both),
            "node:old-1 has an allocated cidr: fd00:10:244::/64 at index:1 that does not exist in \
             cluster cidrs configuration"
        );
        assert_eq!(
            refused(&[DUAL[1], DUAL[0]], &both),
            "failed to mark cidr[10.244.0.0/24] at idx [0] as occupied for node: old-1: cidr \
             10.244.0.0/24 is out the range of cluster cidr fd00:10:244::/56"
        );
        assert_eq!(refused(&DUAL, &["x", "y"]), "failed to parse node old-1, CIDR x");
    }

    #[test]
    fn another_mask_makes_a_range_of_several_blocks_or_a_part_of_one() {
        let config = config(&V1_36, &[("10.244.0.0/16", 25)], &[]);
        let old: [(&str, &[&str]); 2] =
            [("wide", &["10.244.0.0/24"]), ("narrow", &["10.244.1.0/26"])];
        let ipam = start(&config, &old).expect("it starts");
        assert_eq!(ipam.ranges()[0].taken, 3);
        let blocks: Vec<_> = ipam.ranges()[0].held.iter().map(|it| (it.first, it.last)).collect();
        assert_eq!(blocks, [(0, 1), (2, 2)]);
    }

    #[test]
    fn what_a_node_frees_may_be_held_by_others() {
        let config = config(&V1_36, &DUAL[..1], &["10.244.9.0/24"]);
        let mut ipam = start(&config, &[]).expect("it starts");
        assert_eq!(ipam.add("greedy", &texts(&["10.244.9.0/24"])).error, None);
        ipam.release("greedy");
        assert_eq!((ipam.ranges()[0].taken, held(&ipam)), (0, vec![vec![]]));
    }

    #[test]
    fn a_node_whose_ranges_lie_outside_is_told_whenever_it_is_looked_at() {
        let outside = texts(&["192.168.0.0/24"]);
        let mut ipam = start(&config(&V1_36, &DUAL[..1], &[]), &[]).expect("it starts");
        let error = ipam.add("a", &outside).error.expect("it lies outside");
        assert_eq!(ipam.resync("a").error.as_ref(), Some(&error));
        let error = ipam.release("a").error.expect("it still does");
        assert_eq!(
            error,
            "error when releasing CIDR 192.168.0.0/24: cidr 192.168.0.0/24 is out the range of cluster \
             cidr 10.244.0.0/16"
        );
        assert_eq!(ipam.nodes().count(), 0);

        let mut old = start(&config(&V1_29, &DUAL[..1], &[]), &[]).expect("it starts");
        assert!(old.add("a", &outside).error.is_some());
        assert_eq!(old.resync("a").error, None, "up to 1.29 a Node with ranges is left alone");
    }

    #[test]
    fn a_mask_longer_than_an_address_is_refused_by_the_api_server() {
        let config = config(&V1_36, &[("10.244.0.0/16", 33), DUAL[1]], &[]);
        let mut ipam = start(&config, &[]).expect("it starts");
        let outcome = ipam.add("a", &[]);
        let event = outcome.event.expect("an event").to_string();
        assert_eq!(event, "Normal CIDRAssignmentFailed Node a status is now: CIDRAssignmentFailed");
        let error = outcome.error.expect("a refusal");
        let words = "failed to patch node CIDR: Node \"a\" is invalid: [spec.podCIDRs[0]: Invalid value: \
                     \"<nil>\": must be a valid CIDR value, ";
        assert!(error.starts_with(words), "{error}");
        assert_eq!(ipam.ranges().iter().map(|range| range.taken).collect::<Vec<_>>(), [0, 0]);
    }

    #[test]
    fn a_name_that_is_unknown_changes_nothing() {
        let ipam = start(&config(&V1_36, &DUAL, &[]), &[]).expect("it starts");
        let mut other = ipam.clone();
        assert_eq!((other.release("x").error, other.resync("x").error), (None, None));
        assert_eq!(other, ipam);
    }

    /// Upstream's loops over bitmaps, and the Nodes as the API server has them.
    struct Naive {
        used: [Vec<bool>; 2],
        next: [usize; 2],
        nodes: BTreeMap<String, Option<[usize; 2]>>,
    }

    impl Naive {
        fn sync(&mut self, node: &str) -> Option<[usize; 2]> {
            let held = self.nodes.get_mut(node)?;
            if held.is_none() {
                let mut got = [0; 2];
                let families = self.used.iter_mut().zip(&mut self.next).zip(&mut got);
                for ((used, next), got) in families {
                    let count = used.len();
                    let free = (0..count).map(|i| (*next + i) % count).find(|i| !used[*i])?;
                    used[free] = true;
                    *next = (free + 1) % count;
                    *got = free;
                }
                *held = Some(got);
            }
            *held
        }
    }

    #[test]
    fn it_gives_out_what_upstreams_loops_give_out() {
        let mut state = 5_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        // Services take block 3 of the first family; the second is scarcer.
        let ranges = [("10.0.0.0/20", 24), ("fd00::/61", 64)];
        let config = config(&V1_36, &ranges, &["10.0.3.128/25", "fd01::/112"]);
        let mut ipam = start(&config, &[]).expect("it starts");
        let mut naive =
            Naive { used: [vec![false; 16], vec![false; 8]], next: [0; 2], nodes: BTreeMap::new() };
        naive.used[0][3] = true;
        for _ in 0..5_000 {
            let node = format!("n{}", random(14));
            match random(8) {
                0..4 => {
                    naive.nodes.entry(node.clone()).or_default();
                    let expect = naive.sync(&node).map(|[v4, v6]| {
                        let v6 = if v6 == 0 { "fd00::/64" } else { &format!("fd00:0:0:{v6}::/64") };
                        texts(&[&format!("10.0.{v4}.0/24"), v6])
                    });
                    let got = ipam.add(&node, &[]);
                    assert_eq!(got.error.is_none(), expect.is_some());
                    assert_eq!(*got.pod_cidrs, expect.unwrap_or_default());
                }
                4..7 => {
                    for (family, block) in
                        naive.nodes.remove(&node).flatten().into_iter().flatten().enumerate()
                    {
                        naive.used[family][block] = false;
                    }
                    ipam.release(&node);
                }
                // A restart finds what leaked, and begins at the start.
                _ if random(10) == 0 => {
                    let nodes: Vec<_> =
                        ipam.nodes().map(|(name, list)| (&**name, &**list)).collect();
                    let again = NodeIpam::start(&config, nodes, &mut Trace::default());
                    ipam = again.expect("what was given out fits");
                    naive.used = [vec![false; 16], vec![false; 8]];
                    naive.used[0][3] = true;
                    naive.next = [0; 2];
                    for (family, block) in
                        naive.nodes.values().flatten().flat_map(|held| held.iter().enumerate())
                    {
                        naive.used[family][*block] = true;
                    }
                }
                _ => {}
            }
            for (range, used) in ipam.ranges().iter().zip(&naive.used) {
                // Who holds a block is known of every one, and nobody holds one twice.
                let held: Vec<usize> = range.held.iter().map(|held| held.first as usize).collect();
                assert!(held.into_iter().eq((0..used.len()).filter(|block| used[*block])));
            }
        }
    }
}
