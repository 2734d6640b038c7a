//! The fields of a request that the server itself acts on, gathered in one pass (RFC 9110 §5, RFC 9112 §§3.2, 6, 9).
//!
//! Here a request's framing is decided, once: whoever stands before this server must come to the same result, so whatever could be
//! read in two ways is refused (RFC 9112 §§6.3, 11.2). What the fields mean for the answer is left to `conditional` and `range`.

use unik::http::Field;

use crate::refusal::Refusal;
use crate::target::host;

/// How a request's content is delimited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Framing {
    /// There is none.
    #[default]
    Empty,
    /// So many bytes; more than none.
    Length(u64),
    /// In chunks.
    Chunked,
}

/// What was found. Values of fields are as sent, without white space around them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known<'b> {
    pub framing: Framing,
    /// `Connection: close` and `keep-alive`.
    pub close: bool,
    pub keep_alive: bool,
    /// `Expect: 100-continue`.
    pub expects: bool,
    pub range: Option<&'b [u8]>,
    pub if_range: Option<&'b [u8]>,
    pub if_modified_since: Option<&'b [u8]>,
    pub if_unmodified_since: Option<&'b [u8]>,
    /// Whether there are `If-Match` and `If-None-Match`: lists, which may stand in several fields.
    pub if_match: bool,
    pub if_none_match: bool,
}

impl<'b> Known<'b> {
    /// Looks at every field of an HTTP/1.`minor` request.
    #[inline]
    pub(crate) fn gather(fields: &[Field<'b>], minor: u8) -> Result<Known<'b>, Refusal> {
        let mut known = Known::default();
        let (mut hosts, mut lengths) = (0, 0);
        let (mut length, mut coded) = (0, false);
        for field in fields {
            let value = field.value;
            match name(field.name) {
                Name::Other => {}
                Name::Host if !host(value) => return Err(Refusal::Malformed("a host that is none")),
                Name::Host => hosts += 1,
                Name::ContentLength => {
                    lengths += 1;
                    length = number(value)?;
                }
                Name::TransferEncoding if coded => return Err(Refusal::Malformed("two transfer codings")),
                Name::TransferEncoding => {
                    coding(value)?;
                    coded = true;
                }
                Name::Connection => known.connection(value),
                // An HTTP/1.0 client cannot know about 100 (RFC 9110 §10.1.1).
                Name::Expect if minor == 0 => {}
                Name::Expect if value.eq_ignore_ascii_case(b"100-continue") => known.expects = true,
                Name::Expect => return Err(Refusal::Expectation),
                Name::Range => known.range = Some(value),
                Name::IfRange => known.if_range = Some(value),
                Name::IfModifiedSince => known.if_modified_since = Some(value),
                Name::IfUnmodifiedSince => known.if_unmodified_since = Some(value),
                Name::IfMatch => known.if_match = true,
                Name::IfNoneMatch => known.if_none_match = true,
            }
        }
        if hosts > 1 || (hosts == 0 && minor > 0) {
            return Err(Refusal::Malformed("a request names one host"));
        }
        known.framing = match (coded, lengths) {
            (false, 0) => Framing::Empty,
            (false, 1) if length == 0 => Framing::Empty,
            (false, 1) => Framing::Length(length),
            (true, 0) if minor > 0 => Framing::Chunked,
            _ => return Err(Refusal::Malformed("content that ends in two places")),
        };
        Ok(known)
    }

    /// Whether the version of the content matters to the request.
    pub(crate) fn conditional(&self) -> bool {
        self.if_match || self.if_none_match || self.if_range.is_some()
    }

    fn connection(&mut self, value: &[u8]) {
        for option in value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii) {
            self.close |= option.eq_ignore_ascii_case(b"close");
            self.keep_alive |= option.eq_ignore_ascii_case(b"keep-alive");
        }
    }
}

enum Name {
    Connection,
    ContentLength,
    Expect,
    Host,
    IfMatch,
    IfModifiedSince,
    IfNoneMatch,
    IfRange,
    IfUnmodifiedSince,
    Range,
    TransferEncoding,
    Other,
}

/// Most names are told apart by their length alone, which is what makes one pass cheap.
fn name(text: &str) -> Name {
    let (candidate, found) = match text.len() {
        4 => ("host", Name::Host),
        5 => ("range", Name::Range),
        6 => ("expect", Name::Expect),
        8 if text.as_bytes()[3] == b'R' || text.as_bytes()[3] == b'r' => ("if-range", Name::IfRange),
        8 => ("if-match", Name::IfMatch),
        10 => ("connection", Name::Connection),
        13 => ("if-none-match", Name::IfNoneMatch),
        14 => ("content-length", Name::ContentLength),
        17 if text.as_bytes()[0] | 32 == b'i' => ("if-modified-since", Name::IfModifiedSince),
        17 => ("transfer-encoding", Name::TransferEncoding),
        19 => ("if-unmodified-since", Name::IfUnmodifiedSince),
        _ => return Name::Other,
    };
    if text.eq_ignore_ascii_case(candidate) { found } else { Name::Other }
}

/// Digits and nothing else: no sign, no list, no white space inside (RFC 9110 §8.6).
fn number(value: &[u8]) -> Result<u64, Refusal> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    let text = core::str::from_utf8(value)
        .ok()
        .filter(|_| digits)
        .ok_or(Refusal::Malformed("a length that is no number"))?;
    text.parse().map_err(|_| Refusal::ContentTooLarge)
}

/// Chunked alone is understood. Content whose last coding is another has no end (RFC 9112 §6.3); others before it are only unknown.
fn coding(value: &[u8]) -> Result<(), Refusal> {
    if value.eq_ignore_ascii_case(b"chunked") {
        return Ok(());
    }
    let codings = || value.split(|byte| *byte == b',').map(<[u8]>::trim_ascii);
    let chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    let named = codings().all(|coding| !coding.is_empty() && coding.iter().all(u8::is_ascii_alphanumeric));
    let early = codings().rev().skip(1).any(chunked);
    if named && !early {
        Err(Refusal::Coding)
    } else {
        Err(Refusal::Malformed("a transfer coding that is none"))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[track_caller]
    fn check(fields: &[(&str, &str)], minor: u8, expected: Result<Framing, u16>) {
        let host = [("Host", "a")];
        let all: Vec<_> =
            fields.iter().chain(&host).map(|(name, value)| Field { name, value: value.as_bytes() }).collect();
        let framing =
            Known::gather(&all, minor).map(|known| known.framing).map_err(|refusal| refusal.status().0);
        assert_eq!(framing, expected, "{fields:?}");
    }

    #[test]
    fn content_ends_in_one_place() {
        check(&[], 1, Ok(Framing::Empty));
        check(&[("content-length", "0")], 1, Ok(Framing::Empty));
        check(&[("CONTENT-LENGTH", "0012")], 1, Ok(Framing::Length(12)));
        check(&[("Transfer-Encoding", "Chunked")], 1, Ok(Framing::Chunked));
    }

    #[test]
    fn ambiguous_framing_is_refused() {
        for length in ["", "+1", "-1", "1,1", "1 1", "0x1", "1.0", "one", "\u{b2}"] {
            check(&[("Content-Length", length)], 1, Err(400));
        }
        check(&[("Content-Length", "5"), ("Content-Length", "5")], 1, Err(400));
        check(&[("Content-Length", "5"), ("Transfer-Encoding", "chunked")], 1, Err(400));
        check(&[("Transfer-Encoding", "chunked"), ("Content-Length", "0")], 1, Err(400));
        check(&[("Transfer-Encoding", "chunked"), ("Transfer-Encoding", "chunked")], 1, Err(400));
        check(&[("Transfer-Encoding", "chunked")], 0, Err(400));
        for coding in [
            "",
            "chunked, chunked",
            "chunked, gzip",
            "chunked,",
            ",",
            "\"chunked\"",
            "\u{b}chunked",
            "chunked;q=1",
        ] {
            check(&[("Transfer-Encoding", coding)], 1, Err(400));
        }
        for coding in ["gzip", "identity", "gzip, chunked", "xchunked"] {
            check(&[("Transfer-Encoding", coding)], 1, Err(501));
        }
        check(&[("Content-Length", "99999999999999999999")], 1, Err(413));
    }

    #[test]
    fn a_request_names_one_host() {
        let gather = |hosts: &[&str], minor| {
            let fields: Vec<_> =
                hosts.iter().map(|host| Field { name: "host", value: host.as_bytes() }).collect();
            Known::gather(&fields, minor).map(|_| ()).map_err(|refusal| refusal.status().0)
        };
        assert_eq!(gather(&["a"], 1), Ok(()));
        assert_eq!(gather(&["[::1]:80"], 1), Ok(()));
        assert_eq!(gather(&[""], 1), Ok(()));
        assert_eq!(gather(&[], 0), Ok(()));
        assert_eq!(gather(&[], 1), Err(400));
        assert_eq!(gather(&["a", "a"], 1), Err(400));
        assert_eq!(gather(&["a", "a"], 0), Err(400));
        assert_eq!(gather(&["a b"], 1), Err(400));
        assert_eq!(gather(&["a/b"], 1), Err(400));
        assert_eq!(gather(&["a@b"], 1), Err(400));
    }

    #[test]
    fn expectations_are_met_or_refused() {
        let expect = |value: &str, minor| {
            let fields =
                [Field { name: "Host", value: b"a" }, Field { name: "Expect", value: value.as_bytes() }];
            Known::gather(&fields, minor).map(|known| known.expects).map_err(|refusal| refusal.status().0)
        };
        assert_eq!(expect("100-Continue", 1), Ok(true));
        assert_eq!(expect("100-continue", 0), Ok(false));
        assert_eq!(expect("201-created", 1), Err(417));
    }
}
