//! A TCP sink: every connection is read to its end, and what arrived is counted.

#![no_std]

extern crate alloc;

use unik::Failure;
use unik::net::{Flow, Listener, serve_each};

/// How many connections are read at a time; further ones wait.
const MOST_CONNECTIONS: usize = 1024;

/// Reads what arrives on `connections` until the program is asked to stop.
pub async fn start(connections: impl Listener) -> Result<(), Failure> {
    log::info!("listening on {}", connections.local());
    let stop = || log::info!("stopping");
    Ok(serve_each(&connections, MOST_CONNECTIONS, async |flow| swallow(flow).await, stop).await?)
}

/// Reads a connection to its end.
async fn swallow(mut flow: impl Flow) {
    let peer = flow.peer().map_or(alloc::string::String::from("somebody"), |peer| alloc::format!("{peer}"));
    let mut buffer = [0; 16 * 1024];
    let mut total = 0_u64;
    loop {
        match flow.read(&mut buffer).await {
            Ok(0) => break log::info!("{peer}: {total} bytes, then the end"),
            Ok(count) => {
                total += count as u64;
                log::debug!("{peer}: {count} bytes");
            }
            Err(error) => break log::warn!("{peer}: {total} bytes, then {error:?}"),
        }
    }
    // The peer has closed or failed: there is nobody to tell that closing did not work.
    let _ = flow.close().await;
}
