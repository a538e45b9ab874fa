//! The control plane starts, or starts again: kube-apiserver once, and from what it came to everything else.

use std::rc::Rc;

use super::report::{BootReport, DocumentReport, Findings, Verb};
use crate::apiserver::requests::{Answer, ApiServer, Options, Outcome};
use crate::apiserver::startup as apiserver;
use crate::apiserver::startup::Completed;
use crate::cluster::components::Start;
use crate::cluster::{Cluster, Object, World};
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::text::Text;
use crate::explain::trace::Trace;
use crate::installers::Message;
use crate::kubectl::{Applied, ObjectName, Sent};
use crate::release::version::KubeVersion;
use crate::source::pasted;
use crate::source::span::Span;
use crate::source::yaml;

/// Starts the programs with a text of flags. `known` is what the start makes of the world, where that has been
/// computed already.
pub(super) fn start(
    cluster: &mut Cluster,
    version: KubeVersion,
    text: &Rc<str>,
    known: Option<&Rc<World>>,
) -> BootReport {
    let last = cluster.last.clone();
    let before = last.as_ref().and_then(|object| cluster.object(object));
    let start = match known.and_then(|world| world.start_of(version, text)) {
        Some(start) => Rc::clone(start),
        None => Rc::new(Start::new(version, text)),
    };
    let mut trace = Trace::default();
    for step in &start.apiserver.trace {
        trace.push(step.clone());
    }
    let env = start.environment(cluster.world.seed(), &mut trace);
    let mut repairs = Vec::new();
    if let (Some(env), Some(api)) = (&env, &start.apiserver.knows) {
        let server = match &mut cluster.server {
            Some(server) => {
                server.restart(env.clone());
                repairs = server.repair(&mut trace);
                server
            }
            none => none.insert(ApiServer::new(env.clone())),
        };
        kubernetes_service(server, &api.completed, &mut trace);
    }
    match known {
        Some(world) => cluster.world = Rc::clone(world),
        None => Rc::make_mut(&mut cluster.world).start(&start),
    }
    let read = last.filter(|_| env.is_some()).and_then(|object| read(cluster, &object, before));
    let (flags, problems) = (Rc::clone(&start.flags), problems(&start));
    let warnings = start.apiserver.warnings.iter();
    let warnings = warnings.map(|it| Diagnostic::warning(it.message.clone()));
    let of_tool = start.installed.iter().flat_map(|it| &it.warnings);
    let of_tool = of_tool.map(|it| Diagnostic { is_warning: true, ..said(it) });
    let warnings = of_tool.chain(warnings).collect();
    let trace = trace.into_steps();
    let findings = Findings::default();
    BootReport { version, flags, start, env, problems, warnings, repairs, read, trace, findings }
}

/// What kube-apiserver prints when it exits, and remarks of the playground about the text.
fn problems(start: &Start) -> Vec<Diagnostic> {
    let text = &start.text;
    // A config is not flags: what would be strange among them is not there.
    let pasted = start.installed.is_none().then(|| pasted::in_flags(text)).into_iter().flatten();
    let pasted = pasted.map(|it| it.remark(text));
    let unread = start.flags.problems.iter().map(|problem| {
        Diagnostic::remark(problem.span, problem.text_en.clone(), problem.text_zh.clone())
    });
    let mut problems: Vec<Diagnostic> = pasted.chain(unread).collect();
    let refusals = start.installed.iter().flat_map(|it| &it.refusals);
    problems.extend(refusals.map(|it| Diagnostic { step: Some(it.step), ..said(it) }));
    problems.extend(start.apiserver.unmodelled.iter().map(|flag| {
        let (en, zh) = flag.stage.map_or_else(Default::default, |(stage, on)| {
            let Text { en, zh } = stage.words();
            let (is_on, zh_on) = if on { ("on", "启用") } else { ("off", "禁用") };
            (
                format!(" In this version the gate is {en} and {is_on} by default."),
                format!("在此版本中，该特性门控的阶段为 {zh}，默认{zh_on}。"),
            )
        });
        Diagnostic::remark(
            flag.span,
            format!("{} is not simulated: it has no effect here.{en}", flag.name),
            format!("{} 不在模拟范围内：在此不起作用。{zh}", flag.name),
        )
    }));
    problems.extend(start.apiserver.errors.iter().map(|error| Diagnostic {
        span: error.span,
        step: Some(error.step),
        ..Diagnostic::plain(Program::KubeApiserver, error.line().to_owned())
    }));
    problems
}

/// What the tool prints whose config the text is.
fn said(message: &Message) -> Diagnostic {
    Diagnostic { span: message.span, ..Diagnostic::plain(message.says, message.text.clone()) }
}

/// API-7: the Service by which Pods reach the API server.
fn kubernetes_service(server: &mut ApiServer, completed: &Completed, trace: &mut Trace) {
    let object = apiserver::kubernetes_service(completed);
    let Some(document) = yaml::parse(&object).documents.pop() else { return };
    // On a restart it is there already, and stays as it is.
    if server.handle_create(&document.node, &Options::default()).result.is_ok() {
        apiserver::note_kubernetes_service(completed, trace);
    }
}

/// `kubectl get` of the object of the request before, if there is such a one.
fn read(
    cluster: &mut Cluster,
    object: &ObjectName,
    was: Option<Object>,
) -> Option<Rc<DocumentReport>> {
    let mut report = DocumentReport::about(Verb::Get, object, Span::default());
    report.was = was;
    let outcome = match object.workload() {
        Some(kind) => {
            let key = object.key();
            cluster.world.stored(kind, &key)?;
            report.workload = Some((kind, key));
            let result = Ok(Answer::Workload { created: false, changed: false });
            Outcome { result, warnings: Vec::new(), trace: Vec::new() }
        }
        None => {
            let options = Options { namespace: object.namespace.clone(), ..Options::default() };
            let outcome = cluster.running()?.handle_get(&object.name, &options);
            outcome.service()?;
            outcome
        }
    };
    report.take(Applied { outcome: Some(outcome), sent: Sent::default() }, Span::default());
    report.settle(cluster);
    Some(Rc::new(report))
}
