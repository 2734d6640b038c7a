//! What it takes to boot an image and to talk to it: build it with the real `unikc`, run the script that lies beside it, read
//! the console, ask from outside, and judge by the exit code.
//!
//! The tests are in `tests/it`. Machines are emulated (`--kvm off`), so that a test means the same everywhere. Nothing is skipped: what
//! is missing on the host is a failure that names the package.
//!
//! A new target whose machine is QEMU adds its rows to [`machine::ALL`]; a new example its conversation to `tests/it/examples.rs`. Guests of
//! Xen need a host around them: that is [`xen`]'s.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod client;
pub mod console;
pub mod guest;
pub mod image;
pub mod machine;
pub mod project;
pub mod xen;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long anything may take that a guest is waited for. Only failures take that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The root of the repository.
pub fn root() -> &'static Path {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).expect("the crate lies two folders below the root")
}

/// A fresh folder of this name for a test's files, below `target/`.
pub fn folder(name: &str) -> PathBuf {
    let folder = root().join("target/tmp/boot").join(name);
    // What an earlier run has left must not help this one.
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder is writable");
    folder
}

/// The names of the examples: their folders.
pub fn examples() -> BTreeSet<String> {
    let folders = std::fs::read_dir(root().join("examples")).expect("there are examples").flatten();
    let folders = folders.filter(|folder| folder.path().join("app.unik").is_file());
    folders.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}
