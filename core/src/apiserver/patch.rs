//! What does a patch make of an object? Rules PAT-1, PAT-2.
//! Source: apimachinery `pkg/util/strategicpatch/patch.go`; RFC 7386 (merge) and RFC 6902 (JSON).
//!
//! Works on the object's JSON, as the server does: what comes out is decoded like any other body.

use crate::api::go_json;
use crate::api::json::{Json, Map, key_of};
use crate::source::yaml::MAX_DEPTH;

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

/// An entry of a list that cannot be found in the list it patches, as Go prints what is wrong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NoMergeKey(pub String);

/// Strategic merge: like [`merge`], but lists with a merge key merge by entry, and `$patch`,
/// `$retainKeys`, `$deleteFromPrimitiveList/…` and `$setElementOrder/…` are directives.
///
/// # Errors
/// An entry lacks the key by which its list merges.
pub fn strategic_merge(target: &mut Json, patch: &Json) -> Result<(), NoMergeKey> {
    strategic(target, patch, &mut Vec::new())
}

fn strategic<'a>(
    target: &mut Json,
    patch: &'a Json,
    path: &mut Vec<&'a str>,
) -> Result<(), NoMergeKey> {
    let Json::Object(patch) = patch else {
        *target = patch.clone();
        return Ok(());
    };
    match patch.get("$patch").and_then(Json::as_str) {
        Some("replace") => {
            let mut rest = patch.clone();
            rest.remove("$patch");
            *target = Json::Object(rest);
            return Ok(());
        }
        Some("delete") => {
            *target = Json::Object(Map::new());
            return Ok(());
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
        // An order alone sorts what is there.
        if let Some(list) = key.strip_prefix("$setElementOrder/")
            && !patch.contains_key(list)
            && let (Some(Json::Array(entries)), Json::Array(order)) = (target.get_mut(list), value)
        {
            path.push(list);
            let live = entries.clone();
            sort(entries, &order.iter().collect::<Vec<_>>(), &live, merge_key(path));
            path.pop();
        }
        if key.starts_with('$') || value.is_null() {
            continue;
        }
        path.push(key);
        let mut new = Json::Null;
        let found = target.get_mut(key);
        let is_new = found.is_none();
        let slot = found.unwrap_or(&mut new);
        let is_merged = merge_key(path).is_some() || *path == ["metadata", "finalizers"];
        match value {
            Json::Array(entries) if is_merged => {
                let order = patch.get(&format!("$setElementOrder/{key}"));
                merge_list(slot, entries, order.and_then(Json::as_array), path)?;
            }
            _ => strategic(slot, value, path)?,
        }
        path.pop();
        if is_new {
            added.push((key.clone(), new));
        }
    }
    target.extend(added);
    Ok(())
}

/// Merges the entries of a patch into a list, and puts all of them in order: first by the patch, then, if
/// it gives one, by its `$setElementOrder`.
fn merge_list<'a>(
    slot: &mut Json,
    entries: &'a [Json],
    order: Option<&[Json]>,
    path: &mut Vec<&'a str>,
) -> Result<(), NoMergeKey> {
    let merge_key = merge_key(path);
    if !slot.is_array() {
        *slot = Json::Array(Vec::new());
    }
    let Json::Array(list) = slot else { return Ok(()) };
    let (mut named, mut gone) = (Vec::new(), Vec::new());
    for entry in entries {
        let key = identity(entry, merge_key);
        match entry["$patch"].as_str() {
            Some("replace") => list.clear(),
            _ if key.is_null() => {
                let (entry, key) = (go_value(entry), merge_key.unwrap_or_default());
                let words = format!("map: {entry} does not contain declared merge key: {key}");
                return Err(NoMergeKey(words));
            }
            Some("delete") => gone.push(key),
            _ => named.push(entry),
        }
    }
    list.retain(|entry| !gone.contains(&identity(entry, merge_key)));
    let live = list.clone();
    for entry in &named {
        let key = identity(entry, merge_key);
        match list.iter().position(|candidate| identity(candidate, merge_key) == key) {
            Some(at) => strategic(&mut list[at], entry, path)?,
            None => list.push(without_nulls(entry)),
        }
    }
    // What takes the place of a list stands as it is written.
    if !live.is_empty() {
        sort(list, &named, &live, merge_key);
    }
    if let Some(order) = order {
        sort(list, &order.iter().collect::<Vec<_>>(), &live, merge_key);
    }
    Ok(())
}

/// What tells an entry of a list from the others: its merge key, or in a list of plain values all of it.
fn identity<'a>(entry: &'a Json, merge_key: Option<&str>) -> &'a Json {
    merge_key.map_or(entry, |key| &entry[key])
}

/// Puts the entries that `order` names in its order. The others stay in the order of `live`, in which they
/// are, each before the first named one that it stands before there.
fn sort(list: &mut Vec<Json>, order: &[&Json], live: &[Json], merge_key: Option<&str>) {
    let is_same = |one: &Json, other: &Json| identity(one, merge_key) == identity(other, merge_key);
    let place = |among: &[Json], entry: &Json| among.iter().position(|it| is_same(it, entry));
    let all = std::mem::take(list).into_iter();
    let (mut named, others): (Vec<_>, Vec<_>) =
        all.partition(|entry| order.iter().any(|wanted| is_same(wanted, entry)));
    let mut others = others.into_iter().peekable();
    for wanted in order {
        while let Some(at) = place(&named, wanted) {
            let here = place(live, wanted);
            let is_before =
                |other: &Json| place(live, other).zip(here).is_some_and(|(one, next)| one < next);
            while let Some(other) = others.next_if(is_before) {
                list.push(other);
            }
            list.push(named.remove(at));
        }
    }
    list.extend(others);
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

/// A value as Go prints it: `map[spec:map[foo:1]]`.
#[must_use]
pub fn go_value(value: &Json) -> String {
    match value {
        Json::Object(map) => {
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{key}:{}", go_value(value))).collect();
            format!("map[{}]", entries.join(" "))
        }
        Json::Array(list) => {
            let entries: Vec<String> = list.iter().map(go_value).collect();
            format!("[{}]", entries.join(" "))
        }
        Json::String(text) => text.clone(),
        Json::Null => "<nil>".to_owned(),
        other => go_json(other),
    }
}

/// How many bytes of JSON the copies of a patch may come to, all together: each can double the object.
/// Source: apiserver `pkg/server/config.go` (`JSONPatchMaxCopyBytes`).
const MAX_COPIED: usize = 3 * 1024 * 1024;

/// RFC 6902: a list of operations, all or nothing. Source: evanphx/json-patch v4 patch.go.
///
/// # Errors
/// The patch is no list of operations, a path does not exist, a `test` fails, the copies exceed
/// [`MAX_COPIED`], or the object would become deeper than a manifest may be.
pub fn json_patch(target: &mut Json, patch: &Json) -> Result<(), DoesNotApply> {
    let mut result = target.clone();
    let mut copied_bytes = 0;
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
                check_depth(path, &value)?;
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
                copied_bytes += go_json(&copied).len();
                if copied_bytes > MAX_COPIED {
                    return Err(DoesNotApply);
                }
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
    Ok((find(target, parent)?, key_of(key)))
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
            Json::Object(map) => map.get_mut(&key_of(key)),
            // As in the RFC, an index has neither a sign nor needless zeros.
            Json::Array(_) if key.starts_with(['+', '0']) && key != "0" => None,
            Json::Array(list) => key.parse().ok().and_then(|at: usize| list.get_mut(at)),
            _ => None,
        };
        found = inner.ok_or(DoesNotApply)?;
    }
    Ok(found)
}

/// Refuses what would stand deeper than [`MAX_DEPTH`] below a path.
fn check_depth(path: &str, value: &Json) -> Result<(), DoesNotApply> {
    fn depth(value: &Json) -> usize {
        match value {
            Json::Object(map) => 1 + map.values().map(depth).max().unwrap_or(0),
            Json::Array(list) => 1 + list.iter().map(depth).max().unwrap_or(0),
            _ => 1,
        }
    }
    if path.split('/').count() + depth(value) > MAX_DEPTH { Err(DoesNotApply) } else { Ok(()) }
}

fn add(target: &mut Json, path: &str, value: Json) -> Result<(), DoesNotApply> {
    check_depth(path, &value)?;
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
    use super::{NoMergeKey, json_patch, merge, strategic_merge};
    use crate::api::json::{Json, json};

    #[test]
    fn a_merge_patch_replaces_lists_and_removes_nulls() {
        let mut object = json!({"spec": {"ports": [{"port": 80}], "type": "NodePort"}});
        merge(&mut object, &json!({"spec": {"ports": [{"port": 81}], "type": null}}));
        assert_eq!(object, json!({"spec": {"ports": [{"port": 81}]}}));
    }

    /// What a strategic patch of ports makes of some.
    fn patched(live: &[i32], patch: Json) -> Result<Vec<Json>, NoMergeKey> {
        let spec = |spec| Json::object(vec![("spec".to_owned(), spec)]);
        let mut object = spec(of_ports(live));
        strategic_merge(&mut object, &spec(patch))?;
        Ok(object["spec"]["ports"].as_array().unwrap_or_default().to_vec())
    }

    fn ports(list: &[i32]) -> Vec<Json> {
        list.iter().map(|port| json!({"port": *port})).collect()
    }

    fn of_ports(list: &[i32]) -> Json {
        Json::object(vec![("ports".to_owned(), Json::Array(ports(list)))])
    }

    #[test]
    fn a_strategic_patch_merges_ports_by_port() {
        let patch = json!({"ports": [{"port": 80, "nodePort": 30080}, {"port": 81}]});
        let merged = vec![json!({"port": 80, "nodePort": 30080}), json!({"port": 81})];
        assert_eq!(patched(&[80], patch), Ok(merged));
        let patch = json!({"ports": [{"$patch": "delete", "port": 80}]});
        assert_eq!(patched(&[80, 81], patch), Ok(vec![json!({"port": 81})]));
        let patch = json!({"ports": [{"$patch": "replace"}, {"port": 90}]});
        assert_eq!(patched(&[80, 81], patch), Ok(vec![json!({"port": 90})]));
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
            assert_eq!(patched(live, of_ports(order)), Ok(ports(merged)), "{live:?} {order:?}");
        }
        let added = json!({
            "$setElementOrder/ports": [{"port": 80}, {"port": 81}], "ports": [{"port": 81}]
        });
        assert_eq!(patched(&[80, 90], added), Ok(ports(&[80, 81, 90])));
        let turned = json!({"$setElementOrder/ports": [{"port": 81}, {"port": 80}]});
        assert_eq!(patched(&[80, 81], turned), Ok(ports(&[81, 80])));
    }

    #[test]
    fn a_port_without_its_key_is_found_nowhere() {
        let words = "map: map[nodePort:30080] does not contain declared merge key: port";
        let patch = json!({"ports": [{"nodePort": 30080}]});
        assert_eq!(patched(&[80], patch), Err(NoMergeKey(words.to_owned())));
    }

    #[test]
    fn copies_can_neither_fill_the_memory_nor_the_stack() {
        let copy = |path: String| json!({"op": "copy", "from": "/a", "path": path});
        let doubled = Json::Array((0..40).map(|at| copy(format!("/a/x{at}"))).collect());
        assert!(json_patch(&mut json!({"a": {}}), &doubled).is_err());
        let deep = (1..40).map(|at| copy(format!("/a{}", "/b".repeat(1 << at.min(8)))));
        assert!(json_patch(&mut json!({"a": {}}), &Json::Array(deep.collect())).is_err());
        let mut path = "/a".to_owned();
        let mut deeper = Vec::new();
        for _ in 0..200 {
            path.push_str("/b");
            deeper.push(json!({"op": "add", "path": path.as_str(), "value": {}}));
        }
        assert!(json_patch(&mut json!({"a": {}}), &Json::Array(deeper)).is_err());
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
