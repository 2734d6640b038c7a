//! Back ends that are wrong: they are given up, their users see an error, and nothing else breaks.

use std::time::Duration;

use unik::ErrorKind;
use unik::block::Block;
use unik::concurrent::{join, join_all};
use unik_xen::blk::{Error, Fault};

use crate::back::{LINUX, Lie, Offer, USUAL};
use crate::machine::{Numbers, Tasks, disk, run, settle};

#[test]
fn every_lie_ends_the_connection() {
    let lies = [
        (Lie::Id(1), None),
        (Lie::Id(32), None),
        (Lie::Id(1 << 63), None),
        (Lie::Twice, None),
        (Lie::Operation(1), Some(Fault::Operation(1))),
        (Lie::Operation(3), Some(Fault::Operation(3))),
        (Lie::Operation(255), Some(Fault::Operation(255))),
        (Lie::Status(1), Some(Fault::Status(1))),
        (Lie::Status(-3), Some(Fault::Status(-3))),
        (Lie::Status(i16::MIN), Some(Fault::Status(i16::MIN))),
        (Lie::Count(1), None),
        (Lie::Count(33), Some(Fault::Overrun)),
        (Lie::Count(u32::MAX - 1), Some(Fault::Overrun)),
    ];
    for (lie, expected) in lies {
        run(async |machine, tasks: Tasks| {
            let (disk, back) = disk(&machine, &tasks, &USUAL).await;
            back.holds.set(1);
            back.lie.set(Some(lie));
            let reads = join_all((0..3).map(|sector| {
                let disk = disk.clone();
                async move { disk.read(sector, &mut [0; 512]).await }
            }));
            reads.await;
            settle(&tasks).await;
            let fault = disk.fault().unwrap_or_else(|| panic!("{lie:?} is believed"));
            match expected {
                Some(expected) => assert_eq!(fault, expected, "{lie:?}"),
                None => assert!(matches!(fault, Fault::Id(_) | Fault::Overrun), "{lie:?}: {fault:?}"),
            }
            let error = disk.read(0, &mut [0; 512]).await.expect_err("it was given up");
            assert_eq!(
                (&error, unik::Error::kind(&error)),
                (&Error::Lost(fault.clone()), ErrorKind::Detached)
            );
            assert_eq!(disk.flush().await, Err(error));
            // The tools see it, and the back end lets go.
            assert_eq!(back.said("state").as_deref(), Some("6"), "{lie:?}");
            let said = machine.server.get("error/device/vbd/51712/error");
            assert_eq!(said, Some(fault.to_string()));
            back.leave();
            machine.guest.grants.reclaim();
            let left = (machine.played.grants(), machine.played.ports.borrow().len());
            assert_eq!(left, (0, 0), "{lie:?}");
            // It is not taken back.
            back.come();
            settle(&tasks).await;
            assert_eq!(disk.fault(), Some(fault));
        });
    }
}

#[test]
fn an_answer_of_long_ago_is_not_taken_for_one_of_now() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        disk.read(0, &mut [0; 512]).await.expect("it is read");
        // The same place in the table, and as long ago as one request.
        back.lie.set(Some(Lie::Id(u64::MAX - 31)));
        disk.read(0, &mut [0; 512]).await.expect_err("it is another one");
        assert!(matches!(disk.fault(), Some(Fault::Id(_))));
    });
}

#[test]
fn answers_that_nobody_asked_for_are_noticed_without_a_request() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        let ring = back.ring().expect("it is connected");
        machine.played.space.write(ring + 8, &5_u32.to_le_bytes());
        back.raise();
        settle(&tasks).await;
        assert_eq!(disk.fault(), Some(Fault::Overrun));
        assert_eq!(back.said("state").as_deref(), Some("6"));
    });
}

#[test]
fn events_without_a_reason_are_ignored() {
    run(async |machine, tasks: Tasks| {
        let (disk, back) = disk(&machine, &tasks, &USUAL).await;
        for _ in 0..100 {
            back.raise();
            tasks.sleep(Duration::from_micros(10)).await;
        }
        unik_conformance::block::block(&*disk).await;
    });
}

/// A back end that writes anything into the ring: calls fail, nothing breaks, nothing hangs.
#[test]
fn rubbish_does_not_break_the_driver() {
    let mut lost = 0;
    for seed in 1..1000 {
        run(async |machine, tasks: Tasks| {
            let more = if seed % 2 == 0 { LINUX } else { &[] };
            let (disk, back) = disk(&machine, &tasks, &Offer { sectors: 2048, more }).await;
            machine.lazy.set(seed % 3 == 0);
            let mut numbers = Numbers(seed);
            let lies = async {
                for _ in 0..1 + numbers.below(6) {
                    tasks.sleep(Duration::from_micros(numbers.below(300) as u64)).await;
                    let Some(ring) = back.ring() else { break };
                    // The counts of answers, or what stands in an entry.
                    let at =
                        if numbers.below(3) == 0 { 8 + numbers.below(8) } else { 64 + numbers.below(400) };
                    machine.played.space.write(ring + at as u64, &[numbers.below(256) as u8]);
                    back.raise();
                }
                tasks.sleep(Duration::from_millis(20)).await;
                // It ends all by going, so that nobody waits for ever.
                back.vanish();
                back.let_go();
            };
            let reads = async {
                for sector in 0..60 {
                    if disk.read(sector, &mut [0; 10_240]).await.is_err() {
                        break;
                    }
                    tasks.sleep(Duration::from_micros(15)).await;
                }
            };
            join(reads, lies).await;
            settle(&tasks).await;
            lost += usize::from(disk.fault().is_some());
            back.let_go();
            machine.guest.grants.reclaim();
            assert_eq!(machine.played.grants(), 0, "{seed}");
        });
    }
    assert!(lost > 300, "{lost} of 999 lost");
}
