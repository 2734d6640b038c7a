//! The content of a folder, compiled into the image: what a `Files` value is in Rust.
//!
//! The generator writes `static DATA: Files = Files::new(&[File { … }, …]);` with the paths sorted by their bytes.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Entry, Kind, Tag};
use crate::clock::Timestamp;

/// A file in the image.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its key: relative to the folder, names joined by `/`.
    pub path: &'static str,
    /// Its content.
    pub data: &'static [u8],
    /// The tag of its content.
    pub tag: Tag,
    /// When it changed last; usually unknown, so that images are the same on each build.
    pub modified: Option<Timestamp>,
}

/// The files of a folder, sorted by their paths.
#[derive(Clone, Copy, Debug)]
pub struct Files {
    entries: &'static [File],
}

impl Files {
    /// Files sorted by the bytes of their paths; fails to compile in a `static` if they are not.
    pub const fn new(entries: &'static [File]) -> Self {
        let mut at = 1;
        while at < entries.len() {
            assert!(
                before(entries[at - 1].path.as_bytes(), entries[at].path.as_bytes()),
                "the paths must be sorted and each stand once"
            );
            at += 1;
        }
        Self { entries }
    }

    /// All of them, sorted.
    pub fn entries(&self) -> &'static [File] {
        self.entries
    }

    /// The file of this key.
    pub fn find(&self, key: &str) -> Option<&'static File> {
        let at = self.entries.binary_search_by(|file| file.path.cmp(key)).ok()?;
        Some(&self.entries[at])
    }

    /// What the key names, if anything; `""` is the root.
    pub fn kind(&self, key: &str) -> Option<Kind> {
        if self.find(key).is_some() {
            return Some(Kind::Value);
        }
        (key.is_empty() || !self.below(key).is_empty()).then_some(Kind::Dictionary)
    }

    /// The names in a dictionary, sorted; nothing if there is no such dictionary.
    pub fn list(&self, dictionary: &str) -> Option<Vec<Entry>> {
        let below = self.below(dictionary);
        if below.is_empty() && !dictionary.is_empty() {
            return None;
        }
        let skip = if dictionary.is_empty() { 0 } else { dictionary.len() + 1 };
        let mut entries: Vec<Entry> = below
            .iter()
            .map(|file| match file.path[skip..].split_once('/') {
                Some((name, _)) => Entry { name: String::from(name), kind: Kind::Dictionary },
                None => Entry { name: String::from(&file.path[skip..]), kind: Kind::Value },
            })
            .collect();
        // `a-b` stands between `a` and `a/c`, so names are sorted anew.
        entries.sort();
        entries.dedup();
        Some(entries)
    }

    /// The files below a dictionary: all of those that start with it and a `/`.
    fn below(&self, dictionary: &str) -> &'static [File] {
        if dictionary.is_empty() {
            return self.entries;
        }
        let under =
            |file: &File| file.path.strip_prefix(dictionary).is_some_and(|rest| rest.starts_with('/'));
        let order = |file: &File| {
            let path = file.path.as_bytes();
            let prefix = dictionary.as_bytes();
            path.iter().copied().take(prefix.len() + 1).lt(prefix.iter().copied().chain([b'/']))
        };
        let start = self.entries.partition_point(order);
        let end = start + self.entries[start..].partition_point(under);
        &self.entries[start..end]
    }
}

/// Whether `a` sorts before `b`, for use in constants.
const fn before(a: &[u8], b: &[u8]) -> bool {
    let mut at = 0;
    while at < a.len() && at < b.len() {
        if a[at] != b[at] {
            return a[at] < b[at];
        }
        at += 1;
    }
    a.len() < b.len()
}
