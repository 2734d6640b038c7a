//! Which part of a content a request wants (RFC 9110 §14).
//!
//! A server may ignore ranges (§14.2), and this one does where an answer would not be one part: for several ranges, unknown
//! units and malformed fields. Whether a range applies at all (`If-Range`) is decided by `conditional`.

use core::ops::Range;

/// What a `Range` field means for a content of a known length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// The content as a whole: 200.
    Whole,
    /// One part of it: 206.
    Part(Range<u64>),
    /// Nothing that exists: 416.
    Unsatisfiable,
}

/// Reads the value of a `Range` field.
pub(crate) fn wanted(field: &[u8], length: u64) -> Wanted {
    let Some((unit, ranges)) = split(field, b'=') else { return Wanted::Whole };
    if !unit.eq_ignore_ascii_case(b"bytes") {
        return Wanted::Whole;
    }
    // Lists may hold empty elements (§5.6.1).
    let mut specs =
        ranges.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|spec| !spec.is_empty());
    let (Some(spec), None) = (specs.next(), specs.next()) else { return Wanted::Whole };
    let Some((first, last)) = split(spec, b'-') else { return Wanted::Whole };
    match (first, last) {
        (b"", b"") => Wanted::Whole,
        (b"", suffix) => match number(suffix) {
            Some(0) => Wanted::Unsatisfiable,
            Some(_) if length == 0 => Wanted::Unsatisfiable,
            Some(suffix) => Wanted::Part(length.saturating_sub(suffix)..length),
            None => Wanted::Whole,
        },
        (first, b"") => match number(first) {
            Some(first) => part(first, u64::MAX, length),
            None => Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(first), Some(last)) if first <= last => part(first, last, length),
            _ => Wanted::Whole,
        },
    }
}

fn part(first: u64, last: u64, length: u64) -> Wanted {
    if first >= length {
        Wanted::Unsatisfiable
    } else {
        Wanted::Part(first..last.saturating_add(1).min(length))
    }
}

fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let index = text.iter().position(|byte| *byte == at)?;
    Some((&text[..index], &text[index + 1..]))
}

/// A number too large for us is larger than every content.
fn number(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0u64, |sum, byte| {
        byte.is_ascii_digit().then(|| sum.saturating_mul(10).saturating_add(u64::from(byte - b'0')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(field: &str, length: u64, expected: Wanted) {
        assert_eq!(wanted(field.as_bytes(), length), expected, "{field} of {length}");
    }

    #[test]
    fn one_range_is_one_part() {
        check("bytes=0-0", 10, Wanted::Part(0..1));
        check("bytes=0-9", 10, Wanted::Part(0..10));
        check("bytes=3-", 10, Wanted::Part(3..10));
        check("bytes=-3", 10, Wanted::Part(7..10));
        check("bytes=-30", 10, Wanted::Part(0..10));
        check("bytes=5-500", 10, Wanted::Part(5..10));
        check("BYTES=5-5", 10, Wanted::Part(5..6));
        check("bytes= 5-5 ", 10, Wanted::Part(5..6));
        check("bytes=,,5-5,", 10, Wanted::Part(5..6));
        check("bytes=0-99999999999999999999999999", 10, Wanted::Part(0..10));
        check("bytes=-99999999999999999999999999", 10, Wanted::Part(0..10));
    }

    #[test]
    fn beyond_the_end_there_is_nothing() {
        check("bytes=10-", 10, Wanted::Unsatisfiable);
        check("bytes=10-20", 10, Wanted::Unsatisfiable);
        check("bytes=-0", 10, Wanted::Unsatisfiable);
        check("bytes=0-", 0, Wanted::Unsatisfiable);
        check("bytes=-1", 0, Wanted::Unsatisfiable);
        check("bytes=99999999999999999999999999-", 10, Wanted::Unsatisfiable);
    }

    #[test]
    fn what_is_not_one_range_is_ignored() {
        for field in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=5-3",
            "bytes=a-b",
            "bytes=1-b",
            "bytes=1",
            "items=0-1",
            "bytes=0-1,3-4",
            "bytes=--1",
            "bytes=0 -1",
            "bytes=+1-2",
        ] {
            check(field, 10, Wanted::Whole);
        }
    }
}
