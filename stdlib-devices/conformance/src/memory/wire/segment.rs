//! What an interface does in its host's place: checksums and the cutting of segments (virtio 1.2, 5.1.6.2), by the standards and
//! not by anybody's code.

use alloc::vec;
use alloc::vec::Vec;

use unik::net::{Checksum, Segment, Transmit};

/// Bytes of an Ethernet header.
const HEADER: usize = 14;
/// TCP's flags that only the last piece has: FIN and PSH.
const LAST: u8 = 0b1001;

/// The frames that go out in the place of one.
pub(super) fn complete(mut frame: Vec<u8>, left: Transmit) -> Vec<Vec<u8>> {
    let Some(checksum) = left.checksum else { return vec![frame] };
    let start = usize::from(checksum.start);
    let (field, protocol) = (start + usize::from(checksum.offset), protocol(&frame));
    assert_eq!(start, transport(&frame).expect("a packet"), "the checksum starts where the transport does");
    assert_eq!(
        usize::from(checksum.offset),
        if protocol == 6 { 16 } else { 6 },
        "the field is the checksum's"
    );
    assert_eq!(
        u16::from_be_bytes([frame[field], frame[field + 1]]),
        pseudo(&frame, frame.len() - start),
        "the field holds the sum of the pseudo header"
    );
    match left.segment {
        None => {
            fill(&mut frame, checksum);
            vec![frame]
        }
        Some(segment) => cut(&frame, checksum, segment),
    }
}

fn cut(frame: &[u8], checksum: Checksum, segment: Segment) -> Vec<Vec<u8>> {
    let start = usize::from(checksum.start);
    let headers = usize::from(segment.headers);
    assert_eq!(headers, start + usize::from(frame[start + 12] >> 4) * 4, "the headers end where they say");
    assert_eq!(segment.v6, frame[12..14] == [0x86, 0xdd], "the version is the packet's");
    assert!(frame.len() - headers > usize::from(segment.size), "there is something to cut");
    let payload: Vec<&[u8]> = frame[headers..].chunks(usize::from(segment.size)).collect();
    let last = payload.len() - 1;
    let first = u32::from_be_bytes(frame[start + 4..start + 8].try_into().expect("four bytes"));
    let mut done = 0;
    payload
        .into_iter()
        .enumerate()
        .map(|(number, part)| {
            let mut piece = [&frame[..headers], part].concat();
            let sequence = first.wrapping_add(done);
            done += part.len() as u32;
            piece[start + 4..start + 8].copy_from_slice(&sequence.to_be_bytes());
            if number != last {
                piece[start + 13] &= !LAST;
            }
            lengths(&mut piece, number as u16);
            let sum = pseudo(&piece, piece.len() - start);
            let field = start + usize::from(checksum.offset);
            piece[field..field + 2].copy_from_slice(&sum.to_be_bytes());
            fill(&mut piece, checksum);
            piece
        })
        .collect()
}

/// Writes the length of a packet into its header, and what follows from it.
fn lengths(frame: &mut [u8], number: u16) {
    let length = (frame.len() - HEADER) as u16;
    if frame[12..14] == [0x86, 0xdd] {
        frame[18..20].copy_from_slice(&(length - 40).to_be_bytes());
        return;
    }
    frame[16..18].copy_from_slice(&length.to_be_bytes());
    let identification = u16::from_be_bytes([frame[18], frame[19]]).wrapping_add(number);
    frame[18..20].copy_from_slice(&identification.to_be_bytes());
    frame[24..26].fill(0);
    let header = HEADER + usize::from(frame[HEADER] & 0xf) * 4;
    let sum = !sum(&[&frame[HEADER..header]]);
    frame[24..26].copy_from_slice(&sum.to_be_bytes());
}

/// Completes the checksum whose field holds the sum of the pseudo header.
fn fill(frame: &mut [u8], checksum: Checksum) {
    let start = usize::from(checksum.start);
    let field = start + usize::from(checksum.offset);
    let sum = !sum(&[&frame[start..]]);
    frame[field..field + 2].copy_from_slice(&sum.to_be_bytes());
}

/// Whether a frame carries TCP or UDP with the right checksum.
pub(super) fn is_intact(frame: &[u8]) -> bool {
    let Some(start) = transport(frame) else { return false };
    let Some(length) = content(frame, start) else { return false };
    let least = if protocol(frame) == 6 { 20 } else { 8 };
    matches!(protocol(frame), 6 | 17)
        && length >= least
        && sum(&[&pseudo(frame, length).to_be_bytes(), &frame[start..start + length]]) == 0xffff
}

/// Where the transport header starts.
fn transport(frame: &[u8]) -> Option<usize> {
    match frame.get(12..14)? {
        [0x08, 0x00] => Some(HEADER + usize::from(frame.get(HEADER)? & 0xf) * 4),
        [0x86, 0xdd] => Some(HEADER + 40),
        _ => None,
    }
}

/// How many bytes the transport has, by the lengths that the headers say; nothing if the frame is shorter.
fn content(frame: &[u8], start: usize) -> Option<usize> {
    let length = match frame.get(12..14)? {
        [0x08, 0x00] => usize::from(u16::from_be_bytes(frame.get(16..18)?.try_into().ok()?))
            .checked_sub(start - HEADER)?,
        _ => usize::from(u16::from_be_bytes(frame.get(18..20)?.try_into().ok()?)),
    };
    (start + length <= frame.len()).then_some(length)
}

fn protocol(frame: &[u8]) -> u8 {
    let at = if frame[12..14] == [0x86, 0xdd] { 20 } else { 23 };
    frame.get(at).copied().unwrap_or(0)
}

/// The sum of the pseudo header (RFC 9293, 3.1; RFC 8200, 8.1).
fn pseudo(frame: &[u8], length: usize) -> u16 {
    let addresses = if frame[12..14] == [0x86, 0xdd] { &frame[22..54] } else { &frame[26..34] };
    sum(&[addresses, &[0, protocol(frame)], &(length as u16).to_be_bytes()])
}

/// The ones' complement sum of words of 16 bits (RFC 1071), each slice padded to whole ones.
fn sum(parts: &[&[u8]]) -> u16 {
    let words = parts.iter().flat_map(|part| part.chunks(2));
    let mut sum: u64 =
        words.map(|word| u64::from(word[0]) << 8 | u64::from(*word.get(1).unwrap_or(&0))).sum();
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum as u16
}
