//! Memory of which another domain uses every page, as one thing: granted when it is made, the domain's own again when it is dropped.
//!
//! It decides what becomes of pages that the other domain still has mapped when they are to be taken back: they are kept, with their
//! references, until it has let go, and are nobody's meanwhile. An old back end that is late writes into those, never into what a new one
//! was given.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::fmt;

use unik_driver::{Atomics, Dma, Memory, NoMemory};

use super::{Access, Exhausted, Grants};
use crate::hypervisor::{Domain, Hypervisor, PAGE, Reference};

/// How many pages are kept at most: those that two disks use when they are busy.
const KEPT: usize = 1024;

/// Memory that another domain may use.
pub struct Granted<H: Hypervisor, D: Dma<Memory: Atomics>> {
    grants: Rc<Grants<H, D>>,
    memory: Rc<D::Memory>,
    references: Vec<Reference>,
}

/// What another domain has not let go of.
#[derive(Debug)]
pub(super) struct Kept<M> {
    references: Vec<Reference>,
    /// Freed together with the last of them.
    _memory: Rc<M>,
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Granted<H, D> {
    /// New memory of whole pages, zero, which a domain may use.
    ///
    /// # Errors
    /// When there is no memory, or no reference; nothing is granted then.
    pub fn new(
        grants: &Rc<Grants<H, D>>,
        domain: Domain,
        pages: usize,
        access: Access,
    ) -> Result<Self, Exhausted> {
        grants.reclaim();
        let kept = grants.kept();
        if kept + pages > KEPT {
            return Err(Exhausted::Kept { pages: kept });
        }
        let memory = grants.dma.allocate(pages * PAGE);
        let memory = Rc::new(memory.map_err(|NoMemory { .. }| Exhausted::Memory)?);
        let mut granted = Self { grants: grants.clone(), memory, references: Vec::with_capacity(pages) };
        for page in 0..pages {
            let address = granted.memory.address() + (page * PAGE) as u64;
            // What was granted before the one that fails ends when this is dropped.
            granted.references.push(grants.grant(domain, address, access)?);
        }
        Ok(granted)
    }

    /// The memory.
    pub fn memory(&self) -> &Rc<D::Memory> {
        &self.memory
    }

    /// The reference of a page by its number.
    pub fn reference(&self, page: usize) -> Reference {
        self.references[page]
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Drop for Granted<H, D> {
    fn drop(&mut self) {
        let kept = Kept { references: core::mem::take(&mut self.references), _memory: self.memory.clone() };
        self.grants.kept.borrow_mut().push(kept);
        self.grants.reclaim();
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> fmt::Debug for Granted<H, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Granted").field("references", &self.references).finish_non_exhaustive()
    }
}

impl<H: Hypervisor, D: Dma<Memory: Atomics>> Grants<H, D> {
    /// Takes back what other domains have let go of meanwhile.
    pub fn reclaim(&self) {
        let mut kept = self.kept.borrow_mut();
        kept.retain_mut(|kept| {
            kept.references.retain(|reference| self.end(*reference).is_err());
            !kept.references.is_empty()
        });
    }

    /// How many pages other domains have not let go of, though they should have.
    pub fn kept(&self) -> usize {
        self.kept.borrow().iter().map(|kept| kept.references.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{BACK, Played, entry, grants, set_flags};
    use super::*;
    use unik_driver::space::Space;

    fn granted(
        grants: &Rc<Grants<Played, Space>>,
        pages: usize,
    ) -> Result<Granted<Played, Space>, Exhausted> {
        Granted::new(grants, BACK, pages, Access::Write)
    }

    #[test]
    fn every_page_is_granted_as_long_as_the_memory_lives() {
        let grants = Rc::new(grants(4).0);
        let ours = granted(&grants, 3).expect("there is room");
        let (free, address) = (grants.free(), ours.memory().address());
        for page in 0..3 {
            let (_, domain, frame) = entry(&grants, ours.reference(page));
            assert_eq!((domain, u64::from(frame)), (BACK.0, address / PAGE as u64 + page as u64));
        }
        let first = ours.reference(0);
        drop(ours);
        assert_eq!((grants.free(), grants.kept(), entry(&grants, first).0), (free + 3, 0, 0));
    }

    #[test]
    fn what_is_mapped_is_kept_until_it_is_not() {
        let grants = Rc::new(grants(4).0);
        let ours = granted(&grants, 3).expect("there is room");
        let (free, memory) = (grants.free(), Rc::downgrade(ours.memory()));
        let held = ours.reference(1);
        set_flags(&grants, held, 1 << 4);
        drop(ours);
        assert_eq!((grants.free(), grants.kept()), (free + 2, 1));
        assert!(memory.upgrade().is_some(), "it is mapped");
        set_flags(&grants, held, 0);
        grants.reclaim();
        assert_eq!((grants.free(), grants.kept()), (free + 3, 0));
        assert!(memory.upgrade().is_none(), "nobody has it any more");
    }

    #[test]
    fn a_domain_that_lets_go_of_nothing_gets_no_more_after_a_while() {
        let grants = Rc::new(grants(64).0);
        let mut held = Vec::new();
        let refused = loop {
            match granted(&grants, 60) {
                Ok(ours) => {
                    (0..60).for_each(|page| set_flags(&grants, ours.reference(page), 1 << 3));
                    held.extend((0..60).map(|page| ours.reference(page)));
                }
                Err(refused) => break refused,
            }
        };
        assert_eq!(refused, Exhausted::Kept { pages: 1020 });
        held.iter().for_each(|reference| set_flags(&grants, *reference, 0));
        assert!(granted(&grants, 60).is_ok());
        assert_eq!(grants.kept(), 0);
    }

    #[test]
    fn a_grant_that_fails_half_way_leaves_nothing() {
        let grants = Rc::new(grants(1).0);
        // One page of the table has 512 entries, 8 of them the tools'.
        let most = granted(&grants, 500).expect("there is room");
        assert_eq!(granted(&grants, 5).err(), Some(Exhausted::Full { entries: 512 }));
        assert_eq!((grants.free(), grants.kept()), (4, 0));
        drop(most);
        assert_eq!(grants.free(), 504);
    }
}
