//! How long does the core take? Prints the native figures of `docs/performance.md` as a Markdown
//! table: the median of many samples, and the span in which nine of ten lie.

use std::hint::black_box;
use std::rc::Rc;
use std::time::{Duration, Instant};

use dualstack_core::behavior::Behavior;
use dualstack_core::cluster::{Cluster, Options, Request};
use dualstack_core::env::{AllocatorKind, Env, NodeIpamConfig, NodeRange};
use dualstack_core::ipam::host_local::HostLocal;
use dualstack_core::ipam::range_allocator::NodeIpam;
use dualstack_core::net::cidr::{from_bits, to_bits};
use dualstack_core::net::pool::TakenSet;
use dualstack_core::net::{Family, Stack};
use dualstack_core::path::FieldPath;
use dualstack_core::pools::{Picker, Pools, Usable};
use dualstack_core::run;
use dualstack_core::scenario::{Event, Scenario};
use dualstack_core::source::yaml::Node;
use dualstack_core::trace::Trace;
use dualstack_core::version::KubeVersion;
use dualstack_tests::driver::cidr;
use serde_json::json;

/// Samples per figure; a sample is a batch of calls, so that the clock does not count.
const SAMPLES: usize = 101;

/// One line of the table.
fn report(name: &str, mut samples: Vec<Duration>, per_sample: u32, target: &str) {
    for sample in &mut samples {
        *sample /= per_sample;
    }
    samples.sort();
    let at = |percent: usize| samples[(samples.len() - 1) * percent / 100];
    println!("| {name} | {:.2?} | {:.2?} – {:.2?} | {target} |", at(50), at(5), at(95));
}

/// Times batches of `work`, each on what `prepare` made for it. Results are dropped after the clock
/// has stopped.
fn measure<T, U>(
    name: &str,
    batch: u32,
    target: &str,
    mut prepare: impl FnMut() -> Vec<T>,
    mut work: impl FnMut(T) -> U,
) {
    let mut sample = || {
        let inputs = prepare();
        let mut results = Vec::with_capacity(inputs.len());
        let start = Instant::now();
        for input in inputs {
            results.push(work(black_box(input)));
        }
        let elapsed = start.elapsed();
        black_box(results);
        elapsed
    };
    for _ in 0..SAMPLES / 10 {
        sample();
    }
    report(name, (0..SAMPLES).map(|_| sample()).collect(), batch, target);
}

fn dual_stack(v4: &str, v6: &str) -> Env {
    let range = |text| cidr(text).expect("a range");
    Env::new(KubeVersion::LATEST, Stack::dual(Family::V4, range(v4), range(v6)))
}

fn service(name: &str, policy: &str) -> Node {
    Node::from_json(&json!({
        "metadata": {"name": name},
        "spec": {
            "ipFamilyPolicy": policy, "selector": {"app": "x"},
            "ports": [{"port": 80, "targetPort": 8080}],
        },
    }))
}

/// A cluster in which `count` addresses of each family are taken, spread over the ranges.
fn with_taken(count: u64) -> Cluster {
    let env = dual_stack("10.96.0.0/12", "fd00::/108");
    let mut cluster = Cluster::new(env);
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
    const BATCH: u32 = 100;
    for taken in [0, 2_000, 50_000] {
        let mut cluster = with_taken(taken);
        let mut number = 0;
        let name = format!("create, dual-stack, {taken} addresses taken");
        let prepare = || {
            let bodies = (0..BATCH).map(|_| {
                number += 1;
                service(&format!("s{number}"), "PreferDualStack")
            });
            bodies.collect()
        };
        measure(&name, BATCH, "≤ 5 µs", prepare, |body| {
            cluster.handle(Request::Create(body), &Options::default())
        });
    }
    let mut single = with_taken(0);
    single.handle(Request::Create(service("a", "SingleStack")), &Options::default());
    let body = service("a", "RequireDualStack");
    let prepare = || (0..BATCH).map(|_| (single.clone(), body.clone())).collect();
    measure("update, single to dual", BATCH, "", prepare, |(mut cluster, body)| {
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
        measure(&name, BATCH, "≤ 200 ns", prepare, |from| {
            set.first_free(from, size - 1).or_else(|| set.first_free(0, from))
        });
    }
}

/// The whole way of a dynamic address, with the step it leaves in the trace.
fn allocations() {
    const BATCH: u32 = 1000;
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
            measure(&name, BATCH, "", prepare, |picker| {
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
        1,
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
        "addresses of a Pod",
        PODS,
        "≤ 1 µs",
        || vec![nodes.clone()],
        |mut nodes| {
            for (number, name) in names.iter().enumerate() {
                let addresses = nodes[number % NODES as usize].add(name);
                black_box(addresses).expect("room for Pods");
            }
            nodes
        },
    );
    measure("a copy of 500 Nodes' ranges", 1, "", || vec![&ipam], Clone::clone);
}

fn sessions() {
    let flags: Rc<str> = "--service-cluster-ip-range=10.96.0.0/16,fd00::/112".into();
    let boot = Event::Boot { version: KubeVersion::LATEST, flags };
    for count in [200, 1000] {
        let applies = (0..count).map(|number| {
            let text = format!(
                "apiVersion: v1\nkind: Service\nmetadata:\n  name: s{}\nspec:\n  \
                 ipFamilyPolicy: PreferDualStack\n  selector:\n    app: x{number}\n  ports:\n  \
                 - port: 80\n",
                number % 250
            );
            Event::Apply(text.into())
        });
        let events: Rc<[Event]> = std::iter::once(boot.clone()).chain(applies).collect();
        let scenario = Scenario { seed: 0, events };
        let name = format!("run, session of {count} events");
        measure(&name, 1, "", || vec![&scenario], run::run);
    }
}

/// Resident memory of this process in KiB, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn memory() {
    let before = resident();
    let mut env = dual_stack("10.96.0.0/12", "fd00::/108");
    env.allocator = AllocatorKind::IpAddress;
    let pools = [filled(&env, Family::V4, 100), filled(&env, Family::V6, 100)];
    let after = resident();
    let taken: Vec<u64> = pools
        .iter()
        .map(|pools| pools.taken(Family::V4).len() + pools.taken(Family::V6).len())
        .collect();
    if let (Some(before), Some(after)) = (before, after) {
        println!(
            "\nA full /12 and a full /108 ({} and {} addresses) grow the process by {} KiB \
             (target: 1024 KiB).",
            taken[0],
            taken[1],
            after.saturating_sub(before)
        );
    }
}

fn main() {
    // First, while the process is small: what others free could be taken for it.
    let growth = std::thread::spawn(memory).join();
    if growth.is_err() {
        println!("\nThe memory of full ranges could not be measured.");
    }
    println!("\n| what | median | 5 % – 95 % | target |\n| --- | --- | --- | --- |");
    requests();
    next_free();
    allocations();
    nodes_and_pods();
    sessions();
}
