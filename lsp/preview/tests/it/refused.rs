//! Who may not ask: another address, another page, without the token, too much.

use std::io::{BufReader, Write};

use crate::client::{Served, read};

#[test]
fn only_those_who_know_the_token_are_answered() {
    let served = Served::new();
    let check = |path: &str, status: u16| {
        for (method, at) in [("GET", "/"), ("GET", "/events"), ("POST", "/message")] {
            let answer =
                served.request(method, &format!("{at}{path}"), "Content-Type: application/json\r\n", "");
            assert_eq!(answer.status, status, "{method} {at}{path}");
            assert!(!answer.body.contains(&served.token));
        }
    };
    check("", 403);
    check("?token=", 403);
    check(&format!("?token={}", &served.token[..31]), 403);
    check(&format!("?token={}0", served.token), 403);
    check(&format!("?Token={}", served.token), 403);
    check("?token=x&token=y", 403);
    assert_eq!(served.request("GET", &served.path("/"), "", "").status, 200);
}

#[test]
fn another_address_or_page_is_not_answered() {
    let served = Served::new();
    let path = served.path("/");
    let check = |head: &str, status: u16| {
        let answer = served.raw(format!("GET {path} HTTP/1.1\r\n{head}\r\n").as_bytes());
        assert_eq!(answer.status, status, "{head}");
    };
    let host = &served.host;
    check(&format!("Host: {host}\r\n"), 200);
    check("Host: rebound.example\r\n", 421);
    check("Host: localhost\r\n", 421);
    check(&format!("Host: {}\r\n", host.split(':').next().unwrap()), 421);
    check("", 421);
    check(&format!("Host: {host}\r\nHost: rebound.example\r\n"), 421);
    check(&format!("Host: {host}\r\nOrigin: http://{host}\r\n"), 200);
    check(&format!("Host: {host}\r\nOrigin: http://other.example\r\n"), 403);
    check(&format!("Host: {host}\r\nOrigin: null\r\n"), 403);
}

#[test]
fn methods_and_paths_are_few() {
    let served = Served::new();
    let check = |method: &str, path: &str, status: u16, allow: &str| {
        let answer = served.request(method, &served.path(path), "", "");
        assert_eq!(answer.status, status, "{method} {path}");
        let allowed = answer.head.lines().find_map(|line| line.strip_prefix("allow: ")).unwrap_or_default();
        assert_eq!(allowed, allow, "{method} {path}");
        assert!(!answer.head.contains("access-control-allow"), "{}", answer.head);
    };
    check("POST", "/", 405, "get");
    check("OPTIONS", "/message", 405, "post");
    check("GET", "/message", 405, "post");
    check("DELETE", "/events", 405, "get");
    check("GET", "/app.unik", 404, "");
    check("GET", "//", 404, "");
    check("GET", "/../../etc/passwd", 404, "");
    check("GET", "/%2e%2e/etc/passwd", 404, "");
}

#[test]
fn messages_are_json_of_some_size() {
    let served = Served::new();
    let check = |kind: &str, body: &str, status: u16| {
        let answer = served.request("POST", &served.path("/message"), kind, body);
        assert_eq!(answer.status, status, "{kind} {}", &body[..body.len().min(80)]);
    };
    let json = "Content-Type: application/json\r\n";
    check("", "{}", 415);
    check("Content-Type: text/plain\r\n", "{}", 415);
    check("Content-Type: application/json; charset=utf-8\r\n", "{\"kind\":\"ask\"}", 200);
    for wrong in [
        "",
        "{",
        "[]",
        "{}",
        "{\"kind\":1}",
        "{\"kind\":\"format-disk\"}",
        "{\"kind\":\"reveal\"}",
        "{\"kind\":\"export\",\"format\":\"exe\"}",
    ] {
        check(json, wrong, 400);
    }
    let deep = "[".repeat(100_000);
    check(json, &deep, 400);
    check(json, &format!("{{\"kind\":\"ask\",\"more\":\"{}\"}}", "x".repeat(300 << 10)), 413);
}

#[test]
fn heads_have_an_end_and_connections_a_number() {
    let served = Served::new();
    let long = format!("GET / HTTP/1.1\r\nHost: {}\r\nX: {}\r\n\r\n", served.host, "x".repeat(64 << 10));
    assert!([400, 431].contains(&served.raw(long.as_bytes()).status));
    assert_eq!(served.raw(b"\x16\x03\x01 what\r\n\r\n").status, 400);
    // Who holds connections open leaves no room for more, and gives it back.
    let held: Vec<_> = (0..40).map(|_| served.connect()).collect();
    let mut last = served.connect();
    let request = format!("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", served.path("/"), served.host);
    let _ = last.write_all(request.as_bytes());
    let mut heard = String::new();
    let _ = std::io::Read::read_to_string(&mut last, &mut heard);
    assert_eq!(heard, "", "one too many is closed");
    drop(held);
    let answered = (0..100).any(|_| {
        let mut stream = served.connect();
        let _ = stream.write_all(request.as_bytes());
        let status = read(&mut BufReader::new(stream)).status;
        std::thread::yield_now();
        status == 200
    });
    assert!(answered);
}
