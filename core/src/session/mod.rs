//! From a session to everything the page shows. The only folder that knows the whole order.

pub mod action;
pub mod diff;
pub mod provenance;
pub mod replay;
