//! What requests and responses look like in the ring (xen/include/public/io/blkif.h, the ABI of x86_64).
//!
//! Sectors are of 512 bytes here, whatever the disk's are.

use unik_driver::Memory;

use crate::hypervisor::{PAGE, Reference};

/// Bytes of an entry.
pub(super) const ENTRY: usize = 112;
/// Bytes of what the protocol counts.
pub(super) const UNIT: usize = 512;
/// The most segments of a request that stand in its entry.
pub(super) const DIRECT: usize = 11;

/// `BLKIF_OP_INDIRECT`.
const INDIRECT: u8 = 6;
/// Where the segments of an entry start, and the references of an indirect one.
const SEGMENTS: usize = 24;
const LISTS: usize = 28;
/// Bytes of a segment.
const SEGMENT: usize = 8;

/// What a request asks for (`BLKIF_OP_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read = 0,
    Write = 1,
    Flush = 3,
    Discard = 5,
}

impl Kind {
    /// Whether an answer may say that this is what was done. Some back ends name the way that the segments were given instead.
    pub(super) fn is_answered_by(self, operation: u8) -> bool {
        operation == self as u8 || operation == INDIRECT && matches!(self, Self::Read | Self::Write)
    }
}

/// What all requests say.
#[derive(Clone, Copy, Debug)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// The disk, by its number.
    pub(super) handle: u16,
    pub(super) id: u64,
    /// The first sector.
    pub(super) sector: u64,
}

/// A page of which a request uses so many bytes from the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Segment {
    pub(super) page: Reference,
    pub(super) length: usize,
}

fn put_segment(memory: &impl Memory, at: usize, segment: Segment) {
    debug_assert!(segment.length > 0 && segment.length <= PAGE && segment.length.is_multiple_of(UNIT));
    memory.store32(at, segment.page.0);
    memory.store8(at + 4, 0);
    // The last sector, not the one behind it.
    memory.store8(at + 5, (segment.length / UNIT - 1) as u8);
    memory.store16(at + 6, 0);
}

fn put_head(memory: &impl Memory, at: usize, head: Head) {
    memory.store64(at + 8, head.id);
    memory.store64(at + 16, head.sector);
}

/// Writes a request with at most [`DIRECT`] segments.
pub(super) fn put_direct(
    memory: &impl Memory,
    at: usize,
    head: Head,
    segments: impl Iterator<Item = Segment>,
) {
    let mut count = 0;
    for segment in segments.take(DIRECT) {
        put_segment(memory, at + SEGMENTS + SEGMENT * usize::from(count), segment);
        count += 1;
    }
    memory.store8(at, head.kind as u8);
    memory.store8(at + 1, count);
    memory.store16(at + 2, head.handle);
    put_head(memory, at, head);
}

/// Writes a request whose segments stand in a page of their own: the page and its reference.
pub(super) fn put_indirect<M: Memory>(
    memory: &M,
    at: usize,
    head: Head,
    (list, start, reference): (&M, usize, Reference),
    segments: impl Iterator<Item = Segment>,
) {
    let mut count = 0;
    for segment in segments.take(PAGE / SEGMENT) {
        put_segment(list, start + SEGMENT * usize::from(count), segment);
        count += 1;
    }
    memory.store8(at, INDIRECT);
    memory.store8(at + 1, head.kind as u8);
    memory.store16(at + 2, count);
    put_head(memory, at, head);
    memory.store16(at + 24, head.handle);
    memory.store32(at + LISTS, reference.0);
}

/// Writes that `count` sectors are not needed.
pub(super) fn put_discard(memory: &impl Memory, at: usize, head: Head, count: u64) {
    memory.store8(at, head.kind as u8);
    memory.store8(at + 1, 0);
    memory.store16(at + 2, head.handle);
    put_head(memory, at, head);
    memory.store64(at + 24, count);
}

/// An answer as it stands in the ring.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) id: u64,
    pub(super) operation: u8,
    pub(super) status: i16,
}

impl Answer {
    pub(super) fn read(memory: &impl Memory, at: usize) -> Self {
        Self {
            id: u64::from(memory.load32(at)) | u64::from(memory.load32(at + 4)) << 32,
            operation: memory.load8(at + 8),
            status: memory.load16(at + 10).cast_signed(),
        }
    }
}
