//! What is a block of addresses set aside for? The special-purpose registries of IANA, as far as a cluster may
//! meet them.
//! Source: iana.org/assignments/iana-ipv4-special-registry, iana-ipv6-special-registry; RFC 6890.

use super::step;
use crate::explain::text::Text;
use crate::explain::trace::Step;
use crate::facts;
use crate::net::go_parse::parse_cidr;
use crate::net::{Cidr, Family};
use crate::release::version::Versions;
use crate::rules;

rules! {
    /// A block for networks of one's own.
    BLOCK_IS_PRIVATE {
        id: "PLAN-1a", slug: "block-is-for-networks-of-your-own",
        versions: Versions::ALL,
        source: "iana.org/assignments/iana-ipv6-special-registry",
        evidence: Documentation,
        facts: [range, block, name, rfc],
        en: "{range} is in {block}, {name} ({rfc}): suitable for a cluster, and not routed on the internet.",
        zh: "{range} 位于 {block}，{name}（{rfc}）：适合集群使用，在互联网上不会被路由。",
    }
    /// A block for books.
    BLOCK_IS_FOR_EXAMPLES {
        id: "PLAN-1b", slug: "block-is-for-examples",
        versions: Versions::ALL,
        source: "iana.org/assignments/iana-ipv6-special-registry",
        evidence: Documentation,
        facts: [range, block, name, rfc],
        en: "{range} is in {block}, {name} ({rfc}). It is reserved for documentation, such as this page; use another range in a real network.",
        zh: "{range} 位于 {block}，{name}（{rfc}）。它保留给文档使用，例如本页；真实网络应使用其他范围。",
    }
    /// A block in which no Pod can be.
    BLOCK_IS_UNFIT {
        id: "PLAN-1c", slug: "block-is-unfit-for-a-cluster",
        versions: Versions::ALL,
        source: "iana.org/assignments/iana-ipv6-special-registry",
        evidence: Documentation,
        facts: [range, block, name, rfc],
        en: "{range} is in {block}, {name} ({rfc}). Pods, Services and nodes cannot use it, although not every flag rejects it.",
        zh: "{range} 位于 {block}，{name}（{rfc}）。Pod、Service 和节点不能使用它，尽管并非每个标志都会拒绝。",
    }
    /// Addresses of the Internet.
    BLOCK_IS_PUBLIC {
        id: "PLAN-1d", slug: "block-is-public",
        versions: Versions::ALL,
        source: "iana.org/assignments/iana-ipv6-special-registry",
        evidence: Documentation,
        facts: [range, name, rfc],
        en: "{range} is in no special-purpose block: {name} ({rfc}). Use it only if it is assigned to you; otherwise it belongs to someone else, and your Pods could not reach those addresses.",
        zh: "{range} 不在任何专用地址块中：{name}（{rfc}）。仅当它已分配给你时才能使用；否则它属于他人，你的 Pod 将无法访问那些地址。",
    }
    /// A block inside.
    RANGE_HOLDS_A_BLOCK {
        id: "PLAN-1e", slug: "range-holds-a-special-block",
        versions: Versions::ALL,
        source: "iana.org/assignments/iana-ipv6-special-registry",
        evidence: Documentation,
        facts: [range, block, name, rfc],
        en: "{range} is so large that it contains {block}, {name} ({rfc}).",
        zh: "{range} 的范围过大，包含了 {block}，{name}（{rfc}）。",
    }
}

/// What a block is good for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Use {
    /// Networks of one's own.
    Private,
    /// Texts.
    Examples,
    /// Nothing that a cluster has.
    Unfit,
    /// The Internet.
    Public,
}

/// A block of the registries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    text: &'static str,
    /// What it is called.
    pub name: Text,
    /// Where it is set aside.
    pub rfc: &'static str,
    /// What it is good for.
    pub used: Use,
}

impl Block {
    /// Its addresses.
    #[must_use]
    pub fn range(&self) -> Cidr {
        let read = parse_cidr(self.text).expect("the blocks of the table are ranges");
        Cidr::new(read.net)
    }
}

const fn block(
    text: &'static str,
    used: Use,
    rfc: &'static str,
    en: &'static str,
    zh: &'static str,
) -> Block {
    Block { text, name: Text { en, zh }, rfc, used }
}

/// The blocks, by family and address; a block that lies in another one stands behind it.
pub const BLOCKS: [Block; 37] = {
    use Use::{Examples, Private, Unfit};
    [
        block("0.0.0.0/8", Unfit, "RFC 791", "addresses of this network", "本网络地址"),
        block("10.0.0.0/8", Private, "RFC 1918", "private addresses", "私有地址"),
        block(
            "100.64.0.0/10",
            Private,
            "RFC 6598",
            "shared addresses for carrier-grade NAT",
            "运营商级 NAT 共享地址",
        ),
        block("127.0.0.0/8", Unfit, "RFC 1122", "loopback addresses", "本地回路地址"),
        block("169.254.0.0/16", Unfit, "RFC 3927", "link-local addresses", "链路本地地址"),
        block("172.16.0.0/12", Private, "RFC 1918", "private addresses", "私有地址"),
        block("192.0.0.0/24", Unfit, "RFC 6890", "addresses for protocols", "协议专用地址"),
        block(
            "192.0.2.0/24",
            Examples,
            "RFC 5737",
            "addresses for documentation, TEST-NET-1",
            "文档地址 TEST-NET-1",
        ),
        block(
            "192.88.99.0/24",
            Unfit,
            "RFC 7526",
            "6to4 relays, which are deprecated",
            "已弃用的 6to4 中继地址",
        ),
        block("192.168.0.0/16", Private, "RFC 1918", "private addresses", "私有地址"),
        block("198.18.0.0/15", Unfit, "RFC 2544", "addresses for benchmarks", "基准测试地址"),
        block(
            "198.51.100.0/24",
            Examples,
            "RFC 5737",
            "addresses for documentation, TEST-NET-2",
            "文档地址 TEST-NET-2",
        ),
        block(
            "203.0.113.0/24",
            Examples,
            "RFC 5737",
            "addresses for documentation, TEST-NET-3",
            "文档地址 TEST-NET-3",
        ),
        block("224.0.0.0/4", Unfit, "RFC 5771", "multicast addresses", "多播地址"),
        block("240.0.0.0/4", Unfit, "RFC 1112", "reserved addresses", "保留地址"),
        block(
            "255.255.255.255/32",
            Unfit,
            "RFC 919",
            "the limited broadcast address",
            "受限广播地址",
        ),
        block("::/128", Unfit, "RFC 4291", "the unspecified address", "未指定地址"),
        block("::1/128", Unfit, "RFC 4291", "the loopback address", "本地回路地址"),
        block(
            "::ffff:0.0.0.0/96",
            Unfit,
            "RFC 4291",
            "IPv4-mapped IPv6 addresses",
            "IPv4 映射的 IPv6 地址",
        ),
        block(
            "64:ff9b::/96",
            Unfit,
            "RFC 6052",
            "IPv4-embedded addresses for NAT64",
            "NAT64 使用的内嵌 IPv4 的地址",
        ),
        block(
            "64:ff9b:1::/48",
            Unfit,
            "RFC 8215",
            "addresses for local translators (NAT64)",
            "本地转换器（NAT64）地址",
        ),
        block("100::/64", Unfit, "RFC 6666", "discard-only addresses", "丢弃专用地址"),
        block("2001::/23", Unfit, "RFC 2928", "addresses for protocols", "协议专用地址"),
        block("2001::/32", Unfit, "RFC 4380", "Teredo tunnel addresses", "Teredo 隧道地址"),
        block("2001:2::/48", Unfit, "RFC 5180", "addresses for benchmarks", "基准测试地址"),
        block(
            "2001:20::/28",
            Unfit,
            "RFC 7343",
            "ORCHIDv2 identifiers, which are not routed",
            "ORCHIDv2 标识符，不可路由",
        ),
        block("2001:db8::/32", Examples, "RFC 3849", "addresses for documentation", "文档地址"),
        block("2002::/16", Unfit, "RFC 3056", "6to4 tunnel addresses", "6to4 隧道地址"),
        block("3fff::/20", Examples, "RFC 9637", "addresses for documentation", "文档地址"),
        block("5f00::/16", Unfit, "RFC 9602", "segment routing identifiers", "分段路由标识符"),
        block("fc00::/7", Private, "RFC 4193", "unique local addresses", "唯一本地地址"),
        block(
            "fc00::/8",
            Unfit,
            "RFC 4193",
            "the half of the unique local addresses that is not defined yet",
            "唯一本地地址中尚未定义的一半",
        ),
        block("fd00::/8", Private, "RFC 4193", "unique local addresses", "唯一本地地址"),
        block("fe80::/10", Unfit, "RFC 4291", "link-local addresses", "链路本地地址"),
        block(
            "fec0::/10",
            Unfit,
            "RFC 3879",
            "site-local addresses, which are deprecated",
            "已弃用的站点本地地址",
        ),
        block("ff00::/8", Unfit, "RFC 4291", "multicast addresses", "多播地址"),
        block("ff02::/16", Unfit, "RFC 4291", "link-local multicast addresses", "链路本地多播地址"),
    ]
};

/// How a range stands to the blocks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// The narrowest block that the range lies in; none if it is in no special one.
    pub inside: Option<&'static Block>,
    /// Blocks in the range that are not the range.
    pub holds: Vec<&'static Block>,
}

impl Standing {
    /// What is said of a range.
    #[must_use]
    pub fn of(range: Cidr) -> Self {
        let mut inside = None;
        let mut holds: Vec<&'static Block> = Vec::new();
        for block in &BLOCKS {
            let own = block.range();
            if own.covers(range) {
                inside = Some(block);
            } else if range.covers(own) && !holds.iter().any(|outer| outer.range().covers(own)) {
                holds.push(block);
            }
        }
        Self { inside, holds }
    }

    /// What the range is good for.
    #[must_use]
    pub fn used(&self) -> Use {
        self.inside.map_or(Use::Public, |block| block.used)
    }

    /// What it means, the block that it lies in first.
    #[must_use]
    pub fn steps(&self, range: Cidr) -> Vec<Step> {
        let about = match self.inside {
            Some(it) => {
                let rule = match it.used {
                    Use::Private => &BLOCK_IS_PRIVATE,
                    Use::Examples => &BLOCK_IS_FOR_EXAMPLES,
                    Use::Unfit | Use::Public => &BLOCK_IS_UNFIT,
                };
                step(rule, facts![range, block = it.range(), name = it.name, rfc = it.rfc])
            }
            None => {
                let (name, rfc) = match range.family() {
                    Family::V4 => (Text { en: "public IPv4", zh: "公网 IPv4" }, "RFC 7020"),
                    Family::V6 => (
                        Text {
                            en: "IPv6 outside any private block", zh: "私有地址块之外的 IPv6"
                        },
                        "RFC 4291",
                    ),
                };
                step(&BLOCK_IS_PUBLIC, facts![range, name, rfc])
            }
        };
        let holds = self.holds.iter().map(|it| {
            let facts = facts![range, block = it.range(), name = it.name, rfc = it.rfc];
            step(&RANGE_HOLDS_A_BLOCK, facts)
        });
        std::iter::once(about).chain(holds).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCKS, Standing, Use};
    use crate::net::Cidr;
    use crate::net::go_parse::parse_cidr;

    fn cidr(text: &str) -> Cidr {
        Cidr::new(parse_cidr(text).expect("a range").net)
    }

    #[test]
    fn the_table_is_in_order_and_has_canonical_texts() {
        for pair in BLOCKS.windows(2) {
            let [one, other] = [pair[0].range(), pair[1].range()];
            let key = |range: Cidr| (range.family(), range.network(), range.prefix_len());
            assert!(key(one) < key(other), "{one} {other}");
        }
        for block in &BLOCKS {
            assert_eq!(block.range().to_string(), block.text);
            assert!(block.rfc.starts_with("RFC "), "{}", block.rfc);
            assert_ne!(block.used, Use::Public, "{}", block.text);
        }
    }

    fn check(text: &str, used: Use, rfc: &str, holds: &[&str]) {
        let found = Standing::of(cidr(text));
        assert_eq!((found.used(), found.inside.map_or("-", |it| it.rfc)), (used, rfc), "{text}");
        let blocks: Vec<&str> = found.holds.iter().map(|it| it.text).collect();
        assert_eq!(blocks, holds, "{text}");
        let steps = found.steps(cidr(text));
        assert_eq!(steps.len(), 1 + holds.len());
    }

    #[test]
    fn each_range_has_one_narrowest_block() {
        check("10.244.0.0/16", Use::Private, "RFC 1918", &[]);
        check("172.31.0.0/16", Use::Private, "RFC 1918", &[]);
        check("172.32.0.0/16", Use::Public, "-", &[]);
        check("100.100.0.0/16", Use::Private, "RFC 6598", &[]);
        check("192.0.2.0/24", Use::Examples, "RFC 5737", &[]);
        check("192.0.2.128/25", Use::Examples, "RFC 5737", &[]);
        check("255.255.255.255/32", Use::Unfit, "RFC 919", &[]);
        check("8.8.8.0/24", Use::Public, "-", &[]);
        check("fd00:10:244::/56", Use::Private, "RFC 4193", &[]);
        check("fc12::/48", Use::Unfit, "RFC 4193", &[]);
        check("fc00::/7", Use::Private, "RFC 4193", &["fc00::/8", "fd00::/8"]);
        check("2001:db8::/48", Use::Examples, "RFC 3849", &[]);
        check("3fff:1::/48", Use::Examples, "RFC 9637", &[]);
        check("2001:0:5::/48", Use::Unfit, "RFC 4380", &[]);
        check("2600::/32", Use::Public, "-", &[]);
        check("::ffff:1.2.3.0/120", Use::Unfit, "RFC 4291", &[]);
        check("fe80::/64", Use::Unfit, "RFC 4291", &[]);
        // What is too wide is told what it holds, the blocks in those blocks not among it.
        check(
            "192.0.0.0/8",
            Use::Public,
            "-",
            &["192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16"],
        );
        check("fe00::/8", Use::Public, "-", &["fe80::/10", "fec0::/10"]);
    }
}
