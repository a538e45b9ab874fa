//! What does a JSON patch make of an object? RFC 6902, as evanphx/json-patch v4 reads it: rules PAT-2, PAT-3.
//! Source: evanphx/json-patch v4 patch.go.
//!
//! Invariant: all or nothing.

use crate::api::go_json;
use crate::api::json::{Json, Map, key_of};
use crate::source::yaml::MAX_DEPTH;

use super::Failure;

/// How many bytes of JSON the copies of a patch may come to, all together: each can double the object.
/// Source: apiserver `pkg/server/config.go` (`JSONPatchMaxCopyBytes`).
const MAX_COPIED: usize = 3 * 1024 * 1024;
/// Source: apiserver `pkg/endpoints/handlers/patch.go` (`maxJSONPatchOperations`).
const MAX_OPERATIONS: usize = 10_000;

/// The members of an operation that the server knows.
const MEMBERS: [&str; 4] = ["op", "path", "from", "value"];

/// Members that no operation has, by the number of their operation.
///
/// # Errors
/// The patch is no list of operations, in the words of Go's decoder.
pub fn check(patch: &Json) -> Result<Vec<(usize, String)>, String> {
    let wrong = |what: &Json, go_type: &str| {
        let kind = what.kind();
        format!("json: cannot unmarshal {kind} into Go {go_type}")
    };
    let operations = match patch {
        Json::Null => return Ok(Vec::new()),
        Json::Array(operations) => operations,
        other => return Err(wrong(other, "value of type []handlers.jsonPatchOp")),
    };
    let (mut unknown, mut first) = (Vec::new(), None);
    for (i, operation) in operations.iter().enumerate() {
        let members = match operation {
            Json::Null => continue,
            Json::Object(members) => members,
            other => {
                first.get_or_insert_with(|| wrong(other, "value of type handlers.jsonPatchOp"));
                continue;
            }
        };
        for (key, value) in members {
            if !MEMBERS.contains(&key.as_str()) {
                unknown.push((i, key.clone()));
            } else if key != "value" && !matches!(value, Json::String(_) | Json::Null) {
                let field = format!("struct field jsonPatchOp.{key} of type string");
                first.get_or_insert_with(|| wrong(value, &field));
            }
        }
    }
    first.map_or(Ok(unknown), Err)
}

/// A list of operations, applied to a document.
///
/// # Errors
/// The patch is no list of operations, a path does not exist, a `test` fails, the copies exceed
/// [`MAX_COPIED`], or the object would become deeper than a manifest may be.
pub fn json_patch(target: &Json, patch: &Json) -> Result<Json, Failure> {
    let operations = match patch {
        Json::Null => &[],
        Json::Array(operations) => operations.as_slice(),
        other => {
            let kind = other.kind();
            let words =
                format!("json: cannot unmarshal {kind} into Go value of type jsonpatch.Patch");
            return Err(Failure::BadRequest(words));
        }
    };
    let is_none = |operation: &&Json| !matches!(operation, Json::Object(_) | Json::Null);
    if let Some(other) = operations.iter().find(is_none) {
        let kind = other.kind();
        let words =
            format!("json: cannot unmarshal {kind} into Go value of type jsonpatch.Operation");
        return Err(Failure::BadRequest(words));
    }
    let count = operations.len();
    if count > MAX_OPERATIONS {
        let words = format!(
            "The allowed maximum operations in a JSON patch is {MAX_OPERATIONS}, got {count}"
        );
        return Err(Failure::TooLarge(words));
    }
    let mut document = target.clone();
    let mut copied_bytes = 0;
    for operation in operations {
        apply(&mut document, operation, &mut copied_bytes)?;
    }
    Ok(document)
}

/// One operation. A value that is not there counts as `null`, but for `test`.
fn apply(document: &mut Json, operation: &Json, copied_bytes: &mut usize) -> Result<(), Failure> {
    let text = |member: &str| operation[member].as_str().ok_or(Failure::DoesNotApply);
    let value = || operation["value"].clone();
    match text("op")? {
        "add" => add(document, text("path")?, value()),
        "remove" => remove(document, text("path")?).map(|_| ()),
        "replace" => replace(document, text("path")?, operation.get("value")),
        "move" => {
            let moved = remove(document, text("from")?)?;
            add(document, text("path")?, moved)
        }
        "copy" => {
            let from = text("from")?;
            let copied = get(document, from)?.unwrap_or_default();
            let path = text("path")?;
            parent(document, path)?;
            *copied_bytes += if copied.is_null() { 0 } else { go_json(&copied).len() };
            if *copied_bytes > MAX_COPIED {
                return Err(Failure::DoesNotApply);
            }
            add(document, path, copied)
        }
        "test" => test(document, text("path")?, operation.get("value")),
        _ => Err(Failure::DoesNotApply),
    }
}

/// What holds the last step of a path, and that step. The part in front of the first slash is not looked at.
fn parent<'a>(document: &'a mut Json, path: &str) -> Result<(&'a mut Json, String), Failure> {
    let (_, steps) = path.split_once('/').ok_or(Failure::DoesNotApply)?;
    let (before, last) =
        steps.rsplit_once('/').map_or((None, steps), |(it, last)| (Some(it), last));
    let mut found = document;
    for step in before.into_iter().flat_map(|before| before.split('/')) {
        let step = key_of(step);
        let inner = match found {
            Json::Object(members) => members.get_mut(&step),
            Json::Array(entries) => {
                let at = index(&step, entries.len())?;
                entries.get_mut(at)
            }
            _ => None,
        };
        found = inner.ok_or(Failure::DoesNotApply)?;
    }
    match found {
        Json::Object(_) | Json::Array(_) => Ok((found, key_of(last))),
        _ => Err(Failure::DoesNotApply),
    }
}

/// The place of a step in a list: any number that Go reads, below zero from the end.
fn index(step: &str, length: usize) -> Result<usize, Failure> {
    let number: i64 = step.parse().map_err(|_| Failure::DoesNotApply)?;
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let at = if number < 0 { number.saturating_add(length) } else { number };
    if (0..length).contains(&at) {
        return usize::try_from(at).map_err(|_| Failure::DoesNotApply);
    }
    Err(Failure::DoesNotApply)
}

/// The value at a path; `None` for a member that its object does not have.
fn get(document: &mut Json, path: &str) -> Result<Option<Json>, Failure> {
    let (holder, key) = parent(document, path)?;
    Ok(match holder {
        Json::Object(members) => members.get(&key).cloned(),
        Json::Array(entries) => Some(entries[index(&key, entries.len())?].clone()),
        _ => None,
    })
}

fn add(document: &mut Json, path: &str, value: Json) -> Result<(), Failure> {
    check_depth(path, &value)?;
    match parent(document, path)? {
        (Json::Object(members), key) => {
            members.insert(key, value);
        }
        (Json::Array(entries), key) => {
            let most = entries.len();
            let at = if key == "-" { most } else { index(&key, most + 1)? };
            entries.insert(at, value);
        }
        _ => return Err(Failure::DoesNotApply),
    }
    Ok(())
}

fn remove(document: &mut Json, path: &str) -> Result<Json, Failure> {
    match parent(document, path)? {
        (Json::Object(members), key) => members.remove(&key).ok_or(Failure::DoesNotApply),
        (Json::Array(entries), key) => {
            let at = index(&key, entries.len())?;
            Ok(entries.remove(at))
        }
        _ => Err(Failure::DoesNotApply),
    }
}

/// Puts a value in the place of another, or where an object has none. The whole document can be replaced, too.
fn replace(document: &mut Json, path: &str, value: Option<&Json>) -> Result<(), Failure> {
    if path.is_empty() {
        return match value {
            None => Err(Failure::Panic),
            Some(value @ (Json::Object(_) | Json::Array(_))) => {
                *document = value.clone();
                Ok(())
            }
            Some(_) => Err(Failure::DoesNotApply),
        };
    }
    let value = value.cloned().unwrap_or_default();
    check_depth(path, &value)?;
    match parent(document, path)? {
        (Json::Object(members), key) => {
            members.insert(key, value);
        }
        (Json::Array(entries), key) => {
            let at = index(&key, entries.len())?;
            entries[at] = value;
        }
        _ => return Err(Failure::DoesNotApply),
    }
    Ok(())
}

fn test(document: &mut Json, path: &str, expected: Option<&Json>) -> Result<(), Failure> {
    let is_met = if path.is_empty() {
        match expected {
            None => return Err(Failure::Panic),
            Some(expected) => is_equal(document, expected)?,
        }
    } else {
        let found = get(document, path)?.unwrap_or_default();
        match expected {
            _ if found.is_null() => expected.is_none_or(Json::is_null),
            None => false,
            Some(expected) => is_equal(&found, expected)?,
        }
    };
    if is_met { Ok(()) } else { Err(Failure::DoesNotApply) }
}

/// Whether two values are equal. The library panics at a `null` in a list.
fn is_equal(one: &Json, other: &Json) -> Result<bool, Failure> {
    match (one, other) {
        (Json::Object(one), Json::Object(other)) => are_equal(one, other),
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (one, other) in one.iter().zip(other) {
                if one.is_null() || other.is_null() {
                    return Err(Failure::Panic);
                }
                if !is_equal(one, other)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        _ => Ok(one == other),
    }
}

fn are_equal(one: &Map<Json>, other: &Map<Json>) -> Result<bool, Failure> {
    if one.len() != other.len() {
        return Ok(false);
    }
    for (key, value) in one {
        match other.get(key) {
            Some(found) if is_equal(value, found)? => {}
            _ => return Ok(false),
        }
    }
    Ok(true)
}

/// Refuses what would stand deeper than [`MAX_DEPTH`] below a path.
fn check_depth(path: &str, value: &Json) -> Result<(), Failure> {
    fn depth(value: &Json) -> usize {
        match value {
            Json::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
            Json::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
            _ => 1,
        }
    }
    let is_deeper = path.split('/').count() + depth(value) > MAX_DEPTH;
    if is_deeper { Err(Failure::DoesNotApply) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::{check, json_patch};
    use crate::api::json::{Json, json};
    use crate::apiserver::patch::Failure;

    fn patched(patch: &Json) -> Result<Json, Failure> {
        json_patch(&json!({"a": [1, 2, 3], "b": {"c": null}}), patch)
    }

    #[test]
    fn an_index_may_have_a_sign_and_zeros() {
        let operation = |op: &str, step: &str| {
            let path = format!("/a/{step}");
            Ok(patched(&json!([{"op": op, "path": path, "value": 9}]))?["a"].clone())
        };
        for (op, step, expect) in [
            ("remove", "-1", json!([1, 2])),
            ("replace", "-3", json!([9, 2, 3])),
            ("replace", "+01", json!([1, 9, 3])),
            ("add", "-1", json!([1, 2, 3, 9])),
            ("add", "-4", json!([9, 1, 2, 3])),
            ("add", "3", json!([1, 2, 3, 9])),
            ("add", "-", json!([1, 2, 3, 9])),
        ] {
            assert_eq!(operation(op, step), Ok(expect), "{op} {step}");
        }
        for (op, step) in [
            ("remove", "-4"),
            ("remove", "3"),
            ("remove", "-"),
            ("add", "4"),
            ("add", "-5"),
            ("replace", "x"),
        ] {
            assert_eq!(operation(op, step), Err(Failure::DoesNotApply), "{op} {step}");
        }
    }

    #[test]
    fn an_object_gives_null_for_what_it_does_not_have() {
        assert!(patched(&json!([{"op": "replace", "path": "/b/d", "value": 1}])).is_ok());
        assert!(patched(&json!([{"op": "copy", "from": "/b/d", "path": "/e"}])).is_ok());
        for path in ["/b/c", "/b/d"] {
            assert!(patched(&json!([{"op": "test", "path": path, "value": null}])).is_ok());
            assert!(patched(&json!([{"op": "test", "path": path, "value": 1}])).is_err());
        }
        assert!(patched(&json!([{"op": "test", "path": "/b/c/d", "value": null}])).is_err());
        assert!(patched(&json!([{"op": "move", "from": "/b/d", "path": "/e"}])).is_err());
    }

    #[test]
    fn the_whole_document_can_be_replaced_and_tested() {
        let whole =
            |op: &str, value: Json| patched(&json!([{"op": op, "path": "", "value": value}]));
        assert_eq!(whole("replace", json!({"d": 1})), Ok(json!({"d": 1})));
        assert!(whole("test", json!({"a": [1, 2, 3], "b": {"c": null}})).is_ok());
        for (op, value) in
            [("replace", json!(1)), ("test", json!({})), ("add", json!({})), ("remove", json!({}))]
        {
            assert_eq!(whole(op, value), Err(Failure::DoesNotApply), "{op}");
        }
        for op in ["replace", "test"] {
            assert_eq!(patched(&json!([{"op": op, "path": ""}])), Err(Failure::Panic));
        }
    }

    #[test]
    fn a_null_in_a_list_that_is_tested_is_the_end_of_the_server() {
        let patch = json!([{"op": "test", "path": "/a", "value": [1, null, 3]}]);
        assert_eq!(patched(&patch), Err(Failure::Panic));
    }

    #[test]
    fn a_wrong_operation_is_told_before_anything_is_applied() {
        let words =
            "json: cannot unmarshal number into Go struct field jsonPatchOp.op of type string";
        assert_eq!(check(&json!([{"op": 5}, "x"])), Err(words.to_owned()));
        assert_eq!(check(&json!([{"op": "add", "x": 1}])), Ok(vec![(0, "x".to_owned())]));
        assert_eq!(check(&json!([null])), Ok(Vec::new()));
        assert_eq!(patched(&json!([null])), Err(Failure::DoesNotApply));
    }

    #[test]
    fn copies_can_neither_fill_the_memory_nor_the_stack() {
        let copy = |path: String| json!({"op": "copy", "from": "/a", "path": path});
        let start = json!({"a": {}});
        let doubled = Json::Array((0..40).map(|at| copy(format!("/a/x{at}"))).collect());
        assert!(json_patch(&start, &doubled).is_err());
        let deep = (1..40).map(|at| copy(format!("/a{}", "/b".repeat(1 << at.min(8)))));
        assert!(json_patch(&start, &Json::Array(deep.collect())).is_err());
        let mut path = "/a".to_owned();
        let mut deeper = Vec::new();
        for _ in 0..200 {
            path.push_str("/b");
            deeper.push(json!({"op": "add", "path": path.as_str(), "value": {}}));
        }
        assert!(json_patch(&start, &Json::Array(deeper)).is_err());
    }
}
