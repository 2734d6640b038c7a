//! Where devices and platforms come from: their `.unik` files, which the binary carries, and the folder with
//! their crates, which it needs only when a crate is written.
//!
//! The folder is the option `--library`, else `UNIKC_LIBRARY`, else the workspace that the binary was built from.
//! When it is chosen, the `.unik` files are read from there.

use std::path::{Path, PathBuf};
use std::{fs, io};

/// Path below the root and text, sorted.
const CARRIED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/library.rs"));

/// The two columns, by the names of their folders.
const DEVICES: &str = "stdlib-devices";
const PLATFORMS: &str = "platform-runtimes";

/// The library of one run.
#[derive(Debug)]
pub(crate) struct Library {
    root: PathBuf,
    files: Vec<LibraryFile>,
}

/// A `.unik` file of the library.
#[derive(Debug)]
pub(crate) struct LibraryFile {
    /// Its folder, absolute.
    pub(crate) folder: PathBuf,
    /// Its name in the folder.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
    /// Under which name it is imported: `std/kv`, for `stdlib-devices/kv/kv.unik`.
    pub(crate) import: Option<String>,
    /// Whether it lies in the column of the platforms.
    pub(crate) platform: bool,
}

impl Library {
    /// The library at `chosen`, or the one that the binary carries.
    pub(crate) fn open(chosen: Option<&Path>) -> Result<Self, String> {
        match chosen {
            Some(root) => Self::read(root)
                .map_err(|reason| format!("cannot read the library `{}`: {reason}", root.display())),
            None => Ok(Self::carried()),
        }
    }

    fn carried() -> Self {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = here.parent().unwrap_or(here).to_path_buf();
        let files = CARRIED.iter().map(|(path, text)| LibraryFile::new(&root, path, (*text).to_owned()));
        Self { files: files.collect(), root }
    }

    fn read(root: &Path) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let mut files = Vec::new();
        for column in [DEVICES, PLATFORMS] {
            for folder in sorted(&root.join(column))?.iter().filter(|path| path.is_dir()) {
                for file in sorted(folder)? {
                    if file.extension().is_some_and(|it| it == "unik") && file.is_file() {
                        let below = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
                        files.push(LibraryFile::new(&root, &below, fs::read_to_string(&file)?));
                    }
                }
            }
        }
        Ok(Self { root, files })
    }

    /// Its `.unik` files, sorted by path.
    pub(crate) fn files(&self) -> &[LibraryFile] {
        &self.files
    }

    /// The folder with the crates, which must be there to write a crate.
    pub(crate) fn root(&self) -> Result<&Path, String> {
        if self.root.join(DEVICES).join("device-api/Cargo.toml").is_file() {
            return Ok(&self.root);
        }
        Err(format!("the library is not at `{}`, where this `unikc` was built", self.root.display()))
    }
}

impl LibraryFile {
    fn new(root: &Path, below: &str, text: String) -> Self {
        let mut parts = below.rsplitn(3, '/');
        let name = parts.next().unwrap_or_default().to_owned();
        let folder = parts.next().unwrap_or_default();
        let column = parts.next().unwrap_or_default();
        let own = name.strip_suffix(".unik") == Some(folder);
        Self {
            folder: root.join(column).join(folder),
            import: (own && column == DEVICES).then(|| format!("std/{folder}")),
            platform: column == PLATFORMS,
            name,
            text,
        }
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
