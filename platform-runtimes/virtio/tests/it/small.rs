//! The small devices: sources of entropy, consoles.

use std::cell::RefCell;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use unik_executor::Executor;
use unik_virtio::console::{self, Console};
use unik_virtio::fault::Fault;
use unik_virtio::memory::{Dma, Memory, NoMemory};
use unik_virtio::rng::{self, Rng};

use crate::bench::{self, Bench, Device, Driver};
use crate::peer::{EVENT_IDX, Peer, VERSION_1};
use crate::transports::{WAYS, Way};
use unik_driver::space::{Piece, Space};

/// Gives as many bytes as it is told to, one request after the other.
struct Source {
    peer: Rc<Peer>,
    message: bool,
    lengths: RefCell<Vec<u32>>,
}

impl Device for Source {
    fn work(&self) {
        if !self.peer.is_ready() || !self.peer.notified.borrow()[0] {
            return;
        }
        let space = &self.peer.space;
        let mut lengths = self.lengths.borrow_mut();
        while let Some(length) = lengths.last().copied() {
            let Some(Some(chain)) = self.peer.ring(0, |ring| ring.take(space)) else { break };
            lengths.pop();
            chain.write(space, 0, &vec![7; chain.room().min(length as usize)]);
            self.peer.put(0, chain.head, length, self.message);
        }
        self.peer.ring(0, |ring| ring.want(space, true));
    }

    fn peer(&self) -> &Peer {
        &self.peer
    }
}

impl Driver for Rng<Piece> {
    fn poll(&self) -> bool {
        Rng::poll(self)
    }

    fn arm(&self) -> bool {
        Rng::arm(self)
    }
}

fn source(way: Way, lengths: &[u32]) -> (Rc<Rng<Piece>>, Rc<Source>) {
    let offered = VERSION_1 | EVENT_IDX;
    let peer = Peer::new(&Space::default(), rng::KIND, way.is_legacy(), offered, &[8], &[]);
    let source = Source {
        peer: peer.clone(),
        message: way.has_messages(),
        lengths: RefCell::new(lengths.iter().rev().copied().collect()),
    };
    let rng = Rng::start(way.transport(&peer).expect("it is there"), &peer.space).expect("it starts");
    (Rc::new(rng), Rc::new(source))
}

#[test]
fn entropy_comes_in_any_number_of_bytes() {
    for way in WAYS {
        bench::run(async |bench: Rc<Bench>, _| {
            let (rng, device) = source(way, &[64, 1, 0, 0, 33, 64, 65]);
            bench.add(rng.clone(), device);
            for expected in [64, 1, 33, 64] {
                let found = rng.bytes(|bytes| (bytes.len(), bytes.iter().all(|byte| *byte == 7))).await;
                assert_eq!(found, Ok((expected, true)), "{way:?}");
            }
            assert_eq!(rng.bytes(|_| ()).await, Err(Fault::UsedLength), "more than there is room for");
            assert_eq!(rng.bytes(|_| ()).await, Err(Fault::UsedLength), "it was given up");
        });
    }
}

#[test]
fn a_request_that_was_given_up_serves_the_next() {
    bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
        let (rng, device) = source(Way::Mmio, &[]);
        bench.add(rng.clone(), device.clone());
        for _ in 0..3 {
            let mut bytes = pin!(rng.bytes(|bytes| bytes.len()));
            let waits = poll_fn(|cx| Poll::Ready(bytes.as_mut().poll(cx).is_pending())).await;
            assert!(waits);
        }
        device.lengths.borrow_mut().push(5);
        executor.sleep(Duration::from_millis(1)).await;
        assert_eq!(rng.bytes(|bytes| bytes.len()).await, Ok(5));
        assert_eq!(device.peer.notifications.get(), 1);
    });
}

/// Shared memory whose every look lets the device work, since a console waits without the machine.
struct Working {
    inner: Piece,
    terminal: Rc<Terminal>,
}

/// A console device: keeps what is written.
#[derive(Default)]
struct Terminal {
    peer: RefCell<Option<Rc<Peer>>>,
    text: RefCell<Vec<u8>>,
}

impl Terminal {
    fn work(&self) {
        let peer = self.peer.borrow().clone();
        let Some(peer) = peer.filter(|peer| peer.is_ready() && peer.notified.borrow()[1]) else { return };
        while let Some(Some(chain)) = peer.ring(1, |ring| ring.take(&peer.space)) {
            self.text.borrow_mut().extend(chain.read(&peer.space));
            peer.put(1, chain.head, 0, false);
        }
        peer.ring(1, |ring| ring.want(&peer.space, true));
    }
}

struct Works(Space, Rc<Terminal>);

impl Dma for Works {
    type Memory = Working;

    fn allocate(&self, bytes: usize) -> Result<Working, NoMemory> {
        Ok(Working { inner: self.0.allocate(bytes)?, terminal: self.1.clone() })
    }
}

impl Memory for Working {
    fn address(&self) -> u64 {
        self.inner.address()
    }

    fn load8(&self, offset: usize) -> u8 {
        self.inner.load8(offset)
    }

    fn load16(&self, offset: usize) -> u16 {
        self.terminal.work();
        self.inner.load16(offset)
    }

    fn load32(&self, offset: usize) -> u32 {
        self.inner.load32(offset)
    }

    fn store8(&self, offset: usize, value: u8) {
        self.inner.store8(offset, value);
    }

    fn store16(&self, offset: usize, value: u16) {
        self.inner.store16(offset, value);
    }

    fn store32(&self, offset: usize, value: u32) {
        self.inner.store32(offset, value);
    }

    fn store64(&self, offset: usize, value: u64) {
        self.inner.store64(offset, value);
    }

    fn read(&self, offset: usize, into: &mut [u8]) {
        self.inner.read(offset, into);
    }

    fn write(&self, offset: usize, from: &[u8]) {
        self.inner.write(offset, from);
    }

    fn lend<R>(&self, range: std::ops::Range<usize>, look: impl FnOnce(&[u8]) -> R) -> R {
        self.inner.lend(range, look)
    }

    fn lend_mut<R>(&self, range: std::ops::Range<usize>, fill: impl FnOnce(&mut [u8]) -> R) -> R {
        self.inner.lend_mut(range, fill)
    }
}

#[test]
fn text_goes_out_whole_and_in_order() {
    for way in WAYS {
        let peer =
            Peer::new(&Space::default(), console::KIND, way.is_legacy(), VERSION_1 | EVENT_IDX, &[8, 8], &[]);
        let terminal = Rc::new(Terminal::default());
        terminal.peer.replace(Some(peer.clone()));
        let works = Works(peer.space.clone(), terminal.clone());
        let transport = way.transport(&peer).expect("it is there");
        let mut console = Console::start(transport, &works, 10).expect("it starts");
        let text: Vec<u8> = (0..10_000u32).flat_map(u32::to_le_bytes).collect();
        for part in [&text[..1], &text[1..1], &text[1..1025], &text[1025..]] {
            console.write(part);
        }
        assert!(*terminal.text.borrow() == text, "{way:?}");
        assert_eq!(console.fault(), None);
    }
}

#[test]
fn a_console_that_takes_nothing_is_given_up() {
    let peer = Peer::new(&Space::default(), console::KIND, false, VERSION_1, &[8, 8], &[]);
    let transport = Way::Mmio.transport(&peer).expect("it is there");
    let mut console = Console::start(transport, &peer.space, 1000).expect("it starts");
    console.write(b"hello");
    assert_eq!(console.fault(), Some(Fault::Silent));
    console.write(b"hello");
    assert_eq!(peer.status.get(), 0, "it is reset");
}
