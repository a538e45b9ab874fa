//! Do sessions about Nodes and Pods end as a real cluster's do? Each is a list of events and what is there
//! after every one of them.

use std::rc::Rc;

use super::{Replay, Report, World, run};
use crate::explain::text::Lang;
use crate::release::version::KubeVersion;
use crate::session::action::{Event, Scenario};
use crate::session::diff::Change;

const API: &str = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n";
const KCM: &str = "kube-controller-manager\n--allocate-node-cidrs\n";
const SINGLE: &str = "--cluster-cidr=10.244.0.0/16\n";
const DUAL: &str = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n";
const ONE: &str = "kubelet · node-1\n--node-ip=192.0.2.11\n";
const PAIR: &str = "kubelet · node-1\n--node-ip=192.0.2.11,2001:db8::11\n";

/// A session that is made event by event.
struct Session {
    events: Vec<Event>,
    replay: Replay,
    report: Report,
}

impl Session {
    /// A start with these parts of a text.
    fn start(parts: &[&str]) -> Self {
        let report = run(&Scenario { seed: 0, events: Rc::new([]) });
        let mut session = Self { events: Vec::new(), replay: Replay::default(), report };
        session.boot(parts);
        session
    }

    fn then(&mut self, event: Event) -> Vec<String> {
        self.events.push(event);
        let scenario = Scenario { seed: 0, events: self.events.clone().into() };
        self.report = self.replay.run(&scenario, self.events.len() - 1);
        assert_eq!(self.report, run(&scenario), "what is remembered is what a replay gives");
        self.report.answer.documents.iter().map(|it| it.kubectl.clone()).collect()
    }

    fn boot(&mut self, parts: &[&str]) {
        self.boot_release(KubeVersion::LATEST, parts);
    }

    fn boot_release(&mut self, version: KubeVersion, parts: &[&str]) {
        self.then(Event::Boot { version, flags: parts.concat().into() });
    }

    fn apply(&mut self, text: &str) -> Vec<String> {
        self.then(Event::Apply(text.into()))
    }

    fn delete(&mut self, text: &str) -> String {
        self.then(Event::Delete(text.into())).join("\n")
    }

    fn world(&self) -> &World {
        &self.report.after
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
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
    assert_eq!(it.report.changes.kept_nodes, 2);
    assert_eq!(it.report.changes.pods.len(), 3);
    assert_eq!(it.why("node-1")[..2], ["NODE-1a", "KUBELET-3a"]);
    assert_eq!(it.why_pod("web"), ["WORK-4a", "WORK-1a", "POD-1a", "POD-1a", "KUBELET-6"]);
}

#[test]
fn a_section_without_a_name_is_about_the_machines_of_all_manifests() {
    let mut it = Session::start(&[API, KCM, DUAL, "kubelet\n--node-ip=2001:db8::20,192.0.2.20\n"]);
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
    let mut it = Session::start(&[API, KCM, SINGLE, ONE]);
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
    assert_eq!((it.report.changes.kept_nodes, it.report.changes.kept_pods), (1, 2));
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
    let mut it = Session::start(&[API, KCM, SINGLE, ONE]);
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&pod("a", ""));
    it.boot(&[API, KCM, SINGLE, PAIR]);
    let why =
        |it: &Session| it.world().control.as_ref().and_then(|it| it.controller_manager.clone());
    assert_eq!(
        why(&it).as_deref(),
        Some(
            "node:node-1 has an allocated cidr: fd00:10:244::/64 at index:1 that does not exist in cluster \
             cidrs configuration"
        )
    );
    // What is there stays as it is.
    assert_eq!((it.report.changes.kept_nodes, it.report.changes.kept_pods), (1, 1));
    it.delete("node/node-1");
    it.boot(&[API, KCM, SINGLE, ONE]);
    assert_eq!((why(&it), it.ranges("node-1")), (None, "10.244.0.0/24".to_owned()));
}

#[test]
fn the_last_blocks_are_used_up_burnt_and_used_again() {
    let ranges = "--cluster-cidr=10.244.0.0/22,fd00:10:244::/63\n";
    let mut it = Session::start(&[API, KCM, ranges, PAIR]);
    it.apply(&[node("b"), node("c")].concat());
    assert_eq!(it.ranges("b"), "10.244.1.0/24 fd00:10:244:1::/64");
    assert_eq!(it.ranges("c"), "");
    let event = it.world().nodes["c"].event().expect("an event").to_string();
    assert_eq!(event, "Normal CIDRNotAvailable Node c status is now: CIDRNotAvailable");
    assert_eq!(it.why("c")[3..], ["KCM-11", "KCM-10a", "NODE-4", "POD-3d"]);
    let taken = |it: &Session| it.world().ranges().iter().map(|it| it.taken).collect::<Vec<_>>();
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
    let mut it = Session::start(&[
        API,
        KCM,
        "--cluster-cidr=10.244.0.0/16,fd00:10:244::/112\n--node-cidr-mask-size-ipv4=29 \
         --node-cidr-mask-size-ipv6=126\n",
        PAIR,
    ]);
    it.apply(&deployment("web", 3, ""));
    let full = "node-1  @ 192.0.2.11,2001:db8::11 FailedCreatePodSandBox: failed to allocate for range 1: no \
                IP addresses available in range set: fd00:10:244::1-fd00:10:244::3";
    let failed = |it: &Session| it.pods("web").iter().filter(|pod| *pod == full).count();
    assert_eq!(failed(&it), 1);
    let pods: Vec<_> = it.world().pods().cloned().collect();
    let lost = pods.iter().find(|pod| pod.event().is_some()).expect("one has no address");
    let why: Vec<_> = it.world().explain_pod(lost).iter().map(|it| it.rule.id).collect();
    assert_eq!(why, ["WORK-4a", "WORK-1a", "POD-2a", "POD-2b"]);
    let usage = it.world().nodes["node-1"].usage();
    assert_eq!(usage.iter().map(|it| (it.1, it.2)).collect::<Vec<_>>(), [(2, 5), (2, 2)]);
    // The one without an address goes first.
    it.apply(&deployment("web", 2, ""));
    assert_eq!((failed(&it), it.report.changes.kept_pods), (0, 2));
    assert!(it.report.changes.pods.iter().all(|it| it.1 == Change::Deleted));
}

#[test]
fn a_windows_node_has_two_families_on_l2bridge_and_one_on_overlay() {
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&[windows("win-l2", "host-gw"), windows("win-vx", "vxlan")].concat());
    let on = |os: &str| format!("os: {{name: {os}}}, nodeSelector: {{kubernetes.io/os: {os}}}");
    it.apply(&deployment("win", 2, &on("windows")));
    assert_eq!(
        it.pods("win"),
        ["win-l2 10.244.1.2,fd00:10:244:1::2 @ 192.0.2.12", "win-vx 10.244.2.2 @ 192.0.2.13"]
    );
    let served =
        |it: &Session, node: &str| it.world().nodes[node].windows.clone().expect("Windows");
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
    let mut it = Session::start(&[API, KCM, "--cluster-cidr=fd00:10:244::/56\n", PAIR]);
    it.apply(&[windows("win", "host-gw"), pod("a", "nodeName: win")].concat());
    assert_eq!(it.pods("a"), ["win  @ 192.0.2.12"]);
    assert_eq!(it.why_pod("a"), ["WORK-1b", "WIN-1a"]);
    assert!(it.why("win").contains(&"WIN-1a"));
}

#[test]
fn the_network_plugin_decides_which_ranges_are_used() {
    let mut it = Session::start(&[API, KCM, DUAL, PAIR, "# network plugin: none\n"]);
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&pod("a", ""));
    it.boot(&["kube-apiserver --service-cluster-ip-range=oops\n", KCM, SINGLE, ONE]);
    assert!(!it.world().runs());
    assert_eq!((it.report.changes.kept_nodes, it.report.changes.kept_pods), (1, 1));
    let refused = "The connection to the server 192.0.2.10:6443 was refused - did you specify the right \
                   host or port?";
    assert_eq!(it.apply(&pod("b", "")), [refused]);
    assert_eq!(it.delete("node/node-1"), refused);
    it.boot(&[API, KCM, DUAL, PAIR]);
    assert_eq!((it.pods("a").len(), it.pods("b").len()), (1, 0));
}

#[test]
fn a_node_whose_kubelet_exits_is_not_ready_and_keeps_its_pods() {
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR, "--max-pods=2\n"]);
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
    assert_eq!(it.apply(&pod("a", "")), ["pod/a created"]);
    assert_eq!(it.apply(&pod("a", "")), ["pod/a unchanged"]);
    let labelled = pod("a", "").replace("{name: a}\nspec", "{name: a, labels: {app: x}}\nspec");
    assert_eq!(it.apply(&labelled), ["pod/a configured"]);
    assert_eq!(it.report.changes.pods.len(), 1);
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
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
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
    it.apply(&deployment("web", 4, ""));
    let names = |it: &Session| {
        it.world()
            .pods()
            .map(|pod| pod.key.1.to_string())
            .collect::<std::collections::BTreeSet<_>>()
    };
    let first = names(&it);
    it.apply(&deployment("web", 6, ""));
    assert!(first.is_subset(&names(&it)));
    assert_eq!((it.report.changes.kept_pods, it.report.changes.pods.len()), (4, 2));
    it.apply(&deployment("web", 6, "hostNetwork: true"));
    assert!(first.is_disjoint(&names(&it)));
    assert_eq!(names(&it).len(), 6);
    let known = &it.world().deployments.values().next().expect("it is there");
    let steps = it.world().explain_deployment(known);
    assert_eq!(
        steps[0].plain(Lang::En).split(". ").next(),
        Some("web has 6 replicas, and 6 of them run")
    );
}

#[test]
fn a_service_changes_nothing_and_is_not_looked_at_again() {
    let service = |port: u8| {
        Event::Apply(format!("{{apiVersion: v1, kind: Service, metadata: {{name: a}}, spec: {{ports: [{{port: {port}}}]}}}}").into())
    };
    let start =
        Event::Boot { version: KubeVersion::LATEST, flags: [API, KCM, DUAL, PAIR].concat().into() };
    let mut events = vec![start, service(1), Event::Apply(deployment("web", 2, "").into())];
    let mut replay = Replay::default();
    let scenario = |events: &[Event]| Scenario { seed: 0, events: events.into() };
    let first = replay.run(&scenario(&events), 2);
    events[1] = service(2);
    let shown = replay.run(&scenario(&events), 1);
    assert!(Rc::ptr_eq(&shown.before, &shown.after));
    let again = replay.run(&scenario(&events), 2);
    assert_eq!(first, again);
    assert!(Rc::ptr_eq(&first.after, &again.after), "what did not change is not computed again");
}

#[test]
fn older_releases_show_one_host_ip_and_their_own_words() {
    let version = "1.23".parse().expect("a simulated release");
    let mut it = Session::start(&[API, KCM, DUAL, PAIR]);
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
