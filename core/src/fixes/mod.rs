//! Which one change would make a refused request, or a start that failed, succeed? And what is the next step
//! after an answer that many do not expect? Changes are proposed by the rule that decided (`candidate_edits.rs`)
//! or are another event (`next_steps.rs`), and each is tried: what is offered was accepted.
//!
//! Invariants: a fix changes the text of one event, and in it only what its repairs name, or it is an event of
//! its own; the API server of the session, with everything that happened before, accepts the request with it.
//! A next step leads to a Service of both address families, and no other request is refused because of it.

mod candidate_edits;
mod next_steps;

use std::rc::Rc;

use crate::api::Json;
use crate::api::field_path::FieldPath;
use crate::api::service::{PREFER_DUAL_STACK, SINGLE_STACK, Service};
use crate::apiserver::requests::{ApiServer, Outcome};
use crate::apiserver::service::families;
use crate::apiserver::startup;
use crate::cluster::Cluster;
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::rule::Rule;
use crate::explain::trace::{Effect, Step, Trace};
use crate::installers;
use crate::kubectl::documents;
use crate::kubectl::{self, FILE, FileCommand, ObjectName};
use crate::net::Family;
use crate::release::behavior::Behavior;
use crate::release::version::KubeVersion;
use crate::session::action::{Action, PatchForm, Session};
use crate::session::requests::{handle, reported, send as send_document, send_one};
use crate::session::{BootReport, DocumentReport, EventReport, Replay};
use crate::source::edit::Edit;
use crate::source::pasted::{self, Kind};
use crate::source::span::Span;
use crate::source::yaml::{self, Node};

pub use next_steps::next_steps;

/// A change of one event with which the answer is another one.
#[derive(Clone, PartialEq, Debug)]
pub struct Fix {
    /// Which event.
    pub at: usize,
    /// What it becomes, or the event to put before it.
    pub event: Action,
    /// Whether the event is put before the one at [`Fix::at`], which stays.
    pub is_new: bool,
    /// What it is for.
    pub aim: Aim,
    /// What is changed in its text, one after the other; most often one thing. None of a delete.
    pub repairs: Vec<Repair>,
    /// What it leads to.
    pub gives: Gives,
}

/// What a change is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Aim {
    /// The request is accepted, or the API server starts.
    Acceptance,
    /// The Service has both address families: the next step after an accepted request.
    BothFamilies,
}

/// One field or flag that changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repair {
    /// What happens to it.
    pub act: Act,
    /// Which field, as kubectl prints it, or which flag, with its dashes.
    pub field: String,
    /// The value, or the name, before; empty where there was none.
    pub before: String,
    /// The value, or the name, afterwards; empty where there is none.
    pub after: String,
    /// The same in the text as the repairs before it left it.
    pub edit: Edit,
}

/// What happens to a field or flag.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// It gets another value.
    Set,
    /// It gets the value that is stored.
    Restore,
    /// It is added.
    Add,
    /// It goes.
    Remove,
    /// It gets another name.
    Rename,
    /// The Service ranges get one of this family.
    AddRange(Family),
    /// A patch sets it in the stored object.
    Patch,
    /// Another version starts: no field or flag changes.
    Version,
    /// What was pasted along with the text goes, or becomes what YAML knows.
    Clean(Kind),
}

/// What a fix leads to.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Gives {
    /// The answer to the request; `None` if there is none that was asked for.
    pub document: Option<Rc<DocumentReport>>,
    /// The start, where its flags change.
    pub boot: Option<Rc<BootReport>>,
    /// How many other requests would be accepted that are refused now. Of what comes later only so
    /// much is looked at as time allows ([`MOST_LATER`]).
    pub accepts: usize,
    /// How many other requests would be refused that are accepted now.
    pub refuses: usize,
}

/// The most fixes that are offered.
pub const MOST: usize = 4;
/// The most fields that one fix changes.
const MOST_REPAIRS: usize = 6;
/// How many events behind the changed one are looked at.
pub const MOST_LATER: usize = 12;
/// How many texts are tried.
const TRIES: usize = 64;
/// How many sets of flags are tried: each is a start and all that follows it.
const STARTS: usize = 12;

/// The fixes of the document at `document` of the event at `at`, or of the start in force if that failed;
/// the best first. None if nothing failed, if no simple change helps, or of a Node, a Pod or a Deployment, unless something
/// was pasted along with it. Where the
/// text of the start names another version than that of the session, that version is one of them.
#[must_use]
pub fn fixes(replay: &mut Replay, session: &Session, at: usize, document: usize) -> Vec<Fix> {
    let aim = Aim::Acceptance;
    let Some(case) = Case::of(replay, session, at, document) else { return Vec::new() };
    let mut found = Vec::new();
    let mut start = case.start(replay, aim);
    let answer = match &case.now[at] {
        _ if !case.started.is_running() => Answer::of_start(&case.started),
        EventReport::Boot(_) => {
            found.extend(next_steps::version_of_text(&case));
            return case.best(replay, found, aim);
        }
        EventReport::Requests(requests) => {
            // A text that is not YAML may have no document.
            let fails = requests.documents.get(document).is_none_or(|it| !it.is_accepted());
            found.extend(case.unpasted().filter(|_| fails));
            let Some(report) = requests.documents.get(document) else {
                return case.best(replay, found, aim);
            };
            if report.workload.is_some() {
                return case.best(replay, found, aim);
            }
            let answer = Answer::of(report.outcome.as_deref(), aim);
            start.events = &session.events[case.boot + 1..=at];
            case.of_event(replay.before(session, at), &answer, aim, &mut found);
            found.extend(next_steps::delete_first(&case, report, &answer));
            answer
        }
    };
    found.extend(next_steps::version_of_text(&case));
    if !case.started.is_running() {
        found.extend(next_steps::other_versions(&case, &mut start, &answer));
    }
    case.of_start(&start, answer, &mut found);
    case.best(replay, found, aim)
}

/// A session, and the document whose answer is to be another one.
struct Case<'a> {
    session: &'a Session,
    at: usize,
    document: usize,
    /// The answers.
    now: Vec<EventReport>,
    /// The start in force.
    boot: usize,
    started: Rc<BootReport>,
    version: KubeVersion,
    flags: &'a str,
}

/// An event that may help.
struct Found {
    at: usize,
    event: Action,
    is_new: bool,
    repairs: Vec<Repair>,
    cost: usize,
}

impl<'a> Case<'a> {
    fn of(replay: &mut Replay, session: &'a Session, at: usize, document: usize) -> Option<Self> {
        let now = replay.run(session, at).events;
        let is_start = |report: &EventReport| matches!(report, EventReport::Boot(_));
        let boot = now.iter().take(at + 1).rposition(is_start)?;
        let (EventReport::Boot(started), Action::Boot { version, flags }) =
            (&now[boot], &session.events[boot])
        else {
            return None;
        };
        let (started, version) = (Rc::clone(started), *version);
        Some(Self { session, at, document, now, boot, started, version, flags })
    }

    /// The text without what was pasted along with it.
    fn unpasted(&self) -> Option<Found> {
        let (command, text) = self.session.events[self.at].file()?;
        let (clean, kinds) = pasted::cleaned(text)?;
        let repairs = kinds.into_iter().map(|kind| Repair {
            act: Act::Clean(kind),
            field: String::new(),
            before: String::new(),
            after: String::new(),
            edit: Edit::default(),
        });
        let repairs: Vec<Repair> = repairs.collect();
        let event = Action::of_file(command, clean.into());
        Some(Found { at: self.at, event, is_new: false, repairs, cost: 0 })
    }

    /// The start in force; nothing follows it.
    fn start(&self, replay: &Replay, aim: Aim) -> Start<'a> {
        Start {
            cluster: replay.before(self.session, self.boot),
            version: self.version,
            events: &[],
            document: self.document,
            aim,
        }
    }

    /// Finds the flags of the start in force with which the answer is no longer this one.
    fn of_start(&self, start: &Start, answer: Answer, found: &mut Vec<Found>) {
        for trial in search(&Target::Start(start), self.flags, answer, STARTS) {
            let flags = trial.text.as_str().into();
            let event = Action::Boot { version: self.version, flags };
            let Trial { repairs, cost, .. } = trial;
            found.push(Found { at: self.boot, event, is_new: false, repairs, cost });
        }
    }

    /// Of what was found, the best that do what they are for.
    fn best(&self, replay: &Replay, mut found: Vec<Found>, aim: Aim) -> Vec<Fix> {
        let mut fixes = Vec::new();
        while fixes.len() < MOST
            && let Some(best) = (0..found.len()).min_by_key(|number| found[*number].cost)
        {
            let found = found.swap_remove(best);
            let gives = self.gives(replay, &found);
            let is_done = match (&gives.document, aim) {
                (Some(document), Aim::BothFamilies) => {
                    gives.refuses == 0
                        && document.is_accepted()
                        && document.stored().is_some_and(|it| it.spec.ip_families.len() == 2)
                }
                (Some(document), _) if self.started.is_running() => document.is_accepted(),
                (None, Aim::BothFamilies) => false,
                _ => gives.boot.as_ref().is_some_and(|boot| boot.is_running()),
            };
            if is_done {
                let Found { at, event, is_new, repairs, .. } = found;
                fixes.push(Fix { at, event, is_new, aim, repairs, gives });
            }
        }
        fixes
    }

    /// What an event leads to.
    fn gives(&self, replay: &Replay, found: &Found) -> Gives {
        let place = found.at;
        let mut cluster = replay.before(self.session, place);
        let mut gives = Gives::default();
        if found.is_new {
            let report = handle(&mut cluster, &found.event, FILE, None, None);
            if let EventReport::Requests(requests) = report
                && place > self.at
            {
                gives.document = requests.documents.first().cloned();
            }
        }
        let last = self.at.max(place + MOST_LATER);
        for (number, was) in self.now.iter().enumerate().take(last + 1).skip(place) {
            let is_changed = number == place && !found.is_new;
            let event = if is_changed { &found.event } else { &self.session.events[number] };
            let report = handle(&mut cluster, event, FILE, None, None);
            if is_changed && let EventReport::Boot(boot) = &report {
                gives.boot = Some(Rc::clone(boot));
            }
            gives.take(&report, was, (number == self.at).then_some(self.document));
            // Where the text had no such document, it is the first that it has now.
            if is_changed
                && number == self.at
                && gives.document.is_none()
                && let EventReport::Requests(requests) = &report
            {
                gives.document = requests.documents.first().cloned();
            }
        }
        gives
    }
}

impl Gives {
    /// Compares the answers to an event, of which one may be the one that was asked for.
    fn take(&mut self, report: &EventReport, was: &EventReport, own: Option<usize>) {
        let (EventReport::Requests(report), EventReport::Requests(was)) = (report, was) else {
            return;
        };
        for (number, (after, before)) in report.documents.iter().zip(&was.documents).enumerate() {
            if own == Some(number) {
                self.document = Some(Rc::clone(after));
                continue;
            }
            let (before, after) = (before.is_accepted(), after.is_accepted());
            self.accepts += usize::from(!before && after);
            self.refuses += usize::from(before && !after);
        }
    }
}

/// A start, and the request that is to be accepted behind it.
struct Start<'a> {
    /// What was before.
    cluster: Cluster,
    version: KubeVersion,
    /// What follows the start, the request last; nothing if the start itself is to succeed.
    events: &'a [Action],
    document: usize,
    aim: Aim,
}

impl Start<'_> {
    /// The behaviour of the version with the feature gates of these flags, as far as they can be read.
    fn behavior(&self, flags: &str) -> Behavior {
        let mut behavior = Behavior::of(self.version);
        let flags = installers::flags_of(flags, self.version);
        // What cannot be read is refused for itself.
        let _ = startup::read(&flags, &mut behavior, &mut Trace::default());
        behavior
    }

    fn ask(&self, flags: &str) -> Option<Answer> {
        let mut cluster = self.cluster.clone();
        let boot = Action::Boot { version: self.version, flags: flags.into() };
        let EventReport::Boot(report) = handle(&mut cluster, &boot, FILE, None, None) else {
            return None;
        };
        let mut answer = Answer::of_start(&report);
        if !report.is_running() {
            return Some(answer);
        }
        for event in self.events {
            if let EventReport::Requests(requests) = handle(&mut cluster, event, FILE, None, None) {
                let document = requests.documents.get(self.document);
                answer = Answer::of(document.and_then(|it| it.outcome.as_deref()), self.aim);
            }
        }
        Some(answer)
    }
}

impl Case<'_> {
    /// Finds the changes of the event's own text with which the answer is no longer this one.
    fn of_event(
        &self,
        mut cluster: Cluster,
        answer: &Answer,
        aim: Aim,
        found: &mut Vec<Found>,
    ) -> Option<()> {
        let event = &self.session.events[self.at];
        let (mut object, mut is_item) = (None, false);
        let command = event.file().map_or_else(FileCommand::default, |(command, _)| command);
        let (text, span) = match event {
            Action::Apply(text) | Action::Create(text) | Action::Replace(text) => {
                let documents = documents::read(text, FILE, true).documents;
                let version = cluster.running()?.env().version;
                let (at, document) = reported(&documents, version).nth(self.document)?;
                let span = (document.is_object() || document.fate.is_readable())
                    .then_some(document.span)?;
                is_item = document.is_item;
                for document in &documents[..at] {
                    send_one(&mut cluster, command, (text, FILE), (document, &[]), None);
                }
                (text, span)
            }
            Action::Patch { service, form, body } if *form != PatchForm::Apply => {
                object = Some(ObjectName::read(service));
                (body, Span::new(0, body.len()))
            }
            _ => return None,
        };
        let server = cluster.running()?;
        let send = |server: &mut ApiServer, node: &Node| match (&object, event) {
            (Some(object), Action::Patch { form, .. }) => {
                kubectl::patch(server, object, *form, node, "").outcome
            }
            _ => send_document(server, command, node),
        };
        // The first line of an entry stands behind its dash, and the others are indented as it is.
        let line = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
        let is_indented = is_item && !text[span.start..].starts_with(['{', '"']);
        let indent = if is_indented { span.start - line } else { 0 };
        let own = [&" ".repeat(indent), &text[span.start..span.end]].concat();
        let shift = span.start - indent;
        let target = Target::Request { cluster: server, object: object.as_ref(), send: &send, aim };
        for mut trial in search(&target, &own, answer.clone(), TRIES) {
            for repair in &mut trial.repairs {
                repair.edit.span.start += shift;
                repair.edit.span.end += shift;
            }
            let changed = trial.text.get(indent..).unwrap_or_default();
            let text = [&text[..span.start], changed, &text[span.end..]].concat().into();
            let event = match event {
                Action::Patch { service, form, .. } => {
                    Action::Patch { service: Rc::clone(service), form: *form, body: text }
                }
                _ => Action::of_file(command, text),
            };
            let Trial { repairs, cost, .. } = trial;
            found.push(Found { at: self.at, event, is_new: false, repairs, cost });
        }
        Some(())
    }
}

/// The changes of a request's text with which a cluster accepts it. `object` is what a patch is about; a
/// manifest says so itself.
#[must_use]
pub fn of_request(
    text: &str,
    cluster: &ApiServer,
    object: Option<&ObjectName>,
    send: &Send,
) -> Vec<Trial> {
    let target = Target::Request { cluster, object, send, aim: Aim::Acceptance };
    let answer = target.ask(text, None).unwrap_or_default();
    search(&target, text, answer, TRIES)
}

/// Sends a document; `None` if kubectl would send nothing.
pub type Send<'a> = dyn Fn(&mut ApiServer, &Node) -> Option<Outcome> + 'a;

/// Whose text is to be fixed.
enum Target<'a> {
    /// A request's, to a cluster in its present state. `object` is what a patch is about.
    Request { cluster: &'a ApiServer, object: Option<&'a ObjectName>, send: &'a Send<'a>, aim: Aim },
    /// The flags of a start.
    Start(&'a Start<'a>),
}

/// The only document of a text.
fn read(text: &str) -> Option<Node> {
    let mut parsed = yaml::parse(text);
    let document = parsed.documents.pop()?;
    (parsed.documents.is_empty() && parsed.problems.is_empty()).then_some(document.node)
}

impl Target<'_> {
    /// What is answered to a text; `None` if it does not say what it should.
    fn ask(&self, text: &str, model: Option<&Json>) -> Option<Answer> {
        match self {
            Self::Start(start) => start.ask(text),
            Self::Request { cluster, send, aim, .. } => {
                let root = read(text)?;
                if model.is_some_and(|model| *model != root.to_json()) {
                    return None;
                }
                Some(Answer::of(send(&mut (*cluster).clone(), &root).as_ref(), *aim))
            }
        }
    }
}

/// A text that was tried.
#[derive(Clone, Debug)]
pub struct Trial {
    /// The text.
    pub text: String,
    /// What was changed.
    pub repairs: Vec<Repair>,
    /// How much was changed, and how unlikely it was meant.
    pub cost: usize,
    answer: Answer,
}

/// A cause of a refusal.
#[derive(Clone, Debug)]
struct Refusal {
    problem: Diagnostic,
    /// The decision behind it; `None` if kubectl sent nothing.
    step: Option<Step>,
}

/// What leaves a Service with one address family, the nearest reason first.
const ONE_FAMILY: [&Rule; 5] = [
    &families::PREFER_IS_LEFT_ALONE,
    &families::PREFER_STAYS_SINGLE,
    &families::POLICY_IS_SINGLE_STACK,
    &families::POLICY_IS_CARRIED_OVER,
    &families::POLICY_WAS_GIVEN,
];

/// Why a Service has one address family, where the request changed nothing and so decided nothing.
fn decided_before(service: &Service) -> Option<Step> {
    let rule = match service.spec.policy() {
        SINGLE_STACK => &families::POLICY_IS_CARRIED_OVER,
        PREFER_DUAL_STACK => &families::PREFER_IS_LEFT_ALONE,
        _ => return None,
    };
    let mut trace = Trace::default();
    trace.note(rule, FieldPath::spec("ipFamilyPolicy"), Vec::new());
    trace.into_steps().pop()
}

/// What was answered to a text.
#[derive(Clone, Debug, Default)]
struct Answer {
    /// Why it was refused, or what leaves it with one address family where both are the aim; empty if nothing does.
    causes: Vec<Refusal>,
    /// What is stored then.
    service: Option<Service>,
}

impl Answer {
    fn of_start(report: &BootReport) -> Self {
        let problems = report.problems.iter().filter(|it| it.says != Program::Playground);
        let causes = problems.map(|problem| Refusal {
            problem: problem.clone(),
            step: problem.step.and_then(|step| report.trace.get(step.0)).cloned(),
        });
        let mut causes: Vec<Refusal> = causes.collect();
        // A config that is not YAML starts nothing, and no program says why.
        if causes.is_empty() && !report.is_running() {
            let problem = Diagnostic::plain(Program::KubeApiserver, "");
            causes.push(Refusal { problem, step: None });
        }
        Self { causes, service: None }
    }

    fn of(outcome: Option<&Outcome>, aim: Aim) -> Self {
        let mut answer = Self::default();
        let Some(outcome) = outcome else {
            let problem = Diagnostic::plain(Program::Kubectl, "");
            answer.causes.push(Refusal { problem, step: None });
            return answer;
        };
        let status = match &outcome.result {
            Ok(_) => {
                answer.service = outcome.service().cloned();
                let has_both = |service: &Service| service.spec.ip_families.len() > 1;
                if aim == Aim::BothFamilies && !answer.service.as_ref().is_some_and(has_both) {
                    let by = |rule: &&Rule| outcome.trace.iter().find(|step| step.rule == *rule);
                    let step = ONE_FAMILY.iter().find_map(by).cloned();
                    let step = step.or_else(|| decided_before(answer.service.as_ref()?));
                    let problem = Diagnostic::plain(Program::KubeApiserver, "");
                    answer.causes.push(Refusal { problem, step });
                }
                return answer;
            }
            Err(status) => status,
        };
        let message = status.message.as_str();
        let whole = [Diagnostic::plain(Program::KubeApiserver, message)];
        let problems = if status.causes.is_empty() { &whole[..] } else { &status.causes[..] };
        // What is refused as a whole is refused by the last decision.
        let last = outcome.trace.iter().rfind(|step| step.effect == Effect::Rejected);
        for problem in problems {
            let step = problem.step.map_or(last, |step| outcome.trace.get(step.0));
            answer.causes.push(Refusal { problem: problem.clone(), step: step.cloned() });
        }
        answer
    }
}

/// A change that may help.
struct Proposal {
    repair: Repair,
    cost: usize,
    /// What the text should say then.
    model: Json,
}

/// What a cause that remains weighs, against changes.
const CAUSE: usize = 100;
/// What a second change weighs.
const ANOTHER: usize = 100;
/// What it weighs to get one family where two were asked for.
const ONE_OF_TWO: usize = 200;

/// Looks for accepted texts, from the likeliest changes on; where one change is not enough, for more on
/// top of the most promising text.
fn search(target: &Target, text: &str, answer: Answer, mut tries: usize) -> Vec<Trial> {
    let mut seen = Vec::<Json>::new();
    let (mut open, mut found) = (Vec::<Trial>::new(), Vec::<Trial>::new());
    let wants_two = wants_two(target, text);
    if !answer.causes.is_empty() {
        open.push(Trial { text: text.to_owned(), repairs: Vec::new(), cost: 0, answer });
    }
    let (mut most, mut best) = (MOST_REPAIRS, usize::MAX - ANOTHER);
    let rank = |draft: &Trial| draft.cost + CAUSE * draft.answer.causes.len();
    while let Some(at) = (0..open.len()).min_by_key(|at| rank(&open[*at])) {
        let draft = open.swap_remove(at);
        if draft.repairs.len() >= most {
            continue;
        }
        if draft.cost + CAUSE > best + ANOTHER {
            break;
        }
        for Proposal { repair, cost, model } in proposals(target, &draft) {
            if seen.contains(&model) {
                continue;
            }
            if tries == 0 {
                return found;
            }
            tries -= 1;
            let text = repair.edit.apply(&draft.text);
            let answer = target.ask(&text, Some(&model));
            seen.push(model);
            let Some(answer) = answer else { continue };
            let mut repairs = draft.repairs.clone();
            repairs.push(repair);
            let cost = draft.cost + cost + if repairs.len() > 1 { ANOTHER } else { 0 };
            let mut trial = Trial { text, repairs, cost, answer };
            if !trial.answer.causes.is_empty() {
                open.push(trial);
                continue;
            }
            let service = trial.answer.service.as_ref();
            if wants_two && service.is_some_and(|it| it.spec.ip_families.len() < 2) {
                trial.cost += ONE_OF_TWO;
            }
            most = most.min(trial.repairs.len());
            best = best.min(trial.cost);
            keep(&mut found, trial);
        }
    }
    found
}

/// Whether a request asks for two families.
fn wants_two(target: &Target, text: &str) -> bool {
    let Target::Request { .. } = target else { return false };
    let json = read(text).map(|root| root.to_json()).unwrap_or_default();
    let policy = json.pointer("/spec/ipFamilyPolicy").and_then(Json::as_str).unwrap_or_default();
    policy.to_ascii_lowercase().contains("dual")
        || json.pointer("/spec/ipFamilies/1").is_some()
        || json.pointer("/spec/clusterIPs/1").is_some()
}

/// Of two fixes that store the same, the cheaper one is kept.
fn keep(found: &mut Vec<Trial>, trial: Trial) {
    for other in found.iter_mut() {
        let is_same = match (&trial.answer.service, &other.answer.service) {
            (Some(one), Some(two)) => {
                let (meta, other) = (&one.metadata, &two.metadata);
                meta.name == other.name && meta.labels == other.labels && one.spec == two.spec
            }
            _ => trial.text == other.text,
        };
        if is_same {
            if trial.cost < other.cost {
                *other = trial;
            }
            return;
        }
    }
    found.push(trial);
}

/// The changes to try on a text, the likeliest first. One that helps has to take away every cause, so it
/// is enough to look at the cause that leaves the least choice.
fn proposals(target: &Target, draft: &Trial) -> Vec<Proposal> {
    let mut least: Vec<Proposal> = Vec::new();
    for cause in &draft.answer.causes {
        let list = candidate_edits::proposals(target, &draft.text, cause);
        if least.is_empty() || !list.is_empty() && list.len() < least.len() {
            least = list;
        }
    }
    let mut sorted = Vec::with_capacity(least.len());
    while let Some(at) = (0..least.len()).min_by_key(|at| least[*at].cost) {
        sorted.push(least.swap_remove(at));
    }
    sorted
}
