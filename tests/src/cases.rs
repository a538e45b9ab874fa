//! Which texts do people really bring? The folders of `tests/cases`, made after public reports, and the examples of the
//! page.

use std::fs;
use std::path::{Path, PathBuf};

use dualstack_core::session::action::Action;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::playground::Options;

/// A case: a folder with texts and `steps`, the options of the program `playground` that bring them, one a line.
pub struct Case {
    /// The name of the folder.
    pub name: String,
    /// The folder.
    pub folder: PathBuf,
    /// What is done.
    pub options: Options,
}

fn sorted(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    paths.sort();
    paths
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Every case, by name.
///
/// # Panics
/// A case cannot be read.
#[must_use]
pub fn all() -> Vec<Case> {
    let folders = sorted(&Path::new(env!("CARGO_MANIFEST_DIR")).join("cases"));
    let folders = folders.into_iter().filter(|it| it.is_dir());
    folders
        .map(|folder| {
            let read = |name: &str| {
                fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"))
            };
            let steps = read("steps").and_then(|steps| {
                Options::read(steps.split_whitespace().map(str::to_owned), &read)
            });
            match steps {
                Ok(options) => Case { name: stem(&folder), folder, options },
                Err(error) => panic!("{}: {error}", folder.display()),
            }
        })
        .collect()
}

/// The events of every example of the page, by name.
///
/// # Panics
/// An example cannot be read.
#[must_use]
pub fn scenarios() -> Vec<(String, Vec<Action>)> {
    #[derive(Deserialize)]
    struct Scenario {
        flags: String,
        manifest: String,
        #[serde(default)]
        then: Vec<Value>,
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/scenarios");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        let Scenario { flags, manifest, then } = serde_yaml::from_str(&text).ok()?;
        let first = [json!({"restart": {"flags": flags}}), json!({"apply": manifest})];
        let events = first.into_iter().chain(then).map(serde_json::from_value);
        Some((stem(&path), events.collect::<Result<_, _>>().ok()?))
    };
    let files = sorted(&folder).into_iter();
    files.map(|path| read(path.clone()).unwrap_or_else(|| panic!("{}", path.display()))).collect()
}
