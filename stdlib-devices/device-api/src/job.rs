//! Jobs: what an image is for.
//!
//! `device file_server(store: kv.ReadOnly, network: net.Network): Job` is an async function of the application:
//! `pub async fn start(store: impl ReadOnly, network: impl Network) -> Result<(), Failure>`. It runs once all
//! devices have started, beside the other jobs, until it returns. There is no trait: a job has no methods.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

/// Why a job failed: any error, so that `?` works on the errors of all devices.
///
/// It is not an error itself, which is what lets every error become one.
pub struct Failure(Box<dyn core::error::Error>);

impl Failure {
    /// A failure that is a sentence.
    pub fn new(message: impl Into<String>) -> Self {
        Self(Box::from(message.into()))
    }

    /// The error behind it.
    pub fn error(&self) -> &(dyn core::error::Error + 'static) {
        &*self.0
    }
}

impl<E: core::error::Error + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

/// The error and, after colons, what caused it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(f, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
