//! Which command lines are in a manifest? Static Pods, Deployments and Lists of them, in block and flow style, what
//! container runtimes print as JSON, and parts of all these. What the values of Helm charts mean is in `charts`.
//!
//! In YAML quotes around a scalar are of YAML, and quotes within one are of the value.

use crate::source::flags::charts::{self, Values};
use crate::source::flags::programs::{self, Owner};
use crate::source::flags::words::{Word, is_blank, scalar, value_words};
use crate::source::span::Span;
use crate::source::yaml;
use crate::source::yaml::{Entry, Node, Value};

/// Keys with which a manifest, or a part of one, begins.
const KEYS: [&str; 20] = [
    "apiVersion",
    "kind",
    "metadata",
    "spec",
    "items",
    "containers",
    "initContainers",
    "template",
    "command",
    "args",
    "image",
    "Args",
    "Path",
    "Cmd",
    "Entrypoint",
    "Config",
    "status",
    "info",
    "services",
    "Id",
];

/// Keys under which a command is not that of the container.
const NO_CONTAINERS: [&str; 4] = ["exec", "annotations", "managedFields", "env"];

/// The name in a decorated heading: `# kube-proxy`, `## kubelet · node-1`, `=== kube-proxy ===`, `[kube-proxy]`.
pub(super) fn heading(body: &str) -> Option<&str> {
    let is_mark = |c: char| matches!(c, '#' | '=' | '*' | '-') || is_blank(c);
    if !body.starts_with(['#', '=', '*', '[']) && !body.starts_with("---") {
        return None;
    }
    let inner = body.trim_matches(is_mark);
    let inner = inner.strip_suffix([':', '：']).unwrap_or(inner);
    let name = inner.split(['·', '•']).next().unwrap_or(inner).trim();
    let bare = name.strip_prefix('[').map_or(Some(name), |n| n.strip_suffix(']'))?;
    (!bare.contains('/') && programs::of(bare).is_some()).then_some(name)
}

/// The key with which a line begins, behind the marks of items.
fn key(body: &str) -> Option<&str> {
    let mut rest = body;
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    let quote = rest.chars().next().filter(|char| ['"', '\''].contains(char));
    let rest = quote.map_or(rest, |quote| &rest[quote.len_utf8()..]);
    let is_of_key = |char: char| char.is_ascii_alphanumeric() || "_-./".contains(char);
    let end = rest.find(|char| !is_of_key(char))?;
    let behind = &rest[end..];
    let behind = quote.map_or(Some(behind), |quote| behind.strip_prefix(quote))?;
    let behind = behind.strip_prefix(':')?;
    (end > 0 && (behind.is_empty() || behind.starts_with(is_blank))).then(|| &rest[..end])
}

/// Whether a line begins with a key, as far as it can be told alone.
pub(super) fn is_line(body: &str) -> bool {
    key(body).is_some()
}

/// How long the manifest is that a text begins with.
pub(super) fn length(text: &str) -> Option<usize> {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next()?;
    let body = first.trim_matches(is_blank);
    let next = || lines.clone().map(|line| line.trim_matches(is_blank)).find(|it| !it.is_empty());
    let begins = match body {
        "[" => next().is_some_and(|line| line.starts_with('{')),
        "---" => next().is_some_and(|line| key(line).is_some_and(|key| KEYS.contains(&key))),
        _ if body.starts_with('{') => {
            body.len() == 1 && next().is_some_and(|line| line.starts_with('"'))
                || body[1..].trim_start().starts_with('"')
        }
        _ if body.starts_with("[{") => true,
        _ => key(body).is_some_and(|key| KEYS.contains(&key)),
    };
    begins.then(|| block(text))
}

/// How long the values of a chart may be that a text begins with. They may begin with any key.
pub(super) fn length_of_values(text: &str) -> Option<usize> {
    let first = text.lines().next()?;
    let begins = key(first).is_some_and(|key| programs::of(key).is_none());
    begins.then(|| block(text))
}

/// The first line with those that may be of the same manifest.
fn block(text: &str) -> usize {
    let mut lines = text.split_inclusive('\n');
    let first = lines.next().map_or(0, str::len);
    first + lines.take_while(|line| goes_on(line)).map(str::len).sum::<usize>()
}

/// Whether a line may be of the manifest above it.
fn goes_on(line: &str) -> bool {
    let body = line.trim_end_matches(is_blank);
    if body.is_empty() || body.starts_with(is_blank) {
        return true;
    }
    if heading(body).is_some() {
        return false;
    }
    // `kind` is a program, too.
    let named = key(body).is_some_and(|key| key == "kind" || programs::of(key).is_none());
    let is_item = body == "-" || body.starts_with("- ");
    is_item
        || named
        || ["---", "..."].contains(&body)
        || body.starts_with("--- ")
        || body.starts_with(['{', '}', '[', ']', '#', '"'])
}

/// An item of a list that is one scalar, behind its dash: its text with quotes, and what it says.
pub(super) fn item(body: &str) -> Option<(&str, String)> {
    let quote = body.chars().next()?;
    if ['"', '\''].contains(&quote) {
        let parsed = yaml::parse(body);
        let document = parsed.documents.first().filter(|_| parsed.problems.is_empty())?;
        let Value::String(value) = &document.node.value else { return None };
        let Span { start, end } = document.node.span;
        return Some((body.get(start..end)?, value.clone()));
    }
    let cut = body.find(" #").unwrap_or(body.len());
    let value = body[..cut].trim_end_matches(is_blank);
    (!value.ends_with('\\')).then(|| (value, value.to_owned()))
}

/// Something that a manifest carries, in the order of its documents.
pub(super) enum Part {
    /// A document with command lines, by its first line.
    Manifest(Span),
    /// A document that has a kind and no command line.
    Configuration {
        /// `kind`.
        kind: String,
        /// Its first line.
        first: Span,
    },
    /// A command line.
    Container(Container),
    /// The values of a chart, which none of the four programs reads.
    Values(Values),
}

/// Reads a manifest that stands at `base`. `None` if it cannot be read, or has nothing that is known; of the values of
/// a chart, if there are none.
pub(super) fn read(text: &str, base: usize, are_values: bool) -> Option<Vec<Part>> {
    let parsed = yaml::parse(text);
    if !parsed.problems.is_empty() {
        return None;
    }
    let mut parts = Vec::new();
    for document in &parsed.documents {
        let node = &document.node;
        let lead = line_start(text, node.span.start);
        let lead = match text[..lead].strip_suffix("---\n") {
            Some(before) if before.is_empty() || before.ends_with('\n') => before.len(),
            _ => lead,
        };
        let line = text[lead..].lines().next().unwrap_or_default().trim_end();
        let first = Span::new(base + lead, base + lead + line.len());
        let kind = node.text_of("kind");
        let values = match kind {
            None => charts::read(node),
            Some(kind) => values_within(kind, node),
        };
        if are_values && values.is_empty() {
            return None;
        }
        let mut manifest = Manifest { text, base, of_chart: !values.is_empty(), found: Vec::new() };
        manifest.walk(node, None, lead);
        let has_containers = !manifest.found.is_empty();
        if kind.is_some() && has_containers {
            parts.push(Part::Manifest(first));
        }
        parts.extend(manifest.found.into_iter().map(Part::Container));
        if let Some(kind) = kind.filter(|_| values.is_empty() && !has_containers) {
            parts.push(Part::Configuration { kind: kind.to_owned(), first });
        }
        let of_charts = values.into_iter().map(|it| Values { span: it.span.moved(base), ..it });
        parts.extend(of_charts.map(Part::Values));
    }
    (!parts.is_empty()).then_some(parts)
}

/// The values that k3s and RKE2 keep for a chart in an object.
fn values_within(kind: &str, node: &Node) -> Vec<Values> {
    let is_chart = ["HelmChart", "HelmChartConfig"].contains(&kind);
    let spec = node.entry("spec").filter(|_| is_chart);
    let entry = spec.and_then(|spec| spec.value.entry("valuesContent"));
    let Some((entry, Value::String(text))) = entry.map(|entry| (entry, &entry.value.value)) else {
        return Vec::new();
    };
    let documents = yaml::parse(text).documents;
    let values = documents.first().map_or_else(Vec::new, |document| charts::read(&document.node));
    values.into_iter().map(|it| Values { span: entry.key_span, ..it }).collect()
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// A command line, and whose it is if its words do not say it.
pub(super) struct Container {
    /// The words of `command` and `args`.
    pub(super) words: Vec<Word>,
    /// By the name or the image of the container.
    pub(super) name: Option<(Owner, Span)>,
    /// What its program is called there.
    pub(super) shown: Option<String>,
    /// Where its document, or its item of a List, begins.
    pub(super) lead: usize,
}

struct Manifest<'t> {
    text: &'t str,
    base: usize,
    /// Whether these are values of a chart: arguments in them are of its program.
    of_chart: bool,
    found: Vec<Container>,
}

impl Manifest<'_> {
    fn walk(&mut self, node: &Node, key: Option<&Entry>, lead: usize) {
        match &node.value {
            Value::Map(entries) => {
                self.container(node, key, lead);
                for entry in entries {
                    if !NO_CONTAINERS.contains(&entry.key.as_str()) {
                        self.walk(&entry.value, Some(entry), lead);
                    }
                }
            }
            Value::Seq(items) => {
                let is_list = key.is_some_and(|entry| entry.key == "items");
                for item in items {
                    let own = line_start(self.text, item.span.start);
                    self.walk(item, key, if is_list { own.max(lead) } else { lead });
                }
            }
            _ => {}
        }
    }

    fn container(&mut self, node: &Node, key: Option<&Entry>, lead: usize) {
        let of = |keys: &[&str]| keys.iter().find_map(|key| node.entry(key)).map(|it| &it.value);
        let command = of(&["command", "Entrypoint", "Path"]);
        let arguments = of(&["args", "Args", "Cmd"]);
        let mut words = Vec::new();
        for part in [command, arguments].into_iter().flatten() {
            match &part.value {
                Value::Seq(items) => words.extend(items.iter().filter_map(|it| self.word(it))),
                Value::String(_) => {
                    let word = self.word(part);
                    words.extend(word.iter().flat_map(|word| value_words(&word.glyphs)));
                }
                _ => {}
            }
        }
        if words.is_empty() {
            return;
        }
        let named = of(&["name", "Name"]).and_then(|it| self.program(it.span));
        let named = named.or_else(|| of(&["image", "Image"]).and_then(|it| self.program(it.span)));
        let mut name = named.or_else(|| key.and_then(|entry| self.program(entry.key_span)));
        // A container has one word for its image; the values of a chart have a map.
        let image = of(&["image"]).and_then(|it| it.entry("repository")).map(|it| it.value.span);
        if let Some(image) = image.filter(|_| name.is_none()) {
            let place = Span::new(self.base + image.start, self.base + image.end);
            name = self.program(image).or(Some((Owner::Other, place)));
        }
        let is_ours = |it: &(Owner, Span)| matches!(it.0, Owner::Ours(_));
        if self.of_chart && !name.as_ref().is_some_and(is_ours) {
            return;
        }
        let shown = name.as_ref().map(|(_, span)| {
            let raw = &self.text[span.start - self.base..span.end - self.base];
            programs::base(raw.trim_matches(['"', '\''])).to_owned()
        });
        self.found.push(Container { words, name, shown, lead: self.base + lead });
    }

    /// The program that a name or an image is of.
    fn program(&self, span: Span) -> Option<(Owner, Span)> {
        let raw = self.text.get(span.start..span.end)?;
        let plain = raw.trim_matches(['"', '\'']);
        let file = plain.rsplit('/').next().unwrap_or(plain);
        let name = file.split([':', '@']).next().unwrap_or(file);
        let owner = programs::of(name)?;
        let at = self.base + span.start + raw.rfind(name)?;
        Some((owner, Span::new(at, at + name.len())))
    }

    fn word(&self, node: &Node) -> Option<Word> {
        let Span { start, end } = node.span;
        let raw = self.text.get(start..end)?;
        let value = match &node.value {
            Value::String(text) => text.as_str(),
            Value::Seq(_) | Value::Map(_) => return None,
            Value::Null | Value::Bool(_) | Value::Number(_) => raw,
        };
        Some(scalar(raw, value, self.base + start))
    }
}
