//! Serves the simulated cluster to a real kubectl: `apiserver --k8s 1.33 --flags FILE --port 8001`.

use std::process::ExitCode;
use std::time::Duration;

use dualstack_core::session::Replay;
use dualstack_tests::apiserver::Served;
use dualstack_tests::apiserver::http::Http;
use dualstack_tests::playground::Options;

const USAGE: &str = "\
usage: apiserver [--port PORT] [OPTION]…

Serves a cluster of the Dual-Stack Playground on the loopback address, as far as kubectl asks for it. The other
options are those of the program `playground`: what they do is done before the first request.
";

fn main() -> ExitCode {
    let mut arguments: Vec<String> =
        std::env::args_os().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    if arguments.iter().any(|it| it == "--help" || it == "-h") {
        print!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    match port(&mut arguments).and_then(|port| serve(port, arguments)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("apiserver: {problem}\nTry --help.");
            ExitCode::from(2)
        }
    }
}

/// Takes the port out of the arguments; 0 is any free one.
fn port(arguments: &mut Vec<String>) -> Result<u16, String> {
    let Some(at) = arguments.iter().position(|it| it == "--port") else { return Ok(0) };
    let option: Vec<String> = arguments.drain(at..arguments.len().min(at + 2)).collect();
    let port = option.get(1).and_then(|port| port.parse().ok());
    port.ok_or_else(|| "--port needs a number".to_owned())
}

fn serve(port: u16, arguments: Vec<String>) -> Result<(), String> {
    let read = |name: &str| std::fs::read_to_string(name).map_err(|it| format!("{name}: {it}"));
    let (session, files) = Options::read(arguments, &read)?.session();
    let cluster = Replay::with_files(files).before(&session, session.events.len());
    if !cluster.world().runs() {
        return Err("kube-apiserver exits with these flags".to_owned());
    }
    let mut http = Http::listen(port, Served::new(cluster)).map_err(|it| it.to_string())?;
    println!("kubectl --server http://{} get services", http.address());
    loop {
        // A connection that breaks is the client's affair.
        if let Err(problem) = http.serve(Duration::from_secs(3600)) {
            eprintln!("apiserver: {problem}");
        }
        http.served.settle();
        for asked in http.requests() {
            println!("{} {}", asked.method, asked.path);
        }
    }
}
