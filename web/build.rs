//! Reads the files of `web/scenarios` into a list, so that adding one needs no code.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};

/// A file of `web/scenarios`, as far as the page shows it.
#[derive(Deserialize)]
struct Scenario {
    order: u32,
    task: String,
    title: Words,
    about: Words,
    outcome: String,
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
    /// The edits to try, in order.
    #[serde(default, rename = "try")]
    tries: Vec<Try>,
}

#[derive(Deserialize)]
struct Words {
    en: String,
    zh: String,
}

impl Words {
    fn code(&self) -> String {
        format!("Text {{ en: {:?}, zh: {:?} }}", self.en, self.zh)
    }
}

#[derive(Deserialize)]
struct Try {
    #[serde(flatten)]
    text: Words,
    #[serde(flatten)]
    edit: Edit,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Edit {
    Replace(String, String),
    Preset(String),
}

impl Try {
    fn code(&self) -> String {
        let edit = match &self.edit {
            Edit::Replace(from, to) => format!("Edit::Replace({from:?}, {to:?})"),
            Edit::Preset(name) => format!("Edit::Preset(Preset::{})", name.to_uppercase()),
        };
        format!("Try {{ text: {}, edit: {edit} }}", self.text.code())
    }
}

/// The name of a variant: `does-not-start` becomes `DoesNotStart`.
fn variant(name: &str) -> String {
    let word = |word: &str| word[..1].to_uppercase() + &word[1..];
    name.split('-').map(word).collect()
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
    for (id, scenario) in scenarios {
        let Scenario {
            task,
            title,
            about,
            outcome,
            flags,
            manifest,
            tries,
            opens_at,
            notes,
            then,
            ..
        } = scenario;
        let mut events = vec![json!({"restart": {"flags": flags}}), json!({"apply": manifest})];
        events.extend(then);
        let last = events.len() - 1;
        let opens_at = opens_at.unwrap_or(last);
        if opens_at > last || notes.len() > events.len() {
            return Err(format!("{id}: it has only {} events", events.len()).into());
        }
        let (title, about, events) = (title.code(), about.code(), serde_json::to_string(&events)?);
        let (task, outcome) = (variant(&task), variant(&outcome));
        let tries: Vec<String> = tries.iter().map(Try::code).collect();
        let notes: Vec<String> = notes.iter().map(Words::code).collect();
        list += &format!(
            "File {{ id: {id:?}, task: Task::{task}, title: {title}, about: {about}, outcome: Outcome::{outcome}, events: {events:?}, tries: &[{}], opens_at: {opens_at}, notes: &[{}] }},\n",
            tries.join(", "),
            notes.join(", ")
        );
    }
    list.push(']');
    std::fs::write(Path::new(&std::env::var("OUT_DIR")?).join("scenarios.rs"), list)?;
    Ok(())
}
