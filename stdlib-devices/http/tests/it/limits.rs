//! Clients that are slow, silent or gone, in virtual time.

use std::time::Duration;

use unik_http::Limits;

use crate::doubles::{Act, Carriage, Run, SINGLE, WHOLE, send};
use crate::site::Pages;

const GET: &str = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

/// Gives the statuses of the answers, and checks how long the connection lived.
#[track_caller]
fn check(script: Vec<Act>, carriage: Carriage, statuses: &[&str], lived: Duration) {
    let run = Run::default();
    let (received, took) = run.serve(Pages(run.clock.clone()), vec![(script, carriage)]);
    let bytes = received[0].bytes.borrow();
    let text = String::from_utf8_lossy(&bytes);
    let found: Vec<_> = text.split("HTTP/1.1 ").skip(1).map(|answer| &answer[..3]).collect();
    assert_eq!(found, statuses);
    assert_eq!(took, lived);
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn limits() -> Limits {
    Limits::default()
}

#[test]
fn a_silent_client_is_hung_up_on() {
    check(vec![Act::Stay], WHOLE, &[], limits().idle);
    check(vec![send(GET), Act::Stay], WHOLE, &["200"], limits().idle);
    check(
        vec![send(GET), Act::Wait(seconds(50)), send(GET), Act::Stay],
        WHOLE,
        &["200", "200"],
        seconds(50) + limits().idle,
    );
}

#[test]
fn a_slow_head_is_a_408() {
    check(vec![send("GET"), Act::Stay], WHOLE, &["408"], limits().request + limits().linger);
    // Every byte comes soon after the last, and yet the head never does.
    let slowly =
        GET.bytes().flat_map(|byte| [send([byte]), Act::Wait(seconds(1))]).chain([Act::Stay]).collect();
    check(slowly, WHOLE, &["408"], limits().request + limits().linger);
    // The time of a head starts with its first byte.
    let script = vec![
        send(GET),
        Act::Wait(seconds(40)),
        send("GET"),
        Act::Wait(seconds(9)),
        send(&GET[3..]),
        Act::End,
    ];
    check(script, WHOLE, &["200", "200"], seconds(49));
}

#[test]
fn slow_content_is_a_408() {
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab";
    check(vec![send(head), Act::Stay], WHOLE, &["408"], limits().content + limits().linger);
}

#[test]
fn a_client_that_takes_nothing_is_hung_up_on() {
    let large = "GET /large HTTP/1.1\r\nHost: a\r\n\r\n";
    check(vec![send(large), Act::Stay], Carriage { takes: 70_000, ..WHOLE }, &["200"], limits().progress);
    check(vec![send(GET), Act::Stay], Carriage { takes: 5, ..SINGLE }, &[], limits().progress);
}

#[test]
fn a_reset_ends_the_connection_at_once() {
    check(vec![Act::Reset], WHOLE, &[], seconds(0));
    check(vec![send(GET), Act::Reset], WHOLE, &["200"], seconds(0));
    check(vec![send("GET / HT"), Act::Reset], SINGLE, &[], seconds(0));
    check(
        vec![send("POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nab"), Act::Reset],
        WHOLE,
        &[],
        seconds(0),
    );
}

#[test]
fn after_a_refusal_the_client_is_heard_out() {
    check(
        vec![send("GET\r\n\r\n"), send(vec![b'a'; 10_000]), Act::Wait(seconds(1)), Act::End],
        WHOLE,
        &["400"],
        seconds(1),
    );
    check(vec![send("GET\r\n\r\n"), Act::Stay], WHOLE, &["400"], limits().linger);
}

#[test]
fn a_long_head_is_refused_without_waiting_for_its_end() {
    check(vec![send(vec![b'A'; 8192]), Act::Stay], WHOLE, &["414"], limits().linger);
    check(vec![send(b"GET /"), send(vec![b'A'; 9000]), Act::Stay], SINGLE, &["414"], limits().linger);
    check(
        vec![send(b"GET / HTTP/1.1\r\nA:"), send(vec![b'A'; 9000]), Act::Stay],
        WHOLE,
        &["431"],
        limits().linger,
    );
    check(
        vec![send(format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(65))), Act::Stay],
        SINGLE,
        &["431"],
        limits().linger,
    );
}

#[test]
fn connections_beyond_the_limit_wait() {
    let run = Run { limits: Limits { connections: 2, ..limits() }, ..Run::default() };
    let client =
        || (vec![send("GET /slow HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), Act::End], WHOLE);
    let (received, took) = run.serve(Pages(run.clock.clone()), (0..5).map(|_| client()).collect());
    assert!(received.iter().all(|received| received.bytes.borrow().ends_with(b"at last")));
    assert_eq!(took, seconds(15));
}

#[test]
fn a_connection_has_so_many_requests() {
    let run = Run { limits: Limits { requests: 2, ..limits() }, ..Run::default() };
    let (received, _) =
        run.serve(Pages(run.clock.clone()), vec![(vec![send(GET.repeat(3)), Act::End], WHOLE)]);
    let bytes = received[0].bytes.borrow();
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!((text.matches("200 OK").count(), text.matches("Connection: close").count()), (2, 1));
}

#[test]
fn a_busy_client_does_not_keep_others_from_their_turn() {
    // Both are served in rounds of the same number of requests: neither has all its answers before the other has some.
    let run = Run::default();
    let many = || (vec![send(GET.repeat(5000)), Act::End], Carriage { read: 100, ..WHOLE });
    let (received, _) = run.serve(Pages(run.clock.clone()), vec![many(), many()]);
    assert!(
        received
            .iter()
            .all(|received| String::from_utf8_lossy(&received.bytes.borrow()).matches("200 OK").count()
                == 5000)
    );
}
