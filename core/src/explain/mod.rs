//! Why an answer is what it is: rules, the steps of a trace, diagnostics, texts in both languages, and how each
//! rule is known.

pub mod diagnostic;
pub mod evidence;
mod recorded;
pub mod rule;
pub mod text;
pub mod trace;
