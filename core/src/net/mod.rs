//! Addresses only: this folder knows nothing of Kubernetes objects.

pub mod bitmap;
pub mod cidr;
pub mod family;
pub mod go_parse;
pub mod intervals;
pub mod special;

pub use cidr::Cidr;
pub use family::{Family, Stack};
pub use intervals::Runs;
