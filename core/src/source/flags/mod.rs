//! Flags: from the text that people paste to flags with spans, and back into the text.

pub mod boxes;
pub(crate) mod edit;
mod lexer;

pub use lexer::*;
