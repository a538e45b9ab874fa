//! `cargo xtask bench`: measures the core on this machine and in Node, and the page in Chromium; writes the tables of
//! docs/performance.md, and fails where a figure misses its limit.

use crate::process::{command, output, read, root, run, write};
use crate::tools::{Tools, WASM, chromium, npm_packages};
use crate::{Outcome, site};

/// The file, and what the tables stand between in it.
const PAGE: &str = "docs/performance.md";
const MARKERS: [&str; 2] = ["<!-- cargo xtask bench -->", "<!-- end of the tables -->"];

/// Measures everything and writes it down.
pub fn bench() -> Outcome {
    let tools = Tools::ready(true)?;
    // First, so that nothing is compiled once something is measured.
    let node = core_in_node(&tools)?;
    site::build()?;
    npm_packages("tests/browser")?;
    let chromium = chromium()?;
    let own = ["--release", "--package", "dualstack-tests", "--bin", "bench"];
    run(command("cargo").arg("build").args(own))?;

    eprintln!("Measuring the core on this machine, then in Node (about a minute)");
    let native = output(command("cargo").args(["run", "--quiet"]).args(own))?;
    let wasm = output(command("node").arg(node))?;
    eprintln!("Measuring the page in Chromium (about two minutes)");
    let mut browser = command("node");
    if let Some(chromium) = chromium {
        browser.env("CHROMIUM", chromium);
    }
    browser.current_dir(root().join("tests/browser")).arg("bench.mjs");
    let page = output(&mut browser)?;

    let tables = format!(
        "{}\n\n## The page\n\n{}\n\n## The core, in WebAssembly\n\n{}\n\n## The core, native\n\n{}",
        measured_on()?,
        page.trim(),
        wasm.trim(),
        native.trim()
    );
    println!("{tables}");
    let file = root().join(PAGE);
    write(&file, &filled(&read(&file)?, &tables)?)?;
    let misses: Vec<&str> = tables.lines().filter(|line| misses(line)).collect();
    if misses.is_empty() {
        return Ok(());
    }
    Err(format!("Beyond their limits:\n{}", misses.join("\n")))
}

/// The benchmark of the core for Node, built and shrunk as the page is.
fn core_in_node(tools: &Tools) -> Outcome<std::path::PathBuf> {
    let folder = root().join("target/bench");
    let mut cargo = tools.within("cargo");
    cargo.args(["build", "--profile", "wasm", "--target", WASM]);
    cargo.args(["--package", "dualstack-tests", "--bin", "bench"]);
    run(cargo.env("CARGO_TARGET_DIR", &folder))?;
    let built = folder.join(WASM).join("wasm/bench.wasm");
    let mut bindgen = tools.within("wasm-bindgen");
    run(bindgen.args(["--target", "nodejs", "--out-dir"]).args([&folder, &built]))?;
    let program = folder.join("bench_bg.wasm");
    let mut shrink = tools.within("wasm-opt");
    shrink.args(wasm_opt(&read(&root().join("index.html"))?)?);
    run(shrink.arg(&program).arg("-o").arg(&program))?;
    Ok(folder.join("bench.js"))
}

/// How the page's wasm is shrunk: what `index.html` tells Trunk.
fn wasm_opt(page: &str) -> Outcome<Vec<String>> {
    let value = |name: &str| {
        let (_, rest) = page.split_once(&format!("{name}=\""))?;
        Some(rest.split_once('"')?.0)
    };
    let level = value("data-wasm-opt").ok_or("index.html names no data-wasm-opt")?;
    let more = value("data-wasm-opt-params").unwrap_or_default();
    let all = std::iter::once(format!("-O{level}"));
    Ok(all.chain(more.split_whitespace().map(str::to_owned)).collect())
}

/// When this is measured, and by what.
fn measured_on() -> Outcome<String> {
    let said = |program: &str, argument: &str| output(command(program).arg(argument));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let rustc = said("rustc", "--version")?;
    Ok(format!(
        "Measured on {} on a machine with {cores} cores; {}, Node {}.",
        said("date", "+%F")?.trim(),
        rustc.split(" (").next().unwrap_or_default(),
        said("node", "--version")?.trim()
    ))
}

/// The page with these tables in place of the last ones.
fn filled(page: &str, tables: &str) -> Outcome<String> {
    let [start, end] = MARKERS;
    let before = page.split_once(start).map(|(before, _)| before);
    let after = page.split_once(end).map(|(_, after)| after);
    let (before, after) =
        before.zip(after).ok_or_else(|| format!("{PAGE} has to hold {start} and {end}"))?;
    Ok(format!("{before}{start}\n\n{tables}\n\n{end}{after}"))
}

/// Whether a row of a table has a limit in its last cell and more in its second.
fn misses(row: &str) -> bool {
    let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
    let limit = cells.last().and_then(|cell| cell.strip_prefix('≤'));
    match (cells.get(1), limit) {
        (Some(figure), Some(limit)) => match (quantity(figure), quantity(limit)) {
            (Some(figure), Some(limit)) => figure > limit,
            // What cannot be read holds nothing.
            _ => true,
        },
        _ => false,
    }
}

/// A time in nanoseconds, or a size in bytes.
fn quantity(text: &str) -> Option<f64> {
    let (number, unit) = text.trim().split_once(' ')?;
    let scale = match unit {
        "ns" => 1.0,
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        "KiB" => 1024.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}

#[cfg(test)]
mod tests {
    use super::{filled, misses, wasm_opt};

    #[test]
    fn the_second_cell_is_held_against_the_last() {
        assert!(!misses("| a key | 7.9 ms | 1 s | ≤ 8 ms |"));
        assert!(misses("| a key | 8.1 ms | 1 ms | ≤ 8 ms |"));
        assert!(!misses("| next | 199 ns | 1 ns | ≤ 0.2 µs |"));
        assert!(misses("| next | fast | ≤ 200 ns |"));
        assert!(!misses("| no limit | 8.1 ms | 1 ms |  |"));
        assert!(!misses("| --- | --- | --- |"));
        assert!(!misses("Measured on some day."));
    }

    #[test]
    fn the_last_tables_are_replaced() {
        let page = "Before\n<!-- cargo xtask bench -->\nold\n<!-- end of the tables -->\nAfter";
        let page = filled(page, "new").expect("the markers are there");
        assert!(
            page.starts_with("Before\n<") && page.contains("new") && page.ends_with(">\nAfter")
        );
        assert!(!page.contains("old"));
        assert!(filled("no markers", "new").is_err());
    }

    #[test]
    fn the_options_of_the_page_are_those_of_the_bench() {
        let page = "data-wasm-opt=\"s\" data-wasm-opt-params=\"--a --b\"";
        assert_eq!(
            wasm_opt(page).as_deref(),
            Ok(["-Os", "--a", "--b"].map(str::to_owned).as_slice())
        );
        let page = "data-wasm-opt=\"z\"";
        assert_eq!(wasm_opt(page).as_deref(), Ok(["-Oz".to_owned()].as_slice()));
        assert!(wasm_opt("").is_err());
    }
}
