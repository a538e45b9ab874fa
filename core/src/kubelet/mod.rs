//! The kubelet: how it starts, which addresses its Node reports, and which its Pods.

pub mod node_addresses;
pub mod pod_ips;
pub mod startup;
