//! From a session to everything the page shows. The only folder that knows the whole order.
//!
//! | module | its question |
//! |---|---|
//! | [`action`] | what did a person do? |
//! | [`replay`] | which answers does a session lead to, and what need not be computed again? |
//! | `start`, `requests` | what do the programs and kubectl do for one event? |
//! | `existing` | what becomes of an object that exists already? |
//! | [`report`] | what is answered to an event, document by document? |
//! | [`diff`] | what did an event change, and what did it leave as it was? |
//! | [`provenance`] | where does each value of a stored object come from? |

pub mod action;
pub mod diff;
mod existing;
pub mod provenance;
pub mod replay;
pub mod report;
pub(crate) mod requests;
mod start;

#[cfg(test)]
mod command_tests;
#[cfg(test)]
mod tests;

pub use diff::Diff;
pub use replay::{Replay, run};
pub use report::{
    BootReport, DocumentReport, EventReport, Report, RequestsReport, Verb, WrittenField,
};
