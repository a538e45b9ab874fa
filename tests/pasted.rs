//! What becomes of the texts that people paste? Each kind of text with the flags it gives to each program, and what the
//! program says to them.

use std::path::Path;

use dualstack_core::cluster::components::Components;
use dualstack_core::release::version::KubeVersion;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, run};
use dualstack_core::source::flags::{Component, parse};
use dualstack_core::startup::exit::Usage;

/// `component: name=value name (argument)`, a line per section.
fn summary(text: &str) -> String {
    let sections = parse(text).sections.into_iter().map(|section| {
        let flags = section.flags.iter().map(|flag| match &flag.value {
            Some(value) => format!(" {}={value}", flag.name),
            None => format!(" {}", flag.name),
        });
        let arguments = section.arguments.iter().map(|it| format!(" ({})", it.text));
        format!("{}:{}", section.component.name(), flags.chain(arguments).collect::<String>())
    });
    sections.collect::<Vec<_>>().join("\n")
}

fn remarks(text: &str) -> Vec<String> {
    parse(text).problems.into_iter().map(|it| it.text_en).collect()
}

fn check(text: &str, expect: &str) {
    assert_eq!(summary(text), expect, "{text}\n{:#?}", remarks(text));
}

/// A text of which nothing is left out.
fn clean(text: &str, expect: &str) {
    check(text, expect);
    assert_eq!(remarks(text), [""; 0], "{text}");
}

/// `component node: ! why it exits, ? what it logs`, of the programs that the text speaks of.
fn said(minor: u8, text: &str) -> Vec<String> {
    let version = KubeVersion::minor(minor).expect("a simulated minor");
    let components = Components::start(version, text);
    let given = components.all().filter(|status| status.is_given).collect::<Vec<_>>();
    let lines = given.iter().flat_map(|status| {
        let name = status.component.name();
        let errors = status.errors.iter().map(move |it| format!("{name}! {}", it.message));
        let warnings = status.warnings.iter().map(move |it| format!("{name}? {}", it.message));
        errors.chain(warnings).collect::<Vec<_>>()
    });
    lines.filter(|line| !line.contains("open") && !line.contains("listening")).collect()
}

fn case(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases").join(name);
    std::fs::read_to_string(path).expect("the case is there")
}

#[test]
fn a_kubelet_flag_that_is_gone_ends_the_kubelet() {
    let text = case("08-kubelet-flag-that-is-gone/flags.txt");
    assert_eq!(said(24, &text), ["kubelet! unknown flag: --network-plugin"]);
    let warned = "kubelet? Flag --network-plugin has been deprecated, will be removed along with dockershim.";
    assert_eq!(said(23, &text), [warned]);
    let misspelt = text.replace("--network-plugin", "--netwrok-plugin");
    for minor in [21, 23, 24, 36] {
        assert_eq!(said(minor, &misspelt), ["kubelet! unknown flag: --netwrok-plugin"], "{minor}");
    }
}

#[test]
fn pod_ranges_that_change_their_order_do_not_fit_the_nodes() {
    let version = KubeVersion::LATEST;
    let of = |name: &str| Action::Boot {
        version,
        flags: case(&format!("11-pod-ranges-change-their-order/{name}")).into(),
    };
    let events = [of("flags-before.txt"), of("flags.txt")];
    let report = run(&Session { seed: 0, events: events.into() });
    let [EventReport::Boot(before), EventReport::Boot(after)] = report.events.as_slice() else {
        panic!("two starts");
    };
    assert!(before.is_running() && after.is_running());
}

#[test]
fn quotes_in_an_item_of_a_manifest_are_of_the_value() {
    let controller = case("13-quotes-inside-a-list-item/flags.txt");
    let words = "invalid argument \"\\\"IPv6DualStack=true\\\"\" for \"--feature-gates\" flag: invalid value \
                 of \"IPv6DualStack=true\", err: strconv.ParseBool: parsing \"true\\\"\": invalid syntax";
    assert_eq!(said(21, &controller), [format!("kube-controller-manager! {words}")]);
    let server = case("13-quotes-inside-a-list-item/flags-apiserver.txt");
    let words = "kube-apiserver! service-cluster-ip-range[0] is not a valid cidr";
    assert_eq!(said(30, &server), [words]);
    // A shell takes them off, and so does systemd.
    let shell = "kube-apiserver --service-cluster-ip-range=\"172.20.0.0/24,fd03::/112\"";
    assert_eq!(said(30, shell), [""; 0]);
}

#[test]
fn the_processes_of_a_machine_have_their_own_flags() {
    let text = case("14-process-list/flags.txt");
    let parsed = parse(&text);
    let programs: Vec<Component> = parsed.sections.iter().map(|it| it.component).collect();
    let expect = [
        Component::Kubelet,
        Component::KubeApiserver,
        Component::KubeControllerManager,
        Component::KubeProxy,
    ];
    assert_eq!(programs, expect);
    assert_eq!(remarks(&text), ["Other programs in the list are left out: `etcd`, `grep`."]);
    assert_eq!(said(24, &text)[0], "kube-apiserver! unknown flag: --insecure-port");
    assert!(said(24, &text).contains(&"kubelet! unknown flag: --network-plugin".to_owned()));
    let deprecated = "kube-apiserver? Flag --insecure-port has been deprecated, This flag has no effect now and \
                      will be removed in v1.24.";
    assert!(said(23, &text).contains(&deprecated.to_owned()), "{:?}", said(23, &text));
}

#[test]
fn a_list_of_processes_is_read_in_each_of_its_forms() {
    let kubelet = "kubelet: node-ip=192.0.2.11 v=2";
    for line in [
        "root 9968 3.4 0.9 1336724 79596 ? Ssl 02:06 1:34 /usr/bin/kubelet --node-ip=192.0.2.11 --v=2",
        "root      9968     1  3 Sep22 ?        00:03:06 /usr/bin/kubelet --node-ip=192.0.2.11 --v=2",
        "   9968 ?        Ssl    1:34 /usr/bin/kubelet --node-ip=192.0.2.11 --v=2",
        "9968 kubelet --node-ip=192.0.2.11 --v=2",
        "  9968  \\_ /usr/bin/kubelet --node-ip=192.0.2.11 --v=2",
        "root 9968 1 kubelet --node-ip=192.0.2.11 --v 2",
        "           └─9968 /usr/bin/kubelet --node-ip=192.0.2.11 --v=2",
        "           ├─9968 /usr/bin/kubelet --node-ip=192.0.2.11 --v=2",
    ] {
        check(line, kubelet);
    }
    check(
        "UID        PID  PPID  C STIME TTY          TIME CMD\n\
         root         1     0  0 Nov29 ?        00:00:09 /sbin/init splash --a=b\n\
         root      9968     1  3 Nov29 ?        00:03:06 /usr/bin/kubelet --node-ip=192.0.2.11 --v=2\n\
         root      9999     2  0 Nov29 ?        00:00:00 [kworker/0:1]\n\
         root     10001  9000  0 Nov29 ?        00:00:00 /go-runner --log-file=/x /usr/local/bin/kube-proxy --v=3",
        "kubelet: node-ip=192.0.2.11 v=2\nkube-proxy: v=3",
    );
    // Nobody took quotes off here.
    check("9968 kubelet --node-ip=\"::1\"", "kubelet: node-ip=\"::1\"");
}

#[test]
fn a_unit_is_read_with_its_variables() {
    let unit = "# /lib/systemd/system/kubelet.service\n[Unit]\nDescription=kubelet: The Kubernetes Node Agent\n\
                Documentation=https://kubernetes.io/docs/\nWants=network-online.target\n\n[Service]\n\
                ExecStart=/usr/bin/kubelet\nRestart=always\nStartLimitInterval=0\nRestartSec=10\n\n[Install]\n\
                WantedBy=multi-user.target\n\n# /etc/systemd/system/kubelet.service.d/10-kubeadm.conf\n\
                [Service]\nEnvironment=\"KUBELET_KUBECONFIG_ARGS=--bootstrap-kubeconfig=/etc/a --kubeconfig=/etc/b\"\n\
                Environment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml\"\n\
                EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-/etc/default/kubelet\n\
                ExecStart=\nExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS\n";
    let read = summary(unit);
    assert!(read.contains("kubelet: bootstrap-kubeconfig=/etc/a kubeconfig=/etc/b"), "{read}");
    assert!(read.contains("kubelet: config=/var/lib/kubelet/config.yaml"), "{read}");
    assert!(!read.contains('('), "{read}");
    assert_eq!(remarks(unit).len(), 1, "{:?}", remarks(unit));
    clean(
        "ExecStart=/usr/local/bin/kube-apiserver \\\n  --secure-port=6443 \\\n  # a comment\n  --v=2\n",
        "kube-apiserver: secure-port=6443 v=2",
    );
    clean(
        "ARGS=\"--node-ip=::1\"\nExecStart=/usr/bin/kubelet $ARGS --v=2\n",
        "kubelet: node-ip=::1\nkubelet: v=2",
    );
}

#[test]
fn a_file_of_variables_is_read_whatever_its_quotes() {
    for text in [
        "KUBELET_KUBEADM_ARGS=\"--node-ip=::1 --v=2\"",
        "KUBELET_EXTRA_ARGS='--node-ip=::1 --v=2'",
        "KUBELET_EXTRA_ARGS=--node-ip=::1 --v=2",
        "export KUBELET_EXTRA_ARGS=\"--node-ip=::1 --v=2\"",
        "KUBELET_OPTS=\"--node-ip=::1 \\\n--v=2\"\n",
        "KUBELET_OPTS=\"--node-ip=::1\n--v=2\"\n",
        "KUBELET_OPTS=\"--node-ip=\\\"::1\\\" --v=2\"",
        "echo \"KUBELET_EXTRA_ARGS=--node-ip=::1 --v=2\" > /etc/default/kubelet",
        "kubelet\nKUBELET_EXTRA_ARGS=\"--node-ip=::1 --v=2\"",
    ] {
        check(text, "kubelet: node-ip=::1 v=2");
    }
    check(
        "KUBE_APISERVER_OPTS=\"--v=1 \\\n  --secure-port=6443\"\n\nKUBE_CONTROLLER_MANAGER_OPTS=\"--v=2\"\n\
         KUBE_PROXY_ARGS=--v=3\nKUBE_SCHEDULER_OPTS=\"--v=4\"\nETCD_ARGS=--v=5\n",
        "kube-apiserver: v=1 secure-port=6443\nkube-controller-manager: v=2\nkube-proxy: v=3",
    );
    // The last value of a variable counts.
    check(
        "KUBELET_EXTRA_ARGS=--v=1\nKUBELET_EXTRA_ARGS=--node-ip=::1\n",
        "kubelet:\nkubelet: node-ip=::1",
    );
    // Each node has its own.
    let nodes = "kubelet · a\nKUBELET_EXTRA_ARGS=--v=1\n\nkubelet · b\nKUBELET_EXTRA_ARGS=--v=2\n";
    check(nodes, "kubelet: v=1\nkubelet: v=2");
}

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  annotations:\n    kubernetes.io/config.hash: abc\n  \
                   labels:\n    component: kube-apiserver\n  name: kube-apiserver-a\nspec:\n  containers:\n  - command:\n    \
                   - kube-apiserver\n    - --secure-port=6443\n    - --v=2 # more\n    image: registry.example.com/kube-apiserver:v1.30.0\n    \
                   livenessProbe:\n      exec:\n        command: [etcdctl, --endpoints=x]\n    name: kube-apiserver\n";

#[test]
fn a_manifest_gives_the_command_lines_of_its_containers() {
    let server = "kube-apiserver: secure-port=6443 v=2";
    check(POD, server);
    let flow = "{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, command: [kube-apiserver, \
                --secure-port=6443], args: [\"--v=2\"]}]}}";
    check(flow, server);
    let list = format!(
        "apiVersion: v1\nkind: List\nitems:\n- {}- apiVersion: v1\n  kind: Pod\n  spec:\n    containers:\n    \
         - name: kube-proxy\n      image: registry.example.com/kube-proxy:v1.30.0\n      args: [\"--v=3\"]\n    \
         - name: etcd\n      command: [etcd, --name=x]\n",
        POD.replace('\n', "\n  ").trim_end_matches(' ')
    );
    check(&list, &format!("{server}\nkube-proxy: v=3"));
    assert!(
        remarks(&list).iter().any(|it| it.contains("left out: `etcd`")),
        "{:?}",
        remarks(&list)
    );
    let two = format!("{POD}---\n{}", POD.replace("kube-apiserver", "kube-controller-manager"));
    check(&two, &format!("{server}\nkube-controller-manager: secure-port=6443 v=2"));
    clean("- --secure-port=6443\n- --v=2", server);
    clean("    - kube-apiserver\n    - --secure-port=6443\n    - --v=2", server);
    check(
        "spec:\n  containers:\n  - command:\n    - /bin/sh\n    - -c\n    - exec kube-apiserver --secure-port=6443 --v=2",
        server,
    );
    clean("- --feature-gates=A=true, B=true\n", "kube-apiserver: feature-gates=A=true, B=true");
    clean("- \"--a=b\"\n- '--c=\"d\"'", "kube-apiserver: a=b c=\"d\"");
}

#[test]
fn what_a_container_runtime_prints_is_read_once() {
    check(
        "[\n  {\n    \"Id\": \"abc\",\n    \"Path\": \"kube-apiserver\",\n    \"Args\": [\n      \"--secure-port=6443\",\n      \
         \"--v=2\"\n    ],\n    \"Config\": {\n      \"Image\": \"x\",\n      \"Cmd\": null,\n      \"Entrypoint\": \
         [\"kube-apiserver\", \"--secure-port=6443\", \"--v=2\"]\n    }\n  }\n]\n",
        "kube-apiserver: secure-port=6443 v=2",
    );
    check(
        "{\n  \"status\": {\n    \"id\": \"x\"\n  },\n  \"info\": {\n    \"config\": {\n      \"command\": [\"kube-proxy\", \
         \"--v=2\"]\n    },\n    \"runtimeSpec\": {\n      \"process\": {\n        \"args\": [\"kube-proxy\", \"--v=2\"]\n      \
         }\n    }\n  }\n}\n",
        "kube-proxy: v=2",
    );
}

#[test]
fn a_description_of_a_pod_is_read() {
    check(
        "Name:                 kube-apiserver-a\nNamespace:            kube-system\nLabels:               component=kube-apiserver\n\
         Containers:\n  kube-apiserver:\n    Container ID:  containerd://abc\n    Image:         registry.k8s.io/kube-apiserver:v1.30.0\n    \
         Command:\n      kube-apiserver\n      --advertise-address=192.0.2.10\n      --v=2\n    State:          Running\n    \
         Ready:          True\n    Environment:    <none>\n    Mounts:\n      /etc/ssl/certs from ca-certs (ro)\nEvents:  <none>\n",
        "kube-apiserver: advertise-address=192.0.2.10 v=2",
    );
}

#[test]
fn the_log_of_a_start_gives_what_was_set() {
    let line = |name: &str, value: &str| {
        format!("I1130 10:00:00.000001    1234 flags.go:64] FLAG: --{name}=\"{value}\"\n")
    };
    let server = [
        line("advertise-address", "192.0.2.10"),
        line("secure-port", "6443"),
        line("service-cluster-ip-range", "10.96.0.0/16,fd00::/112"),
        line("etcd-servers", "[https://127.0.0.1:2379]"),
        line("v", "2"),
    ];
    let expect = "kube-apiserver: advertise-address=192.0.2.10 \
                  service-cluster-ip-range=10.96.0.0/16,fd00::/112 etcd-servers=https://127.0.0.1:2379 v=2";
    check(&server.concat(), expect);
    let journal = "Nov 30 10:00:00 node-1 kubelet[9968]: ";
    let kubelet =
        [line("node-ip", "::1"), line("max-pods", "110"), line("feature-gates", "A=true")];
    let text: String = kubelet.iter().map(|it| format!("{journal}{it}")).collect();
    check(&text, "kubelet: node-ip=::1 feature-gates=A=true");
}

#[test]
fn the_status_of_a_unit_gives_its_processes() {
    check(
        "● kubelet.service - kubelet: The Kubernetes Node Agent\n     Loaded: loaded (/lib/systemd/system/kubelet.service; enabled)\n    \
         Drop-In: /usr/lib/systemd/system/kubelet.service.d\n             └─10-kubeadm.conf\n     Active: active (running) since \
         Sat 2024-11-30 10:00:00 UTC; 1h ago\n       Docs: https://kubernetes.io/docs/\n   Main PID: 9968 (kubelet)\n      \
         Tasks: 12 (limit: 4611)\n     CGroup: /system.slice/kubelet.service\n             └─9968 /usr/bin/kubelet --node-ip=::1 \
         --v=2\n\nNov 30 10:00:00 node-1 kubelet[9968]: I1130 10:00:00.1 9968 server.go:1] \"Started\"\n",
        "kubelet: node-ip=::1 v=2",
    );
}

#[test]
fn a_command_line_is_read_as_a_shell_reads_it() {
    clean("$ sudo kubelet --node-ip ::1 --v=2 2>&1 | tee log", "kubelet: node-ip=::1 v=2");
    clean("nohup /opt/kube-proxy --v=2 >> /var/log/x 2>&1 &", "kube-proxy: v=2");
    clean("root@node-1:~# kubelet --v=2", "kubelet: v=2");
    clean("/hyperkube controller-manager --v=2", "kube-controller-manager: v=2");
    check("ps aux | grep kube\nkubelet --v=2", "kubelet: v=2");
    check("kube-proxy --v=2 foo", "kube-proxy: v=2 (foo)");
    check("kube-proxy -secure-port=1", "kube-proxy: (-secure-port=1)");
    check(
        "minikube start --extra-config=apiserver.secure-port=6443 --extra-config kubelet.node-ip=::1 --driver=kvm2",
        "kube-apiserver: secure-port=6443\nkubelet: node-ip=::1",
    );
}

#[test]
fn what_is_no_flag_of_a_command_line_ends_the_program_in_its_words() {
    let one = |minor, text: &str| {
        let said = said(minor, text);
        said.first().cloned().unwrap_or_default()
    };
    for (text, expect) in [
        ("kube-apiserver --insecure-port=0", "kube-apiserver! unknown flag: --insecure-port"),
        ("kube-apiserver --insecure-port 0", "kube-apiserver! unknown flag: --insecure-port"),
        ("kubelet --no_such_flag=1", "kubelet! unknown flag: --no_such_flag"),
        ("kube-apiserver --etcd-servers", "kube-apiserver! flag needs an argument: --etcd-servers"),
        ("kubelet -z", "kubelet! unknown shorthand flag: 'z' in -z"),
        ("kubelet -secure-port=1", "kubelet! unknown shorthand flag: 's' in -secure-port=1"),
        ("kubelet --=x", "kubelet! bad flag syntax: --=x"),
        ("kubelet -v", "kubelet! flag needs an argument: 'v' in -v"),
        (
            "kube-proxy -v=abc",
            "kube-proxy! invalid argument \"abc\" for \"-v, --v\" flag: strconv.ParseUint: parsing \"abc\": invalid syntax",
        ),
        (
            "kubelet --max-pods=abc",
            "kubelet! invalid argument \"abc\" for \"--max-pods\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax",
        ),
        (
            "kube-apiserver --secure-port=abc",
            "kube-apiserver! invalid argument \"abc\" for \"--secure-port\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax",
        ),
        (
            "kube-apiserver foo",
            "kube-apiserver! \"kube-apiserver\" does not take any arguments, got [\"foo\"]",
        ),
        ("kubelet foo --v=2", "kubelet! unknown command foo"),
        (
            "kube-proxy --masquerade-all false",
            "kube-proxy! \"kube-proxy\" does not take any arguments, got [\"false\"]",
        ),
        ("kubelet --node-ip=::1 -- --v=2", "kubelet! unknown command --v=2"),
        (
            "kube-proxy --feature-gates=NoSuchGate=true",
            "kube-proxy! unrecognized feature gate: NoSuchGate",
        ),
        (
            "kube-apiserver --feature-gates=MultiCIDRServiceAllocator=false",
            "kube-apiserver! cannot set feature gate MultiCIDRServiceAllocator to false, feature is locked to true",
        ),
        (
            "kube-apiserver --feature-gates=NFTablesProxyMode=maybe",
            "kube-apiserver! invalid value of NFTablesProxyMode=maybe, err: strconv.ParseBool: parsing \"maybe\": invalid syntax",
        ),
        (
            "kube-proxy --cleanup --healthz_port=1 --healthz_port=2",
            "kube-proxy? Flag --healthz-port has been deprecated, This flag is deprecated and will be removed in a future \
             release. Please use --healthz-bind-address instead.",
        ),
    ] {
        assert_eq!(one(36, text), expect, "{text}");
    }
    let nosuch = "kube-apiserver --kubelet-port=1 --nosuch";
    assert_eq!(said(36, nosuch), ["kube-apiserver! unknown flag: --nosuch"]);
    let both = said(36, "kubelet --cgroup-driver=x --nosuch");
    assert_eq!(both.len(), 2, "the kubelet tells at once what is deprecated: {both:?}");
}

/// The remark on the values of a chart, from which no program gets a flag.
fn of_chart(values: &str) -> String {
    let flags = "kube-apiserver\n--service-cluster-ip-range=10.96.0.0/16\n\n";
    let text = [flags, values].concat();
    check(&text, "kube-apiserver: service-cluster-ip-range=10.96.0.0/16");
    let remarks = remarks(&text);
    assert_eq!(remarks.len(), 1, "{remarks:#?}");
    assert!(remarks[0].contains("no flag of kube-apiserver"), "{}", remarks[0]);
    remarks.concat()
}

fn says(values: &str, parts: &[&str]) {
    let remark = of_chart(values);
    for part in parts {
        assert!(remark.contains(part), "{part}: {remark}");
    }
}

#[test]
fn the_values_of_a_network_plugin_set_no_flags_and_what_they_mean_is_said() {
    let pools = "ipam:\n  operator:\n    clusterPoolIPv4PodCIDRList: [10.0.0.0/8]\n    clusterPoolIPv4MaskSize: 24\n";
    says(
        pools,
        &[
            "Cilium chart: `ipam.operator.clusterPoolIPv4PodCIDRList` is `10.0.0.0/8`, `ipam.operator.clusterPoolIPv4MaskSize` is `24`.",
            "not from `spec.podCIDRs`",
            "By `ipv6.enabled` Pods get IPv4 addresses only",
        ],
    );
    let of_nodes =
        "# values\nkubeProxyReplacement: true\nipam:\n  mode: kubernetes\nipv6:\n  enabled: true\n";
    let remark = of_chart(&of_nodes.replace("# values\n", ""));
    assert!(remark.contains("allocates from its `--cluster-cidr`"), "{remark}");
    assert!(!remark.contains("addresses only"), "{remark}");
    says(&of_nodes.replace("kubernetes", "eni"), &["neither from a pool of these values nor"]);
    says(
        "installation:\n  calicoNetwork:\n    ipPools:\n    - cidr: 10.244.0.0/16\n      blockSize: 26\n    - cidr: fd00:10:244::/56\n",
        &[
            "Calico chart: `installation.calicoNetwork.ipPools` is `10.244.0.0/16, fd00:10:244::/56`.",
        ],
    );
    says(
        "---\nglobal:\n  imagePullSecrets:\npodCidr: \"\"\npodCidrv6: fd00:10:244::/56\nflannel:\n  image:\n    repository: ghcr.io/flannel-io/flannel\n  args:\n  - --ip-masq\n  - --kube-subnet-mgr\n",
        &[
            "flannel chart: `podCidr` is ``, `podCidrv6` is `fd00:10:244::/56`.",
            "Pods get IPv6 addresses only",
        ],
    );
    says(
        "apiVersion: helm.cattle.io/v1\nkind: HelmChartConfig\nmetadata: {name: rke2-cilium}\nspec:\n  valuesContent: |-\n    ipv6:\n      enabled: true\n",
        &["Cilium chart: `ipv6.enabled` is `true`."],
    );
}

#[test]
fn the_values_of_a_cloud_controller_manager_set_its_own_flags() {
    says(
        "infra:\n  clusterName: k\ncloudControllerManager:\n  clusterCIDR: 10.244.0.0/16,fd00::/48\n",
        &[
            "`cloudControllerManager.clusterCIDR` is `10.244.0.0/16,fd00::/48`",
            "kube-controller-manager must then run with `--allocate-node-cidrs=false`",
        ],
    );
    says(
        "cloudControllerManager: {clusterCIDR: 10.244.0.0/16, allocateNodeCidrs: 'false'}\n",
        &["makes routes to the Nodes"],
    );
    let args = "namespace: kube-system\nargs:\n- --v=2\n- --cloud-provider=aws\n- --cluster-cidr=10.244.0.0/16\nimage:\n  repository: registry.k8s.io/provider-aws/cloud-controller-manager\n";
    says(args, &["chart: `--cluster-cidr=10.244.0.0/16`."]);
    says(
        "controllerExtraArgs: |-\n  - --cluster-name=a\n  - --allocate-node-cidrs=true\n",
        &["chart: `--allocate-node-cidrs=true`."],
    );
    says("networking:\n  clusterCIDR: 10.244.0.0/16\n", &["does not get the range either"]);
    says(
        "networking:\n  enabled: true\n  clusterCIDR: 10.244.0.0/16\n",
        &["makes routes to the Nodes"],
    );
    says(
        "enableNodeIPAM: true\nclusterCIDR: 10.192.0.0/10\nnodeCIDRMaskSizeIPv4: 24\n",
        &["`clusterCIDR` is `10.192.0.0/10`", "allocates `spec.podCIDRs` of Nodes itself"],
    );
}

/// What a component prints when its command line ends it, where its usage stands, and its exit status.
fn exit(minor: u8, text: &str) -> (String, Usage, u8) {
    let version = KubeVersion::minor(minor).expect("a simulated minor");
    let components = Components::start(version, text);
    let errors: Vec<_> = components.all().flat_map(|status| status.errors).collect();
    let [said] = errors.as_slice() else { panic!("{minor} {text}: {errors:?}") };
    let exit = said.exit.as_ref().expect("it is about the command line");
    (exit.line.clone(), exit.usage, exit.status)
}

#[test]
fn a_program_that_exits_prints_what_its_version_prints() {
    let check = |minor, text: &str, line: &str, usage, status| {
        assert_eq!(exit(minor, text), (line.to_owned(), usage, status), "{minor} {text}");
    };
    let (none, before, after) = (Usage::None, Usage::Before, Usage::After);
    for minor in [20, 23, 24, 36, 37] {
        check(minor, "kube-apiserver --x=1", "Error: unknown flag: --x", none, 1);
    }
    for program in ["kube-controller-manager", "kube-proxy"] {
        for (minor, usage) in [(20, after), (22, after), (23, before), (36, before)] {
            let text = format!("{program} --x_y=1");
            check(minor, &text, "Error: unknown flag: --x_y", usage, 1);
        }
        let line = format!("Error: \"{program}\" does not take any arguments, got [\"foo\"]");
        check(22, &format!("{program} foo"), &line, after, 1);
        check(36, &format!("{program} foo"), &line, none, 1);
    }
    let number = "Error: invalid argument \"abc\" for \"--secure-port\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax";
    check(36, "kube-apiserver --secure-port=abc", number, none, 1);
    let kubelet =
        |minor, line: &str, usage, status| check(minor, "kubelet --x", line, usage, status);
    kubelet(20, "F… server.go:156] unknown flag: --x", before, 255);
    let logged = |line| {
        format!("E… server.go:{line}] \"Failed to parse kubelet flag\" err=\"unknown flag: --x\"")
    };
    kubelet(21, &logged(156), after, 1);
    kubelet(23, &logged(158), after, 1);
    let failed = |line| {
        format!(
            "E… run.go:{line}] \"command failed\" err=\"failed to parse kubelet flag: unknown flag: --x\""
        )
    };
    kubelet(24, &failed(74), none, 1);
    kubelet(29, &failed(74), none, 1);
    kubelet(30, &failed(72), none, 1);
    check(20, "kubelet foo", "F… server.go:156] unknown command: foo", before, 255);
    check(22, "kubelet foo", "E… \"Unknown command\" command=\"foo\"", after, 1);
    check(
        36,
        "kubelet foo",
        "E… run.go:72] \"command failed\" err=\"unknown command foo\"",
        none,
        1,
    );
    let gate = "E… run.go:72] \"command failed\" err=\"cannot set feature gate MultiCIDRServiceAllocator to false, feature is locked to true\"";
    check(36, "kube-apiserver --feature-gates=MultiCIDRServiceAllocator=false", gate, none, 1);
}

#[test]
fn minikube_writes_what_is_said_of_kube_proxy_into_its_config_file() {
    let start = "minikube start --driver=kvm2 --extra-config=kube-proxy.";
    let said = |rest: &str| remarks(&[start, rest].concat())[1..].to_vec();
    check(&[start, "mode=ipvs"].concat(), "kube-proxy: proxy-mode=ipvs");
    check(
        &[start, "mode=nftables --extra-config kube-proxy.clusterCIDR=fd00::/48"].concat(),
        "kube-proxy: proxy-mode=nftables\nkube-proxy: cluster-cidr=fd00::/48",
    );
    let rest = "logging.format=json";
    check(&[start, rest].concat(), "");
    assert_eq!(
        said(rest),
        [
            "minikube writes `logging.format` into the config file of kube-proxy. It is not simulated."
        ]
    );
    let rest = "nodePortAddresses=[primary]";
    check(&[start, rest].concat(), "");
    assert!(said(rest)[0].contains("kubeadm refuses a string where a list is to be"));
    // The usage of the flag names `proxy`, which is none.
    let text = "minikube start --extra-config=proxy.mode=ipvs";
    check(text, "");
    assert!(remarks(text)[1].contains("`These --extra-config parameters are invalid: [proxy]`"));
}

#[test]
fn a_part_of_a_manifest_is_no_values_of_a_chart() {
    check(
        "kube-controller-manager\nargs:\n- --cluster-cidr=10.244.0.0/16\n- --allocate-node-cidrs=true\n",
        "kube-controller-manager: cluster-cidr=10.244.0.0/16 allocate-node-cidrs=true",
    );
    // The program of a chart that is not known is none of the four.
    let text = "image:\n  repository: example.com/web\nargs: [--v=2]\n";
    check(text, "");
    assert_eq!(remarks(text), ["Other programs in the list are left out: `web`."]);
}
