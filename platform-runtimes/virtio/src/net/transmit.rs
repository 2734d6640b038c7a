//! Frames out: they are written where the device reads them, and their room is free again when it has.

use unik::net::Transmit as Offload;

use super::header;
use crate::device::Device;
use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::queue::{Piece, Queue};
use unik_driver::Arena;

/// The sending half.
#[derive(Debug)]
pub(super) struct Transmit<M> {
    queue: Queue<M>,
    arena: Arena,
    header: usize,
    /// The longest frame.
    longest: usize,
    /// Whether the header needs a descriptor of its own: legacy devices without VIRTIO_F_ANY_LAYOUT.
    apart: bool,
    /// Frames that are being written: they will need descriptors.
    open: u16,
}

/// Room for a frame, which is being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    name: u16,
    /// Where its header starts.
    pub(super) start: usize,
    /// Bytes of header and frame.
    pub(super) length: usize,
}

impl<M: Memory> Transmit<M> {
    /// A half with `size` bytes for frames; the memory for them comes with it.
    pub(super) fn new(
        dma: &impl Dma<Memory = M>,
        queue: Queue<M>,
        size: usize,
        header: usize,
        longest: usize,
        apart: bool,
    ) -> Result<(Self, M), Fault> {
        let size = size.max(header + longest);
        let memory = dma.allocate(size)?;
        let arena = Arena::new(size, queue.size());
        Ok((Self { queue, arena, header, longest, apart, open: 0 }, memory))
    }

    fn descriptors(&self) -> u16 {
        if self.apart { 2 } else { 1 }
    }

    fn fits(&self, length: usize) -> bool {
        self.queue.room() >= (self.open + 1) * self.descriptors() && self.arena.fits(self.header + length)
    }

    /// Takes back what the device has read.
    pub(super) fn reclaim(&mut self) -> Result<(), Fault> {
        while let Some(used) = self.queue.take()? {
            self.queue.free(used.chain);
            self.arena.give_back(used.token);
        }
        Ok(())
    }

    /// Whether there is room for a frame of any length.
    pub(super) fn has_room(&mut self) -> Result<bool, Fault> {
        if !self.fits(self.longest) {
            self.reclaim()?;
        }
        Ok(self.fits(self.longest))
    }

    /// Takes room for a frame of `length` bytes.
    pub(super) fn open(&mut self, length: usize) -> Result<Option<Room>, Fault> {
        if length > self.longest {
            return Ok(None);
        }
        if !self.fits(length) {
            self.reclaim()?;
            if !self.fits(length) {
                return Ok(None);
            }
        }
        let length = self.header + length;
        let room = self.arena.take(length).map(|(name, start)| Room { name, start, length });
        self.open += u16::from(room.is_some());
        Ok(room)
    }

    /// Writes the header of a frame, in the bytes of its room.
    pub(super) fn write_header(bytes: &mut [u8], offload: Offload) {
        header::write(bytes, offload);
    }

    /// Puts a frame that was written into the queue.
    pub(super) fn close(&mut self, memory: &M, room: Room) -> Result<(), Fault> {
        self.open -= 1;
        let address = memory.address() + room.start as u64;
        let piece = |start: usize, length: usize| Piece {
            address: address + start as u64,
            length: length as u32,
            write: false,
        };
        let added = if self.apart {
            let pieces = [piece(0, self.header), piece(self.header, room.length - self.header)];
            self.queue.add(&pieces, room.name)
        } else {
            self.queue.add(&[piece(0, room.length)], room.name)
        };
        // `open` has left descriptors for it; only a queue without any gets here.
        added.map_err(|_| Fault::Queue(super::TRANSMIT))
    }

    pub(super) fn flush(&mut self, device: &Device) {
        device.publish(super::TRANSMIT, &mut self.queue);
    }

    /// Asks for an interrupt once a good part of the frames has been read.
    pub(super) fn arm(&self) -> bool {
        self.queue.arm(self.queue.in_flight().div_ceil(2))
    }

    pub(super) fn disarm(&self) {
        self.queue.disarm();
    }
}
