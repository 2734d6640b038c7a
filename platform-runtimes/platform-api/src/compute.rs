//! Operations of `.unik` expressions over boot keys that Rust's core does not have: what `port + 1` needs is in core,
//! what `timeout * 10` and `name ++ "!"` need is here.
//!
//! A value is computed once, when the program starts, and lives as long as the program: texts and lists are leaked.

use alloc::string::String;
use alloc::vec::Vec;
use core::time::Duration;

/// `a ++ b` of texts.
pub fn concat(parts: &[&str]) -> &'static str {
    parts.iter().copied().collect::<String>().leak()
}

/// `a ++ b` of lists.
pub fn join<T: Copy>(parts: &[&[T]]) -> &'static [T] {
    parts.concat().leak()
}

/// `[a, b]`
pub fn items<T: Copy>(items: &[T]) -> &'static [T] {
    Vec::from(items).leak()
}

/// `timeout * 10`: nothing if it is negative or longer than 64 bits of nanoseconds, which is what a `Duration` of a
/// `.unik` file holds.
pub fn times(duration: Duration, factor: i64) -> Option<Duration> {
    let nanoseconds = duration.as_nanos().checked_mul(u128::try_from(factor).ok()?)?;
    u64::try_from(nanoseconds).ok().map(Duration::from_nanos)
}

/// `size * 10`: nothing if it is negative or more than 64 bits of bytes.
pub fn multiple(size: u64, factor: i64) -> Option<u64> {
    size.checked_mul(u64::try_from(factor).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_lists() {
        assert_eq!(concat(&["short: ", "", "me"]), "short: me");
        assert_eq!(join(&[&[1, 2], &[], items(&[3])]), [1, 2, 3]);
    }

    #[test]
    fn products_that_are_too_large_or_negative_are_nothing() {
        assert_eq!(times(Duration::from_secs(5), 10), Some(Duration::from_secs(50)));
        assert_eq!(times(Duration::from_nanos(1), 5_000_000_000), Some(Duration::from_secs(5)));
        assert_eq!(times(Duration::from_nanos(u64::MAX), 2), None);
        assert_eq!(times(Duration::from_secs(1), -1), None);
        assert_eq!(multiple(4, 4), Some(16));
        assert_eq!(multiple(u64::MAX, 2), None);
        assert_eq!(multiple(1, -1), None);
    }
}
