//! Which edit of the text sets a flag of one component, or several flags at once?

use crate::source::edit::Edit;
use crate::source::flags::{Component, FlagsText};
use crate::source::span::Span;

/// The edit that sets a flag of a component: where it stands, or else behind the last flag of its last
/// section, in the way that one is written: on a line of its own, as an item of a list, behind a backslash,
/// or on the same line. `None` if the text has no section of it, or is a list in brackets.
pub(crate) fn set(
    text: &str,
    flags: &FlagsText,
    component: Component,
    name: &str,
    value: &str,
) -> Option<Edit> {
    if let Some(flag) = flags.last(component, name) {
        let equals = if flag.value.is_some() { "" } else { "=" };
        return Some(Edit { span: flag.value_span, text: [equals, value].concat() });
    }
    let section = flags.sections.iter().rfind(|section| section.component == component)?;
    let flag = ["--", name, "=", value].concat();
    let last = section.flags.last().map_or(section.span, |flag| flag.span);
    let line = text.get(..last.start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let lead = text.get(line..last.start)?;
    let is_alone = section.flags.is_empty() || ["", "-"].contains(&lead.trim());
    let continues = text.get(..line)?.trim_end_matches(['\r', '\n']).ends_with('\\');
    let at = |at, text| Some(Edit { span: Span::new(at, at), text });
    if !section.flags.is_empty() && is_alone && continues {
        return at(last.end, format!(" \\\n{lead}{flag}"));
    }
    if !is_alone {
        let is_list = lead.contains('[');
        return if is_list { None } else { at(last.end, format!(" {flag}")) };
    }
    let lead = if section.flags.is_empty() { "" } else { lead };
    match text.get(last.end..)?.find('\n') {
        Some(newline) => at(last.end + newline + 1, format!("{lead}{flag}\n")),
        None => at(text.len(), format!("\n{lead}{flag}")),
    }
}

/// The edit that switches the gate `IPv6DualStack` of a component on, beside the gates that it has.
pub(crate) fn dual_stack_gate(text: &str, flags: &FlagsText, component: Component) -> Option<Edit> {
    const GATES: &str = "feature-gates";
    let given = flags.last(component, GATES).and_then(|flag| flag.value.as_deref());
    let others = given.unwrap_or_default().split(',');
    let others = others.filter(|gate| !gate.is_empty() && !gate.contains("IPv6DualStack"));
    let gates: Vec<&str> = others.chain(["IPv6DualStack=true"]).collect();
    set(text, flags, component, GATES, &gates.join(","))
}

/// Several edits as one: the stretch from the first to the last, with what stands between them.
pub(crate) fn merge(text: &str, mut edits: Vec<Edit>) -> Option<Edit> {
    edits.sort_by_key(|edit| (edit.span.start, edit.span.end));
    edits.dedup();
    let mut edits = edits.into_iter();
    let mut merged = edits.next()?;
    for edit in edits {
        merged.text.push_str(text.get(merged.span.end..edit.span.start)?);
        merged.text.push_str(&edit.text);
        merged.span.end = edit.span.end;
    }
    Some(merged)
}

#[cfg(test)]
mod tests {
    use super::{merge, set};
    use crate::source::flags::{Component, parse};

    fn check(text: &str, component: Component, expect: Option<&str>) {
        let edit = set(text, &parse(text), component, "a", "9");
        assert_eq!(edit.map(|edit| edit.apply(text)).as_deref(), expect, "{text}");
    }

    #[test]
    fn a_flag_is_set_where_it_stands_or_behind_its_section() {
        use Component::{KubeApiserver, KubeProxy, Kubelet};
        let text = "--x=1\nkube-proxy\n--a='1' # one\n\nkubelet\n--b=2";
        check(text, KubeProxy, Some("--x=1\nkube-proxy\n--a='9' # one\n\nkubelet\n--b=2"));
        check(text, Kubelet, Some("--x=1\nkube-proxy\n--a='1' # one\n\nkubelet\n--b=2\n--a=9"));
        check(
            text,
            KubeApiserver,
            Some("--x=1\n--a=9\nkube-proxy\n--a='1' # one\n\nkubelet\n--b=2"),
        );
        check(text, Component::KubeControllerManager, None);
        check("kubelet --a", Kubelet, Some("kubelet --a=9"));
        check("kubelet", Kubelet, Some("kubelet\n--a=9"));
        check("kubelet · x\n\n--b=1", Kubelet, Some("kubelet · x\n\n--b=1\n--a=9"));
    }

    #[test]
    fn a_new_flag_is_written_as_the_last_one_is() {
        use Component::Kubelet;
        check("kubelet --b=1 # x\n", Kubelet, Some("kubelet --b=1 --a=9 # x\n"));
        check("ARGS\n- kubelet\n- --b=1\n", Kubelet, Some("ARGS\n- kubelet\n- --b=1\n- --a=9\n"));
        check("kubelet \\\n  --b=1\n", Kubelet, Some("kubelet \\\n  --b=1 \\\n  --a=9\n"));
        check("KUBELET_EXTRA_ARGS=\"--b=1\"", Kubelet, Some("KUBELET_EXTRA_ARGS=\"--b=1 --a=9\""));
        check("[\"kubelet\", \"--b=1\"]", Kubelet, None);
    }

    #[test]
    fn several_edits_become_one_stretch() {
        let text = "kube-proxy --a=1 # x\nkubelet --a=2\n";
        let edit =
            |component| set(text, &parse(text), component, "a", "9").expect("there is a flag");
        let edits = Vec::from([edit(Component::Kubelet), edit(Component::KubeProxy)]);
        let merged = merge(text, edits).expect("there are edits");
        assert_eq!(merged.apply(text), "kube-proxy --a=9 # x\nkubelet --a=9\n");
        assert_eq!(merge(text, Vec::new()), None);
    }
}
