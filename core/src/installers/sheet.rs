//! How do the fields of a config become flags with spans, each with the reason why it is there?
//!
//! Invariant: a flag's spans are those of the field that put it there, so what a program says of the flag is shown at
//! the field.

use std::rc::Rc;

use super::{Installed, Message, Reason, Tool};
use crate::api::field_path::FieldPath;
use crate::explain::diagnostic::Program;
use crate::explain::rule::Rule;
use crate::explain::trace::{Fact, Origin, StepId, Trace};
use crate::source::flags::{Component, Flag, FlagProblem, FlagsText, Section, table};
use crate::source::span::Span;
use crate::source::yaml::{Document, Entry, Node, Value};

/// A value for a flag, and the field that it comes from.
#[derive(Clone, Debug)]
pub(super) struct Given {
    /// As the flag gets it.
    pub value: String,
    /// The field, as the tool's messages name it.
    pub field: String,
    /// From the key to the end of the value.
    pub span: Span,
    /// The value in the text, inside its quotes; the span of the whole where the text does not hold the value.
    pub value_span: Span,
    /// Why the flag has it.
    pub rule: &'static Rule,
}

impl Given {
    /// The same cause for another value.
    pub fn with(&self, value: impl Into<String>, rule: &'static Rule) -> Self {
        Self { value: value.into(), rule, ..self.clone() }
    }
}

/// What a tool makes of its config, while it is read.
pub(super) struct Sheet {
    tool: Tool,
    /// Who speaks: kind and the others run other tools.
    pub speaker: Program,
    sections: Vec<Section>,
    reasons: Vec<Reason>,
    refusals: Vec<Message>,
    warnings: Vec<Message>,
    problems: Vec<FlagProblem>,
    trace: Trace,
}

impl Sheet {
    pub fn new(tool: Tool) -> Self {
        Self {
            tool,
            speaker: tool.program(),
            sections: Vec::new(),
            reasons: Vec::new(),
            refusals: Vec::new(),
            warnings: Vec::new(),
            problems: Vec::new(),
            trace: Trace::default(),
        }
    }

    /// The section of a component, with or without flags.
    pub fn section(&mut self, component: Component, node: Option<&str>) -> &mut Section {
        let is_it = |it: &Section| it.component == component && it.node.as_deref() == node;
        let at = self.sections.iter().position(is_it).unwrap_or(self.sections.len());
        if at == self.sections.len() {
            let node = node.map(Rc::from);
            self.sections.push(Section {
                component,
                span: Span::default(),
                heading: None,
                node,
                flags: Vec::new(),
                lead: 0,
                arguments: Vec::new(),
            });
        }
        &mut self.sections[at]
    }

    /// A component gets a flag.
    pub fn flag(&mut self, component: Component, node: Option<&str>, name: &str, given: &Given) {
        let facts = facts_of(given.rule, |fact| match fact {
            "flag" => ["--", name].concat(),
            "component" => component.name().to_owned(),
            "field" => given.field.clone(),
            _ => given.value.clone(),
        });
        let step = self.trace.note(given.rule, FieldPath::default(), facts);
        if let Some(spec) = table::find(component, name) {
            self.trace.because(step, Origin::Flag(spec.name));
        }
        self.reasons.push(Reason {
            component,
            node: node.map(Rc::from),
            flag: name.to_owned(),
            value: given.value.clone(),
            span: given.span,
            step,
        });
        let Span { start, end } = given.span;
        let name_end = given.value_span.start.clamp(start, end);
        let section = self.section(component, node);
        section.span = match section.flags.is_empty() {
            true => given.span,
            false => Span::new(section.span.start.min(start), section.span.end.max(end)),
        };
        let spans = [Span::new(start, name_end), given.value_span, given.span];
        section.flags.push(Flag::of_config(name, &given.value, spans));
    }

    /// The tool refuses its config.
    pub fn refuse(
        &mut self,
        rule: &'static Rule,
        facts: Vec<Fact>,
        text: String,
        span: Option<Span>,
    ) -> StepId {
        let step = self.trace.reject(rule, FieldPath::default(), facts);
        self.refusals.push(Message { says: self.speaker, text, span, step });
        step
    }

    /// The tool warns, and goes on.
    pub fn warn(&mut self, rule: &'static Rule, facts: Vec<Fact>, text: String, span: Span) {
        let step = self.trace.note(rule, FieldPath::default(), facts);
        self.warnings.push(Message { says: self.speaker, text, span: Some(span), step });
    }

    /// Something of the text that no flag comes from.
    pub fn left_out(&mut self, span: Span, text_en: String, text_zh: String) {
        self.problems.push(FlagProblem { span, text_en, text_zh });
    }

    pub fn refuses(&self) -> bool {
        !self.refusals.is_empty()
    }

    /// All of it. A config that is refused starts nothing, so it has no flags.
    pub fn finish(mut self) -> Installed {
        if self.refuses() {
            self.sections.clear();
            self.reasons.clear();
        }
        let Self { tool, sections, reasons, refusals, warnings, problems, trace, .. } = self;
        let flags = Rc::new(FlagsText { sections, problems });
        let trace = trace.into_steps();
        Installed { tool, flags, reasons, refusals, warnings, trace }
    }
}

/// The facts that a rule declares.
pub(super) fn facts_of(rule: &Rule, value: impl Fn(&str) -> String) -> Vec<Fact> {
    let fact = |name: &&'static str| Fact { name, value: value(name).into() };
    rule.facts.iter().map(fact).collect()
}

/// Reads fields, and keeps in mind which.
pub(super) struct Fields<'t> {
    text: &'t str,
    taken: Vec<Span>,
    /// The place of everything, where the text is a value of another text.
    within: Option<Span>,
}

impl<'t> Fields<'t> {
    pub fn new(text: &'t str, within: Option<Span>) -> Self {
        Self { text, taken: Vec::new(), within }
    }

    /// From a key to the end of its value.
    pub fn span(&self, entry: &Entry) -> Span {
        self.within.unwrap_or(Span::new(entry.key_span.start, entry.value.span.end))
    }

    /// Something that stands in the text.
    pub fn place(&self, span: Span) -> Span {
        self.within.unwrap_or(span)
    }

    /// The entry of a field, which counts as read.
    pub fn take<'n>(&mut self, node: &'n Node, field: &str) -> Option<&'n Entry> {
        let entry = node.entry(field)?;
        self.taken.push(entry.key_span);
        Some(entry)
    }

    /// A value, and where it stands.
    pub fn given(&self, entry: &Entry, field: &str, value: String, rule: &'static Rule) -> Given {
        let span = self.span(entry);
        let value_span = self.inside(entry.value.span, &value);
        Given { value, field: field.to_owned(), span, value_span, rule }
    }

    /// A scalar inside its quotes, if the text holds it as it is.
    pub fn inside(&self, span: Span, value: &str) -> Span {
        if let Some(within) = self.within {
            return within;
        }
        let written = self.text.get(span.start..span.end).unwrap_or_default();
        let inner = Span::new(span.start + 1, span.end.max(span.start + 2) - 1);
        let is_quoted = written.len() >= 2 && self.text.get(inner.start..inner.end) == Some(value);
        if is_quoted { inner } else { span }
    }

    /// The fields of a document that were not read, each by its path.
    pub fn untouched(&self, document: &Document) -> Vec<(String, Span)> {
        let mut found = Vec::new();
        self.walk(&document.node, "", &mut found);
        found
    }

    fn walk(&self, node: &Node, path: &str, found: &mut Vec<(String, Span)>) {
        match &node.value {
            Value::Map(map) => {
                for entry in map {
                    let is_taken = self.taken.contains(&entry.key_span);
                    let Span { start, end } = entry.value.span;
                    let holds = |it: &Span| start <= it.start && it.end <= end && start < end;
                    let path = [path, &entry.key].concat();
                    if !is_taken && self.taken.iter().any(holds) {
                        self.walk(&entry.value, &[&path, "."].concat(), found);
                    } else if !is_taken {
                        found.push((path, entry.key_span));
                    }
                }
            }
            Value::Seq(list) => list.iter().for_each(|item| self.walk(item, path, found)),
            _ => {}
        }
    }
}

/// A scalar as the text of a flag.
pub(super) fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Null => Some(String::new()),
        Value::Seq(_) | Value::Map(_) => None,
    }
}
