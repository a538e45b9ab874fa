//! What does a program make of the words of its command line? Unknown and deprecated flags, flags without their value,
//! words that are no flags: what all four programs have in common.
//! Source: spf13/pflag flag.go parseArgs, spf13/cobra command.go execute, cmd/kubelet/app/server.go NewKubeletCommand.
//!
//! Words are read in their order, and the first error ends the reading. The kubelet says of a deprecated flag that it
//! is one as soon as it is read; the others say it when all flags were read.

use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::explain::rule::Rule;
use crate::explain::trace::{Fact, FactValue, Origin, StepId, Trace};
use crate::facts;
use crate::net::go_parse::parse_ip;
use crate::release::flags::{self as known, Known, ValueKind};
use crate::release::version::KubeVersion;
use crate::source::flags::table::{self, FlagSpec};
use crate::source::flags::{CommandWord, Component, Flag, FlagsText};
use crate::source::span::Span;
use crate::startup::pflag::{
    invalid_argument, parse_bool, parse_duration, parse_float, parse_i32, parse_int, parse_uint,
    string_slice,
};
use crate::startup::{
    ARGUMENT_IS_REFUSED, FLAG_DOES_NOT_PARSE, FLAG_IS_DEPRECATED, FLAG_IS_OF_ANOTHER_PROGRAM,
    FLAG_IS_OF_OTHER_VERSIONS, FLAG_IS_UNKNOWN, FLAG_PRINTS_AND_ENDS, LogLine, Phase, Severity,
    StartError, Unmodelled, note, reject,
};

/// A flag that the program's start acts on, with its value. A flag that needs no value has `true`.
pub(crate) struct Given<'t> {
    /// As written.
    pub(crate) flag: &'t Flag,
    /// What the table says of it.
    pub(crate) spec: &'static FlagSpec,
    /// Its value.
    pub(crate) value: &'t str,
}

/// The command line of a program.
pub(crate) struct CommandLine<'t> {
    program: Component,
    release: KubeVersion,
    words: std::vec::IntoIter<CommandWord<'t>>,
    /// Flags and gates that change nothing here.
    pub(crate) unmodelled: Vec<Unmodelled>,
    /// Words that are no flags, with the place of the first.
    arguments: Vec<String>,
    argument_at: Option<Span>,
    /// The flag before the first of them, if that takes no next word.
    argument_of: &'static str,
    /// Behind `--` nothing is a flag.
    ended: bool,
    /// Deprecated flags of which nothing is said yet.
    deprecated: Vec<(&'static str, &'static str)>,
}

impl<'t> CommandLine<'t> {
    /// All words of a program.
    pub(crate) fn new(program: Component, release: KubeVersion, text: &'t FlagsText) -> Self {
        Self {
            program,
            release,
            words: text.words(program).into_iter(),
            unmodelled: Vec::new(),
            arguments: Vec::new(),
            argument_at: None,
            argument_of: "",
            ended: false,
            deprecated: Vec::new(),
        }
    }

    /// The next flag that the program's start acts on; `None` when all words were read.
    ///
    /// # Errors
    /// Why the program exits.
    pub(crate) fn next(&mut self, trace: &mut Trace) -> Result<Option<Given<'t>>, StartError> {
        loop {
            if self.program == Component::Kubelet {
                self.tell_deprecated(trace);
            }
            match self.words.next() {
                None => return self.finish(trace).map(|()| None),
                Some(CommandWord::Argument(span, text)) => self.argument(span, text, trace)?,
                Some(CommandWord::Flag(flag)) => {
                    if let Some(given) = self.flag(flag, trace)? {
                        return Ok(Some(given));
                    }
                }
            }
        }
    }

    fn flag(&mut self, flag: &'t Flag, trace: &mut Trace) -> Result<Option<Given<'t>>, StartError> {
        let program = self.program.name();
        let name = match (flag.is_short, flag.name.as_str()) {
            (true, "h") => "help",
            (_, name) => name,
        };
        let found = known::find(program, name, self.release);
        let Some(found) = found.filter(|it| !flag.is_short || ["v", "help"].contains(&it.name))
        else {
            return Err(self.unknown(flag, trace));
        };
        let value = if found.kind.may_lack_value() {
            match flag.value.as_deref() {
                Some(value) if !flag.spaced => value,
                Some(word) => {
                    if self.arguments.is_empty() {
                        self.argument_of = found.name;
                    }
                    self.take_argument(flag.value_span, word);
                    "true"
                }
                None => "true",
            }
        } else {
            let Some(value) = flag.value.as_deref() else {
                let shown = if flag.is_short {
                    format!("'{name}' in -{name}")
                } else {
                    format!("--{}", flag.typed())
                };
                let message = format!("flag needs an argument: {shown}");
                return Err(self.refuse(flag, found.name, message, trace));
            };
            value
        };
        if found.name == "help" || (found.name == "version" && value != "false") {
            return Err(self.prints(flag, found, trace));
        }
        let spec = table::find(self.program, found.name).filter(|spec| spec.is_simulated);
        if spec.is_none() {
            if let Err(why) = check(found.kind, value) {
                let message = invalid_argument(found.name, value, &why);
                return Err(self.refuse(flag, found.name, message, trace));
            }
            let name = format!("--{}", found.name);
            if !self.unmodelled.iter().any(|it| it.name == name) {
                self.unmodelled.push(Unmodelled { span: flag.span, name, stage: None });
            }
        }
        if let Some(message) = found.deprecation(self.release) {
            self.deprecated.push((found.name, message));
        }
        Ok(spec.map(|spec| Given { flag, spec, value }))
    }

    fn take_argument(&mut self, span: Span, text: &str) {
        self.argument_at.get_or_insert(span);
        self.arguments.push(text.to_owned());
    }

    /// A word that is no well-formed flag.
    fn argument(&mut self, span: Span, text: &str, trace: &mut Trace) -> Result<(), StartError> {
        if self.ended || !text.starts_with('-') || text == "-" {
            self.take_argument(span, text);
            return Ok(());
        }
        if text == "--" {
            self.ended = true;
            return Ok(());
        }
        let message = match text.strip_prefix("--") {
            Some(_) => format!("bad flag syntax: {text}"),
            None => {
                let letter = text.chars().nth(1).unwrap_or_default();
                format!("unknown shorthand flag: {} in {text}", rune(letter))
            }
        };
        Err(self.syntax(span, message, trace))
    }

    fn syntax(&self, span: Span, message: String, trace: &mut Trace) -> StartError {
        let shown = message.rsplit(": ").next().unwrap_or_default();
        let shown = shown.rsplit(" in ").next().unwrap_or_default();
        let facts = facts![flag = shown, program = self.program.name()];
        let step = trace.reject(&FLAG_IS_UNKNOWN, FieldPath::default(), facts);
        ends_at(span, message, step, Phase::Flags)
    }

    fn refuse(
        &self,
        flag: &Flag,
        name: &'static str,
        message: String,
        trace: &mut Trace,
    ) -> StartError {
        let facts = facts![flag = name, problem = message.as_str()];
        let step = reject(trace, &FLAG_DOES_NOT_PARSE, name, facts);
        StartError { flag: name, ..ends_at(flag.span, message, step, Phase::Flags) }
    }

    /// A flag that the program of this version does not have.
    fn unknown(&self, flag: &Flag, trace: &mut Trace) -> StartError {
        if flag.is_short {
            let value = flag.value.as_deref().filter(|_| !flag.spaced);
            let rest = value.map_or(String::new(), |value| format!("={value}"));
            let letter = flag.name.chars().next().unwrap_or_default();
            let message = format!("unknown shorthand flag: {} in -{letter}{rest}", rune(letter));
            return self.syntax(flag.span, message, trace);
        }
        let program = self.program.name();
        let shown = format!("--{}", flag.typed());
        let versions: Vec<String> =
            known::of_program(program, &flag.name).map(|it| it.versions.range()).collect();
        let other = known::program_with(&flag.name, self.release);
        let flag_fact = shown.as_str();
        let (rule, facts): (&'static Rule, _) = match other {
            _ if !versions.is_empty() => {
                let facts = facts![flag = flag_fact, program, versions = versions.join(", ")];
                (&FLAG_IS_OF_OTHER_VERSIONS, facts)
            }
            Some(other) => (&FLAG_IS_OF_ANOTHER_PROGRAM, facts![flag = flag_fact, program, other]),
            None => (&FLAG_IS_UNKNOWN, facts![flag = flag_fact, program]),
        };
        let step = trace.reject(rule, FieldPath::default(), facts);
        let message = format!("unknown flag: {shown}");
        ends_at(flag.span, message, step, Phase::Flags)
    }

    /// `--help` and `--version`.
    fn prints(&self, flag: &Flag, found: &Known, trace: &mut Trace) -> StartError {
        let message = match found.name {
            "help" => format!("Usage:\n  {} [flags]", self.program.name()),
            _ => format!("Kubernetes v{}", self.release),
        };
        let facts = facts![flag = format!("--{}", found.name)];
        let step = trace.reject(&FLAG_PRINTS_AND_ENDS, FieldPath::default(), facts);
        ends_at(flag.span, message, step, Phase::Start)
    }

    fn tell_deprecated(&mut self, trace: &mut Trace) {
        for (name, message) in self.deprecated.drain(..) {
            let facts = facts![flag = format!("--{name}"), message];
            note(trace, &FLAG_IS_DEPRECATED, name, facts);
        }
    }

    /// All flags were read.
    fn finish(&mut self, trace: &mut Trace) -> Result<(), StartError> {
        self.tell_deprecated(trace);
        let Some(at) = self.argument_at else { return Ok(()) };
        let arguments = &self.arguments;
        let message = match self.program {
            Component::Kubelet => {
                let first = &arguments[0];
                format!("unknown command {first}")
            }
            program => {
                let list: Vec<String> = arguments.iter().map(|it| quote(it)).collect();
                let (program, list) = (program.name(), list.join(" "));
                format!("\"{program}\" does not take any arguments, got [{list}]")
            }
        };
        let shown = arguments.join(" ");
        let facts = facts![arguments = shown.as_str()];
        let step = trace.reject(&ARGUMENT_IS_REFUSED, FieldPath::default(), facts);
        let flag = self.argument_of;
        Err(StartError { flag, ..ends_at(at, message, step, Phase::Arguments) })
    }
}

/// The program ends because of what is written there; no flag that is simulated is to blame.
const fn ends_at(span: Span, message: String, step: StepId, phase: Phase) -> StartError {
    StartError { message, flag: "", entry: None, at: Some(span), step, phase }
}

/// Go's `%q` of a rune.
fn rune(letter: char) -> String {
    let shown = match letter {
        '\'' => "\\'".to_owned(),
        '\\' => "\\\\".to_owned(),
        _ => letter.to_string(),
    };
    format!("'{shown}'")
}

/// Whether a value is of its kind, as far as that is the same for every flag of the kind.
fn check(kind: ValueKind, value: &str) -> Result<(), String> {
    match kind {
        ValueKind::Bool => parse_bool(value).map(drop),
        ValueKind::Int(32) => parse_i32(value).map(drop),
        ValueKind::Int(_) => parse_int(value).map(drop),
        ValueKind::Uint => parse_uint(value),
        ValueKind::Float => parse_float(value),
        ValueKind::Duration => parse_duration(value),
        ValueKind::Slice => string_slice(value).map(drop),
        ValueKind::Ip if !value.is_empty() && parse_ip(value.trim()).is_none() => {
            Err(format!("failed to parse IP: {}", quote(value)))
        }
        ValueKind::Optional | ValueKind::Ip | ValueKind::Text => Ok(()),
    }
}

/// What a trace says of deprecated flags, in the words of the program.
pub(crate) fn deprecations(trace: &Trace) -> Vec<LogLine> {
    let steps = trace.steps().iter().enumerate();
    let told = steps.filter(|(_, step)| step.rule == &FLAG_IS_DEPRECATED);
    told.map(|(at, step)| {
        let fact = |name: &str| match step.facts.iter().find(|fact| fact.name == name) {
            Some(Fact { value: FactValue::Code(text), .. }) => text.as_str(),
            _ => "",
        };
        let (flag, message) = (fact("flag"), fact("message"));
        LogLine {
            severity: Severity::Info,
            message: format!("Flag {flag} has been deprecated, {message}"),
            flag: match step.origin {
                Some(Origin::Flag(name)) => Some(name),
                _ => None,
            },
            step: StepId(at),
        }
    })
    .collect()
}
