//! How fast two stacks talk over a wire that costs nothing but a copy: what the stack itself takes of a core.
//!
//! Both ends run on one core, so a stack alone is about twice as fast. What is measured is the time on the core, so that other programs disturb
//! little. `cargo bench -p unik-ip --bench transfer`

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark tells what it has measured")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use embedded_io_async::{Read, Write};
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, join_all};
use unik::net::{Accept, Capabilities, Detached, Mac, Received, Transmit};
use unik::random::Random;
use unik_conformance::memory::Program;
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::tcp::Tcp;

/// Frames in one direction.
#[derive(Default)]
struct Lane {
    frames: VecDeque<Vec<u8>>,
    spare: Vec<Vec<u8>>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// One end of a wire without a length.
#[derive(Clone)]
struct Nic {
    mac: Mac,
    offload: bool,
    out: Rc<RefCell<Lane>>,
    incoming: Rc<RefCell<Lane>>,
    /// Whether somebody has found no room.
    wanted: Rc<Cell<bool>>,
}

/// How many frames are on the way at most.
const ROOM: usize = 256;

impl unik::net::Nic for Nic {
    fn mac(&self) -> Mac {
        self.mac
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            mtu: 1500,
            longest: if self.offload { 65_549 } else { 1514 },
            checksum: self.offload,
            segments_v4: self.offload,
            segments_v6: false,
        }
    }

    fn receive<R>(&self, take: impl FnOnce(&[u8], Received) -> R) -> Option<R> {
        let frame = self.incoming.borrow_mut().frames.pop_front()?;
        let result = take(&frame, Received { verified: self.offload });
        let mut lane = self.incoming.borrow_mut();
        lane.spare.push(frame);
        lane.writer.take().into_iter().for_each(Waker::wake);
        Some(result)
    }

    fn has_received(&self) -> bool {
        !self.incoming.borrow().frames.is_empty()
    }

    fn transmit<R>(&self, length: usize, fill: impl FnOnce(&mut [u8]) -> (R, Transmit)) -> Option<R> {
        if !self.can_transmit() {
            self.wanted.set(true);
            return None;
        }
        let mut frame = self.out.borrow_mut().spare.pop().unwrap_or_default();
        frame.resize(length, 0);
        let (result, _) = fill(&mut frame);
        let mut lane = self.out.borrow_mut();
        lane.frames.push_back(frame);
        lane.reader.take().into_iter().for_each(Waker::wake);
        Some(result)
    }

    fn can_transmit(&self) -> bool {
        self.out.borrow().frames.len() < ROOM
    }

    fn flush(&self) {}

    fn poll_ready(&self, cx: &mut Context<'_>) -> Poll<()> {
        if self.has_received() || (self.wanted.get() && self.can_transmit()) {
            self.wanted.set(false);
            return Poll::Ready(());
        }
        self.incoming.borrow_mut().reader = Some(cx.waker().clone());
        if self.wanted.get() {
            self.out.borrow_mut().writer = Some(cx.waker().clone());
        }
        Poll::Pending
    }

    fn detached(&self) -> Option<Detached> {
        None
    }
}

/// The time of the machine; a timer is looked at whenever anybody is.
#[derive(Clone)]
struct Clock(Instant);

impl Monotonic for Clock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

impl Sleep for Clock {
    async fn sleep(&self, duration: Duration) {
        let end = self.now() + duration;
        std::future::poll_fn(|cx| {
            if self.now() >= end {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
    }
}

struct Dice(Cell<u64>);

impl Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0.set(self.0.get().wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1));
            *byte = (self.0.get() >> 56) as u8;
        }
    }
}

type On = unik_ip::On<Nic, Clock, Dice, Program>;

async fn host(nic: Nic, clock: &Clock, program: &Program) -> Tcp<On> {
    let number = nic.mac.0[5];
    let dice = Dice(Cell::new(u64::from(number)));
    let ethernet = Ethernet::new(nic, clock.clone(), dice, program.clone()).await.unwrap();
    let arp = Arp::new(ethernet.clone()).await.unwrap();
    let own = format!("10.0.0.{number}/24").parse().unwrap();
    let v4 = Ipv4::new(ethernet.clone(), arp, Some(own), None).await.unwrap();
    let v6 = Ipv6::new(ethernet, None, None, false).await.unwrap();
    Tcp::new(v4, v6, 16 << 20).await.unwrap()
}

/// How long this program has had a core: on a busy machine, other programs are left out.
fn core_time() -> Duration {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// Runs a measurement between a client and a server.
fn between(offload: bool, measure: impl AsyncFnOnce(Tcp<On>, Tcp<On>)) {
    let (there, back) = (Rc::<RefCell<Lane>>::default(), Rc::<RefCell<Lane>>::default());
    let nic = |number, out: &Rc<RefCell<Lane>>, incoming: &Rc<RefCell<Lane>>| Nic {
        mac: Mac([2, 0, 0, 0, 0, number]),
        offload,
        out: out.clone(),
        incoming: incoming.clone(),
        wanted: Rc::default(),
    };
    let (one, two) = (nic(1, &there, &back), nic(2, &back, &there));
    let clock = Clock(Instant::now());
    let program = Program::default();
    unik_conformance::virtual_time::run(async |_| {
        let main = async {
            let (server, client) = (host(one, &clock, &program).await, host(two, &clock, &program).await);
            measure(server, client).await;
        };
        program.run(main).await;
    });
}

fn at_server() -> SocketAddr {
    SocketAddr::from(([10, 0, 0, 1], 80))
}

/// Gigabits in a second through one connection.
fn throughput(offload: bool) -> f64 {
    const BYTES: usize = 1 << 30;
    let mut time = Duration::ZERO;
    between(offload, async |server, client| {
        let acceptor = server.listen(80).await.unwrap();
        let (accepted, connected) = join(acceptor.accept(), client.connect(at_server())).await;
        let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
        let start = core_time();
        let write = async {
            let chunk = vec![1; 256 << 10];
            for _ in 0..BYTES / chunk.len() {
                a.write_all(&chunk).await.unwrap();
            }
        };
        let read = async {
            let mut buffer = vec![0; 256 << 10];
            let mut left = BYTES;
            while left > 0 {
                left -= b.read(&mut buffer).await.unwrap();
            }
        };
        join(write, read).await;
        time = core_time() - start;
    });
    BYTES as f64 * 8.0 / time.as_secs_f64() / 1e9
}

/// Questions and answers in a second over so many connections at once, beside so many that are idle.
fn exchanges(connections: usize, idle: usize) -> f64 {
    const EACH: usize = 200_000;
    let mut time = Duration::ZERO;
    between(true, async |server, client| {
        let acceptor = server.listen(80).await.unwrap();
        let mut pairs = Vec::new();
        for _ in 0..connections + idle {
            let connect = async { client.connect(at_server()).await.unwrap() };
            let (accepted, connected) = join(acceptor.accept(), connect).await;
            pairs.push((accepted.unwrap(), connected));
        }
        let rounds = EACH / connections;
        let start = core_time();
        join_all(pairs.iter_mut().take(connections).map(|(a, b)| async move {
            let serve = async {
                let mut buffer = [0; 100];
                for _ in 0..rounds {
                    a.read_exact(&mut buffer).await.unwrap();
                    a.write_all(&[2; 700]).await.unwrap();
                }
            };
            let ask = async {
                let mut buffer = [0; 700];
                for _ in 0..rounds {
                    b.write_all(&[1; 100]).await.unwrap();
                    b.read_exact(&mut buffer).await.unwrap();
                }
            };
            join(serve, ask).await;
        }))
        .await;
        time = core_time() - start;
    });
    EACH as f64 / time.as_secs_f64()
}

/// Connections that are made, asked one question, and closed, in a second.
fn connections() -> f64 {
    const COUNT: usize = 20_000;
    let mut time = Duration::ZERO;
    between(true, async |server, client| {
        let acceptor = server.listen(80).await.unwrap();
        let start = core_time();
        let serve = async {
            for _ in 0..COUNT {
                let mut flow = acceptor.accept().await.unwrap();
                flow.write_all(&[2; 700]).await.unwrap();
            }
        };
        let ask = async {
            for _ in 0..COUNT {
                let mut flow = client.connect(at_server()).await.unwrap();
                let mut buffer = [0; 700];
                flow.read_exact(&mut buffer).await.unwrap();
            }
        };
        join(serve, ask).await;
        time = core_time() - start;
    });
    COUNT as f64 / time.as_secs_f64()
}

fn main() {
    println!("both ends on one core");
    println!("{:>8.2} Gbit/s in frames of 1514 bytes, checksums in software", throughput(false));
    println!("{:>8.2} Gbit/s with checksums and segments left to the interface", throughput(true));
    for (active, idle) in [(1, 0), (8, 0), (64, 0), (64, 900)] {
        let rate = exchanges(active, idle);
        println!("{rate:>8.0} exchanges/s on {active} connections beside {idle} idle ones");
    }
    println!("{:>8.0} connections/s, made, used and closed one after the other", connections());
}
