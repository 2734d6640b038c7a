//! Requests that nobody meant: mutated, cut, joined. The server answers in whole answers or hangs up, in bounded time, and
//! what it says does not depend on how the bytes were carried.

use std::time::Duration;

use crate::doubles::{Act, Carriage, Run, WHOLE, send};
use crate::site::Pages;

const SEEDS: &[&str] = &[
    "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
    "GET /a/../%2e%2e/b?c HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x\r\n\r\n",
    "HEAD http://b:80/ HTTP/1.1\r\nHost: a\r\nRange: bytes=1-4\r\nIf-Range: \"a\"\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 12\r\n\r\nGET / HTTP/1",
    "PUT /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
    "GET / HTTP/1.0\r\nIf-None-Match: \"a\", W/\"0000000000000000000000000000feed\"\r\nIf-Modified-Since: Sun Nov  6 08:49:37 1994\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: [::1]\r\nIf-Match: *\r\nIf-Unmodified-Since: Sunday, 06-Nov-94 08:49:37 GMT\r\n\r\n",
];

const TOKENS: &[&str] = &[
    "\r\n",
    "\n",
    "\r",
    " ",
    ":",
    "\t",
    "\0",
    "\r\n\r\n",
    "%",
    "%00",
    "%2f",
    "..",
    "/",
    "?",
    "#",
    "*",
    "-",
    ",",
    "\"",
    "0",
    "9",
    "ffffffffffffffff",
    "HTTP/1.1",
    "HTTP/1.0",
    "HTTP/2.0",
    "Host: b\r\n",
    "Content-Length: 5\r\n",
    "Content-Length: 0\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Connection: close\r\n",
    "Expect: 100-continue\r\n",
    "Range: bytes=0-\r\n",
    " \r\n",
    "GET",
    "chunked",
    "\u{e9}",
];

/// Numbers that look random and are the same on each run (Marsaglia's xorshift).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % limit.max(1)
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn request(&mut self) -> Vec<u8> {
        let count = 1 + self.below(3);
        let mut bytes = (0..count).map(|_| self.pick(SEEDS)).collect::<String>().into_bytes();
        for _ in 0..self.below(6) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(12)).min(bytes.len());
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                1 => drop(bytes.drain(at..end)),
                2 => drop(bytes.splice(at..at, self.pick(TOKENS).bytes())),
                3 => drop(bytes.splice(at..end, self.pick(TOKENS).bytes())),
                4 => bytes.truncate(at),
                _ => {
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len() + 1);
                    drop(bytes.splice(to..to, piece));
                }
            }
        }
        bytes
    }
}

fn answer(script: Vec<Act>, carriage: Carriage) -> (Vec<u8>, Duration) {
    let run = Run::default();
    let (received, took) = run.serve(Pages(run.clock.clone()), vec![(script, carriage)]);
    assert!(received[0].dropped.get());
    (received[0].bytes.borrow().clone(), took)
}

/// Takes answers apart; nothing may be left. An answer may lack its content, as one to HEAD does, if another answer follows or the end.
#[track_caller]
fn check(mut bytes: &[u8], request: &[u8]) {
    while !bytes.is_empty() {
        let mut fields = [httparse::EMPTY_HEADER; 16];
        let mut response = httparse::Response::new(&mut fields);
        let parsed = response.parse(bytes);
        let Ok(httparse::Status::Complete(head)) = parsed else {
            panic!("{parsed:?}: {} for {}", bytes.escape_ascii(), request.escape_ascii());
        };
        bytes = &bytes[head..];
        let length = response.headers.iter().find(|field| field.name == "Content-Length");
        let length =
            length.map_or(0, |field| str::from_utf8(field.value).expect("digits").parse().expect("a number"));
        let another = bytes.starts_with(b"HTTP/1.1 ");
        bytes = &bytes[bytes.get(..length).filter(|_| !another).map_or(0, <[u8]>::len)..];
    }
}

/// Answers, without what may depend on the carriage: which of several faults was seen first, and whether a client that has
/// gone on already is told to.
fn told(bytes: &[u8]) -> Vec<String> {
    let answers = bytes.escape_ascii().to_string();
    let answers = answers.split("HTTP/1.1 ").filter(|answer| !answer.starts_with("100"));
    let refused = |answer: &str| {
        answer.contains("Connection: close") && ["40", "41", "43", "50"].contains(&&answer[..2])
    };
    answers.map(|answer| if refused(answer) { "refused".into() } else { answer.into() }).collect()
}

#[test]
fn any_bytes_are_answered_in_whole_answers_however_they_come() {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for _ in 0..6000 {
        let request = dice.request();
        let script = || vec![send(&request), Act::End];
        let (whole, took) = answer(script(), WHOLE);
        check(&whole, &request);
        assert_eq!(took, Duration::ZERO, "{}", request.escape_ascii());
        let pieces = Carriage { read: 1 + dice.below(40), write: 1 + dice.below(300), ..WHOLE };
        let (carried, _) = answer(script(), pieces);
        assert_eq!(told(&carried), told(&whole), "{} by {pieces:?}", request.escape_ascii());
    }
}

#[test]
fn a_client_that_stops_in_the_middle_is_not_waited_for_long() {
    let mut dice = Dice(0x2545_f491_4f6c_dd1d);
    for _ in 0..2000 {
        let request = dice.request();
        let (bytes, took) = answer(vec![send(&request), Act::Stay], WHOLE);
        check(&bytes, &request);
        assert!(took <= Duration::from_secs(70), "{took:?} for {}", request.escape_ascii());
    }
}

#[test]
fn noise_is_refused() {
    let mut dice = Dice(0xdead_beef_cafe_f00d);
    for _ in 0..2000 {
        let length = dice.below(200);
        let noise: Vec<u8> = (0..length).map(|_| dice.below(256) as u8).collect();
        let (bytes, _) = answer(vec![send(&noise), Act::End], WHOLE);
        check(&bytes, &noise);
        assert!(!bytes.windows(6).any(|window| window == b"200 OK"));
    }
}
