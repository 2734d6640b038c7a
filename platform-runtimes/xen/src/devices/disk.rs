//! Disks of the guest.

use alloc::format;
use alloc::rc::Rc;
use alloc::string::ToString;

use unik::concurrent::race;
use unik_x86_64::{Source, current};

use super::PATIENCE;
use crate::attached::{self, DISK};
use crate::blk;
use crate::error::Error;
use crate::hypercall::Xen;
use crate::machine::{self, Heap};

type Front = blk::Disk<Xen, Heap>;

/// A disk of the guest. Its back end may go and come back: meanwhile calls fail with kind `Unreachable`.
#[derive(Clone, Debug)]
pub struct Disk(Rc<Front>);

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
        let guest = machine::guest().ok_or(Error::NotXen { what: DISK.what })?;
        let front = attached::front(&DISK, name).await?;
        let place = format!("the disk device/{}/{}", blk::KIND, front.number());
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
            Err(format!("its back end has not come within {} seconds", PATIENCE.as_secs()))
        };
        race(opened, late).await.map_err(|reason| Error::Unconnected { place, reason })?;
        Ok(Self(disk))
    }
}

impl unik::block::Block for Disk {
    type Error = blk::Error;

    fn sector_size(&self) -> usize {
        self.0.sector_size()
    }

    fn sectors(&self) -> u64 {
        self.0.sectors()
    }

    fn is_read_only(&self) -> bool {
        self.0.is_read_only()
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), blk::Error> {
        self.0.read(sector, buffer).await
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), blk::Error> {
        self.0.write(sector, bytes).await
    }

    async fn flush(&self) -> Result<(), blk::Error> {
        self.0.flush().await
    }

    async fn discard(&self, sector: u64, count: u64) -> Result<(), blk::Error> {
        self.0.discard(sector, count).await
    }
}
