//! What do the lines with a `kind` record, and what does the core say? Each kind has a function from
//! the inputs of a line to its results, so that comparing and replaying share it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use dualstack_core::api::field_path::FieldPath;
use dualstack_core::apiserver::allocators::{Pools, Usable, static_band};
use dualstack_core::apiserver::environment::{AllocatorKind, Env, PortRange};
use dualstack_core::apiserver::requests::{ApiServer, Options, Request};
use dualstack_core::apiserver::service::errors::Errors;
use dualstack_core::apiserver::service_cidr;
use dualstack_core::apiserver::startup::{Flags, Start, parse_port_range, start, too_large};
use dualstack_core::explain::trace::Trace;
use dualstack_core::net::cidr::from_bits;
use dualstack_core::net::go_parse::parse_ip;
use dualstack_core::net::{Cidr, Stack};
use dualstack_core::release::behavior::Behavior;
use dualstack_core::release::version::KubeVersion;
use serde_json::{Map, Value, json};

use crate::covered;
use crate::driver::{self, cidr};
use crate::install_kinds;
use crate::node_kinds;
use crate::start_kinds;
use crate::witness::Witness;

/// The recordings with a `kind` are of this release.
pub const RELEASE: KubeVersion = KubeVersion::minor(36).expect("it is simulated");

/// The kinds that are answered here; others have files of their own.
const COVERED: [&str; 10] = [
    "cidr",
    "portRange",
    "staticAllocate",
    "apiserver-flags",
    "servicecidr-create",
    "servicecidr-update",
    "kcm-flags",
    "cidrset",
    "range-allocator",
    "host-local",
];

/// A line with its results as the core gives them; the results that stand in it are not looked at.
///
/// # Errors
/// An input is missing, or the core does not answer lines of this kind.
pub fn answer(line: &Value, witness: &mut Witness) -> Result<Value, String> {
    match text(line, "kind")? {
        "cidr" => range(line),
        "portRange" => port_range(line),
        "staticAllocate" => static_allocate(line),
        "apiserver-flags" => apiserver_flags(line, witness),
        "servicecidr-create" => service_cidr(line, witness, |input, errors| {
            let name = text(input, "name").unwrap_or_default();
            service_cidr::validate(name, &texts(input, "cidrs"), errors);
        }),
        "servicecidr-update" => service_cidr(line, witness, |input, errors| {
            let (old, new) = (texts(input, "oldCIDRs"), texts(input, "newCIDRs"));
            service_cidr::validate_update(&old, &new, errors);
        }),
        "kcm-flags" => expect(line, |input| node_kinds::kcm_flags(input, witness)),
        "cidrset" => expect(line, node_kinds::cidr_set),
        "range-allocator" => expect(line, |input| node_kinds::range_allocator(input, witness)),
        "host-local" => expect(line, |input| node_kinds::host_local(input, witness)),
        kind if install_kinds::COVERED.contains(&kind) => install_kinds::answer(line, witness),
        _ => start_kinds::answer(line, witness),
    }
}

/// Whether the core answers lines of a kind.
#[must_use]
pub fn covers(kind: &str) -> bool {
    [&COVERED[..], &start_kinds::COVERED, &install_kinds::COVERED].concat().contains(&kind)
}

/// A line with `expect` as the core answers `input`.
fn expect(
    line: &Value,
    answer: impl FnOnce(&Value) -> Result<Value, String>,
) -> Result<Value, String> {
    let mut answered = line.clone();
    answered["expect"] = answer(&line["input"])?;
    Ok(answered)
}

/// A text that has to be there.
///
/// # Errors
/// It is not there.
pub fn text<'a>(line: &'a Value, member: &str) -> Result<&'a str, String> {
    line[member].as_str().ok_or_else(|| format!("no {member}"))
}

/// `cidr`: sizes, bands and limits of a range under both allocators.
fn range(line: &Value) -> Result<Value, String> {
    let range = cidr(text(line, "cidr")?)?;
    let usable = |kind| Usable::of(range, kind);
    let mut answer = json!({
        "kind": "cidr",
        "cidr": line["cidr"],
        "rangeSize": range.range_size().to_string(),
        "staticBand": static_band(range.range_size(), 16, 256),
        "bitmap": {
            "usable": usable(AllocatorKind::Bitmap).map_or(0, |usable| usable.count).to_string(),
        },
    });
    answer["ipaddress"] = match usable(AllocatorKind::IpAddress) {
        Some(usable) => {
            let family = range.family();
            // An empty range ends before it begins.
            let last = (usable.first + u128::from(usable.count)).wrapping_sub(1);
            let print = |bits| from_bits(family, bits).map(|ip: IpAddr| ip.to_string());
            json!({
                "first": print(usable.first),
                "firstDynamic": print(usable.first + u128::from(usable.band)),
                "last": print(last),
                "staticBand": usable.band,
                "usable": usable.count.to_string(),
            })
        }
        // The API server does not answer with this text; the ServiceCIDR's condition holds it.
        None => json!({
            "error": format!(
                "shortest allowed prefix length for service CIDR is 64, got {}",
                range.prefix_len()
            ),
        }),
    };
    if let Some(error) = bitmap_flag_error(range) {
        answer["bitmapFlagError"] = json!(error);
    }
    Ok(answer)
}

/// What kube-apiserver says to a range that is too large for a bitmap.
fn bitmap_flag_error(range: Cidr) -> Option<String> {
    let with_bitmap = KubeVersion::all()
        .map(Behavior::of)
        .find(|behavior| behavior.allocator() == AllocatorKind::Bitmap)?;
    too_large(&with_bitmap, range, "--service-cluster-ip-range")
}

/// `portRange`: what `--service-node-port-range` says, and named ports in order.
fn port_range(line: &Value) -> Result<Value, String> {
    let input = text(line, "input")?;
    let range = match parse_port_range(input) {
        Ok(range) => range,
        Err(error) => return Ok(json!({"kind": "portRange", "input": input, "error": error})),
    };
    let PortRange { first, last } = range;
    let env = environment(AllocatorKind::IpAddress, "10.96.0.0/16")?;
    let mut cluster = ApiServer::new(Env { node_ports: range, ..env });
    let mut results = Vec::new();
    for (number, step) in line["static"].as_array().into_iter().flatten().enumerate() {
        let port = &step["allocate"];
        let service = json!({
            "metadata": {"name": format!("s{number}")},
            "spec": {"type": "NodePort", "ports": [{"port": 80, "nodePort": port}]},
        });
        let request = Request::Create(driver::node(&service));
        // The allocator's words stand behind the field and the value.
        let error = cluster.handle(request, &Options::default()).result.err().map(|status| {
            let before = format!("spec.ports[0].nodePort: Invalid value: {port}: ");
            status.message.split_once(&before).map_or(status.message.clone(), |(_, why)| why.into())
        });
        results.push(json!({"allocate": port, "error": error}));
    }
    let size = u64::from(last - first) + 1;
    Ok(json!({
        "kind": "portRange",
        "input": input,
        "base": first,
        "size": size,
        "free": size,
        "string": format!("{first}-{last}"),
        "staticBand": static_band(size, 32, 128),
        "static": results,
    }))
}

/// `staticAllocate`: named addresses in order, on an empty range.
fn static_allocate(line: &Value) -> Result<Value, String> {
    let kind = match text(line, "allocator")? {
        "bitmap" => AllocatorKind::Bitmap,
        "ipaddress" => AllocatorKind::IpAddress,
        other => return Err(format!("no allocator: {other}")),
    };
    let env = environment(kind, text(line, "cidr")?)?;
    let mut pools = Pools::new(&env);
    let family = env.ranges.primary();
    let mut results = Vec::new();
    for step in line["steps"].as_array().into_iter().flatten() {
        let ip = parse_ip(text(step, "allocate")?).ok_or("no address to allocate")?.ip;
        let (trace, at) = (&mut Trace::default(), FieldPath::default());
        let error = pools.allocate_static(&env, family, ip, trace, at).err();
        let error = error.map(|error| error.to_string());
        results.push(json!({"allocate": step["allocate"], "error": error}));
    }
    Ok(json!({
        "kind": "staticAllocate",
        "allocator": line["allocator"],
        "cidr": line["cidr"],
        "steps": results,
    }))
}

fn environment(allocator: AllocatorKind, range: &str) -> Result<Env, String> {
    let range = cidr(range)?;
    let ranges = Stack::single(range.family(), range);
    Ok(Env { allocator, ..Env::new(RELEASE, ranges) })
}

/// `servicecidr-create` and `-update`: the checks of an object.
fn service_cidr(
    line: &Value,
    witness: &mut Witness,
    check: impl FnOnce(&Value, &mut Errors),
) -> Result<Value, String> {
    let behavior = Behavior::of(RELEASE);
    let mut trace = Trace::default();
    let mut errors = Errors::new(&behavior, &mut trace);
    check(&line["input"], &mut errors);
    let printed: Vec<String> = errors.into_list().iter().map(ToString::to_string).collect();
    witness.see(RELEASE, trace.steps());
    let mut answer = line.clone();
    answer["expect"] = json!({"errors": printed});
    Ok(answer)
}

/// The texts of a list.
#[must_use]
pub fn texts(input: &Value, member: &str) -> Vec<String> {
    let list = input[member].as_array().into_iter().flatten();
    list.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// `apiserver-flags`: the start of kube-apiserver in every minor that knows the gates; minors with
/// the same result share an entry.
fn apiserver_flags(line: &Value, witness: &mut Witness) -> Result<Value, String> {
    let input = &line["input"];
    let string = |member: &str| input[member].as_str().unwrap_or_default().to_owned();
    let flags = Flags {
        service_cluster_ip_range: string("serviceClusterIPRange"),
        service_node_port_range: string("serviceNodePortRange"),
        advertise_address: string("advertiseAddress"),
        endpoint_reconciler_type: string("endpointReconcilerType"),
        kubernetes_service_node_port: input["kubernetesServiceNodePort"].as_i64().unwrap_or(0),
        ..Flags::default()
    };
    // The oldest first, as recorded; these minors were not.
    let mut versions: Vec<KubeVersion> = KubeVersion::all().collect();
    versions.reverse();
    versions.retain(|version| {
        !["1.20", "1.22", "1.24", "1.37"].contains(&version.to_string().as_str())
    });
    let mut entries: Vec<(Vec<String>, Value)> = Vec::new();
    for version in versions {
        let mut behavior = Behavior::of(version);
        let mut gates = input["featureGates"].as_object().into_iter().flatten();
        if !gates.all(|(gate, on)| behavior.set_gate(gate, on == &Value::Bool(true)).is_ok()) {
            continue;
        }
        let mut trace = Trace::default();
        let started = start(&behavior, &flags, &mut trace);
        witness.see(version, trace.steps());
        let result = match started {
            Start::FlagError(error) => json!({"flagError": error.message}),
            Start::CompleteError(error) => json!({"completeError": error.message}),
            Start::Completed(completed) => {
                let errors: Vec<_> = completed.errors.into_iter().map(|e| e.message).collect();
                let mut result = Map::from_iter([
                    ("errors".to_owned(), json!(errors)),
                    ("primary".to_owned(), json!(completed.primary.to_string())),
                    ("kubernetesServiceIP".to_owned(), json!(completed.kubernetes_ip)),
                ]);
                if let Some(secondary) = completed.secondary {
                    result.insert("secondary".to_owned(), json!(secondary.to_string()));
                }
                result.into()
            }
        };
        match entries.iter_mut().find(|(_, own)| *own == result) {
            Some((versions, _)) => versions.push(version.to_string()),
            None => entries.push((vec![version.to_string()], result)),
        }
    }
    let expect: Vec<Value> = entries
        .into_iter()
        .map(|(versions, result)| json!({"versions": versions, "result": result}))
        .collect();
    let mut answer = line.clone();
    answer["expect"] = expect.into();
    Ok(answer)
}

/// A list of `{versions, result}` as a result per release.
fn by_release(expect: &Value) -> BTreeMap<String, Value> {
    let entries = expect.as_array().into_iter().flatten();
    entries
        .flat_map(|entry| {
            let versions = entry["versions"].as_array().into_iter().flatten();
            let versions = versions.filter_map(Value::as_str);
            versions.map(|version| (version.to_owned(), entry["result"].clone()))
        })
        .collect()
}

fn covered_release(version: &str) -> bool {
    let minor = version.strip_prefix("1.").and_then(|minor| minor.parse().ok());
    minor.is_some_and(covered::release)
}

/// Where a line and the core's answer to it differ: class, recorded, answered.
#[must_use]
pub fn differences(line: &Value, witness: &mut Witness) -> Vec<(String, String, String)> {
    let kind = line["kind"].as_str().unwrap_or_default();
    let mut got = match answer(line, witness) {
        Ok(got) => got,
        Err(why) => return vec![(format!("{kind}: not answered"), line.to_string(), why)],
    };
    let mut line = line.clone();
    if kind == "apiserver-flags" {
        // Minors that were not asked prove nothing.
        let mut recorded = by_release(&line["expect"]);
        recorded.retain(|version, _| covered_release(version));
        let mut answered = by_release(&got["expect"]);
        answered.retain(|version, _| recorded.contains_key(version));
        (line["expect"], got["expect"]) = (json!(recorded), json!(answered));
    }
    let none = Map::new();
    let (recorded, answered) =
        (line.as_object().unwrap_or(&none), got.as_object().unwrap_or(&none));
    let mut members: Vec<&String> = recorded.keys().chain(answered.keys()).collect();
    members.sort();
    members.dedup();
    members
        .into_iter()
        .filter(|member| recorded.get(*member) != answered.get(*member))
        .map(|member| {
            let print = |map: &Map<String, Value>| {
                map.get(member).map_or("nothing".to_owned(), Value::to_string)
            };
            (format!("{kind}: {member}"), print(recorded), print(answered))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;
    use crate::witness::Witness;

    #[test]
    fn a_wrong_recorded_value_is_found() {
        let line = json!({"kind": "portRange", "input": "30000-30001", "base": 30000, "size": 2,
            "free": 2, "string": "30000-30001", "staticBand": 0,
            "static": [{"allocate": 30001, "error": null}]});
        let witness = &mut Witness::default();
        assert_eq!(differences(&line, witness), []);
        let mut wrong = line.clone();
        wrong["size"] = json!(3);
        wrong["static"][0]["error"] = json!("provided port is already allocated");
        let classes: Vec<_> =
            differences(&wrong, witness).into_iter().map(|found| found.0).collect();
        assert_eq!(classes, ["portRange: size", "portRange: static"]);
    }
}
