//! What a client gets for what it sends, however the bytes are carried.

use expect_test::{Expect, expect};

use crate::doubles::{Act, Carriage, Run, SINGLE, WHOLE, send};
use crate::site::{Pages, large};

fn get(script: &[Act], carriage: Carriage) -> Vec<u8> {
    let run = Run::default();
    let (received, _) = run.serve(Pages(run.clock.clone()), vec![(script.to_vec(), carriage)]);
    received[0].bytes.borrow().clone()
}

/// Sends a text and ends. The answer does not depend on how many bytes are carried at a time.
#[track_caller]
fn check(request: &str, expected: Expect) {
    check_script(&[send(request), Act::End], expected);
}

#[track_caller]
fn check_script(script: &[Act], expected: Expect) {
    let answer = get(script, WHOLE);
    for carriage in
        [SINGLE, Carriage { read: 7, write: 11, ..WHOLE }, Carriage { read: 64, write: 1000, ..WHOLE }]
    {
        assert_eq!(
            get(script, carriage).escape_ascii().to_string(),
            answer.escape_ascii().to_string(),
            "{carriage:?}"
        );
    }
    expected.assert_eq(&String::from_utf8_lossy(&answer).replace("\r\n", "\n"));
}

#[test]
fn a_page_is_served() {
    check(
        "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Content-Type: text/plain
        Accept-Ranges: bytes
        ETag: "0000000000000000000000000000feed"
        Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        0123456789"#]],
    );
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    check(
        "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /none HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Content-Type: text/plain
        Accept-Ranges: bytes
        ETag: "0000000000000000000000000000feed"
        Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        HTTP/1.1 404 Not Found
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 5

    "#]],
    );
    check(
        "HEAD / HTTP/1.1\r\nHost: a\r\nRange: bytes=1-2\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Content-Type: text/plain
        Accept-Ranges: bytes
        ETag: "0000000000000000000000000000feed"
        Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

    "#]],
    );
}

#[test]
fn pipelined_requests_are_answered_in_order_in_one_write() {
    let request = "GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\nGET /c HTTP/1.1\r\n";
    check(
        request,
        expect![[r#"
        HTTP/1.1 404 Not Found
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 2

        /aHTTP/1.1 404 Not Found
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: close
        Content-Length: 2

        /b"#]],
    );
    let run = Run::default();
    let (received, _) = run.serve(Pages(run.clock.clone()), vec![(vec![send(request), Act::End], WHOLE)]);
    assert_eq!(received[0].writes.get(), 1);
}

#[test]
fn http_1_0_is_told_that_the_connection_goes_on() {
    check(
        "GET /a HTTP/1.0\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
        expect![[r#"
        HTTP/1.1 404 Not Found
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: close
        Content-Length: 2

        /a"#]],
    );
    check(
        "GET /a HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\nGET /b HTTP/1.0\r\n\r\n",
        expect![[r#"
        HTTP/1.1 404 Not Found
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: keep-alive
        Content-Length: 2

        /aHTTP/1.1 404 Not Found
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: close
        Content-Length: 2

        /b"#]],
    );
}

#[test]
fn a_part_is_served() {
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=2-4\r\n\r\n",
        expect![[r#"
        HTTP/1.1 206 Partial Content
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 3
        Content-Type: text/plain
        Content-Range: bytes 2-4/10
        ETag: "0000000000000000000000000000feed"
        Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        234"#]],
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=10-\r\n\r\n",
        expect![[r#"
        HTTP/1.1 416 Range Not Satisfiable
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Range: bytes */10
        Content-Length: 0

    "#]],
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1,4-5\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Content-Type: text/plain
        Accept-Ranges: bytes
        ETag: "0000000000000000000000000000feed"
        Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        0123456789"#]],
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=2-4\r\nIf-Range: \"0000000000000000000000000000feed\"\r\n\r\n",
        expect![[r#"
            HTTP/1.1 206 Partial Content
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Content-Length: 3
            Content-Type: text/plain
            Content-Range: bytes 2-4/10
            ETag: "0000000000000000000000000000feed"
            Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

            234"#]],
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=2-4\r\nIf-Range: \"old\"\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Content-Type: text/plain
        Accept-Ranges: bytes
        ETag: "0000000000000000000000000000feed"
        Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        0123456789"#]],
    );
}

#[test]
fn what_a_client_has_is_not_sent_again() {
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nIf-None-Match: \"0000000000000000000000000000feed\"\r\n\r\n",
        expect![[r#"
            HTTP/1.1 304 Not Modified
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            ETag: "0000000000000000000000000000feed"
            Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        "#]],
    );
    check(
        "HEAD / HTTP/1.1\r\nHost: a\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:00:00 GMT\r\n\r\n",
        expect![[r#"
            HTTP/1.1 304 Not Modified
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            ETag: "0000000000000000000000000000feed"
            Last-Modified: Sun, 06 Nov 1994 07:49:37 GMT

        "#]],
    );
    check(
        "GET / HTTP/1.1\r\nHost: a\r\nIf-Match: \"old\"\r\n\r\n",
        expect![[r#"
        HTTP/1.1 412 Precondition Failed
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 24
        Content-Type: text/plain; charset=utf-8

        412 Precondition Failed
    "#]],
    );
}

#[test]
fn content_reaches_the_handler() {
    check(
        "POST /echo?a=%20 HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /a HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
            HTTP/1.1 200 OK
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Content-Length: 16

            POST a=%20 helloHTTP/1.1 404 Not Found
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Content-Length: 2

            /a"#]],
    );
    check(
        "PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;x\r\n!\r\n0\r\nA: b\r\n\r\nDELETE /echo HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
            HTTP/1.1 200 OK
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Content-Length: 12

            PUT - hello!HTTP/1.1 200 OK
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Content-Length: 9

            DELETE - "#]],
    );
    check(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        expect![[r#"
        HTTP/1.1 405 Method Not Allowed
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 12
        Allow: GET, HEAD

        GET or HEAD
    "#]],
    );
}

#[test]
fn a_client_that_asks_is_told_to_go_on() {
    let head = "POST /echo HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n";
    check_script(
        &[send(head), Act::Until("100 Continue"), send("hello"), Act::End],
        expect![[r#"
            HTTP/1.1 100 Continue

            HTTP/1.1 200 OK
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Content-Length: 12

            POST - hello"#]],
    );
}

#[test]
fn refusals_say_what_is_wrong_and_close() {
    check(
        "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n",
        expect![[r#"
        HTTP/1.1 400 Bad Request
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: close
        Content-Length: 42
        Content-Type: text/plain; charset=utf-8

        400 Bad Request: a request names one host
    "#]],
    );
    check(
        "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\nExpect: 100-continue\r\n\r\n",
        expect![[r#"
            HTTP/1.1 413 Content Too Large
            Date: Sun, 06 Nov 1994 08:49:37 GMT
            Connection: close
            Content-Length: 48
            Content-Type: text/plain; charset=utf-8

            413 Content Too Large: the content is too large
        "#]],
    );
    check(
        "POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello",
        expect![[r#"
        HTTP/1.1 400 Bad Request
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: close
        Content-Length: 41
        Content-Type: text/plain; charset=utf-8

        400 Bad Request: content that ends early
    "#]],
    );
    check(
        "GET / HTTP/1.1\r\nHo",
        expect![[r#"
        HTTP/1.1 400 Bad Request
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Connection: close
        Content-Length: 40
        Content-Type: text/plain; charset=utf-8

        400 Bad Request: a head that ends early
    "#]],
    );
}

#[test]
fn an_answer_that_cannot_be_given_is_a_500_or_an_end() {
    check(
        "GET /fails-at-once HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 500 Internal Server Error
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 26
        Content-Type: text/plain; charset=utf-8

        500 Internal Server Error
    "#]],
    );
    check(
        "GET /forbidden-field HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 500 Internal Server Error
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 26
        Content-Type: text/plain; charset=utf-8

        500 Internal Server Error
    "#]],
    );
    check(
        "GET /fails HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Accept-Ranges: bytes

        12345"#]],
    );
    check(
        "GET /short HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 200 OK
        Date: Sun, 06 Nov 1994 08:49:37 GMT
        Content-Length: 10
        Accept-Ranges: bytes

        12345"#]],
    );
}

#[test]
fn no_content_has_no_length() {
    check(
        "GET /empty HTTP/1.1\r\nHost: a\r\n\r\n",
        expect![[r#"
        HTTP/1.1 204 No Content
        Date: Sun, 06 Nov 1994 08:49:37 GMT

    "#]],
    );
}

#[test]
fn large_content_is_whole() {
    let request =
        "GET /large HTTP/1.1\r\nHost: a\r\n\r\nGET /large HTTP/1.1\r\nHost: a\r\nRange: bytes=70000-\r\n\r\n";
    for write in [usize::MAX, 100_000, 1] {
        let answer = get(&[send(request), Act::End], Carriage { write, ..WHOLE });
        let end = |bytes: &[u8]| {
            bytes.windows(4).position(|window| window == b"\r\n\r\n").expect("a head has an end") + 4
        };
        let answer = &answer[end(&answer)..];
        assert!(answer[..200_000] == large(200_000));
        let answer = &answer[200_000..];
        assert!(answer.starts_with(b"HTTP/1.1 206 "));
        assert!(answer[end(answer)..] == large(200_000)[70_000..]);
    }
}
