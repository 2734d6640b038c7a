//! The doubles pass the tests of what they double, and their faults are faults.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use embedded_io_async::{Read, Write};
use unik::net::Nic as _;
use unik_conformance::memory::{Faults, Listener, Offers, Reset, Stack, Wire, WireFaults, pair_with};
use unik_conformance::{clock, net, nic, ping, stack, udp, virtual_time};

#[test]
fn the_timer_of_virtual_time_is_a_timer() {
    virtual_time::run(async |timer| clock::sleep(&timer).await);
}

#[test]
fn connections_in_memory_are_connections() {
    let tight =
        Faults { most_read: 1000, most_write: 777, hesitate: true, capacity: 4096, ..Faults::default() };
    for faults in [Faults::default(), tight] {
        virtual_time::run(async |timer| {
            let listener = Listener::new(timer);
            net::listener(&listener, async || listener.connect_with(faults)).await;
        });
    }
}

#[test]
fn a_stack_in_memory_exchanges_datagrams_and_answers_itself() {
    virtual_time::run(async |_| {
        let own = IpAddr::V4(Ipv4Addr::LOCALHOST);
        udp::udp(&Stack::default(), own).await;
        ping::ping(&Stack::default(), own, IpAddr::from([192, 0, 2, 1])).await;
    });
}

#[test]
fn resets_come_when_they_should() {
    virtual_time::run(async |_| {
        let faults = Faults { reset_after_read: Some(3), ..Faults::default() };
        let (mut client, mut server) = pair_with(Faults::default(), faults);
        client.write_all(b"four").await.unwrap();
        let mut buffer = [0; 8];
        assert_eq!(server.read(&mut buffer).await, Ok(3));
        assert_eq!(server.read(&mut buffer).await, Err(Reset));
        assert_eq!(client.write(b"x").await, Err(Reset));

        let faults = Faults { reset_after_written: Some(3), ..Faults::default() };
        let (mut client, mut server) = pair_with(Faults::default(), faults);
        assert_eq!(server.write(b"four").await, Ok(3));
        assert_eq!(server.write(b"r").await, Err(Reset));
        assert_eq!(client.read(&mut buffer).await, Err(Reset));
    });
}

#[test]
fn a_stack_in_memory_has_ports() {
    virtual_time::run(async |_| {
        let silent = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        stack::stack(&Stack::default(), Ipv4Addr::LOCALHOST.into(), silent).await;
    });
}

#[test]
fn interfaces_at_a_wire_are_interfaces() {
    let tight = WireFaults {
        delay: Duration::from_micros(10),
        per_byte: Duration::from_nanos(8),
        room: 3,
        ..WireFaults::default()
    };
    let plain = Offers::default();
    let sums = Offers { checksum: true, ..plain };
    let small = Offers { mtu: 1280, ..plain };
    for faults in [WireFaults::default(), tight] {
        virtual_time::run(async |timer| {
            let wire = Wire::with(&timer, faults, 0);
            let (a, b) = (wire.nic(1, Offers::ALL), wire.nic(2, plain));
            // Frames are on their way, and one waits to be looked at.
            b.send(&[0xff; 100]);
            nic::detaches(&a, async || wire.detach(1)).await;
            b.send(&[0xff; 100]);
            assert!(!a.has_received(), "nothing reaches it any more");
            nic::pair(&b, &wire.nic(3, plain)).await;
        });
        for (a, b) in
            [(plain, plain), (sums, plain), (Offers::ALL, plain), (Offers::ALL, Offers::ALL), (small, plain)]
        {
            virtual_time::run(async |timer| {
                let wire = Wire::with(&timer, faults, 0);
                nic::pair(&wire.nic(1, a), &wire.nic(2, b)).await;
            });
        }
    }
}
