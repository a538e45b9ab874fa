//! What does a request meet? The release, its behaviour and the ranges of the API server. And what
//! does a Node meet? Those of the controller manager.

use crate::net::{Cidr, Family, Stack};
pub use crate::release::behavior::AllocatorKind;
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;

/// The first and the last node port.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PortRange {
    /// First port.
    pub first: u16,
    /// Last port, included.
    pub last: u16,
}

impl Default for PortRange {
    /// `30000-32767`.
    fn default() -> Self {
        Self { first: 30000, last: 32767 }
    }
}

/// A range of which every Node gets a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NodeRange {
    /// An entry of `--cluster-cidr`.
    pub cidr: Cidr,
    /// The prefix length of a block. Nobody looks whether an address has so many bits.
    pub node_mask: u32,
}

impl NodeRange {
    /// How many Nodes get a block; `None` where kube-controller-manager refuses to keep so many
    /// (KCM-7): an IPv6 block is at most 16 bits longer than its range.
    /// Source: pkg/controller/nodeipam/ipam/cidrset/cidr_set.go NewCIDRSet.
    #[must_use]
    pub fn blocks(self) -> Option<u64> {
        match self.node_mask.checked_sub(self.cidr.prefix_len().into()) {
            None => Some(0),
            Some(more) if self.cidr.family() == Family::V6 && more > 16 => None,
            // Go shifts the one out of the number.
            Some(more) => Some(1_u64.checked_shl(more).unwrap_or(0)),
        }
    }
}

/// The configuration of a running node CIDR controller, a part of kube-controller-manager.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeIpamConfig {
    /// What differs between minors, with `--feature-gates` folded in.
    pub behavior: Behavior,
    /// `--cluster-cidr` in its order, with the mask of each family.
    pub cluster: Stack<NodeRange>,
    /// `--service-cluster-ip-range` as the controller manager read it: what Nodes must not get.
    pub services: Vec<Cidr>,
}

/// The configuration of a running API server.
#[derive(Clone, PartialEq, Debug)]
pub struct Env {
    /// The minor.
    pub version: KubeVersion,
    /// What differs between minors, with `--feature-gates` folded in.
    pub behavior: Behavior,
    /// The ranges of `--service-cluster-ip-range`, in its order.
    pub ranges: Stack<Cidr>,
    /// `--service-node-port-range`.
    pub node_ports: PortRange,
    /// Which code hands out cluster IPs.
    pub allocator: AllocatorKind,
    /// Every dynamic pick is a hash of this and of what asks.
    pub seed: u64,
}

impl Env {
    /// A release with its default gates.
    #[must_use]
    pub fn new(version: KubeVersion, ranges: Stack<Cidr>) -> Self {
        let behavior = Behavior::of(version);
        let allocator = behavior.allocator();
        Self { version, behavior, ranges, node_ports: PortRange::default(), allocator, seed: 0 }
    }
}
