//! Grants: pages of this domain that another one may use (grant_table.h, version 1).
//!
//! It decides which references are free, and never gives one out again before the other domain has let go of the page. What a page holds
//! and for how long it is granted is up to the drivers.

mod granted;

use alloc::vec::Vec;
use core::cell::{Cell, RefCell};
use core::fmt;
use core::sync::atomic::{Ordering, fence};

use unik_driver::{Atomics, Dma, Memory};

use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference, Refused, Space};
pub use granted::Granted;
use granted::Kept;

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
    /// Other domains still use what they should have let go of.
    Kept {
        /// How many pages.
        pages: usize,
    },
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
            Self::Kept { pages } => {
                write!(f, "other domains still use {pages} pages that they should have let go of")
            }
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
    kept: RefCell<Vec<Kept<D::Memory>>>,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Grants<H, D> {
    /// A table that nobody uses yet. It is mapped page by page, when references are needed.
    pub fn new(hypervisor: H, dma: D) -> Self {
        Self {
            hypervisor,
            dma,
            pages: RefCell::default(),
            free: RefCell::default(),
            most: Cell::new(None),
            kept: RefCell::default(),
        }
    }

    /// Lets a domain use the page at an address, a multiple of the page size.
    pub fn grant(&self, domain: Domain, address: u64, access: Access) -> Result<Reference, Exhausted> {
        // No machine of this architecture has memory above 2⁴⁴ for a guest of version 1 of the table.
        let frame = u32::try_from(address / PAGE as u64).map_err(|_| Exhausted::Memory)?;
        let reference = self.take()?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeSet;
    use alloc::rc::Rc;
    use unik_driver::space::{Piece, Space as Memories};

    use crate::hypervisor::{Parameter, Port, Reason};

    /// A hypervisor that has pages for the table, and remembers where it was told to put them.
    #[derive(Clone, Debug, Default)]
    pub(super) struct Played {
        most: u32,
        refuses: Rc<Cell<bool>>,
        mapped: Rc<RefCell<Vec<(u64, u64)>>>,
    }

    impl Hypervisor for Played {
        fn allocate(&self, _: Domain) -> Result<Port, Refused> {
            unreachable!("a table needs no port")
        }

        fn close(&self, _: Port) -> Result<(), Refused> {
            unreachable!("a table needs no port")
        }

        fn notify(&self, _: Port) -> Result<(), Refused> {
            unreachable!("a table needs no port")
        }

        fn map(&self, space: Space, index: u64, address: u64) -> Result<(), Refused> {
            assert_eq!(space, Space::GrantTable);
            if self.refuses.get() {
                return Err(Refused { call: "XENMEM_add_to_physmap", code: -12 });
            }
            self.mapped.borrow_mut().push((index, address));
            Ok(())
        }

        fn grant_table_size(&self) -> Result<(u32, u32), Refused> {
            Ok((1, self.most))
        }

        fn parameter(&self, _: Parameter) -> Result<u64, Refused> {
            unreachable!("a table needs no parameter")
        }

        fn set_parameter(&self, _: Parameter, _: u64) -> Result<(), Refused> {
            unreachable!("a table needs no parameter")
        }

        fn shut_down(&self, _: Reason) -> Refused {
            unreachable!("a table ends nothing")
        }
    }

    pub(super) const BACK: Domain = Domain(0);

    pub(super) fn grants(most: u32) -> (Grants<Played, Memories>, Played, Memories) {
        let (played, memory) = (Played { most, ..Played::default() }, Memories::default());
        (Grants::new(played.clone(), memory.clone()), played, memory)
    }

    pub(super) fn entry(grants: &Grants<Played, Memories>, reference: Reference) -> (u16, u16, u32) {
        let read = |page: &Piece, at: usize| (page.load16(at), page.load16(at + 2), page.load32(at + 4));
        grants.with(reference.0, read).expect("the table has it")
    }

    /// What the hypervisor says of a grant while the other side has it mapped, or no longer.
    pub(super) fn set_flags(grants: &Grants<Played, Memories>, reference: Reference, flags: u16) {
        grants
            .with(reference.0, |page, at| page.store16(at, PERMIT_ACCESS | flags))
            .expect("the table has it");
    }

    #[test]
    fn an_entry_says_who_may_do_what_with_which_page() {
        let (grants, played, _) = grants(4);
        let read = grants.grant(Domain(7), 0x12_3000, Access::Read).expect("there is room");
        let write = grants.grant(BACK, 0x45_6000, Access::Write).expect("there is room");
        assert_eq!(entry(&grants, read), (PERMIT_ACCESS | READ_ONLY, 7, 0x123));
        assert_eq!(entry(&grants, write), (PERMIT_ACCESS, 0, 0x456));
        assert!(read.0 >= RESERVED && write.0 >= RESERVED);
        assert_eq!(played.mapped.borrow().len(), 1, "one page of the table is enough");
        assert_eq!(grants.end(read), Ok(()));
        assert_eq!(entry(&grants, read).0, 0);
    }

    #[test]
    fn what_the_other_side_has_mapped_is_not_given_out_again() {
        let (grants, ..) = grants(1);
        let held = grants.grant(BACK, 0x1000, Access::Write).expect("there is room");
        for flag in [READING, WRITING, READING | WRITING] {
            set_flags(&grants, held, flag);
            assert_eq!(grants.end(held), Err(InUse));
        }
        let mut others = BTreeSet::new();
        while let Ok(other) = grants.grant(BACK, 0x2000, Access::Read) {
            assert!(other != held && others.insert(other));
        }
        set_flags(&grants, held, 0);
        assert_eq!(grants.end(held), Ok(()));
        assert_eq!(grants.grant(BACK, 0x3000, Access::Read), Ok(held));
    }

    #[test]
    fn a_table_grows_until_it_may_not() {
        let (grants, played, _) = grants(3);
        let mut given = BTreeSet::new();
        let refused = loop {
            match grants.grant(BACK, 0x1000, Access::Read) {
                Ok(reference) => assert!(given.insert(reference), "{reference:?} was given twice"),
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused, Exhausted::Full { entries: 3 * PER_PAGE });
        assert_eq!(given.len() as u32, 3 * PER_PAGE - RESERVED);
        assert_eq!(played.mapped.borrow().iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 1, 2]);
        // All of it can be had again.
        given.iter().for_each(|reference| assert_eq!(grants.end(*reference), Ok(())));
        assert_eq!(grants.free(), given.len());
    }

    #[test]
    fn what_cannot_be_had_is_told_and_asked_for_again_later() {
        let (grants, played, memory) = grants(2);
        played.refuses.set(true);
        let refused = Refused { call: "XENMEM_add_to_physmap", code: -12 };
        assert_eq!(grants.grant(BACK, 0x1000, Access::Read), Err(Exhausted::Refused(refused)));
        played.refuses.set(false);
        assert!(grants.grant(BACK, 0x1000, Access::Read).is_ok());
        while grants.free() > 0 {
            assert!(grants.grant(BACK, 0x1000, Access::Read).is_ok());
        }
        memory.limit(100);
        assert_eq!(grants.grant(BACK, 0x1000, Access::Read), Err(Exhausted::Memory));
    }

    #[test]
    fn a_reference_of_nobody_is_no_grant() {
        let (grants, ..) = grants(1);
        assert_eq!(grants.end(Reference(5)), Err(InUse));
        assert_eq!(grants.end(Reference(u32::MAX)), Err(InUse));
    }
}
