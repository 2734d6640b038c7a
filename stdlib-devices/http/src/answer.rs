//! The head of an answer as bytes, and the short pages that the server sends in its own name (RFC 9112 §4, RFC 9110 §§6.6, 8).
//!
//! Everything is appended to one buffer, so that answers to pipelined requests leave in one write. What a handler says is
//! checked here: nothing that it says can end a field early or delimit the content a second time.

use alloc::vec::Vec;

use unik::http::{Response, Status};

use crate::date;
use crate::plan::Plan;

/// What an answer says of its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Persistence {
    /// Nothing: it goes on, as is usual in HTTP/1.1.
    Usual,
    /// It goes on, which HTTP/1.0 has to be told.
    KeepAlive,
    /// This was the last answer.
    Close,
}

/// The interim answer to an expectation (RFC 9110 §15.2.1).
pub(crate) const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What every head needs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub date: [u8; date::LENGTH],
    pub persistence: Persistence,
}

/// What is sent of a handler's answer.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub plan: Plan,
    pub modified: Option<u64>,
    /// Whether a part could have been asked for.
    pub ranges: bool,
    /// The length of the whole content.
    pub length: u64,
}

/// The length of an entity tag.
pub(crate) const ETAG: usize = 34;

/// The entity tag of an answer: 32 digits between quotes.
pub(crate) fn etag(tag: u128) -> [u8; ETAG] {
    let mut text = [b'"'; ETAG];
    let (high, low) = ((tag >> 64) as u64, tag as u64);
    for (place, part) in text[1..33].chunks_exact_mut(8).zip([high >> 32, high, low >> 32, low]) {
        place.copy_from_slice(&digits(part & 0xffff_ffff));
    }
    text
}

/// The eight hexadecimal digits of a number below 2³², all at once: its halves are moved apart until there is one to a byte.
fn digits(number: u64) -> [u8; 8] {
    let pairs = (number << 16 | number) & 0x0000_ffff_0000_ffff;
    let bytes = (pairs << 8 | pairs) & 0x00ff_00ff_00ff_00ff;
    let digits = (bytes << 4 | bytes) & 0x0f0f_0f0f_0f0f_0f0f;
    // A digit beyond nine carries into the next four bits when six is added.
    let letters = (digits + 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101;
    (digits + 0x3030_3030_3030_3030 + letters * u64::from(b'a' - b'9' - 1)).to_be_bytes()
}

/// Whether the protocol allows what a handler says of its answer.
pub(crate) fn allowed<B>(response: &Response<B>) -> bool {
    (200..600).contains(&response.status.0)
        && response.content_type.as_deref().is_none_or(value)
        && response.fields.iter().all(|(name, text)| token(name) && !own(name) && value(text))
}

/// Whether an answer of this status never has content (RFC 9110 §§15.3.5, 15.4.5).
pub(crate) fn bodiless(status: Status) -> bool {
    matches!(status, Status::NO_CONTENT | Status::NOT_MODIFIED)
}

/// Appends the head of a handler's answer, which is allowed and not replaced by a page.
pub(crate) fn head<B>(out: &mut Vec<u8>, response: &Response<B>, sent: &Sent, frame: Frame) {
    let Sent { plan, modified, ranges, length } = sent;
    let status = match plan {
        Plan::Part(_) => Status::PARTIAL_CONTENT,
        Plan::NotModified => Status::NOT_MODIFIED,
        Plan::Whole | Plan::Failed | Plan::Unsatisfiable => response.status,
    };
    start(out, status, frame);
    if !bodiless(status) {
        let sent = if let Plan::Part(part) = plan { part.end - part.start } else { *length };
        numbered(out, b"Content-Length: ", sent);
        if let Some(content_type) = &response.content_type {
            field(out, b"Content-Type: ", content_type.as_bytes());
        }
        if let Plan::Part(part) = plan {
            out.extend_from_slice(b"Content-Range: bytes ");
            number(out, part.start);
            out.push(b'-');
            number(out, part.end - 1);
            numbered(out, b"/", *length);
        } else if *ranges {
            out.extend_from_slice(b"Accept-Ranges: bytes\r\n");
        }
    }
    if let Some(tag) = response.tag {
        field(out, b"ETag: ", &etag(tag.0));
    }
    if let Some(modified) = modified {
        field(out, b"Last-Modified: ", &date::format(*modified));
    }
    for (name, value) in &response.fields {
        out.extend_from_slice(name.as_bytes());
        field(out, b": ", value.as_bytes());
    }
    out.extend_from_slice(b"\r\n");
}

/// Appends an answer of the server itself: a line of text, which HEAD does not get.
pub(crate) fn page(out: &mut Vec<u8>, status: Status, reason: &str, content: bool, frame: Frame) {
    start(out, status, frame);
    let length = 3 + 1 + status.phrase().len() + if reason.is_empty() { 0 } else { 2 + reason.len() } + 1;
    numbered(out, b"Content-Length: ", length as u64);
    field(out, b"Content-Type: ", b"text/plain; charset=utf-8");
    out.extend_from_slice(b"\r\n");
    if content {
        number(out, status.0.into());
        out.push(b' ');
        out.extend_from_slice(status.phrase().as_bytes());
        if !reason.is_empty() {
            out.extend_from_slice(b": ");
            out.extend_from_slice(reason.as_bytes());
        }
        out.push(b'\n');
    }
}

/// Appends the answer to a range that the content does not have; it says how long the content is (RFC 9110 §15.5.17).
pub(crate) fn unsatisfiable(out: &mut Vec<u8>, length: u64, frame: Frame) {
    start(out, Status::RANGE_NOT_SATISFIABLE, frame);
    numbered(out, b"Content-Range: bytes */", length);
    out.extend_from_slice(b"Content-Length: 0\r\n\r\n");
}

fn start(out: &mut Vec<u8>, status: Status, frame: Frame) {
    if status == Status::OK {
        out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
    } else {
        out.extend_from_slice(b"HTTP/1.1 ");
        number(out, status.0.into());
        out.push(b' ');
        field(out, status.phrase().as_bytes(), b"");
    }
    field(out, b"Date: ", &frame.date);
    out.extend_from_slice(match frame.persistence {
        Persistence::Usual => b"",
        Persistence::KeepAlive => b"Connection: keep-alive\r\n",
        Persistence::Close => b"Connection: close\r\n",
    });
}

#[inline]
fn field(out: &mut Vec<u8>, name: &[u8], value: &[u8]) {
    out.extend_from_slice(name);
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

#[inline]
fn numbered(out: &mut Vec<u8>, name: &[u8], value: u64) {
    out.extend_from_slice(name);
    number(out, value);
    out.extend_from_slice(b"\r\n");
}

fn number(out: &mut Vec<u8>, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend_from_slice(&digits[at..]);
}

/// Whether a field name is one (RFC 9110 §5.6.2).
fn token(name: &str) -> bool {
    !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// Whether a field value is one: no control character, no white space around it (RFC 9110 §5.5).
fn value(text: &str) -> bool {
    // Without a branch per byte, so that the compiler takes many at once.
    let control = text.bytes().fold(false, |found, byte| found | (byte.is_ascii_control() & (byte != b'\t')));
    !control && text.trim_ascii().len() == text.len()
}

/// The fields that the server writes itself.
fn own(name: &str) -> bool {
    const OWN: [&str; 8] = [
        "connection",
        "content-length",
        "content-range",
        "date",
        "keep-alive",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ];
    OWN.iter().any(|own| name.eq_ignore_ascii_case(own))
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn text(write: impl Fn(&mut Vec<u8>, Frame)) -> String {
        let mut out = Vec::new();
        write(&mut out, Frame { date: date::format(784_111_777), persistence: Persistence::Close });
        String::from_utf8(out).expect("all that is written here is text")
    }

    #[test]
    fn pages_are_as_long_as_they_say() {
        for (status, reason) in
            [(Status::BAD_REQUEST, "a reason"), (Status::NOT_FOUND, ""), (Status(599), "")]
        {
            let page = text(|out, frame| page(out, status, reason, true, frame));
            let (head, content) = page.split_once("\r\n\r\n").expect("a head ends with an empty line");
            assert!(head.contains(&alloc::format!("Content-Length: {}\r\n", content.len())), "{page}");
        }
    }

    #[test]
    fn a_tag_is_all_its_digits() {
        assert_eq!(&etag(0xf), b"\"0000000000000000000000000000000f\"");
        assert_eq!(&etag(u128::MAX), b"\"ffffffffffffffffffffffffffffffff\"");
    }

    #[test]
    fn a_handler_cannot_write_what_is_not_its_own() {
        let with = |name: &'static str, value: &'static str| {
            allowed(&Response::new(Status::OK, ()).with_field(name, value))
        };
        assert!(with("Location", "/a?b"));
        assert!(with("X-Empty", ""));
        for (name, value) in [
            ("", "a"),
            ("A B", "a"),
            ("A:", "a"),
            ("A", "b\r\nC: d"),
            ("A", "b\n"),
            ("A", " b"),
            ("A", "\u{0}"),
            ("content-length", "5"),
            ("Transfer-Encoding", "chunked"),
            ("Connection", "close"),
            ("\u{e9}", "a"),
        ] {
            assert!(!with(name, value), "{name}: {value}");
        }
        for status in [0, 100, 199, 600, 1000] {
            assert!(!allowed(&Response::new(Status(status), ())), "{status}");
        }
        assert!(!allowed(&Response::new(Status::OK, ()).with_type("text/html\r\nA: b")));
    }
}
