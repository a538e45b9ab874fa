//! Which fields does kubectl refuse itself, where the API server does not validate them?
//! Source: kube-openapi `pkg/util/proto/validation/errors.go`, `types.go`; kubectl `pkg/validation/validation.go`.

use super::documents::joined;
use crate::api::quote;
use crate::source::decode::Stray;

/// What kubectl says of a Service with fields that its release does not have; `None` where there are none.
#[must_use]
pub fn unknown_fields(strays: &[Stray], file: &str) -> Option<String> {
    let unknown = |stray: &Stray| {
        let path = stray.message.strip_prefix("unknown field \"")?.strip_suffix('"')?;
        let (parent, field) = path.rsplit_once('.').unwrap_or(("", path));
        let place = if parent.is_empty() { String::new() } else { format!(".{parent}") };
        let (field, kind) = (quote(field), model(parent));
        Some(format!("ValidationError(Service{place}): unknown field {field} in {kind}"))
    };
    let words = joined(strays.iter().filter_map(unknown).collect())?;
    Some(format!(
        "error validating {}: error validating data: {words}; if you choose to ignore these errors, turn \
         validation off with --validate=false",
        quote(file)
    ))
}

/// The model of OpenAPI behind a field of a Service.
fn model(path: &str) -> String {
    // The last name, without its place in a list.
    let last = path.rsplit('.').next().unwrap_or_default();
    let last = last.split('[').next().unwrap_or_default();
    let (package, name) = match last {
        "metadata" => ("io.k8s.apimachinery.pkg.apis.meta.v1", "ObjectMeta"),
        "ownerReferences" => ("io.k8s.apimachinery.pkg.apis.meta.v1", "OwnerReference"),
        "managedFields" => ("io.k8s.apimachinery.pkg.apis.meta.v1", "ManagedFieldsEntry"),
        "conditions" => ("io.k8s.apimachinery.pkg.apis.meta.v1", "Condition"),
        "spec" => ("io.k8s.api.core.v1", "ServiceSpec"),
        "status" => ("io.k8s.api.core.v1", "ServiceStatus"),
        "loadBalancer" => ("io.k8s.api.core.v1", "LoadBalancerStatus"),
        "ingress" => ("io.k8s.api.core.v1", "LoadBalancerIngress"),
        "sessionAffinityConfig" => ("io.k8s.api.core.v1", "SessionAffinityConfig"),
        "clientIP" => ("io.k8s.api.core.v1", "ClientIPConfig"),
        "ports" if path.starts_with("status") => ("io.k8s.api.core.v1", "PortStatus"),
        "ports" => ("io.k8s.api.core.v1", "ServicePort"),
        _ => ("io.k8s.api.core.v1", "Service"),
    };
    format!("{package}.{name}")
}

#[cfg(test)]
mod tests {
    use super::unknown_fields;
    use crate::source::decode;
    use crate::source::yaml::parse;

    #[test]
    fn unknown_fields_are_named_with_their_models() {
        let words = |text: &str| {
            let node = &parse(text).documents[0].node;
            let decoded = decode::service(node, &["loadBalancerClass"], false).expect("it decodes");
            unknown_fields(&decoded.strays, "f.yaml")
        };
        let says = |words: &str| {
            Some(format!(
                "error validating \"f.yaml\": error validating data: {words}; if you choose to ignore these \
                 errors, turn validation off with --validate=false"
            ))
        };
        assert_eq!(words("spec: {ports: [{port: 80}]}"), None);
        let in_spec = "ValidationError(Service.spec): unknown field \"loadBalancerClass\" in io.k8s.api.core.v1.ServiceSpec";
        assert_eq!(words("spec: {loadBalancerClass: x}"), says(in_spec));
        let in_port = "ValidationError(Service.spec.ports[0]): unknown field \"x\" in io.k8s.api.core.v1.ServicePort";
        assert_eq!(words("spec: {ports: [{x: 80}]}"), says(in_port));
        let both = format!(
            "[ValidationError(Service): unknown field \"a\" in io.k8s.api.core.v1.Service, {in_spec}]"
        );
        assert_eq!(words("a: 1\nspec: {loadBalancerClass: x}"), says(&both));
    }
}
