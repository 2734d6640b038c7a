//! Disks.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use unik::block::{Block, Outside};
use unik::concurrent::join_all;
use unik_executor::Executor;
use unik_virtio::blk::{Disk, Error, KIND};
use unik_virtio::fault::Fault;

use crate::bench::{self, Bench, Driver, Numbers};
use crate::peer::{EVENT_IDX, INDIRECT, Peer, VERSION_1};
use crate::store::{BLK_SIZE, FLUSH, READ_ONLY, SEG_MAX, SIZE_MAX, Store, config};
use crate::transports::{WAYS, Way};
use unik_driver::space::{Piece, Space};

impl Driver for Disk<Piece> {
    fn poll(&self) -> bool {
        Disk::poll(self)
    }

    fn arm(&self) -> bool {
        Disk::arm(self)
    }
}

type Pair = (Rc<Disk<Piece>>, Rc<Store>);

fn disk(way: Way, features: u64, queue: u16, config: &[u8]) -> Result<Pair, Fault> {
    let offered = features | VERSION_1;
    let peer = Peer::new(&Space::default(), KIND, way.is_legacy(), offered, &[queue], config);
    let device = Store::new(&peer, way.has_messages());
    let disk = Disk::start(way.transport(&peer)?, &peer.space)?;
    Ok((Rc::new(disk), device))
}

fn usual() -> Pair {
    let features = EVENT_IDX | INDIRECT | FLUSH | SEG_MAX;
    disk(Way::Mmio, features, 128, &config(2048, 0, 512)).expect("it starts")
}

#[test]
fn it_is_a_disk_over_every_transport_and_with_all_features() {
    let features =
        [0, EVENT_IDX, INDIRECT, EVENT_IDX | INDIRECT | FLUSH, SIZE_MAX | INDIRECT, BLK_SIZE | FLUSH];
    for way in WAYS {
        for features in features {
            for (queue, holds, lazy) in [(128, 1, false), (4, 40, true), (64, 8, true)] {
                let config = config(512, 1536, 1024);
                let (disk, device) = disk(way, features, queue, &config).expect("it starts");
                bench::run(async |bench: Rc<Bench>, _| {
                    bench.add(disk.clone(), device.clone());
                    bench.lazy.set(lazy);
                    device.holds.set(holds);
                    unik_conformance::block::block(&*disk).await;
                });
                assert_eq!(disk.fault(), None);
                assert_eq!(device.flushes.get() > 0, features & FLUSH != 0);
            }
        }
    }
}

#[test]
fn what_it_says_of_itself_is_read() {
    let check = |features, config: &[u8], expected: Result<(usize, u64, bool), Fault>| {
        let found = disk(Way::Mmio, features, 64, config);
        let found = found.map(|(disk, _)| (disk.sector_size(), disk.sectors(), disk.is_read_only()));
        assert_eq!(found, expected, "{features:#x}");
    };
    check(0, &config(100, 0, 4096), Ok((512, 100, false)));
    check(BLK_SIZE | READ_ONLY, &config(100, 0, 4096), Ok((4096, 12, true)));
    check(BLK_SIZE, &config(u64::MAX, 0, 512), Ok((512, u64::MAX, false)));
    for size in [0, 1, 256, 513, 1000, 1 << 19, 1 << 31] {
        check(BLK_SIZE, &config(100, 0, size), Err(Fault::Geometry));
    }
    check(SIZE_MAX, &config(100, 511, 512), Err(Fault::Geometry));
    check(SIZE_MAX, &config(100, 0, 512), Ok((512, 100, false)));
    let legacy = disk(Way::LegacyPci, 0, 2, &config(100, 0, 512));
    assert_eq!(legacy.err(), Some(Fault::Queue(0)), "a request needs three descriptors");
    assert_eq!(disk(Way::LegacyPci, 0, 100, &config(100, 0, 512)).err(), Some(Fault::Queue(0)));
}

#[test]
fn it_has_a_name() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (disk, device) = usual();
        bench.add(disk.clone(), device.clone());
        assert_eq!(disk.identity().await, Ok("service".into()));
        device.status.set(Some(2));
        assert_eq!(disk.identity().await, Err(Error::Unsupported));
    });
}

#[test]
fn failures_of_the_host_are_told_apart() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (disk, device) = usual();
        bench.add(disk.clone(), device.clone());
        for (status, error) in
            [(1, Error::Host), (2, Error::Unsupported), (77, Error::Status(77)), (255, Error::Status(255))]
        {
            device.status.set(Some(status));
            assert_eq!(disk.read(0, &mut [0; 4096]).await, Err(error));
            assert_eq!(disk.write(0, &[0; 512]).await, Err(error));
            assert_eq!(disk.flush().await, Err(error));
        }
        device.status.set(None);
        assert_eq!(disk.read(0, &mut [0; 4096]).await, Ok(()), "one failure is not the end");
        let past = Error::Outside(Outside::PastEnd { sector: 2047, count: 2, sectors: 2048 });
        assert_eq!(disk.read(2047, &mut [0; 1024]).await, Err(past));
    });
}

#[test]
fn a_disk_that_is_read_only_is_not_written() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (disk, device) = disk(Way::Mmio, READ_ONLY, 64, &config(64, 0, 512)).expect("it starts");
        bench.add(disk.clone(), device.clone());
        assert_eq!(disk.write(0, &[1; 512]).await, Err(Error::ReadOnly));
        assert_eq!(disk.read(0, &mut [0; 512]).await, Ok(()));
        assert_eq!(device.requests.get(), 1);
    });
}

#[test]
fn many_requests_are_on_their_way_at_once_and_told_together() {
    bench::run(async |bench: Rc<Bench>, _| {
        let (disk, device) = usual();
        bench.add(disk.clone(), device.clone());
        bench.lazy.set(true);
        device.holds.set(64);
        join_all((0..200).map(|sector| {
            let disk = disk.clone();
            async move { disk.write(sector, &[sector as u8; 512]).await.expect("it is written") }
        }))
        .await;
        assert_eq!(device.deepest.get(), 32);
        assert!(device.peer.notifications.get() < 100, "{}", device.peer.notifications.get());
        let mut whole = vec![0; 200 * 512];
        device.deepest.set(0);
        disk.read(0, &mut whole).await.expect("it is read");
        assert!(whole.chunks(512).enumerate().all(|(sector, bytes)| bytes == [sector as u8; 512]));
        assert_eq!(device.deepest.get(), 2, "two pieces of 64 KiB at most");
    });
}

#[test]
fn futures_are_dropped_at_any_time() {
    for seed in 1..16 {
        bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
            let (disk, device) = usual();
            bench.add(disk.clone(), device.clone());
            bench.lazy.set(seed % 2 == 0);
            device.holds.set(1 + seed as usize % 5);
            let tasks = (0..20u64).map(|task| {
                let (disk, executor) = (disk.clone(), executor.clone());
                async move {
                    let mut numbers = Numbers(seed * 100 + task);
                    for _ in 0..20 {
                        one(&disk, &executor, &mut numbers, task).await;
                    }
                }
            });
            join_all(tasks).await;
            unik_conformance::block::block(&*disk).await;
        });
    }
}

/// A read or a write that may be given up after some polls. Each task has sectors of its own.
async fn one(disk: &Disk<Piece>, executor: &Executor<Rc<Bench>>, numbers: &mut Numbers, task: u64) {
    let mut patience = if numbers.below(2) == 0 { numbers.below(4) } else { usize::MAX };
    let count = 1 + numbers.below(100);
    let mut buffer = vec![task as u8; 512 * count];
    let write = numbers.below(2) == 0;
    let act = async {
        if write { disk.write(task * 100, &buffer).await } else { disk.read(task * 100, &mut buffer).await }
    };
    let mut act = pin!(act);
    let finished = poll_fn(|cx| {
        if patience == 0 {
            return Poll::Ready(false);
        }
        patience -= 1;
        act.as_mut().poll(cx).map(|result| {
            result.expect("it works");
            true
        })
    })
    .await;
    let _ = finished;
    executor.sleep(Duration::from_millis(numbers.below(2) as u64)).await;
}

#[test]
fn what_waits_for_a_lost_device_fails() {
    bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
        let (disk, device) = usual();
        bench.add(disk.clone(), device.clone());
        device.holds.set(0);
        let breaker = device.clone();
        executor.spawn({
            let executor = executor.clone();
            async move {
                executor.sleep(Duration::from_secs(1)).await;
                breaker.peer.break_down(false);
            }
        });
        let all = join_all((0..100).map(|sector| {
            let disk = disk.clone();
            async move { disk.read(sector, &mut [0; 4096]).await }
        }))
        .await;
        assert!(all.iter().all(|result| *result == Err(Error::Lost(Fault::NeedsReset))), "{all:?}");
        assert_eq!(disk.flush().await, Err(Error::Lost(Fault::NeedsReset)));
        assert_eq!(unik::Error::kind(&Error::Lost(Fault::NeedsReset)), unik::ErrorKind::Detached);
        assert_eq!(device.peer.status.get(), 0, "it is reset");
    });
}

#[test]
fn a_disk_that_is_reset_at_any_time_fails_what_waits() {
    for seed in 1..100 {
        bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
            let way = WAYS[seed % 5];
            let features = EVENT_IDX | INDIRECT;
            let (disk, device) = disk(way, features, 64, &config(2048, 0, 512)).expect("it starts");
            bench.add(disk.clone(), device.clone());
            device.holds.set(seed % 3);
            let late = executor.sleep(Duration::from_millis(seed as u64 % 4));
            let reset = async {
                late.await;
                device.taken.borrow_mut().clear();
                device.peer.lose_itself(way.has_messages());
            };
            let reads = join_all((0..40).map(|sector| {
                let (disk, pause) = (disk.clone(), executor.sleep(Duration::from_micros(100 * sector)));
                async move {
                    pause.await;
                    disk.read(sector, &mut [0; 4096]).await
                }
            }));
            let (reads, ()) = unik::concurrent::join(reads, reset).await;
            let lost = Err(Error::Lost(Fault::Lost));
            assert!(reads.iter().all(|read| read.is_ok() || *read == lost), "{reads:?}");
            assert_eq!(disk.flush().await, lost);
        });
    }
}

/// A device that says anything of requests: calls fail, nothing breaks, nothing hangs.
#[test]
fn rubbish_does_not_break_the_driver() {
    let mut lost = 0;
    for seed in 1..300 {
        bench::run(async |bench: Rc<Bench>, executor: Executor<Rc<Bench>>| {
            let features = if seed % 2 == 0 { INDIRECT | FLUSH } else { EVENT_IDX };
            let (disk, device) =
                disk(WAYS[seed as usize % 5], features, 64, &config(64, 0, 512)).expect("it starts");
            bench.add(disk.clone(), device.clone());
            let mut numbers = Numbers(seed);
            let liar = device.clone();
            let ring = device.peer.ring(0, |ring| ring.addresses).expect("it is set up");
            let lies = executor.clone();
            executor.spawn(async move {
                for _ in 0..numbers.below(4) {
                    lies.sleep(Duration::from_millis(1)).await;
                    let at = numbers.below(64) as u64;
                    if liar.peer.is_ready() {
                        liar.peer.space.write(ring[2] + 2 + at, &[numbers.below(40) as u8]);
                    }
                }
                // It ends all by breaking down, so that nobody waits for ever.
                lies.sleep(Duration::from_millis(1)).await;
                liar.peer.break_down(false);
                liar.peer.break_down(true);
            });
            for sector in 0..40 {
                if disk.read(sector, &mut [0; 512]).await.is_err() {
                    break;
                }
                executor.sleep(Duration::from_micros(150)).await;
            }
            lost += usize::from(disk.fault().is_some());
        });
    }
    assert!(lost > 250, "{lost} of 299 lost");
}

#[test]
fn too_little_memory_is_an_error() {
    for limit in [0, 4096, 100_000] {
        let space = Space::default();
        space.limit(limit);
        let peer = Peer::new(&space, KIND, false, VERSION_1, &[64], &config(64, 0, 512));
        let error = Disk::start(Way::Mmio.transport(&peer).expect("it is there"), &space).err();
        assert!(matches!(error, Some(Fault::Memory(_))), "{limit}: {error:?}");
    }
}
