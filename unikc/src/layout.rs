//! Where things lie on the disk: the crate that is written, what cargo builds of it, and the artifact.
//!
//! ```text
//! <folder of the file>/target/unik/<unikernel>-<target>/     the crate
//! <folder of the file>/target/unik/<unikernel>[.<extension>] the artifact
//! <artifact>.debug                                           with symbols, if it runs without an operating system
//! <artifact>.<...>                                           what hosts run it by (`launch`)
//! <folder of the workspace>/target/unik/build/               what cargo keeps, shared by images and targets
//! ```
//!
//! With `--output` the crate is in that folder, and the artifact in `target/` there.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The places of one image.
#[derive(Debug)]
pub(crate) struct Layout {
    /// The crate that is written.
    pub(crate) crate_dir: PathBuf,
    /// Where cargo keeps what it has built.
    pub(crate) target_dir: PathBuf,
    /// The artifact.
    pub(crate) artifact: PathBuf,
}

impl Layout {
    /// For an image of a file in `folder`, absolute. `out` is where the crate is to be written instead.
    pub(crate) fn new(
        folder: &Path,
        unikernel: &str,
        target: &str,
        extension: Option<&str>,
        out: Option<&Path>,
    ) -> Self {
        let own = folder.join("target/unik");
        let name = extension.map_or(unikernel.to_owned(), |extension| format!("{unikernel}.{extension}"));
        let crate_dir = out.map_or_else(|| own.join(format!("{unikernel}-{target}")), absolute);
        // Someone who says where cargo shall build does not want it beside the sources.
        let shared = match env::var_os("CARGO_TARGET_DIR").filter(|dir| !dir.is_empty()) {
            Some(dir) => absolute(Path::new(&dir)),
            None => workspace(folder).unwrap_or(folder).join("target"),
        };
        let artifact = if out.is_some() { crate_dir.join("target").join(name) } else { own.join(name) };
        Self { crate_dir, target_dir: shared.join("unik/build"), artifact }
    }
}

/// The folder of the Cargo workspace that `folder` lies in.
pub(crate) fn workspace(folder: &Path) -> Option<&Path> {
    folder.ancestors().find(|above| {
        let manifest = fs::read_to_string(above.join("Cargo.toml")).ok();
        manifest
            .and_then(|text| text.parse::<toml::Table>().ok())
            .is_some_and(|table| table.contains_key("workspace"))
    })
}

/// Seen from the working directory; without asking the disk, since it need not exist yet.
pub(crate) fn absolute(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}

/// Writes a file unless it says the same already, so that cargo builds only what changed.
pub(crate) fn write_if_changed(path: &Path, content: &[u8]) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|old| old == content) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    replace(path, |fresh| fs::write(fresh, content))?;
    Ok(true)
}

/// Puts what `make` writes in the place of a file: whoever reads it at this moment sees the old one or the new one. If that fails
/// nothing is left of the attempt.
pub(crate) fn replace(path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let fresh = path.with_file_name(name);
    let made = make(&fresh).and_then(|()| fs::rename(&fresh, path));
    if made.is_err() {
        let _ = fs::remove_file(&fresh);
    }
    made
}

/// The file beside an image that debuggers read.
pub(crate) fn debug(artifact: &Path) -> PathBuf {
    let mut name = artifact.file_name().unwrap_or_default().to_owned();
    name.push(".debug");
    artifact.with_file_name(name)
}
