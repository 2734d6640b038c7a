//! What disks do over honest back ends.

use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

use unik::block::{Block, Outside};
use unik::concurrent::join_all;
use unik_xen::blk::{Error, Fault};

use crate::back::{LINUX, Offer, USUAL};
use crate::machine::{Disk, Numbers, Tasks, disk, run, settle, start};

const NONE: &[(&str, &str)] = &[];

#[test]
fn it_is_a_disk_with_all_features_and_without() {
    let offers: [&[(&str, &str)]; 7] = [
        NONE,
        LINUX,
        &[("feature-persistent", "0"), ("feature-max-indirect-segments", "5"), ("sector-size", "1024")],
        &[("feature-max-indirect-segments", "16"), ("sector-size", "4096"), ("feature-flush-cache", "1")],
        &[("feature-persistent", "1"), ("feature-max-indirect-segments", "4096")],
        &[("feature-discard", "1"), ("discard-granularity", "4096"), ("discard-alignment", "512")],
        &[("info", "0"), ("sector-size", "512"), ("feature-max-indirect-segments", "12")],
    ];
    for more in offers {
        for (holds, lazy, names_lists) in [(1, false, false), (40, true, true), (8, true, false)] {
            run(async |machine, tasks: Tasks| {
                let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 512, more }).await;
                machine.lazy.set(lazy);
                back.holds.set(holds);
                back.names_lists.set(names_lists);
                unik_conformance::block::block(&*disk).await;
                assert_eq!(disk.fault(), None);
                let flushes = back.moved(3).len();
                assert_eq!(flushes > 0, more.contains(&("feature-flush-cache", "1")), "{more:?}");
            });
        }
    }
}

#[test]
fn what_a_back_end_says_is_read() {
    type Said = Result<(usize, u64, bool), Fault>;
    let check = |sectors, more: &[(&str, &str)], expected: Said| {
        run(async |machine, tasks: Tasks| {
            let (disk, back) = start(&machine, &tasks, 51712, &Offer { sectors, more }).await;
            let found = match disk.opened().await {
                Ok(()) => Ok((disk.sector_size(), disk.sectors(), disk.is_read_only())),
                Err(Error::Lost(fault)) => Err(fault),
                Err(error) => panic!("{error}"),
            };
            assert_eq!(found, expected, "{more:?}");
            settle(&tasks).await;
            let state = if expected.is_ok() { "4" } else { "6" };
            assert_eq!(back.said("state").as_deref(), Some(state), "{more:?}");
        });
    };
    check(100, NONE, Ok((512, 100, false)));
    check(100, &[("sector-size", "4096"), ("info", "4")], Ok((4096, 12, true)));
    check(u64::MAX, &[("info", "2")], Ok((512, u64::MAX, false)));
    for size in ["0", "1", "256", "513", "1000", "8192", "2147483648"] {
        check(100, &[("sector-size", size)], Err(Fault::Geometry));
    }
    check(100, &[("info", "1")], Err(Fault::Removable));
    check(100, &[("info", "5")], Err(Fault::Removable));
    for (name, value) in [("sector-size", "-512"), ("info", ""), ("feature-max-indirect-segments", "many")] {
        let path = format!("/local/domain/0/backend/vbd/7/51712/{name}");
        check(100, &[(name, value)], Err(Fault::Bus(unik_xen::bus::Error::Malformed { path })));
    }
}

#[test]
fn a_drive_for_discs_is_refused_before_anything_is_granted() {
    run(async |machine, tasks: Tasks| {
        machine.server.set("device/vbd/51712/device-type", b"cdrom");
        let (disk, back) = start(&machine, &tasks, 51712, &USUAL).await;
        assert_eq!(disk.opened().await, Err(Error::Lost(Fault::Removable)));
        settle(&tasks).await;
        assert_eq!((back.connects.get(), machine.played.grants()), (0, 0));
        let reason = "it is a drive for discs that come and go (`cdrom`)";
        assert_eq!(machine.server.get("error/device/vbd/51712/error").as_deref(), Some(reason));
    });
}

#[test]
fn failures_of_the_host_are_told_apart() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        for (status, error) in [(-1, Error::Host), (-2, Error::Unsupported)] {
            back.status.set(status);
            assert_eq!(disk.read(0, &mut [0; 4096]).await, Err(error.clone()));
            assert_eq!(disk.write(0, &[0; 512]).await, Err(error.clone()));
            assert_eq!(disk.flush().await, Err(error));
        }
        back.status.set(0);
        assert_eq!(disk.read(0, &mut [0; 4096]).await, Ok(()), "one failure is not the end");
        let past = Error::Outside(Outside::PastEnd { sector: 4095, count: 2, sectors: 4096 });
        assert_eq!(disk.read(4095, &mut [0; 1024]).await, Err(past));
    });
}

#[test]
fn a_disk_that_is_read_only_is_not_written() {
    run(async |machine, tasks: Tasks| {
        let more = &[("info", "4"), ("feature-discard", "1")];
        let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 64, more }).await;
        assert_eq!(disk.write(0, &[1; 512]).await, Err(Error::ReadOnly));
        assert_eq!(disk.discard(0, 8).await, Err(Error::ReadOnly));
        assert_eq!(disk.read(0, &mut [0; 512]).await, Ok(()));
        assert_eq!(back.done.borrow().len(), 1);
    });
}

#[test]
fn many_requests_are_on_their_way_at_once_and_told_together() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        machine.lazy.set(true);
        back.holds.set(64);
        let before = machine.played.notifications.get();
        join_all((0..200).map(|sector| {
            let disk = disk.clone();
            async move { disk.write(sector, &[sector as u8; 512]).await.expect("it is written") }
        }))
        .await;
        assert_eq!(back.deepest.get(), 32);
        let told = machine.played.notifications.get() - before;
        assert!(told < 100, "{told}");
        let mut whole = vec![0; 200 * 512];
        disk.read(0, &mut whole).await.expect("it is read");
        assert!(whole.chunks(512).enumerate().all(|(sector, bytes)| bytes == [sector as u8; 512]));
    });
}

#[test]
fn what_is_long_is_split_as_the_back_end_takes_it() {
    let check = |more: &[(&str, &str)], longest: usize, deepest: usize| {
        run(async |machine, tasks: Tasks| {
            let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 4096, more }).await;
            machine.lazy.set(true);
            back.holds.set(1000);
            let bytes: Vec<u8> = (0..1 << 21).map(|at: usize| (at / 512 * 7 + at % 251) as u8).collect();
            disk.write(0, &bytes).await.expect("it is written");
            assert_eq!(back.moved(1).iter().max(), Some(&longest), "{more:?}");
            assert_eq!(back.moved(1).iter().sum::<usize>(), 4096);
            assert_eq!(back.deepest.get(), deepest, "{more:?}");
            assert!(*back.bytes.borrow() == bytes);
            let mut read = vec![0; bytes.len() - 1024];
            disk.read(1, &mut read).await.expect("it is read");
            assert!(read == bytes[512..bytes.len() - 512]);
        });
    };
    check(NONE, 88, 32);
    check(&[("feature-max-indirect-segments", "11")], 88, 32);
    check(&[("feature-max-indirect-segments", "16")], 128, 22);
    check(LINUX, 256, 11);
}

#[test]
fn what_is_forgotten_lies_in_whole_extents() {
    let more = &[("feature-discard", "1"), ("discard-granularity", "4096"), ("discard-alignment", "1024")];
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 64, more }).await;
        for (sector, count) in [(0, 64), (3, 8), (3, 15), (64, 0)] {
            assert_eq!(disk.discard(sector, count).await, Ok(()), "{count} from {sector} on");
        }
        let done: Vec<_> =
            back.done.borrow().iter().map(|done| (done.operation, done.sector, done.count)).collect();
        assert_eq!(done, [(5, 2, 56), (5, 10, 8)]);
        for (sector, count) in [(0, 65), (64, 1), (u64::MAX, 1)] {
            let past = Error::Outside(Outside::PastEnd { sector, count, sectors: 64 });
            assert_eq!(disk.discard(sector, count).await, Err(past));
        }
        back.status.set(-1);
        assert_eq!(disk.discard(0, 64).await, Err(Error::Host));
        // It can no longer do that, which is no failure: nothing was promised.
        back.status.set(-2);
        assert_eq!(disk.discard(0, 64).await, Ok(()));
        let before = back.done.borrow().len();
        assert_eq!(disk.discard(0, 64).await, Ok(()));
        assert_eq!(back.done.borrow().len(), before);
    });
}

#[test]
fn a_disk_that_was_never_asked_to_forget_is_not() {
    for more in [NONE, &[("feature-discard", "1"), ("discard-granularity", "1000")]] {
        run(async |machine, tasks: Tasks| {
            let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 64, more }).await;
            assert_eq!(disk.discard(0, 64).await, Ok(()));
            assert_eq!(back.done.borrow().len(), 0);
        });
    }
}

#[test]
fn several_disks_have_nothing_in_common() {
    run(async |machine, tasks: Tasks| {
        let mut all = Vec::new();
        for number in [51712, 51728, 268_439_552] {
            let (disk, back) = start(&machine, &tasks, number, &USUAL).await;
            disk.opened().await.expect("it connects");
            all.push((disk, back, number as u8 ^ (number >> 4) as u8));
        }
        join_all(all.iter().map(|(disk, _, salt)| {
            let bytes = vec![*salt; 1 << 18];
            async move { disk.write(8, &bytes).await.expect("it is written") }
        }))
        .await;
        for (disk, back, salt) in &all {
            let mut bytes = vec![0; 1 << 18];
            disk.read(8, &mut bytes).await.expect("it is read");
            assert!(bytes.iter().all(|byte| byte == salt));
            assert!(back.bytes.borrow()[4096..][..1 << 18].iter().all(|byte| byte == salt));
        }
    });
}

#[test]
fn futures_are_dropped_at_any_time() {
    for seed in 1..16 {
        run(async |machine, tasks: Tasks| {
            let more = if seed % 3 == 0 { NONE } else { LINUX };
            let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 2048, more }).await;
            machine.lazy.set(seed % 2 == 0);
            back.holds.set(1 + seed as usize % 5);
            let all = (0..20u64).map(|task| {
                let (disk, tasks) = (disk.clone(), tasks.clone());
                async move {
                    let mut numbers = Numbers(seed * 100 + task);
                    for _ in 0..20 {
                        one(&disk, &tasks, &mut numbers, task).await;
                    }
                }
            });
            join_all(all).await;
            unik_conformance::block::block(&*disk).await;
            // All pages are free again: the largest request finds them.
            let mut whole = vec![0; 2048 * 512];
            disk.read(0, &mut whole).await.expect("it is read");
        });
    }
}

/// A read or a write that may be given up after some polls. Each task has sectors of its own.
async fn one(disk: &Rc<Disk>, tasks: &Tasks, numbers: &mut Numbers, task: u64) {
    let mut patience = if numbers.below(2) == 0 { numbers.below(4) } else { usize::MAX };
    let count = 1 + numbers.below(100);
    let mut buffer = vec![task as u8; 512 * count];
    let write = numbers.below(2) == 0;
    let act = async {
        if write { disk.write(task * 100, &buffer).await } else { disk.read(task * 100, &mut buffer).await }
    };
    let mut act = pin!(act);
    poll_fn(|cx| {
        if patience == 0 {
            return Poll::Ready(());
        }
        patience -= 1;
        act.as_mut().poll(cx).map(|result| result.expect("it works"))
    })
    .await;
    tasks.sleep(Duration::from_millis(numbers.below(2) as u64)).await;
}
