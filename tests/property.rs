//! Do the laws hold in sessions nobody thought of? A thousand random sessions of fifty requests, and
//! random texts typed into the page. The sessions are the same on every run; `DUALSTACK_SEED=<number>`
//! tries others.

use std::collections::BTreeSet;
use std::rc::Rc;

use dualstack_core::api::service::{EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT};
use dualstack_core::boot::kube_proxy::HostFamilies;
use dualstack_core::cluster::{Answer, Cluster, Options, Outcome, Patch, Request, key};
use dualstack_core::net::Family;
use dualstack_core::run;
use dualstack_core::scenario::{Event as PageEvent, Scenario};
use dualstack_core::source::yaml::Node;
use dualstack_core::trace::Effect;
use dualstack_core::version::KubeVersion;
use dualstack_tests::vector::{Allocator, ClusterSpec};
use dualstack_tests::{covered, driver, laws, nodes};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use serde_json::{Value, json};

const SESSIONS: u32 = 1000;
const LENGTH: usize = 50;

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    Create(Value),
    Update(Value),
    Merge(usize, Value),
    Strategic(usize, Value),
    JsonPatch(usize, Value),
    DryRun(Value),
    Delete(usize),
    Restart(usize),
}

const NAMES: [&str; 4] = ["a", "b", "c", "d"];

/// Small enough to run full, and in both orders.
const RANGES: [&[&str]; 6] = [
    &["10.0.0.0/29"],
    &["fd00::/125"],
    &["10.0.0.0/28", "fd00::/125"],
    &["fd00::/124", "10.0.0.0/29"],
    &["10.96.0.0/16", "fd00:10:96::/112"],
    &["10.1.0.0/29", "fd01::/125"],
];

fn choose<T: Clone + std::fmt::Debug + 'static>(values: &'static [T]) -> impl Strategy<Value = T> {
    proptest::sample::select(values)
}

/// Addresses in and outside the small ranges, and texts that are none.
fn address() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => (1_u8..8).prop_map(|last| json!(format!("10.0.0.{last}"))),
        4 => (1_u8..8).prop_map(|last| json!(format!("fd00::{last:x}"))),
        1 => choose(&["10.96.0.10", "fd00:10:96::10", "10.0.0.0", "FD00::1", "::ffff:10.0.0.1",
            "10.0.0.01", "", "None", "x", "10.0.0.1/32"]).prop_map(|text| json!(text)),
    ]
}

fn addresses() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => vec(address(), 0..3).prop_map(Value::from),
        1 => Just(json!(["None"])),
    ]
}

fn port() -> impl Strategy<Value = Value> {
    let named = prop_oneof![3 => Just(0), 2 => 29_999..30_010_i32];
    (1..4_i32, named, choose(&["TCP", "UDP", "SCTP", "tcp"]), "[a-c]").prop_map(
        |(port, node_port, protocol, name)| {
            let mut port = json!({"port": port, "protocol": protocol, "name": name});
            if node_port != 0 {
                port["nodePort"] = json!(node_port);
            }
            port
        },
    )
}

/// Anything a client could send in a field.
fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
        vec("\\PC{0,3}", 0..3).prop_map(Value::from),
        Just(json!({"a": {"b": [1, "2", null]}})),
    ]
}

const FIELDS: [&str; 18] = [
    "type",
    "ports",
    "selector",
    "clusterIP",
    "clusterIPs",
    "ipFamilies",
    "ipFamilyPolicy",
    "externalIPs",
    "sessionAffinity",
    "loadBalancerIP",
    "loadBalancerSourceRanges",
    "externalName",
    "externalTrafficPolicy",
    "internalTrafficPolicy",
    "healthCheckNodePort",
    "allocateLoadBalancerNodePorts",
    "loadBalancerClass",
    "trafficDistribution",
];

/// A field of `spec` with a value that is usually sensible.
fn field() -> impl Strategy<Value = (String, Value)> {
    let word = |field: &'static str, words: &'static [&'static str]| {
        choose(words).prop_map(move |word| (field.to_owned(), json!(word))).boxed()
    };
    prop_oneof![
        4 => word("ipFamilyPolicy", &["SingleStack", "PreferDualStack", "RequireDualStack", "x"]),
        4 => word("type", &["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]),
        4 => vec(choose(&["IPv4", "IPv6"]), 0..3)
            .prop_map(|list| ("ipFamilies".to_owned(), json!(list))),
        3 => addresses().prop_map(|list| ("clusterIPs".to_owned(), list)),
        3 => address().prop_map(|text| ("clusterIP".to_owned(), text)),
        3 => vec(port(), 0..4).prop_map(|list| ("ports".to_owned(), list.into())),
        2 => word("externalTrafficPolicy", &["Local", "Cluster"]),
        2 => word("externalName", &["example.com", ""]),
        1 => any::<bool>().prop_map(|on| ("allocateLoadBalancerNodePorts".to_owned(), json!(on))),
        1 => (29_999..30_010).prop_map(|port| ("healthCheckNodePort".to_owned(), json!(port))),
        1 => Just(("selector".to_owned(), json!({}))),
        1 => (choose(&FIELDS), anything()).prop_map(|(field, value)| (field.to_owned(), value)),
    ]
}

/// A spec that often passes: some fields over a sound base.
fn spec() -> impl Strategy<Value = Value> {
    vec(field(), 0..5).prop_map(|fields| {
        let mut spec = json!({"ports": [{"port": 80}], "selector": {"app": "x"}});
        for (field, value) in fields {
            // Both spellings of the address have to agree, or nothing else is looked at.
            if let ("clusterIPs", Some(first)) = (field.as_str(), value.get(0)) {
                spec["clusterIP"] = first.clone();
            }
            spec[field] = value;
        }
        if spec["type"] == "ExternalName" && spec["externalName"].is_null() {
            spec["externalName"] = json!("example.com");
        }
        spec
    })
}

fn body() -> impl Strategy<Value = Value> {
    (0..NAMES.len(), spec())
        .prop_map(|(name, spec)| json!({"metadata": {"name": NAMES[name]}, "spec": spec}))
}

fn patch() -> impl Strategy<Value = Value> {
    vec(field(), 1..4)
        .prop_map(|fields| json!({"spec": Value::Object(fields.into_iter().collect())}))
}

fn json_patch() -> impl Strategy<Value = Value> {
    let operation = choose(&["add", "remove", "replace", "move", "copy", "test", "x"]);
    let path = choose(&[
        "/spec/clusterIPs/1",
        "/spec/clusterIPs/-",
        "/spec/ipFamilies/0",
        "/spec/ports/0/nodePort",
        "/spec/type",
        "/spec",
        "",
        "/a~1b",
        "spec",
    ]);
    let step = (operation, path, anything()).prop_map(
        |(op, path, value)| json!({"op": op, "path": path, "from": path, "value": value}),
    );
    vec(step, 0..3).prop_map(Value::from)
}

fn event() -> impl Strategy<Value = Event> {
    let name = 0..NAMES.len();
    prop_oneof![
        6 => body().prop_map(Event::Create),
        4 => body().prop_map(Event::Update),
        4 => (name.clone(), patch()).prop_map(|(name, patch)| Event::Merge(name, patch)),
        2 => (name.clone(), patch()).prop_map(|(name, patch)| Event::Strategic(name, patch)),
        1 => (name.clone(), json_patch()).prop_map(|(name, patch)| Event::JsonPatch(name, patch)),
        1 => body().prop_map(Event::DryRun),
        3 => name.prop_map(Event::Delete),
        1 => (0..RANGES.len()).prop_map(Event::Restart),
    ]
}

/// How a cluster starts: release, ranges, allocator.
fn cluster_spec(ranges: usize, version: KubeVersion, bitmap: bool) -> ClusterSpec {
    let newest = version == KubeVersion::LATEST;
    let gate = !newest && RANGES[ranges].len() == 2;
    let gates = [("IPv6DualStack".to_owned(), true)];
    let known = driver::environment(version, 0, &plain(ranges, true))
        .is_ok_and(|env| env.behavior.known_gates().contains_key("IPv6DualStack"));
    ClusterSpec {
        feature_gates: (gate && known).then(|| gates.into_iter().collect()),
        ..plain(ranges, bitmap)
    }
}

fn plain(ranges: usize, bitmap: bool) -> ClusterSpec {
    ClusterSpec {
        service_cluster_ip_range: RANGES[ranges].iter().map(|text| (*text).to_owned()).collect(),
        service_node_port_range: Some("30000-30007".to_owned()),
        ip_allocator: Some(if bitmap { Allocator::Bitmap } else { Allocator::IpAddress }),
        feature_gates: None,
    }
}

/// A session that is being checked.
struct Session {
    cluster: Cluster,
    version: KubeVersion,
    bitmap: bool,
    /// Addresses that leaked since the start.
    leaked: u64,
    /// Whether the API server was started again: from then on what is stored and what the flags say
    /// may differ.
    restarted: bool,
    /// Whether a Service stored node ports that it does not hold: TXN-5 can free somebody else's.
    stray: bool,
}

type Checked = Result<(), TestCaseError>;

fn law(name: &str, result: Result<(), String>) -> Checked {
    result.map_err(|why| TestCaseError::fail(format!("{name}: {why}")))
}

impl Session {
    fn start(ranges: usize, version: KubeVersion, bitmap: bool) -> Self {
        let spec = cluster_spec(ranges, version, bitmap);
        let env = driver::environment(version, 7, &spec).expect("the ranges are fine");
        let cluster = Cluster::new(env);
        Self { cluster, version, bitmap, leaked: 0, restarted: false, stray: false }
    }

    fn happen(&mut self, event: &Event) -> Checked {
        let name = |name: usize| NAMES[name].to_owned();
        let request = match event {
            Event::Create(body) | Event::DryRun(body) => Request::Create(Node::from_json(body)),
            Event::Update(body) => Request::Replace(Node::from_json(body)),
            Event::Merge(of, patch) => {
                Request::Patch { name: name(*of), patch: Patch::Merge(Node::from_json(patch)) }
            }
            Event::Strategic(of, patch) => {
                Request::Patch { name: name(*of), patch: Patch::Strategic(Node::from_json(patch)) }
            }
            Event::JsonPatch(of, patch) => {
                Request::Patch { name: name(*of), patch: Patch::Json(Node::from_json(patch)) }
            }
            Event::Delete(of) => Request::Delete { name: name(*of) },
            Event::Restart(ranges) => {
                let spec = cluster_spec(*ranges, self.version, self.bitmap);
                let env = driver::environment(self.version, 7, &spec).expect("the ranges are fine");
                self.cluster.restart(env);
                self.restarted = true;
                return Ok(());
            }
        };
        let options = Options { dry_run: matches!(event, Event::DryRun(_)), ..Options::default() };
        let before = self.cluster.clone();
        let outcome = self.cluster.handle(request, &options);
        self.leaked +=
            outcome.trace.iter().filter(|step| step.rule.id == laws::LEAK).count() as u64;
        if outcome.result.is_err() || options.dry_run {
            let result = laws::nothing_changed(&before, &self.cluster, &outcome);
            law("a rejected request changes nothing", result)?;
        } else if !matches!(event, Event::Delete(_)) {
            self.accepted(&before, &outcome)?;
        }
        self.accounts()
    }

    fn accepted(&mut self, before: &Cluster, outcome: &Outcome) -> Checked {
        let Ok(Answer::Service { service, .. }) = &outcome.result else { return Ok(()) };
        let name = &service.metadata.name;
        let spec = &service.spec;
        let holds_ports = [NODE_PORT, LOAD_BALANCER].contains(&spec.type_.as_str());
        self.stray |= !holds_ports && spec.ports.iter().any(|port| port.node_port != 0);
        let mut reader = self.cluster.clone();
        let read = reader.handle(Request::Get { name: name.clone() }, &Options::default());
        let same = read.service().is_some_and(|read| read.spec == *spec);
        prop_assert!(same, "reading {name} shows something else than the answer: {spec:?}");
        if let Some(old) = before.service(&key("default", name)) {
            let alias = [&old.spec, spec].iter().any(|spec| spec.type_ == EXTERNAL_NAME);
            let kept = alias || old.spec.cluster_ip == spec.cluster_ip;
            prop_assert!(kept, "{} became {}", old.spec.cluster_ip, spec.cluster_ip);
        }
        if self.restarted {
            return Ok(());
        }
        law("an address per family", laws::addresses_fit(&self.cluster, service))?;
        // Sent again as an update, a port that two entries share is named twice (PORT-10).
        let shown: Vec<i32> =
            spec.ports.iter().map(|port| port.node_port).filter(|port| *port != 0).collect();
        let shares = shown.iter().collect::<BTreeSet<_>>().len() < shown.len();
        // An alias that shows an address is refused when the address is sent in the list.
        let shows = spec.type_ == EXTERNAL_NAME && !spec.cluster_ips.is_empty();
        if shares || shows {
            return Ok(());
        }
        let result = laws::sending_it_again_changes_nothing(&self.cluster, name);
        law("sending the stored object again changes nothing", result)
    }

    /// What is taken is what is stored, and what leaked.
    fn accounts(&self) -> Checked {
        if self.restarted {
            return Ok(());
        }
        let mut addresses = BTreeSet::new();
        let mut ports = BTreeSet::new();
        let mut shown = 0;
        for (_, service) in self.cluster.services() {
            let spec = &service.spec;
            let holds = |ip: &&String| spec.type_ != EXTERNAL_NAME && *ip != "None";
            let own = spec.cluster_ips.iter().filter(holds);
            shown += own.clone().count();
            addresses.extend(own.map(|text| laws::address(text)));
            let named = spec.ports.iter().map(|port| port.node_port);
            ports.extend(named.chain([spec.health_check_node_port]).filter(|port| *port != 0));
        }
        prop_assert_eq!(shown, addresses.len(), "two Services have one address");
        let [v4, v6, taken] = laws::used(&self.cluster);
        prop_assert_eq!(v4 + v6, addresses.len() as u64 + self.leaked, "taken addresses");
        if !self.stray {
            prop_assert_eq!(taken, ports.len() as u64, "taken node ports");
        }
        Ok(())
    }
}

/// A runner whose sessions are the same on every run.
fn runner(cases: u32) -> TestRunner {
    let seed = std::env::var("DUALSTACK_SEED").ok().and_then(|text| text.parse::<u64>().ok());
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.unwrap_or_default().to_le_bytes());
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

fn version() -> impl Strategy<Value = KubeVersion> {
    proptest::sample::select(covered::releases().collect::<Vec<_>>())
}

/// One line per event, to paste into a bug report.
fn print(events: &[Option<Event>]) -> String {
    let line = |event: &Event| match event {
        Event::Create(body) => format!("create {body}"),
        Event::Update(body) => format!("update {body}"),
        Event::Merge(of, patch) => format!("merge patch {} {patch}", NAMES[*of]),
        Event::Strategic(of, patch) => format!("strategic patch {} {patch}", NAMES[*of]),
        Event::JsonPatch(of, patch) => format!("JSON patch {} {patch}", NAMES[*of]),
        Event::DryRun(body) => format!("dry run {body}"),
        Event::Delete(of) => format!("delete {}", NAMES[*of]),
        Event::Restart(ranges) => format!("restart {:?}", RANGES[*ranges]),
    };
    events.iter().flatten().map(line).collect::<Vec<_>>().join("\n  ")
}

#[test]
fn the_laws_hold_in_random_sessions() {
    // Practically every event is there; a failing session is shrunk by leaving events out.
    let events = vec(proptest::option::weighted(0.999_999, event()), LENGTH);
    let sessions = (version(), 0..RANGES.len(), any::<bool>(), events);
    let walked = runner(SESSIONS).run(&sessions, |(version, ranges, bitmap, events)| {
        let mut session = Session::start(ranges, version, bitmap);
        for event in events.iter().flatten() {
            session.happen(event)?;
        }
        Ok(())
    });
    match walked {
        Ok(()) => {}
        Err(TestError::Abort(why)) => panic!("{why}"),
        Err(TestError::Fail(why, (version, ranges, bitmap, events))) => panic!(
            "{why}\n  {version} {:?}{}\n  {}",
            RANGES[ranges],
            if bitmap { " bitmap" } else { "" },
            print(&events)
        ),
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
        let boot = PageEvent::Boot { version, flags: flags.as_str().into() };
        let applies = manifests.iter().map(|text| PageEvent::Apply(text.as_str().into()));
        let events: Rc<[PageEvent]> = std::iter::once(boot).chain(applies).collect();
        let scenario = Scenario { seed: 1, events };
        prop_assert!(run::run(&scenario) == run::run(&scenario), "two reports of one session");
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
