//! Do the components of every example fit each other? What is found of them would be a false alarm.

use std::collections::BTreeSet;

use dualstack_core::components::Components;
use dualstack_core::components::agree::Weight;
use dualstack_core::source::yaml::{Node, Value, parse_own};
use dualstack_core::version::KubeVersion;
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

/// A text of flags in an example.
struct Example {
    /// The file.
    name: String,
    /// The rules of what its components disagree about: what the example is about.
    finds: Vec<String>,
    flags: String,
}

/// Every text of flags of `tests/scenarios`.
fn examples() -> Vec<Example> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut examples = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("the folder can be listed").path();
        let text = std::fs::read_to_string(&path).expect("a scenario is UTF-8");
        let mut found = Vec::new();
        let mut finds = Vec::new();
        for document in parse_own(&text).documents {
            flags(&document.node, &mut found);
            if let Some(Value::Seq(list)) = document.node.entry("finds").map(|it| &it.value.value) {
                finds.extend(list.iter().filter_map(|item| match &item.value {
                    Value::String(rule) => Some(rule.to_string()),
                    _ => None,
                }));
            }
        }
        assert!(!found.is_empty(), "{}", path.display());
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        let example = |flags| Example { name: name.clone(), finds: finds.clone(), flags };
        examples.extend(found.into_iter().map(example));
    }
    examples
}

/// The rules of what is found in a text.
fn found(version: KubeVersion, flags: &str) -> BTreeSet<String> {
    let components = Components::start(version, flags);
    let findings = components.findings();
    // The examples have the flags that Kubernetes' page on dual-stack lists, which are not all.
    let counts = |rule: &str, weight| rule != "AGREE-8a" || weight != Weight::Remark;
    let findings = findings.iter().filter(|it| counts(it.rule.id, it.weight));
    findings.map(|it| it.rule.id.to_owned()).collect()
}

#[test]
fn every_example_finds_what_its_file_says_and_no_more() {
    let examples = examples();
    assert!(examples.len() > 40, "{}", examples.len());
    assert!(examples.iter().any(|it| !it.finds.is_empty()));
    for Example { name, finds, flags } in &examples {
        let finds: BTreeSet<String> = finds.iter().cloned().collect();
        assert_eq!(found(KubeVersion::LATEST, flags), finds, "{name}");
        for version in KubeVersion::all() {
            let found = found(version, flags);
            assert!(found.is_subset(&finds), "{name} {version}: {found:?}");
        }
    }
}

#[test]
fn where_ranges_are_given_out_no_example_gives_a_remark_either() {
    for Example { name, finds, flags } in examples() {
        let switch = "kube-controller-manager\n--allocate-node-cidrs=true";
        let text = flags.replace("kube-controller-manager", switch);
        let components = Components::start(KubeVersion::LATEST, &text);
        let found = components.findings().into_iter().filter(|it| it.weight < Weight::Exits);
        let others = found.filter(|it| !finds.iter().any(|rule| rule == it.rule.id));
        assert_eq!(others.collect::<Vec<_>>(), [], "{name}");
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
