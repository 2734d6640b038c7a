//! Disks of the guest.

use alloc::rc::Rc;
use alloc::string::ToString;
use alloc::{format, string::String};
use core::fmt;

use unik::ErrorKind;
use unik::concurrent::race;
use unik_x86_64::{Source, current};

use super::{PATIENCE, late};
use crate::attached::{self, DISK};
use crate::blk;
use crate::error::Error;
use crate::hypercall::Xen;
use crate::machine::{self, Heap};

type Front = blk::Disk<Xen, Heap>;

/// A disk of the guest. Its back end may go and come back: meanwhile calls fail with kind `Unreachable`.
#[derive(Clone, Debug)]
pub struct Disk {
    front: Rc<Front>,
    /// What it is called.
    name: Rc<str>,
}

/// Why a disk fails, and which one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DiskError {
    disk: Rc<str>,
    error: blk::Error,
}

impl fmt::Display for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.disk, self.error)?;
        if self.error == blk::Error::Away {
            f.write_str(" (it may come back, and is used again then: `xl block-list` shows it)")?;
        }
        Ok(())
    }
}

impl core::error::Error for DiskError {}

impl unik::Error for DiskError {
    fn kind(&self) -> ErrorKind {
        self.error.kind()
    }
}

/// A disk that the machine looks at.
struct Watched(Rc<Front>);

impl Source for Watched {
    fn poll(&self) -> bool {
        self.0.poll()
    }

    fn arm(&self) -> bool {
        self.0.arm()
    }
}

impl Disk {
    /// The disk that the tools attach under a name: those of the image have the guest's in order, `xvda` first.
    pub async fn new(name: &str) -> Result<Self, Error> {
        let front = attached::front(&DISK, name).await?;
        let guest = machine::guest().expect("it has front ends");
        let name: String = front.to_string();
        let disk = Rc::new(blk::Disk::new(guest, front));
        machine::watch(Rc::new(Watched(disk.clone())));
        let running = disk.clone();
        current().spawn(async move {
            running.run().await;
        });
        let opened = async {
            disk.opened().await.map_err(|error| match error {
                blk::Error::Lost(fault) => fault.to_string(),
                error => error.to_string(),
            })
        };
        let late = async {
            current().sleep(PATIENCE).await;
            Err(late())
        };
        let opened = race(opened, late).await;
        opened.map_err(|reason| Error::Unconnected { place: format!("the disk {name}"), reason })?;
        Ok(Self { front: disk, name: name.into() })
    }

    fn named<T>(&self, result: Result<T, blk::Error>) -> Result<T, DiskError> {
        result.map_err(|error| DiskError { disk: self.name.clone(), error })
    }
}

impl unik::block::Block for Disk {
    type Error = DiskError;

    fn sector_size(&self) -> usize {
        self.front.sector_size()
    }

    fn sectors(&self) -> u64 {
        self.front.sectors()
    }

    fn is_read_only(&self) -> bool {
        self.front.is_read_only()
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), DiskError> {
        self.named(self.front.read(sector, buffer).await)
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), DiskError> {
        self.named(self.front.write(sector, bytes).await)
    }

    async fn flush(&self) -> Result<(), DiskError> {
        self.named(self.front.flush().await)
    }

    async fn discard(&self, sector: u64, count: u64) -> Result<(), DiskError> {
        self.named(self.front.discard(sector, count).await)
    }
}
