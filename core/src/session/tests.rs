//! Do sessions about Nodes and Pods end as a real cluster's do? Each is a list of events and what is there
//! after every one of them.

use std::rc::Rc;

use super::diff::Change;
use super::provenance::Provenance;
use super::{DocumentReport, EventReport, Replay, Report, run};
use crate::api::Json;
use crate::cluster::World;
use crate::explain::diagnostic::Program;
use crate::explain::text::Lang;
use crate::release::version::KubeVersion;
use crate::session::action::{Action, Session};

const API: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n";
const KCM: &str = "kube-controller-manager\n--allocate-node-cidrs\n";
const SINGLE: &str = "--cluster-cidr=10.244.0.0/16\n";
const DUAL: &str = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n";
const ONE: &str = "kubelet · node-1\n--node-ip=192.0.2.11\n";
const PAIR: &str = "kubelet · node-1\n--node-ip=192.0.2.11,2001:db8::11\n";

/// A session that is made event by event.
struct Story {
    events: Vec<Action>,
    replay: Replay,
    report: Report,
}

impl Story {
    /// A start with these parts of a text.
    fn start(parts: &[&str]) -> Self {
        let report = run(&Session { seed: 0, events: Rc::new([]) });
        let mut session = Self { events: Vec::new(), replay: Replay::default(), report };
        session.boot(parts);
        session
    }

    fn then(&mut self, event: Action) -> Vec<String> {
        self.events.push(event);
        let session = Session { seed: 0, events: self.events.clone().into() };
        self.report = self.replay.run(&session, self.events.len() - 1);
        assert_eq!(self.report, run(&session), "what is remembered is what a replay gives");
        self.documents().iter().map(|it| it.kubectl.clone()).collect()
    }

    /// The answers to the last event.
    fn documents(&self) -> &[Rc<DocumentReport>] {
        match self.report.events.last() {
            Some(EventReport::Requests(requests)) => &requests.documents,
            _ => &[],
        }
    }

    fn boot(&mut self, parts: &[&str]) {
        self.boot_release(KubeVersion::LATEST, parts);
    }

    fn boot_release(&mut self, version: KubeVersion, parts: &[&str]) {
        self.then(Action::Boot { version, flags: parts.concat().into() });
    }

    fn apply(&mut self, text: &str) -> Vec<String> {
        self.then(Action::Apply(text.into()))
    }

    fn delete(&mut self, text: &str) -> String {
        self.then(Action::Delete(text.into())).join("\n")
    }

    fn world(&self) -> &World {
        &self.report.world
    }

    /// `podCIDRs` of a Node.
    fn ranges(&self, node: &str) -> String {
        self.world().nodes.get(node).map_or("absent".to_owned(), |it| it.pod_cidrs.join(" "))
    }

    /// The addresses of a Node.
    fn addresses(&self, node: &str) -> String {
        let node = &self.world().nodes[node];
        let texts = node.addresses.iter().map(|it| format!("{} {}", it.kind.name(), it.address));
        texts.collect::<Vec<_>>().join(", ")
    }

    /// Of each Pod whose name begins so: its Node, its addresses and those of its host, or its event.
    fn pods(&self, name: &str) -> Vec<String> {
        let world = self.world();
        let pods = world.pods().filter(|pod| pod.key.1.starts_with(name));
        let shown = pods.map(|pod| {
            let join = |ips: Vec<std::net::IpAddr>| {
                ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
            };
            let node = pod.node.as_deref().unwrap_or("-");
            let said = pod.event().map_or(String::new(), |(reason, it)| format!(" {reason}: {it}"));
            format!("{node} {} @ {}{said}", join(world.pod_ips(pod)), join(world.host_ips(pod)))
        });
        shown.collect()
    }

    /// The rules behind a Node.
    fn why(&self, node: &str) -> Vec<&'static str> {
        let node = &self.world().nodes[node];
        self.world().explain_node(node).iter().map(|step| step.rule.id).collect()
    }

    /// The rules behind the first Pod whose name begins so.
    fn why_pod(&self, name: &str) -> Vec<&'static str> {
        let mut pods = self.world().pods();
        let pod = pods.find(|pod| pod.key.1.starts_with(name)).expect("there is such a Pod");
        self.world().explain_pod(pod).iter().map(|step| step.rule.id).collect()
    }
}

fn node(name: &str) -> String {
    format!("apiVersion: v1\nkind: Node\nmetadata: {{name: {name}}}\n---\n")
}

fn windows(name: &str, backend: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Node\nmetadata:\n  name: {name}\n  labels: {{kubernetes.io/os: windows}}\n  \
         annotations: {{flannel.alpha.coreos.com/backend-type: {backend}}}\n---\n"
    )
}

fn pod(name: &str, spec: &str) -> String {
    let spec = if spec.is_empty() { String::new() } else { format!("{spec}, ") };
    format!(
        "apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}}}\nspec: {{{spec}containers: [{{name: a, image: \
         b}}]}}\n---\n"
    )
}

fn deployment(name: &str, replicas: i32, spec: &str) -> String {
    let spec = if spec.is_empty() { String::new() } else { format!("{spec}, ") };
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}}}\nspec:\n  replicas: {replicas}\n  \
         selector: {{matchLabels: {{app: {name}}}}}\n  template:\n    metadata: {{labels: {{app: \
         {name}}}}}\n    spec: {{{spec}containers: [{{name: a, image: b}}]}}\n---\n"
    )
}

#[test]
fn a_node_gets_a_range_of_each_family_and_a_pod_an_address_of_each() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    assert_eq!(it.ranges("node-1"), "10.244.0.0/24 fd00:10:244::/64");
    assert_eq!(
        it.addresses("node-1"),
        "InternalIP 192.0.2.11, InternalIP 2001:db8::11, Hostname node-1"
    );
    assert_eq!(it.apply(&node("node-2")), ["node/node-2 created"]);
    assert_eq!(it.ranges("node-2"), "10.244.1.0/24 fd00:10:244:1::/64");
    assert_eq!(it.addresses("node-2"), "InternalIP 192.0.2.12, Hostname node-2");
    assert_eq!(it.apply(&deployment("web", 3, "")), ["deployment.apps/web created"]);
    assert_eq!(
        it.pods("web"),
        [
            "node-1 10.244.0.2,fd00:10:244::2 @ 192.0.2.11,2001:db8::11",
            "node-1 10.244.0.3,fd00:10:244::3 @ 192.0.2.11,2001:db8::11",
            "node-2 10.244.1.2,fd00:10:244:1::2 @ 192.0.2.12",
        ]
    );
    assert_eq!(it.report.diff.objects.nodes.kept, 2);
    assert_eq!(it.report.diff.objects.pods.changed.len(), 3);
    assert_eq!(it.why("node-1")[..2], ["NODE-1a", "KUBELET-3a"]);
    assert_eq!(it.why_pod("web"), ["WORK-4a", "WORK-1a", "POD-1a", "POD-1a", "KUBELET-6"]);
}

#[test]
fn a_section_without_a_name_is_about_the_machines_of_all_manifests() {
    let mut it = Story::start(&[API, KCM, DUAL, "kubelet\n--node-ip=2001:db8::20,192.0.2.20\n"]);
    it.apply(&node("node-2"));
    assert_eq!(
        it.addresses("node-1"),
        "InternalIP 2001:db8::20, InternalIP 192.0.2.20, Hostname node-1"
    );
    assert_eq!(
        it.addresses("node-2"),
        "InternalIP 2001:db8::21, InternalIP 192.0.2.21, Hostname node-2"
    );
    assert!(it.why("node-2").contains(&"NODE-1c"));
    // The order of a Pod's addresses follows `--node-ip`, not the ranges.
    it.apply(
        &[pod("a", "nodeName: node-2"), pod("b", "hostNetwork: true, nodeName: node-2")].concat(),
    );
    assert_eq!(it.pods("a"), ["node-2 fd00:10:244:1::2,10.244.1.2 @ 2001:db8::21,192.0.2.21"]);
    assert_eq!(it.pods("b"), ["node-2 2001:db8::21,192.0.2.21 @ 2001:db8::21,192.0.2.21"]);
    assert_eq!(it.why_pod("b"), ["WORK-1b", "KUBELET-7c"]);
}

#[test]
fn dual_stack_in_the_right_order_reaches_new_pods_and_nodes_that_register_again() {
    let mut it = Story::start(&[API, KCM, SINGLE, ONE]);
    it.apply(&deployment("web", 1, ""));
    it.apply(&pod("host", "hostNetwork: true"));
    assert_eq!(it.pods("web"), ["node-1 10.244.0.2 @ 192.0.2.11"]);
    // The node learns its second address: only Pods on its network gain one.
    it.boot(&[API, KCM, SINGLE, PAIR]);
    assert_eq!(it.pods("web"), ["node-1 10.244.0.2 @ 192.0.2.11,2001:db8::11"]);
    assert_eq!(it.pods("host"), ["node-1 192.0.2.11,2001:db8::11 @ 192.0.2.11,2001:db8::11"]);
    // The cluster gets the second range: the node keeps its one.
    it.boot(&[API, KCM, DUAL, PAIR]);
    assert_eq!(it.ranges("node-1"), "10.244.0.0/24");
    assert!(it.why("node-1").contains(&"KCM-13"));
    assert_eq!((it.report.diff.objects.nodes.kept, it.report.diff.objects.pods.kept), (1, 2));
    it.apply(&node("node-2"));
    assert_eq!(it.ranges("node-2"), "10.244.1.0/24 fd00:10:244::/64");
    // Registered again, the node gets both, and the Pod of the Deployment comes back elsewhere.
    assert_eq!(it.delete("node/node-1"), "node \"node-1\" deleted");
    assert_eq!(it.pods("web"), ["node-2 10.244.1.2,fd00:10:244::2 @ 192.0.2.12"]);
    assert_eq!(it.pods("host"), [""; 0]);
    it.boot(&[API, KCM, DUAL, PAIR]);
    // The blocks begin at the lowest hole after a start.
    assert_eq!(it.ranges("node-1"), "10.244.0.0/24 fd00:10:244:1::/64");
    // Old Pods keep what they have, until they are made anew.
    it.apply(&deployment("web", 2, ""));
    assert_eq!(it.pods("web")[0], "node-1 10.244.0.2,fd00:10:244:1::2 @ 192.0.2.11,2001:db8::11");
}

#[test]
fn dual_stack_in_the_wrong_order_makes_a_node_of_one_family_for_good() {
    let mut it = Story::start(&[API, KCM, SINGLE, ONE]);
    // The nodes are added first, and the range comes too late for them.
    it.apply(&node("node-2"));
    it.boot(&[API, KCM, DUAL, ONE]);
    it.apply(&pod("a", "nodeName: node-2"));
    assert_eq!(it.pods("a"), ["node-2 10.244.1.2 @ 192.0.2.12"]);
    let forbidden = "The Node \"node-2\" is invalid: spec.podCIDRs: Forbidden: node updates may not change \
                     podCIDR except from \"\" to valid";
    let by_hand = "apiVersion: v1\nkind: Node\nmetadata: {name: node-2}\nspec: {podCIDRs: [10.244.1.0/24, \
                   'fd00:10:244:7::/64']}";
    assert_eq!(it.apply(by_hand), [forbidden]);
    assert_eq!(it.ranges("node-2"), "10.244.1.0/24");
    // The order of the families cannot be turned round while there are Nodes.
    it.boot(&[API, KCM, "--cluster-cidr=fd00:10:244::/56,10.244.0.0/16\n", ONE]);
    let why = it.world().control.as_ref().and_then(|it| it.controller_manager.clone());
    assert_eq!(
        why.as_deref(),
        Some(
            "failed to mark cidr[10.244.0.0/24] at idx [0] as occupied for node: node-1: cidr \
             10.244.0.0/24 is out the range of cluster cidr fd00:10:244::/56"
        )
    );
    // Without its controllers no Deployment makes a Pod, and no new Node gets a range.
    it.apply(&[deployment("web", 2, ""), node("node-3")].concat());
    assert_eq!((it.pods("web").len(), it.ranges("node-3")), (0, String::new()));
    assert!(it.why("node-3").contains(&"NODE-3a"));
    it.boot(&[API, KCM, DUAL, ONE]);
    assert_eq!(
        (it.pods("web").len(), it.ranges("node-3")),
        (2, "10.244.2.0/24 fd00:10:244::/64".into())
    );
}

#[test]
fn going_back_is_refused_while_nodes_have_two_ranges() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&pod("a", ""));
    it.boot(&[API, KCM, SINGLE, PAIR]);
    let why = |it: &Story| it.world().control.as_ref().and_then(|it| it.controller_manager.clone());
    assert_eq!(
        why(&it).as_deref(),
        Some(
            "node:node-1 has an allocated cidr: fd00:10:244::/64 at index:1 that does not exist in cluster \
             cidrs configuration"
        )
    );
    // What is there stays as it is.
    assert_eq!((it.report.diff.objects.nodes.kept, it.report.diff.objects.pods.kept), (1, 1));
    it.delete("node/node-1");
    it.boot(&[API, KCM, SINGLE, ONE]);
    assert_eq!((why(&it), it.ranges("node-1")), (None, "10.244.0.0/24".to_owned()));
}

#[test]
fn the_last_blocks_are_used_up_burnt_and_used_again() {
    let ranges = "--cluster-cidr=10.244.0.0/22,fd00:10:244::/63\n";
    let mut it = Story::start(&[API, KCM, ranges, PAIR]);
    it.apply(&[node("b"), node("c")].concat());
    assert_eq!(it.ranges("b"), "10.244.1.0/24 fd00:10:244:1::/64");
    assert_eq!(it.ranges("c"), "");
    let event = it.world().nodes["c"].event().expect("an event").to_string();
    assert_eq!(event, "Normal CIDRNotAvailable Node c status is now: CIDRNotAvailable");
    assert_eq!(it.why("c")[3..], ["KCM-11", "KCM-10a", "NODE-4", "POD-3d"]);
    let taken = |it: &Story| it.world().ranges().iter().map(|it| it.taken).collect::<Vec<_>>();
    assert_eq!(taken(&it), [3, 2]);
    // Every try burns a block of the first family, until that is empty as well.
    it.apply(&pod("p", "nodeName: c"));
    assert_eq!(taken(&it), [4, 2]);
    assert_eq!(it.pods("p"), ["c  @ 192.0.2.13 FailedCreatePodSandBox: no IP ranges specified"]);
    it.delete("node/b");
    assert_eq!(it.ranges("c"), "10.244.1.0/24 fd00:10:244:1::/64");
    assert_eq!(it.pods("p"), ["c 10.244.1.2,fd00:10:244:1::2 @ 192.0.2.13"]);
    assert_eq!(taken(&it), [4, 2]);
    // A restart finds the burnt ones.
    it.boot(&[API, KCM, ranges, PAIR]);
    assert_eq!(taken(&it), [2, 2]);
}

#[test]
fn addresses_run_out_in_the_words_of_the_plugin_and_come_back() {
    let mut it = Story::start(&[
        API,
        KCM,
        "--cluster-cidr=10.244.0.0/16,fd00:10:244::/112\n--node-cidr-mask-size-ipv4=29 \
         --node-cidr-mask-size-ipv6=126\n",
        PAIR,
    ]);
    it.apply(&deployment("web", 3, ""));
    let full = "node-1  @ 192.0.2.11,2001:db8::11 FailedCreatePodSandBox: failed to allocate for range 1: no \
                IP addresses available in range set: fd00:10:244::1-fd00:10:244::3";
    let failed = |it: &Story| it.pods("web").iter().filter(|pod| *pod == full).count();
    assert_eq!(failed(&it), 1);
    let pods: Vec<_> = it.world().pods().cloned().collect();
    let lost = pods.iter().find(|pod| pod.event().is_some()).expect("one has no address");
    let why: Vec<_> = it.world().explain_pod(lost).iter().map(|it| it.rule.id).collect();
    assert_eq!(why, ["WORK-4a", "WORK-1a", "POD-2a", "POD-2b"]);
    let usage = it.world().nodes["node-1"].usage();
    assert_eq!(usage.iter().map(|it| (it.1, it.2)).collect::<Vec<_>>(), [(2, 5), (2, 2)]);
    // The one without an address goes first.
    it.apply(&deployment("web", 2, ""));
    assert_eq!((failed(&it), it.report.diff.objects.pods.kept), (0, 2));
    assert!(it.report.diff.objects.pods.changed.iter().all(|it| it.1 == Change::Deleted));
}

#[test]
fn a_windows_node_has_two_families_on_l2bridge_and_one_on_overlay() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&[windows("win-l2", "host-gw"), windows("win-vx", "vxlan")].concat());
    let on = |os: &str| format!("os: {{name: {os}}}, nodeSelector: {{kubernetes.io/os: {os}}}");
    it.apply(&deployment("win", 2, &on("windows")));
    assert_eq!(
        it.pods("win"),
        ["win-l2 10.244.1.2,fd00:10:244:1::2 @ 192.0.2.12", "win-vx 10.244.2.2 @ 192.0.2.13"]
    );
    let served = |it: &Story, node: &str| it.world().nodes[node].windows.clone().expect("Windows");
    assert_eq!(served(&it, "win-l2").services.len(), 2);
    assert_eq!(
        served(&it, "win-vx").log[0].message,
        "Winoverlay does not support dual-stack, falling back to single-stack"
    );
    it.apply(&pod("linux", "os: {name: linux}, nodeName: win-l2"));
    assert_eq!(
        it.pods("linux"),
        [
            "win-l2  @  PodOSNotSupported: Pod was rejected: Failed to admit pod as the OS field doesn't match \
          node OS"
        ]
    );
    assert_eq!(it.why_pod("linux"), ["WORK-1b", "WORK-2a"]);
}

#[test]
fn windows_does_nothing_with_ipv6_alone() {
    let mut it = Story::start(&[API, KCM, "--cluster-cidr=fd00:10:244::/56\n", PAIR]);
    it.apply(&[windows("win", "host-gw"), pod("a", "nodeName: win")].concat());
    assert_eq!(it.pods("a"), ["win  @ 192.0.2.12"]);
    assert_eq!(it.why_pod("a"), ["WORK-1b", "WIN-1a"]);
    assert!(it.why("win").contains(&"WIN-1a"));
}

#[test]
fn the_network_plugin_decides_which_ranges_are_used() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR, "# network plugin: none\n"]);
    it.apply(
        &[
            pod("a", ""),
            pod("b", "nodeName: node-1"),
            pod("c", "hostNetwork: true, nodeName: node-1"),
        ]
        .concat(),
    );
    assert_eq!(
        it.pods("a"),
        ["-  @  FailedScheduling: 0/1 nodes are available: 1 node(s) had untolerated taint(s)."]
    );
    assert_eq!(it.why_pod("a"), ["WORK-1c"]);
    assert!(
        it.pods("b")[0]
            .contains("NetworkNotReady: network is not ready: container runtime network")
    );
    assert_eq!(it.pods("c"), ["node-1 192.0.2.11,2001:db8::11 @ 192.0.2.11,2001:db8::11"]);
    // One family is installed, then both: Pods of the time between keep their one address.
    it.boot(&[API, KCM, DUAL, PAIR, "# network plugin: ipv4\n"]);
    assert_eq!(it.pods("b"), ["node-1 10.244.0.2 @ 192.0.2.11,2001:db8::11"]);
    assert!(it.why("node-1").contains(&"NODE-5"));
    it.boot(&[API, KCM, DUAL, PAIR]);
    assert_eq!(it.pods("b"), ["node-1 10.244.0.2 @ 192.0.2.11,2001:db8::11"]);
    assert!(it.why_pod("b").contains(&"WORK-3"));
    it.delete("pod/b");
    it.apply(&pod("b", ""));
    assert_eq!(it.pods("b"), ["node-1 10.244.0.4,fd00:10:244::2 @ 192.0.2.11,2001:db8::11"]);
}

#[test]
fn without_kube_apiserver_nothing_happens_and_nothing_is_lost() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&pod("a", ""));
    it.boot(&["kube-apiserver --service-cluster-ip-range=oops\n", KCM, SINGLE, ONE]);
    assert!(!it.world().runs());
    assert_eq!((it.report.diff.objects.nodes.kept, it.report.diff.objects.pods.kept), (1, 1));
    let refused = "The connection to the server 192.0.2.10:6443 was refused - did you specify the right \
                   host or port?";
    assert_eq!(it.apply(&pod("b", "")), [refused]);
    assert_eq!(it.delete("node/node-1"), refused);
    it.boot(&[API, KCM, DUAL, PAIR]);
    assert_eq!((it.pods("a").len(), it.pods("b").len()), (1, 0));
}

#[test]
fn a_node_whose_kubelet_exits_is_not_ready_and_keeps_its_pods() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&deployment("web", 1, ""));
    it.boot(&[API, KCM, DUAL, "kubelet · node-1\n--node-ip=192.0.2.11,192.0.2.12\nkubelet · node-2\n--node-ip=::,0.0.0.0\n"]);
    assert_eq!(
        it.world().nodes["node-1"].not_ready(),
        Some(("NodeStatusUnknown", "Kubelet stopped posting node status."))
    );
    assert_eq!(it.pods("web"), ["node-1 10.244.0.2,fd00:10:244::2 @ 192.0.2.11,2001:db8::11"]);
    assert!(it.why("node-1").contains(&"NODE-2a"));
    // One that never registered is not there.
    assert_eq!(it.ranges("node-2"), "absent");
    let absent = &it.world().control.as_ref().expect("it started").absent;
    assert_eq!(
        &*absent[0].1,
        "bad --node-ip \"::,0.0.0.0\": dual-stack node IP cannot include '0.0.0.0' or '::'"
    );
    it.apply(&pod("late", "nodeName: node-1"));
    assert_eq!(it.why_pod("late"), ["WORK-1b", "WORK-1e"]);
    // A text that does not name it any more leaves the Node where it is.
    it.boot(&[API, KCM, DUAL, "kubelet · other\n"]);
    assert!(it.why("node-1").contains(&"NODE-2b"));
    assert_eq!(it.ranges("other"), "10.244.1.0/24 fd00:10:244:1::/64");
    it.boot(&[API, KCM, DUAL, PAIR]);
    assert_eq!(it.pods("late"), ["node-1 10.244.0.3,fd00:10:244::3 @ 192.0.2.11,2001:db8::11"]);
}

#[test]
fn a_full_node_takes_no_more_pods() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR, "--max-pods=2\n"]);
    it.apply(&deployment("web", 3, ""));
    assert_eq!(
        it.pods("web")[2],
        "-  @  FailedScheduling: 0/1 nodes are available: 1 Too many pods."
    );
    it.apply(&pod("a", "nodeName: node-1"));
    assert_eq!(
        it.pods("a"),
        [
            "node-1  @  OutOfpods: Pod was rejected: Node didn't have enough resource: pods, requested: 1, \
          used: 2, capacity: 2"
        ]
    );
    it.apply(&pod("b", "nodeName: nowhere"));
    assert_eq!(it.why_pod("b"), ["WORK-1d"]);
    it.delete("node node-1");
    let none = "-  @  FailedScheduling: no nodes available to schedule pods";
    assert_eq!(it.pods("web"), [none; 3]);
}

#[test]
fn kubectl_says_what_became_of_an_object() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    assert_eq!(it.apply(&pod("a", "")), ["pod/a created"]);
    assert_eq!(it.apply(&pod("a", "")), ["pod/a unchanged"]);
    let labelled = pod("a", "").replace("{name: a}\nspec", "{name: a, labels: {app: x}}\nspec");
    assert_eq!(it.apply(&labelled), ["pod/a configured"]);
    assert_eq!(it.report.diff.objects.pods.changed.len(), 1);
    let moved = it.apply(&pod("a", "hostNetwork: true")).concat();
    assert!(
        moved.starts_with("The Pod \"a\" is invalid: spec: Forbidden: pod updates may not change")
    );
    let adopted = it.apply(&node("node-1")).concat();
    assert!(
        adopted.starts_with("Warning: resource nodes/node-1 is missing the kubectl."),
        "{adopted}"
    );
    assert!(adopted.ends_with("\nnode/node-1 configured"));
    assert_eq!(it.why("node-1")[0], "NODE-1a", "it is still the heading's");
    assert_eq!(it.delete("po/a"), "pod \"a\" deleted from default namespace");
    assert_eq!(it.delete("po/a"), "Error from server (NotFound): pods \"a\" not found");
    assert_eq!(it.delete("no/b"), "Error from server (NotFound): nodes \"b\" not found");
    assert_eq!(
        it.delete("deploy/b"),
        "Error from server (NotFound): deployments.apps \"b\" not found"
    );
    assert_eq!(it.delete("node/"), "error: resource(s) were provided, but no name was specified");
    it.apply(&deployment("web", 1, ""));
    assert_eq!(it.delete("deploy web"), "deployment.apps \"web\" deleted from default namespace");
    assert_eq!(it.pods("web"), [""; 0]);
}

#[test]
fn the_api_server_refuses_in_its_words() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    let name = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or \
                '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used \
                for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
    assert_eq!(
        it.apply(&node("A")),
        [format!("The Node \"A\" is invalid: metadata.name: Invalid value: \"A\": {name}")]
    );
    assert_eq!(
        it.apply("{apiVersion: v1, kind: Pod, metadata: {name: a}}"),
        ["The Pod \"a\" is invalid: spec.containers: Required value"]
    );
    assert_eq!(
        it.apply("{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {hostNetwork: yep}}"),
        [
            "Error from server (BadRequest): error when creating \"service.yaml\": Pod in version \"v1\" cannot \
          be handled as a Pod: json: cannot unmarshal string into Go struct field PodSpec.spec.hostNetwork \
          of type bool"
        ]
    );
    let other = deployment("web", 1, "").replace("labels: {app: web}", "labels: {app: other}");
    assert_eq!(
        it.apply(&other),
        [
            "The Deployment \"web\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"other\"}: \
          `selector` does not match template `labels`"
        ]
    );
    assert_eq!(
        it.apply(&deployment("web", -1, "")),
        [
            "The Deployment \"web\" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal \
          to 0"
        ]
    );
    it.apply(&deployment("web", 1, ""));
    let selector = deployment("web", 1, "").replace("{app: web}", "{app: next}");
    assert_eq!(
        it.apply(&selector),
        ["The Deployment \"web\" is invalid: spec.selector: Invalid value: \
          {\"matchLabels\":{\"app\":\"next\"}}: field is immutable"]
    );
    assert_eq!(
        it.apply("{apiVersion: v1, kind: Node, metadata: {name: a}, spec: {podCIDRs: [10.1.0.0/24, 10.2.0.0/24]}}"),
        ["The Node \"a\" is invalid: spec.podCIDRs: Invalid value: [\"10.1.0.0/24\",\"10.2.0.0/24\"]: may \
          specify no more than one CIDR for each IP family"]
    );
    assert!(
        it.apply(&deployment("many", 2_000_000_000, "")).concat().contains("at most 10000 Pods")
    );
}

#[test]
fn a_new_template_makes_new_pods_and_scaling_does_not() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&deployment("web", 4, ""));
    let names = |it: &Story| {
        it.world()
            .pods()
            .map(|pod| pod.key.1.to_string())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let first = names(&it);
    it.apply(&deployment("web", 6, ""));
    assert!(first.is_subset(&names(&it)));
    assert_eq!(
        (it.report.diff.objects.pods.kept, it.report.diff.objects.pods.changed.len()),
        (4, 2)
    );
    it.apply(&deployment("web", 6, "hostNetwork: true"));
    assert!(first.is_disjoint(&names(&it)));
    assert_eq!(names(&it).len(), 6);
    let known = &it.world().deployments.values().next().expect("it is there");
    let steps = it.world().explain_deployment(known);
    assert_eq!(
        steps[0].plain(Lang::En).split(". ").next(),
        Some("The replicas of web: 6 wanted, 6 running")
    );
}

#[test]
fn a_service_changes_nothing_and_is_not_looked_at_again() {
    let service = |port: u8| {
        Action::Apply(format!("{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{ports: [{{port: {port}}}]}}}}").into())
    };
    let start = Action::Boot {
        version: KubeVersion::LATEST,
        flags: [API, KCM, DUAL, PAIR].concat().into(),
    };
    let mut events = vec![start, service(1), Action::Apply(deployment("web", 2, "").into())];
    let mut replay = Replay::default();
    let session = |events: &[Action]| Session { seed: 0, events: events.into() };
    let first = replay.run(&session(&events), 2);
    events[1] = service(2);
    let started = replay.run(&session(&events), 0);
    let shown = replay.run(&session(&events), 1);
    assert!(Rc::ptr_eq(&shown.world, &started.world));
    let again = replay.run(&session(&events), 2);
    assert_eq!(first.diff.objects, again.diff.objects);
    assert!(Rc::ptr_eq(&first.world, &again.world), "what did not change is not computed again");
}

#[test]
fn older_releases_show_one_host_ip_and_their_own_words() {
    let version = "1.23".parse().expect("a simulated release");
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&pod("a", ""));
    it.boot_release(version, &[API, KCM, DUAL, PAIR, "# network plugin: none\n"]);
    assert_eq!(it.pods("a"), ["node-1 10.244.0.2,fd00:10:244::2 @ 192.0.2.11"]);
    it.apply(&pod("b", ""));
    assert_eq!(
        it.pods("b"),
        [
            "-  @  FailedScheduling: 0/1 nodes are available: 1 node(s) had taint {node.kubernetes.io/not-ready: }, \
          that the pod didn't tolerate."
        ]
    );
    assert_eq!(it.delete("pod/b"), "pod \"b\" deleted");
}

/// The last answers, one after the other: how each went, what kubectl prints, and the kind that is stored.
fn told(it: &Story) -> Vec<(bool, String, String)> {
    let kind = |document: &DocumentReport| {
        let stored = document.stored_json().unwrap_or_default();
        stored["kind"].as_str().unwrap_or("-").to_owned()
    };
    let documents = it.documents().iter();
    documents.map(|it| (it.is_accepted(), it.kubectl.clone(), kind(it))).collect()
}

fn service(name: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {{ports: [{{port: 80}}]}}\n---\n"
    )
}

#[test]
fn documents_of_all_kinds_are_answered_in_order() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    let range = "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: more}\nspec: {cidrs: [10.97.0.0/24]}\n---\n";
    it.apply(
        &[
            &*node("b"),
            &service("web"),
            &deployment("web", 2, ""),
            range,
            &pod("A", ""),
            &pod("a", ""),
        ]
        .concat(),
    );
    let accepted = |line: &str, kind: &str| (true, line.to_owned(), kind.to_owned());
    let told = told(&it);
    assert_eq!(told[0], accepted("node/b created", "Node"));
    assert_eq!(told[1], accepted("service/web created", "Service"));
    assert_eq!(told[2], accepted("deployment.apps/web created", "Deployment"));
    assert_eq!(told[3], accepted("servicecidr.networking.k8s.io/more created", "ServiceCIDR"));
    assert!(!told[4].0 && told[4].1.starts_with("The Pod \"A\" is invalid"), "{:?}", told[4]);
    assert_eq!(told[4].2, "-");
    assert_eq!(told[5], accepted("pod/a created", "Pod"));
    let objects = &it.report.diff.objects;
    let changed = (objects.nodes.changed.len(), objects.pods.changed.len());
    assert_eq!((changed, objects.deployments.changed.len()), ((1, 3), 1));
    assert_eq!(it.report.diff.services.len(), 2);
    it.apply(&[deployment("web", 2, ""), service("web"), node("b")].concat());
    let lines: Vec<_> = it.documents().iter().map(|it| it.kubectl.clone()).collect();
    assert_eq!(
        lines,
        ["deployment.apps/web unchanged", "service/web unchanged", "node/b unchanged"]
    );
    assert_eq!(it.report.diff.objects.deployments.kept, 1);
}

#[test]
fn an_object_is_printed_as_it_is_once_the_controllers_have_settled() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(
        &[pod("a", "nodeSelector: {kubernetes.io/os: linux}"), deployment("web", 2, "")].concat(),
    );
    let json = |it: &Story, at: usize| it.documents()[at].stored_json().expect("it is stored");
    let stored = json(&it, 0);
    let text = |json: &Json, at: &str| json.pointer(at).and_then(Json::as_str).map(str::to_owned);
    assert_eq!(text(&stored, "/spec/nodeName").as_deref(), Some("node-1"));
    assert_eq!(text(&stored, "/status/phase").as_deref(), Some("Running"));
    assert_eq!(text(&stored, "/status/podIPs/1/ip").as_deref(), Some("fd00:10:244::2"));
    assert_eq!(text(&stored, "/status/hostIPs/1/ip").as_deref(), Some("2001:db8::11"));
    let applied = "/metadata/annotations/kubectl.kubernetes.io~1last-applied-configuration";
    assert!(text(&stored, applied).is_some_and(|it| it.ends_with("}\n")));
    let stored = json(&it, 1);
    assert_eq!(stored.pointer("/status/readyReplicas"), Some(&Json::Number("2".to_owned())));
    it.apply("{apiVersion: v1, kind: Node, metadata: {name: b}, spec: {unschedulable: false}}");
    let stored = json(&it, 0);
    assert_eq!(text(&stored, "/spec/podCIDRs/0").as_deref(), Some("10.244.1.0/24"));
    assert_eq!(text(&stored, "/spec/podCIDR").as_deref(), Some("10.244.1.0/24"));
    assert_eq!(text(&stored, "/status/addresses/0/address").as_deref(), Some("192.0.2.12"));
    assert_eq!(text(&stored, "/status/conditions/0/status").as_deref(), Some("True"));
    // After a restart it is read again.
    it.boot(&[API, KCM, DUAL, PAIR, "# network plugin: none\n"]);
    let Some(EventReport::Boot(boot)) = it.report.events.last() else { panic!("a start") };
    let read = boot.read.as_ref().expect("the Node is read");
    assert_eq!((read.kind.as_str(), read.name.as_str()), ("Node", "b"));
    let stored = read.stored_json().expect("it is stored");
    assert_eq!(text(&stored, "/status/conditions/0/reason").as_deref(), Some("KubeletNotReady"));
    it.delete("node/b");
    assert_eq!(it.documents()[0].stored_json(), None);
}

#[test]
fn each_field_says_where_it_comes_from() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&[pod("a", "terminationGracePeriodSeconds: 3"), node("b")].concat());
    let came = |at: usize, field: &str| {
        let document = &it.documents()[at];
        let leaves = document.provenance();
        let leaf = leaves.iter().find(|leaf| leaf.field == field);
        let leaf = leaf.unwrap_or_else(|| panic!("{field} is stored"));
        let rule = match leaf.provenance {
            Provenance::Allocated(step) | Provenance::Copied(step) => {
                document.outcome.as_ref().map(|outcome| outcome.trace[step.0].rule.id)
            }
            _ => None,
        };
        let written = matches!(leaf.provenance, Provenance::Written(_));
        (written, rule, leaf.by.map(Program::name))
    };
    assert_eq!(came(0, "spec.containers[0].image"), (true, None, None));
    assert_eq!(came(0, "spec.terminationGracePeriodSeconds"), (true, None, None));
    assert_eq!(came(0, "spec.nodeName"), (false, None, Some("kube-scheduler")));
    assert_eq!(came(0, "status.podIPs[1].ip"), (false, Some("POD-1a"), Some("kubelet")));
    assert_eq!(came(0, "status.podIP"), (false, Some("POD-1a"), Some("kubelet")));
    assert_eq!(came(0, "status.phase"), (false, None, None));
    let controller = Some("kube-controller-manager");
    assert_eq!(came(1, "spec.podCIDRs[1]"), (false, Some("KCM-8a"), controller));
    assert_eq!(came(1, "metadata.labels[kubernetes.io/os]"), (false, None, Some("kubelet")));
    assert_eq!(came(1, "metadata.name"), (true, None, None));
}

#[test]
fn a_refusal_marks_its_fields_and_shows_what_stays_stored() {
    let mut it = Story::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&pod("a", ""));
    let text = pod("a", "hostNetwork: true");
    it.apply(&[&*text, &deployment("web", -1, "")].concat());
    let [pod, deployment] = it.documents() else { panic!("two documents") };
    let stays = pod.stands.as_ref().expect("the Pod stays").to_json();
    assert_eq!(pod.stored_json(), Some(stays));
    assert_eq!(deployment.stored_json(), None);
    let all = [text, self::deployment("web", -1, "")].concat();
    let marked = |document: &DocumentReport| {
        let span = document.diagnostics[0].span.expect("it is marked");
        all[span.start..span.end].to_owned()
    };
    assert_eq!(marked(pod), "spec");
    assert_eq!(marked(deployment), "-1");
    let rules = |document: &DocumentReport| -> Vec<&str> {
        let outcome = document.outcome.as_ref().expect("it was sent");
        outcome.trace.iter().map(|step| step.rule.id).collect()
    };
    assert_eq!((rules(pod), rules(deployment)), (vec!["WORK-7d"], vec!["WORK-7f"]));
    it.delete("pod/b");
    assert_eq!(rules(&it.documents()[0]), ["WORK-7g"]);
    // Nothing was changed, so nothing is another one.
    assert_eq!(it.report.diff.objects.pods.kept, 1);
}

#[test]
fn what_was_refused_leaves_the_very_same_world() {
    let start = Action::Boot {
        version: KubeVersion::LATEST,
        flags: [API, KCM, DUAL, PAIR].concat().into(),
    };
    let refused = [pod("A", ""), node("A"), deployment("web", -1, ""), service("web")].concat();
    let events = [start, Action::Apply(pod("a", "").into()), Action::Apply(refused.into())];
    let session = Session { seed: 0, events: events.into() };
    let mut replay = Replay::default();
    let worlds = [1, 2, 1].map(|shown| replay.run(&session, shown).world);
    assert!(Rc::ptr_eq(&worlds[0], &worlds[1]) && Rc::ptr_eq(&worlds[0], &worlds[2]));
}

#[test]
fn a_start_is_made_once() {
    let flags: Rc<str> = [API, KCM, DUAL, PAIR].concat().into();
    let start = Action::Boot { version: KubeVersion::LATEST, flags };
    let mut events = vec![start.clone(), Action::Apply(service("a").into()), start];
    let mut replay = Replay::default();
    let run = |replay: &mut Replay, events: &[Action], shown: usize| {
        replay.run(&Session { seed: 0, events: events.into() }, shown)
    };
    let of = |report: &Report, at: usize| match &report.events[at] {
        EventReport::Boot(boot) => Rc::clone(&boot.start),
        EventReport::Requests(_) => panic!("a start"),
    };
    let first = run(&mut replay, &events, 2);
    let components = Rc::clone(of(&first, 2).components());
    assert_eq!(components.nodes[0].pod_cidrs, ["10.244.0.0/24", "fd00:10:244::/64"]);
    events[1] = Action::Apply(service("b").into());
    for shown in [1, 2] {
        let again = run(&mut replay, &events, shown);
        assert!(Rc::ptr_eq(&of(&first, 2), &of(&again, 2)), "event {shown} is shown");
        assert!(Rc::ptr_eq(&components, of(&again, 2).components()));
    }
}
