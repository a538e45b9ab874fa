//! What does the server warn of, though it agrees? Rules WARN-1 to WARN-7, in upstream's order.
//! Source: pkg/api/service/warnings.go GetWarningsForService.

use std::net::IpAddr;

use super::validate::TOPOLOGY_HINTS;
use crate::api::field_path::FieldPath;
use crate::api::quote;
use crate::api::service::{CLUSTER_IP, Service};
use crate::explain::diagnostic::Diagnostic;
use crate::explain::rule::Rule;
use crate::explain::trace::{Origin, Trace};
use crate::facts;
use crate::net::Cidr;
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::release::behavior::{AddressWarnings, Behavior};
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// An annotation has a new name.
    HINTS_ARE_DEPRECATED {
        id: "WARN-1", slug: "topology-hints-are-deprecated",
        versions: Versions::since(27),
        source: "pkg/api/service/warnings.go GetWarningsForService",
        evidence: SourceRead,
        facts: [],
        en: "The annotation has a new name; the old one still works.",
        zh: "该注解已有新名称；旧名称仍可使用。",
    }
    /// An address is written in an unusual way.
    ADDRESS_IS_NOT_CANONICAL {
        id: "WARN-2", slug: "address-is-not-canonical",
        versions: Versions::since(27),
        source: "pkg/api/service/warnings.go getWarningsForIP",
        evidence: Recorded,
        facts: [],
        en: "The address is stored as it was sent, but programs that compare strings may treat it as a different one.",
        zh: "地址按发送的原样存储，但比较字符串的程序可能将其视为另一个地址。",
    }
    /// A headless Service has no use for a field.
    HEADLESS_IGNORES_FIELD {
        id: "WARN-3", slug: "headless-ignores-field",
        versions: Versions::since(34),
        source: "pkg/api/service/warnings.go GetWarningsForService",
        evidence: Recorded,
        facts: [],
        en: "A headless Service has no address of its own, so this field has no effect.",
        zh: "无头服务没有自己的地址，因此该字段不起作用。",
    }
    /// External addresses are on their way out.
    EXTERNAL_IPS_ARE_DEPRECATED {
        id: "WARN-4", slug: "external-ips-are-deprecated",
        versions: Versions::since(36),
        source: "pkg/api/service/warnings.go GetWarningsForService",
        evidence: Recorded,
        facts: [],
        en: "`externalIPs` still works here, but clusters may stop implementing it.",
        zh: "`externalIPs` 在此仍然有效，但集群可能不再实现它。",
    }
    /// A client range is written in an unusual way.
    SOURCE_RANGE_IS_NOT_CANONICAL {
        id: "WARN-5", slug: "source-range-is-not-canonical",
        versions: Versions::since(27),
        source: "pkg/api/service/warnings.go getWarningsForCIDR",
        evidence: Recorded,
        facts: [],
        en: "The range is stored as it was sent, but can be parsed in more than one way.",
        zh: "范围按原样存储，但可以有多种解析结果。",
    }
    /// The type has no use for a field.
    TYPE_IGNORES_FIELD {
        id: "WARN-6", slug: "type-ignores-field",
        versions: Versions::since(28),
        source: "pkg/api/service/warnings.go GetWarningsForService",
        evidence: Recorded,
        facts: [],
        en: "This field has no effect for a Service of this type.",
        zh: "对于此类型的 Service，该字段不起作用。",
    }
    /// A preference has a new name.
    PREFER_CLOSE_IS_DEPRECATED {
        id: "WARN-7", slug: "prefer-close-is-deprecated",
        versions: Versions::since(35),
        source: "pkg/api/service/warnings.go GetWarningsForService",
        evidence: Recorded,
        facts: [],
        en: "`PreferClose` has the clearer name `PreferSameZone`; both mean the same.",
        zh: "`PreferClose` 有了更清晰的名称 `PreferSameZone`，二者含义相同。",
    }
}

struct Warnings<'a> {
    behavior: &'a Behavior,
    trace: &'a mut Trace,
    list: Vec<Diagnostic>,
}

impl Warnings<'_> {
    fn push(&mut self, rule: &'static Rule, path: FieldPath, text: String) {
        let step = self.trace.note(rule, path.clone(), facts![]);
        self.trace.because(step, Origin::Manifest(path.clone()));
        let mut warning = Diagnostic::warning(text);
        warning.step = Some(step);
        warning.path = path;
        self.list.push(warning);
    }

    fn address(&mut self, path: FieldPath, text: &str) {
        let rule = &ADDRESS_IS_NOT_CANONICAL;
        let Some(read) = parse_ip(text) else {
            if matches!(self.behavior.address_warnings, AddressWarnings::GoError { .. }) {
                let error = go_parse_error(text);
                self.push(rule, path.clone(), go_error_text(&path, "IP address", &error));
            }
            return;
        };
        if read.leading_zeros || read.mapped {
            let value = quote(text);
            let better = quote(&read.ip.to_string());
            let words = match self.behavior.address_warnings {
                AddressWarnings::None => return,
                AddressWarnings::GoError { .. } => {
                    if !read.leading_zeros {
                        return;
                    }
                    go_error_text(&path, "IP address", &go_parse_error(text))
                }
                AddressWarnings::Future => format!(
                    "{path}: non-standard IP address {value} will be considered invalid in a \
                     future Kubernetes release: use {better}"
                ),
                AddressWarnings::Invalid => {
                    format!("{path}: non-standard IP address {value} is invalid: use {better}")
                }
            };
            self.push(rule, path, words);
        } else if read.ip.is_ipv6() {
            let canonical = read.ip.to_string();
            let words = not_canonical(self.behavior, &path, "address", text, &canonical);
            if let Some(words) = words {
                self.push(rule, path, words);
            }
        }
    }

    fn range(&mut self, path: FieldPath, text: &str) {
        let rule = &SOURCE_RANGE_IS_NOT_CANONICAL;
        if let AddressWarnings::GoError { prefix_length } = self.behavior.address_warnings
            && let Some(error) = go_prefix_error(text, prefix_length)
        {
            self.push(rule, path.clone(), go_error_text(&path, "IP prefix", &error));
            return;
        }
        let Some(read) = parse_cidr(text) else { return };
        let net = Cidr::new(read.net);
        let host_bits = net.network() != read.net.addr();
        let (value, canonical) = (quote(text), net.unmapped().to_string());
        let said = match self.behavior.address_warnings {
            AddressWarnings::None => return,
            AddressWarnings::GoError { .. } => None,
            AddressWarnings::Future => {
                Some("will be considered invalid in a future Kubernetes release")
            }
            AddressWarnings::Invalid => Some("is invalid"),
        };
        let Some(said) = said else {
            // Go's own reading of a prefix keeps the host bits.
            let canonical = read.net.to_string();
            let words = not_canonical(self.behavior, &path, "prefix", text, &canonical);
            if let Some(words) = words.filter(|_| read.net.addr().is_ipv6() && !read.mapped) {
                self.push(rule, path, words);
            }
            return;
        };
        if host_bits {
            let host = format!("{}/{}", read.net.addr().to_canonical(), net.family().bits());
            let words = format!(
                "{path}: CIDR value {value} is ambiguous in this context (should be {} or {}?)",
                quote(&canonical),
                quote(&host)
            );
            self.push(rule, path.clone(), words);
        }
        if read.leading_zeros || read.mapped {
            let better = quote(&canonical);
            let words = format!("{path}: non-standard CIDR value {value} {said}: use {better}");
            self.push(rule, path, words);
        } else if !host_bits && read.net.addr().is_ipv6() {
            let words = not_canonical(self.behavior, &path, "prefix", text, &canonical);
            if let Some(words) = words {
                self.push(rule, path, words);
            }
        }
    }
}

fn not_canonical(
    behavior: &Behavior,
    path: &FieldPath,
    what: &str,
    text: &str,
    canonical: &str,
) -> Option<String> {
    if text == canonical {
        return None;
    }
    let (value, canonical) = (quote(text), quote(canonical));
    match behavior.address_warnings {
        AddressWarnings::None => None,
        AddressWarnings::GoError { .. } => Some(format!(
            "{path}: IPv6 {what} {value} is not in RFC 5952 canonical format ({canonical}), which \
             may cause controller apply-loops"
        )),
        AddressWarnings::Future | AddressWarnings::Invalid => {
            let what = if what == "prefix" { "CIDR value" } else { what };
            Some(format!(
                "{path}: IPv6 {what} {value} should be in RFC 5952 canonical format ({canonical})"
            ))
        }
    }
}

fn go_error_text(path: &FieldPath, what: &str, error: &str) -> String {
    format!(
        "{path}: {what} was accepted, but will be invalid in a future Kubernetes release: {error}"
    )
}

/// What Go's `netip.ParseAddr` says of a text it refuses. Source: Go net/netip/netip.go.
fn go_parse_error(text: &str) -> String {
    let why = match text.find(['.', ':', '%']).map(|at| text.as_bytes()[at]) {
        Some(b'.') => go_parse_v4_error(text),
        Some(b':') => go_parse_v6_error(text),
        Some(_) => "missing IPv6 address".to_owned(),
        None => "unable to parse IP".to_owned(),
    };
    format!("ParseAddr({}): {why}", quote(text))
}

fn go_parse_v6_error(text: &str) -> String {
    let (mut rest, zone) = text.split_once('%').unwrap_or((text, "-"));
    if zone.is_empty() {
        return "zone must be a non-empty string".to_owned();
    }
    let error = |words: &str, at: &str| format!("{words} (at {})", quote(at));
    let (mut bytes, mut has_gap) = (0, false);
    if let Some(behind) = rest.strip_prefix("::") {
        (rest, has_gap) = (behind, true);
    }
    while bytes < 16 {
        let digits = rest.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits > 4 {
            return error("each group must have 4 or less digits", rest);
        }
        if digits == 0 {
            return error("each colon-separated field must have at least one digit", rest);
        }
        if rest[digits..].starts_with('.') {
            if !has_gap && bytes != 12 {
                let words = "embedded IPv4 address must replace the final 2 fields of the address";
                return error(words, rest);
            }
            if bytes > 12 {
                let words = "too many hex fields to fit an embedded IPv4 at the end of the address";
                return error(words, rest);
            }
            return go_parse_v4_error(rest);
        }
        bytes += 2;
        rest = &rest[digits..];
        if rest.is_empty() {
            break;
        }
        let Some(behind) = rest.strip_prefix(':') else {
            return error("unexpected character, want colon", rest);
        };
        if behind.is_empty() {
            return error("colon must be followed by more characters", rest);
        }
        rest = behind;
        if let Some(behind) = rest.strip_prefix(':') {
            if has_gap {
                return error("multiple :: in address", rest);
            }
            (rest, has_gap) = (behind, true);
            if rest.is_empty() {
                break;
            }
        }
    }
    if !rest.is_empty() {
        error("trailing garbage after address", rest)
    } else if has_gap {
        "the :: must expand to at least one field of zeros".to_owned()
    } else {
        "address string too short".to_owned()
    }
}

fn go_parse_v4_error(text: &str) -> String {
    let (mut value, mut digits, mut dots) = (0_u32, 0, 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'0'..=b'9' => {
                if digits == 1 && value == 0 {
                    return "IPv4 field has octet with leading zero".to_owned();
                }
                value = value * 10 + u32::from(byte - b'0');
                digits += 1;
                if value > 255 {
                    return "IPv4 field has value >255".to_owned();
                }
            }
            b'.' if at == 0 || at == text.len() - 1 || digits == 0 => {
                return format!(
                    "IPv4 field must have at least one digit (at {})",
                    quote(&text[at..])
                );
            }
            b'.' if dots == 3 => return "IPv4 address too long".to_owned(),
            b'.' => {
                dots += 1;
                (value, digits) = (0, 0);
            }
            _ => return format!("unexpected character (at {})", quote(&text[at..])),
        }
    }
    "IPv4 address too short".to_owned()
}

/// What Go's `netip.ParsePrefix` says of a range it refuses. `prefix_length`: it takes no zeros in front of
/// that.
fn go_prefix_error(text: &str, prefix_length: bool) -> Option<String> {
    let (address, length) = text.rsplit_once('/')?;
    let why = if address.parse::<IpAddr>().is_err() {
        go_parse_error(address)
    } else if length.parse::<i64>().is_err()
        || (prefix_length && length.len() > 1 && !length.starts_with(|c| ('1'..='9').contains(&c)))
    {
        format!("bad bits after slash: {}", quote(length))
    } else {
        return None;
    };
    Some(format!("netip.ParsePrefix({}): {why}", quote(text)))
}

/// The warnings about a Service that passed validation.
pub fn warnings(behavior: &Behavior, service: &Service, trace: &mut Trace) -> Vec<Diagnostic> {
    let mut warnings = Warnings { behavior, trace, list: Vec::new() };
    let spec = &service.spec;
    if behavior.warns_of_topology_hints && service.metadata.annotations.contains_key(TOPOLOGY_HINTS)
    {
        let words = format!(
            "annotation {TOPOLOGY_HINTS} is deprecated, please use \
             service.kubernetes.io/topology-mode instead"
        );
        let path = FieldPath::metadata("annotations").key(TOPOLOGY_HINTS);
        warnings.push(&HINTS_ARE_DEPRECATED, path, words);
    }
    if !spec.is_headless() {
        for (i, text) in spec.cluster_ips.iter().enumerate() {
            warnings.address(FieldPath::spec("clusterIPs").index(i), text);
        }
    }
    if behavior.warns_of_ignored_headless_fields && spec.type_ == CLUSTER_IP && spec.is_headless() {
        let ignored = [
            (!spec.load_balancer_ip.is_empty(), "loadBalancerIP", "loadBalancerIP"),
            (!spec.external_ips.is_empty(), "externalIPs", "externalIPs"),
            (spec.session_affinity != "None", "sessionAffinity", "SessionAffinity"),
        ];
        for (_, field, printed) in ignored.into_iter().filter(|(is, ..)| *is) {
            let words = format!("spec.{printed} is ignored for headless services");
            warnings.push(&HEADLESS_IGNORES_FIELD, FieldPath::spec(field), words);
        }
    }
    for (i, text) in spec.external_ips.iter().enumerate() {
        warnings.address(FieldPath::spec("externalIPs").index(i), text);
    }
    if behavior.warns_of_external_ips
        && !spec.external_ips.is_empty()
        && !spec.is_headless()
        && !spec.is_external_name()
    {
        let words =
            "spec.externalIPs is deprecated and may no longer be implemented in some clusters";
        let path = FieldPath::spec("externalIPs");
        warnings.push(&EXTERNAL_IPS_ARE_DEPRECATED, path, words.to_owned());
    }
    if !spec.load_balancer_ip.is_empty() {
        warnings.address(FieldPath::spec("loadBalancerIP"), &spec.load_balancer_ip);
    }
    for (i, text) in spec.load_balancer_source_ranges.iter().enumerate() {
        warnings.range(FieldPath::spec("loadBalancerSourceRanges").index(i), text);
    }
    if behavior.warns_of_external_name {
        if spec.is_external_name() && !spec.external_ips.is_empty() {
            let words = "spec.externalIPs is ignored when spec.type is \"ExternalName\"".to_owned();
            warnings.push(&TYPE_IGNORES_FIELD, FieldPath::spec("externalIPs"), words);
        }
        if !spec.is_external_name() && !spec.external_name.is_empty() {
            let words =
                "spec.externalName is ignored when spec.type is not \"ExternalName\"".to_owned();
            warnings.push(&TYPE_IGNORES_FIELD, FieldPath::spec("externalName"), words);
        }
    }
    if behavior.warns_of_prefer_close && spec.traffic_distribution.as_deref() == Some("PreferClose")
    {
        let words =
            "spec.trafficDistribution: \"PreferClose\" is deprecated; use \"PreferSameZone\"";
        let path = FieldPath::spec("trafficDistribution");
        warnings.push(&PREFER_CLOSE_IS_DEPRECATED, path, words.to_owned());
    }
    warnings.list
}

#[cfg(test)]
mod tests {
    use super::{go_parse_error, go_prefix_error};

    #[test]
    fn go_says_where_it_stopped() {
        for (text, words) in [
            ("fd00:10:96::00020", "each group must have 4 or less digits (at \"00020\")"),
            ("fd00::zz", "each colon-separated field must have at least one digit (at \"zz\")"),
            ("fd00:", "colon must be followed by more characters (at \":\")"),
            ("1::2::3", "multiple :: in address (at \":3\")"),
            ("1:2:3:4:5:6:7", "address string too short"),
            ("1:2:3:4:5:6:7:8:9", "trailing garbage after address (at \"9\")"),
            ("1:2:3:4:5:6:7::8", "the :: must expand to at least one field of zeros"),
            ("::1.2.3.04", "IPv4 field has octet with leading zero"),
            ("1.2.3", "IPv4 address too short"),
            ("fe80::1%", "zone must be a non-empty string"),
            ("a%b", "missing IPv6 address"),
            ("地址:", "each colon-separated field must have at least one digit (at \"地址:\")"),
        ] {
            assert_eq!(go_parse_error(text), format!("ParseAddr(\"{text}\"): {words}"));
        }
        let bad_bits = "netip.ParsePrefix(\"10.0.0.0/8 \"): bad bits after slash: \"8 \"";
        assert_eq!(go_prefix_error("10.0.0.0/8 ", false).as_deref(), Some(bad_bits));
        assert_eq!(go_prefix_error("10.0.0.0/08", false), None);
    }
}
