//! How does kubectl print what went wrong? Rule MSG-7.
//! Source: kubectl `pkg/cmd/util/helpers.go` checkErr, MultipleErrors, AddSourceToErr; apimachinery
//! `pkg/util/errors/errors.go`.

use super::documents::joined;
use crate::api::quote;
use crate::api::status::{Reason, Status};

/// Something that went wrong.
#[derive(Clone, PartialEq, Debug)]
pub enum Failure {
    /// The API server's answer; its message says what kubectl was doing.
    Status(Status),
    /// An error of kubectl itself.
    Plain(String),
    /// Printed as it is.
    Bare(String),
    /// Several at once.
    Many(Vec<Self>),
}

impl Failure {
    /// A refusal, and what kubectl was doing with which file.
    #[must_use]
    pub fn refused(mut status: Status, verb: &str, file: &str) -> Self {
        status.message = format!("error when {verb} {}: {}", quote(file), status.message);
        Self::Status(status)
    }

    /// As it is printed where nothing else failed.
    #[must_use]
    pub fn alone(&self) -> String {
        match self {
            Self::Many(list) => {
                let list = match list.as_slice() {
                    [Self::Many(list)] => list.as_slice(),
                    [only] => return only.alone(),
                    list => list,
                };
                list.iter().map(Self::among).collect::<Vec<_>>().join("\n")
            }
            Self::Status(status) => print_error(status),
            Self::Plain(text) if text.starts_with("error: ") => text.clone(),
            Self::Plain(text) => format!("error: {text}"),
            Self::Bare(text) => text.clone(),
        }
    }

    /// As it is printed among others.
    fn among(&self) -> String {
        match self {
            Self::Status(status) => of_server(status),
            other => other.error(),
        }
    }

    /// As Go prints the error itself.
    fn error(&self) -> String {
        match self {
            Self::Status(status) => status.message.clone(),
            Self::Plain(text) | Self::Bare(text) => text.clone(),
            Self::Many(list) => {
                joined(list.iter().flat_map(Self::texts).collect()).unwrap_or_default()
            }
        }
    }

    fn texts(&self) -> Vec<String> {
        match self {
            Self::Many(list) => list.iter().flat_map(Self::texts).collect(),
            other => vec![other.error()],
        }
    }
}

/// A refusal as kubectl prints it.
#[must_use]
pub fn print_error(status: &Status) -> String {
    let mut texts: Vec<String> = Vec::new();
    for cause in &status.causes {
        let text = cause.to_string();
        if !texts.contains(&text) {
            texts.push(text);
        }
    }
    // What a patch made of an object has neither kind nor name.
    let subject = match status.subject.as_str() {
        "" | " \"\"" => "request".to_owned(),
        subject => subject.to_owned(),
    };
    match (status.reason, texts.as_slice()) {
        (Some(Reason::Invalid), [one]) => format!("The {subject} is invalid: {one}"),
        (Some(Reason::Invalid), [_, ..]) => {
            let list: Vec<String> = texts.iter().map(|text| format!("\n* {text}")).collect();
            format!("The {subject} is invalid: {}", list.concat())
        }
        (Some(Reason::Invalid), []) => format!("The request is invalid: {}", status.message),
        _ => of_server(status),
    }
}

fn of_server(status: &Status) -> String {
    match status.reason {
        Some(reason) => format!("Error from server ({}): {}", reason.name(), status.message),
        None => format!("Error from server: {}", status.message),
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::api::status::Status;

    #[test]
    fn several_errors_lose_their_prefix_and_those_of_one_list_stand_in_brackets() {
        let plain = |text: &str| Failure::Plain(text.to_owned());
        let status = Failure::refused(Status::not_found("services", "a"), "replacing", "f.yaml");
        let refused = "Error from server (NotFound): error when replacing \"f.yaml\": services \"a\" not found";
        assert_eq!(plain("x").alone(), "error: x");
        assert_eq!(status.alone(), refused);
        assert_eq!(Failure::Many(vec![plain("x")]).alone(), "error: x");
        // An aggregate in an aggregate is taken for several.
        assert_eq!(Failure::Many(vec![Failure::Many(vec![plain("x")])]).alone(), "x");
        let both = Failure::Many(vec![plain("x"), plain("y"), plain("x")]);
        assert_eq!(both.alone(), "x\ny\nx");
        assert_eq!(Failure::Many(vec![both, status]).alone(), format!("[x, y]\n{refused}"));
    }
}
