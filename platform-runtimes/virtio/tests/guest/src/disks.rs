//! Disks of the virtual machine.

use alloc::format;
use alloc::vec;

use unik::Error as _;
use unik::block::Block;
use unik::clock::Monotonic;
use unik_platform::Failure;
use unik_virtio::{Disk, Timer};

use crate::{failed, say};

/// Is it a disk?
pub(crate) async fn check(disk: &Disk) -> Result<(), Failure> {
    say(format!("sectors of {}: {}", disk.sector_size(), disk.sectors())).await;
    if disk.is_read_only() {
        let refused = disk.write(0, &vec![0; disk.sector_size()]).await;
        say(format!("read only: {refused:?}")).await;
        return Ok(());
    }
    unik_conformance::block::block(disk).await;
    say("it is a disk").await;
    Ok(())
}

/// Tells each disk's size and first byte.
pub(crate) async fn tell(disks: &[Disk]) -> Result<(), Failure> {
    for (number, disk) in disks.iter().enumerate() {
        let mut sector = vec![0; disk.sector_size()];
        disk.read(0, &mut sector).await.map_err(failed)?;
        say(format!("disk {number}: {} sectors, {}", disk.sectors(), char::from(sector[0]))).await;
    }
    Ok(())
}

/// Tells how a disk fares whose host cannot always read.
pub(crate) async fn fail(disk: &Disk) -> Result<(), Failure> {
    let mut sectors = vec![0; 16 * disk.sector_size()];
    for sector in 0..3 {
        let result = disk.read(sector, &mut sectors).await;
        say(format!("sector {sector}: {:?}", result.map_err(|error| error.kind()))).await;
    }
    say(format!("written: {:?}", disk.write(32, &sectors).await)).await;
    Ok(())
}

/// Reads all of it, and tells how long it took.
pub(crate) async fn read_all(disk: &Disk) -> Result<(), Failure> {
    let timer = Timer::new().await.map_err(failed)?;
    let mut buffer = vec![0; 1 << 20];
    let (before, mut sector, mut sum) = (timer.now(), 0, 0u64);
    while sector < disk.sectors() {
        let count = (disk.sectors() - sector).min((buffer.len() / disk.sector_size()) as u64);
        let bytes = &mut buffer[..count as usize * disk.sector_size()];
        disk.read(sector, bytes).await.map_err(failed)?;
        sum += bytes.iter().step_by(512).map(|byte| u64::from(*byte)).sum::<u64>();
        sector += count;
    }
    let time = (timer.now() - before).as_micros() as u64;
    let rate = sector * disk.sector_size() as u64 / time.max(1);
    say(format!("read {sector} sectors in {time} us: {rate} MB/s, sum {sum}")).await;
    Ok(())
}
