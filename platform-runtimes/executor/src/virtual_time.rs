//! Time that passes only when everybody waits: tests of hours take no time and always go the same way.

use alloc::rc::Rc;
use core::cell::Cell;
use core::time::Duration;

use unik::clock::{Monotonic, Sleep};
use unik_platform::Platform;

use crate::Executor;

/// A platform without an outside world. Waiting moves its clock to the next timer.
#[derive(Clone, Debug, Default)]
pub struct Virtual {
    now: Rc<Cell<Duration>>,
}

impl Platform for Virtual {
    fn now(&self) -> Duration {
        self.now.get()
    }

    /// # Panics
    /// If nobody waits for a time: then nothing will ever happen, and the test would hang.
    fn wait(&self, until: Option<Duration>) {
        let until = until.expect("a test must not wait for what never happens");
        self.now.set(self.now.get().max(until));
    }
}

/// The timer of an executor in virtual time, as a device.
#[derive(Clone, Debug)]
pub struct Timer(Executor<Virtual>);

impl Monotonic for Timer {
    fn now(&self) -> Duration {
        self.0.now()
    }
}

impl Sleep for Timer {
    async fn sleep(&self, duration: Duration) {
        self.0.sleep(duration).await;
    }
}

/// Runs a test in virtual time, from its start at zero.
pub fn run<T>(test: impl AsyncFnOnce(Timer, Executor<Virtual>) -> T) -> T {
    let executor = Executor::new(Virtual::default());
    executor.block_on(test(Timer(executor.clone()), executor.clone()))
}
