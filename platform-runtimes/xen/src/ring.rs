//! Rings: how requests go to the other side and responses come back (xen/include/public/io/ring.h).
//!
//! The front end's half. Both sides count on without end; an index is a count modulo the size. What the other side says is checked
//! against what was sent, and what was sent is kept here, where the other side cannot reach it.

use core::sync::atomic::{Ordering, fence};

use unik_driver::Memory;

use crate::hypervisor::PAGE;

// Offsets in the page.
const REQUESTS: usize = 0;
const REQUEST_EVENT: usize = 4;
const RESPONSES: usize = 8;
const RESPONSE_EVENT: usize = 12;
/// Where the entries start.
const ENTRIES: usize = 64;

/// The other side has answered more than it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overrun;

/// The front end of a ring.
#[derive(Debug)]
pub struct Front<M> {
    page: M,
    /// How many entries there are, a power of two.
    size: u32,
    /// Bytes of an entry.
    entry: usize,
    /// Requests that were written, and that the other side was told of.
    written: u32,
    published: u32,
    /// Responses that were taken.
    taken: u32,
}

impl<M: Memory> Front<M> {
    /// A ring in a page that is zero, with entries of so many bytes: the larger of request and response.
    pub fn new(page: M, entry: usize) -> Self {
        let fits = ((PAGE - ENTRIES) / entry) as u32;
        let size = 1 << fits.ilog2();
        page.store32(REQUEST_EVENT, 1);
        page.store32(RESPONSE_EVENT, 1);
        Self { page, size, entry, written: 0, published: 0, taken: 0 }
    }

    /// The page, to be granted.
    pub fn page(&self) -> &M {
        &self.page
    }

    /// How many entries there are.
    pub fn size(&self) -> u32 {
        self.size
    }

    /// How many requests have no response yet, those not published included.
    pub fn open(&self) -> u32 {
        self.written.wrapping_sub(self.taken)
    }

    /// How many requests can be written.
    pub fn room(&self) -> u32 {
        self.size - self.open()
    }

    /// Writes a request: `write` gets the page and where the entry stands. False if there is no room.
    pub fn push(&mut self, write: impl FnOnce(&M, usize)) -> bool {
        if self.room() == 0 {
            return false;
        }
        write(&self.page, self.offset(self.written));
        self.written = self.written.wrapping_add(1);
        true
    }

    /// Shows the other side what was written; whether it wants to be told.
    #[must_use]
    pub fn publish(&mut self) -> bool {
        let old = self.published;
        if old == self.written {
            return false;
        }
        // The entries come before the count.
        fence(Ordering::SeqCst);
        self.page.store32(REQUESTS, self.written);
        self.published = self.written;
        // And the count before the look at what the other side waits for.
        fence(Ordering::SeqCst);
        let event = self.page.load32(REQUEST_EVENT);
        self.written.wrapping_sub(event) < self.written.wrapping_sub(old)
    }

    /// Takes a response: `read` gets the page and where the entry stands, and copies what it needs; the other side may write there
    /// at any time. Nothing if there is none.
    pub fn pop<R>(&mut self, read: impl FnOnce(&M, usize) -> R) -> Result<Option<R>, Overrun> {
        if self.responses()? == 0 {
            return Ok(None);
        }
        // The count comes before the entry.
        fence(Ordering::SeqCst);
        let result = read(&self.page, self.offset(self.taken));
        self.taken = self.taken.wrapping_add(1);
        Ok(Some(result))
    }

    /// How many responses are there.
    pub fn responses(&self) -> Result<u32, Overrun> {
        let there = self.page.load32(RESPONSES).wrapping_sub(self.taken);
        // Only what was published can have been answered.
        if there > self.published.wrapping_sub(self.taken) { Err(Overrun) } else { Ok(there) }
    }

    /// Asks to be told of the response `after` so many from now on, one being the next; whether there are so many already.
    pub fn arm(&self, after: u32) -> Result<bool, Overrun> {
        self.page.store32(RESPONSE_EVENT, self.taken.wrapping_add(after.max(1)));
        fence(Ordering::SeqCst);
        Ok(self.responses()? >= after.max(1))
    }

    fn offset(&self, count: u32) -> usize {
        ENTRIES + (count & (self.size - 1)) as usize * self.entry
    }
}
