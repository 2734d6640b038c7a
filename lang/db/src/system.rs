//! How the world enters: one trait, through which files are read and folders are seen.
//!
//! What a path means on disk, and where the text of a library comes from, is decided by whoever implements it.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io;
use std::sync::{Mutex, PoisonError};

use smol_str::SmolStr;

/// What stands at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Nothing, or nothing that can be seen.
    Missing,
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// The world as the language sees it. Paths use `/` and are either absolute or relative to the working directory.
pub trait System: Debug + Send + Sync {
    /// The text of a file. A file that is not UTF-8 is [`io::ErrorKind::InvalidData`].
    fn read_file(&self, path: &str) -> io::Result<String>;
    /// What stands at a path.
    fn entry(&self, path: &str) -> Entry;
    /// The names in a folder, sorted.
    fn list(&self, path: &str) -> io::Result<Vec<SmolStr>>;
    /// The `.unik` files that the Cargo dependencies of the package around a folder ship, by the names of their crates as code
    /// writes them. A world without Cargo has none.
    fn crates(&self, folder: &str) -> BTreeMap<SmolStr, SmolStr> {
        let _ = folder;
        BTreeMap::new()
    }
}

/// A world in memory, for tests and for editors without a disk.
#[derive(Debug, Default)]
pub struct MemorySystem {
    files: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl MemorySystem {
    /// A world with these files.
    pub fn new<P: Into<String>, T: Into<Vec<u8>>>(files: impl IntoIterator<Item = (P, T)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Self { files: Mutex::new(files) }
    }

    /// Writes a file.
    pub fn write(&self, path: impl Into<String>, text: impl Into<Vec<u8>>) {
        self.lock().insert(path.into(), text.into());
    }

    /// Removes a file.
    pub fn remove(&self, path: &str) {
        self.lock().remove(path);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Vec<u8>>> {
        self.files.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl System for MemorySystem {
    fn read_file(&self, path: &str) -> io::Result<String> {
        let files = self.lock();
        let bytes = files.get(path).ok_or(io::ErrorKind::NotFound)?;
        String::from_utf8(bytes.clone()).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }

    fn entry(&self, path: &str) -> Entry {
        let files = self.lock();
        if files.contains_key(path) {
            return Entry::File;
        }
        let inside = folder_prefix(path);
        match files.keys().any(|file| file.starts_with(&inside)) {
            true => Entry::Folder,
            false => Entry::Missing,
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<SmolStr>> {
        let inside = folder_prefix(path);
        let files = self.lock();
        let below = files.keys().filter_map(|file| file.strip_prefix(&inside));
        let mut names: Vec<SmolStr> =
            below.filter_map(|rest| rest.split('/').next()).map(SmolStr::new).collect();
        names.dedup();
        match names.is_empty() {
            true => Err(io::ErrorKind::NotFound.into()),
            false => Ok(names),
        }
    }
}

/// What the paths of all files in a folder start with.
fn folder_prefix(folder: &str) -> String {
    match folder.trim_end_matches('/') {
        "" | "." => String::new(),
        folder => format!("{folder}/"),
    }
}
