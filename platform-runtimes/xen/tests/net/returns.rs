//! Back ends that go and come back, that never come, and that take nothing or cannot be given anything; and what is left of them.

use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use unik::net::{Detached, Nic as _, Transmit};
use unik_xen::bus::Error;
use unik_xen::hypervisor::Domain;
use unik_xen::net::SIZES;

use crate::back::{ALL, Back, Frame, LEAST, SCATTERED, SUMS};
use crate::frames::{ready, receive, send};
use crate::machine::{Machine, Nic, Tasks, interface, run, settle, start, usual};

/// Frames flow.
async fn flows(nic: &Nic, back: &Back) {
    back.echoes.set(true);
    for byte in 0..100 {
        send(nic, &[byte; 600]).await;
        nic.flush();
        assert_eq!(receive(nic).await, [byte; 600]);
    }
}

/// There is no way for frames.
fn is_cut_off(nic: &Nic) {
    assert!(!nic.has_received() && nic.receive(|_, _| ()).is_none());
    assert!(!nic.can_transmit());
    assert!(nic.transmit(60, |_| -> ((), Transmit) { panic!("nobody asks for its bytes") }).is_none());
    nic.flush();
    assert!(nic.poll_ready(&mut Context::from_waker(Waker::noop())).is_pending());
    assert_eq!(nic.detached(), None, "it may come back");
}

#[test]
fn frames_flow_again_once_the_back_end_has_returned() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        flows(&nic, &back).await;
        for round in 0..20 {
            back.stalled.set(true);
            // Frames on their way, and one that was not looked at.
            while nic.transmit(1000, |_| ((), Transmit::default())).is_some() {}
            back.incoming.borrow_mut().push_back(Frame::plain(vec![0; 60]));
            settle(&tasks).await;
            back.vanish();
            settle(&tasks).await;
            assert!(!net.is_up());
            is_cut_off(&nic);
            assert_eq!(machine.played.grants(), 0, "round {round}");
            // Somebody waits for room meanwhile.
            let waiting = nic.clone();
            let done = Rc::new(std::cell::Cell::new(false));
            let told = done.clone();
            tasks.spawn(async move {
                ready(&waiting).await;
                told.set(true);
            });
            settle(&tasks).await;
            assert!(!done.get());
            back.stalled.set(false);
            back.incoming.borrow_mut().clear();
            back.come(if round % 2 == 0 { ALL } else { &ALL[..4] });
            settle(&tasks).await;
            assert!(net.is_up() && done.get());
            flows(&nic, &back).await;
        }
    });
}

#[test]
fn nothing_is_left_of_ten_thousand_back_ends() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        let (grants, ports) = (machine.played.grants(), machine.played.ports.borrow().len());
        assert_eq!((grants, ports), (2 + SIZES.receive + SIZES.transmit, 1));
        back.echoes.set(true);
        for round in 0..10_000_u32 {
            send(&nic, &round.to_le_bytes().repeat(20)).await;
            nic.flush();
            assert_eq!(receive(&nic).await, round.to_le_bytes().repeat(20));
            back.vanish();
            settle(&tasks).await;
            assert_eq!((machine.played.grants(), machine.played.ports.borrow().len()), (0, 0));
            back.come(ALL);
            settle(&tasks).await;
            assert!(net.is_up());
        }
        assert_eq!((machine.played.grants(), machine.played.ports.borrow().len()), (grants, ports));
        assert_eq!((machine.guest.grants.kept(), back.connections.get()), (0, 10_001));
    });
}

#[test]
fn pages_that_a_back_end_does_not_let_go_of_are_not_used_again() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        back.clings.set(true);
        let old = back.connection.borrow().as_ref().map(|connection| connection.sent.page);
        back.vanish();
        settle(&tasks).await;
        assert_eq!(machine.guest.grants.kept(), 2);
        back.come(ALL);
        settle(&tasks).await;
        // It still writes where it did.
        machine.played.space.write(old.expect("it was connected"), &[0xff; 4096]);
        flows(&nic, &back).await;
        assert_eq!(net.fault(), None);
    });
}

#[test]
fn a_device_that_is_detached_may_be_attached_again() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        flows(&nic, &back).await;
        back.set_state("5", false);
        settle(&tasks).await;
        assert_eq!(back.heard("state").as_deref(), Some("6"));
        is_cut_off(&nic);
        machine.server.remove("device/vif/0");
        settle(&tasks).await;
        back.attach();
        back.come(ALL);
        settle(&tasks).await;
        assert!(net.is_up());
        flows(&nic, &back).await;
    });
}

/// What an interface ends with whose back end says this.
fn ends(
    offers: &'static [(&'static str, &'static str)],
    tools: &'static [(&'static str, &'static str)],
    expected: &str,
) {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let back = Back::new(&machine.played, &machine.server, 0, Domain(0));
        back.attach();
        tools.iter().for_each(|(name, value)| back.tools(name, value));
        back.come(offers);
        let front =
            unik_xen::bus::Front::all(&machine.guest.store, "vif").await.expect("it answers").remove(0);
        let net = unik_xen::net::Net::new(machine.guest.clone(), front, SIZES);
        machine.watch(net.clone(), back.clone());
        let running = net.clone();
        tasks.spawn(async move { drop(running.run().await) });
        let error = net.opened().await.expect_err("it cannot be had");
        assert_eq!(error.to_string(), expected);
        assert_eq!((machine.played.grants(), machine.played.ports.borrow().len()), (0, 0));
        settle(&tasks).await;
        assert_eq!(back.heard("state").as_deref(), Some("6"), "the tools are told");
        assert_eq!(machine.server.get("error/device/vif/0/error").as_deref(), Some(expected));
    });
}

#[test]
fn what_makes_no_sense_is_an_error() {
    ends(&[], &[], "its back end does not copy frames");
    ends(&[("feature-rx-copy", "0")], &[], "its back end does not copy frames");
    let mac = "what stands in device/vif/0/mac of XenStore makes no sense";
    ends(ALL, &[("mac", "ff:ff:ff:ff:ff:ff")], mac);
    ends(ALL, &[("mac", "a mac")], mac);
    let feature = "what stands in /local/domain/0/backend/vif/7/0/feature-sg of XenStore makes no sense";
    ends(&[("feature-rx-copy", "1"), ("feature-sg", "yes")], &[], feature);
}

#[test]
fn who_offers_less_than_before_is_not_used() {
    for (before, after, kept) in [
        (ALL, SCATTERED, false),
        (ALL, &ALL[..4], true),
        (ALL, &ALL[..3], false),
        (SCATTERED, LEAST, true),
        (SUMS, LEAST, true),
        (LEAST, ALL, true),
    ] {
        run(async |machine: Rc<Machine>, tasks: Tasks| {
            let (nic, net, back) = interface(&machine, &tasks, before, SIZES).await.expect("it connects");
            let promised = nic.capabilities();
            back.vanish();
            settle(&tasks).await;
            if kept {
                back.come(after);
                settle(&tasks).await;
            } else {
                unik_conformance::nic::detaches(&nic, async || back.come(after)).await;
                let reason = "device/vif/0 was given up: its back end does less than the one before";
                assert_eq!(nic.detached(), Some(Detached::new(reason)));
            }
            assert_eq!(net.is_up(), kept, "{before:?} {after:?}");
            assert_eq!(nic.capabilities(), promised);
            if kept {
                flows(&nic, &back).await;
            }
        });
    }
}

#[test]
fn a_back_end_that_never_comes_is_waited_for() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (net, back) = start(&machine, &tasks, 0, ALL, SIZES).await;
        back.vanish();
        settle(&tasks).await;
        let mut opened = Box::pin(net.opened());
        assert!(matches!(opened.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending));
        back.come(ALL);
        settle(&tasks).await;
        assert!(opened.await.is_ok());
    });
}

#[test]
fn what_cannot_be_had_is_told() {
    for memory in [0, 4096, 100_000, 600_000] {
        run(async |machine: Rc<Machine>, tasks: Tasks| {
            let (net, _) = start(&machine, &tasks, 0, ALL, SIZES).await;
            machine.guest.memory.limit(memory);
            let error = net.opened().await.expect_err("there is no memory");
            assert!(matches!(error, Error::GivenUp(_)), "{memory}: {error}");
            assert_eq!(machine.played.grants(), 0);
        });
    }
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        machine.played.refuses.set(true);
        let (net, _) = start(&machine, &tasks, 0, ALL, SIZES).await;
        let error = net.opened().await.expect_err("there is no port");
        assert_eq!(
            error.to_string(),
            "the hypervisor refuses EVTCHNOP_alloc_unbound: there is no room (-28)"
        );
        assert_eq!(machine.played.grants(), 0);
    });
}
