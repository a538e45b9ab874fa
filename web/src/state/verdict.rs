//! What did the API server say, in one sentence?

use crate::i18n::{self, colon};
use dualstack_core::api::Json;
use dualstack_core::api::service::{
    EXTERNAL_NAME, LOAD_BALANCER, NODE_PORT, NONE, PREFER_DUAL_STACK, Service,
};
use dualstack_core::apiserver::allocators::ServiceCidrState;
use dualstack_core::apiserver::repair::{ADDRESS_IS_OUTSIDE, FAMILY_IS_GONE};
use dualstack_core::apiserver::requests::{Answer, Outcome};
use dualstack_core::apiserver::service::families::known_families;
use dualstack_core::explain::diagnostic::Program;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::explain::trace::{Effect, Fact, Piece, Step, plain, render as fill};
use dualstack_core::facts;
use dualstack_core::net::Family;
use dualstack_core::session::diff::{Change, Diff};
use dualstack_core::session::{BootReport, DocumentReport, RequestsReport, Verb};

/// How an answer looks: colour, mark and word. What asks more to be looked at stands further down.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Tone {
    /// It is left out: its kind is not simulated.
    Aside,
    /// The server agrees.
    Good,
    /// The server agrees, but the person may not expect what it does.
    Look,
    /// There is no answer.
    None,
    /// The server refuses.
    Bad,
}

impl Tone {
    /// The mark: never colour alone.
    #[must_use]
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Good => "✓",
            Self::Look => "!",
            Self::Bad => "✕",
            Self::None => "…",
            Self::Aside => "–",
        }
    }

    /// The word for it.
    #[must_use]
    pub const fn word(self) -> Text {
        match self {
            Self::Good => i18n::ACCEPTED,
            Self::Look => i18n::SURPRISING,
            Self::Bad => i18n::REFUSED,
            Self::None => i18n::NO_ANSWER,
            Self::Aside => i18n::NOT_SIMULATED,
        }
    }
}

/// An answer in words.
#[derive(Clone, PartialEq, Debug)]
pub struct Verdict {
    /// How it looks.
    pub tone: Tone,
    /// What happened.
    pub head: Vec<Piece>,
    /// Why.
    pub because: Vec<Piece>,
}

impl Verdict {
    /// What happened and why, for a screen reader.
    #[must_use]
    pub fn spoken(&self, lang: Lang) -> String {
        let (word, head, because) = (self.tone.word(), plain(&self.head), plain(&self.because));
        let gap = if lang == Lang::En && !because.is_empty() { " " } else { "" };
        format!("{}{}{}{gap}{because}", word.get(lang), colon(lang), head.trim_end())
    }
}

/// A sentence with its holes filled.
fn render(word: Text, facts: &[Fact], lang: Lang) -> Vec<Piece> {
    fill(word, facts, lang)
}

/// Who is to blame that kube-apiserver does not run: itself, or the tool that would have started it.
#[must_use]
pub fn does_not_start(boot: &BootReport, lang: Lang) -> Vec<Piece> {
    match boot.start.installed.as_ref().filter(|it| it.refuses()) {
        Some(installed) => render(i18n::TOOL_REFUSES, &facts![tool = installed.tool.name()], lang),
        None => render(i18n::DOES_NOT_START, &[], lang),
    }
}

/// The verdict on a document, or on the start of the API server.
#[must_use]
pub fn verdict(
    boot: &BootReport,
    apply: &RequestsReport,
    document: Option<&DocumentReport>,
    lang: Lang,
) -> Verdict {
    if !boot.is_running() {
        let because = boot.trace.iter().find(|step| step.effect == Effect::Rejected);
        return Verdict {
            tone: Tone::Bad,
            head: does_not_start(boot, lang),
            because: because.map(|step| step.render(lang)).unwrap_or_default(),
        };
    }
    let Some(document) = document else {
        let text = if apply.problems.is_empty() { i18n::NOTHING_TO_APPLY } else { i18n::NOT_YAML };
        return Verdict {
            tone: Tone::None,
            head: render(text, &[], lang),
            because: problem(apply, lang),
        };
    };
    match &document.outcome {
        Some(outcome) => of_outcome(boot, document, outcome, lang),
        None if document.diagnostics.is_empty() => Verdict {
            tone: Tone::None,
            head: render(i18n::NOT_YAML_SENDS_NOTHING, &[], lang),
            because: problem(apply, lang),
        },
        None => {
            let detail = &document.diagnostics[0];
            let words = match (lang, &detail.detail_zh) {
                (Lang::Zh, Some(zh)) => Piece::Words(zh.clone()),
                (_, Some(_)) => Piece::Words(detail.detail.clone()),
                (_, None) => Piece::Code(detail.detail.clone()),
            };
            if document.is_left_out {
                let mut head = render(i18n::IS_LEFT_OUT, &facts![count = 1_u64], lang);
                head.extend(render(i18n::STOP_MARK, &[], lang));
                return Verdict { tone: Tone::Aside, head, because: vec![words] };
            }
            // What is not simulated, a real kubectl would send.
            let head = match detail.says {
                Program::Playground => i18n::HAS_NO_ANSWER,
                _ => i18n::SENDS_NOTHING,
            };
            Verdict { tone: Tone::None, head: render(head, &[], lang), because: vec![words] }
        }
    }
}

impl Verdict {
    /// Adds a sentence behind others.
    fn append(to: &mut Vec<Piece>, more: Vec<Piece>, lang: Lang) {
        if !to.is_empty() && !more.is_empty() && lang == Lang::En {
            to.push(Piece::Words(" ".to_owned()));
        }
        to.extend(more);
    }

    /// Something that is more than what was said before: it becomes the headline, and that a reason.
    #[must_use]
    pub fn led_by(mut self, head: Vec<Piece>, lang: Lang) -> Self {
        let mut because = std::mem::replace(&mut self.head, head);
        Self::append(&mut because, self.because, lang);
        Self { because, ..self }
    }

    /// Goes on with another sentence in the headline.
    #[must_use]
    pub fn and(mut self, head: Vec<Piece>, lang: Lang) -> Self {
        Self::append(&mut self.head, head, lang);
        self
    }

    /// Begins the reason with another sentence.
    #[must_use]
    pub fn since(mut self, mut because: Vec<Piece>, lang: Lang) -> Self {
        Self::append(&mut because, self.because, lang);
        self.because = because;
        self
    }

    /// Not as expected.
    #[must_use]
    pub fn surprising(self) -> Self {
        Self { tone: self.tone.max(Tone::Look), ..self }
    }
}

/// A sentence in which the name of a component leads to its flags.
fn to_flags(pieces: Vec<Piece>, component: &'static str) -> Vec<Piece> {
    let pieces = pieces.into_iter().map(|piece| match piece {
        Piece::Code(code) if code == component => Piece::Link { words: component, to: component },
        piece => piece,
    });
    pieces.collect()
}

/// What a refusal left behind: nothing, or an address. Said where nothing else was stored.
#[must_use]
pub fn left_by(document: &DocumentReport, lang: Lang) -> Vec<Piece> {
    let refused = document.outcome.as_ref().filter(|outcome| outcome.result.is_err());
    let Some(outcome) = refused else { return Vec::new() };
    let leaks = outcome.trace.iter().any(|step| step.rule.id == "TXN-3");
    render(if leaks { i18n::BUT_LEAKED } else { i18n::NOTHING_TAKEN }, &[], lang)
}

/// What does not work of the components, although kube-apiserver answers; `None` if all is well.
#[must_use]
pub fn trouble(boot: &BootReport, lang: Lang) -> Option<Vec<Piece>> {
    let components = boot.start.components();
    let down = components.all().find(|it| it.is_given && !it.errors.is_empty());
    if let Some((status, error)) = down.and_then(|it| Some((it.component, it.errors.first()?))) {
        let (component, message) = (status.name(), error.line().to_owned());
        let pieces = render(i18n::COMPONENT_EXITS, &facts![component, message], lang);
        return Some(to_flags(pieces, component));
    }
    let finding = boot.findings().first().filter(|it| it.is_alarm())?;
    let title = finding.title();
    let mut components = finding.flag_refs.iter().map(|it| it.component.name());
    if let Some(first) = components.next()
        && components.all(|it| it == first)
    {
        let pieces = render(i18n::COMPONENT_HAS, &facts![component = first, title], lang);
        return Some(to_flags(pieces, first));
    }
    Some(render(i18n::COMPONENTS_DISAGREE, &facts![title], lang))
}

/// The verdict on a start, or on a restart.
#[must_use]
pub fn started(boot: &BootReport, after: &Diff, again: bool, lang: Lang) -> Verdict {
    let families: Vec<Family> = boot.env.iter().flat_map(|env| env.ranges.families()).collect();
    let version = boot.version.to_string();
    let head = if again { i18n::RESTARTED } else { i18n::RUNS };
    let changed = after.services.iter().filter(|it| it.change != Change::Kept).count();
    let (tone, because) = match (again, changed, boot.repairs.len()) {
        (false, ..) => (Tone::Good, i18n::MADE_KUBERNETES),
        (true, 0, 0) => (Tone::Good, i18n::READS_AS_BEFORE),
        (true, _, 0) => (Tone::Look, i18n::READS_DIFFERENTLY),
        (true, ..) => (Tone::Look, i18n::REPAIR_FINDS),
    };
    let (head, because) =
        (render(head, &facts![version, families], lang), render(because, &facts![changed], lang));
    Verdict { tone, head, because }
}

fn problem(apply: &RequestsReport, lang: Lang) -> Vec<Piece> {
    let Some(first) = apply.problems.first() else { return Vec::new() };
    let words = match lang {
        Lang::En => first.detail.clone(),
        Lang::Zh => first.detail_zh.clone().unwrap_or_else(|| first.detail.clone()),
    };
    vec![Piece::Words(words)]
}

fn of_outcome(
    boot: &BootReport,
    document: &DocumentReport,
    outcome: &Outcome,
    lang: Lang,
) -> Verdict {
    let name = if document.name.is_empty() { "Service" } else { document.name.as_str() };
    let Some(service) = outcome.service() else {
        let Err(status) = &outcome.result else {
            match &outcome.result {
                Ok(Answer::ServiceCidr { state, .. }) => {
                    return of_service_cidr(name, *state, lang);
                }
                Ok(Answer::Workload { created, changed }) => {
                    return of_workload(boot, document, *created, *changed, lang);
                }
                _ => {}
            }
            // Up to 1.22 the answer to a delete is no object.
            return of_delete(document, &Service::default(), lang);
        };
        let answer = match status.reason {
            Some(reason) => format!("{} {}", status.code, reason.name()),
            None => status.code.to_string(),
        };
        let because: Vec<Piece> = outcome
            .trace
            .iter()
            .find(|step| step.effect == Effect::Rejected)
            .map(|step| step.render(lang))
            .unwrap_or_default();
        let head = i18n::REFUSES;
        return Verdict {
            tone: Tone::Bad,
            head: render(head, &facts![name, answer], lang),
            because,
        };
    };
    if document.verb == Verb::Delete {
        return of_delete(document, service, lang);
    }
    let (tone, mut because) = reason(boot, outcome, service, lang);
    because.extend(open_outside(service, lang));
    Verdict { tone, head: headline(service, name, lang), because }
}

fn of_service_cidr(name: &str, state: ServiceCidrState, lang: Lang) -> Verdict {
    let (tone, head, because) = match state {
        ServiceCidrState::Ready => (Tone::Good, i18n::CIDR_IS_READY, i18n::CIDR_GIVES),
        ServiceCidrState::Gone => (Tone::Good, i18n::CIDR_IS_GONE, i18n::CIDR_HELD_NOTHING),
        ServiceCidrState::Terminating => (Tone::Look, i18n::CIDR_WAITS, i18n::CIDR_IS_HELD),
    };
    Verdict { tone, head: render(head, &facts![name], lang), because: render(because, &[], lang) }
}

/// The verdict on a Node, a Pod or a Deployment, from the object as it is printed.
fn of_workload(
    boot: &BootReport,
    document: &DocumentReport,
    created: bool,
    changed: bool,
    lang: Lang,
) -> Verdict {
    let object = format!("{}/{}", document.kind, document.name);
    if document.verb == Verb::Delete {
        return Verdict {
            tone: Tone::Good,
            head: render(i18n::IS_DELETED, &facts![name = object], lang),
            because: render(i18n::OBJECT_IS_GONE, &[], lang),
        };
    }
    let head = match (created, changed) {
        (true, _) => i18n::OBJECT_IS_CREATED,
        (_, true) => i18n::OBJECT_IS_CHANGED,
        _ => i18n::OBJECT_IS_UNCHANGED,
    };
    let stored = document.stored_json().unwrap_or_default();
    let head = render(head, &facts![object], lang);
    let (tone, because) = match document.kind.as_str() {
        "Node" => {
            let (tone, because) = of_node(&stored, lang);
            let is_dual = boot.env.as_ref().is_some_and(|env| env.ranges.is_dual());
            let (text, families) = node_ranges(&stored, is_dual);
            let verdict = Verdict { tone, head, because };
            let verdict = verdict.and(render(text, &facts![families], lang), lang);
            return if text == i18n::NODE_HAS_ONE { verdict.surprising() } else { verdict };
        }
        "Pod" => of_pod(&stored, lang),
        _ => of_deployment(&stored, lang),
    };
    Verdict { tone, head, because }
}

/// A text of an object; empty where there is none.
fn at<'a>(object: &'a Json, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Json::as_str).unwrap_or_default()
}

/// The texts of a list, or of a field of its entries.
fn list(object: &Json, pointer: &str, field: &str) -> String {
    let entries = object.pointer(pointer).and_then(Json::as_array).unwrap_or_default();
    let texts = entries.iter().map(|entry| if field.is_empty() { entry } else { &entry[field] });
    texts.filter_map(Json::as_str).collect::<Vec<_>>().join(", ")
}

fn of_node(node: &Json, lang: Lang) -> (Tone, Vec<Piece>) {
    let ranges = list(node, "/spec/podCIDRs", "");
    let addresses = node.pointer("/status/addresses").and_then(Json::as_array).unwrap_or_default();
    let addresses = addresses.iter().filter(|it| it["type"].as_str() != Some("Hostname"));
    let addresses =
        addresses.filter_map(|it| it["address"].as_str()).collect::<Vec<_>>().join(", ");
    let text = if ranges.is_empty() { i18n::NODE_HAS_NO_RANGE } else { i18n::NODE_HAS };
    let is_ready = at(node, "/status/conditions/0/status") == "True";
    let tone = if ranges.is_empty() || !is_ready { Tone::Look } else { Tone::Good };
    let mut because = render(text, &facts![ranges, addresses], lang);
    if !is_ready {
        let reason = at(node, "/status/conditions/0/reason");
        because.extend(render(i18n::NODE_IS_NOT_READY, &facts![reason], lang));
    }
    (tone, because)
}

/// For which families a Node has Pod CIDRs.
fn node_ranges(node: &Json, is_dual: bool) -> (Text, Vec<Family>) {
    let ranges = node.pointer("/spec/podCIDRs").and_then(Json::as_array).unwrap_or_default();
    let mut families: Vec<Family> = Vec::new();
    for range in ranges.iter().filter_map(Json::as_str) {
        let family = Family::of_text(range);
        if !families.contains(&family) {
            families.push(family);
        }
    }
    let text = match families.len() {
        0 => i18n::NODE_HAS_NONE,
        1 if is_dual => i18n::NODE_HAS_ONE,
        _ => i18n::NODE_HAS_FAMILIES,
    };
    (text, families)
}

fn of_pod(pod: &Json, lang: Lang) -> (Tone, Vec<Piece>) {
    let node = at(pod, "/spec/nodeName");
    let addresses = list(pod, "/status/podIPs", "ip");
    let (tone, text, message) = match at(pod, "/status/phase") {
        "Running" if addresses.is_empty() => (Tone::Look, i18n::POD_RUNS_WITHOUT, ""),
        "Running" => (Tone::Good, i18n::POD_RUNS, ""),
        "Failed" => (Tone::Look, i18n::POD_FAILED, at(pod, "/status/message")),
        _ => match at(pod, "/status/conditions/0/message") {
            "" if node.is_empty() => (Tone::Look, i18n::POD_WAITS, ""),
            "" => (Tone::Look, i18n::POD_WAITS_ON, ""),
            message => (Tone::Look, i18n::POD_WAITS_BECAUSE, message),
        },
    };
    (tone, render(text, &facts![node, addresses, message], lang))
}

fn of_deployment(deployment: &Json, lang: Lang) -> (Tone, Vec<Piece>) {
    let count = |pointer| match deployment.pointer(pointer) {
        Some(Json::Number(count)) => count.clone(),
        _ => "0".to_owned(),
    };
    let (wanted, running) = (count("/spec/replicas"), count("/status/readyReplicas"));
    let tone = if wanted == running { Tone::Good } else { Tone::Look };
    (tone, render(i18n::DEPLOYMENT_HAS, &facts![running, wanted], lang))
}

fn of_delete(document: &DocumentReport, service: &Service, lang: Lang) -> Verdict {
    let name = document.name.as_str();
    let (tone, head, because) = if document.stored().is_some() {
        (Tone::Look, i18n::MARKED_DELETED, i18n::FINALIZERS_WAIT)
    } else if service.spec.has_no_cluster_ip() {
        (Tone::Good, i18n::IS_DELETED, i18n::HELD_NOTHING)
    } else {
        (Tone::Good, i18n::IS_DELETED, i18n::HELD_IS_FREE)
    };
    Verdict { tone, head: render(head, &facts![name], lang), because: render(because, &[], lang) }
}

fn headline(service: &Service, name: &str, lang: Lang) -> Vec<Piece> {
    let spec = &service.spec;
    if spec.type_ == EXTERNAL_NAME {
        let target = spec.external_name.as_str();
        let text = i18n::IS_ALIAS;
        return render(text, &facts![name, target], lang);
    }
    if spec.cluster_ip == NONE {
        let text = i18n::IS_HEADLESS;
        return render(text, &facts![name], lang);
    }
    let families = known_families(service);
    if families.len() == 2 {
        let text = i18n::TWO_IPS;
        return render(text, &facts![name], lang);
    }
    let text = i18n::ONE_IP;
    render(text, &facts![name, families], lang)
}

fn has(trace: &[Step], id: &str) -> bool {
    trace.iter().any(|step| step.rule.id == id)
}

fn reason(
    boot: &BootReport,
    outcome: &Outcome,
    service: &Service,
    lang: Lang,
) -> (Tone, Vec<Piece>) {
    let spec = &service.spec;
    let trace = &outcome.trace;
    let families = known_families(service);
    let served: Vec<Family> =
        boot.env.as_ref().map(|env| env.ranges.families().collect()).unwrap_or_default();
    if spec.type_ == EXTERNAL_NAME {
        let text = i18n::DNS_ALIAS;
        return (Tone::Good, render(text, &[], lang));
    }
    if spec.cluster_ip == NONE {
        if families.iter().any(|family| !served.contains(family)) {
            let text = i18n::HEADLESS_UNCHECKED;
            return (Tone::Look, render(text, &facts![families, served], lang));
        }
        let text = i18n::DNS_HEADLESS;
        return (Tone::Good, render(text, &facts![families], lang));
    }
    let is_misfit = |step: &&Step| [&FAMILY_IS_GONE, &ADDRESS_IS_OUTSIDE].contains(&step.rule);
    if let Some(step) = trace.iter().find(is_misfit) {
        return (Tone::Look, step.render(lang));
    }
    let policy = spec.policy();
    if families.len() == 2 {
        let first = families[0];
        let order = if has(trace, "FAM-8a") {
            i18n::FIRST_BY_ADDRESS
        } else if has(trace, "FAM-12") {
            i18n::FIRST_BY_RANGE
        } else {
            i18n::FIRST_BY_LIST
        };
        return (Tone::Good, render(order, &facts![policy, first], lang));
    }
    if policy == PREFER_DUAL_STACK {
        let is_older = served.len() == 2;
        let text = if is_older { i18n::PREFERS_UNCHANGED } else { i18n::ONLY_PREFERS };
        return (Tone::Look, render(text, &facts![served], lang));
    }
    if has(trace, "FAM-3d") {
        let text = if served.len() == 2 { i18n::SINGLE_ON_DUAL } else { i18n::SINGLE_BY_DEFAULT };
        let mut because = render(text, &[], lang);
        because.extend(only_family(trace, &families, lang));
        return (Tone::Good, because);
    }
    let text = i18n::POLICY_IS;
    let mut because = render(text, &facts![policy], lang);
    because.extend(only_family(trace, &families, lang));
    (Tone::Good, because)
}

/// Why a Service with one family has just this one.
fn only_family(trace: &[Step], families: &[Family], lang: Lang) -> Vec<Piece> {
    let Some(family) = families.first().copied() else { return Vec::new() };
    let text = if has(trace, "FAM-12") {
        i18n::ONLY_BY_RANGE
    } else if has(trace, "FAM-8a") {
        i18n::ONLY_BY_ADDRESS
    } else {
        i18n::ONLY_BY_LIST
    };
    render(text, &facts![family], lang)
}

/// Node ports, for the types that have them.
fn open_outside(service: &Service, lang: Lang) -> Vec<Piece> {
    let spec = &service.spec;
    let ports: Vec<String> = spec
        .ports
        .iter()
        .filter(|port| port.node_port != 0)
        .map(|port| port.node_port.to_string())
        .collect();
    if ports.is_empty() || ![NODE_PORT, LOAD_BALANCER].contains(&spec.type_.as_str()) {
        return Vec::new();
    }
    let ports = ports.join(", ");
    let text = i18n::OPEN_ON_NODES;
    let mut words = render(text, &facts![ports], lang);
    // One that existed has its address already.
    if spec.type_ == LOAD_BALANCER && service.status.load_balancer.ingress.is_empty() {
        let text = i18n::BALANCER_MISSING;
        words.extend(render(text, &[], lang));
    }
    words
}
