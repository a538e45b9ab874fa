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

/// The editor's folder.
pub const EDITOR: &str = "web/editor";

/// Where the user's PATH is kept while Debian's Rust stands before it.
const HOST_PATH: &str = "XTASK_HOST_PATH";

/// What makes Debian's Rust build for wasm.
const DEBIAN: [(&str, &str); 3] = [
    ("RUSTC_BOOTSTRAP", "1"),
    ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
    ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-22"),
];

/// The programs a build calls.
pub struct Tools {
    trunk: PathBuf,
    wasm_bindgen: PathBuf,
    binaryen: PathBuf,
    /// Builds as for publishing.
    small: bool,
    /// The toolchain of Debian, where rustup has no wasm target to give.
    debian: bool,
}

impl Tools {
    /// Finds the tools, and installs those that are missing. `small`: for the published site.
    pub fn ready(small: bool) -> Outcome<Self> {
        require("cc", "apt-get install gcc libc6-dev (or your system's C compiler)")?;
        require_node()?;
        let own = wasm_target()? && (!small || rust_source()?);
        if !own {
            debian_rust()?;
        }
        let trunk = cargo_tool("trunk", TRUNK, true, 8)?;
        let wasm_bindgen =
            cargo_tool("wasm-bindgen-cli", &locked_version("wasm-bindgen")?, false, 6)?;
        npm_packages("web")?;
        npm_packages(EDITOR)?;
        let binaryen = root().join("web/node_modules/.bin");
        let tools =
            Self { trunk: trunk.join("trunk"), wasm_bindgen, binaryen, small, debian: !own };
        tools.fetch()?;
        Ok(tools)
    }

    /// A Trunk command with everything it looks for on its PATH.
    pub fn trunk(&self) -> Command {
        let mut trunk = self.within(&self.trunk);
        // Trunk reads NO_COLOR as a bool and fails on the customary "1".
        trunk.env_remove("NO_COLOR");
        trunk
    }

    /// Trunk works offline: fetches what its cargo will ask for, by that same cargo.
    fn fetch(&self) -> Outcome {
        eprintln!("Fetching the crates of the page, if any are missing (under a minute)");
        let fetch = ["fetch", "--quiet", "--locked", "--target", WASM];
        run(self.within("cargo").args(fetch))
    }

    /// A command that sees the tools, and the Rust that builds the page.
    pub fn within(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = command(program);
        if self.small {
            command.envs(SMALL_BUILD);
        }
        let mut folders = vec![self.wasm_bindgen.clone(), self.binaryen.clone()];
        // Trunk's hook calls this very program by its name.
        if let Some(own) = std::env::current_exe().ok().as_deref().and_then(Path::parent) {
            folders.push(own.to_path_buf());
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        if self.debian {
            folders.insert(0, PathBuf::from("/usr/bin"));
            command.env(HOST_PATH, &path).envs(DEBIAN);
            command.env("CARGO_TARGET_DIR", root().join("target/debian"));
        }
        folders.extend(std::env::split_paths(&path));
        command.env("PATH", std::env::join_paths(folders).unwrap_or(path));
        command
    }
}

/// A cargo that builds for this machine, also within Trunk while Debian's Rust builds the wasm.
pub fn host_cargo() -> Command {
    let mut cargo = command("cargo");
    if let Some(path) = std::env::var_os(HOST_PATH) {
        cargo.env("PATH", path).env_remove("CARGO_TARGET_DIR");
        for (name, _) in DEBIAN {
            cargo.env_remove(name);
        }
    }
    cargo
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

/// Whether the user's Rust has the wasm target, or has got it.
pub fn wasm_target() -> Outcome<bool> {
    let libs = output(command("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    Ok(Path::new(libs.trim()).is_dir() || rustup("target", WASM))
}

/// Whether the user's Rust has the source of its standard library, or has got it.
fn rust_source() -> Outcome<bool> {
    let sysroot = output(command("rustc").args(["--print", "sysroot"]))?;
    let lock = Path::new(sysroot.trim()).join("lib/rustlib/src/rust/library/Cargo.lock");
    Ok(lock.is_file() || rustup("component", "rust-src"))
}

/// Whether rustup could add something.
fn rustup(kind: &str, name: &str) -> bool {
    if find("rustup").is_none() {
        return false;
    }
    eprintln!("Installing the Rust {kind} {name} (a few seconds)");
    run(command("rustup").args([kind, "add", name])).is_ok()
}

/// Installs Debian's Rust for the web, which stands in where rustup has nothing to give.
fn debian_rust() -> Outcome {
    let packages = ["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
    if find("wasm-ld-22").is_some() {
        return Ok(());
    }
    if find("apt-get").is_none() || !is_root() {
        return Err(format!(
            "Missing: the Rust target {WASM} and the source of Rust's library. Run: rustup target add \
             {WASM} && rustup component add rust-src (or, on Debian, apt-get install {})",
            packages.join(" ")
        ));
    }
    eprintln!("Installing Debian's Rust for {WASM} (about two minutes)");
    apt(&packages)
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

/// The folder of a program installed by cargo, in this exact version.
fn cargo_tool(package: &str, version: &str, locked: bool, minutes: u32) -> Outcome<PathBuf> {
    let name = package.trim_end_matches("-cli");
    let home = cache()?.join(format!("{name}-{version}"));
    let bin = home.join("bin");
    if bin.join(name).is_file() {
        return Ok(bin);
    }
    eprintln!(
        "Installing {name} {version} into {} (once, about {minutes} minutes)",
        home.display()
    );
    // Installed beside and moved: an interrupted install does not count.
    let partial = cache()?.join(format!("{name}-{version}.partial-{}", std::process::id()));
    let mut install = command("cargo");
    install.args(["install", package, "--version", version, "--force", "--quiet", "--root"]);
    install.arg(&partial).env("CARGO_TARGET_DIR", partial.join("build"));
    if locked {
        install.arg("--locked");
    }
    let installed = run(&mut install).and_then(|()| {
        std::fs::create_dir_all(&home).map_err(|error| error.to_string())?;
        match std::fs::rename(partial.join("bin"), &bin) {
            // Another checkout may have been quicker.
            Err(error) if !bin.join(name).is_file() => Err(format!("{}: {error}", bin.display())),
            _ => Ok(()),
        }
    });
    // What it was built in is many times the size of the program. A leftover does no harm.
    let _ = std::fs::remove_dir_all(&partial);
    installed.map(|()| bin)
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

/// A Chromium for the browser tests: `$CHROMIUM`, one on the PATH, Debian's, or Playwright's.
pub fn chromium() -> Outcome<Option<OsString>> {
    if let Some(given) = std::env::var_os("CHROMIUM").filter(|it| !it.is_empty()) {
        return Ok(Some(given));
    }
    let known = || ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(find);
    if let Some(found) = known() {
        fonts();
        return Ok(Some(found.into()));
    }
    if find("apt-get").is_some() && is_root() {
        eprintln!(
            "Installing Chromium and a Chinese font for the browser tests (about two minutes)"
        );
        // Where Debian has none to give, Playwright may.
        let _ = apt(&["chromium", "fonts-noto-cjk"]);
        if let Some(found) = known() {
            return Ok(Some(found.into()));
        }
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

/// Screenshots in Chinese need a font; without root the tests still run.
fn fonts() {
    let has_font = output(Command::new("fc-list").arg(":lang=zh")).is_ok_and(|it| !it.is_empty());
    if !has_font && find("apt-get").is_some() && is_root() {
        eprintln!("Installing a Chinese font for the screenshots (under a minute)");
        let _ = apt(&["fonts-noto-cjk"]);
    }
}
