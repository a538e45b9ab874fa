//! What the build needs beside Rust, installed where it is missing: the wasm target, Trunk,
//! wasm-bindgen, npm packages, and a Chromium for the tests.
//!
//! Trunk and wasm-bindgen lie in a per-user cache folder keyed by version: a second checkout finds
//! them there, and the user's own are left alone.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::Outcome;
use crate::process::{SMALL_BUILD, command, find, output, read, root, run, write};

/// The last Trunk that builds with the project's Rust.
const TRUNK: &str = "0.21.14";

/// What the page is built for.
pub const WASM: &str = "wasm32-unknown-unknown";

/// How the tools are built: soon ready matters more than fast. Trunk's own profile asks for fat LTO.
const TOOL_BUILD: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
];

/// The editor's folder.
pub const EDITOR: &str = "web/editor";

/// The programs a build calls.
pub struct Tools {
    /// Searched before the PATH.
    folders: Vec<PathBuf>,
    /// Builds as for publishing.
    small: bool,
}

impl Tools {
    /// Finds the tools, and installs those that are missing. `small`: for the published site.
    pub fn ready(small: bool) -> Outcome<Self> {
        require("cc", "apt-get install gcc libc6-dev (or your system's C compiler)")?;
        require_node()?;
        wasm_target()?;
        if small {
            rust_source()?;
        }
        // Trunk works offline here: without its default features it needs no TLS library.
        let trunk = cargo_tool("trunk", TRUNK, &["--locked", "--no-default-features"])?;
        let wasm_bindgen = cargo_tool("wasm-bindgen-cli", &locked_version("wasm-bindgen")?, &[])?;
        npm_packages("web")?;
        npm_packages(EDITOR)?;
        let mut folders = vec![root().join("web/node_modules/.bin")];
        folders.extend(trunk.into_iter().chain(wasm_bindgen));
        // Trunk's hook calls this very program by its name.
        let own = std::env::current_exe().ok();
        folders.extend(own.as_deref().and_then(Path::parent).map(Path::to_path_buf));
        let tools = Self { folders, small };
        tools.fetch()?;
        Ok(tools)
    }

    /// A Trunk command with everything it looks for on its PATH.
    pub fn trunk(&self) -> Command {
        let mut trunk = self.within("trunk");
        // Trunk reads NO_COLOR as a bool and fails on the customary "1".
        trunk.env_remove("NO_COLOR");
        trunk
    }

    /// Trunk works offline: fetches what its cargo will ask for, by that same cargo.
    fn fetch(&self) -> Outcome {
        let fetch = ["fetch", "--locked", "--target", WASM];
        run(self.within("cargo").args(fetch))
    }

    /// A command that sees the tools, and the Rust that builds the page.
    pub fn within(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command(program);
        if self.small {
            command.envs(SMALL_BUILD);
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders = self.folders.iter().cloned().chain(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap_or(path));
        command
    }
}

fn require(program: &str, how: &str) -> Outcome {
    match find(program) {
        Some(_) => Ok(()),
        None => Err(format!("Missing: {program}. Install it with: {how}")),
    }
}

/// Fails where there is no Node that is new enough.
pub fn require_node() -> Outcome {
    let how = "apt-get install nodejs npm (20 or newer)";
    require("node", how)?;
    require("npm", how)?;
    let version = output(command("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(20..) => Ok(()),
        _ => Err(format!("Node {} is too old. Install it with: {how}", version.trim())),
    }
}

/// Adds the wasm target to the user's Rust if it is missing.
pub fn wasm_target() -> Outcome {
    let libs = output(command("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(libs.trim()).is_dir() { Ok(()) } else { rustup("target", WASM) }
}

/// Adds the source of the standard library to the user's Rust if it is missing.
fn rust_source() -> Outcome {
    let sysroot = output(command("rustc").args(["--print", "sysroot"]))?;
    let lock = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    if lock.is_file() { Ok(()) } else { rustup("component", "rust-src") }
}

fn rustup(kind: &str, name: &str) -> Outcome {
    let failed = format!("Missing: the Rust {kind} {name}. Run: rustup {kind} add {name}");
    if find("rustup").is_none() {
        return Err(format!("{failed} (rustup itself: https://rustup.rs)"));
    }
    eprintln!("Installing the Rust {kind} {name} (under a minute)");
    run(command("rustup").args([kind, "add", name])).map_err(|_| failed)
}

fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn apt(packages: &[&str]) -> Outcome {
    run(Command::new("apt-get").args(["update", "-q"]))?;
    let mut install = Command::new("apt-get");
    install.env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "-q"]).args(packages);
    run(&mut install)
}

fn cache() -> Outcome<PathBuf> {
    let home = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    home("XDG_CACHE_HOME")
        .or_else(|| home("HOME").map(|home| home.join(".cache")))
        .map(|cache| cache.join("dualstack-playground"))
        .ok_or_else(|| "Missing: a HOME folder to keep tools in. Set HOME.".to_owned())
}

/// The folder of a program of this exact version, installed if it is missing; none where it is on the PATH.
fn cargo_tool(package: &str, version: &str, options: &[&str]) -> Outcome<Option<PathBuf>> {
    let name = package.trim_end_matches("-cli");
    if find(name).is_some() {
        let shown = output(command(name).arg("--version")).unwrap_or_default();
        if shown.split_whitespace().nth(1) == Some(version) {
            return Ok(None);
        }
    }
    let home = cache()?.join(format!("{name}-{version}"));
    let bin = home.join("bin");
    if bin.join(name).is_file() {
        return Ok(Some(bin));
    }
    // Installed beside and moved: an interrupted install does not count.
    let partial = cache()?.join(format!("{name}-{version}.partial-{}", std::process::id()));
    let installed = install(package, version, options, &partial).and_then(|()| {
        std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
        match std::fs::rename(partial.join("bin"), &bin) {
            // Another checkout may have been quicker.
            Err(error) if !bin.join(name).is_file() => Err(format!("{}: {error}", bin.display())),
            _ => Ok(()),
        }
    });
    // What it was built in is many times the size of the program. A leftover does no harm.
    let _ = std::fs::remove_dir_all(&partial);
    installed.map(|()| Some(bin))
}

/// Installs a program into a folder: as cargo-binstall finds it built, or else from source.
fn install(package: &str, version: &str, options: &[&str], folder: &Path) -> Outcome {
    if find("cargo-binstall").is_some() {
        eprintln!("Downloading {package} {version} by cargo-binstall (under a minute)");
        let mut binstall = command("cargo");
        binstall.args(["binstall", "--no-confirm", "--disable-strategies", "compile"]);
        binstall.args(["--version", version, "--root"]).arg(folder).arg(package);
        match run(&mut binstall) {
            Ok(()) => return Ok(()),
            Err(error) => eprintln!("{error}; it is built instead"),
        }
    }
    eprintln!("Building {package} {version} (once, several minutes)");
    let mut install = command("cargo");
    install.args(["install", package, "--version", version, "--force", "--root"]).arg(folder);
    install.args(options).envs(TOOL_BUILD).env("CARGO_TARGET_DIR", folder.join("build"));
    run(&mut install)
}

/// The version of a crate in Cargo.lock.
fn locked_version(name: &str) -> Outcome<String> {
    let lock = read(&root().join("Cargo.lock"))?;
    let header = format!("name = \"{name}\"\nversion = \"");
    lock.split_once(&header)
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(version, _)| version.to_owned())
        .ok_or_else(|| format!("Cargo.lock does not name {name}"))
}

/// Installs the npm packages of a folder, unless its lock file is the one they were installed from.
pub fn npm_packages(folder: &str) -> Outcome {
    let folder = root().join(folder);
    let lock = read(&folder.join("package-lock.json"))?;
    let hash = format!("{:x}", Sha256::digest(lock.as_bytes()));
    let stamp = folder.join("node_modules/.installed-from");
    if std::fs::read_to_string(&stamp).is_ok_and(|known| known == hash) {
        return Ok(());
    }
    require_node()?;
    eprintln!("Installing the npm packages of {} (under a minute)", folder.display());
    let mut install = command("npm");
    install.current_dir(&folder).args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    run(install.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))?;
    write(&stamp, &hash)
}

/// Installs packages where apt is there and may; whether it did.
fn try_apt(what: &str, packages: &[&str]) -> bool {
    if find("apt-get").is_none() || !is_root() {
        return false;
    }
    eprintln!("Installing {what} (about two minutes)");
    apt(packages).is_ok()
}

/// A Chromium for the browser tests: `$CHROMIUM`, one on the PATH, Debian's, or Playwright's.
pub fn chromium() -> Outcome<Option<OsString>> {
    if let Some(given) = std::env::var_os("CHROMIUM").filter(|it| !it.is_empty()) {
        return Ok(Some(given));
    }
    let known = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find);
    // Where Debian has none to give, Playwright may.
    if known().is_none() {
        try_apt(
            "Chromium and a Chinese font for the browser tests",
            &["chromium", "fonts-noto-cjk"],
        );
    }
    if let Some(found) = known() {
        return Ok(Some(found.into()));
    }
    eprintln!("Installing Playwright's Chromium for the browser tests (about two minutes)");
    let mut install = command("npx");
    install.current_dir(root().join("tests/browser")).args(["playwright", "install", "chromium"]);
    match run(&mut install) {
        Ok(()) => Ok(None),
        Err(_) => Err("Missing: Chromium for the browser tests. Install it with: apt-get install \
                       chromium fonts-noto-cjk, or set CHROMIUM to one"
            .to_owned()),
    }
}

/// A Firefox for the smoke journey.
pub fn firefox() -> Option<PathBuf> {
    let known = || ["firefox-esr", "firefox"].into_iter().find_map(find);
    known().or_else(|| try_apt("Firefox", &["firefox-esr"]).then(known).flatten())
}

/// WebKitGTK's MiniBrowser for the smoke journey, where its driver and a screen for it are there too.
pub fn minibrowser() -> Option<PathBuf> {
    let known = || {
        find("WebKitWebDriver").and(find("xvfb-run"))?;
        let below = |folder: PathBuf| std::fs::read_dir(folder).into_iter().flatten().flatten();
        let libraries = below("/usr/lib".into()).flat_map(|it| below(it.path()));
        libraries.map(|it| it.path().join("MiniBrowser")).find(|file| file.is_file())
    };
    let packages = ["webkit2gtk-driver", "xvfb", "xauth"];
    known().or_else(|| try_apt("WebKit", &packages).then(known).flatten())
}

/// A font for the screenshots in Chinese; without root they are taken without it.
pub fn chinese_font() {
    let has_font = output(Command::new("fc-list").arg(":lang=zh")).is_ok_and(|it| !it.is_empty());
    if !has_font {
        try_apt("a Chinese font for the screenshots", &["fonts-noto-cjk"]);
    }
}
