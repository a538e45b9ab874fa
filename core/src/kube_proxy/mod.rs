//! kube-proxy: how it starts, and which families it serves.

pub mod startup;
pub mod windows;
