//! Does each component start, and as what? Its flags, its start-up checks, the lines it writes.
//!
//! Every component has the same three steps: `read` takes its flags from a text and folds its feature
//! gates into the behaviour of the release; its typed flags are checked in upstream's order; what comes
//! out is a plain value that the rest of the simulation works with.

pub mod pflag;

use crate::api::field_path::FieldPath;
use crate::explain::rule::Rule;
use crate::explain::trace::{Fact, Origin, StepId, Trace};
use crate::facts;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{self, FEATURE_GATES, FlagSpec, Kind};
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
    /// The decision behind it.
    pub step: StepId,
}

impl StartError {
    /// Where in the text of the flags the error is.
    #[must_use]
    pub fn span(&self, component: Component, flags: &FlagsText, text: &str) -> Option<Span> {
        locate(component, flags, text, self.flag, self.entry)
    }
}

/// A flag or gate that changes nothing here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unmodelled {
    /// Where it stands.
    pub span: Span,
    /// As it was written.
    pub name: String,
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

/// What the table says of a flag, if the component's start acts on it. If not, the flag joins the unmodelled
/// ones.
pub(crate) fn simulated(
    component: Component,
    flag: &Flag,
    unmodelled: &mut Vec<Unmodelled>,
) -> Option<&'static FlagSpec> {
    let spec = table::find(component, &flag.name).filter(|spec| spec.is_simulated);
    if spec.is_none() {
        unmodelled.push(Unmodelled { span: flag.span, name: format!("--{}", flag.name) });
    }
    spec
}

/// The default of a flag, as the table has it.
pub(crate) fn default_of(component: Component, name: &str) -> String {
    table::find(component, name).map_or_else(String::new, |spec| spec.default.to_owned())
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
    bad_flag(name, pflag::invalid_argument(name, value, why), trace)
}

pub(crate) fn bad_flag(flag: &'static str, message: String, trace: &mut Trace) -> StartError {
    let problem = message.as_str();
    let step = reject(trace, &FLAG_DOES_NOT_PARSE, flag, facts![flag, problem]);
    StartError { message, flag, entry: None, step }
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

/// Folds `--feature-gates` of kube-apiserver or kube-controller-manager in; what the simulator does not
/// know of joins the second list.
///
/// # Errors
/// As `component-base/featuregate` says it.
pub(crate) fn set_gates(
    behavior: &mut Behavior,
    flag: &Flag,
    unmodelled: &mut Vec<Unmodelled>,
) -> Result<(), String> {
    let entries = flag.value.iter().flat_map(|value| value.split(','));
    for entry in entries.map(str::trim).filter(|entry| !entry.is_empty()) {
        let Some((name, value)) = entry.split_once('=') else {
            return Err(format!("missing bool value for {entry}"));
        };
        let (name, value) = (name.trim(), value.trim());
        let on = pflag::parse_bool(value)
            .map_err(|why| format!("invalid value of {name}={value}, err: {why}"))?;
        if Behavior::models_gate(name) {
            behavior.set_gate(name, on)?;
        } else {
            unmodelled.push(Unmodelled { span: flag.value_span, name: entry.to_owned() });
        }
    }
    Ok(())
}

/// Folds `--feature-gates` of kube-proxy or the kubelet in; what the simulator does not know of joins
/// the second list. Source: component-base cli/flag/map_string_bool.go, featuregate SetFromMap.
pub(crate) fn fold_gates(
    behavior: &mut Behavior,
    flag: &Flag,
    unmodelled: &mut Vec<Unmodelled>,
    trace: &mut Trace,
) -> Result<(), StartError> {
    let value = value_of(flag, FEATURE_GATES, trace)?;
    let pairs = pflag::map_string_bool(value)
        .map_err(|why| bad_value(FEATURE_GATES, value, &why, trace))?;
    for (gate, on) in pairs {
        if !Behavior::models_gate(gate) {
            unmodelled.push(Unmodelled { span: flag.value_span, name: format!("{gate}={on}") });
            continue;
        }
        behavior.set_gate(gate, on).map_err(|why| bad_flag(FEATURE_GATES, why, trace))?;
    }
    Ok(())
}
