//! Which numbers of a range are taken, and which is the next free one?
//!
//! Invariants: memory grows with what is taken, and shrinks again where everything is; looking for
//! the next free number costs the same at any fill, because a part that is full is known one level up.

use std::cmp::Ordering;
use std::rc::Rc;

/// A set of taken numbers: a tree in which each node has 64 parts. Parts of which nothing or everything
/// is taken are not stored. Clones share what neither has changed since.
#[derive(Clone, Debug, Default)]
pub struct TakenSet {
    /// No higher than it takes to hold all numbers: addresses of one range have long prefixes in common.
    root: Part,
    /// Of the root; a part of level n has 64 to the power of n+1 numbers.
    level: u32,
    /// A number of the root.
    base: u128,
    len: u64,
}

/// A range of numbers.
#[derive(Clone, Debug)]
enum Part {
    /// A bit for each number. Above level 0 all are the same.
    Word(u64),
    /// Parts of which some numbers are taken and some are free.
    Node(Rc<Node>),
}

#[derive(Clone, Debug, Default)]
struct Node {
    /// The parts that are taken as a whole.
    full: u64,
    /// The parts that are stored; none of them is full or empty.
    partly: u64,
    parts: Vec<Part>,
}

impl Default for Part {
    fn default() -> Self {
        Self::Word(0)
    }
}

impl TakenSet {
    /// How many numbers are taken.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether nothing is taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Whether `number` is taken.
    #[must_use]
    pub fn contains(&self, number: u128) -> bool {
        self.next(number, true) == Some(number)
    }

    /// Takes `number`; `false` if it was taken already.
    pub fn insert(&mut self, number: u128) -> bool {
        if self.contains(number) {
            return false;
        }
        if self.len == 0 {
            (self.level, self.base) = (0, number);
        }
        while self.prefix(number) != self.prefix(self.base) {
            self.level += 1;
            let bit = 1 << slot(self.level, self.base);
            self.root = match std::mem::take(&mut self.root) {
                Part::Word(u64::MAX) => Part::node(bit, 0, Vec::new()),
                part => Part::node(0, bit, vec![part]),
            };
        }
        self.len += 1;
        self.root.flip(self.level, number);
        true
    }

    /// Gives `number` back; `false` if it was free.
    pub fn remove(&mut self, number: u128) -> bool {
        if !self.contains(number) {
            return false;
        }
        self.len -= 1;
        self.root.flip(self.level, number);
        true
    }

    /// The lowest free number from `first` to `last`, both included.
    #[must_use]
    pub fn first_free(&self, first: u128, last: u128) -> Option<u128> {
        if first > last {
            return None;
        }
        self.next(first, false).filter(|free| *free <= last)
    }

    /// The taken numbers, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = u128> + '_ {
        let mut next = Some(0);
        std::iter::from_fn(move || {
            let found = self.next(next?, true)?;
            next = found.checked_add(1);
            Some(found)
        })
    }

    /// What the numbers of a part of the root's level have in common.
    fn prefix(&self, number: u128) -> u128 {
        number >> (6 * self.level) >> 6
    }

    /// The lowest number from `from` on that is taken, or the lowest that is free.
    fn next(&self, from: u128, taken: bool) -> Option<u128> {
        let prefix = self.prefix(self.base);
        let start = |prefix: u128| prefix << 6 << (6 * self.level);
        let from = match self.prefix(from).cmp(&prefix) {
            Ordering::Equal => from,
            Ordering::Less if taken => start(prefix),
            // Around the root everything is free.
            _ => return (!taken).then_some(from),
        };
        let found = self.root.next(self.level, from, taken);
        let behind = start(prefix + 1);
        found.or_else(|| (!taken && behind > from).then_some(behind))
    }
}

impl Part {
    fn node(full: u64, partly: u64, parts: Vec<Self>) -> Self {
        Self::Node(Rc::new(Node { full, partly, parts }))
    }

    /// Takes a free number or gives a taken one back.
    fn flip(&mut self, level: u32, number: u128) {
        if let Self::Word(word) = self {
            if level == 0 {
                *word ^= 1 << (number & 63);
                return;
            }
            *self = Self::node(*word, 0, Vec::new());
        }
        let Self::Node(node) = self else { return };
        let node = Rc::make_mut(node);
        let bit = 1 << slot(level, number);
        let place = node.place(bit);
        if node.partly & bit == 0 {
            node.parts.insert(place, Self::Word(if node.full & bit == 0 { 0 } else { u64::MAX }));
        }
        node.parts[place].flip(level - 1, number);
        node.full &= !bit;
        node.partly |= bit;
        if let Self::Word(word @ (0 | u64::MAX)) = node.parts[place] {
            node.parts.remove(place);
            node.partly &= !bit;
            node.full |= bit & word;
        }
        if node.partly == 0 && matches!(node.full, 0 | u64::MAX) {
            *self = Self::Word(node.full);
        }
    }

    /// The lowest number of this part, from `from` on, that is taken, or that is free.
    fn next(&self, level: u32, from: u128, taken: bool) -> Option<u128> {
        let (bits, node) = match self {
            Self::Word(word) => (*word, None),
            Self::Node(node) => (node.full, Some(node)),
        };
        let bits = if taken { bits } else { !bits };
        let at = slot(level, from);
        // Parts that hold such a number: `from` is in the first of them.
        let mut open = (bits | node.map_or(0, |node| node.partly)) & (u64::MAX << at);
        while open != 0 {
            let next = open.trailing_zeros();
            let start = (from >> (6 * level) & !63 | u128::from(next)) << (6 * level);
            // Of the highest level only four parts are numbers.
            let start = start.max(from);
            if slot(level, start) != next {
                return None;
            }
            let bit = 1 << next;
            let found = match node {
                Some(node) if node.partly & bit != 0 => {
                    node.parts[node.place(bit)].next(level - 1, start, taken)
                }
                _ => Some(start),
            };
            if found.is_some() {
                return found;
            }
            open &= !bit;
        }
        None
    }
}

/// Which of the 64 parts at a level holds a number.
fn slot(level: u32, number: u128) -> u32 {
    (number >> (6 * level)) as u32 & 63
}

impl Node {
    /// Where the part of a bit is stored, or would be.
    fn place(&self, bit: u64) -> usize {
        (self.partly & (bit - 1)).count_ones() as usize
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Part, TakenSet};

    #[test]
    fn a_full_range_has_no_free_number_and_takes_almost_no_memory() {
        let mut set = TakenSet::default();
        for number in 0..1 << 20 {
            assert!(set.insert(number));
        }
        assert_eq!(set.first_free(0, (1 << 20) - 1), None);
        assert_eq!(set.first_free(0, 1 << 20), Some(1 << 20));
        assert!(matches!(&set.root, Part::Node(node) if node.parts.is_empty()));
    }

    #[test]
    fn numbers_of_128_bits_are_fine() {
        let mut set = TakenSet::default();
        let top = u128::MAX;
        assert!(set.insert(top));
        assert!(!set.insert(top));
        assert_eq!(set.first_free(top, top), None);
        assert_eq!(set.first_free(top - 1, top), Some(top - 1));
        assert!(set.remove(top));
        assert!(set.is_empty());
    }

    #[test]
    fn it_behaves_as_an_ordered_set() {
        // Three dense clusters, so that words of all levels fill and empty again.
        let mut state = 1_u64;
        let mut random = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state >> 33
        };
        let (mut set, mut model) = (TakenSet::default(), BTreeSet::new());
        for round in 0..200_000 {
            let number = u128::from(random() % 6000) + u128::from(random() % 3) * (1 << 40);
            if random() % 100 < if round < 120_000 { 90 } else { 20 } {
                assert_eq!(set.insert(number), model.insert(number));
            } else {
                assert_eq!(set.remove(number), model.remove(&number));
            }
            if round % 1000 == 0 {
                let free = (number..).find(|n| !model.contains(n));
                assert_eq!(set.first_free(number, u128::MAX), free);
                assert_eq!(set.len(), model.len() as u64);
                assert!(set.iter().eq(model.iter().copied()));
            }
        }
    }
}
