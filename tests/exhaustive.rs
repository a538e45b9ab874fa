//! Is there a counterexample to the laws in the whole small input space? Every policy, list of
//! families, list of addresses, type and selector, created on every kind of cluster and release; and
//! every update of every object that can be stored to every other request.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};

use dualstack_core::api::service::{EXTERNAL_NAME, Service};
use dualstack_core::apiserver::environment::Env;
use dualstack_core::apiserver::requests::{ApiServer, Options, Outcome, Request};
use dualstack_core::explain::trace::Step;
use dualstack_core::net::{Family, Stack};
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::span::Span;
use dualstack_core::source::yaml::{Entry, Node, Value as YamlValue};
use dualstack_tests::covered;
use dualstack_tests::driver::{self, cidr};
use dualstack_tests::laws;
use serde_json::json;

const V4: &str = "10.96.0.0/16";
const V6: &str = "fd00:10:96::/112";
const POLICIES: [&str; 4] = ["", "SingleStack", "PreferDualStack", "RequireDualStack"];
const FAMILIES: [&[Family]; 5] =
    [&[], &[Family::V4], &[Family::V6], &[Family::V4, Family::V6], &[Family::V6, Family::V4]];
const ADDRESSES: [&[&str]; 8] = [
    &[],
    &["None"],
    &["10.96.0.10"],
    &["fd00:10:96::10"],
    &["10.96.0.10", "fd00:10:96::10"],
    &["fd00:10:96::10", "10.96.0.10"],
    // The second one lies outside: what the first took has to come back, or leaks by TXN-3.
    &["10.96.0.10", "fd00:10:97::10"],
    &["fd00:10:96::10", "10.97.0.10"],
];
const TYPES: [&str; 4] = ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"];

/// One request of the space.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Input {
    policy: &'static str,
    families: &'static [Family],
    addresses: &'static [&'static str],
    type_: &'static str,
    selector: bool,
}

fn space() -> &'static [Prepared] {
    static SPACE: OnceLock<Vec<Prepared>> = OnceLock::new();
    SPACE.get_or_init(|| inputs().into_iter().map(Prepared::new).collect())
}

fn inputs() -> Vec<Input> {
    let mut all = Vec::new();
    for policy in POLICIES {
        for families in FAMILIES {
            for addresses in ADDRESSES {
                for type_ in TYPES {
                    for selector in [true, false] {
                        all.push(Input { policy, families, addresses, type_, selector });
                    }
                }
            }
        }
    }
    all
}

impl Input {
    /// The body, as a client sends it.
    fn body(&self) -> Node {
        let mut spec = json!({"type": self.type_, "ports": [{"port": 80}]});
        if !self.policy.is_empty() {
            spec["ipFamilyPolicy"] = json!(self.policy);
        }
        if !self.families.is_empty() {
            spec["ipFamilies"] = self.families.iter().map(|family| family.name()).collect();
        }
        if let Some(first) = self.addresses.first() {
            spec["clusterIP"] = json!(first);
            spec["clusterIPs"] = json!(self.addresses);
        }
        if self.selector {
            spec["selector"] = json!({"app": "x"});
        }
        if self.type_ == EXTERNAL_NAME {
            spec["externalName"] = json!("example.com");
        }
        driver::node(&json!({"metadata": {"name": "a"}, "spec": spec}))
    }

    /// The same with the families exchanged; only for inputs that name no address.
    fn mirrored(&self) -> Self {
        let mirror = |families: &[Family]| families.iter().map(|family| family.other()).collect();
        let families: Vec<Family> = mirror(self.families);
        let found = FAMILIES.into_iter().find(|known| *known == families);
        Self { families: found.unwrap_or_default(), ..*self }
    }

    /// Whether the second address lies outside its range.
    fn is_half_outside(&self) -> bool {
        ADDRESSES[6..].contains(&self.addresses)
    }

    fn names_no_address(&self) -> bool {
        self.addresses.is_empty() || self.addresses == ["None"]
    }
}

/// A cluster with these families, the primary first.
fn cluster(version: KubeVersion, families: &[Family]) -> ApiServer {
    let range = |family| cidr(if family == Family::V4 { V4 } else { V6 }).expect("a range");
    let ranges = match families {
        [first, second] => Stack::dual(*first, range(*first), range(*second)),
        _ => Stack::single(families[0], range(families[0])),
    };
    let mut env = Env::new(version, ranges);
    if families.len() == 2 && !env.behavior.dual_stack.on() {
        env.behavior.set_gate("IPv6DualStack", true).expect("two ranges need it");
    }
    ApiServer::new(env)
}

/// An input with its body, made once for all walks.
struct Prepared {
    input: Input,
    body: Node,
    /// With the families exchanged; only where the input names no address.
    mirrored: Option<Node>,
}

impl Prepared {
    fn new(input: Input) -> Self {
        let mirrored = input.names_no_address().then(|| input.mirrored().body());
        Self { input, body: input.body(), mirrored }
    }
}

fn create(cluster: &mut ApiServer, body: &Node) -> Outcome {
    cluster.handle(Request::Create(body.clone()), &Options::default())
}

/// Sends an update with the version it is based on; up to 1.21 none is taken without it.
fn update(cluster: &mut ApiServer, body: &Node, stored: &Service) -> Outcome {
    let mut body = body.clone();
    if let YamlValue::Map(members) = &mut body.value
        && let Some(metadata) = members.iter_mut().find(|member| member.key == "metadata")
        && let YamlValue::Map(members) = &mut metadata.value.value
    {
        members.push(Entry {
            key: "resourceVersion".to_owned(),
            key_span: Span::default(),
            value: driver::node(&json!(stored.metadata.resource_version)),
        });
    }
    cluster.handle(Request::Replace(body), &Options::default())
}

/// What must be the same when families are exchanged everywhere: accepted or not, policy, families
/// by rank, and the rules in their order.
fn shape(outcome: &Outcome, exchanged: bool) -> (bool, String, Vec<String>, Vec<&'static str>) {
    let spec = outcome.service().map(|service| &service.spec);
    let families = spec.map(|spec| spec.ip_families.clone()).unwrap_or_default();
    let families = families.into_iter().map(|name| match Family::from_name(&name) {
        Some(family) if exchanged => family.other().name().to_owned(),
        _ => name,
    });
    let rules = outcome.trace.iter().map(|step: &Step| match step.rule.id {
        // One rule of upstream, told per family.
        "VAL-40" if exchanged => "VAL-41",
        "VAL-41" if exchanged => "VAL-40",
        rule => rule,
    });
    let policy = spec.map(|spec| spec.policy().to_owned()).unwrap_or_default();
    (outcome.result.is_ok(), policy, families.collect(), rules.collect())
}

/// Counterexamples, by law.
type Found = BTreeMap<&'static str, Vec<String>>;

/// What a create led to.
struct State {
    from: Input,
    cluster: ApiServer,
    stored: Service,
    /// The same with the families exchanged.
    mirror: Option<(ApiServer, Service)>,
}

/// Creates and updates on one cluster of one release.
struct Walk {
    version: KubeVersion,
    families: &'static [Family],
    inputs: &'static [Prepared],
    found: Found,
    requests: usize,
    /// Specs that were sent again.
    sent_again: BTreeSet<String>,
}

impl Walk {
    fn note(&mut self, law: &'static str, what: &dyn std::fmt::Debug, result: Result<(), String>) {
        if let Err(why) = result {
            let Self { version, families, .. } = self;
            let text = format!("{version} {families:?} {what:?}: {why}");
            self.found.entry(law).or_default().push(text);
        }
    }

    /// Of a cluster and its mirror image one is enough to compare the two.
    fn is_original(&self) -> bool {
        self.families.first() == Some(&Family::V4)
    }

    fn mirror_families(&self) -> &'static [Family] {
        let mirrored: Vec<Family> = self.families.iter().map(|family| family.other()).collect();
        FAMILIES.into_iter().find(|known| *known == mirrored).unwrap_or_default()
    }

    fn run(&mut self) {
        let empty = cluster(self.version, self.families);
        let empty_mirror = cluster(self.version, self.mirror_families());
        // Many inputs lead to one stored object, and an update sees no more than that.
        let mut states: Vec<State> = Vec::new();
        for Prepared { input, body, mirrored } in self.inputs {
            let mut after = empty.clone();
            let outcome = create(&mut after, body);
            self.requests += 1;
            let mut mirror = None;
            if let Some(body) = mirrored.as_ref().filter(|_| self.is_original()) {
                let mut cluster = empty_mirror.clone();
                let other = create(&mut cluster, body);
                self.symmetry(input, &outcome, &other);
                mirror = other.service().cloned().map(|stored| (cluster, stored));
            }
            let Some(stored) = outcome.service().cloned() else {
                let result = laws::nothing_changed(&empty, &after, &outcome);
                self.note("a rejected request changes nothing", input, result);
                continue;
            };
            self.accepted(input, &after, &stored);
            let mut deleted = after.clone();
            let gone = deleted.handle(Request::Delete { name: "a".into() }, &Options::default());
            let same = laws::same_state(&empty, &deleted) && gone.result.is_ok();
            let result = if same { Ok(()) } else { Err(format!("{:?}", laws::used(&deleted))) };
            self.note("create and delete leave the pools as they were", input, result);
            if !states.iter().any(|state| state.stored.spec == stored.spec) {
                states.push(State { from: *input, cluster: after, stored, mirror });
            }
        }
        // An update allocates at most one address, so it cannot leak: those inputs are for creates.
        let updates = self.inputs.iter().filter(|prepared| !prepared.input.is_half_outside());
        for state in &states {
            for prepared in updates.clone() {
                self.update(state, prepared);
            }
        }
    }

    fn update(&mut self, state: &State, prepared: &Prepared) {
        let State { from, cluster: before, stored, mirror } = state;
        let inputs = &(*from, prepared.input);
        let mut after = before.clone();
        let outcome = update(&mut after, &prepared.body, stored);
        self.requests += 1;
        if let (Some((mirror, stored)), Some(body)) = (mirror, &prepared.mirrored) {
            let other = update(&mut mirror.clone(), body, stored);
            self.symmetry(inputs, &outcome, &other);
        }
        let Some(now) = outcome.service() else {
            let result = laws::nothing_changed(before, &after, &outcome);
            self.note("a rejected request changes nothing", inputs, result);
            return;
        };
        self.accepted(inputs, &after, now);
        let alias = [&stored.spec, &now.spec].iter().any(|spec| spec.type_ == EXTERNAL_NAME);
        if !alias && now.spec.cluster_ip != stored.spec.cluster_ip {
            let text = format!("{} became {}", stored.spec.cluster_ip, now.spec.cluster_ip);
            self.note("the primary address survives updates", inputs, Err(text));
        }
        // Everything that is taken belongs to the one Service there is.
        let addresses = now.spec.cluster_ips.iter().filter(|ip| *ip != "None").count() as u64;
        let ports = now.spec.ports.iter().filter(|port| port.node_port != 0).count() as u64;
        let ports = ports + u64::from(now.spec.health_check_node_port != 0);
        let [v4, v6, taken_ports] = laws::used(&after);
        let fits = v4 + v6 == addresses && taken_ports == ports;
        let result =
            if fits { Ok(()) } else { Err(format!("{v4} {v6} {taken_ports} for {:?}", now.spec)) };
        self.note("what is taken is what is stored", inputs, result);
    }

    fn accepted(&mut self, what: &dyn std::fmt::Debug, cluster: &ApiServer, service: &Service) {
        let result = laws::addresses_fit(cluster, service);
        self.note("an address per family, inside its range", what, result);
        // What happens next depends on the object alone.
        if self.sent_again.insert(format!("{:?}", service.spec)) {
            let result = laws::sending_it_again_changes_nothing(cluster, "a");
            self.note("sending the stored object again changes nothing", what, result);
        }
    }

    fn symmetry(&mut self, what: &dyn std::fmt::Debug, own: &Outcome, other: &Outcome) {
        let (own, other) = (shape(own, false), shape(other, true));
        let same = if own == other { Ok(()) } else { Err(format!("{own:?} but {other:?}")) };
        self.note("exchanging the families exchanges the answer", what, same);
    }
}

/// Walks on all releases that count and all four clusters; gives counterexamples and requests.
fn walk_all() -> (Found, usize) {
    let mut walks: Vec<(KubeVersion, &'static [Family])> = Vec::new();
    for version in covered::releases() {
        walks.extend(FAMILIES[1..].iter().map(|families| (version, *families)));
    }
    let next = AtomicUsize::new(0);
    let sum = Mutex::new((Found::new(), 0));
    let work = || {
        while let Some((version, families)) = walks.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut walk = Walk {
                version: *version,
                families,
                inputs: space(),
                found: Found::new(),
                requests: 0,
                sent_again: BTreeSet::new(),
            };
            walk.run();
            let mut sum = sum.lock().expect("no walk panics");
            for (law, texts) in walk.found {
                sum.0.entry(law).or_default().extend(texts);
            }
            sum.1 += walk.requests;
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    sum.into_inner().expect("no walk panics")
}

#[test]
fn the_small_space_holds_no_counterexample() {
    let (found, requests) = walk_all();
    let report: Vec<String> = found
        .iter()
        .map(|(law, texts)| {
            let first = texts.iter().take(3).cloned().collect::<Vec<_>>().join("\n    ");
            format!("{law}: {} counterexamples\n    {first}", texts.len())
        })
        .collect();
    assert!(requests > 100_000, "only {requests} requests were made");
    println!("{requests} requests");
    assert!(report.is_empty(), "of {requests} requests:\n{}", report.join("\n"));
}
