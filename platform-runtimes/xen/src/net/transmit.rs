//! Frames out: they are written into pages that the back end may read, and their room is free again when it has.
//!
//! Room is given out in halves of pages: no frame of the usual length lies across two, so each takes one entry of the ring, and it is
//! one piece of memory however long it is.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;
use core::ops::Range;

use unik::net::Transmit as Offload;
use unik_driver::{Arena, Atomics, Dma};

use super::fault::Fault;
use super::wire::{self, DONE, EXTRA, MORE, NULL, OUT_BLANK, OUT_VALID, Request};
use crate::grants::{Access, Exhausted, Granted, Grants};
use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference};
use crate::ring::Front;

/// Bytes of a piece of room.
const UNIT: usize = PAGE / 2;

/// The sending half.
pub(super) struct Transmit<H: Hypervisor, D: Dma<Memory: Atomics>> {
    ring: Front<Rc<D::Memory>>,
    granted_ring: Granted<H, D>,
    pages: Granted<H, D>,
    arena: Arena,
    /// The longest frame.
    longest: usize,
    /// The frames on their way, by the unit where they start.
    flights: Vec<Flight>,
    /// The frame of each request, by number: the unit where it starts.
    requests: Vec<Option<u16>>,
    /// Numbers of no request.
    numbers: Vec<u16>,
    /// Entries without a number that have no response yet.
    extras: u32,
    /// Entries that frames will need that are being written.
    open: u32,
}

/// A frame on its way.
#[derive(Clone, Copy, Debug, Default)]
struct Flight {
    /// Its name in the arena.
    name: u16,
    /// How many of its requests have no response yet.
    requests: u16,
}

/// Room for a frame, which is being written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    name: u16,
    /// Where the frame starts.
    start: usize,
    length: usize,
}

impl Room {
    /// Where the frame lies in the memory.
    pub(super) fn range(self) -> Range<usize> {
        self.start..self.start + self.length
    }
}

/// Entries that a frame may need, wherever it lies: its pages, and one for what is said beside it.
fn entries(length: usize) -> u32 {
    (length.div_ceil(UNIT) / 2 + 2) as u32
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Transmit<H, D> {
    /// Makes a ring, and so many pages for frames, or as many as the longest takes.
    pub(super) fn new(
        grants: &Rc<Grants<H, D>>,
        domain: Domain,
        pages: usize,
        longest: usize,
    ) -> Result<Self, Exhausted> {
        let granted_ring = Granted::new(grants, domain, 1, Access::Write)?;
        let ring = Front::new(granted_ring.memory().clone(), wire::SENT);
        let pages = pages.max(longest.div_ceil(PAGE));
        let units = pages * PAGE / UNIT;
        Ok(Self {
            arena: Arena::new(units, units as u16),
            longest,
            flights: vec![Flight::default(); units],
            requests: vec![None; ring.size() as usize],
            numbers: (0..ring.size() as u16).rev().collect(),
            extras: 0,
            open: 0,
            pages: Granted::new(grants, domain, pages, Access::Read)?,
            ring,
            granted_ring,
        })
    }

    /// What the back end must know to find the ring.
    pub(super) fn reference(&self) -> Reference {
        self.granted_ring.reference(0)
    }

    /// Where frames are written.
    pub(super) fn memory(&self) -> &Rc<D::Memory> {
        self.pages.memory()
    }

    fn fits(&self, length: usize) -> bool {
        self.ring.room() >= self.open + entries(length) && self.arena.fits(length.div_ceil(UNIT).max(1))
    }

    /// Takes back what the back end has read.
    fn reclaim(&mut self) -> Result<(), Fault> {
        while let Some((id, status)) = self.ring.pop(wire::read_sent)? {
            if status == NULL {
                self.extras = self.extras.checked_sub(1).ok_or(Fault::Identifier)?;
                continue;
            }
            if !DONE.contains(&status) {
                return Err(Fault::Status);
            }
            let request = self.requests.get_mut(usize::from(id)).and_then(Option::take);
            let flight = &mut self.flights[usize::from(request.ok_or(Fault::Identifier)?)];
            self.numbers.push(id);
            flight.requests -= 1;
            if flight.requests == 0 {
                self.arena.give_back(flight.name);
            }
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
        let taken = self.arena.take(length.div_ceil(UNIT));
        let room = taken.map(|(name, start)| Room { name, start: start * UNIT, length });
        self.open += room.map_or(0, |_| entries(length));
        Ok(room)
    }

    /// Puts a frame that was written into the ring.
    pub(super) fn close(&mut self, room: Room, offload: Offload) {
        let Room { name, start, length } = room;
        self.open -= entries(length);
        let unit = start / UNIT;
        self.flights[unit] = Flight { name, requests: 0 };
        let mut flags = if offload.checksum.is_some() { OUT_BLANK | OUT_VALID } else { 0 };
        let segment = offload.segment.filter(|_| offload.checksum.is_some());
        flags |= if segment.is_some() { EXTRA } else { 0 };
        let (mut at, end) = (start, start + length);
        loop {
            let here = (PAGE - at % PAGE).min(end - at);
            let more = if at + here < end { MORE } else { 0 };
            // The first says how long all of them are together.
            let size = if at == start { length } else { here };
            self.push(unit, at, size, flags | more);
            if let Some(segment) = segment.filter(|_| at == start) {
                self.extras += u32::from(self.ring.push(|page, at| wire::write_segment(page, at, segment)));
            }
            at += here;
            flags = 0;
            if more == 0 {
                break;
            }
        }
    }

    fn push(&mut self, unit: usize, at: usize, size: usize, flags: u16) {
        // `open` has left entries for it, and there are as many numbers as entries.
        let Some(id) = self.numbers.pop() else { return };
        let reference = self.pages.reference(at / PAGE);
        let request = Request { reference, offset: (at % PAGE) as u16, flags, id, size: size as u16 };
        let pushed = self.ring.push(|page, at| request.write(page, at));
        debug_assert!(pushed, "there are as many numbers as entries");
        self.requests[usize::from(id)] = Some(unit as u16);
        self.flights[unit].requests += 1;
    }

    /// Shows the back end the frames that were sent; whether it must be told.
    #[must_use]
    pub(super) fn show(&mut self) -> bool {
        self.ring.publish()
    }

    /// Asks for an event once a good part of the frames has been read; whether it has been meanwhile.
    pub(super) fn arm(&self) -> Result<bool, Fault> {
        Ok(self.ring.arm(self.ring.open().div_ceil(2))?)
    }
}
