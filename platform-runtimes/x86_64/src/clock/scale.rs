//! From ticks of a counter to nanoseconds and back, without a division.

/// Nanoseconds per second.
pub(super) const SECOND: u64 = 1_000_000_000;

/// Nanoseconds per tick, times 2³².
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scale(u64);

impl Scale {
    /// Of a counter with `frequency` ticks per second, of which there is at least one.
    pub(super) fn of(frequency: u64) -> Self {
        Self((SECOND << 32) / frequency.max(1))
    }

    pub(super) fn nanoseconds(self, ticks: u64) -> u64 {
        narrow((u128::from(ticks) * u128::from(self.0)) >> 32)
    }

    /// The ticks after which `nanoseconds` have passed.
    pub(super) fn ticks(self, nanoseconds: u64) -> u64 {
        narrow((u128::from(nanoseconds) << 32).div_ceil(u128::from(self.0.max(1))))
    }
}

/// The value, or the largest that there is.
pub(super) fn narrow(value: u128) -> u64 {
    u64::try_from(value).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_of_ticks_is_a_second() {
        for frequency in [1_193_182, 999_999_999, 1_000_000_000, 2_199_998_000, 3_600_000_000, 5_000_000_000]
        {
            let scale = Scale::of(frequency);
            for seconds in [1, 60, 86_400, 10 * 365 * 86_400] {
                let expected = seconds * SECOND;
                let got = scale.nanoseconds(seconds * frequency);
                assert!(expected - got <= seconds * 2, "{frequency} Hz: {got} instead of {expected}");
            }
        }
    }

    #[test]
    fn a_time_has_passed_at_its_tick() {
        for frequency in [1_193_182, 2_199_998_000, 5_000_000_000] {
            let scale = Scale::of(frequency);
            for nanoseconds in [0, 1, 999, 1_000_000, 86_400 * SECOND] {
                assert!(
                    scale.nanoseconds(scale.ticks(nanoseconds)) >= nanoseconds,
                    "{frequency} {nanoseconds}"
                );
                assert!(
                    scale.nanoseconds(scale.ticks(nanoseconds)) <= nanoseconds + 1_000,
                    "{frequency} {nanoseconds}"
                );
            }
        }
    }

    #[test]
    fn no_number_is_too_large() {
        assert_eq!(Scale::of(1).nanoseconds(u64::MAX), u64::MAX);
        assert_eq!(Scale::of(0), Scale::of(1));
        assert_eq!(Scale::of(u64::MAX).ticks(u64::MAX), u64::MAX);
    }
}
