//! How does a program print that it exits because of its command line? What is around the message: the prefix, the
//! line of the log, and where the usage stands.
//! Source: spf13/cobra command.go ExecuteC, component-base cli/run.go Run, cmd/kubelet/app/server.go NewKubeletCommand.
//!
//! What differs with every start, as the time of a line of the log, is `…`.

use crate::api::quote;
use crate::release::behavior::{Behavior, KubeletFlagError};
use crate::source::flags::Component;
use crate::startup::{Phase, StartError};

/// Where a program prints its usage.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Usage {
    /// Nowhere.
    None,
    /// Before the error, with an empty line between them.
    Before,
    /// Behind the error.
    After,
}

/// What a program prints when it exits because of its command line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exit {
    /// The line with the message.
    pub line: String,
    /// Where the usage stands.
    pub usage: Usage,
    /// The exit status.
    pub status: u8,
}

impl Exit {
    /// `None` if the program came further than its command line, or how it prints the message is not known.
    pub(crate) fn of(program: Component, behavior: &Behavior, error: &StartError) -> Option<Self> {
        let message = error.message.as_str();
        if error.phase == Phase::Start {
            return None;
        }
        if error.phase == Phase::Gates {
            return (program == Component::KubeApiserver)
                .then(|| Self::of_log(&failed("run.go:72", message), Usage::None));
        }
        let is_argument = error.phase == Phase::Arguments;
        Some(match program {
            Component::Kubelet => {
                Self::of_kubelet(behavior.kubelet_flag_error, message, is_argument)
            }
            Component::KubeApiserver => Self::of_command(message, Usage::None),
            _ if !behavior.usage_before_error => Self::of_command(message, Usage::After),
            _ if is_argument => Self::of_command(message, Usage::None),
            _ => Self::of_command(message, Usage::Before),
        })
    }

    fn of_command(message: &str, usage: Usage) -> Self {
        Self { line: format!("Error: {message}"), usage, status: 1 }
    }

    fn of_log(line: &str, usage: Usage) -> Self {
        Self { line: line.to_owned(), usage, status: 1 }
    }

    fn of_kubelet(how: KubeletFlagError, message: &str, is_argument: bool) -> Self {
        let word = message.strip_prefix("unknown command ").unwrap_or(message);
        match how {
            KubeletFlagError::Fatal(place) => {
                let message = match is_argument {
                    true => format!("unknown command: {word}"),
                    false => message.to_owned(),
                };
                let line = format!("F… {place}] {message}");
                Self { line, usage: Usage::Before, status: 255 }
            }
            KubeletFlagError::Logged(_) if is_argument => Self::of_log(
                &format!("E… \"Unknown command\" command={}", quote(word)),
                Usage::After,
            ),
            KubeletFlagError::Logged(place) => {
                let line =
                    format!("E… {place}] \"Failed to parse kubelet flag\" err={}", quote(message));
                Self::of_log(&line, Usage::After)
            }
            KubeletFlagError::Failed(place) if is_argument => {
                Self::of_log(&failed(place, message), Usage::None)
            }
            KubeletFlagError::Failed(place) => {
                let message = format!("failed to parse kubelet flag: {message}");
                Self::of_log(&failed(place, &message), Usage::None)
            }
        }
    }
}

fn failed(place: &str, message: &str) -> String {
    format!("E… {place}] \"command failed\" err={}", quote(message))
}
