//! `kv.direct(root)`: a folder of the host as a store.
//!
//! Nothing outside the folder can be reached: a key is checked before the host sees it, and the host resolves it from the folder's
//! descriptor without following any link, so that nobody who changes the folder meanwhile can lead us out. Links are thus not
//! part of the store. What is neither a file nor a folder is refused, and opened in a way that cannot block.
//!
//! The calls are the host's blocking ones, each bounded: a value is read in the pieces that are asked for. How names become
//! descriptors is decided by `resolve`, how changes are made whole by `change`.

mod change;
mod error;
mod resolve;
#[cfg(test)]
mod tests;

use std::borrow::ToOwned;
use std::rc::Rc;
use std::vec::Vec;

use bytes::Bytes;
use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Dir, FileType, OFlags, Stat};
use rustix::io::Errno;
use unik::clock::Timestamp;
use unik::kv::{Entry, Kind, Meta, ReadOnly, Tag, Value, key};

pub use error::DirectError;
use resolve::{Root, is_temporary};

/// A folder of the host.
#[derive(Clone, Debug)]
pub struct Direct {
    root: Rc<Root>,
}

impl Direct {
    /// The store of the folder `root`, which must exist. It may be reached by links; nothing in it is.
    pub async fn new(root: &str) -> Result<Direct, DirectError> {
        Ok(Direct { root: Rc::new(Root::open(root)?) })
    }
}

/// A file that has been found. It is read on even if another takes its name.
#[derive(Debug)]
pub struct OpenFile {
    file: OwnedFd,
    meta: Meta,
}

impl ReadOnly for Direct {
    type Error = DirectError;
    type Value = OpenFile;

    async fn open(&self, key: &str) -> Result<OpenFile, DirectError> {
        key::check(key)?;
        // Without NONBLOCK, opening a pipe would wait for its other end.
        let file = self.root.resolve(key, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY)?;
        let stat = rustix::fs::fstat(&file)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::RegularFile => Ok(OpenFile { file, meta: meta(&stat) }),
            FileType::Directory => Err(DirectError::IsDictionary),
            _ => Err(DirectError::Special),
        }
    }

    async fn list(&self, dictionary: &str) -> Result<Vec<Entry>, DirectError> {
        key::check_dictionary(dictionary)?;
        let folder = self.root.folder(dictionary)?;
        let mut entries = Vec::new();
        for entry in Dir::read_from(&folder)? {
            let entry = entry?;
            // A name that is no part of a key cannot be asked for.
            let Some(name) = entry.file_name().to_str().ok().filter(|name| key::check(name).is_ok()) else {
                continue;
            };
            let file_type = match entry.file_type() {
                FileType::Unknown => kind_at(&folder, name)?,
                known => Some(known),
            };
            match file_type {
                Some(FileType::Directory) => {
                    entries.push(Entry { name: name.to_owned(), kind: Kind::Dictionary })
                }
                Some(FileType::RegularFile) if !is_temporary(name) => {
                    entries.push(Entry { name: name.to_owned(), kind: Kind::Value });
                }
                _ => {}
            }
        }
        entries.sort();
        Ok(entries)
    }

    async fn exists(&self, key: &str) -> Result<Option<Kind>, DirectError> {
        key::check_dictionary(key)?;
        if key.is_empty() {
            return Ok(Some(Kind::Dictionary));
        }
        match self.root.resolve(key, OFlags::PATH) {
            Ok(found) => match FileType::from_raw_mode(rustix::fs::fstat(&found)?.st_mode) {
                FileType::RegularFile => Ok(Some(Kind::Value)),
                FileType::Directory => Ok(Some(Kind::Dictionary)),
                _ => Ok(None),
            },
            Err(DirectError::NotFound | DirectError::IsValue | DirectError::Link) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Value for OpenFile {
    type Error = DirectError;

    fn meta(&self) -> Meta {
        self.meta
    }

    async fn read(&self, offset: u64, length: usize) -> Result<Bytes, DirectError> {
        let rest = self.meta.size.saturating_sub(offset);
        let length = usize::try_from(rest).unwrap_or(usize::MAX).min(length);
        let mut bytes = Vec::with_capacity(length);
        while bytes.len() < length {
            let at = offset + bytes.len() as u64;
            let room = rustix::buffer::spare_capacity(&mut bytes);
            match rustix::io::pread(&self.file, room, at) {
                // The file has become shorter.
                Ok(0) => break,
                Ok(_) | Err(Errno::INTR) => {}
                Err(errno) => return Err(errno.into()),
            }
        }
        Ok(Bytes::from(bytes))
    }
}

/// What a name in a folder is, if it is there.
fn kind_at(folder: &OwnedFd, name: &str) -> Result<Option<FileType>, Errno> {
    match rustix::fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(FileType::from_raw_mode(stat.st_mode))),
        Err(Errno::NOENT) => Ok(None),
        Err(errno) => Err(errno),
    }
}

fn meta(stat: &Stat) -> Meta {
    let nanoseconds = u32::try_from(stat.st_mtime_nsec).unwrap_or(0);
    Meta {
        size: u64::try_from(stat.st_size).unwrap_or(0),
        tag: tag(stat),
        modified: Some(Timestamp { seconds: stat.st_mtime, nanoseconds }),
    }
}

/// Of what the host knows about a file's version: which file, how long, when it was changed, and when anything about it was.
fn tag(stat: &Stat) -> Tag {
    let mut bytes = Vec::with_capacity(56);
    bytes.extend(stat.st_dev.to_le_bytes());
    bytes.extend(stat.st_ino.to_le_bytes());
    bytes.extend(stat.st_size.to_le_bytes());
    bytes.extend(stat.st_mtime.to_le_bytes());
    bytes.extend(stat.st_mtime_nsec.to_le_bytes());
    bytes.extend(stat.st_ctime.to_le_bytes());
    bytes.extend(stat.st_ctime_nsec.to_le_bytes());
    Tag::of(&bytes)
}
