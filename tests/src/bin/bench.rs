//! How long does the core take? Prints the figures of `docs/performance.md` as a Markdown table: the
//! median of many samples, and the span in which nine of ten lie. `cargo xtask bench` runs it here and,
//! as the page's WebAssembly is built, in Node.

use std::cell::RefCell;
use std::hint::black_box;
use std::rc::Rc;

use dualstack_core::api::field_path::FieldPath;
use dualstack_core::apiserver::allocators::{Picker, Pools, Usable};
use dualstack_core::apiserver::environment::{AllocatorKind, Env};
use dualstack_core::apiserver::requests::{ApiServer, Options, Request};
use dualstack_core::controller_manager::config::{NodeIpamConfig, NodeRange};
use dualstack_core::controller_manager::range_allocator::NodeIpam;
use dualstack_core::explain::trace::Trace;
use dualstack_core::net::bitmap::TakenSet;
use dualstack_core::net::cidr::{from_bits, to_bits};
use dualstack_core::net::{Family, Stack};
use dualstack_core::network_plugin::HostLocal;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{self, Replay};
use dualstack_core::source::flags::{Component, boxes};
use dualstack_core::source::yaml::Node;
use dualstack_tests::driver::{self, cidr};
use serde_json::json;

// What the figures are held against, on one core.
const CREATE: &str = if cfg!(target_arch = "wasm32") { "≤ 15 µs" } else { "≤ 5 µs" };
const NEXT: &str = "≤ 200 ns";
const KEYSTROKE: &str = "≤ 4 ms";

/// How long each figure is warmed up, in milliseconds.
const WARM_UP: f64 = 200.0;

/// Samples per figure; a sample is a batch of calls, so that the clock does not count.
const SAMPLES: usize = 101;

/// Where there is a system to ask.
#[cfg(not(target_arch = "wasm32"))]
mod host {
    use std::sync::LazyLock;
    use std::time::Instant;

    static START: LazyLock<Instant> = LazyLock::new(Instant::now);

    /// Milliseconds since some moment.
    pub fn now() -> f64 {
        START.elapsed().as_secs_f64() * 1e3
    }

    pub fn print(text: &str) {
        println!("{text}");
    }

    /// The memory of this process in KiB, where the system tells.
    pub fn memory() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let line = status.lines().find(|line| line.starts_with("VmRSS:"));
        line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok()).unwrap_or_default()
    }
}

/// In Node.
#[cfg(target_arch = "wasm32")]
mod host {
    use wasm_bindgen::prelude::wasm_bindgen;

    #[wasm_bindgen]
    extern "C" {
        #[wasm_bindgen(js_namespace = performance)]
        pub fn now() -> f64;
        #[wasm_bindgen(js_namespace = console, js_name = log)]
        pub fn print(text: &str);
    }

    /// The memory of the program in KiB.
    pub fn memory() -> u64 {
        core::arch::wasm32::memory_size::<0>() as u64 * 64
    }
}

/// A time, given in milliseconds, for people.
fn shown(milliseconds: f64) -> String {
    match milliseconds * 1e6 {
        nanoseconds if nanoseconds < 1e3 => format!("{nanoseconds:.0} ns"),
        nanoseconds if nanoseconds < 1e6 => format!("{:.1} µs", nanoseconds / 1e3),
        _ => format!("{milliseconds:.1} ms"),
    }
}

/// One line of the table.
fn report(name: &str, mut samples: Vec<f64>, target: &str) {
    samples.sort_by(f64::total_cmp);
    let at = |percent: usize| shown(samples[(samples.len() - 1) * percent / 100]);
    host::print(&format!("| {name} | {} | {} – {} | {target} |", at(50), at(5), at(95)));
}

/// Times batches of `work`, each on what `prepare` made for it. Results are dropped after the clock
/// has stopped.
fn measure<T, U>(
    name: &str,
    target: &str,
    mut prepare: impl FnMut() -> Vec<T>,
    mut work: impl FnMut(T) -> U,
) {
    let mut sample = || {
        let inputs = prepare();
        let count = inputs.len();
        let mut results = Vec::with_capacity(count);
        let start = host::now();
        for input in inputs {
            results.push(work(black_box(input)));
        }
        let elapsed = host::now() - start;
        black_box(results);
        elapsed / count as f64
    };
    // Until caches and the compiler of Node have seen it.
    let start = host::now();
    while host::now() - start < WARM_UP {
        sample();
    }
    report(name, (0..SAMPLES).map(|_| sample()).collect(), target);
}

fn dual_stack(v4: &str, v6: &str) -> Env {
    let range = |text| cidr(text).expect("a range");
    Env::new(KubeVersion::LATEST, Stack::dual(Family::V4, range(v4), range(v6)))
}

fn service(name: &str, policy: &str) -> Node {
    driver::node(&json!({
        "metadata": {"name": name},
        "spec": {
            "ipFamilyPolicy": policy, "selector": {"app": "x"},
            "ports": [{"port": 80, "targetPort": 8080}],
        },
    }))
}

/// A cluster in which `count` addresses of each family are taken, spread over the ranges.
fn with_taken(count: u64) -> ApiServer {
    let env = dual_stack("10.96.0.0/12", "fd00::/108");
    let mut cluster = ApiServer::new(env);
    for (family, range) in cluster.env().ranges.clone().iter() {
        let network = to_bits(range.network());
        for number in 1..=count {
            let bits = network + u128::from(number * 19 % (1 << 20));
            cluster.preallocate_ip(from_bits(family, bits).expect("an address of the family"));
        }
    }
    cluster
}

fn requests() {
    // One request at a time is what a person makes; ten are long enough for the clock.
    const BATCH: u32 = 10;
    for taken in [0, 2_000, 50_000] {
        let cluster = RefCell::new(with_taken(taken));
        let answer = |request| cluster.borrow_mut().handle(request, &Options::default());
        let name = format!("create, dual-stack, {taken} addresses taken");
        let prepare = || {
            let bodies = (0..BATCH).map(|number| {
                let name = format!("s{number}");
                let body = service(&name, "PreferDualStack");
                answer(Request::Delete { name });
                body
            });
            bodies.collect()
        };
        measure(&name, CREATE, prepare, |body| answer(Request::Create(body)));
    }
    let mut single = with_taken(0);
    single.handle(Request::Create(service("a", "SingleStack")), &Options::default());
    let body = service("a", "RequireDualStack");
    let prepare = || (0..BATCH).map(|_| (single.clone(), body.clone())).collect();
    measure("update, single to dual", "", prepare, |(mut cluster, body)| {
        let outcome = cluster.handle(Request::Replace(body), &Options::default());
        (cluster, outcome)
    });
}

/// Fills a share of the usable addresses, the lowest first in every hundred.
fn filled(env: &Env, family: Family, percent: u64) -> Pools {
    let mut pools = Pools::new(env);
    let range = env.ranges.get(family).expect("the family has a range");
    let usable = Usable::of(*range, env.allocator).expect("the range serves");
    for number in (0..usable.count).filter(|number| number % 100 < percent) {
        let bits = usable.first + u128::from(number);
        pools.mark_address(family, from_bits(family, bits).expect("an address of the family"));
    }
    pools
}

/// The search alone: what grows with how full a range is.
fn next_free() {
    const BATCH: u32 = 1000;
    let size = 1_u128 << 20;
    // A fixed shuffle: which numbers are free looks random, and is the same every time.
    let shuffle = |number: u128| number * 2_654_435_761 % size;
    for percent in [0, 50, 99, 100] {
        let mut set = TakenSet::default();
        for number in (0..size).filter(|number| shuffle(*number) * 100 < size * percent) {
            set.insert(number);
        }
        let mut number = 0;
        let name = format!("allocate-next, /12 or /108, {percent} % full");
        let prepare = || {
            let starts = (0..BATCH).map(|_| {
                number += 1;
                shuffle(number * 7919)
            });
            starts.collect()
        };
        measure(&name, NEXT, prepare, |from| {
            set.first_free(from, size - 1).or_else(|| set.first_free(0, from))
        });
    }
}

/// The whole way of a dynamic address, with the step it leaves in the trace.
fn allocations() {
    const BATCH: u32 = 100;
    let env = dual_stack("10.96.0.0/12", "fd00::/108");
    for (family, range) in [(Family::V4, "/12"), (Family::V6, "/108")] {
        for percent in [0, 50, 99, 100] {
            let mut pools = filled(&env, family, percent);
            let mut number = 0;
            let name = format!("allocate, trace and release, {range}, {percent} % full");
            let prepare = || {
                let pickers = (0..BATCH).map(|_| {
                    number += 1;
                    Picker::new(0, "default", "a", number)
                });
                pickers.collect()
            };
            measure(&name, "", prepare, |picker| {
                let (mut trace, at) = (Trace::default(), FieldPath::default());
                let taken = pools.allocate_dynamic(&env, family, picker, &mut trace, at);
                if let Ok(ip) = taken {
                    pools.release_address(family, ip);
                }
                taken
            });
        }
    }
}

/// Ranges of Nodes and addresses of Pods, in a cluster of 500 Nodes and 5,000 Pods.
fn nodes_and_pods() {
    const NODES: u32 = 500;
    const PODS: u32 = 5_000;
    let range = |text, node_mask| NodeRange { cidr: cidr(text).expect("a range"), node_mask };
    let config = NodeIpamConfig {
        behavior: Behavior::of(KubeVersion::LATEST),
        cluster: Stack::dual(Family::V4, range("10.0.0.0/8", 24), range("fd00::/48", 64)),
        services: Vec::new(),
    };
    let names: Vec<String> = (0..PODS).map(|number| format!("name-{number}")).collect();
    let start =
        || NodeIpam::start(&config, [], &mut Trace::default()).expect("there are no Nodes to fit");
    measure(
        "ranges of 500 Nodes",
        "≤ 1 ms",
        || vec![start()],
        |mut ipam| {
            let outcomes: Vec<_> =
                names[..NODES as usize].iter().map(|name| ipam.add(name, &[])).collect();
            (ipam, outcomes)
        },
    );
    let mut ipam = start();
    let mut nodes = Vec::new();
    for name in &names[..NODES as usize] {
        nodes.push(HostLocal::new(&ipam.add(name, &[]).pod_cidrs).expect("room for Pods"));
    }
    // A clone shares everything until it changes: the first Pod of each Node pays for that as well.
    measure(
        "addresses of 5,000 Pods",
        "≤ 5 ms",
        || vec![nodes.clone()],
        |mut nodes| {
            for (number, name) in names.iter().enumerate() {
                let addresses = nodes[number % NODES as usize].add(name);
                black_box(addresses).expect("room for Pods");
            }
            nodes
        },
    );
    measure("a copy of 500 Nodes' ranges", "", || vec![&ipam], Clone::clone);
}

/// A start, then an apply of a Service of its own for each further event.
fn session(count: usize) -> Vec<Action> {
    let flags: Rc<str> = "--service-cluster-ip-range=10.96.0.0/16,fd00::/112".into();
    let boot = Action::Boot { version: KubeVersion::LATEST, flags };
    std::iter::once(boot).chain((1..count).map(|number| apply(number, "PreferDualStack"))).collect()
}

fn apply(number: usize, policy: &str) -> Action {
    let text = format!(
        "apiVersion: v1\nkind: Service\nmetadata:\n  name: s{number}\nspec:\n  ipFamilyPolicy: \
         {policy}\n  selector:\n    app: x\n  ports:\n  - port: 80\n"
    );
    Action::Apply(text.into())
}

fn scenario(events: &[Action]) -> Session {
    Session { seed: 0, events: events.into() }
}

fn sessions() {
    for count in [200, 1000] {
        let whole = scenario(&session(count));
        measure(&format!("run, session of {count} events"), "", || vec![&whole], session::run);
    }
    // The worst place: farthest behind a snapshot, with half of the session still to come.
    let (mut events, at, last) = (session(200), 99, 199);
    let whole = scenario(&events);
    let mut typed = |policy: &str| {
        events[at] = apply(at, policy);
        scenario(&events)
    };
    let (first, second) = (typed("PreferDualStac"), typed("SingleStack"));
    let start = || {
        let mut replay = Replay::default();
        black_box(replay.run(&whole, last));
        replay
    };
    let name = "keystroke, 200 events, the first at event 100: its answer";
    measure(
        name,
        KEYSTROKE,
        || vec![start()],
        |mut replay| {
            let report = replay.run_shown(&first, at);
            (replay, report)
        },
    );
    let begun = || {
        let mut replay = start();
        black_box(replay.run_shown(&first, at));
        vec![replay]
    };
    let name = "keystroke, 200 events, the next one there: its answer";
    measure(name, KEYSTROKE, begun, |mut replay| {
        let report = replay.run_shown(&second, at);
        (replay, report)
    });
    let name = "keystroke, 200 events: the events behind it, when typing pauses";
    measure(name, "", begun, |mut replay| {
        let report = replay.run(&second, at);
        (replay, report)
    });
}

/// A session of 500 Nodes and 5,000 Pods, and a Service in it.
fn large_session(policy: &str) -> Session {
    let names: Vec<String> = (1..=500).map(|number| format!("node-{number}")).collect();
    let flags = format!(
        "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n\
         kube-controller-manager\n--allocate-node-cidrs\n--cluster-cidr=10.128.0.0/9,fd00:10:244::/48\n\
         kubelet · {}\n",
        names.join(", ")
    );
    let pods = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 5000\n  \
                selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    \
                spec: {containers: [{name: web, image: nginx}]}\n";
    let boot = Action::Boot { version: KubeVersion::LATEST, flags: flags.into() };
    scenario(&[boot, Action::Apply(pods.into()), apply(1, policy)])
}

/// The Nodes and Pods of a session: from nothing, and while one types in a manifest of a Service.
fn workload_sessions() {
    let (first, second) = (large_session("PreferDualStac"), large_session("SingleStack"));
    let world = session::run(&first).world;
    assert_eq!((world.nodes.len(), world.pods().count()), (500, 5_000));
    assert!(world.pods().all(|pod| world.pod_ips(pod).len() == 2));
    let start = || vec![&first];
    measure("start of 500 Nodes and 5,000 Pods", "≤ 30 ms", start, session::run);
    let begun = || {
        let mut replay = Replay::default();
        black_box(replay.run(&first, 2));
        vec![replay]
    };
    let name = "keystroke in the Service of that session: Services, Nodes and Pods";
    measure(name, "≤ 8 ms", begun, |mut replay| {
        let report = replay.run_shown(&second, 2);
        (replay, report)
    });
}

/// A key in a long text of flags: what the box makes of it, and the answer.
fn long_flags() {
    let mut lines = String::from("--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n");
    lines.extend((1..10_000).map(|at| format!("--a{at}=10.0.0.{}\n", at % 256)));
    let text = format!("kube-apiserver\n{lines}");
    let boot = |flags: &str| Action::Boot { version: KubeVersion::LATEST, flags: flags.into() };
    let before = scenario(&[boot(&text), apply(1, "PreferDualStack")]);
    let part = lines + "#";
    let begun = || {
        let mut replay = Replay::default();
        black_box(replay.run(&before, 1));
        vec![replay]
    };
    let name = "keystroke in 10,000 lines of flags: their text, the start and the request";
    measure(name, "≤ 100 ms", begun, |mut replay| {
        let text = boxes::replace(&text, Component::KubeApiserver, &part);
        let report = replay.run_shown(&scenario(&[boot(&text), apply(1, "PreferDualStack")]), 1);
        (replay, report)
    });
}

fn memory() {
    let before = host::memory();
    let mut env = dual_stack("10.96.0.0/12", "fd00::/108");
    env.allocator = AllocatorKind::IpAddress;
    let pools = [filled(&env, Family::V4, 100), filled(&env, Family::V6, 100)];
    let growth = host::memory().saturating_sub(before);
    let taken = [(&pools[0], Family::V4), (&pools[1], Family::V6)]
        .map(|(pools, family)| pools.taken(family).len());
    host::print(&format!(
        "| memory of a full /12 and a full /108 | {growth} KiB | {} and {} addresses | ≤ 1024 KiB |",
        taken[0], taken[1]
    ));
}

fn main() {
    host::print("| what | median | 5 % – 95 % | limit |\n| --- | --- | --- | --- |");
    // First, while the program is small: what others free could be taken for it.
    memory();
    requests();
    next_free();
    allocations();
    nodes_and_pods();
    sessions();
    workload_sessions();
    long_flags();
}
