//! What differs between Kubernetes minors, as named fields.
//!
//! Each minor is the one before plus named differences: "what changes when I upgrade" is a diff of
//! two constants. Stages ask a field, never a version. Gates are as declared in
//! pkg/features/kube_features.go of each release; the other fields name their rule (`REL-…`).

use std::collections::BTreeMap;

use crate::explain::text::Text;
use crate::release::version::KubeVersion;

/// Which code hands out cluster IPs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AllocatorKind {
    /// One bit per address, one object in etcd: the default before 1.33.
    Bitmap,
    /// One IPAddress object per address.
    IpAddress,
}

/// A feature gate in one release.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    /// The release does not know it, and behaves as said.
    Absent(bool),
    /// Can be switched; this is the value.
    Default(bool),
    /// Known but locked to this value.
    Locked(bool),
}

impl Gate {
    /// Whether the feature is on.
    #[must_use]
    pub const fn on(self) -> bool {
        match self {
            Self::Absent(on) | Self::Default(on) | Self::Locked(on) => on,
        }
    }
}

/// Which generation of the Service handler answers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Layer {
    /// Up to 1.22: validation first, then allocation (REL-40 to REL-53).
    Old,
    /// From 1.23 on: allocation first, then validation.
    Current,
}

/// How texts that are addresses only to Go's old parser are warned about (WARN-2, WARN-5).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AddressWarnings {
    /// No such warning (REL-7).
    None,
    /// Go's own error text (REL-6).
    GoError {
        /// Whether a prefix length with a leading zero is warned about as well.
        prefix_length: bool,
    },
    /// `will be considered invalid in a future Kubernetes release` (REL-5).
    Future,
    /// `is invalid`.
    Invalid,
}

/// How large a Service range may be (API-4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RangeLimit {
    /// At most 20 host bits.
    Bits20,
    /// At most 20 host bits, 64 with the IPAddress allocator.
    Bits64WithAllocator,
    /// At most 20 host bits, no check with the IPAddress allocator.
    NoneWithAllocator,
    /// At most 20 host bits, no check with the IPAddress allocator alone (no bitmap beside it).
    NoneWithAllocatorAlone,
}

/// How a Service whose name makes no IPAddress object fails (IP-13).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NamelessAllocation {
    /// With its true cause.
    Shown,
    /// As `range is full`, unless the bitmap is written as well (REL-16, REL-17).
    HiddenWithoutBitmap,
    /// As `range is full`.
    Hidden,
}

/// How the kubelet prints an error in its flags, and the place in its code that the line names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KubeletFlagError {
    /// The usage, then a fatal line and the stacks; exit status 255.
    Fatal(&'static str),
    /// A line of the log, then the usage.
    Logged(&'static str),
    /// The line of the log that every failed command ends with.
    Failed(&'static str),
}

/// How kube-proxy waits for the Pod ranges of its node (PROXY-7).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PodCidrWait {
    /// By a watch of its own, in mode `NodeCIDR` only.
    Watch,
    /// By asking the lister of its node, in mode `NodeCIDR` only.
    Poll,
    /// In the node manager, which reads the ranges in every mode.
    NodeManager,
}

/// What kube-controller-manager, which here has no cloud provider, makes of the types of
/// `--cidr-allocator-type` that ask one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CloudAllocators {
    /// It asks a provider that is not there, and crashes.
    Crash,
    /// It refuses `CloudAllocator`; the two `IPAMFrom…` still crash.
    RefuseOne,
    /// It knows no provider any more, and refuses all of them.
    Refuse,
}

/// Everything the simulator knows to differ between minors.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Behavior {
    /// The release, for the tables of its flags and gates.
    pub version: KubeVersion,
    /// `IPv6DualStack`.
    pub dual_stack: Gate,
    /// `ServiceLBNodePortControl`.
    pub lb_node_port_control: Gate,
    /// `MixedProtocolLBService`.
    pub mixed_protocol_lb: Gate,
    /// `ServiceLoadBalancerClass`.
    pub load_balancer_class: Gate,
    /// `ServiceInternalTrafficPolicy`.
    pub internal_traffic_policy: Gate,
    /// `ServiceIPStaticSubrange`: dynamic addresses keep out of the lower band.
    pub service_ip_bands: Gate,
    /// `ServiceNodePortStaticSubrange`: the same for node ports.
    pub node_port_bands: Gate,
    /// `MultiCIDRServiceAllocator`: IPAddress objects instead of a bitmap.
    pub multi_cidr_allocator: Gate,
    /// `DisableAllocatorDualWrite`: off, the bitmap is kept beside the IPAddress objects.
    pub disable_dual_write: Gate,
    /// `LoadBalancerIPMode`.
    pub lb_ip_mode: Gate,
    /// `AllowServiceLBStatusOnNonLB`.
    pub lb_status_on_non_lb: Gate,
    /// `ServiceTrafficDistribution`.
    pub traffic_distribution: Gate,
    /// `PreferSameTrafficDistribution`.
    pub prefer_same: Gate,
    /// `StrictIPCIDRValidation`.
    pub strict_ip_validation: Gate,
    /// `RelaxedServiceNameValidation`.
    pub relaxed_service_name: Gate,
    /// `CloudDualStackNodeIPs`: an external cloud provider and a pair in `--node-ip`.
    pub cloud_dual_stack_node_ips: Gate,
    /// `PodHostIPs`: `status.hostIPs`.
    pub pod_host_ips: Gate,
    /// `NFTablesProxyMode`.
    pub nftables_proxy_mode: Gate,
    /// `KubeProxyIPVS`: the mode `ipvs` of kube-proxy.
    pub kube_proxy_ipvs: Gate,
    /// `MultiCIDRRangeAllocator`: node ranges from ClusterCIDR objects.
    pub multi_cidr_ranges: Gate,

    /// The generation of the Service handler.
    pub layer: Layer,
    /// An update that drops addresses and the second family is blamed for both. (As recorded of 1.20:
    /// there only for the addresses.)
    pub blames_family_without_addresses: bool,
    /// A value of a wrong type is told by the text that Go's own decoder gives (REL-13).
    pub tells_what_does_not_decode: bool,
    /// kube-apiserver speaks of the `service node port range`; before, of the `service port range`
    /// (API-11).
    pub says_node_port_range: bool,
    /// How large a Service range may be.
    pub range_limit: RangeLimit,
    /// kube-apiserver exits if its address is of another family than its first range (API-9).
    pub checks_advertise_family: bool,
    /// kube-apiserver exits if its address can be no endpoint (API-9d).
    pub checks_advertise_endpoint: bool,
    /// A patch that names another namespace is told so before its name is looked at.
    pub patch_checks_namespace_first: bool,
    /// A PUT that creates keeps `deletionTimestamp` and `deletionGracePeriodSeconds` of the client.
    pub put_keeps_deletion: bool,
    /// The validation of a Service checks the metadata of an update, too, after the registry did.
    pub checks_metadata_again: bool,
    /// A key is called a label key, and its length is counted in bytes.
    pub says_label_key: bool,
    /// A limit reads `may not be more than`; before, `must have at most`.
    pub limits_are_more_than: bool,
    /// What lacks in an owner reference is named: `kind must not be empty`.
    pub owner_errors_name_fields: bool,
    /// Two controllers of an object are told with their kinds.
    pub controllers_have_kinds: bool,
    /// Fields of `spec` this release does not know yet.
    pub unknown_fields: &'static [&'static str],
    /// Unknown fields are warned about (REL-12).
    pub warns_of_unknown_fields: bool,
    /// ServiceCIDR objects are served as networking.k8s.io/v1.
    pub service_cidr_api: bool,
    /// `kubectl delete` of this release says from which namespace.
    pub delete_says_namespace: bool,
    /// Whether kubectl reads a file before it asks the API server how to validate it.
    pub reads_file_first: bool,
    /// Whether `kubectl apply` leaves out what is null where it creates.
    pub apply_drops_nulls: bool,
    /// Lists and structures in errors are printed as JSON, not in Go syntax (REL-14).
    pub prints_json_values: bool,
    /// `range is full` names the Service (REL-15).
    pub range_full_names_service: bool,
    /// A name that makes no IPAddress object (REL-16 to REL-18).
    pub nameless_allocation: NamelessAllocation,
    /// With both allocators, a dynamic request for a family without a range says that the network
    /// does not match (REL-19).
    pub missing_range_is_mismatch: bool,
    /// A dynamic request that fails for whatever reason is a 500 (REL-16, REL-17).
    pub dynamic_failures_are_internal: bool,
    /// With both allocators, the bitmap is asked first for dynamic addresses. Before, an address that
    /// the bitmap cannot mirror failed the request, and leaked.
    pub asks_bitmap_first: bool,
    /// How texts that only Go's old parser accepts are warned about.
    pub address_warnings: AddressWarnings,
    /// VAL-3 exists (REL-7).
    pub compares_topology_annotations: bool,
    /// WARN-1 exists (REL-7).
    pub warns_of_topology_hints: bool,
    /// VAL-21 gives an error per entry, not one for the list (REL-4).
    pub source_ranges_one_by_one: bool,
    /// WARN-3 exists (REL-8).
    pub warns_of_ignored_headless_fields: bool,
    /// WARN-4 exists (REL-9).
    pub warns_of_external_ips: bool,
    /// WARN-6 exists (REL-10).
    pub warns_of_external_name: bool,
    /// WARN-7 exists (REL-11).
    pub warns_of_prefer_close: bool,
    /// A load balancer may not expose port 10250 (REL-25).
    pub protects_kubelet_port: bool,
    /// A ClusterIP Service with external addresses counts as externally accessible (REL-26).
    pub external_ips_are_external_access: bool,
    /// Node ports are carried over even to a load balancer without them (REL-27).
    pub carries_unwanted_node_ports: bool,
    /// VAL-11 speaks of `a letter or number` (REL-28).
    pub port_name_letter_or_number: bool,
    /// `internalTrafficPolicy` is set for ExternalName as well, and shown (REL-29).
    pub internal_policy_on_external_name: bool,

    /// The default ServiceCIDR gets the second range of a flag that became dual-stack (API-13).
    pub extends_default_service_cidr: bool,
    /// The events of the default ServiceCIDR's controller arrive (API-13).
    pub service_cidr_events_arrive: bool,

    /// kube-proxy still has the mode `userspace`.
    pub has_userspace_proxy: bool,
    /// kube-proxy names its modes with a blank behind the comma (PROXY-3).
    pub spaces_proxy_modes: bool,
    /// kube-proxy names the detect-local modes by the alphabet (PROXY-7).
    pub sorts_detect_local_modes: bool,
    /// kube-proxy can detect local traffic by interface, and checks the mode with the rest (PROXY-7).
    pub detects_local_by_interface: bool,
    /// kube-proxy holds its Pod ranges as a list, which counts in mode `ClusterCIDR` only (PROXY-4).
    pub lists_proxy_cluster_cidrs: bool,
    /// kube-proxy complains about each entry of `--nodeport-addresses`, not about the list.
    pub node_port_addresses_one_by_one: bool,
    /// kube-proxy compares its configuration with the primary family (PROXY-5).
    pub checks_proxy_families: bool,
    /// kube-proxy uses both addresses of its node, not only the first (PROXY-1).
    pub proxy_uses_both_node_ips: bool,
    /// `--nodeport-addresses primary` exists, and node ports that are open without it are warned about
    /// (PROXY-6).
    pub node_ports_on_primary: bool,
    /// How kube-proxy waits for the Pod ranges of its node.
    pub pod_cidr_wait: PodCidrWait,
    /// kube-proxy warns where no mode is set, because the default is going to change (PROXY-3c).
    pub warns_of_default_mode: bool,
    /// kube-proxy calls the mode `ipvs` deprecated (PROXY-3).
    pub deprecates_ipvs: bool,
    /// kube-proxy on Windows goes on after a comma, not after a full stop (WIN-2).
    pub windows_log_has_comma: bool,
    /// On Windows the load balancers of the two families can be mixed up (WIN-3).
    pub windows_mixes_load_balancers: bool,

    /// The kubelet's errors about `--node-ip` all begin alike (KUBELET-1).
    pub node_ip_errors_begin_alike: bool,
    /// What the kubelet logs of a part of `--node-ip` that is no address.
    pub ignored_node_ip: &'static str,
    /// With an external cloud provider and no `--node-ip`, the kubelet waits for the addresses (KUBELET-4).
    pub waits_for_cloud_addresses: bool,
    /// The kubelet has cloud providers built in.
    pub has_builtin_clouds: bool,
    /// kube-apiserver and kube-controller-manager look at gates when all flags are read, so that an error in
    /// them names no flag.
    pub gates_after_flags: bool,
    /// kube-controller-manager and kube-proxy print their usage before an error in their flags, and none for words
    /// that are no flags; before, the usage came behind either.
    pub usage_before_error: bool,
    /// How the kubelet prints an error in its flags.
    pub kubelet_flag_error: KubeletFlagError,
    /// A list of ranges of which one is none: `invalid CIDR[1]: …`; before, `failed to parse cidr value:…`
    /// (KCM-3).
    pub numbers_bad_cidrs: bool,
    /// The sentence about two ranges of one family ends without its bracket, and that about three
    /// ranges speaks of their `length` (KCM-3).
    pub leaves_bracket_open: bool,
    /// A single range may have the mask flag of its family (KCM-5).
    pub family_mask_for_one_range: bool,
    /// Types of `--cidr-allocator-type` that ask a cloud provider.
    pub cloud_allocators: CloudAllocators,
    /// kube-controller-manager logs names with values.
    pub logs_names: bool,
    /// The node CIDR controller looks at a Node again whatever changed about it, and marks the ranges it
    /// has. Before, a Node that had some was left alone.
    pub marks_ranges_again: bool,
    /// `IdentifyPodOS`: the kubelet refuses a Pod whose `spec.os` is another one than its own.
    pub pod_os: bool,
    /// What kube-scheduler says of a Node with a taint; `TAINT` stands for the taint.
    pub untolerated_taint: &'static str,
}

/// A simulated minor.
const fn minor(number: u8) -> KubeVersion {
    KubeVersion::minor(number).expect("the minor is simulated")
}

/// Kubernetes 1.20.
pub const V1_20: Behavior = Behavior {
    version: KubeVersion::OLDEST,
    dual_stack: Gate::Default(false),
    lb_node_port_control: Gate::Default(false),
    mixed_protocol_lb: Gate::Default(false),
    load_balancer_class: Gate::Absent(false),
    internal_traffic_policy: Gate::Absent(false),
    service_ip_bands: Gate::Absent(false),
    node_port_bands: Gate::Absent(false),
    multi_cidr_allocator: Gate::Absent(false),
    disable_dual_write: Gate::Absent(false),
    lb_ip_mode: Gate::Absent(false),
    lb_status_on_non_lb: Gate::Absent(false),
    traffic_distribution: Gate::Absent(false),
    prefer_same: Gate::Absent(false),
    strict_ip_validation: Gate::Absent(false),
    relaxed_service_name: Gate::Absent(false),
    cloud_dual_stack_node_ips: Gate::Absent(false),
    pod_host_ips: Gate::Absent(false),
    nftables_proxy_mode: Gate::Absent(false),
    kube_proxy_ipvs: Gate::Absent(true),
    multi_cidr_ranges: Gate::Absent(false),
    layer: Layer::Old,
    blames_family_without_addresses: false,
    tells_what_does_not_decode: false,
    says_node_port_range: false,
    range_limit: RangeLimit::Bits20,
    checks_advertise_family: false,
    checks_advertise_endpoint: false,
    patch_checks_namespace_first: false,
    put_keeps_deletion: false,
    checks_metadata_again: true,
    says_label_key: false,
    limits_are_more_than: false,
    owner_errors_name_fields: true,
    controllers_have_kinds: false,
    unknown_fields: &["internalTrafficPolicy", "loadBalancerClass", "trafficDistribution"],
    warns_of_unknown_fields: false,
    delete_says_namespace: false,
    reads_file_first: false,
    apply_drops_nulls: false,
    service_cidr_api: false,
    prints_json_values: false,
    range_full_names_service: false,
    nameless_allocation: NamelessAllocation::Hidden,
    missing_range_is_mismatch: false,
    dynamic_failures_are_internal: true,
    asks_bitmap_first: false,
    address_warnings: AddressWarnings::None,
    compares_topology_annotations: false,
    warns_of_topology_hints: false,
    source_ranges_one_by_one: false,
    warns_of_ignored_headless_fields: false,
    warns_of_external_ips: false,
    warns_of_external_name: false,
    warns_of_prefer_close: false,
    protects_kubelet_port: true,
    external_ips_are_external_access: false,
    carries_unwanted_node_ports: true,
    port_name_letter_or_number: true,
    internal_policy_on_external_name: false,
    extends_default_service_cidr: false,
    service_cidr_events_arrive: false,
    has_userspace_proxy: true,
    spaces_proxy_modes: false,
    sorts_detect_local_modes: true,
    detects_local_by_interface: false,
    lists_proxy_cluster_cidrs: false,
    node_port_addresses_one_by_one: false,
    checks_proxy_families: false,
    proxy_uses_both_node_ips: false,
    node_ports_on_primary: false,
    pod_cidr_wait: PodCidrWait::Watch,
    warns_of_default_mode: false,
    deprecates_ipvs: false,
    windows_log_has_comma: false,
    windows_mixes_load_balancers: true,
    node_ip_errors_begin_alike: false,
    ignored_node_ip: "Could not parse --node-ip ignoring",
    waits_for_cloud_addresses: false,
    has_builtin_clouds: true,
    gates_after_flags: false,
    usage_before_error: false,
    kubelet_flag_error: KubeletFlagError::Fatal("server.go:156"),
    numbers_bad_cidrs: false,
    leaves_bracket_open: false,
    family_mask_for_one_range: false,
    cloud_allocators: CloudAllocators::Crash,
    logs_names: false,
    marks_ranges_again: false,
    pod_os: false,
    untolerated_taint: "node(s) had taint {TAINT}, that the pod didn't tolerate",
};
/// Kubernetes 1.21.
pub const V1_21: Behavior = Behavior {
    version: minor(21),
    kubelet_flag_error: KubeletFlagError::Logged("server.go:156"),
    dual_stack: Gate::Default(true),
    load_balancer_class: Gate::Default(false),
    internal_traffic_policy: Gate::Default(false),
    unknown_fields: &["trafficDistribution"],
    blames_family_without_addresses: true,
    internal_policy_on_external_name: true,
    ..V1_20
};
/// Kubernetes 1.22.
pub const V1_22: Behavior = Behavior {
    version: minor(22),
    lb_node_port_control: Gate::Default(true),
    load_balancer_class: Gate::Default(true),
    internal_traffic_policy: Gate::Default(true),
    ..V1_21
};
/// Kubernetes 1.23.
pub const V1_23: Behavior = Behavior {
    version: minor(23),
    usage_before_error: true,
    kubelet_flag_error: KubeletFlagError::Logged("server.go:158"),
    dual_stack: Gate::Locked(true),
    layer: Layer::Current,
    tells_what_does_not_decode: true,
    says_node_port_range: true,
    node_port_addresses_one_by_one: true,
    windows_log_has_comma: true,
    family_mask_for_one_range: true,
    ..V1_22
};
/// Kubernetes 1.24.
pub const V1_24: Behavior = Behavior {
    version: minor(24),
    kubelet_flag_error: KubeletFlagError::Failed("run.go:74"),
    patch_checks_namespace_first: true,
    pod_os: true,
    untolerated_taint: "node(s) had untolerated taint {TAINT}",
    lb_node_port_control: Gate::Locked(true),
    mixed_protocol_lb: Gate::Default(true),
    load_balancer_class: Gate::Locked(true),
    service_ip_bands: Gate::Default(false),
    checks_advertise_family: true,
    internal_policy_on_external_name: false,
    detects_local_by_interface: true,
    ..V1_23
};
/// Kubernetes 1.25.
pub const V1_25: Behavior = Behavior {
    version: minor(25),
    dual_stack: Gate::Absent(true),
    service_ip_bands: Gate::Default(true),
    put_keeps_deletion: true,
    warns_of_unknown_fields: true,
    port_name_letter_or_number: false,
    multi_cidr_ranges: Gate::Default(false),
    ..V1_24
};
/// Kubernetes 1.26.
pub const V1_26: Behavior = Behavior {
    version: minor(26),
    controllers_have_kinds: true,
    lb_node_port_control: Gate::Absent(true),
    mixed_protocol_lb: Gate::Locked(true),
    load_balancer_class: Gate::Absent(true),
    internal_traffic_policy: Gate::Locked(true),
    service_ip_bands: Gate::Locked(true),
    has_userspace_proxy: false,
    leaves_bracket_open: true,
    ..V1_25
};
/// Kubernetes 1.27.
pub const V1_27: Behavior = Behavior {
    version: minor(27),
    node_port_bands: Gate::Default(false),
    multi_cidr_allocator: Gate::Default(false),
    range_limit: RangeLimit::Bits64WithAllocator,
    address_warnings: AddressWarnings::GoError { prefix_length: false },
    compares_topology_annotations: true,
    warns_of_topology_hints: true,
    cloud_dual_stack_node_ips: Gate::Default(false),
    node_ip_errors_begin_alike: true,
    ignored_node_ip: "Could not parse node IP. Ignoring",
    numbers_bad_cidrs: true,
    cloud_allocators: CloudAllocators::RefuseOne,
    logs_names: true,
    ..V1_26
};
/// Kubernetes 1.28.
pub const V1_28: Behavior = Behavior {
    version: minor(28),
    mixed_protocol_lb: Gate::Absent(true),
    internal_traffic_policy: Gate::Absent(true),
    service_ip_bands: Gate::Absent(true),
    node_port_bands: Gate::Default(true),
    warns_of_external_name: true,
    pod_host_ips: Gate::Default(false),
    checks_proxy_families: true,
    ..V1_27
};
/// Kubernetes 1.29.
pub const V1_29: Behavior = Behavior {
    version: minor(29),
    reads_file_first: true,
    node_port_bands: Gate::Locked(true),
    lb_ip_mode: Gate::Default(false),
    range_limit: RangeLimit::NoneWithAllocator,
    lb_status_on_non_lb: Gate::Default(false),
    external_ips_are_external_access: true,
    cloud_dual_stack_node_ips: Gate::Default(true),
    pod_host_ips: Gate::Default(true),
    nftables_proxy_mode: Gate::Default(false),
    spaces_proxy_modes: true,
    sorts_detect_local_modes: false,
    proxy_uses_both_node_ips: true,
    ignored_node_ip: "Could not parse some node IP(s), ignoring them",
    waits_for_cloud_addresses: true,
    multi_cidr_ranges: Gate::Absent(false),
    ..V1_28
};
/// Kubernetes 1.30.
pub const V1_30: Behavior = Behavior {
    version: minor(30),
    kubelet_flag_error: KubeletFlagError::Failed("run.go:72"),
    lb_ip_mode: Gate::Default(true),
    traffic_distribution: Gate::Default(false),
    unknown_fields: &[],
    source_ranges_one_by_one: true,
    address_warnings: AddressWarnings::GoError { prefix_length: true },
    carries_unwanted_node_ports: false,
    cloud_dual_stack_node_ips: Gate::Locked(true),
    pod_host_ips: Gate::Locked(true),
    marks_ranges_again: true,
    ..V1_29
};
/// Kubernetes 1.31.
pub const V1_31: Behavior = Behavior {
    version: minor(31),
    apply_drops_nulls: true,
    node_port_bands: Gate::Absent(true),
    disable_dual_write: Gate::Default(false),
    range_limit: RangeLimit::NoneWithAllocatorAlone,
    traffic_distribution: Gate::Default(true),
    nftables_proxy_mode: Gate::Default(true),
    node_ports_on_primary: true,
    has_builtin_clouds: false,
    cloud_allocators: CloudAllocators::Refuse,
    ..V1_30
};
/// Kubernetes 1.32.
pub const V1_32: Behavior = Behavior {
    version: minor(32),
    limits_are_more_than: true,
    lb_ip_mode: Gate::Locked(true),
    lb_status_on_non_lb: Gate::Locked(false),
    cloud_dual_stack_node_ips: Gate::Absent(true),
    pod_host_ips: Gate::Absent(true),
    lists_proxy_cluster_cidrs: true,
    pod_cidr_wait: PodCidrWait::Poll,
    gates_after_flags: true,
    ..V1_31
};
/// Kubernetes 1.33.
pub const V1_33: Behavior = Behavior {
    version: minor(33),
    multi_cidr_allocator: Gate::Default(true),
    traffic_distribution: Gate::Locked(true),
    prefer_same: Gate::Default(false),
    strict_ip_validation: Gate::Default(false),
    nameless_allocation: NamelessAllocation::HiddenWithoutBitmap,
    missing_range_is_mismatch: true,
    asks_bitmap_first: true,
    address_warnings: AddressWarnings::Future,
    protects_kubelet_port: false,
    service_cidr_api: true,
    nftables_proxy_mode: Gate::Locked(true),
    extends_default_service_cidr: true,
    ..V1_32
};
/// Kubernetes 1.34.
pub const V1_34: Behavior = Behavior {
    version: minor(34),
    checks_metadata_again: false,
    owner_errors_name_fields: false,
    untolerated_taint: "node(s) had untolerated taint(s)",
    multi_cidr_allocator: Gate::Locked(true),
    disable_dual_write: Gate::Default(true),
    prefer_same: Gate::Default(true),
    relaxed_service_name: Gate::Default(false),
    delete_says_namespace: true,
    prints_json_values: true,
    warns_of_ignored_headless_fields: true,
    pod_cidr_wait: PodCidrWait::NodeManager,
    ..V1_33
};
/// Kubernetes 1.35.
pub const V1_35: Behavior = Behavior {
    version: minor(35),
    says_label_key: true,
    disable_dual_write: Gate::Locked(true),
    lb_ip_mode: Gate::Absent(true),
    lb_status_on_non_lb: Gate::Absent(false),
    prefer_same: Gate::Locked(true),
    nameless_allocation: NamelessAllocation::Shown,
    dynamic_failures_are_internal: false,
    warns_of_prefer_close: true,
    deprecates_ipvs: true,
    service_cidr_events_arrive: true,
    ..V1_34
};
/// Kubernetes 1.36.
pub const V1_36: Behavior = Behavior {
    version: minor(36),
    strict_ip_validation: Gate::Default(true),
    relaxed_service_name: Gate::Default(true),
    traffic_distribution: Gate::Absent(true),
    range_full_names_service: true,
    address_warnings: AddressWarnings::Invalid,
    warns_of_external_ips: true,
    windows_mixes_load_balancers: false,
    ..V1_35
};
/// Kubernetes 1.37, as far as its changelog tells; the rest is 1.36.
pub const V1_37: Behavior = Behavior {
    version: minor(37),
    relaxed_service_name: Gate::Locked(true),
    kube_proxy_ipvs: Gate::Default(true),
    checks_advertise_endpoint: true,
    put_keeps_deletion: false,
    warns_of_default_mode: true,
    ..V1_36
};

static TABLE: [&Behavior; 18] = [
    &V1_20, &V1_21, &V1_22, &V1_23, &V1_24, &V1_25, &V1_26, &V1_27, &V1_28, &V1_29, &V1_30, &V1_31,
    &V1_32, &V1_33, &V1_34, &V1_35, &V1_36, &V1_37,
];

/// The gate without which a component knows one family only.
pub const DUAL_STACK_GATE: &str = "IPv6DualStack";

/// A feature gate that the simulator acts on.
#[derive(Debug)]
pub struct FeatureGate {
    /// As `--feature-gates` spells it.
    pub name: &'static str,
    /// What it switches.
    pub help: Text,
    state: fn(&mut Behavior) -> &mut Gate,
}

const fn gate(
    name: &'static str,
    state: fn(&mut Behavior) -> &mut Gate,
    en: &'static str,
    zh: &'static str,
) -> FeatureGate {
    FeatureGate { name, help: Text { en, zh }, state }
}

/// Every gate the simulator acts on, in the order in which the editor offers them.
pub static GATES: [FeatureGate; 20] = [
    gate(
        DUAL_STACK_GATE,
        |it| &mut it.dual_stack,
        "Dual-stack: two address families.",
        "双栈：两个地址族。",
    ),
    gate(
        "ServiceLBNodePortControl",
        |it| &mut it.lb_node_port_control,
        "The field allocateLoadBalancerNodePorts.",
        "字段 allocateLoadBalancerNodePorts。",
    ),
    gate(
        "MixedProtocolLBService",
        |it| &mut it.mixed_protocol_lb,
        "Ports of different protocols at one load balancer.",
        "同一负载均衡器使用不同协议的端口。",
    ),
    gate(
        "ServiceLoadBalancerClass",
        |it| &mut it.load_balancer_class,
        "The field loadBalancerClass.",
        "字段 loadBalancerClass。",
    ),
    gate(
        "ServiceInternalTrafficPolicy",
        |it| &mut it.internal_traffic_policy,
        "The field internalTrafficPolicy.",
        "字段 internalTrafficPolicy。",
    ),
    gate(
        "ServiceIPStaticSubrange",
        |it| &mut it.service_ip_bands,
        "Dynamically assigned addresses come from the upper band of a range.",
        "动态分配的地址取自范围的高段。",
    ),
    gate(
        "ServiceNodePortStaticSubrange",
        |it| &mut it.node_port_bands,
        "Dynamically assigned node ports come from the upper band of the range.",
        "动态分配的节点端口取自范围的高段。",
    ),
    gate(
        "MultiCIDRServiceAllocator",
        |it| &mut it.multi_cidr_allocator,
        "IPAddress and ServiceCIDR objects instead of a bitmap.",
        "以 IPAddress 和 ServiceCIDR 对象取代位图。",
    ),
    gate(
        "DisableAllocatorDualWrite",
        |it| &mut it.disable_dual_write,
        "The bitmap is no longer maintained beside the IPAddress objects.",
        "不再与 IPAddress 对象同时维护位图。",
    ),
    gate(
        "LoadBalancerIPMode",
        |it| &mut it.lb_ip_mode,
        "The field ipMode of a load balancer’s status.",
        "负载均衡器状态中的字段 ipMode。",
    ),
    gate(
        "AllowServiceLBStatusOnNonLB",
        |it| &mut it.lb_status_on_non_lb,
        "The status of a load balancer on Services of other types.",
        "其他类型的 Service 也可带有负载均衡器状态。",
    ),
    gate(
        "ServiceTrafficDistribution",
        |it| &mut it.traffic_distribution,
        "The field trafficDistribution.",
        "字段 trafficDistribution。",
    ),
    gate(
        "PreferSameTrafficDistribution",
        |it| &mut it.prefer_same,
        "PreferSameZone and PreferSameNode in trafficDistribution.",
        "trafficDistribution 可取 PreferSameZone 和 PreferSameNode。",
    ),
    gate(
        "StrictIPCIDRValidation",
        |it| &mut it.strict_ip_validation,
        "Only canonical addresses and ranges are accepted.",
        "只接受规范写法的地址和范围。",
    ),
    gate(
        "CloudDualStackNodeIPs",
        |it| &mut it.cloud_dual_stack_node_ips,
        "--node-ip accepts one address per family with an external cloud provider, too.",
        "使用外部云提供商时，--node-ip 也可为每个地址族指定一个地址。",
    ),
    gate(
        "PodHostIPs",
        |it| &mut it.pod_host_ips,
        "Pods list all addresses of their node in status.hostIPs.",
        "Pod 在 status.hostIPs 中列出其节点的所有地址。",
    ),
    gate(
        "NFTablesProxyMode",
        |it| &mut it.nftables_proxy_mode,
        "The nftables mode of kube-proxy.",
        "kube-proxy 的 nftables 模式。",
    ),
    gate(
        "KubeProxyIPVS",
        |it| &mut it.kube_proxy_ipvs,
        "The ipvs mode of kube-proxy.",
        "kube-proxy 的 ipvs 模式。",
    ),
    gate(
        "MultiCIDRRangeAllocator",
        |it| &mut it.multi_cidr_ranges,
        "Node Pod CIDRs come from ClusterCIDR objects.",
        "节点 Pod CIDR 来自 ClusterCIDR 对象。",
    ),
    gate(
        "RelaxedServiceNameValidation",
        |it| &mut it.relaxed_service_name,
        "The name of a Service may begin with a digit.",
        "Service 的名称可以数字开头。",
    ),
];

impl Behavior {
    /// The behaviour of a release with its default gates.
    #[must_use]
    pub fn of(version: KubeVersion) -> Self {
        TABLE[usize::from(version.number() - KubeVersion::OLDEST.number())].clone()
    }

    /// The names of the gates that this release knows, with their values.
    #[must_use]
    pub fn known_gates(&self) -> BTreeMap<&'static str, Gate> {
        let mut copy = self.clone();
        let all = GATES.iter().map(|gate| (gate.name, *(gate.state)(&mut copy)));
        all.filter(|(_, state)| !matches!(state, Gate::Absent(_))).collect()
    }

    /// Whether some release has a gate of this name that the simulator acts on.
    #[must_use]
    pub fn models_gate(name: &str) -> bool {
        GATES.iter().any(|gate| gate.name == name)
    }

    /// Whether this release knows a gate of this name that the simulator acts on.
    #[must_use]
    pub fn knows_gate(&self, name: &str) -> bool {
        self.known_gates().contains_key(name)
    }

    /// Folds one entry of `--feature-gates` in.
    ///
    /// # Errors
    /// As `component-base/featuregate` says it: an unknown gate, or a locked one set otherwise.
    pub fn set_gate(&mut self, name: &str, on: bool) -> Result<(), String> {
        let unrecognized = || Err(format!("unrecognized feature gate: {name}"));
        let Some(gate) = GATES.iter().find(|gate| gate.name == name) else {
            return unrecognized();
        };
        let state = (gate.state)(self);
        match *state {
            Gate::Absent(_) => unrecognized(),
            Gate::Locked(value) if value != on => {
                Err(format!("cannot set feature gate {name} to {on}, feature is locked to {value}"))
            }
            Gate::Locked(_) => Ok(()),
            Gate::Default(_) => {
                *state = Gate::Default(on);
                Ok(())
            }
        }
    }

    /// Whether the Service handler is the one up to 1.22.
    #[must_use]
    pub fn is_old(&self) -> bool {
        self.layer == Layer::Old
    }

    /// Which code hands out cluster IPs.
    #[must_use]
    pub fn allocator(&self) -> AllocatorKind {
        if self.multi_cidr_allocator.on() {
            AllocatorKind::IpAddress
        } else {
            AllocatorKind::Bitmap
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Behavior, Gate, TABLE};
    use crate::release::version::KubeVersion;

    #[test]
    fn every_minor_has_its_own_behaviour() {
        assert_eq!(TABLE.len(), KubeVersion::all().count());
        let minor = |minor| Behavior::of(KubeVersion::minor(minor).expect("a simulated minor"));
        assert!(!minor(20).dual_stack.on() && minor(21).dual_stack.on());
        assert!(!minor(32).multi_cidr_allocator.on() && minor(33).multi_cidr_allocator.on());
        assert_eq!(minor(34).multi_cidr_allocator, Gate::Locked(true));
        assert!(KubeVersion::all().all(|version| Behavior::of(version).version == version));
    }

    #[test]
    fn a_gate_the_release_does_not_know_or_has_locked_is_refused() {
        let mut behavior = Behavior::of(KubeVersion::LATEST);
        assert_eq!(behavior.set_gate("StrictIPCIDRValidation", false), Ok(()));
        assert!(!behavior.strict_ip_validation.on());
        assert_eq!(
            behavior.set_gate("IPv6DualStack", true),
            Err("unrecognized feature gate: IPv6DualStack".to_owned())
        );
        assert_eq!(
            behavior.set_gate("MultiCIDRServiceAllocator", false),
            Err(
                "cannot set feature gate MultiCIDRServiceAllocator to false, feature is locked to \
                 true"
                    .to_owned()
            )
        );
    }
}
