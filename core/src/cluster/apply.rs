//! What does kubectl print of a Node, a Pod or a Deployment, and what is stored?
//! Source: kubectl pkg/cmd/apply/apply.go, pkg/cmd/delete/delete.go.

use std::rc::Rc;

use super::objects::{DeploymentObject, Reader};
use super::{Came, Deployment, Key, MAX_NODES, MAX_PODS, Pod, PodState, World};
use crate::api::status::Status;
use crate::api::{Json, quote};
use crate::apiserver::node as pod_cidrs;
use crate::explain::diagnostic::{Diagnostic, Program};
use crate::explain::trace::{Step, Trace};
use crate::kubectl::{self, FILE, LAST_APPLIED, NOT_RUNNING, ObjectName, Workload};
use crate::release::behavior::Behavior;
use crate::source::span::Span;
use crate::source::yaml::{Document, Parsed};

/// What kubectl printed, document by document.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Answer {
    /// Only of documents about Nodes, Pods and Deployments, or of their deletion.
    pub documents: Vec<DocumentAnswer>,
}

impl Answer {
    /// Whether the API server did anything of what was asked.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.documents.iter().any(|document| document.is_accepted)
    }
}

/// What was answered to a document, or to a deletion.
#[derive(Clone, PartialEq, Debug)]
pub struct DocumentAnswer {
    /// What it is about.
    pub kind: Workload,
    /// Its name.
    pub name: String,
    /// Where it stands in the text.
    pub span: Span,
    /// What a person at the terminal sees.
    pub kubectl: String,
    /// Whether the API server did what was asked.
    pub is_accepted: bool,
    /// Why not, field by field.
    pub problems: Vec<Diagnostic>,
    /// What was decided of the request.
    pub trace: Vec<Step>,
}

/// Why something was not done.
enum Refused {
    /// By the API server.
    Status(Status),
    /// By the playground: in English and in Chinese.
    Ours(String, &'static str),
}

impl From<Status> for Refused {
    fn from(status: Status) -> Self {
        Self::Status(status)
    }
}

/// Of two values that are the same the one that is there already.
fn keep<T: PartialEq>(slot: &mut Rc<T>, value: Rc<T>) {
    if *slot != value {
        *slot = value;
    }
}

impl World {
    /// `kubectl apply -f`.
    pub(super) fn apply(&mut self, parsed: &Parsed) -> Answer {
        let first = self.made;
        let mut answer = Answer::default();
        for document in parsed.documents.iter().filter(|document| document.complete) {
            if let Some(kind) = Workload::of_document(&document.node) {
                answer.documents.push(self.apply_document(kind, document));
            }
        }
        if answer.is_accepted() {
            self.settle(Some(first));
        }
        answer
    }

    fn apply_document(&mut self, kind: Workload, document: &Document) -> DocumentAnswer {
        let name = kubectl::name_of(&document.node).to_owned();
        let mut answer = DocumentAnswer {
            kind,
            name: name.clone(),
            span: document.span,
            kubectl: NOT_RUNNING.to_owned(),
            is_accepted: false,
            problems: Vec::new(),
            trace: Vec::new(),
        };
        let Some(control) = self.control.clone().filter(|it| it.apiserver.is_none()) else {
            return answer;
        };
        if let Some(words) = kubectl::missing_name(&document.node) {
            answer.kubectl.clone_from(&words);
            answer.problems.push(Diagnostic::plain(Program::Kubectl, words));
            return answer;
        }
        let json = Rc::new(document.node.to_json());
        let namespace = kubectl::namespace_of(&document.node);
        let key: Key = (namespace.into(), name.as_str().into());
        let reader = Reader { behavior: &control.behavior, kind, name: &name, json: &json };
        let mut trace = Trace::default();
        let done = match kind {
            Workload::Node => self.apply_node(&reader, &key.1, &json, &mut trace),
            Workload::Pod => self.apply_pod(&reader, key, &json, &mut trace),
            Workload::Deployment => self.apply_deployment(&reader, key, &json, &mut trace),
        };
        match done {
            Ok(verb) => {
                answer.is_accepted = true;
                answer.kubectl = format!("{}/{name} {verb}", kind.resource());
                // It was made by nobody's apply, so kubectl does not know what to take away.
                if verb == ADOPTED {
                    answer.kubectl = format!(
                        "Warning: resource {}/{name} is missing the {LAST_APPLIED} annotation which is \
                         required by kubectl apply. kubectl apply should only be used on resources created \
                         declaratively by either kubectl create --save-config or kubectl apply. The missing \
                         annotation will be patched automatically.\n{}/{name} configured",
                        kind.plural(),
                        kind.resource()
                    );
                }
            }
            Err(refused) => {
                let wrap =
                    |message: &str| format!("error when creating {}: {message}", quote(FILE));
                answer.refuse(refused, &wrap);
            }
        }
        answer.trace = trace.into_steps();
        answer
    }

    fn apply_node(
        &mut self,
        reader: &Reader<'_>,
        name: &Rc<str>,
        json: &Rc<Json>,
        trace: &mut Trace,
    ) -> Result<&'static str, Refused> {
        let object = reader.node(trace)?;
        let Some(slot) = self.nodes.get_mut(name) else {
            if self.nodes.len() >= MAX_NODES {
                return Err(Refused::Ours(
                    format!("The playground can hold at most {MAX_NODES} Nodes."),
                    "演练场最多容纳 1000 个节点。",
                ));
            }
            let (labels, annotations) = (object.labels, object.annotations);
            let applied = Some(Rc::clone(json));
            self.register(name, Came::Manifest, labels, &annotations, applied, &object.pod_cidrs);
            return Ok("created");
        };
        // A range that was applied once and is left out now is taken away; one that never was, is not.
        let said = |json: &Json| {
            ["/spec/podCIDRs", "/spec/podCIDR"].iter().any(|it| json.pointer(it).is_some())
        };
        let before = slot.applied.clone();
        if said(json) || before.as_ref().is_some_and(|json| said(json)) {
            let causes = pod_cidrs::validate_update(&slot.pod_cidrs, &object.pod_cidrs, trace);
            if !causes.is_empty() {
                return Err(Status::invalid("Node", name, causes).into());
            }
        }
        let node = Rc::make_mut(slot);
        if node.pod_cidrs.is_empty() && !object.pod_cidrs.is_empty() {
            node.pod_cidrs = object.pod_cidrs.as_slice().into();
            if let Some(ipam) = &mut self.ipam {
                // It is as if the controller had never seen it.
                ipam.release(name);
                node.take(ipam.add(name, &object.pod_cidrs));
            }
            if let Some(control) = &self.control {
                node.configure(control);
            }
        }
        let own = |key: &String| {
            matches!(key.as_str(), "kubernetes.io/hostname" | "kubernetes.io/arch")
                || key == super::start::OS_LABEL
        };
        let mut labels = object.labels;
        labels.extend(
            node.labels
                .iter()
                .filter(|(key, _)| own(key))
                .map(|(key, value)| (key.clone(), value.clone())),
        );
        keep(&mut node.labels, Rc::new(labels));
        node.applied = Some(Rc::clone(json));
        Ok(verb(before.as_ref(), json))
    }

    fn apply_pod(
        &mut self,
        reader: &Reader<'_>,
        key: Key,
        json: &Rc<Json>,
        trace: &mut Trace,
    ) -> Result<&'static str, Refused> {
        let spec = reader.pod(trace)?;
        let Some(known) = self.pod(&key).cloned() else {
            if self.pods().count() >= MAX_PODS {
                return Err(too_many_pods());
            }
            let pod = Pod {
                number: self.made,
                owner: None,
                node: spec.node_name.clone(),
                spec: Rc::new(spec),
                state: PodState::Waits,
                applied: Some(Rc::clone(json)),
                key: key.clone(),
            };
            self.made += 1;
            self.homeless.insert(key, Rc::new(pod));
            return Ok("created");
        };
        if known.spec.would_change(&spec) {
            return Err(reader.pod_stays(trace).into());
        }
        let done = verb(known.applied.as_ref(), json);
        self.change_pod(&known, |pod| {
            keep(&mut pod.spec, Rc::new(spec));
            pod.applied = Some(Rc::clone(json));
        });
        Ok(done)
    }

    fn apply_deployment(
        &mut self,
        reader: &Reader<'_>,
        key: Key,
        json: &Rc<Json>,
        trace: &mut Trace,
    ) -> Result<&'static str, Refused> {
        let object = reader.deployment(trace)?;
        let others: usize =
            self.deployments.iter().filter(|it| *it.0 != key).map(|it| it.1.replicas).sum();
        if others.saturating_add(object.replicas) > MAX_PODS {
            return Err(too_many_pods());
        }
        let DeploymentObject { replicas, selector, template, written } = object;
        let hash: Rc<str> = super::settle::safe_encode(&written).into();
        let Some(slot) = self.deployments.get_mut(&key) else {
            let (made, applied) = (0, Rc::clone(json));
            let deployment =
                Deployment { key: key.clone(), replicas, template, hash, made, selector, applied };
            self.deployments.insert(key, Rc::new(deployment));
            return Ok("created");
        };
        if slot.selector != selector {
            return Err(reader.selector_stays(trace).into());
        }
        let done = verb(Some(&slot.applied), json);
        let deployment = Rc::make_mut(slot);
        (deployment.replicas, deployment.hash) = (replicas, hash);
        keep(&mut deployment.template, template);
        deployment.applied = Rc::clone(json);
        Ok(done)
    }

    /// `kubectl delete`.
    pub(super) fn delete(&mut self, text: &str, span: Span) -> Answer {
        let object = ObjectName::read(text);
        let Some(kind) = object.workload() else { return Answer::default() };
        let mut answer = DocumentAnswer {
            kind,
            name: object.name.clone(),
            span,
            kubectl: NOT_RUNNING.to_owned(),
            is_accepted: false,
            problems: Vec::new(),
            trace: Vec::new(),
        };
        if let Some(control) = self.control.clone().filter(|it| it.apiserver.is_none()) {
            let first = self.made;
            answer.is_accepted = !object.name.is_empty() && self.remove(kind, &object);
            answer.kubectl = said_of_deletion(kind, &object, answer.is_accepted, &control.behavior);
            if answer.is_accepted {
                self.settle(Some(first));
            }
        }
        Answer { documents: vec![answer] }
    }

    /// Whether there was such an object.
    fn remove(&mut self, kind: Workload, object: &ObjectName) -> bool {
        let key: Key = (object.namespace.as_str().into(), object.name.as_str().into());
        match kind {
            Workload::Node => {
                let is_there = self.nodes.remove(&key.1).is_some();
                if let Some(ipam) = self.ipam.as_mut().filter(|_| is_there) {
                    ipam.release(&key.1);
                }
                is_there
            }
            Workload::Pod => self.remove_pod(&key).is_some(),
            Workload::Deployment => {
                let is_there = self.deployments.remove(&key).is_some();
                if is_there {
                    let of = |pod: &&Rc<Pod>| pod.is_of(&key);
                    let own: Vec<Key> = self.pods().filter(of).map(|pod| pod.key.clone()).collect();
                    for key in own {
                        self.remove_pod(&key);
                    }
                }
                is_there
            }
        }
    }
}

/// What kubectl prints of a deletion that was done, or that found nothing.
fn said_of_deletion(
    kind: Workload,
    object: &ObjectName,
    is_done: bool,
    behavior: &Behavior,
) -> String {
    if object.name.is_empty() {
        "error: resource(s) were provided, but no name was specified".to_owned()
    } else if is_done {
        kind.deleted(behavior, &object.namespace, &object.name)
    } else {
        kind.not_found(&object.name)
    }
}

/// Stands for `configured` where kubectl warns first.
const ADOPTED: &str = "adopted";

fn verb(before: Option<&Rc<Json>>, after: &Rc<Json>) -> &'static str {
    match before {
        None => ADOPTED,
        Some(before) if before == after => "unchanged",
        Some(_) => "configured",
    }
}

fn too_many_pods() -> Refused {
    Refused::Ours(
        format!("The playground can hold at most {MAX_PODS} Pods."),
        "演练场最多容纳 10000 个 Pod。",
    )
}

impl DocumentAnswer {
    fn refuse(&mut self, refused: Refused, wrap: &dyn Fn(&str) -> String) {
        match refused {
            Refused::Status(status) => {
                self.kubectl = kubectl::print_error(&status, wrap);
                self.problems = status.causes;
                if self.problems.is_empty() {
                    self.problems.push(Diagnostic::plain(Program::KubeApiserver, status.message));
                }
            }
            Refused::Ours(en, zh) => {
                self.kubectl.clone_from(&en);
                let mut remark = Diagnostic::plain(Program::Playground, en);
                remark.detail_zh = Some(zh.to_owned());
                self.problems.push(remark);
            }
        }
    }
}
