//! What do the lines about kubeadm, kind and k3s record, and what does the core say? Each input becomes a config, which
//! is read like any other.

use dualstack_core::explain::diagnostic::Program;
use dualstack_core::explain::trace::Effect;
use dualstack_core::installers::kind::Networking;
use dualstack_core::installers::{self, Installed, k3s, kubeadm};
use dualstack_core::net::go_parse::parse_ip;
use dualstack_core::release::version::KubeVersion;
use serde_json::{Value, json};

use crate::driver::cidr;
use crate::witness::Witness;

/// The kinds that are answered here.
pub const COVERED: [&str; 3] = ["kubeadm-networking", "kind-networking", "k3s-flags"];

/// The release that the lines were recorded with.
const RELEASE: &str = "1.36";

/// A line with its result as the core gives it.
///
/// # Errors
/// An input is missing.
pub fn answer(line: &Value, witness: &mut Witness) -> Result<Value, String> {
    let input = &line["input"];
    let mut answer = line.clone();
    answer["expect"] = match line["kind"].as_str().unwrap_or_default() {
        "kubeadm-networking" => kubeadm_networking(input, witness)?,
        "kind-networking" => kind_networking(input, witness)?,
        _ => k3s_flags(input, witness)?,
    };
    Ok(answer)
}

fn read(config: &str, witness: &mut Witness) -> Result<Installed, String> {
    let release: KubeVersion = RELEASE.parse()?;
    let installed = installers::read(config, release).ok_or("the config is not recognised")?;
    // What was recorded is whether the tool refuses.
    let refused = installed.trace.iter().filter(|step| step.effect == Effect::Rejected);
    witness.see(release, &refused.cloned().collect::<Vec<_>>());
    Ok(installed)
}

fn text<'a>(input: &'a Value, member: &str) -> &'a str {
    input[member].as_str().unwrap_or_default()
}

/// The words of one tool, in its order.
fn refusals(installed: &Installed, program: Program) -> Vec<&str> {
    let own = installed.refusals.iter().filter(|it| it.says == program);
    own.map(|it| it.text.as_str()).collect()
}

/// `kubeadm-networking`: a ClusterConfiguration.
fn kubeadm_networking(input: &Value, witness: &mut Witness) -> Result<Value, String> {
    let args = input["controllerManagerExtraArgs"].as_object().into_iter().flatten();
    let args: Vec<Value> =
        args.map(|(name, value)| json!({"name": name, "value": value})).collect();
    let networking = json!({
        "dnsDomain": input["dnsDomain"],
        "podSubnet": input["podSubnet"],
        "serviceSubnet": input["serviceSubnet"],
    });
    let config = json!({
        "apiVersion": "kubeadm.k8s.io/v1beta4",
        "kind": "ClusterConfiguration",
        "networking": networking,
        "controllerManager": {"extraArgs": args},
    });
    let installed = read(&config.to_string(), witness)?;
    let errors = refusals(&installed, Program::Kubeadm);
    let mut expect = json!({"errors": errors});
    if errors.is_empty() {
        for (member, number) in [("apiServerVirtualIP", 1), ("dnsIP", 10)] {
            let address = kubeadm::service_address(text(input, "serviceSubnet"), number);
            expect[member] = json!(address);
        }
    }
    Ok(expect)
}

/// `kind-networking`: a Cluster.
fn kind_networking(input: &Value, witness: &mut Witness) -> Result<Value, String> {
    let config = json!({
        "apiVersion": "kind.x-k8s.io/v1alpha4",
        "kind": "Cluster",
        "networking": {
            "ipFamily": input["ipFamily"],
            "podSubnet": input["podSubnet"],
            "serviceSubnet": input["serviceSubnet"],
        },
    });
    let installed = read(&config.to_string(), witness)?;
    let defaulted = Networking {
        ip_family: text(input, "ipFamily").to_owned(),
        pod_subnet: text(input, "podSubnet").to_owned(),
        service_subnet: text(input, "serviceSubnet").to_owned(),
        api_server_address: text(input, "apiServerAddress").to_owned(),
    }
    .with_defaults();
    Ok(json!({
        "apiServerAddress": defaulted.api_server_address,
        "errors": refusals(&installed, Program::Kind),
        "ipFamily": defaulted.ip_family,
        "podSubnet": defaulted.pod_subnet,
        "serviceSubnet": defaulted.service_subnet,
    }))
}

/// `k3s-flags`: a config file. A list without entries, which no file can say, goes to the check itself.
fn k3s_flags(input: &Value, witness: &mut Witness) -> Result<Value, String> {
    let list = |member: &str| -> Vec<&str> {
        input[member].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let lists =
        [("cluster-cidr", "clusterCIDR"), ("service-cidr", "serviceCIDR"), ("node-ip", "nodeIP")];
    let lists = lists.map(|(name, member)| (name, list(member)));
    let error = if lists.iter().any(|(_, list)| list.is_empty()) {
        let ranges = |list: &[&str]| list.iter().map(|it| cidr(it)).collect::<Result<Vec<_>, _>>();
        let nodes: Vec<_> = lists[2].1.iter().filter_map(|it| Some(parse_ip(it)?.ip)).collect();
        let found = k3s::check(&ranges(&lists[0].1)?, &ranges(&lists[1].1)?, &nodes);
        found.map(|(words, _)| words)
    } else {
        let lines = lists.iter().map(|(name, list)| format!("{name}: \"{}\"\n", list.join(",")));
        let installed = read(&lines.collect::<String>(), witness)?;
        refusals(&installed, Program::K3s).first().map(|words| (*words).to_owned())
    };
    Ok(json!({"error": error}))
}
