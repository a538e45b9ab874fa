//! `cargo xtask drift OLD NEW`: which functions that rules name as their source differ between two source trees of
//! Kubernetes? A new version is read along this list.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dualstack_core::all_rules;
use dualstack_core::explain::rule::Upstream;

use crate::Outcome;
use crate::process::read;

/// What became of the source of some rules.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Change {
    /// The text is another one.
    Changed,
    /// The new tree does not have it at this place.
    Gone,
    /// Neither tree has it: the rule names something of other versions.
    Unknown,
}

/// Prints what changed from the tree `old` to the tree `new`, with the rules that rest on it.
pub fn drift(old: &str, new: &str) -> Outcome {
    let (old, new) = (Path::new(old), Path::new(new));
    for tree in [old, new] {
        if !tree.join("pkg/registry/core/service").is_dir() {
            return Err(format!("{} is no source tree of Kubernetes", tree.display()));
        }
    }
    let mut places: BTreeMap<Upstream, BTreeSet<&str>> = BTreeMap::new();
    for rule in all_rules() {
        if let Some(place) = rule.upstream() {
            places.entry(place).or_default().insert(rule.id);
        }
    }
    let mut found: BTreeMap<Change, Vec<String>> = BTreeMap::new();
    let mut same = 0;
    for (place, rules) in &places {
        let rules: Vec<&str> = rules.iter().copied().collect();
        for (name, change) in changes(place, old, new)? {
            let Some(change) = change else {
                same += 1;
                continue;
            };
            found.entry(change).or_default().push(format!("  {name}\n    {}", rules.join(" ")));
        }
    }
    for (change, lines) in &found {
        let heading = match change {
            Change::Changed => "changed",
            Change::Gone => "not in the new tree",
            Change::Unknown => "in neither tree",
        };
        println!("{heading}:\n{}\n", lines.join("\n"));
    }
    println!("unchanged: {same}");
    Ok(())
}

/// Each thing that a place names, and what became of it.
fn changes(place: &Upstream, old: &Path, new: &Path) -> Outcome<Vec<(String, Option<Change>)>> {
    let (before, after) = (source(&old.join(&place.path))?, source(&new.join(&place.path))?);
    let change = |before: Option<String>, after: Option<String>| match (before, after) {
        (None, None) => Some(Change::Unknown),
        (_, None) => Some(Change::Gone),
        (before, after) => (before != after).then_some(Change::Changed),
    };
    if place.functions.is_empty() {
        return Ok(vec![(place.path.clone(), change(before, after))]);
    }
    let of = |text: &Option<String>, name| text.as_deref().and_then(|it| declarations(it, name));
    let each = place.functions.iter().map(|name| {
        (format!("{} {name}", place.path), change(of(&before, name), of(&after, name)))
    });
    Ok(each.collect())
}

/// The text of a file, or of all Go files of a folder without the tests; `None` if there is neither.
fn source(path: &Path) -> Outcome<Option<String>> {
    if path.is_file() {
        return read(path).map(Some);
    }
    let Ok(entries) = std::fs::read_dir(path) else { return Ok(None) };
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|file| {
        let name = file.to_string_lossy();
        name.ends_with(".go") && !name.ends_with("_test.go")
    });
    files.sort();
    files.iter().map(|file| read(file)).collect::<Outcome<Vec<_>>>().map(|it| Some(it.concat()))
}

/// The declarations of a name in gofmt's layout: functions, methods and types from their first line to the closing
/// brace or parenthesis in the first column, and the entries of a const block that begin with the name.
fn declarations(text: &str, name: &str) -> Option<String> {
    let mut found = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !declares(line, name) {
            continue;
        }
        found.push_str(line);
        let is_block = line.ends_with('{') || line.ends_with('(');
        if is_block && !line.starts_with('\t') {
            for line in lines.by_ref() {
                found.push('\n');
                found.push_str(line);
                if line.starts_with(['}', ')']) && !line.ends_with(['{', '(']) {
                    break;
                }
            }
        }
        found.push('\n');
    }
    (!found.is_empty()).then_some(found)
}

fn declares(line: &str, name: &str) -> bool {
    let rest = if let Some(rest) = line.strip_prefix("func (") {
        rest.split_once(") ").map_or("", |(_, rest)| rest)
    } else {
        let words = ["func ", "type ", "\t"];
        words.iter().find_map(|word| line.strip_prefix(word)).unwrap_or("")
    };
    rest.strip_prefix(name).is_some_and(|rest| {
        let is_entry = line.starts_with('\t');
        if is_entry { rest.starts_with([' ', ':']) } else { rest.starts_with(['(', ' ', '[']) }
    })
}

#[cfg(test)]
mod tests {
    use dualstack_core::explain::rule::Upstream;

    use super::{Change, changes, declarations};

    const OLD: &str = "package a\n\nfunc (r *REST) Create(x int) error {\n\tif x > 1 {\n\t\treturn nil\n\t}\n\
                       \treturn err\n}\n\nfunc CreateAll() {}\n\ntype Status struct {\n\tIP string\n}\n\n\
                       func long(\n\tx int,\n) {\n\tx++\n}\n";

    #[test]
    fn a_declaration_ends_at_its_brace() {
        let of = |name| declarations(OLD, name).unwrap_or_default();
        assert!(of("Create").ends_with("\treturn err\n}\n"), "{}", of("Create"));
        assert!(!of("Create").contains("CreateAll"));
        assert_eq!(of("Status"), "type Status struct {\n\tIP string\n}\n");
        assert!(of("long").ends_with("x++\n}\n"), "{}", of("long"));
        assert_eq!(declarations(OLD, "Delete"), None);
    }

    #[test]
    fn a_changed_function_is_told_from_a_gone_one() -> Result<(), String> {
        let root = std::env::temp_dir().join(format!("drift-{}", std::process::id()));
        let write = |tree: &str, text: &str| {
            let folder = root.join(tree).join("pkg/a");
            std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
            std::fs::write(folder.join("a.go"), text).map_err(|error| error.to_string())
        };
        write("old", OLD)?;
        write("new", &OLD.replace("x > 1", "x > 2").replace("func CreateAll() {}", ""))?;
        let place = Upstream {
            path: "pkg/a/a.go".to_owned(),
            functions: vec!["Create", "CreateAll", "Status", "Other"],
        };
        let found = changes(&place, &root.join("old"), &root.join("new"))?;
        let found: Vec<Option<Change>> = found.into_iter().map(|(_, change)| change).collect();
        assert_eq!(found, [Some(Change::Changed), Some(Change::Gone), None, Some(Change::Unknown)]);
        std::fs::remove_dir_all(&root).map_err(|error| error.to_string())
    }
}
