//! How does a stage refuse? Errors at fields are collected with the rule behind each; a stage that
//! has any ends the request (MSG-5).

use crate::api::field_path::FieldPath;
use crate::api::service::ServiceSpec;
use crate::api::status::Status;
use crate::api::{print_list, quote};
use crate::explain::diagnostic::{Cause, Diagnostic};
use crate::explain::rule::Rule;
use crate::explain::trace::{Fact, Origin, Trace};
use crate::facts;
use crate::release::behavior::Behavior;

/// Why a stage ends the request.
#[derive(Clone, PartialEq, Debug)]
pub enum Refusal {
    /// 422: fields are wrong.
    Invalid(Vec<Diagnostic>),
    /// Anything else.
    Status(Status),
}

impl Refusal {
    /// The answer to a request about the object of this kind and name.
    #[must_use]
    pub fn into_status(self, kind: &str, name: &str) -> Status {
        match self {
            Self::Invalid(causes) => Status::invalid(kind, name, causes),
            Self::Status(status) => status,
        }
    }
}

/// The errors of one stage.
pub struct Errors<'a> {
    behavior: &'a Behavior,
    trace: &'a mut Trace,
    list: Vec<Diagnostic>,
    /// The facts of the next error.
    given: Vec<Fact>,
}

impl<'a> Errors<'a> {
    /// No error yet.
    pub fn new(behavior: &'a Behavior, trace: &'a mut Trace) -> Self {
        Self { behavior, trace, list: Vec::new(), given: Vec::new() }
    }

    /// Whether there is no error.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many errors there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The behaviour of the release, for wording.
    #[must_use]
    pub fn behavior(&self) -> &'a Behavior {
        self.behavior
    }

    /// Notes a decision that is no error.
    pub fn trace(&mut self) -> &mut Trace {
        self.trace
    }

    /// Facts for the next error, beside those that it has itself: the `value` and what is `known`.
    pub fn given(&mut self, facts: Vec<Fact>) -> &mut Self {
        self.given = facts;
        self
    }

    fn push(&mut self, rule: &'static Rule, error: Diagnostic) {
        let facts = std::mem::take(&mut self.given);
        self.push_with(rule, error, facts);
    }

    fn push_with(&mut self, rule: &'static Rule, mut error: Diagnostic, mut facts: Vec<Fact>) {
        let is_missing = |name, facts: &[Fact]| {
            rule.facts.contains(&name) && !facts.iter().any(|fact| fact.name == name)
        };
        if is_missing("value", &facts) {
            let value = match &error.cause {
                Cause::Invalid { value }
                | Cause::NotSupported { value, .. }
                | Cause::Duplicate { value } => bare(value),
                _ => "\"\"",
            };
            facts.extend(facts![value]);
        }
        if let Cause::NotSupported { known, .. } = &error.cause
            && is_missing("known", &facts)
        {
            facts.extend(facts![known = known.join(", ")]);
        }
        let path = error.path.clone();
        let step = self.trace.reject(rule, path.clone(), facts);
        self.trace.because(step, Origin::Manifest(path));
        error.step = Some(step);
        self.list.push(error);
    }

    /// The value is missing.
    pub fn required(&mut self, rule: &'static Rule, path: FieldPath, detail: &str) {
        self.push(rule, Diagnostic::field(Cause::Required, path, detail));
    }

    /// The value, already printed, breaks a rule.
    pub fn invalid(
        &mut self,
        rule: &'static Rule,
        path: FieldPath,
        value: String,
        detail: impl Into<String>,
    ) {
        self.push(rule, Diagnostic::field(Cause::Invalid { value }, path, detail));
    }

    /// The text breaks a rule.
    pub fn invalid_text(
        &mut self,
        rule: &'static Rule,
        path: FieldPath,
        value: &str,
        detail: impl Into<String>,
    ) {
        self.invalid(rule, path, quote(value), detail);
    }

    /// The value, already printed, breaks a rule whose sentence has facts.
    pub fn invalid_with(
        &mut self,
        rule: &'static Rule,
        path: FieldPath,
        value: String,
        detail: impl Into<String>,
        facts: Vec<Fact>,
    ) {
        self.push_with(rule, Diagnostic::field(Cause::Invalid { value }, path, detail), facts);
    }

    /// No value may stand here.
    pub fn forbidden(&mut self, rule: &'static Rule, path: FieldPath, detail: &str) {
        self.push(rule, Diagnostic::field(Cause::Forbidden, path, detail));
    }

    /// The value is too long.
    pub fn too_long(&mut self, rule: &'static Rule, path: FieldPath, detail: &str) {
        self.push(rule, Diagnostic::field(Cause::TooLong, path, detail));
    }

    /// The server could not check the value.
    pub fn internal(&mut self, rule: &'static Rule, path: FieldPath, detail: &str) {
        self.push(rule, Diagnostic::field(Cause::Internal, path, detail));
    }

    /// The text is none of the known ones.
    pub fn not_supported(
        &mut self,
        rule: &'static Rule,
        path: FieldPath,
        value: &str,
        known: &[&'static str],
    ) {
        let quoted: Vec<String> = known.iter().map(|known| quote(known)).collect();
        let detail = format!("supported values: {}", quoted.join(", "));
        let cause = Cause::NotSupported { value: quote(value), known: known.to_vec() };
        self.push(rule, Diagnostic::field(cause, path, detail));
    }

    /// The value, already printed, stands there already.
    pub fn duplicate(&mut self, rule: &'static Rule, path: FieldPath, value: String) {
        self.push(rule, Diagnostic::field(Cause::Duplicate { value }, path, ""));
    }

    /// Ends the stage.
    ///
    /// # Errors
    /// If there is any.
    pub fn end(self) -> Result<(), Refusal> {
        if self.list.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.list)) }
    }

    /// Gives the list away.
    #[must_use]
    pub fn into_list(self) -> Vec<Diagnostic> {
        self.list
    }
}

/// A value without the quotes around it, where it is clear without them.
fn bare(printed: &str) -> &str {
    let inner = printed.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    let is_clear = |it: &&str| !it.is_empty() && it.trim() == *it && !it.contains(['\\', '"']);
    inner.filter(is_clear).unwrap_or(printed)
}

/// A list as a sentence names it.
#[must_use]
pub fn listed<T: AsRef<str>>(list: &[T]) -> String {
    let entries: Vec<&str> = list.iter().map(AsRef::as_ref).collect();
    if entries.is_empty() { "[]".to_owned() } else { entries.join(", ") }
}

/// `clusterIPs` as an error prints them.
#[must_use]
pub fn print_ips(behavior: &Behavior, spec: &ServiceSpec) -> String {
    let sent = spec.sent_empty.contains(&"clusterIPs");
    print_list(behavior, "string", &spec.cluster_ips, sent)
}

/// `ipFamilies` as an error prints them.
#[must_use]
pub fn print_families(behavior: &Behavior, spec: &ServiceSpec) -> String {
    let sent = spec.sent_empty.contains(&"ipFamilies");
    print_list(behavior, "core.IPFamily", &spec.ip_families, sent)
}
