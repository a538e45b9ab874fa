//! What do the lines about the start of kube-proxy and the kubelet record, and what does the core say?
//! Beside them the pass of the default ServiceCIDR's controller, which belongs to a start, too.

use std::net::IpAddr;

use dualstack_core::apiserver::default_service_cidr;
use dualstack_core::apiserver::default_service_cidr::{Object, Ready};
use dualstack_core::explain::trace::Trace;
use dualstack_core::kube_proxy::startup as kube_proxy;
use dualstack_core::kubelet::node_addresses::{AddressKind, NodeAddress};
use dualstack_core::kubelet::startup::Kubelet;
use dualstack_core::kubelet::{node_addresses, pod_ips, startup as kubelet};
use dualstack_core::net::Family;
use dualstack_core::net::go_parse::parse_ip;
use dualstack_core::release::behavior::Behavior;
use dualstack_core::source::flags;
use dualstack_core::startup::LogLine;
use serde_json::{Map, Value, json};

use crate::driver::cidr;
use crate::kinds::RELEASE;
use crate::witness::Witness;

/// The kinds that are answered here.
pub const COVERED: [&str; 9] = [
    "default-servicecidr",
    "kube-proxy-config",
    "kubelet-node-ip-flag",
    "provided-node-ip-annotation",
    "kubelet-node-addresses",
    "cloud-node-addresses",
    "host-ips",
    "pod-ips-order",
    "etc-hosts",
];

/// A line with its result as the core gives it.
///
/// # Errors
/// An input is missing, or lines of this kind are not answered here.
pub fn answer(line: &Value, witness: &mut Witness) -> Result<Value, String> {
    let input = &line["input"];
    let behavior = &Behavior::of(RELEASE);
    let trace = &mut Trace::default();
    let expect = match line["kind"].as_str().unwrap_or_default() {
        "default-servicecidr" => default_service_cidr(behavior, input, trace)?,
        "kube-proxy-config" => kube_proxy_config(input, trace)?,
        "kubelet-node-ip-flag" => node_ip_flag(behavior, input, trace),
        "provided-node-ip-annotation" => {
            let read =
                node_addresses::parse_provided_node_ip(behavior, text(input, "annotation"), trace);
            read.map_or_else(failed, |ips| json!({"nodeIPs": ips}))
        }
        "kubelet-node-addresses" => node_addresses(behavior, input, trace)?,
        "cloud-node-addresses" => {
            let annotation = text(input, "providedNodeIPAnnotation");
            let cloud = addresses(input, "cloudAddresses")?;
            let kept = node_addresses::cloud_addresses(behavior, annotation, &cloud, trace);
            kept.map_or_else(failed, |kept| json!({"addresses": print(&kept)}))
        }
        "host-ips" => {
            let ips = pod_ips::host_ips(behavior, &addresses(input, "addresses")?, trace);
            ips.map_or_else(failed, |ips| json!({"hostIPs": ips}))
        }
        "pod-ips-order" => {
            let ips =
                pod_ips::sort_pod_ips(&ips(input, "nodeIPs"), &ips(input, "runtimeIPs"), trace);
            let first = ips.first().map(IpAddr::to_string).unwrap_or_default();
            let joined = pod_ips::downward_api(&ips);
            json!({"podIP": first, "podIPs": ips, "downwardAPIpodIPs": joined})
        }
        "etc-hosts" => {
            let (hostname, domain) = (text(input, "hostname"), text(input, "domain"));
            json!({"content": pod_ips::etc_hosts(&ips(input, "podIPs"), hostname, domain, trace)})
        }
        kind => return Err(format!("lines of kind {kind} are not answered")),
    };
    witness.see(RELEASE, trace.steps());
    let mut answer = line.clone();
    answer["expect"] = expect;
    Ok(answer)
}

fn failed(error: String) -> Value {
    json!({"error": error})
}

fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}

fn texts<'a>(input: &'a Value, member: &str) -> impl Iterator<Item = &'a str> {
    input[member].as_array().into_iter().flatten().filter_map(Value::as_str)
}

fn ips(input: &Value, member: &str) -> Vec<IpAddr> {
    texts(input, member).filter_map(parse_ip).map(|read| read.ip).collect()
}

/// Entries such as `InternalIP=192.0.2.11`.
fn addresses(input: &Value, member: &str) -> Result<Vec<NodeAddress>, String> {
    texts(input, member)
        .map(|entry| {
            let (kind, address) = entry.split_once('=')?;
            Some(NodeAddress { kind: AddressKind::from_name(kind)?, address: address.to_owned() })
        })
        .collect::<Option<_>>()
        .ok_or_else(|| format!("{member} holds something that is no address"))
}

fn print(addresses: &[NodeAddress]) -> Vec<String> {
    addresses.iter().map(|it| format!("{}={}", it.kind.name(), it.address)).collect()
}

/// `default-servicecidr`: one pass of the controller. What the stored conditions say is the recorder's.
fn default_service_cidr(
    behavior: &Behavior,
    input: &Value,
    trace: &mut Trace,
) -> Result<Value, String> {
    let ranges = |member| texts(input, member).map(cidr).collect::<Result<Vec<_>, _>>();
    let wanted = ranges("serviceClusterIPRange")?;
    let stored = ranges("existingCIDRs")?;
    let ready = |status, reason: &str, message: &str| {
        Some(Ready { status, reason: reason.to_owned(), message: message.to_owned() })
    };
    let ready = match text(input, "existingReady") {
        "True" => ready(true, "", "Kubernetes Service CIDR is ready"),
        "False" => ready(false, "Terminating", "not ready for a reason"),
        _ => None,
    };
    let stored = (!stored.is_empty()).then_some(Object { ranges: stored, ready, deleting: false });
    let pass = default_service_cidr::sync(behavior, &wanted, stored, trace);
    let ranges: Vec<String> = pass.object.ranges.iter().map(ToString::to_string).collect();
    let conditions: Vec<String> = pass
        .object
        .ready
        .into_iter()
        .map(|it| format!("Ready={}: {}", if it.status { "True" } else { "False" }, it.message))
        .collect();
    let events = pass.event.into_iter();
    let events: Vec<String> =
        events.map(|event| format!("Warning {} {}", event.reason, event.message)).collect();
    Ok(json!({"cidrs": ranges, "conditions": conditions, "events": events}))
}

/// `kube-proxy-config`: from flags to what tells local traffic. The recording did not wait for the ranges
/// of the node.
fn kube_proxy_config(input: &Value, trace: &mut Trace) -> Result<Value, String> {
    let mut behavior = Behavior::of(RELEASE);
    let quoted = texts(input, "args")
        .map(|arg| format!("\"{}\"\n", arg.replace('\\', "\\\\").replace('"', "\\\"")));
    let typed = flags::parse(&format!("# kube-proxy\n{}", quoted.collect::<String>()));
    let flags = match kube_proxy::read(&typed, &mut behavior, trace) {
        Ok((flags, _)) => flags,
        Err(error) => return Ok(json!({"flagError": error.message})),
    };
    let node_ips = ips(input, "nodeIPs");
    let (primary, _) = kube_proxy::detect_node_ips(
        &behavior,
        &node_ips,
        &flags.bind_address,
        &mut Trace::default(),
    );
    let host = kube_proxy::Host {
        name: "node".to_owned(),
        node_ips,
        pod_cidrs: texts(input, "nodePodCIDRs").map(cidr).collect::<Result<_, _>>()?,
        families: if input["kernelDualStack"] == json!(true) {
            kube_proxy::HostFamilies::Both
        } else {
            kube_proxy::HostFamilies::Only(primary)
        },
    };
    let configured = match kube_proxy::start(&behavior, &flags, &host, trace) {
        Ok(configured) => configured,
        Err(errors) => {
            let errors: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            return Ok(json!({"validationErrors": errors}));
        }
    };
    let messages =
        |lines: &[LogLine]| lines.iter().map(|line| line.message.clone()).collect::<Vec<_>>();
    let mut result = json!({
        "validationErrors": [],
        "mode": configured.mode.name(),
        "detectLocalMode": configured.detect_local.name(),
        "primaryFamily": configured.primary.name(),
        "nodeIPv4": configured.node_ips[0],
        "nodeIPv6": configured.node_ips[1],
        "configWarnings": messages(&configured.warnings),
        "ipConfigErrors": messages(&configured.family_problems),
        "fatal": configured.family_is_fatal,
    });
    if configured.node_port_addresses != flags.node_port_addresses
        && !configured.node_port_addresses.is_empty()
    {
        result["nodePortAddresses"] = json!(configured.node_port_addresses);
    }
    if !configured.family_is_fatal {
        let families = [Family::V4, Family::V6].into_iter();
        let matches = families.map(|family| {
            (family.name().to_owned(), json!(configured.local(family).if_not_local()))
        });
        result["ifNotLocalMatch"] = Value::Object(matches.collect::<Map<_, _>>());
    }
    Ok(result)
}

/// `kubelet-node-ip-flag`.
fn node_ip_flag(behavior: &Behavior, input: &Value, trace: &mut Trace) -> Value {
    let (given, cloud) = (text(input, "nodeIP"), text(input, "cloudProvider"));
    match kubelet::parse_node_ip(behavior, given, cloud, trace) {
        Err(error) => failed(error.message),
        Ok(parsed) => {
            let mut result = json!({"nodeIPs": parsed.ips});
            if !parsed.ignored.is_empty() {
                result["ignored"] = json!(parsed.ignored);
            }
            result
        }
    }
}

/// `kubelet-node-addresses`: one address is not on the recorded host; `NODE` stands for the node's name.
fn node_addresses(behavior: &Behavior, input: &Value, trace: &mut Trace) -> Result<Value, String> {
    const NOT_ON_HOST: &str = "203.0.113.77";
    let hostname = text(input, "hostname");
    let kubelet = Kubelet {
        node_ips: ips(input, "nodeIPs"),
        external_cloud: input["externalCloudProvider"] == json!(true),
        hostname: hostname.to_owned(),
        max_pods: 110,
        log: Vec::new(),
    };
    let gateways = ["defaultGatewayIPv4", "defaultGatewayIPv6"].into_iter();
    let default_route: Vec<IpAddr> =
        gateways.filter_map(|member| parse_ip(text(input, member))).map(|read| read.ip).collect();
    let own = kubelet.node_ips.iter().chain(&default_route).copied();
    let host = node_addresses::Host {
        addresses: own.filter(|ip| ip.to_string() != NOT_ON_HOST).collect(),
        resolved: Vec::new(),
        default_route,
    };
    let known = addresses(input, "existingAddresses")?;
    let status = match node_addresses::node_addresses(behavior, &kubelet, &host, &known, trace) {
        Ok(status) => status,
        Err(error) => {
            let named = format!("of node {hostname}.");
            return Ok(failed(error.replace(&named, "of node NODE.")));
        }
    };
    let mut result = json!({"addresses": print(&status.addresses)});
    if let Some(annotation) = status.provided_node_ip {
        result["providedNodeIPAnnotation"] = json!(annotation);
    }
    if let Ok(ips) = pod_ips::host_ips(behavior, &status.addresses, trace) {
        result["hostIPs"] = json!(ips);
    }
    Ok(result)
}
