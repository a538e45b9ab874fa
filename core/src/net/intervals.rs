//! Which stretches of a range are taken? For what is mostly taken from one end, and at times in
//! stretches of any length at once.
//!
//! Invariant: stretches are in order, and between two of them at least one number is free. So memory
//! grows with the gaps, not with the numbers.

/// A set of numbers, kept as its stretches without a gap.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Runs {
    /// The first and the last number of each stretch.
    runs: Vec<(u128, u128)>,
    len: u128,
}

impl Runs {
    /// How many numbers are taken.
    #[must_use]
    pub fn len(&self) -> u128 {
        self.len
    }

    /// Whether nothing is taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Whether `number` is taken.
    #[must_use]
    pub fn contains(&self, number: u128) -> bool {
        self.runs.get(self.at(number)).is_some_and(|(first, _)| *first <= number)
    }

    /// Takes the numbers from `first` to `last`, both included, whether they are taken or not.
    pub fn insert(&mut self, first: u128, last: u128) {
        // A stretch that ends directly before, or begins directly behind, becomes one with it.
        let start = self.at(first.saturating_sub(1));
        let mut merged = (first, last);
        let mut end = start;
        while let Some((from, to)) =
            self.runs.get(end).filter(|run| run.0 <= last.saturating_add(1))
        {
            merged = (merged.0.min(*from), merged.1.max(*to));
            self.len -= to - from + 1;
            end += 1;
        }
        self.len += merged.1 - merged.0 + 1;
        self.runs.splice(start..end, [merged]);
    }

    /// Gives the numbers from `first` to `last` back, both included.
    pub fn remove(&mut self, first: u128, last: u128) {
        let start = self.at(first);
        let mut left = Vec::new();
        let mut end = start;
        while let Some((from, to)) = self.runs.get(end).filter(|run| run.0 <= last) {
            self.len -= to.min(&last) - from.max(&first) + 1;
            if *from < first {
                left.push((*from, first - 1));
            }
            if *to > last {
                left.push((last + 1, *to));
            }
            end += 1;
        }
        self.runs.splice(start..end, left);
    }

    /// The lowest free number from `first` to `last`, both included.
    #[must_use]
    pub fn first_free(&self, first: u128, last: u128) -> Option<u128> {
        let free = match self.runs.get(self.at(first)) {
            Some((from, to)) if *from <= first => to.checked_add(1)?,
            _ => first,
        };
        (free <= last).then_some(free)
    }

    /// The first and the last number of each stretch, lowest first.
    pub fn iter(&self) -> impl Iterator<Item = (u128, u128)> + '_ {
        self.runs.iter().copied()
    }

    /// The place of the stretch that holds `number`, or else of the next one.
    fn at(&self, number: u128) -> usize {
        self.runs.partition_point(|(_, last)| *last < number)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::Runs;

    #[test]
    fn stretches_that_meet_become_one() {
        let mut runs = Runs::default();
        runs.insert(5, 6);
        runs.insert(9, 9);
        runs.insert(7, 8);
        assert_eq!(runs.iter().collect::<Vec<_>>(), [(5, 9)]);
        runs.remove(6, 7);
        assert_eq!(runs.iter().collect::<Vec<_>>(), [(5, 5), (8, 9)]);
        assert_eq!((runs.len(), runs.first_free(5, 9), runs.first_free(8, 9)), (3, Some(6), None));
    }

    #[test]
    fn numbers_of_128_bits_are_fine() {
        let mut runs = Runs::default();
        runs.insert(u128::MAX - 1, u128::MAX);
        runs.insert(0, 0);
        assert!(runs.contains(u128::MAX) && runs.contains(0) && !runs.contains(1));
        assert_eq!(runs.first_free(u128::MAX, u128::MAX), None);
        runs.remove(u128::MAX, u128::MAX);
        assert_eq!(runs.first_free(u128::MAX - 1, u128::MAX), Some(u128::MAX));
    }

    #[test]
    fn it_behaves_as_an_ordered_set() {
        let mut state = 1_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            u128::from((state >> 33) % below)
        };
        let (mut runs, mut model) = (Runs::default(), BTreeSet::new());
        for _ in 0..20_000 {
            let first = random(300);
            let last = first + random(12);
            if random(2) == 0 {
                runs.insert(first, last);
                model.extend(first..=last);
            } else {
                runs.remove(first, last);
                model.retain(|number| !(first..=last).contains(number));
            }
            let from = random(320);
            assert_eq!(runs.first_free(from, 330), (from..=330).find(|n| !model.contains(n)));
            assert_eq!(runs.contains(from), model.contains(&from));
            assert_eq!(runs.len(), model.len() as u128);
            assert!(runs.iter().flat_map(|(a, b)| a..=b).eq(model.iter().copied()));
            assert!(runs.iter().zip(runs.iter().skip(1)).all(|(a, b)| a.1 + 1 < b.0));
        }
    }
}
