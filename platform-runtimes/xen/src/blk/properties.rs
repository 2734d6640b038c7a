//! What a back end says of its disk, as far as it makes sense.

use crate::blk::error::Fault;
use crate::blk::wire::{DIRECT, UNIT};
use crate::bus::{Back, Error};
use crate::hypervisor::PAGE;

/// The most segments of a request: 128 KiB, a list of one page.
const SEGMENTS: usize = 32;

// Bits of `info` (`VDISK_*`).
const CDROM: u32 = 1;
const READ_ONLY: u32 = 4;

/// What is known of a disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Properties {
    pub(super) sector_size: usize,
    /// Of that size.
    pub(super) sectors: u64,
    pub(super) read_only: bool,
    /// Whether what was written is safe only after a flush.
    pub(super) flush: bool,
    pub(super) discard: Option<Extents>,
    /// The most pages of a request.
    pub(super) segments: usize,
}

/// In which pieces a disk forgets, in 512 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Extents {
    size: u64,
    /// Where the first one starts.
    first: u64,
}

impl Default for Properties {
    /// Of a disk that has not said anything yet: it has no sectors.
    fn default() -> Self {
        Self { sector_size: UNIT, sectors: 0, read_only: true, flush: false, discard: None, segments: DIRECT }
    }
}

impl Properties {
    /// Reads what a back end says once it is connected.
    pub(super) async fn read(back: &Back) -> Result<Result<Self, Fault>, Error> {
        let info = back.number::<u32>("info").await?.unwrap_or(0);
        if info & CDROM != 0 {
            return Ok(Err(Fault::Removable));
        }
        let sector_size = back.number::<usize>("sector-size").await?.unwrap_or(UNIT);
        let sectors = back.number::<u64>("sectors").await?;
        // A larger sector would not fit into one segment.
        let fits = sector_size.is_power_of_two() && (UNIT..=PAGE).contains(&sector_size);
        let (Some(sectors), true) = (sectors, fits) else { return Ok(Err(Fault::Geometry)) };
        let discard = if back.has("feature-discard").await? {
            let size = back.number::<u64>("discard-granularity").await?.unwrap_or(sector_size as u64);
            let first = back.number::<u64>("discard-alignment").await?.unwrap_or(0);
            Extents::new(size, first, sector_size as u64)
        } else {
            None
        };
        let segments = back.number::<usize>("feature-max-indirect-segments").await?.unwrap_or(0);
        Ok(Ok(Self {
            sector_size,
            // Whatever the size of a sector, this counts 512 bytes.
            sectors: sectors / (sector_size / UNIT) as u64,
            read_only: info & READ_ONLY != 0,
            flush: back.has("feature-flush-cache").await?,
            discard,
            segments: segments.clamp(DIRECT, SEGMENTS),
        }))
    }

    /// How many of 512 bytes a sector has.
    pub(super) fn units(&self) -> u64 {
        (self.sector_size / UNIT) as u64
    }
}

impl Extents {
    /// Of so many bytes. Nothing if no sector starts where an extent does: then a disk had better forget nothing.
    fn new(size: u64, first: u64, sector_size: u64) -> Option<Self> {
        let whole = size > 0 && size.is_multiple_of(sector_size) && first.is_multiple_of(sector_size);
        whole.then(|| Self { size: size / UNIT as u64, first: first % size / UNIT as u64 })
    }

    /// The extents that lie in a range: where they start, and how much it is, all in 512 bytes.
    pub(super) fn within(self, start: u64, count: u64) -> Option<(u64, u64)> {
        let Self { size, first } = self;
        let end = start.checked_add(count)?.checked_sub(first)? / size * size;
        let start = start.saturating_sub(first).checked_next_multiple_of(size)?;
        (start < end).then(|| (start + first, end - start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_extents_are_forgotten() {
        let check = |size, first, start, count, expected| {
            let extents = Extents::new(size, first, 512).expect("they make sense");
            assert_eq!(extents.within(start, count), expected, "{size} {first}: {count} from {start} on");
        };
        check(512, 0, 7, 3, Some((7, 3)));
        check(4096, 0, 0, 16, Some((0, 16)));
        check(4096, 0, 1, 16, Some((8, 8)));
        check(4096, 0, 1, 14, None);
        check(4096, 1024, 0, 16, Some((2, 8)));
        check(4096, 1024, 2, 8, Some((2, 8)));
        check(4096, 1024, 3, 8, None);
        // The alignment may be more than an extent.
        check(4096, 9216, 2, 8, Some((2, 8)));
        check(4096, 1024, 0, 1, None);
        check(512, 0, 5, 0, None);
        check(4096, 512, u64::MAX, 1, None);
        check(4096, 512, u64::MAX - 1, 1, None);
    }

    #[test]
    fn extents_of_no_sectors_are_left_alone() {
        for (size, first) in [(0, 0), (100, 0), (512, 0), (4096, 512), (4096, 1)] {
            assert_eq!(Extents::new(size, first, 4096), None, "{size} {first}");
        }
    }
}
