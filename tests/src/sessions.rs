//! Which sessions does nobody think of? Random requests against a cluster, and the laws that have to hold
//! after each. `property.rs` walks a thousand of them; the fuzz target `events` lets a fuzzer choose.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::rc::Rc;

use dualstack_core::api::service::{EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT};
use dualstack_core::apiserver::requests::{
    Answer, ApiServer, Options, Outcome, Patch, Request, key,
};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::Replay;
use dualstack_core::session::action::{Action, PatchForm, Session as Told};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

use crate::vector::{Allocator, ClusterSpec};
use crate::{covered, driver, laws};

/// One thing that happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// POST of this object.
    Create(Value),
    /// PUT of this object.
    Update(Value),
    /// A JSON merge patch of the Service at this place of the names.
    Merge(usize, Value),
    /// A strategic merge patch.
    Strategic(usize, Value),
    /// A JSON patch.
    JsonPatch(usize, Value),
    /// POST of this object, as a dry run.
    DryRun(Value),
    /// DELETE of the Service at this place of the names.
    Delete(usize),
    /// kube-apiserver starts again, with the ranges at this place.
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

/// One of a few values.
pub fn choose<T: Clone + std::fmt::Debug + 'static>(
    values: &'static [T],
) -> impl Strategy<Value = T> {
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

/// A Service that often passes.
fn body() -> impl Strategy<Value = Value> {
    (0..NAMES.len(), spec())
        .prop_map(|(name, spec)| json!({"metadata": {"name": NAMES[name]}, "spec": spec}))
}

/// A change that often makes sense, as a merge patch.
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

/// Anything that can happen.
pub fn event() -> impl Strategy<Value = Event> {
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
struct Checking {
    cluster: ApiServer,
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

/// Whether a law holds.
pub type Checked = Result<(), TestCaseError>;

fn law(name: &str, result: Result<(), String>) -> Checked {
    result.map_err(|why| TestCaseError::fail(format!("{name}: {why}")))
}

impl Checking {
    fn start(ranges: usize, version: KubeVersion, bitmap: bool) -> Self {
        let spec = cluster_spec(ranges, version, bitmap);
        let env = driver::environment(version, 7, &spec).expect("the ranges are fine");
        let cluster = ApiServer::new(env);
        Self { cluster, version, bitmap, leaked: 0, restarted: false, stray: false }
    }

    fn happen(&mut self, event: &Event) -> Checked {
        let name = |name: usize| NAMES[name].to_owned();
        let request = match event {
            Event::Create(body) | Event::DryRun(body) => Request::Create(driver::node(body)),
            Event::Update(body) => Request::Replace(driver::node(body)),
            Event::Merge(of, patch) => {
                Request::Patch { name: name(*of), patch: Patch::Merge(driver::node(patch)) }
            }
            Event::Strategic(of, patch) => {
                Request::Patch { name: name(*of), patch: Patch::Strategic(driver::node(patch)) }
            }
            Event::JsonPatch(of, patch) => {
                Request::Patch { name: name(*of), patch: Patch::Json(driver::node(patch)) }
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

    fn accepted(&mut self, before: &ApiServer, outcome: &Outcome) -> Checked {
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

/// A release whose answers count.
pub fn version() -> impl Strategy<Value = KubeVersion> {
    proptest::sample::select(covered::releases().collect::<Vec<_>>())
}

/// A session: how the cluster starts, and what happens then. A failing one is shrunk by leaving events
/// out.
#[derive(Clone, Debug)]
pub struct Session {
    version: KubeVersion,
    ranges: usize,
    bitmap: bool,
    events: Vec<Option<Event>>,
}

/// Sessions of at most this many events.
pub fn session(length: usize) -> impl Strategy<Value = Session> {
    // Practically every event is there.
    let events = vec(proptest::option::weighted(0.999_999, event()), length);
    (version(), 0..RANGES.len(), any::<bool>(), events)
        .prop_map(|(version, ranges, bitmap, events)| Session { version, ranges, bitmap, events })
}

impl Session {
    /// A session of these events, with one of the releases, ranges and allocators.
    #[must_use]
    pub fn new(start: [u8; 3], events: Vec<Event>) -> Self {
        let [version, ranges, bitmap] = start.map(usize::from);
        let releases: Vec<KubeVersion> = covered::releases().collect();
        Self {
            version: releases[version % releases.len()],
            ranges: ranges % RANGES.len(),
            bitmap: bitmap % 2 == 0,
            events: events.into_iter().map(Some).collect(),
        }
    }

    /// Walks through the session and checks the laws after each event.
    ///
    /// # Errors
    /// The law that was broken.
    pub fn check(&self) -> Checked {
        let mut checking = Checking::start(self.ranges, self.version, self.bitmap);
        self.events.iter().flatten().try_for_each(|event| checking.happen(event))
    }

    /// One line per event, to paste into a bug report.
    #[must_use]
    pub fn print(&self) -> String {
        let bitmap = if self.bitmap { " bitmap" } else { "" };
        let mut text = format!("{} {:?}{bitmap}", self.version, RANGES[self.ranges]);
        for event in self.events.iter().flatten() {
            let line = match event {
                Event::Create(body) => format!("create {body}"),
                Event::Update(body) => format!("update {body}"),
                Event::Merge(of, patch) => format!("merge patch {} {patch}", NAMES[*of]),
                Event::Strategic(of, patch) => format!("strategic patch {} {patch}", NAMES[*of]),
                Event::JsonPatch(of, patch) => format!("JSON patch {} {patch}", NAMES[*of]),
                Event::DryRun(body) => format!("dry run {body}"),
                Event::Delete(of) => format!("delete {}", NAMES[*of]),
                Event::Restart(ranges) => format!("restart {:?}", RANGES[*ranges]),
            };
            let _ = write!(text, "\n  {line}");
        }
        text
    }
}

/// Starts of sessions about Nodes and Pods: ranges that are scarce, of one family, in another order, and
/// texts with which something exits.
const STARTS: [&str; 8] = [
    "--allocate-node-cidrs --cluster-cidr=10.244.0.0/22,fd00:10:244::/63",
    "--allocate-node-cidrs --cluster-cidr=10.244.0.0/22",
    "--allocate-node-cidrs --cluster-cidr=fd00:10:244::/62,10.244.0.0/22",
    "--allocate-node-cidrs --cluster-cidr=10.244.0.0/16,fd00::/112 --node-cidr-mask-size-ipv4=29 \
     --node-cidr-mask-size-ipv6=126",
    "--allocate-node-cidrs=false",
    "--allocate-node-cidrs --cluster-cidr=x",
    "--allocate-node-cidrs --cluster-cidr=10.244.0.0/22,fd00:10:244::/63\n# network plugin: ipv4",
    "--allocate-node-cidrs --cluster-cidr=10.244.0.0/22,fd00:10:244::/63\n# network plugin: none",
];
const KUBELETS: [&str; 5] = [
    "kubelet\n--node-ip=192.0.2.11,2001:db8::11",
    "kubelet · a\n--node-ip=2001:db8::11\n--max-pods=3",
    "kubelet · a, b",
    "kubelet · a\n--node-ip=::,::",
    "kube-apiserver\n--service-cluster-ip-range=oops",
];
const OBJECTS: [&str; 12] = [
    "{apiVersion: v1, kind: Node, metadata: {name: a}}",
    "{apiVersion: v1, kind: Node, metadata: {name: b, labels: {x: z}}}",
    "{apiVersion: v1, kind: Node, metadata: {name: c}, spec: {podCIDRs: [10.244.1.0/24]}}",
    "{apiVersion: v1, kind: Node, metadata: {name: w, labels: {kubernetes.io/os: windows}}}",
    "{apiVersion: v1, kind: Node, metadata: {name: v, labels: {kubernetes.io/os: windows}, annotations: \
     {flannel.alpha.coreos.com/backend-type: vxlan}}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: p}, spec: {nodeName: b, containers: [{name: a, image: b}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: q}, spec: {hostNetwork: true, containers: [{name: a, image: \
     b}]}}",
    "{apiVersion: v1, kind: Pod, metadata: {name: r}, spec: {os: {name: windows}, containers: [{name: a, \
     image: b}]}}",
    "{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: [{port: 80}]}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: REPLICAS, selector: \
     {matchLabels: {x: z}}, template: {metadata: {labels: {x: z}}, spec: {containers: [{name: a, image: b}]}}}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {replicas: REPLICAS, selector: \
     {matchLabels: {x: z}}, template: {metadata: {labels: {x: z}}, spec: {nodeSelector: {x: z}, containers: \
     [{name: a, image: c}]}}}}",
    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: e, namespace: other}, spec: {replicas: REPLICAS, \
     selector: {matchLabels: {x: z}}, template: {metadata: {labels: {x: z}}, spec: {hostNetwork: true, \
     containers: [{name: a, image: b}]}}}}",
];
const OBJECT_NAMES: [&str; 12] = [
    "node/a",
    "node/b",
    "node/c",
    "node/w",
    "node/v",
    "node/node-1",
    "pod/p",
    "pod/q",
    "pod/r",
    "deployment/d",
    "deploy/e -n other",
    "service/s",
];

/// A manifest of a Node, a Pod or a Deployment; now and then of a Service.
fn object_document() -> impl Strategy<Value = String> {
    (choose(&OBJECTS), 0..14_u8).prop_map(|(it, count)| it.replace("REPLICAS", &count.to_string()))
}

/// A start of a session about Nodes and Pods.
pub fn cluster_start() -> impl Strategy<Value = Action> {
    (version(), choose(&STARTS), choose(&KUBELETS)).prop_map(|(version, start, kubelet)| {
        let flags = format!("kube-controller-manager\n{start}\n{kubelet}\n").into();
        Action::Boot { version, flags }
    })
}

/// An event of a session about Nodes and Pods.
pub fn cluster_event() -> impl Strategy<Value = Action> {
    let objects = vec(object_document(), 1..4)
        .prop_map(|documents| Action::Apply(documents.join("\n---\n").into()));
    let delete = choose(&OBJECT_NAMES).prop_map(|name| Action::Delete(name.into()));
    prop_oneof![1 => cluster_start(), 4 => objects, 2 => delete]
}

/// A session of the page, and an event of it that is edited.
#[derive(Clone, Debug)]
pub struct PageSession {
    start: Action,
    events: Vec<Action>,
    edited: usize,
    edit: Action,
}

/// A start, or one more.
pub fn page_start() -> impl Strategy<Value = Action> {
    let flags = |ranges: usize| {
        let ranges = RANGES[ranges].join(",");
        let advertised = if ranges.starts_with("fd") { "2001:db8::10" } else { "192.0.2.10" };
        format!(
            "--service-cluster-ip-range={ranges}\n--service-node-port-range=30000-30007\n\
             --advertise-address={advertised}\n"
        )
    };
    let other = (choose(&STARTS), choose(&KUBELETS));
    let other = other.prop_map(|(start, kubelet)| {
        // The one that ends kube-apiserver would do so in most sessions.
        let kubelet = if kubelet.contains("oops") { "" } else { kubelet };
        format!("kube-controller-manager\n{start}\n{kubelet}\n")
    });
    (version(), 0..RANGES.len(), proptest::option::of(other)).prop_map(
        move |(version, at, other)| {
            let flags = [flags(at), other.unwrap_or_default()].concat().into();
            Action::Boot { version, flags }
        },
    )
}

/// A document of a manifest: a Service, or now and then another object.
pub fn page_document() -> impl Strategy<Value = String> {
    let typed = |mut body: Value, kind: &str, version: &str| {
        body["kind"] = json!(kind);
        body["apiVersion"] = json!(version);
        body.to_string()
    };
    let cidr = (0..NAMES.len(), 0..RANGES.len()).prop_map(move |(name, at)| {
        let body = json!({"metadata": {"name": NAMES[name]}, "spec": {"cidrs": RANGES[at]}});
        typed(body, "ServiceCIDR", "networking.k8s.io/v1")
    });
    prop_oneof![
        8 => body().prop_map(move |body| typed(body, "Service", "v1")),
        1 => cidr,
        3 => object_document(),
    ]
}

/// Anything that can happen on the page.
pub fn page_event() -> impl Strategy<Value = Action> {
    let name = || 0..NAMES.len();
    let form = proptest::sample::select(PatchForm::ALL.to_vec());
    let patched = (name(), form, patch()).prop_map(|(name, form, body)| Action::Patch {
        service: NAMES[name].into(),
        form,
        body: body.to_string().into(),
    });
    prop_oneof![
        9 => page_document().prop_map(|text| Action::Apply(text.into())),
        2 => vec(page_document(), 2..4).prop_map(|all| Action::Apply(all.join("\n---\n").into())),
        2 => choose(&OBJECT_NAMES).prop_map(|name| Action::Delete(name.into())),
        4 => patched,
        3 => name().prop_map(|name| Action::Delete(NAMES[name].into())),
        1 => page_document().prop_map(|text| Action::Existing(text.into())),
        1 => name().prop_map(|name| Action::Delete(format!("servicecidr/{}", NAMES[name]).into())),
        1 => page_start(),
    ]
}

/// Sessions of the page with at most this many events.
pub fn page_session(length: usize) -> impl Strategy<Value = PageSession> {
    (page_start(), vec(page_event(), 1..=length), 0..length, page_event()).prop_map(
        |(start, events, at, edit)| {
            let edited = 1 + at % events.len();
            PageSession { start, events, edited, edit }
        },
    )
}

impl PageSession {
    /// A session of these events; the last one is what the one at `edited` becomes.
    #[must_use]
    pub fn new(start: Action, mut events: Vec<Action>, edited: u8) -> Option<Self> {
        let edit = events.pop()?;
        let edited = 1 + usize::from(edited) % events.len().max(1);
        (!events.is_empty()).then_some(Self { start, events, edited, edit })
    }

    /// The session before the edit.
    #[must_use]
    pub fn scenario(&self) -> Told {
        let mut events = vec![self.start.clone()];
        events.extend(self.events.iter().cloned());
        Told { seed: 0, events: events.into() }
    }

    /// Typing anywhere reports what a replay from the start reports.
    ///
    /// # Errors
    /// The reports differ.
    pub fn check(&self) -> Checked {
        let mut events = vec![self.start.clone()];
        events.extend(self.events.iter().cloned());
        let scenario = |events: &[Action]| Told { seed: 0, events: Rc::from(events) };
        let mut replay = Replay::default();
        let _ = replay.run(&scenario(&events), events.len() - 1);
        events[self.edited].clone_from(&self.edit);
        let edited = scenario(&events);
        let _ = replay.run_shown(&edited, self.edited);
        for shown in [self.edited, events.len() - 1] {
            let anew = Replay::default().run(&edited, shown);
            prop_assert!(replay.run(&edited, shown) == anew, "event {shown} of {edited:?}");
        }
        Ok(())
    }
}
