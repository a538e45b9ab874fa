//! Does the source keep the rules that a compiler does not check? Versions as data, JavaScript in one place, rules in two languages, generated files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use dualstack_core::explain::rule::Fidelity;
use dualstack_core::explain::text::Text;

/// Known gaps of the page: a file, and what it should not name.
const OUT_OF_PLACE: [(&str, &str); 0] = [];

/// Words that belong to the browser's side of the page.
const JAVASCRIPT: [&str; 4] = ["web_sys", "js_sys", "gloo", "wasm_bindgen"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// A source file.
struct Source {
    /// From the root of the repository, with slashes.
    path: String,
    text: String,
}

impl Source {
    /// Without comments and without the tests at its end.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let end = self.text.find("#[cfg(test)]").unwrap_or(self.text.len());
        self.text[..end]
            .lines()
            .enumerate()
            .map(|(number, line)| (number + 1, line))
            .filter(|(_, line)| !line.trim_start().starts_with("//"))
    }

    /// The places where the code contains one of these texts.
    fn places(&self, texts: &[&str]) -> Vec<String> {
        let hits = self.code().filter(|(_, line)| texts.iter().any(|text| line.contains(text)));
        hits.map(|(number, line)| format!("{}:{number}: {}", self.path, line.trim())).collect()
    }
}

/// All files with one of these extensions below some folders.
fn sources(folders: &[&str], extensions: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the folder is there").flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !["vectors", "node_modules", "target", "dist"]
                    .iter()
                    .any(|no| path.ends_with(no))
                {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|own| extensions.iter().any(|e| own == *e)) {
                let text = std::fs::read_to_string(&path).expect("the file is text");
                let path = path.strip_prefix(root()).unwrap_or(&path);
                found.push(Source { path: path.to_string_lossy().replace('\\', "/"), text });
            }
        }
    }
    assert!(!found.is_empty(), "no source was found");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn rust() -> Vec<Source> {
    sources(&["core/src", "web/src", "tests", "xtask/src"], &["rs"])
}

#[test]
fn javascript_stays_in_one_folder_which_knows_no_core() {
    let mut wrong = Vec::new();
    for source in sources(&["web/src"], &["rs"]) {
        if source.path.starts_with("web/src/browser") {
            wrong.extend(source.places(&["dualstack_core", "state::store", "state::answers"]));
        } else {
            wrong.extend(source.places(&JAVASCRIPT));
        }
        // What is typed and answered is plain Rust.
        if source.path.starts_with("web/src/state") {
            wrong.extend(source.places(&["yew", "browser::"]));
        }
    }
    for source in sources(&["core/src"], &["rs"]) {
        wrong.extend(source.places(&JAVASCRIPT));
    }
    let excuses =
        |place: &str, (file, text): &(&str, &str)| place.starts_with(file) && place.contains(text);
    let stale: Vec<_> = OUT_OF_PLACE
        .iter()
        .filter(|excuse| !wrong.iter().any(|place| excuses(place, excuse)))
        .collect();
    assert!(stale.is_empty(), "not needed any more: {stale:?}");
    wrong.retain(|place| !OUT_OF_PLACE.iter().any(|excuse| excuses(place, excuse)));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn versions_are_compared_in_two_files_only() {
    let free = ["core/src/release/version.rs", "core/src/release/behavior.rs"];
    // A release has no order and few ways to be asked; each of them is listed.
    let comparisons = [
        "KubeVersion::minor(",
        "KubeVersion::OLDEST",
        "== KubeVersion",
        "!= KubeVersion",
        "KubeVersion::LATEST ==",
        "KubeVersion::LATEST !=",
        "env.version ==",
        "env.version !=",
        "match env.version",
        "match version",
        ".contains(version)",
        ".contains(env.version)",
        ".contains(self.env.version)",
        "V1_",
    ];
    let mut wrong = Vec::new();
    for source in sources(&["core/src", "web/src"], &["rs"]) {
        if !free.contains(&source.path.as_str()) {
            wrong.extend(source.places(&comparisons));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let version = std::fs::read_to_string(root().join(free[0])).expect("the file is there");
    let derived = version.split("pub struct KubeVersion").next().unwrap_or_default();
    let derived = derived.rsplit("#[derive(").next().unwrap_or_default();
    assert!(!derived.contains("Ord"), "a release must have no order: {derived}");
}

#[test]
fn every_file_opens_with_its_question() {
    let silent = rust().into_iter().filter(|source| !source.text.starts_with("//! "));
    let silent: Vec<String> = silent.map(|source| source.path).collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn nothing_is_left_for_later() {
    // Put together here, so that this file does not find itself.
    let words = ["TO DO", "FIX ME", "X XX", "#[ig nore", "#[al low(", "#![al low("];
    let words: Vec<String> = words.iter().map(|word| word.replace(' ', "")).collect();
    let mut wrong = Vec::new();
    for source in rust() {
        for (number, line) in source.text.lines().enumerate() {
            if words.iter().any(|word| line.contains(word.as_str())) {
                wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The `{holes}` of a sentence; back-quoted stretches are code and have none.
fn holes(sentence: &str) -> BTreeSet<&str> {
    let outside_code = sentence.split('`').step_by(2);
    outside_code
        .flat_map(|stretch| stretch.split('{').skip(1))
        .filter_map(|rest| rest.split_once('}').map(|(name, _)| name))
        .collect()
}

#[test]
fn rules_use_exactly_the_facts_they_declare_in_both_languages() {
    let mut wrong = Vec::new();
    for rule in dualstack_core::all_rules() {
        let declared: BTreeSet<&str> = rule.facts.iter().copied().collect();
        for (language, text) in [("en", rule.text.en), ("zh", rule.text.zh)] {
            if holes(text) != declared {
                wrong.push(format!("{} {language}: {declared:?}, {:?}", rule.id, holes(text)));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn ids_and_slugs_of_rules_are_unique_and_well_formed() {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for rule in dualstack_core::all_rules() {
        *seen.entry(rule.id).or_default() += 1;
        *seen.entry(rule.slug).or_default() += 1;
        let (area, number) = rule.id.split_once('-').unwrap_or_default();
        let digits = number.bytes().take_while(u8::is_ascii_digit).count();
        let letter = &number[digits..];
        assert!(
            !area.is_empty()
                // k3s has a digit.
                && area.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
                && digits > 0
                && letter.len() <= 1
                && letter.bytes().all(|byte| byte.is_ascii_lowercase()),
            "{} is no rule id",
            rule.id
        );
        let kebab = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        assert!(
            rule.slug.bytes().all(kebab) && rule.slug.contains('-'),
            "{}: {}",
            rule.id,
            rule.slug
        );
        let is_ours = rule.source == "this playground";
        let names_file = rule.source.contains(['/', '.']);
        assert!(is_ours || names_file, "{} names no source: {}", rule.id, rule.source);
    }
    assert!(!seen.is_empty());
    let twice: Vec<_> = seen.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{4e00}'..='\u{9fff}')
}

/// What is wrong with the punctuation of a Chinese sentence. Its holes stand for words.
fn misprint(sentence: &str) -> Option<&'static str> {
    let letters: Vec<char> = sentence.chars().collect();
    for at in letters.windows(3) {
        if is_chinese(at[0]) && is_chinese(at[2]) && ",.;:?!()".contains(at[1]) {
            return Some("ASCII punctuation between Chinese characters");
        }
    }
    for at in letters.windows(2) {
        if is_chinese(at[0]) && ",;:?!()".contains(at[1]) {
            return Some("ASCII punctuation behind a Chinese character");
        }
        let latin = |c: char| c.is_ascii_alphanumeric();
        if (is_chinese(at[0]) && (latin(at[1]) || "`{".contains(at[1])))
            || (is_chinese(at[1]) && latin(at[0]))
        {
            return Some("no space between Chinese and Latin");
        }
    }
    None
}

fn check_pair(name: &str, text: Text, wrong: &mut Vec<String>) {
    if let Some(why) = misprint(text.zh) {
        wrong.push(format!("{name}: {why}: {}", text.zh));
    }
    if !text.zh.chars().any(is_chinese) || text.en.chars().any(is_chinese) {
        wrong.push(format!("{name}: not one sentence in two languages: {} {}", text.en, text.zh));
    }
}

#[test]
fn sentences_of_rules_are_whole_in_both_languages() {
    let mut wrong = Vec::new();
    for rule in dualstack_core::all_rules() {
        check_pair(rule.id, rule.text, &mut wrong);
        let (en, zh) = (rule.text.en.trim_end_matches(')'), rule.text.zh.trim_end_matches('）'));
        if !en.ends_with(['.', '?']) || !zh.ends_with(['。', '？']) {
            wrong.push(format!("{}: a sentence ends with a full stop", rule.id));
        }
        match rule.fidelity {
            Fidelity::Exact => {}
            Fidelity::Simplified(why) | Fidelity::Chosen(why) => {
                check_pair(rule.id, why, &mut wrong);
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn chinese_anywhere_has_chinese_punctuation() {
    let mut files = sources(&["core/src", "web/src"], &["rs"]);
    files.extend(sources(&["web/scenarios"], &["yaml"]));
    let mut wrong = Vec::new();
    for source in files {
        for (number, line) in source.text.lines().enumerate() {
            let letters: Vec<char> = line.chars().collect();
            let hit = letters
                .windows(3)
                .any(|at| is_chinese(at[0]) && is_chinese(at[2]) && ",.;:?!()".contains(at[1]));
            if hit {
                wrong.push(format!("{}:{}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_misprint_is_found() {
    assert_eq!(misprint("已释放 {ip}：策略现为 SingleStack。"), None);
    for text in ["地址,范围", "地址, 范围", "使用IPv4。", "地址{ip}", "名称`a`", "IPv4地址"]
    {
        assert!(misprint(text).is_some(), "{text}");
    }
    assert_eq!(holes("{a} and `{b}` and {c}"), BTreeSet::from(["a", "c"]));
}

#[test]
fn the_page_of_rules_is_fresh() {
    let page = std::fs::read_to_string(root().join("core/RULES.md")).unwrap_or_default();
    assert!(page == dualstack_core::rules_markdown(), "stale. Run: cargo xtask gen");
}
