//! Frames in: buffers that the device always has, and the frames in them.
//!
//! The buffers lie side by side in one piece of memory and are given out in that order, so that a frame that the device spread
//! over several of them lies in one piece and is lent as it is. Only one that goes over the end, or that a device put together
//! in another order, is copied.

use alloc::vec::Vec;

use unik::net::Received;

use super::header;
use crate::device::Device;
use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::queue::{Piece, Queue, Used};

/// After how many frames the device gets their buffers back.
const BATCH: u16 = 16;

/// The receiving half.
#[derive(Debug)]
pub(super) struct Receive<M> {
    queue: Queue<M>,
    /// Bytes of a buffer, and of the header at the start of a frame.
    buffer: usize,
    header: usize,
    /// Whether a frame may be spread over several buffers.
    merges: bool,
    /// Whether the device looks at checksums.
    verifies: bool,
    /// The buffers of the next frame that have arrived so far.
    parts: Vec<Used>,
    /// Where a frame is put together that does not lie in one piece; kept, since that happens at each turn of the ring.
    joined: Vec<u8>,
    /// Buffers that were given back and not told yet.
    untold: u16,
}

/// How buffers are cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Bytes of a buffer.
    pub(super) buffer: usize,
    /// Bytes of a header.
    pub(super) header: usize,
    /// Whether frames are spread over several.
    pub(super) merges: bool,
    /// Whether the device looks at checksums.
    pub(super) verifies: bool,
    /// Whether headers need descriptors of their own.
    pub(super) apart: bool,
    /// The longest frame.
    pub(super) longest: usize,
}

impl Cut {
    /// Bytes of each of `count` buffers: one takes the longest frame, or all together take it twice. Else the device would wait
    /// for room for ever.
    fn length(&self, count: usize) -> usize {
        let frame = self.header + self.longest;
        let least = if self.merges { (2 * frame).div_ceil(count.max(1)) } else { frame };
        self.buffer.max(least).next_multiple_of(64)
    }
}

/// A frame that has arrived: its buffers are the driver's until they are given back.
#[derive(Debug)]
pub(super) struct Frame {
    parts: Vec<Used>,
    received: Received,
    /// The frame, if it does not lie in one piece.
    joined: Vec<u8>,
}

impl<M: Memory> Receive<M> {
    /// Gives the device all its buffers; `memory` for them comes with it.
    pub(super) fn new(
        dma: &impl Dma<Memory = M>,
        mut queue: Queue<M>,
        most: u16,
        cut: Cut,
    ) -> Result<(Self, M), Fault> {
        let Cut { header, merges, verifies, apart, .. } = cut;
        // Frames that are not spread over several buffers may need two descriptors.
        let apart = apart && !merges;
        let count = if apart { queue.size() / 2 } else { queue.size() }.min(most);
        if count == 0 {
            return Err(Fault::Queue(super::RECEIVE));
        }
        let buffer = cut.length(usize::from(count));
        let memory = dma.allocate(usize::from(count) * buffer)?;
        let piece = |start: usize, length: usize| Piece {
            address: memory.address() + start as u64,
            length: length as u32,
            write: true,
        };
        for index in 0..count {
            let start = usize::from(index) * buffer;
            let added = if apart {
                queue.add(&[piece(start, header), piece(start + header, buffer - header)], index)
            } else {
                queue.add(&[piece(start, buffer)], index)
            };
            added.map_err(|_| Fault::Queue(super::RECEIVE))?;
        }
        let half = Self {
            queue,
            buffer,
            header,
            merges,
            verifies,
            parts: Vec::new(),
            joined: Vec::new(),
            untold: count,
        };
        Ok((half, memory))
    }

    pub(super) fn has_frame(&self) -> bool {
        self.queue.has_used()
    }

    /// Takes the next frame that has arrived wholly.
    pub(super) fn next(&mut self, memory: &M) -> Result<Option<Frame>, Fault> {
        if self.parts.is_empty() {
            let Some(first) = self.queue.take()? else { return Ok(None) };
            if (first.length as usize) < self.header {
                return Err(Fault::FrameBuffers);
            }
            self.parts.push(first);
        }
        let start = usize::from(self.parts[0].token) * self.buffer;
        let count = if self.merges { memory.load16(start + 10) } else { 1 };
        if count == 0 || count > self.queue.size() {
            return Err(Fault::FrameBuffers);
        }
        while self.parts.len() < usize::from(count) {
            let Some(part) = self.queue.take()? else { return Ok(None) };
            self.parts.push(part);
        }
        let length: usize = self.parts.iter().map(|part| part.length as usize).sum();
        if length > self.header + super::LONGEST {
            return Err(Fault::FrameBuffers);
        }
        let received =
            if self.verifies { header::received(memory.load8(start)) } else { Received::default() };
        let parts = core::mem::take(&mut self.parts);
        let mut joined = core::mem::take(&mut self.joined);
        joined.clear();
        Ok(Some(Frame { parts, received, joined }))
    }

    /// Gives the buffers of a frame back to the device.
    pub(super) fn give_back(&mut self, device: &Device, mut frame: Frame) {
        for part in &frame.parts {
            self.queue.resubmit(part.chain);
            self.untold += 1;
        }
        // A frame that was taken while this one was looked at has left the next one's parts there.
        if self.parts.capacity() == 0 {
            frame.parts.clear();
            self.parts = frame.parts;
        }
        if self.joined.capacity() == 0 {
            self.joined = frame.joined;
        }
        if self.untold >= BATCH {
            self.tell(device);
        }
    }

    /// Tells the device of the buffers that were given back.
    pub(super) fn tell(&mut self, device: &Device) {
        if self.untold > 0 {
            self.untold = 0;
            device.publish(super::RECEIVE, &mut self.queue);
        }
    }

    pub(super) fn arm(&self) -> bool {
        self.queue.arm(1)
    }

    pub(super) fn disarm(&self) {
        self.queue.disarm();
    }

    /// How the frame lies: what a lender needs once the half is no longer borrowed.
    pub(super) fn cut(&self) -> (usize, usize) {
        (self.buffer, self.header)
    }
}

impl Frame {
    pub(super) fn received(&self) -> Received {
        self.received
    }

    /// Lends the frame: as it lies, or joined.
    pub(super) fn lend<M: Memory, R>(
        &mut self,
        memory: &M,
        (buffer, header): (usize, usize),
        look: impl FnOnce(&[u8]) -> R,
    ) -> R {
        let place = |part: &Used| {
            let start = usize::from(part.token) * buffer;
            start..start + part.length as usize
        };
        let mut whole = place(&self.parts[0]);
        for part in &self.parts[1..] {
            let next = place(part);
            if next.start != whole.end {
                for part in &self.parts {
                    memory.lend(place(part), |bytes| self.joined.extend_from_slice(bytes));
                }
                return look(&self.joined[header..]);
            }
            whole.end = next.end;
        }
        whole.start += header;
        memory.lend(whole, look)
    }
}
