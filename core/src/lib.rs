//! What Kubernetes answers to dual-stack Services, as one pure function.

pub mod api;
pub mod behavior;
pub mod boot;
pub mod cluster;
pub mod diag;
pub mod env;
pub mod net;
pub mod patch;
pub mod path;
pub mod pools;
pub mod rule;
pub mod scenario;
pub mod service;
pub mod source;
pub mod span;
pub mod status;
pub mod text;
pub mod trace;
pub mod version;
