//! Do the components of every example fit each other? What is found of them would be a false alarm.

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

/// Every text of flags of `tests/scenarios`, with the name of its file.
fn examples() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/scenarios");
    let mut examples = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder is part of the project") {
        let path = entry.expect("the folder can be listed").path();
        let text = std::fs::read_to_string(&path).expect("a scenario is UTF-8");
        let mut found = Vec::new();
        for document in parse_own(&text).documents {
            flags(&document.node, &mut found);
        }
        assert!(!found.is_empty(), "{}", path.display());
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        examples.extend(found.into_iter().map(|flags| (name.clone(), flags)));
    }
    examples
}

#[test]
fn no_example_gives_a_false_alarm() {
    let examples = examples();
    assert!(examples.len() > 40, "{}", examples.len());
    for (name, text) in &examples {
        for version in KubeVersion::all() {
            let components = Components::start(version, text);
            let found = components.findings();
            for finding in &found {
                let is_known = match finding.rule.id {
                    // The examples have the flags that Kubernetes' page on dual-stack lists, which are
                    // not all.
                    "AGREE-8a" => finding.weight == Weight::Remark,
                    // No false alarm: this is what the example is about.
                    "AGREE-9" => name == "ipv6-first-without-advertise-address.yaml",
                    _ => false,
                };
                assert!(is_known, "{name} {version}: {finding:#?}");
            }
        }
    }
}

#[test]
fn where_ranges_are_given_out_no_example_gives_a_remark_either() {
    for (name, text) in examples() {
        let switch = "kube-controller-manager\n--allocate-node-cidrs=true";
        let text = text.replace("kube-controller-manager", switch);
        let components = Components::start(KubeVersion::LATEST, &text);
        let found = components.findings().into_iter().filter(|it| it.weight < Weight::Exits);
        assert_eq!(found.collect::<Vec<_>>(), [], "{name}");
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
