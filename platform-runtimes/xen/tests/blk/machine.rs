//! A machine for disks under test: it looks, asks for events, and sleeps until one comes, like the real one. A back end that is never
//! told, or a driver that is never woken, leaves it asleep for ever, which fails the test.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use unik_driver::space::Space;
use unik_driver::{Dma, Memory};
use unik_executor::Executor;
use unik_platform::Platform;
use unik_xen::blk;
use unik_xen::bus::Front;
use unik_xen::events::Events;
use unik_xen::guest::Guest;
use unik_xen::store::Store;

use crate::back::{Back, Offer};
use crate::hypervisor::{Calls, Played};
use crate::server::Server;

pub type Disk = blk::Disk<Calls, Space>;
pub type Tasks = Executor<Rc<Machine>>;

pub struct Machine {
    pub space: Space,
    pub played: Rc<Played>,
    pub server: Rc<Server>,
    pub guest: Guest<Calls, Space>,
    now: Cell<Duration>,
    disks: RefCell<Vec<Rc<Disk>>>,
    backs: RefCell<Vec<Rc<Back>>>,
    /// Whether back ends work only while the machine sleeps: then everything comes in batches.
    pub lazy: Cell<bool>,
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
        let guest = Guest::new(Calls(played.clone()), space.clone(), Rc::new(Events::new(info)), store);
        Self {
            space,
            played,
            server,
            guest,
            now: Cell::default(),
            disks: RefCell::default(),
            backs: RefCell::default(),
            lazy: Cell::new(false),
        }
    }

    fn work(&self) -> bool {
        let backs = self.backs.borrow();
        self.server.work() | (backs.iter().filter(|back| back.work()).count() > 0)
    }

    fn sleep(&self, until: Option<Duration>) {
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
        let disks = self.disks.borrow().clone();
        let woken = disks.iter().filter(|disk| disk.poll()).count() > 0;
        if self.guest.store.poll() || woken || until.is_some_and(|until| until <= self.now.get()) {
            return;
        }
        if disks.iter().filter(|disk| disk.arm()).count() == 0 {
            self.sleep(until);
        }
    }
}

/// Runs a test on a machine. In the end no page is granted, and no port open.
pub fn run<T>(test: impl AsyncFnOnce(Rc<Machine>, Tasks) -> T) -> T {
    let machine = Rc::new(Machine::new());
    let executor = Executor::new(machine.clone());
    let result = executor.block_on(test(machine.clone(), executor.clone()));
    // Tasks, drivers and machine know each other.
    machine.disks.take();
    machine.backs.take();
    result
}

/// Lets a second pass, in which everything happens that can.
pub async fn settle(tasks: &Tasks) {
    tasks.sleep(Duration::from_secs(1)).await;
}

/// A disk and its back end, which is there and has not been used.
pub async fn start(machine: &Machine, tasks: &Tasks, number: u32, offer: &Offer<'_>) -> (Rc<Disk>, Rc<Back>) {
    let back = Back::new(&machine.played, &machine.server, number, offer);
    back.come();
    let fronts = Front::all(&machine.guest.store, blk::KIND).await.expect("the store answers");
    let front =
        fronts.into_iter().find(|front| front.number() == number.to_string()).expect("it was attached");
    let disk = Rc::new(Disk::new(machine.guest.clone(), front));
    machine.disks.borrow_mut().push(disk.clone());
    machine.backs.borrow_mut().push(back.clone());
    let running = disk.clone();
    tasks.spawn(async move {
        running.run().await;
    });
    (disk, back)
}

/// A disk that is connected.
pub async fn disk(machine: &Machine, tasks: &Tasks, offer: &Offer<'_>) -> (Rc<Disk>, Rc<Back>) {
    let (disk, back) = start(machine, tasks, 51712, offer).await;
    disk.opened().await.expect("it connects");
    (disk, back)
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
}
