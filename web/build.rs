//! Reads the scenario files into a table, so that adding one needs no code.

use std::fmt::Write;
use std::path::Path;

use serde::Deserialize;

#[derive(Deserialize)]
struct Scenario {
    order: u32,
    title: Words,
    about: Words,
    flags: String,
    manifest: String,
}

#[derive(Deserialize)]
struct Words {
    en: String,
    zh: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/scenarios");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut scenarios: Vec<(String, Scenario)> = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            let scenario = serde_yaml::from_str(&std::fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            scenarios.push((id, scenario));
        }
    }
    scenarios.sort_by_key(|(id, scenario)| (scenario.order, id.clone()));
    let mut table = String::from("&[\n");
    for (id, scenario) in &scenarios {
        let Scenario { title, about, flags, manifest, .. } = scenario;
        writeln!(
            table,
            "Scenario {{ id: {id:?}, title: Text {{ en: {:?}, zh: {:?} }}, about: Text {{ en: {:?}, \
             zh: {:?} }}, flags: {flags:?}, manifest: {manifest:?} }},",
            title.en, title.zh, about.en, about.zh
        )?;
    }
    table.push_str("]\n");
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("scenarios.rs"), table)?;
    Ok(())
}
