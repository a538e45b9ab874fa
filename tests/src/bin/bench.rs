//! quick
use dualstack_core::cluster::{Cluster, Options, Request};
use dualstack_core::env::Env;
use dualstack_core::net::{Family, Stack};
use dualstack_core::source::yaml::Node;
use dualstack_core::version::KubeVersion;
use dualstack_tests::driver::cidr;
use std::time::Instant;
fn main() {
    let env = Env::new(
        KubeVersion::LATEST,
        Stack::dual(Family::V4, cidr("10.96.0.0/16").unwrap(), cidr("fd00::/112").unwrap()),
    );
    let body = Node::from_json(
        &serde_json::json!({"metadata":{"name":"a"},"spec":{"type":"NodePort","ipFamilyPolicy":"PreferDualStack","ports":[{"port":80}],"selector":{"app":"x"}}}),
    );
    let empty = Cluster::new(env);
    let t = Instant::now();
    let mut n = 0;
    for _ in 0..20000 {
        let c = empty.clone();
        n += c.services().len();
    }
    println!("clone {:?} {n}", t.elapsed() / 20000);
    let t = Instant::now();
    for _ in 0..20000 {
        let mut c = empty.clone();
        n += c.handle(Request::Create(body.clone()), &Options::default()).trace.len();
    }
    println!("create {:?} {n}", t.elapsed() / 20000);
    let mut c = empty.clone();
    c.handle(Request::Create(body.clone()), &Options::default());
    let t = Instant::now();
    for _ in 0..20000 {
        n += c.clone().handle(Request::Replace(body.clone()), &Options::default()).trace.len();
    }
    println!("update {:?} {n}", t.elapsed() / 20000);
    let t = Instant::now();
    for _ in 0..2000 {
        dualstack_tests::laws::sending_it_again_changes_nothing(&c, "a").unwrap();
    }
    println!("again {:?} {n}", t.elapsed() / 2000);
}
