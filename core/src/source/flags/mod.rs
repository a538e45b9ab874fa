//! Flags: from the text that people paste to flags with spans, and back into the text.

pub mod boxes;
pub mod edit;
mod lexer;
pub mod table;

pub use lexer::*;
