//! Which objects does a list stand for?
//! Source: apimachinery `pkg/apis/meta/v1/unstructured/helpers.go` decodeToList, cli-runtime
//! `pkg/resource/visitor.go` FlattenListVisitor.

use crate::source::span::Span;
use crate::source::yaml::{Entry, Node, Value};

/// An object of a list, and why it is none, in kubectl's words.
pub type Item = (Node, Option<String>);

/// The list without its items, and its items. Whatever its kind, `items` make a document a list.
///
/// # Errors
/// An item is a list itself, and that one is not taken apart; with kubectl's words.
pub fn flatten(mut list: Node) -> Result<(Node, Vec<Item>), (Node, String)> {
    let (version, kind) = (text(&list, "apiVersion"), text(&list, "kind"));
    let mut items = Vec::new();
    if let Value::Map(entries) = &mut list.value {
        for entry in entries.iter_mut().filter(|entry| entry.key == "items") {
            if let Value::Seq(list) = &mut entry.value.value {
                items = std::mem::take(list);
            }
        }
    }
    let is_list = |item: &Node| {
        item.entry("items").is_some_and(|items| matches!(items.value.value, Value::Seq(_)))
    };
    if let Some(at) = items.iter().position(is_list) {
        let words = "*unstructured.Unstructured is not a list: no Items field in this object";
        return Err((items.swap_remove(at), words.to_owned()));
    }
    let item_kind = kind.strip_suffix("List").unwrap_or(&kind).to_owned();
    let items = items.into_iter().map(|mut item| {
        if text(&item, "kind").is_empty() && text(&item, "apiVersion").is_empty() {
            set(&mut item, "kind", &item_kind);
            set(&mut item, "apiVersion", &version);
        }
        let missing = |field: &str, words: &str| {
            format!(
                "unable to get type info from the object \"*unstructured.Unstructured\": Object \
                 '{field}' is missing in 'object has no {words}'"
            )
        };
        let words = match (text(&item, "apiVersion").is_empty(), text(&item, "kind").is_empty()) {
            (_, true) => Some(missing("Kind", "kind field ")),
            (true, _) => Some(missing("apiVersion", "apiVersion field")),
            _ => None,
        };
        (item, words)
    });
    let items = items.collect();
    Ok((list, items))
}

fn text(node: &Node, key: &str) -> String {
    node.text_of(key).unwrap_or_default().to_owned()
}

fn set(node: &mut Node, key: &str, value: &str) {
    if !matches!(node.value, Value::Map(_)) {
        node.value = Value::Map(Vec::new());
    }
    let at = Span::new(node.span.start, node.span.start);
    let value = Node { span: at, value: Value::String(value.to_owned()) };
    if let Value::Map(entries) = &mut node.value {
        entries.retain(|entry| entry.key != key);
        entries.push(Entry { key: key.to_owned(), key_span: at, value });
    }
}
