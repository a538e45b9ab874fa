//! How fast is the core, here and in the browser's engine, and how fast is the page? `cargo xtask bench` prints
//! the figures of docs/performance.md.

use crate::process::{command, read, root, run};
use crate::tools::{Tools, WASM, chromium, npm_packages};
use crate::{Outcome, site};

/// Runs the benchmark on this machine, then in Node, built and shrunk as the page is; then types into the page.
pub fn bench() -> Outcome {
    let own = ["--package", "dualstack-tests", "--bin", "bench"];
    println!("Native:\n");
    run(command("cargo").args(["run", "--release", "--quiet"]).args(own))?;

    let tools = Tools::ready(true)?;
    let folder = root().join("target/bench");
    let mut cargo = tools.within("cargo");
    cargo.args(["build", "--quiet", "--profile", "wasm", "--target", WASM]).args(own);
    run(cargo.env("CARGO_TARGET_DIR", &folder))?;
    let built = folder.join(WASM).join("wasm/bench.wasm");
    let mut bindgen = tools.within("wasm-bindgen");
    run(bindgen.args(["--target", "nodejs", "--out-dir"]).args([&folder, &built]))?;
    let program = folder.join("bench_bg.wasm");
    let mut shrink = tools.within("wasm-opt");
    run(shrink.arg("-Oz").args(wasm_opt_params()?).arg(&program).arg("-o").arg(&program))?;
    println!("\nWebAssembly in Node:\n");
    run(command("node").arg(folder.join("bench.js")))?;

    site::build()?;
    npm_packages("tests/browser")?;
    println!("\nThe page in the browser:\n");
    let mut browser = command("node");
    if let Some(chromium) = chromium()? {
        browser.env("CHROMIUM", chromium);
    }
    run(browser.current_dir(root().join("tests/browser")).arg("bench.mjs"))
}

/// How the page's wasm is shrunk: what `index.html` tells Trunk.
fn wasm_opt_params() -> Outcome<Vec<String>> {
    let page = read(&root().join("index.html"))?;
    let params =
        page.split_once("data-wasm-opt-params=\"").and_then(|(_, rest)| rest.split_once('"'));
    let (params, _) = params.ok_or("index.html names no data-wasm-opt-params")?;
    Ok(params.split_whitespace().map(str::to_owned).collect())
}
