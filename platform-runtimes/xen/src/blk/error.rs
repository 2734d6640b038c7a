//! How disks fail.

use core::fmt;

use unik::ErrorKind;
use unik::block::Outside;

use crate::bus;
use crate::grants::Exhausted;
use crate::hypervisor::Refused;

/// Why a disk is given up. None of it is a mistake of the program, and none of it may hurt the program's memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The back end has answered more requests than there were.
    Overrun,
    /// It has answered a request that it does not have.
    Id(u64),
    /// It has answered a request with what was not asked for.
    Operation(u8),
    /// It has answered with what is no status.
    Status(i16),
    /// What it says of itself is impossible.
    Geometry,
    /// It has come back with sectors of another size.
    SectorSize,
    /// It is a drive for discs that come and go.
    Removable,
    /// There is no memory, or no reference, for what it would be given.
    Exhausted(Exhausted),
    /// The hypervisor gives no port, or one that wakes nobody.
    Port(Option<Refused>),
    /// It is not on the bus any more.
    Bus(bus::Error),
}

impl From<Exhausted> for Fault {
    fn from(error: Exhausted) -> Self {
        Self::Exhausted(error)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Overrun => f.write_str("its back end has answered more requests than there were"),
            Self::Id(id) => write!(f, "its back end has answered a request that it does not have ({id})"),
            Self::Operation(operation) => {
                write!(f, "its back end has done what was not asked for (operation {operation})")
            }
            Self::Status(status) => write!(f, "its back end has answered with {status}, which is no status"),
            Self::Geometry => f.write_str("what its back end says of it is impossible"),
            Self::SectorSize => f.write_str("its back end has come back with sectors of another size"),
            Self::Removable => f.write_str("it is a drive for discs that come and go (`cdrom`)"),
            Self::Exhausted(error) => error.fmt(f),
            Self::Port(Some(refused)) => refused.fmt(f),
            Self::Port(None) => f.write_str("the hypervisor gives a port that can wake nobody"),
            Self::Bus(error) => error.fmt(f),
        }
    }
}

impl core::error::Error for Fault {}

/// Why a disk fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// Not sectors of the disk.
    Outside(Outside),
    /// It cannot be written.
    ReadOnly,
    /// The back end could not read or write (`BLKIF_RSP_ERROR`).
    Host,
    /// The back end does not do that (`BLKIF_RSP_EOPNOTSUPP`).
    Unsupported,
    /// The back end is not there, or went before it had answered. Later calls work once it is there again.
    Away,
    /// The disk was given up.
    Lost(Fault),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(outside) => outside.fmt(f),
            Self::ReadOnly => f.write_str("the disk is read only"),
            Self::Host => f.write_str("the host could not read or write"),
            Self::Unsupported => f.write_str("the host does not support the request"),
            Self::Away => f.write_str("the disk's back end is not there"),
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
            Self::Host => ErrorKind::Corrupt,
            Self::Unsupported => ErrorKind::Unsupported,
            Self::Away => ErrorKind::Unreachable,
            Self::Lost(_) => ErrorKind::Detached,
        }
    }
}
