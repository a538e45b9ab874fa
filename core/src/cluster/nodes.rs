//! Which nodes does a text of flags speak of, and which flags has each?
//!
//! A section of kubelet or kube-proxy names its node behind the program: `kubelet · node-1`, `kubelet:
//! node-1`, `# kube-proxy (node-1)`; several nodes stand behind each other with commas. Blanks in a name
//! become hyphens, and capitals small letters, as in the name of a Node. A section that names none is about
//! every node; what a section with a name says beats it, wherever the two stand. A text that names no node
//! is about one, `node-1`.

use std::collections::BTreeSet;
use std::rc::Rc;

use crate::source::flags::{Component, FlagsText, Section};
use crate::source::span::Span;

/// The node of a text that names none.
pub const ONLY_NODE: &str = "node-1";

/// The components that every node has its own of.
pub const ON_NODES: [Component; 2] = [Component::KubeProxy, Component::Kubelet];

/// A node, and what the text says of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NodeText {
    /// Its name.
    pub name: Rc<str>,
    /// Where it is named first, heading and all; none if no heading names it.
    pub named_at: Option<Span>,
    /// The sections of kubelet and kube-proxy that are about it; of two values the last one counts.
    pub flags: Rc<FlagsText>,
}

/// The nodes of a text, in the order in which they are named.
#[must_use]
pub fn nodes(flags: &FlagsText, text: &str) -> Vec<NodeText> {
    let sections = flags.sections.iter().filter(|section| ON_NODES.contains(&section.component));
    let sections: Vec<(&Section, Vec<String>)> =
        sections.map(|section| (section, names(section, text))).collect();
    let mut found: Vec<(&str, Option<Span>)> = Vec::new();
    let mut known = BTreeSet::new();
    for (section, names) in &sections {
        for name in names {
            if known.insert(name) {
                found.push((name, section.heading));
            }
        }
    }
    if found.is_empty() {
        found.push((ONLY_NODE, None));
    }
    let of = |name: &str| {
        let for_all = sections.iter().filter(|(_, names)| names.is_empty());
        let own = sections.iter().filter(|(_, names)| names.iter().any(|own| own == name));
        let sections = for_all.chain(own).map(|(section, _)| (*section).clone()).collect();
        Rc::new(FlagsText { sections, problems: Vec::new() })
    };
    let node =
        |(name, named_at): (&str, _)| NodeText { name: name.into(), named_at, flags: of(name) };
    found.into_iter().map(node).collect()
}

/// A node that no heading need name: the sections without a name are about it as well.
#[must_use]
pub fn unnamed(flags: &FlagsText, text: &str, name: &str) -> NodeText {
    let sections = flags.sections.iter().filter(|section| ON_NODES.contains(&section.component));
    let sections = sections.filter(|section| names(section, text).is_empty()).cloned().collect();
    let flags = Rc::new(FlagsText { sections, problems: Vec::new() });
    NodeText { name: name.into(), named_at: None, flags }
}

/// The nodes that a section names.
pub(crate) fn names(section: &Section, text: &str) -> Vec<String> {
    if let Some(node) = &section.node {
        return vec![node.to_string()];
    }
    let heading = section.heading.and_then(|span| text.get(span.start..span.end));
    let (heading, program) = (heading.unwrap_or_default(), section.component.name());
    let Some(word) = heading.split_whitespace().find(|word| word.contains(program)) else {
        return Vec::new();
    };
    // A path may have the name of the program twice.
    let within = word.rfind(program).unwrap_or_default() + program.len();
    let label = heading.split_once(word).map_or("", |(_, behind)| behind);
    let label = [&word[within..], label].concat();
    let is_mark = |char: char| !char.is_alphanumeric();
    // What belongs to the word of the program names no node: `kubelet.exe`.
    let label = label.strip_prefix(".exe").unwrap_or(&label);
    let parts = label.split([',', '，', '、']).map(|part| part.trim_matches(is_mark));
    let words = |part: &str| part.split_whitespace().collect::<Vec<_>>().join("-").to_lowercase();
    parts.filter(|part| !part.is_empty()).map(words).collect()
}

#[cfg(test)]
mod tests {
    use super::nodes;
    use crate::source::flags::{Component, parse};

    /// `name: value of --a of kubelet, of kube-proxy`, node by node.
    fn check(text: &str, expect: &[&str]) {
        let value = |node: &super::NodeText, component| {
            let flag = node.flags.last(component, "a").and_then(|flag| flag.value.clone());
            flag.unwrap_or_else(|| "-".to_owned())
        };
        let found: Vec<String> = nodes(&parse(text), text)
            .iter()
            .map(|node| {
                let kubelet = value(node, Component::Kubelet);
                format!("{}: {kubelet} {}", node.name, value(node, Component::KubeProxy))
            })
            .collect();
        assert_eq!(found, expect, "{text}");
    }

    #[test]
    fn a_heading_names_its_node() {
        for heading in [
            "kubelet · node-2",
            "kubelet: node-2",
            "kubelet (node-2)",
            "# kubelet · node-2",
            "=== kubelet · Node 2 ===",
            "/var/lib/kubelet/kubelet · node-2",
        ] {
            check(&format!("{heading}\n--a=1"), &["node-2: 1 -"]);
        }
        for heading in
            ["kubelet", "kubelet:", "[kubelet]", "# kubelet", "=== kubelet ===", "kubelet.exe"]
        {
            check(&format!("{heading}\n--a=1"), &["node-1: 1 -"]);
        }
        check("KUBELET_EXTRA_ARGS=\"--a=1\"", &["node-1: 1 -"]);
        check("kubelet · a, b\n--a=1", &["a: 1 -", "b: 1 -"]);
    }

    #[test]
    fn a_section_without_a_name_is_about_every_node_and_a_name_beats_it() {
        check("kubelet · a\n--a=1\nkubelet · b\n--b=2\nkubelet\n--a=9", &["a: 1 -", "b: 9 -"]);
        check("kubelet · a\n--a=1\nkube-proxy · b\n--a=2", &["a: 1 -", "b: - 2"]);
        check("kubelet · a\nkube-proxy\n--a=2", &["a: - 2"]);
    }

    #[test]
    fn a_text_without_nodes_is_about_one() {
        check("", &["node-1: - -"]);
        check("--a=1", &["node-1: - -"]);
    }
}
