//! How does the API server refuse a request? Rules MSG-1, MSG-2, MSG-6.
//! Source: apimachinery `pkg/api/errors/errors.go`.

use crate::api::quote;
use crate::diag::Diagnostic;
use crate::path::FieldPath;

/// Why a request is refused as a whole.
/// Source: apimachinery `pkg/apis/meta/v1/types.go` StatusReason.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// 422.
    Invalid,
    /// 400.
    BadRequest,
    /// 404.
    NotFound,
    /// 409, on create.
    AlreadyExists,
    /// 409, on update.
    Conflict,
    /// 500.
    InternalError,
}

impl Reason {
    /// As the API spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid",
            Self::BadRequest => "BadRequest",
            Self::NotFound => "NotFound",
            Self::AlreadyExists => "AlreadyExists",
            Self::Conflict => "Conflict",
            Self::InternalError => "InternalError",
        }
    }
}

/// A refusal.
#[derive(Clone, PartialEq, Debug)]
pub struct Status {
    /// The HTTP code.
    pub code: u16,
    /// `None` for errors that are no API status.
    pub reason: Option<Reason>,
    /// The message, byte for byte.
    pub message: String,
    /// What is wrong field by field (422), or the inner message (500); repeats included.
    pub causes: Vec<Diagnostic>,
}

impl Status {
    /// 422: fields are wrong. Equal `field: body` texts stand once in the message, every one in the
    /// causes.
    #[must_use]
    pub fn invalid(kind: &str, name: &str, causes: Vec<Diagnostic>) -> Self {
        let mut texts: Vec<String> = Vec::new();
        for cause in &causes {
            let text = cause.to_string();
            if !texts.contains(&text) {
                texts.push(text);
            }
        }
        let errors =
            if texts.len() == 1 { texts.join("") } else { format!("[{}]", texts.join(", ")) };
        let message = format!("{kind} {} is invalid: {errors}", quote(name));
        Self { code: 422, reason: Some(Reason::Invalid), message, causes }
    }

    /// 500: something on the server's side; one cause holds the inner message.
    #[must_use]
    pub fn internal(mut inner: Diagnostic) -> Self {
        inner.path = FieldPath::default();
        let message = format!("Internal error occurred: {}", inner.detail);
        Self { code: 500, reason: Some(Reason::InternalError), message, causes: vec![inner] }
    }

    /// 500 that is no API status.
    #[must_use]
    pub fn bare_error(message: impl Into<String>) -> Self {
        Self { code: 500, reason: None, message: message.into(), causes: Vec::new() }
    }

    /// 400.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        let reason = Some(Reason::BadRequest);
        Self { code: 400, reason, message: message.into(), causes: Vec::new() }
    }

    /// 404. `resource` is the plural, with its group where it has one.
    #[must_use]
    pub fn not_found(resource: &str, name: &str) -> Self {
        let message = format!("{resource} {} not found", quote(name));
        Self { code: 404, reason: Some(Reason::NotFound), message, causes: Vec::new() }
    }

    /// 409 on create.
    #[must_use]
    pub fn already_exists(resource: &str, name: &str) -> Self {
        let message = format!("{resource} {} already exists", quote(name));
        Self { code: 409, reason: Some(Reason::AlreadyExists), message, causes: Vec::new() }
    }

    /// 409 on update: a stale resourceVersion.
    #[must_use]
    pub fn conflict(resource: &str, name: &str) -> Self {
        let message = format!(
            "Operation cannot be fulfilled on {resource} {}: the object has been modified; please \
             apply your changes to the latest version and try again",
            quote(name)
        );
        Self { code: 409, reason: Some(Reason::Conflict), message, causes: Vec::new() }
    }
}
