//! Which numbers of a range are taken, and which is the next free one?
//!
//! Invariants: memory grows with what is taken, and shrinks again where everything is; looking for
//! the next free number costs the same at any fill, because a word that is full is known one level up.

use std::collections::BTreeMap;
use std::rc::Rc;

/// A set of taken numbers. Level 0 has a bit per number; a bit of level n+1 says that 64 bits of
/// level n are all set. Full words are not stored, their bit one level up stands for them. Clones
/// share what neither has changed since.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TakenSet {
    levels: Vec<Rc<BTreeMap<u128, u64>>>,
    len: u64,
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
        self.word(0, number >> 6) >> (number & 63) & 1 == 1
    }

    /// Takes `number`; `false` if it was taken already.
    pub fn insert(&mut self, number: u128) -> bool {
        if self.contains(number) {
            return false;
        }
        self.len += 1;
        self.set(0, number);
        true
    }

    /// Gives `number` back; `false` if it was free.
    pub fn remove(&mut self, number: u128) -> bool {
        if !self.contains(number) {
            return false;
        }
        self.len -= 1;
        self.clear(0, number);
        true
    }

    /// The lowest free number from `first` to `last`, both included.
    #[must_use]
    pub fn first_free(&self, first: u128, last: u128) -> Option<u128> {
        if first > last {
            return None;
        }
        self.next_free(first).filter(|free| *free <= last)
    }

    /// The taken numbers, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = u128> + '_ {
        let mut next = 0;
        std::iter::from_fn(move || {
            next = self.next_taken(next)?;
            next += 1;
            Some(next - 1)
        })
    }

    /// A word of a level: empty, if it is not stored, or full if a word above says so.
    fn word(&self, level: usize, at: u128) -> u64 {
        match self.stored(level, at << 6) {
            Some((up, _, word)) if up == level => word,
            Some((_, place, word)) if word >> (place & 63) & 1 == 1 => u64::MAX,
            _ => 0,
        }
    }

    fn set(&mut self, level: usize, bit: u128) {
        if level == self.levels.len() {
            self.levels.push(Rc::default());
        }
        let at = bit >> 6;
        let words = Rc::make_mut(&mut self.levels[level]);
        let word = words.entry(at).or_default();
        *word |= 1 << (bit & 63);
        if *word == u64::MAX {
            words.remove(&at);
            self.set(level + 1, at);
        }
    }

    fn clear(&mut self, level: usize, bit: u128) {
        let at = bit >> 6;
        let word = self.word(level, at);
        if word == u64::MAX {
            self.clear(level + 1, at);
        }
        let word = word & !(1 << (bit & 63));
        let words = Rc::make_mut(&mut self.levels[level]);
        if word == 0 {
            words.remove(&at);
        } else {
            words.insert(at, word);
        }
    }

    /// The lowest free number that is not below `from`.
    fn next_free(&self, from: u128) -> Option<u128> {
        let (mut level, mut bit) = (0, from);
        // Up, past full words. The nearest stored word above a bit knows of it.
        while let Some((up, place, word)) = self.stored(level, bit) {
            let is_taken = word >> (place & 63) & 1 == 1;
            if !is_taken && up > level {
                break;
            }
            let free = !word & (u64::MAX << (place & 63));
            if free != 0 {
                (level, bit) = (up, place & !63 | u128::from(free.trailing_zeros()));
                break;
            }
            (level, bit) = (up + 1, (place >> 6) + 1);
        }
        // Down: what is not full and not stored is empty.
        while level > 0 {
            if bit > u128::MAX >> 6 {
                return None;
            }
            level -= 1;
            let word = self.levels.get(level).and_then(|words| words.get(&bit));
            bit = bit << 6 | u128::from(word.map_or(0, |word| word.trailing_ones()));
        }
        Some(bit)
    }

    /// The lowest stored word at or above a bit: its level, which of its bits stands for that bit, and
    /// the word.
    fn stored(&self, level: usize, bit: u128) -> Option<(usize, u128, u64)> {
        let mut place = bit;
        for (up, words) in self.levels.iter().enumerate().skip(level) {
            if let Some(word) = words.get(&(place >> 6)) {
                return Some((up, place, *word));
            }
            place >>= 6;
        }
        None
    }

    /// The lowest taken number that is not below `from`: the nearest stored or full word of any level.
    fn next_taken(&self, from: u128) -> Option<u128> {
        let here = self.word(0, from >> 6) & (u64::MAX << (from & 63));
        if here != 0 {
            return Some((from >> 6) << 6 | u128::from(here.trailing_zeros()));
        }
        let start = (from >> 6) + 1;
        self.levels
            .iter()
            .enumerate()
            .filter_map(|(level, words)| {
                // A word of this level covers 64 bits here; each bit 64^level numbers.
                let shift = 6 * level as u32;
                let first_bit = (start << 6) >> shift;
                let mut at = first_bit >> 6;
                loop {
                    let (found, word) = words.range(at..).next()?;
                    let mask = if *found == first_bit >> 6 {
                        u64::MAX << (first_bit & 63)
                    } else {
                        u64::MAX
                    };
                    if word & mask != 0 {
                        let bit = *found << 6 | u128::from((word & mask).trailing_zeros());
                        return Some(bit << shift);
                    }
                    at = found + 1;
                }
            })
            .min()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::TakenSet;

    #[test]
    fn a_full_range_has_no_free_number_and_takes_almost_no_memory() {
        let mut set = TakenSet::default();
        for number in 0..1 << 20 {
            assert!(set.insert(number));
        }
        assert_eq!(set.first_free(0, (1 << 20) - 1), None);
        assert_eq!(set.first_free(0, 1 << 20), Some(1 << 20));
        assert!(set.levels.iter().map(|words| words.len()).sum::<usize>() < 8);
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
