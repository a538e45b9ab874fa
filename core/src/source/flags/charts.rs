//! What do the values of a Helm chart say of ranges, and what becomes of them? The usual charts of network plugins and
//! of cloud-controller-managers set no flag of the four programs. Which ranges they have, who reads them, and what that
//! means for the four is said once for a chart.
//! Sources: the values.yaml and templates of cilium/cilium, projectcalico/calico charts/tigera-operator,
//! flannel-io/flannel, kubernetes-sigs/cloud-provider-azure, kubernetes/cloud-provider-aws,
//! kubernetes/cloud-provider-openstack, hetznercloud/hcloud-cloud-controller-manager and
//! linode/linode-cloud-controller-manager.

use crate::explain::text::Text;
use crate::net::go_parse::parse_cidr;
use crate::net::{Cidr, Family};
use crate::source::flags::table::{
    ALLOCATE_NODE_CIDRS, CLUSTER_CIDR, NODE_CIDR_MASK_SIZE, NODE_CIDR_MASK_SIZE_IPV4,
    NODE_CIDR_MASK_SIZE_IPV6,
};
use crate::source::span::Span;
use crate::source::yaml::{Entry, Node, Value};

/// What the values of a chart come to.
pub(super) struct Values {
    /// The first of them.
    pub(super) span: Span,
    /// In English.
    pub(super) en: String,
    /// In Chinese.
    pub(super) zh: String,
}

/// A chart whose values have ranges.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Chart {
    Cilium,
    Calico,
    Flannel,
    /// The cloud-controller-managers, by who makes them.
    Azure,
    Linode,
    Hetzner,
    /// Any other one: the values have its arguments.
    Cloud,
}

/// The values by which a chart is known, and which are shown.
const VALUES: [(Chart, &[&str]); 6] = [
    (
        Chart::Cilium,
        &[
            "ipam.mode",
            "ipam.operator.clusterPoolIPv4PodCIDRList",
            "ipam.operator.clusterPoolIPv4PodCIDR",
            "ipam.operator.clusterPoolIPv4MaskSize",
            "ipam.operator.clusterPoolIPv6PodCIDRList",
            "ipam.operator.clusterPoolIPv6PodCIDR",
            "ipam.operator.clusterPoolIPv6MaskSize",
            "ipv4.enabled",
            "ipv6.enabled",
        ],
    ),
    (Chart::Calico, &["installation.calicoNetwork.ipPools", "installation.cni.ipam.type"]),
    (Chart::Flannel, &["podCidr", "podCidrv6"]),
    (
        Chart::Azure,
        &[
            "cloudControllerManager.allocateNodeCidrs",
            "cloudControllerManager.clusterCIDR",
            "cloudControllerManager.configureCloudRoutes",
        ],
    ),
    (
        Chart::Linode,
        &[
            "enableNodeIPAM",
            "clusterCIDR",
            "nodeCIDRMaskSizeIPv4",
            "nodeCIDRMaskSizeIPv6",
            "routeController.clusterCIDR",
        ],
    ),
    (Chart::Hetzner, &["networking.enabled", "networking.clusterCIDR"]),
];

/// The arguments of a cloud-controller-manager that are about the ranges of Nodes.
const RANGES: [&str; 6] = [
    ALLOCATE_NODE_CIDRS,
    CLUSTER_CIDR,
    "configure-cloud-routes",
    NODE_CIDR_MASK_SIZE,
    NODE_CIDR_MASK_SIZE_IPV4,
    NODE_CIDR_MASK_SIZE_IPV6,
];

/// Whether a text may be the values of a chart, as far as its words tell.
pub(super) fn may_be(text: &str) -> bool {
    const WORDS: [&str; 8] = [
        "clusterPoolIPv",
        "calicoNetwork",
        "podCidr",
        "lusterCIDR",
        "cloud-controller-manager",
        "controllerExtraArgs",
        "llocateNodeCidrs",
        "ipv6:",
    ];
    WORDS.iter().any(|word| text.contains(word))
}

/// The entry at a path.
fn at<'n>(node: &'n Node, path: &str) -> Option<&'n Entry> {
    let mut entry = None;
    let mut node = node;
    for key in path.split('.') {
        let found = node.entry(key)?;
        node = &found.value;
        entry = Some(found);
    }
    entry
}

fn scalar(node: &Node) -> Option<String> {
    match &node.value {
        Value::String(text) | Value::Number(text) => Some(text.clone()),
        Value::Bool(on) => Some(on.to_string()),
        Value::Null => Some(String::new()),
        Value::Seq(_) | Value::Map(_) => None,
    }
}

/// A scalar at a path.
fn text_at(node: &Node, path: &str) -> Option<String> {
    scalar(&at(node, path)?.value)
}

fn is_true(node: &Node, path: &str) -> Option<bool> {
    text_at(node, path).map(|text| text == "true")
}

/// A value on one line: the scalars of a list, the range of each pool.
fn shown(node: &Node) -> String {
    match &node.value {
        Value::Seq(items) => {
            let item = |item: &Node| scalar(item).or_else(|| text_at(item, "cidr"));
            items.iter().filter_map(item).collect::<Vec<_>>().join(", ")
        }
        _ => scalar(node).unwrap_or_default(),
    }
}

/// The arguments of a cloud-controller-manager, as a list, a map, or the text of a list.
fn arguments(node: &Node) -> Vec<(String, String)> {
    let argument = |text: &str| {
        let bare = text.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
        let (name, value) = bare.split_once('=').unwrap_or((bare, "true"));
        Some((name.strip_prefix("--")?.to_owned(), value.to_owned()))
    };
    match &node.value {
        Value::Seq(items) => {
            items.iter().filter_map(scalar).filter_map(|it| argument(&it)).collect()
        }
        Value::Map(map) => map
            .iter()
            .filter_map(|entry| Some((entry.key.clone(), scalar(&entry.value)?)))
            .collect(),
        Value::String(text) => text.lines().filter_map(argument).collect(),
        _ => Vec::new(),
    }
}

/// The values of a chart that are about ranges, and the place of the first.
type Found = (Chart, Vec<(String, String)>, Span);

/// The values of each chart that are about ranges.
fn found(node: &Node) -> Vec<Found> {
    let span = |entry: &Entry| Span::new(entry.key_span.start, entry.value.span.end);
    let mut found = Vec::new();
    for (chart, paths) in VALUES {
        let entries: Vec<(&str, &Entry)> =
            paths.iter().filter_map(|path| Some((*path, at(node, path)?))).collect();
        // These alone tell nothing of ranges.
        let tells = |(path, _): &(&str, &Entry)| {
            !["networking.enabled", "installation.cni.ipam.type"].contains(path)
        };
        if let Some((_, first)) = entries.first().filter(|_| entries.iter().any(tells)) {
            let values = entries.iter().map(|(path, it)| ((*path).to_owned(), shown(&it.value)));
            found.push((chart, values.collect(), span(first)));
        }
    }
    let repository = text_at(node, "image.repository").unwrap_or_default();
    let is_cloud = repository.ends_with("cloud-controller-manager");
    let own = node.entry("args").filter(|_| is_cloud);
    if let Some(entry) = node.entry("controllerExtraArgs").or(own) {
        let all = arguments(&entry.value).into_iter();
        let ranges = all.filter(|(name, _)| RANGES.contains(&&**name));
        let values: Vec<_> = ranges.map(|(name, value)| (format!("--{name}"), value)).collect();
        let is_known = found.iter().any(|(chart, ..)| is_of_cloud(*chart));
        if !is_known || !values.is_empty() {
            found.push((Chart::Cloud, values, span(entry)));
        }
    }
    found
}

const fn is_of_cloud(chart: Chart) -> bool {
    !matches!(chart, Chart::Cilium | Chart::Calico | Chart::Flannel)
}

/// The only family of Pods, where a plugin gives them one.
fn only_family(chart: Chart, node: &Node) -> Option<(Family, &'static str)> {
    match chart {
        Chart::Cilium => {
            let v4 = is_true(node, "ipv4.enabled").unwrap_or(true);
            let v6 = is_true(node, "ipv6.enabled").unwrap_or(false);
            match (v4, v6) {
                (true, false) => Some((Family::V4, "`ipv6.enabled`")),
                (false, true) => Some((Family::V6, "`ipv4.enabled`")),
                _ => None,
            }
        }
        Chart::Flannel => {
            let v4 = text_at(node, "podCidr").is_none_or(|it| !it.is_empty());
            let v6 = text_at(node, "podCidrv6").is_some_and(|it| !it.is_empty());
            match (v4, v6) {
                (true, false) => Some((Family::V4, "`podCidrv6`")),
                (false, true) => Some((Family::V6, "`podCidr`")),
                _ => None,
            }
        }
        Chart::Calico => {
            let pools = at(node, "installation.calicoNetwork.ipPools")?;
            let ranges = shown(&pools.value);
            let families: Vec<Family> = ranges
                .split(", ")
                .filter_map(parse_cidr)
                .map(|it| Cidr::new(it.net).family())
                .collect();
            let first = *families.first()?;
            families.iter().all(|it| *it == first).then_some((first, "`ipPools`"))
        }
        _ => None,
    }
}

/// What the values mean for the Nodes of a cluster, and so for the four programs.
fn meaning(chart: Chart, node: &Node) -> Text {
    const OWN_POOLS: Text = Text {
        en: "Pods get their addresses from pools of the network plugin, not from `spec.podCIDRs` of their Nodes, which kube-controller-manager allocates from `--cluster-cidr`. That is not simulated: here Pods get addresses from `spec.podCIDRs`.",
        zh: "Pod 的地址来自网络插件的地址池，而不是来自其 Node 的 `spec.podCIDRs`（由 kube-controller-manager 从 `--cluster-cidr` 分配）。这不在模拟范围内：此处 Pod 的地址来自 `spec.podCIDRs`。",
    };
    const ELSEWHERE: Text = Text {
        en: "With this `ipam.mode` Pods get their addresses neither from a pool of these values nor from `spec.podCIDRs` of their Nodes. That is not simulated: here Pods get addresses from `spec.podCIDRs`.",
        zh: "使用此 `ipam.mode` 时，Pod 的地址既不来自这些值中的地址池，也不来自其 Node 的 `spec.podCIDRs`。这不在模拟范围内：此处 Pod 的地址来自 `spec.podCIDRs`。",
    };
    const OF_NODES: Text = Text {
        en: "Pods get their addresses from `spec.podCIDRs` of their Nodes, which kube-controller-manager allocates from its `--cluster-cidr` with `--allocate-node-cidrs=true`.",
        zh: "Pod 的地址来自其 Node 的 `spec.podCIDRs`，由 kube-controller-manager 在 `--allocate-node-cidrs=true` 时从其 `--cluster-cidr` 分配。",
    };
    const FLANNEL: Text = Text {
        en: "Pods get their addresses from `spec.podCIDRs` of their Nodes, which kube-controller-manager allocates from its `--cluster-cidr` with `--allocate-node-cidrs=true`; flannel refuses a Node whose ranges lie outside of these values.",
        zh: "Pod 的地址来自其 Node 的 `spec.podCIDRs`，由 kube-controller-manager 在 `--allocate-node-cidrs=true` 时从其 `--cluster-cidr` 分配；如果 Node 的范围不在这些值之内，flannel 会拒绝该 Node。",
    };
    const CLOUD_ALLOCATES: Text = Text {
        en: "They become flags of cloud-controller-manager, which allocates `spec.podCIDRs` of Nodes itself; kube-controller-manager must then run with `--allocate-node-cidrs=false`. That is not simulated.",
        zh: "它们会成为云控制器管理器的标志，由它自行分配 Node 的 `spec.podCIDRs`；此时 kube-controller-manager 必须以 `--allocate-node-cidrs=false` 运行。这不在模拟范围内。",
    };
    const CLOUD_ROUTES: Text = Text {
        en: "They become flags of cloud-controller-manager, which makes routes to the Nodes; `spec.podCIDRs` of Nodes are allocated by kube-controller-manager from its own `--cluster-cidr`.",
        zh: "它们会成为云控制器管理器的标志，用于创建到 Node 的路由；Node 的 `spec.podCIDRs` 由 kube-controller-manager 从自己的 `--cluster-cidr` 分配。",
    };
    const NO_NETWORKING: Text = Text {
        en: "Without `networking.enabled: true` cloud-controller-manager does not get the range either.",
        zh: "没有 `networking.enabled: true` 时，云控制器管理器也不会得到该范围。",
    };
    match chart {
        Chart::Cilium => match text_at(node, "ipam.mode").as_deref() {
            Some("kubernetes") => OF_NODES,
            None | Some("cluster-pool") => OWN_POOLS,
            _ => ELSEWHERE,
        },
        Chart::Calico => match text_at(node, "installation.cni.ipam.type").as_deref() {
            Some("HostLocal") => OF_NODES,
            _ => OWN_POOLS,
        },
        Chart::Flannel => FLANNEL,
        Chart::Azure => {
            match is_true(node, "cloudControllerManager.allocateNodeCidrs").unwrap_or(true) {
                true => CLOUD_ALLOCATES,
                false => CLOUD_ROUTES,
            }
        }
        Chart::Linode if is_true(node, "enableNodeIPAM") == Some(true) => CLOUD_ALLOCATES,
        Chart::Hetzner if is_true(node, "networking.enabled") != Some(true) => NO_NETWORKING,
        Chart::Linode | Chart::Hetzner | Chart::Cloud => CLOUD_ROUTES,
    }
}

/// What the values of each chart come to that is known here and has ranges.
pub(super) fn read(node: &Node) -> Vec<Values> {
    found(node).into_iter().map(|found| told(node, found)).collect()
}

fn told(node: &Node, (chart, values, span): Found) -> Values {
    let name = match chart {
        Chart::Cilium => "Cilium",
        Chart::Calico => "Calico",
        Chart::Flannel => "flannel",
        _ => "cloud-controller-manager",
    };
    let list = |en: bool| {
        let value = |(path, value): &(String, String)| match (path.strip_prefix("--"), en) {
            (Some(_), _) => format!("`{path}={value}`"),
            (_, true) => format!("`{path}` is `{value}`"),
            (_, false) => format!("`{path}` 为 `{value}`"),
        };
        values.iter().map(value).collect::<Vec<_>>().join(if en { ", " } else { "、" })
    };
    let (mut en, mut zh) = match values.is_empty() {
        true => (format!("Values of the {name} chart."), format!("{name} chart 的值。")),
        false => (
            format!("Values of the {name} chart: {}.", list(true)),
            format!("{name} chart 的值：{}。", list(false)),
        ),
    };
    let meaning = meaning(chart, node);
    en += " They set no flag of kube-apiserver, kube-controller-manager, kube-proxy or kubelet. ";
    en += meaning.en;
    zh += "它们不设置 kube-apiserver、kube-controller-manager、kube-proxy 或 kubelet 的任何标志。";
    zh += meaning.zh;
    if let Some((family, why)) = only_family(chart, node) {
        let switch = if family == Family::V4 { "ipv4" } else { "ipv6" };
        en += &format!(
            " By {why} Pods get {family} addresses only; here the line `# network plugin: {switch}` says so."
        );
        zh += &format!(
            "按 {why}，Pod 只得到 {family} 地址；在此用一行 `# network plugin: {switch}` 表示。"
        );
    }
    Values { span, en, zh }
}
