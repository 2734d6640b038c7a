//! Virtio's header before a frame: what is open in it (virtio 1.2, 5.1.6), in the byte order of the host.

use unik::net::{Received, Transmit};

/// Bytes of the header, without the count of merged buffers: what a tap interface uses if nobody says otherwise.
pub(super) const LENGTH: usize = 10;

const NEEDS_CHECKSUM: u8 = 1;
const VERIFIED: u8 = 2;
const TCP_V4: u8 = 1;
const TCP_V6: u8 = 4;

/// Writes the header of a frame that is sent.
pub(super) fn encode(open: Transmit, header: &mut [u8; LENGTH]) {
    *header = [0; LENGTH];
    let Some(checksum) = open.checksum else { return };
    let (first, last) = header.split_at_mut(2);
    first[0] = NEEDS_CHECKSUM;
    let mut fields = [0, 0, checksum.start, checksum.offset];
    if let Some(segment) = open.segment {
        first[1] = if segment.v6 { TCP_V6 } else { TCP_V4 };
        fields[0] = segment.headers;
        fields[1] = segment.size;
    }
    for (bytes, field) in last.chunks_exact_mut(2).zip(fields) {
        bytes.copy_from_slice(&field.to_ne_bytes());
    }
}

/// Reads the header of a frame that has arrived.
pub(super) fn decode(header: &[u8]) -> Received {
    // A checksum that is not complete belongs to a frame that has not left the host.
    Received { verified: header.first().is_some_and(|flags| flags & (NEEDS_CHECKSUM | VERIFIED) != 0) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unik::net::{Checksum, Segment};

    fn check(open: Transmit, flags: u8, kind: u8, fields: [u16; 4]) {
        let mut header = [0xff; LENGTH];
        encode(open, &mut header);
        assert_eq!(header[..2], [flags, kind]);
        let read: Vec<u16> =
            header[2..].chunks(2).map(|pair| u16::from_ne_bytes([pair[0], pair[1]])).collect();
        assert_eq!(read, fields, "length of the headers, size of a segment, start, offset");
    }

    #[test]
    fn what_is_open_stands_in_the_header() {
        let checksum = Some(Checksum { start: 34, offset: 16 });
        check(Transmit::default(), 0, 0, [0; 4]);
        check(Transmit { checksum, segment: None }, 1, 0, [0, 0, 34, 16]);
        for (v6, kind) in [(false, 1), (true, 4)] {
            let segment = Some(Segment { size: 1448, headers: 66, v6 });
            check(Transmit { checksum, segment }, 1, kind, [66, 1448, 34, 16]);
        }
    }

    #[test]
    fn a_checksum_that_is_verified_or_not_complete_is_not_looked_at() {
        for (flags, verified) in [(0, false), (1, true), (2, true), (3, true), (4, false)] {
            assert_eq!(decode(&[flags, 0, 0]), Received { verified }, "{flags}");
        }
        assert_eq!(decode(&[]), Received { verified: false });
    }
}
