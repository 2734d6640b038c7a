//! A machine for drivers under test: it looks, asks for interrupts, and sleeps until one comes, like the real one. A device that is
//! never told, or a driver that is never interrupted, leaves it asleep for ever, which fails the test.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use unik_executor::Executor;
use unik_platform::Platform;

use crate::peer::Peer;

/// What the machine looks at.
pub trait Driver {
    fn poll(&self) -> bool;
    fn arm(&self) -> bool;
}

/// What plays a device.
pub trait Device {
    fn work(&self);
    fn peer(&self) -> &Peer;
}

/// The machine.
#[derive(Default)]
pub struct Bench {
    now: Cell<Duration>,
    drivers: RefCell<Vec<Rc<dyn Driver>>>,
    devices: RefCell<Vec<Rc<dyn Device>>>,
    /// Whether devices work only while the machine sleeps: then everything comes in batches.
    pub lazy: Cell<bool>,
    pub sleeps: Cell<usize>,
}

impl Bench {
    pub fn add(&self, driver: Rc<dyn Driver>, device: Rc<dyn Device>) {
        self.drivers.borrow_mut().push(driver);
        self.devices.borrow_mut().push(device);
    }

    fn work(&self) {
        for device in &*self.devices.borrow() {
            device.work();
        }
    }

    fn sleep(&self, until: Option<Duration>) {
        self.sleeps.set(self.sleeps.get() + 1);
        for _ in 0..100 {
            let devices = self.devices.borrow();
            if devices.iter().filter(|device| device.peer().interrupt.replace(false)).count() > 0 {
                return;
            }
            drop(devices);
            self.work();
        }
        let until = until.expect("the machine sleeps for ever: an interrupt or a notification is lost");
        self.now.set(self.now.get().max(until));
    }
}

impl Platform for Bench {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn wait(&self, until: Option<Duration>) {
        if !self.lazy.get() {
            self.work();
        }
        let drivers = self.drivers.borrow();
        let happened = drivers.iter().filter(|driver| driver.poll()).count() > 0;
        if happened || until.is_some_and(|until| until <= self.now.get()) {
            return;
        }
        if drivers.iter().filter(|driver| driver.arm()).count() == 0 {
            self.sleep(until);
        }
    }
}

/// Runs a test on a machine.
pub fn run<T>(test: impl AsyncFnOnce(Rc<Bench>, Executor<Rc<Bench>>) -> T) -> T {
    let bench = Rc::new(Bench::default());
    let executor = Executor::new(bench.clone());
    executor.block_on(test(bench, executor.clone()))
}

/// Numbers from a seed, the same each time.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) as usize % limit.max(1)
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.below(256) as u8).collect()
    }
}
