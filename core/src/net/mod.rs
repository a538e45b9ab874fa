//! Addresses only: this folder knows nothing of Kubernetes objects.

pub mod cidr;
pub mod family;
pub mod go_parse;
pub mod pool;
pub mod runs;

pub use cidr::Cidr;
pub use family::{Family, Stack};
pub use runs::Runs;
