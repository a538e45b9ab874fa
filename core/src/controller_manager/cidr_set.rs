//! Which block of a cluster range is the next free one? Rules KCM-7 to KCM-9.
//! Source: pkg/controller/nodeipam/ipam/cidrset/cidr_set.go.

use std::fmt;
use std::net::IpAddr;

use crate::controller_manager::config::NodeRange;
use crate::net::cidr::{from_bits, to_bits};
use crate::net::{Cidr, Runs};

/// The blocks of a cluster range, and a cursor behind the one that was given out last.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CidrSet {
    range: NodeRange,
    blocks: u64,
    taken: Runs,
    next: u64,
}

/// A block that was given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block {
    /// Its number, from 0.
    pub index: u64,
    /// Its addresses; `None` where the mask is longer than an address, which the real program goes on
    /// with as well.
    pub cidr: Option<Cidr>,
}

/// Why a set does not do what was asked; printed as upstream prints it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CidrSetError {
    /// The range holds more blocks than are kept (KCM-7).
    TooManyBlocks,
    /// All blocks are taken (KCM-10).
    NoneLeft,
    /// The first range does not touch the second, which is the cluster's.
    OutOfRange(Cidr, Cidr),
    /// The block at this address, with this mask, lies behind the last one.
    BehindTheLast(IpAddr, u32),
    /// The mask is longer than an address.
    NoMask,
}

impl fmt::Display for CidrSetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyBlocks => f.write_str("New CIDR set failed; the node CIDR size is too big"),
            Self::NoneLeft => f.write_str(
                "CIDR allocation failed; there are no remaining CIDRs left to allocate in the accepted \
                 range",
            ),
            Self::OutOfRange(cidr, cluster) => {
                write!(f, "cidr {cidr} is out the range of cluster cidr {cluster}")
            }
            Self::BehindTheLast(ip, mask) => {
                write!(f, "CIDR: {ip}/{mask} is out of the range of CIDR allocator")
            }
            Self::NoMask => f.write_str("invalid IP: <nil>"),
        }
    }
}

impl CidrSet {
    /// A set of which nothing is taken.
    ///
    /// # Errors
    /// [`CidrSetError::TooManyBlocks`].
    pub fn new(range: NodeRange) -> Result<Self, CidrSetError> {
        let blocks = range.blocks().ok_or(CidrSetError::TooManyBlocks)?;
        Ok(Self { range, blocks, taken: Runs::default(), next: 0 })
    }

    /// The cluster range.
    #[must_use]
    pub fn cluster(&self) -> Cidr {
        self.range.cidr
    }

    /// The prefix length of a block.
    #[must_use]
    pub fn node_mask(&self) -> u32 {
        self.range.node_mask
    }

    /// How many blocks there are.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// How many of them are taken.
    #[must_use]
    pub fn taken(&self) -> u64 {
        // There are no more numbers in it than blocks.
        u64::try_from(self.taken.len()).unwrap_or(u64::MAX)
    }

    /// Whether the block of this number is taken.
    #[must_use]
    pub fn is_taken(&self, index: u64) -> bool {
        self.taken.contains(index.into())
    }

    /// The first and the last number of each stretch of taken blocks, lowest first.
    pub fn stretches(&self) -> impl Iterator<Item = (u64, u64)> + '_ {
        let number = |number| u64::try_from(number).unwrap_or(u64::MAX);
        self.taken.iter().map(move |(first, last)| (number(first), number(last)))
    }

    /// The block that is given out next, if one is left.
    #[must_use]
    pub fn upcoming(&self) -> Option<Block> {
        let (next, end) = (u128::from(self.next), u128::from(self.blocks.checked_sub(1)?));
        let index = self.taken.first_free(next, end).or_else(|| self.taken.first_free(0, end))?;
        let index = u64::try_from(index).ok()?;
        Some(Block { index, cidr: self.block(index) })
    }

    /// Takes the next free block: the first at the cursor or behind it, or else from the start.
    /// Source: AllocateNext.
    ///
    /// # Errors
    /// [`CidrSetError::NoneLeft`].
    pub fn allocate_next(&mut self) -> Result<Block, CidrSetError> {
        let block = self.upcoming().ok_or(CidrSetError::NoneLeft)?;
        self.taken.insert(block.index.into(), block.index.into());
        self.next = (block.index + 1) % self.blocks;
        Ok(block)
    }

    /// Takes every block that `cidr` touches, whether it is taken or not. Source: Occupy.
    ///
    /// # Errors
    /// `cidr` lies outside.
    pub fn occupy(&mut self, cidr: Cidr) -> Result<(), CidrSetError> {
        if let Some((first, last)) = self.indices(cidr)? {
            self.taken.insert(first.into(), last.into());
        }
        Ok(())
    }

    /// Frees every block that `cidr` touches, whoever took it. Source: Release.
    ///
    /// # Errors
    /// `cidr` lies outside.
    pub fn release(&mut self, cidr: Cidr) -> Result<(), CidrSetError> {
        if let Some((first, last)) = self.indices(cidr)? {
            self.taken.remove(first.into(), last.into());
        }
        Ok(())
    }

    /// Frees every block: what the release of a block without addresses comes to.
    pub fn release_all(&mut self) {
        self.taken = Runs::default();
    }

    /// The first and the last block that `cidr` touches; none if there are no blocks.
    /// Source: getBeginningAndEndIndices, getIndexForIP.
    ///
    /// # Errors
    /// `cidr` lies outside.
    pub fn indices(&self, cidr: Cidr) -> Result<Option<(u64, u64)>, CidrSetError> {
        let cluster = self.range.cidr;
        if !cluster.covers(cidr) && !cidr.covers(cluster) {
            return Err(CidrSetError::OutOfRange(cidr, cluster));
        }
        if cidr.prefix_len() <= cluster.prefix_len() {
            return Ok(self.blocks.checked_sub(1).map(|last| (0, last)));
        }
        let bits = self.block_bits().ok_or(CidrSetError::NoMask)?;
        let index = |ip: IpAddr| {
            let offset = to_bits(ip) - to_bits(cluster.network());
            let index = offset.checked_shr(bits).unwrap_or(0);
            u64::try_from(index).ok().filter(|index| *index < self.blocks).ok_or_else(|| {
                let mask = u128::MAX.checked_shl(bits).unwrap_or(0);
                let ip = from_bits(cluster.family(), to_bits(ip) & mask).unwrap_or(ip);
                CidrSetError::BehindTheLast(ip, self.range.node_mask)
            })
        };
        Ok(Some((index(cidr.network())?, index(cidr.last())?)))
    }

    /// Bits of an address behind the mask.
    fn block_bits(&self) -> Option<u32> {
        u32::from(self.range.cidr.family().bits()).checked_sub(self.range.node_mask)
    }

    /// The block of a number. Source: indexToCIDRBlock.
    #[must_use]
    pub fn block(&self, index: u64) -> Option<Cidr> {
        // As in Go, nothing is left of what is shifted too far: the one block of ::/0 is the whole.
        let offset = u128::from(index).checked_shl(self.block_bits()?).unwrap_or(0);
        let first = self.range.cidr.nth(offset)?;
        let mask = u8::try_from(self.range.node_mask).ok()?;
        ipnet::IpNet::new(first, mask).ok().map(Cidr::new)
    }
}

#[cfg(test)]
mod tests {
    use super::{CidrSet, CidrSetError};
    use crate::controller_manager::config::NodeRange;
    use crate::net::Cidr;
    use crate::net::go_parse::parse_cidr;

    fn cidr(text: &str) -> Cidr {
        Cidr::new(parse_cidr(text).expect("a range").net)
    }

    fn set(cluster: &str, node_mask: u32) -> CidrSet {
        CidrSet::new(NodeRange { cidr: cidr(cluster), node_mask }).expect("not too many blocks")
    }

    fn allocate(set: &mut CidrSet) -> String {
        match set.allocate_next() {
            Ok(block) => block.cidr.map_or("<nil>".to_owned(), |cidr| cidr.to_string()),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn a_freed_block_waits_until_the_cursor_comes_round() {
        let mut set = set("10.0.0.0/22", 24);
        assert_eq!([allocate(&mut set), allocate(&mut set)], ["10.0.0.0/24", "10.0.1.0/24"]);
        set.release(cidr("10.0.0.0/24")).expect("inside");
        assert_eq!([allocate(&mut set), allocate(&mut set)], ["10.0.2.0/24", "10.0.3.0/24"]);
        assert_eq!(allocate(&mut set), "10.0.0.0/24");
        assert_eq!(set.allocate_next(), Err(CidrSetError::NoneLeft));
    }

    #[test]
    fn large_ranges_cost_nothing_until_they_are_given_out() {
        let mut wide = set("0.0.0.0/0", 32);
        assert_eq!((wide.blocks(), allocate(&mut wide)), (1 << 32, "0.0.0.0/32".to_owned()));
        wide.occupy(cidr("0.0.0.0/1")).expect("inside");
        assert_eq!((wide.taken(), allocate(&mut wide)), (1 << 31, "128.0.0.0/32".to_owned()));
        assert_eq!(wide.stretches().collect::<Vec<_>>(), [(0, 1 << 31)]);
        let mut ipv6 = set("fd00:10:244::/48", 64);
        for _ in 0..65_536 {
            allocate(&mut ipv6);
        }
        assert_eq!(ipv6.allocate_next(), Err(CidrSetError::NoneLeft));
        assert_eq!(ipv6.stretches().collect::<Vec<_>>(), [(0, 65_535)]);
    }

    #[test]
    fn only_ipv6_has_a_limit_on_blocks() {
        let new = |cluster, node_mask| CidrSet::new(NodeRange { cidr: cidr(cluster), node_mask });
        assert_eq!(new("fd00::/47", 64), Err(CidrSetError::TooManyBlocks));
        assert!(new("fd00::/48", 64).is_ok() && new("10.0.0.0/7", 24).is_ok());
    }

    #[test]
    fn a_mask_no_address_has_is_gone_on_with() {
        let mut long = set("10.0.0.0/16", 33);
        assert_eq!(
            [
                allocate(&mut long),
                long.occupy(cidr("10.0.0.0/24")).expect_err("no mask").to_string()
            ],
            ["<nil>", "invalid IP: <nil>"]
        );
        let mut absurd = set("10.0.0.0/16", 100);
        assert_eq!((absurd.blocks(), absurd.allocate_next()), (0, Err(CidrSetError::NoneLeft)));
        let mut short = set("10.0.0.0/16", 8);
        assert_eq!(short.allocate_next(), Err(CidrSetError::NoneLeft));
        assert_eq!(
            short.occupy(cidr("10.0.5.0/24")).expect_err("there are no blocks").to_string(),
            "CIDR: 10.0.0.0/8 is out of the range of CIDR allocator"
        );
    }

    /// Upstream's loops over a bitmap, bit by bit.
    struct Naive {
        used: Vec<bool>,
        next: usize,
    }

    impl Naive {
        fn allocate_next(&mut self) -> Option<usize> {
            let count = self.used.len();
            let free = (0..count).map(|i| (self.next + i) % count).find(|i| !self.used[*i])?;
            self.used[free] = true;
            self.next = (free + 1) % count;
            Some(free)
        }
    }

    #[test]
    fn it_gives_out_what_a_bitmap_gives_out() {
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 33) % below
        };
        for (cluster, mask) in [("10.32.0.0/19", 24), ("fd00:1::/60", 66), ("fd00::/122", 128)] {
            let mut set = set(cluster, mask);
            let count = usize::try_from(set.blocks()).expect("few");
            let mut naive = Naive { used: vec![false; count], next: 0 };
            for _ in 0..20_000 {
                // A range of one block, of several, or of part of one.
                let at = set.block(random(set.blocks())).expect("a block");
                let most = u64::from(at.host_bits().min(2)) + 4;
                let length = at.prefix_len() - 3 + u8::try_from(random(most)).expect("few");
                let net = ipnet::IpNet::new(at.network(), length).expect("a length");
                let range = Cidr::new(net);
                let touched = (0..set.blocks()).filter(|i| {
                    let block = set.block(*i).expect("a block");
                    block.covers(range) || range.covers(block)
                });
                let touched: Vec<usize> = touched.map(|i| i as usize).collect();
                match random(3) {
                    0 => {
                        let got = set.allocate_next().ok().map(|block| block.index as usize);
                        assert_eq!(got, naive.allocate_next(), "{cluster}");
                    }
                    1 => {
                        assert_eq!(set.occupy(range), Ok(()), "{range}");
                        touched.iter().for_each(|i| naive.used[*i] = true);
                    }
                    _ => {
                        assert_eq!(set.release(range), Ok(()), "{range}");
                        touched.iter().for_each(|i| naive.used[*i] = false);
                    }
                }
                let used = naive.used.iter().filter(|used| **used).count();
                assert_eq!(set.taken(), used as u64, "{cluster}");
            }
        }
    }
}
