//! Images on real Xen beside a Linux guest with nginx on the same Xen, in one run: how large they are, how long it takes from the creation of
//! a domain to its first answer, the least memory in which they serve, requests and bytes per second.
//!
//! `cargo bench -p bench-xen [-- --rounds N --seconds N]`. It needs what the boot-tests need, wrk, and what `bench/boot/linux-guest.sh` says.
//! Xen, its dom0 and the guests run on one emulated processor, so only ratios of one run say something. Clients are in dom0:
//! what they take of the processor, and its back ends, the guests have not.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod domains;
mod guests;
mod load;

use bench_boot::Result;
use domains::Xen;
use guests::Guest;

/// A file that is large enough to tell bytes per second, small enough to lie in an image.
const LARGE: usize = 4 << 20;

fn main() -> Result<()> {
    let mut options = std::env::args().skip(1);
    // `cargo test --benches` starts this too, to see whether it starts.
    let (mut measuring, mut rounds, mut seconds) = (false, 5, 5);
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
    let (ours, linux) = (guests::ours(LARGE)?, guests::linux()?);
    println!("image sizes, bytes");
    for (name, bytes) in guests::sizes(&linux)? {
        println!("  {name:<14} {bytes:>10}");
    }

    let mut xen = Xen::start()?;
    let guests: Vec<Guest> = vec![ours, linux];
    for guest in &guests {
        xen.put(guest)?;
    }
    println!("\nto the first answer, ms: median, least, most of {rounds}");
    for (what, from) in [("from creation", domains::From::Creation), ("from its start", domains::From::Start)]
    {
        let mut times: Vec<Vec<f64>> = guests.iter().map(|_| Vec::new()).collect();
        for _ in 0..rounds {
            for (guest, times) in guests.iter().zip(&mut times) {
                times.push(xen.first_answer(guest, guest.comfortable, from)?);
                xen.destroy(guest)?;
            }
        }
        for (guest, times) in guests.iter().zip(&mut times) {
            times.sort_by(f64::total_cmp);
            let [least, median, most] = [0, times.len() / 2, times.len().saturating_sub(1)]
                .map(|at| times.get(at).copied().unwrap_or(f64::NAN));
            println!("  {:<14} {what:<15} {median:>7.0} {least:>7.0} {most:>7.0}", guest.name);
        }
    }

    println!("\nleast memory that serves, MiB");
    for guest in &guests {
        println!("  {:<14} {:>7}", guest.name, xen.least(guest)?);
    }

    println!("\nHTTP, keep-alive: requests/s at 1 and 16 connections, MB/s of a file of {LARGE} bytes");
    for guest in &guests {
        xen.first_answer(guest, guest.comfortable, domains::From::Creation)?;
        let one = load::requests(&mut xen, 1, seconds)?;
        let many = load::requests(&mut xen, 16, seconds)?;
        let bytes = load::bytes(&mut xen, seconds)?;
        println!("  {:<14} {one:>8.0} {many:>8.0} {:>8.1}", guest.name, bytes / 1e6);
        xen.destroy(guest)?;
    }
    let load = std::fs::read_to_string("/proc/loadavg")?;
    println!("\nload of the machine: {}", load.split(' ').next().unwrap_or_default());
    Ok(())
}
