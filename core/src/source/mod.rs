//! What a person typed: text into values with spans. Reading never fails.

pub mod decode;
pub mod edit;
pub mod flags;
pub mod parts;
pub mod position;
pub mod yaml;
