//! What `unikc configure` writes: what is embedded, what is refused, what stays as it is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::{Done, folder, line, root, unikc};

const APP: &str = "device a(data: Files): Job { rust a }\nunikernel one = a(files(\"data\"))\n";
const MANIFEST: &str = "[package]\nname = \"own\"\n";

fn project() -> tempfile::TempDir {
    folder([
        ("app.unik", APP.as_bytes()),
        ("Cargo.toml", MANIFEST.as_bytes()),
        ("data/b.txt", b"b"),
        ("data/a/z.txt", b"z"),
        ("data/.hidden", b"h"),
        ("secret/key", b"k"),
    ])
}

fn configure(folder: &Path) -> Done {
    line(folder, "configure app.unik --target unix")
}

#[test]
fn a_folder_is_embedded_whole_and_in_order() {
    let there = project();
    symlink("b.txt", there.path().join("data/link.txt")).unwrap();
    let out = configure(there.path()).ended(0);
    assert_eq!(out, "target/unik/one-unix\n");
    let main = fs::read_to_string(there.path().join("target/unik/one-unix/src/main.rs")).unwrap();
    let names: Vec<_> = main.lines().filter_map(|line| line.trim().strip_prefix("path: \"")).collect();
    assert_eq!(names, [".hidden\",", "a/z.txt\",", "b.txt\",", "link.txt\","]);
    assert!(main.contains("include_bytes!(\"../../../../data/b.txt\")"), "{main}");
}

#[test]
fn links_that_lead_out_or_around_are_refused() {
    let check = |target: &str, name: &str, words: &str| {
        let there = project();
        symlink(target, there.path().join("data").join(name)).unwrap();
        let done = configure(there.path());
        assert_eq!(done.code, Some(1), "{}", done.shown());
        assert!(done.err.contains(words) && done.err.contains(name), "{}", done.err);
    };
    check("../secret", "out", "leads out of");
    check("/etc/hostname", "out", "leads out of");
    check("..", "out", "leads out of");
    check(".", "around", "lies in");
    check("../../data", "a/around", "lies in");
    check("nowhere", "broken", "No such file");
}

#[test]
fn what_has_not_changed_is_not_written() {
    let there = project();
    configure(there.path()).ended(0);
    let written = |name: &str| {
        let path = there.path().join("target/unik/one-unix").join(name);
        fs::metadata(path).unwrap().modified().unwrap()
    };
    let before = ["Cargo.toml", "Cargo.lock", "src/main.rs"].map(written);
    configure(there.path()).ended(0);
    assert_eq!(["Cargo.toml", "Cargo.lock", "src/main.rs"].map(written), before);
    fs::write(there.path().join("data/c.txt"), "c").unwrap();
    configure(there.path()).ended(0);
    assert_ne!(written("src/main.rs"), before[2]);
    assert_eq!(written("Cargo.lock"), before[1]);
}

#[test]
fn a_manifest_that_cannot_be_used_is_told_at_the_place_that_needs_it() {
    let there = project();
    fs::write(there.path().join("Cargo.toml"), "[package]\nname = 1\n").unwrap();
    let done = configure(there.path());
    assert_eq!(done.code, Some(1));
    for words in ["error[E0511]", "app.unik:1:", "Cargo.toml", "not a string"] {
        assert!(done.err.contains(words), "no `{words}` in {}", done.err);
    }
}

#[test]
fn nothing_is_left_of_a_file_that_cannot_be_written() {
    let there = project();
    let src = there.path().join("target/unik/one-unix/src");
    fs::create_dir_all(src.join("main.rs")).unwrap();
    let done = configure(there.path());
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("main.rs"), "{}", done.err);
    let left: Vec<_> = fs::read_dir(&src).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["main.rs"]);
}

#[test]
fn a_library_is_read_from_where_it_is_said_to_be() {
    let there = project();
    let library = folder([
        ("stdlib-devices/mine/mine.unik", &b"module type Mine = trait unik::mine::Mine\n"[..]),
        ("platform-runtimes/toy/toy.unik", b"platform toy { rust unik_toy }\n"),
    ]);
    let app = "import std/mine\ndevice m: mine.Mine { rust m }\ndevice a(it: mine.Mine): Job { rust a }\nunikernel one = a(m)\n";
    fs::write(there.path().join("app.unik"), app).unwrap();
    let at = library.path().to_str().unwrap();
    let graph = unikc(there.path(), ["graph", "app.unik", "--library", at, "--target", "toy"]).ended(0);
    assert!(graph.contains("for toy") && graph.contains("std/mine.Mine"), "{graph}");
    let done = unikc(there.path(), ["configure", "app.unik", "--target", "toy", "--library", at]);
    assert_eq!(done.code, Some(1));
    assert!(done.err.contains("library"), "{}", done.err);
    assert_eq!(
        line(there.path(), "check app.unik").code,
        Some(1),
        "the library that is carried has no `mine`"
    );
}

#[test]
fn a_description_needs_no_crate() {
    let there = folder([("app.unik", APP.as_bytes()), ("data/x", b"")]);
    let text = line(there.path(), "describe app.unik").ended(0);
    assert!(text.contains("(no crate yet)"), "{text}");
}

#[test]
fn crates_of_the_examples_are_reached_by_relative_paths() {
    let manifest = root().join("examples/hello/expected/unix/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    assert!(!manifest.contains("path = \"/"), "{manifest}");
}
