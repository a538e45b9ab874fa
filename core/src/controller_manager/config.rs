//! The configuration of a running node CIDR controller.

use crate::net::{Cidr, Family, Stack};
use crate::release::behavior::Behavior;

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
