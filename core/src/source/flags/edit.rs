//! How does a text of flags change so that every other byte stays: comments, order and quotes? The only code
//! that edits flags. Each operation gives an [`Edit`]; several become one by [`merge`].

use crate::source::edit::Edit;
use crate::source::flags::table::FEATURE_GATES;
use crate::source::flags::{Component, Flag, FlagsText, Section};
use crate::source::span::Span;

/// What happens to a flag, by its name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Change<'a> {
    /// It gets this value. A missing flag is added.
    Set(&'a str),
    /// It goes.
    Remove,
    /// This entry of its list becomes another; a number past the end adds one. A missing flag is added.
    SetEntry(usize, &'a str),
    /// This entry of its list goes; with the only one, the flag.
    RemoveEntry(usize),
}

/// How a missing flag is added.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Placement {
    /// Behind the last flag of the section, in the way that one is written: on a line of its own, as an item of
    /// a list, behind a backslash, or on the same line. Not without a section, nor in a list in brackets.
    LikeLast,
    /// On a line of its own behind the last flag, or at the start of the text.
    OwnLine,
}

/// Edits the flags of one component.
#[derive(Clone, Copy, Debug)]
pub struct Editor<'a> {
    /// The whole text.
    pub text: &'a str,
    /// Its flags, or only those that count for one node.
    pub flags: &'a FlagsText,
    /// Whose flags change.
    pub component: Component,
    /// How a missing flag is added.
    pub placement: Placement,
}

impl Editor<'_> {
    /// The edit that changes a flag; of repeated ones the last. `None` if there is nothing to remove, or no place
    /// for a new flag.
    #[must_use]
    pub fn change(&self, name: &str, change: Change<'_>) -> Option<Edit> {
        match (self.flags.last(self.component, name), change) {
            (Some(flag), Change::Set(value)) => Some(set_value(self.text, flag, value)),
            (Some(flag), Change::SetEntry(at, value)) => {
                Some(set_entry(self.text, flag, at, value))
            }
            (Some(flag), Change::Remove) => Some(remove(self.text, flag)),
            (Some(flag), Change::RemoveEntry(at)) => remove_entry(self.text, flag, at),
            (None, Change::Set(value) | Change::SetEntry(_, value)) => self.add(name, value),
            (None, Change::Remove | Change::RemoveEntry(_)) => None,
        }
    }

    /// The edit that switches a feature gate on, beside the gates that are there.
    #[must_use]
    pub fn switch_on(&self, gate: &str) -> Option<Edit> {
        let given = self.flags.last(self.component, FEATURE_GATES);
        let names: Vec<&str> = given.map_or_else(Vec::new, |flag| {
            let entries = flag.entries(self.text);
            entries.map(|(_, entry)| entry.split('=').next().unwrap_or(entry).trim()).collect()
        });
        let at = names.iter().rposition(|name| *name == gate).unwrap_or(names.len());
        self.change(FEATURE_GATES, Change::SetEntry(at, &[gate, "=true"].concat()))
    }

    fn add(&self, name: &str, value: &str) -> Option<Edit> {
        let flag = written(name, value);
        match self.placement {
            Placement::LikeLast => {
                let own = |section: &&Section| section.component == self.component;
                let section = self.flags.sections.iter().rfind(own)?;
                match section.flags.last() {
                    Some(last) => behind(self.text, last, &flag),
                    None => Some(below(self.text, section.span, "", &flag)),
                }
            }
            Placement::OwnLine => Some(match self.flags.of(self.component).last() {
                Some(last) => below(self.text, last.span, "", &flag),
                None => insert(0, [&flag, "\n"].concat()),
            }),
        }
    }
}

/// The edit that gives a flag a value.
#[must_use]
pub fn set_value(text: &str, flag: &Flag, value: &str) -> Edit {
    if flag.takes_next_flag() {
        // With a value of its own the next word is a flag again.
        return insert(flag.name_span.end, ["=", value].concat());
    }
    let Some(old) = &flag.value else {
        return Edit { span: flag.value_span, text: ["=", value].concat() };
    };
    // A blank behind a comma cut the value off: what stands alone behind it joins it.
    let mut span = flag.value_span;
    let word = text[flag.span.end..].trim_start();
    if let Some(added) = value.strip_prefix(old.as_str())
        && old.ends_with(',')
        && !added.is_empty()
        && word.starts_with(added)
    {
        span.end = text.len() - word.len() + added.len();
    }
    Edit { span, text: value.to_owned() }
}

fn set_entry(text: &str, flag: &Flag, at: usize, value: &str) -> Edit {
    if flag.takes_next_flag() || flag.value.as_ref().is_none_or(String::is_empty) {
        return set_value(text, flag, value);
    }
    match flag.entries(text).nth(at) {
        Some((span, _)) => Edit { span, text: value.to_owned() },
        None => insert(flag.value_span.end, [",", value].concat()),
    }
}

fn remove_entry(text: &str, flag: &Flag, at: usize) -> Option<Edit> {
    let entries: Vec<Span> = flag.entries(text).map(|(span, _)| span).collect();
    let mut span = *entries.get(at)?;
    if entries.len() == 1 || flag.takes_next_flag() {
        return Some(remove(text, flag));
    }
    // With the comma that joined it.
    if at == 0 {
        span.end += 1;
    } else {
        span.start -= 1;
    }
    Some(Edit { span, text: String::new() })
}

/// The edit that removes a flag, with its line if it has one to itself.
#[must_use]
pub fn remove(text: &str, flag: &Flag) -> Edit {
    if flag.takes_next_flag() {
        // The word that it takes becomes a flag again.
        let quotes = text[flag.name_span.end..].starts_with(['"', '\'']);
        let span = Span::new(flag.span.start, flag.name_span.end + usize::from(quotes));
        return remove(text, &flag.without_value(span));
    }
    let span = if is_alone(text, flag) { line_of(text, flag.span) } else { flag.span };
    Edit { span, text: String::new() }
}

/// The edit that gives a flag another name.
#[must_use]
pub fn rename(flag: &Flag, name: &str) -> Edit {
    Edit { span: flag.name_span, text: name.to_owned() }
}

/// The edit that adds a flag before another one: on a line of its own if the other has one.
#[must_use]
pub fn add_before(text: &str, other: &Flag, name: &str, value: &str) -> Edit {
    let (flag, lead) = (written(name, value), lead(text, other.span));
    if !begins_line(lead) {
        return insert(other.span.end, [" ", &flag].concat());
    }
    let end = if is_continued(text, other) { " \\\n" } else { "\n" };
    insert(other.span.start - lead.len(), [lead, &flag, end].concat())
}

/// The edit that adds a flag behind another one, written as that one is.
#[must_use]
pub fn add_behind(text: &str, other: &Flag, name: &str, value: &str) -> Edit {
    let flag = written(name, value);
    behind(text, other, &flag).unwrap_or_else(|| insert(other.span.end, [" ", &flag].concat()))
}

/// Whether a flag has its line to itself.
#[must_use]
pub fn is_alone(text: &str, flag: &Flag) -> bool {
    let line = line_of(text, flag.span);
    begins_line(lead(text, flag.span)) && text[flag.span.end..line.end].trim().is_empty()
}

/// Several edits as one: the stretch from the first to the last, with what stands between them. `None` without
/// edits, or if two of them overlap.
#[must_use]
pub fn merge(text: &str, mut edits: Vec<Edit>) -> Option<Edit> {
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

/// Adds an empty section at the end of a text.
pub fn add_section(text: &mut String, heading: &str) {
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    text.push_str(heading);
    text.push('\n');
}

fn written(name: &str, value: &str) -> String {
    ["--", name, "=", value].concat()
}

fn insert(at: usize, text: String) -> Edit {
    Edit { span: Span::new(at, at), text }
}

/// The lines of a span, with the last line break.
fn line_of(text: &str, span: Span) -> Span {
    let start = text[..span.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[span.end..].find('\n').map_or(text.len(), |newline| span.end + newline + 1);
    Span::new(start, end)
}

/// What stands before a flag on its line.
fn lead(text: &str, span: Span) -> &str {
    &text[line_of(text, span).start..span.start]
}

/// Whether a flag behind this lead is the first thing on its line; the mark of a list item does not count.
fn begins_line(lead: &str) -> bool {
    ["", "-"].contains(&lead.trim())
}

/// Whether a backslash before the line of a flag, or behind the flag, continues the command.
fn is_continued(text: &str, flag: &Flag) -> bool {
    let before = &text[..line_of(text, flag.span).start];
    before.trim_end_matches(['\r', '\n']).ends_with('\\')
        || text[flag.span.end..].trim_start_matches([' ', '\t']).starts_with("\\\n")
}

/// A flag behind another one, written as that one is; `None` in a list in brackets.
fn behind(text: &str, other: &Flag, flag: &str) -> Option<Edit> {
    let lead = lead(text, other.span);
    if !begins_line(lead) {
        return (!lead.contains('[')).then(|| insert(other.span.end, [" ", flag].concat()));
    }
    if is_continued(text, other) {
        return Some(insert(other.span.end, [" \\\n", lead, flag].concat()));
    }
    Some(below(text, other.span, lead, flag))
}

/// A flag on a line of its own below a span.
fn below(text: &str, span: Span, lead: &str, flag: &str) -> Edit {
    let end = line_of(text, span).end;
    if text[..end].ends_with('\n') && end > span.end {
        insert(end, [lead, flag, "\n"].concat())
    } else {
        insert(end, ["\n", lead, flag].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Change, Editor, Placement, add_before, add_behind, add_section, is_alone, merge, remove,
        rename, set_value,
    };
    use crate::source::flags::Component::{
        self, KubeApiserver, KubeControllerManager, KubeProxy, Kubelet,
    };
    use crate::source::flags::{Flag, parse};

    /// The text after a change of `--a`.
    fn changed(
        text: &str,
        component: Component,
        placement: Placement,
        change: Change<'_>,
    ) -> Option<String> {
        let editor = Editor { text, flags: &parse(text), component, placement };
        editor.change("a", change).map(|edit| edit.apply(text))
    }

    fn check(text: &str, component: Component, change: Change<'_>, expect: Option<&str>) {
        let got = changed(text, component, Placement::LikeLast, change);
        assert_eq!(got.as_deref(), expect, "{text}");
    }

    fn sets(text: &str, component: Component, expect: Option<&str>) {
        check(text, component, Change::Set("9"), expect);
    }

    #[test]
    fn a_flag_is_set_where_it_stands_or_behind_its_section() {
        let text = "--x=1\nkube-proxy\n--a='1' # one\n\nkubelet\n--b=2";
        sets(text, KubeProxy, Some("--x=1\nkube-proxy\n--a='9' # one\n\nkubelet\n--b=2"));
        sets(text, Kubelet, Some("--x=1\nkube-proxy\n--a='1' # one\n\nkubelet\n--b=2\n--a=9"));
        sets(
            text,
            KubeApiserver,
            Some("--x=1\n--a=9\nkube-proxy\n--a='1' # one\n\nkubelet\n--b=2"),
        );
        sets(text, KubeControllerManager, None);
        sets("kubelet --a", Kubelet, Some("kubelet --a=9"));
        sets("kubelet", Kubelet, Some("kubelet\n--a=9"));
        sets("kubelet · x\n\n--b=1", Kubelet, Some("kubelet · x\n\n--b=1\n--a=9"));
        sets("kubelet --a=1 --a=2", Kubelet, Some("kubelet --a=1 --a=9"));
    }

    #[test]
    fn a_new_flag_is_written_as_the_last_one_is() {
        sets("kubelet --b=1 # x\n", Kubelet, Some("kubelet --b=1 --a=9 # x\n"));
        sets("ARGS\n- kubelet\n- --b=1\n", Kubelet, Some("ARGS\n- kubelet\n- --b=1\n- --a=9\n"));
        sets("kubelet \\\n  --b=1\n", Kubelet, Some("kubelet \\\n  --b=1 \\\n  --a=9\n"));
        sets("kubelet\n--b=1 \\\n\n", Kubelet, Some("kubelet\n--b=1 \\\n--a=9 \\\n\n"));
        sets("KUBELET_EXTRA_ARGS=\"--b=1\"", Kubelet, Some("KUBELET_EXTRA_ARGS=\"--b=1 --a=9\""));
        sets("[\"kubelet\", \"--b=1\"]", Kubelet, None);
    }

    #[test]
    fn a_new_flag_may_have_a_line_of_its_own_in_any_text() {
        let check = |text: &str, expect: &str| {
            let got = changed(text, KubeApiserver, Placement::OwnLine, Change::Set("9"));
            assert_eq!(got.as_deref(), Some(expect), "{text}");
        };
        check("", "--a=9\n");
        check("kubelet --b=1", "--a=9\nkubelet --b=1");
        check("--b=1", "--b=1\n--a=9");
        check("kube-apiserver --b=1 # x\nkubelet\n", "kube-apiserver --b=1 # x\n--a=9\nkubelet\n");
        check("[\"kube-apiserver\", \"--b=1\"]\n", "[\"kube-apiserver\", \"--b=1\"]\n--a=9\n");
    }

    #[test]
    fn a_removed_flag_takes_its_line_along_if_nothing_else_is_on_it() {
        let removes = |text: &str, expect| check(text, KubeApiserver, Change::Remove, expect);
        removes("--x\n--a=1\n--b", Some("--x\n--b"));
        removes("- --x\n- --a=1\n", Some("- --x\n"));
        removes("--x\n--a=1 # why\n", Some("--x\n # why\n"));
        removes("--x --a=1 --b", Some("--x  --b"));
        removes("--x", None);
    }

    #[test]
    fn what_a_blank_cut_off_joins_the_value() {
        let text = "--a=1, 2 # two\n";
        check(text, KubeApiserver, Change::Set("1,2"), Some("--a=1,2 # two\n"));
        check(text, KubeApiserver, Change::Set("3"), Some("--a=3 2 # two\n"));
    }

    #[test]
    fn one_entry_of_a_list_changes_alone() {
        let does = |text: &str, change, expect| check(text, KubeApiserver, change, expect);
        does("--a='1, 2' # x", Change::SetEntry(0, "9"), Some("--a='9, 2' # x"));
        does("--a=1,2", Change::SetEntry(1, "9"), Some("--a=1,9"));
        does("--a=1,2", Change::SetEntry(2, "9"), Some("--a=1,2,9"));
        does("--a \"1\"", Change::SetEntry(7, "9"), Some("--a \"1,9\""));
        does("--a=", Change::SetEntry(0, "9"), Some("--a=9"));
        does("--a", Change::SetEntry(1, "9"), Some("--a=9"));
        does("--x", Change::SetEntry(1, "9"), Some("--x\n--a=9"));
        does("--a=1,2,3", Change::RemoveEntry(0), Some("--a=2,3"));
        does("--a=1,2,3", Change::RemoveEntry(1), Some("--a=1,3"));
        does("--a=1,2,3", Change::RemoveEntry(2), Some("--a=1,2"));
        does("--x\n--a=1\n", Change::RemoveEntry(0), Some("--x\n"));
        does("--a=1", Change::RemoveEntry(1), None);
        does("--x", Change::RemoveEntry(0), None);
    }

    #[test]
    fn a_gate_is_switched_on_beside_the_others() {
        let check = |text: &str, expect: &str| {
            let placement = Placement::LikeLast;
            let editor = Editor { text, flags: &parse(text), component: KubeApiserver, placement };
            let edit = editor.switch_on("G").expect("there is a section");
            assert_eq!(edit.apply(text), expect, "{text}");
        };
        check("--x", "--x\n--feature-gates=G=true");
        check("--feature-gates=A=true,GG=false", "--feature-gates=A=true,GG=false,G=true");
        check("--feature-gates=G=false,A=true", "--feature-gates=G=true,A=true");
        check("--feature-gates 'A=true, G'", "--feature-gates 'A=true,G=true'");
        check("--feature-gates", "--feature-gates=G=true");
    }

    /// The text after an edit that is made of the first flag.
    fn of_first(text: &str, edit: impl Fn(&Flag) -> super::Edit) -> String {
        edit(&parse(text).sections[0].flags[0]).apply(text)
    }

    #[test]
    fn a_flag_that_took_the_next_one_gives_it_back() {
        let value = |text: &str| of_first(text, |flag| set_value(text, flag, "::1"));
        let gone = |text: &str| of_first(text, |flag| remove(text, flag));
        assert_eq!(value("kubelet --node-ip --v=2"), "kubelet --node-ip=::1 --v=2");
        assert_eq!(gone("kubelet --node-ip --v=2"), "kubelet  --v=2");
        let list = "command:\n- kubelet\n- '--node-ip'\n- '--v=2'\n";
        assert_eq!(value(list), list.replace("-ip'", "-ip=::1'"));
        assert_eq!(gone(list), list.replace("- '--node-ip'\n", ""));
    }

    #[test]
    fn a_flag_may_join_another_one() {
        let before = |text: &str| of_first(text, |flag| add_before(text, flag, "a", "9"));
        let behind = |text: &str| of_first(text, |flag| add_behind(text, flag, "a", "9"));
        assert_eq!(before("- --b=1\n- --c"), "- --a=9\n- --b=1\n- --c");
        assert_eq!(behind("- --b=1\n- --c"), "- --b=1\n- --a=9\n- --c");
        assert_eq!(before("kubelet --b=1 --c"), "kubelet --b=1 --a=9 --c");
        assert_eq!(behind("kubelet --b=1 --c"), "kubelet --b=1 --a=9 --c");
        assert_eq!(before("kubelet \\\n --b=1\n"), "kubelet \\\n --a=9 \\\n --b=1\n");
        assert_eq!(behind("kubelet \\\n --b=1\n"), "kubelet \\\n --b=1 \\\n --a=9\n");
        assert_eq!(behind("--b=1 \\\n --c"), "--b=1 \\\n--a=9 \\\n --c");
        assert_eq!(of_first("kubelet --b=1", |flag| rename(flag, "a")), "kubelet --a=1");
    }

    #[test]
    fn a_comment_behind_a_flag_shares_its_line() {
        for (text, expect) in [("  --a=1 \n", true), ("- --a=1", true), ("--a=1 # x", false)] {
            let flag = &parse(text).sections[0].flags[0];
            assert_eq!(is_alone(text, flag), expect, "{text}");
            assert_eq!(remove(text, flag).span == flag.span, !expect, "{text}");
        }
    }

    #[test]
    fn several_edits_become_one_stretch() {
        let text = "kube-proxy --a=1 # x\nkubelet --a=2\n";
        let flags = &parse(text);
        let edit = |component| {
            let editor = Editor { text, flags, component, placement: Placement::LikeLast };
            editor.change("a", Change::Set("9")).expect("there is a flag")
        };
        let edits = Vec::from([edit(Kubelet), edit(KubeProxy)]);
        let merged = merge(text, edits).expect("there are edits");
        assert_eq!(merged.apply(text), "kube-proxy --a=9 # x\nkubelet --a=9\n");
        assert_eq!(merge(text, Vec::new()), None);
    }

    #[test]
    fn a_section_stands_apart_from_what_is_before_it() {
        let mut text = String::new();
        for heading in ["kube-proxy", "kubelet · a"] {
            add_section(&mut text, heading);
        }
        assert_eq!(text, "kube-proxy\n\nkubelet · a\n");
    }
}
