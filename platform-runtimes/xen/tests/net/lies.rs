//! Back ends that lie: each is let go, its interface is detached, and the tools are told why.

use std::rc::Rc;

use unik::net::{Detached, Nic as _, Transmit};
use unik_xen::net::{Fault, SIZES};

use crate::back::{Back, Connection, EXTRA, Frame, MORE};
use crate::machine::{Machine, Tasks, run, settle, usual};

/// What a back end writes of frames in: number of the entry, and what stands there.
type Entry = [u8; 8];

/// An answer to a request: which, where the piece lies, flags, and how long it is or what went wrong.
fn piece(id: u16, offset: u16, flags: u16, status: i16) -> Entry {
    [id.to_le_bytes(), offset.to_le_bytes(), flags.to_le_bytes(), status.to_le_bytes()]
        .concat()
        .try_into()
        .expect("eight bytes")
}

/// Lets a back end do something with its rings, and looks at what becomes of it.
fn check(name: &str, expected: Fault, lie: impl Fn(&Back, &mut Connection)) {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        // A few frames before, so that counts are not at their start.
        back.echoes.set(true);
        for _ in 0..3 {
            nic.transmit(60, |bytes| {
                bytes.fill(1);
                ((), Transmit::default())
            })
            .expect("there is room");
        }
        nic.flush();
        settle(&tasks).await;
        while nic.receive(|_, _| ()).is_some() {}
        // One that is on its way, in two pieces.
        back.stalled.set(true);
        nic.transmit(5000, |bytes| {
            bytes.fill(1);
            ((), Transmit::default())
        })
        .expect("there is room");
        nic.flush();

        unik_conformance::nic::detaches(&nic, async || {
            let mut connection = back.connection.take().expect("it is connected");
            lie(&back, &mut connection);
            let port = connection.port;
            back.connection.replace(Some(connection));
            machine.played.raise(port);
            // Answers to what was sent are looked at when there is no room.
            while net.fault().is_none() && nic.transmit(1400, |_| ((), Transmit::default())).is_some() {}
            nic.can_transmit();
        })
        .await;
        assert_eq!(net.fault(), Some(expected), "{name}");
        let reason = format!("device/vif/0 was given up: {expected}");
        assert_eq!(nic.detached(), Some(Detached::new(&reason)), "{name}");
        assert!(!net.poll() && !net.arm() && !net.is_up(), "{name}");
        settle(&tasks).await;
        assert_eq!(back.heard("state").as_deref(), Some("6"), "{name}");
        let told = machine.server.get("error/device/vif/0/error");
        assert_eq!(told, Some(expected.to_string()), "{name}");
        assert_eq!(nic.detached(), Some(Detached::new(reason)), "{name}: the reason stays");
        settle(&tasks).await;
        machine.guest.grants.reclaim();
        assert_eq!(
            (machine.played.grants(), machine.guest.grants.kept()),
            (0, 0),
            "{name}: all is taken back"
        );
    });
}

/// Writes these entries of frames in where they belong, and shows them.
fn arrive(back: &Back, connection: &mut Connection, entries: &[Entry]) {
    entries.iter().for_each(|entry| back.respond(&mut connection.received, entry));
    let ring = connection.received;
    back.show(&ring, connection.port, ring.written);
}

/// The same for answers of frames out: number and status.
fn answer(back: &Back, connection: &mut Connection, answers: &[(u16, i16)]) {
    for (id, status) in answers {
        back.respond(&mut connection.sent, &[id.to_le_bytes(), status.to_le_bytes()].concat());
    }
    let ring = connection.sent;
    back.show(&ring, connection.port, ring.written);
}

#[test]
fn frames_in_lie_where_they_were_asked_for() {
    let lies = |name: &str, expected, entries: &[Entry]| {
        check(name, expected, |back, connection| arrive(back, connection, entries));
    };
    // Three frames were there: the next page is the fourth.
    lies("another page", Fault::Identifier, &[piece(4, 0, 0, 60)]);
    lies("a page before", Fault::Identifier, &[piece(2, 0, 0, 60)]);
    lies("no page", Fault::Identifier, &[piece(u16::MAX, 0, 0, 60)]);
    lies("a page twice", Fault::Identifier, &[piece(3, 0, 0, 60), piece(3, 0, 0, 60)]);
    lies("over the end", Fault::Length, &[piece(3, 4000, 0, 97)]);
    lies("behind the end", Fault::Length, &[piece(3, 4096, 0, 60)]);
    lies("far behind the end", Fault::Length, &[piece(3, u16::MAX, 0, 60)]);
    lies("longer than a page", Fault::Length, &[piece(3, 0, 0, 4097)]);
    lies("as long as can be", Fault::Length, &[piece(3, 0, 0, i16::MAX)]);
    lies("no frame", Fault::Length, &[piece(3, 0, 0, 0)]);
    lies("no header", Fault::Length, &[piece(3, 0, 0, 13)]);
    lies("no header in two pieces", Fault::Length, &[piece(3, 0, MORE, 6), piece(4, 0, 0, 7)]);
    let long: Vec<Entry> = (3..20).map(|id| piece(id, 0, MORE, 4096)).collect();
    lies("more than a packet holds", Fault::Length, &long);
    let many: Vec<Entry> = (3..23).map(|id| piece(id, 0, MORE, 1)).collect();
    lies("too many pieces", Fault::Pieces, &many);
    let endless: Vec<Entry> = (3..23).map(|id| piece(id, 0, MORE, -1)).collect();
    lies("too many pieces that failed", Fault::Pieces, &endless);
}

#[test]
fn nothing_is_said_of_frames_in_but_what_was_agreed_on() {
    let lies = |name: &str, extras: &[Entry]| {
        let entries = [&[piece(3, 0, EXTRA, 60)], extras].concat();
        check(name, Fault::Extra, |back, connection| arrive(back, connection, &entries));
    };
    lies("nothing", &[[0; 8]]);
    lies("a group", &[[2, 0, 1, 0, 0x5e, 0, 0, 1]]);
    lies("a hash", &[[4, 0, 0, 0, 1, 2, 3, 4]]);
    lies("what there is not", &[[5, 0, 0, 0, 0, 0, 0, 0]]);
    lies("segments of nothing", &[[1, 0, 0, 0, 1, 0, 0, 0]]);
    lies("segments of another protocol", &[[1, 0, 1, 1, 3, 0, 0, 0]]);
    lies("more of it", &[[1, 1, 1, 1, 1, 0, 0, 0], [1, 0, 1, 1, 1, 0, 0, 0]]);
    check("flags that there are not", Fault::Extra, |back, connection| {
        arrive(back, connection, &[piece(3, 0, 16, 60)]);
    });
    check("of a later piece", Fault::Extra, |back, connection| {
        arrive(back, connection, &[piece(3, 0, MORE, 60), piece(4, 0, EXTRA, 60)]);
    });
}

#[test]
fn only_what_was_sent_is_answered() {
    // The frame on its way has two pieces, and numbers come in no order that matters.
    let lies = |name: &str, expected, answers: &[(u16, i16)]| {
        check(name, expected, |back, connection| answer(back, connection, answers));
    };
    let numbers = |back: &Back, connection: &mut Connection| -> Vec<u16> {
        let mut numbers = Vec::new();
        while let Some(request) = back.request(&mut connection.sent) {
            numbers.push(u16::from_le_bytes([request[8], request[9]]));
        }
        assert_eq!(numbers.len(), 2);
        numbers
    };
    lies("a number that there is not", Fault::Identifier, &[(256, 0)]);
    lies("another number that there is not", Fault::Identifier, &[(u16::MAX, 0)]);
    lies("a number that was not sent", Fault::Identifier, &[(250, 0)]);
    lies("what stands beside no frame", Fault::Identifier, &[(0, 1)]);
    for status in [2, -3, i16::MAX, i16::MIN] {
        check("a status that there is not", Fault::Status, |back, connection| {
            let numbers = numbers(back, connection);
            answer(back, connection, &[(numbers[0], status)]);
        });
    }
    check("a piece twice", Fault::Identifier, |back, connection| {
        let numbers = numbers(back, connection);
        answer(back, connection, &[(numbers[1], 0), (numbers[1], 0)]);
    });
}

#[test]
fn no_more_is_answered_than_was_asked() {
    for (name, ring, count) in
        [("in", true, 1000), ("in", true, u32::MAX), ("out", false, 3), ("out", false, 300)]
    {
        check(name, Fault::Responses, |back, connection| {
            let ring = if ring { connection.received } else { connection.sent };
            back.store(ring.page + 8, ring.written.wrapping_add(count));
        });
    }
    check("back to before", Fault::Responses, |back, connection| {
        back.store(connection.received.page + 8, connection.received.written.wrapping_sub(1));
    });
}

#[test]
fn a_frame_that_the_back_end_has_lost_is_no_frame() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        let mut connection = back.connection.take().expect("it is connected");
        let entries = [
            piece(0, 0, 0, -1),
            piece(1, 0, MORE, 60),
            piece(2, 0, MORE, -2),
            piece(3, 0, 0, 60),
            piece(4, 0, MORE | EXTRA, -1),
            [1, 0, 1, 1, 1, 0, 0, 0],
            piece(6, 0, 0, 60),
            piece(7, 0, 0, 61),
        ];
        for entry in &entries {
            back.request(&mut connection.received).expect("there are pages");
            back.respond(&mut connection.received, entry);
        }
        let ring = connection.received;
        back.show(&ring, connection.port, ring.written);
        back.connection.replace(Some(connection));
        assert_eq!(nic.receive(|bytes, _| bytes.len()), Some(61), "what follows is one");
        // All pages are there again.
        for _ in 0..1000 {
            back.incoming.borrow_mut().push_back(Frame::plain(vec![0; 60]));
            assert_eq!(crate::frames::receive(&nic).await.len(), 60);
        }
        assert_eq!(net.fault(), None);
        assert_eq!(machine.played.grants(), 2 + SIZES.receive + SIZES.transmit);
    });
}

#[test]
fn whatever_becomes_of_a_frame_its_room_is_free_again() {
    for status in [0, -1, -2] {
        run(async |machine: Rc<Machine>, tasks: Tasks| {
            let (nic, net, back) = usual(&machine, &tasks).await;
            back.stalled.set(true);
            for _ in 0..200 {
                nic.transmit(9000, |_| ((), Transmit::default())).expect("there is room");
                nic.flush();
                let mut connection = back.connection.take().expect("it is connected");
                while let Some(request) = back.request(&mut connection.sent) {
                    answer(&back, &mut connection, &[(u16::from_le_bytes([request[8], request[9]]), status)]);
                }
                back.connection.replace(Some(connection));
            }
            assert_eq!(net.fault(), None);
        });
    }
}
