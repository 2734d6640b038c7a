//! Clocks that no target has: `std/clock.fixed`. Those of the target are devices of its runtime crate.

#![no_std]
#![forbid(unsafe_code)]
#![warn(missing_docs)]

use core::convert::Infallible;

use unik::clock::{Timestamp, Wall};

/// A time of day that stands still.
#[derive(Clone, Copy, Debug)]
pub struct Fixed(Timestamp);

impl Fixed {
    /// Stands at so many seconds after 1970-01-01T00:00:00Z.
    pub async fn new(seconds: i64) -> Result<Self, Infallible> {
        Ok(Self(Timestamp { seconds, nanoseconds: 0 }))
    }
}

impl Wall for Fixed {
    fn now(&self) -> Timestamp {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unik_conformance::{clock, virtual_time};

    #[test]
    fn it_stands_still() {
        virtual_time::run(async |_| {
            let seconds = 1_800_000_000;
            let fixed = Fixed::new(seconds).await.unwrap_or_else(|never| match never {});
            clock::wall(&fixed);
            assert_eq!(fixed.now(), Timestamp { seconds, nanoseconds: 0 });
        });
    }
}
