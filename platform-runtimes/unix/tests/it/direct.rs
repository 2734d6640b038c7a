//! The direct stack over a tap interface, with the host's stack as its peer: two implementations that have nothing in common but
//! the standards.

use std::net::IpAddr;
use std::time::Duration;

use embedded_io_async::{Read, Write};
use unik::clock::Sleep;
use unik::concurrent::join;
use unik::http::{Request, Response, Status, from_fn};
use unik::net::{Cidr, Network, Stack as _, Udp as _, UdpSocket as _};
use unik_ip::On;
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::stack::Stack;
use unik_ip::tcp::Tcp;
use unik_ip::udp::Udp;
use unik_platform::{Device, Exit, job, run};
use unik_unix::{Entropy, Program, Sockets, Tap, Timer, block_on};

use crate::network::{ip, is_inside};

type Direct = Stack<On<Tap, Timer, Entropy, Program>>;

/// The direct stack at 10.9.0.2 and fd09::2, the host's at 10.9.0.1 and fd09::1.
async fn direct(timer: Timer) -> Direct {
    ip("link set lo up");
    ip("tuntap add dev tap0 mode tap");
    ip("addr add 10.9.0.1/24 dev tap0");
    ip("addr add fd09::1/64 dev tap0 nodad");
    ip("link set tap0 up");
    let (entropy, program) = (Entropy::new().await.unwrap(), Program::new().await.unwrap());
    let ethernet = Ethernet::new(Tap::open("tap0").unwrap(), timer, entropy, program).await.unwrap();
    let arp = Arp::new(ethernet.clone()).await.unwrap();
    let cidr = |text: &str| Some(text.parse::<Cidr>().unwrap());
    let v4 = Ipv4::new(ethernet.clone(), arp, cidr("10.9.0.2/24"), None).await.unwrap();
    let v6 = Ipv6::new(ethernet, cidr("fd09::2/64"), None, false).await.unwrap();
    let tcp = Tcp::new(v4.clone(), v6.clone(), 16 << 20).await.unwrap();
    let udp = Udp::new(v4.clone(), v6.clone()).await.unwrap();
    Stack::new(tcp, udp, Icmp::new(v4, v6).await.unwrap()).await.unwrap()
}

fn check(name: &str, test: impl AsyncFnOnce(Direct, Sockets, Timer)) {
    if !is_inside(&format!("direct::{name}")) {
        return;
    }
    block_on(async {
        let timer = Timer::new().await.unwrap();
        let sockets = Sockets::new("::".parse().unwrap()).await.unwrap();
        test(direct(timer.clone()).await, sockets, timer).await;
    })
    .unwrap();
}

#[test]
fn the_host_connects_to_the_direct_stack() {
    check("the_host_connects_to_the_direct_stack", async |direct, sockets, timer| {
        let tcp = unik_net::Tcp::new(80, direct, timer).await.unwrap();
        for to in ["10.9.0.2:80", "[fd09::2]:80"] {
            let to = to.parse().unwrap();
            unik_conformance::net::listener(&tcp, async || sockets.connect(to).await.unwrap()).await;
        }
    });
}

#[test]
fn the_direct_stack_connects_to_the_host() {
    check("the_direct_stack_connects_to_the_host", async |direct, sockets, timer| {
        let tcp = unik_net::Tcp::new(80, sockets, timer).await.unwrap();
        for to in ["10.9.0.1:80", "[fd09::1]:80"] {
            let to = to.parse().unwrap();
            unik_conformance::net::listener(&tcp, async || direct.connect(to).await.unwrap()).await;
        }
    });
}

#[test]
fn whoever_waits_is_told_when_the_interface_is_deleted() {
    check("whoever_waits_is_told_when_the_interface_is_deleted", async |direct, _, timer| {
        let (own, silent) = ("10.9.0.2".parse().unwrap(), "10.9.0.77".parse().unwrap());
        unik_conformance::stack::detaches(&direct, own, silent, async || {
            timer.sleep(Duration::from_millis(200)).await;
            ip("link delete tap0");
        })
        .await;
    });
}

#[test]
fn the_job_of_a_server_fails_when_the_interface_is_deleted() {
    check("the_job_of_a_server_fails_when_the_interface_is_deleted", async |direct, sockets, timer| {
        let tcp = unik_net::Tcp::new(80, direct, timer.clone()).await.unwrap();
        let answer = from_fn(async |_: &Request<'_>| Response::plain(Status::OK, "here"));
        let device = Device { name: "site", place: "app.unik:12" };
        let site = job(&device, tcp.serve(answer));
        let visit = async {
            let mut flow = sockets.connect("10.9.0.2:80".parse().unwrap()).await.unwrap();
            flow.write_all(b"/\n").await.unwrap();
            let mut buffer = [0; 4];
            flow.read_exact(&mut buffer).await.unwrap();
            assert_eq!(&buffer, b"here");
            ip("link delete tap0");
        };
        let (ended, ()) = join(run([site]), visit).await;
        let failure = ended.unwrap_err();
        assert_eq!(failure.exit, Exit::JOB);
        let start = "site failed: the network interface has gone for good: tap0: ";
        assert!(failure.message.starts_with(start), "{failure}");
        assert!(failure.message.ends_with("\n  at app.unik:12"), "{failure}");
        assert_eq!(failure.message.lines().count(), 2, "{failure}");
    });
}

#[test]
fn datagrams_and_echoes_go_both_ways() {
    check("datagrams_and_echoes_go_both_ways", async |direct, sockets, _| {
        let (mut ours, mut host) = (direct.bind(7).await.unwrap(), sockets.bind(7).await.unwrap());
        for (own, other) in [("10.9.0.2", "10.9.0.1"), ("fd09::2", "fd09::1")] {
            let (own, other): (IpAddr, IpAddr) = (own.parse().unwrap(), other.parse().unwrap());
            for length in [0, 1, 1000, 1400] {
                let (text, mut buffer) = (vec![7; length], [0; 2000]);
                ours.send(&text, (other, 7).into()).await.unwrap();
                let (count, from) = host.receive(&mut buffer).await.unwrap();
                assert_eq!((&buffer[..count], from), (&text[..], (own, 7).into()));
                host.send(&text, from).await.unwrap();
                let (count, from) = ours.receive(&mut buffer).await.unwrap();
                assert_eq!((&buffer[..count], from), (&text[..], (other, 7).into()));
            }
            let silent = if own.is_ipv4() { "10.9.0.77" } else { "fd09::77" };
            unik_conformance::ping::ping(&direct, other, silent.parse().unwrap()).await;
            unik_conformance::ping::ping(&sockets, own, silent.parse().unwrap()).await;
        }
    });
}
