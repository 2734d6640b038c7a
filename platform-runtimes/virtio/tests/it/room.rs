//! Room for frames that are sent: who finds none is told once there is some, whatever happens meanwhile.

use std::rc::Rc;
use std::task::{Context, Waker};

use unik::net::{Nic, Transmit};
use unik_virtio::net::{SIZES, Sizes};

use crate::bench::{self, Bench, Device};
use crate::net::{Interface, interface, ready, usual};
use crate::network::ALL;
use crate::peer::EVENT_IDX;
use crate::transports::Way;

#[test]
fn a_full_queue_takes_no_frame_and_room_comes_back() {
    for features in [ALL, ALL | EVENT_IDX, 0] {
        bench::run(async |bench: Rc<Bench>, _| {
            let (net, device) = usual(features);
            bench.add(net.clone(), device.clone());
            device.stalled.set(true);
            let mut sent = 0;
            while net.can_transmit() {
                net.transmit(1000, |_| ((), Transmit::default())).expect("it said so");
                sent += 1;
            }
            while net.transmit(1000, |_| ((), Transmit::default())).is_some() {
                sent += 1;
            }
            assert!((100..=128).contains(&sent), "{sent} frames in 128 descriptors");
            device.work();
            assert!(!net.can_transmit());
            device.stalled.set(false);
            ready(&net).await;
            assert!(net.can_transmit(), "{features:#x}");
        });
    }
}

/// Calls `transmit` for short frames until there is no room.
fn fill(net: &Interface) {
    while net.transmit(1000, |_| ((), Transmit::default())).is_some() {}
    net.flush();
}

fn is_ready(net: &Interface) -> bool {
    net.poll_ready(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn room_that_comes_before_anybody_waits_is_told() {
    for features in [ALL, ALL | EVENT_IDX, 0] {
        let (net, device) = usual(features);
        fill(&net);
        device.work();
        assert!(is_ready(&net), "{features:#x}");
        assert!(net.can_transmit(), "{features:#x}");
        assert!(!is_ready(&net), "{features:#x}: it was told once");
    }
}

#[test]
fn a_frame_that_arrives_does_not_make_up_for_room() {
    for features in [ALL, ALL | EVENT_IDX, 0] {
        let (net, device) = usual(features);
        device.stalled.set(true);
        fill(&net);
        device.arrive(0, vec![0; 60]);
        device.work();
        assert!(is_ready(&net) && net.receive(|_, _| ()).is_some(), "{features:#x}");
        assert!(!is_ready(&net), "{features:#x}: there is neither a frame nor room");
        device.stalled.set(false);
        device.work();
        assert!(is_ready(&net), "{features:#x}");
    }
}

#[test]
fn a_short_frame_that_fits_does_not_make_up_for_a_long_one() {
    let sizes = Sizes { transmit: 70_000, ..SIZES };
    let (net, device) = interface(Way::Mmio, ALL, [256, 256], sizes).expect("it starts");
    let send = |length| net.transmit(length, |_| ((), Transmit::default()));
    assert_eq!((send(65_000), send(65_000), send(100)), (Some(()), None, Some(())));
    assert!(!is_ready(&net));
    device.work();
    assert!(is_ready(&net));
    assert_eq!(send(65_000), Some(()));
}
