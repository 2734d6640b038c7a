//! Wires that lose, repeat, damage and reorder frames; peers that vanish.

use std::time::Duration;

use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, race};
use unik::net::{Accept, Flow as _};
use unik::{Error as _, ErrorKind};
use unik_conformance::memory::{Offers, Wire, WireFaults};
use unik_ip::Error;

use crate::support::{at, read_all, run, send, text};

/// How much goes through a bad wire.
const LARGE: usize = 1 << 20;

/// A wire of a local network: a tenth of a millisecond, a gigabit.
fn local() -> WireFaults {
    WireFaults {
        delay: Duration::from_micros(100),
        per_byte: Duration::from_nanos(8),
        ..WireFaults::default()
    }
}

/// Sends `length` bytes each way over a wire, and gives the time that it took.
fn transfer(faults: WireFaults, seed: u64, length: usize, offers: [Offers; 2]) -> Duration {
    run(async |world| {
        let wire = Wire::with(&world.timer, faults, seed);
        let server = world.host(&wire, 1, offers[0]).await;
        let client = world.host(&wire, 2, offers[1]).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let text = text(length);
        let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
        let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
        let there = async {
            send(&mut a, &text).await;
            assert!(read_all(&mut a).await == text, "what came back is something else");
        };
        let back = async {
            let came = read_all(&mut b).await;
            assert!(came == text, "what came is something else");
            send(&mut b, &came).await;
        };
        join(there, back).await;
        world.timer.now()
    })
}

#[test]
fn a_large_transfer_arrives_whole_whatever_the_wire_does() {
    let plain = Offers::default();
    let cases = [
        ("a local network", local()),
        ("1 % lost", WireFaults { loss: 10, ..local() }),
        ("10 % lost", WireFaults { loss: 100, ..local() }),
        ("reordered", WireFaults { reordering: 200, ..local() }),
        ("repeated", WireFaults { duplicates: 200, ..local() }),
        ("damaged", WireFaults { corruption: 20, ..local() }),
        ("room for four frames", WireFaults { room: 4, ..local() }),
        (
            "everything",
            WireFaults { loss: 10, reordering: 50, duplicates: 50, corruption: 10, room: 16, ..local() },
        ),
    ];
    for (case, faults) in cases {
        for (seed, offers) in [(1, [plain; 2]), (2, [Offers::ALL; 2]), (3, [plain, Offers::ALL])] {
            let time = transfer(faults, seed, LARGE, offers);
            println!("{case}: {time:?}");
        }
    }
}

#[test]
fn a_wire_that_loses_a_third_is_slow_and_still_right() {
    for seed in 0..3 {
        transfer(WireFaults { loss: 300, ..local() }, seed, 64 << 10, [Offers::default(); 2]);
    }
}

#[test]
fn tiny_windows_pass_everything() {
    run(async |world| {
        let wire = Wire::with(&world.timer, local(), 0);
        // Enough for one connection with the smallest buffers.
        let server = world.host_with(&wire, 1, Offers::default(), 8 << 10).await;
        let client = world.host_with(&wire, 2, Offers::default(), 8 << 10).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let text = text(200_000);
        let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
        let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
        let slowly = async {
            let mut all = Vec::new();
            let mut buffer = [0; 100];
            loop {
                match embedded_io_async::Read::read(&mut b, &mut buffer).await.unwrap() {
                    0 => break all,
                    count => all.extend_from_slice(&buffer[..count]),
                }
                if all.len() % 50_000 < 100 {
                    // Long enough for the window to close.
                    world.timer.sleep(Duration::from_secs(3)).await;
                }
            }
        };
        let ((), came) = join(send(&mut a, &text), slowly).await;
        assert!(came == text);
    });
}

#[test]
fn a_peer_that_vanishes_is_given_up() {
    run(async |world| {
        let wire = Wire::with(&world.timer, local(), 0);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let mut flows = Vec::new();
        for _ in 0..4 {
            let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
            flows.push((accepted.unwrap(), connected.unwrap()));
        }
        let [(mut idle, _a), (mut writing, _b), (closing, _c), (mut waiting, _d)] =
            <[_; 4]>::try_from(flows).unwrap();
        world.timer.sleep(Duration::from_secs(1)).await;
        wire.cut(true);
        let start = world.timer.now();
        embedded_io_async::Write::write_all(&mut writing, b"into the void").await.unwrap();
        drop(closing);
        waiting.close().await.unwrap();
        let mut buffer = [0; 10];
        for flow in [&mut idle, &mut writing, &mut waiting] {
            let error = embedded_io_async::Read::read(flow, &mut buffer).await.unwrap_err();
            assert_eq!(error, Error::Silent);
            assert_eq!(error.kind(), ErrorKind::TimedOut);
        }
        let passed = world.timer.now() - start;
        assert!(passed <= Duration::from_secs(400), "given up after {passed:?}");
        drop((idle, writing, waiting));
        world.timer.sleep(Duration::from_secs(120)).await;
        assert_eq!((server.tcp.connections(), server.tcp.memory()), (0, 0));
    });
}

#[test]
fn a_peer_that_is_idle_is_kept() {
    run(async |world| {
        let wire = Wire::with(&world.timer, local(), 0);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
        let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
        world.timer.sleep(Duration::from_secs(24 * 3600)).await;
        join(send(&mut a, b"still there"), async {
            assert_eq!(read_all(&mut b).await, b"still there");
        })
        .await;
    });
}

#[test]
fn who_does_not_answer_times_out_and_who_refuses_does_at_once() {
    run(async |world| {
        let wire = Wire::with(&world.timer, local(), 0);
        let _server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let start = world.timer.now();
        assert_eq!(client.tcp.connect(at(1, 81)).await.err(), Some(Error::Refused(at(1, 81))));
        assert!(world.timer.now() - start < Duration::from_secs(1));
        assert_eq!(client.tcp.connect(at(9, 80)).await.err(), Some(Error::TimedOut(at(9, 80).ip())));
        wire.cut(true);
        assert_eq!(client.tcp.connect(at(1, 80)).await.err(), Some(Error::TimedOut(at(1, 80).ip())));
        assert!(world.timer.now() - start < Duration::from_secs(70));
        assert_eq!((client.tcp.connections(), client.tcp.memory()), (0, 0));
    });
}

#[test]
fn a_connection_that_is_dropped_while_it_is_made_leaves_nothing() {
    run(async |world| {
        let wire = Wire::with(&world.timer, local(), 0);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let _acceptor = server.tcp.listen(80).await.unwrap();
        for microseconds in (0..1000).step_by(50) {
            let connect = async { drop(client.tcp.connect(at(1, 80)).await) };
            race(connect, world.timer.sleep(Duration::from_micros(microseconds))).await;
        }
        world.timer.sleep(Duration::from_secs(60)).await;
        assert_eq!((client.tcp.connections(), client.tcp.memory()), (0, 0));
    });
}
