//! Time: since the start of the program, and of the day.
//!
//! The time since the start comes from pvclock where the hypervisor offers it, which says itself how time
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
use paravirtual::Paravirtual;
use scale::Scale;

/// What time is counted with.
#[derive(Clone, Copy, Debug)]
enum Counter {
    /// Not started.
    None,
    /// Nanoseconds of pvclock at the start.
    Paravirtual(Paravirtual, u64),
    /// The time stamp counter at the start.
    Timestamp(Scale, u64),
}

static COUNTER: Single<Cell<Counter>> = Single::new(Cell::new(Counter::None));
/// What [`now`] has said last, in nanoseconds.
static LAST: Single<Cell<u64>> = Single::new(Cell::new(0));

/// Starts the time. On a machine that does not tell the frequency of its counter this takes 1.5 ms.
pub(crate) fn start() {
    let counter = match Paravirtual::of_kvm() {
        Some(clock) => Counter::Paravirtual(clock, clock.nanoseconds()),
        None => {
            let frequency = frequency::told().unwrap_or_else(frequency::measured);
            Counter::Timestamp(Scale::of(frequency), cpu::timestamp())
        }
    };
    COUNTER.set(counter);
}

/// Follows a pvclock that stands at an address, and the time of day when it was zero at another, from now on; the time goes on
/// from where it is. Nothing changes if the hypervisor has written none there.
///
/// # Safety
/// The hypervisor keeps `struct vcpu_time_info` and the wall clock of `struct shared_info` there, aligned, for as long as the program
/// runs, and the program reaches them by volatile accesses alone.
pub unsafe fn follow(time: u64, wall: u64) {
    // SAFETY: as the caller says.
    if let Some(clock) = unsafe { Paravirtual::at(time, wall) } {
        let passed = nanoseconds();
        COUNTER.set(Counter::Paravirtual(clock, clock.nanoseconds().saturating_sub(passed)));
    }
}

/// Nanoseconds since the start.
pub(crate) fn nanoseconds() -> u64 {
    let now = match COUNTER.get() {
        Counter::None => 0,
        Counter::Paravirtual(clock, start) => clock.nanoseconds().saturating_sub(start),
        Counter::Timestamp(scale, start) => scale.nanoseconds(cpu::timestamp().saturating_sub(start)),
    };
    let now = now.max(LAST.get());
    LAST.set(now);
    now
}

/// The time since the start.
pub fn now() -> Duration {
    Duration::from_nanos(nanoseconds())
}

/// The value of the time stamp counter at a time since the start, where time is counted with it.
pub(crate) fn timestamp_at(time: Duration) -> Option<u64> {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match COUNTER.get() {
        Counter::Timestamp(scale, start) => Some(start.saturating_add(scale.ticks(nanoseconds))),
        Counter::Paravirtual(clock, start) => Some(clock.timestamp_at(start.saturating_add(nanoseconds))),
        Counter::None => None,
    }
}

/// The hypervisor's own time at a time since the start, in nanoseconds; nothing where time is not counted by its pvclock.
pub fn system_time(time: Duration) -> Option<u64> {
    let nanoseconds = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
    match COUNTER.get() {
        Counter::Paravirtual(_, start) => Some(start.saturating_add(nanoseconds)),
        Counter::Timestamp(..) | Counter::None => None,
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
        if let Counter::Paravirtual(clock, start) = COUNTER.get()
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
