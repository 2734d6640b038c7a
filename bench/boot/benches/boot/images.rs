//! What is compared, made from its sources: our images by `unikc`, and the Linux guest.

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
    let root = bench_boot::root()?;
    let mut ours = Vec::new();
    for name in ["hello", "file-server"] {
        let app =
            bench_boot::copy(&root.join("examples").join(name), &root.join("target/bench-boot").join(name))?;
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
    let (kernel, initramfs) = bench_boot::linux(&work, &page, "10.0.2.15", &["virtio_pci", "virtio_net"])?;
    Ok(Images { ours, kernel, initramfs })
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
