//! How values are written behind an option: the same as behind an option of `unikc`.
//!
//! | `.unik` | Rust | written |
//! |---|---|---|
//! | `Bool` | `bool` | `true`, `false` |
//! | `Int` | `i64` | `-5`, `1_000` |
//! | `Str`, `Path` | `&'static str` | as it is |
//! | `Port` | `u16` | `8080` |
//! | `Ip`, `Ipv4`, `Ipv6` | `IpAddr`, … | `10.0.0.1`, `::1` |
//! | `Cidr` | [`Cidr`] | `10.0.0.2/24` |
//! | `Mac` | [`Mac`] | `02:00:00:00:00:01` |
//! | `Duration` | [`Duration`] | `5s`; units `ns us ms s m min h d` |
//! | `Size` | `u64` | `64KiB`, `512`; units `B KB MB GB TB KiB MiB GiB TiB` |
//! | `List(T)` | `&'static [T]` | `80,8080`, `[80, 8080]`; the empty text is the empty list |
//! | `Option(T)` | `Option<T>` | `none`, `80` |
//! | an enum | a Rust enum | the name of a case, with [`choice`] |
//!
//! A value is read once, when the program starts, and lives as long as the program: texts and lists are leaked.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;
use core::time::Duration;

use unik::net::{Cidr, Mac};

use crate::arguments::nearest;

/// A type of values that boot arguments have.
pub trait Value: Sized {
    /// The value that a text means, or what was expected, as the end of "`http` is wrong: …".
    fn parse(text: &str) -> Result<Self, String>;
}

impl Value for bool {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(true),
            "false" => Ok(false),
            _ => Err("expected true or false".into()),
        }
    }
}

impl Value for i64 {
    fn parse(text: &str) -> Result<Self, String> {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let digits = digits_of(digits).ok_or("expected a whole number")?;
        format!("{sign}{digits}").parse().map_err(|_| "expected a number of at most 64 bits".into())
    }
}

impl Value for &'static str {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(Box::leak(Box::from(text)))
    }
}

impl Value for u16 {
    fn parse(text: &str) -> Result<Self, String> {
        let port = i64::parse(text).ok().and_then(|number| Self::try_from(number).ok());
        port.ok_or_else(|| "expected a port, 0 to 65535".into())
    }
}

impl Value for IpAddr {
    fn parse(text: &str) -> Result<Self, String> {
        from_str(text, "expected an address, as in 10.0.0.1 or ::1")
    }
}

impl Value for Ipv4Addr {
    fn parse(text: &str) -> Result<Self, String> {
        from_str(text, "expected an IPv4 address, as in 10.0.0.1")
    }
}

impl Value for Ipv6Addr {
    fn parse(text: &str) -> Result<Self, String> {
        from_str(text, "expected an IPv6 address, as in ::1")
    }
}

impl Value for Cidr {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("{error}"))
    }
}

impl Value for Mac {
    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(|error| format!("{error}"))
    }
}

impl Value for Duration {
    fn parse(text: &str) -> Result<Self, String> {
        // A duration is held in 64 bits of nanoseconds: 584 years.
        with_unit(
            text,
            &[
                ("ns", 1),
                ("us", 1_000),
                ("ms", 1_000_000),
                ("s", 1_000_000_000),
                ("m", 60_000_000_000),
                ("min", 60_000_000_000),
                ("h", 3_600_000_000_000),
                ("d", 86_400_000_000_000),
            ],
            "expected a duration, as in 5s; the units are ns us ms s m h d",
        )
        .map(Self::from_nanos)
    }
}

/// A `Size`, in bytes.
impl Value for u64 {
    fn parse(text: &str) -> Result<Self, String> {
        with_unit(
            text,
            &[
                // A count without a unit is of bytes.
                ("", 1),
                ("B", 1),
                ("KB", 1_000),
                ("kB", 1_000),
                ("MB", 1_000_000),
                ("GB", 1_000_000_000),
                ("TB", 1_000_000_000_000),
                ("KiB", 1 << 10),
                ("MiB", 1 << 20),
                ("GiB", 1 << 30),
                ("TiB", 1 << 40),
            ],
            "expected a size, as in 64KiB or 512; the units are B KB MB GB TB KiB MiB GiB TiB",
        )
    }
}

impl<T: Value> Value for Option<T> {
    fn parse(text: &str) -> Result<Self, String> {
        option(text, T::parse)
    }
}

impl<T: Value + 'static> Value for &'static [T] {
    fn parse(text: &str) -> Result<Self, String> {
        Ok(list(text, T::parse)?.leak())
    }
}

/// The case of an enum that a text names.
pub fn choice<T: Copy>(text: &str, cases: &[(&str, T)]) -> Result<T, String> {
    if let Some((_, case)) = cases.iter().find(|(name, _)| *name == text) {
        return Ok(*case);
    }
    let names: Vec<&str> = cases.iter().map(|(name, _)| *name).collect();
    let hint = nearest(text, &names).map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    Err(format!("expected one of {}{hint}", names.join(", ")))
}

/// A list of what `item` reads: separated by commas, in brackets or not.
pub fn list<T>(text: &str, item: impl Fn(&str) -> Result<T, String>) -> Result<Vec<T>, String> {
    let inner = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if inner.trim().is_empty() {
        return Ok(Vec::new());
    }
    inner.split(',').map(|part| item(part.trim())).collect()
}

/// `none`, or what `item` reads.
pub fn option<T>(text: &str, item: impl Fn(&str) -> Result<T, String>) -> Result<Option<T>, String> {
    if text == "none" {
        return Ok(None);
    }
    item(text).map(Some)
}

fn from_str<T: FromStr>(text: &str, expected: &str) -> Result<T, String> {
    text.parse().map_err(|_| expected.into())
}

/// Decimal digits with the `_` behind the first taken out.
fn digits_of(text: &str) -> Option<String> {
    let begins = text.starts_with(|c: char| c.is_ascii_digit());
    let allowed = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_');
    (begins && allowed).then(|| text.replace('_', ""))
}

fn with_unit(text: &str, units: &[(&str, u64)], expected: &str) -> Result<u64, String> {
    let split = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (number, unit) = text.split_at(split);
    let number = digits_of(number).ok_or(expected)?;
    let (_, factor) = units.iter().find(|(name, _)| *name == unit).ok_or(expected)?;
    number
        .parse::<u64>()
        .ok()
        .and_then(|count| count.checked_mul(*factor))
        .ok_or_else(|| "it is too large".into())
}
