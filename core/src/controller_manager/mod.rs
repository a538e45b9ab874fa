//! kube-controller-manager: how it starts, and which Pod CIDRs its node CIDR controller allocates.

pub mod cidr_set;
pub mod config;
pub mod range_allocator;
pub mod startup;
