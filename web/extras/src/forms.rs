//! How does kubectl print an object with `-o json` and `-o kyaml`?

use dualstack_core::api::Json;
use dualstack_core::api::print::{json as print_json, kyaml as print_kyaml};
use dualstack_core::source::yaml::parse_own;

/// An object, given as JSON, as `kubectl get -o json` prints it; nothing of what is none.
#[must_use]
pub fn json(object: &str) -> String {
    read(object).map(|object| print_json(&object)).unwrap_or_default()
}

/// An object, given as JSON, as `kubectl get -o kyaml` prints it; nothing of what is none.
#[must_use]
pub fn kyaml(object: &str) -> String {
    read(object).map(|object| print_kyaml(&object)).unwrap_or_default()
}

fn read(object: &str) -> Option<Json> {
    let document = parse_own(object).documents.into_iter().next();
    document.map(|it| it.node.to_json()).filter(Json::is_object)
}

#[cfg(test)]
mod tests {
    use super::{json, kyaml};

    #[test]
    fn an_object_is_printed_as_kubectl_does() {
        let object =
            r#"{"kind":"Service","spec":{"clusterIPs":["fd00::1"],"ports":[{"port":80}]}}"#;
        assert!(
            json(object).contains("\n    \"spec\": {\n        \"clusterIPs\": [\n"),
            "{}",
            json(object)
        );
        assert!(kyaml(object).contains("clusterIPs: ["), "{}", kyaml(object));
        for nonsense in ["", "[", "1", "[1]"] {
            assert_eq!((json(nonsense), kyaml(nonsense)), (String::new(), String::new()));
        }
    }
}
