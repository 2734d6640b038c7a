//! How a folder of the host fails.

use std::fmt;

use rustix::io::Errno;
use unik::ErrorKind;
use unik::kv::key::Malformed;

/// Why a folder of the host does not do what it was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DirectError {
    /// The key names nothing.
    NotFound,
    /// The key is none.
    Malformed(Malformed),
    /// The key names a folder, where a file is wanted.
    IsDictionary,
    /// The key, or a name on its way, names a file, where a folder is wanted.
    IsValue,
    /// A link stands on the way; links are not followed.
    Link,
    /// Neither a file nor a folder: a pipe, a socket, a device.
    Special,
    /// What else the host says.
    Host(Errno),
}

impl fmt::Display for DirectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DirectError::NotFound => f.write_str("there is no file or folder of this name"),
            DirectError::Malformed(malformed) => malformed.fmt(f),
            DirectError::IsDictionary => f.write_str("this is a folder, not a file"),
            DirectError::IsValue => f.write_str("this is a file, not a folder"),
            DirectError::Link => f.write_str("a symbolic link stands on the way"),
            DirectError::Special => f.write_str("this is neither a file nor a folder"),
            DirectError::Host(errno) => errno.fmt(f),
        }
    }
}

impl std::error::Error for DirectError {}

impl unik::Error for DirectError {
    fn kind(&self) -> ErrorKind {
        match self {
            DirectError::NotFound => ErrorKind::NotFound,
            DirectError::Malformed(_) | DirectError::IsDictionary | DirectError::IsValue => {
                ErrorKind::Invalid
            }
            DirectError::Link | DirectError::Special => ErrorKind::Denied,
            DirectError::Host(errno) => match *errno {
                Errno::ACCESS | Errno::PERM | Errno::ROFS => ErrorKind::Denied,
                Errno::MFILE | Errno::NFILE | Errno::NOMEM | Errno::NOSPC | Errno::DQUOT => {
                    ErrorKind::Exhausted
                }
                Errno::FBIG => ErrorKind::TooLarge,
                Errno::BUSY | Errno::TXTBSY => ErrorKind::InUse,
                Errno::IO => ErrorKind::Corrupt,
                _ => ErrorKind::Other,
            },
        }
    }
}

impl From<Malformed> for DirectError {
    fn from(malformed: Malformed) -> DirectError {
        DirectError::Malformed(malformed)
    }
}

impl From<Errno> for DirectError {
    fn from(errno: Errno) -> DirectError {
        match errno {
            Errno::NOENT => DirectError::NotFound,
            Errno::NOTDIR => DirectError::IsValue,
            Errno::ISDIR => DirectError::IsDictionary,
            Errno::LOOP => DirectError::Link,
            // A socket cannot be opened (open(2)); nor can a device without a driver.
            Errno::NXIO | Errno::NODEV => DirectError::Special,
            errno => DirectError::Host(errno),
        }
    }
}
