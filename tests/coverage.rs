//! Has every rule a witness? A rule that neither a recorded answer nor a session below reaches is a
//! claim nobody checks.

use std::sync::OnceLock;

use dualstack_core::apiserver::node as pod_cidrs;
use dualstack_core::controller_manager::range_allocator::NodeIpam;
use dualstack_core::controller_manager::startup as controller_manager;
use dualstack_core::controller_manager::startup::Start;
use dualstack_core::explain::rule::Evidence;
use dualstack_core::explain::trace::Trace;
use dualstack_core::network_plugin as host_local;
use dualstack_core::network_plugin::HostLocal;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{self, EventReport};
use dualstack_core::source::flags;
use dualstack_tests::components;
use dualstack_tests::driver::Driver;
use dualstack_tests::installers;
use dualstack_tests::nodes;
use dualstack_tests::plan;
use dualstack_tests::vector::Line;
use dualstack_tests::witness::{self, Witness};
use dualstack_tests::workloads;
use serde_json::json;

/// Rules that no recording reaches, with requests that do: rule, release, ranges, steps.
const REQUESTS: [(&str, &str, &str, &str); 6] = [
    (
        "MSG-6f",
        "1.36",
        r#"["10.96.0.0/16"]"#,
        r#"[{"op":"update","service":{"metadata":{"name":"a","uid":"x"},"spec":{"ports":[{"port":80}]}}}]"#,
    ),
    (
        "META-9",
        "1.36",
        r#"["10.96.0.0/16"]"#,
        r#"[{"op":"create","service":{"metadata":{"name":"a","ownerReferences":[
             {"apiVersion":"v1","kind":"Pod","name":"p","uid":"x"},
             {"apiVersion":"v1","kind":"Pod","name":"p","uid":"x"}]},"spec":{"ports":[{"port":80}]}}}]"#,
    ),
    (
        "DEF-10",
        "1.36",
        r#"["10.96.0.0/16"]"#,
        r#"[{"op":"create","service":{"metadata":{"name":"a"},
             "spec":{"type":"LoadBalancer","ports":[{"port":80}]},
             "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}}]"#,
    ),
    (
        "DROP-7",
        "1.36",
        r#"["10.96.0.0/16"]"#,
        r#"[{"op":"seed","service":{"metadata":{"name":"a"},"spec":{"type":"LoadBalancer",
             "clusterIP":"10.96.0.9","clusterIPs":["10.96.0.9"],"ports":[{"port":80}]},
             "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}}},
            {"op":"patch","name":"a","patchType":"merge","patch":{"spec":{"type":"ClusterIP"}}}]"#,
    ),
    (
        "PORT-10",
        "1.36",
        r#"["10.96.0.0/16"]"#,
        r#"[{"op":"create","service":{"metadata":{"name":"a"},"spec":{"type":"NodePort",
             "ports":[{"name":"x","port":80},{"name":"y","port":81}]}}},
            {"op":"update","service":{"metadata":{"name":"a"},"spec":{"type":"NodePort",
             "ports":[{"name":"x","port":80,"nodePort":31000},
                      {"name":"y","port":81,"nodePort":31000}]}}}]"#,
    ),
    (
        "WARN-1",
        "1.36",
        r#"["10.96.0.0/16"]"#,
        r#"[{"op":"create","service":{"metadata":{"name":"a","annotations":{
             "service.kubernetes.io/topology-aware-hints":"auto"}},
             "spec":{"ports":[{"port":80}]}}}]"#,
    ),
];

/// Rules that no recording reaches, with starts that do: rule, release, flags.
const STARTS: [(&str, &str, &str); 15] = [
    ("API-4b", "1.20", "--service-cluster-ip-range=10.96.0.0/16,fd00::/112"),
    ("API-6", "1.36", "--service-cluster-ip-range=10.96.0.0/16,fd00::/112"),
    ("API-7", "1.36", "--service-cluster-ip-range=10.96.0.0/16"),
    ("API-7b", "1.36", "--kubernetes-service-node-port=30443"),
    ("API-9c", "1.36", "--endpoint-reconciler-type=raft"),
    ("API-9d", "1.37", "--advertise-address=127.0.0.1"),
    ("API-10", "1.36", "--service-cluster-ip-range=10.96.0.0/16"),
    ("API-10b", "1.36", "--advertise-address=here"),
    ("API-10c", "1.36", "--secure-port=0"),
    ("API-10d", "1.36", "--no-such-flag"),
    ("API-10e", "1.36", "--insecure-port=0"),
    ("API-10f", "1.36", "--node-ip=192.0.2.11"),
    ("API-10g", "1.36", "--allow-privileged false"),
    ("API-10h", "1.36", "--help"),
    ("API-10i", "1.23", "--insecure-port=0"),
];

/// Starts with one set of flags and then with another, for rules about what is stored already.
const RESTARTS: [(&str, &str, [&str; 2]); 2] = [
    (
        "API-17a",
        "1.30",
        [
            "--service-cluster-ip-range=10.96.0.0/16",
            "--service-cluster-ip-range=fd00::/112 --advertise-address=2001:db8::1",
        ],
    ),
    (
        "API-17b",
        "1.30",
        ["--service-cluster-ip-range=10.96.0.0/16", "--service-cluster-ip-range=10.97.0.0/16"],
    ),
];

/// An object that exists.
const EXISTING: (&str, &str) =
    ("MSG-7j", "{apiVersion: v1, kind: Service, metadata: {name: a}, spec: {clusterIP: None}}");

/// Manifests of which something is said before a Service is looked at.
const MANIFESTS: [(&str, &str, &str); 10] = [
    ("MSG-7a", "1.36", "metadata: {name: a}"),
    ("MSG-7b", "1.36", "{apiVersion: v1, kind: Secret, metadata: {name: a}}"),
    ("MSG-7c", "1.36", "{apiVersion: v1, kind: Service, metadata: {name: a, namespace: b}}"),
    ("MSG-7d", "1.36", "{apiVersion: v1, kind: Service}"),
    ("MSG-7e", "1.36", "{apiVersion: apps/v1, kind: Service, metadata: {name: a}}"),
    ("MSG-7f", "1.36", "a: *\n---\nb: 1"),
    ("MSG-7i", "1.36", "{apiVersion: v1, kind: Service, metadata: {name: 5}}"),
    ("MSG-7g", "1.36", "{apiVersion: v1, kind: Service, metadata: {name: a, name: b}}"),
    ("MSG-7h", "1.24", "{apiVersion: v1, kind: Service, metadata: {name: a}, specs: {}}"),
    (
        "MULTI-10a",
        "1.36",
        "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: A}, spec: {cidrs: \
         [10.1.0.0/24]}}",
    ),
];

/// Starts of kube-controller-manager with a Node that is there already: rule, release, flags, the Node's
/// `podCIDRs`.
const CONTROLLERS: [(&str, &str, &str, &[&str]); 13] = [
    ("KCM-1a", "1.36", "", &[]),
    ("KCM-1b", "1.36", "--node-cidr-mask-size=x", &[]),
    ("KCM-1d", "1.36", "--cluster-cidr=10.0.0.0/8 --cidr-allocator-type=IPAMFromCloud", &[]),
    (
        "KCM-1e",
        "1.28",
        "--cluster-cidr=10.0.0.0/8 --cidr-allocator-type=MultiCIDRRangeAllocator \
         --feature-gates=MultiCIDRRangeAllocator=true",
        &[],
    ),
    ("KCM-3d", "1.20", "--cluster-cidr=10.0.0.0/8,fd00::/56", &[]),
    (
        "KCM-4a",
        "1.36",
        "--cluster-cidr=10.0.0.0/8 --service-cluster-ip-range=11.0.0.0/24,12.0.0.0/24",
        &[],
    ),
    (
        "KCM-4c",
        "1.20",
        "--cluster-cidr=10.0.0.0/8 --service-cluster-ip-range=11.0.0.0/24,fd00::/112",
        &[],
    ),
    ("KCM-5d", "1.22", "--cluster-cidr=10.0.0.0/8 --node-cidr-mask-size-ipv4=24", &[]),
    ("KCM-6", "1.36", "--cluster-cidr=10.0.0.0/25", &[]),
    ("KCM-10b", "1.36", "--cluster-cidr=10.0.0.0/8 --node-cidr-mask-size=33", &[]),
    ("KCM-12a", "1.20", "--cluster-cidr=10.0.0.0/8", &["10.0.3.0/24"]),
    ("KCM-12d", "1.36", "--cluster-cidr=10.0.0.0/8", &["x"]),
    ("KCM-13", "1.36", "--cluster-cidr=10.0.0.0/8,fd00::/56", &["10.0.3.0/24"]),
];

/// Nodes on which a Pod is to start: rule, `podCIDRs`, how many Pods.
const PODS: [(&str, &[&str], usize); 4] = [
    ("POD-2b", &["10.0.0.0/24", "fd00::/126"], 3),
    ("POD-3b", &["10.0.0.1/24"], 1),
    ("POD-3c", &["x"], 1),
    ("POD-3d", &[], 1),
];

/// `podCIDRs` that the API server refuses: rule, before, afterwards.
const POD_CIDRS: [(&str, &[&str], &[&str]); 3] = [
    ("API-18a", &[], &["x"]),
    ("API-18b", &[], &["10.0.0.0/24", "10.0.1.0/24"]),
    ("API-18c", &["10.0.0.0/24"], &["10.0.0.0/24", "fd00::/64"]),
];

/// Known gaps: rules that stand in the tables and that nothing reaches, with the reason. A rule that
/// is reached after all has to leave this list.
const UNREACHED: [(&str, &str); 0] = [];

/// Known gaps: steps whose facts are not those that the rule declares.
const MISFITS: [&str; 0] = [];

/// What all recorded lines reach.
fn recorded() -> &'static Witness {
    static WITNESS: OnceLock<Witness> = OnceLock::new();
    WITNESS.get_or_init(|| witness::recorded().expect("the vectors are readable"))
}

fn requested(k8s: &str, ranges: &str, steps: &str) -> Witness {
    let line = format!(
        r#"{{"id":"x","k8s":"{k8s}","cluster":{{"serviceClusterIPRange":{ranges},
            "ipAllocator":"ipaddress"}},"steps":{steps}}}"#
    );
    let Ok(Line::Scenario(scenario)) = Line::parse(&line) else { panic!("a scenario: {line}") };
    let mut driver = Driver::start(&scenario, 0).expect("the cluster starts");
    for step in &scenario.steps {
        driver.step(&step.op).expect("the operation is known");
    }
    driver.witness
}

fn started(k8s: &str, starts: &[&str], action: Action) -> Witness {
    let version: KubeVersion = k8s.parse().expect("a simulated release");
    let boots = starts.iter().map(|flags| Action::Boot { version, flags: (*flags).into() });
    let events: Vec<Action> = boots.chain([action]).collect();
    let mut witness = Witness::default();
    for event in session::run(&Session { seed: 0, events: events.into() }).events {
        match event {
            EventReport::Boot(boot) => witness.see(version, &boot.trace),
            EventReport::Requests(requests) => {
                for document in &requests.documents {
                    witness.see(version, &document.before);
                    let trace = document.outcome.as_ref().map(|outcome| &outcome.trace);
                    witness.see(version, trace.map_or(&[], |trace| trace));
                }
            }
        }
    }
    witness
}

fn controlled(k8s: &str, flags: &str, pod_cidrs: &[&str]) -> Witness {
    let version: KubeVersion = k8s.parse().expect("a simulated release");
    let (mut behavior, mut trace) = (Behavior::of(version), Trace::default());
    let switch = if flags.is_empty() { "" } else { "--allocate-node-cidrs" };
    let text = flags::parse(&format!("kube-controller-manager {switch} {flags}"));
    if let Ok((flags, _)) = controller_manager::read(&text, &mut behavior, &mut trace)
        && let Start::Running(running) = controller_manager::start(&behavior, &flags, &mut trace)
    {
        let pod_cidrs = texts(pod_cidrs);
        match NodeIpam::start(&running.config, [("n", pod_cidrs.as_slice())], &mut trace) {
            Ok(mut ipam) => {
                ipam.release("n").explain(&mut trace);
                ipam.add("n", &pod_cidrs).explain(&mut trace);
            }
            // Its explanation is in the trace.
            Err(refusal) => assert!(refusal.node.is_some(), "{refusal:?}"),
        }
    }
    seen(version, &trace)
}

fn with_pods(pod_cidrs: &[&str], pods: usize) -> Witness {
    let mut trace = Trace::default();
    match HostLocal::new(&texts(pod_cidrs)) {
        Ok(mut node) => {
            for pod in (0..pods).map(|pod| format!("pod-{pod}")) {
                host_local::explain(&pod, &node.add(&pod), &mut trace);
            }
        }
        Err(error) => error.explain(&mut trace),
    }
    seen(KubeVersion::LATEST, &trace)
}

fn with_pod_cidrs(old: &[&str], new: &[&str]) -> Witness {
    let (behavior, mut trace) = (Behavior::of(KubeVersion::LATEST), Trace::default());
    pod_cidrs::validate(&behavior, &texts(new), &mut trace);
    pod_cidrs::validate_update(&texts(old), &texts(new), &mut trace);
    seen(KubeVersion::LATEST, &trace)
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn seen(version: KubeVersion, trace: &Trace) -> Witness {
    let mut witness = Witness::default();
    witness.see(version, trace.steps());
    witness
}

/// What the sessions of this file reach, and what they were written for.
fn sessions() -> Vec<(&'static str, Witness)> {
    let requests =
        REQUESTS.iter().map(|(rule, k8s, ranges, steps)| (*rule, requested(k8s, ranges, steps)));
    let nothing = || Action::Apply("".into());
    let starts = STARTS.iter().map(|(rule, k8s, flags)| (*rule, started(k8s, &[flags], nothing())));
    let restarts =
        RESTARTS.iter().map(|(rule, k8s, flags)| (*rule, started(k8s, flags, nothing())));
    let manifests = MANIFESTS.iter().map(|(rule, k8s, text)| {
        let action = Action::Apply((*text).into());
        (*rule, started(k8s, &["--v=2"], action))
    });
    let (rule, text) = EXISTING;
    let existing = (rule, started("1.36", &["--v=2"], Action::Existing(text.into())));
    let manifests = manifests.chain([existing]);
    let controllers = CONTROLLERS
        .iter()
        .map(|(rule, k8s, flags, pod_cidrs)| (*rule, controlled(k8s, flags, pod_cidrs)));
    let pods = PODS.iter().map(|(rule, pod_cidrs, pods)| (*rule, with_pods(pod_cidrs, *pods)));
    let pod_cidrs = POD_CIDRS.iter().map(|(rule, old, new)| (*rule, with_pod_cidrs(old, new)));
    let of_nodes = controllers.chain(pods).chain(pod_cidrs);
    requests
        .chain(starts)
        .chain(restarts)
        .chain(manifests)
        .chain(of_nodes)
        .chain(nodes::sessions())
        .chain(components::sessions())
        .chain(workloads::sessions())
        .chain(plan::sessions())
        .chain(installers::sessions())
        .collect()
}

#[test]
fn every_rule_is_reached() {
    let sessions = sessions();
    let reached = |rule: &str| {
        recorded().reached.contains(rule)
            || sessions.iter().any(|(_, witness)| witness.reached.contains(rule))
    };
    let is_known = |rule: &str| UNREACHED.iter().any(|(known, _)| *known == rule);
    let rules = dualstack_core::all_rules().map(|rule| rule.id);
    let missed: Vec<&str> = rules.filter(|rule| !reached(rule) && !is_known(rule)).collect();
    assert!(missed.is_empty(), "nothing reaches {} rules: {missed:?}", missed.len());
    let stale: Vec<_> = UNREACHED.iter().filter(|(rule, _)| reached(rule)).collect();
    assert!(stale.is_empty(), "reached after all, take them off the list: {stale:?}");
}

#[test]
fn the_table_of_what_is_recorded_is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../core/src/explain/recorded.rs");
    let text = std::fs::read_to_string(file).expect("the table is part of the project");
    assert!(
        text == witness::table(recorded()),
        "core/src/explain/recorded.rs is stale: cargo xtask gen"
    );
}

#[test]
fn a_rule_is_declared_recorded_exactly_if_it_is() {
    let wrong: Vec<_> = dualstack_core::all_rules()
        .filter(|rule| {
            let is_recorded = recorded().releases.contains_key(rule.id);
            (rule.evidence == Evidence::Recorded) != is_recorded
        })
        .map(|rule| (rule.id, rule.evidence))
        .collect();
    assert!(wrong.is_empty(), "the recordings say otherwise: {wrong:?}");
}

#[test]
fn the_evidence_of_a_rule_fits_its_source() {
    let documents = ["kubernetes.io/", "rfc-editor.org/", "iana.org/"];
    let wrong: Vec<_> = dualstack_core::all_rules()
        .filter(|rule| {
            let is_document = documents.iter().any(|site| rule.source.starts_with(site));
            let is_own = rule.source == "this playground";
            (rule.evidence == Evidence::Playground) != is_own
                || (rule.evidence == Evidence::SourceRead && is_document)
        })
        .map(|rule| (rule.id, rule.evidence, rule.source))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_session_reaches_what_it_was_written_for() {
    for (rule, witness) in sessions() {
        assert!(witness.reached.contains(rule), "{rule}: {:?}", witness.reached);
    }
}

#[test]
fn no_rule_decides_in_a_release_that_does_not_have_it() {
    let sessions = sessions();
    let witnesses = sessions.iter().map(|(_, witness)| witness).chain([recorded()]);
    let outside: Vec<&String> = witnesses.flat_map(|witness| &witness.outside).collect();
    assert!(outside.is_empty(), "{outside:#?}");
}

#[test]
fn every_step_gives_the_facts_that_its_rule_declares() {
    let sessions = sessions();
    let witnesses: Vec<&Witness> =
        sessions.iter().map(|(_, witness)| witness).chain([recorded()]).collect();
    let misfits: Vec<_> = witnesses
        .iter()
        .flat_map(|witness| &witness.misfits)
        .filter(|(rule, _)| !MISFITS.contains(rule))
        .collect();
    assert!(misfits.is_empty(), "{misfits:#?}");
    for rule in MISFITS {
        let misfits = witnesses.iter().any(|witness| witness.misfits.contains_key(rule));
        assert!(misfits, "{rule} fits now, take it off the list");
    }
}

#[test]
fn a_service_with_finalizers_stays_until_they_are_gone() {
    let (_, k8s, ranges, _) = REQUESTS[0];
    let line = json!({
        "id": "x", "k8s": k8s,
        "cluster": {"serviceClusterIPRange": serde_json::from_str::<Vec<String>>(ranges).ok()},
        "steps": [
            {"op": "create", "service": {"metadata": {"name": "a", "finalizers": ["x.y/z"]},
                "spec": {"ports": [{"port": 80}]}}},
            {"op": "delete", "name": "a"},
            {"op": "patch", "name": "a", "patchType": "merge",
                "patch": {"metadata": {"finalizers": []}}},
            {"op": "get", "name": "a"},
        ],
    });
    let Ok(Line::Scenario(scenario)) = Line::parse(&line.to_string()) else {
        panic!("a scenario: {line}")
    };
    let mut driver = Driver::start(&scenario, 0).expect("the cluster starts");
    let answers: Vec<_> =
        scenario.steps.iter().map(|step| driver.step(&step.op).expect("known")).collect();
    let used: Vec<_> = answers.iter().map(|answer| answer.used.as_ref().map(|u| u["v4"])).collect();
    assert_eq!(used, [Some(1), Some(1), Some(0), Some(0)]);
    assert_eq!(answers[3].error.as_ref().map(|error| error.code), Some(404));
}
