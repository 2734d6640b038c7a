//! Disks (xen/include/public/io/blkif.h): the front end of `vbd`.
//!
//! It decides how calls become requests: in pieces of up to 128 KiB where the back end takes lists of segments, of 44 KiB elsewhere, several
//! at once, in the order of their coming where there is no room for all. Bytes are copied between the caller's buffer and pages
//! that stay granted as long as there is a connection: a future may be dropped while the back end still writes, a back end that keeps pages mapped
//! (persistent grants) saves both ends the most, and one that does not may do as it likes.
//!
//! **A back end that goes** fails what it was asked and had not answered; nothing is asked again by itself, for only the caller knows
//! whether somebody else has written meanwhile. Calls fail as long as it is away and work again once it is back. **A back end that
//! lies** is given up for good.
//!
//! `wire` is the protocol, `properties` what a back end says of its disk, `pool` the pages, `requests` what is on its way, `connection` who
//! waits for it.

mod connection;
mod error;
mod pool;
mod properties;
mod requests;
mod wire;

use alloc::collections::VecDeque;
use alloc::rc::Rc;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};
use core::cell::{Cell, RefCell};
use core::fmt;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use unik::block::range;
use unik_driver::{Atomics, Dma};

use crate::bus::{self, Back, Driver, Front, State};
use crate::guest::Guest;
use crate::hypervisor::Hypervisor;
use connection::{Connection, Ticket};
pub use error::{Error, Fault};
use properties::Properties;
use requests::Wanted;
use wire::{Kind, UNIT};

/// The folder of front ends, below `device/`.
pub const KIND: &str = "vbd";

/// A disk.
pub struct Disk<H: Hypervisor, D: Dma<Memory: Atomics>> {
    guest: Guest<H, D>,
    front: Front,
    handle: u16,
    link: RefCell<Link<H, D>>,
    properties: Cell<Properties>,
    /// Whether any back end has ever said what its disk is.
    known: Cell<bool>,
    /// Who waits for another link.
    waiting: RefCell<Vec<Waker>>,
}

/// What there is of a back end.
enum Link<H: Hypervisor, D: Dma<Memory: Atomics>> {
    /// There is none.
    Away,
    /// It knows of the ring, and has not said that it uses it.
    Offered(Rc<Connection<H, D>>),
    Up(Rc<Connection<H, D>>),
    Lost(Fault),
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics>> Disk<H, D> {
    /// The disk of a front end. It is in use once somebody runs it ([`Disk::run`]), polls it ([`Disk::poll`]), and there is a back end.
    pub fn new(guest: Guest<H, D>, front: Front) -> Self {
        // Numbers of disks have more bits than requests have room for; whoever has one ring has one disk.
        let handle = front.number().parse::<u64>().map_or(0, |number| number as u16);
        Self {
            guest,
            front,
            handle,
            link: RefCell::new(Link::Away),
            properties: Cell::new(Properties::default()),
            known: Cell::new(false),
            waiting: RefCell::default(),
        }
    }

    /// Follows what becomes of the back end; ends when the disk is given up for good, with the reason.
    pub async fn run(&self) -> Fault {
        let error = self.front.run(self).await;
        self.give_up(Fault::Bus(error));
        self.fault().expect("it was given up just now, or before")
    }

    /// Waits until the disk can be used.
    ///
    /// # Errors
    /// When it was given up. It waits for as long as no back end comes.
    pub async fn opened(&self) -> Result<(), Error> {
        poll_fn(|cx| match &*self.link.borrow() {
            Link::Up(_) => Poll::Ready(Ok(())),
            Link::Lost(fault) => Poll::Ready(Err(Error::Lost(fault.clone()))),
            Link::Away | Link::Offered(_) => {
                self.wait(cx.waker());
                Poll::Pending
            }
        })
        .await
    }

    /// What is wrong with it, if it was given up.
    pub fn fault(&self) -> Option<Fault> {
        match &*self.link.borrow() {
            Link::Lost(fault) => Some(fault.clone()),
            Link::Away | Link::Offered(_) | Link::Up(_) => None,
        }
    }

    fn up(&self) -> Option<Rc<Connection<H, D>>> {
        match &*self.link.borrow() {
            Link::Up(connection) => Some(connection.clone()),
            Link::Away | Link::Offered(_) | Link::Lost(_) => None,
        }
    }

    /// Tells the back end of new requests, takes its answers, and wakes who waits; whether there were any.
    pub fn poll(&self) -> bool {
        let Some(connection) = self.up() else { return false };
        match connection.poll() {
            Ok(happened) => happened,
            Err(fault) => {
                self.give_up(fault);
                true
            }
        }
    }

    /// Asks for an event if anything is on its way; whether an answer has come meanwhile.
    pub fn arm(&self) -> bool {
        self.up().is_some_and(|connection| connection.arm())
    }

    /// Wakes somebody when there is another link.
    fn wait(&self, waker: &Waker) {
        let mut waiting = self.waiting.borrow_mut();
        if !waiting.iter().any(|known| known.will_wake(waker)) {
            waiting.push(waker.clone());
        }
    }

    /// Puts another link in the place of one, unless the disk was given up, which stays so; whether it did.
    fn put(&self, link: Link<H, D>) -> bool {
        let end = match &link {
            Link::Lost(fault) => Error::Lost(fault.clone()),
            Link::Away | Link::Offered(_) | Link::Up(_) => Error::Away,
        };
        let mut place = self.link.borrow_mut();
        let same = match (&*place, &link) {
            (Link::Lost(_), _) => return false,
            (Link::Offered(old), Link::Up(new)) => Rc::ptr_eq(old, new),
            _ => false,
        };
        let old = core::mem::replace(&mut *place, link);
        drop(place);
        if let (Link::Offered(connection) | Link::Up(connection), false) = (old, same) {
            connection.finish(end);
        }
        self.waiting.take().into_iter().for_each(Waker::wake);
        true
    }

    fn give_up(&self, fault: Fault) {
        let line = format!("the disk {} is given up: {fault}", self.front);
        if self.put(Link::Lost(fault)) {
            log::warn!("{line}");
        }
    }

    /// Gives it up while the bus waits for what to do next.
    fn refuse(&self, fault: Fault) -> bus::Error {
        let reason = fault.to_string();
        self.give_up(fault);
        bus::Error::GivenUp(reason)
    }

    /// Takes up what the back end says of its disk.
    async fn look(&self, back: &Back) -> Result<Properties, bus::Error> {
        let found = Properties::read(back).await?.map_err(|fault| self.refuse(fault))?;
        if self.known.replace(true) && found.sector_size != self.properties.get().sector_size {
            return Err(self.refuse(Fault::SectorSize));
        }
        self.properties.set(found);
        Ok(found)
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> fmt::Debug for Disk<H, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Disk").field("front", &self.front).finish_non_exhaustive()
    }
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics>> Driver for Disk<H, D> {
    const OFFERED: State = State::Initialised;

    async fn offer(&self, back: &Back) -> Result<Vec<(String, String)>, bus::Error> {
        if self.front.text("device-type").await?.as_deref() == Some("cdrom") {
            return Err(self.refuse(Fault::Removable));
        }
        let connection = Connection::new(&self.guest, back.domain(), self.handle);
        let connection = Rc::new(connection.map_err(|fault| self.refuse(fault))?);
        let said = vec![
            ("ring-ref".into(), connection.reference().0.to_string()),
            ("event-channel".into(), connection.port().0.to_string()),
            ("protocol".into(), "x86_64-abi".into()),
            ("feature-persistent".into(), "1".into()),
        ];
        self.put(Link::Offered(connection));
        Ok(said)
    }

    async fn connected(&self, back: &Back) -> Result<(), bus::Error> {
        let properties = self.look(back).await?;
        let offered = match &*self.link.borrow() {
            Link::Offered(connection) => Some(connection.clone()),
            Link::Away | Link::Up(_) | Link::Lost(_) => None,
        };
        if let Some(connection) = offered {
            connection.allow(properties.segments);
            self.put(Link::Up(connection));
        }
        Ok(())
    }

    async fn changed(&self, back: &Back) -> Result<(), bus::Error> {
        self.look(back).await.map(drop)
    }

    fn released(&self) {
        self.put(Link::Away);
    }

    async fn failed(&self) -> String {
        poll_fn(|cx| match self.fault() {
            Some(fault) => Poll::Ready(fault.to_string()),
            None => {
                self.wait(cx.waker());
                Poll::Pending
            }
        })
        .await
    }
}

/// What is read into, or written from.
enum Data<'a> {
    Into(&'a mut [u8]),
    From(&'a [u8]),
}

impl Data<'_> {
    fn length(&self) -> usize {
        match self {
            Self::Into(buffer) => buffer.len(),
            Self::From(bytes) => bytes.len(),
        }
    }

    /// What a request for the rest says.
    fn rest(&self, start: u64, at: usize) -> (Wanted, &[u8]) {
        let (kind, bytes) = match self {
            Self::Into(_) => (Kind::Read, &[][..]),
            Self::From(bytes) => (Kind::Write, &bytes[at..]),
        };
        let count = ((self.length() - at) / UNIT) as u64;
        (Wanted { kind, sector: start + (at / UNIT) as u64, count }, bytes)
    }
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics>> Disk<H, D> {
    fn connection(&self) -> Result<Rc<Connection<H, D>>, Error> {
        match &*self.link.borrow() {
            Link::Up(connection) => Ok(connection.clone()),
            Link::Lost(fault) => Err(Error::Lost(fault.clone())),
            Link::Away | Link::Offered(_) => Err(Error::Away),
        }
    }

    /// Checks a range of bytes; where it starts, in 512 bytes.
    fn start(&self, sector: u64, length: usize) -> Result<u64, Error> {
        let known = self.properties.get();
        range(sector, length, known.sector_size, known.sectors).map_err(Error::Outside)?;
        Ok(sector * known.units())
    }

    /// Reads or writes from `start` on, several requests at once.
    async fn transfer(&self, start: u64, mut data: Data<'_>) -> Result<(), Error> {
        let connection = self.connection()?;
        let mut tickets: VecDeque<(usize, Ticket<'_, H, D>)> = VecDeque::new();
        let (mut at, length) = (0, data.length());
        while at < length || !tickets.is_empty() {
            while at < length {
                let (wanted, bytes) = data.rest(start, at);
                let ticket = if tickets.is_empty() {
                    Some(connection.make(wanted, bytes).await?)
                } else {
                    connection.try_make(wanted, bytes, None)?
                };
                let Some(ticket) = ticket else { break };
                let here = at;
                at += ticket.length();
                tickets.push_back((here, ticket));
            }
            if let Some((here, ticket)) = tickets.pop_front() {
                ticket.done().await?;
                if let Data::Into(buffer) = &mut data {
                    ticket.read(&mut buffer[here..here + ticket.length()]);
                }
            }
        }
        Ok(())
    }

    /// Makes one request without data and waits for it.
    async fn ask(&self, wanted: Wanted) -> Result<(), Error> {
        let connection = self.connection()?;
        let ticket = connection.make(wanted, &[]).await?;
        ticket.done().await
    }
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics>> unik::block::Block for Disk<H, D> {
    type Error = Error;

    fn sector_size(&self) -> usize {
        self.properties.get().sector_size
    }

    fn sectors(&self) -> u64 {
        self.properties.get().sectors
    }

    fn is_read_only(&self) -> bool {
        self.properties.get().read_only
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let start = self.start(sector, buffer.len())?;
        self.transfer(start, Data::Into(buffer)).await
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), Error> {
        let start = self.start(sector, bytes.len())?;
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        self.transfer(start, Data::From(bytes)).await
    }

    async fn flush(&self) -> Result<(), Error> {
        if !self.properties.get().flush {
            // Such a back end has no way to be told, and answers a write when it is done.
            return self.connection().map(drop);
        }
        self.ask(Wanted { kind: Kind::Flush, sector: 0, count: 0 }).await
    }

    async fn discard(&self, sector: u64, count: u64) -> Result<(), Error> {
        let known = self.properties.get();
        if sector.checked_add(count).is_none_or(|end| end > known.sectors) {
            let past = unik::block::Outside::PastEnd { sector, count, sectors: known.sectors };
            return Err(Error::Outside(past));
        }
        if known.read_only {
            return Err(Error::ReadOnly);
        }
        let whole =
            known.discard.and_then(|extents| extents.within(sector * known.units(), count * known.units()));
        let Some((sector, count)) = whole else { return self.connection().map(drop) };
        match self.ask(Wanted { kind: Kind::Discard, sector, count }).await {
            // It may say so at any time; nothing was promised.
            Err(Error::Unsupported) => {
                self.properties.set(Properties { discard: None, ..self.properties.get() });
                Ok(())
            }
            result => result,
        }
    }
}
