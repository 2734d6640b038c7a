//! The small devices: timer, program, wall clock, random bytes, console.

use std::future::Future;
use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::Duration;

use rustix::io::Errno;
use rustix::rand::GetRandomFlags;
use rustix::time::ClockId;
use unik::clock::{Monotonic, Sleep, Timestamp};
use unik::log::Console;
use unik::random::Random;
use unik_executor::Stopping;

use crate::error::Error;
use crate::reactor::{Reactor, current};

/// Timers of the event loop.
#[derive(Clone, Debug)]
pub struct Timer(unik_executor::Timer<Rc<Reactor>>);

impl Timer {
    /// The timer of this thread's event loop.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self(unik_executor::Timer::of(current()?)))
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
pub struct Program(unik_executor::Program<Rc<Reactor>>);

impl Program {
    /// The program that this thread's event loop runs.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self(unik_executor::Program::of(current()?)))
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

/// The host's time of day.
#[derive(Clone, Copy, Debug)]
pub struct Wall(());

impl Wall {
    /// The host's time of day.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self(()))
    }
}

impl unik::clock::Wall for Wall {
    fn now(&self) -> Timestamp {
        let time = rustix::time::clock_gettime(ClockId::Realtime);
        let nanoseconds = u32::try_from(time.tv_nsec).expect("the host keeps nanoseconds below 10⁹");
        Timestamp { seconds: time.tv_sec, nanoseconds }
    }
}

/// The host's random bytes: `getrandom`, fit for keys.
#[derive(Clone, Copy, Debug)]
pub struct Entropy(());

impl Entropy {
    /// Waits until the host has gathered entropy; afterwards it never fails (getrandom(2)).
    pub async fn new() -> Result<Self, Error> {
        fill(&mut [0])?;
        Ok(Self(()))
    }
}

impl Random for Entropy {
    fn fill(&self, bytes: &mut [u8]) {
        fill(bytes)
            .expect("getrandom has worked when the device started, and fails only for reasons of that time");
    }
}

/// Random bytes of the host.
pub(crate) fn fill(mut bytes: &mut [u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::rand::getrandom(&mut *bytes, GetRandomFlags::empty()) {
            Ok(count) => bytes = &mut bytes[count..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Standard error.
#[derive(Clone, Copy, Debug)]
pub struct Stderr;

impl Stderr {
    /// Standard error.
    pub async fn new() -> Result<Self, Error> {
        Ok(Self)
    }
}

impl Console for Stderr {
    fn write_line(&self, line: &str) {
        // In one call, so that lines of several programs do not mix; who has closed the other end reads no more.
        let _ = write_all(std::io::stderr(), format!("{line}\n").as_bytes());
    }
}

pub(crate) fn write_all(fd: impl AsFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(&fd, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}
