//! Datagrams, echoes, and what a stack promises beside connections.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use unik::net::{Host as _, Ping, Stack, Udp, UdpSocket};
use unik::{Error as _, ErrorKind};
use unik_conformance::memory::{Offers, Wire};
use unik_conformance::{ping, stack, udp};

use unik_ip::Error;

use crate::support::{at, at_v6, run};

const OFFERS: [Offers; 2] = [Offers { mtu: 1500, checksum: false, segments: false }, Offers::ALL];

#[test]
fn datagrams_are_datagrams() {
    for offers in OFFERS {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let host = world.host(&wire, 1, offers).await;
            udp::udp(&host.udp, at(1, 0).ip()).await;
            udp::udp(&host.stack, at_v6(1, 0).ip()).await;
        });
    }
}

#[test]
fn echoes_are_answered() {
    for offers in OFFERS {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let host = world.host(&wire, 1, offers).await;
            let other = world.host(&wire, 2, Offers::default()).await;
            ping::ping(&host.icmp, at(1, 0).ip(), at(9, 0).ip()).await;
            ping::ping(&host.stack, at_v6(1, 0).ip(), at_v6(9, 0).ip()).await;
            ping::ping(&host.icmp, at(2, 0).ip(), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))).await;
            ping::ping(&other.icmp, at_v6(1, 0).ip(), at_v6(9, 0).ip()).await;
        });
    }
}

#[test]
fn a_stack_has_ports_and_reaches_itself() {
    for offers in OFFERS {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let host = world.host(&wire, 1, offers).await;
            stack::stack(&host.stack, at(1, 0).ip(), at(9, 0).ip()).await;
            stack::stack(&host.stack, at_v6(1, 0).ip(), at_v6(9, 0).ip()).await;
        });
    }
}

/// A router's word that a packet could not be delivered (RFC 792): with so much of the packet.
fn undeliverable(packet: &[u8], code: u8) -> Vec<u8> {
    let sum = |bytes: &[u8]| (!smoltcp::wire::checksum::data(bytes)).to_be_bytes();
    let mut message = [&[3, code, 0, 0, 0, 0, 0, 0], &packet[14..14 + 28]].concat();
    let checksum = sum(&message);
    message[2..4].copy_from_slice(&checksum);
    let mut frame = [&packet[6..12], &[2, 0, 0, 0, 0, 9], &[8, 0, 0x45, 0]].concat();
    frame.extend((20 + message.len() as u16).to_be_bytes());
    frame.extend([0, 0, 0, 0, 64, 1, 0, 0, 10, 0, 0, 9]);
    frame.extend(&packet[26..30]);
    let checksum = sum(&frame[14..34]);
    frame[24..26].copy_from_slice(&checksum);
    frame.extend(message);
    frame
}

#[test]
fn a_routers_word_ends_a_connection_that_is_made_and_no_other() {
    for (code, expected) in [(1, Error::Unreachable(at(2, 80).ip())), (3, Error::Refused(at(2, 80)))] {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let router = wire.curious(9);
            let host = world.host(&wire, 1, Offers::default()).await;
            let other = world.host(&wire, 2, Offers::default()).await;
            // With a listener, an open connection does not care.
            let acceptor = other.tcp.listen(81).await.unwrap();
            let open = host.tcp.connect(at(2, 81)).await.unwrap();
            let mut accepted = unik::net::Accept::accept(&acceptor).await.unwrap();
            // The other host does not answer any more, but the router does.
            let answer = async {
                loop {
                    let frame = router.next().await;
                    let is = |protocol| frame[12..14] == [8, 0] && frame[23] == protocol && frame[33] == 2;
                    if is(6) || is(1) {
                        router.send(&undeliverable(&frame, code));
                    }
                }
            };
            let ask = async {
                wire.deafen(2, true);
                assert_eq!(host.tcp.connect(at(2, 80)).await.err(), Some(expected));
                let pinged = host.icmp.ping(at(2, 0).ip(), 8, Duration::from_secs(5)).await;
                assert_eq!(pinged.err(), Some(Error::Unreachable(at(2, 0).ip())));
                assert!(unik::clock::Monotonic::now(&world.timer) < Duration::from_secs(1));
                let mut open = open;
                embedded_io_async::Write::write_all(&mut open, b"on").await.unwrap();
                wire.deafen(2, false);
                let mut buffer = [0; 2];
                embedded_io_async::Read::read_exact(&mut accepted, &mut buffer).await.unwrap();
                assert_eq!(&buffer, b"on");
            };
            unik::concurrent::race(answer, ask).await;
        });
    }
}

#[test]
fn datagrams_cross_the_wire_both_ways() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let a = world.host(&wire, 1, Offers::ALL).await;
        let b = world.host(&wire, 2, Offers::default()).await;
        for to in [at(2, 53), at_v6(2, 53)] {
            let mut server = b.udp.bind(53).await.unwrap();
            let mut client = a.udp.bind(0).await.unwrap();
            for length in [0, 1, 1200, 1452] {
                client.send(&vec![1; length], to).await.unwrap();
                let mut buffer = [0; 2000];
                let (count, from) = server.receive(&mut buffer).await.unwrap();
                assert_eq!((count, from.port()), (length, client.local().port()));
                server.send(b"answer", from).await.unwrap();
                assert_eq!(client.receive(&mut buffer).await.unwrap(), (6, to));
            }
        }
    });
}

#[test]
fn a_neighbour_that_does_not_answer_holds_up_datagrams_for_three_seconds_only() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let a = world.host(&wire, 1, Offers::default()).await;
        let b = world.host(&wire, 2, Offers::default()).await;
        let mut server = b.udp.bind(53).await.unwrap();
        let mut client = a.udp.bind(0).await.unwrap();
        client.send(b"nobody", at(9, 53)).await.unwrap();
        client.send(b"somebody", at(2, 53)).await.unwrap();
        let mut buffer = [0; 20];
        assert_eq!(server.receive(&mut buffer).await.unwrap().0, 8);
        let now = unik::clock::Monotonic::now(&world.timer);
        assert!(now >= Duration::from_secs(3) && now < Duration::from_secs(5), "{now:?}");
    });
}

#[test]
fn several_neighbours_are_found_at_once() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let a = world.host(&wire, 1, Offers::default()).await;
        let _others = [
            world.host(&wire, 2, Offers::default()).await,
            world.host(&wire, 3, Offers::default()).await,
            world.host(&wire, 4, Offers::default()).await,
        ];
        let patience = Duration::from_secs(5);
        let pings = (2..=4).flat_map(|number| [at(number, 0).ip(), at_v6(number, 0).ip()]);
        let times = unik::concurrent::join_all(pings.map(|to| a.icmp.ping(to, 8, patience))).await;
        for time in times {
            let time = time.unwrap();
            assert!(time < Duration::from_millis(1), "{time:?}");
        }
    });
}

#[test]
fn where_nothing_leads_is_unreachable() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let host = world.host(&wire, 1, Offers::default()).await;
        let mut socket = host.udp.bind(0).await.unwrap();
        for to in ["192.0.2.1:80", "[2001:db8::1]:80", "127.0.0.1:80", "[::1]:80", "0.0.0.0:80", "[::]:80"] {
            let to = to.parse().unwrap();
            let errors = [
                host.stack.connect(to).await.err(),
                socket.send(b"x", to).await.err(),
                host.icmp.ping(to.ip(), 0, Duration::from_secs(1)).await.err(),
            ];
            for error in errors {
                assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Unreachable), "{to}");
            }
        }
        for to in ["224.0.0.1:80", "255.255.255.255:80", "[ff02::1]:80"] {
            let error = host.stack.connect(to.parse().unwrap()).await.err();
            assert_eq!(error.map(|error| error.kind()), Some(ErrorKind::Unreachable), "{to}");
        }
    });
}

#[test]
fn a_host_knows_its_addresses() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let host = world.host(&wire, 1, Offers::default()).await;
        let addresses: Vec<String> = host.stack.addresses().iter().map(ToString::to_string).collect();
        assert_eq!(addresses, ["10.0.0.1/24", "fd00::1/64", "fe80::ff:fe00:1/64"]);
        assert!(host.stack.name_servers().is_empty());
    });
}
