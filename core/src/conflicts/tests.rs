//! Which findings do texts of flags give, and what fixes them?

use super::{Finding, Severity, titles};
use crate::cluster::components::Components;
use crate::explain::text::Lang;
use crate::kube_proxy::startup::HostFamilies;
use crate::net::Family;
use crate::release::version::KubeVersion;

/// A cluster in which everything fits; cases change something of it.
const DUAL: &str = "kube-apiserver
--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-controller-manager
--allocate-node-cidrs=true
--cluster-cidr=10.244.0.0/16,fd00:10:244::/56
--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112

kube-proxy
--cluster-cidr=10.244.0.0/16,fd00:10:244::/56

kubelet · node-1
--node-ip=192.0.2.11,2001:db8::11

kubelet · node-2
--node-ip=192.0.2.12,2001:db8::12
";

fn start(text: &str) -> Components {
    Components::start(KubeVersion::LATEST, text)
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        Severity::Note => "remark",
        Severity::Unexpected => "surprise",
        Severity::Breaks => "breaks",
        Severity::Exits => "exits",
    }
}

/// What is found, a line each: rule, severity, nodes; the texts of its flags; what follows.
fn print(components: &Components) -> Vec<String> {
    let text = &components.text;
    let line = |finding: &Finding| {
        let nodes = finding.nodes.join(",");
        let flag_refs = finding.flag_refs.iter().map(|flag_ref| match flag_ref.span {
            Some(span) => text[span.start..span.end].to_owned(),
            None => format!("({} of {})", flag_ref.flag, flag_ref.component.name()),
        });
        let follows = finding.consequences.iter().map(|it| it.rule().id);
        format!(
            "{} {} [{nodes}] {} => {}",
            finding.rule.id,
            severity(finding),
            flag_refs.collect::<Vec<_>>().join(" | "),
            follows.collect::<Vec<_>>().join(" ")
        )
    };
    components.findings().iter().map(line).collect()
}

/// What is found when `old` becomes `new`. Where an edit is offered it fixes its finding, and the text
/// it gives is the one that is expected, if one is.
fn check(old: &str, new: &str, expect: &[&str]) {
    assert!(DUAL.contains(old), "{old}");
    let components = start(&DUAL.replace(old, new));
    assert_eq!(print(&components), expect, "{new}\n{}", components.text);
}

/// What the first finding's edit makes of `new`.
fn fixes(old: &str, new: &str, expect: Option<&str>) {
    assert!(DUAL.contains(old), "{old}");
    let components = start(&DUAL.replace(old, new));
    let finding = components.findings().into_iter().next().expect("something is found");
    let fixed = components.fix(&finding).map(|edit| edit.apply(&components.text));
    let expect = expect.map(|expect| DUAL.replace(old, expect));
    assert_eq!(fixed, expect, "{new}");
    if let Some(text) = fixed {
        let ids = |found: Vec<Finding>| -> Vec<_> { found.iter().map(|it| it.rule.id).collect() };
        assert!(!ids(start(&text).findings()).contains(&finding.rule.id), "{text}");
    }
}

#[test]
fn what_fits_gives_no_finding() {
    check("", "", &[]);
    assert!(start(DUAL).all_start());
    assert_eq!(print(&start("")), [""; 0]);
}

#[test]
fn half_a_text_gives_no_finding() {
    for text in DUAL.split("\n\n") {
        assert_eq!(print(&start(text)), [""; 0], "{text}");
    }
    assert!(start("kube-proxy --detect-local-mode=NodeCIDR").all_start());
    for left_out in DUAL.split("\n\n") {
        assert_eq!(print(&start(&DUAL.replace(left_out, ""))), [""; 0], "{left_out}");
    }
}

const CONTROLLER: &str =
    "fd00:10:244::/56\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";

#[test]
fn a_service_range_that_is_not_kept_from_nodes_collides() {
    let pods = "10.244.0.0/16,fd00:10:244::/56";
    let wide = DUAL.replace(pods, "10.0.0.0/8,fd00:10:244::/56");
    let controller = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n\nkube-proxy";
    let text = wide.replace(controller, "\nkube-proxy");
    let components = start(&text);
    let expect = "AGREE-1a breaks [] 10.96.0.0/16 | (service-cluster-ip-range of \
                  kube-controller-manager) | 10.0.0.0/8 => THEN-9";
    assert_eq!(print(&components), [expect]);
    // Once it is known it only costs blocks, of which there are many.
    assert_eq!(print(&start(&wide)), ["AGREE-2b surprise [] 10.96.0.0/16 | 10.0.0.0/8 => THEN-8"]);
    let finding = &components.findings()[0];
    assert_eq!(components.fix(finding), None, "an overlap is left");
}

#[test]
fn service_ranges_that_differ_without_consequence_are_a_remark() {
    let other = "fd00:10:244::/56\n--service-cluster-ip-range=10.96.0.0/12";
    let flag_refs = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 | \
                 --service-cluster-ip-range=10.96.0.0/12";
    check(CONTROLLER, other, &[&format!("AGREE-1b remark [] {flag_refs} => THEN-20")]);
    fixes(CONTROLLER, other, Some(CONTROLLER));
    // Where it touches the cluster ranges something follows.
    let other = "fd00:10:244::/56\n--service-cluster-ip-range=10.244.0.0/24";
    let flag_refs = flag_refs.replace("10.96.0.0/12", "10.244.0.0/24");
    check(CONTROLLER, other, &[&format!("AGREE-1b surprise [] {flag_refs} => THEN-8")]);
    fixes(CONTROLLER, other, Some(CONTROLLER));
    // In another order they are the same, and a flag that is not there says nothing.
    let order = "fd00:10:244::/56\n--service-cluster-ip-range=fd00:10:96::/112,10.96.0.0/16";
    check(CONTROLLER, order, &[]);
    check(CONTROLLER, "fd00:10:244::/56", &[]);
}

#[test]
fn a_service_range_in_the_cluster_range_costs_blocks_or_all_of_them() {
    let text = DUAL.replace("fd00:10:96::/112", "fd00:10:244:7::/112");
    assert_eq!(
        print(&start(&text)),
        ["AGREE-2b surprise [] fd00:10:244:7::/112 | fd00:10:244::/56 => THEN-8"]
    );
    let text = DUAL.replace("fd00:10:96::/112", "fd00:10:244::/56");
    assert_eq!(
        print(&start(&text)),
        ["AGREE-2c breaks [] fd00:10:244::/56 | fd00:10:244::/56 => THEN-1 THEN-4"]
    );
    // Nobody keeps anything from anybody.
    let text = text.replace("--allocate-node-cidrs=true\n", "");
    assert_eq!(
        print(&start(&text))[0],
        "AGREE-2a breaks [] fd00:10:244::/56 | fd00:10:244::/56 => THEN-9"
    );
    // Without kube-controller-manager, kube-proxy is asked where Pods are.
    let text = "--service-cluster-ip-range=10.96.0.0/16\nkube-proxy --cluster-cidr=10.0.0.0/8";
    assert_eq!(print(&start(text)), ["AGREE-2a breaks [] 10.96.0.0/16 | 10.0.0.0/8 => THEN-9"]);
}

#[test]
fn machines_have_no_addresses_of_pods_or_services() {
    check(
        "192.0.2.12",
        "10.244.3.12",
        &["AGREE-3a breaks [node-2] 10.244.3.12 | 10.244.0.0/16 => THEN-10"],
    );
    check(
        "2001:db8::12",
        "fd00:10:96::12",
        &["AGREE-3b breaks [node-2] fd00:10:96::12 | fd00:10:96::/112 => THEN-11"],
    );
    let range = "10.96.0.0/16,fd00:10:96::/112\n\nkube-c";
    let with = |ip| format!("10.96.0.0/16,fd00:10:96::/112\n--advertise-address={ip}\n\nkube-c");
    check(range, &with("192.0.2.10"), &[]);
    check(
        range,
        &with("10.96.7.7"),
        &["AGREE-3b breaks [] --advertise-address=10.96.7.7 | 10.96.0.0/16 => THEN-11"],
    );
}

#[test]
fn all_begin_with_the_same_family() {
    let cluster = "true\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    let swapped = "true\n--cluster-cidr=fd00:10:244::/56,10.244.0.0/16";
    check(cluster, swapped, &["AGREE-4a surprise [] 10.96.0.0/16 | fd00:10:244::/56 => THEN-19"]);
    fixes(cluster, swapped, Some(cluster));
    let (pair, swapped) = ("192.0.2.12,2001:db8::12", "2001:db8::12,192.0.2.12");
    let expect =
        "AGREE-4b surprise [node-2] 10.96.0.0/16 | --node-ip=2001:db8::12,192.0.2.12 => THEN-19";
    check(pair, swapped, &[expect]);
    fixes(pair, swapped, Some(pair));
    // The order of kube-proxy's ranges plays no part.
    let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    check(proxy, "kube-proxy\n--cluster-cidr=fd00:10:244::/56,10.244.0.0/16", &[]);
}

#[test]
fn masks_leave_ranges_for_nodes() {
    let allocate = "--allocate-node-cidrs=true";
    let mask = |flag: &str| format!("{allocate}\n--node-cidr-mask-size-{flag}");
    let flag_ref = |flag: &str| format!("--node-cidr-mask-size-{flag}");
    check(
        allocate,
        &mask("ipv6=48"),
        &[&format!(
            "AGREE-5a exits [] fd00:10:244::/56 | {} => THEN-21 THEN-1",
            flag_ref("ipv6=48")
        )],
    );
    fixes(allocate, &mask("ipv6=48"), Some(&mask("ipv6=64")));
    check(
        allocate,
        &mask("ipv6=80"),
        &[&format!(
            "AGREE-5a exits [] fd00:10:244::/56 | {} => THEN-21 THEN-1",
            flag_ref("ipv6=80")
        )],
    );
    fixes(allocate, &mask("ipv6=80"), Some(&mask("ipv6=72")));
    fixes(allocate, &mask("ipv4=15"), Some(&mask("ipv4=18")));
    let of_56 = "fd00:10:244::/56 | --node-cidr-mask-size-ipv6=56 => THEN-2 THEN-4 THEN-3";
    check(allocate, &mask("ipv6=56"), &[&format!("AGREE-5b breaks [] {of_56}")]);
    fixes(allocate, &mask("ipv6=56"), Some(&mask("ipv6=64")));
    // One node has its range, and the next would have none.
    let one = DUAL.split("kubelet · node-2").next().unwrap_or_default();
    let one = one.replace(allocate, &mask("ipv4=16"));
    let expect = "AGREE-5c surprise [] 10.244.0.0/16 | --node-cidr-mask-size-ipv4=16 => THEN-28";
    assert_eq!(print(&start(&one)), [expect]);
}

#[test]
fn pods_have_the_families_of_services() {
    let text = DUAL.replace(",fd00:10:244::/56", "");
    let components = start(&text);
    let flag_refs = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112 | \
                 --cluster-cidr=10.244.0.0/16";
    assert_eq!(print(&components), [format!("AGREE-6a breaks [] {flag_refs} => THEN-5 THEN-7")]);
    let edit = components.fix(&components.findings()[0]).expect("one stretch fixes both flags");
    assert_eq!(edit.apply(&text), DUAL);

    let text = DUAL.replace(",fd00:10:96::/112", "");
    let components = start(&text);
    let flag_refs = "--service-cluster-ip-range=10.96.0.0/16 | \
                 --cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    assert_eq!(print(&components), [format!("AGREE-6b surprise [] {flag_refs} => THEN-6")]);
    let edit = components.fix(&components.findings()[0]).expect("one stretch fixes both flags");
    assert_eq!(edit.apply(&text), DUAL);

    let text = DUAL.replace(",fd00:10:96::/112", "").replace("10.244.0.0/16,", "");
    let found = print(&start(&text));
    let flag_refs = "--service-cluster-ip-range=10.96.0.0/16 | --cluster-cidr=fd00:10:244::/56";
    assert_eq!(found, [format!("AGREE-6c breaks [] {flag_refs} => THEN-7")]);
}

#[test]
fn nodes_have_the_families_of_the_cluster() {
    let pair = "--node-ip=192.0.2.12,2001:db8::12";
    let range = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    for one in ["--node-ip=192.0.2.12", "--node-ip=0.0.0.0"] {
        let expect = format!("AGREE-6d surprise [node-2] {range} | {one} => THEN-16");
        check(pair, one, &[&expect]);
        fixes(pair, one, Some(pair));
    }
    check(
        pair,
        "",
        &[&format!("AGREE-6d surprise [node-2] {range} | (node-ip of kubelet) => THEN-16")],
    );
    // A cloud may still give it both.
    check(pair, "--cloud-provider=external", &[]);

    let six = DUAL.replace("10.96.0.0/16,", "").replace("10.244.0.0/16,", "");
    let six = six.replace("kube-controller", "--advertise-address=2001:db8::10\nkube-controller");
    let six = six.replace("192.0.2.11,2001:db8::11", "2001:db8::11,192.0.2.11");
    let pair = "--node-ip=2001:db8::12";
    let six = six.replace("--node-ip=192.0.2.12,2001:db8::12", pair);
    assert_eq!(print(&start(&six)), [""; 0], "a node may have more than the cluster");
    let text = six.replace(pair, "--node-ip=192.0.2.12");
    let components = start(&text);
    let flag_refs = "--cluster-cidr=fd00:10:244::/56 | --node-ip=192.0.2.12";
    assert_eq!(print(&components), [format!("AGREE-6e breaks [node-2] {flag_refs} => THEN-16")]);
    let edit = components.fix(&components.findings()[0]).expect("an address fixes it");
    assert_eq!(edit.apply(&text), six);
}

#[test]
fn nodes_of_which_the_same_is_found_stand_together() {
    let text = DUAL.replace("--node-ip=192.0.2.11,2001:db8::11", "");
    let text = text.replace("--node-ip=192.0.2.12,2001:db8::12", "");
    let found = start(&text).findings();
    assert_eq!(found.len(), 2, "each has its own section: {found:?}");
    let text = format!("{DUAL}kubelet\n--node-ip=192.0.2.12");
    assert_eq!(start(&text).findings().len(), 0, "what names a node beats what names none");
    let text = DUAL.replace(",fd00:10:244::/56\n\nkubelet", "\n\nkubelet");
    let found = start(&text).findings();
    assert_eq!(found[0].nodes.join(","), "node-1,node-2");
}

#[test]
fn kube_proxy_knows_where_pods_are() {
    let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    let with = |ranges: &str| format!("kube-proxy\n--cluster-cidr={ranges}");
    let nodes = "[node-1,node-2]";
    for (ranges, expect) in [
        (
            "10.244.0.0/16",
            format!(
                "AGREE-7a surprise {nodes} fd00:10:244::/56 | --cluster-cidr=10.244.0.0/16 => THEN-13"
            ),
        ),
        (
            "10.245.0.0/16,fd00:10:244::/56",
            format!("AGREE-7b breaks {nodes} 10.244.0.0/16 | 10.245.0.0/16 => THEN-12"),
        ),
        (
            "10.244.0.0/17,fd00:10:244::/56",
            format!("AGREE-7b breaks {nodes} 10.244.0.0/16 | 10.244.0.0/17 => THEN-12"),
        ),
        (
            "10.224.0.0/11,fd00:10:244::/56",
            format!("AGREE-7d surprise {nodes} 10.244.0.0/16 | 10.224.0.0/11 => THEN-14"),
        ),
    ] {
        check(proxy, &with(ranges), &[&expect]);
        fixes(proxy, &with(ranges), Some(proxy));
    }
    let four = DUAL.replace(",fd00:10:96::/112", "").replace(
        "true\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56",
        "true\n--cluster-cidr=10.244.0.0/16",
    );
    let flag_refs = "--cluster-cidr=10.244.0.0/16 | fd00:10:244::/56";
    assert_eq!(print(&start(&four)), [format!("AGREE-7c surprise {nodes} {flag_refs} => THEN-14")]);
    // In another mode the flag plays no part.
    check(proxy, "kube-proxy\n--detect-local-mode=NodeCIDR", &[]);
    let bridge = "kube-proxy\n--detect-local-mode=BridgeInterface --pod-bridge-interface=cbr0";
    check(proxy, bridge, &[]);
    // kubeadm gives kube-proxy a file.
    check(proxy, "kube-proxy\n--config=/var/lib/kube-proxy/config.conf", &[]);
}

#[test]
fn ranges_that_nobody_gives_out_are_a_remark_unless_somebody_waits_for_them() {
    let allocate = "--allocate-node-cidrs=true\n";
    let cluster = "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    let expect = format!(
        "AGREE-8a remark [] {cluster} | (allocate-node-cidrs of kube-controller-manager) => THEN-1 THEN-4"
    );
    check(allocate, "", &[&expect]);
    fixes(allocate, "--allocate-node-cidrs=false\n", Some(allocate));
    let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    let text =
        DUAL.replace(allocate, "").replace(proxy, "kube-proxy\n--detect-local-mode=NodeCIDR");
    let components = start(&text);
    let flag_refs =
        "(allocate-node-cidrs of kube-controller-manager) | --detect-local-mode=NodeCIDR";
    let expect = format!("AGREE-8b exits [node-1,node-2] {flag_refs} => THEN-1 THEN-21");
    assert_eq!(print(&components), [expect]);
    let edit = components.fix(&components.findings()[0]).expect("a flag fixes it");
    assert!(start(&edit.apply(&text)).all_start());
}

#[test]
fn the_advertise_address_is_of_the_first_family() {
    let range = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";
    let address = |ip| format!("{range}\n--advertise-address={ip}");
    let expect = |severity, follows| {
        format!(
            "AGREE-9 {severity} [] 10.96.0.0/16 | --advertise-address=2001:db8::10 => {follows}"
        )
    };
    check(range, &address("2001:db8::10"), &[&expect("exits", "THEN-21")]);
    fixes(range, &address("2001:db8::10"), Some(&address("192.0.2.10")));
    let text = DUAL.replace(range, &address("2001:db8::10"));
    let old = "1.23".parse().expect("a simulated release");
    let found = print(&Components::start(old, &text));
    assert_eq!(found, [expect("breaks", "THEN-15")]);
    let none = format!("{}\n--endpoint-reconciler-type=none", address("2001:db8::10"));
    // The families are not compared then, and no endpoint is published.
    let flag = "--endpoint-reconciler-type=none";
    check(range, &none, &[&format!("AGREE-13 breaks [] {flag} => THEN-35")]);
    fixes(range, &none, None);
    let none = format!("{range}\n{flag}");
    fixes(range, &none, Some(&none.replace("none", "lease")));
}

#[test]
fn the_gate_is_on_everywhere_or_nowhere() {
    let gate = "\n--feature-gates=IPv6DualStack=true";
    let old = "1.20".parse().expect("a simulated release");
    let with_gate = |text: &str| {
        text.split("\n\n")
            .map(|part| [part.trim_end(), gate].concat())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let text = with_gate(DUAL);
    assert_eq!(print(&Components::start(old, &text)), [""; 0]);
    let proxy = "kube-proxy\n--cluster-cidr=10.244.0.0/16,fd00:10:244::/56";
    let bridge = "kube-proxy\n--detect-local-mode=ClusterCIDR";
    let text = text.replace(&[proxy, gate].concat(), bridge);
    let components = Components::start(old, &text);
    let found = components.findings();
    let gates: Vec<_> = found.iter().filter(|it| it.rule.id == "AGREE-10").collect();
    assert_eq!(gates.len(), 1, "{:?}", print(&components));
    let fixed = components.fix(gates[0]).expect("the gate fixes it").apply(&text);
    assert!(fixed.contains(&[bridge, gate].concat()), "{fixed}");
}

#[test]
fn a_host_of_one_family_serves_one_family() {
    let version = KubeVersion::LATEST;
    let host = HostFamilies::Only(Family::V4);
    let text = DUAL.replace(",2001:db8::11", "").replace(",2001:db8::12", "");
    let found = Components::start_on(host, version, &text).findings();
    let of_proxy: Vec<_> = found.iter().filter(|it| it.rule.id == "AGREE-11").collect();
    assert_eq!(of_proxy.len(), 1);
    assert_eq!(of_proxy[0].nodes.len(), 2);
}

#[test]
fn an_address_that_stands_for_a_node_is_one_of_its_own() {
    let proxy = "kube-proxy\n";
    let bind = "kube-proxy\n--bind-address=198.51.100.1\n";
    let own = "--bind-address=198.51.100.1 | --node-ip=192.0.2";
    let found = print(&start(&DUAL.replace(proxy, bind)));
    assert_eq!(found.len(), 2, "the sections of the two nodes differ: {found:?}");
    assert!(found.iter().all(|line| line.contains(own)), "{found:?}");
    check(proxy, "kube-proxy\n--bind-address=::\n", &[]);
}

#[test]
fn every_rule_of_a_finding_has_a_title() {
    let all = [
        super::ranges::RULES,
        super::order::RULES,
        super::masks::RULES,
        super::families::RULES,
        super::proxy::RULES,
        super::gates::RULES,
    ];
    for rule in all.into_iter().flatten() {
        let title = titles().find(|(other, _)| other == rule);
        assert!(title.is_some_and(|(_, it)| !it.en.is_empty() && !it.zh.is_empty()), "{rule:?}");
    }
}

#[test]
fn a_finding_can_be_read_in_both_languages() {
    let text =
        DUAL.replace("10.244.0.0/16,fd00:10:244::/56\n\nkubelet", "10.245.0.0/16\n\nkubelet");
    for finding in start(&text).findings() {
        for lang in [Lang::En, Lang::Zh] {
            let sentence = finding.step().plain(lang);
            assert!(!sentence.contains(['{', '}']), "{sentence}");
        }
    }
}

const PIECES: [&str; 48] = [
    "\n",
    "\n",
    "\n",
    " ",
    ",",
    "kube-apiserver\n",
    "kube-controller-manager\n",
    "kube-proxy\n",
    "kubelet\n",
    "kubelet · a\n",
    "kube-proxy · b, c\n",
    "kubelet (中 文)\n",
    "--service-cluster-ip-range=",
    "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112\n",
    "--cluster-cidr=",
    "--cluster-cidr=10.244.0.0/16,fd00:10:244::/56\n",
    "--allocate-node-cidrs\n",
    "--allocate-node-cidrs=false\n",
    "--node-cidr-mask-size=",
    "--node-cidr-mask-size-ipv4=",
    "--node-cidr-mask-size-ipv6=",
    "--node-ip=",
    "--node-ip=192.0.2.11,2001:db8::11\n",
    "--node-ip \"",
    "--bind-address=",
    "--advertise-address=",
    "--detect-local-mode=NodeCIDR\n",
    "--feature-gates=IPv6DualStack=true\n",
    "--endpoint-reconciler-type=none\n",
    "--cloud-provider=external\n",
    "10.0.0.0/8",
    "10.244.0.0/16",
    "fd00::/40",
    "fd00:10:244::/64",
    "::/0",
    "0.0.0.0/0",
    "::ffff:10.0.0.0/104",
    "::",
    "10.244.0.7",
    "fd00::1",
    "64",
    "24",
    "0",
    "129",
    "x",
    "'",
    "\\",
    "--",
];

#[test]
fn no_text_panics_and_what_is_offered_mends() {
    let mut next = crate::source::chance();
    let versions: Vec<KubeVersion> = KubeVersion::all().collect();
    let mut fixed = 0;
    // In many of them a program exits because of a flag that is not its own.
    for _ in 0..8000 {
        let mut text: String = (0..next(40)).map(|_| PIECES[next(PIECES.len())]).collect();
        // Half of them are a sound text with a few changes.
        if next(2) == 0 {
            text = DUAL.to_owned();
            for _ in 0..=next(3) {
                let (old, new) = (PIECES[next(PIECES.len())], PIECES[next(PIECES.len())]);
                text = text.replacen(old, new, 1 + next(2));
            }
        }
        let host = match next(8) {
            0 => HostFamilies::Only(Family::V4),
            1 => HostFamilies::Only(Family::V6),
            _ => HostFamilies::Both,
        };
        let components = Components::start_on(host, versions[next(versions.len())], &text);
        for status in components.all() {
            for said in status.errors.iter().chain(status.warnings) {
                assert!(
                    said.span.is_none_or(|it| text.get(it.start..it.end).is_some()),
                    "{text:?}"
                );
            }
        }
        let findings = components.findings();
        assert!(findings.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity)));
        for finding in &findings {
            for span in finding.flag_refs.iter().filter_map(|flag_ref| flag_ref.span) {
                assert!(text.get(span.start..span.end).is_some(), "{text:?} {finding:?}");
            }
            let Some(edit) = components.fix(finding) else { continue };
            fixed += 1;
            let after = Components::start_on(host, components.version, &edit.apply(&text));
            assert!(!after.findings().iter().any(|other| other.is(finding)), "{text:?}");
        }
    }
    assert!(fixed > 500, "only {fixed} edits were offered");
}
