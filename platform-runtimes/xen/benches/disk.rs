//! What the driver of a disk takes of a core for a request, beside the one of virtio: each over a back end in the same program, which
//! copies sectors of memory and answers at once.
//!
//! What is measured is the time on the core, of both ends together, so that other programs disturb little. The back ends are those of the
//! tests: they check what they are asked, which costs more than the drivers do. `cargo bench -p unik-xen --bench disk`

#![allow(
    missing_docs,
    unreachable_pub,
    missing_debug_implementations,
    reason = "what is played is no interface"
)]
#![allow(dead_code, unused_imports, reason = "what is played is shared with tests")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark tells what it has measured")]

#[path = "../tests/blk"]
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
    pub mod peer;
    pub mod ring;
    pub mod store;
    pub mod transports;
}

use std::rc::Rc;
use std::time::Duration;

use unik::block::Block;
use unik::concurrent::join_all;
use unik_driver::space::{Piece, Space};

use played::{hypervisor, sleeper};
use stores::server;
use virtio::{bench, peer, ring, store, transports};
use xen::{back, machine};

/// How long this program has had a core.
fn core_time() -> Duration {
    let told = std::fs::read_to_string("/proc/self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

/// How many small reads there are: the kernel counts the time on the core in steps of 4 ms.
const READS: u64 = 400_000;

/// Small reads, so many at once; the time of each.
async fn small(disk: &impl Block, many: u64) -> Duration {
    let start = core_time();
    join_all((0..many).map(|first| async move {
        let mut buffer = [0; 4096];
        for at in 0..READS / many {
            disk.read((first * 8 + at * 64) % 8000, &mut buffer).await.unwrap();
        }
    }))
    .await;
    (core_time() - start) / READS as u32
}

/// Large writes and reads; MiB in a second.
async fn large(disk: &impl Block) -> (f64, f64) {
    const ROUNDS: u64 = 2000;
    let mut bytes = vec![7; 1 << 20];
    let start = core_time();
    for at in 0..ROUNDS {
        disk.write(at % 4 * 2048, &bytes).await.unwrap();
    }
    let written = core_time() - start;
    let start = core_time();
    for at in 0..ROUNDS {
        disk.read(at % 4 * 2048, &mut bytes).await.unwrap();
    }
    let per = |time: Duration| ROUNDS as f64 / time.as_secs_f64();
    (per(written), per(core_time() - start))
}

async fn measure(name: &str, disk: &impl Block, told: impl Fn() -> usize) {
    let one = small(disk, 1).await;
    let before = told();
    let many = small(disk, 32).await;
    let each = (told() - before) as f64 / READS as f64;
    let (written, read) = large(disk).await;
    println!(
        "{name:<42} {:>6} ns {:>6} ns {each:>8.3} {written:>8.0} MiB/s {read:>8.0} MiB/s",
        one.as_nanos(),
        many.as_nanos()
    );
}

fn of_xen(name: &str, more: &[(&str, &str)]) {
    machine::run(async |machine, tasks: machine::Tasks| {
        let (disk, back) = machine::disk(&machine, &tasks, &back::Offer { sectors: 8192, more }).await;
        back.holds.set(64);
        back.forgets.set(true);
        let played = machine.played.clone();
        measure(name, &*disk, move || played.notifications.get()).await;
    });
}

struct Watched(Rc<unik_virtio::blk::Disk<Piece>>);

impl bench::Driver for Watched {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}

fn of_virtio(name: &str, features: u64) {
    let features = features | peer::VERSION_1;
    let config = store::config(8192, 0, 512);
    let peer = peer::Peer::new(&Space::default(), unik_virtio::blk::KIND, false, features, &[128], &config);
    let device = store::Store::new(&peer, false);
    let transport = transports::Way::Mmio.transport(&peer).unwrap();
    let disk = Rc::new(unik_virtio::blk::Disk::start(transport, &peer.space).unwrap());
    bench::run(async |bench: Rc<bench::Bench>, _| {
        bench.add(Rc::new(Watched(disk.clone())), device.clone());
        device.holds.set(64);
        measure(name, &*disk, || peer.notifications.get()).await;
    });
}

fn main() {
    println!(
        "{:<42} {:>9} {:>9} {:>8} {:>14} {:>14}",
        "both ends on one core", "4 KiB", "32 at once", "told", "1 MiB written", "read"
    );
    for _ in 0..2 {
        of_xen("xen, lists and pages that stay", back::LINUX);
        of_xen("xen, neither", &[("feature-flush-cache", "1")]);
        of_virtio("virtio, indirect", peer::EVENT_IDX | peer::INDIRECT);
        of_virtio("virtio, neither", 0);
    }
}
