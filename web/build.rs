//! Reads the files of `web/scenarios` into a list, so that adding one needs no code.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

/// A file of `web/scenarios`, as far as the page shows it.
#[derive(Deserialize)]
struct Scenario {
    order: u32,
    title: Words,
    about: Words,
    flags: String,
    manifest: String,
    /// The event that it opens at, counted from 0; the last one where none is named.
    #[serde(rename = "opens-at")]
    opens_at: Option<usize>,
    /// What is written beside its events, in their order.
    #[serde(default)]
    notes: Vec<Words>,
    /// The events that follow, as `dualstack_core::session::action::Action` is written.
    #[serde(default)]
    then: Vec<Value>,
}

#[derive(Deserialize)]
struct Words {
    en: String,
    zh: String,
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // Asked now, not when this was compiled: the checkout may have moved.
    let folder = std::env::var("CARGO_MANIFEST_DIR")? + "/scenarios";
    println!("cargo::rerun-if-changed={folder}");
    let mut scenarios: Vec<(String, Scenario)> = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let scenario = serde_yaml::from_str(&std::fs::read_to_string(&path)?)
                .map_err(|error| format!("{}: {error}", path.display()))?;
            let id = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            scenarios.push((id, scenario));
        }
    }
    scenarios.sort_by(|(id, one), (other, next)| (one.order, id).cmp(&(next.order, other)));
    let mut list = String::from("&[\n");
    for (id, Scenario { title, about, flags, manifest, opens_at, notes, then, .. }) in scenarios {
        let mut events = vec![json!({"restart": {"flags": flags}}), json!({"apply": manifest})];
        events.extend(then);
        let last = events.len() - 1;
        let opens_at = opens_at.unwrap_or(last);
        if opens_at > last || notes.len() > events.len() {
            return Err(format!("{id}: it has only {} events", events.len()).into());
        }
        let text = |words: Words| format!("Text {{ en: {:?}, zh: {:?} }}", words.en, words.zh);
        let (title, about, events) = (text(title), text(about), serde_json::to_string(&events)?);
        let notes = notes.into_iter().map(text).collect::<Vec<_>>().join(", ");
        list += &format!(
            "File {{ id: {id:?}, title: {title}, about: {about}, events: {events:?}, opens_at: {opens_at}, notes: &[{notes}] }},\n"
        );
    }
    list.push(']');
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("scenarios.rs"), list)?;
    Ok(())
}
