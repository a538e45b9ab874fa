//! Do the components of every example fit each other? What is found of them would be a false alarm.

use dualstack_core::api::{Json, go_json};
use dualstack_core::cluster::components::Components;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::yaml::{Node, Value, parse};
use dualstack_tests::components::FITTING;

/// The texts of flags in an example, of every start.
fn flags(node: &Node, found: &mut Vec<String>) {
    match &node.value {
        Value::Map(map) => {
            for entry in map {
                match &entry.value.value {
                    Value::String(text) if entry.key == "flags" => found.push(text.to_string()),
                    _ => flags(&entry.value, found),
                }
            }
        }
        Value::Seq(list) => list.iter().for_each(|item| flags(item, found)),
        _ => {}
    }
}

/// A file of `web/scenarios`.
struct Example {
    name: String,
    /// Its texts of flags, of every start.
    flags: Vec<String>,
    /// The rules of the disagreements that it is there to show.
    shows: Vec<String>,
    /// The components that do not start in it.
    exits: Vec<String>,
}

fn examples() -> Vec<Example> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../web/scenarios");
    let mut examples = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("the folder can be listed").path();
        let text = std::fs::read_to_string(&path).expect("a scenario is UTF-8");
        let node = parse(&text).documents.remove(0).node;
        let list = |key: &str| match node.entry(key).map(|entry| entry.value.to_json()) {
            Some(Json::Array(list)) => {
                list.iter().map(go_json).map(|it| it.replace('"', "")).collect()
            }
            _ => Vec::new(),
        };
        let (shows, exits) = (list("shows"), list("exits"));
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let mut found = Vec::new();
        flags(&node, &mut found);
        assert!(!found.is_empty(), "{name}");
        examples.push(Example { name, flags: found, shows, exits });
    }
    examples
}

#[test]
fn an_example_disagrees_only_where_its_file_says_so() {
    let examples = examples();
    assert!(examples.len() > 40, "{}", examples.len());
    let mut wrong = Vec::new();
    for Example { name, flags, shows, exits } in &examples {
        let starts = flags.iter().map(|text| Components::start(KubeVersion::LATEST, text));
        let starts: Vec<Components> = starts.collect();
        let mut found: Vec<&str> = Vec::new();
        let mut out: Vec<&str> = Vec::new();
        for start in &starts {
            found.extend(start.findings().iter().map(|finding| finding.rule.id));
            let exits = start.all().filter(|it| it.is_given && !it.errors.is_empty());
            out.extend(exits.map(|status| status.component.name()));
        }
        for list in [&mut found, &mut out] {
            list.sort_unstable();
            list.dedup();
        }
        if (found != *shows) || (out != *exits) {
            wrong.push(format!("{name}: shows: {found:?} exits: {out:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_example_gives_a_false_alarm_in_another_release() {
    for Example { name, flags, shows, .. } in examples() {
        for (text, version) in flags.iter().flat_map(|it| KubeVersion::all().map(move |v| (it, v)))
        {
            for finding in Components::start(version, text).findings() {
                let is_known = shows.iter().any(|id| id == finding.rule.id);
                assert!(is_known, "{name} {version}: {finding:#?}");
            }
        }
    }
}

#[test]
fn a_cluster_in_which_everything_fits_starts_in_every_release() {
    for version in KubeVersion::all() {
        let components = Components::start(version, FITTING);
        let has_gate = components.apiserver.dual_stack;
        assert_eq!(components.all_start(), has_gate, "{version}");
        assert_eq!(components.findings(), [], "{version}");
        if has_gate {
            let ranges: Vec<_> = components.nodes.iter().map(|node| &node.pod_cidrs[..]).collect();
            assert_eq!(
                ranges,
                [["10.244.0.0/24", "fd00:10:244::/64"], ["10.244.1.0/24", "fd00:10:244:1::/64"]]
            );
        }
    }
}
