//! A connection with a back end: a ring, a port, and who waits for which request.
//!
//! It decides who may make a request next, and when the back end is told: once for all requests of a turn of the executor. A connection
//! ends once. Who waits then gets what has been answered, and an error for the rest: whether the back end has done it is not known.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use unik_driver::{Atomics, Dma};

use crate::blk::error::{Error, Fault};
use crate::blk::requests::{Made, Requests, Wanted};
use crate::events::{Channel, Events};
use crate::guest::Guest;
use crate::hypervisor::{Domain, Hypervisor, Port, Reference};

/// A connection.
pub(super) struct Connection<H: Hypervisor, D: Dma<Memory: Atomics>> {
    channel: Channel<H>,
    events: Rc<Events<D::Memory>>,
    requests: RefCell<Requests<H, D>>,
    /// Why it has ended.
    end: RefCell<Option<Error>>,
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics>> Connection<H, D> {
    /// A ring and a port for a domain. `handle` is the number of the disk.
    pub(super) fn new(guest: &Guest<H, D>, domain: Domain, handle: u16) -> Result<Self, Fault> {
        let requests = Requests::new(guest, domain, handle)?;
        let port = guest.hypervisor.allocate(domain).map_err(|refused| Fault::Port(Some(refused)))?;
        let channel = Channel::new(guest.hypervisor.clone(), port);
        if !guest.events.unmask(port) {
            return Err(Fault::Port(None));
        }
        let (events, requests) = (guest.events.clone(), RefCell::new(requests));
        Ok(Self { channel, events, requests, end: RefCell::new(None) })
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Connection<H, D> {
    pub(super) fn port(&self) -> Port {
        self.channel.port()
    }

    pub(super) fn reference(&self) -> Reference {
        self.requests.borrow().reference()
    }

    /// Lets requests have so many pages.
    pub(super) fn allow(&self, segments: usize) {
        self.requests.borrow_mut().allow(segments);
    }

    /// Tells the back end of new requests, takes its answers, and wakes who waits; whether there were any.
    pub(super) fn poll(&self) -> Result<bool, Fault> {
        let mut wake = Vec::new();
        let mut requests = self.requests.borrow_mut();
        let tell = requests.publish();
        let happened = requests.collect(&mut wake);
        drop(requests);
        if tell {
            self.channel.notify();
        }
        wake.into_iter().for_each(Waker::wake);
        happened
    }

    /// Asks for an event if anything is on its way; whether an answer has come meanwhile.
    pub(super) fn arm(&self) -> bool {
        self.requests.borrow().arm()
    }

    /// Ends it.
    pub(super) fn finish(&self, error: Error) {
        self.events.mask(self.channel.port());
        self.end.borrow_mut().get_or_insert(error);
        let all = self.requests.borrow_mut().all();
        all.into_iter().for_each(Waker::wake);
    }

    fn check(&self) -> Result<(), Error> {
        self.end.borrow().clone().map_or(Ok(()), Err)
    }

    /// Makes a request once it is its turn and there is room: for all of what is wanted, or for its start. `bytes` is what a write takes along.
    pub(super) async fn make(&self, wanted: Wanted, bytes: &[u8]) -> Result<Ticket<'_, H, D>, Error> {
        let mut turn = Turn { connection: self, place: None };
        poll_fn(|cx| {
            if let Some(made) = self.try_make(wanted, bytes, turn.place)? {
                return Poll::Ready(Ok(made));
            }
            self.requests.borrow_mut().line.wait(&mut turn.place, cx.waker());
            Poll::Pending
        })
        .await
    }

    /// Makes a request if there is room now, and nobody waits who is before `place` in the line.
    pub(super) fn try_make(
        &self,
        wanted: Wanted,
        bytes: &[u8],
        place: Option<u64>,
    ) -> Result<Option<Ticket<'_, H, D>>, Error> {
        self.check()?;
        let mut requests = self.requests.borrow_mut();
        if requests.line.is_before(place) {
            return Ok(None);
        }
        Ok(requests.make(wanted, bytes).map(|made| Ticket { connection: self, made }))
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Drop for Connection<H, D> {
    fn drop(&mut self) {
        // The port is closed now, and may be another one's next.
        self.events.mask(self.channel.port());
    }
}

/// A request that is on its way; when dropped, it is forgotten.
pub(super) struct Ticket<'a, H: Hypervisor, D: Dma<Memory: Atomics>> {
    connection: &'a Connection<H, D>,
    made: Made,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Ticket<'_, H, D> {
    /// How many bytes it moves.
    pub(super) fn length(&self) -> usize {
        self.made.length
    }

    /// Waits for the back end.
    pub(super) async fn done(&self) -> Result<(), Error> {
        poll_fn(|cx| {
            // What is done is done, even if the connection has ended since.
            let result = self.connection.requests.borrow_mut().result(self.made.place, cx.waker());
            match (result, self.connection.check()) {
                (Some(result), _) => Poll::Ready(result),
                (None, Err(end)) => Poll::Ready(Err(end)),
                (None, Ok(())) => Poll::Pending,
            }
        })
        .await
    }

    /// Copies what it has brought.
    pub(super) fn read(&self, into: &mut [u8]) {
        self.connection.requests.borrow().read(self.made.place, into);
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Drop for Ticket<'_, H, D> {
    fn drop(&mut self) {
        let next = self.connection.requests.borrow_mut().forget(self.made.place);
        next.into_iter().for_each(Waker::wake);
    }
}

/// A future's place in the line; when dropped, the next one's turn has come.
struct Turn<'a, H: Hypervisor, D: Dma<Memory: Atomics>> {
    connection: &'a Connection<H, D>,
    place: Option<u64>,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Drop for Turn<'_, H, D> {
    fn drop(&mut self) {
        if self.place.is_none() {
            return;
        }
        let mut requests = self.connection.requests.borrow_mut();
        requests.line.leave(self.place);
        let next = if requests.has_room() { requests.line.first() } else { None };
        drop(requests);
        next.into_iter().for_each(Waker::wake);
    }
}
