//! Generated files, and the licences of what the site ships.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Outcome;
use crate::process::{self, command, output, read, root};
use crate::tools::{EDITOR, npm_packages};

/// Licences that may be shipped.
const ALLOWED: [&str; 6] =
    ["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-3-Clause", "Unicode-3.0", "Zlib"];

/// Licences that the tools of the build and of the tests may have beside.
const TOOLS_ONLY: [&str; 4] = ["MPL-2.0", "ISC", "BSD-2-Clause", "0BSD"];

/// Crates that the tree needs in two versions, and why.
const TWICE: [(&str, &str); 1] = [("thiserror", "yew and saphyr-parser are of different years")];

/// Every generated file with its text.
fn files() -> Outcome<Vec<(&'static str, String)>> {
    Ok(vec![
        ("core/RULES.md", dualstack_core::rules_markdown()),
        ("web/static/third-party.txt", notice(&shipped()?, &shipped_npm()?)),
    ])
}

/// Writes the generated files.
pub fn write() -> Outcome {
    // What coverage.rs checks. The rules' page, written below by this very program, is made of it.
    let mut recorded = command("cargo");
    recorded.args(["run", "--profile", "test", "--package", "dualstack-tests"]);
    let table = output(recorded.args(["--bin", "recorded"]))?;
    let file = root().join("core/src/explain/recorded.rs");
    if read(&file).ok().as_deref() != Some(&table) {
        process::write(&file, &table)?;
        println!("core/src/explain/recorded.rs");
        // This program still holds the old table.
        return process::run(command("cargo").args(["xtask", "gen"]));
    }
    for (name, text) in files()? {
        process::write(&root().join(name), &text)?;
        println!("{name}");
    }
    Ok(())
}

/// Says which generated files are stale, and whether what is shipped may be.
pub fn check() -> Outcome {
    for (name, text) in files()? {
        if read(&root().join(name)).ok().as_deref() != Some(&text) {
            return Err(format!("{name} is stale. Run: cargo xtask gen"));
        }
    }
    let packages: Vec<Package> = shipped()?.into_iter().chain(shipped_npm()?).collect();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for package in &packages {
        *versions.entry(&package.name).or_default() += 1;
        if !is_allowed(&package.licence) {
            return Err(format!("{} has the licence {}", package.name, package.licence));
        }
    }
    for (name, count) in versions {
        if count > 1 && !TWICE.iter().any(|(known, _)| *known == name) {
            return Err(format!("{name} is shipped in {count} versions"));
        }
    }
    npm_licences()
}

/// Most npm packages build and test the page and are no part of it, so a few more licences will do.
fn npm_licences() -> Outcome {
    for folder in ["web", EDITOR, "tests/browser"] {
        if let Some(package) = refused_npm(&lock_of(folder)?) {
            return Err(format!("{folder}: {package}"));
        }
    }
    Ok(())
}

fn lock_of(folder: &str) -> Outcome<Value> {
    let lock = read(&root().join(folder).join("package-lock.json"))?;
    serde_json::from_str(&lock).map_err(|error| error.to_string())
}

/// The npm packages that the editor is made of: all that are not only tools.
fn shipped_npm() -> Outcome<Vec<Package>> {
    npm_packages(EDITOR)?;
    let lock = lock_of(EDITOR)?;
    let packages = lock["packages"].as_object().into_iter().flatten();
    let shipped = packages.filter(|(path, it)| !path.is_empty() && it["dev"] != true);
    Ok(shipped
        .map(|(path, package)| Package {
            name: path.rsplit("node_modules/").next().unwrap_or_default().to_owned(),
            version: text(&package["version"]),
            licence: text(&package["license"]),
            folder: root().join(EDITOR).join(path),
        })
        .collect())
}

/// The first package of a lock file whose licence is not allowed, and that licence.
fn refused_npm(lock: &Value) -> Option<String> {
    let packages = lock["packages"].as_object()?;
    packages.iter().find_map(|(name, package)| {
        let licence = text(&package["license"]);
        let allowed = name.is_empty() || is_allowed(&licence) || TOOLS_ONLY.contains(&&*licence);
        (!allowed).then(|| format!("{name} has the licence {licence:?}"))
    })
}

/// Whether one alternative of a licence expression is allowed as a whole.
fn is_allowed(expression: &str) -> bool {
    let plain = expression.replace(['(', ')'], "").replace('/', " OR ");
    plain.split(" OR ").any(|choice| choice.split(" AND ").all(|one| ALLOWED.contains(&one.trim())))
}

/// A crate or npm package that is part of the site.
struct Package {
    name: String,
    version: String,
    licence: String,
    folder: PathBuf,
}

/// The crates that the page links: its normal dependencies, without macros.
fn shipped() -> Outcome<Vec<Package>> {
    let mut metadata = command("cargo");
    metadata.args(["metadata", "--format-version", "1", "--locked"]);
    metadata.args(["--filter-platform", "wasm32-unknown-unknown"]);
    let metadata: Value =
        serde_json::from_str(&output(&mut metadata)?).map_err(|error| error.to_string())?;
    let empty = Vec::new();
    let list = |value: &Value| value.as_array().unwrap_or(&empty).clone();
    let packages: BTreeMap<String, Value> = list(&metadata["packages"])
        .into_iter()
        .map(|package| (text(&package["id"]), package))
        .collect();
    let nodes: BTreeMap<String, Value> = list(&metadata["resolve"]["nodes"])
        .into_iter()
        .map(|node| (text(&node["id"]), node))
        .collect();
    let mut queue: Vec<String> = packages
        .iter()
        .filter(|(_, package)| text(&package["name"]) == "dualstack-web")
        .map(|(id, _)| id.clone())
        .collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    while let Some(id) = queue.pop() {
        let (Some(package), Some(node)) = (packages.get(&id), nodes.get(&id)) else { continue };
        let is_macro = list(&package["targets"])
            .iter()
            .any(|target| list(&target["kind"]).contains(&"proc-macro".into()));
        if is_macro || !seen.insert(id) {
            continue;
        }
        for dependency in list(&node["deps"]) {
            if list(&dependency["dep_kinds"]).iter().any(|kind| kind["kind"].is_null()) {
                queue.push(text(&dependency["pkg"]));
            }
        }
        if package["source"].is_string() {
            let manifest = PathBuf::from(text(&package["manifest_path"]));
            found.push(Package {
                name: text(&package["name"]),
                version: text(&package["version"]),
                licence: text(&package["license"]),
                folder: manifest.parent().map(Path::to_path_buf).unwrap_or_default(),
            });
        }
    }
    found.sort_by(|a, b| (&a.name, &a.version).cmp(&(&b.name, &b.version)));
    Ok(found)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The notice that the site shows: everything with its licence, then each licence text once.
fn notice(crates: &[Package], npm: &[Package]) -> String {
    let mut page = String::from(
        "Third-party software in the Dual-Stack Playground\n\
         =================================================\n\n\
         The WebAssembly module contains parts of the Rust standard library, copyright The Rust Project\n\
         contributors, and of the crates it is made with (compiler_builtins, dlmalloc, hashbrown and\n\
         others); all of them are used under MIT or Apache-2.0, the texts of which stand below. It also\n\
         contains these Rust crates:\n\n",
    );
    let mut texts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (at, package) in crates.iter().chain(npm).enumerate() {
        if at == crates.len() {
            page.push_str("\nThe editor (editor-….js) contains these npm packages:\n\n");
        }
        let title = format!("{} {}", package.name, package.version);
        page.push_str(&format!("{title}: {}\n", package.licence));
        for text in licence_texts(&package.folder) {
            texts.entry(text).or_default().push(title.clone());
        }
    }
    for (text, titles) in texts {
        let line = "-".repeat(72);
        page.push_str(&format!("\n{line}\n{}\n{line}\n\n{text}\n", titles.join(", ")));
    }
    page
}

fn licence_texts(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().to_uppercase());
            path.is_file()
                && name.is_some_and(|name| {
                    ["LICENSE", "LICENCE", "COPYING", "NOTICE"]
                        .iter()
                        .any(|it| name.starts_with(it))
                })
        })
        .collect();
    files.sort();
    let read = |path: &PathBuf| std::fs::read_to_string(path).ok();
    files.iter().filter_map(read).map(|text| text.replace('\r', "").trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{is_allowed, refused_npm};

    #[test]
    fn a_package_without_an_allowed_licence_is_named() {
        let lock = |licence: &str| json!({"packages": {"": {}, "a": {"license": licence}}});
        assert_eq!(refused_npm(&lock("MPL-2.0")), None);
        assert_eq!(refused_npm(&lock("GPL-3.0")), Some("a has the licence \"GPL-3.0\"".to_owned()));
        assert!(refused_npm(&json!({"packages": {"b": {}}})).is_some());
    }

    #[test]
    fn one_allowed_alternative_is_enough() {
        assert!(is_allowed("MIT OR GPL-3.0"));
        assert!(is_allowed("MIT/Apache-2.0"));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0"));
        assert!(!is_allowed("GPL-3.0"));
        assert!(!is_allowed("MIT AND GPL-3.0"));
    }
}
