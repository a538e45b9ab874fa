//! The configuration of a running API server: what a request meets.

use crate::net::{Cidr, Stack};
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
