//! The world with the texts of an editor laid over it: what is open there counts, saved or not.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use smol_str::SmolStr;
use unik_db::{Entry, System};

/// A world, and the texts that are open over it.
#[derive(Debug)]
pub(crate) struct Overlay {
    below: Arc<dyn System>,
    open: Mutex<BTreeMap<SmolStr, Arc<str>>>,
}

impl Overlay {
    /// Nothing is open yet.
    pub(crate) fn new(below: Arc<dyn System>) -> Self {
        Self { below, open: Mutex::default() }
    }

    /// Lays a text over the file at a tidy path.
    pub(crate) fn put(&self, path: &str, text: Arc<str>) {
        self.texts().insert(path.into(), text);
    }

    /// Takes the text away: the disk counts again.
    pub(crate) fn take(&self, path: &str) {
        self.texts().remove(path);
    }

    /// A panic of another thread leaves the table whole, since each step changes one entry.
    fn texts(&self) -> MutexGuard<'_, BTreeMap<SmolStr, Arc<str>>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl System for Overlay {
    fn read_file(&self, path: &str) -> io::Result<String> {
        let open = self.texts().get(path).map(|text| text.to_string());
        open.map_or_else(|| self.below.read_file(path), Ok)
    }

    fn entry(&self, path: &str) -> Entry {
        match self.texts().contains_key(path) {
            true => Entry::File,
            false => self.below.entry(path),
        }
    }

    fn list(&self, path: &str) -> io::Result<Vec<SmolStr>> {
        self.below.list(path)
    }

    fn crates(&self, folder: &str) -> BTreeMap<SmolStr, SmolStr> {
        self.below.crates(folder)
    }
}
