//! Says hello a few times: a job that waits and logs, and knows nothing of where it runs.

#![no_std]

use core::time::Duration;

use unik::Failure;
use unik::clock::Sleep;

/// Greets `name` `count` times with a `pause` in between.
pub async fn start(sleep: impl Sleep, name: &str, count: i64, pause: Duration) -> Result<(), Failure> {
    for greeting in 0..count {
        if greeting > 0 {
            sleep.sleep(pause).await;
        }
        log::info!("Hello {name}!");
    }
    Ok(())
}
