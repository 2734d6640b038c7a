//! Addresses of IPv6 that are made of what a scripted router announces.

use std::net::{IpAddr, Ipv6Addr};
use std::time::Duration;

use smoltcp::wire::checksum;
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, race};
use unik::net::{Host as _, Nic as _, Ping as _};
use unik_conformance::memory::{Nic, Offers, Wire, WireFaults};
use unik_ip::arp::Arp;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::udp::Udp;

use crate::support::{Test, World, at, cidr, run};

const ROUTER: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 1);
const PREFIX: Ipv6Addr = Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0);

/// An advertisement, as a test wants it.
#[derive(Clone)]
struct Advertisement {
    source: Ipv6Addr,
    hop_limit: u8,
    lifetime: u16,
    options: Vec<u8>,
}

impl Advertisement {
    fn new() -> Self {
        Self { source: ROUTER, hop_limit: 255, lifetime: 1800, options: Vec::new() }
    }

    /// A prefix of `length` bits that holds for so many seconds.
    fn prefix(mut self, prefix: Ipv6Addr, length: u8, flags: u8, valid: u32) -> Self {
        self.options.extend([3, 4, length, flags]);
        self.options.extend(valid.to_be_bytes());
        self.options.extend(valid.to_be_bytes());
        self.options.extend([0; 4]);
        self.options.extend(prefix.octets());
        self
    }

    /// A server for names that holds for so many seconds.
    fn server(mut self, server: Ipv6Addr, lifetime: u32) -> Self {
        self.options.extend([25, 3, 0, 0]);
        self.options.extend(lifetime.to_be_bytes());
        self.options.extend(server.octets());
        self
    }

    fn frame(&self, nic: &Nic) -> Vec<u8> {
        let all = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
        let mut message = vec![134, 0, 0, 0, 64, 0];
        message.extend(self.lifetime.to_be_bytes());
        message.extend([0; 8]);
        message.extend(&self.options);
        let length = message.len() as u32;
        let pseudo = checksum::pseudo_header(&self.source.into(), &all.into(), 58.into(), length);
        let sum = !checksum::combine(&[pseudo, checksum::data(&message)]);
        message[2..4].copy_from_slice(&sum.to_be_bytes());
        let mut frame = [&[0x33, 0x33, 0, 0, 0, 1][..], &nic.mac().0, &[0x86, 0xdd, 0x60, 0, 0, 0]].concat();
        frame.extend((message.len() as u16).to_be_bytes());
        frame.extend([58, self.hop_limit]);
        frame.extend(self.source.octets());
        frame.extend(all.octets());
        frame.extend(message);
        frame
    }
}

/// Whether somebody asks for routers.
fn is_question(frame: &[u8]) -> bool {
    frame.get(12..14) == Some(&[0x86, 0xdd]) && frame.get(20) == Some(&58) && frame.get(54) == Some(&133)
}

async fn host(world: &World, wire: &Wire, slaac: bool) -> Udp<Test> {
    let ethernet = world.ethernet(wire.nic(5, Offers::default()), 5).await;
    let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
    let v4 = Ipv4::new(ethernet.clone(), arp, None, None).await.unwrap();
    let v6 = Ipv6::new(ethernet, None, None, slaac).await.unwrap();
    Udp::new(v4, v6).await.unwrap()
}

/// Runs a test beside a router that answers questions so.
fn with_router(answer: Advertisement, test: impl AsyncFnOnce(&World, Udp<Test>, &Nic)) {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let router = wire.curious(1);
        let voice = wire.curious(1);
        let answering = async {
            loop {
                if is_question(&router.next().await) {
                    router.send(&answer.frame(&router));
                }
            }
        };
        let testing = async {
            let host = host(&world, &wire, true).await;
            world.timer.sleep(Duration::from_millis(1)).await;
            test(&world, host, &voice).await;
        };
        race(testing, answering).await;
    });
}

fn addresses(host: &Udp<Test>) -> Vec<String> {
    host.addresses().iter().map(ToString::to_string).collect()
}

const LINK: &str = "fe80::ff:fe00:5/64";
const MADE: &str = "2001:db8::ff:fe00:5/64";

#[test]
fn an_announced_prefix_makes_an_address_until_it_is_over() {
    let server = "2001:db8::53".parse().unwrap();
    let told = Advertisement::new().prefix(PREFIX, 64, 0xc0, 600).server(server, 300);
    with_router(told, async |world, host, _| {
        assert_eq!(addresses(&host), [LINK, MADE]);
        assert_eq!(host.routers(), [IpAddr::V6(ROUTER)]);
        assert_eq!(host.name_servers(), [IpAddr::V6(server)]);
        world.timer.sleep(Duration::from_secs(301)).await;
        assert_eq!(host.name_servers(), [] as [IpAddr; 0]);
        assert_eq!(addresses(&host), [LINK, MADE]);
        world.timer.sleep(Duration::from_secs(300)).await;
        assert_eq!(addresses(&host), [LINK]);
    });
}

#[test]
fn a_router_is_the_way_out_until_it_says_no() {
    with_router(Advertisement::new().prefix(PREFIX, 64, 0xc0, 60_000), async |world, host, router| {
        let mut socket = unik::net::Udp::bind(&host, 0).await.unwrap();
        let away = "[2001:db8:1::1]:1".parse().unwrap();
        unik::net::UdpSocket::send(&mut socket, b"x", away).await.unwrap();
        let gone = Advertisement { lifetime: 0, ..Advertisement::new() };
        router.send(&gone.frame(router));
        world.timer.sleep(Duration::from_millis(1)).await;
        let error = unik::net::UdpSocket::send(&mut socket, b"x", away).await.err();
        assert_eq!(error, Some(unik_ip::Error::NoRoute(away.ip())));
    });
}

#[test]
fn what_no_router_of_the_link_says_is_not_heard() {
    let good = Advertisement::new().prefix(PREFIX, 64, 0xc0, 600);
    let silent = Advertisement { source: PREFIX, ..good.clone() };
    with_router(silent, async |world, host, router| {
        let cut = Advertisement { options: vec![3, 4, 64], ..good.clone() };
        let endless = Advertisement { options: vec![3, 0, 64, 0, 0, 0, 0, 0], ..good.clone() };
        let far = Advertisement { hop_limit: 254, ..good.clone() };
        for bad in [cut, endless, far] {
            router.send(&bad.frame(router));
        }
        let mut damaged = good.frame(router);
        *damaged.last_mut().unwrap() ^= 1;
        router.send(&damaged);
        for (prefix, length, flags) in [
            (PREFIX, 63, 0xc0),
            (PREFIX, 64, 0x80),
            (ROUTER, 64, 0xc0),
            (Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0), 64, 0xc0),
            (Ipv6Addr::UNSPECIFIED, 64, 0xc0),
        ] {
            router.send(&Advertisement::new().prefix(prefix, length, flags, 600).frame(router));
        }
        world.timer.sleep(Duration::from_millis(1)).await;
        assert_eq!(addresses(&host), [LINK]);
        router.send(&good.frame(router));
        world.timer.sleep(Duration::from_millis(1)).await;
        assert_eq!(addresses(&host), [LINK, MADE]);
    });
}

#[test]
fn nobody_shortens_the_life_of_an_address_below_two_hours() {
    with_router(Advertisement::new().prefix(PREFIX, 64, 0xc0, 100_000), async |world, host, router| {
        router.send(&Advertisement::new().prefix(PREFIX, 64, 0xc0, 0).frame(router));
        world.timer.sleep(Duration::from_secs(7100)).await;
        assert_eq!(addresses(&host), [LINK, MADE]);
        world.timer.sleep(Duration::from_secs(200)).await;
        assert_eq!(addresses(&host), [LINK]);
    });
}

#[test]
fn a_thousand_prefixes_take_four_places() {
    let mut told = Advertisement::new();
    for number in 0..40 {
        told = told.prefix(Ipv6Addr::new(0x2001, 0xdb8, number, 0, 0, 0, 0, 0), 64, 0xc0, 600);
    }
    with_router(told, async |_, host, _| assert_eq!(addresses(&host).len(), 5));
}

#[test]
fn where_no_router_is_three_questions_are_asked_and_then_nobody_waits() {
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let ear = wire.curious(1);
        let _host = host(&world, &wire, true).await;
        for at in [0, 4, 8] {
            while !is_question(&ear.next().await) {}
            assert_eq!(world.timer.now(), Duration::from_secs(at));
        }
        let before = wire.frames();
        world.timer.sleep(Duration::from_secs(100_000)).await;
        assert_eq!(wire.frames(), before);
    });
    run(async |world| {
        let wire = Wire::new(&world.timer);
        let _host = host(&world, &wire, false).await;
        world.timer.sleep(Duration::from_secs(100)).await;
        assert_eq!(wire.frames(), 0, "without slaac nobody is asked");
    });
}

#[test]
fn a_router_that_speaks_while_a_neighbour_is_asked_for_delays_nobody() {
    let told = Advertisement::new().prefix(PREFIX, 64, 0xc0, 600);
    // The question and its answer take a millisecond each: at 1000 the router is heard at the moment of the answer.
    for pause in [0, 500, 999, 1000, 1001, 1500, 2000, 2500].map(Duration::from_micros) {
        run(async |world| {
            let delay = Duration::from_millis(1);
            let wire = Wire::with(&world.timer, WireFaults { delay, ..WireFaults::default() }, 0);
            let voice = wire.curious(1);
            let ethernet = world.ethernet(wire.nic(5, Offers::default()), 5).await;
            let arp = Arp::new(ethernet.clone()).await.unwrap_or_else(|never| match never {});
            let v4 = Ipv4::new(ethernet.clone(), arp, Some(cidr("10.0.0.5/24")), None).await.unwrap();
            let v6 = Ipv6::new(ethernet, None, None, true).await.unwrap();
            let host = Icmp::new(v4, v6).await.unwrap();
            let _other = world.host(&wire, 9, Offers::default()).await;
            let speaking = async {
                world.timer.sleep(pause).await;
                voice.send(&told.frame(&voice));
            };
            let patience = Duration::from_secs(5);
            let (time, ()) = join(host.ping(at(9, 0).ip(), 56, patience), speaking).await;
            let time = time.unwrap();
            assert!(time < Duration::from_millis(100), "{time:?}, and the router spoke after {pause:?}");
        });
    }
}
