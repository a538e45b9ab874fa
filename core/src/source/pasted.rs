//! What of a text was pasted along with it, or in place of it? Quotes of a word processor, the fence of a Markdown
//! page, the prompt of a shell, an error message. Each is read as it stands, by kubectl too: this only says why a
//! text fails.

use crate::explain::diagnostic::Diagnostic;
use crate::explain::text::Text;
use crate::explain::trace::code_span;
use crate::source::span::Span;

/// What kind of thing was pasted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A quote that only a person takes for one.
    Quote,
    /// A dash of a word processor in place of hyphens.
    Dash,
    /// A blank that is no space.
    Blank(char),
    /// A character without a width.
    Invisible(char),
    /// A tab in the indentation.
    Tab,
    /// The line around a block of code in Markdown.
    Fence,
    /// A command, with or without the prompt of a shell.
    Command,
    /// A place that a tool was to fill.
    Template,
    /// A line that a program printed.
    Error(Speaker),
    /// The config of a tool that installs clusters, by its name.
    Config(&'static str),
    /// A table of `kubectl get`, or what `kubectl describe` printed.
    Printed(Printed),
}

/// What kubectl printed for people to read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Printed {
    /// Of which objects.
    pub objects: Objects,
    /// Whether it is a table, with a heading; else it is what `kubectl describe` prints.
    pub is_table: bool,
    /// Whether a column says the namespace.
    pub has_namespace: bool,
}

/// The objects that kubectl printed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Objects {
    /// Services.
    Services,
    /// Nodes.
    Nodes,
    /// Pods.
    Pods,
    /// Deployments.
    Deployments,
    /// Endpoints.
    Endpoints,
    /// EndpointSlices.
    EndpointSlices,
    /// ServiceCIDRs.
    ServiceCidrs,
    /// IPAddresses.
    IpAddresses,
    /// Others, or those of several kinds.
    Others,
}

/// Who printed an error message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Speaker {
    /// kube-apiserver, through kubectl.
    ApiServer,
    /// kubectl itself.
    Kubectl,
    /// A component that reads flags, at its start.
    Component,
}

/// Something that was pasted, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pasted {
    /// What it is.
    pub kind: Kind,
    /// Where it is first.
    pub span: Span,
}

const QUOTES: [char; 7] = ['“', '”', '„', '‟', '‘', '’', '‚'];
const DASHES: [char; 6] = ['–', '—', '−', '－', '‑', '‒'];

/// The API groups of config files that no API server knows, with the tool that reads them.
const CONFIGS: [(&str, &str); 4] = [
    ("kubeadm.k8s.io/", "kubeadm"),
    ("kubelet.config.k8s.io/", "kubelet"),
    ("kubeproxy.config.k8s.io/", "kube-proxy"),
    ("kind.x-k8s.io/", "kind"),
];

/// The tool whose config a line belongs to.
fn config_of(body: &str) -> Option<&'static str> {
    let (key, value) = body.split_once(':')?;
    let value = value.trim_matches(['"', '\'', ',', ' ']);
    let of_group = |(group, tool): &(&str, &'static str)| value.starts_with(group).then_some(*tool);
    (key.trim_matches(['"', '{', ' ']) == "apiVersion")
        .then(|| CONFIGS.iter().find_map(of_group))?
}

/// What was pasted into a manifest: of each kind the first place.
#[must_use]
pub fn in_manifest(text: &str) -> Vec<Pasted> {
    let mut found = Vec::new();
    for pasted in everywhere(text) {
        add(&mut found, pasted);
    }
    found
}

/// What was pasted into a manifest, at every place.
#[must_use]
pub fn everywhere(text: &str) -> Vec<Pasted> {
    let mut found = Vec::new();
    let mut is_first = true;
    for line in lines(text) {
        let body = line.text.trim();
        if body.is_empty() {
            continue;
        }
        if is_first && let Some(speaker) = speaker(body) {
            found.push(line.whole(Kind::Error(speaker)));
            return found;
        }
        if is_first && let Some(printed) = described(text, body).or_else(|| headed(body)) {
            let printed = if printed.is_table { whole_table(text, printed) } else { printed };
            return vec![line.whole(Kind::Printed(printed))];
        }
        is_first &= is_fence(body) || is_command(body);
        if is_fence(body) {
            found.push(line.whole(Kind::Fence));
            continue;
        }
        if is_command(body) {
            found.push(line.whole(Kind::Command));
            continue;
        }
        if let Some(tool) = config_of(body) {
            found.push(line.whole(Kind::Config(tool)));
        }
        let indent = line.text.len() - line.text.trim_start_matches([' ', '\t']).len();
        if let Some(tab) = line.text[..indent].find('\t') {
            found.push(line.at(Kind::Tab, tab, 1));
        }
        in_line(&line, &mut found);
    }
    found
}

/// A manifest without what was pasted along with it, and the kinds of what is gone; `None` if nothing is.
///
/// Fences and commands go with their lines. Quotes, dashes and blanks become those that YAML knows, characters without
/// a width go, and a tab of the indentation becomes two spaces.
#[must_use]
pub fn cleaned(text: &str) -> Option<(String, Vec<Kind>)> {
    let mut edits: Vec<(Span, &'static str)> = Vec::new();
    let mut kinds: Vec<Kind> = Vec::new();
    for Pasted { kind, span } in everywhere(text) {
        let shown = text.get(span.start..span.end)?;
        match kind {
            Kind::Fence | Kind::Command => {
                let start = text[..span.start].rfind('\n').map_or(0, |at| at + 1);
                let end = text[span.end..].find('\n').map_or(text.len(), |at| span.end + at + 1);
                edits.push((Span::new(start, end), ""));
            }
            Kind::Quote => {
                let plain = if shown.contains(['"', '\\']) { "'" } else { "\"" };
                let first = shown.chars().next().map_or(0, char::len_utf8);
                edits.push((Span::new(span.start, span.start + first), plain));
                let last = shown.chars().next_back().filter(|last| QUOTES.contains(last));
                if let Some(last) = last.filter(|_| shown.len() > first) {
                    edits.push((Span::new(span.end - last.len_utf8(), span.end), plain));
                }
            }
            Kind::Dash => edits.push((span, "-")),
            Kind::Blank(_) => edits.push((span, " ")),
            Kind::Invisible(_) => edits.push((span, "")),
            Kind::Tab => {
                let tabs =
                    text[span.start..].bytes().take_while(|byte| matches!(byte, b' ' | b'\t'));
                for (at, _) in tabs.enumerate().filter(|(_, byte)| *byte == b'\t') {
                    edits.push((Span::new(span.start + at, span.start + at + 1), "  "));
                }
            }
            Kind::Template | Kind::Error(_) | Kind::Config(_) | Kind::Printed(_) => continue,
        }
        let is_same = |it: &Kind| std::mem::discriminant(it) == std::mem::discriminant(&kind);
        if !kinds.iter().any(is_same) {
            kinds.push(kind);
        }
    }
    edits.sort_by_key(|(span, _)| span.start);
    let mut clean = String::with_capacity(text.len());
    let mut from = 0;
    for (span, plain) in edits {
        clean.push_str(text.get(from..span.start)?);
        clean.push_str(plain);
        from = span.end;
    }
    clean.push_str(text.get(from..)?);
    (!kinds.is_empty()).then_some((clean, kinds))
}

/// The error message that stands in place of a manifest: only its first line can be one.
#[must_use]
pub fn error_in_manifest(text: &str) -> Option<(Speaker, Span)> {
    let mut said = lines(text).filter(|line| !line.text.trim().is_empty());
    // It may be fenced.
    let first = said.find(|line| {
        let body = line.text.trim();
        speaker(body).is_some() || !is_fence(body)
    })?;
    first.error()
}

/// The first error message among flags: the first line of a component's flags can be one.
#[must_use]
pub fn error_in_flags(text: &str) -> Option<(Speaker, Span)> {
    let mut is_first = true;
    lines(text).find_map(|line| {
        let body = line.text.trim();
        if body.is_empty() {
            return None;
        }
        // The flags of each component have a box of their own.
        if body.starts_with('#') {
            is_first = true;
            return None;
        }
        // The flags in a log of a start are read.
        let error = (is_first && !body.contains("FLAG: --")).then(|| line.error()).flatten();
        is_first &= is_fence(body);
        error
    })
}

/// What was pasted into a text of flags, as far as reading the flags does not say it.
#[must_use]
pub fn in_flags(text: &str) -> Vec<Pasted> {
    let mut found = Vec::new();
    if let Some((speaker, span)) = error_in_flags(text) {
        found.push(Pasted { kind: Kind::Error(speaker), span });
    }
    for line in lines(text) {
        let body = line.text.trim();
        if body.is_empty() || body.starts_with('#') {
            continue;
        }
        if is_fence(body) {
            add(&mut found, line.whole(Kind::Fence));
            continue;
        }
        // A sentence of a comment may have such quotes.
        let code = body.split(" #").next().unwrap_or(body);
        if let Some((at, quote)) = code.char_indices().find(|(_, char)| QUOTES.contains(char)) {
            let start = line.text.len() - line.text.trim_start().len() + at;
            add(&mut found, line.at(Kind::Quote, start, quote.len_utf8()));
        }
        if let Some((start, length)) = template(line.text)
            && !is_set(text, &line.text[start..start + length])
        {
            add(&mut found, line.at(Kind::Template, start, length));
        }
    }
    found.sort_by_key(|it| it.span.start);
    found
}

/// Whether the text itself sets the variable `${NAME}`.
fn is_set(text: &str, reference: &str) -> bool {
    let name = reference.strip_prefix("${").and_then(|name| name.strip_suffix('}'));
    name.is_some_and(|name| text.contains(&[name, "="].concat()))
}

fn add(found: &mut Vec<Pasted>, next: Pasted) {
    let same = |it: &Pasted| std::mem::discriminant(&it.kind) == std::mem::discriminant(&next.kind);
    if !found.iter().any(same) {
        found.push(next);
    }
}

/// A line of a text, without its end.
struct Line<'a> {
    start: usize,
    text: &'a str,
}

impl Line<'_> {
    fn at(&self, kind: Kind, start: usize, length: usize) -> Pasted {
        let start = self.start + start;
        Pasted { kind, span: Span::new(start, start + length) }
    }

    /// Who says it, if it is an error message.
    fn error(&self) -> Option<(Speaker, Span)> {
        let speaker = speaker(self.text.trim())?;
        Some((speaker, self.whole(Kind::Error(speaker)).span))
    }

    /// The line without the blanks around it.
    fn whole(&self, kind: Kind) -> Pasted {
        let start = self.text.len() - self.text.trim_start().len();
        self.at(kind, start, self.text.trim().len())
    }
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut start = 0;
    text.split_inclusive('\n').map(move |line| {
        let at = start;
        start += line.len();
        Line { start: at, text: line.trim_end_matches(['\n', '\r']) }
    })
}

fn is_fence(body: &str) -> bool {
    body.starts_with("```") || body.starts_with("~~~")
}

/// `$ kubectl apply …`, `kubectl apply -f - <<EOF`, and the end of what stands there.
fn is_command(body: &str) -> bool {
    let rest = body.strip_prefix("$ ").unwrap_or(body);
    let mut words = rest.split_whitespace();
    let first = words.next().unwrap_or_default();
    let is_program = ["kubectl", "oc", "helm"].contains(&first) && words.next().is_some();
    body.starts_with("$ ") || is_program || body.contains("<<EOF") || body == "EOF"
}

/// Where a line has a place that a tool was to fill, and how long it is.
fn template(line: &str) -> Option<(usize, usize)> {
    let between = |open: &str, close: &str| {
        let start = line.find(open)?;
        let length = line[start..].find(close)? + close.len();
        Some((start, length))
    };
    let variable = || {
        let (start, length) = between("${", "}")?;
        let name = &line[start + 2..start + length - 1];
        let is_name = name.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
        is_name.then_some((start, length))
    };
    between("{{", "}}")
        .filter(|(start, length)| {
            // Braces of JSON and KYAML have a quote or a colon behind a word.
            let inner = line[start + 2..start + length - 2].trim_matches(['-', ' ']);
            !inner.is_empty() && !inner.contains(": ") && !inner.starts_with('"')
        })
        .or_else(|| between("{%", "%}"))
        .or_else(variable)
}

/// What stands in a line outside of its quoted strings and its comment.
fn in_line(line: &Line<'_>, found: &mut Vec<Pasted>) {
    let mut open = None;
    // Whether a value or a key may begin here.
    let mut begins = true;
    let mut before = ' ';
    let template = template(line.text);
    if let Some((start, length)) = template {
        found.push(line.at(Kind::Template, start, length));
    }
    for (at, char) in line.text.char_indices() {
        let length = char.len_utf8();
        if open == Some(char) {
            open = None;
        } else if open.is_none() {
            match char {
                '#' if before.is_whitespace() || before == '\u{feff}' => return,
                '"' | '\'' if begins => open = Some(char),
                _ if QUOTES.contains(&char) && begins => {
                    let rest = &line.text[at + length..];
                    let end = rest.find(QUOTES).map_or(0, |end| {
                        end + rest[end..].chars().next().map_or(0, char::len_utf8)
                    });
                    found.push(line.at(Kind::Quote, at, length + end));
                }
                _ if DASHES.contains(&char) && begins => {
                    found.push(line.at(Kind::Dash, at, length));
                }
                '\u{a0}' | '\u{202f}' | '\u{3000}' | '\u{2000}'..='\u{200a}' => {
                    found.push(line.at(Kind::Blank(char), at, length));
                }
                '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' => {
                    found.push(line.at(Kind::Invisible(char), at, length));
                }
                // At the start of a text it says how the text is encoded.
                '\u{feff}' if line.start + at > 0 => {
                    found.push(line.at(Kind::Invisible(char), at, length));
                }
                _ => {}
            }
        }
        begins = match char {
            ' ' | '\t' | '\u{a0}' => begins,
            ':' | '-' | '[' | '{' | ',' | '\u{feff}' => open.is_none(),
            _ => false,
        };
        before = char;
    }
}

/// The columns that tell the tables of `kubectl get` apart, behind `NAME`. The longest is first.
const TABLES: [(&[&str], Objects); 12] = [
    (&["TYPE", "CLUSTER-IP", "EXTERNAL-IP", "PORT(S)", "AGE"], Objects::Services),
    (&["STATUS", "ROLES", "AGE", "VERSION"], Objects::Nodes),
    (&["READY", "STATUS", "RESTARTS", "AGE"], Objects::Pods),
    (&["READY", "UP-TO-DATE", "AVAILABLE", "AGE"], Objects::Deployments),
    (&["ADDRESSTYPE", "PORTS", "ENDPOINTS", "AGE"], Objects::EndpointSlices),
    (&["ENDPOINTS", "AGE"], Objects::Endpoints),
    (&["CIDRS", "AGE"], Objects::ServiceCidrs),
    (&["PARENTREF", "AGE"], Objects::IpAddresses),
    (&["STATUS", "AGE"], Objects::Others),
    (&["DATA", "AGE"], Objects::Others),
    (&["DESIRED", "CURRENT", "READY"], Objects::Others),
    (&["AGE"], Objects::Others),
];

/// The heading of a table of `kubectl get`.
fn headed(line: &str) -> Option<Printed> {
    let mut words = line.split_whitespace().peekable();
    let has_namespace = words.next_if_eq(&"NAMESPACE").is_some();
    let columns: Vec<&str> = words.collect();
    let columns = columns.strip_prefix(&["NAME"])?;
    let is_of = |(known, _): &&(&[&str], Objects)| columns.starts_with(known);
    let (_, objects) = TABLES.iter().find(is_of)?;
    Some(Printed { objects: *objects, is_table: true, has_namespace })
}

/// A table of which this is the first heading: one of `kubectl get svc,pods` has another heading below.
fn whole_table(text: &str, first: Printed) -> Printed {
    let mut all = lines(text).filter_map(|line| headed(line.text.trim()));
    if all.all(|it| it.objects == first.objects) {
        first
    } else {
        Printed { objects: Objects::Others, ..first }
    }
}

/// What `kubectl describe` prints of an object: its name, and below a field that only objects of its kind have.
fn described(text: &str, line: &str) -> Option<Printed> {
    let key = |line: &str| line.split_once(':').map(|(key, _)| key.to_owned());
    let (name, value) = line.split_once(':')?;
    // Two blanks at least: a table of keys and values.
    if name != "Name" || !value.starts_with("  ") {
        return None;
    }
    let keys: Vec<String> = lines(text).filter_map(|line| key(line.text)).collect();
    let has = |wanted: &str| keys.iter().any(|it| it == wanted);
    let objects = match () {
        () if has("IP Families") || has("Session Affinity") || has("TargetPort") => {
            Objects::Services
        }
        () if has("PodCIDR") || has("Allocatable") => Objects::Nodes,
        () if has("Node") && has("Containers") => Objects::Pods,
        () if has("StrategyType") => Objects::Deployments,
        () if has("AddressType") => Objects::EndpointSlices,
        () if has("Subsets") => Objects::Endpoints,
        () if has("Labels") || has("Annotations") => Objects::Others,
        () => return None,
    };
    Some(Printed { objects, is_table: false, has_namespace: has("Namespace") })
}

impl Printed {
    /// What it is, and which command prints something that can be pasted.
    fn words(self) -> [String; 2] {
        let (kind, kinds, resource) = match self.objects {
            Objects::Services => ("Service", "Services", "svc"),
            Objects::Nodes => ("Node", "Nodes", "nodes"),
            Objects::Pods => ("Pod", "Pods", "pods"),
            Objects::Deployments => ("Deployment", "Deployments", "deploy"),
            Objects::Endpoints => ("Endpoints", "Endpoints", "endpoints"),
            Objects::EndpointSlices => ("EndpointSlice", "EndpointSlices", "endpointslices"),
            Objects::ServiceCidrs => ("ServiceCIDR", "ServiceCIDRs", "servicecidrs"),
            Objects::IpAddresses => ("IPAddress", "IPAddresses", "ipaddresses"),
            Objects::Others => ("", "", "svc,nodes,pods"),
        };
        let place = match (self.is_table, self.has_namespace) {
            (_, false) => "",
            (true, true) => " -A",
            (false, true) => " -n NAMESPACE",
        };
        let command = format!("kubectl get {resource}{place} -o yaml");
        let (en, zh) = match (self.is_table, kind) {
            (true, "") => (
                "This is a table of `kubectl get`".to_owned(),
                "这是 `kubectl get` 输出的表格".to_owned(),
            ),
            (true, kind) => (
                format!("This is a table of {kinds}, as `kubectl get` prints it"),
                format!("这是 `kubectl get` 输出的 {kind} 表格"),
            ),
            (false, "") => (
                "This is what `kubectl describe` prints".to_owned(),
                "这是 `kubectl describe` 的输出".to_owned(),
            ),
            (false, kind) => (
                format!("This is what `kubectl describe` prints of {kinds}"),
                format!("这是 `kubectl describe` 输出的 {kind} 信息"),
            ),
        };
        [
            format!("{en}; kubectl cannot read it. Paste what `{command}` prints."),
            format!("{zh}，kubectl 无法读取。请粘贴 `{command}` 的输出。"),
        ]
    }
}

/// Who prints a line, if it is an error message.
fn speaker(line: &str) -> Option<Speaker> {
    let line = line.strip_prefix(['*', '-']).map_or(line, str::trim_start);
    let has = |marks: &[&str]| marks.iter().any(|mark| line.starts_with(mark));
    if has(&["Error from server", "The request is invalid:"]) || is_invalid(line) || is_cause(line)
    {
        return Some(Speaker::ApiServer);
    }
    let of_kubectl = [
        "error: ",
        "error when ",
        "error validating ",
        "error parsing ",
        "The connection to the server ",
        "Unable to connect to the server",
        "resource mapping not found for ",
        "unable to recognize ",
    ];
    if has(&of_kubectl) {
        return Some(Speaker::Kubectl);
    }
    let of_component = ["Error: ", "invalid argument ", "unknown flag: ", "command failed"];
    (has(&of_component) || is_klog(line) || line.contains(" err=\"")).then_some(Speaker::Component)
}

/// `The Service "x" is invalid: …`.
fn is_invalid(line: &str) -> bool {
    line.starts_with("The ") && line.contains("\" is invalid:")
}

/// `spec.ports[0].nodePort: Invalid value: …`.
fn is_cause(line: &str) -> bool {
    let Some((path, rest)) = line.split_once(": ") else { return false };
    let reasons =
        ["Invalid value", "Unsupported value", "Duplicate value", "Required value", "Forbidden"];
    let is_path = |char: char| char.is_ascii_alphanumeric() || "._-/[]()".contains(char);
    path.contains('.')
        && path.chars().all(is_path)
        && reasons.iter().any(|reason| {
            rest.strip_prefix(reason).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        })
}

/// `E0612 10:00:00.000000       1 run.go:74] …`.
fn is_klog(line: &str) -> bool {
    let bytes = line.as_bytes();
    matches!(bytes, [b'I' | b'W' | b'E' | b'F', date @ ..]
        if date.len() > 5 && date[..4].iter().all(u8::is_ascii_digit) && date[4] == b' ')
        && line.contains("] ")
}

impl Pasted {
    /// What is said of it.
    #[must_use]
    pub fn remark(self, text: &str) -> Diagnostic {
        let line = text.get(..self.span.start).unwrap_or_default().matches('\n').count() + 1;
        let shown = text.get(self.span.start..self.span.end).unwrap_or_default();
        let code = code_span(shown);
        let (en, zh) = match self.kind {
            Kind::Quote => (
                format!(
                    "Line {line} has typographic quotes: {shown}. They are part of the value; type `\"` or `'`."
                ),
                format!(
                    "第 {line} 行有排版用的引号 {shown}，它们会成为值的一部分；请改用 `\"` 或 `'`。"
                ),
            ),
            Kind::Dash => (
                format!("Line {line} has a typographic dash, {code}: type a plain hyphen, `-`."),
                format!("第 {line} 行有排版用的破折号 {code}：请改用普通连字符 `-`。"),
            ),
            Kind::Blank(char) => (
                format!(
                    "Line {line} has a no-break space ({}): YAML takes it as a letter. Type a plain space.",
                    point(char)
                ),
                format!(
                    "第 {line} 行有不换行空格（{}）：YAML 将其视为普通字符。请改用普通空格。",
                    point(char)
                ),
            ),
            Kind::Invisible(char) => (
                format!("Line {line} has an invisible character ({}): remove it.", point(char)),
                format!("第 {line} 行有不可见字符（{}）：请删除。", point(char)),
            ),
            Kind::Tab => (
                format!("Line {line} is indented with a tab; YAML takes only spaces."),
                format!("第 {line} 行用制表符缩进；YAML 只接受空格。"),
            ),
            Kind::Fence => (
                format!("Line {line} is a Markdown fence, {code}: remove it."),
                format!("第 {line} 行是 Markdown 的代码围栏 {code}：请删除。"),
            ),
            Kind::Command => (
                format!("Line {line} is a shell command, not a part of the manifest: remove it."),
                format!("第 {line} 行是 shell 命令，不属于清单：请删除。"),
            ),
            Kind::Template => (
                format!(
                    "{code} is a template that is not rendered: replace it with a value, or paste what the tool renders."
                ),
                format!("{code} 是尚未渲染的模板：请换成具体的值，或粘贴工具渲染后的结果。"),
            ),
            Kind::Config(tool) => (
                format!(
                    "This is a config of {tool}, which no API server knows. Paste it in place of the cluster’s flags."
                ),
                format!("这是 {tool} 的配置，API 服务器不认识它。请将其粘贴到集群标志的位置。"),
            ),
            Kind::Printed(printed) => printed.words().into(),
            Kind::Error(speaker) => {
                let Text { en, zh } = speaker.words();
                (format!("This is {en}."), format!("这是{zh}。"))
            }
        };
        Diagnostic::remark(self.span, en, zh)
    }
}

impl Speaker {
    /// What it printed, as a part of a sentence in both languages.
    #[must_use]
    pub const fn words(self) -> Text {
        let (en, zh) = match self {
            Self::ApiServer => ("an error message of kube-apiserver", " kube-apiserver 的错误消息"),
            Self::Kubectl => ("an error message of kubectl", " kubectl 的错误消息"),
            Self::Component => ("an error message of a component", "组件的错误消息"),
        };
        Text { en, zh }
    }
}

/// The number of a character that cannot be seen.
fn point(char: char) -> String {
    format!("U+{:04X}", u32::from(char))
}

#[cfg(test)]
mod tests {
    use super::{Kind, Objects, Printed, Speaker, cleaned, everywhere, in_flags, in_manifest};

    /// What is found, with the text at its place.
    fn found(text: &str) -> Vec<(Kind, &str)> {
        in_manifest(text).iter().map(|it| (it.kind, &text[it.span.start..it.span.end])).collect()
    }

    #[test]
    fn what_is_pasted_is_found_where_it_stands() {
        for (text, kind, at) in [
            ("kind: “Service”", Kind::Quote, "“Service”"),
            ("- ‘None’", Kind::Quote, "‘None’"),
            ("a:\n  – b", Kind::Dash, "–"),
            ("kind:\u{a0}Service", Kind::Blank('\u{a0}'), "\u{a0}"),
            ("\u{3000}kind: Service", Kind::Blank('\u{3000}'), "\u{3000}"),
            ("kind: Ser\u{200b}vice", Kind::Invisible('\u{200b}'), "\u{200b}"),
            ("a: b\n\u{feff}c: d", Kind::Invisible('\u{feff}'), "\u{feff}"),
            ("spec:\n\tports: []", Kind::Tab, "\t"),
            ("```yaml\nkind: Service\n```", Kind::Fence, "```yaml"),
            ("$ kubectl apply -f x.yaml", Kind::Command, "$ kubectl apply -f x.yaml"),
            ("cat <<EOF | kubectl apply -f -", Kind::Command, "cat <<EOF | kubectl apply -f -"),
            ("port: {{ .Values.port }}", Kind::Template, "{{ .Values.port }}"),
            ("port: ${PORT}", Kind::Template, "${PORT}"),
            ("{% if x %}", Kind::Template, "{% if x %}"),
            (
                "apiVersion: kubeadm.k8s.io/v1beta4",
                Kind::Config("kubeadm"),
                "apiVersion: kubeadm.k8s.io/v1beta4",
            ),
            (
                "{\"apiVersion\": \"kind.x-k8s.io/v1alpha4\",",
                Kind::Config("kind"),
                "{\"apiVersion\": \"kind.x-k8s.io/v1alpha4\",",
            ),
        ] {
            assert_eq!(found(text), [(kind, at)], "{text}");
        }
    }

    #[test]
    fn an_ordinary_manifest_has_nothing_pasted() {
        let text = "\u{feff}# “quoted” – and\u{a0}so on\nkind: Service\nmetadata:\n  annotations:\n    a: it’s “fine” – really\n    \
                    b: \"“quoted”\u{a0}value\"\nspec: {ports: [{port: 80}], selector: {a: \"${X}\"}}\n";
        let found: Vec<_> = found(text).into_iter().filter(|it| it.0 != Kind::Template).collect();
        assert_eq!(found, []);
        assert_eq!(in_manifest("{\"a\": {\"b\": {}}}"), []);
    }

    #[test]
    fn what_is_pasted_along_can_be_taken_away() {
        for (text, clean) in [
            ("```yaml\nkind: Service\n```\n", "kind: Service\n"),
            ("~~~\nkind: Service\n~~~", "kind: Service\n"),
            ("$ kubectl apply -f - <<EOF\nkind: Service\nEOF\n", "kind: Service\n"),
            ("kind: “Service”\nname: ‘web’ # “so”\n", "kind: \"Service\"\nname: \"web\" # “so”\n"),
            ("a: “b\"c”", "a: 'b\"c'"),
            ("a: “b", "a: \"b"),
            ("a:\u{a0}b\n\u{a0}\u{a0}c: d", "a: b\n  c: d"),
            ("a:\n  – b\n  – c", "a:\n  - b\n  - c"),
            ("ki\u{200b}nd: Ser\u{200b}vice", "kind: Service"),
            ("a:\n\t\tb: c", "a:\n    b: c"),
        ] {
            let (text, kinds) = (cleaned(text), in_manifest(text).len());
            let (text, gone) = text.expect("something is pasted");
            assert_eq!((text.as_str(), gone.len()), (clean, kinds), "{text}");
            assert_eq!(cleaned(clean), None, "{clean}");
        }
        for text in ["", "kind: Service", "a: {{ b }}", "error: no", "NAME AGE"] {
            assert_eq!(cleaned(text), None, "{text}");
        }
        let quotes = everywhere("a: “b”\nc: ‘d’ \n");
        assert_eq!(quotes.len(), 2);
        assert!(quotes.iter().all(|it| it.kind == Kind::Quote));
    }

    #[test]
    fn error_messages_are_recognised_by_who_prints_them() {
        for (text, speaker) in [
            ("The Service \"x\" is invalid: spec.clusterIPs: Invalid value", Speaker::ApiServer),
            (
                "Error from server (AlreadyExists): services \"x\" already exists",
                Speaker::ApiServer,
            ),
            ("* spec.ports[0].nodePort: Invalid value: 80: provided port", Speaker::ApiServer),
            ("spec.ports: Required value", Speaker::ApiServer),
            ("error: error validating \"x\": error validating data", Speaker::Kubectl),
            ("E0612 10:00:00.000000       1 run.go:74] \"command failed\"", Speaker::Component),
            ("invalid argument \"x\" for \"--node-ip\" flag", Speaker::Component),
            ("Error: invalid argument \"x\" for \"--v\" flag", Speaker::Component),
        ] {
            assert_eq!(in_manifest(text)[0].kind, Kind::Error(speaker), "{text}");
            assert_eq!(in_flags(text)[0].kind, Kind::Error(speaker), "{text}");
        }
        for text in ["kind: Service", "metadata.name: x", "", "error", "The Service is invalid"] {
            assert_eq!(in_manifest(text), [], "{text}");
        }
    }

    #[test]
    fn tables_and_descriptions_are_told_apart() {
        let service = "NAME   TYPE        CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE";
        let pod = "NAME   READY   STATUS    RESTARTS   AGE";
        let table = |objects| Printed { objects, is_table: true, has_namespace: false };
        let everywhere = |objects| Printed { has_namespace: true, ..table(objects) };
        let description =
            |objects, has_namespace| Printed { objects, is_table: false, has_namespace };
        for (text, expect) in [
            (format!("{service}\na   ClusterIP   10.96.0.1   <none>   80/TCP   5d\n"), table(Objects::Services)),
            (format!("{service}   SELECTOR\na  ClusterIP  10.96.0.1  <none>  80/TCP  5d  app=a\n"), table(Objects::Services)),
            (format!("$ kubectl get svc -A\nNAMESPACE   {service}\n"), everywhere(Objects::Services)),
            ("NAME   STATUS   ROLES           AGE   VERSION".to_owned(), table(Objects::Nodes)),
            (format!("```\n{pod}   IP   NODE   NOMINATED NODE   READINESS GATES\n```"), table(Objects::Pods)),
            (format!("NAMESPACE     {pod}\n"), everywhere(Objects::Pods)),
            (format!("{service}\nservice/a  ClusterIP\n\n{pod}\npod/b\n"), table(Objects::Others)),
            ("NAME   READY   UP-TO-DATE   AVAILABLE   AGE".to_owned(), table(Objects::Deployments)),
            ("NAME   ADDRESSTYPE   PORTS   ENDPOINTS   AGE".to_owned(), table(Objects::EndpointSlices)),
            ("NAME   CIDRS   AGE".to_owned(), table(Objects::ServiceCidrs)),
            ("NAME   DATA   AGE".to_owned(), table(Objects::Others)),
            ("Name:              a\nNamespace:         default\nIP Families:       IPv4\n".to_owned(), description(Objects::Services, true)),
            ("Name:               n\nRoles:              <none>\nPodCIDR:            10.9.1.0/24\n".to_owned(), description(Objects::Nodes, false)),
            ("Name:             p\nNamespace:        default\nNode:             n/192.0.2.1\nContainers:\n  a:\n".to_owned(), description(Objects::Pods, true)),
        ] {
            let kinds: Vec<Kind> = in_manifest(&text).into_iter().map(|it| it.kind).collect();
            assert_eq!(kinds.last(), Some(&Kind::Printed(expect)), "{text}");
        }
        for text in [
            "NAME",
            "NAME: AGE",
            "Name: x",
            "Name:   x",
            "NAME AGE: 5",
            "kind: Service",
            "Name:  a\nspec: {}",
        ] {
            let is_printed = |kind: &Kind| matches!(kind, Kind::Printed(_));
            assert!(!in_manifest(text).iter().any(|it| is_printed(&it.kind)), "{text}");
        }
    }

    #[test]
    fn a_table_is_said_with_the_command_that_helps() {
        let said = |text: &str| {
            let remark = in_manifest(text)[0].remark(text);
            [remark.detail, remark.detail_zh.unwrap_or_default()]
        };
        assert_eq!(
            said("NAMESPACE   NAME   TYPE   CLUSTER-IP   EXTERNAL-IP   PORT(S)   AGE\n"),
            [
                "This is a table of Services, as `kubectl get` prints it; kubectl cannot read it. Paste what `kubectl get svc -A -o yaml` prints.",
                "这是 `kubectl get` 输出的 Service 表格，kubectl 无法读取。请粘贴 `kubectl get svc -A -o yaml` 的输出。",
            ]
        );
        assert_eq!(
            said("Name:   p\nNamespace:   shop\nNode:   n\nContainers:\n")[0],
            "This is what `kubectl describe` prints of Pods; kubectl cannot read it. Paste what `kubectl get pods -n NAMESPACE -o yaml` prints."
        );
    }

    #[test]
    fn flags_may_have_quotes_fences_and_templates() {
        let kinds = |text| in_flags(text).iter().map(|it| it.kind).collect::<Vec<_>>();
        assert_eq!(kinds("--a=“b”"), [Kind::Quote]);
        assert_eq!(kinds("```\n--a=b\n```"), [Kind::Fence]);
        assert_eq!(kinds("--a={{ .Values.a }}"), [Kind::Template]);
        assert_eq!(kinds("# kubelet – “node”\n--a=b # “c”"), []);
    }

    #[test]
    fn every_remark_names_its_line_or_its_text() {
        let text = "kind: Service\nspec:\n\tports: []";
        let remark = in_manifest(text)[0].remark(text);
        assert_eq!(remark.detail, "Line 3 is indented with a tab; YAML takes only spaces.");
        assert_eq!(remark.detail_zh.as_deref(), Some("第 3 行用制表符缩进；YAML 只接受空格。"));
        let fence = "```yaml\nkind: Service";
        let remark = in_manifest(fence)[0].remark(fence);
        assert_eq!(remark.detail, "Line 1 is a Markdown fence, ```` ```yaml ````: remove it.");
    }
}
