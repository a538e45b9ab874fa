//! The page of the Dual-Stack Playground: what a person types goes to the core, and what it answers
//! goes to the panes.

pub mod address;
pub mod app;
pub mod browser;
pub mod catalogue;
pub mod commands;
pub mod follow;
pub mod output;
pub mod panes;
pub mod presets;
pub mod qr;
pub mod scenarios;
pub mod state;
pub mod text;
pub mod ui;
