//! Which addresses shall a cluster have? What a range is, how much fits into it, which ranges meet, and a fresh
//! plan for all four components.
//!
//! | module | its question |
//! |---|---|
//! | [`explain`] | what does a text that should be a range mean, or where is it wrong? |
//! | [`registry`] | what is an address block set aside for, and by which RFC? |
//! | [`capacity`] | how many Nodes, Pods and Services fit? |
//! | [`ranges`] | which ranges do the components know, and where do they meet? |
//! | [`ruler`] | which stretch of all addresses is looked at, and where in it lies a range? |
//! | [`slider`] | what does kube-controller-manager make of an IPv6 range of each size? |
//! | [`ula`] | which unlike-any-other ranges can a new cluster have? |
//!
//! Invariants: nothing here fails, whatever the text, and nothing is by chance: random bits are handed in. What
//! a component would say comes from the component's own start-up (`boot`), never from here.

pub mod capacity;
pub mod explain;
pub mod ranges;
pub mod registry;
pub mod ruler;
pub mod slider;
pub mod ula;

use crate::api::field_path::FieldPath;
use crate::explain::rule::Rule;
use crate::explain::trace::{Effect, Fact, Step};

/// A step about no field.
fn step(rule: &'static Rule, facts: Vec<Fact>) -> Step {
    Step { rule, at: FieldPath::default(), facts, effect: Effect::Noted, origin: None }
}

/// How many numbers so many bits have: in digits where they can be read, or else as a power of two.
#[must_use]
pub fn count(bits: u8) -> String {
    if bits <= 32 { (1_u64 << bits).to_string() } else { format!("2^{bits}") }
}
