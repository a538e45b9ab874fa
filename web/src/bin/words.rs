//! Prints the block of words that stands in the page.

fn main() {
    println!("{}", dualstack_web::words::block());
}
