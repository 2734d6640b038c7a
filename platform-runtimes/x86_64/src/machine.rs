//! The machine as the executor waits with it: sources of events, and sleeping until one of them has something.
//!
//! No wake-up is lost: interrupts are let in at two places alone. One is a moment at the start of every so many
//! waits, so that a program that is never idle takes its interrupts too. The other is the sleep itself: whatever has
//! happened since the sources were armed has its interrupt pending, which ends the sleep at once.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::{Cell, OnceCell, RefCell};
use core::fmt;
use core::time::Duration;

use unik_executor::Executor;
use unik_platform::Platform;

use crate::single::Single;
use crate::{clock, cpu, interrupt, traps};

/// A device that things happen to.
pub trait Source {
    /// Looks at the device and wakes who waits for it; whether anything had happened.
    fn poll(&self) -> bool;

    /// Called right before the machine sleeps, with interrupts off: the device shall raise an interrupt for what
    /// happens from now on. True if something has happened meanwhile; then the machine does not sleep.
    fn arm(&self) -> bool;
}

/// Every so many waits interrupts are let in: it costs more than a wait of a busy program does, and what they tell
/// can wait.
const LET_IN: u32 = 64;

/// The machine.
#[derive(Default)]
pub struct Machine {
    sources: RefCell<Vec<Rc<dyn Source>>>,
    waits: Cell<u32>,
}

impl Machine {
    /// Looks at a device too from now on, for as long as the program runs.
    pub fn add_source(&self, source: Rc<dyn Source>) {
        self.sources.borrow_mut().push(source);
    }

    /// Whether any device says so. Asking may add devices.
    fn any(&self, ask: impl Fn(&dyn Source) -> bool) -> bool {
        let mut any = false;
        let mut index = 0;
        loop {
            let Some(source) = self.sources.borrow().get(index).cloned() else { return any };
            any |= ask(&*source);
            index += 1;
        }
    }
}

impl Platform for Machine {
    fn now(&self) -> Duration {
        clock::now()
    }

    fn wait(&self, until: Option<Duration>) {
        let waits = self.waits.replace(self.waits.get().wrapping_add(1));
        if waits.is_multiple_of(LET_IN) {
            cpu::let_interrupts_in();
        }
        if self.any(|source| source.poll()) || until.is_some_and(|until| until <= clock::now()) {
            return;
        }
        if !interrupt::wake_at(until) || self.any(|source| source.arm()) {
            return;
        }
        traps::sleep();
        self.any(|source| source.poll());
    }
}

impl fmt::Debug for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Machine").field("sources", &self.sources.borrow().len()).finish()
    }
}

static CURRENT: Single<OnceCell<Executor<Rc<Machine>>>> = Single::new(OnceCell::new());

/// The executor of this machine; made when first asked for.
pub fn current() -> Executor<Rc<Machine>> {
    CURRENT.get_or_init(|| Executor::new(Rc::new(Machine::default()))).clone()
}
