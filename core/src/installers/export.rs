//! Which config makes kubeadm or kind install the cluster of a text of flags?
//!
//! Invariant: what the config cannot say stands in it as a comment.

use crate::api::scalar::{Plain, is_base_60, resolve};
use crate::cluster::nodes;
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::version::{KubeVersion, Versions};
use crate::source::flags::Component::{
    self, KubeApiserver, KubeControllerManager, KubeProxy, Kubelet,
};
use crate::source::flags::table::{
    self, ADVERTISE_ADDRESS, ALLOCATE_NODE_CIDRS, BIND_ADDRESS, CLUSTER_CIDR, FEATURE_GATES, Kind,
    NODE_IP, PROXY_MODE, SECURE_PORT, SERVICE_CLUSTER_IP_RANGE,
};
use crate::source::flags::{Flag, FlagsText};

/// The API versions of kubeadm that a config is written in.
const V1BETA4: Versions = Versions::since(31);
const V1BETA3: Versions = Versions::between(22, 30);
/// The releases in which kubeadm sets kube-proxy's mode.
const SETS_PROXY_MODE: Versions = Versions::since(37);
/// kube-apiserver's default range, which is not kubeadm's.
const DEFAULT_RANGE: &str = "10.0.0.0/24";

/// A flag with its last value.
type Pair = (String, String);

/// The flags of a component on a node; of repeated ones the last, at the place of the first.
fn pairs<'a>(flags: impl Iterator<Item = &'a Flag>) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    for flag in flags {
        let value = flag.value.clone().unwrap_or_else(|| "true".to_owned());
        match found.iter_mut().find(|(name, _)| *name == flag.name) {
            Some(known) => known.1 = value,
            None => found.push((flag.name.clone(), value)),
        }
    }
    found
}

fn take(pairs: &mut Vec<Pair>, name: &str) -> Option<String> {
    let at = pairs.iter().position(|(known, _)| known == name)?;
    Some(pairs.remove(at).1)
}

/// The flags that make a cluster.
struct Cluster {
    apiserver: Vec<Pair>,
    manager: Vec<Pair>,
    proxy: Vec<Pair>,
    /// Of kubelets whose node has no name.
    kubelet: Vec<Pair>,
    /// Named nodes.
    nodes: Vec<(String, Vec<Pair>)>,
    /// What kubeadm cannot say.
    comments: Vec<String>,
}

impl Cluster {
    fn of(flags: &FlagsText, text: &str) -> Self {
        let of = |component: Component| pairs(flags.of(component));
        let mut comments = Vec::new();
        let sections = || flags.sections.iter();
        let names: Vec<(Component, Vec<String>, &[Flag])> = sections()
            .map(|it| (it.component, nodes::names(it, text), it.flags.as_slice()))
            .collect();
        let unnamed = |component: Component| {
            let own = names.iter().filter(move |it| it.0 == component && it.1.is_empty());
            pairs(own.flat_map(|it| it.2))
        };
        let named = nodes::nodes(flags, text).into_iter().filter(|it| {
            it.named_at.is_some() || names.iter().any(|own| own.1.contains(&it.name.to_string()))
        });
        let mut found = Vec::new();
        let mut proxy = unnamed(KubeProxy);
        for node in named {
            let own = names.iter().filter(|it| it.1.iter().any(|name| **name == *node.name));
            found.push((
                node.name.to_string(),
                pairs(own.clone().filter(|it| it.0 == Kubelet).flat_map(|it| it.2)),
            ));
            // All nodes have one config of kube-proxy.
            for flag in own.filter(|it| it.0 == KubeProxy).flat_map(|it| it.2) {
                let value = flag.value.clone().unwrap_or_else(|| "true".to_owned());
                match proxy.iter().find(|(name, _)| *name == flag.name) {
                    Some((_, known)) if *known == value => {}
                    Some(_) => comments
                        .push(format!("kube-proxy on {}: --{}={value}", node.name, flag.name)),
                    None => proxy.push((flag.name.clone(), value)),
                }
            }
        }
        let kubelet = unnamed(Kubelet);
        let (apiserver, manager) = (of(KubeApiserver), of(KubeControllerManager));
        Self { apiserver, manager, proxy, kubelet, nodes: found, comments }
    }

    /// The family of kube-apiserver's address.
    fn family(&self) -> Family {
        let address = self.apiserver.iter().find(|(name, _)| name == ADVERTISE_ADDRESS);
        let address = address.and_then(|(_, value)| parse_ip(value));
        address.map_or(Family::V4, |read| Family::of(read.ip))
    }
}

/// A scalar as YAML reads it back.
fn yaml(value: &str) -> String {
    let is_word = |char: char| char.is_ascii_alphanumeric() || "-_./".contains(char);
    let is_plain = !value.is_empty()
        && value.chars().all(is_word)
        && !value.starts_with('-')
        && resolve(value) == Plain::Text
        && !is_base_60(value);
    if is_plain { value.to_owned() } else { crate::api::go_json(&value.into()) }
}

/// Lines of YAML.
#[derive(Default)]
struct Lines(String);

impl Lines {
    fn line(&mut self, indent: usize, words: &[&str]) {
        self.0.extend(std::iter::repeat_n(' ', indent));
        words.iter().for_each(|word| self.0.push_str(word));
        self.0.push('\n');
    }

    fn field(&mut self, indent: usize, name: &str, value: &str) {
        self.line(indent, &[name, ": ", &yaml(value)]);
    }

    fn document(&mut self, version: &str, kind: &str) {
        if !self.0.is_empty() {
            self.0.push_str("---\n");
        }
        self.line(0, &["apiVersion: ", version]);
        self.line(0, &["kind: ", kind]);
    }

    /// Extra arguments, as a list or as a map.
    fn args(&mut self, indent: usize, name: &str, args: &[Pair], is_list: bool) {
        if args.is_empty() {
            return;
        }
        self.line(indent, &[name, ":"]);
        for (flag, value) in args {
            if is_list {
                self.line(indent, &["- name: ", &yaml(flag)]);
                self.line(indent, &["  value: ", &yaml(value)]);
            } else {
                self.line(indent + 2, &[&yaml(flag), ": ", &yaml(value)]);
            }
        }
    }

    fn gates(&mut self, gates: &str) {
        self.line(0, &["featureGates:"]);
        for gate in gates.split(',').filter(|it| !it.is_empty()) {
            let (name, value) = gate.split_once('=').unwrap_or((gate, "true"));
            self.line(2, &[name.trim(), ": ", value.trim()]);
        }
    }
}

/// KubeProxyConfiguration; `defaults` are what kubeadm sets without one.
fn proxy_document(lines: &mut Lines, cluster: &mut Cluster, defaults: &[Pair]) {
    let mut flags = cluster.proxy.clone();
    flags.retain(|pair| !defaults.contains(pair));
    for (name, value) in defaults {
        if !cluster.proxy.iter().any(|(known, _)| known == name) {
            cluster
                .comments
                .push(format!("kube-proxy gets --{name}={value}, which it does not have now"));
        }
    }
    let is_known = |(name, _): &Pair| {
        let spec = table::find(KubeProxy, name);
        name == FEATURE_GATES || spec.is_some_and(|spec| !spec.field.is_empty())
    };
    for (name, value) in flags.iter().filter(|it| !is_known(it)) {
        cluster.comments.push(format!("kube-proxy: --{name}={value}"));
    }
    flags.retain(is_known);
    if flags.is_empty() {
        return;
    }
    lines.document("kubeproxy.config.k8s.io/v1alpha1", "KubeProxyConfiguration");
    let mut open = "";
    for spec in table::of(KubeProxy).filter(|spec| !spec.field.is_empty()) {
        let Some(value) = take(&mut flags, spec.name) else { continue };
        let (parent, name) = spec.field.rsplit_once('.').unwrap_or(("", spec.field));
        let indent = if parent.is_empty() { 0 } else { 2 };
        if parent != open && !parent.is_empty() {
            lines.line(0, &[parent, ":"]);
        }
        open = parent;
        if spec.kind == Kind::Slice {
            lines.line(indent, &[name, ":"]);
            value.split(',').for_each(|item| lines.line(indent, &["- ", &yaml(item)]));
        } else {
            lines.field(indent, name, &value);
        }
    }
    if let Some(gates) = take(&mut flags, FEATURE_GATES) {
        lines.gates(&gates);
    }
}

/// The config with which `kubeadm init`, and `kubeadm join` on further nodes, installs the cluster of these flags.
/// `text` is what the flags were read from.
#[must_use]
pub fn kubeadm(flags: &FlagsText, text: &str, release: KubeVersion) -> String {
    let mut cluster = Cluster::of(flags, text);
    let (api, is_list) = if V1BETA4.contains(release) {
        ("kubeadm.k8s.io/v1beta4", true)
    } else if V1BETA3.contains(release) {
        ("kubeadm.k8s.io/v1beta3", false)
    } else {
        ("kubeadm.k8s.io/v1beta2", false)
    };
    let mut lines = Lines::default();
    let family = cluster.family();
    let service = take(&mut cluster.apiserver, SERVICE_CLUSTER_IP_RANGE);
    let service = service.unwrap_or_else(|| DEFAULT_RANGE.to_owned());
    let advertise = take(&mut cluster.apiserver, ADVERTISE_ADDRESS);
    let port = take(&mut cluster.apiserver, SECURE_PORT);
    let pods = take(&mut cluster.manager, CLUSTER_CIDR).filter(|it| !it.is_empty());
    if pods.is_some() {
        // What kubeadm sets by itself is only written where it is something else.
        let set =
            [(ALLOCATE_NODE_CIDRS, "true", "false"), (SERVICE_CLUSTER_IP_RANGE, &*service, "")];
        for (name, own, unset) in set {
            match cluster.manager.iter().position(|(known, _)| known == name) {
                Some(at) if cluster.manager[at].1 == own => drop(cluster.manager.remove(at)),
                Some(_) => {}
                None => cluster.manager.push((name.to_owned(), unset.to_owned())),
            }
        }
    }
    // A kubelet without a name speaks for every node: what the config of the kubelet cannot say, each node gets.
    let mut common = cluster.kubelet.clone();
    let max_pods = take(&mut common, "max-pods");
    let gates = take(&mut common, FEATURE_GATES);
    let mut members: Vec<(Option<String>, Vec<Pair>)> =
        cluster.nodes.iter().map(|(name, own)| (Some(name.clone()), own.clone())).collect();
    if members.is_empty() {
        members.push((None, Vec::new()));
    }
    for (_, own) in &mut members {
        let more = common.iter().filter(|(name, _)| !own.iter().any(|(known, _)| known == name));
        let more: Vec<Pair> = more.cloned().collect();
        own.splice(0..0, more);
    }
    for (number, (name, own)) in members.iter().enumerate() {
        let kind = if number == 0 { "InitConfiguration" } else { "JoinConfiguration" };
        lines.document(api, kind);
        if number == 0 && (advertise.is_some() || port.is_some()) {
            lines.line(0, &["localAPIEndpoint:"]);
            if let Some(address) = &advertise {
                lines.field(2, "advertiseAddress", address);
            }
            if let Some(port) = &port {
                lines.line(2, &["bindPort: ", port]);
            }
        }
        if number > 0 {
            // Without it `kubeadm join` does not start.
            lines.line(0, &["discovery:"]);
            lines.line(2, &["bootstrapToken:"]);
            let host = advertise.as_deref().unwrap_or("192.0.2.10");
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            let port = port.as_deref().unwrap_or("6443");
            lines.field(4, "apiServerEndpoint", &[&host, ":", port].concat());
            lines.field(4, "token", "abcdef.0123456789abcdef");
            lines.line(4, &["unsafeSkipCAVerification: true"]);
        }
        if name.is_some() || !own.is_empty() {
            lines.line(0, &["nodeRegistration:"]);
            if let Some(name) = name {
                lines.field(2, "name", name);
            }
            lines.args(2, "kubeletExtraArgs", own, is_list);
        }
    }
    lines.document(api, "ClusterConfiguration");
    lines.line(0, &["kubernetesVersion: v", &release.to_string(), ".0"]);
    lines.line(0, &["networking:"]);
    lines.field(2, "serviceSubnet", &service);
    if let Some(pods) = &pods {
        lines.field(2, "podSubnet", pods);
    }
    for (name, args) in [("apiServer", &cluster.apiserver), ("controllerManager", &cluster.manager)]
    {
        if !args.is_empty() {
            lines.line(0, &[name, ":"]);
            lines.args(2, "extraArgs", args, is_list);
        }
    }
    let bind = if family == Family::V6 { "::" } else { "0.0.0.0" };
    let mut defaults = vec![(BIND_ADDRESS.to_owned(), bind.to_owned())];
    defaults.extend(pods.map(|pods| (CLUSTER_CIDR.to_owned(), pods)));
    if SETS_PROXY_MODE.contains(release) {
        defaults.push((PROXY_MODE.to_owned(), "iptables".to_owned()));
    }
    proxy_document(&mut lines, &mut cluster, &defaults);
    if max_pods.is_some() || gates.is_some() {
        lines.document("kubelet.config.k8s.io/v1beta1", "KubeletConfiguration");
        if let Some(max_pods) = max_pods {
            lines.line(0, &["maxPods: ", &max_pods]);
        }
        if let Some(gates) = gates {
            lines.gates(&gates);
        }
    }
    with_comments(lines.0, &cluster.comments, "kubeadm")
}

/// What the config does not say, above it.
fn with_comments(text: String, comments: &[String], tool: &str) -> String {
    let mut out = String::new();
    for comment in comments {
        out.push_str(&format!("# Not said to {tool}: {comment}\n"));
    }
    out + &text
}

/// The config with which kind creates a cluster like that of these flags. kind picks the addresses of the nodes.
/// `text` is what the flags were read from.
#[must_use]
pub fn kind(flags: &FlagsText, text: &str, release: KubeVersion) -> String {
    let mut cluster = Cluster::of(flags, text);
    let service = take(&mut cluster.apiserver, SERVICE_CLUSTER_IP_RANGE);
    let service = service.unwrap_or_else(|| DEFAULT_RANGE.to_owned());
    let pods = take(&mut cluster.manager, CLUSTER_CIDR).filter(|it| !it.is_empty());
    let families = |list: &str| -> Vec<Family> {
        let read = list.split(',').filter_map(parse_cidr);
        read.map(|it| Cidr::new(it.net).unmapped().family()).collect()
    };
    let mut kubelets: Vec<&mut Vec<Pair>> = vec![&mut cluster.kubelet];
    kubelets.extend(cluster.nodes.iter_mut().map(|(_, own)| own));
    let mut addresses = Vec::new();
    for own in kubelets {
        addresses.extend(take(own, NODE_IP));
    }
    let node_families: Vec<Vec<Family>> = addresses
        .iter()
        .map(|it| it.split(',').filter_map(parse_ip).map(|it| Family::of(it.ip)).collect())
        .collect();
    let all = [families(&service), families(pods.as_deref().unwrap_or_default())];
    let is_mixed = all.concat().iter().any(|it| Some(it) != all[0].first());
    let is_dual = is_mixed || node_families.iter().any(|it| it.len() > 1);
    let first = all[0].first().copied().unwrap_or(Family::V4);
    let family = match (is_dual, first) {
        (true, _) => "dual",
        (_, Family::V4) => "ipv4",
        (_, Family::V6) => "ipv6",
    };
    let mut lines = Lines::default();
    lines.document("kind.x-k8s.io/v1alpha4", "Cluster");
    let names: Vec<&str> = cluster.nodes.iter().map(|(name, _)| name.as_str()).collect();
    let named = kind_names(&names);
    if let Some((name, _)) = named.as_ref().filter(|(name, _)| *name != KIND) {
        lines.field(0, "name", name);
    }
    let roles = named.map(|(_, roles)| roles).unwrap_or_else(|| {
        let roles: Vec<&str> =
            (0..names.len()).map(|at| if at == 0 { CONTROL_PLANE } else { WORKER }).collect();
        for (at, (name, role)) in names.iter().zip(&roles).enumerate() {
            let becomes = [KIND, "-", role, &number(at.max(1))].concat();
            let lost = format!("the node is called {name}; kind calls it {becomes}");
            cluster.comments.push(lost);
        }
        roles
    });
    lines.line(0, &["networking:"]);
    lines.field(2, "ipFamily", family);
    if let Some(pods) = &pods {
        lines.field(2, "podSubnet", pods);
    }
    lines.field(2, "serviceSubnet", &service);
    let mode = take(&mut cluster.proxy, PROXY_MODE).filter(|it| !it.is_empty());
    if let Some(mode) = mode.filter(|mode| mode != "iptables") {
        lines.field(2, "kubeProxyMode", &mode);
    }
    // What kind and kubeadm set by themselves.
    take(&mut cluster.apiserver, ADVERTISE_ADDRESS);
    take(&mut cluster.proxy, BIND_ADDRESS);
    take(&mut cluster.proxy, CLUSTER_CIDR);
    for (name, own) in [(ALLOCATE_NODE_CIDRS, "true"), (SERVICE_CLUSTER_IP_RANGE, &*service)] {
        cluster.manager.retain(|(known, value)| known != name || value != own);
    }
    let gates = take(&mut cluster.apiserver, FEATURE_GATES);
    if let Some(gates) = &gates {
        let is_it = |pair: &Pair| pair.0 == FEATURE_GATES && pair.1 == *gates;
        for args in [&mut cluster.manager, &mut cluster.proxy, &mut cluster.kubelet] {
            args.retain(|pair| !is_it(pair));
        }
        lines.gates(gates);
    }
    if cluster.nodes.len() > 1 {
        lines.line(0, &["nodes:"]);
        for role in &roles {
            lines.line(0, &["- role: ", role]);
        }
    }
    // The rest goes to kubeadm as a patch.
    let is_list = kind_is_list(release);
    let mut patch = Lines::default();
    for (name, args) in [("apiServer", &cluster.apiserver), ("controllerManager", &cluster.manager)]
    {
        if !args.is_empty() {
            patch.line(4, &[name, ":"]);
            patch.args(6, "extraArgs", args, is_list);
        }
    }
    let mut patches = Vec::new();
    if !patch.0.is_empty() {
        patches.push(("ClusterConfiguration", patch));
    }
    let mut common = cluster.kubelet.clone();
    common.retain(|(name, _)| name != NODE_IP);
    for kind in ["InitConfiguration", "JoinConfiguration"] {
        if !common.is_empty() && (kind == "InitConfiguration" || cluster.nodes.len() > 1) {
            let mut patch = Lines::default();
            patch.line(4, &["nodeRegistration:"]);
            patch.args(6, "kubeletExtraArgs", &common, is_list);
            patches.push((kind, patch));
        }
    }
    if !patches.is_empty() {
        lines.line(0, &["kubeadmConfigPatches:"]);
        for (kind, patch) in patches {
            lines.line(0, &["- |"]);
            lines.line(2, &["kind: ", kind]);
            lines.0.push_str(&patch.0.replace("\n    ", "\n  ").replacen("    ", "  ", 1));
        }
    }
    for (name, value) in &cluster.proxy {
        cluster.comments.push(format!("kube-proxy: --{name}={value}"));
    }
    for (node, own) in &cluster.nodes {
        for (name, value) in own {
            cluster.comments.push(format!("kubelet on {node}: --{name}={value}"));
        }
    }
    with_comments(lines.0, &cluster.comments, "kind")
}

/// kind's name for a cluster without one, and its roles.
const KIND: &str = "kind";
const CONTROL_PLANE: &str = "control-plane";
const WORKER: &str = "worker";

/// What kind puts behind the name of the n-th node of a role.
fn number(n: usize) -> String {
    if n > 1 { n.to_string() } else { String::new() }
}

/// The name of the cluster and the roles of the nodes with which kind gives the nodes these names, if there are such.
/// Source: sigs.k8s.io/kind pkg/cluster/internal/providers/common/namer.go MakeNodeNamer.
fn kind_names<'t>(names: &[&'t str]) -> Option<(&'t str, Vec<&'static str>)> {
    let (cluster, _) = names.first()?.rsplit_once("-control-plane")?;
    let mut counts = [0, 0];
    let roles = names.iter().map(|name| {
        let behind = name.strip_prefix(cluster)?.strip_prefix('-')?;
        let at = usize::from(behind.starts_with(WORKER));
        let role = [CONTROL_PLANE, WORKER][at];
        counts[at] += 1;
        (behind.strip_prefix(role)? == number(counts[at])).then_some(role)
    });
    let roles = roles.collect::<Option<Vec<_>>>()?;
    (!cluster.is_empty()).then_some((cluster, roles))
}

/// Whether the kubeadm config that kind writes has lists of extra arguments.
fn kind_is_list(release: KubeVersion) -> bool {
    const LISTS: Versions = Versions::since(36);
    LISTS.contains(release)
}
