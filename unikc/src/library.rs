//! Where devices and platforms come from: their `.unik` files, which the binary carries, and the folder with
//! their crates, which it needs only when a crate is written.
//!
//! The folder is the option `--library`, else `UNIKC_LIBRARY`, else the workspace that the binary was built from.
//! When it is chosen, the `.unik` files are read from there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

/// Path below the root and text, sorted. The folders are those of the workspace.
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
struct LibraryFile {
    /// Its column, its folder and its name: `stdlib-devices/kv/kv.unik`.
    below: String,
    text: String,
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
        let file =
            |(below, text): &(&str, &str)| LibraryFile { below: (*below).into(), text: (*text).into() };
        Self { root, files: CARRIED.iter().map(file).collect() }
    }

    fn read(root: &Path) -> io::Result<Self> {
        let root = root.canonicalize()?;
        let mut files = Vec::new();
        for column in [DEVICES, PLATFORMS] {
            for folder in sorted(&root.join(column))?.iter().filter(|path| path.is_dir()) {
                for file in sorted(folder)? {
                    if file.extension().is_some_and(|it| it == "unik") && file.is_file() {
                        let below = file.strip_prefix(&root).unwrap_or(&file).to_string_lossy().into_owned();
                        files.push(LibraryFile { below, text: fs::read_to_string(&file)? });
                    }
                }
            }
        }
        Ok(Self { root, files })
    }

    /// Where the language finds `std/…` and the platforms.
    pub(crate) fn names(&self) -> unik_db::Library {
        let column = |column| {
            let known = self.files.iter().filter_map(|file| Some((file.name_in(column)?, self.path(file))));
            known.map(|(name, path)| unik_db::LibraryFile { name: name.into(), path: path.into() }).collect()
        };
        unik_db::Library { std: column(DEVICES), platforms: column(PLATFORMS) }
    }

    /// Its texts by absolute path.
    pub(crate) fn texts(&self) -> BTreeMap<String, String> {
        self.files.iter().map(|file| (self.path(file), file.text.clone())).collect()
    }

    fn path(&self, file: &LibraryFile) -> String {
        self.root.join(&file.below).to_string_lossy().into_owned()
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
    /// The name under which a column knows it: `kv`, if it is `kv/kv.unik` there.
    fn name_in(&self, column: &str) -> Option<&str> {
        let (folder, name) = self.below.strip_prefix(column)?.strip_prefix('/')?.split_once('/')?;
        (name.strip_suffix(".unik") == Some(folder)).then_some(folder)
    }
}

fn sorted(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
