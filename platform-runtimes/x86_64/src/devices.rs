//! The machine as devices: timer, program, wall clock, random bytes, serial console.

use alloc::rc::Rc;
use core::time::Duration;

use unik::clock::{Monotonic, Sleep, Timestamp};
use unik::log::Console;
use unik::random::Random;
use unik_executor::Stopping;

use crate::error::Error;
use crate::machine::{Machine, current};
use crate::{clock, console, random};

/// The timers of the machine.
#[derive(Clone, Debug)]
pub struct Timer(unik_executor::Timer<Rc<Machine>>);

impl Timer {
    /// The timers of the machine.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self(unik_executor::Timer::of(current())))
    }
}

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

/// The running program.
#[derive(Clone, Debug)]
pub struct Program(unik_executor::Program<Rc<Machine>>);

impl Program {
    /// The running program.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self(unik_executor::Program::of(current())))
    }
}

impl unik::program::Program for Program {
    type Stopping = Stopping;

    fn spawn(&self, task: impl Future<Output = ()> + 'static) {
        self.0.spawn(task);
    }

    fn stopping(&self) -> Stopping {
        self.0.stopping()
    }

    fn is_stopping(&self) -> bool {
        self.0.is_stopping()
    }
}

/// The time of day: of the hypervisor where it gives one, else of the real time clock, which knows whole seconds in
/// UTC.
#[derive(Clone, Copy, Debug)]
pub struct Wall(clock::TimeOfDay);

impl Wall {
    /// The time of day.
    ///
    /// # Errors
    /// [`Error::NoTimeOfDay`] on a machine without either.
    pub async fn new() -> Result<Self, Error> {
        clock::TimeOfDay::find().map(Self).ok_or(Error::NoTimeOfDay)
    }
}

impl unik::clock::Wall for Wall {
    fn now(&self) -> Timestamp {
        self.0.now()
    }
}

/// The machine's random bytes, fit for keys.
#[derive(Clone, Copy, Debug)]
pub struct Entropy(());

impl Entropy {
    /// The machine's random bytes. Drivers of devices that give random bits start before it.
    ///
    /// # Errors
    /// [`Error::NoEntropy`] if nothing has given random bits so far.
    pub async fn new() -> Result<Self, Error> {
        random::start()?;
        Ok(Self(()))
    }
}

impl Random for Entropy {
    fn fill(&self, bytes: &mut [u8]) {
        random::fill(bytes).expect("there were random bits when the device started, and there still are");
    }
}

/// The early console, which a platform may have replaced: [`console::set`].
#[derive(Clone, Copy, Debug)]
pub struct Serial(());

impl Serial {
    /// The console.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self(()))
    }
}

impl Console for Serial {
    fn write_line(&self, line: &str) {
        console::write_line(line);
    }
}
