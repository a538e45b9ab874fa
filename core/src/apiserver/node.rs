//! Which ranges may a Node hold? The API server's checks of `spec.podCIDRs` (API-18).
//! Source: pkg/apis/core/validation/validation.go ValidateNode, ValidateNodeUpdate.

use crate::api::field_path::FieldPath;
use crate::api::{parse_cidrs, print_list, quote};
use crate::explain::diagnostic::{Cause, Diagnostic};
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Origin, Trace};
use crate::net::Family;
use crate::net::go_parse::{BAD_CIDR, not_strict, parse_cidr};
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A text that is no range.
    POD_CIDR_IS_A_RANGE {
        id: "API-18a", slug: "pod-cidr-is-a-range",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateNode",
        evidence: SourceRead,
        facts: [],
        en: "Every entry of `podCIDRs` of a Node must be a CIDR.",
        zh: "节点的 `podCIDRs` 的每一项都必须是 CIDR。",
    }
    /// Two ranges of one family, or three.
    ONE_POD_CIDR_PER_FAMILY {
        id: "API-18b", slug: "one-pod-cidr-per-family",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateNode",
        evidence: SourceRead,
        fidelity: Fidelity::Simplified(Text {
            en: "Older versions also report a duplicate entry.",
            zh: "较旧的版本还会报告重复的条目。",
        }),
        facts: [],
        en: "A Node has one Pod CIDR, or one per address family.",
        zh: "节点有一个 Pod CIDR，或每个地址族各一个。",
    }
    /// A Node whose ranges would change.
    POD_CIDRS_STAY {
        id: "API-18c", slug: "pod-cidrs-stay",
        versions: Versions::ALL,
        source: "pkg/apis/core/validation/validation.go ValidateNodeUpdate",
        evidence: SourceRead,
        facts: [],
        en: "The Pod CIDRs of a Node are immutable once set, and none can be added: to become dual-stack a single-stack Node must be deleted and register again.",
        zh: "节点的 Pod CIDR 一旦设置便不可变更，也不能追加：单栈节点必须被删除并重新注册，才能变为双栈。",
    }
}

/// The checks of a Node's ranges.
pub fn validate(behavior: &Behavior, texts: &[String], trace: &mut Trace) -> Vec<Diagnostic> {
    let path = FieldPath::spec("podCIDRs");
    let printed = print_list(behavior, "string", texts, false);
    let mut errors = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let complaint = match parse_cidr(text) {
            None => Some(BAD_CIDR),
            Some(read) if behavior.strict_ip_validation.on() => not_strict(&read),
            Some(_) => None,
        };
        if let Some(detail) = complaint {
            let (value, detail) = if behavior.source_ranges_one_by_one {
                (quote(text), detail)
            } else {
                (printed.clone(), "must be valid CIDR")
            };
            let path = path.clone().index(i);
            let error = Diagnostic::field(Cause::Invalid { value }, path, detail);
            errors.push(refuse(&POD_CIDR_IS_A_RANGE, error, trace));
        }
    }
    if texts.len() > 1 {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let families = parse_cidrs(behavior, &texts).map(|ranges| {
            ranges.into_iter().map(|range| Family::of(range.network())).collect::<Vec<_>>()
        });
        if let Err((_, why)) = &families {
            let detail = format!(
                "Internal error: invalid PodCIDRs. failed to check with dual stack with error:{why}"
            );
            let error = Diagnostic::field(Cause::Plain, path.clone(), detail);
            errors.push(refuse(&POD_CIDR_IS_A_RANGE, error, trace));
        }
        if !matches!(families.as_deref(), Ok([one, other]) if one != other) {
            let detail = "may specify no more than one CIDR for each IP family";
            let error = Diagnostic::field(Cause::Invalid { value: printed }, path, detail);
            errors.push(refuse(&ONE_POD_CIDR_PER_FAMILY, error, trace));
        }
    }
    errors
}

/// The checks of a change of a Node's ranges, beside those of [`validate`]: there is an error for each
/// entry that changes, or one where their number does.
pub fn validate_update(old: &[String], new: &[String], trace: &mut Trace) -> Vec<Diagnostic> {
    let changes = match old {
        [] => 0,
        old if old.len() != new.len() => 1,
        old => old.iter().zip(new).filter(|(old, new)| old != new).count(),
    };
    let refusal = |_| {
        let detail = "node updates may not change podCIDR except from \"\" to valid";
        let error = Diagnostic::field(Cause::Forbidden, FieldPath::spec("podCIDRs"), detail);
        refuse(&POD_CIDRS_STAY, error, trace)
    };
    (0..changes).map(refusal).collect()
}

fn refuse(rule: &'static Rule, mut error: Diagnostic, trace: &mut Trace) -> Diagnostic {
    let step = trace.reject(rule, error.path.clone(), Vec::new());
    trace.because(step, Origin::Manifest(error.path.clone()));
    error.step = Some(step);
    error
}

#[cfg(test)]
mod tests {
    use super::{validate, validate_update};
    use crate::explain::trace::Trace;
    use crate::release::behavior::{Behavior, V1_20, V1_33, V1_36};

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn check(behavior: &Behavior, list: &[&str], expect: &[&str]) {
        let got = validate(behavior, &texts(list), &mut Trace::default());
        assert_eq!(got.iter().map(ToString::to_string).collect::<Vec<_>>(), expect, "{list:?}");
    }

    #[test]
    fn a_node_holds_a_range_per_family() {
        check(&V1_36, &[], &[]);
        check(&V1_36, &["10.244.0.0/24", "fd00::/64"], &[]);
        let both = "spec.podCIDRs: Invalid value: [\"10.0.0.0/24\",\"10.0.1.0/24\"]: may specify no \
                    more than one CIDR for each IP family";
        check(&V1_36, &["10.0.0.0/24", "10.0.1.0/24"], &[both]);
        let old = "spec.podCIDRs: Invalid value: []string{\"::/64\", \"10.0.0.0/8\", \"fd00::/64\"}: may \
                   specify no more than one CIDR for each IP family";
        check(&V1_20, &["::/64", "10.0.0.0/8", "fd00::/64"], &[old]);
    }

    #[test]
    fn a_text_that_is_no_range_is_told_in_the_words_of_the_release() {
        let bad = "spec.podCIDRs[0]: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 \
                   or 2001:db8::/64)";
        check(&V1_36, &["x"], &[bad]);
        let old = "spec.podCIDRs[0]: Invalid value: []string{\"x\"}: must be valid CIDR";
        check(&V1_20, &["x"], &[old]);
        let internal = "spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack \
                        with error:invalid CIDR[0]: <nil> (invalid CIDR address: x)";
        let pair = "spec.podCIDRs: Invalid value: [\"x\",\"fd00::/64\"]: may specify no more than one \
                    CIDR for each IP family";
        check(&V1_36, &["x", "fd00::/64"], &[bad, internal, pair]);
        let host_bits = "spec.podCIDRs[0]: Invalid value: \"10.0.0.1/24\": must not have bits set beyond \
                         the prefix length";
        check(&V1_36, &["10.0.0.1/24"], &[host_bits]);
        check(&V1_33, &["10.0.0.1/24"], &[]);
    }

    #[test]
    fn ranges_are_set_once() {
        let check = |old: &[&str], new: &[&str], count| {
            let errors = validate_update(&texts(old), &texts(new), &mut Trace::default());
            let detail = "spec.podCIDRs: Forbidden: node updates may not change podCIDR except from \
                          \"\" to valid";
            assert!(errors.iter().all(|error| error.to_string() == detail), "{errors:?}");
            assert_eq!(errors.len(), count, "{old:?} {new:?}");
        };
        check(&[], &["10.0.0.0/24"], 0);
        check(&["10.0.0.0/24"], &["10.0.0.0/24"], 0);
        check(&["10.0.0.0/24"], &["10.0.0.0/24", "fd00::/64"], 1);
        check(&["10.0.0.0/24"], &[], 1);
        check(&["10.0.0.0/24", "fd00::/64"], &["10.0.1.0/24", "fd00:0:0:1::/64"], 2);
    }
}
