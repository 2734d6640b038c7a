//! The clients: `wrk` for requests, `curl` for bytes.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::Result;

/// Requests per second for the page, over kept connections.
pub(crate) fn requests(port: u16, connections: u32, seconds: u32) -> Result<f64> {
    let output = Command::new("wrk")
        .args(["--threads", "1", &format!("--connections={connections}"), &format!("--duration={seconds}s")])
        .arg(format!("http://127.0.0.1:{port}/index.html"))
        .output()
        .map_err(|error| format!("wrk: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    if text.contains("Socket errors") || text.contains("Non-2xx") {
        return Err(format!("wrk: {text}").into());
    }
    Ok(rate.ok_or_else(|| format!("wrk: {text}"))?.trim().parse()?)
}

/// Bytes per second of the large file, fetched again and again.
pub(crate) fn bytes(port: u16, seconds: u32) -> Result<f64> {
    let (start, mut bytes) = (Instant::now(), 0_usize);
    while start.elapsed() < Duration::from_secs(seconds.into()) {
        let output = Command::new("curl")
            .args(["--silent", "--fail", "--output", "/dev/null", "--write-out", "%{size_download}"])
            .arg(format!("http://127.0.0.1:{port}/large.bin"))
            .output()
            .map_err(|error| format!("curl: {error}"))?;
        let size: usize = String::from_utf8_lossy(&output.stdout).trim().parse()?;
        if size != crate::LARGE {
            return Err(format!("{size} bytes of the large file came").into());
        }
        bytes += size;
    }
    Ok(bytes as f64 / start.elapsed().as_secs_f64())
}
