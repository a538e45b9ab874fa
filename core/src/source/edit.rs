//! How does one value of a YAML text change so that every other byte stays, comments included? In block
//! style, in flow style and in JSON. Values are named by JSON pointers: `/spec/ports/0/nodePort`.
//!
//! An edit is made from places in the text alone, and YAML has stranger corners than that can know of
//! (block scalars, anchors). Whoever makes one reads the text again, and takes the edit only if the text
//! now says what [`model`] says.

use crate::api::json::{Json, Map, key_of};

use super::yaml::{Node, Value};
use crate::api::go_json;
use crate::api::scalar::{Plain, is_base_60, resolve};
use crate::source::span::Span;

/// One stretch of a text and what takes its place.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Edit {
    /// What goes.
    pub span: Span,
    /// What comes.
    pub text: String,
}

impl Edit {
    /// The text with the edit.
    #[must_use]
    pub fn apply(&self, text: &str) -> String {
        [&text[..self.span.start], &self.text, &text[self.span.end..]].concat()
    }
}

/// What happens to the value at a pointer.
#[derive(Clone, PartialEq, Debug)]
pub enum Op {
    /// It becomes this one, or is added with what is missing around it.
    Put(Json),
    /// It goes, with its key.
    Remove,
    /// Its key becomes this one.
    Rename(String),
}

/// A key as part of a pointer.
#[must_use]
pub fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// A map of one entry.
#[must_use]
pub fn one(key: &str, value: Json) -> Json {
    let mut map = Map::new();
    map.insert(key.to_owned(), value);
    Json::Object(map)
}

/// The number of the entry or item that a part of a pointer names.
fn number(node: &Node, part: &str) -> Option<usize> {
    match &node.value {
        Value::Map(map) => {
            let key = key_of(part);
            map.iter().rposition(|entry| entry.key == key)
        }
        Value::Seq(list) => part.parse().ok().filter(|at| *at < list.len()),
        _ => None,
    }
}

/// The value at a pointer.
#[must_use]
pub fn find<'a>(root: &'a Node, pointer: &str) -> Option<&'a Node> {
    let mut node = root;
    for part in pointer.split('/').skip(1) {
        let at = number(node, part)?;
        node = match &node.value {
            Value::Map(map) => &map[at].value,
            Value::Seq(list) => &list[at],
            _ => return None,
        };
    }
    Some(node)
}

/// What a document should say after the change; `None` if that is not worth a comparison.
#[must_use]
pub fn model(mut json: Json, pointer: &str, op: &Op) -> Option<Json> {
    let (holder, part) = pointer.rsplit_once('/')?;
    if let Op::Put(value) = op {
        if let Some(slot) = json.pointer_mut(pointer) {
            slot.clone_from(value);
            return Some(json);
        }
        let key = key_of(part);
        return match json.pointer_mut(holder) {
            Some(Json::Object(map)) => {
                map.insert(key, value.clone());
                Some(json)
            }
            Some(Json::Array(list)) if part.parse::<usize>().is_ok() => {
                list.push(value.clone());
                Some(json)
            }
            Some(Json::Array(_)) => None,
            _ => model(json, holder, &Op::Put(one(&key, value.clone()))),
        };
    }
    match json.pointer_mut(holder)? {
        Json::Object(map) => {
            let value = map.remove(&key_of(part))?;
            if let Op::Rename(name) = op {
                map.insert(name.clone(), value);
            }
        }
        Json::Array(list) => {
            let at = part.parse().ok().filter(|at| *at < list.len())?;
            list.remove(at);
        }
        _ => return None,
    }
    Some(json)
}

/// The edit of the text that `root` was read from; none where the style, or a comment that would go,
/// forbids a simple one.
#[must_use]
pub fn edit(text: &str, root: &Node, pointer: &str, op: &Op) -> Option<Edit> {
    let (holder, part) = pointer.rsplit_once('/')?;
    let page = Page { text, root };
    let Some(node) = find(root, holder) else {
        let Op::Put(value) = op else { return None };
        return edit(text, root, holder, &Op::Put(one(&key_of(part), value.clone())));
    };
    let own = children(node);
    match (op, number(node, part)) {
        (Op::Put(value), Some(at)) => page.set(&own[at], value),
        (Op::Put(value), None) => page.add(node, &own, &key_of(part), value),
        (Op::Remove, Some(at)) => page.remove(node, &own, at),
        (Op::Rename(name), Some(at)) => {
            let span = own[at].key?;
            Some(Edit { span, text: print_text(name, page.quote_at(span.start)) })
        }
        (_, None) => None,
    }
}

/// An entry of a map or an item of a list.
struct Child<'a> {
    key: Option<Span>,
    /// Key and value.
    whole: Span,
    node: &'a Node,
}

fn children(node: &Node) -> Vec<Child<'_>> {
    let mut own = Vec::new();
    match &node.value {
        Value::Map(map) => {
            for entry in map {
                let (key, node) = (entry.key_span, &entry.value);
                let whole = Span::new(key.start, node.span.end.max(key.end));
                own.push(Child { key: Some(key), whole, node });
            }
        }
        Value::Seq(list) => {
            for node in list {
                own.push(Child { key: None, whole: node.span, node });
            }
        }
        _ => {}
    }
    own
}

/// A text and what it says.
struct Page<'a> {
    text: &'a str,
    root: &'a Node,
}

impl Page<'_> {
    fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |newline| newline + 1)
    }

    /// A new line, indented as what stands at `at`.
    fn new_line(&self, at: usize) -> String {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let mut line = newline.to_owned();
        self.text[self.line_start(at)..at].chars().for_each(|_| line.push(' '));
        line
    }

    /// The quote that stands at `at`, if one does.
    fn quote_at(&self, at: usize) -> Option<char> {
        self.text[at..].chars().next().filter(|char| matches!(char, '"' | '\''))
    }

    /// The quotes of new texts. JSON and KYAML have them everywhere.
    fn quotes(&self) -> Option<char> {
        self.text[self.root.span.start..].starts_with('{').then_some('"')
    }

    fn is_flow(&self, node: &Node, own: &[Child]) -> bool {
        self.text[node.span.start..].starts_with(['{', '['])
            && own.first().is_none_or(|child| node.span.start < child.whole.start)
    }

    /// The stretch, if no comment may stand in it.
    fn plain(&self, start: usize, end: usize) -> Option<Span> {
        (!self.text.get(start..end)?.contains('#')).then(|| Span::new(start, end))
    }

    fn set(&self, child: &Child, value: &Json) -> Option<Edit> {
        let (node, own) = (child.node, children(child.node));
        if let (Value::Seq(old), Json::Array(new)) = (&node.value, value)
            && old.len() == new.len()
        {
            return self.set_items(&own, new);
        }
        let quote = match &node.value {
            Value::String(_) => self.quote_at(node.span.start),
            _ => self.quotes(),
        };
        let text = print(value, quote);
        let is_block = !own.is_empty() && !self.is_flow(node, &own);
        let span = match child.key {
            // What stands on lines of its own moves up behind the colon.
            Some(key) if is_block => {
                let colon = key.end + self.text[key.end..].find(':')? + 1;
                self.plain(colon, node.span.end)?
            }
            None if is_block => return None,
            _ if own.is_empty() => node.span,
            _ => self.plain(node.span.start, node.span.end)?,
        };
        let is_tight = self.text[..span.start].ends_with(':');
        Some(Edit { span, text: if is_tight { format!(" {text}") } else { text } })
    }

    /// The stretch of a list in which items change, with all that stands between them.
    fn set_items(&self, old: &[Child], new: &[Json]) -> Option<Edit> {
        let mut edit: Option<Edit> = None;
        for (child, new) in old.iter().zip(new) {
            let span = child.whole;
            if child.node.to_json() == *new {
                continue;
            }
            let quote = self.quote_at(span.start).or(self.quotes());
            let edit = edit
                .get_or_insert(Edit { span: Span::new(span.start, span.start), ..Edit::default() });
            edit.text.push_str(&self.text[edit.span.end..span.start]);
            edit.text.push_str(&print(new, quote));
            edit.span.end = span.end;
        }
        edit
    }

    fn add(&self, node: &Node, own: &[Child], key: &str, value: &Json) -> Option<Edit> {
        if !matches!(node.value, Value::Map(_) | Value::Null) {
            return None;
        }
        let key_quote = self.text[self.root.span.start..].trim_start_matches('{').trim_start();
        let key_quote = key_quote.starts_with('"').then_some('"');
        let mut text = format!("{}: {}", print_text(key, key_quote), print(value, self.quotes()));
        let Some(first) = own.first() else {
            return Some(Edit { span: node.span, text: format!(" {{{text}}}") });
        };
        let at = first.whole.start;
        let is_flow = self.is_flow(node, own);
        text.push_str(if is_flow { "," } else { "" });
        if is_flow && !self.text[node.span.start..at].contains('\n') {
            text.push(' ');
        } else {
            text.push_str(&self.new_line(at));
        }
        Some(Edit { span: Span::new(at, at), text })
    }

    fn remove(&self, node: &Node, own: &[Child], at: usize) -> Option<Edit> {
        let Child { key, whole, .. } = own[at];
        let behind = own.get(at + 1).and_then(|next| self.plain(whole.start, next.whole.start));
        let text = String::new();
        if self.is_flow(node, own) {
            let ahead = at.checked_sub(1).map_or(whole.start, |last| own[last].whole.end);
            let span = behind.or_else(|| self.plain(ahead, whole.end))?;
            return Some(Edit { span, text });
        }
        let before = self.text[..whole.start].trim_end();
        let start = match key {
            Some(_) => whole.start,
            None => before.strip_suffix('-')?.len(),
        };
        self.plain(start, whole.end)?;
        let line = self.line_start(start);
        let rest = &self.text[whole.end..];
        let (tail, next) = match rest.find('\n') {
            Some(newline) => (&rest[..newline], whole.end + newline + 1),
            None => (rest, self.text.len()),
        };
        if !self.text[line..start].trim().is_empty() {
            // The first entry of an item: the next one takes its place behind the dash.
            return Some(Edit { span: behind.filter(|_| key.is_some())?, text });
        }
        let comment = tail.trim_start();
        let span = if comment.is_empty() {
            Span::new(line, next)
        } else if comment.starts_with('#') {
            Span::new(start, whole.end + tail.len() - comment.len())
        } else {
            return None;
        };
        Some(Edit { span, text })
    }
}

/// A value on one line. Texts have quotes where they need them, or where all have.
#[must_use]
pub fn print(value: &Json, quote: Option<char>) -> String {
    let mut out = String::new();
    match value {
        Json::String(text) => return print_text(text, quote),
        Json::Array(list) => {
            for item in list {
                out.push_str(if out.is_empty() { "[" } else { ", " });
                out.push_str(&print(item, quote));
            }
            out.push_str(if out.is_empty() { "[]" } else { "]" });
        }
        Json::Object(map) => {
            for (key, value) in map {
                out.push_str(if out.is_empty() { "{" } else { ", " });
                out.push_str(&[&*print_text(key, quote), ": ", &*print(value, quote)].concat());
            }
            out.push_str(if out.is_empty() { "{}" } else { "}" });
        }
        other => return go_json(other),
    }
    out
}

fn print_text(text: &str, quote: Option<char>) -> String {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-:".contains(&byte);
    let bytes = text.as_bytes();
    let is_bare = quote.is_none()
        && bytes.first().is_some_and(u8::is_ascii_alphanumeric)
        && bytes.last() != Some(&b':')
        && bytes.iter().all(|byte| is_word(*byte))
        && resolve(text) == Plain::Text
        && !is_base_60(text);
    if is_bare {
        return text.to_owned();
    }
    if quote == Some('\'') && bytes.iter().all(|byte| is_word(*byte)) {
        return ["'", text, "'"].concat();
    }
    go_json(&text.into())
}

#[cfg(test)]
mod tests {
    use crate::api::json::json;

    use super::Op::{Put, Remove, Rename};
    use super::{Op, edit, model};
    use crate::source::yaml::parse;

    /// What becomes of a text; what it says then is what was meant.
    fn check(text: &str, pointer: &str, op: Op, expect: Option<&str>) {
        let root = parse(text).documents.remove(0).node;
        let edited = edit(text, &root, pointer, &op).map(|edit| edit.apply(text));
        assert_eq!(edited.as_deref(), expect, "{text} {pointer}");
        if let Some(edited) = edited {
            let says = parse(&edited).documents.remove(0).node.to_json();
            assert_eq!(Some(says), model(root.to_json(), pointer, &op), "{edited}");
        }
    }

    #[test]
    fn a_value_changes_and_its_comment_stays() {
        let text = "spec:\n  type: A # why\n  ports: [80]\n";
        let set = "spec:\n  type: B # why\n  ports: [80]\n";
        check(text, "/spec/type", Put("B".into()), Some(set));
        check("a: 'x'\n", "/a", Put("z".into()), Some("a: 'z'\n"));
        check("a:\n", "/a", Put("z".into()), Some("a: z\n"));
        // What kubectl would read as something else gets quotes.
        check("a: x\n", "/a", Put("yes".into()), Some("a: \"yes\"\n"));
    }

    #[test]
    fn lists_change_in_place() {
        check("a: [x, z]\n", "/a", Put(json!(["z", "x"])), Some("a: [z, x]\n"));
        check("a:\n- x # 1\n- y\n", "/a", Put(json!(["x", "z"])), Some("a:\n- x # 1\n- z\n"));
        check("a:\n- x\n- y\n", "/a", Put(json!(["z"])), Some("a: [z]\n"));
        // The comment would go.
        check("a:\n- x # 1\n- y\n", "/a", Put(json!(["z"])), None);
    }

    #[test]
    fn what_is_added_stands_first_in_the_style_around_it() {
        check("a:\n  c: 1\n", "/a/b", Put("x".into()), Some("a:\n  b: x\n  c: 1\n"));
        check("a: {c: 1}\n", "/a/b", Put("x".into()), Some("a: {b: x, c: 1}\n"));
        let json = "{\n  \"c\": 1\n}";
        check(json, "/b", Put("x".into()), Some("{\n  \"b\": \"x\",\n  \"c\": 1\n}"));
        check("c: 1\r\nd: 2\r\n", "/b", Put(2.into()), Some("b: 2\r\nc: 1\r\nd: 2\r\n"));
        // With what is missing around it.
        check("c: 1\n", "/spec/type", Put("X".into()), Some("spec: {type: X}\nc: 1\n"));
    }

    #[test]
    fn what_goes_takes_its_line_but_no_comment() {
        check("a: 1\nb: 2\n", "/a", Remove, Some("b: 2\n"));
        check("a: 1 # why\nb: 2\n", "/a", Remove, Some("# why\nb: 2\n"));
        check("a: {b: 1, c: 2}\n", "/a/c", Remove, Some("a: {b: 1}\n"));
        check("a: {b: 1, c: 2}\n", "/a/b", Remove, Some("a: {c: 2}\n"));
        check("p:\n- a: 1\n  b: 2\n", "/p/0/a", Remove, Some("p:\n- b: 2\n"));
        check("p:\n- x\n- y\n", "/p/1", Remove, Some("p:\n- x\n"));
    }

    #[test]
    fn a_key_gets_another_name_and_keeps_its_quotes() {
        check("a: 1 # why\n", "/a", Rename("b".to_owned()), Some("b: 1 # why\n"));
        check("{\"a\": 1}", "/a", Rename("b".to_owned()), Some("{\"b\": 1}"));
        check("{a/b: 1}", "/a~1b", Rename("c".to_owned()), Some("{c: 1}"));
    }
}
