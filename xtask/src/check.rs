//! `cargo xtask test`: everything CI checks, stage by stage, and nothing a developer cannot run.

use std::time::Instant;

use crate::process::{command, root, run};
use crate::tools::{
    WASM, chinese_font, chromium, firefox, minibrowser, npm_packages, require_node, wasm_target,
};
use crate::{Outcome, generate, site};

/// The most the wasm may weigh that a visit begins with, gzipped, in KiB.
const MOST_WASM: u64 = 220;
/// The most the rest of the page's program may weigh, gzipped, in KiB. It comes when the page is there.
const MOST_REST: u64 = 50;
/// The most that what is needed only sometimes may weigh, gzipped, in KiB.
const MOST_EXTRAS: u64 = 207;
/// The most that the cluster behind the Service may weigh, gzipped, in KiB. It comes when the page is there.
const MOST_CLUSTER: u64 = 355;
/// The most a first visit may load, gzipped, in KiB.
const MOST_FIRST_LOAD: u64 = 310;
/// The most the editor may weigh, gzipped, in KiB. It comes after the first visit's load.
const MOST_EDITOR: u64 = 127;
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
    let target = ["--no-default-features", "--target", WASM, "--", "-D", "warnings"];
    wasm_target()?;
    for (package, bin) in [
        ("dualstack-web", "dualstack-web"),
        ("dualstack-extras", "extras"),
        ("dualstack-web", "cluster"),
    ] {
        let clippy = ["clippy", "--quiet", "--package", package, "--bin", bin];
        cargo(&[&clippy[..], &target[..]].concat())?;
    }
    Ok(())
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
    if editor > MOST_EDITOR * 1024 {
        return Err(format!(
            "the editor has {editor} bytes gzipped; at most {MOST_EDITOR} KiB are allowed"
        ));
    }
    for (program, most) in [("rest", MOST_REST), ("extras", MOST_EXTRAS), ("cluster", MOST_CLUSTER)]
    {
        let mut size = 0;
        for (name, bytes) in site::program(program)? {
            println!("{:>8.1} KiB gz  {name}, later", bytes as f64 / 1024.0);
            size += bytes;
        }
        if size == 0 || size > most * 1024 {
            return Err(format!(
                "{program}, which is loaded later, has {size} bytes gzipped; at most {most} KiB are allowed"
            ));
        }
    }
    if wasm == 0 || wasm > MOST_WASM * 1024 {
        return Err(format!(
            "the wasm has {wasm} bytes gzipped; at most {MOST_WASM} KiB are allowed"
        ));
    }
    if total > MOST_FIRST_LOAD * 1024 {
        return Err(format!(
            "a first visit loads {total} bytes; at most {MOST_FIRST_LOAD} KiB are allowed"
        ));
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
                println!("left out, for want of a browser (apt-get install {packages}): {variable}")
            }
        }
    }
    run(smoke.current_dir(root().join("tests/browser")).arg("smoke/run.mjs"))
}
