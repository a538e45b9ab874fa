//! Which flags does each component get? One text, as people paste it, into flags with spans.
//!
//! A line that names a component opens its section; what stands before the first such line is
//! kube-apiserver's. Invariant: never fails; what is no flag becomes a problem, never lost.

use crate::span::Span;

/// The longest text that is read, in bytes.
pub const MAX_BYTES: usize = 64 * 1024;

/// A component with flags.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Component {
    /// The API server.
    KubeApiserver,
    /// The controllers.
    KubeControllerManager,
    /// Service traffic on every node.
    KubeProxy,
    /// The agent on every node.
    Kubelet,
}

impl Component {
    /// All components, in the order of the page.
    pub const ALL: [Self; 4] =
        [Self::KubeApiserver, Self::KubeControllerManager, Self::KubeProxy, Self::Kubelet];

    /// The program's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::KubeApiserver => "kube-apiserver",
            Self::KubeControllerManager => "kube-controller-manager",
            Self::KubeProxy => "kube-proxy",
            Self::Kubelet => "kubelet",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let file = word.rsplit('/').next().unwrap_or(word);
        Self::ALL.into_iter().find(|component| component.name() == file)
    }
}

/// A flag of a component.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flag {
    /// The name without dashes; `_` reads as `-`, as Go's flag sets normalise it.
    pub name: String,
    /// The name in the text.
    pub name_span: Span,
    /// The value without its quotes; `None` for a flag without one.
    pub value: Option<String>,
    /// The value in the text, empty where there is none.
    pub value_span: Span,
    /// Name and value.
    pub span: Span,
}

impl Flag {
    /// Whether no value stands in the text.
    #[must_use]
    pub fn value_span_is_empty(&self) -> bool {
        self.value_span.start == self.value_span.end
    }
}

/// The flags of one component.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    /// Whose flags.
    pub component: Component,
    /// From its heading, or its first flag, to its last.
    pub span: Span,
    /// The line that names the component.
    pub heading: Option<Span>,
    /// Its flags; of repeated ones the last wins.
    pub flags: Vec<Flag>,
}

/// A stretch of the text that is no flag.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FlagProblem {
    /// Where.
    pub span: Span,
    /// In English.
    pub text_en: String,
    /// In Chinese.
    pub text_zh: String,
}

/// A text of flags that was read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FlagsText {
    /// The sections, in the order of the text.
    pub sections: Vec<Section>,
    /// What is no flag.
    pub problems: Vec<FlagProblem>,
}

impl FlagsText {
    /// The flags of a component, from all its sections.
    pub fn of(&self, component: Component) -> impl Iterator<Item = &Flag> {
        self.sections
            .iter()
            .filter(move |section| section.component == component)
            .flat_map(|section| &section.flags)
    }

    /// The flag of this name that counts: the last one.
    #[must_use]
    pub fn last(&self, component: Component, name: &str) -> Option<&Flag> {
        self.of(component).filter(|flag| flag.name == name).last()
    }
}

/// A word of the text: quotes removed, its place kept.
struct Word {
    text: String,
    span: Span,
    /// Whether it is the first of its line.
    starts_line: bool,
}

/// Reads a text.
#[must_use]
pub fn parse(text: &str) -> FlagsText {
    let mut reader = Reader { read: FlagsText::default(), current: None, waiting: None };
    if text.len() > MAX_BYTES {
        reader.read.problems.push(FlagProblem {
            span: Span::new(0, text.len()),
            text_en: format!("The text has {} bytes; {MAX_BYTES} are read at most.", text.len()),
            text_zh: format!("文本有 {} 字节；最多读取 {MAX_BYTES} 字节。", text.len()),
        });
        return reader.read;
    }
    let mut line_start = 0;
    let mut continued = false;
    for line in text.split_inclusive('\n') {
        let end = line_start + line.trim_end_matches(['\n', '\r']).len();
        continued = reader.line(text, Span::new(line_start, end), continued);
        line_start += line.len();
    }
    reader.read
}

struct Reader {
    read: FlagsText,
    /// The section that flags go to.
    current: Option<usize>,
    /// The section and flag whose value may be the next word.
    waiting: Option<(usize, usize)>,
}

impl Reader {
    /// Reads a line; gives whether the next one continues it.
    fn line(&mut self, text: &str, line: Span, continued: bool) -> bool {
        if !continued {
            self.waiting = None;
            if let Some((component, span)) = heading(text, line) {
                self.open(component, span);
                return false;
            }
        }
        let (words, goes_on) = words(text, line);
        let mut after_name = false;
        for word in words {
            if self.waiting.is_none() && !word.text.starts_with("--") {
                let bare = word.text.trim_start_matches("ExecStart=");
                if let Some(component) = Component::from_word(bare.trim_end_matches(':')) {
                    self.open(component, word.span);
                    after_name = true;
                    continue;
                }
            }
            self.word(text, &word, after_name);
        }
        goes_on
    }

    fn open(&mut self, component: Component, heading: Span) {
        self.read.sections.push(Section {
            component,
            span: heading,
            heading: Some(heading),
            flags: Vec::new(),
        });
        self.current = Some(self.read.sections.len() - 1);
        self.waiting = None;
    }

    fn word(&mut self, text: &str, word: &Word, after_name: bool) {
        if let Some(body) = word.text.strip_prefix("--").filter(|body| !body.is_empty()) {
            self.flag(text, word, body);
        } else if let Some((section, flag)) = self.waiting.take() {
            let section = &mut self.read.sections[section];
            let flag = &mut section.flags[flag];
            flag.value = Some(word.text.clone());
            flag.value_span = word.span;
            flag.span.end = word.span.end;
            section.span.end = word.span.end;
        } else if !(word.text == "-" || after_name && word.text.starts_with('$')) {
            let shown: String = word.text.chars().take(40).collect();
            self.read.problems.push(FlagProblem {
                span: word.span,
                text_en: format!("{shown} is no flag: flags start with two dashes."),
                text_zh: format!("{shown} 不是标志：标志以两个连字符开头。"),
            });
        }
    }

    fn flag(&mut self, text: &str, word: &Word, body: &str) {
        let section = match self.current {
            Some(section) => section,
            None => {
                self.read.sections.push(Section {
                    component: Component::KubeApiserver,
                    span: word.span,
                    heading: None,
                    flags: Vec::new(),
                });
                self.current = Some(0);
                0
            }
        };
        let (name, value) = match body.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (body, None),
        };
        // Quotes may stand around the whole flag or the value only.
        let source = &text[word.span.start..word.span.end];
        let name_start = word.span.start + source.find("--").unwrap_or(0);
        let name_span = Span::new(name_start, (name_start + 2 + name.len()).min(word.span.end));
        let mut value_span = Span::new(word.span.end, word.span.end);
        if value.is_some() {
            let start = (name_span.end + 1).min(word.span.end);
            let quoted = |at: usize| text[at..].starts_with(['"', '\'']);
            let start = if start < word.span.end && quoted(start) { start + 1 } else { start };
            let ends_quoted = text[start..word.span.end].ends_with(['"', '\'']);
            value_span = Span::new(start, word.span.end - usize::from(ends_quoted));
        }
        let is_waiting = value.is_none();
        let target = &mut self.read.sections[section];
        target.span.end = word.span.end;
        target.flags.push(Flag {
            name: name.replace('_', "-"),
            name_span,
            value,
            value_span,
            span: word.span,
        });
        self.waiting = is_waiting.then(|| (section, target.flags.len() - 1));
    }
}

/// A line that does nothing but name a component: `kube-proxy`, `kube-proxy:`, `# kube-proxy`,
/// `[kube-proxy]`, `kubelet · node-1`.
fn heading(text: &str, line: Span) -> Option<(Component, Span)> {
    let source = &text[line.start..line.end];
    let trimmed = source.trim();
    let bare = trimmed.trim_start_matches(['#', '[', ' ']).trim_end_matches([']', ':', ' ']);
    let mut words = bare.split_whitespace();
    let component = Component::from_word(words.next()?.trim_end_matches(':'))?;
    // A comment that says more than the name is a comment.
    let rest_is_a_node = match words.next() {
        None => true,
        Some("·" | "on" | "@") => words.count() == 1,
        Some(_) => false,
    };
    let start = line.start + source.find(trimmed)?;
    rest_is_a_node.then(|| (component, Span::new(start, start + trimmed.len())))
}

/// The words of a line, and whether a backslash continues it.
fn words(text: &str, line: Span) -> (Vec<Word>, bool) {
    let source = &text[line.start..line.end];
    let mut words: Vec<Word> = Vec::new();
    let mut goes_on = false;
    let mut chars = source.char_indices().peekable();
    let mut current: Option<(usize, String)> = None;
    let mut quote: Option<char> = None;
    let finish = |current: &mut Option<(usize, String)>, end: usize, words: &mut Vec<Word>| {
        if let Some((start, text)) = current.take() {
            let starts_line = words.is_empty();
            let span = Span::new(line.start + start, line.start + end);
            words.push(Word { text, span, starts_line });
        }
    };
    while let Some((at, char)) = chars.next() {
        if let Some(open) = quote {
            if char == open {
                quote = None;
            } else if let Some((_, word)) = &mut current {
                word.push(char);
            }
            continue;
        }
        match char {
            '"' | '\'' => {
                quote = Some(char);
                current.get_or_insert_with(|| (at, String::new()));
            }
            '#' if current.is_none() => break,
            '\\' if source[at + 1..].trim().is_empty() => {
                goes_on = true;
                break;
            }
            char if char.is_whitespace() => finish(&mut current, at, &mut words),
            char => current.get_or_insert_with(|| (at, String::new())).1.push(char),
        }
    }
    let end = match &current {
        Some(_) if goes_on => source.trim_end().len() - 1,
        _ => source.trim_end().len(),
    };
    finish(&mut current, end, &mut words);
    // List items: `- --flag`, and `"--flag",` of a JSON or YAML flow list.
    if words.first().is_some_and(|word| word.text == "-" && word.starts_line) {
        words.remove(0);
    }
    for word in &mut words {
        let listed = &text[word.span.start..word.span.end];
        if listed.starts_with(['"', '\'']) && listed.ends_with("\",") | listed.ends_with("',") {
            word.text.pop();
            word.span.end -= 1;
        }
    }
    words.retain(|word| !matches!(word.text.as_str(), "[" | "]" | "," | "command:" | "args:"));
    (words, goes_on)
}

#[cfg(test)]
mod tests {
    use super::{Component, parse};

    fn check(text: &str, expect: &[&str]) {
        let read = parse(text);
        let mut got = Vec::new();
        for section in &read.sections {
            for flag in &section.flags {
                let value = flag.value.as_deref().unwrap_or("(none)");
                got.push(format!("{} {}={value}", section.component.name(), flag.name));
                if flag.value.is_some() {
                    assert_eq!(&text[flag.value_span.start..flag.value_span.end], value, "{text}");
                }
            }
        }
        got.extend(
            read.problems
                .iter()
                .map(|problem| format!("problem {}", &text[problem.span.start..problem.span.end])),
        );
        assert_eq!(got, expect, "{text}");
    }

    #[test]
    fn flags_are_read_as_people_write_them() {
        for text in [
            "--service-cluster-ip-range=10.96.0.0/16",
            "  --service-cluster-ip-range 10.96.0.0/16  # primary",
            "kube-apiserver --service-cluster-ip-range=10.96.0.0/16",
            "/usr/bin/kube-apiserver \\\n  --service-cluster-ip-range=10.96.0.0/16 \\\n",
            "ExecStart=/usr/bin/kube-apiserver \\\r\n  --service_cluster_ip_range=10.96.0.0/16\r\n",
            "- kube-apiserver\n- --service-cluster-ip-range=10.96.0.0/16",
            "- \"--service-cluster-ip-range=10.96.0.0/16\"",
            "\"kube-apiserver\",\n\"--service-cluster-ip-range=10.96.0.0/16\",",
            "--service-cluster-ip-range='10.96.0.0/16'",
            "--service-cluster-ip-range \\\n 10.96.0.0/16",
            "command:\n- kube-apiserver\n# a comment\n- --service-cluster-ip-range=10.96.0.0/16",
        ] {
            check(text, &["kube-apiserver service-cluster-ip-range=10.96.0.0/16"]);
        }
    }

    #[test]
    fn a_line_that_names_a_component_opens_its_section() {
        for heading in
            ["kube-proxy", "# kube-proxy", "[kube-proxy]", "kube-proxy:", "kube-proxy · n1"]
        {
            check(
                &format!("--a=1 --b\n{heading}\n--c=双\n"),
                &["kube-apiserver a=1", "kube-apiserver b=(none)", "kube-proxy c=双"],
            );
        }
        check("# kube-proxy is not set up\n--a=1", &["kube-apiserver a=1"]);
    }

    #[test]
    fn what_is_no_flag_is_a_problem() {
        check("hello --a=1 world", &["kube-apiserver a=1", "problem hello", "problem world"]);
        check("-a=1", &["problem -a=1"]);
    }

    #[test]
    fn of_repeated_flags_the_last_counts() {
        let read = parse("--a=1\n--a=2");
        let last = read.last(Component::KubeApiserver, "a").and_then(|flag| flag.value.clone());
        assert_eq!(last.as_deref(), Some("2"));
    }

    #[test]
    fn no_text_panics() {
        let parts =
            ["--", "=", "\"", "'", "\\", "\n", " ", "双", "#", "-", ",", "kubelet", "[", "a"];
        let mut state = 7_usize;
        for _ in 0..20_000 {
            let mut text = String::new();
            for _ in 0..state % 12 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
                text.push_str(parts[(state >> 33) % parts.len()]);
            }
            state = state.wrapping_add(1);
            let _ = parse(&text);
        }
    }
}
