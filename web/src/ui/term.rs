//! What does a technical term mean? The term as a button that opens a note beside it.
//!
//! The note is a popover: the browser opens it, closes it with Escape or a click elsewhere, and says whether it is open.

use dualstack_core::explain::text::{Lang, Text};
use yew::prelude::*;

/// A term with an explanation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Word {
    Primary,
    Secondary,
    Headless,
    Bands,
    Kyaml,
    ServiceCidr,
    DualStack,
    NodePodCidr,
}

impl Word {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Primary,
        Self::Secondary,
        Self::Headless,
        Self::Bands,
        Self::Kyaml,
        Self::ServiceCidr,
        Self::DualStack,
        Self::NodePodCidr,
    ];

    const fn id(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
            Self::Headless => "headless",
            Self::Bands => "bands",
            Self::Kyaml => "kyaml",
            Self::ServiceCidr => "service-cidr",
            Self::DualStack => "dual-stack",
            Self::NodePodCidr => "node-pod-cidr",
        }
    }

    /// What it means.
    #[must_use]
    pub const fn meaning(self) -> Text {
        match self {
            Self::Primary => Text {
                en: "Primary: the address family that comes first in ipFamilies. clusterIP is its address. A Service with a cluster IP keeps it.",
                zh: "主地址族：ipFamilies 中的第一个地址族，clusterIP 是它的地址。有集群 IP 的 Service 不能更改它。",
            },
            Self::Secondary => Text {
                en: "Secondary: the second entry of ipFamilies and of clusterIPs. ipFamilyPolicy can add or remove it later.",
                zh: "次要地址族：ipFamilies 和 clusterIPs 的第二项。以后可以通过 ipFamilyPolicy 添加或移除。",
            },
            Self::Headless => Text {
                en: "Headless: a Service with clusterIP: None. It has no cluster IP; DNS answers with the addresses of its endpoints.",
                zh: "无头服务（headless Service）：clusterIP: None 的 Service。它没有集群 IP，DNS 返回其端点的地址。",
            },
            Self::Bands => Text {
                en: "Bands: the lower part of a Service CIDR is the static band, for addresses that you specify; the upper part is the dynamic band, from which the API server allocates first.",
                zh: "地址段：Service CIDR 的低段用于静态分配，即手动指定的地址；高段用于动态分配，API 服务器优先从高段分配。",
            },
            Self::Kyaml => Text {
                en: "KYAML: YAML with braces, brackets and quotes everywhere, so that indentation and unquoted words cannot be misread. Every YAML parser reads it.",
                zh: "KYAML：YAML 的一种写法，始终使用花括号、方括号和引号，因此不会误读缩进或无引号的词。所有 YAML 解析器都能读取。",
            },
            Self::ServiceCidr => Text {
                en: "Service CIDR: a range from which kube-apiserver allocates cluster IPs. It is an entry of --service-cluster-ip-range or a ServiceCIDR object.",
                zh: "Service CIDR：kube-apiserver 从中分配集群 IP 的范围，来自 --service-cluster-ip-range 的一项或 ServiceCIDR 对象。",
            },
            Self::DualStack => Text {
                en: "Dual-stack: IPv4 and IPv6 side by side. A dual-stack Service has a cluster IP of each address family.",
                zh: "双栈（dual-stack）：同时使用 IPv4 和 IPv6。双栈 Service 的每个地址族各有一个集群 IP。",
            },
            Self::NodePodCidr => Text {
                en: "Node Pod CIDR: an entry of spec.podCIDRs of a Node. kube-controller-manager allocates it from --cluster-cidr; the Pods on the node get their addresses from it.",
                zh: "节点 Pod CIDR：Node 的 spec.podCIDRs 的一项。kube-controller-manager 从 --cluster-cidr 中分配，节点上的 Pod 从中获得地址。",
            },
        }
    }
}

#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub word: Word,
    /// The place on the page: a term may be used in several.
    pub at: AttrValue,
    /// The term as the sentence has it.
    pub label: &'static str,
}

/// A term in a sentence.
#[component]
pub fn Term(props: &Props) -> Html {
    let Props { lang, word, ref at, label } = *props;
    let id = format!("term-{at}-{}", word.id());
    let meaning = word.meaning().get(lang);
    html! {
        <span class="termed"><button type="button" class="term" popovertarget={id.clone()} title={meaning}>{ label }</button><span {id} class="gloss" popover="auto" role="note">{ meaning }</span></span>
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Word;

    #[test]
    fn each_term_has_an_id_and_a_meaning_of_its_own_in_both_languages() {
        let all = Word::ALL;
        let ids: BTreeSet<_> = all.iter().map(|word| word.id()).collect();
        let texts: BTreeSet<_> =
            all.iter().flat_map(|word| [word.meaning().en, word.meaning().zh]).collect();
        assert_eq!((ids.len(), texts.len()), (all.len(), 2 * all.len()));
    }
}
