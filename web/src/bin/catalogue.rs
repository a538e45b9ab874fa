//! Prints what may stand in the editors, for the editor's file.

fn main() {
    println!("{}", dualstack_web::catalogue::print());
}
