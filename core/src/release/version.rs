//! Which Kubernetes minor? Versions are compared here and in `behavior.rs`, nowhere else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::explain::text::Lang;

/// A 1.x minor release from 1.20 to 1.37. There is deliberately no `Ord`: code asks the release's
/// [`crate::release::behavior::Behavior`], never whether it is "already 1.25".
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct KubeVersion(u8);

impl Default for KubeVersion {
    fn default() -> Self {
        Self::LATEST
    }
}

impl KubeVersion {
    /// The first minor with `ipFamilyPolicy`, `ipFamilies` and `clusterIPs`.
    pub const OLDEST: Self = Self(20);
    /// The newest one. What is known of 1.37 comes from its changelog; the rest is taken from 1.36.
    pub const LATEST: Self = Self(37);

    /// `1.<minor>`; `None` outside 1.20 to 1.37.
    #[must_use]
    pub const fn minor(minor: u8) -> Option<Self> {
        if minor >= Self::OLDEST.0 && minor <= Self::LATEST.0 { Some(Self(minor)) } else { None }
    }

    /// Every minor, the newest first.
    pub fn all() -> impl Iterator<Item = Self> {
        (Self::OLDEST.0..=Self::LATEST.0).rev().map(Self)
    }

    /// A bit for each minor: the lowest is that of the oldest.
    #[must_use]
    pub const fn bit(self) -> u32 {
        1 << (self.0 - Self::OLDEST.0)
    }

    /// How many minors lie between two.
    #[must_use]
    pub const fn distance(self, other: Self) -> u8 {
        self.0.abs_diff(other.0)
    }

    pub(crate) const fn number(self) -> u8 {
        self.0
    }
}

impl fmt::Display for KubeVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.0)
    }
}

impl From<KubeVersion> for String {
    fn from(version: KubeVersion) -> Self {
        version.to_string()
    }
}

impl TryFrom<String> for KubeVersion {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl FromStr for KubeVersion {
    type Err = String;

    /// Reads `1.37`, `v1.37` and `1.37.2`; the patch release does not matter here.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.trim().trim_start_matches('v').split('.');
        (parts.next() == Some("1"))
            .then(|| parts.next().and_then(|minor| minor.parse().ok()))
            .flatten()
            .and_then(Self::minor)
            .ok_or_else(|| {
                format!(
                    "Kubernetes {text} is not simulated; {} to {} are.",
                    Self::OLDEST,
                    Self::LATEST
                )
            })
    }
}

/// A span of minors in which something holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Versions {
    first: u8,
    last: u8,
}

impl Versions {
    /// All simulated minors.
    pub const ALL: Self = Self { first: KubeVersion::OLDEST.0, last: KubeVersion::LATEST.0 };

    /// From this 1.x minor on.
    #[must_use]
    pub const fn since(minor: u8) -> Self {
        Self { first: minor, last: KubeVersion::LATEST.0 }
    }

    /// Up to and including this 1.x minor.
    #[must_use]
    pub const fn until(minor: u8) -> Self {
        Self { first: KubeVersion::OLDEST.0, last: minor }
    }

    /// From the one to the other, both included.
    #[must_use]
    pub const fn between(first: u8, last: u8) -> Self {
        Self { first, last }
    }

    /// Whether `version` lies in the span.
    #[must_use]
    pub const fn contains(self, version: KubeVersion) -> bool {
        self.first <= version.0 && version.0 <= self.last
    }

    /// `version` if it lies in the span; of an earlier one, the first that does; of a later one, the last.
    #[must_use]
    pub fn nearest(self, version: KubeVersion) -> KubeVersion {
        KubeVersion(version.0.clamp(self.first, self.last))
    }

    /// As `1.20–1.23`, or `1.25` alone.
    #[must_use]
    pub fn range(self) -> String {
        let Self { first, last } = self;
        if first == last { format!("1.{first}") } else { format!("1.{first}–1.{last}") }
    }

    /// For a person to read.
    #[must_use]
    pub fn words(self, lang: Lang) -> String {
        let (oldest, latest) = (KubeVersion::OLDEST.0, KubeVersion::LATEST.0);
        let (first, last) = (self.first, self.last);
        let is_english = lang == Lang::En;
        match (first <= oldest, last >= latest) {
            (true, true) => (if is_english { "all" } else { "全部版本" }).to_owned(),
            (true, false) if is_english => format!("up to 1.{last}"),
            (true, false) => format!("1.{last} 及更早版本"),
            (false, true) => {
                format!("1.{first} {}", if is_english { "and later" } else { "及更高版本" })
            }
            (false, false) if first == last => format!("1.{first}"),
            (false, false) => {
                format!("1.{first} {} 1.{last}", if is_english { "to" } else { "至" })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KubeVersion, Versions};
    use crate::explain::text::Lang;

    #[test]
    fn a_version_is_read_with_or_without_v_and_patch() {
        for text in ["1.37", "v1.37", "1.37.2", " v1.37.0 "] {
            assert_eq!(text.parse(), Ok(KubeVersion::LATEST), "{text}");
        }
        for text in ["", "2.36", "1", "1.19", "1.38", "1.x", "1.-1", "1.256"] {
            assert!(text.parse::<KubeVersion>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_span_says_in_words_what_it_covers() {
        for (versions, en, zh) in [
            (Versions::ALL, "all", "全部版本"),
            (Versions::since(25), "1.25 and later", "1.25 及更高版本"),
            (Versions::until(24), "up to 1.24", "1.24 及更早版本"),
            (Versions::between(33, 33), "1.33", "1.33"),
            (Versions::between(27, 32), "1.27 to 1.32", "1.27 至 1.32"),
        ] {
            assert_eq!((&*versions.words(Lang::En), &*versions.words(Lang::Zh)), (en, zh));
        }
    }
}
