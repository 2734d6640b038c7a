//! Hosts with a stack of ours at a wire.

use std::cell::Cell;
use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;

use unik::net::{Accept, Cidr, Flow, Listener, Network};
use unik::random::Random;
use unik_conformance::memory::{Nic, Offers, Program, Wire};
use unik_conformance::virtual_time::{self, Timer};
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::stack::Stack;
use unik_ip::tcp::{Acceptor, Tcp};
use unik_ip::udp::Udp;
use unik_ip::{Error, On};

/// The devices of a test.
pub(crate) type Test = On<Nic, Timer, Dice, Program>;

/// The buffers of all connections of a host, unless it says otherwise.
pub(crate) const BUFFERS: u64 = 16 << 20;

/// Random numbers that are the same each time.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Rc<Cell<u64>>);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(Rc::new(Cell::new(seed)))
    }
}

impl Random for Dice {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let seed = self.0.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.0.set(seed);
            let mixed = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A host, and its parts.
#[derive(Clone, Debug)]
pub(crate) struct Host {
    pub(crate) arp: Arp<Test>,
    pub(crate) tcp: Tcp<Test>,
    pub(crate) udp: Udp<Test>,
    pub(crate) icmp: Icmp<Test>,
    pub(crate) stack: Stack<Test>,
}

/// What a host is made of.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) timer: Timer,
    pub(crate) program: Program,
}

/// Runs a test in virtual time, and everything that it has left in the background.
pub(crate) fn run<T>(test: impl AsyncFnOnce(World) -> T) -> T {
    virtual_time::run(async |timer| {
        let program = Program::default();
        let world = World { timer, program: program.clone() };
        program.run(test(world)).await
    })
}

impl World {
    /// A part of a stack that all others stand on.
    pub(crate) async fn ethernet(&self, nic: Nic, seed: u64) -> Ethernet<Test> {
        let made = Ethernet::new(nic, self.timer.clone(), Dice::new(seed), self.program.clone()).await;
        made.unwrap_or_else(|never| match never {})
    }

    /// Host number `number` of 10.0.0.0/24 and of the link.
    pub(crate) async fn host(&self, wire: &Wire, number: u8, offers: Offers) -> Host {
        self.host_with(wire, number, offers, BUFFERS).await
    }

    pub(crate) async fn host_with(&self, wire: &Wire, number: u8, offers: Offers, buffers: u64) -> Host {
        let ethernet = self.ethernet(wire.nic(number, offers), u64::from(number)).await;
        let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
        let v4 = Ipv4::new(ethernet.clone(), arp.clone(), Some(cidr(&format!("10.0.0.{number}/24"))), None);
        let v4 = v4.await.unwrap();
        let v6 = Ipv6::new(ethernet.clone(), Some(cidr(&format!("fd00::{number}/64"))), None, false);
        let v6 = v6.await.unwrap();
        let tcp = Tcp::new(v4.clone(), v6.clone(), buffers).await.unwrap();
        let udp = Udp::new(v4.clone(), v6.clone()).await.unwrap();
        let icmp = Icmp::new(v4, v6).await.unwrap();
        let stack = Stack::new(tcp.clone(), udp.clone(), icmp.clone()).await.unwrap();
        Host { arp, tcp, udp, icmp, stack }
    }
}

pub(crate) fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// Port `port` of host number `number`.
pub(crate) fn at(number: u8, port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::new(10, 0, 0, number), port))
}

/// Port `port` of host number `number`, over IPv6.
pub(crate) fn at_v6(number: u8, port: u16) -> SocketAddr {
    format!("[fd00::{number}]:{port}").parse().unwrap()
}

/// A port that is listened on, as a listener.
#[derive(Clone, Debug)]
pub(crate) struct Listening(pub(crate) Acceptor<Test>);

impl Network for Listening {
    type Error = Error;

    async fn serve<H: unik::http::Handler>(&self, _: H) -> Result<(), Error> {
        unreachable!("only connections are wanted")
    }
}

impl Listener for Listening {
    type Flow = unik_ip::tcp::Flow<Test>;

    async fn accept(&self) -> Result<Self::Flow, Error> {
        self.0.accept().await
    }

    fn local(&self) -> SocketAddr {
        self.0.local()
    }
}

/// Writes all of a text and closes.
pub(crate) async fn send(flow: &mut impl Flow, text: &[u8]) {
    flow.write_all(text).await.unwrap();
    flow.close().await.unwrap();
}

/// Reads until the end.
pub(crate) async fn read_all(flow: &mut impl Flow) -> Vec<u8> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 100_000];
    loop {
        match flow.read(&mut buffer).await.unwrap() {
            0 => return all,
            count => all.extend_from_slice(&buffer[..count]),
        }
    }
}

/// A text of which no two parts are alike.
pub(crate) fn text(length: usize) -> Vec<u8> {
    let mut text = vec![0; length];
    Dice::new(7).fill(&mut text);
    text
}

/// A time of day that stands still, for servers that write it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Noon;

impl unik::clock::Wall for Noon {
    fn now(&self) -> unik::clock::Timestamp {
        unik::clock::Timestamp { seconds: 0, nanoseconds: 0 }
    }
}
