//! What does a strategic patch make of an object? Rules PAT-4 to PAT-6.
//! Source: apimachinery `pkg/util/strategicpatch/patch.go`, function by function.
//!
//! Works on Go's untyped values, and like upstream on the patch itself: directives go out of it as they are
//! done, and an error shows what is left.

use std::cell::RefCell;
use std::rc::Rc;

use crate::api::quote;
use crate::api::unstructured::{Members, NotComparable, Value};
use crate::source::decode::{self, FieldType, Struct};

use super::Failure;

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const DELETE_FROM_LIST: &str = "$deleteFromPrimitiveList";
const ELEMENT_ORDER: &str = "$setElementOrder";

type Map = Rc<RefCell<Members>>;
type Done<T> = Result<T, Failure>;

/// The key by which the entries of a list merge, by the structure that holds it; empty for a list of plain
/// values that merges, `None` for a list that is replaced.
/// Source: the tags `patchStrategy` and `patchMergeKey` of the v1 types.
pub(crate) fn merge_strategy(holder: &str, field: &str) -> Option<&'static str> {
    match (holder, field) {
        ("ServiceSpec", "ports") => Some("port"),
        ("ObjectMeta", "ownerReferences") => Some("uid"),
        ("ObjectMeta", "finalizers") => Some(""),
        ("ServiceStatus", "conditions") => Some("type"),
        _ => None,
    }
}

/// A type of which a patch asks how its fields merge.
#[derive(Clone, Copy)]
enum Schema {
    Struct(&'static Struct),
    /// Any other, by its kind.
    Kind(&'static str),
}

/// How a list merges.
struct ListMeta {
    entry: Schema,
    /// As [`merge_strategy`] gives it.
    merge_key: Option<&'static str>,
}

impl ListMeta {
    /// The declared key; empty where there is none.
    fn key(&self) -> &'static str {
        self.merge_key.unwrap_or_default()
    }
}

impl Schema {
    fn find(self, field: &str) -> Done<(&'static Struct, FieldType)> {
        let holder = match self {
            Self::Struct(holder) => holder,
            Self::Kind(kind) => {
                return Err(Failure::Error(format!(
                    "merging an object in json but data type is not struct, instead is: {kind}"
                )));
            }
        };
        let found = decode::field_type(holder, field);
        found.map(|found| (holder, found)).ok_or_else(|| {
            let (name, field) = (holder.name(), quote(field));
            Failure::Error(format!(
                "unable to find api field in struct {name} for the json field {field}"
            ))
        })
    }

    fn for_struct(self, field: &str) -> Done<Self> {
        Ok(match self.find(field)?.1 {
            FieldType::Struct(inner) => Self::Struct(inner),
            FieldType::Structs(_) | FieldType::List => Self::Kind("slice"),
            FieldType::Map => Self::Kind("map"),
            FieldType::Pointer | FieldType::Plain => Self::Kind("string"),
        })
    }

    fn for_list(self, field: &str) -> Done<ListMeta> {
        let (holder, found) = self.find(field)?;
        let entry = match found {
            FieldType::Structs(inner) => Self::Struct(inner),
            FieldType::List | FieldType::Pointer => Self::Kind("string"),
            _ => {
                let words = "expected slice or array type, but got: struct".to_owned();
                return Err(Failure::Error(words));
            }
        };
        Ok(ListMeta { entry, merge_key: merge_strategy(holder.name(), field) })
    }
}

/// Applies a patch to a Service. Both are changed.
///
/// # Errors
/// What upstream refuses, with its words.
pub fn strategic_merge(original: &Map, patch: &Map) -> Done<Map> {
    merge_map(Rc::clone(original), patch, Schema::Struct(decode::service_type()))
}

fn bad_type(expected: &'static str, actual: &Value) -> Failure {
    let actual = actual.type_name();
    Failure::Error(format!("expected a {expected}, but received a {actual}"))
}

const LIST: &str = "[]interface {}";
const MAP: &str = "map[string]interface {}";

fn no_merge_key(map: &Map, key: &str) -> Failure {
    let map = Value::Map(Rc::clone(map));
    Failure::Error(format!("map: {map} does not contain declared merge key: {key}"))
}

fn bad_patch_type(directive: &Value, map: &Map) -> Failure {
    // Printed with `%s`, which tells the type of what is no text.
    let shown = match directive {
        Value::Text(text) => text.to_string(),
        Value::Nil => "%!s(<nil>)".to_owned(),
        Value::List(_) | Value::Map(_) => with_s(directive),
        plain => format!("%!s({}={plain})", plain.type_name()),
    };
    let map = Value::Map(Rc::clone(map));
    Failure::Error(format!("unknown patch type: {shown} in map: {map}"))
}

/// A value as Go prints it with `%s`.
fn with_s(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Nil => "%!s(<nil>)".to_owned(),
        Value::List(entries) => {
            let entries: Vec<String> = entries.iter().map(with_s).collect();
            format!("[{}]", entries.join(" "))
        }
        Value::Map(members) => {
            let members = members.borrow();
            let members: Vec<String> =
                members.iter().map(|(key, value)| format!("{key}:{}", with_s(value))).collect();
            format!("map[{}]", members.join(" "))
        }
        plain => format!("%!s({}={plain})", plain.type_name()),
    }
}

fn keys(map: &Map) -> Vec<String> {
    map.borrow().keys().cloned().collect()
}

fn get(map: &Map, key: &str) -> Option<Value> {
    map.borrow().get(key).cloned()
}

fn set(map: &Map, key: &str, value: Value) {
    map.borrow_mut().insert(key.to_owned(), value);
}

fn delete(map: &Map, key: &str) {
    map.borrow_mut().remove(key);
}

fn merge_map(original: Map, patch: &Map, schema: Schema) -> Done<Map> {
    if let Some(directive) = get(patch, DIRECTIVE) {
        return match directive.as_text() {
            Some("replace") => {
                delete(patch, DIRECTIVE);
                Ok(Rc::clone(patch))
            }
            Some("delete") => Ok(Map::default()),
            _ => Err(bad_patch_type(&directive, patch)),
        };
    }
    retain_keys(&original, patch)?;
    merge_ordered_lists(&original, patch, schema)?;
    for key in keys(patch) {
        let Some(value) = get(patch, &key) else { continue };
        let (key, is_deletion) = match key.strip_prefix(DELETE_FROM_LIST) {
            None => (key.as_str(), false),
            Some(rest) => match rest.strip_prefix('/') {
                Some(list) => (if list.is_empty() { key.as_str() } else { list }, true),
                None => {
                    let words = "invalid patch format of primitive list".to_owned();
                    return Err(Failure::BadRequest(words));
                }
            },
        };
        if value.is_nil() {
            delete(&original, key);
            continue;
        }
        let found = get(&original, key).filter(|found| found.is_same_type(&value));
        let Some(found) = found else {
            if !is_deletion {
                discard_nulls(&value);
                keep(&original, key, &value);
            }
            continue;
        };
        match (&found, &value) {
            (Value::Map(found), Value::Map(value)) => {
                let inner = schema.for_struct(key)?;
                let merged = merge_map(Rc::clone(found), value, inner)?;
                set(&original, key, Value::Map(merged));
            }
            (Value::List(found), Value::List(value)) => {
                let meta = schema.for_list(key)?;
                let merged = merge_list(found, value, &meta, is_deletion)?;
                set(&original, key, Value::List(merged));
            }
            _ => keep(&original, key, &value),
        }
    }
    Ok(original)
}

/// Takes a value as it stands, without the directives in it.
fn keep(original: &Map, key: &str, value: &Value) {
    match without_directives(value) {
        Some(value) => set(original, key, value),
        None => delete(original, key),
    }
}

/// Takes the directives out of a value; `None` if it is one itself.
fn without_directives(value: &Value) -> Option<Value> {
    match value {
        Value::Map(members) => {
            if members.borrow().contains_key(DIRECTIVE) {
                return None;
            }
            for key in keys(members) {
                match get(members, &key).as_ref().and_then(without_directives) {
                    Some(value) => set(members, &key, value),
                    None => delete(members, &key),
                }
            }
            Some(value.clone())
        }
        Value::List(entries) => {
            let kept = entries.iter().filter_map(without_directives).collect();
            Some(Value::List(Rc::new(kept)))
        }
        plain => Some(plain.clone()),
    }
}

/// Takes the members that are null out of a value.
fn discard_nulls(value: &Value) {
    match value {
        Value::Map(members) => {
            members.borrow_mut().retain(|_, value| !value.is_nil());
            members.borrow().values().for_each(discard_nulls);
        }
        Value::List(entries) => entries.iter().for_each(discard_nulls),
        _ => {}
    }
}

fn retain_keys(original: &Map, patch: &Map) -> Done<()> {
    let Some(kept) = patch.borrow_mut().remove(RETAIN_KEYS) else { return Ok(()) };
    let bad_format = || Failure::BadRequest("invalid patch format of retainKeys".to_owned());
    let kept = kept.as_list().ok_or_else(bad_format)?;
    for entry in kept.iter() {
        entry.check_hash()?;
    }
    let keeps = |key: &str| kept.iter().any(|kept| kept.as_text() == Some(key));
    for (key, value) in patch.borrow().iter() {
        let is_directive = key.starts_with(DELETE_FROM_LIST) || key.starts_with(ELEMENT_ORDER);
        if !value.is_nil() && !is_directive && !keeps(key) {
            return Err(bad_format());
        }
    }
    original.borrow_mut().retain(|key, _| keeps(key));
    Ok(())
}

/// Merges each list for which the patch gives an order.
fn merge_ordered_lists(original: &Map, patch: &Map, schema: Schema) -> Done<()> {
    let bad_format =
        || Failure::BadRequest("invalid patch format of setElementOrder list".to_owned());
    for directive in keys(patch) {
        if !directive.starts_with(ELEMENT_ORDER) {
            continue;
        }
        let Some(order) = patch.borrow_mut().remove(&directive) else { continue };
        let order = order.as_list().ok_or_else(|| bad_type(LIST, &order))?;
        let key = directive[ELEMENT_ORDER.len()..].strip_prefix('/').ok_or_else(bad_format)?;
        let list = |of: &Map| match get(of, key) {
            None => Ok(None),
            Some(Value::List(entries)) => Ok(Some(entries)),
            Some(other) => Err(bad_type(LIST, &other)),
        };
        let (live, sent) = (list(original)?, list(patch)?);
        let meta = schema.for_list(key)?;
        let merge_key = meta.key();
        check_order(sent.as_deref().map_or(&[], Vec::as_slice), order, merge_key)?;
        let merged = match (&live, &sent) {
            (None, None) => continue,
            (Some(live), None) => Rc::clone(live),
            (None, Some(sent)) => Rc::new(sent.iter().filter_map(without_directives).collect()),
            (Some(live), Some(sent)) => merge_list(live, sent, &meta, false)?,
        };
        let (named, others) = partition(&merged, order, merge_key)?;
        let (live, sent) = (live.unwrap_or_default(), sent.unwrap_or_default());
        let is_map = element_type([&live, &sent])?;
        let sorted = normalize_order(named, others, order, &live, merge_key, is_map)?;
        set(original, key, Value::List(Rc::new(sorted)));
        delete(patch, key);
    }
    Ok(())
}

/// What a patch sends must stand in the order that it gives.
fn check_order(sent: &[Value], order: &[Value], merge_key: &str) -> Done<()> {
    if order.is_empty() || sent.is_empty() {
        return Ok(());
    }
    let stays = if merge_key.is_empty() { sent.to_vec() } else { split_deletions(sent)?.0 };
    let has_directive =
        |entry: &Value| entry.as_map().is_some_and(|map| map.borrow().contains_key(DIRECTIVE));
    let (mut at, mut place) = (0, 0);
    while at < stays.len() && place < order.len() {
        if has_directive(&stays[at]) {
            at += 1;
            continue;
        }
        if is_same_entry(&stays[at], &order[place], merge_key)? {
            at += 1;
        }
        place += 1;
    }
    if at < stays.len() {
        let print = |list: &[Value]| Value::List(Rc::new(list.to_vec()));
        let (sent, order) = (print(sent), print(order));
        return Err(Failure::Error(format!(
            "The order in patch list:\n{sent}\n doesn't match {ELEMENT_ORDER} list:\n{order}\n"
        )));
    }
    Ok(())
}

fn is_same_entry(one: &Value, other: &Value, merge_key: &str) -> Done<bool> {
    if merge_key.is_empty() {
        return Ok(one.equals(other)?);
    }
    let one = one.as_map().ok_or_else(|| bad_type(MAP, one))?;
    let other = other.as_map().ok_or_else(|| bad_type(MAP, other))?;
    let key = |map: &Map| get(map, merge_key).ok_or_else(|| no_merge_key(map, merge_key));
    Ok(key(one)?.equals(&key(other)?)?)
}

fn merge_list(
    live: &Rc<Vec<Value>>,
    sent: &Rc<Vec<Value>>,
    meta: &ListMeta,
    is_deletion: bool,
) -> Done<Rc<Vec<Value>>> {
    if meta.merge_key.is_none() && !is_deletion {
        return Ok(Rc::clone(sent));
    }
    if live.is_empty() && sent.is_empty() {
        return Ok(Rc::clone(live));
    }
    let merge_key = meta.key();
    let is_map = element_type([live, sent])?;
    if !is_map {
        if is_deletion {
            return without_entries(live, sent);
        }
        let mut merged = [live.as_slice(), sent.as_slice()].concat();
        remove_repeats(&mut merged)?;
        return ordered(merged, sent, live, merge_key, is_map);
    }
    if merge_key.is_empty() {
        let kind = if let Schema::Kind(kind) = meta.entry { kind } else { "struct" };
        return Err(Failure::Error(format!("cannot merge lists without merge key for {kind}")));
    }
    let (live, sent) = special_entries(live, sent, merge_key)?;
    let mut merged = live.clone();
    for entry in &sent {
        let Value::Map(patch) = entry else { continue };
        let key = get(patch, merge_key).ok_or_else(|| no_merge_key(patch, merge_key))?;
        match find_entry(&merged, merge_key, &key)? {
            Some((at, found)) => merged[at] = Value::Map(merge_map(found, patch, meta.entry)?),
            None => merged.push(entry.clone()),
        }
    }
    ordered(merged, &sent, &live, merge_key, is_map)
}

fn ordered(
    merged: Vec<Value>,
    sent: &[Value],
    live: &[Value],
    merge_key: &str,
    is_map: bool,
) -> Done<Rc<Vec<Value>>> {
    let (named, others) = partition(&merged, sent, merge_key)?;
    Ok(Rc::new(normalize_order(named, others, sent, live, merge_key, is_map)?))
}

fn without_entries(live: &[Value], gone: &[Value]) -> Done<Rc<Vec<Value>>> {
    let mut kept = Vec::new();
    for entry in gone.iter().chain(live) {
        entry.check_hash()?;
    }
    for entry in live {
        if place_of(gone, entry, "")?.is_none() {
            kept.push(entry.clone());
        }
    }
    Ok(Rc::new(kept))
}

/// Of equal values the first stays; the last one takes the place of one that goes.
fn remove_repeats(list: &mut Vec<Value>) -> Result<(), NotComparable> {
    let mut i = 0;
    while i + 1 < list.len() {
        let mut j = i + 1;
        while j < list.len() {
            if list[i].equals(&list[j])? {
                list.swap_remove(j);
            } else {
                j += 1;
            }
        }
        i += 1;
    }
    Ok(())
}

/// Does what the entries with a directive say. Gives what is left of the list, and the other entries.
fn special_entries(
    live: &[Value],
    sent: &[Value],
    merge_key: &str,
) -> Done<(Vec<Value>, Vec<Value>)> {
    let (mut live, mut others, mut replaces) = (live.to_vec(), Vec::new(), false);
    for entry in sent {
        let Value::Map(map) = entry else { continue };
        let Some(directive) = get(map, DIRECTIVE) else {
            others.push(entry.clone());
            continue;
        };
        match directive.as_text() {
            Some("delete") => {
                let key = get(map, merge_key).ok_or_else(|| no_merge_key(map, merge_key))?;
                while let Some((at, _)) = find_entry(&live, merge_key, &key)? {
                    live.remove(at);
                }
            }
            Some("replace") => replaces = true,
            Some("merge") => {
                let words = "merging lists cannot yet be specified in the patch".to_owned();
                return Err(Failure::Error(words));
            }
            _ => return Err(bad_patch_type(&directive, map)),
        }
    }
    Ok(if replaces { (others, Vec::new()) } else { (live, others) })
}

/// The entry of a list of maps with this key.
fn find_entry(list: &[Value], merge_key: &str, key: &Value) -> Done<Option<(usize, Map)>> {
    for (at, entry) in list.iter().enumerate() {
        let Value::Map(map) = entry else {
            return Err(Failure::Error(format!("value for key {at} is not a map")));
        };
        if let Some(found) = get(map, merge_key)
            && found.equals(key)?
        {
            return Ok(Some((at, Rc::clone(map))));
        }
    }
    Ok(None)
}

/// Parts the entries that another list names, too, from the others.
fn partition(list: &[Value], by: &[Value], merge_key: &str) -> Done<(Vec<Value>, Vec<Value>)> {
    let (mut named, mut others) = (Vec::new(), Vec::new());
    if merge_key.is_empty() {
        for entry in by.iter().chain(list) {
            entry.check_hash()?;
        }
    }
    for entry in list {
        let is_named = if merge_key.is_empty() {
            place_of(by, entry, merge_key)?.is_some()
        } else {
            let map = entry.as_map().ok_or_else(|| bad_type(MAP, entry))?;
            let key = get(map, merge_key).ok_or_else(|| no_merge_key(map, merge_key))?;
            find_entry(by, merge_key, &key)?.is_some()
        };
        if is_named { named.push(entry.clone()) } else { others.push(entry.clone()) }
    }
    Ok((named, others))
}

/// Whether the entries of lists are maps.
fn element_type(lists: [&[Value]; 2]) -> Done<bool> {
    let mut all = lists.into_iter().flatten();
    let Some(first) = all.next() else {
        return Err(Failure::Error("no elements in any of the given slices".to_owned()));
    };
    match first {
        Value::Nil => return Err(Failure::Panic),
        Value::List(_) => return Err(Failure::DoesNotApply),
        _ => {}
    }
    if all.any(|other| !other.is_same_type(first)) {
        let lists = lists.map(|list| Value::List(Rc::new(list.to_vec())).to_string());
        let words = format!("list element types are not identical: [{}]", lists.join(" "));
        return Err(Failure::Error(words));
    }
    Ok(matches!(first, Value::Map(_)))
}

/// Puts the entries that a patch names in its order. The others stay in the order of the live list, each
/// before the first named one that it stands before there.
fn normalize_order(
    named: Vec<Value>,
    others: Vec<Value>,
    order: &[Value],
    live: &[Value],
    merge_key: &str,
    is_map: bool,
) -> Done<Vec<Value>> {
    let named = sort(named, order, merge_key, is_map)?;
    let others = sort(others, live, merge_key, is_map)?;
    let key = if is_map { merge_key } else { "" };
    let (mut all, mut named, mut others) =
        (Vec::new(), named.into_iter().peekable(), others.into_iter().peekable());
    while let (Some(other), Some(next)) = (others.peek(), named.peek()) {
        let (one, two) = (place_of(live, other, key)?, place_of(live, next, key)?);
        let is_before = one.zip(two).is_some_and(|(one, two)| one < two);
        all.extend(if is_before { others.next() } else { named.next() });
    }
    all.extend(named);
    all.extend(others);
    Ok(all)
}

fn sort(list: Vec<Value>, order: &[Value], merge_key: &str, is_map: bool) -> Done<Vec<Value>> {
    let (mut list, mut deleted) = (list, Vec::new());
    if is_map {
        for entry in list.iter().chain(order) {
            let map = entry.as_map().ok_or_else(|| bad_type(MAP, entry))?;
            if get(map, merge_key).is_none() {
                return Err(no_merge_key(map, merge_key));
            }
        }
        (list, deleted) = split_deletions(&list)?;
    }
    let key = if is_map { merge_key } else { "" };
    // As Go sorts a short list: what the order does not have goes before everything.
    for i in 1..list.len() {
        for j in (1..=i).rev() {
            let place = (place_of(order, &list[j], key)?, place_of(order, &list[j - 1], key)?);
            if let (Some(one), Some(before)) = place
                && one >= before
            {
                break;
            }
            list.swap(j, j - 1);
        }
    }
    list.append(&mut deleted);
    Ok(list)
}

/// Parts the entries that delete from the others.
fn split_deletions(list: &[Value]) -> Done<(Vec<Value>, Vec<Value>)> {
    let (mut stays, mut goes) = (Vec::new(), Vec::new());
    for entry in list {
        let map = entry.as_map().ok_or_else(|| bad_type(MAP, entry))?;
        let deletes = get(map, DIRECTIVE).is_some_and(|it| it.as_text() == Some("delete"));
        if deletes { goes.push(entry.clone()) } else { stays.push(entry.clone()) }
    }
    Ok((stays, goes))
}

/// Where an entry stands in a list; without a key all of it counts.
fn place_of(
    list: &[Value],
    entry: &Value,
    merge_key: &str,
) -> Result<Option<usize>, NotComparable> {
    let value = |entry: &Value| match entry {
        _ if merge_key.is_empty() => entry.clone(),
        Value::Map(map) => get(map, merge_key).unwrap_or(Value::Nil),
        _ => Value::Nil,
    };
    let wanted = value(entry);
    for (at, other) in list.iter().enumerate() {
        if wanted.equals(&value(other))? {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::strategic_merge;
    use crate::api::json::{Json, json};
    use crate::api::unstructured::Value;
    use crate::apiserver::patch::Failure;

    /// What a patch makes of an object, as Go prints it, and what is left of the patch.
    fn both(object: &Json, patch: &Json) -> (Result<String, Failure>, String) {
        let (object, patch) = (Value::from(object), Value::from(patch));
        let (Value::Map(object), Value::Map(map)) = (&object, &patch) else {
            panic!("two objects")
        };
        let merged = strategic_merge(object, map).map(|merged| Value::Map(merged).to_string());
        (merged, patch.to_string())
    }

    fn check(object: Json, patch: Json, expect: &str) {
        assert_eq!(both(&object, &patch).0, Ok(expect.to_owned()), "{patch:?}");
    }

    fn fails(object: Json, patch: Json, expect: &str) {
        assert_eq!(both(&object, &patch).0, Err(Failure::Error(expect.to_owned())), "{patch:?}");
    }

    fn spec(spec: &Json) -> Json {
        Json::object(vec![("spec".to_owned(), spec.clone())])
    }

    fn ports(list: &[i32]) -> Json {
        let ports = list.iter().map(|port| json!({"port": *port})).collect();
        Json::object(vec![("ports".to_owned(), Json::Array(ports))])
    }

    fn shown(list: &[i32]) -> String {
        let ports: Vec<String> = list.iter().map(|port| format!("map[port:{port}]")).collect();
        format!("map[spec:map[ports:[{}]]]", ports.join(" "))
    }

    #[test]
    fn ports_merge_by_port() {
        let patch = json!({"ports": [{"port": 80, "nodePort": 30080}, {"port": 81}]});
        check(
            spec(&ports(&[80])),
            spec(&patch),
            "map[spec:map[ports:[map[nodePort:30080 port:80] map[port:81]]]]",
        );
        let patch = json!({"ports": [{"$patch": "delete", "port": 80}]});
        check(spec(&ports(&[80, 81])), spec(&patch), &shown(&[81]));
        let patch = json!({"ports": [{"$patch": "replace"}, {"port": 90}]});
        check(spec(&ports(&[80, 81])), spec(&patch), &shown(&[90]));
    }

    #[test]
    fn ports_stand_in_the_order_of_the_patch_and_the_others_where_they_were() {
        for (live, order, merged) in [
            (&[80, 443][..], &[8080][..], &[8080, 80, 443][..]),
            (&[80, 443], &[80, 81], &[80, 81, 443]),
            (&[80], &[443, 80], &[443, 80]),
            (&[80, 81, 82], &[82], &[80, 81, 82]),
            (&[80, 81, 82], &[82, 80], &[81, 82, 80]),
        ] {
            check(spec(&ports(live)), spec(&ports(order)), &shown(merged));
        }
        let added = json!({"$setElementOrder/ports": [{"port": 80}, {"port": 81}], "ports": [{"port": 81}]});
        check(spec(&ports(&[80, 90])), spec(&added), &shown(&[80, 81, 90]));
        let turned = json!({"$setElementOrder/ports": [{"port": 81}, {"port": 80}]});
        check(spec(&ports(&[80, 81])), spec(&turned), &shown(&[81, 80]));
    }

    #[test]
    fn a_list_that_is_new_is_taken_as_it_stands() {
        let patch = json!({"ports": [{"port": 53, "name": "u"}, {"port": 53, "name": null}, {"$patch": "delete"}]});
        check(
            spec(&json!({})),
            spec(&patch),
            "map[spec:map[ports:[map[name:u port:53] map[port:53]]]]",
        );
        let patch = json!({"selector": {"$patch": "replace", "app": "y"}});
        check(spec(&json!({})), spec(&patch), "map[spec:map[]]");
    }

    #[test]
    fn plain_lists_merge_and_lose_what_is_named() {
        let live = json!({"metadata": {"finalizers": ["a", "b"]}});
        let patch = json!({"metadata": {"finalizers": ["c", "a"]}});
        check(live.clone(), patch, "map[metadata:map[finalizers:[c a b]]]");
        let patch = json!({"metadata": {"$deleteFromPrimitiveList/finalizers": ["a", "x"]}});
        check(live.clone(), patch, "map[metadata:map[finalizers:[b]]]");
        let patch = json!({"metadata": {"$deleteFromPrimitiveList": ["a"]}});
        let words = "invalid patch format of primitive list".to_owned();
        assert_eq!(both(&live, &patch).0, Err(Failure::BadRequest(words)));
    }

    #[test]
    fn an_error_shows_what_is_left_of_the_patch() {
        let order =
            json!({"$setElementOrder/ports": [{"port": 80}], "ports": [{"port": 80}], "type": "x"});
        assert_eq!(both(&spec(&ports(&[80])), &spec(&order)).1, "map[spec:map[type:x]]");
        // The second one merges into the first, which stands in the patch, too.
        let twice = json!({"ports": [{"port": "80", "name": "a"}, {"port": "80", "name": "b"}]});
        let left = "map[spec:map[ports:[map[name:b port:80] map[name:b port:80]]]]";
        assert_eq!(both(&spec(&ports(&[80])), &spec(&twice)).1, left);
    }

    #[test]
    fn what_upstream_cannot_do_is_refused_in_its_words() {
        let live = || spec(&ports(&[80]));
        let words = "map: map[nodePort:30080] does not contain declared merge key: port";
        fails(live(), spec(&json!({"ports": [{"nodePort": 30080}]})), words);
        fails(
            live(),
            spec(&json!({"$patch": [5, "x"]})),
            "unknown patch type: [%!s(int64=5) x] in map: map[$patch:[5 x]]",
        );
        let words = "unable to find api field in struct ServiceSpec for the json field \"foo\"";
        fails(live(), spec(&json!({"$setElementOrder/foo": []})), words);
        let words = "merging an object in json but data type is not struct, instead is: map";
        let labels = json!({"metadata": {"labels": {"a": "b"}}});
        fails(labels, json!({"metadata": {"labels": {"$setElementOrder/x": []}}}), words);
        let panics = spec(&json!({"ports": [{"port": []}]}));
        assert_eq!(both(&live(), &panics).0, Err(Failure::Panic));
        let lists = spec(&json!({"ports": [[]]}));
        let words = "list element types are not identical: [[map[port:80]] [[]]]";
        assert_eq!(both(&live(), &lists).0, Err(Failure::Error(words.to_owned())));
    }
}
