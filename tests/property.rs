//! Do the laws hold in sessions nobody thought of? A thousand random sessions of fifty requests, and
//! random texts typed into the page. The sessions are the same on every run; `DUALSTACK_SEED=<number>`
//! tries others.

use std::rc::Rc;

use dualstack_core::api::json::Json;
use dualstack_core::api::print;
use dualstack_core::cluster::{Pod, PodState, World};
use dualstack_core::explain::trace::Effect;
use dualstack_core::kube_proxy::startup::HostFamilies;
use dualstack_core::kubectl::FileCommand;
use dualstack_core::net::Family;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{Replay, run};
use dualstack_tests::sessions::{
    choose, cluster_event, cluster_start, page_document, page_event, page_session, page_start,
    session, version,
};
use dualstack_tests::{files, nodes, paste};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

const SESSIONS: u32 = 1000;
const LENGTH: usize = 50;

/// A runner whose sessions are the same on every run.
fn runner(cases: u32) -> TestRunner {
    let seed = std::env::var("DUALSTACK_SEED").ok().and_then(|text| text.parse::<u64>().ok());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.unwrap_or_default().to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

#[test]
fn commands_about_random_files_print_and_send_what_is_answered() {
    let command = proptest::sample::select(FileCommand::ALL.to_vec());
    let files = (version(), command, vec(page_document(), 1..4), 0..9_usize);
    let law = |(version, command, documents, cut): (_, _, Vec<String>, usize)| {
        let text = documents.join("\n---\n");
        // Now and then the end is missing.
        let end = if cut == 0 { text.len() / 3 } else { text.len() };
        let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        files::check(version, command, &text[..end]).map_err(TestCaseError::fail)
    };
    match runner(200).run(&files, law) {
        Ok(()) => {}
        Err(TestError::Abort(why)) => panic!("{why}"),
        Err(TestError::Fail(why, (version, command, documents, _))) => {
            panic!("{why}\n{version} {command:?}\n{}", documents.join("\n---\n"))
        }
    }
}

#[test]
fn the_laws_hold_in_random_sessions() {
    match runner(SESSIONS).run(&session(LENGTH), |session| session.check()) {
        Ok(()) => {}
        Err(TestError::Abort(why)) => panic!("{why}"),
        Err(TestError::Fail(why, session)) => panic!("{why}\n  {}", session.print()),
    }
}

#[test]
fn typing_in_random_sessions_of_the_page_reports_what_a_replay_reports() {
    if let Err(error) = runner(500).run(&page_session(20), |session| session.check()) {
        panic!("{error}");
    }
}

#[test]
fn typing_into_a_document_reports_what_a_replay_reports() {
    let typed = prop_oneof![
        6 => page_document(),
        1 => Just("{kind: Pod, apiVersion: v1, metadata: {name: p}}".to_owned()),
        1 => Just("kind: [".to_owned()),
        // The document as it was, a line further down.
        4 => Just(String::new()),
    ];
    let before = vec(page_event(), 0..3);
    let edits = vec((any::<prop::sample::Index>(), typed), 1..8);
    let session = (page_start(), before, vec(page_document(), 1..8), edits);
    let walked = runner(1000).run(&session, |(start, before, mut documents, edits)| {
        let at = 1 + before.len();
        let mut replay = Replay::default();
        for (place, text) in edits {
            let number = place.index(documents.len());
            let document = &mut documents[number];
            if text.is_empty() {
                document.insert_str(0, "# further down\n");
            } else {
                *document = text;
            }
            let manifest = Action::Apply(documents.join("\n---\n").into());
            let all = [start.clone()].into_iter().chain(before.iter().cloned()).chain([manifest]);
            let session = Session { seed: 1, events: all.collect() };
            let anew = Replay::default().run(&session, at);
            prop_assert!(replay.run(&session, at) == anew, "{session:?}");
        }
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
}

/// Pieces of flags and manifests, sound and broken.
const PIECES: [&str; 30] = [
    "apiVersion: v1\n",
    "kind: Service\n",
    "metadata:\n",
    "  name: a\n",
    "spec:\n",
    "  ipFamilyPolicy: PreferDualStack\n",
    "  ipFamilies: [IPv4, IPv6]\n",
    "  ports:\n",
    "  - port: 80\n",
    "    nodePort: yes\n",
    "---\n",
    "- ",
    ": ",
    "{",
    "}",
    "[",
    "]",
    "&a ",
    "*a ",
    "!!str ",
    "| \n",
    "\"",
    "'",
    "\t",
    "# 注释\n",
    "名称",
    "\u{feff}",
    "\r\n",
    "--service-cluster-ip-range=10.96.0.0/16,fd00::/112\n",
    "kube-apiserver \\\n",
];

/// Pieces of the texts that people paste for flags.
const PASTED: [&str; 40] = [
    "kube-apiserver\n",
    "kubelet · node-1\n",
    "# kube-proxy\n",
    "--service-cluster-ip-range=10.96.0.0/16,fd00::/112\n",
    "--node-ip 192.0.2.11 ",
    "--v=2 \\\n",
    "\n\n",
    " ",
    "\"",
    "'",
    "\\",
    "\n",
    "[Service]\nRestart=always\n",
    "ExecStart=/usr/bin/kubelet $KUBELET_ARGS \\\n",
    "Environment=\"KUBELET_ARGS=--node-ip=::1\"\n",
    "KUBELET_EXTRA_ARGS=\"--v=1\n--v=2\"\n",
    "KUBE_PROXY_OPTS=--v=3\n",
    "ARGS='--v=4'\n",
    "USER PID %CPU %MEM VSZ RSS TTY STAT START TIME COMMAND\n",
    "root 9968 3.4 0.9 1336724 79596 ? Ssl 02:06 1:34 /usr/bin/kubelet --v=5\n",
    "root 1 0 0 Nov29 ? 00:00:09 etcd --name=x\n",
    "  └─9968 kube-proxy --v=6\n",
    "● kubelet.service - kubelet\n",
    "I1130 10:00:00.000001 1234 flags.go:64] FLAG: --v=\"7\"\n",
    "Nov 30 10:00:00 node-1 kubelet[9968]: I1130 10:00:00.1 9 flags.go:64] FLAG: --node-ip=\"::1\"\n",
    "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n",
    "  - command:\n    - kube-controller-manager\n    - --v=\"8\"\n",
    "  - name: kube-proxy\n    args: [\"--v=9\", --x]\n",
    "- --v=10\n",
    "---\n",
    "{\"Path\": \"kubelet\", \"Args\": [\"--v=11\"]}\n",
    "Containers:\n  kube-apiserver:\n    Command:\n      kube-apiserver\n      --v=12\n",
    "root@a:~# kubelet --v=13 | tee x\n",
    "minikube start --extra-config=kubelet.v=14\n",
    "kind: ClusterConfiguration\n",
    "podCidr: 10.244.0.0/16\n",
    "echo KUBELET_EXTRA_ARGS=--v=15 > x\n",
    "kube-proxy --v=16 -- foo\n",
    "名称",
    "\u{feff}",
];

#[test]
fn no_byte_of_a_pasted_text_is_lost() {
    let piece = prop_oneof![
        12 => choose(&PASTED).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ];
    let text = vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    let walked = runner(3000).run(&text, |text| {
        let law = paste::check(&text);
        prop_assert!(law.is_ok(), "{law:?}");
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
}

#[test]
fn no_typed_text_panics_and_the_same_text_gives_the_same_report() {
    let piece = prop_oneof![
        8 => choose(&PIECES).prop_map(str::to_owned),
        1 => "\\PC{0,6}",
    ];
    let text = vec(piece, 0..24).prop_map(|pieces| pieces.concat());
    let sound = "--service-cluster-ip-range=10.96.0.0/16,fd00::/112";
    let flags = prop_oneof![text.clone(), Just(sound.to_owned())];
    let typed = (version(), flags, vec(text, 1..4));
    let walked = runner(2000).run(&typed, |(version, flags, manifests)| {
        let boot = Action::Boot { version, flags: flags.as_str().into() };
        let applies = manifests.iter().map(|text| Action::Apply(text.as_str().into()));
        let events: Rc<[Action]> = std::iter::once(boot).chain(applies).collect();
        let session = Session { seed: 1, events };
        prop_assert!(run(&session) == run(&session), "two reports of one session");
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
}

/// The same objects in each form that a file can have.
fn forms(objects: &[serde_json::Value]) -> Vec<(&'static str, String)> {
    let each: Vec<Json> = objects.iter().cloned().map(Json::from).collect();
    let list =
        Json::from(serde_json::json!({"apiVersion": "v1", "kind": "List", "items": objects}));
    let joined = |print: fn(&Json) -> String, between: &str| {
        each.iter().map(print).collect::<Vec<_>>().join(between)
    };
    vec![
        ("YAML documents", joined(print::yaml, "---\n")),
        ("JSON in a row", joined(print::json, "")),
        ("JSON documents", joined(print::json, "---\n")),
        ("KYAML documents", joined(print::kyaml, "")),
        ("a List in YAML", print::yaml(&list)),
        ("a List in JSON", print::json(&list)),
        ("a List in KYAML", print::kyaml(&list)),
    ]
}

#[test]
fn a_manifest_gives_the_same_cluster_in_every_form() {
    let documents = vec(page_document(), 1..4);
    let given = (page_start(), vec(page_event(), 0..2), documents);
    let walked = runner(500).run(&given, |(start, before, documents)| {
        let Action::Boot { version, .. } = start else {
            unreachable!("a page starts with a start")
        };
        // A kubectl that validates by itself refuses a List as a whole.
        if !Behavior::of(version).warns_of_unknown_fields {
            return Ok(());
        }
        let read = documents.iter().map(|text| serde_yaml::from_str(text));
        let objects: Vec<serde_json::Value> = read.collect::<Result<_, _>>().expect("YAML");
        let cluster = |text: String| {
            let mut events = vec![start.clone()];
            events.extend(before.iter().cloned());
            events.push(Action::Apply(text.into()));
            let session = Session { seed: 0, events: events.into() };
            let cluster = Replay::default().before(&session, session.events.len());
            cluster.objects()
        };
        let mut all = forms(&objects).into_iter();
        let (_, first) = all.next().expect("there are forms");
        let expect = cluster(first);
        for (form, text) in all {
            prop_assert_eq!(&cluster(text), &expect, "{}", form);
        }
        // One after another, each in a file of its own. Pods are placed between two files, so they may
        // stand elsewhere.
        if !objects.iter().all(|object| object["kind"] == "Service") {
            return Ok(());
        }
        let mut events = vec![start.clone()];
        events.extend(before.iter().cloned());
        events.extend(documents.iter().map(|text| Action::Apply(text.as_str().into())));
        let session = Session { seed: 0, events: events.into() };
        let cluster = Replay::default().before(&session, session.events.len());
        prop_assert_eq!(&cluster.objects(), &expect, "single files");
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
}

/// Flags of the components of a node, and values sound and broken.
const NODE_FLAGS: [&str; 13] = [
    "bind-address",
    "cluster-cidr",
    "proxy-mode",
    "nodeport-addresses",
    "detect-local-mode",
    "pod-bridge-interface",
    "healthz-bind-address",
    "metrics-bind-address",
    "ipvs-exclude-cidrs",
    "node-ip",
    "cloud-provider",
    "hostname-override",
    "feature-gates",
];
const NODE_VALUES: [&str; 28] = [
    "10.244.0.0/16",
    "fd00:10:244::/56",
    "192.0.2.11",
    "2001:db8::11",
    "0.0.0.0",
    "::",
    "::ffff:10.0.0.1",
    "[::1]",
    ":80",
    ":99999",
    ",",
    ", ",
    "\"",
    "=",
    "primary",
    "ipvs",
    "nftables",
    "iptables",
    "NodeCIDR",
    "ClusterCIDR",
    "BridgeInterface",
    "external",
    "IPv6DualStack=true",
    "NFTablesProxyMode=t",
    "双栈",
    "x",
    "/",
    "[",
];

#[test]
fn no_flags_of_a_node_panic_and_every_refusal_has_its_reason() {
    let value = vec(choose(&NODE_VALUES), 0..4).prop_map(|pieces| pieces.concat());
    let flag = (choose(&NODE_FLAGS), proptest::option::weighted(0.95, value));
    let hosts =
        [HostFamilies::Both, HostFamilies::Only(Family::V4), HostFamilies::Only(Family::V6)];
    let typed = (version(), vec(flag, 0..6), proptest::sample::select(hosts.to_vec()));
    let walked = runner(4000).run(&typed, |(version, flags, families)| {
        let flags: String = flags
            .into_iter()
            .map(|(name, value)| {
                let value = value.map_or(String::new(), |value| format!("='{value}'"));
                format!("--{name}{value}\n")
            })
            .collect();
        for component in ["kubelet", "kube-proxy"] {
            let started = nodes::start(version, &format!("# {component}\n{flags}"), families);
            for error in &started.errors {
                let step = started.trace.get(error.step.0);
                prop_assert!(!error.message.is_empty());
                prop_assert!(step.is_some_and(|step| step.effect == Effect::Rejected), "{error:?}");
            }
        }
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
}

/// What holds of Nodes and Pods at any moment. Where a manifest gave a Node ranges, others may have had them
/// (`shared`): the API server does not ask, and neither does the controller that marks and frees them.
fn check_world(world: &World, shared: bool) -> Result<(), TestCaseError> {
    let mut seen = std::collections::BTreeSet::new();
    let mut keys = std::collections::BTreeSet::new();
    for node in world.nodes.values() {
        let mut held = [0_u128; 2];
        for pod in node.pods.values() {
            prop_assert!(pod.node.as_ref() == Some(&node.name), "{pod:?} stands elsewhere");
            let PodState::Runs(runtime) = &pod.state else { continue };
            for ip in runtime.iter().filter(|_| !pod.spec.host_network) {
                prop_assert!(seen.insert(*ip) || shared, "two Pods have {ip}");
                held[Family::of(*ip) as usize] += 1;
            }
            let (mut shown, mut had) = (world.pod_ips(pod), runtime.to_vec());
            shown.sort_unstable();
            had.sort_unstable();
            prop_assert!(shown.iter().all(|ip| had.contains(ip)), "{shown:?} of {had:?}");
        }
        for (family, used, capacity) in node.usage() {
            prop_assert!(
                used == held[family as usize],
                "{}: {used} are taken, {held:?}",
                node.name
            );
            prop_assert!(used <= capacity);
        }
    }
    for pod in world.pods() {
        prop_assert!(keys.insert(pod.key.clone()), "{:?} stands twice", pod.key);
        prop_assert!(!world.explain_pod(pod).is_empty() || world.nodes.is_empty());
    }
    for deployment in world.deployments.values() {
        let own = |pod: &&Rc<Pod>| {
            let owner = pod.owner.as_ref().map(|(name, _)| name);
            owner == Some(&deployment.key.1) && pod.key.0 == deployment.key.0
        };
        let runs = world.control.as_ref().is_some_and(|it| it.controller_manager.is_none());
        let count = world.pods().filter(own).count();
        prop_assert!(!runs || !world.runs() || count == deployment.replicas, "{count} Pods");
    }
    // No block of a range has two Nodes.
    for range in world.ranges() {
        let mut blocks: Vec<u64> = range.held.iter().flat_map(|it| it.first..=it.last).collect();
        let all = blocks.len();
        blocks.sort_unstable();
        blocks.dedup();
        prop_assert!(all == blocks.len() || shared, "{:?}", range.held);
    }
    Ok(())
}

#[test]
fn typing_in_random_sessions_of_nodes_and_pods_reports_what_a_replay_reports() {
    let edit = (any::<prop::sample::Index>(), cluster_event(), any::<prop::sample::Index>());
    let session = (cluster_start(), vec(cluster_event(), 2..14), vec(edit, 1..6));
    let walked = runner(300).run(&session, |(start, mut events, edits)| {
        events.insert(0, start);
        let mut replay = Replay::default();
        for (at, event, shown) in edits {
            let at = at.index(events.len());
            events[at] = event;
            let session = Session { seed: 3, events: events.clone().into() };
            for shown in [at, shown.index(events.len()), events.len() - 1] {
                let report = replay.run(&session, shown);
                let anew = Replay::default().run(&session, shown);
                prop_assert!(report == anew, "event {shown} after an edit of {at}");
                let has_ranges = |it: &Action| matches!(it, Action::Apply(text) | Action::Patch { body: text, .. } if text.contains("podCIDRs"));
                check_world(&report.world, events.iter().any(has_ranges))?;
            }
        }
        Ok(())
    });
    if let Err(error) = walked {
        panic!("{error}");
    }
}
