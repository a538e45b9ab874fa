//! What do the controllers, the scheduler and the kubelets do after an event?
//! Source: pkg/controller/nodeipam, pkg/controller/replicaset, pkg/scheduler/schedule_one.go,
//! pkg/kubelet/kubelet.go, pkg/kubelet/lifecycle/predicate.go.
//!
//! Once each, in this order: Nodes without ranges are tried again; Pods that did not start are tried again;
//! Pods without a Node are bound, the oldest first; Deployments make and delete Pods.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::kept;
use super::objects::{PodSpec, matches};
use super::{Agent, Control, Deployment, Key, Node, Pod, PodState, World};
use crate::apiserver::allocators::{FNV_PRIME, FNV_START, fnv};
use crate::explain::trace::Trace;
use crate::kubelet::pod_ips;

/// Pods of a Deployment: their number, whether they are of its present template, and who they are.
type Own = Vec<(usize, bool, Key)>;

/// The Nodes that a Pod of one kind may go to, with the fewest Pods first.
struct Candidates {
    /// For whom.
    spec: Rc<PodSpec>,
    /// How many Pods, which number, which Node.
    fit: BTreeSet<(usize, usize, Rc<str>)>,
    /// What kube-scheduler says when there is none left.
    none: Option<Rc<str>>,
}

impl World {
    /// All that follows from an event. Nodes and Pods whose number is not below `first` are made by it, and
    /// were looked at; a start looks at every Node itself.
    pub(super) fn settle(&mut self, first: Option<usize>) {
        let Some(control) = self.control.clone() else { return };
        if let Some(first) = first {
            self.retry_nodes(&control, first);
        }
        self.retry_pods(&control, first.unwrap_or(self.made));
        let mut candidates = None;
        self.bind_pods(&control, &mut candidates);
        if control.controller_manager.is_none() {
            self.sync_deployments(&control, &mut candidates);
        }
    }

    fn retry_nodes(&mut self, control: &Control, first: usize) {
        let Some(ipam) = &mut self.ipam else { return };
        let waits = |node: &&Rc<Node>| node.pod_cidrs.is_empty() && node.number < first;
        let mut waiting: Vec<(usize, Rc<str>)> =
            self.nodes.values().filter(waits).map(|it| (it.number, Rc::clone(&it.name))).collect();
        waiting.sort_unstable();
        for (_, name) in waiting {
            if let Some(slot) = self.nodes.get_mut(&name) {
                let node = Rc::make_mut(slot);
                node.take(ipam.resync(&name));
                node.configure(control);
            }
        }
    }

    fn retry_pods(&mut self, control: &Control, first: usize) {
        for slot in self.nodes.values_mut() {
            let fails = |pod: &&Rc<Pod>| {
                let is_done = matches!(
                    pod.state,
                    PodState::Runs(_) | PodState::Rejected { .. } | PodState::Ended
                );
                !is_done && pod.number < first
            };
            let mut again: Vec<Rc<Pod>> = slot.pods.values().filter(fails).cloned().collect();
            if again.is_empty() {
                continue;
            }
            again.sort_unstable_by_key(|pod| pod.number);
            let node = Rc::make_mut(slot);
            for pod in again {
                let state = node.run(control, &pod);
                if state != pod.state {
                    let pod = Pod { state, ..Pod::clone(&pod) };
                    node.pods.insert(pod.key.clone(), Rc::new(pod));
                }
            }
        }
    }

    fn bind_pods(&mut self, control: &Control, candidates: &mut Option<Candidates>) {
        if self.unscheduled.is_empty() {
            return;
        }
        let mut pods: Vec<Rc<Pod>> = self.unscheduled.values().cloned().collect();
        pods.sort_unstable_by_key(|pod| pod.number);
        for pod in pods {
            self.unscheduled.remove(&pod.key);
            self.bind(control, pod, candidates);
        }
    }

    /// Binds a Pod to a Node, and lets the kubelet there run it.
    fn bind(&mut self, control: &Control, mut pod: Rc<Pod>, candidates: &mut Option<Candidates>) {
        let node = match pod.spec.node_name.clone() {
            Some(name) => {
                *candidates = None;
                Ok(name)
            }
            None => self.schedule(control, &pod.spec, candidates),
        };
        let home = node.as_ref().ok().and_then(|name| self.nodes.get_mut(name));
        let Some(home) = home else {
            let state = node.map_or_else(PodState::Unschedulable, |_| PodState::Waits);
            if pod.state != state {
                Rc::make_mut(&mut pod).state = state;
            }
            self.unscheduled.insert(pod.key.clone(), pod);
            return;
        };
        let home = Rc::make_mut(home);
        let own = Rc::make_mut(&mut pod);
        own.node = Some(Rc::clone(&home.name));
        own.state = home.run(control, own);
        home.pods.insert(pod.key.clone(), pod);
    }

    /// A Node for a Pod, or the words of kube-scheduler.
    fn schedule(
        &self,
        control: &Control,
        spec: &Rc<PodSpec>,
        candidates: &mut Option<Candidates>,
    ) -> Result<Rc<str>, Rc<str>> {
        let known = match candidates.take() {
            Some(known) if Rc::ptr_eq(&known.spec, spec) => known,
            _ => {
                let fits = |node: &&Rc<Node>| node.unfit(control, spec).is_none();
                let fit = self.nodes.values().filter(fits);
                let fit = fit.map(|it| (it.pods.len(), it.number, Rc::clone(&it.name))).collect();
                Candidates { spec: Rc::clone(spec), fit, none: None }
            }
        };
        let known = candidates.insert(known);
        while let Some((count, number, name)) = known.fit.pop_first() {
            if self.nodes.get(&name).is_some_and(|node| node.load() < node.max_pods) {
                known.fit.insert((count + 1, number, Rc::clone(&name)));
                return Ok(name);
            }
        }
        Err(Rc::clone(known.none.get_or_insert_with(|| self.unschedulable(control, spec))))
    }

    /// What kube-scheduler says of a Pod that no Node takes. Source: pkg/scheduler/framework/types.go
    /// FitError.
    fn unschedulable(&self, control: &Control, spec: &PodSpec) -> Rc<str> {
        if self.nodes.is_empty() {
            return "no nodes available to schedule pods".into();
        }
        let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
        for node in self.nodes.values() {
            let reason = node.unfit(control, spec).unwrap_or_else(|| "Too many pods".to_owned());
            *reasons.entry(reason).or_default() += 1;
        }
        let mut words: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{count} {reason}")).collect();
        words.sort_unstable();
        let count = self.nodes.len();
        format!("0/{count} nodes are available: {}.", words.join(", ")).into()
    }

    /// Every Deployment has as many Pods as it asks for, all of its present template.
    fn sync_deployments(&mut self, control: &Control, candidates: &mut Option<Candidates>) {
        if self.deployments.is_empty() {
            return;
        }
        let mut own: BTreeMap<(&str, &str), Own> = BTreeMap::new();
        for pod in self.pods() {
            let Some((deployment, hash)) = &pod.owner else { continue };
            let key = (&*pod.key.0, &**deployment);
            let known = self.deployments.get(&(Rc::clone(&pod.key.0), Rc::clone(deployment)));
            let is_new = known.is_some_and(|it| it.hash == *hash);
            own.entry(key).or_default().push((pod.number, is_new, pod.key.clone()));
        }
        let work: Vec<(Rc<Deployment>, Own)> = self
            .deployments
            .values()
            .map(|it| {
                let pods = own.remove(&(&*it.key.0, &*it.key.1)).unwrap_or_default();
                (Rc::clone(it), pods)
            })
            .collect();
        for (deployment, pods) in work {
            let (new, mut old): (Vec<_>, Vec<_>) = pods.into_iter().partition(|it| it.1);
            old.sort_unstable();
            let mut missing = deployment.replicas.saturating_sub(new.len());
            // A quarter at a time comes, and as many go: what `maxSurge` allows by default.
            let step = deployment.replicas.div_ceil(4).max(1);
            while missing > 0 || !old.is_empty() {
                let some = if old.is_empty() { missing } else { missing.min(step) };
                for _ in 0..some {
                    self.create_pod(control, &deployment.key, candidates);
                }
                missing -= some;
                for (_, _, key) in old.drain(..old.len().min(step)) {
                    self.remove_pod(&key);
                    *candidates = None;
                }
            }
            let surplus = new.len().saturating_sub(deployment.replicas);
            if surplus > 0 {
                self.scale_down(new, surplus);
                *candidates = None;
            }
        }
    }

    /// Pods that do not run go first, then the youngest.
    fn scale_down(&mut self, pods: Own, surplus: usize) {
        let runs =
            |key: &Key| self.pod(key).is_some_and(|it| matches!(it.state, PodState::Runs(_)));
        let mut order: Vec<(bool, usize, Key)> =
            pods.into_iter().map(|(number, _, key)| (runs(&key), number, key)).collect();
        order.sort_unstable_by(|a, b| (a.0, b.1).cmp(&(b.0, a.1)));
        for (_, _, key) in order.into_iter().take(surplus) {
            self.remove_pod(&key);
        }
    }

    fn create_pod(
        &mut self,
        control: &Control,
        deployment: &Key,
        candidates: &mut Option<Candidates>,
    ) {
        let Some(slot) = self.deployments.get_mut(deployment) else { return };
        let it = Rc::make_mut(slot);
        // What was applied comes into the hash, so that another Deployment makes other names.
        let start = [&*it.key.0, &*it.key.1, &*it.hash].map(hash).iter().fold(self.seed, mix);
        let mut name = String::with_capacity(it.key.1.len() + it.hash.len() + 7);
        for part in [&*it.key.1, "-", &*it.hash, "-"] {
            name.push_str(part);
        }
        push_suffix(&mut name, start, it.made as u64);
        it.made += 1;
        let pod = Pod {
            number: self.made,
            owner: Some((Rc::clone(&it.key.1), Rc::clone(&it.hash))),
            spec: Rc::clone(&it.template),
            node: it.template.node_name.clone(),
            state: PodState::Waits,
            applied: None,
            kept: None,
            key: (Rc::clone(&it.key.0), name.into()),
        };
        self.made += 1;
        self.bind(control, Rc::new(pod), candidates);
    }

    /// A Pod is gone, and its addresses are free.
    pub(super) fn remove_pod(&mut self, key: &Key) -> Option<Rc<Pod>> {
        if let Some(pod) = self.unscheduled.remove(key) {
            return Some(pod);
        }
        let mut homes = self.nodes.values_mut();
        let home = homes.find(|node| node.pods.contains_key(key))?;
        let node = Rc::make_mut(home);
        let pod = node.pods.remove(key)?;
        if let Some(network) = &mut node.network {
            network.release(&pod.sandbox());
        }
        Some(pod)
    }

    /// Changes a Pod in its place.
    pub(super) fn change_pod(&mut self, known: &Pod, change: impl FnOnce(&mut Pod)) {
        let home = known.node.as_ref().and_then(|name| self.nodes.get_mut(name));
        let slot = match home.filter(|node| node.pods.contains_key(&known.key)) {
            Some(home) => Rc::make_mut(home).pods.get_mut(&known.key),
            None => self.unscheduled.get_mut(&known.key),
        };
        if let Some(slot) = slot {
            change(Rc::make_mut(slot));
        }
    }
}

impl Pod {
    /// Whether a Deployment made it.
    pub(super) fn is_of(&self, deployment: &Key) -> bool {
        let owner = self.owner.as_ref().map(|(name, _)| name);
        self.key.0 == deployment.0 && owner == Some(&deployment.1)
    }

    /// What the plugin knows it by.
    pub(super) fn sandbox(&self) -> Cow<'_, str> {
        match (&*self.key.0, &*self.key.1) {
            ("default", name) => Cow::Borrowed(name),
            (namespace, name) => Cow::Owned([namespace, "/", name].concat()),
        }
    }
}

impl Node {
    /// Why kube-scheduler does not choose the Node for a Pod, but for its room. In the order in which the
    /// scheduler asks: the first reason is the one it gives.
    fn unfit(&self, control: &Control, spec: &PodSpec) -> Option<String> {
        let taint = match self.agent {
            Agent::Runs => None,
            Agent::NoPlugin => Some("{node.kubernetes.io/not-ready: }"),
            Agent::Exits(_) | Agent::Gone => Some("{node.kubernetes.io/unreachable: }"),
        };
        if let Some(taint) = taint {
            return Some(control.behavior.untolerated_taint.replace("{TAINT}", taint));
        }
        let matched = matches(&spec.node_selector, &self.labels);
        (!matched).then(|| "node(s) didn't match Pod's node affinity/selector".to_owned())
    }

    /// The kubelet looks at a Pod.
    fn run(&mut self, control: &Control, pod: &Pod) -> PodState {
        if let Some(state) = pod.kept.as_deref().and_then(kept::state) {
            self.keep_addresses(pod, &state);
            return state;
        }
        if matches!(self.agent, Agent::Exits(_) | Agent::Gone) {
            return PodState::Waits;
        }
        if let Some(rejected) = self.reject(control, pod) {
            return rejected;
        }
        if pod.spec.host_network {
            let ips = pod_ips::host_network_pod_ips(&[], &self.host_ips, &mut Trace::default());
            return PodState::Runs(ips.into());
        }
        if self.agent == Agent::NoPlugin {
            return PodState::NoPlugin;
        }
        let nothing_is_served = self.windows.as_ref().is_some_and(|it| it.pods.is_empty());
        if nothing_is_served && !self.pod_cidrs.is_empty() {
            return PodState::NoFamily;
        }
        if let Some(refusal) = &self.refusal {
            return PodState::BadRanges(refusal.clone());
        }
        let Some(network) = &mut self.network else { return PodState::Waits };
        match network.add(&pod.sandbox()) {
            Ok(addresses) => PodState::Runs(addresses.iter().map(|it| it.ip).collect()),
            Err(failure) => PodState::NoAddress(failure),
        }
    }

    /// What the kubelet does not take. Source: pkg/kubelet/lifecycle/predicate.go Admit.
    fn reject(&self, control: &Control, pod: &Pod) -> Option<PodState> {
        let others = self.load() - usize::from(self.pods.contains_key(&pod.key));
        let os = pod.spec.os.as_deref().filter(|_| control.behavior.pod_os);
        let (reason, message) = if os.is_some_and(|os| os != self.os.name()) {
            let words = "Failed to admit pod as the OS field doesn't match node OS";
            ("PodOSNotSupported", words.to_owned())
        } else if others >= self.max_pods {
            let most = self.max_pods;
            let words = format!("pods, requested: 1, used: {others}, capacity: {most}");
            ("OutOfpods", format!("Node didn't have enough resource: {words}"))
        } else {
            return None;
        };
        let message = format!("Pod was rejected: {message}").into();
        Some(PodState::Rejected { reason, message })
    }
}

/// What Kubernetes makes names of: no vowels, and nothing that looks like another letter.
/// Source: apimachinery pkg/util/rand/rand.go.
const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

fn letters(numbers: impl Iterator<Item = u64>) -> String {
    numbers.map(|number| char::from(LETTERS[(number % 27) as usize])).collect()
}

fn hash(text: &str) -> u64 {
    fnv(FNV_START, text.bytes())
}

/// The hash of a template as it stands in names. Source: rand.go SafeEncodeString.
pub(super) fn safe_encode(text: &str) -> String {
    let number = (hash(text) ^ (hash(text) >> 32)) & 0xffff_ffff;
    letters(number.to_string().bytes().map(u64::from))
}

fn mix(seed: u64, hash: &u64) -> u64 {
    (seed ^ hash).wrapping_mul(FNV_PRIME)
}

/// Five letters for the n-th Pod of a Deployment: others for every one of the first fourteen million.
fn push_suffix(name: &mut String, start: u64, nth: u64) {
    const ALL: u64 = 27_u64.pow(5);
    // The factor has no divisor in common with 27⁵, so no number comes twice.
    let mut number = (start % ALL + nth % ALL * 6_180_341) % ALL;
    for _ in 0..5 {
        name.push(char::from(LETTERS[(number % 27) as usize]));
        number /= 27;
    }
}
