//! Room for frames that are sent: who finds none is told once there is some, whatever happens meanwhile; and as few events as can be.

use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

use unik::net::{Nic as _, Transmit};
use unik_xen::net::{SIZES, Sizes};

use crate::back::{ALL, Frame};
use crate::frames::{ready, receive};
use crate::machine::{Machine, Nic, Tasks, interface, run, usual};

fn send(nic: &Nic, length: usize) -> Option<()> {
    nic.transmit(length, |bytes| {
        bytes.fill(3);
        ((), Transmit::default())
    })
}

/// Sends short frames until there is no room.
fn fill(nic: &Nic) -> usize {
    let mut sent = 0;
    while send(nic, 1000).is_some() {
        sent += 1;
    }
    nic.flush();
    sent
}

fn is_ready(nic: &Nic) -> bool {
    nic.poll_ready(&mut Context::from_waker(Waker::noop())).is_ready()
}

#[test]
fn a_full_ring_takes_no_frame_and_room_comes_back() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        for silent in [false, true] {
            back.stalled.set(!silent);
            back.silent.set(silent);
            assert_eq!(fill(&nic), 128, "two frames of the usual length have a page");
            back.work();
            assert!(!nic.can_transmit() && !is_ready(&nic));
            back.stalled.set(false);
            back.silent.set(false);
            ready(&nic).await;
            assert!(nic.can_transmit());
        }
        assert_eq!(back.outgoing.borrow().len(), 256);
    });
}

#[test]
fn room_that_comes_before_anybody_waits_is_told() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        fill(&nic);
        back.work();
        assert!(is_ready(&nic) && nic.can_transmit());
        assert!(!is_ready(&nic), "it was told once");
    });
}

#[test]
fn a_frame_that_arrives_does_not_make_up_for_room() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        back.stalled.set(true);
        fill(&nic);
        back.incoming.borrow_mut().push_back(Frame::plain(vec![0; 60]));
        back.work();
        assert!(is_ready(&nic) && nic.receive(|_, _| ()).is_some());
        assert!(!is_ready(&nic), "there is neither a frame nor room");
        back.stalled.set(false);
        back.work();
        assert!(is_ready(&nic));
    });
}

#[test]
fn a_short_frame_that_fits_does_not_make_up_for_a_long_one() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let sizes = Sizes { transmit: 17, ..SIZES };
        let (nic, _, back) = interface(&machine, &tasks, ALL, sizes).await.expect("it connects");
        assert_eq!((send(&nic, 65_000), send(&nic, 65_000), send(&nic, 100)), (Some(()), None, Some(())));
        assert!(!is_ready(&nic));
        back.work();
        assert!(is_ready(&nic));
        assert_eq!(send(&nic, 65_000), Some(()));
    });
}

#[test]
fn a_frame_that_is_too_long_is_not_taken() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, ..) = usual(&machine, &tasks).await;
        let refused = nic.transmit(65_536, |_| -> ((), Transmit) { panic!("nobody asks for its bytes") });
        assert!(refused.is_none());
        assert!(send(&nic, 65_535).is_some());
    });
}

#[test]
fn frames_that_are_sent_together_cost_one_notification_and_no_event() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        back.work();
        let before = machine.played.notifications.get();
        for _ in 0..20 {
            send(&nic, 100).expect("there is room");
        }
        nic.flush();
        nic.flush();
        assert_eq!(machine.played.notifications.get() - before, 1);
        machine.guest.events.take();
        // Nobody waits for room; the very first answer alone is told of, as the ring has it from the start.
        back.work();
        machine.guest.events.take();
        for _ in 0..20 {
            send(&nic, 100).expect("there is room");
        }
        nic.flush();
        back.work();
        assert!(!machine.guest.events.has_come());
        assert_eq!(back.outgoing.borrow().len(), 40);
    });
}

#[test]
fn pages_that_are_free_again_cost_no_notification_unless_they_are_missed() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        ready_once(&nic).await;
        let before = machine.played.notifications.get();
        for _ in 0..1000 {
            back.incoming.borrow_mut().push_back(Frame::plain(vec![0; 60]));
            receive(&nic).await;
        }
        assert_eq!(machine.played.notifications.get() - before, 0);
        for _ in 0..1000 {
            back.incoming.borrow_mut().push_back(Frame::plain(vec![0; 60]));
        }
        for _ in 0..1000 {
            receive(&nic).await;
        }
        assert!(machine.played.notifications.get() > before, "it had too few pages");
    });
}

async fn ready_once(nic: &Nic) {
    let _ = is_ready(nic);
}

#[test]
fn an_idle_interface_lets_the_machine_sleep() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        crate::machine::settle(&tasks).await;
        let waiting = nic.clone();
        tasks.spawn(async move { ready(&waiting).await });
        let before = machine.sleeps.get();
        tasks.sleep(Duration::from_secs(3600)).await;
        assert_eq!(machine.sleeps.get() - before, 1, "it sleeps once, for an hour");
        back.incoming.borrow_mut().push_back(Frame::plain(vec![0; 60]));
    });
}
