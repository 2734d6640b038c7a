//! The client: `wrk` on the second core, and what it says.

use std::process::Command;

use crate::Result;
use crate::contender::Running;

/// What is asked of a server in a round.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) seconds: u32,
    pub(crate) connections: u32,
}

/// What a round came to. Times are in microseconds.
#[derive(Clone, Copy)]
pub(crate) struct Sample {
    pub(crate) rate: f64,
    pub(crate) requests: f64,
    /// What the server spent on a request, on its processor.
    pub(crate) cost: f64,
    pub(crate) p50: f64,
    pub(crate) p99: f64,
    pub(crate) max: f64,
}

impl Load {
    pub(crate) fn run(self, server: &Running) -> Result<Sample> {
        let mut command = Command::new("taskset");
        command.args(["--cpu-list", "1", "wrk", "--threads", "1", "--latency"]);
        command
            .arg(format!("--connections={}", self.connections))
            .arg(format!("--duration={}s", self.seconds));
        let before = server.busy()?;
        let output = command.arg(format!("http://127.0.0.1:{}/", server.port)).output()?;
        let text = String::from_utf8_lossy(&output.stdout);
        let failed = || format!("wrk: {text}{}", String::from_utf8_lossy(&output.stderr));
        if text.contains("Socket errors") || text.contains("Non-2xx") {
            return Err(failed().into());
        }
        let mut sample = sample(&text).ok_or_else(failed)?;
        sample.cost = (server.busy()? - before) / sample.requests;
        Ok(sample)
    }
}

fn sample(text: &str) -> Option<Sample> {
    let words = |name: &str| {
        let line = text.lines().map(str::trim).find(|line| line.starts_with(name))?;
        Some(line.split_whitespace().skip(1).map(str::to_owned).collect::<Vec<_>>())
    };
    Some(Sample {
        rate: words("Requests/sec:")?.first()?.parse().ok()?,
        requests: requests(text)?,
        cost: 0.0,
        p50: microseconds(words("50%")?.first()?)?,
        p99: microseconds(words("99%")?.first()?)?,
        // Average, deviation, maximum.
        max: microseconds(words("Latency ")?.get(2)?)?,
    })
}

/// The number before `requests in`.
fn requests(text: &str) -> Option<f64> {
    let line = text.lines().find(|line| line.contains(" requests in "))?;
    line.split_whitespace().next()?.parse().ok()
}

/// `310.00us`, `1.20ms`, `2.00s`.
fn microseconds(text: &str) -> Option<f64> {
    let units = [("us", 1.0), ("ms", 1e3), ("s", 1e6)];
    let (number, unit) = units.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    Some(number.parse::<f64>().ok()? * unit)
}

pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let middle = figures.len() / 2;
    figures.get(middle).copied().unwrap_or(f64::NAN)
}
