//! What is compared, made from its sources: our images by `unikc`, and the Linux guest.

use std::fs;
use std::path::PathBuf;

use unik_boot_tests::image::Image;
use unik_boot_tests::root;

use crate::Result;

/// What is started.
pub(crate) struct Guest {
    pub(crate) name: &'static str,
    /// The name of its domain and of its files.
    pub(crate) short: &'static str,
    pub(crate) kernel: PathBuf,
    pub(crate) initramfs: Option<PathBuf>,
    /// Its boot arguments.
    pub(crate) arguments: &'static str,
    /// An amount of memory with which it has no difficulty, in MiB.
    pub(crate) comfortable: u32,
}

/// The file server, with a file of so many bytes among what it serves.
pub(crate) fn ours(large: usize) -> Result<Guest> {
    let app =
        bench_boot::copy(&root().join("examples/file-server"), &root().join("target/bench-xen/file-server"))?;
    fs::write(app.join("data/large.bin"), vec![0x5a; large])?;
    let image = Image::build(&app.join("app.unik"), "xen", "bench", &[]);
    let arguments = "--ipv4 10.0.2.16/24";
    Ok(Guest {
        name: "file server",
        short: "ours",
        kernel: image.path,
        initramfs: None,
        arguments,
        comfortable: 64,
    })
}

/// Linux with nginx, which serves the same files. [`ours`] has made them.
pub(crate) fn linux() -> Result<Guest> {
    let work = root().join("target/linux-guest-xen");
    let site = root().join("target/bench-xen/file-server/data");
    let (kernel, initramfs) = bench_boot::linux(&work, &site, "10.0.2.16", &["xen-netfront"])?;
    let initramfs = Some(initramfs);
    let arguments = "console=hvc0 quiet panic=-1 mitigations=off cryptomgr.notests rodata=off";
    Ok(Guest { name: "Linux, nginx", short: "linux", kernel, initramfs, arguments, comfortable: 192 })
}

/// What the files of each take, the examples as they are.
pub(crate) fn sizes(linux: &Guest) -> Result<Vec<(String, u64)>> {
    let mut sizes = Vec::new();
    for name in ["hello", "file-server"] {
        for (profile, shown) in [("release", name.to_owned()), ("small", format!("{name}, small"))] {
            let image = Image::example(name, "xen", &["--profile", profile]);
            sizes.push((shown, fs::metadata(&image.path)?.len()));
        }
    }
    let files = [Some(&linux.kernel), linux.initramfs.as_ref()].into_iter().flatten();
    let bytes: std::io::Result<u64> = files.map(|file| Ok(fs::metadata(file)?.len())).sum();
    sizes.push((linux.name.to_owned(), bytes?));
    Ok(sizes)
}
