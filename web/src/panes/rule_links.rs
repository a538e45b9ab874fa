//! Where can a rule be read up? The section of the documentation, and the file that the rule was read in, as it is in
//! the version that is shown.

use dualstack_core::explain::rule::Rule;
use dualstack_core::explain::text::{Lang, Text};
use dualstack_core::release::version::{KubeVersion, Versions};
use yew::prelude::*;

const DOCUMENTATION: Text = Text { en: "documentation", zh: "文档" };
const DUAL_STACK: &str = "concepts/services-networking/dual-stack/";

/// The sections of the documentation, by the beginning of a rule's number, and their anchors. A Chinese section has the
/// anchor of the English one where its heading names it.
const SECTIONS: &[(&[&str], &str, Text)] = &[
    (&["FAM", "IP", "NORM", "TXN"], DUAL_STACK, same("#services")),
    (&["UPD"], DUAL_STACK, same("#switching-services-between-single-stack-and-dual-stack")),
    (&["READ"], DUAL_STACK, same("#dual-stack-defaults-on-existing-services")),
    (&["PRE"], DUAL_STACK, same("#prerequisites")),
    (&["WIN"], DUAL_STACK, same("#windows-support")),
    (
        &["AGREE", "FIRST", "KCM"],
        DUAL_STACK,
        Text { en: "#configure-ipv4-ipv6-dual-stack", zh: "" },
    ),
    (&["BAND"], "concepts/services-networking/cluster-ip-allocation/", same("")),
    (&["MULTI"], "tasks/network/extend-service-ip-ranges/", same("")),
    (&["PORT"], "concepts/services-networking/service/", same("#type-nodeport")),
    (&["DEF", "DROP", "VAL", "WARN"], "concepts/services-networking/service/", same("")),
    (&["KUBELET"], "reference/command-line-tools-reference/kubelet/", same("")),
    (&["PROXY"], "reference/command-line-tools-reference/kube-proxy/", same("")),
    (&["NODE"], "concepts/architecture/nodes/", same("")),
    (&["DEC", "DRY", "PAT", "PATCH", "PUT"], "reference/using-api/api-concepts/", same("")),
];

const fn same(anchor: &'static str) -> Text {
    Text { en: anchor, zh: anchor }
}

/// Files and folders that are younger than the oldest version of Kubernetes here, and a minor that has them.
const YOUNG: &[(&str, Versions)] = &[
    ("cmd/kube-apiserver/app/options/completion.go", Versions::since(28)),
    ("cmd/kube-proxy/app/server_linux.go", Versions::since(29)),
    ("pkg/api/service/warnings.go", Versions::since(25)),
    ("pkg/controller/servicecidrs/", Versions::since(29)),
    ("pkg/controlplane/controller/defaultservicecidr/", Versions::since(29)),
    ("pkg/controlplane/controller/kubernetesservice/", Versions::since(28)),
    ("pkg/controlplane/", Versions::since(21)),
    ("pkg/proxy/node.go", Versions::since(27)),
    ("pkg/proxy/serviceport.go", Versions::since(30)),
    ("pkg/proxy/util/iptables/", Versions::since(25)),
    ("pkg/proxy/winkernel/supported.go", Versions::since(36)),
    ("pkg/registry/core/service/ipallocator/cidrallocator.go", Versions::since(29)),
    ("pkg/registry/core/service/ipallocator/ipallocator.go", Versions::since(27)),
    ("pkg/registry/core/service/storage/alloc.go", Versions::since(23)),
    ("pkg/scheduler/framework/", Versions::since(21)),
    ("pkg/scheduler/schedule_one.go", Versions::since(25)),
    ("staging/src/k8s.io/apimachinery/pkg/util/validation/ip.go", Versions::since(33)),
    ("staging/src/k8s.io/cloud-provider/node/", Versions::since(24)),
    ("staging/src/k8s.io/component-helpers/node/util/ips.go", Versions::since(27)),
    ("staging/src/k8s.io/endpointslice/", Versions::since(28)),
];

/// The address of the section of the documentation about a rule, in the reader's language.
#[must_use]
pub fn documentation(rule: &Rule, lang: Lang) -> Option<String> {
    let base = match lang {
        Lang::En => "https://kubernetes.io/docs/",
        Lang::Zh => "https://kubernetes.io/zh-cn/docs/",
    };
    if let Some(page) = rule.source.strip_prefix("kubernetes.io/docs/") {
        return Some(format!("{base}{page}/"));
    }
    if rule.source.starts_with("rfc-editor.org/") || rule.source.starts_with("iana.org/") {
        let (page, section) = rule.source.split_once(" section ").unwrap_or((rule.source, ""));
        let section = Some(section).filter(|it| !it.is_empty());
        let section = section.map(|it| format!("#section-{it}")).unwrap_or_default();
        return Some(format!("https://www.{page}{section}"));
    }
    let kind = rule.id.split('-').next()?;
    let (_, page, anchor) = SECTIONS.iter().find(|(kinds, ..)| kinds.contains(&kind))?;
    Some(format!("{base}{page}{}", anchor.get(lang)))
}

/// The address of that file at the tag of a version, and its name. A version that does not have the file yet leads to
/// one that has, which the name tells.
#[must_use]
pub fn source(rule: &Rule, version: KubeVersion) -> Option<(String, String)> {
    if let Some(number) = rule.source.strip_prefix("kubernetes/pull/") {
        let address = format!("https://github.com/kubernetes/kubernetes/pull/{number}");
        return Some((address, rule.source.to_owned()));
    }
    let path = rule.upstream()?.path;
    let mut name = path.rsplit('/').next().unwrap_or(&path).to_owned();
    let kind = if name.contains('.') { "blob" } else { "tree" };
    let young = YOUNG.iter().find(|(young, _)| path.starts_with(young));
    let tag = young.map_or(version, |(_, versions)| versions.nearest(version));
    if tag != version {
        name += &format!(" ({tag})");
    }
    let address = format!("https://github.com/kubernetes/kubernetes/{kind}/v{tag}.0/{path}");
    Some((address, name))
}

/// Properties of [`RuleLinks`].
#[derive(Clone, PartialEq, Properties)]
pub struct Props {
    pub lang: Lang,
    pub rule: &'static Rule,
    pub version: KubeVersion,
}

/// The links of a rule, in one line.
#[component]
pub fn RuleLinks(props: &Props) -> Html {
    let Props { lang, rule, version } = *props;
    let source = source(rule, version);
    let source =
        source.map(|(address, name)| external(address, html! { <span lang="en">{ name }</span> }));
    let links = [source, section(rule, lang)].into_iter().flatten().enumerate();
    let links: Html =
        links.map(|(at, link)| html! { <>{ (at > 0).then_some(" · ") }{ link }</> }).collect();
    html! { <span class="rule-links">{ links }</span> }
}

/// The link to the section of the documentation about a rule.
pub fn section(rule: &Rule, lang: Lang) -> Option<Html> {
    documentation(rule, lang)
        .map(|address| external(address, html! { { DOCUMENTATION.get(lang) } }))
}

/// A link that leaves the page.
pub fn external(address: String, name: Html) -> Html {
    html! { <a href={address} target="_blank" rel="noopener noreferrer">{ name }</a> }
}

#[cfg(test)]
mod tests {
    use dualstack_core::all_rules;
    use dualstack_core::explain::rule::Rule;
    use dualstack_core::explain::text::Lang;
    use dualstack_core::release::version::KubeVersion;

    use super::{SECTIONS, YOUNG, documentation, source};

    fn rule(id: &str) -> &'static Rule {
        all_rules().find(|rule| rule.id == id).expect("the test names a rule")
    }

    fn minor(minor: u8) -> KubeVersion {
        KubeVersion::minor(minor).expect("the test names a version")
    }

    #[test]
    fn a_rule_leads_to_its_file_at_the_tag_of_the_version() {
        let alloc = "pkg/registry/core/service/storage/alloc.go";
        let github = "https://github.com/kubernetes/kubernetes";
        let is = |id, shown, address: String, name: &str| {
            assert_eq!(source(rule(id), minor(shown)), Some((address, name.to_owned())), "{id}");
        };
        is("FAM-1", 36, format!("{github}/blob/v1.36.0/{alloc}"), "alloc.go");
        is("FAM-1", 20, format!("{github}/blob/v1.23.0/{alloc}"), "alloc.go (1.23)");
        let json = "staging/src/k8s.io/apimachinery/pkg/runtime/serializer/json/json.go";
        is("DEC-3", 30, format!("{github}/blob/v1.30.0/{json}"), "json.go");
        let repair = "pkg/registry/core/service/ipallocator/controller/repair.go";
        is("API-17b", 36, format!("{github}/blob/v1.36.0/{repair}"), "repair.go");
        // These are in no repository that has tags of Kubernetes.
        for id in ["MSG-7b", "API-10b", "POD-1a", "PRE-1a", "PLAN-3a"] {
            assert_eq!(source(rule(id), minor(36)), None, "{id}");
        }
    }

    #[test]
    fn a_rule_leads_to_the_section_of_the_documentation_in_the_language() {
        let of = |id, lang| documentation(rule(id), lang).expect("there is a section");
        let page = "docs/concepts/services-networking/dual-stack/";
        assert_eq!(of("FAM-1", Lang::En), format!("https://kubernetes.io/{page}#services"));
        assert_eq!(of("FAM-1", Lang::Zh), format!("https://kubernetes.io/zh-cn/{page}#services"));
        assert_eq!(of("VER-3", Lang::Zh), format!("https://kubernetes.io/zh-cn/{page}"));
        assert_eq!(of("PLAN-3a", Lang::En), "https://www.rfc-editor.org/rfc/rfc4193#section-3.1");
        assert_eq!(documentation(rule("MSG-7b"), Lang::En), None);
    }

    #[test]
    fn the_tables_name_what_rules_name() {
        for (kinds, ..) in SECTIONS {
            for kind in *kinds {
                let is_kind = |rule: &Rule| rule.id.split('-').next() == Some(kind);
                assert!(all_rules().any(is_kind), "{kind}");
            }
        }
        for (young, _) in YOUNG {
            let is_in = |rule: &Rule| rule.upstream().is_some_and(|it| it.path.starts_with(young));
            assert!(all_rules().any(is_in), "{young}");
        }
    }
}
