//! Whether a request still wants what it asked for (RFC 9110 §13).
//!
//! Preconditions are asked only of an answer that would be a success, in the order of §13.2.2. An entity tag is compared as
//! the answer shows it, quotes and weakness included; dates in whole seconds. What part of the content is sent is left to `range`.

use crate::date;
use crate::fields::Known;

/// The version of a content: what an answer says about it.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Version<'a> {
    /// The entity tag: `"…"` or `W/"…"`.
    pub etag: Option<&'a [u8]>,
    /// When it was last changed, in seconds since 1970.
    pub modified: Option<u64>,
}

/// What the preconditions came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Send it.
    Go,
    /// The client has it: 304.
    NotModified,
    /// The client wanted another: 412.
    Failed,
}

/// Evaluates the preconditions of a GET or HEAD: what another method does the handler has done already, so it is the handler that
/// looks at its preconditions. `all` gives the values of the fields of a name.
pub(crate) fn evaluate<'b, I: Iterator<Item = &'b [u8]>>(
    known: &Known<'b>,
    all: impl Fn(&'static str) -> I,
    version: Version<'_>,
    now: impl Fn() -> u64,
) -> Verdict {
    if known.if_match {
        if !all("if-match").any(|list| lists(list, version.etag, true)) {
            return Verdict::Failed;
        }
    } else if let (Some(field), Some(modified)) = (known.if_unmodified_since, version.modified)
        && date::parse(field, now()).is_some_and(|since| modified > since)
    {
        return Verdict::Failed;
    }
    if known.if_none_match {
        let has = all("if-none-match").any(|list| lists(list, version.etag, false));
        return if has { Verdict::NotModified } else { Verdict::Go };
    }
    if let (Some(field), Some(modified)) = (known.if_modified_since, version.modified)
        && date::parse(field, now()).is_some_and(|since| modified <= since)
    {
        return Verdict::NotModified;
    }
    Verdict::Go
}

/// Whether a `Range` applies: there is no `If-Range`, or it names exactly this version (RFC 9110 §13.1.5). A date does so only if
/// the content can hardly have changed twice within its second, so it has to be a minute old (§8.8.2.2).
pub(crate) fn range_applies(if_range: Option<&[u8]>, version: Version<'_>, now: impl Fn() -> u64) -> bool {
    let Some(field) = if_range else { return true };
    if field.starts_with(b"\"") || field.starts_with(b"W/") {
        return version.etag.is_some_and(|etag| !etag.starts_with(b"W/") && etag == field);
    }
    let now = now();
    let strong =
        |modified: u64| date::parse(field, now) == Some(modified) && modified.saturating_add(60) <= now;
    version.modified.is_some_and(strong)
}

/// Whether a list of entity tags holds one; `*` holds every tag, and what has none, since it exists.
fn lists(list: &[u8], etag: Option<&[u8]>, strong: bool) -> bool {
    if list == b"*" {
        return true;
    }
    let Some(etag) = etag else { return false };
    let (weak, opaque) = match etag.strip_prefix(b"W/") {
        Some(opaque) => (true, opaque),
        None => (false, etag),
    };
    if strong && weak {
        return false;
    }
    let mut rest = list;
    while let Some((tag_weak, tag, after)) = next_tag(rest) {
        if tag == opaque && !(strong && tag_weak) {
            return true;
        }
        rest = after;
    }
    false
}

/// The first tag of a list: whether it is weak, itself with its quotes, and what follows. A comma may stand inside a tag.
fn next_tag(list: &[u8]) -> Option<(bool, &[u8], &[u8])> {
    let start = list.iter().position(|byte| !b", \t".contains(byte))?;
    let list = &list[start..];
    let (weak, list) = match list.strip_prefix(b"W/") {
        Some(list) => (true, list),
        None => (false, list),
    };
    let inner = list.strip_prefix(b"\"")?;
    let end = inner.iter().position(|byte| *byte == b'"')?;
    let (tag, after) = list.split_at(end + 2);
    Some((weak, tag, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHEN: u64 = 784_111_777;
    const DATE: &[u8] = b"Sun, 06 Nov 1994 08:49:37 GMT";
    const EARLIER: &[u8] = b"Sun, 06 Nov 1994 08:49:36 GMT";
    const LATER: &[u8] = b"Sun, 06 Nov 1994 08:49:38 GMT";
    const TAGGED: Version<'static> = Version { etag: Some(b"\"a\""), modified: Some(WHEN) };
    const WEAK: Version<'static> = Version { etag: Some(b"W/\"a\""), modified: None };
    const BARE: Version<'static> = Version { etag: None, modified: None };

    #[track_caller]
    fn check(fields: &[(&'static str, &'static [u8])], version: Version<'_>, expected: Verdict) {
        let all =
            |name: &'static str| fields.iter().filter(move |field| field.0 == name).map(|field| field.1);
        let one = |name| all(name).next();
        let known = Known {
            if_match: one("if-match").is_some(),
            if_none_match: one("if-none-match").is_some(),
            if_modified_since: one("if-modified-since"),
            if_unmodified_since: one("if-unmodified-since"),
            ..Known::default()
        };
        assert_eq!(evaluate(&known, all, version, || WHEN + 1000), expected, "{fields:?} {version:?}");
    }

    #[test]
    fn a_client_that_has_it_does_not_get_it() {
        for list in ["\"a\"", "*", "\"b\", \"a\"", "W/\"a\"", ",\"b\" ,W/\"a\" ", "\"b,\",\"a\""] {
            check(&[("if-none-match", list.as_bytes())], TAGGED, Verdict::NotModified);
            check(&[("if-none-match", list.as_bytes())], WEAK, Verdict::NotModified);
        }
        for list in ["\"b\"", "", "a", "\"a", "\"A\"", "\"b\"\"c\"", "w/\"a\"", "\"b, a\""] {
            check(&[("if-none-match", list.as_bytes())], TAGGED, Verdict::Go);
        }
        check(&[("if-none-match", b"\"b\""), ("if-none-match", b"\"a\"")], TAGGED, Verdict::NotModified);
        check(&[("if-none-match", b"\"a\"")], BARE, Verdict::Go);
    }

    #[test]
    fn tags_count_more_than_dates() {
        check(&[("if-modified-since", DATE)], TAGGED, Verdict::NotModified);
        check(&[("if-modified-since", LATER)], TAGGED, Verdict::NotModified);
        check(&[("if-modified-since", EARLIER)], TAGGED, Verdict::Go);
        check(&[("if-modified-since", b"yesterday")], TAGGED, Verdict::Go);
        check(&[("if-modified-since", DATE)], WEAK, Verdict::Go);
        check(&[("if-none-match", b"\"b\""), ("if-modified-since", DATE)], TAGGED, Verdict::Go);
        check(&[("if-match", b"\"a\""), ("if-unmodified-since", EARLIER)], TAGGED, Verdict::Go);
    }

    #[test]
    fn a_client_that_wants_another_is_told() {
        check(&[("if-match", b"\"a\"")], TAGGED, Verdict::Go);
        check(&[("if-match", b"*")], TAGGED, Verdict::Go);
        check(&[("if-match", b"\"b\"")], TAGGED, Verdict::Failed);
        check(&[("if-match", b"W/\"a\"")], TAGGED, Verdict::Failed);
        check(&[("if-match", b"W/\"a\"")], WEAK, Verdict::Failed);
        check(&[("if-match", b"\"a\"")], BARE, Verdict::Failed);
        check(&[("if-unmodified-since", EARLIER)], TAGGED, Verdict::Failed);
        check(&[("if-unmodified-since", DATE)], TAGGED, Verdict::Go);
        check(&[("if-match", b"\"a\""), ("if-none-match", b"\"a\"")], TAGGED, Verdict::NotModified);
    }

    #[test]
    fn a_range_is_one_of_the_same_version() {
        let applies = |field: Option<&[u8]>, version| range_applies(field, version, || WHEN + 1000);
        assert!(applies(None, BARE));
        assert!(applies(Some(b"\"a\""), TAGGED));
        assert!(applies(Some(DATE), TAGGED));
        for field in [&b"\"b\""[..], b"W/\"a\"", EARLIER, LATER, b"", b"a"] {
            assert!(!applies(Some(field), TAGGED), "{:?}", field.escape_ascii());
        }
        assert!(!applies(Some(b"W/\"a\""), WEAK));
        assert!(!range_applies(Some(DATE), TAGGED, || WHEN + 1));
    }
}
