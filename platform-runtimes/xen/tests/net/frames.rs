//! Frames there and back, with every back end.

use std::future::poll_fn;
use std::rc::Rc;

use unik::net::{Nic as _, Transmit};
use unik_xen::net::{SIZES, Sizes};

use crate::back::{ALL, Frame, LEAST, SCATTERED, SUMS};
use crate::machine::{Machine, Nic, Numbers, Tasks, interface, run, usual};

pub async fn ready(nic: &Nic) {
    poll_fn(|cx| nic.poll_ready(cx)).await;
}

/// Sends a frame, waiting for room.
pub async fn send(nic: &Nic, frame: &[u8]) {
    let write = |bytes: &mut [u8]| {
        bytes.copy_from_slice(frame);
        ((), Transmit::default())
    };
    while nic.transmit(frame.len(), write).is_none() {
        ready(nic).await;
    }
}

/// Waits for a frame.
pub async fn receive(nic: &Nic) -> Vec<u8> {
    loop {
        if let Some(frame) = nic.receive(|bytes, _| bytes.to_vec()) {
            return frame;
        }
        ready(nic).await;
    }
}

/// How many frames go there and back.
const ECHOES: u64 = 60;

/// Frames there and back: one task sends as long as there is room, and takes what has come.
async fn echo(nic: &Nic) {
    let longest = nic.capabilities().mtu + 14;
    let frame = |seed: u64| {
        let mut numbers = Numbers(seed + 1);
        let length = 14 + numbers.below(longest - 13);
        numbers.bytes(length)
    };
    let (mut next, mut received) = (0, 0);
    while received < ECHOES {
        while next < ECHOES {
            let bytes = frame(next);
            let sent = nic.transmit(bytes.len(), |room| {
                room.copy_from_slice(&bytes);
                ((), Transmit::default())
            });
            if sent.is_none() {
                break;
            }
            next += 1;
        }
        nic.flush();
        while let Some(bytes) = nic.receive(|bytes, _| bytes.to_vec()) {
            assert!(bytes == frame(received), "frame {received} is another");
            received += 1;
        }
        if received < ECHOES {
            ready(nic).await;
        }
    }
}

#[test]
fn frames_go_out_and_come_back_with_every_back_end() {
    for offers in [LEAST, SUMS, SCATTERED, ALL] {
        for (lazy, backwards, step) in
            [(false, false, usize::MAX), (true, false, usize::MAX), (false, true, 3), (true, true, 1)]
        {
            for sizes in [SIZES, Sizes { receive: 8, transmit: 1 }, Sizes { receive: 300, transmit: 300 }] {
                run(async |machine: Rc<Machine>, tasks: Tasks| {
                    let (nic, net, back) =
                        interface(&machine, &tasks, offers, sizes).await.expect("it connects");
                    back.echoes.set(true);
                    back.backwards.set(backwards);
                    back.step.set(step);
                    machine.lazy.set(lazy);
                    echo(&nic).await;
                    assert_eq!(net.fault(), None);
                    assert_eq!(back.outgoing.borrow().len(), ECHOES as usize);
                });
            }
        }
    }
}

#[test]
fn jumbo_frames_go_as_the_tools_say() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (net, back) = crate::machine::start(&machine, &tasks, 0, SCATTERED, SIZES).await;
        back.tools("mtu", "9000");
        let nic = net.opened().await.expect("it connects");
        assert_eq!((nic.capabilities().mtu, nic.capabilities().longest), (9000, 9014));
        back.echoes.set(true);
        echo(&nic).await;
        assert_eq!(net.fault(), None);
    });
}

#[test]
fn frames_are_whole_however_they_lie_in_pages() {
    for (piece, offset) in [(4096, 0), (3800, 296), (64, 0), (1, 4095), (3600, 100)] {
        run(async |machine: Rc<Machine>, tasks: Tasks| {
            let (nic, net, back) = usual(&machine, &tasks).await;
            back.piece.set((piece, offset));
            for round in 0..40 {
                let mut numbers = Numbers(round + 1);
                back.step.set(if round % 2 == 0 { usize::MAX } else { 2 });
                let most = (piece * 17).min(65_549) - 14;
                let length = 14 + numbers.below(most);
                let frame = numbers.bytes(length);
                let segment = (round % 3 == 0).then_some((1460, 1 + (round % 2) as u8));
                let told = Frame { bytes: frame.clone(), flags: 3, segment };
                back.incoming.borrow_mut().push_back(told);
                assert!(receive(&nic).await == frame, "round {round} of {piece}");
            }
            assert_eq!(net.fault(), None);
        });
    }
}

#[test]
fn a_frame_is_answered_while_it_is_looked_at() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        for byte in 0..200 {
            back.incoming.borrow_mut().push_back(Frame::plain(vec![byte; 60]));
        }
        let mut seen = 0;
        while seen < 200 {
            ready(&nic).await;
            while let Some(()) = nic.receive(|bytes, _| {
                let answered = nic.transmit(bytes.len(), |room| {
                    room.copy_from_slice(bytes);
                    ((), Transmit::default())
                });
                assert!(answered.is_some());
                seen += 1;
            }) {}
            nic.flush();
        }
        back.work();
        let frames = back.outgoing.borrow();
        assert!(frames.iter().enumerate().all(|(index, frame)| frame.bytes == [index as u8; 60]));
        assert_eq!(frames.len(), 200);
    });
}

#[test]
fn frames_are_taken_while_others_are_looked_at() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        for round in 0..100_u8 {
            for byte in 0..3 {
                back.incoming.borrow_mut().push_back(Frame::plain(vec![round ^ byte; 60]));
            }
            ready(&nic).await;
            let all = nic.receive(|first, _| {
                let inner = nic.receive(|second, _| (second[0], nic.receive(|third, _| third[0])));
                (first[0], inner, first[0])
            });
            assert_eq!(all, Some((round, Some((round ^ 1, Some(round ^ 2))), round)));
        }
    });
}

#[test]
fn several_interfaces_are_apart() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let mut all = Vec::new();
        for index in 0..8 {
            let (net, back) = crate::machine::start(&machine, &tasks, index, ALL, SIZES).await;
            let nic = net.opened().await.expect("it connects");
            assert_eq!(nic.mac().0, [0, 0x16, 0x3e, 0, 0, index as u8]);
            back.echoes.set(true);
            all.push((nic, net, back));
        }
        for round in 0..50_u8 {
            for (index, (nic, ..)) in all.iter().enumerate() {
                send(nic, &[round, index as u8].repeat(30)).await;
                nic.flush();
            }
            for (index, (nic, ..)) in all.iter().enumerate() {
                assert_eq!(receive(nic).await, [round, index as u8].repeat(30));
            }
        }
    });
}

#[test]
fn nothing_is_lost_when_frames_come_one_by_one() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        back.echoes.set(true);
        // More than numbers of 16 bits.
        for round in 0..66_000_u32 {
            send(&nic, &round.to_le_bytes().repeat(15)).await;
            nic.flush();
            assert_eq!(receive(&nic).await[..4], round.to_le_bytes());
            back.outgoing.borrow_mut().clear();
        }
        assert_eq!(net.fault(), None);
    });
}
