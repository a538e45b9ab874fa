//! Do configs become the flags that the tools would set, with spans in the config, and do exports say the same again?

use std::fmt::Write;

use super::{Installed, Tool, kind, kubeadm, read};
use crate::cluster::components::Components;
use crate::explain::text::Lang;
use crate::release::version::KubeVersion;
use crate::source::chance;
use crate::source::flags::{self, FlagsText};

fn installed(text: &str, release: &str) -> Installed {
    read(text, release.parse().expect("a release")).unwrap_or_else(|| panic!("no config: {text}"))
}

/// What the flags say, as text.
fn flags_of(text: &str, release: &str) -> String {
    let installed = installed(text, release);
    assert_eq!(installed.refusals, [], "{text}");
    installed.text()
}

/// Sections with names and values.
fn says(flags: &FlagsText) -> Vec<String> {
    let section = |it: &flags::Section| {
        let flags = it.flags.iter().map(|it| format!("{}={:?}", it.name, it.value));
        format!("{} {}", it.component.name(), flags.collect::<Vec<_>>().join(" "))
    };
    flags.sections.iter().map(section).collect()
}

const DUAL: &str = "apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
localAPIEndpoint:
  advertiseAddress: \"10.100.0.1\"
  bindPort: 6443
nodeRegistration:
  name: cp
  kubeletExtraArgs:
  - name: \"node-ip\"
    value: \"10.100.0.2,fd00:1:2:3::2\"
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
networking:
  podSubnet: 10.244.0.0/16,2001:db8:42:0::/56
  serviceSubnet: 10.96.0.0/16,2001:db8:42:1::/112
controllerManager:
  extraArgs:
  - name: node-cidr-mask-size-ipv6
    value: \"72\"
etcd: {local: {dataDir: /var/lib/etcd}}
";

#[test]
fn a_kubeadm_config_becomes_the_flags_of_four_components() {
    assert_eq!(
        flags_of(DUAL, "1.36"),
        "kube-apiserver
--advertise-address=10.100.0.1
--service-cluster-ip-range=10.96.0.0/16,2001:db8:42:1::/112
--secure-port=6443

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.244.0.0/16,2001:db8:42:0::/56
--service-cluster-ip-range=10.96.0.0/16,2001:db8:42:1::/112
--node-cidr-mask-size-ipv6=72

kube-proxy
--bind-address=0.0.0.0
--cluster-cidr=10.244.0.0/16,2001:db8:42:0::/56

kubelet · cp
--node-ip=10.100.0.2,fd00:1:2:3::2
"
    );
    let problems = &installed(DUAL, "1.36").flags.problems;
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].text_en, "Not simulated, and left out: `etcd`.");
}

#[test]
fn a_flag_stands_where_its_field_does() {
    let installed = installed(DUAL, "1.36");
    let at = |name: &str| {
        let mut all = installed.flags.sections.iter().flat_map(|it| &it.flags);
        let flag = all.find(|it| it.name == name).expect("the flag is set");
        [flag.span, flag.value_span].map(|span| &DUAL[span.start..span.end])
    };
    assert_eq!(
        at("cluster-cidr"),
        ["podSubnet: 10.244.0.0/16,2001:db8:42:0::/56", "10.244.0.0/16,2001:db8:42:0::/56"]
    );
    assert_eq!(at("node-ip")[1], "10.100.0.2,fd00:1:2:3::2");
    assert_eq!(at("bind-address")[1], "10.100.0.1");
    let why = |flag: &str| {
        let reason = installed.reasons.iter().find(|it| it.flag == flag).expect("a reason");
        installed.step(reason.step).map(|step| step.plain(Lang::En)).unwrap_or_default()
    };
    assert_eq!(
        why("cluster-cidr"),
        "kubeadm sets --cluster-cidr of kube-controller-manager from networking.podSubnet."
    );
}

#[test]
fn an_error_of_a_component_is_shown_at_the_field() {
    let text = DUAL.replace("10.100.0.1", "fd00::5");
    let components = Components::start(KubeVersion::LATEST, &text);
    let errors: Vec<&str> = components
        .apiserver
        .errors
        .iter()
        .filter_map(|it| it.span.and_then(|span| text.get(span.start..span.end)))
        .collect();
    assert!(!errors.is_empty(), "{:?}", components.apiserver.errors);
    let is_field = |text: &&str| text.contains("10.96.0.0/16") || text.contains("fd00::5");
    assert!(errors.iter().all(is_field), "{errors:?}");
}

#[test]
fn what_kubeadm_refuses_starts_nothing() {
    let text = DUAL.replace("2001:db8:42:1::/112", "2001:db8:42:1::/64");
    let installed = installed(&text, "1.36");
    assert_eq!(
        installed.refusals[0].text,
        "networking.serviceSubnet: Invalid value: \"2001:db8:42:1::/64\": specified service subnet is too large; \
         for 128-bit addresses, the mask must be >= 108"
    );
    assert!(installed.refuses() && installed.reasons.is_empty());
    let components = Components::start(KubeVersion::LATEST, &text);
    assert!(!components.apiserver.starts() && components.all().all(|it| !it.is_given));
}

#[test]
fn what_is_offered_for_a_config_leaves_it_a_config() {
    let services = "serviceSubnet: 10.96.0.0/16\n";
    let text = format!(
        "apiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n  {services}  podSubnet: \
         10.244.0.0/16,fd00:10:244::/56\n"
    );
    let components = Components::start(KubeVersion::LATEST, &text);
    let edits = components.findings().into_iter().filter_map(|it| components.fix(&it));
    let more = components.prerequisites().into_iter().filter_map(|it| it.fix);
    let fixed: Vec<String> = edits.chain(more).map(|edit| edit.apply(&text)).collect();
    for text in &fixed {
        assert!(!installed(text, "1.36").refuses(), "{text}");
    }
    // A range that a field holds is added to the field.
    assert!(fixed.iter().any(|it| it.contains("serviceSubnet: 10.96.0.0/16,fd")), "{fixed:?}");
}

#[test]
fn each_tool_is_recognised() {
    for (text, tool) in [
        ("apiVersion: kubeadm.k8s.io/v1beta3\nkind: ClusterConfiguration", Tool::Kubeadm),
        (
            "{\"apiVersion\": \"kubeadm.k8s.io/v1beta3\", \"kind\": \"InitConfiguration\"}",
            Tool::Kubeadm,
        ),
        (
            "kind: KubeProxyConfiguration\napiVersion: kubeproxy.config.k8s.io/v1alpha1",
            Tool::Kubeadm,
        ),
        (
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  ClusterConfiguration: |\n    \
             apiVersion: kubeadm.k8s.io/v1beta3\n    kind: ClusterConfiguration\n",
            Tool::Kubeadm,
        ),
        (
            "cat <<EOF | kind create cluster --config=-\nkind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nEOF",
            Tool::Kind,
        ),
        ("k3s server --cluster-cidr 10.42.0.0/16", Tool::K3s),
        (
            "ExecStart=/usr/local/bin/k3s \\\n    server \\\n\t'--disable' \\\n\t'traefik'\n",
            Tool::K3s,
        ),
        ("curl -sfL https://get.k3s.io | sh -s - --flannel-backend=none", Tool::K3s),
        (
            "curl -sfL https://get.k3s.io | INSTALL_K3S_EXEC=\"server --disable traefik\" sh -",
            Tool::K3s,
        ),
        ("cluster-cidr: 10.42.0.0/16\nservice-cidr: 10.43.0.0/16", Tool::K3s),
        ("cni: calico\ncluster-cidr: 10.42.0.0/16", Tool::Rke2),
        ("# /etc/rancher/rke2/config.yaml\nnode-ip: 192.0.2.11,2001:db8::11", Tool::Rke2),
    ] {
        assert_eq!(installed(text, "1.30").tool, tool, "{text}");
    }
    for text in [
        "",
        "kube-apiserver --service-cluster-ip-range=10.96.0.0/16",
        "kubelet\n--node-ip=192.0.2.11",
        "apiVersion: v1\nkind: Pod\nspec: {containers: [{command: [kube-apiserver, --v=2]}]}",
        "# k3s\nkube-apiserver\n--v=2",
        "server: here\nkind: Service\napiVersion: v1",
    ] {
        assert!(read(text, KubeVersion::LATEST).is_none(), "{text}");
    }
}

#[test]
fn k3s_arguments_and_its_file_say_the_same() {
    let file = "cluster-cidr: 10.42.0.0/16,2001:db8:42::/56
service-cidr: [10.43.0.0/16, '2001:db8:43::/112']
node-ip: 192.0.2.11,2001:db8::11
kubelet-arg:
- max-pods=50
";
    let command = "k3s server --cluster-cidr=10.42.0.0/16,2001:db8:42::/56 \\
  --service-cidr 10.43.0.0/16 --service-cidr '2001:db8:43::/112' \\
  -i 192.0.2.11,2001:db8::11 --kubelet-arg=max-pods=50";
    let unit = "[Service]\nExecStart=/usr/local/bin/k3s \\\n    server \\
\t'--cluster-cidr' \\\n\t'10.42.0.0/16,2001:db8:42::/56' \\
\t'--service-cidr=10.43.0.0/16,2001:db8:43::/112' \\\n\t'--node-ip' \\
\t'192.0.2.11,2001:db8::11' '--kubelet-arg' 'max-pods=50'\n";
    let expect = "kube-apiserver
--service-cluster-ip-range=10.43.0.0/16,2001:db8:43::/112
--advertise-address=192.0.2.11

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.42.0.0/16,2001:db8:42::/56
--service-cluster-ip-range=10.43.0.0/16,2001:db8:43::/112

kube-proxy
--proxy-mode=iptables
--cluster-cidr=10.42.0.0/16,2001:db8:42::/56

kubelet
--cloud-provider=external
--node-ip=192.0.2.11,2001:db8::11
--max-pods=50
";
    for text in [file, command, unit] {
        assert_eq!(flags_of(text, "1.30"), expect, "{text}");
    }
    // A kubelet that takes no pair beside a cloud provider gets none.
    assert!(!flags_of(file, "1.26").contains("--node-ip"));
    assert!(flags_of(file, "1.27").contains("--feature-gates=CloudDualStackNodeIPs=true"));
}

#[test]
fn k3s_checks_the_families_of_every_machine() {
    let text = "k3s server --cluster-cidr=10.42.0.0/16,fd00:42::/56 --service-cidr=10.43.0.0/16,fd00:43::/112\n\
                k3s agent --node-ip=192.0.2.12 --server https://192.0.2.11:6443";
    let installed = installed(text, "1.36");
    assert_eq!(
        installed.refusals[0].text,
        "cluster-cidr: [10.42.0.0/16 fd00:42::/56] and node-ip: [192.0.2.12], must share the same IP version (IPv4, \
         IPv6 or dual-stack)"
    );
    let span = installed.refusals[0].span.expect("a place");
    assert_eq!(&text[span.start..span.end], "192.0.2.12");
}

#[test]
fn a_kind_config_gives_each_container_its_pair() {
    let text = "kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
nodes:
- role: control-plane
- role: worker
- role: worker
networking:
  ipFamily: dual
  serviceSubnet: fd00:10:96::/112,10.96.0.0/16
kubeadmConfigPatches:
- |
  kind: ClusterConfiguration
  controllerManager:
    extraArgs:
      node-cidr-mask-size-ipv4: \"25\"
";
    let flags = flags_of(text, "1.34");
    for line in [
        "--advertise-address=2001:db8::11",
        "--node-cidr-mask-size-ipv4=25",
        "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56",
        "--bind-address=::",
        "kubelet · kind-control-plane\n--node-ip=2001:db8::11,192.0.2.11",
        "kubelet · kind-worker2\n--node-ip=2001:db8::13,192.0.2.13",
    ] {
        assert!(flags.contains(line), "{line}: {flags}");
    }
    let bad = text.replace("ipFamily: dual\n  serviceSubnet", "ipFamily: dual\n  serviceSubnets");
    assert_eq!(
        installed(&bad, "1.34").refusals[0].text,
        "unable to decode config: yaml: unmarshal errors:\n  line 9: field serviceSubnets not found in type v1alpha4.Networking"
    );
}

/// A config of kubeadm, as if by chance.
fn some_config(next: &mut impl FnMut(usize) -> usize) -> String {
    const SERVICES: [&str; 5] = [
        "10.96.0.0/16",
        "10.96.0.0/12,fd00:10:96::/112",
        "fd00:10:96::/112",
        "fd00::/108,10.0.0.0/24",
        "",
    ];
    const PODS: [&str; 5] =
        ["10.244.0.0/16", "10.244.0.0/16,fd00:10:244::/56", "fd00:1::/60", "", "10.0.0.0/24"];
    const ARGS: [(&str, &str); 6] = [
        ("v", "4"),
        ("node-ip", "192.0.2.11,2001:db8::11"),
        ("feature-gates", "A=true,B=false"),
        ("node-cidr-mask-size-ipv6", "64"),
        ("bind-address", "::"),
        ("audit-policy", "/a b/\"c\""),
    ];
    let args = |indent: &str, next: &mut dyn FnMut(usize) -> usize| {
        let mut out = String::new();
        for (name, value) in ARGS.iter().filter(|_| next(3) == 0) {
            let value = value.replace('"', "\\\"");
            let _ = write!(out, "{indent}- name: {name}\n{indent}  value: \"{value}\"\n");
        }
        out
    };
    let mut out = String::from("apiVersion: kubeadm.k8s.io/v1beta4\nkind: InitConfiguration\n");
    if next(2) == 0 {
        out += [
            "localAPIEndpoint: {advertiseAddress: 198.51.100.7}\n",
            "localAPIEndpoint: {advertiseAddress: \"2001:db8::7\", bindPort: 8443}\n",
        ][next(2)];
    }
    let nodes = next(3);
    let registration = |number: usize, next: &mut dyn FnMut(usize) -> usize| {
        let args = args("  ", next);
        let list = if args.is_empty() { args } else { format!("  kubeletExtraArgs:\n{args}") };
        format!("nodeRegistration:\n  name: node-{number}\n{list}")
    };
    if nodes > 0 {
        out += &registration(1, next);
    }
    for number in 2..=nodes {
        out += "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\ndiscovery:\n  bootstrapToken:\n    \
                apiServerEndpoint: 192.0.2.10:6443\n    token: abcdef.0123456789abcdef\n    unsafeSkipCAVerification: true\n";
        out += &registration(number, next);
    }
    out += "---\napiVersion: kubeadm.k8s.io/v1beta4\nkind: ClusterConfiguration\nnetworking:\n";
    let _ = write!(
        out,
        "  serviceSubnet: \"{}\"\n  podSubnet: \"{}\"\n",
        SERVICES[next(5)],
        PODS[next(5)]
    );
    for name in ["apiServer", "controllerManager"] {
        let args = args("  ", next);
        if !args.is_empty() {
            let _ = write!(out, "{name}:\n  extraArgs:\n{args}");
        }
    }
    if next(2) == 0 {
        out += "---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n";
        out += [
            "",
            "clusterCIDR: 10.0.0.0/8\n",
            "nodePortAddresses: [primary]\n",
            "featureGates: {A: true}\n",
        ][next(4)];
    }
    if next(2) == 0 {
        out += "---\napiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\nmaxPods: 60\n";
    }
    out
}

#[test]
fn config_to_flags_to_config_to_flags_changes_nothing() {
    let mut next = chance();
    let mut installs = 0;
    for _ in 0..100 {
        let config = some_config(&mut next);
        for release in ["1.31", "1.37"] {
            let first = installed(&config, release);
            if first.refuses() {
                continue;
            }
            installs += 1;
            let text = first.text();
            let typed = flags::parse(&text);
            assert_eq!(says(&typed), says(&first.flags), "{config}\n{text}");
            let version = release.parse().expect("a release");
            let exports = [
                kubeadm::export(&typed, &text, version),
                kubeadm::export(&first.flags, &config, version),
            ];
            for export in &exports {
                assert_eq!(flags_of(export, release), text, "{config}\n{export}");
            }
            let kind_config = kind::export(&typed, &text, version);
            let again = installed(&kind_config, release);
            let kinds =
                |it: &Installed| it.refusals.iter().any(|it| it.says == Tool::Kind.program());
            assert!(!kinds(&again), "{kind_config}\n{:?}", again.refusals);
        }
    }
    assert!(installs > 80, "{installs}");
}

#[test]
fn kind_keeps_names_that_it_would_give_and_says_which_it_does_not() {
    let version = KubeVersion::LATEST;
    let export = |names: &[&str]| {
        let sections = names.iter().map(|name| format!("kubelet · {name}\n--max-pods=50\n\n"));
        let text = sections.collect::<String>();
        kind::export(&flags::parse(&text), &text, version)
    };
    let names = ["dual-control-plane", "dual-worker", "dual-control-plane2", "dual-worker2"];
    let config = export(&names);
    assert!(config.contains("\nname: dual\n") && !config.contains("is called"), "{config}");
    let read = installed(&config, "1.36");
    let found = read.flags.sections.iter().filter_map(|it| it.node.as_deref());
    assert_eq!(found.collect::<Vec<_>>(), names);
    let one = export(&["kind-control-plane"]);
    assert!(!one.contains("name:") && !one.contains("is called"), "{one}");
    for names in [
        &["node-1", "node-2", "node-3"][..],
        &["a-control-plane", "b-worker"],
        &["a-control-plane", "a-worker2"],
    ] {
        let config = export(names);
        for name in names {
            assert!(
                config.contains(&format!(
                    "# Not said to kind: the node is called {name}; kind calls it kind-"
                )),
                "{config}"
            );
        }
    }
    let config = export(&["node-1", "node-2", "node-3"]);
    for name in
        ["node-1; kind calls it kind-control-plane\n", "node-3; kind calls it kind-worker2\n"]
    {
        assert!(config.contains(name), "{config}");
    }
}

#[test]
fn kubeadm_joins_only_with_a_way_to_its_cluster() {
    let config = |discovery: &str| {
        format!(
            "apiVersion: kubeadm.k8s.io/v1beta4\nkind: JoinConfiguration\n{discovery}nodeRegistration: {{name: a}}\n"
        )
    };
    let check = |discovery: &str, expect: &[&str]| {
        let installed = installed(&config(discovery), "1.36");
        let said: Vec<&str> = installed.refusals.iter().map(|it| it.text.as_str()).collect();
        assert_eq!(said, expect, "{discovery}");
        assert_eq!(installed.refuses(), !expect.is_empty(), "{discovery}");
    };
    let token = "discovery: {bootstrapToken: {token: abcdef.0123456789abcdef, apiServerEndpoint: '192.0.2.10:6443', caCertHashes: ['sha256:ab']}}\n";
    check(token, &[]);
    check(&token.replace("caCertHashes: ['sha256:ab']", "unsafeSkipCAVerification: true"), &[]);
    check("discovery: {file: {kubeConfigPath: /etc/kubernetes/discovery.conf}}\n", &[]);
    let none = "discovery: Invalid value: \"\": bootstrapToken or file must be set";
    check("", &[none]);
    check("discovery:\n", &[none]);
    check(
        "discovery: {bootstrapToken: {token: abc}}\n",
        &[
            "discovery.bootstrapToken: Required value: APIServerEndpoint is not set",
            "discovery.bootstrapToken.caCertHashes: Invalid value: \"\": using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue",
            "discovery.bootstrapToken.token: Invalid value: \"abc\": the bootstrap token is invalid",
            "discovery.bootstrapToken.apiServerEndpoint: Invalid value: \"\": missing port in address",
            "discovery.tlsBootstrapToken: Invalid value: \"abc\": the bootstrap token is invalid",
        ],
    );
    check(
        &token.replace("192.0.2.10:6443", "192.0.2.10"),
        &[
            "discovery.bootstrapToken.apiServerEndpoint: Invalid value: \"192.0.2.10\": address 192.0.2.10: missing port in address",
        ],
    );
    check(
        "discovery: {file: {kubeConfigPath: 'http://192.0.2.10/a'}, tlsBootstrapToken: x}\n",
        &[
            "discovery.file.kubeConfigPath: Invalid value: \"http://192.0.2.10/a\": if a URL is used, the scheme must be https",
            "discovery.tlsBootstrapToken: Invalid value: \"x\": the bootstrap token is invalid",
        ],
    );
}

#[test]
fn an_exported_kind_config_reads_as_it_was() {
    for config in [
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {ipFamily: ipv6, kubeProxyMode: nftables}\n",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {ipFamily: dual}\n\
         nodes: [{role: control-plane}, {role: worker}]\nfeatureGates: {A: true}\n",
        "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nnetworking: {ipFamily: dual, serviceSubnet: 'fd00::/112,10.0.0.0/24'}\n\
         kubeadmConfigPatches: [\"kind: ClusterConfiguration\\napiServer: {extraArgs: {v: '4'}}\"]",
    ] {
        for release in ["1.30", "1.36"] {
            let flags = flags_of(config, release);
            let version = release.parse().expect("a release");
            let export = kind::export(&flags::parse(&flags), &flags, version);
            assert_eq!(flags_of(&export, release), flags, "{export}");
        }
    }
}

#[test]
fn no_text_panics() {
    let mut next = chance();
    const PIECES: [&str; 24] = [
        "apiVersion: kubeadm.k8s.io/v1beta4\n",
        "apiVersion: kind.x-k8s.io/v1alpha4\n",
        "kind: Cluster\n",
        "kind: ClusterConfiguration\n",
        "kind: InitConfiguration\n",
        "networking:\n",
        "  podSubnet: ",
        "10.0.0.0/8",
        ",",
        "nodes: [{role: x}, 3, null]\n",
        "nodeRegistration: {kubeletExtraArgs: [{name: a}, {value: 3}, 7]}\n",
        "apiServer: {extraArgs: 3}\n",
        "\n---\n",
        "k3s server ",
        "--cluster-cidr",
        "=",
        "INSTALL_K3S_EXEC=\"--node-ip é",
        "'",
        "\\",
        "cluster-cidr: ",
        "[",
        "双栈",
        "featureGates: {IPv6DualStack: true}\n",
        "kubeadmConfigPatches: [\"kind: JoinConfiguration\\nnodeRegistration: {name: x}\"]\n",
    ];
    for _ in 0..1500 {
        let text: String = (0..next(9) + 1).map(|_| PIECES[next(PIECES.len())]).collect();
        for release in ["1.20", "1.29", "1.36"] {
            let version = release.parse().expect("a release");
            let Some(installed) = read(&text, version) else { continue };
            for flag in installed.flags.sections.iter().flat_map(|it| &it.flags) {
                for span in [flag.span, flag.name_span, flag.value_span] {
                    assert!(text.get(span.start..span.end).is_some(), "{text}");
                }
            }
            let _ = kubeadm::export(&installed.flags, &text, version);
            let _ = kind::export(&installed.flags, &text, version);
        }
    }
}
