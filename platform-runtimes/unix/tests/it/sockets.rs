//! Sockets on the loopback interface.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use embedded_io_async::{Read, Write};
use unik::concurrent::{join, join_all, race};
use unik::net::{Accept, Flow as _, Host, Listener, Stack, Udp, UdpSocket};
use unik::{Error, ErrorKind};
use unik_net::Tcp;
use unik_unix::{Acceptor, Flow, Sockets, Timer, block_on};

fn check(address: IpAddr, test: impl AsyncFnOnce(Sockets, Timer)) {
    block_on(async {
        let timer = Timer::new().await.expect("the event loop starts");
        test(Sockets::new(address).await.expect("the event loop starts"), timer).await;
    })
    .expect("the event loop starts");
}

const V4: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const V6: IpAddr = IpAddr::V6(Ipv6Addr::LOCALHOST);

async fn both(sockets: &Sockets, acceptor: &Acceptor) -> (Flow, Flow) {
    let (server, client) = join(acceptor.accept(), sockets.connect(acceptor.local())).await;
    (server.expect("the connection is accepted"), client.expect("the connection is made"))
}

#[test]
fn tcp_over_sockets_is_a_listener() {
    for address in [V4, V6] {
        check(address, async |sockets, timer| {
            let tcp = Tcp::new(0, sockets.clone(), timer).await.unwrap();
            unik_conformance::net::listener(&tcp, async || sockets.connect(tcp.local()).await.unwrap()).await;
        });
    }
}

#[test]
fn datagrams_over_sockets_are_datagrams() {
    for address in [V4, V6] {
        check(address, async |sockets, _| unik_conformance::udp::udp(&sockets, address).await);
    }
}

#[test]
fn a_free_port_reaches_hosts_of_both_kinds_and_a_named_one_those_of_its_address() {
    check(V4, async |sockets, _| {
        let mut named = sockets.bind(0).await.unwrap();
        let port = named.local().port();
        drop(named);
        named = sockets.bind(port).await.unwrap();
        assert_eq!(named.local(), SocketAddr::new(V4, port));
        let error = named.send(b"x", SocketAddr::new(V6, port)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");

        let (mut free, mut other) = (sockets.bind(0).await.unwrap(), sockets.bind(0).await.unwrap());
        for address in [V4, V6] {
            free.send(b"x", SocketAddr::new(address, other.local().port())).await.unwrap();
            let (_, from) = other.receive(&mut [0]).await.unwrap();
            assert_eq!(from, SocketAddr::new(address, free.local().port()));
        }
    });
}

#[test]
fn a_host_answers_its_own_echo_requests() {
    for (own, silent) in [(V4, "198.51.100.1"), (V6, "2001:db8::1")] {
        check(own, async |sockets, _| {
            unik_conformance::ping::ping(&sockets, own, silent.parse().unwrap()).await;
        });
    }
}

#[test]
fn its_address_is_where_it_listens() {
    for (address, shown) in [(V4, "127.0.0.1/8"), (V6, "::1/128")] {
        check(address, async |sockets, _| {
            let addresses: Vec<String> = sockets.addresses().iter().map(ToString::to_string).collect();
            assert_eq!(addresses, [shown]);
        });
    }
}

#[test]
fn both_ends_know_each_other() {
    check(V6, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let (server, client) = both(&sockets, &acceptor).await;
        assert_eq!(client.peer(), Some(acceptor.local()));
        assert_eq!(server.peer().map(|peer| peer.ip()), Some(V6));
        assert_ne!(server.peer(), client.peer());
    });
}

#[test]
fn the_address_for_all_takes_both_kinds() {
    check(IpAddr::V6(Ipv6Addr::UNSPECIFIED), async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let to = SocketAddr::new(V4, acceptor.local().port());
        let (server, client) = join(acceptor.accept(), sockets.connect(to)).await;
        assert!(server.is_ok() && client.is_ok());
    });
}

#[test]
fn a_port_is_listened_on_once_and_free_again_at_once() {
    check(V4, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let port = acceptor.local().port();
        let error = sockets.listen(port).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InUse);
        assert_eq!(error.to_string(), format!("127.0.0.1:{port}: Address already in use (os error 98)"));
        // The server's end closes first, so the connection lingers.
        let (server, mut client) = both(&sockets, &acceptor).await;
        drop(server);
        assert!(matches!(client.read(&mut [0]).await, Ok(0)));
        drop((client, acceptor));
        assert!(sockets.listen(port).await.is_ok());
    });
}

#[test]
fn nobody_listening_is_unreachable() {
    check(V4, async |sockets, _| {
        let to = sockets.listen(0).await.unwrap().local();
        let error = sockets.connect(to).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
        assert!(error.to_string().starts_with(&to.to_string()), "{error}");
    });
}

#[test]
fn an_address_of_another_host_is_refused() {
    check("192.0.2.1".parse().unwrap(), async |sockets, _| {
        let error = sockets.listen(0).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unreachable, "{error}");
    });
}

#[test]
fn clones_of_a_listener_share_its_connections() {
    check(V4, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let clone = acceptor.clone();
        // Both wait before anybody connects; each gets one.
        let accept = join(acceptor.accept(), clone.accept());
        let connect = join(sockets.connect(acceptor.local()), sockets.connect(acceptor.local()));
        let ((a, b), _clients) = join(accept, connect).await;
        assert!(a.is_ok() && b.is_ok());
    });
}

#[test]
fn what_is_written_before_the_drop_arrives() {
    check(V4, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let (mut server, mut client) = both(&sockets, &acceptor).await;
        let text = vec![b'x'; 100_000];
        let write = async {
            server.write_all(&text).await.unwrap();
            drop(server);
        };
        let read = async {
            let mut all = Vec::new();
            let mut buffer = [0; 4096];
            loop {
                match client.read(&mut buffer).await.unwrap() {
                    0 => break all.len(),
                    count => all.extend_from_slice(&buffer[..count]),
                }
            }
        };
        assert_eq!(join(write, read).await.1, 100_000);
    });
}

#[test]
fn a_descriptor_that_is_used_again_gets_no_old_events() {
    check(V4, async |sockets, timer| {
        let tcp = Tcp::new(0, sockets.clone(), timer).await.unwrap();
        for _ in 0..200 {
            // Closing both ends leaves events for descriptors whose numbers and slots the next pair gets.
            let (server, client) = join(tcp.accept(), sockets.connect(tcp.local())).await;
            let (mut server, mut client) = (server.unwrap(), client.unwrap());
            let read = async {
                let mut byte = [0];
                server.read(&mut byte).await.map(|count| (count, byte[0]))
            };
            let (read, _) = join(read, client.write_all(b"!")).await;
            assert_eq!(read, Ok((1, b'!')));
        }
    });
}

#[test]
fn flows_of_many_tasks_do_not_wake_one_another_in_vain() {
    check(V4, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let (mut quiet_server, _quiet_client) = both(&sockets, &acceptor).await;
        let (mut server, mut client) = both(&sockets, &acceptor).await;
        let polls = std::cell::Cell::new(0);
        let mut byte = [0];
        let quiet = async {
            let mut read = std::pin::pin!(quiet_server.read(&mut byte));
            std::future::poll_fn(|cx| {
                polls.set(polls.get() + 1);
                read.as_mut().poll(cx).map(|_| ())
            })
            .await;
        };
        let busy = async {
            for _ in 0..100 {
                let mut byte = [0];
                client.write_all(b"x").await.unwrap();
                server.read_exact(&mut byte).await.unwrap();
            }
        };
        // Each in a task of its own, as a server has them.
        let mut tasks = unik::concurrent::Tasks::new();
        tasks.push(Box::pin(quiet) as std::pin::Pin<Box<dyn Future<Output = ()>>>);
        tasks.push(Box::pin(busy));
        tasks.next().await;
        assert_eq!(polls.get(), 1);
    });
}

#[test]
fn many_connections_come_and_go_while_one_accepts() {
    check(V4, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let accept = async {
            loop {
                let mut flow = acceptor.accept().await.unwrap();
                flow.write_all(b"hello").await.unwrap();
            }
        };
        let connect = join_all((0..300).map(|_| async {
            let mut flow = sockets.connect(acceptor.local()).await.unwrap();
            let mut hello = [0; 5];
            flow.read_exact(&mut hello).await.unwrap();
            assert_eq!(&hello, b"hello");
        }));
        race(accept, async {
            connect.await;
        })
        .await;
    });
}

#[test]
fn a_peer_that_is_always_ahead_lets_other_tasks_run() {
    check(V4, async |sockets, _| {
        let acceptor = sockets.listen(0).await.unwrap();
        let (mut server, mut client) = both(&sockets, &acceptor).await;
        client.write_all(&[b'x'; 10_000]).await.unwrap();
        let read = async {
            // Byte by byte, there is always another one.
            for _ in 0..10_000 {
                server.read_exact(&mut [0]).await.unwrap();
            }
        };
        let turns = std::cell::Cell::new(0);
        let other = async {
            loop {
                turns.set(turns.get() + 1);
                unik::concurrent::yield_now().await;
            }
        };
        race(read, other).await;
        assert!(turns.get() > 100, "{} turns in 10,000 reads", turns.get());
    });
}
