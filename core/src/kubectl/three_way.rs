//! Which patch brings a stored object to what is applied, and takes away what was applied before?
//! Source: apimachinery `pkg/util/strategicpatch/patch.go` CreateThreeWayMergePatch; the merge keys are those of the
//! `patchStrategy` and `patchMergeKey` tags of k8s.io/api.

use crate::api::go_json;
use crate::api::json::{Json, Map};
use crate::api::unstructured::Value;
use crate::apiserver::patch::strategic::merge_strategy;

const DIRECTIVE: &str = "$patch";
const RETAIN_KEYS: &str = "$retainKeys";
const ORDER: &str = "$setElementOrder/";
const DELETE: &str = "$deleteFromPrimitiveList/";

/// How a list takes a patch.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Strategy {
    /// As a whole.
    Replace,
    /// Entry by entry: those with an equal value of this key are one; texts have none.
    Merge(&'static str),
}

/// How a list of this name is patched. `path` leads to the object around it, without the places in lists.
fn strategy(path: &[&str], name: &str) -> Strategy {
    let parent = path.last().copied().unwrap_or_default();
    let of_service = match parent {
        "metadata" => "ObjectMeta",
        "spec" => "ServiceSpec",
        "status" => "ServiceStatus",
        _ => "",
    };
    if let Some(key) = merge_strategy(of_service, name) {
        return Strategy::Merge(key);
    }
    let of_containers = matches!(parent, "containers" | "initContainers" | "ephemeralContainers");
    Strategy::Merge(match (parent, name) {
        ("spec", "podCIDRs") => "",
        ("status", "addresses") => "type",
        ("status", "podIPs" | "hostIPs") => "ip",
        (_, "ports") if of_containers => "containerPort",
        (_, "env") if of_containers => "name",
        (_, "volumeMounts") if of_containers => "mountPath",
        (_, "volumeDevices") if of_containers => "devicePath",
        ("spec", "containers" | "initContainers" | "ephemeralContainers" | "volumes") => "name",
        ("spec", "imagePullSecrets" | "resourceClaims" | "schedulingGates") => "name",
        ("spec", "hostAliases") => "ip",
        ("spec", "topologySpreadConstraints") => "topologyKey",
        _ => return Strategy::Replace,
    })
}

/// Whether a patch of this field names the keys that stay.
fn retains_keys(path: &[&str], name: &str) -> bool {
    match (path.last().copied().unwrap_or_default(), name) {
        ("spec", "volumes") => true,
        ("spec", "strategy") => path.len() == 1,
        _ => false,
    }
}

/// What a difference leaves out.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    /// What is gone.
    Additions,
    /// What is new or changed.
    Deletions,
}

/// Why there is no patch, in the words of apimachinery.
type Error = String;

/// The patch; empty where there is nothing to do.
///
/// # Errors
/// An entry of a list lacks the key by which it is found, or is of another type.
pub fn patch(original: &Json, modified: &Json, current: &Json) -> Result<Map<Json>, Error> {
    let empty = Map::new();
    let [original, modified, current] = [original, modified, current]
        .map(|json| if let Json::Object(map) = json { map } else { &empty });
    let path = &mut Vec::new();
    let delta = diff_maps(current, modified, Side::Additions, false, path)?;
    let deletions = diff_maps(original, modified, Side::Deletions, false, path)?;
    merge_maps(deletions, delta, path)
}

/// Whether two values are equal: Go compares numbers, not how they were written.
fn is_same_type(one: &Json, other: &Json) -> bool {
    std::mem::discriminant(one) == std::mem::discriminant(other)
}

fn diff_maps<'a>(
    original: &Map<Json>,
    modified: &'a Map<Json>,
    side: Side,
    retains: bool,
    path: &mut Vec<&'a str>,
) -> Result<Map<Json>, Error> {
    let mut patch = Map::new();
    for (key, wanted) in modified {
        let found = original.get(key).filter(|found| is_same_type(found, wanted));
        match (found, wanted) {
            (Some(Json::Object(found)), Json::Object(wanted)) => {
                let retains = retains_keys(path, key);
                path.push(key);
                let inner = diff_maps(found, wanted, side, retains, path)?;
                path.pop();
                if !inner.is_empty() {
                    patch.insert(key.clone(), Json::Object(inner));
                }
            }
            (Some(Json::Array(found)), Json::Array(list)) => match strategy(path, key) {
                Strategy::Merge(merge_key) => {
                    let retains = retains_keys(path, key);
                    path.push(key);
                    let lists = diff_lists(found, list, merge_key, side, retains, path)?;
                    path.pop();
                    let names = [key.clone(), format!("{DELETE}{key}"), format!("{ORDER}{key}")];
                    for (name, list) in names.into_iter().zip(lists) {
                        if !list.is_empty() {
                            patch.insert(name, Json::Array(list));
                        }
                    }
                }
                Strategy::Replace if side == Side::Additions && found != list => {
                    patch.insert(key.clone(), wanted.clone());
                }
                Strategy::Replace => {}
            },
            (found, wanted) if side == Side::Additions && found != Some(wanted) => {
                patch.insert(key.clone(), wanted.clone());
            }
            _ => {}
        }
    }
    if side == Side::Deletions {
        let gone = original.keys().filter(|key| !modified.contains_key(*key));
        patch.extend(gone.map(|key| (key.clone(), Json::Null)));
    }
    let is_missing =
        |(key, value): (&String, &Json)| !value.is_null() && !modified.contains_key(key);
    if retains && (!patch.is_empty() || original.iter().any(is_missing)) {
        let kept = modified.iter().filter(|(_, value)| !value.is_null());
        let kept = kept.map(|(key, _)| key.as_str().into()).collect();
        patch.insert(RETAIN_KEYS.to_owned(), Json::Array(kept));
    }
    Ok(patch)
}

/// The entries that are new or changed, the texts that are gone, and the order of all.
fn diff_lists<'a>(
    original: &[Json],
    modified: &'a [Json],
    merge_key: &str,
    side: Side,
    retains: bool,
    path: &mut Vec<&'a str>,
) -> Result<[Vec<Json>; 3], Error> {
    let nothing = [Vec::new(), Vec::new(), Vec::new()];
    if original.is_empty() {
        let is_addition = side == Side::Additions && !modified.is_empty();
        return Ok(if is_addition { [modified.to_vec(), Vec::new(), Vec::new()] } else { nothing });
    }
    if merge_key.is_empty() {
        let (added, gone) = diff_scalars(original, modified, side);
        let added = sorted_by(added, modified, merge_key);
        let is_ordered = match side {
            Side::Deletions => !gone.is_empty(),
            Side::Additions => original != modified,
        };
        let order = if is_ordered { modified.to_vec() } else { Vec::new() };
        return Ok([added, gone, order]);
    }
    check_keys(merge_key, &[original, modified])?;
    let (changed, gone) = diff_entries(original, modified, merge_key, side, retains, path)?;
    let mut entries = sorted_by(changed, modified, merge_key);
    let is_order_same = original.len() == modified.len()
        && original.iter().zip(modified).all(|(one, other)| one[merge_key] == other[merge_key]);
    entries.extend(gone);
    let is_ordered = !entries.is_empty() || side == Side::Additions && !is_order_same;
    let one_key =
        |entry: &Json| Json::object(vec![(merge_key.to_owned(), entry[merge_key].clone())]);
    let order = if is_ordered { modified.iter().map(one_key).collect() } else { Vec::new() };
    Ok([entries, Vec::new(), order])
}

fn check_keys(merge_key: &str, lists: &[&[Json]]) -> Result<(), Error> {
    for entry in lists.iter().copied().flatten() {
        let Json::Object(map) = entry else {
            return Err(format!("expected a map, but received {}", Value::from(entry)));
        };
        if !map.contains_key(merge_key) {
            return Err(format!(
                "map: {} does not contain declared merge key: {merge_key}",
                Value::from(entry)
            ));
        }
    }
    Ok(())
}

/// A value as `%v` prints it.
fn text(value: &Json) -> String {
    Value::from(value).to_string()
}

fn diff_scalars(original: &[Json], modified: &[Json], side: Side) -> (Vec<Json>, Vec<Json>) {
    let sorted = |list: &[Json]| {
        let mut list: Vec<(String, Json)> = list.iter().map(|it| (text(it), it.clone())).collect();
        list.sort_by(|one, other| one.0.cmp(&other.0));
        list
    };
    let mut original = sorted(original).into_iter().peekable();
    let mut modified = sorted(modified).into_iter().peekable();
    let (mut added, mut gone): (Vec<Json>, Vec<Json>) = (Vec::new(), Vec::new());
    loop {
        let order = match (original.peek(), modified.peek()) {
            (None, None) => break,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (Some(one), Some(other)) => one.0.cmp(&other.0),
        };
        let one = if order.is_le() { original.next() } else { None };
        let other = if order.is_ge() { modified.next() } else { None };
        match (one, other) {
            (Some((_, value)), None) if side == Side::Deletions && !gone.contains(&value) => {
                gone.push(value);
            }
            (None, Some((_, value))) if side == Side::Additions => added.push(value),
            _ => {}
        }
    }
    (added, gone)
}

/// The changed entries, and the directives that delete entries. Entries with an equal key are taken in pairs, the
/// last one first: that is how Go's sort leaves them when it is told that equal ones are in order.
fn diff_entries<'a>(
    original: &[Json],
    modified: &'a [Json],
    merge_key: &str,
    side: Side,
    retains: bool,
    path: &mut Vec<&'a str>,
) -> Result<(Vec<Json>, Vec<Json>), Error> {
    let original: Vec<Json> = original.to_vec();
    let original =
        insertion_sorted(original, |one, other| text(&one[merge_key]) <= text(&other[merge_key]));
    let modified: Vec<&'a Json> = modified.iter().collect();
    let modified =
        insertion_sorted(modified, |one, other| text(&one[merge_key]) <= text(&other[merge_key]));
    let (mut changed, mut gone) = (Vec::new(), Vec::new());
    let (mut at, mut to) = (0, 0);
    loop {
        let order = match (original.get(at), modified.get(to)) {
            (None, None) => break,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(_), None) => std::cmp::Ordering::Less,
            (Some(one), Some(other)) => text(&one[merge_key]).cmp(&text(&other[merge_key])),
        };
        match order {
            std::cmp::Ordering::Equal => {
                if let (Json::Object(one), Json::Object(other)) = (&original[at], modified[to]) {
                    let mut inner = diff_maps(one, other, side, retains, path)?;
                    if !inner.is_empty() {
                        inner.insert(merge_key.to_owned(), modified[to][merge_key].clone());
                        changed.push(Json::Object(inner));
                    }
                }
                (at, to) = (at + 1, to + 1);
            }
            std::cmp::Ordering::Greater => {
                if side == Side::Additions {
                    changed.push(modified[to].clone());
                }
                to += 1;
            }
            std::cmp::Ordering::Less => {
                if side == Side::Deletions {
                    let key = (merge_key.to_owned(), original[at][merge_key].clone());
                    let directive = (DIRECTIVE.to_owned(), "delete".into());
                    gone.push(Json::object(vec![directive, key]));
                }
                at += 1;
            }
        }
    }
    Ok((changed, gone))
}

/// Go's sorts of short lists, with an order that may call two entries less than each other.
fn insertion_sorted<T>(mut list: Vec<T>, is_less: impl Fn(&T, &T) -> bool) -> Vec<T> {
    for from in 1..list.len() {
        let mut at = from;
        while at > 0 && is_less(&list[at], &list[at - 1]) {
            list.swap(at, at - 1);
            at -= 1;
        }
    }
    list
}

/// The place of an entry in a list, found by its key.
fn index(list: &[Json], entry: &Json, merge_key: &str) -> Option<usize> {
    list.iter().position(|other| is_same_entry(entry, other, merge_key))
}

fn is_same_entry(one: &Json, other: &Json, merge_key: &str) -> bool {
    if merge_key.is_empty() { one == other } else { one[merge_key] == other[merge_key] }
}

/// Entries in the order of another list; those that are deleted come last.
fn sorted_by(list: Vec<Json>, order: &[Json], merge_key: &str) -> Vec<Json> {
    let (gone, list): (Vec<Json>, Vec<Json>) =
        list.into_iter().partition(|entry| entry[DIRECTIVE].as_str() == Some("delete"));
    let mut list = insertion_sorted(list, |one, other| {
        match (index(order, one, merge_key), index(order, other, merge_key)) {
            (Some(one), Some(other)) => one < other,
            _ => true,
        }
    });
    list.extend(gone);
    list
}

/// Puts the additions into the deletions, field by field.
fn merge_maps(
    mut original: Map<Json>,
    mut patch: Map<Json>,
    path: &mut Vec<&str>,
) -> Result<Map<Json>, Error> {
    if let Some(kept) = patch.remove(RETAIN_KEYS) {
        original.insert(RETAIN_KEYS.to_owned(), kept);
    }
    let orders: Vec<String> = patch.keys().filter(|key| key.starts_with(ORDER)).cloned().collect();
    for key in orders {
        let Some(Json::Array(order)) = patch.remove(&key) else { continue };
        let name = &key[ORDER.len()..];
        let Strategy::Merge(merge_key) = strategy(path, name) else { continue };
        original.entry(key.clone()).or_insert_with(|| Json::Array(order.clone()));
        let before = match original.get(name) {
            Some(Json::Array(list)) => Some(list.clone()),
            _ => None,
        };
        let added = match patch.remove(name) {
            Some(Json::Array(list)) => Some(list),
            _ => None,
        };
        let merged = match (&before, added) {
            (None, None) => continue,
            (Some(before), None) => before.clone(),
            (None, Some(added)) => added,
            (Some(before), Some(added)) => {
                merge_lists(before.clone(), added, merge_key, path, name)?
            }
        };
        let list = in_order(merged, &order, before.as_deref().unwrap_or_default(), merge_key);
        original.insert(name.to_owned(), Json::Array(list));
    }
    for (key, value) in patch {
        let merged = match (original.remove(&key), value) {
            (Some(Json::Object(before)), Json::Object(value)) => {
                let mut inner = path.clone();
                inner.push(&key);
                Json::Object(merge_maps(before, value, &mut inner)?)
            }
            (Some(Json::Array(before)), Json::Array(value)) => match strategy(path, &key) {
                Strategy::Merge(merge_key) => {
                    Json::Array(merge_lists(before, value, merge_key, path, &key)?)
                }
                Strategy::Replace => Json::Array(value),
            },
            (_, value) => value,
        };
        original.insert(key, merged);
    }
    Ok(original)
}

fn merge_lists(
    before: Vec<Json>,
    added: Vec<Json>,
    merge_key: &str,
    path: &[&str],
    name: &str,
) -> Result<Vec<Json>, Error> {
    let mut merged = before.clone();
    for entry in &added {
        match index(&merged, entry, merge_key) {
            Some(at) => {
                if let (Json::Object(one), Json::Object(other)) = (&merged[at], entry) {
                    let mut inner = path.to_vec();
                    inner.push(name);
                    let one = merge_maps(one.clone(), other.clone(), &mut inner)?;
                    merged[at] = Json::Object(one);
                }
            }
            None => merged.push(entry.clone()),
        }
    }
    Ok(in_order(merged, &added, &before, merge_key))
}

/// Entries that an order names, in that order, between the others, which keep theirs.
fn in_order(merged: Vec<Json>, order: &[Json], before: &[Json], merge_key: &str) -> Vec<Json> {
    let (named, others): (Vec<Json>, Vec<Json>) =
        merged.into_iter().partition(|entry| index(order, entry, merge_key).is_some());
    let mut named = sorted_by(named, order, merge_key).into_iter().peekable();
    let mut others = sorted_by(others, before, merge_key).into_iter().peekable();
    let mut all = Vec::new();
    loop {
        let is_other = match (others.peek(), named.peek()) {
            (None, None) => return all,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(other), Some(named)) => {
                let places = (index(before, other, merge_key), index(before, named, merge_key));
                matches!(places, (Some(other), Some(named)) if other < named)
            }
        };
        all.extend(if is_other { others.next() } else { named.next() });
    }
}

/// The JSON of a patch, as it is sent.
#[must_use]
pub fn body(patch: &Map<Json>) -> String {
    go_json(&Json::Object(patch.clone()))
}

#[cfg(test)]
mod tests {
    use super::{body, patch};
    use crate::api::json::{Json, json};

    fn check(original: &Json, modified: &Json, current: &Json, expect: &str) {
        let found = patch(original, modified, current).map(|patch| body(&patch));
        assert_eq!(found.as_deref().unwrap_or_else(|error| error), expect);
    }

    #[test]
    fn a_port_with_the_number_of_another_one_is_taken_for_it() {
        let tcp = json!({"name": "tcp-80", "port": 80, "protocol": "TCP", "targetPort": 80});
        let udp = json!({"name": "udp-80", "port": 80, "protocol": "UDP", "targetPort": 80});
        let one = json!({"spec": {"ports": [tcp.clone()]}});
        let both = json!({"spec": {"ports": [tcp, udp]}});
        check(
            &one,
            &both,
            &one,
            r#"{"spec":{"$setElementOrder/ports":[{"port":80},{"port":80}],"ports":[{"name":"udp-80","port":80,"protocol":"UDP"},{"name":"tcp-80","port":80,"protocol":"TCP","targetPort":80}]}}"#,
        );
        check(
            &both,
            &one,
            &one,
            r#"{"spec":{"$setElementOrder/ports":[{"port":80}],"ports":[{"$patch":"delete","port":80}]}}"#,
        );
    }

    #[test]
    fn entries_come_and_go_by_their_key() {
        let ports = |ports: Json| json!({"spec": {"ports": ports}});
        let a = json!({"port": 80, "name": "a"});
        let b = json!({"port": 90, "name": "b"});
        check(
            &ports(json!([a.clone(), b.clone()])),
            &ports(json!([b.clone()])),
            &ports(json!([a.clone(), b.clone()])),
            r#"{"spec":{"$setElementOrder/ports":[{"port":90}],"ports":[{"$patch":"delete","port":80}]}}"#,
        );
        check(
            &ports(json!([a.clone()])),
            &ports(json!([{"port": 81, "name": "a"}])),
            &ports(json!([a.clone()])),
            r#"{"spec":{"$setElementOrder/ports":[{"port":81}],"ports":[{"name":"a","port":81},{"$patch":"delete","port":80}]}}"#,
        );
        // What somebody else added stays, and its order is named.
        check(
            &ports(json!([a.clone()])),
            &ports(json!([a.clone()])),
            &ports(json!([a.clone(), b])),
            r#"{"spec":{"$setElementOrder/ports":[{"port":80}]}}"#,
        );
        check(
            &json!({}),
            &ports(json!([{"name": "a"}])),
            &ports(json!([a])),
            "map: map[name:a] does not contain declared merge key: port",
        );
    }

    #[test]
    fn fields_that_are_gone_or_null_become_null() {
        check(
            &json!({"metadata": {"labels": {"a": "1", "b": "2"}}, "spec": {"x": 1}}),
            &json!({"metadata": {"labels": {"a": "1"}, "creationTimestamp": null}, "spec": {}}),
            &json!({"metadata": {"labels": {"a": "1", "b": "2"}, "uid": "u"}, "spec": {"x": 1, "y": 2}}),
            r#"{"metadata":{"creationTimestamp":null,"labels":{"b":null}},"spec":{"x":null}}"#,
        );
        check(&json!({"a": 1}), &json!({"a": 1}), &json!({"a": 1, "b": 2}), "{}");
    }

    #[test]
    fn lists_of_texts_and_kept_keys_have_their_directives() {
        let finalizers = |list: Json| json!({"metadata": {"finalizers": list}});
        check(
            &finalizers(json!(["a", "b"])),
            &finalizers(json!(["b", "c"])),
            &finalizers(json!(["a", "b"])),
            r#"{"metadata":{"$deleteFromPrimitiveList/finalizers":["a"],"$setElementOrder/finalizers":["b","c"],"finalizers":["c"]}}"#,
        );
        let strategy = |inner: Json| json!({"spec": {"strategy": inner}});
        check(
            &strategy(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}})),
            &strategy(json!({"type": "Recreate"})),
            &strategy(json!({"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}})),
            r#"{"spec":{"strategy":{"$retainKeys":["type"],"rollingUpdate":null,"type":"Recreate"}}}"#,
        );
    }
}
