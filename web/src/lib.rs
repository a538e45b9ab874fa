//! The page of the Dual-Stack Playground: what a person types goes to the core, and what it answers
//! goes to the panes.

pub mod app;
pub mod browser;
pub mod catalogue;
pub mod effects;
pub mod examples;
pub mod i18n;
pub mod page;
pub mod panes;
pub mod presets;
pub mod shortcuts;
pub mod state;
pub mod ui;
