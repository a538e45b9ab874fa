//! Do whole charts install as on a real cluster? Each file of `../shared/charts` is created in each of four clusters, and
//! the answer for every Service is compared with the recorded one. The charts are others' files and stay where they are:
//! without them the test passes and says so.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use dualstack_core::apiserver::requests::Answer;
use dualstack_core::session::action::{Action, Session};
use dualstack_core::session::{DocumentReport, EventReport, run};
use serde::Deserialize;

/// A line of `expected.jsonl` or `expected-1.21.jsonl`.
#[derive(Deserialize)]
struct Expected {
    file: String,
    service: String,
    cluster: String,
    k8s: String,
    ok: Option<Stored>,
    error: Option<Refused>,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(rename_all = "camelCase")]
struct Stored {
    r#type: String,
    families: Vec<String>,
    policy: Option<String>,
    #[serde(rename = "clusterIPs")]
    cluster_ips: Vec<String>,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Refused {
    code: u16,
    reason: String,
    message: String,
}

fn charts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/charts")
}

/// The flags of a recorded cluster; an IPv6 range in front needs an address of that family.
fn flags(cluster: &str) -> String {
    let (v4, v6) = ("10.96.0.0/16", "fd00:10:96::/112");
    let (ranges, address) = match cluster {
        "v4" => (v4.to_owned(), ""),
        "v6" => (v6.to_owned(), " --advertise-address=2001:db8::1"),
        "v4v6" => (format!("{v4},{v6}"), ""),
        "v6v4" => (format!("{v6},{v4}"), " --advertise-address=2001:db8::1"),
        _ => panic!("no such cluster: {cluster}"),
    };
    format!("kube-apiserver --service-cluster-ip-range={ranges}{address}\n")
}

/// An address that the cluster picked, by its family, as the recordings write it; one that the manifest names, and `None`.
fn written(address: &str, manifest: &str) -> String {
    match address {
        _ if address == "None" || manifest.contains(address) => address.to_owned(),
        _ if address.contains(':') => "$v6".to_owned(),
        _ => "$v4".to_owned(),
    }
}

/// The answer as the recordings write it; `None` where kubectl sent nothing.
fn answered(report: &DocumentReport, manifest: &str) -> Option<Result<Stored, Refused>> {
    Some(match &report.outcome.as_ref()?.result {
        Ok(Answer::Service { service, .. }) => {
            let spec = &service.spec;
            Ok(Stored {
                r#type: spec.type_.clone(),
                families: spec.ip_families.clone(),
                policy: spec.ip_family_policy.clone(),
                cluster_ips: spec.cluster_ips.iter().map(|it| written(it, manifest)).collect(),
            })
        }
        Ok(_) => return None,
        Err(status) => Err(Refused {
            code: status.code,
            reason: status.reason.map_or_else(String::new, |it| it.name().to_owned()),
            message: status.message.clone(),
        }),
    })
}

#[test]
fn charts_install_as_recorded() {
    let folder = charts();
    let mut cases: BTreeMap<_, Vec<Expected>> = BTreeMap::new();
    for recorded in ["expected.jsonl", "expected-1.21.jsonl"] {
        let Ok(lines) = std::fs::read_to_string(folder.join(recorded)) else {
            println!("There are no charts in ../shared: nothing is compared.");
            return;
        };
        for line in lines.lines() {
            let line: Expected = serde_json::from_str(line).expect("a recorded line");
            let of = (line.file.clone(), line.cluster.clone(), line.k8s.clone());
            cases.entry(of).or_default().push(line);
        }
    }
    let (mut compared, mut unsent, mut wrong) = (0, 0, String::new());
    for ((file, cluster, k8s), lines) in cases {
        let manifest = std::fs::read_to_string(folder.join(&file)).expect("the chart is there");
        let version = k8s.parse().expect("a simulated version");
        let boot = Action::Boot { version, flags: flags(&cluster).into() };
        let events = [boot, Action::Create(manifest.as_str().into())];
        let report = run(&Session { seed: 0, events: events.into() });
        let [_, EventReport::Requests(report)] = report.events.as_slice() else {
            panic!("a start and a file")
        };
        for Expected { service, ok, error, .. } in lines {
            let of_service =
                |it: &&std::rc::Rc<DocumentReport>| it.kind == "Service" && it.name == service;
            let document =
                report.documents.iter().find(of_service).expect("the Service is in the file");
            let Some(answer) = answered(document, &manifest) else {
                unsent += 1;
                // A kubectl of that time checks fields itself, and the file ends there.
                let is_strict =
                    report.command.printed.iter().any(|it| it.text.contains("unknown field"));
                assert!(is_strict, "{file} {service}");
                continue;
            };
            compared += 1;
            let expected = ok.map_or_else(|| Err(error.expect("an answer")), Ok);
            if answer != expected {
                let _ = writeln!(
                    wrong,
                    "{file} {cluster} {k8s} {service}: {answer:?}, recorded {expected:?}"
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    println!("{compared} Services agree; kubectl did not send {unsent}.");
    assert!(compared > 1000, "{compared}");
}
