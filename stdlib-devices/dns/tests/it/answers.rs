//! What is believed, what is remembered, and who is asked.

use std::net::IpAddr;
use std::time::Duration;

use simple_dns::{PacketFlag, RCODE};
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::{join, race};
use unik::net::{Resolver as _, Stack as _, Udp as _, UdpSocket};
use unik_dns::Error;

use crate::support::{Question, SERVERS, Server, World, from_zone, message, run};

const ZONE: &[(&str, &str)] = &[
    ("both.example", "192.0.2.1"),
    ("both.example", "192.0.2.2"),
    ("both.example", "2001:db8::1"),
    ("four.example", "192.0.2.4"),
    ("six.example", "2001:db8::6"),
    ("www.example", "six.example"),
    ("far.example", "www.example"),
    ("loop.example", "pool.example"),
    ("pool.example", "loop.example"),
    ("self.example", "self.example"),
    ("dangling.example", "nothing.example"),
];

fn addresses(texts: &[&str]) -> Vec<IpAddr> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Runs a test beside a server on the first address that is asked.
fn with(server: Server, test: impl AsyncFnOnce(&World, &Server)) {
    run(async |world| {
        let host = world.host(1).await;
        race(server.run(&host), test(&world, &server)).await;
    });
}

#[test]
fn names_have_the_addresses_that_the_server_says() {
    with(Server::of(ZONE), async |world, _| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        for (name, expected) in [
            ("both.example", &["2001:db8::1", "192.0.2.1", "192.0.2.2"][..]),
            ("BOTH.example.", &["2001:db8::1", "192.0.2.1", "192.0.2.2"]),
            ("four.example", &["192.0.2.4"]),
            ("six.example", &["2001:db8::6"]),
            ("www.example", &["2001:db8::6"]),
            ("far.example", &["2001:db8::6"]),
        ] {
            assert_eq!(resolver.resolve(name).await, Ok(addresses(expected)), "{name}");
        }
        for name in ["none.example", "dangling.example"] {
            assert_eq!(resolver.resolve(name).await, Err(Error::NotFound(name.into())));
        }
        for name in ["loop.example", "self.example"] {
            assert_eq!(resolver.resolve(name).await, Err(Error::Endless(name.into())));
        }
    });
}

#[test]
fn nobody_is_asked_for_what_needs_no_answer() {
    run(async |world| {
        let resolver = world.resolver(&[]).await;
        for (name, expected) in [
            ("192.0.2.1", &["192.0.2.1"][..]),
            ("2001:db8::1", &["2001:db8::1"]),
            ("localhost", &["::1", "127.0.0.1"]),
            ("db.LOCALHOST.", &["::1", "127.0.0.1"]),
        ] {
            assert_eq!(resolver.resolve(name).await, Ok(addresses(expected)));
        }
        for name in ["", ".", "a..b", "256.0.0.1", "1.2.3", "a b", "[::1]"] {
            assert_eq!(resolver.resolve(name).await, Err(Error::Malformed(name.into())));
        }
        assert_eq!(resolver.resolve("example").await, Err(Error::NoServer));
    });
}

#[test]
fn what_is_known_is_not_asked_again_until_it_is_over() {
    with(Server::of(ZONE), async |world, server| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        let asked = || server.asked.borrow().len();
        for _ in 0..3 {
            resolver.resolve("four.example").await.unwrap();
            resolver.resolve("none.example").await.unwrap_err();
        }
        assert_eq!(asked(), 4);
        world.timer.sleep(Duration::from_secs(31)).await;
        resolver.resolve("none.example").await.unwrap_err();
        resolver.clone().resolve("four.example").await.unwrap();
        // The negative answers are over: both of the one, and that the other has no IPv6.
        assert_eq!(asked(), 7);
        world.timer.sleep(Duration::from_millis(29_500)).await;
        resolver.resolve("four.example").await.unwrap();
        assert_eq!(asked(), 8);
    });
}

#[test]
fn no_answer_is_remembered_for_more_than_a_day_and_some_not_at_all() {
    for (ttl, pause, again) in [(0, 0, 2), (u32::MAX, 0, 2), (1_000_000, 86_000, 0), (1_000_000, 86_401, 2)] {
        let reply = move |question: &Question| {
            let data = if question.v6 { "2001:db8::1" } else { "192.0.2.1" };
            let packet = message(question, RCODE::NoError, &[(&question.name, ttl, data)]);
            vec![packet.build_bytes_vec().unwrap()]
        };
        with(Server::new(reply), async |world, server| {
            let resolver = world.resolver(&SERVERS[..1]).await;
            resolver.resolve("x.example").await.unwrap();
            world.timer.sleep(Duration::from_secs(pause)).await;
            resolver.resolve("x.example").await.unwrap();
            assert_eq!(server.asked.borrow().len(), 2 + again, "{ttl} {pause}");
        });
    }
}

#[test]
fn the_next_server_is_asked_when_one_is_silent_or_does_not_want() {
    let refusing = |code: RCODE| {
        Server::new(move |question: &Question| vec![message(question, code, &[]).build_bytes_vec().unwrap()])
    };
    for first in [None, Some(RCODE::ServerFailure), Some(RCODE::Refused), Some(RCODE::NotImplemented)] {
        run(async |world| {
            let (one, two) = (world.host(1).await, world.host(2).await);
            let bad = first.map_or_else(|| Server::new(|_| Vec::new()), refusing);
            let good = Server::of(ZONE);
            let serve = async { race(bad.run(&one), good.run(&two)).await };
            let ask = async {
                let resolver = world.resolver(&SERVERS).await;
                assert_eq!(resolver.resolve("four.example").await, Ok(addresses(&["192.0.2.4"])));
                let limit = if first.is_none() { 3 } else { 1 };
                assert!(world.timer.now() < Duration::from_secs(limit), "{:?}", world.timer.now());
                // From now on the one that answers is asked first.
                let before = bad.asked.borrow().len();
                resolver.resolve("six.example").await.unwrap();
                assert_eq!(bad.asked.borrow().len(), before);
            };
            race(serve, ask).await;
        });
    }
}

#[test]
fn silence_ends_in_time_and_refusal_at_once() {
    run(async |world| {
        let resolver = world.resolver(&SERVERS).await;
        assert_eq!(resolver.resolve("x.example").await, Err(Error::TimedOut("x.example".into())));
        assert_eq!(world.timer.now(), Duration::from_secs(12));
    });
    let refuse =
        |question: &Question| vec![message(question, RCODE::Refused, &[]).build_bytes_vec().unwrap()];
    with(Server::new(refuse), async |world, _| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        assert_eq!(resolver.resolve("x.example").await, Err(Error::Refused("x.example".into())));
        assert_eq!(world.timer.now(), Duration::ZERO);
    });
}

#[test]
fn nobody_is_waited_for_when_the_interface_has_gone() {
    run(async |world| {
        let resolver = world.resolver(&SERVERS).await;
        let gone = "the network interface has gone for good: 02:00:00:00:00:09 was taken from its wire";
        let ask = async { resolver.resolve("x.example").await };
        let detach = async {
            world.timer.sleep(Duration::from_secs(1)).await;
            world.wire.detach(9);
        };
        let (told, ()) = join(ask, detach).await;
        assert_eq!((told, world.timer.now()), (Err(Error::Detached(gone.into())), Duration::from_secs(1)));
        assert_eq!(resolver.resolve("y.example").await, Err(Error::Detached(gone.into())));
        assert_eq!(unik::Error::kind(&Error::Detached(gone.into())), unik::ErrorKind::Detached);
        assert_eq!(world.timer.now(), Duration::from_secs(1), "it is told at once");
    });
}

#[test]
fn a_server_that_knows_no_extensions_is_asked_without() {
    let reply = |question: &Question| {
        if question.extended {
            return vec![message(question, RCODE::FormatError, &[]).build_bytes_vec().unwrap()];
        }
        vec![from_zone(question, ZONE)]
    };
    with(Server::new(reply), async |world, _| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        assert_eq!(resolver.resolve("four.example").await, Ok(addresses(&["192.0.2.4"])));
    });
}

#[test]
fn an_answer_that_does_not_fit_comes_over_a_connection() {
    let truncated = |question: &Question| {
        let mut packet = message(question, RCODE::NoError, &[(&question.name, 60, "192.0.2.99")]);
        packet.set_flags(PacketFlag::TRUNCATION);
        let mut bytes = packet.build_bytes_vec().unwrap();
        // Cut in the middle of a record.
        bytes.truncate(bytes.len() - 3);
        vec![bytes]
    };
    let whole = |question: &Question| {
        let records: Vec<_> = (0..200).map(|n| format!("10.1.2.{n}")).collect();
        let records: Vec<_> =
            records.iter().map(|data| (question.name.as_str(), 60, data.as_str())).collect();
        let none = [("zone", 60, "SOA 30")];
        let records = if question.v6 { &none[..] } else { &records[..] };
        vec![message(question, RCODE::NoError, records).build_bytes_vec().unwrap()]
    };
    let server = Server { connection: Box::new(whole), ..Server::new(truncated) };
    with(server, async |world, _| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        let found = resolver.resolve("many.example").await.unwrap();
        assert_eq!(found.len(), 32, "as many as are kept");
        assert_eq!(found[0], addresses(&["10.1.2.0"])[0]);
    });
}

#[test]
fn what_answers_another_question_is_not_believed() {
    let lies = |question: &Question| {
        let lie = |question: &Question| message(question, RCODE::NoError, &[(&question.name, 60, "6.6.6.6")]);
        let number = lie(&Question { number: question.number ^ 1, ..question.clone() });
        let mut name = lie(&Question { name: "evil.example".into(), ..question.clone() });
        name.answers[0].name = simple_dns::Name::new("four.example").unwrap();
        let kind = lie(&Question { v6: !question.v6, ..question.clone() });
        let mut asking = lie(question);
        asking.remove_flags(PacketFlag::RESPONSE);
        let mut many = lie(question);
        many.questions.push(many.questions[0].clone());
        let mut messages: Vec<_> = [number, name, kind, asking, many]
            .iter()
            .map(|packet| packet.build_bytes_vec().unwrap())
            .collect();
        let good = from_zone(question, ZONE);
        messages.extend([Vec::new(), vec![0; 11], good[..good.len() - 1].to_vec()]);
        // It says to have more records than memory holds.
        let mut greedy = good.clone();
        greedy[6..12].fill(0xff);
        messages.push(greedy);
        messages.push(good);
        messages
    };
    with(Server::new(lies), async |world, _| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        assert_eq!(resolver.resolve("four.example").await, Ok(addresses(&["192.0.2.4"])));
        assert!(world.timer.now() < Duration::from_secs(1));
    });
}

#[test]
fn records_of_other_names_are_not_taken() {
    let poison = |question: &Question| {
        let records = [("bank.example", 60, "6.6.6.6"), ("zone", 60, "SOA 30")];
        vec![message(question, RCODE::NoError, &records).build_bytes_vec().unwrap()]
    };
    with(Server::new(poison), async |world, server| {
        let resolver = world.resolver(&SERVERS[..1]).await;
        assert!(resolver.resolve("x.example").await.is_err());
        let before = server.asked.borrow().len();
        assert!(resolver.resolve("bank.example").await.is_err() || server.asked.borrow().len() > before);
    });
}

#[test]
fn who_answers_from_elsewhere_is_not_believed_and_ports_differ() {
    run(async |world| {
        let (one, two) = (world.host(1).await, world.host(2).await);
        let ports = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let seen = ports.clone();
        let server = Server::new(move |question: &Question| {
            seen.borrow_mut().push((question.from.port(), question.number));
            Vec::new()
        });
        // Somebody who hears the question, but has another address.
        let forger = async {
            let mut socket = two.bind(53).await.unwrap();
            loop {
                world.timer.sleep(Duration::from_millis(10)).await;
                let heard: Vec<_> = ports.borrow().clone();
                for (port, number) in heard {
                    for v6 in [false, true] {
                        let from = "10.0.0.9:0".parse().unwrap();
                        let name = "x.example".to_owned();
                        let question = Question { number, name, v6, extended: false, from };
                        let lie = message(&question, RCODE::NoError, &[("x.example", 60, "6.6.6.6")]);
                        let to = std::net::SocketAddr::new(from.ip(), port);
                        socket.send(&lie.build_bytes_vec().unwrap(), to).await.unwrap();
                    }
                }
            }
        };
        let ask = async {
            let resolver = world.resolver(&SERVERS[..1]).await;
            assert_eq!(resolver.resolve("x.example").await, Err(Error::TimedOut("x.example".into())));
        };
        race(async { race(server.run(&one), forger).await }, ask).await;
        let mut seen = ports.borrow().clone();
        assert_eq!(seen.len(), 4);
        seen.sort_unstable();
        seen.dedup_by_key(|(port, _)| *port);
        assert_eq!(seen.len(), 4, "each question has a port of its own");
        drop(one.listen(53).await);
    });
}
