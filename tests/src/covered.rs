//! Which lines does the core claim to answer? One table: everything that is not listed in it counts.

use dualstack_core::release::version::KubeVersion;

use crate::vector::Line;

/// Whether the answers of a 1.x minor count.
#[must_use]
pub const fn release(minor: u8) -> bool {
    matches!(minor, 20..=36)
}

/// The releases whose answers count, the oldest first.
pub fn releases() -> impl Iterator<Item = KubeVersion> {
    (0..=u8::MAX).filter(|minor| release(*minor)).filter_map(KubeVersion::minor)
}

/// Why a line does not count yet, to group by; `None` if it is covered.
#[must_use]
pub fn not_covered(line: &Line) -> Option<String> {
    match line {
        Line::Scenario(scenario) => {
            let counts = scenario.minor().is_some_and(release);
            (!counts).then(|| format!("release {}", scenario.k8s))
        }
        Line::Kind { kind, .. } => (!crate::kinds::covers(kind)).then(|| format!("kind {kind}")),
    }
}
