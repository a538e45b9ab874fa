//! What did the person type and choose, how was the page opened, and what does the core make of it? Plain Rust, which
//! knows neither the browser nor Yew.

pub mod answers;
pub mod choices;
pub mod comparison;
pub mod deeds;
pub mod documents;
pub mod embed;
pub mod errors;
pub mod fixes;
pub mod found;
pub mod history;
pub mod link;
pub mod navigation;
pub mod news;
pub mod pace;
pub mod pods;
pub mod repository;
pub mod restarts;
pub mod saved;
pub mod shared;
pub mod store;
pub mod terminal;
pub mod text_change;
pub mod update;
pub mod verdict;
pub mod visit;
