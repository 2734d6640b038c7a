//! How values are read: what stands inside a literal of a `.unik` file, and behind an option of the command line.
//!
//! Which type a text is read as is decided by whoever has it. Paths are left without a folder.

use core::fmt;
use core::ops::Range;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use smol_str::SmolStr;

use crate::value::{Cidr, Const, HostPath, ValueType};

/// Why a text is not a value of a type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// The bytes of the text that are wrong; empty at its end if something is missing there.
    pub span: Range<usize>,
    /// What is wrong with them, in the user's words.
    pub reason: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for ParseError {}

/// Units of time, in nanoseconds.
pub const DURATION_UNITS: &[(&str, u64)] = &[
    ("ns", 1),
    ("us", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("min", 60_000_000_000),
    ("h", 3_600_000_000_000),
    ("d", 86_400_000_000_000),
];

/// Units of size, in bytes.
pub const SIZE_UNITS: &[(&str, u64)] = &[
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
];

impl ValueType {
    /// The value that a text stands for.
    pub fn parse(&self, text: &str) -> Result<Const, ParseError> {
        match self {
            Self::Bool => match text {
                "true" => Ok(Const::Bool(true)),
                "false" => Ok(Const::Bool(false)),
                _ => wrong(0..text.len(), "it is neither `true` nor `false`"),
            },
            Self::Int => integer(text).map(Const::Int),
            Self::Port => match integer(text)?.try_into() {
                Ok(port) => Ok(Const::Port(port)),
                Err(_) => wrong(0..text.len(), "a port is at most 65535, and at least 0"),
            },
            Self::Str => Ok(Const::Str(text.into())),
            Self::Path if text.is_empty() => wrong(0..0, "a path is not empty; `.` is the folder itself"),
            Self::Path => Ok(Const::Path(host(text))),
            Self::Files if text.is_empty() => wrong(0..0, "a path is not empty; `.` is the folder itself"),
            Self::Files => Ok(Const::Files(host(text))),
            Self::Ip if text.contains(':') => Ok(Const::Ip(IpAddr::V6(ipv6(text)?))),
            Self::Ip => Ok(Const::Ip(IpAddr::V4(ipv4(text)?))),
            Self::Ipv4 => ipv4(text).map(Const::Ipv4),
            Self::Ipv6 => ipv6(text).map(Const::Ipv6),
            Self::Cidr => cidr(text),
            Self::Mac => mac(text),
            Self::Duration => {
                match with_unit(text, DURATION_UNITS, None, "time", "`5s`, `100ms`, `2m`, `1h`") {
                    Ok(count) => Ok(Const::Duration(count)),
                    Err(error) => Err(error),
                }
            }
            Self::Size => {
                with_unit(text, SIZE_UNITS, Some(1), "size", "`64KiB`, `1MB`, `512`").map(Const::Size)
            }
            Self::List(of) => list(of, text),
            Self::Option(_) if text == "none" => Ok(Const::None),
            Self::Option(of) => Ok(Const::Some(Box::new(of.parse(text)?))),
            Self::Enum(of) => match of.cases.iter().zip(0..).find(|(case, _)| *case == text) {
                Some((_, index)) => Ok(Const::Case(index)),
                None => {
                    let cases: Vec<String> = of.cases.iter().map(|case| format!("`{case}`")).collect();
                    wrong(0..text.len(), &format!("the cases of {} are {}", of.name, cases.join(", ")))
                }
            },
        }
    }
}

impl Const {
    /// The same value, its paths counted from `folder` where they are counted from nothing yet.
    #[must_use]
    pub fn in_folder(self, folder: &SmolStr) -> Self {
        let inside = |path: HostPath| match path.folder.is_empty() {
            true => HostPath { folder: folder.clone(), ..path },
            false => path,
        };
        match self {
            Self::Path(path) => Self::Path(inside(path)),
            Self::Files(path) => Self::Files(inside(path)),
            Self::List(items) => Self::List(items.into_iter().map(|item| item.in_folder(folder)).collect()),
            Self::Some(inner) => Self::Some(Box::new(inner.in_folder(folder))),
            plain => plain,
        }
    }
}

fn wrong<T>(span: Range<usize>, reason: &str) -> Result<T, ParseError> {
    Err(ParseError { span, reason: reason.to_owned() })
}

/// An error about `of`, a part of a text that starts at `at`.
fn shifted(error: ParseError, at: usize) -> ParseError {
    ParseError { span: error.span.start + at..error.span.end + at, ..error }
}

fn host(text: &str) -> HostPath {
    HostPath { folder: SmolStr::default(), written: text.into() }
}

/// The bytes of the character at `at`, or nothing at the end.
fn char_at(text: &str, at: usize) -> Range<usize> {
    at..at + text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
}

fn integer(text: &str) -> Result<i64, ParseError> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let sign = text.len() - unsigned.len();
    digits(unsigned).map_err(|error| shifted(error, sign))?;
    match text.replace('_', "").parse() {
        Ok(number) => Ok(number),
        Err(_) => wrong(0..text.len(), "it does not fit into 64 bits"),
    }
}

fn digits(text: &str) -> Result<(), ParseError> {
    match text.char_indices().find(|(at, char)| !(char.is_ascii_digit() || *char == '_' && *at > 0)) {
        Some((at, _)) => wrong(char_at(text, at), "it is not a digit"),
        None if text.is_empty() => wrong(0..0, "digits are missing"),
        None => Ok(()),
    }
}

/// Digits, with a fraction perhaps not: a whole count of a unit.
fn with_unit(
    text: &str,
    units: &[(&str, u64)],
    plain: Option<u64>,
    what: &str,
    examples: &str,
) -> Result<u64, ParseError> {
    if text.starts_with('-') {
        return wrong(0..1, &format!("a {what} is not negative"));
    }
    let end = text.find(|char: char| !(char.is_ascii_digit() || char == '_')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    digits(number).map_err(|error| match number.is_empty() {
        true => ParseError {
            span: char_at(text, 0),
            reason: format!("it does not start with a number: {examples}"),
        },
        false => error,
    })?;
    let size = match units.iter().find(|(known, _)| *known == unit) {
        Some((_, size)) => *size,
        None => match plain.filter(|_| unit.is_empty()) {
            Some(size) => size,
            None if unit.is_empty() => {
                return wrong(0..text.len(), &format!("a unit is missing: {examples}"));
            }
            None => {
                let known: Vec<&str> = units.iter().map(|(known, _)| *known).collect();
                let reason = format!("it is no unit of {what}; there are {}", known.join(", "));
                return wrong(end..text.len(), &reason);
            }
        },
    };
    match number.replace('_', "").parse::<u64>().ok().and_then(|count| count.checked_mul(size)) {
        Some(count) => Ok(count),
        None => wrong(0..text.len(), &format!("no {what} is that large")),
    }
}

fn ipv4(text: &str) -> Result<Ipv4Addr, ParseError> {
    let mut bytes = [0; 4];
    let mut at = 0;
    let mut parts = text.split('.');
    for byte in &mut bytes {
        let Some(part) = parts.next() else {
            return wrong(text.len()..text.len(), "an IPv4 address has four numbers, as `10.0.0.2`");
        };
        let span = at..at + part.len();
        if part.is_empty() {
            return wrong(char_at(text, at), "an IPv4 address has four numbers, as `10.0.0.2`");
        }
        if let Some((wrong_at, _)) = part.char_indices().find(|(_, char)| !char.is_ascii_digit()) {
            return wrong(char_at(text, at + wrong_at), "it is not a digit");
        }
        if part.len() > 1 && part.starts_with('0') {
            return wrong(span, "a number of an IPv4 address does not start with 0");
        }
        *byte = match part.parse() {
            Ok(byte) => byte,
            Err(_) => return wrong(span, "a number of an IPv4 address is at most 255"),
        };
        at += part.len() + 1;
    }
    match parts.next() {
        Some(_) => wrong(at - 1..text.len(), "an IPv4 address has only four numbers"),
        None => Ok(Ipv4Addr::from(bytes)),
    }
}

fn ipv6(text: &str) -> Result<Ipv6Addr, ParseError> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let allowed = |char: char| char.is_ascii_hexdigit() || char == ':' || char == '.';
    if let Some((at, _)) = text.char_indices().find(|(_, char)| !allowed(*char)) {
        return wrong(char_at(text, at), "it is not a digit of an IPv6 address");
    }
    let mut at = 0;
    for part in text.split(':') {
        if part.len() > 4 && !part.contains('.') {
            return wrong(at..at + part.len(), "a group of an IPv6 address has at most four digits");
        }
        at += part.len() + 1;
    }
    wrong(
        0..text.len(),
        "an IPv6 address has eight groups of digits, as `2001:db8::1`, where `::` stands for groups of 0",
    )
}

fn cidr(text: &str) -> Result<Const, ParseError> {
    let Some((address, prefix)) = text.split_once('/') else {
        return wrong(text.len()..text.len(), "the length of the prefix is missing, as in `10.0.0.2/24`");
    };
    let (address, most) = match address.contains(':') {
        true => (IpAddr::V6(ipv6(address)?), 128),
        false => (IpAddr::V4(ipv4(address)?), 32),
    };
    let at = text.len() - prefix.len();
    digits(prefix).map_err(|error| shifted(error, at))?;
    match prefix.parse() {
        Ok(prefix) if prefix <= most => Ok(Const::Cidr(Cidr { address, prefix })),
        _ => wrong(at..text.len(), &format!("the prefix of this network is at most {most} bits long")),
    }
}

fn mac(text: &str) -> Result<Const, ParseError> {
    const FORM: &str = "a MAC address has six pairs of hexadecimal digits, as `02:00:00:00:00:01`";
    let mut bytes = [0; 6];
    let mut at = 0;
    let mut parts = text.split([':', '-']);
    for byte in &mut bytes {
        let Some(part) = parts.next() else { return wrong(text.len()..text.len(), FORM) };
        if let Some((wrong_at, _)) = part.char_indices().find(|(_, char)| !char.is_ascii_hexdigit()) {
            return wrong(char_at(text, at + wrong_at), "it is not a hexadecimal digit");
        }
        *byte = match u8::from_str_radix(part, 16) {
            Ok(byte) if part.len() == 2 => byte,
            _ => return wrong(at..at + part.len(), FORM),
        };
        at += part.len() + 1;
    }
    match parts.next() {
        Some(_) => wrong(at - 1..text.len(), FORM),
        None => Ok(Const::Mac(bytes)),
    }
}

/// Elements between commas, with or without brackets around them.
fn list(of: &ValueType, text: &str) -> Result<Const, ParseError> {
    let (inside, start) = match text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        Some(inside) => (inside, 1),
        None => (text, 0),
    };
    if inside.trim().is_empty() {
        return Ok(Const::List(Vec::new()));
    }
    let mut items = Vec::new();
    let mut at = start;
    for part in inside.split(',') {
        let item = part.trim();
        let before = part.len() - part.trim_start().len();
        items.push(of.parse(item).map_err(|error| shifted(error, at + before))?);
        at += part.len() + 1;
    }
    Ok(Const::List(items))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::value::EnumType;

    /// The value as an option shows it, or the wrong part and the reason.
    fn check(ty: &ValueType, text: &str, expected: &str) {
        let found = match ty.parse(text) {
            Ok(value) => value.option(ty),
            Err(error) => format!("«{}» {}", &text[error.span.clone()], error.reason),
        };
        assert_eq!(found, expected, "{ty}: {text}");
    }

    #[test]
    fn values_are_read_and_what_is_wrong_is_pointed_at() {
        use ValueType as T;
        check(&T::Bool, "true", "true");
        check(&T::Bool, "yes", "«yes» it is neither `true` nor `false`");
        check(&T::Int, "-1_000", "-1000");
        check(&T::Int, "-9223372036854775808", "-9223372036854775808");
        check(&T::Int, "9223372036854775808", "«9223372036854775808» it does not fit into 64 bits");
        check(&T::Int, "12x", "«x» it is not a digit");
        check(&T::Int, "", "«» digits are missing");
        check(&T::Port, "65535", "65535");
        check(&T::Port, "65536", "«65536» a port is at most 65535, and at least 0");
        check(&T::Ip, "::1", "::1");
        check(&T::Ip, "127.0.0.1", "127.0.0.1");
        check(&T::Ipv4, "10.0.0.256", "«256» a number of an IPv4 address is at most 255");
        check(&T::Ipv4, "10.0.0", "«» an IPv4 address has four numbers, as `10.0.0.2`");
        check(&T::Ipv4, "10.0.0.1.2", "«.2» an IPv4 address has only four numbers");
        check(&T::Ipv4, "10.0.é.1", "«é» it is not a digit");
        check(&T::Ipv6, "2001:dbg::1", "«g» it is not a digit of an IPv6 address");
        check(&T::Ipv6, "20010::1", "«20010» a group of an IPv6 address has at most four digits");
        check(&T::Cidr, "10.0.0.2/24", "10.0.0.2/24");
        check(&T::Cidr, "10.0.0.2/33", "«33» the prefix of this network is at most 32 bits long");
        check(&T::Cidr, "10.0.0.2", "«» the length of the prefix is missing, as in `10.0.0.2/24`");
        check(&T::Mac, "02:00:00:00:00:0g", "«g» it is not a hexadecimal digit");
        check(&T::Mac, "02-00-00-00-00-01", "02:00:00:00:00:01");
        check(&T::Duration, "90s", "90s");
        check(&T::Duration, "3d", "72h");
        check(&T::Duration, "5", "«5» a unit is missing: `5s`, `100ms`, `2m`, `1h`");
        check(&T::Duration, "5 s", "« s» it is no unit of time; there are ns, us, ms, s, m, min, h, d");
        check(&T::Duration, "999999999999d", "«999999999999d» no time is that large");
        check(&T::Duration, "-5s", "«-» a time is not negative");
        check(&T::Size, "512", "512B");
        check(&T::Size, "64KiB", "64KiB");
        check(&T::List(Box::new(T::Port)), "80, 8080", "[80, 8080]");
        check(&T::List(Box::new(T::Port)), "[80, x]", "«x» it is not a digit");
        check(&T::List(Box::new(T::Port)), "[]", "[]");
        check(&T::Option(Box::new(T::Port)), "none", "none");
        check(&T::Option(Box::new(T::Port)), "80", "80");
        check(&T::Path, "", "«» a path is not empty; `.` is the folder itself");
        let cases = vec!["crunch".into(), "direct".into()];
        let store = EnumType { file: "".into(), folder: "".into(), name: "Store".into(), cases };
        check(&T::Enum(Arc::new(store.clone())), "direct", "direct");
        check(&T::Enum(Arc::new(store)), "x", "«x» the cases of Store are `crunch`, `direct`");
    }
}
