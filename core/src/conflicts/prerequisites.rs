//! Does the cluster have what dual-stack needs: a release that knows it, a provider whose network routes both
//! families to the nodes, a network plugin that gives Pods both? And what follows where one is missing?
//!
//! Invariant: where every prerequisite is met, nothing is said to follow.

use crate::cluster::components::{Components, Node};
use crate::cluster::environment::{Families, Switch, Unread, set};
use crate::conflicts::consequences::{Consequence, step};
use crate::conflicts::{Finding, FlagRef, Severity};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Step};
use crate::facts;
use crate::kubelet::node_addresses;
use crate::net::go_parse::parse_ip;
use crate::net::{Cidr, Family};
use crate::release::behavior::{Behavior, DUAL_STACK_GATE, Gate};
use crate::release::version::{KubeVersion, Versions};
use crate::rules;
use crate::source::edit::Edit;
use crate::source::flags::edit::{Editor, Placement, merge};
use crate::source::flags::table::{CLUSTER_CIDR, NODE_IP, SERVICE_CLUSTER_IP_RANGE};
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;
use std::rc::Rc;

rules! {
    /// Nothing to switch on, nothing to switch off.
    RELEASE_HAS_DUAL_STACK {
        id: "PRE-1a", slug: "release-has-dual-stack-built-in",
        versions: Versions::since(23),
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [release],
        en: "Dual-stack is built into Kubernetes {release}: from 1.23 on it needs no feature gate, and none disables it.",
        zh: "Kubernetes {release} 内置双栈：自 1.23 起不需要特性门控，也没有特性门控能禁用它。",
    }
    /// The gate is on.
    GATE_IS_ON {
        id: "PRE-1b", slug: "dual-stack-gate-is-on",
        versions: Versions::until(22),
        source: "pkg/features/kube_features.go IPv6DualStack",
        evidence: SourceRead,
        facts: [release],
        en: "In Kubernetes {release} dual-stack depends on the `IPv6DualStack` feature gate, which is enabled in all four components. (In 1.20 it is disabled by default; in 1.21 and 1.22 it is enabled.)",
        zh: "在 Kubernetes {release} 中，双栈取决于特性门控 `IPv6DualStack`，四个组件均已启用。（1.20 默认禁用；1.21 和 1.22 默认启用。）",
    }
    /// The gate is off.
    GATE_IS_OFF {
        id: "PRE-1c", slug: "dual-stack-gate-is-off",
        versions: Versions::until(22),
        source: "pkg/features/kube_features.go IPv6DualStack",
        evidence: SourceRead,
        facts: [release, components],
        en: "In Kubernetes {release} the `IPv6DualStack` feature gate is disabled for {components}, which therefore support only one address family. 1.20 is the first version with today's fields, and there each of the four components needs the gate; from 1.21 on it is enabled by default.",
        zh: "在 Kubernetes {release} 中，{components} 的特性门控 `IPv6DualStack` 已禁用，因此只支持一个地址族。1.20 是首个具有现行字段的版本，四个组件都需要启用该特性门控；自 1.21 起默认启用。",
    }
    /// Both families reach the nodes.
    PROVIDER_HAS_BOTH {
        id: "PRE-2a", slug: "provider-routes-both-families",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [],
        en: "The node network routes IPv4 and IPv6: each node can have an address of either family.",
        zh: "节点网络可路由 IPv4 和 IPv6：每个节点都可以拥有两个地址族的地址。",
    }
    /// One family reaches the nodes.
    PROVIDER_LACKS_A_FAMILY {
        id: "PRE-2b", slug: "provider-lacks-a-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [family],
        en: "The node network does not route {family}: no interface of a node has a routable {family} address. The documentation requires both; no component checks this.",
        zh: "节点网络不路由 {family}：节点的任何接口都没有可路由的 {family} 地址。文档要求两者兼备，但没有组件检查这一点。",
    }
    /// Both families for Pods.
    PLUGIN_HAS_BOTH {
        id: "PRE-3a", slug: "network-plugin-has-both-families",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [],
        en: "The network plugin assigns Pods an address of each family.",
        zh: "网络插件为 Pod 分配每个地址族的地址。",
    }
    /// One family for Pods.
    PLUGIN_LACKS_A_FAMILY {
        id: "PRE-3b", slug: "network-plugin-lacks-a-family",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        fidelity: Fidelity::Simplified(Text {
            en: "A plugin that rejects a Node with Pod CIDRs of both address families is not simulated.",
            zh: "拒绝双地址族节点 Pod CIDR 的插件不在模拟范围内。",
        }),
        facts: [family],
        en: "The network plugin assigns Pods no {family} address, whatever Pod CIDRs their Node has. Kubernetes does not check this, so no error is reported.",
        zh: "无论节点有哪些 Pod CIDR，网络插件都不会为 Pod 分配 {family} 地址。Kubernetes 不检查这一点，因此没有任何报错。",
    }
    /// No network for Pods.
    PLUGIN_IS_MISSING {
        id: "PRE-3c", slug: "network-plugin-is-missing",
        versions: Versions::ALL,
        source: "pkg/kubelet/kubelet.go updateRuntimeUp",
        evidence: SourceRead,
        facts: [],
        en: "No network plugin is installed. Kubernetes does not include one.",
        zh: "没有安装网络插件。Kubernetes 自身不带网络插件。",
    }
    /// A switch with a word it does not know.
    SWITCH_IS_NOT_READ {
        id: "PRE-4", slug: "switch-value-is-not-read",
        versions: Versions::ALL,
        source: "this playground",
        evidence: Playground,
        facts: [switch, value, values],
        en: "The switch {switch} accepts {values}; {value} is ignored, like any other comment.",
        zh: "开关 {switch} 只接受 {values}；{value} 与其他注释一样被忽略。",
    }
    /// What the badge of the documentation means.
    BADGE_IS_OF_A_GONE_PARAGRAPH {
        id: "VER-3", slug: "badge-of-alpha-in-1-27-is-a-leftover",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [release, state],
        en: "The badge `Kubernetes v1.27 [alpha]` above the heading Services is a leftover. It belonged to a paragraph, since removed, about a pair in `--node-ip` with an external cloud provider (the `CloudDualStackNodeIPs` feature gate: alpha in 1.27, beta in 1.29, stable since 1.30). Dual-stack Services are stable since 1.23. In {release} that feature gate {state}.",
        zh: "标题 Services 上方的标记 `Kubernetes v1.27 [alpha]` 是遗留物。它属于一段已删除的文字，讲的是在使用外部云提供商时通过 `--node-ip` 指定一对地址（特性门控 `CloudDualStackNodeIPs`：1.27 为 Alpha，1.29 为 Beta，自 1.30 起稳定）。双栈 Service 自 1.23 起已稳定。在 {release} 中，该特性门控的状态：{state}。",
    }
}

/// What is found, in a few words, where a prerequisite is missing.
pub(super) static TITLES: &[(&Rule, Text)] = &[
    (
        &PROVIDER_LACKS_A_FAMILY,
        Text {
            en: "cloud provider lacks an address family", zh: "云提供商缺少一个地址族"
        },
    ),
    (
        &PLUGIN_LACKS_A_FAMILY,
        Text {
            en: "network plugin lacks an address family", zh: "网络插件缺少一个地址族"
        },
    ),
    (&PLUGIN_IS_MISSING, Text { en: "no network plugin", zh: "没有网络插件" }),
];

impl Unread {
    /// What it means.
    #[must_use]
    pub fn step(&self) -> Step {
        let values = Switch::all(self.key).into_iter().map(Switch::value).collect::<Vec<_>>();
        let facts = facts![
            switch = ["# ", self.key, ":"].concat(),
            value = self.value.clone(),
            values = values.join(", ")
        ];
        step(&SWITCH_IS_NOT_READ, facts)
    }
}

/// Which of the three prerequisites of Kubernetes' page.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Kind {
    /// A release that knows dual-stack.
    Release,
    /// A provider whose network routes both families.
    Provider,
    /// A network plugin that gives Pods both families.
    Plugin,
}

/// A prerequisite, and what follows if it is missing.
#[derive(Clone, PartialEq, Debug)]
pub struct Prerequisite {
    /// Which one.
    pub kind: Kind,
    /// Whether it is there.
    pub is_met: bool,
    /// What is so.
    pub rule: &'static Rule,
    /// The values of its sentence.
    pub facts: Vec<Fact>,
    /// The line that says it; none where the text says nothing.
    pub span: Option<Span>,
    /// The flags that ask for what is missing.
    pub flag_refs: Vec<FlagRef>,
    /// What follows; nothing if it is met.
    pub consequences: Vec<Consequence>,
    /// The edit with which it is met. A release or a provider is not changed by an edit of a real cluster's
    /// flags, but here it is.
    pub fix: Option<Edit>,
}

impl Prerequisite {
    /// As a step, which can be rendered.
    #[must_use]
    pub fn step(&self) -> Step {
        step(self.rule, self.facts.clone())
    }

    fn met(kind: Kind, rule: &'static Rule, facts: Vec<Fact>, span: Option<Span>) -> Self {
        let (flag_refs, consequences) = (Vec::new(), Vec::new());
        Self { kind, is_met: true, rule, facts, span, flag_refs, consequences, fix: None }
    }
}

/// What the badge `v1.27 [alpha]` of the documentation means (VER-3), with what is so in a release.
#[must_use]
pub fn badge(version: KubeVersion) -> Step {
    let state = match Behavior::of(version).cloud_dual_stack_node_ips {
        Gate::Absent(false) => Text { en: "does not exist yet", zh: "尚不存在" },
        Gate::Absent(true) => Text {
            en: "was removed, because it could no longer be disabled",
            zh: "已移除，因为已不能禁用",
        },
        Gate::Default(false) => Text { en: "is disabled by default", zh: "默认禁用" },
        Gate::Default(true) => Text { en: "is enabled by default", zh: "默认启用" },
        Gate::Locked(_) => {
            Text { en: "is enabled and cannot be disabled", zh: "已启用且无法禁用" }
        }
    };
    step(&BADGE_IS_OF_A_GONE_PARAGRAPH, facts![release = version.to_string(), state])
}

impl Components {
    /// The three prerequisites of dual-stack, as they stand.
    #[must_use]
    pub fn prerequisites(&self) -> [Prerequisite; 3] {
        [self.release(), self.provider(), self.plugin()]
    }

    /// What is missing and asked for, as findings. (Of the release the components speak themselves, and
    /// AGREE-10.)
    pub(crate) fn lacking(&self) -> impl Iterator<Item = Finding> {
        let nothing = |it: &Consequence| matches!(it, Consequence::NothingAsksFor(_));
        [self.provider(), self.plugin()].into_iter().filter_map(move |it| {
            if it.is_met || it.consequences.iter().any(nothing) {
                return None;
            }
            let Prerequisite { rule, facts, flag_refs, consequences, fix, .. } = it;
            Some(Finding::of_cluster(rule, facts, Severity::Breaks, flag_refs, consequences, fix))
        })
    }

    /// The families that ranges of Services, or of Pods, have.
    fn asked(&self) -> (Vec<Family>, Vec<Family>) {
        let api = self.apiserver.running().map(|it| it.services.as_slice());
        let controller = self.controller_manager.running();
        let services = api.or(controller.map(|it| it.services.as_slice())).unwrap_or_default();
        let pods = controller.map(|it| it.cluster.as_slice()).unwrap_or_default();
        let families = |ranges: &[Cidr]| -> Vec<Family> {
            ranges.iter().map(|range| range.family()).collect()
        };
        (families(services), families(pods))
    }

    fn release(&self) -> Prerequisite {
        let release = self.version.to_string();
        let off = self.without_gate();
        if off.is_empty() {
            let behavior = Behavior::of(self.version);
            let hangs = matches!(behavior.dual_stack, Gate::Default(_));
            let rule = if hangs { &GATE_IS_ON } else { &RELEASE_HAS_DUAL_STACK };
            return Prerequisite::met(Kind::Release, rule, facts![release], None);
        }
        let (services, pods) = self.asked();
        let first = services.first().or(pods.first()).copied().unwrap_or(Family::V4);
        let second = first.other();
        let mut names: Vec<&str> = Vec::new();
        let mut consequences = Vec::new();
        let mut edits = Vec::new();
        for (component, node) in off {
            if !names.contains(&component.name()) {
                names.push(component.name());
            }
            let flags = node.map_or(&self.flags, |node| &node.text.flags);
            let (text, placement) = (&self.text, Placement::LikeLast);
            let editor = Editor { text, flags, component, placement };
            edits.extend(editor.switch_on(DUAL_STACK_GATE));
            let exits = match (component, node) {
                (Component::KubeApiserver, _) => self.apiserver.exits(),
                (Component::KubeControllerManager, _) => self.controller_manager.exits(),
                (Component::KubeProxy, node) => node.is_some_and(|node| node.proxy.exits()),
                (Component::Kubelet, node) => node.is_some_and(|node| node.kubelet.exits()),
            };
            let follows = match component {
                _ if exits => Consequence::ComponentExits(component),
                Component::KubeApiserver => Consequence::ServicesLack(second),
                Component::KubeProxy => Consequence::FamilyIsNotProxied(second),
                Component::KubeControllerManager | Component::Kubelet => {
                    Consequence::PodsLack(second)
                }
            };
            if !consequences.contains(&follows) {
                consequences.push(follows);
            }
        }
        let facts = facts![release, components = names.join(", ")];
        // Flags that no field of a config holds have no place in it.
        let holds = |edit: &Edit| {
            self.installed.is_none()
                || self.keeps(&Self::start_on(self.host, self.version, &edit.apply(&self.text)))
        };
        let fix = merge(&self.text, edits).filter(holds);
        let (kind, rule) = (Kind::Release, &GATE_IS_OFF);
        let flag_refs = Vec::new();
        Prerequisite { kind, is_met: false, rule, facts, span: None, flag_refs, consequences, fix }
    }

    /// The components that know one family only; those of nodes once for each node.
    fn without_gate(&self) -> Vec<(Component, Option<&Node>)> {
        let mut off = Vec::new();
        if !self.apiserver.dual_stack {
            off.push((Component::KubeApiserver, None));
        }
        if !self.controller_manager.dual_stack {
            off.push((Component::KubeControllerManager, None));
        }
        for node in &self.nodes {
            if !node.proxy.dual_stack {
                off.push((Component::KubeProxy, Some(node)));
            }
            if !node.kubelet.dual_stack {
                off.push((Component::Kubelet, Some(node)));
            }
        }
        off
    }

    /// The flags that ask for a family: of ranges, and if asked, of nodes.
    fn asking(&self, family: Family, of_nodes: bool) -> Vec<FlagRef> {
        let of = |text: &str| {
            let ip = text.trim().split('/').next().unwrap_or_default();
            parse_ip(ip).map(|read| Family::of(read.ip))
        };
        let flag_ref = |flags: &FlagsText, component, name| {
            let mut entries = flags.last(component, name)?.entries(&self.text);
            let (span, _) = entries.find(|(_, entry)| of(entry) == Some(family))?;
            Some(FlagRef { component, flag: name, span: Some(span) })
        };
        let control_plane = [
            (Component::KubeApiserver, SERVICE_CLUSTER_IP_RANGE),
            (Component::KubeControllerManager, CLUSTER_CIDR),
        ];
        let ranges = control_plane.into_iter();
        let ranges = ranges.filter_map(|(component, name)| flag_ref(&self.flags, component, name));
        let nodes = self.nodes.iter().filter(|_| of_nodes);
        let nodes =
            nodes.filter_map(|node| flag_ref(&node.text.flags, Component::Kubelet, NODE_IP));
        ranges.chain(nodes).collect()
    }

    fn provider(&self) -> Prerequisite {
        let switches = &self.switches;
        let (kind, span) = (Kind::Provider, switches.provider_span);
        let Some(family) = switches.provider.lacks() else {
            return Prerequisite::met(kind, &PROVIDER_HAS_BOTH, facts![], span);
        };
        let (services, pods) = self.asked();
        let flag_refs = self.asking(family, true);
        let mut consequences = Vec::new();
        let asks = services.contains(&family) || pods.contains(&family) || !flag_refs.is_empty();
        if asks {
            consequences.push(Consequence::NodesLack(family));
            consequences.extend(self.without_addresses());
            consequences.push(Consequence::HostNetworkLacks(family));
        }
        if pods.contains(&family) {
            consequences.push(Consequence::PodsAreCutOff(family));
        }
        if !asks {
            consequences.push(Consequence::NothingAsksFor(family));
        }
        let rule = &PROVIDER_LACKS_A_FAMILY;
        let fix = set(&self.text, Switch::Provider(Families::Both));
        let facts = facts![family];
        Prerequisite { kind, is_met: false, rule, facts, span, flag_refs, consequences, fix }
    }

    /// The nodes whose kubelets refuse an address that the host does not have, each with its words.
    fn without_addresses(&self) -> Vec<Consequence> {
        let mut found: Vec<(String, Vec<Rc<str>>)> = Vec::new();
        for node in self.nodes.iter().filter(|node| node.kubelet.is_given) {
            let report = &node.kubelet;
            let refuses = |step: usize| {
                report
                    .trace
                    .get(step)
                    .is_some_and(|it| it.rule == &node_addresses::ADDRESS_IS_UNUSABLE)
            };
            let said = report.warnings.iter().find(|said| refuses(said.step.0));
            let Some(message) = said.map(|said| said.message.clone()) else { continue };
            match found.iter_mut().find(|(known, _)| *known == message) {
                Some((_, nodes)) => nodes.push(Rc::clone(&node.text.name)),
                None => found.push((message, Vec::from([Rc::clone(&node.text.name)]))),
            }
        }
        let found = found.into_iter();
        found.map(|(message, nodes)| Consequence::NodesWithoutAddress { nodes, message }).collect()
    }

    fn plugin(&self) -> Prerequisite {
        let switches = &self.switches;
        let (kind, span) = (Kind::Plugin, switches.plugin_span);
        let fix = set(&self.text, Switch::Plugin(Some(Families::Both)));
        let Some(plugin) = switches.plugin else {
            let consequences =
                Vec::from([Consequence::NodesAreNotReady, Consequence::OnlyHostNetworkRuns]);
            let families = [Family::V4, Family::V6].into_iter();
            let flag_refs = families.flat_map(|family| self.asking(family, false)).collect();
            let (rule, facts) = (&PLUGIN_IS_MISSING, facts![]);
            return Prerequisite {
                kind,
                is_met: false,
                rule,
                facts,
                span,
                flag_refs,
                consequences,
                fix,
            };
        };
        let Some(family) = plugin.lacks() else {
            return Prerequisite::met(kind, &PLUGIN_HAS_BOTH, facts![], span);
        };
        let (services, pods) = self.asked();
        let flag_refs = self.asking(family, false);
        let mut consequences = Vec::new();
        if !pods.is_empty() && !pods.contains(&family.other()) {
            // There is no range that it could take addresses from.
            consequences.push(Consequence::NoPodAddresses);
        } else if pods.contains(&family) || !flag_refs.is_empty() {
            consequences.push(Consequence::PodsLack(family));
        }
        if services.contains(&family) {
            consequences.push(Consequence::ClusterIpsLeadNowhere(family));
        }
        if consequences.is_empty() {
            consequences.push(Consequence::NothingAsksFor(family));
        }
        let (rule, facts) = (&PLUGIN_LACKS_A_FAMILY, facts![family]);
        Prerequisite { kind, is_met: false, rule, facts, span, flag_refs, consequences, fix }
    }
}

#[cfg(test)]
mod tests {
    use super::{Kind, badge};
    use crate::cluster::components::Components;
    use crate::explain::text::Lang;
    use crate::release::version::KubeVersion;

    /// A dual-stack cluster of two nodes.
    const DUAL: &str = "kube-apiserver --service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112
kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16,fd00:10:244::/56
kube-proxy --cluster-cidr=10.244.0.0/16,fd00:10:244::/56
kubelet · a --node-ip=192.0.2.11,2001:db8::11
kubelet · b --node-ip=192.0.2.12,2001:db8::12
";
    const SINGLE: &str = "kube-apiserver --service-cluster-ip-range=10.96.0.0/16
kube-controller-manager --allocate-node-cidrs --cluster-cidr=10.244.0.0/16
";

    /// A line for each prerequisite that is missing: rule, the flags that ask, what follows.
    fn missing(release: &str, switches: &str, text: &str) -> Vec<String> {
        let text = [switches, text].concat();
        let version: KubeVersion = release.parse().expect("a simulated release");
        let components = Components::start(version, &text);
        let all = components.prerequisites();
        assert_eq!(all.each_ref().map(|it| it.kind), [Kind::Release, Kind::Provider, Kind::Plugin]);
        for it in &all {
            assert!(!it.is_met || (it.consequences.is_empty() && it.fix.is_none()), "{it:?}");
        }
        let line = |it: &super::Prerequisite| {
            let flag_refs = it.flag_refs.iter().filter_map(|flag_ref| flag_ref.span);
            let flag_refs: Vec<&str> = flag_refs.map(|span| &text[span.start..span.end]).collect();
            let follows: Vec<&str> = it.consequences.iter().map(|it| it.rule().id).collect();
            format!("{} {} => {}", it.rule.id, flag_refs.join(" "), follows.join(" "))
        };
        all.iter().filter(|it| !it.is_met).map(line).collect()
    }

    /// The edit that is offered for what is missing makes it met.
    fn fixes(release: &str, text: &str, kind: Kind) {
        let version: KubeVersion = release.parse().expect("a simulated release");
        let find = |text: &str| {
            let all = Components::start(version, text).prerequisites();
            all.into_iter().find(|it| it.kind == kind).expect("all three are there")
        };
        let before = find(text);
        assert!(!before.is_met, "{text}");
        let fixed = before.fix.expect("it can be fixed").apply(text);
        assert!(find(&fixed).is_met, "{fixed}");
    }

    #[test]
    fn what_is_there_has_no_consequence() {
        for text in [DUAL, SINGLE, ""] {
            assert_eq!(missing("1.36", "", text), [""; 0]);
        }
    }

    #[test]
    fn a_release_without_the_gate_knows_one_family() {
        assert_eq!(missing("1.21", "", DUAL), [""; 0]);
        assert_eq!(missing("1.20", "", DUAL), ["PRE-1c  => THEN-21 THEN-21 THEN-21 THEN-21"]);
        assert_eq!(missing("1.20", "", SINGLE), ["PRE-1c  => THEN-6 THEN-5 THEN-17"]);
        let off = "kube-proxy --feature-gates=APIListChunking=true,IPv6DualStack=false";
        let off = DUAL.replace("kube-proxy", off);
        assert_eq!(missing("1.21", "", &off), ["PRE-1c  => THEN-21"]);
        fixes("1.20", DUAL, Kind::Release);
        fixes("1.21", &off, Kind::Release);
    }

    #[test]
    fn a_provider_of_one_family_leaves_nodes_without_the_other() {
        let v4 = "# provider: ipv4\n";
        assert_eq!(
            missing("1.36", v4, DUAL),
            [
                "PRE-2b fd00:10:96::/112 fd00:10:244::/56 2001:db8::11 2001:db8::12 => THEN-29 THEN-30 \
              THEN-30 THEN-16 THEN-31"
            ]
        );
        // The kubelet's own words are behind it.
        let components = Components::start(KubeVersion::LATEST, &[v4, DUAL].concat());
        let [_, provider, _] = components.prerequisites();
        let says = provider.consequences[1].step().plain(Lang::En);
        let words = "failed to validate secondaryNodeIP: node IP: \"2001:db8::11\" not found in the \
                     host's network interfaces";
        assert!(says.contains(words), "{says}");
        assert_eq!(missing("1.36", v4, SINGLE), ["PRE-2b  => THEN-34"]);
        let v6 = missing("1.36", "# provider: ipv6\n", SINGLE);
        assert_eq!(v6, ["PRE-2b 10.96.0.0/16 10.244.0.0/16 => THEN-29 THEN-16 THEN-31"]);
    }

    #[test]
    fn a_plugin_of_one_family_leaves_pods_without_the_other() {
        let v4 = "# network plugin: ipv4\n";
        let ranges = "fd00:10:96::/112 fd00:10:244::/56";
        assert_eq!(missing("1.36", v4, DUAL), [format!("PRE-3b {ranges} => THEN-5 THEN-7")]);
        assert_eq!(missing("1.36", v4, SINGLE), ["PRE-3b  => THEN-34"]);
        let v6 = "# network plugin: ipv6\n";
        let ranges = "10.96.0.0/16 10.244.0.0/16";
        assert_eq!(missing("1.36", v6, SINGLE), [format!("PRE-3b {ranges} => THEN-4 THEN-7")]);
        let none = "# network plugin: none\n";
        assert_eq!(
            missing("1.36", none, SINGLE),
            ["PRE-3c 10.96.0.0/16 10.244.0.0/16 => THEN-32 THEN-33"]
        );
    }

    #[test]
    fn what_is_missing_and_asked_for_is_a_finding_with_its_edit() {
        let check = |text: &str, expect: &[&str]| {
            let components = Components::start(KubeVersion::LATEST, text);
            let found = components.findings();
            let ids: Vec<&str> = found.iter().map(|it| it.rule.id).collect();
            let ours: Vec<&str> = ids.iter().copied().filter(|id| id.starts_with("PRE")).collect();
            assert_eq!(ours, expect, "{ids:?}");
            for finding in found.iter().filter(|it| it.rule.id.starts_with("PRE")) {
                let edit = components.fix(finding).expect("the switch can be turned");
                assert!(!edit.apply(text).contains('#'), "{}", edit.apply(text));
            }
            // No address is offered that the provider does not route.
            for finding in found.iter().filter(|it| it.rule.id.starts_with("AGREE-6")) {
                assert_eq!(components.fix(finding), None, "{finding:?}");
            }
        };
        check(&["# provider: ipv4\n", DUAL].concat(), &["PRE-2b"]);
        check(&["# network plugin: none\n", DUAL].concat(), &["PRE-3c"]);
        check(&["# network plugin: ipv6\n", DUAL].concat(), &["PRE-3b"]);
        check(&["# provider: ipv4\n", SINGLE].concat(), &[]);
        check(&["# provider: ipv4\n", SINGLE, "kubelet"].concat(), &[]);
        let one = DUAL.replace(",2001:db8::12", "");
        check(&["# provider: ipv4\n", &one].concat(), &["PRE-2b"]);
    }

    #[test]
    fn the_badge_is_explained_with_what_is_so_in_the_release() {
        for (release, state) in [
            ("1.26", "does not exist yet."),
            ("1.27", "is disabled by default."),
            ("1.29", "is enabled by default."),
            ("1.31", "is enabled and cannot be disabled."),
            ("1.36", "was removed, because it could no longer be disabled."),
        ] {
            let says = badge(release.parse().expect("a release")).plain(Lang::En);
            assert!(says.ends_with(&format!("In {release} that feature gate {state}")), "{says}");
        }
    }
}
