//! The direct stack through a tap interface beside the host's sockets at the loopback interface: same program, same client, in turns.
//!
//! `cargo bench -p bench-direct [-- --seconds N --rounds N --connections N]`, as root, for it makes a network namespace and a tap
//! interface in it. It needs `ip`, `unshare`, `taskset` and `wrk`, and two cores: servers run on the first, the client on the second.
//! `connections` are requests over a new connection each. It prints medians over the rounds, and ratios within this run: figures of
//! different runs or machines say nothing about one another. `per processor` is what a second of the server's processor did, which is
//! steadier when the machine has other work to do. What the kernel does for a connection of the loopback interface it does on the
//! client's processor or the server's, as it happens.
//!
//! Programs of `unikc` are linked as a whole; `CARGO_PROFILE_BENCH_LTO=fat CARGO_PROFILE_BENCH_CODEGEN_UNITS=1` does so here.

#![expect(clippy::print_stdout, reason = "a benchmark prints its figures")]

mod load;
mod network;
mod server;

use std::time::Duration;

use load::Sample;
use server::Server;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// A measurement: its name, its unit, what is wanted of the direct stack, and how it is done.
type Work = (&'static str, &'static str, Option<f64>, Box<dyn Fn(&Server) -> Result<Sample>>);

fn main() -> Result<()> {
    let mut options = std::env::args().skip(1);
    // `cargo test --benches` starts this too, to see whether it starts.
    let mut measuring = false;
    let (mut seconds, mut rounds, mut connections) = (3, 5, 64);
    while let Some(option) = options.next() {
        let mut value = || options.next().ok_or(format!("{option} needs a value"));
        match option.as_str() {
            "--bench" => measuring = true,
            "--seconds" => seconds = value()?.parse()?,
            "--rounds" => rounds = value()?.parse()?,
            "--connections" => connections = value()?.parse()?,
            // A filter of cargo's own, or nothing of ours.
            _ => {}
        }
    }
    if !measuring || !network::enter()? {
        return Ok(());
    }
    pin_client()?;
    compare(Duration::from_secs(seconds), rounds, connections)
}

/// Keeps this process, and `wrk` which it starts, on the second core.
fn pin_client() -> Result<()> {
    let id = std::process::id().to_string();
    let mut command = std::process::Command::new("taskset");
    let status = command.args(["--cpu-list", "--pid", "1", &id]).stdout(std::process::Stdio::null()).status();
    let status = status.map_err(|error| format!("taskset: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("taskset: {status}").into()) }
}

fn compare(duration: Duration, rounds: usize, connections: u32) -> Result<()> {
    let program = env!("CARGO_BIN_EXE_servers").as_ref();
    let servers = [Server::direct(program)?, Server::sockets(program)?];
    let requests =
        move |new| Box::new(move |server: &Server| load::requests(server, duration, connections, new));
    let works: [Work; 4] = [
        ("send", "Gbit/s", Some(15.0), Box::new(move |server| load::send(server, duration))),
        ("receive", "Gbit/s", Some(9.0), Box::new(move |server| load::receive(server, duration))),
        ("requests", "1/s", None, requests(false)),
        ("connections", "1/s", None, requests(true)),
    ];
    println!("{rounds} rounds of {} s; {connections} connections at a time for requests", duration.as_secs());
    for server in &servers {
        println!("{:<11} {} kB of memory at the start", server.name, server.peak()?);
    }
    println!();
    println!(
        "{:<11} {:>7} {:>10} {:>14} {:>10} {:>14} {:>8} {:>14} {:>6}",
        "", "", "direct", "per processor", "sockets", "per processor", "ratio", "per processor", "goal"
    );
    for (name, unit, goal, work) in works {
        let mut samples = [Vec::new(), Vec::new()];
        // The first round warms up and is not counted.
        for round in 0..=rounds {
            for (server, samples) in servers.iter().zip(&mut samples) {
                let sample = work(server).map_err(|error| format!("{name}, {}: {error}", server.name))?;
                if round > 0 {
                    samples.push(sample);
                }
            }
        }
        print_row(name, unit, goal, &samples);
    }
    for server in &servers {
        println!("\n{:<11} at most {} kB of memory", server.name, server.peak()?);
    }
    let load = std::fs::read_to_string("/proc/loadavg")?;
    println!("load of the machine: {}", load.split(' ').next().unwrap_or_default());
    Ok(())
}

fn print_row(name: &str, unit: &str, goal: Option<f64>, samples: &[Vec<Sample>; 2]) {
    let [direct, sockets] = samples;
    let of = |samples: &[Sample], figure: fn(&Sample) -> f64| median(samples.iter().map(figure).collect());
    // Rounds are compared one by one: what else the machine did, it did to both of a round.
    let ratio = |figure: fn(&Sample) -> f64| {
        median(direct.iter().zip(sockets).map(|(a, b)| figure(a) / figure(b)).collect())
    };
    let goal = goal.map_or(String::from("-"), |goal| format!("{goal:.0}"));
    println!(
        "{name:<11} {unit:>7} {:>10.2} {:>14.2} {:>10.2} {:>14.2} {:>8.2} {:>14.2} {goal:>6}",
        of(direct, |sample| sample.rate),
        of(direct, |sample| sample.per_processor),
        of(sockets, |sample| sample.rate),
        of(sockets, |sample| sample.per_processor),
        ratio(|sample| sample.rate),
        ratio(|sample| sample.per_processor),
    );
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}
