//! Datagrams, echoes, and what a stack promises beside connections.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use unik::net::{Host as _, Ping, Stack, Udp, UdpSocket};
use unik::{Error as _, ErrorKind};
use unik_conformance::memory::{Offers, Wire};
use unik_conformance::{ping, udp};

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
