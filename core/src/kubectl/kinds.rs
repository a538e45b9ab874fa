//! Which kinds does the API server of a release have, by group and version?
//! Source: k8s.io/api `*/register.go`; pkg/controlplane `instance.go` DefaultAPIResourceConfigSource; the removals of
//! <https://kubernetes.io/docs/reference/using-api/deprecation-guide/>. Versions that are off by default are not here.

use crate::release::version::{KubeVersion, Versions};

/// A kind of a group and version.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kind {
    /// As `apiVersion` names it.
    pub api_version: String,
    /// As `kind` names it.
    pub kind: String,
    /// Whether its objects lie in namespaces.
    pub is_namespaced: bool,
}

/// A group and version, the releases that serve it, its kinds in namespaces, and those without.
type Row = (&'static str, Versions, &'static str, &'static str);

const TABLE: [Row; 52] = [
    (
        "v1",
        Versions::ALL,
        "Binding ConfigMap Endpoints Event LimitRange PersistentVolumeClaim Pod PodTemplate ReplicationController \
         ResourceQuota Secret Service ServiceAccount",
        "ComponentStatus Namespace Node PersistentVolume",
    ),
    (
        "admissionregistration.k8s.io/v1",
        Versions::ALL,
        "",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    ),
    (
        "admissionregistration.k8s.io/v1",
        Versions::since(30),
        "",
        "ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding",
    ),
    (
        "admissionregistration.k8s.io/v1",
        Versions::since(36),
        "",
        "MutatingAdmissionPolicy MutatingAdmissionPolicyBinding",
    ),
    (
        "admissionregistration.k8s.io/v1beta1",
        Versions::until(21),
        "",
        "MutatingWebhookConfiguration ValidatingWebhookConfiguration",
    ),
    ("apiextensions.k8s.io/v1", Versions::ALL, "", "CustomResourceDefinition"),
    ("apiextensions.k8s.io/v1beta1", Versions::until(21), "", "CustomResourceDefinition"),
    ("apiregistration.k8s.io/v1", Versions::ALL, "", "APIService"),
    ("apiregistration.k8s.io/v1beta1", Versions::until(21), "", "APIService"),
    (
        "apps/v1",
        Versions::ALL,
        "ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet",
        "",
    ),
    ("authentication.k8s.io/v1", Versions::ALL, "", "TokenReview"),
    ("authentication.k8s.io/v1", Versions::since(28), "", "SelfSubjectReview"),
    ("authentication.k8s.io/v1beta1", Versions::until(21), "", "TokenReview"),
    (
        "authorization.k8s.io/v1",
        Versions::ALL,
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    ),
    (
        "authorization.k8s.io/v1beta1",
        Versions::until(21),
        "LocalSubjectAccessReview",
        "SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
    ),
    ("autoscaling/v1", Versions::ALL, "HorizontalPodAutoscaler", ""),
    ("autoscaling/v2", Versions::since(23), "HorizontalPodAutoscaler", ""),
    ("autoscaling/v2beta1", Versions::until(24), "HorizontalPodAutoscaler", ""),
    ("autoscaling/v2beta2", Versions::until(25), "HorizontalPodAutoscaler", ""),
    ("batch/v1", Versions::ALL, "Job", ""),
    ("batch/v1", Versions::since(21), "CronJob", ""),
    ("batch/v1beta1", Versions::until(24), "CronJob", ""),
    ("certificates.k8s.io/v1", Versions::ALL, "", "CertificateSigningRequest"),
    ("certificates.k8s.io/v1beta1", Versions::until(21), "", "CertificateSigningRequest"),
    ("coordination.k8s.io/v1", Versions::ALL, "Lease", ""),
    ("coordination.k8s.io/v1beta1", Versions::until(21), "Lease", ""),
    ("discovery.k8s.io/v1", Versions::since(21), "EndpointSlice", ""),
    ("discovery.k8s.io/v1beta1", Versions::until(24), "EndpointSlice", ""),
    ("events.k8s.io/v1", Versions::ALL, "Event", ""),
    ("events.k8s.io/v1beta1", Versions::until(24), "Event", ""),
    ("extensions/v1beta1", Versions::until(21), "Ingress", ""),
    (
        "flowcontrol.apiserver.k8s.io/v1",
        Versions::since(29),
        "",
        "FlowSchema PriorityLevelConfiguration",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta1",
        Versions::until(25),
        "",
        "FlowSchema PriorityLevelConfiguration",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta2",
        Versions::between(23, 28),
        "",
        "FlowSchema PriorityLevelConfiguration",
    ),
    (
        "flowcontrol.apiserver.k8s.io/v1beta3",
        Versions::between(26, 31),
        "",
        "FlowSchema PriorityLevelConfiguration",
    ),
    ("networking.k8s.io/v1", Versions::ALL, "Ingress NetworkPolicy", "IngressClass"),
    ("networking.k8s.io/v1", Versions::since(33), "", "IPAddress ServiceCIDR"),
    ("networking.k8s.io/v1beta1", Versions::until(21), "Ingress", "IngressClass"),
    ("node.k8s.io/v1", Versions::ALL, "", "RuntimeClass"),
    ("node.k8s.io/v1beta1", Versions::until(24), "", "RuntimeClass"),
    ("policy/v1", Versions::since(21), "PodDisruptionBudget", ""),
    ("policy/v1beta1", Versions::until(24), "PodDisruptionBudget", "PodSecurityPolicy"),
    (
        "rbac.authorization.k8s.io/v1",
        Versions::ALL,
        "Role RoleBinding",
        "ClusterRole ClusterRoleBinding",
    ),
    (
        "rbac.authorization.k8s.io/v1beta1",
        Versions::until(21),
        "Role RoleBinding",
        "ClusterRole ClusterRoleBinding",
    ),
    (
        "resource.k8s.io/v1",
        Versions::since(34),
        "ResourceClaim ResourceClaimTemplate",
        "DeviceClass ResourceSlice",
    ),
    ("scheduling.k8s.io/v1", Versions::ALL, "", "PriorityClass"),
    ("scheduling.k8s.io/v1beta1", Versions::until(21), "", "PriorityClass"),
    ("storage.k8s.io/v1", Versions::ALL, "", "CSIDriver CSINode StorageClass VolumeAttachment"),
    ("storage.k8s.io/v1", Versions::since(24), "CSIStorageCapacity", ""),
    ("storage.k8s.io/v1", Versions::since(34), "", "VolumeAttributesClass"),
    (
        "storage.k8s.io/v1beta1",
        Versions::until(21),
        "",
        "CSIDriver CSINode StorageClass VolumeAttachment",
    ),
    ("storage.k8s.io/v1beta1", Versions::between(21, 26), "CSIStorageCapacity", ""),
];

/// The kind that an API server has under this name; `None` where it has none.
#[must_use]
pub fn find(version: KubeVersion, api_version: &str, kind: &str) -> Option<Kind> {
    rows(version).find_map(|(group_version, _, inside, outside)| {
        let has = |kinds: &str| kinds.split_whitespace().any(|it| it == kind);
        let is_namespaced = has(inside);
        let is_known =
            *group_version == api_version && !kind.is_empty() && (is_namespaced || has(outside));
        is_known.then(|| Kind {
            api_version: api_version.to_owned(),
            kind: kind.to_owned(),
            is_namespaced,
        })
    })
}

/// Every kind that an API server has.
pub fn all(version: KubeVersion) -> impl Iterator<Item = Kind> {
    rows(version).flat_map(|(api_version, _, inside, outside)| {
        let of = |kinds: &'static str, is_namespaced| {
            kinds.split(' ').filter(|it| !it.is_empty()).map(move |kind| Kind {
                api_version: (*api_version).to_owned(),
                kind: kind.to_owned(),
                is_namespaced,
            })
        };
        of(inside, true).chain(of(outside, false))
    })
}

/// Whether an API server has a list of this kind: each kind has one, and each group and version has `List`.
#[must_use]
pub fn has_list(version: KubeVersion, api_version: &str, kind: &str) -> bool {
    match kind.strip_suffix("List") {
        Some("") => rows(version).any(|row| row.0 == api_version),
        Some(of) => find(version, api_version, of).is_some(),
        None => find(version, api_version, kind).is_some(),
    }
}

/// Whether any release has a kind of this name.
#[must_use]
pub fn is_kind(kind: &str) -> bool {
    let has = |kinds: &str| kinds.split_whitespace().any(|it| it == kind);
    kind == "List" || TABLE.iter().any(|(_, _, inside, outside)| has(inside) || has(outside))
}

fn rows(release: KubeVersion) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |(_, versions, ..)| versions.contains(release))
}

impl Kind {
    /// The group; empty for the core.
    #[must_use]
    pub fn group(&self) -> &str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The resource, in small letters.
    #[must_use]
    pub fn plural(&self) -> String {
        let name = self.kind.to_ascii_lowercase();
        match name.as_bytes() {
            _ if name == "endpoints" => name,
            [.., b's'] => format!("{name}es"),
            [.., before, b'y'] if !b"aeiou".contains(before) => {
                format!("{}ies", &name[..name.len() - 1])
            }
            _ => format!("{name}s"),
        }
    }

    /// As kubectl prints it in front of a name, with its group.
    #[must_use]
    pub fn printed(&self) -> String {
        let name = self.kind.to_ascii_lowercase();
        if self.group().is_empty() { name } else { format!("{name}.{}", self.group()) }
    }

    /// The resource as the API server names it, with its group.
    #[must_use]
    pub fn resource(&self) -> String {
        let name = self.plural();
        if self.group().is_empty() { name } else { format!("{name}.{}", self.group()) }
    }

    /// The path of its objects, or of the one of this name.
    #[must_use]
    pub fn path(&self, namespace: &str, name: &str) -> String {
        let root = if self.group().is_empty() { "/api/" } else { "/apis/" };
        let mut path = format!("{root}{}", self.api_version);
        if self.is_namespaced {
            path.push_str("/namespaces/");
            path.push_str(namespace);
        }
        path.push('/');
        path.push_str(&self.plural());
        if !name.is_empty() {
            path.push('/');
            path.push_str(name);
        }
        path
    }

    /// As an error of `kubectl apply` names an object.
    #[must_use]
    pub fn info(&self, namespace: &str, name: &str) -> String {
        let version = if self.group().is_empty() {
            format!("/{}", self.api_version)
        } else {
            self.api_version.clone()
        };
        let namespace = if self.is_namespaced { namespace } else { "" };
        format!(
            "Resource: \"{version}, Resource={}\", GroupVersionKind: \"{version}, Kind={}\"\nName: {}, \
             Namespace: {}",
            self.plural(),
            self.kind,
            crate::api::quote(name),
            crate::api::quote(namespace),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{find, has_list};
    use crate::release::version::KubeVersion;

    fn has(minor: u8, api_version: &str, kind: &str) -> bool {
        let version = KubeVersion::minor(minor).expect("it is simulated");
        find(version, api_version, kind).is_some()
    }

    #[test]
    fn kinds_come_and_go_with_their_versions() {
        for (api_version, kind, first, last) in [
            ("extensions/v1beta1", "Ingress", 20, 21),
            ("policy/v1beta1", "PodSecurityPolicy", 20, 24),
            ("batch/v1beta1", "CronJob", 20, 24),
            ("batch/v1", "CronJob", 21, 36),
            ("autoscaling/v2beta2", "HorizontalPodAutoscaler", 20, 25),
            ("discovery.k8s.io/v1", "EndpointSlice", 21, 36),
            ("networking.k8s.io/v1", "ServiceCIDR", 33, 36),
            ("v1", "Service", 20, 36),
        ] {
            for minor in 20..=36 {
                let expect = (first..=last).contains(&minor);
                assert_eq!(has(minor, api_version, kind), expect, "{api_version} {kind} 1.{minor}");
            }
        }
        for (api_version, kind) in
            [("v1", "Servce"), ("apps/v1", "Service"), ("v1", ""), ("", "Pod")]
        {
            assert!(!has(36, api_version, kind), "{api_version} {kind}");
        }
    }

    #[test]
    fn every_kind_has_a_list() {
        let has = |api_version, kind| has_list(KubeVersion::LATEST, api_version, kind);
        assert!(has("v1", "List") && has("v1", "ServiceList") && has("apps/v1", "List"));
        assert!(!has("v1", "ServceList") && !has("foo/v1", "List"));
    }

    #[test]
    fn resources_are_the_plural() {
        let path = |api_version, kind| {
            find(KubeVersion::LATEST, api_version, kind).expect("it is there").path("a", "b")
        };
        assert_eq!(path("v1", "Service"), "/api/v1/namespaces/a/services/b");
        assert_eq!(path("v1", "Node"), "/api/v1/nodes/b");
        assert_eq!(path("v1", "Endpoints"), "/api/v1/namespaces/a/endpoints/b");
        let policies = "/apis/networking.k8s.io/v1/namespaces/a/networkpolicies/b";
        assert_eq!(path("networking.k8s.io/v1", "NetworkPolicy"), policies);
        assert_eq!(
            path("networking.k8s.io/v1", "IngressClass"),
            "/apis/networking.k8s.io/v1/ingressclasses/b"
        );
    }
}
