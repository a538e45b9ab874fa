//! What does a command print, with which status does it exit, and which requests does it send?

use serde::{Deserialize, Serialize};

use super::print::Failure;
use crate::api::go_json;
use crate::api::json::Json;
use crate::apiserver::requests::Outcome;

/// What is done with the objects of a file: a command of kubectl such as `kubectl apply -f`, or nothing, because
/// they exist already.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum FileCommand {
    /// `kubectl apply -f`.
    #[default]
    Apply,
    /// `kubectl create -f`.
    Create,
    /// `kubectl replace -f`.
    Replace,
    /// `kubectl delete -f`.
    Delete,
    /// No command: the objects exist, as `kubectl get -o yaml` printed them.
    Existing,
}

impl FileCommand {
    /// Every command, the usual one first.
    pub const ALL: [Self; 5] =
        [Self::Apply, Self::Create, Self::Replace, Self::Delete, Self::Existing];

    /// As it stands behind `kubectl`; `existing` where nothing does.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Apply => "apply",
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Existing => "existing",
        }
    }

    /// What a person types at a terminal; a comment where kubectl does not run.
    #[must_use]
    pub fn line(self, file: &str) -> String {
        match self {
            Self::Existing => format!("# {file}: existing objects"),
            command => format!("kubectl {} -f {file}", command.name()),
        }
    }

    /// Whether kubectl looks at `apiVersion` and `kind` before it reads an object.
    #[must_use]
    pub const fn validates(self) -> bool {
        !matches!(self, Self::Delete | Self::Existing)
    }

    /// Whether kubectl sends what the file says.
    #[must_use]
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Apply | Self::Create | Self::Replace)
    }
}

/// Where a program prints.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What is printed at once: one line or more, without the last line feed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Printed {
    /// Where.
    pub stream: Stream,
    /// The text.
    pub text: String,
}

/// A request about objects, as kubectl sends it. Discovery and OpenAPI are not among them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with its query.
    pub path: String,
    /// The content type of the body; empty where there is none.
    pub content_type: &'static str,
    /// The body, byte for byte.
    pub body: String,
}

impl Request {
    /// A read.
    #[must_use]
    pub const fn get(path: String) -> Self {
        Self { method: "GET", path, content_type: "", body: String::new() }
    }

    /// A request with an object as its body.
    #[must_use]
    pub fn with_object(method: &'static str, path: String, object: &Json) -> Self {
        let body = format!("{}\n", go_json(object));
        Self { method, path, content_type: "application/json", body }
    }
}

/// What kubectl did with one object.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Sent {
    /// What it printed on the way.
    pub printed: Vec<Printed>,
    /// What went wrong, which it prints at its end.
    pub failure: Option<Failure>,
    /// What it sent.
    pub requests: Vec<Request>,
}

impl Sent {
    /// Nothing was sent, for this reason.
    #[must_use]
    pub fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }

    /// Prints to standard output.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.printed.push(Printed { stream: Stream::Stdout, text: text.into() });
    }

    /// Prints to standard error.
    pub(crate) fn warn(&mut self, text: impl Into<String>) {
        self.printed.push(Printed { stream: Stream::Stderr, text: text.into() });
    }

    /// Prints the warnings of an answer.
    pub(crate) fn warn_of(&mut self, outcome: &Outcome) {
        for warning in &outcome.warnings {
            self.warn(format!("Warning: {}", warning.detail));
        }
    }

    /// What a terminal shows, were this all of the command.
    #[must_use]
    pub fn terminal(&self) -> String {
        let mut lines: Vec<String> = self.printed.iter().map(|it| it.text.clone()).collect();
        lines.extend(self.failure.as_ref().map(Failure::alone));
        lines.join("\n")
    }
}

/// What kubectl did with an object, and what the API server answered.
pub struct Applied {
    /// The server's answer; `None` where nothing was sent.
    pub outcome: Option<Outcome>,
    /// What was sent and printed.
    pub sent: Sent,
}

/// A command that ran to its end.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Command {
    /// What it printed, in the order in which a terminal shows it.
    pub printed: Vec<Printed>,
    /// The exit status.
    pub status: u8,
    /// What it sent, in order; for the shown event only.
    pub requests: Vec<Request>,
}

impl Command {
    /// Adds what was done with one object; what went wrong is printed at the end.
    pub(crate) fn add(&mut self, sent: &Sent) {
        self.printed.extend_from_slice(&sent.printed);
        self.requests.extend_from_slice(&sent.requests);
    }

    /// Prints to standard output.
    pub(crate) fn say(&mut self, text: impl Into<String>) {
        self.printed.push(Printed { stream: Stream::Stdout, text: text.into() });
    }

    /// Prints an error, and exits with 1.
    pub(crate) fn fail(&mut self, text: impl Into<String>) {
        self.printed.push(Printed { stream: Stream::Stderr, text: text.into() });
        self.status = 1;
    }

    /// What a terminal shows, without the last line feed.
    #[must_use]
    pub fn terminal(&self) -> String {
        let lines: Vec<&str> = self.printed.iter().map(|it| it.text.as_str()).collect();
        lines.join("\n")
    }

    /// What stands on one of the two streams, line feeds and all.
    #[must_use]
    pub fn stream(&self, stream: Stream) -> String {
        let of = self.printed.iter().filter(|it| it.stream == stream);
        of.map(|it| format!("{}\n", it.text)).collect()
    }
}
