//! Which ranges do Nodes get, and which addresses do their Pods get?

pub mod host_local;
