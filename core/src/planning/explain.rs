//! What does a text that should be a range mean? Its canonical form, its size and what it is set aside for; or
//! which format it is, if it is one; or where it is wrong, and what to write.
//!
//! Invariant: what is offered to write is a range that every component reads.

use std::net::IpAddr;

use super::registry::Standing;
use super::{count, step};
use crate::apiserver::service::errors::Errors;
use crate::apiserver::service_cidr;
use crate::explain::rule::{Fidelity, Rule};
use crate::explain::text::Text;
use crate::explain::trace::{Fact, Step, Trace};
use crate::facts;
use crate::net::cidr::to_bits;
use crate::net::go_parse::{parse_cidr, parse_ip};
use crate::net::{Cidr, Family};
use crate::release::behavior::Behavior;
use crate::release::version::Versions;
use crate::rules;
use crate::source::span::Span;

rules! {
    /// How large it is.
    RANGE_HAS_A_SIZE {
        id: "PLAN-2a", slug: "range-has-so-many-addresses",
        versions: Versions::ALL,
        source: "k8s.io/utils/net/net.go RangeSize",
        evidence: SourceRead,
        facts: [range, family, addresses, first, last],
        en: "{range} is an {family} range: {addresses} addresses, from {first} to {last}.",
        zh: "{range} 是 {family} 范围：{addresses} 个地址，从 {first} 到 {last}。",
    }
    /// What is masked away.
    HOST_BITS_ARE_MASKED {
        id: "PLAN-2b", slug: "host-bits-are-masked-away",
        versions: Versions::ALL,
        source: "cmd/kube-apiserver/app/options/completion.go getServiceIPAndRanges",
        evidence: SourceRead,
        facts: [ip, bits, range, detail],
        en: "{ip} is not the first address of its range: the bits after the first {bits} are masked to zero. The flags of [kube-apiserver](kube-apiserver) and [kube-controller-manager](kube-controller-manager) silently read {range}; a ServiceCIDR object is rejected: {detail}.",
        zh: "{ip} 不是所在范围的首地址：前 {bits} 位之后的部分会按掩码清零。[kube-apiserver](kube-apiserver) 和 [kube-controller-manager](kube-controller-manager) 的标志会将其读作 {range}，且不给出警告；ServiceCIDR 对象则会被拒绝：{detail}。",
    }
    /// Another spelling.
    SPELLING_IS_NOT_CANONICAL {
        id: "PLAN-2c", slug: "spelling-is-not-canonical",
        versions: Versions::ALL,
        source: "apimachinery pkg/util/validation/ip.go IsValidCIDR",
        evidence: SourceRead,
        facts: [range, detail],
        en: "Kubernetes prints this range as {range}. Flags also accept the other spelling; a ServiceCIDR object is rejected: {detail}.",
        zh: "Kubernetes 将此范围显示为 {range}。标志也接受另一种写法；ServiceCIDR 对象则会被拒绝：{detail}。",
    }
    /// A unique local range.
    UNIQUE_LOCAL_HAS_PARTS {
        id: "PLAN-3a", slug: "unique-local-range-has-three-parts",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc4193 section 3.1",
        evidence: Documentation,
        facts: [global, subnet],
        en: "`fd` is followed by the 40-bit global ID, here {global}. RFC 4193 requires it to be random, so that two networks that are connected later do not conflict. Then follow a 16-bit subnet ID, here {subnet}, and 64 bits for hosts.",
        zh: "`fd` 之后是 40 位的全局 ID，此处为 {global}。RFC 4193 要求随机生成，以免日后互联的两个网络发生冲突。其后是 16 位的子网 ID，此处为 {subnet}，以及 64 位主机部分。",
    }
    /// A unique local range of several sites.
    UNIQUE_LOCAL_IS_TOO_WIDE {
        id: "PLAN-3b", slug: "unique-local-range-spans-sites",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc4193 section 3.1",
        evidence: Documentation,
        facts: [bits],
        en: "By RFC 4193 a site has one global ID, so one /48. A prefix of {bits} bits includes global IDs of other sites.",
        zh: "按 RFC 4193，一个站点只有一个全局 ID，即一个 /48。{bits} 位的前缀会包含其他站点的全局 ID。",
    }
    /// A global ID of somebody's own making.
    GLOBAL_ID_LOOKS_HAND_MADE {
        id: "PLAN-3c", slug: "global-id-looks-hand-made",
        versions: Versions::ALL,
        source: "rfc-editor.org/rfc/rfc4193 section 3.2",
        evidence: Assumed,
        fidelity: Fidelity::Chosen(Text {
            en: "Whether 40 bits are random cannot be determined. Here they do not look random with fewer than 9 ones or fewer than 9 zeros, as in one of 5000 random IDs.",
            zh: "无法确定 40 位是否随机。此处，少于 9 个 1 或少于 9 个 0 即视为不随机；随机 ID 中约五千分之一如此。",
        }),
        facts: [global],
        en: "The global ID {global} does not look random, so other networks are likely to use it as well. The examples of this page are of that kind.",
        zh: "全局 ID {global} 看起来不像随机生成，因此其他网络也可能使用它。本页的示例即属此类。",
    }
    /// The format of the documentation.
    FORMAT_OF_UNIQUE_LOCAL {
        id: "PLAN-4a", slug: "text-is-the-format-of-a-unique-local-range",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [text, letters, subnet],
        en: "{text} is a format, not an address. Each of the letters {letters} stands for a hexadecimal digit of your own: together they are the 40 random bits of RFC 4193 after `fd`. {subnet} is a subnet ID chosen by the author. Replace the letters once, and use the result for all ranges of the cluster.",
        zh: "{text} 是格式，而不是地址。字母 {letters} 各代表一个由你选定的十六进制数字：合起来就是 RFC 4193 中 `fd` 之后的 40 个随机位。{subnet} 是作者选择的子网 ID。请替换一次字母，并将结果用于集群的所有范围。",
    }
    /// Another format.
    FORMAT_WITH_LETTERS {
        id: "PLAN-4b", slug: "text-is-a-format",
        versions: Versions::ALL,
        source: "kubernetes.io/docs/concepts/services-networking/dual-stack",
        evidence: Documentation,
        facts: [text, letters],
        en: "{text} is a format, not an address: {letters} are not hexadecimal digits. Replace them with digits.",
        zh: "{text} 是格式，而不是地址：{letters} 不是十六进制数字。请替换为数字。",
    }
    /// Nothing.
    TEXT_IS_EMPTY {
        id: "PLAN-5a", slug: "range-text-is-empty",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [],
        en: "A CIDR consists of an address, a slash and the prefix length: `10.244.0.0/16`, `fd00:10:244::/56`.",
        zh: "CIDR 由地址、斜线和前缀长度组成：`10.244.0.0/16`、`fd00:10:244::/56`。",
    }
    /// Blanks.
    TEXT_HAS_BLANKS {
        id: "PLAN-5b", slug: "range-text-has-blanks",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [],
        en: "It contains a space, and Go accepts none, not even at the ends or after a comma.",
        zh: "其中有空格，而 Go 不接受空格，首尾或逗号之后也不行。",
    }
    /// Several.
    TEXT_IS_A_LIST {
        id: "PLAN-5c", slug: "range-text-is-a-list",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [],
        en: "This is a list. Flags accept two ranges separated by a comma; here they are explained one by one.",
        zh: "这是一个列表。标志接受以逗号分隔的两个范围；此处逐个解释。",
    }
    /// Brackets or a zone.
    TEXT_HAS_MARKS_OF_OTHERS {
        id: "PLAN-5d", slug: "range-text-has-brackets-or-a-zone",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [mark],
        en: "{mark} is part of a URL or of a link-local address, not of a CIDR.",
        zh: "{mark} 属于 URL 或链路本地地址，不属于 CIDR。",
    }
    /// No length.
    LENGTH_IS_MISSING {
        id: "PLAN-5e", slug: "prefix-length-is-missing",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [ip],
        en: "{ip} is a single address. A CIDR also has a slash and a prefix length.",
        zh: "{ip} 是单个地址。CIDR 后面还有斜线和前缀长度。",
    }
    /// From and to.
    TEXT_IS_FROM_TO {
        id: "PLAN-5f", slug: "range-is-written-from-to",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [],
        en: "A first and a last address are not a CIDR. The suggestion is the smallest CIDR that contains both.",
        zh: "首尾地址不构成 CIDR。建议值是包含两者的最小 CIDR。",
    }
    /// A mask.
    LENGTH_IS_A_MASK {
        id: "PLAN-5g", slug: "prefix-length-is-a-mask",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [mask],
        en: "{mask} is a mask. Go requires the prefix length, the number of its ones.",
        zh: "{mask} 是掩码。Go 需要的是前缀长度，即其中 1 的个数。",
    }
    /// No number.
    LENGTH_IS_NO_NUMBER {
        id: "PLAN-5h", slug: "prefix-length-is-no-number",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [most],
        en: "The slash must be followed by a number from 0 to {most}.",
        zh: "斜线之后必须是 0 到 {most} 之间的数字。",
    }
    /// More bits than there are.
    LENGTH_IS_TOO_LONG {
        id: "PLAN-5i", slug: "prefix-is-longer-than-an-address",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [family, most],
        en: "An {family} address has {most} bits; the prefix length cannot be greater.",
        zh: "{family} 地址有 {most} 位；前缀长度不能更大。",
    }
    /// A part of IPv4 beyond 255.
    OCTET_IS_NO_OCTET {
        id: "PLAN-5j", slug: "part-of-an-ipv4-address-is-beyond-255",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv4",
        evidence: SourceRead,
        facts: [part],
        en: "{part} is not a valid part of an IPv4 address: each of the four parts is a number from 0 to 255.",
        zh: "{part} 不是 IPv4 地址的有效部分：四个部分都必须是 0 到 255 之间的数字。",
    }
    /// Not four.
    OCTETS_ARE_FOUR {
        id: "PLAN-5k", slug: "ipv4-address-has-four-parts",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv4",
        evidence: SourceRead,
        facts: [parts],
        en: "An IPv4 address has four parts, this one has {parts}. Trailing zeros cannot be omitted.",
        zh: "IPv4 地址有四个部分，此处有 {parts} 个。末尾的零不能省略。",
    }
    /// A dot with a number on one side only.
    DOT_IS_BETWEEN {
        id: "PLAN-5p", slug: "dot-stands-between-two-numbers",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv4",
        evidence: SourceRead,
        facts: [],
        en: "There must be a number on both sides of a dot; here one is missing.",
        zh: "点号两侧都必须有数字；此处缺少一个。",
    }
    /// A group of IPv6 beyond ffff.
    GROUP_IS_NO_GROUP {
        id: "PLAN-5l", slug: "group-of-an-ipv6-address-is-no-number",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv6",
        evidence: SourceRead,
        facts: [part],
        en: "{part} is not a valid group of an IPv6 address: a group has one to four hexadecimal digits (0 to f).",
        zh: "{part} 不是 IPv6 地址的有效组：每组为一到四个十六进制数字（0 到 f）。",
    }
    /// Two gaps.
    GAP_IS_ONE {
        id: "PLAN-5m", slug: "ipv6-address-has-one-gap",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv6",
        evidence: SourceRead,
        facts: [],
        en: "`::` replaces all missing zeros, so it can occur only once.",
        zh: "`::` 代表所有省略的零，因此只能出现一次。",
    }
    /// Not eight.
    GROUPS_ARE_EIGHT {
        id: "PLAN-5n", slug: "ipv6-address-has-eight-groups",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv6",
        evidence: SourceRead,
        facts: [groups],
        en: "An IPv6 address has eight groups, this one has {groups}. If there are fewer, `::` shows where the zeros are omitted.",
        zh: "IPv6 地址有八组，此处有 {groups} 组。不足八组时，用 `::` 表示零的位置。",
    }
    /// Eight, and more colons.
    COLON_IS_TOO_MUCH {
        id: "PLAN-5q", slug: "ipv6-address-has-nothing-left-to-stand-for",
        versions: Versions::ALL,
        source: "net/ip.go parseIPv6",
        evidence: SourceRead,
        facts: [],
        en: "All eight groups are present, so the additional colon replaces nothing.",
        zh: "八组已写全，多余的冒号不代表任何零。",
    }
    /// Something else.
    TEXT_IS_NO_ADDRESS {
        id: "PLAN-5o", slug: "text-is-no-address",
        versions: Versions::ALL,
        source: "net/ip.go ParseCIDR",
        evidence: SourceRead,
        facts: [part],
        en: "{part} is not an IP address.",
        zh: "{part} 不是 IP 地址。",
    }
}

/// What a text means.
#[derive(Clone, PartialEq, Debug)]
pub enum Explained {
    /// A range.
    Range(Explanation),
    /// A pattern into which digits are put.
    Format(Format),
    /// Neither.
    Wrong(Wrong),
}

impl Explained {
    /// What is said of it, in order.
    #[must_use]
    pub fn steps(&self) -> Vec<Step> {
        match self {
            Self::Range(it) => it.steps.clone(),
            Self::Format(it) => Vec::from([it.step()]),
            Self::Wrong(it) => Vec::from([it.step()]),
        }
    }
}

/// A range, explained.
#[derive(Clone, PartialEq, Debug)]
pub struct Explanation {
    /// The range, in canonical form.
    pub range: Cidr,
    /// What it is set aside for.
    pub standing: Standing,
    /// Its parts, if it is a unique local range of one site or less.
    pub unique_local: Option<UniqueLocal>,
    /// What is said of it, in order.
    pub steps: Vec<Step>,
}

/// The parts of a unique local range (RFC 4193).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UniqueLocal {
    /// The 40 bits that are to be random.
    pub global_id: u64,
    /// The 16 bits behind them.
    pub subnet_id: u16,
}

impl UniqueLocal {
    /// The parts of a range; none unless it is a /48 in fd00::/8, or a part of one.
    #[must_use]
    pub fn of(range: Cidr) -> Option<Self> {
        let bits = to_bits(range.network());
        let is_local = range.family() == Family::V6 && bits >> 120 == 0xfd;
        let global_id = u64::try_from(bits >> 80 & 0xff_ffff_ffff).ok()?;
        let subnet_id = u16::try_from(bits >> 64 & 0xffff).ok()?;
        (is_local && range.prefix_len() >= 48).then_some(Self { global_id, subnet_id })
    }

    /// As RFC 4193 writes it: `12:3456:789a`.
    #[must_use]
    pub fn global(self) -> String {
        let id = self.global_id;
        format!("{:02x}:{:04x}:{:04x}", id >> 32, id >> 16 & 0xffff, id & 0xffff)
    }

    /// Whether the global ID could be random.
    #[must_use]
    pub fn looks_random(self) -> bool {
        (9..=31).contains(&self.global_id.count_ones())
    }
}

/// A text with letters where digits belong.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Format {
    text: String,
    letters: Vec<char>,
    subnet: Option<String>,
}

impl Format {
    /// The letters that stand for digits, in order.
    #[must_use]
    pub fn letters(&self) -> &[char] {
        &self.letters
    }

    /// What it means.
    #[must_use]
    pub fn step(&self) -> Step {
        let text = self.text.as_str();
        let letters: String = self.letters.iter().collect();
        match &self.subnet {
            Some(subnet) => {
                step(&FORMAT_OF_UNIQUE_LOCAL, facts![text, letters, subnet = subnet.as_str()])
            }
            None => step(&FORMAT_WITH_LETTERS, facts![text, letters]),
        }
    }

    /// The text with a digit of these bits for each letter, the same letter the same digit.
    #[must_use]
    pub fn fill(&self, bits: u64) -> String {
        let digit = |char: char| {
            let own = char.to_ascii_uppercase();
            let at = self.letters.iter().position(|letter| *letter == own);
            let nibble = at.map(|at| (bits >> (4 * (at as u32 % 16)) & 0xf) as u32);
            nibble.and_then(|nibble| char::from_digit(nibble, 16)).unwrap_or(char)
        };
        self.text.chars().map(digit).collect()
    }

    /// The format that a text is, if it is one.
    fn of(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/').unwrap_or((text, ""));
        let groups: Vec<&str> = address.split(':').collect();
        let is_group = |group: &&str| {
            group.len() <= 4 && group.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        let is_length = length.bytes().all(|byte| byte.is_ascii_digit());
        if groups.len() < 3 || groups.len() > 9 || !groups.iter().all(is_group) || !is_length {
            return None;
        }
        let mut letters: Vec<char> = Vec::new();
        let all = address.chars().filter(|char| char.is_alphabetic() && !char.is_ascii_hexdigit());
        for letter in all.map(|char| char.to_ascii_uppercase()) {
            if !letters.contains(&letter) {
                letters.push(letter);
            }
        }
        if letters.is_empty() {
            return None;
        }
        let is_hex =
            |group: &str| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_hexdigit());
        let begins = |group: &str, lead: &str| group.to_ascii_lowercase().starts_with(lead);
        let subnet = match groups[..] {
            [a, b, c, subnet, ..]
                if begins(a, "fd")
                    && [a.len(), b.len(), c.len()] == [4; 3]
                    && letters.len() == 10
                    && is_hex(subnet) =>
            {
                Some(subnet.to_owned())
            }
            _ => None,
        };
        Some(Self { text: text.to_owned(), letters, subnet })
    }
}

/// A text that is no range.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wrong {
    /// What is wrong.
    pub rule: &'static Rule,
    /// The values of its sentence.
    pub facts: Vec<Fact>,
    /// Where.
    pub span: Span,
    /// What to write instead, if that is clear.
    pub write: Option<String>,
}

impl Wrong {
    /// What it means.
    #[must_use]
    pub fn step(&self) -> Step {
        step(self.rule, self.facts.clone())
    }
}

/// Explains a text.
#[must_use]
pub fn explain(behavior: &Behavior, text: &str) -> Explained {
    if let Some(read) = parse_cidr(text) {
        return Explained::Range(explain_range(
            behavior,
            text,
            Cidr::new(read.net),
            read.net.addr(),
        ));
    }
    match Format::of(text.trim()) {
        Some(format) => Explained::Format(format),
        None => Explained::Wrong(wrong(text)),
    }
}

fn explain_range(behavior: &Behavior, text: &str, range: Cidr, ip: IpAddr) -> Explanation {
    let (family, addresses) = (range.family(), count(range.host_bits()));
    let (first, last) = (range.network(), range.last());
    let facts = facts![range, family, addresses, first, last];
    let mut steps = Vec::from([step(&RANGE_HAS_A_SIZE, facts)]);
    // What a strict reader has against the text is asked of the one that there is.
    let mut trace = Trace::default();
    let mut errors = Errors::new(behavior, &mut trace);
    service_cidr::validate_ranges(&[text.to_owned()], &mut errors);
    let detail = errors.into_list().into_iter().next().map(|error| error.detail);
    if let Some(detail) = detail {
        steps.push(if ip == first {
            step(&SPELLING_IS_NOT_CANONICAL, facts![range, detail])
        } else {
            let bits = range.prefix_len().to_string();
            step(&HOST_BITS_ARE_MASKED, facts![ip, bits, range, detail])
        });
    }
    let standing = Standing::of(range);
    steps.extend(standing.steps(range));
    let unique_local = UniqueLocal::of(range);
    if let Some(parts) = unique_local {
        let global = parts.global();
        let subnet = format!("{:x}", parts.subnet_id);
        let hand_made = facts![global = global.as_str()];
        steps.push(step(&UNIQUE_LOCAL_HAS_PARTS, facts![global, subnet]));
        if !parts.looks_random() {
            steps.push(step(&GLOBAL_ID_LOOKS_HAND_MADE, hand_made));
        }
    } else if family == Family::V6 && to_bits(first) >> 120 == 0xfd && range.prefix_len() >= 8 {
        let bits = range.prefix_len().to_string();
        steps.push(step(&UNIQUE_LOCAL_IS_TOO_WIDE, facts![bits]));
    }
    Explanation { range, standing, unique_local, steps }
}

/// The smallest range that holds both addresses.
#[must_use]
pub fn cover(one: IpAddr, other: IpAddr) -> Option<Cidr> {
    let family = Family::of(one);
    if family != Family::of(other) || one.is_ipv4() != other.is_ipv4() {
        return None;
    }
    let differ = to_bits(one) ^ to_bits(other);
    let free = u8::try_from(128 - differ.leading_zeros()).ok()?;
    ipnet::IpNet::new(one, family.bits().checked_sub(free)?).ok().map(Cidr::new)
}

/// What was found. What is offered has to be a range.
fn found(rule: &'static Rule, facts: Vec<Fact>, span: Span, write: Option<String>) -> Wrong {
    let read = write.and_then(|write| parse_cidr(&write));
    let write = read.map(|read| Cidr::new(read.net).to_string());
    Wrong { rule, facts, span, write }
}

/// What is wrong with a text, looked for from the outside in.
fn wrong(text: &str) -> Wrong {
    let whole = Span::new(0, text.len());
    if text.trim().is_empty() {
        return found(&TEXT_IS_EMPTY, facts![], whole, None);
    }
    if let Some(at) = text.find([',', ';']) {
        let first = text[..at].trim().to_owned();
        return found(&TEXT_IS_A_LIST, facts![], Span::new(at, at + 1), Some(first));
    }
    if let Some((at, blank)) = text.char_indices().find(|(_, char)| char.is_whitespace()) {
        let without: String = text.split_whitespace().collect();
        let span = Span::new(at, at + blank.len_utf8());
        return found(&TEXT_HAS_BLANKS, facts![], span, Some(without));
    }
    if let Some(at) = text.find(['[', ']', '%']) {
        let (mark, end) = match &text[at..=at] {
            "%" => (text[at..].split('/').next().unwrap_or_default(), text[at..].find('/')),
            mark => (mark, Some(1)),
        };
        let span = Span::new(at, end.map_or(text.len(), |end| at + end));
        let without = text.replace(mark, "").replace([']', '['], "");
        return found(&TEXT_HAS_MARKS_OF_OTHERS, facts![mark], span, Some(without));
    }
    let Some((address, length)) = text.split_once('/') else {
        return without_length(text);
    };
    let behind = Span::new(address.len() + 1, text.len());
    let Some(ip) = parse_ip(address).map(|read| read.ip) else {
        return bad_address(address, Some(length));
    };
    let (family, most) = (Family::of(ip), Family::of(ip).bits());
    if let Some(IpAddr::V4(mask)) = parse_ip(length).map(|read| read.ip) {
        let ones = mask.to_bits().leading_ones();
        let is_mask = ones == mask.to_bits().count_ones() && family == Family::V4;
        let write = is_mask.then(|| format!("{address}/{ones}"));
        return found(&LENGTH_IS_A_MASK, facts![mask = length], behind, write);
    }
    let is_number = !length.is_empty() && length.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        let write = length.trim_start_matches(['+', '/']).trim_end_matches('/');
        let write = Some([address, "/", write].concat());
        let facts = facts![most = most.to_string()];
        return found(&LENGTH_IS_NO_NUMBER, facts, behind, write);
    }
    let facts = facts![family, most = most.to_string()];
    found(&LENGTH_IS_TOO_LONG, facts, behind, Some(format!("{address}/{most}")))
}

/// A text without a slash.
fn without_length(text: &str) -> Wrong {
    let behind = Span::new(text.len(), text.len());
    if let Some(ip) = parse_ip(text).map(|read| read.ip) {
        let usual = if Family::of(ip) == Family::V4 { 24 } else { 64 };
        return found(&LENGTH_IS_MISSING, facts![ip], behind, Some(format!("{text}/{usual}")));
    }
    if let Some((first, last)) = text.split_once('-')
        && let (Some(first), Some(last)) = (parse_ip(first), parse_ip(last))
    {
        let write = cover(first.ip, last.ip).map(|range| range.to_string());
        return found(&TEXT_IS_FROM_TO, facts![], Span::new(0, text.len()), write);
    }
    bad_address(text, None)
}

/// What is wrong with an address, which stands at the start of a text.
fn bad_address(address: &str, length: Option<&str>) -> Wrong {
    let whole = Span::new(0, address.len());
    let with = |address: &str| length.map(|length| [address, "/", length].concat());
    if address.contains(':') {
        if address.matches("::").count() > 1 || address.contains(":::") {
            let at = address.rfind("::").unwrap_or(0);
            return found(&GAP_IS_ONE, facts![], Span::new(at, at + 2), None);
        }
        let is_group =
            |part: &str| part.len() <= 4 && part.bytes().all(|it| it.is_ascii_hexdigit());
        if let Some((part, span)) =
            first_part(address, ':', |part| is_group(part) || part.is_empty())
        {
            return found(&GROUP_IS_NO_GROUP, facts![part], span, None);
        }
        let written: Vec<&str> = address.split(':').filter(|part| !part.is_empty()).collect();
        let groups = written.len();
        if groups == 8 {
            return found(&COLON_IS_TOO_MUCH, facts![], whole, with(&written.join(":")));
        }
        let is_short = groups < 8 && !address.contains("::");
        let write = is_short.then(|| [address.trim_end_matches(':'), "::"].concat());
        let write = write.and_then(|address| with(&address));
        return found(&GROUPS_ARE_EIGHT, facts![groups], whole, write);
    }
    let is_ipv4 = address.contains('.')
        || (!address.is_empty() && address.bytes().all(|byte| byte.is_ascii_digit()));
    if !is_ipv4 {
        return found(&TEXT_IS_NO_ADDRESS, facts![part = address], whole, None);
    }
    let written: Vec<&str> = address.split('.').filter(|part| !part.is_empty()).collect();
    let whole_one = address.trim_end_matches('.');
    // A few numbers and a dot are only the start of an address.
    if whole_one.split('.').any(str::is_empty) || (whole_one != address && written.len() >= 4) {
        let at = if address.starts_with('.') {
            0
        } else {
            address.find("..").unwrap_or(whole_one.len())
        };
        let write = (written.len() == 4).then(|| written.join("."));
        let write = write.and_then(|address| with(&address));
        return found(&DOT_IS_BETWEEN, facts![], Span::new(at, at + 1), write);
    }
    let address = whole_one;
    let is_octet = |part: &str| {
        part.bytes().all(|byte| byte.is_ascii_digit())
            && part.parse::<u32>().is_ok_and(|it| it < 256)
    };
    if let Some((part, span)) = first_part(address, '.', is_octet) {
        return found(&OCTET_IS_NO_OCTET, facts![part], span, None);
    }
    let parts = address.split('.').count();
    let write = (parts < 4).then(|| [address, &".0".repeat(4 - parts)].concat());
    let write = write.and_then(|address| with(&address));
    found(&OCTETS_ARE_FOUR, facts![parts], whole, write)
}

/// The first part of a text that does not fit, and where it stands.
fn first_part(text: &str, between: char, fits: impl Fn(&str) -> bool) -> Option<(&str, Span)> {
    let mut start = 0;
    for part in text.split(between) {
        if !fits(part) {
            return Some((part, Span::new(start, start + part.len())));
        }
        start += part.len() + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Explained, UniqueLocal, cover, explain};
    use crate::explain::text::Lang;
    use crate::net::Cidr;
    use crate::net::go_parse::{parse_cidr, parse_ip};
    use crate::release::behavior::Behavior;
    use crate::release::version::KubeVersion;

    fn explained(text: &str) -> Explained {
        explain(&Behavior::of(KubeVersion::LATEST), text)
    }

    fn says(text: &str) -> String {
        let steps = explained(text).steps();
        assert!(!steps.is_empty(), "{text}");
        steps.iter().map(|step| step.plain(Lang::En)).collect::<Vec<_>>().join(" ")
    }

    /// The rules of what is said of a range.
    fn range(text: &str, canonical: &str, rules: &str) {
        let found = explained(text);
        let Explained::Range(it) = &found else { panic!("{text}: {found:?}") };
        assert_eq!(it.range.to_string(), canonical, "{text}");
        let said: Vec<&str> = it.steps.iter().map(|step| step.rule.id).collect();
        assert_eq!(said.join(" "), rules, "{text}");
    }

    #[test]
    fn a_range_is_explained_from_its_size_to_its_purpose() {
        range("10.244.0.0/16", "10.244.0.0/16", "PLAN-2a PLAN-1a");
        range("10.244.5.7/16", "10.244.0.0/16", "PLAN-2a PLAN-2b PLAN-1a");
        range("010.244.0.0/16", "10.244.0.0/16", "PLAN-2a PLAN-2c PLAN-1a");
        range("FD12:3456:789A::/48", "fd12:3456:789a::/48", "PLAN-2a PLAN-2c PLAN-1a PLAN-3a");
        range("fd00:10:244::/56", "fd00:10:244::/56", "PLAN-2a PLAN-1a PLAN-3a PLAN-3c");
        range("fd00::/40", "fd00::/40", "PLAN-2a PLAN-1a PLAN-3b");
        range("2001:db8::/64", "2001:db8::/64", "PLAN-2a PLAN-1b");
        range("0.0.0.0/5", "0.0.0.0/5", "PLAN-2a PLAN-1d PLAN-1e");
        range("ff02::1/128", "ff02::1/128", "PLAN-2a PLAN-1c");
    }

    #[test]
    fn the_sentences_have_the_numbers() {
        let text = says("10.96.5.7/12");
        assert!(text.contains("1048576 addresses, from 10.96.0.0 to 10.111.255.255"), "{text}");
        assert!(text.contains("must not have bits set beyond the prefix length"), "{text}");
        let text = says("fd12:3456:789a:ff00::/56");
        assert!(text.contains("2^72 addresses") && text.contains("subnet ID, here ff00"), "{text}");
        assert!(text.contains("global ID, here 12:3456:789a"), "{text}");
        let text = says("FD00:10:244::/56");
        assert!(text.contains("must be in canonical form (\"fd00:10:244::/56\")"), "{text}");
    }

    #[test]
    fn a_global_id_is_judged_by_its_ones() {
        let looks = |text: &str| {
            let read = parse_cidr(text).expect("a range");
            UniqueLocal::of(Cidr::new(read.net)).map(UniqueLocal::looks_random)
        };
        assert_eq!(looks("fd00::/48"), Some(false));
        assert_eq!(looks("fdff:ffff:ffff::/64"), Some(false));
        assert_eq!(looks("fde4:8dba:82e1::/48"), Some(true));
        assert_eq!(looks("fde4:8dba:82e1::/47"), None);
        assert_eq!(looks("fce4:8dba:82e1::/48"), None);
        assert_eq!(looks("10.0.0.0/8"), None);
    }

    #[test]
    fn the_format_of_the_documentation_is_no_address() {
        let found = explained("fdXY:IJKL:MNOP:15::/64");
        let Explained::Format(format) = &found else { panic!("{found:?}") };
        assert_eq!(format.letters().iter().collect::<String>(), "XYIJKLMNOP");
        let text = says("fdXY:IJKL:MNOP:15::/64");
        assert!(
            text.contains("is a format, not an address") && text.contains("15 is a subnet"),
            "{text}"
        );
        // Each letter gets a digit of its own, and what comes out is a range.
        assert_eq!(format.fill(0xa9_8765_4321), "fd12:3456:789a:15::/64");
        for bits in [0, 0xff_ffff_ffff, 0x12_3456_789a] {
            let filled = format.fill(bits);
            assert!(matches!(explained(&filled), Explained::Range(_)), "{filled}");
        }
        for (text, rule) in [
            ("fdxy:ijkl:mnop:15::/64", "PLAN-4a"),
            ("fdWW:WWWW:WWWW::/48", "PLAN-4b"),
            ("2001:db8:XY::/48", "PLAN-4b"),
            ("fdXY:IJKL:MNOP::", "PLAN-4b"),
        ] {
            let found = explained(text);
            assert_eq!(found.steps()[0].rule.id, rule, "{text}");
            let Explained::Format(format) = &found else { panic!("{found:?}") };
            assert_ne!(format.fill(0), text);
        }
    }

    /// What is wrong, at which piece of the text, and what is offered.
    fn wrong(text: &str, rule: &str, at: &str, write: &str) {
        let found = explained(text);
        let Explained::Wrong(it) = &found else { panic!("{text}: {found:?}") };
        let marked = &text[it.span.start..it.span.end];
        let offered = it.write.as_deref().unwrap_or("-");
        assert_eq!((it.rule.id, marked, offered), (rule, at, write), "{text}");
        if let Some(write) = &it.write {
            assert!(matches!(explained(write), Explained::Range(_)), "{write}");
        }
    }

    #[test]
    fn a_text_that_is_no_range_is_told_where_and_what_to_write() {
        wrong("", "PLAN-5a", "", "-");
        wrong(" \t", "PLAN-5a", " \t", "-");
        wrong(" 10.0.0.0/8", "PLAN-5b", " ", "10.0.0.0/8");
        wrong("10.0.0.0 / 8", "PLAN-5b", " ", "10.0.0.0/8");
        wrong("10.0.0.0/8\u{3000}", "PLAN-5b", "\u{3000}", "10.0.0.0/8");
        wrong("10.0.0.0/8, fd00::/56", "PLAN-5c", ",", "10.0.0.0/8");
        wrong("[fd00::]/64", "PLAN-5d", "[", "fd00::/64");
        wrong("fe80::1%eth0/64", "PLAN-5d", "%eth0", "fe80::/64");
        wrong("10.244.0.0", "PLAN-5e", "", "10.244.0.0/24");
        wrong("fd00:10::1", "PLAN-5e", "", "fd00:10::/64");
        wrong("10.0.0.0-10.0.3.255", "PLAN-5f", "10.0.0.0-10.0.3.255", "10.0.0.0/22");
        wrong("10.0.0.0-fd00::1", "PLAN-5f", "10.0.0.0-fd00::1", "-");
        wrong("10.244.0.0/255.255.0.0", "PLAN-5g", "255.255.0.0", "10.244.0.0/16");
        wrong("10.244.0.0/255.0.255.0", "PLAN-5g", "255.0.255.0", "-");
        wrong("10.244.0.0/", "PLAN-5h", "", "-");
        wrong("10.244.0.0/x", "PLAN-5h", "x", "-");
        wrong("10.244.0.0/+16", "PLAN-5h", "+16", "10.244.0.0/16");
        wrong("10.244.0.0/33", "PLAN-5i", "33", "10.244.0.0/32");
        wrong("fd00::/129", "PLAN-5i", "129", "fd00::/128");
        wrong("10.256.0.0/16", "PLAN-5j", "256", "-");
        wrong("10..0.0/16", "PLAN-5p", ".", "-");
        wrong("10..0.0.0/16", "PLAN-5p", ".", "10.0.0.0/16");
        wrong("1.2.3.4./24", "PLAN-5p", ".", "1.2.3.0/24");
        wrong(".1.2.3/24", "PLAN-5p", ".", "-");
        wrong("1.2./16", "PLAN-5k", "1.2.", "1.2.0.0/16");
        wrong("10.x.0.0/16", "PLAN-5j", "x", "-");
        wrong("10.244/16", "PLAN-5k", "10.244", "10.244.0.0/16");
        wrong("10.244.0.0.0/16", "PLAN-5k", "10.244.0.0.0", "-");
        wrong("fd00:12345::/48", "PLAN-5l", "12345", "-");
        wrong("fd00:1.2::/48", "PLAN-5l", "1.2", "-");
        wrong("fd00::1::/48", "PLAN-5m", "::", "-");
        wrong("fd00:10:244/56", "PLAN-5n", "fd00:10:244", "fd00:10:244::/56");
        wrong("fd00:10:244:/56", "PLAN-5n", "fd00:10:244:", "fd00:10:244::/56");
        wrong("1:2:3:4:5:6:7:8:9/56", "PLAN-5n", "1:2:3:4:5:6:7:8:9", "-");
        wrong("1:2:3:4:5:6:7::8/64", "PLAN-5q", "1:2:3:4:5:6:7::8", "1:2:3:4::/64");
        wrong("1:2:3:4:5:6:7:8:/64", "PLAN-5q", "1:2:3:4:5:6:7:8:", "1:2:3:4::/64");
        wrong("here/16", "PLAN-5o", "here", "-");
        wrong("/16", "PLAN-5o", "", "-");
        wrong("示例/16", "PLAN-5o", "示例", "-");
    }

    #[test]
    fn no_text_is_too_odd() {
        let parts = [
            "", ":", "::", "/", "1", "fd", "xy", ".", "%", "[", "256", "-", ",", " ", "·", "/16",
            "0x",
        ];
        for a in parts {
            for b in parts {
                for c in parts {
                    let text = [a, b, c, a].concat();
                    let found = explained(&text);
                    assert!(!found.steps().is_empty(), "{text}");
                    if let Explained::Wrong(it) = found {
                        assert!(
                            text.get(it.span.start..it.span.end).is_some(),
                            "{text} {:?}",
                            it.span
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn the_smallest_range_holds_both() {
        let of = |one: &str, other: &str| {
            let read = |text| parse_ip(text).expect("an address").ip;
            cover(read(one), read(other)).map(|range| range.to_string())
        };
        assert_eq!(of("10.0.0.1", "10.0.0.1").as_deref(), Some("10.0.0.1/32"));
        assert_eq!(of("10.0.0.1", "10.0.0.2").as_deref(), Some("10.0.0.0/30"));
        assert_eq!(of("0.0.0.0", "255.0.0.0").as_deref(), Some("0.0.0.0/0"));
        assert_eq!(of("::1", "ffff::").as_deref(), Some("::/0"));
        assert_eq!(of("::1", "1.2.3.4"), None);
    }
}
