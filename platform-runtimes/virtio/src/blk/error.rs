//! How disks fail.

use core::fmt;

use unik::ErrorKind;
use unik::block::Outside;

use crate::fault::Fault;

/// Why a disk fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Not sectors of the disk.
    Outside(Outside),
    /// It cannot be written.
    ReadOnly,
    /// The host could not read or write (VIRTIO_BLK_S_IOERR).
    Host,
    /// The host never does that (VIRTIO_BLK_S_UNSUPP).
    Unsupported,
    /// The host has answered with something that is no status.
    Status(u8),
    /// The device was given up.
    Lost(Fault),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(outside) => outside.fmt(f),
            Self::ReadOnly => f.write_str("the disk is read only"),
            Self::Host => f.write_str("the host could not read or write"),
            Self::Unsupported => f.write_str("the host does not support the request"),
            Self::Status(status) => write!(f, "the host has answered with the status {status}"),
            Self::Lost(fault) => write!(f, "the disk was given up: {fault}"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Outside(_) => ErrorKind::Invalid,
            Self::ReadOnly => ErrorKind::Denied,
            Self::Host | Self::Status(_) => ErrorKind::Corrupt,
            Self::Unsupported => ErrorKind::Unsupported,
            Self::Lost(_) => ErrorKind::Detached,
        }
    }
}
