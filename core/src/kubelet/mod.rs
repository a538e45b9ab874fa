//! The kubelet: how it starts, which addresses its Node reports, and which its Pods.

pub mod startup;
