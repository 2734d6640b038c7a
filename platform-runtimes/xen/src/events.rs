//! Events: the bits in the shared info by which the hypervisor says that something has happened (xen.h, `struct shared_info`; the ABI of
//! two levels).
//!
//! Nobody is told which port it was: every driver looks at its own ring whenever the machine wakes, which costs it one load. The
//! events only wake the machine; here they are taken back, so that the next one can come. A timer has no ring to look at: of one port it
//! is kept whether its event has come.

use core::cell::Cell;
use core::sync::atomic::{Ordering, fence};

use unik_driver::Atomics;

use crate::hypervisor::{Hypervisor, Port, Refused};

// Offsets in the shared info; `vcpu_info` of the first processor stands at its start.
const UPCALL_PENDING: usize = 0;
const SELECTOR: usize = 8;
/// `struct vcpu_time_info` of the first processor.
pub const TIME: usize = 32;
const PENDING: usize = 2048;
const MASK: usize = 2560;
/// `wc_version` and what follows it.
pub const WALL: usize = 3072;

/// How many ports the bits are for.
const PORTS: u32 = 4096;

/// The bits of this domain.
#[derive(Debug)]
pub struct Events<M> {
    info: M,
    /// Where the bit of the timer is.
    timer: Cell<Option<(usize, u64)>>,
    /// Whether the timer's event was taken since that was last asked.
    has_rung: Cell<bool>,
}

impl<M: Atomics> Events<M> {
    /// Over the shared info. All ports are masked from now on.
    pub fn new(info: M) -> Self {
        for word in 0..PORTS as usize / 64 {
            info.store64(MASK + 8 * word, u64::MAX);
        }
        Self { info, timer: Cell::new(None), has_rung: Cell::new(false) }
    }

    /// The page with the bits.
    pub fn info(&self) -> &M {
        &self.info
    }

    /// Lets a port wake the machine that is a timer's. False if there is no bit for it.
    pub fn unmask_timer(&self, port: Port) -> bool {
        self.timer.set(place(port));
        self.unmask(port)
    }

    /// Whether the timer's event was taken since this was last asked.
    pub fn has_rung(&self) -> bool {
        self.has_rung.take()
    }

    /// Lets a port wake the machine. False if there is no bit for it.
    pub fn unmask(&self, port: Port) -> bool {
        let Some((word, bit)) = place(port) else { return false };
        self.info.fetch_and64(MASK + 8 * word, !bit);
        // What came while it was masked has set neither the selector nor the upcall.
        if self.is_pending(word, bit) {
            self.info.fetch_or64(SELECTOR, 1 << word);
            self.info.store8(UPCALL_PENDING, 1);
        }
        true
    }

    /// Keeps a port from waking the machine, and forgets what has come by it.
    pub fn mask(&self, port: Port) {
        if let Some((word, bit)) = place(port) {
            self.info.fetch_or64(MASK + 8 * word, bit);
            self.info.fetch_and64(PENDING + 8 * word, !bit);
        }
    }

    fn is_pending(&self, word: usize, bit: u64) -> bool {
        self.info.fetch_or64(PENDING + 8 * word, 0) & bit != 0
    }

    /// Takes back whatever has come; whether anything has.
    pub fn take(&self) -> bool {
        if self.info.load8(UPCALL_PENDING) == 0 {
            return false;
        }
        // In this order: what comes meanwhile sets it again.
        self.info.store8(UPCALL_PENDING, 0);
        fence(Ordering::SeqCst);
        let mut words = self.info.swap64(SELECTOR, 0);
        let mut any = false;
        while words != 0 {
            let word = words.trailing_zeros() as usize;
            words &= words - 1;
            // A masked port keeps its bit, as the hypervisor would have it.
            let open = !self.info.fetch_or64(MASK + 8 * word, 0);
            let taken = self.info.fetch_and64(PENDING + 8 * word, !open) & open;
            any |= taken != 0;
            if self.timer.get().is_some_and(|(at, bit)| at == word && taken & bit != 0) {
                self.has_rung.set(true);
            }
        }
        any
    }

    /// Whether something has come that has not been taken.
    pub fn has_come(&self) -> bool {
        fence(Ordering::SeqCst);
        self.info.load8(UPCALL_PENDING) != 0
    }
}

/// The word and the bit of a port.
fn place(port: Port) -> Option<(usize, u64)> {
    (port.0 < PORTS).then(|| (port.0 as usize / 64, 1 << (port.0 % 64)))
}

/// A port of this domain to which another one binds; closed when dropped.
#[derive(Debug)]
pub struct Channel<H: Hypervisor> {
    hypervisor: H,
    port: Port,
}

impl<H: Hypervisor> Channel<H> {
    /// A port that the hypervisor has made.
    pub fn new(hypervisor: H, port: Port) -> Self {
        Self { hypervisor, port }
    }

    /// The port.
    pub fn port(&self) -> Port {
        self.port
    }

    /// Tells the other end. Nobody hears it if the other end has gone: that is found out by its state.
    pub fn notify(&self) {
        let _: Result<(), Refused> = self.hypervisor.notify(self.port);
    }
}

impl<H: Hypervisor> Drop for Channel<H> {
    fn drop(&mut self) {
        // A port that the hypervisor no longer knows is closed.
        let _: Result<(), Refused> = self.hypervisor.close(self.port);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unik_driver::space::{Piece, Space};
    use unik_driver::{Dma, Memory};

    fn events() -> Events<Piece> {
        Events::new(Space::default().allocate(4096).expect("there is memory"))
    }

    /// What the hypervisor does when an event comes (xen/common/event_2l.c).
    fn come(events: &Events<Piece>, port: u32) {
        let (word, bit) = place(Port(port)).expect("it has a bit");
        let info = events.info();
        info.fetch_or64(PENDING + 8 * word, bit);
        if info.fetch_or64(MASK + 8 * word, 0) & bit == 0 {
            info.fetch_or64(SELECTOR, 1 << word);
            info.store8(UPCALL_PENDING, 1);
        }
    }

    #[test]
    fn events_are_taken_once() {
        let events = events();
        assert!(!events.take() && !events.has_come());
        assert!(events.unmask(Port(3)) && events.unmask(Port(4095)));
        come(&events, 3);
        come(&events, 4095);
        assert!(events.has_come());
        assert!(events.take());
        assert!(!events.take() && !events.has_come());
    }

    #[test]
    fn what_came_while_a_port_was_masked_comes_when_it_is_not() {
        let events = events();
        come(&events, 7);
        assert!(!events.take());
        events.unmask(Port(7));
        assert!(events.has_come() && events.take() && !events.take());
        events.mask(Port(7));
        come(&events, 7);
        assert!(!events.take());
        // What was forgotten does not come.
        events.mask(Port(7));
        events.unmask(Port(7));
        assert!(!events.take());
    }

    #[test]
    fn of_a_timer_it_is_known_that_it_has_rung() {
        let events = events();
        assert!(events.unmask_timer(Port(70)) && events.unmask(Port(6)));
        for (port, rings) in [(6, false), (70, true), (6, false)] {
            come(&events, port);
            assert!(events.take());
            assert_eq!(events.has_rung(), rings, "{port}");
            assert!(!events.has_rung());
        }
        assert!(!events.unmask_timer(Port(4096)));
    }

    #[test]
    fn a_port_without_a_bit_wakes_nobody() {
        let events = events();
        assert!(!events.unmask(Port(4096)) && !events.unmask(Port(u32::MAX)));
        events.mask(Port(u32::MAX));
    }

    #[test]
    fn whatever_the_hypervisor_writes_is_taken() {
        let events = events();
        events.unmask(Port(64));
        for word in 0..64 {
            events.info().store64(PENDING + 8 * word, u64::MAX);
        }
        events.info().store64(SELECTOR, u64::MAX);
        events.info().store8(UPCALL_PENDING, 255);
        assert!(events.take() && !events.has_come());
    }
}
