//! What does a command about a file print where no API server answers? As recorded from kubectl 1.27 to 1.36; the lines of
//! its log, which begin with the time, are left out.

use super::command::{Command, FileCommand};
use super::documents::{Document, Fate};
use super::print::Failure;
use super::{NOT_RUNNING, SERVER};
use crate::api::quote;
use crate::release::behavior::Behavior;

/// The command about these documents of a file. Only `kubectl delete` looks at all of them.
#[must_use]
pub fn unreachable(
    command: FileCommand,
    behavior: &Behavior,
    file: &str,
    documents: &[Document],
) -> Command {
    let mut did = Command::default();
    let refused = |path: &str| {
        format!(
            "Get \"https://{SERVER}/{path}?timeout=32s\": dial tcp {SERVER}: connect: connection refused"
        )
    };
    let own = |document: &Document| match &document.fate {
        Fate::Fails(words) | Fate::Untyped(words) | Fate::Ends(Some(words)) => Some(words.clone()),
        Fate::Object | Fate::List | Fate::Ends(None) | Fate::Behind => None,
    };
    if command == FileCommand::Delete {
        let words = format!("unable to recognize {}: {}", quote(file), refused("api"));
        let is_read = |it: &&Document| !it.is_item && it.fate != Fate::Behind;
        let failures = documents.iter().filter(is_read);
        let failures: Vec<Failure> =
            failures.map(|it| Failure::Plain(own(it).unwrap_or_else(|| words.clone()))).collect();
        if failures.is_empty() {
            did.say("No resources found");
        } else {
            did.fail(Failure::Many(failures).alone());
        }
        return did;
    }
    if !behavior.reads_file_first {
        did.fail(NOT_RUNNING);
        return did;
    }
    match documents.first() {
        Some(first) => {
            let words = own(first).unwrap_or_else(|| {
                format!(
                    "error validating {}: error validating data: failed to download openapi: {}; if you \
                     choose to ignore these errors, turn validation off with --validate=false",
                    quote(file),
                    refused("openapi/v2")
                )
            });
            did.fail(Failure::Plain(words).alone());
        }
        None if matches!(command, FileCommand::Replace | FileCommand::Existing) => {}
        None => did.fail(format!("error: no objects passed to {}", command.name())),
    }
    did
}
