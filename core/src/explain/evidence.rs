//! Where is it known from that a release decides as a rule says?

use crate::release::version::KubeVersion;

/// Where it is known from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Known {
    /// A recorded answer of the release is explained by the rule.
    Recorded,
    /// The release's source was read, or its code ran through the recordings of another release without
    /// a difference.
    Source,
    /// Taken over from the releases before and after it.
    Assumed,
}

impl Known {
    /// For a rule that the releases in `recorded` ([`KubeVersion::bit`]) have recorded answers of.
    #[must_use]
    pub const fn of(recorded: u32, version: KubeVersion) -> Self {
        if recorded & version.bit() != 0 {
            Self::Recorded
        } else if version.was_at_hand() {
            Self::Source
        } else {
            Self::Assumed
        }
    }
}

/// The releases that have recorded answers of a rule ([`KubeVersion::bit`]).
#[must_use]
pub fn recorded(rule: &crate::explain::rule::Rule) -> u32 {
    let table = crate::explain::recorded::RECORDED;
    table.binary_search_by_key(&rule.id, |(id, _)| id).map_or(0, |at| table[at].1)
}
