//! Back ends that come, change, go, and are there again.

use std::time::Duration;

use unik::ErrorKind;
use unik::block::Block;
use unik::concurrent::{join, join_all};
use unik_xen::blk::{Error, Fault};
use unik_xen::grants::Exhausted;

use crate::back::{LINUX, Offer, USUAL};
use crate::machine::{Tasks, disk, run, settle, start};

#[test]
fn a_disk_that_grows_has_more_sectors() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        assert!(disk.read(4096, &mut [0; 512]).await.is_err());
        back.bytes.borrow_mut().resize(8192 * 512, 7);
        back.say("sectors", "8192");
        // What has changed is read when it says that it is connected once more.
        back.say("state", "4");
        settle(&tasks).await;
        assert_eq!(disk.sectors(), 8192);
        let mut last = [0; 512];
        disk.read(8191, &mut last).await.expect("it is read");
        assert_eq!((last, back.connects.get()), ([7; 512], 1));
    });
}

#[test]
fn what_is_under_way_fails_when_a_back_end_goes_and_works_when_it_is_back() {
    for (polite, holds) in [(true, 0), (false, 0), (true, 3), (false, 3)] {
        run(async |machine, tasks: Tasks| {
            let (disk, back) = disk(&machine, &tasks, &USUAL).await;
            machine.lazy.set(true);
            back.holds.set(holds);
            let go = async {
                tasks.sleep(Duration::from_millis(5)).await;
                if polite { back.leave() } else { back.vanish() }
            };
            let reads = join_all((0..100).map(|sector| {
                let (disk, pause) = (disk.clone(), tasks.sleep(Duration::from_micros(100 * sector)));
                async move {
                    pause.await;
                    disk.read(sector, &mut [0; 4096]).await
                }
            }));
            let (reads, ()) = join(reads, go).await;
            assert!(reads.iter().all(|read| matches!(read, Ok(()) | Err(Error::Away))), "{reads:?}");
            assert!(reads.contains(&Err(Error::Away)));
            settle(&tasks).await;
            assert_eq!(disk.flush().await, Err(Error::Away));
            assert_eq!(disk.write(0, &[1; 512]).await, Err(Error::Away));
            assert_eq!(unik::Error::kind(&Error::Away), ErrorKind::Unreachable);
            assert_eq!(disk.sectors(), 4096, "it is still known");
            back.holds.set(2);
            back.let_go();
            back.come();
            disk.opened().await.expect("it is back");
            unik_conformance::block::block(&*disk).await;
            assert_eq!(back.connects.get(), 2);
        });
    }
}

#[test]
fn it_may_come_back_as_another_one_but_not_with_other_sectors() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        back.leave();
        settle(&tasks).await;
        back.offer(&[("info", "4"), ("sector-size", "512")]);
        back.sectors.set(100);
        back.come();
        disk.opened().await.expect("it is back");
        assert_eq!((disk.sectors(), disk.is_read_only()), (100, true));
        back.leave();
        settle(&tasks).await;
        back.offer(&[("sector-size", "1024")]);
        back.come();
        assert_eq!(disk.opened().await, Err(Error::Lost(Fault::SectorSize)));
        assert_eq!(disk.sector_size(), 512);
        settle(&tasks).await;
        assert_eq!(back.said("state").as_deref(), Some("6"));
    });
}

#[test]
fn nothing_is_left_of_thousands_of_connections() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        machine.lazy.set(true);
        back.holds.set(3);
        let all = (machine.played.grants(), machine.guest.grants.kept(), machine.played.ports.borrow().len());
        assert_eq!(all, (17, 0, 1), "a ring, and the first pages");
        let mut mapped = 0;
        for round in 0..2000_u64 {
            let reads = join_all((0..20).map(|sector| {
                let disk = disk.clone();
                async move { disk.read(sector, &mut [0; 20_480]).await }
            }));
            let go = async {
                tasks.sleep(Duration::from_millis(round % 3)).await;
                if round % 2 == 0 { back.leave() } else { back.vanish() }
            };
            let (_, ()) = join(reads, go).await;
            settle(&tasks).await;
            mapped += machine.guest.grants.kept();
            back.let_go();
            back.come();
            disk.opened().await.expect("it is back");
        }
        assert!(mapped > 10_000, "{mapped} pages were still mapped when a back end had vanished");
        assert_eq!(back.connects.get(), 2001);
        machine.guest.grants.reclaim();
        let left =
            (machine.played.grants(), machine.guest.grants.kept(), machine.played.ports.borrow().len());
        assert_eq!(left, all);
    });
}

#[test]
fn requests_leave_no_grants() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 4096, more: &[] }).await;
        back.holds.set(20);
        for round in 0..2000_u64 {
            let mut buffer = vec![0; 512 * (1 + round as usize % 100)];
            disk.read(round % 1000, &mut buffer).await.expect("it is read");
            disk.write(round % 1000, &buffer).await.expect("it is written");
        }
        assert_eq!(machine.played.grants(), 1 + 16, "a ring, and the pages that one call needs");
        back.leave();
        settle(&tasks).await;
        assert_eq!((machine.played.grants(), machine.guest.grants.kept()), (0, 0));
        assert_eq!(machine.played.ports.borrow().len(), 0);
    });
}

/// What a back end does with pages that it should have let go of hurts nobody.
#[test]
fn a_late_write_of_an_old_back_end_hits_nothing() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        back.holds.set(0);
        let (read, ()) = join(async { disk.read(0, &mut [0; 8192]).await }, async {
            settle(&tasks).await;
            back.vanish();
        })
        .await;
        assert_eq!(read, Err(Error::Away));
        settle(&tasks).await;
        // Of the ring alone: the pages of the request were not mapped yet.
        assert_eq!(machine.guest.grants.kept(), 1);
        back.holds.set(1);
        back.come();
        disk.opened().await.expect("it is back");
        assert_eq!(machine.guest.grants.kept(), 1, "the old one still has it");
        unik_conformance::block::block(&*disk).await;
    });
}

#[test]
fn a_disk_that_is_taken_away_is_attached_again() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        back.say("online", "0");
        back.leave();
        settle(&tasks).await;
        machine.server.remove("device/vbd/51712");
        machine.server.remove(back.path("").trim_end_matches('/'));
        settle(&tasks).await;
        assert_eq!(disk.read(0, &mut [0; 512]).await, Err(Error::Away));
        back.come();
        disk.opened().await.expect("it is attached");
        unik_conformance::block::block(&*disk).await;
    });
}

#[test]
fn what_cannot_be_had_is_told() {
    // Memory for nothing at all, for a ring, for a ring and some pages.
    for (limit, expected) in [
        (0, Some(Fault::Exhausted(Exhausted::Memory))),
        (2 * 4096, Some(Fault::Exhausted(Exhausted::Memory))),
        (4096 * 20, None),
        (4096 * 40, None),
    ] {
        run(async |machine, tasks: Tasks| {
            machine.played.space.limit(limit);
            let (disk, _) = start(&machine, &tasks, 51712, &Offer { sectors: 4096, more: LINUX }).await;
            let opened = disk.opened().await;
            assert_eq!(opened.err(), expected.map(Error::Lost), "{limit}");
            if disk.fault().is_none() {
                // Less memory than it would like: fewer pages at a time.
                unik_conformance::block::block(&*disk).await;
                let mut whole = vec![0; 4096 * 512];
                disk.read(0, &mut whole).await.expect("it is read");
            }
        });
    }
    run(async |machine, tasks: Tasks| {
        machine.played.refuses.set(true);
        let (disk, _) = start(&machine, &tasks, 51712, &USUAL).await;
        assert!(matches!(disk.opened().await, Err(Error::Lost(Fault::Port(Some(_))))));
        settle(&tasks).await;
        assert_eq!(machine.played.grants(), 0);
    });
}
