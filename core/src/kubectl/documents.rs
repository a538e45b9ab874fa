//! Which objects does a file hold for kubectl, in which order, and what ends it?
//! Source: apimachinery `pkg/util/yaml/decoder.go` YAMLOrJSONDecoder, YAMLReader; sigs.k8s.io/yaml `yaml.go`;
//! cli-runtime `pkg/resource/visitor.go` StreamVisitor, FlattenListVisitor, `metadata_decoder.go`; kubectl
//! `pkg/validation/validation.go` getObjectKind.
//!
//! Invariant: never fails, and the spans are those of the whole text.

use super::{gojson, goyaml, lists};
use crate::api::{go_json, quote};
use crate::source::span::Span;
use crate::source::yaml::{
    self, Entry, MAX_BYTES, MAX_DOCUMENTS, Node, Problem, ProblemKind, Value,
};

/// What kubectl makes of a file.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct File {
    /// Its objects in the order in which they are sent, and what stands where there is none.
    pub documents: Vec<Document>,
    /// What could not be read, in our words.
    pub problems: Vec<Problem>,
}

/// An object of a file, or a text that is none.
#[derive(Clone, PartialEq, Debug)]
pub struct Document {
    /// Where it stands.
    pub span: Span,
    /// What it says; every key once.
    pub node: Node,
    /// What becomes of it.
    pub fate: Fate,
    /// Whether it is an object of the list before it.
    pub is_item: bool,
    /// Keys that were written more than once, and where the last one stands.
    pub repeated: Vec<(String, Span)>,
}

/// What becomes of a document before anything is sent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fate {
    /// It is an object.
    Object,
    /// It is a list, whose objects follow; an empty one has none.
    List,
    /// It is no object, in kubectl's words. Those behind it are sent.
    Fails(String),
    /// It lacks its `apiVersion` or `kind`, in kubectl's words: the file ends here.
    Untyped(String),
    /// It cannot be read, in kubectl's words: the file ends here. Without words where more is written than is read
    /// here.
    Ends(Option<String>),
    /// The file has ended before it.
    Behind,
}

impl Fate {
    /// Whether it says something that could be an object, were it written otherwise.
    #[must_use]
    pub const fn is_readable(&self) -> bool {
        matches!(self, Self::Object | Self::List | Self::Fails(_) | Self::Untyped(_))
    }
}

impl Document {
    fn new(span: Span, node: Node, fate: Fate) -> Self {
        Self { span, node, fate, is_item: false, repeated: Vec::new() }
    }

    /// Whether it is an object that may be sent.
    #[must_use]
    pub fn is_object(&self) -> bool {
        self.fate == Fate::Object
    }

    /// Whether it says the same as another one, wherever they stand.
    #[must_use]
    pub fn says_what(&self, other: &Self) -> bool {
        self.fate == other.fate
            && self.is_item == other.is_item
            && self.repeated.len() == other.repeated.len()
            && self.node.says_what(&other.node)
    }
}

/// The documents of a text that stand for themselves: lists are taken apart, whatever comes of their objects.
#[must_use]
pub fn objects(text: &str) -> Vec<Document> {
    let documents = read(text, super::FILE, true).documents;
    documents.into_iter().filter(|document| document.fate != Fate::List).collect()
}

/// Whether a text is what `kubectl get -o yaml` or `-o json` printed: each of its objects has a `uid` and a
/// `resourceVersion`, which the API server alone gives.
#[must_use]
pub fn are_printed(text: &str) -> bool {
    // Most texts are none, and say so in a moment.
    if !(text.contains("uid") && text.contains("resourceVersion")) {
        return false;
    }
    let objects = objects(text);
    let is_printed = |document: &Document| {
        let metadata = document.node.entry("metadata").filter(|_| document.is_object());
        let has = |key| {
            let text = metadata.and_then(|it| it.value.text_of(key));
            text.is_some_and(|text| !text.is_empty())
        };
        has("uid") && has("resourceVersion")
    };
    !objects.is_empty() && objects.iter().all(is_printed)
}

/// Reads a file of this name. `validates` is whether the command looks at `apiVersion` and `kind` first, as all but
/// `kubectl delete` do.
#[must_use]
pub fn read(text: &str, file: &str, validates: bool) -> File {
    let mut reader =
        Reader { text, file, validates, read: File::default(), has_ended: false, chunks: 0 };
    if text.len() > MAX_BYTES {
        reader.read.problems = yaml::parse(text).problems;
        return reader.read;
    }
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let start =
        if text[start..].trim_start().starts_with('{') { reader.json(start) } else { Some(start) };
    if let Some(start) = start {
        reader.yaml(start);
    }
    reader.read
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
    validates: bool,
    read: File,
    has_ended: bool,
    chunks: usize,
}

impl Reader<'_> {
    /// Reads JSON values one behind the other, and gives the place from which on the file is YAML.
    fn json(&mut self, start: usize) -> Option<usize> {
        let mut at = start;
        let mut count = 0;
        loop {
            let rest = &self.text[at..];
            let blanks = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            if blanks == rest.len() {
                return None;
            }
            match gojson::value_end(self.text, at) {
                Ok(end) => {
                    self.chunk(Span::new(at + blanks, end), None);
                    (at, count) = (end, count + 1);
                }
                // It was JSON without doubt.
                Err(stop) if count > 1 => {
                    let words = format!("error parsing {}: {}", self.file, stop.words());
                    let span = Span::new(at + blanks, self.text.len());
                    self.end(span, Node { span, value: Value::Null }, Some(words));
                    return None;
                }
                Err(stop) => {
                    let line = rest.find('\n').map_or(blanks, |newline| blanks.min(newline + 1));
                    self.first_yaml(at + line, &stop);
                    return None;
                }
            }
        }
    }

    /// The documents behind JSON: the first one is blamed in the words of JSON.
    fn first_yaml(&mut self, start: usize, stop: &gojson::Stop) {
        let mut stop = Some(stop);
        for (span, separator) in chunks(self.text, start) {
            match separator {
                Some(words) => {
                    self.separator(span, stop.take().map_or(words, |it| it.with_offset()));
                }
                None => self.chunk(span, stop.take()),
            }
        }
    }

    fn yaml(&mut self, start: usize) {
        for (span, separator) in chunks(self.text, start) {
            match separator {
                Some(words) => self.separator(span, words),
                None => self.chunk(span, None),
            }
        }
    }

    fn separator(&mut self, span: Span, words: String) {
        let words = format!("error parsing {}: {words}", self.file);
        self.end(span, Node { span, value: Value::Null }, Some(words));
    }

    fn end(&mut self, span: Span, node: Node, words: Option<String>) {
        self.end_with(span, node, Fate::Ends(words));
    }

    fn end_with(&mut self, span: Span, node: Node, fate: Fate) {
        let fate = if self.has_ended { Fate::Behind } else { fate };
        self.has_ended = true;
        self.read.documents.push(Document::new(span, node, fate));
    }

    /// A part of the file between two separators, or a JSON value.
    fn chunk(&mut self, span: Span, json: Option<&gojson::Stop>) {
        let text = &self.text[span.start..span.end];
        let parsed = yaml::parse(text);
        let document = parsed.documents.into_iter().next();
        if document.is_some() || !parsed.problems.is_empty() {
            self.chunks += 1;
            if self.chunks > MAX_DOCUMENTS {
                if self.chunks == MAX_DOCUMENTS + 1 {
                    self.read.problems.push(yaml::too_many_documents(span));
                }
                self.has_ended = true;
                return;
            }
        }
        let problem = parsed.problems.into_iter().next();
        if !self.has_ended && text.chars().any(goyaml::is_control) {
            let words = "error converting YAML to JSON: yaml: control characters are not allowed";
            let words = format!("error parsing {}: {words}", self.file);
            return self.end(span, Node { span, value: Value::Null }, Some(words));
        }
        let is_broken = problem.is_some() && document.as_ref().is_none_or(|it| !it.complete);
        if is_broken
            && !self.has_ended
            && let Some(problem) = &problem
        {
            let problem = problem.clone().moved(self.text, span.start);
            let words = json.map(gojson::Stop::with_offset).or_else(|| why_no_yaml(text, &problem));
            let words = words.map(|words| format!("error parsing {}: {words}", self.file));
            self.read.problems.push(problem);
            let part =
                document.map_or(Span::new(span.start, span.start), |it| it.span.moved(span.start));
            let node = Node { span: part, value: Value::Null };
            return self.end(part, node, words);
        }
        let Some(mut document) = document else { return };
        document.node.shift(span.start);
        let part = document.span.moved(span.start);
        if self.has_ended {
            self.read.documents.push(Document::new(part, document.node, Fate::Behind));
            return;
        }
        let mut repeated = Vec::new();
        once(&mut document.node, &mut repeated);
        let node = document.node;
        if self.validates
            && let Err(words) = validate(&node)
        {
            let words = format!(
                "error validating {}: error validating data: {words}; if you choose to ignore these \
                 errors, turn validation off with --validate=false",
                quote(self.file)
            );
            return self.end_with(part, node, Fate::Untyped(words));
        }
        let raw = &self.text[span.start..span.end];
        let is_json = raw.starts_with('{') && gojson::value_end(raw, 0).is_ok();
        if let Err(words) = decode(&node, is_json.then_some(raw)) {
            let words = format!("unable to decode {}: {words}", quote(self.file));
            self.read.documents.push(Document::new(part, node, Fate::Fails(words)));
            return;
        }
        if node.entry("items").is_some() {
            match lists::flatten(node) {
                Ok((list, items)) => {
                    self.read.documents.push(Document::new(part, list, Fate::List));
                    let items = items.into_iter().map(|(node, words)| Document {
                        is_item: true,
                        ..Document::new(node.span, node, words.map_or(Fate::Object, Fate::Fails))
                    });
                    self.read.documents.extend(items);
                }
                Err((node, words)) => {
                    self.read.documents.push(Document::new(node.span, node, Fate::Fails(words)));
                }
            }
        } else {
            let object = Document { repeated, ..Document::new(part, node, Fate::Object) };
            self.read.documents.push(object);
        }
    }
}

/// The parts of a file between its separators; with words where a separator ends the file.
fn chunks(text: &str, start: usize) -> Vec<(Span, Option<String>)> {
    let mut chunks = Vec::new();
    let (mut from, mut at) = (start, start);
    for line in text[start..].split_inclusive('\n') {
        if let Some(behind) = line.strip_prefix("---") {
            let behind = behind.trim();
            if !behind.is_empty() && !behind.starts_with('#') {
                // The document before it is lost as well.
                let words = format!("invalid Yaml document separator: {behind}");
                chunks.push((Span::new(at, at + line.trim_end().len()), Some(words)));
                from = at + line.len();
            } else if at > from {
                chunks.push((Span::new(from, at), None));
                from = at + line.len();
            }
        }
        at += line.len();
    }
    if at > from {
        chunks.push((Span::new(from, at), None));
    }
    chunks
}

/// Why a document cannot be turned into JSON; `None` where it is more than is read here.
fn why_no_yaml(text: &str, problem: &Problem) -> Option<String> {
    if problem.kind == ProblemKind::Limit {
        return None;
    }
    let text = if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") };
    let words = match goyaml::error(&text) {
        Some(words) => words,
        None => problem.goyaml.clone()?,
    };
    Some(format!("error converting YAML to JSON: {words}"))
}

/// Leaves of equal keys the last one, as a Go map does.
fn once(node: &mut Node, repeated: &mut Vec<(String, Span)>) {
    match &mut node.value {
        Value::Seq(list) => list.iter_mut().for_each(|item| once(item, repeated)),
        Value::Map(map) => {
            let is_last = |at: usize, entries: &[Entry]| {
                entries[at + 1..].iter().all(|other| other.key != entries[at].key)
            };
            if has_equal_keys(map) {
                let kept: Vec<bool> = (0..map.len()).map(|at| is_last(at, map)).collect();
                for (at, entry) in map.iter().enumerate() {
                    let is_known = map[..at].iter().any(|other| other.key == entry.key);
                    if kept[at] && is_known {
                        repeated.push((entry.key.clone(), entry.key_span));
                    }
                }
                let mut kept = kept.into_iter();
                map.retain(|_| kept.next().unwrap_or(true));
            }
            map.iter_mut().for_each(|entry| once(&mut entry.value, repeated));
        }
        _ => {}
    }
}

fn has_equal_keys(map: &[Entry]) -> bool {
    let mut keys: Vec<&str> = map.iter().map(|entry| entry.key.as_str()).collect();
    keys.sort_unstable();
    keys.windows(2).any(|pair| pair[0] == pair[1])
}

/// Whether kubectl can tell what a document is.
fn validate(node: &Node) -> Result<(), String> {
    let mut problems = kind_problems(node);
    let is_list = problems.is_empty()
        && (node.text_of("apiVersion"), node.text_of("kind")) == (Some("v1"), Some("List"));
    if is_list {
        match node.entry("items").map(|items| &items.value.value) {
            Some(Value::Seq(items)) => problems.extend(items.iter().flat_map(kind_problems)),
            _ => problems.push("invalid object to validate".to_owned()),
        }
    }
    joined(problems).map_or(Ok(()), Err)
}

fn kind_problems(node: &Node) -> Vec<String> {
    if !matches!(node.value, Value::Map(_)) {
        return vec!["invalid object to validate".to_owned()];
    }
    let mut problems = Vec::new();
    for field in ["apiVersion", "kind"] {
        match node.entry(field).map(|entry| &entry.value.value) {
            None | Some(Value::Null) => problems.push(format!("{field} not set")),
            Some(Value::String(text)) => {
                if field == "apiVersion" && text.matches('/').count() > 1 {
                    problems.push(format!("unexpected GroupVersion string: {text}"));
                }
            }
            Some(_) => problems.push(format!("{field} isn't string type")),
        }
    }
    problems
}

/// Errors as Go prints several of them: each text once.
#[must_use]
pub fn joined(problems: Vec<String>) -> Option<String> {
    let mut texts: Vec<String> = Vec::new();
    for problem in problems {
        if !texts.contains(&problem) {
            texts.push(problem);
        }
    }
    match texts.len() {
        0 => None,
        1 => texts.pop(),
        _ => Some(format!("[{}]", texts.join(", "))),
    }
}

/// Whether an object decodes: what kubectl itself reads has to have its type. `raw` is its JSON, where it was written
/// as JSON.
fn decode(node: &Node, raw: Option<&str>) -> Result<(), String> {
    let Value::Map(_) = &node.value else {
        let found = node.value.kind();
        return Err(format!(
            "json: cannot unmarshal {found} into Go value of type unstructured.detector"
        ));
    };
    if let Some(items) = node.entry("items") {
        match &items.value.value {
            Value::Null => {}
            Value::Seq(list) => {
                let wrong = |it: &&Node| !matches!(it.value, Value::Map(_) | Value::Null);
                if let Some(item) = list.iter().find(wrong) {
                    return Err(format!(
                        "json: cannot unmarshal {} into Go value of type map[string]interface {{}}",
                        item.value.kind()
                    ));
                }
            }
            _ => {
                return Err(format!(
                    "json: cannot unmarshal {} into Go struct field decodeList.items of type \
                     []json.RawMessage",
                    items.value.value.kind()
                ));
            }
        }
    }
    if node.text_of("kind").is_none_or(str::is_empty) {
        let data = raw.map_or_else(|| go_json(&node.to_json()), str::to_owned);
        return Err(format!("Object 'Kind' is missing in '{data}'"));
    }
    metadata(node)
}

/// `ObjectMeta` is read strictly, type by type.
fn metadata(node: &Node) -> Result<(), String> {
    let wrong = |found: &Node, field: &str, kind: &str| {
        let found = found.value.kind();
        Err(format!("json: cannot unmarshal {found} into Go struct field {field} of type {kind}"))
    };
    let Some(metadata) = node.entry("metadata") else { return Ok(()) };
    let entries = match &metadata.value.value {
        Value::Map(entries) => entries,
        Value::Null => return Ok(()),
        _ => return wrong(&metadata.value, "metadataOnlyObject.metadata", "v1.ObjectMeta"),
    };
    // JSON has its keys sorted.
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    for entry in entries {
        let field = format!("ObjectMeta.metadata.{}", entry.key);
        let value = &entry.value;
        match (entry.key.as_str(), &value.value) {
            (_, Value::Null) => {}
            (
                "name" | "generateName" | "namespace" | "selfLink" | "uid" | "resourceVersion",
                found,
            ) if !matches!(found, Value::String(_)) => {
                let kind = if entry.key == "uid" { "types.UID" } else { "string" };
                return wrong(value, &field, kind);
            }
            ("labels" | "annotations", Value::Map(map)) => {
                let is_text =
                    |it: &&Entry| !matches!(it.value.value, Value::String(_) | Value::Null);
                if let Some(entry) = map.iter().find(is_text) {
                    return wrong(&entry.value, &field, "string");
                }
            }
            ("labels" | "annotations", _) => return wrong(value, &field, "map[string]string"),
            ("finalizers", Value::Seq(list)) => {
                let is_text = |it: &&Node| !matches!(it.value, Value::String(_) | Value::Null);
                if let Some(item) = list.iter().find(is_text) {
                    return wrong(item, &field, "string");
                }
            }
            ("finalizers", _) => return wrong(value, &field, "[]string"),
            ("generation" | "deletionGracePeriodSeconds", found) => {
                let is_whole = |text: &String| text.parse::<i64>().is_ok();
                match found {
                    Value::Number(text) if is_whole(text) => {}
                    Value::Number(text) => {
                        return Err(format!(
                            "json: cannot unmarshal number {text} into Go struct field {field} of type int64"
                        ));
                    }
                    _ => return wrong(value, &field, "int64"),
                }
            }
            _ => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Fate, File, read};
    use crate::api::go_json;

    fn file(text: &str) -> File {
        read(text, "f.yaml", true)
    }

    /// What becomes of each document: an object's JSON, or the words.
    fn fates(text: &str) -> Vec<String> {
        let documents = file(text).documents.into_iter();
        documents
            .map(|it| match it.fate {
                Fate::Object => go_json(&it.node.to_json()),
                Fate::List => "list".to_owned(),
                Fate::Fails(words) => format!("fails: {words}"),
                Fate::Untyped(words) => format!("ends: {words}"),
                Fate::Ends(words) => format!("ends: {}", words.unwrap_or_default()),
                Fate::Behind => "behind".to_owned(),
            })
            .collect()
    }

    fn one(text: &str) -> String {
        let mut all = fates(text);
        assert_eq!(all.len(), 1, "{text}: {all:?}");
        all.remove(0)
    }

    const A: &str = "{\"apiVersion\":\"v1\",\"kind\":\"A\"}";

    #[test]
    fn documents_stand_between_separators() {
        let a = "apiVersion: v1\nkind: A\n";
        for text in [
            a.to_owned(),
            format!("---\n{a}"),
            format!("# x\n---\n{a}--- # more\n# nothing\n"),
            format!("\u{feff}{}", a.replace('\n', "\r\n")),
            format!("{a}...\nkind: lost\n"),
            A.to_owned(),
            "{apiVersion: v1, kind: A}\n".to_owned(),
            "{\"apiVersion\":\"v1\",\"kind\":\"A\",}\n".to_owned(),
        ] {
            assert_eq!(fates(&text), [A], "{text}");
        }
        assert_eq!(fates(&format!("{a}---\n{a}")), [A, A]);
        assert_eq!(fates(&format!("{A}\n{A} {A}")), [A, A, A]);
        assert_eq!(fates(&format!("{A}\n---\n{a}")), [A, A]);
        assert_eq!(fates(""), [""; 0]);
        assert_eq!(fates("# x\n---\n---\n"), [""; 0]);
    }

    #[test]
    fn a_separator_with_other_text_ends_the_file_and_loses_what_stands_before_it() {
        for (text, found) in [
            ("--- {a: 1}\n", "{a: 1}"),
            ("----\na: 1\n", "-"),
            ("apiVersion: v1\nkind: A\n---  x\na: 1\n", "x"),
        ] {
            let expect =
                format!("ends: error parsing f.yaml: invalid Yaml document separator: {found}");
            assert_eq!(fates(text)[0], expect, "{text}");
        }
        let before = fates("apiVersion: v1\nkind: A\n---\na: 1\n--- x\n");
        assert_eq!(before[0], A);
        assert_eq!(before.len(), 2);
    }

    #[test]
    fn a_broken_document_ends_the_file() {
        let a = "apiVersion: v1\nkind: A\n";
        let all = fates(&format!("{a}---\na: 1\nb: *\n---\n{a}"));
        let words = "ends: error parsing f.yaml: error converting YAML to JSON: yaml: line 2: did not find \
                     expected alphabetic or numeric character";
        assert_eq!(all, [A, words, "behind"]);
        let validation = |words: &str| {
            format!(
                "ends: error validating \"f.yaml\": error validating data: {words}; if you choose to ignore \
                 these errors, turn validation off with --validate=false"
            )
        };
        for (text, words) in [
            ("a: 1\n", "[apiVersion not set, kind not set]"),
            ("kind: A\n", "apiVersion not set"),
            ("apiVersion: v1\nkind: 5\n", "kind isn't string type"),
            ("apiVersion: a/b/c\nkind: A\n", "unexpected GroupVersion string: a/b/c"),
            ("some words\n", "invalid object to validate"),
            ("- a\n", "invalid object to validate"),
            ("apiVersion: v1\nkind: List\n", "invalid object to validate"),
            ("apiVersion: v1\nkind: List\nitems: [{kind: A}]\n", "apiVersion not set"),
        ] {
            assert_eq!(one(text), validation(words), "{text}");
        }
        let unread = "ends: error parsing f.yaml: json: offset 2: invalid character 'a' looking for \
                      beginning of object key string";
        assert_eq!(one("{apiVersion: v1"), unread);
        let stream = format!("{A}\n{A}\n--- x\n");
        let words = "ends: error parsing f.yaml: invalid character '-' in numeric literal";
        assert_eq!(fates(&stream), [A, A, words]);
    }

    #[test]
    fn what_kubectl_itself_reads_has_to_have_its_type() {
        let fails = |words: &str| format!("fails: unable to decode \"f.yaml\": {words}");
        for (text, words) in [
            (
                "metadata: 5",
                "json: cannot unmarshal number into Go struct field metadataOnlyObject.metadata of type v1.ObjectMeta",
            ),
            (
                "metadata: {name: 5}",
                "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string",
            ),
            (
                "metadata: {labels: {a: yes}}",
                "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string",
            ),
            (
                "metadata: {labels: [a]}",
                "json: cannot unmarshal array into Go struct field ObjectMeta.metadata.labels of type map[string]string",
            ),
            (
                "metadata: {finalizers: a}",
                "json: cannot unmarshal string into Go struct field ObjectMeta.metadata.finalizers of type []string",
            ),
            (
                "metadata: {generation: a}",
                "json: cannot unmarshal string into Go struct field ObjectMeta.metadata.generation of type int64",
            ),
            (
                "items: 5",
                "json: cannot unmarshal number into Go struct field decodeList.items of type []json.RawMessage",
            ),
            (
                "items: [5]",
                "json: cannot unmarshal number into Go value of type map[string]interface {}",
            ),
        ] {
            assert_eq!(one(&format!("apiVersion: v1\nkind: A\n{text}\n")), fails(words), "{text}");
        }
        // `kubectl delete` validates nothing before.
        let documents = read("a: <\n---\n5\n", "f.yaml", false).documents;
        let fates: Vec<Fate> = documents.into_iter().map(|it| it.fate).collect();
        assert_eq!(
            fates,
            [
                Fate::Fails("unable to decode \"f.yaml\": Object 'Kind' is missing in '{\"a\":\"\\u003c\"}'".to_owned()),
                Fate::Fails("unable to decode \"f.yaml\": json: cannot unmarshal number into Go value of type unstructured.detector".to_owned()),
            ]
        );
    }

    #[test]
    fn lists_stand_for_their_items() {
        let service = "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"a\"}}";
        for text in [
            "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n",
            "apiVersion: v1\nkind: ServiceList\nitems:\n- metadata: {name: a}\n",
        ] {
            assert_eq!(fates(text), ["list", service], "{text}");
        }
        assert_eq!(fates("apiVersion: v1\nkind: List\nitems: []\n"), ["list"]);
        assert_eq!(
            one("apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: List, items: []}]\n"),
            "fails: *unstructured.Unstructured is not a list: no Items field in this object"
        );
        let half = fates(
            "apiVersion: v1\nkind: ServiceList\nitems: [{kind: Service}, {apiVersion: v1}]\n",
        );
        assert!(
            half[1].ends_with("Object 'apiVersion' is missing in 'object has no apiVersion field'"),
            "{half:?}"
        );
        assert!(
            half[2].ends_with("Object 'Kind' is missing in 'object has no kind field '"),
            "{half:?}"
        );
    }

    #[test]
    fn the_last_of_equal_keys_wins() {
        let text = "apiVersion: v1\nkind: A\nspec: {a: 1, b: 2, a: 3}\nkind: B\n";
        let file = file(text);
        let [document] = file.documents.as_slice() else { panic!("one document") };
        let json = "{\"apiVersion\":\"v1\",\"kind\":\"B\",\"spec\":{\"a\":3,\"b\":2}}";
        assert_eq!(go_json(&document.node.to_json()), json);
        let repeated: Vec<(&str, &str)> = document
            .repeated
            .iter()
            .map(|(key, span)| (key.as_str(), &text[span.start..]))
            .collect();
        assert_eq!(repeated, [("kind", "kind: B\n"), ("a", "a: 3}\nkind: B\n")]);
    }

    #[test]
    fn spans_are_those_of_the_whole_text() {
        let text = "# 双\napiVersion: v1\nkind: A\n---\napiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: 乙\n";
        let documents = file(text).documents;
        let kind = |at: usize| {
            let span = documents[at].node.entry("kind").expect("it has one").value.span;
            &text[span.start..span.end]
        };
        assert_eq!([kind(0), kind(1), kind(2)], ["A", "List", "乙"]);
        assert_eq!(
            &text[documents[2].span.start..documents[2].span.end],
            "apiVersion: v1\n  kind: 乙"
        );
        let problems = file("apiVersion: v1\nkind: A\n---\na: [\n").problems;
        assert!(
            problems[0].text_en.starts_with("Line 5") || problems[0].text_en.starts_with("Line 4"),
            "{problems:?}"
        );
    }

    #[test]
    fn no_text_panics_and_limits_are_kept() {
        let text =
            "{\"a\": 1}\n---\napiVersion: v1\nkind: ServiceList\nitems:\n- a: [*x, '双']\n--- y\n";
        for (end, _) in text.char_indices() {
            let _ = file(&text[..end]);
            let _ = file(&text[end..]);
        }
        let many = file(&"---\napiVersion: v1\nkind: A\n".repeat(101));
        assert_eq!((many.documents.len(), many.problems.len()), (100, 1));
        assert_eq!(file(&"a".repeat(300_000)).problems.len(), 1);
    }
}
