//! Prints the sheets of keys that stand in the page.

fn main() {
    print!("{}", dualstack_web::commands::sheets());
}
