//! `cargo xtask test`: everything CI checks, stage by stage, and nothing a developer cannot run.

use std::time::Instant;

use crate::process::{command, root, run};
use crate::tools::{
    WASM, chinese_font, chromium, firefox, minibrowser, npm_packages, require_node, wasm_target,
};
use crate::{Outcome, generate, site};

/// The most that all wasm may weigh, gzipped, in KiB.
const MOST_WASM: u64 = 975;
/// The most a first visit may load, gzipped, in KiB.
const MOST_FIRST_LOAD: u64 = 1005;
/// The most a visitor can load, the editor included, gzipped, in KiB.
const MOST_IN_ALL: u64 = 1130;
/// The most requests a first visit may make.
const MOST_REQUESTS: usize = 8;

/// What the titles of specs begin with that take pictures.
const SCREENSHOTS: &str = "pictures of the page";

/// A stage's name and what it does.
type Stage = (&'static str, fn() -> Outcome);

/// Runs all stages; the first that fails ends the run.
pub fn test() -> Outcome {
    let stages: [Stage; 9] = [
        ("format", || cargo(&["fmt", "--all", "--check"])),
        ("lints", || {
            let strict = ["--", "-D", "warnings"];
            cargo(&[&["clippy", "--workspace", "--all-targets", "--quiet"], &strict[..]].concat())
        }),
        ("lints of the page", page_lints),
        // In one build: what several stages ask for is compiled once per set of packages and profile.
        ("tests", || cargo(&["test", "--quiet", "--workspace"])),
        ("generated files and licences", generate::check),
        ("site", site::build),
        ("size", size),
        ("browser", browser),
        ("Firefox and WebKit", other_browsers),
    ];
    // Before minutes of what comes first.
    require_node()?;
    let mut done = Vec::new();
    for (name, stage) in stages {
        eprintln!("== {name}");
        let start = Instant::now();
        stage().map_err(|error| format!("{error}\nxtask: {name} failed"))?;
        done.push((name, start.elapsed().as_secs()));
    }
    for (name, seconds) in &done {
        println!("{seconds:>5} s  {name}");
    }
    println!("xtask: {} passed, 0 failed", done.len());
    Ok(())
}

fn cargo(arguments: &[&str]) -> Outcome {
    run(command("cargo").args(arguments))
}

/// The page as the browser gets it: code behind `cfg(target_arch = "wasm32")` is only seen here.
fn page_lints() -> Outcome {
    wasm_target()?;
    let clippy = ["clippy", "--quiet", "--package", "dualstack-web", "--bin", "dualstack-web"];
    cargo(&[&clippy[..], &["--target", WASM, "--", "-D", "warnings"]].concat())
}

fn size() -> Outcome {
    let files = site::first_load()?;
    let mut total = 0;
    let mut wasm = 0;
    for (name, bytes) in &files {
        println!("{:>8.1} KiB gz  {name}", *bytes as f64 / 1024.0);
        total += bytes;
        if name.ends_with(".wasm") {
            wasm += bytes;
        }
    }
    println!("{:>8.1} KiB gz  in {} requests", total as f64 / 1024.0, files.len());
    let (name, editor) = site::editor()?;
    println!("{:>8.1} KiB gz  {name}, later", editor as f64 / 1024.0);
    for (what, bytes, most) in [
        ("the wasm", wasm, MOST_WASM),
        ("a first visit", total, MOST_FIRST_LOAD),
        ("everything", total + editor, MOST_IN_ALL),
    ] {
        if bytes == 0 || bytes > most * 1024 {
            return Err(format!(
                "{what} has {bytes} bytes gzipped; at most {most} KiB are allowed"
            ));
        }
    }
    if files.len() > MOST_REQUESTS {
        return Err(format!(
            "a first visit makes {} requests; {MOST_REQUESTS} are allowed",
            files.len()
        ));
    }
    Ok(())
}

fn browser() -> Outcome {
    playwright(&["--grep-invert", SCREENSHOTS])
}

/// Takes pictures of the page that `dist/` holds, for a person to look at.
pub fn screenshots() -> Outcome {
    chinese_font();
    playwright(&["--project", "editor", "--grep", SCREENSHOTS])?;
    println!("The pictures are in {}", root().join("tests/browser/screenshots").display());
    Ok(())
}

fn playwright(options: &[&str]) -> Outcome {
    npm_packages("tests/browser")?;
    let mut playwright = command("npx");
    playwright.current_dir(root().join("tests/browser")).args(["playwright", "test"]).args(options);
    if let Some(chromium) = chromium()? {
        playwright.env("CHROMIUM", chromium);
    }
    run(&mut playwright)
}

/// One journey in Firefox and one in WebKit, where they are installed or can be.
fn other_browsers() -> Outcome {
    npm_packages("tests/browser")?;
    let mut smoke = command("xvfb-run");
    smoke.args(["--auto-servernum", "--server-args=-screen 0 1600x1000x24", "node"]);
    let (firefox, webkit) = (firefox(), minibrowser());
    if webkit.is_none() {
        smoke = command("node");
    }
    for (variable, found, packages) in [
        ("FIREFOX", firefox, "firefox-esr"),
        ("MINIBROWSER", webkit, "webkit2gtk-driver xvfb xauth"),
    ] {
        match found {
            Some(program) => _ = smoke.env(variable, program),
            None => {
                println!(
                    "left out, for want of a browser (apt-get install {packages}): {variable}"
                );
            }
        }
    }
    run(smoke.current_dir(root().join("tests/browser")).arg("smoke/run.mjs"))
}
