//! Thousands of connections: in every state they leave nothing, and floods stay bounded.

use std::time::Duration;

use embedded_io_async::{Read, Write};
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, join_all, race};
use unik::net::{Accept, Flow as _, Stack};
use unik::{Error as _, ErrorKind};
use unik_conformance::memory::{Offers, Wire, WireFaults};
use unik_ip::Error;

use crate::support::{at, read_all, run};

#[test]
fn a_burst_of_connections_is_served_in_the_order_in_which_they_were_made() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let clients = join_all((0..400).map(|_| client.tcp.connect(at(1, 80))));
        // All have connected before anybody accepts.
        let flows: Vec<_> = clients.await.into_iter().map(Result::unwrap).collect();
        let count = flows.len();
        let serve = async {
            for number in 0..count {
                let mut flow = acceptor.accept().await.unwrap();
                flow.write_all(&(number as u32).to_be_bytes()).await.unwrap();
            }
        };
        let read = join_all(flows.into_iter().map(async |mut flow| read_all(&mut flow).await));
        let ((), answers) = join(serve, read).await;
        for (number, answer) in answers.iter().enumerate() {
            assert_eq!(answer[..], (number as u32).to_be_bytes());
        }
    });
}

#[test]
fn a_burst_over_a_long_way_is_not_refused() {
    run(async |world| {
        let faults = WireFaults { delay: Duration::from_millis(50), ..WireFaults::default() };
        let wire = Wire::with(&world.timer, faults, 0);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host_with(&wire, 2, Offers::default(), 64 << 20).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let start = world.timer.now();
        let clients = join_all((0..300).map(|_| client.tcp.connect(at(1, 80))));
        let serve = async {
            let mut flows = Vec::new();
            for _ in 0..300 {
                flows.push(acceptor.accept().await.unwrap());
            }
            flows
        };
        let (connected, _accepted) = join(clients, serve).await;
        assert!(connected.iter().all(Result::is_ok));
        // The neighbour's address, then both ways: nobody had to ask again after a second.
        assert!(world.timer.now() - start < Duration::from_secs(1));
    });
}

#[test]
fn thousands_of_connections_that_are_dropped_in_every_state_leave_nothing() {
    run(async |world| {
        let faults = WireFaults { delay: Duration::from_micros(100), loss: 5, ..WireFaults::default() };
        let wire = Wire::with(&world.timer, faults, 1);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let serve = async {
            for number in 0.. {
                let mut flow = acceptor.accept().await.unwrap();
                let mut buffer = [0; 100];
                match number % 5 {
                    0 => drop(flow),
                    1 => drop(flow.read(&mut buffer).await),
                    2 => drop(flow.write_all(b"answer").await),
                    3 => drop(flow.close().await),
                    _ => {
                        let _ = flow.write_all(&[1; 10_000]).await;
                        let _ = flow.close().await;
                        let _ = flow.read(&mut buffer).await;
                    }
                }
            }
        };
        let connect = async {
            for round in 0..60 {
                join_all((0..50).map(|number| {
                    let (client, timer) = (&client, &world.timer);
                    async move {
                        let Ok(mut flow) = client.tcp.connect(at(1, 80)).await else { return };
                        let mut buffer = [0; 100];
                        match (round + number) % 7 {
                            0 => drop(flow),
                            1 => drop(flow.write_all(b"question").await),
                            2 => drop(flow.close().await),
                            3 => {
                                let later = timer.sleep(Duration::from_millis(number));
                                race(async { flow.read(&mut buffer).await.is_ok() }, async {
                                    later.await;
                                    false
                                })
                                .await;
                            }
                            4 => {
                                let _ = flow.write_all(&[2; 20_000]).await;
                            }
                            5 => {
                                let _ = flow.close().await;
                                while flow.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
                            }
                            _ => {
                                let _ = flow.write_all(b"question").await;
                                let _ = flow.read(&mut buffer).await;
                            }
                        }
                    }
                }))
                .await;
            }
        };
        race(serve, connect).await;
        drop(acceptor);
        world.timer.sleep(Duration::from_secs(400)).await;
        for host in [&server, &client] {
            assert_eq!((host.tcp.connections(), host.tcp.memory()), (0, 0));
        }
        // Every port is free again.
        let acceptor = server.tcp.listen(80).await.unwrap();
        let (a, b) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
        assert!(a.is_ok() && b.is_ok());
    });
}

/// A SYN from a host that is not there, and whose answer nobody hears.
fn forged(number: u32) -> Vec<u8> {
    let mut frame = vec![2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 9, 8, 0];
    frame.extend([
        0x45,
        0,
        0,
        40,
        0,
        0,
        0x40,
        0,
        64,
        6,
        0,
        0,
        10,
        0,
        0,
        3 + (number % 200) as u8,
        10,
        0,
        0,
        1,
    ]);
    frame.extend(((number >> 8) as u16).to_be_bytes());
    frame.extend([0, 80]);
    frame.extend(number.to_be_bytes());
    frame.extend([0, 0, 0, 0, 0x50, 2, 0x20, 0, 0, 0, 0, 0]);
    let sum = |parts: &[&[u8]]| {
        let words = parts.iter().flat_map(|part| part.chunks(2));
        let mut sum: u32 = words.map(|word| u32::from(word[0]) << 8 | u32::from(word[1])).sum();
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        (!(sum as u16)).to_be_bytes()
    };
    let header = sum(&[&frame[14..34]]);
    frame[24..26].copy_from_slice(&header);
    let segment = sum(&[&frame[26..34], &[0, 6, 0, 20], &frame[34..]]);
    frame[50..52].copy_from_slice(&segment);
    frame
}

#[test]
fn a_flood_of_forged_connections_takes_some_of_the_memory_and_keeps_out_nobody_for_long() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let flood = wire.curious(9);
        let acceptor = server.tcp.listen(80).await.unwrap();
        let attack = async {
            for number in 0..20_000 {
                flood.send(&forged(number * 256 + 77));
                if number % 10 == 0 {
                    world.timer.sleep(Duration::from_millis(2)).await;
                }
                assert!(server.tcp.connections() <= 600, "{} connections", server.tcp.connections());
                assert!(server.tcp.memory() <= 13 << 20, "{} bytes", server.tcp.memory());
            }
            panic!("nobody got through")
        };
        let honest = async {
            world.timer.sleep(Duration::from_millis(500)).await;
            assert!(server.tcp.connections() > 100, "the flood is one: {}", server.tcp.connections());
            let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
            let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
            a.write_all(b"through").await.unwrap();
            drop(a);
            assert_eq!(read_all(&mut b).await, b"through");
        };
        race(honest, attack).await;
        drop(acceptor);
        world.timer.sleep(Duration::from_secs(100)).await;
        assert_eq!((server.tcp.connections(), server.tcp.memory()), (0, 0));
    });
}

#[test]
fn who_does_not_fit_is_not_answered_and_gets_in_later() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = world.host_with(&wire, 1, Offers::default(), 200 << 10).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let serve = async {
            loop {
                let flow = acceptor.accept().await.unwrap();
                world.timer.sleep(Duration::from_millis(100)).await;
                drop(flow);
            }
        };
        let clients = join_all((0..30).map(|_| async {
            let mut flow = client.tcp.connect(at(1, 80)).await.unwrap();
            assert_eq!(flow.read(&mut [0]).await, Ok(0));
        }));
        race(serve, async { drop(clients.await) }).await;
    });
}

#[test]
fn a_port_has_one_listener_and_is_free_when_it_is_gone() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let host = world.host(&wire, 1, Offers::default()).await;
        let first = host.stack.listen(80).await.unwrap();
        assert_eq!(first.local(), at(1, 80));
        assert_eq!(host.stack.listen(80).await.err(), Some(Error::InUse(80)));
        let (a, b) = (host.stack.listen(0).await.unwrap(), host.stack.listen(0).await.unwrap());
        assert!(a.local() != b.local() && a.local().port() >= 49_152);
        let clone = first.clone();
        drop(first);
        assert_eq!(host.stack.listen(80).await.err(), Some(Error::InUse(80)));
        drop(clone);
        assert!(host.stack.listen(80).await.is_ok());
    });
}

#[test]
fn connections_of_a_listener_that_is_gone_are_refused() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let mut flow = client.tcp.connect(at(1, 80)).await.unwrap();
        drop(acceptor);
        assert_eq!(flow.read(&mut [0]).await, Err(Error::Reset));
        assert_eq!(client.tcp.connect(at(1, 80)).await.err(), Some(Error::Refused(at(1, 80))));
    });
}

#[test]
fn when_the_program_stops_who_has_connected_is_accepted_and_then_nobody() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let _flow = client.tcp.connect(at(1, 80)).await.unwrap();
        let other = acceptor.clone();
        let stop = async {
            world.timer.sleep(Duration::from_secs(1)).await;
            world.program.stop();
        };
        let accept = async {
            let _accepted = acceptor.accept().await.unwrap();
            let (a, b) = join(acceptor.accept(), other.accept()).await;
            for error in [a.err(), b.err()] {
                assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Closed));
            }
        };
        join(stop, accept).await;
        assert_eq!(client.tcp.connect(at(1, 80)).await.err(), Some(Error::Refused(at(1, 80))));
    });
}

#[test]
fn what_was_written_arrives_although_everything_is_dropped_at_once() {
    run(async |world| {
        let faults = WireFaults { delay: Duration::from_millis(5), loss: 20, ..WireFaults::default() };
        let wire = Wire::with(&world.timer, faults, 3);
        let server = world.host(&wire, 1, Offers::default()).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
        let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
        a.write_all(&[7; 100_000]).await.unwrap();
        drop((a, acceptor, server));
        assert_eq!(read_all(&mut b).await, [7; 100_000]);
    });
}
