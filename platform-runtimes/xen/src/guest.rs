//! What a front end works with: one guest's hypervisor, memory, grants, events and store.
//!
//! It decides nothing; it is one value so that a driver takes one argument, on the machine and in tests alike.
//!
//! A driver is made over a [`Front`](crate::bus::Front) that the tools have made and waits for nothing then. `attached` gives it to the machine, as
//! a [`Source`](unik_x86_64::Source) that is polled whenever the machine wakes, and runs it on the bus as a task of its own.

use alloc::rc::Rc;

use unik_driver::{Atomics, Dma};

use crate::events::Events;
use crate::grants::Grants;
use crate::hypervisor::Hypervisor;
use crate::store::Store;

/// What a guest has. Clones are the same.
#[derive(Debug)]
pub struct Guest<H, D: Dma> {
    /// Who is asked for ports.
    pub hypervisor: H,
    /// Where pages for rings and data come from.
    pub memory: D,
    /// The references to pages that are lent.
    pub grants: Rc<Grants<H, D>>,
    /// The ports that wake the machine.
    pub events: Rc<Events<D::Memory>>,
    /// Where front ends find their back ends.
    pub store: Store,
}

impl<H: Hypervisor + Clone, D: Dma<Memory: Atomics> + Clone> Guest<H, D> {
    /// A guest that has lent nothing yet.
    pub fn new(hypervisor: H, memory: D, events: Rc<Events<D::Memory>>, store: Store) -> Self {
        let grants = Rc::new(Grants::new(hypervisor.clone(), memory.clone()));
        Self { hypervisor, memory, grants, events, store }
    }
}

impl<H: Clone, D: Dma + Clone> Clone for Guest<H, D> {
    fn clone(&self) -> Self {
        Self {
            hypervisor: self.hypervisor.clone(),
            memory: self.memory.clone(),
            grants: self.grants.clone(),
            events: self.events.clone(),
            store: self.store.clone(),
        }
    }
}
