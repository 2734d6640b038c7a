//! The one executor: a single thread, timers, and one hook into the outside world, [`Platform::wait`].
//!
//! It decides what runs next: the main future, spawned tasks in the order in which they are woken, then timers that
//! are due, then the platform; a task that always has more to do cannot keep the others from the outside world. It
//! knows no device of a target; a runtime crate makes its devices of wakers, and takes [`Timer`] and [`Program`] from here.
//!
//! There is no unsafe code: a task is a boxed future in `unik::concurrent::Tasks`, whose wakers are atomics and may
//! outlive the executor or end on another thread. A waker used on another thread while the platform waits is seen when
//! the wait ends.
//!
//! Start at `Executor::run`; [`virtual_time`] is how tests run hours in no time.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

extern crate alloc;

mod devices;
mod timers;
mod turn;
pub mod virtual_time;

use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;
use core::future::Future;
use core::pin::Pin;
use core::time::Duration;

use devices::Life;
pub use devices::{GRACE, Program, Stopping, Timer};
pub use timers::Sleep;
use timers::Timers;
use unik_platform::Platform;

type Task = Pin<Box<dyn Future<Output = ()>>>;

/// A handle of the executor: clones are the same one.
pub struct Executor<P> {
    shared: Rc<Shared<P>>,
}

struct Shared<P> {
    platform: P,
    timers: RefCell<Timers>,
    /// Tasks that were spawned and not polled yet.
    spawned: RefCell<Vec<Task>>,
    life: Life,
}

impl<P: Platform> Executor<P> {
    /// An executor with nothing to do.
    pub fn new(platform: P) -> Self {
        let shared = Shared {
            platform,
            timers: RefCell::default(),
            spawned: RefCell::default(),
            life: Life::default(),
        };
        Self { shared: Rc::new(shared) }
    }

    /// What it waits with.
    pub fn platform(&self) -> &P {
        &self.shared.platform
    }

    /// The time since the program started.
    pub fn now(&self) -> Duration {
        self.shared.platform.now()
    }

    /// Waits for at least `duration`; counted from now, not from the first poll.
    pub fn sleep(&self, duration: Duration) -> Sleep<P> {
        Sleep::new(self.clone(), self.now().saturating_add(duration))
    }

    /// Runs a task in the background. Whatever is left when [`Executor::block_on`] returns goes on when it is
    /// called again, and is dropped with the executor otherwise.
    pub fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.shared.spawned.borrow_mut().push(Box::pin(task));
    }
}

impl<P> Clone for Executor<P> {
    fn clone(&self) -> Self {
        Self { shared: self.shared.clone() }
    }
}

impl<P> fmt::Debug for Executor<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Executor").finish_non_exhaustive()
    }
}
