//! What the driver of an interface takes of a core for a frame that goes out and comes back, beside the one of virtio: each over a back end
//! in the same program, which hands every frame back.
//!
//! What is measured is the time on the core, of both ends together, so that other programs disturb little. The back ends are those of the
//! tests: they check what they are asked, which costs more than the drivers do. `cargo bench -p unik-xen --bench net`

#![allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    reason = "what is played is no interface"
)]
#![allow(dead_code, unused_imports, reason = "what is played is shared with tests")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark tells what it has measured")]

#[path = "../tests/net"]
mod xen {
    pub mod back;
    pub mod machine;
}
#[path = "../tests/played"]
mod played {
    pub mod hypervisor;
    pub mod sleeper;
}
#[path = "../tests/store"]
mod stores {
    pub mod server;
}
#[path = "../../virtio/tests/it"]
mod virtio {
    pub mod bench;
    pub mod network;
    pub mod peer;
    pub mod ring;
    pub mod transports;
}

use std::future::poll_fn;
use std::rc::Rc;
use std::time::Duration;

use unik::net::{Checksum, Nic, Segment, Transmit};
use unik_driver::space::{Piece, Space};

use played::{hypervisor, sleeper};
use stores::server;
use virtio::{bench, network, peer, ring, transports};
use xen::{back, machine};

/// How long this program has had a core.
fn core_time() -> Duration {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// Frames there and back, so many at once; the time of each.
async fn echo(nic: &impl Nic, length: usize, many: usize, frames: usize, forget: &impl Fn()) -> Duration {
    let offload = if length > 1514 {
        Transmit {
            checksum: Some(Checksum { start: 34, offset: 16 }),
            segment: Some(Segment { size: 1460, headers: 54, v6: false }),
        }
    } else {
        Transmit::default()
    };
    let start = core_time();
    let (mut sent, mut received) = (0, 0);
    while received < frames {
        while sent < frames && sent < received + many {
            if nic.transmit(length, |bytes| (bytes.fill(7), offload)).is_none() {
                break;
            }
            sent += 1;
        }
        nic.flush();
        poll_fn(|cx| nic.poll_ready(cx)).await;
        while nic.receive(|bytes, _| assert_eq!(bytes.len(), length)).is_some() {
            received += 1;
        }
        forget();
    }
    (core_time() - start) / frames as u32
}

async fn measure(name: &str, nic: &impl Nic, told: impl Fn() -> usize, forget: impl Fn()) {
    // Many of each: the kernel counts the time on the core in steps of 4 ms.
    let one = echo(nic, 60, 1, 200_000, &forget).await;
    let before = told();
    let many = echo(nic, 1514, 32, 200_000, &forget).await;
    let each = (told() - before) as f64 / 200_000.0;
    let long = echo(nic, 65_000, 3, 20_000, &forget).await;
    println!(
        "{name:<16} {:>6} ns {:>6} ns {each:>8.3} {:>8} ns {:>8.0} MiB/s",
        one.as_nanos(),
        many.as_nanos(),
        long.as_nanos(),
        65_000.0 / long.as_secs_f64() / f64::from(1 << 20)
    );
}

fn of_xen() {
    machine::run(async |machine, tasks: machine::Tasks| {
        let (nic, _, back) = machine::usual(&machine, &tasks).await;
        back.echoes.set(true);
        let played = machine.played.clone();
        measure("xen", &nic, move || played.notifications.get(), || back.outgoing.borrow_mut().clear()).await;
    });
}

struct Watched(Rc<unik_virtio::net::Net<Piece>>);

impl bench::Driver for Watched {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}

fn of_virtio() {
    let features = network::ALL | peer::VERSION_1 | peer::INDIRECT | peer::EVENT_IDX;
    let config = network::config(1500);
    let kind = unik_virtio::net::KIND;
    let peer = peer::Peer::new(&Space::default(), kind, false, features, &[256, 256], &config);
    let device = network::Network::new(&peer, false);
    let transport = transports::Way::Mmio.transport(&peer).unwrap();
    let net = unik_virtio::net::Net::start(transport, &peer.space, unik_virtio::net::SIZES).unwrap();
    let net = Rc::new(net);
    bench::run(async |bench: Rc<bench::Bench>, _| {
        bench.add(Rc::new(Watched(net.clone())), device.clone());
        device.echoes.set(true);
        measure("virtio", &*net, || peer.notifications.get(), || device.outgoing.borrow_mut().clear()).await;
    });
}

fn main() {
    println!(
        "{:<16} {:>9} {:>9} {:>8} {:>11} {:>14}",
        "there and back", "60 B", "1514 B", "told", "65000 B", "each way"
    );
    for _ in 0..2 {
        of_xen();
        of_virtio();
    }
}
