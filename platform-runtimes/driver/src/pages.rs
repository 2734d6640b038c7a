//! Pages for what is read and written: 64 of them, taken in runs.

/// Bytes of a page.
pub const PAGE: usize = 4096;
/// How many pages there are.
pub const PAGES: usize = 64;

/// Which pages are free: a bit for each.
#[derive(Clone, Copy, Debug)]
pub struct Pages(u64);

/// Pages side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first.
    pub first: usize,
    /// How many.
    pub count: usize,
}

impl Run {
    fn bits(self) -> u64 {
        let ones = if self.count >= 64 { u64::MAX } else { (1 << self.count) - 1 };
        ones << self.first
    }
}

impl Default for Pages {
    fn default() -> Self {
        Self::new()
    }
}

impl Pages {
    /// All of them.
    pub fn new() -> Self {
        Self(u64::MAX)
    }

    /// Takes `most` pages side by side, or as many as there are together, at least `least`.
    pub fn take(&mut self, least: usize, most: usize) -> Option<Run> {
        let run = self.find(most)?;
        if run.count < least {
            return None;
        }
        self.0 &= !run.bits();
        Some(run)
    }

    /// Whether `least` pages are free side by side.
    pub fn has(self, least: usize) -> bool {
        self.find(least).is_some_and(|run| run.count >= least)
    }

    /// Gives a run back.
    pub fn give_back(&mut self, run: Run) {
        self.0 |= run.bits();
    }

    /// The first run of `most` pages, cut to that; or the longest.
    fn find(self, most: usize) -> Option<Run> {
        let mut best: Option<Run> = None;
        let mut at = 0;
        while at < PAGES {
            let rest = self.0 >> at;
            if rest == 0 {
                break;
            }
            let first = at + rest.trailing_zeros() as usize;
            let count = (self.0 >> first).trailing_ones() as usize;
            if count >= most {
                return Some(Run { first, count: most });
            }
            if best.is_none_or(|best| best.count < count) {
                best = Some(Run { first, count });
            }
            at = first + count;
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_as_long_as_can_be() {
        let mut pages = Pages::new();
        assert_eq!(pages.take(1, 64), Some(Run { first: 0, count: 64 }));
        assert_eq!(pages.take(1, 1), None);
        pages.give_back(Run { first: 3, count: 2 });
        pages.give_back(Run { first: 10, count: 5 });
        pages.give_back(Run { first: 63, count: 1 });
        assert!(pages.has(5) && !pages.has(6));
        assert_eq!(pages.take(6, 16), None);
        assert_eq!(pages.take(1, 2), Some(Run { first: 3, count: 2 }));
        assert_eq!(pages.take(1, 16), Some(Run { first: 10, count: 5 }));
        assert_eq!(pages.take(1, 16), Some(Run { first: 63, count: 1 }));
        assert_eq!(pages.take(1, 16), None);
    }
}
