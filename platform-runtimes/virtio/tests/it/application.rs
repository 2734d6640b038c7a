//! What an application sees of a device that breaks down or lies: whoever waits for its stack is told, and why.

use std::net::IpAddr;
use std::rc::Rc;
use std::time::Duration;

use unik::net::Stack as _;
use unik_executor::{Executor, Program, Timer};
use unik_ip::On;
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::stack::Stack;
use unik_ip::tcp::Tcp;
use unik_ip::udp::Udp;
use unik_virtio::fault::Fault;
use unik_virtio::net::SIZES;

use crate::bench::{self, Bench};
use crate::net::interface;
use crate::network::{ALL, Network};
use crate::peer::EVENT_IDX;
use crate::transports::{WAYS, Way};

type Tasks = Executor<Rc<Bench>>;
type Nic = &'static unik_virtio::net::Net<unik_driver::space::Piece>;

fn address(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

/// Random numbers that nobody would use elsewhere.
struct Same;

impl unik::random::Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = at as u8 + 1);
    }
}

/// A stack over an interface, at 10.0.0.1.
async fn host(nic: Nic, tasks: &Tasks) -> Stack<On<Nic, Timer<Rc<Bench>>, Same, Program<Rc<Bench>>>> {
    let (timer, program) = (Timer::of(tasks.clone()), Program::of(tasks.clone()));
    let Ok(ethernet) = Ethernet::new(nic, timer, Same, program).await;
    let Ok(arp) = Arp::new(ethernet.clone()).await;
    let own = "10.0.0.1/24".parse().expect("it is a network");
    let v4 = Ipv4::new(ethernet.clone(), arp, Some(own), None).await.expect("it has an address");
    let v6 = Ipv6::new(ethernet, None, None, false).await.expect("it has an address of the link");
    let tcp = Tcp::new(v4.clone(), v6.clone(), 1 << 20).await.expect("it is one stack");
    let udp = Udp::new(v4.clone(), v6.clone()).await.expect("it is one stack");
    let icmp = Icmp::new(v4, v6).await.expect("it is one stack");
    Stack::new(tcp, udp, icmp).await.expect("it is one stack")
}

/// A stack over a device that does this once everybody waits, and what its application is told then.
fn check(way: Way, expected: Fault, wrong: impl Fn(&Network)) {
    bench::run(async |bench: Rc<Bench>, tasks: Tasks| {
        let (net, device) = interface(way, ALL | EVENT_IDX, [64, 64], SIZES).expect("it starts");
        bench.add(net.clone(), device.clone());
        // A stack keeps its interface for as long as it likes.
        let host = host(Box::leak(Box::new(net.clone())), &tasks).await;
        unik_conformance::stack::detaches(&host, address(1), address(9), async || {
            tasks.sleep(Duration::from_secs(1)).await;
            wrong(&device);
        })
        .await;
        assert_eq!(net.fault(), Some(expected), "{way:?}");
        let error = host.listen(80).await.expect_err("it has gone");
        let told = error.to_string();
        assert!(told.starts_with("the network interface has gone for good: the "), "{way:?}: {told}");
        assert!(told.ends_with(&format!(" was given up: {expected}")), "{way:?}: {told}");
    });
}

#[test]
fn whoever_waits_is_told_of_a_device_that_breaks_down() {
    for way in WAYS.into_iter().filter(|way| !way.is_legacy()) {
        check(way, Fault::NeedsReset, |device| device.peer.break_down(way.has_messages()));
    }
}

#[test]
fn whoever_waits_is_told_of_a_device_that_resets_itself() {
    for way in WAYS {
        check(way, Fault::Lost, |device| device.peer.lose_itself(way.has_messages()));
    }
}

#[test]
fn whoever_waits_is_told_of_a_lie() {
    for way in WAYS {
        check(way, Fault::UsedIndex, |device| {
            device.peer.ring(0, |ring| ring.advance(&device.peer.space, 300));
            device.peer.raise(1, way.has_messages());
        });
    }
}
