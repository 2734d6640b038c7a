//! Jobs side by side.

use alloc::boxed::Box;
use alloc::format;
use core::fmt;
use core::future::Future;
use core::pin::Pin;

use unik::concurrent::Tasks;

use crate::{Device, Exit, Failure};

/// A job that has not run yet.
pub struct Job<'a>(Pin<Box<dyn Future<Output = Result<(), Failure>> + 'a>>);

impl fmt::Debug for Job<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Job")
    }
}

/// A job: the run of a device whose module type is `Job`.
pub fn job<'a, E: Into<unik::Failure>>(
    device: &'a Device,
    start: impl Future<Output = Result<(), E>> + 'a,
) -> Job<'a> {
    Job(Box::pin(async move {
        start.await.map_err(|error| {
            let cause: unik::Failure = error.into();
            Failure {
                exit: Exit::JOB,
                message: format!("{} failed: {cause}\n  at {}", device.name, device.place),
            }
        })
    }))
}

/// Runs jobs side by side until all have ended. The first that fails ends the program: half an image that serves on
/// would hide the failure from whoever could start it again.
pub async fn run<const N: usize>(jobs: [Job<'_>; N]) -> Result<(), Failure> {
    let mut tasks = Tasks::new();
    for Job(future) in jobs {
        tasks.push(future);
    }
    while let Some(result) = tasks.next().await {
        result?;
    }
    Ok(())
}
