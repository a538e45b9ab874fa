//! Which flags has each program in each version, and which of them are deprecated? `flags.txt` lists them: first the
//! messages of deprecations, one a line, then a blank line, then a line per flag:
//!
//! ```text
//! name programs first-last kind [since:message,…[-last]] [=default]
//! ```
//!
//! Programs are letters ([`PROGRAMS`]); a minor is left out where it is the oldest or the newest one. `10:6` is message
//! 6 from 1.10 on; `-28` behind it takes the deprecation back after 1.28. A default that is the zero of its kind is
//! left out.

use std::sync::LazyLock;

use crate::release::version::{KubeVersion, Versions};

/// The letters of the programs in the tables.
pub(super) const PROGRAMS: [(&str, char); 4] = [
    ("kube-apiserver", 'a'),
    ("kube-controller-manager", 'c'),
    ("kube-proxy", 'p'),
    ("kubelet", 'k'),
];

/// What kind of value a flag takes, as far as every value of the kind is checked alike.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ValueKind {
    /// `true` or `false`; a value only behind `=`.
    Bool,
    /// Any text, and only behind `=`.
    Optional,
    /// A whole number of this many bits, with its sign.
    Int(u8),
    /// A whole number without a sign.
    Uint,
    /// A number with a fraction.
    Float,
    /// A time span, such as `1h30m`.
    Duration,
    /// An address.
    Ip,
    /// A list of texts, in Go's CSV.
    Slice,
    /// Any other text. Its flag may be more particular.
    Text,
}

impl ValueKind {
    fn of(word: &str) -> Self {
        match word {
            "bool" => Self::Bool,
            "optional" => Self::Optional,
            "int32" => Self::Int(32),
            "int" | "int64" => Self::Int(64),
            "uint" => Self::Uint,
            "float32" | "float64" => Self::Float,
            "duration" => Self::Duration,
            "ip" => Self::Ip,
            "slice" => Self::Slice,
            _ => Self::Text,
        }
    }

    /// Whether the flag may stand without a value; then the next word is not its value.
    #[must_use]
    pub const fn may_lack_value(self) -> bool {
        matches!(self, Self::Bool | Self::Optional)
    }
}

/// A flag of a program.
#[derive(Debug)]
pub struct Known {
    /// Its name, without dashes.
    pub name: &'static str,
    programs: &'static str,
    /// The versions that have it.
    pub versions: Versions,
    /// What kind of value it takes.
    pub kind: ValueKind,
    /// From which version on it has which message of its deprecation.
    deprecated: Vec<(Versions, &'static str)>,
    default: &'static str,
}

impl Known {
    /// What a version says when the flag is used, behind `has been deprecated, `.
    #[must_use]
    pub fn deprecation(&self, release: KubeVersion) -> Option<&'static str> {
        let mut messages = self.deprecated.iter().rev();
        messages.find(|(versions, _)| versions.contains(release)).map(|(_, message)| *message)
    }

    /// What it is without being set, as one would write it.
    #[must_use]
    pub fn default(&self) -> &'static str {
        match self.kind {
            _ if !self.default.is_empty() => self.default,
            ValueKind::Bool => "false",
            ValueKind::Int(_) | ValueKind::Uint | ValueKind::Float => "0",
            ValueKind::Duration => "0s",
            _ => "",
        }
    }

    /// Whether a value, as the program logs it, is what the flag has without being set.
    #[must_use]
    pub fn is_default(&self, value: &str) -> bool {
        let zeros: &[&str] = match self.kind {
            ValueKind::Bool => &["false"],
            ValueKind::Int(_) | ValueKind::Uint | ValueKind::Float => &["0"],
            ValueKind::Duration => &["0s"],
            ValueKind::Ip => &["<nil>", ""],
            ValueKind::Slice => &["[]", ""],
            ValueKind::Optional | ValueKind::Text => &["", "[]", "<nil>"],
        };
        if self.default.is_empty() { zeros.contains(&value) } else { value == self.default }
    }
}

static ALL: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let (messages, rows) = include_str!("flags.txt").split_once("\n\n").unwrap_or_default();
    let messages: Vec<&str> = messages.lines().collect();
    rows.lines().filter_map(|row| read(row, &messages)).collect()
});

/// `20-28`, `-28`, `23-`, `-`.
fn versions(text: &str) -> Option<Versions> {
    let (first, last) = text.split_once('-')?;
    let versions = match (first.parse(), last.parse()) {
        (Err(_), Err(_)) => Versions::ALL,
        (Ok(first), Err(_)) => Versions::since(first),
        (Err(_), Ok(last)) => Versions::until(last),
        (Ok(first), Ok(last)) => Versions::between(first, last),
    };
    Some(versions)
}

fn read(row: &'static str, messages: &[&'static str]) -> Option<Known> {
    let (row, default) = row.split_once(" =").unwrap_or((row, ""));
    let mut words = row.split(' ');
    let (name, programs) = (words.next()?, words.next()?);
    let (span, kind) = (versions(words.next()?)?, ValueKind::of(words.next()?));
    let mut deprecated = Vec::new();
    let (list, last) = words.next().map_or(("", None), |word| match word.split_once('-') {
        Some((list, last)) => (list, Some(last)),
        None => (word, None),
    });
    for entry in list.split(',').filter(|entry| !entry.is_empty()) {
        let (since, message) = entry.split_once(':')?;
        let message = messages.get(message.parse::<usize>().ok()?)?;
        deprecated.push((versions(&[since, "-", last.unwrap_or_default()].concat())?, *message));
    }
    Some(Known { name, programs, versions: span, kind, deprecated, default })
}

/// Every row of a name, whatever its programs and versions.
fn rows(name: &str) -> impl Iterator<Item = &'static Known> {
    let all = &*ALL;
    let start = all.partition_point(|row| row.name < name);
    all[start..].iter().take_while(move |row| row.name == name)
}

/// Every flag that a program has in some version, of this name.
pub fn of_program(program: &str, name: &str) -> impl Iterator<Item = &'static Known> {
    let letter = PROGRAMS.iter().find(|(it, _)| *it == program).map(|(_, letter)| *letter);
    rows(name).filter(move |row| letter.is_some_and(|letter| row.programs.contains(letter)))
}

/// The flag of a program in a version. The name has no dashes before it, and dashes for underscores in it.
#[must_use]
pub fn find(program: &str, name: &str, release: KubeVersion) -> Option<&'static Known> {
    of_program(program, name).find(|row| row.versions.contains(release))
}

/// A program that has a flag of this name in a version.
#[must_use]
pub fn program_with(name: &str, release: KubeVersion) -> Option<&'static str> {
    let row = rows(name).find(|row| row.versions.contains(release))?;
    PROGRAMS.iter().find(|(_, letter)| row.programs.contains(*letter)).map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::{ALL, ValueKind, find, of_program, program_with};
    use crate::release::version::KubeVersion;

    fn minor(minor: u8) -> KubeVersion {
        KubeVersion::minor(minor).expect("a simulated minor")
    }

    #[test]
    fn every_row_is_read_and_the_names_are_in_order() {
        let (_, rows) = include_str!("flags.txt").split_once("\n\n").expect("there are rows");
        assert_eq!(ALL.len(), rows.lines().count());
        assert!(ALL.is_sorted_by_key(|row| row.name));
        for row in &*ALL {
            let same = |version| {
                let of = |letter| {
                    let rows = ALL.iter().filter(|it| it.name == row.name);
                    rows.filter(|it| it.programs.contains(letter) && it.versions.contains(version))
                        .count()
                };
                row.programs.chars().all(|letter| of(letter) <= 1)
            };
            assert!(KubeVersion::all().all(same), "{} is there twice", row.name);
        }
    }

    #[test]
    fn a_flag_comes_and_goes_with_its_versions() {
        let has = |program, name, version| find(program, name, minor(version)).is_some();
        assert!(has("kubelet", "network-plugin", 23) && !has("kubelet", "network-plugin", 24));
        assert!(has("kube-apiserver", "insecure-port", 23));
        assert!(!has("kube-apiserver", "insecure-port", 24));
        assert!(!has("kube-apiserver", "node-ip", 36) && !has("etcd", "data-dir", 36));
        assert_eq!(of_program("kubelet", "network-plugin").count(), 1);
        assert_eq!(program_with("node-ip", minor(36)), Some("kubelet"));
        assert_eq!(program_with("data-dir", minor(36)), None);
    }

    #[test]
    fn a_deprecation_has_the_words_of_its_version_and_may_be_taken_back() {
        let message = |name, version| {
            find("kubelet", name, minor(version)).and_then(|it| it.deprecation(minor(version)))
        };
        assert_eq!(message("network-plugin", 20), None);
        assert_eq!(message("network-plugin", 23), Some("will be removed along with dockershim."));
        let gone = "will be removed in 1.27. Image garbage collector will get sandbox image \
                    information from CRI.";
        assert_eq!(message("pod-infra-container-image", 26), Some(gone));
        assert!(message("cloud-provider", 28).is_some() && message("cloud-provider", 29).is_none());
    }

    #[test]
    fn a_kind_says_whether_the_next_word_is_the_value() {
        let kind = |program, name| find(program, name, KubeVersion::LATEST).map(|it| it.kind);
        assert_eq!(kind("kube-proxy", "masquerade-all"), Some(ValueKind::Bool));
        assert_eq!(kind("kubelet", "version"), Some(ValueKind::Optional));
        assert_eq!(kind("kubelet", "max-pods"), Some(ValueKind::Int(32)));
        assert_eq!(kind("kubelet", "v"), Some(ValueKind::Uint));
    }

    #[test]
    fn what_is_logged_of_an_unset_flag_is_its_default() {
        let is = |program, name, value: &str| {
            find(program, name, KubeVersion::LATEST).is_some_and(|it| it.is_default(value))
        };
        assert!(is("kube-apiserver", "secure-port", "6443"));
        assert!(!is("kube-apiserver", "secure-port", "0"));
        assert!(is("kube-proxy", "nodeport-addresses", "[]"));
        assert!(!is("kube-proxy", "nodeport-addresses", "[10.0.0.0/8]"));
        assert!(is("kubelet", "node-ip", ""));
    }
}
