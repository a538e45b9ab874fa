//! Plays a session without a browser: `playground --k8s 1.36 --flags FILE --apply FILE …`, in the order given.

use std::io::{Write as _, stdout};
use std::process::ExitCode;

use dualstack_tests::playground::{Options, play};

const USAGE: &str = "\
usage: playground [OPTION]…

Plays a session of the Dual-Stack Playground. Options are carried out in the order given:

  --k8s VERSION    the release from here on (without it the newest); a running cluster restarts
  --flags FILE     the programs start with this text; again: they restart
  --apply FILE     kubectl apply -f FILE
  --create FILE    kubectl create -f FILE
  --replace FILE   kubectl replace -f FILE
  --delete FILE    kubectl delete -f FILE
  --explain        adds the rules that decided each step

Without --flags at the beginning the programs start with those of the page's first example.
Prints each command with what the terminal shows, then every stored object, each behind a line `---`.
The exit status is that of the last command; 2 if an option or a file cannot be read.
";

fn main() -> ExitCode {
    let arguments: Vec<String> =
        std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    if arguments.iter().any(|it| it == "--help" || it == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match Options::read(arguments, &read) {
        Ok(options) => {
            let played = play(&options);
            // Whoever reads it may stop reading.
            let _ = stdout().write_all(played.text.as_bytes());
            ExitCode::from(played.status)
        }
        Err(problem) => {
            eprintln!("playground: {problem}\nTry --help.");
            ExitCode::from(2)
        }
    }
}

/// Reads a file.
fn read(name: &str) -> Result<String, String> {
    let bytes = std::fs::read(name).map_err(|error| format!("{name}: {error}"))?;
    String::from_utf8(bytes).map_err(|_| format!("{name} is not UTF-8 text"))
}
