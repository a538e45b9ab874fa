//! ServiceCIDR objects (networking.k8s.io/v1): which ranges may they hold?
//!
//! What they do to requests stands in `pools.rs`: a ready object's ranges give out addresses of their
//! family, a terminating one's give out none, and it goes when nothing is held in it alone.

use crate::api::field_path::FieldPath;
use crate::api::json::Json;
use crate::api::status::Status;
use crate::api::{go_json, print_list};
use crate::apiserver::allocators::{ServiceCidr, ServiceCidrState, TERMINATING};
use crate::apiserver::requests::{Answer, ApiServer, Outcome};
use crate::apiserver::service::errors::{Errors, listed};
use crate::apiserver::service::names;
use crate::explain::trace::Trace;
use crate::net::go_parse::{BAD_CIDR, not_strict, parse_cidr};
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::source::yaml;
use crate::{facts, rules};

rules! {
    /// A range that was added.
    RANGE_JOINS {
        id: "MULTI-8", slug: "service-cidr-gives-out-addresses-at-once",
        versions: Versions::ALL,
        source: "pkg/registry/core/service/ipallocator/cidrallocator.go syncAllocators",
        evidence: Recorded,
        facts: [cidr],
        en: "Addresses are allocated from {cidr} immediately. Which address families the cluster supports still depends on the flag.",
        zh: "从现在起会从 {cidr} 分配地址。集群支持哪些地址族仍由标志决定。",
    }
    /// A name that is in use.
    CIDR_NAME_IS_TAKEN {
        id: "MULTI-9a", slug: "service-cidr-name-is-taken",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Create",
        evidence: Recorded,
        facts: [name],
        en: "A ServiceCIDR named {name} exists; it may only be waiting for its last address to be released. Until it is deleted the name cannot be used again.",
        zh: "名为 {name} 的 ServiceCIDR 仍存在（可能只是在等待最后一个地址被释放）：在它被删除之前，该名称不能再次使用。",
    }
    /// No such object.
    CIDR_IS_NOT_FOUND {
        id: "MULTI-9b", slug: "service-cidr-is-not-found",
        versions: Versions::ALL,
        source: "apiserver pkg/registry/generic/registry/store.go Get",
        evidence: Recorded,
        facts: [name],
        en: "There is no ServiceCIDR named {name}.",
        zh: "不存在名为 {name} 的 ServiceCIDR。",
    }
    /// A deleted range without addresses of its own.
    RANGE_GOES {
        id: "MULTI-9c", slug: "service-cidr-without-addresses-goes",
        versions: Versions::ALL,
        source: "pkg/controller/servicecidrs/servicecidrs_controller.go canDeleteCIDR",
        evidence: Recorded,
        facts: [],
        en: "No Service address belongs to this ServiceCIDR alone, so it is removed after a grace period of ten seconds.",
        zh: "没有 Service 地址只属于此 ServiceCIDR，因此它在十秒宽限期后被移除。",
    }
    /// A deleted range that is still needed.
    RANGE_WAITS {
        id: "MULTI-9d", slug: "service-cidr-waits-for-its-addresses",
        versions: Versions::ALL,
        source: "pkg/controller/servicecidrs/servicecidrs_controller.go canDeleteCIDR",
        evidence: Recorded,
        facts: [],
        en: "Some addresses in use belong to no other ServiceCIDR: it remains with `Ready=False`, and no more addresses are allocated from it.",
        zh: "仍有使用中的地址不属于其他 ServiceCIDR：它会保留，状况为 `Ready=False`，并且不再从中分配地址。",
    }
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

/// The kind and the resource of ServiceCIDRs, as messages name them.
const LONG_KIND: &str = "ServiceCIDR.networking.k8s.io";
const SERVICE_CIDRS: &str = "servicecidrs.networking.k8s.io";

impl ApiServer {
    /// Creates a ServiceCIDR. It is ready at once (MULTI-8).
    pub fn create_service_cidr(&mut self, name: &str, ranges: &[String]) -> Outcome {
        self.answer(|cluster, _, trace| {
            let mut errors = Errors::new(&cluster.env.behavior, trace);
            let read = validate(name, ranges, &mut errors);
            errors.end().map_err(|refusal| refusal.into_status(LONG_KIND, name))?;
            if cluster.pools.service_cidrs.iter().any(|object| object.name == name) {
                trace.reject(&CIDR_NAME_IS_TAKEN, FieldPath::metadata("name"), facts![name]);
                return Err(Status::already_exists(SERVICE_CIDRS, name));
            }
            for (i, cidr) in read.iter().enumerate() {
                let path = FieldPath::spec("cidrs").index(i);
                trace.note(&RANGE_JOINS, path, facts![cidr = *cidr]);
            }
            let object = ServiceCidr { name: name.to_owned(), ranges: read, terminating: false };
            cluster.pools.service_cidrs.push(object.clone());
            cluster.revision += 1;
            // One that waits for addresses which the new ranges cover, too, need not wait any more.
            cluster.pools.sweep_service_cidrs(&cluster.env);
            Ok(Answer::ServiceCidr { object, created: true, state: ServiceCidrState::Ready })
        })
    }

    /// Changes the ranges of a ServiceCIDR, as far as they may change (API-14).
    pub fn update_service_cidr(&mut self, name: &str, ranges: &[String]) -> Outcome {
        self.answer(|cluster, _, trace| {
            let at = cluster.find_service_cidr(name, trace)?;
            let object = &mut cluster.pools.service_cidrs[at];
            let old: Vec<String> = object.ranges.iter().map(ToString::to_string).collect();
            let mut errors = Errors::new(&cluster.env.behavior, trace);
            validate_update(&old, ranges, &mut errors);
            errors.end().map_err(|refusal| refusal.into_status(LONG_KIND, name))?;
            if let ([_], [_, second]) = (old.as_slice(), ranges)
                && let Some(read) = parse_cidr(second)
            {
                let cidr = Cidr::new(read.net);
                object.ranges.push(cidr);
                let path = FieldPath::spec("cidrs").index(1);
                trace.note(&RANGE_JOINS, path, facts![cidr]);
                cluster.revision += 1;
            }
            let (object, state) = (object.clone(), object.state());
            Ok(Answer::ServiceCidr { object, created: false, state })
        })
    }

    /// Deletes a ServiceCIDR and lets its controller settle (MULTI-9).
    pub fn delete_service_cidr(&mut self, name: &str) -> Outcome {
        self.answer(|cluster, _, trace| {
            let at = cluster.find_service_cidr(name, trace)?;
            let object = &mut cluster.pools.service_cidrs[at];
            object.terminating = true;
            let object = object.clone();
            cluster.revision += 1;
            let gone = cluster.pools.sweep_service_cidrs(&cluster.env);
            let is_gone = gone.iter().any(|it| it == name);
            cluster.gone_cidrs.extend(gone.into_iter().filter(|it| it != name));
            let (rule, state) = if is_gone {
                (&RANGE_GOES, ServiceCidrState::Gone)
            } else {
                (&RANGE_WAITS, ServiceCidrState::Terminating)
            };
            trace.note(rule, FieldPath::default(), facts![]);
            Ok(Answer::ServiceCidr { object, created: false, state })
        })
    }

    fn find_service_cidr(&self, name: &str, trace: &mut Trace) -> Result<usize, Status> {
        let at = self.pools.service_cidrs.iter().position(|object| object.name == name);
        at.ok_or_else(|| {
            trace.reject(&CIDR_IS_NOT_FOUND, FieldPath::metadata("name"), facts![name]);
            Status::not_found(SERVICE_CIDRS, name)
        })
    }
}
