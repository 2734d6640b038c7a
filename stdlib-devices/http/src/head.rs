//! From bytes to the head of a request (RFC 9112 §§2, 3, 5): complete, not yet complete, or refused.
//!
//! httparse knows the grammar; this adds what is policy: lines end in CR LF and not in LF alone, versions, limits. It refuses
//! white space before a colon, folded lines and repeated spaces by itself.

use alloc::vec::Vec;
use core::mem::MaybeUninit;

use httparse::{Error, Request, Status};
use unik::http::{Field, Method};

use crate::fields::Known;
use crate::limits::FIELDS;
use crate::refusal::Refusal;
use crate::target::Target;

/// A request without its content.
#[derive(Debug)]
pub(crate) struct Head<'b> {
    pub method: Method,
    pub target: Target<'b>,
    /// The second digit of the version.
    pub minor: u8,
    pub fields: Vec<Field<'b>>,
    pub known: Known<'b>,
    /// How many bytes it takes, the empty line included.
    pub length: usize,
}

impl<'b> Head<'b> {
    /// Reads a head from the start of `bytes`. It may have `limit` bytes. None if more are needed. `spare` is an empty
    /// list, whose memory the fields take.
    pub(crate) fn parse(
        bytes: &'b [u8],
        limit: usize,
        spare: impl FnOnce() -> Vec<Field<'b>>,
    ) -> Result<Option<Head<'b>>, Refusal> {
        let mut space = [const { MaybeUninit::uninit() }; FIELDS];
        let mut request = Request::new(&mut []);
        let bytes = &bytes[..bytes.len().min(limit)];
        let length = match request.parse_with_uninit_headers(bytes, &mut space) {
            Ok(Status::Complete(length)) => length,
            Ok(Status::Partial) if bare_feed(bytes) => return Err(BARE_FEED),
            Ok(Status::Partial) if bytes.len() < limit => return Ok(None),
            Ok(Status::Partial) if bytes.contains(&b'\n') => return Err(Refusal::FieldsTooLarge),
            Ok(Status::Partial) => return Err(Refusal::TargetTooLong),
            Err(Error::TooManyHeaders) => return Err(Refusal::FieldsTooLarge),
            Err(Error::Version) if versioned(bytes) => return Err(Refusal::Version),
            Err(Error::Version) => return Err(Refusal::Malformed("a version that is none")),
            Err(Error::HeaderName) => return Err(Refusal::Malformed("a field name that is none")),
            Err(Error::HeaderValue) => return Err(Refusal::Malformed("a field value that is none")),
            Err(Error::NewLine | Error::Status | Error::Token) => {
                return Err(Refusal::Malformed("a request line that is none"));
            }
        };
        if bare_feed(&bytes[..length]) {
            return Err(BARE_FEED);
        }
        let Request { method: Some(method), path: Some(raw), version: Some(minor), headers } = request else {
            return Err(Refusal::Malformed("an incomplete request line"));
        };
        let method =
            Method::parse(method).filter(|method| *method != Method::Connect).ok_or(Refusal::Method)?;
        let target = Target::parse(raw, method).map_err(|_| Refusal::Malformed("a target that is none"))?;
        let field =
            |header: &httparse::Header<'b>| Field { name: header.name, value: header.value.trim_ascii() };
        let mut fields = spare();
        fields.extend(headers.iter().map(field));
        let known = Known::gather(&fields, minor)?;
        Ok(Some(Head { method, target, minor, fields, known, length }))
    }

    /// Whether the connection outlives the answer, if nothing else speaks against it (RFC 9112 §9.3).
    pub(crate) fn persistent(&self) -> bool {
        !self.known.close && (self.minor > 0 || self.known.keep_alive)
    }
}

const BARE_FEED: Refusal = Refusal::Malformed("a line that ends without CR");

/// Whether a line feed stands alone. Without a branch per byte, so that the compiler takes many at once.
fn bare_feed(bytes: &[u8]) -> bool {
    let Some((first, rest)) = bytes.split_first() else { return false };
    let pairs = bytes.iter().zip(rest);
    *first == b'\n'
        || pairs.fold(false, |found, (before, byte)| found | ((*byte == b'\n') & (*before != b'\r')))
}

/// Whether the request line names a version, even if one that is not ours. Its first digit decides, so that the answer is the same
/// whether or not the rest has come.
fn versioned(bytes: &[u8]) -> bool {
    let version = bytes
        .trim_ascii_start()
        .split(|byte| *byte == b' ')
        .nth(2)
        .and_then(|rest| rest.strip_prefix(b"HTTP/"));
    version.and_then(<[u8]>::first).is_some_and(u8::is_ascii_digit)
}

/// Whether a head that was incomplete is worth reading again: somewhere in what has come since, an empty line ends.
/// Without this a client that sends single bytes would have the head read once per byte.
pub(crate) fn may_end(bytes: &[u8], seen: usize) -> bool {
    let fresh = &bytes[seen.saturating_sub(2).min(bytes.len())..];
    fresh.windows(2).any(|pair| pair == b"\n\n") || fresh.windows(3).any(|triple| triple == b"\n\r\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: usize = 256;

    #[track_caller]
    fn check(text: &[u8], expected: Result<Option<usize>, u16>) {
        let result = Head::parse(text, LIMIT, Vec::new).map(|head| head.map(|head| head.length));
        assert_eq!(result.map_err(|refusal| refusal.status().0), expected, "{:?}", text.escape_ascii());
    }

    #[test]
    fn a_head_ends_with_an_empty_line() {
        check(b"", Ok(None));
        check(b"GET / HT", Ok(None));
        check(b"GET / HTTP/1.1\r\nHost: a\r\n", Ok(None));
        check(b"GET / HTTP/1.1\r\nHost: a\r\n\r\nrest", Ok(Some(27)));
        check(b"\r\nGET / HTTP/1.1\r\nHost:a\r\n\r\n", Ok(Some(28)));
        check(b"GET / HTTP/1.0\r\n\r\n", Ok(Some(18)));
        check(b"GET * HTTP/1.0\r\n\r\n", Err(400));
        check(b"OPTIONS * HTTP/1.0\r\n\r\n", Ok(Some(22)));
        check(b"GET / HTTP/1.1\r\nHost: a\r\nX: \xff\t\xfe\r\n\r\n", Ok(Some(35)));
    }

    #[test]
    fn what_is_no_head_is_refused() {
        check(b"GET / HTTP/1.1\r\n\r\n", Err(400));
        check(b"GET /\r\n\r\n", Err(400));
        check(b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1 \r\nHost: a\r\n\r\n", Err(400));
        check(b"G@T / HTTP/1.1\r\nHost: a\r\n\r\n", Err(400));
        check(b"GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost : a\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\nb\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\nb: c\rd\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\nb: \x00\r\n\r\n", Err(400));
        check(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", Err(400));
    }

    #[test]
    fn a_line_does_not_end_in_a_bare_feed() {
        check(b"GET / HTTP/1.1\nHost: a\n\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\nb: c\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\r\nHost: a\r\n\n", Err(400));
        check(b"\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", Err(400));
        check(b"GET / HTTP/1.1\n", Err(400));
    }

    #[test]
    fn other_versions_are_told_from_no_version() {
        check(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", Err(505));
        check(b"GET / HTTP/0.9\r\n\r\n", Err(505));
        check(b"GET / HTTP/1.2\r\n\r\n", Err(505));
        check(b"GET / HTTP/11\r\n\r\n", Err(505));
        check(b"GET / HTTP/x\r\n\r\n", Err(400));
        check(b"GET / http/1.1\r\n\r\n", Err(400));
        check(b"GET / FTP/1.1\r\n\r\n", Err(400));
        check(b"BREW / HTTP/1.0\r\n\r\n", Err(501));
        check(b"get / HTTP/1.0\r\n\r\n", Err(501));
        check(b"CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n", Err(501));
    }

    #[test]
    fn heads_have_limits() {
        let line = |length| alloc::format!("GET /{} HTTP/1.0\r\n\r\n", "a".repeat(length)).into_bytes();
        check(&line(LIMIT - 18), Ok(Some(LIMIT)));
        check(&line(LIMIT), Err(414));
        check(&alloc::format!("GET / HTTP/1.0\r\nA: {}\r\n\r\n", "a".repeat(LIMIT)).into_bytes(), Err(431));
        let many = alloc::format!("GET / HTTP/1.0\r\n{}\r\n", "A: b\r\n".repeat(FIELDS + 1));
        assert_eq!(Head::parse(many.as_bytes(), 8192, Vec::new).map(|_| ()), Err(Refusal::FieldsTooLarge));
        let many = alloc::format!("GET / HTTP/1.0\r\n{}\r\n", "A: b\r\n".repeat(FIELDS));
        assert!(Head::parse(many.as_bytes(), 8192, Vec::new).is_ok());
    }

    #[test]
    fn a_head_is_read_again_when_it_may_end() {
        let text = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        for length in 0..=text.len() {
            assert_eq!(may_end(&text[..length], length.saturating_sub(1)), length == text.len(), "{length}");
            assert_eq!(may_end(text, length), length < text.len(), "{length}");
        }
    }
}
