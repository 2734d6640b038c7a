//! What disks promise. The disk must be writable and hold at least 16 sectors; what it holds is overwritten.

use alloc::vec;
use alloc::vec::Vec;

use unik::block::Block;
use unik::concurrent::join_all;
use unik::{Error, ErrorKind};

/// A disk that can be written.
pub async fn block<B: Block>(disk: &B) {
    let size = disk.sector_size();
    assert!(size >= 512 && size.is_power_of_two(), "a sector of {size} bytes");
    assert!(disk.sectors() >= 16, "the test needs 16 sectors");
    assert!(!disk.is_read_only());
    reads_what_was_written(disk).await;
    many_at_once(disk).await;
    forgets_only_what_it_may(disk).await;
    refuses_what_is_outside(disk).await;
    disk.flush().await.unwrap_or_else(|error| panic!("not flushed: {error}"));
}

/// Sectors of a pattern that tells them apart.
fn pattern(size: usize, sector: u64, count: usize, salt: u8) -> Vec<u8> {
    let byte = |at: usize| (sector as usize + at / size).wrapping_mul(31) as u8 ^ (at % 251) as u8 ^ salt;
    (0..size * count).map(byte).collect()
}

async fn write<B: Block>(disk: &B, sector: u64, bytes: &[u8]) {
    disk.write(sector, bytes).await.unwrap_or_else(|error| panic!("sector {sector} is not written: {error}"));
}

async fn read<B: Block>(disk: &B, sector: u64, count: usize) -> Vec<u8> {
    let mut bytes = vec![0xaa; disk.sector_size() * count];
    disk.read(sector, &mut bytes)
        .await
        .unwrap_or_else(|error| panic!("sector {sector} is not read: {error}"));
    bytes
}

/// At the start, in the middle, at the end, across what was written at different times.
async fn reads_what_was_written<B: Block>(disk: &B) {
    let (size, last) = (disk.sector_size(), disk.sectors() - 1);
    for (sector, count) in [(0, 1), (3, 8), (last, 1), (last - 3, 4)] {
        let bytes = pattern(size, sector, count, 1);
        write(disk, sector, &bytes).await;
        assert!(read(disk, sector, count).await == bytes, "sector {sector} reads back otherwise");
    }
    write(disk, 4, &pattern(size, 4, 2, 2)).await;
    let expected =
        [pattern(size, 3, 1, 1), pattern(size, 4, 2, 2), pattern(size, 3, 8, 1)[3 * size..].to_vec()]
            .concat();
    assert!(read(disk, 3, 8).await == expected, "a write has touched its neighbours");
    write(disk, 0, &[]).await;
    assert!(read(disk, disk.sectors(), 0).await.is_empty(), "no sectors can be read from the end");
}

/// Requests that overlap in time do not meet.
async fn many_at_once<B: Block>(disk: &B) {
    let size = disk.sector_size();
    let writes = (0..16).map(|sector| async move { write(disk, sector, &pattern(size, sector, 1, 3)).await });
    join_all(writes).await;
    let reads = (0..16).map(|sector| async move {
        assert!(read(disk, sector, 1).await == pattern(size, sector, 1, 3), "sector {sector} is another's");
    });
    join_all(reads).await;
}

/// What is not needed any more can be written again, and nothing else is lost.
async fn forgets_only_what_it_may<B: Block>(disk: &B) {
    let (size, before) = (disk.sector_size(), read(disk, 0, 16).await);
    let forgotten = disk.discard(4, 8).await;
    forgotten.unwrap_or_else(|error| panic!("the hint that sectors are not needed fails: {error}"));
    let after = read(disk, 0, 16).await;
    assert!(after[..4 * size] == before[..4 * size], "what lies before is lost");
    assert!(after[12 * size..] == before[12 * size..], "what lies behind is lost");
    write(disk, 4, &before[4 * size..12 * size]).await;
    assert!(read(disk, 0, 16).await == before, "it is not written again");
}

/// Outside the disk there is nothing, and nothing is done.
async fn refuses_what_is_outside<B: Block>(disk: &B) {
    let (size, sectors) = (disk.sector_size(), disk.sectors());
    let before = read(disk, sectors - 1, 1).await;
    let mut two = vec![0; 2 * size];
    for sector in [sectors - 1, sectors, u64::MAX] {
        let kinds = [disk.read(sector, &mut two).await, disk.write(sector, &two).await];
        for kind in kinds.map(|result| result.map_err(|error| error.kind())) {
            assert_eq!(kind, Err(ErrorKind::Invalid), "two sectors from {sector} on");
        }
    }
    let uneven = disk.write(0, &two[..size - 1]).await.map_err(|error| error.kind());
    assert_eq!(uneven, Err(ErrorKind::Invalid), "a part of a sector");
    assert!(read(disk, sectors - 1, 1).await == before, "a refused write has written");
}
