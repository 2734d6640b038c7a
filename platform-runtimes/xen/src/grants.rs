//! Grants: pages of this domain that another one may use (grant_table.h, version 1).
//!
//! It decides which references are free, and never gives one out again before the other domain has let go of the page. What a page holds
//! and for how long it is granted is up to the drivers.

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::sync::atomic::{Ordering, fence};

use unik_driver::{Atomics, Dma, Memory};

use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference, Refused, Space};

/// The first references, which the tools use for the console and the store.
const RESERVED: u32 = 8;
/// Bytes of an entry: flags, domain, frame.
const ENTRY: usize = 8;
const PER_PAGE: u32 = (PAGE / ENTRY) as u32;
/// Pages that the table gets at most: 64 Ki grants are 256 MiB at a time.
const MOST: u32 = 128;

const PERMIT_ACCESS: u16 = 1;
const READ_ONLY: u16 = 1 << 2;
/// The other domain has it mapped for reading, for writing.
const READING: u16 = 1 << 3;
const WRITING: u16 = 1 << 4;

/// What the other domain may do with a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read it.
    Read,
    /// Read and write it.
    Write,
}

/// There is no reference left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exhausted {
    /// The table has as many entries as it may have, and all are in use.
    Full {
        /// How many.
        entries: u32,
    },
    /// There is no memory for another page of the table.
    Memory,
    /// The hypervisor gives no other page of the table.
    Refused(Refused),
}

impl fmt::Display for Exhausted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Full { entries } => write!(
                f,
                "all {entries} entries of the grant table are in use: `max_grant_frames` of the domain's configuration allows more"
            ),
            Self::Memory => f.write_str("there is no memory for another page of the grant table"),
            Self::Refused(refused) => refused.fmt(f),
        }
    }
}

impl core::error::Error for Exhausted {}

/// The other domain still has the page mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InUse;

/// The grant table of this domain.
#[derive(Debug)]
pub struct Grants<H, D: Dma> {
    hypervisor: H,
    dma: D,
    /// The pages of the table. They are never given back: the hypervisor keeps entries there.
    pages: RefCell<Vec<D::Memory>>,
    free: RefCell<Vec<u32>>,
    /// How many pages it may have; asked when it is first needed.
    most: Cell<Option<u32>>,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Grants<H, D> {
    /// A table that nobody uses yet. It is mapped page by page, when references are needed.
    pub fn new(hypervisor: H, dma: D) -> Self {
        Self { hypervisor, dma, pages: RefCell::default(), free: RefCell::default(), most: Cell::new(None) }
    }

    /// Lets a domain use the page at an address, a multiple of the page size.
    pub fn grant(&self, domain: Domain, address: u64, access: Access) -> Result<Reference, Exhausted> {
        let reference = self.take()?;
        // No machine of this architecture has memory above 2⁴⁴ for a guest of version 1 of the table.
        let frame = u32::try_from(address / PAGE as u64).map_err(|_| Exhausted::Memory)?;
        let flags = PERMIT_ACCESS | if access == Access::Read { READ_ONLY } else { 0 };
        self.with(reference, |page, at| {
            page.store32(at + 4, frame);
            page.store16(at + 2, domain.0);
            // The entry counts from here on.
            fence(Ordering::SeqCst);
            page.store16(at, flags);
        });
        Ok(Reference(reference))
    }

    /// Ends a grant. Its reference is free then, and the page the domain's own alone.
    pub fn end(&self, reference: Reference) -> Result<(), InUse> {
        let ended = self.with(reference.0, |page, at| {
            let mut flags = page.load16(at);
            loop {
                if flags & (READING | WRITING) != 0 {
                    return Err(InUse);
                }
                match page.compare_exchange16(at, flags, 0) {
                    Ok(_) => return Ok(()),
                    Err(now) => flags = now,
                }
            }
        });
        ended.unwrap_or(Err(InUse))?;
        self.free.borrow_mut().push(reference.0);
        Ok(())
    }

    /// How many references are free without another page of the table.
    pub fn free(&self) -> usize {
        self.free.borrow().len()
    }

    fn take(&self) -> Result<u32, Exhausted> {
        if self.free.borrow().is_empty() {
            self.grow()?;
        }
        // The lowest that was given back last: a table stays small and its pages warm.
        self.free.borrow_mut().pop().ok_or(Exhausted::Memory)
    }

    fn grow(&self) -> Result<(), Exhausted> {
        let most = match self.most.get() {
            Some(most) => most,
            None => {
                let (_, most) = self.hypervisor.grant_table_size().map_err(Exhausted::Refused)?;
                self.most.set(Some(most.min(MOST)));
                most.min(MOST)
            }
        };
        let mut pages = self.pages.borrow_mut();
        let index = pages.len() as u32;
        if index >= most {
            return Err(Exhausted::Full { entries: index * PER_PAGE });
        }
        let page = self.dma.allocate(PAGE).map_err(|_| Exhausted::Memory)?;
        let mapped = self.hypervisor.map(Space::GrantTable, index.into(), page.address());
        mapped.map_err(Exhausted::Refused)?;
        pages.push(page);
        let first = if index == 0 { RESERVED } else { index * PER_PAGE };
        self.free.borrow_mut().extend((first..(index + 1) * PER_PAGE).rev());
        Ok(())
    }

    /// The page of an entry, and where it stands there.
    fn with<R>(&self, reference: u32, act: impl FnOnce(&D::Memory, usize) -> R) -> Option<R> {
        let pages = self.pages.borrow();
        let page = pages.get((reference / PER_PAGE) as usize)?;
        Some(act(page, (reference % PER_PAGE) as usize * ENTRY))
    }
}
