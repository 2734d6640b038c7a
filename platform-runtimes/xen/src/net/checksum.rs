//! Checksums that a back end does not complete: over IPv6 where it knows only IPv4, and all of them after one that does less than the
//! one before.

use unik::net::Checksum;

/// The EtherType of IPv6, in the order of the wire.
const IPV6: [u8; 2] = [0x86, 0xdd];

/// Whether a frame carries IPv6.
pub(super) fn is_v6(frame: &[u8]) -> bool {
    frame.get(12..14).is_some_and(|kind| kind == IPV6)
}

/// Completes a checksum (RFC 1071). One that lies behind the frame is none.
pub(super) fn complete(frame: &mut [u8], checksum: Checksum) {
    let start = usize::from(checksum.start);
    let field = start + usize::from(checksum.offset);
    let Some(covered) = frame.get(start..) else { return };
    let words = covered.chunks(2).map(|word| match word {
        [high, low] => u64::from(u16::from_be_bytes([*high, *low])),
        rest => rest.iter().map(|high| u64::from(*high) << 8).sum(),
    });
    let mut sum: u64 = words.sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    // A datagram whose sum is zero says all ones; zero would say that it has none (RFC 768).
    let sum = if sum == 0xffff { 0xffff } else { !sum as u16 };
    if let Some(bytes) = frame.get_mut(field..field + 2) {
        bytes.copy_from_slice(&sum.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Completes the words behind one that is not covered; the field is the second of those that are.
    fn check(covered: &[u8], expected: [u8; 2]) {
        let mut frame = [&[0xff, 0xff], covered].concat();
        complete(&mut frame, Checksum { start: 2, offset: 2 });
        assert_eq!(frame[4..6], expected, "{covered:?}");
    }

    #[test]
    fn sums_are_those_of_the_standard() {
        // The example of RFC 1071, 3: 00 01 f2 03 f4 f5 f6 f7 add up to ddf2.
        check(&[0, 1, 0xf2, 3, 0xf4, 0xf5, 0xf6, 0xf7], [0x22, 0x0d]);
        check(&[0, 1, 0, 0, 2], [0xfd, 0xfe]);
        check(&[0xff, 0xff, 0, 0], [0xff, 0xff]);
        check(&[0xff, 0xfe, 0, 0], [0, 1]);
    }

    #[test]
    fn what_lies_outside_is_left_alone() {
        for (start, offset) in [(0, 3), (2, 1), (4, 0), (5, 0), (u16::MAX, u16::MAX)] {
            let mut frame = [1, 2, 3, 4];
            complete(&mut frame, Checksum { start, offset });
            assert_eq!(frame, [1, 2, 3, 4]);
        }
    }
}
