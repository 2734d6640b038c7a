//! Names of hosts as people write them.

use alloc::string::String;

/// The longest name, dots included (RFC 1035, 2.3.4: 255 bytes in a message).
const LONGEST: usize = 253;
/// The longest part between two dots.
const LONGEST_LABEL: usize = 63;

/// A name in lower case, without a dot at its end. Nothing if no host can have it (RFC 952, RFC 1123, 2.1); underscores, which many
/// have all the same, are let through.
pub(crate) fn normal(name: &str) -> Option<String> {
    let name = name.strip_suffix('.').unwrap_or(name);
    let is_label = |label: &str| {
        let inside = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        !label.is_empty()
            && label.len() <= LONGEST_LABEL
            && label.bytes().all(inside)
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_name = name.len() <= LONGEST && name.split('.').all(is_label);
    is_name.then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_what_is_none() {
        let long = ["a".repeat(63).as_str(), "b".repeat(63).as_str(), "c".repeat(63).as_str(), "d"].join(".");
        for (name, expected) in [
            ("Example.COM", Some("example.com")),
            ("example.com.", Some("example.com")),
            ("a", Some("a")),
            ("_dmarc.example-1.org", Some("_dmarc.example-1.org")),
            (long.as_str(), Some(long.as_str())),
            ("", None),
            (".", None),
            ("a..b", None),
            (".a", None),
            ("a..", None),
            ("-a.b", None),
            ("a-.b", None),
            ("a b", None),
            ("a\0b", None),
            ("bücher.example", None),
            ("a\\.b", None),
        ] {
            assert_eq!(normal(name).as_deref(), expected, "{name:?}");
        }
        assert_eq!(normal(&"e".repeat(64)), None);
        assert_eq!(normal(&[long.as_str(), "e".repeat(63).as_str()].join(".")), None);
    }
}
