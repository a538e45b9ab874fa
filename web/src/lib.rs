//! The page of the Dual-Stack Playground: what a person types goes to the core, and what it answers
//! goes to the panes.

pub mod address;
pub mod answers;
pub mod app;
pub mod behind;
pub mod browser;
#[cfg(feature = "words")]
pub mod catalogue;
#[cfg(feature = "words")]
pub mod commands;
pub mod embed;
pub mod extras;
pub mod follow;
pub mod history;
pub mod output;
pub mod presets;
pub mod scenarios;
pub mod store;
pub mod text;
pub mod view;
pub mod visit;
pub mod words;

// Smaller than what the standard library brings, and no slower.
#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
