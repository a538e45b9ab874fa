//! What does a merge patch make of an object? RFC 7386, as evanphx/json-patch v4 reads it.
//! Source: evanphx/json-patch v4 merge.go.

use crate::api::json::{Json, Map};

/// `null` removes, objects merge, everything else replaces. What is new has no `null` inside, but for the entries
/// of its lists.
///
/// `None` where the patch is neither an object nor a list.
#[must_use]
pub fn merge(target: &Json, patch: &Json) -> Option<Json> {
    match (target, patch) {
        (Json::Object(target), Json::Object(patch)) => {
            let mut merged = target.clone();
            merge_objects(&mut merged, patch);
            Some(Json::Object(merged))
        }
        (_, Json::Object(_) | Json::Array(_)) => Some(pruned(patch)),
        _ => None,
    }
}

fn merge_objects(target: &mut Map<Json>, patch: &Map<Json>) {
    for (key, value) in patch {
        if value.is_null() {
            target.remove(key);
            continue;
        }
        match (target.get_mut(key), value) {
            (Some(Json::Object(found)), Json::Object(value)) => merge_objects(found, value),
            // What takes the place of an object stands as it was sent.
            (Some(found @ Json::Object(_)), _) => *found = value.clone(),
            _ => {
                target.insert(key.clone(), pruned(value));
            }
        }
    }
}

/// A value without the members that are `null`.
fn pruned(value: &Json) -> Json {
    match value {
        Json::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            Json::Object(kept.map(|(key, value)| (key.clone(), pruned(value))).collect())
        }
        Json::Array(entries) => Json::Array(entries.iter().map(pruned).collect()),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::merge;
    use crate::api::json::json;

    #[test]
    fn a_merge_patch_replaces_lists_and_removes_nulls() {
        let object = json!({"spec": {"ports": [{"port": 80}], "type": "NodePort"}});
        let patch = json!({"spec": {"ports": [{"port": 81, "name": null}], "type": null}});
        assert_eq!(merge(&object, &patch), Some(json!({"spec": {"ports": [{"port": 81}]}})));
    }

    #[test]
    fn what_takes_the_place_of_an_object_keeps_its_nulls() {
        let patch = json!({"a": [{"b": null}], "c": [{"b": null}, null]});
        let merged = merge(&json!({"a": {}}), &patch);
        assert_eq!(merged, Some(json!({"a": [{"b": null}], "c": [{}, null]})));
    }

    #[test]
    fn only_objects_and_lists_are_patches() {
        assert_eq!(merge(&json!({}), &json!("x")), None);
        assert_eq!(merge(&json!({}), &json!([null])), Some(json!([null])));
    }
}
