//! Checks a disk: writes patterns that tell sectors apart, reads them back, and asks for what there is not.

#![no_std]

extern crate alloc;

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use unik::block::Block;
use unik::{Error, ErrorKind, Failure};

/// How many sectors the check needs.
const FEWEST: u64 = 16;
/// How many sectors the longest piece has.
const LONG: usize = 8;

/// Overwrites a part of the disk, and fails if it does not read back what was written.
pub async fn start(disk: impl Block) -> Result<(), Failure> {
    let (sectors, size) = (disk.sectors(), disk.sector_size());
    log::info!("a disk of {sectors} sectors of {size} bytes");
    if disk.is_read_only() {
        return Err(Failure::new("the disk cannot be written, so there is nothing to check"));
    }
    if sectors < FEWEST {
        return Err(Failure::new(format!("the check needs a disk of {FEWEST} sectors")));
    }
    at_the_start_in_the_middle_and_at_the_end(&disk).await?;
    over_one_another(&disk).await?;
    beyond_the_end(&disk).await?;
    log::info!("the disk is well: what was written was read back, and nothing is beyond its end");
    Ok(())
}

async fn at_the_start_in_the_middle_and_at_the_end(disk: &impl Block) -> Result<(), Failure> {
    let sectors = disk.sectors();
    let places = [
        (0, 1, "at the start"),
        (1, LONG, "long, at the start"),
        (sectors / 2, 1, "in the middle"),
        (sectors - LONG as u64, LONG - 1, "long, at the end"),
        (sectors - 1, 1, "the last one"),
    ];
    for (salt, (sector, count, _)) in (1..).zip(places) {
        disk.write(sector, &pattern(disk, sector, count, salt)).await?;
    }
    disk.flush().await?;
    // Only now is anything read: a piece must not have hurt another one.
    for (salt, (sector, count, place)) in (1..).zip(places) {
        expect(disk, sector, &pattern(disk, sector, count, salt), place).await?;
    }
    Ok(())
}

/// A piece that is written over a part of another one changes that part alone.
async fn over_one_another(disk: &impl Block) -> Result<(), Failure> {
    let (first, size) = (disk.sectors() / 4, disk.sector_size());
    let mut whole = pattern(disk, first, 4, 6);
    disk.write(first, &whole).await?;
    let part = pattern(disk, first + 1, 2, 7);
    disk.write(first + 1, &part).await?;
    whole[size..3 * size].copy_from_slice(&part);
    expect(disk, first, &whole, "one piece over another").await
}

/// What would reach beyond the end is refused as a whole.
async fn beyond_the_end(disk: &impl Block) -> Result<(), Failure> {
    let (sectors, size) = (disk.sectors(), disk.sector_size());
    let last = pattern(disk, sectors - 1, 1, 8);
    disk.write(sectors - 1, &last).await?;
    for (sector, count) in [(sectors, 1), (sectors - 1, 2), (u64::MAX, 1)] {
        let mut piece = vec![0; count * size];
        let read = disk.read(sector, &mut piece).await;
        let written = disk.write(sector, &piece).await;
        for (did, result) in [("read", read), ("written", written)] {
            match result {
                Err(error) if error.kind() == ErrorKind::Invalid => {}
                Err(error) => return Err(error.into()),
                Ok(()) => {
                    let message =
                        format!("{count} sectors from {sector} on were {did}, beyond the end at {sectors}");
                    return Err(Failure::new(message));
                }
            }
        }
    }
    expect(disk, sectors - 1, &last, "the last sector, after what was refused").await
}

/// Reads what should be there.
async fn expect(disk: &impl Block, sector: u64, expected: &[u8], what: &str) -> Result<(), Failure> {
    let mut found = vec![0; expected.len()];
    disk.read(sector, &mut found).await?;
    let Some(at) = found.iter().zip(expected).position(|(found, expected)| found != expected) else {
        log::info!("sector {sector:>8}, {} bytes: {what}", expected.len());
        return Ok(());
    };
    let (found, expected) = (found[at], expected[at]);
    Err(Failure::new(format!(
        "{what}: byte {at} behind the start of sector {sector} is {found:#04x}, but {expected:#04x} was written"
    )))
}

/// Bytes that differ from sector to sector, and from one writing to the next.
fn pattern(disk: &impl Block, sector: u64, count: usize, salt: u8) -> Vec<u8> {
    let size = disk.sector_size();
    let byte = |at: usize| {
        let number = (sector as usize).wrapping_add(at / size);
        (number.wrapping_mul(31) ^ (number >> 8) ^ (at % 251)) as u8 ^ salt.wrapping_mul(37)
    };
    (0..size * count).map(byte).collect()
}
