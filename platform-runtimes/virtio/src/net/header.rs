//! The header before each frame (virtio 1.2, 5.1.6): checksums to complete, segments to cut, buffers to join.

use unik::net::{Received, Transmit};

/// Bytes of the header of legacy devices that join no buffers.
pub(super) const SHORT: usize = 10;
/// Bytes of every other header.
pub(super) const LONG: usize = 12;

/// The checksum is to be completed.
const NEEDS_CSUM: u8 = 1;
/// The checksum has been verified.
const DATA_VALID: u8 = 2;
/// Segments of TCP over IPv4.
const TCPV4: u8 = 1;
/// Segments of TCP over IPv6.
const TCPV6: u8 = 4;

/// Writes the header of a frame that is sent; all of `header`.
pub(super) fn write(header: &mut [u8], transmit: Transmit) {
    header.fill(0);
    let Some(checksum) = transmit.checksum else { return };
    let mut word = |at: usize, value: u16| header[at..at + 2].copy_from_slice(&value.to_le_bytes());
    word(6, checksum.start);
    word(8, checksum.offset);
    if let Some(segment) = transmit.segment {
        word(2, segment.headers);
        word(4, segment.size);
        header[1] = if segment.v6 { TCPV6 } else { TCPV4 };
    }
    header[0] = NEEDS_CSUM;
}

/// What the header of a frame that has arrived says of it.
pub(super) fn received(flags: u8) -> Received {
    Received { verified: flags & (NEEDS_CSUM | DATA_VALID) != 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unik::net::{Checksum, Segment};

    #[test]
    fn headers_are_as_in_the_specification() {
        let check = |checksum, segment, expected: [u8; 10]| {
            let mut header = [0xaa; LONG];
            write(&mut header, Transmit { checksum, segment });
            assert_eq!(header[..10], expected);
            assert_eq!(header[10..], [0, 0]);
        };
        let checksum = Some(Checksum { start: 34, offset: 16 });
        check(None, None, [0; 10]);
        check(checksum, None, [1, 0, 0, 0, 0, 0, 34, 0, 16, 0]);
        let segment = Segment { size: 1460, headers: 54, v6: false };
        check(checksum, Some(segment), [1, 1, 54, 0, 0xb4, 5, 34, 0, 16, 0]);
        check(checksum, Some(Segment { v6: true, ..segment }), [1, 4, 54, 0, 0xb4, 5, 34, 0, 16, 0]);
    }
}
