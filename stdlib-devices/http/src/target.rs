//! From a request's target (RFC 9112 §3.2) to the path and the query that a handler sees.
//!
//! A path comes out decoded and without dot segments (RFC 3986 §5.2.4), so that no later reader can be led out of its root
//! by one more decoding. Segments are found before they are decoded: a `%2F` is not a separator, and since no name of
//! ours can hold a slash it is refused, like NUL, control characters and what is not UTF-8.

use alloc::borrow::Cow;
use alloc::string::String;

use unik::http::Method;

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target<'b> {
    /// Starts with a slash; `*` for the server as a whole.
    pub path: Cow<'b, str>,
    /// What stands behind the question mark, as sent.
    pub query: Option<&'b str>,
    /// The host, when the target names one: it counts more than the `Host` field (RFC 9112 §3.2.2).
    pub authority: Option<&'b str>,
}

/// A target that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

impl<'b> Target<'b> {
    /// Reads the target of any method but CONNECT, which this server does not speak.
    pub(crate) fn parse(raw: &'b str, method: Method) -> Result<Target<'b>, Malformed> {
        if raw.starts_with('/') {
            return Target::origin(raw, None);
        }
        if raw == "*" {
            let whole = method == Method::Options;
            return if whole {
                Ok(Target { path: "*".into(), query: None, authority: None })
            } else {
                Err(Malformed)
            };
        }
        let (scheme, rest) = raw.split_once("://").ok_or(Malformed)?;
        if !scheme.eq_ignore_ascii_case("http") && !scheme.eq_ignore_ascii_case("https") {
            return Err(Malformed);
        }
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(end);
        if authority.is_empty() || !host(authority.as_bytes()) {
            return Err(Malformed);
        }
        Target::origin(rest, Some(authority))
    }

    #[inline]
    fn origin(raw: &'b str, authority: Option<&'b str>) -> Result<Target<'b>, Malformed> {
        let (mut end, mut plain, mut before) = (raw.len(), true, 0);
        for (at, byte) in raw.bytes().enumerate() {
            match byte {
                b'?' => end = end.min(at),
                b'%' => plain = false,
                b'.' if before == b'/' => plain = false,
                b'#' | ..=b' ' | 0x7f.. => return Err(Malformed),
                _ => {}
            }
            before = byte;
        }
        let (path, query) = raw.split_at(end);
        let path = match path {
            "" => Cow::Borrowed("/"),
            path if plain => Cow::Borrowed(path),
            path => Cow::Owned(rewritten(path)?),
        };
        Ok(Target { path, query: query.strip_prefix('?'), authority })
    }
}

/// Whether a `Host` field or an authority could name a host: what cannot be part of one would be a way to smuggle.
pub(crate) fn host(value: &[u8]) -> bool {
    // Without a branch per byte: nearly all are right.
    value.iter().fold(true, |right, byte| right & IN_HOST[usize::from(*byte)])
}

const IN_HOST: [bool; 256] = {
    let (mut table, mut byte) = ([false; 256], 0u8);
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric();
        byte += 1;
    }
    let (others, mut at) = (b"-._~!$&'()*+;=:[]%", 0);
    while at < others.len() {
        table[others[at] as usize] = true;
        at += 1;
    }
    table
};

/// The path without dot segments and percent-codes.
fn rewritten(path: &str) -> Result<String, Malformed> {
    let mut out = String::with_capacity(path.len());
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let segment = decoded(segment)?;
        let last = segments.peek().is_none();
        match &*segment {
            "." | ".." => {
                if segment == ".." {
                    out.truncate(out.rfind('/').unwrap_or(0));
                }
                // A dot segment at the end names a folder.
                if last {
                    out.push('/');
                }
            }
            name => {
                out.push('/');
                out.push_str(name);
            }
        }
    }
    Ok(out)
}

fn decoded(segment: &str) -> Result<Cow<'_, str>, Malformed> {
    if !segment.contains('%') {
        return Ok(Cow::Borrowed(segment));
    }
    let mut out = alloc::vec::Vec::with_capacity(segment.len());
    let mut bytes = segment.bytes();
    while let Some(byte) = bytes.next() {
        let byte = if byte == b'%' { hex(bytes.next())? * 16 + hex(bytes.next())? } else { byte };
        if byte == b'/' || byte.is_ascii_control() {
            return Err(Malformed);
        }
        out.push(byte);
    }
    String::from_utf8(out).map(Cow::Owned).map_err(|_| Malformed)
}

fn hex(digit: Option<u8>) -> Result<u8, Malformed> {
    let digit = digit.and_then(|digit| char::from(digit).to_digit(16)).ok_or(Malformed)?;
    u8::try_from(digit).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, path: &str, query: Option<&str>, authority: Option<&str>) {
        assert_eq!(
            Target::parse(raw, Method::Get),
            Ok(Target { path: path.into(), query, authority }),
            "{raw}"
        );
    }

    #[track_caller]
    fn path(raw: &str, expected: &str) {
        check(raw, expected, None, None);
    }

    #[test]
    fn paths_are_decoded_and_straightened() {
        path("/", "/");
        path("/a/b", "/a/b");
        path("/a//b/", "/a//b/");
        path("/a%20b", "/a b");
        path("/%e4%BD%a0", "/\u{4f60}");
        path("/a/./b", "/a/b");
        path("/a/../b", "/b");
        path("/a/b/..", "/a/");
        path("/a/.", "/a/");
        path("/..", "/");
        path("/../../etc/passwd", "/etc/passwd");
        path("/%2e%2E/%2e/etc", "/etc");
        path("/a/%2e%2e/%2e%2e/b", "/b");
        path("/.hidden/...", "/.hidden/...");
        path("/a%25%32e", "/a%2e");
        path("/%5c..%5cb", "/\\..\\b");
    }

    #[test]
    fn all_forms_are_read() {
        check("/a?b=%20c?d", "/a", Some("b=%20c?d"), None);
        check("/?", "/", Some(""), None);
        check("http://host:80/a?b", "/a", Some("b"), Some("host:80"));
        check("HTTP://host", "/", None, Some("host"));
        check("https://[::1]:80?q", "/", Some("q"), Some("[::1]:80"));
        assert!(Target::parse("*", Method::Options).is_ok());
    }

    #[test]
    fn what_is_no_target_is_refused() {
        for raw in [
            "",
            "a",
            "*",
            "a/b",
            "/%",
            "/%2",
            "/%zz",
            "/%+1",
            "/%00",
            "/a%2Fb",
            "/%0a",
            "/%7f",
            "/%ff",
            "/%c0%af",
            "/\u{e9}",
            "/a#b",
            "ftp://host/",
            "http://",
            "http:///a",
            "http://user@host/",
            "http://ho st/",
            "host:443",
            "http:/a",
            "javascript:1",
        ] {
            assert_eq!(Target::parse(raw, Method::Get), Err(Malformed), "{raw}");
        }
    }

    #[test]
    fn no_path_leads_upwards() {
        // Every path of five pieces out of these; whatever comes out has no dot segment and starts with a slash.
        let pieces = ["/", ".", "%2e", "a", "..", "?", "%2F"];
        for mut number in 0..pieces.len().pow(5) {
            let mut raw = String::from("/");
            for _ in 0..5 {
                raw.push_str(pieces[number % pieces.len()]);
                number /= pieces.len();
            }
            if let Ok(target) = Target::parse(&raw, Method::Get) {
                assert!(target.path.starts_with('/'), "{raw}");
                assert!(!target.path.split('/').any(|segment| segment == "." || segment == ".."), "{raw}");
            }
        }
    }
}
