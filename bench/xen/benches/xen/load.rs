//! The clients' figures: `wrk` for requests, ours for bytes, both in dom0.

use crate::Result;
use crate::domains::{ADDRESS, Xen};

/// Requests per second for the page, over kept connections.
pub(crate) fn requests(xen: &mut Xen, connections: u32, seconds: u32) -> Result<f64> {
    let text = xen.sh(&format!(
        "/run/client/wrk --threads 1 --connections {connections} --duration {seconds}s http://{ADDRESS}/index.html"
    ))?;
    let rate = text.lines().find_map(|line| line.strip_prefix("Requests/sec:"));
    if text.contains("Socket errors") || text.contains("Non-2xx") {
        return Err(format!("wrk: {text}").into());
    }
    Ok(rate.ok_or_else(|| format!("wrk: {text}"))?.trim().parse()?)
}

/// Bytes per second of the large file, fetched again and again over one connection.
pub(crate) fn bytes(xen: &mut Xen, seconds: u32) -> Result<f64> {
    let said = xen.sh(&format!("/run/client/client bytes {ADDRESS} /large.bin {seconds}"))?;
    Ok(said.parse().map_err(|_| format!("the client has said {said:?}"))?)
}
