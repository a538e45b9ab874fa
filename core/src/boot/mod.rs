//! Does the control plane start? Each component's flags and start-up checks.

pub mod apiserver;
pub mod controller_manager;
pub mod values;
