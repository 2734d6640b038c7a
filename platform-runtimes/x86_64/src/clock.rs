//! Time: since the start of the program, and of the day.
//!
//! The time since the start comes from kvm-clock where the hypervisor offers it, which says itself how its page
//! follows the time stamp counter; else from the time stamp counter, whose frequency the processor or the hypervisor
//! tells, or is measured against the timer of the PC. It never goes back, whatever the counter does.

mod calendar;
mod frequency;
mod paravirtual;
mod scale;

use core::cell::Cell;
use core::time::Duration;

use unik::clock::Timestamp;

use crate::cpu;
use crate::single::Single;
use paravirtual::KvmClock;
use scale::Scale;

/// What time is counted with.
#[derive(Clone, Copy, Debug)]
enum Counter {
    /// Not started.
    None,
    /// Nanoseconds of kvm-clock at the start.
    Kvm(KvmClock, u64),
    /// The time stamp counter at the start.
    Timestamp(Scale, u64),
}

static COUNTER: Single<Cell<Counter>> = Single::new(Cell::new(Counter::None));
/// What [`now`] has said last, in nanoseconds.
static LAST: Single<Cell<u64>> = Single::new(Cell::new(0));

/// Starts the time. On a machine that does not tell the frequency of its counter this takes 1.5 ms.
pub(crate) fn start() {
    let counter = match KvmClock::find() {
        Some(clock) => Counter::Kvm(clock, clock.nanoseconds()),
        None => {
            let frequency = frequency::told().unwrap_or_else(frequency::measured);
            Counter::Timestamp(Scale::of(frequency), cpu::timestamp())
        }
    };
    COUNTER.set(counter);
}

/// Nanoseconds since the start.
pub(crate) fn nanoseconds() -> u64 {
    let now = match COUNTER.get() {
        Counter::None => 0,
        Counter::Kvm(clock, start) => clock.nanoseconds().saturating_sub(start),
        Counter::Timestamp(scale, start) => scale.nanoseconds(cpu::timestamp().saturating_sub(start)),
    };
    let now = now.max(LAST.get());
    LAST.set(now);
    now
}

/// The time since the start.
pub(crate) fn now() -> Duration {
    Duration::from_nanos(nanoseconds())
}

/// The value of the time stamp counter at a time since the start, where time is counted with it.
pub(crate) fn timestamp_at(time: Duration) -> Option<u64> {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match COUNTER.get() {
        Counter::Timestamp(scale, start) => Some(start.saturating_add(scale.ticks(nanoseconds))),
        Counter::Kvm(clock, start) => Some(clock.timestamp_at(start.saturating_add(nanoseconds))),
        Counter::None => None,
    }
}

/// Where the time of day comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TimeOfDay {
    /// The hypervisor: nanoseconds since 1970 at the start of the program.
    Nanoseconds(u64),
    /// The real time clock: seconds since 1970 at a time since the start.
    Seconds(i64, Duration),
}

impl TimeOfDay {
    pub(crate) fn find() -> Option<Self> {
        if let Counter::Kvm(clock, start) = COUNTER.get()
            && let Some(boot) = clock.wall_at_boot()
        {
            return Some(Self::Nanoseconds(boot.saturating_add(start)));
        }
        calendar::read().map(|seconds| Self::Seconds(seconds, now()))
    }

    pub(crate) fn now(self) -> Timestamp {
        let (seconds, since) = match self {
            Self::Nanoseconds(start) => (0, Duration::from_nanos(start).saturating_add(now())),
            Self::Seconds(seconds, at) => (seconds, now().saturating_sub(at)),
        };
        let whole = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
        Timestamp { seconds: seconds.saturating_add(whole), nanoseconds: since.subsec_nanos() }
    }
}
