//! Which version of Kubernetes does a text name by itself? A config of kubeadm has a field for it, and an image has a tag.

use crate::release::version::KubeVersion;

/// What stands ahead of a version: the field of kubeadm, the images of kube-apiserver, of the nodes of kind and of k3s
/// and RKE2, and what their script of installation reads.
const AHEAD: [&str; 7] = [
    "kubernetesVersion:",
    "kube-apiserver:",
    "kindest/node:",
    "rancher/k3s:",
    "rancher/rke2-runtime:",
    "INSTALL_K3S_VERSION=",
    "INSTALL_RKE2_VERSION=",
];

/// The first version that a text names, comments aside; `None` if it names none, or one that is not simulated.
#[must_use]
pub fn named_version(text: &str) -> Option<KubeVersion> {
    text.lines().find_map(|line| {
        let line = line.trim_start();
        let line = if line.starts_with('#') { "" } else { line.split(" #").next()? };
        let behind = AHEAD.iter().find_map(|ahead| Some(line.split_once(ahead)?.1))?;
        let behind = behind.trim_start().trim_start_matches(['"', '\'']).trim_start_matches('v');
        let is_part = |char: char| char.is_ascii_digit() || char == '.';
        let number = &behind[..behind.find(|char| !is_part(char)).unwrap_or(behind.len())];
        number.parse().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::named_version;

    #[test]
    fn a_config_and_an_image_name_their_version() {
        for (text, version) in [
            ("kind: ClusterConfiguration\nkubernetesVersion: v1.29.4\n", Some("1.29")),
            ("kubernetesVersion: \"1.30\"", Some("1.30")),
            ("{kubernetesVersion: 'v1.21.0-rc.1'}", Some("1.21")),
            ("    image: registry.k8s.io/kube-apiserver:v1.30.2", Some("1.30")),
            ("- role: control-plane\n  image: kindest/node:v1.31.0@sha256:00", Some("1.31")),
            ("curl -sfL https://get.k3s.io | INSTALL_K3S_VERSION=v1.28.5+k3s1 sh -", Some("1.28")),
            ("# kubernetesVersion: v1.29.4\nkubernetesVersion: v1.30.0", Some("1.30")),
            ("kubernetesVersion: stable-1.29", None),
            ("kubernetesVersion: v1.19.0", None),
            ("kubernetesVersion: v1.999.0", None),
            ("kubernetesVersion:", None),
            ("image: other:v1.30.2", None),
            ("", None),
        ] {
            assert_eq!(named_version(text).map(|it| it.to_string()).as_deref(), version, "{text}");
        }
    }
}
