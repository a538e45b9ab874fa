//! Which tool is a text for, which words does a shell make of it, and how are flags written?

use std::borrow::Cow;

use super::Tool;
use crate::source::flags::FlagsText;
use crate::source::span::Span;

/// The groups of config documents.
const GROUPS: [(&str, Tool); 4] = [
    ("kubeadm.k8s.io/", Tool::Kubeadm),
    ("kind.x-k8s.io/", Tool::Kind),
    ("kubelet.config.k8s.io/", Tool::Kubeadm),
    ("kubeproxy.config.k8s.io/", Tool::Kubeadm),
];

/// The tool whose config documents a text has. Only the first `apiVersion` counts: a kind config may hold patches.
pub(super) fn tool_of_documents(text: &str) -> Option<Tool> {
    let mut rest = text;
    while let Some(at) = rest.find("apiVersion") {
        rest = &rest[at + "apiVersion".len()..];
        let value = rest.trim_start_matches(['"', '\'']).trim_start();
        let Some(value) = value.strip_prefix(':') else { continue };
        let value = value.trim_start_matches(['"', '\'', ' ', '\t']);
        if let Some((_, tool)) = GROUPS.iter().find(|(group, _)| value.starts_with(group)) {
            return Some(*tool);
        }
    }
    None
}

/// The text with blanks for what is a shell's or a Markdown page's: `cat <<EOF`, `EOF`, a fence, a prompt.
pub(super) fn without_shell(text: &str) -> Cow<'_, str> {
    let is_shell = |line: &str| {
        let line = line.trim();
        line.starts_with("```")
            || line.starts_with("~~~")
            || line.starts_with("$ ")
            || line == "EOF"
            || (line.contains("<<") && !line.starts_with('#'))
    };
    if !text.lines().any(is_shell) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if is_shell(line) {
            out.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(line);
        }
    }
    Cow::Owned(out)
}

/// A word of a command line.
#[derive(Clone, Debug)]
pub(super) struct Word {
    /// Without quotes.
    pub text: String,
    /// With them.
    pub span: Span,
}

impl Word {
    /// The end of the word from a byte of its text on: exact where nothing in it is quoted.
    pub fn tail(&self, from: usize) -> Span {
        let is_plain = self.span.end - self.span.start == self.text.len();
        let quoted = self.span.end - self.span.start == self.text.len() + 2;
        match (is_plain, quoted) {
            (true, _) => Span::new(self.span.start + from, self.span.end),
            (_, true) => Span::new(self.span.start + 1 + from, self.span.end - 1),
            _ => self.span,
        }
    }
}

/// The commands of a text as a shell splits them. `at` is where the text stands in a larger one.
pub(super) fn commands(text: &str, at: usize) -> Vec<Vec<Word>> {
    let mut commands = vec![Vec::new()];
    let mut word: Option<Word> = None;
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    while let Some((place, char)) = chars.next() {
        let end = at + place + char.len_utf8();
        let is_break = quote.is_none() && (char.is_whitespace() || ";|&".contains(char));
        if is_break {
            if let (Some(word), Some(command)) = (word.take(), commands.last_mut()) {
                command.push(word);
            }
            if !char.is_whitespace() || char == '\n' {
                commands.push(Vec::new());
            }
            continue;
        }
        if char == '#' && quote.is_none() && word.is_none() {
            while chars.next_if(|(_, char)| *char != '\n').is_some() {}
            continue;
        }
        let escaped =
            (char == '\\' && quote != Some('\'')).then(|| chars.peek().copied()).flatten();
        if let Some((_, next @ ('\n' | '\r'))) = escaped {
            chars.next();
            if next == '\r' {
                chars.next_if(|(_, char)| *char == '\n');
            }
            if let (Some(word), Some(command)) = (word.take(), commands.last_mut()) {
                command.push(word);
            }
            continue;
        }
        let open = word.get_or_insert_with(|| Word {
            text: String::new(),
            span: Span::new(at + place, at + place),
        });
        open.span.end = end;
        match (quote, char) {
            (Some(mark), _) if mark == char => quote = None,
            (None, '"' | '\'') => quote = Some(char),
            _ => match escaped {
                Some((place, next)) if next != ' ' || quote.is_none() => {
                    open.text.push(next);
                    open.span.end = at + place + next.len_utf8();
                    chars.next();
                }
                _ => open.text.push(char),
            },
        }
    }
    if let (Some(word), Some(command)) = (word, commands.last_mut()) {
        command.push(word);
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// Flags as a text that reads as the same flags.
pub(super) fn print(flags: &FlagsText) -> String {
    let mut out = String::new();
    for section in &flags.sections {
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(section.component.name());
        if let Some(node) = &section.node {
            out.push_str(" · ");
            out.push_str(node);
        }
        out.push('\n');
        for flag in &section.flags {
            out.push_str("--");
            out.push_str(&flag.name);
            if let Some(value) = &flag.value {
                out.push('=');
                out.push_str(&quoted(value));
            }
            out.push('\n');
        }
    }
    out
}

/// A value as a shell takes it for one word.
fn quoted(value: &str) -> Cow<'_, str> {
    let is_plain = |char: char| char.is_ascii_alphanumeric() || "-_.,:/=+@%*<>".contains(char);
    if value.chars().all(is_plain) {
        return Cow::Borrowed(value);
    }
    let mut out = String::from("\"");
    for char in value.chars() {
        if "\"\\".contains(char) {
            out.push('\\');
        }
        // A flag has its line to itself.
        out.push(if char == '\n' || char == '\r' { ' ' } else { char });
    }
    out.push('"');
    Cow::Owned(out)
}
