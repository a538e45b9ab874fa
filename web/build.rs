//! Reads the scenario files into a list, so that adding one needs no code.

use std::path::Path;

use serde::{Deserialize, Serialize};

/// A file of `tests/scenarios`, as far as the page shows it.
#[derive(Deserialize, Serialize)]
struct Scenario {
    #[serde(skip_deserializing)]
    id: String,
    #[serde(skip_serializing)]
    order: u32,
    title: Words,
    about: Words,
    flags: String,
    manifest: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[serde(with = "serde_yaml::with::singleton_map_recursive")]
    then: Vec<Then>,
}

#[derive(Deserialize, Serialize)]
struct Words {
    en: String,
    zh: String,
}

/// What happens after the manifest was applied; one of these.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
enum Then {
    Apply(String),
    Restart(Restart),
    Patch(Patch),
    Delete(String),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Restart {
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    flags: String,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Patch {
    service: String,
    #[serde(rename = "type")]
    form: String,
    body: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Asked now, not when this was compiled: the checkout may have moved.
    let folder = std::env::var("CARGO_MANIFEST_DIR")? + "/../tests/scenarios";
    println!("cargo::rerun-if-changed={folder}");
    let mut scenarios: Vec<Scenario> = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let mut scenario: Scenario = serde_yaml::from_str(&std::fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            scenario.id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            scenarios.push(scenario);
        }
    }
    scenarios.sort_by(|one, next| (one.order, &one.id).cmp(&(next.order, &next.id)));
    // As part of a page: no text may end the script it stands in.
    let json = serde_json::to_string(&scenarios)?.replace('<', "\\u003c");
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("scenarios.json"), json)?;
    Ok(())
}
