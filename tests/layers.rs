//! Does every file use only what lies below it, and is no file part of a circle?
//!
//! The rooms of a package stand in rows, the lowest first. A file may use files of rows below its own and of its
//! own room; the longest prefix of its module path decides which room it is in. A `mod.rs` is the front of its
//! folder: what it takes from its own children does not count, what they take from it does.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use syn::visit::Visit;

/// Rooms of one row know nothing of each other.
type Rows = &'static [&'static [&'static str]];

/// kube-apiserver is below the programs that are its clients.
const CORE: Rows = &[
    &["net", "api::field_path", "source::span", "explain::text"],
    &["release"],
    &["explain"],
    &["api"],
    &["source"],
    &["startup", "cluster::nodes"],
    &["apiserver"],
    &["controller_manager", "kubelet", "network_plugin", "kube_proxy", "kubectl", "installers"],
    &["cluster"],
    &["conflicts"],
    &["planning"],
    &["session"],
    // A fix is tried in a session before it is offered.
    &["fixes"],
];

/// `browser` is every touch of JavaScript: what is typed and answered is below it.
const WEB: Rows = &[
    &["i18n", "presets"],
    &["examples", "catalogue", "shortcuts"],
    &["state"],
    &["browser"],
    &["ui"],
    &["panes"],
    &["page", "effects"],
    &["app"],
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// What each file of a package uses: module paths, such as `source::flags::edit`.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// The module path of a file, from the package's `src`. The root is empty.
fn module(file: &Path, src: &Path) -> String {
    let path = file.strip_prefix(src).unwrap_or(file).with_extension("");
    let parts: Vec<String> = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    match parts.as_slice() {
        [folder @ .., last] if ["mod", "lib", "main"].contains(&last.as_str()) => folder.join("::"),
        _ => parts.join("::"),
    }
}

/// Collects the paths of a file that begin with `crate`, `super` or `self`, outside of tests.
#[derive(Default)]
struct Paths(Vec<Vec<String>>);

impl Paths {
    fn tree(&mut self, tree: &syn::UseTree, before: &[String]) {
        let with = |ident: &syn::Ident| [before, &[ident.to_string()]].concat();
        match tree {
            syn::UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident)),
            syn::UseTree::Name(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Rename(name) => self.0.push(with(&name.ident)),
            syn::UseTree::Glob(_) => self.0.push(before.to_vec()),
            syn::UseTree::Group(group) => {
                group.items.iter().for_each(|tree| self.tree(tree, before));
            }
        }
    }

    /// The bodies of macros are tokens, not syntax: `html!` names components.
    fn tokens(&mut self, tokens: &proc_macro2::TokenStream) {
        let text = tokens.to_string().replace(' ', "");
        for (at, _) in text.match_indices("crate::") {
            let is_whole = text[..at]
                .chars()
                .next_back()
                .is_none_or(|c| !c.is_alphanumeric() && !"_$".contains(c));
            if is_whole {
                let path =
                    text[at..].split(|c: char| !c.is_alphanumeric() && !"_:".contains(c)).next();
                let parts = path.unwrap_or_default().split("::").map(str::to_owned);
                self.0.push(parts.filter(|part| !part.is_empty()).collect());
            }
        }
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Ident>().is_ok_and(|ident| ident == "test")
    })
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if !is_test(&item.attrs) {
            self.tree(&item.tree, &[]);
        }
    }

    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_test(&item.attrs) {
            syn::visit::visit_item_fn(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.0.push(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        syn::visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.visit_path(&called.path);
        self.tokens(&called.tokens);
    }
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|it| it == "rs") {
            found.push(path);
        }
    }
}

/// A package's files without its tests and programs of their own.
fn graph(package: &str) -> Graph {
    let src = root().join(package).join("src");
    let mut paths = Vec::new();
    files(&src, &mut paths);
    paths.retain(|path| !path.ends_with("tests.rs") && !path.starts_with(src.join("bin")));
    let known: BTreeSet<String> = paths.iter().map(|path| module(path, &src)).collect();
    let mut graph = Graph::new();
    for path in &paths {
        let own = module(path, &src);
        let text = std::fs::read_to_string(path).expect("the file is text");
        let syntax = syn::parse_file(&text).expect("the file compiles");
        let mut found = Paths::default();
        found.visit_file(&syntax);
        let uses = found.0.iter().filter_map(|path| resolve(path, &own, &known));
        let uses: BTreeSet<String> = uses.filter(|used| *used != own).collect();
        graph.entry(own).or_default().extend(uses);
    }
    graph
}

/// The file that a path of the file `own` leads to; none outside of the package.
fn resolve(path: &[String], own: &str, known: &BTreeSet<String>) -> Option<String> {
    let mut at: Vec<&str> = own.split("::").filter(|part| !part.is_empty()).collect();
    let mut rest = path;
    match path.first().map(String::as_str)? {
        "crate" => at.clear(),
        "self" => {}
        "super" => {
            while let Some(("super", more)) =
                rest.split_first().map(|(it, more)| (it.as_str(), more))
            {
                at.pop();
                rest = more;
            }
            at.extend(rest.iter().map(String::as_str));
            return longest(&at, known);
        }
        _ => return None,
    }
    at.extend(rest[1..].iter().map(String::as_str));
    longest(&at, known)
}

fn longest(parts: &[&str], known: &BTreeSet<String>) -> Option<String> {
    (1..=parts.len()).rev().map(|end| parts[..end].join("::")).find(|path| known.contains(path))
}

/// The row and the room of a module.
fn room(module: &str, rows: Rows) -> Option<(usize, &'static str)> {
    let is_in = |room: &str| {
        module == room || module.strip_prefix(room).is_some_and(|it| it.starts_with("::"))
    };
    let all =
        rows.iter().enumerate().flat_map(|(row, rooms)| rooms.iter().map(move |room| (row, *room)));
    all.filter(|(_, room)| is_in(room)).max_by_key(|(_, room)| room.len())
}

/// Uses of what does not lie below.
fn against_order(graph: &Graph, rows: Rows) -> Vec<String> {
    let mut wrong = Vec::new();
    for (own, uses) in graph.iter().filter(|(own, _)| !own.is_empty()) {
        let Some((row, own_room)) = room(own, rows) else {
            wrong.push(format!("{own} has no room"));
            continue;
        };
        for used in uses.iter().filter(|used| !used.is_empty()) {
            let below = room(used, rows).is_some_and(|(of, room)| of < row || room == own_room);
            if !below {
                wrong.push(format!("{own} uses {used}"));
            }
        }
    }
    wrong
}

/// A circle of files, if there is one.
fn circle(graph: &Graph) -> Option<Vec<&str>> {
    fn walk<'a>(
        at: &'a str,
        graph: &'a Graph,
        path: &mut Vec<&'a str>,
        done: &mut BTreeSet<&'a str>,
    ) -> bool {
        if let Some(start) = path.iter().position(|it| *it == at) {
            path.drain(..start);
            return true;
        }
        if done.contains(at) {
            return false;
        }
        path.push(at);
        if graph.get(at).into_iter().flatten().any(|used| walk(used, graph, path, done)) {
            return true;
        }
        path.pop();
        done.insert(at);
        false
    }
    let (mut path, mut done) = (Vec::new(), BTreeSet::new());
    let found = graph.keys().any(|at| {
        path.clear();
        walk(at, graph, &mut path, &mut done)
    });
    found.then_some(path)
}

/// The rooms that no file is in.
fn empty_rooms(graph: &Graph, rows: Rows) -> Vec<&'static str> {
    let used: BTreeSet<&str> = graph.keys().filter_map(|own| Some(room(own, rows)?.1)).collect();
    rows.iter()
        .flat_map(|rooms| rooms.iter().copied())
        .filter(|room| !used.contains(room))
        .collect()
}

fn check(package: &str, rows: Rows) {
    let graph = graph(package);
    assert!(graph.len() > 10, "{package} has only {} files", graph.len());
    assert_eq!(against_order(&graph, rows), [""; 0], "{package}");
    assert_eq!(circle(&graph), None, "{package}");
    assert_eq!(empty_rooms(&graph, rows), [""; 0], "{package}");
}

#[test]
fn files_of_the_core_use_only_what_lies_below_them() {
    check("core", CORE);
}

#[test]
fn files_of_the_page_use_only_what_lies_below_them() {
    check("web", WEB);
}

#[test]
fn a_wrong_use_and_a_circle_are_found() {
    let rows: Rows = &[&["a", "b::low"], &["b"], &["c", "d"]];
    let graph = |uses: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for (from, to) in uses {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    };
    let fine = graph(&[("b::high", "b::low"), ("b::high", "a"), ("c", "b::high"), ("c::x", "c")]);
    assert_eq!((against_order(&fine, rows), circle(&fine)), (Vec::new(), None));
    assert_eq!(empty_rooms(&fine, rows), ["d"]);
    let wrong = graph(&[("a", "b::high"), ("c", "d"), ("e", "a")]);
    assert_eq!(against_order(&wrong, rows), ["a uses b::high", "c uses d", "e has no room"]);
    let round = graph(&[("a", "b"), ("b", "c"), ("c", "b")]);
    assert_eq!(circle(&round), Some(vec!["b", "c"]));
}

#[test]
fn paths_lead_to_files() {
    let known = ["a", "a::b", "c"].map(str::to_owned).into();
    let to = |path: &str, own: &str| {
        let path: Vec<String> = path.split("::").map(str::to_owned).collect();
        resolve(&path, own, &known)
    };
    assert_eq!(to("crate::a::b::Item", "c").as_deref(), Some("a::b"));
    assert_eq!(to("super::Item", "a::b").as_deref(), Some("a"));
    assert_eq!(to("super::super::c::Item", "a::b").as_deref(), Some("c"));
    assert_eq!(to("self::b::Item", "a").as_deref(), Some("a::b"));
    assert_eq!(to("std::rc::Rc", "a"), None);
}
