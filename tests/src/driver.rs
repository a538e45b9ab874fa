//! What does the core answer to a scenario, step by step? Turns steps into calls of `ApiServer` and its
//! outcomes into the form of the vectors, with literal values.

use std::collections::BTreeMap;

use dualstack_core::api::service::Service;
use dualstack_core::apiserver::allocators::ServiceCidrState;
use dualstack_core::apiserver::environment::{AllocatorKind, Env, PortRange};
use dualstack_core::apiserver::requests::{
    Answer, ApiServer, FieldValidation, Options, Outcome, Patch, Request, Status, to_json,
};
use dualstack_core::apiserver::startup::parse_port_range;
use dualstack_core::explain::diagnostic::Diagnostic;
use dualstack_core::net::go_parse::parse_cidr;
use dualstack_core::net::{Cidr, Family, Stack};
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::source::yaml::Node;
use serde_json::{Value, json};

use crate::vector::{
    Allocator, CauseBody, ClusterSpec, ErrorBody, Expect, Op, PatchType, Preallocated, Scenario,
    Validation,
};
use crate::witness::Witness;

/// A cluster of the core that is walked through a scenario.
pub struct Driver {
    cluster: ApiServer,
    version: KubeVersion,
    seed: u64,
    /// Of the last start: what a restart does not name stays.
    running: ClusterSpec,
    /// What was decided so far.
    pub witness: Witness,
}

impl Driver {
    /// Starts the cluster of a scenario.
    ///
    /// # Errors
    /// The core does not have the release, a range is none, or a gate cannot be set.
    pub fn start(scenario: &Scenario, seed: u64) -> Result<Self, String> {
        let minor = scenario.minor().ok_or_else(|| format!("no release: {}", scenario.k8s))?;
        let version =
            KubeVersion::minor(minor).ok_or_else(|| format!("{} not simulated", scenario.k8s))?;
        let running = scenario.cluster.clone();
        let mut cluster = ApiServer::new(environment(version, seed, &running)?);
        for held in &scenario.preallocated {
            match held {
                Preallocated::Port(port) => cluster.preallocate_port(*port),
                Preallocated::Ip(ip) => cluster.preallocate_ip(*ip),
            }
        }
        Ok(Self { cluster, version, seed, running, witness: Witness::default() })
    }

    /// Does one step; placeholders in it are resolved already.
    ///
    /// # Errors
    /// The core cannot do what the step asks for.
    pub fn step(&mut self, op: &Op) -> Result<Expect, String> {
        let mut answer = match op {
            Op::Create { service, field_validation, .. } => {
                self.ask(Request::Create(node(service)), op, *field_validation)
            }
            Op::Update { service, field_validation, with_resource_version, .. } => {
                let mut body = service.clone();
                if *with_resource_version {
                    self.copy_resource_version(&mut body);
                }
                self.ask(Request::Replace(node(&body)), op, *field_validation)
            }
            Op::Patch { name, patch_type, patch, field_validation, .. } => {
                let body = node(patch);
                let patch = match patch_type {
                    PatchType::Merge => Patch::Merge(body),
                    PatchType::Strategic => Patch::Strategic(body),
                    PatchType::Json => Patch::Json(body),
                };
                self.ask(Request::Patch { name: name.clone(), patch }, op, *field_validation)
            }
            Op::Delete { name, .. } => self.ask(Request::Delete { name: name.clone() }, op, None),
            Op::Get { name } => self.ask(Request::Get { name: name.clone() }, op, None),
            Op::Restart { cluster } => {
                self.restart(cluster)?;
                Expect::default()
            }
            Op::Seed { service } => {
                self.cluster.seed_service(&node(service));
                Expect::default()
            }
            Op::AddServiceCidr { name, cidrs } => {
                let outcome = self.cluster.create_service_cidr(name, cidrs);
                self.witness.see(self.version, &outcome.trace);
                observed(&outcome)
            }
            Op::RemoveServiceCidr { name } => {
                let outcome = self.cluster.delete_service_cidr(name);
                self.witness.see(self.version, &outcome.trace);
                observed(&outcome)
            }
        };
        answer.used = Some(self.used());
        answer.service_cidrs_gone = self.cluster.service_cidrs_gone();
        Ok(answer)
    }

    /// The cluster as it is now.
    #[must_use]
    pub const fn cluster(&self) -> &ApiServer {
        &self.cluster
    }

    fn ask(&mut self, request: Request, op: &Op, validation: Option<Validation>) -> Expect {
        let options = Options {
            dry_run: op.is_dry_run(),
            field_validation: match validation {
                Some(Validation::Strict) => FieldValidation::Strict,
                Some(Validation::Ignore) => FieldValidation::Ignore,
                Some(Validation::Warn) | None => FieldValidation::Warn,
            },
            ..Options::default()
        };
        let outcome = self.cluster.handle(request, &options);
        self.witness.see(self.version, &outcome.trace);
        observed(&outcome)
    }

    fn copy_resource_version(&mut self, body: &mut Value) {
        let name = body["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        let outcome = self.cluster.handle(Request::Get { name }, &Options::default());
        if let Some(service) = outcome.service() {
            body["metadata"]["resourceVersion"] = json!(service.metadata.resource_version);
        }
    }

    fn restart(&mut self, spec: &ClusterSpec) -> Result<(), String> {
        let before = std::mem::replace(&mut self.running, spec.clone());
        let now = &mut self.running;
        now.ip_allocator = now.ip_allocator.or(before.ip_allocator);
        if now.feature_gates.is_none() {
            now.feature_gates = before.feature_gates;
        }
        self.cluster.restart(environment(self.version, self.seed, now)?);
        Ok(())
    }

    fn used(&self) -> BTreeMap<String, u64> {
        let mut used = BTreeMap::from([("ports".to_owned(), self.cluster.used_ports())]);
        for family in self.cluster.env().ranges.families() {
            let key = if family == Family::V4 { "v4" } else { "v6" };
            used.insert(key.to_owned(), self.cluster.used_addresses(family));
        }
        used
    }
}

/// The configuration that a scenario describes.
///
/// # Errors
/// A range is none, or a gate cannot be set.
pub fn environment(version: KubeVersion, seed: u64, spec: &ClusterSpec) -> Result<Env, String> {
    let mut behavior = Behavior::of(version);
    for (gate, on) in spec.feature_gates.iter().flatten() {
        behavior.set_gate(gate, *on)?;
    }
    let allocator = match spec.ip_allocator {
        Some(Allocator::Bitmap) => AllocatorKind::Bitmap,
        Some(Allocator::IpAddress) | None => AllocatorKind::IpAddress,
    };
    let node_ports = match &spec.service_node_port_range {
        Some(text) => parse_port_range(text)?,
        None => PortRange { first: 30000, last: 32767 },
    };
    let ranges = stack(&spec.service_cluster_ip_range)?;
    Ok(Env { version, behavior, ranges, node_ports, allocator, seed })
}

/// A range as the core holds it.
///
/// # Errors
/// The text is none.
pub fn cidr(text: &str) -> Result<Cidr, String> {
    parse_cidr(text).map(|read| Cidr::new(read.net)).ok_or_else(|| format!("no range: {text}"))
}

fn stack(ranges: &[String]) -> Result<Stack<Cidr>, String> {
    match ranges {
        [only] => {
            let only = cidr(only)?;
            Ok(Stack::single(only.family(), only))
        }
        [first, second] => {
            let (first, second) = (cidr(first)?, cidr(second)?);
            if first.family() == second.family() {
                return Err("two ranges of one family".to_owned());
            }
            Ok(Stack::dual(first.family(), first, second))
        }
        _ => Err(format!("{} ranges", ranges.len())),
    }
}

/// An outcome in the form of the vectors.
fn observed(outcome: &Outcome) -> Expect {
    let mut answer = Expect {
        warnings: outcome.warnings.iter().map(|warning| warning.detail.clone()).collect(),
        ..Expect::default()
    };
    match &outcome.result {
        Ok(Answer::Service { service, created }) => {
            answer.ok = Some(cut(service));
            answer.created = *created;
        }
        Ok(Answer::ServiceCidr { state, .. }) => {
            let state = match state {
                ServiceCidrState::Ready => "ready",
                ServiceCidrState::Gone => "gone",
                ServiceCidrState::Terminating => "terminating",
            };
            answer.service_cidr = Some(state.to_owned());
        }
        Ok(Answer::Success) => answer.ok = Some(json!({"kind": "Status", "status": "Success"})),
        // No vector is about one.
        Ok(Answer::Workload { .. }) => {}
        Err(status) => answer.error = Some(error_body(status)),
    }
    answer
}

/// What a vector sends, as the core reads it.
#[must_use]
pub fn node(body: &Value) -> Node {
    Node::from_json(&body.clone().into())
}

/// The part of an object that vectors hold.
#[must_use]
pub fn cut(service: &Service) -> Value {
    let object = Value::from(to_json(service));
    let mut cut = json!({"metadata": {"name": object["metadata"]["name"]}, "spec": object["spec"]});
    let status = &object["status"];
    if !status.is_null() && *status != json!({}) && *status != json!({"loadBalancer": {}}) {
        cut["status"] = status.clone();
    }
    // A nameless object prints no name.
    if cut["metadata"]["name"].is_null() {
        cut["metadata"] = json!({});
    }
    cut
}

fn error_body(status: &Status) -> ErrorBody {
    let cause = |cause: &Diagnostic| CauseBody {
        reason: cause.cause.reason().map(str::to_owned),
        field: (!cause.path.0.is_empty()).then(|| cause.path.to_string()),
        message: Some(cause.body()),
    };
    ErrorBody {
        code: status.code,
        reason: status.reason.map(|reason| reason.name().to_owned()),
        message: status.message.clone(),
        causes: status.causes.iter().map(cause).collect(),
    }
}
