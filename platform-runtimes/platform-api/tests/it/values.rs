//! How values are written.

use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use unik::net::{Cidr, Mac};
use unik_platform::{Value, choice, list, option};

fn good<T: Value + PartialEq + Debug>(cases: &[(&str, T)]) {
    for (text, value) in cases {
        assert_eq!(T::parse(text).as_ref(), Ok(value), "{text:?}");
    }
}

fn bad<T: Value + Debug>(message: &str, texts: &[&str]) {
    for text in texts {
        assert_eq!(T::parse(text).expect_err(text), message, "{text:?}");
    }
}

#[test]
fn plain_values() {
    good(&[("true", true), ("false", false)]);
    bad::<bool>("expected true or false", &["", "True", "1", "yes"]);
    good(&[
        ("0", 0i64),
        ("-5", -5),
        ("1_000", 1000),
        ("1_", 1),
        ("9223372036854775807", i64::MAX),
        ("-9223372036854775808", i64::MIN),
    ]);
    bad::<i64>("expected a whole number", &["", "-", "+1", "_1", "0x10", "1.5", "--1", " 1"]);
    bad::<i64>("expected a number of at most 64 bits", &["9223372036854775808", "-9223372036854775809"]);
    good(&[("", ""), ("a b", "a b"), ("\u{fc}", "\u{fc}")]);
    good(&[("0", 0u16), ("65535", 65535), ("8_080", 8080), ("-0", 0)]);
    bad::<u16>("expected a port, 0 to 65535", &["", "65536", "-1", "+80", "http", "99999999999999999999"]);
}

#[test]
fn addresses() {
    good::<IpAddr>(&[("10.0.0.1", Ipv4Addr::new(10, 0, 0, 1).into()), ("::1", Ipv6Addr::LOCALHOST.into())]);
    bad::<IpAddr>(
        "expected an address, as in 10.0.0.1 or ::1",
        &["", "10.0.0", "010.0.0.1", "localhost", "[::1]"],
    );
    good(&[("10.0.0.1", Ipv4Addr::new(10, 0, 0, 1))]);
    bad::<Ipv4Addr>("expected an IPv4 address, as in 10.0.0.1", &["::1", "10.0.0.256"]);
    good(&[("::1", Ipv6Addr::LOCALHOST)]);
    bad::<Ipv6Addr>("expected an IPv6 address, as in ::1", &["10.0.0.1", ":::"]);
    good(&[("02:00:00:00:00:01", Mac([2, 0, 0, 0, 0, 1])), ("02-00-00-00-00-01", Mac([2, 0, 0, 0, 0, 1]))]);
    bad::<Mac>("expected six pairs of hexadecimal digits, as in 02:00:00:00:00:01", &["", "02:00"]);
    assert_eq!(Cidr::parse("10.0.0.2/24").map(|cidr| cidr.to_string()).as_deref(), Ok("10.0.0.2/24"));
    bad::<Cidr>("the prefix is longer than the address", &["10.0.0.2/33"]);
}

#[test]
fn durations_and_sizes_have_a_unit() {
    good(&[
        ("0s", Duration::ZERO),
        ("1ns", Duration::from_nanos(1)),
        ("2us", Duration::from_micros(2)),
        ("250ms", Duration::from_millis(250)),
        ("1_000s", Duration::from_secs(1000)),
        ("2m", Duration::from_secs(120)),
        ("2min", Duration::from_secs(120)),
        ("2h", Duration::from_secs(7200)),
        ("1d", Duration::from_secs(86_400)),
    ]);
    let expected = "expected a duration, as in 5s; the units are ns us ms s m h d";
    bad::<Duration>(expected, &["", "5", "s", "5 s", "5parsecs", "-5s", "1.5s", "5S", "5s5s"]);
    bad::<Duration>("it is too large", &["18446744073709551615s", "99999999999999999999s", "213504d"]);
    good(&[
        ("0B", 0u64),
        ("64KiB", 65_536),
        ("64KB", 64_000),
        ("64kB", 64_000),
        ("512", 512),
        ("3MiB", 3 << 20),
        ("3GB", 3_000_000_000),
        ("2TiB", 2 << 40),
    ]);
    bad::<u64>(
        "expected a size, as in 64KiB or 512; the units are B KB MB GB TB KiB MiB GiB TiB",
        &["", "64kib", "KiB", "1.5MB"],
    );
    bad::<u64>("it is too large", &["16777216TiB"]);
}

#[test]
fn lists_and_options() {
    good::<&'static [u16]>(&[
        ("", &[]),
        ("[]", &[]),
        ("80", &[80]),
        ("80,8080", &[80, 8080]),
        ("[80, 8080]", &[80, 8080]),
    ]);
    bad::<&'static [u16]>("expected a port, 0 to 65535", &["80,", ",", "80;81", "[80"]);
    good(&[("none", None), ("80", Some(80u16)), ("080", Some(80))]);
    bad::<Option<u16>>("expected a port, 0 to 65535", &["", "None", "some(80)"]);
    good::<Option<&'static [u16]>>(&[
        ("none", None),
        ("[]", Some(&[])),
        ("[1, 2]", Some(&[1, 2])),
        ("1,2", Some(&[1, 2])),
    ]);
}

#[test]
fn cases_of_an_enum() {
    let level = |text: &str| choice(text, &[("quiet", 0), ("normal", 1), ("loud", 2)]);
    assert_eq!(level("loud"), Ok(2));
    assert_eq!(level("lout"), Err("expected one of quiet, normal, loud; did you mean loud?".into()));
    assert_eq!(level("Shout!"), Err("expected one of quiet, normal, loud".into()));
    assert_eq!(list("loud, quiet", level), Ok(vec![2, 0]));
    assert_eq!(option("loud", level), Ok(Some(2)));
    assert_eq!(option("none", level), Ok(None));
}
