//! Which memory is the program's: the loader's map, less the first MiB, the image, and what the loader has put there.
//!
//! Pure arithmetic of ranges, in arrays: there is no heap yet.

use crate::page_table::PAGE;
use crate::start_info::{Range, without};

/// How many ranges are kept; machines have about ten. More are left out, which wastes memory and breaks nothing.
const MOST: usize = 32;

/// Below it lies what firmware needs, and the page that must not be mapped.
const FIRST_MIB: Range = Range { start: 0, end: 1 << 20 };

/// Ranges of memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ranges {
    ranges: [Range; MOST],
    count: usize,
}

impl Ranges {
    pub(crate) const fn new() -> Self {
        Self { ranges: [Range { start: 0, end: 0 }; MOST], count: 0 }
    }

    pub(crate) fn push(&mut self, range: Range) {
        if self.count < MOST && range.start < range.end {
            self.ranges[self.count] = range;
            self.count += 1;
        }
    }

    /// Adds what none of them has yet: maps of loaders may name memory twice.
    pub(crate) fn join(&mut self, range: Range) {
        let mut new = Self::new();
        new.push(range);
        for own in self.as_slice() {
            new = new.cut(*own);
        }
        for part in new.as_slice() {
            self.push(*part);
        }
    }

    pub(crate) fn as_slice(&self) -> &[Range] {
        &self.ranges[..self.count]
    }

    /// Whether any of them has a byte of `range`.
    pub(crate) fn overlap(&self, range: Range) -> bool {
        self.as_slice().iter().any(|own| own.start < range.end && range.start < own.end)
    }

    /// The same without `hole`.
    fn cut(&self, hole: Range) -> Self {
        let mut rest = Self::new();
        for range in self.as_slice() {
            for part in without(*range, hole).into_iter().flatten() {
                rest.push(part);
            }
        }
        rest
    }

    /// The memory of these that is free when everything in `used` is taken, in whole pages.
    pub(crate) fn free(&self, used: &[Range]) -> Self {
        let mut free = self.cut(FIRST_MIB);
        for range in used {
            free = free.cut(*range);
        }
        let mut whole = Self::new();
        for range in free.as_slice() {
            let start = range.start.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX);
            whole.push(Range { start, end: range.end & !(PAGE - 1) });
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec;

    fn ranges(of: &[(u64, u64)]) -> Ranges {
        let mut ranges = Ranges::new();
        for (start, end) in of {
            ranges.push(Range { start: *start, end: *end });
        }
        ranges
    }

    #[test]
    fn free_memory_is_whole_pages_above_the_first_mib_that_nobody_uses() {
        let all = ranges(&[(0, 0x9_fc00), (0x10_0000, 0x7fe_0100), (0x1_0000_0000, 0x1_4000_0000)]);
        let used = [
            Range { start: 0x10_0000, end: 0x18_0000 },
            Range { start: 0x20_0010, end: 0x20_0020 },
            Range { start: 0x700_0000, end: 0x7fe_0100 },
        ];
        let free = all.free(&used);
        let expected: Vec<Range> =
            [(0x18_0000, 0x20_0000), (0x20_1000, 0x700_0000), (0x1_0000_0000, 0x1_4000_0000)]
                .map(|(start, end)| Range { start, end })
                .to_vec();
        assert_eq!(free.as_slice(), expected);
        assert!(free.overlap(Range { start: 0x1f_ffff, end: 0x20_1000 }));
        assert!(!free.overlap(Range { start: 0x20_0000, end: 0x20_1000 }));
    }

    #[test]
    fn memory_that_is_named_twice_is_there_once() {
        let mut all = ranges(&[(10, 20), (30, 40)]);
        for (start, end) in [(12, 15), (15, 35), (0, 50), (5, 6)] {
            all.join(Range { start, end });
        }
        let mut found = all.as_slice().to_vec();
        found.sort_unstable();
        assert_eq!(found.first().map(|range| range.start), Some(0));
        assert_eq!(found.last().map(|range| range.end), Some(50));
        assert!(found.windows(2).all(|pair| pair[0].end == pair[1].start), "{found:?}");
    }

    #[test]
    fn too_many_ranges_are_left_out() {
        let many: Vec<(u64, u64)> =
            (0..100).map(|at| (0x20_0000 + at * 0x2000, 0x20_1000 + at * 0x2000)).collect();
        assert_eq!(ranges(&many).as_slice().len(), MOST);
        assert_eq!(
            ranges(&many).free(&[Range { start: 0x20_0000, end: 0x20_1000 }]).as_slice().len(),
            MOST - 1
        );
        assert_eq!(ranges(&[(u64::MAX - 5, u64::MAX)]).free(&[]).as_slice(), []);
    }
}
