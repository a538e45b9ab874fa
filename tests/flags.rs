//! Do the table of flags and the programs' start agree? Every simulated flag is read, its default and its versions
//! are those the program acts on, and names of flags are written in the table only.

use std::fmt::Debug;
use std::path::Path;

use dualstack_core::explain::trace::Trace;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::flags::table::{self, FLAGS, FlagSpec, Kind};
use dualstack_core::source::flags::{Component, FlagsText, parse};
use dualstack_core::startup::{StartError, Unmodelled};
use dualstack_core::{apiserver, controller_manager, kube_proxy, kubelet, release};

/// What became of a text of flags.
#[derive(PartialEq, Debug)]
struct Outcome {
    /// The typed flags, or why the program exits.
    flags: Result<String, String>,
    /// The flags it does not act on.
    unmodelled: Vec<String>,
    behavior: Behavior,
}

fn read(version: KubeVersion, component: Component, flags: &str) -> Outcome {
    type Read<T> = fn(&FlagsText, &mut Behavior, &mut Trace) -> Result<T, StartError>;
    fn with<F: Debug>(
        read: Read<(F, Vec<Unmodelled>)>,
        mut behavior: Behavior,
        text: &FlagsText,
    ) -> Outcome {
        let read = read(text, &mut behavior, &mut Trace::default());
        let (flags, unmodelled) = match read {
            Ok((flags, unmodelled)) => (Ok(format!("{flags:?}")), unmodelled),
            Err(error) => (Err(error.message), Vec::new()),
        };
        let unmodelled = unmodelled.into_iter().map(|it| it.name).collect();
        Outcome { flags, unmodelled, behavior }
    }
    let text = parse(&format!("{}\n{flags}", component.name()));
    let behavior = Behavior::of(version);
    match component {
        Component::KubeApiserver => with(apiserver::startup::read, behavior, &text),
        Component::KubeControllerManager => {
            with(controller_manager::startup::read, behavior, &text)
        }
        Component::KubeProxy => with(kube_proxy::startup::read, behavior, &text),
        Component::Kubelet => with(kubelet::startup::read, behavior, &text),
    }
}

/// A value that is not the default.
fn another(spec: &FlagSpec) -> &'static str {
    match spec.kind {
        Kind::Bool => "true",
        Kind::Number => "7",
        Kind::Gates => "StrictIPCIDRValidation=false",
        Kind::Text | Kind::List | Kind::Slice => "192.0.2.99",
    }
}

#[test]
fn every_simulated_flag_is_read_and_no_other() {
    for spec in &FLAGS {
        let got = |flags: &str| read(KubeVersion::LATEST, spec.component, flags);
        let flag = format!("--{}={}", spec.name, another(spec));
        let (without, with) = (got(""), got(&flag));
        if spec.is_simulated {
            assert!(without.flags != with.flags || without.behavior != with.behavior, "{flag}");
            assert_eq!(with.unmodelled, [""; 0], "{flag}");
        } else {
            assert_eq!(with.flags, without.flags);
            assert_eq!(with.unmodelled, [format!("--{}", spec.name)]);
        }
    }
}

#[test]
fn a_default_that_is_written_changes_nothing() {
    for spec in FLAGS.iter().filter(|spec| spec.is_simulated && !spec.default().is_empty()) {
        let got = |flags: &str| read(KubeVersion::LATEST, spec.component, flags);
        let flag = format!("--{}={}", spec.name, spec.default());
        assert_eq!(got(&flag), got(""), "{flag}");
    }
}

#[test]
fn a_flag_is_unknown_outside_its_versions() {
    for version in KubeVersion::all() {
        for spec in FLAGS.iter().filter(|spec| spec.is_simulated) {
            let flag = format!("--{}={}", spec.name, another(spec));
            let unknown = Err(format!("unknown flag: --{}", spec.name));
            let is_unknown = read(version, spec.component, &flag).flags == unknown;
            assert_eq!(is_unknown, !spec.versions().contains(version), "{version} {flag}");
        }
    }
}

#[test]
fn a_flag_of_another_component_is_not_read() {
    for component in Component::ALL {
        for spec in FLAGS.iter().filter(|spec| table::find(component, spec.name).is_none()) {
            let flag = format!("--{}={}", spec.name, another(spec));
            let got = read(KubeVersion::LATEST, component, &flag);
            let (name, written) = (component.name(), format!("--{}", spec.name));
            match release::flags::find(name, spec.name, KubeVersion::LATEST) {
                Some(_) => assert_eq!(got.unmodelled, [written], "{name}"),
                None => assert_eq!(got.flags, Err(format!("unknown flag: {written}")), "{name}"),
            }
        }
    }
}

/// A module of Kubernetes has the name of a flag.
const OUT_OF_PLACE: [(&str, &str); 1] = [("core/src/explain/rule.rs", "cloud-provider")];

#[test]
fn names_of_flags_are_written_in_the_table_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests are in a folder");
    let mut folders = Vec::from(["core/src", "web/src"].map(|folder| root.join(folder)));
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            let path = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
            // The configs of kubeadm, kind and k3s have options of the same names.
            if path.starts_with("core/src/installers/")
                || path == "core/src/source/flags/table.rs"
                || path == "core/src/cluster/tests.rs"
            {
                continue;
            }
            for line in code.lines().filter(|line| !line.trim_start().starts_with("//")) {
                let own = FLAGS.iter().find(|it| line.contains(&format!("\"{}\"", it.name)));
                found.extend(own.map(|spec| (path.clone(), spec.name)));
            }
        }
    }
    found.sort();
    let found: Vec<(&str, &str)> = found.iter().map(|(path, name)| (&**path, *name)).collect();
    assert_eq!(found, OUT_OF_PLACE);
}
