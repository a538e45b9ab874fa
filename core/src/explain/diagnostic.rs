//! What is wrong, in the words of the program that says so.

use std::fmt;

use crate::api::field_path::FieldPath;
use crate::explain::trace::StepId;
use crate::source::span::Span;

/// Who would print a message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Program {
    /// The API server, at start or answering a request.
    KubeApiserver,
    /// The controllers.
    KubeControllerManager,
    /// The scheduler.
    KubeScheduler,
    /// The agent of a Node.
    Kubelet,
    /// The command line tool.
    Kubectl,
    /// The installer of clusters.
    Kubeadm,
    /// The installer of clusters in containers.
    Kind,
    /// A distribution in one program.
    K3s,
    /// Its sibling.
    Rke2,
    /// This playground.
    Playground,
}

impl Program {
    /// The program's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeScheduler => "kube-scheduler",
            Self::Kubelet => "kubelet",
            Self::Kubectl => "kubectl",
            Self::Kubeadm => "kubeadm",
            Self::Kind => "kind",
            Self::K3s => "k3s",
            Self::Rke2 => "rke2",
            Self::Playground => "playground",
        }
    }
}

/// Why a field is refused; values are already printed as the release prints them.
/// Source: apimachinery `util/validation/field/errors.go`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// A value has to be given.
    Required,
    /// The value breaks a rule.
    Invalid {
        /// The value as printed.
        value: String,
    },
    /// No value may be given.
    Forbidden,
    /// The value is none of the known ones.
    NotSupported {
        /// The value as printed.
        value: String,
        /// The known ones.
        known: Vec<&'static str>,
    },
    /// The value stands there already.
    Duplicate {
        /// The value as printed.
        value: String,
    },
    /// The value is too long; it is not printed.
    TooLong,
    /// The server could not check the value.
    Internal,
    /// A message without a field: start-up errors, decoding, YAML syntax.
    Plain,
}

impl Cause {
    /// The `reason` of a cause in `details.causes`, if it has one.
    #[must_use]
    pub const fn reason(&self) -> Option<&'static str> {
        match self {
            Self::Required => Some("FieldValueRequired"),
            Self::Invalid { .. } => Some("FieldValueInvalid"),
            Self::Forbidden => Some("FieldValueForbidden"),
            Self::NotSupported { .. } => Some("FieldValueNotSupported"),
            Self::Duplicate { .. } => Some("FieldValueDuplicate"),
            Self::TooLong => Some("FieldValueTooLong"),
            Self::Internal => Some("InternalError"),
            Self::Plain => None,
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The program that would print it.
    pub says: Program,
    /// The kind of problem.
    pub cause: Cause,
    /// The field, empty if it is about no field.
    pub path: FieldPath,
    /// Upstream's English, byte for byte; our own words where `says` is the playground.
    pub detail: String,
    /// Our words in Chinese, where `says` is the playground.
    pub detail_zh: Option<String>,
    /// Where in the typed text.
    pub span: Option<Span>,
    /// Whether it refuses nothing: a warning of kube-apiserver.
    pub is_warning: bool,
    /// The decision behind it.
    pub step: Option<StepId>,
}

impl Diagnostic {
    /// A message about no field in particular.
    #[must_use]
    pub fn plain(says: Program, detail: impl Into<String>) -> Self {
        Self {
            says,
            cause: Cause::Plain,
            path: FieldPath::default(),
            detail: detail.into(),
            detail_zh: None,
            span: None,
            is_warning: false,
            step: None,
        }
    }

    /// A warning of kube-apiserver, at its start or with an answer.
    #[must_use]
    pub fn warning(detail: impl Into<String>) -> Self {
        Self { is_warning: true, ..Self::plain(Program::KubeApiserver, detail) }
    }

    /// A remark of the playground about a place in the text.
    #[must_use]
    pub fn remark(span: Span, en: String, zh: String) -> Self {
        Self { detail_zh: Some(zh), span: Some(span), ..Self::plain(Program::Playground, en) }
    }

    /// A refusal of the API server at a field.
    #[must_use]
    pub fn field(cause: Cause, path: FieldPath, detail: impl Into<String>) -> Self {
        Self { cause, path, ..Self::plain(Program::KubeApiserver, detail) }
    }

    /// The message of a cause: everything behind `<field>: ` (rule MSG-3).
    #[must_use]
    pub fn body(&self) -> String {
        let detail = &self.detail;
        match &self.cause {
            Cause::Required if detail.is_empty() => "Required value".to_owned(),
            Cause::Required => format!("Required value: {detail}"),
            Cause::Invalid { value } => format!("Invalid value: {value}: {detail}"),
            Cause::Forbidden => format!("Forbidden: {detail}"),
            Cause::NotSupported { value, .. } => format!("Unsupported value: {value}: {detail}"),
            Cause::Duplicate { value } => format!("Duplicate value: {value}"),
            Cause::TooLong => format!("Too long: {detail}"),
            Cause::Internal => format!("Internal error: {detail}"),
            Cause::Plain => detail.clone(),
        }
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.0.is_empty() {
            f.write_str(&self.body())
        } else {
            write!(f, "{}: {}", self.path, self.body())
        }
    }
}
