//! Prints `core/src/explain/recorded.rs`.

use dualstack_tests::witness::{recorded, table};

fn main() -> Result<(), String> {
    print!("{}", table(&recorded()?));
    Ok(())
}
