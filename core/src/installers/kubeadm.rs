//! Does kubeadm accept a config, and which flags do the components get from it? Rules KADM.
//! Source: cmd/kubeadm/app/apis/kubeadm/validation/validation.go, app/util/config/initconfiguration.go,
//! app/phases/controlplane/manifests.go, app/componentconfigs.

use std::net::IpAddr;

use super::sheet::{Fields, Given, Sheet, facts_of, scalar};
use crate::api::quote;
use crate::apiserver::service::names::subdomain_1123;
use crate::apiserver::startup::{MACHINE_V4, MACHINE_V6};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::net::go_parse::{SloppyCidr, parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::behavior::{Behavior, Gate};
use crate::release::version::{KubeVersion, Versions};
use crate::rules;
use crate::source::flags::Component::{
    self, KubeApiserver, KubeControllerManager, KubeProxy, Kubelet,
};
use crate::source::flags::table::{
    self, ADVERTISE_ADDRESS, ALLOCATE_NODE_CIDRS, BIND_ADDRESS, CLUSTER_CIDR, FEATURE_GATES,
    NODE_CIDR_MASK_SIZE_IPV4, NODE_CIDR_MASK_SIZE_IPV6, PROXY_MODE, SECURE_PORT,
    SERVICE_CLUSTER_IP_RANGE,
};
use crate::source::span::Span;
use crate::source::yaml::{self, Document, Entry, Node, Value};
use crate::startup::pflag::split_host_port;

pub use super::export::kubeadm as export;

rules! {
    /// A field of ClusterConfiguration or InitConfiguration.
    FIELD_SETS_FLAG {
        id: "KADM-1a", slug: "kubeadm-field-sets-flag",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/phases/controlplane/manifests.go getAPIServerCommand, getControllerManagerCommand",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "kubeadm sets {flag} of {component} from {field}.",
        zh: "kubeadm 根据 {field} 设置 {component} 的 {flag}。",
    }
    /// Extra arguments.
    EXTRA_ARGS_SET_FLAG {
        id: "KADM-1b", slug: "extra-args-set-flag",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/arguments.go ArgumentsToCommand",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "{field} sets {flag} of {component}; it takes the place of what kubeadm would set.",
        zh: "{field} 设置 {component} 的 {flag}，取代 kubeadm 本来会设置的值。",
    }
    /// KubeProxyConfiguration and KubeletConfiguration.
    COMPONENT_CONFIG_SETS_FLAG {
        id: "KADM-1c", slug: "component-config-is-flag",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/componentconfigs/kubeproxy.go, kubelet.go",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "{component} reads {field} from its config file; it means what {flag} means.",
        zh: "{component} 从配置文件读取 {field}，其含义与 {flag} 相同。",
    }
    /// A field that is not set.
    DEFAULT_SETS_FLAG {
        id: "KADM-2a", slug: "kubeadm-default-sets-flag",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/v1beta4/defaults.go SetDefaults_ClusterConfiguration",
        evidence: SourceRead,
        facts: [flag, component, field, value],
        en: "{field} is not set: kubeadm uses {value} for {flag} of {component}.",
        zh: "{field} 未设置：kubeadm 将 {component} 的 {flag} 设为 {value}。",
    }
    /// No advertise address.
    ADDRESS_IS_DETECTED {
        id: "KADM-2b", slug: "kubeadm-detects-advertise-address",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/initconfiguration.go SetAPIEndpointDynamicDefaults",
        evidence: SourceRead,
        fidelity: Fidelity::Chosen(Text {
            en: "The machine has 192.0.2.10 and 2001:db8::10.",
            zh: "该机器的地址是 192.0.2.10 和 2001:db8::10。",
        }),
        facts: [flag, field, value],
        en: "{field} names no address: kubeadm sets {flag} to {value}, the address of the default route, IPv4 if there is one.",
        zh: "{field} 没有指定地址：kubeadm 将 {flag} 设为默认路由的地址 {value}，有 IPv4 时优先使用 IPv4。",
    }
    /// Pod CIDRs are allocated.
    POD_SUBNET_ALLOCATES {
        id: "KADM-3a", slug: "pod-subnet-allocates-node-cidrs",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/phases/controlplane/manifests.go getControllerManagerCommand",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "Because {field} is set, kubeadm sets {flag} of {component}.",
        zh: "由于设置了 {field}，kubeadm 设置 {component} 的 {flag}。",
    }
    /// kube-proxy's address.
    PROXY_BINDS_BY_ADVERTISE_ADDRESS {
        id: "KADM-3b", slug: "kube-proxy-binds-by-advertise-address",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/componentconfigs/kubeproxy.go kubeProxyDefaultBindAddress",
        evidence: SourceRead,
        facts: [flag, component, value],
        en: "kubeadm sets {flag} of {component} to {value}, by the address family of the advertise address.",
        zh: "kubeadm 按公告地址的地址族将 {component} 的 {flag} 设为 {value}。",
    }
    /// kubeadm's own gate.
    GATE_SETS_GATES {
        id: "KADM-3c", slug: "kubeadm-gate-sets-component-gates",
        versions: Versions::until(22),
        source: "cmd/kubeadm/app/phases/controlplane/manifests.go getAPIServerCommand",
        evidence: SourceRead,
        facts: [flag, component, field],
        en: "In this version kubeadm passes its own feature gate in {field} on to {component}, as {flag}.",
        zh: "在此版本中，kubeadm 将自身在 {field} 中的特性门控通过 {flag} 传给 {component}。",
    }
    /// kube-proxy's mode is not left open.
    PROXY_MODE_IS_SET {
        id: "KADM-3d", slug: "kubeadm-sets-the-proxy-mode",
        versions: Versions::since(37),
        source: "CHANGELOG/CHANGELOG-1.37.md",
        evidence: Documentation,
        facts: [flag, component, value],
        en: "From 1.37 on kubeadm sets {flag} of {component} to {value} where nothing is said: without a mode kube-proxy warns, as its default is to change.",
        zh: "自 1.37 起，未指定时 kubeadm 将 {component} 的 {flag} 设为 {value}：没有模式时 kube-proxy 会给出警告，因为其默认值将会改变。",
    }
    /// No subnet.
    SUBNET_DOES_NOT_PARSE {
        id: "KADM-4a", slug: "kubeadm-subnet-does-not-parse",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateIPNetFromString",
        evidence: Recorded,
        facts: [field, value],
        en: "{value} in {field} is not a list of CIDRs. Whitespace is not trimmed.",
        zh: "{field} 中的 {value} 不是 CIDR 列表。空白不会被去除。",
    }
    /// Neither one nor a pair.
    SUBNETS_ARE_NO_PAIR {
        id: "KADM-4b", slug: "kubeadm-subnets-are-one-or-a-pair",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateIPNetFromString",
        evidence: Recorded,
        facts: [field, value],
        en: "{field} accepts one CIDR, or one per address family; {value} is neither.",
        zh: "{field} 接受一个 CIDR，或每个地址族各一个；{value} 都不是。",
    }
    /// Too few addresses.
    SUBNET_IS_TOO_SMALL {
        id: "KADM-4c", slug: "kubeadm-subnet-is-too-small",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateIPNetFromString",
        evidence: SourceRead,
        facts: [field, value],
        en: "{value} in {field} has fewer than 10 addresses: kube-dns gets the tenth.",
        zh: "{field} 中的 {value} 少于 10 个地址：kube-dns 使用第 10 个地址。",
    }
    /// Too many addresses.
    SERVICE_SUBNET_IS_TOO_LARGE {
        id: "KADM-4d", slug: "kubeadm-service-subnet-is-too-large",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateServiceSubnetSize",
        evidence: Recorded,
        facts: [field, value],
        en: "{value} in {field} has more than 20 host bits. kubeadm still refuses this where kube-apiserver no longer does.",
        zh: "{field} 中的 {value} 的主机位超过 20 位。即使 kube-apiserver 不再拒绝，kubeadm 仍会拒绝。",
    }
    /// A pair without the gate.
    PAIR_NEEDS_GATE {
        id: "KADM-4e", slug: "kubeadm-pair-needs-its-gate",
        versions: Versions::until(22),
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateIPNetFromString",
        evidence: SourceRead,
        facts: [field, value],
        en: "In this version {value} in {field} requires `featureGates.IPv6DualStack` of kubeadm.",
        zh: "在此版本中，{field} 中的 {value} 需要 kubeadm 的 `featureGates.IPv6DualStack`。",
    }
    /// No room for one node.
    POD_SUBNET_IS_SMALLER_THAN_NODE {
        id: "KADM-5a", slug: "pod-subnet-is-smaller-than-node",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidatePodSubnetNodeMask",
        evidence: SourceRead,
        facts: [value, mask],
        en: "The Pod CIDR {value} is smaller than the Pod CIDR of one node, /{mask}. kubeadm only looks at `--node-cidr-mask-size-ipv4` and `-ipv6`.",
        zh: "Pod CIDR {value} 小于单个节点的 Pod CIDR（/{mask}）。kubeadm 只看 `--node-cidr-mask-size-ipv4` 和 `-ipv6`。",
    }
    /// Room for too many nodes.
    NODE_MASK_IS_TOO_FAR {
        id: "KADM-5b", slug: "node-mask-is-too-far-from-pod-subnet",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidatePodSubnetNodeMask",
        evidence: Recorded,
        facts: [value, mask],
        en: "Between the Pod CIDR {value} and the node CIDR mask size /{mask} lie more than 16 bits.",
        zh: "Pod CIDR {value} 与节点 CIDR 掩码长度 /{mask} 相差超过 16 位。",
    }
    /// A mask size that is none.
    NODE_MASK_IS_NO_NUMBER {
        id: "KADM-5c", slug: "kubeadm-node-mask-is-no-number",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go getClusterNodeMask",
        evidence: SourceRead,
        facts: [flag, value],
        en: "{flag} in `controllerManager.extraArgs` is {value}, which is not a whole number.",
        zh: "`controllerManager.extraArgs` 中的 {flag} 是 {value}，不是整数。",
    }
    /// A name that is none.
    NAME_IS_NO_SUBDOMAIN {
        id: "KADM-8", slug: "kubeadm-name-is-no-subdomain",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateNetworking, ValidateNodeRegistrationOptions",
        evidence: Recorded,
        facts: [field, value],
        en: "{value} in {field} is not a DNS subdomain: small letters, digits, hyphens and dots.",
        zh: "{field} 中的 {value} 不是 DNS 子域名：只能使用小写字母、数字、连字符和点。",
    }
    /// An endpoint that nobody can reach.
    ENDPOINT_IS_OF_NO_USE {
        id: "KADM-9", slug: "kubeadm-endpoint-is-of-no-use",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/initconfiguration.go SetAPIEndpointDynamicDefaults; common.go VerifyAPIServerBindAddress",
        evidence: SourceRead,
        facts: [field, value],
        en: "kubeadm cannot use {value} in {field}: the API server needs an address of the machine and a port from 1 to 65535.",
        zh: "kubeadm 无法使用 {field} 中的 {value}：API 服务器需要机器的一个地址，以及 1 到 65535 之间的端口。",
    }
    /// An API version that is gone.
    API_VERSION_IS_OLD {
        id: "KADM-10a", slug: "kubeadm-api-version-is-gone",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/common.go validateSupportedVersion",
        evidence: SourceRead,
        facts: [value],
        en: "kubeadm of this version no longer reads {value}: an older kubeadm must migrate the config.",
        zh: "此版本的 kubeadm 不再读取 {value}：需要用更早版本的 kubeadm 迁移该配置。",
    }
    /// An API version or kind that does not exist yet.
    API_VERSION_IS_UNKNOWN {
        id: "KADM-10b", slug: "kubeadm-api-version-is-unknown",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/initconfiguration.go documentMapToInitConfiguration",
        evidence: SourceRead,
        facts: [value],
        en: "kubeadm of this version does not read {value}.",
        zh: "此版本的 kubeadm 不读取 {value}。",
    }
    /// An API version that is on its way out.
    API_VERSION_IS_DEPRECATED {
        id: "KADM-10c", slug: "kubeadm-api-version-is-deprecated",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/common.go validateSupportedVersion",
        evidence: SourceRead,
        facts: [value],
        en: "{value} is deprecated: kubeadm reads it with a warning.",
        zh: "{value} 已弃用：kubeadm 会读取它并给出警告。",
    }
    /// A value of another type.
    FIELD_HAS_ANOTHER_TYPE {
        id: "KADM-10d", slug: "kubeadm-field-has-another-type",
        versions: Versions::ALL,
        source: "sigs.k8s.io/json internal/golang/encoding/json/decode.go",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "Up to 1.22 kubeadm reads JSON with another library, which words it in another way.",
            zh: "1.22 及更早版本的 kubeadm 使用另一个 JSON 库，措辞不同。",
        }),
        facts: [field, value],
        en: "{field} must be of type {value}. From `v1beta4` on, extra arguments are a list of `name` and `value`; before, they are a map.",
        zh: "{field} 的类型必须是 {value}。自 `v1beta4` 起，额外参数是由 `name` 和 `value` 组成的列表；之前是映射。",
    }
    /// A field that the type does not have.
    FIELD_IS_UNKNOWN {
        id: "KADM-10e", slug: "kubeadm-field-is-unknown",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/strict/strict.go VerifyUnmarshalStrict",
        evidence: SourceRead,
        facts: [field, kind],
        en: "{kind} has no field {field}: kubeadm drops it with a warning.",
        zh: "{kind} 没有字段 {field}：kubeadm 会给出警告并丢弃它。",
    }
    /// A gate that is gone.
    GATE_IS_UNKNOWN {
        id: "KADM-11", slug: "kubeadm-gate-is-gone",
        versions: Versions::since(24),
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateFeatureGates",
        evidence: SourceRead,
        facts: [field],
        en: "kubeadm of this version has no feature gate {field}: dual-stack needs none.",
        zh: "此版本的 kubeadm 没有特性门控 {field}：双栈不需要它。",
    }
    /// A node that cannot find its cluster.
    DISCOVERY_IS_INVALID {
        id: "KADM-13", slug: "kubeadm-discovery-is-invalid",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/apis/kubeadm/validation/validation.go ValidateDiscovery, ValidateDiscoveryBootstrapToken, ValidateToken",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "A discovery file that is named is taken to be there.",
            zh: "指定的 discovery 文件视为存在。",
        }),
        facts: [field, value],
        en: "`kubeadm join` finds the cluster by {field}, and does not accept {value} there: it needs a token with the API server’s address and a hash of its CA, or a file.",
        zh: "`kubeadm join` 依据 {field} 查找集群，不接受其中的 {value}：需要令牌、API 服务器的地址及其 CA 的哈希值，或者一个文件。",
    }
    /// Nothing to install.
    NOTHING_TO_INIT {
        id: "KADM-12", slug: "kubeadm-config-has-nothing-to-init",
        versions: Versions::ALL,
        source: "cmd/kubeadm/app/util/config/initconfiguration.go documentMapToInitConfiguration",
        evidence: SourceRead,
        facts: [],
        en: "`kubeadm init` needs an InitConfiguration or a ClusterConfiguration.",
        zh: "`kubeadm init` 需要 InitConfiguration 或 ClusterConfiguration。",
    }
}

const GROUP: &str = "kubeadm.k8s.io";
const SERVICE_SUBNET: &str = "networking.serviceSubnet";
const ADVERTISE: &str = "localAPIEndpoint.advertiseAddress";
const DUAL_STACK: &str = "IPv6DualStack";
/// The default of `networking.serviceSubnet`.
const DEFAULT_SERVICE_SUBNET: &str = "10.96.0.0/12";

/// A version of kubeadm's API: in which releases kubeadm reads it, from which on with a warning, and the last kubeadm
/// that a refusal names.
struct ApiVersion {
    name: &'static str,
    read: Versions,
    deprecated: Versions,
    last: &'static str,
}

const NEVER: Versions = Versions::between(1, 0);

const API_VERSIONS: [ApiVersion; 7] = [
    ApiVersion { name: "v1alpha1", read: NEVER, deprecated: NEVER, last: "v1.11" },
    ApiVersion { name: "v1alpha2", read: NEVER, deprecated: NEVER, last: "v1.12" },
    ApiVersion { name: "v1alpha3", read: NEVER, deprecated: NEVER, last: "v1.14" },
    ApiVersion {
        name: "v1beta1",
        read: Versions::until(21),
        deprecated: Versions::until(21),
        last: "v1.15",
    },
    ApiVersion {
        name: "v1beta2",
        read: Versions::until(26),
        deprecated: Versions::between(22, 26),
        last: "v1.22",
    },
    ApiVersion {
        name: "v1beta3",
        read: Versions::between(22, 36),
        deprecated: Versions::between(31, 36),
        last: "v1.36",
    },
    ApiVersion { name: "v1beta4", read: Versions::since(31), deprecated: NEVER, last: "" },
];

/// Releases that know `v1beta4` and do not read it.
const EXPERIMENTAL: Versions = Versions::between(28, 30);
/// Releases whose messages name the kind beside the API version.
const NAMES_KIND: Versions = Versions::since(31);
/// Releases that word the way to migrate in another way.
const NAMES_FILES: Versions = Versions::since(37);
/// Releases that do not know `v1beta3` yet.
const BEFORE_V1BETA3: Versions = Versions::until(21);

/// The fields that kubeadm's structures have.
const KNOWN: [(&str, &str); 9] = [
    (
        "ClusterConfiguration",
        "apiVersion kind etcd networking kubernetesVersion controlPlaneEndpoint apiServer controllerManager scheduler dns \
         proxy certificatesDir imageRepository featureGates clusterName encryptionAlgorithm certificateValidityPeriod \
         caCertificateValidityPeriod useHyperKubeImage",
    ),
    (
        "InitConfiguration",
        "apiVersion kind bootstrapTokens dryRun nodeRegistration localAPIEndpoint certificateKey skipPhases patches timeouts",
    ),
    (
        "JoinConfiguration",
        "apiVersion kind dryRun nodeRegistration caCertPath discovery controlPlane skipPhases patches timeouts",
    ),
    ("networking", "serviceSubnet podSubnet dnsDomain"),
    ("localAPIEndpoint", "advertiseAddress bindPort"),
    (
        "nodeRegistration",
        "name criSocket taints kubeletExtraArgs ignorePreflightErrors imagePullPolicy imagePullSerial",
    ),
    ("apiServer", "extraArgs extraVolumes extraEnvs certSANs timeoutForControlPlane"),
    ("controllerManager", "extraArgs extraVolumes extraEnvs"),
    ("scheduler", "extraArgs extraVolumes extraEnvs"),
];

/// A flag that is to be set.
#[derive(Clone, Debug)]
pub(super) struct Arg {
    pub name: String,
    pub given: Given,
}

/// A node that kubeadm initialises or that joins.
#[derive(Default)]
pub(super) struct Member {
    pub name: Option<String>,
    pub args: Vec<Arg>,
    /// What kubeadm says of the way to its cluster: the field with its value, and the message.
    pub complaints: Vec<(Given, String)>,
}

/// What kubeadm is asked to install.
#[derive(Default)]
pub(super) struct Setup {
    pub service: Option<Given>,
    pub pods: Option<Given>,
    pub dns_domain: Option<Given>,
    pub advertise: Option<Given>,
    pub port: Option<Given>,
    /// kubeadm's own gate.
    pub gate: Option<(bool, Given)>,
    pub apiserver: Vec<Arg>,
    pub manager: Vec<Arg>,
    /// Of KubeProxyConfiguration.
    pub proxy: Vec<Arg>,
    /// Of KubeletConfiguration.
    pub kubelet: Vec<Arg>,
    pub nodes: Vec<Member>,
    /// Whether kube-proxy is not installed.
    pub no_proxy: bool,
    /// What stands for a field that is not there: the document that would have it.
    pub cluster: Option<Span>,
    pub init: Option<Span>,
    pub has_proxy_config: bool,
    pub has_kubelet_config: bool,
}

/// Reads the documents of a config file.
pub(super) fn read(text: &str, documents: &[Document], release: KubeVersion, sheet: &mut Sheet) {
    let mut setup = Setup::default();
    let mut is_of_kubeadm = false;
    for document in documents {
        let mut fields = Fields::new(text, None);
        let inner = embedded(&document.node);
        if inner.is_empty() {
            is_of_kubeadm |= is_kubeadms(&document.node);
            if !setup.read(document, &mut fields, Some(release), sheet) {
                return;
            }
        }
        for (text, span) in inner {
            for document in &yaml::parse(text).documents {
                is_of_kubeadm |= is_kubeadms(&document.node);
                let mut fields = Fields::new(text, Some(span));
                if !setup.read(document, &mut fields, Some(release), sheet) {
                    return;
                }
            }
        }
    }
    let joins = !setup.nodes.is_empty();
    if is_of_kubeadm && setup.cluster.or(setup.init).is_none() && !joins {
        let text = "no InitConfiguration or ClusterConfiguration kind was found in the YAML file";
        sheet.refuse(&NOTHING_TO_INIT, Vec::new(), text.to_owned(), None);
        return;
    }
    setup.install(release, sheet);
}

fn is_kubeadms(node: &Node) -> bool {
    let version = node.text_of("apiVersion").unwrap_or_default();
    version.split('/').next() == Some(GROUP)
}

/// The config files in the ConfigMaps that kubeadm keeps in the cluster.
fn embedded(node: &Node) -> Vec<(&str, Span)> {
    if node.text_of("kind") != Some("ConfigMap") {
        return Vec::new();
    }
    let Some(Value::Map(data)) = node.entry("data").map(|entry| &entry.value.value) else {
        return Vec::new();
    };
    let texts = data.iter().filter(|entry| entry.key != "kubeconfig.conf");
    let texts = texts.filter_map(|entry| match &entry.value.value {
        Value::String(inner) => Some((inner.as_str(), entry.value.span)),
        _ => None,
    });
    texts.collect()
}

fn invalid(field: &str, value: &str, detail: &str) -> String {
    format!("{field}: Invalid value: {value}: {detail}")
}

impl Setup {
    /// Reads one document. False if kubeadm reads no further. Without a release every API version is fine.
    pub fn read(
        &mut self,
        document: &Document,
        fields: &mut Fields,
        release: Option<KubeVersion>,
        sheet: &mut Sheet,
    ) -> bool {
        let node = &document.node;
        let api = fields.take(node, "apiVersion");
        let kind_at = fields.take(node, "kind");
        let version = node.text_of("apiVersion").unwrap_or_default();
        let kind = node.text_of("kind").unwrap_or_default();
        let at = kind_at.or(api).map_or(fields.place(document.span), |entry| fields.span(entry));
        let (group, version_name) = version.split_once('/').unwrap_or((version, ""));
        let is_kubeadms = group == GROUP || release.is_none();
        if let Some(release) = release.filter(|_| group == GROUP)
            && !check_version(version, version_name, kind, at, release, sheet)
        {
            return false;
        }
        let is_list = release.map(|_| version_name == "v1beta4");
        let done = match kind {
            "ClusterConfiguration" if is_kubeadms => {
                self.cluster = Some(at);
                self.cluster_configuration(node, fields, is_list, sheet)
            }
            "InitConfiguration" if is_kubeadms => {
                self.init = Some(at);
                self.init_configuration(node, fields, is_list, sheet)
            }
            "JoinConfiguration" if is_kubeadms => {
                let mut member = member(node, fields, is_list, sheet);
                if let Some(member) = member.as_mut().filter(|_| release.is_some()) {
                    member.complaints = discovery(node, fields, at);
                }
                self.nodes.extend(member);
                !sheet.refuses()
            }
            "KubeProxyConfiguration" => {
                self.has_proxy_config = true;
                override_with(&mut self.proxy, component_config(KubeProxy, node, fields));
                true
            }
            "KubeletConfiguration" => {
                self.has_kubelet_config = true;
                override_with(&mut self.kubelet, component_config(Kubelet, node, fields));
                true
            }
            _ => true,
        };
        if !done {
            return false;
        }
        if release.is_some() && group == GROUP {
            unknown_fields(node, version, kind, fields, sheet);
        }
        self.note_release(node, fields, release, sheet);
        leave_out(document, fields, sheet);
        true
    }

    /// The release that the config names is not the one of the session.
    fn note_release(
        &self,
        node: &Node,
        fields: &mut Fields,
        release: Option<KubeVersion>,
        sheet: &mut Sheet,
    ) {
        let Some(entry) = fields.take(node, "kubernetesVersion") else { return };
        let named = scalar(&entry.value).unwrap_or_default();
        let is_other = |release: &KubeVersion| named.parse() != Ok(*release);
        if let Some(release) = release.filter(is_other) {
            sheet.left_out(
                fields.span(entry),
                format!("`kubernetesVersion` is {named}; the version of the session is {release}."),
                format!("`kubernetesVersion` 是 {named}；会话的版本是 {release}。"),
            );
        }
    }

    fn cluster_configuration(
        &mut self,
        node: &Node,
        fields: &mut Fields,
        is_list: Option<bool>,
        sheet: &mut Sheet,
    ) -> bool {
        if let Some(networking) = node.entry("networking").map(|entry| &entry.value) {
            for (name, slot) in [
                ("serviceSubnet", &mut self.service),
                ("podSubnet", &mut self.pods),
                ("dnsDomain", &mut self.dns_domain),
            ] {
                let path = ["networking.", name].concat();
                let found = string(networking, name, ("Networking", &path), fields, sheet);
                *slot = found.or(slot.take());
            }
        }
        for (name, structure, slot) in [
            ("apiServer", "APIServer", &mut self.apiserver),
            ("controllerManager", "ControlPlaneComponent", &mut self.manager),
        ] {
            if let Some(component) = node.entry(name).map(|entry| &entry.value) {
                let path = [name, ".extraArgs"].concat();
                let found =
                    args(component, "extraArgs", (structure, &path), is_list, fields, sheet);
                override_with(slot, found);
            }
        }
        if let Some(gates) = node.entry("featureGates").map(|entry| &entry.value)
            && let Some(entry) = fields.take(gates, DUAL_STACK)
        {
            let on = entry.value.value == Value::Bool(true);
            let field = ["featureGates.", DUAL_STACK].concat();
            self.gate = Some((on, fields.given(entry, &field, on.to_string(), &GATE_SETS_GATES)));
        }
        if let Some(proxy) = node.entry("proxy").map(|entry| &entry.value)
            && let Some(disabled) = fields.take(proxy, "disabled")
        {
            self.no_proxy = disabled.value.value == Value::Bool(true);
        }
        !sheet.refuses()
    }

    fn init_configuration(
        &mut self,
        node: &Node,
        fields: &mut Fields,
        is_list: Option<bool>,
        sheet: &mut Sheet,
    ) -> bool {
        if let Some(endpoint) = node.entry("localAPIEndpoint").map(|entry| &entry.value) {
            let path = ("APIEndpoint", ADVERTISE);
            let found = string(endpoint, "advertiseAddress", path, fields, sheet);
            self.advertise = found.or(self.advertise.take());
            if let Some(entry) = fields.take(endpoint, "bindPort") {
                let path = "localAPIEndpoint.bindPort";
                match &entry.value.value {
                    Value::Number(port) => {
                        self.port = Some(fields.given(entry, path, port.clone(), &FIELD_SETS_FLAG));
                    }
                    Value::Null => {}
                    _ => mismatch(entry, ("APIEndpoint", path), "int32", fields, sheet),
                }
            }
        }
        if let Some(Value::Seq(phases)) = fields.take(node, "skipPhases").map(|it| &it.value.value)
        {
            let skips = |phase: &Node| {
                scalar(phase).is_some_and(|it| it == "addon" || it == "addon/kube-proxy")
            };
            self.no_proxy |= phases.iter().any(skips);
        }
        if let Some(first) = member(node, fields, is_list, sheet) {
            self.nodes.insert(0, first);
        }
        !sheet.refuses()
    }

    /// Takes over what a patch says. InitConfiguration is for the nodes that `is_first` tells, JoinConfiguration for the
    /// others.
    pub fn merge(&mut self, patch: Self, is_first: impl Fn(usize) -> bool) {
        self.service = patch.service.or(self.service.take());
        self.pods = patch.pods.or(self.pods.take());
        self.dns_domain = patch.dns_domain.or(self.dns_domain.take());
        self.advertise = patch.advertise.or(self.advertise.take());
        self.port = patch.port.or(self.port.take());
        self.gate = patch.gate.or(self.gate.take());
        self.no_proxy |= patch.no_proxy;
        self.has_kubelet_config |= patch.has_kubelet_config;
        override_with(&mut self.apiserver, patch.apiserver);
        override_with(&mut self.manager, patch.manager);
        override_with(&mut self.proxy, patch.proxy);
        override_with(&mut self.kubelet, patch.kubelet);
        let inits = usize::from(patch.init.is_some());
        for (number, member) in patch.nodes.into_iter().enumerate() {
            for (at, node) in self.nodes.iter_mut().enumerate() {
                if is_first(at) == (number < inits) {
                    override_with(&mut node.args, member.args.clone());
                }
            }
        }
    }

    /// Sets defaults, checks, and gives the flags out.
    pub fn install(mut self, release: KubeVersion, sheet: &mut Sheet) {
        let behavior = Behavior::of(release);
        let control_plane = self.cluster.or(self.init);
        if control_plane.is_some() && self.init.is_none() && self.nodes.is_empty() {
            self.nodes.push(Member::default());
        }
        let place = control_plane.unwrap_or_default();
        let missing = |field: &str, value: String, rule| Given {
            value,
            field: field.to_owned(),
            span: place,
            value_span: place,
            rule,
        };
        let mut address = IpAddr::V4(MACHINE_V4);
        if control_plane.is_some() {
            match self.advertise_address(sheet) {
                Some(found) => address = found,
                None => return,
            }
            self.check(&behavior, release, sheet);
            if sheet.refuses() {
                return;
            }
            if let Some(given) = self.advertise.as_ref().filter(|_| !is_global_unicast(address)) {
                let text = format!(
                    "cannot use {} as the bind address for the API Server",
                    quote(&given.value)
                );
                refuse(&ENDPOINT_IS_OF_NO_USE, given, text, sheet);
                return;
            }
        } else {
            self.check_members(sheet);
            if sheet.refuses() {
                return;
            }
        }
        if control_plane.is_some() {
            let service = self.service.clone().filter(|it| !it.value.is_empty());
            let service = service.unwrap_or_else(|| {
                missing(SERVICE_SUBNET, DEFAULT_SERVICE_SUBNET.to_owned(), &DEFAULT_SETS_FLAG)
            });
            let advertise = match &self.advertise {
                Some(given) if given.value == address.to_string() => given.clone(),
                Some(given) => given.with(address.to_string(), &ADDRESS_IS_DETECTED),
                None => missing(ADVERTISE, address.to_string(), &ADDRESS_IS_DETECTED),
            };
            let arg = |name: &str, given: Given| Arg { name: name.to_owned(), given };
            let gate = self.gate.as_ref().filter(|_| has_gate(&behavior)).map(|(on, given)| {
                arg(FEATURE_GATES, given.with(format!("{DUAL_STACK}={on}"), &GATE_SETS_GATES))
            });
            let mut base = vec![
                arg(ADVERTISE_ADDRESS, advertise.clone()),
                arg(SERVICE_CLUSTER_IP_RANGE, service.clone()),
            ];
            base.extend(self.port.clone().map(|port| arg(SECURE_PORT, port)));
            base.extend(gate.clone());
            set(KubeApiserver, None, base, &self.apiserver, sheet);

            let pods = self.pods.clone().filter(|it| !it.value.is_empty());
            let mut base = Vec::new();
            if let Some(pods) = &pods {
                base.push(arg(ALLOCATE_NODE_CIDRS, pods.with("true", &POD_SUBNET_ALLOCATES)));
                base.push(arg(CLUSTER_CIDR, pods.clone()));
                base.push(arg(SERVICE_CLUSTER_IP_RANGE, service));
            }
            base.extend(gate.clone());
            set(KubeControllerManager, None, base, &self.manager, sheet);

            if !self.no_proxy {
                let bind = match Family::of(address) {
                    Family::V4 => "0.0.0.0",
                    Family::V6 => "::",
                };
                let bind = advertise.with(bind, &PROXY_BINDS_BY_ADVERTISE_ADDRESS);
                let mut base = vec![arg(BIND_ADDRESS, bind)];
                base.extend(pods.map(|pods| arg(CLUSTER_CIDR, pods)));
                if PROXY_MODE_IS_SET.versions.contains(release) {
                    let mode = missing("mode", "iptables".to_owned(), &PROXY_MODE_IS_SET);
                    base.push(arg(PROXY_MODE, mode));
                }
                base.extend(gate.clone());
                set(KubeProxy, None, base, &self.proxy, sheet);
            }
            if self.has_kubelet_config || gate.is_some() {
                set(Kubelet, None, gate.into_iter().collect(), &self.kubelet, sheet);
            }
        } else {
            if self.has_proxy_config {
                set(KubeProxy, None, Vec::new(), &self.proxy, sheet);
            }
            if self.has_kubelet_config {
                set(Kubelet, None, Vec::new(), &self.kubelet, sheet);
            }
        }
        let are_many = self.nodes.len() > 1;
        for (number, node) in self.nodes.iter().enumerate() {
            let made_up = are_many.then(|| format!("node-{}", number + 1));
            let name = node.name.clone().or(made_up);
            set(Kubelet, name.as_deref(), Vec::new(), &node.args, sheet);
        }
    }

    /// The address that kubeadm gives kube-apiserver; `None` if it refuses.
    fn advertise_address(&self, sheet: &mut Sheet) -> Option<IpAddr> {
        let Some(given) = self.advertise.as_ref().filter(|it| !it.value.is_empty()) else {
            return Some(IpAddr::V4(MACHINE_V4));
        };
        let Some(read) = parse_ip(&given.value) else {
            let text = format!(
                "couldn't use \"{}\" as \"apiserver-advertise-address\", must be ipv4 or ipv6 address",
                given.value
            );
            refuse(&ENDPOINT_IS_OF_NO_USE, given, text, sheet);
            return None;
        };
        if read.ip.is_loopback() {
            let text = "unable to resolve link-local addresses".to_owned();
            refuse(&ENDPOINT_IS_OF_NO_USE, given, text, sheet);
            return None;
        }
        Some(match read.ip {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => IpAddr::V4(MACHINE_V4),
            IpAddr::V6(_) => IpAddr::V6(MACHINE_V6),
        })
    }

    /// ValidateInitConfiguration, in its order.
    fn check(&self, behavior: &Behavior, release: KubeVersion, sheet: &mut Sheet) {
        self.check_members(sheet);
        if let Some(domain) = &self.dns_domain {
            check_subdomain(domain, sheet);
        }
        let allows_pair = match &self.gate {
            Some((on, _)) if has_gate(behavior) => *on,
            _ => behavior.dual_stack.on(),
        };
        if let Some(service) = self.service.as_ref().filter(|it| !it.value.is_empty()) {
            check_subnets(service, allows_pair, sheet);
            for range in subnets(&service.value).into_iter().flatten() {
                let (bits, host) = (bits(&range), bits(&range) - range.net.prefix_len());
                if host > 20 {
                    let detail = format!(
                        "specified service subnet is too large; for {bits}-bit addresses, the mask must be >= {}",
                        bits - 20
                    );
                    refuse_range(&SERVICE_SUBNET_IS_TOO_LARGE, service, &range, &detail, 0, sheet);
                }
            }
        }
        if let Some(pods) = self.pods.as_ref().filter(|it| !it.value.is_empty()) {
            check_subnets(pods, allows_pair, sheet);
            let allocates = self.manager.iter().find(|it| it.name == ALLOCATE_NODE_CIDRS);
            if allocates.is_none_or(|it| it.given.value != "false") {
                self.check_node_masks(pods, sheet);
            }
        }
        if let Some((on, given)) = &self.gate
            && GATE_IS_UNKNOWN.versions.contains(release)
        {
            let value = match behavior.prints_json_values {
                true => format!("{{\"{DUAL_STACK}\":{on}}}"),
                false => format!("map[string]bool{{\"{DUAL_STACK}\":{on}}}"),
            };
            let detail = format!("{DUAL_STACK} is not a valid feature name.");
            refuse(&GATE_IS_UNKNOWN, given, invalid("featureGates", &value, &detail), sheet);
        }
        if let Some(port) = &self.port {
            let number: i64 = port.value.parse().unwrap_or(-1);
            if !(0..=65535).contains(&number) {
                let text = invalid(&port.field, &port.value, "port number is not valid");
                refuse(&ENDPOINT_IS_OF_NO_USE, port, text, sheet);
            }
        }
    }

    /// ValidateDiscovery and ValidateNodeRegistrationOptions.
    fn check_members(&self, sheet: &mut Sheet) {
        for node in &self.nodes {
            for (given, text) in &node.complaints {
                refuse(&DISCOVERY_IS_INVALID, given, text.clone(), sheet);
            }
            if let Some(name) = node.args.iter().find(|arg| arg.name == NODE_NAME) {
                check_subdomain(&name.given, sheet);
            }
        }
    }

    /// ValidatePodSubnetNodeMask.
    fn check_node_masks(&self, pods: &Given, sheet: &mut Sheet) {
        for range in subnets(&pods.value).into_iter().flatten() {
            let (flag, default) = match Cidr::new(range.net).unmapped().family() {
                Family::V4 => (NODE_CIDR_MASK_SIZE_IPV4, 24),
                Family::V6 => (NODE_CIDR_MASK_SIZE_IPV6, 64),
            };
            let given = self.manager.iter().rfind(|it| it.name == flag).map(|it| &it.given);
            let given = given.filter(|it| !it.value.is_empty());
            let node: i64 = match given.map(|it| (it, it.value.parse())) {
                None => default,
                Some((_, Ok(size))) => size,
                Some((given, Err(_))) => {
                    let value = quote(&given.value);
                    let detail = format!(
                        "could not parse the value of the kube-controller-manager flag {flag} as an integer: strconv.Atoi: parsing {value}: invalid syntax"
                    );
                    let facts = facts_of(&NODE_MASK_IS_NO_NUMBER, |fact| match fact {
                        "flag" => ["--", flag].concat(),
                        _ => given.value.clone(),
                    });
                    let shown = quote(&Cidr::new(range.net).unmapped().to_string());
                    let text = invalid(&pods.field, &shown, &detail);
                    sheet.refuse(&NODE_MASK_IS_NO_NUMBER, facts, text, Some(given.span));
                    continue;
                }
            };
            let pod = i64::from(range.net.prefix_len());
            if pod > node {
                let detail = format!(
                    "the size of pod subnet with mask {pod} is smaller than the size of node subnet with mask {node}"
                );
                refuse_range(&POD_SUBNET_IS_SMALLER_THAN_NODE, pods, &range, &detail, node, sheet);
            } else if node - pod > 16 {
                let detail = format!(
                    "pod subnet mask ({pod}) and node-mask ({node}) difference is greater than 16"
                );
                refuse_range(&NODE_MASK_IS_TOO_FAR, pods, &range, &detail, node, sheet);
            }
        }
    }
}

/// Stands among the arguments of a member for `nodeRegistration.name`, which is no flag.
const NODE_NAME: &str = "";

/// Whether kubeadm has a gate for dual-stack.
fn has_gate(behavior: &Behavior) -> bool {
    matches!(behavior.dual_stack, Gate::Default(_))
}

/// Flags of a component: those that kubeadm sets, unless the others take their place.
pub(super) fn set(
    component: Component,
    node: Option<&str>,
    base: Vec<Arg>,
    others: &[Arg],
    sheet: &mut Sheet,
) {
    sheet.section(component, node);
    let is_replaced = |arg: &Arg| others.iter().any(|other| other.name == arg.name);
    let base = base.iter().filter(|arg| !is_replaced(arg));
    for arg in base.chain(others).filter(|arg| arg.name != NODE_NAME) {
        sheet.flag(component, node, &arg.name, &arg.given);
    }
}

/// Later arguments take the place of earlier ones of the same name.
pub(super) fn override_with(args: &mut Vec<Arg>, others: Vec<Arg>) {
    args.retain(|arg| !others.iter().any(|other| other.name == arg.name));
    args.extend(others);
}

fn refuse(rule: &'static Rule, given: &Given, text: String, sheet: &mut Sheet) {
    let facts = facts_of(rule, |fact| match fact {
        "field" => given.field.clone(),
        _ => given.value.clone(),
    });
    sheet.refuse(rule, facts, text, Some(given.value_span));
}

fn refuse_range(
    rule: &'static Rule,
    given: &Given,
    range: &SloppyCidr,
    detail: &str,
    mask: i64,
    sheet: &mut Sheet,
) {
    let shown = Cidr::new(range.net).unmapped().to_string();
    let text = invalid(&given.field, &quote(&shown), detail);
    let facts = facts_of(rule, |fact| match fact {
        "field" => given.field.clone(),
        "mask" => mask.to_string(),
        _ => shown.clone(),
    });
    sheet.refuse(rule, facts, text, Some(given.value_span));
}

/// ParseCIDRs.
fn subnets(text: &str) -> Option<Vec<SloppyCidr>> {
    text.split(',').map(parse_cidr).collect()
}

fn bits(range: &SloppyCidr) -> u8 {
    range.net.max_prefix_len()
}

/// ValidateIPNetFromString.
fn check_subnets(given: &Given, allows_pair: bool, sheet: &mut Sheet) {
    let value = quote(&given.value);
    let Some(ranges) = subnets(&given.value) else {
        let text = invalid(&given.field, &value, "couldn't parse subnet");
        refuse(&SUBNET_DOES_NOT_PARSE, given, text, sheet);
        return;
    };
    let family = |range: &SloppyCidr| Cidr::new(range.net).unmapped().family();
    if ranges.len() > 1 && !allows_pair {
        let text =
            invalid(&given.field, &value, "only one CIDR allowed for single-stack networking");
        refuse(&PAIR_NEEDS_GATE, given, text, sheet);
    } else if ranges.len() > 2 || (ranges.len() == 2 && family(&ranges[0]) == family(&ranges[1])) {
        let detail = "expected one (IPv4 or IPv6) CIDR or two CIDRs from each family for dual-stack networking";
        refuse(&SUBNETS_ARE_NO_PAIR, given, invalid(&given.field, &value, detail), sheet);
    }
    for range in &ranges {
        let size = Cidr::new(range.net).range_size();
        if size < 10 {
            let detail = format!("subnet with {size} address(es) is too small, the minimum is 10");
            refuse_range(&SUBNET_IS_TOO_SMALL, given, range, &detail, 0, sheet);
        }
    }
}

fn check_subdomain(given: &Given, sheet: &mut Sheet) {
    for complaint in subdomain_1123(&given.value) {
        let text = invalid(&given.field, &quote(&given.value), &complaint);
        refuse(&NAME_IS_NO_SUBDOMAIN, given, text, sheet);
    }
}

/// Go's `IsGlobalUnicast`.
fn is_global_unicast(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            !(v4.is_broadcast()
                || v4.is_unspecified()
                || v4.is_loopback()
                || v4.is_multicast()
                || v4.is_link_local())
        }
        IpAddr::V6(v6) => {
            !(v6.is_unspecified()
                || v6.is_loopback()
                || v6.is_multicast()
                || v6.is_unicast_link_local())
        }
    }
}

/// The address with this number in the first range of `networking.serviceSubnet`: 1 is that of the `kubernetes` Service,
/// 10 that of kube-dns. `None` if there is none. Source: cmd/kubeadm/app/constants GetDNSIP, GetAPIServerVirtualIP.
#[must_use]
pub fn service_address(service_subnet: &str, number: u8) -> Option<IpAddr> {
    let first = subnets(service_subnet)?.into_iter().next()?;
    Cidr::new(first.net).unmapped().nth(u128::from(number))
}

/// validateSupportedVersion, and what decoding says of a version that it does not know. False if it refuses.
fn check_version(
    version: &str,
    name: &str,
    kind: &str,
    at: Span,
    release: KubeVersion,
    sheet: &mut Sheet,
) -> bool {
    let known = API_VERSIONS.iter().find(|it| it.name == name);
    let facts = |rule| facts_of(rule, |_| version.to_owned());
    let (gv, of_kind) = (
        quote(version),
        match NAMES_KIND.contains(release) {
            true => format!(" (kind: {})", quote(kind)),
            false => String::new(),
        },
    );
    let (old, new) = match NAMES_FILES.contains(release) {
        true => ("old-config-file", "new-config-file"),
        false => ("old.yaml", "new.yaml"),
    };
    let migrate = format!(
        "'kubeadm config migrate --old-config {old} --new-config {new}', which will write the new, similar spec using a newer API version."
    );
    match known {
        Some(it) if it.read.contains(release) => {
            if it.deprecated.contains(release) {
                let text = format!(
                    "your configuration file uses a deprecated API spec: {gv}{of_kind}. Please use {migrate}"
                );
                let rule = &API_VERSION_IS_DEPRECATED;
                sheet.warn(rule, facts(rule), text, at);
            }
            true
        }
        Some(it)
            if !(it.last.is_empty()
                || it.name == "v1beta3" && BEFORE_V1BETA3.contains(release)) =>
        {
            let text = format!(
                "your configuration file uses an old API spec: {gv}{of_kind}. Please use kubeadm {} instead and run {migrate}",
                it.last
            );
            let rule = &API_VERSION_IS_OLD;
            sheet.refuse(rule, facts(rule), text, Some(at));
            false
        }
        Some(it) if it.name == "v1beta4" && EXPERIMENTAL.contains(release) => {
            let text = format!(
                "experimental API spec: {gv} is not allowed. You can use the --allow-experimental-api flag if the command supports it."
            );
            let rule = &API_VERSION_IS_UNKNOWN;
            sheet.refuse(rule, facts(rule), text, Some(at));
            false
        }
        _ => {
            let line = if BEFORE_V1BETA3.contains(release) { 31 } else { 32 };
            let text = format!(
                "no kind {} is registered for version {gv} in scheme \"k8s.io/kubernetes/cmd/kubeadm/app/apis/kubeadm/scheme/scheme.go:{line}\"",
                quote(kind)
            );
            let rule = &API_VERSION_IS_UNKNOWN;
            sheet.refuse(rule, facts(rule), text, Some(at));
            false
        }
    }
}

/// What JSON says to a value of another type. `path` is the structure, then the field.
fn mismatch(entry: &Entry, path: (&str, &str), wanted: &str, fields: &Fields, sheet: &mut Sheet) {
    let found = match &entry.value.value {
        Value::Number(_) => "number",
        Value::Bool(_) => "bool",
        Value::Seq(_) => "array",
        Value::String(_) => "string",
        Value::Map(_) | Value::Null => "object",
    };
    let (structure, field) = path;
    let text = format!(
        "json: cannot unmarshal {found} into Go struct field {structure}.{field} of type {wanted}"
    );
    let facts = facts_of(&FIELD_HAS_ANOTHER_TYPE, |fact| match fact {
        "field" => field.to_owned(),
        _ => wanted.to_owned(),
    });
    sheet.refuse(&FIELD_HAS_ANOTHER_TYPE, facts, text, Some(fields.span(entry)));
}

/// A field that holds a string.
fn string(
    node: &Node,
    name: &str,
    path: (&str, &str),
    fields: &mut Fields,
    sheet: &mut Sheet,
) -> Option<Given> {
    let entry = fields.take(node, name)?;
    match &entry.value.value {
        Value::String(text) => Some(fields.given(entry, path.1, text.clone(), &FIELD_SETS_FLAG)),
        Value::Null => None,
        _ => {
            mismatch(entry, path, "string", fields, sheet);
            None
        }
    }
}

/// Extra arguments: a list of names and values, or a map; whichever it is, if nothing is said.
fn args(
    node: &Node,
    name: &str,
    path: (&str, &str),
    is_list: Option<bool>,
    fields: &mut Fields,
    sheet: &mut Sheet,
) -> Vec<Arg> {
    let Some(entry) = fields.take(node, name) else { return Vec::new() };
    let rule = &EXTRA_ARGS_SET_FLAG;
    let mut found = Vec::new();
    match (&entry.value.value, is_list) {
        (Value::Null, _) => {}
        (Value::Seq(list), None | Some(true)) => {
            for (number, item) in list.iter().enumerate() {
                let text = |key: &str| item.entry(key).map(|it| &it.value.value);
                let Some(Value::String(flag)) = text("name") else {
                    let shown = quote(&format!("index {number}"));
                    let message = invalid(path.1, &shown, "argument has no name");
                    let facts = facts_of(&FIELD_HAS_ANOTHER_TYPE, |fact| match fact {
                        "field" => [path.1, ".name"].concat(),
                        _ => "string".to_owned(),
                    });
                    let span = fields.place(item.span);
                    sheet.refuse(&FIELD_HAS_ANOTHER_TYPE, facts, message, Some(span));
                    continue;
                };
                let value = item.entry("value");
                if let Some(value) = value
                    && !matches!(value.value.value, Value::String(_) | Value::Null)
                {
                    let field = [path.1, ".value"].concat();
                    mismatch(value, ("Arg", &field), "string", fields, sheet);
                    continue;
                }
                let text = value.and_then(|it| scalar(&it.value)).unwrap_or_default();
                let at = value.map_or(item.span, |it| it.value.span);
                let value_span = fields.inside(at, &text);
                let span = fields.place(Span::new(item.span.start, item.span.end.max(at.end)));
                let field = [path.1, ".", flag].concat();
                let given = Given { value: text, field, span, value_span, rule };
                found.push(Arg { name: flag.clone(), given });
            }
        }
        (Value::Map(map), None | Some(false)) => {
            for arg in map {
                let Value::String(text) = &arg.value.value else {
                    if arg.value.value != Value::Null {
                        mismatch(arg, path, "string", fields, sheet);
                    }
                    continue;
                };
                let field = [path.1, ".", &arg.key].concat();
                let given = fields.given(arg, &field, text.clone(), rule);
                found.push(Arg { name: arg.key.clone(), given });
            }
        }
        (_, Some(true)) => mismatch(entry, path, "[]v1beta4.Arg", fields, sheet),
        _ => mismatch(entry, path, "map[string]string", fields, sheet),
    }
    found
}

/// The node of an InitConfiguration or JoinConfiguration.
fn member(
    node: &Node,
    fields: &mut Fields,
    is_list: Option<bool>,
    sheet: &mut Sheet,
) -> Option<Member> {
    let mut member = Member::default();
    if let Some(registration) = node.entry("nodeRegistration").map(|entry| &entry.value) {
        let path = ("NodeRegistrationOptions", "nodeRegistration.name");
        if let Some(given) = string(registration, "name", path, fields, sheet)
            && !given.value.is_empty()
        {
            member.name = Some(given.value.clone());
            member.args.push(Arg { name: NODE_NAME.to_owned(), given });
        }
        let path = ("NodeRegistrationOptions", "nodeRegistration.kubeletExtraArgs");
        member.args.extend(args(registration, "kubeletExtraArgs", path, is_list, fields, sheet));
    }
    Some(member)
}

/// ValidateDiscovery of a JoinConfiguration that stands at `place`.
fn discovery(node: &Node, fields: &Fields, place: Span) -> Vec<(Given, String)> {
    const FIELD: &str = "discovery";
    let mut found = Vec::new();
    let child = |node: Option<&Entry>, name: &str| {
        let entry = node.and_then(|node| node.value.entry(name));
        entry.filter(|it| it.value.value != Value::Null).cloned()
    };
    let root = node.entry(FIELD);
    let token = child(root, "bootstrapToken");
    let file = child(root, "file");
    let mut complain = |entry: Option<&Entry>, field: &str, value: &str, text: String| {
        let rule = &DISCOVERY_IS_INVALID;
        let given = match entry {
            Some(entry) => fields.given(entry, field, value.to_owned(), rule),
            None => {
                let (value, field) = (value.to_owned(), field.to_owned());
                Given { value, field, span: place, value_span: place, rule }
            }
        };
        found.push((given, text));
    };
    if token.is_some() == file.is_some() {
        let detail = match token {
            Some(_) => "bootstrapToken and file cannot both be set",
            None => "bootstrapToken or file must be set",
        };
        complain(root, FIELD, "", invalid(FIELD, "\"\"", detail));
    }
    let text = |entry: &Option<Entry>| {
        entry.as_ref().and_then(|entry| scalar(&entry.value)).unwrap_or_default()
    };
    // Without one of its own, that of the discovery counts.
    let own = child(root, "tlsBootstrapToken").filter(|entry| scalar(&entry.value).is_some());
    let mut check_token = |entry: Option<&Entry>, field: &str, value: &str| {
        if !is_bootstrap_token(value) {
            let text = invalid(field, &quote(value), "the bootstrap token is invalid");
            complain(entry, field, value, text);
        }
    };
    let first = child(token.as_ref(), "token");
    let mut tls = (own.as_ref(), text(&own));
    if token.is_some() {
        let field = "discovery.bootstrapToken.token";
        check_token(first.as_ref().or(token.as_ref()), field, &text(&first));
        if tls.1.is_empty() {
            tls = (first.as_ref().or(token.as_ref()), text(&first));
        }
    }
    if token.is_some() || !tls.1.is_empty() {
        check_token(tls.0, "discovery.tlsBootstrapToken", &tls.1);
    }
    if let Some(token) = &token {
        let field = "discovery.bootstrapToken";
        let endpoint = child(Some(token), "apiServerEndpoint");
        let address = text(&endpoint);
        if address.is_empty() {
            let text = format!("{field}: Required value: APIServerEndpoint is not set");
            complain(Some(token), field, "", text);
        }
        let hashes = child(Some(token), "caCertHashes");
        let has_hash =
            hashes.is_some_and(|it| matches!(it.value.value, Value::Seq(list) if !list.is_empty()));
        let skips = child(Some(token), "unsafeSkipCAVerification");
        if !has_hash && !skips.is_some_and(|it| it.value.value == Value::Bool(true)) {
            let field = "discovery.bootstrapToken.caCertHashes";
            let detail = "using token-based discovery without caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config file or pass --discovery-token-unsafe-skip-ca-verification flag to continue";
            complain(Some(token), field, "", invalid(field, "\"\"", detail));
        }
        if let Err(why) = split_host_port(&address) {
            let field = "discovery.bootstrapToken.apiServerEndpoint";
            let text = invalid(field, &quote(&address), &why);
            complain(endpoint.as_ref().or(Some(token)), field, &address, text);
        }
    }
    if let Some(file) = &file {
        let field = "discovery.file.kubeConfigPath";
        let path = child(Some(file), "kubeConfigPath");
        let value = text(&path);
        let scheme = value.split_once(':').map_or("", |(scheme, _)| scheme);
        let detail = match scheme {
            "" if value.is_empty() => Some("not a valid HTTPS URL or a file on disk"),
            "" | "https" | "file" => None,
            _ => Some("if a URL is used, the scheme must be https"),
        };
        if let Some(detail) = detail {
            let text = invalid(field, &quote(&value), detail);
            complain(path.as_ref().or(Some(file)), field, &value, text);
        }
    }
    // As ValidateDiscovery goes through the fields: behind a file its token comes last, too.
    const ORDER: [&str; 7] = [
        FIELD,
        "discovery.bootstrapToken",
        "discovery.bootstrapToken.caCertHashes",
        "discovery.bootstrapToken.token",
        "discovery.bootstrapToken.apiServerEndpoint",
        "discovery.file.kubeConfigPath",
        "discovery.tlsBootstrapToken",
    ];
    found.sort_by_key(|(given, _)| ORDER.iter().position(|it| *it == given.field));
    found
}

/// `[a-z0-9]{6}.[a-z0-9]{16}`.
fn is_bootstrap_token(token: &str) -> bool {
    let is_part = |part: &str, length: usize| {
        part.len() == length
            && part.bytes().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit())
    };
    token.split_once('.').is_some_and(|(id, secret)| is_part(id, 6) && is_part(secret, 16))
}

/// The flags that a component's config file stands for.
fn component_config(component: Component, node: &Node, fields: &mut Fields) -> Vec<Arg> {
    let mut found = Vec::new();
    for spec in table::of(component).filter(|spec| !spec.field.is_empty()) {
        let (parents, name) = spec.field.rsplit_once('.').unwrap_or(("", spec.field));
        let mut parents = parents.split('.').filter(|parent| !parent.is_empty());
        let parent = parents.try_fold(node, |it, name| Some(&it.entry(name)?.value));
        let Some(entry) = parent.and_then(|parent| fields.take(parent, name)) else { continue };
        let value = match &entry.value.value {
            Value::Seq(list) => list.iter().filter_map(scalar).collect::<Vec<_>>().join(","),
            _ => scalar(&entry.value).unwrap_or_default(),
        };
        // An empty field is one that is not set.
        if !value.is_empty() {
            let given = fields.given(entry, spec.field, value, &COMPONENT_CONFIG_SETS_FLAG);
            found.push(Arg { name: spec.name.to_owned(), given });
        }
    }
    found.extend(gates(node, fields));
    found
}

/// The feature gates of a component's config.
fn gates(node: &Node, fields: &mut Fields) -> Option<Arg> {
    let entry = fields.take(node, "featureGates")?;
    let Value::Map(map) = &entry.value.value else { return None };
    let gate = |it: &Entry| [&it.key, "=", &scalar(&it.value).unwrap_or_default()].concat();
    let value = map.iter().map(gate).collect::<Vec<_>>().join(",");
    let given = fields.given(entry, "featureGates", value, &COMPONENT_CONFIG_SETS_FLAG);
    (!map.is_empty()).then(|| Arg { name: FEATURE_GATES.to_owned(), given })
}

/// Fields that kubeadm's structures do not have.
fn unknown_fields(node: &Node, version: &str, kind: &str, fields: &Fields, sheet: &mut Sheet) {
    let structures = |name: &str| KNOWN.iter().find(|(known, _)| *known == name);
    let mut unknown: Vec<(String, Span)> = Vec::new();
    let mut look = |node: &Node, names: &str, path: &str| {
        let Value::Map(map) = &node.value else { return };
        for entry in map.iter().filter(|it| !names.split(' ').any(|name| name == it.key)) {
            unknown.push(([path, &entry.key].concat(), fields.place(entry.key_span)));
        }
    };
    let Some((_, names)) = structures(kind) else { return };
    look(node, names, "");
    if let Value::Map(map) = &node.value {
        for entry in map {
            if let Some((_, names)) = structures(&entry.key) {
                look(&entry.value, names, &[&entry.key, "."].concat());
            }
        }
    }
    let Some((_, first)) = unknown.first() else { return };
    let (group, name) = version.split_once('/').unwrap_or_default();
    let list: Vec<String> =
        unknown.iter().map(|(path, _)| format!("unknown field {}", quote(path))).collect();
    let text = format!(
        "error unmarshaling configuration schema.GroupVersionKind{{Group:{}, Version:{}, Kind:{}}}: strict decoding error: {}",
        quote(group),
        quote(name),
        quote(kind),
        list.join(", ")
    );
    let facts = facts_of(&FIELD_IS_UNKNOWN, |fact| match fact {
        "kind" => kind.to_owned(),
        _ => unknown.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>().join(", "),
    });
    sheet.warn(&FIELD_IS_UNKNOWN, facts, text, *first);
}

/// Lists what no flag comes from.
pub(super) fn leave_out(document: &Document, fields: &Fields, sheet: &mut Sheet) {
    let left = fields.untouched(document);
    let Some((_, span)) = left.first() else { return };
    let names: Vec<String> = left.iter().map(|(path, _)| format!("`{path}`")).collect();
    sheet.left_out(
        fields.place(*span),
        format!("Not simulated, and left out: {}.", names.join(", ")),
        format!("不在模拟范围内，已略去：{}。", names.join("、")),
    );
}
