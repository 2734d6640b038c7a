//! What needs no device: addresses, keys, tags, tables of files, deadlines.

use std::future::{Future, pending};
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use unik::clock::{Deadline, Monotonic, Sleep, TimedOut, within};
use unik::kv::{Entry, File, Files, Kind, Tag, key};
use unik::net::{Cidr, Mac};
use unik_conformance::virtual_time;

#[test]
fn addresses_are_read_and_written_alike() {
    for text in ["10.0.0.2/24", "0.0.0.0/0", "255.255.255.255/32", "::1/128", "2001:db8::/32", "::/0"] {
        assert_eq!(text.parse::<Cidr>().map(|cidr| cidr.to_string()).as_deref(), Ok(text));
    }
    for text in
        ["10.0.0.2", "10.0.0.2/", "10.0.0.2/33", "::1/129", "10.0.0.2/+1", "10.0.0/8", "/8", "::1/999", ""]
    {
        assert!(text.parse::<Cidr>().is_err(), "{text}");
    }
    assert_eq!(
        "02:00:00:0a:Bc:FF".parse::<Mac>().map(|mac| mac.to_string()).as_deref(),
        Ok("02:00:00:0a:bc:ff")
    );
    for text in [
        "",
        "02:00:00:00:00",
        "02:00:00:00:00:01:02",
        "2:0:0:0:0:1",
        "02:00:00:00:00:+1",
        "02.00.00.00.00.01",
    ] {
        assert!(text.parse::<Mac>().is_err(), "{text}");
    }
}

#[test]
fn a_network_contains_its_addresses() {
    for (cidr, address, inside) in [
        ("10.0.0.2/24", "10.0.0.255", true),
        ("10.0.0.2/24", "10.0.1.0", false),
        ("0.0.0.0/0", "203.0.113.9", true),
        ("10.0.0.2/32", "10.0.0.2", true),
        ("10.0.0.2/32", "10.0.0.3", false),
        ("2001:db8::/33", "2001:db8:7fff::1", true),
        ("2001:db8::/33", "2001:db8:8000::1", false),
        ("0.0.0.0/0", "::1", false),
    ] {
        assert_eq!(
            cidr.parse::<Cidr>().unwrap().contains(address.parse().unwrap()),
            inside,
            "{cidr} {address}"
        );
    }
}

#[test]
fn tags_are_fnv_1a() {
    // The test vectors that its authors publish: the empty text, and "foobar".
    assert_eq!(Tag::of(b"").to_string(), "6c62272e07bb014262b821756295c58d");
    assert_eq!(Tag::of(b"foobar").to_string(), "343e1662793c64bf6f0d3597ba446f18");
}

#[test]
fn keys_are_names_joined_by_slashes() {
    for good in ["a", "a/b", "..a", "a..", "...", "a b", "\u{fc}", "a\\..\\b", "con", "~"] {
        assert_eq!(key::check(good), Ok(()), "{good}");
    }
    for bad in unik_conformance::kv::MALFORMED {
        assert!(key::check(bad).is_err(), "{bad}");
    }
    assert_eq!(key::check_dictionary(""), Ok(()));
    assert_eq!(key::check("a\u{7f}"), Err(key::Malformed::Control));
    assert_eq!(key::check(&"a".repeat(256)), Err(key::Malformed::TooLong));
}

const fn file(path: &'static str) -> File {
    File { path, data: path.as_bytes(), tag: Tag(0), modified: None }
}

static FILES: Files =
    Files::new(&[file("a"), file("a-b/c"), file("a0"), file("b/a"), file("b/c/d"), file("b/c/e")]);

#[test]
fn a_table_of_files_finds_and_lists() {
    assert_eq!(FILES.find("b/c/d").map(|file| file.path), Some("b/c/d"));
    assert!(FILES.find("b/c").is_none());
    for (key, kind) in [
        ("", Some(Kind::Dictionary)),
        ("a", Some(Kind::Value)),
        ("a-b", Some(Kind::Dictionary)),
        ("b/c", Some(Kind::Dictionary)),
        ("b/", None),
        ("c", None),
        ("b/c/d/e", None),
    ] {
        assert_eq!(FILES.kind(key), kind, "{key}");
    }
    let list = |key| {
        let entry = |Entry { name, kind }| if kind == Kind::Value { name } else { name + "/" };
        FILES.list(key).map(|entries| entries.into_iter().map(entry).collect::<Vec<_>>().join(" "))
    };
    assert_eq!(list("").as_deref(), Some("a a-b/ a0 b/"));
    assert_eq!(list("b").as_deref(), Some("a c/"));
    assert_eq!(list("b/c").as_deref(), Some("d e"));
    assert_eq!(list("a"), None);
    assert_eq!(Files::new(&[]).list(""), Some(vec![]));
}

#[test]
fn a_deadline_passes_when_it_was_moved_to() {
    virtual_time::run(async |timer| {
        let second = Duration::from_secs(1);
        let mut deadline = Deadline::new(&timer);
        deadline.set(10 * second);
        // Moved on by each request, it outlives its first time by far.
        for _ in 0..100 {
            assert_eq!(deadline.limit(timer.sleep(9 * second)).await, Ok(()));
            deadline.set(10 * second);
        }
        assert_eq!(timer.now(), 900 * second);
        assert_eq!(deadline.limit(pending::<()>()).await, Err(TimedOut));
        assert_eq!(timer.now(), 910 * second);
        // Moved nearer, it passes earlier than the timer that was started for it.
        deadline.set(60 * second);
        assert_eq!(deadline.limit(timer.sleep(second)).await, Ok(()));
        deadline.set(2 * second);
        assert_eq!(deadline.limit(pending::<()>()).await, Err(TimedOut));
        assert_eq!(timer.now(), 913 * second);
        assert_eq!(within(&timer, second, timer.sleep(2 * second)).await, Err(TimedOut));
        assert_eq!(within(&timer, second, async { 5 }).await, Ok(5));
    });
}

#[test]
fn a_deadline_wakes_whoever_waits_now() {
    virtual_time::run(async |timer| {
        let second = Duration::from_secs(1);
        let mut deadline = Deadline::new(&timer);
        for _ in 0..100 {
            assert_eq!(deadline.limit_from(10 * second, timer.sleep(9 * second)).await, Ok(()));
        }
        {
            // Somebody else's wait, which is given up.
            let mut other = pin!(deadline.limit_from(10 * second, pending::<()>()));
            assert_eq!(other.as_mut().poll(&mut Context::from_waker(Waker::noop())), Poll::Pending);
        }
        timer.sleep(second).await;
        assert_eq!(deadline.limit_from(10 * second, pending::<()>()).await, Err(TimedOut));
        assert_eq!(timer.now(), 911 * second);
    });
}
