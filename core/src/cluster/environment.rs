//! What does the text of the flags say of the provider and the network plugin? No flag tells of them, so they
//! are switches: comment lines in the text, where they travel with it and no program reads them.
//! `# provider: dual-stack | ipv4 | ipv6`, `# network plugin: dual-stack | ipv4 | ipv6 | none`. The last line
//! of a switch counts, and a switch that is not there is dual-stack.

use std::net::IpAddr;

use crate::net::Family;
use crate::source::edit::Edit;
use crate::source::flags;
use crate::source::flags::edit::merge;
use crate::source::span::Span;

/// The families that something can do.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Families {
    /// IPv4 and IPv6.
    #[default]
    Both,
    /// One of them.
    Only(Family),
}

impl Families {
    /// Every value, the usual one first.
    pub const ALL: [Self; 3] = [Self::Both, Self::Only(Family::V4), Self::Only(Family::V6)];

    /// Whether this family is among them.
    #[must_use]
    pub fn has(self, family: Family) -> bool {
        self.lacks() != Some(family)
    }

    /// The family that is not.
    #[must_use]
    pub const fn lacks(self) -> Option<Family> {
        match self {
            Self::Both => None,
            Self::Only(family) => Some(family.other()),
        }
    }

    /// As a switch has it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Both => "dual-stack",
            Self::Only(Family::V4) => "ipv4",
            Self::Only(Family::V6) => "ipv6",
        }
    }
}

/// What a switch says.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Switch {
    /// The families that the network of the nodes routes.
    Provider(Families),
    /// The families that the network plugin gives Pods; none if there is no plugin.
    Plugin(Option<Families>),
}

impl Switch {
    const PROVIDER: &'static str = "provider";
    const PLUGIN: &'static str = "network plugin";

    /// What the switch is about, as its line has it.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Provider(_) => Self::PROVIDER,
            Self::Plugin(_) => Self::PLUGIN,
        }
    }

    /// Its value, as its line has it.
    #[must_use]
    pub const fn value(self) -> &'static str {
        match self {
            Self::Provider(families) | Self::Plugin(Some(families)) => families.name(),
            Self::Plugin(None) => "none",
        }
    }

    /// Whether it says what is so without it.
    #[must_use]
    pub const fn is_usual(self) -> bool {
        matches!(self, Self::Provider(Families::Both) | Self::Plugin(Some(Families::Both)))
    }

    /// Every value of the switch of a key.
    pub(crate) fn all(key: &str) -> Vec<Self> {
        let families = Families::ALL.into_iter();
        if key == Self::PROVIDER {
            return families.map(Self::Provider).collect();
        }
        families.map(|it| Self::Plugin(Some(it))).chain([Self::Plugin(None)]).collect()
    }
}

/// A line with the key of a switch.
struct Line {
    key: &'static str,
    /// From the hash to the end of the value.
    span: Span,
    value: Span,
    read: Option<Switch>,
}

/// Letters and digits of a word, small.
fn plain(text: &str) -> String {
    text.chars().filter(|char| char.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn lines(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        found.extend(switch_line(line, start));
        start += line.len();
    }
    found
}

fn switch_line(line: &str, start: usize) -> Option<Line> {
    let body = line.trim();
    let at = start + line.len() - line.trim_start().len();
    let inner = body.strip_prefix('#')?;
    let (key, value) = inner.split_once([':', '：'])?;
    let key = [Switch::PROVIDER, Switch::PLUGIN].into_iter().find(|it| plain(it) == plain(key))?;
    let span = Span::new(at, at + body.len());
    let value = Span::new(span.end - value.trim_start().len(), span.end);
    let said = match plain(&text_of(line, start, value)) {
        said if ["dual", "both", "ipv4ipv6", "ipv6ipv4"].contains(&said.as_str()) => {
            plain(Families::Both.name())
        }
        said => said,
    };
    let read = Switch::all(key).into_iter().find(|switch| plain(switch.value()) == said);
    Some(Line { key, span, value, read })
}

fn text_of(line: &str, start: usize, span: Span) -> String {
    line.get(span.start - start..span.end - start).unwrap_or_default().to_owned()
}

/// A value that a switch does not know.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unread {
    /// Of which switch.
    pub key: &'static str,
    /// Where it stands.
    pub span: Span,
    /// As it was written.
    pub value: String,
}

/// What a text says of provider and network plugin.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Environment {
    /// The families that the network of the nodes routes.
    pub provider: Families,
    /// The families that the network plugin gives Pods; none if there is no plugin.
    pub plugin: Option<Families>,
    /// Where the line of the first stands, if the text has one.
    pub provider_span: Option<Span>,
    /// Where the line of the second stands, if the text has one.
    pub plugin_span: Option<Span>,
    /// Values that nobody knows.
    pub unread: Vec<Unread>,
}

impl Environment {
    /// Reads the switches of a text; never fails.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut found = Self { plugin: Some(Families::Both), ..Self::default() };
        for line in lines(text) {
            match line.read {
                Some(Switch::Provider(families)) => {
                    (found.provider, found.provider_span) = (families, Some(line.span));
                }
                Some(Switch::Plugin(families)) => {
                    (found.plugin, found.plugin_span) = (families, Some(line.span));
                }
                None => {
                    let value = text_of(text, 0, line.value);
                    found.unread.push(Unread { key: line.key, span: line.value, value });
                }
            }
        }
        found
    }
}

/// The edit that sets a switch; `None` if the text says that already. What is so without a line gets none: its
/// lines go.
#[must_use]
pub fn set(text: &str, switch: Switch) -> Option<Edit> {
    let lines = lines(text);
    let own = || lines.iter().filter(|line| line.key == switch.key());
    if switch.is_usual() {
        let whole = |line: &Line| {
            let start = text[..line.span.start].rfind('\n').map_or(0, |newline| newline + 1);
            let behind = text[line.span.end..].find('\n');
            let end = behind.map_or(text.len(), |newline| line.span.end + newline + 1);
            Edit { span: Span::new(start, end), text: String::new() }
        };
        return merge(text, own().map(whole).collect());
    }
    // Of lines that say something the last one counts; one that says nothing may be mended instead.
    let counts = own().rfind(|line| line.read.is_some()).or(own().next_back());
    if let Some(line) = counts {
        let value = switch.value();
        let lead = if text[..line.value.start].ends_with([':', '：']) { " " } else { "" };
        let edit = Edit { span: line.value, text: [lead, value].concat() };
        return (line.read != Some(switch)).then_some(edit);
    }
    // Below the other switch; or above everything else, but for a heading that has its line to itself.
    let flags = flags::parse(text);
    let heading = flags.sections.first().and_then(|section| section.heading).filter(|heading| {
        let line = text[heading.end..].split('\n').next().unwrap_or_default();
        text[..heading.start].trim().is_empty() && line.trim().is_empty()
    });
    let above = lines.first().map(|line| line.span).or(heading);
    let at = above.map_or(0, |above| {
        text[above.end..].find('\n').map_or(text.len(), |newline| above.end + newline + 1)
    });
    let lead = if at > 0 && !text[..at].ends_with('\n') { "\n" } else { "" };
    let line = ["# ", switch.key(), ": ", switch.value()].concat();
    Some(Edit { span: Span::new(at, at), text: [lead, &line, "\n"].concat() })
}

/// Addresses as far as a provider routes their family.
pub(crate) fn routed(provider: Families, ips: impl IntoIterator<Item = IpAddr>) -> Vec<IpAddr> {
    ips.into_iter().filter(|ip| provider.has(Family::of(*ip))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Environment, Families, Switch, set};
    use crate::explain::text::Lang;
    use crate::net::Family::{V4, V6};

    const ONLY_V4: Families = Families::Only(V4);
    const ONLY_V6: Families = Families::Only(V6);

    fn read(text: &str) -> (Families, Option<Families>) {
        let found = Environment::of(text);
        (found.provider, found.plugin)
    }

    #[test]
    fn a_switch_is_a_comment_line_whatever_its_case_and_blanks() {
        for line in [
            "# provider: ipv4",
            "#provider:IPv4",
            "  #  Provider :  IPV4  ",
            "--a=1\n# provider: ipv4\n--b=2",
            "# provider: ipv6\n# provider: ipv4",
            "# PROVIDER：ipv4\r\nkubelet",
        ] {
            assert_eq!(read(line).0, ONLY_V4, "{line}");
        }
        for line in ["# network plugin: none", "# Network-Plugin: NONE", "#network_plugin : none"] {
            assert_eq!(read(line), (Families::Both, None), "{line}");
        }
        for line in
            ["# provider: dual-stack", "# provider: Dual Stack", "# provider: IPv4, IPv6", ""]
        {
            assert_eq!(read(line), (Families::Both, Some(Families::Both)), "{line}");
        }
        // A flag with a comment behind it, a word that is no key, a line that is no comment.
        for line in ["--a=1 # provider: ipv4", "# my provider: ipv4", "provider: ipv4"] {
            assert_eq!(read(line).0, Families::Both, "{line}");
        }
    }

    #[test]
    fn a_value_that_nobody_knows_is_told_and_changes_nothing() {
        let text = "# provider: aws\n# network plugin: ipv6\n# provider: none";
        let found = Environment::of(text);
        assert_eq!((found.provider, found.plugin), (Families::Both, Some(ONLY_V6)));
        let unread = found.unread.iter().map(|it| &text[it.span.start..it.span.end]);
        assert_eq!(unread.collect::<Vec<_>>(), ["aws", "none"]);
        let says = found.unread[0].step().plain(Lang::En);
        assert!(says.contains("# provider:") && says.contains("dual-stack, ipv4, ipv6"), "{says}");
    }

    /// What becomes of a text; it says then what was meant.
    fn sets(text: &str, switch: Switch, expect: Option<&str>) {
        let edited = set(text, switch).map(|edit| edit.apply(text));
        assert_eq!(edited.as_deref(), expect, "{text}");
        let found = Environment::of(edited.as_deref().unwrap_or(text));
        let says = match switch {
            Switch::Provider(_) => Switch::Provider(found.provider),
            Switch::Plugin(_) => Switch::Plugin(found.plugin),
        };
        assert_eq!(says, switch);
    }

    #[test]
    fn a_switch_is_set_where_it_stands_or_above_everything() {
        let (v4, both) = (Switch::Provider(ONLY_V4), Switch::Provider(Families::Both));
        sets("kubelet\n--a=1\n", v4, Some("kubelet\n# provider: ipv4\n--a=1\n"));
        sets("kubelet · a", v4, Some("kubelet · a\n# provider: ipv4\n"));
        sets("kubelet --a=1", v4, Some("# provider: ipv4\nkubelet --a=1"));
        sets("- kubelet\n- --a=1", v4, Some("# provider: ipv4\n- kubelet\n- --a=1"));
        sets("kubelet \\\n--a=1", v4, Some("# provider: ipv4\nkubelet \\\n--a=1"));
        sets("", v4, Some("# provider: ipv4\n"));
        sets("x\n#provider:IPv6 \n", v4, Some("x\n#provider: ipv4 \n"));
        sets("# provider: ipv4", v4, None);
        sets("# provider: aws\n", v4, Some("# provider: ipv4\n"));
        sets("x\n# provider: ipv4\ny", both, Some("x\ny"));
        sets("# provider: ipv4\nx\n# provider: ipv6", both, Some("x\n"));
        sets("x", both, None);
        let none = Switch::Plugin(None);
        sets("# provider: ipv4", none, Some("# provider: ipv4\n# network plugin: none\n"));
        sets("# provider: ipv4\nx", none, Some("# provider: ipv4\n# network plugin: none\nx"));
        sets("# network plugin:\nx", none, Some("# network plugin: none\nx"));
    }
}
