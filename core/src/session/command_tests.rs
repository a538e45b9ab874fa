//! What do commands about files print and send, all in all? Held against kubectl 1.33.

use crate::kubectl::FileCommand;
use crate::release::version::KubeVersion;
use crate::session::action::{Action, Session};
use crate::session::{EventReport, Replay, RequestsReport};
use crate::source::yaml;

const DUAL: &str = "--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/112";

/// The answer to the last of these files.
fn answer(files: &[(FileCommand, &str)]) -> RequestsReport {
    let version = "1.33".parse().expect("it is simulated");
    let mut events = vec![Action::Boot { version, flags: DUAL.into() }];
    events.extend(files.iter().map(|(command, text)| Action::of_file(*command, (*text).into())));
    let names = vec!["f.yaml".into(); events.len()];
    let shown = events.len() - 1;
    let session = Session { seed: 0, events: events.into() };
    let report = Replay::with_files(names).run(&session, shown);
    match &report.events[shown] {
        EventReport::Requests(requests) => RequestsReport::clone(requests),
        EventReport::Boot(_) => RequestsReport::default(),
    }
}

/// The terminal and the exit status.
fn ran(files: &[(FileCommand, &str)]) -> (String, u8) {
    let command = answer(files).command;
    (command.terminal(), command.status)
}

fn says(files: &[(FileCommand, &str)], terminal: &str, status: u8) {
    assert_eq!(ran(files), (terminal.to_owned(), status), "{files:?}");
}

const A: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n";
const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: i}]}\n";
const SECRET: &str = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\n";

use FileCommand::{Apply, Create, Delete, Existing, Replace};

#[test]
fn an_object_is_created_changed_replaced_and_deleted() {
    let changed = A.replace("80", "81");
    says(&[(Apply, A)], "service/a created", 0);
    says(&[(Apply, A), (Apply, A)], "service/a unchanged", 0);
    says(&[(Apply, A), (Apply, &changed)], "service/a configured", 0);
    says(&[(Create, A)], "service/a created", 0);
    says(&[(Create, A), (Replace, &changed)], "service/a replaced", 0);
    says(&[(Create, A), (Delete, A)], "service \"a\" deleted", 0);
    says(
        &[(Create, A), (Apply, A)],
        "Warning: resource services/a is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.\nservice/a configured",
        0,
    );
    says(
        &[(Create, A), (Create, A)],
        "Error from server (AlreadyExists): error when creating \"f.yaml\": services \"a\" already exists",
        1,
    );
    // A PUT creates a Service, and no other object.
    says(&[(Replace, A)], "service/a replaced", 0);
    says(
        &[(Replace, POD)],
        "Error from server (NotFound): error when replacing \"f.yaml\": pods \"p\" not found",
        1,
    );
    says(
        &[(Delete, A)],
        "Error from server (NotFound): error when deleting \"f.yaml\": services \"a\" not found",
        1,
    );
}

#[test]
fn other_kinds_are_created_and_deleted_in_the_same_words() {
    let pod = POD;
    let node = "apiVersion: v1\nkind: Node\nmetadata: {name: other}\n";
    let range = "apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\nmetadata: {name: more}\nspec: {cidrs: [10.97.0.0/28]}\n";
    says(&[(Create, pod)], "pod/p created", 0);
    says(&[(Create, pod), (Replace, pod)], "pod/p replaced", 0);
    says(&[(Apply, pod), (Apply, pod)], "pod/p unchanged", 0);
    says(&[(Create, node), (Delete, node)], "node \"other\" deleted", 0);
    says(&[(Create, range)], "servicecidr.networking.k8s.io/more created", 0);
    let twice = "Error from server (AlreadyExists): error when creating \"f.yaml\": pods \"p\" already exists";
    says(&[(Create, pod), (Create, pod)], twice, 1);
    assert!(
        ran(&[(Create, pod), (Apply, pod)]).0.starts_with("Warning: resource pods/p is missing")
    );
}

#[test]
fn what_is_not_simulated_is_left_out_and_the_rest_goes_on() {
    let file = format!("{SECRET}---\n{A}");
    let report = answer(&[(Apply, &file)]);
    assert_eq!(
        (report.command.terminal().as_str(), report.command.status),
        ("service/a created", 0)
    );
    assert!(report.documents[0].is_left_out);
    says(&[(Apply, SECRET)], "", 0);
}

#[test]
fn files_without_objects() {
    says(&[(Apply, "")], "error: no objects passed to apply", 1);
    says(&[(Create, "# x\n")], "error: no objects passed to create", 1);
    says(&[(Replace, "")], "", 0);
    says(&[(Delete, "---\n")], "No resources found", 0);
    let empty = "apiVersion: v1\nkind: List\nitems: []\n";
    says(&[(Apply, empty)], "error: no objects passed to apply", 1);
}

#[test]
fn errors_are_printed_at_the_end() {
    let unknown = "apiVersion: foo/v1\nkind: Bar\nmetadata: {name: x}\n";
    let no_match = "resource mapping not found for name: \"x\" namespace: \"\" from \"f.yaml\": no matches for \
                    kind \"Bar\" in version \"foo/v1\"\nensure CRDs are installed first";
    let file = format!("{unknown}---\n{A}");
    says(&[(Apply, &file)], &format!("service/a created\nerror: {no_match}"), 1);
    let refused =
        "Error from server (NotFound): error when replacing \"f.yaml\": pods \"p\" not found";
    let file = format!("{unknown}---\n{POD}");
    says(&[(Replace, &file)], &format!("{refused}\n{no_match}"), 1);
    let broken = format!("{A}---\na: *\n---\n{A}");
    let words = "error: error parsing f.yaml: error converting YAML to JSON: yaml: did not find expected \
                 alphabetic or numeric character";
    let report = answer(&[(Apply, &broken)]);
    assert_eq!(report.command.terminal(), format!("service/a created\n{words}"));
    assert_eq!(report.documents.len(), 3);
    assert_eq!(report.documents[2].before[0].rule.id, "MSG-7f");
}

#[test]
fn lists_are_taken_apart() {
    let list = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a}\n  spec: {ports: [{port: 80}]}\n- apiVersion: v1\n  kind: Servce\n  metadata: {name: b}\n";
    // An error of a list is an aggregate in an aggregate, and has no prefix.
    let words =
        "service/a created\nunable to recognize no matches for kind \"Servce\" in version \"v1\"";
    says(&[(Apply, list)], words, 1);
    let unknown = list.replacen("kind: List", "kind: BarList", 1);
    says(
        &[(Apply, &unknown)],
        "error: resource mapping not found for name: \"\" namespace: \"\" from \"f.yaml\": no matches for kind \
         \"BarList\" in version \"v1\"\nensure CRDs are installed first",
        1,
    );
    let typed = "apiVersion: v1\nkind: ServiceList\nitems: [{metadata: {name: a}, spec: {ports: [{port: 80}]}}]\n";
    says(&[(Apply, typed)], "service/a created", 0);
}

#[test]
fn keys_are_sent_once() {
    let twice = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec:\n  type: NodePort\n  ports: [{port: 80}]\n  type: ClusterIP\n";
    let report = answer(&[(Apply, twice)]);
    assert_eq!(report.command.terminal(), "service/a created");
    assert_eq!(report.documents[0].before[0].rule.id, "MSG-7g");
}

#[test]
fn requests_are_sent_in_order() {
    let paths = |files: &[(FileCommand, &str)]| {
        let requests = answer(files).command.requests.into_iter();
        requests.map(|it| format!("{} {}", it.method, it.path)).collect::<Vec<_>>()
    };
    let path = "/api/v1/namespaces/default/services";
    assert_eq!(
        paths(&[(Apply, A)]),
        [
            format!("GET {path}/a"),
            format!("POST {path}?fieldManager=kubectl-client-side-apply&fieldValidation=Strict")
        ]
    );
    assert_eq!(paths(&[(Apply, A), (Apply, A)]), [format!("GET {path}/a")]);
    assert_eq!(
        paths(&[(Create, A), (Replace, A)]),
        [
            format!("GET {path}/a"),
            format!("PUT {path}/a?fieldManager=kubectl-replace&fieldValidation=Strict")
        ]
    );
    assert_eq!(
        paths(&[(Create, A), (Delete, A)]),
        [format!("DELETE {path}/a"), format!("GET {path}/a")]
    );
    // A patch that conflicts is tried six times.
    let stale = A.replace("name: a", "name: a, resourceVersion: '1'");
    let all = paths(&[(Apply, &stale), (Apply, &stale)]);
    assert_eq!(all.iter().filter(|it| it.starts_with("PATCH")).count(), 6);
    let (terminal, status) = ran(&[(Apply, &stale), (Apply, &stale)]);
    assert!(
        terminal.starts_with("Error from server (Conflict): error when applying patch:\n{"),
        "{terminal}"
    );
    assert_eq!(status, 1);
}

#[test]
fn an_exported_cluster_comes_back_with_its_addresses_and_ranges() {
    let list = "apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ''}\nitems:\n- apiVersion: v1\n  kind: Node\n  metadata: {name: old, resourceVersion: '5', uid: u}\n  spec: {podCIDR: 10.9.1.0/24, podCIDRs: [10.9.1.0/24, 'fd00:9:1::/64']}\n  status:\n    addresses:\n    - {type: InternalIP, address: 192.0.2.77}\n    - {type: InternalIP, address: '2001:db8::77'}\n    - {type: Hostname, address: old}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: a, namespace: shop, resourceVersion: '9'}\n  spec:\n    clusterIP: 10.96.7.7\n    clusterIPs: [10.96.7.7, 'fd00:10:96::7']\n    ipFamilies: [IPv4, IPv6]\n    ipFamilyPolicy: PreferDualStack\n    ports: [{port: 80}]\n";
    let report = answer(&[(Apply, list)]);
    assert_eq!(report.command.terminal(), "node/old created\nservice/a created");
    let node = report.documents[0].stored_json().expect("it is stored");
    let addresses = node["status"]["addresses"].as_array().unwrap_or_default().iter();
    let addresses: Vec<&str> = addresses.filter_map(|it| it["address"].as_str()).collect();
    assert_eq!(addresses, ["192.0.2.77", "2001:db8::77", "old"]);
    assert_eq!(node["spec"]["podCIDR"].as_str(), Some("10.9.1.0/24"));
    let service = report.documents[1].stored_json().expect("it is stored");
    assert_eq!(service["spec"]["clusterIP"].as_str(), Some("10.96.7.7"));
}

/// What `kubectl get svc,pods,nodes -o yaml` printed of a cluster.
const PRINTED: &str = "apiVersion: v1\nkind: List\nmetadata: {resourceVersion: ''}\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: edge, namespace: shop, resourceVersion: '1140', uid: u, creationTimestamp: '2023-10-19T22:10:09Z'}\n  spec:\n    clusterIP: 10.96.7.7\n    clusterIPs: [10.96.7.7]\n    ipFamilies: [IPv4]\n    ipFamilyPolicy: SingleStack\n    ports: [{port: 80, nodePort: 31211, protocol: TCP, targetPort: 80}]\n    sessionAffinity: None\n    type: LoadBalancer\n  status: {loadBalancer: {ingress: [{ip: 192.0.2.21, ipMode: VIP}]}}\n- apiVersion: v1\n  kind: Node\n  metadata: {name: old, resourceVersion: '5', uid: n}\n  spec: {podCIDR: 10.9.1.0/24, podCIDRs: [10.9.1.0/24]}\n  status: {addresses: [{type: InternalIP, address: 192.0.2.77}], conditions: [{type: MemoryPressure, status: 'False'}, {type: Ready, status: 'False'}], nodeInfo: {kubeletVersion: v1.30.1}}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: web, namespace: shop, resourceVersion: '6', uid: p}\n  spec: {nodeName: old, containers: [{name: a, image: a}]}\n  status: {phase: Running, hostIP: 192.0.2.77, podIP: 10.9.1.2, podIPs: [{ip: 10.9.1.2}], qosClass: BestEffort}\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: job, namespace: shop, resourceVersion: '7', uid: q}\n  spec: {nodeName: old, containers: [{name: a, image: a}]}\n  status: {phase: Succeeded, podIP: 10.9.1.3, podIPs: [{ip: 10.9.1.3}]}\n";

#[test]
fn existing_objects_keep_their_status() {
    let report = answer(&[(Existing, PRINTED)]);
    assert_eq!((report.command.terminal().as_str(), report.command.status), ("", 0));
    assert_eq!(report.command.requests, []);
    let stored = |at: usize| report.documents[at].stored_json().expect("it is stored");
    let text = |at: usize, pointer: &str| {
        stored(at).pointer(pointer).and_then(|it| it.as_str()).unwrap_or_default().to_owned()
    };
    assert_eq!(text(0, "/metadata/resourceVersion"), "1140");
    assert_eq!(text(0, "/metadata/uid"), "u");
    assert_eq!(text(0, "/status/loadBalancer/ingress/0/ip"), "192.0.2.21");
    assert_eq!(text(1, "/status/addresses/0/address"), "192.0.2.77");
    assert_eq!(text(1, "/status/nodeInfo/kubeletVersion"), "v1.30.1");
    assert_eq!(text(1, "/status/conditions/0/type"), "MemoryPressure");
    assert_eq!(
        [text(1, "/status/conditions/1/type"), text(1, "/status/conditions/1/status")],
        ["Ready", "True"]
    );
    let sent = yaml::parse(PRINTED).documents[0].node.to_json();
    for at in [2, 3] {
        let status = sent.pointer(&format!("/items/{at}/status"));
        assert_eq!(stored(at).pointer("/status"), status, "{at}");
    }
    // A new Service and a new Pod get other addresses and ports; a Pod that has ended holds none.
    let service = "apiVersion: v1\nkind: Service\nmetadata: {name: b}\nspec: {clusterIP: 10.96.7.7, ports: [{port: 80}]}\n";
    let (taken, _) = ran(&[(Existing, PRINTED), (Apply, service)]);
    assert!(taken.contains("provided IP is already allocated"), "{taken}");
    let ports = service
        .replace("clusterIP: 10.96.7.7, ports: [{", "type: NodePort, ports: [{nodePort: 31211, ");
    let (taken, _) = ran(&[(Existing, PRINTED), (Apply, &ports)]);
    assert!(taken.contains("provided port is already allocated"), "{taken}");
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: new}\nspec: {nodeName: old, containers: [{name: a, image: a}]}\n";
    let report = answer(&[(Existing, PRINTED), (Apply, pod)]);
    let stored = report.documents[0].stored_json().expect("it is stored");
    assert_eq!(stored["status"]["podIP"].as_str(), Some("10.9.1.3"));
}

#[test]
fn existing_objects_are_found_again_by_commands() {
    let edge = "apiVersion: v1\nkind: Service\nmetadata: {name: edge, namespace: shop, resourceVersion: '1140'}\nspec:\n  type: LoadBalancer\n  ports: [{port: 81}]\n  clusterIP: 10.96.7.7\n";
    says(&[(Existing, PRINTED), (Replace, edge)], "service/edge replaced", 0);
    says(&[(Existing, PRINTED), (Existing, PRINTED), (Replace, edge)], "service/edge replaced", 0);
    // What is created holds what the first one held.
    let report = answer(&[(Existing, PRINTED), (Delete, PRINTED), (Create, PRINTED)]);
    assert_eq!(report.command.status, 0);
    let service = report.documents[0].stored_json().expect("it is stored");
    assert_eq!(service["status"]["loadBalancer"]["ingress"].as_array(), None);
    let remarks = |at: usize| {
        report.documents[at].diagnostics.iter().map(|it| it.detail.as_str()).collect::<Vec<_>>()
    };
    let hint = "`kubectl create` makes a new object and drops the status. To have the object as kubectl printed it, \
                choose `existing` in place of `create`.";
    assert_eq!([remarks(0), remarks(1), remarks(2)], [vec![hint], vec![], vec![hint]]);
}

#[test]
fn what_cannot_exist_is_said() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\n";
    let report = answer(&[(Existing, deployment)]);
    assert!(report.documents[0].kubectl.starts_with("An existing Deployment is not simulated"));
    let nameless = "apiVersion: v1\nkind: Service\n";
    let report = answer(&[(Existing, nameless)]);
    assert_eq!(report.documents[0].kubectl, "A Service without a name is not simulated.");
    let wrong = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: 5\n";
    let (terminal, status) = ran(&[(Existing, wrong)]);
    assert!(
        terminal.starts_with("Error from server (BadRequest): Service in version"),
        "{terminal}"
    );
    assert_eq!(status, 1);
    // The largest number that etcd counts to, and one that is none.
    for version in ["9223372036854775807", "18446744073709551615", "-1", "x"] {
        let text = A.replace("name: a", &format!("name: a, resourceVersion: '{version}'"));
        says(&[(Existing, &text), (Replace, A)], "service/a replaced", 0);
    }
}

#[test]
fn typing_into_existing_objects_reports_what_a_replay_reports() {
    let boot = Action::Boot { version: KubeVersion::LATEST, flags: DUAL.into() };
    let edits = [
        PRINTED.to_owned(),
        PRINTED.replace("10.9.1.2", "10.9.1.9"),
        PRINTED.replace("nodeName: old", "nodeName: gone"),
        PRINTED.replace("kind: Node", "kind: Nod"),
        PRINTED.replace("10.9.1.0/24", "10.9.9.0/24"),
        PRINTED.replace("Succeeded", "Pending"),
        PRINTED[..PRINTED.len() / 2].to_owned(),
        PRINTED.to_owned(),
    ];
    let mut replay = Replay::default();
    for text in &edits {
        for action in [Action::Existing(text.as_str().into()), Action::Apply(text.as_str().into())]
        {
            let events = [boot.clone(), action, Action::Apply(POD.into()), boot.clone()];
            let session = Session { seed: 0, events: events.into() };
            for shown in [1, 2, 3] {
                let anew = Replay::default().run(&session, shown);
                assert_eq!(replay.run(&session, shown), anew, "{shown} {text}");
            }
        }
    }
}

#[test]
fn an_old_kubectl_validates_fields_itself_and_stops() {
    let version = "1.24".parse().expect("it is simulated");
    let text = format!("{}---\n{POD}", A.replace("spec:", "specs: {}\nspec:"));
    let boot = Action::Boot { version, flags: DUAL.into() };
    let session = Session { seed: 0, events: [boot, Action::Apply(text.into())].into() };
    let report = Replay::default().run(&session, 1);
    let EventReport::Requests(requests) = &report.events[1] else { panic!("it is no start") };
    assert_eq!(
        requests.command.terminal(),
        "error: error validating \"service.yaml\": error validating data: ValidationError(Service): unknown field \
         \"specs\" in io.k8s.api.core.v1.Service; if you choose to ignore these errors, turn validation off with \
         --validate=false"
    );
    assert!(requests.documents.iter().all(|it| it.outcome.is_none()));
}
