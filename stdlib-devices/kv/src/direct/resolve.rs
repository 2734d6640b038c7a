//! From a key to a descriptor, without ever leaving the folder.
//!
//! The host does it in one call where it can (`openat2`, Linux 5.6), else name by name. Both refuse every link, wherever it points:
//! then no step depends on what somebody may have put in place since the step before.

use std::cell::Cell;
use std::string::String;

use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, ResolveFlags};
use rustix::io::Errno;

use super::error::DirectError;

/// How often a call is repeated that the host gives up because of somebody else's renaming.
const TRIES: usize = 16;

/// The descriptor of the folder.
#[derive(Debug)]
pub(super) struct Root {
    folder: OwnedFd,
    /// Whether the host lacks `openat2`, or a filter forbids it.
    by_name: Cell<bool>,
}

impl Root {
    pub(super) fn open(path: &str) -> Result<Root, DirectError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        Ok(Root { folder: rustix::fs::openat(CWD, path, flags, Mode::empty())?, by_name: Cell::new(false) })
    }

    /// The same folder on a host without `openat2`.
    #[cfg(test)]
    pub(super) fn by_name(self) -> Root {
        self.by_name.set(true);
        self
    }

    /// Opens what a well-formed key names. A temporary file is not there.
    pub(super) fn resolve(&self, key: &str, flags: OFlags) -> Result<OwnedFd, DirectError> {
        if is_temporary(last(key).1) {
            return Err(DirectError::NotFound);
        }
        let found = self.resolve_any(key, flags).map_err(|error| match error {
            // A file stands on the way: then there is nothing of that name.
            DirectError::IsValue => DirectError::NotFound,
            error => error,
        })?;
        // PATH opens a link itself.
        if flags.contains(OFlags::PATH)
            && FileType::from_raw_mode(rustix::fs::fstat(&found)?.st_mode) == FileType::Symlink
        {
            return Err(DirectError::Link);
        }
        Ok(found)
    }

    /// The folder that a well-formed key names; `""` is the root. It can be listed.
    pub(super) fn folder(&self, key: &str) -> Result<OwnedFd, DirectError> {
        let path = if key.is_empty() { "." } else { key };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY;
        match self.resolve_any(path, flags) {
            // The last name may be a file, or one on its way: which it is decides what the key is.
            Err(DirectError::IsValue) => {
                self.resolve(key, OFlags::PATH)?;
                Err(DirectError::IsValue)
            }
            result => result,
        }
    }

    /// The folder in which a well-formed key stands, and its last name. Folders on the way are made if `make` says so.
    pub(super) fn parent<'k>(&self, key: &'k str, make: bool) -> Result<(OwnedFd, &'k str), DirectError> {
        let (way, name) = last(key);
        if is_temporary(name) {
            return Err(DirectError::Special);
        }
        let path = if way.is_empty() { "." } else { way };
        match self.resolve_any(path, OFlags::PATH | OFlags::DIRECTORY) {
            Err(DirectError::NotFound) if make => {
                Ok((self.walk(path, OFlags::PATH | OFlags::DIRECTORY, true)?, name))
            }
            result => Ok((result?, name)),
        }
    }

    fn resolve_any(&self, path: &str, flags: OFlags) -> Result<OwnedFd, DirectError> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        if self.by_name.get() {
            return self.walk(path, flags, false);
        }
        let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let mut tries = 0;
        loop {
            match rustix::fs::openat2(&self.folder, path, flags, Mode::empty(), resolve) {
                Err(Errno::AGAIN | Errno::INTR) if tries < TRIES => tries += 1,
                // A filter of system calls may say PERM; so may the file, in which case the walk says it again.
                Err(Errno::NOSYS | Errno::PERM) => {
                    let walked = self.walk(path, flags, false);
                    self.by_name.set(walked.is_ok());
                    return walked;
                }
                result => return Ok(result?),
            }
        }
    }

    /// Opens name by name.
    fn walk(&self, path: &str, flags: OFlags, make: bool) -> Result<OwnedFd, DirectError> {
        let flags = flags | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let mut here: Option<OwnedFd> = None;
        let mut names = path.split('/').peekable();
        while let Some(name) = names.next() {
            let at = here.as_ref().map_or(self.folder.as_fd(), AsFd::as_fd);
            let on_the_way = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            let wanted = if names.peek().is_none() { flags } else { on_the_way };
            let opened = match rustix::fs::openat(at, name, wanted, Mode::empty()) {
                Err(Errno::NOENT) if make => made(at, name, wanted),
                result => result,
            };
            here = Some(opened.map_err(|errno| unlike(at, name, errno))?);
        }
        here.ok_or(DirectError::NotFound)
    }
}

fn made(at: BorrowedFd<'_>, name: &str, flags: OFlags) -> Result<OwnedFd, Errno> {
    match rustix::fs::mkdirat(at, name, Mode::from_raw_mode(0o777)) {
        // Somebody else has made it.
        Ok(()) | Err(Errno::EXIST) => rustix::fs::openat(at, name, flags, Mode::empty()),
        Err(errno) => Err(errno),
    }
}

/// `openat` calls a link that it does not follow no folder; `openat2` calls it a link.
fn unlike(at: BorrowedFd<'_>, name: &str, errno: Errno) -> DirectError {
    if errno == Errno::NOTDIR
        && let Ok(stat) = rustix::fs::statat(at, name, AtFlags::SYMLINK_NOFOLLOW)
        && FileType::from_raw_mode(stat.st_mode) == FileType::Symlink
    {
        return DirectError::Link;
    }
    errno.into()
}

/// The way to a key's last name, and that name.
fn last(key: &str) -> (&str, &str) {
    key.rsplit_once('/').unwrap_or(("", key))
}

const TEMPORARY: (&str, &str) = (".unik-", ".tmp");

/// The name of a file that is being written. It is not part of the store.
pub(super) fn temporary(process: u32, number: u64) -> String {
    std::format!("{}{process}-{number}{}", TEMPORARY.0, TEMPORARY.1)
}

/// Whether a name is one of those.
pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY.0) && name.ends_with(TEMPORARY.1)
}
