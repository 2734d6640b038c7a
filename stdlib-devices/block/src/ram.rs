//! A disk in memory, empty at the start.

use alloc::rc::Rc;
use alloc::vec::Vec;
use core::cell::RefCell;
use core::fmt;

use unik::ErrorKind;
use unik::block::{Block, Outside, range};

/// Bytes of a sector.
const SECTOR: usize = 512;

/// A disk in memory; clones are the same one.
#[derive(Clone, Debug)]
pub struct Ram(Rc<RefCell<Vec<u8>>>);

/// Why a disk in memory fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Error {
    /// Not sectors of the disk.
    Outside(Outside),
    /// It cannot be made: no whole sectors.
    Uneven(u64),
    /// It cannot be made: not enough memory.
    TooLarge(u64),
}

impl Ram {
    /// A disk of `size` bytes, all zero: `block.ram(1MiB)`.
    pub async fn new(size: u64) -> Result<Self, Error> {
        if size == 0 || !size.is_multiple_of(SECTOR as u64) {
            return Err(Error::Uneven(size));
        }
        let length = usize::try_from(size).map_err(|_| Error::TooLarge(size))?;
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| Error::TooLarge(size))?;
        bytes.resize(length, 0);
        Ok(Self(Rc::new(RefCell::new(bytes))))
    }

    /// The bytes of a range of sectors, by index.
    fn bytes(&self, sector: u64, length: usize) -> Result<core::ops::Range<usize>, Error> {
        range(sector, length, SECTOR, self.sectors()).map_err(Error::Outside)?;
        let start = usize::try_from(sector).expect("the disk is in memory, and so is the sector") * SECTOR;
        Ok(start..start + length)
    }
}

impl Block for Ram {
    type Error = Error;

    fn sector_size(&self) -> usize {
        SECTOR
    }

    fn sectors(&self) -> u64 {
        (self.0.borrow().len() / SECTOR) as u64
    }

    fn is_read_only(&self) -> bool {
        false
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), Error> {
        let range = self.bytes(sector, buffer.len())?;
        buffer.copy_from_slice(&self.0.borrow()[range]);
        Ok(())
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), Error> {
        let range = self.bytes(sector, bytes.len())?;
        self.0.borrow_mut()[range].copy_from_slice(bytes);
        Ok(())
    }

    async fn flush(&self) -> Result<(), Error> {
        Ok(())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Outside(outside) => outside.fmt(f),
            Self::Uneven(size) => write!(f, "a disk of {size} bytes has no whole sectors of {SECTOR} bytes"),
            Self::TooLarge(size) => write!(f, "there is no memory for a disk of {size} bytes"),
        }
    }
}

impl core::error::Error for Error {}

impl unik::Error for Error {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Outside(_) | Self::Uneven(_) => ErrorKind::Invalid,
            Self::TooLarge(_) => ErrorKind::Exhausted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unik_conformance::{block, virtual_time};

    #[test]
    fn it_is_a_disk() {
        virtual_time::run(async |_| {
            block::block(&Ram::new(64 * 1024).await.expect("there is memory")).await;
        });
    }

    #[test]
    fn sizes_that_cannot_be_are_refused() {
        virtual_time::run(async |_| {
            for (size, error) in
                [(0, Error::Uneven(0)), (513, Error::Uneven(513)), (1 << 62, Error::TooLarge(1 << 62))]
            {
                assert_eq!(Ram::new(size).await.err(), Some(error));
            }
        });
    }
}
