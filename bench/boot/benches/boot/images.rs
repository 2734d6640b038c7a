//! What is compared, made from its sources: our images by `unikc`, the Linux guest by `linux-guest.sh`.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{LARGE, Result};

/// Where the images are.
pub(crate) struct Images {
    /// Name and file, in the order in which they are shown.
    pub(crate) ours: Vec<(&'static str, PathBuf)>,
    /// The kernel of the Linux guest.
    pub(crate) kernel: PathBuf,
    /// What it starts.
    pub(crate) initramfs: PathBuf,
}

impl Images {
    /// One of ours.
    pub(crate) fn find(&self, name: &str) -> Result<&Path> {
        let found = self.ours.iter().find(|(known, _)| *known == name);
        Ok(found.map(|(_, path)| path).ok_or_else(|| format!("there is no image {name}"))?)
    }
}

/// Builds all of them. What takes long is kept between runs.
pub(crate) fn build(folder: &Path) -> Result<Images> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize()?;
    let mut ours = Vec::new();
    for name in ["hello", "file-server"] {
        let app = copy(&root.join("examples").join(name), &root.join("target/bench-boot").join(name))?;
        if name == "file-server" {
            std::fs::write(app.join("data/large.bin"), vec![0x5a; LARGE])?;
            // The size that is told is that of the example as it is.
            let plain = image(&root, &root.join("examples/file-server"), &folder.join("plain"))?;
            ours.push(("file server", plain));
        }
        let name = if name == "hello" { name } else { "with large file" };
        ours.push((name, image(&root, &app, &folder.join(name))?));
    }
    let work = root.join("target/linux-guest");
    let page = root.join("target/bench-boot/file-server/data");
    let made = Command::new("sh")
        .arg(root.join("bench/boot/linux-guest.sh"))
        .args([work.as_path(), &page])
        .args(["10.0.2.15", "virtio_pci", "virtio_net"])
        .output()?;
    if !made.status.success() {
        return Err(String::from_utf8_lossy(&made.stderr).into_owned().into());
    }
    Ok(Images { ours, kernel: work.join("vmlinux"), initramfs: work.join("initramfs") })
}

/// The image of an example.
fn image(root: &Path, app: &Path, out: &Path) -> Result<PathBuf> {
    let built = Command::new(env!("CARGO"))
        .args(["run", "--release", "--quiet", "--package", "unikc", "--", "build", "--target", "virtio"])
        .arg("--output")
        .arg(out)
        .arg(app.join("app.unik"))
        .current_dir(root)
        .output()?;
    let said = String::from_utf8_lossy(&built.stdout);
    match said.lines().last() {
        Some(path) if built.status.success() => Ok(PathBuf::from(path)),
        _ => Err(String::from_utf8_lossy(&built.stderr).into_owned().into()),
    }
}

/// A copy of an example, to which files are added.
fn copy(from: &Path, to: &Path) -> Result<PathBuf> {
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
