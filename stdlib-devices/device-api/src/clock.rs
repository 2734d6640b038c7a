//! Time: `std/clock.Monotonic`, `std/clock.Wall`, `std/clock.Sleep`.
//!
//! [`Deadline`] is how servers limit how long a peer may take without touching a timer on each request.

use alloc::boxed::Box;
use core::future::{Future, poll_fn};
use core::pin::{Pin, pin};
use core::task::{Context, Poll, Waker};
use core::time::Duration;

/// Time that never goes back.
pub trait Monotonic {
    /// The time since some start, the same for all devices of a program. Resolution: 1 ms or better.
    fn now(&self) -> Duration;
}

/// The time of day.
pub trait Wall {
    /// The current time. It may jump when the host's clock is set.
    fn now(&self) -> Timestamp;
}

/// Waiting.
pub trait Sleep: Monotonic {
    /// Waits for at least `duration`. Dropping the future forgets the wait.
    async fn sleep(&self, duration: Duration);
}

impl<T: Monotonic> Monotonic for &T {
    fn now(&self) -> Duration {
        T::now(self)
    }
}

impl<T: Wall> Wall for &T {
    fn now(&self) -> Timestamp {
        T::now(self)
    }
}

impl<T: Sleep> Sleep for &T {
    async fn sleep(&self, duration: Duration) {
        T::sleep(self, duration).await;
    }
}

/// A time of day: seconds since 1970-01-01T00:00:00Z, leap seconds not counted (POSIX.1-2024, 4.19).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp {
    /// Whole seconds; negative before 1970.
    pub seconds: i64,
    /// Nanoseconds to add, below 1,000,000,000.
    pub nanoseconds: u32,
}

/// A wait took longer than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOut;

impl core::fmt::Display for TimedOut {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("it took too long")
    }
}

impl core::error::Error for TimedOut {}

impl crate::Error for TimedOut {
    fn kind(&self) -> crate::ErrorKind {
        crate::ErrorKind::TimedOut
    }
}

/// Gives the result of `future`, unless `limit` passes first.
pub async fn within<T>(
    sleep: &impl Sleep,
    limit: Duration,
    future: impl Future<Output = T>,
) -> Result<T, TimedOut> {
    let mut future = pin!(future);
    let mut timer = pin!(sleep.sleep(limit));
    poll_fn(|cx| {
        if let Poll::Ready(value) = future.as_mut().poll(cx) {
            return Poll::Ready(Ok(value));
        }
        timer.as_mut().poll(cx).map(|()| Err(TimedOut))
    })
    .await
}

type Timer<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A deadline that is moved often and rarely passes: of a connection, moved by each request.
///
/// Moving it costs a look at the clock and a store. The timer behind it is started when somebody waits, and again when
/// it fires although the deadline has moved on: a busy connection costs one timer per limit, not one per request.
pub struct Deadline<'a, S> {
    sleep: &'a S,
    at: Duration,
    timer: Option<Running<'a>>,
}

/// A timer that has been asked and has not fired.
struct Running<'a> {
    fires: Duration,
    /// Whom it wakes.
    waker: Waker,
    timer: Timer<'a>,
}

impl<'a, S: Sleep> Deadline<'a, S> {
    /// One that never passes until it is set.
    pub fn new(sleep: &'a S) -> Self {
        Self { sleep, at: Duration::MAX, timer: None }
    }

    /// Lets it pass `limit` from now.
    pub fn set(&mut self, limit: Duration) {
        self.set_from(self.sleep.now(), limit);
    }

    fn set_from(&mut self, now: Duration, limit: Duration) {
        self.at = now.saturating_add(limit);
        // A timer that would fire too late is of no use; one that fires early is started again.
        if self.timer.as_ref().is_some_and(|running| running.fires > self.at) {
            self.timer = None;
        }
    }

    /// Gives the result of `future`, unless it has to be waited for and `limit` passes first. The clock is asked only when it
    /// has to be waited for: what is ready at once costs nothing.
    pub async fn limit_from<T>(
        &mut self,
        limit: Duration,
        future: impl Future<Output = T>,
    ) -> Result<T, TimedOut> {
        let mut future = pin!(future);
        let mut waiting = false;
        poll_fn(|cx| {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(value));
            }
            if !core::mem::replace(&mut waiting, true) {
                let now = self.sleep.now();
                self.set_from(now, limit);
                // Mostly the timer of an earlier wait still runs for us, and need not be asked.
                let runs = |running: &Running<'_>| now < running.fires && running.waker.will_wake(cx.waker());
                if self.timer.as_ref().is_some_and(runs) {
                    return Poll::Pending;
                }
            }
            self.poll_passed(cx).map(|()| Err(TimedOut))
        })
        .await
    }

    /// Gives the result of `future`, unless the deadline passes first.
    pub async fn limit<T>(&mut self, future: impl Future<Output = T>) -> Result<T, TimedOut> {
        let mut future = pin!(future);
        poll_fn(|cx| {
            if let Poll::Ready(value) = future.as_mut().poll(cx) {
                return Poll::Ready(Ok(value));
            }
            self.poll_passed(cx).map(|()| Err(TimedOut))
        })
        .await
    }

    fn poll_passed(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if self.at == Duration::MAX {
            return Poll::Pending;
        }
        loop {
            if let Some(running) = &mut self.timer {
                if running.timer.as_mut().poll(cx).is_pending() {
                    running.waker.clone_from(cx.waker());
                    return Poll::Pending;
                }
                self.timer = None;
            }
            let now = self.sleep.now();
            if now >= self.at {
                return Poll::Ready(());
            }
            let timer = Box::pin(self.sleep.sleep(self.at - now));
            self.timer = Some(Running { fires: self.at, waker: cx.waker().clone(), timer });
        }
    }
}

impl<S> core::fmt::Debug for Deadline<'_, S> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Deadline").field("at", &self.at).finish_non_exhaustive()
    }
}
