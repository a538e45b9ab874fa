//! Which texts reach the rules about ranges and plans?

use dualstack_core::cluster::components::Components;
use dualstack_core::net::Family;
use dualstack_core::planning::capacity::{Role, fit};
use dualstack_core::planning::explain::{Explained, explain};
use dualstack_core::planning::ranges::{entries, meetings};
use dualstack_core::planning::ula::Plan;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;

use crate::components::FITTING;
use crate::witness::Witness;

/// The rule, the release, and a text that should be a range.
const TEXTS: [(&str, &str, &str); 39] = [
    ("PLAN-1a", "1.36", "10.244.0.0/16"),
    ("PLAN-1b", "1.36", "2001:db8::/64"),
    ("PLAN-1c", "1.36", "fe80::/64"),
    ("PLAN-1d", "1.36", "8.8.8.0/24"),
    ("PLAN-1e", "1.36", "0.0.0.0/0"),
    ("PLAN-2a", "1.36", "10.244.0.0/16"),
    ("PLAN-2b", "1.36", "10.244.0.1/16"),
    ("PLAN-2c", "1.36", "FD00::/56"),
    ("PLAN-3a", "1.36", "fde4:8dba:82e1::/48"),
    ("PLAN-3b", "1.36", "fd00::/40"),
    ("PLAN-3c", "1.36", "fd00:10:244::/56"),
    ("PLAN-4a", "1.36", "fdXY:IJKL:MNOP:15::/64"),
    ("PLAN-4b", "1.36", "2001:db8:WXYZ::/48"),
    ("PLAN-5a", "1.36", ""),
    ("PLAN-5b", "1.36", "10.0.0.0 /8"),
    ("PLAN-5c", "1.36", "10.0.0.0/8,fd00::/56"),
    ("PLAN-5d", "1.36", "[fd00::]/64"),
    ("PLAN-5e", "1.36", "10.0.0.0"),
    ("PLAN-5f", "1.36", "10.0.0.0-10.0.0.9"),
    ("PLAN-5g", "1.36", "10.0.0.0/255.0.0.0"),
    ("PLAN-5h", "1.36", "10.0.0.0/"),
    ("PLAN-5i", "1.36", "10.0.0.0/33"),
    ("PLAN-5j", "1.36", "10.256.0.0/16"),
    ("PLAN-5k", "1.36", "10.244/16"),
    ("PLAN-5l", "1.36", "fd00:12345::/48"),
    ("PLAN-5m", "1.36", "fd00::1::/48"),
    ("PLAN-5n", "1.36", "fd00:10/48"),
    ("PLAN-5o", "1.36", "here/16"),
    ("PLAN-5p", "1.36", "1.2.3.4./24"),
    ("PLAN-5q", "1.36", "1:2:3:4:5:6:7::8/64"),
    ("PLAN-6a", "1.36", "10.244.0.0/16"),
    ("PLAN-6c", "1.20", "10.96.0.0/16"),
    ("PLAN-6d", "1.25", "10.96.0.0/16"),
    ("PLAN-6e", "1.34", "fd00::/56"),
    ("PLAN-6f", "1.36", "192.0.2.0/24"),
    ("PLAN-6g", "1.36", "2001:db8::/48"),
    ("PLAN-8a", "1.36", "fde4:8dba:82e1::/48"),
    ("PLAN-8b", "1.36", "fde4:8dba:82e1::/48"),
    ("PLAN-8c", "1.36", "fde4:8dba:82e1::/48"),
];

/// The rule, and the change of a text in which everything fits.
const CHANGES: [(&str, &str, &str); 4] = [
    ("PLAN-7a", "192.0.2.12", "10.96.0.12"),
    ("PLAN-7b", "--cluster-cidr=10.244.0.0/16", "--cluster-cidr=10.244.0.0/15"),
    ("PLAN-7c", "", ""),
    ("PLAN-7d", "192.0.2.12", "192.0.2.11"),
];

/// What is said of a text, and of the range that it is.
fn ranged(k8s: &str, text: &str, mask: i32) -> Witness {
    let version: KubeVersion = k8s.parse().expect("a simulated release");
    let behavior = Behavior::of(version);
    let mut witness = Witness::default();
    let found = explain(&behavior, text);
    witness.see(version, &found.steps());
    if let Explained::Range(it) = found {
        for role in Role::ALL {
            witness.see(version, &fit(&behavior, it.range, role, mask).steps);
        }
        if let Some(parts) = it.unique_local {
            let plan = Plan::new(parts.global_id, Family::V6).expect("every number makes a plan");
            witness.see(version, &plan.steps());
        }
    }
    witness
}

/// Where the ranges of a text meet.
fn met(text: &str) -> Witness {
    let components = Components::start(KubeVersion::LATEST, text);
    let mut witness = Witness::default();
    for meeting in meetings(&entries(&components)) {
        witness.see(KubeVersion::LATEST, &[meeting.step]);
    }
    witness
}

/// What the texts of this file reach, and what they were written for.
#[must_use]
pub fn sessions() -> Vec<(&'static str, Witness)> {
    let texts = TEXTS.iter().map(|(rule, k8s, text)| (*rule, ranged(k8s, text, 0)));
    let tight = std::iter::once(("PLAN-6b", ranged("1.36", "10.244.0.0/16", 31)));
    let changes = CHANGES.iter().map(|(rule, old, new)| (*rule, met(&changed(old, new))));
    texts.chain(tight).chain(changes).collect()
}

/// The fitting text with one place changed.
fn changed(old: &str, new: &str) -> String {
    FITTING.replacen(old, new, 1)
}
