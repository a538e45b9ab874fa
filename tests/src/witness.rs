//! Which rules decided something, and in which release? What `coverage.rs` judges.

use std::collections::{BTreeMap, BTreeSet};

use dualstack_core::rule::Rule;
use dualstack_core::trace::Step;
use dualstack_core::version::KubeVersion;

/// What was decided in some runs of the core.
#[derive(Clone, Debug, Default)]
pub struct Witness {
    /// Rules that decided something.
    pub reached: BTreeSet<&'static str>,
    /// Rules that decided something in a release that does not have them.
    pub outside: BTreeSet<String>,
    /// Steps whose facts are not those that their rule declares.
    pub misfits: BTreeMap<&'static str, String>,
}

impl Witness {
    /// Takes note of what was decided in a release.
    pub fn see(&mut self, version: KubeVersion, steps: &[Step]) {
        for step in steps {
            let rule: &'static Rule = step.rule;
            self.reached.insert(rule.id);
            if !rule.versions.contains(version) {
                let text = format!("{} ({}) in {version}", rule.id, rule.versions);
                self.outside.insert(text);
            }
            let mut given: Vec<&str> = step.facts.iter().map(|fact| fact.name).collect();
            let mut declared = rule.facts.to_vec();
            given.sort_unstable();
            declared.sort_unstable();
            if given != declared {
                self.misfits.insert(rule.id, format!("declared {declared:?}, given {given:?}"));
            }
        }
    }

    /// Adds what another one saw.
    pub fn join(&mut self, other: Self) {
        self.reached.extend(other.reached);
        self.outside.extend(other.outside);
        self.misfits.extend(other.misfits);
    }
}
