//! What does a session come to, without a browser? Each step with what a terminal shows, then every stored object.

use std::fmt::Write as _;
use std::rc::Rc;

use dualstack_core::api::print;
use dualstack_core::explain::diagnostic::{Diagnostic, Program};
use dualstack_core::explain::text::Lang;
use dualstack_core::explain::trace::Step;
use dualstack_core::kubectl::FileCommand;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{BootReport, EventReport, Replay, Report, RequestsReport};
use dualstack_core::startup::exit::Usage;
use serde::Deserialize;

/// The example that the page opens with: a session that names no flags has its own.
const OPENING: &str = include_str!("../../web/scenarios/dual-stack-preferred-ipfamilies-svc.yaml");

/// What is done with a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verb {
    /// The programs start with it.
    Flags,
    /// kubectl is given it.
    Kubectl(FileCommand),
}

/// A file, and what is done with it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Input {
    /// The release from here on. Another one than before is a restart with the same flags.
    pub version: KubeVersion,
    /// What is done.
    pub verb: Verb,
    /// The file, as it was named.
    pub name: String,
    /// What it says.
    pub text: Rc<str>,
}

/// What is asked for: the options of the program.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// The release behind the last option that names one.
    pub version: KubeVersion,
    /// The files, in order.
    pub inputs: Vec<Input>,
    /// Whether the rules that decided are printed, too.
    pub explain: bool,
}

impl Options {
    /// Reads the arguments of the program; `read` gives the text of a file.
    ///
    /// # Errors
    /// There is no such option, an option has no value, or a file cannot be read.
    pub fn read(
        arguments: impl IntoIterator<Item = String>,
        read: &dyn Fn(&str) -> Result<String, String>,
    ) -> Result<Self, String> {
        let (version, inputs, explain) = Default::default();
        let mut options = Self { version, inputs, explain };
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let (option, value) = match argument.split_once('=') {
                Some((option, value)) => (option, Some(value.to_owned())),
                None => (argument.as_str(), None),
            };
            let verb = match option {
                "--explain" if value.is_none() => {
                    options.explain = true;
                    continue;
                }
                "--explain" => return Err("--explain takes no value".to_owned()),
                "--k8s" => None,
                "--flags" => Some(Verb::Flags),
                "--apply" => Some(Verb::Kubectl(FileCommand::Apply)),
                "--create" => Some(Verb::Kubectl(FileCommand::Create)),
                "--replace" => Some(Verb::Kubectl(FileCommand::Replace)),
                "--delete" => Some(Verb::Kubectl(FileCommand::Delete)),
                "--existing" => Some(Verb::Kubectl(FileCommand::Existing)),
                _ => return Err(format!("there is no option {option}")),
            };
            let value = value.or_else(|| arguments.next());
            let value = value.ok_or_else(|| format!("{option} needs a value"))?;
            match verb {
                None => options.version = value.parse()?,
                Some(verb) => {
                    let (version, text) = (options.version, read(&value)?.into());
                    options.inputs.push(Input { version, verb, name: value, text });
                }
            }
        }
        Ok(options)
    }

    /// The session, and what the files of its events are called.
    #[must_use]
    pub fn session(&self) -> (Session, Vec<Rc<str>>) {
        let steps = steps(self.version, &self.inputs);
        let files = steps.iter().map(|step| step.file.as_str().into()).collect();
        let events: Vec<Action> = steps.into_iter().map(|step| step.action).collect();
        (Session { seed: 0, events: events.into() }, files)
    }
}

/// A session that was played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Played {
    /// The steps with what a terminal shows, then the objects, each behind a line `---`.
    pub text: String,
    /// The exit status of the last command; of a start, 1 if a program of the text exits.
    pub status: u8,
}

/// A step of a session with what it is called.
struct Named {
    /// The command line, or what starts.
    command: String,
    file: String,
    action: Action,
}

/// Plays a session: a start with the flags of the opening example where the options do not begin with one.
#[must_use]
pub fn play(options: &Options) -> Played {
    let steps = steps(options.version, &options.inputs);
    let (session, files) = options.session();
    let mut replay = Replay::with_files(files);
    let mut played = Played { text: String::new(), status: 0 };
    for (at, step) in steps.iter().enumerate() {
        let report = replay.run(&session, at);
        played.text += &format!("{}\n", step.command);
        let Some(event) = report.events.get(at) else { continue };
        let (printed, trace) = match event {
            EventReport::Boot(boot) => {
                played.status = u8::from(exits(boot, &report));
                (started(boot, &report), boot_trace(boot))
            }
            EventReport::Requests(requests) => {
                played.status = requests.command.status;
                (answered(requests), request_trace(requests))
            }
        };
        played.text += &printed;
        if options.explain {
            played.text += &trace;
        }
    }
    for object in replay.before(&session, steps.len()).objects() {
        played.text += "---\n";
        played.text += &print::yaml(&object);
    }
    played
}

/// The steps of the inputs, with the starts that they imply.
fn steps(version: KubeVersion, inputs: &[Input]) -> Vec<Named> {
    let first = inputs.first().map_or(version, |input| input.version);
    let mut flags: Option<(KubeVersion, String, Rc<str>)> = None;
    let mut steps = Vec::new();
    let start = |steps: &mut Vec<Named>, version: KubeVersion, name: &str, text: &Rc<str>| {
        steps.push(Named {
            command: format!("# Kubernetes {version} starts with {name}"),
            file: name.to_owned(),
            action: Action::Boot { version, flags: Rc::clone(text) },
        });
    };
    let default = || (first, "the default flags".to_owned(), default_flags());
    for input in inputs {
        let text = Rc::clone(&input.text);
        let Verb::Kubectl(verb) = input.verb else {
            start(&mut steps, input.version, &input.name, &text);
            flags = Some((input.version, input.name.clone(), text));
            continue;
        };
        let (was, name, of_start) = flags.get_or_insert_with(default);
        if steps.is_empty() || *was != input.version {
            *was = input.version;
            start(&mut steps, input.version, name, of_start);
        }
        let command = match verb {
            FileCommand::Existing => verb.line(&input.name),
            verb => format!("$ {}", verb.line(&input.name)),
        };
        let action = Action::of_file(verb, text);
        steps.push(Named { command, file: input.name.clone(), action });
    }
    if steps.is_empty() {
        let (version, name, text) = default();
        start(&mut steps, version, &name, &text);
    }
    steps
}

/// The flags of the opening example.
#[must_use]
pub fn default_flags() -> Rc<str> {
    #[derive(Deserialize)]
    struct Opening {
        flags: Rc<str>,
    }
    let opening = serde_yaml::from_str::<Opening>(OPENING);
    opening.map_or_else(|_| "".into(), |it| it.flags)
}

/// Why kube-controller-manager exits with the Nodes that there are, where its flags alone are no reason.
fn refusal(boot: &BootReport, report: &Report) -> Option<Rc<str>> {
    let alone = &boot.start.controller_manager;
    let control = report.world.control.as_ref()?;
    let is_given = boot.is_running() && alone.is_given && alone.errors.is_empty();
    control.controller_manager.clone().filter(|_| is_given)
}

/// Whether a program of which the text speaks exits.
fn exits(boot: &BootReport, report: &Report) -> bool {
    let all = boot.start.components();
    !boot.is_running() || !all.all_start() || refusal(boot, report).is_some()
}

/// What the programs print when they start, each line behind the name of its program.
fn started(boot: &BootReport, report: &Report) -> String {
    let mut lines = String::new();
    for problem in boot.problems.iter().filter(|it| it.says == Program::Playground) {
        lines += &remark(problem);
    }
    let all = boot.start.components();
    let unmodelled = all.nodes.iter().flat_map(|node| {
        let kubelet = node.kubelet.unmodelled.iter();
        kubelet.chain(&node.proxy.unmodelled)
    });
    let unmodelled = all.controller_manager.unmodelled.iter().chain(unmodelled);
    let mut names: Vec<&str> = unmodelled.map(|flag| flag.name.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for name in names {
        lines += &format!("# {name} is not simulated: it has no effect here.\n");
    }
    for status in all.all().filter(|it| it.is_given || !it.errors.is_empty()) {
        let program = match status.node {
            Some(node) => format!("{} on {}", status.component.name(), node.text.name),
            None => status.component.name().to_owned(),
        };
        for said in status.warnings.iter().chain(status.errors) {
            let usage = said.exit.as_ref().map_or(Usage::None, |exit| exit.usage);
            let name = status.component.name();
            let shown = [
                &format!("{program}: Usage:\n{program}:   {name} [flags]\n"),
                "# All flags of the program follow.\n",
            ]
            .concat();
            if usage == Usage::Before {
                lines += &shown;
            }
            for line in said.line().lines() {
                lines += &format!("{program}: {line}\n");
            }
            if usage == Usage::After {
                lines += &shown;
            }
        }
        match status.errors.first().and_then(|said| said.exit.as_ref()) {
            Some(exit) if exit.status != 1 => {
                lines += &format!("{program} exits with status {}\n", exit.status);
            }
            _ if !status.errors.is_empty() => lines += &format!("{program} exits\n"),
            _ => {}
        }
    }
    if let Some(words) = refusal(boot, report) {
        let program = "kube-controller-manager";
        lines += &format!("{program}: {words}\n{program} exits\n");
    }
    for event in &boot.repairs {
        lines +=
            &format!("Warning  {}  service/{}  {}\n", event.reason, event.service, event.message);
    }
    lines
}

/// What kubectl prints, and what the playground remarks on.
fn answered(requests: &RequestsReport) -> String {
    let mut lines = requests.command.terminal();
    if !lines.is_empty() {
        lines.push('\n');
    }
    let of_documents = requests.documents.iter().flat_map(|document| {
        let ours = document.diagnostics.iter().filter(|it| it.says == Program::Playground);
        // What the terminal shows of it stands above.
        ours.filter(|it| it.detail != document.kubectl)
    });
    // The same of several documents is said once.
    let mut remarks: Vec<String> = Vec::new();
    for it in requests.problems.iter().chain(of_documents).map(remark) {
        if !remarks.contains(&it) {
            remarks.push(it);
        }
    }
    lines + &remarks.concat()
}

/// What the playground itself says.
fn remark(problem: &Diagnostic) -> String {
    problem.to_string().lines().fold(String::new(), |mut lines, line| {
        let _ = writeln!(lines, "# {line}");
        lines
    })
}

fn boot_trace(boot: &BootReport) -> String {
    let mut text = steps_of(&boot.trace);
    for status in boot.start.components().all().filter(|it| it.is_given).skip(1) {
        text += &steps_of(status.trace);
    }
    for finding in boot.findings().iter() {
        text += &steps_of(&[finding.step()]);
    }
    text
}

fn request_trace(requests: &RequestsReport) -> String {
    requests.documents.iter().fold(String::new(), |text, document| {
        let outcome = document.outcome.iter().flat_map(|outcome| &outcome.trace);
        text + &steps_of(document.before.iter().chain(outcome))
    })
}

/// The rules that decided, in their order, with their sentences.
fn steps_of<'a>(steps: impl IntoIterator<Item = &'a Step>) -> String {
    let mut text = String::new();
    for step in steps {
        let at = step.at.to_string();
        let at = if at.is_empty() { String::new() } else { format!(" {at}") };
        let sentence = step.plain(Lang::En);
        text += &format!("  [{} {}]{at}: {sentence}\n", step.rule.id, step.rule.slug);
    }
    text
}
