//! Does the kubelet start, and with which `--node-ip`? Rules KUBELET-1, KUBELET-2.
//! Source: component-helpers node/util/ips.go parseNodeIP.

use std::net::IpAddr;

use crate::api::quote;
use crate::explain::trace::Trace;
use crate::facts;
use crate::net::Family;
use crate::net::go_parse::parse_ip;
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::flags::table::{
    CLOUD_PROVIDER as CLOUD, HOSTNAME_OVERRIDE as HOSTNAME, Kind, MAX_PODS, NODE_IP,
};
use crate::source::flags::{Component, FlagsText};
use crate::startup::command_line::{CommandLine, Given};
use crate::startup::{
    LogLine, Phase, Severity, StartError, Unmodelled, bad_value, fold_gates, note, pflag, reject,
};

const WHO: Component = Component::Kubelet;

rules! {
    /// A part of the flag that is no address.
    PART_IS_IGNORED {
        id: "KUBELET-1a", slug: "node-ip-that-is-no-address-is-ignored",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go parseNodeIP",
        evidence: Recorded,
        facts: [text],
        en: "{text} is not an address. The kubelet ignores it with a line in its log, and starts as if it were not set.",
        zh: "{text} 不是地址。kubelet 会忽略它并在日志中写一行，然后像未设置它一样启动。",
    }
    /// Not a pair.
    NODE_IPS_ARE_NO_PAIR {
        id: "KUBELET-1b", slug: "node-ips-are-one-or-a-pair",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go parseNodeIP",
        evidence: Recorded,
        facts: [value],
        en: "`--node-ip` accepts one address, or one per address family; {value} is neither.",
        zh: "`--node-ip` 接受一个地址，或每个地址族各一个；{value} 都不是。",
    }
    /// A pair with a wish in it.
    PAIR_IS_SPECIFIC {
        id: "KUBELET-1c", slug: "node-ip-pair-is-specific",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go parseNodeIP",
        evidence: Recorded,
        facts: [value],
        en: "`0.0.0.0` and `::` only express which address family is preferred. In a pair, here {value}, both addresses must be specific.",
        zh: "`0.0.0.0` 和 `::` 只表示优先使用哪个地址族。指定一对地址（此处为 {value}）时，两个都必须是具体地址。",
    }
    /// A pair with a cloud provider.
    CLOUD_ALLOWS_NO_PAIR {
        id: "KUBELET-2a", slug: "cloud-provider-allows-no-pair",
        versions: Versions::ALL,
        source: "component-helpers node/util/ips.go ParseNodeIPArgument",
        evidence: Recorded,
        facts: [provider],
        en: "With `--cloud-provider` {provider} a pair is not allowed here: with `external` it is allowed from 1.29 on (1.27 and 1.28: with the `CloudDualStackNodeIPs` feature gate), with a built-in provider never.",
        zh: "设置 `--cloud-provider` {provider} 时，此处不允许指定一对地址：`external` 自 1.29 起允许（1.27 和 1.28 需要启用特性门控 `CloudDualStackNodeIPs`），内置提供商始终不允许。",
    }
    /// A pair in a cluster of one family.
    PAIR_NEEDS_GATE {
        id: "KUBELET-2b", slug: "node-ip-pair-needs-the-gate",
        versions: Versions::until(22),
        source: "cmd/kubelet/app/server.go RunKubelet",
        evidence: SourceRead,
        facts: [value],
        en: "In this version a pair in `--node-ip`, here {value}, requires the `IPv6DualStack` feature gate.",
        zh: "在此版本中，在 `--node-ip` 中指定一对地址（此处为 {value}）需要启用特性门控 `IPv6DualStack`。",
    }
}

/// The flags of the kubelet that the simulator acts on, as given.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flags {
    /// `--node-ip`.
    pub node_ip: String,
    /// `--cloud-provider`.
    pub cloud_provider: String,
    /// `--hostname-override`; empty means the host's own name.
    pub hostname_override: String,
    /// `--max-pods`.
    pub max_pods: i32,
}

impl Default for Flags {
    fn default() -> Self {
        let (node_ip, cloud_provider, hostname_override) = Default::default();
        Self { node_ip, cloud_provider, hostname_override, max_pods: 110 }
    }
}

/// Reads the flags from the text, and folds the feature gates into the behaviour. Gates and flags that
/// the simulator does not act on are named in the second list.
///
/// # Errors
/// A value that its flag does not take.
pub fn read(
    text: &FlagsText,
    behavior: &mut Behavior,
    trace: &mut Trace,
) -> Result<(Flags, Vec<Unmodelled>), StartError> {
    let mut flags = Flags::default();
    let mut line = CommandLine::new(WHO, behavior.version, text);
    while let Some(Given { flag, spec, value }) = line.next(trace)? {
        if spec.kind == Kind::Gates {
            fold_gates(WHO, behavior, flag, &mut line.unmodelled, trace)?;
            continue;
        }
        let name = spec.name;
        match name {
            NODE_IP => value.clone_into(&mut flags.node_ip),
            CLOUD => value.clone_into(&mut flags.cloud_provider),
            HOSTNAME => value.clone_into(&mut flags.hostname_override),
            MAX_PODS => {
                let read = pflag::parse_i32(value);
                flags.max_pods = read.map_err(|why| bad_value(name, value, &why, trace))?;
            }
            _ => {}
        }
    }
    Ok((flags, line.unmodelled))
}

/// A kubelet whose flags have passed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kubelet {
    /// The addresses of `--node-ip`: none, one, or a pair.
    pub node_ips: Vec<IpAddr>,
    /// `--cloud-provider=external`.
    pub external_cloud: bool,
    /// The name that the node gets: `--hostname-override`, or that of the host; in small letters.
    pub hostname: String,
    /// How many Pods it takes.
    pub max_pods: usize,
    /// What it writes on its way.
    pub log: Vec<LogLine>,
}

/// Checks the flags. `host` is the name of the machine.
///
/// # Errors
/// Why the kubelet exits.
pub fn start(
    behavior: &Behavior,
    flags: &Flags,
    host: &str,
    trace: &mut Trace,
) -> Result<Kubelet, StartError> {
    let parsed = parse_node_ip(behavior, &flags.node_ip, &flags.cloud_provider, trace)?;
    let name = flags.hostname_override.trim();
    Ok(Kubelet {
        node_ips: parsed.ips,
        external_cloud: flags.cloud_provider == "external",
        hostname: if name.is_empty() { host } else { name }.to_lowercase(),
        max_pods: usize::try_from(flags.max_pods).unwrap_or(0),
        log: parsed.log,
    })
}

/// What `--node-ip` says.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct NodeIps {
    /// The addresses: none, one, or a pair.
    pub ips: Vec<IpAddr>,
    /// The parts that are no address.
    pub ignored: Vec<String>,
    /// What is logged of them.
    pub log: Vec<LogLine>,
}

pub(super) const NO_PAIR: &str = "must contain either a single IP or a dual-stack pair of IPs";

/// Reads `--node-ip` (KUBELET-1, KUBELET-2).
///
/// # Errors
/// Why the kubelet exits.
pub fn parse_node_ip(
    behavior: &Behavior,
    text: &str,
    cloud_provider: &str,
    trace: &mut Trace,
) -> Result<NodeIps, StartError> {
    let mut parsed = NodeIps::default();
    let mut steps = Vec::new();
    for part in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
        if let Some(read) = parse_ip(part) {
            parsed.ips.push(read.ip);
            continue;
        }
        let step = note(trace, &PART_IS_IGNORED, NODE_IP, facts![text = quote(part)]);
        parsed.ignored.push(part.to_owned());
        steps.push(step);
    }
    if let Some(step) = steps.first().copied() {
        let parts: Vec<String> = parsed.ignored.iter().map(|part| quote(part)).collect();
        let message = format!("{}: {}", behavior.ignored_node_ip, parts.join(", "));
        let flag = Some(NODE_IP);
        parsed.log.push(LogLine { severity: Severity::Info, message, flag, step });
    }
    let pair = match parsed.ips.as_slice() {
        [] | [_] => return Ok(parsed),
        [one, other] if Family::of(*one) != Family::of(*other) => true,
        _ => false,
    };
    let alike = behavior.node_ip_errors_begin_alike;
    let given = quote(text);
    let begin = if alike { format!("bad --node-ip {given}: ") } else { String::new() };
    let allowed = match cloud_provider {
        "" => true,
        "external" => behavior.cloud_dual_stack_node_ips.on(),
        _ => false,
    };
    let (rule, message) = if !behavior.dual_stack.on() {
        let words = format!("dual-stack --node-ip {given} not supported in a single-stack cluster");
        (&PAIR_NEEDS_GATE, words)
    } else if !pair {
        let old = format!("bad --node-ip {given}; ");
        (&NODE_IPS_ARE_NO_PAIR, format!("{}{NO_PAIR}", if alike { begin } else { old }))
    } else if !allowed {
        let words = if alike {
            format!("{begin}dual-stack not supported in this configuration")
        } else {
            format!("dual-stack --node-ip {given} not supported when using a cloud provider")
        };
        (&CLOUD_ALLOWS_NO_PAIR, words)
    } else if parsed.ips.iter().any(IpAddr::is_unspecified) {
        let words = if alike {
            format!("{begin}dual-stack node IP cannot include '0.0.0.0' or '::'")
        } else {
            format!("dual-stack --node-ip {given} cannot include '0.0.0.0' or '::'")
        };
        (&PAIR_IS_SPECIFIC, words)
    } else {
        return Ok(parsed);
    };
    let facts = match cloud_provider {
        provider if rule == &CLOUD_ALLOWS_NO_PAIR => facts![provider],
        _ => facts![value = given],
    };
    let step = reject(trace, rule, NODE_IP, facts);
    Err(StartError { message, flag: NODE_IP, entry: None, at: None, step, phase: Phase::Start })
}

#[cfg(test)]
mod tests {
    use super::{Kubelet, read, start};
    use crate::explain::trace::Trace;
    use crate::release::behavior::{
        Behavior, V1_20, V1_21, V1_22, V1_26, V1_27, V1_28, V1_29, V1_30, V1_36,
    };
    use crate::source::flags::{self, Component};

    const PAIR: &str = "192.0.2.11,2001:db8::11";

    /// The addresses of the flags, or why the kubelet exits.
    fn run(release: &Behavior, typed: &str) -> Result<Kubelet, String> {
        let mut behavior = release.clone();
        let trace = &mut Trace::default();
        let typed = flags::parse(&format!("kubelet {typed}"));
        let (flags, _) = read(&typed, &mut behavior, trace).map_err(|error| error.message)?;
        start(&behavior, &flags, "Node-1", trace).map_err(|error| error.message)
    }

    fn check(release: &Behavior, typed: &str, expect: &str) {
        let got = run(release, typed).map_or_else(
            |error| error,
            |kubelet| {
                kubelet.node_ips.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
            },
        );
        assert_eq!(got, expect, "{typed}");
    }

    #[test]
    fn a_pair_is_allowed_where_the_release_allows_it() {
        let pair = format!("--node-ip={PAIR}");
        let two = "192.0.2.11 2001:db8::11";
        check(&V1_36, &pair, two);
        check(
            &V1_20,
            &pair,
            "dual-stack --node-ip \"192.0.2.11,2001:db8::11\" not supported in a single-stack cluster",
        );
        check(&V1_20, &format!("{pair} --feature-gates=IPv6DualStack=true"), two);
        check(&V1_21, &pair, two);
        let external = format!("{pair} --cloud-provider=external");
        let gate = "--feature-gates=CloudDualStackNodeIPs";
        let old = "dual-stack --node-ip \"192.0.2.11,2001:db8::11\" not supported when using a cloud \
               provider";
        let new = "bad --node-ip \"192.0.2.11,2001:db8::11\": dual-stack not supported in this \
               configuration";
        check(&V1_26, &external, old);
        check(&V1_27, &external, new);
        check(&V1_28, &format!("{external} {gate}=true"), two);
        check(&V1_29, &external, two);
        check(&V1_29, &format!("{external} {gate}=false"), new);
        check(
            &V1_30,
            &format!("{external} {gate}=false"),
            "cannot set feature gate CloudDualStackNodeIPs to false, feature is locked to true",
        );
        check(
            &V1_36,
            &format!("{external} {gate}=true"),
            "unrecognized feature gate: CloudDualStackNodeIPs",
        );
        check(&V1_30, &format!("{pair} --cloud-provider=gce"), new);
    }

    #[test]
    fn errors_begin_alike_from_1_27_on() {
        let many = "--node-ip=192.0.2.11,192.0.2.12";
        let words = "must contain either a single IP or a dual-stack pair of IPs";
        check(&V1_36, many, &format!("bad --node-ip \"192.0.2.11,192.0.2.12\": {words}"));
        check(&V1_26, many, &format!("bad --node-ip \"192.0.2.11,192.0.2.12\"; {words}"));
        let wish = "--node-ip=0.0.0.0,::";
        check(
            &V1_27,
            wish,
            "bad --node-ip \"0.0.0.0,::\": dual-stack node IP cannot include '0.0.0.0' or '::'",
        );
        check(&V1_22, wish, "dual-stack --node-ip \"0.0.0.0,::\" cannot include '0.0.0.0' or '::'");
        check(&V1_36, "--node-ip", "flag needs an argument: --node-ip");
    }

    #[test]
    fn what_is_no_address_is_only_logged() {
        let kubelet = run(&V1_36, "--node-ip=10.0.0.1/24,[2001:db8::1] --hostname-override=A");
        let kubelet = kubelet.expect("the kubelet starts");
        assert_eq!((kubelet.node_ips.len(), kubelet.hostname.as_str()), (0, "a"));
        let lines: Vec<&str> = kubelet.log.iter().map(|line| line.message.as_str()).collect();
        assert_eq!(
            lines,
            ["Could not parse some node IP(s), ignoring them: \"10.0.0.1/24\", \"[2001:db8::1]\""]
        );
    }

    #[test]
    fn an_error_points_at_its_flag() {
        let text = "kubelet --v=2 --node-ip=::,0.0.0.0";
        let typed = flags::parse(text);
        let (mut behavior, trace) = (V1_36, &mut Trace::default());
        let (flags, unmodelled) = read(&typed, &mut behavior, trace).expect("it can be read");
        assert_eq!(unmodelled.len(), 1);
        let error = start(&behavior, &flags, "a", trace).expect_err("no wish in a pair");
        let span = error.span(Component::Kubelet, &typed, text).expect("it stands there");
        assert_eq!(&text[span.start..span.end], "--node-ip=::,0.0.0.0");
    }
}
