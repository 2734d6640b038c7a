//! When the program is asked to stop, what is under way is finished and nothing new is begun.

use std::time::Duration;

use crate::doubles::{Act, Run, WHOLE, send};
use crate::site::Pages;

const STOP: Duration = Duration::from_secs(3);

#[track_caller]
fn check(script: Vec<Act>, expected: &[&str], absent: &[&str], lived: Duration) {
    let run = Run { stops: Some(STOP), ..Run::default() };
    let (received, took) = run.serve(Pages(run.clock.clone()), vec![(script, WHOLE)]);
    let bytes = received[0].bytes.borrow();
    let text = String::from_utf8_lossy(&bytes);
    for part in expected {
        assert!(text.contains(part), "{part} in {text}");
    }
    for part in absent {
        assert!(!text.contains(part), "no {part} in {text}");
    }
    assert!(received[0].dropped.get());
    assert_eq!(took, lived);
}

#[test]
fn idle_connections_end_at_once() {
    check(vec![Act::Stay], &[], &["HTTP"], STOP);
    check(vec![send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), Act::Stay], &["404"], &["close"], STOP);
}

#[test]
fn an_answer_under_way_is_finished_and_says_that_it_is_the_last() {
    let slow = "GET /slow HTTP/1.1\r\nHost: a\r\n\r\n";
    let script = vec![send(slow), send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n"), Act::End];
    check(script, &["at last", "Connection: close"], &["404"], Duration::from_secs(5));
}

#[test]
fn a_request_that_has_begun_is_answered() {
    let script = vec![
        send("GET /a HT"),
        Act::Wait(Duration::from_secs(6)),
        send("TP/1.1\r\nHost: a\r\n\r\n"),
        Act::End,
    ];
    check(script, &["404", "Connection: close"], &[], Duration::from_secs(6));
}
