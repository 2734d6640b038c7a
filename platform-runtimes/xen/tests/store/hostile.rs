//! A server that does not keep to the protocol: its mistakes reach nobody but those who ask it.

use std::rc::Rc;
use std::time::Duration;

use unik::concurrent::{join_all, race};
use unik_driver::Memory;
use unik_xen::store::{Error, Nodes, Store, Watch, transaction};

use crate::bench::run;
use crate::server::Server;

/// What a server does wrong, and what becomes of a request that is under way.
fn check(wrong: impl Fn(&Server) + Clone + 'static, expected: &Error, ends: bool) {
    for reconnects in [false, true] {
        run(&[("a", "1")], async |server: Rc<Server>, store: Store, executor| {
            server.page.store32(2064, u32::from(reconnects));
            let mut watch = Watch::new(&store, "a").await.expect("the server is honest yet");
            assert_eq!(watch.next().await.as_deref(), Ok("a"));
            server.silent.borrow_mut().push(2);
            let (later, wrong) = (server.clone(), wrong.clone());
            executor.spawn({
                let executor = executor.clone();
                async move {
                    executor.sleep(Duration::from_secs(1)).await;
                    later.silent.borrow_mut().clear();
                    wrong(&later);
                }
            });
            let patience = async {
                executor.sleep(Duration::from_secs(9)).await;
                Err(Error::Contended)
            };
            let lost = if ends && reconnects { &Error::Lost } else { expected };
            assert_eq!(race(store.read("a"), patience).await.as_ref(), Err(lost));
            assert_eq!(store.is_broken(), ends && !reconnects);
            if store.is_broken() {
                assert_eq!(store.read("a").await, Err(Error::Broken));
                assert_eq!(watch.next().await, Err(Error::Broken));
                assert_eq!(Watch::new(&store, "b").await.err(), Some(Error::Broken));
            } else {
                assert_eq!(store.read("a").await, Ok(b"1".to_vec()));
                server.set("a", b"2");
                assert_eq!(watch.next().await.as_deref(), Ok("a"), "it is watched still");
                assert_eq!(server.watches(), 1);
            }
        });
    }
}

/// The name of the last request: they count from 1, and a watch takes one too.
const LAST: u32 = 3;

#[test]
fn a_connection_whose_bytes_make_no_sense_is_made_anew_or_ends() {
    let all: [fn(&Server); 4] = [
        |server| server.page.store32(2060, server.page.load32(2056).wrapping_add(1025)),
        |server| server.page.store32(2048, server.page.load32(2052).wrapping_add(1)),
        |server| server.page.store32(2048, server.page.load32(2052).wrapping_sub(2000)),
        |server| {
            let header = [2_u32, LAST, 0, 4097].into_iter().flat_map(u32::to_le_bytes);
            server.output.borrow_mut().extend(header);
        },
    ];
    for wrong in all {
        check(wrong, &Error::Broken, true);
    }
}

#[test]
fn an_answer_that_makes_no_sense_is_an_error_of_its_request() {
    check(|server| server.send(11, LAST, 0, b"OK\0"), &Error::Answer, false);
    check(|server| server.send(u32::MAX, LAST, 0, b""), &Error::Answer, false);
    check(
        |server| server.send(16, LAST, 0, b"EWHAT"),
        &Error::Refused(unik_xen::store::Refusal::Other),
        false,
    );
}

#[test]
fn what_belongs_to_nobody_is_dropped() {
    let nothing = |server: &Server| {
        server.send(2, 4711, 0, b"an answer to nothing");
        server.send(2, 0, 0, &[0xff; 4096]);
        server.send(15, 0, 0, b"a\x004711\0");
        server.send(15, 0, 0, b"a\0token\0");
        server.send(15, 0, 0, b"");
        server.send(15, 0, 0, b"\xff\x001\0");
    };
    // The request has no answer then: whoever asks has to stop waiting.
    check(nothing, &Error::Contended, false);
}

#[test]
fn a_transaction_ends_with_its_connection() {
    run(&[("a", "1")], async |server, store, executor| {
        server.page.store32(2064, 1);
        let lost = transaction(&store, async |open| {
            open.read("a").await?;
            server.page.store32(2060, server.page.load32(2056).wrapping_add(5000));
            executor.sleep(Duration::from_secs(1)).await;
            open.write("a", b"2").await
        });
        assert_eq!(lost.await, Err(Error::Lost));
        assert_eq!(store.read("a").await, Ok(b"1".to_vec()));
        server.send(6, 0, 0, b"x");
        // A number that is none, or that stands for none.
        for answer in ["", "x\0", "0\0", "4294967296\0"] {
            server.silent.borrow_mut().push(6);
            let started = transaction(&store, async |_| Ok(()));
            let answers = async {
                executor.sleep(Duration::from_secs(1)).await;
                (1..60).for_each(|request| server.send(6, request, 0, answer.as_bytes()));
                core::future::pending().await
            };
            assert_eq!(race(started, answers).await, Err(Error::Answer), "{answer:?}");
        }
    });
}

#[test]
fn whatever_comes_nothing_panics_and_everybody_goes_on() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |below: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % below
    };
    for round in 0..300 {
        let bytes: Vec<u8> = (0..random(3000))
            .map(|at| match random(3) {
                0 => random(256) as u8,
                1 => random(24) as u8,
                _ => 0_u8.wrapping_add((at % 4 == 0).into()),
            })
            .collect();
        let (offset, count) = (2048 + 4 * random(4) as usize, random(1 << 32) as u32);
        run(&[("a", "1")], async |server, store, executor| {
            server.page.store32(2064, (round % 2) as u32);
            server.silent.borrow_mut().push(2);
            let mut watch = Watch::new(&store, "a").await.expect("the server is honest yet");
            let (reader, clock) = (store.clone(), executor.clone());
            let asks = (0..30)
                .map(|_| race(async { drop(reader.read("a").await) }, clock.sleep(Duration::from_secs(3))));
            let attack = async {
                executor.sleep(Duration::from_secs(1)).await;
                server.output.borrow_mut().extend(bytes);
                if round % 3 == 0 {
                    executor.sleep(Duration::from_secs(1)).await;
                    server.page.store32(offset, count);
                }
            };
            unik::concurrent::join(join_all(asks), attack).await;
            race(async { drop(watch.next().await) }, executor.sleep(Duration::from_secs(1))).await;
        });
    }
}
