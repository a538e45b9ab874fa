//! kube-apiserver: how it starts, and what it answers to a request.

pub mod allocators;
pub mod body;
pub mod default_service_cidr;
pub mod environment;
pub mod node;
pub mod patch;
pub mod registry;
pub mod repair;
pub mod requests;
pub mod service;
pub mod service_cidr;
pub mod startup;
