//! Prints the block of words that stands in the page, or with `cluster` the one that comes with that program.

use dualstack_web::words::{cluster_block, page_block};

fn main() {
    let is_cluster = std::env::args().nth(1).is_some_and(|block| block == "cluster");
    println!("{}", if is_cluster { cluster_block() } else { page_block() });
}
