//! Disks: sectors by number, `std/block.Block`.

use crate::Error;

/// A disk: sectors by number.
///
/// Calls may overlap; what overlapping calls do to the same sectors is not said. What `write` has written is read back at
/// once, and survives a crash of the host once a later `flush` has returned.
pub trait Block {
    /// What goes wrong. A call that fails may have done a part.
    type Error: Error;

    /// Bytes of a sector: a power of two, at least 512. Always the same.
    fn sector_size(&self) -> usize;

    /// How many sectors there are; a host may change that while the program runs.
    fn sectors(&self) -> u64;

    /// Whether it cannot be written.
    fn is_read_only(&self) -> bool;

    /// Reads whole sectors from `sector` on until `buffer` is full.
    /// Kinds: `Invalid` (past the end, or not whole sectors), `Corrupt` (the disk says so), `Detached` (it has gone for good),
    /// `Unreachable` (it has gone, and may come back).
    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), Self::Error>;

    /// Writes whole sectors from `sector` on. Kinds: as [`Block::read`], and `Denied` if it is read only.
    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), Self::Error>;

    /// Waits until everything that was written before is safe.
    async fn flush(&self) -> Result<(), Self::Error>;

    /// Says that nobody needs what `count` sectors from `sector` on hold: what they read as is not known until they are written
    /// again. It is a hint, which a disk that has no use for it does not look at. Kinds: as [`Block::write`].
    async fn discard(&self, sector: u64, count: u64) -> Result<(), Self::Error> {
        let _ = (sector, count);
        Ok(())
    }
}

/// What is wrong with a range of sectors, before any disk has been asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// The length is no multiple of the sector size.
    Uneven {
        /// The length in bytes.
        length: usize,
        /// Bytes of a sector.
        sector_size: usize,
    },
    /// The range ends behind the last sector.
    PastEnd {
        /// The first sector of the range.
        sector: u64,
        /// Sectors in the range.
        count: u64,
        /// Sectors of the disk.
        sectors: u64,
    },
}

/// Checks a range of `length` bytes from `sector` on against a disk; gives how many sectors it is. What every disk does first.
pub fn range(sector: u64, length: usize, sector_size: usize, sectors: u64) -> Result<u64, Outside> {
    if sector_size == 0 || !length.is_multiple_of(sector_size) {
        return Err(Outside::Uneven { length, sector_size });
    }
    let count = (length / sector_size) as u64;
    match sector.checked_add(count) {
        Some(end) if end <= sectors => Ok(count),
        _ => Err(Outside::PastEnd { sector, count, sectors }),
    }
}

impl core::fmt::Display for Outside {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Uneven { length, sector_size } => {
                write!(f, "{length} bytes are not whole sectors of {sector_size} bytes")
            }
            Self::PastEnd { sector, count, sectors } => {
                write!(f, "{count} sectors from {sector} on end behind the last of {sectors}")
            }
        }
    }
}

impl core::error::Error for Outside {}

impl Error for Outside {
    fn kind(&self) -> crate::ErrorKind {
        crate::ErrorKind::Invalid
    }
}

impl<T: Block> Block for &T {
    type Error = T::Error;

    fn sector_size(&self) -> usize {
        T::sector_size(self)
    }

    fn sectors(&self) -> u64 {
        T::sectors(self)
    }

    fn is_read_only(&self) -> bool {
        T::is_read_only(self)
    }

    async fn read(&self, sector: u64, buffer: &mut [u8]) -> Result<(), T::Error> {
        T::read(self, sector, buffer).await
    }

    async fn write(&self, sector: u64, bytes: &[u8]) -> Result<(), T::Error> {
        T::write(self, sector, bytes).await
    }

    async fn flush(&self) -> Result<(), T::Error> {
        T::flush(self).await
    }

    async fn discard(&self, sector: u64, count: u64) -> Result<(), T::Error> {
        T::discard(self, sector, count).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_whole_sectors_of_the_disk() {
        let check = |sector, length, expected: Result<u64, &str>| {
            let found = range(sector, length, 512, 8);
            let found = found.map_err(|outside| alloc::format!("{outside}"));
            assert_eq!(found, expected.map_err(alloc::string::String::from), "{sector} {length}");
        };
        check(0, 0, Ok(0));
        check(8, 0, Ok(0));
        check(0, 4096, Ok(8));
        check(7, 512, Ok(1));
        check(7, 1024, Err("2 sectors from 7 on end behind the last of 8"));
        check(u64::MAX, 512, Err("1 sectors from 18446744073709551615 on end behind the last of 8"));
        check(0, 100, Err("100 bytes are not whole sectors of 512 bytes"));
    }
}
