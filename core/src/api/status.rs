//! How does the API server refuse a request? Rules MSG-1, MSG-2, MSG-6.
//! Source: apimachinery `pkg/api/errors/errors.go`.

use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::explain::diagnostic::Diagnostic;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A bug of the server.
    APISERVER_PANICS {
        id: "MSG-8", slug: "apiserver-panics",
        versions: Versions::ALL,
        source: "apiserver pkg/server/filters/wrap.go WithPanicRecovery",
        evidence: Recorded,
        facts: [],
        en: "This request meets a bug of kube-apiserver: it panics. Only the request fails; the stored object and the allocators stay as they are.",
        zh: "此请求触发了 kube-apiserver 的一个缺陷：它会 panic。只有该请求失败；已存储的对象和分配器保持不变。",
    }
}

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
    /// 413.
    RequestEntityTooLarge,
    /// 500.
    InternalError,
    /// 500: the client may try again.
    ServerTimeout,
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
            Self::RequestEntityTooLarge => "RequestEntityTooLarge",
            Self::InternalError => "InternalError",
            Self::ServerTimeout => "ServerTimeout",
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
    /// Kind and quoted name of the object that is invalid, as kubectl names it (`details`); else empty.
    pub subject: String,
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
        let name = quote(name);
        let message = format!("{kind} {name} is invalid: {errors}");
        // The kind without its group.
        let subject = format!("{} {name}", kind.split('.').next().unwrap_or_default());
        Self { code: 422, reason: Some(Reason::Invalid), message, subject, causes }
    }

    fn plain(code: u16, reason: Option<Reason>, message: impl Into<String>) -> Self {
        let (subject, causes) = Default::default();
        Self { code, reason, message: message.into(), subject, causes }
    }

    /// 500: something on the server's side; one cause holds the inner message.
    #[must_use]
    pub fn internal(mut inner: Diagnostic) -> Self {
        inner.path = FieldPath::default();
        let message = format!("Internal error occurred: {}", inner.detail);
        Self { causes: vec![inner], ..Self::plain(500, Some(Reason::InternalError), message) }
    }

    /// 500 that is no API status.
    #[must_use]
    pub fn bare_error(message: impl Into<String>) -> Self {
        Self::plain(500, None, message)
    }

    /// 400.
    #[must_use]
    pub fn bad_request(message: impl Into<String>) -> Self {
        Self::plain(400, Some(Reason::BadRequest), message)
    }

    /// 422 without causes: what a patch asks for makes no sense.
    #[must_use]
    pub fn unprocessable() -> Self {
        let message = "the server rejected our request due to an error in our request";
        Self::plain(422, Some(Reason::Invalid), message)
    }

    /// 404. `resource` is the plural, with its group where it has one.
    #[must_use]
    pub fn not_found(resource: &str, name: &str) -> Self {
        let message = format!("{resource} {} not found", quote(name));
        Self::plain(404, Some(Reason::NotFound), message)
    }

    /// 409 on create.
    #[must_use]
    pub fn already_exists(resource: &str, name: &str) -> Self {
        let message = format!("{resource} {} already exists", quote(name));
        Self::plain(409, Some(Reason::AlreadyExists), message)
    }

    /// 409 on update: a stale resourceVersion.
    #[must_use]
    pub fn conflict(resource: &str, name: &str) -> Self {
        let why = "the object has been modified; please apply your changes to the latest version and \
                   try again";
        Self::conflict_because(resource, name, why)
    }

    /// 409 on update.
    #[must_use]
    pub fn conflict_because(resource: &str, name: &str, why: &str) -> Self {
        let message = format!("Operation cannot be fulfilled on {resource} {}: {why}", quote(name));
        Self::plain(409, Some(Reason::Conflict), message)
    }

    /// 413.
    #[must_use]
    pub fn too_large(message: &str) -> Self {
        let message = format!("Request entity too large: {message}");
        Self::plain(413, Some(Reason::RequestEntityTooLarge), message)
    }

    /// 500: a request of this verb about an object of this kind did not get done.
    #[must_use]
    pub fn server_timeout(verb: &str, kind: &str) -> Self {
        let message = format!(
            "The {verb} operation against {kind} could not be completed at this time, please try again."
        );
        Self::plain(500, Some(Reason::ServerTimeout), message)
    }

    /// 500: the server panicked, and the transport answers.
    /// Source: apiserver `pkg/server/filters/wrap.go`.
    #[must_use]
    pub fn panicked() -> Self {
        let message = "This request caused apiserver to panic. Look in the logs for details.";
        Self::bare_error(message)
    }
}
