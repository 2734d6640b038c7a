//! Disks: a file or a block device of the host.
//!
//! Reads and writes are system calls that the thread waits for: while the host fetches sectors that are not in its page
//! cache, nothing else runs. A file is locked against a second program that asks (flock(2)), until the last handle is gone.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, FileTypeExt};
use std::rc::Rc;

use rustix::fs::FlockOperation;
use rustix::io::Errno;
use unik::ErrorKind;
use unik::block::{Block, Outside, range};

use crate::attached;

/// Bytes of a sector.
const SECTOR: usize = 512;

/// A disk; clones are the same one.
#[derive(Clone, Debug)]
pub struct Disk(Rc<Shared>);

#[derive(Debug)]
struct Shared {
    name: String,
    file: File,
    sectors: u64,
    read_only: bool,
}

/// Why a disk fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskError {
    /// The path of the file, or the name of the disk that has none.
    pub disk: String,
    /// What is wrong.
    pub cause: DiskCause,
}

/// What is wrong with a disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiskCause {
    /// The boot arguments do not say which file it is.
    NotGiven,
    /// It is neither a file nor a block device.
    OtherKind,
    /// It has so many bytes, which are no whole sectors.
    Uneven(u64),
    /// Another program has it.
    Busy,
    /// Not sectors of the disk.
    Outside(Outside),
    /// It cannot be written.
    ReadOnly,
    /// The file has become shorter than the disk was at the start.
    Shorter,
    /// The host says so.
    System(Errno),
}

impl Disk {
    /// What the boot arguments attach as the disk `name`, after `--disk NAME=FILE`.
    pub async fn new(name: &str) -> Result<Self, DiskError> {
        let missing = || DiskError { disk: name.into(), cause: DiskCause::NotGiven };
        Self::open(&attached::value("disk", name).ok_or_else(missing)?)
    }

    /// Opens a file or a block device of whole sectors of 512 bytes; read only if it may not be written.
    ///
    /// # Errors
    /// A [`DiskError`] with the path.
    pub fn open(path: &str) -> Result<Self, DiskError> {
        let fail = |cause| DiskError { disk: path.into(), cause };
        let system = |error: io::Error| fail(DiskCause::System(errno(&error)));
        let kind = std::fs::metadata(path).map_err(system)?.file_type();
        if !kind.is_file() && !kind.is_block_device() {
            return Err(fail(DiskCause::OtherKind));
        }
        let (mut file, read_only) = match OpenOptions::new().read(true).write(true).open(path) {
            Ok(file) => (file, false),
            Err(error) if matches!(errno(&error), Errno::ACCESS | Errno::PERM | Errno::ROFS) => {
                (File::open(path).map_err(system)?, true)
            }
            Err(error) => return Err(system(error)),
        };
        let lock = if read_only {
            FlockOperation::NonBlockingLockShared
        } else {
            FlockOperation::NonBlockingLockExclusive
        };
        rustix::fs::flock(&file, lock).map_err(|errno| match errno {
            Errno::AGAIN => fail(DiskCause::Busy),
            errno => fail(DiskCause::System(errno)),
        })?;
        // The length of a block device is where its end is, not what its node says.
        let bytes = io::Seek::seek(&mut file, io::SeekFrom::End(0)).map_err(system)?;
        if bytes == 0 || !bytes.is_multiple_of(SECTOR as u64) {
            return Err(fail(DiskCause::Uneven(bytes)));
        }
        Ok(Self(Rc::new(Shared { name: path.into(), file, sectors: bytes / SECTOR as u64, read_only })))
    }

    fn fail(&self, cause: DiskCause) -> DiskError {
        DiskError { disk: self.0.name.clone(), cause }
    }

    /// Where a range of sectors starts, in bytes.
    fn start(&self, sector: u64, length: usize) -> Result<u64, DiskError> {
        range(sector, length, SECTOR, self.0.sectors)
            .map_err(|error| self.fail(DiskCause::Outside(error)))?;
        Ok(sector * SECTOR as u64)
    }

    fn told(&self, error: &io::Error) -> DiskError {
        self.fail(match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::WriteZero => DiskCause::Shorter,
            _ => DiskCause::System(errno(error)),
        })
    }
}

fn errno(error: &io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

impl Block for Disk {
    type Error = DiskError;

    fn sector_size(&self) -> usize {
        SECTOR
    }

    fn sectors(&self) -> u64 {
        self.0.sectors
    }

    fn is_read_only(&self) -> bool {
        self.0.read_only
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        let start = self.start(sector, buffer.len())?;
        self.0.file.read_exact_at(buffer, start).map_err(|error| self.told(&error))
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), DiskError> {
        let start = self.start(sector, bytes.len())?;
        if self.0.read_only {
            return Err(self.fail(DiskCause::ReadOnly));
        }
        self.0.file.write_all_at(bytes, start).map_err(|error| self.told(&error))
    }

    async fn flush(&self) -> Result<(), DiskError> {
        if self.0.read_only {
            return Ok(());
        }
        rustix::fs::fdatasync(self.0.file.as_fd()).map_err(|errno| self.fail(DiskCause::System(errno)))
    }
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let disk = &self.disk;
        match &self.cause {
            DiskCause::NotGiven => write!(
                f,
                "no disk is attached as {disk}: give --disk {disk}=FILE; a file of 64 MiB is made with `truncate -s \
                 64M FILE`"
            ),
            DiskCause::OtherKind => write!(f, "{disk} is neither a file nor a block device"),
            DiskCause::Uneven(0) => {
                write!(f, "{disk} is empty: a file of 64 MiB is made with `truncate -s 64M {disk}`")
            }
            DiskCause::Uneven(bytes) => {
                write!(f, "{disk} has {bytes} bytes, which are no whole sectors of {SECTOR} bytes")
            }
            DiskCause::Busy => write!(f, "another program has {disk}: a disk serves one program"),
            DiskCause::Outside(outside) => write!(f, "{disk}: {outside}"),
            DiskCause::ReadOnly => write!(f, "{disk} cannot be written: it was opened for reading alone"),
            DiskCause::Shorter => write!(f, "{disk} is shorter than it was when the program started"),
            DiskCause::System(errno) => write!(f, "{disk}: {}", io::Error::from(*errno)),
        }
    }
}

impl std::error::Error for DiskError {}

impl unik::Error for DiskError {
    fn kind(&self) -> ErrorKind {
        match self.cause {
            DiskCause::OtherKind | DiskCause::Uneven(_) | DiskCause::Outside(_) => ErrorKind::Invalid,
            DiskCause::Busy => ErrorKind::InUse,
            DiskCause::ReadOnly => ErrorKind::Denied,
            DiskCause::Shorter => ErrorKind::Detached,
            DiskCause::NotGiven => ErrorKind::NotFound,
            DiskCause::System(errno) => match errno {
                Errno::NOENT => ErrorKind::NotFound,
                Errno::ACCESS | Errno::PERM | Errno::ROFS => ErrorKind::Denied,
                Errno::IO => ErrorKind::Corrupt,
                Errno::NODEV | Errno::NXIO => ErrorKind::Detached,
                Errno::NOSPC | Errno::DQUOT | Errno::NOMEM => ErrorKind::Exhausted,
                _ => ErrorKind::Other,
            },
        }
    }
}
