//! Which ranges do Nodes get, and which addresses do their Pods get?

pub mod cidr_set;
pub mod host_local;
pub mod range_allocator;
