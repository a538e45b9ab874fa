//! What do the lines about Nodes' and Pods' ranges record, and what does the core say?

use dualstack_core::controller_manager::cidr_set::CidrSet;
use dualstack_core::controller_manager::config::{NodeIpamConfig, NodeRange};
use dualstack_core::controller_manager::range_allocator::{NodeIpam, Outcome};
use dualstack_core::controller_manager::startup::{Flags, Start, start};
use dualstack_core::explain::trace::Trace;
use dualstack_core::net::{Cidr, Stack};
use dualstack_core::network_plugin as host_local;
use dualstack_core::network_plugin::HostLocal;
use dualstack_core::release::behavior::Behavior;
use serde_json::{Map, Value, json};

use crate::driver::cidr;
use crate::kinds::{RELEASE, text, texts};
use crate::witness::Witness;

/// `kcm-flags`: from flags to a running node CIDR controller.
///
/// # Errors
/// The controller refuses its own configuration.
pub fn kcm_flags(input: &Value, witness: &mut Witness) -> Result<Value, String> {
    let string = |member: &str| input[member].as_str().unwrap_or_default().to_owned();
    let number = |member: &str| {
        input[member].as_i64().and_then(|number| i32::try_from(number).ok()).unwrap_or(0)
    };
    let flags = Flags {
        allocate_node_cidrs: input["allocateNodeCIDRs"] == Value::Bool(true),
        cidr_allocator_type: string("cidrAllocatorType"),
        cluster_cidr: string("clusterCIDR"),
        service_cluster_ip_range: string("serviceClusterIPRange"),
        node_cidr_mask_size: number("nodeCIDRMaskSize"),
        node_cidr_mask_size_ipv4: number("nodeCIDRMaskSizeIPv4"),
        node_cidr_mask_size_ipv6: number("nodeCIDRMaskSizeIPv6"),
    };
    let mut trace = Trace::default();
    let started = start(&Behavior::of(RELEASE), &flags, &mut trace);
    let answer = match started {
        Start::FlagErrors(errors) => {
            let errors: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            json!({"flagErrors": errors})
        }
        Start::Failed(error) => json!({"startError": error.message}),
        Start::Off => json!({"controller": "not started"}),
        Start::Running(running) => {
            let ipam = NodeIpam::start(&running.config, [], &mut trace);
            let ipam = ipam.map_err(|refusal| refusal.message)?;
            let uses = ipam.ranges();
            json!({
                "clusterCIDRs": uses.iter().map(|it| it.cluster.to_string()).collect::<Vec<_>>(),
                "controller": "running",
                "maxNodesPerFamily": uses.iter().map(|it| it.blocks).collect::<Vec<_>>(),
                "nodeMaskSizes": uses.iter().map(|it| it.node_mask).collect::<Vec<_>>(),
            })
        }
    };
    witness.see(RELEASE, trace.steps());
    Ok(answer)
}

fn node_mask(mask: &Value) -> Result<u32, String> {
    let mask = mask.as_u64().and_then(|mask| u32::try_from(mask).ok());
    mask.ok_or_else(|| "no node mask".to_owned())
}

/// `cidrset`: the blocks of one range.
///
/// # Errors
/// An input is missing.
pub fn cidr_set(input: &Value) -> Result<Value, String> {
    let node_mask = node_mask(&input["nodeMask"])?;
    let range = NodeRange { cidr: cidr(text(input, "clusterCIDR")?)?, node_mask };
    let mut set = match CidrSet::new(range) {
        Ok(set) => set,
        Err(error) => return Ok(json!({"newError": error.to_string(), "allocated": 0})),
    };
    let mut results = Vec::new();
    for op in input["ops"].as_array().into_iter().flatten() {
        let range = |op: &Value| cidr(text(op, "cidr")?);
        let result = match text(op, "op")? {
            "allocate" => set.allocate_next().map(|block| {
                json!({"cidr": block.cidr.map_or("<nil>".to_owned(), |cidr| cidr.to_string())})
            }),
            "occupy" => set.occupy(range(op)?).map(|()| json!({})),
            "release" => set.release(range(op)?).map(|()| json!({})),
            other => return Err(format!("no operation: {other}")),
        };
        results.push(result.unwrap_or_else(|error| json!({"error": error.to_string()})));
    }
    Ok(json!({"maxCIDRs": set.blocks(), "results": results, "allocated": set.taken()}))
}

/// `range-allocator`: the node CIDR controller.
///
/// # Errors
/// An input is missing.
pub fn range_allocator(input: &Value, witness: &mut Witness) -> Result<Value, String> {
    let ranges = |member: &str| -> Result<Vec<Cidr>, String> {
        texts(input, member).iter().map(|text| cidr(text)).collect()
    };
    let masks = input["nodeMasks"].as_array().into_iter().flatten();
    let mut nodes = Vec::new();
    for (cidr, mask) in ranges("clusterCIDRs")?.into_iter().zip(masks) {
        nodes.push(NodeRange { cidr, node_mask: node_mask(mask)? });
    }
    let cluster = match nodes[..] {
        [first] => Stack::single(first.cidr.family(), first),
        [first, second] => Stack::dual(first.cidr.family(), first, second),
        _ => return Err("no one or two cluster ranges".to_owned()),
    };
    let services = ranges("serviceCIDRs")?;
    let config = NodeIpamConfig { behavior: Behavior::of(RELEASE), cluster, services };

    let mut existing = Vec::new();
    for node in input["existingNodes"].as_array().into_iter().flatten() {
        existing.push((text(node, "node")?, texts(node, "podCIDRs")));
    }
    let existing = existing.iter().map(|(name, pod_cidrs)| (*name, pod_cidrs.as_slice()));
    let mut trace = Trace::default();
    let started = NodeIpam::start(&config, existing, &mut trace);
    witness.see(RELEASE, trace.steps());
    let mut ipam = match started {
        Ok(ipam) => ipam,
        Err(refusal) => return Ok(json!({"startError": refusal.message})),
    };
    let mut results = Vec::new();
    for step in input["steps"].as_array().into_iter().flatten() {
        let node = text(step, "node")?;
        let outcome = match text(step, "op")? {
            "add" => ipam.add(node, &texts(step, "podCIDRs")),
            "resync" => ipam.resync(node),
            "delete" => ipam.release(node),
            other => return Err(format!("no operation: {other}")),
        };
        let mut trace = Trace::default();
        outcome.explain(&mut trace);
        witness.see(RELEASE, trace.steps());
        results.push(print(outcome));
    }
    Ok(json!({"results": results}))
}

fn print(outcome: Outcome) -> Value {
    let mut result = Map::new();
    if let Some(first) = outcome.pod_cidrs.first() {
        result.insert("podCIDR".to_owned(), json!(first));
        result.insert("podCIDRs".to_owned(), json!(*outcome.pod_cidrs));
    }
    if let Some(error) = outcome.error {
        result.insert("error".to_owned(), json!(error));
    }
    if let Some(event) = outcome.event {
        result.insert("events".to_owned(), json!([event.to_string()]));
    }
    result.into()
}

/// `host-local`: the addresses of Pods on one Node.
///
/// # Errors
/// An operation is none.
pub fn host_local(input: &Value, witness: &mut Witness) -> Result<Value, String> {
    let mut trace = Trace::default();
    let mut node = match HostLocal::new(&texts(input, "subnets")) {
        Ok(node) => node,
        Err(error) => {
            error.explain(&mut trace);
            witness.see(RELEASE, trace.steps());
            return Ok(json!({"configError": error.to_string()}));
        }
    };
    let mut results = Vec::new();
    for op in texts(input, "ops") {
        if let Some(pod) = op.strip_prefix('-') {
            node.release(pod);
            results.push(json!({}));
            continue;
        }
        let pod = op.strip_prefix('+').ok_or_else(|| format!("no operation: {op}"))?;
        let result = node.add(pod);
        host_local::explain(pod, &result, &mut trace);
        results.push(match result {
            Ok(addresses) => json!({
                "addresses": addresses.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "gateways": addresses.iter().map(|it| it.gateway).collect::<Vec<_>>(),
            }),
            Err(failure) => json!({"error": failure.to_string()}),
        });
    }
    witness.see(RELEASE, trace.steps());
    let ranges: Vec<String> =
        node.ranges().iter().map(|it| format!("{}-{}", it.gateway(), it.last())).collect();
    Ok(json!({"ranges": ranges, "results": results}))
}
