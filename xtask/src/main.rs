//! `cargo xtask serve | test | build | screenshots | bench | gen | drift`: the project's commands. Each installs what it
//! lacks by itself.

mod bench;
mod check;
mod drift;
mod generate;
mod process;
mod site;
mod tools;

use std::process::ExitCode;

/// What went wrong, in one line for a person.
type Outcome<T = ()> = Result<T, String>;

const USAGE: &str = "usage: cargo xtask <command>

  serve          build the page, serve it, rebuild on change
  test           everything CI checks
  build          write the static site to dist/
  screenshots    take pictures of the built page, for a person to look at
  bench          measure, and write docs/performance.md
  gen [--check]  write the generated files, or say which are stale
  drift OLD NEW  compare what rules name as their source in two source trees of Kubernetes";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match words.as_slice() {
        ["serve"] => site::serve(),
        ["build"] => site::build(),
        ["test"] => check::test(),
        ["screenshots"] => check::screenshots(),
        ["bench"] => bench::bench(),
        ["gen"] => generate::write(),
        ["gen", "--check"] => generate::check(),
        ["drift", old, new] => drift::drift(old, new),
        // Started by `serve` beside Trunk.
        ["announce", port] => site::announce(port),
        // Called by Trunk when it has built a page (see Trunk.toml).
        ["finish"] => site::finish(),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
