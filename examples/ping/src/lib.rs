//! Asks a host whether it is there, as the command of the same name does.

#![no_std]

extern crate alloc;

use alloc::format;
use alloc::string::String;
use core::net::IpAddr;
use core::time::Duration;

use unik::clock::Sleep;
use unik::net::Ping;
use unik::{Error, ErrorKind, Failure};

/// Sends `count` requests of `size` bytes with a `pause` in between, and fails if none is answered within its `patience`.
pub async fn start(
    host: impl Ping,
    sleep: impl Sleep,
    to: IpAddr,
    count: i64,
    size: i64,
    patience: Duration,
    pause: Duration,
) -> Result<(), Failure> {
    let size = usize::try_from(size).map_err(|_| Failure::new(format!("{size} bytes cannot be sent")))?;
    let mut times = Times::default();
    for number in 0..count {
        if number > 0 {
            sleep.sleep(pause).await;
        }
        match host.ping(to, size, patience).await {
            Ok(time) => {
                times.add(time);
                log::info!("{to}: {size} bytes after {}", milliseconds(time));
            }
            Err(error) if matches!(error.kind(), ErrorKind::TimedOut | ErrorKind::Unreachable) => {
                log::warn!("{error}");
            }
            // No other request would fare better.
            Err(error) => return Err(error.into()),
        }
    }
    let lost = count - i64::from(times.count);
    log::info!("{} of {count} requests were answered, {lost} lost{}", times.count, times.summary());
    if count > 0 && times.count == 0 {
        return Err(Failure::new(format!("{to} has not answered")));
    }
    Ok(())
}

/// How long the answers took.
#[derive(Default)]
struct Times {
    count: u32,
    least: Option<Duration>,
    most: Duration,
    sum: Duration,
}

impl Times {
    fn add(&mut self, time: Duration) {
        self.count += 1;
        self.least = Some(self.least.map_or(time, |least| least.min(time)));
        self.most = self.most.max(time);
        self.sum += time;
    }

    fn summary(&self) -> String {
        let Some(least) = self.least else { return String::new() };
        let [least, mean, most] = [least, self.sum / self.count, self.most].map(milliseconds);
        format!("; least {least}, mean {mean}, most {most}")
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{}.{:03} ms", time.as_millis(), time.subsec_micros() % 1000)
}
