//! Do the laws hold in sessions nobody thought of? A thousand random sessions of fifty requests, and
//! random texts typed into the page. The sessions are the same on every run; `DUALSTACK_SEED=<number>`
//! tries others.

use std::rc::Rc;

use dualstack_core::boot::kube_proxy::HostFamilies;
use dualstack_core::net::Family;
use dualstack_core::run;
use dualstack_core::scenario::{Event as PageEvent, Scenario};
use dualstack_core::trace::Effect;
use dualstack_tests::nodes;
use dualstack_tests::sessions::{choose, page_session, session, version};
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
