//! Do k3s and RKE2 accept their arguments or config file, and which flags do the components get? Rules K3S.
//! Source: k3s pkg/agent/run.go run, pkg/cli/server/server.go run, pkg/daemons/control/server.go,
//! pkg/daemons/agent/agent_linux.go, pkg/configfilearg/parser.go. RKE2 runs the same code.

use std::borrow::Cow;
use std::net::IpAddr;

use super::kubeadm::{Arg, set};
use super::sheet::{Given, Sheet, facts_of, scalar};
use super::words::{Word, commands};
use super::{Installed, Tool};
use crate::apiserver::startup::{MACHINE_V4, MACHINE_V6};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::facts;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::behavior::{Behavior, Gate};
use crate::release::version::{KubeVersion, Versions};
use crate::rules;
use crate::source::flags::Component::{KubeApiserver, KubeControllerManager, KubeProxy, Kubelet};
use crate::source::flags::table::{
    ADVERTISE_ADDRESS, ALLOCATE_NODE_CIDRS, CLOUD_PROVIDER, CLUSTER_CIDR, FEATURE_GATES, NODE_IP,
    PROXY_MODE, SERVICE_CLUSTER_IP_RANGE, SERVICE_NODE_PORT_RANGE,
};
use crate::source::span::Span;
use crate::source::yaml::{self, Entry, Node, Value};

rules! {
    /// An argument becomes a flag.
    ARGUMENT_SETS_FLAG {
        id: "K3S-2a", slug: "k3s-argument-sets-flag",
        versions: Versions::ALL,
        source: "k3s pkg/daemons/control/server.go apiServer, controllerManager; pkg/daemons/agent/agent_linux.go kubeProxyArgs",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "{field} sets {flag} of {component}.",
        zh: "{field} 设置 {component} 的 {flag}。",
    }
    /// An argument that is not given.
    DEFAULT_SETS_FLAG {
        id: "K3S-2b", slug: "k3s-default-sets-flag",
        versions: Versions::ALL,
        source: "k3s pkg/util/net.go GetDefaultAddresses",
        evidence: SourceRead,
        facts: [flag, component, field, value],
        en: "{field} is not set: by the address family of the node’s first address {value} is used for {flag} of {component}.",
        zh: "{field} 未设置：按节点第一个地址的地址族，{component} 的 {flag} 使用 {value}。",
    }
    /// What is always set.
    ALWAYS_SETS_FLAG {
        id: "K3S-2c", slug: "k3s-always-sets-flag",
        versions: Versions::ALL,
        source: "k3s pkg/daemons/control/server.go controllerManager; pkg/daemons/agent/agent_linux.go kubeProxyArgs, kubeletArgsAndConfig",
        evidence: SourceRead,
        facts: [flag, component, value],
        en: "k3s and RKE2 set {flag} of {component} to {value}, whatever the arguments.",
        zh: "无论参数如何，k3s 和 RKE2 都将 {component} 的 {flag} 设为 {value}。",
    }
    /// An argument for a component.
    COMPONENT_ARGUMENT_SETS_FLAG {
        id: "K3S-2d", slug: "k3s-component-argument-sets-flag",
        versions: Versions::ALL,
        source: "k3s pkg/util/args.go GetArgs",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "{field} passes {flag} on to {component}; it takes the place of what k3s would set.",
        zh: "{field} 将 {flag} 传给 {component}，取代 k3s 本来会设置的值。",
    }
    /// The node's addresses are not given.
    NODE_IP_IS_DETECTED {
        id: "K3S-2e", slug: "k3s-detects-node-ip",
        versions: Versions::ALL,
        source: "k3s pkg/util/net.go GetHostnameAndIPs",
        evidence: SourceRead,
        fidelity: Fidelity::Chosen(Text {
            en: "Each simulated machine has an address of both families.",
            zh: "每台模拟机器在两个地址族都有地址。",
        }),
        facts: [flag, component, value],
        en: "`node-ip` is not set: {flag} of {component} is {value}, the addresses of the default route.",
        zh: "`node-ip` 未设置：{component} 的 {flag} 是默认路由的地址 {value}。",
    }
    /// A pair that the kubelet needs a gate for.
    PAIR_GETS_A_GATE {
        id: "K3S-2f", slug: "k3s-sets-the-gate-for-a-pair",
        versions: Versions::between(27, 28),
        source: "k3s pkg/daemons/agent/agent_linux.go kubeletArgs",
        evidence: SourceRead,
        facts: [flag, component],
        en: "In this version k3s sets {flag} of {component}, so that `--node-ip` may be a pair beside `--cloud-provider=external`.",
        zh: "在此版本中，k3s 设置 {component} 的 {flag}，使 `--node-ip` 可以在 `--cloud-provider=external` 时指定一对地址。",
    }
    /// Two families here, one there.
    SERVICE_CIDR_DIFFERS {
        id: "K3S-1a", slug: "k3s-service-cidr-has-other-families",
        versions: Versions::ALL,
        source: "k3s pkg/agent/run.go run",
        evidence: Recorded,
        facts: [cluster, service],
        en: "`cluster-cidr` {cluster} and `service-cidr` {service} must begin with the same address family and both be single-stack or dual-stack.",
        zh: "`cluster-cidr` {cluster} 和 `service-cidr` {service} 必须以同一地址族开头，并且同为单栈或同为双栈。",
    }
    /// A node without one of the families.
    NODE_IP_DIFFERS {
        id: "K3S-1b", slug: "k3s-node-ip-lacks-a-family",
        versions: Versions::ALL,
        source: "k3s pkg/agent/run.go run",
        evidence: Recorded,
        facts: [cluster, node],
        en: "Each address family of `cluster-cidr` {cluster} needs an address in `node-ip` {node}.",
        zh: "`cluster-cidr` {cluster} 的每个地址族都需要 `node-ip` {node} 中有一个地址。",
    }
    /// A range that is none.
    CIDR_DOES_NOT_PARSE {
        id: "K3S-1c", slug: "k3s-cidr-does-not-parse",
        versions: Versions::ALL,
        source: "k3s pkg/cli/server/server.go run",
        evidence: SourceRead,
        facts: [field, value],
        en: "{value} in {field} is not a CIDR or an address.",
        zh: "{field} 中的 {value} 不是 CIDR 或地址。",
    }
}

/// Arguments that only these tools have: one at the start of a line tells a config file.
const MARKS: [&str; 22] = [
    "advertise-address",
    "cluster-cidr",
    "cluster-dns",
    "cluster-domain",
    "cni",
    "disable",
    "disable-cloud-controller",
    "disable-kube-proxy",
    "flannel-backend",
    "flannel-ipv6-masq",
    "kube-apiserver-arg",
    "kube-controller-manager-arg",
    "kube-proxy-arg",
    "kubelet-arg",
    "node-external-ip",
    "node-ip",
    "node-name",
    "server",
    "service-cidr",
    "service-node-port-range",
    "tls-san",
    "write-kubeconfig-mode",
];

/// Arguments without a value.
const SWITCHES: [&str; 19] = [
    "cluster-init",
    "cluster-reset",
    "debug",
    "disable-apiserver",
    "disable-cloud-controller",
    "disable-controller-manager",
    "disable-etcd",
    "disable-kube-proxy",
    "disable-network-policy",
    "disable-scheduler",
    "docker",
    "embedded-registry",
    "etcd-expose-metrics",
    "flannel-external-ip",
    "flannel-ipv6-masq",
    "prefer-bundled-bin",
    "rootless",
    "secrets-encryption",
    "selinux",
];

/// Arguments that the playground acts on.
const READ: [&str; 14] = [
    "advertise-address",
    "cluster-cidr",
    "disable-cloud-controller",
    "disable-kube-proxy",
    "kube-apiserver-arg",
    "kube-controller-manager-arg",
    "kube-proxy-arg",
    "kubelet-arg",
    "node-external-ip",
    "node-ip",
    "node-name",
    "server",
    "service-cidr",
    "service-node-port-range",
];

/// An argument as given.
#[derive(Clone, Debug)]
struct Argument {
    name: String,
    value: String,
    span: Span,
    value_span: Span,
}

/// A machine that runs `server` or `agent`.
#[derive(Default)]
struct Machine {
    is_agent: bool,
    arguments: Vec<Argument>,
    /// The words `k3s server`, or the place of the file.
    at: Span,
}

/// Reads command lines, a unit file or a config file; `None` if the text is none of these.
pub(super) fn read(text: &str, release: KubeVersion) -> Option<Installed> {
    let names = ["k3s", "rke2", "K3S_EXEC", "RKE2_EXEC"];
    let is_command = names.iter().any(|name| text.contains(name));
    let mut found = is_command.then(|| of_commands(text)).flatten();
    if found.is_none() && has_mark(text) {
        found = of_file(text);
    }
    let (tool, machines) = found?;
    let mut sheet = Sheet::new(tool);
    install(&machines, release, &mut sheet);
    Some(sheet.finish())
}

/// Whether a line begins with an argument of a config file.
fn has_mark(text: &str) -> bool {
    text.lines().any(|line| {
        let key = line.split_once(':').map_or("", |(key, _)| key);
        MARKS.contains(&key.trim_matches(['"', '\'', '+', ' ']))
    })
}

fn of_commands(text: &str) -> Option<(Tool, Vec<Machine>)> {
    let mut tool = None;
    let mut machines = Vec::new();
    let mut is_script = false;
    for command in commands(text, 0) {
        // The script is fetched by one command and run by the next.
        if command
            .iter()
            .any(|it| it.text.contains("get.k3s.io") || it.text.contains("get.rke2.io"))
        {
            is_script = true;
            let is_rke2 = command.iter().any(|it| it.text.contains("get.rke2.io"));
            tool = tool.or(Some(if is_rke2 { Tool::Rke2 } else { Tool::K3s }));
        }
        if let Some((found, machine)) = of_command(&command, is_script) {
            tool = tool.or(found);
            machines.push(machine);
        }
    }
    (!machines.is_empty()).then(|| (tool.unwrap_or(Tool::K3s), machines))
}

/// One command: `k3s server …`, `ExecStart=/usr/local/bin/k3s server …`, `sh -s - server …`, or the same in
/// `INSTALL_K3S_EXEC="…"`.
fn of_command(command: &[Word], is_script: bool) -> Option<(Option<Tool>, Machine)> {
    for word in command {
        for (variable, tool) in
            [("INSTALL_K3S_EXEC=", Tool::K3s), ("INSTALL_RKE2_EXEC=", Tool::Rke2)]
        {
            if let Some(inside) = word.text.strip_prefix(variable) {
                // The text inside the quotes ends with the word, before the quote if there is one.
                let quotes = (word.span.end - word.span.start).saturating_sub(word.text.len()) / 2;
                let start = (word.span.end - quotes).saturating_sub(inside.len());
                let words = commands(inside, start).into_iter().flatten().collect::<Vec<_>>();
                return Some((Some(tool), machine(&words, word.span)));
            }
        }
    }
    let program = command.iter().position(|word| {
        let name = word.text.strip_prefix("ExecStart=").unwrap_or(&word.text);
        ["k3s", "rke2"].contains(&name.rsplit('/').next().unwrap_or_default())
    });
    if let Some(at) = program {
        let is_rke2 = command[at].text.ends_with("rke2");
        let rest = &command[at + 1..];
        let verb = rest.first().filter(|it| ["server", "agent"].contains(&&*it.text))?;
        let span = Span::new(command[at].span.start, verb.span.end);
        let tool = if is_rke2 { Tool::Rke2 } else { Tool::K3s };
        return Some((Some(tool), machine(rest, span)));
    }
    let dash = command.iter().position(|word| word.text == "-").filter(|_| is_script)?;
    Some((None, machine(&command[dash + 1..], command[dash].span)))
}

/// The arguments behind `server` or `agent`; without either it is a server.
fn machine(words: &[Word], at: Span) -> Machine {
    let mut words = words.iter().peekable();
    let is_agent = words.next_if(|it| it.text == "server").is_none()
        && words.next_if(|it| it.text == "agent").is_some();
    let mut arguments = Vec::new();
    while let Some(word) = words.next() {
        let Some(name) = word.text.strip_prefix('-') else { continue };
        let name = name.strip_prefix('-').unwrap_or(name);
        let (name, value) = match name.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (name, None),
        };
        let full = full_name(name);
        let (value, value_span, end) = match value {
            Some(value) => {
                (value.to_owned(), word.tail(word.text.len() - value.len()), word.span.end)
            }
            None if SWITCHES.contains(&full) => ("true".to_owned(), word.span, word.span.end),
            None => match words.next() {
                Some(next) => (next.text.clone(), next.tail(0), next.span.end),
                None => (String::new(), word.span, word.span.end),
            },
        };
        let span = Span::new(word.span.start, end);
        arguments.push(Argument { name: full.to_owned(), value, span, value_span });
    }
    Machine { is_agent, arguments, at }
}

/// The long name of an argument.
fn full_name(name: &str) -> &str {
    match name {
        "i" => "node-ip",
        "s" => "server",
        "t" => "token",
        _ => name,
    }
}

/// A config file. Documents behind the first are files of further machines.
fn of_file(text: &str) -> Option<(Tool, Vec<Machine>)> {
    let text: Cow<'_, str> = super::words::without_shell(text);
    let parsed = yaml::parse(&text);
    if !parsed.problems.is_empty() || parsed.documents.is_empty() {
        return None;
    }
    let mut machines = Vec::new();
    let mut is_rke2 = text.contains("rancher/rke2");
    for document in &parsed.documents {
        let Value::Map(map) = &document.node.value else { return None };
        let has = |name: &str| map.iter().any(|it| it.key == name);
        let is_ours = |it: &Entry| MARKS.contains(&it.key.trim_end_matches('+'));
        if has("kind") || has("apiVersion") || !map.iter().any(is_ours) {
            return None;
        }
        is_rke2 |= has("cni");
        let server_only = ["cluster-cidr", "service-cidr", "cluster-init", "tls-san", "disable"];
        let mut machine = Machine {
            is_agent: has("server") && !server_only.iter().any(|name| has(name)),
            arguments: Vec::new(),
            at: map.first().map_or(document.span, |entry| entry.key_span),
        };
        for entry in map {
            machine.arguments.extend(of_entry(&text, entry));
        }
        machines.push(machine);
    }
    Some((if is_rke2 { Tool::Rke2 } else { Tool::K3s }, machines))
}

/// A list gives its argument several times.
fn of_entry(text: &str, entry: &Entry) -> Vec<Argument> {
    let name = full_name(entry.key.trim_end_matches('+')).to_owned();
    let argument = |node: &Node, start: usize| {
        let value = scalar(node)?;
        let written = text.get(node.span.start..node.span.end).unwrap_or_default();
        let is_quoted = written.len() == value.len() + 2 && written[1..].starts_with(&value);
        let value_span = match is_quoted {
            true => Span::new(node.span.start + 1, node.span.end - 1),
            false => node.span,
        };
        let span = Span::new(start, node.span.end.max(start));
        Some(Argument { name: name.clone(), value, span, value_span })
    };
    match &entry.value.value {
        Value::Seq(list) => list.iter().filter_map(|it| argument(it, it.span.start)).collect(),
        _ => argument(&entry.value, entry.key_span.start).into_iter().collect(),
    }
}

impl Machine {
    fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Argument> {
        self.arguments.iter().filter(move |it| it.name == name)
    }

    fn last(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().rfind(|it| it.name == name && !it.value.is_empty())
    }

    /// Whether a switch is on.
    fn is_on(&self, name: &str) -> bool {
        self.last(name).is_some_and(|it| it.value == "true")
    }

    /// All values of a list, with the place of the only argument that gives them, or of the last.
    fn list(&self, name: &str, rule: &'static Rule) -> Option<Given> {
        let values: Vec<&str> =
            self.all(name).map(|it| it.value.as_str()).filter(|it| !it.is_empty()).collect();
        let last = self.last(name)?;
        Some(last.given(values.join(","), rule))
    }

    fn default(&self, value: &str, field: &str, rule: &'static Rule) -> Given {
        let (value, field) = (value.to_owned(), field.to_owned());
        Given { value, field, span: self.at, value_span: self.at, rule }
    }

    /// The flags that are passed on to a component.
    fn passed_on(&self, name: &'static str) -> Vec<Arg> {
        let arg = |it: &Argument| {
            let text = it.value.trim_start_matches('-');
            let (flag, value) = text.split_once('=').unwrap_or((text, "true"));
            let start = it.value_span.end.saturating_sub(value.len()).max(it.value_span.start);
            let given = Given {
                value_span: Span::new(start, it.value_span.end),
                ..it.given(value.to_owned(), &COMPONENT_ARGUMENT_SETS_FLAG)
            };
            Arg { name: flag.replace('_', "-"), given }
        };
        self.all(name).map(arg).collect()
    }

    /// The addresses of the node, as given or detected.
    fn node_ips(&self, number: usize) -> Given {
        self.list("node-ip", &ARGUMENT_SETS_FLAG).unwrap_or_else(|| {
            let address = |family, first: IpAddr| {
                from_bits(family, to_bits(first) + number as u128 + 1).unwrap_or(first).to_string()
            };
            let pair = [
                address(Family::V4, IpAddr::V4(MACHINE_V4)),
                address(Family::V6, IpAddr::V6(MACHINE_V6)),
            ];
            self.default(&pair.join(","), "node-ip", &NODE_IP_IS_DETECTED)
        })
    }
}

impl Argument {
    fn given(&self, value: String, rule: &'static Rule) -> Given {
        let field = self.name.clone();
        Given { value, field, span: self.span, value_span: self.value_span, rule }
    }
}

/// What is wrong with the families of Pod CIDRs, Service CIDRs and node addresses: the words, and the rule.
#[must_use]
pub fn check(
    cluster: &[Cidr],
    service: &[Cidr],
    node: &[IpAddr],
) -> Option<(String, &'static Rule)> {
    let families = |list: &[Cidr]| list.iter().map(|it| it.unmapped().family()).collect::<Vec<_>>();
    let is_dual = |list: &[Family]| list.contains(&Family::V4) && list.contains(&Family::V6);
    let (clusters, services) = (families(cluster), families(service));
    let nodes: Vec<Family> = node.iter().map(|ip| Family::of(*ip)).collect();
    let [dual_cluster, dual_service, dual_node] =
        [&clusters, &services, &nodes].map(|list| is_dual(list));
    let shown = |list: &[String]| format!("[{}]", list.join(" "));
    let cidrs =
        |list: &[Cidr]| shown(&list.iter().map(|it| it.unmapped().to_string()).collect::<Vec<_>>());
    if clusters.first() != services.first() || dual_cluster != dual_service {
        let words = format!(
            "cluster-cidr: {} and service-cidr: {}, must share the same IP version (IPv4, IPv6 or dual-stack)",
            cidrs(cluster),
            cidrs(service)
        );
        return Some((words, &SERVICE_CIDR_DIFFERS));
    }
    let lacks_first = clusters.first().is_some_and(|it| nodes.first() != Some(it));
    if !dual_node && (dual_cluster || lacks_first) {
        let words = format!(
            "cluster-cidr: {} and node-ip: {}, must share the same IP version (IPv4, IPv6 or dual-stack)",
            cidrs(cluster),
            shown(&node.iter().map(ToString::to_string).collect::<Vec<_>>())
        );
        return Some((words, &NODE_IP_DIFFERS));
    }
    None
}

/// Ranges of an argument, read as `net.ParseCIDR` does.
fn ranges(given: &Given, sheet: &mut Sheet) -> Vec<Cidr> {
    let mut found = Vec::new();
    for text in given.value.split(',') {
        match parse_cidr(text).filter(|read| !read.leading_zeros) {
            Some(read) => found.push(Cidr::new(read.net)),
            None => {
                let message =
                    format!("invalid {} {text}: invalid CIDR address: {text}", given.field);
                refuse(given, text, message, sheet);
                break;
            }
        }
    }
    found
}

fn refuse(given: &Given, text: &str, message: String, sheet: &mut Sheet) {
    let facts = facts_of(&CIDR_DOES_NOT_PARSE, |fact| match fact {
        "field" => given.field.clone(),
        _ => text.to_owned(),
    });
    sheet.refuse(&CIDR_DOES_NOT_PARSE, facts, message, Some(given.value_span));
}

fn addresses(given: &Given, sheet: &mut Sheet) -> Vec<IpAddr> {
    let mut found = Vec::new();
    for text in given.value.split(',') {
        match parse_ip(text).filter(|read| !read.leading_zeros) {
            Some(read) => found.push(read.ip),
            None => {
                refuse(given, text, format!("invalid node-ip: invalid ip format '{text}'"), sheet);
                break;
            }
        }
    }
    found
}

/// The first server decides about the cluster; every machine is a node.
fn install(machines: &[Machine], release: KubeVersion, sheet: &mut Sheet) {
    let behavior = Behavior::of(release);
    let server = machines.iter().find(|it| !it.is_agent);
    let mut ranges_of_cluster = None;
    if let Some(server) = server {
        let number = machines.iter().position(|it| !it.is_agent).unwrap_or(0);
        let own = addresses(&server.node_ips(number), sheet);
        if sheet.refuses() {
            return;
        }
        let [pods, services] = match own.first().map(|ip| Family::of(*ip)) {
            Some(Family::V6) => ["fd00:42::/56", "fd00:43::/112"],
            _ => ["10.42.0.0/16", "10.43.0.0/16"],
        };
        let wanted = |name, default| {
            let given = server.list(name, &ARGUMENT_SETS_FLAG);
            given.unwrap_or_else(|| server.default(default, name, &DEFAULT_SETS_FLAG))
        };
        let (pods, services) = (wanted("cluster-cidr", pods), wanted("service-cidr", services));
        let (pod_ranges, service_ranges) = (ranges(&pods, sheet), ranges(&services, sheet));
        if sheet.refuses() {
            return;
        }
        ranges_of_cluster = Some((pods, services, pod_ranges, service_ranges));
    }
    let mut nodes = Vec::new();
    for (number, machine) in machines.iter().enumerate() {
        let given = machine.node_ips(number);
        let ips = addresses(&given, sheet);
        if let Some((pods, services, pod_ranges, service_ranges)) = &ranges_of_cluster
            && !sheet.refuses()
            && let Some((words, rule)) = check(pod_ranges, service_ranges, &ips)
        {
            let is_service = *rule == SERVICE_CIDR_DIFFERS;
            let facts = match is_service {
                true => facts![cluster = pods.value.clone(), service = services.value.clone()],
                false => facts![cluster = pods.value.clone(), node = given.value.clone()],
            };
            let span = if is_service { services.value_span } else { given.value_span };
            sheet.refuse(rule, facts, words, Some(span));
        }
        if sheet.refuses() {
            return;
        }
        nodes.push((machine, given, ips.len() > 1));
    }
    let arg = |name: &str, given: Given| Arg { name: name.to_owned(), given };
    if let (Some(server), Some((pods, services, ..))) = (server, &ranges_of_cluster) {
        let advertise = server.last("advertise-address").or(server.last("node-external-ip"));
        let advertise = advertise.or(server.last("node-ip")).map(|it| {
            let first = it.value.split(',').next().unwrap_or_default().to_owned();
            it.given(first, &ARGUMENT_SETS_FLAG)
        });
        let mut base = vec![arg(SERVICE_CLUSTER_IP_RANGE, services.clone())];
        base.extend(advertise.map(|given| arg(ADVERTISE_ADDRESS, given)));
        let ports = server.last(SERVICE_NODE_PORT_RANGE);
        base.extend(ports.map(|it| arg(&it.name, it.given(it.value.clone(), &ARGUMENT_SETS_FLAG))));
        set(KubeApiserver, None, base, &server.passed_on("kube-apiserver-arg"), sheet);
        let always = |value| server.default(value, "", &ALWAYS_SETS_FLAG);
        let base = vec![
            arg(ALLOCATE_NODE_CIDRS, always("true")),
            arg(CLUSTER_CIDR, pods.clone()),
            arg(SERVICE_CLUSTER_IP_RANGE, services.clone()),
        ];
        let others = server.passed_on("kube-controller-manager-arg");
        set(KubeControllerManager, None, base, &others, sheet);
    }
    let are_many = machines.len() > 1;
    for (number, (machine, ips, is_pair)) in nodes.into_iter().enumerate() {
        let made_up = are_many.then(|| format!("node-{}", number + 1));
        let name = machine.last("node-name").map(|it| it.value.clone()).or(made_up);
        let name = name.as_deref();
        let always = |value| machine.default(value, "", &ALWAYS_SETS_FLAG);
        let has_proxy = !server.unwrap_or(machine).is_on("disable-kube-proxy");
        if has_proxy {
            let mut base = vec![arg(PROXY_MODE, always("iptables"))];
            let pods = ranges_of_cluster.as_ref().map(|(pods, ..)| pods.clone());
            base.extend(pods.map(|pods| arg(CLUSTER_CIDR, pods)));
            set(KubeProxy, name, base, &machine.passed_on("kube-proxy-arg"), sheet);
        }
        let mut base = Vec::new();
        let others = machine.passed_on("kubelet-arg");
        let has_cloud = !server.unwrap_or(machine).is_on("disable-cloud-controller");
        let gate = behavior.cloud_dual_stack_node_ips;
        if has_cloud {
            base.push(arg(CLOUD_PROVIDER, always("external")));
        }
        // Without its cloud controller, and where the kubelet does not take a pair beside one, only one address is set.
        let takes_pair = has_cloud && gate != Gate::Absent(false);
        if !is_pair || takes_pair {
            base.push(arg(NODE_IP, ips));
        }
        if is_pair && takes_pair && gate == Gate::Default(false) {
            let given = machine.default("CloudDualStackNodeIPs=true", "", &PAIR_GETS_A_GATE);
            base.push(arg(FEATURE_GATES, given));
        }
        set(Kubelet, name, base, &others, sheet);
        leave_out(machine, sheet);
    }
}

/// Lists the arguments that no flag comes from.
fn leave_out(machine: &Machine, sheet: &mut Sheet) {
    let mut names: Vec<String> = Vec::new();
    let mut first = None;
    for it in machine.arguments.iter().filter(|it| !READ.contains(&&*it.name)) {
        first = first.or(Some(it.span));
        let name = format!("`{}`", it.name);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if let Some(span) = first {
        sheet.left_out(
            span,
            format!("Not simulated, and left out: {}.", names.join(", ")),
            format!("不在模拟范围内，已略去：{}。", names.join("、")),
        );
    }
}
