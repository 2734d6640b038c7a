//! The machine that waits, prepared once for all tests of this work tree.
//!
//! It lies below `target/xen`, under a name that depends on what it is made by, so that a changed script is a new machine. Tests that
//! run at the same time, in processes of their own, share it: the one that comes first prepares it, the others wait.

use std::fs::{self, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::process::Command;

use crate::root;

/// The folder of the scripts.
pub(super) fn scripts() -> PathBuf {
    root().join("platform-runtimes/boot-tests/xen")
}

/// A machine that is there. It is not taken away as long as this is kept.
#[derive(Debug)]
pub(super) struct Prepared {
    /// Where it lies.
    pub(super) folder: PathBuf,
    _used: File,
}

impl Prepared {
    /// The machine, which is made if it is not there yet: that takes a minute, and a network the first time.
    pub(super) fn get() -> Self {
        let all = root().join("target/xen");
        fs::create_dir_all(&all).expect("the target folder is writable");
        let folder = all.join(format!("{:016x}", digest()));
        loop {
            let lock = File::create(all.join("lock")).expect("the target folder is writable");
            lock.lock_shared().expect("the file system has locks");
            if folder.is_dir() {
                return Self { folder, _used: lock };
            }
            lock.unlock().expect("it is locked");
            lock.lock().expect("the file system has locks");
            if !folder.is_dir() {
                prepare(&folder);
            }
        }
    }
}

/// Nobody uses what is there, since this has the lock.
fn prepare(folder: &PathBuf) {
    let all = folder.parent().expect("it lies below target/xen");
    // What was made by other scripts, or given up on the way.
    for entry in fs::read_dir(all).expect("it is there").flatten() {
        if entry.file_name() != "packages" && entry.path().is_dir() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let output = Command::new(scripts().join("prepare")).arg(folder).output().expect("sh is installed");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "there is no Xen to test on:\n{said}");
}

/// What the machine depends on: the scripts, and QEMU, whose snapshots only the same version can read.
fn digest() -> u64 {
    let mut hasher = DefaultHasher::new();
    for name in ["prepare", "machine", "init", "block", "vif-bridge"] {
        fs::read(scripts().join(name)).expect("the scripts are there").hash(&mut hasher);
    }
    let version = Command::new("qemu-system-x86_64").arg("--version").output();
    version.expect("QEMU is installed: the README's test command sees to it").stdout.hash(&mut hasher);
    hasher.finish()
}
