//! The page of the Dual-Stack Playground: what a person types goes to the core, and what it answers
//! goes to the panes.

pub mod address;
pub mod answers;
pub mod app;
pub mod browser;
pub mod catalogue;
pub mod commands;
pub mod embed;
pub mod follow;
pub mod history;
pub mod link;
pub mod output;
pub mod panes;
pub mod presets;
pub mod qr;
pub mod scenarios;
pub mod store;
pub mod text;
pub mod ui;
pub mod visit;
