//! What benchmarks of images have in common: an example with more to serve, and the Linux guest to compare with.
//!
//! How guests are run and measured is up to each benchmark; `benches/boot` does it on virtio.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Why something cannot be made.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The root of the repository.
pub fn root() -> Result<PathBuf> {
    Ok(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?)
}

/// A copy of an example, to which files are added.
pub fn copy(from: &Path, to: &Path) -> Result<PathBuf> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            if entry.file_name() != "target" && entry.file_name() != "expected" {
                copy(&path, &target)?;
            }
        } else {
            std::fs::copy(&path, &target)?;
        }
    }
    Ok(to.to_path_buf())
}

/// Kernel and initramfs of a Linux guest with nginx, made in `work` by `linux-guest.sh`: it serves the files of `site` at an address, over
/// the network interface that these modules drive.
pub fn linux(work: &Path, site: &Path, address: &str, modules: &[&str]) -> Result<(PathBuf, PathBuf)> {
    let script = root()?.join("bench/boot/linux-guest.sh");
    let made = Command::new("sh").arg(script).args([work, site]).arg(address).args(modules).output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    Ok((work.join("vmlinux"), work.join("initramfs")))
}
