//! Images without an operating system: what they must not take from the host, and what lies beside them.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::{Done, folder, root};

const APP: &str =
    "//! Takes from a C library.\ndevice taker(): Job { rust start }\nunikernel taker = taker()\n";

const MANIFEST: &str = "[package]\nname = \"taker\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[workspace]\n";

const CODE: &str = r#"#![no_std]
#[link(name = "c")]
unsafe extern "C" { safe fn getpid() -> i32; }
#[derive(Debug)]
pub struct Never;
impl core::fmt::Display for Never {
    fn fmt(&self, _: &mut core::fmt::Formatter<'_>) -> core::fmt::Result { Ok(()) }
}
impl core::error::Error for Never {}
pub async fn start() -> Result<(), Never> { if getpid() == 0 { Err(Never) } else { Ok(()) } }
"#;

/// Runs `unikc` with what it builds kept in the workspace's own folder, so that dependencies compile once.
fn unikc(folder: &Path, words: &str) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_unikc"));
    command.args(words.split_whitespace()).current_dir(folder).env("NO_COLOR", "1");
    command.env_remove("UNIKC_LIBRARY").env("CARGO_TARGET_DIR", root().join("target"));
    let output = command.output().expect("the binary under test starts");
    let text = |bytes| String::from_utf8(bytes).expect("unikc writes UTF-8");
    Done { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// The linker would take it from the host's own library without a word, and the image would die of it.
#[test]
fn nothing_comes_from_the_libraries_of_the_host() {
    let there = folder([
        ("app.unik", APP.as_bytes()),
        ("Cargo.toml", MANIFEST.as_bytes()),
        ("src/lib.rs", CODE.as_bytes()),
    ]);
    let done = unikc(there.path(), "build app.unik --target virtio --profile dev");
    assert_eq!((done.code, done.out.as_str()), (Some(1), ""), "{}", done.shown());
    assert!(done.err.contains("error[E0508]: the image needs `getpid`"), "{}", done.err);
    assert!(!there.path().join("target/unik/taker.virtio").exists());

    let code = CODE.replace("getpid() == 0", "false");
    fs::write(there.path().join("src/lib.rs"), code).expect("it is ours");
    let out = unikc(there.path(), "build app.unik --target virtio --profile dev").ended(0);
    assert_eq!(out, "target/unik/taker.virtio\n");
    let size = |name: &str| fs::metadata(there.path().join("target/unik").join(name)).expect(name).len();
    assert!(size("taker.virtio") < size("taker.virtio.debug"));
    assert!(size("taker.virtio.sh") > 0 && size("taker.virtio.xml") > 0);
}

/// Two people who build one text have one image, whose panics say nothing of their machines.
#[test]
fn an_image_does_not_depend_on_where_it_is_built() {
    let code = CODE.replace("#[link(name = \"c\")]\nunsafe extern \"C\" { safe fn getpid() -> i32; }\n", "");
    let code = code.replace("if getpid() == 0 { Err(Never) } else { Ok(()) }", "panic!(\"as it was told\")");
    let build = |below: &str| {
        let file = |name: &str| format!("{below}/{name}");
        let there = folder([
            (file("app.unik").as_str(), APP.as_bytes()),
            (file("Cargo.toml").as_str(), MANIFEST.as_bytes()),
            (file("src/lib.rs").as_str(), code.as_bytes()),
        ]);
        let project = there.path().join(below);
        unikc(&project, "build app.unik --target virtio --profile dev").ended(0);
        let image = fs::read(project.join("target/unik/taker.virtio")).expect("it was built");
        (image, there.path().to_str().expect("tests have such a folder").to_owned())
    };
    let (one, one_folder) = build("one");
    let (other, other_folder) = build("the/other");
    let contains = |text: &str| one.windows(text.len()).any(|there| there == text.as_bytes());
    assert!(contains("as it was told") && contains("taker/src/lib.rs"));
    let home = std::env::var("CARGO_HOME").or_else(|_| std::env::var("HOME")).expect("cargo lives somewhere");
    for path in [&one_folder, &other_folder, &home, root().to_str().expect("so is this one")] {
        assert!(!contains(path), "{path}");
    }
    assert!(one == other, "{} and {} bytes, which differ", one.len(), other.len());
}
