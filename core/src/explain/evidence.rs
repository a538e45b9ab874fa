//! Of which releases are there recorded answers of a rule?

/// The releases that have recorded answers of a rule ([`KubeVersion::bit`](crate::release::version::KubeVersion::bit)).
#[must_use]
pub fn recorded(rule: &crate::explain::rule::Rule) -> u32 {
    let table = crate::explain::recorded::RECORDED;
    table.binary_search_by_key(&rule.id, |(id, _)| id).map_or(0, |at| table[at].1)
}
