//! A program beside a server: whenever the program waits, the server works, and the store is polled.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use unik_driver::Dma;
use unik_driver::space::{Piece, Space};
use unik_executor::Executor;
use unik_platform::Platform;
use unik_xen::page::Page;
use unik_xen::store::Store;

use crate::server::Server;

pub struct Bench {
    pub server: Rc<Server>,
    pub store: Store,
    now: Cell<Duration>,
    idle: Cell<usize>,
}

impl Platform for Bench {
    fn now(&self) -> Duration {
        self.now.get()
    }

    fn wait(&self, until: Option<Duration>) {
        let moved = self.server.work() | self.store.poll();
        // Twice nothing, and no time to wait for: nothing will ever happen.
        self.idle.set(if moved { 0 } else { self.idle.get() + 1 });
        if let (false, Some(until)) = (moved, until) {
            self.now.set(self.now.get().max(until));
            self.idle.set(0);
        }
        assert!(self.idle.get() < 3, "the program waits for what never comes");
        assert!(moved || !self.store.has_work(), "there is work that is not done");
    }
}

/// The page as the program has it.
struct Ours(Rc<Piece>);

impl Page for Ours {
    fn load8(&self, offset: usize) -> u8 {
        self.0.load8(offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        self.0.store8(offset, value);
    }

    fn load32(&self, offset: usize) -> u32 {
        self.0.load32(offset)
    }

    fn store32(&self, offset: usize, value: u32) {
        self.0.store32(offset, value);
    }
}

/// A page both ends share, its counts about to overflow.
pub fn bench(tree: &[(&str, &str)]) -> (Rc<Server>, Store) {
    let page = Rc::new(Space::default().allocate(4096).expect("there is memory"));
    for offset in [2048, 2052, 2056, 2060] {
        page.store32(offset, u32::MAX - 99);
    }
    let server = Rc::new(Server::new(page.clone(), tree));
    let told = server.clone();
    let store = Store::new(Ours(page), move || told.notified.set(true));
    (server, store)
}

/// Runs a test.
pub fn run<T>(
    tree: &[(&str, &str)],
    test: impl AsyncFnOnce(Rc<Server>, Store, Executor<Rc<Bench>>) -> T,
) -> T {
    let (server, store) = bench(tree);
    let bench =
        Bench { server: server.clone(), store: store.clone(), now: Cell::default(), idle: Cell::default() };
    let executor = Executor::new(Rc::new(bench));
    executor.block_on(test(server, store, executor.clone()))
}
