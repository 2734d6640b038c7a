//! Requests on their way over one ring: their pages, their room, and what has become of each.
//!
//! All that the back end reads and writes lies in pages of the driver. A future that is dropped leaves its request behind, whose pages
//! are free again only once the back end has answered.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::task::Waker;

use unik_driver::{Atomics, Dma, Line};

use crate::blk::error::{Error, Fault};
use crate::blk::pool::Pool;
use crate::blk::wire::{
    Answer, DIRECT, ENTRY, Head, Kind, Segment, UNIT, put_direct, put_discard, put_indirect,
};
use crate::grants::{Access, Granted};
use crate::guest::Guest;
use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference};
use crate::ring::{Front, Overrun};

/// What is wanted of a disk, counted in 512 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) kind: Kind,
    pub(super) sector: u64,
    pub(super) count: u64,
}

/// A request that was made: its place and how many bytes it moves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) place: usize,
    pub(super) length: usize,
}

#[derive(Debug)]
enum State {
    Free,
    /// The back end has it; who waits, if anybody does already.
    Waiting(Option<Waker>),
    /// The back end has it, and nobody wants it any more.
    Abandoned,
    Done(Result<(), Error>),
}

#[derive(Debug)]
struct Request {
    state: State,
    /// What the back end calls it: never the same twice.
    id: u64,
    kind: Kind,
    /// Those with data, and behind them the one with the list of segments if there is one.
    pages: Vec<usize>,
}

/// All requests of a connection.
pub(super) struct Requests<H: Hypervisor, D: Dma<Memory: Atomics>> {
    ring: Front<Rc<D::Memory>>,
    page: Granted<H, D>,
    handle: u16,
    pool: Pool<H, D>,
    /// The most pages of a request.
    segments: usize,
    requests: Vec<Request>,
    /// How many have been made.
    made: u64,
    pub(super) line: Line,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Requests<H, D> {
    /// No requests, over a new ring for a domain. `handle` is the number of the disk.
    pub(super) fn new(guest: &Guest<H, D>, domain: Domain, handle: u16) -> Result<Self, Fault> {
        let page = Granted::new(&guest.grants, domain, 1, Access::Write)?;
        let ring = Front::new(page.memory().clone(), ENTRY);
        let pool = Pool::new(&guest.grants, domain)?;
        let free = || Request { state: State::Free, id: 0, kind: Kind::Read, pages: Vec::new() };
        let requests = (0..ring.size()).map(|_| free()).collect();
        Ok(Self { ring, page, handle, pool, segments: DIRECT, requests, made: 0, line: Line::default() })
    }

    /// What the back end calls the ring.
    pub(super) fn reference(&self) -> Reference {
        self.page.reference(0)
    }

    /// Lets requests have so many pages, from [`DIRECT`] on.
    pub(super) fn allow(&mut self, segments: usize) {
        self.segments = segments;
    }

    /// Whether a request can be made.
    pub(super) fn has_room(&self) -> bool {
        self.free().is_some() && self.pool.has_any()
    }

    fn free(&self) -> Option<usize> {
        self.requests.iter().position(|request| matches!(request.state, State::Free))
    }

    /// Makes a request for as much as there is room for, at least a page or all; `bytes` is what a write takes along. Nothing if there is no room.
    pub(super) fn make(&mut self, wanted: Wanted, bytes: &[u8]) -> Option<Made> {
        let Wanted { kind, sector, count } = wanted;
        let place = self.free()?;
        let (mut data, mut length) = (0, 0);
        if matches!(kind, Kind::Read | Kind::Write) {
            // What does not fit anyway need not be counted.
            let bytes = usize::try_from(count).unwrap_or(usize::MAX).saturating_mul(UNIT);
            let most = bytes.div_ceil(PAGE).min(self.segments);
            let there = self.pool.free(most + list(most));
            if there == 0 {
                return None;
            }
            data = if there > DIRECT { DIRECT.max(there - 1) } else { there };
            length = bytes.min(data * PAGE);
        }
        let mut pages = core::mem::take(&mut self.requests[place].pages);
        self.pool.take(data + list(data), &mut pages);
        if kind == Kind::Write {
            self.pool.write(&pages, &bytes[..length]);
        }
        self.made += 1;
        // The place stands in it, so that it is found again.
        let id = self.made * self.requests.len() as u64 + place as u64;
        let head = Head { kind, handle: self.handle, id, sector };
        let segment = |(at, page): (usize, &usize)| Segment {
            page: self.pool.reference(*page),
            length: (length - at * PAGE).min(PAGE),
        };
        let segments = pages[..data].iter().enumerate().map(segment);
        let pushed = self.ring.push(|memory, at| match (kind, pages.get(data)) {
            (Kind::Discard, _) => put_discard(memory, at, head, count),
            (_, Some(list)) => {
                let (list_memory, start) = self.pool.at(*list);
                let list = (list_memory, start, self.pool.reference(*list));
                put_indirect(memory, at, head, list, segments);
            }
            (_, None) => put_direct(memory, at, head, segments),
        });
        debug_assert!(pushed, "there are as many entries as requests");
        self.requests[place] = Request { state: State::Waiting(None), id, kind, pages };
        Some(Made { place, length })
    }

    /// Shows the back end what is new; whether it wants to be told.
    pub(super) fn publish(&mut self) -> bool {
        self.ring.publish()
    }

    /// Takes what the back end has answered; gives whom to wake. All requests have been published.
    pub(super) fn collect(&mut self, wake: &mut Vec<Waker>) -> Result<bool, Fault> {
        let mut happened = false;
        while let Some(answer) = self.ring.pop(Answer::read).map_err(|Overrun| Fault::Overrun)? {
            happened = true;
            let place = (answer.id % self.requests.len() as u64) as usize;
            let request = &mut self.requests[place];
            let is_open = matches!(request.state, State::Waiting(_) | State::Abandoned);
            if !is_open || request.id != answer.id {
                return Err(Fault::Id(answer.id));
            }
            if !request.kind.is_answered_by(answer.operation) {
                return Err(Fault::Operation(answer.operation));
            }
            // BLKIF_RSP_*
            let result = match answer.status {
                0 => Ok(()),
                -1 => Err(Error::Host),
                -2 => Err(Error::Unsupported),
                status => return Err(Fault::Status(status)),
            };
            match core::mem::replace(&mut request.state, State::Done(result)) {
                State::Waiting(waker) => wake.extend(waker),
                State::Abandoned | State::Free | State::Done(_) => {
                    self.release(place);
                    wake.extend(self.line.first());
                }
            }
        }
        Ok(happened)
    }

    /// What has become of a request, once it is known.
    pub(super) fn result(&mut self, place: usize, waker: &Waker) -> Option<Result<(), Error>> {
        match &mut self.requests[place].state {
            State::Done(result) => Some(result.clone()),
            State::Waiting(waiting) => {
                match waiting {
                    Some(old) => old.clone_from(waker),
                    None => *waiting = Some(waker.clone()),
                }
                None
            }
            State::Free | State::Abandoned => None,
        }
    }

    /// Copies what a request has brought.
    pub(super) fn read(&self, place: usize, into: &mut [u8]) {
        self.pool.read(&self.requests[place].pages, into);
    }

    /// Wants nothing more of a request; gives whom there is room for now.
    pub(super) fn forget(&mut self, place: usize) -> Option<Waker> {
        let request = &mut self.requests[place];
        if let State::Waiting(_) = request.state {
            request.state = State::Abandoned;
            return None;
        }
        self.release(place);
        self.line.first()
    }

    fn release(&mut self, place: usize) {
        let request = &mut self.requests[place];
        request.state = State::Free;
        self.pool.give_back(&mut request.pages);
    }

    /// Everybody who waits, when there will be no more answers.
    pub(super) fn all(&mut self) -> Vec<Waker> {
        let mut all: Vec<Waker> = self.line.all().collect();
        for request in &mut self.requests {
            if let State::Waiting(waker) = &mut request.state {
                all.extend(waker.take());
            }
        }
        all
    }

    /// Asks to be told of the next answer, if there is any to come; whether there is one already.
    pub(super) fn arm(&self) -> bool {
        // One that has answered too much is looked at, too.
        self.ring.open() > 0 && self.ring.arm(1).unwrap_or(true)
    }
}

/// How many pages the list of so many segments takes.
fn list(segments: usize) -> usize {
    usize::from(segments > DIRECT)
}
