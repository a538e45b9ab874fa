//! How fast is the core on this machine? Prints a Markdown table of medians with their spread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use dualstack_core::cluster::{Cluster, Options, Request};
use dualstack_core::env::Env;
use dualstack_core::net::cidr::from_bits;
use dualstack_core::net::pool::TakenSet;
use dualstack_core::net::{Cidr, Family, Stack};
use dualstack_core::source::yaml::Node;
use dualstack_core::version::KubeVersion;
use serde_json::json;

/// Runs `work` on fresh input, `rounds` times; the median, and the 5th and 95th percentile.
fn measure<T, U>(
    rounds: usize,
    mut input: impl FnMut() -> T,
    mut work: impl FnMut(T) -> U,
) -> [Duration; 3] {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let input = input();
            let start = Instant::now();
            black_box(work(black_box(input)));
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    [times[rounds / 2], times[rounds / 20], times[rounds * 19 / 20]]
}

fn row(what: &str, [median, low, high]: [Duration; 3]) {
    println!("| {what} | {median:?} | {low:?} to {high:?} |");
}

fn cidr(text: &str) -> Cidr {
    Cidr::new(text.parse().expect("a range written here is a range"))
}

fn main() {
    let ranges = Stack::dual(Family::V4, cidr("10.96.0.0/12"), cidr("fd00::/108"));
    let empty = Cluster::new(Env::new(KubeVersion::LATEST, ranges));
    let service = |policy: &str| {
        Node::from_json(&json!({
            "metadata": {"name": "a"},
            "spec": {"ipFamilyPolicy": policy, "ports": [{"port": 80}], "selector": {"app": "x"}},
        }))
    };
    println!("| what | median | 5 % to 95 % |\n| --- | --- | --- |");
    for taken in [0_u32, 2_000, 50_000] {
        let mut cluster = empty.clone();
        for offset in 0..taken {
            for (family, first) in
                [(Family::V4, 0x0a60_0200), (Family::V6, 0xfd00_u128 << 112 | 0x200)]
            {
                let ip = from_bits(family, first + u128::from(offset) * 7)
                    .expect("it lies in the range");
                cluster.preallocate_ip(ip);
            }
        }
        let input = || (cluster.clone(), Request::Create(service("PreferDualStack")));
        let create = |(mut cluster, request): (Cluster, Request)| {
            let outcome = cluster.handle(request, &Options::default());
            // Returned, so that tearing the cluster down is not measured.
            (cluster, outcome)
        };
        row(
            &format!("create, {taken} addresses of each family taken"),
            measure(400, input, create),
        );
    }
    let mut single = empty.clone();
    single.handle(Request::Create(service("SingleStack")), &Options::default());
    let input = || (single.clone(), Request::Replace(service("RequireDualStack")));
    let update = |(mut cluster, request): (Cluster, Request)| {
        let outcome = cluster.handle(request, &Options::default());
        (cluster, outcome)
    };
    row("update, single to dual", measure(400, input, update));
    let size = 1_u128 << 20;
    for percent in [0, 50, 99, 100] {
        let mut set = TakenSet::default();
        for number in 0..size {
            // A fixed shuffle: which numbers are free looks random, and is the same every time.
            if number * 2_654_435_761 % size * 100 < size * percent {
                set.insert(number);
            }
        }
        let mut next = 0;
        let start = || {
            next = (next * 6_364_136_223 + 1_442_695) % size;
            next
        };
        let find = |from| set.first_free(from, size - 1).or_else(|| set.first_free(0, from));
        row(&format!("next free of 2^20, {percent} % taken"), measure(20_000, start, find));
    }
}
