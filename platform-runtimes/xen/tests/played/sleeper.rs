//! A machine for drivers under test: it looks, asks for events, and sleeps until one comes, like the real one. A back end that is never
//! told, or a driver that is never woken, leaves it asleep for ever, which fails the test.
//!
//! Which drivers there are, and who their back ends are, is for the tests of each kind to say.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use unik_driver::space::Space;
use unik_driver::{Dma, Memory};
use unik_executor::Executor;
use unik_platform::Platform;
use unik_xen::events::Events;
use unik_xen::guest::Guest;
use unik_xen::store::Store;

use crate::hypervisor::{Calls, Played};
use crate::server::Server;

pub type Tasks = Executor<Rc<Machine>>;

/// A driver that the machine looks at.
pub trait Driver {
    fn poll(&self) -> bool;
    fn arm(&self) -> bool;
}

/// The other side of one.
pub trait Worker {
    /// Does what there is to do; whether there was anything.
    fn work(&self) -> bool;
}

pub struct Machine {
    pub played: Rc<Played>,
    pub server: Rc<Server>,
    pub guest: Guest<Calls, Space>,
    now: Cell<Duration>,
    drivers: RefCell<Vec<Rc<dyn Driver>>>,
    backs: RefCell<Vec<Rc<dyn Worker>>>,
    /// Whether back ends work only while the machine sleeps: then everything comes in batches.
    pub lazy: Cell<bool>,
    pub sleeps: Cell<usize>,
}

impl Machine {
    fn new() -> Self {
        let space = Space::default();
        let info = space.allocate(4096).expect("there is memory");
        let played = Rc::new(Played::new(space.clone(), info.address()));
        let page = Rc::new(space.allocate(4096).expect("there is memory"));
        let server = Rc::new(Server::new(page.clone(), &[]));
        let told = server.clone();
        let store = Store::new(page, move || told.notified.set(true));
        let guest = Guest::new(Calls(played.clone()), space, Rc::new(Events::new(info)), store);
        Self {
            played,
            server,
            guest,
            now: Cell::default(),
            drivers: RefCell::default(),
            backs: RefCell::default(),
            lazy: Cell::new(false),
            sleeps: Cell::new(0),
        }
    }

    /// Lets the machine look at a driver and its back end.
    pub fn watch(&self, driver: Rc<dyn Driver>, back: Rc<dyn Worker>) {
        self.drivers.borrow_mut().push(driver);
        self.backs.borrow_mut().push(back);
    }

    fn work(&self) -> bool {
        let backs = self.backs.borrow();
        self.server.work() | (backs.iter().filter(|back| back.work()).count() > 0)
    }

    fn sleep(&self, until: Option<Duration>) {
        self.sleeps.set(self.sleeps.get() + 1);
        for _ in 0..100 {
            if self.guest.events.has_come() || self.guest.store.has_work() {
                return;
            }
            self.work();
        }
        let until = until.expect("the machine sleeps for ever: an event is lost");
        self.now.set(self.now.get().max(until));
    }
}

impl Platform for Machine {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn wait(&self, until: Option<Duration>) {
        if !self.lazy.get() {
            self.work();
        }
        self.guest.events.take();
        let drivers = self.drivers.borrow().clone();
        let woken = drivers.iter().filter(|driver| driver.poll()).count() > 0;
        if self.guest.store.poll() || woken || until.is_some_and(|until| until <= self.now.get()) {
            return;
        }
        if drivers.iter().filter(|driver| driver.arm()).count() == 0 {
            self.sleep(until);
        }
    }
}

/// Runs a test on a machine of its own.
pub fn run<T>(test: impl AsyncFnOnce(Rc<Machine>, Tasks) -> T) -> T {
    let machine = Rc::new(Machine::new());
    let executor = Executor::new(machine.clone());
    let result = executor.block_on(test(machine.clone(), executor.clone()));
    // Tasks, drivers and machine know each other.
    machine.drivers.take();
    machine.backs.take();
    result
}

/// Lets a second pass, in which everything happens that can.
pub async fn settle(tasks: &Tasks) {
    tasks.sleep(Duration::from_secs(1)).await;
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
