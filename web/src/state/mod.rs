//! What did the person type and choose, how was the page opened, and what does the core make of it? Plain Rust.

pub mod answers;
pub mod embed;
pub mod history;
pub mod link;
pub mod store;
pub mod visit;
