//! What does the core answer to scenarios from somewhere else? Reads lines without `expect` on
//! standard input and writes them with `expect`, in order; a bad line becomes `{"error": …}`.

use std::io::{BufRead, BufWriter, Result, Write, stdin, stdout};

use dualstack_tests::replay::replay;

fn main() -> Result<()> {
    // A panic becomes the error of its line.
    std::panic::set_hook(Box::new(|_| {}));
    let mut output = BufWriter::new(stdout().lock());
    for line in stdin().lock().split(b'\n') {
        let line = line?;
        // A line that is no text is a bad line, not the end.
        let text = String::from_utf8_lossy(&line);
        if !text.trim().is_empty() {
            writeln!(output, "{}", replay(&text))?;
        }
    }
    output.flush()
}
