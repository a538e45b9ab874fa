//! What do kubeadm, kind, k3s and RKE2 make of their config: which flags do the components get, and why?
//!
//! Each tool checks its config by its own rules and in its own words. A config that it refuses starts nothing. What it
//! accepts becomes the flags of the four components, with spans in the config.

mod export;
pub mod k3s;
pub mod kind;
pub mod kubeadm;
mod sheet;
mod words;

#[cfg(test)]
mod tests;

use std::rc::Rc;

use crate::explain::diagnostic::Program;
use crate::explain::trace::{Step, StepId};
use crate::release::version::KubeVersion;
use crate::source::flags::{self, Component, FlagsText};
use crate::source::span::Span;
use crate::source::yaml;
use sheet::Sheet;

/// A tool that installs a cluster.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tool {
    /// kubeadm, with the config files of the kubelet and kube-proxy.
    Kubeadm,
    /// kind.
    Kind,
    /// k3s.
    K3s,
    /// RKE2.
    Rke2,
}

impl Tool {
    /// Who speaks.
    #[must_use]
    pub const fn program(self) -> Program {
        match self {
            Self::Kubeadm => Program::Kubeadm,
            Self::Kind => Program::Kind,
            Self::K3s => Program::K3s,
            Self::Rke2 => Program::Rke2,
        }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.program().name()
    }
}

/// Something that a tool prints.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Message {
    /// The tool that speaks: kind and the others run other tools.
    pub says: Program,
    /// Its words.
    pub text: String,
    /// The field that it is about.
    pub span: Option<Span>,
    /// The decision behind it.
    pub step: StepId,
}

/// Why a flag is there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The component.
    pub component: Component,
    /// The node it is on; `None` for the control plane, and for every node.
    pub node: Option<Rc<str>>,
    /// The name of the flag, without dashes.
    pub flag: String,
    /// Its value.
    pub value: String,
    /// The field that put it there, with its value.
    pub span: Span,
    /// The decision, with its sentence.
    pub step: StepId,
}

/// What a tool makes of a config.
#[derive(Clone, PartialEq, Debug)]
pub struct Installed {
    /// The tool.
    pub tool: Tool,
    /// The flags, with spans in the config; the problems are what is left out. Nothing starts without sections.
    pub flags: Rc<FlagsText>,
    /// Why each flag is there, in the order in which they were set.
    pub reasons: Vec<Reason>,
    /// Why the tool refuses the config, in its words and order.
    pub refusals: Vec<Message>,
    /// What it warns of.
    pub warnings: Vec<Message>,
    /// What was decided.
    pub trace: Vec<Step>,
}

impl Installed {
    /// Whether nothing is started: the tool refuses, or the text is not YAML.
    #[must_use]
    pub fn refuses(&self) -> bool {
        self.flags.sections.is_empty()
    }

    /// The decision behind a message or reason.
    #[must_use]
    pub fn step(&self, step: StepId) -> Option<&Step> {
        self.trace.get(step.0)
    }

    /// The flags as one would type them, with a heading per component and node.
    #[must_use]
    pub fn text(&self) -> String {
        words::print(&self.flags)
    }
}

/// Reads the config of a tool. `None` if the text is none.
#[must_use]
pub fn read(text: &str, version: KubeVersion) -> Option<Installed> {
    if text.len() > flags::MAX_BYTES {
        return None;
    }
    if let Some(tool) = words::tool_of_documents(text) {
        let text = words::without_shell(text);
        return Some(match tool {
            Tool::Kind => of_documents(tool, &text, version, kind::read),
            _ => of_documents(tool, &text, version, kubeadm::read),
        });
    }
    k3s::read(text, version)
}

/// The flags of a text, whether it is a config or flags as typed.
#[must_use]
pub fn flags_of(text: &str, version: KubeVersion) -> Rc<FlagsText> {
    match read(text, version) {
        Some(installed) => installed.flags,
        None => Rc::new(flags::parse(text)),
    }
}

/// Reads YAML, of which a syntax error leaves nothing.
fn of_documents(
    tool: Tool,
    text: &str,
    version: KubeVersion,
    read: fn(&str, &[yaml::Document], KubeVersion, &mut Sheet),
) -> Installed {
    let parsed = yaml::parse(text);
    let mut sheet = Sheet::new(tool);
    let is_broken = !parsed.problems.is_empty();
    for problem in parsed.problems {
        sheet.left_out(problem.span, problem.text_en, problem.text_zh);
    }
    if !is_broken {
        read(text, &parsed.documents, version, &mut sheet);
    }
    sheet.finish()
}
