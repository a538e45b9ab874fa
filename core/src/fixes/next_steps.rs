//! Which event of its own leads to what is wanted? A patch that gives a second address family to a Service that
//! was stored before the cluster had both, a delete before a change that no update may make, a newer version.

use std::rc::Rc;

use super::{Act, Aim, Answer, Case, Fix, Found, MOST, Refusal, Repair, Start};
use crate::api::service::{PREFER_DUAL_STACK, REQUIRE_DUAL_STACK, SINGLE_STACK};
use crate::apiserver::service::{update, validate};
use crate::apiserver::startup;
use crate::explain::rule::Rule;
use crate::kubectl::{self, FILE, FileCommand, documents};
use crate::release::version::KubeVersion;
use crate::session::action::{Action, PatchForm, Session};
use crate::session::requests::reported;
use crate::session::{DocumentReport, EventReport, Replay};
use crate::source::edit::Edit;
use crate::source::named::named_version;
use crate::startup::FLAG_IS_OF_OTHER_VERSIONS;

/// What no update may change: only a Service that is created again has it. The last two compare families with the
/// addresses that a Service has kept.
const IMMUTABLE: [&Rule; 7] = [
    &update::ADDRESSES_ARE_IMMUTABLE,
    &update::UPGRADE_KEEPS_PRIMARY_ADDRESS,
    &update::FAMILIES_ARE_IMMUTABLE,
    &update::PRIMARY_FAMILY_STAYS,
    &update::UPGRADE_KEEPS_PRIMARY_FAMILY,
    &validate::IPV4_FAMILY_NEEDS_IPV4,
    &validate::IPV6_FAMILY_NEEDS_IPV6,
];

/// Ranges that a newer version takes.
const RANGE_RULES: [&Rule; 2] = [&startup::RANGE_IS_TOO_LARGE, &startup::SECOND_RANGE_NEEDS_GATE];

/// More than another value, less than no value.
const OTHER_EVENT: usize = 50;

/// What the text says itself.
const NAMED: usize = 20;

/// How the Service of an accepted document gets both address families, the best first; after a restart, how the
/// Services do that were stored before. None if it has both, or was asked to have one.
#[must_use]
pub fn next_steps(replay: &mut Replay, session: &Session, at: usize, document: usize) -> Vec<Fix> {
    let aim = Aim::BothFamilies;
    let Some(case) = Case::of(replay, session, at, document) else { return Vec::new() };
    if !case.started.is_running() {
        return Vec::new();
    }
    let requests = match &case.now[at] {
        EventReport::Boot(_) => return case.best(replay, patches(&case, replay), aim),
        EventReport::Requests(requests) => Rc::clone(requests),
    };
    let Some(report) = requests.documents.get(document) else { return Vec::new() };
    if !report.is_accepted() || report.stored().is_none() || asks_for_one(&case) {
        return Vec::new();
    }
    let answer = Answer::of(report.outcome.as_deref(), aim);
    if answer.causes.iter().all(|cause| cause.step.is_none()) {
        return Vec::new();
    }
    let mut found = Vec::new();
    // A patch says what it is to change, and that is not the policy.
    if matches!(session.events[at], Action::Apply(_)) {
        case.of_event(replay.before(session, at), &answer, aim, &mut found);
    }
    let mut start = case.start(replay, aim);
    start.events = &session.events[case.boot + 1..=at];
    case.of_start(&start, answer, &mut found);
    case.best(replay, found, aim)
}

/// Whether the text itself asks for one family.
fn asks_for_one(case: &Case) -> bool {
    let (text, number) = match &case.session.events[case.at] {
        Action::Apply(text) | Action::Create(text) | Action::Replace(text) => (text, case.document),
        Action::Patch { body, .. } => (body, 0),
        _ => return true,
    };
    let documents = documents::read(text, FILE, true).documents;
    let document = reported(&documents, case.version).nth(number);
    let json = document.map(|(_, it)| it.node.to_json()).unwrap_or_default();
    json.pointer("/spec/ipFamilyPolicy").is_some_and(|it| *it == SINGLE_STACK.into())
}

/// Patches of the Services that stayed as they were when the cluster got its second family.
fn patches(case: &Case, replay: &Replay) -> Vec<Found> {
    let place = case.at + 1;
    let families = case.started.env.iter().flat_map(|env| env.ranges.families()).count();
    // What comes later may be about them.
    if case.at == 0 || place < case.session.events.len() || families < 2 {
        return Vec::new();
    }
    let mut cluster = replay.before(case.session, place);
    let Some(server) = cluster.running() else { return Vec::new() };
    let mut found = Vec::new();
    for (key, service) in server.read_all() {
        let (namespace, name) = (&*key.0, &*key.1);
        let before = service.spec.policy();
        let after = match before {
            SINGLE_STACK => PREFER_DUAL_STACK,
            PREFER_DUAL_STACK => REQUIRE_DUAL_STACK,
            _ => continue,
        };
        // The API server keeps its own Service as it is.
        if service.spec.ip_families.len() != 1 || (namespace, name) == ("default", "kubernetes") {
            continue;
        }
        let repair = Repair {
            act: Act::Patch,
            field: "spec.ipFamilyPolicy".to_owned(),
            before: before.to_owned(),
            after: after.to_owned(),
            edit: Edit::default(),
        };
        let event = Action::Patch {
            service: object_name(namespace, name).into(),
            form: PatchForm::default(),
            body: ["spec:\n  ipFamilyPolicy: ", after, "\n"].concat().into(),
        };
        let repairs = vec![repair];
        found.push(Found { at: place, event, is_new: true, repairs, cost: OTHER_EVENT });
        if found.len() == MOST {
            break;
        }
    }
    found
}

/// A Service as kubectl's commands name it.
fn object_name(namespace: &str, name: &str) -> String {
    match namespace {
        "default" => ["service/", name].concat(),
        _ => ["service/", name, " -n ", namespace].concat(),
    }
}

/// A delete before the event, where a Service cannot change in this way but a new one may be like that.
pub(super) fn delete_first(case: &Case, report: &DocumentReport, answer: &Answer) -> Option<Found> {
    let decides = |rule: &Rule| IMMUTABLE.contains(&rule);
    let is_immutable = |it: &Refusal| it.step.as_ref().is_some_and(|it| decides(it.rule));
    let Some((FileCommand::Apply | FileCommand::Replace, text)) =
        case.session.events[case.at].file()
    else {
        return None;
    };
    if report.was.is_none() || !answer.causes.iter().any(is_immutable) {
        return None;
    }
    let documents = documents::read(text, FILE, true).documents;
    let (_, document) = reported(&documents, case.version).nth(case.document)?;
    let namespace = kubectl::namespace_of(&document.node);
    let event = Action::Delete(object_name(namespace, &report.name).into());
    Some(Found { at: case.at, event, is_new: true, repairs: Vec::new(), cost: OTHER_EVENT })
}

/// Other versions with which the API server starts: the one that the text itself names, the oldest newer one that takes
/// its ranges, and the nearest one that has its flags.
pub(super) fn other_versions<'a>(
    case: &Case<'a>,
    start: &mut Start<'a>,
    answer: &Answer,
) -> Vec<Found> {
    let decides = |rules: &[&Rule]| {
        let mut steps = answer.causes.iter().filter_map(|cause| cause.step.as_ref());
        steps.any(|step| rules.contains(&step.rule))
    };
    let mut versions = Vec::new();
    if decides(&RANGE_RULES) {
        let newer: Vec<KubeVersion> =
            KubeVersion::all().filter(|it| it.bit() > case.version.bit()).collect();
        versions.extend(newer.into_iter().rev().find(|version| accepts(case, start, *version)));
    }
    if decides(&[&FLAG_IS_OF_OTHER_VERSIONS]) {
        let mut others: Vec<KubeVersion> = KubeVersion::all().collect();
        others.sort_by_key(|it| it.distance(case.version));
        // Whatever is asked of it afterwards: without its flags there is nobody to ask.
        let events = std::mem::take(&mut start.events);
        versions.extend(others.into_iter().skip(1).find(|version| accepts(case, start, *version)));
        start.events = events;
    }
    let is_named = named_version(case.flags);
    versions.retain(|version| Some(*version) != is_named);
    versions.dedup();
    let versions = versions.into_iter().map(|version| with_version(case, version, OTHER_EVENT));
    versions.collect()
}

/// The version that the text itself names, where that is not the one of the session.
pub(super) fn version_of_text(case: &Case) -> Option<Found> {
    let version = named_version(case.flags).filter(|version| *version != case.version)?;
    Some(with_version(case, version, NAMED))
}

/// Whether the same flags have another answer in a version, one without a refusal.
fn accepts(case: &Case, start: &mut Start, version: KubeVersion) -> bool {
    start.version = version;
    let answer = start.ask(case.flags);
    start.version = case.version;
    answer.is_some_and(|answer| answer.causes.is_empty())
}

/// The same start of another version.
fn with_version(case: &Case, version: KubeVersion, cost: usize) -> Found {
    let repair = Repair {
        act: Act::Version,
        field: String::new(),
        before: case.version.to_string(),
        after: version.to_string(),
        edit: Edit::default(),
    };
    let event = Action::Boot { version, flags: case.flags.into() };
    Found { at: case.boot, event, is_new: false, repairs: vec![repair], cost }
}
