//! The file server beside nginx with one worker and beside a loop that parses nothing: same file, same client, in turns.
//!
//! `cargo bench -p bench-http [-- --program PATH --seconds N --rounds N --connections N]`. It needs `nginx`, `wrk` and `taskset`, and two
//! cores: servers run on the first, the client on the second. It prints medians over the rounds, and ratios within this run:
//! figures of different runs or machines say nothing about one another. `cost` is processor time of the server per request: it stays
//! when the machine has other work to do.
//!
//! Programs of `unikc` are linked as a whole; `CARGO_PROFILE_BENCH_LTO=fat CARGO_PROFILE_BENCH_CODEGEN_UNITS=1` does so here.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod contender;
mod load;

use std::path::PathBuf;

use contender::{Contender, Running};
use load::{Load, Sample};

/// What every contender serves.
const PAGE: &str = include_str!("../../../../examples/file-server/data/index.html");

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

fn main() -> Result<()> {
    let mut options = std::env::args().skip(1);
    // `cargo test --benches` starts this too, to see whether it starts.
    let (mut measuring, mut program) = (false, None);
    let (mut load, mut rounds) = (Load { seconds: 3, connections: 64 }, 5);
    while let Some(option) = options.next() {
        let mut value = || options.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--bench" => measuring = true,
            "--program" => program = Some(PathBuf::from(value()?)),
            "--seconds" => load.seconds = value()?.parse()?,
            "--connections" => load.connections = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            // A filter of cargo's own, or nothing of ours.
            _ => {}
        }
    }
    if measuring { compare(load, rounds, program) } else { Ok(()) }
}

fn compare(load: Load, rounds: usize, program: Option<PathBuf>) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ours = match &program {
        // A program of `unikc` speaks HTTP on the port that it was configured with.
        Some(program) => Contender::file_server(program, Some(8080))?,
        None => Contender::file_server(env!("CARGO_BIN_EXE_file_server").as_ref(), None)?,
    };
    let contenders = [
        ours,
        Contender::nginx(folder.path(), PAGE)?,
        Contender::bare_loop(env!("CARGO_BIN_EXE_bare_loop").as_ref(), PAGE.len())?,
    ];
    let running: Vec<Running> = contenders.into_iter().map(Contender::start).collect::<Result<_>>()?;
    for server in &running {
        server.check(PAGE)?;
    }
    println!(
        "{} bytes, {} connections kept alive, {rounds} rounds of {} s",
        PAGE.len(),
        load.connections,
        load.seconds
    );
    // The first round warms up caches and is not counted.
    let mut samples: Vec<Vec<Sample>> = running.iter().map(|_| Vec::new()).collect();
    for round in 0..=rounds {
        for (server, samples) in running.iter().zip(&mut samples) {
            let sample = load.run(server)?;
            if round > 0 {
                samples.push(sample);
            }
        }
    }
    println!(
        "{:<12} {:>8} {:>9} {:>9} {:>9} {:>9} {:>8} {:>7}",
        "", "req/s", "cost", "p50", "p99", "max", "memory", "peak"
    );
    for (server, samples) in running.iter().zip(&samples) {
        let median = |figure: fn(&Sample) -> f64| load::median(samples.iter().map(figure).collect());
        let (memory, peak) = server.memory()?;
        let rate = median(|sample| sample.rate);
        println!(
            "{:<12} {rate:>8.0} {:>6.2} µs {:>6.0} µs {:>6.0} µs {:>6.0} µs {memory:>5} kB {peak:>4} kB",
            server.name,
            median(|sample| sample.cost),
            median(|sample| sample.p50),
            median(|sample| sample.p99),
            median(|sample| sample.max),
        );
    }
    // Rounds are compared one by one: what else the machine did, it did to all of a round.
    let ratio = |other: usize, figure: fn(&Sample, &Sample) -> f64| {
        load::median(
            samples[0].iter().zip(&samples[other]).map(|(ours, theirs)| figure(ours, theirs)).collect(),
        )
    };
    println!("\n{:<24} {:>8} {:>6} {:>14} {:>8}", "file server /", "req/s", "goal", "per processor", "p99");
    for (name, other, goal) in [("nginx", 1, 1.4), ("bare loop", 2, 0.9)] {
        println!(
            "{name:<24} {:>8.2} {goal:>6.1} {:>14.2} {:>8.2}",
            ratio(other, |ours, theirs| ours.rate / theirs.rate),
            ratio(other, |ours, theirs| theirs.cost / ours.cost),
            ratio(other, |ours, theirs| ours.p99 / theirs.p99),
        );
    }
    let load = std::fs::read_to_string("/proc/loadavg")?;
    println!("load of the machine: {}", load.split(' ').next().unwrap_or_default());
    Ok(())
}
