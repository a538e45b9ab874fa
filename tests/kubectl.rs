//! Does a real kubectl print and send what the core says that it prints and sends? Each kubectl that is found plays
//! every case and every example against the served core: standard output and error, exit status and requests are
//! compared byte for byte, and so are the objects that are stored afterwards. Where there is no kubectl this passes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use dualstack_core::api::{Json, print};
use dualstack_core::cluster::Cluster;
use dualstack_core::kubectl::{FILE, ObjectName, Request, Stream};
use dualstack_core::release::version::{KubeVersion, Versions};
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, Replay};
use dualstack_core::source::pasted::{self, Objects, Printed};
use dualstack_tests::apiserver::http::Http;
use dualstack_tests::apiserver::{Asked, Served};
use dualstack_tests::cases;
use serde_json::{Value, json};

/// Differences that stay: the session, the releases of kubectl, and the reason.
const KNOWN: &[(&str, Versions, &str)] = &[(
    "service-cidr-waits-for-its-last-address",
    Versions::since(33),
    "kubectl waits until the ServiceCIDR is gone; in the core time stands still, and the command ends",
)];

/// How long a kubectl may wait for what never comes.
const PATIENCE: Duration = Duration::from_millis(300);

/// A kubectl.
#[derive(Clone, Debug)]
struct Kubectl {
    path: PathBuf,
    release: KubeVersion,
}

/// Every kubectl on the PATH, and those called `kubectl.1.NN` beside one, by release. One that chooses another by
/// the release of the server is none.
fn found() -> Vec<Kubectl> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let beside = folders.iter().filter_map(|it| it.join("kubectl").canonicalize().ok());
    let beside: Vec<PathBuf> = beside.filter_map(|it| it.parent().map(Path::to_path_buf)).collect();
    folders.extend(beside);
    let mut found = BTreeMap::new();
    for folder in folders {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            if (name == "kubectl" || name.starts_with("kubectl.1."))
                && let Some(kubectl) = Kubectl::at(entry.path())
            {
                found.entry(std::cmp::Reverse(kubectl.release.bit())).or_insert(kubectl);
            }
        }
    }
    found.into_values().rev().collect()
}

impl Kubectl {
    /// The kubectl at a path, if it is one of a release that is simulated.
    fn at(path: PathBuf) -> Option<Self> {
        let printed = Command::new(&path)
            .args(["version", "--client", "--output=json"])
            .env("HOME", std::env::temp_dir())
            .output()
            .ok()?;
        let version: Value = serde_json::from_slice(&printed.stdout).ok()?;
        let text = version["clientVersion"]["gitVersion"].as_str()?;
        let release = text.parse().ok().filter(|_| !text.contains("dispatcher"))?;
        Some(Self { path, release })
    }
}

/// A session with the names of its files.
struct Played {
    name: String,
    session: Session,
    files: Vec<Rc<str>>,
}

/// Every case, then every example.
fn sessions() -> Vec<Played> {
    let cases = cases::all().into_iter().map(|case| {
        let (session, files) = case.options.session();
        Played { name: case.name, session, files }
    });
    let scenarios = cases::scenarios().into_iter().map(|(name, events)| {
        let files = vec![FILE.into(); events.len()];
        Played { name, session: Session { seed: 0, events: events.into() }, files }
    });
    cases.chain(scenarios).collect()
}

/// The session in a cluster of this release.
fn at_release(session: &Session, version: KubeVersion) -> Session {
    let events = session.events.iter().map(|event| match event {
        Action::Boot { flags, .. } => Action::Boot { version, flags: Rc::clone(flags) },
        event => event.clone(),
    });
    Session { seed: session.seed, events: events.collect() }
}

/// What a command came to.
#[derive(Default)]
struct Came {
    stdout: String,
    stderr: String,
    /// Nothing where it was ended because it waits.
    status: Option<i32>,
    asked: Vec<Asked>,
}

/// A kubectl with a home of its own, and a server.
struct Judge {
    kubectl: Kubectl,
    home: PathBuf,
    http: Http,
}

impl Judge {
    fn new(kubectl: Kubectl) -> Self {
        // Tests run beside each other in one process.
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let home = std::env::temp_dir().join(format!(
            "dualstack-kubectl-{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        ));
        fs::create_dir_all(&home).expect("the folder can be made");
        let empty = Replay::default().before(&Session { seed: 0, events: Rc::default() }, 0);
        let http = Http::listen(0, Served::new(empty)).expect("a port is free");
        Self { kubectl, home, http }
    }

    /// Runs a command in the folder of the files.
    fn run(&mut self, arguments: &[String], runs: bool) -> Came {
        // Nobody listens at the last port.
        let (scheme, address) = match runs {
            true => ("http", self.http.address()),
            false => ("https", "127.0.0.1:1".to_owned()),
        };
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "it",
            "clusters": [{"name": "it", "cluster": {"server": format!("{scheme}://{address}")}}],
            "contexts": [{"name": "it", "context": {"cluster": "it", "user": "it"}}],
            "users": [{"name": "it", "user": {"token": "none"}}],
        });
        let at = |name: &str| self.home.join(name);
        fs::write(at("config"), config.to_string()).expect("it can be written");
        let [stdout, stderr] =
            ["stdout", "stderr"].map(|it| File::create(at(it)).expect("it can be written"));
        let mut child = Command::new(&self.kubectl.path)
            .args(arguments)
            .arg("--cache-dir=cache")
            .env_clear()
            .env("HOME", &self.home)
            .env("KUBECONFIG", at("config"))
            .current_dir(&self.home)
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .expect("kubectl runs");
        let mut waits: Option<Instant> = None;
        let status = loop {
            self.http.serve(Duration::from_millis(2)).expect("the connection holds");
            if let Some(status) = child.try_wait().expect("it is our child") {
                break status.code();
            }
            if self.http.is_watched() && waits.get_or_insert_with(Instant::now).elapsed() > PATIENCE
            {
                child.kill().expect("it is our child");
                child.wait().expect("it is our child");
                break None;
            }
        };
        let read = |name: &str| fs::read_to_string(self.home.join(name)).expect("it is text");
        let (stdout, stderr) = (read("stdout"), without_log(&read("stderr")));
        Came {
            stdout,
            stderr: stderr.replace(&address, "192.0.2.10:6443"),
            status,
            asked: self.http.requests(),
        }
    }

    /// What differs in a session, event by event.
    fn differences(&mut self, played: &Played) -> Vec<String> {
        let session = at_release(&played.session, self.kubectl.release);
        let mut replay = Replay::with_files(played.files.clone());
        self.http.served = Served::new(replay.before(&session, 0));
        let mut found = Vec::new();
        for (at, event) in session.events.iter().enumerate() {
            let report = replay.run(&session, at);
            let Some(EventReport::Requests(requests)) = report.events.get(at) else { continue };
            if matches!(event, Action::Existing(_)) {
                continue;
            }
            let before = replay.before(&session, at);
            let runs = before.world().runs();
            self.http.served.cluster = before;
            let arguments = self.arguments(event, &played.files[at]);
            let came = self.run(&arguments, runs);
            self.http.served.settle();
            let came = self.without_left_out(came, &requests.command.requests);
            let said = &requests.command;
            let label = format!("{} event {at}: kubectl {}", played.name, arguments.join(" "));
            let mut compare = |what: &str, core: String, real: String| {
                if core != real {
                    found.push(format!("{label}: {what}\n--- core\n{core}\n--- kubectl\n{real}\n"));
                }
            };
            compare("stdout", said.stream(Stream::Stdout), came.stdout);
            compare("stderr", said.stream(Stream::Stderr), came.stderr);
            compare("status", format!("{:?}", Some(said.status)), format!("{:?}", came.status));
            let sent = said.requests.iter().map(of_core).collect::<String>();
            compare("requests", sent, came.asked.iter().map(of_client).collect());
            let objects = |objects: Vec<Json>| {
                let texts: Vec<String> = objects.iter().map(print::yaml).collect();
                texts.concat()
            };
            let core = objects(replay.before(&session, at + 1).objects());
            compare("objects", core, objects(self.http.served.cluster.objects()));
        }
        found
    }

    /// Without what is about kinds that are not simulated: the core leaves them out, and says so.
    fn without_left_out(&self, came: Came, sent: &[Request]) -> Came {
        let Came { stdout, asked, .. } = &came;
        let left_out = |it: &Asked| self.http.served.left_out(it);
        let kinds: Vec<String> = asked.iter().filter_map(left_out).collect();
        let is_about = |line: &str| {
            let rest = kinds.iter().filter_map(|kind| line.strip_prefix(kind.as_str()));
            rest.into_iter().any(|rest| rest.starts_with(['/', ' ']))
        };
        let stdout = stdout.split_inclusive('\n').filter(|line| !is_about(line)).collect();
        let mut kept: Vec<Asked> = Vec::new();
        for it in asked {
            // A namespace is looked for on behalf of a simulated object, too.
            let is_next =
                || sent.get(kept.len()).is_some_and(|next| of_core(next) == of_client(it));
            if left_out(it).is_none() || is_next() {
                kept.push(it.clone());
            }
        }
        Came { stdout, asked: kept, ..came }
    }

    /// The arguments of an event; what they name is written.
    fn arguments(&self, event: &Action, file: &str) -> Vec<String> {
        let write = |name: &str, text: &str| {
            fs::write(self.home.join(name), text).expect("it can be written");
            name.to_owned()
        };
        let words = |object: &str| -> Vec<String> {
            ObjectName::read(object).words().split(' ').map(str::to_owned).collect()
        };
        if let Some((command, text)) = event.file() {
            return vec![command.name().to_owned(), "-f".to_owned(), write(file, text)];
        }
        match event {
            Action::Patch { service, form, body } => {
                let patch = [
                    format!("--type={}", form.name()),
                    format!("--patch-file={}", write("patch.yaml", body)),
                ];
                [vec!["patch".to_owned()], words(service), patch.to_vec()].concat()
            }
            Action::Delete(object) => [vec!["delete".to_owned()], words(object)].concat(),
            _ => Vec::new(),
        }
    }
}

/// Without the lines of kubectl's log: they begin with the time, and name the process.
fn without_log(stderr: &str) -> String {
    let is_log = |line: &str| {
        line.starts_with('E') && line.get(1..5).is_some_and(|it| it.parse::<u32>().is_ok())
    };
    stderr.split_inclusive('\n').filter(|line| !is_log(line)).collect()
}

fn of_core(request: &Request) -> String {
    let Request { method, path, content_type, body } = request;
    format!("{method} {path} {content_type}\n  {body}\n")
}

fn of_client(asked: &Asked) -> String {
    let Asked { method, path, content_type, body, .. } = asked;
    format!("{method} {path} {content_type}\n  {body}\n")
}

/// Those of a release that differ.
fn judged(kubectl: Kubectl) -> Vec<String> {
    let mut judge = Judge::new(kubectl);
    let release = judge.kubectl.release;
    let only = std::env::var("CASE").unwrap_or_default();
    let sessions = sessions().into_iter().filter(|it| it.name.contains(&only));
    let mut found = Vec::new();
    for played in sessions {
        let differences = judge.differences(&played);
        let mut known = KNOWN.iter().filter(|it| it.0 == played.name && it.1.contains(release));
        let known = known.next().map(|(.., reason)| reason);
        if let Some(reason) = known.filter(|_| differences.is_empty()) {
            found.push(format!(
                "[kubectl {release}] {} does not differ: {reason}
",
                played.name
            ));
        }
        if known.is_none() {
            found.extend(differences.into_iter().map(|it| format!("[kubectl {release}] {it}")));
        }
    }
    // What stays of it is of no use, and of no harm.
    let _ = fs::remove_dir_all(&judge.home);
    found
}

/// Those that are asked: of many the oldest, the newest, and one between.
fn asked() -> Vec<Kubectl> {
    let mut all = found();
    if let Ok(wanted) = std::env::var("KUBECTL") {
        all.retain(|it| wanted.split(',').any(|release| release == it.release.to_string()));
    } else if all.len() > 3 {
        all = [0, all.len() / 2, all.len() - 1].map(|at| all[at].clone()).to_vec();
    }
    all
}

#[test]
fn every_kubectl_prints_and_sends_what_the_core_says() {
    let all = asked();
    if all.is_empty() {
        println!("no kubectl was found: nothing was compared");
        return;
    }
    let names: Vec<String> = all.iter().map(|it| it.release.to_string()).collect();
    println!("compared with kubectl {}", names.join(", "));
    let threads: Vec<_> =
        all.into_iter().map(|it| std::thread::spawn(move || judged(it))).collect();
    let found: Vec<String> =
        threads.into_iter().flat_map(|it| it.join().expect("a judge ends")).collect();
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}

/// The text of a cluster with a Node.
const FLAGS: &str = "--service-cluster-ip-range=10.96.0.0/24,fd00:10:96::/120
kube-controller-manager --cluster-cidr=10.9.0.0/16,fd00:10:9::/56
kubelet · node-1
--node-ip=192.0.2.11
";

/// Objects of every kind that is simulated.
const OBJECTS: &str = "apiVersion: v1
kind: Service
metadata: {name: plain}
spec: {clusterIP: 10.96.0.20, ports: [{port: 80}], selector: {app: a, tier: b}}
---
apiVersion: v1
kind: Service
metadata: {name: both}
spec:
  type: NodePort
  clusterIP: 'fd00:10:96::20'
  clusterIPs: ['fd00:10:96::20', 10.96.0.21]
  ipFamilyPolicy: RequireDualStack
  ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 53, protocol: UDP, nodePort: 30053}]
  externalIPs: [192.0.2.30, '2001:db8::30']
---
apiVersion: v1
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: example.com}
---
apiVersion: v1
kind: Service
metadata: {name: headless, namespace: shop, annotations: {a: \"<é> & \\\"b\\\"\"}}
spec: {clusterIP: None, selector: {app: a}}
---
apiVersion: v1
kind: Service
metadata: {name: pending, namespace: shop}
spec: {type: LoadBalancer, clusterIP: 10.96.0.22, ports: [{port: 443, nodePort: 30443}]}
---
apiVersion: v1
kind: Pod
metadata: {name: waits}
spec: {nodeSelector: {a: b}, containers: [{name: c, image: c}, {name: d, image: d}]}
---
apiVersion: v1
kind: Pod
metadata: {name: runs}
spec: {nodeName: node-1, hostNetwork: true, containers: [{name: c, image: c}]}
";

/// Objects that exist.
const EXISTING: &str = "apiVersion: v1
kind: Service
metadata: {name: edge, namespace: shop, resourceVersion: '7', uid: u, creationTimestamp: '2023-10-19T22:10:09Z'}
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.23
  clusterIPs: [10.96.0.23]
  ipFamilies: [IPv4]
  ipFamilyPolicy: SingleStack
  ports: [{port: 80, targetPort: 80, protocol: TCP, nodePort: 30081}]
status: {loadBalancer: {ingress: [{ip: 192.0.2.41}, {hostname: lb.example.com}]}}
---
apiVersion: v1
kind: Node
metadata: {name: old, labels: {node-role.kubernetes.io/worker: ''}}
spec: {podCIDR: 10.8.1.0/24, podCIDRs: [10.8.1.0/24]}
status: {addresses: [{type: InternalIP, address: 192.0.2.77}, {type: ExternalIP, address: 198.51.100.7}], nodeInfo: {kubeletVersion: v1.30.1}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {nodeName: old, containers: [{name: a, image: a}]}
status: {phase: Running, podIP: 10.8.1.2, podIPs: [{ip: 10.8.1.2}]}
";

/// Commands that print tables, and how the tables are recognised where they are pasted.
const TABLES: &[(&str, Objects, bool)] = &[
    ("get svc", Objects::Services, false),
    ("get svc -o wide", Objects::Services, false),
    ("get svc -A", Objects::Services, true),
    ("get svc -A -o wide", Objects::Services, true),
    ("get svc edge -n shop", Objects::Services, false),
    ("get nodes", Objects::Nodes, false),
    ("get nodes -o wide", Objects::Nodes, false),
    ("get pods -A", Objects::Pods, true),
    ("get pods -A -o wide", Objects::Pods, true),
    ("get svc,pods -A", Objects::Others, true),
];

/// The cluster of these objects.
fn cluster_to_read(version: KubeVersion) -> Cluster {
    let boot = Action::Boot { version, flags: FLAGS.into() };
    let events = [boot, Action::Apply(OBJECTS.into()), Action::Existing(EXISTING.into())];
    Replay::default().before(&Session { seed: 0, events: events.into() }, 3)
}

/// What `kubectl get -o yaml` and `-o json` print of these objects.
fn printed(objects: &[Json], is_one: bool) -> [String; 2] {
    let object = match objects {
        [one] if is_one => one.clone(),
        all => {
            let all: Vec<Value> = all.iter().cloned().map(Value::from).collect();
            let list = json!({"apiVersion": "v1", "items": all, "kind": "List", "metadata": {"resourceVersion": ""}});
            list.into()
        }
    };
    [print::yaml(&object), print::json(&object)]
}

#[test]
fn what_kubectl_gets_is_what_is_stored() {
    for kubectl in asked() {
        let release = kubectl.release;
        let mut judge = Judge::new(kubectl);
        let cluster = cluster_to_read(release);
        let all = cluster.objects();
        judge.http.served = Served::new(cluster);
        let mut run = |words: &str| {
            let words: Vec<String> = words.split(' ').map(str::to_owned).collect();
            let came = judge.run(&words, true);
            assert_eq!((came.status, came.stderr.as_str()), (Some(0), ""), "{release} {words:?}");
            came.stdout
        };
        let mut tables = String::new();
        for (words, objects, has_namespace) in TABLES {
            let came = run(words);
            tables += &format!("$ kubectl {words}\n{came}");
            let found = pasted::in_manifest(&came);
            let printed =
                Printed { objects: *objects, is_table: true, has_namespace: *has_namespace };
            let kinds: Vec<pasted::Kind> = found.into_iter().map(|it| it.kind).collect();
            assert_eq!(kinds, [pasted::Kind::Printed(printed)], "{words}");
        }
        if std::env::var_os("UPDATE_CASES").is_some() {
            fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("tables.txt"), &tables)
                .expect("it can be written");
        } else {
            assert_eq!(tables, include_str!("tables.txt"), "{release}");
        }
        let of = |kind: &str, namespace: &str| -> Vec<Json> {
            let is_of = |it: &&Json| {
                it["kind"].as_str() == Some(kind)
                    && (namespace.is_empty()
                        || it["metadata"]["namespace"].as_str() == Some(namespace))
            };
            all.iter().filter(is_of).cloned().collect()
        };
        let one = |kind: &str, name: &str| -> Vec<Json> {
            let is_it = |it: &Json| it["metadata"]["name"].as_str() == Some(name);
            of(kind, "").into_iter().filter(is_it).collect()
        };
        for (words, objects, is_one) in [
            ("svc", of("Service", "default"), false),
            ("svc -A", of("Service", ""), false),
            ("svc headless -n shop", one("Service", "headless"), true),
            ("svc both", one("Service", "both"), true),
            ("svc edge -n shop", one("Service", "edge"), true),
            ("svc alias", one("Service", "alias"), true),
            ("nodes", of("Node", ""), false),
            ("node old", one("Node", "old"), true),
            ("pods -A", of("Pod", ""), false),
            ("pod web -n shop", one("Pod", "web"), true),
        ] {
            let [yaml, json] = printed(&objects, is_one);
            assert_eq!(run(&format!("get {words} -o yaml")), yaml, "{release} {words}");
            assert_eq!(run(&format!("get {words} -o json")), json, "{release} {words}");
        }
    }
}
