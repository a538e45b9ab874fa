//! What does a patch make of an object? Rules PAT-1, PAT-2.
//! Source: apimachinery `pkg/util/strategicpatch/patch.go`; RFC 7386 (merge) and RFC 6902 (JSON).
//!
//! Works on the object's JSON, as the server does: what comes out is decoded like any other body.

use crate::api::json::{Json, Map};

/// A patch that cannot be applied.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DoesNotApply;

/// RFC 7386: `null` removes, objects merge, everything else replaces.
pub fn merge(target: &mut Json, patch: &Json) {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    let target = object(target);
    drop_nulls(target, patch);
    let mut added = Vec::new();
    for (key, value) in patch {
        match target.get_mut(key) {
            _ if value.is_null() => {}
            Some(slot) => merge(slot, value),
            None => {
                let mut slot = Json::Null;
                merge(&mut slot, value);
                added.push((key.clone(), slot));
            }
        }
    }
    target.extend(added);
}

/// Removes what a patch sets to `null`.
fn drop_nulls(target: &mut Map<Json>, patch: &Map<Json>) {
    target.retain(|key, _| !patch.get(key).is_some_and(Json::is_null));
}

fn object(value: &mut Json) -> &mut Map<Json> {
    if !value.is_object() {
        *value = Json::Object(Map::new());
    }
    match value {
        Json::Object(map) => map,
        _ => unreachable!("it was made an object above"),
    }
}

/// The key by which a list merges in a strategic patch; other lists are replaced.
pub(crate) fn merge_key(path: &[&str]) -> Option<&'static str> {
    match path {
        ["spec", "ports"] => Some("port"),
        ["metadata", "ownerReferences"] => Some("uid"),
        ["status", "conditions"] => Some("type"),
        _ => None,
    }
}

/// Strategic merge: like [`merge`], but lists with a merge key merge by entry, and `$patch`,
/// `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…` are directives.
pub fn strategic_merge(target: &mut Json, patch: &Json) {
    strategic(target, patch, &mut Vec::new());
}

fn strategic<'a>(target: &mut Json, patch: &'a Json, path: &mut Vec<&'a str>) {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    match patch.get("$patch").and_then(Json::as_str) {
        Some("replace") => {
            let mut rest = patch.clone();
            rest.remove("$patch");
            *target = Json::Object(rest);
            return;
        }
        Some("delete") => {
            *target = Json::Object(Map::new());
            return;
        }
        _ => {}
    }
    let target = object(target);
    if let Some(Json::Array(kept)) = patch.get("$retainKeys") {
        target.retain(|key, _| kept.iter().any(|kept| kept.as_str() == Some(key)));
    }
    drop_nulls(target, patch);
    let mut added = Vec::new();
    for (key, value) in patch {
        if let Some(list) = key.strip_prefix("$deleteFromPrimitiveList/")
            && let (Some(Json::Array(entries)), Json::Array(gone)) = (target.get_mut(list), value)
        {
            entries.retain(|entry| !gone.contains(entry));
        }
        if key.starts_with('$') || value.is_null() {
            continue;
        }
        path.push(key);
        let mut new = Json::Null;
        let found = target.get_mut(key);
        let is_new = found.is_none();
        let slot = found.unwrap_or(&mut new);
        match (merge_key(path), value) {
            (Some(merge_key), Json::Array(entries)) => {
                merge_list(slot, entries, merge_key, path);
                let order = format!("$setElementOrder/{key}");
                if let (Some(Json::Array(order)), Json::Array(list)) = (patch.get(&order), slot) {
                    sort_by_order(list, order, merge_key);
                }
            }
            _ if key == "finalizers" && *path == ["metadata", "finalizers"] => union(slot, value),
            _ => strategic(slot, value, path),
        }
        path.pop();
        if is_new {
            added.push((key.clone(), new));
        }
    }
    target.extend(added);
}

fn union(slot: &mut Json, value: &Json) {
    let (Json::Array(list), Json::Array(more)) = (&mut *slot, value) else {
        *slot = value.clone();
        return;
    };
    for entry in more {
        if !list.contains(entry) {
            list.push(entry.clone());
        }
    }
}

fn merge_list<'a>(
    slot: &mut Json,
    entries: &'a [Json],
    merge_key: &'static str,
    path: &mut Vec<&'a str>,
) {
    let replace = entries.iter().any(|entry| entry["$patch"].as_str() == Some("replace"));
    if replace || !slot.is_array() {
        *slot = Json::Array(Vec::new());
    }
    let Json::Array(list) = slot else { return };
    for entry in entries {
        let same = |candidate: &Json| candidate[merge_key] == entry[merge_key];
        match entry["$patch"].as_str() {
            Some("delete") => list.retain(|candidate| !same(candidate)),
            Some("replace") => {}
            _ => match list.iter().position(same) {
                Some(at) => strategic(&mut list[at], entry, path),
                None => list.push(without_nulls(entry)),
            },
        }
    }
}

fn without_nulls(value: &Json) -> Json {
    match value {
        Json::Object(map) => {
            let mut kept = Vec::new();
            for (key, value) in map {
                if !value.is_null() && !key.starts_with('$') {
                    kept.push((key.clone(), without_nulls(value)));
                }
            }
            Json::object(kept)
        }
        other => other.clone(),
    }
}

/// Entries named in `order` take its order; others keep their place behind what they followed.
fn sort_by_order(list: &mut Vec<Json>, order: &[Json], merge_key: &str) {
    let rank = |entry: &Json| order.iter().position(|named| named[merge_key] == entry[merge_key]);
    let mut last = 0;
    let ranks: Vec<usize> = list
        .iter()
        .map(|entry| {
            last = rank(entry).unwrap_or(last);
            last
        })
        .collect();
    let mut sorted = Vec::with_capacity(list.len());
    for rank in 0..order.len().max(1) {
        for (entry, _) in list.iter_mut().zip(&ranks).filter(|(_, of)| **of == rank) {
            sorted.push(std::mem::take(entry));
        }
    }
    *list = sorted;
}

/// RFC 6902: a list of operations, all or nothing. Source: evanphx/json-patch v4 patch.go.
///
/// # Errors
/// The patch is no list of operations, a path does not exist, or a `test` fails.
pub fn json_patch(target: &mut Json, patch: &Json) -> Result<(), DoesNotApply> {
    let mut result = target.clone();
    for operation in patch.as_array().ok_or(DoesNotApply)? {
        let text = |field: &str| operation[field].as_str().ok_or(DoesNotApply);
        let value = || operation.get("value").cloned().ok_or(DoesNotApply);
        let path = text("path")?;
        // The library of the API server finds nothing that holds the whole document.
        if path.is_empty() {
            return Err(DoesNotApply);
        }
        match text("op")? {
            "add" => add(&mut result, path, value()?)?,
            "remove" => {
                remove(&mut result, path)?;
            }
            "replace" => {
                let value = value()?;
                *find(&mut result, path)? = value;
            }
            "move" => {
                let moved = remove(&mut result, text("from")?)?;
                add(&mut result, path, moved)?;
            }
            "copy" => {
                let from = text("from")?;
                if from.is_empty() {
                    return Err(DoesNotApply);
                }
                let copied = find(&mut result, from)?.clone();
                add(&mut result, path, copied)?;
            }
            "test" => {
                let expected = value().unwrap_or(Json::Null);
                let is_met = match find(&mut result, path) {
                    Ok(found) => *found == expected,
                    Err(DoesNotApply) => expected.is_null(),
                };
                if !is_met {
                    return Err(DoesNotApply);
                }
            }
            _ => return Err(DoesNotApply),
        }
    }
    *target = result;
    Ok(())
}

fn parent<'a>(target: &'a mut Json, path: &str) -> Result<(&'a mut Json, String), DoesNotApply> {
    let (parent, key) = path.rsplit_once('/').ok_or(DoesNotApply)?;
    Ok((find(target, parent)?, unescaped(key)))
}

fn unescaped(key: &str) -> String {
    key.replace("~1", "/").replace("~0", "~")
}

/// The value a JSON Pointer names. Source: RFC 6901.
fn find<'a>(target: &'a mut Json, path: &str) -> Result<&'a mut Json, DoesNotApply> {
    let mut keys = path.split('/');
    if keys.next().is_some_and(|before| !before.is_empty()) {
        return Err(DoesNotApply);
    }
    let mut found = target;
    for key in keys {
        let inner = match found {
            Json::Object(map) => map.get_mut(&unescaped(key)),
            // As in the RFC, an index has neither a sign nor needless zeros.
            Json::Array(_) if key.starts_with(['+', '0']) && key != "0" => None,
            Json::Array(list) => key.parse().ok().and_then(|at: usize| list.get_mut(at)),
            _ => None,
        };
        found = inner.ok_or(DoesNotApply)?;
    }
    Ok(found)
}

fn add(target: &mut Json, path: &str, value: Json) -> Result<(), DoesNotApply> {
    match parent(target, path)? {
        (Json::Object(map), key) => {
            map.insert(key, value);
        }
        (Json::Array(list), key) => {
            let at = if key == "-" { list.len() } else { key.parse().map_err(|_| DoesNotApply)? };
            if at > list.len() {
                return Err(DoesNotApply);
            }
            list.insert(at, value);
        }
        _ => return Err(DoesNotApply),
    }
    Ok(())
}

fn remove(target: &mut Json, path: &str) -> Result<Json, DoesNotApply> {
    match parent(target, path)? {
        (Json::Object(map), key) => map.remove(&key).ok_or(DoesNotApply),
        (Json::Array(list), key) => {
            let at: usize = key.parse().map_err(|_| DoesNotApply)?;
            if at < list.len() { Ok(list.remove(at)) } else { Err(DoesNotApply) }
        }
        _ => Err(DoesNotApply),
    }
}

#[cfg(test)]
mod tests {
    use super::{json_patch, merge, strategic_merge};
    use crate::api::json::json;

    #[test]
    fn a_merge_patch_replaces_lists_and_removes_nulls() {
        let mut object = json!({"spec": {"ports": [{"port": 80}], "type": "NodePort"}});
        merge(&mut object, &json!({"spec": {"ports": [{"port": 81}], "type": null}}));
        assert_eq!(object, json!({"spec": {"ports": [{"port": 81}]}}));
    }

    #[test]
    fn a_strategic_patch_merges_ports_by_port() {
        let mut object = json!({"spec": {"ports": [{"port": 80, "name": "a"}]}});
        strategic_merge(
            &mut object,
            &json!({"spec": {"ports": [{"port": 80, "nodePort": 30080}, {"port": 81}]}}),
        );
        assert_eq!(
            object,
            json!({"spec": {"ports": [{"port": 80, "name": "a", "nodePort": 30080}, {"port": 81}]}})
        );
        strategic_merge(
            &mut object,
            &json!({"spec": {"ports": [{"$patch": "delete", "port": 80}]}}),
        );
        assert_eq!(object, json!({"spec": {"ports": [{"port": 81}]}}));
    }

    #[test]
    fn a_json_patch_is_all_or_nothing() {
        let mut object = json!({"a": [1, 2]});
        let patch =
            json!([{"op": "add", "path": "/a/-", "value": 3}, {"op": "remove", "path": "/b"}]);
        assert!(json_patch(&mut object, &patch).is_err());
        assert_eq!(object, json!({"a": [1, 2]}));
        let patch = json!([{"op": "move", "from": "/a/0", "path": "/b"}]);
        assert!(json_patch(&mut object, &patch).is_ok());
        assert_eq!(object, json!({"a": [2], "b": 1}));
    }

    #[test]
    fn a_json_patch_cannot_touch_the_whole_document() {
        let whole = json!({"a": 1});
        for op in ["add", "remove", "replace", "move", "copy", "test"] {
            for (path, from) in [("", "/a"), ("/b", "")] {
                let patch = json!([{"op": op, "path": path, "from": from, "value": {"a": 1}}]);
                let is_about_from = matches!(op, "move" | "copy");
                if path.is_empty() || is_about_from {
                    assert!(json_patch(&mut whole.clone(), &patch).is_err(), "{patch:?}");
                }
            }
        }
    }
}
