//! The world as queries see it: the disk, with the texts of the library that the binary carries laid over it.

use std::collections::BTreeMap;
use std::path::Path;
use std::{fs, io};

use smol_str::SmolStr;
use unik_db::{Entry, System};

use crate::dependencies;

/// The machine that `unikc` runs on.
#[derive(Debug)]
pub(crate) struct OsSystem {
    /// By absolute path.
    carried: BTreeMap<String, String>,
}

impl OsSystem {
    /// The disk; `carried` are texts by absolute path that need not be on it.
    pub(crate) fn new(carried: BTreeMap<String, String>) -> Self {
        Self { carried }
    }
}

impl System for OsSystem {
    fn read_file(&self, path: &str) -> io::Result<String> {
        if let Some(text) = self.carried.get(path) {
            return Ok(text.clone());
        }
        // A device or a pipe without end would never be read to its end.
        let kind = fs::metadata(here(path))?;
        if kind.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        if !kind.is_file() {
            return Err(io::Error::other("it is not an ordinary file"));
        }
        fs::read_to_string(path)
    }

    fn entry(&self, path: &str) -> Entry {
        if self.carried.contains_key(path) {
            return Entry::File;
        }
        match fs::metadata(here(path)) {
            Ok(kind) if kind.is_dir() => Entry::Folder,
            Ok(_) => Entry::File,
            Err(_) => Entry::Missing,
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<SmolStr>> {
        let names = fs::read_dir(here(path))?.map(|entry| Ok(entry?.file_name().to_string_lossy().into()));
        let mut names = names.collect::<io::Result<Vec<SmolStr>>>()?;
        names.sort();
        Ok(names)
    }

    fn crates(&self, folder: &str) -> BTreeMap<SmolStr, SmolStr> {
        dependencies::shipped(Path::new(folder))
    }
}

/// The working directory has no name in the language.
fn here(path: &str) -> &str {
    if path.is_empty() { "." } else { path }
}
