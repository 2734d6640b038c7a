//! Disks (virtio 1.2, 5.2).
//!
//! It decides how calls become requests: in pieces of up to 64 KiB, several at once, in the order of their coming where there is
//! no room for all. Bytes are copied between the caller's buffer and pages of the driver, since a future may be dropped while
//! the device still writes. Requests are told to the device once for all that are made in a turn of the executor.

mod error;
mod requests;

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::poll_fn;
use core::task::{Poll, Waker};

use unik::block::range;
use unik_driver::{PAGE, PAGES};

use crate::device::{Device, EVENT_IDX, INDIRECT_DESC};
use crate::fault::Fault;
use crate::memory::{Dma, Memory};
use crate::transport::Transport;
pub use error::Error;
use requests::{Kind, Made, Requests, Wanted};

/// The type of disks.
pub const KIND: u32 = 2;
/// Descriptors of the queue, if the device allows that many.
const QUEUE: u16 = 128;
/// In what the device counts, whatever its sectors are.
const UNIT: usize = 512;
/// Bytes of an identity.
const IDENTITY: usize = 20;

// Feature bits (5.2.3).
const SIZE_MAX: u32 = 1;
const READ_ONLY: u32 = 5;
const BLK_SIZE: u32 = 6;
const FLUSH: u32 = 9;

/// A disk.
#[derive(Debug)]
pub struct Disk<M> {
    // Dropped first: the device is reset before its memory is freed.
    device: Device,
    sector_size: usize,
    sectors: u64,
    /// The most bytes that the device takes in one piece: whole sectors.
    most: usize,
    requests: RefCell<Requests<M>>,
    data: M,
}

impl<M: Memory> Disk<M> {
    /// Brings a disk up.
    pub fn start(transport: Box<dyn Transport>, dma: &impl Dma<Memory = M>) -> Result<Self, Fault> {
        let known = [SIZE_MAX, READ_ONLY, BLK_SIZE, FLUSH, EVENT_IDX, INDIRECT_DESC];
        let known = known.into_iter().fold(0, |bits, feature| bits | 1 << feature);
        let device = Device::start(transport, |offered, _| offered & known)?;
        let (capacity, size_max, blk_size) = device.config(|config| {
            let capacity = u64::from(config.config32(0)) | u64::from(config.config32(4)) << 32;
            (capacity, config.config32(8) as usize, config.config32(20) as usize)
        })?;
        let sector_size = if device.has(BLK_SIZE) { blk_size } else { UNIT };
        if !sector_size.is_power_of_two() || !(UNIT..=PAGES * PAGE).contains(&sector_size) {
            return Err(Fault::Geometry);
        }
        let most = if device.has(SIZE_MAX) && size_max > 0 { size_max } else { PAGES * PAGE };
        let most = most / sector_size * sector_size;
        if most == 0 {
            return Err(Fault::Geometry);
        }
        let queue = device.queue(dma, 0, QUEUE)?;
        let (requests, data) = Requests::new(dma, queue, device.has(INDIRECT_DESC))?;
        device.ready();
        let sectors = capacity / (sector_size / UNIT) as u64;
        Ok(Self { device, sector_size, sectors, most, requests: RefCell::new(requests), data })
    }

    /// What is wrong with it, if it was given up.
    pub fn fault(&self) -> Option<Fault> {
        self.device.fault()
    }

    /// The name that the host gave it, if it gave one (VIRTIO_BLK_T_GET_ID): at most 20 bytes.
    pub async fn identity(&self) -> Result<String, Error> {
        let wanted =
            Wanted { kind: Kind::Identity, sector: 0, length: IDENTITY, unit: IDENTITY, most: IDENTITY };
        let ticket = self.make(wanted, |_| {}).await?;
        ticket.done().await?;
        let bytes: Vec<u8> =
            ticket.look(|bytes| bytes.iter().copied().take_while(|byte| *byte != 0).collect());
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// Tells the device of new requests, takes what it has done, and wakes who waits; whether anything was done.
    pub fn poll(&self) -> bool {
        if self.fault().is_some() {
            return false;
        }
        let mut wake = Vec::new();
        let mut requests = self.requests.borrow_mut();
        requests.publish(&self.device);
        let happened = self.device.checked(requests.collect(&mut wake)).unwrap_or(true);
        requests.disarm();
        // How large the disk is was said when it started; a change of that is not taken up.
        let _ = self.device.look();
        if self.fault().is_some() {
            wake.extend(requests.all());
        }
        drop(requests);
        wake.into_iter().for_each(Waker::wake);
        happened || self.fault().is_some()
    }

    /// Asks for an interrupt if anything is on its way; whether something has come back meanwhile.
    pub fn arm(&self) -> bool {
        let requests = self.requests.borrow();
        if self.fault().is_some() || !requests.is_busy() {
            return false;
        }
        requests.arm()
    }

    /// Makes a request once it is its turn and there is room: for all of what is wanted, or for its start.
    async fn make(&self, wanted: Wanted, fill: impl Fn(&Made)) -> Result<Ticket<'_, M>, Error> {
        let mut turn = Turn { disk: self, place: None };
        poll_fn(|cx| {
            if let Some(made) = self.try_make(wanted, turn.place, &fill)? {
                return Poll::Ready(Ok(made));
            }
            self.requests.borrow_mut().line.wait(&mut turn.place, cx.waker());
            Poll::Pending
        })
        .await
    }

    fn try_make(
        &self,
        wanted: Wanted,
        place: Option<u64>,
        fill: impl FnOnce(&Made),
    ) -> Result<Option<Ticket<'_, M>>, Error> {
        if let Some(fault) = self.fault() {
            return Err(Error::Lost(fault));
        }
        let mut requests = self.requests.borrow_mut();
        if requests.line.is_before(place) {
            return Ok(None);
        }
        let made = requests.make(wanted, &self.data, fill).map_err(|fault| {
            self.device.fail(fault);
            Error::Lost(fault)
        })?;
        Ok(made.map(|made| Ticket { disk: self, made }))
    }

    fn wanted(&self, kind: Kind, sector: u64, at: usize, length: usize) -> Wanted {
        let sector = sector * (self.sector_size / UNIT) as u64 + (at / UNIT) as u64;
        Wanted { kind, sector, length: length - at, unit: self.sector_size, most: self.most }
    }

    /// Reads or writes `length` bytes from `sector` on, several requests at once. `fill` writes what a request takes along,
    /// `take` gets what it has brought; both with where in the whole it is.
    async fn transfer(
        &self,
        (kind, sector, length): (Kind, u64, usize),
        fill: impl Fn(usize, &mut [u8]),
        mut take: impl FnMut(usize, &[u8]),
    ) -> Result<(), Error> {
        let mut tickets: VecDeque<(usize, Ticket<'_, M>)> = VecDeque::new();
        let mut at = 0;
        let put = |at: usize, made: &Made| {
            self.data.lend_mut(made.start..made.start + made.length, |bytes| fill(at, bytes));
        };
        while at < length || !tickets.is_empty() {
            while at < length {
                let wanted = self.wanted(kind, sector, at, length);
                let fill = |made: &Made| put(at, made);
                let ticket = if tickets.is_empty() {
                    Some(self.make(wanted, fill).await?)
                } else {
                    self.try_make(wanted, None, fill)?
                };
                let Some(ticket) = ticket else { break };
                let here = at;
                at += ticket.made.length;
                tickets.push_back((here, ticket));
            }
            if let Some((here, ticket)) = tickets.pop_front() {
                ticket.done().await?;
                ticket.look(|bytes| take(here, bytes));
            }
        }
        Ok(())
    }
}

impl<M: Memory> unik::block::Block for Disk<M> {
    type Error = Error;

    fn sector_size(&self) -> usize {
        self.sector_size
    }

    fn sectors(&self) -> u64 {
        self.sectors
    }

    fn is_read_only(&self) -> bool {
        self.device.has(READ_ONLY)
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), Error> {
        range(sector, buffer.len(), self.sector_size, self.sectors).map_err(Error::Outside)?;
        let whole = (Kind::Read, sector, buffer.len());
        let take = |at: usize, bytes: &[u8]| buffer[at..at + bytes.len()].copy_from_slice(bytes);
        self.transfer(whole, |_, _| {}, take).await
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), Error> {
        range(sector, bytes.len(), self.sector_size, self.sectors).map_err(Error::Outside)?;
        if self.is_read_only() {
            return Err(Error::ReadOnly);
        }
        let fill = |at: usize, room: &mut [u8]| room.copy_from_slice(&bytes[at..at + room.len()]);
        self.transfer((Kind::Write, sector, bytes.len()), fill, |_, _| {}).await
    }

    async fn flush(&self) -> Result<(), Error> {
        if !self.device.has(FLUSH) {
            // Such a device keeps nothing back (5.2.6.2).
            return self.fault().map_or(Ok(()), |fault| Err(Error::Lost(fault)));
        }
        let wanted = Wanted { kind: Kind::Flush, sector: 0, length: 0, unit: 0, most: 0 };
        self.make(wanted, |_| {}).await?.done().await
    }
}

/// A request that is on its way; when dropped, it is forgotten.
struct Ticket<'a, M: Memory> {
    disk: &'a Disk<M>,
    made: Made,
}

impl<M: Memory> Ticket<'_, M> {
    /// Waits for the device.
    async fn done(&self) -> Result<(), Error> {
        let status = poll_fn(|cx| {
            // What is done is done, even if the disk was given up afterwards.
            let status = self.disk.requests.borrow_mut().status(self.made.number, cx.waker());
            match (status, self.disk.fault()) {
                (Some(status), _) => Poll::Ready(Ok(status)),
                (None, Some(fault)) => Poll::Ready(Err(Error::Lost(fault))),
                (None, None) => Poll::Pending,
            }
        });
        match status.await? {
            0 => Ok(()),
            1 => Err(Error::Host),
            2 => Err(Error::Unsupported),
            other => Err(Error::Status(other)),
        }
    }

    /// Looks at what the device has written.
    fn look<R>(&self, look: impl FnOnce(&[u8]) -> R) -> R {
        self.disk.data.lend(self.made.start..self.made.start + self.made.length, look)
    }
}

impl<M: Memory> Drop for Ticket<'_, M> {
    fn drop(&mut self) {
        let next = self.disk.requests.borrow_mut().forget(self.made.number);
        next.into_iter().for_each(Waker::wake);
    }
}

/// A future's place in the line; when dropped, the next one's turn has come.
struct Turn<'a, M: Memory> {
    disk: &'a Disk<M>,
    place: Option<u64>,
}

impl<M: Memory> Drop for Turn<'_, M> {
    fn drop(&mut self) {
        if self.place.is_none() {
            return;
        }
        let mut requests = self.disk.requests.borrow_mut();
        requests.line.leave(self.place);
        let next = if requests.has_room(self.disk.sector_size) { requests.line.first() } else { None };
        drop(requests);
        next.into_iter().for_each(Waker::wake);
    }
}
