//! A lottery whose tickets are the sectors of a disk: each holds its own number, and some are drawn at random.

#![no_std]

extern crate alloc;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use unik::Failure;
use unik::block::Block;
use unik::random::Random;

/// What a ticket starts with; its number follows, least significant byte first.
const MARK: &[u8; 16] = b"unikc lottery v1";
/// How many sectors become tickets at most.
const MOST: u64 = 1000;

/// Prints `draws` tickets of the disk, none twice. A disk that holds nothing gets its tickets first.
pub async fn start(disk: impl Block, random: impl Random, draws: i64) -> Result<(), Failure> {
    let tickets = disk.sectors().min(MOST);
    let Some(draws) = u64::try_from(draws).ok().filter(|draws| *draws <= tickets) else {
        return Err(Failure::new(format!("{draws} of {tickets} tickets cannot be drawn")));
    };
    let mut first = vec![0; disk.sector_size()];
    disk.read(0, &mut first).await?;
    if first.iter().all(|byte| *byte == 0) {
        print(&disk, tickets).await?;
    }
    let mut left: Vec<u64> = (0..tickets).collect();
    let mut drawn = Vec::new();
    for _ in 0..draws {
        let sector = left.swap_remove(below(&random, left.len() as u64) as usize);
        drawn.push(ticket(&disk, sector).await?.to_string());
    }
    log::info!("drawn: {}", drawn.join(" "));
    Ok(())
}

/// Numbers the first sectors.
async fn print(disk: &impl Block, tickets: u64) -> Result<(), Failure> {
    let mut sector = vec![0; disk.sector_size()];
    sector[..MARK.len()].copy_from_slice(MARK);
    // The first sector comes last: it says that all others are there.
    for number in (0..tickets).rev() {
        sector[MARK.len()..MARK.len() + 8].copy_from_slice(&number.to_le_bytes());
        if number == 0 {
            disk.flush().await?;
        }
        disk.write(number, &sector).await?;
    }
    disk.flush().await?;
    log::info!("the disk was empty: it has {tickets} tickets now");
    Ok(())
}

/// Reads the number of a ticket.
async fn ticket(disk: &impl Block, sector: u64) -> Result<u64, Failure> {
    let mut bytes = vec![0; disk.sector_size()];
    disk.read(sector, &mut bytes).await?;
    let number = bytes
        .strip_prefix(MARK)
        .and_then(|rest| rest.first_chunk())
        .map(|bytes| u64::from_le_bytes(*bytes))
        .filter(|number| *number == sector);
    let wrong = || {
        let held = String::from_utf8_lossy(&bytes[..MARK.len()]);
        format!("sector {sector} is no ticket (it starts with {held:?}): give the lottery an empty disk")
    };
    number.ok_or_else(|| Failure::new(wrong()))
}

/// A number below `end`, each as likely as the others.
fn below(random: &impl Random, end: u64) -> u64 {
    // What lies beyond the last multiple of `end` would make small numbers likelier.
    let whole = u64::MAX - u64::MAX % end;
    loop {
        let number = random.next_u64();
        if number < whole {
            return number % end;
        }
    }
}
