//! Flags: from the text that people paste to flags with spans, and back into the text.

pub mod boxes;
mod charts;
pub mod edit;
mod frames;
mod lexer;
mod log_dump;
mod manifest;
mod programs;
pub mod table;
mod words;

pub use lexer::*;
