//! Requests on their way: their memory, their room, and what has become of each.
//!
//! All that the device reads and writes lies in memory of the driver. A future that is dropped leaves its request behind,
//! whose room is free again only once the device has given it back.

use alloc::vec::Vec;
use core::task::Waker;

use crate::device::Device;
use crate::fault::Fault;
use crate::layout::{DESCRIPTOR, NEXT, WRITE};
use crate::memory::{Dma, Memory};
use crate::queue::{Full, Piece, Queue};
use unik_driver::{Line, PAGE, PAGES, Pages, Run};

/// The most requests at once.
const REQUESTS: u16 = 32;
/// The most pages of a request.
const MOST: usize = 16;
/// Bytes of the header of a request (virtio 1.2, 5.2.6).
const HEADER: usize = 16;

// A request's control memory: header, status, and a table of three descriptors.
const STATUS: usize = 16;
const TABLE: usize = 32;
const CONTROL: usize = TABLE + 3 * DESCRIPTOR + 16;

/// No status: the device has not written one.
const NONE: u8 = 0xff;

/// What a request asks for (5.2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Read = 0,
    Write = 1,
    Flush = 4,
    Identity = 8,
}

#[derive(Debug)]
enum State {
    Free,
    /// The device has it; who waits, if anybody does already.
    Waiting(Option<Waker>),
    /// The device has it, and nobody wants it any more.
    Abandoned,
    /// The device has given it back with this status.
    Done(u8),
}

#[derive(Debug)]
struct Request {
    state: State,
    run: Option<Run>,
}

/// All requests of a disk.
#[derive(Debug)]
pub(super) struct Requests<M> {
    queue: Queue<M>,
    /// Whether a request takes one descriptor.
    indirect: bool,
    control: M,
    requests: Vec<Request>,
    pages: Pages,
    pub(super) line: Line,
}

/// A request that was made: its number and how many bytes it is about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) number: u16,
    /// Where its data lies.
    pub(super) start: usize,
    pub(super) length: usize,
}

/// What is wanted of a disk: bytes of whole sectors, counted in 512 bytes as the device does.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) sector: u64,
    pub(super) length: usize,
    /// The request is a multiple of this, at least one of them.
    pub(super) unit: usize,
    /// The most that the device takes in one piece.
    pub(super) most: usize,
}

impl<M: Memory> Requests<M> {
    /// No requests; the memory for data comes with it.
    pub(super) fn new(
        dma: &impl Dma<Memory = M>,
        queue: Queue<M>,
        indirect: bool,
    ) -> Result<(Self, M), Fault> {
        let count = REQUESTS.min(if indirect { queue.size() } else { queue.size() / 3 });
        if count == 0 {
            return Err(Fault::Queue(0));
        }
        let control = dma.allocate(usize::from(count) * CONTROL)?;
        let data = dma.allocate(PAGES * PAGE)?;
        let requests = (0..count).map(|_| Request { state: State::Free, run: None }).collect();
        Ok((Self { queue, indirect, control, requests, pages: Pages::new(), line: Line::default() }, data))
    }

    /// Whether a request of at least `unit` bytes can be made.
    pub(super) fn has_room(&self, unit: usize) -> bool {
        self.free().is_some() && (unit == 0 || self.pages.has(unit.div_ceil(PAGE)))
    }

    fn free(&self) -> Option<usize> {
        self.requests.iter().position(|request| matches!(request.state, State::Free))
    }

    /// Makes a request for as much as there is room for; `fill` writes its data. Nothing if there is no room.
    pub(super) fn make(
        &mut self,
        wanted: Wanted,
        data: &M,
        fill: impl FnOnce(&Made),
    ) -> Result<Option<Made>, Fault> {
        let Some(number) = self.free() else { return Ok(None) };
        let Wanted { length, unit, most, .. } = wanted;
        let run = if length == 0 {
            None
        } else {
            let pages = length.min(most).div_ceil(PAGE).min(MOST.max(unit / PAGE));
            let Some(run) = self.pages.take(unit.div_ceil(PAGE), pages) else { return Ok(None) };
            Some(run)
        };
        let room = run.map_or(0, |run| run.count * PAGE).min(most);
        let made = Made {
            number: number as u16,
            start: run.map_or(0, |run| run.first * PAGE),
            length: length.min(room / unit.max(1) * unit),
        };
        fill(&made);
        self.write_control(number, wanted);
        let added = self.add(number, wanted.kind, data.address() + made.start as u64, made.length);
        // There are descriptors for as many requests as there are.
        added.map_err(|_| Fault::Queue(0))?;
        self.requests[number] = Request { state: State::Waiting(None), run };
        Ok(Some(made))
    }

    fn write_control(&self, number: usize, wanted: Wanted) {
        let at = number * CONTROL;
        self.control.store32(at, wanted.kind as u32);
        self.control.store32(at + 4, 0);
        self.control.store64(at + 8, wanted.sector);
        self.control.store8(at + STATUS, NONE);
    }

    fn add(&mut self, number: usize, kind: Kind, data: u64, length: usize) -> Result<(), Full> {
        let control = self.control.address() + (number * CONTROL) as u64;
        let reads = matches!(kind, Kind::Read | Kind::Identity);
        let header = Piece { address: control, length: HEADER as u32, write: false };
        let body = Piece { address: data, length: length as u32, write: reads };
        let status = Piece { address: control + STATUS as u64, length: 1, write: true };
        let pieces = [header, body, status];
        let without = [header, status];
        let pieces = if length == 0 { &without[..] } else { &pieces[..] };
        if !self.indirect {
            return self.queue.add(pieces, number as u16);
        }
        for (index, piece) in pieces.iter().enumerate() {
            let at = number * CONTROL + TABLE + index * DESCRIPTOR;
            let last = index + 1 == pieces.len();
            self.control.store64(at, piece.address);
            self.control.store32(at + 8, piece.length);
            self.control.store16(at + 12, if piece.write { WRITE } else { 0 } | if last { 0 } else { NEXT });
            self.control.store16(at + 14, if last { 0 } else { index as u16 + 1 });
        }
        let writable = pieces.iter().filter(|piece| piece.write).map(|piece| piece.length).sum();
        let table = control + TABLE as u64;
        self.queue.add_indirect(table, pieces.len() as u16, writable, number as u16)
    }

    /// Takes what the device has given back; gives whom to wake.
    pub(super) fn collect(&mut self, wake: &mut Vec<Waker>) -> Result<bool, Fault> {
        let mut happened = false;
        while let Some(used) = self.queue.take()? {
            happened = true;
            self.queue.free(used.chain);
            let number = usize::from(used.token);
            let status = self.control.load8(number * CONTROL + STATUS);
            match core::mem::replace(&mut self.requests[number].state, State::Done(status)) {
                State::Waiting(waker) => wake.extend(waker),
                // An abandoned one is in flight too; the queue gives no others.
                State::Abandoned | State::Free | State::Done(_) => {
                    self.release(number);
                    wake.extend(self.line.first());
                }
            }
        }
        Ok(happened)
    }

    /// What has become of a request: its status, once there is one.
    pub(super) fn status(&mut self, number: u16, waker: &Waker) -> Option<u8> {
        match &mut self.requests[usize::from(number)].state {
            State::Done(status) => Some(*status),
            State::Waiting(waiting) => {
                *waiting = Some(waker.clone());
                None
            }
            State::Free | State::Abandoned => None,
        }
    }

    /// Wants nothing more of a request; gives whom there is room for now.
    pub(super) fn forget(&mut self, number: u16) -> Option<Waker> {
        let request = &mut self.requests[usize::from(number)];
        if let State::Waiting(_) = request.state {
            request.state = State::Abandoned;
            return None;
        }
        self.release(usize::from(number));
        self.line.first()
    }

    fn release(&mut self, number: usize) {
        let request = &mut self.requests[number];
        request.state = State::Free;
        if let Some(run) = request.run.take() {
            self.pages.give_back(run);
        }
    }

    /// Everybody who waits, when the disk was given up.
    pub(super) fn all(&mut self) -> Vec<Waker> {
        let mut all: Vec<Waker> = self.line.all().collect();
        for request in &mut self.requests {
            if let State::Waiting(waker) = &mut request.state {
                all.extend(waker.take());
            }
        }
        all
    }

    pub(super) fn publish(&mut self, device: &Device) {
        device.publish(0, &mut self.queue);
    }

    pub(super) fn is_busy(&self) -> bool {
        self.queue.in_flight() > 0
    }

    pub(super) fn arm(&self) -> bool {
        self.queue.arm(1)
    }

    pub(super) fn disarm(&self) {
        self.queue.disarm();
    }
}
