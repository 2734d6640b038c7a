//! Frames in: pages that the back end always has, and the frames that it has copied there.
//!
//! A page stays granted as long as the connection lasts; what is in it is copied out before anybody looks at it, once and in one piece,
//! and the page goes back at once. So the back end cannot change a frame under its reader, and no frame keeps pages from it. Responses
//! come in the order of the requests and their pages go back in that order: the page of an answer follows from its count alone.

use alloc::rc::Rc;
use alloc::vec;
use alloc::vec::Vec;

use unik::net::Received;
use unik_driver::{Atomics, Dma, Memory};

use super::fault::Fault;
use super::features::{ETHERNET, LONGEST_IN};
use super::wire::{self, Arrived, EXTRA, MORE};
use crate::grants::{Access, Exhausted, Granted, Grants};
use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference};
use crate::ring::Front;

/// After how many pages the back end is shown that they are there again.
const BATCH: u32 = 16;
/// Pages at least.
const LEAST: usize = 32;
/// Pieces of a frame at most: the 18 that every end takes (`XEN_NETIF_NR_SLOTS_MIN`), and one for headers that lie apart.
const PIECES: u32 = 19;

/// The receiving half.
pub(super) struct Receive<H: Hypervisor, D: Dma<Memory: Atomics>> {
    ring: Front<Rc<D::Memory>>,
    granted_ring: Granted<H, D>,
    pages: Granted<H, D>,
    /// How many pages there are, a power of two.
    count: u32,
    /// How many responses were taken.
    taken: u32,
    /// Pages that the back end was not shown yet.
    unshown: u32,
    frame: Frame,
    /// What is expected next of the frame.
    expected: Expected,
    /// Pieces of it so far.
    pieces: u32,
    /// The back end has lost a piece of it.
    lost: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    First,
    /// Something beside the frame, and whether the frame goes on then.
    Extra {
        more: bool,
    },
    More,
    /// Nothing: it is there.
    Taker,
}

/// A frame as it comes together.
#[derive(Debug, Default)]
pub(super) struct Frame {
    /// Room for the longest, taken when it is first needed.
    bytes: Vec<u8>,
    length: usize,
    received: Received,
}

impl Frame {
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    pub(super) fn received(&self) -> Received {
        self.received
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Receive<H, D> {
    /// Makes a ring of which the back end has all pages.
    pub(super) fn new(grants: &Rc<Grants<H, D>>, domain: Domain, pages: usize) -> Result<Self, Exhausted> {
        let granted_ring = Granted::new(grants, domain, 1, Access::Write)?;
        let ring = Front::new(granted_ring.memory().clone(), wire::RECEIVED);
        // A back end waits until there is room for the longest frame.
        let count = 1 << pages.clamp(LEAST, ring.size() as usize).ilog2();
        let pages = Granted::new(grants, domain, count as usize, Access::Write)?;
        let mut receive = Self {
            ring,
            granted_ring,
            pages,
            count,
            taken: 0,
            unshown: 0,
            frame: Frame::default(),
            expected: Expected::First,
            pieces: 0,
            lost: false,
        };
        (0..count).for_each(|page| receive.give_back(page));
        // The channel is not known to anybody yet.
        let _ = receive.show();
        Ok(receive)
    }

    /// What the back end must know to find the ring.
    pub(super) fn reference(&self) -> Reference {
        self.granted_ring.reference(0)
    }

    /// Whether a frame is there. Takes in what has come of one.
    pub(super) fn has_frame(&mut self) -> Result<bool, Fault> {
        // No page that is given back here is shown: so this ends, however fast the back end is.
        while self.expected != Expected::Taker {
            let Some(arrived) = self.ring.pop(Arrived::read)? else { return Ok(false) };
            let page = self.taken & (self.count - 1);
            self.taken = self.taken.wrapping_add(1);
            self.expected = match self.expected {
                Expected::Extra { .. } if !arrived.is_segment() => return Err(Fault::Extra),
                Expected::Extra { more: true } => Expected::More,
                Expected::Extra { more: false } => self.end()?,
                _ => self.add(page, arrived)?,
            };
            self.give_back(page);
        }
        Ok(true)
    }

    /// Adds a piece that lies in a page.
    fn add(&mut self, page: u32, arrived: Arrived) -> Result<Expected, Fault> {
        if arrived.id() != page as u16 {
            return Err(Fault::Identifier);
        }
        let first = self.expected == Expected::First;
        if arrived.is_strange() || arrived.has(EXTRA) && !first {
            return Err(Fault::Extra);
        }
        if first {
            self.frame.length = 0;
            self.frame.received = Received { verified: arrived.is_verified() };
            (self.pieces, self.lost) = (0, false);
        }
        self.pieces += 1;
        if self.pieces > PIECES {
            return Err(Fault::Pieces);
        }
        match arrived.length() {
            Some(length) => self.copy(page, arrived.offset().into(), length.into())?,
            None => self.lost = true,
        }
        let more = arrived.has(MORE);
        match (arrived.has(EXTRA), more) {
            (true, more) => Ok(Expected::Extra { more }),
            (false, true) => Ok(Expected::More),
            (false, false) => self.end(),
        }
    }

    fn copy(&mut self, page: u32, offset: usize, length: usize) -> Result<(), Fault> {
        let end = self.frame.length + length;
        if offset + length > PAGE || end > LONGEST_IN {
            return Err(Fault::Length);
        }
        if self.frame.bytes.is_empty() {
            self.frame.bytes = vec![0; LONGEST_IN];
        }
        let into = &mut self.frame.bytes[self.frame.length..end];
        self.pages.memory().read(page as usize * PAGE + offset, into);
        self.frame.length = end;
        Ok(())
    }

    /// All of a frame is there.
    fn end(&self) -> Result<Expected, Fault> {
        match self.frame.length {
            // The rest of it is of no use to anybody.
            _ if self.lost => Ok(Expected::First),
            ..ETHERNET => Err(Fault::Length),
            _ => Ok(Expected::Taker),
        }
    }

    /// Asks for a page to be filled again.
    fn give_back(&mut self, page: u32) {
        let reference = self.pages.reference(page as usize);
        let pushed = self.ring.push(|ring, at| wire::write_buffer(ring, at, page as u16, reference));
        debug_assert!(pushed, "there are no more pages than entries");
        self.unshown += 1;
    }

    /// Takes the next frame.
    pub(super) fn take(&mut self) -> Result<Option<Frame>, Fault> {
        if !self.has_frame()? {
            return Ok(None);
        }
        self.expected = Expected::First;
        Ok(Some(core::mem::take(&mut self.frame)))
    }

    /// Gives back the room of a frame that was looked at.
    pub(super) fn put(&mut self, frame: Frame) {
        // Another one may have come together meanwhile, in room of its own.
        if self.frame.bytes.is_empty() {
            self.frame.bytes = frame.bytes;
        }
    }

    /// Whether so many pages are not shown yet that they should be.
    pub(super) fn is_due(&self) -> bool {
        self.unshown >= BATCH
    }

    /// Shows the back end the pages that it has again; whether it must be told.
    #[must_use]
    pub(super) fn show(&mut self) -> bool {
        self.unshown = 0;
        self.ring.publish()
    }

    /// Asks for an event for what comes next; whether something has come meanwhile.
    pub(super) fn arm(&self) -> Result<bool, Fault> {
        Ok(self.expected == Expected::Taker || self.ring.arm(1)?)
    }
}
