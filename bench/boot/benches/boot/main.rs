//! Images on virtio beside a Linux guest with nginx, in one run: how large they are, how long QEMU takes from its start to the
//! first answer, the least memory in which they serve, requests and bytes per second.
//!
//! `cargo bench -p bench-boot [-- --rounds N --seconds N]`. It needs qemu-system-x86_64, wrk, curl and what `linux-guest.sh` says. Everything
//! runs under TCG, so only ratios of one run say something; a machine with KVM is another benchmark. Clients come through
//! QEMU's user networking, which is what limits throughput long before a stack does; through a tap it takes root.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod guest;
mod images;
mod load;
mod memory;

use std::time::Duration;

use bench_boot::Result;
use guest::Guest;

/// A file that is large enough to tell bytes per second, small enough to lie in an image.
const LARGE: usize = 4 << 20;

fn main() -> Result<()> {
    let mut options = std::env::args().skip(1);
    // `cargo test --benches` starts this too, to see whether it starts.
    let (mut measuring, mut rounds, mut seconds) = (false, 9, 3);
    while let Some(option) = options.next() {
        let mut value = || options.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--bench" => measuring = true,
            "--rounds" => rounds = value()?.parse()?,
            "--seconds" => seconds = value()?.parse()?,
            // A filter of cargo's own, or nothing of ours.
            _ => {}
        }
    }
    if measuring { compare(rounds, seconds) } else { Ok(()) }
}

fn compare(rounds: usize, seconds: u32) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let images = images::build(folder.path())?;
    println!("image sizes, bytes");
    for (name, path) in &images.ours {
        println!("  {name:<16} {:>10}", std::fs::metadata(path)?.len());
    }
    let linux = std::fs::metadata(&images.kernel)?.len() + std::fs::metadata(&images.initramfs)?.len();
    println!("  {:<16} {linux:>10}\n", "Linux, nginx");

    let linux = || Guest::linux(&images.kernel, &images.initramfs);
    let guests = [Guest::ours(images.find("file server")?), linux()];
    println!("start of QEMU to the first answer, ms: median, least, most of {rounds}");
    let mut times: Vec<Vec<Duration>> = guests.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds {
        for (guest, times) in guests.iter().zip(&mut times) {
            times.push(guest.start(guest.comfortable())?.first_answer);
        }
    }
    for (guest, times) in guests.iter().zip(&mut times) {
        times.sort();
        let ms = |time: Option<&Duration>| time.map_or(f64::NAN, |time| time.as_secs_f64() * 1000.0);
        println!(
            "  {:<14} {:>8.0} {:>8.0} {:>8.0}",
            guest.name,
            ms(times.get(times.len() / 2)),
            ms(times.first()),
            ms(times.last())
        );
    }

    println!("\nleast memory that serves, KiB");
    for guest in &guests {
        println!("  {:<14} {:>8}", guest.name, memory::least(guest)?);
    }

    println!("\nHTTP, keep-alive: requests/s at 1 and 16 connections, MB/s of a file of {LARGE} bytes");
    for guest in &[Guest::ours(images.find("with large file")?), linux()] {
        let running = guest.start(guest.comfortable())?;
        let one = load::requests(running.port, 1, seconds)?;
        let many = load::requests(running.port, 16, seconds)?;
        let bytes = load::bytes(running.port, seconds)?;
        println!("  {:<14} {one:>8.0} {many:>8.0} {:>8.1}", guest.name, bytes / 1e6);
    }
    let load = std::fs::read_to_string("/proc/loadavg")?;
    println!("\nload of the machine: {}", load.split(' ').next().unwrap_or_default());
    Ok(())
}
