//! What stands in the rings (xen/include/public/io/netif.h): requests to send and to receive, their responses, and what is said of long
//! segments beside them.

use unik::net::Segment;
use unik_driver::Memory;

use crate::hypervisor::Reference;

/// Bytes of an entry of the ring of frames out, and of frames in.
pub(super) const SENT: usize = 12;
/// See [`SENT`].
pub(super) const RECEIVED: usize = 8;

/// The checksum is still to be completed, in a frame out.
pub(super) const OUT_BLANK: u16 = 1;
/// What the frame holds is right, whatever its checksum says.
pub(super) const OUT_VALID: u16 = 1 << 1;
/// What the frame holds is right, in a frame in.
const IN_VALID: u16 = 1;
/// The checksum was never completed.
const IN_BLANK: u16 = 1 << 1;
/// The frame goes on in the next entry; either way.
pub(super) const MORE: u16 = 1 << 2;
/// The next entry says more of the frame; either way.
pub(super) const EXTRA: u16 = 1 << 3;

/// The response to an entry that was no request of its own (`NETIF_RSP_NULL`).
pub(super) const NULL: i16 = 1;
/// `NETIF_RSP_DROPPED`, `NETIF_RSP_ERROR`, `NETIF_RSP_OKAY`: whatever became of a frame, its pages are the driver's again.
pub(super) const DONE: [i16; 3] = [-2, -1, 0];

const LONG_SEGMENT: u8 = 1;
const MORE_EXTRAS: u8 = 1;
const TCPV4: u8 = 1;
const TCPV6: u8 = 2;

/// A piece of a frame that is sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) reference: Reference,
    /// Where it starts in its page.
    pub(super) offset: u16,
    pub(super) flags: u16,
    pub(super) id: u16,
    /// Its bytes; those of the whole frame in the first piece.
    pub(super) size: u16,
}

impl Request {
    pub(super) fn write(self, page: &impl Memory, at: usize) {
        page.store32(at, self.reference.0);
        page.store16(at + 4, self.offset);
        page.store16(at + 6, self.flags);
        page.store16(at + 8, self.id);
        page.store16(at + 10, self.size);
    }
}

/// Writes how a long segment is to be cut.
pub(super) fn write_segment(page: &impl Memory, at: usize, segment: Segment) {
    let kind = if segment.v6 { TCPV6 } else { TCPV4 };
    let [low, high] = segment.size.to_le_bytes();
    page.write(at, &[LONG_SEGMENT, 0, low, high, kind, 0, 0, 0, 0, 0, 0, 0]);
}

/// What became of a request to send: its number, and the status.
pub(super) fn read_sent(page: &impl Memory, at: usize) -> (u16, i16) {
    // One look: the other side may write there again.
    let both = page.load32(at);
    (both as u16, (both >> 16) as u16 as i16)
}

/// Asks for a frame, or for a piece of one.
pub(super) fn write_buffer(page: &impl Memory, at: usize, id: u16, reference: Reference) {
    page.store32(at, id.into());
    page.store32(at + 4, reference.0);
}

/// An entry of the ring of frames in. Which of the two it is, the one before it says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrived([u8; RECEIVED]);

impl Arrived {
    pub(super) fn read(page: &impl Memory, at: usize) -> Self {
        let mut bytes = [0; RECEIVED];
        page.read(at, &mut bytes);
        Self(bytes)
    }

    fn word(self, at: usize) -> u16 {
        u16::from_le_bytes([self.0[at], self.0[at + 1]])
    }

    /// The number of the request that it answers.
    pub(super) fn id(self) -> u16 {
        self.word(0)
    }

    /// Where the piece starts in its page.
    pub(super) fn offset(self) -> u16 {
        self.word(2)
    }

    /// Bytes of the piece; nothing if the back end could not write it.
    pub(super) fn length(self) -> Option<u16> {
        u16::try_from(self.word(6) as i16).ok()
    }

    pub(super) fn has(self, flag: u16) -> bool {
        self.word(4) & flag != 0
    }

    /// Whether there are flags that nobody has agreed on.
    pub(super) fn is_strange(self) -> bool {
        self.word(4) & !(IN_VALID | IN_BLANK | MORE | EXTRA) != 0
    }

    /// Whether its checksum must not be looked at.
    pub(super) fn is_verified(self) -> bool {
        self.has(IN_VALID | IN_BLANK)
    }

    /// Whether it says how a long segment may be cut again, and no more after that: all that a back end may say beside a frame.
    pub(super) fn is_segment(self) -> bool {
        let [kind, flags, .., segment, _, _, _] = self.0;
        kind == LONG_SEGMENT
            && flags & MORE_EXTRAS == 0
            && matches!(segment, TCPV4 | TCPV6)
            && self.word(2) != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;
    use unik_driver::Dma;
    use unik_driver::space::Space;

    #[test]
    fn entries_are_as_in_the_header() {
        let page = Space::default().allocate(4096).expect("there is memory");
        let bytes = |length| {
            let mut bytes = vec![0; length];
            page.read(0, &mut bytes);
            bytes
        };
        let reference = Reference(0x0102_0304);
        Request { reference, offset: 0x0506, flags: OUT_BLANK | MORE, id: 0x0708, size: 0x090a }
            .write(&page, 0);
        assert_eq!(bytes(SENT), [4, 3, 2, 1, 6, 5, 5, 0, 8, 7, 10, 9]);
        write_segment(&page, 0, Segment { size: 1460, headers: 54, v6: false });
        assert_eq!(bytes(SENT), [1, 0, 0xb4, 5, 1, 0, 0, 0, 0, 0, 0, 0]);
        write_segment(&page, 0, Segment { size: 1440, headers: 74, v6: true });
        assert_eq!(bytes(5), [1, 0, 0xa0, 5, 2]);
        write_buffer(&page, 0, 0x0506, reference);
        assert_eq!(bytes(RECEIVED), [6, 5, 0, 0, 4, 3, 2, 1]);
        page.write(0, &[7, 0, 0xfe, 0xff]);
        assert_eq!(read_sent(&page, 0), (7, -2));
    }

    #[test]
    fn what_arrives_is_read_as_in_the_header() {
        let arrived = Arrived([3, 0, 2, 1, 6, 0, 0xdc, 5]);
        assert_eq!((arrived.id(), arrived.offset(), arrived.length()), (3, 0x102, Some(1500)));
        assert!(arrived.has(MORE) && !arrived.has(EXTRA) && arrived.is_verified() && !arrived.is_strange());
        assert_eq!(Arrived([0, 0, 0, 0, 0, 0, 0xff, 0xff]).length(), None);
        assert!(Arrived([0, 0, 0, 0, 16, 0, 0, 0]).is_strange());
        let check = |bytes, expected| assert_eq!(Arrived(bytes).is_segment(), expected, "{bytes:?}");
        check([1, 0, 0xb4, 5, 1, 0, 0, 0], true);
        check([1, 0, 0xb4, 5, 2, 0, 0, 0], true);
        check([1, 0, 0xb4, 5, 3, 0, 0, 0], false);
        check([1, 0, 0, 0, 1, 0, 0, 0], false);
        check([1, 1, 0xb4, 5, 1, 0, 0, 0], false);
        check([2, 0, 1, 0, 0x5e, 0, 0, 1], false);
    }
}
