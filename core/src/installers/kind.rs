//! Does kind accept a `Cluster`, and what does it have kubeadm install? Rules KIND.
//! Source: sigs.k8s.io/kind pkg/internal/apis/config (default.go, validate.go, encoding/load.go),
//! pkg/cluster/internal/create/actions/config/config.go, pkg/cluster/internal/kubeadm/config.go.

use std::net::IpAddr;

use super::kubeadm::{self, Arg, Member, Setup, leave_out};
use super::sheet::{Fields, Given, Sheet, facts_of, scalar};
use crate::api::quote;
use crate::apiserver::startup::{MACHINE_V4, MACHINE_V6};
use crate::explain::diagnostic::Program;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::go_parse::{SloppyCidr, parse_cidr};
use crate::net::{Cidr, Family};
use crate::release::version::{KubeVersion, Versions};
use crate::rules;
use crate::source::flags::table::{FEATURE_GATES, NODE_IP, PROXY_MODE};
use crate::source::span::Span;
use crate::source::yaml::{self, Document, Entry, Node, Value};

pub use super::export::kind as export;

rules! {
    /// A field of the config.
    FIELD_SETS_FLAG {
        id: "KIND-2a", slug: "kind-field-sets-flag",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/cluster/internal/kubeadm/config.go",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "kind writes {field} into its kubeadm config, which sets {flag} of {component}.",
        zh: "kind 将 {field} 写入其 kubeadm 配置，由此设置 {component} 的 {flag}。",
    }
    /// A field that is not set.
    DEFAULT_SETS_FLAG {
        id: "KIND-2b", slug: "kind-default-sets-flag",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/internal/apis/config/default.go SetDefaultsCluster",
        evidence: SourceRead,
        facts: [flag, component, field, value],
        en: "{field} is not set: by `networking.ipFamily` kind uses {value}, which sets {flag} of {component}.",
        zh: "{field} 未设置：kind 按 `networking.ipFamily` 使用 {value}，由此设置 {component} 的 {flag}。",
    }
    /// The addresses of a node.
    NODE_ADDRESSES_ARE_THE_CONTAINERS {
        id: "KIND-2c", slug: "kind-node-ip-is-the-containers",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/cluster/internal/create/actions/config/config.go getKubeadmConfig",
        evidence: SourceRead,
        fidelity: Fidelity::Chosen(Text {
            en: "Docker picks the addresses; here they are those of the simulated machines.",
            zh: "地址由 Docker 选取；此处使用模拟机器的地址。",
        }),
        facts: [flag, component, value],
        en: "kind sets {flag} of {component} to {value}, from the addresses of the node’s container; with both families, that of the first Service CIDR is first.",
        zh: "kind 根据节点容器的地址将 {component} 的 {flag} 设为 {value}；两个地址族都有时，第一个 Service CIDR 的地址族在前。",
    }
    /// A family that is none.
    FAMILY_IS_INVALID {
        id: "KIND-1a", slug: "kind-ip-family-is-invalid",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/internal/apis/config/validate.go Validate",
        evidence: SourceRead,
        facts: [field, value],
        en: "{field} is `ipv4`, `ipv6` or `dual`, in small letters; here it is {value}.",
        zh: "{field} 是 `ipv4`、`ipv6` 或 `dual`，须小写；此处是 {value}。",
    }
    /// No subnet.
    SUBNET_DOES_NOT_PARSE {
        id: "KIND-1b", slug: "kind-subnet-does-not-parse",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/internal/apis/config/validate.go validateSubnets",
        evidence: Recorded,
        facts: [field, value],
        en: "{value} in {field} is not a CIDR. Neither whitespace nor leading zeros are accepted.",
        zh: "{field} 中的 {value} 不是 CIDR。不接受空白和前导零。",
    }
    /// A number of subnets, or families, that do not fit.
    SUBNETS_DO_NOT_FIT_FAMILY {
        id: "KIND-1c", slug: "kind-subnets-do-not-fit-ip-family",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/internal/apis/config/validate.go validateSubnets",
        evidence: Recorded,
        facts: [field, value],
        en: "{value} in {field} does not fit `networking.ipFamily`: `dual` accepts one CIDR, or one per address family; the others one of their own.",
        zh: "{field} 中的 {value} 与 `networking.ipFamily` 不符：`dual` 接受一个 CIDR，或每个地址族各一个；其他取值只接受本地址族的一个。",
    }
    /// Another value that kind refuses.
    VALUE_IS_INVALID {
        id: "KIND-1d", slug: "kind-value-is-invalid",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/internal/apis/config/validate.go Validate",
        evidence: SourceRead,
        facts: [field, value],
        en: "kind does not accept {value} as {field}.",
        zh: "kind 不接受 {field} 为 {value}。",
    }
    /// A field that the type does not have.
    FIELD_IS_UNKNOWN {
        id: "KIND-3", slug: "kind-field-is-unknown",
        versions: Versions::ALL,
        source: "sigs.k8s.io/kind pkg/internal/apis/config/encoding/load.go yamlUnmarshalStrict",
        evidence: SourceRead,
        facts: [field],
        en: "kind has no field {field}, and refuses a config with unknown fields.",
        zh: "kind 没有字段 {field}，并且会拒绝含未知字段的配置。",
    }
}

const IP_FAMILY: &str = "networking.ipFamily";
const POD_SUBNET: &str = "networking.podSubnet";
const SERVICE_SUBNET: &str = "networking.serviceSubnet";
/// In this release kind switches kubeadm's own gate on.
const SETS_GATE: Versions = Versions::between(20, 20);

/// The fields of kind's structures.
const KNOWN: [(&str, &str); 3] = [
    (
        "Cluster",
        "kind apiVersion name nodes networking featureGates runtimeConfig kubeadmConfigPatches \
         kubeadmConfigPatchesJSON6902 containerdConfigPatches containerdConfigPatchesJSON6902",
    ),
    (
        "Networking",
        "ipFamily apiServerPort apiServerAddress podSubnet serviceSubnet disableDefaultCNI kubeProxyMode dnsSearch",
    ),
    (
        "Node",
        "role image labels extraMounts extraPortMappings kubeadmConfigPatches kubeadmConfigPatchesJSON6902",
    ),
];

/// `networking` with its defaults.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Networking {
    /// `ipFamily`.
    pub ip_family: String,
    /// `podSubnet`.
    pub pod_subnet: String,
    /// `serviceSubnet`.
    pub service_subnet: String,
    /// `apiServerAddress`.
    pub api_server_address: String,
}

impl Networking {
    /// SetDefaultsCluster: what is empty gets its default.
    #[must_use]
    pub fn with_defaults(mut self) -> Self {
        let or = |value: &mut String, default: &str| {
            if value.is_empty() {
                default.clone_into(value);
            }
        };
        or(&mut self.ip_family, "ipv4");
        let [pods, services, address] = match &*self.ip_family {
            "ipv6" => ["fd00:10:244::/56", "fd00:10:96::/112", "::1"],
            "dual" => {
                ["10.244.0.0/16,fd00:10:244::/56", "10.96.0.0/16,fd00:10:96::/112", "127.0.0.1"]
            }
            _ => ["10.244.0.0/16", "10.96.0.0/16", "127.0.0.1"],
        };
        or(&mut self.pod_subnet, pods);
        or(&mut self.service_subnet, services);
        or(&mut self.api_server_address, address);
        self
    }

    /// What validation says of family and subnets, each with its rule and field.
    #[must_use]
    pub fn errors(&self) -> Vec<(String, &'static Rule, &'static str)> {
        let mut errors = Vec::new();
        let family = &*self.ip_family;
        if !["ipv4", "ipv6", "dual"].contains(&family) {
            errors.push((format!("invalid ipFamily: {family}"), &FAMILY_IS_INVALID, IP_FAMILY));
        }
        for (what, field, subnets) in [
            ("pod", POD_SUBNET, &self.pod_subnet),
            ("service", SERVICE_SUBNET, &self.service_subnet),
        ] {
            if let Some((why, rule)) = check_subnets(subnets, family) {
                errors.push((format!("invalid {what} subnet {why}"), rule, field));
            }
        }
        errors
    }
}

/// validateSubnets.
fn check_subnets(subnets: &str, family: &str) -> Option<(String, &'static Rule)> {
    let mut ranges: Vec<SloppyCidr> = Vec::new();
    for text in subnets.split(',') {
        match parse_cidr(text).filter(|read| !read.leading_zeros) {
            Some(read) => ranges.push(read),
            None => {
                let why = format!(
                    "failed to parse cidr value:{} with error: invalid CIDR address: {text}",
                    quote(text)
                );
                return Some((why, &SUBNET_DOES_NOT_PARSE));
            }
        }
    }
    let of = |range: &SloppyCidr| Cidr::new(range.net).unmapped().family();
    let is_dual = family == "dual";
    let pair =
        "expected one (IPv4 or IPv6) CIDR or two CIDRs from each family for dual-stack networking";
    let first = ranges.first().map(of);
    let why = match ranges.len() {
        3.. if is_dual => pair,
        2 if is_dual && of(&ranges[0]) == of(&ranges[1]) => pair,
        2.. if !is_dual => "only one CIDR allowed for single-stack networking",
        _ if family == "ipv4" && first == Some(Family::V6) => "expected IPv4 CIDR for IPv4 family",
        _ if family == "ipv6" && first == Some(Family::V4) => "expected IPv6 CIDR for IPv6 family",
        _ => return None,
    };
    Some((why.to_owned(), &SUBNETS_DO_NOT_FIT_FAMILY))
}

/// A node of the config.
struct KindNode {
    name: String,
    role: String,
    at: Span,
    is_control_plane: bool,
}

/// Reads a `Cluster`; kind reads the first document only.
pub(super) fn read(text: &str, documents: &[Document], release: KubeVersion, sheet: &mut Sheet) {
    let Some(document) = documents.first() else { return };
    let node = &document.node;
    let mut fields = Fields::new(text, None);
    let version = fields.take(node, "apiVersion");
    let kind = fields.take(node, "kind");
    let at = kind.or(version).map_or(document.span, |entry| fields.span(entry));
    let (kind, version) =
        (node.text_of("kind").unwrap_or_default(), node.text_of("apiVersion").unwrap_or_default());
    if version != "kind.x-k8s.io/v1alpha4" {
        let message = format!("unknown apiVersion: {version}");
        refuse(&VALUE_IS_INVALID, "apiVersion", version, message, Some(at), sheet);
        return;
    }
    if kind != "Cluster" {
        let message = format!("unknown kind {kind} for apiVersion: {version}");
        refuse(&VALUE_IS_INVALID, "kind", kind, message, Some(at), sheet);
        return;
    }
    if !check_fields(text, node, sheet) {
        return;
    }
    let name_entry = fields.take(node, "name").cloned();
    let networking = node.entry("networking").map(|entry| &entry.value);
    let mut given = |name: &str| -> Option<(String, Entry)> {
        let entry = fields.take(networking?, name)?;
        scalar(&entry.value).filter(|it| !it.is_empty()).map(|value| (value, entry.clone()))
    };
    let (family, pods, services) = (given("ipFamily"), given("podSubnet"), given("serviceSubnet"));
    let mode = given("kubeProxyMode");
    let value = |it: &Option<(String, Entry)>| it.as_ref().map_or("", |it| &*it.0).to_owned();
    let config = Networking {
        ip_family: value(&family),
        pod_subnet: value(&pods),
        service_subnet: value(&services),
        api_server_address: String::new(),
    }
    .with_defaults();
    let span_of = |it: &Option<(String, Entry)>| {
        it.as_ref().map(|(value, entry)| fields.inside(entry.value.span, value))
    };
    let name = name_entry.as_ref().and_then(|it| scalar(&it.value)).unwrap_or_default();
    let name = if name.is_empty() { "kind".to_owned() } else { name };
    let is_letter =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-".contains(&byte);
    if !name.bytes().all(is_letter) {
        let message = format!(
            "'{name}' is not a valid cluster name, cluster names must match `^[a-z0-9.-]+$`"
        );
        let span = name_entry.as_ref().map(|it| fields.span(it));
        refuse(&VALUE_IS_INVALID, "name", &name, message, span, sheet);
    }
    for (message, rule, field) in config.errors() {
        let (typed, value) = match field {
            IP_FAMILY => (&family, &config.ip_family),
            POD_SUBNET => (&pods, &config.pod_subnet),
            _ => (&services, &config.service_subnet),
        };
        let span = span_of(typed).or(span_of(&family)).unwrap_or(at);
        refuse(rule, field, value, message, Some(span), sheet);
    }
    let proxy_mode = mode.as_ref().map_or("iptables", |it| &*it.0);
    if !["iptables", "ipvs", "none", "nftables"].contains(&proxy_mode) {
        let message = format!("invalid kubeProxyMode: {proxy_mode}");
        let field = "networking.kubeProxyMode";
        refuse(&VALUE_IS_INVALID, field, proxy_mode, message, span_of(&mode), sheet);
    }
    let nodes = nodes(node, &name, at, &mut fields, sheet);
    if !sheet.refuses() {
        let wanted = |typed: &Option<(String, Entry)>, value: &str, field: &str| match typed {
            Some((value, entry)) => fields.given(entry, field, value.clone(), &FIELD_SETS_FLAG),
            None => {
                // The family decides about what is not set.
                let place = family.as_ref().map_or(at, |(_, entry)| fields.span(entry));
                missing(value, field, place, &DEFAULT_SETS_FLAG)
            }
        };
        let mut setup = Setup {
            service: Some(wanted(&services, &config.service_subnet, SERVICE_SUBNET)),
            pods: Some(wanted(&pods, &config.pod_subnet, POD_SUBNET)),
            cluster: Some(at),
            init: Some(at),
            has_proxy_config: true,
            no_proxy: proxy_mode == "none",
            ..Setup::default()
        };
        let proxy_mode = wanted(&mode, proxy_mode, "networking.kubeProxyMode");
        setup.proxy.push(Arg { name: PROXY_MODE.to_owned(), given: proxy_mode });
        if SETS_GATE.contains(release) {
            let field = "featureGates.IPv6DualStack";
            setup.gate = Some((true, missing("true", field, at, &FIELD_SETS_FLAG)));
        }
        set_gates(node, &mut fields, &mut setup);
        set_addresses(&config, &nodes, &mut setup);
        patch(node, &nodes, &mut fields, &mut setup, sheet);
        leave_out(document, &fields, sheet);
        sheet.speaker = Program::Kubeadm;
        setup.install(release, sheet);
    }
}

fn missing(value: &str, field: &str, place: Span, rule: &'static Rule) -> Given {
    let (value, field) = (value.to_owned(), field.to_owned());
    Given { value, field, span: place, value_span: place, rule }
}

fn refuse(
    rule: &'static Rule,
    field: &str,
    value: &str,
    message: String,
    span: Option<Span>,
    sheet: &mut Sheet,
) {
    let facts = facts_of(rule, |fact| if fact == "field" { field } else { value }.to_owned());
    sheet.refuse(rule, facts, message, span);
}

/// Unknown fields, as yaml.v3 says it.
fn check_fields(text: &str, node: &Node, sheet: &mut Sheet) -> bool {
    let look = |node: &Node, structure: &'static str| {
        let names = KNOWN.iter().find(|(known, _)| *known == structure).map_or("", |it| it.1);
        entries(node)
            .iter()
            .filter(|it| !names.split(' ').any(|name| name == it.key))
            .map(|it| (it.key.clone(), it.key_span, structure))
            .collect::<Vec<_>>()
    };
    let mut found = look(node, "Cluster");
    if let Some(networking) = node.entry("networking") {
        found.extend(look(&networking.value, "Networking"));
    }
    if let Some(Value::Seq(list)) = node.entry("nodes").map(|entry| &entry.value.value) {
        list.iter().for_each(|node| found.extend(look(node, "Node")));
    }
    let Some((_, first, _)) = found.first().cloned() else { return true };
    let lines: Vec<String> = found
        .iter()
        .map(|(key, span, structure)| {
            let line = text.get(..span.start).unwrap_or_default().matches('\n').count() + 1;
            format!("\n  line {line}: field {key} not found in type v1alpha4.{structure}")
        })
        .collect();
    let message = ["unable to decode config: yaml: unmarshal errors:", &lines.concat()].concat();
    let names: Vec<&str> = found.iter().map(|(key, ..)| key.as_str()).collect();
    refuse(&FIELD_IS_UNKNOWN, &names.join(", "), "", message, Some(first), sheet);
    false
}

fn entries(node: &Node) -> &[Entry] {
    match &node.value {
        Value::Map(map) => map,
        _ => &[],
    }
}

/// The nodes with the names of their containers.
fn nodes(
    node: &Node,
    cluster: &str,
    at: Span,
    fields: &mut Fields,
    sheet: &mut Sheet,
) -> Vec<KindNode> {
    let mut nodes: Vec<KindNode> = Vec::new();
    let list = match node.entry("nodes").map(|entry| &entry.value.value) {
        Some(Value::Seq(list)) => list.as_slice(),
        _ => &[],
    };
    for (number, item) in list.iter().enumerate() {
        let role = fields.take(item, "role").and_then(|entry| scalar(&entry.value));
        let role = role.filter(|it| !it.is_empty()).unwrap_or_else(|| "control-plane".to_owned());
        if role != "control-plane" && role != "worker" {
            let why = format!("{} is not a valid node role", quote(&role));
            let message = format!("invalid configuration for node {number}: {why}");
            refuse(&VALUE_IS_INVALID, "role", &role, message, Some(item.span), sheet);
        }
        let same = nodes.iter().filter(|it| it.role == role).count();
        let suffix = if same > 0 { (same + 1).to_string() } else { String::new() };
        let is_control_plane = role == "control-plane";
        let name = [cluster, "-", &role, &suffix].concat();
        nodes.push(KindNode { name, role, at: item.span, is_control_plane });
    }
    if list.is_empty() {
        let (role, name) = ("control-plane".to_owned(), [cluster, "-control-plane"].concat());
        nodes.push(KindNode { name, role, at, is_control_plane: true });
    }
    if !nodes.iter().any(|it| it.is_control_plane) {
        let message = "must have at least one control-plane node".to_owned();
        refuse(&VALUE_IS_INVALID, "nodes", "worker", message, Some(nodes[0].at), sheet);
    }
    nodes
}

/// `featureGates` goes to every component.
fn set_gates(node: &Node, fields: &mut Fields, setup: &mut Setup) {
    let Some(entry) = fields.take(node, "featureGates") else { return };
    let mut gates: Vec<String> = entries(&entry.value)
        .iter()
        .map(|it| [&it.key, "=", &scalar(&it.value).unwrap_or_default()].concat())
        .collect();
    if gates.is_empty() {
        return;
    }
    gates.sort_unstable();
    let given = fields.given(entry, "featureGates", gates.join(","), &FIELD_SETS_FLAG);
    setup.has_kubelet_config = true;
    for args in [&mut setup.apiserver, &mut setup.manager, &mut setup.proxy, &mut setup.kubelet] {
        args.push(Arg { name: FEATURE_GATES.to_owned(), given: given.clone() });
    }
}

/// `--node-ip` of each node; the first address of the first is the advertise address.
fn set_addresses(config: &Networking, nodes: &[KindNode], setup: &mut Setup) {
    let first = config.service_subnet.split(',').next().and_then(parse_cidr);
    let first = first.map_or(Family::V4, |it| Cidr::new(it.net).unmapped().family());
    let families = match &*config.ip_family {
        "ipv6" => vec![Family::V6],
        "dual" => vec![first, first.other()],
        _ => vec![Family::V4],
    };
    for (number, node) in nodes.iter().enumerate() {
        let address = |family: &Family| {
            let machine = match family {
                Family::V4 => IpAddr::V4(MACHINE_V4),
                Family::V6 => IpAddr::V6(MACHINE_V6),
            };
            from_bits(*family, to_bits(machine) + number as u128 + 1).unwrap_or(machine).to_string()
        };
        let addresses: Vec<String> = families.iter().map(address).collect();
        let rule = &NODE_ADDRESSES_ARE_THE_CONTAINERS;
        let given = missing(&addresses.join(","), IP_FAMILY, node.at, rule);
        if node.is_control_plane && setup.advertise.is_none() {
            setup.advertise = Some(given.with(addresses[0].clone(), rule));
        }
        let args = vec![Arg { name: NODE_IP.to_owned(), given }];
        setup.nodes.push(Member { name: Some(node.name.clone()), args, ..Member::default() });
    }
}

/// `kubeadmConfigPatches`: of the cluster, then of each node.
fn patch(
    node: &Node,
    nodes: &[KindNode],
    fields: &mut Fields,
    setup: &mut Setup,
    sheet: &mut Sheet,
) {
    const PATCHES: &str = "kubeadmConfigPatches";
    let mut read = |node: &Node, fields: &mut Fields| {
        let mut patch = Setup::default();
        let Some(Value::Seq(list)) = fields.take(node, PATCHES).map(|it| &it.value.value) else {
            return patch;
        };
        for item in list {
            let Value::String(text) = &item.value else { continue };
            for document in &yaml::parse(text).documents {
                let mut inner = Fields::new(text, Some(item.span));
                patch.read(document, &mut inner, None, sheet);
            }
        }
        patch
    };
    let of_cluster = read(node, fields);
    let first = nodes.iter().position(|it| it.is_control_plane).unwrap_or(0);
    setup.merge(of_cluster, |number| number == first);
    if let Some(Value::Seq(list)) = node.entry("nodes").map(|entry| &entry.value.value) {
        for (number, item) in list.iter().enumerate() {
            let of_node = read(item, fields);
            let members = of_node.nodes.into_iter().flat_map(|it| it.args);
            if let Some(member) = setup.nodes.get_mut(number) {
                kubeadm::override_with(&mut member.args, members.collect());
            }
        }
    }
}
