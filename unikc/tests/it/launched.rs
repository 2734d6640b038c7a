//! What is attached, and the files by which a host runs an image: with a platform of the test's own, since `unikc` must know
//! none by name. Its images are programs of the host, so that they can be run wherever the tests are.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use crate::{Done, root};

const PLATFORM: &str = r#"//! A target that is launched.
import std/log
platform parcel {
  rust unik_parcel
  artifact "parcel"
  attach "nic" 2
  attach "disk" 1
}
"#;

const MANIFEST: &str = r#"[package]
name = "unik-parcel"
edition = "2024"
[workspace]
[dependencies]
unik-unix = { path = "ROOT/platform-runtimes/unix" }
"#;

const LAUNCHER: &str = r#"#!/bin/sh
echo "{{ image }}: $*"
while [ $# -gt 0 ] && [ "$1" != -- ]; do shift; done
[ $# = 0 ] || shift
exec "$(dirname "$0")/{{ artifact }}" "$@"
"#;

const LIST: &str = "\
{% for nic in attachments.nic %}
{{ nic.name }}: {{ nic.doc }}
{% endfor %}
{{ attachments.disk | length }} disks
{% for port in ports %}
{{ port.protocol }} {{ port.number }} over {{ port.over | join(',') }}
{% endfor %}
";

const APP: &str = r#"//! Listens, as far as anybody knows.
/// A wire to the world.
device wire(interface: Str): Job { rust wire attach interface as "nic" }

/// Where it would listen.
key port: Port = 8080 { short p }

/// How many wires.
configure key both: Bool = false

device ear(port: Port): Job { rust ear exclusive port as "TCP port" }

unikernel site = if both then [wire("service"), wire("back"), ear(port)] else [wire("service"), ear(port)]
"#;

const CODE: &str = r#"#![no_std]
#[derive(Debug)]
pub struct Never;
impl core::fmt::Display for Never {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { Ok(()) }
}
impl core::error::Error for Never {}
pub async fn wire(_: &'static str) -> Result<(), Never> { Ok(()) }
pub async fn ear(port: u16) -> Result<(), Never> { if port == 1 { Err(Never) } else { Ok(()) } }
"#;

/// A library like the repository's with one platform more, and an application beside it.
fn world() -> tempfile::TempDir {
    let manifest = MANIFEST.replace("ROOT", root().to_str().expect("the repository's path is UTF-8"));
    let app = "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";
    let there = crate::folder([
        ("library/platform-runtimes/parcel/parcel.unik", PLATFORM.as_bytes()),
        ("library/platform-runtimes/parcel/Cargo.toml", manifest.as_bytes()),
        ("library/platform-runtimes/parcel/src/lib.rs", b"//! Like unix.\npub use unik_unix::*;\n"),
        ("library/platform-runtimes/parcel/launch/run.sh.j2", LAUNCHER.as_bytes()),
        ("library/platform-runtimes/parcel/launch/list.txt.j2", LIST.as_bytes()),
        ("library/platform-runtimes/parcel/launch/README.md", b"{{ not a template"),
        ("app.unik", APP.as_bytes()),
        ("Cargo.toml", app.as_bytes()),
        ("src/lib.rs", CODE.as_bytes()),
    ]);
    let library = there.path().join("library");
    for name in ["stdlib-devices", "Cargo.lock", "platform-runtimes/platform-api", "platform-runtimes/unix"] {
        symlink(root().join(name), library.join(name)).expect("a fresh folder takes links");
    }
    there
}

/// Runs `unikc` with that library.
fn unikc(folder: &Path, words: &str) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unikc"));
    command.args(words.split_whitespace()).current_dir(folder).env("NO_COLOR", "1");
    command.env("UNIKC_LIBRARY", folder.join("library")).env("CARGO_TARGET_DIR", root().join("target"));
    let output = command.output().expect("the binary under test starts");
    let text = |bytes| String::from_utf8(bytes).expect("unikc writes UTF-8");
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

#[test]
fn a_platform_says_how_its_images_are_run() {
    let there = world();
    let folder = there.path();
    let out = unikc(folder, "build app.unik --target parcel --profile dev").ended(0);
    assert_eq!(out, "target/unik/site.parcel\n");
    let beside = folder.join("target/unik");
    let list = fs::read_to_string(beside.join("site.parcel.list.txt")).expect("it was rendered");
    assert_eq!(list, "service: A wire to the world.\n0 disks\ntcp 8080 over \n");
    let mode = |name: &str| fs::metadata(beside.join(name)).expect(name).permissions().mode();
    assert_eq!(mode("site.parcel.sh") & 0o111, (mode("site.parcel.sh") & 0o444) >> 2);
    assert_eq!(mode("site.parcel.list.txt") & 0o111, 0);
    assert!(!beside.join("site.parcel.README.md").exists());

    let run = |words: &str| unikc(folder, &format!("run app.unik --target parcel --profile dev {words}"));
    assert_eq!(run("").ended(0), "site: \n");
    let done = run("--nic back=tap1 --both --nic service=user,x=1 -- --port 9000");
    assert_eq!(done.ended(0), "site: --nic back=tap1 --nic service=user,x=1 -- --port 9000\n");
    let done = run("-- --port=1");
    assert_eq!((done.code, done.out.as_str()), (Some(1), "site: -- --port=1\n"), "the image's own code");
    let list = fs::read_to_string(beside.join("site.parcel.list.txt")).expect("it was rendered");
    assert!(list.starts_with("service"), "the last configuration counts: {list}");
}

#[test]
fn what_is_attached_is_checked_before_anything_is_built() {
    let there = world();
    let check = |words: &str, code: i32, said: &str| {
        let done = unikc(there.path(), &format!("run app.unik --target parcel {words}"));
        assert_eq!(done.code, Some(code), "{}", done.shown());
        assert!(done.err.contains(said) || done.out.contains(said), "{words}: {}", done.shown());
        assert!(!there.path().join("target/unik/site.parcel").exists());
    };
    check("--nic service=a --nic service=b", 2, "given twice");
    check("--nic back=a", 2, "the image asks for no `back`, but for `service`");
    check("--nic servce=a", 2, "did you mean `service`?");
    check("--nic service", 2, "NAME=VALUE");
    check("--disk data=a", 2, "unexpected argument '--disk'");
    check("--help", 0, "What is attached:");
    check("--help", 0, "back: A wire to the world.");
}

#[test]
fn a_template_that_fails_is_named_with_its_line() {
    let there = world();
    let template = there.path().join("library/platform-runtimes/parcel/launch/list.txt.j2");
    fs::write(template, "one\n{{ attachments.tape.name }}\n").expect("it is ours");
    let done = unikc(there.path(), "build app.unik --target parcel --profile dev");
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""));
    assert!(done.err.contains("launch/list.txt.j2:2` cannot be filled in: undefined value"), "{}", done.err);
}
