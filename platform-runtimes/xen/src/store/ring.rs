//! The page between a domain and XenStore: a stream of bytes each way (docs/misc/xenstore-ring.txt).
//!
//! It decides which bytes pass, and when the other side must be told. Its own counts it keeps to itself; a count of the other side's
//! that makes no sense is told, and nothing is read or written by it.

use alloc::boxed::Box;
use core::sync::atomic::{Ordering, fence};

use crate::page::Page;

// Offsets in the page.
const OUT: usize = 0;
const IN: usize = 1024;
const OUT_CONSUMED: usize = 2048;
const OUT_PRODUCED: usize = 2052;
const IN_CONSUMED: usize = 2056;
const IN_PRODUCED: usize = 2060;
const FEATURES: usize = 2064;
const CONNECTION: usize = 2068;
/// Bytes of each stream's ring.
pub(crate) const SIZE: u32 = 1024;
/// The server can start anew (`XENSTORE_SERVER_FEATURE_RECONNECTION`).
const CAN_RECONNECT: u32 = 1;
const RECONNECT: u32 = 1;

/// A count of the other side's makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Overrun;

pub(crate) struct Ring {
    page: Box<dyn Page>,
    produced: u32,
    consumed: u32,
}

impl Ring {
    /// Over the page; it goes on where the page says that it is.
    pub(crate) fn new(page: Box<dyn Page>) -> Self {
        let (produced, consumed) = (page.load32(OUT_PRODUCED), page.load32(IN_CONSUMED));
        Self { page, produced, consumed }
    }

    /// How many bytes can be written.
    pub(crate) fn room(&self) -> Result<u32, Overrun> {
        let used = self.produced.wrapping_sub(self.page.load32(OUT_CONSUMED));
        SIZE.checked_sub(used).ok_or(Overrun)
    }

    /// How many bytes can be read.
    pub(crate) fn there(&self) -> Result<u32, Overrun> {
        let there = self.page.load32(IN_PRODUCED).wrapping_sub(self.consumed);
        if there > SIZE { Err(Overrun) } else { Ok(there) }
    }

    /// Writes bytes as long as there are some and there is room; how many.
    pub(crate) fn write(&mut self, bytes: impl Iterator<Item = u8>) -> Result<usize, Overrun> {
        let room = self.room()? as usize;
        fence(Ordering::SeqCst);
        let mut count = 0;
        for byte in bytes.take(room) {
            self.page.store8(OUT + (self.produced % SIZE) as usize, byte);
            self.produced = self.produced.wrapping_add(1);
            count += 1;
        }
        if count > 0 {
            fence(Ordering::SeqCst);
            self.page.store32(OUT_PRODUCED, self.produced);
        }
        Ok(count)
    }

    /// Reads what is there; how much that is.
    pub(crate) fn read(&mut self, mut take: impl FnMut(u8)) -> Result<usize, Overrun> {
        let there = self.there()?;
        if there == 0 {
            return Ok(0);
        }
        fence(Ordering::SeqCst);
        for _ in 0..there {
            take(self.page.load8(IN + (self.consumed % SIZE) as usize));
            self.consumed = self.consumed.wrapping_add(1);
        }
        fence(Ordering::SeqCst);
        self.page.store32(IN_CONSUMED, self.consumed);
        Ok(there as usize)
    }

    /// Asks the server to start anew; false if it cannot.
    pub(crate) fn reconnect(&self) -> bool {
        let can = self.page.load32(FEATURES) & CAN_RECONNECT != 0;
        if can {
            self.page.store32(CONNECTION, RECONNECT);
        }
        can
    }

    /// Whether a new start is under way: until it is over, nothing else in the page counts.
    pub(crate) fn is_reconnecting(&self) -> bool {
        self.page.load32(FEATURES) & CAN_RECONNECT != 0 && self.page.load32(CONNECTION) != 0
    }

    /// Goes on where the page says that it is, after a new start.
    pub(crate) fn resume(&mut self) {
        fence(Ordering::SeqCst);
        self.produced = self.page.load32(OUT_PRODUCED);
        self.consumed = self.page.load32(IN_CONSUMED);
    }
}
