//! A machine for interfaces under test: it looks, asks for events, and sleeps until one comes, like the real one. A back end that is never
//! told, or a driver that is never woken, leaves it asleep for ever, which fails the test.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use unik_driver::space::Space;
use unik_driver::{Dma, Memory};
use unik_executor::Executor;
use unik_platform::Platform;
use unik_xen::bus::{Error, Front};
use unik_xen::events::Events;
use unik_xen::guest::Guest;
use unik_xen::hypervisor::Domain;
use unik_xen::net::{self, SIZES, Sizes};
use unik_xen::store::Store;

use crate::back::Back;
use crate::hypervisor::{Calls, Played};
use crate::server::Server;

pub type Net = net::Net<Calls, Space>;
pub type Nic = net::Nic<Calls, Space>;
pub type Tasks = Executor<Rc<Machine>>;

pub struct Machine {
    pub played: Rc<Played>,
    pub server: Rc<Server>,
    pub guest: Guest<Calls, Space>,
    now: Cell<Duration>,
    nets: RefCell<Vec<Rc<Net>>>,
    pub backs: RefCell<Vec<Rc<Back>>>,
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
            nets: RefCell::default(),
            backs: RefCell::default(),
            lazy: Cell::new(false),
            sleeps: Cell::new(0),
        }
    }

    /// Lets the machine look at an interface and its back end.
    pub fn watch(&self, net: &Rc<Net>, back: &Rc<Back>) {
        self.nets.borrow_mut().push(net.clone());
        self.backs.borrow_mut().push(back.clone());
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
        let nets = self.nets.borrow().clone();
        let woken = nets.iter().filter(|net| net.poll()).count() > 0;
        if self.guest.store.poll() || woken || until.is_some_and(|until| until <= self.now.get()) {
            return;
        }
        if nets.iter().filter(|net| net.arm()).count() == 0 {
            self.sleep(until);
        }
    }
}

/// Runs a test on a machine.
pub fn run<T>(test: impl AsyncFnOnce(Rc<Machine>, Tasks) -> T) -> T {
    let machine = Rc::new(Machine::new());
    let executor = Executor::new(machine.clone());
    let result = executor.block_on(test(machine.clone(), executor.clone()));
    // Tasks, drivers and machine know each other.
    machine.nets.take();
    machine.backs.take();
    result
}

/// Lets a second pass, in which everything happens that can.
pub async fn settle(tasks: &Tasks) {
    tasks.sleep(Duration::from_secs(1)).await;
}

/// Makes an interface whose back end says so much of itself, and lets its task run.
pub async fn start(
    machine: &Machine,
    tasks: &Tasks,
    index: u32,
    offers: &[(&str, &str)],
    sizes: Sizes,
) -> (Rc<Net>, Rc<Back>) {
    let back = Back::new(&machine.played, &machine.server, index, Domain(0));
    back.attach();
    back.come(offers);
    let fronts = Front::all(&machine.guest.store, "vif").await.expect("the store answers");
    let front =
        fronts.into_iter().find(|front| front.number() == index.to_string()).expect("it was attached");
    let net = Net::new(machine.guest.clone(), front, sizes);
    machine.watch(&net, &back);
    let running = net.clone();
    tasks.spawn(async move {
        running.run().await;
    });
    (net, back)
}

/// An interface that is connected.
pub async fn interface(
    machine: &Machine,
    tasks: &Tasks,
    offers: &[(&str, &str)],
    sizes: Sizes,
) -> Result<(Nic, Rc<Net>, Rc<Back>), Error> {
    let (net, back) = start(machine, tasks, 0, offers, sizes).await;
    Ok((net.opened().await?, net, back))
}

pub async fn usual(machine: &Machine, tasks: &Tasks) -> (Nic, Rc<Net>, Rc<Back>) {
    interface(machine, tasks, crate::back::ALL, SIZES).await.expect("it connects")
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
