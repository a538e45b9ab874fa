//! ServiceCIDR objects (networking.k8s.io/v1): which ranges may they hold?
//!
//! What they do to requests stands in `pools.rs`: a ready object's ranges give out addresses of their
//! family, a terminating one's give out none, and it goes when nothing is held in it alone.

use crate::api::field_path::FieldPath;
use crate::api::json::Json;
use crate::api::{go_json, print_list};
use crate::apiserver::allocators::{ServiceCidr, TERMINATING};
use crate::apiserver::service::errors::{Errors, listed};
use crate::apiserver::service::names;
use crate::net::go_parse::{BAD_CIDR, not_strict, parse_cidr};
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::source::yaml;
use crate::{facts, rules};

rules! {
    /// The name of a new object.
    NAME_IS_A_SUBDOMAIN {
        id: "MULTI-10a", slug: "service-cidr-name-is-a-subdomain",
        versions: Versions::ALL,
        source: "pkg/apis/networking/validation/validation.go ValidateServiceCIDR",
        evidence: SourceRead,
        facts: [value],
        en: "The name of a ServiceCIDR must be an RFC 1123 subdomain; {value} is not one.",
        zh: "ServiceCIDR 的名称必须是 RFC 1123 子域名；{value} 不是。",
    }
    /// No range, or too many.
    ONE_OR_TWO_RANGES {
        id: "API-14a", slug: "service-cidr-holds-one-or-two-ranges",
        versions: Versions::ALL,
        source: "pkg/apis/networking/validation/validation.go validateServiceCIDRSpec",
        evidence: Recorded,
        facts: [count],
        en: "A ServiceCIDR has one range or two, not {count}.",
        zh: "ServiceCIDR 有一个或两个范围，而不是 {count} 个。",
    }
    /// Two ranges of one family.
    ONE_RANGE_PER_FAMILY {
        id: "API-14b", slug: "service-cidr-holds-one-range-per-family",
        versions: Versions::ALL,
        source: "pkg/apis/networking/validation/validation.go validateServiceCIDRSpec",
        evidence: Recorded,
        facts: [first, second],
        en: "The two ranges of a ServiceCIDR must be of different address families; {first} and {second} are not.",
        zh: "同一 ServiceCIDR 的两个范围必须属于不同的地址族；{first} 和 {second} 不是。",
    }
    /// A text that is no range, or not as it would be printed.
    RANGE_IS_CANONICAL {
        id: "API-14c", slug: "service-cidr-range-is-canonical",
        versions: Versions::ALL,
        source: "apimachinery pkg/util/validation/ip.go IsValidCIDR",
        evidence: Recorded,
        facts: [value],
        en: "A range must be in its canonical form: no host bits, no leading zeros, no IPv4-mapped address. {value} is not.",
        zh: "范围必须是规范形式：无主机位、无前导零、无 IPv4 映射地址。{value} 不是。",
    }
    /// A change of an object.
    RANGES_STAY {
        id: "API-14d", slug: "service-cidr-ranges-stay",
        versions: Versions::ALL,
        source: "pkg/apis/networking/validation/validation.go ValidateServiceCIDRUpdate",
        evidence: Recorded,
        facts: [before, after],
        en: "The ranges of a ServiceCIDR are immutable: {before} cannot become {after}. A second range, of the other address family, may be added.",
        zh: "ServiceCIDR 的范围不可变更：{before} 不能变为 {after}。可以追加另一个地址族的第二个范围。",
    }
}

/// The kind of the objects that hold Service ranges.
pub const KIND: &str = "ServiceCIDR";

/// A ServiceCIDR as a read prints it.
#[must_use]
pub fn to_json(object: &ServiceCidr) -> Json {
    let ranges: Vec<String> = object.ranges.iter().map(|it| format!("'{it}'")).collect();
    let (ready, (reason, message)) = if object.terminating {
        ("False", TERMINATING)
    } else {
        ("True", ("", "Kubernetes Service CIDR is ready"))
    };
    let text = format!(
        "{{apiVersion: networking.k8s.io/v1, kind: {KIND}, metadata: {{name: '{}'}}, spec: {{cidrs: \
         [{}]}}, status: {{conditions: [{{message: '{message}', reason: '{reason}', status: '{ready}', type: \
         Ready}}]}}}}",
        object.name,
        ranges.join(", "),
    );
    yaml::parse(&text).documents.pop().map_or(Json::Null, |document| document.node.to_json())
}

/// The checks of a new object; the ranges that could be read.
/// Source: pkg/apis/networking/validation ValidateServiceCIDR.
pub fn validate(name: &str, texts: &[String], errors: &mut Errors) -> Vec<Cidr> {
    if name.is_empty() {
        let detail = "name or generateName is required";
        errors.required(&NAME_IS_A_SUBDOMAIN, FieldPath::metadata("name"), detail);
    } else {
        for complaint in names::subdomain_1123(name) {
            let path = FieldPath::metadata("name");
            errors.invalid_text(&NAME_IS_A_SUBDOMAIN, path, name, complaint);
        }
    }
    validate_ranges(texts, errors)
}

/// The checks of `spec.cidrs` alone.
pub fn validate_ranges(texts: &[String], errors: &mut Errors) -> Vec<Cidr> {
    let path = FieldPath::spec("cidrs");
    let printed = print_list(errors.behavior(), "string", texts, false);
    if texts.is_empty() {
        let errors = errors.given(facts![count = 0_usize]);
        errors.required(&ONE_OR_TWO_RANGES, path, "at least one CIDR required");
        return Vec::new();
    }
    if texts.len() > 2 {
        let spec = if errors.behavior().prints_json_values {
            let texts = texts.iter().map(|text| go_json(&text.as_str().into()));
            format!("{{\"CIDRs\":[{}]}}", texts.collect::<Vec<_>>().join(","))
        } else {
            format!("networking.ServiceCIDRSpec{{CIDRs:{printed}}}")
        };
        let errors = errors.given(facts![count = texts.len()]);
        errors.invalid(&ONE_OR_TWO_RANGES, path, spec, "may only hold up to 2 values");
        return Vec::new();
    }
    let mut ranges = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let path = path.clone().index(i);
        let Some(read) = parse_cidr(text) else {
            errors.invalid_text(&RANGE_IS_CANONICAL, path, text, BAD_CIDR);
            continue;
        };
        let range = Cidr::new(read.net);
        let canonical = range.to_string();
        if let Some(detail) = not_strict(&read) {
            errors.invalid_text(&RANGE_IS_CANONICAL, path, text, detail);
        } else if canonical != *text {
            let detail = format!("must be in canonical form (\"{canonical}\")");
            errors.invalid_text(&RANGE_IS_CANONICAL, path, text, detail);
        }
        ranges.push(range);
    }
    // Only of two that can be read.
    let family = |range: &Cidr| Family::of(range.network());
    if let [first, second] = &ranges[..]
        && family(first) == family(second)
    {
        let detail = "may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and \
                      2001:db8::/64";
        let errors = errors.given(facts![first = *first, second = *second]);
        errors.invalid(&ONE_RANGE_PER_FAMILY, path, printed, detail);
    }
    ranges
}

/// The checks of a change from `old` to `new`. Source: ValidateServiceCIDRUpdate.
pub fn validate_update(old: &[String], new: &[String], errors: &mut Errors) {
    const IMMUTABLE: &str = "field is immutable";
    let path = FieldPath::spec("cidrs");
    match (old, new) {
        // One becomes two: the first stays.
        ([first], [again, _]) => {
            if first != again {
                let errors = errors.given(facts![before = first.as_str(), after = again.as_str()]);
                errors.invalid_text(&RANGES_STAY, path.clone().index(0), again, IMMUTABLE);
            }
            validate_ranges(new, errors);
        }
        (old, new) if old.len() == new.len() => {
            for (i, (old, new)) in old.iter().zip(new).enumerate() {
                if old != new {
                    let errors = errors.given(facts![before = old.as_str(), after = new.as_str()]);
                    errors.invalid_text(&RANGES_STAY, path.clone().index(i), new, IMMUTABLE);
                }
            }
        }
        (old, new) => {
            let errors = errors.given(facts![before = listed(old), after = listed(new)]);
            let printed = print_list(errors.behavior(), "string", new, false);
            errors.invalid(&RANGES_STAY, path, printed, IMMUTABLE);
        }
    }
}
