//! Is the feature gate of dual-stack enabled in every component? AGREE-10.

use super::{Finder, Found, Severity};
use crate::cluster::components::Node;
use crate::conflicts::consequences::Consequence;
use crate::explain::rule::Rule;
use crate::explain::text::Text;
use crate::release::behavior::DUAL_STACK_GATE;
use crate::release::version::Versions;
use crate::source::flags::Component;
use crate::source::flags::table::{CONFIG, FEATURE_GATES as GATES};
use crate::{facts, rules};

rules! {
    /// A component without the gate.
    GATE_IS_NOT_EVERYWHERE {
        id: "AGREE-10", slug: "dual-stack-gate-is-not-everywhere",
        versions: Versions::until(22),
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [component],
        en: "kube-apiserver has two address families, and the `IPv6DualStack` feature gate of {component} is disabled: in this version all four components need it.",
        zh: "kube-apiserver 有两个地址族，而 {component} 的特性门控 `IPv6DualStack` 已禁用：在此版本中四个组件都需要启用它。",
    }
}

/// What is found, in a few words.
pub(super) static TITLES: &[(&Rule, Text)] = &[(
    &GATE_IS_NOT_EVERYWHERE,
    Text {
        en: "`IPv6DualStack` is not enabled in every component",
        zh: "并非所有组件都启用了 `IPv6DualStack`",
    },
)];

impl<'a> Finder<'a> {
    /// AGREE-10.
    pub(super) fn gates(&mut self, node: &'a Node) {
        let [_, second] = self.services() else { return };
        if self.api.is_none() {
            return;
        }
        let family = second.family();
        let controller = &self.all.controller_manager;
        let (proxy, kubelet) = (&node.proxy, &node.kubelet);
        let without = [
            (
                None,
                Component::KubeControllerManager,
                controller.running().is_some() && !controller.dual_stack,
                Consequence::PodsLack(family),
            ),
            (
                Some(node),
                Component::KubeProxy,
                proxy.running().is_some() && !proxy.dual_stack,
                Consequence::FamilyIsNotProxied(family),
            ),
            (
                Some(node),
                Component::Kubelet,
                kubelet.running().is_some() && !kubelet.dual_stack,
                Consequence::PodsLack(family),
            ),
        ];
        for (node, component, is_off, follows) in without {
            let is_known = node.is_none()
                && self
                    .found
                    .iter()
                    .any(|found| found.rule == &GATE_IS_NOT_EVERYWHERE && found.nodes.is_empty());
            let has_file = self.flags(node).last(component, CONFIG).is_some();
            if !is_off || is_known || has_file {
                continue;
            }
            let edit = self.editor(node, component).switch_on(DUAL_STACK_GATE);
            let flag_refs =
                Vec::from([self.services_flag(*second), self.flag_ref(node, component, GATES)]);
            self.add(
                node,
                Found {
                    severity: Severity::Breaks,
                    rule: &GATE_IS_NOT_EVERYWHERE,
                    facts: facts![component = component.name()],
                    flag_refs,
                    consequences: Vec::from([follows]),
                    candidate_edits: Vec::from([edit]),
                },
            );
        }
    }
}
