//! Changes that readers see whole or not at all.
//!
//! A value is written under a temporary name in the folder where it will stand, and then takes its name in one step. What is removed
//! loses its name in one step, and its content afterwards. A crash may leave temporary names, which the store does not show. Nothing is
//! forced to the disk: that is the host's own time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::vec::Vec;

use rustix::fd::OwnedFd;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags};
use rustix::io::Errno;
use unik::kv::{ReadWrite, key};

use super::error::DirectError;
use super::resolve::temporary;
use super::{Direct, kind_at};

impl ReadWrite for Direct {
    async fn set(&self, key: &str, value: &[u8]) -> Result<(), DirectError> {
        key::check(key)?;
        let (folder, name) = self.root.parent(key, true)?;
        check_place(&folder, name)?;
        let fresh = fresh_file(&folder)?;
        let result =
            write_all(&fresh.0, value).and_then(|()| rustix::fs::renameat(&folder, &fresh.1, &folder, name));
        if result.is_err() {
            // It may not be there any more; the first error is the one to tell.
            let _ = rustix::fs::unlinkat(&folder, &fresh.1, AtFlags::empty());
        }
        Ok(result?)
    }

    async fn remove(&self, key: &str) -> Result<(), DirectError> {
        key::check(key)?;
        let (folder, name) = self.root.parent(key, false).map_err(nothing)?;
        match kind_at(&folder, name)? {
            Some(FileType::RegularFile) => Ok(rustix::fs::unlinkat(&folder, name, AtFlags::empty())?),
            Some(FileType::Directory) => {
                let gone = next_name();
                rustix::fs::renameat(&folder, name, &folder, &gone)?;
                Ok(clear(&folder, &gone)?)
            }
            Some(FileType::Symlink) => Err(DirectError::Link),
            Some(_) => Err(DirectError::Special),
            None => Err(DirectError::NotFound),
        }
    }

    async fn rename(&self, from: &str, to: &str) -> Result<(), DirectError> {
        key::check(from)?;
        key::check(to)?;
        let (from_folder, from_name) = self.root.parent(from, false).map_err(nothing)?;
        match kind_at(&from_folder, from_name)? {
            Some(FileType::RegularFile) => {}
            Some(FileType::Directory) => return Err(DirectError::IsDictionary),
            Some(FileType::Symlink) => return Err(DirectError::Link),
            Some(_) => return Err(DirectError::Special),
            None => return Err(DirectError::NotFound),
        }
        let (to_folder, to_name) = self.root.parent(to, true)?;
        check_place(&to_folder, to_name)?;
        Ok(rustix::fs::renameat(&from_folder, from_name, &to_folder, to_name)?)
    }
}

/// Whether a file may take a name. Taking it never follows a link; a link or a pipe is not ours to replace.
fn check_place(folder: &OwnedFd, name: &str) -> Result<(), DirectError> {
    match kind_at(folder, name)? {
        None | Some(FileType::RegularFile) => Ok(()),
        Some(FileType::Directory) => Err(DirectError::IsDictionary),
        Some(FileType::Symlink) => Err(DirectError::Link),
        Some(_) => Err(DirectError::Special),
    }
}

/// What to say of a key that cannot be there because a file stands on its way.
fn nothing(error: DirectError) -> DirectError {
    if error == DirectError::IsValue { DirectError::NotFound } else { error }
}

fn next_name() -> String {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    temporary(std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A new file of a temporary name that nobody else has.
fn fresh_file(folder: &OwnedFd) -> Result<(OwnedFd, String), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    loop {
        let name = next_name();
        match rustix::fs::openat(folder, &name, flags, Mode::from_raw_mode(0o666)) {
            Ok(file) => return Ok((file, name)),
            // Left by a process that had our number.
            Err(Errno::EXIST) => {}
            Err(errno) => return Err(errno),
        }
    }
}

fn write_all(file: &OwnedFd, mut bytes: &[u8]) -> Result<(), Errno> {
    while !bytes.is_empty() {
        match rustix::io::write(file, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

/// Removes a folder with all that is in it, links as such. Folders are emptied from below; the way back up is kept as descriptors,
/// so that it cannot be moved.
fn clear(parent: &OwnedFd, name: &str) -> Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let open = |at: &OwnedFd, name: &std::ffi::CStr| rustix::fs::openat(at, name, flags, Mode::empty());
    let name = std::ffi::CString::new(name).map_err(|_| Errno::INVAL)?;
    let mut way = Vec::from([(open(parent, &name)?, name)]);
    while let Some((here, _)) = way.last() {
        let mut below = None;
        for entry in Dir::read_from(here)? {
            let entry = entry?;
            let name = entry.file_name();
            if name == c"." || name == c".." {
                continue;
            }
            match rustix::fs::unlinkat(here, name, AtFlags::empty()) {
                Ok(()) | Err(Errno::NOENT) => {}
                // Linux says ISDIR, POSIX says PERM.
                Err(Errno::ISDIR | Errno::PERM) => {
                    below = Some((open(here, name)?, name.to_owned()));
                    break;
                }
                Err(errno) => return Err(errno),
            }
        }
        if let Some(below) = below {
            way.push(below);
            continue;
        }
        let Some((_, name)) = way.pop() else { break };
        let above = way.last().map_or(parent, |(above, _)| above);
        rustix::fs::unlinkat(above, &name, AtFlags::REMOVEDIR)?;
    }
    Ok(())
}
