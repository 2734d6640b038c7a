//! Interfaces that go for good under a stack: whoever waits is told, servers end, and nothing is left.

use std::time::Duration;

use embedded_io_async::{Read, Write};
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, join_all};
use unik::http::{Request, Response, Status, from_fn};
use unik::net::{Accept, Detached, Network, Nic as _};
use unik::{Error as _, ErrorKind};
use unik_conformance::memory::{Offers, Wire, WireFaults};
use unik_conformance::stack;
use unik_http::Server;
use unik_ip::Error;
use unik_ip::arp::Arp;
use unik_ip::ipv4::Ipv4;

use crate::support::{Listening, Noon, World, at, at_v6, read_all, run, send, text};

/// What everybody is told of the interface of host 1.
fn gone() -> Error {
    Error::Detached(Detached::new("02:00:00:00:00:01 was taken from its wire"))
}

/// A wire that takes its time, so that something is always under way.
fn slow(world: &World) -> Wire {
    let faults = WireFaults {
        delay: Duration::from_millis(1),
        per_byte: Duration::from_nanos(80),
        ..WireFaults::default()
    };
    Wire::with(&world.timer, faults, 0)
}

#[test]
fn a_stack_tells_whoever_waits_for_it() {
    for (offers, room) in [(Offers::default(), 0), (Offers::ALL, 0), (Offers::ALL, 1)] {
        for v6 in [false, true] {
            run(async |world| {
                let wire = Wire::with(&world.timer, WireFaults { room, ..WireFaults::default() }, 0);
                let host = world.host(&wire, 1, offers).await;
                let (own, silent) = if v6 { (at_v6(1, 0), at_v6(9, 0)) } else { (at(1, 0), at(9, 0)) };
                let mut took = Duration::ZERO;
                stack::detaches(&host.stack, own.ip(), silent.ip(), async || {
                    world.timer.sleep(Duration::from_secs(5)).await;
                    wire.detach(1);
                    took = world.timer.now();
                })
                .await;
                assert_eq!(world.timer.now(), took, "nobody has waited any longer");
                assert_eq!((host.tcp.connections(), host.tcp.memory()), (0, 0));
                assert_eq!(world.program.running(), 0, "nothing runs on behind it");
            });
        }
    }
}

#[test]
fn transfers_break_off_at_any_time() {
    for microseconds in (0..60_000).step_by(3001) {
        run(async |world| {
            let wire = slow(&world);
            let server = world.host(&wire, 1, Offers::ALL).await;
            let client = world.host(&wire, 2, Offers::default()).await;
            let acceptor = server.tcp.listen(80).await.unwrap();
            let text = text(1 << 20);
            let serve = async {
                loop {
                    let mut flow = match acceptor.accept().await {
                        Ok(flow) => flow,
                        Err(error) => return error,
                    };
                    // Writing is told at once, reading when everything was read that had come.
                    if let Err(error) = flow.write_all(&text).await {
                        assert_eq!(error, gone());
                        let mut buffer = [0; 100];
                        let read = loop {
                            match flow.read(&mut buffer).await {
                                Ok(0) => break Ok(()),
                                Ok(_) => {}
                                Err(error) => break Err(error),
                            }
                        };
                        assert_eq!(read, Err(gone()));
                    }
                }
            };
            let connect = async {
                let Ok(mut flow) = client.tcp.connect(at(1, 80)).await else { return };
                let _ = flow.write_all(b"please").await;
                let mut buffer = [0; 10_000];
                while flow.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
            };
            let detach = async {
                world.timer.sleep(Duration::from_micros(microseconds)).await;
                wire.detach(1);
            };
            let (error, _) = join(serve, join(connect, detach)).await;
            assert_eq!(error, gone());
            drop(acceptor);
            assert_eq!((server.tcp.connections(), server.tcp.memory()), (0, 0), "{microseconds}");
        });
    }
}

#[test]
fn a_server_ends_with_the_error_and_not_as_if_it_were_asked_to() {
    run(async |world| {
        let wire = slow(&world);
        let host = world.host(&wire, 1, Offers::ALL).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let listener = Listening(host.tcp.listen(80).await.unwrap());
        let server = Server::new(listener, world.timer.clone(), Noon).await.unwrap();
        let long = from_fn(async |_: &Request<'_>| Response::plain(Status::OK, "x".repeat(4 << 20)));
        // Some are idle, some get an answer, some have said half of what they want.
        let clients = join_all((0..12).map(|number| {
            let client = &client;
            async move {
                let Ok(mut flow) = client.tcp.connect(at(1, 80)).await else { return };
                let asked = ["", "GET / HTTP/1.1\r\nhost: x\r\n\r\n", "GET / HT"][number % 3];
                let _ = flow.write_all(asked.as_bytes()).await;
                let mut buffer = [0; 10_000];
                while flow.read(&mut buffer).await.is_ok_and(|count| count > 0) {}
            }
        }));
        let start = world.timer.now();
        let served = async {
            let served = server.serve(long).await;
            (served, world.timer.now() - start)
        };
        let detach = async {
            world.timer.sleep(Duration::from_millis(100)).await;
            wire.detach(1);
        };
        let ((served, took), _) = join(served, join(clients, detach)).await;
        assert_eq!(served, Err(gone()));
        assert_eq!(took, Duration::from_millis(100), "it ends at once");
        assert_eq!(gone().kind(), ErrorKind::Detached);
        assert_eq!(
            gone().to_string(),
            "the network interface has gone for good: 02:00:00:00:00:01 was taken from its wire"
        );
    });
}

#[test]
fn who_was_asked_to_stop_stops_though_the_interface_goes() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let host = world.host(&wire, 1, Offers::default()).await;
        let acceptor = host.tcp.listen(80).await.unwrap();
        world.program.stop();
        wire.detach(1);
        assert_eq!(acceptor.accept().await.err(), Some(Error::Stopping));
    });
}

#[test]
fn nobody_waits_for_an_address_that_cannot_come() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let (late, gone_before) = (wire.nic(1, Offers::default()), wire.nic(3, Offers::default()));
        wire.detach(3);
        let lend = async |nic, seed| {
            let ethernet = world.ethernet(nic, seed).await;
            let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
            Ipv4::dhcp(ethernet, arp, None, None).await.err()
        };
        let detach = async {
            world.timer.sleep(Duration::from_secs(7)).await;
            wire.detach(1);
        };
        let (lent, ()) = join(lend(late, 1), detach).await;
        assert_eq!((lent, world.timer.now()), (Some(gone()), Duration::from_secs(7)));
        let cause = gone_before.detached().unwrap();
        assert_eq!(lend(gone_before, 3).await, Some(Error::Detached(cause)));
        assert_eq!(world.timer.now(), Duration::from_secs(7), "it does not wait for a server");
    });
}

#[test]
fn a_cable_that_is_out_for_a_while_ends_nothing() {
    run(async |world| {
        let wire = slow(&world);
        let server = world.host(&wire, 1, Offers::ALL).await;
        let client = world.host(&wire, 2, Offers::default()).await;
        let acceptor = server.tcp.listen(80).await.unwrap();
        let (accepted, connected) = join(acceptor.accept(), client.tcp.connect(at(1, 80))).await;
        let (mut a, mut b) = (accepted.unwrap(), connected.unwrap());
        let text = text(1 << 20);
        let out = async {
            world.timer.sleep(Duration::from_millis(20)).await;
            wire.cut(true);
            world.timer.sleep(Duration::from_secs(20)).await;
            wire.cut(false);
        };
        let ((), (came, ())) = join(send(&mut a, &text), join(read_all(&mut b), out)).await;
        assert!(came == text);
        assert!(world.timer.now() > Duration::from_secs(20));
    });
}
