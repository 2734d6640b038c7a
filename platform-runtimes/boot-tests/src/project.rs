//! The application of the tests' own, with what goes wrong in it and a megabyte to serve, as a project below `target/`.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// The length of [`big`]: more than a megabyte, and no multiple of anything.
const BIG: usize = (1 << 20) + 77;

/// Writes the project, unless it is there as it should be; its file.
pub fn troubles() -> PathBuf {
    let from = root().join("platform-runtimes/boot-tests/fixtures/troubles");
    let to = root().join("target/tmp/boot/troubles");
    let text = |name: &str| fs::read_to_string(from.join(name)).expect("the fixture is there");
    let at = root().to_str().expect("the repository's path is UTF-8");
    write(&to.join("app.unik"), text("app.unik").as_bytes());
    write(&to.join("Cargo.toml"), text("Cargo.toml.in").replace("ROOT", at).as_bytes());
    write(&to.join("src/lib.rs"), text("src/lib.rs").as_bytes());
    write(&to.join("data/big.bin"), &big());
    write(&to.join("data/small.txt"), b"small\n");
    to.join("app.unik")
}

/// Bytes in which every mistake would be seen: of a generator with a period far beyond them (xorshift64, Marsaglia 2003).
pub fn big() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 56) as u8
    };
    (0..BIG).map(|_| next()).collect()
}

/// Tests run side by side: whoever reads the file sees the old one or the new one.
fn write(path: &Path, content: &[u8]) {
    if fs::read(path).is_ok_and(|old| old == content) {
        return;
    }
    let folder = path.parent().expect("it lies in a folder");
    fs::create_dir_all(folder).expect("the target folder is writable");
    let fresh = path.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&fresh, content)
        .and_then(|()| fs::rename(&fresh, path))
        .expect("the target folder is writable");
}
