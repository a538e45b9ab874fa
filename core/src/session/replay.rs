//! From a session to the answers to it, event by event. What did not change is not computed again.

use std::rc::Rc;

use super::diff::{Diff, ObjectDiff};
use super::report::{EventReport, Report};
use super::requests::{Asked, handle};
use crate::cluster::{Cluster, World};
use crate::kubectl::FILE;
use crate::session::action::{Action, Session};

/// Replays a session from an empty cluster and shows its last event.
#[must_use]
pub fn run(session: &Session) -> Report {
    Replay::default().run(session, session.events.len().saturating_sub(1))
}

/// Replays sessions, and remembers so much of the last one that typing does not begin anew.
///
/// Invariant: what it reports is what a replay from an empty cluster would.
#[derive(Default)]
pub struct Replay {
    last: Option<Last>,
    /// What each event made of the Nodes, Pods and Deployments. Beyond the events that were answered last, too:
    /// it holds again as soon as the same event meets the same world.
    transitions: Vec<Transition>,
    /// The worlds that were compared last, and their difference.
    compared: Option<(Rc<World>, Rc<World>, Rc<ObjectDiff>)>,
    /// What kubectl is told that the file of each event is called; [`FILE`] beyond them.
    files: Vec<Rc<str>>,
}

/// How often the cluster is remembered, beside the event that was edited last.
const EVERY: usize = 25;

/// The last session.
struct Last {
    session: Session,
    events: Vec<EventReport>,
    /// The cluster before some of the events, in their order.
    before: Vec<(usize, Cluster)>,
    /// The event that is shown, and what it asked.
    asked: (usize, Vec<Asked>),
}

/// What an event made of the Nodes, Pods and Deployments.
struct Transition {
    action: Action,
    before: Rc<World>,
    after: Rc<World>,
}

impl Replay {
    /// A replay in which kubectl is given these names of files, event by event; an event that needs none has one too.
    #[must_use]
    pub fn with_files(files: Vec<Rc<str>>) -> Self {
        Self { files, ..Self::default() }
    }

    /// Answers a session. `shown` is the event whose answer is wanted in full; beyond the last one
    /// there is none.
    #[must_use]
    pub fn run(&mut self, session: &Session, shown: usize) -> Report {
        self.run_until(session, shown, usize::MAX)
    }

    /// Answers a session as far as the event that is shown, or as far as is known already: what a
    /// keystroke has to wait for. [`Replay::run`] answers the rest.
    #[must_use]
    pub fn run_shown(&mut self, session: &Session, shown: usize) -> Report {
        self.run_until(session, shown, shown)
    }

    /// Answers a session; behind the event at `end` only what has not to be computed.
    fn run_until(&mut self, session: &Session, shown: usize, end: usize) -> Report {
        let shown = shown.min(session.events.len().saturating_sub(1));
        let (mut events, mut before, mut asked, same) = match self.last.take() {
            Some(last) if last.session.seed == session.seed => {
                let pairs = last.session.events.iter().zip(session.events.iter());
                let same = pairs.take_while(|(one, other)| one == other).count();
                let (at, asked) = last.asked;
                let is_of_shown = at == shown && at <= same;
                (last.events, last.before, if is_of_shown { asked } else { Vec::new() }, same)
            }
            _ => {
                self.transitions.clear();
                Default::default()
            }
        };
        // What is shown is answered again, for its full report, and so is all behind an edit.
        let redo = same.min(shown);
        before.retain(|(at, _)| *at <= redo && (*at % EVERY == 0 || *at == redo));
        let (start, mut cluster) = before.last().cloned().unwrap_or_else(|| {
            let empty = (0, Cluster::new(session.seed));
            before.push(empty.clone());
            empty
        });
        let later = events.split_off(start.min(events.len()));
        let mut diff = Diff::default();
        let mut world = Rc::clone(&cluster.world);
        for (at, action) in session.events.iter().enumerate().skip(start) {
            // The reports behind what is shown stay, if nothing before them was edited.
            if at > shown && same == session.events.len() && later.len() > at - start {
                events.push(later[at - start].clone());
                continue;
            }
            if at > shown && at > end {
                break;
            }
            if at > start && (at == redo || at % EVERY == 0) {
                before.push((at, cluster.clone()));
            }
            let was = (at == shown).then(|| cluster.clone());
            let asked = (at == shown).then_some(&mut asked);
            let report = self.answer(&mut cluster, at, action, asked);
            // Before an edit the report is known, and only the cluster is made again.
            let known = later.get(at - start).filter(|_| at < redo);
            events.push(known.cloned().unwrap_or(report));
            if let Some(was) = was {
                diff = self.compare(&was, &cluster);
                world = Rc::clone(&cluster.world);
            }
        }
        self.transitions.truncate(session.events.len());
        let slim = events.iter().cloned().map(EventReport::slim).collect();
        let asked = (shown, asked);
        self.last = Some(Last { session: session.clone(), events: slim, before, asked });
        Report { events, diff, world }
    }

    /// Answers the event at a place of the session; in full where there is something to ask.
    fn answer(
        &mut self,
        cluster: &mut Cluster,
        at: usize,
        action: &Action,
        asked: Option<&mut Vec<Asked>>,
    ) -> EventReport {
        let before = Rc::clone(&cluster.world);
        let known = self.known(&before, at, action).cloned();
        let file = self.file(at);
        let report = handle(cluster, action, file, asked, known.as_ref());
        if known.is_none() {
            let after = Rc::clone(&cluster.world);
            let transition = Transition { action: action.clone(), before, after };
            match self.transitions.get_mut(at) {
                Some(slot) => *slot = transition,
                None => self.transitions.push(transition),
            }
        }
        report
    }

    /// What the file of an event is called.
    fn file(&self, at: usize) -> &str {
        self.files.get(at).map_or(FILE, |file| file)
    }

    /// What an event makes of a world, if it did so before.
    fn known(&self, before: &Rc<World>, at: usize, action: &Action) -> Option<&Rc<World>> {
        let transition = self.transitions.get(at)?;
        let is_same = Rc::ptr_eq(&transition.before, before) && transition.action == *action;
        is_same.then_some(&transition.after)
    }

    fn compare(&mut self, before: &Cluster, after: &Cluster) -> Diff {
        let (was, is) = (&before.world, &after.world);
        let known = self.compared.as_ref();
        let known = known.filter(|it| Rc::ptr_eq(&it.0, was) && Rc::ptr_eq(&it.1, is));
        let objects = known.map_or_else(|| Rc::new(ObjectDiff::of(was, is)), |it| Rc::clone(&it.2));
        self.compared = Some((Rc::clone(was), Rc::clone(is), Rc::clone(&objects)));
        Diff::of(before, after, objects)
    }

    /// The cluster as it was before an event of a session; beyond the last one, as it is then.
    #[must_use]
    pub fn before(&self, session: &Session, at: usize) -> Cluster {
        let same = |last: &&Last| {
            last.session.seed == session.seed
                && last.session.events.get(..at) == session.events.get(..at)
        };
        let known =
            self.last.as_ref().filter(same).and_then(|last| {
                last.before.iter().rev().find(|(number, _)| *number <= at).cloned()
            });
        let (start, mut cluster) = known.unwrap_or_else(|| (0, Cluster::new(session.seed)));
        for (number, action) in session.events.iter().enumerate().take(at).skip(start) {
            let known = self.known(&cluster.world, number, action).cloned();
            handle(&mut cluster, action, self.file(number), None, known.as_ref());
        }
        cluster
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::{EventReport, Replay, run};
    use crate::release::version::KubeVersion;
    use crate::session::action::{Action, PatchForm, Session};
    use crate::session::diff::Change;

    const DUAL: &str = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
    const SINGLE: &str = "--service-cluster-ip-range=10.96.0.0/16";

    fn boot(flags: &str) -> Action {
        Action::Boot { version: KubeVersion::LATEST, flags: flags.into() }
    }

    fn service(name: &str, policy: &str) -> Action {
        let text = format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec:\n  ipFamilyPolicy: \
             {policy}\n  ports: [{{port: 80}}]\n"
        );
        Action::Apply(text.into())
    }

    fn patch(service: &str, body: &str) -> Action {
        let form = PatchForm::Merge;
        Action::Patch { service: service.into(), form, body: body.into() }
    }

    fn session(events: Vec<Action>) -> Session {
        Session { seed: 0, events: events.into() }
    }

    /// The lines of the terminal of the last event.
    fn terminal(events: Vec<Action>) -> String {
        match run(&session(events)).events.pop() {
            Some(EventReport::Requests(requests)) => {
                requests.documents.iter().map(|it| it.kubectl.as_str()).collect()
            }
            _ => String::new(),
        }
    }

    #[test]
    fn typing_anywhere_reports_what_a_replay_from_the_start_reports() {
        let mut events = vec![boot(DUAL)];
        events.extend((0..70).map(|at| service(&format!("s{}", at % 30), "PreferDualStack")));
        events.insert(40, boot(SINGLE));
        events.insert(60, Action::Delete("s3".into()));
        let mut replay = Replay::default();
        let edits = [
            (71, service("new", "SingleStack")),
            (71, service("new", "RequireDualStack")),
            (30, service("other", "SingleStack")),
            (30, service("another", "SingleStack")),
            (40, boot("--service-cluster-ip-range=oops")),
            (40, boot(DUAL)),
            (0, boot(SINGLE)),
            (72, patch("s1", "spec: {type: NodePort}")),
        ];
        for (at, event) in edits {
            events[at] = event;
            let session = session(events.clone());
            for shown in [at, 0, 55, 72, 71, at] {
                let anew = Replay::default().run(&session, shown);
                assert_eq!(replay.run(&session, shown), anew, "{at} edited, {shown} shown");
            }
        }
        // Events come and go at the end, too.
        for length in [50, 73, 1, 72] {
            let session = session(events[..length].to_vec());
            assert_eq!(replay.run(&session, 60), Replay::default().run(&session, 60), "{length}");
        }
    }

    #[test]
    fn typing_into_a_document_reports_what_a_replay_from_the_start_reports() {
        let (pod, cidr) = (
            "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\n",
            "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: more}\nspec: {cidrs: [10.97.0.0/28]}\n",
        );
        let web = "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: shop}\nspec:\n  # two\n  \
                   ipFamilyPolicy: PreferDualStack\n  ports: [{port: 80}]\n";
        let stray = "apiVersion: v1\nkind: Service\nmetadata: {name: two}\nspec: {clusterIp: None, ports: [{port: 1}]}\n";
        let text = |documents: &[&str]| Action::Apply(documents.join("---\n").into());
        let again = web.replace("two", "three");
        let taken = web
            .replace("name: web", "name: other")
            .replace("spec:", "spec:\n  clusterIP: 10.96.0.1");
        let port = web.replace("80", "8080");
        let broken = format!("{web}]\n");
        let texts = [
            text(&[pod, web, cidr, &taken, stray]),
            text(&[pod, &again, cidr, &taken, stray]),
            text(&["# said before\n", pod, &again, cidr, &taken, stray, web]),
            text(&[pod, &port, cidr, &taken, stray, web]),
            text(&[pod, &port, cidr, "kind: [\n", web]),
            text(&[pod, &port, cidr, "kind: []\n", web]),
            text(&[&port, cidr, &taken, web, web]),
            text(&[&port, &broken]),
            text(&[&port, web, &taken]),
            text(&[&port, web, &again]),
            text(&[&broken]),
            text(&[&port]),
            Action::Apply("".into()),
            text(&[web, web, pod]),
        ];
        let versions = [KubeVersion::LATEST, "1.24".parse().expect("it is simulated")];
        for version in versions {
            let mut replay = Replay::default();
            let mut events = vec![boot(DUAL), service("web", "SingleStack"), texts[0].clone()];
            events[0] = Action::Boot { version, flags: DUAL.into() };
            for event in texts.iter().chain(texts.iter().rev()) {
                events[2] = event.clone();
                let session = session(events.clone());
                let anew = Replay::default().run(&session, 2);
                assert_eq!(replay.run(&session, 2), anew, "{event:?}");
            }
            // What stands before it decides as well.
            events[1] = service("other", "SingleStack");
            let session = session(events);
            assert_eq!(replay.run(&session, 2), Replay::default().run(&session, 2));
            assert_eq!(replay.run(&session, 1), Replay::default().run(&session, 1));
        }
    }

    #[test]
    fn kubectl_says_what_became_of_a_patch_and_a_delete() {
        let start = || vec![boot(DUAL), service("web", "SingleStack")];
        let after = |event: Action| terminal([start(), vec![event]].concat());
        assert_eq!(
            after(patch("svc/web", "spec: {ipFamilyPolicy: PreferDualStack}")),
            "service/web patched"
        );
        assert_eq!(
            after(patch("web", "spec: {type: ClusterIP}")),
            "service/web patched (no change)"
        );
        assert_eq!(
            after(patch("nobody", "{}")),
            "Error from server (NotFound): services \"nobody\" not found"
        );
        assert_eq!(
            after(Action::Delete("service/web -n default".into())),
            "service \"web\" deleted from default namespace"
        );
        assert_eq!(
            after(Action::Delete("secret/web".into())),
            "error: the server doesn't have a resource type \"secret\""
        );
        assert_eq!(
            after(Action::Delete(" ".into())),
            "error: resource(s) were provided, but no name was specified"
        );
    }

    #[test]
    fn kubectl_knows_the_kinds_of_the_api_server() {
        let apply = |text: &str| terminal(vec![boot(DUAL), Action::Apply(text.into())]);
        assert_eq!(
            apply("{apiVersion: v1, kind: Servce, metadata: {name: web, namespace: b}}"),
            "error: resource mapping not found for name: \"web\" namespace: \"b\" from \"service.yaml\": no \
             matches for kind \"Servce\" in version \"v1\"\nensure CRDs are installed first"
        );
        let of_other_version = apply("{apiVersion: apps/v1, kind: Service, metadata: {name: web}}");
        assert!(
            of_other_version.contains("no matches for kind \"Service\" in version \"apps/v1\"")
        );
        // What is not simulated would be sent: of this kubectl says nothing here.
        assert_eq!(apply("{apiVersion: v1, kind: ConfigMap, metadata: {name: web}}"), "");
        assert_eq!(apply("{apiVersion: storage.k8s.io/v1, kind: StorageClass}"), "");
    }

    #[test]
    fn kubectl_applies_nothing_that_has_no_name() {
        let apply = |text: &str| terminal(vec![boot(DUAL), Action::Apply(text.into())]);
        assert_eq!(
            apply("{apiVersion: v1, kind: Service, metadata: {namespace: b}, spec: {}}"),
            "error: error when retrieving current configuration of:\nResource: \"/v1, \
             Resource=services\", GroupVersionKind: \"/v1, Kind=Service\"\nName: \"\", Namespace: \
             \"b\"\nfrom server for: \"service.yaml\": resource name may not be empty"
        );
        assert_eq!(
            apply("{apiVersion: v1, kind: Service, metadata: {generateName: web-}, spec: {}}"),
            "error: from web-: cannot use generate name with apply"
        );
    }

    #[test]
    fn only_services_are_patched() {
        for object in ["pod/a", "node/a", "deploy/a", "servicecidr/a"] {
            let refused = terminal(vec![boot(DUAL), patch(object, "{}")]);
            assert!(refused.starts_with("Only Services can be patched here"), "{refused}");
        }
    }

    #[test]
    fn a_service_cidr_is_applied_held_and_gone() {
        let cidr = |ranges: &str| {
            let text = format!(
                "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {{name: two}}\nspec: \
                 {{cidrs: [{ranges}]}}\n"
            );
            Action::Apply(text.into())
        };
        let held = Action::Apply(
            "{apiVersion: v1, kind: Service, metadata: {name: web}, spec: {clusterIP: 10.2.0.5, ports: \
             [{port: 80}]}}"
                .into(),
        );
        let mut events = vec![boot(DUAL)];
        let mut then = |event: Action| {
            events.push(event);
            let report = run(&session(events.clone()));
            let names = report.diff.service_cidrs.iter().map(|it| it.name.clone());
            (terminal(events.clone()), names.collect::<Vec<_>>().join(" "))
        };
        let (created, unchanged) = ("servicecidr.networking.k8s.io/two created", "two unchanged");
        assert_eq!(then(cidr("10.2.0.0/24")), (created.to_owned(), "kubernetes two".to_owned()));
        assert!(then(cidr("10.2.0.0/24")).0.ends_with(unchanged));
        assert_eq!(
            then(cidr("10.3.0.0/24")).0,
            "The ServiceCIDR \"two\" is invalid: spec.cidrs[0]: Invalid value: \"10.3.0.0/24\": field is \
             immutable"
        );
        assert!(then(cidr("10.2.0.0/24, fd00:2::/112")).0.ends_with("two configured"));
        assert_eq!(then(held).0, "service/web created");
        let deleted = "servicecidr.networking.k8s.io \"two\" deleted";
        assert_eq!(
            then(Action::Delete("servicecidr/two".into())),
            (deleted.to_owned(), "kubernetes two".to_owned())
        );
        assert_eq!(then(Action::Delete("web".into())).1, "kubernetes");
        assert!(then(Action::Delete("servicecidr/two".into())).0.contains("not found"));
        assert!(then(cidr("1, 2")).0.starts_with("`spec.cidrs` is a list"));
    }

    #[test]
    fn releases_without_the_api_know_no_service_cidrs() {
        let version = KubeVersion::minor(30).expect("a simulated release");
        let start = Action::Boot { version, flags: SINGLE.into() };
        let apply = "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: a}}";
        assert!(terminal(vec![start.clone(), Action::Apply(apply.into())]).starts_with(
            "error: resource mapping not found for name: \"a\" namespace: \"\" from \"service.yaml\":"
        ));
        assert_eq!(
            terminal(vec![start, Action::Delete("servicecidr/a".into())]),
            "error: the server doesn't have a resource type \"servicecidr\""
        );
    }

    #[test]
    fn what_is_wrong_as_a_whole_is_marked_at_its_first_letter() {
        for (text, end) in [("双", "双".len()), ("a: b", 1)] {
            let report = run(&session(vec![boot(DUAL), Action::Apply(text.into())]));
            let Some(EventReport::Requests(requests)) = report.events.last() else { panic!() };
            let span = requests.documents[0].diagnostics[0].span.expect("it is marked");
            assert_eq!((span.start, span.end), (0, end), "{text}");
        }
    }

    #[test]
    fn a_patch_cannot_rename_a_service() {
        let rename = patch("web", "metadata: {name: other}");
        assert_eq!(
            terminal(vec![boot(DUAL), service("web", "SingleStack"), rename]),
            "Error from server (BadRequest): the name of the object (other) does not match the name on the \
             URL (web)"
        );
    }

    #[test]
    fn kubectl_names_the_object_as_the_answer_does() {
        let printed = terminal(vec![boot(DUAL), service("'a is invalid: b'", "SingleStack")]);
        assert!(printed.starts_with("The Service \"a is invalid: b\" is invalid: "), "{printed}");
    }

    #[test]
    fn server_side_apply_is_said_to_be_missing() {
        let ssa =
            Action::Patch { service: "web".into(), form: PatchForm::Apply, body: "{}".into() };
        assert!(terminal(vec![boot(DUAL), ssa]).starts_with("Server-side apply is not simulated"));
    }

    #[test]
    fn what_is_stored_outlives_a_start_that_failed() {
        let bad = boot("--service-cluster-ip-range=oops");
        let events = vec![boot(DUAL), service("web", "PreferDualStack"), bad, boot(DUAL)];
        for shown in [2, 3] {
            let report = Replay::default().run(&session(events.clone()), shown);
            assert!(report.diff.services.iter().all(|it| it.change == Change::Kept));
            assert_eq!(report.diff.services.len(), 2);
        }
    }

    #[test]
    fn a_restart_keeps_services_and_the_repair_loop_reports_what_fits_no_more() {
        let of = |version: u8, flags: &str| {
            let version = KubeVersion::minor(version).expect("a simulated release");
            let start = Action::Boot { version, flags: DUAL.into() };
            let again = Action::Boot { version, flags: flags.into() };
            let report = run(&session(vec![start, service("web", "PreferDualStack"), again]));
            assert!(report.diff.services.iter().all(|it| it.change == Change::Kept));
            let Some(EventReport::Boot(boot)) = report.events.last() else { panic!("a start") };
            assert!(boot.read.is_some());
            Rc::clone(boot)
        };
        let reasons = |version, flags| -> Vec<String> {
            let boot = of(version, flags);
            boot.repairs.iter().map(|it| format!("{} {}", it.reason, it.message)).collect()
        };
        let lost = reasons(30, SINGLE);
        assert_eq!(lost.len(), 1);
        assert!(lost[0].starts_with("ClusterIPNotValid Cluster IP fd00:10:96::"), "{lost:?}");
        assert!(lost[0].ends_with("(IPv6) is of ip family that is no longer configured on cluster; please recreate service"));
        let moved = reasons(30, "--service-cluster-ip-range=10.97.0.0/16,fd00:10:96::/112");
        assert_eq!(moved.len(), 2);
        assert_eq!(
            moved[0],
            "ClusterIPOutOfRange Cluster IP [IPv4]:10.96.0.1 is not within the service CIDR \
             10.97.0.0/16; please recreate service"
        );
        // From 1.33 on the ServiceCIDR objects keep the old ranges.
        assert!(reasons(36, SINGLE).is_empty());
    }
}
