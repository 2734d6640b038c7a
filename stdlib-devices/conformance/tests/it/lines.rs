//! Raw request lines: what a listener speaks when it is served as a network.

use std::time::Duration;

use embedded_io_async::{Read, Write};
use unik::clock::{Monotonic, Sleep};
use unik::concurrent::join;
use unik::http::{Handler, Request, Response, Status};
use unik::net::Network;
use unik::net::lines::{LINE_TIME, LONGEST_LINE};
use unik_conformance::memory::{Faults, Flow, Listener};
use unik_conformance::virtual_time::{self, Timer};

struct Echo;

impl Handler for Echo {
    type Body = unik::Bytes;

    async fn handle(&self, request: &Request<'_>) -> Response {
        match request.path {
            "/large" => Response::new(Status::OK, vec![b'x'; 300_000].into()),
            path => Response::plain(Status::NOT_FOUND, format!("no {path}")),
        }
    }
}

/// Serves while `client` runs, then stops.
fn serve<T>(client: impl AsyncFnOnce(&Listener<Timer>, &Timer) -> T) -> T {
    virtual_time::run(async |timer| {
        let listener = Listener::new(timer.clone());
        let client = async {
            let result = client(&listener, &timer).await;
            listener.stop();
            result
        };
        let (served, result) = join(listener.serve(Echo), client).await;
        assert_eq!(served, Ok(()));
        result
    })
}

fn check(sent: &[u8], faults: Faults, expected: Option<&[u8]>) {
    serve(async |listener, _| {
        let mut flow = listener.connect_with(faults);
        flow.write_all(sent).await.expect("the client writes");
        let answer = flow.read_to_end().await;
        let shown = String::from_utf8_lossy(sent);
        match expected {
            Some(expected) => assert_eq!(answer.as_deref(), Ok(expected), "{shown:?}"),
            // A line that is not taken ends the connection, one way or the other.
            None => assert!(answer.is_err() || answer == Ok(vec![]), "{shown:?}"),
        }
    });
}

#[test]
fn one_line_names_the_path_and_the_content_comes_back() {
    let slow = Faults { most_read: 1, most_write: 7, hesitate: true, ..Faults::default() };
    for faults in [Faults::default(), slow] {
        check(b"/a\n", faults, Some(b"no /a"));
        check(b"/a b\r\n", faults, Some(b"no /a b"));
        check("/\u{fc}\n".as_bytes(), faults, Some("no /\u{fc}".as_bytes()));
        check(b"\n", faults, Some(b"no "));
        check(b"/large\n", faults, Some(&[b'x'; 300_000]));
        check(b"/a\nmore that nobody asked for", faults, Some(b"no /a"));
        check(b"/\xff\n", faults, None);
        check(&[b'a'; LONGEST_LINE], faults, None);
    }
}

#[test]
fn a_slow_client_is_let_go() {
    serve(async |listener, timer| {
        let mut flow = listener.connect();
        flow.write_all(b"/never ended").await.unwrap();
        let start = timer.now();
        assert_eq!(flow.read(&mut [0]).await, Ok(0));
        assert_eq!(timer.now() - start, LINE_TIME);
    });
}

#[test]
fn stopping_waits_for_answers_that_have_begun() {
    serve(async |listener, timer| {
        let mut flow: Flow = listener.connect();
        flow.write_all(b"/la").await.unwrap();
        timer.sleep(Duration::from_secs(1)).await;
        listener.stop();
        timer.sleep(Duration::from_secs(1)).await;
        flow.write_all(b"rge\n").await.unwrap();
        assert_eq!(flow.read_to_end().await.map(|answer| answer.len()), Ok(300_000));
    });
}
