//! `cargo xtask serve | test | build | bench | gen`.

fn main() {}
