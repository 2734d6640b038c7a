//! What stores promise.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use unik::kv::{Entry, Kind, ReadOnly, ReadWrite, Value, key};
use unik::{Error, ErrorKind};

/// A content that meets the odd cases: fill a store with it, then call [`read_only`].
pub const SAMPLE: &[(&str, &[u8])] = &[
    ("a", b"one byte more than nothing"),
    ("a-b/under the hyphen", b"sorts between `a` and `a/`"),
    ("binary", &[0, 255, 10, 13, 0, 128, 195]),
    ("d/deep/er/still", b"4"),
    ("d/deep/er/too", b"5"),
    ("d/file", b"a file beside a dictionary"),
    ("empty", b""),
    ("index.html", b"<!doctype html>\n<title>Hello</title>\n"),
    ("\u{fc}mlaut \u{1f600}", b"names are UTF-8"),
    (".hidden", b"a dot may start a name"),
    ("..twodots", b"so may two"),
];

/// Keys that no store takes.
pub const MALFORMED: &[&str] =
    &["/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/.", "./a", "a\0b", "a\nb", "d/../../a"];

/// A store with exactly these values.
pub async fn read_only(store: &impl ReadOnly, content: &[(&str, &[u8])]) {
    for (key, bytes) in content {
        value(store, key, bytes).await;
    }
    listing(store, "", content).await;
    for (key, _) in content {
        for (at, _) in key.match_indices('/') {
            let dictionary = &key[..at];
            listing(store, dictionary, content).await;
            assert_eq!(kind(store, dictionary).await, Some(Kind::Dictionary), "{dictionary}");
            let error = store.get(dictionary).await.expect_err("a dictionary is no value");
            assert!(
                matches!(error.kind(), ErrorKind::Invalid | ErrorKind::NotFound),
                "{dictionary}: {error}"
            );
        }
        // A value has nothing below it.
        missing(store, &format!("{key}/below")).await;
        missing(store, &format!("{key}x")).await;
        assert!(store.list(key).await.is_err(), "a value is no dictionary: {key}");
    }
    missing(store, "no such key").await;
    missing(store, "no/such/key").await;
    assert_eq!(kind(store, "").await, Some(Kind::Dictionary), "the root is a dictionary");
    let error = store.list("no such dictionary").await.expect_err("there is no such dictionary");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");

    let long_name = "n".repeat(key::LONGEST_NAME + 1);
    let long_key = "k/".repeat(key::LONGEST_KEY / 2 + 1) + "k";
    for key in MALFORMED.iter().copied().chain(["", &long_name, &long_key]) {
        let error = store.get(key).await.err().unwrap_or_else(|| panic!("{key:?} is malformed"));
        assert_eq!(error.kind(), ErrorKind::Invalid, "{key:?}: {error}");
        if !key.is_empty() {
            let error = store.list(key).await.err().unwrap_or_else(|| panic!("{key:?} is malformed"));
            assert_eq!(error.kind(), ErrorKind::Invalid, "{key:?}: {error}");
        }
    }
}

/// A store that is empty and may be written; it is empty afterwards.
pub async fn read_write(store: &impl ReadWrite) {
    for (key, bytes) in SAMPLE {
        set(store, key, bytes).await;
    }
    read_only(store, SAMPLE).await;

    // A new value takes the place of the old one, and has another tag.
    let tag = store.tag("a").await.expect("the value was set");
    set(store, "a", b"another").await;
    value(store, "a", b"another").await;
    assert_ne!(store.tag("a").await.expect("the value was set"), tag, "the tag follows the content");

    // A value that has been opened is of one version, or says that it is gone; it is never a mixture.
    let opened = store.open("a").await.expect("the value was set");
    set(store, "a", &[b'x'; 7]).await;
    if let Ok(bytes) = opened.read(0, 7).await {
        assert!(&bytes[..] == b"another" || &bytes[..] == b"xxxxxxx", "a mixture: {bytes:?}");
    }

    rename(store).await;
    refusals(store).await;

    store.remove("d").await.expect("a dictionary is removed with everything in it");
    missing(store, "d/deep/er/still").await;
    missing(store, "d").await;
    for entry in store.list("").await.expect("the root is listed") {
        store.remove(&entry.name).await.expect("what is listed can be removed");
    }
    assert_eq!(store.list("").await.expect("the root is listed"), []);
}

async fn rename(store: &impl ReadWrite) {
    store.rename("a", "moved/here").await.expect("the dictionaries on the way are made");
    missing(store, "a").await;
    value(store, "moved/here", b"xxxxxxx").await;
    store.rename("moved/here", "empty").await.expect("the old value of the new name is lost");
    value(store, "empty", b"xxxxxxx").await;
    store.rename("empty", "empty").await.expect("a value is renamed to itself");
    value(store, "empty", b"xxxxxxx").await;
    let error = store.rename("nothing", "x").await.expect_err("what does not exist is not renamed");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    let error = store.rename("d", "e").await.expect_err("dictionaries are not renamed");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
}

async fn refusals(store: &impl ReadWrite) {
    for key in MALFORMED.iter().copied().chain([""]) {
        for result in [
            store.set(key, b"").await,
            store.remove(key).await,
            store.rename(key, "x").await,
            store.rename("binary", key).await,
        ] {
            let error = result.err().unwrap_or_else(|| panic!("{key:?} is malformed"));
            assert_eq!(error.kind(), ErrorKind::Invalid, "{key:?}: {error}");
        }
    }
    let error = store.set("d", b"").await.expect_err("a dictionary is there");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let error = store.set("binary/below", b"").await.expect_err("a value is on the way");
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    let error = store.remove("nothing").await.expect_err("what does not exist is not removed");
    assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
    value(store, "binary", &[0, 255, 10, 13, 0, 128, 195]).await;
}

async fn set(store: &impl ReadWrite, key: &str, bytes: &[u8]) {
    store.set(key, bytes).await.unwrap_or_else(|error| panic!("{key:?} is not set: {error}"));
}

async fn kind<S: ReadOnly>(store: &S, key: &str) -> Option<Kind> {
    store.exists(key).await.unwrap_or_else(|error| panic!("{key:?}: {error}"))
}

async fn missing(store: &impl ReadOnly, key: &str) {
    let error = store.get(key).await.err().unwrap_or_else(|| panic!("{key:?} does not exist"));
    assert_eq!(error.kind(), ErrorKind::NotFound, "{key:?}: {error}");
    assert_eq!(kind(store, key).await, None, "{key:?} does not exist");
}

/// A value is the same, however it is read.
async fn value(store: &impl ReadOnly, key: &str, bytes: &[u8]) {
    let opened = store.open(key).await.unwrap_or_else(|error| panic!("{key:?} is not found: {error}"));
    let meta = opened.meta();
    assert_eq!(meta.size, bytes.len() as u64, "the size of {key:?}");
    assert_eq!(kind(store, key).await, Some(Kind::Value), "{key:?}");
    assert_eq!(store.get(key).await.unwrap_or_else(|error| panic!("{key:?}: {error}")), bytes, "{key:?}");
    assert_eq!(store.size(key).await.ok(), Some(meta.size), "{key:?}");
    assert_eq!(store.tag(key).await.ok(), Some(meta.tag), "the tag of {key:?} stays");
    for offset in 0..bytes.len() + 2 {
        for length in [0, 1, 3, bytes.len(), usize::MAX] {
            let start = offset.min(bytes.len());
            let end = start.saturating_add(length).min(bytes.len());
            let part = opened.read(offset as u64, length).await;
            let part = part.unwrap_or_else(|error| panic!("{key:?} from {offset}: {error}"));
            assert_eq!(part, &bytes[start..end], "{length} bytes of {key:?} from {offset}");
        }
    }
    let part = opened.read(u64::MAX, 1).await.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    assert_eq!(part, &b""[..], "far behind the end of {key:?}");
    let part = store.get_partial(key, 1, 2).await.unwrap_or_else(|error| panic!("{key:?}: {error}"));
    assert_eq!(part, bytes.iter().copied().skip(1).take(2).collect::<Vec<u8>>(), "{key:?}");
}

/// A dictionary lists what the content says, sorted.
async fn listing(store: &impl ReadOnly, dictionary: &str, content: &[(&str, &[u8])]) {
    let mut expected: Vec<Entry> = content
        .iter()
        .filter_map(|(key, _)| {
            let rest = match dictionary {
                "" => key,
                _ => key.strip_prefix(dictionary)?.strip_prefix('/')?,
            };
            Some(match rest.split_once('/') {
                Some((name, _)) => Entry { name: String::from(name), kind: Kind::Dictionary },
                None => Entry { name: String::from(rest), kind: Kind::Value },
            })
        })
        .collect();
    expected.sort();
    expected.dedup();
    let listed = store.list(dictionary).await.unwrap_or_else(|error| panic!("{dictionary:?}: {error}"));
    assert_eq!(listed, expected, "the names in {dictionary:?}");
}
