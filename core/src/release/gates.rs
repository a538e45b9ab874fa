//! Which feature gates does each version know, and in which state? `gates.txt` lists them, a line per gate:
//!
//! ```text
//! [*]name [programs] since-state …
//! ```
//!
//! A state is `a`, `b`, `g` or `d` (alpha, beta, stable, deprecated), a capital where it is on by default, with `!`
//! where it is locked; `31-` is where the gate is gone. A star marks what has to do with Services, addresses, proxying
//! or DNS. Without programs it is known to all four.

use std::sync::LazyLock;

use crate::explain::text::Text;
use crate::release::flags::PROGRAMS;
use crate::release::version::{KubeVersion, Versions};

/// How mature a feature is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Alpha.
    Alpha,
    /// Beta.
    Beta,
    /// Generally available.
    Stable,
    /// On its way out.
    Deprecated,
}

impl Stage {
    /// For a person to read, within a sentence.
    #[must_use]
    pub const fn words(self) -> Text {
        let (en, zh) = match self {
            Self::Alpha => ("alpha", "Alpha"),
            Self::Beta => ("beta", "Beta"),
            Self::Stable => ("stable", "稳定"),
            Self::Deprecated => ("deprecated", "已弃用"),
        };
        Text { en, zh }
    }
}

/// A gate in one version.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct State {
    /// How mature it is.
    pub stage: Stage,
    /// Whether it is on by default.
    pub on: bool,
    /// Whether it may not be set otherwise.
    pub locked: bool,
}

/// A gate of one or more programs.
#[derive(Debug)]
struct Row {
    name: &'static str,
    programs: &'static str,
    /// Whether it is about the network.
    is_network: bool,
    /// From which minor on it is in which state; the last that holds counts.
    states: Vec<(Versions, Option<State>)>,
}

static ALL: LazyLock<Vec<Row>> =
    LazyLock::new(|| include_str!("gates.txt").lines().filter_map(read).collect());

fn read(line: &'static str) -> Option<Row> {
    let (line, is_network) = line.strip_prefix('*').map_or((line, false), |rest| (rest, true));
    let (name, rest) = line.split_once(' ')?;
    let (programs, rest) = match rest.split_once(' ') {
        Some((word, states)) if word.bytes().all(|byte| byte.is_ascii_lowercase()) => {
            (word, states)
        }
        _ => ("acpk", rest),
    };
    let state = |word: &str| {
        let digits = word.find(|char: char| !char.is_ascii_digit())?;
        let since = Versions::since(word[..digits].parse().ok()?);
        let letter = word[digits..].chars().next()?;
        let stage = match letter.to_ascii_lowercase() {
            'a' => Stage::Alpha,
            'b' => Stage::Beta,
            'g' => Stage::Stable,
            'd' => Stage::Deprecated,
            _ => return Some((since, None)),
        };
        let (on, locked) = (letter.is_ascii_uppercase(), word.ends_with('!'));
        Some((since, Some(State { stage, on, locked })))
    };
    let states = rest.split(' ').map(state).collect::<Option<_>>()?;
    Some(Row { name, programs, is_network, states })
}

/// The state of a gate in a program of a version, if that knows it.
#[must_use]
pub fn find(program: &str, name: &str, release: KubeVersion) -> Option<State> {
    let letter = PROGRAMS.iter().find(|(it, _)| *it == program).map(|(_, letter)| *letter)?;
    let all = &*ALL;
    let start = all.partition_point(|row| row.name < name);
    let rows = all[start..].iter().take_while(|row| row.name == name);
    let state = |row: &Row| {
        row.states.iter().rev().find(|(since, _)| since.contains(release)).and_then(|it| it.1)
    };
    rows.filter(|row| row.programs.contains(letter)).find_map(state)
}

/// Whether a gate has to do with Services, addresses, proxying or DNS.
#[must_use]
pub fn is_network(name: &str) -> bool {
    let at = ALL.partition_point(|row| row.name < name);
    ALL.get(at).is_some_and(|row| row.name == name && row.is_network)
}

#[cfg(test)]
mod tests {
    use super::{ALL, Stage, State, find, is_network};
    use crate::release::behavior::{Behavior, GATES, Gate};
    use crate::release::version::KubeVersion;

    #[test]
    fn every_line_is_read_and_the_names_are_in_order() {
        assert_eq!(ALL.len(), include_str!("gates.txt").lines().count());
        assert!(ALL.is_sorted_by_key(|row| row.name));
        assert!(ALL.iter().filter(|row| row.is_network).count() > 50);
    }

    #[test]
    fn the_behaviour_of_a_version_has_the_states_of_the_table() {
        for version in KubeVersion::all() {
            let known = Behavior::of(version).known_gates();
            for gate in &GATES {
                let expect = find("kube-apiserver", gate.name, version).map(|state| {
                    if state.locked { Gate::Locked(state.on) } else { Gate::Default(state.on) }
                });
                assert_eq!(known.get(gate.name).copied(), expect, "{version} {}", gate.name);
            }
        }
    }

    #[test]
    fn a_gate_goes_through_its_stages() {
        let state = |name, minor| {
            find("kube-proxy", name, KubeVersion::minor(minor).expect("a simulated minor"))
        };
        let of = |stage, on, locked| Some(State { stage, on, locked });
        assert_eq!(state("EndpointSliceProxying", 20), of(Stage::Beta, true, false));
        assert_eq!(state("AllowServiceLBStatusOnNonLB", 32), of(Stage::Deprecated, false, true));
        assert_eq!(state("AllowServiceLBStatusOnNonLB", 35), None);
        assert_eq!(state("LoadBalancerIPMode", 34), of(Stage::Stable, true, true));
        assert_eq!(state("LoadBalancerIPMode", 35), None);
        assert_eq!(state("NoSuchGate", 36), None);
    }

    #[test]
    fn a_program_may_know_a_gate_that_others_do_not() {
        let knows = |program, name, minor| {
            find(program, name, KubeVersion::minor(minor).expect("a simulated minor")).is_some()
        };
        assert!(knows("kube-controller-manager", "IPv6DualStack", 25));
        assert!(!knows("kube-apiserver", "IPv6DualStack", 25));
        assert!(knows("kubelet", "ContextualLogging", 24));
        assert!(!knows("kube-proxy", "ContextualLogging", 26));
        assert!(is_network("StableLoadBalancerNodeSet") && !is_network("APIListChunking"));
    }
}
