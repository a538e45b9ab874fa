//! The page of the Dual-Stack Playground.

fn main() {}
