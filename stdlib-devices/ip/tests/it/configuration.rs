//! Addresses: configured, lent by a scripted DHCP server, made of what a scripted router announces; and who else claims them.

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use smoltcp::wire::{
    DhcpMessageType, DhcpPacket, DhcpRepr, EthernetAddress, EthernetFrame, EthernetProtocol, IpProtocol,
    Ipv4Packet, Ipv4Repr, UdpPacket, UdpRepr,
};
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, race};
use unik::net::{Cidr, Host as _, Nic as _, Ping};
use unik_conformance::memory::{Nic, Offers, Wire};
use unik_ip::Error;
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::udp::Udp;

use crate::support::{Test, World, at, cidr, run};

/// A host that asks for its address.
async fn lodger(world: &World, wire: &Wire) -> (Ethernet<Test>, Result<Ipv4<Test>, Error>) {
    let ethernet = world.ethernet(wire.nic(5, Offers::default()), 5).await;
    let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
    let v4 = Ipv4::dhcp(ethernet.clone(), arp, None, None).await;
    (ethernet, v4)
}

async fn udp(ethernet: &Ethernet<Test>, v4: &Ipv4<Test>) -> Udp<Test> {
    let v6 = Ipv6::new(ethernet.clone(), None, None, false).await.unwrap();
    Udp::new(v4.clone(), v6).await.unwrap()
}

fn v4(host: &Udp<Test>) -> Vec<Cidr> {
    host.addresses().into_iter().filter(|own| own.address().is_ipv4()).collect()
}

/// A DHCP server by the book of its test.
struct Server {
    nic: Nic,
    address: Ipv4Addr,
    offered: Cell<Ipv4Addr>,
    router: Ipv4Addr,
    lease: u32,
    /// What it says to requests; the last holds on.
    answers: RefCell<Vec<Option<DhcpMessageType>>>,
    heard: RefCell<Vec<DhcpMessageType>>,
}

impl Server {
    fn new(wire: &Wire, answers: &[Option<DhcpMessageType>]) -> Self {
        Self {
            nic: wire.curious(1),
            address: Ipv4Addr::new(10, 0, 0, 1),
            offered: Cell::new(Ipv4Addr::new(10, 0, 0, 50)),
            router: Ipv4Addr::new(10, 0, 0, 1),
            lease: 1000,
            answers: RefCell::new(answers.to_vec()),
            heard: RefCell::default(),
        }
    }

    async fn run(&self) {
        loop {
            let frame = self.nic.next().await;
            if let Some(answer) = self.answer(&frame) {
                self.nic.send(&answer);
            }
        }
    }

    fn answer(&self, frame: &[u8]) -> Option<Vec<u8>> {
        let frame = EthernetFrame::new_checked(frame).ok()?;
        if frame.ethertype() == EthernetProtocol::Arp {
            return self.arp(frame.payload());
        }
        let packet = Ipv4Packet::new_checked(frame.payload()).ok()?;
        if packet.next_header() != IpProtocol::Udp {
            return None;
        }
        let datagram = UdpPacket::new_checked(packet.payload()).ok()?;
        if datagram.dst_port() != 67 {
            return None;
        }
        assert!(datagram.verify_checksum(&packet.src_addr().into(), &packet.dst_addr().into()));
        let asked = DhcpPacket::new_checked(datagram.payload()).ok()?;
        let asked = DhcpRepr::parse(&asked).unwrap();
        self.heard.borrow_mut().push(asked.message_type);
        let kind = match asked.message_type {
            DhcpMessageType::Discover => DhcpMessageType::Offer,
            _ => {
                let mut answers = self.answers.borrow_mut();
                if answers.len() > 1 { answers.remove(0)? } else { answers[0]? }
            }
        };
        let answer = DhcpRepr {
            message_type: kind,
            your_ip: self.offered.get(),
            server_ip: self.address,
            router: Some(self.router),
            subnet_mask: Some(Ipv4Addr::new(255, 255, 255, 0)),
            server_identifier: Some(self.address),
            lease_duration: Some(self.lease),
            dns_servers: Some([Ipv4Addr::new(10, 0, 0, 53), Ipv4Addr::new(8, 8, 8, 8)].into_iter().collect()),
            parameter_request_list: None,
            client_identifier: None,
            requested_ip: None,
            max_size: None,
            ..asked
        };
        Some(self.datagram(asked.client_hardware_address, &answer))
    }

    fn arp(&self, asked: &[u8]) -> Option<Vec<u8>> {
        if asked[24..28] != self.address.octets() || asked[7] != 1 {
            return None;
        }
        let mut answer = [&asked[8..14], &self.nic.mac().0, &[8, 6], &asked[..7], &[2]].concat();
        answer.extend(self.nic.mac().0);
        answer.extend(self.address.octets());
        answer.extend(&asked[8..18]);
        Some(answer)
    }

    fn datagram(&self, to: EthernetAddress, dhcp: &DhcpRepr<'_>) -> Vec<u8> {
        let checksums = smoltcp::phy::ChecksumCapabilities::default();
        let udp = UdpRepr { src_port: 67, dst_port: 68 };
        let ip = Ipv4Repr {
            src_addr: self.address,
            dst_addr: Ipv4Addr::BROADCAST,
            next_header: IpProtocol::Udp,
            payload_len: 8 + dhcp.buffer_len(),
            hop_limit: 64,
        };
        let mut bytes = vec![0; 14 + 20 + 8 + dhcp.buffer_len()];
        let mut frame = EthernetFrame::new_unchecked(&mut bytes);
        frame.set_src_addr(EthernetAddress(self.nic.mac().0));
        frame.set_dst_addr(to);
        frame.set_ethertype(EthernetProtocol::Ipv4);
        let mut packet = Ipv4Packet::new_unchecked(frame.payload_mut());
        ip.emit(&mut packet, &checksums);
        udp.emit(
            &mut UdpPacket::new_unchecked(packet.payload_mut()),
            &ip.src_addr.into(),
            &ip.dst_addr.into(),
            dhcp.buffer_len(),
            |room| dhcp.emit(&mut DhcpPacket::new_unchecked(room)).unwrap(),
            &checksums,
        );
        bytes
    }
}

const ACK: Option<DhcpMessageType> = Some(DhcpMessageType::Ack);
const NAK: Option<DhcpMessageType> = Some(DhcpMessageType::Nak);

/// Runs a test beside a DHCP server.
fn with_server(answers: &[Option<DhcpMessageType>], test: impl AsyncFnOnce(&World, &Wire, &Server)) {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let server = Server::new(&wire, answers);
        race(test(&world, &wire, &server), server.run()).await;
    });
}

#[test]
fn a_lease_gives_an_address_a_router_and_servers() {
    with_server(&[ACK], async |world, wire, _| {
        let (ethernet, leased) = lodger(world, wire).await;
        let host = udp(&ethernet, &leased.unwrap()).await;
        assert_eq!(v4(&host), [cidr("10.0.0.50/24")]);
        assert_eq!(host.routers(), ["10.0.0.1".parse::<IpAddr>().unwrap()]);
        let servers: Vec<IpAddr> = host.name_servers();
        assert_eq!(servers, ["10.0.0.53".parse::<IpAddr>().unwrap(), "8.8.8.8".parse().unwrap()]);
        assert!(world.timer.now() < Duration::from_secs(1));
    });
}

#[test]
fn a_refused_request_begins_again() {
    with_server(&[NAK, NAK, ACK], async |world, wire, server| {
        let (ethernet, leased) = lodger(world, wire).await;
        assert_eq!(v4(&udp(&ethernet, &leased.unwrap()).await), [cidr("10.0.0.50/24")]);
        assert_eq!(server.heard.borrow().len(), 6);
    });
}

#[test]
fn a_lease_is_renewed_and_may_change() {
    with_server(&[ACK], async |world, wire, server| {
        let (ethernet, leased) = lodger(world, wire).await;
        let host = udp(&ethernet, &leased.unwrap()).await;
        let before = server.heard.borrow().len();
        world.timer.sleep(Duration::from_secs(3000)).await;
        assert!(server.heard.borrow().len() > before + 3, "renewed every 500 seconds");
        assert_eq!(v4(&host), [cidr("10.0.0.50/24")]);
        server.offered.set(Ipv4Addr::new(10, 0, 0, 60));
        world.timer.sleep(Duration::from_secs(600)).await;
        assert_eq!(v4(&host), [cidr("10.0.0.60/24")]);
    });
}

#[test]
fn a_lease_that_is_not_renewed_ends_and_another_is_asked_for() {
    with_server(&[ACK, None], async |world, wire, server| {
        let (ethernet, leased) = lodger(world, wire).await;
        let host = udp(&ethernet, &leased.unwrap()).await;
        world.timer.sleep(Duration::from_secs(1010)).await;
        assert_eq!((v4(&host), host.routers(), host.name_servers()), (vec![], vec![], vec![]));
        *server.answers.borrow_mut() = vec![ACK];
        world.timer.sleep(Duration::from_secs(30)).await;
        assert_eq!(v4(&host), [cidr("10.0.0.50/24")]);
    });
}

#[test]
fn a_lease_that_is_withdrawn_ends_at_once() {
    with_server(&[ACK, NAK, None], async |world, wire, _| {
        let (ethernet, leased) = lodger(world, wire).await;
        let host = udp(&ethernet, &leased.unwrap()).await;
        world.timer.sleep(Duration::from_secs(510)).await;
        assert_eq!(v4(&host), []);
    });
}

#[test]
fn nobody_who_lends_an_address_is_an_error_after_half_a_minute() {
    for answers in [NAK, None] {
        with_server(&[answers], async |world, wire, _| {
            let (_, leased) = lodger(world, wire).await;
            assert_eq!(leased.err(), Some(Error::NoLease(30)));
            assert_eq!(world.timer.now(), Duration::from_secs(30));
        });
    }
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let error = lodger(&world, &wire).await.1.err().unwrap();
        assert_eq!(error.to_string(), "no DHCP server has given an address within 30 seconds");
    });
}

#[test]
fn what_a_server_says_that_cannot_be_is_not_used() {
    with_server(&[ACK], async |world, wire, server| {
        server.offered.set(Ipv4Addr::new(10, 0, 0, 255));
        assert_eq!(lodger(world, wire).await.1.err(), Some(Error::NoLease(30)));
    });
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let router = Ipv4Addr::BROADCAST;
        let server = Server { router, ..Server::new(&wire, &[ACK]) };
        let test = async {
            let (ethernet, leased) = lodger(&world, &wire).await;
            let host = udp(&ethernet, &leased.unwrap()).await;
            let mut socket = unik::net::Udp::bind(&host, 0).await.unwrap();
            let away = "192.0.2.1:1".parse().unwrap();
            let error = unik::net::UdpSocket::send(&mut socket, b"x", away).await.err();
            assert_eq!(error, Some(Error::NoRoute(away.ip())));
        };
        race(test, server.run()).await;
    });
}

#[test]
fn an_address_that_is_given_is_used_and_nobody_is_asked() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let ethernet = world.ethernet(wire.nic(5, Offers::default()), 5).await;
        let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
        let own = cidr("192.0.2.7/24");
        let leased = Ipv4::dhcp(ethernet.clone(), arp, Some(own), Some(Ipv4Addr::new(192, 0, 2, 1))).await;
        assert_eq!(v4(&udp(&ethernet, &leased.unwrap()).await), [own]);
        assert_eq!(world.timer.now(), Duration::ZERO);
    });
}

#[test]
fn addresses_that_cannot_be_are_errors_at_the_start() {
    let gateway = |text: &str| Some(text.parse::<Ipv4Addr>().unwrap());
    let cases = [
        ("fd00::1/64", None, "fd00::1 is no address of IPv4"),
        ("10.0.0.0/24", None, "10.0.0.0 is no address of one host"),
        ("10.0.0.255/24", None, "10.0.0.255 is no address of one host"),
        ("255.255.255.255/32", None, "255.255.255.255 is no address of one host"),
        ("224.0.0.1/24", None, "224.0.0.1 is no address of one host"),
        ("127.0.0.1/8", None, "127.0.0.1 is no address of one host"),
        ("0.0.0.0/0", None, "0.0.0.0 is no address of one host"),
        ("10.0.0.5/24", gateway("10.0.1.1"), "the gateway 10.0.1.1 is outside of the network 10.0.0.5/24"),
        (
            "10.0.0.5/24",
            gateway("10.0.0.255"),
            "the gateway 10.0.0.255 is outside of the network 10.0.0.5/24",
        ),
    ];
    for (address, gateway, expected) in cases {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let ethernet = world.ethernet(wire.nic(5, Offers::default()), 5).await;
            let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
            let error = Ipv4::new(ethernet, arp, Some(cidr(address)), gateway).await.err();
            assert_eq!(error.map(|error| error.to_string()).as_deref(), Some(expected));
        });
    }
    for (address, expected) in [
        ("10.0.0.1/24", "10.0.0.1 is no address of IPv6"),
        ("ff02::1/64", "ff02::1 is no address of one host"),
        ("::1/128", "::1 is no address of one host"),
        ("::/0", ":: is no address of one host"),
    ] {
        run(async |world| {
            let wire = Wire::new(&world.timer);
            let ethernet = world.ethernet(wire.nic(5, Offers::default()), 5).await;
            let error = Ipv6::new(ethernet, Some(cidr(address)), None, false).await.err();
            assert_eq!(error.map(|error| error.to_string()).as_deref(), Some(expected));
        });
    }
}

#[test]
fn parts_of_different_stacks_do_not_fit() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let one = world.ethernet(wire.nic(5, Offers::default()), 5).await;
        let two = world.ethernet(wire.nic(6, Offers::default()), 6).await;
        let arp = Arp::new(two.clone()).await.unwrap_or_else(|never| match never {});
        let error = Ipv4::new(one.clone(), arp.clone(), None, None).await.err();
        assert_eq!(error, Some(Error::OtherInterface));
        let v4 = Ipv4::new(two, arp, None, None).await.unwrap();
        let v6 = Ipv6::new(one, None, None, false).await.unwrap();
        assert_eq!(Udp::new(v4, v6).await.err(), Some(Error::OtherInterface));
    });
}

#[test]
fn an_address_is_announced_twice_and_defended() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let other = wire.curious(9);
        let host = world.host(&wire, 1, Offers::default()).await;
        let announced = [
            &[0xff; 6][..],
            &[2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 10, 0, 0, 1],
            &[0, 0, 0, 0, 0, 0, 10, 0, 0, 1],
        ]
        .concat();
        for at in [0, 2] {
            assert_eq!(other.next().await, announced);
            assert_eq!(world.timer.now(), Duration::from_secs(at));
        }
        // Somebody else says that the address is its own: ten times, but that is told once.
        let mut claim = announced.clone();
        claim[11] = 9;
        claim[27] = 9;
        for _ in 0..10 {
            other.send(&claim);
            world.timer.sleep(Duration::from_millis(500)).await;
        }
        assert_eq!(host.arp.conflicts(), 10);
        assert_eq!(other.next().await, announced, "it is defended");
        assert!(!other.has_received(), "once in ten seconds");
        // And the host still finds itself.
        host.icmp.ping(at(1, 0).ip(), 10, Duration::from_secs(1)).await.unwrap();
    });
}

#[test]
fn without_icmp_in_the_graph_no_echo_is_answered() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let asker = world.host(&wire, 1, Offers::default()).await;
        let ethernet = world.ethernet(wire.nic(2, Offers::default()), 2).await;
        let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
        let own = Some(cidr("10.0.0.2/24"));
        let silent = Ipv4::new(ethernet.clone(), arp, own, None).await.unwrap();
        let v6 = Ipv6::new(ethernet, None, None, false).await.unwrap();
        let to = at(2, 0).ip();
        let error = asker.icmp.ping(to, 10, Duration::from_secs(1)).await.err();
        assert_eq!(error, Some(Error::TimedOut(to)));
        let _icmp = unik_ip::icmp::Icmp::new(silent, v6).await.unwrap();
        asker.icmp.ping(to, 10, Duration::from_secs(1)).await.unwrap();
    });
}

#[test]
fn stacks_on_two_wires_do_not_meet() {
    run(async |world| {
        let (one, two) = (Wire::new(&world.timer), Wire::new(&world.timer));
        let a = world.host(&one, 1, Offers::default()).await;
        let b = world.host(&two, 2, Offers::default()).await;
        let patience = Duration::from_secs(1);
        let (there, back) =
            join(a.icmp.ping(at(2, 0).ip(), 1, patience), b.icmp.ping(at(1, 0).ip(), 1, patience)).await;
        assert!(there.is_err() && back.is_err());
    });
}
