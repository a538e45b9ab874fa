//! By which rules has a Node its ranges and addresses, and a Pod its own? Steps are made for the one that
//! is asked about, from what was remembered; nobody needs those of all.

use std::net::IpAddr;
use std::rc::Rc;

use super::{Agent, Control, Deployment, Node, NodeOrigin, Os, Pod, PodState, World};
use crate::api::field_path::FieldPath;
use crate::explain::rule::Fidelity;
use crate::explain::text::Text;
use crate::explain::trace::{Step, Trace};
use crate::facts;
use crate::kube_proxy::windows;
use crate::kubelet::pod_ips;
use crate::net::{Cidr, Family};
use crate::network_plugin as host_local;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A kubelet makes its Node.
    NODE_REGISTERS_ITSELF {
        id: "NODE-1a", slug: "node-registers-itself",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet_node_status.go registerWithAPIServer",
        evidence: SourceRead,
        facts: [node],
        en: "A section heading specifies {node}, so this node exists: its kubelet registers the Node when it starts. For an existing Node only the addresses are updated; a deleted one is registered again.",
        zh: "小节标题指定了 {node}，因此有这个节点：其 kubelet 启动时会注册 Node 对象。已存在的 Node 只更新地址；已删除的会重新注册。",
    }
    /// A Node of a manifest.
    NODE_OF_A_MANIFEST_HAS_A_MACHINE {
        id: "NODE-1b", slug: "node-of-a-manifest-has-a-machine",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        fidelity: Fidelity::Chosen(Text {
            en: "In a real cluster a manifest creates only the object, and the hosts are set up separately. The label `kubernetes.io/os` specifies the operating system of the host, flannel's annotation how Windows connects its Pods.",
            zh: "在真实集群中，清单只创建对象，主机另行准备。标签 `kubernetes.io/os` 指定主机的操作系统，flannel 的注解指定 Windows 如何连接其 Pod。",
        }),
        facts: [node],
        en: "{node} comes from a manifest. Here it has a host as well, whose kubelet uses the flags of the sections without a node name and of those with the name of this node.",
        zh: "{node} 来自清单。此处它也有一台主机，其 kubelet 使用未指定节点的小节以及指定该节点的小节中的标志。",
    }
    /// One `--node-ip` of many machines.
    SHARED_NODE_IP_COUNTS_UP {
        id: "NODE-1c", slug: "shared-node-ip-counts-up",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        fidelity: Fidelity::Chosen(Text {
            en: "Two hosts with the same address are a misconfiguration that the playground does not show.",
            zh: "两台主机使用同一地址属于配置错误，演练场不展示这种情况。",
        }),
        facts: [node, ips],
        en: "The section that sets `--node-ip` specifies no node, and two nodes cannot have the same address: {node} has {ips}, counted up from the specified address.",
        zh: "设置 `--node-ip` 的小节没有指定节点，而两个节点不能有相同的地址：{node} 的地址从指定的地址起递增，为 {ips}。",
    }
    /// A kubelet that exits.
    KUBELET_DOES_NOT_RUN {
        id: "NODE-2a", slug: "kubelet-of-the-node-does-not-run",
        versions: Versions::ALL,
        source: "pkg/controller/nodelifecycle/node_lifecycle_controller.go",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "After five minutes a real cluster deletes the Pods on such a Node, and Deployments create others.",
            zh: "五分钟后，真实集群会删除此类节点上的 Pod，由 Deployment 创建新的。",
        }),
        facts: [node, message],
        en: "The kubelet of {node} exits: {message}. The Node remains, but is not ready; its Pods keep their addresses, and new Pods are scheduled to other nodes.",
        zh: "{node} 的 kubelet 退出：{message}。节点保留，但未就绪；其上的 Pod 保留地址，新的 Pod 会被调度到其他节点。",
    }
    /// A machine that is not there any more.
    MACHINE_IS_GONE {
        id: "NODE-2b", slug: "text-names-the-machine-no-more",
        versions: Versions::ALL,
        source: "pkg/controller/nodelifecycle/node_lifecycle_controller.go",
        evidence: SourceRead,
        facts: [node],
        en: "The [flags of the kubelets](kubelet) no longer mention {node}, so no kubelet runs there. The Node and its Pod CIDRs remain until the Node is deleted.",
        zh: "[kubelet 的标志](kubelet)中不再有 {node}，因此那里没有 kubelet 运行。该节点及其 Pod CIDR 会保留，直到节点被删除。",
    }
    /// A node without a network.
    PLUGIN_IS_MISSING {
        id: "NODE-2c", slug: "node-waits-for-a-network-plugin",
        versions: Versions::ALL,
        source: "pkg/kubelet/runtime.go networkErrors",
        evidence: SourceRead,
        facts: [node],
        en: "No network plugin is installed, so {node} is not ready, and only Pods with `hostNetwork` start there.",
        zh: "没有安装网络插件，因此 {node} 未就绪，只有使用 `hostNetwork` 的 Pod 才能在其上启动。",
    }
    /// Nobody gives out ranges.
    CONTROLLER_IS_DOWN {
        id: "NODE-3a", slug: "controller-manager-is-down",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/controllermanager.go Run",
        evidence: Assumed,
        facts: [],
        en: "[kube-controller-manager](kube-controller-manager) does not run: Nodes keep their Pod CIDRs, new Nodes are allocated none, and no Deployment creates or deletes a Pod.",
        zh: "[kube-controller-manager](kube-controller-manager) 没有运行：节点保留已有的 Pod CIDR，新节点分配不到 Pod CIDR，Deployment 也不会创建或删除 Pod。",
    }
    /// Ranges are not its business.
    RANGES_ARE_NOT_GIVEN_OUT {
        id: "NODE-3b", slug: "node-gets-no-range-without-the-flag",
        versions: Versions::ALL,
        source: "cmd/kube-controller-manager/app/core.go newNodeIpamController",
        evidence: SourceRead,
        facts: [node],
        en: "Without `--allocate-node-cidrs` [kube-controller-manager](kube-controller-manager) allocates no Pod CIDR to {node}.",
        zh: "未设置 `--allocate-node-cidrs`，[kube-controller-manager](kube-controller-manager) 不会为 {node} 分配 Pod CIDR。",
    }
    /// Back-off.
    TRIED_ONCE_FOR_EACH_EVENT {
        id: "NODE-4", slug: "waiting-node-is-tried-once-for-each-event",
        versions: Versions::ALL,
        source: "pkg/controller/nodeipam/ipam/range_allocator.go processNextNodeWorkItem",
        evidence: Assumed,
        fidelity: Fidelity::Chosen(Text {
            en: "A real controller retries after seconds and later minutes, independently of other events.",
            zh: "真实的控制器会在几秒乃至几分钟后重试，与其间发生的事件无关。",
        }),
        facts: [node],
        en: "{node} waits for its Pod CIDRs. Here allocation is retried once for each action on Nodes and Pods.",
        zh: "{node} 正在等待 Pod CIDR。此处每执行一个有关节点和 Pod 的操作，就重试一次分配。",
    }
    /// Ranges that lie idle.
    PLUGIN_LACKS_A_FAMILY {
        id: "NODE-5", slug: "plugin-gives-not-every-family",
        versions: Versions::ALL,
        source: "containernetworking/plugins plugins/ipam/host-local/main.go cmdAdd",
        evidence: SourceRead,
        facts: [node, range],
        en: "The network plugin assigns no addresses from {range}: this Pod CIDR of {node} is not used.",
        zh: "网络插件不从 {range} 分配地址：{node} 的这个 Pod CIDR 未被使用。",
    }
    /// The scheduler's choice.
    POD_GOES_WHERE_FEWEST_ARE {
        id: "WORK-1a", slug: "pod-goes-where-fewest-are",
        versions: Versions::ALL,
        source: "pkg/scheduler/schedule_one.go selectHost",
        evidence: Assumed,
        fidelity: Fidelity::Chosen(Text {
            en: "The real scheduler considers many criteria, and picks at random among the best nodes.",
            zh: "真实的调度器会考虑诸多因素，并在最优的节点中随机选取。",
        }),
        facts: [pod, node],
        en: "{pod} is scheduled to {node}: of all suitable nodes it has the fewest Pods, and of those it is the oldest.",
        zh: "{pod} 被调度到 {node}：在符合条件的节点中，它的 Pod 最少；数量相同时取创建最早的节点。",
    }
    /// A Pod with a wish.
    POD_NAMES_ITS_NODE {
        id: "WORK-1b", slug: "pod-names-its-node",
        versions: Versions::ALL,
        source: "pkg/kubelet/config/apiserver.go NewSourceApiserver",
        evidence: SourceRead,
        facts: [pod, node],
        en: "{pod} specifies {node} in `nodeName`, so the scheduler is not involved.",
        zh: "{pod} 在 `nodeName` 中指定了 {node}，因此不经过调度器。",
    }
    /// A Pod without a Node.
    POD_FITS_NOWHERE {
        id: "WORK-1c", slug: "pod-fits-nowhere",
        versions: Versions::ALL,
        source: "pkg/scheduler/framework/types.go FitError",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "The real message ends with the result of the search for Pods to preempt, and up to 1.21 it words a selector differently.",
            zh: "真实的消息末尾还有寻找可抢占 Pod 的结果；在 1.21 及更早版本中，对选择算符的措辞有所不同。",
        }),
        facts: [pod],
        en: "No Node is suitable for {pod}. It stays `Pending`, and scheduling is retried when something changes.",
        zh: "没有适合 {pod} 的节点。它保持 `Pending`，情况变化时会重新调度。",
    }
    /// A Node that is not there.
    POD_NAMES_NO_NODE {
        id: "WORK-1d", slug: "pod-names-a-node-that-is-not-there",
        versions: Versions::ALL,
        source: "pkg/controller/podgc/gc_controller.go gcOrphaned",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "A real cluster deletes such a Pod after less than a minute.",
            zh: "真实集群会在不到一分钟内删除这样的 Pod。",
        }),
        facts: [pod, node],
        en: "{pod} specifies {node}, and there is no such Node, so no kubelet runs it.",
        zh: "{pod} 指定了 {node}，而该节点不存在，因此不会有 kubelet 运行它。",
    }
    /// A kubelet that does not answer.
    POD_WAITS_FOR_ITS_KUBELET {
        id: "WORK-1e", slug: "pod-waits-for-its-kubelet",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet.go HandlePodAdditions",
        evidence: Assumed,
        facts: [pod, node],
        en: "{pod} is bound to {node}, whose kubelet does not run: it waits.",
        zh: "{pod} 已绑定到 {node}，而该节点的 kubelet 没有运行：它在等待。",
    }
    /// A Pod that is not admitted.
    KUBELET_REJECTS_THE_POD {
        id: "WORK-2a", slug: "kubelet-rejects-the-pod",
        versions: Versions::ALL,
        source: "pkg/kubelet/lifecycle/predicate.go Admit",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "Older versions begin the message differently, and a Deployment would create one Pod after another.",
            zh: "较旧版本的消息开头不同；Deployment 还会接连创建新的 Pod。",
        }),
        facts: [pod, node, reason],
        en: "The kubelet of {node} rejects {pod}: {reason}. The Pod has failed, and is not retried.",
        zh: "{node} 的 kubelet 拒绝 {pod}：{reason}。该 Pod 已失败，不会重试。",
    }
    /// A Pod in a cluster without a network.
    POD_WAITS_FOR_THE_PLUGIN {
        id: "WORK-2b", slug: "pod-waits-for-the-plugin",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet.go SyncPod",
        evidence: SourceRead,
        facts: [pod],
        en: "{pod} waits until a network plugin is installed. With `hostNetwork` it would start.",
        zh: "{pod} 在等待安装网络插件。如果使用 `hostNetwork`，它就可以启动。",
    }
    /// Addresses are for life.
    POD_KEEPS_ITS_ADDRESSES {
        id: "WORK-3", slug: "pod-keeps-its-addresses",
        versions: Versions::ALL,
        source: "pkg/kubelet/kuberuntime/kuberuntime_manager.go SyncPod",
        evidence: SourceRead,
        facts: [pod, had, now],
        en: "{pod} got {had} addresses when it started, and keeps them, although Pods on this Node now get {now}. If you delete it, its replacement gets {now}.",
        zh: "{pod} 启动时获得了 {had} 地址，并一直保留，尽管此节点上的 Pod 现在会获得 {now}。删除它之后，替代它的 Pod 会获得 {now}。",
    }
    /// A name that nobody chose.
    NAME_IS_MADE_UP {
        id: "WORK-4a", slug: "name-of-the-pod-is-made-up",
        versions: Versions::ALL,
        source: "apimachinery pkg/util/rand/rand.go String",
        evidence: Assumed,
        fidelity: Fidelity::Chosen(Text {
            en: "The real hash is computed from the template as Go prints it, and the suffix is random; here both are computed from what you typed, so that a name does not change while you type elsewhere.",
            zh: "真实的哈希值由 Go 输出的模板计算，后缀是随机的；此处两者都由输入的内容计算，因此在别处输入时名称不会变化。",
        }),
        facts: [pod, deployment],
        en: "{deployment} created {pod}. The name of the Pod consists of the name of the Deployment, a hash of the Pod template and five characters.",
        zh: "{deployment} 创建了 {pod}。Pod 的名称由 Deployment 的名称、Pod 模板的哈希值和五个字符组成。",
    }
    /// As many as asked for.
    DEPLOYMENT_HAS_ITS_PODS {
        id: "WORK-4b", slug: "deployment-has-its-pods",
        versions: Versions::ALL,
        source: "pkg/controller/replicaset/replica_set.go manageReplicas",
        evidence: SourceRead,
        fidelity: Fidelity::Chosen(Text {
            en: "When scaling down, Pods that do not run are deleted first, then the youngest; the real controller considers more criteria. A new template replaces a quarter of the Pods at a time, whether the new ones start or not.",
            zh: "缩容时先删除未运行的 Pod，再删除最新的；真实的控制器会考虑更多因素。新模板每次替换四分之一的 Pod，无论新的 Pod 是否启动。",
        }),
        facts: [deployment, wanted, runs],
        en: "The replicas of {deployment}: {wanted} wanted, {runs} running. If a Pod or its Node is deleted, the Pod is created again with another name; scaling does not affect the other Pods.",
        zh: "{deployment} 有 {wanted} 个副本，其中 {runs} 个在运行。如果 Pod 或其所在节点被删除，会以另一名称重新创建 Pod；扩缩容不影响其余的 Pod。",
    }
}

fn at(field: &'static str) -> FieldPath {
    FieldPath::default().field("status").field(field)
}

/// `spec.podCIDRs` of a Node, as ranges.
fn cidrs(node: &Node) -> Vec<Cidr> {
    crate::cluster::components::ranges(node.pod_cidrs.iter().map(String::as_str))
}

fn join(ips: &[IpAddr]) -> String {
    ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// Why a Pod has no address of a family.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Lack {
    /// Its Node has no Pod CIDR of it.
    PodCidr,
    /// It uses the network of its Node, which has no address of it.
    NodeAddress,
    /// The network plugin assigns none.
    Plugin,
}

impl World {
    /// Why a Pod that runs has no address of a family, where its Node or the plugin is the reason.
    #[must_use]
    pub fn lack(&self, pod: &Pod, family: Family) -> Option<Lack> {
        let (node, control) = (self.node_of(pod)?, self.control.as_ref()?);
        if pod.spec.host_network {
            let has = node.host_ips.iter().any(|ip| Family::of(*ip) == family);
            return (!has).then_some(Lack::NodeAddress);
        }
        let ranges = cidrs(node);
        if !ranges.iter().any(|range| range.family() == family) {
            return Some(Lack::PodCidr);
        }
        (!control.gives(family)).then_some(Lack::Plugin)
    }

    /// The Nodes that keep Pod CIDRs of one family, although both are allocated now, and which family it is.
    pub fn left_behind(&self) -> impl Iterator<Item = (&Rc<Node>, Family)> {
        let ranges = self.ranges();
        let has = |family| ranges.iter().any(|it| it.cluster.family() == family);
        let is_dual = has(Family::V4) && has(Family::V6);
        self.nodes.values().filter(move |_| is_dual).filter_map(|node| {
            let ranges = cidrs(node);
            let family = ranges.first()?.family();
            ranges.iter().all(|range| range.family() == family).then_some((node, family))
        })
    }

    /// Why a Node has what it has. Origins are flags of its kubelet, or of kube-controller-manager where
    /// the step is about `spec.podCIDRs`.
    #[must_use]
    pub fn explain_node(&self, node: &Node) -> Vec<Step> {
        let mut trace = Trace::default();
        let Some(control) = &self.control else { return Vec::new() };
        let name = node.name.as_ref();
        let came = match node.origin {
            NodeOrigin::Heading => &NODE_REGISTERS_ITSELF,
            NodeOrigin::Manifest => &NODE_OF_A_MANIFEST_HAS_A_MACHINE,
        };
        trace.note(came, FieldPath::metadata("name"), facts![node = name]);
        match &node.agent {
            Agent::Exits(message) => {
                let facts = facts![node = name, message = message.as_ref()];
                trace.reject(&KUBELET_DOES_NOT_RUN, at("conditions"), facts);
            }
            Agent::Gone => {
                trace.reject(&MACHINE_IS_GONE, at("conditions"), facts![node = name]);
            }
            Agent::NoPlugin => {
                trace.reject(&PLUGIN_IS_MISSING, at("conditions"), facts![node = name]);
            }
            Agent::Runs => {}
        }
        if matches!(node.agent, Agent::Runs | Agent::NoPlugin)
            && let Some(report) = self.kubelet(node)
        {
            for step in report.trace {
                trace.push(step);
            }
            let machine = self.machines.get(&node.name).copied().unwrap_or(0);
            let shared = !control.named.contains_key(&node.name) && machine > 0;
            if shared && !node.node_ips.is_empty() {
                let facts = facts![node = name, ips = join(&node.node_ips)];
                trace.note(&SHARED_NODE_IP_COUNTS_UP, at("addresses"), facts);
            }
        }
        self.explain_ranges(control, node, &mut trace);
        trace.into_steps()
    }

    fn explain_ranges(&self, control: &Control, node: &Node, trace: &mut Trace) {
        let name = node.name.as_ref();
        let ranges = FieldPath::spec("podCIDRs");
        match (&self.ipam, &node.outcome) {
            (_, Some(outcome)) => outcome.explain(trace),
            (Some(ipam), None) => ipam.kept(name).explain(trace),
            (None, None) => {}
        }
        if control.controller_manager.is_some() {
            trace.note(&CONTROLLER_IS_DOWN, ranges.clone(), facts![]);
        } else if self.ipam.is_none() && node.pod_cidrs.is_empty() {
            trace.note(&RANGES_ARE_NOT_GIVEN_OUT, ranges.clone(), facts![node = name]);
        } else if node.pod_cidrs.is_empty() {
            trace.note(&TRIED_ONCE_FOR_EACH_EVENT, ranges.clone(), facts![node = name]);
        }
        let cidrs = cidrs(node);
        let is_given = |range: &Cidr| control.gives(range.family());
        for range in cidrs.iter().filter(|range| !is_given(range) && control.plugin.is_some()) {
            trace.note(&PLUGIN_LACKS_A_FAMILY, ranges.clone(), facts![node = name, range]);
        }
        if let Os::Windows(network) = node.os {
            let families: Vec<Family> =
                cidrs.iter().filter(|it| is_given(it)).map(|it| it.family()).collect();
            let host = windows::Host { network, supports_dual_stack: true };
            let _ = windows::serves(&control.behavior, host, &families, trace);
        }
        if let Some(refusal) = node.refusal.as_ref().filter(|_| control.plugin.is_some()) {
            refusal.explain(trace);
        }
    }

    /// Why a Pod has what it has.
    #[must_use]
    pub fn explain_pod(&self, pod: &Pod) -> Vec<Step> {
        let mut trace = Trace::default();
        let shown = pod.shown();
        let name = shown.as_str();
        if let Some((deployment, _)) = &pod.owner {
            let facts = facts![pod = name, deployment = deployment.as_ref()];
            trace.note(&NAME_IS_MADE_UP, FieldPath::metadata("name"), facts);
        }
        let bound = FieldPath::spec("nodeName");
        let node = self.node_of(pod);
        match (&pod.spec.node_name, node) {
            (Some(wish), None) => {
                let facts = facts![pod = name, node = wish.as_ref()];
                trace.reject(&POD_NAMES_NO_NODE, bound, facts);
            }
            (wish, Some(node)) => {
                let rule =
                    if wish.is_some() { &POD_NAMES_ITS_NODE } else { &POD_GOES_WHERE_FEWEST_ARE };
                trace.note(rule, bound, facts![pod = name, node = node.name.as_ref()]);
            }
            (None, None) => {
                trace.reject(&POD_FITS_NOWHERE, bound, facts![pod = name]);
            }
        }
        if let Some(node) = node {
            self.explain_network(pod, node, name, &mut trace);
        }
        trace.into_steps()
    }

    fn explain_network(&self, pod: &Pod, node: &Rc<Node>, name: &str, trace: &mut Trace) {
        let of_node = |trace: &mut Trace, rule, facts| trace.reject(rule, at("podIPs"), facts);
        match &pod.state {
            // What happened before the session is not known.
            _ if pod.kept.is_some() => {}
            PodState::Unschedulable(_) | PodState::Ended => {}
            PodState::Waits => {
                let facts = facts![pod = name, node = node.name.as_ref()];
                of_node(trace, &POD_WAITS_FOR_ITS_KUBELET, facts);
            }
            PodState::NoPlugin => {
                of_node(trace, &POD_WAITS_FOR_THE_PLUGIN, facts![pod = name]);
            }
            PodState::Rejected { reason, .. } => {
                let facts = facts![pod = name, node = node.name.as_ref(), reason = *reason];
                of_node(trace, &KUBELET_REJECTS_THE_POD, facts);
            }
            PodState::BadRanges(error) => error.explain(trace),
            PodState::NoFamily => {
                trace.note(&windows::IPV6_ALONE_IS_NOT_SUPPORTED, at("podIPs"), facts![]);
            }
            PodState::NoAddress(failure) => {
                host_local::explain(name, &Err(failure.clone()), trace);
            }
            PodState::Runs(runtime) if pod.spec.host_network => {
                let _ = pod_ips::host_network_pod_ips(runtime, &node.host_ips, trace);
            }
            PodState::Runs(runtime) => {
                let given = |ip: &IpAddr| node.network.as_ref()?.given(*ip);
                host_local::explain(name, &Ok(runtime.iter().filter_map(given).collect()), trace);
                let _ = pod_ips::sort_pod_ips(&node.node_ips, runtime, trace);
                let had: Vec<Family> = runtime.iter().map(|ip| Family::of(*ip)).collect();
                let now = node.pod_families();
                if !now.is_empty() && now != had {
                    trace.note(
                        &POD_KEEPS_ITS_ADDRESSES,
                        at("podIPs"),
                        facts![pod = name, had, now],
                    );
                }
            }
        }
    }

    /// How a Deployment does.
    #[must_use]
    pub fn explain_deployment(&self, deployment: &Deployment) -> Vec<Step> {
        let mut trace = Trace::default();
        let is_own = |pod: &&Rc<Pod>| pod.is_of(&deployment.key);
        let runs = self.pods().filter(is_own).filter(|it| matches!(it.state, PodState::Runs(_)));
        let facts = facts![
            deployment = deployment.key.1.as_ref(),
            wanted = deployment.replicas,
            runs = runs.count(),
        ];
        trace.note(&DEPLOYMENT_HAS_ITS_PODS, FieldPath::spec("replicas"), facts);
        if self.control.as_ref().is_some_and(|it| it.controller_manager.is_some()) {
            trace.reject(&CONTROLLER_IS_DOWN, FieldPath::spec("replicas"), facts![]);
        }
        trace.into_steps()
    }
}
