//! The static site: built by Trunk, then completed here with the editor, the opening example and the
//! Content-Security-Policy.

use std::net::{TcpListener, TcpStream};
use std::os::unix::process::{CommandExt, parent_id};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::process::{command, output, read, root, run, write};
use crate::tools::{EDITOR, Tools};

const OPENING: &str = "<!-- opening -->";
const KEYS: &str = "<!-- keys -->";
const POLICY: &str = "<!-- content security policy -->";
/// Where the page names the editor.
const BUNDLE: &str = "content=\"editor.js\"";
/// How the file of the bundled editor is called: between these stands a hash.
const EDITOR_FILE: (&str, &str) = ("editor-", ".js");
/// Where `serve` listens, for the hook that completes the page.
const SERVED_AT: &str = "XTASK_SERVED_AT";

/// Builds `dist/`.
pub fn build() -> Outcome {
    let tools = Tools::ready(true)?;
    run(tools.trunk().args(["build", "--release", "--offline", "--locked"]))?;
    println!("The site is in {}", root().join("dist").display());
    Ok(())
}

/// Builds the page, serves it and rebuilds on change, until it is stopped.
pub fn serve() -> Outcome {
    let tools = Tools::ready(false)?;
    let port = (8080..8100)
        .find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok())
        .ok_or("No port from 8080 to 8099 is free.")?
        .to_string();
    eprintln!("Building the page (the first time about two minutes)");
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    command(own).args(["announce", &port]).spawn().map_err(|error| error.to_string())?;
    let mut trunk = tools.trunk();
    trunk.args(["serve", "--offline", "--address", "127.0.0.1", "--port", &port]);
    trunk.env(SERVED_AT, format!("127.0.0.1:{port}"));
    // In place of this program: whoever stops it stops Trunk, and the port is free again.
    Err(format!("trunk: {}", trunk.exec()))
}

/// Says where the page is as soon as it is served there, unless the server ends before.
pub fn announce(port: &str) -> Outcome {
    let port: u16 = port.parse().map_err(|_| format!("{port} is no port"))?;
    let server = parent_id();
    while parent_id() == server {
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            println!("Playground: http://127.0.0.1:{port}/");
            break;
        }
        std::thread::sleep(Duration::from_millis(300));
    }
    Ok(())
}

/// Completes the page that Trunk has just built, in its staging folder.
pub fn finish() -> Outcome {
    let staging = std::env::var_os("TRUNK_STAGING_DIR")
        .ok_or("`cargo xtask finish` is called by Trunk; you want `cargo xtask build`.")?;
    let staging = PathBuf::from(staging);
    let page = staging.join("index.html");
    let mut html = read(&page)?;
    if let Ok(address) = std::env::var(SERVED_AT) {
        html = reloading(&html, &address);
    }
    // The example is rendered from the page's own components, so the two cannot drift apart.
    let print = |bin: &str| {
        let mut cargo = command("cargo");
        cargo.args(["run", "--package", "dualstack-web", "--features", "ssr"]);
        output(cargo.args(["--bin", bin]))
    };
    let prerendered = print("prerender")?;
    let (opening, keys) =
        prerendered.split_once(KEYS).ok_or("`prerender` prints no sheets of keys")?;
    let catalogue = root().join("target/catalogue.json");
    write(&catalogue, &print("catalogue")?)?;
    let editor = bundle(&catalogue, &staging)?;
    let editor = format!("content=\"{editor}\"");
    if std::env::var("TRUNK_PROFILE").is_ok_and(|profile| profile == "release") {
        minify(&staging)?;
    }
    let parts = [(OPENING, opening.trim()), (KEYS, keys.trim()), (BUNDLE, editor.as_str())];
    write(&page, &complete(&html, &parts)?)
}

/// What is in a folder.
fn paths(folder: &Path) -> Outcome<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(entries.flatten().map(|entry| entry.path()).collect())
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Outcome<Vec<String>> {
    let name = |path: PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
    Ok(paths(folder)?.into_iter().filter_map(name).collect())
}

/// The file in a folder whose name begins and ends so.
fn named_in(folder: &Path, (start, end): (&str, &str)) -> Outcome<String> {
    names(folder)?
        .into_iter()
        .find(|name| name.starts_with(start) && name.ends_with(end))
        .ok_or_else(|| format!("{} holds no {start}…{end}", folder.display()))
}

fn read_bytes(path: &Path) -> Outcome<Vec<u8>> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Leaves out of the scripts and styles in `folder` what only a reader needs. Their names stay.
fn minify(folder: &Path) -> Outcome {
    let is_text = |path: &PathBuf| path.extension().is_some_and(|it| it == "js" || it == "css");
    let mut esbuild = esbuild();
    esbuild.args(["--minify", "--charset=utf8", "--log-level=warning", "--allow-overwrite"]);
    esbuild.args(paths(folder)?.into_iter().filter(is_text));
    run(esbuild.arg(format!("--outdir={}", folder.display())))
}

fn esbuild() -> Command {
    let mut esbuild = command(root().join(EDITOR).join("node_modules/.bin/esbuild"));
    esbuild.current_dir(root().join(EDITOR));
    esbuild
}

/// Bundles the editor into `folder`; the name of the file, which has a hash of what is in it.
fn bundle(catalogue: &Path, folder: &Path) -> Outcome<String> {
    let mut esbuild = esbuild();
    esbuild.args(["editor.js", "--bundle", "--minify", "--format=iife", "--target=es2020"]);
    esbuild.args(["--loader:.css=text", "--log-level=warning", "--entry-names=[name]-[hash]"]);
    esbuild.arg(format!("--alias:catalogue={}", catalogue.display()));
    run(esbuild.arg(format!("--outdir={}", folder.display())))?;
    named_in(folder, EDITOR_FILE)
}

/// The page with what Trunk's reload script has to know. Trunk would fill it in on each request, which
/// is after the script was hashed: the browser would refuse the script.
fn reloading(html: &str, address: &str) -> String {
    html.replace("{{__TRUNK_ADDRESS__}}", address).replace("{{__TRUNK_WS_BASE__}}", "/")
}

/// The page with what stands in place of its markers, and with its policy.
fn complete(html: &str, parts: &[(&str, &str)]) -> Outcome<String> {
    let mut html = html.to_owned();
    for (marker, part) in parts.iter().chain(&[(POLICY, POLICY)]) {
        if html.matches(marker).count() != 1 {
            return Err(format!("index.html has to hold `{marker}` once"));
        }
        html = html.replace(marker, part);
    }
    let hashes: Vec<String> = inline_scripts(&html)
        .iter()
        .map(|script| format!(" 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes()))))
        .collect();
    let policy = format!(
        "default-src 'none'; script-src 'self'{} 'wasm-unsafe-eval'; style-src 'self'; connect-src \
         'self'; img-src 'self' data: blob:; manifest-src 'self'; worker-src 'self'; base-uri \
         'none'; form-action 'none'",
        hashes.concat()
    );
    let meta = format!("<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">");
    Ok(html.replace(POLICY, &meta))
}

/// The texts of the scripts that stand in the page itself.
fn inline_scripts(html: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find("<script") {
        rest = &rest[at..];
        let (Some(open), Some(close)) = (rest.find('>'), rest.find("</script>")) else { break };
        let tag = &rest[..open.min(close)];
        if !tag.contains(" src=") && open < close {
            scripts.push(&rest[open + 1..close]);
        }
        rest = &rest[close..];
    }
    scripts
}

/// What a first visit loads before the page can be used: the files, with their sizes after gzip.
pub fn first_load() -> Outcome<Vec<(String, u64)>> {
    let html = read(&root().join("dist/index.html"))?;
    files(|name| {
        let is_named = html.contains(&format!("/{name}")) && name.contains('.');
        name == "index.html" || is_named && name != "third-party.txt"
    })
}

/// Some files of the site, with their sizes after gzip.
fn files(wanted: impl Fn(&str) -> bool) -> Outcome<Vec<(String, u64)>> {
    let dist = root().join("dist");
    let mut files = names(&dist)?;
    files.retain(|name| wanted(name));
    files.sort();
    files.into_iter().map(|name| Ok((name.clone(), size_of(&dist.join(name))?))).collect()
}

/// The editor, which comes when the page is idle, with its size after gzip.
pub fn editor() -> Outcome<(String, u64)> {
    let dist = root().join("dist");
    let name = named_in(&dist, EDITOR_FILE)?;
    let size = size_of(&dist.join(&name))?;
    Ok((name, size))
}

fn size_of(file: &Path) -> Outcome<u64> {
    Ok(gzipped(&read_bytes(file)?)? as u64)
}

/// How many bytes a server sends of these.
fn gzipped(bytes: &[u8]) -> Outcome<usize> {
    use std::io::Write;
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).map_err(|error| error.to_string())?;
    Ok(encoder.finish().map_err(|error| error.to_string())?.len())
}

#[cfg(test)]
mod tests {
    use super::{BUNDLE, KEYS, OPENING, complete, inline_scripts, reloading};

    #[test]
    fn only_scripts_without_a_source_are_hashed() {
        let html = "<script src=\"a.js\"></script><script type=module>let a;</script>";
        assert_eq!(inline_scripts(html), ["let a;"]);
    }

    #[test]
    fn the_reload_script_leaves_nothing_for_trunk_to_fill_in() {
        let html = "a='{{__TRUNK_ADDRESS__}}'; b='{{__TRUNK_WS_BASE__}}'";
        assert_eq!(reloading(html, "127.0.0.1:8080"), "a='127.0.0.1:8080'; b='/'");
    }

    #[test]
    fn a_page_without_its_markers_is_refused() {
        let parts =
            [(OPENING, "<p>hi</p>"), (KEYS, "<p>?</p>"), (BUNDLE, "content=\"editor-1.js\"")];
        assert!(complete("<html></html>", &parts).is_err());
        let page = "<!-- content security policy --><meta name=\"editor\" content=\"editor.js\">\
                    <script>1</script><!-- opening --><!-- keys -->";
        let done = complete(page, &parts).expect("all markers are there");
        assert!(done.contains("<meta name=\"editor\" content=\"editor-1.js\">"));
        assert_eq!(done.matches("'sha256-").count(), 1);
        assert!(done.ends_with("<p>hi</p><p>?</p>"));
    }
}
