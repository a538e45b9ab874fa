//! What does kubectl refuse itself, where the API server does not validate fields? The types of OpenAPI, field by field.
//! Source: kubectl `pkg/util/openapi/validation/validation.go`; kube-openapi `pkg/util/proto/validation/types.go`,
//! `errors.go`.
//!
//! Only the type of a Service is known here: other objects pass.

use super::documents::{Document, Fate, joined};
use crate::api::quote;
use crate::source::decode::{Shape, Struct, service_type};
use crate::source::span::Span;
use crate::source::yaml::{Entry, Node, Value};

/// What kubectl says of a document of this file, and the place of the first thing that is wrong; `None` where nothing
/// is. `items` are the objects of the document where it is a list; `unknown` are the fields of a `spec` that the release
/// does not have.
#[must_use]
pub fn check(
    document: &Document,
    items: &[Document],
    unknown: &[&str],
    file: &str,
) -> Option<(String, Span)> {
    let text = |node: &Node, key: &str| node.text_of(key).unwrap_or_default().to_owned();
    let is_service = |node: &Node| (text(node, "apiVersion"), text(node, "kind"));
    let is_service = |node: &Node| is_service(node) == ("v1".to_owned(), "Service".to_owned());
    let mut walk = Walk { unknown, found: Vec::new() };
    let node = &document.node;
    match document.fate {
        Fate::Object | Fate::Fails(_) if is_service(node) && !document.is_item => {
            walk.structure("Service", service_type(), node);
        }
        Fate::List => match (text(node, "apiVersion").as_str(), text(node, "kind").as_str()) {
            ("v1", "List") => {
                for item in items.iter().filter(|item| is_service(&item.node)) {
                    walk.structure("Service", service_type(), &item.node);
                }
            }
            ("v1", "ServiceList") => {
                for (at, item) in items.iter().enumerate() {
                    let path = format!("ServiceList.items[{at}]");
                    walk.structure(&path, service_type(), &item.node);
                }
            }
            _ => {}
        },
        _ => {}
    }
    let span = walk.found.first()?.1;
    let words = joined(walk.found.into_iter().map(|(words, _)| words).collect())?;
    let words = format!(
        "error validating {}: error validating data: {words}; if you choose to ignore these errors, turn \
         validation off with --validate=false",
        quote(file)
    );
    Some((words, span))
}

const META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1";

/// The fields without which an object is refused, in the order of the schema.
fn required(of: &Struct) -> &'static [&'static str] {
    match of.name() {
        "ServicePort" => &["port"],
        "PortStatus" => &["port", "protocol"],
        "OwnerReference" => &["apiVersion", "kind", "name", "uid"],
        "Condition" => &["type", "status", "lastTransitionTime", "reason", "message"],
        _ => &[],
    }
}

/// The name of a structure in the schema.
fn model(of: &Struct) -> String {
    let name = of.name();
    let is_meta =
        ["ObjectMeta", "OwnerReference", "ManagedFieldsEntry", "Condition"].contains(&name);
    format!("{}.{name}", if is_meta { META } else { "io.k8s.api.core.v1" })
}

/// What a value is called; a number with a fraction has another name than one without.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nil",
        Value::Bool(_) => "boolean",
        Value::Number(text) if text.parse::<i64>().is_ok() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Seq(_) => "array",
        Value::Map(_) => "map",
    }
}

/// A walk along an object and its type.
struct Walk<'a> {
    unknown: &'a [&'a str],
    found: Vec<(String, Span)>,
}

impl Walk<'_> {
    fn add(&mut self, path: &str, words: &str, span: Span) {
        self.found.push((format!("ValidationError({path}): {words}"), span));
    }

    fn wrong(&mut self, path: &str, schema: &str, node: &Node, expected: &str) {
        let got = kind(&node.value);
        // A list in place of an object is told the other way round.
        let (got, expected) = match (got, expected) {
            ("array", "map") => ("map", "array"),
            pair => pair,
        };
        let words =
            format!("invalid type for {schema}: got {}, expected {}", quote(got), quote(expected));
        self.add(path, &words, node.span);
    }

    fn structure(&mut self, path: &str, of: &'static Struct, node: &Node) {
        let model = model(of);
        let Value::Map(entries) = &node.value else { return self.wrong(path, &model, node, "map") };
        for entry in sorted(entries).into_iter().filter(|it| it.value.value != Value::Null) {
            let key = entry.key.as_str();
            // It came with 1.29, and this is asked up to 1.24.
            let is_newer = of.name() == "LoadBalancerIngress" && key == "ipMode";
            match of.field(key, self.unknown).filter(|_| !is_newer) {
                Some((_, shape)) => {
                    let schema = format!("{model}.{key}");
                    self.value(&format!("{path}.{key}"), &schema, shape, &entry.value);
                }
                None => {
                    let words = format!("unknown field {} in {model}", quote(key));
                    self.add(path, &words, entry.key_span);
                }
            }
        }
        for field in required(of) {
            let is_there = |it: &Entry| it.key == *field && it.value.value != Value::Null;
            if !entries.iter().any(is_there) {
                let words = format!("missing required field {} in {model}", quote(field));
                self.add(path, &words, node.span);
            }
        }
    }

    fn value(&mut self, path: &str, schema: &str, shape: &'static Shape, node: &Node) {
        match shape {
            Shape::Object(of) => self.structure(path, of, node),
            Shape::Objects(_, of) => {
                self.list(path, schema, node, |walk, path, item| walk.structure(path, of, item));
            }
            Shape::Strings(..) => self.list(path, schema, node, |walk, path, item| {
                walk.primitive(path, schema, "string", item);
            }),
            Shape::Labels => self.labels(path, schema, node),
            Shape::Any if !matches!(node.value, Value::Map(_)) => {
                self.wrong(path, &format!("{META}.FieldsV1"), node, "map");
            }
            Shape::Any => {}
            Shape::Bool => self.primitive(path, schema, "boolean", node),
            Shape::Int32 | Shape::Int64 => self.primitive(path, schema, "integer", node),
            Shape::Time => self.primitive(path, &format!("{META}.Time"), "string", node),
            Shape::IntOrString => {
                let schema = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
                self.primitive(path, schema, "string", node);
            }
            Shape::Str(_) => self.primitive(path, schema, "string", node),
        }
    }

    fn primitive(&mut self, path: &str, schema: &str, expected: &str, node: &Node) {
        // Whatever is no list and no map is a text as well.
        let is_fine = match kind(&node.value) {
            "array" | "map" => false,
            "number" if expected == "integer" => true,
            got => expected == "string" || got == expected,
        };
        if !is_fine {
            let words = format!(
                "invalid type for {schema}: got {}, expected {}",
                quote(kind(&node.value)),
                quote(expected)
            );
            self.add(path, &words, node.span);
        }
    }

    fn list(
        &mut self,
        path: &str,
        schema: &str,
        node: &Node,
        mut check: impl FnMut(&mut Self, &str, &Node),
    ) {
        let Value::Seq(items) = &node.value else { return self.wrong(path, schema, node, "array") };
        for (at, item) in items.iter().enumerate() {
            let place = format!("{path}[{at}]");
            if item.value == Value::Null {
                let words = format!("unknown object type \"nil\" in {place}");
                self.add(path, &words, item.span);
            } else {
                check(self, &place, item);
            }
        }
    }

    fn labels(&mut self, path: &str, schema: &str, node: &Node) {
        let Value::Map(entries) = &node.value else { return self.wrong(path, schema, node, "map") };
        for entry in sorted(entries) {
            let place = format!("{path}.{}", entry.key);
            if entry.value.value == Value::Null {
                let words = format!("unknown object type \"nil\" in {place}");
                self.found.push((words, entry.value.span));
            } else {
                self.primitive(&place, schema, "string", &entry.value);
            }
        }
    }
}

/// The entries in the order of their keys.
fn sorted(entries: &[Entry]) -> Vec<&Entry> {
    let mut entries: Vec<&Entry> = entries.iter().collect();
    entries.sort_by(|one, other| one.key.cmp(&other.key));
    entries
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::kubectl::documents::read;

    /// What is said of a file, without what is always around it.
    fn words(text: &str) -> Option<String> {
        let documents = read(text, "f.yaml", true).documents;
        let (first, items) = documents.split_first().expect("there is a document");
        let (words, span) = check(first, items, &["loadBalancerClass"], "f.yaml")?;
        assert!(text.get(span.start..span.end).is_some(), "{text}");
        let before = "error validating \"f.yaml\": error validating data: ";
        let behind =
            "; if you choose to ignore these errors, turn validation off with --validate=false";
        let words = words.strip_prefix(before).and_then(|it| it.strip_suffix(behind));
        Some(words.expect("it stands around").to_owned())
    }

    fn of_service(text: &str) -> Option<String> {
        words(&format!("apiVersion: v1\nkind: Service\n{text}"))
    }

    #[test]
    fn types_fields_and_what_is_missing_are_named_with_their_models() {
        let core = "io.k8s.api.core.v1";
        let meta = "io.k8s.apimachinery.pkg.apis.meta.v1";
        assert_eq!(
            of_service("spec: {ports: [{port: 80, targetPort: http, nodePort: null}]}"),
            None
        );
        assert_eq!(
            of_service("spec: {ports: [{port: 80.5}], clusterIP: 5, selector: {a: true}}"),
            None
        );
        assert_eq!(of_service("metadata: {creationTimestamp: 5, labels: null}\nstatus: {}"), None);
        for (text, expect) in [
            ("a: 1", format!("ValidationError(Service): unknown field \"a\" in {core}.Service")),
            (
                "spec: {loadBalancerClass: x}",
                format!("ValidationError(Service.spec): unknown field \"loadBalancerClass\" in {core}.ServiceSpec"),
            ),
            (
                "spec: {ports: [{port: '80'}]}",
                format!("ValidationError(Service.spec.ports[0].port): invalid type for {core}.ServicePort.port: got \"string\", expected \"integer\""),
            ),
            (
                "spec: {ports: [{name: a}]}",
                format!("ValidationError(Service.spec.ports[0]): missing required field \"port\" in {core}.ServicePort"),
            ),
            (
                "spec: {ports: {port: 80}}",
                format!("ValidationError(Service.spec.ports): invalid type for {core}.ServiceSpec.ports: got \"map\", expected \"array\""),
            ),
            (
                "spec: []",
                format!("ValidationError(Service.spec): invalid type for {core}.ServiceSpec: got \"map\", expected \"array\""),
            ),
            (
                "spec: x",
                format!("ValidationError(Service.spec): invalid type for {core}.ServiceSpec: got \"string\", expected \"map\""),
            ),
            (
                "spec: {ports: [null]}",
                "ValidationError(Service.spec.ports): unknown object type \"nil\" in Service.spec.ports[0]".to_owned(),
            ),
            (
                "spec: {selector: {a: null}}",
                "unknown object type \"nil\" in Service.spec.selector.a".to_owned(),
            ),
            (
                "spec: {publishNotReadyAddresses: 'yes'}",
                format!("ValidationError(Service.spec.publishNotReadyAddresses): invalid type for {core}.ServiceSpec.publishNotReadyAddresses: got \"string\", expected \"boolean\""),
            ),
            (
                "metadata: {labels: [a]}",
                format!("ValidationError(Service.metadata.labels): invalid type for {meta}.ObjectMeta.labels: got \"map\", expected \"array\""),
            ),
            (
                "spec: {ports: [{port: 80, targetPort: []}]}",
                "ValidationError(Service.spec.ports[0].targetPort): invalid type for io.k8s.apimachinery.pkg.util.intstr.IntOrString: got \"array\", expected \"string\"".to_owned(),
            ),
            (
                "metadata: {ownerReferences: [{kind: A}]}",
                format!("[ValidationError(Service.metadata.ownerReferences[0]): missing required field \"apiVersion\" in {meta}.OwnerReference, ValidationError(Service.metadata.ownerReferences[0]): missing required field \"name\" in {meta}.OwnerReference, ValidationError(Service.metadata.ownerReferences[0]): missing required field \"uid\" in {meta}.OwnerReference]"),
            ),
            (
                "spec: {b: 1, a: 2}",
                format!("[ValidationError(Service.spec): unknown field \"a\" in {core}.ServiceSpec, ValidationError(Service.spec): unknown field \"b\" in {core}.ServiceSpec]"),
            ),
        ] {
            assert_eq!(of_service(text), Some(expect), "{text}");
        }
    }

    #[test]
    fn lists_are_validated_as_a_whole() {
        let item = "{apiVersion: v1, kind: Service, spec: {a: 1}}";
        let unknown = |path: &str| {
            format!(
                "ValidationError({path}): unknown field \"a\" in io.k8s.api.core.v1.ServiceSpec"
            )
        };
        let list = format!(
            "apiVersion: v1\nkind: List\nitems: [{item}, {{apiVersion: v1, kind: Pod, a: 1}}]\n"
        );
        assert_eq!(words(&list), Some(unknown("Service.spec")));
        let list = "apiVersion: v1\nkind: ServiceList\nitems: [{}, {spec: {a: 1}}]\n";
        assert_eq!(words(list), Some(unknown("ServiceList.items[1].spec")));
        assert_eq!(words("apiVersion: v1\nkind: Pod\na: 1\n"), None);
    }
}
