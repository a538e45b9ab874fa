//! Does a real kubectl print and send what the core says that it prints and sends? Each kubectl that is found plays
//! every case and every example against the served core: standard output and error, exit status and requests are
//! compared byte for byte, and so are the objects that are stored afterwards. Where there is no kubectl this passes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use dualstack_core::kubectl::{FILE, ObjectName, Request, Stream};
use dualstack_core::release::version::{KubeVersion, Versions};
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{EventReport, Replay};
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
        let home = std::env::temp_dir().join(format!(
            "dualstack-kubectl-{}-{}",
            kubectl.release,
            std::process::id()
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
            let objects = |objects: Vec<dualstack_core::api::Json>| {
                let texts: Vec<String> =
                    objects.iter().map(dualstack_core::api::print::yaml).collect();
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

#[test]
fn every_kubectl_prints_and_sends_what_the_core_says() {
    let mut all = found();
    if all.is_empty() {
        println!("no kubectl was found: nothing was compared");
        return;
    }
    if let Ok(wanted) = std::env::var("KUBECTL") {
        all.retain(|it| wanted.split(',').any(|release| release == it.release.to_string()));
    } else if all.len() > 3 {
        // Of many the oldest, the newest, and one between.
        all = [0, all.len() / 2, all.len() - 1].map(|at| all[at].clone()).to_vec();
    }
    let names: Vec<String> = all.iter().map(|it| it.release.to_string()).collect();
    println!("compared with kubectl {}", names.join(", "));
    let threads: Vec<_> =
        all.into_iter().map(|it| std::thread::spawn(move || judged(it))).collect();
    let found: Vec<String> =
        threads.into_iter().flat_map(|it| it.join().expect("a judge ends")).collect();
    assert!(found.is_empty(), "{} differences:\n{}", found.len(), found.join("\n"));
}
