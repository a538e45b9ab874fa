//! What does a Windows node serve? Rules WIN-1 to WIN-3.
//! Source: pkg/proxy/winkernel (supported.go, proxier.go).

use crate::api::field_path::FieldPath;
use crate::explain::trace::{StepId, Trace};
use crate::facts;
use crate::net::Family;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::startup::{LogLine, Severity};

rules! {
    /// A family that Windows needs.
    IPV6_ALONE_IS_NOT_SUPPORTED {
        id: "WIN-1a", slug: "windows-needs-ipv4",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [],
        en: "Windows does not support single-stack IPv6: on a node whose Pods have only IPv6 no Service works.",
        zh: "Windows 不支持单栈 IPv6：如果节点上的 Pod 只有 IPv6，则该节点上的 Service 均不可用。",
    }
    /// A network that carries both families.
    L2BRIDGE_IS_DUAL_STACK {
        id: "WIN-1b", slug: "windows-l2bridge-carries-both-families",
        versions: Versions::ALL,
        source: "pkg/proxy/winkernel/supported.go DualStackCompatible",
        evidence: SourceRead,
        facts: [families],
        en: "On an `l2bridge` network Pods and Services have {families}.",
        zh: "在 `l2bridge` 网络上，Pod 和 Service 支持 {families}。",
    }
    /// A host that is too old.
    WINDOWS_IS_TOO_OLD {
        id: "WIN-2a", slug: "old-windows-falls-back-to-one-family",
        versions: Versions::ALL,
        source: "pkg/proxy/winkernel/supported.go DualStackCompatible",
        evidence: SourceRead,
        facts: [family],
        en: "Windows versions before Server 2004 do not support dual-stack: kube-proxy handles {family} traffic only. No error is reported.",
        zh: "Server 2004 之前的 Windows 不支持双栈：kube-proxy 只代理 {family} 流量。不会报错。",
    }
    /// A network that carries one family.
    OVERLAY_FALLS_BACK {
        id: "WIN-2b", slug: "windows-overlay-falls-back-to-one-family",
        versions: Versions::ALL,
        source: "pkg/proxy/winkernel/supported.go DualStackCompatible",
        evidence: SourceRead,
        facts: [family],
        en: "An overlay (VXLAN) network on Windows supports one address family: Pods have {family}, and kube-proxy handles only that. No error is reported.",
        zh: "Windows 上的 Overlay（VXLAN）网络只支持一个地址族：Pod 使用 {family}，kube-proxy 也只代理该地址族的流量。不会报错。",
    }
    /// A known fault.
    LOAD_BALANCERS_MIX {
        id: "WIN-3", slug: "windows-mixes-load-balancers-of-two-families",
        versions: Versions::until(35),
        source: "pkg/proxy/winkernel/proxier.go",
        evidence: Documentation,
        facts: [],
        en: "According to the documentation Windows supports only single-stack Services. A dual-stack Service is proxied, but the load balancers of its address families can be mixed up (fixed in 1.36.0, 1.35.1, 1.34.4 and 1.33.8).",
        zh: "根据文档，Windows 只支持单栈 Service。双栈 Service 也会被代理，但其两个地址族的负载均衡器可能混淆（在 1.36.0、1.35.1、1.34.4 和 1.33.8 中修复）。",
    }
}

/// How Pods of a Windows node are connected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Network {
    /// `l2bridge`.
    L2Bridge,
    /// `overlay`: VXLAN.
    Overlay,
}

/// A Windows node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Host {
    /// How its Pods are connected.
    pub network: Network,
    /// Whether its host networking knows dual-stack (Server 2004 and later).
    pub supports_dual_stack: bool,
}

/// What a Windows node serves.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Served {
    /// The families its Pods have, the primary first.
    pub pods: Vec<Family>,
    /// The families of Services that its kube-proxy serves, the primary first.
    pub services: Vec<Family>,
    /// What kube-proxy logs.
    pub log: Vec<LogLine>,
}

/// What a node serves in a cluster whose Pods have these families, the primary first.
#[must_use]
pub fn serves(behavior: &Behavior, host: Host, families: &[Family], trace: &mut Trace) -> Served {
    let mut served = Served::default();
    let comma = behavior.windows_log_has_comma;
    let mut say = |why: &str, step: StepId| {
        let message = if comma {
            format!("{why}, falling back to single-stack")
        } else {
            format!("{why}. Falling back to single-stack")
        };
        served.log.push(LogLine { severity: Severity::Info, message, flag: None, step });
    };
    let Some(family) = families.first().copied() else { return served };
    if families == [Family::V6] {
        trace.note(&IPV6_ALONE_IS_NOT_SUPPORTED, FieldPath::default(), facts![]);
        return served;
    }
    let mut dual = behavior.dual_stack.on();
    if dual && !host.supports_dual_stack {
        let step = trace.note(&WINDOWS_IS_TOO_OLD, FieldPath::default(), facts![family]);
        say("This version of Windows does not support dual-stack", step);
        dual = false;
    } else if host.network == Network::Overlay {
        let step = trace.note(&OVERLAY_FALLS_BACK, FieldPath::default(), facts![family]);
        if dual {
            say("Winoverlay does not support dual-stack", step);
        }
        dual = false;
    }
    let served_families = if dual { families } else { &families[..1] };
    if served_families == [Family::V6] {
        trace.note(&IPV6_ALONE_IS_NOT_SUPPORTED, FieldPath::default(), facts![]);
        return served;
    }
    if host.network == Network::L2Bridge {
        let facts = facts![families = served_families.to_vec()];
        trace.note(&L2BRIDGE_IS_DUAL_STACK, FieldPath::default(), facts);
    }
    if served_families.len() > 1 && behavior.windows_mixes_load_balancers {
        trace.note(&LOAD_BALANCERS_MIX, FieldPath::default(), facts![]);
    }
    served.pods = served_families.to_vec();
    served.services = served_families.to_vec();
    served
}

#[cfg(test)]
mod tests {
    use super::{Host, Network, serves};
    use crate::explain::trace::Trace;
    use crate::net::Family::{V4, V6};
    use crate::release::behavior::{Behavior, V1_22, V1_36};

    fn check(behavior: &Behavior, network: Network, supports_dual_stack: bool, expect: &str) {
        let host = Host { network, supports_dual_stack };
        let served = serves(behavior, host, &[V4, V6], &mut Trace::default());
        let families: Vec<&str> = served.services.iter().map(|family| family.name()).collect();
        let log: Vec<&str> = served.log.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(format!("{} {}", families.join(","), log.join(";")), expect);
    }

    #[test]
    fn only_l2bridge_on_a_recent_host_serves_both_families() {
        check(&V1_36, Network::L2Bridge, true, "IPv4,IPv6 ");
        check(
            &V1_36,
            Network::L2Bridge,
            false,
            "IPv4 This version of Windows does not support dual-stack, falling back to single-stack",
        );
        check(
            &V1_36,
            Network::Overlay,
            true,
            "IPv4 Winoverlay does not support dual-stack, falling back to single-stack",
        );
        check(
            &V1_22,
            Network::Overlay,
            true,
            "IPv4 Winoverlay does not support dual-stack. Falling back to single-stack",
        );
    }

    #[test]
    fn ipv6_alone_serves_nothing() {
        let l2bridge = Host { network: Network::L2Bridge, supports_dual_stack: true };
        let overlay = Host { network: Network::Overlay, ..l2bridge };
        let trace = &mut Trace::default();
        assert_eq!(serves(&V1_36, l2bridge, &[V6], trace).pods, []);
        assert_eq!(serves(&V1_36, overlay, &[V6, V4], trace).pods, []);
        assert_eq!(serves(&V1_36, l2bridge, &[V6, V4], trace).pods, [V6, V4]);
    }
}
