//! What is left to the back end, and what it leaves to this end.

use std::rc::Rc;

use unik::net::{Capabilities, Checksum, Nic as _, Segment, Transmit};
use unik_xen::net::SIZES;

use crate::back::{ALL, Frame, IN_BLANK, IN_VALID, LEAST, OUT_BLANK, OUT_VALID, SCATTERED, SUMS};
use crate::frames::ready;
use crate::machine::{Machine, Tasks, interface, run, usual};

fn can(offers: &[(&str, &str)], expected: Capabilities) {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, ..) = interface(&machine, &tasks, offers, SIZES).await.expect("it connects");
        assert_eq!(nic.capabilities(), expected, "{offers:?}");
    });
}

#[test]
fn what_is_offered_is_what_it_can_do() {
    let least =
        Capabilities { mtu: 1500, longest: 1514, checksum: false, segments_v4: false, segments_v6: false };
    can(LEAST, least);
    can(SCATTERED, least);
    can(SUMS, Capabilities { checksum: true, ..least });
    let all = Capabilities { longest: 65_535, checksum: true, segments_v4: true, segments_v6: true, ..least };
    can(ALL, all);
    let without =
        |name: &'static str| -> Vec<_> { ALL.iter().copied().filter(|(known, _)| *known != name).collect() };
    can(&without("feature-gso-tcpv4"), Capabilities { segments_v4: false, ..all });
    can(&without("feature-gso-tcpv6"), Capabilities { segments_v6: false, ..all });
    can(&without("feature-sg"), Capabilities { checksum: true, ..least });
}

#[test]
fn the_back_end_is_told_all_that_this_end_can_do() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (.., back) = usual(&machine, &tasks).await;
        for feature in [
            "request-rx-copy",
            "feature-rx-notify",
            "feature-sg",
            "feature-gso-tcpv4",
            "feature-gso-tcpv6",
            "feature-ipv6-csum-offload",
        ] {
            assert_eq!(back.heard(feature).as_deref(), Some("1"), "{feature}");
        }
        assert_eq!(back.heard("feature-no-csum-offload"), None);
    });
}

#[test]
fn checksums_and_segments_are_left_to_the_back_end() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, _, back) = usual(&machine, &tasks).await;
        let checksum = Some(Checksum { start: 34, offset: 16 });
        for (v6, kind) in [(false, 1), (true, 2)] {
            let segment = Some(Segment { size: 1460, headers: 54, v6 });
            for length in [100, 5000, 65_535] {
                let filled = nic.transmit(length, |bytes| {
                    bytes.fill(7);
                    ((), Transmit { checksum, segment })
                });
                filled.expect("there is room");
                nic.flush();
                back.work();
                let expected = Frame {
                    bytes: vec![7; length],
                    flags: OUT_BLANK | OUT_VALID,
                    segment: Some((1460, kind)),
                };
                assert!(back.outgoing.borrow_mut().remove(0) == expected, "{length}");
            }
        }
        for (flags, verified) in [(0, false), (IN_VALID, true), (IN_BLANK, true), (IN_VALID | IN_BLANK, true)]
        {
            back.incoming.borrow_mut().push_back(Frame { flags, ..Frame::plain(vec![0; 60]) });
            ready(&nic).await;
            assert_eq!(nic.receive(|_, received| received.verified), Some(verified), "{flags}");
        }
    });
}

/// A frame of IPv6 or IPv4 whose transport, ten bytes of `1`, starts at 54, the field in its middle.
fn frame(v6: bool) -> Vec<u8> {
    let mut frame = vec![0; 54];
    frame[12..14].copy_from_slice(if v6 { &[0x86, 0xdd] } else { &[8, 0] });
    frame.extend([1; 10]);
    frame
}

#[test]
fn what_the_back_end_does_not_complete_is_completed_here() {
    let half: Vec<_> = ALL.iter().copied().filter(|(name, _)| *name != "feature-ipv6-csum-offload").collect();
    for (offers, v6, left) in
        [(&half[..], true, false), (&half, false, true), (SUMS, true, false), (ALL, true, true)]
    {
        run(async |machine: Rc<Machine>, tasks: Tasks| {
            let (nic, _, back) = interface(&machine, &tasks, offers, SIZES).await.expect("it connects");
            let bytes = frame(v6);
            let checksum = Some(Checksum { start: 54, offset: 4 });
            nic.transmit(bytes.len(), |room| {
                room.copy_from_slice(&bytes);
                ((), Transmit { checksum, segment: None })
            })
            .expect("there is room");
            nic.flush();
            back.work();
            let sent = back.outgoing.borrow_mut().remove(0);
            assert_eq!(sent.flags & OUT_BLANK != 0, left, "{offers:?} {v6}");
            // Five words of 0x0101.
            let field = if left { [1, 1] } else { [0xfa, 0xfa] };
            assert_eq!(sent.bytes[58..60], field, "{offers:?} {v6}");
        });
    }
}
