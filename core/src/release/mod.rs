//! What differs between the versions of Kubernetes? Versions are data: nothing outside this folder compares them.

pub mod behavior;
pub mod flags;
pub mod gates;
pub mod version;
