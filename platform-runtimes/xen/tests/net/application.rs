//! What an application sees of a back end: its stack waits for one that has gone, and fails with the reason for one that lies.

use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::time::Duration;

use unik::Error as _;
use unik::concurrent::join;
use unik::http::{Request, Response, Status, from_fn};
use unik::net::{Network, Ping, Stack as _};
use unik_executor::{Program, Timer};
use unik_ip::On;
use unik_ip::arp::Arp;
use unik_ip::ethernet::Ethernet;
use unik_ip::icmp::Icmp;
use unik_ip::ipv4::Ipv4;
use unik_ip::ipv6::Ipv6;
use unik_ip::stack::Stack;
use unik_ip::tcp::Tcp;
use unik_ip::udp::Udp;
use unik_xen::net::Fault;

use crate::back::{ALL, Back};
use crate::machine::{Machine, Nic, Tasks, run, settle, usual};

type Host = Stack<On<Nic, Timer<Rc<Machine>>, Same, Program<Rc<Machine>>>>;

/// Random numbers that nobody would use elsewhere.
struct Same;

impl unik::random::Random for Same {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().enumerate().for_each(|(at, byte)| *byte = at as u8 + 1);
    }
}

fn address(last: u8) -> IpAddr {
    IpAddr::from([10, 0, 0, last])
}

/// A stack over an interface, at 10.0.0.1.
async fn host(nic: Nic, tasks: &Tasks) -> Host {
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

/// Says that more frames have come than there was room asked for.
fn lie(machine: &Machine, back: &Back) {
    let connection = back.connection.borrow();
    let connection = connection.as_ref().expect("it is connected");
    back.store(connection.received.page + 8, connection.received.written.wrapping_add(1000));
    machine.played.raise(connection.port);
}

#[test]
fn whoever_waits_is_told_of_a_lie() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        let host = host(nic, &tasks).await;
        unik_conformance::stack::detaches(&host, address(1), address(9), async || {
            settle(&tasks).await;
            lie(&machine, &back);
        })
        .await;
        assert_eq!(net.fault(), Some(Fault::Responses));
    });
}

#[test]
fn a_server_outlasts_a_back_end_that_comes_back_and_ends_with_a_lie() {
    run(async |machine: Rc<Machine>, tasks: Tasks| {
        let (nic, net, back) = usual(&machine, &tasks).await;
        let host = host(nic, &tasks).await;
        let listener = unik_net::Tcp::new(80, host.clone(), Timer::of(tasks.clone())).await;
        let listener = listener.expect("the port is free");
        let handler = from_fn(async |_: &Request<'_>| Response::plain(Status::OK, "here"));
        let disturb = async {
            for _ in 0..3 {
                back.vanish();
                // A minute without a network, in which nobody gives up who has not asked to be told of silence.
                tasks.sleep(Duration::from_secs(60)).await;
                let silence = host.ping(address(9), 10, Duration::from_secs(1)).await;
                assert_eq!(silence, Err(unik_ip::Error::TimedOut(address(9))));
                back.come(ALL);
                settle(&tasks).await;
                assert!(net.is_up());
                let here = host.connect(SocketAddr::new(address(1), 80)).await;
                assert!(here.is_ok(), "it serves as before");
            }
            lie(&machine, &back);
        };
        let (served, ()) = join(listener.serve(handler), disturb).await;
        let error = served.expect_err("it was not asked to stop");
        assert_eq!(error.kind(), unik::ErrorKind::Detached);
        assert_eq!(
            error.to_string(),
            "the network interface has gone for good: device/vif/0 was given up: its back end has answered more than it was \
             asked"
        );
    });
}
