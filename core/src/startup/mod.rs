//! Does each component start, and as what? Its flags, its start-up checks, the lines it writes.
//!
//! Every component has the same three steps: `read` takes its flags from a text and folds its feature
//! gates into the behaviour of the release; its typed flags are checked in upstream's order; what comes
//! out is a plain value that the rest of the simulation works with.

pub mod command_line;
pub mod exit;
pub mod pflag;

use crate::api::field_path::FieldPath;
use crate::explain::rule::Rule;
use crate::explain::trace::{Fact, Origin, StepId, Trace};
use crate::facts;
use crate::release::behavior::Behavior;
use crate::release::gates;
use crate::release::gates::Stage;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{self, FEATURE_GATES, Kind};
use crate::source::flags::{Component, Flag, FlagsText};
use crate::source::span::Span;

rules! {
    /// A value that is of no use for its flag.
    FLAG_DOES_NOT_PARSE {
        id: "API-10b", slug: "flag-value-does-not-parse",
        versions: Versions::ALL,
        source: "spf13/pflag flag.go Set",
        evidence: SourceRead,
        facts: [flag, problem],
        en: "The value of {flag} is not valid, so the program exits before it checks anything else: {problem}.",
        zh: "{flag} 的值无效，因此程序在检查其他内容之前就会退出：{problem}。",
    }
    /// A flag that no version has.
    FLAG_IS_UNKNOWN {
        id: "API-10d", slug: "flag-is-unknown",
        versions: Versions::ALL,
        source: "spf13/pflag flag.go parseLongArg",
        evidence: SourceRead,
        facts: [flag, program],
        en: "{program} has no flag {flag} in any version, so it exits.",
        zh: "任何版本的 {program} 都没有标志 {flag}，因此程序退出。",
    }
    /// A flag of other versions.
    FLAG_IS_OF_OTHER_VERSIONS {
        id: "API-10e", slug: "flag-is-of-other-versions",
        versions: Versions::ALL,
        source: "spf13/pflag flag.go parseLongArg",
        evidence: SourceRead,
        facts: [flag, program, versions],
        en: "This version of {program} has no flag {flag}, so it exits. Versions with this flag: {versions}.",
        zh: "此版本的 {program} 没有标志 {flag}，因此程序退出。具有此标志的版本：{versions}。",
    }
    /// A flag of another program.
    FLAG_IS_OF_ANOTHER_PROGRAM {
        id: "API-10f", slug: "flag-is-of-another-program",
        versions: Versions::ALL,
        source: "spf13/pflag flag.go parseLongArg",
        evidence: SourceRead,
        facts: [flag, program, other],
        en: "{program} has no flag {flag}, so it exits. {other} has one.",
        zh: "{program} 没有标志 {flag}，因此程序退出。{other} 有此标志。",
    }
    /// A word that is no flag.
    ARGUMENT_IS_REFUSED {
        id: "API-10g", slug: "arguments-are-refused",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/server.go NewAPIServerCommand",
        evidence: SourceRead,
        facts: [arguments],
        en: "{arguments} is neither a flag nor the value of one, and the program takes no arguments. A Boolean flag has its value behind `=` only.",
        zh: "{arguments} 既不是标志也不是标志的值，而程序不接受参数。布尔标志的值只能写在 `=` 之后。",
    }
    /// A flag that ends the program.
    FLAG_PRINTS_AND_ENDS {
        id: "API-10h", slug: "flag-prints-and-ends",
        versions: Versions::ALL,
        source: "spf13/cobra command.go execute; component-base version/verflag PrintAndExitIfRequested",
        evidence: SourceRead,
        facts: [flag],
        en: "With {flag} the program prints a text and ends with exit status 0; nothing is started.",
        zh: "使用 {flag} 时，程序只打印一段文本并以退出状态 0 结束；不会启动任何功能。",
    }
    /// A flag that will go.
    FLAG_IS_DEPRECATED {
        id: "API-10i", slug: "flag-is-deprecated",
        versions: Versions::ALL,
        source: "spf13/pflag flag.go Set",
        evidence: SourceRead,
        facts: [flag, message],
        en: "{flag} is deprecated: the program prints {message} and goes on.",
        zh: "{flag} 已弃用：程序打印 {message} 并继续运行。",
    }
}

/// One reason why a component exits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StartError {
    /// Upstream's words.
    pub message: String,
    /// The flag to look at, without dashes.
    pub flag: &'static str,
    /// Which comma-separated entry of it, where one is meant.
    pub entry: Option<usize>,
    /// The place, where no flag that the playground knows is to be looked at.
    pub at: Option<Span>,
    /// The decision behind it.
    pub step: StepId,
    /// How far the program came: with what is around the message.
    pub phase: Phase,
}

/// What ends a program that does not start.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Phase {
    /// The reading of its flags.
    Flags,
    /// Words that are no flags.
    Arguments,
    /// The feature gates, where they are looked at when all flags are read.
    Gates,
    /// Anything behind that.
    Start,
}

impl StartError {
    /// Where in the text of the flags the error is.
    #[must_use]
    pub fn span(&self, component: Component, flags: &FlagsText, text: &str) -> Option<Span> {
        self.at.or_else(|| locate(component, flags, text, self.flag, self.entry))
    }
}

/// A flag or gate that changes nothing here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unmodelled {
    /// Where it stands.
    pub span: Span,
    /// As it was written.
    pub name: String,
    /// Of a feature gate about the network, how mature it is, and whether it is on by default.
    pub stage: Option<(Stage, bool)>,
}

/// How much a line of a component's log matters.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// `I`.
    Info,
    /// `E`: logged as an error, though the component goes on.
    Error,
}

/// A line that a component logs while it starts, and goes on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogLine {
    /// How much it matters.
    pub severity: Severity,
    /// Upstream's words.
    pub message: String,
    /// The flag to look at, without dashes.
    pub flag: Option<&'static str>,
    /// The decision behind it.
    pub step: StepId,
}

impl LogLine {
    /// Where in the text of the flags its reason stands.
    #[must_use]
    pub fn span(&self, component: Component, flags: &FlagsText, text: &str) -> Option<Span> {
        locate(component, flags, text, self.flag?, None)
    }
}

/// The place of a flag, or of one entry of its list. Entries are counted through all occurrences of a
/// flag that gathers them.
fn locate(
    component: Component,
    flags: &FlagsText,
    text: &str,
    name: &str,
    entry: Option<usize>,
) -> Option<Span> {
    let last = flags.last(component, name)?;
    let Some(entry) = entry else { return Some(last.span) };
    let adds_up = table::find(component, name).is_some_and(|spec| spec.kind == Kind::Slice);
    let all = flags.of(component).filter(|flag| flag.name == name);
    let counted = all.filter(|flag| adds_up || *flag == last);
    let found = counted.flat_map(|flag| flag.entries(text)).nth(entry);
    Some(found.map_or(last.value_span, |(span, _)| span))
}

/// The default of a flag, as the table has it.
pub(crate) fn default_of(component: Component, name: &str) -> String {
    table::find(component, name).map_or_else(String::new, |spec| spec.default().to_owned())
}

/// The value of a flag that needs one.
pub(crate) fn value_of<'a>(
    flag: &'a Flag,
    name: &'static str,
    trace: &mut Trace,
) -> Result<&'a str, StartError> {
    flag.value
        .as_deref()
        .ok_or_else(|| bad_flag(name, format!("flag needs an argument: --{name}"), trace))
}

/// What pflag says to a value that the flag does not take.
pub(crate) fn bad_value(
    name: &'static str,
    value: &str,
    why: &str,
    trace: &mut Trace,
) -> StartError {
    let message = pflag::invalid_argument(name, value, why);
    StartError { phase: Phase::Flags, ..bad_flag(name, message, trace) }
}

pub(crate) fn bad_flag(flag: &'static str, message: String, trace: &mut Trace) -> StartError {
    let problem = message.as_str();
    let step = reject(trace, &FLAG_DOES_NOT_PARSE, flag, facts![flag, problem]);
    StartError { message, flag, entry: None, at: None, step, phase: Phase::Start }
}

/// A decision that ends the start, because of a flag.
pub(crate) fn reject(
    trace: &mut Trace,
    rule: &'static Rule,
    flag: &'static str,
    facts: Vec<Fact>,
) -> StepId {
    let step = trace.reject(rule, FieldPath::default(), facts);
    trace.because(step, Origin::Flag(flag));
    step
}

/// A decision because of a flag.
pub(crate) fn note(
    trace: &mut Trace,
    rule: &'static Rule,
    flag: &'static str,
    facts: Vec<Fact>,
) -> StepId {
    let step = trace.note(rule, FieldPath::default(), facts);
    trace.because(step, Origin::Flag(flag));
    step
}

/// The gates that set all others of a stage.
const WHOLE_STAGES: [(&str, Stage); 2] = [("AllAlpha", Stage::Alpha), ("AllBeta", Stage::Beta)];

/// Folds the entries of `--feature-gates` in; what the simulator does not act on joins the second list.
/// Source: component-base featuregate/feature_gate.go SetFromMap, setUnsetAlphaGates.
///
/// # Errors
/// As `component-base/featuregate` says it.
fn fold(
    program: Component,
    behavior: &mut Behavior,
    flag: &Flag,
    entries: &[(&str, bool)],
    unmodelled: &mut Vec<Unmodelled>,
) -> Result<(), String> {
    let state = |name: &str, release| gates::find(program.name(), name, release);
    let release = behavior.version;
    for (name, on) in entries {
        let Some(known) = state(name, release) else {
            return Err(format!("unrecognized feature gate: {name}"));
        };
        if Behavior::models_gate(name) && behavior.knows_gate(name) {
            behavior.set_gate(name, *on)?;
        } else if known.locked && known.on != *on {
            let locked = known.on;
            return Err(format!(
                "cannot set feature gate {name} to {on}, feature is locked to {locked}"
            ));
        } else if let Some((_, stage)) = WHOLE_STAGES.iter().find(|(whole, _)| whole == name) {
            let is_set = |gate: &str| entries.iter().any(|(name, _)| *name == gate);
            let of_stage = behavior.known_gates().into_keys().filter(|gate| {
                !is_set(gate) && state(gate, release).is_some_and(|it| it.stage == *stage)
            });
            for gate in of_stage.collect::<Vec<_>>() {
                behavior.set_gate(gate, *on)?;
            }
        } else {
            let stage = gates::is_network(name).then_some((known.stage, known.on));
            let name = format!("{name}={on}");
            if !unmodelled.iter().any(|it| it.name == name) {
                unmodelled.push(Unmodelled { span: flag.value_span, name, stage });
            }
        }
    }
    Ok(())
}

/// Folds `--feature-gates` of kube-apiserver or kube-controller-manager in; what the simulator does not
/// act on joins the second list.
///
/// # Errors
/// As `component-base/featuregate` says it.
pub(crate) fn set_gates(
    program: Component,
    behavior: &mut Behavior,
    flag: &Flag,
    unmodelled: &mut Vec<Unmodelled>,
) -> Result<(), String> {
    let entries = flag.value.iter().flat_map(|value| value.split(','));
    let mut pairs = Vec::new();
    for entry in entries.map(str::trim).filter(|entry| !entry.is_empty()) {
        // A gate may have the component before it, of which there is one.
        let entry = match entry.strip_prefix("kube:") {
            Some(rest) if behavior.gates_after_flags => rest,
            _ => entry,
        };
        let Some((name, value)) = entry.split_once('=') else {
            return Err(format!("missing bool value for {entry}"));
        };
        let (name, value) = (name.trim(), value.trim());
        let on = pflag::parse_bool(value)
            .map_err(|why| format!("invalid value of {name}={value}, err: {why}"))?;
        pairs.push((name, on));
    }
    fold(program, behavior, flag, &pairs, unmodelled)
}

/// Folds `--feature-gates` of kube-proxy or the kubelet in; what the simulator does not act on joins
/// the second list. Source: component-base cli/flag/map_string_bool.go, featuregate SetFromMap.
pub(crate) fn fold_gates(
    program: Component,
    behavior: &mut Behavior,
    flag: &Flag,
    unmodelled: &mut Vec<Unmodelled>,
    trace: &mut Trace,
) -> Result<(), StartError> {
    let value = value_of(flag, FEATURE_GATES, trace)?;
    let pairs = pflag::map_string_bool(value)
        .map_err(|why| bad_value(FEATURE_GATES, value, &why, trace))?;
    fold(program, behavior, flag, &pairs, unmodelled)
        .map_err(|why| bad_flag(FEATURE_GATES, why, trace))
}
