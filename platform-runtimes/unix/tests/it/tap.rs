//! Tap interfaces, with the host's network code at the other end.

use std::future::poll_fn;
use std::net::UdpSocket;
use std::process::Command;
use std::time::Duration;

use unik::net::{Checksum, Mac, Nic, Received, Transmit};
use unik::{Error, ErrorKind};
use unik_unix::{Tap, TapCause, block_on};

use crate::network::{ip, is_inside};

const ETHERNET: usize = 14;
const UDP: usize = ETHERNET + 20;
const PAYLOAD: usize = UDP + 8;

#[test]
fn what_cannot_be_attached_says_what_to_do() {
    if !is_inside("tap::what_cannot_be_attached_says_what_to_do") {
        return;
    }
    ip("tuntap add dev tap0 mode tap");
    ip("tuntap add dev many mode tap multi_queue");
    block_on(async {
        let error = Tap::new("service").await.unwrap_err();
        assert_eq!((error.kind(), &error.cause), (ErrorKind::NotFound, &TapCause::NotGiven));
        assert!(error.to_string().contains("give --nic service=INTERFACE"), "{error}");
        let _tap = Tap::open("tap0").unwrap();
        for (value, kind, part) in [
            ("tap0", ErrorKind::InUse, "another program has tap0"),
            ("tap9", ErrorKind::NotFound, "make it with `ip tuntap add dev tap9 mode tap"),
            ("lo", ErrorKind::Invalid, "lo is no tap interface"),
            ("many", ErrorKind::Invalid, "many is no tap interface with one queue"),
            ("a-name-that-is-too-long", ErrorKind::Invalid, "it has 1 to 15 characters"),
            ("", ErrorKind::Invalid, "`` is no name of an interface"),
            ("tap0,mtu=9", ErrorKind::Invalid, "`mtu=9` behind the interface tap0 means nothing"),
        ] {
            let error = Tap::open(value).unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(error.to_string().contains(part), "{error}");
        }
    })
    .unwrap();
}

#[test]
fn an_interface_knows_its_address_and_its_size() {
    if !is_inside("tap::an_interface_knows_its_address_and_its_size") {
        return;
    }
    ip("tuntap add dev service mode tap");
    ip("link set service mtu 1400 up");
    block_on(async {
        let tap = Tap::new("service").await.unwrap();
        let made = tap.mac();
        assert_eq!(made.0[0] & 0b11, 0b10, "a locally administered address of one host");
        assert_eq!(tap.capabilities().mtu, 1400);
        assert!(tap.capabilities().longest >= 1414);
        drop(tap);
        assert_eq!(Tap::open("service").unwrap().mac(), made, "it is the same each time");
        let given = Mac([2, 0, 0, 0, 0, 1]);
        assert_eq!(Tap::open("service,mac=02:00:00:00:00:01").unwrap().mac(), given);
    })
    .unwrap();
}

#[test]
fn datagrams_of_the_host_come_back_from_the_interface() {
    if !is_inside("tap::datagrams_of_the_host_come_back_from_the_interface") {
        return;
    }
    ip("tuntap add dev tap0 mode tap");
    ip("link set tap0 up");
    ip("addr add 10.9.0.1/24 dev tap0");
    block_on(async {
        let tap = Tap::open("tap0").unwrap();
        ip(&format!("neigh add 10.9.0.2 lladdr {} dev tap0 nud permanent", tap.mac()));
        let host = UdpSocket::bind("10.9.0.1:9").unwrap();
        host.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        for (length, open) in [(5, true), (5, false), (1472, true), (0, true)] {
            let text: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            host.send_to(&text, "10.9.0.2:7").unwrap();
            answer_one(&tap, open).await;
            let mut buffer = [0; 2000];
            let (count, from) = host.recv_from(&mut buffer).unwrap();
            assert_eq!(&buffer[..count], text);
            assert_eq!(from.to_string(), "10.9.0.2:7");
        }
        // Nothing is left but what hosts say by themselves.
        host.send_to(b"last", "10.9.0.2:7").unwrap();
        answer_one(&tap, true).await;
    })
    .unwrap();
}

/// Waits for a datagram and sends it back, within the call that lends it.
async fn answer_one(tap: &Tap, open: bool) {
    loop {
        poll_fn(|cx| tap.poll_ready(cx)).await;
        let answer = |frame: &[u8], received| {
            let is_ours = frame.len() >= PAYLOAD && frame[..6] == tap.mac().0 && frame[12..14] == [8, 0];
            is_ours && answer(tap, frame, received, open)
        };
        while tap.has_received() {
            if tap.receive(answer) == Some(true) {
                tap.flush();
                return;
            }
        }
        assert_eq!(tap.receive(|_, _| ()), None, "none is there, and so none comes");
    }
}

fn answer(tap: &Tap, frame: &[u8], received: Received, open: bool) -> bool {
    assert!(received.verified, "the host leaves the checksum to whoever needs it");
    let sent = tap.transmit(frame.len(), |buffer| {
        buffer.copy_from_slice(frame);
        buffer[..6].copy_from_slice(&frame[6..12]);
        buffer[6..12].copy_from_slice(&frame[..6]);
        // The other way round, which changes no sum.
        buffer[ETHERNET + 12..ETHERNET + 16].copy_from_slice(&frame[ETHERNET + 16..ETHERNET + 20]);
        buffer[ETHERNET + 16..ETHERNET + 20].copy_from_slice(&frame[ETHERNET + 12..ETHERNET + 16]);
        buffer[UDP..UDP + 2].copy_from_slice(&frame[UDP + 2..UDP + 4]);
        buffer[UDP + 2..UDP + 4].copy_from_slice(&frame[UDP..UDP + 2]);
        if open {
            // What the host has left in the field is the sum of the pseudo header, which stays the same.
            let checksum = Some(Checksum { start: UDP as u16, offset: 6 });
            return ((), Transmit { checksum, segment: None });
        }
        let sum = complete(&buffer[UDP..]);
        buffer[UDP + 6..UDP + 8].copy_from_slice(&sum.to_be_bytes());
        ((), Transmit::default())
    });
    assert!(sent.is_some(), "there is room");
    assert!(tap.can_transmit());
    true
}

/// The checksum of a datagram whose field holds the sum of the pseudo header (RFC 768, RFC 1071).
fn complete(datagram: &[u8]) -> u16 {
    let mut sum: u32 = 0;
    for pair in datagram.chunks(2) {
        sum += u32::from(pair[0]) << 8 | pair.get(1).map_or(0, |byte| u32::from(*byte));
    }
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    match !(sum as u16) {
        0 => 0xffff,
        sum => sum,
    }
}

/// Makes the interfaces `names` ports of a bridge of the host, which says nothing of its own.
fn bridge(names: [&str; 2]) {
    std::fs::write("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1").unwrap();
    ip("link add bridge0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0");
    ip("link set bridge0 up");
    for name in names {
        ip(&format!("tuntap add dev {name} mode tap"));
        ip(&format!("link set {name} master bridge0"));
        ip(&format!("link set {name} up"));
    }
}

/// Waits until a port forwards frames, which it does some time after its interface has been opened.
async fn forwards(name: &str, timer: &unik_unix::Timer) {
    loop {
        let output = Command::new("ip").args(["-d", "link", "show", "dev", name]).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains("bridge_slave"), "{text}");
        if text.contains("state forwarding") {
            return;
        }
        unik::clock::Sleep::sleep(timer, Duration::from_millis(10)).await;
    }
}

#[test]
fn a_pair_at_a_bridge_keeps_what_interfaces_promise() {
    if !is_inside("tap::a_pair_at_a_bridge_keeps_what_interfaces_promise") {
        return;
    }
    bridge(["tap0", "tap1"]);
    block_on(async {
        let timer = unik_unix::Timer::new().await.unwrap();
        let (a, b) = (Tap::open("tap0").unwrap(), Tap::open("tap1").unwrap());
        forwards("tap0", &timer).await;
        forwards("tap1", &timer).await;
        assert!(a.capabilities().segments_v4 && b.capabilities().checksum, "the host leaves work to us");
        unik_conformance::nic::pair(&a, &b).await;
        unik_conformance::nic::pair(&b, &a).await;
    })
    .unwrap();
}

#[test]
fn an_interface_that_is_deleted_is_detached_and_one_that_is_down_is_not() {
    if !is_inside("tap::an_interface_that_is_deleted_is_detached_and_one_that_is_down_is_not") {
        return;
    }
    ip("tuntap add dev tap0 mode tap");
    ip("link set tap0 up");
    for sends in [false, true] {
        block_on(async {
            let tap = Tap::open("tap0").unwrap();
            ip("link set tap0 down");
            while tap.receive(|_, _| ()).is_some() {}
            let sent = tap.transmit(60, |_| ((), Transmit::default()));
            assert_eq!((sent, tap.detached()), (Some(()), None), "it goes the way of lost frames");
            ip("link set tap0 up");
            unik_conformance::nic::detaches(&tap, async || {
                ip("link delete tap0");
                if sends {
                    // It is who sends that finds out.
                    tap.transmit(60, |_| ((), Transmit::default()));
                }
            })
            .await;
            let told = tap.detached().unwrap().to_string();
            let start = "the network interface has gone for good: tap0: ";
            assert!(told.starts_with(start), "{told}");
        })
        .unwrap();
        ip("tuntap add dev tap0 mode tap");
    }
}
